"""Graphs that are pickled and copied, at any depth: a table of their nodes, in place of nodes within nodes.

>>> import copy, pickle
>>> from autograd import Value
>>> x = Value(3.0, label="x")
>>> y = pickle.loads(pickle.dumps(x * x))
>>> y.backward()
>>> [x.grad for x in y.operands]
[6.0, 6.0]

Leaves are pickled one by one, so those that several graphs of one pickle share are shared afterwards.
Results of operations belong to the graph in whose table they are.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from ..primitives import lookup
from ..value import _WEIGHTED_ROW, Value, topological_order

__all__ = ["Table", "reduce_value"]

_ROW = "row of a layer"


def reduce_value(node: Value) -> tuple[Callable[..., Value], tuple[Any, ...]]:
    """What ``pickle`` and ``copy`` make a Value from."""
    if not node.op:
        return _leaf, (node.data, node.grad, node.label)
    return _root, (Table(node),)


def _leaf(data: Any, grad: Any, label: str) -> Value:
    leaf = Value(data, label)
    leaf.grad = grad
    return leaf


def _root(table: Table) -> Value:
    return table.nodes()[-1]


class Table:
    """The nodes of a graph as rows, operands first. An operand is the number of its row, or (number,)."""

    def __init__(self, root: Value) -> None:
        order = topological_order(root)
        self.leaves = [node for node in order if not node.op]
        places = {node: place for place, node in enumerate(self.leaves)}
        sequences: dict[int, int] = {}  # tuples of operands that nodes share, by identity
        self.sequences: list[tuple[Any, ...]] = []
        self.rows: list[tuple[Any, ...]] = []

        def operand(x: Any) -> Any:
            return places[x] if isinstance(x, Value) else (x,)

        def sequence(operands: tuple[Any, ...]) -> int:
            if id(operands) not in sequences:
                sequences[id(operands)] = len(self.sequences)
                self.sequences.append(tuple([operand(x) for x in operands]))
            return sequences[id(operands)]

        for node in order:
            primitive = node._primitive
            if primitive is None:
                continue
            name: Any = primitive.name if primitive.index < 0 else (primitive.name, primitive.index)
            if primitive is _WEIGHTED_ROW:
                name, left, right = _ROW, sequence(node._left), sequence(node._right)
            elif primitive.arity == 0:
                left, right = sequence(node._left), None
            else:
                left, right = operand(node._left), operand(node._right) if primitive.arity == 2 else None
            partials = node._left_partial, node._right_partial
            self.rows.append((name, left, right, *partials, node.data, node.grad, node.label))
            places[node] = len(places)

    def nodes(self) -> list[Value]:
        """The nodes made anew, on the table's leaves."""
        nodes = list(self.leaves)

        def operand(x: Any) -> Any:
            return x[0] if type(x) is tuple else nodes[x]

        made: dict[int, tuple[Any, ...]] = {}

        def sequence(place: int) -> tuple[Any, ...]:
            if place not in made:
                made[place] = tuple([operand(x) for x in self.sequences[place]])
            return made[place]

        for name, left, right, left_partial, right_partial, data, grad, label in self.rows:
            node = object.__new__(Value)
            node._primitive = primitive = _WEIGHTED_ROW if name == _ROW else lookup(name)
            if primitive is _WEIGHTED_ROW:
                node._left, node._right = sequence(left), sequence(right)
            elif primitive.arity == 0:
                node._left, node._right = sequence(left), None
            else:
                node._left, node._right = operand(left), None if right is None else operand(right)
            node._left_partial, node._right_partial = left_partial, right_partial
            node.data, node.grad, node.label, node._mark = data, grad, label, None
            nodes.append(node)
        return nodes

    def __deepcopy__(self, memo: dict[int, Any]) -> Table:
        """The rows are not changed by anyone, so only the leaves are copied."""
        table = copy.copy(self)
        table.leaves = [copy.deepcopy(leaf, memo) for leaf in self.leaves]
        return table
