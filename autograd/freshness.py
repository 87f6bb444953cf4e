"""What is stale: a node whose numbers are not those that ``forward()`` would give it.

>>> x = Value(2.0, label="x")
>>> y = x * x
>>> root = y + 1
>>> x.data = 3.0
>>> stale(root) == [y, root]
True
>>> root.forward()
10.0
>>> stale(root)
[]

A leaf that was changed after it was used makes all stale that depends on it, and whose data or partials
are others for it. ``backward`` is not wrong for that: it takes the partials as they were. But data, partials
and leaves shown together would mix old and new, and ``forward()`` brings them in line.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .errors import AutogradError
from .graph import topological_order
from .kinds import without_warning
from .nodes import set_state, state
from .value import Undefined, Value, evaluate

__all__ = ["Present", "stale"]


def stale(root: Value) -> list[Value]:
    """The nodes under ``root``, in order, that ``forward()`` would change, or at which it would raise.

    It costs about as much as recording the graph.
    """
    order = topological_order(root)
    present = Present(order)
    return [node for node in order if node in present.stale]


class Present:
    """What ``forward()`` would make of each node, which has afterwards what it had."""

    def __init__(self, order: Iterable[Value]) -> None:
        self.data: dict[Value, Any] = {}  # None where forward() would raise, or has nothing to go on with
        self.stale: set[Value] = set()
        self._before: list[tuple[Value, tuple[Any, ...]]] = []
        try:
            with without_warning():
                for node in order:
                    self.data[node] = self._evaluated(node) if node.op else node.data
        finally:
            for node, before in self._before:
                set_state(node, before)

    def _evaluated(self, node: Value) -> Any:
        try:
            before = (node.data, *node.partials)
            self._before.append((node, state(node)))
            if any([isinstance(x, Value) and self.data[x] is None for x in node.operands]):
                self.stale.add(node)
                return None
            evaluate(node)
            if not all(map(_same, before, (node.data, *node.partials))):
                self.stale.add(node)
        except AutogradError:  # it was computed once, and cannot be now
            self.stale.add(node)
            return None
        return node.data


def _same(x: Any, y: Any) -> bool:
    if isinstance(x, Undefined) or isinstance(y, Undefined):
        return type(x) is type(y)
    return bool(x == y) or (x != x and y != y)
