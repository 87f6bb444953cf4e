"""Marking: filled-in worksheets judged line by line, with the errors that are carried on counted once.

>>> from autograd import Value, mark, worksheet
>>> x, w = Value(0.5, "x"), Value(0.8, "w")
>>> z = x * w; z.label = "z"
>>> loss = (z - 1) ** 2; loss.label = "L"
>>> print(mark(worksheet(loss), {"z": "1.3", "L": "0.09", "∂L/∂z": "0.6", "∂L/∂x": "0.3", "∂L/∂w": ""}))
       answer  right  points
z      1.3     0.4    0       added, where it is to be multiplied
L      0.09    0.36   1       follows from what was answered before
∂L/∂z  0.6     -1.2   1       follows from what was answered before
∂L/∂x  0.3     -0.96  0       the partial with respect to the other operand
∂L/∂w          -0.6   0       blank
2 of 5 points; the first wrong line is z
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import arguments, numeric
from ..errors import AutogradError, FigureError, UnknownNameError
from ..graph import consumers, topological_order
from ..notation import columns, padded, printable, show, write
from ..value import Value
from .answers import agrees, as_figure, is_enough, tells
from .judging import Judge, Judgement
from .questions import Question
from .worksheet import Worksheet

__all__ = ["ClassMarks", "Marks", "mark", "mark_class"]

_POINTS = {"right": 1.0, "rounded": 1.0, "follows": 1.0, "vague": 0.5, "wrong": 0.0, "blank": 0.0, "unread": 0.0}
_SAID = {
    "right": "",
    "rounded": "from numbers rounded on the way",
    "follows": "follows from what was answered before",
    "vague": "too few digits",
    "blank": "blank",
    "unread": "no number",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One line: ``kind`` is right, rounded, follows, vague, wrong, blank or unread (no number)."""

    name: str
    answer: str
    right: str
    kind: str
    cause: str = ""

    @property
    def points(self) -> float:
        return _POINTS[self.kind]


class Marks:
    """A marked sheet: its lines, ``points`` of ``most``, and the ``first`` wrong line, None where there is none."""

    def __init__(self, lines: list[Mark]) -> None:
        self.lines = lines
        self.points = sum(line.points for line in lines)
        self.most = len(lines)
        self.first = next((line for line in lines if line.kind in ("wrong", "unread")), None)

    def __iter__(self) -> Iterator[Mark]:
        return iter(self.lines)

    def __str__(self) -> str:
        rows = [("", "answer", "right", "points", "")]
        rows += [(m.name, m.answer, m.right, f"{m.points:g}", _SAID.get(m.kind) or m.cause) for m in self.lines]
        first = f"; the first wrong line is {self.first.name}" if self.first else ""
        return printable("\n".join([*_table(rows), f"{self.points:g} of {self.most} points{first}"]))

    __repr__ = __str__


class ClassMarks:
    """The marks of a class by name; ``str`` is a table, and says which lines most got wrong."""

    def __init__(self, marks: dict[str, Marks]) -> None:
        self.marks = marks

    def __getitem__(self, name: str) -> Marks:
        return self.marks[name]

    def missed(self) -> list[tuple[str, int]]:
        """How many got each line wrong by an error of their own, those that most did first."""
        lines = [line for marks in self.marks.values() for line in marks]
        return Counter(line.name for line in lines if line.kind in ("wrong", "unread")).most_common()

    def causes(self) -> list[tuple[str, int]]:
        """How often each mistake was made."""
        lines = [line for marks in self.marks.values() for line in marks]
        return Counter(line.cause for line in lines if line.kind == "wrong" and line.cause).most_common()

    def __str__(self) -> str:
        rows = [("", "points", "first wrong line", "")]
        for name, marks in self.marks.items():
            first = marks.first
            rows.append((name, f"{marks.points:g}", first.name if first else "", first.cause if first else ""))
        told = [f"{name} ({count})" for name, count in self.missed()[:5]]
        rest = [f"most often wrong: {', '.join(told)}"] if told else []
        causes = [f"{cause} ({count})" for cause, count in self.causes()[:5]]
        rest += [f"most often made: {'; '.join(causes)}"] if causes else []
        return printable("\n".join([*_table(rows), *rest]))

    __repr__ = __str__


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(columns(row[place]) for row in rows) for place in range(len(rows[0]) - 1)]
    return ["  ".join(padded(cell, width) for cell, width in zip(row, [*widths, 0])).rstrip() for row in rows]


