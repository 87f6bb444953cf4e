"""compile: whatever it replays, the numbers are those of the function run by eager, to the last bit."""

import copy
import inspect
import math
import pickle
import random
import struct
import sys
import threading
from collections import UserList
from fractions import Fraction

import pytest
from helpers import bits

import autograd
from autograd import KindError, MissingToolError, ParameterArrays, RecordingError, ShapeError, Value, compile
from autograd.replay import native
from demos import datasets
from demos.tasks import gpt
from nn import MLP, losses, optim


@pytest.fixture(params=["native", "python"], autouse=True)
def machine(request, monkeypatch):
    if request.param == "native":
        pytest.importorskip("llvmlite")
    else:
        monkeypatch.setattr(native, "_engine", lambda: None)


def same_as_eager(compiled, calls, leaves):
    """Each call's result and every gradient have the bits of the function and backward()."""
    for arguments in calls:
        for leaf in leaves:
            leaf.grad = 0.0
        expected = compiled.function(*arguments)
        expected.backward()
        gradients = [bits(leaf.grad) for leaf in leaves]
        for leaf in leaves:
            leaf.grad = 0.0
        result = compiled(*arguments)
        assert bits(result.data) == bits(expected.data), arguments
        assert [bits(leaf.grad) for leaf in leaves] == gradients, arguments


def as_values(function):
    """``function`` with every number an input, as the recording has it, so that eager can run it too."""

    def wrapped(*arguments):
        return function(*[x if isinstance(x, (Value, list)) else Value(float(x)) for x in arguments])

    return wrapped


ONE = ["exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tanh", "sigmoid", "relu", "leaky_relu", "elu", "gelu",
       "softplus", "normal_cdf", "step", "sign", "__abs__", "__neg__"]  # fmt: skip
MANY = ["total", "logsumexp", "softmax", "log_softmax", "maximum", "minimum", "weighted_sum"]


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", [*ONE, *MANY])
def test_each_function_of_the_vocabulary_is_compiled(name, order):
    w, b = Value(0.6, label="w"), Value(0.2, label="b")

    def value(x):
        terms = w * x + b, b * b
        if name in ONE:
            return getattr(terms[0], name)() * w
        function = getattr(autograd, name)
        result = function(*terms) if name in ("maximum", "minimum") else function(terms, *[[w, x]][name != MANY[-1] :])
        return (result[0] if isinstance(result, list) else result) * w

    def slope(x):
        return autograd.grad(value(x), [w], create_graph=True)[0]

    compiled = compile(value if order == 1 else slope)
    same_as_eager(compiled, [(1.5,), (0.3,), (1.25,)], [w, b])
    assert compiled.recorded == 1


def test_a_compiled_function_says_which_one_it_is():
    assert repr(compile(math.fsum)) == "<compiled fsum>"
    assert repr(compile(lambda x: x)).startswith("<compiled test_a_compiled_function_says")


def test_a_model_is_recorded_once_and_trained_to_the_same_bits():
    random.seed(3)
    model = MLP(2, [8, 8, 1], activation="tanh", seed=1)
    compiled = compile(lambda x, y: (model(x) - y) ** 2)
    calls = [([random.gauss(0, 1), random.gauss(0, 1)], random.random()) for _ in range(20)]
    same_as_eager(compiled, calls, model.parameters())
    assert compiled.recorded == 1


def test_leaves_accumulate_and_may_change():
    w = Value(0.5)
    compiled = compile(lambda x: w * x)
    compiled(2.0)
    compiled(3.0)
    assert w.grad == 5.0
    w.data = 4.0
    assert compiled(2.0).data == 8.0


# --- guards ---


@as_values
def branches(x):
    return (x * 3).sin() if x > 0 else (x * x if x > -5 else x.exp())


@as_values
def loop(x):
    count = 0
    while x < 100:
        x = x * 2 + 1
        count += 1
        if count > 20:
            break
    return x * count


@as_values
def greatest(x, y, z):
    return max([x, y, z]) * min(x, y) + sorted([x * y, z])[0]


@as_values
def nested(x, y):
    if x > 0:
        if x.log() >= y:
            return x.log() * y
        return x.sqrt()
    return abs(y) if y <= 0 else y**3


@pytest.mark.parametrize(("function", "count"), [(branches, 1), (loop, 1), (greatest, 3), (nested, 2)])
def test_a_flipped_guard_records_again(function, count):
    rng = random.Random(7)
    compiled = compile(function)
    compiled.function = function
    for _ in range(200):
        numbers = [rng.choice([rng.uniform(-10, 10), 0.0, 1.0, rng.uniform(0, 200)]) for _ in range(count)]
        expected = function(*numbers)
        result = compiled(*numbers)
        assert bits(result.data) == bits(expected.data), numbers
    assert 2 < compiled.recorded < 40


def test_a_guard_on_a_leaf():
    w = Value(1.0)
    compiled = compile(lambda x: w * x if w > 0 else x * 7)
    same_as_eager(compiled, [(2.0,)], [w])
    w.data = -1.0
    assert compiled(2.0).data == 14.0
    assert w.grad == 2.0  # of the other way, before


def test_no_number_flips_a_guard_unnoticed():
    compiled = compile(lambda x: x * 2 if x > 0 else x * 3)
    assert compiled(1.0).data == 2.0
    assert math.isnan(compiled(math.nan).data)
    assert compiled.recorded == 2


