"""Three rings around each other: no straight line tells any two of them apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from demos.datasets import rings

from .separation import separate

__all__ = ["run"]


def run(out: Path) -> Iterator[str]:
    points, kinds = rings(60, radii=(0.5, 1.0, 1.5), noise=0.08, seed=1)
    yield from separate("rings", points, kinds, [16, 3], lr=0.05, epochs=40, out=out)
