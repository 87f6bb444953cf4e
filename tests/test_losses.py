"""Losses against arithmetic that shares no code: Fractions, and mpmath at 50 digits."""

import math
from fractions import Fraction

import mpmath
import pytest

import autograd
from autograd import DomainError, KindError, ShapeError, Value, softmax
from nn import losses

mpmath.mp.dps = 50


def gradients(loss, values):
    for value in values:
        value.grad *= 0
    loss.backward()
    return [value.grad for value in values]


def test_squared_errors_in_fractions():
    predictions = [Value(Fraction(1, 3)), Value(Fraction(2))]
    targets = [Fraction(1), Fraction(1, 2)]
    loss = losses.mse(predictions, targets)
    assert loss.data == (Fraction(4, 9) + Fraction(9, 4)) / 2
    assert gradients(loss, predictions) == [Fraction(-2, 3), Fraction(3, 2)]
    loss = losses.half_squared_error(predictions, targets)
    assert loss.data == (Fraction(4, 9) + Fraction(9, 4)) / 2
    assert gradients(loss, predictions) == [Fraction(-2, 3), Fraction(3, 2)]
    three = [Value(Fraction(n)) for n in (1, 2, 3)]
    assert gradients(losses.mse(three, [0, 0, 0]), three) == [Fraction(2 * n, 3) for n in (1, 2, 3)]
    assert gradients(losses.half_squared_error(three, [0, 0, 0]), three) == [1, 2, 3]


def test_one_prediction_may_stand_alone():
    assert losses.mse(Value(3.0), 1.0).data == losses.mse([Value(3.0)], [1.0]).data == 4.0
    assert losses.half_squared_error(3.0, 1.0) == 2.0


@pytest.mark.parametrize("target", [2, [0, 0, 1, 0], [0.0, 0.0, 1.0, 0.0], (0, 0, 1, 0)])
def test_cross_entropy_of_document_000(target):
    assert losses.cross_entropy([0.1, 0.2, 0.6, 0.1], target) == -math.log(0.6)
    assert losses.cross_entropy([0.1, 0.2, 0.6, 0.1], target, epsilon=1e-8) == -math.log(0.6 + 1e-8)


def test_cross_entropy_with_a_soft_target():
    p = [Value(0.5), Value(0.25), Value(0.25)]
    loss = losses.cross_entropy(p, [0.5, 0.5, 0.0])
    assert loss.data == pytest.approx(float(-(mpmath.log(0.5) + mpmath.log(0.25)) / 2), abs=1e-15)
    assert gradients(loss, p) == [-1.0, -2.0, 0.0]


def test_a_probability_of_zero():
    with pytest.raises(DomainError, match=r"log of p = 0\.0"):
        losses.cross_entropy([Value(0.0, "p"), Value(1.0)], 0)
    assert losses.cross_entropy([0.0, 1.0], 0, epsilon=1e-8) == -math.log(1e-8)
    assert losses.cross_entropy([0.0, 1.0], 1) == 0.0  # its term counts for nothing


@pytest.mark.parametrize("logits", [[1.0, 2.0, 3.0], [1000.0, 0.0, -1000.0], [40.0, 0.0, 0.0], [0.1, 0.1, 0.1]])
@pytest.mark.parametrize("target", [0, 1, 2])
def test_fused_softmax_cross_entropy(logits, target):
    values = [Value(z) for z in logits]
    loss = losses.softmax_cross_entropy(values, target)
    true = mpmath.log(sum(mpmath.exp(z) for z in map(mpmath.mpf, logits))) - mpmath.mpf(logits[target])
    assert loss.data == pytest.approx(float(true), rel=1e-15, abs=0)  # a few roundings of a float
    one_hot = [1.0 if place == target else 0.0 for place in range(3)]
    assert gradients(loss, values) == [a - t for a, t in zip(softmax(logits), one_hot)]  # to the last bit
    again = losses.softmax_cross_entropy(values, one_hot)
    assert again.data == loss.data


@pytest.mark.parametrize("target", [[0.25, 0.25, 0.5], [0.1, 0.2, 0.7], [0.9, 0.1, 0.0]])
def test_fused_softmax_cross_entropy_with_a_soft_target(target):
    logits = [0.5, -1.0, 2.0]
    values = [Value(z) for z in logits]
    loss = losses.softmax_cross_entropy(values, target)
    true = -sum(t * mpmath.log(mpmath.exp(z) / sum(map(mpmath.exp, logits))) for t, z in zip(target, logits))
    assert loss.data == pytest.approx(float(true), rel=1e-15)
    assert gradients(loss, values) == [a - t for a, t in zip(softmax(logits), target)]


