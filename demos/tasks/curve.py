"""The regression of a curve: a network of one input and one output, and noisy points to learn from."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from pathlib import Path

from autograd import play, total
from demos.datasets import curve
from nn import MLP, fit, losses, optim, schedules

from . import plot

__all__ = ["run"]

EPOCHS, NOISE = 150, 0.1


def run(out: Path) -> Iterator[str]:
    dice = random.Random(1)
    xs = [2 * index / 99 - 1 for index in range(100)]
    data = [(x, curve(x) + dice.gauss(0, NOISE)) for x in xs]
    model = MLP(1, [12, 12, 1], activation="tanh", init="xavier", seed=1)
    yield f"100 points of (1 + x)·sin(πx), noise {NOISE}; MLP(1, [12, 12, 1]) with {len(model.parameters())} parameters"
    optimizer = optim.Adam(model.parameters(), lr=0.02)
    page = play(model, data=data, loss=losses.mse, optimizer=optimizer, batch_size=20, seed=1, title="a curve")
    yield f"wrote {page.save(out / 'curve.html')}"
    history = fit(
        model, data, losses.mse, optimizer, EPOCHS, batch_size=20, seed=1, schedule=schedules.cosine(EPOCHS)
    )
    for epoch in (0, 9, 49, EPOCHS - 1):
        yield f"epoch {epoch + 1:3}: mean squared error {history.losses[epoch]:.6f}"
    learnt = [(x, model(x).data) for x in xs]
    error = math.sqrt(total([(y - curve(x)) ** 2 for x, y in learnt]) / len(xs))
    yield f"root mean square distance from the curve itself: {error:.4f}"
    lines = {"the curve": [(x, curve(x)) for x in xs], "what was learnt": learnt}
    yield plot.saved(lambda: plot.fitted(data, lines, "(1 + x)·sin(πx), from noisy points"), out / "curve.svg")
