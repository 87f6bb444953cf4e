"""The vocabulary of the rules: functions for any kind of number, float first.

>>> from fractions import Fraction
>>> from autograd import Value
>>> relu(-2.0), relu(Fraction(1, 3)), relu(Value(3.0))
(0.0, Fraction(1, 3), Value(data=3.0, grad=0.0))

A rule of the table (:mod:`autograd.primitives`) is written in these functions and in Python's
operators, and in nothing else. Whatever such a rule is run on, it works:

- a float takes the first branch of a function, and costs one type check;
- another plain number takes the function of its own kind (:mod:`autograd.kinds`). Fractions are exact
  through ``+ - * /``, whole powers and everything that compares; exp, log, sqrt, sin, cos, tanh,
  sigmoid, softplus, Φ and what is made of them leave the rationals: they give a float, and an
  InexactWarning (the table says ``rational=True`` of the others). Decimals stay Decimals, to the
  precision of their context;
- a :class:`Recorder` (a ``Value``, a symbol, a slot of a trace) records the operation.

What is made of others is written once, branch-free, as a formula that runs on all of these (``where``
in place of ``if``): :data:`FORMULAS` has them by name, for who has no such function of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from types import FunctionType
from typing import Any

from . import decimals, kinds
from .errors import KindError, ShapeError
from .messages import given, quoted

__all__ = [
    "FORMULAS",
    "Number",
    "Recorder",
    "absolute",
    "all_of_one_kind",
    "as_number",
    "cos",
    "elu",
    "exp",
    "expm1",
    "formula_with",
    "gelu",
    "leaky_relu",
    "like",
    "log",
    "log1p",
    "log_softmax",
    "logsumexp",
    "maximum",
    "minimum",
    "normal_cdf",
    "normal_density_at_zero",
    "number_of",
    "of_one_kind",
    "place_of_largest",
    "power",
    "relu",
    "sigmoid",
    "sign",
    "sin",
    "softmax",
    "softplus",
    "sqrt",
    "step",
    "tanh",
    "total",
    "weighted_sum",
    "where",
    "zero",
]

Number = Any  # a float, an int, a Fraction, a Decimal …: whatever has the arithmetic operators


class Recorder:
    """What records the operations done to it instead of doing them: a Value, a symbol, a slot of a trace.

    ``_apply(name, *operands)`` is asked with the name of the primitive (for one result of a softmax: its
    name and an index) and the operands in order. The operators are those of :mod:`autograd.arithmetic`.
    """

    __slots__ = ()

    def _apply(self, name: str | tuple[str, int], *operands: Any) -> Any:
        raise NotImplementedError  # pragma: no cover - each subclass has its own

    def _apply_family(self, name: str, operands: Sequence[Any]) -> list[Any]:
        """The whole list for softmax and log_softmax, whose rows differ by an index only."""
        return [self._apply((name, index), *operands) for index in range(len(operands))]


# --- numbers -------------------------------------------------------------------------------------


def as_number(number: Any, what: str = "data") -> Number:
    """The number itself, checked: a NumPy scalar becomes the Python number that it holds.

    >>> as_number(2.0), as_number(Fraction(1, 3))
    (2.0, Fraction(1, 3))

    Raises KindError (a TypeError) for a bool, a string, None, a list and anything else that is not
    one number; ``what`` names the place in the message.
    """
    kind = type(number)
    if kind is float or kind is int or kind is Fraction or kind is Decimal or kind is complex:
        return number
    if kinds.is_mpmath(number):
        return +number if kind.__name__ == "constant" else number  # mpmath.pi: to the present precision
    if kinds.is_symbolic(number):
        return number
    if hasattr(number, "dtype") and getattr(number, "ndim", None) == 0:
        if getattr(number.dtype, "char", "") in ("g", "G"):  # a long double, whose item is itself
            return float(number) if number.dtype.char == "g" else complex(number)
        item = number.item()
        if type(item) in (float, int, complex):
            return item
        number = item
    if isinstance(number, (float, int, Fraction, Decimal, complex)) and not isinstance(number, bool):
        return number
    raise KindError(
        f"{what} is {given(number)}, and must be one number: a float, an int, a Fraction or a Decimal"
    )


def like(model: Number, number: Number) -> Number:
    """``number`` in the kind of ``model``; a float where the model is a float or an int.

    >>> like(Fraction(1, 3), 1), like(2, 1)
    (Fraction(1, 1), 1.0)
    """
    if isinstance(model, (float, int)):
        return float(number)
    if kinds.is_symbolic(model):
        return model * 0 + number  # a Symbol is a kind of its own
    for kind in (Fraction, Decimal, complex):
        if isinstance(model, kind):  # also of a subclass, whose constructor may take something else
            return kind(number)
    return type(model)(number)


def zero(model: Number) -> Number:
    """Zero in the kind of ``model``: 0.0 for a float or an int, Fraction(0) for a Fraction."""
    return 0.0 if type(model) is float else like(model, 0)


def of_one_kind(x: Number, y: Number) -> tuple[Number, Number]:
    """Both numbers, a whole number in the kind of the other: 7 beside a Fraction is Fraction(7, 1).

    Otherwise a rule such as 1 / y would leave the kind: 1 / 7 is a float.
    """
    if type(x) is float or type(y) is float:
        return x, y
    if isinstance(x, int) and _takes_in_whole_numbers(y):
        return like(y, x), y
    if isinstance(y, int) and _takes_in_whole_numbers(x):
        return x, like(x, y)
    return x, y


def _takes_in_whole_numbers(x: Number) -> bool:
    return isinstance(x, (Fraction, Decimal)) or kinds.is_symbolic(x)


def all_of_one_kind(numbers: Sequence[Number]) -> Sequence[Number]:
    """The numbers, the whole ones among them in the kind of the others, as for :func:`of_one_kind`."""
    model = next(filter(_takes_in_whole_numbers, numbers), None)
    if model is None:
        return numbers
    return [like(model, number) if isinstance(number, int) else number for number in numbers]


# --- functions of one number ---------------------------------------------------------------------


def _other_kind(name: str, x: Any, formula: Callable[..., Any] | None = None) -> Any:
    """The function ``name`` of an operand that is not a float; ``formula`` is its definition, if math has none."""
    if isinstance(x, Recorder):
        return x._apply(name, x)
    return kinds.evaluate(name, as_number(x, f"the operand of {name}"), formula)


def exp(x: Any) -> Any:
    """e to the power x."""
    return math.exp(x) if type(x) is float else _other_kind("exp", x)


def expm1(x: Any) -> Any:
    """exp(x) - 1, without the cancellation near 0."""
    return math.expm1(x) if type(x) is float else _other_kind("expm1", x)


def log(x: Any) -> Any:
    """The natural logarithm of x > 0."""
    return math.log(x) if type(x) is float else _other_kind("log", x)


def log1p(x: Any) -> Any:
    """log(1 + x), without the cancellation near 0."""
    return math.log1p(x) if type(x) is float else _other_kind("log1p", x)


def sqrt(x: Any) -> Any:
    """The square root of x >= 0."""
    return math.sqrt(x) if type(x) is float else _other_kind("sqrt", x)


def sin(x: Any) -> Any:
    """The sine of x, in radians."""
    return math.sin(x) if type(x) is float else _other_kind("sin", x)


def cos(x: Any) -> Any:
    """The cosine of x, in radians."""
    return math.cos(x) if type(x) is float else _other_kind("cos", x)


def tanh(x: Any) -> Any:
    """The hyperbolic tangent of x."""
    return math.tanh(x) if type(x) is float else _other_kind("tanh", x)


def sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x)), for every float x without overflow."""
    return _sigmoid(x) if type(x) is float else _other_kind("sigmoid", x, _sigmoid)


