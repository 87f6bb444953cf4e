"""A network as its neurons: z and a, layer by layer, under the names that textbooks give them.

A neuron is a weighted sum z and the activation a that follows it. Layer 1 are the inputs, as in
z²₁ = w¹₁₁ a¹₁ + w¹₁₂ a¹₂ + … + b¹₁ and a²₁ = f(z²₁): the weights bear the number of the layer that they
come from. Whatever is neither neuron, weight nor input is folded, and says what it holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ..errors import UnknownNameError
from ..primitives import split_weighted_sum
from ..value import Undefined, Value
from .columns import place_in_columns
from .freshness import Freshness
from .nodes import contribution, symbol
from .numbers import shown
from .scene import Box, Link, Scene

__all__ = ["scene_of_neurons"]

_ACTIVATIONS = {"tanh", "sigmoid", "relu", "leaky_relu", "elu", "gelu", "softplus", "softmax", "log_softmax"}
_LONGEST_NAME = 8  # characters of a label that takes the place of a name such as w¹₁₂
_SHOWN_AT_ENDS = (8, 2)  # of a wide layer: so many of its first neurons, and of its last
_MOST_WEIGHTS = 6  # of a neuron, that are listed in its box

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def scene_of_neurons(
    root: Value, order: list[Value], freshness: Freshness, *, digits: int, direction: str
) -> Scene:
    """The scene of the network under ``root``. Raises UnknownNameError where there is no weighted sum."""
    painter = _Painter(_Network(root, order), freshness, digits)
    place_in_columns(painter.scene, painter.columns, direction)
    return painter.scene


# --- finding the network ---------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class _Neuron:
    """The weighted sums of one row of weights: one for each sample that went through the network."""

    layer: int
    weights: tuple[Any, ...]
    bias: Any
    sums: list[Value] = field(default_factory=list)
    outputs: list[Value] = field(default_factory=list)  # the activation of each, or the sum itself


class _Network:
    """The neurons of a graph, by layer; ``layers[0]`` holds the inputs of the first one, by place."""

    def __init__(self, root: Value, order: list[Value]) -> None:
        self.root = root
        self.order = order
        activation_of = _activations(order)
        depth: dict[Value, int] = {}
        rows: dict[tuple[int, ...], _Neuron] = {}
        self.neuron_of: dict[Value, _Neuron] = {}  # by its z, and by its a
        self.inputs: dict[int, list[list[Any]]] = {}  # of a layer, by place: what stands there for each sample
        for node in order:
            if node.op != "weighted_sum":
                depth[node] = max([depth[x] for x in node.operands if isinstance(x, Value)], default=1)
                continue
            weights, inputs, bias = split_weighted_sum(node.operands)
            depth[node] = layer = 1 + max([depth[x] for x in inputs if isinstance(x, Value)], default=1)
            neuron = rows.setdefault(tuple(map(id, (*weights, bias))), _Neuron(layer, weights, bias))
            output = activation_of.get(node, node)
            neuron.sums.append(node)
            neuron.outputs.append(output)
            self.neuron_of[node] = self.neuron_of[output] = neuron
            self._note_inputs(layer, inputs)
        if not rows:
            raise UnknownNameError(
                'detail="neuron": there is no weighted sum, and so no neuron; draw the graph with detail="node"'
            )
        self.layers: dict[int, list[_Neuron]] = {}
        for neuron in rows.values():
            self.layers.setdefault(neuron.layer, []).append(neuron)

    def _note_inputs(self, layer: int, inputs: tuple[Any, ...]) -> None:
        places = self.inputs.setdefault(layer, [])
        for place, operand in enumerate(inputs):
            if place == len(places):
                places.append([])
            if not places[place] or places[place][-1] is not operand:
                places[place].append(operand)


def _activations(order: Iterable[Value]) -> dict[Value, Value]:
    """The activation that follows each weighted sum: the first in the order that is taken of it."""
    found: dict[Value, Value] = {}
    for node in order:
        primitive = node._primitive
        if primitive is None or primitive.name not in _ACTIVATIONS:
            continue
        argument = node.operands[max(primitive.index, 0)]
        if isinstance(argument, Value) and argument.op == "weighted_sum":
            found.setdefault(argument, node)
    return found


# --- drawing it ------------------------------------------------------------------------------------


class _Painter:
    def __init__(self, network: _Network, freshness: Freshness, digits: int) -> None:
        self.network = network
        self.freshness = freshness
        self.digits = digits
        self.scene = Scene()
        self.columns: list[tuple[str, list[Box]]] = []  # their titles, and their boxes in order
        self._box_of_neuron: dict[_Neuron, Box] = {}
        self._box_of_input: dict[tuple[int, int], Box] = {}
        for layer, neurons in sorted(network.layers.items()):
            self._paint_inputs(layer)
            self._paint_layer(layer, neurons)
        for layer, neurons in sorted(network.layers.items()):
            self._link_layer(layer, neurons)
        if network.root not in network.neuron_of:
            self._paint_folded_root()

    # --- boxes ---

    def _paint_inputs(self, layer: int) -> None:
        """What a layer takes that no neuron gives: the inputs, or what is computed from neurons on the way."""
        places = self.network.inputs[layer]
        outside = [place for place, found in enumerate(places) if not self._is_from_neurons(found)]
        if not outside:
            return
        column: list[Box] = []
        self.columns.append(("layer 1: inputs" if layer == 2 else f"inputs of layer {layer}", column))
        for place in self._ends(outside, column, "inputs"):
            found = places[place]
            name = _name(found[0], "a", layer - 1, place + 1)
            lines = [f"{name} = {self._range(found)}"]
            if len(found) == 1 and isinstance(found[0], Value) and self.network.root.grad:
                lines.append(f"grad {shown(found[0].grad, self.digits)}")
            is_leaf = not any(isinstance(x, Value) and x.op for x in found)
            if not is_leaf:
                lines.append(_contents(self._region(found)))
            box = self.scene.add("input" if is_leaf else "folded", lines)
            column.append(box)
            self._box_of_input[layer, place] = box
            for operand in found:
                if isinstance(operand, Value):
                    self.scene.box_of[operand] = box

    def _paint_layer(self, layer: int, neurons: list[_Neuron]) -> None:
        column: list[Box] = []
        is_last = layer == max(self.network.layers)
        self.columns.append((f"layer {layer}: output" if is_last else f"layer {layer}", column))
        for place in self._ends(range(len(neurons)), column, "neurons"):
            neuron = neurons[place]
            box = self.scene.add(
                "operation", self._described(neuron, place + 1),
                is_root=self.network.root in neuron.outputs or self.network.root in neuron.sums,
                is_stale=any(self.freshness.is_stale(node) for node in (*neuron.sums, *neuron.outputs)),
            )  # fmt: skip
            if box.is_stale:
                box.lines.append("stale: call forward()")
            column.append(box)
            self._box_of_neuron[neuron] = box
            for node in (*neuron.sums, *neuron.outputs, neuron.bias):
                if isinstance(node, Value):
                    self.scene.box_of[node] = box

    def _described(self, neuron: _Neuron, number: int) -> list[str]:
        z, a = neuron.sums[0], neuron.outputs[0]
        z_name = _name(z, "z", neuron.layer, number)
        lines = [self._line(z_name, neuron.sums)]
        if a is not z:
            a_name = _name(a, "ln a" if a.op == "log_softmax" else "a", neuron.layer, number)
            lines.append(self._line(f"{a_name} = {_activation(a, z_name)}", neuron.outputs))
        names = [_name(weight, "w", neuron.layer - 1, number, place) for place, weight in enumerate(neuron.weights, 1)]
        if len(names) <= _MOST_WEIGHTS:
            lines += [self._line(name, [weight]) for name, weight in zip(names, neuron.weights)]
        else:
            lines.append(f"{names[0]} … {names[-1]}: from {self._range(list(neuron.weights))}")
        lines.append(self._line(_name(neuron.bias, "b", neuron.layer - 1, number), [neuron.bias]))
        if len(neuron.sums) > 1:
            lines.append(f"(computed {len(neuron.sums)} times)")
        return lines

    def _line(self, name: str, nodes: list[Any]) -> str:
        line = f"{name} = {self._range(nodes)}"
        if len(nodes) == 1 and isinstance(nodes[0], Value) and self.network.root.grad:
            line += f", grad {shown(nodes[0].grad, self.digits)}"
        return line

    def _range(self, nodes: list[Any]) -> str:
        numbers = [node.data if isinstance(node, Value) else node for node in nodes]
        low, high = min(numbers), max(numbers)
        text = shown(low, self.digits)
        return text if low == high else f"{text} … {shown(high, self.digits)}"

    def _ends(self, places: Iterable[int], column: list[Box], what: str) -> Iterator[int]:
        """The places that are drawn of a wide layer; between its ends, a box says how many are not."""
        places = list(places)
        first, last = _SHOWN_AT_ENDS
        folded = len(places) - first - last
        if folded < 2:
            yield from places
            return
        yield from places[:first]
        column.append(self.scene.add("folded", [f"{folded:,} more {what}"]))
        yield from places[-last:]

    # --- links ---

    def _link_layer(self, layer: int, neurons: list[_Neuron]) -> None:
        for neuron in neurons:
            target = self._box_of_neuron.get(neuron)
            if target is None:
                continue
            for place, weight in enumerate(neuron.weights):
                found = self.network.inputs[layer][place]
                source = self._box_of_input.get((layer, place)) or self._box_of_source(found[0])
                if source is None:
                    continue
                link = Link(source, target, place, weight=weight if isinstance(weight, Value) else None)
                if isinstance(found[0], Value):
                    factor = weight.data if isinstance(weight, Value) else weight
                    link.contribution = sum([contribution(node.grad, factor) for node in neuron.sums])
                self.scene.links.append(link)

    def _box_of_source(self, operand: Any) -> Box | None:
        neuron = self.network.neuron_of.get(operand) if isinstance(operand, Value) else None
        return None if neuron is None else self._box_of_neuron.get(neuron)

    def _is_from_neurons(self, found: list[Any]) -> bool:
        return all(isinstance(x, Value) and x in self.network.neuron_of for x in found)

    # --- what is folded ---

    def _region(self, starts: list[Any]) -> list[Value]:
        """The operations under ``starts`` down to the neurons, operands first, and those neurons' nodes not."""
        inside: set[Value] = set()
        stack = [x for x in starts if isinstance(x, Value)]
        while stack:
            node = stack.pop()
            if node in inside or node in self.network.neuron_of or not node.op:
                continue
            inside.add(node)
            stack += [x for x in node.operands if isinstance(x, Value)]
        return [node for node in self.network.order if node in inside]

    def _paint_folded_root(self) -> None:
        root = self.network.root
        region = self._region([root])
        lines = [
            f"{root.label or symbol(root)} = {shown(root.data, self.digits)}, grad {shown(root.grad, self.digits)}",
            _contents(region),
        ]
        stale = self.freshness.is_stale(root)
        box = self.scene.add("folded", lines + ["stale: call forward()"] * stale, is_root=True, is_stale=stale)
        self.columns.append(("", [box]))
        arriving: dict[_Neuron, Any] = {}
        for node in region:
            self.scene.box_of[node] = box
            for operand, partial in zip(node.operands, node.partials):
                neuron = self.network.neuron_of.get(operand) if isinstance(operand, Value) else None
                if neuron is not None:
                    flow = contribution(node.grad, partial)
                    if not isinstance(flow, Undefined):
                        arriving[neuron] = arriving.get(neuron, 0) + flow
        for place, (neuron, flow) in enumerate(arriving.items()):
            if neuron in self._box_of_neuron:
                self.scene.links.append(Link(self._box_of_neuron[neuron], box, place, contribution=flow))


