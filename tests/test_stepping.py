"""Stepping: the engine's own passes, one event at a time and back."""

import math
import random
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import islice

import pytest
from helpers import bits
from random_graphs import TAME, random_graph

from autograd import (
    AnomalyError,
    AnomalyWarning,
    DivisionByZeroError,
    DomainError,
    KindError,
    NumberOverflowError,
    UnknownNameError,
    Value,
    detect_anomaly,
    explain,
    log_softmax,
    logsumexp,
    softmax,
    step,
    topological_order,
    total,
    weighted_sum,
    weighted_sums,
)
from autograd.primitives import PRIMITIVES
from autograd.stepping import Stepper, machine
from autograd.value import contributions


def state(root):
    """Everything that a pass may write, to the bit; a partial may be 1 or 1.0, as forward() has it too."""
    return [
        (bits(node.data), bits(node.grad), tuple(bits(1.0 if p == 1 else p) for p in node.partials))
        for node in topological_order(root)
    ]


def a_bit_of_everything():
    a, b, c = Value(0.3, label="a"), Value(-1.7, label="b"), Value(2.25, label="c")
    row = (a, b, c)
    hidden = [h.tanh() for h in weighted_sums([row, (b, a, b)], [a * b, c])]
    probabilities = softmax([*hidden, a])
    mixed = weighted_sum([a, 0.25, b], [c, hidden[0], 3], 0.5)
    root = total([probabilities[1] * c, logsumexp(hidden), mixed, mixed * mixed, -log_softmax(hidden)[0], 2, a / c])
    root.label = "root"
    return root


def large():
    root, leaves = random_graph(seed=1, size=2000)
    leaves[0].grad = 0.7  # from an earlier pass
    return root


@pytest.mark.parametrize("make", [a_bit_of_everything, large, lambda: Value(3.0)])
def test_run_to_the_end_is_backward(make):
    expected, stepped = make(), make()
    for _ in range(3):  # leaves accumulate in both
        expected.backward()
        step(stepped, accumulate=True).run()
        assert state(stepped) == state(expected)


@pytest.mark.parametrize("make", [a_bit_of_everything, large, lambda: Value(3.0)])
def test_it_is_one_pass_whatever_passes_went_before(make):
    expected, stepped = make(), make()
    expected.zero_grad()
    expected.backward()
    for _ in range(2):
        stepped.backward(3)
        before = state(stepped)
        stepper = step(stepped)
        assert len(stepper) == len(list(stepper)) and not any(event.kind == "accumulate" for event in stepper)
        assert state(stepped) == state(expected)
        stepper.rewind()
        assert state(stepped) == before


def test_a_seed_is_named_and_not_taken_for_something_else():
    with pytest.raises(KindError, match="step: accumulate: expected True or False"):
        step(Value(1.0), 2.0)


def test_a_seed_and_fractions():
    def make():
        x, y = Value(Fraction(1, 3)), Value(Fraction(2, 7))
        return x * y / (x - y) + x

    expected, stepped = make(), make()
    expected.backward(Fraction(3, 5))
    step(stepped, seed=Fraction(3, 5)).run()
    assert state(stepped) == state(expected)


def test_back_to_the_start_is_as_it_was():
    root = a_bit_of_everything()
    root.backward(3)
    before = state(root)
    stepper = step(root)
    stepper.run()
    assert stepper.position == len(stepper)
    while stepper.back():
        pass
    assert stepper.position == 0
    assert state(root) == before


def test_at_random_forward_and_back_leaves_a_graph_as_a_fresh_pass_does():
    root, fresh = large(), large()
    assert len(topological_order(root)) >= 2000
    rng = random.Random(7)
    stepper = step(root, accumulate=True)
    events, visited = len(stepper), {0}
    forward = True
    for _ in range(10_000):
        if rng.random() < 0.0001 or stepper.position == (events if forward else 0):
            forward = not forward
        move = stepper.next if forward == (rng.random() < 0.95) else stepper.back
        move()
        visited.add(stepper.position)
    assert len(visited) == events + 1  # every place was come to
    other = step(fresh, accumulate=True)
    while other.position < stepper.position:
        other.next()
    assert state(root) == state(fresh)
    stepper.run()
    again = large()
    again.backward()
    assert state(root) == state(again)


def test_position_and_length_count_the_events():
    root = a_bit_of_everything()
    stepper = step(root)
    assert stepper.position == 0
    length = len(stepper)
    for place, event in enumerate(stepper, 1):
        assert stepper.position == place
        assert event.phase in ("forward", "backward")
    assert stepper.position == length
    assert stepper.next() is None


