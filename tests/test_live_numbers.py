"""The live page's numbers, in a browser, beside the engine's: every row, random graphs, the documents' networks."""

import itertools
import json
import math
import random
import re

import pytest
from browser import PROGRAM
from random_graphs import magnitudes, random_graph, wild_graph

from autograd import (
    AutogradError,
    Value,
    define,
    log_softmax,
    maximum,
    minimum,
    numeric,
    sigmoid,
    softmax,
    step,
    topological_order,
)
from autograd.notation import Names, is_exact, show
from autograd.picture.live.document import document
from autograd.picture.live.record import record_of
from autograd.picture.live.rows import Rows
from autograd.primitives import PRIMITIVES

pytestmark = [pytest.mark.browser, pytest.mark.skipif(PROGRAM is None, reason="chromium is not installed")]


def opened(browser, tmp_path, roots):
    """A page that has nothing but the passes of these graphs: ``all[i]`` is that of the i-th."""
    rows = Rows()
    records = [record_of(root, Names.under(root), rows) | {"seed": 1.0} for root in roots]
    forms = {name: form for record in records for name, form in record["forms"].items()}
    path = tmp_path / "numbers.html"
    constants = {"DIGITS": 4, "FORMS": forms, "records": records}
    path.write_text(document("numbers", "graph.html", {"svg": "", "note": ""}, constants, rows, ("passes",)), "utf-8")
    browser.open(path)
    browser.run("globalThis.all = records.map((record) => passesOf(record)); 0")


TOLD = """(({index, changes}) => {
  const passes = all[index];
  for (const [node, number] of changes) passes.tape.data[node] = number;
  passes.compute();
  const {tape} = passes;
  return {
    data: [...tape.data].slice(0, tape.size).map(String), grad: [...tape.grad].slice(0, tape.size).map(String),
    fault: tape.fault && tape.fault.message, backward: tape.fault && tape.fault.backward,
    lines: passes.steps.map((_, place) => place < passes.end ? passes.line(place + 1) : null),
  };
})"""


def told(browser, index, changes=()):
    """What the page makes of a graph when leaves have these numbers."""
    return browser.run(f"{TOLD}({json.dumps({'index': index, 'changes': list(changes)})})")


def close(ours, engines, size):
    """To 1e-12 of the number, or of what it is a sum of."""
    if not math.isfinite(engines):
        return ours == engines or (ours != ours and engines != engines)
    return abs(ours - engines) <= 1e-12 * max(abs(engines), size)


def coarse(message):
    """A message with its numbers to ten digits: the last ones are of rounding."""
    return re.sub(r"-?\d+\.\d+(e[-+]\d+)?", lambda found: f"{float(found[0]):.10g}", message)


def compare(browser, index, root, changes):
    """Hold every number and message of the page against the engine's after the same changes."""
    order = topological_order(root)
    for node, number in changes:
        order[node].data = number
    found = told(browser, index, changes)
    root.zero_grad()
    try:
        root.forward()
    except AutogradError as error:
        assert coarse(found["fault"]) == coarse(str(error))
        assert not found["backward"]
        return
    try:
        root.backward()
    except AutogradError as error:
        assert coarse(found["fault"]) == coarse(str(error))
        assert found["backward"]
        return
    assert found["fault"] is None
    sizes = magnitudes(root, order)
    for place, node in enumerate(order):
        assert close(float(found["data"][place]), float(node.data), 0), (node, found["data"][place])
        assert close(float(found["grad"][place]), float(node.grad), sizes[place]), (node, found["grad"][place])


def changes_of(root, rng, count=20, spread=2.0):
    leaves = [place for place, node in enumerate(topological_order(root)) if not node.op]
    return [(rng.choice(leaves), rng.uniform(-spread, spread)) for _ in range(count)]


MANY = [30, pytest.param(200, marks=pytest.mark.slow)]


@pytest.mark.parametrize("count", MANY)
def test_random_graphs_have_the_engines_numbers(browser, tmp_path, count):
    graphs = [random_graph(seed)[0] for seed in range(count)]
    opened(browser, tmp_path, graphs)
    rng = random.Random(1)
    for index, root in enumerate(graphs):
        compare(browser, index, root, [])
        compare(browser, index, root, changes_of(root, rng))


@pytest.mark.parametrize("count", MANY)
def test_where_the_engine_refuses_the_page_says_the_same(browser, tmp_path, count):
    graphs = [wild_graph(seed)[0] for seed in range(count)]
    opened(browser, tmp_path, graphs)
    rng = random.Random(2)
    for index, root in enumerate(graphs):
        compare(browser, index, root, [])
        for _ in range(3):
            compare(browser, index, root, changes_of(root, rng, spread=5.0))


