"""One recording of a compiled function: its record, the machine that runs it, and the leaves that it uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from ..value import Value, survey
from .arguments import Given
from .arrays import ParameterArrays
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
        self._arrays = arrays
        self._leaves = leaves[: len(leaves) - len(inputs)]  # those that are no arguments: first those in arrays
        self._others = self._leaves[len(own) :]
        self._first_value = len(leaves) - len(given.values)
        self._slots = {leaf: slot for slot, leaf in enumerate(self._leaves)}
        self._machine = machine_for(record, range(self._first_value, len(leaves)))
        # The operands of a call: the leaves that the result depends on, not those that are only compared.
        used = _leaves_under(root).union(own)
        self._places = [slot for slot, leaf in enumerate(self._leaves) if leaf in used]
        self.operands = tuple([self._leaves[slot] for slot in self._places])
        self._first_places_only = self._places == [*range(len(self._places))]
        self._used_values = [place for place, leaf in enumerate(inputs[len(numbers) :]) if leaf in used]

    def call(self, given: Given, seed: float = 1.0) -> tuple[float, tuple[Value, ...], Sequence[float]]:
        """The result, the leaves that it depends on, and the partial by each, times ``seed``."""
        values = given.values
        numbers = self._numbers(*given.numbers, *_data(values))
        if not values:
            result, gradients = self._machine.replay(numbers, seed)
            return result, self.operands, self._of_operands(gradients)
        same = self._same_leaves(values)
        result, gradients = self._machine.replay(numbers, seed, same)
        if same:  # some leaf has the gradient of another too, so none is left out
            return result, (*self._leaves, *values), [
                *_listed(gradients[: len(self._leaves)]),
                *_listed(gradients[self._first_value :]),
            ]
        of_values = _listed(gradients[self._first_value :])
        return (
            result,
            (*self.operands, *[values[place] for place in self._used_values]),
            [*self._of_operands(gradients), *[of_values[place] for place in self._used_values]],
        )

    def batch(self, rows: Any, seed: float) -> tuple[list[float], Sequence[float]]:
        """The result of each sample, and the partial of their sum, times ``seed``, by each operand."""
        results, gradients = self._machine.batch(rows, self._numbers(), seed)
        return _listed(results), self._of_operands(gradients)

    def results(self, rows: Any) -> list[float]:
        """The result of each sample."""
        found: list[float] = _listed(self._forward_machine.batch(rows, self._numbers(), 1.0)[0])
        return found

    @cached_property
    def _forward_machine(self) -> Any:
        return machine_for(replace(self._machine.record, backward=[]))

    def _of_operands(self, gradients: Any) -> Sequence[float]:
        if self._first_places_only:
            chosen = gradients[: len(self._places)]
            # Through a memoryview an array has Python's own floats.
            return chosen if type(chosen) is list else chosen.data
        listed = _listed(gradients)
        return [listed[place] for place in self._places]

    def _numbers(self, *given: float) -> Any:
        numbers = [*_data(self._others), *given]
        if self._arrays is None:
            return numbers
        if self._arrays.is_open:
            return self._arrays.followed_by(numbers)
        return [*_data(self._arrays.values), *numbers]

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


def _leaves_under(root: Value) -> set[Value]:
    _, leaves, rows = survey(root)
    return {*leaves, *[leaf for row in rows for leaf in row]}


def _listed(numbers: Any) -> Any:
    """An array as a list of Python's own floats."""
    return numbers.tolist() if hasattr(numbers, "tolist") else numbers


def _data(leaves: Sequence[Value]) -> list[float]:
    numbers = [leaf.data for leaf in leaves]
    if {*map(type, numbers)} <= {float}:
        return numbers
    return [as_float(leaf.data, leaf.label or "a leaf") for leaf in leaves]
