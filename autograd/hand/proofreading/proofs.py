"""A document read and judged: the rows, and what they say together.

>>> print(proofread("σ(0.4) ≈ 0.598, and 0.5 × 0.8 = 0.45"))
1  σ(0.4) ≈ 0.598    truncated  rounded it is 0.599
1  0.5 × 0.8 = 0.45  rounded    it is 0.40
2 equalities: 0 agree, 1 truncated, 1 rounded, 0 slips
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from ...errors import KindError
from ...notation import columns, padded
from ...value import Value
from . import reports
from .bindings import Bound, bind, held_against, is_rounding
from .chains import Chain, chains, joined
from .drafts import draft
from .judging import Judged, Unread, given, judge, read_sides
from .names import Names
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

    def __init__(
        self, document: Document, rows: list[Equality], unread: list[Unreadable], name: str = "",
        names: Mapping[str, str] | None = None, sides: Sequence[tuple[Chain, list[Any]]] = (),
    ) -> None:
        self.document = document
        self.rows = rows
        self.unread = unread
        self.name = name
        self._sides = sides
        self.names = dict(names or {})  # as they are printed, with the labels of a graph that they were taken for

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

    def draft(self) -> str:
        """The program that the document's definitions amount to, with ``# ?`` where a person must decide."""
        return draft(self._sides)

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
        taken = "; ".join(f"{name}: {label}" for name, label in self.names.items())
        told = [f"names taken for Values of the graph: {taken}"] if taken else []
        return "\n".join([*table, reports.summary(self.counts(), len(self.unread)), *told])

    __repr__ = __str__


def proofread(
    text: str | os.PathLike[str], root: Value | Iterable[Value] | None = None, *, format: str | None = None,
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
    unread: list[Unreadable] = []
    sides = [(chain, read_sides(chain)) for chain in _all_chains(document, progress or (lambda _: None))]
    exact: set[Fraction] = set()
    computed: set[Fraction] = set()
    for chain, trees in sides:
        numbers = given(chain, trees)
        exact |= numbers[0]
        computed |= numbers[1]
    exact -= computed
    found: list[Judged | Unread] = []
    for place, (chain, trees) in enumerate(sides):
        found += judge(chain, trees, exact, document.clean)
        if progress is not None:
            progress((1 + place / len(sides)) / 2)  # the first half was to find them
    for one in found:
        if isinstance(one, Unread):
            shown = " ".join(document.clean[one.start : one.end].split())
            unread.append(Unreadable(document.line_of(one.start), shown[:120], one.reason))
    judged = [one for one in found if isinstance(one, Judged)]
    bound: list[Bound] = []
    if root is not None:
        names = Names(*([root] if isinstance(root, Value) else root))
        bound = bind(sides, judged, names)
        judged = _with_graph(judged, bound, names, exact)
    rows = sorted((_equality(one, document) for one in judged), key=lambda row: (row.line, row.start))
    return Proof(document, rows, unread, name, _taken(bound), sides)


def _taken(bound: Sequence[Bound]) -> dict[str, str]:
    """The names as they are printed, with what they were taken for."""
    labels: dict[str, dict[str, None]] = {}
    for one in bound:
        words = {"data": "", "grad": "grad of ", "slope": "slope of "}[one.of]
        labels.setdefault(one.name, {})[words + one.label] = None
    return {name: " … ".join([*of][:: max(len(of) - 1, 1)]) for name, of in labels.items()}


def _with_graph(rows: list[Judged], bound: Sequence[Bound], names: Names, exact: set[Fraction]) -> list[Judged]:
    """The rows with what the graph says of their figures, and a row for each other figure that has a name."""
    verdicts = held_against(bound, names)
    rounded: set[tuple[str, str, str]] = set()  # quantities and their figures, which may be printed again
    by_start = {row.start: place for place, row in enumerate(rows)}
    for one in bound:
        verdict = verdicts[one.start]
        place = by_start.get(one.start)
        row = None if place is None else rows[place]
        kind = verdict.kind
        quantity = (one.label, one.of, one.printed)
        if kind == "slip" and (quantity in rounded or is_rounding(verdict, row, exact)):
            kind = "rounded"
            rounded.add(quantity)
        if row is None:
            told = f"{one.name} {one.relation} {one.printed}"
            rows.append(Judged(one.start, one.end, told, one.printed, verdict.right, kind, verdict.cause))
        elif _VERDICTS.index(kind) > _VERDICTS.index(row.verdict):
            cause = verdict.cause or f"the graph's {verdict.name or one.label}"
            rows[place] = replace(row, verdict=kind, computed=verdict.right, cause=cause)  # type: ignore[index]
    return rows


def _all_chains(document: Document, progress: Callable[[float], None]) -> Iterator[Chain]:
    for region in document.regions:
        progress(region.start / max(len(document.text), 1) / 2)
        found = chains(document.clean, region.start, region.end, region.kind == "math")
        yield from found if region.kind == "code" else joined(found, document.clean)


def _equality(row: Judged, document: Document) -> Equality:
    line, column = document.line_of(row.start), document.column_of(row.start)
    return Equality(
        line, row.text, row.printed, row.computed, row.verdict, row.cause, row.start, row.end, column
    )  # fmt: skip
