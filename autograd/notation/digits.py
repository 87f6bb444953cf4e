"""Digits below and above the line: x₁, z², a⁽²⁾."""

from __future__ import annotations

__all__ = ["RAISED", "to_lowered", "to_raised", "with_plain_indices", "without_raised"]

LOWERED_DIGITS = "₀₁₂₃₄₅₆₇₈₉"
RAISED_DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
RAISED = f"⁻{RAISED_DIGITS}⁽⁾"

_TO_LOWERED = str.maketrans("0123456789", LOWERED_DIGITS)
_TO_RAISED = str.maketrans("-0123456789", "⁻" + RAISED_DIGITS)
_FROM_LOWERED = str.maketrans(LOWERED_DIGITS, "0123456789", "_")
_FROM_RAISED = str.maketrans(RAISED, "-0123456789()")


def to_lowered(number: int) -> str:
    """12 as ₁₂."""
    return str(number).translate(_TO_LOWERED)


def to_raised(text: str) -> str:
    """-1 as ⁻¹."""
    return text.translate(_TO_RAISED)


def with_plain_indices(name: str) -> str:
    """z₁, and z_1, as z1."""
    return name.translate(_FROM_LOWERED)


def without_raised(text: str) -> str:
    """⁽²⁾ as (2)."""
    return text.translate(_FROM_RAISED)
