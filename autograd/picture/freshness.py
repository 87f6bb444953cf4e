"""Is what a node holds still what its leaves say? A picture marks what is not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..errors import AutogradError, RecordingError
from ..notation import show
from ..numeric import zero
from ..value import Value, contributions, given_again

__all__ = ["Freshness"]


class Freshness:
    """What each node's data would be now, and what this pass's contributions to it add up to.

    >>> x = Value(2.0, label="x")
    >>> y = x * x
    >>> x.data = 3.0
    >>> Freshness([x, y], y).notes(y, digits=4)
    ['stale: now 9']
    """

    def __init__(self, order: Iterable[Value], root: Value) -> None:
        order = list(order)
        self._root = root
        self._now: dict[Value, Any] = {}
        for node in order:
            self._now[node] = self._evaluated(node)
        self._flowed: dict[Value, Any] = {}
        if root.grad:
            for node in reversed(order):
                self._add_contributions(node)

    def is_stale(self, node: Value) -> bool:
        """Would ``forward()`` change the node's data, or raise there?"""
        now = self._now[node]
        return now is None or not _same(now, node.data)

    def notes(self, node: Value, digits: int) -> list[str]:
        """A line for data that no longer follow from the leaves, one for a grad that is not the red flow's sum."""
        notes = []
        if self.is_stale(node):
            now = self._now[node]
            notes.append("stale: forward() would raise" if now is None else f"stale: now {show(now, digits)}")
        flowed = self._flowed.get(node)
        if flowed is not None and node is not self._root and not _same(flowed, node.grad):
            # More than one pass on a leaf, another root, or a forward() since.
            notes.append(f"(red adds up to {show(flowed, digits)})")
        return notes

    def _evaluated(self, node: Value) -> Any:
        primitive = node.primitive
        if primitive is None:
            return node.data
        numbers = [self._now[operand] if isinstance(operand, Value) else operand for operand in node.operands]
        if any(number is None for number in numbers):
            return None
        try:
            if primitive.evaluate is not None:  # a call of a compiled function
                return given_again(node)[0]
            return primitive.rule(*numbers) if primitive.arity else primitive.rule(numbers)
        except (ArithmeticError, ValueError, TypeError, RecordingError):
            return None

    def _add_contributions(self, node: Value) -> None:
        try:
            terms = list(contributions(node, node.grad)) if node.op else []
        except (AutogradError, ArithmeticError):  # no slope, or too large: no pass was here
            return
        for operand, _, term in terms:
            self._flowed[operand] = self._flowed.get(operand, zero(operand.data)) + term


def _same(a: Any, b: Any) -> bool:
    return bool(a == b) or (a != a and b != b)
