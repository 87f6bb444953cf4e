"""The style of a Python program: every number in full."""

from __future__ import annotations

import math
import re
from typing import Any

from ..forms import ATOM, NEGATION
from .digits import with_plain_indices
from .symbols import Symbol
from .writing import Style

__all__ = ["PYTHON"]


def _python_number(number: Any, digits: int) -> tuple[str, int]:
    text = repr(number)
    if isinstance(number, float) and not math.isfinite(number):
        return f"float({text!r})", ATOM
    return text, NEGATION if text.startswith("-") else ATOM


def _python_name(symbol: Symbol) -> str:
    name = re.sub(r"\W", "_", with_plain_indices(symbol.name))
    return name if name.isidentifier() else f"_{name}"


PYTHON = Style(lambda primitive: primitive.python, _python_name, _python_number, subtracts=False)
