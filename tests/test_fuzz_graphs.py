"""Random graphs of up to 200 nodes, with sharing: the engine beside forward differentiation in mpmath."""

import pytest
from random_graphs import apply_ours, magnitudes, random_program

from autograd import Value, grad

mpmath = pytest.importorskip("mpmath")
mp = mpmath.mp


# Each operation's result and its slopes, as a textbook has them.
def softmax(xs, i):
    e = [mp.exp(x) for x in xs]
    return e[i] / mp.fsum(e)


TEXTBOOK = {
    "add": lambda x, y: (x + y, [1, 1]),
    "sub": lambda x, y: (x - y, [1, -1]),
    "mul": lambda x, y: (x * y, [y, x]),
    "div": lambda x, y: (x / y, [1 / y, -x / y**2]),
    "pow": lambda x, y: (mp.power(x, y), [y * mp.power(x, y) / x, mp.power(x, y) * mp.log(x)]),
    "neg": lambda x: (-x, [-1]),
    "abs": lambda x: (mp.fabs(x), [mp.sign(x)]),
    "exp": lambda x: (mp.exp(x), [mp.exp(x)]),
    "expm1": lambda x: (mp.expm1(x), [mp.exp(x)]),
    "log": lambda x: (mp.log(x), [1 / x]),
    "log1p": lambda x: (mp.log1p(x), [1 / (1 + x)]),
    "sqrt": lambda x: (mp.sqrt(x), [mp.sqrt(x) / (2 * x)]),
    "sin": lambda x: (mp.sin(x), [mp.cos(x)]),
    "cos": lambda x: (mp.cos(x), [-mp.sin(x)]),
    "tanh": lambda x: (mp.tanh(x), [mp.sech(x) ** 2]),
    "sigmoid": lambda x: (1 / (1 + mp.exp(-x)), [mp.sech(x / 2) ** 2 / 4]),
    "relu": lambda x: (x, [1]) if x > 0 else (mp.zero, [0]),
    "leaky_relu": lambda x, s: (x, [1, 0]) if x > 0 else (s * x, [s, x]),
    "elu": lambda x, a: (x, [1, 0]) if x > 0 else (a * mp.expm1(x), [a * mp.exp(x), mp.expm1(x)]),
    "normal_cdf": lambda x: (mp.ncdf(x), [mp.npdf(x)]),
    "gelu": lambda x: (x * mp.ncdf(x), [mp.ncdf(x) + x * mp.npdf(x)]),
    "softplus": lambda x: (mp.log1p(mp.exp(x)), [1 / (1 + mp.exp(-x))]),
    "maximum": lambda x, y: (x, [1, 0]) if x > y else (y, [0, 1]),
    "minimum": lambda x, y: (x, [1, 0]) if x < y else (y, [0, 1]),
    "total": lambda *xs: (mp.fsum(xs), [1] * len(xs)),
    "weighted_sum": lambda v, w, x, y, b: (v * x + w * y + b, [x, y, v, w, 1]),
    "logsumexp": lambda *xs: (mp.log(mp.fsum(map(mp.exp, xs))), [softmax(xs, i) for i in range(3)]),
    "softmax": lambda *xs: (softmax(xs, 1), [softmax(xs, 1) * ((i == 1) - softmax(xs, i)) for i in range(3)]),
    "log_softmax": lambda *xs: (mp.log(softmax(xs, 1)), [(i == 1) - softmax(xs, i) for i in range(3)]),
}


def forward_differentiated(program):
    """(the result, its slopes by each input), in mpmath, carried forward step by step."""
    count = len(program.inputs)
    starts = [
        (mp.mpf(x), [mp.mpf(place == other) for other in range(count)]) for place, x in enumerate(program.inputs)
    ]

    def apply(name, operands):
        operands = [x if isinstance(x, tuple) else (mp.mpf(x), None) for x in operands]
        result, slopes = TEXTBOOK[name](*[number for number, _ in operands])
        terms = [(slope, tangent) for slope, (_, tangent) in zip(slopes, operands) if tangent is not None]
        return result, [mp.fsum(slope * tangent[i] for slope, tangent in terms) for i in range(count)]

    return program.run(starts, apply)


def compare(seeds):
    """The worst error of data and of gradients, relative to |data| and to the sum of |contributions|."""
    worst = worst_of_mpf = 0.0
    for seed in seeds:
        program = random_program(seed)
        inputs = [Value(x) for x in program.inputs]
        root = program.run(inputs, apply_ours)
        root.backward()
        with mpmath.workdps(50):
            expected, slopes = forward_differentiated(program)
            precise_inputs = [Value(mp.mpf(x)) for x in program.inputs]
            precise = program.run(precise_inputs, apply_ours, mp.mpf)
            precise_slopes = grad(precise, precise_inputs)
        sizes = magnitudes(root, inputs)
        errors = [abs(root.data - expected) / max(1, abs(expected))]
        errors += [abs(x.grad - slope) / max(1, size) for x, slope, size in zip(inputs, slopes, sizes)]
        of_mpf = [abs(precise.data - expected)]
        of_mpf += [abs(got - slope) / max(1, size) for got, slope, size in zip(precise_slopes, slopes, sizes)]
        worst, worst_of_mpf = max(worst, *map(float, errors)), max(worst_of_mpf, *map(float, of_mpf))
        # In 50 digits nothing is left but rounding: the rules and the sweep are right.
        assert max(of_mpf) < 1e-40, seed
        # In floats the rounding of a few hundred steps, each of which may enlarge what comes before it.
        assert max(errors) < 1e-13, seed
    return worst, worst_of_mpf


def test_random_graphs(record_property):
    worst, of_mpf = compare(range(60))
    record_property("worst relative error", worst)
    assert 0 < worst < 1e-13 and of_mpf < 1e-40


@pytest.mark.slow
def test_ten_thousand_random_graphs(record_property, capsys):
    worst, of_mpf = compare(range(10_000))
    record_property("worst relative error", worst)
    with capsys.disabled():
        print(f"\n10,000 random graphs: worst relative error {worst:.2g} in floats, {of_mpf:.2g} in 50 digits")


def test_the_comparison_notices_a_wrong_slope(monkeypatch):
    monkeypatch.setitem(TEXTBOOK, "tanh", lambda x: (mp.tanh(x), [mp.sech(x) ** 2 + mp.mpf(10) ** -30]))
    with pytest.raises(AssertionError):
        compare(range(60))
