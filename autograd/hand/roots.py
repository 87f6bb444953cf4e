"""Which graph a value is in: a node knows its operands, not what uses it; the last ``backward`` does.

>>> from autograd import Value
>>> w = Value(0.5, label="w")
>>> y = w * w
>>> y.backward()
>>> root_of(w) is y
True
"""

from __future__ import annotations

from ..errors import RecordingError
from ..graph import topological_order
from ..value import Value, last_root

__all__ = ["NOT_SEEN", "keeps_graph", "root_of"]


NOT_SEEN = "was not in the last backward(), so nothing says which graph is meant; give its root"


def root_of(v: Value) -> Value | None:
    """What the last ``backward`` was called on, if ``v`` is under it; None where nothing says which graph is meant."""
    root = last_root()
    return root if root is not None and (root is v or v in topological_order(root)) else None


def keeps_graph(v: Value) -> bool:
    """Does ``v`` know what it was computed from? The result of a compiled function does not."""
    try:
        _ = v.primitive
    except RecordingError:
        return False
    return True
