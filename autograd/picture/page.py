"""``play``: the live page of a graph, whose numbers can be changed, and of a training."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from html import escape
from importlib import import_module
from pathlib import Path
from typing import Any

from .. import arguments
from ..errors import KindError
from ..files import as_path, write_whole
from ..graph import topological_order
from ..notation import known_as
from ..numeric import Number
from ..value import Value
from .live.document import document
from .live.expressions import as_json_number
from .live.record import boxes_record, neurons_record, record_of
from .live.rows import Rows
from .live.training import training_record
from .stage import LiveStage, set_live_stage
from .viewing import show_in_browser

__all__ = ["Page", "play"]

_OF_GRAPH = ("passes", "picture", "neurons", "leaves", "hover", "tips", "panel", "descent", "table", "steps", "main")
_OF_TRAINING = (
    "passes", "panel", "hover", "random", "optimizers", "network", "training",
    "netpicture", "plane", "inside", "program", "trainmain",
)  # fmt: skip


class Page:
    """A page as it was made; it is one file that needs nothing else, and in Jupyter it shows itself.

    >>> from autograd import Value, play
    >>> page = play(Value(2.0, label="a") * 3)
    >>> page
    <Page 'Forward and backward under mul'; .save("page.html") writes it, .show() opens it>
    """

    def __init__(self, title: str, html: str) -> None:
        self.title = title
        self.html = html

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page; FileWriteError where that cannot be done."""
        return write_whole(path, self.html.encode("utf-8"))

    def show(self) -> Path:
        """Open the page in the browser, from a file in the folder for temporary files; its path."""
        return show_in_browser(self.html, ".html")

    def _repr_html_(self) -> str:
        """In a notebook: in a frame of its own, which may run the page's script and nothing else.

        A notebook that is not trusted shows the line below it alone.
        """
        return (
            f'<iframe sandbox="allow-scripts" title="{escape(self.title)}" srcdoc="{escape(self.html)}" style="width: '
            '100%; height: 760px; box-sizing: border-box; border: 1px solid #8888; border-radius: 6px"></iframe>'
            '<div style="font-size: smaller; opacity: 0.7">A live page. Where none is seen, trust this notebook, or '
            'write it to a file: <code>.save("page.html")</code></div>'
        )

    def __repr__(self) -> str:
        return f'<Page {self.title!r}; .save("page.html") writes it, .show() opens it>'


def play(
    root_or_model: Any,
    path: str | os.PathLike[str] | None = None,
    *,
    data: Iterable[tuple[Any, Any]] | None = None,
    loss: Callable[[Any, Any], Any] | None = None,
    optimizer: Any = None,
    batch_size: int | None = None,
    detail: str = "node",
    seed: Number | None = None,
    digits: int = 4,
    direction: str = "LR",
    max_nodes: int = 2000,
    parameters: Iterable[Value] = (),
    title: str = "",
    quiz: bool = False,
) -> Page:
    """The live page of a graph, whose numbers can be changed and whose passes are gone through; or of a training.

    >>> from autograd import Value, play
    >>> w, x = Value(0.5, label="w"), Value(2.0, label="x")
    >>> play((w * x).tanh(), parameters=[w]).title
    'Forward and backward under tanh'

    With a ``path`` it is written there, as one file that opens from disk, without a network. Each step shows
    its line of chain rule; what lies ahead is hidden. Leaves are typed or dragged, and everything follows, in
    the browser. Leaves that learn take steps of gradient descent: ``parameters``, or the weights.
    With ``quiz=True`` the page asks for one number after another, and says what is wrong, as :func:`quiz` does.
    ``detail`` is "node", for the graph as recorded; "op", which opens every composite (a weighted sum, a
    softmax) into elementary operations; or "neuron", a network layer by layer. ``seed`` is the root's
    gradient. The page's numbers are floats, whatever the graph's are.

    ``play(model, data=data, loss=losses.mse, optimizer=optim.SGD(model.parameters(), lr=0.1))`` is the
    training of an MLP: the same numbers as those of ``nn.fit``, whose ``batch_size`` and ``seed`` these are.
    The model stays as it is.

    Raises what :func:`autograd.draw` raises, and MissingToolError where there is no layout engine.
    """
    if path is not None:
        as_path(path)  # before the work, as every argument
    arguments.text(title, "title")
    arguments.number_of_digits(digits)
    if data is None and loss is None and optimizer is None:
        page = _page_of_graph(
            arguments.root(root_or_model, "play: the root"), 1 if seed is None else seed, digits, title, quiz,
            detail=detail, direction=direction, max_nodes=max_nodes, parameters=parameters,
        )  # fmt: skip
    else:
        if quiz:
            raise KindError("play: quiz=True is of a graph; a training is played without it")
        page = _page_of_training(root_or_model, data, loss, optimizer, batch_size, seed, digits, title)
    if path is not None:
        page.save(path)
    return page