# --- what is no number ---


def test_a_new_shape_records_again_and_an_old_one_does_not():
    w = Value(0.5)

    def function(xs, power, name="sum"):
        result = autograd.total([w * x for x in xs]) ** power
        return result if name == "sum" else -result

    compiled = compile(function)
    for _ in range(2):
        assert compiled([1.0, 2.0], 2).data == 2.25
        assert compiled([1.0, 2.0, 3.0], 2).data == 9.0
        assert compiled((1.0, 2.0), 3).data == 3.375
        assert compiled([1.0, 2.0], 2, name="other").data == -2.25
    assert compiled.recorded == 4
    with pytest.raises(KindError, match="takes numbers, Values and lists"):
        compiled([1.0], {1, 2})


def test_leaves_as_arguments_get_their_gradient_also_where_they_are_the_same():
    table = [[Value(random.uniform(-1, 1)) for _ in range(3)] for _ in range(4)]
    w = [Value(random.uniform(-1, 1)) for _ in range(3)]

    def function(first, second, third):
        rows = [(*w, w[0]), (*first, third)]
        hidden = autograd.weighted_sums(rows, [a * b for a, b in zip(first, second)])
        return autograd.logsumexp([*hidden, *second]) * third

    compiled = compile(function)
    leaves = [*w, *[leaf for row in table for leaf in row]]
    calls = [(table[0], table[1], table[2][0]), (table[1], table[1], table[1][1]), (table[3], table[0], w[0])]
    same_as_eager(compiled, calls * 2, leaves)
    assert compiled.recorded == 1


def test_a_dictionary_is_a_shape_of_its_numbers():
    w = Value(0.5, "w")
    compiled = compile(lambda sample, **rest: w * sample["x"] * rest["more"]["y"])
    for _ in range(2):
        assert compiled({"x": 2.0}, more={"y": 3.0}).data == 3.0
        assert compiled({"x": 4.0}, more={"y": 3.0}).data == 6.0
    assert compiled.recorded == 1
    assert compiled({"x": 4.0, "z": 0.0}, more={"y": 3.0}).data == 6.0
    assert compiled.recorded == 2
    with pytest.raises(ValueError, match=r"log of sample\['x'\] = -1\.0"):
        compile(lambda sample: sample["x"].log())({"x": -1.0})


def test_a_function_that_does_not_say_what_it_takes_is_compiled_too():
    compiled = compile(max)  # Python's own
    assert [compiled(1.0, 2.0).data, compiled(2.0, 1.0).data] == [2.0, 2.0]
    assert compiled.batch([1.0, 5.0], [2.0, 3.0]) == [2.0, 5.0]
    assert compiled.recorded == 2
    with pytest.raises(KindError, match="compile takes a function; got 3"):
        compile(3)


def test_leaves_that_were_set_to_numpys_numbers_are_floats():
    np = pytest.importorskip("numpy")
    w, v = Value(2.0, "w"), Value(4.0, "v")
    compiled = compile(lambda x: v * x / w)
    compiled(1.0)
    w.data = np.float64(8.0)
    result = compiled(3.0)
    assert (result.data, type(result.data), w.grad) == (1.5, float, -1.0 - 3.0 / 16)


@pytest.mark.parametrize("number", [2**53 + 1, 10**400, Fraction(1, 3), "2", True])
def test_a_leaf_that_no_float_holds_exactly_is_refused(number):
    w = Value(2, "w")
    compiled = compile(lambda x: w * x)
    assert compiled(1.5).data == 3.0
    w.data = number
    with pytest.raises(KindError, match="w is "):
        compiled(1.0)
    with pytest.raises(KindError, match="w is "):
        compiled.batch([1.0])


@pytest.mark.parametrize("seed", ["2", None, True, 1j])
def test_a_seed_is_a_number(seed):
    w = Value(2.0)
    compiled = compile(lambda x: w * x)
    with pytest.raises(KindError, match="seed"):
        compiled.batch([1.0], seed=seed)
    compiled.batch([1.0], seed=Fraction(1, 2))
    assert w.grad == 0.5


def test_a_number_that_is_compared_and_then_changed_is_no_guard():
    w = Value(1.0)

    def function(x):
        ahead = w > 0
        w.data = -w.data
        return x if ahead else -x

    compiled = compile(function, allow_data=True)
    with pytest.raises(RecordingError, match="does it change a number that it compares"):
        compiled(2.0)
    with pytest.raises(RecordingError, match="does it change a number that it compares"):
        compiled.batch([2.0])


def test_a_computed_value_is_refused():
    with pytest.raises(KindError, match="was computed"):
        compile(lambda x: x * 2)(Value(1.0) * 2)


@pytest.mark.parametrize("function", [lambda x: 3.0, lambda x: [x, x], lambda x: None])
def test_a_function_returns_one_value(function):
    with pytest.raises(KindError, match="must return one Value"):
        compile(function)(1.0)


