"""The vocabulary for every kind of number, and on the whole range of floats."""

import enum
import inspect
import math
import random
import sys
import warnings
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from oracles import ORACLES, mpmath

import autograd
from autograd import (
    DivisionByZeroError,
    DomainError,
    InexactWarning,
    KindError,
    MissingToolError,
    NumberOverflowError,
    ShapeError,
    Value,
    check_gradient,
    decimals,
    elu,
    exp,
    gelu,
    grad,
    gradient,
    hessian,
    leaky_relu,
    log,
    log_softmax,
    logsumexp,
    maximum,
    minimum,
    numeric,
    relu,
    sigmoid,
    softmax,
    softplus,
    tanh,
    total,
    weighted_sum,
)
from autograd.primitives import PRIMITIVES
from nn import MLP, losses

# --- the whole range of floats, against mpmath -----------------------------------------------------

EDGES = [
    0.0, 5e-324, 2.2250738585072014e-308, 1e-300, 1e-17, 1e-8, 0.5, 1.0, 2.0, 5.0, 18.0, 36.7, 37.0, 38.5, 40.0,
    700.0, 708.5, 709.7, 745.0, 746.0, 1e3, 1e16, 1e155, 1e300, 1.7976931348623157e308,
]  # fmt: skip


def allowed_error(oracle, x):
    """4 ulp times the condition number |x f'(x) / f(x)|, or times 1 where the function is better conditioned."""
    exact = oracle(x)
    ulp = math.ulp(float(exact))
    if not exact or abs(x) > 1e5:
        return exact, 4 * ulp
    condition = abs(x * mpmath.diff(oracle, x) / exact) if x else 0
    return exact, 4 * ulp * max(1, condition)


@pytest.mark.parametrize("name", ["sigmoid", "softplus", "tanh", "gelu", "normal_cdf"])
def test_stable_over_all_floats(name):
    function = getattr(numeric, name)
    generator = random.Random(6)
    xs = [sign * x for x in EDGES for sign in (1, -1)]
    xs += [generator.choice([1, -1]) * 10 ** generator.uniform(-20, 3) for _ in range(300)]
    with mpmath.workdps(50):
        for x in xs:
            exact, allowed = allowed_error(ORACLES[name], mpmath.mpf(x))
            assert abs(function(x) - exact) <= allowed, (name, x)


def rows():
    generator = random.Random(16)
    yield [1e308, -1e308, 0.0]
    yield [1000.0, 1000.0]
    yield [-1e4, -1e4 - 1, -2e4]
    yield [5e-324, 0.0]
    yield [-0.6931471805599453, -0.6931471805599453]
    yield [1.7976931348623157e308, 1.7976931348623157e308]
    for _ in range(150):
        scale = 10 ** generator.uniform(-10, 3)
        yield [generator.uniform(-scale, scale) for _ in range(generator.randint(1, 8))]


def test_logsumexp_softmax_and_log_softmax_are_stable():
    with mpmath.workdps(450):  # a probability within exp(-800) of 1 has a logarithm still
        for row in rows():
            xs = [mpmath.mpf(x) for x in row]
            largest = max(xs)
            shifted = [mpmath.exp(x - largest) for x in xs]
            logarithm = largest + mpmath.log(mpmath.fsum(shifted))
            probabilities = [e / mpmath.fsum(shifted) for e in shifted]
            condition = sum(abs(x) * p for x, p in zip(xs, probabilities))
            error = abs(logsumexp(row) - logarithm)
            assert error <= 4 * max(math.ulp(float(logarithm)), float(condition) * 2**-52), row
            for i, (got, got_log) in enumerate(zip(softmax(row), log_softmax(row))):
                # |xⱼ ∂ log aᵢ / ∂xⱼ|, summed: the condition number of aᵢ, and of log aᵢ times log aᵢ
                spread = sum(abs(x) * abs((i == j) - p) for j, (x, p) in enumerate(zip(xs, probabilities)))
                count = len(row)
                assert abs(got - probabilities[i]) <= 4 * max(count, float(spread)) * math.ulp(
                    float(probabilities[i])
                ), row
                expected = xs[i] - logarithm
                if abs(expected) < 1.7e308:
                    room = max(math.ulp(float(expected)), float(spread) * 2**-52)
                    assert abs(got_log - expected) <= 4 * room, row


