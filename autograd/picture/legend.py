"""A legend beside the picture: a sample of each kind of box that is in it, and of both flows."""

from __future__ import annotations

from collections.abc import Iterator

import graphviz

from .columns import text_width
from .labels import as_typed
from .looks import BACKWARD, FORWARD, KINDS, ROOT, STALE
from .scene import Scene

__all__ = ["add_legend"]

_MEANINGS = {
    "input": "input",
    "parameter": "parameter",
    "constant": "number",
    "operation": "operation",
    "folded": "folded: holds more",
}
_FORWARD_MEANS = "forward: ∂ is ∂node/∂operand"
_BACKWARD_MEANS = "backward: grad of node × ∂"


def add_legend(digraph: graphviz.Digraph, scene: Scene) -> None:
    if scene.frames:
        _add_as_row(digraph, scene)
        return
    with digraph.subgraph(name="cluster_legend") as cluster:
        cluster.attr("graph", label="legend", style="rounded", color="#999999", fontcolor="#444444")
        for name, text, look in _samples(scene):
            cluster.node(f"legend_{name}", as_typed(text), **look)
        # Each flow between a pair of its own: side by side, one text would lie on the other.
        _add_flow(cluster, "forward", _FORWARD_MEANS, {"color": FORWARD, "fontcolor": FORWARD})
        if scene.has_backward:
            look = {"dir": "back", "color": BACKWARD, "fontcolor": BACKWARD}
            _add_flow(cluster, "backward", _BACKWARD_MEANS, look)


def _add_flow(cluster: graphviz.Digraph, flow: str, means: str, look: dict[str, str]) -> None:
    for end in ("operand", "node"):
        cluster.node(f"legend_{flow}_{end}", end, shape="plaintext")
    cluster.edge(f"legend_{flow}_operand", f"legend_{flow}_node", f"  {means}  ", **look)


def _samples(scene: Scene) -> Iterator[tuple[str, str, dict[str, str]]]:
    for kind, look in KINDS.items():
        if any(box.kind == kind for box in scene.boxes):
            yield kind, _MEANINGS[kind], look
    yield "root", "root", KINDS["operation"] | ROOT
    if any(box.is_stale for box in scene.boxes):
        yield "stale", "stale: a leaf has changed since", KINDS["operation"] | STALE


def _add_as_row(digraph: graphviz.Digraph, scene: Scene) -> None:
    """Under a picture whose boxes have their places: one text for each sample, from left to right."""
    left = min(frame.place[0] - frame.width / 2 for frame in scene.frames)
    below = min(box.place[1] - box.height / 2 for box in scene.boxes if box.place) - 50

    def put(name: str, text: str, look: dict[str, str]) -> None:
        nonlocal left
        width = text_width(text) + 12
        place = f"{left + width / 2:.1f},{below:.1f}"
        digraph.node(f"legend_{name}", as_typed(text), pos=place, width=f"{width / 72:.3f}", **look)
        left += width + 14

    for name, text, look in _samples(scene):
        put(name, text, look)
    put("forward", "→ forward", {"shape": "plaintext", "fontcolor": FORWARD})
    if scene.has_backward:
        put("backward", "← backward: grad of node × weight", {"shape": "plaintext", "fontcolor": BACKWARD})
