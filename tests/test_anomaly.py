"""detect_anomaly names the first trouble and its line; stale names what a changed leaf left behind."""

import copy
import math
import pickle
import threading
import warnings
from decimal import Decimal
from fractions import Fraction

import pytest
from random_graphs import random_graph

import autograd
from autograd import (
    AnomalyError,
    AnomalyWarning,
    AutogradError,
    DivisionByZeroError,
    DomainError,
    Value,
    anomaly,
    detect_anomaly,
    draw,
    exp,
    grad,
    log,
    numeric,
    softmax,
    sqrt,
    stale,
    tanh,
    topological_order,
    weighted_sum,
    weighted_sums,
)
from autograd.instrument import OBSERVERS


def test_names_the_first_node_that_overflowed_and_its_line():
    with detect_anomaly():
        x = Value(1e200, label="x")
        half = x * 0.5
        with pytest.raises(AnomalyError, match=r"^mul of 5e\+199 and x = 1e\+200 gives inf; made at .*test_anomaly.py"):
            half * x  # the line
        try:
            half * x  # the line
        except FloatingPointError as error:
            assert str(error).endswith("half * x  # the line")


def test_a_leaf_that_was_given_nan_is_named_as_the_cause():
    x = Value(math.nan, label="x")
    with detect_anomaly(), pytest.raises(AnomalyError, match="because the leaf x = nan is not finite"):
        x + 1


def test_inf_minus_inf_and_zero_times_inf_on_the_way():
    big = Value(1e308, label="big")
    overflowed = big * 10
    with detect_anomaly(), pytest.raises(AnomalyError, match="sub of inf and inf gives nan"):
        overflowed - overflowed


def test_zero_times_infinity_in_the_backward_pass():
    x = Value(1e-200, label="x")
    with detect_anomaly():
        y = 1 / x  # its slope is -1e400
        z = y * 0
        with pytest.raises(AnomalyError) as caught:
            z.backward()
    assert "the contribution of div of 1 and x = 1e-200 to operand 2 (x) is cotangent 0.0 · partial -inf = nan" in str(
        caught.value
    )
    assert str(caught.value).endswith("y = 1 / x  # its slope is -1e400")
    assert x.grad == 0.0


def test_a_grad_that_overflows_by_adding_up():
    x = Value(1.0, label="x")
    with detect_anomaly():
        y = (x * 1e308 - 1e308) + (x * 1e308 - 1e308)
        with pytest.raises(AnomalyError, match=r"the grad of operand 1 \(x\) of mul .* became inf with cotangent"):
            y.backward()


def test_the_root_at_zero_is_explained_with_and_without():
    x = Value(0.0, label="x")
    with pytest.raises(DivisionByZeroError, match="the partial of sqrt of x = 0"):
        sqrt(x).backward()
    with detect_anomaly():
        root = sqrt(x)  # made here
        for _ in range(2):
            with pytest.raises(DivisionByZeroError, match="the partial of sqrt of x = 0") as caught:
                root.backward()
        [note] = caught.value.__notes__
        assert note.endswith("root = sqrt(x)  # made here")


def test_the_logarithm_of_a_rounding_negative():
    parts = [Value(p) for p in (0.1, 0.2)]
    with detect_anomaly():
        rest = 0.3 - parts[0] - parts[1]  # -2.8e-17 by rounding
        rest.label = "rest"
        with pytest.raises(DomainError, match=r"log of rest = -\d.*keep its operand positive.*log\(rest") as caught:
            log(rest)
        assert "test_anomaly.py" in caught.value.__notes__[0]


@pytest.mark.parametrize(
    "function, at",
    [(tanh, 30.0), (autograd.sigmoid, 50.0), (exp, -800.0), (lambda x: softmax([x, 0.0])[0], 800.0)],
)
def test_a_saturated_function_warns(function, at):
    x = Value(at, label="z")
    with detect_anomaly():
        y = function(x)
        with pytest.warns(AnomalyWarning, match=r"z = -?\d+\.0.* is saturated: its slope is exactly 0") as seen:
            y.backward()
    assert seen[0].filename == __file__
    assert x.grad == 0.0


def test_a_saturated_function_made_before_warns_too():
    y = Value(50.0).sigmoid()
    with detect_anomaly(), pytest.warns(AnomalyWarning, match="its line is not known"):
        y.backward()


def test_a_flat_relu_is_not_saturated():
    x = Value(-1.0)
    with warnings.catch_warnings(), detect_anomaly():
        x.relu().backward()


@pytest.mark.parametrize(
    "make",
    [
        lambda big: big * big,
        lambda big: big + big,
        lambda big: big - -1e308,
        lambda big: big / 0.5,
        lambda big: autograd.total([big, 1e308]),
        lambda big: weighted_sum([big], [10.0]),
        lambda big: weighted_sum([10.0, 1.0], [big, 1.0]),
        lambda big: autograd.weighted_sums([(big, big)], [10.0])[0],
        lambda big: autograd.leaky_relu(-big, 1e10),
        lambda big: 1e10 * big,
        lambda big: 1e308 + big,
    ],
)
def test_no_way_of_recording_escapes_it(make):
    big = Value(1e308)
    with detect_anomaly(), pytest.raises(AnomalyError):
        make(big)
    assert math.isinf(make(big).data)  # and without it nothing raises


def test_re_evaluating_is_looked_at_too_and_names_the_line_that_made_the_node():
    x = Value(2.0)
    y = x * x
    with detect_anomaly():
        z = x * x
        w = weighted_sums([(x, x)], [x])[0]  # a weighted row
        x.data = 1e200
        with pytest.raises(AnomalyError, match="made outside of detect_anomaly"):
            y.forward()
        with pytest.raises(AnomalyError, match=r"made at .*: z = x \* x$"):
            z.forward()
        with pytest.raises(AnomalyError, match=r"a weighted row$"):
            w.forward()


