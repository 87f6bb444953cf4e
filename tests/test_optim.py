"""Optimizers against PyTorch in float64, 100 steps, and with bad input."""

import math
import random
from fractions import Fraction

import pytest

from autograd import DomainError, KindError, ParameterArrays, ShapeError, Value, total
from nn import MLP, optim, schedules

STEPS = 100


def problem(parameters, shift):
    """A loss with a different curvature and optimum for each parameter, which wander from step to step."""
    return [(place + 1) * (p - shift - place) ** 2 + 0.1 * p**3 for place, p in enumerate(parameters)]


def ours(make):
    parameters = [Value(x) for x in starts()]
    optimizer = make(optim, parameters)
    for step in range(STEPS):
        optimizer.zero_grad()
        total(problem(parameters, step / STEPS)).backward()
        optimizer.step()
    return [p.data for p in parameters]


def theirs(make):
    torch = pytest.importorskip("torch")
    parameters = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in starts()]
    optimizer = make(torch.optim, parameters)
    for step in range(STEPS):
        optimizer.zero_grad()
        sum(problem(parameters, step / STEPS)).backward()
        optimizer.step()
    return [p.item() for p in parameters]


def starts():
    generator = random.Random(0)
    return [generator.uniform(-1, 1) for _ in range(5)]


MAKES = [
    lambda module, parameters: module.SGD(parameters, lr=0.01),
    lambda module, parameters: module.SGD(parameters, lr=0.01, momentum=0.9),
    lambda module, parameters: module.SGD(parameters, lr=0.01, weight_decay=0.1),
    lambda module, parameters: module.SGD(parameters, lr=0.01, momentum=0.5, weight_decay=0.1),
    lambda module, parameters: module.Adam(parameters),
    lambda module, parameters: module.Adam(parameters, lr=0.1),
    lambda module, parameters: module.Adam(parameters, lr=0.1, betas=(0.8, 0.9), eps=1e-4, weight_decay=0.2),
]


@pytest.mark.parametrize("make", MAKES)
def test_100_steps_are_pytorchs(make):
    assert ours(make) == pytest.approx(theirs(make), abs=1e-12, rel=0)


@pytest.mark.parametrize("make", MAKES)
def test_arrays_of_parameters_take_the_same_steps_to_the_last_bit(make):
    pytest.importorskip("numpy")
    parameters = [Value(x) for x in starts()]
    with ParameterArrays(parameters) as arrays:
        optimizer = make(optim, arrays)
        for step in range(STEPS):
            optimizer.zero_grad()
            arrays.write_back()
            total(problem(parameters, step / STEPS)).backward()
            arrays.read()
            optimizer.step()
    assert [p.data for p in parameters] == ours(make)
    assert all(type(p.data) is float for p in parameters)


def test_sgd_in_fractions():
    w = Value(Fraction(1))
    optimizer = optim.SGD([w], lr=Fraction(1, 10), momentum=Fraction(1, 2), weight_decay=Fraction(1, 5))
    # gradient 1 + w/5 = 6/5, so w = 1 - 6/50 = 22/25; then velocity 3/5 + (1 + 22/125) = 222/125
    for expected in (Fraction(22, 25), Fraction(22, 25) - Fraction(222, 1250)):
        w.grad = Fraction(1)
        optimizer.step()
        assert w.data == expected and type(w.data) is Fraction


def test_zero_grad_keeps_the_kind():
    w, x = Value(Fraction(1)), Value(2)
    w.grad, x.grad = Fraction(3), 4.0
    optim.SGD([w, x], lr=1).zero_grad()
    assert (w.grad, type(w.grad), x.grad) == (0, Fraction, 0.0)