def _name(node: Any, letter: str, layer: int, *numbers: int) -> str:
    """The node's own label where it is short, else the name of its place: w¹₁₂, z²₁, w¹₁₂,₃."""
    label = node.label if isinstance(node, Value) else ""
    if 0 < len(label) <= _LONGEST_NAME:
        return label
    comma = "," if max(numbers) > 9 else ""
    return letter + str(layer).translate(_SUPERSCRIPTS) + comma.join(map(str, numbers)).translate(_SUBSCRIPTS)


def _activation(a: Value, z_name: str) -> str:
    """``σ(z²₁)``; a softmax is taken of its whole layer: ``softmax₁(z³)``."""
    is_of_layer = a.op in ("softmax", "log_softmax")
    return f"{symbol(a)}({z_name.rstrip('₀₁₂₃₄₅₆₇₈₉,') if is_of_layer else z_name})"


def _contents(region: list[Value]) -> str:
    """What a folded part holds: ``6 operations: − ×3, log ×3``."""
    counts = Counter(node.op for node in region)
    listed = ", ".join(f"{op} ×{count}" if count > 1 else op for op, count in sorted(counts.items())[:6])
    more = ", …" if len(counts) > 6 else ""
    return f"{len(region)} operation{'s' * (len(region) != 1)}: {listed}{more}"
