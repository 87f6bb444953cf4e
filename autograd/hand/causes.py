"""The cause of a slip: a table of mistakes and habits, each a change to one operation of the step to a figure.

>>> from autograd import Value
>>> a, t = Value(0.73, label="a"), Value(1.0, label="t")
>>> loss = (t - a) ** 2 / 2
>>> explanations(loss, "0.0729")
['the ½ of the squared error left out']

A **hypothesis** says which operation is another one (a term left out, the division by n forgotten, the
figure of another neuron taken), and the step is evaluated with that change: from the right numbers, and
from those that are printed before. It is named only if that gives the figure, to its printed digits, and
if the change shows at these digits. Nothing is guessed from the figure's looks.

Coincidences. The fewer digits a figure has, and the smaller the slip, the more hypotheses fit it by
accident. So a figure of one significant digit is given no cause; a kind of hypothesis has to say
something: of the figures around the right one, as far as the slip goes (and at least five units of the
last digit each way), those that the kind would explain are counted, and if they are more than two and
more than one in four, the kind is left out; where they are more than three in a hundred, or the slip is of
less than ten units, what explains it is only "consistent with" it, unless other figures of the derivation
bear it out (:mod:`~autograd.hand.conventions`).

No cause says "not established", and never "there is none".
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Any

from .. import numeric
from ..errors import AutogradError
from ..graph import is_activation, value_operands
from ..interpret import apply, evaluate
from ..value import Value
from ..weighted import split_weighted_sum
from .conventions import only_conventions, share_left_out
from .figures import Figure, exactly, follows, slack_of
from .rounding import rounding, to_float32
from .working import Quantity, Working, floating, nearest, operate

__all__ = ["HEDGE", "Case", "Explained", "cases", "explanations", "find_causes", "is_hedged", "only_words"]

HEDGE = "consistent with "

_MOST = 50_000  # operands under a root whose figures' causes are looked for
_MOST_NEAR = 60  # operations of a step that are changed one by one
_MOST_ALIKE = 12
_MOST_STARTS = 12  # numbers of a step in whose place another is tried
_MOST_CAUSES = 3
_FEWEST_TO_EXCHANGE = 3  # digits of a figure
_LARGEST_EPSILON = 0.01
_FEWEST_FIGURES = 2
_MOST_EXPLAINED = 0.25  # of the figures around: a kind that would explain more says nothing
_SURE = 0.03  # and one that would explain more than this says nothing for certain
_AROUND = 5  # units of the last digit
_SMALL = 10

Words = "str | Callable[[], str]"
Hypothesis = tuple[Any, Any]  # its words, or what says them; the number that it gives
Changes = Mapping[Value, Callable[[Sequence[Any]], Any]]  # in place of the operation of a node


@dataclass(frozen=True, slots=True)
class Case:
    """One wrong figure, the step that leads to it, and the numbers that the step starts from."""

    figure: Figure
    target: Value
    step: list[Value]  # its operations, operands first
    starts: list[Value]
    numbers: Mapping[Value, float]
    working: Working
    right: Fraction
    printed: str = ""  # the figures that it starts from, as a message lists them
    figures: Mapping[Value, Any] = field(default_factory=dict)  # what is printed, where it starts from that

    def result(self, changes: Changes | None = None, numbers: Mapping[Value, float] | None = None) -> Any:
        """What the step gives, with some operations changed; raises where that leaves a domain."""

        def rule(node: Value, operands: Sequence[Any]) -> Any:
            change = changes.get(node) if changes is not None else None
            return operate(node, operands) if change is None else change(operands)

        known = {**self.numbers, **numbers} if numbers else self.numbers
        return evaluate(self.step, known, rule if changes else operate)[self.target]

    def attempt(self, words: Any, changes: Changes | None = None, numbers: Any = None) -> Iterator[Hypothesis]:
        try:
            yield words, self.result(changes, numbers)
        except _OUTSIDE:
            return

    def name(self, operand: Any) -> str:
        return self.working.name(operand)

    def number(self, node: Value) -> float:
        """The number of any node: as the step has it, as it is printed, or as it is."""
        if node in self.numbers:
            return self.numbers[node]
        return floating(self.figures[node].figure.value if node in self.figures else node.data)


_OUTSIDE = (AutogradError, ArithmeticError, ValueError, TypeError)


def cases(
    working: Working, target: Value, figure: Figure, right: Fraction, printed: Mapping[Value, Any], listed: str = ""
) -> list[Case]:
    """The step to a figure, from the right numbers, and from the printed ones where there are such.

    ``printed`` maps a node to what has its ``figure``; ``listed`` names those that the step starts from.
    """
    step, starts = nearest(target, printed, _MOST_NEAR)
    found = []
    try:
        numbers = {node: floating(node.data) for node in starts}
        found.append(Case(figure, target, step, starts, numbers, working, right))
        if listed:
            far, edge = nearest(target, printed, _MOST)
            given = {node: printed[node].figure.value if node in printed else node.data for node in edge}
            everything = evaluate(far, {node: floating(number) for node, number in given.items()}, operate)
            base = exactly(everything[target])[0]
            if base is not None:
                numbers = {node: everything[node] for node in starts}
                found.append(Case(figure, target, step, starts, numbers, working, base, listed, printed))
    except _OUTSIDE:
        pass
    return found


# --- the search ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Explained:
    """A hypothesis that gives the figure: its words, and whether it is only consistent with it.

    ``start`` names the printed figures that it starts from; what ``repeats`` is a mistake that a person
    makes again, and is borne out where it explains another figure too.
    """

    words: str
    hedged: bool
    start: str = ""
    repeats: bool = False

    def __str__(self) -> str:
        start = f", from the printed {self.start}" if self.start else ""
        return f"{HEDGE if self.hedged else ''}{self.words}{start}"


def find_causes(of_figure: list[Case], more: Collection[str] = ()) -> list[Explained]:
    """The causes that reproduce a figure, of the most plausible sort that has any; ``more`` stand beside the second."""
    for place, kinds in enumerate(_SORTS):
        found = [replace(cause, repeats=place in _REPEATED) for kind in kinds for cause in _fitting(of_figure, kind)]
        if place == 1:
            found += [Explained(words, _is_small(of_figure[0])) for words in more]
        if found:
            unique = {cause.words: cause for cause in reversed(found)}
            many = len(unique) > _MOST_CAUSES
            return [replace(cause, hedged=cause.hedged or many) for cause in list(unique.values())[::-1][:_MOST_CAUSES]]
    return []


def _fitting(of_figure: list[Case], kind: Callable[[Case], Iterator[Hypothesis]]) -> Iterator[Explained]:
    """The hypotheses of one kind that reproduce the figure, where the kind says something."""
    tried: list[Fraction] = []
    fitting: list[tuple[Case, Any]] = []
    for case in of_figure:
        for words, number in kind(case):
            exact = _fraction(number)
            if exact is None:
                continue
            tried.append(exact)
            if follows(case.figure, exact) and _shows(case, exact):
                fitting.append((case, words))
    share = _share_explained(of_figure[0], tried) if fitting else 1.0
    if share > _MOST_EXPLAINED:
        return
    seen = set()
    for case, words in fitting:
        text = words if isinstance(words, str) else words()
        if text not in seen:
            seen.add(text)
            yield Explained(text, share > _SURE or _is_small(case), case.printed)


def _fraction(number: Any) -> Fraction | None:
    try:
        return Fraction(number)
    except (ValueError, OverflowError, TypeError):
        return None


def _shows(case: Case, number: Fraction) -> bool:
    """Does the change make a difference at the printed digits, and more than floats' own rounding?"""
    return abs(number - case.right) > max(case.figure.unit / 2, 8 * slack_of(case.right))


