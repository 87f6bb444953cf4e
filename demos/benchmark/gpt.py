"""A small GPT written with whatever numbers it is given: the model of W4.

One layer, 4 heads of attention, width 16, 16 places, RMS norm, an MLP with ReLU, no biases: the shape
of the public microgpt. ``linear`` and ``softmax`` come from who runs it; all else is ``+ * **``,
``relu`` and ``log``.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

__all__ = ["HEADS", "PLACES", "VOCABULARY", "WIDTH", "loss_of", "parameters", "step_in_operations", "tokens"]

VOCABULARY, WIDTH, HEADS, PLACES = 27, 16, 4, 16

Matrix = list[list[Any]]

_SHAPES = {
    "token": (VOCABULARY, WIDTH), "place": (PLACES, WIDTH), "out": (VOCABULARY, WIDTH),
    "query": (WIDTH, WIDTH), "key": (WIDTH, WIDTH), "value": (WIDTH, WIDTH), "mix": (WIDTH, WIDTH),
    "widen": (4 * WIDTH, WIDTH), "narrow": (WIDTH, 4 * WIDTH),
}  # fmt: skip


def tokens(seed: int = 4) -> list[int]:
    """A sample of full length: PLACES tokens, and the one that follows."""
    dice = random.Random(seed)
    return [dice.randrange(VOCABULARY) for _ in range(PLACES + 1)]


def parameters(make: Callable[[float], Any], seed: int = 4) -> dict[str, Matrix]:
    """The weights by name, normal with standard deviation 0.08, each number made into a parameter."""
    dice = random.Random(seed)
    return {
        name: [[make(dice.gauss(0.0, 0.08)) for _ in range(columns)] for _ in range(rows)]
        for name, (rows, columns) in _SHAPES.items()
    }


def loss_of(
    weights: dict[str, Matrix],
    sample: list[int],
    linear: Callable[[Matrix, list[Any]], list[Any]],
    softmax: Callable[[list[Any]], list[Any]],
    log: Callable[[Any], Any],
) -> Any:
    """The mean cross-entropy of each next token."""
    keys: list[list[Any]] = []
    values: list[list[Any]] = []
    losses = []
    for place, (token, target) in enumerate(pairwise(sample)):
        x = _normed([a + b for a, b in zip(weights["token"][token], weights["place"][place])])
        normed = _normed(x)
        query = linear(weights["query"], normed)
        keys.append(linear(weights["key"], normed))
        values.append(linear(weights["value"], normed))
        seen = _attend(query, keys, values, softmax)
        x = [a + b for a, b in zip(linear(weights["mix"], seen), x)]
        hidden = [z.relu() for z in linear(weights["widen"], _normed(x))]
        x = [a + b for a, b in zip(linear(weights["narrow"], hidden), x)]
        losses.append(-log(softmax(linear(weights["out"], x))[target]))
    return _added(losses) * (1.0 / len(losses))


def step_in_operations(Value: Any, exp: Callable[[Any], Any], log: Callable[[Any], Any]) -> Callable[[], Any]:
    """A step of W4 in which each product and each sum is a node, for any such ``Value``."""
    weights, sample = parameters(Value), tokens()
    leaves = [p for matrix in weights.values() for row in matrix for p in row]

    def linear(matrix: Any, x: list[Any]) -> list[Any]:
        return [sum(w * a for w, a in zip(row, x)) for row in matrix]

    def softmax(logits: list[Any]) -> list[Any]:
        largest = max(logit.data for logit in logits)
        exponentials = [exp(logit - largest) for logit in logits]
        denominator = sum(exponentials)
        return [exponential / denominator for exponential in exponentials]

    def step() -> tuple[float, float]:
        loss = loss_of(weights, sample, linear, softmax, log)
        for p in leaves:
            p.grad = 0.0
        loss.backward()
        return loss.data, weights["query"][0][0].grad

    return step


def _attend(
    query: list[Any], keys: list[list[Any]], values: list[list[Any]], softmax: Callable[[list[Any]], list[Any]]
) -> list[Any]:
    size = WIDTH // HEADS
    seen = []
    for start in range(0, WIDTH, size):
        part = range(start, start + size)
        scores = [_added([query[n] * key[n] for n in part]) * size**-0.5 for key in keys]
        shares = softmax(scores)
        seen += [_added([share * value[n] for share, value in zip(shares, values)]) for n in part]
    return seen


def _normed(x: list[Any]) -> list[Any]:
    scale = (_added([a * a for a in x]) * (1.0 / len(x)) + 1e-5) ** -0.5
    return [a * scale for a in x]


def _added(terms: list[Any]) -> Any:
    result = terms[0]
    for term in terms[1:]:
        result = result + term
    return result
