"""The questions of a graph as data, with their mistakes worked out: for a page, whose script judges by them."""

from __future__ import annotations

import math
from typing import Any

from ..graph import topological_order
from ..interpret import pull_back
from ..notation import Names, show
from ..numeric import like
from ..value import Value, contributions
from .mistakes import mistakes
from .questions import givens, questions

__all__ = ["quiz_record"]


def quiz_record(root: Value, digits: int = 4) -> dict[str, Any]:
    """What is given, and each question with its answer and the numbers that its mistakes give.

    >>> w = Value(3.0, "w")
    >>> y = w * w; y.label = "y"
    >>> record = quiz_record(y)
    >>> record["given"], record["questions"][1]["asked"], record["questions"][1]["mistakes"][1]
    ('w = 3', '∂y/∂w', ['only one of the ways through which it comes', 3.0])

    A node is its place in the topological order, which is the page's.
    """
    order = topological_order(root)
    place = {node: index for index, node in enumerate(order)}
    names = Names.under(root)
    cotangents = pull_back(order, {root: like(root.data, 1)}, contributions)
    asked: list[dict[str, Any]] = []
    for question in questions(root, digits):
        known = [(cause, _as_float(number)) for cause, number in mistakes(question, cotangents, names)]
        asked.append({
            "kind": question.kind,
            "node": place[question.node],
            "through": None if question.through is None else place[question.through],
            "asked": question.asked,
            "hints": list(dict.fromkeys([question.formula, question.numbers])),
            "expected": _as_float(question.expected),
            "shown": show(question.expected, digits),
            "mistakes": [[cause, number] for cause, number in known if math.isfinite(number)],
        })  # fmt: skip
    given = ", ".join(f"{name} = {number}" for name, number in givens(root, digits))
    return {"given": given, "questions": [question for question in asked if math.isfinite(question["expected"])]}


def _as_float(number: Any) -> float:
    try:
        return float(number)
    except (TypeError, OverflowError, ValueError):
        return math.nan