def test_the_events_of_a_product():
    w, x = Value(0.5, label="w"), Value(3.0, label="x")
    y = w * x
    forward, seed, backward = step(y)
    assert (forward.phase, forward.node, forward.data, forward.cotangent) == ("forward", y, 1.5, None)
    assert (seed.phase, seed.node, seed.cotangent) == ("backward", y, 1.0)
    assert backward.contributions == ((w, 3.0, 3.0, 3.0), (x, 0.5, 0.5, 0.5))


def test_a_look_ahead_leaves_the_graph_and_the_place():
    root = a_bit_of_everything()
    stepper, before = step(root), state(root)
    assert str(stepper.peek()) == str(stepper.peek())
    assert (stepper.position, state(root)) == (0, before)
    stepper.run()
    assert stepper.peek() is None


def test_a_stepper_says_where_it_is():
    stepper = step(a_bit_of_everything())
    stepper.next()
    assert repr(stepper) == f"<Stepper of root at 1 of {len(stepper)}>"


def test_back_returns_the_event_that_it_undid():
    stepper = step(a_bit_of_everything())
    done = [str(stepper.next()) for _ in range(len(stepper))]
    assert [str(stepper.back()) for _ in done] == done[::-1]
    assert stepper.back() is None


def test_a_leaf_that_changed_is_evaluated_again_and_shown():
    w, x = Value(0.5, label="w"), Value(3.0, label="x")
    y = w * x
    y.label = "y"
    w.data = 0.25
    stepper = step(y)
    assert str(stepper.next()) == "y = w · x = 0.25 · 3 = 0.75 (was 1.5)"
    stepper.run()
    assert x.grad == 0.25
    while stepper.back():
        pass
    assert y.data == 1.5 and y.partials == (3.0, 0.5)


# --- lines -----------------------------------------------------------------------------------------


KEYS = {"ln": math.log, "exp": math.exp, "tanh": math.tanh}


def by_calculator(text):
    """What a pocket calculator says to the numbers on a line."""
    for sign, key in {"·": "*", "²": "**2", "⁻¹": "**-1"}.items():
        text = text.replace(sign, key)
    return eval(text, KEYS)


@pytest.mark.parametrize("make", [a_bit_of_everything, lambda: random_graph(1, 150, TAME)[0].operands[-1]])
def test_every_line_can_be_checked_with_a_calculator(make):
    slopes = {}
    checked = 0
    for event in step(make(), digits=13):
        if event.kind in ("seed", "accumulate"):
            slopes[str(event).partition(" = ")[0]] = event.cotangent
            continue
        for term in str(event).split(";  "):
            term, _, so_far = term.partition(", so far ")
            name, rule, *numbers, result = term.replace("+=", "=").replace("≈", "=").split(" = ")
            expected = by_calculator(numbers[0]) if numbers else slopes[rule.lstrip("-")] * (-1) ** rule.count("-")
            assert float(result) == pytest.approx(expected, rel=1e-10, abs=1e-12)
            if event.phase == "backward":
                slopes[name] = slopes.get(name, 0) + float(result)
                assert float(so_far or result) == pytest.approx(slopes[name], rel=1e-9, abs=1e-12)
            checked += 1
    assert checked > 30


def test_a_line_is_that_of_its_moment():
    w = Value(0.5, label="w")
    y = w * w
    events = list(step(y))
    w.data = 100.0
    y.forward()
    assert str(events[0]) == "t₁ = w · w = 0.5 · 0.5 = 0.25"
    assert str(events[2]) == "∂t₁/∂w = ∂t₁/∂t₁ · w = 1 · 0.5 = 0.5;  ∂t₁/∂w += ∂t₁/∂t₁ · w = 1 · 0.5 = 0.5, so far 1"


def test_numbers_that_are_formulas():
    u = pytest.importorskip("sympy").Symbol("u")
    x = Value(u + 1, label="x")
    lines = list(map(str, step(x * x + 2)))
    assert lines[0] == "t₁ = x · x = (u + 1) · (u + 1) = (u + 1)**2"
    assert x.grad == 2 * u + 2
    assert lines[-1].endswith("so far 2*u + 2")


def test_a_long_sum_is_cut():
    xs = [Value(1.0, label=f"x{i}") for i in range(100)]
    forward, _, backward = map(str, step(weighted_sum([0.5] * 100, xs)))
    assert len(forward) < 250 and forward.endswith(" = 50")
    assert backward.endswith(";  and 92 more")


def test_a_gradient_of_an_earlier_pass_is_added_at_the_end():
    w = Value(3.0, label="w")
    w.grad = 1.5
    *_, last = step(w * 2, accumulate=True)
    assert (last.kind, str(last)) == ("accumulate", "w.grad = 1.5 + 2 = 3.5, with the earlier passes")


