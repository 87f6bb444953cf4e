"""The hand mode: a graph worked out again with every intermediate rounded, as a person does.

>>> x = Value(0.7, label="x")
>>> a = x.sigmoid()
>>> a.label = "a"
>>> slope = a * (1 - a)
>>> slope.label = "slope"
>>> print(round_by_hand(slope, decimals=1))
                              by hand         float64
a                                 0.7    0.6681877722
t₁ = 1 - a                        0.3    0.3318122278
slope                             0.2    0.2217128733
∂slope/∂t₁                        0.7    0.6681877722
∂slope/∂a = 0.3 + 0.7 · (-1)     -0.4   -0.3363755443  <
∂slope/∂x = -0.4 · 0.2           -0.1  -0.07457878844
rounded to 1 decimal as one goes, which shows first in ∂slope/∂a

Each factor stands as it was rounded, the partials too: 0.2 is 0.7 · (1 - 0.7) to one decimal.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal
from typing import Any

from .. import arguments
from ..arithmetic import Arithmetic
from ..errors import DomainError, KindError
from ..graph import leaves, topological_order
from ..interpret import apply, evaluate, partials_at, pull_back
from ..notation import Names, columns, formula, padded, printable, write
from ..primitives import lookup
from ..value import Value

__all__ = ["ByHand", "Rounded", "in_floats", "round_by_hand", "rounding", "to_float32", "written_to"]


# --- ways to round -----------------------------------------------------------------------------------


_WIDE = Context(prec=50)  # whatever precision the user's own Decimals are worked out in


def rounding(digits: int, significant: bool = False, cut: bool = False) -> Callable[[float], float]:
    """To so many decimals, or significant digits; half away from zero, as at school, or cut.

    >>> rounding(2)(0.125), rounding(2, cut=True)(0.129), rounding(2, significant=True)(1234.0)
    (0.13, 0.12, 1200.0)
    """
    how = ROUND_DOWN if cut else ROUND_HALF_UP

    def rounded(number: float) -> float:
        # Fifteen digits first: 0.67 * 0.33 is 0.22110000000000002 to a float, and 0.2211 to a person.
        decimal = Decimal(f"{number:.15g}")
        if not decimal.is_finite() or not decimal:
            return number
        last = decimal.adjusted() - digits + 1 if significant else -digits
        if decimal.adjusted() >= last + 25:
            return number
        return float(decimal.quantize(Decimal(1).scaleb(last), how, _WIDE))

    return rounded


def written_to(digits: int, significant: bool = False) -> Callable[[float], str]:
    """How a number so rounded is written on paper: with the zeros that say how far it was rounded.

    >>> written_to(3)(0.24), written_to(3, significant=True)(0.05), written_to(2, significant=True)(1200.0)
    ('0.240', '0.0500', '1200')
    """

    def text(number: float) -> str:
        decimal = Decimal(f"{number:.15g}")
        if not decimal.is_finite() or abs(decimal.adjusted()) > 15:
            return f"{number:.10g}"
        places = max(digits - 1 - decimal.adjusted(), 0) if significant else digits
        return f"{decimal:.{places}f}"

    return text


def to_float32(number: float) -> float:
    """The nearest 32-bit float.

    >>> to_float32(0.1)
    0.10000000149011612
    """
    return struct.unpack("f", struct.pack("f", number))[0]


class Rounded(Arithmetic):
    """A number that rounds the result of whatever is done with it: the kind of number of a calculation by hand.

    With ``in_steps`` a composite is evaluated in its elementary operations, each of them rounded.
    """

    __slots__ = ("number", "how", "in_steps")

    def __init__(self, number: float, how: Callable[[float], float], in_steps: bool = False) -> None:
        self.number = number
        self.how = how
        self.in_steps = in_steps

    def _apply(self, name: Any, *operands: Any) -> Any:
        row = lookup(name)
        steps = row.textbook or row.decomposition
        if self.in_steps and steps is not None:
            return steps([x if isinstance(x, Rounded) else Rounded(x, self.how, True) for x in operands])
        return Rounded(self.how(float(apply(row, [_number(x) for x in operands]))), self.how, self.in_steps)


def _number(operand: Any) -> Any:
    return operand.number if isinstance(operand, Rounded) else operand


def _calculated(
    order: list[Value], how: Callable[[float], float], in_steps: bool
) -> tuple[dict[Value, Any], dict[Value, Any], dict[Value, list[tuple[Any, Any]]]]:
    """Data and cotangents with each result rounded, and the factors of each contribution, where those exist."""
    known = {leaf: in_floats(leaf.data) for leaf in leaves(order)}

    def rule(node: Value, operands: Any) -> Any:
        return Rounded(0.0, how, in_steps)._apply(_key(node), *[in_floats(x) for x in operands])

    found = evaluate(order, known, rule)
    factors: dict[Value, list[tuple[Any, Any]]] = {}

    def contributions(node: Value, cotangent: Any) -> Iterator[tuple[Value, Any, Any]]:
        assert node.primitive is not None
        operands = [found[x] if isinstance(x, Value) else in_floats(x) for x in node.operands]
        wanted = [isinstance(x, Value) for x in node.operands]
        for operand, partial in zip(node.operands, partials_at(node.primitive, found[node], operands, wanted)):
            if isinstance(operand, Value):
                factors.setdefault(operand, []).append((cotangent, partial))
                yield operand, partial, cotangent * partial

    try:
        return found, pull_back(order, {order[-1]: 1.0}, contributions), factors
    except (ArithmeticError, ValueError):  # a partial that does not exist: there is no gradient to compare
        return found, {}, {}


def _key(node: Value) -> Any:
    row = node.primitive
    assert row is not None
    return (row.name, row.index) if row.index >= 0 else row.name


def in_floats(number: Any) -> Any:
    """A number as a float, and what is rounded as it is: one has fewer digits by hand than any kind of number."""
    if isinstance(number, complex) or hasattr(number, "_mpc_"):
        raise KindError(f"{number!r} is complex; a calculation is rounded in real numbers")
    return number if isinstance(number, Rounded) or type(number) is int else float(number)


# --- beside the exact values ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the comparison: what it is, by hand, in full floats, and whether rounding at the end differs.

    ``text`` is ``by_hand`` as on paper, and ``working`` the sum of products that it is, of a gradient, with
    each factor as it was rounded.
    """

    node: Value
    name: str
    by_hand: float
    exact: float
    differs: bool
    text: str
    working: str = ""


