"""How a graph is written: names, and formulas as text, LaTeX or Python.

Nothing here knows an operation's formula. A row's rules (:mod:`autograd.primitives`) are run on
symbols, and what comes out is the expression; parentheses follow from how tightly each operation
binds.

>>> a, b = Symbol("a", 2.0), Symbol("b", -3.0)
>>> formula = (a + b) * b ** 2
>>> write(formula), write(formula, LATEX), write(formula, PYTHON)
('(a + b) · b²', '\\\\left(a + b\\\\right) \\\\cdot b^{2}', '(a + b) * b ** 2')

A symbol may stand for a number. Then the expression can be worked out as a person does, the
innermost operations first:

>>> [write(formula, upto=height) for height in range(4)]
['(2 - 3) · (-3)²', '-1 · 9', '-9', '-9']
"""

from __future__ import annotations

import difflib
import math
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache, reduce
from string import Formatter
from typing import Any

from . import kinds
from .errors import KindError
from .numeric import Arithmetic, Number, given
from .primitives import ACTIVATIONS, ATOM, NEGATION, POWER, PRODUCT, SUM, Form, Primitive, lookup, split_weighted_sum
from .value import Undefined, Value, topological_order

__all__ = [
    "LATEX",
    "PYTHON",
    "TEXT",
    "UNDEFINED",
    "Inlined",
    "Names",
    "Style",
    "Symbol",
    "columns",
    "equation",
    "formula",
    "is_exact",
    "label_values",
    "latex_name",
    "latex_text",
    "operation",
    "padded",
    "partial",
    "product",
    "show",
    "write",
]


# --- expressions -----------------------------------------------------------------------------------


class Symbol(Arithmetic):
    """A name, or an operation on symbols and numbers: an expression. It may know its number.

    >>> x = Symbol("x", 3.0)
    >>> y = x * x + 1
    >>> y.number, write(y)
    (10.0, 'x · x + 1')

    One without a name is written as its number. ``height`` counts the operations from here to the names,
    where a sum of many terms, or a product of many factors, is one.
    """

    __slots__ = ("name", "latex", "number", "primitive", "operands", "height", "probabilities")

    def __init__(self, name: str, number: Number | None = None, latex: str = "") -> None:
        self.name = name
        self.latex = latex
        self.number = number
        self.primitive: Primitive | None = None
        self.operands: tuple[Any, ...] = ()
        self.height = 0
        self.probabilities: list[Any] = []  # the softmax of an operation's operands, where it has names

    @property
    def data(self) -> Any:
        """The number, in whose kind a rule takes its constants; the symbol itself where it knows none."""
        return self if self.number is None else self.number

    def _apply(self, name: str | tuple[str, int], *operands: Any) -> Any:
        return _simplified(name, operands) or operation(lookup(name), operands)

    def _apply_family(self, name: str, operands: Sequence[Any]) -> Any:
        if name == "softmax" and self.probabilities:
            return self.probabilities
        return super()._apply_family(name, operands)

    def __repr__(self) -> str:
        return f"<symbol {write(self)}>"


def operation(primitive: Primitive, operands: Iterable[Any], number: Number | None = None) -> Symbol:
    """The expression of one operation; its number is worked out where none is given."""
    expression = Symbol("", number)
    expression.primitive = primitive
    expression.operands = operands = tuple(operands)
    expression.height = max((_height_above(primitive, place, x) for place, x in enumerate(operands)), default=1)
    if number is None:
        expression.number = _worked_out(primitive, [x.number if isinstance(x, Symbol) else x for x in operands])
    return expression


# A sum of sums from left to right is one step of a hand calculation, and so is a product.
_CHAINS = {"add": ("add", "sub"), "sub": ("add", "sub"), "mul": ("mul",)}


def _height_above(primitive: Primitive, place: int, operand: Any) -> int:
    if not isinstance(operand, Symbol):
        return 1
    continues = place == 0 and operand.primitive and operand.primitive.name in _CHAINS.get(primitive.name, ())
    return operand.height + (0 if continues else 1)


def _worked_out(primitive: Primitive, numbers: list[Any]) -> Number | None:
    if any(number is None or isinstance(number, Undefined) for number in numbers):
        return None
    try:
        return primitive.rule(numbers) if primitive.arity == 0 else primitive.rule(*numbers)
    except (ArithmeticError, ValueError, TypeError):
        return None


def _simplified(name: Any, operands: tuple[Any, ...]) -> Any:
    """What a person would not write out: x¹, 1 · x, -(x - y). The number stays the same to the last bit."""
    left, right = operands[0], operands[-1]
    if name == "pow" and not isinstance(right, Symbol) and right == 1:
        return left
    if name == "mul":
        for one, other in ((left, right), (right, left)):
            if type(one) is int and one in (1, -1):  # a rule's own 1; an operand's is a float, and stays
                return other if one == 1 else -other
    if name == "neg" and isinstance(left, Symbol) and left.primitive is not None:
        inner, below = left.primitive, left.operands
        if inner.name == "neg":
            return below[0]
        if inner.name == "sub":
            return operation(inner, reversed(below))
        if inner.name == "div" and not isinstance(below[0], Symbol):
            return operation(inner, (-below[0], below[1]))
    return None


