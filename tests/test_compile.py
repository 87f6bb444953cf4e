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
from demos import datasets
from demos.tasks import gpt
from nn import MLP, losses, optim

pytestmark = pytest.mark.usefixtures("machine")


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
        assert not any([leaf.grad for leaf in leaves])
        result.backward()
        assert [bits(leaf.grad) for leaf in leaves] == gradients, arguments


def as_values(function):
    """``function`` with every number an input, as the recording has it, so that eager can run it too."""

    def wrapped(*arguments):
        return function(*[x if isinstance(x, (Value, list)) else Value(x) for x in arguments])

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
    compiled(2.0).backward()
    compiled(3.0).backward()
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
    other = compiled(2.0)
    assert (other.data, other.operands) == (14.0, ())


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
    with pytest.raises(KindError, match="takes numbers, Values, lists"):
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
    assert compiled.map([1.0, 5.0], [2.0, 3.0]) == [2.0, 5.0]
    assert compiled.recorded == 2
    with pytest.raises(KindError, match="compile takes a function; got 3"):
        compile(3)


def test_leaves_that_were_set_to_numpys_numbers_are_floats():
    np = pytest.importorskip("numpy")
    w, v = Value(2.0, "w"), Value(4.0, "v")
    compiled = compile(lambda x: v * x / w)
    compiled(1.0).backward()
    w.data = np.float64(8.0)
    result = compiled(3.0)
    result.backward()
    assert (result.data, type(result.data), w.grad) == (1.5, float, -1.0 - 3.0 / 16)
    assert {*map(type, result.partials)} == {float}


@pytest.mark.parametrize("number", [2**53 + 1, 10**400, Fraction(1, 3)])
def test_a_leaf_that_no_float_holds_exactly_is_refused(number):
    w = Value(2, "w")
    compiled = compile(lambda x: w * x)
    assert compiled(1.5).data == 3.0
    with pytest.raises(KindError, match="w is "):
        w.data = number
        compiled(1.0)
    if w.data == 2:
        return  # what is no number was refused where it was set
    with pytest.raises(KindError, match="w is "):
        compiled.sum([1.0])


def test_a_seed_goes_into_a_call():
    w = Value(2.0)
    loss = compile(lambda x: w * x)(3.0)
    loss.backward(Fraction(1, 2))
    assert (w.grad, loss.grad) == (1.5, 0.5)
    with pytest.raises(KindError, match="seed"):
        loss.backward("2")


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
        compiled.sum([2.0])


def test_the_gradient_flows_on_through_a_computed_value():
    w, v = Value(0.5), Value(2.0)
    compiled = compile(lambda x, h: w * x * h)
    for x in (3.0, 5.0):
        h = v * v
        loss = compiled(x, h)
        assert loss.operands == (w, h)
        w.grad = v.grad = 0.0
        (loss + h).backward()
        assert (w.grad, v.grad) == (x * 4.0, (0.5 * x + 1) * 4.0)
    assert compiled.recorded == 1


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
        lambda x: x * autograd.grad(autograd.weighted_sum([WEIGHT], [x]), [WEIGHT])[0],
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
    results = [line.at(x) for x in (5.0, 7.0) for line in (first, second)]
    assert [result.data for result in results] == [10.0, 15.0, 14.0, 21.0]
    autograd.total(results).backward()
    assert (first.slope.grad, second.slope.grad, Line.at.recorded) == (12.0, 12.0, 2)


class Line:
    def __init__(self, slope, power=1):
        self.slope = Value(slope)
        self.power = power

    @compile
    def error(self, x, y):
        """How far off the line is."""
        return (self.slope * x**self.power - y) ** 2


def test_a_compiled_method_takes_many_samples_of_its_object():
    first, second = Line(2.0), Line(3.0, power=2)
    columns = [1.0, 2.0, 3.0], [1.0, 5.0, 5.0]
    for _ in range(2):
        assert first.error.map(*columns) == [1.0, 1.0, 1.0]
        assert second.error.map(list(zip(*columns))) == [4.0, 49.0, 484.0]
        assert first.error.sum(*columns).data == 3.0
        (0.5 * second.error.sum(list(zip(*columns)))).backward()
    assert (first.slope.grad, second.slope.grad) == (0.0, 456.0)
    assert second.error.mean(*columns).data == 179.0
    assert Line.error.map([first, second], [1.0, 1.0], [1.0, 1.0]) == [1.0, 4.0]


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

    assert Scale(2.0).times.map([1.0, 3.0]) == [2.0, 6.0]
    assert Weights(w=Value(1.5)).times.map([1.0, 2.0]) == [1.5, 3.0]