def _sigmoid(x: Any) -> Any:
    small = exp(-absolute(x))  # exp(-x) would overflow below -709
    return where(x, 1, small) / (1 + small)


def softplus(x: Any) -> Any:
    """log(1 + exp(x)), for every float x without overflow."""
    return _softplus(x) if type(x) is float else _other_kind("softplus", x, _softplus)


def _softplus(x: Any) -> Any:
    return where(x, x, 0) + log1p(exp(-absolute(x)))


_SQRT_HALF = math.sqrt(0.5)


def normal_cdf(x: Any) -> Any:
    """Φ(x), the distribution function of the standard normal law."""
    return _normal_cdf(x) if type(x) is float else _other_kind("normal_cdf", x, _normal_cdf)


def _normal_cdf(x: float) -> float:
    return 0.5 * math.erfc(-x * _SQRT_HALF)


def normal_density_at_zero(x: Any) -> Any:
    """1 / √(2π), in the kind of ``x``, or of the data of a Value ``x``."""
    x = number_of(x)
    if isinstance(x, Decimal):
        return decimals.normal_density_at_zero()
    if kinds.is_symbolic(x) or kinds.is_mpmath(x):
        return kinds.evaluate("normal_density_at_zero", x)
    return 0.3989422804014327


def number_of(x: Any) -> Any:
    """The data of a Value; for what has none, itself."""
    return getattr(x, "data", x) if isinstance(x, Recorder) else x


