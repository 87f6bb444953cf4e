"""What a user gives to a picture, checked before anything is drawn: the error says what, and what is expected."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ..errors import KindError, ShapeError, UnknownNameError
from ..numeric import as_number, given, quoted
from ..value import Value

__all__ = ["as_float", "as_text", "finite", "function", "leaves", "listed", "one_of", "whole"]


def one_of(option: str, chosen: Any, possible: Sequence[str]) -> str:
    """One of the possible names; else UnknownNameError, a ValueError."""
    if chosen not in possible:
        raise UnknownNameError(f"{option}={quoted(chosen)}: give one of {', '.join(possible)}")
    return chosen


def whole(option: str, number: Any, least: int, most: int | None = None) -> int:
    """A whole number in a range; else ShapeError, a ValueError."""
    if type(number) is not int or number < least or (most is not None and number > most):
        reach = f"from {least} up" if most is None else f"from {least} to {most:,}"
        raise ShapeError(f"{option}={quoted(number)}: give a whole number {reach}")
    return number


def as_float(what: str, number: Any) -> float:
    """A number, or the data of a Value, as a float; else KindError, a TypeError."""
    number = as_number(number.data if isinstance(number, Value) else number, what)
    try:
        return float(number)
    except (TypeError, ValueError, OverflowError):  # a complex number, a formula, a fraction beyond every float
        raise KindError(f"{what} is {given(number)}, and must be a number that a float can hold") from None


def finite(what: str, number: Any) -> float:
    """The same, where nan and infinity are refused: ShapeError, a ValueError."""
    number = as_float(what, number)
    if not math.isfinite(number):
        raise ShapeError(f"{what} is {number}: give a finite number")
    return number


def as_text(option: str, words: Any) -> str:
    """A string; else KindError, a TypeError."""
    if not isinstance(words, str):
        raise KindError(f"{option} is {given(words)}, and must be a string")
    return words


def function(option: str, called: Any, expected: str) -> Callable[..., Any]:
    """Something that can be called; else KindError, a TypeError."""
    if not callable(called):
        raise KindError(f"{option} is {given(called)}, and must be {expected}")
    return called


def listed(what: str, things: Any, expected: str, in_order: bool = True) -> list[Any]:
    """The things one after the other; KindError for what is no list, and where the order counts, for a set."""
    no_lists = (str, bytes, dict, set, frozenset) if in_order else (str, bytes, dict)
    if isinstance(things, no_lists) or not isinstance(things, Iterable):
        raise KindError(f"{what} is {given(things)}, and must be {expected}")
    return list(things)


def leaves(option: str, parameters: Any) -> list[Value]:
    """Leaves that are given one by one, or as a model that has ``parameters()``."""
    expected = "a list of Values, or a model"
    if hasattr(parameters, "parameters"):
        parameters = parameters.parameters()
    found = listed(option, parameters, expected, in_order=False)
    for node in found:
        if not isinstance(node, Value):
            raise KindError(f"{option} has {given(node)} among them, and must be {expected}")
    return found