def product(factors: Iterable[Any]) -> Any:
    """The factors side by side, without the parentheses of those that are products themselves.

    >>> x, y = Symbol("x", 2.0), Symbol("y", 5.0)
    >>> write(product([x, 1, y * (1 - y)]))
    'x · y · (1 - y)'
    """
    flat: list[Any] = []
    for factor in factors:
        chain = []
        while isinstance(factor, Symbol) and factor.primitive is not None and factor.primitive.name == "mul":
            factor, last = factor.operands
            chain.append(last)
        flat += [factor, *reversed(chain)]
    ones = [factor for factor in flat if type(factor) is int and factor in (1, -1)]
    others = [factor for factor in flat if not (type(factor) is int and factor in (1, -1))]
    sign = math.prod(ones)
    if not others:
        return sign
    if sign < 0:
        others[0] = -others[0]
    return reduce(lambda left, right: operation(lookup("mul"), (left, right)), others)


# --- a node as an expression -------------------------------------------------------------------------


class Names:
    """A name for each node: its label, or a letter and a number, given when it is first asked for.

    >>> x = Value(2.0, label="x")
    >>> y = x * x
    >>> names = Names()
    >>> names[x], names[y], names[y + 1], names[y]
    ('x', 't₁', 't₂', 't₁')

    Unlabelled weighted sums are z₁, z₂ …, what is an activation a₁, a₂ … (with the number of its z, if
    it has one), leaves v₁, v₂ …, and all else t₁, t₂ … A label that two nodes have gets a prime at the
    second. ``nodes`` are those whose labels are given away first, so that no t₁ takes the name of a later
    label. What is named in ``known`` has the same name here.
    """

    def __init__(self, nodes: Iterable[Value] = (), known: Names | None = None) -> None:
        self._names: dict[Value, str] = {} if known is None else dict(known._names)
        self._taken: dict[str, Value] = {} if known is None else dict(known._taken)
        self._count: dict[str, int] = {} if known is None else dict(known._count)
        self._labelled: dict[str, list[Value]] = {}
        self._softmax: dict[tuple[Any, ...], dict[int, Value]] = {}
        for node in nodes:
            if node.label:
                self[node]
                self._labelled.setdefault(node.label, []).append(node)
            if node.op == "softmax":
                self._softmax.setdefault(node.operands, {})[node._primitive.index] = node  # type: ignore[union-attr]

    @classmethod
    def under(cls, root: Value) -> Names:
        """The names of all that is under ``root``: they depend on the graph only, and every reader has the same.

        >>> x = Value(2.0, label="x")
        >>> a = x.tanh() * 3
        >>> list(Names.under(a * a).nodes)
        ['x', 'a₁', 't₁', 't₂']

        In a graph of very many unlabelled nodes these are named as they are asked for.
        """
        order = topological_order(root)
        names = cls(order)
        unlabelled = [node for node in order if node not in names._names]
        if len(unlabelled) <= _MOST_NAMED:
            for node in sorted(unlabelled, key=_turn):
                names[node]
        return names

    def __getitem__(self, node: Value) -> str:
        name = self._names.get(node)
        if name is None:
            label = _in_a_line(node.label)
            name = self._names[node] = self._primed(label) if label else self._made_up(node)
            self._taken[_plain_digits(name)] = node
        return name

    def _primed(self, name: str) -> str:
        """``name``, with a prime for each time that it was already taken."""
        while _plain_digits(name) in self._taken:
            name += "′"
        return name

    def _made_up(self, node: Value) -> str:
        """The a₁ of an activation of z₁; else the next of t₁, t₂ … that is not taken."""
        name = self.as_its_sum(node)
        if name:
            return name
        letter = _letter(node)
        while True:
            self._count[letter] = self._count.get(letter, 0) + 1
            name = letter + str(self._count[letter]).translate(_SUBSCRIPTS)
            if _plain_digits(name) not in self._taken:
                return name

    def as_its_sum(self, node: Value) -> str:
        """The a₁ of an activation of z₁, where nothing else has that name; "" for any other node."""
        z = _sum_of(node)
        numbered = None if z is None else _NUMBERED_SUM.fullmatch(self[z])
        name = ("A" if numbered[1] == "Z" else "a") + numbered[2] if numbered else ""
        return "" if _plain_digits(name) in self._taken else name

    def label(self, node: Value) -> str:
        """The label as it was typed, with the primes of the name."""
        line = _in_a_line(node.label)
        return node.label + self[node][len(line) :] if line else node.label

    # --- looking up ---

    @property
    def nodes(self) -> dict[str, Value]:
        """The nodes by their names, as far as these have been given."""
        return {name: node for node, name in self._names.items()}

    def called(self, name: str) -> Value | None:
        """The one node that has this name. h′ may be typed h', and t₁ may be typed t1 or t_1.

        >>> h = Value(2.0, label="h")
        >>> second = h * h
        >>> second.label = "h"
        >>> names = Names.under(second)
        >>> names.called("h") is h, names.called("h'") is second, names.called("k")
        (True, True, None)
        """
        return self._taken.get(_plain_digits(name)) or self._taken.get(_plain_digits(name.replace("'", "′")))

    def find(self, name: str) -> list[Value]:
        """All nodes that have this label; where there is none, the one that is called so: h′, or t₁."""
        called = self.called(name)
        return list(self._labelled.get(name, [])) or ([] if called is None else [called])

    def hint(self, name: str) -> str:
        """What to do where there is no node of that name."""
        names = sorted(self[node] for nodes in self._labelled.values() for node in nodes)
        near = difflib.get_close_matches(name, names, 3)
        return f"did you mean {' or '.join(map(repr, near))}?" if near else "label the node, or give the node itself"

    # --- in formulas ---

    def symbol(self, operand: Any) -> Any:
        """A node as a symbol that knows its number; a bare number as it is."""
        return Symbol(self[operand], operand.data) if isinstance(operand, Value) else operand

    def softmax(self, node: Value, operands: Sequence[Any]) -> list[Any]:
        """The softmax of a node's operands, each probability by its name if it is in the graph."""
        known = self._softmax.get(node.operands, {})
        return [
            self.symbol(known[index]) if index in known else operation(lookup(("softmax", index)), operands)
            for index in range(len(operands))
        ]


