"""What was found, for people and for machines: a table, JSON, annotations, Markdown, a marked text."""

from __future__ import annotations

import html
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ...notation import columns, padded

if TYPE_CHECKING:  # pragma: no cover - imported for its types only
    from .proofs import Equality, Proof

__all__ = ["as_github", "as_html", "as_json", "as_lines", "as_markdown", "summary", "total"]

_COLOURS = {"slip": "\033[31;1m", "rounded": "\033[33m", "truncated": "\033[36m", "agrees": "\033[32m"}
_PLAIN = "\033[0m"
_WIDEST = 90


def total(proofs: Sequence[Proof]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for proof in proofs:
        counts += proof.counts()
    return counts


def summary(counts: Counter[str], unread: int = 0) -> str:
    """``61 equalities: 52 agree, 3 truncated, 0 rounded, 6 slips``"""
    total = sum(counts.values())
    slips = counts["slip"]
    told = (
        f"{total} equalit{'y' if total == 1 else 'ies'}: {counts['agrees']} agree, {counts['truncated']} truncated, "
        f"{counts['rounded']} rounded, {slips} slip{'s' * (slips != 1)}"
    )
    return told + (f"; {unread} could not be read" if unread else "")


def as_lines(
    proofs: Sequence[Proof], *, colour: bool = False, unread: bool = False, all_rows: bool = False
) -> Iterator[str]:
    """A row for each equality that does not simply agree, with file and line, and the summary."""
    for proof in proofs:
        rows = [row for row in proof.rows if all_rows or row.verdict != "agrees"]
        cells = [(_place(proof, row.line), _shortened(row.text), row.verdict, row.remark) for row in rows]
        widths = [max((columns(cell[place]) for cell in cells), default=0) for place in range(3)]
        for place, text, verdict, remark in cells:
            shown = padded(verdict, widths[2])
            if colour:
                shown = f"{_COLOURS[verdict]}{shown}{_PLAIN}"
            yield f"{padded(place, widths[0])}  {padded(text, widths[1])}  {shown}  {remark}".rstrip()
        if unread:
            for row in proof.unread:
                yield f"{_place(proof, row.line)}  {_shortened(row.text)}  unread: {row.reason}"
        if proof.document.note:
            yield f"{proof.name or 'the text'}: {proof.document.note}"
    yield summary(total(proofs), sum(len(proof.unread) for proof in proofs))


def _place(proof: Proof, line: int) -> str:
    return f"{proof.name}:{line}" if proof.name else str(line)


def _shortened(text: str) -> str:
    return text if columns(text) <= _WIDEST else text[: _WIDEST - 1] + "…"


def as_json(proofs: Sequence[Proof]) -> str:
    """A list of {"file", "line", "text", "printed", "computed", "verdict", "cause"}."""
    rows = [_entry(proof, row) for proof in proofs for row in proof.rows]
    return json.dumps(rows, ensure_ascii=False, indent=1)


def _entry(proof: Proof, row: Equality) -> dict[str, Any]:
    return {
        "file": proof.name, "line": row.line, "text": row.text, "printed": row.printed, "computed": row.computed,
        "verdict": row.verdict, "cause": row.cause,
    }  # fmt: skip


def as_github(proofs: Sequence[Proof]) -> Iterator[str]:
    """A workflow command for each slip, and for what rounding explains: GitHub shows it at its line."""
    levels = {"slip": "error", "rounded": "notice"}
    for proof in proofs:
        for row in proof.rows:
            if row.verdict in levels:
                place = f"file={_escaped(proof.name, True)},line={row.line},col={row.column},title={row.verdict}"
                yield f"::{levels[row.verdict]} {place}::{_escaped(f'{row.text}: {row.remark}')}"


def _escaped(text: str, in_property: bool = False) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if in_property else text


def as_markdown(proofs: Sequence[Proof]) -> str:
    """A report: the summary, and a table of what does not simply agree."""
    lines = ["# Proof-reading", "", summary(total(proofs), sum(len(proof.unread) for proof in proofs)), ""]
    rows = [(proof, row) for proof in proofs for row in proof.rows if row.verdict != "agrees"]
    if rows:
        lines += ["| where | as printed | verdict | |", "|---|---|---|---|"]
    for proof, row in rows:
        cells = (_place(proof, row.line), f"`{row.text}`", f"**{row.verdict}**" if not row else row.verdict, row.remark)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


_MARKS = {"agrees": "#d8f5d0", "truncated": "#d3eefb", "rounded": "#fff0c2", "slip": "#ffc9c4"}


def as_html(proof: Proof) -> str:
    """The text as it is, each figure marked by its verdict, which shows what is right under the pointer."""
    text, at, pieces = proof.document.text, 0, []
    for row in sorted(proof.rows, key=lambda row: row.start):
        if row.start < at:
            continue
        told = html.escape(f"{row.verdict}: {row.text}{'; ' + row.remark if row.remark else ''}", quote=True)
        mark = f'<mark style="background:{_MARKS[row.verdict]};color:#000" title="{told}">'
        pieces += [html.escape(text[at : row.start]), mark, html.escape(text[row.start : row.end]), "</mark>"]
        at = row.end
    pieces.append(html.escape(text[at:]))
    told = html.escape(summary(proof.counts(), len(proof.unread)))
    return f'<div><p>{told}</p><pre style="white-space:pre-wrap">{"".join(pieces)}</pre></div>'
