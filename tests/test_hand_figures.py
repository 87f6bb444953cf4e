"""Printed figures and verdicts."""

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import AutogradError, FigureError, KindError, UnknownNameError, Value, check
from autograd.hand.figures import Figure


@pytest.mark.parametrize(
    ("x", "printed", "kind"),
    [
        (0.66818777, "0.668", "agrees"),
        (0.66818777, "0.67", "agrees"),
        (0.598687, "0.598", "truncated"),
        (-0.598687, "-0.598", "truncated"),
        (-0.598687, "-0.599", "agrees"),
        (0.598687, "-0.599", "slip"),
        (0.598687, "0.600", "slip"),  # trailing zeros count
        (0.598687, "0.60", "agrees"),
        (0.70, "0.700", "agrees"),
        (0.704, "0.700", "slip"),
        (0.704, "0.70", "agrees"),
        (0.00123, "1.2e-3", "agrees"),
        (0.00123, "1.20e-3", "slip"),
        (0.00123, "1.2×10⁻³", "agrees"),
        (0.00123, "1.2 · 10^-3", "agrees"),
        (1500, "2e3", "agrees"),  # a tie goes either way
        (1500, "1e3", "agrees"),
        (1501, "1e3", "truncated"),
        (1501, "1500", "slip"),  # all four digits are claimed
        (0.0, "0.00", "agrees"),
        (0.0, "-0.00", "agrees"),
        (0.004, "0.00", "agrees"),
        (0.006, "0.00", "truncated"),
        (-0.006, "0.00", "truncated"),
        (Fraction(1, 3), "0.333", "agrees"),
        (Fraction(2, 3), "0.666", "truncated"),
        (Decimal("0.125"), "0.13", "agrees"),
        (Decimal("0.1250000000000000000000000001"), "0.12", "truncated"),
        (math.inf, "1e9", "slip"),
        (math.nan, "0", "slip"),
        (1e300, "1e300", "agrees"),
        (5e-324, "0.0", "agrees"),
    ],
)
def test_kinds(x, printed, kind):
    assert check(x, printed).kind == kind


AROUND = {2.675: ("2.67", "2.68"), 1.005: ("1.00", "1.01"), 0.285: ("0.28", "0.29")}


@pytest.mark.parametrize("x", [2.675, math.nextafter(2.675, 3), 1.005, 0.285])
def test_a_float_next_to_a_tie_goes_either_way(x):
    assert {check(x, figure).kind for figure in AROUND[round(x, 3)]} == {"agrees"}


def test_a_number_of_mpmath_is_checked_to_all_its_digits():
    mpmath = pytest.importorskip("mpmath")
    with mpmath.workdps(50):
        for sign, minus in ((1, ""), (-1, "-")):
            x = sign * mpmath.exp(mpmath.mpf("-0.1"))
            assert check(x, minus + "0.904837418035959573164249059446").kind == "agrees"
            assert check(x, minus + "0.904837418035959573164249059447").kind == "slip"
        assert check(mpmath.mpf(0), "0.00").kind == "agrees" and check(mpmath.inf, "0.1").kind == "slip"
        with pytest.raises(KindError, match="complex"):
            check(mpmath.mpc(1, 2), "1.0")


def test_a_float_two_steps_from_a_tie_does_not():
    above = 2.675 + 3 * math.ulp(2.675)
    assert check(above, "2.68").kind == "agrees"
    assert check(above, "2.67").kind == "truncated"


