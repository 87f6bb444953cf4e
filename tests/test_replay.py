"""The record of a graph, its files, and its replays: to the last bit what eager computes."""

import contextlib
import copy
import itertools
import json
import math
import os
import pickle
import random
import struct
import subprocess
import sys
import threading
from dataclasses import replace
from fractions import Fraction

import pytest
from helpers import bits
from random_graphs import wild_graph

import autograd
from autograd import AutogradError, FileFormatError, KindError, ShapeError, Trace, Value, numeric
from autograd.primitives import FAMILIES, PRIMITIVES, add_row
from autograd.replay import floats, native
from autograd.replay.kept_code import KeptCode
from autograd.replay.native import NativeMachine, machine_for
from autograd.replay.python_machine import PythonMachine
from autograd.replay.record import _OPERATIONS, Guard, make_record, rebuild, verify
from autograd.replay.source import collect
from nn import MLP


def eager(root, leaves, seed=1.0):
    for leaf in leaves:
        leaf.grad = 0.0
    try:
        root.backward(seed)
    except AutogradError as error:
        return type(error), str(error)
    return [bits(root.data), *(bits(leaf.grad) for leaf in leaves)]


def replayed(machine, leaves, seed=1.0):
    try:
        result, gradients = machine.replay([float(leaf.data) for leaf in leaves], seed)
    except (ArithmeticError, ValueError, AttributeError):
        return None
    return [bits(result), *map(bits, gradients)]


def assert_same_bits(machines, seeds):
    compared = 0
    for seed in seeds:
        root, _ = wild_graph(seed)
        record, leaves = make_record(root)
        expected = eager(root, leaves, 0.7)
        for machine in machines:
            got = replayed(machine(record), leaves, 0.7)
            if isinstance(expected, tuple):
                assert got is None, f"seed {seed}: eager raises {expected}"
            else:
                assert got == expected, f"seed {seed}"
                compared += 1
    assert compared > len(seeds) * len(machines) * 0.4


def test_python_replay_has_the_bits_of_eager():
    assert_same_bits([PythonMachine], range(100))


def test_native_replay_has_the_bits_of_eager():
    pytest.importorskip("llvmlite")
    assert_same_bits([native_alone], range(200))


def native_alone(record):
    """The native machine, and where it stops an error instead of Python's replay."""
    machine = NativeMachine(record)
    machine.python = None
    return machine


@pytest.mark.slow
def test_replays_have_the_bits_of_eager_on_a_thousand_graphs():
    assert_same_bits([PythonMachine, machine_for], range(1000, 2000))


def test_a_large_graph_is_split_into_functions_with_the_same_bits(monkeypatch):
    monkeypatch.setattr("autograd.replay.source._STATEMENTS", 7)
    assert_same_bits([PythonMachine], range(2000, 2060))


EXTREMES = [0.0, -0.0, 1.0, -1.0, 2.0, 0.5, -0.5, 1e308, -1e308, 5e-324, 709.0, -745.0, 1e16, 3.0, 1e-8, -3.7]
EXTREMES += [math.inf, -math.inf, math.nan]


def shown(function, *operands):
    """The bits of a result, one text for each nan and each error."""
    try:
        result = function(*operands)
    except (ArithmeticError, ValueError):
        return "raises"
    return [bits(x) if x == x else "nan" for x in (result if isinstance(result, list) else [result])]


@pytest.mark.parametrize("name", sorted({*floats.__all__} - {"GuardFlipped"}))
def test_each_operation_on_floats_is_the_tables(name):
    function = getattr(floats, name)
    if name.startswith("power_by"):
        rule = PRIMITIVES["pow"].partials[name == "power_by_exponent"]
        for x, y in itertools.product(EXTREMES, EXTREMES):
            out = shown(floats.power, x, y)
            if out not in ("raises", ["nan"]):
                [out] = struct.unpack("<d", out[0])
                assert shown(function, out, x, y) == shown(rule, out, x, y), (x, y)
    elif name == "weighted_sum":
        for *sides, bias in itertools.product(EXTREMES[::3], repeat=5):
            expected = shown(PRIMITIVES[name].rule, (*sides, bias))
            assert shown(function, sides[:2], sides[2:], bias) == expected, (sides, bias)
    elif name in FAMILIES or name in ("total", "logsumexp"):
        for count in (1, 2, 3):
            for values in itertools.product(EXTREMES, repeat=count):
                assert shown(function, list(values)) == shown(getattr(numeric, name), values), values
    else:
        row = PRIMITIVES["pow" if name == "power" else name]
        for operands in itertools.product(EXTREMES, repeat=row.arity):
            assert shown(function, *operands) == shown(row.rule, *operands), operands


