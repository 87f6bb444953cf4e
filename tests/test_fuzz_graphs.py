"""Random graphs of up to 200 nodes, with sharing: the engine beside forward differentiation in mpmath."""

import pytest
from oracles import ORACLES, PARTIALS, mpmath
from random_graphs import apply_ours, magnitudes, random_program

from autograd import Value, grad

mp = mpmath.mp


def forward_differentiated(program):
    """(the result, its slopes by each input), in mpmath, carried forward step by step."""
    count = len(program.inputs)
    starts = [
        (mp.mpf(x), [mp.mpf(place == other) for other in range(count)]) for place, x in enumerate(program.inputs)
    ]

    def apply(name, operands):
        operands = [x if isinstance(x, tuple) else (mp.mpf(x), None) for x in operands]
        numbers = [number for number, _ in operands]
        slopes = PARTIALS[name](*numbers)
        terms = [(slope, tangent) for slope, (_, tangent) in zip(slopes, operands) if tangent is not None]
        return ORACLES[name](*numbers), [mp.fsum(slope * tangent[i] for slope, tangent in terms) for i in range(count)]

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
    monkeypatch.setitem(PARTIALS, "tanh", lambda x: [mp.sech(x) ** 2 + mp.mpf(10) ** -30])
    with pytest.raises(AssertionError):
        compare(range(60))
