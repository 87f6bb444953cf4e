"""What errors say: numbers and operands as they are quoted, and an operation's error with its operands and advice.

>>> from autograd import Value
>>> described(Value(0.5, label="w")), quoted(1 / 3), given("1")
('w = 0.5', '0.3333333333333333', "'1' (of type str)")
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Overflow
from typing import Any

from .errors import AutogradError, DivisionByZeroError, DomainError, KindError, NumberOverflowError

__all__ = ["contribution_error", "described", "given", "operation_error", "quoted", "written"]


def written(number: Any) -> str:
    """The ``repr`` of a number, or why there is none."""
    try:
        return repr(number)
    except ValueError:  # Python refuses to write out whole numbers of more than 4300 digits
        return f"<{type(number).__name__} of more digits than Python prints>"


def quoted(thing: Any) -> str:
    """What :func:`written` gives, cut where it is long: for a message."""
    text = written(thing)
    return text if len(text) <= 60 else text[:57] + "..."


def given(thing: Any) -> str:
    """What was given, and of which type: for a message about something of the wrong one."""
    return f"{quoted(thing)} (of type {type(thing).__name__})"


def described(operand: Any) -> str:
    """An operand as an error names it: the label and the number of a Value, or the bare number."""
    label = _label(operand)
    return f"{label} = {quoted(operand.data)}" if label else quoted(_number(operand))


def _label(operand: Any) -> str:
    """A label without what would steer a terminal."""
    label = operand.label if _is_node(operand) else ""
    return "".join([character if character.isprintable() else "?" for character in label])


def _number(operand: Any) -> Any:
    return operand.data if _is_node(operand) else operand


def _is_node(operand: Any) -> bool:
    return hasattr(operand, "operands")


def operation_error(error: Exception, node: Any, what: str = "") -> AutogradError:
    """The error of a rule, as one that names the operation, its operands, and what to do.

    ``what`` says of what, where it is not the operation's result: "the partial of ", for instance.
    """
    if isinstance(error, AutogradError):
        return error
    primitive, operands = node.primitive, node.operands
    first = operands[:4]
    if isinstance(error, TypeError) and len(operands) > 4:
        first = _one_of_each_kind(operands)
    shown = [described(operand) for operand in first] + ["…"] * (len(operands) > 4)
    place = f"{what}{primitive.name} of {' and '.join(shown)}"
    if isinstance(error, TypeError):
        return KindError(f"{place}: these kinds of number do not mix; convert one of them")
    if isinstance(error, (OverflowError, Overflow)):
        return NumberOverflowError(f"{place}: the result is too large for its kind of number; {primitive.overflow}")
    kind = DivisionByZeroError if isinstance(error, ZeroDivisionError) else DomainError
    return kind(f"{place}: {_advice(primitive.domain, operands)}")


def _advice(domain: str, operands: Sequence[Any]) -> str:
    """The row's advice in the names that the user gave; where there is none, in words."""
    if not domain:
        return "the operands are outside its domain"
    words = ["…"] if len(operands) == 1 else ["the first operand", "the second operand"]
    return domain.format(*[_label(operand) or word for operand, word in zip(operands, words)])


def _one_of_each_kind(operands: Sequence[Any]) -> tuple[Any, ...]:
    first: dict[type, Any] = {}
    for operand in operands:
        first.setdefault(type(_number(operand)), operand)
    return tuple(first.values())


def contribution_error(error: Exception, node: Any, cotangent: Any) -> AutogradError:
    """Why a cotangent could not be multiplied by a partial, as an error of the family."""
    if isinstance(error, AutogradError):  # a partial that does not exist
        return error
    shown = " and ".join([described(operand) for operand in node.operands[:4]])
    place = f"the contributions of {node.op} of {shown} with cotangent {quoted(_number(cotangent))}"
    if isinstance(error, (OverflowError, Overflow)):
        return NumberOverflowError(f"{place}: too large for their kind of number; use smaller operands")
    if isinstance(error, TypeError):
        return KindError(f"{place}: the cotangent and the partial do not mix; convert an operand")
    return DomainError(f"{place}: {error}")
