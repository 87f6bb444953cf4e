"""The hand mode: every intermediate rounded."""

import math
from decimal import ROUND_HALF_UP, Decimal, localcontext

import pytest

from autograd import DomainError, KindError, Value, log_softmax, round_by_hand, softmax, weighted_sum
from autograd.hand.rounding import rounding, to_float32, written_to


@pytest.mark.parametrize(
    ("number", "digits", "significant", "cut", "expected"),
    [
        (0.12345, 3, False, False, 0.123),
        (0.1235, 3, False, False, 0.124),
        (0.125, 2, False, False, 0.13),  # half away from zero, as at school
        (-0.125, 2, False, False, -0.13),
        (2.675, 2, False, False, 2.68),  # by its digits, not by the binary fraction below it
        (0.129, 2, False, True, 0.12),
        (-0.129, 2, False, True, -0.12),
        (1234.5, 2, True, False, 1200.0),
        (0.00012345, 2, True, False, 0.00012),
        (0.0009999, 2, True, False, 0.001),
        (9.99, 2, True, True, 9.9),
        (0.0, 3, True, False, 0.0),
        (1e300, 3, False, False, 1e300),
        (1e-300, 3, False, False, 0.0),
        (float("inf"), 3, False, False, float("inf")),
    ],
)
def test_rounding(number, digits, significant, cut, expected):
    assert rounding(digits, significant, cut)(number) == expected


def test_float32_is_the_processors():
    numpy = pytest.importorskip("numpy")
    for number in (0.1, 1 / 3, 1e-40, 16777217.0, -2.5):
        assert to_float32(number) == float(numpy.float32(number))


def test_every_operation_is_rounded_and_the_graph_is_not():
    w, x = Value(0.3456, label="w"), Value(2.0, label="x")
    y = weighted_sum([w, w], [x, 0.5], 0.1).sigmoid()
    y.label = "y"
    data = y.data
    by_hand = round_by_hand(y, decimals=2)
    z = y.operands[0]
    assert by_hand.data[z] == 0.96  # 0.3456 · 2 + 0.3456 · 0.5 + 0.1 = 0.964
    assert by_hand.value == by_hand.data[y] == 0.72
    assert round_by_hand(y, decimals=2, in_steps=True).data[z] == 0.96  # 0.69 + 0.17 = 0.86, and 0.1
    assert by_hand.grad[z] == 0.2  # 0.72 · 0.28
    assert by_hand.grad[w] == 0.5  # 0.2 · 2 + 0.2 · 0.5
    assert (y.data, y.grad, w.grad) == (data, 0.0, 0.0)


def test_composites_in_steps():
    z = [Value(1.333346, "z1"), Value(1.633387, "z2"), Value(1.933429, "z3")]
    p = softmax(z)[0]
    assert round_by_hand(p, decimals=1, in_steps=True).value == 0.2  # 3.8 / 15.8
    loss = -log_softmax(z)[0]
    assert round_by_hand(loss, decimals=4).value == 1.4284
    assert round_by_hand(loss, decimals=4, in_steps=True).value == 1.4284  # -ln 0.2397 = 1.42837


def test_where_rounding_starts_to_show():
    x = Value(1.26, label="x")
    y = x * x
    y.label = "y"
    z = y * 10
    z.label = "z"
    by_hand = round_by_hand(z, decimals=1)
    assert by_hand.first.name == "z"  # y is 1.6 either way; z 16.0, and rounded at the end 15.9
    assert [(row.name, row.by_hand, row.differs) for row in by_hand.rows] == [
        ("y", 1.6, False), ("z", 16.0, True), ("∂z/∂y", 10.0, False), ("∂z/∂x", 25.2, False),
    ]  # fmt: skip
    assert str(by_hand).splitlines()[-1] == "rounded to 1 decimal as one goes, which shows first in z"
    assert "does not show" in str(round_by_hand(z, decimals=9))
    assert round_by_hand(z, significant=2, cut=True).value == 15.0