@pytest.mark.parametrize("create_graph", [False, True])
def test_the_gradients_of_grad_are_looked_at_too(create_graph):
    x, y = Value(1e-200, label="x"), Value(800.0, label="y")
    with detect_anomaly():
        quotient = 1 / x
        with pytest.raises(AnomalyError, match="gives -inf" if create_graph else r"operand 2 \(x\) .*quotient = 1 / x"):
            grad(quotient, [x], create_graph)
        with pytest.warns(AnomalyWarning, match=r"sigmoid of y = 800.0 is saturated"):
            assert [numeric.number_of(slope) for slope in grad(y.sigmoid() * 2.0, [y], create_graph)] == [0.0]
        total = 1e308 * x + 1e308 * x
        with pytest.raises(AnomalyError, match=r"grad of operand 2 \(x\) of mul .* became inf with"):
            grad(total, [x], create_graph)
        root = Value(0.0, label="r").sqrt() * 2.0
        with pytest.raises(AutogradError, match="the partial of sqrt of r") as caught:
            grad(root, root.operands[0].operands, create_graph)
        assert "root = Value(0.0" in caught.value.__notes__[0]
        assert grad(x * Value(0.0).sqrt(), [x]) == [0.0]  # a slope that nobody asked for
    assert grad(quotient, [x]) == [-math.inf]


def test_it_gives_the_same_bits_and_leaves_nothing_behind():
    before = dict(vars(Value))

    def gradients():
        x, w = Value(0.3), Value(-0.7)
        weighted_sum([w, x, 0.1], [x, w, x], w).tanh().backward()
        (x * w + x.exp() / w).backward()
        return x.grad, w.grad

    plain = gradients()
    with detect_anomaly():
        with detect_anomaly():
            assert gradients() == plain
        assert dict(vars(Value)) == before
        assert OBSERVERS and anomaly._lines
        assert gradients() == plain
    assert not OBSERVERS and not anomaly._lines


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda node: pickle.loads(pickle.dumps(node))])
def test_a_copy_has_not_the_line_of_a_node_that_is_no_more(copied):
    with detect_anomaly():
        x = Value(2.0)
        y = x * x
        others = [x + float(k) for k in range(100)]
        del others
        again = copied(y)
        again.operands[0].data = 1e200
        with pytest.raises(AnomalyError, match="its line is not known"):
            again.forward()


def test_other_kinds_of_number():
    with detect_anomaly():
        (Value(Fraction(1, 3)) * Value(Fraction(3))).backward()
        (Value(Decimal(2)) * Value(Decimal(3))).backward()
        (Value(2 + 1j) * Value(3j)).backward()
        with pytest.raises(AnomalyError):
            Value(Decimal("Infinity")) * 2
        with pytest.raises(AnomalyError):
            Value(1e308 + 1j) * 10


def test_contexts_in_two_threads_do_not_switch_each_other_off():
    inside, leave = threading.Event(), threading.Event()

    def other():
        with detect_anomaly():
            inside.set()
            leave.wait(10)

    thread = threading.Thread(target=other)
    thread.start()
    inside.wait(10)
    with detect_anomaly():
        pass
    with pytest.raises(AnomalyError):
        Value(1e200) * 1e200
    leave.set()
    thread.join()
    assert math.isinf((Value(1e200) * 1e200).data)


# --- stale data ------------------------------------------------------------------------------------


def test_stale_is_what_forward_would_change():
    x, w = Value(2.0), Value(3.0)
    product = x * w
    beside = x * 2
    root = (product + 1).tanh() + beside
    before = [(node.data, node.grad, node.partials) for node in topological_order(root)]
    assert stale(root) == []
    w.data = 4.0
    found = stale(root)
    assert found == [product, product_plus_one(root), root.operands[0], root]
    w.data = 3.0
    assert [(node.data, node.grad, node.partials) for node in topological_order(root)] == before
    w.data = 4.0
    root.forward()
    after = [(node.data, node.partials) for node in topological_order(root)]
    changed = [node for node, (data, _, partials), now in zip(topological_order(root), before, after)
               if (data, partials) != now and node.op]  # fmt: skip
    assert found == changed and stale(root) == []


def test_draw_marks_as_stale_what_stale_says():
    root, leaves = random_graph(seed=3, size=60)
    leaves[0].data += 0.25
    drawn = draw(root)._scene
    marked = [node for node, box in drawn.box_of.items() if box.is_stale]
    assert marked and set(marked) == set(stale(root))


def product_plus_one(root):
    return root.operands[0].operands[0]


def test_stale_by_its_partial_only():
    x, w = Value(0.0), Value(3.0)
    product = x * w
    w.data = 5.0  # the product is 0 still
    assert stale(product) == [product]


def test_stale_weighted_sums_softmax_and_edges():
    x, w = Value(0.5), Value(2.0)
    z = weighted_sum([w, w], [x, 1.0], 0.1)
    p = softmax([z, 0.0])[0]
    root = sqrt(x - 0.5)
    both = p + root
    assert stale(both) == []  # a partial that does not exist is not stale
    w.data = 3.0
    assert stale(both) == [z, p, both]
    x.data = 0.25  # now the root cannot be computed
    assert stale(both) == [z, p, x_minus(root), root, both]
    assert stale(x) == []


def x_minus(root):
    return root.operands[0]


def test_nan_is_not_stale():
    x = Value(math.nan)
    assert stale(x * 2) == []
