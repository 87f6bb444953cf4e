"""A small plot as SVG, written without any package: regions, dots, lines, and pictures of few pixels.

>>> plot = Plot((0.0, 1.0), (0.0, 1.0), title="one dot")
>>> plot.dot(0.5, 0.5, COLOURS[0])
>>> "circle" in plot.svg()
True
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from itertools import groupby
from pathlib import Path

from autograd import write_whole

__all__ = ["COLOURS", "Plot", "classes", "frame"]

COLOURS = ("#2f6db3", "#d9532c", "#3c9d4e")  # one for each class
TINTS = ("#cbdbec", "#f6d4ca", "#cee7d3")  # the same, for the regions behind the dots
SIZE, MARGIN = 480, 24


class Plot:
    """A square with x from left to right and y upwards; all coordinates are those of the data."""

    def __init__(self, xs: tuple[float, float], ys: tuple[float, float], title: str, caption: str = "") -> None:
        self.xs, self.ys, self.title = xs, ys, title
        self.caption = caption or f"x from {xs[0]:.3g} to {xs[1]:.3g}, y from {ys[0]:.3g} to {ys[1]:.3g}"
        self._shapes: list[str] = []

    def region(self, colour_at: Callable[[float, float], str], steps: int = 60) -> None:
        """Colour the whole square by the colour at each of steps × steps places, ``steps`` a divisor of 480."""
        side = SIZE // steps
        for top in range(MARGIN, MARGIN + SIZE, side):
            left = MARGIN
            colours = [colour_at(*self._data(MARGIN + (n + 0.5) * side, top + side / 2)) for n in range(steps)]
            for colour, run in groupby(colours):  # places of one colour side by side are one rectangle
                width = side * len(list(run))
                self._shapes.append(
                    f'<rect x="{left}" y="{top}" width="{width}" height="{side}"'
                    f' fill="{colour}" shape-rendering="crispEdges"/>'
                )
                left += width

    def dot(self, x: float, y: float, colour: str) -> None:
        left, top = self._pixel(x, y)
        self._shapes.append(f'<circle cx="{left:.2f}" cy="{top:.2f}" r="4" fill="{colour}" stroke="white"/>')

    def line(self, points: Sequence[tuple[float, float]], colour: str) -> None:
        pixels = " ".join(f"{left:.2f},{top:.2f}" for left, top in (self._pixel(x, y) for x, y in points))
        self._shapes.append(f'<polyline points="{pixels}" fill="none" stroke="{colour}" stroke-width="2"/>')

    def image(self, pixels: Sequence[Sequence[float]], left: float, bottom: float, side: float) -> None:
        """Rows of darkness from 0 (white) to 1 (black), as a square at (left, bottom)."""
        x, y = self._pixel(left, bottom + side)
        width = (self._pixel(left + side, bottom)[0] - x) / len(pixels)
        for row, numbers in enumerate(pixels):
            for column, darkness in enumerate(numbers):
                grey = round(255 * (1 - darkness))
                self._shapes.append(
                    f'<rect x="{x + column * width:.2f}" y="{y + row * width:.2f}" width="{width:.2f}"'
                    f' height="{width:.2f}" fill="rgb({grey},{grey},{grey})"/>'
                )

    def text(self, words: str, x: float, y: float, colour: str = "black") -> None:
        left, top = self._pixel(x, y)
        self._shapes.append(f'<text x="{left:.2f}" y="{top:.2f}" fill="{colour}">{escape(words)}</text>')

    def svg(self) -> str:
        width, height = SIZE + 2 * MARGIN, SIZE + 2 * MARGIN + 12
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
                f' height="{height}" font-family="Verdana, DejaVu Sans, sans-serif" font-size="12">',
                f'<rect width="{width}" height="{height}" fill="white"/>',
                f'<text x="{MARGIN}" y="16">{escape(self.title)}</text>',
                *self._shapes,
                f'<rect x="{MARGIN}" y="{MARGIN}" width="{SIZE}" height="{SIZE}" fill="none" stroke="#888"/>',
                f'<text x="{MARGIN}" y="{height - 12}">{escape(self.caption)}</text>',
                "</svg>",
                "",
            ]
        )

    def save(self, path: Path) -> str:
        """Write the SVG, and say so."""
        return f"wrote {write_whole(path, self.svg().encode('utf-8'))}"

    def _pixel(self, x: float, y: float) -> tuple[float, float]:
        return (
            MARGIN + SIZE * (x - self.xs[0]) / (self.xs[1] - self.xs[0]),
            MARGIN + SIZE * (self.ys[1] - y) / (self.ys[1] - self.ys[0]),
        )

    def _data(self, left: float, top: float) -> tuple[float, float]:
        return (
            self.xs[0] + (left - MARGIN) / SIZE * (self.xs[1] - self.xs[0]),
            self.ys[1] - (top - MARGIN) / SIZE * (self.ys[1] - self.ys[0]),
        )


def frame(numbers: Sequence[float]) -> tuple[float, float]:
    """From the smallest to the largest, and a tenth of that on either side."""
    room = 0.1 * (max(numbers) - min(numbers))
    return min(numbers) - room, max(numbers) + room


def classes(
    points: Sequence[Sequence[float]], kinds: Sequence[int], kind_of: Callable[[Sequence[float]], int], title: str
) -> Plot:
    """The points in the colours of their classes, on the regions that a model tells apart."""
    plot = Plot(frame([x for x, _ in points]), frame([y for _, y in points]), title)
    plot.region(lambda x, y: TINTS[kind_of([x, y])])
    for (x, y), kind in zip(points, kinds):
        plot.dot(x, y, COLOURS[kind])
    return plot
