"""What a picture holds, before anything is said about how it looks: boxes, links, groups.

A level of detail (:mod:`.nodes`, :mod:`.neurons`) turns a graph into a Scene, and :mod:`.dot` turns a
Scene into DOT. The stepping page finds a node's box, and an edge's two links, by their keys.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..value import Value

__all__ = ["Box", "Link", "Scene"]


@dataclass(slots=True)
class Box:
    """One node of the picture. ``kind`` is "input", "parameter", "constant", "operation" or "folded"."""

    key: str
    kind: str
    lines: list[str]
    value: Value | None = None
    is_root: bool = False
    group: str = ""


@dataclass(slots=True)
class Link:
    """One operand of one node: forward it carries the partial, backward the contribution."""

    source: Box
    target: Box
    place: int  # which operand of the target
    partial: Any = None
    contribution: Any = None

    @property
    def key(self) -> str:
        return f"{self.target.key}-{self.place}"


@dataclass(slots=True)
class Scene:
    """The whole: boxes with operands first, and the links between them."""

    boxes: list[Box] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    groups: dict[str, str] = field(default_factory=dict)  # key of a cluster, and its title
    has_backward: bool = False  # whether a backward pass has gone through the graph
