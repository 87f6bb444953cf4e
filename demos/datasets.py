"""Points that the demos make themselves, the same on every machine and every Python.

>>> points, classes = moons(100, noise=0.1, seed=1337)
>>> len(points), sorted(set(classes))
(100, [0, 1])

Noise is Gaussian, its standard deviation ``noise``, and the samples come in shuffled order.
"""

import math
import random

__all__ = ["curve", "moons", "rings", "spirals"]

Samples = tuple[list[list[float]], list[int]]


def moons(count: int, *, noise: float, seed: int) -> Samples:
    """Two half circles that reach into each other: (points, classes 0 and 1).

    The law is that of scikit-learn's ``make_moons``: radius 1, the second one turned and moved to
    (1, 0.5), the angles of each equally spaced.
    """
    outer = count // 2
    angles = [*_spaced(0.0, math.pi, outer), *_spaced(0.0, math.pi, count - outer)]
    places = [(math.cos(angle), math.sin(angle)) for angle in angles[:outer]]
    places += [(1 - math.cos(angle), 0.5 - math.sin(angle)) for angle in angles[outer:]]
    return _scattered(places, [int(index >= outer) for index in range(count)], noise, seed)


def rings(count: int, *, radii: tuple[float, ...], noise: float, seed: int) -> Samples:
    """``count`` points on each of some circles around the origin; the class is the circle."""
    places = [
        (radius * math.cos(2 * math.pi * index / count), radius * math.sin(2 * math.pi * index / count))
        for radius in radii
        for index in range(count)
    ]
    return _scattered(places, [kind for kind in range(len(radii)) for _ in range(count)], noise, seed)


def spirals(count: int, *, arms: int, turns: float, noise: float, seed: int) -> Samples:
    """``count`` points on each of some spirals that wind out from the origin to radius 1."""
    places = []
    for arm in range(arms):
        for radius in _spaced(0.1, 1.0, count):
            angle = 2 * math.pi * (turns * radius + arm / arms)
            places.append((radius * math.cos(angle), radius * math.sin(angle)))
    return _scattered(places, [arm for arm in range(arms) for _ in range(count)], noise, seed)


def curve(x: float) -> float:
    """A curve to learn, from -1 to 1: a wave that grows.

    >>> curve(0.0), curve(0.5)
    (0.0, 1.5)
    """
    return (1 + x) * math.sin(math.pi * x)


def _spaced(first: float, last: float, count: int) -> list[float]:
    return [first + (last - first) * index / (count - 1) for index in range(count)]


def _scattered(places: list[tuple[float, float]], kinds: list[int], noise: float, seed: int) -> Samples:
    dice = random.Random(seed)
    samples = [([x + dice.gauss(0, noise), y + dice.gauss(0, noise)], kind) for (x, y), kind in zip(places, kinds)]
    dice.shuffle(samples)
    return [point for point, _ in samples], [kind for _, kind in samples]
