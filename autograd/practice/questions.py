"""What a quiz asks of a graph: values on the way forward; partials, contributions and gradients on the way back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

from .. import numeric
from ..graph import consumers, topological_order
from ..interpret import pull_back
from ..notation import Names, Symbol, formula, latex_name, partial, show, write
from ..value import Value, contributions

__all__ = ["Question", "givens", "questions"]

# What a hint says of a function, as it is not to be seen from its name.
_DEFINED = {
    "sigmoid": "σ(z) = 1 / (1 + e⁻ᶻ)",
    "tanh": "tanh(z) = (eᶻ - e⁻ᶻ) / (eᶻ + e⁻ᶻ)",
    "relu": "ReLU(z) is z where z > 0, and 0 elsewhere",
    "softplus": "softplus(z) = ln(1 + eᶻ)",
    "gelu": "GELU(z) = z · Φ(z), where Φ is the distribution function of the standard normal",
    "softmax": "e to its own number, divided by the sum of e to each of the numbers",
    "log_softmax": "ln of a probability: e to its own number, divided by the sum of e to each of the numbers",
}
_IS_CONDITION = re.compile(r"\[[^\]]*[<>=≤≥]")  # [z > 0], and not softmax[1]


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One number that is asked for.

    ``kind`` is "value" (the data of ``node``), "partial" (of the consumer ``through``, with respect to ``node``),
    "contribution" (of ``through`` to the gradient of ``node``) or "gradient". ``asked`` names it, ``formula`` and
    ``numbers`` are what a hint shows, ``expected`` is the number.
    """

    kind: str
    node: Value
    through: Value | None
    asked: str
    formula: str
    numbers: str
    expected: Any


def questions(root: Value, digits: int = 4) -> list[Question]:
    """All questions of a graph in the order of the passes: no answer is asked for before what it needs.

    >>> x = Value(2.0, "x")
    >>> y = x * x; y.label = "y"
    >>> [f"{question.asked} {question.expected}" for question in questions(y)]
    ['y = x · x 4.0', '∂y/∂x 4.0']

    A bare number, the root's own gradient of 1, and an unlabelled leaf (a constant of the calculation) are not
    asked for. A gradient that comes on several ways is asked way by way, and then as their sum.
    """
    return [*_Asking(root, digits).forward(), *_Asking(root, digits).backward()]


def givens(root: Value, digits: int = 4) -> list[tuple[str, str]]:
    """The leaves that have names, with their numbers: what the questions start from."""
    names = Names.under(root)
    order = topological_order(root)
    return [(names[node], show(node.data, digits)) for node in order if not node.op and names.known_as(node)]


class _Asking:
    def __init__(self, root: Value, digits: int) -> None:
        self.root, self.digits = root, digits
        self.order = topological_order(root)
        self.names = Names.under(root)
        self.consumers = consumers(self.order)
        self.cotangents = pull_back(self.order, {root: numeric.like(root.data, 1)}, contributions)

    def forward(self) -> Iterator[Question]:
        for node in self.order:
            if node.op:
                rule = formula(node, self.names)
                symbols = write(rule, digits=self.digits)
                asked = f"{self.names[node]} = {symbols}"
                numbers = self._in_numbers(rule)
                yield Question("value", node, None, asked, _DEFINED.get(node.op, numbers), numbers, node.data)

    def backward(self) -> Iterator[Question]:
        for node in reversed(self.order):
            if node is self.root or not (node.op or self.names.known_as(node)) or node not in self.cotangents:
                continue
            users = [user for user in reversed(self.consumers[node]) if user in self.cotangents]
            for user in users:
                # of the root it is the gradient itself
                if len(user.operands) == 1 and user.op != "neg" and user is not self.root:
                    yield self._partial(node, user)
            if len(users) > 1:
                for user in users:
                    yield self._contribution(node, user)
            yield self._gradient(node, users)

    def _rule(self, node: Value, user: Value) -> Any:
        """∂user/∂node as an expression: the sum over the places at which the node is an operand."""
        places = [place for place, operand in enumerate(user.operands) if operand is node]
        return reduce(add, [partial(user, place, self.names) for place in places])

    def _term(self, node: Value, user: Value) -> Any:
        if user is self.root:  # whose own gradient is 1
            return self._rule(node, user)
        name = self._derivative(user)
        return Symbol(name, self.cotangents[user], latex_name(name)) * self._rule(node, user)

    def _partial(self, node: Value, user: Value) -> Question:
        rule = self._rule(node, user)
        asked = f"∂{self.names[user]}/∂{self.names[node]}"
        return self._question("partial", node, user, asked, rule, _partial_of(user, node))

    def _contribution(self, node: Value, user: Value) -> Question:
        asked = f"{self._derivative(node)}, the part through {self.names[user]}"
        number = self.cotangents[user] * _partial_of(user, node)
        return self._question("contribution", node, user, asked, self._term(node, user), number)

    def _gradient(self, node: Value, users: list[Value]) -> Question:
        rule = reduce(add, [self._term(node, user) for user in users])
        through = users[0] if len(users) == 1 else None
        return self._question("gradient", node, through, self._derivative(node), rule, self.cotangents[node])

    def _question(self, kind: str, node: Value, user: Value | None, asked: str, rule: Any, number: Any) -> Question:
        symbols = write(rule, digits=self.digits)
        said = f"{symbols}, where [ ] is 1 if it holds, and 0 if not" if _IS_CONDITION.search(symbols) else symbols
        return Question(kind, node, user, asked, said, self._in_numbers(rule), number)

    def _derivative(self, node: Value) -> str:
        return f"∂{self.names[self.root]}/∂{self.names[node]}"

    def _in_numbers(self, rule: Any) -> str:
        return write(rule, upto=0, digits=self.digits)


def _partial_of(user: Value, node: Value) -> Any:
    return reduce(add, [partial for operand, partial in zip(user.operands, user.partials) if operand is node])
