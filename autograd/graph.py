"""Walks over a graph: its order, who uses what, and what lies between.

>>> from autograd import Value
>>> a, b = Value(2.0, label="a"), Value(3.0, label="b")
>>> root = a * b + a
>>> [node.label or node.op for node in topological_order(root)]
['a', 'b', 'mul', 'add']
>>> [node.op for node in consumers(topological_order(root))[a]]
['mul', 'add']

Every reader takes its order from here, so all of them meet the nodes in the same one. None of these
recurses: a graph may be a million deep.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from .errors import KindError
from .messages import given
from .value import Value, survey

__all__ = ["depending_on", "consumers", "edges", "is_activation", "leaves", "topological_order", "value_operands"]


def topological_order(root: Value) -> list[Value]:
    """Every node under ``root``, leaves included, operands first, ``root`` last."""
    if not isinstance(root, Value):
        raise KindError(f"a graph is looked at from its root, a Value; got {given(root)}")
    listed: dict[Value, None] = {}
    for node in survey(root)[0]:
        for operand in node.operands:
            if isinstance(operand, Value):
                listed[operand] = None
        listed[node] = None
    listed[root] = None
    return list(listed)


def value_operands(node: Value) -> Iterator[Value]:
    """The operands of a node that are nodes themselves, in order, one that is used twice twice."""
    return (operand for operand in node.operands if isinstance(operand, Value))


def leaves(order: Iterable[Value]) -> list[Value]:
    """Those of the nodes that no operation made."""
    return [node for node in order if node.primitive is None]


def edges(order: Iterable[Value]) -> Iterator[tuple[Value, int, Value]]:
    """(node, place, operand) for each operand that is a node, in the order of the nodes and their operands."""
    for node in order:
        for place, operand in enumerate(node.operands):
            if isinstance(operand, Value):
                yield node, place, operand


def consumers(order: Iterable[Value]) -> dict[Value, list[Value]]:
    """For each node, those that use it, in order; one that uses it twice is there once."""
    found: dict[Value, dict[Value, None]] = {}
    for node in order:
        found.setdefault(node, {})
        for operand in value_operands(node):
            found.setdefault(operand, {})[node] = None
    return {node: list(users) for node, users in found.items()}


def depending_on(inputs: Iterable[Value], order: Sequence[Value]) -> set[Value]:
    """Those in ``order`` that are one of the inputs or depend on one: what lies between them and the root."""
    found: set[Any] = set(inputs).intersection(order)
    for node in order:
        if node not in found and any(operand in found for operand in value_operands(node)):
            found.add(node)
    return found


def is_activation(node: Value) -> bool:
    """Is a node the result of an activation, which is written a where its operand is written z?"""
    return node.primitive is not None and node.primitive.activation
