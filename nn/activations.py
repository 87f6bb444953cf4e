"""Activations by name: rows of the table of primitives that say so, and what each is made of.

>>> known()
['linear', 'tanh', 'sigmoid', 'relu', 'leaky_relu', 'elu', 'normal_cdf', 'gelu', 'softplus']
>>> function("relu")(-2.0)
0.0

An export writes an activation in its own vocabulary, of ``+``, ``exp``, ``where`` and the like: what is not
in it is opened by its formula in the table, until all of it is. So one that was added by ``autograd.define``
goes everywhere too.

>>> words = {"abs": "|{}|", "neg": "-{}", "exp": "e^{}", "add": "({} + {})",
...          "where": "({0} > 0: {1}, else {2})", "div": "{}/{}"}
>>> evaluated("sigmoid", "z", {op: form.format for op, form in words.items()})
'(z > 0: 1, else e^-|z|)/(1 + e^-|z|)'
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Container, Mapping
from functools import cache
from typing import Any

from autograd import UnknownNameError, Value, topological_order
from autograd.definitions import function_of
from autograd.primitives import PRIMITIVES

__all__ = ["evaluated", "function", "known"]


def known() -> list[str]:
    """Every activation of one number; softmax, the one of a whole layer, is the Layer's."""
    rows = [name for name, row in PRIMITIVES.items() if row.activation and _operands(row.rule) == 1]
    return ["linear", *rows]


def function(name: str) -> Callable[[Any], Any]:
    """The activation of that name, of a Value or a number."""
    return _linear if name == "linear" else _function(PRIMITIVES[name])


def _linear(z: Any) -> Any:
    return z


_function = cache(function_of)  # of a row, as another may take its name


def evaluated(name: str, operand: Any, vocabulary: Mapping[str, Callable[..., Any]]) -> Any:
    """The activation of ``operand``, whatever that is, by a function for each operation of a vocabulary.

    Raises UnknownNameError that names the operation where a formula leads to one that is not in it.
    """
    z = Value(0.5)
    root = _opened(function(name)(z), vocabulary)
    found = {z: operand}
    for node in topological_order(root):
        if node.op:
            operands = [found[x] if isinstance(x, Value) else x for x in node.operands]
            found[node] = vocabulary[node.op](*operands)
    return found[root]


def _opened(root: Value, vocabulary: Container[str]) -> Value:
    """The graph under ``root`` in operations of the vocabulary."""
    found: dict[Value, Value] = {}
    for node in topological_order(root):
        operands = [found[x] if isinstance(x, Value) else x for x in node.operands]
        row = node.primitive
        if row is None:
            found[node] = node
        elif node.op in vocabulary:
            found[node] = function_of(row)(*operands)
        elif row.formula is None:
            raise UnknownNameError(f"there is no {node.op} in double precision where this network is to go")
        else:
            found[node] = _opened(row.formula(*operands), vocabulary)
    return found[root]


@cache
def _operands(rule: Callable[..., Any]) -> int:
    """How many operands a rule must be given."""
    return sum(parameter.default is parameter.empty for parameter in inspect.signature(rule).parameters.values())
