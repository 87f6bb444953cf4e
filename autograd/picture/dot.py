"""A scene as DOT."""

from __future__ import annotations

import math
from itertools import pairwise

import graphviz

from .columns import text_width
from .labels import as_typed
from .legend import add_legend
from .looks import BACKWARD, FADED, FONT, FORWARD, KINDS, QUIET, ROOT, STALE
from .scene import Box, Frame, Line, Link, Scene

__all__ = ["DIRECTIONS", "to_digraph"]

_ARROW = 7.0  # points, how long an arrow is

DIRECTIONS = ("LR", "TB", "RL", "BT")


def to_digraph(scene: Scene, *, direction: str, widths: bool, legend: bool) -> graphviz.Digraph:
    digraph = graphviz.Digraph("graph")
    digraph.attr("graph", rankdir=direction, fontname=FONT, fontsize="11", nodesep="0.25", ranksep="0.5")
    if scene.frames:  # every box and every line has its place: the engine draws what it is given
        digraph.engine = "neato"
        digraph.attr("graph", layout="nop2")
    digraph.attr("node", fontname=FONT, fontsize="11", margin="0.1,0.06", height="0.3")
    digraph.attr("edge", fontname=FONT, fontsize="9", arrowsize="0.7")
    for number, frame in enumerate(scene.frames, 1):
        look = {"shape": "box", "style": "rounded,dashed", "color": "#999999", "class": "frame"}
        digraph.node(f"frame{number}", "", **look, **_placed(frame))
        x, y = frame.place
        if direction in ("TB", "BT"):  # beside the lines that enter the frame in its middle
            x -= (frame.width - text_width(frame.title)) / 2 - 12
        title = {"shape": "plaintext", "fontcolor": "#444444", "pos": f"{x:.1f},{y + frame.height / 2 - 12:.1f}"}
        digraph.node(f"title{number}", as_typed(frame.title), **title)
    for group in ["", *scene.groups]:
        _add_group(digraph, scene, group)
    largest = max([_size(link) for link in scene.links], default=0.0) if widths else 0.0
    for link in scene.links:
        _add_link(digraph, link, scene.has_backward, largest)
    if not scene.frames:
        _keep_order(digraph, scene)
    if legend:
        add_legend(digraph, scene)
    return digraph


def _keep_order(digraph: graphviz.Digraph, scene: Scene) -> None:
    """Leaves that stand side by side in the order of the operands: x₁ above x₂, w₁ above w₂."""
    height = dict.fromkeys([box.key for box in scene.boxes], 0)  # operations on the longest way from a leaf
    for link in scene.links:
        height[link.target.key] = max(height[link.target.key], height[link.source.key] + 1)
    lowest: dict[str, int] = {}  # of what a box is an operand of: it stands right before that
    for link in scene.links:
        key = link.source.key
        lowest[key] = min(lowest.get(key, height[link.target.key]), height[link.target.key])
    columns: dict[tuple[str, int], list[str]] = {}
    for box in scene.boxes:
        if box.kind in ("input", "parameter") and box.key in lowest:
            columns.setdefault((box.kind, lowest[box.key]), []).append(box.key)
    for keys in columns.values():
        if len(keys) > 1:
            with digraph.subgraph() as column:
                column.attr(rank="same")
                for above, below in pairwise(keys):
                    column.edge(above, below, style="invis")


def _add_group(digraph: graphviz.Digraph, scene: Scene, group: str) -> None:
    boxes = [box for box in scene.boxes if box.group == group]
    if not group:
        for box in boxes:
            _add_box(digraph, box)
        return
    with digraph.subgraph(name=f"cluster_{group}") as cluster:
        title = as_typed(scene.groups[group])
        cluster.attr("graph", label=title, style="rounded,dashed", color="#999999", fontcolor="#444444")
        for box in boxes:
            _add_box(cluster, box)


def _add_box(digraph: graphviz.Digraph, box: Box) -> None:
    attributes = KINDS[box.kind] | (ROOT if box.is_root else {}) | (STALE if box.is_stale else {}) | _placed(box)
    if not box.is_lit:
        attributes |= FADED
    classes = f"{box.kind} root" if box.is_root else box.kind
    digraph.node(box.key, as_typed("\n".join(box.lines)), id=box.key, **{"class": classes}, **attributes)


def _placed(box: Box | Frame) -> dict[str, str]:
    """The place of a box that has one, in points, and its size, in inches."""
    if box.place is None:
        return {}
    x, y = box.place
    return {"pos": f"{x:.1f},{y:.1f}", "width": f"{box.width / 72:.3f}", "height": f"{box.height / 72:.3f}"}


def _drawn(line: Line | None, arrow_at_end: bool, width: float = 1.0) -> dict[str, str]:
    """A straight line that has its place, as the engine writes one: where the arrow points to, then a cubic curve."""
    if line is None:
        return {}
    start, end = line if arrow_at_end else line[::-1]
    length = math.dist(start, end) or 1.0
    # The pen of a thick line goes round its arrow too, and so beyond the tip.
    end = tuple(e + (width - 1) * (s - e) / length for s, e in zip(start, end))  # type: ignore[assignment]
    base = [e + _ARROW * (s - e) / length for s, e in zip(start, end)]
    curve = [[s + part * (e - s) for s, e in zip(start, base)] for part in (0, 1 / 3, 2 / 3, 1)]
    if not arrow_at_end:
        curve.reverse()
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in curve)
    return {"pos": f"{'e' if arrow_at_end else 's'},{end[0]:.1f},{end[1]:.1f} {points}"}


def _add_link(digraph: graphviz.Digraph, link: Link, backward: bool, largest: float) -> None:
    tail, head = link.source.key, link.target.key
    color = QUIET if link.contribution is None else FORWARD
    if not link.is_lit:
        color = FADED["color"]
    style = "dashed" if link.contribution is None else "solid"
    digraph.edge(
        tail, head, as_typed(link.forward) or None, id=f"{link.key}-forward", color=color, fontcolor=color,
        style=style, **_drawn(link.forward_line, arrow_at_end=True), **{"class": "forward"},
    )  # fmt: skip
    if backward and link.is_lit and link.contribution is not None:
        width = 0.5 + 5.5 * _size(link) / largest if largest else 1.0
        pen = {"penwidth": f"{width:.2f}"} if largest else {}
        # Written from operand to node as the other one is, so that both lie beside each other.
        digraph.edge(
            tail, head, as_typed(link.backward) or None, id=f"{link.key}-backward", dir="back", color=BACKWARD,
            fontcolor=BACKWARD, **_drawn(link.backward_line, arrow_at_end=False, width=width),
            **pen, **{"class": "backward"},
        )  # fmt: skip


def _size(link: Link) -> float:
    """How large the contribution is, 0 where it is none or is not finite."""
    try:
        size = abs(float(link.contribution))
    except (TypeError, OverflowError):
        return 0.0
    return size if math.isfinite(size) else 0.0
