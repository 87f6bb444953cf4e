"""What ``.grad`` holds, beside the gradient that the graph has at present.

>>> w = Value(0.5, label="w")
>>> y = w * w
>>> y.label = "y"
>>> y.backward()
>>> w.data = 3.0
>>> y.forward()
9.0
>>> print(held(w, y).note)
w.grad is 1.0, but the gradient of y is 6.0: it was made before a leaf changed, or holds other passes too; \
y.zero_grad(), then y.backward() renews it
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .. import messages, numeric
from ..errors import AutogradError
from ..freshness import stale
from ..graph import topological_order
from ..numeric import Number
from ..value import Value
from .rounding import backward, forward
from .worksheet import _cotangents, nearly_equal

__all__ = ["Held", "held"]

_MOST_PASSES = 1000


@dataclass(frozen=True, slots=True)
class Held:
    """The number that a printed gradient is held against, the one of the graph at present, and how they differ.

    ``kept`` says that the graph's numbers, worked out again, lead to what is held: it is one pass, or
    several of the same.
    """

    number: Number
    present: Number
    note: str = ""
    kept: bool = True


def held(x: Value, root: Value, name: str = "", name_of_root: str = "") -> Held:
    """What a printed gradient of ``x`` is held against, and what that is to the gradient of ``root``.

    That is what a pass has left in ``x.grad``. Where none has left anything, it is the gradient that
    ``root.backward()`` would give. The note calls them by their names, where others than their labels
    are given.
    """
    if root is x and not x.op:  # a leaf that nothing uses: its .grad came from a graph that is gone
        return Held(x.grad, x.grad, kept=False)
    try:
        once = _cotangents(root)[x]
        left = once * root.grad if root.grad else once
        now = _at_present(x, root) if stale(root) else left
    except (AutogradError, ArithmeticError, TypeError, ValueError, KeyError):
        # a slope that does not exist, kinds that do not mix, or x is not under the root
        return Held(x.grad, x.grad, kept=False)
    of = name_of_root or root.label or "root"
    name = f"{name or x.label}.grad"
    grad, present = messages.written(x.grad), messages.written(now)
    renew = f"{of}.zero_grad(), then {of}.backward() renews it"
    if not x.grad:
        note = f"{name} is {grad}: {of}.backward() has not been called, or it was cleared" if now else ""
        return Held(now, now, note)
    if nearly_equal(x.grad, left):
        if nearly_equal(now, left):
            return Held(x.grad, now)
        note = f"{name} is {grad}, made before a leaf changed; with the leaves of now it is {present}: {of}.forward(), "
        return Held(x.grad, now, note + renew, kept=False)
    passes = _count(x.grad, left) if nearly_equal(now, left) else 0
    if passes:
        note = f"{name} is {grad}, as much as {passes} passes give; the gradient of {of} is {present}: {renew}"
        return Held(x.grad, now, note)
    note = f"{name} is {grad}, but the gradient of {of} is {present}: "
    return Held(x.grad, now, f"{note}it was made before a leaf changed, or holds other passes too; {renew}", kept=False)


def _at_present(x: Value, root: Value) -> Number:
    """The gradient at the leaves' present data, which the graph was not evaluated at."""
    order = topological_order(root)
    once = backward(order, forward(order), root)[x]
    return numeric.like(x.data, once * float(root.grad) if root.grad else once)


def _count(grad: Any, once: Any) -> int:
    """How many passes of ``once`` each add up to ``grad``; 0 if no whole number of them does."""
    try:
        ratio = float(grad / once) if once else 0.0
    except (ArithmeticError, TypeError):  # complex numbers, or kinds that do not mix
        return 0
    count = round(ratio) if 1.5 < ratio < _MOST_PASSES else 0
    return count if count and nearly_equal(grad, count * once) else 0