def _is_small(case: Case) -> bool:
    return abs(case.figure.value - case.right) < _SMALL * case.figure.unit


def _share_explained(case: Case, numbers: list[Fraction]) -> float:
    """Of the figures around the right one, as far as the slip goes, how many would this kind of hypothesis explain?"""
    unit = case.figure.unit
    right = round(case.right / unit)
    reach = max(abs(round(case.figure.value / unit) - right), _AROUND)
    explained = {round(number / unit) - right for number in numbers}
    near = [distance for distance in explained if 0 < abs(distance) <= reach]
    return 0.0 if len(near) <= _FEWEST_FIGURES else len(near) / (2 * reach)


# --- the table: what each kind changes ---------------------------------------------------------------------


def _sign(case: Case) -> Iterator[Hypothesis]:
    yield "sign reversed", -case.right


def _target_left_out(case: Case) -> Iterator[Hypothesis]:
    """a for a - t, of a softmax with its cross-entropy."""
    z = case.working.gradient_of.get(case.target)
    probability = case.working.probability(z) if z is not None else None
    if probability is not None:
        number = case.number(probability)
        a = probability.label or case.working.called.get(probability) or "a"
        yield f"{a} for {a} - t, the target not subtracted", number


def _left_out(case: Case) -> Iterator[Hypothesis]:
    """A term, a factor, a function or an exponent left out, or there once too often."""
    for node in reversed(case.step):  # the nearest first
        for words, change in _changes_at(node, case):
            yield from case.attempt(words, {node: change})


