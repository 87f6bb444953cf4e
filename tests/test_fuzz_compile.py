"""Random programs, eager against compiled: the same bits in result and gradients, or a RecordingError.

Each program is a function of floats, lists, an array, leaves and a computed Value, of lines drawn from what people
write: branches on equality and truth, membership, sorting, keywords, try, loops, aliases, state outside.
"""

import copy
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate

import pytest
from helpers import bits

import autograd
from autograd import ParameterArrays, RecordingError, Value, compile

NUMBERS = [0.0, -0.0, 1.0, -1.0, 2.0, 0.5, 3.25, -1.5, 1e-3, 7.0]
ODD = [float("inf"), float("-inf"), float("nan"), 1e308, 5e-324]

# Lines of a program, over the names x, y (floats), xs (a list), a (an array), u, v (leaves), h (a computed Value), w, b
# (leaves from outside), and results, to which they append.
LINES = """
results.append(w * x + b)
results.append((w * x).tanh() * y)
results.append(weighted_sum([w, b], [x, y], u))
results.append(weighted_sum([w, b, v], [x, w * y, h], b))
results.append(weighted_sum([x, y], [w, b * x]))
results.append(weighted_sum(xs[:2], [w, v * u]))
results.append(total([w * z for z in xs]))
results.append(logsumexp([w * z for z in xs] + [h]))
results.append(softmax([w * x, b * y, u])[1])
results.append(maximum(w * x, y))
results.append(h * u + v * v)
results.append(u * x if u > v else v * y)
results.append(w if x == 1.0 else b * y)
results.append(w * 2 if y else b * 3)
results.append(w * (y or 5.0))
results.append(w * (x and y))
results.append(b if x in (0.0, 1.0) else w * x)
results.append(w * x if x != x else b)
results.append(w * x if x != y else b * y)
results.append(w * max(x, y) + b * min(xs))
results.append(w * sorted(xs)[0] + b * sorted(xs)[-1])
results.append(w * xs.index(max(xs)))
results.append(w * len([z for z in xs if z > 0]))
results.append(w * abs(x) - (-y) * b)
results.append(w * (x * y + x - y))
results.append(w * x ** 2)
results.append(w * sum(xs))
results.append(w * exp(x) + relu(y) * b)
results.append(w * (x / y))
results.append(w / x)
results.append(log(u * u + x))
results.append((w * w + 1).sqrt() * x)
results.append(Value(x) * w)
results.append(w * float(isinstance(x, float)) + b * isinstance(x, Value))
results.append(w * {1.0: 2.0}.get(x, 3.0))
results.append(w * len({x, y}))
results.append(w * len(f"{x:.1f}"))
results.append(w * (x % 2.0))
results.append(w * (x // 1.0))
results.append(w * round(x))
results.append(w * float(x))
results.append(w * int(x > 0))
results.append(w * w.data)
results.append(w * u.data)
results.append((a * 2)[0] * w)
results.append((a + a)[1] * w + b * a[0])
results.append(w * a.sum())
results.append(w * (a @ a))
results.append(w * [z for z in a][1])
results.append(w * bool((a > 0).all()))
results.append(w if u == v else b)
results.append(w * 2 if u is v else b)
results.append(w * names.get(u, 2.0))
results.append(w * [u, v].index(v))
results.append(w * x if list(options) == ["p", "q"] else b)
results.append(w * options["p"] - b * options["q"])
results.append(x * w + pool(lambda: 3.0))
results.append(w * pool(lambda: 1.0 if x > 0 else 2.0))
results.append(w * pool(lambda: w * x))
results.append(w * state["k"])
results.append(grad(u * u * w, [w], create_graph=True)[0])
results.append(grad(w * w * x, [w])[0] * w)
results.append(x * grad(w * u * h, [u], create_graph=True)[0])
log(x)
1 / y
(w * x).sqrt()
exp(w * x)
x = x + 1.0
y = w * y
x = -x
xs = xs * 2
xs = [z * y for z in xs]
xs = xs + [x]
xs.append(x)
u = u * v
w = w + x
leaf = Value(2.0); results.append(leaf * w); leaf.data = 5.0
leaf = Value(0.5); results.append(leaf * x + leaf * w)
results.append(results[-1] * x if results and results[-1] > 0 else w)
results = sorted(results, key=lambda r: r + 0 if isinstance(r, Value) else r)[:5]
results = [results[-1] * 2, *results]
""".strip().splitlines()
BLOCKS = """
while x < 5.0 and len(results) < 6:
    x = x * 2.0 + 1.0
    results.append(w * x)
---
for z in xs:
    if z > y:
        results.append(w * z)
---
try:
    results.append(w * log(x))
except ValueError:
    results.append(b * 2)
---
try:
    results.append(w * (1.0 / x))
except ZeroDivisionError:
    results.append(b * x)
---
match x:
    case 1.0:
        results.append(w)
    case 0.0:
        results.append(b)
    case _:
        results.append(u)
""".strip().split("\n---\n")


def program(dice):
    lines = ["def f(x, y, xs, a, u, v, h, **options):", "    results, w, b = [], weights[0], weights[1]"]
    for _ in range(dice.randrange(1, 5)):
        some = dice.choice(BLOCKS).splitlines() if dice.random() < 0.15 else [dice.choice(LINES)]
        lines += ["    " + line for line in some]
    lines += ["    return total([weights[0] * 0.0, *results])"]
    return "\n".join(lines)