def test_infinities():
    inf, nan = math.inf, math.nan
    assert (sigmoid(inf), sigmoid(-inf), tanh(-inf)) == (1.0, 0.0, -1.0)
    assert (softplus(inf), softplus(-inf), relu(inf), relu(-inf)) == (inf, 0.0, inf, 0.0)
    assert (gelu(inf), gelu(-inf), elu(-inf), leaky_relu(-inf)) == (inf, 0.0, -1.0, -inf)
    assert (logsumexp([inf, 1.0]), logsumexp([-inf, -inf]), logsumexp([-inf, 2.0])) == (inf, -inf, 2.0)
    assert logsumexp([inf, -inf]) == inf and math.isnan(logsumexp([inf, nan])) and math.isnan(logsumexp([nan, 1.0]))
    assert softmax([-inf, 0.0]) == [0.0, 1.0] and log_softmax([-inf, 0.0]) == [-inf, 0.0]
    for function in (sigmoid, tanh, softplus, relu, gelu, elu, leaky_relu, exp, log, abs, numeric.log1p):
        assert math.isnan(function(nan)), function
    assert math.isnan(maximum(nan, 1.0)) and math.isnan(minimum(1.0, nan))


# --- Fractions -------------------------------------------------------------------------------------


def result_of(primitive, numbers):
    """The node of a primitive on Values of the numbers (an int stays bare), a family's first result."""
    values = [number if type(number) is int else Value(number) for number in numbers]
    return values, values[0]._apply(primitive.name, *values)


@pytest.mark.parametrize("name", PRIMITIVES)
def test_fractions_stay_exact_or_the_table_says_that_they_leave_the_rationals(name):
    primitive = PRIMITIVES[name]
    third = Fraction(1, 3)
    numbers = [third, Fraction(2), Fraction(-1, 7)][: primitive.arity or 3]
    if name == "pow":
        numbers[1] = 2  # bare: the slope by an exponent has a logarithm in it
    with warnings.catch_warnings(record=True, action="always") as said:
        values, node = result_of(primitive, numbers)
        node.backward()
    found = {type(node.data)} | {type(value.grad) for value in values if isinstance(value, Value)}
    assert found == {Fraction} if primitive.rational else float in found
    assert bool(said) is not primitive.rational
    assert {warning.category for warning in said} <= {InexactWarning}


def left_the_rationals(x, exponent=None):
    return x ** exponent if exponent is not None else x.exp()


def test_leaving_the_rationals_is_said_once_for_each_line_of_the_users():
    with warnings.catch_warnings(record=True, action="default") as said:
        for k in range(1, 4):
            x = Value(Fraction(1, k), label="x")
            left_the_rationals(x)
            left_the_rationals(x, Fraction(1, 2))
            left_the_rationals(x, 2)
            left_the_rationals(Value(k), 0.5)
    assert [str(warning.message) for warning in said] == [
        "exp leaves the rationals: of a Fraction it gives a float",
        "a power with a fractional exponent leaves the rationals: of a Fraction it gives a float",
    ]
    assert {warning.filename for warning in said} == {__file__}
    lines, first = inspect.getsourcelines(left_the_rationals)
    assert {warning.lineno for warning in said} == {first + len(lines) - 1}


def test_looking_at_fractions_says_nothing_of_a_slope_that_nobody_asked_for():
    x = Value(Fraction(1, 3), label="x")
    y = x**2
    with warnings.catch_warnings(action="error"):
        assert y.partials[0] == Fraction(2, 3) and type(y.partials[1]) is float
        assert autograd.stale(y) == []
        autograd.draw(y), autograd.explain(y), autograd.step(y).run(), autograd.check(y, "0.12")
        y.forward()


