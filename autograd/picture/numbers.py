"""Numbers as a picture shows them: short, and never a small one as 0.

>>> shown(0.66818777, 4), shown(0.25, 4), shown(3e-9, 4), shown(0, 4)
('0.6682', '0.25', '3e-09', '0')
"""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

__all__ = ["shown"]

_LONGEST = 12  # characters of a whole number or of a fraction's half that are shown in full
_LONGEST_BITS = 64  # no number of more bits is as short; and Python does not write out the largest ones


def shown(number: Any, digits: int) -> str:
    """``number`` to ``digits`` decimals, or in scientific notation where those would lose it.

    Zeros at the end stay where digits were rounded away, and only there: 0.5 is one half, 0.5000 is
    near it. A Fraction stays a fraction, and a whole number whole, while they are short.

    >>> shown(0.5, 4), shown(0.50000001, 4)
    ('0.5', '0.5000')
    >>> shown(Fraction(1, 3), 4), shown(10**9, 4), shown(123456789.5, 4)
    ('1/3', '1000000000', '1.2346e+08')
    """
    if isinstance(number, int | Fraction):
        if max(number.numerator.bit_length(), number.denominator.bit_length()) <= _LONGEST_BITS:
            text = str(number)
            if max(map(len, text.split("/"))) <= _LONGEST:
                return text
        number = _as_decimal(number)
    if isinstance(number, complex):
        return f"{number:.{digits}g}"
    if not isinstance(number, float | Decimal):
        return str(number)  # a partial that does not exist
    if not (number.is_finite() if isinstance(number, Decimal) else math.isfinite(number)):
        return str(float(number))
    if number == 0:
        return "0"
    if 10 ** -max(digits - 1, 1) <= abs(float(number)) < 10**7:
        return _without_zeros(number, f"{number:.{digits}f}")
    text = f"{number:.{digits}e}"
    mantissa, _, exponent = text.partition("e")
    return f"{_without_zeros(number, mantissa, text)}e{exponent}"


def _as_decimal(number: int | Fraction) -> Decimal:
    """A whole number or a fraction that may be beyond every float."""
    return Decimal(number.numerator) / Decimal(number.denominator)


def _without_zeros(number: float | Decimal, text: str, whole: str = "") -> str:
    """``text`` without zeros at its end, where it (or ``whole``, of which it is a part) is the number itself."""
    if "." not in text or type(number)(whole or text) != number:
        return text
    return text.rstrip("0").rstrip(".")
