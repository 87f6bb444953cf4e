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
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from .. import arguments
from ..errors import KindError, ShapeError, UnknownNameError
from ..graph import leaves, topological_order
from ..messages import given
from ..notation import Names, columns, in_a_line, known_as, padded, printable
from ..value import Value
from .derivation import Derivation, Entry
from .figures import Figure, separated
from .roots import keeps_graph, root_of
from .verdicts import Verdict, verdict_on
from .working import Quantity

__all__ = ["Audit", "audit"]

_MOST_NOTES = 2  # below the table


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
        shared = Counter(v.cause for v in self.verdicts if v.cause and not v.cause.startswith(("follows", "the step")))
        marks = {cause: f"[{n}]" for n, cause in enumerate([c for c, n in shared.items() if n > 2], 1)}
        lines = [("", "printed", "right", "verdict", "")]
        lines += [(v.name, v.printed, v.right, v.kind, marks.get(v.cause, v.cause)) for v in self.verdicts]
        widths = [max(columns(line[place]) for line in lines) for place in range(4)]
        table = ["  ".join(padded(cell, width) for cell, width in zip(line, [*widths, 0])).rstrip() for line in lines]
        notes = list(dict.fromkeys(verdict.note for verdict in self.verdicts if verdict.note))
        more = [f"… and {len(notes) - _MOST_NOTES} more like that"] if len(notes) > _MOST_NOTES else []
        of_all = [f"{mark} {cause}: {shared[cause]} figures" for cause, mark in marks.items()]
        of_all += [self.note] if self.note else []
        return printable("\n".join([*table, self._counted(), *of_all, *notes[:_MOST_NOTES], *more]))

    __repr__ = __str__

    def _counted(self) -> str:
        kinds = Counter(verdict.kind for verdict in self.verdicts)
        slips, first = kinds["slip"], f"; the first is {self.first.name}" if self.first is not None else ""
        counted = (
            f"{len(self)} figure{'s' * (len(self) != 1)}: {kinds['agrees']} agree, {kinds['truncated']} truncated, "
        )
        return f"{counted}{slips} slip{'s' * (slips != 1)}{first}"


Figures = "Mapping[Any, Any] | Iterable[tuple[Any, Any]]"


def audit(
    figures: Any, root: Value | None = None, rate: float | None = None, parameters: Sequence[Value] | None = None
) -> Audit:
    """Check each printed figure of a derivation, in the order in which it is given.

    >>> x, w = Value(2.0, label="x"), Value(0.7, label="w")
    >>> a = (w * x).sigmoid()
    >>> a.label = "a"
    >>> a.backward()
    >>> print(audit({"a": "0.8022", "w.grad": "0.3174", (x, "grad"): "-0.1111", "w.new": "0.541"}, root=a, rate=0.5))
               printed  right   verdict
    a          0.8022   0.8022  agrees
    grad of w  0.3174   0.3174  agrees
    grad of x  -0.1111  0.1111  slip     sign reversed
    w.new      0.541    0.541   agrees
    4 figures: 3 agree, 0 truncated, 1 slip; the first is grad of x

    ``figures`` is a dict, or a list of pairs where one quantity is printed twice. A key is a Value, or
    (value, "grad"), or the label of a value under ``root``: "z1" for its data, "z1.grad" or "∂L/∂z1" for
    its gradient. With a learning ``rate``, "w.new" is the weight after a step of gradient descent, "L.new"
    what the graph then is, "L.new.new" after two steps, and "Δw" the change; ``parameters`` are the leaves
    that the step changes, by default those whose new values or changes are printed. A figure is what
    ``check`` takes; a list of keys goes with a vector or a matrix of figures, such as "[0.55, 0.60]".

    A slip may follow from the figures printed before it: then the step is evaluated from those, and
    they are named. If it does not, the step itself is wrong, and its cause is looked for in the table of
    mistakes; a convention that another figure refutes is none, and one that several slips share is said
    without a hedge. Where digits were cut throughout, a last line says so. Raises UnknownNameError for a
    label that no value under the root has, FigureError for what is no number.
    """
    pairs = _pairs(figures)
    if root is not None:
        arguments.value(root, "audit: root")
    if root is None and pairs:
        root = _root_of([key for key, _ in pairs])
    labels: dict[str, Value] = {}
    under = topological_order(root) if root is not None and keeps_graph(root) else []
    known_as = Names().known_as
    for node in under:
        if known_as(node):
            labels.setdefault(known_as(node), node)
    entries = [_entry(_quantity(key, labels, rate), Figure.read(printed)) for key, printed in pairs]
    if root is None or not under:
        return Audit([_alone(entry) for entry in entries])
    if parameters is None:
        updated = {entry.quantity.value for entry in entries if _is_of_update(entry)}
        parameters = [leaf for leaf in leaves(under) if leaf in updated]
    if rate is not None:
        rate = arguments.as_float(rate, "audit: rate")
    _demand_parameters(entries, parameters)
    derivation = Derivation(entries, root, rate, list(parameters))
    verdicts = derivation.judged()
    return Audit(verdicts, derivation.note)


def _alone(entry: Entry) -> Verdict:
    value = entry.quantity.value
    return replace(verdict_on(value.grad if entry.quantity.of == "grad" else value.data, entry.figure), name=entry.name)


def _is_of_update(entry: Entry) -> bool:
    return entry.quantity.of == "change" or entry.quantity.round > 0