# --- what would be frozen ---


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x * x.data,
        lambda x: x * float(x),
        lambda x: x * int(x * 2),
        lambda x: x * (x * x).partials[0],
        lambda x: x * WEIGHT.data,
        lambda x: x * WEIGHT.grad,
        lambda x: (setattr(WEIGHT, "grad", 0.0), x)[1],
        lambda x: ((WEIGHT * x).zero_grad(), x)[1],
        lambda x: (x.backward(), x)[1],
        lambda x: x + x.forward(),
        lambda x: (setattr(WEIGHT, "data", 2.0), x)[1],
        lambda x: x * autograd.grad(autograd.weighted_sum([WEIGHT], [x]), [x])[0],
    ],
)
def test_what_a_replay_would_freeze_is_reported(function):
    compiled = compile(function)
    with pytest.raises(RecordingError, match="a replay would keep"):
        compiled(2.0)
    assert WEIGHT.data == 1.5
    assert Value(2.0) > Value(1.0)


WEIGHT = Value(1.5, "weight")


def test_a_gradient_of_a_gradient_is_recorded():
    model = MLP(1, [5, 1], activation="tanh", seed=4)

    def function(x):
        [slope] = autograd.grad(model(x), x, create_graph=True)
        return (slope - 1) ** 2 + model(x)

    compiled = compile(function)
    same_as_eager(compiled, [([Value(0.3)],), ([Value(-1.5)],)], model.parameters())
    assert compiled.recorded == 1


def test_numbers_of_numpy_are_compared():
    np = pytest.importorskip("numpy")
    compiled = compile(lambda x: x * 2 if x > np.float64(0.5) else x * 3)
    assert [compiled(1.0).data, compiled(0.1).data] == [2.0, 0.1 * 3]


def test_a_decorated_function_keeps_its_name_and_its_words():
    @compile
    def squared(x):
        """x times x"""
        return x * x

    assert (squared.__name__, squared.__doc__) == ("squared", "x times x")
    assert squared(3.0).data == 9.0


def test_a_method_is_compiled():
    class Line:
        def __init__(self, slope):
            self.slope = Value(slope)

        @compile
        def at(self, x):
            return self.slope * x

    first, second = Line(2.0), Line(3.0)
    assert [line.at(x).data for x in (5.0, 7.0) for line in (first, second)] == [10.0, 15.0, 14.0, 21.0]
    assert (first.slope.grad, second.slope.grad, Line.at.recorded) == (12.0, 12.0, 2)


class Line:
    def __init__(self, slope, power=1):
        self.slope = Value(slope)
        self.power = power

    @compile
    def error(self, x, y):
        """How far off the line is."""
        return (self.slope * x**self.power - y) ** 2


def test_a_compiled_method_runs_batches_of_its_object():
    first, second = Line(2.0), Line(3.0, power=2)
    columns = [1.0, 2.0, 3.0], [1.0, 5.0, 5.0]
    for _ in range(2):
        assert first.error.batch(*columns) == [1.0, 1.0, 1.0]
        assert second.error.batch(list(zip(*columns)), seed=0.5) == [4.0, 49.0, 484.0]
    assert (first.slope.grad, second.slope.grad) == (8.0, 456.0)
    assert Line.error.batch([first, second], [1.0, 1.0], [1.0, 1.0]) == [1.0, 4.0]


def test_a_compiled_method_is_that_of_its_object():
    line = Line(2.0)
    assert line.error(1.0, 1.0).data == 1.0
    assert (line.error.__name__, line.error.__doc__) == ("error", "How far off the line is.")
    assert line.error == line.error != Line(2.0).error
    assert len({line.error, line.error}) == 1
    assert list(inspect.signature(line.error).parameters) == ["x", "y"]
    assert autograd.grad(line.error.__wrapped__(1.0, 1.0), [line.slope]) == [2.0]
    with pytest.raises(AttributeError, match="nonsense"):
        line.error.nonsense()
    for duplicate in (copy.deepcopy(line.error), pickle.loads(pickle.dumps(line.error))):
        assert duplicate.compiled is line.error.compiled
        assert duplicate(1.0, 0.0).data == 4.0
        assert duplicate.instance.slope is not line.slope


def test_a_method_of_a_number_and_one_of_what_has_no_hash():
    class Scale(float):
        @compile
        def times(self, x):
            return self * x

    class Weights(dict):
        @compile
        def times(self, x):
            return self["w"] * x

    assert Scale(2.0).times.batch([1.0, 3.0]) == [2.0, 6.0]
    with pytest.raises(KindError, match="a compiled function takes numbers, Values and lists"):
        Weights(w=Value(1.0)).times.batch([1.0])


def test_a_value_may_be_printed_while_it_is_recorded(capsys):
    def function(x):
        print(x, f"{x * WEIGHT}")
        return x * WEIGHT

    compiled = compile(function)
    compiled(2.0)
    compiled(3.0)
    assert capsys.readouterr().out == "Value(data=2.0, grad=0.0, label='x') Value(data=3.0, grad=0.0)\n"


def test_data_may_be_read_where_the_caller_says_so():
    seen = []

    def function(x):
        seen.append(x.data)
        return x * 2

    compiled = compile(function, allow_data=True)
    assert [compiled(1.0).data, compiled(2.0).data, seen] == [2.0, 4.0, [1.0]]


def test_value_is_untouched_after_a_recording():
    before = dict(vars(Value))
    compile(lambda x: x * 2)(1.0)
    with pytest.raises(RecordingError):
        compile(lambda x: x.data)(1.0)
    assert dict(vars(Value)) == before


