"""A picture on which the passes can be shown: laid out once, with room for every text that will stand on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .. import arguments
from ..errors import TooLargeError
from ..graph import topological_order
from ..notation import Names, show
from ..numeric import Number
from ..value import Value
from .columns import text_width
from .dot import DIRECTIONS, to_digraph
from .engines import render_svg
from .freshness import Freshness
from .limits import count_boxes
from .neurons import NumberLine, scene_of_neurons
from .nodes import data_text, grad_text, leaf_kinds, partial_text, parts_as_recorded, scene_of_parts
from .operations import graph_opened
from .passes import Passes, record
from .scene import Scene

__all__ = ["LiveStage", "Stage", "set_live_stage", "set_stage"]


_LARGE = 300  # boxes: of more, the layout engine shall look for a good layout rather than the best


@dataclass(frozen=True, slots=True)
class Stage:
    """The boxes and links, what happens to them, and the SVG with their groups by id."""

    scene: Scene
    passes: Passes
    svg: str


@dataclass(frozen=True, slots=True)
class LiveStage:
    """The same for a page whose numbers are computed where it is read."""

    root: Value
    names: Names
    scene: Scene
    parameters: set[Value]
    learners: list[Value]  # the leaves that gradient descent changes
    svg: str


def set_stage(
    root: Value,
    *,
    detail: str,
    seed: Number,
    digits: int,
    direction: str,
    max_nodes: int,
    parameters: Iterable[Value],
    limit: str = "max_nodes",
) -> Stage:
    root, scene, _ = _scene(root, detail, digits, direction, max_nodes, parameters, limit)
    passes = record(root, scene, digits, seed=seed)
    for box in scene.box_of.values():
        box.lines[-2:] = [passes.widest[box.key, "data"], passes.widest[box.key, "grad"]]
    for link in scene.links:
        if link.contribution is not None:
            link.forward = passes.widest[link.key, "forward"]
            link.backward = passes.widest[link.key, "backward"]
    return Stage(scene, passes, _drawn(scene, direction))


def set_live_stage(
    root: Value, *, detail: str, digits: int, direction: str, max_nodes: int, parameters: Iterable[Value]
) -> LiveStage:
    if detail == "neuron":
        return _stage_of_neurons(root, digits, direction, max_nodes, parameters)
    root, scene, kinds = _scene(root, detail, digits, direction, max_nodes, parameters, "max_nodes")
    names = Names.under(root)
    usual = _usual(digits)
    for node, box in scene.box_of.items():
        box.lines[-2:] = [
            max([data_text(number, digits) for number in (node.data, usual)], key=text_width),
            max([grad_text(number, digits) for number in (node.grad, usual)], key=text_width),
        ]
    for link in scene.links:
        if link.contribution is not None:
            link.forward, link.backward = partial_text(usual, digits), grad_text(usual, digits).removeprefix("grad ")
    return LiveStage(root, names, scene, set(kinds), _learners(kinds, list(scene.box_of)), _drawn(scene, direction))


def _stage_of_neurons(
    root: Value, digits: int, direction: str, max_nodes: int, parameters: Iterable[Value]
) -> LiveStage:
    """The network's neurons; whatever a graph holds, this picture stays small."""
    arguments.one_of(direction, "direction", DIRECTIONS)
    arguments.number_of_digits(digits)
    order = topological_order(root)
    _refuse_if_too_large(order, "max_nodes", max_nodes)
    kinds = leaf_kinds(order, arguments.leaves(parameters, "parameters"))
    names = Names.under(root)
    number = show(_usual(digits), digits)

    def with_room(lines: list[str]) -> list[str]:
        without_grad = [line for line in lines if not line.startswith("grad ")]
        return [widest(line) if isinstance(line, NumberLine) else line for line in without_grad]

    def widest(line: NumberLine) -> str:
        if not all(isinstance(node, Value) for node in line.nodes):  # of no node of the graph: it could not follow
            return line.name
        text = f"{number} … {number}" if len(line.nodes) > 1 else f"{number}, grad {number}"
        return NumberLine.of(f"{line.name} = {text}", line.name, line.nodes)

    freshness = Freshness(order, root)
    scene = scene_of_neurons(root, order, names, freshness, digits=digits, direction=direction, with_room=with_room)
    scene.has_backward = True
    return LiveStage(root, names, scene, set(kinds), _learners(kinds, order), _drawn(scene, direction))


def _usual(digits: int) -> float:
    """A number that is as wide as most will be: -10.0001 at four digits."""
    return -(10**digits * 10 + 0.5) / 10**digits


def _scene(
    root: Value,
    detail: str,
    digits: int,
    direction: str,
    max_nodes: int,
    parameters: Iterable[Value],
    limit: str,
) -> tuple[Value, Scene, dict[Value, str]]:
    """The graph as it is drawn, its scene, and the leaves that are parameters."""
    arguments.one_of(detail, "detail", ("node", "op"))
    arguments.one_of(direction, "direction", DIRECTIONS)
    arguments.whole(max_nodes, limit, 1)
    arguments.number_of_digits(digits)
    order = topological_order(root)
    kinds = leaf_kinds(order, arguments.leaves(parameters, "parameters"))
    _refuse_if_too_large(order, limit, max_nodes)
    group_of: dict[Value, tuple[str, str]] = {}
    titles: dict[str, str] = {}
    if detail == "op":
        root, group_of, titles = graph_opened(root, order, Names.under(root))
        order = topological_order(root)
        _refuse_if_too_large(order, limit, max_nodes)
    parts = parts_as_recorded(order)
    for part in parts:
        part.group, part.within = group_of.get(part.node, ("", ""))
    scene = scene_of_parts(parts, root, Names.under(root), kinds, None, digits)
    scene.groups = titles
    scene.has_backward = True
    return root, scene, kinds


def _drawn(scene: Scene, direction: str) -> str:
    digraph = to_digraph(scene, direction=direction, widths=False, legend=False)
    if len(scene.boxes) > _LARGE:
        digraph.attr("graph", nslimit="0.5", nslimit1="0.5", mclimit="0.2")
    return render_svg(digraph)


def _learners(kinds: dict[Value, str], order: list[Value]) -> list[Value]:
    """The parameters; where none is known, the leaves that are labelled as weights are; else every labelled one."""
    leaves = [node for node in order if not node.op]
    label = Names().known_as
    for learn in (
        lambda leaf: leaf in kinds,
        lambda leaf: label(leaf)[:1] in tuple("wWbBvVuUθΘ"),
        lambda leaf: bool(label(leaf)),
        lambda leaf: True,
    ):
        found = [leaf for leaf in leaves if learn(leaf)]
        if found:
            return found
    return []


def _refuse_if_too_large(order: list[Value], limit: str, max_nodes: int) -> None:
    count = count_boxes(order)
    if count > max_nodes:
        raise TooLargeError(
            f"the picture would have {count:,} nodes, and {limit} is {max_nodes:,}; take a root nearer to the leaves, "
            f"or {limit}={count} and a long wait; step(root) goes through a graph of any size"
        )
