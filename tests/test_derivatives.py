"""grad, gradient, hessian: of any order, nested, and where perturbations are usually confused."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest

from autograd import (
    DivisionByZeroError,
    KindError,
    ShapeError,
    StaleDataError,
    Value,
    exp,
    grad,
    gradient,
    hessian,
    hessian_vector_product,
    log,
    logsumexp,
    sin,
    softmax,
    total,
    weighted_sum,
    weighted_sums,
)


def test_grad_leaves_grad_untouched():
    x = Value(3.0)
    y = x * x
    y.backward()
    assert grad(y, [x]) == [6.0]
    assert (x.grad, y.grad) == (6.0, 1.0)


def test_grad_of_what_is_not_there_is_zero_in_its_own_kind():
    x, absent = Value(Fraction(1, 2)), Value(Fraction(1))
    [slope, nothing] = grad(x * x, [x, absent])
    assert (slope, nothing, type(nothing)) == (1, 0, Fraction)


def test_grad_by_an_intermediate_node_and_by_the_output():
    x = Value(2.0)
    square = x * x
    cube = square * x
    assert grad(cube, [square, cube, x]) == [2.0, 1.0, 12.0]


def test_a_partial_that_does_not_exist_raises_only_where_it_is_asked_for():
    x, y = Value(0.0, label="x"), Value(2.0)
    output = x.sqrt() + y
    for create_graph in (False, True):
        [slope] = grad(output, [y], create_graph)
        assert (slope.data if create_graph else slope) == 1.0
        with pytest.raises(DivisionByZeroError, match="partial of sqrt of x"):
            grad(output, [x], create_graph)


def test_inputs_must_be_values():
    with pytest.raises(KindError, match=r"inputs\[1\] is 2.0"):
        grad(Value(1.0), [Value(1.0), 2.0])
    w = Value(1.0, label="w")
    with pytest.raises(KindError, match=r"inputs: expected a list of Values, or one Value, got None"):
        grad(w * 2, None)


@pytest.mark.parametrize("create_graph", [False, True])
def test_one_input_has_one_gradient(create_graph):
    w = Value(3.0, label="w")
    gradient_of_w = grad(w * w, w, create_graph)
    assert gradient_of_w == 6.0 if not create_graph else grad(gradient_of_w, w) == 2.0


@pytest.mark.parametrize("derivative", [gradient, hessian, hessian_vector_product])
def test_a_derivative_of_a_function_says_at_once_that_a_graph_is_none(derivative):
    with pytest.raises(KindError, match=r"expected a function of Values, got Value\(.*; of a graph take grad\("):
        derivative(Value(2.0) ** 2)


def test_create_graph_refuses_to_mix_old_and_new_data():
    x, y = Value(2.0), Value(3.0)
    product = (x * y) * y
    x.data = 5.0
    assert grad(product, [y]) == [12.0]  # of the numbers with which it was computed
    with pytest.raises(StaleDataError, match="mul node has changed since"):
        grad(product, [y], create_graph=True)
    product.forward()
    assert grad(product, [y], create_graph=True)[0].data == 30.0


@pytest.mark.parametrize("order", range(1, 7))
def test_any_order_of_exp_of_two_x(order):
    f = lambda x: exp(2 * x)
    for _ in range(order):
        f = gradient(f)
    assert f(0.0) == 2.0**order


def test_any_order_exact_on_fractions():
    f = lambda x: 1 / x
    for order, expected in enumerate([-1, 2, -6, 24, -120], start=1):
        f = gradient(f)
        assert f(Fraction(1, 3)) == expected * Fraction(3) ** (order + 1)


def test_perturbations_are_not_confused():
    assert gradient(lambda x: x * gradient(lambda y: x + y)(3.0))(2.0) == 1.0
    assert gradient(lambda x: x * gradient(lambda y: x * y)(3.0))(2.0) == 4.0
    # the inner point is the outer variable, and the inner function closes over it too
    assert gradient(lambda x: gradient(lambda y: x * x * y * y)(x))(2.0) == 6 * 2.0**2
    assert gradient(lambda x: x * gradient(lambda x: x * x * x)(x))(2.0) == 9 * 2.0**2
    # with grad, and with bare Values
    x, y = Value(2.0), Value(3.0)
    [by_y] = grad(x + y, [y], create_graph=True)
    assert grad(x * by_y, [x]) == [1.0]


def test_a_function_may_close_over_a_weight():
    w = Value(2.0, label="w")
    slope = gradient(lambda x: sin(w * x))(0.0)
    slope.backward()
    assert (slope.data, w.grad) == (2.0, 1.0)


def test_shapes():
    f = lambda w, b: w[0] * w[1] + b * b
    assert gradient(f)([2.0, 3.0], 4.0) == [[3.0, 2.0], 8.0]
    assert gradient(f)((2, 3), 4) == [[3, 2], 8]
    assert hessian(f)([2.0, 3.0], 4.0) == [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 2.0]]
    assert hessian(lambda x: x[0] ** 2)([3.0]) == [[2.0]]
    assert hessian(lambda x: x**2)(3.0) == 2.0
    assert gradient(lambda x: 5)(1.0) == 0.0
    assert gradient(lambda x: x[0])([1.0, 2.0]) == [1.0, 0.0]


def test_bad_calls_are_explained():
    with pytest.raises(ShapeError, match="without an argument"):
        gradient(lambda: Value(1.0))()
    with pytest.raises(KindError, match="the result of the function is"):
        gradient(lambda x: [x, x])(1.0)
    with pytest.raises(KindError, match="'one'"):
        gradient(lambda x: x)("one")
    with pytest.raises(KindError, match=r"hessian: expected a function of Values, got 9\.0 \(of type float\)"):
        hessian(Value(3.0).data ** 2)
    with pytest.raises(ShapeError, match="a vector of 1 for a point of 2"):
        hessian_vector_product(lambda x: x[0])([1.0, 2.0], [1.0])


def test_hessian_vector_product_is_the_hessian_times_the_vector():
    f = lambda x: logsumexp([x[0] * x[1], x[1] * x[2], 3 * x[0]]) + weighted_sum(x, x, 1)
    point, vector = [0.3, -0.7, 1.1], [1.0, -2.0, 0.5]
    by_matrix = [total([h * v for h, v in zip(row, vector)]) for row in hessian(f)(point)]
    assert hessian_vector_product(f)(point, vector) == pytest.approx(by_matrix, rel=1e-14)  # other order of adding
    assert hessian_vector_product(lambda x: x**3)(2.0, 0.5) == 6.0


def test_hessian_vector_product_does_not_form_the_hessian():
    # 2,000 variables: the matrix would have four million entries.
    f = lambda x: total([a * b for a, b in pairwise(x)])
    product = hessian_vector_product(f)([1.0] * 2000, [1.0] * 2000)
    assert product == [1.0] + [2.0] * 1998 + [1.0]


def test_second_derivatives_through_every_composite():
    weights = [Value(0.5), Value(-0.25), Value(0.1)]

    def f(x, y):
        a, b = weighted_sums([(*weights[:2], weights[2]), (x, y, 1)], [x, y])
        return log(softmax([a, b, x])[0]) + total([a * b, y])

    h = 1e-5
    at = (0.4, -1.2)
    exact = [[entry.data for entry in row] for row in hessian(f)(*at)]
    up, down = gradient(f)(at[0] + h, at[1]), gradient(f)(at[0] - h, at[1])
    central = [(p.data - m.data) / (2 * h) for p, m in zip(up, down)]
    assert exact[0] == pytest.approx(central, rel=1e-8)  # h² and rounding over h
    assert exact[0][1] == pytest.approx(exact[1][0], rel=1e-14)


def test_deep():
    def f(x):
        for _ in range(20_000):
            x = x * 0.9999 + 0.0001
        return x

    # the coefficient is applied step by step, so the product is rounded at each
    assert gradient(f)(0.5) == pytest.approx(0.9999**20_000, rel=1e-10)
    assert gradient(gradient(lambda x: f(x * x)))(0.5) == pytest.approx(2 * 0.9999**20_000, rel=1e-10)


@pytest.mark.parametrize("whole", [3, Value(3)], ids=["bare", "Value"])
@pytest.mark.parametrize("kind", ["Fraction", "Decimal", "Symbol"])
def test_whole_numbers_in_a_graph_that_is_differentiated_again(kind, whole):
    if kind == "Symbol":
        number = pytest.importorskip("sympy").Symbol("s")
    else:
        number = {"Fraction": Fraction(1, 2), "Decimal": Decimal("0.5")}[kind]
    x = Value(number, label="x")
    y = x / whole + whole / x + (x / whole) ** 2
    [slope] = grad(y, [x], create_graph=True)
    [curvature] = grad(slope, [x], create_graph=True)
    third = type(number)(1) / 3 if kind != "Symbol" else (number * 0 + 1) / 3
    exact = third - 3 / number**2 + 2 * number * third**2, 6 / number**3 + 2 * third**2
    for got, expected in zip((slope.data, curvature.data), exact):
        difference = got - expected
        if kind == "Symbol":
            assert difference.simplify() == 0
        else:
            assert abs(difference) <= (Decimal("1e-25") if kind == "Decimal" else 0)
    if isinstance(whole, Value) and kind == "Fraction":
        assert grad(slope, [whole]) == [-Fraction(1, 9) - 4 - 4 * Fraction(1, 2) / 27]
