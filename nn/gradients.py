"""The gradient of a batch, sample after sample: eagerly, or by replaying what was recorded once.

Both add up the samples' gradients in their order, so that both give the same numbers to the last bit where
a parameter is used once for each sample, as in an MLP. (One that is used twice gets its two contributions
one by one here, and their sum there.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import autograd
from autograd import Value, arguments, total

from . import losses
from .layers import MLP
from .module import Module, clear_gradients

__all__ = ["Eager", "Replayed", "replayable"]

Loss = Callable[[Any, Any], Any]
Sample = tuple[Any, Any]


class Eager:
    """A new graph for each batch, and ``backward()`` on it."""

    def __init__(self, model: Any, loss: Loss, parameters: Sequence[Value]) -> None:
        self._model, self._loss, self._parameters = model, loss, parameters

    def accumulate(self, samples: Sequence[Sample]) -> Any:
        """Leave the sum of the samples' gradients in the parameters, and return the sum of their losses."""
        roots = [self.loss(x, target) for x, target in samples]
        clear_gradients(self._parameters)
        # backward starts with the last operand, and the first sample is to be added first.
        total(roots[::-1]).backward()
        return total([root.data for root in roots])

    def loss(self, x: Any, target: Any) -> Value:
        """The loss of one sample, as a graph."""
        loss = self._loss(self._model(x), target)
        if not isinstance(loss, Value):
            raise arguments.refused(loss, "the loss", "a Value")
        return loss


class Replayed(Eager):
    """The same with one recording for each shape of sample, replayed on the next ones; see ``autograd.compile``."""

    def __init__(self, model: Any, loss: Loss, parameters: Sequence[Value]) -> None:
        super().__init__(model, loss, parameters)
        self._compiled = autograd.compile(lambda x, target: loss(model(x), target))

    def loss(self, x: Any, target: Any) -> Value:
        """The loss of one sample, as one node."""
        return self._compiled(x, target)


# Those of our losses that take an index of a class as target: it decides what is recorded.
_OF_CLASSES = (losses.cross_entropy, losses.softmax_cross_entropy)
_OF_NUMBERS = (losses.mse, losses.half_squared_error, losses.binary_cross_entropy, losses.hinge)

# When it pays. To record takes as long as some tens of samples take eagerly, for large models far more;
# and to start the native machine half a second, in which so many parameters go through eagerly.
_SAMPLES_PER_RECORDING, _LARGEST_MODEL, _LEAST_WORK = 200, 50_000, 3_000_000


def replayable(
    model: Module, loss: Loss, parameters: Sequence[Value], data: Sequence[Sample], epochs: int
) -> list[Sample] | None:
    """The data in floats, if replaying ``loss(model(x), target)`` does what eager does, and pays; else None.

    It does where nothing but floats goes through an MLP, each of whose parameters has one place, and one
    of our losses. A model or a loss of one's own may draw random numbers or read what changes from call
    to call, which a replay would freeze.
    """
    if type(model) is not MLP or model.dropout is not None or loss not in (*_OF_CLASSES, *_OF_NUMBERS):
        return None
    steps = epochs * len(data)
    if len(parameters) > _LARGEST_MODEL or steps * (100 + len(parameters)) < _LEAST_WORK:
        return None
    places = sum([(layer.nin + 1) * layer.nout for layer in model.layers])
    if places > len(model.parameters()) or not all([type(parameter.data) is float for parameter in parameters]):
        return None
    prepared, targets = [], set()
    for x, target in data:
        inputs, target = _in_floats(x), target.tolist() if hasattr(target, "tolist") else target
        if loss in _OF_NUMBERS:
            target = _in_floats(target)
        elif type(target) is int:
            targets.add(target)
        else:
            return None
        if inputs is None or target is None:
            return None
        prepared.append((inputs, target))
    return prepared if steps >= _SAMPLES_PER_RECORDING * max(1, len(targets)) else None


def _in_floats(numbers: Any) -> Any:
    """One number or a flat sequence of them as floats; None if they are anything else."""
    if hasattr(numbers, "tolist"):
        numbers = numbers.tolist()
    if type(numbers) is float or type(numbers) is int:
        return float(numbers)
    if isinstance(numbers, (list, tuple)):
        found = [number.item() if hasattr(number, "item") else number for number in numbers]
        if all([type(number) is float or type(number) is int for number in found]):
            return [float(number) for number in found]
    return None
