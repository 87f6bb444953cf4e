"""A scene as DOT."""

from __future__ import annotations

import math

import graphviz

from .labels import as_typed
from .legend import add_legend
from .looks import BACKWARD, FADED, FONT, FORWARD, KINDS, QUIET, ROOT, STALE
from .scene import Box, Frame, Link, Scene

__all__ = ["DIRECTIONS", "to_digraph"]

# Where a link leaves an operand and arrives at a node: forward, and backward beside it.
_PORTS = {
    "LR": (("e", "w"), ("se", "sw")),
    "TB": (("s", "n"), ("se", "ne")),
    "RL": (("w", "e"), ("sw", "se")),
    "BT": (("n", "s"), ("ne", "se")),
}
DIRECTIONS = tuple(_PORTS)


def to_digraph(scene: Scene, *, direction: str, widths: bool, legend: bool) -> graphviz.Digraph:
    digraph = graphviz.Digraph("graph")
    digraph.attr("graph", rankdir=direction, fontname=FONT, fontsize="11", nodesep="0.25", ranksep="0.5")
    if scene.frames:  # every box has its place: the engine draws straight lines between them
        digraph.engine = "neato"
        digraph.attr("graph", layout="neato", splines="line")
    digraph.attr("node", fontname=FONT, fontsize="11", margin="0.1,0.06", height="0.3")
    digraph.attr("edge", fontname=FONT, fontsize="9", arrowsize="0.7")
    for number, frame in enumerate(scene.frames, 1):
        look = {"shape": "box", "style": "rounded,dashed", "color": "#999999", "class": "frame"}
        digraph.node(f"frame{number}", "", **look, **_placed(frame))
        x, y = frame.place
        below_top = f"{x / 72:.3f},{(y + frame.height / 2 - 12) / 72:.3f}!"
        digraph.node(f"title{number}", as_typed(frame.title), shape="plaintext", fontcolor="#444444", pos=below_top)
    for group in ["", *scene.groups]:
        _add_group(digraph, scene, group)
    largest = max([_size(link) for link in scene.links], default=0.0) if widths else 0.0
    for link in scene.links:
        _add_link(digraph, link, direction, scene.has_backward, largest)
    if legend:
        add_legend(digraph, scene)
    return digraph


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
    """The place and size of a box that has them, in inches; the mark ! keeps it there."""
    if box.place is None:
        return {}
    x, y = box.place
    return {"pos": f"{x / 72:.3f},{y / 72:.3f}!", "width": f"{box.width / 72:.3f}", "height": f"{box.height / 72:.3f}"}


def _add_link(digraph: graphviz.Digraph, link: Link, direction: str, backward: bool, largest: float) -> None:
    tail, head = link.source.key, link.target.key
    forward_ports, backward_ports = [
        {"tailport": leaves, "headport": arrives} if link.source.place else {} for leaves, arrives in _PORTS[direction]
    ]
    color = QUIET if link.contribution is None else FORWARD
    if not link.is_lit:
        color = FADED["color"]
    style = "dashed" if link.contribution is None else "solid"
    digraph.edge(
        tail, head, as_typed(link.forward) or None,
        id=f"{link.key}-forward", color=color, fontcolor=color, style=style, **forward_ports, **{"class": "forward"},
    )  # fmt: skip
    if backward and link.is_lit and link.contribution is not None:
        width = {"penwidth": f"{0.5 + 5.5 * _size(link) / largest:.2f}"} if largest else {}
        # Written from operand to node as the other one is, so that both lie beside each other.
        digraph.edge(
            tail, head, as_typed(link.backward) or None,
            id=f"{link.key}-backward", dir="back", color=BACKWARD, fontcolor=BACKWARD,
            **backward_ports, **width, **{"class": "backward"},
        )  # fmt: skip


def _size(link: Link) -> float:
    """How large the contribution is, 0 where it is none or is not finite."""
    try:
        size = abs(float(link.contribution))
    except (TypeError, OverflowError):
        return 0.0
    return size if math.isfinite(size) else 0.0
