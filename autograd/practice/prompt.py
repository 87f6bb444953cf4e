"""The quiz at a prompt, or over a list of answers."""

from __future__ import annotations

import sys
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from .. import arguments
from ..errors import AutogradError, StaleDataError
from ..freshness import stale
from ..notation import known_as
from ..terminal import painted
from ..value import Value
from .judging import Judge, Judgement
from .questions import Question, givens, questions

__all__ = ["quiz"]

_WIDTH = 96  # columns
_COLOURS = {"right": "green", "rounded": "green", "follows": "green", "vague": "yellow", "wrong": "red"}
_PLURAL = {"value": "values", "partial": "partials", "contribution": "contributions", "gradient": "gradients"}


def quiz(root: Any, answers: Iterable[str] | None = None, *, digits: int = 4) -> None:
    """Ask for one number of a graph after another, and say what is right, and why what is wrong is wrong.

    >>> from autograd import Value, quiz
    >>> w = Value(3.0, "w")
    >>> y = w * w; y.label = "y"
    >>> quiz(y, ["9", "3"])
    y: 2 questions, forward and then backward; h is a hint, s skips, q leaves
    given: w = 3
    1/2  y = w · w ?  9
         right
    2/2  ∂y/∂w ?  3
         no: it is 6 (only one of the ways through which it comes)
    1 of 2 right. To practise:
      gradients, 1 missed: only one of the ways through which it comes

    An answer is a number, to three digits at least, a percentage, a fraction or arithmetic: ``0.5 * 0.24``.
    One that follows from an earlier wrong one counts as right. ``answers`` are taken in place of a terminal's.
    ``root`` is a Value, or what has one as its ``.root``. Raises StaleDataError where a leaf was changed since.
    """
    root = arguments.root(root, "quiz: the root")
    digits = arguments.number_of_digits(digits, "quiz: digits")
    if stale(root):
        name = known_as(root) or "the root"
        raise StaleDataError(f"quiz: a leaf was changed after {name} had been computed; call {name}.forward() first")
    _Console(root, answers, digits).run()


class _Console:
    def __init__(self, root: Value, answers: Iterable[str] | None, digits: int) -> None:
        self.questions = questions(root, digits)
        self.judge = Judge(root, digits)
        self.answers = None if answers is None else iter(answers)
        self.missed: list[tuple[Question, Judgement | None]] = []
        self.right = self.asked = 0
        name = known_as(root) or "the graph"
        count = len(self.questions)
        self.heading = f"{name}: {count} question{'s' * (count != 1)}, forward and then backward"
        self.given = ", ".join(f"{name} = {number}" for name, number in givens(root, digits))

    def run(self) -> None:
        print(f"{self.heading}; h is a hint, s skips, q leaves")
        if self.given:
            print(textwrap.fill(f"given: {self.given}", _WIDTH, subsequent_indent=" " * 7))
        for number, question in enumerate(self.questions, start=1):
            if not self._ask(f"{number}/{len(self.questions)}  {question.asked} ?  ", question):
                break
        print(painted(self._result(), "bold", sys.stdout))

    def _ask(self, text: str, question: Question) -> bool:
        """Ask until there is a verdict; False where the user leaves."""
        hints = iter(dict.fromkeys([question.formula, question.numbers]))
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
            self.judge.tell(question)
            shown = self.judge.shown(question)
            self._say(f"it is {shown}" if question.numbers == shown else f"it is {question.numbers}, so {shown}")

    def _typed(self, text: str) -> Iterator[str]:
        while True:
            try:
                if self.answers is None:
                    typed = input(text)
                    if not sys.stdin.isatty():  # what comes from a file is not seen otherwise
                        print(typed)
                    yield typed.strip()
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
        lines = [f"{result}. To practise:"]
        for kind, count in Counter(question.kind for question, _ in self.missed).most_common():
            causes = Counter(j.cause for q, j in self.missed if q.kind == kind and j is not None and j.cause)
            named = "; ".join(cause + f" ({times} times)" * (times > 1) for cause, times in causes.most_common())
            lines.append(f"  {_PLURAL[kind]}, {count} missed" + (f": {named}" if named else ""))
        return "\n".join(lines)
