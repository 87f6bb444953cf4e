"""The style of a JavaScript program, in the words of the live page's ``math`` and of the rules that it carries."""

from __future__ import annotations

import math
from typing import Any

from ..forms import ATOM, NEGATION, Form
from ..primitives import Primitive
from .symbols import Symbol
from .writing import Style

__all__ = ["JAVASCRIPT", "WORDS", "is_called"]

# What a program's `math` has, as autograd.numeric has it for Python; what is made of these is called by its rule.
WORDS = frozenset({
    "div", "pow", "abs", "exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tanh", "normal_cdf",
    "step", "sign", "maximum", "minimum", "where", "total", "softmax", "log_softmax", "logsumexp",
})  # fmt: skip
_OPERATORS = frozenset({"add", "sub", "mul", "neg"})


def is_called(primitive: Primitive) -> bool:
    """Is the operation written as a call of its own rule, and not by an operator or a word?"""
    return primitive.name not in _OPERATORS and primitive.name not in WORDS


def _form(primitive: Primitive) -> Form:
    name = primitive.name
    if name == "neg":
        return Form("-{0}", NEGATION, (ATOM,))  # --x would be another operation
    if name in _OPERATORS:
        return primitive.python
    called = f"rules.{name}" if is_called(primitive) else f"math.{name}"
    if primitive.arity:
        places = range(primitive.arity)
        return Form(f"{called}({', '.join([f'{{{place}}}' for place in places])})", ATOM, (0,) * primitive.arity)
    return Form(f"{called}([{{0}}])" + (f"[{primitive.index}]" if primitive.index >= 0 else ""), ATOM, (0,))


def _number(number: Any, digits: int) -> tuple[str, int]:
    number = float(number)
    text = repr(number) if math.isfinite(number) else "NaN" if number != number else f"{'-' * (number < 0)}Infinity"
    return text.removesuffix(".0"), NEGATION if text.startswith("-") else ATOM


def _name(symbol: Symbol) -> str:
    return symbol.name


JAVASCRIPT = Style(_form, _name, _number, subtracts=False)