def _letter(node: Value) -> str:
    if not node.op:
        return "v"
    if node.op == "weighted_sum":
        return "z"
    return "a" if node.op in ACTIVATIONS else "t"


def _in_a_line(label: str) -> str:
    return " ".join(label.splitlines()).strip()


def _turn(node: Value) -> int:
    """Whose number another one takes comes before it; and that one before those that take any."""
    return 0 if node.op == "weighted_sum" else 1 if _sum_of(node) else 2


def _sum_of(node: Value) -> Value | None:
    """The weighted sum that a node is the activation of; None for any other."""
    if node.op not in ACTIVATIONS:
        return None
    argument = node.operands[max(node._primitive.index, 0)]  # type: ignore[union-attr]
    return argument if isinstance(argument, Value) and argument.op == "weighted_sum" else None


_MOST_NAMED = 10_000  # unlabelled nodes
_NUMBERED_SUM = re.compile(r"([zZ])([\d₀-₉⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾_,\[\]]+)")
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_FROM_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789", "_")
_FROM_SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾", "-0123456789()")


def _plain_digits(name: str) -> str:
    return name.translate(_FROM_SUBSCRIPTS)


_LONGEST = 8  # operands; of more than that, the first three and the last are written
_DOTS = Symbol("…", latex=r"\cdots")
UNDEFINED = Symbol("undefined", latex=r"\text{undefined}")


def formula(node: Value, names: Names) -> Any:
    """The operation of a node, as an expression of its operands.

    >>> x, y = Value(2.0, label="x"), Value(5.0, label="y")
    >>> write(formula(x * y + 1, Names()))
    't₁ + 1'

    A composite is written as a person writes it: w₁x₁ + w₂x₂ + b, or exp(x) / Σ exp(x).
    """
    primitive = node._primitive
    if primitive is None:
        return names.symbol(node)
    operands = [names.symbol(operand) for operand in node.operands]
    expression = None
    if primitive.name == "weighted_sum":
        expression = _weighted_sum(operands)
    elif len(operands) > _LONGEST:
        operands = [*operands[:3], _DOTS, operands[-1]]
        expression = primitive.definition(operands) if primitive.name == "total" and primitive.definition else None
    elif primitive.name == "total":
        expression = primitive.definition(operands)  # type: ignore[misc]
    elif primitive.written is not None:
        _tell(operands, names.softmax(node, operands) if primitive.name == "log_softmax" else [])
        try:
            expression = primitive.written(operands)
        except ArithmeticError:  # an operand that is a bare number
            expression = None
        if isinstance(expression, Symbol) and expression.number is None:
            expression = None  # exp overflows where the softmax of the same numbers does not
    if not isinstance(expression, Symbol):
        return operation(primitive, operands, node.data)
    return _with_number(expression, node.data)


def _weighted_sum(operands: list[Any]) -> Symbol:
    weights, inputs, bias = split_weighted_sum(tuple(operands))
    terms = [operation(lookup("mul"), pair) for pair in zip(weights, inputs)]
    if len(terms) > _LONGEST:
        terms = [*terms[:3], _DOTS, terms[-1]]
    if isinstance(bias, Symbol) or bias != 0 or not terms:
        terms.append(bias)
    return reduce(lambda left, right: operation(lookup("add"), (left, right)), terms)


def _tell(operands: list[Any], probabilities: list[Any]) -> None:
    for operand in operands:
        if isinstance(operand, Symbol):
            operand.probabilities = probabilities


def _with_number(expression: Symbol, number: Number) -> Symbol:
    """The expression, with the number that the node has: the one that the engine goes on with."""
    if expression.primitive is not None:
        expression.number = number
    return expression


