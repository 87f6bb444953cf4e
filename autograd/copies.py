"""Graphs copied and pickled whole, however deep.

>>> import copy, pickle
>>> from autograd import Value
>>> x = Value(3.0, label="x")
>>> square = pickle.loads(pickle.dumps(x * x))
>>> square.backward()
>>> square.operands[0]
Value(data=3.0, grad=6.0, label='x')

Python's own copy and pickle go from object to object by recursion, and a graph is a million deep. The
methods that they look for are given to Value here, at the end, to keep its own room short.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from .graph import topological_order
from .instrument import OBSERVERS, notify
from .primitives import Primitive, lookup
from .value import Value

__all__ = ["deep_copy", "reduced", "restored", "restored_leaf", "shallow_copy"]


def _new_node(kind: type[Value] = Value) -> Value:
    node = object.__new__(kind)
    if OBSERVERS:
        notify("copied", node)
    return node


def _kind(node: Value) -> type[Value]:
    """Value, or the subclass of one that takes attributes of a user's own."""
    return type(node) if hasattr(node, "__dict__") else Value


def shallow_copy(node: Value) -> Value:
    """Another node of the same operands, for :func:`copy.copy`."""
    new = _new_node(_kind(node))
    for slot in Value.__slots__:
        if slot != "__weakref__":
            setattr(new, slot, getattr(node, slot))
    getattr(new, "__dict__", {}).update(getattr(node, "__dict__", {}))
    return new


def deep_copy(root: Value, memo: dict[int, Any]) -> Value:
    """A copy of the graph under ``root`` for :func:`copy.deepcopy`; what several roots share stays shared."""
    originals = topological_order(root)
    for node in originals:
        if id(node) not in memo:
            memo[id(node)] = _with_operands(node, memo)
    memo.setdefault(id(memo), []).extend(originals)  # deepcopy's own list of what must outlive its ids
    return memo[id(root)]


def _with_operands(node: Value, copied: dict[int, Any]) -> Value:
    """A copy of one node whose operands are the copies."""
    new = _new_node(_kind(node))
    new._data, new._grad, new._label = node._data, node._grad, node._label
    new._primitive, new._mark = node._primitive, None
    new._left_partial, new._right_partial = node._left_partial, node._right_partial
    new._left, new._right = _mapped(node._left, copied), _mapped(node._right, copied)
    if hasattr(new, "__dict__"):
        copied[id(node)] = new  # which its attributes may hold
        new.__dict__.update(deepcopy(node.__dict__, copied))
    return new


def _mapped(operands: Any, copied: dict[int, Any]) -> Any:
    """An operand, or a tuple of them: its copy, one and the same for a tuple that nodes share."""
    if isinstance(operands, Value):
        return copied[id(operands)]
    if isinstance(operands, tuple):
        if id(operands) not in copied:
            copied[id(operands)] = tuple([copied[id(x)] if isinstance(x, Value) else x for x in operands])
        return copied[id(operands)]
    return operands


def reduced(root: Value) -> tuple[Any, ...]:
    """What :mod:`pickle` writes: a leaf by itself, a graph as its leaves and a flat list of its operations.

    Leaves that several pickled roots share stay shared; nodes between do not.
    """
    if root._primitive is None:
        return restored_leaf, (root.data, root.grad, root.label, _kind(root)), getattr(root, "__dict__", None)
    order = topological_order(root)
    places: dict[int, Any] = {id(node): _Place(place) for place, node in enumerate(order)}
    leaves = [(place, node) for place, node in enumerate(order) if node._primitive is None]
    operations = [(place, *_written(node, places)) for place, node in enumerate(order) if node._primitive is not None]
    return restored, (len(order), leaves, operations)


class _Place(int):
    """The place of a node in the list: an operand that is no bare number."""

    __slots__ = ()


def _written(node: Value, places: dict[int, Any]) -> tuple[Any, ...]:
    primitive = node._primitive
    assert primitive is not None
    key: Any = primitive.name, primitive.index
    partials = node._left_partial, node._right_partial
    if primitive.evaluate is not None:  # a compiled function's row is in no table, and is pickled itself
        key, partials = primitive, ([*node._left_partial], None)
    return key, _mapped(node._left, places), _mapped(node._right, places), *partials, node.data, node.grad, node.label


def restored_leaf(data: Any, grad: Any, label: str, kind: type[Value] = Value) -> Value:
    leaf = object.__new__(kind)
    Value.__init__(leaf, data, label)
    leaf.grad = grad
    return leaf


def restored(count: int, leaves: list[tuple[int, Value]], operations: list[tuple[Any, ...]]) -> Value:
    nodes: list[Any] = [None] * count
    for place, leaf in leaves:
        nodes[place] = leaf
    tuples: dict[int, Any] = {}

    def operand(written: Any) -> Any:
        if isinstance(written, _Place):
            return nodes[written]
        if isinstance(written, tuple):
            if id(written) not in tuples:
                tuples[id(written)] = tuple([nodes[x] if isinstance(x, _Place) else x for x in written])
            return tuples[id(written)]
        return written

    for place, key, left, right, left_partial, right_partial, data, grad, label in operations:
        node = _new_node()
        node._data, node._grad, node._label, node._mark = data, grad, label, None
        node._primitive = key if isinstance(key, Primitive) else lookup(key[0] if key[1] < 0 else key)
        node._left, node._right = operand(left), operand(right)
        node._left_partial, node._right_partial = left_partial, right_partial
        nodes[place] = node
    return nodes[-1]


Value.__copy__ = shallow_copy  # type: ignore[attr-defined]
Value.__deepcopy__ = deep_copy  # type: ignore[attr-defined]
Value.__reduce__ = reduced  # type: ignore[method-assign,assignment]
