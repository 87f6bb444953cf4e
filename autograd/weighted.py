"""Weighted sums: one row of the table, and the one layout in which a layer's nodes share what they can.

>>> from autograd import Value
>>> w, b = Value(0.5), Value(0.1)
>>> weighted_sums([(w, b)], [2.0])
[Value(data=1.1, grad=0.0)]

Σ wᵢxᵢ + b is one node. It keeps two tuples, its weights with the bias and its inputs, so that the neurons
of a layer share the tuple of inputs, and the samples of a batch the tuples of weights; and it keeps
their numbers, which are each other's partials. Where a weight is a bare number, or only some of the
inputs are, a node is kept as any other. Both pass back in the order of ``.operands``: weights, inputs, bias.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import numeric
from .errors import ShapeError
from .forms import Form
from .instrument import OBSERVERS, watched
from .primitives import PRIMITIVES, Primitive, add_row
from .value import Value, evaluate_row, new_node, number, operand_of, record, record_in_order

__all__ = ["WEIGHTED_SUM", "shared_tuples", "split_weighted_sum", "weighted_sums"]


def split_weighted_sum(operands: Sequence[Any]) -> tuple[Any, Any, Any]:
    """The weights, the inputs and the bias of a weighted sum's operands."""
    count = len(operands) // 2
    return operands[:count], operands[count:-1], operands[-1]


def _rule(operands: Sequence[Any]) -> Any:
    weights, inputs, bias = split_weighted_sum(operands)
    return numeric.dot(weights, inputs) + bias if weights else bias


def _partials(out: Any, operands: Sequence[Any]) -> list[Any]:
    weights, inputs, _ = split_weighted_sum(operands)
    return [*inputs, *weights, 1]


def weighted_sums(rows: Sequence[tuple[Any, ...]], inputs: Sequence[Any]) -> list[Value]:
    """Σ wᵢxᵢ + b for each row (w₁, …, wₙ, b): the weighted sums of a layer, one node each.

    Raises ShapeError (a ValueError) that names both lengths where a row does not fit the inputs.
    """
    return watched(_weighted_sums, rows, inputs) if OBSERVERS else _weighted_sums(rows, inputs)


def _weighted_sums(rows: Sequence[tuple[Any, ...]], inputs: Sequence[Any]) -> list[Value]:
    alike = len({isinstance(x, Value) for x in inputs}) <= 1  # all of them Values, or all bare numbers
    xs = tuple([operand_of(x, WEIGHTED_SUM) for x in inputs])
    if alike and len({isinstance(x, Value) for x in xs}) > 1:  # floats that are recorded, beside an int
        xs = tuple([x if isinstance(x, Value) else record(PRIMITIVES["total"], (x,)) for x in xs])
    numbers = [number(x) for x in xs]
    nodes = []
    for row in rows:
        if len(row) != len(numbers) + 1:
            raise ShapeError(
                f"weighted_sum: {len(row) - 1} weights for {len(xs)} inputs; give one weight for each input"
            )
        node = _shared(row, xs, numbers) if alike else None
        nodes.append(record_in_order(WEIGHTED_SUM, (*row[:-1], *xs, row[-1])) if node is None else node)
    return nodes


def shared_tuples(node: Value) -> tuple[tuple[Value, ...], tuple[Any, ...]] | None:
    """The two tuples that a weighted sum may share with others: weights and bias, and inputs. None for other nodes."""
    return (node._left, node._right) if node.op == "weighted_sum" and node._right is not None else None


def _shared(row: tuple[Any, ...], xs: tuple[Any, ...], numbers: list[Any]) -> Value | None:
    """The node of one row in the shared layout, or None for one that does not fit in it."""
    node = new_node(WEIGHTED_SUM, row if type(row) is tuple else tuple(row), xs)
    try:
        evaluate_row(node, numbers)
    except (ArithmeticError, AttributeError, TypeError):  # a bare weight, or kinds that do not mix
        return None
    if type(node._data) is not float:
        if not all([isinstance(weight, Value) for weight in row]):
            return None
        node._grad = numeric.zero(numeric.as_number(node._data, "the result of weighted_sum"))
    return node


def _record(primitive: Primitive, operands: tuple[Any, ...]) -> Value:
    weights, inputs, bias = split_weighted_sum(operands)
    return weighted_sums([(*weights, bias)], inputs)[0]


WEIGHTED_SUM = add_row(
    "weighted_sum",
    _rule,
    _partials,
    0,
    python=Form("weighted_sum({0})"),
    latex=Form(r"\sum w x + b\left({0}\right)"),
    decomposition=_rule,
    rational=True,
    record=_record,
)
