"""Arithmetic with bounds: what a formula can be, where its printed operands were rounded.

>>> third = Interval.of(Decimal("0.33"), Decimal("0.005"))
>>> three_thirds = third * Interval.of(Decimal(3))
>>> print(three_thirds.low.normalize(), three_thirds.high.normalize())
0.975 1.005

The ends are Decimals of fifty digits, and after each step they are moved apart by more than that
step can have been rounded: no number that the formula can be is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow, localcontext
from typing import Any

from ... import decimals, numeric

__all__ = ["FUNCTIONS", "Interval", "OutOfRange", "bounded"]

_DIGITS = 50
_SLACK = Decimal("1e-45")  # relative: a step is exact to more digits than that
_LARGEST_POWER = 4_000  # decimal exponents beyond this are in no document
_LARGEST_ANGLE = Decimal(10) ** 6
_LARGEST_FACTORIAL = 170


class OutOfRange(ArithmeticError):
    """A step that has no result here: a division by zero, a number too large."""


def bounded(work: Callable[[], Any]) -> Any:
    """Do ``work`` with fifty digits; whatever has no result, or too large a one, is an OutOfRange."""
    context = Context(
        prec=_DIGITS, Emax=_LARGEST_POWER, Emin=-_LARGEST_POWER, traps=[InvalidOperation, DivisionByZero, Overflow]
    )
    with localcontext(context):
        try:
            return work()
        except (ArithmeticError, ValueError) as error:
            raise OutOfRange(str(error)) from None


@dataclass(frozen=True, slots=True)
class Interval:
    """All the numbers from ``low`` to ``high``."""

    low: Decimal
    high: Decimal

    @classmethod
    def of(cls, number: Decimal, radius: Decimal = Decimal(0)) -> Interval:
        return cls(number - radius, number + radius)

    @property
    def middle(self) -> Decimal:
        return (self.low + self.high) / 2

    @property
    def radius(self) -> Decimal:
        return (self.high - self.low) / 2

    def __add__(self, other: Interval) -> Interval:
        return _outward(self.low + other.low, self.high + other.high)

    def __neg__(self) -> Interval:
        return Interval(-self.high, -self.low)

    def __sub__(self, other: Interval) -> Interval:
        return self + -other

    def __mul__(self, other: Interval) -> Interval:
        ends = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return _outward(min(ends), max(ends))

    def __truediv__(self, other: Interval) -> Interval:
        if other.low <= 0 <= other.high:
            raise OutOfRange("a division by what may be zero")
        ends = [a / b for a in (self.low, self.high) for b in (other.low, other.high)]
        return _outward(min(ends), max(ends))

    def __pow__(self, power: Interval) -> Interval:
        if power.low == power.high and power.low == power.low.to_integral_value():
            return self._whole_power(int(power.low))
        if self.low <= 0:
            if self.high <= 0:
                raise OutOfRange("a broken power of a number that is not above zero")
            return Interval(Decimal(0), max(self.high**end for end in (power.low, power.high)))
        return exp(power * ln(self))

    def _whole_power(self, n: int) -> Interval:
        if n < 0:
            return Interval.of(Decimal(1)) / self._whole_power(-n)
        ends = [self.low**n if self.low or n else Decimal(1), self.high**n if self.high or n else Decimal(1)]
        if n % 2 == 0 and self.low < 0 < self.high:
            return _outward(Decimal(0), max(ends))
        return _outward(min(ends), max(ends))


def _outward(low: Decimal, high: Decimal) -> Interval:
    if low == high and len(low.as_tuple().digits) < _DIGITS:
        return Interval(low, high)  # it was not rounded
    return Interval(low - abs(low) * _SLACK, high + abs(high) * _SLACK)


# --- functions -------------------------------------------------------------------------------------------


def _rising(function: Callable[[Decimal], Decimal]) -> Callable[[Interval], Interval]:
    return lambda x: _apart(function(x.low), function(x.high))


def _apart(low: Decimal, high: Decimal) -> Interval:
    return Interval(low - abs(low) * _SLACK, high + abs(high) * _SLACK)


def _steep(function: Callable[[Decimal], Decimal], steepest: Decimal) -> Callable[[Interval], Interval]:
    """Of a function that rises and falls, but nowhere faster than ``steepest``."""

    def bounds(x: Interval) -> Interval:
        if abs(x.middle) > _LARGEST_ANGLE:
            raise OutOfRange("too large an angle")
        at, off = function(x.middle), x.radius * steepest
        return _apart(at - off, at + off)

    return bounds


exp = _rising(lambda x: x.exp())
_log = _rising(lambda x: x.ln())


def ln(x: Interval) -> Interval:
    if x.high <= 0:
        raise OutOfRange("the logarithm of a number that is not above zero")
    if x.low <= 0:
        raise OutOfRange("the logarithm of what may be zero")
    return _log(x)


def _log_to_base(base: int) -> Callable[[Interval], Interval]:
    return lambda x: ln(x) / ln(Interval.of(Decimal(base)))


def _absolute(x: Interval) -> Interval:
    if x.low <= 0 <= x.high:
        return Interval(Decimal(0), max(-x.low, x.high))
    return x if x.low > 0 else -x


def _factorial(x: Interval) -> Interval:
    n = x.low
    if n != x.high or n != n.to_integral_value() or not 0 <= n <= _LARGEST_FACTORIAL:
        raise OutOfRange("no factorial")
    result = Decimal(1)
    for factor in range(2, int(n) + 1):
        result *= factor
    return _outward(result, result)


def _whole(x: Interval) -> Interval:
    return Interval(x.low.to_integral_value("ROUND_FLOOR"), x.high.to_integral_value("ROUND_FLOOR"))


def _floored(x: Interval, y: Interval) -> Interval:
    return _whole(x / y)


def _remainder(x: Interval, y: Interval) -> Interval:
    if x.low != x.high or y.low != y.high:
        raise OutOfRange("a remainder of a rounded number")
    return x - y * _whole(x / y)


def _maximum(*xs: Interval) -> Interval:
    return Interval(max(x.low for x in xs), max(x.high for x in xs))


def _minimum(*xs: Interval) -> Interval:
    return Interval(min(x.low for x in xs), min(x.high for x in xs))


def _total(*xs: Interval) -> Interval:
    result = xs[0]
    for x in xs[1:]:
        result = result + x
    return result


def _mean(*xs: Interval) -> Interval:
    return _total(*xs) / Interval.of(Decimal(len(xs)))


def _sigmoid_slope(x: Interval) -> Interval:
    s = FUNCTIONS["sigmoid"](x)
    return s * (Interval.of(Decimal(1)) - s)


def _tanh_slope(x: Interval) -> Interval:
    t = FUNCTIONS["tanh"](x)
    return Interval.of(Decimal(1)) - t * t


def _sqrt(x: Interval) -> Interval:
    if x.high < 0:
        raise OutOfRange("the square root of a negative number")
    return _apart(max(x.low, Decimal(0)).sqrt(), x.high.sqrt())


def _tan(x: Interval) -> Interval:
    return FUNCTIONS["sin"](x) / FUNCTIONS["cos"](x)


_ONE = Decimal(1)

# By the name that the table of primitives has for it, where it has one.
FUNCTIONS: dict[str, Callable[..., Interval]] = {
    "exp": exp,
    "log": ln,
    "log10": _log_to_base(10),
    "log2": _log_to_base(2),
    "sqrt": _sqrt,
    "sin": _steep(decimals.sin, _ONE),
    "cos": _steep(decimals.cos, _ONE),
    "tan": _tan,
    "tanh": _rising(decimals.tanh),
    "sigmoid": _rising(numeric.sigmoid),
    "softplus": _rising(numeric.softplus),
    "relu": _rising(lambda x: max(x, Decimal(0))),
    "leaky_relu": _rising(numeric.leaky_relu),
    "elu": _rising(numeric.elu),
    "gelu": _steep(numeric.gelu, Decimal("1.13")),
    "abs": _absolute,
    "floor": _whole,
    "//": _floored,
    "mod": _remainder,
    "factorial": _factorial,
    "maximum": _maximum,
    "minimum": _minimum,
    "total": _total,
    "mean": _mean,
    "sigmoid_slope": _sigmoid_slope,
    "tanh_slope": _tanh_slope,
}


def softmax(xs: Sequence[Interval]) -> list[Interval]:
    """Each share with bounds of its own: largest where it is large and the others are small."""
    low, high = [exp(Interval.of(x.low)) for x in xs], [exp(Interval.of(x.high)) for x in xs]

    def share(own: list[Interval], others: list[Interval], place: int) -> Interval:
        return own[place] / _total(own[place], *(x for at, x in enumerate(others) if at != place))

    return [
        Interval(share(low, high, place).low, share(high, low, place).high) for place in range(len(xs))
    ]