@pytest.mark.parametrize("machine", [PythonMachine, machine_for])
def test_extreme_numbers_have_the_bits_of_eager_or_raise(machine):
    for seed in range(60):
        record, leaves = make_record(wild_graph(seed)[0])
        rng = random.Random(seed)
        for leaf in leaves:
            leaf.data = rng.choice(EXTREMES) if rng.random() < 0.4 else rng.uniform(-3, 3)
            leaf.grad = 0.0
        values = [leaf.data for leaf in leaves]

        def by_eager(record=record, leaves=leaves):
            root = rebuild(record, leaves)
            root.backward()
            return [root.data, *(leaf.grad for leaf in leaves)]

        def by_replay(record=record, values=values):
            result, gradients = machine(record).replay(values, 1.0)
            return [result, *map(float, gradients)]

        assert shown(by_replay) == shown(by_eager), seed


def test_the_tables_own_rows_are_single_instructions():
    assert {*PRIMITIVES} <= _OPERATIONS


def test_the_random_graphs_hold_every_primitive():
    seen = {node.op for seed in range(100) for node in autograd.topological_order(wild_graph(seed)[0])}
    assert {*PRIMITIVES} - seen == set()


@pytest.mark.parametrize("statements", [2000, 5])
def test_the_source_runs_on_its_own(tmp_path, monkeypatch, statements):
    monkeypatch.setattr("autograd.replay.source._STATEMENTS", statements)
    root, _ = wild_graph(1)
    trace = Trace(root)
    program = tmp_path / "program.py"
    program.write_text(trace.source)
    shown = subprocess.run([sys.executable, "-I", program], capture_output=True, text=True, check=True).stdout
    result, gradients = eval(shown)
    assert [bits(result), *map(bits, gradients)] == eager(root, trace.leaves)


def test_names_in_the_source_cannot_collide():
    words = ["if", "d_x", "tanh", "sum", "2x", "", "a b", "a_b", "权重", "seed", "w₁", "w1", "w①", "𐄇", "z³₃"]
    words += ["b", "b_17", "b"]  # the last of them is b_17 by its slot
    leaves = [Value(0.5 + place, word) for place, word in enumerate(words)]
    root = autograd.total([leaf.tanh() for leaf in leaves])
    trace = Trace(root)
    trace.backward()
    slopes = [1 - math.tanh(leaf.data) * math.tanh(leaf.data) for leaf in leaves]
    assert [leaf.grad for leaf in leaves] == slopes
    program = {}
    exec(trace.source, program)
    assert program["replay"]([leaf.data for leaf in leaves]) == (root.data, slopes)


def test_the_names_of_a_network_are_read_easily():
    model = MLP(2, [1], seed=1)
    source = Trace(model([1.0, 2.0])).source
    assert "v_0_weight_0_0, v_0_weight_0_1, v_0_bias_0 = leaves" in source


@pytest.mark.parametrize("inputs", [Value(1.0, "x"), [1.0], [Value(1.0, "x") * 2]])
def test_inputs_are_a_list_of_leaves(inputs):
    with pytest.raises(KindError, match=r"write \[x\]|must be a leaf"):
        Trace(Value(1.0) * 2, inputs=inputs)


def test_forward_takes_the_inputs_and_the_present_leaves():
    w, x = Value(3.0), Value(1.0)
    trace = Trace(w * x, inputs=[x])
    assert trace.forward(2.0) == 6.0
    w.data = 5.0
    assert trace.forward(2) == 10.0
    assert x.data == 1.0
    trace.backward()
    trace.backward(seed=2)
    assert (w.grad, x.grad) == (6.0, 15.0)
    with pytest.raises(ShapeError, match="2 numbers for 1 input"):
        trace.forward(1.0, 2.0)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda trace: pickle.loads(pickle.dumps(trace))])
def test_a_trace_is_copied_with_its_leaves(copied):
    w, x = Value(3.0, "w"), Value(2.0, "x")
    trace = Trace((w * x).tanh() + w, inputs=[x])
    trace.forward(0.25)
    other = copied(trace)
    assert other.forward(0.5) == trace.forward(0.5)
    other.backward()
    trace.backward()
    assert [leaf.label for leaf in other.leaves] == [leaf.label for leaf in trace.leaves]
    assert [leaf.grad for leaf in other.leaves] == [w.grad, x.grad]
    assert other.inputs[0] in other.leaves and other.inputs[0] is not x


