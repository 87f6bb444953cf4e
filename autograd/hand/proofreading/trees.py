"""A formula that was read: numbers, operations, lists; written again, and worked out with bounds.

>>> tree = Operation("*", (Number("1.10", Fraction(11, 10), Fraction(1, 100)), Number("2", Fraction(2), None)))
>>> write(tree), float(bounds(tree).middle), float(bounds(tree, rounded=True).high)
('1.10 × 2', 2.2, 2.22)
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import islice, zip_longest
from typing import Any

from .intervals import FUNCTIONS, Interval, softmax

__all__ = [
    "List", "Number", "Operation", "ShapeMismatch", "Symbol", "Tree",
    "bounds", "elements", "evaluate", "numbers", "write",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Number:
    """A printed number; ``unit`` is what its last digit is worth, None where it is a whole number, or a constant."""

    text: str
    value: Fraction
    unit: Fraction | None
    start: int = 0
    cut: bool = False  # followed by dots


@dataclass(frozen=True, slots=True)
class Operation:
    name: str
    operands: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class List:
    items: tuple[Any, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        if self.items and all(isinstance(item, List) for item in self.items):
            return len(self.items), *self.items[0].shape
        return (len(self.items),)


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name, as it is written; in the formulas of a draft only."""

    tokens: tuple[Any, ...]


Tree = Number | Operation | List | Symbol


class ShapeMismatch(ValueError):
    """Lists that cannot be added, or multiplied, as they are."""


# --- writing -----------------------------------------------------------------------------------------------

_SIGNS = {
    "+": (1, " + "), "-": (1, " − "), "*": (2, " × "), "/": (2, " / "), "//": (2, " // "), "mod": (2, " mod "),
    "neg": (3, "−"), "^": (4, "^"),
}  # fmt: skip
_SHORT = {"sigmoid": "σ", "log": "ln", "sqrt": "√", "sigmoid_slope": "σ′", "maximum": "max", "minimum": "min"}


def write(tree: Tree, least: int = 0) -> str:
    """The formula on one line; parentheses where something binds less tightly than what is around it."""
    if isinstance(tree, Number):
        text = (f"−{tree.text[1:]}" if tree.text.startswith("-") else tree.text) + "…" * tree.cut
        return f"({text})" if least >= 4 and text.startswith("−") else text
    if isinstance(tree, List):
        return f"[{', '.join(write(item) for item in tree.items)}]"
    if isinstance(tree, Symbol):
        return "".join(str(getattr(token, "text", token)) for token in tree.tokens)
    if tree.name == "softmax" and isinstance(tree.operands[0], int):
        place, *xs = tree.operands
        return f"softmax({', '.join(write(x) for x in xs)})[{place}]"
    if tree.name not in _SIGNS:
        return f"{_SHORT.get(tree.name, tree.name)}({', '.join(write(operand) for operand in tree.operands)})"
    level, sign = _SIGNS[tree.name]
    if tree.name == "neg":
        text = sign + write(tree.operands[0], level)
    else:
        left, right = tree.operands
        right_level = level + (tree.name not in "+*") if tree.name != "^" else level
        text = write(left, level + (tree.name == "^")) + sign + write(right, right_level)
    return f"({text})" if level < least else text


def numbers(tree: Tree) -> Iterator[Number]:
    """Every number in it, from left to right."""
    if isinstance(tree, Number):
        yield tree
    elif isinstance(tree, List | Operation):
        for below in tree.items if isinstance(tree, List) else tree.operands:
            yield from numbers(below)


# --- working out --------------------------------------------------------------------------------------------


def evaluate(tree: Tree, leaf: Callable[[Number], Any], functions: Any) -> Any:
    """The formula over any kind of number that ``leaf`` makes of a printed one."""
    if isinstance(tree, Number):
        return leaf(tree)
    if isinstance(tree, List):
        raise ShapeMismatch("a list where a number is needed")
    if isinstance(tree, Symbol):
        raise ShapeMismatch("a name where a number is needed")
    if tree.name == "softmax":
        place, *rest = tree.operands
        return functions["softmax"]([evaluate(operand, leaf, functions) for operand in rest])[place]
    operands = [evaluate(operand, leaf, functions) for operand in tree.operands]
    if tree.name == "neg":
        return -operands[0]
    if tree.name in _ARITHMETIC and tree.name not in functions:
        return _ARITHMETIC[tree.name](*operands)
    return functions[tree.name](*operands)


_ARITHMETIC = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "^": operator.pow
}  # fmt: skip
_SLACK = Decimal("1e-45")
_WITH_BOUNDS = {**FUNCTIONS, "softmax": softmax}


def bounds(tree: Tree, rounded: bool = False, exact: Set[Fraction] = frozenset()) -> Interval:
    """What the formula is: of its numbers as printed, or ``rounded`` of whatever these may be rounded or cut from.

    The numbers in ``exact`` are given ones, which nobody has rounded.
    """

    def leaf(number: Number) -> Interval:
        value = Decimal(number.value.numerator) / Decimal(number.value.denominator)
        if not rounded or number.unit is None or number.value in exact:
            return Interval.of(value) if Fraction(value) == number.value else Interval.of(value, abs(value) * _SLACK)
        unit = Decimal(number.unit.numerator) / Decimal(number.unit.denominator)
        half = unit / 2  # where it was rounded; where it was cut, it is up to a whole unit farther from zero
        return Interval(value - half, value + unit) if value >= 0 else Interval(value - unit, value + half)

    return evaluate(tree, leaf, _WITH_BOUNDS)


