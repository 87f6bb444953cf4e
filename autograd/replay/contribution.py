"""What a call has added to gradients, and whether it is still there when ``backward`` is called.

A training loop may set the gradients to zero before its calls, or between them and ``backward``, as
micrograd's does: then they are added again, and nothing else is. That a gradient is 0 does not say that it
was set to zero, as contributions cancel; but a number that was not written here says so.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from operator import is_
from typing import Any

from ..errors import RecordingError
from ..value import Value
from .arrays import ParameterArrays

__all__ = ["Contribution", "add_gradients"]


# Each addition of gradients has a number. What is known of leaves stands by their ids, as a leaf may be
# forgotten, and their numbers are compared by ``is``.
_numbers = itertools.count(1)
_cancelled: dict[int, float] = {}  # the zero that contributions added up to
_lost_before: dict[int, int] = {}  # what additions before this one gave has been set to zero since
_latest = 0


class Contribution:
    """The gradients of one call, which are added at once.

    >>> w = Value(0.5)
    >>> first, second = [Contribution([w], [gradient], None, []) for gradient in (3.0, 4.0)]
    >>> w.grad
    7.0
    >>> first.count(); second.count()  # nothing, as they are there
    >>> w.grad
    7.0
    """

    __slots__ = ("_arrays", "_gradients", "_in_arrays", "_leaves", "_number", "_totals", "_zeroings")

    def __init__(
        self, leaves: Sequence[Value], gradients: Sequence[float], arrays: ParameterArrays | None, in_arrays: Any
    ) -> None:
        self._leaves = leaves
        self._gradients = gradients
        self._arrays = arrays
        self._in_arrays = in_arrays
        self._zeroings = arrays.zeroings if arrays is not None else 0
        self._number, self._totals = self._add()

    def _add(self) -> tuple[int, list[float] | None]:
        if self._arrays is not None:
            self._arrays.add(self._in_arrays)
        return add_gradients(self._leaves, self._gradients)

    def count(self) -> None:
        """As backward: the first time, add what was lost since the call, and from then on all of it."""
        if self._totals is None:
            self._add()
            return
        lost = {}
        if not all(map(is_, [leaf.grad for leaf in self._leaves], self._totals)):
            lost = self._lost(self._totals)
        if self._arrays is not None and self._lost_in(self._arrays):
            self._arrays.add(self._in_arrays)
        add_gradients(lost, lost.values())
        self._totals = None

    def _lost_in(self, arrays: ParameterArrays) -> bool:
        if arrays.zeroings == self._zeroings and not arrays.grad.any() and any(self._in_arrays):
            raise _unclear("use the zero_grad() of their arrays")
        return arrays.zeroings != self._zeroings

    def _lost(self, totals: Sequence[float]) -> dict[Value, float]:
        own: dict[Value, tuple[float, float]] = {}  # a leaf that is there twice has its gradient in one of the places
        for leaf, gradient, total in zip(self._leaves, self._gradients, totals):
            own[leaf] = (own[leaf][0] + gradient if leaf in own else gradient), total
        lost = {}
        for leaf, (gradient, total) in own.items():
            present = leaf.grad
            if not gradient or present is total:
                continue
            zeroed = not present and present is not _cancelled.get(id(leaf))
            if zeroed or _lost_before.get(id(leaf), 0) > self._number:
                lost[leaf] = gradient
            elif self._number == _latest:  # no call has added to it since, so who has?
                raise _unclear("do so before the call")
        return lost


def _unclear(advice: str) -> RecordingError:
    return RecordingError(
        "backward() of a compiled function's result: its gradients were changed since the call added them, and it "
        f"cannot be told whether they were set to zero. Leave out this backward(); to set them to zero, {advice}"
    )


def add_gradients(leaves: Iterable[Value], gradients: Iterable[float]) -> tuple[int, list[float] | None]:
    """Accumulate as ``Value.backward`` does, one pass's sum added to what was there.

    Returns the number of this addition, and what the gradients are now.
    """
    global _latest
    _latest = number = next(_numbers)
    totals = []
    for leaf, gradient in zip(leaves, gradients):
        before, key = leaf.grad, id(leaf)
        cancelled = _cancelled.get(key)
        if before or (cancelled is not None and before is cancelled):
            total = before + gradient
            if not total:
                _cancelled[key] = total
        else:
            total = gradient
            _lost_before[key] = number
        leaf.grad = total
        totals.append(total)
    return number, totals
