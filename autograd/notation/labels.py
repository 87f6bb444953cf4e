"""Labels for the Values that variables hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import KindError
from ..numeric import given
from ..value import Value

__all__ = ["label_values"]


def label_values(namespace: Mapping[str, Any]) -> dict[str, Value]:
    """Label each Value by the name that it has in ``namespace``, unless it has a label; also in lists.

    >>> w, layer = Value(1.0), [Value(2.0), Value(3.0)]
    >>> list(label_values({"w": w, "layer": layer}))
    ['w', 'layer[0]', 'layer[1]']

    ``label_values(globals())`` labels everything at the prompt. Names that begin with an underscore
    are left out. The Values that were labelled are returned, by their labels. Raises KindError, a
    TypeError, for what is no dict of names.
    """
    if not isinstance(namespace, Mapping) or not all(isinstance(name, str) for name in namespace):
        advice = "give a dict of names, such as globals() or {'w': w}"
        raise KindError(f"label_values: {advice}; got {given(namespace)}")
    labelled: dict[str, Value] = {}
    seen: set[int] = set()
    stack = [(name, thing) for name, thing in reversed(list(namespace.items())) if not name.startswith("_")]
    while stack:
        name, thing = stack.pop()
        if isinstance(thing, Value):
            if not thing.label:
                thing.label = name
                labelled[name] = thing
        elif isinstance(thing, (list, tuple)) and id(thing) not in seen:
            seen.add(id(thing))  # a list may hold itself
            stack.extend((f"{name}[{place}]", part) for place, part in reversed(list(enumerate(thing))))
    return labelled