@pytest.mark.parametrize(
    "printed",
    ["abc", "1,5", "", " ", "1.5.2", "--1", "nan", "inf", "1_000", "0x10", "1e", "e5", ".", "1/3", "１.５", "1 5", "±1",
     "1e99999999999", "9" * 5000, None, True, [0.5], Fraction(1, 3), math.nan, b"1"],
)  # fmt: skip
def test_what_is_no_figure(printed):
    with pytest.raises(FigureError, match=r"is no figure|beyond the range") as caught:
        check(0.5, printed)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, AutogradError)


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        (" 0.5 ", Fraction(1, 2)),
        ("−0.7603", Fraction(-7603, 10000)),
        ("− 0.7603", Fraction(-7603, 10000)),
        ("≈0.598", Fraction(598, 1000)),
        ("≈ 0.598", Fraction(598, 1000)),
        ("= -1", Fraction(-1)),
        (".5", Fraction(1, 2)),
        ("5.", Fraction(5)),
        ("+5", Fraction(5)),
        ("10⁻³", None),
        (0.1, Fraction(1, 10)),
        (3, Fraction(3)),
        (Decimal("0.10"), Fraction(1, 10)),
        ("1.5E+2", Fraction(150)),
    ],
)
def test_reading(printed, value):
    if value is None:
        with pytest.raises(FigureError):
            Figure.read(printed)
    else:
        assert Figure.read(printed).value == value


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-1000, max_value=1000), st.integers(0, 5))
def test_what_decimal_rounds_to_agrees_and_what_it_cuts_is_at_worst_truncated(number, places):
    unit = Decimal(1).scaleb(-places)
    for rounding in ("ROUND_HALF_EVEN", "ROUND_HALF_UP", "ROUND_HALF_DOWN"):
        assert check(number, str(number.quantize(unit, rounding))).kind == "agrees"
    cut = number.quantize(unit, "ROUND_DOWN")
    verdict = check(number, str(cut))
    assert verdict
    assert verdict.kind == ("agrees" if abs(number - cut) <= unit / 2 else "truncated")
    assert Decimal(verdict.right) == number.quantize(unit, "ROUND_HALF_EVEN")
    away = number.quantize(unit, "ROUND_UP")
    beyond = away + unit.copy_sign(number)
    assert not check(number, str(beyond))


@pytest.mark.parametrize("printed", ["12.34", "0.070", "-5", "1.20e-3", "0.00", "-120.0e5", "100"])
def test_a_figure_rewrites_its_own_value(printed):
    figure = Figure.read(printed)
    assert figure.rewrite(figure.value) == printed


def test_significant_digits():
    printed = ["0.0531", "0.70", "500", "1.20e-3", "0.000", "-7"]
    assert [Figure.read(text).significant for text in printed] == [3, 2, 3, 3, 0, 1]


def test_a_gradient_is_checked():
    w = Value(0.3, label="w")
    square = w * w
    square.backward()
    assert check(w, "0.6", of="grad").kind == "agrees"
    assert str(check(w, "0.7", of="grad")) == "grad of w: printed 0.7, computed 0.6: slip; right is 0.6"


def test_the_line_names_the_right_value_at_the_printed_precision():
    assert str(check(0.3176123, "0.3236")) == "printed 0.3236, computed 0.3176123: slip; right is 0.3176"
    assert str(check(0.00123, "1.9e-3")) == "printed 1.9e-3, computed 0.00123: slip; right is 1.2e-3"


def test_the_line_of_a_figure_that_agrees_says_no_more():
    assert str(check(0.66818777, "0.668")) == "printed 0.668, computed 0.66818777: agrees"


def test_a_formula_is_no_figure():
    sympy = pytest.importorskip("sympy")
    assert check(sympy.sqrt(2), "1.41").kind == "agrees"
    with pytest.raises(KindError, match=r"check: x\*\*2 is no real number, but a formula"):
        check(Value(sympy.Symbol("x")) ** 2, "1.41")


def test_what_cannot_be_checked():
    with pytest.raises(UnknownNameError, match="of='gard'"):
        check(Value(1.0), "1", of="gard")
    with pytest.raises(KindError, match="has no gradient"):
        check(1.0, "1", of="grad")
    with pytest.raises(KindError, match="root"):
        check(1.0, "1", root=3)  # type: ignore[arg-type]
    for x in ("1", None, [1.0], True, 1j):
        with pytest.raises(KindError):
            check(x, "1")
