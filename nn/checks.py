"""What users give, looked at before it is used, and refused in the same words everywhere.

>>> whole(16, "batch_size"), number(0.5, "lr", least=0)
(16, 0.5)
>>> whole(1.5, "epochs", least=0)
Traceback (most recent call last):
    ...
autograd.errors.KindError: epochs is 1.5 (of type float), and must be a whole number from 0 up

What is of the wrong kind raises KindError, a TypeError; what is out of range DomainError, a ValueError.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Set
from typing import Any

from autograd import DomainError, KindError, Value

__all__ = ["function", "listed", "number", "seeded", "shown", "whole"]


def shown(thing: Any) -> str:
    """A thing and its type, in few words."""
    return f"{thing!r:.60} (of type {type(thing).__name__})"


def number(given: Any, what: str, least: Any = None) -> Any:
    """One real number, from ``least`` up where there is a least, as a Python number of its own kind."""
    try:
        found = Value(given).data
        in_range = least is None or found >= least
        if isinstance(found, complex):
            raise TypeError
    except TypeError:  # a KindError is one
        raise KindError(f"{what} is {shown(given)}, and must be one real number") from None
    if not in_range:
        raise DomainError(f"{what} is {given!r}, and must be from {least} up")
    return found


def whole(given: Any, what: str, least: int = 1) -> int:
    """A whole number from ``least`` up."""
    if isinstance(given, bool) or not hasattr(given, "__index__"):
        raise KindError(f"{what} is {shown(given)}, and must be a whole number from {least} up")
    if given < least:
        raise DomainError(f"{what} is {given!r}, and must be a whole number from {least} up")
    return int(given)


def listed(given: Any, what: str, advice: str) -> list[Any]:
    """The elements of a list, or of whatever else has them in an order."""
    try:
        if isinstance(given, (str, bytes, Mapping, Set)):
            raise TypeError
        return list(given)
    except TypeError:
        raise KindError(f"{what} is {shown(given)}; give {advice}") from None


def function(given: Any, what: str, advice: str) -> Any:
    """Whatever can be called."""
    if not callable(given):
        raise KindError(f"{what} is {shown(given)}, and must be a function, such as {advice}")
    return given


def seeded(seed: Any) -> Any:
    """A generator of random numbers started with a seed; without one the module ``random``, which has its own."""
    try:
        return random if seed is None else random.Random(seed)
    except TypeError:
        raise KindError(f"seed is {shown(seed)}, and must be a whole number") from None