def gelu(x: Any) -> Any:
    """x · Φ(x), exact (Hendrycks and Gimpel, 2016), not its tanh approximation."""
    return _gelu(x) if type(x) is float else _other_kind("gelu", x, _gelu)


def _gelu(x: Any) -> Any:
    probability = normal_cdf(x)
    return where(probability, x, -1) * probability  # not -inf · 0


# --- functions with a kink -------------------------------------------------------------------------


def where(condition: Any, x: Any, y: Any) -> Any:
    """``y`` where ``condition`` <= 0, else ``x``; both are computed, so that no branch is lost in a record.

    >>> where(3.0, 1.0, 2.0), where(0.0, 1.0, 2.0)
    (1.0, 2.0)
    """
    if type(condition) is float and not isinstance(x, Recorder) and not isinstance(y, Recorder):
        return y if condition <= 0.0 else x
    for operand in (condition, x, y):
        if isinstance(operand, Recorder):
            return operand._apply("where", condition, x, y)
    kinds.demand_order("where", condition)
    if kinds.is_symbolic(condition):
        return kinds.piecewise(condition, x, y)
    result, other = (y, x) if condition <= 0 else (x, y)
    return like(other, result) if isinstance(result, int) and not isinstance(other, int) else result


def relu(x: Any) -> Any:
    """x where x > 0, else 0; nan stays nan."""
    if type(x) is float:
        return 0.0 if x <= 0.0 else x  # the formula, at the speed of a network's inner loop
    if isinstance(x, Recorder):
        return x._apply("relu", x)
    kinds.demand_order("relu", as_number(x, "the operand of relu"))
    return kinds.of_symbols("relu", x) if kinds.is_symbolic(x) else _relu(as_number(x))


def _relu(x: Any) -> Any:
    return where(x, x, 0)


def step(x: Any) -> Any:
    """1 where x > 0, else 0: the derivative of relu, with 0 at the kink."""
    if type(x) is float:
        return 1.0 if x > 0.0 else 0.0
    if isinstance(x, Recorder):
        return x._apply("step", x)
    kinds.demand_order("step", as_number(x, "the operand of step"))
    return kinds.of_symbols("step", x) if kinds.is_symbolic(x) else like(x, 1 if x > 0 else 0)


def sign(x: Any) -> Any:
    """-1, 0 or 1: the derivative of abs, with 0 at the kink."""
    if type(x) is float:
        return 1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0
    if isinstance(x, Recorder):
        return x._apply("sign", x)
    kinds.demand_order("sign", as_number(x, "the operand of sign"))
    return kinds.of_symbols("sign", x) if kinds.is_symbolic(x) else like(x, (x > 0) - (x < 0))


