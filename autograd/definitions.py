"""Adding an operation to the table, from outside of this package too."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from . import numeric
from .errors import DefinitionError
from .numeric import Recorder
from .primitives import FAMILIES, PRIMITIVES, Primitive, add_row

__all__ = ["define", "function_of"]


def define(name: str, rule: Callable[..., Any], *partials: Callable[..., Any], **options: Any) -> Callable[..., Any]:
    """Add an operation to the table, and return its function, for Values and for numbers.

    >>> from autograd import Value, sigmoid
    >>> swish = define("swish", lambda x: x * sigmoid(x), lambda out, x: out + sigmoid(x) * (1 - out), activation=True)
    >>> swish(Value(0.0)).partials, swish(0.0)
    ((0.5,), 0.0)
    >>> del PRIMITIVES["swish"]

    ``rule(x, y, …)`` is written in Python's operators and this package's functions, without an ``if`` on
    an operand. There is one of ``partials`` for each operand, called with the result first:
    ``lambda out, x, y: …``. Options: ``text``, ``latex``, ``python`` (how it is written: a name, a template
    such as ``"[{0} > 0]"``, or a Form; by default the name), ``activation=True`` for what a network may use
    between its layers, ``domain`` and ``kink`` (for messages), and the other fields of :class:`Primitive`.
    Raises DefinitionError (a ValueError) where the name is taken or the partials do not fit the rule.
    """
    _demand_fitting(name, rule, partials)
    operation = function_of(add_row(name, rule, partials, len(partials), **{"formula": rule, **options}))
    operation.__signature__ = inspect.signature(rule)  # type: ignore[attr-defined]
    return operation


def function_of(row: Primitive) -> Callable[..., Any]:
    """The function of a row, for Values and for numbers: one argument for each operand."""
    if getattr(numeric, row.name, None) is row.rule:  # which records Values by itself, and has its defaults
        return row.rule

    def operation(*operands: Any) -> Any:
        if row.arity == 0:
            return row.rule(operands)
        if len(operands) != row.arity:
            raise TypeError(f"{row.name}: expected {row.arity} operands, got {len(operands)}")
        for operand in operands:
            if isinstance(operand, Recorder):
                return operand._apply(row.name, *operands)
        return row.rule(*operands)

    operation.__name__ = operation.__qualname__ = row.name
    operation.__doc__ = row.rule.__doc__
    return operation


def _demand_fitting(name: str, rule: Callable[..., Any], partials: tuple[Callable[..., Any], ...]) -> None:
    if not (isinstance(name, str) and name.isidentifier()):
        raise DefinitionError(f"define: the name is {name!r}; expected a word such as 'swish'")
    if name in PRIMITIVES or name in FAMILIES:
        raise DefinitionError(f"define: there is an operation {name} already; choose another name")
    operands = _parameters(rule)
    if operands is not None and operands != len(partials):
        raise DefinitionError(f"define: {name} has {operands} operands and {len(partials)} partials; give one for each")
    if not partials:
        raise DefinitionError(f"define: {name} has no partials; give one for each operand, as in lambda out, x: …")
    for place, partial in enumerate(partials):
        if _parameters(partial) not in (None, len(partials) + 1):
            names = ", ".join(["out", *"xyzuvw"[: len(partials)]])
            raise DefinitionError(f"define: partial {place + 1} of {name} must take ({names})")


def _parameters(f: Callable[..., Any]) -> int | None:
    """How many operands a function takes; None where that cannot be told."""
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(p.kind in (p.VAR_POSITIONAL, p.KEYWORD_ONLY) for p in parameters):
        return None
    return sum(p.default is p.empty for p in parameters)
