"""The engine: recording, the chain rule, and what a user does between the two."""

import math
import random
import traceback
import tracemalloc
from decimal import Decimal
from fractions import Fraction

import pytest
from random_graphs import TAME, random_graph

import autograd
from autograd import AutogradError, Value, topological_order, weighted_sum, weighted_sums
from autograd.primitives import PRIMITIVES
from autograd.value import contributions, record_in_order

# --- recording ---


def test_a_node_remembers_its_operation_operands_and_partials():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    product = a * b
    assert (product.op, product.operands, product.partials) == ("mul", (a, b), (-3.0, 2.0))
    assert (a.op, a.operands, a.partials) == ("", (), ())
    shifted = product + 10
    assert shifted.operands == (product, 10)
    assert shifted.partials == (1.0, 1.0)


def test_a_number_used_twice_is_two_operands():
    x = Value(3.0)
    square = x * x
    assert square.operands == (x, x)
    square.backward()
    assert x.grad == 6.0


@pytest.mark.parametrize(
    ("build", "expected", "slope"),
    [
        (lambda x: x + 2, 5.0, 1.0),
        (lambda x: 2 + x, 5.0, 1.0),
        (lambda x: x - 2, 1.0, 1.0),
        (lambda x: 2 - x, -1.0, -1.0),
        (lambda x: x * 2, 6.0, 2.0),
        (lambda x: 2 * x, 6.0, 2.0),
        (lambda x: x / 2, 1.5, 0.5),
        (lambda x: 2 / x, 2 / 3, -2 / 9),
        (lambda x: x**2, 9.0, 6.0),
        (lambda x: 2**x, 8.0, 8 * math.log(2)),
        (lambda x: x**x, 27.0, 27 * (math.log(3) + 1)),
        (lambda x: -x, -3.0, -1.0),
        (lambda x: +x, 3.0, 1.0),
        (lambda x: abs(-x), 3.0, 1.0),
        (lambda x: sum([x, x, x]), 9.0, 3.0),
    ],
)
def test_operators_take_values_and_numbers_on_either_side(build, expected, slope):
    x = Value(3.0)
    y = build(x)
    y.backward()
    assert y.data == expected
    assert x.grad == pytest.approx(slope, rel=1e-15)


def test_data_of_a_numpy_scalar_is_a_python_number():
    numpy = pytest.importorskip("numpy")
    assert type(Value(numpy.float64(0.5)).data) is float
    assert type(Value(numpy.int64(3)).data) is int
    assert Value(numpy.float32(0.5)).data == 0.5
    for result in (numpy.float64(2.0) * Value(3.0), Value(3.0) * numpy.float64(2.0)):
        assert type(result.data) is float
        assert result.data == 6.0
    for wrong in (numpy.bool_(True), numpy.array([1.0, 2.0])):
        with pytest.raises(TypeError, match="must be one number"):
            Value(wrong)


def test_comparisons_read_the_data_and_equality_is_identity():
    a, b = Value(1.0), Value(1.0)
    assert a <= b
    assert a >= b
    assert not a < b
    assert not a > b
    assert a < 2
    assert 0.5 < a  # noqa: SIM300
    assert a != b
    assert len({a, b}) == 2
    for take_out in (float, int, math.exp):
        with pytest.raises(TypeError, match=r"write v\.data .* v\.exp\(\)"):
            take_out(Value(0.25))


def test_a_format_is_that_of_the_data():
    loss, price = Value(2 / 3, label="loss"), Value(Decimal("2.50"))
    assert f"{loss:.4f} {price:>6}" == "0.6667   2.50"
    assert f"{loss}" == str(loss) == repr(loss)
    with pytest.raises(ValueError, match="Unknown format code"):
        f"{loss:d}"


def test_repr_is_short_and_shows_the_label_where_there_is_one():
    assert repr(Value(2.0)) == "Value(data=2.0, grad=0.0)"
    assert repr(Value(Fraction(1, 3), label="权重")) == "Value(data=Fraction(1, 3), grad=Fraction(0, 1), label='权重')"


