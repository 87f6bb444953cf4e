"""The functions that the decimal module lacks, to the precision of the current context.

>>> from decimal import Decimal, localcontext
>>> with localcontext() as context:
...     context.prec = 40
...     print(tanh(Decimal("0.5")))
0.4621171572600097585023184836436725487303

Each is computed with guard digits, more of them where digits cancel, and rounded once at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, getcontext, localcontext

from .errors import DomainError

__all__ = ["cos", "expm1", "log1p", "normal_cdf", "normal_density_at_zero", "rounded_once", "sin", "tanh"]

_GUARD = 10
_LARGEST_ANGLE = 1_000  # digits before the point: reducing an angle takes as many digits of π


def rounded_once(function: Callable[[Decimal], Decimal]) -> Callable[[Decimal], Decimal]:
    """``function(x)``, run with guard digits, then rounded to the digits of the context."""

    def rounded(x: Decimal) -> Decimal:
        with localcontext() as context:
            context.prec += _GUARD
            result = function(x)
        return +result

    rounded.__name__ = rounded.__qualname__ = function.__name__
    rounded.__doc__ = function.__doc__
    return rounded


def _extra(amount: int) -> None:
    """Compute with ``amount`` digits more, until the end of the function."""
    if amount > 0:
        getcontext().prec += amount


@rounded_once
def expm1(x: Decimal) -> Decimal:
    """exp(x) - 1."""
    if not x or x.is_nan() or (x.is_finite() and x.adjusted() < -getcontext().prec):
        return x + x * x / 2 if x else x
    _extra(-x.adjusted() if x.is_finite() else 0)  # so many leading digits cancel
    return x.exp() - 1


@rounded_once
def log1p(x: Decimal) -> Decimal:
    """log(1 + x)."""
    if not x or (x.is_finite() and x.adjusted() < -getcontext().prec):
        return x - x * x / 2 if x else x
    if x == -1:
        raise ValueError("log1p of -1")
    _extra(-x.adjusted() if x.is_finite() else 0)  # 1 + x keeps what x has
    return (1 + x).ln()


@rounded_once
def tanh(x: Decimal) -> Decimal:
    """The hyperbolic tangent."""
    if not x:
        return x
    decay = expm1(-2 * abs(x))
    return (-decay / (2 + decay)).copy_sign(x)


# --- sine and cosine -------------------------------------------------------------------------------


def _pi() -> Decimal:
    """π by Machin's formula, 16 arctan(1/5) - 4 arctan(1/239)."""

    def arctan_of_inverse(n: int) -> Decimal:
        power = Decimal(1) / n
        result, k = power, 1
        while True:
            power /= -n * n
            k += 2
            following = result + power / k
            if following == result:
                return result
            result = following

    return 16 * arctan_of_inverse(5) - 4 * arctan_of_inverse(239)


def _sine_series(x: Decimal) -> Decimal:
    """x - x³/3! + x⁵/5! - …, for |x| <= π/4."""
    term, result, k = x, x, 1
    while True:
        term = -term * x * x / ((k + 1) * (k + 2))
        k += 2
        following = result + term
        if following == result:
            break
        result = following
    return result


def _of_angle(x: Decimal, quarters_ahead: int) -> Decimal:
    """sin(x + quarters_ahead · π/2)."""
    if not x.is_finite():
        raise ValueError("an angle must be finite")
    if x.adjusted() > _LARGEST_ANGLE:
        raise DomainError(f"the angle {x} is too large: its sine depends on its last digits; reduce it first")
    digits = getcontext().prec
    _extra(max(0, x.adjusted()) + 2)
    while True:
        half_pi = _pi() / 2
        quarters = (x / half_pi).to_integral_value()
        rest = x - quarters * half_pi
        # Near a multiple of π/2 digits cancel in the rest, perhaps all of them: take as many again.
        if not quarters or (rest and rest.adjusted() > x.adjusted() - getcontext().prec + digits):
            break
        _extra(getcontext().prec)
    place = (int(quarters % 4) + quarters_ahead) % 4
    if place % 2 == 0:
        result = _sine_series(rest)
    else:  # cos(r) = 1 - 2 sin²(r/2)
        half = _sine_series(rest / 2)
        result = 1 - 2 * half * half
    return -result if place >= 2 else result


@rounded_once
def sin(x: Decimal) -> Decimal:
    """The sine of an angle in radians."""
    return _of_angle(x, 0) if x else x


@rounded_once
def cos(x: Decimal) -> Decimal:
    """The cosine of an angle in radians."""
    return _of_angle(x, 1) if x else Decimal(1)


# --- the normal law --------------------------------------------------------------------------------


def normal_density_at_zero() -> Decimal:
    """1 / √(2π)."""
    with localcontext() as context:
        context.prec += _GUARD
        result = 1 / (2 * _pi()).sqrt()
    return +result


@rounded_once
def normal_cdf(x: Decimal) -> Decimal:
    """Φ(x): a series about 0, and further out the continued fraction of the tail."""
    if x.is_infinite():
        return Decimal(1 if x > 0 else 0)
    digits = getcontext().prec
    if abs(x) > 5 and x * x > digits:
        tail = _tail(abs(x), digits)
        return 1 - tail if x > 0 else tail
    # 1/2 + φ(x) (x + x³/3 + x⁵/(3·5) + …), whose terms have one sign (Marsaglia, 2004); below 0 the two
    # parts cancel down to about exp(-x²/2)
    _extra(int(x * x / 4) + 2)
    term, result, k = x, x, 1
    while True:
        k += 2
        term = term * x * x / k
        following = result + term
        if following == result:
            break
        result = following
    return Decimal("0.5") + result * _density(x)


def _density(x: Decimal) -> Decimal:
    return (-x * x / 2).exp() / (2 * _pi()).sqrt()


def _tail(x: Decimal, digits: int) -> Decimal:
    """φ(x) / (x + 1/(x + 2/(x + 3/(x + …)))), from the depth at which it no longer changes."""
    depth = 20 + int(Decimal(3 * digits * digits) / (x * x)) + digits
    fraction = x
    for k in range(depth, 0, -1):
        fraction = x + k / fraction
    return _density(x) / fraction