def _left_out_and_sign(case: Case) -> Iterator[Hypothesis]:
    for words, number in _left_out(case):
        yield (lambda words=words: f"sign reversed, and {words if isinstance(words, str) else words()}"), -number


def _changes_at(node: Value, case: Case) -> Iterator[tuple[Any, Callable[[Sequence[Any]], Any]]]:
    xs, op = node.operands, node.op
    if op == "mul":
        for place in (0, 1):
            if abs(_number(xs[place])) != 1:
                yield _left_out_factor(case, node, place), lambda o, place=place: o[1 - place]  # type: ignore[misc]
                yield _twice(case, xs[place]), lambda o, place=place: o[0] * o[1] * o[place]  # type: ignore[misc]
    elif op == "div":
        yield _left_out_divisor(case, node), lambda o: o[0]
        yield _divided_twice(case, xs[1]), lambda o: o[0] / o[1] / o[1]
        yield (lambda: f"multiplied by {case.name(xs[1])} and not divided"), lambda o: o[0] * o[1]
    elif op in ("add", "sub"):
        second = (lambda x: -x) if op == "sub" else (lambda x: x)
        if not isinstance(xs[1], Value) and 0 < xs[1] <= _LARGEST_EPSILON:
            return  # an ε, which is a convention
        yield _left_out_term(case, node, xs[1]), lambda o: o[0]
        yield _left_out_term(case, node, xs[0]), lambda o: second(o[1])
        yield (lambda: f"the sign of {case.name(xs[1])} reversed"), lambda o: o[0] - second(o[1])
    elif op in ("total", "weighted_sum"):
        yield from _of_a_sum(node, case)
    elif op == "pow":
        yield (lambda: f"the exponent {case.name(xs[1])} left out"), lambda o: o[0]
    elif op == "neg":
        if isinstance(xs[0], Value) and xs[0].op == "log":
            yield "the -ln left out", lambda o: numeric.exp(o[0])
        yield (lambda: f"the minus before {case.name(xs[0])} left out"), lambda o: o[0]
    elif len(xs) == 1:
        what = "activation " if is_activation(node) else ""
        yield (lambda: f"the {what}{_WRITTEN.get(op, op)} left out"), lambda o: o[0]


_WRITTEN = {"log": "ln"}


def _number(operand: Any) -> Any:
    return operand.data if isinstance(operand, Value) else operand


