"""Expressions: names, and operations on names and numbers, made by running a row's rules on symbols."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any

from ..arithmetic import Arithmetic
from ..numeric import Number
from ..primitives import Primitive, lookup
from ..value import Undefined

__all__ = ["DOTS", "UNDEFINED", "Symbol", "operation", "product"]


class Symbol(Arithmetic):
    """A name, or an operation on symbols and numbers: an expression. It may know its number.

    >>> from autograd.notation import write
    >>> x = Symbol("x", 3.0)
    >>> y = x * x + 1
    >>> y.number, write(y)
    (10.0, 'x · x + 1')

    One without a name is written as its number. ``height`` counts the operations from here to the names,
    where a sum of many terms, or a product of many factors, is one.
    """

    __slots__ = ("name", "latex", "number", "primitive", "operands", "height", "probabilities")

    def __init__(self, name: str, number: Number | None = None, latex: str = "") -> None:
        self.name = name
        self.latex = latex
        self.number = number
        self.primitive: Primitive | None = None
        self.operands: tuple[Any, ...] = ()
        self.height = 0
        self.probabilities: list[Any] = []  # the softmax of an operation's operands, where it has names

    @property
    def data(self) -> Any:
        """The number, in whose kind a rule takes its constants; the symbol itself where it knows none."""
        return self if self.number is None else self.number

    def _apply(self, name: str | tuple[str, int], *operands: Any) -> Any:
        return _simplified(name, operands) or operation(lookup(name), operands)

    def _apply_family(self, name: str, operands: Sequence[Any]) -> Any:
        if name == "softmax" and self.probabilities:
            return self.probabilities
        return super()._apply_family(name, operands)

    def __repr__(self) -> str:
        return f"<symbol {self.name or self.primitive or self.number}>"


def operation(primitive: Primitive, operands: Iterable[Any], number: Number | None = None) -> Symbol:
    """The expression of one operation; its number is computed where none is given."""
    expression = Symbol("", number)
    expression.primitive = primitive
    expression.operands = operands = tuple(operands)
    expression.height = max((_height_above(primitive, place, x) for place, x in enumerate(operands)), default=1)
    if number is None:
        expression.number = _number_of(primitive, [x.number if isinstance(x, Symbol) else x for x in operands])
    return expression


# A sum of sums from left to right is one step of a hand calculation, and so is a product.
_CHAINS = {"add": ("add", "sub"), "sub": ("add", "sub"), "mul": ("mul",)}


def _height_above(primitive: Primitive, place: int, operand: Any) -> int:
    if not isinstance(operand, Symbol):
        return 1
    continues = place == 0 and operand.primitive and operand.primitive.name in _CHAINS.get(primitive.name, ())
    return operand.height + (0 if continues else 1)


def _number_of(primitive: Primitive, numbers: list[Any]) -> Number | None:
    if primitive.evaluate is not None or any(number is None or isinstance(number, Undefined) for number in numbers):
        return None
    try:
        return primitive.rule(numbers) if primitive.arity == 0 else primitive.rule(*numbers)
    except (ArithmeticError, ValueError, TypeError):
        return None


def _simplified(name: Any, operands: tuple[Any, ...]) -> Any:
    """What a person would not write out: x¹, 1 · x, -(x - y). The number stays the same to the last bit."""
    left, right = operands[0], operands[-1]
    if name == "pow" and not isinstance(right, Symbol) and right == 1:
        return left
    if name == "mul":
        for one, other in ((left, right), (right, left)):
            if type(one) is int and one in (1, -1):  # a rule's own 1; an operand's is a float, and stays
                return other if one == 1 else -other
    if name == "neg" and isinstance(left, Symbol) and left.primitive is not None:
        inner, below = left.primitive, left.operands
        if inner.name == "neg":
            return below[0]
        if inner.name == "sub":
            return operation(inner, reversed(below))
        if inner.name == "div" and not isinstance(below[0], Symbol):
            return operation(inner, (-below[0], below[1]))
    return None


def product(factors: Iterable[Any]) -> Any:
    """The factors side by side, without the parentheses of those that are products themselves.

    >>> from autograd.notation import write
    >>> x, y = Symbol("x", 2.0), Symbol("y", 5.0)
    >>> write(product([x, 1, y * (1 - y)]))
    'x · y · (1 - y)'
    """
    flat: list[Any] = []
    for factor in factors:
        chain = []
        while isinstance(factor, Symbol) and factor.primitive is not None and factor.primitive.name == "mul":
            factor, last = factor.operands
            chain.append(last)
        flat += [factor, *reversed(chain)]
    ones = [factor for factor in flat if type(factor) is int and factor in (1, -1)]
    others = [factor for factor in flat if not (type(factor) is int and factor in (1, -1))]
    sign = math.prod(ones)
    if not others:
        return sign
    if sign < 0:
        others[0] = -others[0]
    return reduce(lambda left, right: operation(lookup("mul"), (left, right)), others)


DOTS = Symbol("…", latex=r"\cdots")
UNDEFINED = Symbol("undefined", latex=r"\text{undefined}")
