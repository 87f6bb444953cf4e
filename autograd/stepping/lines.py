"""An event as one line: the rule, the names, the numbers, the result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..numeric import Number
from ..value import Value

if TYPE_CHECKING:
    from .machine import Event

__all__ = ["Names", "line", "written"]

MAX_TERMS = 8  # of a sum, on one line


class Names:
    """What the nodes of a graph are called: by their labels, else t1, t2 … for operations, and the number of a leaf."""

    def __init__(self, order: Sequence[Value]) -> None:
        self._order = order
        self._places: dict[Value, int] = {}

    def __call__(self, operand: Any) -> str:
        if not isinstance(operand, Value):
            return written(operand)
        if operand.label:
            return operand.label
        if not operand.op:
            return written(operand.data)
        if not self._places:  # at the first use: most graphs are never printed
            self._places = {node: place for place, node in enumerate(self._order, 1)}
        return f"t{self._places[operand]}"


def written(number: Number) -> str:
    """A number with six significant digits, without a bare ``.0``."""
    return f"{number:.6g}" if isinstance(number, float) else str(number)


def line(event: Event, names: Names) -> str:
    if event.kind == "evaluate":
        return _evaluated(event, names)
    root = f"d{names(_root(names, event))}"
    if event.kind == "seed":
        return f"{root}/{root} = {written(event.cotangent)}"
    if event.kind == "accumulate":
        total = written(event.before + event.cotangent)  # type: ignore[operator]
        own = written(event.cotangent)
        return f"{names(event.node)}.grad = {written(event.before)} + {own} = {total}, with the earlier passes"
    node = names(event.node)
    terms = []
    for operand, partial, contribution, total in event.contributions[:MAX_TERMS]:
        so_far = f", so far {written(total)}" if total != contribution else ""
        terms.append(
            f"{root}/d{names(operand)} = {root}/d{node} * d{node}/d{names(operand)}"
            f" = {_product(event.cotangent, partial)} = {written(contribution)}{so_far}"
        )
    left_out = len(event.contributions) - len(terms)
    return ";  ".join(terms) + (f";  and {left_out} more" if left_out else "")


def _root(names: Names, event: Event) -> Value:
    return names._order[-1] if names._order else event.node


def _product(*factors: Any) -> str:
    return " * ".join(f"({text})" if text.startswith("-") else text for text in map(written, factors))


def _evaluated(event: Event, names: Names) -> str:
    primitive = event.node._primitive
    assert primitive is not None
    form = primitive.python
    texts = []
    for operands in (map(names, event.node.operands), map(written, event.numbers)):
        shown = [f"({text})" if text.startswith("-") else text for text in operands]
        texts.append(form.template.format(*shown) if primitive.arity else form.template.format(", ".join(shown)))
    result = f"{names(event.node)} = {' = '.join(texts)} = {written(event.data)}"
    return result + (f" (was {written(event.before)})" if event.before != event.data else "")
