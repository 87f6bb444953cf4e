"""Is what a node holds still what its leaves say? A picture marks what is not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import AutogradError, NumberOverflowError
from ..freshness import Present
from ..graph import edges
from ..notation import show
from ..value import Undefined, Value

__all__ = ["Freshness", "contribution"]


class Freshness:
    """What each node's data would be now, and what the contributions that are drawn add up to at it.

    >>> x = Value(2.0, label="x")
    >>> y = x * x
    >>> x.data = 3.0
    >>> Freshness([x, y], y).notes(y, digits=4)
    ['stale: now 9']
    """

    def __init__(self, order: Sequence[Value], root: Value) -> None:
        self._root = root
        self._present = Present(order)
        self._flowed: dict[Value, Any] = {}
        for node, place, operand in edges(reversed(order) if root.grad else ()):
            flow = contribution(node.grad, node.partials[place])
            if not isinstance(flow, Undefined):  # no partial, or too large: no pass was here
                self._flowed[operand] = self._flowed[operand] + flow if operand in self._flowed else flow

    def is_stale(self, node: Value) -> bool:
        """Would ``forward()`` change the node, or raise there?"""
        return node in self._present.stale

    def notes(self, node: Value, digits: int) -> list[str]:
        """A line for data that no longer follow from the leaves, one for a grad that is not the red flow's sum."""
        notes = []
        if self.is_stale(node):
            now = self._present.data[node]
            same = now is not None and now == node.data
            changed = "its partials would change" if same else f"now {show(now, digits)}"
            notes.append(f"stale: {'forward() would raise' if now is None else changed}")
        flowed = self._flowed.get(node)
        is_sum = flowed == node.grad or (flowed != flowed and node.grad != node.grad)
        if flowed is not None and node is not self._root and not is_sum:
            # More than one pass on a leaf, another root, or a forward() since.
            notes.append(f"(red adds up to {show(flowed, digits)})")
        return notes


def contribution(cotangent: Any, partial: Any) -> Any:
    """Their product, or an Undefined where there is none: it is shown as such."""
    try:
        return cotangent * partial
    except AutogradError:  # the partial does not exist
        return partial
    except ArithmeticError as error:  # the product is too large for its kind of number
        return Undefined(NumberOverflowError(str(error)))
