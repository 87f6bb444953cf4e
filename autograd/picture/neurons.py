"""A network as its neurons: z and a, layer by layer, under the names that textbooks give them.

A neuron is a weighted sum z and the activation a that follows it. A layer bears the number that the labels of
its z or of its weights have (0 for "0.weight[0][1]", 2 for z²₁), or else the layers are counted from 1. In the
graph of several samples, a neuron's z and a are named by layer and place: z¹₂ = w₃ x₁ + w₄ x₂ + b₂.
A softmax takes the z of a whole layer, and so has a box of its own. Whatever is neither
neuron, softmax, weight nor input is folded, and says what it holds.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, TypeVar

from ..errors import UnknownNameError
from ..graph import is_activation
from ..notation import Names, show
from ..notation.digits import to_lowered, to_raised, without_raised
from ..numeric import total
from ..primitives import FAMILIES, lookup
from ..value import Undefined, Value
from ..weighted import split_weighted_sum
from .columns import draw_lines, place_in_columns
from .freshness import Freshness, contribution
from .nodes import symbol
from .scene import Box, Link, Scene

__all__ = ["Told", "scene_of_neurons"]

_LONGEST_NAME = 20  # characters of a label that takes the place of a name such as w¹₁₂
_SHOWN_AT_ENDS = (8, 2)  # of a wide layer: so many of its first neurons, and of its last
_MOST_WEIGHTS = 6  # of a neuron, that are listed in its box

_Any = TypeVar("_Any")

_NUMBERED = re.compile(r"(\d+)\.|[^\W\d_]+(?:([⁰¹²³⁴⁵⁶⁷⁸⁹]+|⁽[⁰¹²³⁴⁵⁶⁷⁸⁹]+⁾)|(\d+)\[)")


class Told(str):
    """A line of a box that tells numbers: under which name, and of which nodes; for who keeps it up to date."""

    name: str
    nodes: tuple[Any, ...]

    @classmethod
    def of(cls, text: str, name: str, nodes: Iterable[Any]) -> Told:
        line = cls(text)
        line.name, line.nodes = name, tuple(nodes)
        return line


def scene_of_neurons(
    root: Value,
    order: list[Value],
    names: Names,
    freshness: Freshness,
    *,
    digits: int,
    direction: str,
    with_room: Callable[[list[str]], list[str]] | None = None,
) -> Scene:
    """The scene of the network under ``root``. Raises UnknownNameError where there is no weighted sum.

    ``with_room`` makes of a box's lines the widest ones that there must be room for.
    """
    painter = _Painter(_Network(root, order), names, freshness, digits)
    if with_room is not None:
        for box in painter.scene.boxes:
            box.lines = with_room(box.lines)
    place_in_columns(painter.scene, painter.columns, direction)
    draw_lines(painter.scene, direction)
    return painter.scene


# --- finding the network ---------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class _Neuron:
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
class _Softmax:
    """The softmax, or the log-softmax, of the z of some neurons: for each sample those of its values that are used."""

    op: str
    neurons: tuple[_Neuron, ...]
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


class _Network:
    """The neurons of a graph by the number of their layer."""

    def __init__(self, root: Value, order: list[Value]) -> None:
        self.root = root
        self.order = order
        activation_of = _activations(order)
        depth: dict[Value, int] = {}
        rows: dict[tuple[int, ...], _Neuron] = {}
        self.unit_of: dict[Value, _Neuron | _Softmax] = {}  # a neuron by its z, and by its a
        for node in order:
            if node.op != "weighted_sum":
                depth[node] = max([depth[x] for x in node.operands if isinstance(x, Value)], default=0)
                continue
            weights, inputs, bias = split_weighted_sum(node.operands)
            depth[node] = layer = 1 + max([depth[x] for x in inputs if isinstance(x, Value)], default=0)
            neuron = rows.setdefault(tuple(map(id, (*weights, bias))), _Neuron(layer, weights, bias))
            neuron.sums.append(node)
            self.unit_of[node] = neuron
            if node in activation_of:
                neuron.activations.append(activation_of[node])
                self.unit_of[activation_of[node]] = neuron
        if not rows:
            raise UnknownNameError(
                'detail="neuron": there is no weighted sum, and so no neuron; draw the graph with detail="node"'
            )
        self.layers: dict[int, list[_Neuron]] = {}
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

    def _softmaxes(self) -> list[_Softmax]:
        """Those of sums alone; one that takes anything else is folded, as any other operation."""
        found: dict[tuple[Any, ...], _Softmax] = {}
        for node in self.order:
            sums = node.operands
            if node.op in FAMILIES and all(isinstance(z, Value) and z.op == "weighted_sum" for z in sums):
                neurons: Any = tuple(self.unit_of[z] for z in sums)
                softmax = found.setdefault((node.op, neurons), _Softmax(node.op, neurons))
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
class _Slot:
    """What stands at one place of a neuron's inputs, for its first sample; other neurons may take it too."""

    neuron: _Neuron
    place: int
    operand: Any

    @property
    def key(self) -> Any:
        """The same for all neurons of a layer that take it: equal numbers at the same place are one input."""
        return self.operand if isinstance(self.operand, Value) else (self.neuron.layer, self.place, self.operand)

    def samples(self) -> list[Any]:
        """What stands there for each sample."""
        return [split_weighted_sum(node.operands)[1][self.place] for node in self.neuron.sums]


