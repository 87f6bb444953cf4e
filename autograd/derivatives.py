"""Gradients as functions: of any order, and without touching ``.grad``.

>>> from autograd import Value, grad
>>> x = Value(3.0)
>>> [slope] = grad(x ** 3, [x], create_graph=True)
>>> slope.data, grad(slope, [x])
(27.0, [18.0])
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import numeric
from .errors import KindError
from .value import Value, contributions, topological_order

__all__ = ["grad"]


def grad(output: Value, inputs: Sequence[Value], create_graph: bool = False) -> list[Any]:
    """d(output)/d(input) for each input, as a list of numbers; no ``.grad`` is touched.

    >>> a, b = Value(2.0), Value(5.0)
    >>> grad(a * b, [a, b])
    [5.0, 2.0]

    With ``create_graph=True`` they are Values, recorded as they are formed, and can be differentiated
    again. An input that the output does not depend on has gradient 0.
    """
    for place, x in enumerate(inputs):
        if not isinstance(x, Value):
            raise KindError(f"grad: inputs[{place}] is {x!r} (of type {type(x).__name__}), and must be a Value")
    one = numeric.like(output.data, 1)
    cotangents: dict[Value, Any] = {output: Value(one) if create_graph else one}
    terms = _recorded_contributions if create_graph else contributions
    for node in reversed(topological_order(output)):
        if node not in cotangents or not node.op:
            continue
        for operand, _, contribution in terms(node, cotangents[node]):
            known = cotangents.get(operand)
            cotangents[operand] = contribution if known is None else known + contribution
    nothing = [numeric.zero(x.data) for x in inputs]
    return [
        cotangents.get(x, Value(absent) if create_graph else absent) for x, absent in zip(inputs, nothing)
    ]


def _recorded_contributions(node: Value, cotangent: Value) -> list[tuple[Value, Any, Value]]:
    """The contributions of a node by the rules of its row, run on Values, so that they are recorded."""
    primitive, operands = node._primitive, node.operands
    assert primitive is not None
    if primitive.arity == 0:
        partials = primitive.partials(node, operands)
    else:
        partials = [
            rule(node, *operands) if isinstance(operand, Value) else None
            for rule, operand in zip(primitive.partials, operands)
        ]
    return [
        (operand, partial, cotangent * partial)
        for operand, partial in zip(operands, partials)
        if isinstance(operand, Value)
    ]
