"""Tasks that are learnt, not only calculated: each makes its data, trains, prints what came of it, and draws it.

``python -m demos moons`` runs one. A task is a module with a function ``run(out)`` that yields the
lines to print, and writes its picture into the folder ``out``.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

__all__ = ["TASKS", "run_task"]

TASKS = {
    "moons": "two half moons, the network and the loss of micrograd's demo",
    "rings": "three rings around each other",
    "spirals": "three spirals that wind around each other",
    "curve": "the regression of a curve from noisy points",
    "digits": "handwritten digits of 8×8 pixels (needs scikit-learn)",
    "gpt": "a character-level GPT that makes up names",
}


def run_task(name: str, out: Path) -> Iterator[str]:
    """The lines of one task, as they come; its picture is written into ``out``."""
    yield from import_module(f"demos.tasks.{name}").run(out)
