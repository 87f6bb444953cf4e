"""A character-level GPT: every number of it a Value, trained on names through ``compile``.

The model is GPT-2's (Radford et al., 2019) in small, with RMS norm (Zhang and Sennrich, 2019) in place of
layer norm, and without biases in the attention. A name is one sample: from the characters so far, the
next one. ``compile`` records the model once for each length of a name, and replays it from then on:
which characters they are does not matter, as each is a row of numbers, one of them 1 and the others 0.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from math import sqrt
from pathlib import Path
from typing import Any

from autograd import ParameterArrays, Value, compile, logsumexp, plot_losses, softmax, total, weighted_sum
from autograd.errors import MissingToolError
from nn import Layer, Module
from nn.optim import Adam

from . import plot

__all__ = ["GPT", "NAMES", "Vocabulary", "average_loss", "name_loss", "run", "sample", "train"]

NAMES = Path(__file__).with_name("names.txt").read_text(encoding="utf-8").split()
STEPS = 2000
SPREAD = 0.08  # of the first weights
Vector = list[Any]  # of Values


class Vocabulary:
    """Characters and their places; place 0 stands before and after each name."""

    def __init__(self, names: Sequence[str]) -> None:
        self.characters = ["", *sorted(set("".join(names)))]

    def __len__(self) -> int:
        return len(self.characters)

    def places(self, name: str) -> list[int]:
        """The name's places with the sign for its beginning and its end."""
        return [0, *map(self.characters.index, name), 0]

    def rows(self, places: Sequence[int]) -> list[list[float]]:
        """Each place as a row of numbers, of which the one at that place is 1, and the others 0."""
        return [[float(place == other) for other in range(len(self))] for place in places]


class Attention(Module):
    """Each position looks at those up to itself: several heads, each with its own mixture of them."""

    def __init__(self, width: int, heads: int) -> None:
        self.heads = heads
        self.query, self.key, self.value, self.output = (_linear(width, width) for _ in range(4))

    def __call__(self, xs: list[Vector]) -> list[Vector]:
        size = len(xs[0]) // self.heads
        queries, keys, values = (
            [[x[start : start + size] for start in range(0, len(x), size)] for x in map(layer, xs)]
            for layer in (self.query, self.key, self.value)
        )
        mixed = []
        for position, query in enumerate(queries):
            joined: Vector = []
            for head in range(self.heads):
                scores = [weighted_sum(query[head], key[head]) / sqrt(size) for key in keys[: position + 1]]
                weights = softmax(scores)
                seen = [value[head] for value in values[: position + 1]]
                joined += [weighted_sum(weights, column) for column in zip(*seen)]
            mixed.append(self.output(joined))
        return mixed


class Block(Module):
    """Attention, then a network of two layers at each position; each adds to what comes in."""

    def __init__(self, width: int, heads: int) -> None:
        self.attention = Attention(width, heads)
        self.hidden = _linear(width, 4 * width, "relu")
        self.output = _linear(4 * width, width)

    def __call__(self, xs: list[Vector]) -> list[Vector]:
        xs = list(map(_added, xs, self.attention(list(map(_normed, xs)))))
        return [_added(x, self.output(self.hidden(_normed(x)))) for x in xs]


class GPT(Module):
    """From a list of token embeddings, for each position the logits of the next token."""

    def __init__(self, tokens: int, positions: int, width: int = 16, heads: int = 4, blocks: int = 1) -> None:
        self.tokens = [_small(width) for _ in range(tokens)]
        self.positions = [_small(width) for _ in range(positions)]
        self.blocks = [Block(width, heads) for _ in range(blocks)]
        self.logits = _linear(width, tokens)

    def __call__(self, embeddings: Sequence[Vector]) -> list[Vector]:
        xs = [_normed(_added(token, position)) for token, position in zip(embeddings, self.positions)]
        for block in self.blocks:
            xs = block(xs)
        return [self.logits(x) for x in xs]

    def embedded(self, rows: Sequence[Sequence[float]]) -> list[Vector]:
        """The embeddings of characters that are given as rows in which theirs is 1."""
        columns = list(zip(*self.tokens))
        return [[weighted_sum(column, row) for column in columns] for row in rows]


def _linear(inputs: int, outputs: int, activation: str = "linear") -> Layer:
    weights = [[random.gauss(0.0, SPREAD) for _ in range(inputs)] for _ in range(outputs)]
    return Layer.from_weights(weights, [0.0] * outputs, activation)


