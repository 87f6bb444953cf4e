"""A composite node (a weighted sum, a softmax) in elementary operations, for whoever looks into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..graph import topological_order
from ..numeric import Number
from ..value import Value
from .names import Names

__all__ = ["Opened", "opened"]


@dataclass(frozen=True, slots=True)
class Opened:
    """The decomposition of a composite node, run on leaves of its own: the graph itself is not touched."""

    root: Value  # in the place of the node, and named as it is
    operands: dict[Value, Value]  # for each leaf the node's operand that it is a copy of
    steps: list[Value]  # the operations, in order, the root last


def opened(node: Value, names: Names, numbers: Sequence[Number] | None = None) -> Opened | None:
    """The elementary operations of a composite node; None where it has none, as the sum of one number.

    >>> from autograd import weighted_sum
    >>> z = weighted_sum([Value(0.5, "w")], [Value(2.0, "x")], Value(0.1, "b"))
    >>> z.label = "z"
    >>> inside = opened(z, Names())
    >>> [(step.label, step.op, step.data) for step in inside.steps]
    [('z.1', 'mul', 1.0), ('z', 'add', 1.1)]

    The operands have the names of the graph, and those of their data that ``numbers`` gives, or that they
    have now.
    """
    decomposition = None if node.primitive is None else node.primitive.decomposition
    if decomposition is None:
        return None
    copies: dict[Value, Value] = {}
    operands: list[Any] = []
    for place, operand in enumerate(node.operands):
        if isinstance(operand, Value):
            number = operand.data if numbers is None else numbers[place]
            operand = copies.setdefault(operand, Value(number, names[operand]))
        operands.append(operand)
    root = decomposition(tuple(operands))
    if not isinstance(root, Value) or not root.op:
        return None
    steps = [step for step in topological_order(root) if step.op]
    for number, step in enumerate(steps[:-1], 1):
        step.label = f"{names[node]}.{number}"
    root.label = names[node]
    return Opened(root, {copy: operand for operand, copy in copies.items()}, steps)