def test_fractions_are_exact():
    w, x, b = Value(Fraction(1, 10)), Value(Fraction(1, 3)), Value(Fraction(1, 7))
    y = (w * x + b) ** 3 / (x - w) + leaky_relu(-x) - abs(-b)
    y.backward()
    z = Fraction(1, 30) + Fraction(1, 7)
    d = Fraction(1, 3) - Fraction(1, 10)
    assert y.data == z**3 / d - Fraction(1, 300) - Fraction(1, 7)
    assert w.grad == 3 * z**2 * Fraction(1, 3) / d + z**3 / d**2
    assert x.grad == 3 * z**2 * Fraction(1, 10) / d - z**3 / d**2 - Fraction(1, 100)
    assert b.grad == 3 * z**2 / d - 1


def test_a_float_parameter_beside_a_fraction_is_the_decimal_that_it_prints_as():
    assert leaky_relu(Fraction(-1), 0.2) == Fraction(-1, 5)
    assert leaky_relu(Value(Fraction(-1))).data == Fraction(-1, 100)
    assert Value(Decimal(-1)).leaky_relu().data == Decimal("-0.01")
    assert Value(Decimal("-0.5")).elu().data == decimals.expm1(Decimal("-0.5"))


def test_logarithms_of_rationals_that_are_no_floats():
    assert log(Fraction(10) ** 400) == pytest.approx(400 * math.log(10), rel=1e-15)
    assert log(Fraction(1, 10**400)) == pytest.approx(-400 * math.log(10), rel=1e-15)
    for number in (0, Fraction(0), Fraction(-1, 2)):
        with pytest.raises(ValueError):
            log(number)


def test_a_power_too_long_to_write_down_is_refused():
    with pytest.raises(NumberOverflowError, match="pow of 10 and 1000000000"):
        Value(10) ** 10**9
    with pytest.raises(NumberOverflowError):
        Value(Fraction(1, 3)) ** 10**9
    assert (Value(1) ** 10**30).data == 1
    assert (Value(Fraction(-1)) ** 10**30).data == 1


# --- Decimals --------------------------------------------------------------------------------------

DECIMAL_FUNCTIONS = ["cos", "expm1", "log1p", "normal_cdf", "sigmoid", "sin", "softplus", "tanh"]


@pytest.mark.parametrize("digits", [6, 28, 60])
@pytest.mark.parametrize("name", DECIMAL_FUNCTIONS)
def test_decimal_functions_are_right_to_the_last_digit(name, digits):
    generator = random.Random(digits)
    xs = [Decimal(text) for text in ("0", "1e-300", "-1e-300", "40", "-40", "-0.9999999", "3.1415926535897932")]
    xs += [
        Decimal(generator.uniform(-1, 1)).scaleb(generator.randint(-40, 2)).normalize() for _ in range(60)
    ]
    with localcontext() as context, mpmath.workdps(800):
        context.prec = digits
        for x in xs:
            x = +x if name != "log1p" or +x > -1 else abs(+x)
            got = getattr(numeric, name)(x)
            exact = ORACLES[name](mpmath.mpf(str(x)))
            if not exact:
                assert not got
                continue
            ulp = mpmath.mpf(10) ** (got.adjusted() - digits + 1)
            # rounded once, so half a unit, and the guard digits' share
            assert abs(mpmath.mpf(str(got)) - exact) <= ulp * mpmath.mpf("0.500001"), (name, x)


