"""Every row of the table × kind of number × order of derivative, against mpmath; and each kink and edge.

The oracles are written with mpmath's functions, at 50 digits, and differentiated by mpmath: they share
no code with the table.
"""

import math
import sys
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from oracles import ANALYTIC, ORACLES, PARTIALS, mpmath

from autograd import AutogradError, Value, grad
from autograd.primitives import FAMILIES, PRIMITIVES, Primitive, lookup
from autograd.value import Undefined

# Their partials are differences from 1, or of two terms, and so carry an ulp of 1 where they are small.
CANCELLING = {"tanh", "sigmoid", "softmax", "log_softmax", "logsumexp", "gelu", "softplus", "elu"}


def number(low, high, *, away_from=None):
    """A float of moderate length; mpmath differentiates by small steps, which must not cross a kink."""
    numbers = st.floats(low, high).map(lambda x: round(x, 6))
    return numbers if away_from is None else numbers.filter(lambda x: abs(x - away_from) > 1e-3)


ANY, SMALL, POSITIVE = number(-50, 50), number(-20, 20), number(0.01, 50)
NOT_ZERO = number(-50, 50, away_from=0)
OPERANDS = {
    "div": (ANY, NOT_ZERO),
    "pow": (POSITIVE, number(-4, 4)),
    "log": (POSITIVE,),
    "log1p": (number(-0.99, 50),),
    "sqrt": (POSITIVE,),
    "abs": (NOT_ZERO,),
    "step": (NOT_ZERO,),
    "sign": (NOT_ZERO,),
    "relu": (NOT_ZERO,),
    "leaky_relu": (NOT_ZERO, number(0.01, 2)),
    "elu": (number(-20, 20, away_from=0), number(0.01, 2)),
    "tanh": (SMALL,),
    "sigmoid": (SMALL,),
    "normal_cdf": (number(-8, 8),),
    "gelu": (number(-8, 8),),
    "softplus": (SMALL,),
    "where": (NOT_ZERO, ANY, ANY),
    "total": (ANY, ANY, ANY),
    "weighted_sum": (ANY,) * 5,
    "logsumexp": (SMALL,) * 3,
    "softmax": (SMALL,) * 3,
    "log_softmax": (SMALL,) * 3,
}

ROWS = [*PRIMITIVES, *FAMILIES]


def operands_of(name):
    if name in OPERANDS:
        return st.tuples(*OPERANDS[name])
    return st.tuples(*[ANY] * PRIMITIVES[name].arity)


def row(name):
    return lookup((name, 0) if name in FAMILIES else name)


def apply(name, *operands):
    return operands[0]._apply((name, 0) if name in FAMILIES else name, *operands)


KINDS = {
    "float": (float, sys.float_info.epsilon),
    "Fraction": (Fraction, sys.float_info.epsilon),
    "Decimal": (Decimal, 1e-29),
    "mpf": (mpmath.mpf, 1e-29),
    "complex": (complex, sys.float_info.epsilon),
}


def exact(number):
    """A result of ours as mpmath's number, without loss."""
    if isinstance(number, Fraction):
        return mpmath.mpf(number.numerator) / number.denominator
    return mpmath.mpf(str(number)) if isinstance(number, Decimal) else mpmath.mpmathify(number)


def derivative(name, operands, places):
    """The oracle's derivative by the operands at ``places``, one after the other."""
    if not places:
        return ORACLES[name](*operands)
    first, *others = places
    if not others:
        return mpmath.mpmathify(PARTIALS[name](*operands)[first])
    orders = tuple(others.count(place) for place in range(len(operands)))
    return mpmath.diff(lambda *xs: PARTIALS[name](*xs)[first], tuple(operands), orders)


