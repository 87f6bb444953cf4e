"""check_gradient: what agrees, what is a kink, what is wrong, and where."""

import math
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

import autograd
from autograd import (
    DomainError,
    KindError,
    NumberOverflowError,
    Value,
    check_gradient,
    elu,
    gelu,
    log,
    logsumexp,
    maximum,
    relu,
    softmax,
    softplus,
    sqrt,
)
from autograd.gradcheck import _judged, _Slope
from autograd.numeric import sign, step
from autograd.primitives import PRIMITIVES

SMOOTH = {
    "product": (lambda x, y: x * y / (1 + y * y), (2.0, -0.5)),
    "power of a negative": (lambda x: x**3 + x**-2, (-2.0,)),
    "power by its exponent": (lambda x, y: x**y, (0.3, 2.5)),
    "near the end of the domain": (log, (1e-12,)),
    "saturated": (lambda x: x.tanh() + x.sigmoid(), (30.0,)),
    "not for complex numbers": (lambda x: gelu(x) * elu(x), (-0.7,)),
    "close to a kink": (lambda x: relu(x) * x, (1e-6,)),
    "softmax": (lambda x: log(softmax(x)[1]) * x[0], ([0.3, -1.0, 2.0],)),
    "logsumexp": (lambda x, w: logsumexp([x * w[0], w[1], x]) * gelu(x), (0.5, [0.3, -2.0])),
    "cancelling": (lambda x: logsumexp([x, 1.0]) - logsumexp([x, 1.0]), (0.1,)),
    "whole numbers": (lambda x, y: x * x * y, (3, 5)),
    "fractions": (lambda x: x * x * x, (Fraction(1, 3),)),
    "decimals": (lambda x: x.exp() * x, (Decimal("1.3"),)),
    "constant": (lambda x: 5, (1.0,)),
    "a Value as the point": (lambda x, w: x * w[0], (Value(2.0), [Value(3.0)])),
}


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", SMOOTH)
def test_agrees(name, order):
    f, at = SMOOTH[name]
    report = check_gradient(f, *at, order=order)
    assert report, str(report)
    assert {row.verdict for row in report.comparisons} == {"agrees"}
    count = sum(len(x) if isinstance(x, list) else 1 for x in at)
    assert len(report.comparisons) == (count if order == 1 else count + count**2)


@pytest.mark.parametrize(
    "f, left, right",
    [
        (abs, -1, 1),
        (relu, 0, 1),
        (lambda x: maximum(x, 2 * x), 1, 2),
        (lambda x: 2 * x if x > 0 else 3 * x, 3, 2),
        (lambda x: relu(x) - relu(-x) + abs(x), 0, 2),
    ],
)
def test_a_kink_is_no_error(f, left, right):
    report = check_gradient(f, 0.0)
    [row] = report.comparisons
    assert (row.verdict, row.numerical) == ("kink", pytest.approx((left, right), abs=1e-9))
    assert report and "kink" in str(report)


def test_an_error_at_a_kink_is_an_error(monkeypatch):
    monkeypatch.setitem(PRIMITIVES, "relu", replace(PRIMITIVES["relu"], partials=(lambda out, x: 3,)))
    [row] = check_gradient(relu, 0.0).comparisons
    assert row.verdict == "differs"


def test_a_kink_in_the_second_derivative_only():
    first, second = check_gradient(lambda x: relu(x) * relu(x), 0.0, order=2).comparisons
    assert (first.verdict, second.verdict) == ("agrees", "kink")


def test_names_the_operand_whose_partial_is_wrong(monkeypatch):
    div = PRIMITIVES["div"]
    monkeypatch.setitem(PRIMITIVES, "div", replace(div, partials=(div.partials[0], lambda out, x, y: out / y)))
    report = check_gradient(lambda x, y: x * (x / y).tanh(), 2.0, 4.0)
    assert [row.verdict for row in report.comparisons] == ["agrees", "differs"]
    assert str(report).endswith("wrong: the partial of div by operand 2 (y = 4.0) is 0.125, and numerically -0.125")


def test_names_the_operand_that_is_wrong_in_the_second_derivative(monkeypatch):
    cos = PRIMITIVES["cos"]
    monkeypatch.setitem(PRIMITIVES, "cos", replace(cos, partials=(lambda out, x: autograd.sin(x),)))
    first, second = check_gradient(autograd.sin, 0.5, order=2).comparisons
    assert (first.verdict, second.verdict) == ("agrees", "differs")
    assert "partial of cos by operand 1 (x = 0.5)" in str(check_gradient(autograd.sin, 0.5, order=2))


