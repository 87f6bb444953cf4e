"""Optimizers: from gradients to better parameters, by PyTorch's definitions.

>>> from autograd import Value
>>> w = Value(1.0)
>>> optimizer = SGD([w], lr=0.1)
>>> for _ in range(3):
...     optimizer.zero_grad()
...     (w * w).backward()
...     optimizer.step()
>>> round(w.data, 12)
0.512
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from typing import Any

from autograd import DomainError, ShapeError, Value, arguments

from .module import clear_gradients

__all__ = ["SGD", "Adam", "Optimizer", "clip_norm", "clip_value"]


class Optimizer:
    """What the optimizers share: the parameters, each once, and the learning rate ``lr``.

    ``autograd.ParameterArrays`` in place of the parameters holds all of them: its ``data`` and
    ``grad`` are arrays, which are changed at once, and in place.
    """

    _state: tuple[str, ...] = ()  # which of its lists have an entry for each parameter

    def __init__(self, parameters: Any, lr: Any, weight_decay: Any) -> None:
        self.parameters: list[Any] = [parameters] if _are_arrays(parameters) else _each_once(parameters)
        if not self.parameters:
            raise ShapeError("an optimizer needs parameters, and the list is empty")
        self.lr = arguments.number(lr, "lr", least=0)
        self.weight_decay = arguments.number(weight_decay, "weight_decay", least=0)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {sum(_sizes(self.parameters))} parameters, lr {self.lr}>"

    def zero_grad(self) -> None:
        """Set the ``.grad`` of every parameter to zero, in its own kind of number."""
        if _are_arrays(self.parameters[0]):
            self.parameters[0].zero_grad()
        else:
            clear_gradients(self.parameters)

    def step(self) -> None:
        """Change every parameter's ``.data`` by its ``.grad``."""
        raise NotImplementedError  # pragma: no cover - each optimizer has its own step

    def _gradients(self) -> list[Any]:
        """The gradient of each parameter, or those of all in one array that is not copied, with the weight decay's."""
        if _are_arrays(self.parameters[0]):
            gradients = [self.parameters[0].gradients]
        else:
            gradients = [parameter.grad for parameter in self.parameters]
        decay = self.weight_decay
        if not decay:
            return gradients
        return [gradient + decay * parameter.data for gradient, parameter in zip(gradients, self.parameters)]

    def is_of_floats(self) -> bool:
        """Are its rates floats? A Fraction does not compute with arrays."""
        rates = [*vars(self).values(), *getattr(self, "betas", ())]
        return not any([isinstance(rate, (Fraction, Decimal)) for rate in rates])

    @contextmanager
    def in_arrays(self, arrays: Any) -> Iterator[None]:
        """Take the same steps in ``arrays`` of the same parameters for as long, with the same bits."""
        import numpy as np

        own, self.parameters = self.parameters, [arrays]
        for name in self._state:
            setattr(self, name, [np.array(numbers) for numbers in [getattr(self, name)] if numbers])
        try:
            with np.errstate(all="ignore"):  # inf and nan come as in a list of floats, without a warning
                yield
        finally:
            self.parameters = own
            for name in self._state:
                setattr(self, name, [number for numbers in getattr(self, name) for number in numbers.tolist()])


class SGD(Optimizer):
    """Stochastic gradient descent, w ← w - lr · v.

    >>> w = Value(2.0)
    >>> optimizer = SGD([w], lr=0.5, momentum=0.9)
    >>> for _ in range(2):
    ...     w.grad = 1.0
    ...     optimizer.step()
    >>> round(w.data, 12)  # 2 - 0.5 · 1 - 0.5 · (0.9 · 1 + 1)
    0.55

    The velocity is v ← momentum · v + g, at first g, with g = grad + weight_decay · w (the gradient of
    an L2 penalty ½ · weight_decay · Σ w²). Parameters that are Fractions stay so if ``lr`` is one.
    """

    _state = ("_velocities",)

    def __init__(
        self, parameters: Any, lr: Any, momentum: Any = 0.0, weight_decay: Any = 0.0
    ) -> None:
        super().__init__(parameters, lr, weight_decay)
        self.momentum = arguments.number(momentum, "momentum", least=0)
        self._velocities: list[Any] = []

    def step(self) -> None:
        """Change every parameter's ``.data`` by its ``.grad``."""
        lr = self.lr
        if not self.momentum:
            for parameter, gradient in zip(self.parameters, self._gradients()):
                parameter.data -= lr * gradient
            return
        if self._velocities:
            self._velocities = [
                self.momentum * velocity + gradient
                for velocity, gradient in zip(self._velocities, self._gradients())
            ]
        else:
            self._velocities = [gradient * 1 for gradient in self._gradients()]  # a copy: arrays change in place
        for parameter, velocity in zip(self.parameters, self._velocities):
            parameter.data -= lr * velocity


