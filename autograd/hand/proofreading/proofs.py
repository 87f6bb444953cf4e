"""A document read and judged: the rows, and what they say together.

>>> print(proofread("σ(0.4) ≈ 0.598, and 0.5 × 0.8 = 0.45"))
1  σ(0.4) ≈ 0.598    truncated  rounded it is 0.599
1  0.5 × 0.8 = 0.45  rounded    it is 0.40
2 equalities: 0 agree, 1 truncated, 1 rounded, 0 slips
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from ...errors import KindError
from ...notation import columns, padded
from . import reports
from .chains import Chain, chains
from .judging import Judged, Unread, given, judge, read_sides
from .reading import Document, format_of, read, read_file

__all__ = ["Equality", "Proof", "proofread"]

_VERDICTS = ("agrees", "truncated", "rounded", "slip")


@dataclass(frozen=True, slots=True)
class Equality:
    """A printed equality of numbers, and the verdict on it.

    ``verdict`` is "agrees", "truncated", "rounded" or "slip"; ``computed`` what is right, at the printed
    precision; ``start`` and ``end`` say where in the text the figure stands, ``column`` where in its line.
    """

    line: int
    text: str
    printed: str
    computed: str
    verdict: str
    cause: str
    start: int
    end: int
    column: int

    def __bool__(self) -> bool:
        return self.verdict != "slip"

    @property
    def remark(self) -> str:
        """What is to be said of it beyond the verdict."""
        if self.verdict == "agrees":
            return ""
        is_ = "rounded it is" if self.verdict == "truncated" else "it is"
        return f"{is_} {self.computed}" + (f" ({self.cause})" if self.cause else "")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What looks like an equality of numbers and could not be read, and why."""

    line: int
    text: str
    reason: str


class Proof:
    """The equalities of a document in their order; true where none of them is a slip."""

    def __init__(self, document: Document, rows: list[Equality], unread: list[Unreadable], name: str = "") -> None:
        self.document = document
        self.rows = rows
        self.unread = unread
        self.name = name

    def __bool__(self) -> bool:
        return not self.slips

    def __iter__(self) -> Iterator[Equality]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, place: int) -> Equality:
        return self.rows[place]

    @property
    def slips(self) -> list[Equality]:
        return [row for row in self.rows if not row]

    def counts(self) -> Counter[str]:
        return Counter(row.verdict for row in self.rows)

    def json(self) -> str:
        """The rows as JSON: {"file", "line", "text", "printed", "computed", "verdict", "cause"}."""
        return reports.as_json([self])

    def markdown(self) -> str:
        """A report: the summary, and a table of what does not simply agree."""
        return reports.as_markdown([self])

    def _repr_html_(self) -> str:
        return reports.as_html(self)

    def __str__(self) -> str:
        rows = [(str(row.line), row.text, row.verdict, row.remark) for row in self.rows if row.verdict != "agrees"]
        widths = [max((min(columns(row[place]), 100) for row in rows), default=0) for place in range(3)]
        table = ["  ".join(padded(cell, width) for cell, width in zip(row, [*widths, 0])).rstrip() for row in rows]
        return "\n".join([*table, reports.summary(self.counts(), len(self.unread))])

    __repr__ = __str__


def proofread(
    text: str | os.PathLike[str], root: Any = None, *, format: str | None = None,
    progress: Callable[[float], None] | None = None,
) -> Proof:
    """Every numeric equality of a document, read and judged.

    >>> proof = proofread("e^{1.6334} ≈ 5.120")
    >>> proof[0].verdict, proof[0].computed, bool(proof)
    ('slip', '5.121', False)

    ``text`` is the text itself, or a Path; ``format`` one of markdown, latex, html, notebook and code,
    by default what the file's ending or the text's beginning says. A figure is held against the formula
    before it, to its printed digits. It is ``rounded`` where only numbers that round to the printed ones
    give it, and a slip where none do. What cannot be read is in ``.unread``, and never guessed.
    """
    name = ""
    if isinstance(text, os.PathLike):
        name = os.fspath(text)
        text = read_file(Path(name))
    if not isinstance(text, str):
        raise KindError(f"proofread: give the text, or the Path of a file, not a {type(text).__name__}")
    document = read(text, format or format_of(text, name))
    rows: list[Equality] = []
    unread: list[Unreadable] = []
    sides = [(chain, read_sides(chain)) for chain in _all_chains(document, progress or (lambda _: None))]
    exact: set[Fraction] = set()
    computed: set[Fraction] = set()
    for chain, trees in sides:
        numbers = given(chain, trees)
        exact |= numbers[0]
        computed |= numbers[1]
    exact -= computed
    for chain, trees in sides:
        for found in judge(chain, trees, exact, document.clean):
            _note(found, document, rows, unread)
    rows.sort(key=lambda row: (row.line, row.start))
    return Proof(document, rows, unread, name)


def _all_chains(document: Document, progress: Callable[[float], None]) -> Iterator[Chain]:
    for region in document.regions:
        progress(region.start / max(len(document.text), 1))
        yield from chains(document.clean, region.start, region.end, region.kind == "math")


def _note(found: Judged | Unread, document: Document, rows: list[Equality], unread: list[Unreadable]) -> None:
    line = document.line_of(found.start)
    if isinstance(found, Unread):
        shown = " ".join(document.clean[found.start : found.end].split())
        unread.append(Unreadable(line, shown[:120], found.reason))
        return
    rows.append(
        Equality(line, found.text, found.printed, found.computed, found.verdict, found.cause,
                 found.start, found.end, document.column_of(found.start))
    )  # fmt: skip
