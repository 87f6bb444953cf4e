"""A scene as DOT: shapes, colours, and labels that are shown as they were typed."""

from __future__ import annotations

import re

import graphviz

from .numbers import shown
from .scene import Box, Link, Scene

__all__ = ["FONT", "as_typed", "to_digraph"]

# The one font whose widths every layout engine knows; CJK characters are as wide as it takes them for.
FONT = "Verdana"

# Colours of Okabe and Ito, which are told apart with any colour vision; each kind has its own shape
# too, for grey print.
_FORWARD, _BACKWARD = "#0b3c5d", "#c1121f"
_KINDS = {
    "input": {"shape": "box", "style": "rounded,filled", "fillcolor": "#d6ecfa", "color": "#0072b2"},
    "parameter": {"shape": "note", "style": "filled", "fillcolor": "#ffe8b8", "color": "#a65e00"},
    "constant": {"shape": "ellipse", "style": "dashed", "color": "#666666"},
    "operation": {"shape": "box", "style": "filled", "fillcolor": "#f4f4f4", "color": "#333333"},
    "folded": {"shape": "folder", "style": "filled", "fillcolor": "#e9e3f2", "color": "#5b3a82"},
}
_ROOT = {"peripheries": "2", "fillcolor": "#d5f0e3", "color": "#00664b"}


def to_digraph(scene: Scene, *, direction: str, digits: int, backward: bool) -> graphviz.Digraph:
    digraph = graphviz.Digraph("graph")
    digraph.attr("graph", rankdir=direction, fontname=FONT, fontsize="11", nodesep="0.25", ranksep="0.5")
    digraph.attr("node", fontname=FONT, fontsize="11", margin="0.1,0.06", height="0.3")
    digraph.attr("edge", fontname=FONT, fontsize="9", arrowsize="0.7")
    for box in scene.boxes:
        _add_box(digraph, box)
    for link in scene.links:
        _add_link(digraph, link, digits, backward and scene.has_backward)
    return digraph


def _add_box(digraph: graphviz.Digraph, box: Box) -> None:
    attributes = _KINDS[box.kind] | (_ROOT if box.is_root else {})
    digraph.node(box.key, as_typed("\n".join(box.lines)), id=box.key, **attributes)


def _add_link(digraph: graphviz.Digraph, link: Link, digits: int, backward: bool) -> None:
    tail, head = link.source.key, link.target.key
    if link.partial is None:  # a bare number: nothing flows back to it
        digraph.edge(tail, head, id=f"{link.key}-forward", color="#666666", style="dashed")
        return
    digraph.edge(
        tail, head, as_typed(f"∂ {shown(link.partial, digits)}"),
        id=f"{link.key}-forward", color=_FORWARD, fontcolor=_FORWARD,
    )  # fmt: skip
    if backward:
        # Written from operand to node as the other one is, so that both lie beside each other.
        digraph.edge(
            tail, head, as_typed(shown(link.contribution, digits)),
            id=f"{link.key}-backward", dir="back", color=_BACKWARD, fontcolor=_BACKWARD,
        )  # fmt: skip


# Characters that XML has no way to hold, or that end or confuse a text that is handed to a program.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def as_typed(text: str) -> str:
    """A DOT label that shows ``text`` as it is: quotes, backslashes, braces, brackets, entities, newlines.

    >>> print(as_typed("<c> &lt; {d} \\\\n"))
    <c> &amp;lt; {d} \\\\n

    A character that cannot stand in a picture is shown as the sign for it: ␀, or �.
    """
    plain = _CONTROL.sub(_sign_of, text.replace("\t", "    "))
    return graphviz.escape(plain.replace("&", "&amp;")).replace("\n", r"\n")


def _sign_of(found: re.Match[str]) -> str:
    code = ord(found[0])
    return chr(0x2400 + code) if code < 0x20 else "�"