def test_where_the_program_of_a_tutorial_departs_from_the_gradient():
    """A program whose update of weight1 multiplies by the hidden output once too often (document 003)."""
    weight1, weight2 = Value(0.8, label="weight1"), Value(0.6, label="weight2")
    layer1 = (0.5 * weight1).sigmoid()
    layer1.label = "layer1"
    output = (layer1 * weight2).sigmoid()
    output.label = "output"
    loss = 0.5 * (0.9 - output) ** 2
    loss.label = "loss"

    def slope(y):
        return y * (1 - y)

    # the program's lines, whose gradients have the opposite sign
    error = 0.9 - output.data
    gradient_output = layer1.data * error * slope(output.data)
    error_at_hidden = gradient_output * weight2.data
    gradient_hidden = 0.5 * error_at_hidden * slope(layer1.data)
    program = {"weight2": -gradient_output, "layer1": -error_at_hidden, "weight1": -gradient_hidden}

    factors = {}
    lines = {}
    for event in step(loss, digits=6):
        for operand, _, contribution, _ in event.contributions:
            if operand.label in program:
                factors[operand.label] = program[operand.label] / contribution
                lines[operand.label] = str(event)
    assert factors["weight2"] == pytest.approx(1, rel=1e-15)
    # here it departs: the line has no layer1 in it, where the program goes on from weight2's gradient
    assert lines["layer1"].startswith("∂loss/∂layer1 = ∂loss/∂t₂ · weight2 = -0.0753312 · 0.6 ≈ -0.0451987;  ")
    assert factors["layer1"] == pytest.approx(layer1.data, rel=1e-15)
    assert factors["weight1"] == pytest.approx(layer1.data, rel=1e-15)
    assert layer1.data == pytest.approx(0.598688, abs=5e-7)


# --- going to a place --------------------------------------------------------------------------------


def test_run_until_a_label_or_a_node():
    a = Value(2.0, label="a")
    b = a * a
    b.label = "b"
    c = b + a
    stepper = step(c)
    assert stepper.run(until="b").kind == "evaluate"
    assert stepper.run(until=b).kind == "chain rule"
    assert a.grad == 5.0
    assert stepper.run(until=b) is None and stepper.position == len(stepper)
    stepper = step(c)
    event = stepper.run(until="a")  # a leaf: the first contribution to it
    assert event.node is c and a.grad == 1.0


def test_run_until_something_unknown():
    a = Value(2.0, label="weight1")
    with pytest.raises(UnknownNameError, match=r"no node 'weigt1' .* did you mean 'weight1'"):
        step(a * a).run(until="weigt1")
    with pytest.raises(UnknownNameError):
        step(a * a).run(until=Value(2.0))


@pytest.mark.parametrize("root", [None, 3.0, "loss", [Value(1.0)]])
def test_a_root_is_a_value(root):
    with pytest.raises(KindError, match="step: the root: expected a Value, got"):
        step(root)


@pytest.mark.parametrize("digits", [0, 18, 4.0, "4", True, None])
def test_digits_are_a_whole_number(digits):
    kind = DomainError if type(digits) is int else KindError
    with pytest.raises(kind, match=r"step: digits: expected a whole number from 1 to 17, got"):
        step(Value(1.0), digits=digits)


def test_a_slope_that_does_not_exist_raises_and_leaves_the_place():
    x = Value(0.0, label="x")
    root = (x * 2).sqrt() + x
    stepper = step(root)
    with pytest.raises(DivisionByZeroError, match="the partial of sqrt"):
        stepper.run()
    place, before = stepper.position, state(root)
    with pytest.raises(DivisionByZeroError):
        stepper.next()
    assert (stepper.position, state(root)) == (place, before)
    while stepper.back():
        pass
    assert x.grad == 0.0


def interrupted_sweep(nodes):
    [node] = nodes
    for operand, _, contribution in islice(contributions(node, node.grad), 2):
        operand.grad += contribution
    raise KeyboardInterrupt


def interrupted_look(self):
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("until", "of", "name", "interrupted"),
    [("c", machine, "sweep", interrupted_sweep), ("root", Stepper, "nodes", interrupted_look)],
    ids=["chain rule", "seed"],
)
def test_an_interrupt_within_an_event_leaves_nothing_half_done(monkeypatch, until, of, name, interrupted):
    root = a_bit_of_everything()
    stepper = step(root)
    stepper.run(until=until)
    place, before = stepper.position, state(root)
    with monkeypatch.context() as patch:
        patch.setattr(of, name, interrupted)
        with pytest.raises(KeyboardInterrupt):
            stepper.next()
    assert (stepper.position, state(root)) == (place, before)
    stepper.run()
    expected = a_bit_of_everything()
    expected.backward()
    assert state(root) == state(expected)