def absolute(x: Any) -> Any:
    """|x|. Refused for complex numbers, where it has no derivative."""
    if not (type(x) is float or isinstance(x, Recorder)):
        kinds.demand_order("abs", as_number(x, "the operand of abs"))
    return abs(x)


def maximum(x: Any, y: Any) -> Any:
    """The greater of two numbers, the first at a tie (as Python's max); nan if one of them is."""
    if isinstance(x, Recorder):
        return x._apply("maximum", x, y)
    if isinstance(y, Recorder):
        return y._apply("maximum", x, y)
    if type(x) is not float or type(y) is not float:
        x, y = _ordered("maximum", x, y)
        if kinds.is_symbolic(x) or kinds.is_symbolic(y):
            return kinds.of_symbols("maximum", x, y)
    return x if x >= y or x != x else y


def minimum(x: Any, y: Any) -> Any:
    """The smaller of two numbers, the first at a tie (as Python's min); nan if one of them is."""
    if isinstance(x, Recorder):
        return x._apply("minimum", x, y)
    if isinstance(y, Recorder):
        return y._apply("minimum", x, y)
    if type(x) is not float or type(y) is not float:
        x, y = _ordered("minimum", x, y)
        if kinds.is_symbolic(x) or kinds.is_symbolic(y):
            return kinds.of_symbols("minimum", x, y)
    return x if x <= y or x != x else y


def _ordered(name: str, x: Any, y: Any) -> tuple[Any, Any]:
    """Two operands in one kind; raises where they have no order."""
    x, y = as_number(x, f"an operand of {name}"), as_number(y, f"an operand of {name}")
    kinds.demand_order(name, x, y)
    return of_one_kind(x, y)


def leaky_relu(x: Any, slope: Any = 0.01) -> Any:
    """x where x > 0, else slope · x. Beside a Fraction or a Decimal a float slope is the decimal that it prints as."""
    return _with_parameter("leaky_relu", x, slope)


def _leaky_relu(x: Any, slope: Any) -> Any:
    return where(x, x, slope * x)


def elu(x: Any, alpha: Any = 1.0) -> Any:
    """x where x > 0, else alpha · (exp(x) - 1) (Clevert et al., 2015); a float alpha as leaky_relu's slope."""
    return _with_parameter("elu", x, alpha)


def _elu(x: Any, alpha: Any) -> Any:
    return where(x, x, alpha * expm1(where(x, 0, x)))  # where x > 0, exp(x) might overflow


FORMULAS: dict[str, Callable[..., Any]] = {
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "gelu": _gelu,
    "relu": _relu,
    "leaky_relu": _leaky_relu,
    "elu": _elu,
}


def formula_with(name: str, words: dict[str, Any]) -> Callable[..., Any]:
    """A formula on functions of another kind, by their names: where, exp, absolute, …

    >>> told = formula_with("leaky_relu", {"where": lambda condition, x, y: f"{x} where {condition} > 0, else {y}"})
    >>> told(2, 3)
    '2 where 2 > 0, else 6'
    """
    formula = FORMULAS[name]
    assert isinstance(formula, FunctionType)
    return FunctionType(formula.__code__, words, name)


def _with_parameter(name: str, x: Any, parameter: Any) -> Any:
    parameter = _parameter(parameter, x)
    for operand in (x, parameter):
        if isinstance(operand, Recorder):
            return operand._apply(name, x, parameter)
    if type(x) is not float or type(parameter) is not float:
        x, parameter = _ordered(name, x, parameter)
    return FORMULAS[name](x, parameter)