def test_fast_paths_give_the_bits_of_the_table():
    rng = random.Random(7)
    for _ in range(300):
        a, b = Value(rng.gauss(0, 1e3)), Value(rng.gauss(0, 1e-3))
        other = rng.choice([b, rng.gauss(0, 1), rng.randrange(9)])
        for fast, name in ((a + other, "add"), (a * other, "mul")):
            general = record_in_order(PRIMITIVES[name], (a, other))
            assert (fast.data, fast.partials, fast.operands) == (general.data, general.partials, general.operands)


def test_a_layer_of_weighted_sums_gives_the_bits_of_the_table():
    rng = random.Random(8)
    weights = [Value(rng.gauss(0, 1)) for _ in range(7)]
    for inputs in ([rng.gauss(0, 1) for _ in range(6)], [Value(rng.gauss(0, 1)) for _ in range(6)]):
        [row] = weighted_sums([tuple(weights)], inputs)
        general = record_in_order(PRIMITIVES["weighted_sum"], (*weights[:-1], *inputs, weights[-1]))
        assert (row.data, row.partials, row.operands) == (general.data, general.partials, general.operands)


def test_a_weighted_sum_mixes_values_and_numbers():
    w, x = Value(2.0), Value(5.0)
    root = weighted_sum([w, 3.0], [1.5, x], 0.25)
    root.backward()
    assert (root.data, w.grad, x.grad) == (18.25, 1.5, 3.0)
    assert root.operands == (w, 3.0, 1.5, x, 0.25)
    assert root.partials == (1.5, 5.0, 2.0, 3.0, 1)


@pytest.mark.parametrize("name", ["total", "weighted_sum"])
def test_a_composite_node_is_its_definition(name):
    rng = random.Random(name)
    operands = [Value(Fraction(rng.randrange(-9, 9), rng.randrange(1, 9))) for _ in range(7)]
    row = PRIMITIVES[name]
    node, opened = record_in_order(row, operands), row.decomposition(tuple(operands))
    assert node.data == opened.data
    node.backward()
    once = [operand.grad for operand in operands]
    opened.backward()
    assert [operand.grad for operand in operands] == [2 * grad for grad in once]


def test_a_row_that_is_a_list_may_be_changed_afterwards():
    w, b = Value(2.0), Value(1.0)
    row = [w, b]
    [root] = weighted_sums([row], [3.0])
    row[0] = Value(100.0)
    root.backward()
    assert (root.forward(), w.grad, b.grad) == (7.0, 3.0, 1.0)


# --- backward ---


@pytest.mark.parametrize("seed", range(20))
def test_twice_the_call_is_exactly_twice_the_gradient(seed):
    root, leaves = random_graph(seed)
    root.backward()
    once = [leaf.grad for leaf in leaves]
    inner = {node: node.grad for node in topological_order(root) if node.op}
    root.backward()
    assert [leaf.grad for leaf in leaves] == [2 * grad for grad in once]
    assert all(node.grad == cotangent for node, cotangent in inner.items())


def test_gradients_over_two_roots_add_up_in_the_leaves_only():
    x = Value(3.0)
    shared = x * x
    first, second = shared * 2, shared * 5
    first.backward()
    second.backward()
    assert x.grad == 2 * 6 + 5 * 6
    assert shared.grad == 5.0


def test_a_diamond_and_a_root_that_is_also_an_operand():
    x = Value(2.0)
    left, right = x * 3, x + 1
    root = left * right
    root.backward()
    assert x.grad == 3 * 3 + 6
    bigger = root * root
    bigger.backward()
    assert root.grad == 2 * root.data


