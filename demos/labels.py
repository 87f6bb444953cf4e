"""Values named as the documents name them: w¹₁₁ is the weight of layer 1 from input 1 to neuron 1.

>>> matrix("w¹", [[0.1, 0.2]])[0][1]
Value(data=0.2, grad=0.0, label='w¹₁₂')
"""

from collections.abc import Iterable, Sequence
from typing import Any

from autograd import Value

__all__ = ["as_identifier", "by_label", "matrix", "named", "subscript", "vector"]

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def subscript(*numbers: int) -> str:
    """The numbers as subscripts.

    >>> subscript(1, 2)
    '₁₂'
    """
    return "".join(str(number) for number in numbers).translate(_SUBSCRIPTS)


def vector(name: str, numbers: Iterable[Any]) -> list[Value]:
    """One leaf for each number, labelled name₁, name₂, …"""
    return named(name, [Value(number) for number in numbers])


def matrix(name: str, rows: Iterable[Sequence[Any]]) -> list[list[Value]]:
    """One leaf for each number, labelled by row and column: name₁₁, name₁₂, …"""
    return [
        [Value(number, f"{name}{subscript(i, j)}") for j, number in enumerate(row, 1)] for i, row in enumerate(rows, 1)
    ]


def named(name: str, values: list[Value]) -> list[Value]:
    """The same Values, labelled name₁, name₂, …"""
    for i, value in enumerate(values, 1):
        value.label = name + subscript(i)
    return values


def by_label(*values: Any) -> dict[str, Value]:
    """The Values by their labels, out of lists within lists.

    >>> list(by_label(vector("x", [1.0, 2.0]), Value(3.0, "y")))
    ['x₁', 'x₂', 'y']
    """
    found: dict[str, Value] = {}
    waiting = list(reversed(values))
    while waiting:
        value = waiting.pop()
        if isinstance(value, Value):
            found[value.label] = value
        else:
            waiting.extend(reversed(value))
    return found


_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "0123456789" * 2)


def as_identifier(label: str) -> str:
    """A label as a name that Python takes: a superscript as a digit, subscripts after an underline.

    >>> as_identifier("w¹₁₂"), as_identifier("L")
    ('w1_12', 'L')
    """
    upper = label.rstrip("₀₁₂₃₄₅₆₇₈₉")
    lower = label[len(upper) :]
    return upper.translate(_DIGITS) + ("_" + lower.translate(_DIGITS) if lower else "")
