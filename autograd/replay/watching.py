"""What a function does to Values while it is recorded, beside computing with them.

A comparison becomes a guard. Reading a Value's number is reported: a replay would keep the number of
the first run. So is an operation's error that the function catches: a replay would not come that way.
While nothing is recorded, Value is untouched, and costs what it costs.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .. import anomaly, derivatives, messages, numeric, value
from ..errors import RecordingError
from ..value import Value
from .record import Guard

__all__ = ["inside", "is_inside", "watch"]

_COMPARISONS = {"__lt__": "guard_lt", "__le__": "guard_le", "__gt__": "guard_gt", "__ge__": "guard_ge"}
_FREEZING = {
    "__float__": "turns a Value into a float",
    "__int__": "turns a Value into an int",
    "partials": "reads partials",
    "data": "reads data",
    "grad": "reads grad",
}
_RUNNING = {
    "forward": "calls forward()",
    "backward": "calls backward(), which the replay does itself",
    "zero_grad": "calls zero_grad(), which belongs before the call",
}
_ONE_AT_A_TIME = threading.Lock()
_this_thread = threading.local()
# The engine itself reads data, of the operands that it computes with (the vocabulary: of which kind they
# are), and sets the grad of what it makes.
_OWN = {id(vars(module)) for module in (value, numeric, messages, derivatives, anomaly)}
# grad(create_graph=True) looks at partials only to see that they are still the same.
_RECORDING = derivatives._recorded_contributions.__code__


def is_inside() -> bool:
    """Is this thread inside of a compiled function, whose graph is being built?"""
    return getattr(_this_thread, "inside", False)


@contextmanager
def inside() -> Iterator[None]:
    """Build the graph of a compiled function; those that it calls are a part of it."""
    _this_thread.inside = True
    try:
        yield
    finally:
        _this_thread.inside = False


@contextmanager
def watch(allow_data: bool) -> Iterator[list[Guard]]:
    """Collect the comparisons that this thread makes; with ``allow_data``, let it read numbers."""
    guards: list[Guard] = []
    thread = threading.get_ident()
    with _ONE_AT_A_TIME, inside():
        names = ["__init__", "_apply", *_COMPARISONS, *_RUNNING, *([] if allow_data else _FREEZING)]
        made: dict[Value, None] = {}
        errors: list[Exception] = []
        before = {name: vars(Value)[name] for name in names}
        try:
            for name in names:
                setattr(Value, name, _watched(name, before[name], thread, guards, made, errors))
            yield guards
        finally:
            for name, attribute in before.items():
                setattr(Value, name, attribute)
    if errors:
        raise RecordingError(
            f"the compiled function catches an error ({errors[0]}): a replay would not see it come. Compare Values "
            "instead (a comparison is a guard)"
        )


def _watched(
    name: str, original: Any, thread: int, guards: list[Guard], made: dict[Value, None], errors: list[Exception]
) -> Any:
    if name == "__init__":
        return _watched_init(original, thread, made)
    if name == "_apply":
        return _watched_apply(original, thread, errors)
    if name in _COMPARISONS:
        return _guarded(_COMPARISONS[name], original, thread, guards)
    if name in ("data", "grad"):
        return _watched_number(name, original, thread, made)
    what = _FREEZING.get(name) or _RUNNING[name]

    def reported(node: Value, *arguments: Any, **options: Any) -> Any:
        if threading.get_ident() == thread and sys._getframe(1).f_code is not _RECORDING:
            raise _report(node, what)
        if isinstance(original, property):
            return original.__get__(node)
        return original(node, *arguments, **options)

    return property(reported) if isinstance(original, property) else reported


def _guarded(operation: str, original: Callable[..., Any], thread: int, guards: list[Guard]) -> Callable[..., Any]:
    def compared(left: Value, right: Any) -> Any:
        outcome = original(left, right)
        if threading.get_ident() == thread:
            guards.append(Guard(operation, left, right, bool(outcome)))
        return outcome

    return compared


def _watched_init(original: Callable[..., None], thread: int, made: dict[Value, None]) -> Callable[..., None]:
    """Notes the leaves that the function makes: their numbers are Python's, and it may read them."""

    def init(node: Value, *arguments: Any, **options: Any) -> None:
        if threading.get_ident() == thread:
            made[node] = None
        original(node, *arguments, **options)

    return init


def _watched_apply(original: Callable[..., Value], thread: int, errors: list[Exception]) -> Callable[..., Value]:
    """Notes the errors that come of an operation's numbers; who lets them pass ends the recording anyway."""

    def apply(node: Value, *arguments: Any) -> Value:
        try:
            return original(node, *arguments)
        except (ArithmeticError, ValueError) as error:
            if threading.get_ident() == thread:
                errors.append(error)
            raise

    return apply


def _watched_number(name: str, original: Any, thread: int, made: dict[Value, None]) -> property:
    def check(node: Value, what: str) -> None:
        own = id(sys._getframe(2).f_globals) in _OWN
        if threading.get_ident() == thread and not own and node not in made:
            raise _report(node, what)

    def read(node: Value) -> Any:
        check(node, _FREEZING[name])
        return original.__get__(node)

    def write(node: Value, number: Any) -> None:
        check(node, f"changes {name}")
        original.__set__(node, number)

    return property(read, write)


def _report(node: Value, what: str) -> RecordingError:
    name = node.label or node.op or "a leaf"
    return RecordingError(
        f"the compiled function {what} ({name}): a replay would keep what it was in the first run. Compute with "
        "Values and compare them (a comparison is a guard), do this outside of the function, or give "
        "compile(..., allow_data=True) where it does not matter"
    )
