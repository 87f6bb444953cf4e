"""Replay by generated Python: no package needed, and the numbers of eager to the last bit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from .record import Record
from .source import batch_program, is_small, load, program

__all__ = ["LANES", "PythonMachine"]

# A batch's gradients are summed in this many lanes: sample s is added to lane s % LANES, in order, and
# the lanes are added from left to right. Eight is what a native machine does at once.
LANES = 8


class PythonMachine:
    """Runs the program of a record; each of its functions is generated at its first use."""

    def __init__(self, record: Record, data: Any = ()) -> None:
        self.record = record
        self._data = data  # the numbers of the first leaves; the others are given to each run

    def _all(self, leaves: Sequence[float]) -> list[float]:
        return [*_listed(self._data), *leaves]

    def forward(self, leaves: Sequence[float]) -> float:
        result: float = self._forward(self._all(leaves))[0]
        return result

    def replay(self, leaves: Sequence[float], seed: float) -> tuple[float, list[float]]:
        """The result, and the gradient with respect to each leaf."""
        found: tuple[float, list[float]] = self._replay(self._all(leaves), seed)
        return found

    def results(self, samples: Sequence[Sequence[float]], leaves: Sequence[float]) -> list[float]:
        """The result of each sample, without gradients."""
        return self._without_gradients.batch(samples, leaves, 1.0)[0]

    @cached_property
    def _without_gradients(self) -> PythonMachine:
        return PythonMachine(replace(self.record, backward=[]), data=self._data)

    def batch(
        self, samples: Sequence[Sequence[float]], leaves: Sequence[float], seed: float
    ) -> tuple[list[float], list[float]]:
        """The result of each sample, and the gradients by the leaves that are no inputs, summed."""
        samples, leaves = _listed(samples), self._all(leaves)
        inputs = set(self.record.inputs)
        kept = [slot for slot in range(self.record.leaf_count) if slot not in inputs]
        numbers = [leaves[slot] for slot in kept]
        results = [0.0] * len(samples)
        totals = [0.0] * len(kept)
        for lane in range(min(LANES, len(samples))):
            results[lane::LANES], gradients = self._batch(samples[lane::LANES], numbers, seed)
            totals = [total + gradient for total, gradient in zip(totals, gradients)]
        return results, totals

    @cached_property
    def _forward(self) -> Callable[..., Any]:
        return load(program(self._without_gradients.record), "forward", "replay")

    @cached_property
    def _replay(self) -> Callable[..., Any]:
        return load(program(self.record), "replay", "replay")

    @cached_property
    def _batch(self) -> Callable[..., Any]:
        if is_small(self.record):
            return load(batch_program(self.record), "batch", "batch")
        return self._one_by_one

    def _one_by_one(
        self, samples: Sequence[Sequence[float]], numbers: Sequence[float], seed: float
    ) -> tuple[list[float], list[float]]:
        inputs = set(self.record.inputs)
        kept = [slot for slot in range(self.record.leaf_count) if slot not in inputs]
        leaves = [0.0] * self.record.leaf_count
        for slot, number in zip(kept, numbers):
            leaves[slot] = number
        results, totals = [], [0.0] * len(kept)
        for sample in samples:
            for slot, number in zip(self.record.inputs, sample):
                leaves[slot] = number
            result, gradients = self._replay(leaves, seed)
            results.append(result)
            totals = [total + gradients[slot] for total, slot in zip(totals, kept)]
        return results, totals


def _listed(numbers: Any) -> Any:
    """An array as a list of Python's floats: arithmetic with NumPy's own takes four times as long."""
    return numbers.tolist() if hasattr(numbers, "tolist") else numbers
