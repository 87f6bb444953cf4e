"""What an operation of one, two or three numbers does, in LLVM's language: on one number, or on lanes of them.

The formulas of the table are run on :class:`Lanes` in place of numbers, and what they do is written down; what
they are made of is written here. Where Python would raise (a logarithm of 0, an overflow) the lanes that do
so are noted in ``stops``: the machine then leaves it to Python, so a stop may come too often, but never too
seldom.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from inspect import signature
from typing import Any

from ..arithmetic import Arithmetic
from ..numeric import FORMULAS
from .emitter import Function, constant, mask_type, number_type

__all__ = ["ARITY", "CALLED", "FUNCTIONS", "Lanes", "write"]

FUNCTIONS = ("exp", "expm1", "log", "log1p", "sin", "cos", "tanh", "erfc", "pow")  # the C library's, as Python's


class Lanes(Arithmetic):
    """A number, or lanes of numbers side by side; or, where it comes from a comparison, truths."""

    __slots__ = ("function", "name", "lanes", "stops")

    def __init__(self, function: Function, name: str, lanes: int, stops: list[Lanes] | None = None) -> None:
        self.function, self.name, self.lanes = function, name, lanes
        self.stops = [] if stops is None else stops

    def _apply(self, name: Any, *operands: Any) -> Any:
        operands = tuple([x if isinstance(x, Lanes) else self.number(x) for x in operands])
        return (FORMULAS.get(name) or _OWN[name])(*operands)

    def number(self, number: float) -> Lanes:
        return self.named(constant(float(number), self.lanes))

    def named(self, name: str) -> Lanes:
        return Lanes(self.function, name, self.lanes, self.stops)

    def done(self, instruction: str, *operands: Lanes) -> Lanes:
        given = ", ".join([x.name for x in operands])
        return self.named(self.function(f"{instruction} {number_type(self.lanes)} {given}"))

    def intrinsic(self, name: str) -> Lanes:
        kind, suffix = number_type(self.lanes), "f64" if self.lanes == 1 else f"v{self.lanes}f64"
        return self.named(self.function(f"call {kind} @llvm.{name}.{suffix}({kind} {self.name})"))

    def call(self, name: str, *others: Lanes) -> Lanes:
        """A function of the C library, in each lane by itself."""
        operands, f, kind = [self, *others], self.function, number_type(self.lanes)
        if self.lanes == 1:
            return self.named(f(f"call double @{name}({', '.join(f'double {x.name}' for x in operands)})"))
        result = "poison"
        for lane in range(self.lanes):
            numbers = [f(f"extractelement {kind} {x.name}, i64 {lane}") for x in operands]
            found = f(f"call double @{name}({', '.join(f'double {x}' for x in numbers)})")
            result = f(f"insertelement {kind} {result}, double {found}, i64 {lane}")
        return self.named(result)

    def is_(self, comparison: str, other: Lanes | float) -> Lanes:
        """Compared as LLVM names it: olt, ole, ogt, oge, oeq; uno where one of them is no number."""
        other = other if isinstance(other, Lanes) else self.number(other)
        return self.done(f"fcmp {comparison}", self, other)

    def chosen(self, x: Lanes | float, y: Lanes | float) -> Lanes:
        """``x`` where this truth holds, else ``y``."""
        x, y = (number if isinstance(number, Lanes) else self.number(number) for number in (x, y))
        kind = number_type(self.lanes)
        return self.named(
            self.function(f"select {mask_type(self.lanes)} {self.name}, {kind} {x.name}, {kind} {y.name}")
        )

    def __and__(self, other: Lanes) -> Lanes:
        return self.named(self.function(f"and {mask_type(self.lanes)} {self.name}, {other.name}"))

    def __or__(self, other: Lanes) -> Lanes:
        return self.named(self.function(f"or {mask_type(self.lanes)} {self.name}, {other.name}"))

    def __invert__(self) -> Lanes:
        everywhere = "true" if self.lanes == 1 else f"<{', '.join(['i1 true'] * self.lanes)}>"
        return self.named(self.function(f"xor {mask_type(self.lanes)} {self.name}, {everywhere}"))


# --- what formulas are made of ---------------------------------------------------------------------------


def _stopping(result: Lanes, stop: Lanes) -> Lanes:
    result.stops.append(stop)
    return result


def _grown(x: Lanes, name: str) -> Lanes:
    result = x.call(name)
    return _stopping(result, result.is_("oeq", math.inf))


def _periodic(x: Lanes, name: str) -> Lanes:
    result = x.call(name)
    return _stopping(result, result.is_("uno", 0.0))


def _odd(power: Lanes) -> Lanes:
    """Might Python raise for this power? It decides itself about infinities, and about 0 and negative bases."""
    return abs(power).is_("oeq", math.inf) | power.is_("uno", 0.0)


def _power(x: Lanes, y: Lanes) -> Lanes:
    result = x.call("pow", y)
    return _stopping(result, _odd(result))


def _power_by_base(out: Lanes, x: Lanes, y: Lanes) -> Lanes:
    power, flat = x.call("pow", y - 1.0), y.is_("oeq", 0.0)
    return _stopping(flat.chosen(y, y * power), _odd(power) & ~flat)


def _power_by_exponent(out: Lanes, x: Lanes, y: Lanes) -> Lanes:
    flat = x.is_("oeq", 0.0) & y.is_("ogt", 0.0)
    return _stopping(flat.chosen(out, out * x.call("log")), x.is_("ole", 0.0) & ~flat)


def _larger(x: Lanes, y: Lanes, comparison: str) -> Lanes:
    return (x.is_(comparison, y) | x.is_("uno", x)).chosen(x, y)


def _guard(stops: str) -> Callable[[Lanes, Lanes], Lanes]:
    return lambda x, y: _stopping(x, x.is_(stops, y))


# A guard stops where the comparison comes out otherwise than it did: .0 was false, .1 was true.
_STOPS = {"lt": ("olt", "uge"), "le": ("ole", "ugt"), "gt": ("ogt", "ule"), "ge": ("oge", "ult")}

_OWN: dict[str, Callable[..., Lanes]] = {
    "copy": lambda x: x.done("fadd", x, x.number(-0.0)),
    "neg": lambda x: x.done("fneg", x),
    "abs": lambda x: x.intrinsic("fabs"),
    "add": lambda x, y: x.done("fadd", x, y),
    "sub": lambda x, y: x.done("fsub", x, y),
    "mul": lambda x, y: x.done("fmul", x, y),
    "div": lambda x, y: _stopping(x.done("fdiv", x, y), y.is_("oeq", 0.0)),
    "exp": lambda x: _grown(x, "exp"),
    "expm1": lambda x: _grown(x, "expm1"),
    "log": lambda x: _stopping(x.call("log"), x.is_("ole", 0.0)),
    "log1p": lambda x: _stopping(x.call("log1p"), x.is_("ole", -1.0)),
    "sqrt": lambda x: _stopping(x.intrinsic("sqrt"), x.is_("olt", 0.0)),
    "sin": lambda x: _periodic(x, "sin"),
    "cos": lambda x: _periodic(x, "cos"),
    "tanh": lambda x: x.call("tanh"),
    "normal_cdf": lambda x: 0.5 * (-x * math.sqrt(0.5)).call("erfc"),
    "where": lambda condition, x, y: condition.is_("ole", 0.0).chosen(y, x),
    "step": lambda x: x.is_("ogt", 0.0).chosen(1.0, 0.0),
    "sign": lambda x: x.is_("ogt", 0.0).chosen(1.0, x.is_("olt", 0.0).chosen(-1.0, 0.0)),
    "maximum": lambda x, y: _larger(x, y, "oge"),
    "minimum": lambda x, y: _larger(x, y, "ole"),
    "pow": _power,
    "power_by_base": _power_by_base,
    "power_by_exponent": _power_by_exponent,
    **{f"guard_{name}.{outcome}": _guard(stops) for name, both in _STOPS.items() for outcome, stops in enumerate(both)},
    # Cotangents: a contribution alone, and one that is added.
    "contribution": lambda x, y: 0.0 + x * y,
    "add_contribution": lambda x, y, z: x + y * z,
}

ARITY = {name: len(signature(formula).parameters) for name, formula in (*_OWN.items(), *FORMULAS.items())}


def write(function: Function, name: str, operands: list[str], lanes: int) -> tuple[str, str]:
    """The result of an operation on values, and the lanes in which it stops ("" for never)."""
    stops: list[Lanes] = []
    numbers = [Lanes(function, operand, lanes, stops) for operand in operands]
    result = numbers[0]._apply(name, *numbers)
    stop = ""
    for mask in stops:
        stop = mask.name if not stop else (Lanes(function, stop, lanes) | mask).name
    return result.name, stop


def _calls(name: str) -> bool:
    """Does an operation call the C library?"""
    function = Function(name, [])
    write(function, name, ["%x"] * ARITY[name], 1)
    return any("call double @" in line and "@llvm" not in line for line in function.lines)


CALLED = {name for name in ARITY if _calls(name)}  # vectors of them would gain nothing
