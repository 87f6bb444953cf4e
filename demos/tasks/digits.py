"""Handwritten digits of 8×8 pixels: scikit-learn's set of 1797, four fifths to learn from, the rest to be tested on."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from autograd import MissingToolError, play
from nn import MLP, fit, losses, optim, schedules

from . import plot
from .separation import largest

__all__ = ["run"]

EPOCHS, ON_PAGE = 20, 200


def run(out: Path) -> Iterator[str]:
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise MissingToolError("the digits come with scikit-learn: pip install 'handgrad[digits]'") from None
    images, targets = load_digits(return_X_y=True)
    samples = [
        ([darkness / 16 for darkness in pixels], digit) for pixels, digit in zip(images.tolist(), targets.tolist())
    ]
    random.Random(1).shuffle(samples)
    training, test = samples[:1437], samples[1437:]
    model = MLP(64, [32, 10], activation="tanh", init="xavier", seed=1)
    yield f"{len(training)} digits to learn from, {len(test)} to be tested on"
    yield f"MLP(64, [32, 10]) with {len(model.parameters())} parameters"
    loss, optimizer = losses.softmax_cross_entropy, optim.Adam(model.parameters(), lr=0.01)
    page = play(
        model, data=training[:ON_PAGE], loss=loss, optimizer=optimizer, batch_size=32, seed=1,
        title=f"{ON_PAGE} handwritten digits",
    )  # fmt: skip
    yield f"wrote {page.save(out / 'digits.html')}"
    history = fit(
        model, training, loss, optimizer, EPOCHS, batch_size=32, seed=1, schedule=schedules.cosine(EPOCHS)
    )
    for epoch in (0, 4, 9, EPOCHS - 1):
        yield f"epoch {epoch + 1:2}: cross-entropy {history.losses[epoch]:.6f}"
    answers = [largest([logit.data for logit in model(pixels)]) for pixels, _ in test]
    wrong = [(pixels, digit, answer) for (pixels, digit), answer in zip(test, answers) if digit != answer]
    right = len(test) - len(wrong)
    yield f"accuracy on the test: {right} of {len(test)}, {100 * right / len(test):.1f} %"
    images = [
        ([pixels[8 * row : 8 * row + 8] for row in range(8)], f"{digit}, read as {answer}")
        for pixels, digit, answer in wrong
    ]
    title = f"handwritten digits: {right} of {len(test)} read rightly, and some that were not"
    yield plot.saved(lambda: plot.mistakes(images, title), out / "digits.svg")
