"""What an answer is worth: right, right given what was answered before, or wrong, and then why.

An error that is carried on is not punished twice: an answer that follows from earlier ones counts as right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import AutogradError, FigureError
from ..graph import topological_order
from ..hand import check
from ..interpret import contributions_at, evaluate, pull_back
from ..notation import show
from ..stepping import Expression
from ..value import Value, contributions
from .questions import Question

__all__ = ["Judge", "Judgement"]

_ENOUGH = 3  # significant digits of an answer, where the number has as many


@dataclass(frozen=True, slots=True)
class Judgement:
    """``kind`` is "right", "follows" (right, given earlier answers), "vague" (too few digits) or "wrong"."""

    kind: str
    right: str
    cause: str = ""

    def __bool__(self) -> bool:
        return self.kind in ("right", "follows")

    def __str__(self) -> str:
        if self.kind == "right":
            return "right"
        if self.kind == "follows":
            return f"right, given your earlier answer (exactly it is {self.right})"
        if self.kind == "vague":
            return f"right so far; give it to {_ENOUGH} digits"
        return f"no: it is {self.right}" + (f" ({self.cause})" if self.cause else "")


class Judge:
    """Judges the answers to one graph's questions, and remembers them."""

    def __init__(self, root: Value, digits: int = 4) -> None:
        self.root, self.digits = root, digits
        self._order = topological_order(root)
        self._values: dict[Value, Any] = {}  # what was answered, where that was wrong
        self._cotangents: dict[Value, Any] = {}

    def judge(self, question: Question, answer: str) -> Judgement:
        """An answer: a figure, ``50%``, ``1/3`` or arithmetic such as ``0.5 * 0.24``; FigureError for what is none."""
        text = self._as_figure(question, answer)
        right = self.shown(question)
        if self._agrees(question.expected, text):
            return Judgement("right" if _is_enough(question.expected, text) else "vague", right)
        judgement = self._of_a_wrong_one(question, text, right)
        if question.kind == "value":
            self._values[question.node] = float(text)
        elif question.kind == "gradient":
            self._cotangents[question.node] = float(text)
        return judgement

    def shown(self, question: Question) -> str:
        """The answer, as it is told."""
        return show(question.expected, self.digits)

    def _of_a_wrong_one(self, question: Question, text: str, right: str) -> Judgement:
        if any(self._agrees(number, text) for number in self._following(question)):
            return Judgement("follows", right)
        return Judgement("wrong", right, self._cause(question, text))

    def _as_figure(self, question: Question, answer: str) -> str:
        """The answer as one decimal number; arithmetic to as many digits as rounded operands leave."""
        plain = answer.strip().replace("−", "-").replace("·", "*").replace("×", "*").rstrip(".")
        percent = plain.endswith("%")
        plain = plain.removesuffix("%").strip()
        try:
            if not percent:
                check(0.0, plain)
                return plain
        except FigureError:
            pass
        number = Expression(plain or " ", {}).value({})
        return f"{float(number) / (100 if percent else 1):.{_ENOUGH}g}"

    def _agrees(self, number: Any, text: str) -> bool:
        try:
            return bool(check(number, text))
        except (AutogradError, ArithmeticError):  # a number that has no decimals
            return False

    def _following(self, question: Question) -> Iterator[Any]:
        """What would be right given earlier answers; and from operands that were rounded as they are shown."""
        for values, cotangents in ((self._values, self._cotangents), (self._rounded_values(question), {})):
            try:
                yield self._given(question, values, cotangents)
            except (AutogradError, ArithmeticError, ValueError):  # a wrong answer may lead out of a domain
                continue

    def _rounded_values(self, question: Question) -> dict[Value, Any]:
        shown = {node: show(node.data, self.digits) for node in self._order if isinstance(node.data, float)}
        rounded = {node: float(text) for node, text in shown.items() if node is not question.node or not node.op}
        return {**rounded, **self._values} if question.kind == "value" else rounded

    def _given(self, question: Question, values: dict[Value, Any], cotangents: dict[Value, Any]) -> Any:
        known = {node: number for node, number in values.items() if node is not question.node or not node.op}
        found = evaluate(self._order, known)
        if question.kind == "value":
            return found[question.node]
        terms = contributions_at(found)
        if question.kind == "partial":
            return sum(part for operand, part, _ in terms(question.through, 1.0) if operand is question.node)  # type: ignore[arg-type]
        below = {node: number for node, number in cotangents.items() if node is not question.node}

        def given_terms(node: Value, cotangent: Any) -> Iterable[tuple[Value, Any, Any]]:
            return terms(node, below.get(node, cotangent))

        if question.kind == "contribution":
            arrived = pull_back(self._order, {self.root: 1.0}, given_terms)
            through = question.through
            assert through is not None
            own = below.get(through, arrived[through])
            return sum(term for operand, _, term in terms(through, own) if operand is question.node)
        return pull_back(self._order, {self.root: 1.0}, given_terms)[question.node]

    def _cause(self, question: Question, text: str) -> str:
        """What made the mistake: as ``check`` knows it, or what is often done in place of this step."""
        for cause, number in self._mistakes(question):
            if number != question.expected and self._agrees(number, text):
                return cause
        if question.kind in ("value", "gradient"):
            of = "data" if question.kind == "value" else "grad"
            try:
                return check(question.node, text, of=of, root=self.root).cause
            except AutogradError:  # a graph too large to be looked through
                return ""
        return check(question.expected, text).cause

    def _mistakes(self, question: Question) -> Iterator[tuple[str, Any]]:
        yield "sign reversed", -question.expected
        through, node = question.through, question.node
        if question.kind == "value":
            return
        if through is None:
            found = pull_back(self._order, {self.root: 1.0}, contributions)
            for user in found:
                terms = contributions(user, found[user])
                one_way = sum(term for operand, _, term in terms if operand is node)
                yield "only one of the ways through which it comes", one_way
            return
        own = pull_back(self._order, {self.root: 1.0}, contributions)[through]
        factor = 1.0 if question.kind == "partial" else own
        row = through.primitive
        if row is not None and row.activation:
            yield f"the derivative of {through.op} left out", factor
            yield f"{through.op} itself, in place of its derivative", factor * through.data
        partials = [part for part in through.partials if isinstance(part, (int, float))]
        for operand, part in zip(through.operands, partials):
            if operand is node:
                yield "only one of the ways through which it comes", factor * part
            else:
                yield "the partial with respect to the other operand", factor * part
        if question.kind == "gradient":
            yield "the partial alone, without the gradient that arrives", sum(
                part for operand, part in zip(through.operands, partials) if operand is node
            )
            yield "the gradient that arrives, without the partial", own


def _is_enough(expected: Any, text: str) -> bool:
    """Does an answer have the digits to be told from a guess, or all that there are?"""
    digits = text.lstrip("+-0.").partition("e")[0].replace(".", "")
    return len(digits) >= _ENOUGH or float(text) == float(expected) or show(expected, _ENOUGH) == text.lstrip("+")
