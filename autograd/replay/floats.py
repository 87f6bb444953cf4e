"""What each recorded operation does to floats: the table's rules, without their other kinds of number.

A program of :attr:`Trace.source` carries the functions that it needs from here, so each stands on its
own: it uses ``math``, Python's operators, and other functions of this module. The formulas of the table
(:data:`autograd.numeric.FORMULAS`) are run as they stand there, on this module's functions. A test holds
each to the bits of the table's rule.
"""

import inspect
import re
from collections.abc import Callable
from math import cos, erfc, exp, expm1, inf, log, log1p, sin, sqrt, tanh
from typing import Any

from ..numeric import formula_with

__all__ = [
    "GuardFlipped",
    "cos",
    "elu",
    "exp",
    "expm1",
    "gelu",
    "leaky_relu",
    "log",
    "log1p",
    "log_softmax",
    "logsumexp",
    "maximum",
    "minimum",
    "normal_cdf",
    "power",
    "power_by_base",
    "power_by_exponent",
    "sigmoid",
    "sign",
    "sin",
    "softmax",
    "softplus",
    "sqrt",
    "tanh",
    "total",
    "weighted_sum",
    "where",
]


class GuardFlipped(Exception):
    """A comparison that the recorded function made comes out otherwise with these numbers."""


def normal_cdf(x: float) -> float:
    return 0.5 * erfc(-x * 0.7071067811865476)


def absolute(x: float) -> float:
    return abs(x)


def where(condition: float, x: float, y: float) -> float:
    return y if condition <= 0.0 else x


def sign(x: float) -> float:
    return 1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0


def maximum(x: float, y: float) -> float:
    return x if x >= y or x != x else y


def minimum(x: float, y: float) -> float:
    return x if x <= y or x != x else y


def power(x: float, y: float) -> float:
    result = x**y
    if type(result) is complex:
        raise ValueError("a negative number to a fractional power is not real")
    return result


def power_by_base(out: float, x: float, y: float) -> float:
    return y if y == 0.0 else y * power(x, y - 1.0)


def power_by_exponent(out: float, x: float, y: float) -> float:
    return out if x == 0.0 and y > 0.0 else out * log(x)


def total(values: list[float]) -> float:
    result = values[0]
    for value in values[1:]:
        result = result + value
    return result


def weighted_sum(weights: list[float], inputs: list[float], bias: float) -> float:
    pairs = zip(weights, inputs)
    weight, x = next(pairs)
    result = weight * x
    for weight, x in pairs:
        result += weight * x
    return result + bias


def softmax(values: list[float]) -> list[float]:
    largest = max(values)
    exponentials = [exp(value - largest) for value in values]
    denominator = total(exponentials)
    return [exponential / denominator for exponential in exponentials]


def log_of_rest(values: list[float]) -> float:
    place = values.index(max(values))
    rest = [exp(value - values[place]) for index, value in enumerate(values) if index != place]
    return log1p(total(rest) if rest else 0.0)


def logsumexp(values: list[float]) -> float:
    largest = max(values)
    if largest in (inf, -inf):
        return total([value for value in values if value == largest or value != value])
    return largest + log_of_rest(values)


def log_softmax(values: list[float]) -> list[float]:
    largest, rest = max(values), log_of_rest(values)
    return [(value - largest) - rest for value in values]


sigmoid = formula_with("sigmoid", globals())
softplus = formula_with("softplus", globals())
gelu = formula_with("gelu", globals())
leaky_relu = formula_with("leaky_relu", globals())
elu = formula_with("elu", globals())


def source_of(name: str, function: Callable[..., Any]) -> str:
    """How a function of this module is written in a program."""
    text = inspect.getsource(function).replace(": Any", "").replace(" -> Any", "")
    return re.sub(rf"^def _?{name}\b", f"def {name}", text)
