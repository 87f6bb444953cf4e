"""What calls come to: a result, the leaves that it depends on, and the partial with respect to each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..errors import AutogradError, RecordingError
from ..interpret import pull_back
from ..value import Undefined, Value, contributions

__all__ = ["Outcome", "evaluated_again", "in_order", "pulled_back", "together"]

Outcome = tuple[Any, tuple[Value, ...], Sequence[Any]]


def pulled_back(
    root: Value, order: list[Value], leaves: list[Value], seed: float
) -> tuple[tuple[Value, ...], Sequence[Any]]:
    """The leaves under a root, and the gradient with respect to each."""
    try:
        found = pull_back(order, {root: seed}, contributions)
        partials: list[Any] = [0.0 + found.get(leaf, 0.0) for leaf in leaves]
    except AutogradError as error:
        partials = [Undefined(error)] * len(leaves)
    return tuple(leaves), partials


def together(found: Sequence[tuple[Any, Any]]) -> tuple[tuple[Value, ...], Sequence[Any]]:
    """The operands of several outcomes, each once, with the sum of its partials."""
    if len(found) == 1:
        [only] = found
        return only
    totals: dict[Value, Any] = {}
    for operands, partials in found:
        for operand, partial_of_one in zip(operands, partials):
            known = totals.get(operand, 0.0)
            undefined = [one for one in (known, partial_of_one) if type(one) is Undefined]
            totals[operand] = undefined[0] if undefined else known + partial_of_one
    return tuple(totals), [*totals.values()]


def in_order(groups: Sequence[tuple[Sequence[int], list[float]]]) -> list[float]:
    """The results of several groups of samples, in the samples' order."""
    if len(groups) == 1:
        return groups[0][1]
    found = {place: result for places, results in groups for place, result in zip(places, results)}
    return [found[place] for place in sorted(found)]


def evaluated_again(again: Callable[[], Outcome], operands: tuple[Value, ...]) -> tuple[Any, Sequence[Any]]:
    """The result and the partials of a call with its operands' present data."""
    data, present, partials = again()
    if present == operands:
        return data, partials
    # Where a replay could not go, eager found the leaves in another order.
    by_leaf = dict(zip(*together([(present, partials), ((), ())])))
    if set(by_leaf) != set(operands):
        raise RecordingError(
            "with the present data a compiled function depends on other leaves than it did in this call; call it again"
        )
    return data, [by_leaf.pop(operand, 0.0) for operand in operands]
