"""Three spirals that wind around each other, each once around the origin."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from demos.datasets import spirals

from .separation import separate

__all__ = ["run"]


def run(out: Path) -> Iterator[str]:
    points, kinds = spirals(80, arms=3, turns=0.75, noise=0.02, seed=1)
    yield from separate("spirals", points, kinds, [24, 24, 3], lr=0.02, epochs=100, out=out)