def test_a_value_may_be_printed_while_it_is_recorded(capsys):
    def function(x):
        print(x * WEIGHT, f"{x * WEIGHT}")
        return x * WEIGHT

    compiled = compile(function)
    compiled(2.0)
    compiled(3.0)
    assert capsys.readouterr().out == "Value(data=3.0, grad=0.0) Value(data=3.0, grad=0.0)\n"


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
        seen.extend([WEIGHT.data, WEIGHT < 3, WEIGHT.data, Value(2.0).data])
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
    with pytest.raises(RecordingError, match=r"catches an error \(log of -1\.0.*Compare Values"):
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

    compiled(1.0).backward()
    assert gradients() == [0.0, 0.0]
    result = compiled(-3.0)
    result.backward()
    assert [result.data, *gradients()] == [-1.5, -0.75, -6.0]
    result.backward()
    assert gradients() == [-1.5, -12.0]
    assert compiled.map([1.0, -3.0, 1.0, -3.0]) == [0.0, -1.5, 0.0, -1.5]
    compiled.sum([1.0, -3.0, 1.0, -3.0]).backward(2)
    assert gradients() == [-4.5, -36.0]
    assert compiled.recorded == 1


def test_infinity_flows_as_in_eager():
    w = Value(1.0)
    compiled = compile(lambda x: w * x * 1e308)
    same_as_eager(compiled, [(1.0,), (1e10,), (-math.inf,)], [w])


# --- the result ---


def test_a_call_is_one_node_and_adds_nothing_before_backward():
    w, b, unused = Value(3.0), Value(1.0), Value(7.0)

    @compile
    def cubic(x):
        return w * w * x + b * x if unused > 0 else unused

    for _ in range(2):
        loss = cubic(2.0)
        assert (loss.op, loss.operands, loss.partials) == ("cubic", (w, b), (12.0, 2.0))
        assert (loss.data, loss.grad, w.grad) == (20.0, 0.0, 0.0)
        assert autograd.topological_order(loss) == [w, b, loss]
    loss.backward()
    loss.backward()
    assert (w.grad, b.grad, loss.grad, unused.grad) == (24.0, 4.0, 1.0, 0.0)
    assert autograd.grad(loss, [w, b]) == [12.0, 2.0]


def test_calls_are_summed_scaled_and_mixed_with_eager():
    found = []
    for replayed in (False, True):
        w, v = Value(0.5), Value(2.0)
        function = lambda x, row, w=w: (w * x - row) ** 2
        run = compile(function) if replayed else function
        for _ in range(3):
            total = autograd.total([run(x, v) for x in (1.0, 2.0, 4.0)])
            loss = total * 0.25 + w * w - run(8.0, w)
            loss.backward()
        found.append((loss.data, w.grad, v.grad))
    assert found[0] == found[1]


def test_a_call_is_evaluated_again_with_the_present_leaves():
    w = Value(0.5, "w")
    compiled = compile(lambda x: w * w * x if w > 0 else -x)
    loss, many = compiled(3.0), compiled.mean([1.0, 3.0])
    root = loss * 2 + many
    w.data = 2.0
    assert root.forward() == 32.0
    assert (loss.data, loss.partials, many.partials) == (12.0, (12.0,), (8.0,))
    w.data = -1.0
    with pytest.raises(RecordingError, match="depends on other leaves"):
        root.forward()


def test_a_call_is_drawn_as_one_box_and_stepped_through():
    w = Value(0.5, "w")
    half = compile(lambda x: w * x)(3.0) * 0.5
    assert "call" in autograd.draw(half).source
    assert "0.5 · 3" in str(autograd.explain(half))
    assert "call(w)" in str(autograd.step(half).next())
    assert autograd.check(half, "0.75")
    assert not autograd.check(half, "0.76")
    assert half._repr_latex_()


@pytest.mark.parametrize(
    "look",
    [
        lambda loss: autograd.grad(loss, [WEIGHT], create_graph=True),
        lambda loss: autograd.Trace(loss),
    ],
)
def test_what_a_call_cannot_do_names_the_function_that_can(look):
    compiled = compile(lambda x: WEIGHT * x)
    with pytest.raises(RecordingError, match=r"\.__wrapped__"):
        look(compiled(3.0))
    assert autograd.grad(compiled.__wrapped__(3.0), [WEIGHT], create_graph=True)[0].data == 3.0


