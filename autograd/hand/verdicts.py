"""A printed figure against a computed number: the verdict, and where it is a slip the cause.

>>> check(0.66818777, "0.67").kind, check(0.598687, "0.598").kind, check(0.25, "0.27").kind
('agrees', 'truncated', 'slip')
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any

from .. import messages, numeric
from ..errors import KindError, UnknownNameError
from ..notation import printable
from ..value import Value
from .causes import find_causes
from .figures import Figure, exactly, shortened
from .passes import held
from .worksheet import find_root, keeps_graph

__all__ = ["Search", "Verdict", "check", "compare"]

_LONGEST = 10**4000  # units of the last printed digit: what is more is not written out


@dataclass(frozen=True, slots=True, repr=False)
class Verdict:
    """What ``check`` found. It is true unless the figure is a slip.

    ``kind`` is "agrees", "truncated" or "slip"; ``printed`` the figure as it was given, ``computed``
    the number that it was held against, ``right`` that number at the printed precision; ``cause``
    names the convention that explains a slip, where one does. ``note`` says where a ``.grad`` is not
    the gradient of the graph as it is now: what it holds, what that would be, and what to do.
    """

    kind: str
    printed: str
    computed: Any
    right: str
    cause: str = ""
    name: str = ""
    note: str = ""

    def __bool__(self) -> bool:
        return self.kind != "slip"

    def __repr__(self) -> str:
        return f"<{self}>"

    def __str__(self) -> str:
        name = f"{self.name}: " if self.name else ""
        line = f"{name}printed {self.printed}, computed {self.computed}: {self.kind}"
        if self.kind == "truncated":
            line += f" (rounded it is {self.right})"
        if self.kind == "slip":
            line += f"; right is {self.right}{f' ({self.cause})' if self.cause else ''}"
        return printable(f"{line}; {self.note}" if self.note else line)


def check(x: Any, printed: Any, of: str = "data", root: Value | None = None) -> Verdict:
    """Is ``x`` what was printed, to the printed digits?

    >>> x = Value(0.7, label="x")
    >>> y = (x - 2) ** 2 / 2
    >>> y.label = "y"
    >>> print(check(y, "1.690"))
    y: printed 1.690, computed 0.8450000000000001: slip; right is 0.845 (the ½ of the squared error left out)

    ``x`` is a Value or a number, ``printed`` a string (a float stands for its ``repr``). With
    ``of="grad"`` the figure is held against ``x.grad``, what ``backward`` has left there; where it has
    left nothing, against the gradient of the graph; a note says so, and where ``x.grad`` is not the
    gradient of the graph as it is now. ``root`` is the graph in which the cause of a slip is looked for,
    ``x``'s own where none is given.

    The verdict is true where the figure agrees (the number rounds to it; a tie, which no float can be
    trusted to be or not to be, goes either way) or is truncated (cut, not rounded). Raises FigureError
    (a ValueError) for what is no number, KindError (a TypeError) for an ``x`` that is none.
    """
    if of not in ("data", "grad"):
        raise UnknownNameError(f"check: of={of!r} is unknown; a Value has 'data' and 'grad'")
    if root is not None and not isinstance(root, Value):
        raise KindError(f"check: root is {shortened(root)}, and must be a Value, or None")
    if of == "grad" and not isinstance(x, Value):
        raise KindError(f"check: {shortened(x)} has no gradient; give the Value whose .grad was printed")
    verdict, search = compare(x, Figure.read(printed), of, root)
    return verdict if verdict else replace(verdict, cause=search(()))


# Looks for the causes of a slip, but for those that are known not to be any.
Search = Callable[[Collection[str]], str]


def compare(x: Any, figure: Figure, of: str, root: Value | None) -> tuple[Verdict, Search]:
    """The verdict on a figure that is read, and the search for its cause where it is a slip."""
    if not isinstance(x, Value):
        return _verdict(numeric.as_number(x, "x"), figure), _no_cause
    around = root
    if of == "data":
        number, graph, kept, note = x.data, x, True, ""
        name = x.label
    else:
        name = f"grad of {x.label or (keeps_graph(x) and x.op) or 'this value'}"
        root = _graph_of(x) if root is None else root
        if root is None or not keeps_graph(root):
            return replace(_verdict(x.grad, figure), name=name), _no_cause
        grad = held(x, root)
        number, graph, kept, note = grad.number, root, grad.kept, grad.note
        if note and _verdict(grad.present, figure):
            now = f"{figure.text} is the gradient as it is now"
            return replace(_verdict(number, figure), name=name, note=note), lambda _: now

    def search(refuted: Collection[str]) -> str:
        return find_causes(x, figure, of, graph, number, kept, refuted, around)

    return replace(_verdict(number, figure), name=name, note=note), search


def _no_cause(_: Collection[str]) -> str:
    return ""


def _verdict(computed: Any, figure: Figure) -> Verdict:
    """The figure against the number alone."""
    exact, slack = exactly(computed)
    if exact is None:
        return Verdict("slip", figure.text, computed, str(computed))
    if figure.rounds_from(exact, slack):
        kind = "agrees"
    elif figure.cuts_from(exact):
        kind = "truncated"
    else:
        kind = "slip"
    right = figure.rewrite(exact) if abs(exact / figure.unit) < _LONGEST else messages.written(computed)
    return Verdict(kind, figure.text, computed, right)


def _graph_of(x: Value) -> Value | None:
    try:
        return find_root(x)
    except UnknownNameError:  # several results use x: none of them is the graph
        return None
