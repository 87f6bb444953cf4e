"""An event as one line: the rule, the names, the numbers, the result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..numeric import Number
from ..value import Value

if TYPE_CHECKING:
    from .machine import Event

__all__ = ["Names", "formula", "line", "product", "written"]

MAX_TERMS = 8  # of a sum, on one line


class Names:
    """What the nodes of a graph are called: by their labels, else t1, t2 … for operations, and the number of a leaf.

    ``result`` is the name of what is differentiated, where it is not ``root`` (as in the steps of one node).
    """

    def __init__(self, order: Sequence[Value], root: Value, prefix: str = "t", result: str = "") -> None:
        self._order = order
        self._root = root
        self._prefix = prefix
        self._result = result
        self._places: dict[Value, int] = {}

    @property
    def result(self) -> str:
        return self._result or self(self._root)

    def __call__(self, operand: Any) -> str:
        if not isinstance(operand, Value):
            return written(operand)
        if operand.label:
            return operand.label
        if not operand.op:
            return written(operand.data)
        if not self._places:  # at the first use: most graphs are never printed
            self._places = {node: place for place, node in enumerate(self._order, 1)}
        return f"{self._prefix}{self._places[operand]}"


def written(number: Number) -> str:
    """A number with six significant digits, without a bare ``.0``."""
    return f"{number:.6g}" if isinstance(number, float) else str(number)


def line(event: Event, names: Names) -> str:
    if event.kind == "evaluate":
        return _evaluated(event, names)
    root, node, cotangent = f"d{names.result}", names(event.node), written(event.cotangent)
    if event.kind == "seed":
        return f"{root}/{root} = {cotangent}"
    if event.kind == "accumulate":
        total = written(event.before + event.cotangent)  # type: ignore[operator]
        return f"{node}.grad = {written(event.before)} + {cotangent} = {total}, with the earlier passes"
    terms = []
    for operand, partial, contribution, total in event.contributions[:MAX_TERMS]:
        name = names(operand)
        sign, so_far = ("=", "") if total == contribution else ("+=", f", so far {written(total)}")
        terms.append(
            f"{root}/d{name} {sign} {root}/d{node} * d{node}/d{name}"
            f" = {product(event.cotangent, partial)} = {written(contribution)}{so_far}"
        )
    left_out = len(event.contributions) - len(terms)
    return ";  ".join(terms) + (f";  and {left_out} more" if left_out else "")


def product(*factors: Number) -> str:
    return " * ".join(map(_in_parentheses, map(written, factors)))


def formula(node: Value, names: Names) -> str:
    """The operation of a node, written with names."""
    return _filled_in(node, [names(operand) for operand in node.operands])


def _evaluated(event: Event, names: Names) -> str:
    symbols, numbers = formula(event.node, names), _filled_in(event.node, [written(x) for x in event.numbers])
    was = f" (was {written(event.before)})" if event.before != event.data else ""
    return f"{names(event.node)} = {symbols} = {numbers} = {written(event.data)}{was}"


def _filled_in(node: Value, operands: list[str]) -> str:
    primitive = node._primitive
    assert primitive is not None
    shown = [_in_parentheses(text) for text in operands]
    return primitive.python.template.format(*shown if primitive.arity else [", ".join(shown)])


def _in_parentheses(text: str) -> str:
    return f"({text})" if text.startswith("-") else text
