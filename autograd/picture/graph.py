"""``draw``, and the Graph that it returns."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

import graphviz

from .. import arguments
from ..errors import MissingToolError, RenderingError, UnknownNameError
from ..files import as_path, write_whole
from ..graph import topological_order
from ..messages import quoted
from ..notation import Names
from ..value import Value
from .dot import DIRECTIONS, to_digraph
from .engines import HINT, render_pdf, render_png, render_svg
from .freshness import Freshness
from .limits import count_boxes, refuse_if_too_large
from .looks import MARKED
from .neurons import scene_of_neurons
from .nodes import leaf_kinds, parts_as_recorded, scene_of_parts
from .operations import parts_opened
from .scene import Scene, leave_out_what_is_computed
from .selection import find, light_path, neighbourhood
from .viewing import show_in_browser

__all__ = ["Graph", "draw"]

_DETAILS = ("op", "node", "neuron")
_LARGEST_PNG = 30  # boxes of a picture that a notebook gets as PNG too: more would make it large


class Graph:
    """A picture of a graph, as it was when it was drawn.

    >>> from autograd import Value, draw
    >>> a = Value(2.0, label="a")
    >>> draw(a * 3)
    <Graph of 3 nodes; .save("graph.svg") writes it, .show() opens it>

    ``source`` is the DOT text, and ``digraph`` the ``graphviz.Digraph``. In Jupyter it shows itself, and
    ``show()`` opens it in the browser.
    """

    def __init__(self, digraph: graphviz.Digraph, scene: Scene) -> None:
        self.digraph = digraph
        self._scene = scene

    @property
    def source(self) -> str:
        return self.digraph.source

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture: the ending says in which format (svg, png, pdf or dot).

        An ending that is none of these raises UnknownNameError, a format that needs a program or a
        package which is not installed MissingToolError, a place that cannot be written FileWriteError.
        """
        ending = as_path(path).suffix.lower()
        if ending not in _WRITERS:
            raise UnknownNameError(f"{os.fspath(path)!r}: a picture's name ends in {', '.join(_WRITERS)}")
        return write_whole(path, _WRITERS[ending](self))

    def mark(self, node: Value) -> Graph:
        """Draw the frame of a node's box in a strong line, and return the graph.

        >>> from autograd import Value, draw
        >>> a = Value(2.0, label="a")
        >>> draw(a * 3).mark(a)
        <Graph of 3 nodes; .save("graph.svg") writes it, .show() opens it>
        """
        box = self._scene.box_of.get(node) if isinstance(node, Value) else None
        if box is None:
            raise UnknownNameError(f"mark: {quoted(node)} is not in this picture; give a node that is drawn")
        self.digraph.node(box.key, **MARKED)
        return self

    def show(self) -> Path:
        """Open the picture in the browser, from a file in the folder for temporary files; its path."""
        return show_in_browser(self.svg(), ".svg")

    def svg(self) -> str:
        """The picture as SVG text."""
        return f"{render_svg(self.digraph).rstrip()}\n{self._signature()}\n"

    def matches(self, path: str | os.PathLike[str]) -> bool:
        """Is the SVG or DOT file at ``path`` of this picture, whichever engine drew it?

        For the test that a committed picture is still what its command makes: an SVG bears a signature
        of its DOT, as layouts differ between engines and their versions.
        """
        path = as_path(path)
        text = path.read_text(encoding="utf-8")
        return self._signature() in text if path.suffix.lower() == ".svg" else text == self.source

    def _signature(self) -> str:
        return f"<!-- sha256 of its DOT: {sha256(self.source.encode('utf-8')).hexdigest()} -->"

    def __repr__(self) -> str:
        count = len(self._scene.boxes)
        return f'<Graph of {count} node{"s" * (count != 1)}; .save("graph.svg") writes it, .show() opens it>'

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """What Jupyter shows: an image as wide as the cell at most; a cell must not end in a traceback."""
        try:
            image = b64encode(self.svg().encode("utf-8")).decode("ascii")
        except MissingToolError:
            return {"text/plain": f"To see this graph as a picture, {HINT}. As DOT it is:\n\n{self.source}"}
        except RenderingError as error:
            return {"text/plain": f"{error}. As DOT it is:\n\n{self.source}"}
        # SVG within an image runs nothing, and so is shown in a notebook that is not trusted too.
        html = f'<img src="data:image/svg+xml;base64,{image}" alt="{escape(repr(self))}" style="max-width: 100%">'
        return {"text/html": html, "text/plain": repr(self)} | self._as_png()

    def _as_png(self) -> dict[str, str]:
        """For what shows neither HTML nor SVG (a printed notebook, a terminal with images), while it is small."""
        if len(self._scene.boxes) > _LARGEST_PNG:
            return {}
        try:
            return {"image/png": b64encode(render_png(self.digraph, dots=96)).decode("ascii")}
        except (MissingToolError, RenderingError):
            return {}


