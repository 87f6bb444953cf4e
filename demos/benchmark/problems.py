"""What is computed: plain numbers, so that every implementation starts from the same ones.

W1  one training step of micrograd's demo: 100 two-moons points, MLP(2, [16, 16, 1]) with ReLU,
    max-margin loss and L2, the full batch; forward, zero_grad, backward, gradient descent.
W2  4096 → 64 → 2, ReLU, softmax and cross-entropy, one image; forward and backward.
W3  a chain x = x·a + b, a million operations deep; forward and backward.
W4  a GPT of one layer on one sample of 16 tokens (:mod:`demos.benchmark.gpt`); forward and backward.
W5  a recurrent network over 100 steps, 2 inputs, 32 units with tanh, one output at each step, mean squared
    error; forward, backward, gradient descent.
W6  10,000 samples through MLP(16, [64, 64, 10]) with ReLU, softmax and cross-entropy, the full batch;
    forward, backward, Adam.

An implementation returns, from each step, two numbers: the loss (W3: the last x) and something that
only a right backward pass can know (W1, W5, W6: the first weight after the update; W2: the gradient of the
first weight; W3: that of a; W4: of the first weight of the queries). All implementations must agree on them.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from itertools import pairwise

from ..datasets import moons

__all__ = [
    "CHAIN_LENGTH", "CHAIN_A", "CHAIN_B", "CHAIN_X", "TITLES", "ClassesProblem", "ImageProblem",
    "MoonsProblem", "SeriesProblem",
    "w1", "w2", "w5", "w6",
]  # fmt: skip

TITLES = {
    "W1": "one training step of micrograd's demo, 100 points through MLP(2, [16, 16, 1])",
    "W2": "4096 → 64 → 2, softmax and cross-entropy, one image, forward and backward",
    "W3": "a chain x = x·a + b of a million operations, forward and backward",
    "W4": "a small GPT on one sample of 16 tokens, forward and backward",
    "W5": "one training step of a recurrent network of 32 units over 100 steps",
    "W6": "one training step of 10,000 samples through MLP(16, [64, 64, 10]), softmax, Adam",
}

CHAIN_LENGTH = 500_000  # times x·a + b: a million operations
CHAIN_X, CHAIN_A, CHAIN_B = 1.0, 0.99999, 0.00001

Layers = list[tuple[list[list[float]], list[float]]]  # for each layer (W, b), W as [out][in]


@dataclass(frozen=True)
class MoonsProblem:
    points: list[list[float]]
    labels: list[float]  # -1 or 1
    layers: Layers
    learning_rate: float = 0.05
    l2: float = 1e-4


@dataclass(frozen=True)
class ImageProblem:
    image: list[float]
    target: int
    layers: Layers


@dataclass(frozen=True)
class SeriesProblem:
    inputs: list[list[float]]
    targets: list[float]
    layers: Layers  # input to state, state to state, state to output
    learning_rate: float = 0.05


@dataclass(frozen=True)
class ClassesProblem:
    points: list[list[float]]
    targets: list[list[float]]  # one-hot
    layers: Layers
    learning_rate: float = 0.001


def w1() -> MoonsProblem:
    points, kinds = moons(100, noise=0.1, seed=1337)
    return MoonsProblem(points, [2.0 * kind - 1.0 for kind in kinds], _layers([2, 16, 16, 1], 1.0, seed=1))


def w2() -> ImageProblem:
    dice = random.Random(2)
    return ImageProblem([dice.random() for _ in range(4096)], 0, _layers([4096, 64, 2], 0.03, seed=2))


def w5(steps: int = 100, width: int = 32) -> SeriesProblem:
    times = [0.1 * step for step in range(steps)]
    inputs = [[math.sin(time), math.cos(1.7 * time)] for time in times]
    into, across = _layers([2, width], 0.5, seed=5), _layers([width, width], 0.2, seed=6)
    out = _layers([width, 1], 0.2, seed=7)
    return SeriesProblem(inputs, [math.sin(time + 0.5) for time in times], [*into, *across, *out])


def w6(count: int = 10_000) -> ClassesProblem:
    dice = random.Random(6)
    points = [[dice.gauss(0.0, 1.0) for _ in range(16)] for _ in range(count)]
    classes = [max(range(10), key=point.__getitem__) for point in points]
    targets = [[float(place == chosen) for place in range(10)] for chosen in classes]
    return ClassesProblem(points, targets, _layers([16, 64, 64, 10], 0.3, seed=6))


def _layers(sizes: list[int], width: float, seed: int) -> Layers:
    """Weights from U(-width, width), biases 0, as micrograd draws them."""
    dice = random.Random(seed)
    return [
        ([[dice.uniform(-width, width) for _ in range(inputs)] for _ in range(outputs)], [0.0] * outputs)
        for inputs, outputs in pairwise(sizes)
    ]