def compare(name, got, operands, places, epsilon, exact_kind):
    """``got`` is the derivative, to rounding: of the operands, of the result, and of terms that cancel."""
    expected = derivative(name, operands, places)
    own_error = mpmath.mpf(10) ** -40 * (1 + abs(expected))  # of mpmath.diff
    if exact_kind:
        assert abs(exact(got) - expected) <= own_error, places
        return
    # A relative change of ε in an operand x changes the derivative by ε · x · (its own derivative).
    sensitivity = sum(abs(x * derivative(name, operands, [*places, place])) for place, x in enumerate(operands))
    scale = abs(expected) + sensitivity + (1 if name in CANCELLING and places else 0)
    allowed = 8 * (1 + len(places)) * epsilon * scale + own_error
    assert abs(exact(got) - expected) <= allowed, (name, operands, places, got, expected)


def check_row(name, kind, numbers):
    """The result of a row at ``numbers``, its first derivatives and its second, beside the oracle's."""
    make, epsilon = KINDS[kind]
    exact_kind = kind == "Fraction" and row(name).rational and name != "pow"
    with localcontext() as context, mpmath.workdps(50):
        context.prec = 30
        operands = [Value(make(x)) for x in numbers]
        at = [mpmath.mpf(x) for x in numbers]
        with mpmath.workdps(30):
            node = apply(name, *operands)
            slopes = grad(node, operands, create_graph=True)
            seconds = [grad(slope, operands) for slope in slopes]
            partials = node.partials
        compare(name, node.data, at, [], epsilon, exact_kind)
        for i, slope in enumerate(slopes):
            if kind == "float":  # one rule, run on numbers and on Values
                assert slope.data == partials[i]
            compare(name, slope.data, at, [i], epsilon, exact_kind)
            for j, second in enumerate(seconds[i]):
                compare(name, second, at, [i, j], epsilon, exact_kind)


@pytest.mark.parametrize("name", ROWS)
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_the_oracles_partials_are_its_results_derivatives(name, data):
    numbers = data.draw(operands_of(name))
    if name in ("maximum", "minimum"):
        assume(abs(numbers[0] - numbers[1]) > 1e-3)
    with mpmath.workdps(50):
        for place, partial in enumerate(PARTIALS[name](*map(mpmath.mpf, numbers))):
            orders = [int(place == other) for other in range(len(numbers))]
            slope = mpmath.diff(ORACLES[name], tuple(map(mpmath.mpf, numbers)), tuple(orders))
            assert abs(partial - slope) <= mpmath.mpf(10) ** -35 * (1 + abs(slope)), place


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ROWS)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_row_on_every_kind_of_number_to_the_second_order(name, kind, data):
    if kind == "complex" and name not in ANALYTIC:
        pytest.skip("has no meaning for complex numbers")
    numbers = data.draw(operands_of(name))
    if name in ("maximum", "minimum"):
        assume(abs(numbers[0] - numbers[1]) > 1e-3)
    check_row(name, kind, numbers)


@given(st.integers(-5, 6), number(-20, -0.1))
@settings(max_examples=50, deadline=None)
def test_whole_powers_of_negatives(exponent, base):
    x = Value(base)
    y = x**exponent
    [slope] = grad(y, [x], create_graph=True)
    [second] = grad(slope, [x])
    exactly = Fraction(base)
    assert y.data == pytest.approx(float(exactly**exponent), rel=1e-15)
    assert slope.data == pytest.approx(float(exponent * exactly ** (exponent - 1)), rel=1e-15, abs=0)
    assert second == pytest.approx(float(exponent * (exponent - 1) * exactly ** (exponent - 2)), rel=2e-15, abs=0)
    with pytest.raises(AutogradError, match="partial of pow"):
        grad(Value(base) ** (e := Value(float(exponent))), [e])


# --- composites and their definitions --------------------------------------------------------------

COMPOSITES = [name for name in ROWS if row(name).decomposition is not None]


