"""Plots of a training run and of the table's functions, on matplotlib: the extra ``plot``.

>>> plot = plot_losses([1.0, 0.5, 0.25, 0.125])
>>> plot
<Plot "loss"; .save("plot.svg") writes it>

Nothing here touches ``pyplot`` or its state: a Plot holds a ``matplotlib.figure.Figure``.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from .. import arguments
from ..errors import DomainError, MissingToolError, ShapeError, UnknownNameError
from ..files import as_path, write_whole
from ..messages import quoted
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
        ending = as_path(path).suffix.lower()
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
    as it is finite. What is no list of numbers raises KindError, a list without any ShapeError, and a
    number that is not above 0 DomainError where ``log`` is true.
    """
    runs = losses if isinstance(losses, Mapping) else {"": losses}
    if arguments.finite(every, "plot_losses: every") <= 0:
        raise DomainError(f"plot_losses: every: expected a number of epochs above 0, got {quoted(every)}")
    if not runs:
        raise ShapeError("plot_losses: no runs; give a list of losses, or several lists by name")
    figure, axes = _axes(title, "epoch", "loss")
    for place, (name, run) in enumerate(runs.items()):
        which = f"the run {name!r}" if isinstance(losses, Mapping) else "losses"
        run = arguments.listed(run, f"plot_losses: {which}", _LOSSES)
        numbers = [arguments.as_float(loss, f"plot_losses: loss {epoch} of {which}") for epoch, loss in enumerate(run)]
        if not numbers:
            raise ShapeError(f"plot_losses: {which} has no losses" if name else "plot_losses: no losses")
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
    Raises KindError or ShapeError where the points are not pairs of numbers with a class each, and
    UnknownNameError where ``predict`` gives no class.
    """
    arguments.function(predict, "plot_boundary: predict", "a function of a point [x, y] that returns its class")
    arguments.whole(steps, "plot_boundary: steps", 2)
    points = arguments.listed(points, "plot_boundary: points", "a list of points [x, y]")
    if not isinstance(classes, str):  # of which each letter is a class
        classes = arguments.listed(classes, "plot_boundary: classes", "a list with the class of each point")
    if len(points) != len(classes) or not points:
        raise ShapeError(f"plot_boundary: {len(points)} points and {len(classes)} classes; give each point its class")
    plane = [_point(point) for point in points]
    for name in classes:
        if isinstance(name, Value) or not isinstance(name, Hashable):
            raise arguments.refused(name, "plot_boundary: a class", "a name or a number")
    names = list(dict.fromkeys(classes))
    is_score = set(names) <= {-1, 1}
    across, along = [_axis([point[i] for point in plane], steps) for i in (0, 1)]

    def place_of(x: float, y: float) -> int:
        answer = predict([x, y])
        what = f"plot_boundary: predict([{x}, {y}])"
        if is_score:
            answer = _sign(what, arguments.as_float(answer, what))
        try:
            return names.index(answer)
        except ValueError:
            raise UnknownNameError(f"{what} is {quoted(answer)}, and no class of {quoted(names)}") from None

    regions = [[place_of(x, y) for x in across] for y in along]
    figure, axes = _axes(title, "x₁", "x₂")
    colours = _matplotlib().colors.ListedColormap([_COLOURS[place % 7] for place in range(len(names))])
    limits = {"vmin": -0.5, "vmax": len(names) - 0.5}
    axes.pcolormesh(across, along, regions, cmap=colours, alpha=0.25, shading="nearest", rasterized=True, **limits)
    for place, name in enumerate(names):
        own = [point for point, kind in zip(plane, classes) if kind == name]
        look = {"color": _COLOURS[place % 7], "marker": _MARKERS[place % 7], "edgecolors": "white", "linewidths": 0.5}
        axes.scatter([x for x, _ in own], [y for _, y in own], label=str(name), **look)
    axes.legend(title="class", loc="upper left", bbox_to_anchor=(1.01, 1.0))  # beside the plane, and not on it
    return Plot(figure, title)


def _sign(what: str, score: float) -> int:
    if math.isnan(score):
        raise DomainError(f"{what} is nan, which has no sign; look for where it begins, under detect_anomaly()")
    return 1 if score > 0 else -1


def plot_activations(
    names: Iterable[str] | str = ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "softplus"),
    *,
    low: float = -5.0,
    high: float = 5.0,
    title: str = "activations and their derivatives",
) -> Plot:
    """Each function of the table by name, and beside it its derivative, by the table's own rule.

    >>> plot = plot_activations(["sigmoid", "relu"])

    A parameter of a function (the slope of leaky_relu) has its default. Where a function is not defined, or
    too large for a float, its line has a gap. Raises UnknownNameError for a name that is not in the table,
    or is no function of one number.
    """
    names = [names] if isinstance(names, str) else arguments.listed(names, "plot_activations: names", "a list of names")
    if not names:
        raise ShapeError("plot_activations: no names; give a list such as ['tanh', 'relu']")
    low, high = arguments.finite(low, "plot_activations: low"), arguments.finite(high, "plot_activations: high")
    if not low < high:
        raise ShapeError(f"plot_activations: low={low} is not below high={high}")
    figure, (left, right) = _two_axes(title)
    xs = [low + (high - low) * step / 400 for step in range(401)]
    for place, name in enumerate(names):
        primitive = PRIMITIVES.get(name) if isinstance(name, str) else None
        if primitive is None or (primitive.arity != 1 and name not in _DEFAULTS):
            raise UnknownNameError(f"plot_activations: {quoted(name)} is no function of one number in the table")
        rest = _DEFAULTS.get(name, ())
        ys = [_or_gap(primitive.rule, x, *rest) for x in xs]
        left.plot(xs, ys, label=name, **_line(place))
        slopes = [y if math.isnan(y) else _or_gap(primitive.partials[0], y, x, *rest) for x, y in zip(xs, ys)]
        right.plot(xs, slopes, label=name, **_line(place))
    left.set_title("a = f(z)")
    right.set_title("f′(z)")
    for axes in (left, right):
        axes.set_xlabel("z")
    left.legend()
    return Plot(figure, title)


_DEFAULTS = {"leaky_relu": (0.01,), "elu": (1.0,)}


def _or_gap(rule: Callable[..., float], *numbers: float) -> float:
    try:
        return rule(*numbers)
    except (ArithmeticError, ValueError):
        return math.nan


def plot_gradients(layers: Any, *, title: str = "gradient size by layer") -> Plot:
    """The mean size of the gradients in each layer, on a logarithmic axis: where they vanish or explode.

    >>> w = Value(2.0)
    >>> (w * 3).backward()
    >>> plot = plot_gradients({"layer 1": [w], "layer 2": [0.5, -0.25]})

    ``layers`` is a model, of which each part that has parameters is a layer, under its name in
    ``state_dict()``; or it has layers in a list, or by name: parts of a model, or lists of parameters (of
    which the ``.grad`` counts) or of gradients as numbers. A layer without any gradient has no bar, and
    says so. Raises KindError for anything else, and ShapeError where there are no layers, or no parameters
    in one.
    """
    named = _layers_by_name(layers)
    sizes = []
    for name, layer in named.items():
        gradients = [abs(_gradient(name, node)) for node in layer]
        if not gradients:
            raise ShapeError(f"plot_gradients: the layer {name!r} has no parameters")
        sizes.append(math.fsum([gradient / len(gradients) for gradient in gradients]))
    if not sizes:
        raise ShapeError("plot_gradients: no layers; give a model, or the parameters of each layer, after backward()")
    figure, axes = _axes(title, "layer", "mean |gradient|")
    has_bar = [0 < size < math.inf for size in sizes]
    bars = axes.bar(list(named), [size if bar else math.nan for size, bar in zip(sizes, has_bar)], color=_COLOURS[0])
    axes.bar_label(bars, [f"{size:.2g}" if bar else "" for size, bar in zip(sizes, has_bar)])
    if any(has_bar):
        axes.set_yscale("log")
    else:
        axes.set_ylim(0, 1)
    axes.set_xlim(-0.6, len(sizes) - 0.4)
    lowest = axes.get_ylim()[0]
    for place, size in enumerate(sizes):
        if not has_bar[place]:
            said = f"{size}" if size else "no gradient"
            axes.text(place, lowest, said, ha="center", va="bottom", color=_COLOURS[1])
    axes.margins(y=0.15)  # room for the labels
    return Plot(figure, title)


_LOSSES = "a list of numbers, such as [1.0, 0.5], or such lists by name"
_LAYERS = "a model, or a list with the parameters of each layer"


def _layers_by_name(layers: Any) -> dict[str, list[Any]]:
    if hasattr(layers, "named_parameters"):  # those of each part together: "0.weight[0][1]" and "0.bias[0]" as "0"
        named: dict[str, list[Any]] = {}
        for name, parameter in layers.named_parameters():
            named.setdefault(name.rpartition(".")[0] or type(layers).__name__, []).append(parameter)
        return named
    if not isinstance(layers, Mapping):
        layers = dict(enumerate(arguments.listed(layers, "plot_gradients: layers", _LAYERS), 1))
    return {str(name): _parameters_of(str(name), layer) for name, layer in layers.items()}


def _parameters_of(name: str, layer: Any) -> list[Any]:
    found = layer.parameters() if hasattr(layer, "parameters") else layer
    expected = f"a list of its parameters; layers is {_LAYERS}"
    return arguments.listed(found, f"plot_gradients: the layer {name!r}", expected, in_order=False)


def _gradient(name: str, node: Any) -> float:
    number = node.grad if isinstance(node, Value) else node
    return arguments.as_float(number, f"plot_gradients: a gradient of the layer {name!r}")


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
    axes.set(title=arguments.text(title, "title"), xlabel=across, ylabel=along)
    axes.grid(alpha=0.3)
    return figure, axes


def _two_axes(title: str) -> tuple[Any, Any]:
    figure = _figure(9.0)
    pair = figure.subplots(1, 2)
    figure.suptitle(arguments.text(title, "title"))
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


def _point(point: Any) -> list[float]:
    coordinates = arguments.listed(point, "plot_boundary: a point", "its two coordinates [x, y]")
    if len(coordinates) != 2:
        raise ShapeError(f"plot_boundary: a point of the plane has two coordinates; got {quoted(point)}")
    of_point = f"of the point {quoted(point)}"
    return [arguments.finite(x, f"plot_boundary: {name} {of_point}") for name, x in zip("xy", coordinates)]
