"""What an operation of one, two or three numbers does, as instructions for LLVM: on one number or on lanes of them.

Formulas are run on a :class:`Lanes`, which writes down what is done to it. Where Python would raise (a
logarithm of 0, an overflow), the lanes that do so are noted in ``stops``; the machine then leaves it to
Python, so a stop may come too often, but never too seldom.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from .emitter import Function, constant, mask_type, number_type

__all__ = ["CALLED", "ELEMENTARY", "FUNCTIONS", "Lanes", "write"]

FUNCTIONS = ("exp", "expm1", "log", "log1p", "sin", "cos", "tanh", "erfc", "pow")  # the C library's, as Python's


class Mask:
    """A truth in each lane."""

    def __init__(self, function: Function, name: str, lanes: int) -> None:
        self.function, self.name, self.lanes = function, name, lanes

    def _joined(self, instruction: str, other: Mask) -> Mask:
        text = f"{instruction} {mask_type(self.lanes)} {self.name}, {other.name}"
        return Mask(self.function, self.function(text), self.lanes)

    def __and__(self, other: Mask) -> Mask:
        return self._joined("and", other)

    def __or__(self, other: Mask) -> Mask:
        return self._joined("or", other)

    def but_not(self, other: Mask) -> Mask:
        everywhere = "true" if self.lanes == 1 else f"<{', '.join(['i1 true'] * self.lanes)}>"
        return self & other._joined("xor", Mask(self.function, everywhere, self.lanes))


class Lanes:
    """A number, or lanes of numbers side by side."""

    def __init__(self, function: Function, name: str, lanes: int, stops: list[Mask]) -> None:
        self.function, self.name, self.lanes, self.stops = function, name, lanes, stops

    def _named(self, name: str) -> Lanes:
        return Lanes(self.function, name, self.lanes, self.stops)

    def _text(self, other: Lanes | float) -> str:
        return other.name if isinstance(other, Lanes) else constant(other, self.lanes)

    def _done(self, instruction: str, *operands: Lanes | float) -> Lanes:
        given = ", ".join(map(self._text, operands))
        return self._named(self.function(f"{instruction} {number_type(self.lanes)} {given}"))

    def __add__(self, other: Lanes | float) -> Lanes:
        return self._done("fadd", self, other)

    def __radd__(self, other: float) -> Lanes:
        return self._done("fadd", other, self)

    def __sub__(self, other: Lanes | float) -> Lanes:
        return self._done("fsub", self, other)

    def __mul__(self, other: Lanes | float) -> Lanes:
        return self._done("fmul", self, other)

    def __rmul__(self, other: float) -> Lanes:
        return self._done("fmul", other, self)

    def __truediv__(self, other: Lanes) -> Lanes:
        return self._done("fdiv", self, other)

    def __rtruediv__(self, other: float) -> Lanes:
        return self._done("fdiv", other, self)

    def __neg__(self) -> Lanes:
        return self._done("fneg", self)

    def __abs__(self) -> Lanes:
        return self._intrinsic("fabs")

    def sqrt(self) -> Lanes:
        return self._intrinsic("sqrt")

    def _intrinsic(self, name: str) -> Lanes:
        kind = number_type(self.lanes)
        suffix = "f64" if self.lanes == 1 else f"v{self.lanes}f64"
        return self._named(self.function(f"call {kind} @llvm.{name}.{suffix}({kind} {self.name})"))

    def call(self, name: str, *others: Lanes) -> Lanes:
        """A function of the C library, in each lane by itself."""
        operands = [self, *others]
        f, kind = self.function, number_type(self.lanes)
        if self.lanes == 1:
            return self._named(f(f"call double @{name}({', '.join(f'double {x.name}' for x in operands)})"))
        result = "poison"
        for lane in range(self.lanes):
            numbers = [f(f"extractelement {kind} {x.name}, i64 {lane}") for x in operands]
            found = f(f"call double @{name}({', '.join(f'double {x}' for x in numbers)})")
            result = f(f"insertelement {kind} {result}, double {found}, i64 {lane}")
        return self._named(result)

    def is_(self, comparison: str, other: Lanes | float) -> Mask:
        """Compared as LLVM names it: olt, ole, ogt, oge, oeq; uno where one of them is no number."""
        text = f"fcmp {comparison} {number_type(self.lanes)} {self.name}, {self._text(other)}"
        return Mask(self.function, self.function(text), self.lanes)

    def where(self, mask: Mask, other: Lanes | float) -> Lanes:
        """This one where the mask says so, else the other."""
        kind = number_type(self.lanes)
        text = f"select {mask_type(self.lanes)} {mask.name}, {kind} {self.name}, {kind} {self._text(other)}"
        return self._named(self.function(text))

    def other_than(self, number: float, mask: Mask) -> Lanes:
        """The constant where the mask says so, else this one."""
        return self._named(constant(number, self.lanes)).where(mask, self)

    def stop(self, mask: Mask) -> None:
        self.stops.append(mask)


# --- the formulas ------------------------------------------------------------------------------------


def _divided(x: Lanes, y: Lanes) -> Lanes:
    x.stop(y.is_("oeq", 0.0))
    return x / y


def _grown(name: str) -> Callable[[Lanes], Lanes]:
    def formula(x: Lanes) -> Lanes:
        result = x.call(name)
        x.stop(result.is_("oeq", math.inf))
        return result

    return formula


def _from(name: str, lowest: float, comparison: str = "ole") -> Callable[[Lanes], Lanes]:
    def formula(x: Lanes) -> Lanes:
        x.stop(x.is_(comparison, lowest))
        return x.sqrt() if name == "sqrt" else x.call(name)

    return formula


def _periodic(name: str) -> Callable[[Lanes], Lanes]:
    def formula(x: Lanes) -> Lanes:
        result = x.call(name)
        x.stop(result.is_("uno", 0.0))
        return result

    return formula


def _constant(x: Lanes, number: float) -> Lanes:
    return x._named(constant(number, x.lanes))


def _step(x: Lanes) -> Lanes:
    return _constant(x, 1.0).where(x.is_("ogt", 0.0), 0.0)


def _sign(x: Lanes) -> Lanes:
    return _constant(x, 1.0).where(x.is_("ogt", 0.0), _constant(x, -1.0).where(x.is_("olt", 0.0), 0.0))


def _relu(x: Lanes) -> Lanes:
    return x.other_than(0.0, x.is_("ole", 0.0))


def _elu(x: Lanes, alpha: Lanes) -> Lanes:
    below = x.is_("ole", 0.0)
    return (alpha * x.where(below, 0.0).call("expm1")).where(below, x)


def _larger(comparison: str) -> Callable[[Lanes, Lanes], Lanes]:
    return lambda x, y: x.where(x.is_(comparison, y) | x.is_("uno", x), y)


def _sigmoid(x: Lanes) -> Lanes:
    small = (-abs(x)).call("exp")
    below = 1.0 + small
    return (1.0 / below).where(x.is_("oge", 0.0), small / below)


def _softplus(x: Lanes) -> Lanes:
    tail = (-abs(x)).call("exp").call("log1p")
    return x.where(x.is_("ogt", 0.0), 0.0) + tail


def _normal_cdf(x: Lanes) -> Lanes:
    return 0.5 * (-x * math.sqrt(0.5)).call("erfc")


def _gelu(x: Lanes) -> Lanes:
    return (x * _normal_cdf(x)).other_than(0.0, x.is_("oeq", -math.inf))


def _odd(power: Lanes) -> Mask:
    """Might Python raise for this power? It decides itself about infinities, and about 0 and negative bases."""
    return abs(power).is_("oeq", math.inf) | power.is_("uno", 0.0)


def _power(x: Lanes, y: Lanes) -> Lanes:
    result = x.call("pow", y)
    x.stop(_odd(result))
    return result


def _power_by_base(out: Lanes, x: Lanes, y: Lanes) -> Lanes:
    power = x.call("pow", y - 1.0)
    flat = y.is_("oeq", 0.0)
    x.stop(_odd(power).but_not(flat))
    return y.where(flat, y * power)


def _power_by_exponent(out: Lanes, x: Lanes, y: Lanes) -> Lanes:
    flat = x.is_("oeq", 0.0) & y.is_("ogt", 0.0)
    x.stop(x.is_("ole", 0.0).but_not(flat))
    return out.where(flat, out * x.call("log"))


def _guard(comparison: str) -> Callable[[Lanes, Lanes], Lanes]:
    def formula(x: Lanes, y: Lanes) -> Lanes:
        x.stop(x.is_(comparison, y))
        return x

    return formula


_STOPS = {"lt": ("olt", "uge"), "le": ("ole", "ugt"), "gt": ("ogt", "ule"), "ge": ("oge", "ult")}

ELEMENTARY: dict[str, Callable[..., Lanes]] = {
    "copy": lambda x: x + -0.0,
    "neg": lambda x: -x,
    "abs": abs,
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": _divided,
    "exp": _grown("exp"),
    "expm1": _grown("expm1"),
    "log": _from("log", 0.0),
    "log1p": _from("log1p", -1.0),
    "sqrt": _from("sqrt", 0.0, "olt"),
    "sin": _periodic("sin"),
    "cos": _periodic("cos"),
    "tanh": lambda x: x.call("tanh"),
    "step": _step,
    "sign": _sign,
    "relu": _relu,
    "leaky_relu": lambda x, slope: (slope * x).where(x.is_("ole", 0.0), x),
    "elu": _elu,
    "maximum": _larger("oge"),
    "minimum": _larger("ole"),
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "normal_cdf": _normal_cdf,
    "gelu": _gelu,
    "pow": _power,
    "power_by_base": _power_by_base,
    "power_by_exponent": _power_by_exponent,
    # A guard stops where the comparison comes out otherwise than it did: .0 was false, .1 was true.
    **{f"guard_{name}.{outcome}": _guard(stops) for name, both in _STOPS.items() for outcome, stops in enumerate(both)},
    # Cotangents: a contribution alone, and one that is added.
    "contribution": lambda x, y: 0.0 + x * y,
    "add_contribution": lambda x, y, z: x + y * z,
}

CALLED = {
    name
    for name in ELEMENTARY
    if name in FUNCTIONS or name in ("elu", "sigmoid", "softplus", "normal_cdf", "gelu") or name.startswith("power_")
}  # those that call the C library: vectors of them would gain nothing


def write(function: Function, name: str, operands: list[str], lanes: int) -> tuple[str, str]:
    """The result of an operation on values, and the mask of lanes in which it stops ("" for never)."""
    stops: list[Mask] = []
    result = ELEMENTARY[name](*[Lanes(function, operand, lanes, stops) for operand in operands])
    stop = ""
    for mask in stops:
        stop = mask.name if not stop else (Mask(function, stop, lanes) | mask).name
    return result.name, stop
