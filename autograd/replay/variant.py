"""One recording of a compiled function: its record, the machine that runs it, and the leaves that it uses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import RecordingError
from ..value import Value, survey
from .arguments import Given, Recorded
from .arrays import ParameterArrays
from .native import machine_for
from .record import Record, floats_of, make_record, renamed
from .recording import Recording

__all__ = ["Variant", "outside_of"]


class Variant:
    """A way through a function: it is valid as long as its guards hold."""

    def __init__(
        self, root: Value, recorded: Recorded, recording: Recording, given: Given, arrays: ParameterArrays | None
    ) -> None:
        numbers, values = recorded.numbers, recorded.values
        own = arrays.values if arrays is not None else []
        outside = outside_of(root, recording)
        record, leaves = make_record(
            root, [*numbers, *values], own, [*recording.guards.values()], unwanted=numbers, outside=outside,
            unused=[*recording.made],
        )  # fmt: skip
        self._arrays = arrays
        self._leaves = leaves[: len(leaves) - len(numbers) - len(values)]  # no arguments: first those in arrays
        self._others = self._leaves[len(own) :]
        self._first_value = len(leaves) - len(values)
        self._slots = {leaf: slot for slot, leaf in enumerate(self._leaves)}
        self._record = record
        self._machines: dict[Any, Any] = {}
        self.size = _bytes(record)
        self.used = 0  # when it was replayed last: the turn of a clock
        # Where the function looked which Values its arguments are, it holds for these; where it looked what a
        # derivative depends on, for those that are leaves, each another.
        self._told_apart = given.values if recording.tells_values_apart else None
        self._takes_values = bool(values)  # or they are leaves that it uses, as others
        self._differentiates = recording.differentiates and bool(values)
        # The operands of a call: the leaves that the result depends on, not those that are only compared.
        used = _leaves_under(root, outside).union(own)
        self._places = [slot for slot, leaf in enumerate(self._leaves) if leaf in used]
        self.operands = tuple([self._leaves[slot] for slot in self._places])
        self._first_places_only = self._places == [*range(len(self._places))]
        self._used_own = set(self._places)
        self._used_values = [self._first_value + place for place, leaf in enumerate(values) if leaf in used]

    def is_for(self, given: Given) -> bool:
        """Does this recording hold for these Values among the arguments?"""
        told = self._told_apart
        if told is not None and not all([one is other for one, other in zip(told, given.values)]):
            return False
        if self._differentiates and (any([x.op for x in given.values]) or self._same_leaves(given.values)):
            raise RecordingError(
                "the compiled function takes a derivative (grad), and an argument is a computed Value, or a leaf that "
                "it uses already: the derivative with respect to that would go another way. Call the function itself, "
                ".__wrapped__"
            )
        return True

    def _machine(self, same: dict[int, int] | None = None) -> Any:
        """The machine for parameters in arrays, or that are so no longer; ``same``: leaves that are others."""
        arrays = self._arrays if self._arrays is not None and self._arrays.is_open else None
        key = arrays is not None, tuple(same.items()) if same else ()
        if key not in self._machines:
            record = renamed(self._record, same) if same else self._record
            self._machines[key] = machine_for(record, None if arrays is None else arrays.data)
        return self._machines[key]

    def call(self, given: Given, seed: float = 1.0) -> tuple[float, tuple[Value, ...], Sequence[float]]:
        """The result, the leaves that it depends on, and the partial by each, times ``seed``."""
        values = given.values if self._takes_values else []
        if not values:
            result, gradients = self._machine().replay(self._numbers(given.numbers), seed)
            return result, self.operands, self._of_operands(gradients)
        numbers = self._numbers([*given.numbers, *floats_of(values)])
        same = self._same_leaves(values)
        result, gradients = self._machine(same).replay(numbers, seed)
        # A leaf that is there more than once has all of its gradient in one slot: the first in ``same``.
        more = sorted({*self._used_values, *same.values()}.difference(same) - self._used_own)
        if not more:
            return result, self.operands, self._of_operands(gradients)
        first, own = self._first_value, self._leaves
        leaves = [own[slot] if slot < first else values[slot - first] for slot in more]
        return (
            result,
            (*self.operands, *leaves),
            [*self._of_operands(gradients), *[float(gradients[slot]) for slot in more]],
        )

    def batch(self, rows: Any, seed: float) -> tuple[list[float], tuple[Value, ...], Sequence[float]]:
        """The result of each sample, the leaves, and the partial of the sum, times ``seed``, by each."""
        results, gradients = self._machine().batch(rows, self._numbers(), seed)
        return _listed(results), self.operands, self._of_operands(gradients)

    def results(self, rows: Any) -> list[float]:
        """The result of each sample."""
        found: list[float] = _listed(self._machine().results(rows, self._numbers()))
        return found

    def _of_operands(self, gradients: Any) -> Sequence[float]:
        if self._first_places_only:
            chosen: Sequence[float] = gradients[: len(self._places)]
            return chosen
        listed = _listed(gradients)
        return [listed[place] for place in self._places]

    def _numbers(self, given: Sequence[float] = ()) -> list[float]:
        numbers = [*floats_of(self._others), *given]
        if self._arrays is None or self._arrays.is_open:
            return numbers
        return [*floats_of(self._arrays.values), *numbers]

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


def outside_of(root: Value, recording: Recording) -> set[Value]:
    """The computed Values that the function uses and has not made: to it they are leaves."""
    nodes = {root, *[side for guard in recording.guards.values() for side in (guard.left, guard.right)]}
    nodes.update(*[node.operands for node in recording.made])
    nodes.difference_update(recording.made)
    outside = {node for node in nodes if isinstance(node, Value) and node.primitive is not None}
    if not recording.made_elsewhere.isdisjoint(map(id, outside)):
        raise RecordingError(
            "the compiled function uses what another thread computed while it was recorded, and a replay would not "
            "compute it again: compute in the function's own thread"
        )
    return outside


def _leaves_under(root: Value, outside: set[Value]) -> set[Value]:
    order, leaves, rows = survey(root, outside)
    found = {*leaves, *[leaf for row in rows for leaf in row]}
    if outside:
        used = [operand for node in order for operand in node.operands if isinstance(operand, Value)]
        found.update(outside.intersection([root, *used]))
    return found


def _bytes(record: Record) -> int:
    """About how much memory a recording takes, as measured."""
    instructions = [*record.forward, *record.backward]
    operands = sum([len(operands) for _, _, operands in instructions])
    return 100 * len(instructions) + 16 * operands + 150 * record.size


def _listed(numbers: Any) -> Any:
    """An array as a list of Python's own floats."""
    return numbers.tolist() if hasattr(numbers, "tolist") else numbers