def test_other_threads_read_data_while_one_records():
    started, read = threading.Event(), threading.Event()
    seen = []

    def other():
        started.wait(10)
        seen.extend([WEIGHT.data, WEIGHT < 3, float(WEIGHT), Value(2.0).data])
        try:
            Value(-1.0).log()
        except ValueError:
            seen.append("caught")
        read.set()

    def function(x):
        started.set()
        read.wait(10)
        return x * 2

    thread = threading.Thread(target=other)
    thread.start()
    compiled = compile(function)
    compiled(1.0)
    thread.join()
    assert seen == [1.5, True, 1.5, 2.0, "caught"]
    compiled(2.0)
    assert compiled.recorded == 1  # the other thread's comparison is no guard


# --- errors ---


def test_an_error_of_a_replay_is_that_of_eager():
    w = Value(1.0, "w")
    compiled = compile(lambda x: (w * x).log())
    compiled(2.0)
    with pytest.raises(ValueError, match="log of"):
        compiled(-2.0)
    compiled = compile(lambda x: autograd.exp(x) / w)
    compiled(2.0)
    with pytest.raises(OverflowError, match=r"exp of x = 1000\.0"):
        compiled(1000.0)
    w.data = 0.0
    with pytest.raises(ZeroDivisionError, match=r"w = 0\.0"):
        compiled(1.0)
    w.data = Fraction(1, 2)
    with pytest.raises(KindError, match="a record holds floats"):
        compiled(1.0)


@as_values
def log_where_there_is_one(x):
    try:
        return WEIGHT * x.log()
    except ValueError:
        return WEIGHT * x


def test_a_caught_error_is_no_guard():
    compiled = compile(log_where_there_is_one)
    with pytest.raises(RecordingError, match=r"catches an error \(log of argument 0 = -1\.0.*Compare Values"):
        compiled(-1.0)
    with pytest.raises(ValueError, match="sqrt of"):  # which nobody catches
        compile(lambda x: x.sqrt())(-1.0)
    assert compile(lambda x: x.sqrt() * 0 if x > 0 else x)(0.0).data == 0.0


@pytest.mark.parametrize("arrays", [False, True])
def test_where_a_replay_fails_and_the_function_does_not_it_is_eager_that_counts(arrays):
    if arrays:
        pytest.importorskip("numpy")
    w, v = Value(2.0), Value(0.25)

    def function(x):
        try:
            return w * x.log() * v
        except ValueError:
            return w * x * v

    parameters = ParameterArrays([w]) if arrays else None
    compiled = compile(as_values(function), parameters=parameters)

    def gradients():
        return [float(parameters.grad[0]) if arrays else w.grad, v.grad]

    compiled(1.0)
    assert gradients() == [0.0, 0.0]
    result = compiled(-3.0)
    assert [result.data, *gradients()] == [-1.5, -0.75, -6.0]
    (parameters or w).zero_grad()
    result.backward()
    assert gradients() == [-0.75, -6.0]
    assert compiled.batch([1.0, -3.0, 1.0, -3.0], seed=2) == [0.0, -1.5, 0.0, -1.5]
    assert gradients() == [-3.75, -30.0]
    assert compiled.recorded == 1


def test_infinity_flows_as_in_eager():
    w = Value(1.0)
    compiled = compile(lambda x: w * x * 1e308)
    same_as_eager(compiled, [(1.0,), (1e10,), (-math.inf,)], [w])


# --- the result ---


def test_backward_of_the_result_changes_nothing_that_is_right():
    w = Value(3.0)
    compiled = compile(lambda x: w * w * x)
    result = compiled(2.0)
    result.backward()
    assert w.grad == 12.0
    w.grad = 0.0  # micrograd's order: loss, zero_grad, backward
    result.backward()
    assert w.grad == 12.0
    with pytest.raises(RecordingError, match="seed"):
        result.backward(2)


def test_contributions_that_cancel_are_not_taken_for_lost():
    w, b = Value(0.125), Value(0.0)
    compiled = compile(lambda x, y: (1 - y * (w * x + b)).relu())
    for sample in [(1.0, 1.0), (2.0, -1.0)]:
        compiled(*sample).backward()
        compiled(*sample)
    assert (w.grad, b.grad) == (2.0, 0.0)


def backward_in_phases(function, leaves, zero_grad, rng):
    """The gradients after phases of calls, each with a backward() or two, and zero_grad() somewhere before those."""
    seen = []
    for _ in range(12):
        results = []
        for zero in rng.choices([False, True], weights=[2, 1], k=rng.randrange(1, 4)):
            if zero:
                zero_grad()
            results.append(function(rng.choice([1.0, -1.0, 2.0, 0.0]), *rng.choices(leaves[-2:], k=2)))
        if rng.random() < 0.5:
            zero_grad()
        backwards = results + rng.choices(results, k=rng.randrange(2))
        for result in rng.sample(backwards, len(backwards)):
            result.backward()
        seen.append([leaf.grad for leaf in leaves])
    return seen