def test_decimal_edges():
    assert decimals.normal_cdf(Decimal("Infinity")) == 1 and decimals.normal_cdf(Decimal("-Infinity")) == 0
    assert sigmoid(Decimal("Infinity")) == 1 and decimals.tanh(Decimal("-Infinity")) == -1
    assert decimals.expm1(Decimal("-Infinity")) == -1 and softplus(Decimal("-1e9")) >= 0
    with pytest.raises(DomainError, match="log1p is defined"):
        Value(Decimal(-1))._apply("log1p", Value(Decimal(-1)))
    with pytest.raises(DomainError, match="sin is defined for finite"):
        Value(Decimal("Infinity")).sin()
    with pytest.raises(DomainError, match="too large"):
        Value(Decimal("1e100000")).sin()
    with pytest.raises(DomainError, match="log is defined"):
        Value(Decimal(0)).log()


def test_decimal_powers():
    assert (Value(Decimal(0)) ** 0).data == 1 and (Value(Decimal(0)) ** 3).data == 0
    with pytest.raises(DivisionByZeroError):
        Value(Decimal(0)) ** -1
    with pytest.raises(DomainError):
        Value(Decimal(-2)) ** Decimal("0.5")


def test_decimals_through_a_network_in_the_contexts_precision():
    with localcontext() as context, mpmath.workdps(60):
        context.prec = 40
        w = [Value(Decimal(text)) for text in ("0.15", "-0.2", "0.35")]
        hidden = weighted_sum(w[:2], [Decimal("0.05"), Decimal("0.1")], w[2])
        output = gelu(hidden) + elu(-hidden) + softmax([hidden, Decimal(1)])[0] + logsumexp([hidden, 0])
        output.backward()

        def exact(w1):
            z = w1 * mpmath.mpf("0.05") - mpmath.mpf("0.2") * mpmath.mpf("0.1") + mpmath.mpf("0.35")
            e = mpmath.exp(z)
            return z * mpmath.ncdf(z) + mpmath.expm1(-z) + e / (e + mpmath.e) + mpmath.log(e + 1)

        at = mpmath.mpf("0.15")
        assert abs(mpmath.mpf(str(output.data)) - exact(at)) < mpmath.mpf("1e-39")
        assert abs(mpmath.mpf(str(w[0].grad)) - mpmath.diff(exact, at)) < mpmath.mpf("1e-39")


# --- complex, mpmath, SymPy ------------------------------------------------------------------------

ANALYTIC = ["exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tanh", "sigmoid", "softplus", "normal_cdf", "gelu"]


def test_without_mpmath_the_normal_cdf_of_a_complex_number_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "mpmath", None)
    for function in (gelu, numeric.normal_cdf):
        with pytest.raises(MissingToolError, match=r"pip install 'handgrad\[complex\]'"):
            function(1 + 2j)
    assert check_gradient(gelu, 0.5).comparisons[0].method == "central differences"


def normal_cdf_by_gamma(z):
    """Φ(z) by the incomplete gamma function, where the engine has the error function."""
    tail = mpmath.gammainc(0.5, z * z / 2) / (2 * mpmath.sqrt(mpmath.pi))
    return tail if z.real < 0 else 1 - tail


@pytest.mark.parametrize("name", ANALYTIC)
def test_complex_numbers(name):
    by_gamma = {"normal_cdf": normal_cdf_by_gamma, "gelu": lambda z: z * normal_cdf_by_gamma(z)}
    oracle = by_gamma.get(name, ORACLES[name])
    generator = random.Random(1)
    points = [complex(generator.uniform(-2, 2), generator.uniform(-2, 2)) for _ in range(30)]
    points += [1e-12 + 1e-12j, 300 + 1j, -300 + 1j, 1e-30j]
    with mpmath.workdps(50):
        for z in points:
            x = Value(z)
            y = x._apply(name, x)
            y.backward()
            exact, slope = oracle(mpmath.mpmathify(z)), mpmath.diff(oracle, z)
            condition = max(1, abs(z * slope / exact)) if exact else 1
            assert abs(y.data - exact) <= 1e-15 * 4 * condition * max(abs(exact), 1e-300), z
            assert abs(x.grad - slope) <= 1e-12 * max(1, abs(slope)), z


