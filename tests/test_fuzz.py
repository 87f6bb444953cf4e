"""Whatever is given, only the documented errors come out: the family of autograd.errors, and no hang.

And of all that is given, something is taken: what is tried succeeds at least once.

The same examples on each run; ``FUZZ_TIMES=10 pytest tests/test_fuzz.py`` looks at ten times as many, new ones.
"""

import json
import operator
import os
import random
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import autograd
from autograd import AutogradError, Trace, Value, check, check_gradient, draw, explain, gradient, numeric, step
from nn import MLP

np = pytest.importorskip("numpy")

TIMES = int(os.environ.get("FUZZ_TIMES", "1"))
FUZZ = settings(
    max_examples=60 * TIMES, derandomize=TIMES == 1, deadline=None, suppress_health_check=list(HealthCheck)
)

NUMBERS = st.one_of(
    st.floats(),
    st.integers(),
    st.integers(min_value=10**300, max_value=10**400),
    st.fractions(),
    st.decimals(),
    st.complex_numbers(),
    st.floats().map(np.float64),
    st.floats(width=32).map(np.float32),
    st.integers(-100, 100).map(np.int64),
    st.sampled_from([Decimal("sNaN"), Decimal("1e999999"), Fraction(1, 10**400), 5e-324, -0.0, np.bool_(True)]),
)
NO_NUMBERS = st.one_of(
    st.none(),
    st.booleans(),
    st.text(),
    st.binary(),
    st.lists(st.floats(), max_size=3),
    st.dictionaries(st.text(max_size=2), st.floats(), max_size=2),
    st.sampled_from([object(), object, len, np.array([1.0, 2.0]), np.array(1.0), np.array("a"), np.datetime64("2020")]),
)
THINGS = st.one_of(NUMBERS, NO_NUMBERS)


@pytest.fixture
def only_documented():
    """A function that calls another: its result, or None where one of the family was raised."""
    tried, succeeded = set(), set()

    def call(function, *arguments):
        tried.add(function.__qualname__)
        try:
            result = function(*arguments)
        except AutogradError as error:
            assert str(error) and not isinstance(error.__cause__, RecursionError)
            return None
        succeeded.add(function.__qualname__)
        return result

    yield call
    assert tried == succeeded, f"never succeeded: {tried - succeeded}"


@FUZZ
@given(THINGS, THINGS)
def test_value(only_documented, data, label):
    value = only_documented(Value, data)
    if value is not None:
        assert repr(value)
        only_documented(value.backward, data)
    only_documented(Value, 1.0, label)


BINARY = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, autograd.maximum, autograd.minimum,
          autograd.leaky_relu, autograd.elu]  # fmt: skip


@pytest.mark.parametrize("operation", BINARY, ids=lambda operation: operation.__name__)
@FUZZ
@given(NUMBERS, THINGS)
def test_operators(only_documented, operation, data, other):
    x = only_documented(Value, data)
    if x is not None:
        for result in (
            only_documented(operation, x, other),
            # an array takes the operator itself, and asks each of its elements; a Fraction takes ** itself,
            # and turns into a float first
            None
            if isinstance(other, np.ndarray) or (operation is operator.pow and isinstance(other, Fraction))
            else only_documented(operation, other, x),
        ):
            if isinstance(result, Value):
                assert repr(result) and len(result.partials) == 2
                only_documented(result.backward)


UNARY = ["exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tanh", "sigmoid", "relu", "leaky_relu", "elu", "gelu",
         "softplus", "normal_cdf", "step", "sign", "__abs__", "__neg__"]  # fmt: skip


@pytest.mark.parametrize("name", UNARY)
@FUZZ
@given(NUMBERS.filter(lambda x: not (isinstance(x, Decimal) and x.is_finite() and abs(x.adjusted()) > 400)))
def test_functions(only_documented, name, data):
    x = only_documented(Value, data)
    if x is None:
        return
    try:
        result = only_documented(getattr(x, name))
    except (TypeError, ValueError, OverflowError):
        assert name in ("__float__", "__int__")  # Python's own conversions, with Python's own errors
        return
    if isinstance(result, Value):
        only_documented(result.backward)


@FUZZ
@given(st.lists(THINGS, max_size=4), st.lists(THINGS, max_size=4), THINGS)
def test_functions_of_many(only_documented, xs, ys, bias):
    recorder = Value(0.5)
    for function in (autograd.total, autograd.softmax, autograd.log_softmax, autograd.logsumexp):
        only_documented(function, [recorder, *xs])
    only_documented(numeric.weighted_sum, [recorder, *xs], ys, bias)
    only_documented(numeric.weighted_sum, [recorder, *xs], [1, *xs], bias)
    only_documented(autograd.weighted_sums, [(recorder, *xs)], ys)


