"""What a user may ask at the prompt: arithmetic and comparisons over a graph's labels, and nothing else.

>>> from autograd import Value
>>> w = Value(0.5, label="w[0]")
>>> expression = Expression("abs(w[0] - 2) < 1e-6 or tanh(w[0].grad) == 0", {"w[0]": w})
>>> expression.value({})
True
>>> Expression("__import__('os')", {})
Traceback (most recent call last):
    ...
autograd.stepping.expressions.ExpressionError: __import__: no such function; there are abs, cos, ...
"""

from __future__ import annotations

import ast
import difflib
import keyword
import operator
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from .. import numeric
from ..errors import AutogradError, UnknownNameError
from ..primitives import FAMILIES, PRIMITIVES
from ..value import Value

__all__ = ["Expression", "ExpressionError", "functions"]

MAX_LENGTH = 400  # of the text, so that it cannot be nested too deeply to be read
MAX_EXPONENT = 1000  # of a whole number, so that 9 ** 9 ** 9 does not take forever


class ExpressionError(AutogradError, ValueError):
    """What is no expression, or cannot be evaluated."""


def functions() -> dict[str, Callable[..., Any]]:
    """What may be called: the functions of the table, on numbers, and Python's abs, max and min."""
    found: dict[str, Callable[..., Any]] = {"abs": abs, "max": max, "min": min}
    for name, row in PRIMITIVES.items():
        if row.arity and row.python.template.startswith(f"{name}("):
            found.setdefault(name, getattr(numeric, name, row.rule))
    return found | {name: _of_many(getattr(numeric, name)) for name in ("total", "logsumexp", *FAMILIES)}


def _of_many(function: Callable[[Sequence[Any]], Any]) -> Callable[..., Any]:
    return lambda *operands: function(operands)


def _power(base: Any, exponent: Any) -> Any:
    if not isinstance(base, float) and abs(exponent) > MAX_EXPONENT:
        raise ExpressionError(f"the exponent {exponent} is too large for an exact power; write {base}.0")
    return numeric.power(base, exponent)


_OPERATORS: dict[type, Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: _power,
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Not: operator.not_,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}

_FIELDS = ("data", "grad")  # of a node, as in w.grad


