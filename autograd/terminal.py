"""What a terminal takes: colours, where there is one and nobody has switched them off."""

from __future__ import annotations

import os
from typing import IO

__all__ = ["has_colours", "painted"]

_COLOURS = {"bold": "1", "dim": "2", "red": "31;1", "green": "32", "yellow": "33", "blue": "34;1", "cyan": "36"}


def has_colours(stream: IO[str]) -> bool:
    """Is ``stream`` a terminal that shows colours? See no-color.org for the variable that says no."""
    return stream.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def painted(text: str, colour: str, stream: IO[str]) -> str:
    """The text in a colour, where ``stream`` shows colours.

    >>> import io
    >>> painted("slip", "red", io.StringIO())
    'slip'
    """
    return f"\033[{_COLOURS[colour]}m{text}\033[0m" if has_colours(stream) else text