def test_a_composite_with_a_wrong_partial(monkeypatch):
    row = PRIMITIVES["logsumexp"]
    wrong = replace(row, partials=lambda out, operands: [1] * len(operands))
    monkeypatch.setitem(PRIMITIVES, "logsumexp", wrong)
    report = check_gradient(lambda x: logsumexp([x, 1.0]), 0.5)
    assert not report
    assert "partial of logsumexp by operand 1 (x = 0.5)" in str(report)


def test_what_is_computed_outside_of_the_graph_is_said():
    report = check_gradient(lambda x: x * x.data, 3.0)
    assert not report and "outside of the graph" in str(report)


def test_a_function_that_gives_another_number_each_time_is_refused():
    calls = iter(range(10**6))
    with pytest.raises(DomainError, match=r"gives 0\.0 and then 3.0 for the same numbers"):
        check_gradient(lambda x: x * float(next(calls)), 3.0)


def test_a_report_shows_its_table_at_the_prompt():
    report = check_gradient(lambda x: x * x, 3.0)
    assert repr(report) == str(report) and "1 of 1 derivatives agree" in repr(report)


def test_a_jump_has_no_slope():
    for f in (step, sign, lambda x: x + step(-x)):
        [row] = check_gradient(f, 0.0).comparisons
        assert (row.verdict, math.inf in map(abs, row.numerical)) == ("kink", True)


def test_a_function_without_a_signature():
    assert [row.name for row in check_gradient(max, 1.0, 2.0).comparisons] == ["d/dx1", "d/dx2"]


def test_a_function_that_treats_complex_numbers_otherwise_is_differenced():
    [row] = check_gradient(lambda x: x * (5 if isinstance(x.data, complex) else 2), 1.0).comparisons
    assert (row.verdict, row.method) == ("agrees", "central differences")
    [row] = check_gradient(lambda x: x + (x.data.imag * 1e20) ** 2 * 1e-20 if x.data.imag else x, 1.0).comparisons
    assert row
    [row] = check_gradient(lambda x: x * 2 if 0 < x.data.imag < 1e-25 else x, 1.0).comparisons
    assert (row.verdict, row.method) == ("agrees", "central differences")


def test_a_second_kink_nearer_than_the_shortest_step_leaves_that_side_untold():
    [row] = check_gradient(lambda x: relu(x) + relu(x - 1e-12), 0.0).comparisons
    left, right = row.numerical
    assert (row.verdict, left, math.isnan(right)) == ("kink", 0.0, True)


def test_steps_stay_within_the_domain():
    [row] = check_gradient(lambda x: relu(x) * log(x), 1e-3).comparisons
    assert (row.verdict, row.method) == ("agrees", "central differences")


def test_undecided_where_no_step_gives_a_slope_that_settles():
    unsettled = _Slope(central=1.0, error=0.5, tolerance=1e-8, method="central differences")
    comparison = _judged("d/dx", 1.0, unsettled, scale=1.0)
    assert comparison.verdict == "undecided" and not comparison


def test_bad_calls():
    with pytest.raises(DomainError, match="order is 3"):
        check_gradient(relu, 1.0, order=3)
    with pytest.raises(KindError, match="and must be real"):
        check_gradient(lambda x: x * x, 1 + 2j)
    with pytest.raises(KindError, match="'x'"):
        check_gradient(lambda x: x, "x")


def test_mpmath_numbers_are_differenced_at_a_higher_precision():
    mpmath = pytest.importorskip("mpmath")
    with mpmath.workdps(40):
        [row] = check_gradient(lambda x: x * x * x, mpmath.mpf("0.1")).comparisons
        assert row and abs(row.numerical - mpmath.mpf("0.03")) < mpmath.mpf("1e-25")


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan")])
def test_a_number_that_is_not_finite_is_refused(number):
    with pytest.raises(ValueError, match="needs a finite number"):
        check_gradient(lambda x: x * x, number)


def test_a_point_at_the_edge_of_the_domain_is_undecided():
    [comparison] = check_gradient(autograd.log, 5e-324).comparisons
    assert comparison.verdict == "undecided"


