"""What rings and spirals share: a softmax classifier of points in the plane, trained with Adam."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from autograd import play, plot_boundary
from nn import MLP, fit, losses, optim

from . import plot

__all__ = ["largest", "separate"]


def separate(
    name: str, points: list[list[float]], kinds: list[int], sizes: list[int], lr: float, epochs: int, out: Path
) -> Iterator[str]:
    """Train an MLP of these sizes to tell the kinds apart, in batches of 30; the lines of that, and a picture."""
    count = len(points)
    model = MLP(2, sizes, activation="tanh", init="xavier", seed=1)
    yield f"{count} points of {max(kinds) + 1} kinds; MLP(2, {sizes}) with {len(model.parameters())} parameters"

    def kind_of(point: Sequence[float]) -> int:
        return largest([logit.data for logit in model(point)])

    data = list(zip(points, kinds))
    optimizer = optim.Adam(model.parameters(), lr=lr)
    loss = losses.softmax_cross_entropy
    page = play(model, data=data, loss=loss, optimizer=optimizer, batch_size=30, seed=1, title=name)
    yield f"wrote {page.save(out / f'{name}.html')}"
    history = fit(model, data, loss, optimizer, epochs, batch_size=30, seed=1)
    for epoch in (0, epochs // 10 - 1, epochs // 2 - 1, epochs - 1):
        yield f"epoch {epoch + 1:3}: cross-entropy {history.losses[epoch]:.6f}"
    right = sum(kind_of(point) == kind for point, kind in zip(points, kinds))
    yield f"accuracy in training: {right} of {count}, {100 * right / count:.1f} %"
    title = f"{name} after {epochs} epochs: {right} of {count} right"
    yield plot.saved(lambda: plot_boundary(kind_of, points, kinds, title=title), out / f"{name}.svg")


def largest(numbers: Sequence[float]) -> int:
    """The place of the largest number, the first of equals.

    >>> largest([1.0, 3.0, 3.0])
    1
    """
    return max(range(len(numbers)), key=numbers.__getitem__)
