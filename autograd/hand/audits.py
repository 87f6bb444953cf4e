"""A whole derivation, figure by figure: verdicts, causes, and the first place where it goes wrong.

>>> x = Value(3.0, label="x")
>>> square = x * x
>>> square.label = "square"
>>> y = square.log() + 1
>>> y.label = "y"
>>> print(audit({"square": "9.100", "y": "3.208"}, root=y))
        printed  right  verdict
square  9.100    9.000  slip
y       3.208    3.197  slip     follows from the printed square = 9.100
2 figures: 0 agree, 0 truncated, 2 slips; the first is square
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..errors import KindError, UnknownNameError
from ..notation import columns, padded
from ..value import Value, topological_order
from .causes import Hypothesis
from .figures import Figure, exactly
from .rounding import backward, forward
from .verdicts import Verdict, judge
from .worksheet import find_root, keeps_graph

__all__ = ["Audit", "audit"]

_MOST_NOTES = 2  # below the table


class Audit:
    """The verdicts of a derivation, in its order. It is true where nothing is a slip.

    ``first`` is the first slip, which is where the derivation goes wrong; None if it does not.
    """

    def __init__(self, verdicts: list[Verdict]) -> None:
        self.verdicts = verdicts
        self.first = next((verdict for verdict in verdicts if not verdict), None)

    def __bool__(self) -> bool:
        return self.first is None

    def __iter__(self) -> Iterator[Verdict]:
        return iter(self.verdicts)

    def __len__(self) -> int:
        return len(self.verdicts)

    def __str__(self) -> str:
        lines = [("", "printed", "right", "verdict", "")]
        lines += [(v.name, v.printed, v.right, v.kind, v.cause) for v in self.verdicts]
        widths = [max(columns(line[place]) for line in lines) for place in range(4)]
        table = ["  ".join(padded(cell, width) for cell, width in zip(line, [*widths, 0])).rstrip() for line in lines]
        kinds = [verdict.kind for verdict in self.verdicts]
        agree, truncated, slips = (kinds.count(kind) for kind in ("agrees", "truncated", "slip"))
        first = f"; the first is {self.first.name}" if self.first is not None else ""
        counted = f"{len(kinds)} figure{'s' * (len(kinds) != 1)}: {agree} agree, {truncated} truncated, "
        notes = list(dict.fromkeys(verdict.note for verdict in self.verdicts if verdict.note))
        more = [f"… and {len(notes) - _MOST_NOTES} more like that"] if len(notes) > _MOST_NOTES else []
        return "\n".join([*table, f"{counted}{slips} slip{'s' * (slips != 1)}{first}", *notes[:_MOST_NOTES], *more])

    __repr__ = __str__


@dataclass(frozen=True, slots=True)
class _Entry:
    node: Value
    of: str
    figure: Figure

    @property
    def name(self) -> str:
        label = " ".join(self.node.label.splitlines()) or (keeps_graph(self.node) and self.node.op) or "a value"
        return label if self.of == "data" else f"grad of {label}"


def audit(figures: Mapping[Any, Any], root: Value | None = None) -> Audit:
    """Check each printed figure of a derivation, in the order in which it is given.

    A key is a Value, or (value, "grad"), or the label of a value under ``root``: "z1" for its data,
    "z1.grad" or "∂L/∂z1" for its gradient. A figure is what ``check`` takes.

    Besides the causes that ``check`` looks for, a slip may follow from the figures printed before it:
    then the value is worked out again from those. Raises UnknownNameError for a label that no value
    under the root has, FigureError for what is no number.
    """
    if not isinstance(figures, Mapping):
        raise KindError(f"audit: give a dict of names or Values to printed figures, not a {type(figures).__name__}")
    if root is not None and not isinstance(root, Value):
        raise KindError(f"audit: root is {root!r} (of type {type(root).__name__}), and must be a Value")
    if root is None and figures:
        root = _root_of(figures)
    labels: dict[str, Value] = {}
    if root is not None:
        for node in topological_order(root):
            if node.label:
                labels.setdefault(node.label, node)
    entries = [_Entry(*_place(key, labels), Figure.read(printed)) for key, printed in figures.items()]
    verdicts: list[Verdict] = []
    for entry in entries:
        verdicts.append(_judged(entry, root, entries, verdicts))
    return Audit(verdicts)


def _root_of(figures: Mapping[Any, Any]) -> Value | None:
    """The root of the first Value that has one; labels cannot be looked up without."""
    for key in figures:
        node = key[0] if isinstance(key, tuple) and key else key
        if isinstance(node, Value) and keeps_graph(node):
            try:
                return find_root(node)
            except UnknownNameError:  # several results use it
                continue
    if any(isinstance(key, str) for key in figures):
        raise UnknownNameError("audit: there are labels among the keys; give root=, the graph in which to look them up")
    return None


_GRADIENT = re.compile(r"(?P<name>.+)\.grad|[∂d].+/[∂d](?P<below>.+)")


def _place(key: Any, labels: Mapping[str, Value]) -> tuple[Value, str]:
    """The value that a key stands for, and whether its data or its gradient was printed."""
    if isinstance(key, Value):
        return key, "data"
    if isinstance(key, tuple) and len(key) == 2 and isinstance(key[0], Value) and key[1] in ("data", "grad"):
        return key
    if not isinstance(key, str):
        raise KindError(f"audit: key {key!r} is neither a Value, nor (Value, 'grad'), nor a label")
    if key in labels:
        return labels[key], "data"
    found = _GRADIENT.fullmatch(key)
    name = (found["name"] or found["below"]) if found else ""
    if name in labels:
        return labels[name], "grad"
    known = ", ".join(list(labels)[:8])
    raise UnknownNameError(f"audit: nothing under the root has the label {key!r}; there are {known or 'no labels'}")


def _judged(entry: _Entry, root: Value | None, entries: list[_Entry], before: list[Verdict]) -> Verdict:
    others = [other for other in entries[: len(before)] if other.node is not entry.node or other.of != entry.of]
    wrong = [other for other, verdict in zip(entries, before) if not verdict and other in others]
    carried = _carried(entry, root, wrong, "follows from the printed " + _listed(wrong)) or _carried(
        entry, root, others, "follows from the figures as they are printed above"
    )
    verdict = judge(entry.node, entry.figure, entry.of, root if entry.of == "grad" else None, {"carried": carried})
    return replace(verdict, name=entry.name)


def _listed(entries: list[_Entry]) -> str:
    return ", ".join(f"{entry.name} = {entry.figure.text}" for entry in entries)


def _carried(entry: _Entry, root: Value | None, printed: list[_Entry], what: str) -> list[Hypothesis]:
    """The value worked out from what was printed for others, if that gives the figure."""
    if not printed:
        return []
    data = {other.node: float(other.figure.value) for other in printed if other.of == "data"}
    gradients = {other.node: float(other.figure.value) for other in printed if other.of == "grad"}
    top = entry.node if entry.of == "data" or root is None else root
    order = topological_order(top)
    try:
        known = forward(order, given=data)
        number = known[entry.node] if entry.of == "data" else backward(order, known, top, given=gradients)[entry.node]
    except (ArithmeticError, ValueError, KeyError):
        return []
    exact, _ = exactly(number)
    return [(what, number, False)] if exact is not None and entry.figure.rounds_from(exact) else []
