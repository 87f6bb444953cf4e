"""What behaves as a number and records what is done to it: a Value, a symbol, a slot of a trace."""

from __future__ import annotations

from typing import Any

from . import numeric
from .numeric import Recorder

__all__ = ["Arithmetic"]


class Arithmetic(Recorder):
    """Every operator and every function of the table; a subclass defines ``_apply``, and has them all."""

    __slots__ = ()

    _op_priority = 100.0  # above a SymPy expression's, which would otherwise take us for a float

    def __add__(self, other: Any) -> Any:
        return self._apply("add", self, other)

    def __radd__(self, other: Any) -> Any:
        return self._apply("add", other, self)

    def __sub__(self, other: Any) -> Any:
        return self._apply("sub", self, other)

    def __rsub__(self, other: Any) -> Any:
        return self._apply("sub", other, self)

    def __mul__(self, other: Any) -> Any:
        return self._apply("mul", self, other)

    def __rmul__(self, other: Any) -> Any:
        return self._apply("mul", other, self)

    def __truediv__(self, other: Any) -> Any:
        return self._apply("div", self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return self._apply("div", other, self)

    def __pow__(self, other: Any) -> Any:
        return self._apply("pow", self, other)

    def __rpow__(self, other: Any) -> Any:
        return self._apply("pow", other, self)

    def __neg__(self) -> Any:
        return self._apply("neg", self)

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return self._apply("abs", self)

    exp = numeric.exp
    expm1 = numeric.expm1
    log = numeric.log
    log1p = numeric.log1p
    sqrt = numeric.sqrt
    sin = numeric.sin
    cos = numeric.cos
    tanh = numeric.tanh
    sigmoid = numeric.sigmoid
    relu = numeric.relu
    leaky_relu = numeric.leaky_relu
    elu = numeric.elu
    gelu = numeric.gelu
    softplus = numeric.softplus
    normal_cdf = numeric.normal_cdf
    step = numeric.step
    sign = numeric.sign
