"""Graphs copied and pickled: the same bits, shared where they were shared, at any depth."""

import copy
import pickle
from fractions import Fraction

import pytest

from autograd import AutogradError, Value, softmax, topological_order, weighted_sum, weighted_sums
from nn import Parameter


def pickled(thing):
    return pickle.loads(pickle.dumps(thing))


def graph():
    x, w, b = Value(0.5, label="x"), Value(2.0, label="w"), Value(0.1)
    row = (w, w, b)
    first, second = weighted_sums([row, row], [x, x])
    mixed = weighted_sum([w, 3.0], [x, 1.0], 1)
    named = softmax([first, second, mixed])[1] * 2
    named.label = "named"
    return named + (x - 0.5).sqrt() * 0 + x**2


def described(root):
    return [(n.op, n.label, n.data, str(n.partials), n.grad) for n in topological_order(root)]


@pytest.mark.parametrize("duplicate", [copy.deepcopy, pickled], ids=["deepcopy", "pickle"])
def test_a_copy_is_the_same_graph_of_other_nodes(duplicate):
    root = graph() - 0.5
    again = duplicate(root)
    assert described(again) == described(root)
    assert not set(topological_order(again)) & set(topological_order(root))
    with pytest.raises(AutogradError, match="partial of sqrt"):
        again.backward()


def test_a_copy_gives_the_same_bits_and_its_leaves_are_its_own():
    def root():
        x, w = Value(0.3, label="x"), Value(-0.7)
        return (weighted_sum([w, x], [x, w], w).tanh() * x).exp()

    original = root()
    for duplicate in (copy.deepcopy, pickled):
        again = duplicate(original)
        again.backward()
        assert original.operands[0].operands[1].grad == 0.0
        fresh = root()
        fresh.backward()
        assert [n.grad for n in topological_order(again)] == [n.grad for n in topological_order(fresh)]
        again.operands[0].operands[1].data = 0.4
        assert again.forward() != original.data


def test_what_is_shared_stays_shared():
    x, w = Value(2.0), Value(3.0)
    product = x * w
    for duplicate in (copy.deepcopy, pickled):
        x2, w2, product2, _ = duplicate([x, w, product, product + 1])
        assert product2.operands == (x2, w2)
    copies = copy.deepcopy([product, product + 1])
    assert copies[1].operands[0] is copies[0]
    # a row of weights that two neurons share is one tuple still
    row = (x, w, Value(1.0))
    a, b = weighted_sums([row, row], [1.0, 2.0])
    for duplicate in (copy.deepcopy, pickled):
        again = duplicate(a + b)
        first, second = again.operands
        assert first._left is second._left and first._right is second._right


def test_a_leaf_keeps_its_grad_its_label_and_its_kind():
    x = Value(Fraction(1, 3), label="x")
    (x * x).backward()
    for duplicate in (copy.copy, copy.deepcopy, pickled):
        again = duplicate(x)
        assert again is not x
        assert (again.data, again.grad, again.label, again.op) == (Fraction(1, 3), Fraction(2, 3), "x", "")


def test_a_shallow_copy_has_the_same_operands():
    x = Value(3.0)
    square = x * x
    again = copy.copy(square)
    again.backward()
    assert again.operands == (x, x) and x.grad == 6.0 and square.grad == 0.0


def chain(length):
    x = y = Value(0.5)
    for _ in range(length):
        y = y * 0.999 + 0.001
    return x, y


@pytest.mark.parametrize("length", [20_000, pytest.param(500_000, marks=pytest.mark.slow)])
def test_deep_graphs(shallow_recursion, length):
    x, y = chain(length)  # two nodes each
    y.backward()
    for duplicate in (copy.deepcopy, pickled):
        again = duplicate(y)
        again.zero_grad()
        again.backward()
        assert topological_order(again)[0].grad == x.grad
        del again


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, pickled], ids=["copy", "deepcopy", "pickle"])
def test_a_parameter_keeps_its_attributes(duplicate):
    w = Parameter(2.0, label="w")
    w.m, w.shared = 0.5, [1]
    w.grad = 3.0
    again = duplicate(w)
    assert (type(again), again.data, again.grad, again.label, again.m) == (Parameter, 2.0, 3.0, "w", 0.5)
    assert (again.shared is w.shared) is (duplicate is copy.copy)
    if duplicate is not copy.copy:
        [leaf] = [node for node in topological_order(duplicate(w * w)) if not node.op]
        assert type(leaf) is Parameter and leaf.shared == [1]