class ByHand:
    """A graph worked out with rounding, beside the same in full floats. The graph itself is as it was.

    ``value`` is the root by hand, ``data`` and ``grad`` map each node to its number and its gradient
    by hand (no gradients where a partial does not exist); ``rows`` are the lines of the table, and
    ``first`` the first one where rounding as one goes gives another figure than rounding at the end.
    """

    def __init__(
        self,
        root: Value,
        how: Callable[[float], float],
        written: Callable[[float], str],
        method: str,
        in_steps: bool,
    ) -> None:
        order = topological_order(root)
        try:
            (known, found, terms), (full, exact, _) = (
                _calculated(order, how, in_steps),
                _calculated(order, float, False),
            )
        except (ArithmeticError, ValueError) as error:
            raise DomainError(
                f"round_by_hand: {method}, an operand leaves the domain of its operation ({error}); keep more digits"
            ) from error
        if not exact:
            found = {}
        self.method = method
        self.data = {node: _number(known[node]) for node in order}
        self.grad = {node: _number(cotangent) for node, cotangent in found.items()}
        self.value = self.data[root]
        names = Names.under(root)
        self.rows = []
        for node in order:
            if node.op:
                self.rows.append(_row(node, _described(node, names), known[node], full[node], how, written))
        for node in reversed(order):
            if node in found and node is not root:
                name, working = f"∂{names[root]}/∂{names[node]}", _working(terms[node], written)
                self.rows.append(_row(node, name, found[node], exact[node], how, written, working))
        self.first = next((row for row in self.rows if row.differs), None)

    def __str__(self) -> str:
        lines = [("", "by hand", "float64")]
        for row in self.rows:
            name = f"{row.name} = {row.working}" if row.working else row.name
            lines.append((name, row.text, f"{row.exact:.10g}"))
        widths = [max(columns(line[place]) for line in lines) for place in range(3)]
        marks = ["", *("  <" if row.differs else "" for row in self.rows)]
        table = [
            f"{padded(name, widths[0])}  {by_hand:>{widths[1]}}  {exact:>{widths[2]}}{mark}"
            for (name, by_hand, exact), mark in zip(lines, marks)
        ]
        shows = f"shows first in {self.first.name}" if self.first else "does not show"
        return printable("\n".join([*table, f"{self.method} as one goes, which {shows}"]))

    __repr__ = __str__