class Adam(Optimizer):
    """Adam (Kingma and Ba, 2015, algorithm 1).

    >>> w = Value(1.0)
    >>> optimizer = Adam([w], lr=0.1)
    >>> w.grad = 5.0
    >>> optimizer.step()
    >>> round(w.data, 6)  # the first step is lr, whatever the size of the gradient
    0.9

    m and v are the running means of g and of g², with g = grad + weight_decay · w:
    w ← w - lr · (m / (1 - β₁ᵗ)) / (√(v / (1 - β₂ᵗ)) + eps).
    """

    _state = ("_means", "_squares")

    def __init__(
        self,
        parameters: Any,
        lr: Any = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: Any = 0.0,
    ) -> None:
        super().__init__(parameters, lr, weight_decay)
        pair = arguments.listed(betas, "betas", "a pair such as (0.9, 0.999)")
        if len(pair) != 2:
            raise ShapeError(f"betas: expected a pair such as (0.9, 0.999), got {betas!r}")
        if not all([0 <= arguments.number(beta, "one of betas") < 1 for beta in pair]):
            raise DomainError(f"betas: expected two numbers from 0 up and below 1, got {betas!r}")
        self.betas = betas
        self.eps = arguments.number(eps, "eps", least=0)
        self._steps = 0
        self._means = [0.0] * len(self.parameters)
        self._squares = [0.0] * len(self.parameters)

    def step(self) -> None:
        """Change every parameter's ``.data`` by its ``.grad``."""
        self._steps += 1
        beta1, beta2 = self.betas
        rest1, rest2 = 1 - beta1, 1 - beta2
        size = self.lr / (1 - beta1**self._steps)
        correction = math.sqrt(1 - beta2**self._steps)
        eps, means, squares = self.eps, self._means, self._squares
        sqrt = _array_sqrt() if _are_arrays(self.parameters[0]) else math.sqrt
        for place, (parameter, gradient) in enumerate(zip(self.parameters, self._gradients())):
            means[place] = mean = means[place] + rest1 * (gradient - means[place])
            squares[place] = square = beta2 * squares[place] + rest2 * gradient * gradient
            parameter.data -= size * mean / (sqrt(square) / correction + eps)


def clip_norm(parameters: Iterable[Value], largest: float) -> float:
    """Scale all gradients together so that their norm √(Σ grad²) is at most ``largest``; the norm before.

    >>> w, b = Value(0.0), Value(0.0)
    >>> w.grad, b.grad = 3.0, 4.0
    >>> clip_norm([w, b], 1.0)
    5.0
    >>> round(w.grad, 6), round(b.grad, 6)
    (0.6, 0.8)

    The factor is largest / (norm + 1e-6), as in PyTorch's ``clip_grad_norm_``, if that is below 1.
    """
    arguments.number(largest, "largest", least=0)
    parameters = _each_once(parameters)
    gradients = [float(parameter.grad) for parameter in parameters]
    squares = 0.0
    for gradient in gradients:
        squares += gradient * gradient
    norm = math.sqrt(squares) if squares < math.inf else math.hypot(*gradients)  # which scales them first
    factor = largest / (norm + 1e-6)
    if factor < 1:
        for parameter in parameters:
            parameter.grad *= factor
    return norm


def clip_value(parameters: Iterable[Value], largest: float) -> None:
    """Bring every gradient into [-largest, largest], as PyTorch's ``clip_grad_value_`` does.

    >>> w = Value(0.0)
    >>> w.grad = -3.0
    >>> clip_value([w], 0.5)
    >>> w.grad
    -0.5
    """
    arguments.number(largest, "largest", least=0)
    for parameter in _each_once(parameters):
        parameter.grad = max(-largest, min(largest, parameter.grad))


def _sizes(parameters: list[Any]) -> list[int]:
    return [len(parameters[0])] if _are_arrays(parameters[0]) else [1] * len(parameters)


def _are_arrays(parameters: Any) -> bool:
    return hasattr(getattr(parameters, "data", None), "dtype")


def _array_sqrt() -> Any:
    import numpy

    return numpy.sqrt


def _each_once(parameters: Any) -> list[Value]:
    found = arguments.listed(parameters, "parameters", "model.parameters(), a list of Values")
    for parameter in found:
        if not isinstance(parameter, Value) or parameter.op:
            raise arguments.refused(parameter, "a parameter", "a leaf, which no operation made")
    return list(dict.fromkeys(found))
