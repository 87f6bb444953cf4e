"""Learning-rate schedules: by which factor the first rate is multiplied in each epoch, from epoch 0.

>>> halve = step_decay(every=10, factor=0.5)
>>> [halve(epoch) for epoch in (0, 9, 10, 20)]
[1.0, 1.0, 0.5, 0.25]

A schedule is a function of the epoch. ``nn.fit`` takes one; without ``fit``, say
``optimizer.lr = rate * schedule(epoch)`` at the start of each epoch. With the names of PyTorch they
are StepLR, ExponentialLR, LinearLR and CosineAnnealingLR.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from autograd import arguments

__all__ = ["Schedule", "cosine", "exponential_decay", "linear", "step_decay"]

Schedule = Callable[[int], float]


def step_decay(every: int, factor: float) -> Schedule:
    """factor to the power ⌊epoch / every⌋."""
    arguments.whole(every, "every")
    arguments.number(factor, "factor", least=0)
    return lambda epoch: factor ** (epoch // every) * 1.0


def exponential_decay(factor: float) -> Schedule:
    """factor to the power epoch.

    >>> [exponential_decay(0.5)(epoch) for epoch in range(3)]
    [1.0, 0.5, 0.25]
    """
    arguments.number(factor, "factor", least=0)
    return lambda epoch: factor**epoch * 1.0


def linear(start: float, end: float, epochs: int) -> Schedule:
    """From ``start`` in a straight line to ``end`` at epoch ``epochs``, and ``end`` from there on.

    >>> warm_up = linear(0.25, 1.0, epochs=3)
    >>> [warm_up(epoch) for epoch in range(5)]
    [0.25, 0.5, 0.75, 1.0, 1.0]
    """
    for name, number in (("start", start), ("end", end)):
        arguments.number(number, name, least=0)
    arguments.whole(epochs, "epochs")
    return lambda epoch: end if epoch >= epochs else start + (end - start) * epoch / epochs


def cosine(epochs: int, floor: float = 0.0) -> Schedule:
    """From 1 along half a cosine to ``floor`` at epoch ``epochs``, and ``floor`` from there on.

    >>> [round(cosine(4)(epoch), 4) for epoch in range(6)]
    [1.0, 0.8536, 0.5, 0.1464, 0.0, 0.0]

    Loshchilov and Hutter (2017), eq. 5, without restarts.
    """
    arguments.whole(epochs, "epochs")
    arguments.number(floor, "floor", least=0)
    return lambda epoch: floor + (1.0 - floor) * (1.0 + math.cos(math.pi * min(epoch, epochs) / epochs)) / 2.0
