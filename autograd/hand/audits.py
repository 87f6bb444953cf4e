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
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from .. import messages
from ..errors import KindError, RecordingError, UnknownNameError
from ..graph import topological_order
from ..notation import columns, padded, printable
from ..value import Value
from .causes import follows, is_hedged, refuted_by, slack_of
from .figures import Figure, exactly
from .rounding import backward, forward
from .verdicts import Verdict, compare
from .worksheet import find_root, keeps_graph

__all__ = ["Audit", "audit"]

_MOST_NOTES = 2  # below the table
_MOST_LISTED = 6  # printed figures that one follows from
_FEWEST_CUT = 3  # figures of which it is said that all were cut
_MOST_OF = Fraction(3, 4)


class Audit:
    """The verdicts of a derivation, in its order. It is true where nothing is a slip.

    ``first`` is the first slip, which is where the derivation goes wrong; None if it does not. ``note``
    is what holds of the derivation as a whole, where it is found: that its figures are cut.
    """

    def __init__(self, verdicts: list[Verdict], note: str = "") -> None:
        self.verdicts = verdicts
        self.note = note
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
        whole = [self.note] if self.note else []
        notes = list(dict.fromkeys(verdict.note for verdict in self.verdicts if verdict.note))
        more = [f"… and {len(notes) - _MOST_NOTES} more like that"] if len(notes) > _MOST_NOTES else []
        counted += f"{slips} slip{'s' * (slips != 1)}{first}"
        return printable("\n".join([*table, counted, *whole, *notes[:_MOST_NOTES], *more]))

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

    >>> x, w = Value(2.0, label="x"), Value(0.7, label="w")
    >>> a = (w * x).sigmoid()
    >>> a.label = "a"
    >>> a.backward()
    >>> print(audit({"a": "0.8022", "w.grad": "0.3174", (x, "grad"): "-0.1111"}, root=a))
               printed  right   verdict
    a          0.8022   0.8022  agrees
    grad of w  0.3174   0.3174  agrees
    grad of x  -0.1111  0.1111  slip     sign reversed
    3 figures: 2 agree, 0 truncated, 1 slip; the first is grad of x

    A key is a Value, or (value, "grad"), or the label of a value under ``root``: "z1" for its data,
    "z1.grad" or "∂L/∂z1" for its gradient. A figure is what ``check`` takes.

    A slip may follow from the figures printed before it: then the value is worked out again from the
    nearest of those, and they are named. If it does not, the step itself is wrong, and what it gives
    is said, with the causes that ``check`` looks for; a convention that another figure refutes is none.
    Where digits were cut throughout, a last line says so. Raises UnknownNameError for a label that no
    value under the root has, FigureError for what is no number.
    """
    if not isinstance(figures, Mapping):
        raise KindError(f"audit: give a dict of names or Values to printed figures, not a {type(figures).__name__}")
    if root is not None and not isinstance(root, Value):
        raise KindError(f"audit: root is {messages.given(root)}, and must be a Value")
    if root is None and figures:
        root = _root_of(figures)
    labels: dict[str, Value] = {}
    if root is not None:
        for node in topological_order(root):
            if node.label:
                labels.setdefault(node.label, node)
    entries = [_Entry(*_place(key, labels), Figure.read(printed)) for key, printed in figures.items()]
    return Audit(*_Derivation(entries, root).judged())


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
_GRADIENT_IN_WORDS = re.compile(r"grad(ient)?( of)? (?P<name>.+)|(?P<other>.+)[. _](grad|gradient)")


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
    known = ", ".join([*list(labels)[:8], "…"] if len(labels) > 8 else labels)
    meant = _meant(key, labels)
    raise UnknownNameError(
        f"audit: nothing under the root has the label {key!r}{f' (did you mean {meant!r}?)' if meant else ''}; there "
        f"are {known or 'no labels'}. The Value itself may be the key, or (value, 'grad'), under the root or not"
    )


def _meant(key: str, labels: Mapping[str, Value]) -> str:
    """The key that is most like one that stands for nothing, "" if none is."""
    words = _GRADIENT_IN_WORDS.fullmatch(key)
    name = (words["name"] or words["other"]) if words else ""
    if name in labels:
        return f"{name}.grad"
    close = get_close_matches(key, [*labels, *(f"{label}.grad" for label in labels)], 1)
    return close[0] if close else ""


class _Derivation:
    """The figures of an audit in their order, and what follows from them as they are printed."""

    def __init__(self, entries: list[_Entry], root: Value | None) -> None:
        self.entries = entries
        self.root = root
        self._orders: dict[Value, list[Value]] = {}
        compared = [compare(entry.node, entry.figure, entry.of, root) for entry in entries]
        self.verdicts = [verdict for verdict, _ in compared]
        self.searches = [search for _, search in compared]
        # what each would be from the figures above it, as they are printed
        self.worked_out = [self._worked_out(entry, self._above(place)) for place, entry in enumerate(entries)]
        self._refuted: set[str] | None = None

    def judged(self) -> tuple[list[Verdict], str]:
        """The verdicts with their causes, and what is to be said of all of them."""
        note = self._cut_throughout()
        verdicts = [
            replace(verdict, name=entry.name, cause="" if verdict else self._cause(place, bool(note)))
            for place, (entry, verdict) in enumerate(zip(self.entries, self.verdicts))
        ]
        return verdicts, note

    def _above(self, place: int) -> list[_Entry]:
        """What is printed before, of other values."""
        entry = self.entries[place]
        return [other for other in self.entries[:place] if (other.node, other.of) != (entry.node, entry.of)]

    def _cause(self, place: int, cut_throughout: bool) -> str:
        """What the figure follows from; if it does not, what the step gives, and which cause that may have."""
        entry, above = self.entries[place], self._above(place)
        before = [other for other in self.entries[:place] if (other.node, other.of) == (entry.node, entry.of)]
        if before and follows(entry.figure, before[-1].figure.value, True):
            return f"follows from the printed {_listed(before[-1:])}"
        wrong = [other for other, verdict in zip(self.entries[:place], self.verdicts) if not verdict and other in above]
        for given in (wrong, above):
            for cut in (False, True) if self._was_cut_before(place) else (False,):
                number = self._worked_out(entry, given)
                used = self._used(entry, given) if number is not None and follows(entry.figure, number, cut) else []
                if used:
                    how = f", cut after {_counted(entry.figure)}" if cut else ""
                    return f"follows from the printed {_listed(used)}{how}"
        causes = self.searches[place](())
        if causes:
            causes = self.searches[place](self._refuted_conventions())
        hedged = all(map(is_hedged, causes.split("; or ")))
        if hedged and cut_throughout:  # which says what the small slips come from
            causes = ""
        used, number = self._used(entry, above), self.worked_out[place]
        if not used or number is None or (causes and not hedged):
            return causes
        step = f"the step itself: from the printed {_listed(used)} it is {entry.figure.rewrite(number)}"
        return f"{step}; {causes}" if causes else step

    def _was_cut_before(self, place: int) -> bool:
        """Has any figure above been cut, from what is printed above it?"""
        return any(
            number is not None and follows(entry.figure, number, True) and not follows(entry.figure, number, False)
            for entry, number in zip(self.entries[:place], self.worked_out)
        )

    def _refuted_conventions(self) -> set[str]:
        """What would make another figure of one that is right here."""
        if self._refuted is None:
            self._refuted = {
                what
                for entry, verdict in zip(self.entries, self.verdicts)
                if verdict and keeps_graph(entry.node)
                for what in refuted_by(entry.node, entry.figure, entry.of, self._top(entry), verdict.computed)
            }
        return self._refuted

    def _top(self, entry: _Entry) -> Value:
        return entry.node if entry.of == "data" or self.root is None else self.root

    def _worked_out(
        self, entry: _Entry, printed: Iterable[_Entry], changed: Collection[_Entry] = ()
    ) -> Fraction | None:
        """The value from what is printed for others, all else exact; with some of these ``changed`` a little."""
        top = self._top(entry)
        if not keeps_graph(top):
            return None
        given: dict[str, dict[Value, float]] = {"data": {}, "grad": {}}
        for other in printed:
            number = float(other.figure.value)
            given[other.of][other.node] = number * 1.001 + 0.001 if other in changed else number
        if top not in self._orders:
            self._orders[top] = topological_order(top)
        order = self._orders[top]
        try:
            known = forward(order, given=given["data"])
            if entry.of == "data":
                return exactly(known[entry.node])[0]
            return exactly(backward(order, known, top, given=given["grad"])[entry.node])[0]
        except (ArithmeticError, ValueError, TypeError, KeyError, RecordingError):  # a call cannot be evaluated
            return None

    def _used(self, entry: _Entry, printed: list[_Entry]) -> list[_Entry]:
        """Those of the printed figures that the step to ``entry`` starts from: it changes with them.

        Halved until each is found, as a step uses few of the figures of a long derivation.
        """
        number = self._worked_out(entry, printed)
        used = []
        groups = [printed] if printed else []
        while groups:
            group = groups.pop()
            if self._worked_out(entry, printed, group) == number:
                continue
            if len(group) == 1:
                used += group
            else:
                half = len(group) // 2
                groups += [group[half:], group[:half]]
        return used

    def _cut_throughout(self) -> str:
        """One sentence for a derivation in which nearly every figure was cut, and not rounded."""
        rounded = cut = 0
        for entry, verdict, number in zip(self.entries, self.verdicts, self.worked_out):
            # from the figures as they are printed above, or with all the digits that were not printed
            ways = [way for way in (number, exactly(verdict.computed)[0]) if way is not None]
            rounded += any(follows(entry.figure, way, False) for way in ways)
            cut += any(entry.figure.cuts_from(way, slack_of(way)) for way in ways)
        if cut < _FEWEST_CUT or cut < _MOST_OF * len(self.entries) or cut < rounded + 2:
            return ""
        digits = {_counted(entry.figure) for entry in self.entries}
        after = digits.pop() if len(digits) == 1 else "the last printed digit"
        return f"cut after {after} explains {cut} of {len(self.entries)}"


def _listed(entries: list[_Entry]) -> str:
    shown = [f"{entry.name} = {entry.figure.text}" for entry in entries]
    return ", ".join([*shown[:_MOST_LISTED], "…"] if len(shown) > _MOST_LISTED else shown)


def _counted(figure: Figure) -> str:
    decimals = figure.decimals - figure.exponent
    return f"{decimals} decimal{'s' * (decimals != 1)}"
