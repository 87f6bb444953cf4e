"""What a compiled function gives is what eager gives, to the last bit, or it says so: each sentence of that."""

import copy
import dataclasses
import gc
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import tracemalloc
import warnings
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest
from helpers import bits

import autograd
from autograd import KindError, ParameterArrays, RecordingError, Value, compile, exp, log, total, weighted_sum
from autograd.instrument import OBSERVERS, of_this_call
from autograd.replay import recordings
from nn import MLP, losses

np = pytest.importorskip("numpy")


def as_eager(function, *calls, leaves=(), recorded=None):
    """Each call's result and gradients have eager's bits."""
    compiled = compile(function)
    for arguments in calls:
        found = []
        for run in (function, compiled):
            for leaf in leaves:
                leaf.grad = 0.0
            root = run(*arguments)
            root.backward()
            found.append([bits(root.data), *[bits(leaf.grad) for leaf in leaves]])
        assert found[0] == found[1], arguments
    assert recorded is None or compiled.recorded == recorded


# --- a float argument behaves as the float that it is, or it raises ------------------------------------


@pytest.mark.parametrize(
    "branch",
    [
        lambda w, x, y: -log(w * x) if y == 1.0 else -log(1 - w * x),
        lambda w, x, y: w * 2 if y else w * 3,
        lambda w, x, y: w * (y or 5.0),
        lambda w, x, y: w * (y and x),
        lambda w, x, y: w if y in (0.0, 1.0) else w * w,
        lambda w, x, y: w if y != y else w * w,
        lambda w, x, y: w if not y else w * w,
        lambda w, x, y: w * x if isinstance(y, float) else w,
        lambda w, x, y: w if isinstance(y, Value) else w * x,
        lambda w, x, y: w * [0.0, 1.0, 0.5].index(y) if y in [0.0, 1.0, 0.5] else w,
        lambda w, x, y: w * sum([x, y]) + w * max(x, y) - w * min([y, x]),
        lambda w, x, y: w * [x, y, 0.5].count(y),
        lambda w, x, y: w if x == y else w * x,
        lambda w, x, y: Value(x) * w + Value(y),
    ],
)
def test_equality_and_truth_are_guards(branch):
    w = Value(0.25)
    calls = [(0.5, y) for y in (1.0, 0.0, -0.0, 0.5, float("nan"), 1.0, float("inf"), 0.0)]
    as_eager(lambda x, y: branch(w, x, y), *calls, leaves=[w])


def test_binary_cross_entropy_by_hand_has_the_loss_and_the_gradient_of_eager():
    w = Value(1.0)

    def loss(x, y):
        p = (w * x).sigmoid()
        return -log(p) if y == 1.0 else -log(1 - p)

    as_eager(loss, (1.0, 1.0), (1.0, 0.0), (2.0, 1.0), leaves=[w], recorded=2)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: w_of() * {1.0: 2.0}.get(x, 0.0),
        lambda x: w_of() * len({x, x}),
        lambda x: w_of() * len(f"{x:.1f}"),
        lambda x: w_of() * len(str(x)),
        lambda x: w_of() * len(repr(x)),
        lambda x: w_of() * float(x),
        lambda x: w_of() * int(x),
        lambda x: w_of() * round(x),
        lambda x: w_of() * (x % 2),
        lambda x: w_of() * (7 % x),
        lambda x: w_of() * (x // 2),
        lambda x: w_of() * divmod(x, 2)[0],
        lambda x: w_of() * x.is_integer(),
        lambda x: w_of() * (2.0 if type(x) is float else 3.0),
        lambda x: w_of() * len(pickle.dumps(x)),
        lambda x: w_of() * np.exp(x),
        lambda x: w_of() * float(np.array([x, x]).sum()),
        lambda x: w_of() * float(np.mean([x, x])),
    ],
)
def test_what_cannot_be_guarded_says_so(function):
    with pytest.raises(RecordingError, match="compiled function"):
        compile(function)(1.5)


def w_of():
    return WEIGHT


