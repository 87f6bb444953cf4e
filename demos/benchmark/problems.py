"""What is computed: plain numbers, so that every implementation starts from the same ones.

W1  one training step of micrograd's demo: 100 two-moons points, MLP(2, [16, 16, 1]) with ReLU,
    max-margin loss and L2, the full batch; forward, zero_grad, backward, gradient descent.
W2  4096 → 64 → 2, ReLU, softmax and cross-entropy, one image; forward and backward.
W3  a chain x = x·a + b, a million operations deep; forward and backward.
W4  a GPT of one layer on one sample of 16 tokens (:mod:`demos.benchmark.gpt`); forward and backward.

An implementation returns, from each step, two numbers: the loss (W3: the last x) and something that
only a right backward pass can know (W1: the first weight after the update; W2: the gradient of the
first weight; W3: that of a; W4: of the first weight of the queries). All implementations must agree on them.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import pairwise

from ..datasets import moons

__all__ = ["CHAIN_LENGTH", "CHAIN_A", "CHAIN_B", "CHAIN_X", "TITLES", "ImageProblem", "MoonsProblem", "w1", "w2"]

TITLES = {
    "W1": "one training step of micrograd's demo, 100 points through MLP(2, [16, 16, 1])",
    "W2": "4096 → 64 → 2, softmax and cross-entropy, one image, forward and backward",
    "W3": "a chain x = x·a + b of a million operations, forward and backward",
    "W4": "a small GPT on one sample of 16 tokens, forward and backward",
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


def w1() -> MoonsProblem:
    points, kinds = moons(100, noise=0.1, seed=1337)
    return MoonsProblem(points, [2.0 * kind - 1.0 for kind in kinds], _layers([2, 16, 16, 1], 1.0, seed=1))


def w2() -> ImageProblem:
    dice = random.Random(2)
    return ImageProblem([dice.random() for _ in range(4096)], 0, _layers([4096, 64, 2], 0.03, seed=2))


def _layers(sizes: list[int], width: float, seed: int) -> Layers:
    """Weights from U(-width, width), biases 0, as micrograd draws them."""
    dice = random.Random(seed)
    return [
        ([[dice.uniform(-width, width) for _ in range(inputs)] for _ in range(outputs)], [0.0] * outputs)
        for inputs, outputs in pairwise(sizes)
    ]
