"""What stands around a backward pass: the gradients that leaves have before it, and its seed.

Each pass forms its own sums, from zero, and at its end they are added to what the leaves had. So twice the
call gives exactly twice the gradient, and a pass that fails leaves the gradients as they were.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from . import numeric
from .errors import AutogradError, KindError, NumberOverflowError
from .messages import described, quoted
from .numeric import Number

if TYPE_CHECKING:
    from .value import Value

__all__ = ["end_pass", "kept_gradients", "restore_gradients", "seed_like", "start_pass"]


def kept_gradients(leaves: list[Value], rows: list[tuple[Value, ...]]) -> dict[Value, Number]:
    """What the leaves have before a pass, as far as it is not zero."""
    return {leaf: leaf._grad for leaf in chain(leaves, *rows) if leaf._grad}


def start_pass(
    order: list[Value], leaves: list[Value], rows: list[tuple[Value, ...]], kept: dict[Value, Number], zero: Number
) -> None:
    """Set every gradient to ``zero``; of rows, whose gradients are zero as a rule, those that are not."""
    for node in chain(order, leaves, *(() if type(zero) is float else rows)):
        node._grad = zero
    for leaf in kept:
        leaf._grad = zero


def restore_gradients(
    leaves: list[Value], rows: list[tuple[Value, ...]], kept: dict[Value, Number]
) -> None:
    """Give the leaves what they had before a pass that failed."""
    for leaf in chain(leaves, *rows):
        leaf._grad = numeric.zero(leaf._data)
    for leaf, grad in kept.items():
        leaf._grad = grad


def end_pass(kept: dict[Value, Number]) -> None:
    """Add what leaves had before this pass to what it gave them."""
    for leaf, grad in kept.items():
        try:
            leaf._grad = grad + leaf._grad
        except (ArithmeticError, TypeError) as error:
            kind = KindError if isinstance(error, TypeError) else NumberOverflowError
            shown = f"{quoted(grad)} and {quoted(leaf._grad)}"
            raise kind(f"the gradients of {described(leaf)} in two passes do not add up: {shown} ({error})") from None


def seed_like(root: Value, seed: Any) -> Number:
    """A seed as a number of the root's own kind."""
    if type(root._data) is float and (type(seed) is float or (type(seed) is int and seed == 1)):
        return float(seed)
    try:
        return numeric.like(root._data, numeric.as_number(seed, "seed"))
    except (TypeError, ValueError, ArithmeticError) as error:
        if isinstance(error, AutogradError):
            raise
        kind = type(root._data).__name__
        raise KindError(f"seed {quoted(seed)} is not a number of the root's kind ({kind})") from error