WEIGHT = Value(0.5, "weight")


@pytest.mark.parametrize(("sign", "function"), [("%", lambda x: x % 2), ("//", lambda x: x // 2), ("round", round)])
def test_what_has_no_row_is_named(sign, function):
    with pytest.raises(RecordingError, match=sign):
        compile(lambda x: WEIGHT * function(x))(1.5)


def test_where_the_caller_says_so_the_number_is_taken_out():
    compiled = compile(lambda x: WEIGHT * float(x) * round(x), allow_data=True)
    assert [compiled(2.0).data, compiled(3.0).data] == [2.0, 2.0]


def test_arrays_stay_arrays():
    w = Value(0.5)
    a, b = np.array([1.5, 3.0]), np.array([[1.0, 2.0], [3.0, 4.0]])
    as_eager(lambda a, b: (a * 2)[0] * w, (a, b), (a + 1, b), leaves=[w], recorded=1)
    as_eager(lambda a, b: total([w * x for x in (a + b).T.reshape(-1)]), (a, b), (a - 2, b), leaves=[w])
    as_eager(lambda a, b: w * len(b) * b.shape[1] + b[1, 0] * w + w * (a > 2).sum(), (a, b), (b[1], b), leaves=[w])
    as_eager(lambda a, b: w * np.where(a > 2, a, 0.0)[1], (a, b), (-a, b), leaves=[w])
    for frozen in (lambda a: a.sum() * w, lambda a: (a @ a) * w, lambda a: np.exp(a)[0] * w, lambda a: a.dot(a) * w):
        with pytest.raises(RecordingError, match="NumPy"):
            compile(frozen)(a)
    with pytest.raises(KindError, match="float32"):
        compile(lambda a: a[0] * w)(a.astype(np.float32))


class AsksForTheType:
    def __call__(self, x):
        return WEIGHT * (2.0 if type(x) is float else 3.0)


def test_the_code_of_what_is_called_is_looked_at_too():
    model = AsksForTheType()
    with pytest.raises(RecordingError, match=r"type\(\)"):
        compile(lambda x: model(x) * 2)(1.0)


class Frame:
    """A column of a table whose rows have labels, as pandas' are."""

    def __init__(self, numbers):
        self.numbers = numbers

    def __len__(self):
        return len(self.numbers)

    def __getitem__(self, label):
        return self.numbers[-1 - label]

    def to_numpy(self):
        return np.array(self.numbers)


def test_columns_with_labels_are_read_by_place():
    w = Value(2.0)
    compiled = compile(lambda x, y: w * x - y)
    assert compiled.map(Frame([1.0, 2.0, 5.0]), [0.0, 1.0, 2.0]) == [2.0, 3.0, 8.0]


def test_keywords_keep_their_order_and_named_tuples_their_names():
    class Point(NamedTuple):
        x: float
        y: float

    w = Value(2.0)

    def function(point, **options):
        return w * int(next(iter(options)) == "p") * point.x + options["q"] * point.y

    compiled = compile(function)
    assert compiled(Point(1.0, 2.0), p=1.0, q=2.0).data == 6.0
    assert compiled(Point(1.0, 2.0), q=2.0, p=1.0).data == 4.0
    assert compiled(Point(3.0, 0.5), p=1.0, q=2.0).data == 7.0
    assert compiled.recorded == 2


@pytest.mark.parametrize(
    "function",
    [
        lambda x, y: x * 3 if x is y else x * y,
        lambda x, y: x * 3 if x == y else x * y,
        lambda x, y: x * {A: 2.0}.get(y, 5.0),
        lambda x, y: x * [A, B].index(x),
        lambda x, y: x * int(y in (B,)),
        lambda x, y: total({x: 1, y: 2}),
    ],
)
def test_leaves_as_arguments_are_told_apart_as_in_eager(function):
    calls = [(A, B), (B, A), (A, A), (B, B), (A, B)]
    as_eager(function, *calls, leaves=[A, B])


A, B = Value(1.5, "a"), Value(-2.0, "b")


def test_a_list_that_is_changed_by_the_function_is_reported():
    with pytest.raises(RecordingError, match="changes a list"):
        compile(lambda xs: WEIGHT * xs.pop())([1.0, 2.0])
    with pytest.raises(RecordingError, match="changes an array"):
        compile(lambda a: WEIGHT * (a.__setitem__(0, 3.0) or a[0]))(np.array([1.0, 2.0]))


# --- Python's state -----------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Scale:
    name: str
    w: Value = dataclasses.field(compare=False)

    @compile
    def times(self, x):
        return self.w * x


def test_methods_are_those_of_the_object_and_not_of_an_equal_one():
    first, second = Scale("s", Value(2.0)), Scale("s", Value(3.0))
    assert first == second
    assert [first.times(1.0).data, second.times(1.0).data, first.times.map([2.0])] == [2.0, 3.0, [4.0]]


def test_a_leaf_made_inside_and_written_after_its_use_is_reported():
    def function(x):
        leaf = Value(2.0)
        result = leaf * x * WEIGHT
        leaf.data = 5.0
        return result

    with pytest.raises(RecordingError, match="changes data"):
        compile(function)(1.0)


def test_a_leaf_made_at_the_first_call_is_one_of_the_leaves():
    kept = []

    def function(x):
        if not kept:
            kept.append(Value(0.5))
        return kept[0] * x

    compiled = compile(function)
    for _ in range(2):
        compiled(2.0).backward()
    kept[0].data = 3.0
    assert (kept[0].grad, compiled(2.0).data) == (4.0, 6.0)


@pytest.mark.parametrize(
    "task",
    [
        lambda x: WEIGHT if x > 0 else WEIGHT * 2,
        lambda x: WEIGHT * float(x),
        lambda x: WEIGHT * x,
        lambda x: WEIGHT * WEIGHT,
    ],
)
def test_what_another_thread_does_for_the_function_is_reported(task):
    with ThreadPoolExecutor(1) as pool:
        compiled = compile(lambda x: pool.submit(task, x).result() * x)
        with pytest.raises(RecordingError, match="thread"):
            compiled(1.0)
    with pytest.raises(RecordingError, match="after the call"):
        stolen = []
        compile(lambda x: WEIGHT * (stolen.append(x) or x))(1.0)
        stolen[0] + 1.0


@pytest.mark.parametrize("function", [log, lambda x: 1 / x, lambda x: (WEIGHT * x).sqrt(), lambda x: exp(x * 1e3)])
def test_an_unused_operation_that_would_raise_raises(function):
    def run(x):
        function(x)
        return WEIGHT * 2

    compiled = compile(run)
    assert compiled(0.25).data == 1.0
    for x in (0.0, -1.0, 1.0, 2.0):
        raised = []
        for f in (run, compiled):
            try:
                raised.append(f(x).data)
            except (ArithmeticError, ValueError) as error:
                raised.append(next(kind for kind in type(error).__mro__ if kind.__module__ == "builtins"))
        assert raised[0] == raised[1]


@pytest.mark.parametrize("x", [[0.5, 1], [1, 0.5], [1, 1], [0.5, 0.25]])
def test_weighted_sums_of_floats_and_ints_among_the_arguments(x):
    row = (Value(0.1), Value(0.7), Value(-1.3))
    function = lambda x: autograd.weighted_sums([row], x)[0].tanh()
    compiled = compile(function)
    for _ in range(3):
        assert compiled(x).data == function(x).data
        assert autograd.grad(compiled(x), row) == autograd.grad(function(x), row)
        assert {*compiled(x).operands} == {*row}


def test_weighted_sums_that_mix_floats_and_computed_values_have_eagers_bits():
    w = [Value(0.1), Value(0.7), Value(-1.3)]

    def function(x, y, z):
        h = [w[0] * x, (w[1] * y).tanh(), w[2] * w[0]]
        mixed = weighted_sum([h[0], w[1], w[2]], [x, h[1], h[2]], w[0])
        return (mixed * weighted_sum([x, y, z], [h[1], w[0], h[0]], h[2]) + weighted_sum(h, [x, y, z], w[1])).tanh()

    numbers = [(0.1 * k, 0.37 * k - 1, 0.3 - 0.01 * k * k) for k in range(60)]
    as_eager(function, *numbers, leaves=w, recorded=1)


@pytest.mark.parametrize("look", ["op", "operands", "primitive", "own"])
def test_what_an_argument_is_beside_its_number_is_reported(look):
    class Parameter(Value):
        pass

    argument = Parameter(1.0)
    argument.own = 3
    compiled = compile(lambda h: h * WEIGHT * (2 if getattr(h, look) else 3))
    with pytest.raises(RecordingError, match=look):
        compiled(argument if look == "own" else WEIGHT * WEIGHT)


def test_a_value_that_was_computed_outside_is_an_operand():
    w = Value(2.0)
    h = w * w
    compiled = compile(lambda x: h * x + w)
    loss = compiled(3.0)
    assert set(loss.operands) == {w, h}
    w.data = 5.0  # eager does not compute h again either
    assert compiled(3.0).data == 17.0
    loss.backward()
    assert w.grad == 1.0 + 3.0 * 4.0


RATE = 2.0


def scaled_by_the_rate(x):
    return WEIGHT * x * RATE


def test_names_that_are_bound_anew_are_seen(monkeypatch):
    power, w, calls = 2, Value(3.0), 0

    def helper(x):
        return x**power

    def function(x):
        nonlocal calls
        calls += 1
        return w * helper(x) * scaled_by_the_rate(x)

    compiled = compile(function)
    for _ in range(3):
        assert compiled(2.0).data == function(2.0).data == 24.0
    assert (calls, compiled.recorded) == (4, 1)
    power = 3
    assert compiled(2.0).data == 48.0
    w = Value(5.0)
    loss = compiled(2.0)
    assert (loss.data, w in loss.operands) == (80.0, True)
    monkeypatch.setitem(globals(), "RATE", 0.5)
    assert compiled.map([2.0, 4.0]) == [20.0, 320.0]
    power, calls = 2, 0
    assert compiled.sum([2.0]).data == function(2.0).data == 10.0
    monkeypatch.undo()
    w, power = Value(3.0), 2
    assert (compiled(2.0).data, compiled.recorded) == (24.0, 6)


def test_attributes_of_a_methods_object_that_are_bound_anew_are_seen():
    class Power:
        def __init__(self):
            self.w, self.exponent, self.calls = Value(3.0), 2, 0

        @compile
        def of(self, x):
            self.calls += 1
            return self.w * x**self.exponent

    power = Power()
    assert [power.of(2.0).data, power.of(3.0).data, power.calls] == [12.0, 27.0, 1]
    power.exponent = 3
    assert power.of(2.0).data == 24.0
    power.w = Value(1.0)
    loss = power.of(2.0)
    assert (loss.data, loss.operands) == (8.0, (power.w,))
    power.exponent = 2
    assert power.of.map([2.0, 3.0]) == [4.0, 9.0]


# --- parameters in arrays -------------------------------------------------------------------------------


def test_after_their_block_the_leaves_are_read_again():
    w = Value(2.0)
    with ParameterArrays([w]) as parameters:
        compiled = compile(lambda x: w * x, parameters=parameters)
        compiled(3.0).backward()
        assert (w.grad, parameters.grad[0]) == (3.0, 3.0)
        parameters.data[0] = 4.0
        assert (w.data, (w * 1.0).data, compiled(1.0).data) == (4.0, 4.0, 4.0)
        w.data = 6.0
        assert (parameters.data[0], compiled(1.0).data) == (6.0, 6.0)
    w.data = 7.0
    loss = compiled(2.0)
    loss.backward()
    assert (loss.data, w.grad, type(w)) == (14.0, 5.0, Value)


def test_what_is_loaded_inside_is_kept():
    model = MLP(2, [1], seed=1)
    state = {"0.weight": [[3.0, 3.0]], "0.bias": [3.0]}
    with ParameterArrays(model.parameters()) as parameters:
        compiled = compile(lambda x: model([x, x]), parameters=parameters)
        compiled(1.0)
        model.load_state_dict(state)
        assert compiled(1.0).data == 9.0
    assert model.state_dict() == state


def test_anomalies_of_calls_in_arrays_are_found():
    w = Value(1.0, "w")
    with ParameterArrays([w]) as arrays:
        loss = compile(lambda x: w * x, parameters=arrays)(1e200)
        with autograd.detect_anomaly(), pytest.raises(FloatingPointError, match="contribution"):
            loss.backward(1e200)
        assert w.grad == 0.0


def test_calls_in_arrays_are_summed_and_scaled_as_others():
    found = []
    for in_arrays in (False, True):
        ws = [Value(0.5), Value(-1.5), Value(2.0)]
        arrays = ParameterArrays(ws[:2]) if in_arrays else None
        compiled = compile(lambda x, ws=ws: (ws[0] * x + ws[1] * ws[2]).tanh(), parameters=arrays)
        root = compiled(1.0) * 3.0 + compiled(2.0) * ws[0] + ws[1]
        root.backward()
        compiled(0.5).backward(0.3)
        found.append([bits(w.grad) for w in ws])
    assert found[0] == found[1]


# --- threads, interruption, fork --------------------------------------------------------------------------


@pytest.mark.parametrize("calls", [300, pytest.param(10_000, marks=pytest.mark.slow)])
def test_concurrent_calls_lose_nothing(calls):
    ws = [Value(1.0) for _ in range(20)]
    compiled = compile(lambda x: total([w * x for w in ws]) if x > 0 else -total([w * x for w in ws]))
    compiled(1.0)

    def run():
        for place in range(calls):
            compiled(1.0 if place % 2 else -1.0).backward()

    threads = [threading.Thread(target=run) for _ in range(8)]
    switching = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(switching)
    assert {w.grad for w in ws} == {8.0 * calls}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs timers that interrupt")
@pytest.mark.parametrize("count", [300, pytest.param(10_000, marks=pytest.mark.slow)])
def test_an_interrupt_while_recording_leaves_everything_as_it_was(count):
    before = dict(vars(Value))
    w = Value(0.5)
    interrupted = finished = 0

    def interrupt(*_):
        raise KeyboardInterrupt

    compile(lambda x: w * x)(1.0)  # what is imported is: Python's own import is not to be interrupted
    earlier = signal.signal(signal.SIGALRM, interrupt)
    try:
        while interrupted < count:
            compiled = compile(lambda x: (w * x).tanh() if x > 0 else w * x)
            try:  # the timer goes off once, or is stopped
                signal.setitimer(signal.ITIMER_REAL, 1e-5 + 3e-6 * ((interrupted + finished) % 300))
                compiled(1.0)
                signal.setitimer(signal.ITIMER_REAL, 0)
                finished += 1
            except KeyboardInterrupt:
                interrupted += 1
            assert of_this_call() is None
            assert w.data == 0.5  # which a recording would report
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, earlier)
    gc.collect()
    assert dict(vars(Value)) == before
    assert not OBSERVERS


def test_a_recording_that_waits_for_another_threads_call_goes_on():
    inner = compile(lambda x: WEIGHT * x)
    found = []

    def other():
        found.append(inner(2.0).data)

    def function(x):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(20)
        return WEIGHT * x

    assert compile(function)(4.0).data == 2.0
    assert found == [1.0]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_process_that_is_forked_while_recording_can_compile():
    def in_child():
        compile(lambda x: WEIGHT * x)(3.0).backward()

    def function(x):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            child = multiprocessing.get_context("fork").Process(target=in_child)
            child.start()
        child.join(30)
        codes.append(child.exitcode)
        return WEIGHT * x

    codes = []
    compile(function)(1.0)
    assert codes == [0]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_process_that_is_forked_while_another_thread_replays_can_replay():
    compiled = compile(lambda x: total([WEIGHT * x for _ in range(400)]).tanh())
    compiled(1.0)
    over = threading.Event()

    def run():
        while not over.is_set():
            compiled(2.0).backward()

    thread = threading.Thread(target=run)
    thread.start()
    switching = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Python 3.12, that this may deadlock
            for _ in range(20):
                child = os.fork()
                if child == 0:
                    signal.alarm(20)
                    compiled(1.0).backward()
                    os._exit(0)
                assert os.waitpid(child, 0)[1] == 0
    finally:
        sys.setswitchinterval(switching)
        over.set()
        thread.join()
        WEIGHT.grad = 0.0


# --- memory ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("shapes", "most"), [(60, 32), pytest.param(1000, None, marks=pytest.mark.slow)])
def test_ever_new_shapes_do_not_fill_the_memory_and_are_told_once(shapes, most, monkeypatch):
    monkeypatch.setattr(recordings, "_IN_ALL", most or recordings._IN_ALL)
    compiled = compile(lambda xs, n: total([WEIGHT * x for x in xs]) * n)
    compile(lambda x: WEIGHT * x)(1.0).backward()  # what is made once
    tracemalloc.start()
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            for place in range(shapes):
                assert compiled([1.0, 2.0, 3.0], place).data == 3.0 * place
        gc.collect()
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [warning.category for warning in told] == [RuntimeWarning]
    assert "run by eager from now on" in str(told[0].message)
    assert told[0].filename == __file__
    assert size < 1_000_000
    assert compiled.recorded == recordings._IN_ALL + 1


def test_shapes_that_come_again_stay(monkeypatch):
    monkeypatch.setattr(recordings, "_IN_ALL", 20)
    compiled = compile(lambda x, n: WEIGHT * x * n)
    for _ in range(4):
        for n in range(15):
            compiled(1.0, n)
    for n in range(15, 50):
        compiled(1.0, n)
        compiled(1.0, n)
        compiled(1.0, 7)
    assert compiled.recorded == 50  # the seventh is used all the time


class Line:
    def __init__(self, slope):
        self.slope = Value(slope)

    @compile
    def at(self, x):
        return self.slope * x


def test_recordings_do_not_keep_their_objects():
    lines = [Line(float(k)) for k in range(50)]
    kept = [weakref.ref(line) for line in lines]
    assert [line.at(2.0).data for line in lines] == [2.0 * k for k in range(50)]
    del lines
    gc.collect()
    assert not any([one() for one in kept])
    assert not [*Line.at._runs.recordings]


def squared(x):
    return WEIGHT * x * x


compiled_squared = compile(squared)


@compile
def cubed(x):
    return WEIGHT * x * x * x


class Model:
    def __init__(self):
        self.line = Line(2.0)
        self.loss = compiled_squared


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))])
def test_what_holds_a_compiled_function_is_copied_after_the_first_call(copied):
    model = Model()
    assert (model.line.at(1.0).data, model.loss(2.0).data) == (2.0, 2.0)
    duplicate = copied(model)
    assert (duplicate.line.at(1.0).data, duplicate.loss(2.0).data) == (2.0, 2.0)
    assert copied(cubed)(2.0).data == 4.0
    assert copied(compile(squared))(2.0).data == 2.0


# --- losses ---------------------------------------------------------------------------------------------


def test_the_losses_of_nn_refuse_and_round_as_in_eager():
    w = Value(1.0)
    calls = [(40.0, [1.0, 0.0]), (-3.0, [0.0, 1.0])]
    as_eager(lambda x, t: losses.softmax_cross_entropy([w * x, w * 0.0], t), *calls, leaves=[w])
    hinge = compile(lambda x, y: losses.hinge(w * x, y))
    assert hinge(0.5, 1.0).data == 0.5
    for run in (lambda: losses.hinge(w * 0.5, 0.0), lambda: hinge(0.5, 0.0)):
        with pytest.raises(ValueError, match="-1"):
            run()
