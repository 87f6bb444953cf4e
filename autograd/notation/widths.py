"""How wide a text stands in a terminal."""

from __future__ import annotations

import unicodedata

__all__ = ["columns", "padded"]


def columns(text: str) -> int:
    """How many columns of a terminal a text takes: a Chinese character two, a mark above a letter none.

    >>> columns("w₁"), columns("权重"), columns("y\u0302")
    (2, 4, 1)
    """
    return sum(
        0 if unicodedata.combining(character) else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in text
    )


def padded(text: str, width: int) -> str:
    """The text, and blanks up to so many columns.

    >>> padded("权重", 6) + "|"
    '权重  |'
    """
    return text + " " * (width - columns(text))
