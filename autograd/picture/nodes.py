"""The graph as it was recorded: a box for each node, a link for each operand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..notation import TEXT, Names, formula, show, write
from ..value import Value
from ..weighted import split_weighted_sum
from .freshness import Freshness, contribution
from .scene import Link, Scene

__all__ = [
    "Part",
    "data_text",
    "grad_text",
    "leaf_kinds",
    "partial_text",
    "parts_as_recorded",
    "scene_of_parts",
    "symbol",
]

_WIDEST = 36  # characters of a formula in a box; of a wider one the operation alone is shown


@dataclass(slots=True)
class Part:
    """One node to draw: a recorded one, or one of the elementary operations of a composite.

    ``operands`` are the nodes that are drawn for them, so a part may stand between recorded nodes.
    """

    node: Value
    operands: Sequence[Any]
    partials: Sequence[Any]
    grad: Any
    op: str = ""  # its operation, where that is not the node's own
    title: str = ""  # "": what it computes, in the names of the graph
    group: str = ""
    within: str = ""  # the operation of the composite that it is a part of
    is_recorded: bool = True


def symbol(node: Value) -> str:
    """The sign of a node's operation: ``·``, ``σ``, ``softmax[2]``."""
    if node.op == "weighted_sum":
        return "Σ wx + b"
    return re.sub(r"{\d}|[(), ]", "", TEXT.form(node.primitive).template) if node.primitive else ""


def title(node: Value, names: Names) -> str:
    """A node's name, and what it computes: ``z¹ = x · w₁``, ``a₁ = σ(z₁)``.

    >>> x, y = Value(2.0, label="x"), Value(3.0, label="y")
    >>> title(x, Names()), title((x + y).tanh(), Names())
    ('x', 'a₁ = tanh(t₁)')
    """
    name = names.label(node)
    if not node.op:
        return name
    computed = write(formula(node, names))
    return f"{name} = {computed if len(computed) <= _WIDEST else symbol(node)}"


def leaf_kinds(order: Iterable[Value], parameters: Iterable[Value] = ()) -> dict[Value, str]:
    """"parameter" for each leaf that is known to be one: it was named, or a weighted sum weighs with it.

    A graph does not say more than that about its leaves: every other one is an input.
    """
    kinds = dict.fromkeys(parameters, "parameter")
    for node in order:
        if node.op == "weighted_sum":
            weights, _, bias = split_weighted_sum(node.operands)
            for operand in (*weights, bias):
                if isinstance(operand, Value) and not operand.op:
                    kinds[operand] = "parameter"
    return kinds


def parts_as_recorded(order: Iterable[Value]) -> list[Part]:
    return [Part(node, node.operands, node.partials, node.grad) for node in order]


def scene_of_parts(
    parts: Iterable[Part],
    root: Value,
    names: Names,
    kinds: dict[Value, str],
    freshness: Freshness | None,
    digits: int,
) -> Scene:
    """Boxes and links of the parts, operands first. An operand that has no part is counted in a line."""
    scene = Scene()
    box_of = scene.box_of
    for part in parts:
        node = part.node
        sources = []
        for place, operand in enumerate(part.operands):
            if not isinstance(operand, Value):
                what = "max = " if _is_the_largest(part, place) else ""
                operand_box = scene.add("constant", [what + show(operand, digits)], group=part.group)
                sources.append(operand_box)
            else:
                sources.append(box_of.get(operand))  # type: ignore[arg-type]
        kind = "operation" if node.op else kinds.get(node, "input")
        box = scene.add(kind, _described(part, names, digits), is_root=node is root, group=part.group)
        if part.is_recorded and freshness is not None:
            box.lines += freshness.notes(node, digits)
            box.is_stale = freshness.is_stale(node)
        beyond = sources.count(None)  # type: ignore[arg-type]
        if beyond:
            box.lines.append(f"… and {beyond} operand{'s' * (beyond > 1)} not drawn")
        box_of[node] = box
        for place, (operand, partial, source) in enumerate(zip(part.operands, part.partials, sources)):
            if source is None:
                continue
            link = Link(source, box, place)
            if isinstance(operand, Value):
                link.contribution = contribution(part.grad, partial)
                link.forward = partial_text(partial, digits)
                link.backward = show(link.contribution, digits)
            scene.links.append(link)
    return scene


def _is_the_largest(part: Part, place: int) -> bool:
    """Is the operand at a place the largest value, that a softmax takes out before exp, or puts back after log?"""
    if part.within not in ("softmax", "log_softmax", "logsumexp"):
        return False
    other = part.operands[1 - place]
    op = part.op or part.node.op
    return (op == "sub" and place == 1) or (op == "add" and isinstance(other, Value) and other.op == "log")


def _described(part: Part, names: Names, digits: int) -> list[str]:
    """The lines of a box: title, data, gradient."""
    return [part.title or title(part.node, names), data_text(part.node.data, digits), grad_text(part.grad, digits)]


def data_text(data: Any, digits: int) -> str:
    return f"data {show(data, digits)}"


def grad_text(grad: Any, digits: int) -> str:
    return f"grad {show(grad, digits)}"


def partial_text(partial: Any, digits: int) -> str:
    return f"∂ {show(partial, digits)}"
