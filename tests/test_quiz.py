"""The quiz: what is asked, what an answer is worth, and what its mistake is called; at the prompt and in a terminal."""

import os
import random
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from importlib import import_module
from pathlib import Path

import pytest

from autograd import FigureError, StaleDataError, Value, check, debug, exercise, quiz, sigmoid, weighted_sum
from autograd.notation import show
from autograd.practice import Judge, questions
from autograd.practice.mistakes import mistakes
from demos.__main__ import EXAMPLES

ROOT = Path(__file__).parent.parent


def root_of(name):
    return list(import_module(f"demos.{name}").EXAMPLE.values().values())[-1]


def small():
    x, w, b = Value(0.5, "x"), Value(0.8, "w"), Value(0.1, "b")
    z = weighted_sum([w], [x], b)
    z.label = "z"
    a = sigmoid(z)
    a.label = "a"
    loss = (a - 1) ** 2
    loss.label = "loss"
    return loss


def named(root, name):
    [question] = [question for question in questions(root) if question.asked.split(" = ")[0] == name]
    return question


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_documents_networks_are_answered_right_to_the_end(name, capsys):
    root = root_of(name)
    answers = [show(question.expected) for question in questions(root)]
    quiz(root, answers)
    assert f"\n{len(answers)} of {len(answers)} right.\n" in capsys.readouterr().out


@pytest.mark.parametrize("name", EXAMPLES)
def test_numbers_rounded_on_the_way_are_never_called_wrong(name):
    """Each answer is worked out from the answers before it, at four digits."""
    root = root_of(name)
    judge = Judge(root)
    for question in questions(root):
        assert judge.judge(question, show(question.expected, 4))


def wrong_answers(root, most, seed):
    """(question, the figure, what the mistake is called), drawn from all mistakes at all questions."""
    judge = Judge(root)
    found = []
    for question in questions(root):
        for cause, number in mistakes(question, judge._cotangents):
            text = f"{float(number):#.6g}"
            if abs(float(number) - float(question.expected)) > 1e-3 * abs(float(question.expected)):
                found.append((question, text, cause))
    return random.Random(seed).sample(found, min(most, len(found)))


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_wrong_answer_is_never_right_and_its_mistake_is_named(name, most=40):
    root = root_of(name)
    wrong = wrong_answers(root, most, seed=1)
    named = 0
    for question, text, cause in wrong:
        judgement = Judge(root).judge(question, text)
        assert judgement.kind == "wrong", (question.asked, question.expected, text, cause)
        named += bool(judgement.cause)
    assert named >= 0.9 * len(wrong)


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
def test_every_wrong_answer_is_found(name):
    test_a_wrong_answer_is_never_right_and_its_mistake_is_named(name, most=2000)


@pytest.mark.parametrize(
    ("name", "answer", "cause"),
    [
        ("loss", "-0.1425", "sign reversed"),
        ("a", "0.5", "sigmoid left out"),
        ("z", "0.4", "the bias left out"),
        ("∂loss/∂z", "-0.755", "the derivative of sigmoid left out"),
        ("∂loss/∂w", "-0.142", "the partial with respect to x"),
        ("∂loss/∂w", "0.5", "the partial alone, without the gradient that arrives"),
        ("∂loss/∂b", "-0.1747", "two digits exchanged, -0.1747 for -0.1774"),
        ("∂loss/∂b", "-1.774", "the decimal point shifted"),
        ("∂a/∂z", "0.25", "the derivative of sigmoid with what is under it in place of its output"),
    ],
)
def test_what_a_mistake_is_called(name, answer, cause):
    root = small()
    judgement = Judge(root).judge(named(root, name), answer)
    assert judgement.kind == "wrong"
    assert judgement.cause.startswith(cause), judgement


def test_only_one_of_two_ways():
    w = Value(3.0, "w")
    a, b = w * 2, w * 5
    y = a * b
    y.label = "y"
    judge = Judge(y)
    assert judge.judge(named(y, "∂y/∂w"), "30").cause == "only one of the ways through which it comes"


def test_an_error_is_not_punished_twice_and_a_second_one_is():
    root = small()
    judge = Judge(root)
    assert judge.judge(named(root, "z"), "0.4").kind == "wrong"
    assert judge.judge(named(root, "a"), "0.599").kind == "follows"
    assert judge.judge(named(root, "∂a/∂z"), "0.240").kind == "follows"
    assert judge.judge(named(root, "∂loss/∂z"), "0.192").cause == "sign reversed"
    assert judge.judge(named(root, "∂loss/∂b"), "0.192").kind == "follows"
    assert judge.judge(named(root, "∂loss/∂w"), "-0.0960").kind == "wrong"