def _demand_parameters(entries: Sequence[Entry], parameters: Sequence[Value]) -> None:
    if not parameters:
        for entry in entries:
            if _is_of_update(entry):
                raise UnknownNameError(
                    f"audit: {entry.name} is of after an update, and nothing says of which leaves; "
                    "give parameters=[...]"
                )


# --- what is given ------------------------------------------------------------------------------------------


def _pairs(figures: Any) -> list[tuple[Any, Any]]:
    """(key, figure) for each figure, those of vectors and matrices one by one."""
    if not isinstance(figures, Mapping):
        if not isinstance(figures, Iterable) or isinstance(figures, str):
            what = type(figures).__name__
            raise KindError(
                f"audit: give a dict of names or Values to printed figures, or a list of pairs, not a {what}"
            )
        figures = list(figures)
        for pair in figures:
            if not isinstance(pair, (tuple, list)) or len(pair) != 2:
                raise KindError(f"audit: {given(pair)} is no pair of a name or Value and its printed figure")
    found: list[tuple[Any, Any]] = []
    for key, printed in figures.items() if isinstance(figures, Mapping) else figures:
        keys = list(_separated_keys(key))
        if len(keys) == 1 and not isinstance(key, list):
            found.append((keys[0], printed))
            continue
        every = list(separated(printed))
        if len(every) != len(keys):
            raise ShapeError(f"audit: {len(every)} figures are printed for {len(keys)} values: {given(printed)}")
        found += zip(keys, every)
    return found


def _separated_keys(key: Any) -> Iterator[Any]:
    """The keys in a list of keys; (list, "grad") is the gradient of each."""
    if isinstance(key, tuple) and len(key) == 2 and isinstance(key[1], str) and isinstance(key[0], (list, tuple)):
        for one in _separated_keys(key[0]):
            yield (one, key[1])
    elif isinstance(key, (list, tuple)) and not (
        len(key) == 2 and isinstance(key[1], str) and isinstance(key[0], Value)
    ):
        for one in key:
            yield from _separated_keys(one)
    else:
        yield key


def _root_of(keys: Iterable[Any]) -> Value | None:
    """What the last backward was called on, if the first Value is under it; labels cannot be looked up without."""
    every = list(keys)
    for key in every:
        node = key[0] if isinstance(key, tuple) and key else key
        if isinstance(node, Value) and keeps_graph(node):
            root = root_of(node)
            if root is not None:
                return root
    if any(isinstance(key, str) for key in every):
        raise UnknownNameError("audit: there are labels among the keys; give root=, the graph in which to look them up")
    nodes = [key for key in every if isinstance(key, Value) and keeps_graph(key)]
    return nodes[-1] if nodes else None


_GRADIENT = re.compile(r"(?P<name>.+)\.grad|[∂d].+/[∂d](?P<below>.+)")
_GRADIENT_IN_WORDS = re.compile(r"grad(ient)?( of)? (?P<name>.+)|(?P<other>.+)[. _](grad|gradient)")


def _entry(quantity: Quantity, figure: Figure) -> Entry:
    node = quantity.value
    label = in_a_line(known_as(node)) or (keeps_graph(node) and node.op) or "a value"
    later = ".new" * quantity.round
    prefix = {"data": "", "grad": "grad of ", "change": "Δ"}[quantity.of]
    return Entry(quantity, figure, f"{prefix}{label}{later}")


def _quantity(key: Any, labels: Mapping[str, Value], rate: float | None) -> Quantity:
    """What a key stands for."""
    if isinstance(key, Value):
        return Quantity(key)
    if isinstance(key, tuple) and len(key) == 2 and key[1] in ("data", "grad", "new"):
        if isinstance(key[0], Value):
            return Quantity(key[0], "grad" if key[1] == "grad" else "data", int(key[1] == "new"))
        key = f"{key[0]}.{key[1]}"
    if not isinstance(key, str):
        raise KindError(f"audit: key {key!r} is neither a Value, nor (Value, 'grad'), nor a label")
    if key in labels:
        return Quantity(labels[key])
    found = _of_update(key, labels) or _of_gradient(key, labels)
    if found is None:
        raise _unknown(key, labels)
    if rate is None and (found.of == "change" or found.round):
        raise UnknownNameError(f"audit: {key!r} is of after an update; give rate=, the learning rate of the step")
    return found


def _of_gradient(key: str, labels: Mapping[str, Value]) -> Quantity | None:
    match = _GRADIENT.fullmatch(key)
    name = (match["name"] or match["below"]) if match else ""
    times = 0
    while name not in labels and name.endswith(".new"):
        name, times = name.removesuffix(".new"), times + 1
    return Quantity(labels[name], "grad", times) if name in labels else None


def _of_update(key: str, labels: Mapping[str, Value]) -> Quantity | None:
    if key[:1] in ("Δ", "∆") and key[1:] in labels:
        return Quantity(labels[key[1:]], "change")
    times, name = 0, key
    while name not in labels and name.endswith(".new"):
        name, times = name.removesuffix(".new"), times + 1
    return Quantity(labels[name], "data", times) if times and name in labels else None


def _unknown(key: str, labels: Mapping[str, Value]) -> UnknownNameError:
    known = ", ".join([*list(labels)[:8], "…"] if len(labels) > 8 else labels)
    meant = _meant(key, labels)
    return UnknownNameError(
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
