"""Training: what every learning program repeats, in one call.

>>> from nn import MLP, losses, optim
>>> data = [([0, 0], 0), ([0, 1], 1), ([1, 0], 1), ([1, 1], 0)]
>>> model = MLP(2, [4, 1], activation="tanh", output="sigmoid", seed=1)
>>> history = fit(model, data, losses.mse, optim.SGD(model.parameters(), lr=1.0, momentum=0.9), epochs=100)
>>> len(history.losses), history.losses[-1] < 0.01
(100, True)
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograd import DomainError, KindError, ShapeError, Value, arguments, total

from .gradients import Gradients
from .interrupts import Interrupts, progress_bar
from .module import Module
from .optim import SGD, Adam, Optimizer, clip_norm
from .schedules import Schedule

__all__ = ["Epoch", "History", "batches", "fit"]


@dataclass(frozen=True)
class Epoch:
    """What one epoch came to: the mean loss over its samples, the learning rate, the validation loss."""

    loss: float
    lr: float
    validation: float | None = None


@dataclass(repr=False)
class History:
    """The epochs of a training, and why it ended.

    ``stopped`` is "finished" (all epochs done), "patience" (no improvement), "asked" (``on_epoch`` said so) or
    "interrupted" (Ctrl-C). With patience, ``best`` is the epoch, from 0, with the best loss.
    """

    epochs: list[Epoch] = field(default_factory=list)
    stopped: str = "finished"
    best: int | None = None

    @property
    def losses(self) -> list[float]:
        """The mean training loss of each epoch, each sample's taken before the step on its batch."""
        return [epoch.loss for epoch in self.epochs]

    def __repr__(self) -> str:
        if not self.epochs:
            return f"<History: no epochs, {self.stopped}>"
        first, last = self.losses[0], self.losses[-1]
        return f"<History: {len(self.epochs)} epochs, loss {first:.4g} → {last:.4g}, {self.stopped}>"


def batches(
    data: Sequence[Any], size: int | None = None, generator: random.Random | None = None
) -> Iterator[list[Any]]:
    """The samples in lists of ``size``, the last one shorter; all in one where there is no ``size``.

    >>> list(batches("abcde", 2))
    [['a', 'b'], ['c', 'd'], ['e']]
    >>> list(batches("abcde", 2, random.Random(0)))
    [['c', 'b'], ['a', 'e'], ['d']]

    A ``generator`` shuffles them first; the data itself stays as it is.
    """
    samples = list(data) if isinstance(data, str) else arguments.listed(data, "data", "a list of samples")
    size = (len(samples) or 1) if size is None else arguments.whole(size, "the size of a batch")
    if generator is not None:
        if not hasattr(generator, "shuffle"):
            raise arguments.refused(generator, "generator", "a random.Random")
        generator.shuffle(samples)
    for start in range(0, len(samples), size):
        yield samples[start : start + size]


def fit(
    model: Module,
    data: Sequence[tuple[Any, Any]],
    loss: Callable[[Any, Any], Any],
    optimizer: Optimizer,
    epochs: int,
    *,
    batch_size: int | None = None,
    seed: int | None = None,
    schedule: Schedule | None = None,
    clip: float | None = None,
    validation: Sequence[tuple[Any, Any]] | None = None,
    patience: int | None = None,
    on_epoch: Callable[[History], Any] | None = None,
    progress: bool | None = None,
    replay: bool | None = None,
) -> History:
    """Train ``model`` on ``data``, pairs (x, target), and return the history.

    Each step lowers the mean of ``loss(model(x), target)`` over a batch: all of the data, or
    ``batch_size`` samples, shuffled anew in each epoch by a ``seed``. The samples' gradients are added
    in their order, and divided by their number. A ``schedule`` multiplies the optimizer's learning
    rate, a ``clip`` bounds the norm of the gradient.

    Where that is known to give the same numbers (an MLP without dropout, one of :mod:`nn.losses`, floats)
    and pays, the loss is compiled, recorded once and then replayed; what a callback changes is seen.
    ``replay=True`` asks for it in any case, under the conditions of ``autograd.compile``; where random
    numbers are drawn, as by dropout, it is left out with a warning. ``replay=False`` makes a graph for each batch.

    With ``patience``, training stops after so many epochs in a row that bring no better loss: on
    ``validation`` if given, and then the best epoch's parameters are put back, however it ended; in
    training otherwise, and then the parameters stay as they are. ``on_epoch`` is called with the
    history after each epoch; a true answer ends training.

    Ctrl-C ends it too, and what was learnt until the last whole step is kept: no exception, no half
    step. A progress bar is shown where standard error is a terminal and tqdm is installed (the
    extra ``progress``); ``progress=False`` shows none, True always.

    The model is in training while it learns and in use afterwards (``model.eval()``). Raises
    DomainError where the loss is no longer finite, with the parameters as before that step; KindError
    and ShapeError, which name the argument, before anything is changed.
    """
    parameters = _checked_parameters(model, loss, optimizer)
    data, validation = _samples("data", data), None if validation is None else _samples("validation", validation)
    _check_options(epochs, batch_size, patience, schedule, on_epoch, clip)
    generator = None if seed is None else arguments.random_generator(seed)
    gradients = Gradients(model, loss, optimizer, data, epochs, replay)
    first_rate, history, best = optimizer.lr, History(), _Best(parameters, patience, validation is not None)
    steps = epochs * len(range(0, len(data), batch_size or len(data)))
    with Interrupts() as interrupts, progress_bar(steps, progress) as bar:
        step = _Step(optimizer, gradients, clip, interrupts)
        try:
            for number in range(epochs):
                if schedule is not None:
                    optimizer.lr = first_rate * arguments.number(schedule(number), f"schedule({number})")
                model.train()
                summed = 0.0
                with gradients.epoch(interrupts.held):
                    for batch in batches(data, batch_size, generator):
                        of_batch = step(number, batch)
                        summed += of_batch
                        bar(number, of_batch / len(batch))
                model.eval()
                checked = None if validation is None else _mean_loss(gradients, validation)
                history.epochs.append(Epoch(summed / len(data), optimizer.lr, checked))
                best.look_at(history)
                if on_epoch is not None and on_epoch(history):
                    history.stopped = "asked"
                elif patience is not None and number - (history.best or 0) >= patience:
                    history.stopped = "patience"
                if history.stopped != "finished":
                    break
        except KeyboardInterrupt:
            history.stopped = "interrupted"
        finally:
            with interrupts.held():
                optimizer.lr = first_rate
                model.eval()
                best.put_back()
    return history


