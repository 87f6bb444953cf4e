"""First weights: a rule for each of the usual ways, all drawn from a ``random.Random``.

>>> import random
>>> uniform(2, 1, random.Random(0))
[[0.6888437030500962, 0.515908805880605]]

``rule(inputs, outputs, generator)`` gives the weights [out][in] of one layer, drawn row by row, so the
same seed gives the same numbers on every Python. Biases start at zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from autograd import UnknownNameError

__all__ = ["INITIALIZERS", "Generator", "Initializer", "he", "named", "small_random", "uniform", "xavier", "zeros"]

Generator = Any  # a random.Random, or the module random, whose one generator `random.seed` starts
Initializer = Callable[[int, int, Generator], list[list[float]]]


def _rows(inputs: int, outputs: int, draw: Callable[[], float]) -> list[list[float]]:
    return [[draw() for _ in range(inputs)] for _ in range(outputs)]


def uniform(inputs: int, outputs: int, generator: Generator) -> list[list[float]]:
    """U(-1, 1), as micrograd draws them, and in the same order.

    >>> import random
    >>> rows = uniform(3, 2, random.Random(1))
    >>> [len(row) for row in rows], all(-1 <= weight <= 1 for row in rows for weight in row)
    ([3, 3], True)
    """
    return _rows(inputs, outputs, lambda: generator.uniform(-1, 1))


def small_random(inputs: int, outputs: int, generator: Generator) -> list[list[float]]:
    """Normal with mean 0 and standard deviation 0.01.

    >>> import random
    >>> small_random(1, 1, random.Random(0))
    [[0.009417154046806644]]
    """
    return _rows(inputs, outputs, lambda: generator.gauss(0.0, 0.01))


def zeros(inputs: int, outputs: int, generator: Generator) -> list[list[float]]:
    """All zero: every neuron of a layer then stays equal to every other.

    >>> zeros(2, 2, None)
    [[0.0, 0.0], [0.0, 0.0]]
    """
    return _rows(inputs, outputs, lambda: 0.0)


def xavier(inputs: int, outputs: int, generator: Generator) -> list[list[float]]:
    """U(-r, r) with r = √(6 / (inputs + outputs)), for tanh and sigmoid (Glorot and Bengio, 2010, eq. 16).

    >>> import random
    >>> xavier(3, 3, random.Random(0))[0][0] == random.Random(0).uniform(-1.0, 1.0)
    True
    """
    bound = math.sqrt(6.0 / (inputs + outputs))
    return _rows(inputs, outputs, lambda: generator.uniform(-bound, bound))


def he(inputs: int, outputs: int, generator: Generator) -> list[list[float]]:
    """Normal with mean 0 and standard deviation √(2 / inputs), for ReLU (He et al., 2015, eq. 10).

    >>> import random
    >>> he(2, 1, random.Random(0))[0][0] == random.Random(0).gauss(0.0, 1.0)
    True
    """
    deviation = math.sqrt(2.0 / inputs)
    return _rows(inputs, outputs, lambda: generator.gauss(0.0, deviation))


INITIALIZERS: dict[str, Initializer] = {
    rule.__name__: rule for rule in (uniform, small_random, zeros, xavier, he)
}


def named(init: str | Initializer) -> Initializer:
    """The rule of that name; a rule is returned as it is.

    >>> named("he") is he
    True
    """
    if callable(init):
        return init
    if not isinstance(init, str) or init not in INITIALIZERS:
        raise UnknownNameError(f"no initializer is called {init!r}; there are {', '.join(INITIALIZERS)}")
    return INITIALIZERS[init]