def partial(node: Value, place: int, names: Names, out: Any = None) -> Any:
    """The partial of a node by its operand number ``place``: the row's rule on symbols.

    >>> x = Value(0.5, label="x")
    >>> y = x.tanh()
    >>> y.label = "y"
    >>> slope = partial(y, 0, Names())
    >>> write(slope), write(slope, upto=0)
    ('1 - y · y', '1 - 0.4621 · 0.4621')

    ``out`` stands for the node itself in the rule; without it, its name does. The expression's number
    is the partial that the node keeps.
    """
    primitive = node._primitive
    assert primitive is not None
    if primitive.name == "total":
        return 1
    if primitive.name == "weighted_sum":
        operands, count = node.operands, len(node.operands) // 2
        if place == len(operands) - 1:
            return 1
        return names.symbol(operands[place + count if place < count else place - count])
    kept = node.partials[place]
    if isinstance(kept, Undefined):
        return UNDEFINED
    symbols = [names.symbol(operand) for operand in node.operands]
    out = names.symbol(node) if out is None else out
    if primitive.arity:
        expression = primitive.partials[place](out, *symbols)
    else:
        _tell(symbols, names.softmax(node, symbols))
        expression = primitive.partials(out, symbols)[place]
    if isinstance(expression, Symbol):
        return _with_number(expression, kept)
    if type(expression) is int:
        return expression
    return _of_bare_numbers(primitive, place, symbols, out, kept)


def _of_bare_numbers(primitive: Primitive, place: int, operands: list[Any], out: Any, kept: Number) -> Any:
    """A partial of bare numbers alone: 1 / 3 of x / 3, as 0.3333 would not say whose; 0.5 of x / 2 as that number."""
    if primitive.arity == 0 or is_exact(kept):
        return kept
    named = [operand if isinstance(operand, Symbol) else Symbol("", operand) for operand in operands]
    expression = primitive.partials[place](out, *named)
    is_operation = isinstance(expression, Symbol) and expression.primitive is not None
    return _with_number(expression, kept) if is_operation else kept  # in the graph's own kind: 1/2 and not 0.5


class Inlined(Names):
    """The names of labelled nodes; an unlabelled one as its formula, down to a few operations, or its number."""

    def __init__(self, depth: int = 3) -> None:
        super().__init__()
        self._depth = depth

    def symbol(self, operand: Any) -> Any:
        if not isinstance(operand, Value) or operand.label:
            return super().symbol(operand)
        if not self._depth or not operand.op or len(operand.operands) > _LONGEST:
            return operand.data
        self._depth -= 1
        expression = formula(operand, self)
        self._depth += 1
        return expression


def equation(node: Value) -> str:
    r"""A node as one line of LaTeX: its name, its formula, its number, and its gradient where it has one.

    >>> x = Value(0.5, label="x")
    >>> y = (x * 2 + 1).tanh()
    >>> y.label = "y"
    >>> y.backward()
    >>> print(equation(y))
    $y = \tanh\left(x \cdot 2 + 1\right) \approx 0.9640,\quad \mathrm{grad} = 1$
    >>> print(equation(x))
    $x = 0.5,\quad \mathrm{grad} \approx 0.1413$
    """
    parts = [latex_name(node.label)] if node.label else []
    if node.op:
        expression = formula(node, Inlined())
        parts.append(write(expression, LATEX))
    known = [*parts[:-1], parts[-1] + _result(node.data)] if parts else [write(node.data, LATEX)]
    line = " = ".join(known)
    if node.grad:
        line += rf",\quad \mathrm{{grad}}{_result(node.grad)}"
    return f"${line}$"


def _result(number: Any) -> str:
    return rf" {'=' if is_exact(number) else chr(92) + 'approx'} {write(number, LATEX)}"


def label_values(namespace: Mapping[str, Any]) -> dict[str, Value]:
    """Label each Value by the name that it has in ``namespace``, unless it has a label; also in lists.

    >>> w, layer = Value(1.0), [Value(2.0), Value(3.0)]
    >>> list(label_values({"w": w, "layer": layer}))
    ['w', 'layer[0]', 'layer[1]']

    ``label_values(globals())`` labels everything at the prompt. Names that begin with an underscore
    are left out. The Values that were labelled are returned, by their labels. Raises KindError, a
    TypeError, for what is no dict of names.
    """
    if not isinstance(namespace, Mapping) or not all(isinstance(name, str) for name in namespace):
        advice = "give a dict of names, such as globals() or {'w': w}"
        raise KindError(f"label_values: {advice}; got {given(namespace)}")
    labelled: dict[str, Value] = {}
    seen: set[int] = set()
    stack = [(name, thing) for name, thing in reversed(list(namespace.items())) if not name.startswith("_")]
    while stack:
        name, thing = stack.pop()
        if isinstance(thing, Value):
            if not thing.label:
                thing.label = name
                labelled[name] = thing
        elif isinstance(thing, (list, tuple)) and id(thing) not in seen:
            seen.add(id(thing))  # a list may hold itself
            stack.extend((f"{name}[{place}]", part) for place, part in reversed(list(enumerate(thing))))
    return labelled


