"""The quiz on the page: the questions of the prompt, with the same verdicts, played to the end in a browser."""

import json
import random

import pytest
from browser import PROGRAM, Browser
from test_quiz import EXAMPLES, root_of, small

from autograd import FigureError, KindError, exercise, play
from autograd.notation import show
from autograd.practice import Judge, questions
from autograd.practice.answers import agrees, as_figure
from autograd.practice.mistakes import mistakes
from nn import MLP, losses, optim

pytestmark = [pytest.mark.browser, pytest.mark.skipif(PROGRAM is None, reason="chromium is not installed")]


@pytest.fixture(scope="module")
def browser():
    with Browser() as browser:
        yield browser


@pytest.fixture
def page(browser, tmp_path):
    """A function that opens the quiz of a graph."""

    def opened(root):
        browser.open(play(root, tmp_path / "page.html", quiz=True) and tmp_path / "page.html")
        return browser

    yield opened
    assert not browser.errors


def answered(browser, text):
    """Type an answer and press Enter; what is said."""
    browser.run(f"quiz.answer.value = {json.dumps(text)}; quiz.answer.focus(); 0")
    browser.press("Enter")
    return browser.run("document.querySelector('#quiz-said').textContent")


def answers_of(root, seed):
    """An answer to each question: right, rounded, one of its mistakes, or any."""
    rng = random.Random(seed)
    judge = Judge(root)
    for question in questions(root):
        known = [number for _, number in mistakes(question, judge._cotangents)]
        number = rng.choice([question.expected, question.expected, rng.choice(known), rng.uniform(-1, 1)])
        yield f"{float(number):#.{rng.choice((2, 3, 4, 6))}g}"


@pytest.mark.parametrize("name", EXAMPLES)
def test_all_right_to_the_end(name, page):
    root = root_of(name)
    browser = page(root)
    asked = questions(root)
    for question in asked[:80]:
        assert browser.run("quiz.question.asked") == question.asked
        assert answered(browser, show(question.expected)).endswith("right")
    if len(asked) <= 80:
        assert (
            browser.run("document.querySelector('#quiz-asked').textContent") == f"{len(asked)} of {len(asked)} right."
        )


VERDICTS = """(answers) => answers.map((answer, place) => {
  const question = quiz.questions[place];
  const judgement = quiz.judge.judge(question, answer);
  return [question.asked, judgement.kind, judgement.cause];
})"""


def same_verdicts(page, root, seeds):
    browser = page(root)
    for seed in seeds:
        answers = list(answers_of(root, seed))
        browser.run("quiz.start(); 0")
        ours = browser.run(f"({VERDICTS})({json.dumps(answers)})")
        judge = Judge(root)
        for question, answer, (asked, kind, cause) in zip(questions(root), answers, ours, strict=True):
            judgement = judge.judge(question, answer)
            assert (question.asked, judgement.kind) == (asked, kind), (question, answer)
            if cause:  # what only check finds has no name on the page
                assert judgement.cause == cause


@pytest.mark.parametrize("name", ["neuron", "two_weights"])
def test_the_same_verdicts_as_at_the_prompt(name, page):
    same_verdicts(page, root_of(name), range(6))


def test_the_same_verdicts_on_an_exercise(page):
    same_verdicts(page, exercise(level=8, seed=1).root, range(3))


@pytest.mark.slow
@pytest.mark.parametrize("level", range(1, 9))
def test_the_same_verdicts_on_many_exercises(level, page):
    for seed in range(5):
        same_verdicts(page, exercise(level=level, seed=seed).root, range(10))


WRITTEN = [
    "0.5", "1/2", "50%", "59.87 %", "0.5*0.24", "0.5·0.24", "(1+2)/3", "-(2)**2", "2^3", "1.2×10^-3", "1.2·10⁻³",
    "= 0.4", "−0.60", "1e-7*3", "123456*2", "x", "", "0,5", "1/0", "1e999", "(1", "1 2", "alert(1)", "2**-1", "99.96+0",
]  # fmt: skip


def test_answers_are_read_as_at_the_prompt(page):
    browser = page(small())
    ours = browser.run(f"{json.dumps(WRITTEN)}.map(asFigure)")
    for text, figure in zip(WRITTEN, ours, strict=True):
        try:
            expected = as_figure(text)
        except FigureError:
            expected = None
        if expected is None or figure is None:
            assert figure == expected, text
        else:
            assert float(figure) == float(expected), text
            assert agrees(float(figure), expected)


SEEN = """[...document.querySelectorAll('#picture text, #now')]
  .filter((text) => getComputedStyle(text).visibility === 'visible').map((text) => text.textContent).join(' ')"""


def test_nothing_is_seen_before_it_is_asked(page):
    root = small()
    browser = page(root)
    told = set()
    for question in questions(root):
        seen = browser.run(SEEN)
        answer = show(question.expected)
        if question.kind != "partial" and len(answer) > 4 and answer not in told:
            assert answer not in seen
        told.add(answer)
        answered(browser, answer)


def test_hints_skips_and_what_to_practise(page):
    browser = page(small())
    assert answered(browser, "") == "0.8 · 0.5 + 0.1"
    assert "Expected a number" in answered(browser, "x")
    assert "the bias left out" in answered(browser, "0.4")
    assert "right, given your earlier answer" in answered(browser, "0.599")
    browser.click("#quiz-skip")
    for _ in range(20):
        browser.run("$('quiz-skip').hidden || $('quiz-skip').click(); 0")
    told = browser.run("document.querySelector('#quiz-asked').textContent")
    assert told.startswith("1 of 11 right. To practise:")
    browser.click("#quiz-open")
    assert browser.run("document.querySelector('#quiz').hidden")


def test_a_page_without_a_quiz_has_none(tmp_path):
    assert "class Quiz" not in play(small()).html


def test_a_training_has_none():
    model = MLP(1, [1])
    with pytest.raises(KindError, match="of a graph"):
        play(model, data=[([1.0], [1.0])], loss=losses.mse, optimizer=optim.SGD(model.parameters(), lr=0.1), quiz=True)