def test_a_leaf_changed_after_it_was_used_does_not_make_its_gradient_wrong():
    a, b = Value(2.0), Value(3.0)
    [row] = weighted_sums([(a, b)], [a * 1.0])
    product, third = a * b, a / b
    a.data, b.data = 100.0, 200.0
    product.backward()
    assert (a.grad, b.grad) == (3.0, 2.0)
    a.zero_grad(), b.zero_grad()
    third.backward()
    assert (a.grad, b.grad) == (1 / 3, -2 / 9) or b.grad == pytest.approx(-2 / 9, rel=1e-15)
    a.zero_grad(), b.zero_grad()
    row.backward()
    assert (a.grad, b.grad) == (4.0, 1.0)


def test_backward_on_a_leaf_adds_the_seed():
    x = Value(1.0)
    x.backward()
    x.backward(2)
    assert x.grad == 3.0


@pytest.mark.parametrize(
    ("data", "seed", "kind"),
    [(2.0, 1, float), (2, 1, float), (Fraction(2, 3), 1, Fraction), (Decimal("0.2"), 1, Decimal)],
)
def test_the_seed_is_taken_in_the_datas_own_kind(data, seed, kind):
    x = Value(data)
    y = x * x + x
    assert type(x.grad) is type(y.grad) is kind
    y.backward(seed)
    assert type(x.grad) is type(y.grad) is kind
    assert x.grad == 2 * data + 1


def test_a_whole_number_in_a_graph_of_fractions_has_an_exact_gradient():
    k, x = Value(3), Value(Fraction(1, 3))
    (k * x / 7).backward()
    assert (k.grad, x.grad) == (Fraction(1, 21), Fraction(3, 7))
    d = Value(Decimal("0.5"))
    (d / 8).backward()
    assert d.grad == Decimal("0.125")


def test_inputs_shared_by_a_neuron_and_by_the_neuron_that_makes_its_weights():
    # The order must have the inputs before the inner neuron, though the outer one lists them too.
    rng = random.Random(3)
    base = [Value(rng.gauss(0, 1)) for _ in range(3)]
    inputs = tuple(x.tanh() for x in base)
    w = tuple(Value(rng.gauss(0, 1)) for _ in range(4))
    [inner] = weighted_sums([w], inputs)
    [outer] = weighted_sums([(inner, inner * 2, w[0], w[1])], inputs)
    outer.backward()
    fast = [leaf.grad for leaf in (*base, *w)]
    for leaf in (*base, *w):
        leaf.grad = 0.0
    z = w[0] * inputs[0] + w[1] * inputs[1] + w[2] * inputs[2] + w[3]
    (z * inputs[0] + z * 2 * inputs[1] + w[0] * inputs[2] + w[1]).backward()
    assert fast == pytest.approx([leaf.grad for leaf in (*base, *w)], rel=1e-14)


def test_an_interrupted_backward_leaves_the_gradients_as_they_were():
    class Interrupting(float):
        def __rmul__(self, other):
            raise KeyboardInterrupt

    x, w = Value(2.0), Value(3.0)
    (x * w).backward()
    [row] = weighted_sums([(w, x)], [x * 5.0])
    root = (row * x).tanh()
    fine = root.operands[0]._left_partial
    fine_operand = row.operands[1]
    kept = fine_operand._left_partial
    fine_operand._left_partial = Interrupting(kept)
    before = (x.grad, w.grad)
    with pytest.raises(KeyboardInterrupt):
        root.backward()
    assert (x.grad, w.grad) == before
    fine_operand._left_partial = kept
    assert root.operands[0]._left_partial == fine
    root.backward()
    after = (x.grad, w.grad)
    x.grad = w.grad = 0.0
    root.backward()
    assert after == (before[0] + x.grad, before[1] + w.grad)


def test_a_backward_that_is_interrupted_as_it_begins_loses_no_gradient():
    class Interrupting(float):
        def __bool__(self):
            raise KeyboardInterrupt

    a, b, c = Value(1.0), Value(2.0), Value(3.0)
    a.grad, b.grad, c.grad = 10.0, Interrupting(20.0), 30.0
    with pytest.raises(KeyboardInterrupt):
        (a * b * c).backward()
    assert (a.grad, c.grad) == (10.0, 30.0)