def test_each_thread_goes_back_from_its_own_numbers():
    x = Value(1.0)
    trace = Trace(x * x, inputs=[x])
    trace.forward(3.0)
    other = threading.Thread(target=trace.forward, args=(100.0,))
    other.start()
    other.join()
    trace.backward()
    assert x.grad == 6.0


def test_two_threads_replay_one_trace():
    x = Value(1.0)
    trace = Trace(autograd.total([(x * factor).tanh() for factor in range(1, 200)]), inputs=[x])
    expected = {number: trace.forward(number) for number in (0.1, 0.2, 0.3, 0.4)}
    failures = []

    def run(number):
        failures.extend(1 for _ in range(200) if trace.forward(number) != expected[number])

    threads = [threading.Thread(target=run, args=(number,)) for number in expected]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_what_neurons_share_is_held_once_and_side_by_side():
    rows = [tuple(Value(0.1 * place) for place in range(3)) for _ in range(2)]
    first, second = autograd.weighted_sums(rows, [0.5, 0.5])
    record, _ = make_record(first * second, guards=[Guard("guard_gt", first, 0.0, True)])
    assert sorted(record.constants.values()) == [0.0, 0.5, 0.5]
    reads = [operands[2:4] for name, _, operands in record.forward if name == "weighted_sum"]
    assert reads == [(reads[0][0], reads[0][0] + 1)] * 2


def as_by_eager(root, machine):
    """Does a machine replay the graph under a root to the bits of backward()?"""
    record, leaves = make_record(root)
    return replayed(machine(record), leaves) == eager(root, leaves)


@pytest.mark.parametrize("statements", [2000, 3])
@pytest.mark.parametrize("machine", [PythonMachine, machine_for])
def test_a_weighted_sum_of_nothing_is_its_bias(monkeypatch, machine, statements):
    monkeypatch.setattr("autograd.replay.source._STATEMENTS", statements)
    w, b = Value(0.3, "w"), Value(0.7, "b")
    nothing = autograd.weighted_sums([(b,)], [])[0]
    assert as_by_eager((nothing * w).exp() + nothing, machine)
    assert as_by_eager(autograd.weighted_sums([(b * w,)], ())[0].sin(), machine)


@pytest.mark.parametrize("statements", [2000, 3])
@pytest.mark.parametrize("machine", [PythonMachine, machine_for])
def test_a_softmax_that_is_computed_twice_is_two_nodes(monkeypatch, machine, statements):
    monkeypatch.setattr("autograd.replay.source._STATEMENTS", statements)
    scores = [Value(0.3, "x"), Value(0.7, "y"), Value(-0.2, "z")]
    once, again = autograd.softmax(scores), autograd.softmax(scores)
    root = once[0] * again[0] + autograd.log(scores[0]) * once[1] + again[1].sin() * again[2]
    assert as_by_eager(root, machine)
    with pytest.raises(ValueError, match=r"log of x = -1\.0"):
        Trace(root, inputs=scores[:1]).forward(-1.0)


@pytest.mark.parametrize("machine", [PythonMachine, machine_for])
def test_a_leaf_with_many_contributions_is_summed_in_their_order(machine):
    rng = random.Random(1)
    x = Value(0.3, "x")
    assert as_by_eager(autograd.total([x * rng.gauss(0, 10) for _ in range(160)]), machine)


@pytest.mark.parametrize("count", [1, 2, 7])
def test_the_programs_collect_as_backward_does(count):
    rng = random.Random(count)
    numbers = [rng.gauss(0, 1) for _ in range(count)]
    weights = [Value(rng.gauss(0, 1)) for _ in range(count)]
    [node] = autograd.weighted_sums([(*weights, Value(0.0))], numbers)
    (node * 0.1).backward()
    cotangents = [0.0] * (count + 1)
    collect(cotangents, range(1, count + 1), 0.1, numbers)
    assert [bits(cotangent) for cotangent in cotangents[1:]] == [bits(weight.grad) for weight in weights]


def test_an_error_that_eager_does_not_have_is_raised_as_it_is(monkeypatch):
    x = Value(2.0, "x")
    trace = Trace(autograd.log(x), inputs=[x])

    def stop(*arguments):
        raise ValueError("a machine of its own mind")

    monkeypatch.setattr(type(trace._machine), "forward", stop)
    with pytest.raises(ValueError, match="of its own mind"):
        trace.forward(3.0)


