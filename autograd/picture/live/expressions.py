"""The formulas of a graph's nodes as data, which the page writes with the numbers of the moment.

What an expression is made of is said in ``script/writing.js``.
"""

from __future__ import annotations

import math
from string import Formatter
from typing import Any

from ...notation import Names, Symbol, formula, partial
from ...notation.writing import TEXT
from ...primitives import Primitive, lookup
from ...value import Undefined, Value

__all__ = ["Expressions", "as_json_number"]


class _Reference(Symbol):
    """The symbol of a node."""

    __slots__ = ("node",)
    node: Value


class _References(Names):
    """The names of a graph, whose symbols know their nodes."""

    def symbol(self, operand: Any) -> Any:
        if not isinstance(operand, Value):
            return operand
        reference = _Reference(self[operand], operand.data)
        reference.node = operand
        return reference

    def softmax(self, node: Value, operands: Any) -> list[Any]:
        """By their names, or in exponentials, which a pocket calculator has."""
        known = super().softmax(node, operands)
        written = [p.primitive.textbook(operands) if p.primitive else p for p in known]
        return [known[i] if p.number is None else p for i, p in enumerate(written)]  # None: an exp is too large


class Expressions:
    """Makes them, and collects the forms of the operations in them."""

    def __init__(self, names: Names, index_of: dict[Value, int], constants_by_place: bool = False) -> None:
        self._names = _References(index_of, known=names)
        self._index_of = index_of
        self._constants_by_place = constants_by_place
        self.forms: dict[str, Any] = {name: _form(lookup(name)) for name in ("sub", "mul", "neg")}

    def formula(self, node: Value) -> Any:
        return self._encoded(formula(node, self._names), node)

    def partial(self, node: Value, place: int) -> Any:
        if isinstance(node.partials[place], Undefined):  # now; of other numbers there may be one
            primitive: Any = node.primitive
            symbols = [self._names.symbol(x) if isinstance(x, Value) else Symbol("", x) for x in node.operands]
            return self._encoded(primitive.partials[place](self._names.symbol(node), *symbols), node)
        return self._encoded(partial(node, place, self._names), node)

    def _encoded(self, expression: Any, node: Value) -> Any:
        if isinstance(expression, _Reference):
            if expression.node is node:
                return -1
            for place, operand in enumerate(node.operands):
                if operand is expression.node:
                    return place
            return ["@", self._index_of[expression.node]]
        if not isinstance(expression, Symbol):
            if self._constants_by_place and type(expression) is float:
                for place, operand in enumerate(node.operands):
                    if operand is expression:
                        return place
            kind = "i" if type(expression) is int and abs(expression) < 2**53 else "#"
            return [kind, as_json_number(expression)]
        if expression.primitive is None:
            return ["…"] if expression.number is None else ["#", as_json_number(expression.number)]
        key = expression.primitive.name
        if expression.primitive.index >= 0:
            key += f".{expression.primitive.index}"
        self.forms[key] = _form(expression.primitive)
        return [key, *[self._encoded(operand, node) for operand in expression.operands]]


def as_json_number(number: Any) -> float | int | str:
    """A number as JSON has it, and a name for what it has not."""
    if type(number) is int and abs(number) < 2**53:
        return number
    number = float(number)
    return number if math.isfinite(number) else "nan" if number != number else "inf" if number > 0 else "-inf"


def _form(primitive: Primitive) -> dict[str, Any]:
    form = TEXT.form(primitive)
    template = [
        [text, None if field is None else int(field)] for text, field, _, _ in Formatter().parse(form.template)
    ]
    return {"template": template, "binding": form.binding, "operands": form.operands, "arity": primitive.arity}
