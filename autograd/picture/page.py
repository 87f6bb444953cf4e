"""The stepping page: one HTML file with the graph and both passes, that needs nothing else.

Its parts are ``page.html``, ``page.css`` and ``page.js`` beside this module.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from .. import arguments
from ..files import as_path, write_whole
from ..notation import show
from ..numeric import Number
from ..value import Value
from .labels import drawable
from .stage import Stage, set_stage

__all__ = ["play"]


def play(
    root: Value,
    path: str | os.PathLike[str],
    *,
    detail: str = "node",
    seed: Number = 1,
    digits: int = 4,
    direction: str = "LR",
    max_nodes: int = 1000,
    parameters: Iterable[Value] = (),
    rounds: int = 1,
    update: Callable[[], Any] | None = None,
    title: str = "",
) -> Path:
    """Write a page on which the forward and the backward pass under ``root`` are gone through step by step.

    ``play(loss, "steps.html")`` makes one file that opens from disk, without a network. It has the
    picture of the graph, each step's line of chain rule, and for each node its hand calculation. The passes
    start without gradients, whatever ``.grad`` holds.

    ``detail`` is "node", for the graph as recorded, or "op", which opens every composite (a weighted sum,
    a softmax) into elementary operations: the passes then run on a graph of these, with the same leaves.

    With ``rounds`` above 1, ``update`` is called between two rounds (``optimizer.step``, say), and the
    page has a second axis: the round. The graph's data and gradients are as before afterwards; whatever
    else ``update`` changed is not put back. Raises what :func:`autograd.draw` raises, MissingToolError
    where there is no layout engine, and the engine's own errors where a pass cannot be made.
    """
    as_path(path)  # before the work, as every argument
    arguments.text(title, "title")
    stage = set_stage(
        root, detail=detail, seed=seed, digits=digits, direction=direction, max_nodes=max_nodes,
        parameters=parameters, rounds=rounds, update=update,
    )  # fmt: skip
    title = title or f"Forward and backward under {root.label or root.op or 'one leaf'}"
    return write_whole(path, _page(title, stage.svg, _as_json(stage, digits, rounds)).encode("utf-8"))


def _as_json(stage: Stage, digits: int, rounds: int) -> str:
    """What the page's script reads; no text in it can end the element that it stands in."""
    scene, passes = stage.scene, stage.passes
    nodes = {}
    for node, box in scene.box_of.items():
        nodes[box.key] = {
            "name": drawable(box.lines[0] if len(box.lines) > 2 else f"{box.kind} {show(node.data, digits)}"),
            "operation": bool(node.op),
            "sheet": drawable(passes.sheets[box.key]),
        }
    steps = [
        {
            "round": step.round,
            "phase": step.phase,
            "kind": step.kind,
            "key": step.key,
            "text": drawable(step.text),
            "changes": [[change.key, change.what, change.after, change.before] for change in step.changes],
            "flows": step.flows,
            "receivers": step.receivers,
        }
        for step in passes.steps
    ]
    texts = [[key, what, text] for (key, what), text in passes.texts.items()]
    record = {"rounds": rounds, "nodes": nodes, "texts": texts, "steps": steps}
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


_XML_HEAD = re.compile(r"^.*?(?=<svg )", re.DOTALL)


def _page(title: str, svg: str, record: str) -> str:
    parts = {
        "title": escape(drawable(title)),
        "style": _text_of("page.css"),
        "script": _text_of("page.js"),
        "svg": _XML_HEAD.sub("", svg),
        "record": record,
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], _text_of("page.html"))


def _text_of(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")
