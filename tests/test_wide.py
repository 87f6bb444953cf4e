"""Instructions of many slots at once: to the last bit what the same machine does one by one, and within its arrays."""

import ctypes
import math
import mmap
import random
from functools import partial
from itertools import pairwise

import helpers
import pytest
from random_graphs import random_graph

from autograd import Value, log_softmax, logsumexp, softmax, total, weighted_sum, weighted_sums
from autograd.errors import AutogradError
from autograd.replay import alike
from autograd.replay.floats import GuardFlipped
from autograd.replay.python_machine import PythonMachine
from autograd.replay.record import Guard, make_record

np = pytest.importorskip("numpy")
pytest.importorskip("llvmlite")
from autograd.replay.native import NativeMachine, _engine  # noqa: E402

ACTIVATIONS = ["tanh", "sigmoid", "relu", "gelu", "softplus", "sin", "exp", "leaky_relu", "elu"]


def bits(number):
    return "nan" if number != number else helpers.bits(number)


def layer(rng, inputs, outputs):
    scale = inputs**-0.5
    return [tuple(Value(rng.uniform(-scale, scale)) for _ in range(inputs + 1)) for _ in range(outputs)]


def activated(rng, sums):
    name = rng.choice(ACTIVATIONS)
    return [getattr(z, name)() for z in sums]


def network(rng):
    """Samples through one network, whose weights they share; some with an L2 penalty, some without."""
    sizes = [rng.randint(1, 12) for _ in range(rng.randint(2, 4))]
    layers = [layer(rng, *pair) for pair in pairwise(sizes)]
    losses = []
    for _ in range(rng.randint(1, 14)):
        x = [rng.uniform(-1, 1) for _ in range(sizes[0])]
        for rows in layers:
            x = activated(rng, weighted_sums(rows, x))
        losses.append(outcome(rng, x))
    weights = [w for rows in layers for row in rows for w in row]
    return total(losses) * 0.1 + (0.01 * total([w * w for w in weights]) if rng.random() < 0.5 else 0.0)


def outcome(rng, x):
    kind = rng.randrange(5)
    if kind == 0 or len(x) == 1:
        return total([(a - 0.3) ** 2 for a in x])
    if kind == 1:
        return -log_softmax(x)[rng.randrange(len(x))]
    if kind == 2:
        return logsumexp(x) - x[0]
    if kind == 3:
        return weighted_sum(softmax(x), x)
    return max(x) * x[-1]


def recurrent(rng):
    """The same weights step after step, a state that is passed on, and sometimes an output at each."""
    width, inputs = rng.randint(1, 9), rng.randint(1, 4)
    inner, outer = layer(rng, width + inputs, width), layer(rng, width, rng.randint(1, 4))
    state = [Value(rng.uniform(-1, 1)) for _ in range(width)]
    losses = []
    for _ in range(rng.randint(2, 12)):
        given = [Value(rng.uniform(-1, 1)) for _ in range(inputs)]
        state = [z.tanh() for z in weighted_sums(inner, [*state, *given])]
        if rng.random() < 0.6:
            losses.append(outcome(rng, weighted_sums(outer, state)))
    return total([*losses, *state])


def attending(rng):
    """Each place looks at those before it, so that what is alike is of many lengths."""
    width = rng.randint(2, 5)
    query, key, value = (layer(rng, width, width) for _ in range(3))
    seen, keys, values = [], [], []
    for _ in range(rng.randint(1, 7)):
        x = [Value(rng.uniform(-1, 1)) for _ in range(width)]
        q = weighted_sums(query, x)
        keys.append(weighted_sums(key, x))
        values.append(weighted_sums(value, x))
        shares = softmax([weighted_sum(q, k) * width**-0.5 for k in keys])
        seen += [total([share * v[n] for share, v in zip(shares, values)]) + x[n] for n in range(width)]
    return total([s * s for s in seen])


def tangled(rng):
    return random_graph(rng.randrange(10**6))[0]


KINDS = [network, recurrent, attending, tangled]


def random_record(seed):
    """A record, with guards, and the numbers of its leaves, some of which are no finite ones."""
    rng = random.Random(seed)
    while True:
        try:
            root = KINDS[seed % len(KINDS)](rng)
        except AutogradError:
            continue
        if isinstance(root, Value) and root.op:
            break
    guards = []
    if rng.random() < 0.3:
        guards = [Guard(rng.choice(["guard_lt", "guard_le", "guard_gt", "guard_ge"]), root, 0.5, rng.random() < 0.5)]
    record, leaves = make_record(root, guards=guards)
    numbers = [leaf.data for leaf in leaves]
    if rng.random() < 0.2:
        for _ in range(rng.randint(1, 3)):
            numbers[rng.randrange(len(numbers))] = rng.choice([math.inf, -math.inf, math.nan, -0.0, 1e300, 5e-324])
    return rng, record, numbers


def one_by_one(record):
    """The same machine, with an instruction for each of the record's."""
    look_at, alike._LOOK_AT = alike._LOOK_AT, 1
    try:
        return NativeMachine(record)
    finally:
        alike._LOOK_AT = look_at


def found(machine, numbers, seed=1.0):
    machine.python = None  # where it stops there is an error, and no other machine goes on
    try:
        result, gradients = machine.replay(numbers, seed)
    except (AttributeError, GuardFlipped) as error:
        return type(error)
    return [bits(number) for number in (result, *gradients)]


def compare(seeds):
    """How many records were replayed to the end."""
    whole = 0
    for seed in seeds:
        rng, record, numbers = random_record(seed)
        expected = found(one_by_one(record), numbers, 0.7)
        assert found(NativeMachine(record), numbers, 0.7) == expected, f"seed {seed}"
        shared = rng.randint(0, len(numbers))
        in_array = NativeMachine(record, data=np.array(numbers[:shared]))
        assert found(in_array, numbers[shared:], 0.7) == expected, f"seed {seed}, {shared} in an array"
        whole += type(expected) is list
    return whole


