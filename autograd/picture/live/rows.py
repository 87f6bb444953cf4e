"""Rows of the table as JavaScript: their rules, run on symbols and written in that style.

>>> from autograd.notation import Symbol
>>> from autograd.primitives import PRIMITIVES
>>> rows = Rows()
>>> rows.key(PRIMITIVES["tanh"], [Symbol("x")])
'tanh'
>>> print(rows.source())
const rules = {
  tanh: (x) => math.tanh(x),
};
const ROWS = {
  "tanh": {
    name: "tanh", arity: 1, rule: rules.tanh,
    partials: [(out, x) => 1 - out * out],
    domain: "", overflow: "use smaller operands, or Fractions or Decimals, which hold larger numbers",
  },
};
<BLANKLINE>
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ...arithmetic import Arithmetic as Recorder
from ...notation import Symbol, write
from ...notation.javascript import JAVASCRIPT, WORDS, is_called
from ...primitives import Primitive

__all__ = ["Rows", "as_script"]

_NAMES = ("x", "y", "z", "u", "v", "w")


def as_script(thing: Any) -> str:
    """JSON that may stand in a script: no text in it can end the element."""
    return json.dumps(thing, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


class Rows:
    """The rows that a page needs, each once; of any number of operands one for each number of them."""

    def __init__(self) -> None:
        self._rules: dict[str, str] = {}
        self._rows: dict[str, str] = {}
        self._exponents: dict[Any, str] = {}

    def key(self, primitive: Primitive, operands: Sequence[Any]) -> str:
        """What the row is called on the page, for operands such as these."""
        symbols = _symbols(primitive, operands)
        key = self._identifier(primitive, symbols)
        if key not in self._rows:
            self._rows[key] = self._row(primitive, symbols, key)
        return key

    def source(self) -> str:
        rules = "".join([f"  {name}: {code},\n" for name, code in self._rules.items()])
        rows = "".join([f"  {as_script(key)}: {{\n{row}  }},\n" for key, row in self._rows.items()])
        return f"const rules = {{\n{rules}}};\nconst ROWS = {{\n{rows}}};\n"

    def _identifier(self, primitive: Primitive, symbols: Sequence[Any]) -> str:
        if primitive.arity == 0:
            return f"{primitive.name}_{len(symbols)}" + (f"_{primitive.index}" if primitive.index >= 0 else "")
        if primitive.name == "pow" and not isinstance(symbols[1], Symbol):
            return self._exponents.setdefault(symbols[1], f"pow_{len(self._exponents)}")
        return primitive.name

    def _row(self, primitive: Primitive, symbols: list[Any], key: str) -> str:
        self._need_rule(primitive, symbols, key)
        if primitive.arity:
            given = ", ".join(["out", *_NAMES[: primitive.arity]])
            rules = [partial(Symbol("out"), *symbols) for partial in primitive.partials]
            codes = [edge + self._written(rule) for edge, rule in zip(self._edges(primitive, symbols), rules)]
            partials = f"[{', '.join([f'({given}) => {code}' for code in codes])}]"
        else:
            before = _give_probabilities(primitive, symbols)
            rules = primitive.partials(Symbol("out"), symbols)
            partials = f"(out, x) => {{ {before}return [{', '.join([self._written(partial) for partial in rules])}]; }}"
        return (
            f"    name: {as_script(primitive.name)}, arity: {primitive.arity}, rule: rules.{key},\n"
            f"    partials: {partials},\n"
            f"    domain: {as_script(primitive.domain)}, overflow: {as_script(primitive.overflow)},\n"
        )

    def _edges(self, primitive: Primitive, symbols: list[Any]) -> list[str]:
        """Where a rule of a partial looks at its operands: what it says there, before what it says of symbols."""
        if primitive.name != "pow" or not isinstance(symbols[1], Symbol):
            return [""] * primitive.arity
        base, exponent = primitive.partials
        out, x, _ = Symbol("out"), *symbols
        return [
            f"y === 0 ? {self._written(base(out, x, 0.0))} : ",
            f"x === 0 && y > 0 ? {self._written(exponent(out, 0.0, 1.0))} : ",
        ]

    def _need_rule(self, primitive: Primitive, symbols: list[Any], key: str) -> None:
        if key in self._rules:
            return
        if primitive.arity:
            result = (primitive.formula or primitive.rule)(*symbols)
        else:
            result = primitive.rule(tuple(symbols))
            if _is_itself(result, primitive) and primitive.name not in WORDS and primitive.decomposition is not None:
                result = primitive.decomposition(tuple(symbols))
        given = ", ".join(_NAMES[: primitive.arity]) if primitive.arity else "x"
        self._rules[key] = f"({given}) => {self._written(result)}"

    def _written(self, expression: Any) -> str:
        """The expression in JavaScript; the rules that it calls are there before it."""
        stack = [expression]
        while stack:
            part = stack.pop()
            if isinstance(part, Symbol) and part.primitive is not None:
                if is_called(part.primitive):
                    self._need_rule(part.primitive, _symbols(part.primitive, part.operands), part.primitive.name)
                stack += part.operands
        return write(expression, JAVASCRIPT)


def _symbols(primitive: Primitive, operands: Sequence[Any]) -> list[Any]:
    """What a row is run on: a name for each operand; a constant exponent as it is, as it decides about the slope."""
    if primitive.arity == 0:
        return [Symbol(f"x[{place}]") for place in range(len(operands))]
    symbols: list[Any] = [Symbol(name) for name in _NAMES[: primitive.arity]]
    if primitive.name == "pow" and not isinstance(operands[1], Recorder):
        symbols[1] = operands[1]
    return symbols


def _is_itself(result: Any, primitive: Primitive) -> bool:
    return isinstance(result, Symbol) and result.primitive is primitive


def _give_probabilities(primitive: Primitive, symbols: list[Symbol]) -> str:
    """Let the symbols know their softmax ``p``, which each partial is made of; the code that computes it once."""
    if primitive.name not in ("softmax", "log_softmax", "logsumexp"):
        return ""
    for symbol in symbols:
        symbol.probabilities = [Symbol(f"p[{place}]") for place in range(len(symbols))]
    return "const p = math.softmax(x); "