class Expression:
    """A text that was read, and can be evaluated again and again.

    ``nodes`` has the nodes by name; ``own`` names what ``value`` will be given a number for. A
    name is its node's data, ``label.grad`` its gradient. Raises ExpressionError, or
    UnknownNameError for a name that is neither.
    """

    def __init__(self, text: str, nodes: Mapping[str, Value], own: Sequence[str] = ()) -> None:
        self.text = text.strip()
        self._nodes = nodes
        self._own = own
        self._functions = functions()
        self._labels: dict[str, str] = {}  # what stands in the text that Python reads for each label
        self._tree = self._read()
        self.names = {part.id for part in ast.walk(self._tree) if isinstance(part, ast.Name)}
        self.fields = {part.attr for part in ast.walk(self._tree) if isinstance(part, ast.Attribute)}
        self._check()

    @property
    def node(self) -> Value | None:
        """The node, where the text is its name and nothing else."""
        name = self._labels.get(self._tree.id) if isinstance(self._tree, ast.Name) else None
        return None if name is None else self._nodes[name]

    def value(self, own: Mapping[str, Any]) -> Any:
        """The number, the truth, or, where the text is a label and nothing else, the node."""
        try:
            return self._value(self._tree, own)
        except AutogradError:
            raise
        except (ArithmeticError, ValueError, TypeError, RecursionError) as error:
            raise ExpressionError(f"{self.text}: {error}") from None

    # --- reading ---

    def _read(self) -> ast.expr:
        if not self.text:
            raise ExpressionError("there is nothing to evaluate; give an expression such as w.grad * 2")
        if len(self.text) > MAX_LENGTH:
            raise ExpressionError(f"the expression has {len(self.text)} characters; {MAX_LENGTH} are read at most")
        try:
            return ast.parse(self._with_labels_replaced(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            why = error.msg if isinstance(error, SyntaxError) else "nested too deeply"
            raise ExpressionError(f"{self.text}: this is no expression ({why})") from None

    def _with_labels_replaced(self) -> str:
        """The text with each label that is no Python name (``w[0]``, ``0.weight``) as one that is."""
        for label in self._nodes:
            for spelling in _spellings(label):
                if _is_name(spelling) and (spelling == label or spelling not in self._nodes):
                    self._labels[spelling] = label
        text = self.text
        for label in sorted(self._nodes, key=len, reverse=True):
            if label.endswith("′"):  # the second h of a graph, which may be typed h'
                text = text.replace(label.replace("′", "'"), label)
        odd = [label for label in self._nodes if not _is_name(label) and label in text]
        if not odd:
            return text
        places = {label: f"label_{place}_" for place, label in enumerate(odd)}
        self._labels |= {name: label for label, name in places.items()}
        longest_first = sorted(map(re.escape, odd), key=len, reverse=True)
        return re.sub(rf"(?<!\w)({'|'.join(longest_first)})(?!\w)", lambda found: places[found[0]], text)

    def _check(self) -> None:
        """Refuse what is not arithmetic before anything is evaluated."""
        called = set()
        for part in ast.walk(self._tree):
            match part:
                case ast.Call(func=ast.Name(id=name), keywords=[]):
                    called.add(part.func)
                    if name not in self._functions:
                        known = ", ".join(sorted(self._functions))
                        raise ExpressionError(f"{name}: no such function; there are {known}")
                case ast.Attribute(value=ast.Name(id=name), attr=field):
                    if field not in _FIELDS or (name in self._own and name not in self._labels):
                        raise ExpressionError(f"{self._shown(name)}.{field}: a label has .data and .grad")
                case ast.Constant(value=number) if type(number) not in (int, float):
                    raise ExpressionError(f"{number!r}: only numbers, labels and functions are read")
                case ast.Name() if part not in called:
                    self._check_name(part.id)
                case ast.Name() | ast.Constant() | ast.BinOp() | ast.UnaryOp() | ast.BoolOp() | ast.Compare():
                    pass
                case ast.boolop() | ast.expr_context():
                    pass
                case ast.operator() | ast.unaryop() | ast.cmpop() if type(part) in _OPERATORS:
                    pass
                case _:
                    raise ExpressionError(f"{self.text}: only arithmetic, comparisons, labels and functions are read")

    def _check_name(self, name: str) -> None:
        if name not in self._labels and name not in self._own:
            known = {unicodedata.normalize("NFKC", label): label for label in (*self._nodes, *self._own)}
            near = [known[plain] for plain in difflib.get_close_matches(name, known, 3)]
            hint = f"did you mean {' or '.join(near)}?" if near else f"there are {_listed([*self._nodes] or self._own)}"
            raise UnknownNameError(f"{name}: no such label; {hint}")

    def _shown(self, name: str) -> str:
        return self._labels.get(name, name)

    # --- evaluating ---

    def _value(self, part: ast.expr, own: Mapping[str, Any]) -> Any:
        match part:
            case ast.Constant(value=number):
                return number
            case ast.Name(id=name):
                if name in self._labels:
                    node = self._nodes[self._labels[name]]
                    return node if part is self._tree else node.data
                return own[name]
            case ast.Attribute(value=ast.Name(id=name), attr=field):
                return getattr(self._nodes[self._labels[name]], field)
            case ast.UnaryOp(op=op, operand=x):
                return _OPERATORS[type(op)](self._value(x, own))
            case ast.BinOp(left=x, op=op, right=y):
                return _OPERATORS[type(op)](self._value(x, own), self._value(y, own))
            case ast.BoolOp(op=op, values=parts):
                values = (self._value(x, own) for x in parts)  # later ones only if they matter
                return all(values) if isinstance(op, ast.And) else any(values)
            case ast.Compare(left=x, ops=ops, comparators=others):
                numbers = [self._value(operand, own) for operand in (x, *others)]
                return all(_OPERATORS[type(op)](*pair) for op, pair in zip(ops, pairwise(numbers)))
            case ast.Call(func=ast.Name(id=name), args=operands):
                return self._functions[name](*[self._value(operand, own) for operand in operands])
        raise AssertionError(part)  # pragma: no cover - _check has refused everything else


def _spellings(label: str) -> tuple[str, str]:
    """A label as Python reads names, and with an underline before what stands below: w11 and w1_1 for w¹₁."""
    underlined = re.sub("[₀-₉]+", r"_\g<0>", label)
    return unicodedata.normalize("NFKC", label), unicodedata.normalize("NFKC", underlined)


def _is_name(label: str) -> bool:
    return label.isidentifier() and not keyword.iskeyword(label)


def _listed(labels: Sequence[str]) -> str:
    shown = list(labels)[:8]
    return ", ".join(shown) + (" …" if len(labels) > len(shown) else "") if shown else "no labels in this graph"