def test_an_error_is_the_error_of_eager():
    x = Value(2.0, "x")
    trace = Trace(autograd.sqrt(x) + autograd.log(x), inputs=[x])
    with pytest.raises(ValueError, match=r"sqrt of x = -1\.0"):
        trace.forward(-1.0)
    trace = Trace(autograd.sqrt(x), inputs=[x])
    assert trace.forward(0.0) == 0.0
    with pytest.raises(ZeroDivisionError, match=r"the partial of sqrt of x = 0\.0"):
        trace.backward()
    assert x.grad == 0.0


def test_a_trace_says_how_long_it_is():
    x = Value(2.0, "x")
    trace = Trace(x * x + 1, inputs=[x])
    assert len(trace) == 5
    assert repr(trace) == "<Trace: 1 leaves, 2 instructions forward, 3 backward>"


@pytest.mark.parametrize("number", [Fraction(1, 3), 1j])
def test_a_trace_takes_floats(number):
    x = Value(2.0, "x")
    with pytest.raises(KindError, match="a record holds floats"):
        Trace(x * x, inputs=[x]).forward(number)


@pytest.mark.parametrize("number", [Fraction(1, 3), 2**60, 1j])
def test_what_a_record_cannot_hold_is_refused(number):
    with pytest.raises(KindError, match="a record holds floats"):
        Trace(Value(number) * 2)


def test_inputs_are_leaves_and_roots_are_values():
    x = Value(1.0)
    y = x * 2
    for root, inputs in [(3.0, []), (y, [y]), (y, [3])]:
        with pytest.raises(KindError):
            Trace(root, inputs)
    with pytest.raises(ShapeError):
        Trace(y, [x, x])


def test_a_leaf_and_a_constant_are_graphs_too():
    x = Value(4.0, "x")
    trace = Trace(x)
    trace.backward(2)
    assert (trace.forward(), x.grad) == (4.0, 2.0)


# --- batches ---


def batch_by_eager(root, leaves, inputs, samples, seed):
    """Backward of one sample after the other, in eight lanes that are summed from left to right."""
    kept = [leaf for leaf in leaves if leaf not in inputs]
    results, totals = [0.0] * len(samples), [0.0] * len(kept)
    for lane in range(8):
        for leaf in leaves:
            leaf.grad = 0.0
        for place in range(lane, len(samples), 8):
            for leaf, number in zip(inputs, samples[place]):
                leaf.data = number
            results[place] = root.forward()
            root.backward(seed)
        totals = [total + leaf.grad for total, leaf in zip(totals, kept)]
    return [bits(number) for number in results + totals]


@pytest.mark.parametrize("machine", [PythonMachine, NativeMachine])
@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 40, 100])
def test_a_batch_is_summed_in_eight_lanes(machine, count, monkeypatch):
    if machine is NativeMachine:
        pytest.importorskip("llvmlite")
    if count == 40:
        monkeypatch.setattr("autograd.replay.source._STATEMENTS", 30)
    rng = random.Random(count)
    x, y = Value(0.5, "x"), Value(1.0, "y")
    rows = [tuple(Value(rng.uniform(-1, 1)) for _ in range(3)) for _ in range(9)]
    hidden = [z.tanh() for z in autograd.weighted_sums(rows, [x, y])]
    shared = rows[0][0] * y  # a leaf with two contributions
    root = -autograd.log_softmax(hidden)[2] * shared + (y - hidden[0]).relu() ** 2
    record, leaves = make_record(root, [x, y])
    samples = [(rng.gauss(0, 1), rng.gauss(0, 1)) for _ in range(count)]
    results, totals = machine(record).batch(samples, [leaf.data for leaf in leaves], 0.3)
    assert list(map(bits, [*results, *totals])) == batch_by_eager(root, leaves, [x, y], samples, 0.3)


def test_a_native_batch_of_any_operations_has_the_bits_of_pythons():
    np = pytest.importorskip("numpy")
    pytest.importorskip("llvmlite")
    compared = 0
    for seed in range(60):
        root, leaves = wild_graph(seed)
        record, leaves = make_record(root, leaves[:3])
        rng = random.Random(seed)
        samples = [[leaf.data + rng.uniform(-0.01, 0.01) for leaf in leaves[-3:]] for _ in range(19)]
        numbers = [leaf.data for leaf in leaves]
        machine = NativeMachine(record)
        machine.python = None
        with contextlib.suppress(AttributeError):  # where it stops, Python's replay would go on
            results, totals = machine.batch(np.array(samples), numbers, 0.7)
            expected = PythonMachine(record).batch(samples, numbers, 0.7)
            assert [list(map(bits, found)) for found in (results, totals)] == [list(map(bits, e)) for e in expected]
            compared += 1
    assert compared > 30


