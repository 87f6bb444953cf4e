"""The verdict on a printed figure: what a number rounds to, what it is cut to, or neither.

>>> verdict_on(0.66818777, Figure.read("0.67")).kind, verdict_on(0.598687, Figure.read("0.598")).kind
('agrees', 'truncated')
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..messages import written
from ..notation import printable
from .figures import Figure, exactly

__all__ = ["Verdict", "needs_more_digits", "verdict_on"]

_LONGEST = 10**4000  # units of the last printed digit: what is more is not written out
_FEW = Fraction(1, 2**36)  # of a number: what is printed to more than this, floats alone cannot judge
_CANCELLED = 256  # units in the last place of a float
_SEEN = 20  # of what floats have lost, in a unit of the figure


@dataclass(frozen=True, slots=True, repr=False)
class Verdict:
    """What was found about a figure. It is true unless the figure is a slip.

    ``kind`` is "agrees", "truncated" or "slip"; ``printed`` the figure as it was given, ``computed``
    the engine's number, ``right`` what should be printed, with as many digits; ``cause`` names what
    explains a slip, where something does. ``note`` says what else is to be known about the number: that
    a ``.grad`` is not the gradient of the graph as it is now, that floats have lost its digits.
    """

    kind: str
    printed: str
    computed: Any
    right: str
    cause: str = ""
    name: str = ""
    note: str = ""

    def __bool__(self) -> bool:
        return self.kind != "slip"

    def __repr__(self) -> str:
        return f"<{self}>"

    def __str__(self) -> str:
        name = f"{self.name}: " if self.name else ""
        line = f"{name}printed {self.printed}, computed {self.computed}: {self.kind}"
        if self.kind == "truncated":
            line += f" (rounded it is {self.right})"
        if self.kind == "slip":
            line += f"; right is {self.right}{f' ({self.cause})' if self.cause else ''}"
        return printable(f"{line}; {self.note}" if self.note else line)


def needs_more_digits(computed: Any, figure: Figure) -> bool:
    """Can a float not tell whether the figure is right?"""
    exact, slack = exactly(computed)
    if exact is None or not slack:
        return False
    return figure.unit < abs(exact) * _FEW or not figure.rounds_from(exact, slack)


def verdict_on(computed: Any, figure: Figure, precise: Fraction | None = None) -> Verdict:
    """The figure against a number; ``precise`` is the same number with more digits than a float has."""
    exact, slack = exactly(computed)
    if exact is None:
        return Verdict("slip", figure.text, computed, str(computed))
    note, numbers = "", [exact]
    if precise is not None:
        lost = abs(precise - exact)
        if lost > _CANCELLED * slack and lost * _SEEN > figure.unit:
            note = f"floats lose digits here: of {float(precise)!r} they leave {written(computed)}"
            numbers = [precise]
        else:
            numbers = [precise, exact]  # a figure may be a float's, or a person's
    if any(figure.rounds_from(number, slack if number is exact else Fraction(0)) for number in numbers):
        kind = "agrees"
    elif any(map(figure.cuts_from, numbers)):
        kind = "truncated"
    else:
        kind = "slip"
    right = figure.rewrite(numbers[0]) if abs(exact / figure.unit) < _LONGEST else written(computed)
    return Verdict(kind, figure.text, computed, right, note=note)