def _slots(neuron: _Neuron) -> list[_Slot]:
    _, inputs, _ = split_weighted_sum(neuron.sums[0].operands)
    return [_Slot(neuron, place, operand) for place, operand in enumerate(inputs)]


def _activations(order: Iterable[Value]) -> dict[Value, Value]:
    """The activation that follows each weighted sum: the first in the order that is taken of it."""
    found: dict[Value, Value] = {}
    for node in order:
        if is_activation(node) and node.op not in FAMILIES and node.operands[0].op == "weighted_sum":
            found.setdefault(node.operands[0], node)
    return found


# --- drawing it ------------------------------------------------------------------------------------


class _Painter:
    def __init__(self, network: _Network, names: Names, freshness: Freshness, digits: int) -> None:
        self.network = network
        self.names = names
        self.freshness = freshness
        self.digits = digits
        self.scene = Scene()
        self.is_one_sample = all(len(x.sums) == 1 for layer in network.layers.values() for x in layer)
        self.columns: list[tuple[str, list[Box]]] = []  # their titles, and their boxes in order
        self._box_of_unit: dict[_Neuron | _Softmax, Box] = {}
        self._box_of_input: dict[Any, Box] = {}  # by the key of its slot
        before: int | None = None
        for layer, neurons in sorted(network.layers.items()):
            self._paint_inputs(layer, before, neurons)
            softmaxes = [softmax for softmax in network.softmaxes if softmax.layer == layer]
            self._paint_layer(layer, neurons, has_softmax=bool(softmaxes))
            self._paint_softmaxes(layer, softmaxes)
            before = layer
        if network.root not in network.unit_of:
            self._paint_folded_root()

    # --- boxes ---

    def _paint_inputs(self, layer: int, before: int | None, neurons: list[_Neuron]) -> None:
        """What a layer takes that no neuron gives: the inputs, or what is computed from neurons on the way."""
        outside = {
            slot.key: slot
            for neuron in neurons
            for slot in _slots(neuron)
            if slot.key not in self.network.unit_of and slot.key not in self._box_of_input
        }
        if not outside:
            return
        column: list[Box] = []
        self.columns.append(("inputs" if before is None else f"inputs of layer {layer}", column))
        for slot in self._ends(outside.values(), column, "inputs"):
            samples = slot.samples()
            letter = "x" if before is None else "a"
            name = self._name(slot.operand, letter, before, slot.place + 1)
            lines: list[str] = [Told.of(f"{name} = {self._range(samples)}", name, samples)]
            if len(samples) == 1 and isinstance(slot.operand, Value) and self.network.root.grad:
                lines.append(f"grad {show(slot.operand.grad, self.digits)}")
            region = self.network.region(samples)
            if region:
                lines.append(_contents(region))
            box = self.scene.add("folded" if region else "input", lines)
            column.append(box)
            self._box_of_input[slot.key] = box
            for operand in samples:
                if isinstance(operand, Value):
                    self.scene.box_of[operand] = box
            self._link_region(region, box)

    def _paint_layer(self, layer: int, neurons: list[_Neuron], has_softmax: bool) -> None:
        column: list[Box] = []
        self.columns.append((self._title(layer, "" if has_softmax else ": output", ""), column))
        for neuron in self._ends(neurons, column, "neurons"):
            box = self._add_unit(neuron, self._described(neuron))
            column.append(box)
            if isinstance(neuron.bias, Value):
                self.scene.box_of[neuron.bias] = box
            self._link_neuron(neuron, box)

    def _paint_softmaxes(self, layer: int, softmaxes: list[_Softmax]) -> None:
        column = [self._add_unit(softmax, self._values_of(softmax)) for softmax in softmaxes]
        if column:
            self.columns.append((self._title(layer, ": output", ": softmax"), column))
        for softmax, box in zip(softmaxes, column):
            self._link_region(softmax.nodes, box)

    def _title(self, layer: int, of_last: str, of_others: str) -> str:
        return f"layer {layer}{of_last if layer == max(self.network.layers) else of_others}"

    def _add_unit(self, unit: _Neuron | _Softmax, lines: list[str]) -> Box:
        nodes = unit.nodes
        box = self.scene.add(
            "operation", lines,
            is_root=self.network.root in nodes, is_stale=any(self.freshness.is_stale(node) for node in nodes),
        )  # fmt: skip
        if box.is_stale:
            box.lines.append("stale: call forward()")
        self._box_of_unit[unit] = box
        for node in nodes:
            self.scene.box_of[node] = box
        return box

    def _values_of(self, softmax: _Softmax) -> list[str]:
        """A line for each value, also for those that the graph does not use: they are as many as the z."""
        lines = []
        letter = "ln a" if softmax.op == "log_softmax" else "a"
        have_labels = any(node.label for node in softmax.nodes)
        of_all = self._name(softmax.neurons[0].sums[0], "z", softmax.layer, 1).rstrip("₀₁₂₃₄₅₆₇₈₉,")
        everything = list(enumerate(softmax.neurons))
        first, last = _SHOWN_AT_ENDS
        left_out = len(everything) - first - last
        for place, neuron in everything[:first] + everything[-last:] if left_out > 1 else everything:
            nodes = softmax.values(place)
            shown_as = f"{softmax.op}{to_lowered(place + 1)}({of_all})"
            used = next((node for node in nodes if isinstance(node, Value)), None)
            if used is not None or not have_labels:
                shown_as = f"{self._name(used, letter, neuron.layer, neuron.number)} = {shown_as}"
            if left_out > 1 and place == len(everything) - last:
                lines.append(f"… {left_out:,} more")
            lines.append(self._line(shown_as, nodes))
        return [*lines, *_how_often(len(softmax.samples))]

    def _described(self, neuron: _Neuron) -> list[str]:
        number = neuron.number
        z_name = self._name(neuron.sums[0], "z", neuron.layer, number)
        lines = [self._line(z_name, neuron.sums)]
        by_kind: dict[str, list[Value]] = {}
        for a in neuron.activations:
            by_kind.setdefault(symbol(a), []).append(a)
        for kind, nodes in by_kind.items():
            lines.append(self._line(f"{self._name(nodes[0], 'a', neuron.layer, number)} = {kind}({z_name})", nodes))
        names = [self._name(weight, "w", neuron.layer, number, place) for place, weight in enumerate(neuron.weights, 1)]
        if len(names) <= _MOST_WEIGHTS:
            lines += [self._line(name, [weight]) for name, weight in zip(names, neuron.weights)]
        else:
            lines.append(f"{names[0]} … {names[-1]}: from {self._range(list(neuron.weights))}")
        lines.append(self._line(self._name(neuron.bias, "b", neuron.layer, number), [neuron.bias]))
        return [*lines, *_how_often(len(neuron.sums))]

    def _line(self, name: str, nodes: list[Any]) -> str:
        line = f"{name} = {self._range(nodes)}"
        if len(nodes) == 1 and isinstance(nodes[0], Value) and self.network.root.grad:
            line += f", grad {show(nodes[0].grad, self.digits)}"
        return Told.of(line, name, nodes)

    def _name(self, node: Any, letter: str, layer: int | None, *numbers: int) -> str:
        """The node's label where it is short, or its name in the sheets; of several samples that of its place: z¹₂."""
        if isinstance(node, Value):
            label = self.names.label(node)
            if len(label) <= _LONGEST_NAME and (label or self.is_one_sample or not node.op):
                return label or self.names[node]
        raised = "" if layer is None else to_raised(str(layer))
        return letter + raised + ("," if max(numbers) > 9 else "").join(map(to_lowered, numbers))

    def _range(self, nodes: list[Any]) -> str:
        numbers = [node.data if isinstance(node, Value) else node for node in nodes]
        low, high = min(numbers), max(numbers)
        least, most = show(low, self.digits), show(high, self.digits)
        return least if least == most else f"{least} … {most}"

    def _ends(self, wide: Iterable[_Any], column: list[Box], what: str) -> Iterator[_Any]:
        """What is drawn of a wide layer; between its ends, a box says how much is not."""
        everything = list(wide)
        first, last = _SHOWN_AT_ENDS
        folded = len(everything) - first - last
        if folded < 2:
            yield from everything
            return
        yield from everything[:first]
        column.append(self.scene.add("folded", [f"{folded:,} more {what}"]))
        yield from everything[-last:]

    def _paint_folded_root(self) -> None:
        root = self.network.root
        region = self.network.region([root])
        numbers = f"{show(root.data, self.digits)}, grad {show(root.grad, self.digits)}"
        name = self.names.label(root) or self.names[root]
        lines = [Told.of(f"{name} = {numbers}", name, [root]), _contents(region)]
        stale = self.freshness.is_stale(root)
        box = self.scene.add("folded", lines + ["stale: call forward()"] * stale, is_root=True, is_stale=stale)
        self.columns.append(("", [box]))
        for node in region:
            self.scene.box_of[node] = box
        self._link_region(region, box)

    # --- links ---

    def _link_neuron(self, neuron: _Neuron, target: Box) -> None:
        """From each box that the neuron takes something of, one link, however often it takes it."""
        links: dict[str, Link] = {}
        for slot, weight in zip(_slots(neuron), neuron.weights):
            giver = self.network.unit_of.get(slot.key)
            source = self._box_of_input.get(slot.key) if giver is None else self._box_of_unit.get(giver)
            if source is None:  # folded away
                continue
            link = links.setdefault(source.key, Link(source, target, slot.place))
            if isinstance(weight, Value):
                link.weights += (weight,)
            if isinstance(slot.operand, Value):
                factor = weight.data if isinstance(weight, Value) else weight
                flow = total([contribution(node.grad, factor) for node in neuron.sums])
                link.contribution = flow if link.contribution is None else link.contribution + flow
        self.scene.links += links.values()

    def _link_region(self, region: list[Value], target: Box) -> None:
        """From each neuron or softmax that these operations take, with all that flows back to it from them."""
        arriving: dict[_Neuron | _Softmax, Any] = {}
        for node in region:
            for operand, partial in zip(node.operands, node.partials):
                unit = self.network.unit_of.get(operand) if isinstance(operand, Value) else None
                flow = contribution(node.grad, partial)
                if unit is not None and not isinstance(flow, Undefined):
                    arriving[unit] = arriving.get(unit, 0) + flow
        for place, (unit, flow) in enumerate(arriving.items()):
            if unit in self._box_of_unit:
                self.scene.links.append(Link(self._box_of_unit[unit], target, place, contribution=flow))


def _how_often(samples: int) -> list[str]:
    return [f"(computed {samples} times)"] if samples > 1 else []


def _contents(region: list[Value]) -> str:
    """What a folded part holds: ``6 operations: − ×3, log ×3``."""
    counts = Counter(node.op for node in region)
    listed = ", ".join(f"{op} ×{count}" if count > 1 else op for op, count in sorted(counts.items())[:6])
    more = ", …" if len(counts) > 6 else ""
    return f"{len(region)} operation{'s' * (len(region) != 1)}: {listed}{more}"