def _page_of_graph(root: Value, seed: Number, digits: int, title: str, quiz: bool, **drawn: Any) -> Page:
    seed = arguments.as_float(seed, "seed")
    stage = set_live_stage(root, digits=digits, **drawn)
    rows = Rows()
    record = record_of(stage.root, stage.names, rows)
    order = topological_order(stage.root)
    record |= {
        "seed": as_json_number(seed),
        "learn": [index for index, node in enumerate(order) if node in stage.learners],
        "kinds": [_kind(node, stage) for node in order],
        **(neurons_record(stage, order) if drawn["detail"] == "neuron" else boxes_record(stage, order)),
    }
    scripts: tuple[str, ...] = _OF_GRAPH
    if quiz:
        # by its name, as the exercises there are drawn by this package
        record["quiz"] = import_module("autograd.practice").quiz_record(stage.root, digits)
        scripts = (*_OF_GRAPH, "judge", "quiz")
    parts = {"svg": _XML_HEAD.sub("", stage.svg), "note": _note(record.pop("rounds"))}
    title = title or f"Forward and backward under {known_as(root) or root.op or 'one leaf'}"
    constants = {"DIGITS": digits, "FORMS": record.pop("forms"), "record": record}
    return Page(title, document(title, "graph.html", parts, constants, rows, scripts))


def _page_of_training(
    model: Any, data: Any, loss: Any, optimizer: Any, batch_size: int | None, seed: Any, digits: int, title: str
) -> Page:
    for name, given in (("data", data), ("loss", loss), ("optimizer", optimizer)):
        if given is None:
            raise KindError(f"{name}: a training is played with data=, loss= and optimizer=; this one is missing")
    if batch_size is not None:
        arguments.whole(batch_size, "batch_size")
    if seed is not None:
        arguments.whole(seed, "seed", least=0)
    rows = Rows()
    record = training_record(model, data, loss, optimizer, rows, batch_size=batch_size, seed=seed)
    title = title or f"The training of {_short(model)}"
    constants = {"DIGITS": digits, "FORMS": record.pop("forms"), "record": record}
    return Page(title, document(title, "train.html", {}, constants, rows, _OF_TRAINING))


def _short(model: Any) -> str:
    sizes = [layer.nin for layer in model.layers[:1]] + [[layer.nout for layer in model.layers]]
    return f"MLP({', '.join(map(str, sizes))})"


def _kind(node: Value, stage: LiveStage) -> str:
    if node is stage.root:
        return "the root: what is differentiated"
    return "an operation" if node.op else "a parameter" if node in stage.parameters else "an input"


_XML_HEAD = re.compile(r"^.*?(?=<svg )", re.DOTALL)


def _note(rounded: bool) -> str:
    if not rounded:
        return ""
    return '<p class="note">The graph holds exact numbers or decimals; this page computes with floats.</p>\n'
