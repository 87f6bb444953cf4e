"""The mistakes that are often made at one step of a hand calculation, and the number that each of them gives.

>>> from autograd import Value
>>> from autograd.practice.questions import questions
>>> x = Value(2.0, "x")
>>> y = x ** 3; y.label = "y"
>>> value, gradient = questions(y)
>>> for cause, number in mistakes(gradient, {y: 1.0}):
...     print(number, cause)
-12.0 sign reversed
4.0 the factor 3 left out
24.0 the exponent not lowered
8.0 x³ itself, in place of its derivative
1.0 the gradient that arrives, without the partial
12.0 the partial alone, without the gradient that arrives
13.0 the partial added to the gradient that arrives, not multiplied
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial as bound
from itertools import pairwise
from typing import Any

from .. import numeric
from ..errors import AutogradError
from ..graph import is_activation
from ..notation import Names, formula, write
from ..primitives import Primitive, lookup
from ..value import Undefined, Value, contributions
from ..weighted import split_weighted_sum
from .questions import Question

__all__ = ["misprints", "mistakes"]

Mistake = tuple[str, Any]
_FEWEST_TO_EXCHANGE = 3  # digits of an answer
_OTHERS = ("sigmoid", "tanh", "relu")  # taken for each other


def mistakes(question: Question, cotangents: Mapping[Value, Any], names: Names | None = None) -> Iterator[Mistake]:
    """Each as (what was done, the number that it gives), those that are most often made first."""
    names = Names.under(question.node) if names is None else names
    yield "sign reversed", -question.expected
    if question.kind == "value":
        yield from _of_value(question.node)
    elif question.through is None:
        yield from _of_sum(question.node, cotangents)
    else:
        yield from _of_partial(question, question.through, cotangents[question.through], names)


def misprints(number: Any, text: str) -> Iterator[Mistake]:
    """A number's digits with the point at another place, or in another order, as the answer has them."""
    expected = float(number)
    for power in (1, 2, 3):
        yield "the decimal point shifted", expected * 10**power
        yield "the decimal point shifted", expected / 10**power
    decimals = len(text.lower().partition("e")[0].partition(".")[2])
    right = f"{expected:.{decimals}f}"
    if "e" in text.lower() or len(right.replace(".", "").lstrip("-0")) < _FEWEST_TO_EXCHANGE:
        return
    for place, (first, second) in enumerate(pairwise(right)):
        if first.isdigit() and second.isdigit() and first != second:
            swapped = right[:place] + second + first + right[place + 2 :]
            if float(swapped) == float(text):
                yield f"two digits exchanged, {swapped} for {right}", float(swapped)


# --- a value ---


def _of_value(node: Value) -> Iterator[Mistake]:
    row = node.primitive
    assert row is not None
    numbers = [operand.data if isinstance(operand, Value) else operand for operand in node.operands]
    if node.op == "weighted_sum":
        yield from _of_weighted_sum(numbers, node.data)
    elif node.op == "total":
        yield from (("one of the terms left out", node.data - number) for number in numbers)
        yield f"the mean over {len(numbers)} in place of the sum", node.data / len(numbers)
    elif len(numbers) == 1 or is_activation(node):
        yield from _of_function(node, row, numbers)
    elif row.arity == 2:
        yield from _of_arithmetic(node.op, *numbers)


def _of_weighted_sum(numbers: list[Any], right: Any) -> Iterator[Mistake]:
    weights, inputs, bias = split_weighted_sum(numbers)
    if bias:
        yield "the bias left out", right - bias
        yield "the bias subtracted", right - 2 * bias
        yield "the bias added twice", right + bias
    for weight, x in zip(weights, inputs):
        yield "one of the products left out", right - weight * x
    for weight, x in zip(weights, inputs):
        yield "the sign of one of the products reversed", right - 2 * weight * x
    if len(weights) == 2:
        yield "each weight multiplied by the other's input", weights[0] * inputs[1] + weights[1] * inputs[0] + bias
    yield "the inputs added without their weights", sum(inputs) + bias


def _of_function(node: Value, row: Primitive, numbers: list[Any]) -> Iterator[Mistake]:
    yield f"{row.name} left out", numbers[0]
    if node.partials and not isinstance(node.partials[0], Undefined):
        yield f"the derivative of {row.name}, in place of {row.name}", node.partials[0]
    yield from _attempted("the sign of what is under it reversed", lambda: row.rule(-numbers[0], *numbers[1:]))
    for other in _OTHERS:
        if other != row.name and row.activation:
            yield from _attempted(f"{other} in place of {row.name}", bound(lookup(other).rule, numbers[0]))