def _of_a_sum(node: Value, case: Case) -> Iterator[tuple[Any, Callable[[Sequence[Any]], Any]]]:
    terms = _terms(node)
    for place, term in enumerate(terms[:_MOST_NEAR]):

        def name(term: Any = term) -> str:
            return " · ".join(map(case.name, term))

        if all(_number(factor) != 0 for factor in term):
            left_out = lambda name=name, term=term: _bias_or_term(node, term, name())
            yield left_out, lambda o, place=place: _sum_of(node, o, {place: 0})  # type: ignore[misc]
            if len(terms) > 1:
                yield (lambda name=name: f"{name()} added twice"), lambda o, place=place: _sum_of(node, o, {place: 2})  # type: ignore[misc]
                yield (
                    (lambda name=name: f"the sign of {name()} reversed"),
                    lambda o, place=place: _sum_of(node, o, {place: -1}),  # type: ignore[misc]
                )


def _bias_or_term(node: Value, term: Sequence[Any], name: str) -> str:
    return f"the {'bias' if node.op == 'weighted_sum' and len(term) == 1 else 'term'} {name} left out"


def _terms(node: Value) -> list[tuple[Any, ...]]:
    """The terms of a sum, each as its factors."""
    if node.op != "weighted_sum":
        return [(operand,) for operand in node.operands]
    weights, inputs, bias = split_weighted_sum(node.operands)
    return [*zip(weights, inputs), (bias,)]


def _sum_of(node: Value, operands: Sequence[Any], times: Mapping[int, int]) -> Any:
    if node.op != "weighted_sum":
        terms = list(operands)
    else:
        weights, inputs, bias = split_weighted_sum(operands)
        terms = [*(w * x for w, x in zip(weights, inputs)), bias]
    return sum(times.get(place, 1) * term for place, term in enumerate(terms))


def _left_out_factor(case: Case, node: Value, place: int) -> Callable[[], str]:
    factor = node.operands[place]
    n = None if isinstance(factor, Value) or not factor else 1 / float(factor)
    if n is not None and n.is_integer() and n > 1:
        return lambda: share_left_out(case.working.listed, int(n))
    return lambda: f"the factor {_with_number(case, factor)} left out"


def _left_out_divisor(case: Case, node: Value) -> Callable[[], str]:
    divisor = node.operands[1]
    if not isinstance(divisor, Value) and float(divisor).is_integer() and divisor > 1:
        return lambda: share_left_out(case.working.listed, int(divisor))
    return lambda: f"the division by {_with_number(case, divisor)} left out"


def _left_out_term(case: Case, node: Value, term: Any) -> Callable[[], str]:
    def words() -> str:
        leaf = [x for x in node.operands if isinstance(x, Value) and x.primitive is None]
        if node.op == "add" and leaf == [term] and all(isinstance(x, Value) for x in node.operands):
            return f"the bias {case.name(term)} left out"
        others = [x for x in node.operands if isinstance(x, Value) and x is not term]
        is_target = node.op == "sub" and isinstance(term, Value) and term.primitive is None and others
        if is_target and others[0].primitive is not None:
            return f"{case.name(others[0])} for {case.name(node)}, {case.name(term)} left out"
        return f"the term {case.name(term)} left out"

    return words


def _twice(case: Case, factor: Any) -> Callable[[], str]:
    return lambda: f"multiplied by {_with_number(case, factor)} once too often"


def _divided_twice(case: Case, divisor: Any) -> Callable[[], str]:
    return lambda: f"divided by {_with_number(case, divisor)} once too often"


def _with_number(case: Case, operand: Any) -> str:
    name = case.name(operand)
    shown = case.name(_number(operand))
    return name if name == shown else f"{name.removeprefix('(').removesuffix(')')} = {shown}"


def _foreign_factor(case: Case) -> Iterator[Hypothesis]:
    """Multiplied by a number that stands near, but is no factor here."""
    of = case.working.gradient_of.get(case.target)
    for factor in [*([of] if of is not None else []), *case.starts][:_MOST_STARTS]:
        number = case.number(factor)
        if abs(number) not in (0.0, 1.0):
            for sign, reversed_sign in ((1, ""), (-1, "sign reversed, and ")):
                words = lambda s=reversed_sign, f=factor: f"{s}multiplied by {_with_number(case, f)}"
                yield words, sign * float(case.right) * number


