"""The ledger: each figure that a document prints as a result, beside what the engine computes.

What counts as a figure: a number that a document prints as the outcome of a calculation. Numbers that
are given (weights, inputs, the learning rate) are none. A figure that is printed again with the same
digits is the same figure; with other digits, another one.

What a figure is compared with: the quantity that it stands for, computed from the numbers that the
document gives and never rounded on the way. A quantity with a name (z, a, the softmax's e's and their sum, L,
a gradient, an updated weight) is that quantity; a result without one (1 − 0.6682) is what
the numbers in it give.

The verdict is the engine's (``autograd.audit``): ``agrees`` (rounds to what is printed), ``truncated``
(cut, not rounded), ``slip`` (neither). The cause of a slip is what the audit finds in the figures that the
document prints before it, and in its table of mistakes; none is written by hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import autograd
from autograd import Value, Verdict

__all__ = ["Entry", "Figure", "Figures", "audit", "summary", "table"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A printed figure, the quantity that it stands for, and the verdict on record.

    ``quantity`` is a Value or a number; with ``of="grad"`` the Value's gradient is meant, with ``of="new"``
    what it is after one update.
    """

    name: str
    printed: str
    quantity: Any
    verdict: str = "agrees"
    of: str = "data"


class Figures(list[Figure]):
    """The figures of one calculation in the order of the document; its root, and the learning rate of its update."""

    def __init__(self, figures: Iterable[Figure], root: Value | None = None, rate: float | None = None) -> None:
        super().__init__(figures)
        self.root = root
        self.rate = rate


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


def audit(document: str, figures: Figures | Sequence[Figure]) -> list[Entry]:
    """Each figure of a document with the engine's value, its verdict and its cause."""
    values = [figure.quantity if isinstance(figure.quantity, Value) else Value(figure.quantity) for figure in figures]
    pairs = [((value, figure.of), figure.printed) for value, figure in zip(values, figures)]
    root, rate = getattr(figures, "root", None), getattr(figures, "rate", None)
    if root is None:
        verdicts: list[Verdict] = [autograd.check(v, f.printed, of=f.of) for v, f in zip(values, figures)]
    else:
        verdicts = list(autograd.audit(pairs, root=root, rate=rate))
    return [
        Entry(
            document, figure.name, figure.printed, float(verdict.computed), verdict.kind, verdict.cause, figure.verdict
        )
        for figure, verdict in zip(figures, verdicts)
    ]


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
