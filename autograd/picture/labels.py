"""Labels that are shown as they were typed."""

from __future__ import annotations

import re

import graphviz

__all__ = ["as_typed", "drawable"]

# Characters that XML has no way to hold, or that end or confuse a text that is handed to a program.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def as_typed(text: str) -> str:
    """A DOT label that shows ``text`` as it is: quotes, backslashes, braces, brackets, entities, newlines.

    >>> print(as_typed("<c> &lt; {d} \\\\n"))
    <c> &amp;lt; {d} \\\\n
    """
    plain = drawable(text.replace("\t", "    "))
    return graphviz.escape(plain.replace("&", "&amp;")).replace("\n", r"\n")


def drawable(text: str) -> str:
    """``text`` with a sign in the place of each character that cannot stand in a picture: ␀, or �."""
    return _CONTROL.sub(_sign_of, text)


def _sign_of(found: re.Match[str]) -> str:
    code = ord(found[0])
    return chr(0x2400 + code) if code < 0x20 else "�"
