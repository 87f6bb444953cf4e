"""Plots of a training run and of the table's functions, on matplotlib: the extra ``plot``.

>>> plot = plot_losses([1.0, 0.5, 0.25, 0.125])
>>> plot
<Plot "loss"; .save("plot.svg") writes it>

Nothing here touches ``pyplot`` or its state: a Plot holds a ``matplotlib.figure.Figure``.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from ..errors import DomainError, MissingToolError, ShapeError, UnknownNameError
from ..files import write_whole
from ..primitives import PRIMITIVES
from ..value import Value

__all__ = ["Plot", "plot_activations", "plot_boundary", "plot_gradients", "plot_losses"]

# Okabe and Ito's colours; lines differ in their dashes and points in their shape too, for grey print.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
_DASHES = ("-", "--", "-.", ":")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_FONTS = ("DejaVu Sans", "Noto Sans CJK SC", "Noto Sans CJK JP", "PingFang SC", "Microsoft YaHei", "WenQuanYi Zen Hei")
_ENDINGS = (".svg", ".png", ".pdf")


class Plot:
    """A drawn plot: ``figure`` is matplotlib's, to be changed at will; in Jupyter it shows itself."""

    def __init__(self, figure: Any, title: str) -> None:
        self.figure = figure
        self._title = title

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the plot: the ending says in which format (svg, png or pdf)."""
        ending = Path(path).suffix.lower()
        if ending not in _ENDINGS:
            raise UnknownNameError(f"{os.fspath(path)!r}: a plot's name ends in {', '.join(_ENDINGS)}")
        return write_whole(path, self._rendered(ending[1:]))

    def _rendered(self, format: str) -> bytes:
        matplotlib = _matplotlib()
        content = BytesIO()
        undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(format, {})
        for text in self.figure.findobj(matplotlib.text.Text):
            text.set_fontfamily(_fonts())
        # The same plot gives the same file: no date, no random identifiers.
        with matplotlib.rc_context({"svg.hashsalt": "plot"}):
            self.figure.savefig(content, format=format, dpi=160, metadata=undated)
        return content.getvalue()

    def _repr_svg_(self) -> str:
        return self._rendered("svg").decode("utf-8")

    def __repr__(self) -> str:
        return f'<Plot "{self._title}"; .save("plot.svg") writes it>'


def plot_losses(
    losses: Sequence[Any] | Mapping[str, Sequence[Any]], *, title: str = "loss", every: int = 1, log: bool = False
) -> Plot:
    """The loss over the epochs, of one run or of several by name.

    >>> plot = plot_losses({"lr 0.1": [1.0, 0.6, 0.4], "lr 0.01": [1.0, 0.9, 0.85]}, log=True)

    ``every`` is how many epochs lie between two numbers. A run that became nan or infinite is drawn as far
    as it is finite. Numbers that are not above 0 raise DomainError where ``log`` is true.
    """
    runs = losses if isinstance(losses, Mapping) else {"": losses}
    figure, axes = _axes(title, "epoch", "loss")
    for place, (name, run) in enumerate(runs.items()):
        numbers = [_number(loss) for loss in run]
        if not numbers:
            raise ShapeError(f"plot_losses: the run {name!r} has no losses" if name else "plot_losses: no losses")
        if log and min(numbers) <= 0:
            raise DomainError(f"plot_losses: {min(numbers)} has no place on a logarithmic axis; leave log=True out")
        axes.plot([every * epoch for epoch in range(len(numbers))], numbers, label=name, **_line(place))
    if log:
        axes.set_yscale("log")
    if len(runs) > 1:
        axes.legend()
    return Plot(figure, title)


def plot_boundary(
    predict: Callable[[list[float]], Any],
    points: Sequence[Sequence[Any]],
    classes: Sequence[Any],
    *,
    title: str = "decision boundary",
    steps: int = 60,
) -> Plot:
    """Where ``predict`` puts each class in the plane, and the points that it learnt from.

    >>> plot = plot_boundary(lambda x: x[0] > x[1], [[0, 1], [1, 0]], [False, True], steps=10)

    ``predict`` takes a point [x, y] and returns its class: one of ``classes``, or a number of which the
    classes are the sign (-1, 1), as the score of a max-margin loss is. It is called ``steps``² times.
    """
    if len(points) != len(classes) or not points:
        raise ShapeError(f"plot_boundary: {len(points)} points and {len(classes)} classes; give each point its class")
    names = list(dict.fromkeys(classes))
    is_score = set(names) <= {-1, 1}
    plane = [[_number(coordinate) for coordinate in point] for point in points]
    if any(len(point) != 2 for point in plane):
        raise ShapeError("plot_boundary: a point of the plane has two coordinates")
    across, along = [_axis([point[i] for point in plane], steps) for i in (0, 1)]

    def place_of(x: float, y: float) -> int:
        answer = predict([x, y])
        if is_score:
            answer = 1 if _number(answer) > 0 else -1
        if answer not in names:
            raise UnknownNameError(f"plot_boundary: predict([{x}, {y}]) is {answer!r}, and no class of {names}")
        return names.index(answer)

    regions = [[place_of(x, y) for x in across] for y in along]
    figure, axes = _axes(title, "x₁", "x₂")
    colours = _matplotlib().colors.ListedColormap(_COLOURS[: len(names)])
    limits = {"vmin": -0.5, "vmax": len(names) - 0.5}
    axes.pcolormesh(across, along, regions, cmap=colours, alpha=0.25, shading="nearest", rasterized=True, **limits)
    for place, name in enumerate(names):
        own = [point for point, kind in zip(plane, classes) if kind == name]
        look = {"color": _COLOURS[place % 7], "marker": _MARKERS[place % 7], "edgecolors": "white", "linewidths": 0.5}
        axes.scatter([x for x, _ in own], [y for _, y in own], label=str(name), **look)
    axes.legend(title="class", loc="upper left", bbox_to_anchor=(1.01, 1.0))  # beside the plane, and not on it
    return Plot(figure, title)


def plot_activations(
    names: Iterable[str] = ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "softplus"),
    *,
    low: float = -5.0,
    high: float = 5.0,
    title: str = "activations and their derivatives",
) -> Plot:
    """Each function of the table by name, and beside it its derivative, by the table's own rule.

    >>> plot = plot_activations(["sigmoid", "relu"])

    A parameter of a function (the slope of leaky_relu) has its default. Raises UnknownNameError for a name
    that is not in the table, or is no function of one number.
    """
    figure, (left, right) = _two_axes(title)
    xs = [low + (high - low) * step / 400 for step in range(401)]
    for place, name in enumerate(names):
        primitive = PRIMITIVES.get(name)
        if primitive is None or (primitive.arity != 1 and name not in _DEFAULTS):
            raise UnknownNameError(f"plot_activations: {name!r} is no function of one number in the table")
        rest = _DEFAULTS.get(name, ())
        ys = [primitive.rule(x, *rest) for x in xs]
        left.plot(xs, ys, label=name, **_line(place))
        right.plot(xs, [primitive.partials[0](y, x, *rest) for x, y in zip(xs, ys)], label=name, **_line(place))
    left.set_title("a = f(z)")
    right.set_title("f′(z)")
    for axes in (left, right):
        axes.set_xlabel("z")
    left.legend()
    return Plot(figure, title)


_DEFAULTS = {"leaky_relu": (0.01,), "elu": (1.0,)}


def plot_gradients(
    layers: Mapping[str, Iterable[Any]] | Sequence[Iterable[Any]], *, title: str = "gradient size by layer"
) -> Plot:
    """The mean size of the gradients in each layer, on a logarithmic axis: where they vanish or explode.

    >>> w = Value(2.0)
    >>> (w * 3).backward()
    >>> plot = plot_gradients({"layer 1": [w], "layer 2": [0.5, -0.25]})

    ``layers`` gives for each layer its parameters (of which the ``.grad`` counts), or its gradients as
    numbers. A layer without any gradient has no bar, and says so.
    """
    named = layers if isinstance(layers, Mapping) else {str(place): layer for place, layer in enumerate(layers, 1)}
    sizes = []
    for name, layer in named.items():
        gradients = [abs(_number(node.grad if isinstance(node, Value) else node)) for node in layer]
        if not gradients:
            raise ShapeError(f"plot_gradients: the layer {name!r} has no parameters")
        sizes.append(math.fsum(gradients) / len(gradients))
    figure, axes = _axes(title, "layer", "mean |gradient|")
    bars = axes.bar(list(named), [size or math.nan for size in sizes], color=_COLOURS[0])
    axes.bar_label(bars, [f"{size:.2g}" if size else "" for size in sizes])
    if any(sizes):
        axes.set_yscale("log")
    lowest = axes.get_ylim()[0]
    for place, size in enumerate(sizes):
        if not size:
            axes.text(place, lowest, "no gradient", ha="center", va="bottom", color=_COLOURS[1])
    axes.margins(y=0.15)
    return Plot(figure, title)


# --- matplotlib --------------------------------------------------------------------------------------


def _matplotlib() -> Any:
    try:
        import matplotlib
        import matplotlib.colors
        import matplotlib.figure
        import matplotlib.font_manager
        import matplotlib.text
    except ImportError as error:
        raise MissingToolError("plots are drawn by matplotlib: pip install 'handgrad[plot]'") from error
    return matplotlib


def _figure(width: float) -> Any:
    return _matplotlib().figure.Figure(figsize=(width, 4.2), layout="constrained")


def _axes(title: str, across: str, along: str) -> tuple[Any, Any]:
    figure = _figure(6.4)
    axes = figure.add_subplot()
    axes.set(title=title, xlabel=across, ylabel=along)
    axes.grid(alpha=0.3)
    return figure, axes


def _two_axes(title: str) -> tuple[Any, Any]:
    figure = _figure(9.0)
    pair = figure.subplots(1, 2)
    figure.suptitle(title)
    for axes in pair:
        axes.grid(alpha=0.3)
    return figure, pair


def _fonts() -> list[str]:
    """Those in which Chinese titles are whole: the first that has a character draws it."""
    installed = set(_matplotlib().font_manager.get_font_names())
    return [font for font in _FONTS if font in installed] or ["sans-serif"]


def _line(place: int) -> dict[str, Any]:
    return {"color": _COLOURS[place % len(_COLOURS)], "linestyle": _DASHES[place % len(_DASHES)]}


def _axis(numbers: list[float], steps: int) -> list[float]:
    """``steps`` places from a little below the numbers to a little above them."""
    low, high = min(numbers), max(numbers)
    margin = 0.1 * (high - low) or 1.0
    return [low - margin + (high - low + 2 * margin) * place / (steps - 1) for place in range(steps)]


def _number(number: Any) -> float:
    return float(number.data if isinstance(number, Value) else number)
