"""A part of a graph: the neighbourhood of a node, or the path of one leaf's gradient."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .. import arguments
from ..errors import UnknownNameError
from ..graph import consumers, value_operands
from ..messages import quoted
from ..notation import Names
from ..value import Value
from .scene import Scene

__all__ = ["find", "light_path", "neighbourhood"]


def find(order: Sequence[Value], names: Names, wanted: Value | str, option: str) -> list[Value]:
    """The node, or the nodes with the label, that an option names; UnknownNameError where there is none."""
    if isinstance(wanted, Value):
        found = [wanted] if any(node is wanted for node in order) else []
    else:
        found = names.find(wanted) if isinstance(wanted, str) else []
    if found:
        return found
    hint = names.hint(str(wanted))
    raise UnknownNameError(f"{option}={quoted(wanted)}: there is no such node in the graph; {hint}")


def neighbourhood(order: Sequence[Value], centres: Iterable[Value], within: int) -> list[Value]:
    """The nodes of ``order`` that are at most ``within`` operands or consumers away."""
    arguments.whole(within, "within", 0)
    users = consumers(order)
    reached = set(centres)
    frontier = reached
    while frontier and within:
        within -= 1
        beyond: set[Value] = set()
        for node in frontier:
            beyond.update(value_operands(node))
            beyond.update(users[node])
        frontier = beyond - reached
        reached = reached | frontier
    return [node for node in order if node in reached]


def light_path(scene: Scene, leaves: Iterable[Value]) -> None:
    """Leave only that part of the scene lit through which the gradients of ``leaves`` come."""
    leaves = set(leaves)
    lit = {box.key for leaf, box in scene.box_of.items() if leaf in leaves}
    for link in scene.links:  # operands first
        link.is_lit = link.source.key in lit or not leaves.isdisjoint(link.weights)
        if link.is_lit:
            lit.add(link.target.key)
    for box in scene.boxes:
        box.is_lit = box.key in lit
