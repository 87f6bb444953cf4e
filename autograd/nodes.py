"""Nodes from outside: made of what somebody else has computed, evaluated again beside, kept and put back.

Readers that must write what a node holds do it here, so that no one else names how it is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import numeric
from .numeric import Number
from .primitives import Primitive
from .value import Value, evaluate, new_node

__all__ = ["evaluated_again", "record_given", "set_state", "state"]


def record_given(
    primitive: Primitive, data: Number, operands: tuple[Value, ...], partials: Sequence[Any], kept: Any = None
) -> Value:
    """The node of an operation that was done elsewhere: its result and its partials are given.

    ``primitive`` takes any number of operands (its arity is 0); ``kept`` is what it needs to evaluate the
    node again.
    """
    node = new_node(primitive, operands, None)
    node._data = data
    node._grad = numeric.zero(data)
    node._left_partial = partials
    node._right_partial = kept
    return node


def evaluated_again(node: Value) -> Value:
    """Another node of the same operation on the same operands, with their present data."""
    again = new_node(node.primitive, node._left, node._right)
    again._right_partial = node._right_partial
    evaluate(again)
    return again


def state(node: Value) -> tuple[Any, ...]:
    """What :func:`evaluate` writes, to be put back with :func:`set_state`."""
    return node._data, node._left_partial, node._right_partial


def set_state(node: Value, kept: tuple[Any, ...]) -> None:
    node._data, node._left_partial, node._right_partial = kept