def names(weights):
    with_pool = ThreadPoolExecutor(1)
    found = {name: getattr(autograd, name) for name in autograd.__all__ if not name.startswith("_")}
    return {
        **found,
        "weights": weights,
        "names": {},
        "state": {"k": 2.0},
        "pool": lambda task: with_pool.submit(task).result(),
    }


def call(dice, np):
    odd = dice.random() < 0.15
    number = lambda: dice.choice(NUMBERS + ODD * odd)
    kinds = dice.choice([("p", "q"), ("q", "p")])
    return (
        (number(), number(), [number() for _ in range(dice.choice([2, 2, 3]))], np.array([number(), number()])),
        {name: number() for name in kinds},
        (dice.randrange(3), dice.randrange(3)),
    )


def outcome(function, leaves, given):
    """The bits of the result and of every gradient, or the error."""
    (x, y, xs, a), options, (first, second) = given
    for leaf in leaves:
        leaf.grad = 0.0
    h = leaves[5] * leaves[5]
    try:
        root = function(x, y, list(xs), a.copy(), leaves[first + 2], leaves[second + 2], h, **options)
        root.backward()
    except RecordingError:
        return "RecordingError"
    except Exception as error:
        return next(kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins")
    numbers = [root.data, *[leaf.grad for leaf in leaves]]
    return ["nan" if number != number else bits(number) for number in numbers]


def differences(seeds, np, tally):
    """The first program whose compiled numbers are not those of eager."""
    for seed in seeds:
        dice = random.Random(seed)
        text = program(dice)
        leaves = [Value(dice.choice([0.5, -1.25, 2.0, 0.75])) for _ in range(6)]
        scope = names(leaves[:2])
        exec(text, scope)
        scope["names"][leaves[2]] = 4.0
        compiled = compile(scope["f"])
        for _ in range(4):
            given = call(dice, np)
            if dice.random() < 0.3:
                dice.choice(leaves).data = dice.choice([0.5, -2.0, 1.0, 0.25])
            expected = outcome(scope["f"], leaves, copy.deepcopy(given))
            found = outcome(compiled, leaves, given)
            if found == expected:
                tally["equal" if type(found) is list else "the same error"] += 1
            elif found == "RecordingError":
                tally[found] += 1
            else:
                return seed, text, given, expected, found
        scope["pool"].__closure__[0].cell_contents.shutdown()
    return None


@pytest.mark.parametrize("part", range(4))
@pytest.mark.parametrize("count", [100, pytest.param(12_500, marks=pytest.mark.slow)])
def test_random_programs_are_as_eager_or_say_so(part, count):
    np = pytest.importorskip("numpy")
    tally = Counter()
    with np.errstate(all="ignore"):
        assert differences(range(part * 10**6, part * 10**6 + count), np, tally) is None
    assert tally["equal"] > count
    assert tally["RecordingError"] > count // 10


def in_lanes(function, samples, leaves):
    """The results, their sum, and each leaf's gradient in the order that ``sum`` says, by eager."""
    results, lanes = [], [[0.0] * len(leaves) for _ in range(8)]
    for place, sample in enumerate(samples):
        for leaf in leaves:
            leaf.grad = 0.0
        root = function(*copy.deepcopy(sample))
        root.backward()
        results.append(root.data)
        lanes[place % 8] = [total + leaf.grad for total, leaf in zip(lanes[place % 8], leaves)]
    totals = [0.0] * len(leaves)
    for lane in lanes:
        totals = [total + more for total, more in zip(totals, lane)]
    return [*results, *[*accumulate(results)][-1:], *totals]


def of_many(compiled, samples, leaves):
    columns = [np_or_list(column) for column in zip(*samples)]
    for leaf in leaves:
        leaf.grad = 0.0
    results, node = compiled.map(*columns), compiled.sum(*columns)
    node.backward()
    return [*results, node.data, *[leaf.grad for leaf in leaves]]


def np_or_list(column):
    np = pytest.importorskip("numpy")
    return np.array(column) if hasattr(column[0], "dtype") else list(column)


def answer(run, *given):
    try:
        return ["nan" if number != number else bits(number) for number in run(*given)]
    except RecordingError:
        return "RecordingError"
    except Exception as error:
        return next(kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins")


@pytest.mark.parametrize("count", [80, pytest.param(3_000, marks=pytest.mark.slow)])
def test_random_programs_over_many_samples_have_the_order_that_is_said(count):
    np = pytest.importorskip("numpy")
    tally = Counter()
    for seed in range(count):
        dice = random.Random(seed)
        leaves = [Value(dice.choice([0.5, -1.25, 2.0, 0.75])) for _ in range(5)]
        scope = names(leaves[:2])
        exec(program(dice), scope)

        def function(x, y, xs, a, f=scope["f"], leaves=leaves):
            return f(x, y, xs, a, *leaves[2:], p=1.5, q=-0.5)

        samples = [
            tuple(x[:2] if type(x) is list else x for x in call(dice, np)[0]) for _ in range(dice.choice([1, 3, 9, 20]))
        ]
        in_arrays = ParameterArrays(leaves[:2]) if dice.random() < 0.3 else None
        with np.errstate(all="ignore"):
            found = answer(of_many, compile(function, parameters=in_arrays), samples, leaves)
            if in_arrays is not None:
                in_arrays.write_back()
            expected = answer(in_lanes, function, samples, leaves)
        scope["pool"].__closure__[0].cell_contents.shutdown()
        tally[type(found)] += 1
        assert found in (expected, "RecordingError"), seed
    assert tally[list] > count // 4
