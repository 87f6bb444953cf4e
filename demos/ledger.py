"""The ledger: each figure that a document prints as a result, beside what the engine computes.

What counts as a figure: a number that a document prints as the outcome of a calculation. Numbers that
are given (weights, inputs, the learning rate) are none. A figure that is printed again with the same
digits is the same figure; with other digits, another one.

What a figure is compared with: the quantity that it stands for, computed from the numbers that the
document gives and never rounded on the way. A quantity with a name (z, a, the softmax's denominator, L,
a gradient, an updated weight) is that quantity; a result without one (e^1.3333, 1 − 0.6682) is what
the numbers in it give.

The verdict is the engine's (``autograd.check``): ``agrees`` (rounds to what is printed), ``truncated``
(cut, not rounded), ``slip`` (neither). A cause is a second calculation: the same step on the numbers as
printed, another convention, or where neither is on record, what ``check`` finds. It is named only where
that calculation gives the printed figure; where the step on the printed numbers does not give it, the
ledger says that the slip lies in the step itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from autograd import Value, Verdict, check

__all__ = ["Entry", "Explanation", "Figure", "audit", "summary", "table"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A calculation that may give a printed figure: in words, its result, and what kind it is."""

    words: str
    result: float
    kind: str

    def gives(self, printed: str) -> bool:
        return check(self.result, printed).kind == "agrees"

    def __str__(self) -> str:
        return f"{self.kind}: {self.words} = {self.result:.8g}"


@dataclass(frozen=True, slots=True)
class Figure:
    """A printed figure, the quantity that it stands for, and the verdict on record.

    ``quantity`` is a Value or a number; with ``of="grad"`` the Value's gradient is meant.
    ``step`` is the step as the document writes it, on the numbers as it prints them; ``convention``
    another way of reckoning that would give the figure.
    """

    name: str
    printed: str
    quantity: Any
    verdict: str = "agrees"
    of: str = "data"
    step: Explanation | None = None
    convention: Explanation | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger."""

    document: str
    figure: str
    printed: str
    computed: float
    verdict: str
    cause: str
    recorded: str

    def as_json(self) -> dict[str, Any]:
        fields = asdict(self)
        del fields["recorded"]
        return fields


def audit(document: str, figures: Iterable[Figure]) -> list[Entry]:
    """Each figure of a document with the engine's value, its verdict and its cause."""
    return [_entry(document, figure) for figure in figures]


def _entry(document: str, figure: Figure) -> Entry:
    quantity = figure.quantity
    verdict = check(quantity, figure.printed, of=figure.of)
    if isinstance(quantity, Value):
        quantity = quantity.grad if figure.of == "grad" else quantity.data
    return Entry(
        document=document,
        figure=figure.name,
        printed=figure.printed,
        computed=float(quantity),
        verdict=verdict.kind,
        cause=_cause(figure, verdict),
        recorded=figure.verdict,
    )


def _cause(figure: Figure, verdict: Verdict) -> str:
    if verdict.kind == "agrees":
        return ""
    step, causes = figure.step, []
    if step is not None and step.gives(figure.printed):
        return str(step)
    if step is not None and verdict.kind == "slip":
        causes.append(str(replace(step, kind="the step itself")))
    if figure.convention is not None and figure.convention.gives(figure.printed):
        causes.append(str(figure.convention))
    return "; ".join(causes) or verdict.cause


def summary(entries: Sequence[Entry]) -> str:
    """How many figures there are, and how many of each verdict.

    >>> summary([])
    '0 figures: 0 agree, 0 truncated, 0 slips'
    """
    count = Counter(entry.verdict for entry in entries)
    return (
        f"{len(entries)} figures: {count['agrees']} agree, {count['truncated']} truncated, "
        f"{count['slip']} {'slip' if count['slip'] == 1 else 'slips'}"
    )


_COLUMNS: tuple[tuple[str, Callable[[Entry], str]], ...] = (
    ("figure", lambda entry: entry.figure),
    ("printed", lambda entry: entry.printed),
    ("computed", lambda entry: f"{entry.computed:.10g}"),
    ("verdict", lambda entry: entry.verdict),
    ("cause", lambda entry: entry.cause),
)


def table(entries: Sequence[Entry]) -> str:
    """The entries as an aligned table, and a line for each verdict that is not the one on record."""
    rows = [[heading for heading, _ in _COLUMNS]] + [[cell(entry) for _, cell in _COLUMNS] for entry in entries]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
    lines += [
        f"ON RECORD IS ANOTHER VERDICT for {entry.figure}: {entry.recorded}"
        for entry in entries
        if entry.verdict != entry.recorded
    ]
    return "\n".join(lines)
