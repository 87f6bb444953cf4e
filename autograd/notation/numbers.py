"""A number as text: the one way in which every reader shows one."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

from .. import kinds
from ..value import Undefined

__all__ = ["is_complex", "is_exact", "show"]


def show(number: Any, digits: int = 4) -> str:
    """A number to ``digits`` decimals, and never fewer significant digits than that.

    >>> show(0.66818777), show(0.7), show(0.0334567), show(0.00001234567), show(-2.0)
    ('0.6682', '0.7', '0.03346', '1.235e-05', '-2')

    So nothing small is shown as 0. A number that needs no more digits is shown as it is, and a number
    that is rounded keeps its zeros: 0.7000 is not 0.7. But for the last bits of a float, which no hand
    calculation has:

    >>> show(0.70001, 4), show(0.1 + 0.2, 4), show(0.1 + 0.2, 17)
    ('0.7000', '0.3', '0.30000000000000004')
    """
    if type(number) is not float:
        number = _as_decimal(number, digits)
        if isinstance(number, str):
            return number
    if isinstance(number, Decimal) and not number.is_finite():
        number = math.nan if number.is_nan() else float(number)
    if isinstance(number, float) and not math.isfinite(number):
        return str(float(number))
    if number == 0:
        return "0"
    short = _shortest(number, digits).normalize()
    size = int(f"{number:.{max(digits - 1, 0)}e}".split("e")[1])  # the power of ten of the first digit
    decimals = -int(short.as_tuple().exponent)
    significant, plain = len(short.as_tuple().digits), -5 < size < 16
    if plain and (significant <= digits or decimals <= digits):
        return f"{short:f}"
    if significant <= digits:
        return _scientific(short, significant - 1)
    if plain:
        return f"{number:.{max(digits, digits - 1 - size)}f}"
    return _scientific(number, digits - 1)


def _as_decimal(number: Any, digits: int) -> float | Decimal | str:
    """A number of another kind as a float or a Decimal; or as text, where it is not shown in decimals."""
    if isinstance(number, Fraction):
        short = max(abs(number.numerator), number.denominator) < 10 ** (2 * digits + 2)
        if short and len(str(number)) <= 2 * digits + 2:
            return str(number)
        return Decimal(number.numerator) / Decimal(number.denominator)
    if isinstance(number, int):
        return str(number) if abs(number) < 10**15 else Decimal(number)
    if isinstance(number, (float, Decimal)):
        return number
    if isinstance(number, Undefined):
        return repr(number)
    if is_complex(number):
        real, imaginary = (show(part, digits) for part in (number.real, number.imag))
        return f"({real}{'' if imaginary.startswith('-') else '+'}{imaginary}j)" if number.real else f"{imaginary}j"
    if kinds.is_mpmath(number):
        text = str(number)
        # beyond the floats, and the Decimals too
        return text if len(text.partition("e")[2]) > 6 else Decimal(text)
    try:
        return float(number)
    except (TypeError, OverflowError):  # a formula of SymPy
        return str(number)


_CERTAIN = 14  # significant digits of a float that a few roundings leave as they are


def _shortest(number: float | Decimal, digits: int) -> Decimal:
    """The number as a Decimal: of a float the shortest that tells it, or is it but for its last bits."""
    if isinstance(number, Decimal):
        return number
    if digits < _CERTAIN:
        near = Decimal(f"{number:.{_CERTAIN - 1}e}").normalize()
        if len(near.as_tuple().digits) < _CERTAIN - 2:
            return near
    return Decimal(repr(number))


def _scientific(number: Any, decimals: int) -> str:
    mantissa, exponent = f"{number:.{decimals}e}".split("e")
    return f"{mantissa}e{int(exponent):+03d}"


def is_exact(number: Any, digits: int = 4) -> bool:
    """Is the number what ``show`` shows, without rounding?

    >>> is_exact(0.3), is_exact(0.1 + 0.2)
    (True, False)
    """
    if type(number) is float:
        return number != number or float(show(number, digits)) == number
    if is_complex(number):
        return is_exact(number.real, digits) and is_exact(number.imag, digits)
    text = show(number, digits)
    if isinstance(number, (int, Fraction)):
        return Fraction(text) == number
    if text.lstrip("-") in _LIMITS or text == str(number):  # nothing but its own text: nan, a formula
        return True
    if kinds.is_symbolic(number):
        return bool((number - Fraction(text)).is_zero)
    return float(text) == number if isinstance(number, float) else Decimal(text) == Decimal(str(number))


def is_complex(number: Any) -> bool:
    return isinstance(number, complex) or type(number).__name__ == "mpc"


_LIMITS = ("inf", "nan")