def _parameter(parameter: Any, x: Any) -> Any:
    """A float parameter in the kind of ``x`` where that is exact, so that 0.01 is 1/100 for a Fraction."""
    if type(parameter) is float:
        x = number_of(x)
        if isinstance(x, (Fraction, Decimal)):
            return type(x)(repr(parameter))
        if kinds.is_symbolic(x) and parameter.is_integer():
            return int(parameter)
    return parameter


# --- powers --------------------------------------------------------------------------------------

_LARGEST_POWER = 10_000_000  # bits of a whole number or a Fraction: above it takes seconds, or all memory


def power(x: Any, y: Any) -> Any:
    """x ** y, where the result is of the operands' own kind, and x ** 0 is 1 for every x.

    Raises ValueError where Python would leave the reals: a negative base to a fractional power.
    """
    if type(x) is not float:
        if isinstance(x, Decimal) and not x:
            return _power_of_zero(x, y)
        if isinstance(x, complex) and not isinstance(y, complex) and float(y).is_integer() and abs(y) <= 1024:
            return _whole_power(x, int(y))
        if isinstance(x, (int, Fraction)) and isinstance(y, (int, Fraction)):
            bits = max(x.numerator.bit_length(), x.denominator.bit_length()) - 1
            if y != int(y):
                kinds.warn_of_inexactness("a power with a fractional exponent")
            elif bits * abs(int(y)) > _LARGEST_POWER:
                raise OverflowError("the power is too long a number")
    result = x**y
    if _is_complex(result) and not (_is_complex(x) or _is_complex(y)):
        raise ValueError("a negative number to a fractional power is not real")
    return result


def _is_complex(x: Any) -> bool:
    return type(x) is complex or type(x).__name__ == "mpc"


def _power_of_zero(x: Decimal, y: Any) -> Any:
    """Of the Decimal 0, which says Infinity below an exponent of 0, and nothing at 0."""
    if not isinstance(y, (int, Decimal)):
        raise TypeError("a Decimal to a power of another kind")
    if y < 0:
        raise ZeroDivisionError("0 to a negative power")
    return x**y if y else type(x)(1)


def _whole_power(z: complex, n: int) -> complex:
    """By squaring: Python's own goes through the angle, whose rounding hides a small imaginary part."""
    result, square, left = 1 + 0j, z, abs(n)
    while left:
        if left & 1:
            result *= square
        square *= square
        left >>= 1
    return result if n >= 0 else 1 / result


# --- functions of many numbers -------------------------------------------------------------------


def _listed(name: str, values: Any) -> tuple[Any, ...]:
    try:
        return tuple(values)
    except TypeError:
        raise KindError(f"{name}: {given(values)} is no sequence of numbers; write [x] for a single one") from None


def _recorder(values: Sequence[Any]) -> Recorder | None:
    """The first operand that records what is done to it, if there is one."""
    for value in values:
        if isinstance(value, Recorder):
            return value
    return None


def total(values: Sequence[Any]) -> Any:
    """The sum of all values, added from left to right; 0 for none.

    A loop, because Python's ``sum`` compensates its rounding from 3.12 on and not before.
    """
    values = _listed("total", values)
    recorder = _recorder(values)
    if recorder is not None:
        return recorder._apply("total", *values)
    result = values[0] if values else 0
    for value in values[1:]:
        result = result + value
    return result


def weighted_sum(weights: Sequence[Any], inputs: Sequence[Any], bias: Any = 0) -> Any:
    """Σ wᵢxᵢ + b as one node: the products added from left to right, the bias last.

    >>> weighted_sum([0.2, 0.4], [1.0, 0.5], 0.1)
    0.5

    Raises ShapeError (a ValueError) that names both lengths where they differ.
    """
    weights, inputs = _listed("weighted_sum", weights), _listed("weighted_sum", inputs)
    if len(weights) != len(inputs):
        raise ShapeError(
            f"weighted_sum: {len(weights)} weights for {len(inputs)} inputs; give one weight for each input"
        )
    recorder = _recorder((*weights, *inputs, bias))
    if recorder is not None:
        return recorder._apply("weighted_sum", *weights, *inputs, bias)
    return dot(weights, inputs) + bias if weights else bias


