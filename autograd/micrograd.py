"""micrograd's own names for what a Value holds, which code written for it reads: ``_prev``, ``_op``, ``_backward``.

>>> from autograd import Value
>>> a, b = Value(2.0), Value(-3.0)
>>> c = a * b
>>> c._op, c._prev == {a, b}
('*', True)
>>> c.grad = 1.0
>>> c._backward()
>>> a.grad, b.grad
(-3.0, 2.0)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from .errors import KindError
from .value import Value

__all__: list[str] = []

_SYMBOLS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "relu": "ReLU"}


def _prev(node: Value) -> set[Value]:
    return {operand for operand in node.operands if isinstance(operand, Value)}


def _op(node: Value) -> str:
    if node.op == "pow":
        exponent = node.operands[1]
        return f"**{exponent.data if isinstance(exponent, Value) else exponent}"
    return _SYMBOLS.get(node.op, node.op)


def _backward(node: Value) -> Callable[[], None]:
    """The chain rule of this one node: each operand's grad grows by its contribution."""

    def backward() -> None:
        for operand, partial in zip(node.operands, node.partials):
            if isinstance(operand, Value):
                operand.grad += node.grad * partial

    return backward


def _refuse(node: Value, rule: Any) -> NoReturn:
    raise KindError("an operation of one's own is a row of the table: see autograd.define; _backward cannot be set")


Value._prev = property(_prev)  # type: ignore[attr-defined]
Value._op = property(_op)  # type: ignore[attr-defined]
Value._backward = property(_backward, _refuse)  # type: ignore[attr-defined]
