"""The tokens of one side of an equality as a formula, by precedence; nothing is guessed.

>>> from .tokens import tokens
>>> from .trees import write
>>> write(parse(list(tokens(r"\\frac{1}{1 + e^{-0.4}} \\cdot 2(3 − 1)"))))
'1 / (1 + e^(−0.4)) × 2 × (3 − 1)'

A side with a name in it is a Symbolic; one that cannot be read an Unreadable. Where notation has
several readings, ``readings`` names those that are taken in place of the usual ones:

log10, log2     of ``log``, which else is natural
degrees         of an angle
percent         a % that is a unit only: 100 × 0.6 = 60%
loose           a/b+c as a/(b+c), where no space stands in it
tight           a/b(c) as a/(b(c))
mixed           1 1/2 as one and a half
negative        -2^2 as (-2)^2
comma           1,234 as 1.234
relu, tanh      of σ
elementwise     of a product of lists
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from .tokens import Token, words
from .trees import List, Number, Operation, Symbol, Tree

__all__ = ["FUNCTION_NAMES", "Symbolic", "Unreadable", "number_of", "parse"]


class Unreadable(ValueError):
    """What is no formula, or one that could be several."""


class Symbolic(Unreadable):
    """A formula with names in it."""


_DEEPEST = 60
_LONGEST = 4_000  # tokens
_LONGEST_NUMBER = 60  # characters

FUNCTION_NAMES = {
    "exp": "exp", "ln": "log", "log": "log?", "lg": "log10", "log10": "log10", "log2": "log2", "lb": "log2",
    "sqrt": "sqrt", "sin": "sin", "cos": "cos", "tan": "tan", "tg": "tan", "tanh": "tanh", "th": "tanh",
    "sigmoid": "sigmoid", "σ": "sigmoid?", "sigma": "sigmoid?", "logistic": "sigmoid", "expit": "sigmoid",
    "sig": "sigmoid", "sigm": "sigmoid", "𝜎": "sigmoid?", "ς": "sigmoid?",
    "relu": "relu", "softplus": "softplus", "gelu": "gelu",
    "abs": "abs", "max": "maximum", "min": "minimum", "maximum": "maximum", "minimum": "minimum",
    "sum": "total", "mean": "mean", "average": "mean", "avg": "mean", "softmax": "softmax", "floor": "floor",
    "pow": "pow", "array": "same", "tensor": "same", "matrix": "same", "dot": "dot", "matmul": "dot",
    "float32": "same", "float64": "same", "float": "same", "factorial": "factorial",
}  # fmt: skip
_SLOPES = {"sigmoid?": "sigmoid_slope", "sigmoid": "sigmoid_slope", "tanh": "tanh_slope"}
_OF_ONE = words(
    "exp log log? log10 log2 sqrt sin cos tan tanh sigmoid sigmoid? relu softplus gelu abs floor factorial"
)
_BARE = words("exp log log? log10 log2 sin cos tan tanh")  # with an operand without parentheses
_ANGLES = frozenset(["sin", "cos", "tan"])
_CONSTANTS = {
    "π": Fraction("3.14159265358979323846264338327950288419716939937510582097494"),
    "e": Fraction("2.71828182845904523536028747135266249775724709369995957496697"),
}
_CONSTANT_NAMES = {"π": "π", "pi": "π", "np.pi": "π", "math.pi": "π", "Math.PI": "π", "math.e": "e", "np.e": "e"}
_CLOSING = {"(": ")", "[": "]", "{": "}", "|": "|"}
_SUM, _PRODUCT, _SIGN, _POWER = 10, 20, 30, 40
_SPELT_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?|[+-]?\(\d+(\.\d+)?\)")


def parse(side: Sequence[Token], readings: frozenset[str] = frozenset(), symbols: bool = False) -> Tree:
    """The formula of a side; with ``symbols`` names may stand in it. Raises Symbolic, Unreadable."""
    if len(side) > _LONGEST:
        raise Unreadable("too long")
    kept = [token for token in side if token.kind not in ("dollar", "gap", "newline")]
    reader = _Reader(kept, readings, symbols)
    tree = reader.formula(0)
    reader.finished()
    return tree


def number_of(text: str, readings: frozenset[str] = frozenset(), start: int = 0) -> Number:
    """A number as printed: 0.70, 1,234.5, 1.42e-5, .5"""
    return Number(*_spelt_number(text, "comma" in readings), start)


@lru_cache(maxsize=4096)
def _spelt_number(text: str, comma: bool) -> tuple[str, Fraction, Fraction | None]:
    if len(text) > _LONGEST_NUMBER:
        raise Unreadable("a number of very many digits")
    spelt = text.rstrip(".")
    if "," in spelt:
        grouped = re.fullmatch(r"[1-9]\d{0,2}(,\d{3})+(\.\d+)?", spelt)
        if grouped and not comma:
            spelt = spelt.replace(",", "")
        elif re.fullmatch(r"\d+,\d+", spelt):
            spelt = spelt.replace(",", ".")
        else:
            raise Unreadable("a comma that may be a decimal one")
    mantissa, _, exponent = spelt.lower().partition("e")
    power = int(exponent or 0)
    if abs(power) > 400:
        raise Unreadable("a number too large or too small")
    decimals = len(mantissa.partition(".")[2])
    if re.match(r"0\d", mantissa):
        raise Unreadable("a number with a leading zero")
    unit = Fraction(10) ** (power - decimals)
    whole = "." not in mantissa and power >= 0
    value = Fraction(mantissa if mantissa[0] != "." else "0" + mantissa) * Fraction(10) ** power
    return spelt, value, None if whole else unit


class _Reader:
    def __init__(self, side: list[Token], readings: frozenset[str], symbols: bool = False) -> None:
        self.side = side
        self.readings = readings
        self.symbols = symbols
        self.at = 0
        self.depth = 0
        self.bars = 0  # that are open

    # --- tokens

    def peek(self, ahead: int = 0) -> Token | None:
        place = self.at + ahead
        return self.side[place] if place < len(self.side) else None

    def take(self) -> Token:
        token = self.peek()
        if token is None:
            raise Unreadable("it ends too soon")
        self.at += 1
        return token

    def is_next(self, kind: str, text: str | None = None) -> bool:
        token = self.peek()
        return token is not None and token.kind == kind and (text is None or token.text == text)

    def finished(self) -> None:
        token = self.peek()
        if token is not None:
            raise self.refused(token)

    def refused(self, token: Token) -> Unreadable:
        if token.kind in ("name", "word") or any(t.kind == "name" and not _known(t) for t in self.side):
            return Symbolic(f"the name {token.text}")
        return Unreadable(f"{token.text or token.kind!r} cannot stand there")

    # --- precedence

    def formula(self, least: int) -> Tree:
        """What binds more tightly than ``least``."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise Unreadable("nested too deeply")
        left = self.operand()
        while True:
            token = self.peek()
            if token is None:
                break
            level, name = self._infix(token, left)
            if level <= least:
                break
            left = self._apply(name, level, left)
        self.depth -= 1
        return left

    def _infix(self, token: Token, left: Tree) -> tuple[int, str]:
        """How tightly what comes next binds, and what it is; 0 where nothing binds."""
        if token.kind == "operator":
            if token.text in "+-":
                return _SUM, token.text
            if token.text == "–":
                if not token.spaced:
                    raise Unreadable("a dash that may be a range")
                return _SUM, "-"
            if token.text in ("*", "/", "//", "mod", "@", "⊙", "∘", "⊗"):
                return _PRODUCT, {"∘": "⊙", "⊗": "⊙"}.get(token.text, token.text)
            if token.text == "^":
                return _POWER + 1, "^"
            if token.text in "!%°":
                return _POWER + 2, token.text
            if token.text == "√":
                return _PRODUCT, "implicit"
        if token.kind == "superscript":
            return _POWER + 1, "superscript"
        if token.kind == "name" and token.text in ("T", ".T"):
            return 0, ""
        if self._begins_factor(token, left):
            return _PRODUCT, "implicit"
        return 0, ""

    def _begins_factor(self, token: Token, left: Tree) -> bool:
        """Is this a product without a sign?"""
        before = self.side[self.at - 1]
        if token.kind == "bar":
            return not self.bars
        if token.kind in ("open", "matrix", "frac"):
            return not (token.kind == "open" and token.text == "[" and not isinstance(left, List))
        if token.kind == "name":
            known = _known(token) or self.symbols
            return known and before.kind in ("number", "close", "endmatrix", "name", "superscript")
        return False

    def _apply(self, name: str, level: int, left: Tree) -> Tree:
        if name == "superscript":
            return self._superscript(left, self.take())
        if name in "!%°":
            return self._postfix(left, self.take())
        if name == "implicit":
            mixed = self._mixed(left)
            if mixed is not None:
                return mixed
            return Operation("*", (left, self.formula(_PRODUCT)))
        operator = self.take()
        if name == "^":
            return self._power(left)
        if name == "/" and "tight" in self.readings:
            right = self.formula(_PRODUCT)
            while (token := self.peek()) is not None and self._begins_factor(token, right):
                right = Operation("*", (right, self.formula(_PRODUCT)))
            return Operation("/", (left, right))
        if name == "/" and "loose" in self.readings and not operator.spaced:
            return Operation("/", (left, self._loose()))
        return Operation(name, (left, self.formula(level)))

    def _loose(self) -> Tree:
        """A denominator that goes on as long as no space stands in it."""
        right = self.formula(_PRODUCT)
        while (token := self.peek()) and token.kind == "operator" and token.text in "+-" and not token.spaced:
            sign = self.take()
            right = Operation(sign.text, (right, self.formula(_SUM)))
        return right

    def _mixed(self, left: Tree) -> Tree | None:
        """One and a half, where a whole number stands before a fraction."""
        if "mixed" in self.readings and self.is_next("frac") and isinstance(left, Number) and left.unit is None:
            return Operation("+", (left, self.formula(_PRODUCT)))
        return None

    def _power(self, left: Tree) -> Tree:
        self._transpose_mark()
        if self.is_next("name", "T") or self._is_group_of("T"):
            self._skip_group()
            return Operation("transpose", (left,))
        if self.is_next("operator", "°") or self.is_next("prime"):
            raise Unreadable("a degree, or a derivative, as a power")
        return Operation("^", (left, self.formula(_POWER)))

    def _transpose_mark(self) -> None:
        token = self.peek()
        if token is not None and token.kind == "other" and token.text in "⊤⊺":
            self.side[self.at] = token._replace(kind="name", text="T")

    def _is_group_of(self, name: str) -> bool:
        first, second, third = self.peek(), self.peek(1), self.peek(2)
        return (
            first is not None and second is not None and third is not None
            and first.text in "{(" and second.text == name and third.text in "})"
        )  # fmt: skip

    def _skip_group(self) -> None:
        self.at += 1 if self.is_next("name", "T") else 3

    def _superscript(self, left: Tree, token: Token) -> Tree:
        if token.text == "T":
            return Operation("transpose", (left,))
        if not _SPELT_NUMBER.fullmatch(token.text):
            raise Symbolic(f"the power {token.text}")
        power: Tree = number_of(token.text.strip("+-()"), start=token.start)
        return Operation("^", (left, Operation("neg", (power,)) if token.text[0] == "-" else power))

    def _postfix(self, left: Tree, token: Token) -> Tree:
        following = self.peek()
        if token.text == "!":
            return Operation("factorial", (left,))
        if token.text == "°":
            return Operation("*", (left, Operation("/", (_constant("π"), _whole(180)))))
        if following is not None and following.kind in ("number", "name", "open"):
            return Operation("mod", (left, self.formula(_PRODUCT)))
        if not isinstance(left, Number):
            raise Unreadable("a % after a formula")
        if "percent" in self.readings:
            return left
        unit = (left.unit if left.unit is not None else Fraction(1)) / 100
        return Number(f"{left.text}%", left.value / 100, unit, left.start)

    # --- operands

    def operand(self) -> Tree:
        token = self.take()
        if token.kind == "operator":
            return self._signed(token)
        if token.kind == "number":
            return self._number(token)
        if token.kind == "half":
            return self._fraction_sign(token)
        if token.kind == "name":
            return self._named(token)
        if token.kind == "frac":
            return Operation("/", (self._argument(), self._argument()))
        if token.kind == "matrix":
            return self._matrix()
        if token.kind == "open":
            return self._bracket(token)
        if token.kind == "bar":
            self.bars += 1
            inside = self.formula(0)
            self.bars -= 1
            if not self.is_next("bar"):
                raise Unreadable("a bar without its other")
            self.take()
            return Operation("abs", (inside,))
        raise self.refused(token)

    def _signed(self, token: Token) -> Tree:
        if token.text in "-–":
            if "negative" in self.readings and self.is_next("number"):
                return _negated(self._number(self.take()))
            return _negated(self.formula(_SIGN))
        if token.text == "+":
            return self.formula(_SIGN)
        if token.text == "√":
            if self.is_next("open", "["):
                return self._root()
            return Operation("sqrt", (self._argument() if self.is_next("open") else self.operand(),))
        raise self.refused(token)

    def _root(self) -> Tree:
        self.take()
        degree = self.formula(0)
        self._expect("]")
        return Operation("^", (self._argument(), Operation("/", (_whole(1), degree))))

    def _number(self, token: Token) -> Tree:
        if self.is_next("half"):
            half = self._fraction_sign(self.take())
            return Operation("+", (number_of(token.text, self.readings, token.start), half))
        following = self.peek()
        if following is not None and following.kind in ("number", "half"):
            raise Unreadable("two numbers side by side")
        number = number_of(token.text, self.readings, token.start)
        if following is not None and following.kind == "dots":
            self.take()
            return Number(number.text, number.value, number.unit or Fraction(1), number.start, cut=True)
        return number

    def _fraction_sign(self, token: Token) -> Tree:
        upper, lower = token.text.split("/")
        return Operation("/", (_whole(int(upper)), _whole(int(lower))))

    def _argument(self) -> Tree:
        """A group in braces, or one token."""
        token = self.take()
        if token.kind == "open":
            return self._bracket(token)
        if token.kind == "number":
            return number_of(token.text, self.readings, token.start)
        raise self.refused(token)

    def _named(self, token: Token) -> Tree:
        name = _function(token)
        if name is not None:
            return self._call(name, token)
        if token.text in _CONSTANT_NAMES:
            return _constant(_CONSTANT_NAMES[token.text])
        following = self.peek()
        raised = following is not None and (following.text == "^" or following.kind == "superscript")
        if token.text == "e" and raised:
            return _constant("e")
        if self.symbols:
            return self._symbol([token])
        raise Symbolic(f"the name {token.text}")

    def _symbol(self, taken: list[Token]) -> Symbol:
        """A name with what is lowered, and with what is raised in parentheses, as a layer's number is."""
        while True:
            sign, opened = self.peek(), self.peek(1)
            lowered = sign is not None and (sign.text == "_" or sign.kind == "subscript")
            raised = sign is not None and sign.text == "^" and self._is_layer(opened)
            if sign is None or not (lowered or raised):
                return Symbol(tuple(taken))
            taken.append(self.take())
            if sign.kind == "subscript":
                continue
            depth = 0
            while True:
                taken.append(self.take())
                depth += (taken[-1].kind == "open") - (taken[-1].kind == "close")
                if depth <= 0:
                    break

    def _is_layer(self, opened: Token | None) -> bool:
        inside = self.peek(2)
        return opened is not None and opened.text in "{(" and inside is not None and (
            opened.text == "(" or inside.text in "(["
        )

    def _call(self, name: str, token: Token) -> Tree:
        power: Tree | None = None
        if self.is_next("operator", "_"):
            name = self._based(name)
        if self.is_next("prime"):
            self.take()
            if name not in _SLOPES or (name == "sigmoid?" and {"relu", "tanh"} & self.readings):
                raise Symbolic(f"the derivative of {token.text}")
            name = _SLOPES[name]
        if self.is_next("operator", "^"):
            raise Symbolic(f"a power of the function {token.text}")
        if not (self.is_next("open") or self.is_next("matrix") or self.is_next("bar")) and name not in _BARE:
            raise Symbolic(f"the name {token.text}")
        name = self._meant(name, token)
        bare = not self.is_next("open")
        operands = [self.formula(_PRODUCT if bare else _POWER)] if bare else self._operands()
        if power is not None:
            operands.append(power)
        return self._called(name, operands, token)

    def _based(self, name: str) -> str:
        """The base of a logarithm."""
        self.take()
        base = self._argument()
        if name == "log?" and isinstance(base, Number) and base.value in (2, 10):
            return f"log{base.value}"
        raise Symbolic("a function with an index")

    def _meant(self, name: str, token: Token) -> str:
        if name == "log?":
            natural = "." in token.text
            return "log" if natural else next((r for r in ("log10", "log2") if r in self.readings), "log")
        if name == "sigmoid?":
            return next((reading for reading in ("relu", "tanh") if reading in self.readings), "sigmoid")
        return name

    def _called(self, name: str, operands: list[Tree], token: Token) -> Tree:
        if name in _ANGLES and "degrees" in self.readings:
            operands = [Operation("*", (x, Operation("/", (_constant("π"), _whole(180))))) for x in operands]
        if name in _OF_ONE or name in ("sigmoid_slope", "tanh_slope", "softmax", "same"):
            if len(operands) != 1:
                if name == "softmax":
                    return Operation(name, (List(tuple(operands)),))
                raise Symbolic(f"{token.text} of several")
            return operands[0] if name == "same" else Operation(name, tuple(operands))
        if name == "pow" and len(operands) == 2:
            return Operation("^", tuple(operands))
        if name == "dot" and len(operands) == 2:
            return Operation("@", tuple(operands))
        if name in ("maximum", "minimum", "total", "mean"):
            return Operation(name, tuple(operands))
        raise Symbolic(f"the name {token.text}")

    def _operands(self) -> list[Tree]:
        token = self.take()
        operands = self._items(_CLOSING[token.text], token)
        return operands

    # --- brackets, lists, matrices

    def _expect(self, text: str) -> None:
        token = self.take()
        if token.kind not in ("close", "bar") or token.text != text:
            raise self.refused(token)

    def _items(self, closing: str, opened: Token) -> list[Tree]:
        items: list[Tree] = []
        if self.is_next("close", closing):
            raise Unreadable("nothing in brackets")
        while True:
            items.append(self.formula(0))
            if self.is_next("close", closing):
                self.take()
                return items
            if not self.is_next("comma"):
                self._expect(closing)
            self.take()
            if self.is_next("close", closing):  # a comma before the end, as Python allows it
                self.take()
                return items

    def _bracket(self, token: Token) -> Tree:
        if token.text == "{":
            inside = self.formula(0)
            self._expect("}")
            return self._symbol(list(inside.tokens)) if isinstance(inside, Symbol) else inside
        spaced = self._spaced_list(token)
        if spaced is not None:
            return spaced
        rows = self._rows_without_commas(token)
        if rows is not None:
            return rows
        items = self._items(_CLOSING[token.text], token)
        if len(items) == 1 and (token.text == "(" or not isinstance(items[0], List)):
            if token.text == "[" and isinstance(items[0], Number) and items[0].unit is None:
                raise Unreadable("a number in brackets, which may be a reference")
            return items[0]
        return List(tuple(items))

    def _spaced_list(self, token: Token) -> Tree | None:
        """Numbers with nothing but space between them, as NumPy prints them: [0.5 -0.15]."""
        if token.text != "[":
            return None
        place = self.at
        items: list[Tree] = []
        while place < len(self.side):
            sign = self.side[place]
            negative = sign.kind == "operator" and sign.text == "-"
            place += negative
            if place >= len(self.side):
                return None
            number = self.side[place]
            if number.kind == "close" and number.text == "]" and len(items) > 1 and not negative:
                self.at = place + 1
                return List(tuple(items))
            if number.kind != "number" or "," in number.text or (items and not (sign.spaced)) or (
                negative and number.spaced
            ):
                return None
            found: Tree = number_of(number.text, self.readings, number.start)
            items.append(_negated(found) if negative else found)
            place += 1
        return None

    def _rows_without_commas(self, token: Token) -> Tree | None:
        """Lists with nothing between them, as NumPy prints a matrix: [[1 2] [3 4]]."""
        if token.text != "[" or not self.is_next("open", "["):
            return None
        start, rows = self.at, []
        while self.is_next("open", "["):
            opened = self.take()
            row = self._spaced_list(opened)
            if row is None:
                self.at = start
                return None
            rows.append(row)
        if not self.is_next("close", "]"):
            self.at = start
            return None
        self.take()
        return List(tuple(rows))

    def _matrix(self) -> Tree:
        """The cells up to the end of the environment; one row, or one column, is still a matrix."""
        rows: list[list[Tree]] = [[]]
        cell: list[Token] = []
        depth = 0
        while True:
            token = self.take()
            if token.kind == "matrix":
                raise Unreadable("a matrix in a matrix")
            depth += (token.kind == "open") - (token.kind == "close")
            ends = token.kind in ("cell", "row", "endmatrix") or (token.kind == "comma" and depth == 0)
            if not ends:
                cell.append(token)
                continue
            if cell:
                rows[-1].append(parse(cell, self.readings))
            cell = []
            if token.kind == "row":
                rows.append([])
            if token.kind == "endmatrix":
                break
        filled = [List(tuple(row)) for row in rows if row]
        if not filled or len({len(row.items) for row in filled}) > 1:
            raise Unreadable("rows of different lengths")
        return List(tuple(filled))


def _known(token: Token) -> bool:
    return _function(token) is not None or token.text in _CONSTANT_NAMES or token.text == "e"


def _function(token: Token) -> str | None:
    last = token.text.rpartition(".")[2]
    return FUNCTION_NAMES.get(last) or FUNCTION_NAMES.get(last.lower())


def _negated(tree: Tree) -> Tree:
    if isinstance(tree, Number) and not tree.text.startswith("-"):
        return Number(f"-{tree.text}", -tree.value, tree.unit, tree.start, tree.cut)
    return Operation("neg", (tree,))


def _whole(number: int) -> Number:
    return Number(str(number), Fraction(number), None)


def _constant(name: str) -> Number:
    return Number(name, _CONSTANTS[name], None)
