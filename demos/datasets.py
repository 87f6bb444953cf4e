"""Points and pictures that the demos make themselves, the same on every machine and every Python.

>>> points, classes = moons(100, noise=0.1, seed=1337)
>>> len(points), sorted(set(classes))
(100, [0, 1])
"""

import math
import random

__all__ = ["moons"]


def moons(count: int, *, noise: float, seed: int) -> tuple[list[list[float]], list[int]]:
    """Two half circles that reach into each other, in shuffled order: (points, classes 0 and 1).

    The law is that of scikit-learn's ``make_moons``: radius 1, the second one turned and moved to
    (1, 0.5), each angle equally spaced, and Gaussian noise of standard deviation ``noise``.
    """
    dice = random.Random(seed)
    outer = count // 2
    samples = []
    for index in range(count):
        if index < outer:
            angle = math.pi * index / (outer - 1)
            x, y = math.cos(angle), math.sin(angle)
        else:
            angle = math.pi * (index - outer) / (count - outer - 1)
            x, y = 1 - math.cos(angle), 0.5 - math.sin(angle)
        samples.append(([x + dice.gauss(0, noise), y + dice.gauss(0, noise)], int(index >= outer)))
    dice.shuffle(samples)
    return [point for point, _ in samples], [kind for _, kind in samples]
