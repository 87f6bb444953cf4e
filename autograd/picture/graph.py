"""``draw``, and the Graph that it returns."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import graphviz

from ..errors import MissingToolError, RenderingError, ShapeError, UnknownNameError
from ..files import write_whole
from ..value import Value
from .dot import to_digraph
from .engines import HINT, render_pdf, render_png, render_svg
from .nodes import scene_of_nodes
from .numbers import as_digits
from .scene import Scene

__all__ = ["Graph", "draw"]

_DETAILS = ("node",)
_DIRECTIONS = ("LR", "TB", "RL", "BT")


class Graph:
    """A picture of a graph, as it was when it was drawn.

    >>> from autograd import Value, draw
    >>> a = Value(2.0, label="a")
    >>> draw(a * 3)
    <Graph of 3 nodes; .save("graph.svg") writes it, .source is its DOT>

    ``source`` is the DOT text, and ``digraph`` the ``graphviz.Digraph``. In Jupyter it shows itself.
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
        ending = Path(path).suffix.lower()
        if ending not in _WRITERS:
            raise UnknownNameError(f"{os.fspath(path)!r}: a picture's name ends in {', '.join(_WRITERS)}")
        return write_whole(path, _WRITERS[ending](self))

    def svg(self) -> str:
        """The picture as SVG text."""
        return render_svg(self.digraph)

    def __repr__(self) -> str:
        return f'<Graph of {len(self._scene.boxes)} nodes; .save("graph.svg") writes it, .source is its DOT>'

    def __str__(self) -> str:
        return self.source

    def _repr_svg_(self) -> str | None:
        """What Jupyter shows; None where no engine can draw it, as a cell must not end in a traceback."""
        try:
            return self.svg()
        except (MissingToolError, RenderingError):
            return None

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        try:
            return {"image/svg+xml": self.svg(), "text/plain": repr(self)}
        except MissingToolError:
            return {"text/plain": f"To see this graph as a picture, {HINT}. As DOT it is:\n\n{self.source}"}
        except RenderingError as error:
            return {"text/plain": f"{error}. As DOT it is:\n\n{self.source}"}


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
) -> Graph:
    """The graph under ``root`` as a picture: each node's data and gradient, each edge's local partial.

    >>> from autograd import Value, draw
    >>> w, x = Value(0.5, label="w"), Value(2.0, label="x")
    >>> y = w * x
    >>> y.backward()
    >>> print(draw(y, parameters=[w]).source)  # doctest: +ELLIPSIS
    digraph ...

    ``direction`` is LR, TB, RL or BT, ``digits`` the decimals. Where ``backward()`` has run, and unless
    ``backward`` is false, the contribution of each node to each operand's gradient flows back in red.
    The weights of a weighted sum are drawn as parameters; others are told by ``parameters``. A graph of
    more than ``max_nodes`` nodes raises TooLargeError.
    """
    if detail not in _DETAILS:
        raise UnknownNameError(f"detail={detail!r}: give one of {', '.join(_DETAILS)}")
    if direction not in _DIRECTIONS:
        raise UnknownNameError(f"direction={direction!r}: give one of {', '.join(_DIRECTIONS)}")
    if type(max_nodes) is not int or max_nodes < 1:
        raise ShapeError(f"max_nodes={max_nodes!r}: give a whole number from 1 up")
    digits = as_digits(digits)
    scene = scene_of_nodes(root, digits=digits, max_nodes=max_nodes, parameters=parameters)
    return Graph(to_digraph(scene, direction=direction, digits=digits, backward=backward), scene)