def dot(weights: Sequence[Any], inputs: Sequence[Any]) -> Any:
    """w₁x₁ + w₂x₂ + … from left to right, of two sequences that are as long as each other."""
    pairs = zip(weights, inputs)
    weight, x = next(pairs)
    result = weight * x
    for weight, x in pairs:
        result = result + weight * x
    return result


def place_of_largest(values: Sequence[Any]) -> int | None:
    """The place of the largest value, the first of equals; None of symbols, which have no order."""
    if not values:
        raise ShapeError("logsumexp and softmax take at least one number; got none")
    try:
        return max(range(len(values)), key=values.__getitem__)
    except TypeError:
        if any([kinds.is_symbolic(value) for value in values]):
            return None
        return max(range(len(values)), key=lambda place: kinds.real_part(values[place]))


def _with_largest(values: tuple[Any, ...]) -> tuple[tuple[Any, ...], int | None]:
    """The values and the place of the largest; where that is a whole number, or there is none, in one kind."""
    place = place_of_largest(values)
    if place is None or isinstance(values[place], int):  # otherwise the difference from it takes its kind
        values = tuple(all_of_one_kind(values))
    return values, place


def logsumexp(values: Sequence[Any]) -> Any:
    """log Σ exp(xᵢ), with the largest value taken out so that nothing overflows."""
    values = _listed("logsumexp", values)
    recorder = _recorder(values)
    if recorder is not None:
        return recorder._apply("logsumexp", *values)
    values, place = _with_largest(values)
    if place is None:
        return log(total([exp(value) for value in values]))
    largest = values[place]
    if largest in (math.inf, -math.inf):  # where a difference from it would be inf - inf
        return total([value for value in values if value == largest or value != value])
    return largest + _log_of_rest(values, place)


def _log_of_rest(values: Sequence[Any], place: int) -> Any:
    """log Σ exp(xᵢ - m), m the largest: by log1p of all but the largest, which loses no digits near 0."""
    rest = [exp(value - values[place]) for index, value in enumerate(values) if index != place]
    return log1p(total(rest))


def softmax(values: Sequence[Any]) -> list[Any]:
    """exp(xᵢ - m) / Σ exp(xⱼ - m), m the largest value: the same numbers, without overflow.

    >>> softmax([1000.0, 1000.0])
    [0.5, 0.5]
    """
    values = _listed("softmax", values)
    recorder = _recorder(values)
    if recorder is not None:
        return recorder._apply_family("softmax", values)
    values, place = _with_largest(values)
    exponentials = [exp(value if place is None else value - values[place]) for value in values]
    denominator = total(exponentials)
    return [exponential / denominator for exponential in exponentials]


def log_softmax(values: Sequence[Any], index: int | None = None) -> Any:
    """log softmax(x)ᵢ = (xᵢ - m) - log Σ exp(xⱼ - m), right where the probability itself underflows.

    With an ``index``, as for a loss, that one alone, and of Values no node for the others.

    >>> log_softmax([0.0, 0.0], 1)
    -0.6931471805599453
    """
    values = _listed("log_softmax", values)
    if index is not None and index not in range(len(values)):
        raise ShapeError(f"log_softmax: the index is {quoted(index)}, and must be one of 0 to {len(values) - 1}")
    recorder = _recorder(values)
    if recorder is not None:
        if index is not None:
            return recorder._apply(("log_softmax", index), *values)
        return recorder._apply_family("log_softmax", values)
    every = _log_softmax(values)
    return every if index is None else every[index]


def _log_softmax(values: tuple[Any, ...]) -> list[Any]:
    values, place = _with_largest(values)
    if place is None:
        logarithm = logsumexp(values)
        return [value - logarithm for value in values]
    largest, rest = values[place], _log_of_rest(values, place)
    return [(value - largest) - rest for value in values]