@pytest.mark.parametrize("name", COMPOSITES)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_composite_is_its_definition(name, data):
    numbers = [Fraction(x) for x in data.draw(operands_of(name))]
    operands, opened = [Value(x) for x in numbers], [Value(x) for x in numbers]
    node, definition = apply(name, *operands), row(name).decomposition(tuple(opened))
    node.backward()
    definition.backward()
    results = [node.data, *[x.grad for x in operands]]
    in_steps = [definition.data, *[x.grad for x in opened]]
    if row(name).rational:
        assert results == in_steps  # exactly
    else:
        # both are rounded: log of a sum, and log1p of the sum without its largest term
        scale = max(1.0, *[abs(float(x)) for x in numbers])
        assert results == pytest.approx(in_steps, rel=1e-14, abs=1e-15 * scale)


# --- the forms of the table ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ROWS)
def test_a_row_is_complete(name):
    primitive = row(name)
    assert isinstance(primitive, Primitive) and primitive.name == name
    assert primitive.arity == 0 or len(primitive.partials) == primitive.arity
    assert (primitive.kink_at is not None) == (bool(primitive.kink) and name not in ("pow", "sqrt"))
    assert repr(primitive) == f"<primitive {name}>"
    assert name in ORACLES


# --- kinks and edges -------------------------------------------------------------------------------

inf, nan = math.inf, math.nan
NONE = Undefined  # no such slope: asking for it raises

EDGES = [
    # (row, operands, result, partials); a kink's slope is the one that the table names
    ("relu", (0.0,), 0.0, (0.0,)),
    ("relu", (-0.0,), 0.0, (0.0,)),
    ("relu", (5e-324,), 5e-324, (1.0,)),
    ("relu", (inf,), inf, (1.0,)),
    ("relu", (-inf,), 0.0, (0.0,)),
    ("relu", (nan,), nan, (0.0,)),
    ("abs", (0.0,), 0.0, (0.0,)),
    ("abs", (-0.0,), 0.0, (0.0,)),
    ("abs", (-5e-324,), 5e-324, (-1.0,)),
    ("abs", (-inf,), inf, (-1.0,)),
    ("step", (0.0,), 0.0, (0,)),
    ("sign", (-0.0,), 0.0, (0,)),
    ("maximum", (2.0, 2.0), 2.0, (1.0, 0.0)),
    ("maximum", (-0.0, 0.0), -0.0, (1.0, 0.0)),
    ("maximum", (inf, inf), inf, (1.0, 0.0)),
    ("maximum", (1e308, -1e308), 1e308, (1.0, 0.0)),
    ("maximum", (-1e308, 1e308), 1e308, (0.0, 1.0)),
    ("maximum", (nan, 1.0), nan, (1.0, 0.0)),
    ("minimum", (2.0, 2.0), 2.0, (1.0, 0.0)),
    ("minimum", (0.0, -0.0), 0.0, (1.0, 0.0)),
    ("minimum", (5e-324, 0.0), 0.0, (0.0, 1.0)),
    ("leaky_relu", (0.0, 0.01), 0.0, (0.01, 0.0)),
    ("leaky_relu", (-inf, 0.01), -inf, (0.01, -inf)),
    ("elu", (0.0, 1.5), 0.0, (1.5, 0.0)),
    ("elu", (-inf, 1.5), -1.5, (0.0, -1.0)),
    ("elu", (inf, 1.5), inf, (1.0, 0.0)),
    ("pow", (0.0, 0), 1.0, (0, NONE)),
    ("pow", (0.0, 0.0), 1.0, (0.0, NONE)),
    ("pow", (3.0, 0), 1.0, (0, math.log(3.0))),
    ("pow", (inf, 0), 1.0, (0, inf)),
    ("pow", (nan, 0), 1.0, (0, nan)),
    ("pow", (-2.0, 0), 1.0, (0, NONE)),
    ("pow", (0.0, 1), 0.0, (1.0, 0.0)),
    ("pow", (0.0, 2), 0.0, (0.0, 0.0)),
    ("pow", (0.0, 0.5), 0.0, (NONE, 0.0)),
    ("pow", (-2.0, 3), -8.0, (12.0, NONE)),
    ("pow", (-2.0, -1), -0.5, (-0.25, NONE)),
    ("sqrt", (0.0,), 0.0, (NONE,)),
    ("sqrt", (-0.0,), -0.0, (NONE,)),
    ("sqrt", (5e-324,), 2.2227587494850775e-162, (1 / (2 * 2.2227587494850775e-162),)),
    ("log", (5e-324,), -744.4400719213812, (inf,)),
    ("log", (inf,), inf, (0.0,)),
    ("log1p", (-0.0,), -0.0, (1.0,)),
    ("exp", (-745.2,), 0.0, (0.0,)),
    ("exp", (-inf,), 0.0, (0.0,)),
    ("expm1", (-0.0,), -0.0, (1.0,)),
    ("div", (1.0, 5e-324), inf, (inf, -inf)),
    ("div", (0.0, -1.0), -0.0, (-1.0, 0.0)),
    ("mul", (0.0, inf), nan, (inf, 0.0)),
    ("sub", (inf, inf), nan, (1, -1)),
    ("sigmoid", (800.0,), 1.0, (0.0,)),
    ("sigmoid", (-800.0,), 0.0, (0.0,)),
    ("sigmoid", (-740.0,), math.exp(-740.0), (math.exp(-740.0),)),
    ("tanh", (-0.0,), -0.0, (1.0,)),
    ("tanh", (30.0,), 1.0, (0.0,)),
    ("softplus", (800.0,), 800.0, (1.0,)),
    ("softplus", (-800.0,), 0.0, (0.0,)),
    ("gelu", (-50.0,), -0.0, (0.0,)),
    ("gelu", (1e200,), 1e200, (1.0,)),
    ("gelu", (-inf,), -0.0, (nan,)),
]