def test_numbers_are_shown_as_everywhere_and_messages_have_pythons(browser, tmp_path):
    rng = random.Random(4)
    numbers = [0.0, -0.0, 1.0, 0.1 + 0.2, 0.5, 1.03125, 0.03125, 2.5e-7, 1.23445e20, 1e16, 123456789.5, 9.99995, 5e-324]
    numbers += [rng.uniform(-1, 1) * 10 ** rng.randint(-12, 18) for _ in range(2000)]
    numbers += [round(rng.uniform(-10, 10), rng.randint(0, 7)) for _ in range(1000)]
    numbers += [rng.randint(-(2**20), 2**20) / 2 ** rng.randint(0, 20) for _ in range(1000)]  # half way between two
    opened(browser, tmp_path, [])
    for digits in (1, 4, 9, 17):
        shown = browser.run(f"{json.dumps(numbers)}.map((number) => show(number, {digits}))")
        assert shown == [show(number, digits) for number in numbers]
    assert browser.run(f"{json.dumps(numbers)}.map(repr)") == [repr(number) for number in numbers]
    assert browser.run(f"{json.dumps(numbers)}.map(isExact)") == [is_exact(number) for number in numbers]


@pytest.mark.parametrize(
    ("typed", "number"),
    [("0.5", 0.5), ("-2", -2), ("−3", -3), (" 1e-3 ", 1e-3), ("1/4", 0.25), ("50 %", 0.5), ("0,25", 0.25), (".5", 0.5),
     ("", None), ("x", None), ("1/0", None), ("1e999", None), ("1/2/3", None), ("0x10", None)],
)  # fmt: skip
def test_what_is_typed_as_a_number(browser, tmp_path, typed, number):
    opened(browser, tmp_path, [])
    assert browser.run(f"parse({json.dumps(typed)})") == number


def test_every_line_of_a_pass_is_the_steppers(browser, tmp_path):
    graphs = [random_graph(seed, 25)[0] for seed in range(20)]
    opened(browser, tmp_path, graphs)
    for index, root in enumerate(graphs):
        lines = told(browser, index)["lines"]
        for line, event in zip(lines, step(root), strict=True):
            if event.kind != "chain rule" or event.node.op != "weighted_sum":  # whose terms come in another order
                assert re.sub(r"[\d.e+-]+", "#", line) == re.sub(r"[\d.e+-]+", "#", str(event))


def test_each_row_of_the_table_is_on_the_page_as_in_the_engine(browser, tmp_path):
    roots = []
    for name, row in PRIMITIVES.items():
        numbers = [0.8, 0.6, 1.3][: row.arity or 3]
        roots.append(Value._apply(Value(numbers[0], "x"), name, *[Value(x, f"x{i}") for i, x in enumerate(numbers)]))
    for family in (softmax, log_softmax):
        roots += [family([Value(x, f"s{i}") for i, x in enumerate((0.8, -0.6, 1.3))])[index] for index in range(3)]
    opened(browser, tmp_path, roots)
    rng = random.Random(5)
    for index, root in enumerate(roots):
        compare(browser, index, root, [])
        for spread in (0.5, 2.0, 30.0, 800.0):
            compare(browser, index, root, changes_of(root, rng, 5, spread))


def test_an_operation_that_a_user_defines_is_on_the_page_too(browser, tmp_path):
    swish = define("swish", lambda x: x * sigmoid(x), lambda out, x: out + sigmoid(x) * (1 - out), activation=True)
    clamp = define(
        "clamp", lambda x, low, high: maximum(low, minimum(x, high)),
        lambda out, x, low, high: numeric.step(x - low) * numeric.step(high - x),
        lambda out, x, low, high: numeric.step(low - x), lambda out, x, low, high: numeric.step(x - high),
    )  # fmt: skip
    try:
        x, high = Value(0.4, "x"), Value(2.5, "high")
        root = clamp(swish(swish(x) * 3), -0.5, high) * 2
        opened(browser, tmp_path, [root])
        order = topological_order(root)
        for changes in ([(x, 0.3)], [(x, -3.0)], [(x, 4.0)], [(x, 4.0), (high, 7.0)]):
            compare(browser, 0, root, [(order.index(leaf), number) for leaf, number in changes])
        assert any("swish(x)" in line for line in told(browser, 0)["lines"])
    finally:
        for name in ("swish", "clamp"):
            del PRIMITIVES[name]


def test_the_edges_of_a_power(browser, tmp_path):
    roots = [Value(2.0, "x") ** Value(1.5, "y"), 0.0 ** Value(0.0, "y") + 1, 0 ** Value(2.0, "y"), Value(0.0, "x") ** 0]
    opened(browser, tmp_path, roots)
    for index, root in enumerate(roots):
        leaves = [place for place, node in enumerate(topological_order(root)) if not node.op]
        for x, y in itertools.product((0.0, 1.0, -2.0, 0.5), (0.0, 1.0, 2.0, -1.0, 0.5)):
            compare(browser, index, root, [(leaves[0], x if len(leaves) > 1 else y), (leaves[-1], y)])
