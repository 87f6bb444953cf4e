"""What a user gives to a function, looked at before it is used, and refused in the same words everywhere.

>>> whole(16, "batch_size"), number(0.5, "lr", least=0)
(16, 0.5)
>>> whole(1.5, "epochs", least=0)
Traceback (most recent call last):
    ...
autograd.errors.KindError: epochs: expected a whole number from 0 up, got 1.5 (of type float)
>>> whole(0, "digits", 1, 17)
Traceback (most recent call last):
    ...
autograd.errors.DomainError: digits: expected a whole number from 1 to 17, got 0

What is of the wrong kind raises KindError, a TypeError; what is out of range DomainError, a ValueError;
a name that is none of those possible UnknownNameError, a ValueError.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from typing import Any

from .errors import DomainError, KindError, UnknownNameError
from .messages import given, quoted
from .numeric import as_number
from .value import Value

__all__ = [
    "as_float",
    "finite",
    "function",
    "leaves",
    "listed",
    "number",
    "number_of_digits",
    "one_of",
    "random_generator",
    "refused",
    "root",
    "text",
    "value",
    "whole",
]


def refused(thing: Any, what: str, expected: str) -> KindError:
    """The error for something of the wrong kind."""
    return KindError(f"{what}: expected {expected}, got {given(thing)}")


def value(thing: Any, what: str) -> Value:
    """A Value, such as the root of a graph."""
    if not isinstance(thing, Value):
        raise refused(thing, what, "a Value")
    return thing


def root(thing: Any, what: str) -> Value:
    """The root of a graph: a Value, or what has one as its ``.root``, such as an exercise."""
    own = getattr(thing, "root", None)
    return value(own if isinstance(own, Value) else thing, what)


# --- numbers ---


def whole(thing: Any, what: str, least: int = 1, most: int | None = None) -> int:
    """A whole number in a range."""
    expected = f"a whole number from {least} up" if most is None else f"a whole number from {least} to {most:,}"
    if isinstance(thing, bool) or not hasattr(thing, "__index__"):
        raise refused(thing, what, expected)
    if thing < least or (most is not None and thing > most):
        raise DomainError(f"{what}: expected {expected}, got {quoted(thing)}")
    return int(thing)


def number_of_digits(thing: Any, what: str = "digits") -> int:
    """How many digits a number is shown with: from 1 to the 17 that tell all floats apart."""
    return whole(thing, what, 1, 17)


def number(thing: Any, what: str, least: Any = None) -> Any:
    """One real number, from ``least`` up where there is a least, as a Python number of its own kind."""
    try:
        found = as_number(thing)
        in_range = least is None or found >= least
        if isinstance(found, complex):
            raise TypeError
    except TypeError:  # a KindError is one
        raise refused(thing, what, "one real number") from None
    if not in_range:
        raise DomainError(f"{what}: expected a number from {least} up, got {quoted(thing)}")
    return found


def as_float(thing: Any, what: str) -> float:
    """A number, or the data of a Value, as a float."""
    try:
        return float(as_number(thing.data if isinstance(thing, Value) else thing))
    except (TypeError, ValueError, OverflowError):  # a complex number, a formula, a fraction beyond every float
        raise refused(thing, what, "a number that a float can hold") from None


def finite(thing: Any, what: str) -> float:
    """The same, where nan and infinity are refused."""
    found = as_float(thing, what)
    if not math.isfinite(found):
        raise DomainError(f"{what}: expected a finite number, got {found}")
    return found


def random_generator(seed: Any) -> Any:
    """A generator of random numbers started with a seed; without one the module ``random``, which has its own."""
    try:
        return random if seed is None else random.Random(seed)
    except TypeError:
        raise refused(seed, "seed", "a whole number") from None


# --- what is no number ---


def one_of(chosen: Any, what: str, possible: Sequence[str]) -> str:
    """One of the possible names."""
    if chosen not in possible:
        raise UnknownNameError(f"{what}: expected one of {', '.join(possible)}, got {quoted(chosen)}")
    return str(chosen)


def text(words: Any, what: str) -> str:
    """A string."""
    if not isinstance(words, str):
        raise refused(words, what, "a string")
    return words


def function(called: Any, what: str, expected: str) -> Callable[..., Any]:
    """Something that can be called."""
    if not callable(called):
        raise refused(called, what, expected)
    return called


def listed(things: Any, what: str, expected: str, in_order: bool = True) -> list[Any]:
    """The things one after the other; a set has no order, and is refused where that counts."""
    no_lists = (str, bytes, Mapping, Set) if in_order else (str, bytes, Mapping)
    try:
        if isinstance(things, no_lists) or not isinstance(things, Iterable):
            raise TypeError
        return list(things)
    except TypeError:
        raise refused(things, what, expected) from None


def leaves(parameters: Any, what: str = "parameters") -> list[Value]:
    """Values that are given one by one, or as a model that has ``parameters()``."""
    expected = "a list of Values, or a model"
    if hasattr(parameters, "parameters"):
        parameters = parameters.parameters()
    found = listed(parameters, what, expected, in_order=False)
    for node in found:
        if not isinstance(node, Value):
            raise KindError(f"{what}: expected {expected}, got {given(node)} among them")
    return found
