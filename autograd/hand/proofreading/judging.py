"""Two sides of an equality: does what is printed follow, to the printed digits?

A figure is held against the formula before it as :func:`autograd.check` holds it against a number.
It is ``rounded`` where only numbers that round to the printed ones explain it, and a slip where none do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from fractions import Fraction
from functools import partial
from typing import Any

import autograd

from ...errors import AutogradError
from ...value import Value
from ..checks import check
from ..figures import Figure
from ..verdicts import verdict_on
from .chains import Chain, Side
from .grammar import Symbolic, Unreadable, parse
from .intervals import Interval, OutOfRange, bounded
from .tokens import Token, words
from .trees import List, Number, Operation, ShapeMismatch, Tree, bounds, elements, evaluate, numbers, write

__all__ = ["Judged", "Unread", "as_figure", "flat", "given", "is_figure", "judge", "read_sides", "sign_of"]


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict on one printed figure, or on a formula that is printed as another's equal."""

    start: int  # of what is judged
    end: int
    text: str  # the formula, as printed where it stands on one line
    printed: str
    computed: str
    verdict: str
    cause: str = ""
    from_start: int = 0
    formula: Tree | None = None
    figure: Figure | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """An equality of numbers that could not be read, and why."""

    start: int
    end: int
    reason: str


_READINGS: tuple[tuple[str, frozenset[str]], ...] = (
    ("log10", frozenset(["log", "Log", "lg"])),
    ("log2", frozenset(["log", "Log"])),
    ("degrees", frozenset(["sin", "cos", "tan"])),
    ("percent", frozenset("%")),
    ("loose", frozenset("/")),
    ("tight", frozenset("/")),
    ("comma", frozenset(",")),
    ("relu", frozenset(["σ", "sigma", "𝜎"])),
    ("tanh", frozenset(["σ", "sigma", "𝜎"])),
    ("mixed", frozenset(["frac"])),
    ("negative", frozenset("^")),
    ("elementwise", frozenset("*")),
)
_SHORT = Context(prec=40)
_NO_READING: frozenset[str] = frozenset()


def given(chain: Chain, trees: Sequence[Tree | Unreadable]) -> tuple[set[Fraction], set[Fraction]]:
    """The numbers that the chain gives, as in x = 0.05, and those that it comes to."""
    numeric = [(side, tree) for side, tree in zip(chain.sides, trees, strict=True) if not isinstance(tree, Unreadable)]
    figures = [(side, tree) for side, tree in numeric if is_figure(tree)]
    found = {abs(number.value) for _, tree in figures for number in numbers(tree)}
    is_definition = len(figures) == len(numeric) and all(sign_of(side) == "=" for side, _ in figures)
    if not is_definition:
        return set(), found
    few = {abs(number.value) for _, tree in figures for number in numbers(tree) if _significant(number) <= _FEW}
    return few, found - few


_FEW = 3  # significant digits: what has more was computed, wherever it is printed


def _significant(number: Number) -> int:
    return len(number.text.partition("e")[0].replace(".", "").strip("-0%"))


def read_sides(chain: Chain) -> list[Tree | Unreadable]:
    return [_read(side, _NO_READING) for side in chain.sides]


def judge(
    chain: Chain, trees: Sequence[Tree | Unreadable], exact: Set[Fraction], source: str
) -> Iterator[Judged | Unread]:
    """Each side that is a number, or a formula of numbers, against the nearest such side before it.

    ``exact`` are the numbers that the document gives, which nobody has rounded.
    """
    before: int | None = None
    for place, (side, tree) in enumerate(zip(chain.sides, trees, strict=True)):
        if isinstance(tree, Symbolic):
            if any(token.kind == "number" for token in side.tokens):
                before = None  # what is between may be the end of one equality and the start of another
            continue
        if isinstance(tree, Unreadable):
            if before is not None or (_has_numbers(side) and place + 1 < len(chain.sides)):
                yield Unread(side.start, side.end, str(tree))
            before = None
            continue
        if before is not None:
            yield from _pair(chain, before, place, exact, source)
        before = place


def _has_numbers(side: Side) -> bool:
    return any(token.kind == "number" for token in side.tokens) and any(
        token.kind in ("operator", "open") for token in side.tokens
    )