def test_a_calculation_can_be_retraced_from_what_is_printed():
    """Each product and sum again, of the printed factors, by Decimal arithmetic."""
    z = [Value(number, f"z{place}") for place, number in enumerate((1.333346, 1.633387, 1.933429), 1)]
    w = Value(0.7, "w")
    a = softmax([z[0] * w, z[1] * w, z[2]])
    loss = -a[0].log() * 2 + w * w
    loss.label = "L"
    by_hand = round_by_hand(loss, decimals=3)
    for row in by_hand.rows:
        assert row.text == "0.7" or row.text in ("1", "2", "-1", "-2") or len(row.text.partition(".")[2]) == 3
        if row.working:
            products = []
            for term in row.working.replace("- ", "+ -").split(" + "):
                product, *factors = [Decimal(factor.strip("()")) for factor in term.split(" · ")]
                for factor in factors:
                    product = (product * factor).quantize(Decimal("0.001"), ROUND_HALF_UP)
                products.append(product)
            assert sum(products) == Decimal(row.text), row
    workings = {row.name: row.working for row in by_hand.rows}
    assert workings["∂L/∂w"].count(" · ") == 2 and workings["∂L/∂w"].startswith("0.700 + 0.700 ") is False
    assert any("(-0." in working for working in workings.values())


@pytest.mark.parametrize(("significant", "text"), [(3, "0.240"), (1, "0.2"), (5, "0.23975")])
def test_significant_digits_keep_their_zeros(significant, text):
    x = Value(0.23975, label="x")
    [row] = [row for row in round_by_hand(x + 0.0, significant=significant).rows if row.node is not x]
    assert row.text == text
    assert written_to(2, significant=True)(1234.0) == "1234" and written_to(2)(1e300) == "1e+300"


def test_many_contributions_are_shortened():
    x = Value(2.0, label="x")
    root = sum([x * float(place) for place in range(2, 9)], x * 1.5)
    [row] = [row for row in round_by_hand(root, decimals=1).rows if row.node is x]
    assert row.working == "8 + 7 + 6 + … + 1.5"


@pytest.mark.parametrize("precision", [3, 28])
def test_the_other_column_is_in_full_floats_whatever_the_kind(precision):
    with localcontext() as context:
        context.prec = precision
        x = Value(Decimal("0.4"), label="x")
        a = x.sigmoid()
        y = a * a
        y.backward()
        by_hand = round_by_hand(y, decimals=3)
    s = 1 / (1 + math.exp(-0.4))
    assert [row.exact for row in by_hand.rows] == pytest.approx([s, s * s, 2 * s, 2 * s * s * (1 - s)], rel=1e-15)
    assert [row.text for row in by_hand.rows] == ["0.599", "0.359", "1.198", "0.288"]
    assert str(by_hand).splitlines()[0].split() == ["by", "hand", "float64"]


def test_a_partial_that_is_a_given_number_is_not_marked():
    w, x = Value(1.234, label="w"), Value(2.0, label="x")
    by_hand = round_by_hand(w * x, decimals=2)
    [slope] = [row for row in by_hand.rows if row.node is x]
    assert (slope.by_hand, slope.exact, slope.differs) == (1.234, 1.234, False)
    assert by_hand.first is None


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"decimals": 2, "significant": 3},
        {"decimals": -1},
        {"significant": 0},
        {"decimals": 2.5},
        {"decimals": True},
        {"decimals": 16},
    ],
)
def test_bad_digits(arguments):
    with pytest.raises(KindError, match=r"digits|decimals"):
        round_by_hand(Value(1.0), **arguments)


def test_rounding_out_of_a_domain():
    small = Value(0.004, label="p")
    with pytest.raises(DomainError, match="rounded to 2 decimals, an operand leaves the domain"):
        round_by_hand((small * 1).log(), decimals=2)
    by_hand = round_by_hand((small * 1).sqrt(), decimals=2)  # √0 = 0, and has no slope
    assert by_hand.value == 0.0
    assert by_hand.grad == {}


def test_only_a_value():
    with pytest.raises(KindError, match="expected a Value"):
        round_by_hand(1.0, decimals=2)
