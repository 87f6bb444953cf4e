"""A picture on which the passes can be shown: laid out once, with room for every text that will stand on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from .. import arguments
from ..errors import TooLargeError
from ..notation import Names
from ..numeric import Number
from ..value import Value, topological_order
from .dot import DIRECTIONS, to_digraph
from .engines import render_svg
from .limits import count_boxes
from .nodes import leaf_kinds, parts_as_recorded, scene_of_parts
from .operations import graph_opened
from .passes import Passes, record
from .scene import Scene

__all__ = ["Stage", "set_stage"]


@dataclass(frozen=True, slots=True)
class Stage:
    """The boxes and links, what happens to them, and the SVG with their groups by id."""

    scene: Scene
    passes: Passes
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
    rounds: int = 1,
    update: Callable[[], Any] | None = None,
) -> Stage:
    arguments.one_of(detail, "detail", ("node", "op"))
    arguments.one_of(direction, "direction", DIRECTIONS)
    arguments.whole(max_nodes, limit, 1)
    arguments.number_of_digits(digits)
    arguments.whole(rounds, "rounds", 1)
    if update is not None:
        arguments.function(update, "update", "a function without arguments, such as optimizer.step")
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
    passes = record(root, scene, digits, seed=seed, rounds=rounds, update=update)
    _make_room(scene, passes)
    return Stage(scene, passes, render_svg(to_digraph(scene, direction=direction, widths=False, legend=False)))


def _refuse_if_too_large(order: list[Value], limit: str, max_nodes: int) -> None:
    count = count_boxes(order)
    if count > max_nodes:
        raise TooLargeError(
            f"the picture would have {count:,} nodes, and {limit} is {max_nodes:,}; take a root nearer to the leaves, "
            f"or {limit}={count} and a long wait; step(root) goes through a graph of any size"
        )


def _make_room(scene: Scene, passes: Passes) -> None:
    """Let each box bear its name, and each text be laid out for the widest that will stand in its place."""
    for box in scene.box_of.values():
        if box.key in passes.names:
            box.lines[0] = f"{passes.names[box.key]} = {box.lines[0]}"
        box.lines[-2:] = [passes.widest[box.key, "data"], passes.widest[box.key, "grad"]]
    for link in scene.links:
        if link.contribution is not None:
            link.forward = passes.widest[link.key, "forward"]
            link.backward = passes.widest[link.key, "backward"]