@pytest.mark.parametrize("make", [optim.SGD, optim.Adam])
def test_what_is_refused(make):
    w = Value(1.0)
    with pytest.raises(ShapeError, match="needs parameters"):
        make([], lr=0.1)
    with pytest.raises(KindError, match=r"got 1\.0"):
        make([1.0], lr=0.1)
    with pytest.raises(KindError, match="no operation made"):
        make([w * 2], lr=0.1)
    with pytest.raises(KindError, match=r"expected model\.parameters\(\)"):
        make(MLP(2, [1]), lr=0.1)
    with pytest.raises(KindError, match=r"expected .*, a list of Values"):
        make(w, lr=0.1)
    with pytest.raises(DomainError, match=r"lr: expected .*, got -0\.1"):
        make([w], lr=-0.1)
    for parameters in (None, 3, MLP(2, [1]).parameters, MLP(2, [1]).state_dict()):
        with pytest.raises(KindError, match=r"parameters: expected model\.parameters\(\).*, got .*"):
            make(parameters, lr=0.1)
    for parameters in ([[w]], "ab", MLP(2, [1]).named_parameters()):
        with pytest.raises(KindError, match=r"a parameter: expected a leaf|parameters: expected .*, got 'ab'"):
            make(parameters, lr=0.1)
    for lr in ("fast", None, True, 1j, Value(0.1)):
        with pytest.raises(KindError, match=r"lr: expected one real number.*, got .*"):
            make([w], lr=lr)
    with pytest.raises(DomainError, match=r"weight_decay: expected .*, got -1"):
        make([w], lr=0.1, weight_decay=-1)
    with pytest.raises(DomainError, match="betas: expected two numbers from 0 up and below 1"):
        optim.Adam([w], betas=(0.9, 1.0))
    for betas in (0.9, None, ("a", "b")):
        with pytest.raises(KindError, match="betas"):
            optim.Adam([w], betas=betas)
    with pytest.raises(ShapeError, match="expected a pair such as"):
        optim.Adam([w], betas=(0.9, 0.9, 0.9))
    with pytest.raises(KindError, match=r"eps: expected .*, got 'x'"):
        optim.Adam([w], eps="x")
    with pytest.raises(DomainError, match=r"momentum: expected .*, got -1"):
        optim.SGD([w], lr=0.1, momentum=-1)


def test_a_parameter_given_twice_is_stepped_once():
    w = Value(1.0)
    w.grad = 1.0
    optim.SGD([w, w], lr=0.25).step()
    assert w.data == 0.75


# --- clipping and schedules ---------------------------------------------------------------------------


@pytest.mark.parametrize("largest", [0.5, 5.0, 1e6])
def test_clipping_the_norm_for_100_steps_is_pytorchs(largest):
    torch = pytest.importorskip("torch")
    mine = [Value(x) for x in starts()]
    theirs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in starts()]
    optimizer, their_optimizer = optim.SGD(mine, lr=0.01), torch.optim.SGD(theirs, lr=0.01)
    for step in range(STEPS):
        optimizer.zero_grad()
        total(problem(mine, step / STEPS)).backward()
        norm = optim.clip_norm(mine, largest)
        optimizer.step()
        their_optimizer.zero_grad()
        sum(problem(theirs, step / STEPS)).backward()
        assert norm == pytest.approx(torch.nn.utils.clip_grad_norm_(theirs, largest).item(), abs=1e-12)
        their_optimizer.step()
    assert [p.data for p in mine] == pytest.approx([p.item() for p in theirs], abs=1e-12, rel=0)


def test_a_gradient_is_clipped_whose_square_is_too_large_for_a_float():
    parameters = [Value(0.0), Value(0.0)]
    parameters[0].grad, parameters[1].grad = 3e200, -4e200
    assert optim.clip_norm(parameters, 1.0) == pytest.approx(5e200)
    assert [p.grad for p in parameters] == pytest.approx([0.6, -0.8])


def test_clipping_values():
    parameters = [Value(0.0) for _ in range(3)]
    for parameter, gradient in zip(parameters, (-3.0, 0.25, 7.0)):
        parameter.grad = gradient
    optim.clip_value(parameters, 0.5)
    assert [p.grad for p in parameters] == [-0.5, 0.25, 0.5]
    with pytest.raises(DomainError, match=r"largest: expected .*, got -1"):
        optim.clip_value(parameters, -1)
    with pytest.raises(DomainError, match=r"largest: expected .*, got -1"):
        optim.clip_norm(parameters, -1)