_WRITERS = {
    ".svg": lambda graph: graph.svg().encode("utf-8"),
    ".png": lambda graph: render_png(graph.digraph),
    ".pdf": lambda graph: render_pdf(graph.digraph),
    ".dot": lambda graph: graph.source.encode("utf-8"),
}


def draw(
    root: Value,
    *,
    detail: str = "node",
    direction: str = "LR",
    digits: int = 4,
    backward: bool = True,
    max_nodes: int = 1000,
    parameters: Iterable[Value] = (),
    around: Value | str | None = None,
    within: int = 2,
    highlight: Value | str | None = None,
    widths: bool = False,
    legend: bool = False,
    blank: bool = False,
) -> Graph:
    """The graph under ``root`` as a picture: each node's data and gradient, each edge's local partial.

    >>> from autograd import Value, draw
    >>> w, x = Value(0.5, label="w"), Value(2.0, label="x")
    >>> y = w * x
    >>> y.backward()
    >>> draw(y, parameters=[w], legend=True)
    <Graph of 3 nodes; .save("graph.svg") writes it, .show() opens it>

    - ``detail``: "node" is the graph as recorded, "op" opens every composite (a weighted sum, a
      softmax) into elementary operations, "neuron" shows the z and a of a network's neurons, by layer.
    - ``direction`` is LR, TB, RL or BT; ``digits`` are the decimals.
    - ``backward``: where ``backward()`` has run, each node's contributions to its operands' gradients
      flow back in red. ``widths=True`` makes them as thick as they are large.
    - ``parameters``: leaves to draw as parameters, besides the weights of weighted sums; or a model.
    - ``around``: draw only what is ``within`` so many steps of this node, or of the nodes so labelled.
      Of equal labels the second is shown, and may be named, as h′ (or h').
    - ``highlight``: the way on which the gradient of this leaf (or of the leaves so labelled) comes.
    - ``blank=True`` leaves out what is computed, to be filled in on a worksheet.
    - ``legend=True`` explains the shapes and colours beside the picture.

    A graph of more than ``max_nodes`` nodes raises TooLargeError. A box whose data no longer follow from
    the leaves, as one has changed without ``forward()``, is marked stale.
    """
    arguments.one_of(detail, "detail", _DETAILS)
    arguments.one_of(direction, "direction", DIRECTIONS)
    arguments.whole(max_nodes, "max_nodes", 1)
    arguments.number_of_digits(digits)
    if detail == "neuron" and around is not None:
        raise UnknownNameError('around= takes nodes, and detail="neuron" draws layers: use "node" or "op"')
    parameters = arguments.leaves(parameters, "parameters")
    order = topological_order(root)
    names = Names.under(root)
    drawn = order if around is None else neighbourhood(order, find(order, names, around, "around"), within)
    scene = _scene(root, order, names, drawn, detail, direction, digits, max_nodes, parameters)
    if blank:
        leave_out_what_is_computed(scene)
    scene.has_backward = bool(backward and root.grad and not blank)
    if highlight is not None:
        light_path(scene, find(order, names, highlight, "highlight"))
    return Graph(to_digraph(scene, direction=direction, widths=widths, legend=legend), scene)


def _scene(
    root: Value,
    order: list[Value],
    names: Names,
    drawn: list[Value],
    detail: str,
    direction: str,
    digits: int,
    max_nodes: int,
    parameters: Iterable[Value],
) -> Scene:
    if detail == "neuron":
        scene = scene_of_neurons(root, order, names, Freshness(order, root), digits=digits, direction=direction)
        refuse_if_too_large(len(scene.boxes), max_nodes, detail)
        return scene
    refuse_if_too_large(count_boxes(drawn), max_nodes, detail)
    freshness = Freshness(order, root)
    titles: dict[str, str] = {}
    if detail == "op":
        parts, titles = parts_opened(drawn, names, freshness)
        refuse_if_too_large(count_boxes(parts), max_nodes, detail)
    else:
        parts = parts_as_recorded(drawn)
    scene = scene_of_parts(parts, root, names, leaf_kinds(order, parameters), freshness, digits)
    scene.groups = titles
    return scene
