"""Marking: the first wrong line, what is right given that one, the cause; of one sheet, and of a class."""

import csv
import math
import random

import pytest

from autograd import UnknownNameError, Value, exercise, mark, mark_class, worksheet
from autograd.notation import show


def right_answers(sheet):
    return {row.name.split(" = ")[0]: row.answer for _, rows in sheet.key.rows() for row in rows}


@pytest.fixture(scope="module")
def net():
    """σ(w · x + b), half the squared error, and an update: written out below as a person would."""
    return exercise(level=5, seed=3, rate=0.5)


@pytest.mark.parametrize("level", range(1, 9))
def test_the_key_has_all_points(level):
    one = exercise(level=level, seed=2)
    marks = mark(one, right_answers(one.worksheet))
    assert marks.points == marks.most > 0
    assert marks.first is None
    assert str(marks).endswith(f"{marks.most} of {marks.most} points")


def test_an_empty_sheet_has_none():
    one = exercise(level=8)
    marks = mark(one, one.worksheet.markdown())
    assert marks.points == 0
    assert {line.kind for line in marks} == {"blank"}
    assert mark(one, {}).points == 0


def worked_out(names, leaf, slip=None):
    """The calculation of a neuron by hand, to six digits, with one slip made and carried on."""
    made = {}

    def note(name, number, **slips):
        made[name] = slips[slip](number) if slip in slips else number
        return made[name]

    x1, x2, w1, w2, b, t = (leaf[name] for name in ("x₁", "x₂", "w₁", "w₂", "b", "t"))
    z = note("z", w1 * x1 + w2 * x2 + b, bias=lambda z: z - b)
    a = note("a", 1 / (1 + math.exp(-z)), activation=lambda a: z)
    error = a - t
    note("L", error**2 / 2, half=lambda loss: 2 * loss)
    da = note("∂L/∂a", error, sign=lambda e: -e)
    d = note("δ", da * a * (1 - a), derivative=lambda d: da)
    note("∂L/∂w₁", d * x1, operand=lambda g: d * w1)
    note("∂L/∂w₂", d * x2)
    note("∂L/∂b", d)
    note("∂L/∂x₁", d * w1)
    note("∂L/∂x₂", d * w2)
    note("∂L/∂t", -error)
    rate = 0.5
    for name, number in (("w₁", w1), ("w₂", w2), ("b", b)):
        gradient = made[f"∂L/∂{name}"]
        note(f"{name}, new", number - rate * gradient, **{f"ascent {name}": lambda n, g=gradient: n + 2 * rate * g})
    return {name: f"{made[name]:.6g}" for name in names}


SLIPS = {
    "bias": ("z", "the bias left out"),
    "activation": ("a", "sigmoid left out"),
    "half": ("L", ""),
    "sign": ("∂L/∂a", "sign reversed"),
    "derivative": ("δ", "the derivative of sigmoid left out"),
    "operand": ("∂L/∂w₁", "the partial with respect to x₁"),
    "ascent w₁": ("w₁, new", "added, where it is to be subtracted"),
}


def leaves_of(one):
    return {name: float(number) for name, number in one.worksheet.given}


@pytest.mark.parametrize("slip", SLIPS)
def test_one_slip_costs_one_point(net, slip):
    answers = worked_out(list(right_answers(net.worksheet)), leaves_of(net), slip)
    marks = mark(net, answers)
    line, cause = SLIPS[slip]
    assert marks.first.name == line
    assert marks.points == marks.most - 1, marks
    assert marks.first.cause.startswith(cause)


def test_a_class_of_thirty(net, tmp_path):
    """Each with one injected mistake, or none: the first wrong line, the points and the cause against the truth."""
    rng = random.Random(5)
    names = list(right_answers(net.worksheet))
    made = {f"pupil {number}": rng.choice([None, *SLIPS]) for number in range(30)}
    path = tmp_path / "class.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["name", *names])
        for name, slip in made.items():
            writer.writerow([name, *worked_out(names, leaves_of(net), slip).values()])
    marked = mark_class(net, path)
    for name, slip in made.items():
        marks = marked[name]
        assert marks.points == marks.most - (slip is not None)
        assert (marks.first.name if marks.first else None) == (SLIPS[slip][0] if slip else None)
        if slip:
            assert marks.first.cause.startswith(SLIPS[slip][1])
    counts = [list(made.values()).count(slip) for slip in SLIPS]
    assert marked.missed()[0][1] == max(counts)
    assert f"most often wrong: {marked.missed()[0][0]} ({max(counts)})" in str(marked)


def test_two_slips_cost_two_points(net):
    answers = worked_out(list(right_answers(net.worksheet)), leaves_of(net), "bias")
    answers["∂L/∂b"] = f"{-float(answers['∂L/∂b']):.6g}"
    answers["b, new"] = f"{leaves_of(net)['b'] - 0.5 * float(answers['∂L/∂b']):.6g}"
    marks = mark(net, answers)
    assert [line.name for line in marks if line.kind == "wrong"] == ["z", "∂L/∂b"]
    assert [line.cause for line in marks if line.kind == "wrong"] == ["the bias left out", "sign reversed"]


def test_a_wrong_probability_is_punished_once():
    one = exercise(level=8, seed=1)
    answers = right_answers(one.worksheet)
    [first, second] = [
        row.name for heading, rows in one.worksheet.rows() for row in rows if heading.endswith("softmax")
    ]
    answers[first], answers[second] = answers[second], answers[first]
    marks = mark(one, answers)
    assert [line.kind for line in marks if line.name in (first, second)] == ["wrong", "wrong"]
    assert all(line.cause == "the probability of another" for line in marks if line.name in (first, second))


def test_a_filled_sheet_of_markdown(net):
    text = net.worksheet.markdown()
    lines = iter(right_answers(net.worksheet).values())
    filled = "\n".join(
        line.rsplit("|", 2)[0] + f"| {next(lines)} |" if r"\_" in line else line for line in text.splitlines()
    )
    assert mark(net, filled).points == len(right_answers(net.worksheet))


def test_few_digits_half_a_point_and_no_number_none():
    w = Value(1 / 3, "w")
    y = w * w
    y.label = "y"
    marks = mark(worksheet(y), {"y": "0.1", "∂y/∂w": "two"})
    assert [(line.kind, line.points) for line in marks] == [("vague", 0.5), ("unread", 0)]
    assert marks.first.name == "∂y/∂w"
    assert mark(worksheet(y), {"y": show(1 / 9), "∂y/∂w": "2/3"}).points == 2


def test_what_is_refused(net):
    with pytest.raises(UnknownNameError, match="no line is called 'q'"):
        mark(net, {"q": "1"})
    with pytest.raises(TypeError, match="a worksheet, or an exercise"):
        mark(3, {})
