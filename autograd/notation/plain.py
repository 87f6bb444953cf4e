"""Text for a standard output that has few characters, as that of a Windows program whose output is redirected.

>>> in_characters_of("ascii", "∂y/∂w₁₂ = σ′(z)·x⁻¹ ≈ 0.5")
"dy/dw_12 = sigma'(z)*x^-1 ~ 0.5"
"""

from __future__ import annotations

import sys
import unicodedata
from itertools import groupby

__all__ = ["in_characters_of", "printable"]

_WORDS = {
    "∂": "d", "√": "sqrt", "∑": "sum", "·": "*", "×": "x", "÷": "/", "−": "-", "–": "-", "—": "-", "→": "->", "←": "<-",
    "≈": "~", "≠": "!=", "≤": "<=", "≥": ">=", "∞": "inf", "′": "'", "…": "...", "½": "1/2", "─": "-", "│": "|",
}  # fmt: skip


def printable(text: str) -> str:
    """The text, as far as standard output can show it: ``print`` of it does not fail."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return text if _fits(text, encoding) else in_characters_of(encoding, text)


def in_characters_of(encoding: str, text: str) -> str:
    """The same with words for the characters that an encoding lacks: Greek letters by their names, x^2, w_1."""
    found = []
    for kind, characters in groupby(text, _kind):
        run = "".join(characters)
        if kind and not _fits(run, encoding):  # above or below the line: now on it
            run = {"<super>": "^", "<sub>": "_"}[kind] + unicodedata.normalize("NFKC", run)
        found += [_word(character, encoding) for character in run]
    return "".join(found)


def _kind(character: str) -> str:
    kind = unicodedata.decomposition(character).partition(" ")[0]
    return kind if kind in ("<super>", "<sub>") else ""


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _word(character: str, encoding: str) -> str:
    name = unicodedata.name(character, "")
    letter = name.rpartition(" ")[2] if name.startswith("GREEK") else character
    greek = letter.lower() if "SMALL" in name else letter.capitalize()
    for candidate in (character, _WORDS.get(character, ""), greek, unicodedata.normalize("NFKC", character)):
        if candidate and _fits(candidate, encoding):
            return candidate
    return character.encode(encoding, "backslashreplace").decode(encoding)
