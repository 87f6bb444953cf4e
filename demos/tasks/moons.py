"""Two moons: micrograd's demo with its data law, its network, its loss and its learning rates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from autograd import play, plot_boundary
from demos.datasets import moons
from nn import MLP, fit, losses, optim

from . import plot

__all__ = ["run"]

STEPS = 100


def run(out: Path) -> Iterator[str]:
    points, kinds = moons(100, noise=0.1, seed=1337)
    model = MLP(2, [16, 16, 1], activation="relu", seed=1337)
    yield f"100 points of two half moons, noise 0.1; MLP(2, [16, 16, 1]) with {len(model.parameters())} parameters"

    def kind_of(point: Sequence[float]) -> int:
        return int(model(point).data > 0)

    def right() -> int:
        return sum(kind_of(point) == kind for point, kind in zip(points, kinds))

    data = [(point, 2 * kind - 1) for point, kind in zip(points, kinds)]
    # The L2 term 1e-4 · Σ p² has the gradient 2e-4 · p, which is a weight decay of 2e-4.
    optimizer = optim.SGD(model.parameters(), lr=1.0, weight_decay=2e-4)
    yield f"before: {right()} of 100 right"
    page = play(
        model, data=data, loss=losses.hinge, optimizer=optim.SGD(model.parameters(), lr=0.3, weight_decay=2e-4),
        title="two moons",
    )  # fmt: skip
    yield f"wrote {page.save(out / 'moons.html')}"
    history = fit(model, data, losses.hinge, optimizer, STEPS, schedule=lambda step: 1 - 0.9 * step / STEPS)
    for step in (0, 9, 49, STEPS - 1):
        yield f"step {step + 1:3}: max-margin loss {history.losses[step]:.6f}"
    yield f"accuracy in training: {right()} %"
    title = f"two moons after {STEPS} steps: {right()} % right"
    yield plot.saved(lambda: plot_boundary(kind_of, points, kinds, title=title), out / "moons.svg")