def mark(sheet: Any, filled: Mapping[str, Any] | str) -> Marks:
    """A filled-in sheet, as its answers by the names of the lines or as its Markdown.

    An answer is what the quiz takes. A line that is right, or right given the answers before it, is worth one
    point, one with too few digits half a point. ``sheet`` is a worksheet, or what has one, such as an exercise.
    Raises UnknownNameError for a name that no line has.
    """
    sheet = _as_worksheet(sheet)
    answers = dict(_of_markdown(filled) if isinstance(filled, str) else filled)
    marker = _Marker(sheet)
    known = {name for _, names in marker.lines for name in names}
    for name in answers:
        if name not in known:
            raise UnknownNameError(
                f"mark: no line is called {name!r}; there are {', '.join(n[0] for _, n in marker.lines)}"
            )
    return Marks([marker.mark(line, names, answers) for line, names in marker.lines])


def mark_class(sheet: Any, filled: Mapping[str, Any] | str | os.PathLike[str]) -> ClassMarks:
    """The sheets of a class: a dict by name of what :func:`mark` takes, or a CSV.

    >>> from autograd import Value, mark_class, worksheet
    >>> w = Value(3.0, "w")
    >>> y = w * w; y.label = "y"
    >>> print(mark_class(worksheet(y), "name,y,∂y/∂w\\nAda,9,6\\nBen,9,3\\n"))
         points  first wrong line
    Ada  2
    Ben  1       ∂y/∂w             only one of the ways through which it comes
    most often wrong: ∂y/∂w (1)
    most often made: only one of the ways through which it comes (1)

    A CSV (its text, or the path of a file) has a first line of names: of the first column whose is not looked at,
    of the others the lines of the sheet.
    """
    sheet = _as_worksheet(sheet)
    if not isinstance(filled, Mapping):
        is_text = isinstance(filled, str) and "\n" in filled
        filled = _of_csv(str(filled) if is_text else Path(filled).read_text(encoding="utf-8-sig"))
    return ClassMarks({name: mark(sheet, answers) for name, answers in filled.items()})


def _as_worksheet(sheet: Any) -> Worksheet:
    own = getattr(sheet, "worksheet", sheet)
    if not isinstance(own, Worksheet):
        raise arguments.refused(sheet, "mark: the sheet", "a worksheet, or an exercise")
    return own


def _of_csv(text: str) -> dict[str, dict[str, str]]:
    heading, *rows = [row for row in csv.reader(io.StringIO(text)) if row]
    names = [name.strip() for name in heading[1:]]
    return {row[0].strip(): dict(zip(names, row[1:])) for row in rows}


def _of_markdown(text: str) -> dict[str, str]:
    """The first and the last cell of each row of the tables."""
    answers = {}
    for line in text.splitlines():
        cells = re.split(r"(?<!\\)\|", line.strip())[1:-1]
        if len(cells) >= 2 and cells[0].strip() and not set(cells[0].strip()) <= set("-: "):
            name = re.sub(r"\\(.)", r"\1", cells[0].strip()).partition(" = ")[0]
            answers[name] = cells[-1].replace("\\", "").strip().strip("_ ")
    return answers


@dataclass(frozen=True, slots=True)
class _Line:
    question: Question
    part: str  # forward, gradients or update


