"""An expression given on the command line: its sheet, its picture, its page, the debugger.

>>> from autograd.prompt.calculation import calculated
>>> root, values = calculated("sigmoid(x * w)", ["x=0.5", "w=0.8"])
>>> root
Value(data=0.598687660112452, grad=0.0, label='y')
>>> list(values)
['x', 'w']

The expression is read as the debugger reads one: arithmetic, the table's functions and the names that are
given, and nothing else is evaluated.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import autograd

from ..errors import FigureError
from ..stepping import Expression
from ..value import Value

__all__ = ["add_arguments", "calculated", "run"]

_GIVEN = re.compile(r"\s*([^\W\d]\w*)\s*=\s*(\S.*)")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("expression", metavar="EXPRESSION", help='such as "sigmoid(x*w1)*w2"')
    parser.add_argument("numbers", nargs="*", metavar="NAME=NUMBER", help="such as x=0.5, w1=-1e-3 or b=1/3")
    parser.add_argument("--draw", metavar="FILE", help="write the graph with its gradients: svg, png, pdf or dot")
    parser.add_argument("--play", metavar="FILE", nargs="?", const="", help="the live page: written, or opened")
    parser.add_argument("--quiz", action="store_true", help="ask for one number after another")
    parser.add_argument("--debug", action="store_true", help="go through both passes at a prompt")


def run(asked: argparse.Namespace) -> int:
    """Do what was asked for; the sheet, where nothing was. 0: done; 2: it could not be done."""
    root, _ = calculated(asked.expression, asked.numbers)
    root.backward()
    if asked.draw:
        print(f"wrote {autograd.draw(root).save(asked.draw)}")
    if asked.play is not None:
        page = autograd.play(root, title=asked.expression)
        print(f"wrote {page.save(asked.play)}" if asked.play else f"opened {page.show()}")
    if asked.debug:
        autograd.debug(root)
    if asked.quiz:
        autograd.quiz(root)
    if not (asked.draw or asked.play is not None or asked.debug or asked.quiz):
        print(autograd.explain(root))
    return 0


def calculated(expression: str, numbers: Sequence[str]) -> tuple[Value, dict[str, Value]]:
    """The root of the graph of an expression, and its leaves by name.

    Raises ExpressionError (a ValueError) for what is no arithmetic, UnknownNameError for a name without a
    number, FigureError for a number that is none.
    """
    values = dict(_given(text) for text in numbers)
    result = Expression(expression, {}, own=list(values)).value(values)
    if not isinstance(result, Value):
        raise FigureError(f"{expression}: this depends on none of the names; give one, as in x=0.5")
    if not result.op:
        raise FigureError(f"{expression}: this is a name alone; write an operation, as in {expression} * 2")
    result.label = next(name for name in ("y", "result", "the result") if name not in values)
    return result, values


def _given(text: str) -> tuple[str, Value]:
    found = _GIVEN.fullmatch(text)
    if found is None:
        raise FigureError(f"{text!r}: expected NAME=NUMBER, such as x=0.5")
    name, number = found[1], found[2].strip()
    return name, Value(_number(name, number), label=name)


def _number(name: str, number: str) -> Any:
    try:
        return Fraction(number) if "/" in number else float(number)
    except (ValueError, ZeroDivisionError):
        raise FigureError(f"{name}={number}: expected a number, such as 0.5, -1e-3 or 1/3") from None
