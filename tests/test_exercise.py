"""Exercises: reproducible, solvable, their keys against Fractions and mpmath, and their numbers as promised."""

import math
from fractions import Fraction
from itertools import pairwise

import mpmath
import pytest

from autograd import DomainError, ShapeError, UnknownNameError, exercise, explain, play, quiz, topological_order
from autograd.graph import consumers
from autograd.notation import show
from autograd.practice import Judge, questions
from autograd.practice.exercise import LEVELS
from autograd.practice.mistakes import mistakes

EXACT = (1, 2, 3, 6)  # levels whose every number is a decimal of four digits
SEEDS = range(30)
MANY = range(1000)


def leaf(name, leaves):
    return mpmath.mpf(leaves[name].data.as_integer_ratio()[0]) / leaves[name].data.as_integer_ratio()[1]


SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def by_hand(given, numbers):
    """The result of a level, written out anew: a function of the numbers of its leaves by name."""
    sizes, activations, loss = given["layers"], given["activations"], given["loss"]

    def number(name, *indices):
        several = [str(index).translate(SUBSCRIPTS) for index, count in indices if count > 1]
        return numbers[name + "".join(several)]

    a = [number("x", (i + 1, sizes[0])) for i in range(sizes[0])]
    for layer, (size, name) in enumerate(zip(sizes[1:], activations), 1):
        mark = str(layer).translate(SUPERSCRIPTS) if len(activations) > 1 else ""
        z = []
        for place in range(1, size + 1):
            z.append(
                sum(number(f"w{mark}", (place, size), (i, len(a))) * x for i, x in enumerate(a, 1))
                + (number(f"b{mark}", (place, size)) if given.get("bias", True) else 0)
            )
        a = [
            {
                "linear": lambda t: t,
                "softmax": lambda t: t,
                "relu": lambda t: max(t, 0 * t),
                "sigmoid": lambda t: 1 / (1 + mpmath.exp(-t)),
                "tanh": mpmath.tanh,
            }[name](t)
            for t in z
        ]
    if loss == "half_squared_error":
        return sum((x - number("t", (i, len(a)))) ** 2 for i, x in enumerate(a, 1)) / 2
    if loss == "cross_entropy":
        return mpmath.log(sum(mpmath.exp(t) for t in a)) - a[numbers["class"]]
    return a[0]


def agree_with_mpmath(level, seeds):
    """The key's result, and each leaf's gradient as a central difference at 50 digits."""
    with mpmath.workdps(50):
        for seed in seeds:
            root = exercise(level=level, seed=seed).root
            leaves = [node for node in topological_order(root) if not node.op]
            numbers = {node.label: mpmath.mpf(node.data) for node in leaves}
            if LEVELS[level]["loss"] == "cross_entropy":
                [numbers["class"]] = [
                    node.primitive.index for node in topological_order(root) if node.op == "log_softmax"
                ]
            assert mpmath.almosteq(by_hand(LEVELS[level], numbers), root.data, 1e-13, 1e-15)
            root.backward()
            step = mpmath.mpf(10) ** -15
            for node in leaves:
                above, below = ({**numbers, node.label: numbers[node.label] + sign * step} for sign in (1, -1))
                gradient = (by_hand(LEVELS[level], above) - by_hand(LEVELS[level], below)) / (2 * step)
                assert mpmath.almosteq(gradient, node.grad, 1e-12, 1e-14), (seed, node)


@pytest.mark.parametrize("level", LEVELS)
def test_the_key_is_right(level):
    agree_with_mpmath(level, SEEDS)


@pytest.mark.slow
@pytest.mark.parametrize("level", LEVELS)
def test_a_thousand_keys_are_right(level):
    agree_with_mpmath(level, MANY)
    come_out_well(level, MANY)


def is_short(number):
    scaled = Fraction(number) * 10**8
    return scaled.denominator == 1 and len(str(abs(scaled.numerator)).rstrip("0")) <= 4


def come_out_well(level, seeds):
    for seed in seeds:
        root = exercise(level=level, seed=seed, kind=Fraction if level in EXACT else float).root
        order = topological_order(root)
        asked = questions(root)
        assert all(question.expected for question in asked if question.kind != "partial")
        assert all(len(show(float(node.data)).lstrip("-0.").replace(".", "")) <= 4 for node in order if not node.op)
        if level in EXACT:
            exact = [question.expected for question in asked]
            assert all(is_short(number) for number in exact)
            assert all(isinstance(node.data, Fraction) for node in order)
        for node in order:
            if node.op in ("sigmoid", "tanh"):
                assert 0.1 <= abs(node.operands[0].data) <= 2.5
            if node.op == "relu":
                assert node.operands[0].data > 0
        not_alike(root, order)