@pytest.mark.parametrize("arrays", [False, True])
@pytest.mark.parametrize("kept", [0, 1])  # how many leaves are never set to zero
def test_in_whatever_order_gradients_are_set_to_zero_and_backward_is_called(arrays, kept):
    if arrays:
        pytest.importorskip("numpy")
    for seed in range(60):
        found = []
        for replayed in (False, True):
            leaves = w, always, frozen, first, second = [Value(1.0) for _ in range(5)]
            parameters = ParameterArrays([w, always]) if arrays and replayed else None
            zeroed = [w, always, first, second] if kept else leaves

            def zero_grad(parameters=parameters, zeroed=zeroed):
                for leaf in zeroed:
                    leaf.grad = 0.0
                if parameters is not None:
                    parameters.zero_grad()

            def function(x, row, other, w=w, always=always, frozen=frozen):
                return w * x * row + other * x + always + frozen * x

            run = compile(function, parameters=parameters) if replayed else as_values(function)

            seen = backward_in_phases(run, leaves, zero_grad, random.Random(seed))
            if parameters is not None:
                parameters.write_back()
            found.append([leaf.grad for leaf in leaves] if arrays else seen)
        assert found[0] == found[1], seed


def test_a_gradient_that_somebody_else_changed_is_not_guessed():
    w, v = Value(2.0), Value(3.0)
    compiled = compile(lambda x: w * x + v)
    result = compiled(3.0)
    v.grad = 0.0
    (w * w).backward()
    for _ in range(2):
        with pytest.raises(RecordingError, match="cannot be told whether they were set to zero"):
            result.backward()
        assert (w.grad, v.grad) == (7.0, 0.0)
    compiled(4.0).backward()  # of which nothing has been changed
    assert (w.grad, v.grad) == (11.0, 1.0)


def test_functions_that_share_leaves_know_of_each_other():
    w = Value(2.0)
    first, second = compile(lambda x: w * x), compile(lambda x: x * w * w)
    results = [first(4.0), second(-1.0)]
    assert w.grad == 0.0
    for result in results:
        result.backward()
    assert w.grad == 0.0
    results = [first(3.0), second(1.0), first(1.0)]
    w.grad = 0.0
    for result in results:
        result.backward()
    assert w.grad == 8.0


def test_arrays_that_were_set_to_zero_by_hand_cannot_be_told_from_contributions_that_cancel():
    pytest.importorskip("numpy")
    w = Value(2.0)
    parameters = ParameterArrays([w])
    compiled = compile(lambda x: w * x, parameters=parameters)
    compiled(0.0).backward()
    result = compiled(1.0)
    parameters.grad[:] = 0.0
    with pytest.raises(RecordingError, match=r"use the zero_grad\(\) of their arrays"):
        result.backward()
    parameters.zero_grad()
    for _ in range(3):
        result.backward()
    assert parameters.grad.tolist() == [3.0]


@pytest.mark.parametrize(
    "use",
    [
        lambda r: r * 0.5,
        lambda r: 2 - r,
        lambda r: Value(1.0) + r,
        lambda r: Value(1.0) * r,
        lambda r: Value(1.0) / r,
        lambda r: r**2,
        lambda r: -r,
        lambda r: r.exp(),
        lambda r: autograd.total([r, r]),
        lambda r: sum([r, r]),
    ],
)
def test_a_result_is_no_operand_as_its_gradient_would_be_lost(use):
    result = compile(lambda x: x * x)(3.0)
    with pytest.raises(RecordingError, match=r"the result's \.data"):
        use(result)


@pytest.mark.parametrize(
    "look",
    [
        lambda r: autograd.grad(r, [WEIGHT]),
        lambda r: autograd.draw(r),
        lambda r: autograd.explain(r),
        lambda r: autograd.step(r),
        lambda r: autograd.topological_order(r),
        lambda r: autograd.Trace(r),
        lambda r: r.forward(),
        lambda r: r.zero_grad(),
        lambda r: r.op,
        lambda r: r.operands,
        lambda r: r.partials,
        lambda r: r._prev,
        lambda r: compile(lambda x: x * 2)(r),
        lambda r: compile(lambda x: x * 2 if x > r else x)(1.0),
        lambda r: compile(lambda: r)(),
        lambda r: autograd.total([WEIGHT, r]).backward(),
        lambda r: autograd.maximum(WEIGHT, r).backward(),
        lambda r: autograd.weighted_sum([r], [2.0]).backward(),
        lambda r: autograd.weighted_sums([(r, WEIGHT)], [2.0])[0].backward(),
        lambda r: autograd.weighted_sums([(WEIGHT, WEIGHT)], [r])[0].backward(),
        lambda r: autograd.grad(MLP(1, [1], seed=1)([r]), [r]),
    ],
)
def test_a_result_is_no_leaf_as_every_derivative_would_be_zero(look):
    compiled = compile(lambda x: WEIGHT * x)
    with pytest.raises(RecordingError, match=r"keeps no graph.*\.__wrapped__"):
        look(compiled(3.0))
    assert autograd.grad(compiled.__wrapped__(3.0), [WEIGHT]) == [3.0]


@pytest.mark.parametrize("derivative", [autograd.gradient, autograd.hessian, autograd.hessian_vector_product])
def test_derivatives_are_of_the_function_that_was_compiled(derivative):
    compiled = compile(lambda x: x**3)
    at = (2.0, 1.0) if derivative is autograd.hessian_vector_product else (2.0,)
    with pytest.raises(RecordingError, match="keeps no graph"):
        derivative(compiled)(*at)
    assert derivative(compiled.__wrapped__)(*at) == 12.0


