"""The quiz at a prompt, or over a list of answers."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator

from .. import arguments
from ..errors import AutogradError
from ..notation import known_as
from ..terminal import painted
from ..value import Value
from .judging import Judge, Judgement
from .questions import Question, questions

__all__ = ["quiz"]

_COLOURS = {"right": "green", "follows": "green", "vague": "yellow", "wrong": "red"}
_PLURAL = {"value": "values", "partial": "partials", "contribution": "contributions", "gradient": "gradients"}


def quiz(root: Value, answers: Iterable[str] | None = None, *, digits: int = 4) -> None:
    """Ask for one number of a graph after another, and say what is right, and why what is wrong is wrong.

    >>> from autograd import Value, quiz
    >>> w = Value(3.0, "w")
    >>> y = w * w; y.label = "y"
    >>> quiz(y, ["9", "3"])
    y: 2 questions, forward and then backward; h is a hint, s skips, q leaves
    1/2  y = w · w ?  9
         right
    2/2  ∂y/∂w ?  3
         no: it is 6 (only one of the ways through which it comes)
    1 of 2 right. To practise: gradients (only one of the ways through which it comes)

    An answer is a number, to three digits at least, a percentage, a fraction or arithmetic: ``0.5 * 0.24``.
    One that follows from an earlier wrong one counts as right. ``answers`` are taken in place of a terminal's.
    """
    arguments.value(root, "quiz: the root")
    _Console(root, answers, digits).run()


class _Console:
    def __init__(self, root: Value, answers: Iterable[str] | None, digits: int) -> None:
        self.questions = questions(root, digits)
        self.judge = Judge(root, digits)
        self.answers = None if answers is None else iter(answers)
        self.missed: list[tuple[Question, Judgement | None]] = []
        self.right = self.asked = 0
        name = known_as(root) or "the graph"
        self.heading = f"{name}: {len(self.questions)} questions, forward and then backward"

    def run(self) -> None:
        print(f"{self.heading}; h is a hint, s skips, q leaves")
        for number, question in enumerate(self.questions, start=1):
            if not self._ask(f"{number}/{len(self.questions)}  {question.asked} ?  ", question):
                break
        print(painted(self._result(), "bold", sys.stdout))

    def _ask(self, text: str, question: Question) -> bool:
        """Ask until there is a verdict; False where the user leaves."""
        hints = iter([question.formula, question.numbers])
        for answer in self._typed(text):
            if answer == "q":
                return False
            if answer in ("h", ""):
                self._say(next(hints, "there is no further hint; s shows the answer"))
                continue
            judgement = None if answer == "s" else self._judged(question, answer)
            if judgement is None and answer != "s":
                continue
            self._count(question, judgement)
            return True
        return False

    def _judged(self, question: Question, answer: str) -> Judgement | None:
        try:
            judgement = self.judge.judge(question, answer)
        except AutogradError as error:
            self._say(f"*** {error}")
            return None
        self._say(str(judgement), _COLOURS[judgement.kind])
        return None if judgement.kind == "vague" else judgement

    def _count(self, question: Question, judgement: Judgement | None) -> None:
        self.asked += 1
        if judgement:
            self.right += 1
            return
        self.missed.append((question, judgement))
        if judgement is None:
            self._say(f"it is {question.numbers} = {self.judge.shown(question)}")

    def _typed(self, text: str) -> Iterator[str]:
        while True:
            try:
                if self.answers is None:
                    yield input(text).strip()
                    continue
                answer = next(self.answers, None)
                if answer is None:
                    return
                print(f"{text}{answer}")
                yield answer.strip()
            except (EOFError, KeyboardInterrupt):
                print()
                return

    def _say(self, text: str, colour: str = "") -> None:
        print(f"     {painted(text, colour, sys.stdout) if colour else text}")

    def _result(self) -> str:
        if not self.asked:
            return "nothing was answered"
        result = f"{self.right} of {self.asked} right"
        if not self.missed:
            return f"{result}."
        missed = Counter(question.kind for question, _ in self.missed)
        causes = {kind: _causes(kind, self.missed) for kind in missed}
        return f"{result}. To practise: " + ", ".join(_PLURAL[kind] + causes[kind] for kind, _ in missed.most_common())


def _causes(kind: str, missed: list[tuple[Question, Judgement | None]]) -> str:
    found = dict.fromkeys(j.cause for question, j in missed if question.kind == kind and j is not None and j.cause)
    return f" ({', '.join(found)})" if found else ""
