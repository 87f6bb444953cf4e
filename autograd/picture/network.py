"""The network in a graph: its neurons by layer, the softmaxes after them, and what lies between."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from ..errors import UnknownNameError
from ..graph import is_activation
from ..notation.digits import without_raised
from ..primitives import FAMILIES, lookup
from ..value import Value
from ..weighted import split_weighted_sum

__all__ = ["Network", "Neuron", "Slot", "Softmax", "slots"]

_NUMBERED = re.compile(r"(\d+)\.|[^\W\d_]+(?:([⁰¹²³⁴⁵⁶⁷⁸⁹]+|⁽[⁰¹²³⁴⁵⁶⁷⁸⁹]+⁾)|(\d+)\[)")


@dataclass(slots=True, eq=False)
class Neuron:
    """The weighted sums of one row of weights: one for each sample that went through the network."""

    layer: int
    weights: tuple[Any, ...]
    bias: Any
    sums: list[Value] = field(default_factory=list)
    activations: list[Value] = field(default_factory=list)  # of those sums that have one
    number: int = 0  # in its layer, from 1

    @property
    def nodes(self) -> list[Value]:
        return [*self.sums, *self.activations]


@dataclass(slots=True, eq=False)
class Softmax:
    """The softmax, or the log-softmax, of the z of some neurons: for each sample those of its values that are used."""

    op: str
    neurons: tuple[Neuron, ...]
    samples: dict[tuple[Value, ...], dict[int, Value]] = field(default_factory=dict)  # by the sums; then by index

    @property
    def layer(self) -> int:
        return max(neuron.layer for neuron in self.neurons)

    @property
    def nodes(self) -> list[Value]:
        return [node for used in self.samples.values() for node in used.values()]

    def values(self, index: int) -> list[Any]:
        """For each sample the node at an index, or, where the graph does not use it, its number."""
        row = lookup((self.op, index))
        return [
            used[index] if index in used else row.rule([z.data for z in sums]) for sums, used in self.samples.items()
        ]


class Network:
    """The neurons of a graph by the number of their layer."""

    def __init__(self, root: Value, order: list[Value]) -> None:
        self.root = root
        self.order = order
        activation_of = _activations(order)
        depth: dict[Value, int] = {}
        rows: dict[tuple[int, ...], Neuron] = {}
        self.unit_of: dict[Value, Neuron | Softmax] = {}  # a neuron by its z, and by its a
        for node in order:
            if node.op != "weighted_sum":
                depth[node] = max([depth[x] for x in node.operands if isinstance(x, Value)], default=0)
                continue
            weights, inputs, bias = split_weighted_sum(node.operands)
            depth[node] = layer = 1 + max([depth[x] for x in inputs if isinstance(x, Value)], default=0)
            neuron = rows.setdefault(tuple(map(id, (*weights, bias))), Neuron(layer, weights, bias))
            neuron.sums.append(node)
            self.unit_of[node] = neuron
            if node in activation_of:
                neuron.activations.append(activation_of[node])
                self.unit_of[activation_of[node]] = neuron
        if not rows:
            raise UnknownNameError(
                'detail="neuron": there is no weighted sum, and so no neuron; draw the graph with detail="node"'
            )
        self.layers: dict[int, list[Neuron]] = {}
        for neuron in rows.values():
            layer_of_neuron = self.layers.setdefault(neuron.layer, [])
            layer_of_neuron.append(neuron)
            neuron.number = len(layer_of_neuron)
        self._number_layers()
        self.softmaxes = self._softmaxes()

    def _number_layers(self) -> None:
        """Give the layers the numbers that their labels have, where these count up; they have their depth so far."""
        numbers = []
        for _, (first, *_) in sorted(self.layers.items()):
            labels = [x.label for x in (first.sums[0], *first.weights, first.bias) if isinstance(x, Value)]
            numbers.append(next((number for number in map(_number_in, labels) if number is not None), None))
        if None in numbers or any(one >= other for one, other in pairwise(numbers)):  # type: ignore[operator]
            return
        self.layers = dict(zip(numbers, [neurons for _, neurons in sorted(self.layers.items())]))  # type: ignore[arg-type]
        for number, neurons in self.layers.items():
            for neuron in neurons:
                neuron.layer = number

    def _softmaxes(self) -> list[Softmax]:
        """Those of sums alone; one that takes anything else is folded, as any other operation."""
        found: dict[tuple[Any, ...], Softmax] = {}
        for node in self.order:
            sums = node.operands
            if node.op in FAMILIES and all(isinstance(z, Value) and z.op == "weighted_sum" for z in sums):
                neurons: Any = tuple(self.unit_of[z] for z in sums)
                softmax = found.setdefault((node.op, neurons), Softmax(node.op, neurons))
                softmax.samples.setdefault(sums, {})[node.primitive.index] = node
                self.unit_of[node] = softmax
        return list(found.values())

    def region(self, starts: Iterable[Any]) -> list[Value]:
        """The operations under ``starts``, operands first, down to the neurons and the softmaxes, without them."""
        inside: set[Value] = set()
        stack = [x for x in starts if isinstance(x, Value)]
        while stack:
            node = stack.pop()
            if node in inside or node in self.unit_of or not node.op:
                continue
            inside.add(node)
            stack += [x for x in node.operands if isinstance(x, Value)]
        return [node for node in self.order if node in inside]


def _number_in(label: str) -> int | None:
    """The number of a layer in the label of a z, a weight or a bias: 2 in z²₁, W2[0][1] and 2.weight[0][1]."""
    found = _NUMBERED.match(label)
    return int(without_raised(found[1] or found[2] or found[3]).strip("()")) if found else None


@dataclass(frozen=True, slots=True)
class Slot:
    """What stands at one place of a neuron's inputs, for its first sample; other neurons may take it too."""

    neuron: Neuron
    place: int
    operand: Any

    @property
    def key(self) -> Any:
        """The same for all neurons of a layer that take it: equal numbers at the same place are one input."""
        return self.operand if isinstance(self.operand, Value) else (self.neuron.layer, self.place, self.operand)

    def samples(self) -> list[Any]:
        """What stands there for each sample."""
        return [split_weighted_sum(node.operands)[1][self.place] for node in self.neuron.sums]


def slots(neuron: Neuron) -> list[Slot]:
    _, inputs, _ = split_weighted_sum(neuron.sums[0].operands)
    return [Slot(neuron, place, operand) for place, operand in enumerate(inputs)]


def _activations(order: Iterable[Value]) -> dict[Value, Value]:
    """The activation that follows each weighted sum: the first in the order that is taken of it."""
    found: dict[Value, Value] = {}
    for node in order:
        if is_activation(node) and node.op not in FAMILIES and node.operands[0].op == "weighted_sum":
            found.setdefault(node.operands[0], node)
    return found