def test_a_partial_that_does_not_exist_raises_only_when_a_gradient_asks_for_it():
    x, y = Value(0.0, label="x"), Value(2.0)
    root = x.sqrt() + y
    assert root.data == 2.0
    y.grad = 7.0
    with pytest.raises(ZeroDivisionError, match=r"the partial of sqrt of x = 0\.0"):
        root.backward()
    assert (x.grad, y.grad) == (0.0, 7.0)


def test_contributions_are_those_of_the_sweep():
    root, _ = random_graph(5)
    root.backward()
    total = {}
    for node in reversed(topological_order(root)):
        for operand, partial, contribution in contributions(node, node.grad):
            assert contribution == node.grad * partial
            total[operand] = total.get(operand, 0.0) + contribution
    assert all(node.grad == total[node] for node in total)


# --- forward and zero_grad ---


def test_forward_gives_the_bits_of_a_new_recording():
    rng = random.Random(1)
    root, leaves = random_graph(11, names=TAME)
    again, other_leaves = random_graph(11, names=TAME)
    for leaf, other in zip(leaves, other_leaves):
        leaf.data = other.data = rng.uniform(-1, 1)
    assert root.forward() == again.forward() == root.data
    root.backward()
    again.backward()
    assert [leaf.grad for leaf in leaves] == [leaf.grad for leaf in other_leaves]


def test_forward_answers_what_if():
    w, x = Value(0.5, label="w"), Value(2.0, label="x")
    y = (w * x).tanh() + x**2
    w.data = 0.3
    assert y.forward() == math.tanh(0.6) + 4.0
    y.backward()
    assert w.grad == (1 - math.tanh(0.6) * math.tanh(0.6)) * 2.0


@pytest.mark.parametrize("wrong", ["abc", None, Value(1.0), [1.0], True])
def test_what_is_no_number_is_refused_where_it_is_set(wrong):
    x = Value(2.0, label="x")
    x.grad = 3.0
    with pytest.raises(TypeError, match=r"data of x is .*must be one number"):
        x.data = wrong
    if wrong is not None:  # which sets it to zero, as in PyTorch
        with pytest.raises(TypeError, match=r"grad of x is .*must be one number"):
            x.grad = wrong
    with pytest.raises(TypeError, match="label is 3"):
        x.label = 3
    assert (x.data, x.grad, x.label) == (2.0, 3.0, "x")
    x.grad = None
    assert x.grad == 0.0


def test_a_numpy_number_that_is_set_is_kept_as_a_python_number():
    numpy = pytest.importorskip("numpy")
    x = Value(2.0)
    x.data -= numpy.float32(0.5) * 1.0
    assert (type(x.data), x.data) == (float, 1.5)


def test_zero_grad_reaches_every_node():
    root, _ = random_graph(2)
    root.backward()
    root.zero_grad()
    assert all(node.grad == 0.0 for node in topological_order(root))


# --- depth and size ---