@pytest.mark.parametrize("clip", [optim.clip_norm, optim.clip_value])
def test_what_is_not_clipped(clip):
    for parameters in (MLP(2, [1]), Value(1.0), 3):
        with pytest.raises(KindError, match=r"parameters: expected model\.parameters\(\).*, got .*"):
            clip(parameters, 1.0)
    with pytest.raises(KindError, match=r"a parameter: expected a leaf, which no operation made, got 1\.0"):
        clip([1.0], 1.0)
    with pytest.raises(KindError, match=r"largest: expected .*, got None"):
        clip([Value(1.0)], None)


@pytest.mark.parametrize(
    ("ours_of", "theirs_of"),
    [
        (lambda: schedules.step_decay(30, 0.1), lambda lr, o: lr.StepLR(o, 30, 0.1)),
        (lambda: schedules.exponential_decay(0.95), lambda lr, o: lr.ExponentialLR(o, 0.95)),
        (lambda: schedules.linear(0.1, 1.0, 20), lambda lr, o: lr.LinearLR(o, 0.1, 1.0, 20)),
        (lambda: schedules.cosine(100, 0.01), lambda lr, o: lr.CosineAnnealingLR(o, 100, eta_min=0.02 * 0.01)),
    ],
)
def test_100_steps_with_a_schedule_are_pytorchs(ours_of, theirs_of):
    torch = pytest.importorskip("torch")
    mine = [Value(x) for x in starts()]
    theirs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in starts()]
    optimizer = optim.SGD(mine, lr=0.02, momentum=0.9)
    their_optimizer = torch.optim.SGD(theirs, lr=0.02, momentum=0.9)
    schedule, their_schedule = ours_of(), theirs_of(torch.optim.lr_scheduler, their_optimizer)
    for step in range(STEPS):
        optimizer.lr = 0.02 * schedule(step)
        assert optimizer.lr == pytest.approx(their_schedule.get_last_lr()[0], rel=1e-12)
        optimizer.zero_grad()
        total(problem(mine, step / STEPS)).backward()
        optimizer.step()
        their_optimizer.zero_grad()
        sum(problem(theirs, step / STEPS)).backward()
        their_optimizer.step()
        their_schedule.step()
    assert [p.data for p in mine] == pytest.approx([p.item() for p in theirs], abs=1e-12, rel=0)


def test_schedules_stay_at_their_end():
    assert schedules.cosine(10, 0.25)(25) == 0.25
    assert schedules.linear(1.0, 0.1, 100)(1000) == 0.1
    assert schedules.linear(1.0, 0.1, 100)(50) == 1.0 - 0.9 * 50 / 100  # micrograd's demo
    assert math.isclose(schedules.cosine(10)(5), 0.5)
    for make in (lambda: schedules.cosine(0), lambda: schedules.linear(1, 0, 0), lambda: schedules.step_decay(0, 0.5)):
        with pytest.raises(DomainError, match="expected a whole number from 1 up"):
            make()


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: schedules.step_decay("x", 0.5), KindError, "every: expected .*, got 'x'"),
        (lambda: schedules.step_decay(1.5, 0.5), KindError, r"every: expected .*a whole number from 1 up.*, got 1"),
        (lambda: schedules.step_decay(2, "x"), KindError, "factor: expected .*, got 'x'"),
        (lambda: schedules.exponential_decay(None), KindError, "factor: expected .*, got None"),
        (lambda: schedules.exponential_decay(-0.5), DomainError, r"factor: expected a number from 0 up.*, got -0\.5"),
        (lambda: schedules.linear("a", 1.0, 3), KindError, "start: expected .*, got 'a'"),
        (lambda: schedules.linear(1.0, -1.0, 3), DomainError, r"end: expected .*, got -1\.0"),
        (lambda: schedules.linear(1.0, 0.0, None), KindError, "epochs: expected .*, got None"),
        (lambda: schedules.cosine(2.5), KindError, r"epochs: expected .*, got 2\.5"),
        (lambda: schedules.cosine(5, floor="x"), KindError, "floor: expected .*, got 'x'"),
    ],
)
def test_schedules_that_are_none(make, error, message):
    with pytest.raises(error, match=message):
        make()