@FUZZ
@given(THINGS, THINGS)
def test_check(only_documented, x, printed):
    only_documented(check, x, printed)
    only_documented(check, Value(0.5), printed)
    if isinstance(printed, (str, float)):
        only_documented(check, 0.5, str(printed))


@FUZZ
@given(THINGS, THINGS)
def test_derivatives(only_documented, x, y):
    only_documented(gradient(lambda a: a * 2 if isinstance(a, Value) else autograd.total(a)), x)
    only_documented(gradient(lambda a: y), 1.0)


@settings(FUZZ, max_examples=15 * TIMES)
@given(st.one_of(st.floats(), st.fractions(), NO_NUMBERS))
def test_check_gradient(only_documented, x):
    report = only_documented(check_gradient, lambda a: a * a if isinstance(a, Value) else autograd.total(a), x)
    assert report is None or str(report)


@settings(FUZZ, max_examples=15 * TIMES)
@given(st.text(), st.text(), st.floats())
def test_labels(first, second, data):
    x, w = Value(data, label=first), Value(0.5, label=second)
    root = (x * w + x).relu()
    assert draw(root).source and str(explain(root)) and str(explain(w))
    for event in step(root):
        assert str(event)


def damaged(content: bytes, generator: random.Random) -> bytes:
    """A file with a few bytes changed, cut off, or repeated."""
    kind = generator.randrange(4)
    place = generator.randrange(len(content))
    if kind == 0:
        return content[:place]
    if kind == 1:
        return content[:place] + bytes([generator.randrange(256)]) + content[place + 1 :]
    if kind == 2:
        other = generator.randrange(len(content))
        return content[: max(place, other)] + content[min(place, other) :]
    inserted = generator.choice([b"-1", b"null", b"[]", b"{}", b'"x"', b"1e999", b"9" * 30])
    return content[:place] + inserted + content[place:]


def damaged_json(content: bytes, generator: random.Random) -> bytes:
    """A file that is JSON still, with one part replaced."""
    tree = json.loads(content)
    node, key = {"": tree}, ""
    for _ in range(generator.randint(1, 5)):
        inside = node[key]
        if isinstance(inside, dict) and inside:
            node, key = inside, generator.choice(list(inside))
        elif isinstance(inside, list) and inside:
            node, key = inside, generator.randrange(len(inside))
    node[key] = generator.choice([None, -1, 10**9, 1.5, "", "x", [], {}, [[]], True, "nan", "inf", [1, 2, 3]])
    return json.dumps(tree).encode()


@pytest.mark.parametrize("damage", [damaged, damaged_json])
def test_damaged_files(only_documented, tmp_path, damage):
    x, w = Value(2.0, label="x"), Value(0.5, label="w")
    Trace((w * x + x).tanh(), inputs=[x]).save(tmp_path / "trace.json")
    model = MLP(2, [3, 1], seed=1)
    model.save(tmp_path / "model.json")
    generator = random.Random(7)
    trace, weights = (tmp_path / "trace.json").read_bytes(), (tmp_path / "model.json").read_bytes()
    for _ in range(300):
        (tmp_path / "trace.json").write_bytes(damage(trace, generator))
        loaded = only_documented(Trace.load, tmp_path / "trace.json")
        if loaded is not None:
            only_documented(loaded.forward, 1.0)
        (tmp_path / "model.json").write_bytes(damage(weights, generator))
        only_documented(model.load, tmp_path / "model.json")
        only_documented(MLP.load, tmp_path / "model.json")


@FUZZ
@given(st.data())
def test_states(only_documented, data):
    model = MLP(2, [2, 1], seed=1)
    before = [p.data for p in model.parameters()]
    state = model.state_dict()
    key = data.draw(st.sampled_from([*state, "other"]))
    state[key] = data.draw(st.one_of(THINGS, st.floats(-1, 1)))
    if data.draw(st.booleans()):
        del state[data.draw(st.sampled_from(list(state)))]
    if only_documented(model.load_state_dict, state) is None and key == "other":
        assert [p.data for p in model.parameters()] == before


def test_what_the_fuzz_found_once():
    huge = 10**400
    for build in (
        lambda: autograd.weighted_sum([Value(0.5)], [huge]),
        lambda: autograd.weighted_sum([Value(0.5)], [Value(huge)], 1.0),
        lambda: Value(0.5) * huge,
        lambda: (Value(Fraction(2)) ** 1100 * Value(0.5)).backward(),
    ):
        with pytest.raises(AutogradError, match="too large"):
            build()