def same(x, y):
    """Equal, nan to nan, and of zeros the sign too."""
    return (x == y and math.copysign(1, x) == math.copysign(1, y)) or (x != x and y != y)


def check_edge(name, operands, result, partials):
    node = apply(name, *[Value(x) for x in operands])
    assert same(node.data, result)
    for got, expected in zip(node.partials, partials):
        if expected is NONE:
            assert isinstance(got, Undefined)
        else:
            assert got == expected or same(got, expected)


@pytest.mark.parametrize("name, operands, result, partials", EDGES)
def test_kinks_and_edges(name, operands, result, partials):
    check_edge(name, operands, result, partials)


@pytest.mark.parametrize(
    "name, operands, error, message",
    [
        ("pow", (0.0, -1), ZeroDivisionError, "0 none below 0"),
        ("pow", (-2.0, 0.5), ValueError, "a negative base takes whole exponents only"),
        ("pow", (1e200, 2), OverflowError, "too large"),
        ("div", (1.0, 0.0), ZeroDivisionError, "the divisor must not be 0"),
        ("div", (1.0, -0.0), ZeroDivisionError, "the divisor must not be 0"),
        ("log", (0.0,), ValueError, "numbers above 0"),
        ("log", (-5e-324,), ValueError, "numbers above 0"),
        ("log1p", (-1.0,), ValueError, "numbers above -1"),
        ("sqrt", (-5e-324,), ValueError, "from 0 up"),
        ("exp", (710.0,), OverflowError, "subtract the largest exponent"),
        ("expm1", (710.0,), OverflowError, "subtract the largest exponent"),
        ("sin", (inf,), ValueError, "finite"),
        ("cos", (-inf,), ValueError, "finite"),
    ],
)
def test_outside_of_the_domain(name, operands, error, message):
    with pytest.raises(error, match=message) as caught:
        apply(name, *[Value(x) for x in operands])
    assert isinstance(caught.value, AutogradError)
    assert str(caught.value).startswith(f"{name} of ")


def test_a_slope_that_is_not_there_raises_when_it_is_asked_for_and_not_before():
    x, y = Value(0.0, label="x"), Value(2.0)
    root = x.sqrt()
    assert (root * y).data == 0.0
    with pytest.raises(AutogradError, match="the partial of sqrt of x"):
        (root * y).backward()
