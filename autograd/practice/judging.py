"""What an answer is worth: right, right given what was answered before, or wrong, and then why.

An error that is carried on is not punished twice: an answer that follows from earlier ones counts as right.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .. import numeric
from ..errors import AutogradError
from ..graph import topological_order
from ..hand import check
from ..interpret import pull_back
from ..notation import Names, show
from ..value import Value, contributions
from .answers import ENOUGH, agrees, as_figure, is_enough, tells
from .following import Before, following
from .mistakes import misprints, mistakes
from .questions import Question

__all__ = ["Judge", "Judgement"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """``kind`` is "right", "rounded" (right, from numbers that were rounded on the way), "follows" (right, given
    earlier answers), "vague" (too few digits) or "wrong"; it is true for the first three.
    """

    kind: str
    right: str
    cause: str = ""

    def __bool__(self) -> bool:
        return self.kind in ("right", "rounded", "follows")

    def __str__(self) -> str:
        if self.kind == "right":
            return "right"
        if self.kind == "rounded":
            return f"right, from numbers rounded on the way (without that it is {self.right})"
        if self.kind == "follows":
            return f"right, given your earlier answer (with the right one it is {self.right})"
        if self.kind == "vague":
            return f"right so far; give it to {ENOUGH} significant digits"
        return f"no: it is {self.right}" + (f" ({self.cause})" if self.cause else "")


class Judge:
    """Judges the answers to one graph's questions, and remembers them."""

    def __init__(self, root: Value, digits: int = 4) -> None:
        self.root, self.digits = root, digits
        self._order = topological_order(root)
        self._names = Names.under(root)
        self._cotangents = pull_back(self._order, {root: numeric.like(root.data, 1)}, contributions)
        self._before = Before()

    def judge(self, question: Question, answer: str) -> Judgement:
        """An answer: a figure, ``50%``, ``1/3`` or arithmetic such as ``0.5 * 0.24``; FigureError for what is none."""
        text = as_figure(answer)
        judgement = self._judged(question, text)
        if judgement.kind != "vague":
            self._before.note(question, float(text), judgement.kind in ("right", "rounded"))
        return judgement

    def tell(self, question: Question) -> None:
        """Its answer was told, so that what follows starts from that."""
        self._before.note(question, float(self.shown(question)), True)

    def note(self, question: Question, text: str) -> None:
        """It was answered so, rightly from another wrong answer."""
        self._before.note(question, float(text), False)

    def shown(self, question: Question) -> str:
        """The answer, as it is told."""
        return show(question.expected, self.digits)

    def _judged(self, question: Question, text: str) -> Judgement:
        right = self.shown(question)
        if agrees(question.expected, text):
            if is_enough(question.expected, text):
                return Judgement("right", right)
            if float(text):  # of a number that is not 0, a 0 is no digit
                return Judgement("vague", right)
        for kind, number in following(question, self._cotangents, self._order, self._before, self.digits):
            if math.isfinite(number) and agrees(number, text) and is_enough(number, text):
                return Judgement(kind, right)
        return Judgement("wrong", right, self._cause(question, text))

    def _cause(self, question: Question, text: str) -> str:
        """What made the mistake: what is often done in place of this step; else what ``check`` finds."""
        for cause, number in self._mistakes(question, text):
            if agrees(number, text) and tells(number, text) and not agrees(question.expected, show(number, 12)):
                return cause
        if question.kind not in ("value", "gradient"):
            return ""
        try:
            of = "data" if question.kind == "value" else "grad"
            verdict = check(question.node, text, of=of, root=self.root)
        except AutogradError:  # a graph too large to be looked through
            return ""
        held = math.isclose(verdict.computed, question.expected, rel_tol=1e-9, abs_tol=1e-12)
        # a .grad may hold something else; and what is only consistent with a slip, or one of several, is no verdict
        sure = held and "consistent with" not in verdict.cause and "; or " not in verdict.cause
        return verdict.cause if sure else ""

    def _mistakes(self, question: Question, text: str) -> Iterator[tuple[str, Any]]:
        known = list(mistakes(question, self._cotangents, self._names))
        yield from known
        yield from misprints(question.expected, text)
        # and the same from what was answered before
        for kind, number in following(question, self._cotangents, self._order, self._before, self.digits):
            if kind == "follows":
                yield "sign reversed", -number
                yield from misprints(number, text)
        through = question.through
        arrived = self._before.gradient(through) if through is not None else None
        if arrived is not None and through is not None and self._cotangents[through]:
            ratio = arrived / float(self._cotangents[through])
            yield from ((cause, float(number) * ratio) for cause, number in known)
