"""The sheets that the project prints, proof-read by the project: an alarm would be a mistake of one or the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from autograd import Proof, Value, explain, proofread

__all__ = ["proofs_of", "told"]


def proofs_of(value: Value) -> Iterator[Proof]:
    """The sheet of a Value as text, as Markdown and as LaTeX, each of them read."""
    sheet = explain(value)
    for text, format in ((str(sheet), "markdown"), (sheet.markdown(), "markdown"), (sheet.latex(), "latex")):
        yield proofread(text, format=format)


def told(proofs: Iterable[Proof]) -> tuple[str, bool]:
    """One line about all of them, and whether there is no slip."""
    counts: Counter[str] = Counter()
    for proof in proofs:
        counts += proof.counts()
    slips = counts["slip"]
    found = "no slip" if not slips else f"{slips} slip{'s' * (slips != 1)}"
    return f"their sheets, proof-read as text, Markdown and LaTeX: {counts.total()} equalities, {found}", not slips