def test_fused_and_unfused_agree():
    values = [Value(z) for z in (0.5, -1.0, 2.0)]
    unfused = losses.cross_entropy(softmax(values), 1)
    fused = losses.softmax_cross_entropy(values, 1)
    assert fused.data == pytest.approx(unfused.data, abs=1e-15)
    by_hand = gradients(unfused, values)
    assert gradients(fused, values) == pytest.approx(by_hand, abs=1e-15)


@pytest.mark.parametrize("loss", [losses.cross_entropy, losses.softmax_cross_entropy])
@pytest.mark.parametrize(
    ("target", "error", "message"),
    [
        (3, ShapeError, "target: expected a class index from 0 to 2, got 3"),
        (-1, ShapeError, "target: expected a class index from 0 to 2, got -1"),
        (1.0, KindError, r"target: expected a class index \(an int\) or 3 weights, got 1\.0"),
        (True, KindError, "True"),
        (None, KindError, "None"),
        ("cat", KindError, "'c'"),
        ([0, 1], ShapeError, "a target of 2 for 3 predictions"),
        ([0, 0, 0], DomainError, "target: expected weights from 0 up with sum 1, got "),
        ([0.5, 0.5, 0.5], DomainError, "target: expected weights from 0 up with sum 1, got "),
        ([2, -1, 0], DomainError, "target: expected weights from 0 up with sum 1, got "),
        ([float("nan"), 1, 0], DomainError, "target: expected weights from 0 up with sum 1, got "),
    ],
)
def test_targets_that_are_none(loss, target, error, message):
    with pytest.raises(error, match=message):
        loss([Value(0.2), Value(0.3), Value(0.5)], target)


def test_a_numpy_target():
    numpy = pytest.importorskip("numpy")
    p = [0.2, 0.3, 0.5]
    assert losses.cross_entropy(p, numpy.int64(1)) == losses.cross_entropy(p, numpy.eye(3)[1]) == -math.log(0.3)


def test_binary_cross_entropy():
    p = Value(0.75)
    loss = losses.binary_cross_entropy(p, 1)
    assert loss.data == -math.log(0.75) and gradients(loss, [p]) == [-1 / 0.75]
    loss = losses.binary_cross_entropy(p, 0)
    assert loss.data == -math.log(0.25) and gradients(loss, [p]) == [4.0]
    assert losses.binary_cross_entropy(0.5, 0.25) == pytest.approx(math.log(2), abs=1e-16)
    assert losses.binary_cross_entropy([1.0, 0.0], [1, 0]) == 0.0
    assert losses.binary_cross_entropy([0.5, 0.25], [1, 0]) == (-math.log(0.5) - math.log(0.75)) / 2
    with pytest.raises(DomainError, match="target: expected a number from 0 to 1, got 2"):
        losses.binary_cross_entropy(0.5, 2)


@pytest.mark.parametrize("loss", [losses.mse, losses.half_squared_error, losses.binary_cross_entropy, losses.hinge])
@pytest.mark.parametrize("bad", [None, "x", [1.0], True, 1j])
def test_predictions_and_targets_that_are_no_numbers(loss, bad):
    name = loss.__name__
    with pytest.raises(KindError, match=rf"{name}: a prediction: expected one real number, got "):
        loss([bad], [1.0])
    with pytest.raises(KindError, match=rf"{name}: a target: expected one real number, got "):
        loss([Value(0.5)], [bad])


def test_logits_and_probabilities_that_are_no_numbers():
    for bad in (None, "x", [1.0], True, 1j):
        with pytest.raises(KindError, match="softmax_cross_entropy: a logit: expected one real number, got "):
            losses.softmax_cross_entropy([bad, 1.0], 1)
        with pytest.raises(KindError, match="cross_entropy: a probability: expected one real number, got "):
            losses.cross_entropy([bad, 1.0], 1)
    with pytest.raises(KindError, match="cross_entropy: a weight of the target: expected one real number, got 1j"):
        losses.cross_entropy([0.5, 0.5], [1j, 0])
    with pytest.raises(KindError, match=r"cross_entropy: epsilon: expected .*, got 'x'"):
        losses.cross_entropy([0.5, 0.5], 0, epsilon="x")
    with pytest.raises(DomainError, match="cross_entropy: epsilon: expected a number from 0 up, got -1"):
        losses.cross_entropy([0.5, 0.5], 0, epsilon=-1)


@pytest.mark.parametrize("loss", [losses.cross_entropy, losses.softmax_cross_entropy])
def test_no_predictions(loss):
    with pytest.raises(ShapeError, match=f"{loss.__name__}: no predictions"):
        loss([], 0)


def test_numbers_that_have_no_logarithm():
    with pytest.raises(DomainError, match=r"binary_cross_entropy: log of the probability 0\.0"):
        losses.binary_cross_entropy(0.0, 1)
    with pytest.raises(DomainError, match=r"cross_entropy: log of the probability 0\.0"):
        losses.cross_entropy([1.0, 0.0], 1)


