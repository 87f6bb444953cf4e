"""The cause of a slip: which convention, or which habit of a hand calculation, makes the printed figure.

A cause is looked for by working the recorded graph out again under each hypothesis, and named only if
that gives the figure, to its printed digits. Nothing is guessed from the figure's looks.

Coincidences. The fewer digits a figure has, and the smaller the slip, the more hypotheses fit it by
accident. So:

- a figure of one significant digit is given no cause;
- a kind of hypothesis has to say something: of the figures around the right one, as far as the slip
  goes (and at least five units of the last digit each way), those that the kind would explain are
  counted, and if they are more than two (of roundings, three) and more than one in ten, the kind is
  left out;
- what explains a slip of less than ten units is only "consistent with" it. Slips made at random, of
  one or two units, have such a cause every second time; of two to four, one in four; of five to nine,
  one in nine; of up to fifty, any cause at all in one of twenty.

An empty cause says "not established", and never "there is none". Nor is one looked for in a graph of
more than fifty thousand operands.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

from .. import numeric
from ..errors import RecordingError
from ..graph import is_activation, topological_order
from ..notation import Inlined, Symbol, formula, partial, show, write
from ..numeric import Number
from ..value import Value
from .figures import Figure, exactly
from .rounding import Rounded, backward, forward, in_floats, rounding, to_float32
from .worksheet import between, keeps_graph

__all__ = ["find_causes", "follows", "is_hedged", "refuted_by", "slack_of"]

# (what it is, the number that it gives, whether its last digit is cut as well)
Hypothesis = tuple[str, Any, bool]

_MOST = 50_000  # operands in a graph that is worked out again; a larger one has no cause looked for
_MOST_ROUNDED = 10_000  # and in one that is worked out with rounding, which takes longest
_FEWEST_TO_EXCHANGE = 4  # digits of a figure
_MOST_NEIGHBOURS = 20
_MOST_SINGLE = 50  # activations whose slope is tried one by one
_MOST_DIGITS = 12
_LEARNING_RATES = (1.0, 0.5, 0.3, 0.2, 0.1, 0.05, 0.03, 0.02, 0.01, 0.005, 0.003, 0.001)
_EPSILONS = (1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2)
_FEWEST_FIGURES = 2
_FEWEST_ROUNDED = 3  # as rounding on the way is what makes most small slips
_ONE_IN = 10
_AROUND = 5  # units of the last digit
_SMALL = 10
_HEDGE = "consistent with "


def find_causes(
    x: Value,
    figure: Figure,
    of: str,
    root: Value,
    number: Number,
    kept: bool = True,
    refuted: Collection[str] = (),
    around: Value | None = None,
) -> str:
    """Every cause that reproduces the figure, joined by "; or", "" where none does.

    ``number`` is what the figure is held against. If the graph's numbers do not lead to it (``kept`` is
    false: a leaf was changed since), a graph worked out again says nothing, and only what starts from
    the number itself is tried. What is ``refuted`` by other figures is none. ``around`` is
    the root of the graph that ``x`` stands in, where its neighbours are looked for.
    """
    exact, _ = exactly(number)
    if exact is None or not keeps_graph(root):
        return ""
    order = topological_order(root)
    if figure.significant < 2 or _size(order) > _MOST or x not in order:
        return ""
    try:
        case = _Case(x, figure, of, root, order, number, around)
    # complex numbers, a slope that does not exist, or the call of a compiled function, which keeps no graph
    except (ArithmeticError, ValueError, TypeError, RecordingError):
        return ""
    kinds: list[Callable[[_Case], Iterator[Hypothesis]]] = [
        _sign, _constants, _logarithms, _left_out, _e_as_decimal, _rounded, _in_float32,
        _at_pre_activation, _updated, _factors,
    ]  # fmt: skip
    if not kept:
        kinds = [_sign, _constants, _factors]
    # what came from elsewhere, and is no mistake of the calculation, only where no calculation gives it
    found = _fitting(case, kinds, exact, refuted) or _fitting(case, [_misprinted, _others], exact, refuted)
    hedge = _HEDGE if abs(figure.value - exact) < _SMALL * figure.unit else ""
    return "; or ".join(f"{hedge}{what}" for what in found)


def _fitting(
    case: _Case,
    kinds: list[Callable[[_Case], Iterator[Hypothesis]]],
    exact: Fraction,
    refuted: Collection[str],
) -> dict[str, None]:
    """The hypotheses that reproduce the figure, of the kinds that say something."""
    found: dict[str, None] = {}
    for kind in kinds:
        group = [(what, case.fraction(number), cut) for what, number, cut in kind(case)]
        fitting = [
            what for what, number, cut in group if what not in refuted and _reproduces(case.figure, number, cut)
        ]
        if fitting and _says_something(case.figure, exact, [number for _, number, _ in group], kind is _rounded):
            found.update(dict.fromkeys(fitting))
    return found


def _size(order: list[Value]) -> int:
    return sum([len(node.operands) for node in order])


def _reproduces(figure: Figure, number: Fraction | None, cut: bool) -> bool:
    if number is None:
        return False
    return follows(figure, number, cut)


def follows(figure: Figure, number: Fraction, cut: bool) -> bool:
    """Is the figure what ``number``, worked out in floats, rounds to, or with ``cut`` is cut to?"""
    slack = slack_of(number)
    return figure.rounds_from(number, slack) or (cut and figure.cuts_from(number, slack))


def slack_of(number: Fraction) -> Fraction:
    """A few roundings of a float."""
    return abs(number) * Fraction(1, 2**50)


def is_hedged(cause: str) -> bool:
    """Is it a cause that a small slip is only consistent with?"""
    return cause.startswith(_HEDGE)


def refuted_by(x: Value, figure: Figure, of: str, root: Value, number: Number) -> Iterator[str]:
    """The conventions that hold for a whole derivation, and with which this right figure would be another."""
    order = topological_order(root)
    if _size(order) > _MOST or x not in order:
        return
    try:
        case = _Case(x, figure, of, root, order, number)
    except (ArithmeticError, ValueError, TypeError):  # as in find_causes
        return
    for kind in (_logarithms, _e_as_decimal):
        for what, number, _ in kind(case):
            if not _reproduces(figure, case.fraction(number), cut=True):
                yield what


def _says_something(figure: Figure, exact: Fraction, numbers: list[Fraction | None], rounded: bool) -> bool:
    """Would this kind of hypothesis explain only few of the figures around?"""
    right = round(exact / figure.unit)
    reach = max(abs(round(figure.value / figure.unit) - right), _AROUND)
    explained = {round(number / figure.unit) - right for number in numbers if number is not None}
    near = [distance for distance in explained if 0 < abs(distance) <= reach]
    fewest = _FEWEST_ROUNDED if rounded else _FEWEST_FIGURES
    return len(near) <= max(fewest, 2 * reach / _ONE_IN)


class _Case:
    """The value whose figure is a slip, in its graph."""

    def __init__(
        self,
        x: Value,
        figure: Figure,
        of: str,
        root: Value,
        order: list[Value],
        number: Number,
        around: Value | None = None,
    ) -> None:
        self.x = x
        self.figure = figure
        self.of = of
        self.root = root
        self.around = root if around is None or not keeps_graph(around) else around
        self.order = order
        self.names = Inlined()
        self.path = list(between(order, x)) if of == "grad" else []
        self.known = forward(order)
        self.cotangents = backward(order, self.known, root) if of == "grad" else {}
        self.cotangent = self.cotangents.get(x, 0.0)
        # what backward was seeded with, or how many passes have been added
        self.right = float(number)
        self.scale = self.right / self.cotangent if self.cotangent else 1.0
        # what a change may stand in that matters for x: all that it comes from, or all that it leads to
        self.relevant = self.path if of == "grad" else order

    def result(self, known: Mapping[Value, Any], **how: Any) -> Any:
        """The number that the figure is about, from other data; how it is, before a last rounding."""
        if self.of == "data":
            return _last(known[self.x])
        cotangents = backward(self.order, known, self.root, **how)
        return _last(cotangents[self.x]) * self.scale

    def changed(self, change: Callable[[Value, list[Any]], Any]) -> Any:
        """The number where ``change(node, operands)`` made another node, or None to leave it as it is."""
        made: dict[Value, Any] = {}
        for node in self.order:
            if not node.op:
                made[node] = Value(in_floats(node.data))
                continue
            operands = [made[x] if isinstance(x, Value) else in_floats(x) for x in node.operands]
            other = change(node, operands)
            made[node] = _again(node, operands) if other is None else other
        if self.of == "data":
            return made[self.x].data
        made[self.root].backward()
        return made[self.x].grad * self.scale

    def attempt(self, what: str, work: Callable[[], Any], cut: bool = False) -> Iterator[Hypothesis]:
        """The hypothesis, unless it leads outside the domain of an operation."""
        try:
            yield what, work(), cut
        except (ArithmeticError, ValueError, TypeError):
            return

    def name(self, node: Value) -> str:
        """The label of a node; its formula where it has none."""
        if node.label or not node.op:
            return self.names[node]
        return f"({write(formula(node, self.names))})"

    @staticmethod
    def fraction(number: Any) -> Fraction | None:
        try:
            return Fraction(number)
        except (ValueError, OverflowError, TypeError):
            return None


def _last(number: Any) -> Any:
    return number.exact if isinstance(number, Rounded) else number


def _again(node: Value, operands: list[Any]) -> Any:
    row = node.primitive
    assert row is not None
    first = next(operand for operand in operands if isinstance(operand, Value))
    return first._apply((row.name, row.index) if row.index >= 0 else row.name, *operands)


# --- the kinds of hypotheses -----------------------------------------------------------------------------


def _sign(case: _Case) -> Iterator[Hypothesis]:
    yield "sign reversed", -case.right, False


def _misprinted(case: _Case) -> Iterator[Hypothesis]:
    """The right digits at another place, or in another order."""
    for power in (1, 2, 3):
        yield "the decimal point shifted", case.right * 10**power, True
        yield "the decimal point shifted", case.right / 10**power, True
    if case.figure.significant < _FEWEST_TO_EXCHANGE:
        return
    right = case.figure.rewrite(Fraction(case.right))
    for place, (first, second) in enumerate(pairwise(right)):
        if first.isdigit() and second.isdigit() and first != second and "e" not in right[:place]:
            swapped = right[:place] + second + first + right[place + 2 :]
            if abs(Fraction(swapped) - Fraction(right)) >= _SMALL * case.figure.unit:
                yield f"two digits exchanged, {swapped} for {right}", swapped, False


def _constants(case: _Case) -> Iterator[Hypothesis]:
    """Sum or mean, and the ½ of a squared error."""
    squared = any(
        (node.op == "pow" and node.operands[1] == 2) or (node.op == "mul" and node.operands[0] is node.operands[1])
        for node in case.relevant
    )
    halved = False
    counts: set[int] = set()
    for node in case.relevant:
        count = _count_of_terms(node)
        if count:
            counts.add(count)
        divisor = _divisor(node)
        if divisor is None:
            continue
        halved = halved or divisor == 2
        counts.discard(int(divisor))
        what = f"the sum instead of the mean over {divisor}"
        if divisor == 2 and squared:
            what = "the ½ of the squared error left out"
        yield from case.attempt(what, lambda node=node: case.changed(_without_divisor(node)))  # type: ignore[misc]
    for count in sorted(counts):
        yield f"the mean over {count} instead of the sum", case.right / count, False
    if squared and not halved:
        yield "a ½ of the squared error that is not in this loss", case.right / 2, False


def _count_of_terms(node: Value) -> int:
    return len(node.operands) if node.op == "total" and len(node.operands) > 1 else 0


def _divisor(node: Value) -> int | None:
    """n where the node divides by a whole number n, or multiplies by 1/n."""
    if node.op not in ("div", "mul") or all(isinstance(operand, Value) for operand in node.operands):
        return None
    left, right = node.operands
    number = right if isinstance(left, Value) else left
    if node.op == "div" and number is left:
        return None
    number = float(number) if node.op == "div" else 1 / float(number) if number else 0.0
    return int(number) if number.is_integer() and number >= 2 else None


def _without_divisor(chosen: Value) -> Callable[[Value, list[Any]], Any]:
    def change(node: Value, operands: list[Any]) -> Any:
        return next(operand for operand in operands if isinstance(operand, Value)) if node is chosen else None

    return change


def _logarithms(case: _Case) -> Iterator[Hypothesis]:
    """log10 for ln, and an ε inside the logarithm."""
    logs = [node for node in case.order if node.op in ("log", "log_softmax", "logsumexp", "log1p")]
    if not logs:
        return

    for base in (10, 2):

        def to_base(node: Value, operands: list[Any], base: int = base) -> Any:
            return _again(node, operands) / math.log(base) if node in logs else None

        yield from case.attempt(f"log{base} for ln", lambda change=to_base: case.changed(change))  # type: ignore[misc]
    for epsilon in _EPSILONS:

        def with_epsilon(node: Value, operands: list[Any], epsilon: float = epsilon) -> Any:
            if node.op == "log":
                return numeric.log(operands[0] + epsilon)
            if node.op == "log_softmax":
                return numeric.log(numeric.softmax(operands)[node.primitive.index] + epsilon)  # type: ignore[union-attr]
            return None

        yield from case.attempt(f"ε = {epsilon:g} inside the log", lambda change=with_epsilon: case.changed(change))  # type: ignore[misc]
    small = {node.operands[0]: _epsilon_of(node.operands[0]) for node in logs if node.op == "log"}
    if any(small.values()):

        def without_epsilon(node: Value, operands: list[Any]) -> Any:
            return operands[0] if small.get(node) else None

        shown = " and ".join(sorted({f"{epsilon:g}" for epsilon in small.values() if epsilon}))
        yield from case.attempt(f"the ε = {shown} inside the log left out", lambda: case.changed(without_epsilon))


def _left_out(case: _Case) -> Iterator[Hypothesis]:
    """A bias, an activation, the logarithm of a loss, or its target forgotten."""
    near = {case.x, *case.x.operands}
    biased = {node: _bias(node) for node in case.order if _bias(node) is not None}
    active = {node: node.op for node in case.order if is_activation(node)}
    for kind, nodes, change in (("bias", biased, _without_bias), ("activation", active, _without_activation)):
        for chosen in [nodes, *({node: nodes[node]} for node in nodes if node in near and len(nodes) > 1)]:
            if chosen:
                names = sorted({case.name(x) if isinstance(x, Value) else str(x) for x in chosen.values()})
                what = f"the {kind} {' and '.join(names)} left out" if len(names) < 3 else f"every {kind} left out"
                yield from case.attempt(what, lambda change=change, chosen=chosen: case.changed(change(chosen)))  # type: ignore[misc]
    log = case.x.operands[0] if case.of == "data" and case.x.op == "neg" else None
    if log is not None and log.op in ("log", "log_softmax"):
        yield from case.attempt("the -ln left out", lambda: math.exp(case.known[log]))
    for node in case.order:
        if case.of == "grad" and node.op in ("softmax", "log_softmax") and case.x in node.operands:
            probability = numeric.softmax([in_floats(_number(x)) for x in node.operands])[node.operands.index(case.x)]
            yield "a for a - t, the target not subtracted", probability * case.scale, False


def _number(operand: Any) -> Any:
    return operand.data if isinstance(operand, Value) else operand


def _bias(node: Value) -> Any:
    """What is added to a weighted sum, or to a product: None where there is nothing."""
    if node.op == "weighted_sum":
        return node.operands[-1] if isinstance(node.operands[-1], Value) or node.operands[-1] else None
    if node.op == "add" and all(isinstance(operand, Value) for operand in node.operands):
        leaves = [operand for operand in node.operands if not operand.op]
        return leaves[0] if len(leaves) == 1 else None
    return None


def _without_bias(chosen: Collection[Value]) -> Callable[[Value, list[Any]], Any]:
    def change(node: Value, operands: list[Any]) -> Any:
        if node not in chosen:
            return None
        if node.op == "weighted_sum":
            return _again(node, [*operands[:-1], 0.0])
        return operands[0] if node.operands[0].op else operands[1]

    return change


def _without_activation(chosen: Collection[Value]) -> Callable[[Value, list[Any]], Any]:
    def change(node: Value, operands: list[Any]) -> Any:
        return operands[max(node.primitive.index, 0)] if node in chosen else None  # type: ignore[union-attr]

    return change


def _others(case: _Case) -> Iterator[Hypothesis]:
    """The figure of a neighbour, one line up or down in the calculation."""
    order = topological_order(case.around)
    if _size(order) > _MOST:
        return
    near: dict[Value, None] = dict.fromkeys(_values(case.x))
    below = _two_below(case.x)
    for node in order:
        # what uses x, what is used with it, and of the same operation what comes from the same, such as a layer
        if case.x in node.operands:
            near.update(dict.fromkeys([node, *_values(node)]))
        elif node.op and node.op == case.x.op and not below.isdisjoint(_two_below(node)):
            near[node] = None
    for node in [node for node in near if node is not case.x and node.label][:_MOST_NEIGHBOURS]:
        if case.of == "data":
            yield f"the figure of {node.label}", node.data, False
        else:
            yield f"the gradient of {node.label}", case.cotangents[node] * case.scale, False


def _values(node: Value) -> list[Value]:
    return [operand for operand in node.operands if isinstance(operand, Value)]


def _two_below(node: Value) -> set[Value]:
    """The operands, and theirs."""
    return {value for operand in _values(node) for value in (operand, *_values(operand))}


def _e_as_decimal(case: _Case) -> Iterator[Hypothesis]:
    """The number e taken as a decimal of a few digits."""
    if not any(node.op in ("exp", "sigmoid", "softmax", "log_softmax") for node in case.order):
        return
    for e in (2.7, 2.72, 2.718, 2.7183):

        def with_e(node: Value, operands: list[Any], e: float = e) -> Any:
            if node.op == "exp":
                return e ** operands[0]
            if node.op == "sigmoid":
                return 1 / (1 + e ** -operands[0])
            if node.op in ("softmax", "log_softmax"):
                powers = [e**operand for operand in operands]
                share = powers[node.primitive.index] / numeric.total(powers)  # type: ignore[union-attr]
                return share if node.op == "softmax" else numeric.log(share)
            return None

        yield from case.attempt(f"e taken as {e}", lambda change=with_e: case.changed(change))  # type: ignore[misc]


def _epsilon_of(node: Any) -> float:
    """ε where the node is p + ε."""
    if isinstance(node, Value) and node.op == "add" and not isinstance(node.operands[1], Value):
        number = float(node.operands[1])
        return number if 0 < number <= 0.01 else 0.0
    return 0.0


def _rounded(case: _Case) -> Iterator[Hypothesis]:
    """Every intermediate rounded or cut; ways that come to the same number are one hypothesis."""
    if _size(case.order) > _MOST_ROUNDED:
        return
    ways: dict[Any, dict[tuple[str, str], list[int]]] = {}
    for unit in ("decimals", "significant digits"):
        for verb in ("rounded to", "cut after"):
            printed = case.figure.decimals - case.figure.exponent if unit == "decimals" else case.figure.significant
            # from half as many as the figure's (the product of two has as many) to one more
            for digits in range(max(printed // 2, 1), min(printed + 1, _MOST_DIGITS) + 1):
                how = rounding(digits, unit != "decimals", verb == "cut after")
                for in_steps in (False, True):
                    for _, number, _ in case.attempt(
                        "", lambda how=how, in_steps=in_steps: case.result(forward(case.order, how, in_steps))  # type: ignore[misc]
                    ):
                        found = ways.setdefault(number, {}).setdefault((verb, unit), [])
                        if digits not in found:
                            found.append(digits)
    for number, of_number in ways.items():
        cut = all(verb == "cut after" for verb, _ in of_number)
        (verb, unit), digits_tried = next(iter(of_number.items()))
        counted = unit[:-1] if digits_tried == [1] else unit
        yield f"intermediates {verb} {' or '.join(map(str, digits_tried))} {counted}", number, cut


def _in_float32(case: _Case) -> Iterator[Hypothesis]:
    for in_steps in (False, True):
        yield from case.attempt(
            "float32 for float64",
            lambda in_steps=in_steps: to_float32(case.result(forward(case.order, to_float32, in_steps))),  # type: ignore[misc]
        )


def _at_pre_activation(case: _Case) -> Iterator[Hypothesis]:
    """σ'(z) as a·(1 - a) with z in a's place; and as σ(a)·(1 - σ(a)), the slope at the output."""
    activations = [node for node in case.path if is_activation(node) and node.op != "softmax"]
    choices = [activations] + ([[node] for node in activations[:_MOST_SINGLE]] if len(activations) > 1 else [])
    for chosen in choices:
        if not chosen:
            return
        which = "" if chosen is activations else f" ({case.name(chosen[0])})"
        kinds = " and ".join(sorted({node.op for node in chosen}))
        slopes = _slopes_at_other_places(chosen[0]) if " " not in kinds else ("", "")

        def output_replaced(node: Value, out: Any, operands: list[Any], chosen: list[Value] = chosen) -> Any:
            return (operands[0], operands) if node in chosen else (out, operands)

        def both_replaced(node: Value, out: Any, operands: list[Any], chosen: list[Value] = chosen) -> Any:
            if node not in chosen:
                return out, operands
            shifted = [out, *operands[1:]]
            return node.primitive.rule(*shifted), shifted  # type: ignore[union-attr]

        ways = ("pre-activation instead of the output", "output instead of the pre-activation")
        for way, slope, change in zip(ways, slopes, (output_replaced, both_replaced)):
            what = f"the derivative of {kinds} taken at the {way}{slope}{which}"
            yield from case.attempt(what, lambda change=change: case.result(case.known, operands_of=change))  # type: ignore[misc]


def _slopes_at_other_places(node: Value) -> tuple[str, str]:
    """The slope with z in the place of a = f(z), and with a in that of z, as one would write them."""
    row = node.primitive
    assert row is not None
    if row.arity != 1:
        return "", ""
    z, a = Symbol("z"), Symbol("a")
    slope = row.partials[0]
    right, at_z, at_a = write(slope(a, z)), write(slope(z, z)), write(slope(row.rule(a), a))
    return (f", {at_z} for {right}" if at_z != right else ""), (f", {at_a} for {right}" if at_a != right else "")


def _updated(case: _Case) -> Iterator[Hypothesis]:
    """The weights between x and the root already updated when the gradient is passed back through them."""
    if case.of != "grad":
        return
    beside = {operand for node in case.order if case.x in node.operands for operand in node.operands}
    weights = [node for node in case.order if not node.op and node not in beside and case.cotangents.get(node)]
    for rate in _LEARNING_RATES:
        updated = {weight: in_floats(weight.data) - rate * case.cotangents[weight] for weight in weights}

        def with_updated(node: Value, out: Any, operands: list[Any], updated: Mapping[Any, Number] = updated) -> Any:
            return out, [
                updated.get(operand, number) if isinstance(operand, Value) else number
                for operand, number in zip(node.operands, operands)
            ]

        yield from case.attempt(
            f"weights already updated in the same pass (learning rate {rate:g})",
            lambda change=with_updated: case.result(case.known, operands_of=change),  # type: ignore[misc]
        )


def _factors(case: _Case) -> Iterator[Hypothesis]:
    """A factor on the way to the root multiplied in once more, or left out."""
    if case.of != "grad":
        return
    tried: dict[float, str] = {}
    on_path = set(case.path)
    around = {operand: None for node in case.path for operand in node.operands if isinstance(operand, Value)}
    named = [(case.name(node), node.data) for node in [*around, *case.path]]  # a name before a derivative
    for name, number in [*named, *(slope for node in case.path for slope in _slopes(node, on_path, case))]:
        factor = math.nan if number is None else float(number)
        if math.isfinite(factor) and factor not in (0, 1, -1):
            tried.setdefault(factor, name)
    for number, name in tried.items():
        shown = name if name == show(number) else f"{name} = {show(number)}"
        for sign, reversed_sign in ((1, ""), (-1, "sign reversed, and ")):
            yield f"{reversed_sign}multiplied by {shown}", sign * case.right * number, False
            yield f"{reversed_sign}the factor {shown} left out", sign * case.right / number, False


def _slopes(node: Value, on_path: set[Value], case: _Case) -> Iterator[tuple[str, Any]]:
    """The partials of a node by those of its operands that are on the path."""
    if _divisor(node) is not None:  # one that divides is a mean's n, or the ½, and has its own name
        return
    for place, operand in enumerate(node.operands):
        if isinstance(operand, Value) and operand in on_path:
            slope = partial(node, place, case.names)
            if isinstance(slope, Symbol):
                yield f"∂{case.name(node)}/∂{case.name(operand)} = {write(slope)}", slope.number
            else:
                yield show(slope), slope