# --- writing -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Style:
    """A way to write an expression: which form of a row, and how parentheses, names and numbers look."""

    form: Callable[[Primitive], Form]
    name: Callable[[Symbol], str]
    number: Callable[[Any, int], tuple[str, int]]  # the text, and how tightly it binds
    parentheses: tuple[str, str] = ("(", ")")
    superscripts: bool = False  # x² for x^2


def write(expression: Any, style: Style | None = None, *, upto: int | None = None, digits: int = 4) -> str:
    """An expression, or a number, as text; with ``upto``, whatever is no higher than that as its number.

    >>> x = Symbol("x", 0.5)
    >>> write(1 / (1 + (-x).exp()))
    '1 / (1 + exp(-x))'
    >>> write(1 / (1 + (-x).exp()), upto=0)
    '1 / (1 + exp(-0.5))'

    Without recursion, so that an expression may be as deep as a graph.
    """
    style = style or TEXT
    pieces: list[str] = []
    stack: list[Any] = [(expression, 0)]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            # a + (-b) is written a - b: the same number, to the last bit
            if item.startswith("-") and pieces and pieces[-1].endswith("+ ") and style is not PYTHON:
                pieces[-1], item = pieces[-1][:-2] + "- ", item[1:]
            pieces.append(item)
            continue
        part, required = item
        if _is_opened(part, upto):
            texts, binding = _opened(part, style, upto)
        else:
            text, binding = _atom(part, style, upto, digits)
            texts = [text]
        if binding < required:
            texts = [style.parentheses[0], *texts, style.parentheses[1]]
        stack.extend(reversed(texts))
    return "".join(pieces)


def _is_opened(part: Any, upto: int | None) -> bool:
    """Is the part written as its operation, and not as a name or a number?"""
    if not isinstance(part, Symbol) or part.primitive is None:
        return False
    return upto is None or part.number is None or part.height > upto


def _atom(part: Any, style: Style, upto: int | None, digits: int) -> tuple[str, int]:
    if not isinstance(part, Symbol):
        return style.number(part, digits)
    if part.number is None or (upto is None and part.name):
        name = style.name(part)
        return name, POWER if _RAISED.search(name) else ATOM  # (z²)² in brackets: the first 2 is an index
    return style.number(part.number, digits)


def _opened(part: Symbol, style: Style, upto: int | None) -> tuple[list[Any], int]:
    """The pieces of an operation, text and (operand, how tightly it must bind); and how tightly it binds."""
    primitive = part.primitive
    assert primitive is not None
    form = style.form(primitive)
    groups = [part.operands] if primitive.arity == 0 else [[operand] for operand in part.operands]
    if primitive.name == "pow" and style.superscripts:
        exponent = _superscript(part.operands[1], upto)
        if exponent:
            return [(part.operands[0], form.operands[0]), exponent], form.binding
    pieces: list[Any] = []
    for text, place in _template(form.template):
        if text:
            pieces.append(text)
        if place is None:
            continue
        required = form.operands[place]
        for index, operand in enumerate(groups[place]):
            if index:
                pieces.append(", ")
            if required and pieces and not pieces[-1].endswith("+ ") and _starts_negative(operand, upto):
                required = ATOM  # a - (-b), a · (-b)
            pieces.append((operand, required))
    return pieces, form.binding


@cache
def _template(template: str) -> list[tuple[str, int | None]]:
    """The text and the places of a form: "{0} + {1}" is [("", 0), (" + ", 1)]."""
    return [
        (text, None if field is None else int(field))
        for text, field, _, _ in Formatter().parse(template)
    ]


def _starts_negative(operand: Any, upto: int | None) -> bool:
    """Would the operand be written with a minus in front, and no parenthesis before it?"""
    required = 0
    while _is_opened(operand, upto):
        form = _form_in_text(operand.primitive)
        if form.binding < required:
            return False
        if operand.primitive.name == "neg":
            return True
        if _template(form.template)[0][0]:  # it starts with text: a function's name
            return False
        operand, required = operand.operands[0], form.operands[0]
    if isinstance(operand, Symbol):
        operand = None if upto is None and operand.name else operand.number
    return required <= NEGATION and operand is not None and show(operand).startswith("-")


def _superscript(exponent: Any, upto: int | None) -> str:
    """A whole exponent as ² or ⁻¹, and "" for any other."""
    if isinstance(exponent, Symbol):
        exponent = exponent.number if upto is not None and not _is_opened(exponent, upto) else None
    if not isinstance(exponent, (int, float, Fraction)):
        return ""
    text = show(float(exponent)) if -1000 < exponent < 1000 else ""
    return text.translate(_SUPERSCRIPTS) if text.lstrip("-").isdecimal() else ""


# --- numbers -----------------------------------------------------------------------------------------


