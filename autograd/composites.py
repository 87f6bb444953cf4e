"""Rows of the table with any number of operands: a sum, logsumexp, and the families of softmax.

>>> from autograd.primitives import lookup
>>> row = lookup(("softmax", 0))
>>> row.rule([0.0, 0.0]), list(row.partials(0.5, [0.0, 0.0]))
(0.5, [0.25, -0.25])

Each has a decomposition into elementary operations, which ``draw``, ``step`` and ``explain`` open on request.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from . import numeric
from .forms import Form
from .numeric import exp, log
from .primitives import FAMILIES, Primitive, add_row, make_row

__all__ = ["SoftmaxPartials"]


def _total(operands: Sequence[Any]) -> Any:
    result = operands[0]
    for operand in operands[1:]:
        result = result + operand
    return result


def _shift(operands: Sequence[Any]) -> Any:
    """The largest, as a number: it cancels in the quotient, so no gradient flows through it."""
    numbers = numeric.all_of_one_kind([numeric.number_of(operand) for operand in operands])
    place = numeric.place_of_largest(numbers)
    return numeric.zero(numbers[0]) if place is None else numbers[place]


def _shifted_exponentials(operands: Sequence[Any]) -> list[Any]:
    shift = _shift(operands)
    return [exp(operand - shift) for operand in operands]


def _exponentials(operands: Sequence[Any]) -> list[Any]:
    return [exp(operand) for operand in operands]


def _logsumexp(operands: Sequence[Any]) -> Any:
    return log(_total(_shifted_exponentials(operands))) + _shift(operands)


def _share(index: int, exponentials: Callable[[Sequence[Any]], list[Any]]) -> Callable[..., Any]:
    """One of the exponentials over the sum of all."""

    def share(operands: Sequence[Any]) -> Any:
        powers = exponentials(operands)
        return powers[index] / _total(powers)

    return share


class SoftmaxPartials(Sequence[Any]):
    """∂aᵢ/∂xⱼ = aᵢ (δᵢⱼ - aⱼ) for one i and every j, each computed when it is asked for; without aᵢ those of log aᵢ.

    The n results of a softmax share their n probabilities, instead of keeping n² partials.
    """

    __slots__ = ("probabilities", "place", "factor")

    def __init__(self, probabilities: Sequence[Any], index: int, factor: Any = None) -> None:
        self.probabilities = probabilities
        self.place = index
        self.factor = factor

    def __len__(self) -> int:
        return len(self.probabilities)

    def __getitem__(self, place: Any) -> Any:
        difference = (1 if place == self.place else 0) - self.probabilities[place]
        return difference if self.factor is None else self.factor * difference


def _softmax_together(numbers: Sequence[Any]) -> list[tuple[Any, Any]]:
    probabilities = numeric.softmax(numbers)
    return [(out, SoftmaxPartials(probabilities, index, out)) for index, out in enumerate(probabilities)]


def _log_softmax_together(numbers: Sequence[Any]) -> list[tuple[Any, Any]]:
    probabilities = numeric.softmax(numbers)
    return [(out, SoftmaxPartials(probabilities, index)) for index, out in enumerate(numeric.log_softmax(numbers))]


def _softmax_row(index: int) -> Primitive:
    return make_row(
        "softmax",
        lambda operands: numeric.softmax(operands)[index],
        lambda out, operands: SoftmaxPartials(numeric.softmax(operands), index, out),
        0,
        python=Form(f"softmax([{{0}}])[{index}]"),
        text=Form(f"softmax[{index + 1}]({{0}})"),
        latex=Form(rf"\operatorname{{{{softmax}}}}_{{{{{index + 1}}}}}\left({{0}}\right)"),
        decomposition=_share(index, _shifted_exponentials),
        textbook=_share(index, _exponentials),
        activation=True,
        never_flat=True,
        index=index,
        together=_softmax_together,
    )


def _log_softmax_row(index: int) -> Primitive:
    return make_row(
        "log_softmax",
        lambda operands: numeric.log_softmax(operands)[index],
        lambda out, operands: SoftmaxPartials(numeric.softmax(operands), index),
        0,
        python=Form(f"log_softmax([{{0}}])[{index}]"),
        text=Form(f"ln softmax[{index + 1}]({{0}})"),
        latex=Form(rf"\ln\operatorname{{{{softmax}}}}_{{{{{index + 1}}}}}\left({{0}}\right)"),
        decomposition=lambda operands: operands[index] - _logsumexp(operands),
        textbook=lambda operands: log(numeric.softmax(operands)[index]),
        never_flat=True,
        index=index,
        together=_log_softmax_together,
    )


FAMILIES["softmax"] = _softmax_row
FAMILIES["log_softmax"] = _log_softmax_row

add_row(
    "total",
    numeric.total,
    lambda out, operands: [1] * len(operands),
    0,
    python=Form("total([{0}])"),
    text=Form("Σ({0})"),
    latex=Form(r"\sum\left({0}\right)"),
    rational=True,
    decomposition=_total,
)
add_row(
    "logsumexp",
    numeric.logsumexp,
    lambda out, operands: numeric.softmax(operands),
    0,
    python=Form("logsumexp([{0}])"),
    text=Form("logsumexp({0})"),
    decomposition=_logsumexp,
    textbook=lambda operands: log(_total(_exponentials(operands))),
)
