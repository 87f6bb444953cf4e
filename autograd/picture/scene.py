"""What a picture holds, before anything is said about how it looks: boxes, links, groups.

A level of detail (:mod:`.nodes`, :mod:`.operations`, :mod:`.neurons`) turns a graph into a Scene, and
:mod:`.dot` turns a Scene into DOT. The stepping page finds a node's box, and an edge's two links, by
their keys.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..value import Value

__all__ = ["Box", "Frame", "Line", "Link", "Scene", "leave_out_what_is_computed"]

Line = tuple[tuple[float, float], tuple[float, float]]


@dataclass(slots=True)
class Box:
    """One node of the picture. ``kind`` is "input", "parameter", "constant", "operation" or "folded"."""

    key: str
    kind: str
    lines: list[str]
    is_root: bool = False
    is_stale: bool = False
    is_lit: bool = True  # false: not on the path that is highlighted
    group: str = ""
    place: tuple[float, float] | None = None  # of its middle, in points; None: the layout engine finds one
    width: float = 0.0
    height: float = 0.0


@dataclass(slots=True)
class Frame:
    """A titled frame around some boxes that have their places."""

    title: str
    place: tuple[float, float]
    width: float
    height: float


@dataclass(slots=True)
class Link:
    """One operand of one node: forward it carries the partial, backward the contribution."""

    source: Box
    target: Box
    place: int  # which operand of the target
    forward: str = ""  # what is written on it, and beside it
    backward: str = ""
    contribution: Any = None  # None: nothing flows back, as the operand is a bare number
    weights: tuple[Value, ...] = ()  # the parameters that the link itself stands for, between neurons
    is_lit: bool = True
    # Where the two lines start and end, in points, between boxes that have their places.
    forward_line: Line | None = None
    backward_line: Line | None = None

    @property
    def key(self) -> str:
        return f"{self.target.key}-{self.place}"


@dataclass(slots=True)
class Scene:
    """The whole: boxes with operands first, and the links between them."""

    boxes: list[Box] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    groups: dict[str, str] = field(default_factory=dict)  # the title of each group of boxes
    frames: list[Frame] = field(default_factory=list)  # where the scene places its boxes itself
    has_backward: bool = False  # whether the backward flow is drawn
    box_of: dict[Value, Box] = field(default_factory=dict)

    def add(self, kind: str, lines: list[str], **details: Any) -> Box:
        """A new box, whose key says that it is the n-th: the same graph has the same keys every time."""
        box = Box(f"n{len(self.boxes) + 1}", kind, lines, **details)
        self.boxes.append(box)
        return box


def leave_out_what_is_computed(scene: Scene) -> None:
    """Room for the data of operations, and nothing about gradients."""
    for box in scene.boxes:
        shown = [line for line in box.lines if not line.startswith("grad ")]
        if box.kind == "operation":
            shown = ["data ______" if line.startswith("data ") else line for line in shown]
        box.lines = shown
    for link in scene.links:
        link.forward = link.backward = ""
