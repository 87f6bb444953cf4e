"""What would be right given earlier answers: the rest of the calculation done again from what was answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ..errors import AutogradError
from ..interpret import contributions_at, evaluate, pull_back
from ..notation import show
from ..value import Value
from .answers import ENOUGH
from .questions import Question

__all__ = ["Before", "following"]

_Term = tuple[Value, Any, Any]  # operand, partial, contribution
# (kind, node, through), as a question has them
Place = tuple[str, Value, "Value | None"]


class Before:
    """What was answered before: the number that was given, and the one that was right."""

    def __init__(self) -> None:
        self._given: dict[Place, tuple[float, float, bool]] = {}

    def note(self, question: Question, number: float, is_right: bool) -> None:
        place = (question.kind, question.node, question.through)
        self._given[place] = number, _as_float(question.expected), is_right

    def gradient(self, node: Value) -> float | None:
        """What was answered for it."""
        return next((x for (kind, at, _), (x, _, _) in self._given.items() if kind == "gradient" and at is node), None)

    def starts(self, question: Question) -> Iterator[tuple[str, dict[Place, float]]]:
        """The numbers that someone may have gone on from, first those without a mistake: ("rounded", …).

        Of a wrong answer it may be the number that was told; of a right one, what was answered or more digits.
        """
        own = (question.kind, question.node, question.through)
        before = {place: found for place, found in self._given.items() if place != own}
        wrong_kinds = {place[0] == "value" for place, (_, _, is_right) in before.items() if not is_right}
        choices = [{True, False} - told for told in ({True, False}, set(), {True}, {False})]
        for carried in choices:  # of values (True) and of gradients (False), which wrong answers are kept
            if carried and not carried & wrong_kinds:
                continue
            for as_written in (True, False):
                yield (
                    "follows" if carried else "rounded",
                    {
                        place: number if (as_written if is_right else (place[0] == "value") in carried) else right
                        for place, (number, right, is_right) in before.items()
                    },
                )


def following(
    question: Question, cotangents: Mapping[Value, Any], order: Sequence[Value], before: Before, digits: int
) -> Iterator[tuple[str, float]]:
    """Each number that is right from what was there before, as ("rounded" or "follows", the number).

    Rounded: from the numbers as they are shown, or as they were answered where that was right. It follows: from
    wrong answers, from wrong values only or from wrong gradients only, as the right one was told each time.
    """
    ways: list[int | None] = [None, digits, ENOUGH]
    for rounded in ways[1:]:
        yield from _numbers("rounded", question, _Again(cotangents, order, {}, rounded))
    for kind, answered in before.starts(question):
        for rounded in ways:
            yield from _numbers(kind, question, _Again(cotangents, order, answered, rounded))


def _numbers(kind: str, question: Question, again: _Again) -> Iterator[tuple[str, float]]:
    try:
        yield kind, float(again.number(question))
    except (AutogradError, ArithmeticError, ValueError, TypeError):  # a wrong answer may lead out of a domain
        return


def _as_float(number: Any) -> float:
    try:
        return float(number)
    except (TypeError, OverflowError):
        return float("nan")


class _Again:
    """One graph, with some answers in the place of what is computed, and the rest as it is shown to some digits."""

    def __init__(
        self,
        cotangents: Mapping[Value, Any],
        order: Sequence[Value],
        answered: Mapping[Place, float],
        digits: int | None,
    ) -> None:
        self.order, self.answered = order, answered
        self.values = {node: _as_float(node.data) for node in order if not node.op}
        self.given: dict[Value, float] = {}
        if digits is not None:
            self.values = {node: float(show(_as_float(node.data), digits)) for node in order}
            self.given = {node: float(show(_as_float(number), digits)) for node, number in cotangents.items()}
        self.values |= {node: number for (kind, node, _), number in answered.items() if kind == "value"}
        self.given |= {node: number for (kind, node, _), number in answered.items() if kind == "gradient"}

    def number(self, question: Question) -> Any:
        node, through = question.node, question.through
        if question.kind == "value":
            return evaluate(self.order, {x: number for x, number in self.values.items() if x is not node})[node]
        terms = self._terms(contributions_at(evaluate(self.order, self.values)))
        if question.kind == "partial":
            assert through is not None
            return sum(term for operand, _, term in terms(through, 1.0) if operand is node)
        given = {x: number for x, number in self.given.items() if x is not node}

        def given_terms(user: Value, cotangent: Any) -> Any:
            return terms(user, given.get(user, cotangent))

        arrived = pull_back(self.order, {self.order[-1]: 1.0}, given_terms)
        if question.kind == "gradient":
            return arrived[node]
        assert through is not None
        return sum(term for operand, _, term in given_terms(through, arrived[through]) if operand is node)

    def _terms(self, contributions: Callable[[Value, Any], Any]) -> Callable[[Value, Any], list[_Term]]:
        """The contributions of a node, in which answered partials and contributions have their places."""

        def terms(user: Value, cotangent: Any) -> list[_Term]:
            found: dict[Value, Any] = {}
            for operand, _, term in contributions(user, cotangent):
                found[operand] = found[operand] + term if operand in found else term
            for operand in found:
                if ("contribution", operand, user) in self.answered:
                    found[operand] = self.answered["contribution", operand, user]
                elif ("partial", operand, user) in self.answered:
                    found[operand] = cotangent * self.answered["partial", operand, user]
            return [(operand, None, term) for operand, term in found.items()]

        return terms
