"""A graph as the data that the page's script reads: nodes, numbers, names, formulas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...errors import KindError
from ...graph import topological_order
from ...messages import given
from ...notation import Names, Symbol
from ...notation.writing import TEXT
from ...value import Value
from ..labels import drawable
from ..neurons import NumberLine
from ..stage import LiveStage
from .expressions import Expressions, as_json_number
from .rows import Rows

__all__ = ["record_of"]


def record_of(root: Value, names: Names, rows: Rows, constants_by_place: bool = False) -> dict[str, Any]:
    """The graph under ``root``; its rows go to ``rows``. Raises KindError for numbers that no float stands for.

    With ``constants_by_place`` a formula has the place of a float constant, not the number: it holds for
    graphs that differ in these only.
    """
    order = topological_order(root)
    index_of = {node: index for index, node in enumerate(order)}
    expressions = Expressions(names, index_of, constants_by_place)
    constants: list[Any] = []
    nodes, formulas, partials = [], [], []
    for node in order:
        operands = []
        for operand in node.operands:
            if isinstance(operand, Value):
                operands.append(index_of[operand])
            else:
                operands.append(len(order) + len(constants))
                constants.append(_as_float(operand, "a number in the graph"))
        primitive = node.primitive
        nodes.append({
            "row": None if primitive is None else rows.key(primitive, node.operands),
            "operands": operands,
            "label": drawable(names.known_as(node)),
            "name": drawable(names[node]),
            "symbol": drawable(TEXT.name(Symbol(names[node]))),
        })  # fmt: skip
        formulas.append(None if primitive is None else expressions.formula(node))
        partials.append([
            expressions.partial(node, place) if isinstance(operand, Value) else None
            for place, operand in enumerate(node.operands)
        ])  # fmt: skip
    return {
        "nodes": nodes,
        "constants": constants,
        "leaves": [None if node.op else _as_float(node.data, names[node]) for node in order],
        "formulas": formulas,
        "partials": partials,
        "forms": expressions.forms,
        "rounds": _are_rounded(order),
    }


def boxes_record(stage: LiveStage, order: Sequence[Value]) -> dict[str, Any]:
    """Which box of the picture is each node's."""
    return {"boxes": [stage.scene.box_of[node].key for node in order]}


def neurons_record(stage: LiveStage, order: Sequence[Value]) -> dict[str, Any]:
    """Of a picture of neurons: the box that each node has a share in, its lines, its links, and its layer."""
    scene = stage.scene
    index_of = {node: index for index, node in enumerate(order)}
    found = [scene.box_of.get(node) for node in order]
    lines = {
        box.key: [
            [place, drawable(line.name), [index_of[node] for node in line.nodes]]
            for place, line in enumerate(box.lines)
            if isinstance(line, NumberLine) and all(isinstance(node, Value) for node in line.nodes)
        ]
        for box in scene.boxes
    }
    places = sorted({round(box.place[0]) for box in scene.boxes if box.place})
    return {
        "boxes": [None if box is None else box.key for box in found],
        "lines": lines,
        "links": [[link.key, link.source.key, link.target.key] for link in scene.links],
        "layers": [None if box is None or box.place is None else places.index(round(box.place[0])) for box in found],
    }


def _as_float(number: Any, what: str) -> Any:
    try:
        return as_json_number(number)
    except (TypeError, ValueError, OverflowError):
        raise KindError(
            f"{what} is {given(number)}: the numbers of a live page are floats; step(root) takes every kind"
        ) from None


def _are_rounded(order: Sequence[Value]) -> bool:
    """Does the graph hold numbers that are no floats, so that the page's are near them only?"""
    return any(not isinstance(node.data, (float, int)) for node in order)
