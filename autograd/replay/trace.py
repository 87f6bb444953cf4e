"""A graph that was recorded, and can be run again: with other numbers, from a file, as a program."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from ..errors import KindError, ShapeError
from ..messages import given
from ..numeric import Number
from ..value import Value
from .files import load_record, save_record
from .native import NativeMachine, machine_for
from .python_machine import PythonMachine
from .record import Record, as_float, make_record, rebuild
from .source import program
from .torch_module import torch_module

__all__ = ["Trace", "explain_failure"]


class Trace:
    """The flat record of the graph under ``root``.

    >>> from autograd import Value
    >>> w, x = Value(0.5, label="w"), Value(2.0, label="x")
    >>> trace = Trace((w * x).tanh(), inputs=[x])
    >>> trace.forward(1.0)
    0.46211715726000974
    >>> trace.backward()
    >>> w.grad, x.grad
    (0.7864477329659274, 0.3932238664829637)

    ``inputs`` are leaves whose numbers are given to each ``forward``; the other leaves take part with
    the data that they have then. Raises KindError for numbers that are not floats or ints.
    """

    record: Record
    leaves: list[Value]
    inputs: list[Value]

    def __init__(self, root: Value, inputs: Sequence[Value] = ()) -> None:
        if not isinstance(root, Value):
            raise KindError(f"a trace is made from a root, a Value; got {given(root)}")
        if isinstance(inputs, Value):
            raise KindError(f"inputs is {inputs!r}, and must be a list of leaves; write [{inputs.label or 'x'}]")
        inputs = list(inputs)
        for place, leaf in enumerate(inputs):
            if not isinstance(leaf, Value) or leaf.op:
                raise KindError(f"inputs[{place}] is {leaf!r}, and must be a leaf: a Value that was not computed")
        if len(set(inputs)) < len(inputs):
            raise ShapeError("inputs: one leaf is given twice; give each once")
        self.record, self.leaves = make_record(root, inputs)
        self.inputs = inputs
        self._given = threading.local()

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Trace:
        """The trace in a file that ``save`` wrote, with new leaves (``.leaves``, ``.inputs``).

        Raises FileFormatError for a file that is none, that is damaged, or that a newer version wrote.
        """
        trace = cls.__new__(cls)
        trace.record = record = load_record(path)
        trace.leaves = [Value(number, record.labels.get(slot, "")) for slot, number in enumerate(record.data)]
        trace.inputs = [trace.leaves[slot] for slot in record.inputs]
        trace._given = threading.local()
        return trace

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the record, with the leaves' numbers as they were when it was made, as JSON."""
        save_record(self.record, path)

    @property
    def source(self) -> str:
        """The record as a Python program that runs on its own, forward and then backward."""
        return program(self.record)

    def forward(self, *numbers: Number) -> float:
        """The result for these numbers, one for each input."""
        if len(numbers) != len(self.inputs):
            raise ShapeError(f"forward: {len(numbers)} numbers for {len(self.inputs)} inputs; give one for each input")
        self._given.numbers = [as_float(number, "a number of forward") for number in numbers]
        leaves = self._numbers()
        try:
            return self._machine.forward(leaves)
        except (ArithmeticError, ValueError) as error:
            raise explain_failure(self.record, leaves, error) from None

    def backward(self, seed: Number = 1) -> None:
        """Add the gradient, at the numbers of this thread's last ``forward``, to the ``.grad`` of every leaf."""
        leaves = self._numbers()
        try:
            _, gradients = self._machine.replay(leaves, as_float(seed, "seed"))
        except (ArithmeticError, ValueError) as error:
            raise explain_failure(self.record, leaves, error) from None
        for leaf, gradient in zip(self.leaves, gradients):
            leaf.grad += float(gradient)

    def to_torch(self) -> Any:
        """The graph as a ``torch.nn.Module`` in float64: a tensor for each input in, a tensor out.

        Its parameter ``leaves`` holds the other leaves' present data, in the order of ``names``, their
        labels. Raises MissingToolError where PyTorch is not installed.
        """
        inputs = set(self.inputs)
        return torch_module(self.record, [_data(leaf) for leaf in self.leaves if leaf not in inputs])

    def __getstate__(self) -> dict[str, Any]:
        """What is copied and pickled: not the machine, nor the numbers that a thread has given."""
        return {"record": self.record, "leaves": self.leaves, "inputs": self.inputs}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._given = threading.local()

    def __len__(self) -> int:
        return len(self.record.forward) + len(self.record.backward)

    def __repr__(self) -> str:
        return (
            f"<Trace: {len(self.leaves)} leaves, {len(self.record.forward)} instructions forward, "
            f"{len(self.record.backward)} backward>"
        )

    @cached_property
    def _machine(self) -> PythonMachine | NativeMachine:
        return machine_for(self.record)

    def _numbers(self) -> list[float]:
        numbers = [_data(leaf) for leaf in self.leaves]
        recorded = [self.record.data[slot] for slot in self.record.inputs]
        for slot, number in zip(self.record.inputs, getattr(self._given, "numbers", recorded)):
            numbers[slot] = number
        return numbers


def _data(leaf: Value) -> float:
    return as_float(leaf.data, leaf.label or "a leaf")


def explain_failure(record: Record, numbers: Sequence[float], error: Exception) -> Exception:
    """The error that eager raises for these numbers, which names the operation and its operands."""
    leaves = [Value(number, record.labels.get(slot, "")) for slot, number in enumerate(numbers)]
    try:
        rebuild(record, leaves).backward()
    except (ArithmeticError, ValueError) as explained:
        return explained
    return error
