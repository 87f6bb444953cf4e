"""Hints at a prompt: what happened, and the line that mends it. Each is given once in a session, in scripts never.

>>> from autograd import Value
>>> hints = Hints()
>>> w = Value(3.0, "w"); loss = w * w; loss.backward()
>>> after = hints.before("loss.backward()", {"w": w, "loss": loss})
>>> loss.backward()
>>> print(*after(), sep="\\n")
hint: the gradients were added to those of an earlier backward(), as in PyTorch.
      loss.zero_grad() sets them to zero first.

They come of the line that was typed and of the Values that its names hold, so the engine knows nothing of them
and costs nothing for them. The prompt of ``python -m autograd`` gives them, and so does IPython, also in a notebook.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..freshness import stale
from ..graph import leaves, topological_order
from ..terminal import painted
from ..value import Value

__all__ = ["Hints", "install_in_ipython", "say", "use_hints"]

_MOST = 2_000  # nodes: a larger graph is not looked through after each line
_is_on = True


def use_hints(on: bool) -> None:
    """Whether hints are given; at first they are, and only at a prompt.

    >>> use_hints(False)
    >>> use_hints(True)
    """
    global _is_on
    _is_on = bool(on)


class Hints:
    """Those that have not been given yet."""

    def __init__(self) -> None:
        self._left = {"accumulated": _accumulated, "changed": _changed, "compared": _compared, "stepped": _stepped}

    def before(self, source: str, namespace: Mapping[str, Any]) -> Callable[[], list[str]]:
        """Look at a line before it is run; what is returned gives the hints, to be called after it."""
        if not (_is_on and self._left):
            return list
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return list
        asked = {name: look(tree, namespace) for name, look in self._left.items()}
        return lambda: [text for name, after in asked.items() for text in self._given(name, after)]

    def _given(self, name: str, after: Callable[[], str]) -> Iterator[str]:
        text = after()
        if text and name in self._left:
            del self._left[name]
            yield text


def _nothing() -> str:
    return ""


def _text(happened: str, mend: str) -> str:
    return f"hint: {happened}\n      {mend}"


def _values(tree: ast.AST, namespace: Mapping[str, Any]) -> Iterator[tuple[str, Value]]:
    """The Values that names in a line hold."""
    for part in ast.walk(tree):
        if isinstance(part, ast.Name) and isinstance(namespace.get(part.id), Value):
            yield part.id, namespace[part.id]


def _methods(tree: ast.AST, namespace: Mapping[str, Any], method: str) -> Iterator[tuple[str, Value]]:
    """The Values, by name, whose ``method`` is called in a line."""
    for part in ast.walk(tree):
        match part:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr)) if attr == method:
                if isinstance(namespace.get(name), Value):
                    yield name, namespace[name]


def _accumulated(tree: ast.AST, namespace: Mapping[str, Any]) -> Callable[[], str]:
    sets = {part.attr for part in ast.walk(tree) if isinstance(part, ast.Attribute)} & {"zero_grad", "grad"}
    for name, root in () if sets else _methods(tree, namespace, "backward"):
        if any([leaf.grad for leaf in leaves(topological_order(root))]):
            return lambda: _text(
                "the gradients were added to those of an earlier backward(), as in PyTorch.",
                f"{name}.zero_grad() sets them to zero first.",
            )
    return _nothing


def _changed(tree: ast.AST, namespace: Mapping[str, Any]) -> Callable[[], str]:
    asked = list(dict.fromkeys(_values(tree, namespace)))

    def after() -> str:
        for name, value in asked:
            order = topological_order(value) if value.op else []
            if len(order) <= _MOST and any(node is value for node in stale(value) if order):
                return _text(
                    f"a leaf under {name} was changed after {name} was computed: its number is the old one.",
                    f"{name}.forward() computes it again.",
                )
        return ""

    return after


def _compared(tree: ast.AST, namespace: Mapping[str, Any]) -> Callable[[], str]:
    for part in ast.walk(tree):
        match part:
            case ast.Compare(left=ast.Name(id=a), ops=[ast.Eq() | ast.NotEq()], comparators=[ast.Name(id=b)]):
                if isinstance(namespace.get(a), Value) and isinstance(namespace.get(b), Value):
                    return lambda a=a, b=b: _text(  # type: ignore[misc]
                        f"{a} == {b} asks whether they are one and the same node.",
                        f"{a}.data == {b}.data compares their numbers.",
                    )
    return _nothing


def _stepped(tree: ast.AST, namespace: Mapping[str, Any]) -> Callable[[], str]:
    for name, _ in _methods(tree, namespace, "step"):
        return lambda name=name: _text(  # type: ignore[misc]
            f"{name}.step() is the step function: 1 where {name} > 0, else 0.",
            f"step({name}) goes through the passes one node at a time.",
        )
    return _nothing


# --- where they are given --------------------------------------------------------------------------


def say(hints: list[str]) -> None:
    for hint in hints:
        print(painted(hint, "yellow", sys.stderr), file=sys.stderr)


def install_in_ipython(shell: Any) -> None:
    """Give the hints after the cells of an IPython shell, a notebook's too; once, however often this is called."""
    if getattr(shell, "handgrad_hints", None) is not None:
        return
    shell.handgrad_hints = hints = Hints()
    pending: list[Callable[[], list[str]]] = []

    def before(info: Any) -> None:
        pending[:] = [hints.before(info.raw_cell, shell.user_ns)]

    def after(result: Any) -> None:
        while pending:
            say(pending.pop()())

    shell.events.register("pre_run_cell", before)
    shell.events.register("post_run_cell", after)