def _small(width: int) -> Vector:
    return [Value(random.gauss(0.0, SPREAD)) for _ in range(width)]


def _added(x: Vector, y: Vector) -> Vector:
    return [one + other for one, other in zip(x, y)]


def _normed(x: Vector) -> Vector:
    """RMS norm: x / √(mean of x² + ε)."""
    scale = (weighted_sum(x, x) / len(x) + 1e-5) ** -0.5
    return [one * scale for one in x]


def arguments(model: GPT, vocabulary: Vocabulary, name: str) -> tuple[list[list[float]], list[list[float]]]:
    """A name as the arguments of the loss: its characters, and what follows each."""
    rows = vocabulary.rows(vocabulary.places(name)[: len(model.positions) + 1])
    return rows[:-1], rows[1:]


def name_loss(model: GPT) -> Any:
    """The mean cross-entropy of the next characters, as a function to run or to compile."""

    def loss(characters: list[list[float]], following: list[list[float]]) -> Any:
        logits_of_each = model(model.embedded(characters))
        terms = [
            logsumexp(logits) - weighted_sum(chosen, logits) for logits, chosen in zip(logits_of_each, following)
        ]
        return total(terms) / len(terms)

    return loss


def train(model: GPT, vocabulary: Vocabulary, names: Sequence[str], steps: int, lr: float = 0.01) -> Iterator[float]:
    """One name at a time, with Adam and a learning rate that falls to 0; the loss of each step."""
    try:
        arrays = ParameterArrays(model.parameters())
    except MissingToolError:
        arrays = None
    loss = compile(name_loss(model), parameters=arrays)
    optimizer = Adam(arrays or model.parameters(), lr=lr, betas=(0.85, 0.99))
    for step in range(steps):
        optimizer.zero_grad()
        result = loss(*arguments(model, vocabulary, names[step % len(names)]))
        result.backward()
        optimizer.lr = lr * (1 - step / steps)
        optimizer.step()
        yield result.data
    if arrays is not None:
        arrays.write_back()


def average_loss(model: GPT, vocabulary: Vocabulary, names: Sequence[str]) -> float:
    loss = name_loss(model)
    return sum(loss(*arguments(model, vocabulary, name)).data for name in names) / len(names)


def sample(model: GPT, vocabulary: Vocabulary, dice: random.Random, temperature: float = 0.5) -> str:
    """A new name, a character at a time, each drawn from the model's distribution."""
    places = [0]
    while len(places) <= len(model.positions):
        logits = model([model.tokens[place] for place in places])[-1]
        chances = softmax([logit.data / temperature for logit in logits])
        [place] = dice.choices(range(len(vocabulary)), chances)
        if place == 0:
            break
        places.append(place)
    return "".join(vocabulary.characters[place] for place in places)


def run(out: Path, steps: int = STEPS) -> Iterator[str]:
    """The lines of the task: training with a progress bar, and names that the model makes up."""
    random.seed(1)
    names = random.sample(NAMES, len(NAMES))
    unseen, names = names[:30], names[30:]
    vocabulary = Vocabulary(NAMES)
    model = GPT(len(vocabulary), max(map(len, NAMES)) + 1)
    parameters = len(model.parameters())
    yield f"{len(names)} names to learn from, {len(unseen)} kept unseen; a GPT with {parameters} parameters"
    yield f"before: cross-entropy of a character of an unseen name {average_loss(model, vocabulary, unseen):.4f}"
    recent: list[float] = []  # a running mean, as single names differ much
    for loss in _with_bar(train(model, vocabulary, names, steps), steps):
        recent.append(loss if not recent else 0.99 * recent[-1] + 0.01 * loss)
        if len(recent) % (steps // 5) == 0:
            yield f"step {len(recent):5}: cross-entropy in training {recent[-1]:.4f}"
    dice = random.Random(2)
    yield "made up: " + ", ".join(sample(model, vocabulary, dice) for _ in range(20))
    yield f"after: cross-entropy of a character of an unseen name {average_loss(model, vocabulary, unseen):.4f}"
    title = "cross-entropy in training, a running mean"
    yield plot.saved(lambda: plot_losses(recent, title=title), out / "gpt.svg")


def _with_bar(losses: Iterator[float], steps: int) -> Iterator[float]:
    """The same, with a progress bar where a person watches and tqdm is installed."""
    try:
        from tqdm import tqdm
    except ImportError:
        return losses
    return iter(tqdm(losses, total=steps, unit="name", disable=not sys.stderr.isatty()))