def test_a_result_is_a_number():
    result = compile(lambda x: x * x)(3.0)
    assert (float(result), int(result), result > 8, sorted([result, Value(1.0)])[1]) == (9.0, 9, True, result)
    assert repr(result) == "Value(data=9.0, grad=1.0)"
    result.label = "y"
    assert str(result) == "Value(data=9.0, grad=1.0, label='y')"
    assert result._repr_latex_() == Value(9.0, "y")._repr_latex_()
    assert autograd.check(result, "9.0")
    with pytest.raises(AttributeError, match="no attribute 'item'"):
        result.item()


def test_a_copied_result_is_a_number_too():
    w = Value(0.5)
    result = compile(lambda x: w * x)(3.0)
    result.label = "y"
    for duplicate in (copy.copy(result), copy.deepcopy(result), pickle.loads(pickle.dumps(result))):
        assert (duplicate.data, duplicate.label) == (1.5, "y")
    w.grad = 0.0
    copy.copy(result).backward()
    assert w.grad == 3.0
    with pytest.raises(RecordingError, match="keeps no graph"):
        autograd.grad(copy.copy(result), [w])


def test_a_compiled_function_may_call_another():
    w = Value(0.5)
    inner = compile(lambda x: w * x)
    outer = compile(lambda x: inner(x) * inner(x * 2))
    assert inner(1.0).data == 0.5
    w.grad = 0.0
    assert [outer(1.0).data, w.grad] == [0.5, 2.0]
    assert [outer(2.0).data, w.grad] == [2.0, 10.0]
    with autograd.detect_anomaly():
        assert [outer(2.0).data, w.grad] == [2.0, 18.0]
        w.grad = 0.0
        assert [outer.batch([2.0, 1.0]), w.grad] == [[2.0, 0.5], 10.0]
    with pytest.raises(RecordingError, match="batch is called"):
        compile(lambda x: inner.batch([1.0]) and x)(1.0)


# --- batches ---


def lanes(function, samples, leaves, seed):
    totals = [0.0] * len(leaves)
    for lane in range(8):
        for leaf in leaves:
            leaf.grad = 0.0
        for sample in samples[lane::8]:
            function(*sample).backward(seed)
        totals = [total + leaf.grad for total, leaf in zip(totals, leaves)]
    for leaf in leaves:
        leaf.grad = 0.0
    return [bits(total) for total in totals]


@pytest.mark.parametrize("as_array", [False, True])
def test_a_batch_is_the_sum_in_lanes(as_array):
    model = MLP(2, [8, 1], seed=2)
    leaves = model.parameters()

    def function(x, y):
        return (1 - y * model(x)).relu()

    samples = [([random.gauss(0, 1), random.gauss(0, 1)], random.choice([-1.0, 1.0])) for _ in range(37)]
    expected = lanes(function, samples, leaves, 1 / 37)
    compiled = compile(function)
    columns = list(map(list, zip(*samples)))
    if as_array:
        np = pytest.importorskip("numpy")
        columns = [np.array(column) for column in columns]
    results = compiled.batch(*columns, seed=1 / 37)
    assert results == [function(*sample).data for sample in samples]
    assert [bits(leaf.grad) for leaf in leaves] == expected
    assert compiled.recorded == 1


def test_a_batch_of_what_is_no_list_of_floats_is_that_of_the_list():
    w = Value(0.5)
    compiled = compile(lambda x, y: w * x[0] ** 2 * y)
    rows, ys = [[2.0, 1.0], [3.0, 1.0], [5.0, 1.0]], (1.0, 2.0, 3.0)
    expected = compiled.batch(rows, ys)
    assert expected == [2.0, 9.0, 37.5]
    assert compiled.batch(rows, UserList(ys)) == expected
    assert compiled.batch([[2, 1], [3, 1], [5, 1]], ys) == expected  # ints are shapes
    assert compiled.batch([[2.0, 1], [3.0, 1], [5.0, 1]], ys) == expected
    assert w.grad == 4 * sum(expected) / 0.5
    assert compiled.recorded == 5
    assert compile(lambda x: w * x[0] if isinstance(x[0], Value) else w).batch([[2.0], [3]]) == [1.0, 0.5]


@pytest.mark.parametrize("make", [list, tuple, "numpy"])
def test_a_batch_of_nothing(make):
    if make == "numpy":
        make = pytest.importorskip("numpy").array
    w = Value(0.5)
    compiled = compile(lambda x: w * x)
    assert compiled.batch(make([])) == []
    assert (compiled.recorded, w.grad) == (0, 0.0)


def test_infinity_flows_through_a_batch():
    w = Value(1.0)
    compiled = compile(lambda x: (w * x).exp())
    samples = [1.0, math.inf, -math.inf, *[0.5] * 9]
    assert compiled.batch(samples) == [math.exp(x) for x in samples]
    w.grad = 0.0
    assert compiled.batch([math.inf, 1.0]) == [math.inf, math.e]
    assert w.grad == math.inf
    w.grad = 0.0
    divided = compile(lambda x: w.exp() / (x * x + 1).exp())
    assert divided.batch([math.inf, 0.0]) == [0.0, 1.0]
    assert w.grad == 1.0