def _read(side: Side, readings: frozenset[str]) -> Tree | Unreadable:
    """The side's formula, or why it has none."""
    if readings:
        return _formula(side, readings)
    if side.read is None:
        side.read = _formula(side, readings)
    return side.read


def _formula(side: Side, readings: frozenset[str]) -> Tree | Unreadable:
    if not side.tokens:
        return Symbolic("nothing")
    if side.tokens[0].kind == "operator" and side.tokens[0].text in ("*", "/", "//", "^", "@", "⊙"):
        return Symbolic("what stands before the operator is no number")
    if side.before is not None and side.before.kind == "word" and _is_infix(side.tokens[0]):
        return Symbolic("a word before an operator")
    try:
        return elements(parse(side.tokens, readings), "elementwise" in readings)
    except ShapeMismatch as error:
        return Unreadable(str(error))
    except Unreadable as error:
        return error


def _is_infix(token: Token) -> bool:
    return token.kind == "operator" and token.text != "√"


# --- a pair of sides ------------------------------------------------------------------------------------------


def _pair(chain: Chain, before: int, place: int, exact: Set[Fraction], source: str) -> Iterator[Judged | Unread]:
    left, right = chain.sides[before], chain.sides[place]
    found = _compared(left, right, _NO_READING, exact, source)
    if isinstance(found, Unread):
        products = _compared(left, right, frozenset(["elementwise"]), exact, source)
        if isinstance(products, Unread) or any(row.verdict == "slip" for row in products):
            yield found
        else:
            yield from products
        return
    if any(row.verdict == "slip" for row in found):
        for other in _other_readings(left, right):
            again = _compared(*other, exact, source)
            if not isinstance(again, Unread) and not any(row.verdict in ("slip", "rounded") for row in again):
                found = again
                break
        else:
            reason = _doubt(chain, before, place) or _scaled(found)
            if reason:
                yield Unread(left.start, right.end, reason)
                return
            found = [_with_cause(row) for row in found]
    elif before == 0 and _is_label(left) and is_figure(_read(left, _NO_READING)):
        return
    yield from found


def _other_readings(left: Side, right: Side) -> Iterator[tuple[Side, Side, frozenset[str]]]:
    texts = {token.text if token.kind != "frac" else "frac" for token in (*left.tokens, *right.tokens)}
    texts |= {text.rpartition(".")[2] for text in texts} | ({","} if any("," in text for text in texts) else set())
    for reading, signs in _READINGS:
        if signs & texts:
            yield left, right, frozenset([reading])
    for shorter in _cut_short(right):
        yield left, shorter, _NO_READING
    for shorter in _without_list_mark(left):
        yield shorter, right, _NO_READING
    for raised in _with_lost_power(left):
        yield raised, right, _NO_READING


def _with_lost_power(side: Side) -> Iterator[Side]:
    """With one number's last digit as the power that it was before the text was copied: 892 as 89²."""
    if any(token.latex or token.kind == "superscript" or token.text == "^" for token in side.tokens):
        return
    for place, token in enumerate(side.tokens):
        if token.kind == "number" and re.fullmatch(r"[1-9]\d*[23]|\d+\.\d+[23]", token.text):
            base = token._replace(text=token.text[:-1])
            power = token._replace(kind="superscript", text=token.text[-1])
            yield Side([*side.tokens[:place], base, power, *side.tokens[place + 1 :]], side.relation, side.before)


def _cut_short(side: Side) -> Iterator[Side]:
    """The side as the number alone with which it begins, where a bracket with a remark may follow."""
    for place, token in enumerate(side.tokens[:4]):
        following = side.tokens[place + 1] if place + 1 < len(side.tokens) else None
        if token.kind == "number" and following is not None and following.kind == "open" and following.spaced:
            yield Side(side.tokens[: place + 1], side.relation, side.before, following)


def _without_list_mark(side: Side) -> Iterator[Side]:
    """Without the sign, or the number, that may be a list's and not the formula's."""
    tokens = side.tokens
    if tokens[0].kind == "operator" and tokens[0].text in "-+*–" and len(tokens) > 1:
        yield Side(tokens[1:], side.relation, tokens[0], side.after)
    if len(tokens) > 2 and tokens[0].kind == "number" and tokens[1].kind == "operator" and tokens[1].text in "-–":
        yield Side(tokens[2:], side.relation, tokens[1], side.after)