@pytest.mark.parametrize("derivative", [autograd.hessian, autograd.hessian_vector_product])
def test_second_derivatives_are_of_the_function_that_was_compiled(derivative):
    compiled = compile(lambda x: x**3)
    assert autograd.gradient(compiled)(2.0) == 12.0
    at = (2.0, 1.0) if derivative is autograd.hessian_vector_product else (2.0,)
    with pytest.raises(RecordingError, match=r"\.__wrapped__"):
        derivative(compiled)(*at)
    assert derivative(compiled.__wrapped__)(*at) == 12.0


def test_a_copied_or_pickled_call_keeps_its_gradient():
    w = Value(0.5)
    loss = compile(lambda x: w * x)(3.0) * 2
    for duplicate in (copy.copy(loss), copy.deepcopy(loss), pickle.loads(pickle.dumps(loss))):
        [call, _] = duplicate.operands
        [leaf] = call.operands
        leaf.grad = 0.0
        duplicate.backward()
        assert (duplicate.data, leaf.grad) == (3.0, 6.0)
    with pytest.raises(RecordingError):
        duplicate.forward()


def test_a_gradient_that_does_not_exist_raises_when_it_is_asked_for():
    w = Value(0.0, "w")
    compiled = compile(lambda x: (w * x).sqrt())
    loss = compiled(1.0)
    assert loss.data == 0.0
    with pytest.raises(ZeroDivisionError, match="sqrt of"):
        loss.backward()
    assert compiled.sum([1.0, 4.0]).data == 0.0
    with pytest.raises(ZeroDivisionError, match="sqrt of"):
        compiled.sum([1.0, 4.0]).backward()
    assert compiled.map([1.0, 4.0]) == [0.0, 0.0]


def test_a_compiled_function_may_call_another():
    w = Value(0.5)
    inner = compile(lambda x: w * x)
    outer = compile(lambda x: inner(x) * inner(x * 2))
    assert inner(1.0).data == 0.5
    assert [outer(1.0).data, outer(1.0).partials] == [0.5, (2.0,)]
    assert [outer(2.0).data, outer(2.0).partials] == [2.0, (8.0,)]
    with autograd.detect_anomaly():
        assert outer(2.0).partials == (8.0,)
        assert [outer.map([2.0, 1.0]), outer.sum([2.0, 1.0]).partials] == [[2.0, 0.5], (10.0,)]
    with pytest.raises(RecordingError, match="map is called"):
        compile(lambda x: inner.map([1.0]) and x)(1.0)


# --- many samples ---


def sum_of(compiled, *columns):
    """The results; and the gradient is added."""
    results, node = compiled.map(*columns), compiled.sum(*columns)
    assert bits(node.data) == bits(autograd.total(results) if results else 0.0)
    node.backward()
    return results


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
    results = compiled.map(*columns)
    assert results == [function(*sample).data for sample in samples]
    mean = compiled.mean(*columns)
    assert not any([leaf.grad for leaf in leaves])
    mean.backward()
    assert [bits(leaf.grad) for leaf in leaves] == expected
    assert bits(mean.data) == bits(autograd.total(results) / 37)
    assert compiled.recorded == 1


def test_a_batch_of_what_is_no_list_of_floats_is_that_of_the_list():
    w = Value(0.5)
    compiled = compile(lambda x, y: w * x[0] ** 2 * y)
    rows, ys = [[2.0, 1.0], [3.0, 1.0], [5.0, 1.0]], (1.0, 2.0, 3.0)
    expected = sum_of(compiled, rows, ys)
    assert expected == [2.0, 9.0, 37.5]
    assert sum_of(compiled, rows, UserList(ys)) == expected
    assert sum_of(compiled, [[2, 1], [3, 1], [5, 1]], ys) == expected  # ints are shapes
    assert sum_of(compiled, [[2.0, 1], [3.0, 1], [5.0, 1]], ys) == expected
    assert w.grad == 4 * sum(expected) / 0.5
    assert compiled.recorded == 5
    assert sum_of(compile(lambda x: w * x[0] if isinstance(x[0], float) else w), [[2.0], [3]]) == [1.0, 0.5]


@pytest.mark.parametrize("make", [list, tuple, "numpy"])
def test_a_batch_of_nothing(make):
    if make == "numpy":
        make = pytest.importorskip("numpy").array
    w = Value(0.5)
    compiled = compile(lambda x: w * x)
    assert sum_of(compiled, make([])) == []
    assert (compiled.recorded, w.grad) == (0, 0.0)


