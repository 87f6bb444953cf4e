"""Printed figures held against a graph: by their names, or by the formula that leads to them.

>>> from autograd import Value
>>> z = Value(0.4, label="z")
>>> a = z.sigmoid()
>>> a.label = "a"
>>> from .proofs import proofread
>>> print(proofread("a = σ(z) = 0.4013", root=a))
1  a = 0.4013  slip  it is 0.5987
1 equality: 0 agree, 0 truncated, 0 rounded, 1 slip
names taken for Values of the graph: a: a

A name's first figure says which quantity is meant. A later one that is far from it is another round of
training, or another example, and is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from ...errors import AutogradError
from ...value import Value
from ..audits import audit
from ..checks import check
from ..figures import exactly
from ..verdicts import Verdict
from .chains import Chain
from .grammar import Unreadable
from .intervals import OutOfRange, bounded
from .judging import Judged, as_figure, flat, is_figure, sign_of
from .names import Names, spelt
from .trees import Number, Operation, Tree, bounds, numbers

__all__ = ["Bound", "bind", "held_against"]

_SAME_ROUND = Fraction(1, 100)
_CLOSE = Fraction(2, 1000)


@dataclass(frozen=True, slots=True)
class Bound:
    """A printed figure, and the Value of the graph that it stands for."""

    start: int
    end: int
    name: str  # as it is printed
    label: str
    of: str  # "data", "grad", or "slope": of an activation at its operand
    printed: str
    relation: str = "="


def bind(
    sides: Sequence[tuple[Chain, Sequence[Tree | Unreadable]]], rows: Sequence[Judged], names: Names
) -> list[Bound]:
    """The figures with their Values, in the order of the document, those of another round left out."""
    named = [bound for chain, trees in sides for bound in _of_chain(chain, trees, names)]
    taken = {bound.start for bound in named}
    unnamed = [bound for row in rows if row.start not in taken for bound in _by_formula(row, names)]
    first: dict[tuple[str, str], Fraction] = {}
    kept = []
    for bound in sorted([*named, *unnamed], key=lambda bound: bound.start):
        value = Fraction(bound.printed.rstrip("%"))
        known = first.setdefault((bound.label, bound.of), value)
        if abs(value - known) <= abs(known) * _SAME_ROUND:
            kept.append(bound)
    return kept


def _of_chain(
    chain: Chain, trees: Sequence[Tree | Unreadable], names: Names
) -> Iterator[Bound]:
    meant: list[tuple[str, str]] = []
    name = ""
    has_formula = any(not isinstance(tree, Unreadable) and not is_figure(tree) for tree in trees)
    for side, tree in zip(chain.sides, trees, strict=True):
        if isinstance(tree, Unreadable):
            found = names.meant(side.tokens) if 0 < len(side.tokens) <= 40 else []
            if found and not meant:
                meant, name = found, spelt(side.tokens)
            continue
        if not meant or not is_figure(tree):
            continue
        printed = flat(tree)
        if len(printed) != len(meant):
            continue
        for (label, of), leaf in zip(meant, printed, strict=True):
            figure = as_figure(leaf)
            is_input = of == "data" and not names.values[label].op
            if figure is None or figure.exponent or (is_input and has_formula):
                continue
            start = next((number.start for number in numbers(leaf)), side.start)
            end = next((token.end for token in side.tokens if token.start == start), side.end)
            if len(printed) == 1:
                start, end = side.start, side.end
            yield Bound(start, end, name, label, of, figure.text, sign_of(side))


# --- by the formula -------------------------------------------------------------------------------------------


def _by_formula(row: Judged, names: Names) -> Iterator[Bound]:
    """The one labelled node whose operation is the formula's, and whose operands are about its numbers."""
    if row.formula is None or row.figure is None or row.figure.exponent:
        return
    same = [label for label, node in names.values.items() if node.op and _is_node(row.formula, node)]
    if len(same) == 1:
        yield Bound(row.start, row.end, row.text.rpartition(" ")[0][:-2], same[0], "data", row.figure.text)


def _is_node(formula: Tree, node: Value) -> bool:
    operands = [operand.data if isinstance(operand, Value) else operand for operand in node.operands]
    if node.op in ("total", "add"):
        return _alike(_terms(formula, "+"), operands)
    if node.op == "weighted_sum":
        factors = [factor for term in _terms(formula, "+") for factor in _terms(term, "*")]
        return len(factors) > 2 and (_alike(factors, operands) or _alike(factors, operands[:-1]))
    if node.op == "mul":
        return _alike(_terms(formula, "*"), operands)
    if not isinstance(formula, Operation):
        return False
    if node.op in ("sub", "div"):
        return formula.name == {"sub": "-", "div": "/"}[node.op] and _alike(formula.operands, operands, False)
    if node.op == "exp" and formula.name == "^" and getattr(formula.operands[0], "text", "") == "e":
        return _alike(formula.operands[1:], operands)
    return formula.name == node.op and len(operands) == 1 and _alike(formula.operands, operands)


def _terms(tree: Tree, sign: str) -> list[Any]:
    if isinstance(tree, Operation) and tree.name == sign:
        return [*_terms(tree.operands[0], sign), *_terms(tree.operands[1], sign)]
    return [tree]


def _alike(printed: Sequence[Any], operands: Sequence[Any], any_order: bool = True) -> bool:
    if len(printed) != len(operands) or not all(isinstance(leaf, Number) for leaf in printed):
        return False
    exact = [number for operand in operands if (number := exactly(operand)[0]) is not None]
    if len(exact) != len(printed):
        return False
    pairs = list(zip(printed, exact, strict=True))
    if any_order:
        pairs = list(zip(sorted(printed, key=lambda leaf: leaf.value), sorted(exact), strict=True))
    return all(abs(leaf.value - number) <= max(2 * (leaf.unit or 0), abs(number) * _CLOSE) for leaf, number in pairs)


# --- the verdicts ------------------------------------------------------------------------------------------------


def held_against(bounds_: Sequence[Bound], names: Names) -> dict[int, Verdict]:
    """The verdict of the graph on each figure, by where the figure stands.

    The first figure of each quantity goes to the audit, which sees what follows from what.
    """
    verdicts: dict[int, Verdict] = {}
    audited: dict[Any, Bound] = {}
    for bound in bounds_:
        key = (names.values[bound.label], bound.of)
        if bound.of != "slope" and key not in audited:
            audited[key] = bound
    try:
        found = audit({key: bound.printed for key, bound in audited.items()}, root=names.root)
        verdicts.update({bound.start: verdict for bound, verdict in zip(audited.values(), found, strict=True)})
    except AutogradError:  # a figure or a graph that no audit takes: each figure is held against it by itself
        pass
    for bound in bounds_:
        if bound.start not in verdicts:
            verdicts[bound.start] = _checked(bound, names)
    return verdicts


def _checked(bound: Bound, names: Names) -> Verdict:
    node = names.values[bound.label]
    if bound.of == "slope":
        return check(node.partials[0], bound.printed)
    return check(node, bound.printed, of=bound.of, root=names.root)


def is_rounding(verdict: Verdict, row: Judged | None, exact: Set[Fraction]) -> bool:
    """Do only rounded numbers on the way explain that the figure is not the graph's?"""
    if row is None or row.formula is None or row.verdict == "slip":
        return verdict.cause.startswith("intermediates")
    number, _ = exactly(verdict.computed)
    try:
        wide = bounded(partial(bounds, row.formula, rounded=True, exact=exact))
    except OutOfRange:
        return True
    return number is not None and wide.low <= Decimal(number.numerator) / Decimal(number.denominator) <= wide.high
