"""What ``.grad`` holds, beside the gradient that the graph has.

>>> w = Value(0.5, label="w")
>>> y = w * w
>>> y.label = "y"
>>> y.backward()
>>> y.backward()
>>> print(held(w, y).note)
w.grad is 2.0, as much as 2 passes give; the gradient of y is 1.0: y.zero_grad(), then y.backward() renews it
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..errors import AutogradError
from ..freshness import stale
from ..graph import topological_order
from ..interpret import contributions_at, evaluate, pull_back
from ..messages import written
from ..notation import in_a_line, known_as
from ..numeric import Number
from ..value import Value
from .worksheet import cotangents_of, nearly_equal

__all__ = ["Held", "held", "held_by"]

_MOST_PASSES = 1000


@dataclass(frozen=True, slots=True)
class Held:
    """The gradient that a printed one is compared with, the number in ``.grad``, and how they differ.

    ``kept`` says that the graph's present numbers lead to the gradient; where a leaf has changed since,
    ``now`` is what it would be with the leaves' present data.
    """

    number: Number
    present: Number
    now: Number
    note: str = ""
    kept: bool = True


def held(x: Value, root: Value, name: str = "", name_of_root: str = "") -> Held:
    """The gradient of ``root`` with respect to ``x``, times the seed of its last pass, and what ``x.grad`` is to it.

    The note calls them by their names, where others than their labels are given.
    """
    return held_by([x], root, name, name_of_root)[x]


def held_by(xs: Iterable[Value], root: Value, name: str = "", name_of_root: str = "") -> dict[Value, Held]:
    """The same of several."""
    wanted = list(dict.fromkeys(xs))
    if not wanted:
        return {}
    try:
        once = cotangents_of(root)
        left = {x: once[x] * root.grad if root.grad else once[x] for x in wanted if x in once}
        now = _at_present(root) if stale(root) else left
        now = {x: now[x] for x in left}
    except (AutogradError, ArithmeticError, TypeError, ValueError):
        left = now = {}  # a partial that does not exist, or kinds that do not mix
    of = name_of_root or in_a_line(known_as(root)) or "root"
    found = {}
    for x in wanted:
        # a leaf that nothing uses has its .grad from a graph that is gone; another is not under the root
        alone = x not in left or (root is x and x.primitive is None)
        found[x] = (
            Held(x.grad, x.grad, x.grad, kept=False)
            if alone
            else _compared(x, left[x], now[x], name or in_a_line(known_as(x)), of)
        )
    return found


def _compared(x: Value, left: Any, now: Any, name: str, of: str) -> Held:
    unchanged = nearly_equal(now, left)
    name += ".grad"
    renew = f"{of}.zero_grad(), then {of}.backward() renews it"
    if not x.grad:
        why = f"{name} is {written(x.grad)}: {of}.backward() has not been called, or it was cleared"
        return Held(left, x.grad, now, why if now else "", unchanged)
    if nearly_equal(x.grad, left) and unchanged:
        return Held(left, x.grad, now)
    if nearly_equal(x.grad, left):
        why = (
            f", made before a leaf changed; with the leaves' present data it is {written(now)}: {of}.forward(), {renew}"
        )
        return Held(left, x.grad, now, f"{name} is {written(x.grad)}{why}", kept=False)
    passes = _count(x.grad, left) if unchanged else 0
    if passes:
        why = f", as much as {passes} passes give; the gradient of {of} is {written(now)}: {renew}"
    else:
        why = f", but the gradient of {of} is {written(now)}: it was made before a leaf changed, or holds other "
        why += f"passes too; {renew}"
    return Held(left, x.grad, now, f"{name} is {written(x.grad)}{why}", unchanged)


def _at_present(root: Value) -> dict[Value, Any]:
    """The gradients at the leaves' present data, which the graph was not evaluated at."""
    order = topological_order(root)
    return pull_back(order, {root: root.grad or 1}, contributions_at(evaluate(order, {})))


def _count(grad: Any, once: Any) -> int:
    """How many passes of ``once`` each add up to ``grad``; 0 if no whole number of them does."""
    try:
        ratio = float(grad / once) if once else 0.0
    except (ArithmeticError, TypeError):  # complex numbers, or kinds that do not mix
        return 0
    count = round(ratio) if 1.5 < ratio < _MOST_PASSES else 0
    return count if count and nearly_equal(grad, count * once) else 0
