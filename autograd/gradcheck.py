"""The engine's derivatives beside numerical ones: which agree, which do not, and which rule is wrong.

>>> from autograd import check_gradient, relu, tanh
>>> print(check_gradient(lambda x, y: x * tanh(y) ** 2, 3.0, 0.0))
derivative  engine  numerical  difference  verdict  by
d/dx             0          0           0  agrees   complex step
d/dy             0          0           0  agrees   complex step
2 of 2 derivatives agree

At a kink there are two slopes, and the engine takes one of them, or one between; that is no error:

>>> print(check_gradient(relu, 0.0))
derivative  engine  numerical  difference  verdict  by
d/dx             0      0 | 1              kink     one-sided differences
1 of 1 derivatives agree
"""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from . import kinds
from .derivatives import Point, grad, is_sequence
from .errors import AutogradError, DomainError, KindError, NumberOverflowError
from .graph import topological_order
from .interpret import pull_back
from .messages import given, quoted
from .value import Undefined, Value

__all__ = ["Comparison", "GradientReport", "check_gradient"]

# Relative to the sum of |contributions| (see _magnitudes). The complex step has no truncation error and
# no cancellation, so what differs is rounding; differences are extrapolated, to about 10 digits.
COMPLEX_TOLERANCE, DIFFERENCE_TOLERANCE = 1e-10, 1e-8

_SMALLEST = sys.float_info.min  # below it floats have fewer digits

_CONTRACTION = 2.0  # from one step to the next shorter one
_STEPS = 10
_PARTS = (1.0, 2.0**-7, 2.0**-14, 2.0**-21, 2.0**-28)  # of the longest step, to begin with


@dataclass(frozen=True)
class Comparison:
    """One derivative: ``verdict`` is "agrees", "kink", "differs" or "undecided"."""

    name: str
    engine: Any
    numerical: Any  # at a kink: the slopes from the left and from the right
    verdict: str
    method: str

    def __bool__(self) -> bool:
        return self.verdict in ("agrees", "kink")


@dataclass(frozen=True)
class GradientReport:
    """True if every derivative agrees; prints as a table, and below it names the rules that are wrong."""

    comparisons: list[Comparison]
    wrong_operands: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return all(self.comparisons)

    def __str__(self) -> str:
        rows = [("derivative", "engine", "numerical", "difference", "verdict", "by")]
        for row in self.comparisons:
            if isinstance(row.numerical, tuple):
                shown, difference = " | ".join(map(_shown, row.numerical)), ""
            else:
                shown, difference = _shown(row.numerical), _shown(abs(row.engine - row.numerical), 2)
            rows.append((row.name, _shown(row.engine), shown, difference, row.verdict, row.method))
        widths = [max(map(len, column)) for column in zip(*rows)]
        lines = [
            f"{name:<{widths[0]}}  {engine:>{widths[1]}}  {numerical:>{widths[2]}}  {difference:>{widths[3]}}  "
            f"{verdict:<{widths[4]}}  {method}"
            for name, engine, numerical, difference, verdict, method in rows
        ]
        agreeing = sum(map(bool, self.comparisons))
        return "\n".join(
            [*lines, f"{agreeing} of {len(self.comparisons)} derivatives agree", *self.wrong_operands]
        )

    __repr__ = __str__


def _shown(number: Any, digits: int = 10) -> str:
    return f"{number:.{digits}g}" if isinstance(number, (float, int, Decimal)) else str(number)