@pytest.mark.parametrize("name", ["abs", "step", "sign", "relu", "leaky_relu", "elu"])
def test_what_has_no_meaning_for_complex_numbers_says_so(name):
    x = Value(1 + 2j)
    with pytest.raises(KindError, match="no meaning"):
        abs(x) if name == "abs" else getattr(x, name)()


def test_complex_composites_and_powers():
    z = Value(0.3 + 0.4j)
    assert check_gradient(lambda x: logsumexp([x, x * x]) * softmax([x, 1.0, x])[1] * x**3, -0.5)
    assert (z**3).data == pytest.approx((0.3 + 0.4j) ** 3, rel=1e-15)
    assert (z**-2 * z * z).data == pytest.approx(1, rel=1e-15)
    with pytest.raises(KindError, match="maximum of"):
        maximum(z, 1.0)
    # the imaginary part of a complex step survives a power of a negative number
    assert (Value(-2 + 1e-30j) ** 3).data.imag == pytest.approx(12e-30, rel=1e-15)


def test_mpmath_numbers():
    with mpmath.workdps(40):
        x = Value(mpmath.mpf("0.3"))
        for name in [*ANALYTIC, "relu", "step", "sign"]:
            y = x._apply(name, x)
            y.backward(mpmath.mpf(1))
            assert type(y.data) is mpmath.mpf
        assert abs(gelu(mpmath.mpf("0.3")) - mpmath.mpf("0.3") * mpmath.ncdf(mpmath.mpf("0.3"))) < mpmath.mpf("1e-39")
        with pytest.raises(DomainError, match="log is defined"):
            Value(mpmath.mpf(-1)).log()
        with pytest.raises(DomainError, match="log is defined"):
            Value(mpmath.mpf(0)).log()
        with pytest.raises(DomainError):
            Value(mpmath.mpf(-1)) ** 0.5
        with pytest.raises(KindError):
            Value(mpmath.mpc(1, 1)).relu()
        assert logsumexp([mpmath.mpc(1, 1), 0]) is not None


def test_what_mpmath_and_sympy_have_beside_numbers():
    sympy = pytest.importorskip("sympy")
    assert Value(mpmath.pi).data == +mpmath.pi and Value(mpmath.pi).grad == 0
    f, x = sympy.Function("f"), sympy.Symbol("x")
    assert gradient(lambda v: v * f(x))(x) == f(x)
    for thing in (mpmath.matrix([1, 2]), sympy.Matrix([1, 2]), sympy.sin, sympy.true, sympy.MatrixSymbol("A", 2, 2)):
        with pytest.raises(KindError, match="must be one number"):
            Value(thing)


def test_symbolic_gradients_are_formulas():
    sympy = pytest.importorskip("sympy")
    x, w, b = sympy.symbols("x w b", real=True)
    slope = gradient(lambda w: sigmoid(w * x + b))(w)
    z = w * x + b
    assert sympy.simplify(slope - x * sympy.exp(-z) / (1 + sympy.exp(-z)) ** 2) == 0
    leaf = Value(w, label="w")
    (leaf * x + b).backward()
    assert (leaf.grad, str(leaf.grad)) == (x, "x")
    assert gradient(relu)(x) == sympy.Heaviside(x, 0)
    assert hessian(lambda x, y: x * x * y)(x, b) == [[2 * b, 2 * x], [2 * x, 0]]
    for f in (
        tanh, gelu, softplus, exp, log, numeric.sqrt, numeric.expm1, numeric.log1p,
        lambda v: softmax([v, b])[0], lambda v: log_softmax([v, b])[1], lambda v: logsumexp([v, 2 * v]),
        lambda v: v**b, lambda v: total([v, v, 1]), lambda v: 2 / v,
    ):  # fmt: skip
        ours = gradient(f)(x)
        theirs = sympy.diff(f(x), x)
        assert abs(sympy.N((ours - theirs).subs({x: 0.7, b: 1.3}))) < 1e-12, f
    for f in (leaky_relu, elu, abs, lambda v: maximum(v, b), lambda v: minimum(b, v)):
        ours, theirs = gradient(f)(x), sympy.diff(f(x), x)
        for at in (-0.7, 0.7):
            assert abs(sympy.N((ours - theirs).subs({x: at, b: 0.1}).doit())) < 1e-12, f