# --- files ---


def test_a_saved_trace_gives_the_same_bits(tmp_path):
    root, _ = wild_graph(3)
    trace = Trace(root)
    trace.save(tmp_path / "t.json")
    loaded = Trace.load(tmp_path / "t.json")
    loaded.backward()
    assert [bits(leaf.grad) for leaf in loaded.leaves] == eager(root, trace.leaves)[1:]
    assert [leaf.label for leaf in loaded.leaves] == [leaf.label for leaf in trace.leaves]
    assert loaded.source == trace.source


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 2}, "version 2"),
        ({"format": "x"}, "not a saved trace"),
        ({"size": 1}, "damaged"),
        ({"size": 2**31 - 1}, "claims 2147483647 slots, and has not so many numbers"),  # which would take 4 GB
        ({"root": 99}, "damaged"),
        ({"forward": [["mul", 2, 0, 9]]}, "before it is written"),
        ({"forward": [["system", 2, 0, 1]]}, "not known"),
        ({"forward": [["mul", 0, 0, 1]]}, "taken"),
        ({"forward": [["mul", 2, 0, True]]}, "no slot"),
        ({"forward": [[3, 2, 0, 1]]}, "no name"),
        ({"forward": [["softmax", 1, 0, 1]]}, "slot 1 is taken"),
        ({"forward": [["collect", 2, 0, 1]]}, "belongs to backward"),
        ({"forward": [["mul", 2, 0, 1], ["guard_lt", 1, 0, 1]]}, "no guards"),
        ({"inputs": [2]}, "an input is no leaf"),
        ({"size": 4, "root": 3}, "the root is not computed"),
        ({"backward": [["collect", 0, 2, 1], ["collect", 2, 0]]}, "was read before"),
        ({"backward": None}, "damaged"),
        ({"leaves": ["one", "two"]}, "damaged"),
        ({"leaves": ["0x1.8p+1", "0x1.8p+1"]}, "its checksum is not"),
        ({"checksum": ""}, "its checksum is not"),
    ],
)
def test_a_bad_file_is_refused(tmp_path, change, message):
    a, b = Value(2.0, "a"), Value(3.0, "b")
    path = tmp_path / "t.json"
    Trace(a * b).save(path)
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(FileFormatError, match=message):
        Trace.load(path)


@pytest.mark.parametrize("text", ["", "{", "[1]", "\ud83d" * 2, "[" * 100000])
def test_what_is_no_json_is_refused(tmp_path, text):
    path = tmp_path / "t.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(FileFormatError):
        Trace.load(path)


# --- pickle and copy ---


def as_it_was(root):
    order = autograd.topological_order(root)
    places = {node: place for place, node in enumerate(order)}
    return [
        (
            node.op,
            node.data,
            node.grad,
            node.label,
            [places.get(x, x) if isinstance(x, Value) else x for x in node.operands],
            list(map(repr, node.partials)),
        )
        for node in order
    ]


DUPLICATES = [copy.deepcopy, copy.copy, lambda thing: pickle.loads(pickle.dumps(thing))]


@pytest.mark.parametrize("duplicate", DUPLICATES)
def test_a_copied_graph_is_the_graph(duplicate):
    for seed in range(20):
        root, _ = wild_graph(seed)
        root.label = "root"
        with contextlib.suppress(AutogradError):
            root.backward()
        other = duplicate(root)
        assert other is not root
        assert as_it_was(other) == as_it_was(root)
        assert eager(other, autograd.topological_order(other)) == eager(root, autograd.topological_order(root))


@pytest.mark.slow
def test_a_graph_a_million_deep_is_recorded():
    x = Value(0.5)
    node = x
    for _ in range(500_000):
        node = node * 0.999 + x
    trace = Trace(node, inputs=[x])
    assert trace.forward(0.5) == node.data
    trace.backward()
    gradient = x.grad
    x.grad = 0.0
    node.backward()
    assert x.grad == gradient


def test_a_guard_belongs_to_forward():
    a, b = Value(2.0, "a"), Value(3.0, "b")
    record, _ = make_record(a * b)
    guard = ("guard_lt", 1, (0, 1))
    verify(replace(record, forward=[guard, *record.forward]))
    for wrong in (
        replace(record, backward=[guard, *record.backward]),
        replace(record, forward=[("guard_lt", 2, (0, 1)), *record.forward]),
    ):
        with pytest.raises(ValueError, match="a guard belongs to forward"):
            verify(wrong)


