"""Published derivations: what they are given, the steps, and every figure that they print.

A derivation is facts only: inputs, formulas, printed figures, where it was published. What is right is
computed by mpmath at 50 digits from the formulas, which shares nothing with the engine: forward by its
own functions, gradients by its numerical derivative. The cause of a slip was established by hand, before
the audit saw it, and is written after the figure as a regular expression that the words of the audit must
match; ``?`` says that none could be established, so that naming one without a hedge would be guessing.

``FIRST`` is the half that the audit was built on; ``SECOND`` was kept unread until it was finished.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import mpmath

import autograd

_DIGITS = 50


@dataclass(frozen=True)
class Printed:
    """A figure as it is printed: of what, its text, and the cause of its slip as established by hand."""

    name: str
    text: str
    cause: str = ""


@dataclass(frozen=True)
class Derivation:
    """One published derivation; ``address`` is empty where only the text was at hand."""

    title: str
    address: str
    language: str
    given: str
    steps: str
    figures: str
    root: str = ""
    rate: str = ""
    parameters: str = ""
    half: str = field(default="", compare=False)

    def inputs(self) -> dict[str, str]:
        return dict(item.split("=") for item in self.given.split())

    def lines(self) -> list[tuple[list[str], str]]:
        pairs = [line.strip().split(" = ", 1) for line in self.steps.strip().splitlines() if line.strip()]
        return [(left.split(), right) for left, right in pairs]

    def printed(self) -> list[Printed]:
        found = []
        for line in self.figures.strip().splitlines():
            figure, _, cause = line.strip().partition("  ")
            name, _, text = figure.partition(" = ")
            found.append(Printed(name.strip(), text.strip(), cause.strip()))
        return found

    # --- in the engine ---

    def values(self) -> dict[str, autograd.Value]:
        """Every quantity by its name, as a Value of the engine's graph."""
        known: dict[str, Any] = {}
        for name, text in self.inputs().items():
            known[name] = autograd.Value(float(text), label=name)
        for names, expression in self.lines():
            self._keep(known, names, eval(expression, {"__builtins__": {}}, {**_ENGINE, **known}))
        return known

    @staticmethod
    def _keep(known: dict[str, Any], names: list[str], result: Any) -> None:
        for name, value in zip(names, result if len(names) > 1 else [result], strict=True):
            known[name] = value if value.label == "" else value + 0
            known[name].label = name

    # --- what is right ---

    def truth(self, name: str) -> Any:
        """The quantity that a figure's name stands for, as mpmath gives it from the formulas alone."""
        with mpmath.workdps(_DIGITS):
            if name.startswith("Δ"):
                return -mpmath.mpf(self.rate) * self._gradient(name[1:])
            if name.endswith(".new"):
                name = name[:-4]
                if name in self.inputs():
                    return mpmath.mpf(self.inputs()[name]) - mpmath.mpf(self.rate) * self._gradient(name)
                moved = {p: self.truth(f"{p}.new") for p in self.updated()}
                return self._evaluate(moved)[name]
            if name.endswith(".grad"):
                return self._gradient(name[:-5])
            return self._evaluate({})[name]

    def updated(self) -> list[str]:
        printed = [figure.name.removeprefix("Δ").removesuffix(".new") for figure in self.printed()]
        return self.parameters.split() or [n for n in self.inputs() if re.match(r"[wWbvV]", n) or n in printed]

    def _gradient(self, name: str) -> Any:
        at = self._evaluate({})[name]
        if name == self.root:
            return mpmath.mpf(1)
        return mpmath.diff(lambda x: self._evaluate({name: x})[self.root], at, h=mpmath.mpf(10) ** -20)

    def _evaluate(self, put: dict[str, Any]) -> dict[str, Any]:
        known: dict[str, Any] = {name: mpmath.mpf(text) for name, text in self.inputs().items()}
        known.update({name: number for name, number in put.items() if name in known})
        for names, expression in self.lines():
            result = eval(expression, {"__builtins__": {}}, {**_ORACLE, **known})
            for name, number in zip(names, result if len(names) > 1 else [result], strict=True):
                known[name] = put.get(name, number)
        return known

    def verdict(self, printed: Printed) -> str:
        """What the verdict on a figure must be, by mpmath."""
        with mpmath.workdps(_DIGITS):
            true = Fraction(mpmath.nstr(self.truth(printed.name), 40))
        text = printed.text.replace("%", "")
        shift = Fraction(1, 100) if "%" in printed.text else Fraction(1)
        mantissa, _, power = text.partition("e")
        unit = Fraction(1, 10 ** len(mantissa.partition(".")[2])) * Fraction(10) ** int(power or 0) * shift
        value = Fraction(mantissa) * Fraction(10) ** int(power or 0) * shift
        if abs(true - value) <= unit / 2 + abs(true) * Fraction(1, 10**30):
            return "agrees"
        return "truncated" if int(true / unit) * unit == value else "slip"


def _oracle_softmax(zs: Any) -> list[Any]:
    powers = [mpmath.exp(z) for z in zs]
    return [power / mpmath.fsum(powers) for power in powers]


_ORACLE = {
    "exp": mpmath.exp,
    "log": mpmath.log,
    "sqrt": mpmath.sqrt,
    "tanh": mpmath.tanh,
    "sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)),
    "relu": lambda z: max(z, mpmath.mpf(0)),
    "softmax": _oracle_softmax,
    "weighted_sum": lambda ws, xs, b=0: mpmath.fsum(w * x for w, x in zip(ws, xs, strict=True)) + b,
    "total": mpmath.fsum,
}
_ENGINE = {name: getattr(autograd, name) for name in _ORACLE}

from .first import FIRST  # noqa: E402
from .second import SECOND  # noqa: E402

__all__ = ["FIRST", "SECOND", "Derivation", "Printed"]
