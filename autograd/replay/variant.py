"""One recording of a compiled function: its record, the machine that runs it, and whose gradient it fills."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..value import Value
from .arguments import Given
from .arrays import ParameterArrays
from .contribution import Contribution, add_gradients
from .native import machine_for
from .record import Guard, as_float, make_record

__all__ = ["Variant"]


class Variant:
    """A way through a function: it is valid as long as its guards hold."""

    def __init__(
        self,
        root: Value,
        inputs: Sequence[Value],
        guards: Sequence[Guard],
        given: Given,
        arrays: ParameterArrays | None,
    ) -> None:
        numbers = inputs[: len(given.numbers)]
        own = arrays.values if arrays is not None else []
        record, leaves = make_record(root, inputs, own, guards, unwanted=numbers)
        self.arrays = arrays
        self.leaves = leaves[: len(leaves) - len(inputs)]  # those that are no arguments
        self._in_arrays = len(own)
        self._others = self.leaves[len(own) :]
        self._first_value = len(leaves) - len(given.values)
        self._slots = {leaf: slot for slot, leaf in enumerate(self.leaves)}
        self._machine = machine_for(record, range(self._first_value, len(leaves)))

    def replay(self, given: Given, seed: float = 1.0) -> tuple[float, Any]:
        """The result, and the gradient by each leaf: those in arrays, other leaves, then the arguments."""
        leaves = self._numbers(*given.numbers, *_data(given.values))
        return self._machine.replay(leaves, seed, self._same_leaves(given.values))

    def batch(self, rows: Any, seed: float) -> tuple[Any, Any]:
        """The results, and the gradient by each leaf that is no argument, summed over the samples."""
        return self._machine.batch(rows, self._numbers(), seed)

    def contribution(self, given: Given, gradients: Any) -> Contribution:
        """Add a call's gradients to ``.grad``."""
        count = self._in_arrays
        others = [*map(float, gradients[count : len(self.leaves)]), *map(float, gradients[self._first_value :])]
        return Contribution([*self._others, *given.values], others, self.arrays, gradients[:count])

    def add(self, gradients: Any) -> None:
        """Add a batch's gradients to ``.grad`` of the leaves that are no arguments."""
        count = self._in_arrays
        if self.arrays is not None:
            self.arrays.add(gradients[:count])
        add_gradients(self._others, map(float, gradients[count:]))

    def by_leaf(self, given: Given, gradients: Any) -> list[tuple[Value, float]]:
        """Each leaf with its gradient, an argument too."""
        # An argument that is there more than once has all of its gradient in the first place, and then 0.
        return [
            *zip(self.leaves, map(float, gradients)),
            *zip(given.values, map(float, gradients[self._first_value :])),
        ]

    def _numbers(self, *given: float) -> Any:
        numbers = [*_data(self._others), *given]
        if self.arrays is None:
            return numbers
        return self.arrays.followed_by(numbers) if numbers else self.arrays.data

    def _same_leaves(self, values: Sequence[Value]) -> dict[int, int]:
        """Arguments that are a leaf which has a slot already: their slots, and its."""
        same = {}
        own: dict[Value, int] = {}
        for slot, leaf in enumerate(values, self._first_value):
            known = self._slots.get(leaf)
            if known is None:
                known = own.setdefault(leaf, slot)
            if known != slot:
                same[slot] = known
        return same


def _data(leaves: Sequence[Value]) -> list[float]:
    numbers = [leaf.data for leaf in leaves]
    if {*map(type, numbers)} <= {float}:
        return numbers
    return [as_float(leaf.data, leaf.label or "a leaf") for leaf in leaves]
