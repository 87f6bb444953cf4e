"""An answer as it is typed, as one decimal figure; and what it agrees with.

>>> as_figure("−0.60"), as_figure("0.5 * 0.24"), as_figure("50%"), as_figure("1/3")
('-0.60', '0.120', '0.500', '0.333')
>>> agrees(0.120, "0.120"), agrees(0.598687, "0.598"), agrees(0.598687, "0.597")
(True, True, False)
"""

from __future__ import annotations

import math
import re
from typing import Any

from ..errors import AutogradError, FigureError
from ..hand import check
from ..stepping import Expression

__all__ = ["ENOUGH", "agrees", "as_figure", "is_enough", "tells"]

ENOUGH = 3  # significant digits of an answer, where the number has as many
_PLAIN = str.maketrans({"−": "-", "–": "-", "·": "*", "×": "*", "÷": "/", "^": "**"})
_SUPERSCRIPT = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_POWER_OF_TEN = re.compile(r"\s*[×·*]\s*10\s*(?:\^\s*([-−]?\d+)|([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))$")
_FIGURE = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)
_NOTHING = 1e-12  # what is less is what rounding left of a zero


def as_figure(answer: str) -> str:
    """The answer as one decimal number; arithmetic to as many digits as rounded operands leave.

    Raises FigureError, or another ValueError of the project, for what is no number.
    """
    plain = answer.strip().lstrip("=≈ ").rstrip()
    percent = plain.endswith("%")
    plain = plain.removesuffix("%").strip() if percent else _POWER_OF_TEN.sub(_exponent, plain)
    plain = plain.translate(_PLAIN)
    if _FIGURE.fullmatch(plain):
        if not math.isfinite(float(plain)):
            raise FigureError(f"{answer}: this is too large for a number")
        if not percent:
            return plain
        return f"{float(plain) / 100:#.{max(ENOUGH, _significant(plain))}g}"
    return f"{_of_arithmetic(plain, answer) / (100 if percent else 1):#.{ENOUGH}g}"


def _exponent(found: re.Match[str]) -> str:
    return "e" + (found[1] or found[2].translate(_SUPERSCRIPT))


def _of_arithmetic(plain: str, answer: str) -> float:
    if re.fullmatch(r"[-+]?\d+,\d+", plain):
        raise FigureError(f"{answer}: write the decimals after a point, as in {plain.replace(',', '.')}")
    try:
        number = float(Expression(plain or " ", {}).value({}))
    except (AutogradError, ArithmeticError, ValueError, TypeError):
        number = math.nan
    if not math.isfinite(number):
        raise FigureError(f"{answer}: expected a number, such as 0.25, 1/4, 25% or arithmetic: 0.5 * 0.5")
    return number


def agrees(number: Any, text: str) -> bool:
    """Is the figure the number, rounded or cut to the figure's digits?"""
    try:
        return bool(check(number, text))
    except (AutogradError, ArithmeticError, TypeError):  # a number that has no decimals
        return False


def is_enough(expected: Any, text: str) -> bool:
    """Has a figure that agrees the digits to be told from a guess, or all that there are?"""
    number, answer = float(expected), float(text)
    if abs(number) <= _NOTHING:
        return abs(answer) <= _NOTHING
    return _significant(text) >= ENOUGH or abs(number - answer) <= 1e-9 * abs(number)


def tells(number: Any, text: str) -> bool:
    """Has a figure enough digits to say that it comes from that number?"""
    return _significant(text) >= 2 or is_enough(number, text)


def _significant(text: str) -> int:
    return len(text.lower().partition("e")[0].replace(".", "").lstrip("+-0"))
