"""What runs through a whole derivation: other conventions than the graph's, and rounding as one goes.

>>> from autograd import Value
>>> y = Value(0.2, label="p").log() * 1.5
>>> only_conventions(Working(y), Quantity(y), Figure.read("-1.04846"))
['log10 for ln']

Each is the whole graph once more, with the rule of some operations changed; its gradients, its update
and what follows are then those of that graph. So one convention says what *every* figure would be, and
other figures can bear it out, or refute it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from .. import numeric
from ..errors import AutogradError
from ..graph import consumers, depending_on, is_activation, topological_order, value_operands
from ..interpret import evaluate
from ..value import Value
from .figures import Figure, follows
from .rounding import rounding
from .working import Quantity, Rule, Working, floating, operate, recorded

__all__ = ["Convention", "conventions", "only_conventions", "share_left_out"]

ADDED = "the gradient added and not subtracted"

_MOST = 10_000  # operands in a graph that is evaluated under each convention
_LEARNING_RATES = (1.0, 0.5, 0.3, 0.2, 0.1, 0.05, 0.03, 0.02, 0.01, 0.005, 0.003, 0.001)
_EPSILONS = (1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2)
_MOST_DIGITS = 12
_MOST_SUMS = 20

_OUTSIDE = (AutogradError, ArithmeticError, ValueError, TypeError)


class Convention:
    """What a derivation does throughout, in words, and what each quantity then is."""

    def __init__(
        self,
        words: str,
        number: Callable[[Quantity], Any],
        digits_of: Callable[[Figure], int] | None = None,
        digits: int = 0,
    ) -> None:
        self.words = words
        self._digits_of = digits_of
        self._digits = digits
        self._number = number
        self._known: dict[Quantity, Fraction | None] = {}

    def refuted_by(self, figure: Figure) -> bool:
        """Is a figure printed with more digits than everything is rounded to?"""
        return self._digits_of is not None and self._digits_of(figure) > self._digits

    def number(self, quantity: Quantity) -> Fraction | None:
        """The quantity under this convention; None where there is none."""
        if quantity not in self._known:
            try:
                number = self._number(quantity)
                self._known[quantity] = None if number is None else Fraction(number)
            except (*_OUTSIDE, KeyError):
                self._known[quantity] = None
        return self._known[quantity]


def conventions(working: Working) -> Iterator[Convention]:
    """Every convention that could matter in this graph; of those that explain the same, the first is named."""
    if sum(len(node.operands) for node in working.listed) > _MOST:
        return
    yield from _of_an_update(working)
    for words, rule in _of_the_graph(working):
        yield _of_another_graph(working, words, rule, rule.nodes)
    yield _opposite_sign(working)
    yield from _updated(working)
    yield from _transposed(working)
    yield from _rounding(working)


def only_conventions(working: Working, quantity: Quantity, figure: Figure) -> list[str]:
    """The conventions that give one figure."""
    node = working.node(quantity)
    found = []
    for convention in conventions(working):
        number = convention.number(quantity)
        if number is not None and node is not None and follows(figure, number) and number != Fraction(node.data):
            found.append(convention.words)
    return found


# --- of the graph's own operations -----------------------------------------------------------------------


def _of_another_graph(working: Working, words: str, rule: Rule, changed: Sequence[Value]) -> Convention:
    other: list[Working] = []
    on_the_way: dict[Value, bool] = {}

    def is_on_the_way(quantity: Quantity) -> bool:
        """Of a gradient: is what is changed between the value and the root? Elsewhere it would only scale it."""
        if quantity.of == "data" and not quantity.round:
            return True
        if quantity.value not in on_the_way:
            dependent = depending_on([quantity.value], working.listed)
            on_the_way[quantity.value] = not changed or not dependent.isdisjoint(changed)
        return on_the_way[quantity.value]

    def number(quantity: Quantity) -> Any:
        if not is_on_the_way(quantity):
            return None
        if not other:
            other.append(Working(working.root, working.listed, working.rate, working.parameters, rule, working.seed))
        node = other[0].node(quantity)
        return None if node is None else floating(node.data)

    return Convention(words, number)


def _of_the_graph(working: Working) -> Iterator[tuple[str, _Change]]:
    listed = working.listed
    squared = any(_is_square(node) for node in listed)
    halved = False
    for node in listed:
        n = _divisor(node)
        if n is not None:
            halved = halved or n == 2
            yield (
                share_left_out(listed, n),
                _Change([node], lambda _, operands: next(x for x in operands if isinstance(x, Value))),
            )
    divided = {operand for node in listed if _divisor(node) is not None for operand in value_operands(node)}
    for node in [node for node in listed if node.op == "total" and node not in divided][:_MOST_SUMS]:
        n = len(node.operands)
        if n > 1:
            yield f"the mean over {n} instead of the sum", _Change([node], lambda node, o, n=n: recorded(node, o) / n)  # type: ignore[misc]
    if squared and not halved:
        yield "a ½ of the squared error that is not in this loss", _scaled_root(working, 2)
    yield from _of_logarithms(listed)
    biased = [node for node in listed if _has_bias(node)]
    if len(biased) > 1:
        yield "every bias left out", _Change(biased, _without_bias)
    active = [node for node in listed if is_activation(node) and node.op != "softmax"]
    if len(active) > 1:
        yield "every activation left out", _Change(active, lambda _, operands: operands[0])
    if any(node.op in _WITH_E for node in listed):
        for e in (2.7, 2.72, 2.718, 2.7183):
            yield f"e taken as {e}", _Change([node for node in listed if node.op in _WITH_E], _with_e(e))


def share_left_out(listed: Sequence[Value], n: int) -> str:
    """1/n left out: of a squared error, of a mean, or of neither."""
    if n == 2 and any(map(_is_square, listed)):
        return "the ½ of the squared error left out"
    if any(node.op in ("total", "add", "weighted_sum") for node in listed):
        return f"the sum instead of the mean over {n}"
    return f"the division by {n} left out"


class _Change:
    """A rule for some nodes."""

    def __init__(self, nodes: Sequence[Value], change: Callable[[Value, Sequence[Any]], Any]) -> None:
        self.nodes = nodes
        self._chosen = set(nodes)
        self._change = change

    def __call__(self, node: Value, operands: Sequence[Any]) -> Any:
        return self._change(node, operands) if node in self._chosen else None


def _is_square(node: Value) -> bool:
    return (node.op == "pow" and node.operands[1] == 2) or (node.op == "mul" and node.operands[0] is node.operands[1])


def _divisor(node: Value) -> int | None:
    """n where the node divides by a whole number n, or multiplies by 1/n."""
    if node.op not in ("div", "mul") or all(isinstance(operand, Value) for operand in node.operands):
        return None
    left, right = node.operands
    bare = right if isinstance(left, Value) else left
    if node.op == "div" and bare is left:
        return None
    n = float(bare) if node.op == "div" else 1 / float(bare) if bare else 0.0
    return int(n) if n.is_integer() and n >= 2 else None


def _scaled_root(working: Working, n: int) -> _Change:
    return _Change([working.root], lambda node, operands: recorded(node, operands) / n)


def _has_bias(node: Value) -> bool:
    if node.op == "weighted_sum":
        return isinstance(node.operands[-1], Value) or bool(node.operands[-1])
    return node.op == "add" and all(isinstance(x, Value) for x in node.operands) and len(_leaves_of(node)) == 1


def _leaves_of(node: Value) -> list[Value]:
    return [x for x in value_operands(node) if x.primitive is None]


def _without_bias(node: Value, operands: Sequence[Any]) -> Any:
    if node.op == "weighted_sum":
        return recorded(node, (*operands[:-1], 0))
    return operands[0] if node.operands[1] in _leaves_of(node) else operands[1]


def _of_logarithms(listed: Sequence[Value]) -> Iterator[tuple[str, _Change]]:
    logs = [node for node in listed if node.op in ("log", "log_softmax", "logsumexp", "log1p")]
    if not logs:
        return
    for base in (10, 2):
        yield f"log{base} for ln", _Change(logs, lambda node, o, base=base: _ordinary(node, o) / math.log(base))  # type: ignore[misc]
    plain = [node for node in logs if node.op == "log"]
    for epsilon in _EPSILONS if plain else ():
        yield (
            f"ε = {epsilon:g} inside the log",
            _Change(plain, lambda _, o, epsilon=epsilon: numeric.log(o[0] + epsilon)),  # type: ignore[misc]
        )
    small = {node.operands[0]: _epsilon_of(node.operands[0]) for node in plain}
    if any(small.values()):
        shown = " and ".join(sorted({f"{epsilon:g}" for epsilon in small.values() if epsilon}))
        chosen = [node for node, epsilon in small.items() if epsilon]
        yield f"the ε = {shown} inside the log left out", _Change(chosen, lambda _, operands: operands[0])


def _ordinary(node: Value, operands: Sequence[Any]) -> Any:
    assert node.primitive is not None
    if node.primitive.textbook is not None:
        return node.primitive.textbook(operands)
    return recorded(node, operands)


def _epsilon_of(node: Any) -> float:
    """ε where the node is p + ε."""
    if isinstance(node, Value) and node.op == "add" and not isinstance(node.operands[1], Value):
        number = float(node.operands[1])
        return number if 0 < number <= 0.01 else 0.0
    return 0.0


_WITH_E = ("exp", "sigmoid", "softmax", "log_softmax")


def _with_e(e: float) -> Callable[[Value, Sequence[Any]], Any]:
    def change(node: Value, operands: Sequence[Any]) -> Any:
        if node.op == "exp":
            return e ** operands[0]
        if node.op == "sigmoid":
            return 1 / (1 + e ** -operands[0])
        powers = [e**operand for operand in operands]
        share = powers[node.primitive.index] / numeric.total(powers)
        return share if node.op == "softmax" else numeric.log(share)

    return change


# --- of the way back and of the update --------------------------------------------------------------------


def _opposite_sign(working: Working) -> Convention:
    """δ as (t - y) · f′: every gradient has the other sign, and what is updated is the same."""

    def number(quantity: Quantity) -> Any:
        node = working.node(quantity)
        return None if node is None else -floating(node.data) if quantity.of == "grad" else floating(node.data)

    return Convention("the sign of every gradient reversed, as with δ = (t - y) · f′", number)


def _numbers(working: Working, changes: Callable[[Value, Sequence[Any]], Any]) -> Callable[[Quantity], Any]:
    """The numbers of the whole working with some of its operations changed."""
    found: dict[Value, Any] = {}

    def number(quantity: Quantity) -> Any:
        node = working.node(quantity)
        if node is None:
            return None
        if node not in found:
            found.update(evaluate(working.everything or topological_order(node), found, changes))
        return found[node]

    return number


def _passed_back_through(working: Working, instead: Mapping[Value, float]) -> Callable[[Quantity], Any]:
    """The numbers with other weights where a cotangent is passed back through them, and only there."""
    forward = set(working.listed)
    used = consumers(working.listed)
    by_kept: dict[frozenset[Value], Callable[[Quantity], Any]] = {}

    def number(quantity: Quantity) -> Any:
        # what is multiplied by the value itself is no weight on its way
        beside = frozenset(x for user in used.get(quantity.value, ()) for x in value_operands(user))
        kept = beside if quantity.value.primitive is None else frozenset()
        if kept not in by_kept:

            def rule(node: Value, operands: Sequence[Any]) -> Any:
                if (
                    node not in forward
                    and node.op == "mul"
                    and node.operands[1] in instead
                    and node.operands[1] not in kept
                ):
                    operands = [operands[0], instead[node.operands[1]]]
                return operate(node, operands)

            by_kept[kept] = _numbers(working, rule)
        return by_kept[kept](quantity)

    return number


def _updated(working: Working) -> Iterator[Convention]:
    """Gradients passed back through weights that the same step has already changed."""
    rates = [working.rate] if working.rate is not None else _LEARNING_RATES
    weights = working.parameters or [node for node in working.listed if node.primitive is None]
    gradients = {weight: working.node(Quantity(weight, "grad")) for weight in weights}
    for rate in rates:
        new = {
            weight: floating(weight.data) - rate * floating(gradient.data)
            for weight, gradient in gradients.items()
            if gradient is not None
        }
        words = f"weights already updated in the same pass (learning rate {rate:g})"
        yield Convention(words, _passed_back_through(working, new))


def _of_an_update(working: Working) -> Iterator[Convention]:
    rate = working.rate
    if rate is None:
        return
    sums = [node for node in working.listed if node.op == "weighted_sum"]
    weights = [p for p in working.parameters if not any(p is node.operands[-1] for node in sums)]
    if 0 < len(weights) < len(working.parameters):
        yield _of_another_step(working, "the biases not updated", rate, weights)
    yield _of_another_step(working, "the learning rate forgotten", 1.0, working.parameters)
    yield _of_another_step(working, "the learning rate applied twice", rate**2, working.parameters)
    yield _of_another_step(working, ADDED, -rate, working.parameters)
    for words, move in _MOVES:
        yield _of_another_step(working, words, rate, working.parameters, move)


def _momentum(share: float) -> Callable[[Value, Value], Any]:
    return lambda gradient, rate: -(gradient * share * rate)


def _adam(first: float, second: float) -> Callable[[Value, Value], Any]:
    """The first step, of which the two moments are these shares of g and g², with bias correction or without."""
    return lambda gradient, rate: -(gradient * first) * rate / ((gradient * gradient * second).sqrt() + 1e-8)


# The first step of other optimizers, whose moments start at zero.
_MOVES: tuple[tuple[str, Callable[[Value, Value], Any]], ...] = (
    ("momentum's first step with (1 - β) · g, β = 0.9", _momentum(0.1)),
    ("Adam's first step", _adam(1.0, 1.0)),
    ("Adam's first step without bias correction", _adam(0.1, 0.001)),
    ("RMSProp's first step, decay 0.9", _adam(1.0, 0.1)),
)


def _of_another_step(
    working: Working,
    words: str,
    rate: float,
    parameters: Sequence[Value],
    move: Callable[[Value, Value], Any] | None = None,
) -> Convention:
    options: dict[str, Any] = {} if move is None else {"move": move}
    other = Working(working.root, working.listed, rate, parameters, seed=working.seed, **options)

    def number(quantity: Quantity) -> Any:
        node = other.node(quantity)
        return None if node is None else floating(node.data)

    return Convention(words, number)


def _transposed(working: Working) -> Iterator[Convention]:
    partners = working.partners()
    if not partners:
        return
    numbers = {weight: floating(partner.data) for weight, partner in partners.items()}
    yield Convention(
        "weights passed back through with rows and columns exchanged",
        _passed_back_through(working, numbers),
    )

    def number(quantity: Quantity) -> Any:
        if quantity.of == "data" and not quantity.round:
            return None
        there = Quantity(partners.get(quantity.value, quantity.value), "grad", quantity.round - (quantity.of == "data"))
        gradient = working.node(there)
        if gradient is None or quantity.value not in partners:
            return None
        if quantity.of == "grad":
            return floating(gradient.data)
        if working.rate is None:
            return None
        change = -working.rate * floating(gradient.data)
        return change if quantity.of == "change" else floating(quantity.value.data) + change

    yield Convention("the matrix of gradients transposed", number)


# --- rounding as one goes -----------------------------------------------------------------------------------


def _rounding(working: Working) -> Iterator[Convention]:
    """Every result rounded or cut as one goes; ways that give the same are told apart by other figures."""
    if not any(x.primitive for node in working.everything or working.listed for x in value_operands(node)):
        return  # a step from what is given: there is nothing to round on the way
    for significant in (False, True):
        for verb, cut in (("rounded to", False), ("cut after", True)):
            for digits in range(1, _MOST_DIGITS + 1):
                unit = f"{'significant digit' if significant else 'decimal'}{'s' * (digits != 1)}"
                how = rounding(digits, significant, cut)
                words = f"intermediates {verb} {digits} {unit}"
                counted = _significant if significant else _places
                yield Convention(words, _numbers_rounded(working, how), counted, digits)


def _places(figure: Figure) -> int:
    return figure.places


def _significant(figure: Figure) -> int:
    return figure.significant


def _numbers_rounded(working: Working, how: Callable[[float], float]) -> Callable[[Quantity], Any]:
    found: dict[Value, Any] = {}

    def rounded(node: Value, operands: Sequence[Any]) -> Any:
        return how(floating(operate(node, operands)))

    def number(quantity: Quantity) -> Any:
        node = working.node(quantity)
        if node is None or node.primitive is None:
            return None
        if node not in found:
            found.update(evaluate(working.everything or topological_order(node), found, rounded))
        # the last result is what the figure says of it, rounded only there
        return operate(node, [found[x] if isinstance(x, Value) else x for x in node.operands])

    return number