@pytest.mark.parametrize("logits", [[2.0, 1.0, 0.1], [2.0, -1.0], [0.5, 0.4], [1.0, 1.0]])
@pytest.mark.parametrize("make", [float, Value])
def test_logits_are_no_probabilities(logits, make):
    message = r"from 0 to 1 with sum 1, got (\[.*\]|others in this call); of logits take softmax_cross_entropy"
    with pytest.raises(DomainError, match=message):
        losses.cross_entropy([make(z) for z in logits], 0)
    with pytest.raises(DomainError, match=message):
        autograd.compile(lambda *p: losses.cross_entropy(p, 0))(*logits)


@pytest.mark.parametrize("logit", [2.0, -0.5, Value(2.0)])
def test_a_logit_is_no_probability(logit):
    with pytest.raises(DomainError, match=r"a probability from 0 to 1, got (2\.0|-0\.5); of a logit take sigmoid"):
        losses.binary_cross_entropy(logit, 1)


def test_probabilities_that_were_rounded_by_hand_and_those_of_a_failed_training():
    assert losses.cross_entropy([0.33, 0.33, 0.33], 0) == -math.log(0.33)
    assert math.isnan(losses.cross_entropy([math.nan, math.nan], 0))
    assert losses.cross_entropy([Value(0.5 + 1e-30j), Value(0.5 - 1e-30j)], 0).data.imag == pytest.approx(-2e-30)


def test_hinge():
    score = Value(0.25)
    assert gradients(losses.hinge(score, 1), [score]) == [-1.0]
    assert gradients(losses.hinge(score, -1), [score]) == [1.0]
    assert losses.hinge(Value(1.5), 1).data == 0.0
    assert losses.hinge([Value(0.25), Value(0.25)], [1, -1]).data == 1.0
    for target in (0, Value(0.0), 0.5):
        with pytest.raises(DomainError, match=r"target: expected -1 or 1, got 0.*; from classes 0 and 1 take"):
            losses.hinge(score, target)


@pytest.mark.parametrize("loss", [losses.mse, losses.half_squared_error, losses.binary_cross_entropy, losses.hinge])
def test_lengths_that_differ(loss):
    with pytest.raises(ShapeError, match="2 predictions for 1 targets"):
        loss([Value(0.5), Value(0.5)], [1])
    with pytest.raises(ShapeError, match="no predictions"):
        loss([], [])
    with pytest.raises(KindError, match="'x'"):
        loss([Value(0.5)], ["x"])


@pytest.mark.parametrize(
    ("loss", "predictions", "targets"),
    [
        (losses.mse, [0.5, 0.25], [1.0, -2.0]),
        (losses.half_squared_error, [0.5, 0.25], [1.0, -2.0]),
        (losses.binary_cross_entropy, [0.5, 0.25], [1.0, 0.25]),
        (losses.hinge, [0.5, 0.25], [1.0, -1.0]),
        (losses.cross_entropy, [0.25, 0.25, 0.5], [0.25, 0.0, 0.75]),
        (losses.softmax_cross_entropy, [0.25, 0.25, 0.5], [0.25, 0.0, 0.75]),
    ],
)
def test_targets_may_be_values(loss, predictions, targets):
    values = [Value(p) for p in predictions]
    plain = loss(values, targets)
    expected = gradients(plain, values)
    found = loss(values, [Value(t) for t in targets])
    assert found.data == plain.data and gradients(found, values) == expected


def test_a_target_gets_its_gradient_also_where_it_is_zero():
    target = [Value(1.0), Value(0.0)]
    assert gradients(losses.cross_entropy([0.25, 0.75], target), target) == [-math.log(0.25), -math.log(0.75)]
    assert gradients(losses.softmax_cross_entropy([1.0, 3.0], target), target) == [-1.0, -3.0]
    target = Value(0.0)
    assert gradients(losses.binary_cross_entropy(0.25, target), [target]) == [math.log(0.75) - math.log(0.25)]


def test_a_compiled_loss_holds_for_other_targets():
    w = Value(0.5)
    for loss, targets in (
        (losses.mse, (1.0, 2.0)),
        (losses.half_squared_error, (1.0, 2.0)),
        (losses.binary_cross_entropy, (1.0, 0.25, 0.0)),
        (losses.hinge, (1.0, -1.0)),
    ):
        compiled = autograd.compile(lambda x, target, loss=loss: loss(w * x, target))
        assert [compiled(0.5, t).data for t in targets] == [loss(0.25, t) for t in targets]
    compiled = autograd.compile(lambda x, target: losses.softmax_cross_entropy([x, w], target))
    assert [compiled(0.25, t).data for t in (0, 1)] == [losses.softmax_cross_entropy([0.25, 0.5], t) for t in (0, 1)]
