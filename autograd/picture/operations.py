"""Every elementary operation: composite nodes (a weighted sum, a softmax) opened by their definitions."""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import RecordingError
from ..notation import Names, opened
from ..value import Value, record_in_order
from .freshness import Freshness
from .nodes import Part, symbol, title

__all__ = ["graph_opened", "parts_opened"]


def parts_opened(order: Iterable[Value], names: Names, freshness: Freshness) -> tuple[list[Part], dict[str, str]]:
    """The parts of the graph with each composite opened, and the titles of the groups that they form."""
    parts: list[Part] = []
    titles: dict[str, str] = {}
    for node in order:
        inside = _inside(node, names)
        if not inside:
            parts.append(Part(node, node.operands, node.partials, node.grad))
            continue
        group = _new_group(node, names, titles)
        if freshness.is_stale(node):
            titles[group] += " (stale: opened with its operands' present data)"
        for part in inside:
            part.group, part.within = group, node.op
        parts += inside
    return parts, titles


def _inside(node: Value, names: Names) -> list[Part]:
    """The elementary operations of a composite node, the node itself in the last one's place; empty where none."""
    inside = opened(node, names)
    if inside is None:
        return []
    if node.grad:
        inside.root.backward(node.grad)
    known = Names([*inside.operands, *inside.steps])
    parts = []
    for step in inside.steps:
        operands = [inside.operands.get(x, x) if isinstance(x, Value) else x for x in step.operands]
        is_recorded = step is inside.root
        drawn, grad = (node, node.grad) if is_recorded else (step, step.grad)
        parts.append(Part(drawn, operands, step.partials, grad, step.op, title(step, known), is_recorded=is_recorded))
    return parts


def _new_group(node: Value, names: Names, titles: dict[str, str]) -> str:
    group = f"opened{len(titles) + 1}"
    titles[group] = f"{names.label(node)} = {symbol(node)}"
    return group


def graph_opened(
    root: Value, order: Iterable[Value], names: Names
) -> tuple[Value, dict[Value, tuple[str, str]], dict[str, str]]:
    """The same graph recorded again in elementary operations, on the same leaves; ``order`` are its nodes.

    Its root, for each node that is a part of a composite its group and the composite's operation, and the
    titles of the groups. The nodes have the names of the graph as labels. A graph without composites is itself.
    """
    again: dict[Value, Value] = {}
    group_of: dict[Value, tuple[str, str]] = {}
    titles: dict[str, str] = {}
    for node in order:
        inside = opened(node, names)
        if inside is None:
            again[node] = _recorded_again(node, again, names[node]) if node.op else node
            continue
        group = _new_group(node, names, titles)
        known = {copy: again[operand] for copy, operand in inside.operands.items()}
        for step in inside.steps:
            known[step] = _recorded_again(step, known, step.label)
            group_of[known[step]] = group, node.op
        again[node] = known[inside.root]
    return (again[root] if titles else root), group_of, titles


def _recorded_again(node: Value, again: dict[Value, Value], label: str) -> Value:
    assert node.primitive is not None
    if node.primitive.evaluate is not None:
        raise RecordingError(f"{node.op} is a call of a compiled function, and has no operations; give detail=\"node\"")
    found = record_in_order(node.primitive, [again[x] if isinstance(x, Value) else x for x in node.operands])
    found.label = label
    return found
