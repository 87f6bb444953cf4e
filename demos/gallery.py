"""``python -m demos.gallery``: draws the pictures of graphs that the README shows, into demos/pictures.

A test holds each committed picture against what is drawn here.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from autograd import Graph, Value, draw, weighted_sum

from . import three_layers, two_weights

__all__ = ["FOLDER", "GALLERY", "main"]

FOLDER = Path(__file__).parent / "pictures"


def _two_weights() -> Graph:
    return two_weights.EXAMPLE.pictures()["two_weights"]


def _neurons() -> Graph:
    """The 3–2–3 network as its neurons."""
    return draw(three_layers.values()["L"], detail="neuron", widths=True, legend=True)


def _operations() -> Graph:
    """One neuron down to its elementary operations."""
    w, x = [Value(0.2, "w₁"), Value(0.4, "w₂")], [Value(1.0, "x₁"), Value(0.5, "x₂")]
    z = weighted_sum(w, x, Value(0.1, "b"))
    z.label = "z"
    a = z.sigmoid()
    a.label = "a"
    a.backward()
    return draw(a, detail="op", highlight="w₂")


GALLERY: dict[str, Callable[[], Graph]] = {
    "two_weights": _two_weights,
    "neurons": _neurons,
    "operations": _operations,
}


def main() -> None:
    for name, picture in GALLERY.items():
        print(f"wrote {picture().save(FOLDER / f'{name}.svg')}")


if __name__ == "__main__":
    main()
