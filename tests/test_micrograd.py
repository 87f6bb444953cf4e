"""Programs in the manner of those written for micrograd, with its import lines and with ours: the same losses."""

import random

import pytest

import autograd
import nn
from autograd import KindError, Value


def engines():
    """What a program imports: Value, MLP."""
    micrograd = pytest.importorskip("micrograd.engine")
    theirs = pytest.importorskip("micrograd.nn")
    return {
        "micrograd": (micrograd.Value, theirs.MLP),
        "ours": (autograd.Value, nn.MLP),
        "ours, with attributes": (nn.Parameter, nn.MLP),
    }


def max_margin(Value, MLP):
    """Scores, a loss with an L2 term, and steps written out."""
    random.seed(1337)
    points = [([random.uniform(-1, 1), random.uniform(-1, 1)], random.choice([-1, 1])) for _ in range(20)]
    model, found = MLP(2, [8, 8, 1]), [str(len(points))]
    for k in range(5):
        scores = [model(list(map(Value, x))) for x, _ in points]
        losses = [(1 + -y * score).relu() for (_, y), score in zip(points, scores)]
        loss = sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in model.parameters())
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= (1.0 - 0.9 * k / 100) * p.grad
        found.append(loss.data)
    return [*found, repr(model), sum((y > 0) == (score.data > 0) for (_, y), score in zip(points, scores))]


def own_layers(Value, MLP):
    """Neurons of one's own, the Values in lists, and gradients set to zero one by one."""
    random.seed(7)
    sizes = [(3, 4), (4, 1)]
    layers = [[([Value(random.uniform(-1, 1)) for _ in range(n)], Value(0)) for _ in range(m)] for n, m in sizes]

    def run(x):
        for layer in layers:
            x = [sum((w * xi for w, xi in zip(weights, x)), bias).relu() for weights, bias in layer]
        return x[0]

    parameters = [p for layer in layers for weights, bias in layer for p in [*weights, bias]]
    found = []
    for _ in range(10):
        loss = sum((run([0.5 * k, 1.0, -0.25 * k]) - k / 4) ** 2 for k in range(4)) / 4
        for p in parameters:
            p.grad = 0
        loss.backward()
        for p in parameters:
            p.data += -0.05 * p.grad
        found.append(loss.data)
    return found


def with_state_on_the_parameters(Value, MLP):
    """An optimizer that keeps its moments as attributes of the Values."""
    random.seed(3)
    parameters = [Value(random.uniform(-1, 1)) for _ in range(6)]
    for p in parameters:
        p.m = p.v = 0
    found = []
    for t in range(1, 9):
        loss = sum((p * (k + 1) - 1) ** 2 for k, p in enumerate(parameters)) * (1 / 6)
        loss.backward()
        for p in parameters:
            if p.grad is None:
                continue
            p.m = 0.9 * p.m + 0.1 * p.grad
            p.v = 0.95 * p.v + 0.05 * p.grad**2
            p.data -= 0.1 * ((p.m / (1 - 0.9**t)) / ((p.v / (1 - 0.95**t)) ** 0.5 + 1e-8) + 1e-4 * p.data)
            p.grad = 0
        found.append(loss.data)
    return found


def drawing(Value, MLP):
    """Nodes and edges as programs that draw gather them."""
    a, b = Value(2.0), Value(-3.0)
    root = (a * b + 10.0) * a.relu() + a**3
    nodes, edges = set(), set()

    def build(node):
        if node not in nodes:
            nodes.add(node)
            for child in node._prev:
                edges.add((child, node))
                build(child)

    build(root)
    # A bare number is a Value of its own there, and a number here.
    drawn = [child for child, _ in edges if child._op or child in (a, b)]
    return sorted(f"{n._op} {n.data:.4f}" for n in nodes if n._op), len(drawn)


def node_by_node(Value, MLP):
    """Backpropagation by hand: the root's gradient is set, and each node passes its own on."""
    a, b, c = Value(2.0), Value(-3.0), Value(10.0)
    e = a * b
    d = e + c
    root = d * d.relu()
    root.grad = 1.0
    for node in (root, *[n for n in root._prev if n is not d], d, e):
        node._backward()
    return [n.grad for n in (root, d, e, a, b, c)]


ATTRIBUTES = with_state_on_the_parameters  # for which a Value has no room
PROGRAMS = [max_margin, own_layers, with_state_on_the_parameters, drawing, node_by_node]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_a_program_comes_to_the_same(program):
    found = {name: program(*engine) for name, engine in engines().items() if (name, program) != ("ours", ATTRIBUTES)}
    for name, ours in found.items():
        if isinstance(ours[0], float):
            assert ours == pytest.approx(found["micrograd"], rel=1e-12), name
        else:
            assert ours[0] == found["micrograd"][0] and ours[-1] == found["micrograd"][-1], name
            assert ours[1:-2] == pytest.approx(found["micrograd"][1:-2], rel=1e-12), name


def test_a_rule_of_ones_own_is_not_taken_and_forgotten():
    for make in (Value, nn.Parameter):
        with pytest.raises(KindError, match=r"see autograd\.define; _backward cannot be set"):
            make(1.0)._backward = lambda: None


def test_a_value_has_no_room_for_attributes_and_a_parameter_has():
    with pytest.raises(AttributeError, match="m"):
        Value(1.0).m = 0.0
    w = nn.Parameter(1.0, label="w")
    w.m = 0.5
    assert (w.m, w.label, type(w * 2)) == (0.5, "w", Value)
