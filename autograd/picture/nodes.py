"""The graph as it was recorded: a box for each node, a link for each operand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..errors import AutogradError, TooLargeError
from ..value import Value, topological_order
from .numbers import shown
from .scene import Box, Link, Scene

__all__ = ["leaf_kinds", "scene_of_nodes", "symbol"]

# What stands in the picture for an operation whose name is longer than its sign.
_SYMBOLS = {
    "add": "+", "sub": "−", "mul": "×", "div": "÷", "pow": "^", "neg": "−", "abs": "|x|", "sqrt": "√",
    "total": "Σ", "weighted_sum": "Σ wx + b", "sigmoid": "σ", "relu": "ReLU", "leaky_relu": "LeakyReLU",
    "elu": "ELU", "gelu": "GELU", "normal_cdf": "Φ", "maximum": "max", "minimum": "min",
}  # fmt: skip
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def symbol(node: Value) -> str:
    """The sign of a node's operation: ``×``, ``σ``, ``softmax₂``."""
    primitive = node._primitive
    if primitive is None:
        return ""
    index = str(primitive.index + 1).translate(_SUBSCRIPTS) if primitive.index >= 0 else ""
    return _SYMBOLS.get(primitive.name, primitive.name) + index


def leaf_kinds(order: Iterable[Value], parameters: Iterable[Value] = ()) -> dict[Value, str]:
    """"parameter" for each leaf that is known to be one: it was named, or a weighted sum weighs with it.

    A graph does not say more than that about its leaves: every other one is an input.
    """
    kinds = dict.fromkeys(parameters, "parameter")
    for node in order:
        if node.op == "weighted_sum":
            operands = node.operands
            for operand in (*operands[: len(operands) // 2], operands[-1]):
                if isinstance(operand, Value) and not operand.op:
                    kinds[operand] = "parameter"
    return kinds


def scene_of_nodes(root: Value, *, digits: int, max_nodes: int, parameters: Iterable[Value] = ()) -> Scene:
    order = topological_order(root)
    refuse_if_too_large(order, max_nodes)
    kinds = leaf_kinds(order, parameters)
    scene = Scene(has_backward=bool(root.grad))
    boxes: dict[Value, Box] = {}
    for node in order:
        box = Box("", "operation" if node.op else kinds.get(node, "input"), described(node, digits), node, node is root)
        operands = node.operands
        places = []
        for operand in operands:
            if isinstance(operand, Value):
                places.append(boxes[operand])
            else:
                places.append(Box(_next_key(scene), "constant", [shown(operand, digits)]))
                scene.boxes.append(places[-1])
        box.key = _next_key(scene)
        scene.boxes.append(box)
        boxes[node] = box
        for place, (operand, partial, source) in enumerate(zip(operands, node.partials, places)):
            link = Link(source, box, place)
            if isinstance(operand, Value):
                link.partial, link.contribution = partial, _contribution(node.grad, partial)
            scene.links.append(link)
    return scene


def described(node: Value, digits: int) -> list[str]:
    """The lines of a node's box: its name and sign, its data, its gradient."""
    sign = symbol(node)
    name = f"{node.label} = {sign}" if node.label and sign else node.label or sign
    lines = [name] if name else []
    return [*lines, f"data {shown(node.data, digits)}", f"grad {shown(node.grad, digits)}"]


def refuse_if_too_large(order: list[Value], max_nodes: int) -> None:
    count = len(order) + sum(not isinstance(operand, Value) for node in order for operand in node.operands)
    if count > max_nodes:
        raise TooLargeError(
            f"the graph has {count:,} nodes, and a picture is drawn of {max_nodes:,} at most: draw a part of it "
            f"(another root), or set max_nodes={count} if the layout may take its time"
        )


def _contribution(cotangent: Any, partial: Any) -> Any:
    try:
        return cotangent * partial
    except AutogradError:  # the partial does not exist, and is shown as such
        return partial


def _next_key(scene: Scene) -> str:
    return f"n{len(scene.boxes) + 1}"
