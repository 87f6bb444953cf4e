"""Each rule of the table is broken in turn, and the checks of test_primitives must notice it.

``python tests/test_mutation.py`` prints every mutant and which check noticed it.
"""

from contextlib import contextmanager
from dataclasses import replace

import pytest

pytest.importorskip("mpmath")

from test_primitives import EDGES, ROWS, check_edge, check_row, row

from autograd import primitives
from autograd.primitives import FAMILIES, PRIMITIVES

# On both sides of each kink, and with operands that are not interchangeable by chance.
POINTS = {
    1: [(0.7,), (-0.6,), (1.3,)],
    2: [(0.7, 1.6), (1.9, 0.3), (-0.6, 0.4), (0.4, -0.8)],
    3: [(0.7, -0.4, 1.1), (-0.7, -0.4, 1.1)],
    0: [(0.7, -0.4, 1.1)],
}
BY_ROW = {
    "log": [(0.7,), (3.0,)],
    "sqrt": [(0.7,), (3.0,)],
    "pow": [(0.7, 1.6), (1.9, 0.3)],
    "weighted_sum": [(0.7, -0.4, 1.1, 0.3, -1.7)],
}


def points(name):
    return BY_ROW.get(name, POINTS[row(name).arity])


def of_partial(primitive, place, change):
    """The row with one partial changed by ``change(partial, operands)``."""
    if primitive.arity == 0:
        rule = primitive.partials

        def by_each(out, operands):
            partials = list(rule(out, operands))
            partials[place] = change(partials[place], operands)
            return partials

        return replace(primitive, partials=by_each, record=None)  # not in its own layout, which has no rule
    partials = list(primitive.partials)
    rule = partials[place]
    partials[place] = lambda out, *operands: change(rule(out, *operands), operands)
    return replace(primitive, partials=tuple(partials))


def at_the_kink(primitive):
    def change(partial, operands):
        deciding = primitive.kink_at(*operands)
        return partial if not isinstance(deciding, float) or deciding else partial + 1

    return change


def mutants_of(primitive):
    """(what is broken, the broken row) for each way of breaking it."""
    count = len(points(primitive.name)[0])
    for place in range(count):
        operand = f"the partial by operand {place + 1}"
        yield f"{operand} negated", of_partial(primitive, place, lambda partial, operands: -partial)
        yield f"{operand} doubled", of_partial(primitive, place, lambda partial, operands: 2 * partial)
        yield f"{operand} off by a millionth", of_partial(primitive, place, lambda partial, _: partial * 1.000001)
        yield f"{operand} with 1 added", of_partial(primitive, place, lambda partial, operands: partial + 1)
        if primitive.kink_at is not None and primitive.name != "where":  # whose other operands' partials stay 0 and 1
            yield f"{operand} at the kink", of_partial(primitive, place, at_the_kink(primitive))
    if primitive.arity == 2:
        by_x, by_y = primitive.partials
        yield "the partials exchanged", replace(primitive, partials=(by_y, by_x))
        for place, rule in enumerate(primitive.partials):
            partials = list(primitive.partials)
            partials[place] = lambda out, x, y, rule=rule: rule(out, y, x)
            yield f"the operands of partial {place + 1} swapped", replace(primitive, partials=tuple(partials))
        yield "the operands of the rule swapped", replace(primitive, rule=lambda x, y: primitive.rule(y, x))
    if primitive.arity == 0:
        rule = primitive.partials
        in_reverse = lambda out, xs: list(reversed(rule(out, xs)))
        yield "the partials in reverse", replace(primitive, partials=in_reverse, record=None)
    numbers = (lambda *xs: primitive.rule(*xs)) if primitive.arity else (lambda xs: primitive.rule(xs))
    yield "the result negated", replace(primitive, rule=lambda *xs: -numbers(*xs), record=None)
    yield "the result doubled", replace(primitive, rule=lambda *xs: 2 * numbers(*xs), record=None)


# Broken in name only: the same numbers come out. The test holds this list to that, too.
EQUIVALENT = {
    *((name, f"the partial by operand {place} {change}") for name, places in
      {"step": [1], "sign": [1], "where": [1]}.items() for place in places
      for change in ("negated", "doubled", "off by a millionth")),  # 0 is 0
    ("add", "the partials exchanged"),
    ("add", "the operands of partial 1 swapped"),
    ("add", "the operands of partial 2 swapped"),
    ("add", "the operands of the rule swapped"),
    ("sub", "the operands of partial 1 swapped"),
    ("sub", "the operands of partial 2 swapped"),
    ("mul", "the operands of the rule swapped"),
    ("total", "the partials in reverse"),
}  # fmt: skip


@contextmanager
def in_place_of(name, mutant):
    """``mutant`` in the table, of a family in the place of its first row, until the end of the block."""
    table = FAMILIES if name in FAMILIES else PRIMITIVES
    original = table[name]
    table[name] = (lambda index: original(index) if index else mutant) if name in FAMILIES else mutant
    primitives._family_row.cache_clear()
    try:
        yield
    finally:
        table[name] = original
        primitives._family_row.cache_clear()


def noticed(name, mutant):
    """The check that fails with the mutant in place, or ""."""
    with in_place_of(name, mutant):
        for point in points(name):
            try:
                check_row(name, "float", point)
            except Exception as error:
                return f"the oracle at {point}: {type(error).__name__}"
        for edge in EDGES:
            if edge[0] == name:
                try:
                    check_edge(*edge)
                except Exception:
                    return f"the edge {edge[1]}"
    return ""


@pytest.mark.parametrize("name", ROWS)
def test_every_broken_rule_is_noticed(name):
    primitive = row(name)
    assert noticed(name, primitive) == ""
    for what, mutant in mutants_of(primitive):
        if (name, what) in EQUIVALENT:
            assert noticed(name, mutant) == "", (name, what)
        else:
            assert noticed(name, mutant), f"nobody noticed: {name}, {what}"


def main():
    total = 0
    for name in ROWS:
        for what, mutant in mutants_of(row(name)):
            total += 1
            found = "equivalent" if (name, what) in EQUIVALENT else noticed(name, mutant) or "NOT NOTICED"
            print(f"{name:<13}{what:<48}{found}")
    print(f"{total} mutants, {len(EQUIVALENT)} of them equivalent")


if __name__ == "__main__":
    main()