def test_random_records_have_the_bits_of_single_instructions():
    assert compare(range(40)) > 20


@pytest.mark.slow
def test_twenty_thousand_random_records_have_the_bits_of_single_instructions():
    assert compare(range(1000, 21_000)) > 10_000


def test_single_instructions_have_the_bits_of_python():
    for seed in range(25):
        _, record, numbers = random_record(seed)
        expected = found(one_by_one(record), numbers)
        if type(expected) is list:
            result, gradients = PythonMachine(record).replay(numbers, 1.0)
            assert [bits(number) for number in (result, *gradients)] == expected, seed


# --- batches -----------------------------------------------------------------------------------------------


def batch_in_order(machine, rows, numbers, kept):
    """The documented order: sample i in lane i % 8, a lane in order, and the lanes from left to right."""
    results, lanes = [], [[0.0] * kept for _ in range(8)]
    for place, row in enumerate(rows.tolist()):
        result, gradients = machine.replay([*numbers[:kept], *row], 0.25)
        results.append(result)
        lanes[place % 8] = [sum_ + gradient for sum_, gradient in zip(lanes[place % 8], gradients)]
    sums = lanes[0]
    for lane in lanes[1:]:
        sums = [one + other for one, other in zip(sums, lane)]
    return [bits(number) for number in (*results, *sums)]


def sample_record(rng):
    inputs = [Value(rng.uniform(-1, 1)) for _ in range(rng.randint(1, 6))]
    rows = layer(rng, len(inputs), rng.randint(2, 10))
    x = activated(rng, weighted_sums(rows, inputs))
    y = weighted_sums(layer(rng, len(x), rng.randint(1, 5)), x)
    root = outcome(rng, y) + (rows[0][0] * rows[0][0] * x[0] if rng.random() < 0.5 else 0.0)
    return make_record(root, inputs)


@pytest.mark.parametrize("counts", [range(1, 40, 6), (63, 64, 129)], ids=["few", "many"])
def test_a_batch_is_summed_in_the_documented_order(counts):
    rng = random.Random(len(counts))
    for count in counts:
        record, leaves = sample_record(rng)
        numbers = [leaf.data for leaf in leaves]
        kept = len(leaves) - len(record.inputs)
        rows = np.array([[rng.gauss(0, 1) for _ in record.inputs] for _ in range(count)])
        expected = batch_in_order(NativeMachine(record), rows, numbers, kept)
        for shared in (0, kept // 2, kept):
            machine = NativeMachine(record, data=np.array(numbers[:shared]))
            results, sums = machine.batch(rows, numbers[shared:kept], 0.25)
            assert [bits(number) for number in (*results, *sums)] == expected, (count, shared)
            assert [bits(number) for number in machine.results(rows, numbers[shared:kept])] == expected[:count]


# --- within the arrays -------------------------------------------------------------------------------------


def before_a_guard_page(numbers):
    """An array whose end is the end of what the process may read."""
    page = mmap.PAGESIZE
    size = -(-8 * len(numbers) // page) * page
    memory = mmap.mmap(-1, size + page)
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    libc = ctypes.CDLL(None)
    assert libc.mprotect(ctypes.c_void_p(address + size), ctypes.c_size_t(page), 0) == 0
    array = np.frombuffer(memory, count=len(numbers), offset=size - 8 * len(numbers))
    array[:] = numbers
    return array


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mprotect"), reason="the system protects no pages")
def test_nothing_is_read_or_written_past_an_arrays_end(monkeypatch):
    for seed in range(32):
        _, record, numbers = random_record(seed)
        expected = found(NativeMachine(record), numbers)
        machine = NativeMachine(record, data=before_a_guard_page(numbers))
        monkeypatch.setattr(machine, "_gradients", partial(guarded_gradients, machine, len(numbers)))
        assert found(machine, []) == expected


def guarded_gradients(machine, count):
    array = before_a_guard_page([0.0] * count)
    machine._one.words[2] = array.__array_interface__["data"][0]
    return memoryview(array)


def test_a_guard_that_flips_leaves_the_gradients_as_they_were():
    x, w = Value(0.5), Value(2.0)
    root = w * x
    record, _ = make_record(root, guards=[Guard("guard_lt", root, 3.0, True)])
    data = np.array([0.5, 2.0])
    machine = NativeMachine(record, data=data)
    _, gradients = machine.replay([], 1.0)
    kept = list(gradients)
    data[:] = 5.0
    with pytest.raises(GuardFlipped):
        machine.replay([], 1.0)
    assert list(gradients) == kept


def test_machines_for_other_vectors_are_sound():
    """Those of 2 and 4 lanes, for processors that this may not be, are compiled here, and run if they can be."""
    import llvmlite.binding as llvm

    from autograd.replay.assembly import machine_source

    for triple, lanes, rows, features in [
        ("x86_64-unknown-linux-gnu", 4, 4, "+avx2"),
        ("x86_64-unknown-linux-gnu", 2, 4, ""),
        ("aarch64-unknown-linux-gnu", 2, 8, "+neon"),
    ]:
        llvm.initialize_all_targets()
        llvm.initialize_all_asmprinters()
        module = llvm.parse_assembly(machine_source(lanes, rows))
        module.verify()
        target = llvm.Target.from_triple(triple).create_target_machine(features=features, opt=2)
        code = target.emit_assembly(module)
        assert "vfmadd" not in code and "\tfmadd" not in code and "\tfmla" not in code
    assert _engine() is not None
