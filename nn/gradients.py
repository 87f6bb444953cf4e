"""The gradient of a batch, sample after sample: eagerly, or by replaying what was recorded once.

Both add up the samples' gradients in their order, so that both give the same numbers to the last bit where
a parameter is used once for each sample, as in an MLP. (One that is used twice gets its two contributions
one by one here, and their sum there.)
"""

from __future__ import annotations

import random
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from importlib.util import find_spec
from typing import Any

import autograd
from autograd import AutogradError, RecordingError, Value, arguments, total

from . import losses
from .layers import MLP, Dropout, Layer, Neuron
from .module import Module, clear_gradients
from .optim import SGD, Adam, Optimizer

__all__ = ["Gradients"]

Loss = Callable[[Any, Any], Any]
Sample = tuple[Any, Any]

# Those of our losses that take an index of a class as target: it decides what is recorded.
_OF_CLASSES = (losses.cross_entropy, losses.softmax_cross_entropy)
_OF_NUMBERS = (losses.mse, losses.half_squared_error, losses.binary_cross_entropy, losses.hinge)

# When it pays. To record takes as long as some tens of samples take eagerly, for large models far more;
# and to start the native machine half a second, in which so many parameters go through eagerly.
_SAMPLES_PER_RECORDING, _LARGEST_MODEL, _LEAST_WORK = 200, 50_000, 3_000_000
_SAMPLES_FOR_ARRAYS = 10  # to put the parameters into arrays and back takes as long as some samples without


