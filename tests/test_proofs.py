"""Each partial of the table proved: the derivative of the rule, by SymPy, minus the partial is 0.

The rules and partials run on symbols as they run on numbers. Where a rule has a kink, both sides of it are
looked at, each by itself.
"""

from dataclasses import replace

import pytest

from autograd.primitives import FAMILIES, PRIMITIVES, lookup

sympy = pytest.importorskip("sympy")

X1, X2, X3, X4, X5 = SYMBOLS = sympy.symbols("x1:6", real=True)
ABOVE = sympy.Symbol("above", positive=True)
SIDES = {1: [{X1: ABOVE}, {X1: -ABOVE}], 2: [{X1: X2 + ABOVE}, {X1: X2 - ABOVE}]}
PIECES = {
    **dict.fromkeys(("abs", "step", "sign", "relu", "leaky_relu", "elu"), SIDES[1]),
    "where": SIDES[1],
    **dict.fromkeys(("maximum", "minimum"), SIDES[2]),
}


def differences(row):
    """Of each operand and on each side of a kink: the derivative of the rule minus the partial, simplified."""
    xs = SYMBOLS[: 5 if row.name == "weighted_sum" else row.arity or 3]
    if row.arity:
        result = row.rule(*xs)
        partials = [partial(result, *xs) for partial in row.partials]
    else:
        result = row.rule(list(xs))
        partials = row.partials(result, list(xs))
    assert len(partials) == len(xs)
    return [
        sympy.simplify((sympy.diff(result, x) - partial).subs(piece))
        for x, partial in zip(xs, partials)
        for piece in PIECES.get(row.name, [{}])
    ]


def row_of(name):
    return lookup((name, 0) if name in FAMILIES else name)


@pytest.mark.parametrize("name", [*PRIMITIVES, *FAMILIES])
def test_each_partial_is_the_derivative(name):
    assert not any(differences(row_of(name)))


@pytest.mark.parametrize("name", [*PRIMITIVES, *FAMILIES])
def test_no_proof_of_partials_that_are_wrong(name):
    row = row_of(name)
    if row.arity:
        wrong = tuple(lambda *given, partial=partial: partial(*given) + 1 for partial in row.partials)
    else:
        wrong = lambda result, xs: [partial + 1 for partial in row.partials(result, xs)]
    assert all(differences(replace(row, partials=wrong)))


def test_every_kink_is_looked_at_on_both_sides():
    assert {name for name in PRIMITIVES if row_of(name).kink_at is not None} == set(PIECES)