def _compared(
    left: Side, right: Side, readings: frozenset[str], exact: Set[Fraction], source: str
) -> list[Judged] | Unread:
    trees = [_read(side, readings) for side in (left, right)]
    for side, tree in zip((left, right), trees, strict=True):
        if isinstance(tree, Unreadable):
            return Unread(side.start, side.end, str(tree))
    pairs = _matched(trees[0], trees[1])  # type: ignore[arg-type]
    if pairs is None:
        return Unread(left.start, right.end, "lists of different shapes")
    whole = len(pairs) == 1 and not isinstance(trees[0], List)
    approximate = right.relation is not None and right.relation.text == "~"
    rows = []
    for formula, printed in pairs:
        if write(formula) == write(printed):
            continue  # it says nothing
        try:
            verdict, computed = _verdict(formula, printed, exact, approximate)
        except OutOfRange as error:
            return Unread(left.start, right.end, str(error) or "out of range")
        start, end = (right.start, right.end) if whole else _extent(printed, right)
        text = _as_printed(source[left.start : left.end]) if whole else write(formula)
        shown = _as_printed(source[right.start : right.end]) if whole else write(printed)
        if not text or not shown:
            text, shown = write(formula), write(printed)
        told = f"{text} {sign_of(right)} {shown}"
        figure = as_figure(printed)
        rows.append(Judged(start, end, told, shown, computed, verdict, "", left.start, formula, figure))
    return rows


def sign_of(side: Side) -> str:
    return "≈" if side.relation is not None and side.relation.text == "~" else "="


def _as_printed(text: str) -> str:
    """The text where it is readable on one line, else nothing."""
    return "" if "\\" in text or "\n" in text or len(text) > 200 else " ".join(text.split())


def _extent(printed: Tree, side: Side) -> tuple[int, int]:
    starts = [number.start for number in numbers(printed) if number.start]
    token = next((token for token in side.tokens if starts and token.start == starts[0]), None)
    return (token.start, token.end) if token is not None else (side.start, side.end)


def _matched(left: Tree, right: Tree) -> list[tuple[Tree, Tree]] | None:
    """The elements of two lists in pairs, a row of one column being as good as a column; None if they do not fit."""
    if not isinstance(left, List) and not isinstance(right, List):
        return [(left, right)]
    if not isinstance(left, List) or not isinstance(right, List):
        return None
    leaves = [flat(left), flat(right)]
    shapes = [tuple(n for n in tree.shape if n > 1) for tree in (left, right)]
    if shapes[0] != shapes[1] or len(leaves[0]) != len(leaves[1]):
        return None
    return list(zip(*leaves, strict=True))


def flat(tree: Tree) -> list[Tree]:
    return [leaf for item in tree.items for leaf in flat(item)] if isinstance(tree, List) else [tree]


# --- verdicts ----------------------------------------------------------------------------------------------------


def as_figure(tree: Tree) -> Figure | None:
    """The figure, where the side is one printed number, perhaps with a power of ten."""
    if isinstance(tree, Number) and tree.text[-1:].isdigit() | tree.text.endswith("%"):
        mantissa, _, exponent = tree.text.rstrip("%").partition("e")
        power = int(exponent or 0) - 2 * tree.text.endswith("%")
        return Figure(tree.text, tree.value, len(mantissa.partition(".")[2]), power)
    if isinstance(tree, Operation) and tree.name == "*":
        leading, ten = as_figure(tree.operands[0]), _power_of_ten(tree.operands[1])
        if leading is not None and ten is not None and not leading.exponent:
            return Figure(f"{leading.text}e{ten}", leading.value * Fraction(10) ** ten, leading.decimals, ten)
    if isinstance(tree, Operation) and tree.name == "neg" and (inner := as_figure(tree.operands[0])) is not None:
        return Figure(f"-{inner.text}", -inner.value, inner.decimals, inner.exponent)
    return None


def is_figure(tree: Any) -> bool:
    return not isinstance(tree, Unreadable) and all(as_figure(leaf) is not None for leaf in flat(tree))


