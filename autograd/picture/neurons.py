"""A network as its neurons: z and a, layer by layer, under the names that textbooks give them.

A neuron is a weighted sum z and the activation a that follows it. A layer bears the number that the labels of
its z or of its weights have (0 for "0.weight[0][1]", 2 for z²₁), or else the layers are counted from 1. In the
graph of several samples, a neuron's z and a are named by layer and place: z¹₂ = w₃ x₁ + w₄ x₂ + b₂.
A softmax takes the z of a whole layer, and so has a box of its own. Whatever is neither
neuron, softmax, weight nor input is folded, and says what it holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from ..notation import Names, show
from ..notation.digits import to_lowered, to_raised
from ..numeric import total
from ..value import Undefined, Value
from .columns import draw_lines, place_in_columns
from .freshness import Freshness, contribution
from .network import Network, Neuron, Softmax, slots
from .nodes import symbol
from .scene import Box, Link, Scene

__all__ = ["NumberLine", "scene_of_neurons"]

_LONGEST_NAME = 20  # characters of a label that takes the place of a name such as w¹₁₂
_SHOWN_AT_ENDS = (8, 2)  # of a wide layer: so many of its first neurons, and of its last
_MOST_WEIGHTS = 6  # of a neuron, that are listed in its box

_Any = TypeVar("_Any")


class NumberLine(str):
    """A line of a box that shows numbers: under which name, and of which nodes; for who keeps it up to date."""

    name: str
    nodes: tuple[Any, ...]

    @classmethod
    def of(cls, text: str, name: str, nodes: Iterable[Any]) -> NumberLine:
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
    painter = _Painter(Network(root, order), names, freshness, digits)
    if with_room is not None:
        for box in painter.scene.boxes:
            box.lines = with_room(box.lines)
    place_in_columns(painter.scene, painter.columns, direction)
    draw_lines(painter.scene, direction)
    return painter.scene



class _Painter:
    def __init__(self, network: Network, names: Names, freshness: Freshness, digits: int) -> None:
        self.network = network
        self.names = names
        self.freshness = freshness
        self.digits = digits
        self.scene = Scene()
        self.is_one_sample = all(len(x.sums) == 1 for layer in network.layers.values() for x in layer)
        self.columns: list[tuple[str, list[Box]]] = []  # their titles, and their boxes in order
        self._box_of_unit: dict[Neuron | Softmax, Box] = {}
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

    def _paint_inputs(self, layer: int, before: int | None, neurons: list[Neuron]) -> None:
        """What a layer takes that no neuron gives: the inputs, or what is computed from neurons on the way."""
        outside = {
            slot.key: slot
            for neuron in neurons
            for slot in slots(neuron)
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
            lines: list[str] = [NumberLine.of(f"{name} = {self._range(samples)}", name, samples)]
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

    def _paint_layer(self, layer: int, neurons: list[Neuron], has_softmax: bool) -> None:
        column: list[Box] = []
        self.columns.append((self._title(layer, "" if has_softmax else ": output", ""), column))
        for neuron in self._ends(neurons, column, "neurons"):
            box = self._add_unit(neuron, self._described(neuron))
            column.append(box)
            if isinstance(neuron.bias, Value):
                self.scene.box_of[neuron.bias] = box
            self._link_neuron(neuron, box)

    def _paint_softmaxes(self, layer: int, softmaxes: list[Softmax]) -> None:
        column = [self._add_unit(softmax, self._values_of(softmax)) for softmax in softmaxes]
        if column:
            self.columns.append((self._title(layer, ": output", ": softmax"), column))
        for softmax, box in zip(softmaxes, column):
            self._link_region(softmax.nodes, box)

    def _title(self, layer: int, of_last: str, of_others: str) -> str:
        return f"layer {layer}{of_last if layer == max(self.network.layers) else of_others}"

    def _add_unit(self, unit: Neuron | Softmax, lines: list[str]) -> Box:
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

    def _values_of(self, softmax: Softmax) -> list[str]:
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
                beside = self._name_beside(neuron, letter)
                name = beside if used is None else self._name(used, letter, *_place_of(neuron))
                shown_as = f"{name} = {shown_as}"
            if left_out > 1 and place == len(everything) - last:
                lines.append(f"… {left_out:,} more")
            lines.append(self._line(shown_as, nodes))
        return [*lines, *_how_often(len(softmax.samples))]

    def _described(self, neuron: Neuron) -> list[str]:
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
        return NumberLine.of(line, name, nodes)

    def _name(self, node: Any, letter: str, layer: int | None, *numbers: int) -> str:
        """The node's label where it is short, or its name in the sheets; of several samples that of its place: z¹₂."""
        if isinstance(node, Value):
            label = self.names.label(node)
            if len(label) <= _LONGEST_NAME and (node.label or self.is_one_sample or not node.op):
                return label
        raised = "" if layer is None else to_raised(str(layer))
        return letter + raised + ("," if max(numbers) > 9 else "").join(map(to_lowered, numbers))

    def _name_beside(self, neuron: Neuron, letter: str) -> str:
        """What the activation of a neuron would be named that the graph does not have: a₂ beside z₂."""
        z = self._name(neuron.sums[0], "z", *_place_of(neuron))
        return letter + z[1:] if z[:1] in "zZ" else self._name(None, letter, *_place_of(neuron))

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
        name = self.names.label(root)
        lines = [NumberLine.of(f"{name} = {numbers}", name, [root]), _contents(region)]
        stale = self.freshness.is_stale(root)
        box = self.scene.add("folded", lines + ["stale: call forward()"] * stale, is_root=True, is_stale=stale)
        self.columns.append(("", [box]))
        for node in region:
            self.scene.box_of[node] = box
        self._link_region(region, box)

    # --- links ---

    def _link_neuron(self, neuron: Neuron, target: Box) -> None:
        """From each box that the neuron takes something of, one link, however often it takes it."""
        links: dict[str, Link] = {}
        for slot, weight in zip(slots(neuron), neuron.weights):
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
        arriving: dict[Neuron | Softmax, Any] = {}
        for node in region:
            for operand, partial in zip(node.operands, node.partials):
                unit = self.network.unit_of.get(operand) if isinstance(operand, Value) else None
                flow = contribution(node.grad, partial)
                if unit is not None and not isinstance(flow, Undefined):
                    arriving[unit] = arriving.get(unit, 0) + flow
        for place, (unit, flow) in enumerate(arriving.items()):
            if unit in self._box_of_unit:
                self.scene.links.append(Link(self._box_of_unit[unit], target, place, contribution=flow))


def _place_of(neuron: Neuron) -> tuple[int, int]:
    return neuron.layer, neuron.number


def _how_often(samples: int) -> list[str]:
    return [f"(computed {samples} times)"] if samples > 1 else []


def _contents(region: list[Value]) -> str:
    """What a folded part holds: ``6 operations: − ×3, log ×3``."""
    counts = Counter(node.op for node in region)
    listed = ", ".join(f"{op} ×{count}" if count > 1 else op for op, count in sorted(counts.items())[:6])
    more = ", …" if len(counts) > 6 else ""
    return f"{len(region)} operation{'s' * (len(region) != 1)}: {listed}{more}"