def _replaced(case: Case) -> Iterator[Hypothesis]:
    """Another number in the place of one that the step starts from: another neuron's, z for a, ∂ for a value."""
    for start in case.starts[:_MOST_STARTS]:
        for other, number in _instead(start, case.numbers[start], case):
            if number != case.numbers[start]:
                words = lambda start=start, other=other: f"{other} in the place of {case.name(start)}"
                yield from case.attempt(words, numbers={start: number})


def _derivative_elsewhere(case: Case) -> Iterator[Hypothesis]:
    """The derivative of an activation taken at another place: at z for a, at a once more, at another neuron's a."""
    forward = set(case.working.listed)
    inside = set(case.step)
    near = {operand for node in case.step for operand in node.operands}
    active = [node for node in case.working.listed if is_activation(node)]
    for a in [node for node in active if node in near or node.operands[0] in near][:_MOST_STARTS]:
        users = [node for node in inside - forward if any(operand is a for operand in node.operands)]
        z = a.operands[0]
        of_z = [
            node for node in inside - forward if node.op != "mul" and any(operand is z for operand in node.operands)
        ]
        if of_z:
            words = lambda a=a: f"the derivative of {a.op} taken at {case.name(a)}"
            yield from case.attempt(words, {node: _with(node, z, floating(a.data)) for node in of_z})
        for other, number in _instead(a, floating(a.data), case) if users else ():
            words = lambda a=a, other=other: (  # type: ignore[misc]
                f"the derivative of {a.op} taken with {other} in the place of {case.name(a)}"
            )
            yield from case.attempt(words, {node: _with(node, a, number) for node in users})


def _with(node: Value, replaced: Value, number: float) -> Callable[[Sequence[Any]], Any]:
    places = [operand is replaced for operand in node.operands]
    return lambda o: operate(node, [number if there else x for x, there in zip(o, places)])


def _instead(start: Value, own: float, case: Case) -> Iterator[tuple[str, float]]:
    for other in case.working.alike(start)[:_MOST_ALIKE]:
        yield case.name(other), case.number(other)
    if is_activation(start) and start.primitive is not None and start.primitive.arity:
        z, *rest = start.operands
        if isinstance(z, Value):
            yield f"{case.name(z)} (before the {start.op})", case.number(z)
        with contextlib.suppress(*_OUTSIDE):
            yield f"{start.op}({case.name(start)})", apply(start.primitive, [own, *rest])
    gradient = case.working.node(Quantity(start, "grad")) if case.working.has_gradients else None
    if gradient is not None and gradient is not case.target:
        yield case.name(gradient), case.number(gradient)


def _exchanged(case: Case) -> Iterator[Hypothesis]:
    """Two numbers of the step in each other's place."""
    for first, second in combinations(case.starts[:_MOST_STARTS], 2):
        if second in case.working.alike(first):
            words = lambda first=first, second=second: f"{case.name(first)} and {case.name(second)} exchanged"
            yield from case.attempt(words, numbers={first: case.numbers[second], second: case.numbers[first]})


def _rounded(case: Case) -> Iterator[Hypothesis]:
    """Numbers on the way rounded or cut: every one, or each product before it is added."""
    inner = [node for node in case.step if node is not case.target]
    places = case.figure.places
    for verb, cut in (("rounded to", False), ("cut after", True)):
        for digits in (places, places + 1, places - 1):
            if digits < 1:
                continue
            how = rounding(digits, cut=cut)
            unit = f"{digits} decimal{'s' * (digits != 1)}"
            if inner:
                rules = {node: _rounds(node, how) for node in inner}
                yield from case.attempt(f"numbers on the way {verb} {unit}", rules)
            sums = {node: _rounds_products(node, how) for node in case.step if node.op == "weighted_sum"}
            if sums:
                yield from case.attempt(f"each product {verb} {unit} before the sum", sums)


def _rounds(node: Value, how: Callable[[float], float]) -> Callable[[Sequence[Any]], Any]:
    return lambda operands: how(floating(operate(node, operands)))


