"""How large a picture may be, and what to do about a larger graph."""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import TooLargeError
from ..value import Value
from .nodes import Part

__all__ = ["count_boxes", "refuse_if_too_large"]

_COARSER = {
    "op": 'a coarser level (detail="node"), ',
    "node": 'a coarser level (detail="neuron", for a network), ',
    "neuron": "",
}


def count_boxes(drawn: Iterable[Value | Part]) -> int:
    """A box for each node, and one for each bare number among its operands."""
    return sum(1 + sum(not isinstance(operand, Value) for operand in node.operands) for node in drawn)


def refuse_if_too_large(count: int, max_nodes: int, detail: str) -> None:
    if count > max_nodes:
        raise TooLargeError(
            f"the picture would have {count:,} nodes, and max_nodes is {max_nodes:,}; choose {_COARSER[detail]}"
            f"the neighbourhood of one node (around=node, within=2), or max_nodes={count} and a long wait"
        )
