"""The hand mode: every intermediate rounded."""

import pytest

from autograd import DomainError, KindError, Value, log_softmax, round_by_hand, softmax, weighted_sum
from autograd.hand.rounding import rounding, to_float32


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
    assert str(by_hand).splitlines()[-1] == "rounded to 1 decimals as one goes, which shows first in z"
    assert "does not show" in str(round_by_hand(z, decimals=9))
    assert round_by_hand(z, significant=2, cut=True).value == 15.0


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
    with pytest.raises(KindError, match="is no Value"):
        round_by_hand(1.0, decimals=2)