def _rounds_products(node: Value, how: Callable[[float], float]) -> Callable[[Sequence[Any]], Any]:
    def products(operands: Sequence[Any]) -> Any:
        weights, inputs, bias = split_weighted_sum(operands)
        return sum([how(floating(w * x)) for w, x in zip(weights, inputs)]) + bias

    return products


def _in_float32(case: Case) -> Iterator[Hypothesis]:
    yield from case.attempt("float32 for float64", {node: _rounds(node, to_float32) for node in case.step})


def _misprinted(case: Case) -> Iterator[Hypothesis]:
    """The right digits at another place, or in another order."""
    for power in (1, 2, 3):
        for shifted in (case.right * 10**power, case.right / 10**power):
            yield "the decimal point shifted", shifted
            yield "the decimal point shifted", Fraction(int(shifted / case.figure.unit)) * case.figure.unit
    right = case.figure.rewrite(case.right).removesuffix("%")
    if len(right.lstrip("-0.").replace(".", "")) < _FEWEST_TO_EXCHANGE:
        return
    scale = Fraction(1, 100) if case.figure.percent else 1
    for place, (first, second) in enumerate(pairwise(right)):
        if first.isdigit() and second.isdigit() and first != second and "e" not in right[:place]:
            swapped = right[:place] + second + first + right[place + 2 :]
            yield f"two digits exchanged, {swapped} for {right}", Fraction(swapped) * scale


def _others(case: Case) -> Iterator[Hypothesis]:
    """The figure of a neighbour: of what uses it, of what is used with it, of its like."""
    near: dict[Value, None] = dict.fromkeys(
        [*value_operands(case.target), *case.starts, *case.working.alike(case.target)]
    )
    for node in case.working.called:
        if case.target in node.operands:
            near[node] = None
    for node in list(near)[:20]:
        if node is not case.target and (node.label or node in case.working.called):
            yield (lambda node=node: _whose(case, node)), case.number(node)


def _whose(case: Case, node: Value) -> str:
    name = case.name(node)
    return f"the gradient of {name.partition('/∂')[2]}" if "/∂" in name else f"the figure of {name}"


# The most plausible first: only where none of a sort gives the figure is the next one asked.
_SORTS: tuple[tuple[Callable[[Case], Iterator[Hypothesis]], ...], ...] = (
    (_sign,),
    (_target_left_out, _left_out, _foreign_factor),
    (_replaced, _derivative_elsewhere, _exchanged, _left_out_and_sign),
    (_rounded, _in_float32),
    (_misprinted,),
    (_others,),
)

_REPEATED = (1, 2)  # the sorts of mistakes that a person makes again


# --- one figure --------------------------------------------------------------------------------------------


def explanations(x: Value, printed: Any, of: str = "data", root: Value | None = None) -> list[str]:
    """Which named mistakes make ``printed`` of what ``x`` (or its gradient) is, the most plausible sort alone.

    >>> from autograd import Value
    >>> w = Value(0.3, label="w")
    >>> y = (w * 2).tanh()
    >>> explanations(w, "-1.4232", of="grad", root=y)
    ['sign reversed']

    An empty list where the figure is right, or nothing in the table gives it. What begins with
    "consistent with" fits a slip that is too small to say more.
    """
    working = Working(x if root is None or of == "data" else root, [x])
    target = working.node(Quantity(x, of))
    figure = Figure.read(printed)
    if target is None:
        return []
    right = working.precise(target) or exactly(target.data)[0]
    if right is None or follows(figure, right, cut=True) or figure.significant < 2:
        return []
    of_figure = cases(working, target, figure, right, {})
    found = find_causes(of_figure, only_conventions(working, Quantity(x, of), figure)) if of_figure else []
    return only_words(found)


def only_words(found: Collection[Explained]) -> list[str]:
    return [str(cause) for cause in found]


def is_hedged(cause: str) -> bool:
    """Is it a cause that a small slip is only consistent with?"""
    return cause.startswith(HEDGE)