def check_gradient(f: Callable[..., Any], *xs: Any, order: int = 1) -> GradientReport:
    """Compare the derivatives of ``f`` at ``xs`` with numerical ones; ``order=2`` the second ones too.

    >>> from autograd import Value
    >>> bool(check_gradient(lambda w: w[0] * w[1] ** 3, [2.0, 0.5], order=2))
    True
    >>> detached = check_gradient(lambda x: x * x.data, 3.0)
    >>> bool(detached)
    False
    >>> print(detached)
    derivative  engine  numerical  difference  verdict  by
    d/dx             3          6           3  differs  complex step
    0 of 1 derivatives agree
    each partial in the graph is right: f computes something from its arguments outside of the graph

    ``f`` is a function of Values, as for :func:`gradient`; it is called many times, and must give the
    same for the same numbers. The numerical derivative is the complex step (Squire and Trapp, 1998)
    where every operation has a meaning for complex numbers; otherwise central differences with steps
    that do not cross a kink, extrapolated (Ridders, 1982); Decimals and mpmath numbers are differenced
    at three times their precision. If a derivative differs, each partial of the graph is compared
    likewise, and the report names the operands whose partial is wrong.

    Raises KindError (a TypeError) for kinds without a numerical derivative, such as SymPy's, and
    DomainError (a ValueError) for a number that is not finite.
    """
    if order not in (1, 2):
        raise DomainError(f"check_gradient: order is {quoted(order)}, and must be 1 or 2")
    point = Point("check_gradient", tuple(_plain(x) for x in xs))
    point.name_variables(_parameter_names(f))
    names = [variable.label for variable in point.variables]
    numbers = [variable.data for variable in point.variables]
    for name, number in zip(names, numbers):
        if not isinstance(number, (float, int, Fraction, Decimal)) and not _is_mpf(number):
            raise KindError(f"check_gradient: {name} is {given(number)}, and must be real: it has no other derivative")
        if not abs(number) < math.inf:
            raise DomainError(f"check_gradient: {name} is {number!r}; a numerical derivative needs a finite number")

    output, again = point.value_of(f, "check_gradient"), point.value_of(f, "check_gradient")
    if output.data != again.data and output.data == output.data:
        raise DomainError(
            f"check_gradient: the function gives {quoted(output.data)} and then {quoted(again.data)} for the same "
            "numbers; take what is random, or counts its calls, out of it"
        )
    try:
        return _compared_derivatives(f, point, output, order)
    except OverflowError as error:
        if isinstance(error, AutogradError):
            raise
        raise NumberOverflowError(
            f"check_gradient: at {', '.join(map(quoted, numbers))} a number is too large for a float, in which "
            "derivatives of whole numbers and Fractions are compared; use smaller numbers, or Decimals"
        ) from None


def _compared_derivatives(f: Callable[..., Any], point: Point, output: Value, order: int) -> GradientReport:
    names = [variable.label for variable in point.variables]
    numbers = [variable.data for variable in point.variables]
    values = lambda at: [point.moved_to(at).value_of(f, "check_gradient")]
    graphs = [([output], ["d/d{}"], values)]
    if order == 2:
        slopes = lambda at: _slopes(point.moved_to(at), f)
        graphs.append((_slopes(point, f), [f"d²/d{name} d{{}}" for name in names], slopes))
    comparisons: list[Comparison] = []
    wrong: list[str] = []
    for roots, templates, recorded in graphs:
        engine = [grad(root, point.variables) for root in roots]
        scales = [_magnitudes(root, point.variables) for root in roots]
        numerical = [_differentiate(recorded, numbers, place) for place in range(len(numbers))]
        for row, (root, template) in enumerate(zip(roots, templates)):
            found = [
                _judged(template.format(name), engine[row][place], numerical[place][row], scales[row][place])
                for place, name in enumerate(names)
            ]
            comparisons += found
            if not all(found):
                wrong += [line for line in _wrong_operands(root) if line not in wrong]
    if not all(comparisons) and not wrong:
        wrong = ["each partial in the graph is right: f computes something from its arguments outside of the graph"]
    return GradientReport(comparisons, wrong)


def _plain(x: Any) -> Any:
    if isinstance(x, Value):
        return x.data
    return [_plain_number(number) for number in x] if is_sequence(x) else x


def _plain_number(number: Any) -> Any:
    return number.data if isinstance(number, Value) else number


def _slopes(point: Point, f: Callable[..., Any]) -> list[Value]:
    return grad(point.value_of(f, "check_gradient"), point.variables, create_graph=True)


def _parameter_names(f: Callable[..., Any]) -> list[str]:
    try:
        return [
            parameter.name
            for parameter in inspect.signature(f).parameters.values()
            if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        ]
    except (TypeError, ValueError):  # some builtins have no signature
        return []


def _is_mpf(number: Any) -> bool:
    return kinds.is_mpmath(number) and not hasattr(number, "_mpc_")


def _magnitudes(root: Value, inputs: Sequence[Value]) -> list[float]:
    """Σ |contribution| over all paths to each input: what rounding in the gradient is relative to.

    A partial such as 1 - tanh² is rounded to about an ulp of 1 where it is nearly 0: see _cancellation.
    """
    order = topological_order(root)
    sizes = {node: [_size(node, partial) for partial in node.partials] for node in order}

    def terms(node: Value, own: float) -> Iterator[tuple[Value, float, float]]:
        for operand, size in zip(node.operands, sizes[node]):
            if isinstance(operand, Value):
                yield operand, size, own * size

    found = pull_back(order, {root: 1.0}, terms)
    return [found.get(x, 0.0) for x in inputs]


