"""A printed figure against a computed number: the figure's own digits say how exact it claims to be.

>>> Figure.read("0.668").rounds_from(Fraction("0.66818777"))
True

The comparison is exact: a float is the binary fraction that it is, a figure the decimal that is
printed, and both are Fractions when they meet.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from .. import kinds, numeric
from ..errors import FigureError, KindError

__all__ = ["Figure", "exactly", "follows", "separated", "shortened", "slack_of"]

_FIGURE = re.compile(
    r"(?: [≈=] | \\approx )? \s* (?P<sign>[-+]?) \s*"
    r"(?P<whole>[0-9]*) (?: \. (?P<decimals>[0-9]*) )?"
    r"(?: (?: [eE] | \s* (?: [×*·] | \\times | \\cdot ) \s* 10 \s* \^? ) \{? (?P<exponent>[-+]?[0-9]+) \}? )?"
    r"\s* (?P<percent>\\?%)?",
    re.VERBOSE,
)
_EMPHASIS = re.compile(r"\*\*(.+)\*\*|__(.+)__|\$(.+)\$|\\(?:mathbf|boxed)\{(.+)\}", re.DOTALL)
_PLAIN = str.maketrans("−–⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "---0123456789")
_SUPERSCRIPT = re.compile(r"10\s*(?=[⁻⁰¹²³⁴⁵⁶⁷⁸⁹])")
_BRACKETS = re.compile(r"\\(?:begin|end)\{[bpv]?matrix\}|\\left|\\right|[\[\](){}]")
_LONGEST = 1000  # characters, and the largest exponent: far beyond any printed figure


@dataclass(frozen=True, slots=True)
class Figure:
    """A printed decimal: its value, and the unit of its last digit.

    >>> Figure.read("1.20e-3").value, Figure.read(r"1.20 \\times 10^{-3}").unit
    (Fraction(3, 2500), Fraction(1, 100000))
    >>> Figure.read("−0.7603").value, Figure.read("**59.87%**").value
    (Fraction(-7603, 10000), Fraction(5987, 10000))

    Trailing zeros count: 0.70 is exact to 0.005, 0.7 to 0.05. A float stands for its ``repr``, a
    Decimal for its own digits. Taken besides what Python reads: a Unicode minus, spaces around a
    figure and after its sign, a leading ≈ or =, a percent sign, a power of ten as in 1.2×10⁻³ or in
    LaTeX, and Markdown's and LaTeX's signs of emphasis. All else raises FigureError, a ValueError: a
    decimal comma too, as 1,5 could be 15 hundredths or a list.
    """

    text: str
    value: Fraction
    decimals: int  # after the point
    exponent: int  # the power of ten that is printed, two less for a percentage
    percent: bool = False

    @classmethod
    def read(cls, printed: Any) -> Figure:
        text = _as_text(printed)
        plain = _without_emphasis(_SUPERSCRIPT.sub("10^", text).translate(_PLAIN))
        match = _FIGURE.fullmatch(plain)
        if match is None or not (match["whole"] or match["decimals"]) or len(text) > _LONGEST:
            raise FigureError(
                f"{shortened(printed)} is no figure to check; give one decimal number as it is printed, "
                "such as '0.598', '59.8%' or '1.2e-3'"
            )
        decimals, exponent = match["decimals"] or "", int(match["exponent"] or 0) - 2 * bool(match["percent"])
        if abs(exponent) > _LONGEST:
            raise FigureError(f"{shortened(printed)} is beyond the range of figures (1e±{_LONGEST})")
        size = Fraction(int(match["whole"] + decimals)) * _power_of_ten(exponent - len(decimals))
        return cls(text, -size if match["sign"] == "-" else size, len(decimals), exponent, bool(match["percent"]))

    @property
    def unit(self) -> Fraction:
        """What 1 in the last printed digit is worth."""
        return _power_of_ten(self.exponent - self.decimals)

    @property
    def places(self) -> int:
        """How many decimals the figure has when it is written without a power of ten."""
        return self.decimals - self.exponent

    @property
    def significant(self) -> int:
        """How many significant digits are printed; none for a zero."""
        return len(str(abs(self.value / self.unit).numerator)) if self.value else 0

    def rounds_from(self, exact: Fraction, slack: Fraction = Fraction(0)) -> bool:
        """Does ``exact`` round to this figure? A tie, or a number within ``slack`` of one, may go either way."""
        return abs(exact - self.value) <= self.unit / 2 + slack

    def cuts_from(self, exact: Fraction, slack: Fraction = Fraction(0)) -> bool:
        """Are the digits of ``exact``, or of a number within ``slack``, cut after the last printed one, these?"""
        numbers = (exact, exact - slack, exact + slack)
        return any(math.trunc(number / self.unit) * self.unit == self.value for number in numbers)

    def rewrite(self, exact: Fraction) -> str:
        """``exact`` rounded to as many digits as this figure has, and written as it is."""
        units = round(exact / self.unit)
        digits = str(abs(units)).rjust(self.decimals + 1, "0")
        whole, decimals = digits[: len(digits) - self.decimals], digits[len(digits) - self.decimals :]
        exponent = self.exponent + 2 * self.percent
        tail = (f"e{exponent}" if exponent else "") + "%" * self.percent
        return f"{'-' if units < 0 else ''}{whole}{'.' if decimals else ''}{decimals}{tail}"


def _power_of_ten(exponent: int) -> Fraction:
    return Fraction(10**exponent) if exponent >= 0 else Fraction(1, 10**-exponent)


def _as_text(printed: Any) -> str:
    if isinstance(printed, str):
        return printed.strip()
    try:
        number = numeric.as_number(printed, "printed")
    except KindError:
        return ""  # the message of the one who asks names what was given
    return str(number) if isinstance(number, Decimal) else repr(number)


def _without_emphasis(text: str) -> str:
    while match := _EMPHASIS.fullmatch(text.strip()):
        text = next(part for part in match.groups() if part is not None)
    return text.strip()


def separated(printed: Any) -> Iterator[Any]:
    """The figures of a vector or a matrix, row by row: of a sequence, or of a text with brackets.

    >>> list(separated("[0.55, 0.60]")), list(separated([["0.1"], ["0.2"]]))
    (['0.55', '0.60'], ['0.1', '0.2'])
    >>> list(separated(r"\\begin{bmatrix} 0.1 & 0.2 \\\\ 0.3 & 0.4 \\end{bmatrix}"))
    ['0.1', '0.2', '0.3', '0.4']
    """
    if isinstance(printed, str):
        if not _BRACKETS.search(printed):
            yield printed
            return
        inside = _BRACKETS.sub(" ", _without_emphasis(printed))
        yield from re.split(r"\s*(?:\\\\|[,;&])\s*|\s+", inside.strip())
    elif hasattr(printed, "__iter__"):
        for part in printed:
            yield from separated(part)
    else:
        yield printed


def shortened(printed: Any) -> str:
    text = repr(printed)
    return text if len(text) <= 40 else text[:37] + "..."


def exactly(number: Any) -> tuple[Fraction | None, Fraction]:
    """The number as a Fraction (None for inf and nan), and how far its kind may be from what it stands for."""
    if isinstance(number, complex) or hasattr(number, "_mpc_"):
        raise KindError(f"check: {number!r} is complex; check its real and its imaginary part")
    if isinstance(number, (int, Fraction)):
        return Fraction(number), Fraction(0)
    if isinstance(number, Decimal):
        return (Fraction(number), Fraction(0)) if number.is_finite() else (None, Fraction(0))
    if kinds.is_mpmath(number) and number and number.context.isfinite(number):
        size, exponent = number.man_exp  # ± size · 2^exponent, rounded to so many bits
        unit = Fraction(2) ** (exponent + size.bit_length() - number.context.prec)
        return size * Fraction(2) ** exponent * (1 if number > 0 else -1), unit
    try:
        number = float(number)
    except TypeError:
        raise KindError(f"check: {shortened(number)} is no real number, but a formula or a complex one") from None
    if not math.isfinite(number):
        return None, Fraction(0)
    return Fraction(number), Fraction(math.ulp(number))


def follows(figure: Figure, number: Fraction, cut: bool = False) -> bool:
    """Is the figure what ``number``, computed in floats, rounds to, or with ``cut`` is cut to?"""
    slack = slack_of(number)
    return figure.rounds_from(number, slack) or (cut and figure.cuts_from(number, slack))


def slack_of(number: Fraction) -> Fraction:
    """A few roundings of a float."""
    return abs(number) * Fraction(1, 2**50)