def _power_of_ten(tree: Tree) -> int | None:
    if not isinstance(tree, Operation) or tree.name != "^" or not isinstance(tree.operands[0], Number):
        return None
    base, power = tree.operands
    negative = isinstance(power, Operation) and power.name == "neg"
    power = power.operands[0] if negative else power
    if base.value != 10 or not isinstance(power, Number) or power.unit is not None or abs(power.value) > 300:
        return None
    return -int(power.value) if negative else int(power.value)


_ROUGHLY = Fraction(1, 20)


def _verdict(formula: Tree, printed: Tree, exact: Set[Fraction], approximate: bool) -> tuple[str, str]:
    """What is printed against the formula; where the formula is a figure and the other none, the other way round."""
    figure = as_figure(printed)
    if figure is None and as_figure(formula) is not None:
        formula, printed, figure = printed, formula, as_figure(formula)
    point = bounded(lambda: bounds(formula))
    if figure is None:
        return _of_formulas(formula, printed, point)
    middle = _SHORT.plus(point.middle)
    verdict = verdict_on(middle, figure)
    kind = verdict.kind
    if kind == "slip" and _is_explained(formula, printed, figure, point, exact, approximate):
        kind = "rounded"
    return kind, verdict.right


def _is_explained(
    formula: Tree, printed: Tree, figure: Figure, point: Interval, exact: Set[Fraction], approximate: bool
) -> bool:
    """Can numbers that round to the printed ones give the figure?"""
    try:
        kept = {number.value for number in numbers(formula) if _is_kept(number, figure, exact)}
        wide = bounded(lambda: bounds(formula, rounded=True, exact=kept))
    except OutOfRange:
        return True
    reach = figure.unit / 2
    if isinstance(printed, Number) and printed.cut:
        reach = figure.unit
    if approximate and figure.decimals == 0 and not figure.exponent:
        zeros = len(str(figure.value)) - len(str(figure.value).rstrip("0"))
        reach = max(reach, Fraction(10) ** zeros / 2)
    value = figure.value
    if Fraction(wide.low) - reach <= value <= Fraction(wide.high) + reach:
        return True
    return _is_float_noise(formula, figure, point)


def _is_kept(number: Number, figure: Figure, exact: Set[Fraction]) -> bool:
    """Is it a number as it was given, where the figure has so many digits more that nobody rounded it?"""
    return number.unit is not None and abs(number.value) in exact and number.unit >= 100 * figure.unit


def _is_float_noise(formula: Tree, figure: Figure, point: Interval) -> bool:
    """Is it off by no more than floats are, or single floats, where so many digits are printed?"""
    if figure.significant < 7:
        return False
    largest = max([abs(Fraction(point.middle)), *(abs(number.value) for number in numbers(formula))])
    relative = Fraction(1, 10**14) if figure.significant >= 15 else Fraction(0)
    if figure.significant >= 7:
        relative = max(relative, Fraction(2, 10**7))
    return abs(Fraction(point.middle) - figure.value) <= largest * relative


def _of_formulas(formula: Tree, printed: Tree, point: Interval) -> tuple[str, str]:
    """A formula that is said to equal another."""
    other = bounded(lambda: bounds(printed))
    computed = _short(point.middle)
    if _meet(point, other) or abs(point.middle - other.middle) <= abs(point.middle) * Decimal("1e-12"):
        return "agrees", computed
    try:
        wide = bounded(lambda: bounds(formula, rounded=True))
        other_wide = bounded(lambda: bounds(printed, rounded=True))
    except OutOfRange:
        return "rounded", computed
    return ("rounded" if _meet(wide, other_wide) else "slip"), computed


def _short(number: Decimal) -> str:
    return f"{number:.10g}"


def _meet(one: Interval, other: Interval) -> bool:
    return one.low <= other.high and other.low <= one.high


# --- doubts: an alarm must be right ---------------------------------------------------------------------------------


def _is_label(side: Side) -> bool:
    """May the number be a name, as in: layer 2 = 3?"""
    return side.before is not None and side.before.kind in ("word", "name")


_SCALES = words(
    "million billion trillion thousand hundred k m b g percent remainder times dozen mod base hours minutes "
    "seconds days hour minute day weeks years kb mb gb tb bits bytes cm mm km kg degrees rad"
) | set("万亿千百余倍个字位")