# --- lists: every element a formula of its own ---------------------------------------------------------------


def elements(tree: Tree, elementwise: bool = False) -> Tree:
    """The formula with its lists worked out: a number's formula, or a list of such.

    A product of lists is that of matrices, unless it is to be ``elementwise``.

    Raises ShapeMismatch for lists that do not fit, and where a product of two could mean several things.
    """
    if isinstance(tree, Number | Symbol):
        return tree
    if isinstance(tree, List):
        return List(tuple(elements(item, elementwise) for item in tree.items))
    operands = [x if isinstance(x, int) else elements(x, elementwise) for x in tree.operands]
    if not any(isinstance(operand, List) for operand in operands):
        return _of_numbers(tree.name, operands)
    return _of_lists("⊙" if elementwise and tree.name == "*" else tree.name, operands)


def _of_numbers(name: str, operands: list[Any]) -> Tree:
    """An operation on numbers, which are their own transposes."""
    if name == "transpose":
        return operands[0]
    if name == "softmax" and len(operands) == 1:
        raise ShapeMismatch("a softmax of one number")
    return Operation("*" if name in ("@", "⊙") else name, tuple(operands))


def _of_lists(name: str, operands: list[Any]) -> Tree:
    if name == "transpose":
        return _transposed(operands[0])
    if name == "softmax" and len(operands) == 1:
        flat = _flat(operands[0])
        return List(tuple(Operation("softmax", (place, *flat)) for place in range(len(flat))))
    if name in ("total", "mean", "maximum", "minimum") and len(operands) == 1:
        return Operation(name, tuple(_flat(operands[0])))
    if len(operands) == 1:
        return _each(lambda x: Operation(name, (x,)), operands[0])
    left, right = operands
    if name == "⊙":
        return _pairwise("*", left, right)
    if name == "@" or (name == "*" and isinstance(left, List) and isinstance(right, List)):
        return _product(left, right)
    if name in "+-*/":
        return _pairwise(name, left, right)
    raise ShapeMismatch(f"{name} of lists")


def _each(change: Callable[[Tree], Tree], tree: Tree) -> Tree:
    return List(tuple(_each(change, item) for item in tree.items)) if isinstance(tree, List) else change(tree)


def _pairwise(name: str, left: Tree, right: Tree) -> Tree:
    if isinstance(left, List) and isinstance(right, List):
        if {len(left.shape), len(right.shape)} == {1, 2} and 1 in (left.shape[-1], right.shape[-1]):
            left, right = List(tuple(_flat(left))), List(tuple(_flat(right)))  # a list is as good as a column
        if left.shape != right.shape:
            raise ShapeMismatch(f"{left.shape} {name} {right.shape}")
        return List(tuple(_pairwise(name, a, b) for a, b in zip(left.items, right.items, strict=True)))
    if isinstance(left, List):
        return List(tuple(_pairwise(name, item, right) for item in left.items))
    if isinstance(right, List):
        return List(tuple(_pairwise(name, left, item) for item in right.items))
    return Operation(name, (left, right))


def _flat(tree: Tree) -> list[Any]:
    return [leaf for item in tree.items for leaf in _flat(item)] if isinstance(tree, List) else [tree]


def _transposed(tree: Tree) -> Tree:
    if not isinstance(tree, List):
        return tree
    if len(tree.shape) == 1:
        return tree  # a list within a line is a row or a column, as is needed
    return List(tuple(List(tuple(column)) for column in zip_longest(*(row.items for row in tree.items))))


def _product(left: Tree, right: Tree) -> Tree:
    """Of matrices and vectors; a flat list is a column, or a row where it stands on the left of a matrix."""
    if not isinstance(left, List) or not isinstance(right, List):
        return _pairwise("*", left, right)
    if len(left.shape) == 1 and len(right.shape) == 1:
        return _sum_of_products(left.items, right.items)
    rows = left.items if len(left.shape) == 2 else (left,)
    columns = [list(right.items)] if len(right.shape) == 1 else list(zip_longest(*(row.items for row in right.items)))
    result = tuple(tuple(_sum_of_products(row.items, column) for column in columns) for row in rows)
    if len(right.shape) == 1:
        return List(tuple(row[0] for row in result))
    if len(left.shape) == 1:
        return List(result[0])
    return List(tuple(List(row) for row in result))


_LARGEST = 2_000


def _size(tree: Tree) -> int:
    """How many numbers are in it."""
    return sum(1 for _ in islice(numbers(tree), _LARGEST))


def _sum_of_products(left: Any, right: Any) -> Tree:
    if len(left) != len(right) or None in left or None in right:
        raise ShapeMismatch(f"a product of {len(left)} and {len(right)}")
    if sum(_size(x) for x in (*left, *right)) > _LARGEST:
        raise ShapeMismatch("a product of many matrices")
    products = [Operation("*", pair) for pair in zip(left, right, strict=True)]
    result: Tree = products[0]
    for term in products[1:]:
        result = Operation("+", (result, term))
    return result
