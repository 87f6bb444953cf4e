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
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from autograd import DomainError, KindError, MissingToolError, ShapeError, Value, arguments, total

from .gradients import Eager, Replayed, replayable
from .module import Module
from .optim import Optimizer, clip_norm
from .schedules import Schedule

__all__ = ["Epoch", "History", "batches", "fit"]


@dataclass(frozen=True)
class Epoch:
    """What one epoch came to: the mean loss over its samples, the learning rate, the validation loss."""

    loss: float
    lr: float
    validation: float | None = None


@dataclass
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
    and pays, the loss is compiled, recorded once and then replayed. ``replay=True`` asks for it in any
    case, under the conditions of ``autograd.compile``; ``replay=False`` makes a graph for each batch.

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
    if not isinstance(model, Module):
        raise arguments.refused(model, "model", "a Module, such as an MLP")
    if not all(hasattr(optimizer, name) for name in ("parameters", "lr", "step")):
        expected = "an optimizer of the model's parameters, such as optim.SGD(model.parameters(), lr=0.1)"
        raise arguments.refused(optimizer, "optimizer", expected)
    arguments.function(loss, "loss", "a function, such as losses.mse")
    data, validation = _samples("data", data), None if validation is None else _samples("validation", validation)
    arguments.whole(epochs, "epochs", least=0)
    for name, size in (("batch_size", batch_size), ("patience", patience)):
        if size is not None:
            arguments.whole(size, name)
    for name, called, example in (
        ("schedule", schedule, "schedules.cosine(100)"),
        ("on_epoch", on_epoch, "lambda history: False"),
    ):
        if called is not None:
            arguments.function(called, name, f"a function, such as {example}")
    if clip is not None:
        arguments.number(clip, "clip", least=0)
    if not all(isinstance(parameter, Value) for parameter in optimizer.parameters):
        raise KindError("fit takes an optimizer of a list of parameters; it keeps arrays itself, where they pay")
    if not {*optimizer.parameters} & {*model.parameters()}:
        raise ShapeError("none of the optimizer's parameters is one of the model: make it from model.parameters()")
    generator = None if seed is None else arguments.random_generator(seed)
    parameters, first_rate = optimizer.parameters, optimizer.lr
    history, best_loss, best = History(), math.inf, None
    steps = epochs * len(range(0, len(data), batch_size or len(data)))
    eager = Eager(model, loss, parameters)
    gradients: Eager | Replayed = eager
    in_floats = replayable(model, loss, parameters, data, epochs) if replay is None else None
    if replay or in_floats is not None:
        data, gradients = in_floats or data, Replayed(model, loss, parameters)
    with _Interrupts() as interrupts, _progress_bar(steps, progress) as bar:
        try:
            for number in range(epochs):
                if schedule is not None:
                    optimizer.lr = first_rate * arguments.number(schedule(number), f"schedule({number})")
                summed = 0.0
                model.train()
                for batch in batches(data, batch_size, generator):
                    try:
                        of_batch = float(gradients.accumulate(batch))
                    except OverflowError as error:
                        raise _diverged(number, f"too large ({error})", optimizer) from error
                    if not math.isfinite(of_batch):
                        raise _diverged(number, repr(of_batch), optimizer)
                    for parameter in parameters:
                        parameter.grad /= len(batch)
                    if clip is not None:
                        clip_norm(parameters, clip)
                    with interrupts.held():
                        optimizer.step()
                    summed += of_batch
                    bar(number, of_batch / len(batch))
                model.eval()
                checked = None if validation is None else _mean_loss(eager, validation)
                history.epochs.append(Epoch(summed / len(data), optimizer.lr, checked))
                watched = history.epochs[-1].loss if checked is None else checked
                if patience is not None and watched < best_loss:
                    best_loss, history.best = watched, number
                    # A training loss is that of the parameters before each step, not of these.
                    best = [parameter.data for parameter in parameters] if validation else None
                if on_epoch is not None and on_epoch(history):
                    history.stopped = "asked"
                    break
                if patience is not None and number - (history.best or 0) >= patience:
                    history.stopped = "patience"
                    break
        except KeyboardInterrupt:
            history.stopped = "interrupted"
        finally:
            with interrupts.held():
                optimizer.lr = first_rate
                model.eval()
                for parameter, kept in zip(parameters, best or ()):
                    parameter.data = kept
    return history


def _diverged(epoch: int, loss: str, optimizer: Optimizer) -> DomainError:
    advice = f"lower the learning rate ({optimizer.lr!r}), or clip the gradient"
    return DomainError(f"the loss in epoch {epoch} is {loss}: {advice}")


def _samples(name: str, data: Sequence[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    samples = arguments.listed(data, name, "a list of pairs (x, target), such as list(zip(inputs, targets))")
    if not samples:
        raise ShapeError(f"{name} is empty; give at least one pair (x, target)")
    for place, sample in enumerate(samples):
        if not hasattr(sample, "__len__") or len(sample) != 2:
            raise ShapeError(f"{name}[{place}] is no pair (x, target): {sample!r}; zip the inputs and the targets")
    return samples


def _mean_loss(eager: Eager, samples: Sequence[tuple[Any, Any]]) -> float:
    return float(total([eager.loss(x, target).data for x, target in samples])) / len(samples)


# --- Ctrl-C ------------------------------------------------------------------------------------------


class _Interrupts:
    """Ctrl-C raises KeyboardInterrupt at once, but during ``held()`` at its end: a step is whole, or not taken."""

    def __init__(self) -> None:
        self._holding = False
        self._waiting = False
        self._before: Any = None

    def __enter__(self) -> _Interrupts:
        # Only where Ctrl-C does what Python gives it to do, which only the main thread may change.
        in_main_thread = threading.current_thread() is threading.main_thread()
        if in_main_thread and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            self._before = signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self._holding:
            self._waiting = True
        else:
            raise KeyboardInterrupt

    @contextmanager
    def held(self) -> Iterator[None]:
        self._holding = True
        try:
            yield
        finally:
            self._holding = False
        if self._waiting:
            self._waiting = False
            raise KeyboardInterrupt


# --- progress ----------------------------------------------------------------------------------------


@contextmanager
def _progress_bar(steps: int, wanted: bool | None) -> Iterator[Callable[[int, float], None]]:
    """A function to call after each step with the epoch and the loss."""
    tqdm = _tqdm() if wanted or (wanted is None and sys.stderr.isatty()) else None
    if tqdm is None:
        if wanted:
            raise MissingToolError("progress=True needs tqdm: pip install 'handgrad[progress]'")
        yield lambda epoch, loss: None
        return
    with tqdm(total=steps, unit="step", dynamic_ncols=True) as bar:

        def advance(epoch: int, loss: float) -> None:
            bar.set_description(f"epoch {epoch}, loss {loss:.4g}", refresh=False)
            bar.update()

        yield advance


def _tqdm() -> Any:
    try:
        from tqdm import tqdm
    except ImportError:
        return None
    return tqdm