def _doubt(chain: Chain, before: int, place: int) -> str:
    """Why a slip may be none; nothing where it is one."""
    left, right = chain.sides[before], chain.sides[place]
    if left.from_above:
        return "a name that may have changed since the line above"
    trees = [_read(side, _NO_READING) for side in (left, right)]
    figures = [is_figure(tree) for tree in trees]
    if figures[0] and not figures[1] and all(number.unit is None for number in numbers(trees[0])):  # type: ignore[arg-type]
        return "a whole number before a formula, which may be a condition"
    if before == 0 and figures[0] and left.relation is None:
        return "a number that may be a name"
    if right.listed and left.before is not None and left.before.kind == "comma":
        return "lists beside each other"
    if right.after is not None and right.after.kind in ("word", "name") and place == len(chain.sides) - 1:
        unit = right.after.text.split()[0]
        scaled = unit.lower() in _SCALES or unit[:1] in _SCALES
        if scaled:
            return "a unit that may change the number"
    whole = all(number.unit is None for tree in trees for number in numbers(tree))  # type: ignore[arg-type]
    if whole and right.after is not None and (right.after.kind in ("word", "name", "other") or right.after.text == ":"):
        return "whole numbers of something"
    if all(_are_dimensions(side) for side in (left, right)):
        return "products of whole numbers, which may be shapes"
    if not any(figures) and whole:
        return "formulas of whole numbers on both sides"
    if _in_bits(left) and _in_bits(right):
        return "ones and zeros, which may be bits"
    return ""


_SCALED_BY = [Fraction(10) ** power for power in (3, 6, 9, 12)] + [Fraction(1024) ** power for power in (1, 2, 3)]


def _scaled(rows: Sequence[Judged]) -> str:
    """Is the figure off by a thousand, or 1,024, as where it is in another unit?"""
    for row in rows:
        if row.verdict != "slip" or row.figure is None or row.formula is None or not row.figure.value:
            continue
        point = Fraction(bounded(partial(bounds, row.formula)).middle)
        for scale in _SCALED_BY:
            for scaled in (point * scale, point / scale):
                if row.figure.rounds_from(scaled) or row.figure.cuts_from(scaled):
                    return "a unit that may change the number"
    return ""


def _are_dimensions(side: Side) -> bool:
    return all(
        token.kind in ("open", "close", "dollar") or (token.kind == "number" and token.text.isdigit())
        or (token.kind == "operator" and token.text in "*@") for token in side.tokens
    ) and any(token.kind == "operator" for token in side.tokens)  # fmt: skip


def _in_bits(side: Side) -> bool:
    return all(token.kind != "number" or set(token.text) <= {"0", "1"} for token in side.tokens)


def _power(base: Any, exponent: Any) -> Any:
    return autograd.exp(exponent) if isinstance(base, float) and isinstance(exponent, Value) else base**exponent


# --- causes ----------------------------------------------------------------------------------------------------------


_MOST_NUMBERS = 40  # in a formula whose slip is looked into


def _with_cause(row: Judged) -> Judged:
    """The cause that ``check`` finds where the formula is a graph of the printed numbers."""
    if row.verdict != "slip" or row.formula is None or row.figure is None:
        return row
    if sum(1 for _ in numbers(row.formula)) > _MOST_NUMBERS:
        return row
    try:
        root = evaluate(row.formula, _as_value, _FUNCTIONS_OF_VALUES)
        cause = check(root, row.figure.text).cause if isinstance(root, Value) else ""
    except (AutogradError, ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
        return row  # what has no graph has no cause
    return replace(row, cause=cause)


def _as_value(number: Number) -> Any:
    """A constant as the float that it is, a printed number as a Value that is called by it."""
    if number.unit is None and not number.text.lstrip("-").isdigit():
        return float(number.value)
    return Value(float(number.value), label=number.text)


class _FunctionsOfValues(dict[str, Any]):
    """The library's functions by name; ``e^x`` is exp."""

    def __missing__(self, name: str) -> Any:
        return getattr(autograd, name)


_FUNCTIONS_OF_VALUES = _FunctionsOfValues({"^": _power, "total": lambda *xs: autograd.total(xs)})
