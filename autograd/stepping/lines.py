"""An event as one line of chain rule: the rule, the names, the numbers, the result."""

from __future__ import annotations

from functools import cached_property, reduce
from operator import add
from typing import Any

from ..messages import written
from ..notation import Names, Symbol, formula, is_exact, partial, show, write
from ..numeric import Number
from ..value import Value
from .events import Contribution, Event

__all__ = ["Namer", "chained", "line", "of_names", "partial_of"]

MAX_TERMS = 8  # contributions on one line; the event has all of them


class Namer:
    """The names of a graph's nodes, given when the first is asked for: most graphs are never printed."""

    def __init__(self, root: Value, digits: int, result: str = "") -> None:
        self.digits = digits
        self._root = root
        self._result = result

    @cached_property
    def names(self) -> Names:
        return Names.under(self._root)

    @property
    def result(self) -> str:
        """The name of what is differentiated."""
        return self._result or self[self._root]

    def __getitem__(self, node: Value) -> str:
        return self.names[node]

    def derivative(self, node: Value) -> str:
        return f"∂{self.result}/∂{self[node]}"

    def show(self, number: Number) -> str:
        return show(number, self.digits)

    def gives(self, number: Number) -> str:
        """`` = 0.5``, or `` ≈ 0.3333``."""
        return f" {'=' if is_exact(number, self.digits) else '≈'} {self.show(number)}"


class _Numbers(Names):
    """The names with the numbers of an event, whatever the nodes have by now; without one, with those they have."""

    def __init__(self, namer: Namer, event: Event | None = None) -> None:
        super().__init__()
        self._namer = namer
        self._then = {} if event is None else dict(zip(event.node.operands, event.numbers)) | {event.node: event.data}

    def symbol(self, operand: Any) -> Any:
        if not isinstance(operand, Value):
            return operand
        return Symbol(self._namer[operand], self._then.get(operand, operand.data))

    def softmax(self, node: Value, operands: Any) -> list[Any]:
        """By their names, or in exponentials, which a pocket calculator has."""
        known = self._namer.names.softmax(node, operands)
        written = [p.primitive.textbook(operands) if p.primitive else p for p in known]
        return [known[i] if p.number is None else p for i, p in enumerate(written)]  # None: an exp is too large


def line(event: Event, namer: Namer) -> str:
    if event.kind == "evaluate":
        was = f" (was {namer.show(event.before)})" if written(event.before) != written(event.data) else ""  # nan is nan
        expression = formula(event.node, _Numbers(namer, event))
        return f"{namer[event.node]} = {_in_stages(expression, event.data, namer)}{was}"
    if event.kind == "seed":
        return f"{namer.derivative(event.node)} = {namer.show(event.cotangent)}"
    if event.kind == "accumulate":
        both = Symbol("", event.before) + Symbol("", event.cotangent)
        sum_of_both = _in_numbers(both, namer) + namer.gives(both.number)
        return f"{namer[event.node]}.grad = {sum_of_both}, with the earlier passes"
    shown = event.contributions[:MAX_TERMS]
    numbers, cotangent = _Numbers(namer, event), namer.derivative(event.node)
    symbol = Symbol(cotangent, event.cotangent, latex=cotangent)  # written as it is, its / no division
    places = (place for place, operand in enumerate(event.node.operands) if isinstance(operand, Value))
    terms = [
        _contribution(symbol * partial(event.node, place, numbers), term, namer) for place, term in zip(places, shown)
    ]
    left_out = len(event.contributions) - len(terms)
    return ";  ".join(terms) + (f";  and {left_out} more" if left_out else "")


def _contribution(expression: Any, term: Contribution, namer: Namer) -> str:
    sign, so_far = ("=", "") if term.total == term.contribution else ("+=", f", so far {namer.show(term.total)}")
    return f"{namer.derivative(term.operand)} {sign} {_in_stages(expression, term.contribution, namer)}{so_far}"


def _in_stages(expression: Any, result: Number, namer: Namer) -> str:
    """Names, numbers, result; what is the same as the one before it is left out, and ≈ says that it is rounded."""
    shown = namer.show(result)
    stages = [write(expression, digits=namer.digits), _in_numbers(expression, namer)]
    different = [stage for place, stage in enumerate(stages) if stage not in (*stages[:place], shown)]
    return " = ".join(different) + namer.gives(result) if different else shown


def _in_numbers(expression: Any, namer: Namer) -> str:
    return write(expression, upto=0, digits=namer.digits)


def of_names(node: Value, namer: Namer) -> str:
    """A node as its name and its operation: ``h = tanh(z)``."""
    if not node.op:
        return namer[node]
    return f"{namer[node]} = {write(formula(node, _Numbers(namer)), digits=namer.digits)}"


def partial_of(consumer: Value, node: Value) -> Number:
    """∂consumer/∂node: the sum over the places where the node is an operand."""
    return reduce(add, [partial for operand, partial in zip(consumer.operands, consumer.partials) if operand is node])


def chained(consumer: Value, node: Value, factor: Number, namer: Namer) -> str:
    """∂consumer/∂node as text, with the product of the way so far: ``factor`` is that of the way to the consumer."""
    places = [place for place, operand in enumerate(consumer.operands) if operand is node]
    rule = reduce(add, [partial(consumer, place, _Numbers(namer)) for place in places])
    number = partial_of(consumer, node)
    numbers = _in_numbers(Symbol("", factor) * Symbol("", number), namer)
    name = f"∂{namer[consumer]}/∂{namer[node]}"
    return f"{name} = {_in_stages(rule, number, namer)}, so far {numbers}{namer.gives(factor * number)}"
