"""Random programs of operations, for comparing engines, and random graphs.

A program is run by each engine: a list of steps (name, operands); an operand is a place (an int, of an input
or an earlier step) or a constant (a float). Operands are drawn mostly from the last steps, so programs are
deep, and often more than once, so they share. Each is kept away from the ends of domains, from kinks, and from
slopes that would let rounding grow over hundreds of steps.
"""

from __future__ import annotations

import contextlib
import math
import random
from dataclasses import dataclass

import autograd
from autograd import AutogradError, Value, topological_order, total, weighted_sum, weighted_sums

# name: (arity, may it be applied to these numbers?)
STEPS = {
    "add": (2, lambda x, y: True),
    "sub": (2, lambda x, y: True),
    "mul": (2, lambda x, y: abs(x) < 2 and abs(y) < 2),
    "div": (2, lambda x, y: abs(y) > 1 and abs(x) < 3),
    "pow": (2, lambda x, y: 0.5 < x < 2 and abs(y) < 2),
    "neg": (1, lambda x: True),
    "abs": (1, lambda x: abs(x) > 1e-6),
    "exp": (1, lambda x: x < 1),
    "expm1": (1, lambda x: x < 1),
    "log": (1, lambda x: x > 0.7),
    "log1p": (1, lambda x: x > -0.3),
    "sqrt": (1, lambda x: x > 0.3),
    "sin": (1, lambda x: True),
    "cos": (1, lambda x: True),
    "tanh": (1, lambda x: abs(x) < 15),
    "sigmoid": (1, lambda x: abs(x) < 30),
    "relu": (1, lambda x: abs(x) > 1e-6),
    "leaky_relu": (2, lambda x, slope: abs(x) > 1e-6 and 0 < slope < 1),
    "elu": (2, lambda x, alpha: abs(x) > 1e-6 and 0 < alpha < 1),
    "normal_cdf": (1, lambda x: abs(x) < 6),
    "gelu": (1, lambda x: abs(x) < 6),
    "softplus": (1, lambda x: True),
    "maximum": (2, lambda x, y: abs(x - y) > 1e-6),
    "minimum": (2, lambda x, y: abs(x - y) > 1e-6),
    "where": (3, lambda condition, x, y: abs(condition) > 1e-6),
    "total": (3, lambda *xs: True),
    "weighted_sum": (5, lambda *xs: max(map(abs, xs)) < 1),
    "logsumexp": (3, lambda *xs: True),
    "softmax": (3, lambda *xs: True),
    "log_softmax": (3, lambda *xs: True),
}


@dataclass(frozen=True)
class Program:
    inputs: list[float]
    steps: list[tuple[str, tuple[int | float, ...]]]

    def run(self, numbers, apply, constant=float):
        """The last result, with ``apply(name, operands)`` for each step, and constants made by ``constant``."""
        results = list(numbers)
        for name, operands in self.steps:
            results.append(apply(name, [results[x] if isinstance(x, int) else constant(x) for x in operands]))
        return results[-1]


def key(name):
    return (name, 0) if name in ("softmax", "log_softmax") else name


def apply_ours(name, operands):
    recorder = next(x for x in operands if isinstance(x, Value))
    return recorder._apply(key(name), *operands)


def random_program(seed: int, longest: int = 200, shortest: int = 2, names=tuple(STEPS)) -> Program:
    generator = random.Random(seed)
    inputs = [generator.uniform(-2, 2) for _ in range(generator.randint(1, 5))]
    values = [Value(x) for x in inputs]
    steps: list[tuple[str, tuple[int | float, ...]]] = []
    used: set[int] = set()
    for _ in range(generator.randint(shortest - 1, longest - 1)):
        while True:
            name = generator.choice(names)
            arity, allowed = STEPS[name]
            places = [min(len(values) - 1, int(generator.expovariate(0.15))) for _ in range(arity)]
            operands: list[int | float] = [len(values) - 1 - place for place in places]
            if arity == 2 and generator.random() < 0.3:
                operands[generator.randint(0, 1)] = generator.uniform(-2, 2)
            numbers = [values[x].data if isinstance(x, int) else x for x in operands]
            if not allowed(*numbers):
                continue
            node = apply_ours(name, [values[x] if isinstance(x, int) else x for x in operands])
            if math.isfinite(node.data) and abs(node.data) < 30:
                break
        values.append(node)
        steps.append((name, tuple(operands)))
        used.update(x for x in operands if isinstance(x, int))
    sinks = [place for place in range(len(values)) if place not in used]
    steps.append(("total", tuple(sinks)))
    return Program(inputs, steps)


# Defined for all numbers, and smooth.
TAME = ("add", "sub", "mul", "tanh", "total", "weighted_sum", "where", "softmax")


def random_graph(seed: int, size: int = 60, names=tuple(STEPS)):
    """(root, leaves) of a program of ``size`` steps: the root depends on every node, and nothing is near an edge."""
    program = random_program(seed, size, size, names)
    leaves = [Value(x, label=f"x{place}") for place, x in enumerate(program.inputs)]
    return program.run(leaves, apply_ours), leaves


UNARY = [name for name, (arity, _) in STEPS.items() if arity == 1] + ["step", "sign"]
BINARY = [name for name, (arity, _) in STEPS.items() if arity == 2]
OF_MANY = ["total", "logsumexp", "softmax", "log_softmax", "weighted_sum", "where", "layer"]


def wild_graph(seed: int, size: int = 30):
    """(root, leaves): edges and kinks are met, constants are of any kind, a layer shares its weights; only the
    result is finite for certain, so that backward may raise."""
    rng = random.Random(seed)
    leaves = [Value(rng.choice([rng.uniform(-2, 2), rng.uniform(-2, 2), 0.0, 1.0, -1.0]), f"x{i}") for i in range(5)]
    layer = [tuple(rng.choice(leaves) for _ in range(4)) for _ in range(3)]
    nodes = list(leaves)

    def recent():
        return rng.choice(nodes[-8:])

    def operand():
        return rng.choice(nodes[-8:] + leaves) if rng.random() < 0.8 else rng.choice([0, 1, 2, -0.5, 3.0, 0.25])

    def made():
        names = rng.choice([UNARY, BINARY, BINARY, OF_MANY])
        name = rng.choice(names)
        if names is UNARY:
            return [apply_ours(name, [recent()])]
        if names is BINARY:
            return [apply_ours(name, rng.sample([recent(), operand()], 2))]
        if name == "layer":
            return weighted_sums(layer, [recent() for _ in range(3)] if rng.random() < 0.7 else [0.5, -1.5, 2])
        if name == "where":
            return [apply_ours(name, rng.sample([recent(), recent(), operand()], 3))]
        if name == "weighted_sum":
            return [weighted_sum([operand() for _ in range(3)], rng.sample(nodes, 3), operand())]
        result = getattr(autograd, name)([operand() for _ in range(3)] + [rng.choice(nodes)])
        return result if isinstance(result, list) else [result]

    while len(nodes) < size:
        with contextlib.suppress(AutogradError):
            nodes += [node for node in made() if isinstance(node, Value) and math.isfinite(node.data)]
    return total([node * 0.1 for node in nodes[-6:]]), leaves


def magnitudes(root, inputs):
    """Σ |contribution| over all paths from the root to each input: what rounding is relative to."""
    size = {root: 1.0}
    for node in reversed(topological_order(root)):
        for operand, partial in zip(node.operands, node.partials):
            if isinstance(operand, Value):
                size[operand] = size.get(operand, 0.0) + size.get(node, 0.0) * abs(float(partial))
    return [size.get(x, 0.0) for x in inputs]
