"""Writing an expression as text; parentheses follow from how tightly each operation binds."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from string import Formatter
from typing import Any

from ..forms import ATOM, NEGATION, POWER, PRODUCT, SUM, Form
from ..primitives import Primitive
from .digits import to_raised
from .numbers import show
from .symbols import Symbol

__all__ = ["TEXT", "Style", "text_number", "write"]


@dataclass(frozen=True, slots=True)
class Style:
    """A way to write an expression: which form of a row, and how parentheses, names and numbers look."""

    form: Callable[[Primitive], Form]
    name: Callable[[Symbol], str]
    number: Callable[[Any, int], tuple[str, int]]  # the text, and how tightly it binds
    parentheses: tuple[str, str] = ("(", ")")
    superscripts: bool = False  # x² for x^2
    subtracts: bool = True  # a - b for a + (-b): the same number, to the last bit


def write(expression: Any, style: Style | None = None, *, upto: int | None = None, digits: int = 4) -> str:
    """An expression, or a number, as text; with ``upto``, whatever is no higher than that as its number.

    >>> x = Symbol("x", 0.5)
    >>> write(1 / (1 + (-x).exp()))
    '1 / (1 + exp(-x))'
    >>> write(1 / (1 + (-x).exp()), upto=0)
    '1 / (1 + exp(-0.5))'

    Without recursion, so that an expression may be as deep as a graph.
    """
    style = style or TEXT
    pieces: list[str] = []
    stack: list[Any] = [(expression, 0)]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            if item.startswith("-") and pieces and pieces[-1].endswith("+ ") and style.subtracts:
                pieces[-1], item = pieces[-1][:-2] + "- ", item[1:]
            pieces.append(item)
            continue
        part, required = item
        if _is_opened(part, upto):
            texts, binding = _opened(part, style, upto)
        else:
            text, binding = _atom(part, style, upto, digits)
            texts = [text]
        if binding < required:
            texts = [style.parentheses[0], *texts, style.parentheses[1]]
        stack.extend(reversed(texts))
    return "".join(pieces)


def _is_opened(part: Any, upto: int | None) -> bool:
    """Is the part written as its operation, and not as a name or a number?"""
    if not isinstance(part, Symbol) or part.primitive is None:
        return False
    return upto is None or part.number is None or part.height > upto


def _atom(part: Any, style: Style, upto: int | None, digits: int) -> tuple[str, int]:
    if not isinstance(part, Symbol):
        return style.number(part, digits)
    if part.number is None or (upto is None and part.name):
        name = style.name(part)
        return name, POWER if _RAISED.search(name) else ATOM  # (z²)² in brackets: the first 2 is an index
    return style.number(part.number, digits)


def _opened(part: Symbol, style: Style, upto: int | None) -> tuple[list[Any], int]:
    """The pieces of an operation, text and (operand, how tightly it must bind); and how tightly it binds."""
    primitive = part.primitive
    assert primitive is not None
    form = style.form(primitive)
    groups = [part.operands] if primitive.arity == 0 else [[operand] for operand in part.operands]
    if primitive.name == "pow" and style.superscripts:
        exponent = _superscript(part.operands[1], upto)
        if exponent:
            return [(part.operands[0], form.operands[0]), exponent], form.binding
    pieces: list[Any] = []
    for text, place in _template(form.template):
        if text:
            pieces.append(text)
        if place is None:
            continue
        required = form.operands[place]
        for index, operand in enumerate(groups[place]):
            if index:
                pieces.append(", ")
            if required and pieces and not pieces[-1].endswith("+ ") and _starts_negative(operand, upto):
                required = ATOM  # a - (-b), a · (-b)
            pieces.append((operand, required))
    return pieces, form.binding


@cache
def _template(template: str) -> list[tuple[str, int | None]]:
    """The text and the places of a form: "{0} + {1}" is [("", 0), (" + ", 1)]."""
    return [
        (text, None if field is None else int(field))
        for text, field, _, _ in Formatter().parse(template)
    ]


def _starts_negative(operand: Any, upto: int | None) -> bool:
    """Would the operand be written with a minus in front, and no parenthesis before it?"""
    required = 0
    while _is_opened(operand, upto):
        form = _form_in_text(operand.primitive)
        if form.binding < required:
            return False
        if operand.primitive.name == "neg":
            return True
        if _template(form.template)[0][0]:  # it starts with text: a function's name
            return False
        operand, required = operand.operands[0], form.operands[0]
    if isinstance(operand, Symbol):
        operand = None if upto is None and operand.name else operand.number
    return required <= NEGATION and operand is not None and show(operand).startswith("-")


def _superscript(exponent: Any, upto: int | None) -> str:
    """A whole exponent as ² or ⁻¹, and "" for any other."""
    if isinstance(exponent, Symbol):
        exponent = exponent.number if upto is not None and not _is_opened(exponent, upto) else None
    if not isinstance(exponent, (int, float, Fraction)):
        return ""
    text = show(float(exponent)) if -1000 < exponent < 1000 else ""
    return to_raised(text) if text.lstrip("-").isdecimal() else ""


_RAISED = re.compile(r"[\^⁰¹²³⁴⁵⁶⁷⁸⁹]")
_SIMPLE_NAME = re.compile(r"[^\s+*/·^=<>-]+(?:[(\[].*[)\]])?")


def _text_name(symbol: Symbol) -> str:
    """The name; in brackets where it could be read as a formula ("x1*w1")."""
    return symbol.name if symbol.latex or _SIMPLE_NAME.fullmatch(symbol.name) else f"[{symbol.name}]"


def _form_in_text(primitive: Primitive) -> Form:
    return primitive.text or primitive.python


def text_number(number: Any, digits: int) -> tuple[str, int]:
    text = show(number, digits)
    if " " in text:
        return text, SUM
    if text.startswith("-"):
        return text, NEGATION
    return text, PRODUCT - 1 if "/" in text or "*" in text else ATOM


TEXT = Style(_form_in_text, _text_name, text_number, superscripts=True)