def test_verify_accepts_every_record():
    for seed in range(20):
        verify(make_record(wild_graph(seed)[0])[0])


@pytest.mark.parametrize("machine", [PythonMachine, machine_for])
def test_a_row_that_was_added_to_the_table_is_replayed_by_its_rule(monkeypatch, tmp_path, machine):
    autograd.define(
        "swish", lambda x: x * autograd.sigmoid(x), lambda out, x: out + autograd.sigmoid(x) * (1 - out)
    )
    add_row(
        "first",
        lambda xs: 2 * autograd.softmax(xs)[0],
        lambda out, xs: [out * ((place == 0) * 1 - p) for place, p in enumerate(autograd.softmax(xs))],
        0,
    )
    x, y = Value(0.7, "x"), Value(-1.3, "y")
    once = x._apply("swish", x)
    root = x._apply("first", once * y, x._apply("swish", once), y) + once
    root.backward()
    record, leaves = make_record(root)
    verify(record)
    result, gradients = machine(record).replay([leaf.data for leaf in leaves], 1.0)
    assert bits(result) == bits(root.data)
    assert [bits(gradient) for gradient in gradients] == [bits(leaf.grad) for leaf in leaves]
    Trace(root).save(tmp_path / "t.json")
    del PRIMITIVES["swish"], PRIMITIVES["first"]
    # The file holds known operations only, so it is read also where the rows are not.
    assert bits(Trace.load(tmp_path / "t.json").forward()) == bits(result)


# --- the machine on disk ---


def test_the_compiled_machine_is_kept_and_checked(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    kept = KeptCode("source", "processor")
    assert kept.code is None
    kept.keep(b"code")
    assert KeptCode("source", "processor").code == b"code"
    assert KeptCode("source", "other").code is None
    kept.path.write_bytes(kept.path.read_bytes()[:-1] + b"x")
    assert KeptCode("source", "processor").code is None
    monkeypatch.setenv("XDG_CACHE_HOME", str(kept.path))  # a file, which takes no folder
    KeptCode("source").keep(b"code")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    KeptCode("source").keep(b"code")
    assert not (tmp_path / "relative").exists()
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr("pathlib.Path.home", no_home)
    KeptCode("source").keep(b"code")
    assert KeptCode("source").code is None


def no_home():
    raise RuntimeError("Could not determine home directory.")


def test_a_machine_is_compiled_kept_and_then_read(tmp_path, monkeypatch):
    pytest.importorskip("llvmlite")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first, second = (native._built.__wrapped__() for _ in range(2))
    assert first.kept.code is None
    assert second.kept.code == second.kept.path.read_bytes()[32:]
    root, _ = wild_graph(5)
    for engine in (first, second):
        monkeypatch.setattr(native, "_engine", lambda engine=engine: engine)
        assert as_by_eager(root, NativeMachine)


@pytest.mark.parametrize("missing", ["llvmlite.binding", "numpy"])
def test_without_its_packages_the_machine_is_python(monkeypatch, missing):
    pytest.importorskip("llvmlite")
    monkeypatch.setitem(sys.modules, missing, None)
    assert native._built.__wrapped__() is None
    monkeypatch.setattr(native, "_engine", native._built.__wrapped__)
    x = Value(0.5, "x")
    record, _ = make_record(x.exp())
    assert isinstance(machine_for(record), PythonMachine)


def test_a_machine_whose_functions_have_other_bits_is_not_used(monkeypatch):
    pytest.importorskip("llvmlite")
    assert native._built.__wrapped__() is not None
    monkeypatch.setattr(floats, "tanh", lambda x: math.nextafter(math.tanh(x), math.inf))
    assert native._built.__wrapped__() is None


@pytest.mark.slow
def test_a_kept_machine_runs_in_the_next_process(tmp_path):
    pytest.importorskip("llvmlite")
    program = (
        "from autograd.replay import native; from autograd import Trace, Value; "
        "x = Value(0.5); t = Trace(x.exp().tanh() * x); t.backward(); print(native._engine().kept.code is None, x.grad)"
    )
    shown = [
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)},
        ).stdout.split()
        for _ in range(2)
    ]
    assert [new for new, _ in shown] == ["True", "False"]
    assert shown[0][1] == shown[1][1]
