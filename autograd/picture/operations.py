"""Every elementary operation: composite nodes (a weighted sum, a softmax) opened by their definitions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..notation import Names
from ..value import Value, topological_order
from .freshness import Freshness
from .nodes import Part, symbol

__all__ = ["graph_opened", "parts_opened"]


def parts_opened(order: Iterable[Value], names: Names, freshness: Freshness) -> tuple[list[Part], dict[str, str]]:
    """The parts of the graph with each composite opened, and the titles of the groups that they form."""
    parts: list[Part] = []
    titles: dict[str, str] = {}
    for node in order:
        inside = _inside(node)
        if not inside:
            parts.append(Part(node, symbol(node), node.operands, node.partials, node.grad))
            continue
        group = _new_group(node, names, titles)
        if freshness.is_stale(node):
            titles[group] += " (stale: opened with its operands' present data)"
        for part in inside:
            part.group, part.within = group, node.op
        parts += inside
    return parts, titles


def _inside(node: Value) -> list[Part]:
    """The operations that the node's definition makes of its operands, the node itself in the last one's place.

    Empty where there is no definition, or where it is an operand as it stands (the sum of one number).
    """
    primitive = node._primitive
    if primitive is None or primitive.definition is None:
        return []
    # The definition runs on leaves that stand for the operands, so that nothing is recorded on these.
    stand_ins: dict[Value, Value] = {}
    originals: dict[Value, Value] = {}
    operands: list[Any] = []
    for operand in node.operands:
        if isinstance(operand, Value):
            stand_in = stand_ins.setdefault(operand, Value(operand.data))
            originals[stand_in] = operand
            operands.append(stand_in)
        else:
            operands.append(operand)
    result = primitive.definition(tuple(operands))
    if not isinstance(result, Value) or not result.op:
        return []
    if node.grad:
        result.backward(node.grad)
    parts = []
    for inner in topological_order(result):
        if inner in originals:
            continue
        mapped = [originals.get(x, x) if isinstance(x, Value) else x for x in inner.operands]
        if inner is result:
            parts.append(Part(node, symbol(inner), mapped, inner.partials, node.grad))
        else:
            parts.append(Part(inner, symbol(inner), mapped, inner.partials, inner.grad, is_recorded=False))
    return parts


def _new_group(node: Value, names: Names, titles: dict[str, str]) -> str:
    group = f"opened{len(titles) + 1}"
    titles[group] = f"{names.label(node)} = {symbol(node)}" if node.label else symbol(node)
    return group


def graph_opened(
    root: Value, order: Iterable[Value], names: Names
) -> tuple[Value, dict[Value, tuple[str, str]], dict[str, str]]:
    """The same graph recorded again in elementary operations, on the same leaves; ``order`` are its nodes.

    Its root, for each node that stands for a part of a composite its group and the composite's operation,
    and the titles of the groups.
    """
    again: dict[Value, Value] = {}
    group_of: dict[Value, tuple[str, str]] = {}
    titles: dict[str, str] = {}
    for node in order:
        primitive = node._primitive
        if primitive is None:
            again[node] = node
            continue
        operands = tuple([again[x] if isinstance(x, Value) else x for x in node.operands])
        outside = {x for x in operands if isinstance(x, Value)}
        opened = None if primitive.definition is None else primitive.definition(operands)
        if opened is None or opened in outside:  # the sum of one number is that number
            name = primitive.name if primitive.index < 0 else (primitive.name, primitive.index)
            opened = node._apply(name, *operands)
        else:
            group = _new_group(node, names, titles)
            stack = [opened]
            while stack:
                inner = stack.pop()
                if isinstance(inner, Value) and inner not in outside and inner not in group_of:
                    group_of[inner] = group, node.op
                    stack += inner.operands
        opened.label = node.label
        again[node] = opened
    return again[root], group_of, titles