def test_a_networks_gradient_is_its_formula():
    sympy = pytest.importorskip("sympy")
    w1, w2, b1, v1, c, x1, x2, t = sympy.symbols("w1 w2 b1 v1 c x1 x2 t")
    model = MLP.from_weights([([[w1, w2]], [b1]), ([[v1]], [c])], activations=["sigmoid", "linear"])
    output = model([x1, x2])
    loss = losses.half_squared_error([output], [t])
    loss.backward()
    a = 1 / (1 + sympy.exp(-(w1 * x1 + w2 * x2 + b1)))
    gradients = {name: parameter.grad for name, parameter in model.named_parameters()}
    delta = v1 * a + c - t
    assert loss.data == delta**2 / 2
    assert gradients["2.weight[0][0]"] == delta * a and gradients["2.bias[0]"] == delta
    assert sympy.simplify(gradients["0.weight[0][1]"] - delta * v1 * a * (1 - a) * x2) == 0


def test_a_symbol_beside_a_value_stays_a_symbol():
    sympy = pytest.importorskip("sympy")
    x = sympy.Symbol("x")
    assert isinstance(x + Value(2.0), Value) and isinstance(x * Value(x), Value)


# --- kinds that do not mix -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "operation",
    [
        lambda a, b: a + b,
        lambda a, b: a * b,
        lambda a, b: a / b,
        lambda a, b: a - b,
        lambda a, b: b.data + a,
        lambda a, b: maximum(a, b),
        lambda a, b: total([a, b]),
        lambda a, b: weighted_sum([a], [b]),
        lambda a, b: logsumexp([a, b]),
        lambda a, b: weighted_sum([a], [b.data], 1),
    ],
)
@pytest.mark.parametrize("other", [Fraction(1, 2), 0.5], ids=lambda other: type(other).__name__)
def test_kinds_that_do_not_mix_are_named(operation, other):
    a, b = Value(Decimal("0.25")), Value(other)
    with pytest.raises(KindError) as caught:
        operation(a, b)
    assert "Decimal('0.25')" in str(caught.value) and repr(other) in str(caught.value)


@pytest.mark.parametrize("function", [relu, exp, numeric.step, numeric.sign, lambda x: maximum(x, 1.0), elu])
@pytest.mark.parametrize("thing", ["a", None, True, [1.0]])
def test_what_is_no_number_is_refused(function, thing):
    with pytest.raises(KindError, match="must be one number"):
        function(thing)


def test_one_logarithm_of_a_softmax_is_that_of_the_list():
    for numbers in ([0.3, -2.0, 700.0], [Fraction(1, 3), Fraction(2)], [Value(0.3), 1.5, Value(-2.0)]):
        for index in range(len(numbers)):
            of_list, alone = log_softmax(numbers)[index], log_softmax(numbers, index)
            assert getattr(alone, "data", alone) == getattr(of_list, "data", of_list)
            assert getattr(alone, "partials", ()) == getattr(of_list, "partials", ())
    for index in (-1, 2, 1.5, "a"):
        with pytest.raises(ShapeError, match="must be one of 0 to 1"):
            log_softmax([Value(0.3), 1.5], index)


@pytest.mark.parametrize("function", [total, logsumexp, softmax, log_softmax, lambda x: weighted_sum([1.0], x)])
def test_one_number_where_a_sequence_belongs_is_refused(function):
    with pytest.raises(KindError, match=r"Value\(data=2.0, .*is no sequence of numbers; write \[x\]"):
        function(Value(2.0))


