"""A node as an expression: its operation, the partials by its operands, and its line of LaTeX."""

from __future__ import annotations

from functools import reduce
from typing import Any

from ..numeric import Number
from ..primitives import Primitive, lookup
from ..value import Undefined, Value
from ..weighted import split_weighted_sum
from .latex import LATEX
from .latex_names import latex_name
from .names import Names
from .numbers import is_exact
from .symbols import DOTS, UNDEFINED, Symbol, operation
from .writing import write

__all__ = ["Inlined", "equation", "formula", "partial"]

_LONGEST = 8  # operands; of more than that, the first three and the last are written


def formula(node: Value, names: Names) -> Any:
    """The operation of a node, as an expression of its operands.

    >>> x, y = Value(2.0, label="x"), Value(5.0, label="y")
    >>> write(formula(x * y + 1, Names()))
    't₁ + 1'

    A composite is written as a person writes it: w₁x₁ + w₂x₂ + b, or exp(x) / Σ exp(x).
    """
    primitive = node.primitive
    if primitive is None:
        return names.symbol(node)
    operands = [names.symbol(operand) for operand in node.operands]
    expression = None
    if primitive.name == "weighted_sum":
        expression = _weighted_sum(operands)
    elif len(operands) > _LONGEST:
        operands = [*operands[:3], DOTS, operands[-1]]
        expression = primitive.decomposition(operands) if primitive.name == "total" else None
    elif primitive.name == "total":
        expression = primitive.decomposition(operands)
    elif primitive.textbook is not None:
        _give_probabilities(operands, names.softmax(node, operands) if primitive.name == "log_softmax" else [])
        try:
            expression = primitive.textbook(operands)
        except ArithmeticError:  # an operand that is a bare number
            expression = None
        if isinstance(expression, Symbol) and expression.number is None:
            expression = None  # exp overflows where the softmax of the same numbers does not
    if not isinstance(expression, Symbol):
        return operation(primitive, operands, node.data)
    return _with_number(expression, node.data)


def _weighted_sum(operands: list[Any]) -> Symbol:
    weights, inputs, bias = split_weighted_sum(tuple(operands))
    terms = [operation(lookup("mul"), pair) for pair in zip(weights, inputs)]
    if len(terms) > _LONGEST:
        terms = [*terms[:3], DOTS, terms[-1]]
    if isinstance(bias, Symbol) or bias != 0 or not terms:
        terms.append(bias)
    return reduce(lambda left, right: operation(lookup("add"), (left, right)), terms)


def _give_probabilities(operands: list[Any], probabilities: list[Any]) -> None:
    for operand in operands:
        if isinstance(operand, Symbol):
            operand.probabilities = probabilities


def _with_number(expression: Symbol, number: Number) -> Symbol:
    """The expression, with the number that the node has: the one that the engine goes on with."""
    if expression.primitive is not None:
        expression.number = number
    return expression


def partial(node: Value, place: int, names: Names, out: Any = None) -> Any:
    """The partial of a node by its operand number ``place``: the row's rule on symbols.

    >>> x = Value(0.5, label="x")
    >>> y = x.tanh()
    >>> y.label = "y"
    >>> by_x = partial(y, 0, Names())
    >>> write(by_x), write(by_x, upto=0)
    ('1 - y · y', '1 - 0.4621 · 0.4621')

    ``out`` is what the rule takes as the result; without it, the name of the node. The expression's number
    is the partial that the node keeps.
    """
    primitive = node.primitive
    assert primitive is not None
    if primitive.name == "total":
        return 1
    if primitive.name == "weighted_sum":
        operands, count = node.operands, len(node.operands) // 2
        if place == len(operands) - 1:
            return 1
        return names.symbol(operands[place + count if place < count else place - count])
    kept = node.partials[place]
    if isinstance(kept, Undefined):
        return UNDEFINED
    if primitive.evaluate is not None:  # a call of a compiled function, which keeps the number only
        return kept
    symbols = [names.symbol(operand) for operand in node.operands]
    out = names.symbol(node) if out is None else out
    if primitive.arity:
        expression = primitive.partials[place](out, *symbols)
    else:
        _give_probabilities(symbols, names.softmax(node, symbols))
        expression = primitive.partials(out, symbols)[place]
    if isinstance(expression, Symbol):
        return _with_number(expression, kept)
    if type(expression) is int:
        return expression
    return _of_bare_numbers(primitive, place, symbols, out, kept)


def _of_bare_numbers(primitive: Primitive, place: int, operands: list[Any], out: Any, kept: Number) -> Any:
    """A partial of bare numbers alone: 1 / 3 of x / 3, as 0.3333 would not say whose; 0.5 of x / 2 as that number."""
    if primitive.arity == 0 or is_exact(kept):
        return kept
    named = [operand if isinstance(operand, Symbol) else Symbol("", operand) for operand in operands]
    expression = primitive.partials[place](out, *named)
    is_operation = isinstance(expression, Symbol) and expression.primitive is not None
    return _with_number(expression, kept) if is_operation else kept  # in the graph's own kind: 1/2 and not 0.5


class Inlined(Names):
    """The names of labelled nodes; an unlabelled one as its formula, down to a few operations, or its number."""

    def __init__(self, depth: int = 3) -> None:
        super().__init__()
        self._depth = depth

    def symbol(self, operand: Any) -> Any:
        if not isinstance(operand, Value) or self.known_as(operand):
            return super().symbol(operand)
        if not self._depth or not operand.op or len(operand.operands) > _LONGEST:
            return operand.data
        self._depth -= 1
        expression = formula(operand, self)
        self._depth += 1
        return expression


def equation(node: Value) -> str:
    r"""A node as one line of LaTeX: its name, its formula, its number, and its gradient where it has one.

    >>> x = Value(0.5, label="x")
    >>> y = (x * 2 + 1).tanh()
    >>> y.label = "y"
    >>> y.backward()
    >>> print(equation(y))
    $y = \tanh\left(x \cdot 2 + 1\right) \approx 0.9640,\quad \mathrm{grad} = 1$
    >>> print(equation(x))
    $x = 0.5,\quad \mathrm{grad} \approx 0.1413$
    """
    names = Inlined()
    known_as = names.known_as(node)
    parts = [latex_name(known_as)] if known_as else []
    if node.op:
        expression = formula(node, names)
        parts.append(write(expression, LATEX))
    known = [*parts[:-1], parts[-1] + _result(node.data)] if parts else [write(node.data, LATEX)]
    line = " = ".join(known)
    if node.grad:
        line += rf",\quad \mathrm{{grad}}{_result(node.grad)}"
    return f"${line}$"


def _result(number: Any) -> str:
    return rf" {'=' if is_exact(number) else chr(92) + 'approx'} {write(number, LATEX)}"