def test_a_layer_whose_neurons_are_compared():
    model = MLP(2, [3, 1], seed=4)

    def function(x):
        scores = model.layers[0]([0.5, -1.0])
        return x * max(scores) + model([0.5, -1.0]) + min(scores)

    compiled = compile(function)
    same_as_eager(compiled, [(Value(2.0),), (Value(3.0),)], model.parameters())
    assert compiled.recorded == 1


def test_guards_of_a_large_function(monkeypatch):
    monkeypatch.setattr("autograd.replay.source._STATEMENTS", 10)
    w = Value(0.5)
    compiled = compile(as_values(lambda x: autograd.total([(w * x).sin() if x > 0 else w * x for _ in range(9)])))
    same_as_eager(compiled, [(1.0,), (-1.0,), (2.0,), (-2.0,)], [w])
    assert compiled.recorded == 2


def test_a_batch_of_samples_is_that_of_its_arguments():
    w = Value(0.5)
    compiled = compile(lambda x, y: (w * x[0] - x[1] * y) ** 2)
    samples = [([float(place), 2.0], place / 3) for place in range(11)]
    expected = compiled.batch(*map(list, zip(*samples)))
    gradient = w.grad
    w.grad = 0.0
    assert compiled.batch(samples) == expected
    assert w.grad == gradient
    assert compiled.batch([]) == []
    assert compile(lambda x: w * x[0] * x[1]).batch([[1.0, 2.0], [3.0, 4.0]]) == [1.0, 6.0]


def test_a_batch_with_branches_is_the_sum_in_lanes():
    w, v = Value(0.5), Value(-1.5)

    def function(x):
        return w * x if x > 0 else v * x * x

    compiled = compile(as_values(function))
    samples = [(random.gauss(0, 1),) for _ in range(30)]
    expected = lanes(as_values(function), samples, [w, v], 1.0)
    for _ in range(3):
        w.grad = v.grad = 0.0
        compiled.batch([x for [x] in samples])
    assert compiled.recorded == 2
    w.grad = v.grad = 0.0
    assert compiled.batch([x for [x] in samples]) == [as_values(function)(*sample).data for sample in samples]
    assert [bits(w.grad), bits(v.grad)] == expected


def test_shapes_in_a_batch_are_summed_one_after_the_other():
    model = MLP(2, [4, 3], seed=2)
    leaves = model.parameters()

    def function(x, target):
        return losses.softmax_cross_entropy(model(x), target)

    samples = [([random.gauss(0, 1), random.gauss(0, 1)], random.choice([0, 1, 2])) for _ in range(50)]
    order = list(dict.fromkeys(target for _, target in samples))
    sums = [lanes(function, [sample for sample in samples if sample[1] == shape], leaves, 1.0) for shape in order]
    compiled = compile(function)
    results = compiled.batch(*map(list, zip(*samples)))
    assert results == [function(*sample).data for sample in samples]
    totals = [0.0] * len(leaves)
    for one in sums:
        totals = [total + struct.unpack("<d", more)[0] for total, more in zip(totals, one)]
    assert [leaf.grad for leaf in leaves] == totals
    assert compiled.recorded == 3


def test_leaves_in_a_batch():
    table = [Value(random.random()) for _ in range(5)]
    w = Value(0.5)
    columns = [[random.choice(table) for _ in range(30)], [random.choice([*table, w]) for _ in range(30)]]

    def function(x, y):
        return (w * x - y) ** 2

    expected = lanes(function, list(zip(*columns)), [w, *table], 1.0)
    compiled = compile(function)
    compiled.batch(*columns)
    assert [bits(leaf.grad) for leaf in [w, *table]] == expected
    assert compiled.recorded == 1


def test_a_batch_whose_sample_raises_leaves_the_gradients():
    w = Value(1.0, "w")
    compiled = compile(lambda x: (w * x).log())
    with pytest.raises(ValueError, match="log of"):
        compiled.batch([1.0, 2.0, -1.0, 3.0])
    assert w.grad == 0.0


@pytest.mark.parametrize(
    ("columns", "message"),
    [([], "got none"), ([[1.0], [1.0, 2.0]], "1 and 2 entries")],
)
def test_samples_of_unequal_shapes_are_refused(columns, message):
    with pytest.raises(ShapeError, match=message):
        compile(lambda *xs: xs[0][0] * 2).batch(*columns)
    assert compile(lambda x: x).batch([]) == []


@pytest.mark.parametrize("samples", [3.0, iter([1.0]), {1.0: 2.0}, "123", {1.0}, frozenset([1.0]), {1.0: 2}.keys()])
def test_a_batch_is_a_sequence(samples):
    with pytest.raises(KindError, match="batch takes sequences"):
        compile(lambda x: x * 2).batch(samples)


@pytest.mark.parametrize("samples", [[(1.0, 2.0), (3.0,)], [(1.0, 2.0), (3.0, 4.0, 5.0)], [1.0, 2.0]])
def test_each_sample_has_all_arguments(samples):
    with pytest.raises(ShapeError, match=r"batch: sample \d is"):
        compile(lambda x, y: x * y).batch(samples)


# --- trouble ---


