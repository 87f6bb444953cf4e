"""The pictures of the tasks, on matplotlib (the extra ``plot``); without it a task says so, and goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograd import MissingToolError, Plot

__all__ = ["fitted", "mistakes", "saved"]


def saved(make: Callable[[], Plot], path: Path) -> str:
    """Draw a plot and write it; the line that says so, or why there is none."""
    try:
        return f"wrote {make().save(path)}"
    except MissingToolError as error:
        return f"no picture: {error}"


def fitted(
    points: Sequence[tuple[float, float]], lines: Mapping[str, Sequence[tuple[float, float]]], title: str
) -> Plot:
    """Points, and lines by name through them or beside them."""
    figure = _figure(6.4, 4.2)
    axes = figure.add_subplot()
    axes.set(title=title, xlabel="x", ylabel="y")
    axes.grid(alpha=0.3)
    axes.scatter(*zip(*points), color="#999999", s=12, label="data")
    for (name, line), colour, dash in zip(lines.items(), ("#0072b2", "#d55e00"), ("-", "--")):
        axes.plot(*zip(*line), color=colour, linestyle=dash, label=name)
    axes.legend()
    return Plot(figure, title)


def mistakes(images: Sequence[tuple[Sequence[Sequence[float]], str]], title: str) -> Plot:
    """Pictures of a few pixels from 0 (white) to 1 (black), four in a row, each with its caption."""
    figure = _figure(6.0, 6.4)
    figure.suptitle(title)
    for axes in figure.subplots(4, 4).flat:
        axes.axis("off")
    for axes, (pixels, caption) in zip(figure.axes, images):
        axes.imshow(pixels, cmap="gray_r", vmin=0, vmax=1)
        axes.set_title(caption, fontsize="small")
    return Plot(figure, title)


def _figure(width: float, height: float) -> Any:
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingToolError("plots are drawn by matplotlib: pip install 'handgrad[plot]'") from error
    return Figure(figsize=(width, height), layout="constrained")