def test_a_long_number_is_cut_in_messages_and_written_out_in_its_repr():
    long = Value(10**400, label="n")
    with pytest.raises(NumberOverflowError) as caught:
        long * 1.5
    assert len(str(caught.value)) < 250 and "mul of n = 10000" in str(caught.value)
    assert len(repr(long)) > 400
    assert "of more digits than Python prints" in repr(Value(10**5000))


def test_a_number_of_a_subclass_is_kept():
    class Cents(int):
        pass

    price = Value(Cents(5))
    assert type(price.data) is Cents and (price * 2).data == 10


def test_gradients_of_two_passes_that_do_not_add_up_are_explained():
    x = Value(Fraction(2), label="x")
    (x**1100).backward()
    before = x.grad
    with pytest.raises(NumberOverflowError, match=r"the gradients of x = .* in two passes do not add up"):
        x.tanh().backward()
    assert x.grad == before
    x.grad = Decimal(1)
    with pytest.raises(KindError, match="do not add up"):
        x.tanh().backward()


def test_of_nothing():
    for function in (logsumexp, softmax, log_softmax):
        with pytest.raises(ShapeError, match="at least one"):
            function([])
    assert total([]) == 0


@given(st.lists(st.floats(-800, 800), min_size=1, max_size=6))
@example([800.0, -800.0])
def test_softmax_is_a_distribution(xs):
    probabilities = softmax(xs)
    assert all(0.0 <= p <= 1.0 for p in probabilities)
    assert abs(math.fsum(probabilities) - 1.0) <= len(xs) * 2**-52


def test_a_cotangent_that_does_not_go_with_a_partial_is_explained():
    x = Value(0.5, label="x")
    y = x * 2.0
    for partial, error, message in (
        (Decimal(2), KindError, "the cotangent and the partial do not mix"),
        (10**400, NumberOverflowError, "too large"),
        (_Refusing(), DomainError, "no product"),
    ):
        y._left_partial = partial
        with pytest.raises(error, match=f"the contributions of mul of x = 0.5 and 2.0 .*{message}"):
            y.backward()
        assert x.grad == 0.0
        with pytest.raises(error, match=f"the contributions of mul of x = 0.5 and 2.0 .*{message}"):
            grad(y, [x])


class _Refusing:
    def __rmul__(self, cotangent):
        raise ArithmeticError("no product")


def test_a_numpy_scalar_that_is_no_number_is_refused():
    np = pytest.importorskip("numpy")
    for scalar in (np.bool_(True), np.datetime64("2020-01-01"), np.str_("a")):
        with pytest.raises(KindError, match="must be one number"):
            Value(scalar)


def test_a_decimal_to_a_power_of_another_kind():
    with pytest.raises(KindError, match="do not mix"):
        Value(Decimal(0)) ** 0.0


# --- what an examiner found once -------------------------------------------------------------------


def test_a_number_of_an_enumeration_or_of_a_subclass_with_its_own_constructor():
    class Size(enum.IntEnum):
        LARGE = 3

    class Metres(float):
        def __new__(cls, number, unit):
            return super().__new__(cls, number)

    for number in (Size.LARGE, Metres(3.0, "m")):
        x = Value(number)
        y = maximum(x, 0.5) * x
        y.backward()
        assert (y.data, x.grad, type(x.grad)) == (9, 6.0, float)
    assert (Size.LARGE / Value(Decimal(2))).data == Decimal("1.5")


@pytest.mark.parametrize("whole", [2, Value(2), -7, Value(-7)], ids=str)
@pytest.mark.parametrize("function", [softmax, log_softmax, lambda xs: [logsumexp(xs)]])
def test_a_whole_number_beside_decimals_and_symbols_is_of_their_kind(function, whole):
    sympy = pytest.importorskip("sympy")
    number = getattr(whole, "data", whole)
    for other in (Decimal("0.25"), sympy.Symbol("s")):
        x = Value(other)
        node = function([x, whole])[0]
        exact = function([other, type(other)(number) if isinstance(other, Decimal) else sympy.Integer(number)])[0]
        assert node.data == exact
        opened = node.primitive.decomposition(node.operands)
        if isinstance(other, Decimal):
            assert abs(opened.data - exact) < Decimal("1e-26")
        else:
            assert sympy.simplify(opened.data - exact) == 0 and not exact.has(sympy.Float)
        node.backward()
        assert isinstance(x.grad, (Decimal, sympy.Expr))


