"""Names for free: at a prompt or in a notebook, a Value without a label is called as the variable that holds it.

The label itself stays empty, and in a script nothing of this happens.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import KindError, user_frame
from ..messages import given
from ..value import Value

__all__ = ["known_as", "label_values", "use_variable_names", "variable_names"]

_PROMPTS = ("__main__", "__console__")  # what the module is called in which a prompt or a notebook runs
_LONGEST = 256  # of a list in which Values are looked for: a longer one is data
_is_on = True


def use_variable_names(on: bool) -> None:
    """Whether a Value without a label is called by a variable's name; at first it is, and only at a prompt.

    >>> use_variable_names(False)
    >>> use_variable_names(True)
    """
    global _is_on
    _is_on = bool(on)


def variable_names() -> dict[Value, str]:
    """The name of each Value that a variable at the prompt holds, or a list in one; nothing in a script."""
    if not (_is_on and hasattr(sys, "ps1")):
        return {}
    names: dict[Value, str] = {}
    for namespace in _namespaces():
        for name, value in _values_in(namespace, _LONGEST):
            names.setdefault(value, name)
    return names


def known_as(node: Value) -> str:
    """The label of a node; or, at a prompt, the name of the variable that holds it; or "" where there is neither.

    >>> known_as(Value(1.0, label="x")), known_as(Value(1.0))
    ('x', '')
    """
    return node.label or variable_names().get(node, "")


def _namespaces() -> Iterator[Mapping[str, Any]]:
    """The variables where the user is: those of a function at first, then those of the prompt."""
    frame = user_frame()
    while frame.f_back is not None and frame.f_globals.get("__name__") not in _PROMPTS:
        frame = frame.f_back  # a notebook's own frames, when it shows what a cell ended with
    if frame.f_globals.get("__name__") in _PROMPTS:
        if frame.f_locals is not frame.f_globals:
            yield frame.f_locals
        yield frame.f_globals
    else:
        yield vars(sys.modules["__main__"])


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
    for name, value in _values_in(namespace):
        if not value.label:
            value.label = name
            labelled[name] = value
    return labelled


def _values_in(namespace: Mapping[str, Any], longest: float = math.inf) -> Iterator[tuple[str, Value]]:
    """Each Value with its name: that of a variable, or of its place in a list that is not longer: ``layer[0]``."""
    seen: set[int] = set()
    stack = [(name, thing) for name, thing in reversed(list(namespace.items())) if not name.startswith("_")]
    while stack:
        name, thing = stack.pop()
        if isinstance(thing, Value):
            yield name, thing
        elif isinstance(thing, (list, tuple)) and id(thing) not in seen and len(thing) <= longest:
            seen.add(id(thing))  # a list may hold itself
            stack.extend((f"{name}[{place}]", part) for place, part in reversed(list(enumerate(thing))))