def show(number: Any, digits: int = 4) -> str:
    """A number to ``digits`` decimals, and never fewer significant digits than that.

    >>> show(0.66818777), show(0.7), show(0.0334567), show(0.00001234567), show(-2.0)
    ('0.6682', '0.7', '0.03346', '1.235e-05', '-2')

    So nothing small is shown as 0. A number that needs no more digits is shown as it is, and a number
    that is rounded keeps its zeros: 0.7000 is not exactly 0.7.
    """
    if isinstance(number, Fraction):
        short = max(abs(number.numerator), number.denominator) < 10 ** (2 * digits + 2)
        if short and len(str(number)) <= 2 * digits + 2:
            return str(number)
        number = Decimal(number.numerator) / Decimal(number.denominator)
    if isinstance(number, int):
        if abs(number) < 10**15:
            return str(number)
        number = Decimal(number)
    if isinstance(number, Undefined):
        return repr(number)
    if _is_complex(number):
        real, imaginary = (show(part, digits) for part in (number.real, number.imag))
        return f"({real}{'' if imaginary.startswith('-') else '+'}{imaginary}j)" if number.real else f"{imaginary}j"
    if kinds.is_mpmath(number):
        text = str(number)
        if len(text.partition("e")[2]) > 6:  # beyond the floats, and the Decimals too
            return text
        number = Decimal(text)
    if not isinstance(number, (float, Decimal)):
        try:
            number = float(number)
        except (TypeError, OverflowError):  # a formula of SymPy
            return str(number)
    if isinstance(number, Decimal) and not number.is_finite():
        number = math.nan if number.is_nan() else math.copysign(math.inf, number)
    if isinstance(number, float) and not math.isfinite(number):
        return str(number)
    if number == 0:
        return "0"
    short = Decimal(repr(number)) if isinstance(number, float) else number
    short = short.normalize()
    size = int(f"{number:.{max(digits - 1, 0)}e}".split("e")[1])  # the power of ten of the first digit
    decimals = -int(short.as_tuple().exponent)
    significant, plain = len(short.as_tuple().digits), -5 < size < 16
    if plain and (significant <= digits or decimals <= digits):
        return f"{short:f}"
    if significant <= digits:
        return _scientific(short, significant - 1)
    if plain:
        return f"{number:.{max(digits, digits - 1 - size)}f}"
    return _scientific(number, digits - 1)


def _scientific(number: Any, decimals: int) -> str:
    mantissa, exponent = f"{number:.{decimals}e}".split("e")
    return f"{mantissa}e{int(exponent):+03d}"


def is_exact(number: Any, digits: int = 4) -> bool:
    """Is the number what ``show`` shows, without rounding?

    >>> is_exact(0.3), is_exact(0.1 + 0.2)
    (True, False)
    """
    if _is_complex(number):
        return is_exact(number.real, digits) and is_exact(number.imag, digits)
    text = show(number, digits)
    if isinstance(number, (int, Fraction)):
        return Fraction(text) == number
    if text.lstrip("-") in _LIMITS or text == str(number):  # nothing but its own text: nan, a formula
        return True
    if kinds.is_symbolic(number):
        return bool((number - Fraction(text)).is_zero)
    return float(text) == number if isinstance(number, float) else Decimal(text) == Decimal(str(number))


def _is_complex(number: Any) -> bool:
    return isinstance(number, complex) or type(number).__name__ == "mpc"


def _text_number(number: Any, digits: int) -> tuple[str, int]:
    text = show(number, digits)
    if " " in text:
        return text, SUM
    if text.startswith("-"):
        return text, NEGATION
    return text, PRODUCT - 1 if "/" in text or "*" in text else ATOM


def _latex_number(number: Any, digits: int) -> tuple[str, int]:
    if kinds.is_symbolic(number) and not _NUMERAL.fullmatch(show(number, digits)):
        latex = sys.modules["sympy"].latex(number)
        return latex, min(_text_number(number, digits)[1], POWER if "^" in latex else ATOM)
    if _is_complex(number):
        imaginary, binding = _latex_number(number.imag, digits)
        if not number.real:
            return f"{imaginary} j", min(binding, PRODUCT)
        sign, size = ("-", imaginary[1:]) if imaginary.startswith("-") else ("+", imaginary)
        return f"{_latex_number(number.real, digits)[0]} {sign} {size} j", SUM
    text, binding = _text_number(number, digits)
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    if "/" in text:
        numerator, denominator = text.split("/")
        return rf"{sign}\frac{{{numerator}}}{{{denominator}}}", NEGATION if sign else POWER
    mantissa, _, exponent = text.partition("e")
    if exponent.lstrip("+-").isdigit():
        return rf"{sign}{mantissa} \cdot 10^{{{int(exponent)}}}", PRODUCT
    return sign + _LIMITS.get(text, text), binding


_LIMITS = {"inf": r"\infty", "nan": r"\text{nan}"}
_NUMERAL = re.compile(r"-?([0-9.]+(e[-+][0-9]+)?|inf|nan)")


def _python_number(number: Any, digits: int) -> tuple[str, int]:
    text = repr(number)
    if isinstance(number, float) and not math.isfinite(number):
        return f"float({text!r})", ATOM
    return text, NEGATION if text.startswith("-") else ATOM