def test_zero_to_a_power_that_has_no_order():
    sympy = pytest.importorskip("sympy")
    zero, half = Value(0j), Value(0.5 + 0j)
    assert (zero**half).data == 0 and (zero**half).partials[1] == 0
    assert (zero ** Value(0j)).data == 1
    s = sympy.Symbol("s")
    assert (Value(0) ** Value(s)).data == 0**s


@pytest.mark.parametrize("z", [5 + 100j, 1e-3 + 3.2j, 1e-3 - 3.2j, -1e-3 + 3.2j, 800 + 7j, 0.5 + 1e-30j])
def test_complex_softplus_is_the_principal_logarithm(z):
    with mpmath.workdps(400):
        exact = complex(mpmath.log(1 + mpmath.exp(mpmath.mpmathify(z))))
        assert complex(softplus(mpmath.mpmathify(z))) == exact
    got = softplus(z)
    assert got.real == pytest.approx(exact.real, rel=1e-14) and got.imag == pytest.approx(exact.imag, rel=1e-13)


@pytest.mark.parametrize("step", [1e-100, 1e-200, 1e-300])
def test_a_complex_step_of_any_size_passes_through_the_normal_law(step):
    density = math.exp(-0.125) / math.sqrt(2 * math.pi)
    assert numeric.normal_cdf(complex(0.5, step)).imag / step == pytest.approx(density, rel=1e-15)


def test_the_sine_of_a_decimal_longer_than_the_context():
    with localcontext() as context, mpmath.workdps(100):
        context.prec = 6
        x = Decimal("3.14159265358979323846264338327950288")
        assert decimals.sin(x) == Decimal(mpmath.nstr(mpmath.sin(mpmath.mpf(str(x))), 6))
        assert decimals.cos(x / 2) != 0


@pytest.mark.parametrize(
    "operation",
    [
        lambda xs, other: total([*xs, other]),
        lambda xs, other: weighted_sum(xs, [*[1] * 9, other]),
        lambda xs, other: softmax([*xs, other]),
        lambda xs, other: autograd.weighted_sums([(*xs, other)], xs),
    ],
)
def test_the_one_of_many_operands_that_does_not_mix_is_named(operation):
    xs = [Value(0.5, label="x")] * 10
    with pytest.raises(KindError, match=r"of x = 0.5 and (1 and )?y = Decimal\('2'\) and …: these kinds of number do"):
        operation(xs, Value(Decimal(2), label="y"))


def test_a_long_double_of_numpy_is_kept_as_a_float():
    np = pytest.importorskip("numpy")
    for number in (np.longdouble("0.1"), np.array(0.1, dtype=np.longdouble)):
        x = Value(number)
        assert type(x.data) is float and x.data == float(number)
    assert Value(np.clongdouble(1 + 2j)).data == 1 + 2j
    assert (np.longdouble(2) / Value(4.0)).data == 0.5


def test_a_context_of_mpmath_keeps_its_own_precision():
    context = mpmath.mp.clone()
    context.dps = 50
    third = context.mpf(1) / 3
    for name in ("exp", "sigmoid", "tanh", "softplus", "normal_cdf", "gelu"):
        x = Value(third)
        y = x._apply(name, x)
        y.backward()
        with mpmath.workdps(60):
            oracle = ORACLES[name]
            at = mpmath.mpf(third)
            assert abs(mpmath.mpf(y.data) - oracle(at)) < mpmath.mpf("1e-48"), name
            assert abs(mpmath.mpf(x.grad) - mpmath.diff(oracle, at)) < mpmath.mpf("1e-48"), name