class Gradients:
    """The gradients of a training.

    With ``replay`` None, a replay is taken where it is known to do what eager does, and pays: see
    ``_is_known`` and ``_pays``. Where a callback changes the model, ``look_again`` notices it.
    """

    def __init__(
        self, model: Module, loss: Loss, optimizer: Optimizer, data: Sequence[Sample], epochs: int, replay: bool | None
    ) -> None:
        self._model: Any = model
        self._loss, self._optimizer = loss, optimizer
        self._samples, self._epochs, self._replay = len(data), epochs, replay
        self.parameters: list[Value] = [*optimizer.parameters]
        self._may_replay = False
        self._structure: Any = None
        self._compiled: Any = None
        self._arrays: Any = None
        if replay and (self._draws_masks() or self._draws_numbers(*data[0])):
            self._replay = False
            drawn = "Dropout draws a mask" if self._draws_masks() else "the model or the loss draws random numbers"
            warnings.warn(f"fit: {drawn} for each sample, so nothing is replayed", stacklevel=3)

    def look_again(self) -> None:
        """See whether the model may be replayed, and is still the one that was recorded."""
        wanted = self._replay is not False and not self._draws_masks()
        self._may_replay = wanted and bool(self._replay or (self._is_known() and self._pays()))
        structure = _structure(self._model) if self._may_replay else None
        if structure != self._structure:
            self._structure, self._compiled = structure, None

    @contextmanager
    def epoch(self, uninterrupted: Callable[[], AbstractContextManager[None]]) -> Iterator[None]:
        """For as long as all samples are looked at once, the parameters are in arrays, where that pays."""
        self.look_again()
        stack = ExitStack()
        try:
            if self._may_replay and self._fits_arrays():
                with uninterrupted():
                    self._move_into_arrays(stack)
            yield
        finally:
            with uninterrupted():
                stack.close()

    def _move_into_arrays(self, stack: ExitStack) -> None:
        """The parameters and the optimizer's state, until the stack is closed."""
        if self._arrays is None:
            self._arrays, self._compiled = autograd.ParameterArrays(self.parameters), None
        self._arrays.read()
        stack.callback(self._arrays.write_back)
        stack.enter_context(self._optimizer.in_arrays(self._arrays))

    def average(self, samples: Sequence[Sample]) -> Any:
        """Leave the mean of the samples' gradients in the parameters, and return the sum of their losses."""
        roots = self._replayed(samples)
        if roots is not None and self._arrays is not None and self._arrays.is_open:
            self._arrays.zero_grad()
            for root in roots:
                root.backward()
            self._arrays.grad /= len(samples)
        else:
            roots = roots or [self.loss(x, target) for x, target in samples]
            clear_gradients(self.parameters)
            # backward starts with the last operand, and the first sample is to be added first.
            total(roots[::-1]).backward()
            if len(samples) > 1:
                for parameter in self.parameters:
                    parameter.grad /= len(samples)
        return total([root.data for root in roots])

    def loss(self, x: Any, target: Any) -> Value:
        """The loss of one sample, as a graph."""
        loss = self._loss(self._model(x), target)
        if not isinstance(loss, Value):
            raise arguments.refused(loss, "the loss", "a Value")
        return loss

    def _replayed(self, samples: Sequence[Sample]) -> list[Value] | None:
        """The losses as one node each; None where eager is to do it, or to say what is wrong."""
        given = samples if self._replay else _in_floats(samples, self._loss)
        if not self._may_replay or given is None:
            return None
        if self._compiled is None:
            self._compiled = autograd.compile(
                lambda x, target: self._loss(self._model(x), target), parameters=self._arrays
            )
        try:
            return [self._compiled(x, target) for x, target in given]
        except AutogradError as error:
            if self._replay and isinstance(error, RecordingError):
                raise
            return None

    def _draws_masks(self) -> bool:
        return any([isinstance(module, Dropout) and module.probability > 0 for module in self._model.modules()])

    def _draws_numbers(self, x: Any, target: Any) -> bool:
        """Does it leave the generators that all share, Python's and NumPy's, in another state?"""
        numpy = sys.modules.get("numpy")
        states = [(random.getstate, random.setstate)]
        states += [(numpy.random.get_state, numpy.random.set_state)] if numpy is not None else []
        before = [get() for get, _ in states]
        with suppress(Exception):  # which the training raises, if it comes so far
            self.loss(x, target)
        drawn = any([repr(get()) != repr(state) for (get, _), state in zip(states, before)])
        for (_, put_back), state in zip(states, before):
            put_back(state)
        return drawn

    def _is_known(self) -> bool:
        """Nothing but an MLP of floats, whose parameters have one place each, and one of our losses.

        A model or a loss of one's own may draw random numbers or read what changes from call to call, which
        a replay would freeze.
        """
        if type(self._model) is not MLP or self._loss not in (*_OF_CLASSES, *_OF_NUMBERS):
            return False
        for module in self._model.modules():
            if type(module) not in (MLP, Layer, Neuron) or any(map(callable, vars(module).values())):
                return False
        parameters = self._model.parameters()
        places = sum([(layer.nin + 1) * layer.nout for layer in self._model.layers])
        return places == len(parameters) and all([type(parameter.data) is float for parameter in parameters])

    def _pays(self) -> bool:
        count, samples = len(self.parameters), self._samples * self._epochs
        recordings = self._model.layers[-1].nout if self._loss in _OF_CLASSES else 1
        return (
            count <= _LARGEST_MODEL
            and samples >= _SAMPLES_PER_RECORDING * recordings
            and samples * (100 + count) >= _LEAST_WORK
        )

    def _fits_arrays(self) -> bool:
        """Enough samples, an optimizer of ours, of all the model's parameters, that computes in floats; and NumPy."""
        return (
            self._samples >= _SAMPLES_FOR_ARRAYS
            and type(self._optimizer) in (SGD, Adam)
            and self._optimizer.is_of_floats()
            and all([type(parameter) is Value and type(parameter.data) is float for parameter in self.parameters])
            and {*self._model.parameters()} <= {*self.parameters}
            and find_spec("numpy") is not None
        )


def _structure(model: Module) -> tuple[Any, ...]:
    """What a recording holds of a model beside numbers: its activations, which Values it uses, its kind."""
    kinds = [(type(module), *vars(module)) for module in model.modules()]
    return model.description(), model.parameters(), kinds


def _in_floats(samples: Sequence[Sample], loss: Loss) -> list[Sample] | None:
    """The samples in floats, a class as an int; None if they are anything else."""
    found = []
    for x, target in samples:
        x, target = _numbers(x), target.tolist() if hasattr(target, "tolist") else target
        if loss in _OF_NUMBERS:
            target = _numbers(target)
        elif type(target) is not int:
            return None
        if x is None or target is None:
            return None
        found.append((x, target))
    return found


def _numbers(given: Any) -> Any:
    """One number or a flat sequence of them as floats; None if they are anything else."""
    if hasattr(given, "tolist"):
        given = given.tolist()
    if type(given) is float or type(given) is int:
        return float(given)
    if isinstance(given, (list, tuple)):
        found = [number.item() if hasattr(number, "item") else number for number in given]
        if all([type(number) is float or type(number) is int for number in found]):
            return [float(number) for number in found]
    return None
