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

from ..errors import ShapeError
from ..files import write_whole
from ..numeric import Number
from ..value import Value, topological_order
from .dot import to_digraph
from .engines import render_svg
from .graph import refuse_if_too_large
from .labels import drawable
from .nodes import leaf_kinds, parts_as_recorded, scene_of_parts
from .numbers import as_digits, shown
from .passes import Passes, record
from .scene import Scene

__all__ = ["play"]


def play(
    root: Value,
    path: str | os.PathLike[str],
    *,
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
    picture of the graph, each step's line of chain rule, and for each node its hand calculation.

    With ``rounds`` above 1, ``update`` is called between two rounds (``optimizer.step``, say), and the
    page has a second axis: the round. The graph's data and gradients are as before afterwards; whatever
    else ``update`` changed is not put back. Raises what :func:`autograd.draw` raises, MissingToolError
    where there is no layout engine, and the engine's own errors where a pass cannot be made.
    """
    if type(rounds) is not int or rounds < 1:
        raise ShapeError(f"rounds={rounds!r}: give a whole number from 1 up")
    digits = as_digits(digits)
    order = topological_order(root)
    parts = parts_as_recorded(order)
    refuse_if_too_large(parts, max_nodes, "node")
    scene = scene_of_parts(parts, root, leaf_kinds(order, parameters), None, digits)
    scene.has_backward = True
    passes = record(root, scene, digits, seed=seed, rounds=rounds, update=update)
    _make_room(scene, passes)
    svg = render_svg(to_digraph(scene, direction=direction, widths=False, legend=False))
    title = title or f"Forward and backward under {root.label or root.op or 'one leaf'}"
    return write_whole(path, _page(title, svg, _as_json(scene, passes, digits, rounds)).encode("utf-8"))


def _make_room(scene: Scene, passes: Passes) -> None:
    """Let each box bear its name, and each text be laid out for the widest that will stand in its place."""
    for box in scene.box_of.values():
        if box.key in passes.names:
            box.lines[0] = f"{passes.names[box.key]} = {box.lines[0]}"
        box.lines[-2:] = [passes.widest[box.key, "data"], passes.widest[box.key, "grad"]]
    for link in scene.links:
        if link.contribution is not None:
            link.forward = passes.widest[link.key, "forward"]
            link.backward = passes.widest[link.key, "backward"]


def _as_json(scene: Scene, passes: Passes, digits: int, rounds: int) -> str:
    """What the page's script reads; no text in it can end the element that it stands in."""
    nodes = {}
    for node, box in scene.box_of.items():
        nodes[box.key] = {
            "name": drawable(box.lines[0] if len(box.lines) > 2 else f"{box.kind} {shown(node.data, digits)}"),
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