def _row(
    node: Value,
    name: str,
    by_hand: Any,
    exact: Any,
    how: Callable[[float], float],
    written: Callable[[float], str],
    working: str = "",
) -> Row:
    # a partial that is a given number is handed on with all its digits: nothing was rounded there
    number, exact, text = _number(by_hand), float(_number(exact)), _as_on_paper(by_hand, written)
    differs = number not in (how(exact), exact)
    return Row(node, name, number, exact, differs, text, working if working != text else "")


def _as_on_paper(number: Any, written: Callable[[float], str]) -> str:
    """What was rounded with its zeros, and what was given as it was given."""
    return written(number.number) if isinstance(number, Rounded) else f"{number:.10g}"


_MOST_TERMS = 5


def _working(terms: list[tuple[Any, Any]], written: Callable[[float], str]) -> str:
    """The contributions, each cotangent · partial, added up in the order in which they were."""
    products = []
    for factors in terms:
        shown = [_as_on_paper(factor, written) for factor in factors if isinstance(factor, Rounded) or factor != 1]
        products.append(" · ".join([*shown[:1], *(f"({x})" if x.startswith("-") else x for x in shown[1:])]) or "1")
    if len(products) > _MOST_TERMS:
        products = [*products[:3], "…", products[-1]]
    return " + ".join(products).replace("+ -", "- ")


def _described(node: Value, names: Names) -> str:
    return names[node] if names.known_as(node) else f"{names[node]} = {write(formula(node, names))}"


def round_by_hand(
    root: Value,
    *,
    decimals: int | None = None,
    significant: int | None = None,
    cut: bool = False,
    in_steps: bool = False,
) -> ByHand:
    """The graph under ``root`` with each result rounded to ``decimals``, or to ``significant`` digits.

    >>> w = Value(0.3456, label="w")
    >>> y = w * w + w
    >>> y.label = "y"
    >>> round_by_hand(y, decimals=1).value, y.data
    (0.4, 0.46503936)

    With ``cut`` the digits after the last one are dropped; with ``in_steps`` a weighted sum or a
    softmax is rounded at each of its operations, and not only at its end. Give one of the two numbers
    of digits, a whole number; anything else raises KindError. Raises DomainError where rounding leaves
    the domain of an operation: 0.004 to two decimals has no logarithm.
    """
    arguments.value(root, "round_by_hand: root")
    if (decimals is None) == (significant is None):
        raise KindError("round_by_hand: give one of decimals= and significant=")
    digits = decimals if significant is None else significant
    if type(digits) is not int or not (significant is not None) <= digits <= 15:
        raise KindError(f"round_by_hand: {digits!r} digits; give a whole number up to 15")
    how = rounding(digits, significant is not None, cut)
    unit = f"{'decimal' if significant is None else 'significant digit'}{'s' * (digits != 1)}"
    written = written_to(digits, significant is not None)
    return ByHand(root, how, written, f"{'cut after' if cut else 'rounded to'} {digits} {unit}", in_steps)
