"""The style of LaTeX."""

from __future__ import annotations

import re
import sys
from typing import Any

from .. import kinds
from ..forms import ATOM, NEGATION, POWER, PRODUCT, SUM
from .latex_names import latex_name
from .numbers import is_complex, show
from .writing import Style, text_number

__all__ = ["LATEX"]


def _latex_number(number: Any, digits: int) -> tuple[str, int]:
    if kinds.is_symbolic(number) and not _NUMERAL.fullmatch(show(number, digits)):
        latex = sys.modules["sympy"].latex(number)
        return latex, min(text_number(number, digits)[1], POWER if "^" in latex else ATOM)
    if is_complex(number):
        imaginary, binding = _latex_number(number.imag, digits)
        if not number.real:
            return f"{imaginary} j", min(binding, PRODUCT)
        sign, size = ("-", imaginary[1:]) if imaginary.startswith("-") else ("+", imaginary)
        return f"{_latex_number(number.real, digits)[0]} {sign} {size} j", SUM
    text, binding = text_number(number, digits)
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    if "/" in text:
        numerator, denominator = text.split("/")
        return rf"{sign}\frac{{{numerator}}}{{{denominator}}}", NEGATION if sign else POWER
    mantissa, _, exponent = text.partition("e")
    if exponent.lstrip("+-").isdigit():
        return rf"{sign}{mantissa} \cdot 10^{{{int(exponent)}}}", PRODUCT
    return sign + _LIMITS.get(text, text), binding


_LIMITS = {"inf": r"\infty", "nan": r"\text{nan}"}
_NUMERAL = re.compile(r"-?([0-9.]+(e[-+][0-9]+)?|inf|nan)")


LATEX = Style(
    lambda primitive: primitive.latex,
    lambda symbol: symbol.latex or latex_name(symbol.name),
    _latex_number,
    (r"\left(", r"\right)"),
)
