"""First trouble: where a number became nan or infinite, and which data is out of date.

>>> from autograd import Value, detect_anomaly
>>> with detect_anomaly():
...     x = Value(1e200, label="x")
...     y = x * x
Traceback (most recent call last):
    ...
autograd.errors.AnomalyError: mul of x = 1e+200 and x = 1e+200 gives inf; made at <doctest ...>, line 3: y = x * x

Without it, such a number goes on silently, as it does in Python's own floats.
"""

from __future__ import annotations

import linecache
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from . import numeric
from .errors import AnomalyError, AutogradError, user_frame
from .instrument import Observer, count_everywhere, everywhere
from .messages import described, quoted
from .value import Value

__all__ = ["AnomalyWarning", "detect_anomaly", "is_detecting"]


class AnomalyWarning(RuntimeWarning):
    """A function so far out that its slope is exactly 0: nothing below it will learn."""


@contextmanager
def detect_anomaly() -> Iterator[None]:
    """A context in which each number is looked at: the first one that is nan or infinite raises.

    >>> from autograd import Value
    >>> x = Value(0.0, label="x")
    >>> with detect_anomaly():
    ...     y = 1 / (x + 1e-200)
    ...     y.backward()
    Traceback (most recent call last):
        ...
    autograd.errors.AnomalyError: the contribution of div of 1 and 1e-200 to operand 2 is ... = -inf; made at <doc...

    AnomalyError (a FloatingPointError) names the operation, its operands with their labels and
    numbers, and the line of your code that made the node; other errors of this library get that line
    as a note. A sigmoid, tanh, softmax, softplus or exp whose slope is exactly 0 in the backward pass
    is no error, and gives an AnomalyWarning. A raised error leaves the gradients of the leaves as they
    were before the call of backward.

    While it is on, it looks at every thread, and an operation takes several times as long; while it
    is off it costs nothing.
    """
    with everywhere(_ANOMALIES):
        try:
            yield
        finally:
            if not is_detecting(besides=1):
                _lines.clear()


def is_detecting(besides: int = 0) -> bool:
    """Is there such a context, in any thread, besides so many?"""
    return count_everywhere(_ANOMALIES) > besides


# Where each node was made, by its id, which keeps no graph alive: a later node at its place takes the entry over.
_lines: dict[int, tuple[str, int]] = {}


class _Anomalies(Observer):
    """Looks at each number, forward and backward."""

    def recorded(self, node: Value) -> None:
        if not node.op:
            return
        _lines[id(node)] = line = _line_of_user()
        _demand_finite(node, line)

    def evaluated(self, node: Value) -> None:
        _demand_finite(node, _lines.get(id(node)))

    def failed(self, error: AutogradError, node: Value | None = None) -> None:
        _add_line(error, _line_of_user() if node is None else _lines.get(id(node)))

    def passed_back(self, node: Value, cotangent: Any, terms: list[tuple[Value, Any, Any]]) -> None:
        cotangent = numeric.number_of(cotangent)
        _warn_of_saturation(node, cotangent)
        for operand, partial, so_far in terms:
            grad = numeric.number_of(so_far)
            if not _is_finite(grad):
                raise AnomalyError(_backward_trouble(node, operand, grad, cotangent, numeric.number_of(partial)))

    def copied(self, node: Value) -> None:
        # No line made it: not the one of a node that was at its place in memory before.
        _lines.pop(id(node), None)


_ANOMALIES = _Anomalies()


# --- looking while recording -----------------------------------------------------------------------


def _demand_finite(node: Value, line: tuple[str, int] | None) -> None:
    if _is_finite(node.data):
        return
    given = next((x for x in node.operands if isinstance(x, Value) and not x.op and not _is_finite(x.data)), None)
    cause = "" if given is None else f" because the leaf {described(given)} is not finite"
    raise AnomalyError(f"{_operation(node)} gives {quoted(node.data)}{cause}; {_written(line)}")


def _is_finite(number: Any) -> bool:
    if type(number) is float:
        return math.isfinite(number)
    if isinstance(number, complex):
        return math.isfinite(number.real) and math.isfinite(number.imag)
    if isinstance(number, Decimal):
        return number.is_finite()
    return number == number and number not in (math.inf, -math.inf)


# --- looking on the way back -----------------------------------------------------------------------

# Smooth functions whose slope is above 0 everywhere: where it is exactly 0, rounding made it so.
_NEVER_FLAT = {"exp", "expm1", "log_softmax", "normal_cdf", "sigmoid", "softmax", "softplus", "tanh"}


def _backward_trouble(node: Value, operand: Value, grad: Any, cotangent: Any, partial: Any) -> str:
    contribution = cotangent * partial
    place = next(place for place, other in enumerate(node.operands, start=1) if other is operand)
    name = f" ({operand.label})" if operand.label else ""
    where = _written(_lines.get(id(node)))
    term = f"cotangent {quoted(cotangent)} · partial {quoted(partial)} = {quoted(contribution)}"
    if _is_finite(contribution):
        became = f"the grad of operand {place}{name} of {_operation(node)} became {quoted(grad)}"
        return f"{became} with {term}; {where}"
    return f"the contribution of {_operation(node)} to operand {place}{name} is {term}; {where}"


def _warn_of_saturation(node: Value, cotangent: Any) -> None:
    if node.op not in _NEVER_FLAT or not cotangent or any(node.partials):
        return
    line = _lines.get(id(node))
    filename, number = line or ("<before detect_anomaly>", 0)
    message = f"{_operation(node)} is saturated: its slope is exactly 0, so no gradient goes through it"
    warnings.warn_explicit(f"{message}; {_written(line)}", AnomalyWarning, filename, number)


# --- words -----------------------------------------------------------------------------------------


def _operation(node: Value) -> str:
    shown = [described(operand) for operand in node.operands[:4]] + ["…"] * (len(node.operands) > 4)
    return f"{node.op}{' ' + node.label if node.label else ''} of {' and '.join(shown)}"


def _line_of_user() -> tuple[str, int]:
    frame = user_frame()
    return frame.f_code.co_filename, frame.f_lineno


def _written(line: tuple[str, int] | None) -> str:
    if line is None:
        return "made outside of detect_anomaly, so its line is not known"
    filename, number = line
    code = linecache.getline(filename, number).strip()
    return f"made at {filename}, line {number}" + (f": {code}" if code else "")


def _add_line(error: AutogradError, line: tuple[str, int] | None) -> None:
    note = _written(line)
    if note not in getattr(error, "__notes__", ()):
        error.add_note(note)