def test_a_leaf_changed_out_of_the_domain():
    x = Value(1.0, label="x")
    root = (x + 1).log()
    x.data = -3.0
    stepper = step(root)
    with pytest.raises(DomainError, match=r"log of -2\.0"):
        stepper.run()
    assert stepper.position == 1 and root.data == pytest.approx(0.6931471805599453, abs=0)


def raised(call):
    with pytest.raises(NumberOverflowError) as caught:
        call()
    return str(caught.value)


def test_a_gradient_too_large_for_its_kind_is_told_as_backward_tells_it():
    with localcontext() as context:
        context.Emax = 20
        a, b = Value(Decimal("1e15"), "a"), Value(Decimal("1e-10"), "b")
        root = a * b
        told = raised(lambda: root.backward(Decimal("1e10")))
        assert told.startswith("the contributions of mul of a")
        assert raised(step(root, seed=Decimal("1e10")).run) == told
        root = a * 2
        a.grad = Decimal("9.9e20")
        told = raised(lambda: root.backward(Decimal("1e20")))
        assert told.startswith("the gradients of a")
        stepper = step(root, accumulate=True, seed=Decimal("1e20"))
        assert raised(stepper.run) == told
        assert (stepper.position, a.grad) == (len(stepper) - 1, Decimal("2e20"))  # only the earlier one is missing
        stepper.rewind()
        assert a.grad == Decimal("9.9e20")


def test_anomalies_are_found_in_both_phases_and_the_graph_stays():
    x = Value(1e-200, label="x")
    root = (1 / x) * (1 / x)  # forward overflows
    with detect_anomaly():
        stepper = step(root)
        with pytest.raises(AnomalyError, match=r"mul .* gives inf"):
            stepper.run()
        assert stepper.position == 2
        stepper.rewind()
    root = 1 / x  # only its slope does
    with detect_anomaly():
        stepper = step(root)
        with pytest.raises(AnomalyError, match=r"contribution of div of 1 and x = 1e-200 to operand 2 \(x\) .* -inf"):
            stepper.run()
        assert (stepper.position, x.grad) == (2, 0.0)
        with pytest.warns(AnomalyWarning, match="sigmoid of 800.0 is saturated"):
            step(Value(800.0).sigmoid()).run()
    step(root).run()  # and without it, as backward does, silently
    assert x.grad == -math.inf


# --- every operation ---------------------------------------------------------------------------------


@pytest.mark.parametrize("primitive", PRIMITIVES.values(), ids=lambda primitive: primitive.name)
@pytest.mark.parametrize("kind", [float, Fraction, Decimal])
def test_every_row_of_the_table_steps_as_it_runs_backward(primitive, kind):
    def make():
        xs = [Value(kind(number), label) for number, label in ((0.75, "x"), (1.5, "y"), (-0.5, "z"))]
        operands = xs[: primitive.arity or 3]
        node = operands[0]._apply(primitive.name, *operands)
        node.label = "node"
        return node * node

    try:
        expected, stepped = make(), make()
        expected.backward()
    except (KindError, DomainError):
        pytest.skip(f"{primitive.name} is not defined for {kind.__name__}s")
    for event in step(stepped):
        assert "=" in str(event) or "≈" in str(event)
        opened = event.open()
        assert (opened is not None) == (primitive.decomposition is not None and event.node.label == "node")
        if opened is not None and event.phase == "forward":
            *_, last = opened
            assert float(last.data) == pytest.approx(float(event.data), rel=1e-14)  # a few more roundings
        elif opened is not None:
            together = {}
            for inner in opened:
                for operand, _, _, total_so_far in inner.contributions:
                    together[operand.label] = total_so_far
            for operand, _, contribution, _ in event.contributions:
                assert float(together[operand.label]) == pytest.approx(float(contribution), rel=1e-13)
    assert state(stepped) == state(expected)


def test_a_sum_of_one_number_has_no_steps_of_its_own():
    assert [event.open() for event in step(total([Value(2.0)]))] == [None] * 3


def test_a_label_with_a_line_break_stays_on_one_line():
    x, blank = Value(2.0, label="x\n1"), Value(3.0, label="\n\n")
    y = x * blank
    y.label = "the\r\nloss"
    assert [str(event) for event in step(y)][:2] == ["the loss = [x 1] · v₁ = 2 · 3 = 6", "∂the loss/∂the loss = 1"]
    assert "[the loss] = [x 1] · v₁" in str(explain(y))