def not_alike(root, order):
    """No value is another's, and no gradient, unless one is the other times 1."""
    using = consumers(order)
    root.backward()
    values = [node for node in order if node.op and node.op not in ("relu", "neg")]
    gradients = [node for node in order if node is not root and not is_handed_on(node, using[node])]
    for numbers in ([float(node.data) for node in values], [float(node.grad) for node in gradients]):
        for first, second in pairwise(sorted(numbers)):
            assert not math.isclose(first, second, rel_tol=1e-3), (numbers, root)


def is_handed_on(node, users):
    """Is its gradient another's, but for the sign; or of the error e of e²/2, or of the square?"""
    if len(users) > 1:
        return False
    partial = users[0].partials[users[0].operands.index(node)]
    return abs(partial) == 1 or users[0].op in ("pow", "div", "total")


@pytest.mark.parametrize("level", LEVELS)
def test_the_numbers_come_out_well(level):
    come_out_well(level, SEEDS)


@pytest.mark.parametrize("level", LEVELS)
def test_every_exercise_can_be_solved(level, capsys):
    """With each number taken at four digits from those before."""
    for seed in range(5):
        one = exercise(level=level, seed=seed)
        quiz(one, [show(question.expected) for question in questions(one.root)])
        assert " right.\n" in capsys.readouterr().out
        judge = Judge(one.root)
        assert all(judge.judge(question, show(question.expected, 3)) for question in questions(one.root))


def named_and_never_right(level, seeds):
    """How many wrong answers get their mistake's name."""
    tried = named = 0
    for seed in seeds:
        root = exercise(level=level, seed=seed).root
        judge = Judge(root)
        for question in questions(root):
            for _, number in list(mistakes(question, judge._cotangents))[:10]:
                number, expected = float(number), float(question.expected)
                if abs(number - expected) > 1e-2 * abs(expected):
                    judgement = Judge(root).judge(question, f"{number:#.5g}")
                    assert judgement.kind == "wrong", (seed, question, number)
                    tried += 1
                    named += bool(judgement.cause)
    return tried, named


@pytest.mark.parametrize("level", [2, 5, 8])
def test_wrong_answers_get_their_mistakes_names(level):
    tried, named = named_and_never_right(level, range(1))
    assert named >= 0.9 * tried > 9


@pytest.mark.slow
@pytest.mark.parametrize("level", LEVELS)
def test_wrong_answers_of_many_exercises_get_their_mistakes_names(level):
    tried, named = named_and_never_right(level, range(20))
    assert named >= 0.9 * tried > 200


def test_the_same_seed_makes_the_same_exercise():
    one, same, other = (str(exercise(level=8, seed=seed).key) for seed in (3, 3, 4))
    assert one == same != other


def test_dead_units_where_they_are_asked_for():
    root = exercise(layers=[2, 3, 1], activations=["relu", "sigmoid"], dead=2, seed=5).root
    sums = [node.operands[0].data for node in topological_order(root) if node.op == "relu"]
    assert sorted(z > 0 for z in sums) == [False, False, True]


def test_who_takes_an_exercise(tmp_path):
    one = exercise(level=4)
    assert str(explain(one)) == str(explain(one.root))
    assert "<svg" in play(one).html
    assert one.worksheet.save(tmp_path / "a.md") != one.key.save(tmp_path / "b.md")


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"layers": [2]}, ShapeError, "number of inputs"),
        ({"layers": [2, 0]}, DomainError, "from 1 to 9"),
        ({"layers": [2, 1], "activations": ["relu", "relu"]}, ShapeError, "2 activations for 1 layers"),
        ({"layers": [2, 1], "activations": ["swish"]}, UnknownNameError, "swish"),
        ({"layers": [2, 2], "loss": ""}, ShapeError, "2 outputs need a loss"),
        ({"loss": "hinge"}, UnknownNameError, "hinge"),
        ({"level": 9}, DomainError, "from 1 to 8"),
        ({"layers": [2, 2, 1], "activations": ["relu", "sigmoid"], "dead": 3}, DomainError, "from 0 to 2"),
        ({"loss": "cross_entropy", "layers": [2, 1]}, ShapeError, "after a softmax of two"),
        ({"kind": str}, TypeError, "float or Fraction"),
    ],
)
def test_what_cannot_be_made(arguments, error, words):
    with pytest.raises(error, match=words):
        exercise(**arguments)
