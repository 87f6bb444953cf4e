"""Depth, size, threads and interruptions: what a graph must bear."""

import copy
import gc
import random
import signal
import sys
import threading
import time

import pytest

import autograd
from autograd import TooLargeError, Value, check, detect_anomaly, draw, explain, grad, stale, step, topological_order

DEEP = 20_000


def chain(length=DEEP):
    x = y = Value(0.5, label="x")
    w = Value(0.999, label="w")
    for _ in range(length):
        y = y * w + 0.001
    return x, y


@pytest.mark.parametrize(
    "use",
    [
        repr,
        lambda y: y.backward(),
        lambda y: y.forward(),
        lambda y: y.zero_grad(),
        topological_order,
        stale,
        copy.copy,
        lambda y: grad(y, [y]),
        lambda y: grad(y, topological_order(y)[:1], create_graph=True),
        lambda y: check(y, "1.0"),
        lambda y: len(step(y)),
        lambda y: step(y).next(),
        lambda y: autograd.Trace(y),
    ],
)
def test_a_deep_graph_bears_every_use(shallow_recursion, use):
    _, y = chain()
    use(y)


@pytest.mark.parametrize("show", [draw, explain])
def test_a_deep_graph_is_too_large_to_show_and_that_is_said(shallow_recursion, show):
    _, y = chain(5_000)
    with pytest.raises(TooLargeError, match=r"\d"):
        show(y)


def test_a_deep_graph_under_detect_anomaly(shallow_recursion):
    with detect_anomaly():
        x, y = chain(5_000)
        y.backward()
    assert x.grad > 0


def test_a_fan_out_of_a_hundred_thousand_and_a_sum_of_sums(shallow_recursion):
    x = Value(2.0)
    layers = [x]
    for _ in range(20):  # each the sum of ten of the one before: 10²⁰ paths, 200 operands
        layers.append(autograd.total([layers[-1]] * 10) * 0.1)
    layers[-1].backward()
    assert x.grad == pytest.approx(1.0, rel=1e-14)
    root = autograd.total([x * float(i) for i in range(100_000)])
    x.grad = 0.0
    root.backward()
    assert x.grad == 99_999 * 100_000 / 2


def test_a_graph_is_freed_without_the_collector():
    gc.collect()
    gc.disable()
    try:
        _, y = chain(20_000)
        y.backward()
        before = len(gc.get_objects())
        del _, y
        assert before - len(gc.get_objects()) >= 40_000
    finally:
        gc.enable()


def gradient_of_a_program(seed):
    generator = random.Random(seed)
    inputs = [Value(generator.uniform(-1, 1)) for _ in range(6)]
    nodes = list(inputs)
    for _ in range(400):
        a, b = generator.choice(nodes), generator.choice(nodes[-10:])
        nodes.append((a * b + a).tanh() if generator.random() < 0.5 else autograd.weighted_sum([a, b], [b, a], a) * 0.3)
    root = autograd.total(nodes[-20:])
    root.backward()
    return [root.data, *[x.grad for x in inputs], *grad(root, inputs)]


def test_four_threads_with_graphs_of_their_own():
    expected = {seed: gradient_of_a_program(seed) for seed in range(8)}
    wrong = []

    def work(first):
        for turn in range(12):
            seed = (first + turn) % 8
            if gradient_of_a_program(seed) != expected[seed]:
                wrong.append(seed)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work, args=(2 * i,)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert wrong == []


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a timer that interrupts")
def test_ctrl_c_anywhere_in_backward_leaves_the_leaves_and_the_next_backward_right():
    x, y = chain(30_000)
    [w] = [leaf for leaf in topological_order(y) if leaf.label == "w"]
    start = time.perf_counter()
    y.backward()
    once, duration = (x.grad, w.grad), time.perf_counter() - start
    inside = False  # an alarm that comes after backward has returned interrupts nothing

    def interrupt(signum, frame):
        if inside:
            raise KeyboardInterrupt

    handler = signal.signal(signal.SIGALRM, interrupt)
    interrupted = 0
    try:
        for part in range(1, 20):
            x.grad, w.grad = once
            try:
                inside = True
                signal.setitimer(signal.ITIMER_REAL, duration * part / 20)
                y.backward()
            except KeyboardInterrupt:
                interrupted += 1
                # undone as a whole, or (interrupted on the last step out of it) done as a whole
                assert (x.grad, w.grad) in (once, (2 * once[0], 2 * once[1]))
            finally:
                inside = False
                signal.setitimer(signal.ITIMER_REAL, 0)
            x.grad = w.grad = 0.0
            y.backward()
            assert (x.grad, w.grad) == once
    finally:
        signal.signal(signal.SIGALRM, handler)
    assert interrupted