def test_infinity_flows_through_a_batch():
    w = Value(1.0)
    compiled = compile(lambda x: (w * x).exp())
    samples = [1.0, math.inf, -math.inf, *[0.5] * 9]
    assert sum_of(compiled, samples) == [math.exp(x) for x in samples]
    w.grad = 0.0
    assert sum_of(compiled, [math.inf, 1.0]) == [math.inf, math.e]
    assert w.grad == math.inf
    w.grad = 0.0
    divided = compile(lambda x: w.exp() / (x * x + 1).exp())
    assert sum_of(divided, [math.inf, 0.0]) == [0.0, 1.0]
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
    expected = sum_of(compiled, *map(list, zip(*samples)))
    gradient = w.grad
    w.grad = 0.0
    assert sum_of(compiled, samples) == expected
    assert w.grad == gradient
    assert sum_of(compiled, []) == []
    assert sum_of(compile(lambda x: w * x[0] * x[1]), [[1.0, 2.0], [3.0, 4.0]]) == [1.0, 6.0]


def test_a_batch_with_branches_is_the_sum_in_lanes():
    w, v = Value(0.5), Value(-1.5)

    def function(x):
        return w * x if x > 0 else v * x * x

    compiled = compile(as_values(function))
    samples = [(random.gauss(0, 1),) for _ in range(30)]
    expected = lanes(as_values(function), samples, [w, v], 1.0)
    for _ in range(3):
        w.grad = v.grad = 0.0
        sum_of(compiled, [x for [x] in samples])
    assert compiled.recorded == 2
    w.grad = v.grad = 0.0
    assert sum_of(compiled, [x for [x] in samples]) == [as_values(function)(*sample).data for sample in samples]
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
    results = sum_of(compiled, *map(list, zip(*samples)))
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
    sum_of(compiled, *columns)
    assert [bits(leaf.grad) for leaf in [w, *table]] == expected
    assert compiled.recorded == 1


def test_a_batch_whose_sample_raises_leaves_the_gradients():
    w = Value(1.0, "w")
    compiled = compile(lambda x: (w * x).log())
    with pytest.raises(ValueError, match="log of"):
        sum_of(compiled, [1.0, 2.0, -1.0, 3.0])
    assert w.grad == 0.0


@pytest.mark.parametrize(
    ("columns", "message"),
    [([], "got none"), ([[1.0], [1.0, 2.0]], "1 and 2 entries")],
)
def test_samples_of_unequal_shapes_are_refused(columns, message):
    with pytest.raises(ShapeError, match=message):
        compile(lambda *xs: xs[0][0] * 2).sum(*columns)
    assert compile(lambda x: x).map([]) == []
    with pytest.raises(ShapeError, match="no samples"):
        compile(lambda x: x).mean([])


@pytest.mark.parametrize("samples", [3.0, iter([1.0]), {1.0: 2.0}, "123", {1.0}, frozenset([1.0]), {1.0: 2}.keys()])
def test_a_batch_is_a_sequence(samples):
    with pytest.raises(KindError, match="mean takes sequences"):
        compile(lambda x: x * 2).mean(samples)


@pytest.mark.parametrize("samples", [[(1.0, 2.0), (3.0,)], [(1.0, 2.0), (3.0, 4.0, 5.0)], [1.0, 2.0]])
def test_each_sample_has_all_arguments(samples):
    with pytest.raises(ShapeError, match=r"sum: sample \d is"):
        compile(lambda x, y: x * y).sum(samples)


# --- trouble ---


def test_anomalies_are_detected_in_a_replay_too():
    w = Value(2.0, "w")
    compiled = compile(lambda x: 1 / (w * x * x))
    gradients = []
    for _ in range(2):
        w.grad = 0.0
        (compiled(3.0) + compiled.sum([1.0, 3.0])).backward()
        gradients.append(w.grad)
        with autograd.detect_anomaly():
            with pytest.raises(FloatingPointError, match=r"2e\+200 and 1e\+200 gives inf; made at .*test_compile"):
                compiled(1e200)
            with pytest.raises(FloatingPointError, match="gives inf"):
                compiled.sum([3.0, 1e200])
            w.grad = 0.0
            (compiled(3.0) + compiled.sum([1.0, 3.0])).backward()
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
            compiled.mean(xs, ys).backward()
            compiled(xs[0], ys[0]).backward()
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