def chain(length, x):
    """A chain of that many nodes from x: times a, plus b."""
    a, b = Value(0.999999), Value(1e-6)
    y = x
    for _ in range(length // 2):
        y = y * a + b
    return y


@pytest.mark.parametrize("length", [100_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_a_chain_of_a_million_nodes(shallow_recursion, length):
    x = Value(0.5)
    y = chain(length, x)
    y.backward()
    assert x.grad == pytest.approx(0.999999 ** (length // 2), rel=1e-9)
    assert y.forward() == y.data
    assert repr(y).startswith("Value(data=")
    y.zero_grad()
    del y


def test_a_node_of_a_chain_takes_at_most_200_bytes():
    tracemalloc.start()
    y = chain(100_000, Value(0.5))
    y.backward()
    taken = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert taken <= 200 * 100_000


def test_a_sum_of_a_million_terms_and_a_fan_out(shallow_recursion):
    x = Value(1.0)
    terms = [x * 2.0 for _ in range(200_000)] + [x] * 800_000
    root = autograd.total(terms)
    root.backward()
    assert root.data == 1_200_000.0
    assert x.grad == 1_200_000.0


# --- bad input ---


@pytest.mark.parametrize("wrong", ["a", None, [1.0], True, (), {}, b"1", object()])
def test_what_is_no_number_is_refused_with_what_was_given(wrong):
    with pytest.raises(TypeError, match=f"of type {type(wrong).__name__}"):
        Value(wrong)
    with pytest.raises(TypeError, match="an operand of add"):
        Value(1.0) + wrong
    with pytest.raises(TypeError, match="an operand of mul"):
        wrong * Value(1.0)


@pytest.mark.parametrize(
    ("build", "builtin", "message"),
    [
        (lambda x: x.log(), ValueError, "log of x = 0.0: log is defined for numbers above 0"),
        (lambda x: (x - 1).log(), ValueError, "log of -1.0"),
        (lambda x: 1 / x, ZeroDivisionError, "div of 1 and x = 0.0: the divisor must not be 0"),
        (lambda x: x**-1, ZeroDivisionError, "pow of x = 0.0 and -1"),
        (lambda x: (x - 8) ** 0.5, ValueError, r"pow of -8.0 and 0.5: a negative base"),
        (lambda x: (x - 1).sqrt(), ValueError, "sqrt of -1.0"),
        (lambda x: (x + 1000).exp(), OverflowError, "exp of 1000.0: the result is too large"),
        (lambda x: (x + 10.0) ** 400, OverflowError, "pow of 10.0 and 400"),
        (lambda x: x + Decimal("0.1"), TypeError, "do not mix"),
        (lambda x: weighted_sum([x], [1.0, 2.0]), ValueError, "1 weights for 2 inputs"),
        (lambda x: weighted_sums([(x, x)], [1.0, 2.0]), ValueError, "1 weights for 2 inputs"),
        (lambda x: x.backward("a"), TypeError, "seed is 'a'"),
        (lambda x: Value(1.0, label=3), TypeError, "label is 3"),
        (lambda x: topological_order(3.0), TypeError, "from its root, a Value; got 3.0"),
    ],
)
def test_an_error_names_the_operation_the_label_and_the_value(build, builtin, message):
    with pytest.raises(builtin, match=message) as caught:
        build(Value(0.0, label="x"))
    assert isinstance(caught.value, autograd.AutogradError)


@pytest.mark.parametrize(
    "operation", [lambda a: a + "x", lambda a: "x" * a, lambda a: a / 0.0, lambda a: (a - 1).log(), lambda a: a ** [1]]
)
def test_an_error_leads_to_the_users_line(operation):
    with pytest.raises(AutogradError) as caught:
        operation(Value(1.0))
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert sum("autograd" in frame.filename for frame in frames) <= 3


def test_code_written_for_micrograd_runs_with_the_import_line_changed():
    # The session of micrograd's README, whose printed results are its figures.
    a, b = Value(-4.0), Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    assert f"{g.data:.4f} {a.grad:.4f} {b.grad:.4f}" == "24.7041 138.8338 645.5773"
    assert (g._op, g._prev) == ("+", set(g.operands))
    assert [(a**3)._op, (a**b)._op, a.relu()._op, a.tanh()._op] == ["**3", f"**{b.data}", "ReLU", "tanh"]


def test_an_error_does_not_hand_a_labels_control_characters_to_the_terminal():
    with pytest.raises(ValueError, match=r"log of p\?\[31m = -1\.0: ") as caught:
        Value(-1.0, label="p\x1b[31m").log()
    assert "\x1b" not in str(caught.value)