@pytest.mark.parametrize("distance", [1e-1, 1e-3, 1e-6, 1e-9])
def test_beside_a_pole_or_a_kink_steps_stay_on_the_side_of_the_point(distance):
    for f in (lambda x: abs(1 / (x - 1)), lambda x: abs(x - 1) + softplus(abs(x - 1)), lambda x: abs(log(x - 1))):
        [row] = check_gradient(f, 1 + distance).comparisons
        assert (row.verdict, row.method) == ("agrees", "central differences")


@pytest.mark.parametrize("x", [1e-150, 1e-100, 1e-12, 1e12])
def test_steps_fit_the_point(x):
    for f in (lambda x: abs(x) * abs(x), lambda x: sqrt(abs(x)), lambda x: abs(x.sin()), log, abs):
        [row] = check_gradient(f, x).comparisons
        assert row.verdict == "agrees"


@pytest.mark.parametrize("scale", [1e-300, 1e-150, 1e150, 1e300])
def test_a_wrong_gradient_is_noticed_on_every_scale(scale):
    for f in (lambda x: scale * x * x.data, lambda x: scale * abs(x) * x.data):
        [row] = check_gradient(f, 0.5).comparisons
        assert row.verdict == "differs"
    for f in (lambda x: scale * x.tanh(), lambda x: scale * abs(x), lambda x: scale * x * relu(x)):
        [row] = check_gradient(f, 0.5).comparisons
        assert row.verdict == "agrees"


def test_a_wrong_partial_is_named_on_every_scale(monkeypatch):
    monkeypatch.setitem(PRIMITIVES, "neg", replace(PRIMITIVES["neg"], partials=(lambda out, x: 1,)))
    report = check_gradient(lambda x: 1e-200 * (-x), 0.5)
    assert report.wrong_operands == ["wrong: the partial of neg by operand 1 (x = 0.5) is 1, and numerically -1"]


def test_what_is_too_large_for_a_float_is_undecided_or_said():
    assert [row.verdict for row in check_gradient(lambda x: x * x, 1e300).comparisons] == ["undecided"]
    assert [row.verdict for row in check_gradient(lambda x: 1 / x, 1e-200).comparisons] == ["undecided"]
    with pytest.raises(NumberOverflowError, match=r"check_gradient: at .* a number is too large for a float"):
        check_gradient(lambda x: x * x, Fraction(10) ** 400)
    with pytest.raises(NumberOverflowError, match="too large"):
        check_gradient(lambda x: x * x, 10**400)
    with pytest.raises(NumberOverflowError, match=r"exp of x = 1000.0"):
        check_gradient(lambda x: x.exp(), 1000.0)


@pytest.mark.parametrize("kind", ["Decimal", "mpf"])
def test_a_smooth_function_of_a_decimal_has_no_kink_at_its_lowest_point(kind):
    zero = Decimal(0) if kind == "Decimal" else pytest.importorskip("mpmath").mpf(0)
    first, second = check_gradient(lambda x: x * x + x * x * x, zero, order=2).comparisons
    assert (first.verdict, second.verdict) == ("agrees", "agrees")
    [row] = check_gradient(abs, zero).comparisons
    assert (row.verdict, row.numerical) == ("kink", (-1, 1))


def test_a_function_that_does_not_change_by_an_argument_has_slope_0():
    assert [row.verdict for row in check_gradient(maximum, 0.7, -1.3).comparisons] == ["agrees", "agrees"]
    assert [row.verdict for row in check_gradient(lambda x: 3 + relu(x), -2.0, order=2).comparisons] == ["agrees"] * 2


def test_a_decimal_that_is_lost_beside_the_step_is_not_called_wrong():
    first, second = check_gradient(lambda x: x * x * x, Decimal("1e-200"), order=2).comparisons
    assert "differs" not in (first.verdict, second.verdict)
    assert not check_gradient(lambda x: x * x * x.data, Decimal("0.7"))


def test_a_slope_from_one_side_that_does_not_settle_is_undecided():
    [row] = check_gradient(lambda x: x**1.5, 0.0).comparisons
    assert row.verdict == "undecided"


def test_zero_to_a_variable_power_is_flat_to_any_order():
    assert [row.verdict for row in check_gradient(lambda y: 0 ** y, 0.5, order=2).comparisons] == ["agrees"] * 2