def _size(node: Value, partial: Any) -> float:
    return 0.0 if isinstance(partial, Undefined) else abs(float(partial)) + _cancellation(node)


# Rows whose partial is a difference of numbers near 1; the others' have no rounding but a relative one.
_CANCELLING = {"tanh", "sigmoid", "gelu", "softmax", "log_softmax"}


def _cancellation(node: Value) -> float:
    return 1e-6 if node.op in _CANCELLING else 0.0


# --- numerical derivatives -------------------------------------------------------------------------


@dataclass(frozen=True)
class _Slope:
    """A numerical derivative, and the error that it is likely to have; ``left`` and ``right`` where they differ."""

    central: Any
    error: Any
    tolerance: float
    method: str
    left: Any = None
    right: Any = None
    error_of_sides: float = 0.0
    reach: float = 0.0  # what the function changes by over long steps: beside it a slope is seen to be 0


def _differentiate(
    recorded: Callable[[list[Any]], list[Value]], numbers: list[Any], place: int
) -> list[_Slope]:
    """The slopes of each of the functions that ``recorded`` evaluates, by the number at ``place``."""

    def moved(step: Any) -> list[Value]:
        return recorded([*numbers[:place], numbers[place] + step, *numbers[place + 1 :]])

    x = numbers[place]
    if isinstance(x, Decimal):
        with localcontext() as context:
            digits, context.prec = context.prec, 3 * context.prec + 10
            h, rounding = max(abs(x), Decimal(1)) * Decimal(10) ** -digits, Decimal(10) ** -context.prec
            return _differences(moved, h, rounding, 10.0 ** -min(digits // 2, 300))
    if _is_mpf(x):
        mp = x.context
        with mp.workprec(3 * mp.prec + 30):
            return _differences(moved, max(abs(x), mp.one) * mp.mpf(2) ** -((mp.prec - 30) // 3), +mp.eps, 1e-8)
    numbers = [float(number) if isinstance(number, Fraction) else number for number in numbers]
    return _complex_step(moved, recorded(numbers)) or _ridders(moved, float(x))


def _complex_step(moved: Callable[[Any], list[Value]], real: list[Value]) -> list[_Slope] | None:
    """Im f(x + ih) / h, for two steps h that must agree; None where complex numbers do not pass through."""
    found = []
    try:
        for h in (1e-30, 1e-20):
            values = [value.data for value in moved(complex(0.0, h))]
            found.append([value.imag / h for value in values])
    except (AutogradError, ArithmeticError, TypeError, ValueError, AttributeError):
        return None
    for value, root in zip(values, real):
        if not abs(value.real - root.data) <= 1e-9 * max(1.0, abs(root.data)):
            return None
    for first, second in zip(*found):
        if not abs(first - second) <= 1e-11 * abs(first):
            return None
    return [_Slope(slope, 0.0, COMPLEX_TOLERANCE, "complex step") for slope in found[0]]


def _differences(moved: Callable[[Any], list[Value]], h: Any, rounding: Any, tolerance: float) -> list[_Slope]:
    """Differences at a precision that leaves little rounding, with a step and with half of it."""
    steps = (-h, -h / 2, 0 * h, h / 2, h)
    slopes = []
    for low, below, middle, above, high in zip(*([value.data for value in moved(step)] for step in steps)):
        left, right = (middle - below) / (h / 2), (above - middle) / (h / 2)
        gap, longer_gap = abs(right - left), abs((high - middle) / h - (middle - low) / h)
        # What is smooth has a gap that halves with the step; that of a kink stays.
        kink = float(gap) > tolerance * float(max(abs(left), abs(right))) and 4 * gap > 3 * longer_gap
        sides = {"left": left, "right": right} if kink else {}
        central = (above - below) / h
        error = abs((high - low) / (2 * h) - central) + rounding * max(abs(low), abs(high)) / h
        reach = float(max(abs(high - middle), abs(middle - low)) / h)
        slopes.append(_Slope(central, error, tolerance, "differences at higher precision", reach=reach, **sides))
    return slopes


class _Line:
    """Functions along one variable: their values at steps from the point, and the branch that each step is on."""

    def __init__(self, moved: Callable[[Any], list[Value]], x: float) -> None:
        self._moved = moved
        self._x = x
        self._known: dict[float, tuple[list[float] | None, Any]] = {}

    def at(self, step: float) -> tuple[list[float] | None, Any]:
        """(the values, the branch); None for the values where one of them does not exist."""
        if step not in self._known:
            try:
                roots = self._moved(step)
                self._known[step] = ([float(root.data) for root in roots], _branches(roots))
            except (AutogradError, ArithmeticError, ValueError):
                self._known[step] = (None, None)
        return self._known[step]

    def longest_step(self, sides: tuple[int, ...], branch: Any, scale: float) -> float:
        """The longest step that stays on ``branch`` on each of the sides; 0 if there is none."""
        h = 0.03125 * scale
        while h > 1e-13 * scale:
            if all(self.at(side * h)[1] == branch for side in sides):
                return h
            h /= 8.0
        return 0.0

    def difference(self, row: int, low: float, high: float) -> tuple[float, float]:
        """(the slope of a chord, the rounding in it); nan where one of its ends does not exist."""
        below, above = self.at(low)[0], self.at(high)[0]
        width = (self._x + high) - (self._x + low)  # what is left of it beside x
        if below is None or above is None or not width:
            return math.nan, math.nan
        return (above[row] - below[row]) / width, math.ulp(max(abs(below[row]), abs(above[row]))) / width

    def slope(self, row: int, starts: Sequence[float]) -> tuple[float, float]:
        """(slope, likely error) by central differences, with the length of step that does best."""
        chord = lambda h: self.difference(row, -h, h)
        found = [_extrapolated(chord, start * part, 2) for start in starts for part in _PARTS]
        # Steps over many periods give slopes, and errors, that are small: what counts is their ratio, if it tells.
        settled = [(slope, error) for slope, error in found if error < 1e-3 * abs(slope)]
        if settled:
            return min(settled, key=lambda entry: entry[1] / abs(entry[0]))
        return min(found, key=lambda entry: entry[1])


def _ridders(moved: Callable[[Any], list[Value]], x: float) -> list[_Slope]:
    """Central differences with ever shorter steps, extrapolated to none; and from each side, for kinks."""
    line = _Line(moved, x)
    here, branch = line.at(0.0)
    assert here is not None
    scale = _power_of_two_below(max(abs(x), 1.0))
    longest = line.longest_step((-1, 1), branch, scale)
    # Beside 0 a function may change over lengths like x itself.
    shorter = line.longest_step((-1, 1), branch, _power_of_two_below(abs(x))) if 0.0 < abs(x) < 1e-3 else 0.0
    slopes = []
    for row in range(len(here)):
        central = line.slope(row, (longest, shorter))
        reach = 1e-4 * abs(here[row]) / scale
        sides = []
        for side in (-1, 1):
            h = longest or shorter or line.longest_step((side,), line.at(side * 1e-12 * scale)[1], scale)
            chord = lambda h: line.difference(row, *sorted((0.0, side * h)))  # noqa: B023
            jump = math.copysign(math.inf, chord(h)[0]), 0.0
            sides.append(jump if _jumps(chord, h) else _extrapolated(chord, h, 1))
            reach = max(reach, abs(chord(h)[0]))
        (left, left_error), (right, right_error) = sides
        largest, error = max(abs(left), abs(right)), left_error + right_error
        missing = left != left or right != right  # outside of the domain
        apart = abs(right - left) > 1e-5 * largest + 10 * error and error <= 1e-3 * largest
        if missing or apart or largest == math.inf:
            error = sum(error for slope, error in sides if slope == slope)
            slopes.append(_Slope(*central, DIFFERENCE_TOLERANCE, "one-sided differences", left, right, error))
        elif not longest and not shorter:
            error = max(error, abs(right - left))
            slopes.append(_Slope((left + right) / 2, error, DIFFERENCE_TOLERANCE, "one-sided differences", reach=reach))
        else:
            slopes.append(_Slope(*central, DIFFERENCE_TOLERANCE, "central differences", reach=reach))
    return slopes


def _power_of_two_below(x: float) -> float:
    """So that steps are powers of two, and x plus or minus a step is not rounded."""
    return math.ldexp(1.0, math.frexp(x)[1] - 1)


def _jumps(chord: Callable[[float], tuple[float, float]], h: float) -> bool:
    """Do the chords grow as 1/h, however short they are?"""
    if not h:
        return False
    long, medium, short = (abs(chord(h / part)[0]) for part in (1.0, 32.0, 1024.0))
    return 16 * long < medium < 64 * long and 512 * long < short < 2048 * long


def _extrapolated(difference: Callable[[float], tuple[float, float]], h: float, power: int) -> tuple[float, float]:
    """(slope, likely error) as the step goes to 0: the entry of Ridders' tableau that changes least.

    The error of a difference is a series in h to the multiples of ``power``.
    """
    best, error = math.nan, math.inf
    above: list[float] = []
    for _ in range(_STEPS if h else 0):
        slope, rounding = difference(h)
        entries = [slope]
        factor = 1.0
        for previous in above:
            factor *= _CONTRACTION**power
            entries.append((entries[-1] * factor - previous) / (factor - 1.0))
            change = max(abs(entries[-1] - entries[-2]), abs(entries[-1] - previous)) + rounding
            if change <= error:
                best, error = entries[-1], change
        above = entries
        h /= _CONTRACTION
    return best, error


def _branches(roots: Sequence[Value]) -> list[tuple[str, int]]:
    """The operations of a graph in order, each with the side of its kink on which it was computed."""
    sides = []
    for root in roots:
        for node in topological_order(root):
            primitive = node.primitive
            if primitive is not None:
                side = 0
                if primitive.kink_at is not None:
                    deciding = primitive.kink_at(*[_plain_number(operand) for operand in node.operands])
                    side = (deciding > 0) - (deciding < 0)
                sides.append((primitive.name, side))
    return sides


# --- verdicts --------------------------------------------------------------------------------------


def _judged(name: str, engine: Any, slope: _Slope, scale: float) -> Comparison:
    if engine != engine or abs(engine) == math.inf:  # too large a slope, or that of nothing
        return Comparison(name, engine, slope.central, "undecided", slope.method)
    if slope.left is not None:
        ends = [side for side in (slope.left, slope.right) if side == side]  # nan: outside of the domain
        if not ends or (len(ends) == 1 and abs(ends[0]) == math.inf):  # neither side tells anything
            return Comparison(name, engine, (slope.left, slope.right), "undecided", slope.method)
        room = slope.tolerance * max([scale, *(abs(float(end)) for end in ends)])  # inf at a jump: no slope is wrong
        outside = max(0.0, float(min(ends) - engine), float(engine - max(ends)))
        verdict = "kink" if outside <= room else "undecided" if outside <= 4 * slope.error_of_sides else "differs"
        return Comparison(name, engine, (slope.left, slope.right), verdict, slope.method)
    error = float(slope.error)
    if not error <= max(1e-4 * max(scale, abs(float(slope.central)), slope.reach), _SMALLEST):
        return Comparison(name, engine, slope.central, "undecided", slope.method)
    room = slope.tolerance * scale + 4 * error + _SMALLEST
    agrees = abs(float(engine - slope.central)) <= room
    return Comparison(name, engine, slope.central, "agrees" if agrees else "differs", slope.method)


def _wrong_operands(root: Value) -> list[str]:
    """A line for each partial of the graph under ``root`` that is not the derivative of its row's rule."""
    lines = []
    for node in topological_order(root):
        if node.op:
            for place, (operand, partial) in enumerate(zip(node.operands, node.partials)):
                if isinstance(operand, Value) and not isinstance(partial, Undefined):
                    comparison = _compared_partial(node, place, partial)
                    if comparison.verdict == "differs":
                        lines.append(f"wrong: {comparison.name} is {_shown(partial)}, and numerically "
                                     f"{_shown(comparison.numerical)}")
    return lines


def _compared_partial(node: Value, place: int, partial: Any) -> Comparison:
    """One partial of one node beside the numerical slope of the operation itself."""
    numbers = [_plain_number(operand) for operand in node.operands]
    operand = node.operands[place]

    def recorded(at: list[Any]) -> list[Value]:
        leaves = [Value(number) for number in at]
        return [leaves[0]._apply(_key(node), *leaves)]

    [slope] = _differentiate(recorded, numbers, place)
    name = f"the partial of {node.op}{' ' + node.label if node.label else ''} by operand {place + 1} ("
    name += f"{operand.label} = {quoted(operand.data)})" if operand.label else f"{quoted(operand.data)})"
    scale = max(abs(float(partial)), abs(float(slope.central)), _cancellation(node))
    return _judged(name, partial, slope, scale)


def _key(node: Value) -> str | tuple[str, int]:
    primitive = node.primitive
    assert primitive is not None
    return primitive.name if primitive.index < 0 else (primitive.name, primitive.index)
