"""A graph run again: evaluated over any kind of number, and its chain rule pulled back over any kind of number.

>>> from fractions import Fraction
>>> from autograd import Value
>>> from autograd.graph import topological_order
>>> x = Value(0.1, label="x")
>>> y = x * x + x
>>> order = topological_order(y)
>>> evaluate(order, {x: Fraction(1, 10)})[y]
Fraction(11, 100)

A rule of the table runs on whatever it is given. So a reader of a graph is one of these two with another
kind of number (rounded, exact, symbolic, recorded) or with some rules replaced, and no loop of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from . import numeric
from .instrument import notify
from .messages import contribution_error
from .primitives import Primitive
from .value import Value

# Of (node, cotangent): (operand, partial, contribution) for each operand that counts.
Contributions = Callable[[Value, Any], Iterable[tuple[Value, Any, Any]]]

__all__ = ["Contributions", "apply", "contributions_at", "evaluate", "partials_at", "pull_back"]


def apply(primitive: Primitive, operands: Sequence[Any]) -> Any:
    """The result of an operation on any operands, by its row's rule."""
    if primitive.arity == 0:
        return primitive.rule(operands)
    if primitive.arity == 2:
        return primitive.rule(*_of_one_kind(operands))
    return primitive.rule(*operands)


def partials_at(
    primitive: Primitive, out: Any, operands: Sequence[Any], wanted: Sequence[bool] | None = None
) -> Sequence[Any]:
    """The partials of an operation with respect to each of any operands, by its row's rules.

    With ``wanted``, those with respect to the others are None: there may be none, as of (-2) ** 2 with
    respect to its exponent.
    """
    if primitive.arity == 0:
        partials: Sequence[Any] = primitive.partials(out, operands)
        return partials
    if primitive.arity == 2:
        operands = _of_one_kind(operands)
    return [
        partial(out, *operands) if wanted is None or wanted[place] else None
        for place, partial in enumerate(primitive.partials)
    ]


def _of_one_kind(operands: Sequence[Any]) -> Sequence[Any]:
    return operands if any(isinstance(x, numeric.Recorder) for x in operands) else numeric.of_one_kind(*operands)


def evaluate(
    order: Iterable[Value],
    known: Mapping[Value, Any],
    rule: Callable[[Value, Sequence[Any]], Any] | None = None,
) -> dict[Value, Any]:
    """What each node in ``order`` is, where leaves and others are what ``known`` says.

    A leaf that is not known is its own data. ``rule(node, operands)`` gives a node's result in place of
    its row's rule: rounded, with a mistake in it, or as an expression.
    """
    found = dict(known)
    for node in order:
        if node in found:
            continue
        if node.primitive is None:
            found[node] = node.data
            continue
        operands = [found[operand] if isinstance(operand, Value) else operand for operand in node.operands]
        found[node] = apply(node.primitive, operands) if rule is None else rule(node, operands)
    return found


def contributions_at(found: Mapping[Value, Any]) -> Contributions:
    """The contributions of a node, its partials computed from what :func:`evaluate` found, for :func:`pull_back`."""

    def contributions(node: Value, cotangent: Any) -> Iterator[tuple[Value, Any, Any]]:
        assert node.primitive is not None
        operands = [found[operand] if isinstance(operand, Value) else operand for operand in node.operands]
        wanted = [isinstance(operand, Value) for operand in node.operands]
        for operand, partial in zip(node.operands, partials_at(node.primitive, found[node], operands, wanted)):
            if isinstance(operand, Value):
                yield operand, partial, cotangent * partial

    return contributions


def pull_back(
    order: Sequence[Value],
    cotangents: dict[Value, Any],
    contributions: Contributions,
) -> dict[Value, Any]:
    """The chain rule over any kind of number: cotangents of some nodes, pulled back to all that they depend on.

    >>> from autograd.graph import topological_order
    >>> w = Value(0.5)
    >>> root = w * w
    >>> order = topological_order(root)
    >>> pull_back(order, {root: 1}, contributions_at(evaluate(order, {w: 3})))[w]
    6

    ``contributions(node, cotangent)`` gives (operand, partial, contribution) for each operand that counts,
    in order, as :func:`autograd.value.contributions` does from the partials that the nodes keep. They are
    added in the order of ``Value.backward``, so that floats have the same bits.
    """
    for node in reversed(order):
        if node.primitive is None or node not in cotangents:
            continue
        seen = []
        try:
            for operand, partial, contribution in contributions(node, cotangents[node]):
                before = cotangents.get(operand)
                cotangents[operand] = contribution if before is None else before + contribution
                seen.append((operand, partial, cotangents[operand]))
        except (ArithmeticError, TypeError) as error:
            told = contribution_error(error, node, cotangents[node])
            notify("failed", told, node)
            raise told from None
        notify("passed_back", node, cotangents[node], seen)
    return cotangents