def test_after_a_wrong_answer_the_right_one_counts_as_right():
    root = small()
    judge = Judge(root)
    assert not judge.judge(named(root, "z"), "0.4")
    assert judge.judge(named(root, "a"), "0.6225").kind == "right"
    assert judge.judge(named(root, "∂loss/∂z"), "-0.177").kind == "right"


def test_a_zero_and_one_digit_are_no_right_answers():
    root = small()
    question = named(root, "∂loss/∂w")  # -0.0887
    for answer in ("0", "0.0", "-0.00", "0.000"):
        assert Judge(root).judge(question, answer).kind == "wrong"
    assert Judge(root).judge(question, "-0.09").kind == "vague"
    assert Judge(root).judge(question, "-0.0887").kind == "right"
    assert Judge(root).judge(question, "-0.177*0.5").kind == "rounded"


@pytest.mark.parametrize("answer", ["x", "0,5", "", "1/0", "1e999", "10**999", "nan", "½", "w*x", "__import__('os')"])
def test_what_is_no_number_is_asked_again(answer, capsys):
    root = small()
    with pytest.raises(FigureError):
        Judge(root).judge(named(root, "z"), answer)
    quiz(root, [answer or "h", "0.5"])
    assert "     right\n" in capsys.readouterr().out


@pytest.mark.parametrize("answer", ["1/2", "50%", "5·10⁻¹", "0.25 + 1/4", "= 0.5", "+0.50", "0.5"])
def test_ways_of_writing_a_half(answer):
    root = small()
    assert Judge(root).judge(named(root, "z"), answer).kind == "right"


def test_stale_numbers_are_refused():
    root = small()
    x = named(root, "∂loss/∂x").node
    x.data = 7.0
    with pytest.raises(StaleDataError, match=r"loss\.forward\(\)"):
        quiz(root)


def test_a_quiz_leaves_the_graph_as_it_was():
    root = small()
    root.backward()
    before = [(question.node.data, question.node.grad) for question in questions(root)]
    quiz(root, ["1"] * 20)
    assert before == [(question.node.data, question.node.grad) for question in questions(root)]
    assert check(root, show(root.data))


def test_numbers_of_other_kinds():
    for kind in (Fraction, Decimal):
        w, x = Value(kind("0.5"), "w"), Value(kind("3"), "x")
        y = (w * x + 1) ** 2
        y.label = "y"
        judge = Judge(y)
        assert all(judge.judge(question, show(float(question.expected))).kind == "right" for question in questions(y))
        assert Judge(y).judge(named(y, "∂y/∂x"), "15").cause == "the partial with respect to the other operand"


def test_in_a_terminal():
    pexpect = pytest.importorskip("pexpect")
    program = "from test_quiz import small; from autograd import quiz; quiz(small())"
    plain = {**os.environ, "TERM": "dumb", "PYTHONIOENCODING": "utf-8", "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    child = pexpect.spawn(sys.executable, ["-c", program], cwd=ROOT, env=plain, encoding="utf-8", timeout=20)
    for answer, expected in (
        ("0.4", "no: it is 0.5 (the bias left out)"),
        ("h", "σ(z) = 1 / (1 + e⁻ᶻ)"),
        ("0.599", "right, given your earlier answer"),
        ("q", "1 of 2 right. To practise:"),
    ):
        child.expect_exact(" ?  ")
        child.sendline(answer)
        child.expect_exact(expected)
    child.expect(pexpect.EOF)
    child.close()


def test_in_the_debugger(capsys):
    debug(small(), ["n", "quiz", "0.4", "h", "0.599", "q", "p z.data", "q"])
    out = capsys.readouterr().out
    assert "the bias left out" in out
    assert "right, given your earlier answer" in out
    assert out.endswith("(step) p z.data\n0.5\n(step) q\nleft at 1 of 9: the graph is as it was before\n")


def test_hints_say_what_a_condition_is_and_what_a_softmax_is():
    root = exercise(level=8, seed=1).root
    asked = {question.asked: question.formula for question in questions(root)}
    assert [asked[name] for name in asked if name.startswith("∂a¹₂/∂z¹₂")] == [
        "[z¹₂ > 0], where [ ] is 1 if it holds, and 0 if not"
    ]
    assert not [text for text in asked.values() if "softmax[" in text and "if it holds" in text]
    assert any(text.startswith("ln of a probability") for text in asked.values())


def test_the_probability_without_the_one_of_the_true_class():
    root = exercise(level=8, seed=1).root
    judge = Judge(root)
    assert judge.judge(named(root, "∂L/∂z²₁"), "0.4502").cause.startswith("the probability itself, without the 1")


def test_answers_from_a_file_are_seen():
    program = "from test_quiz import small; from autograd import quiz; quiz(small())"
    done = subprocess.run(
        [sys.executable, "-c", program], input="0.5\nq\n", capture_output=True, text=True, check=True, cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"},
    )  # fmt: skip
    assert "z = w · x + b ?  0.5\n     right\n" in done.stdout