class _Marker:
    """The lines of one sheet, and the judge of one who filled it in."""

    def __init__(self, sheet: Worksheet) -> None:
        self.sheet = sheet
        root = sheet.root
        order = topological_order(root)
        self.using = consumers(order)
        self.known = set(order)
        self.judge = Judge(root, sheet.sheet.digits)
        self.given: dict[tuple[str, Value], float] = {}
        self.lines = [(line, names) for line, names in self._lines() if line.question.expected is not None]

    def _lines(self) -> Iterator[tuple[_Line, list[str]]]:
        for section in self.sheet.key.sheet.sections:
            part = section.heading.partition(":")[0]
            for step in section.steps:
                names = [write(step.name)] + ([write(step.also)] if step.also else [])
                kind = "value" if part == "forward" else "gradient"
                users = [] if kind == "value" else self.using[step.node]
                through = users[0] if len(users) == 1 else None
                yield _Line(Question(kind, step.node, through, names[0], "", "", step.number), part), names

    def mark(self, line: _Line, names: list[str], answers: Mapping[str, Any]) -> Mark:
        question = line.question
        answer = next((str(answers[name]).strip() for name in names if name in answers), "")
        right = show(question.expected, self.sheet.sheet.digits)
        if not answer:
            return Mark(names[0], "", right, "blank")
        try:
            text = as_figure(answer)
        except FigureError:
            return Mark(names[0], answer, right, "unread")
        if line.part == "update" or question.node not in self.known:
            judgement = self._of_line(line, text)
        else:
            judgement = self._of_probabilities(question, text) or self.judge.judge(question, answer)
        if judgement.kind != "vague":
            self.given[line.part, question.node] = float(text)
        return Mark(names[0], answer, right, judgement.kind, judgement.cause)

    def _of_line(self, line: _Line, text: str) -> Judgement:
        """Of a line that the graph has no node for: an update, or a probability that only the sheet has."""
        question = line.question
        if agrees(question.expected, text):
            return Judgement("right" if is_enough(question.expected, text) else "vague", "")
        following, mistakes = self._update(question) if line.part == "update" else self._probability(question)
        if any(agrees(number, text) and is_enough(number, text) for number in following):
            return Judgement("follows", "")
        causes = (cause for cause, number in mistakes if agrees(number, text) and tells(number, text))
        return Judgement("wrong", "", next(causes, ""))

    def _update(self, question: Question) -> tuple[list[float], list[tuple[str, float]]]:
        before, rate = float(question.node.data), float(self.sheet.rate or 0.0)
        right = (before - float(question.expected)) / rate if rate else 0.0
        own = self.given.get(("gradients", question.node), right)
        shown = float(show(right, self.sheet.sheet.digits))
        mistakes = [
            (cause, number)
            for gradient in (right, own)
            for cause, number in (
                ("added, where it is to be subtracted", before + rate * gradient),
                ("the learning rate left out", before - gradient),
                ("the change, in place of the new number", -rate * gradient),
                ("the change, in place of the new number", rate * gradient),
            )
        ]
        return [before - rate * gradient for gradient in (own, shown)], mistakes

    def _probability(self, question: Question) -> tuple[list[float], list[tuple[str, float]]]:
        node = question.node
        numbers = [self.given.get(("forward", x), float(x.data)) for x in node.operands if isinstance(x, Value)]
        index = node.primitive.index if node.primitive is not None else -1
        if len(numbers) != len(node.operands) or index < 0:
            return [], []
        shares = [float(share) for share in numeric.softmax(numbers)]
        others = [
            ("the probability of another", float(share)) for share in numeric.softmax([x.data for x in node.operands])
        ]
        return [shares[index]], others

    def _of_probabilities(self, question: Question, text: str) -> Judgement | None:
        """Right, given a probability that was answered wrongly: the loss -ln p, or the gradient p - y."""
        if agrees(question.expected, text):
            return None
        user = question.node.operands[0] if question.kind == "value" and question.node.op == "neg" else question.through
        if not isinstance(user, Value) or user.op != "log_softmax" or user.primitive is None:
            return None
        shares = {
            node.primitive.index: number
            for (part, node), number in self.given.items()
            if part == "forward"
            and node.op == "softmax"
            and node.operands == user.operands
            and node.primitive is not None
        }
        wanted = user.primitive.index
        try:
            if question.kind == "value":
                number = -numeric.log(shares[wanted])
            else:
                place = list(user.operands).index(question.node)
                number = shares[place] - (place == wanted)
        except (KeyError, AutogradError):
            return None
        if not (agrees(number, text) and is_enough(number, text)):
            return None
        self.judge.note(question, text)
        return Judgement("follows", "")