# --- names -------------------------------------------------------------------------------------------

_GREEK = {
    "α": r"\alpha", "β": r"\beta", "γ": r"\gamma", "δ": r"\delta", "ε": r"\varepsilon", "ζ": r"\zeta",
    "η": r"\eta", "θ": r"\theta", "κ": r"\kappa", "λ": r"\lambda", "μ": r"\mu", "ν": r"\nu", "ξ": r"\xi",
    "π": r"\pi", "ρ": r"\rho", "σ": r"\sigma", "τ": r"\tau", "φ": r"\varphi", "χ": r"\chi", "ψ": r"\psi",
    "ω": r"\omega", "Γ": r"\Gamma", "Δ": r"\Delta", "Θ": r"\Theta", "Σ": r"\Sigma",
    "Φ": r"\Phi", "Ψ": r"\Psi", "Ω": r"\Omega", "Λ": r"\Lambda", "Ξ": r"\Xi", "Π": r"\Pi", "ϕ": r"\phi", "µ": r"\mu",
}  # fmt: skip
_IN_MATHEMATICS = {
    **_GREEK, "∂": r"\partial", "∇": r"\nabla", "∑": r"\sum", "∏": r"\prod", "√": r"\surd", "∞": r"\infty",
    "ℓ": r"\ell", "→": r"\to", "←": r"\leftarrow", "≈": r"\approx", "≤": r"\le", "≥": r"\ge", "≠": r"\ne",
    "±": r"\pm", "×": r"\times", "÷": r"\div", "·": r"\cdot", "−": "-", "°": r"{}^{\circ}", "½": r"\tfrac{1}{2}",
}  # fmt: skip
_ESCAPED = {
    **{character: "\\" + character for character in "#$%&_{}"},
    "′": "'", "\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
}  # fmt: skip
# runs of what stands in mathematics, of indices below, of indices above, and of all else
_SIGNS, _RAISED_SIGNS = "".join(_IN_MATHEMATICS), "⁻⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾"
_RUNS = re.compile(rf"([{_SIGNS}]+)|([₀-₉]+)|([{_RAISED_SIGNS}]+)|([^{_SIGNS}₀-₉{_RAISED_SIGNS}]+)")
# what nothing can set: controls, halves of characters, ends of lines, and marks that no letter carries
_UNSETTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_NAME = re.compile(
    r"(?: (?P<layer> [0-9]+ ) \. )?"
    r"(?P<base> [^\W\d_⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉]+ )  (?P<upper> [⁻⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾]* | \^\([0-9]+\) )"
    r"(?P<lower> _?[0-9]+ (?:[,_][0-9]+)* | [₀₁₂₃₄₅₆₇₈₉]+ | (?:\[[0-9]+(?:,\s*[0-9]+)*\])+ | _[^\W_]+ )?"
    r"(?P<primes> ′*)",
    re.VERBOSE,
)


def columns(text: str) -> int:
    """How many columns of a terminal a text takes: a Chinese character two, a mark above a letter none.

    >>> columns("w₁"), columns("权重"), columns("y\u0302")
    (2, 4, 1)
    """
    return sum(
        0 if unicodedata.combining(character) else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in text
    )


def padded(text: str, width: int) -> str:
    """The text, and blanks up to so many columns.

    >>> padded("权重", 6) + "|"
    '权重  |'
    """
    return text + " " * (width - columns(text))


def latex_name(name: str) -> str:
    """A label as LaTeX: Greek letters, indices below, longer words upright, and all else as text.

    >>> [latex_name(name) for name in ["x", "z1", "a⁽²⁾₁", "W1[0][2]", "weight", "δ₃", "e^z", "50%"]]
    ['x', 'z_{1}', 'a^{(2)}_{1}', 'W_{1,0,2}', '\\\\mathrm{weight}', '\\\\delta_{3}', 'e^{z}', '\\\\text{50\\\\%}']
    """
    found = _NAME.fullmatch(name) or _INDEXED.fullmatch(name)
    power = _POWER.fullmatch(name)
    if power:
        exponent = power["sign"] + (power["number"] or latex_name(power["name"])) + r"\prime" * len(power["primes"])
        return f"{latex_name(power['base'])}^{{{exponent}}}"
    if found is None:
        return _as_latex_text(name)
    base = _latex_base(found["base"])
    upper = (found["layer"] or found["upper"]).translate(_FROM_SUPERSCRIPTS).strip("^()")
    lower = ",".join(re.findall(r"[^\W_]+", found["lower"] or "")).translate(_FROM_SUBSCRIPTS)
    below, primes = f"_{{{lower}}}" if lower else "", len(found["primes"])
    if not upper:
        return base + below + "'" * primes
    # in parentheses, as in a⁽²⁾: it is no power; and a prime is raised too, which one sign may do only once
    return base + "^{(" + upper + ")" + r"\prime" * primes + "}" + below