class _Step:
    """One step of a training: the gradient of a batch, bounded, and the optimizer's change."""

    def __init__(self, optimizer: Optimizer, gradients: Gradients, clip: float | None, interrupts: Interrupts) -> None:
        self._optimizer, self._gradients, self._clip, self._interrupts = optimizer, gradients, clip, interrupts
        self._is_ours = type(optimizer) in (SGD, Adam)

    def __call__(self, epoch: int, batch: Sequence[Any]) -> float:
        """The summed loss of the batch."""
        if not self._is_ours:  # whose step may have changed the model
            self._gradients.look_again()
        try:
            summed = float(self._gradients.average(batch))
        except OverflowError as error:
            raise self._diverged(epoch, f"too large ({error})") from error
        if not math.isfinite(summed):
            raise self._diverged(epoch, repr(summed))
        if self._clip is not None:
            clip_norm(self._gradients.parameters, self._clip)
        with self._interrupts.held():
            self._optimizer.step()
        return summed

    def _diverged(self, epoch: int, loss: str) -> DomainError:
        advice = f"lower the learning rate ({self._optimizer.lr!r}), or clip the gradient"
        return DomainError(f"the loss in epoch {epoch} is {loss}: {advice}")


class _Best:
    """The best epoch of a training with patience, and its parameters where a validation judges them."""

    def __init__(self, parameters: Sequence[Value], patience: int | None, validated: bool) -> None:
        self._parameters, self._patience, self._validated = parameters, patience, validated
        self._loss = math.inf
        self._kept: list[Any] | None = None

    def look_at(self, history: History) -> None:
        last = history.epochs[-1]
        loss = last.loss if last.validation is None else last.validation
        if self._patience is not None and loss < self._loss:
            self._loss, history.best = loss, len(history.epochs) - 1
            # A training loss is that of the parameters before each step, not of these.
            self._kept = [parameter.data for parameter in self._parameters] if self._validated else None

    def put_back(self) -> None:
        for parameter, kept in zip(self._parameters, self._kept or ()):
            parameter.data = kept


def _checked_parameters(model: Any, loss: Any, optimizer: Any) -> list[Value]:
    """The optimizer's parameters, some of which are the model's."""
    if not isinstance(model, Module):
        raise arguments.refused(model, "model", "a Module, such as an MLP")
    arguments.function(loss, "loss", "a function, such as losses.mse")
    if not all(hasattr(optimizer, name) for name in ("parameters", "lr", "step")):
        expected = "an optimizer of the model's parameters, such as optim.SGD(model.parameters(), lr=0.1)"
        raise arguments.refused(optimizer, "optimizer", expected)
    if not all(isinstance(parameter, Value) for parameter in optimizer.parameters):
        raise KindError("fit takes an optimizer of a list of parameters, and not of arrays")
    if not {*optimizer.parameters} & {*model.parameters()}:
        raise ShapeError("none of the optimizer's parameters is one of the model: make it from model.parameters()")
    return list(optimizer.parameters)


def _check_options(epochs: Any, batch_size: Any, patience: Any, schedule: Any, on_epoch: Any, clip: Any) -> None:
    arguments.whole(epochs, "epochs", least=0)
    if batch_size is not None:
        arguments.whole(batch_size, "batch_size")
    if patience is not None:
        arguments.whole(patience, "patience")
    if schedule is not None:
        arguments.function(schedule, "schedule", "a function, such as schedules.cosine(100)")
    if on_epoch is not None:
        arguments.function(on_epoch, "on_epoch", "a function, such as lambda history: False")
    if clip is not None:
        arguments.number(clip, "clip", least=0)


def _samples(name: str, data: Sequence[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    samples = arguments.listed(data, name, "a list of pairs (x, target), such as list(zip(inputs, targets))")
    if not samples:
        raise ShapeError(f"{name} is empty; give at least one pair (x, target)")
    for place, sample in enumerate(samples):
        if not hasattr(sample, "__len__") or len(sample) != 2:
            raise ShapeError(f"{name}[{place}]: expected a pair (x, target), got {sample!r}; zip inputs and targets")
    return samples


def _mean_loss(gradients: Gradients, samples: Sequence[tuple[Any, Any]]) -> float:
    return float(total([gradients.loss(x, target).data for x, target in samples])) / len(samples)
