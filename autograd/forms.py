"""How an operation is written: a template for its operands, and how tightly it binds.

>>> sum_of_two = infix("+", SUM)
>>> sum_of_two.template, function("tanh", 1).template, latex_function(r"\\sigma", 1).template
('{0} + {1}', 'tanh({0})', '\\\\sigma\\\\left({0}\\\\right)')
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ATOM", "NEGATION", "POWER", "PRODUCT", "SUM", "Form", "function", "infix", "latex_function"]

# How tightly a written operation binds: an operand that binds less stands in parentheses.
SUM, PRODUCT, NEGATION, POWER, ATOM = 10, 20, 30, 40, 100


@dataclass(frozen=True, slots=True)
class Form:
    """A template such as ``{0} + {1}``, how tightly it binds, and how tightly each operand must.

    With any number of operands, ``{0}`` is all of them.
    """

    template: str
    binding: int = ATOM
    operands: tuple[int, ...] = (0, 0)


def infix(symbol: str, binding: int) -> Form:
    """An operator between its two operands, read from left to right."""
    return Form(f"{{0}} {symbol} {{1}}", binding, (binding, binding + 1))


def function(name: str, arity: int) -> Form:
    """A name before its operands in parentheses; with arity 0 all of them stand at ``{0}``."""
    return Form(f"{name}({_places(arity)})", ATOM, (0,) * max(arity, 1))


def latex_function(name: str, arity: int) -> Form:
    """The same in LaTeX, where parentheses grow with what they hold."""
    return Form(rf"{name}\left({_places(arity)}\right)", ATOM, (0,) * max(arity, 1))


def _places(arity: int) -> str:
    return ", ".join(f"{{{place}}}" for place in range(max(arity, 1)))