def test_anomalies_are_detected_in_a_replay_too():
    w = Value(2.0, "w")
    compiled = compile(lambda x: 1 / (w * x * x))
    gradients = []
    for _ in range(2):
        w.grad = 0.0
        compiled(3.0)
        compiled.batch([1.0, 3.0])
        gradients.append(w.grad)
        with autograd.detect_anomaly():
            with pytest.raises(FloatingPointError, match=r"x = 1e\+200 gives inf; made at .*test_compile"):
                compiled(1e200)
            with pytest.raises(FloatingPointError, match="gives inf"):
                compiled.batch([3.0, 1e200])
            assert w.grad == gradients[0]
            w.grad = 0.0
            compiled(3.0)
            compiled.batch([1.0, 3.0])
            assert w.grad == gradients[0]
    with autograd.detect_anomaly():
        assert compile(lambda x: w * x)(1.0).data == 2.0
    assert compiled(1e200).data == 0.0


# --- parameters in arrays ---


@pytest.mark.parametrize("make", [lambda p: optim.SGD(p, lr=0.1), lambda p: optim.SGD(p, 0.1, 0.9, 0.01), optim.Adam])
def test_training_in_arrays_has_the_bits_of_training_values(make):
    pytest.importorskip("numpy")
    rng = random.Random(5)
    xs = [[rng.gauss(0, 1), rng.gauss(0, 1)] for _ in range(20)]
    ys = [rng.random() for _ in range(20)]
    found = []
    for arrays in (False, True):
        model = MLP(2, [4, 1], seed=3)
        parameters = ParameterArrays(model.parameters()) if arrays else model.parameters()
        extra = Value(0.5)
        compiled = compile(
            lambda x, y, model=model, extra=extra: (model(x) * extra - y) ** 2,
            parameters=parameters if arrays else None,
        )
        optimizer = make(parameters)
        for _ in range(5):
            optimizer.zero_grad()
            compiled.batch(xs, ys, seed=0.05)
            compiled(xs[0], ys[0])
            optimizer.step()
        if arrays:
            parameters.write_back()
        found.append([bits(p.data) for p in model.parameters()] + [bits(p.grad) for p in [*model.parameters(), extra]])
    assert found[0] == found[1]


def test_arrays_need_numpy(monkeypatch):
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(MissingToolError, match="install the extra 'fast'"):
        ParameterArrays([Value(1.0)])


def test_arrays_refuse_what_they_cannot_hold():
    pytest.importorskip("numpy")
    for wrong in (3.0, Value(1.0) * 2, Value(Fraction(1, 2))):
        with pytest.raises(KindError):
            ParameterArrays([wrong])


# --- threads ---


def test_two_threads_share_a_compiled_function():
    w = Value(0.5)
    compiled = compile(lambda x: (w * x).tanh().exp() if x > 0 else w * x)
    failures = []

    def run(start):
        for place in range(300):
            x = start + place * 0.01 - 1.0
            expected = math.exp(math.tanh(0.5 * x)) if x > 0 else 0.5 * x
            if compiled(x).data != expected:
                failures.append(x)

    threads = [threading.Thread(target=run, args=(start,)) for start in (0.0, 0.005, -0.5, 1.0)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_losses_of_nn_are_recorded():
    model = MLP(3, [4, 3], seed=1)
    compiled = compile(lambda x, target: losses.softmax_cross_entropy(model(x), target))
    same_as_eager(compiled, [([0.1, -0.5, 2.0], place) for place in (0, 2, 0)], model.parameters())
    assert compiled.recorded == 2


# --- the demos' trainings ---


def moons_training():
    points, kinds = datasets.moons(20, noise=0.1, seed=1337)
    model = MLP(2, [16, 16, 1], seed=1)
    return model, lambda x, y: losses.hinge(model(x), y), [(x, 2.0 * kind - 1) for x, kind in zip(points, kinds)]


def rings_training():
    points, kinds = datasets.rings(20, radii=(1.0, 2.0, 3.0), noise=0.1, seed=1)
    model = MLP(2, [8, 3], activation="tanh", init="xavier", seed=1)
    return model, lambda x, kind: losses.softmax_cross_entropy(model(x), kind), list(zip(points, kinds))


def curve_training():
    model = MLP(1, [12, 12, 1], activation="tanh", init="xavier", seed=1)
    samples = [([place / 10], datasets.curve(place / 10)) for place in range(-10, 10)]
    return model, lambda x, y: losses.mse(model(x), y), samples


def gpt_training():
    random.seed(2)
    vocabulary = gpt.Vocabulary(gpt.NAMES)
    model = gpt.GPT(len(vocabulary), 10, width=8, heads=2)
    return model, gpt.name_loss(model), [gpt.arguments(model, vocabulary, name) for name in ("ada", "bob", "anna")]


@pytest.mark.parametrize("training", [moons_training, rings_training, curve_training, gpt_training])
def test_a_demos_training_comes_to_the_same_bits(training):
    found = []
    for replayed in (False, True):
        model, function, samples = training()
        run = compile(function) if replayed else function
        optimizer = optim.Adam(model.parameters(), lr=0.01)
        seen = []
        for x, y in samples:
            optimizer.zero_grad()
            loss = run(x, y)
            loss.backward()
            optimizer.step()
            seen.append(bits(loss.data))
        found.append(seen + [bits(parameter.data) for parameter in model.parameters()])
    assert found[0] == found[1]