def _of_arithmetic(op: str, left: Any, right: Any) -> Iterator[Mistake]:
    ways = {
        "added": lambda: left + right,
        "subtracted": lambda: left - right,
        "multiplied": lambda: left * right,
        "divided": lambda: left / right,
    }
    done = {"add": "added", "sub": "subtracted", "mul": "multiplied", "div": "divided"}.get(op)
    if op == "pow":
        yield from _attempted(f"multiplied by {right}, in place of the power {right}", ways["multiplied"])
        yield "the power left out", left
    for way, result in ways.items():
        if done is not None and way != done:
            yield from _attempted(f"{way}, where it is to be {done}", result)
    if op == "div":
        yield "the division left out", left


# --- a gradient that comes on several ways ---


def _of_sum(node: Value, cotangents: Mapping[Value, Any]) -> Iterator[Mistake]:
    ways = []
    for user, cotangent in cotangents.items():
        terms = [term for operand, _, term in contributions(user, cotangent) if operand is node]
        if terms:
            ways.append(sum(terms))
    for way in ways:
        yield "only one of the ways through which it comes", way
    if len(ways) > 2:
        for way in ways:
            yield "one of the ways through which it comes left out", sum(ways) - way
    if len(ways) == 2:
        yield "the ways subtracted, where they are to be added", ways[0] - ways[1]
        yield "the ways subtracted, where they are to be added", ways[1] - ways[0]
    product = 1
    for way in ways:
        product *= way
    yield "the ways multiplied, where they are to be added", product
    yield "the mean of the ways, in place of their sum", sum(ways) / len(ways)


# --- a partial, a contribution, a gradient that comes on one way ---


def _of_partial(question: Question, through: Value, arrives: Any, names: Names) -> Iterator[Mistake]:
    node, row = question.node, through.primitive
    assert row is not None
    factor = numeric.like(arrives, 1) if question.kind == "partial" else arrives
    partials = [None if isinstance(part, Undefined) else part for part in through.partials]
    own = sum(part for operand, part in zip(through.operands, partials) if operand is node and part is not None)
    if is_activation(through):
        yield f"the derivative of {through.op} left out", factor
    yield from ((cause, factor * number) for cause, number in _of_rule(through, row, names))
    places = [place for place, operand in enumerate(through.operands) if operand is node]
    if len(places) > 1:
        yield from (("only one of the ways through which it comes", factor * partials[place]) for place in places)
    others = [place for place, x in enumerate(through.operands) if isinstance(x, Value) and x is not node]
    for place in others:
        if partials[place] is not None:
            which = "the other operand" if len(through.operands) == 2 else names[through.operands[place]]
            yield f"the partial with respect to {which}", factor * partials[place]
    if row.name == "log_softmax" and len(places) == 1 and places[0] == row.index:
        yield "the probability itself, without the 1 of the true class", factor * (own - 1)
    if question.kind == "partial":
        return
    yield "the gradient that arrives, without the partial", arrives
    yield "the partial alone, without the gradient that arrives", own
    yield "the partial added to the gradient that arrives, not multiplied", arrives + own


def _of_rule(through: Value, row: Primitive, names: Names) -> Iterator[Mistake]:
    """What is often written for a derivative."""
    numbers = [operand.data if isinstance(operand, Value) else operand for operand in through.operands]
    if row.name == "pow" and not isinstance(through.operands[1], Value):
        base, exponent = numbers
        yield from _attempted(f"the factor {exponent:g} left out", lambda: base ** (exponent - 1))
        yield from _attempted("the exponent not lowered", lambda: exponent * base**exponent)
    if row.arity == 1 and row.name != "neg":
        derivative = row.partials[0]
        if is_activation(through):
            yield from _attempted(
                f"the derivative of {row.name} taken at the output, not at what is under it",
                lambda: derivative(row.rule(through.data), through.data),
            )
            yield from _attempted(
                f"the derivative of {row.name} with what is under it in place of its output",
                lambda: derivative(numbers[0], numbers[0]),
            )
    if row.name == "sigmoid":
        yield "1 - σ, in place of σ · (1 - σ)", 1 - through.data
        yield "σ · (1 + σ), in place of σ · (1 - σ)", through.data * (1 + through.data)
    if row.name == "tanh":
        yield "1 - tanh, in place of 1 - tanh²", 1 - through.data
    if row.name == "log":
        yield "the number itself, in place of one divided by it", numbers[0]
    if row.activation or row.name in ("pow", "log", "sqrt"):
        yield f"{write(formula(through, names))} itself, in place of its derivative", through.data


def _attempted(cause: str, work: Any) -> Iterator[Mistake]:
    """The mistake, unless it leads out of the domain of an operation."""
    try:
        yield cause, numeric.as_number(work())
    except (AutogradError, ArithmeticError, ValueError, TypeError):
        return