def _latex_base(base: str) -> str:
    if base in _GREEK:
        return _GREEK[base]
    letter, accent = (*unicodedata.normalize("NFD", base), "", "")[:2]
    if accent in _ACCENTS and len(unicodedata.normalize("NFD", base)) == 2:
        return rf"{_ACCENTS[accent]}{{{letter}}}"
    if not base.isascii():
        return _as_latex_text(base)
    return rf"\mathrm{{{base}}}" if len(base) > 1 else base


def _as_latex_text(text: str) -> str:
    """Any text as a name in mathematics; where it takes several pieces, in braces."""
    pieces = list(_pieces(_settable(text), lambda words: rf"\text{{{words}}}", lambda signs: signs))
    return pieces[0] if len(pieces) == 1 else f"{{{''.join(pieces)}}}"


def latex_text(text: str) -> str:
    r"""Any text in LaTeX's text mode: signs escaped; Greek letters, exponents and the like in mathematics.

    >>> print(latex_text("∂L/∂w₁ is 50% of W^2"))
    $\partial$L/$\partial$w${}_{1}$ is 50\% of $W^{2}$
    """
    text, done = _settable(text), 0
    pieces: list[str] = []
    for power in _POWER_IN_TEXT.finditer(text):
        pieces += _pieces(text[done : power.start()], lambda words: words, lambda signs: f"${signs}$")
        pieces.append(f"${latex_name(power[0])}$")
        done = power.end()
    pieces += _pieces(text[done:], lambda words: words, lambda signs: f"${signs}$")
    return re.sub(r"(?<!\\)\$\$", " ", "".join(pieces))  # formulas side by side are one


def _pieces(text: str, words: Callable[[str], str], signs: Callable[[str], str]) -> Iterator[str]:
    for in_mathematics, below, above, others in _RUNS.findall(text):
        if others:
            yield words("".join(_ESCAPED.get(character, character) for character in others))
        elif in_mathematics:
            yield signs(" ".join(_IN_MATHEMATICS[character] for character in in_mathematics))
        elif below:
            yield signs(f"{{}}_{{{below.translate(_FROM_SUBSCRIPTS)}}}")
        else:
            yield signs(f"{{}}^{{{above.translate(_FROM_SUPERSCRIPTS)}}}")


def _settable(text: str) -> str:
    """The text with ? in the place of what nothing can set."""
    text = _UNSETTABLE.sub("?", unicodedata.normalize("NFC", " ".join(text.split())))
    if not any(map(unicodedata.combining, text)):
        return text
    before = [" ", *text]
    return "".join(
        "?" if unicodedata.combining(mark) and not (letter.isalpha() and mark in _MARKS) else mark
        for letter, mark in zip(before, text)
    )


_ACCENTS = {"\u0302": r"\hat", "\u0304": r"\bar", "\u0303": r"\tilde", "\u0307": r"\dot"}
_MARKS = "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c"  # that text takes in any renderer
_INDEXED = re.compile(
    r"(?P<layer>) (?P<base> [^\W\d_]+ ) (?P<upper>) (?P<lower> [0-9]+ (?:\[[0-9]+(?:,\s*[0-9]+)*\])+ ) (?P<primes> ′*)",
    re.VERBOSE,
)
_POWER = re.compile(  # W^2, e^z, w1^-1; a base that is raised already has no place for an exponent
    r"(?P<base> [^\W\d_⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉]+ (?: _?[0-9]+ | [₀₁₂₃₄₅₆₇₈₉]+ )? )"
    r"\^ (?P<sign> -? )"
    r"(?: (?P<number> [0-9]+ (?:\.[0-9]+)? ) | (?P<name> [^\W\d_]+ (?: _?[0-9]+ | [₀₁₂₃₄₅₆₇₈₉]+ )? ) ) (?P<primes> ′*)",
    re.VERBOSE,
)
_POWER_IN_TEXT = re.compile(rf"(?<![\w^]) {_POWER.pattern} (?![\w^{_RAISED_SIGNS}₀₁₂₃₄₅₆₇₈₉])", re.VERBOSE)
_RAISED = re.compile(r"[\^⁰¹²³⁴⁵⁶⁷⁸⁹]")
_SIMPLE_NAME = re.compile(r"[^\s+*/·^=<>-]+(?:[(\[].*[)\]])?")


def _text_name(symbol: Symbol) -> str:
    """The name; in brackets where it could be read as a formula ("x1*w1")."""
    return symbol.name if symbol.latex or _SIMPLE_NAME.fullmatch(symbol.name) else f"[{symbol.name}]"


def _python_name(symbol: Symbol) -> str:
    name = re.sub(r"\W", "_", _plain_digits(symbol.name))
    return name if name.isidentifier() else f"_{name}"


def _form_in_text(primitive: Primitive) -> Form:
    return primitive.text or primitive.python


TEXT = Style(_form_in_text, _text_name, _text_number, superscripts=True)
LATEX = Style(
    lambda primitive: primitive.latex,
    lambda symbol: symbol.latex or latex_name(symbol.name),
    _latex_number,
    (r"\left(", r"\right)"),
)
PYTHON = Style(lambda primitive: primitive.python, _python_name, _python_number)
