"""A name for each node of a graph: its label, or a letter and a number."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import Any

from ..graph import is_activation, topological_order
from ..primitives import lookup
from ..value import Value
from ..weighted import split_weighted_sum
from .digits import to_lowered, with_plain_indices
from .symbols import Symbol, operation
from .variables import variable_names

__all__ = ["Names", "in_a_line"]


class Names:
    """A name for each node: its label, or a letter and a number, given when it is first asked for.

    >>> x = Value(2.0, label="x")
    >>> y = x * x
    >>> names = Names()
    >>> names[x], names[y], names[y + 1], names[y]
    ('x', 't₁', 't₂', 't₁')

    At a prompt an unlabelled node that a variable holds is called as that. Other unlabelled weighted sums are
    z₁, z₂ …, of leaves w₁ …, x₁ … and b₁ …; what is an activation a₁, a₂ … (with the number of its z, if it
    has one), other leaves v₁, v₂ …, and all else t₁, t₂ … A label that two nodes have gets a prime at the
    second. ``nodes`` are those whose labels are given away first, so that no t₁
    takes the name of a later label. What is named in ``known`` has the same name here.
    """

    def __init__(self, nodes: Iterable[Value] = (), known: Names | None = None) -> None:
        self._names: dict[Value, str] = {} if known is None else dict(known._names)
        self._taken: dict[str, Value] = {} if known is None else dict(known._taken)
        self._count: dict[str, int] = {} if known is None else dict(known._count)
        self._labelled: dict[str, list[Value]] = {}
        self._softmax: dict[tuple[Any, ...], dict[int, Value]] = {}
        self._letters: dict[Value, str] = {}  # of leaves that a weighted sum takes
        self._variables: dict[Value, str] | None = None if known is None else known._variables
        for node in nodes:
            if node.op == "weighted_sum":
                self._note_neuron(node)
            label = self.known_as(node)
            if label:
                self[node]
                self._labelled.setdefault(label, []).append(node)
            if node.op == "softmax":
                self._softmax.setdefault(node.operands, {})[node.primitive.index] = node

    @classmethod
    def under(cls, root: Value) -> Names:
        """The names of all that is under ``root``: they depend on the graph only, and every reader has the same.

        >>> x = Value(2.0, label="x")
        >>> a = x.tanh() * 3
        >>> list(Names.under(a * a).nodes)
        ['x', 'a₁', 't₁', 't₂']

        In a graph of very many unlabelled nodes these are named as they are asked for.
        """
        order = topological_order(root)
        names = cls(order)
        unlabelled = [node for node in order if node not in names._names]
        if len(unlabelled) <= _MOST_NAMED:
            for node in sorted(unlabelled, key=_turn):
                names[node]
        return names

    def __getitem__(self, node: Value) -> str:
        name = self._names.get(node)
        if name is None:
            label = in_a_line(self.known_as(node))
            name = self._names[node] = self._primed(label) if label else self._made_up(node)
            self._taken[with_plain_indices(name)] = node
        return name

    def _note_neuron(self, node: Value) -> None:
        weights, inputs, bias = split_weighted_sum(node.operands)
        for letter, operands in (("w", weights), ("x", inputs), ("b", [bias])):
            for operand in operands:
                if isinstance(operand, Value) and not operand.op:
                    self._letters.setdefault(operand, letter)

    def _primed(self, name: str) -> str:
        """``name``, with a prime for each time that it was already taken."""
        while with_plain_indices(name) in self._taken:
            name += "′"
        return name

    def _made_up(self, node: Value) -> str:
        """The a₁ of an activation of z₁; else the next of t₁, t₂ … that is not taken."""
        name = self.as_its_sum(node)
        if name:
            return name
        letter = self._letters.get(node) or _letter(node)
        while True:
            self._count[letter] = self._count.get(letter, 0) + 1
            name = letter + to_lowered(self._count[letter])
            if with_plain_indices(name) not in self._taken:
                return name

    def as_its_sum(self, node: Value) -> str:
        """The a₁ of an activation of z₁, where nothing else has that name; "" for any other node."""
        z = _sum_of(node)
        numbered = None if z is None else _NUMBERED_SUM.fullmatch(self[z])
        name = ("A" if numbered[1] == "Z" else "a") + numbered[2] if numbered else ""
        return "" if with_plain_indices(name) in self._taken else name

    def known_as(self, node: Value) -> str:
        """The label; or, at a prompt, the name of the variable that holds the node; or "" where there is neither."""
        if node.label:
            return node.label
        if self._variables is None:
            self._variables = variable_names()
        return self._variables.get(node, "")

    def label(self, node: Value) -> str:
        """The label as it was typed, with the primes of the name; the name of a node that has no label."""
        line = in_a_line(node.label)
        return node.label + self[node][len(line) :] if line else self[node]

    # --- looking up ---

    @property
    def nodes(self) -> dict[str, Value]:
        """The nodes by their names, as far as these have been given."""
        return {name: node for node, name in self._names.items()}

    def called(self, name: str) -> Value | None:
        """The one node that has this name. h′ may be typed h', and t₁ may be typed t1 or t_1.

        >>> h = Value(2.0, label="h")
        >>> second = h * h
        >>> second.label = "h"
        >>> names = Names.under(second)
        >>> names.called("h") is h, names.called("h'") is second, names.called("k")
        (True, True, None)
        """
        return self._taken.get(with_plain_indices(name)) or self._taken.get(with_plain_indices(name.replace("'", "′")))

    def find(self, name: str) -> list[Value]:
        """All nodes that have this label; where there is none, the one that is called so: h′, or t₁."""
        called = self.called(name)
        return list(self._labelled.get(name, [])) or ([] if called is None else [called])

    def hint(self, name: str) -> str:
        """What to do where there is no node of that name."""
        names = sorted(self[node] for nodes in self._labelled.values() for node in nodes)
        near = difflib.get_close_matches(name, names, 3)
        return f"did you mean {' or '.join(map(repr, near))}?" if near else "label the node, or give the node itself"

    # --- in formulas ---

    def symbol(self, operand: Any) -> Any:
        """A node as a symbol that knows its number; a bare number as it is."""
        return Symbol(self[operand], operand.data) if isinstance(operand, Value) else operand

    def softmax(self, node: Value, operands: Sequence[Any]) -> list[Any]:
        """The softmax of a node's operands, each probability by its name if it is in the graph."""
        known = self._softmax.get(node.operands, {})
        return [
            self.symbol(known[index]) if index in known else operation(lookup(("softmax", index)), operands)
            for index in range(len(operands))
        ]


def _letter(node: Value) -> str:
    if not node.op:
        return "v"
    if node.op == "weighted_sum":
        return "z"
    return "a" if is_activation(node) else "t"


def in_a_line(label: str) -> str:
    """A label on one line, its control characters as they are escaped: none of them reaches a terminal."""
    line = " ".join(label.splitlines()).strip()
    return line if line.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in line)


def _turn(node: Value) -> int:
    """Whose number another one takes comes before it; and that one before those that take any."""
    return 0 if node.op == "weighted_sum" else 1 if _sum_of(node) else 2


def _sum_of(node: Value) -> Value | None:
    """The weighted sum that a node is the activation of; None for any other."""
    if not is_activation(node):
        return None
    argument = node.operands[max(node.primitive.index, 0)]
    return argument if isinstance(argument, Value) and argument.op == "weighted_sum" else None


_MOST_NAMED = 10_000  # unlabelled nodes
_NUMBERED_SUM = re.compile(r"([zZ])([\d₀-₉⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾_,\[\]]+)")
