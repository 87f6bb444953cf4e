"""The sheet: a hand calculation as aligned text, Markdown and LaTeX; symbols, then numbers, then the result.

>>> x, w = Value(2.0, label="x"), Value(-0.5, label="w")
>>> y = (w * x).tanh()
>>> y.label = "y"
>>> y.backward()
>>> print(explain(w))
∂y/∂w
<BLANKLINE>
gradients: leaves
  ∂y/∂w = (1 - y · y) · x
        = (1 - (-0.7616 · (-0.7616))) · 2
        = (1 - 0.5800) · 2
        = 0.4200 · 2
        ≈ 0.8399
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import groupby
from typing import Any

from .. import arguments
from ..errors import KindError, UnknownNameError
from ..freshness import stale
from ..notation import (
    LATEX,
    TEXT,
    UNDEFINED,
    Names,
    Style,
    Symbol,
    columns,
    is_exact,
    known_as,
    latex_text,
    operation,
    padded,
    printable,
    product,
    write,
)
from ..primitives import lookup
from ..value import Undefined, Value
from .passes import held
from .roots import NOT_SEEN, root_of
from .worksheet import Step, Worksheet

__all__ = ["Sheet", "explain"]

_WIDTH = 96  # columns in a line of text
_LATEX_WIDTH = 116  # the same in LaTeX, where fractions stand above each other
_MOST_LINES = 200  # at the prompt
_MOST_ROUTES = 12


@dataclass(frozen=True, slots=True)
class Line:
    """What is written before the first equals sign, and what follows each, in one style."""

    left: str
    right: list[str]
    exact: bool  # is the last one the number itself, or rounded?


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    steps: list[Step]


class Sheet:
    """A hand calculation. ``str`` is aligned text, ``latex()`` and ``markdown()`` the same for a page.

    In Jupyter it shows itself; at the prompt too, a long one shortened: ``print(sheet)`` prints all.
    ``digits`` are those of the numbers: so many decimals, and no fewer
    significant digits, so that nothing small is shown as 0.
    """

    def __init__(self, title: Symbol, sections: list[Section], notes: list[str], digits: int) -> None:
        self.title = title
        self.sections = sections
        self.notes = notes
        self.digits = digits

    def __str__(self) -> str:
        parts = [write(self.title)]
        for section in self.sections:
            lines = [_line(step, TEXT, self.digits) for step in section.steps]
            width = max(columns(line.left) for line in lines)
            parts.append("\n".join([section.heading, *(_as_text(line, width) for line in lines)]))
        parts += ["\n".join(self.notes)] if self.notes else []
        return printable("\n\n".join(parts))

    def __repr__(self) -> str:
        """What a prompt shows: all of it where that fits on a few screens."""
        lines = str(self).splitlines()
        if len(lines) <= _MOST_LINES:
            return "\n".join(lines)
        more = f"… {len(lines) - _MOST_LINES:,} more lines of {len(lines):,}; print(sheet) prints all"
        return "\n".join([*lines[:_MOST_LINES], more])

    def latex(self) -> str:
        r"""The sheet as one ``aligned`` block, to be put between ``\[`` and ``\]`` or ``$$``."""
        rows = []
        for section in self.sections:
            rows.append(rf"&\textbf{{{latex_text(section.heading)}}}")
            rows += _latex_rows(section.steps, self.digits)
        rows += [rf"&\text{{{latex_text(note)}}}" for note in self.notes]
        return _aligned(rows)

    def markdown(self) -> str:
        """The sheet as Markdown: a heading for each section, and its steps as a formula."""
        parts = [f"### ${_without_tags(write(self.title, LATEX))}$"]
        for section in self.sections:
            parts.append(f"**{_markdown_text(section.heading)}**")
            parts.append(f"$$\n{_without_tags(_aligned(_latex_rows(section.steps, self.digits)))}\n$$")
        return "\n\n".join([*parts, *map(_markdown_text, self.notes)]) + "\n"

    def _repr_latex_(self) -> str:
        return f"$$\n{self.latex()}\n$$"

    def _repr_markdown_(self) -> str:
        return self.markdown()


def explain(
    v: Value, *, digits: int = 4, root: Value | None = None, names: Names | None = None, rate: float | None = None
) -> Sheet:
    """The hand calculation of ``v``, and of its gradient: symbols, then numbers, then the result.

    >>> x, w = Value(2.0, label="x"), Value(0.5, label="w")
    >>> y = w * x + 1
    >>> y.label = "y"
    >>> print(explain(y))
    y
    <BLANKLINE>
    forward: result
      y = w · x + 1 = 0.5 · 2 + 1 = 1 + 1 = 2
    <BLANKLINE>
    gradients: leaves
      ∂y/∂w = x = 2
      ∂y/∂x = w = 0.5

    Of the root of a graph, the gradients of everything under it; of any other value, its own, with
    what lies between it and the root, and with each route that leads to it. A value does not know what it
    is used for: without ``root`` it is what the last ``backward`` was called on, or the value itself. With
    ``rate``, the lines of a step of gradient descent follow: of the weights and biases, or where there are
    none, of the leaves.

    ``names`` are those that the debugger has given to what has no label. A number is shown to
    ``digits`` decimals, and with no fewer significant digits; ≈ says that it is rounded. Raises
    TooLargeError for a graph of thousands of values, UnknownNameError for a value that is not under the root.
    """
    v = arguments.root(v, "explain: v")
    digits = arguments.number_of_digits(digits, "explain: digits")
    root = (root_of(v) or v) if root is None else arguments.value(root, "explain: root")
    if names is not None and not isinstance(names, Names):
        raise KindError(f"explain: names is {names!r:.40}, and must be the Names of a debugger, or None")
    worksheet = Worksheet(root, names)
    if v not in worksheet.order:
        of, on = known_as(root) or "the root", known_as(v) or "this value"
        raise UnknownNameError(f"explain: {of} does not depend on {on}")
    sections = _sections("forward", worksheet.forward(v))
    sections += _sections("gradients", worksheet.backward(None if v is root else v))
    if rate is not None:
        steps = worksheet.update(arguments.as_float(rate, "explain: rate"), None if v is root else v)
        sections += [Section("update: w.new = w - η · ∂/∂w", steps)] if steps else []
    name = worksheet.name(v)
    if v is root and not v.op:
        return Sheet(
            name,
            [Section("leaf", _leaf_steps(worksheet, v))],
            [f"{write(name)} {NOT_SEEN}: explain(x, root=...)"],
            digits,
        )
    if v is root:
        return Sheet(name, sections, _stale_notes(worksheet), digits)
    routes = worksheet.routes(v, _MOST_ROUTES)
    if len(routes) > 1 or (routes and len(routes[0]) > 2):
        sections.append(Section("routes", _route_steps(worksheet, routes, v)))
    notes = [*_stale_notes(worksheet), *_notes(worksheet, v)]
    if not routes and worksheet.cotangent(v):
        notes.append(f"more than {_MOST_ROUTES} routes lead to {write(name)}; above they are summed layer by layer")
    title = worksheet.derivative(v) if not v.op else name
    return Sheet(title, sections, notes, digits)


def _sections(pass_: str, parts: Iterable[tuple[str, list[Step]]]) -> list[Section]:
    """One section for each heading, and for all that follow each other under the same one."""
    return [
        Section(f"{pass_}: {heading}", [step for _, steps in group for step in steps])
        for heading, group in groupby(parts, key=lambda part: part[0])
    ]


def _leaf_steps(worksheet: Worksheet, v: Value) -> list[Step]:
    """Of a leaf by itself: its number, and its gradient where it has one."""
    name = worksheet.name(v)
    grad = Symbol(f"{write(name)}.grad", latex=rf"{write(name, LATEX)}.\mathrm{{grad}}")
    return [Step(name, v.data, v.data, v)] + ([Step(grad, v.grad, v.grad, v)] if v.grad else [])


def _route_steps(worksheet: Worksheet, routes: list[list[tuple[Value, Any]]], v: Value) -> list[Step]:
    """Each route as a product of partials, and their sum."""
    steps = []
    for route in routes:
        names = [worksheet.name(node) for node, _ in route]
        name = Symbol(
            " ← ".join(write(symbol) for symbol in names),
            latex=r" \leftarrow ".join(write(symbol, LATEX) for symbol in names),
        )
        expression = product([partial for _, partial in route[1:]])
        number = expression.number if isinstance(expression, Symbol) else expression
        steps.append(Step(name, expression, number, v))
    if len(steps) > 1:
        numbers = [step.number for step in steps]
        expression = reduce(lambda left, right: operation(lookup("add"), (left, right)), numbers)
        steps.append(Step(Symbol("sum", latex=r"\text{sum}"), expression, worksheet.cotangent(v), v))
    return steps


def _stale_notes(worksheet: Worksheet) -> list[str]:
    """What was computed before a leaf changed: there the lines mix old numbers and new."""
    names = [write(worksheet.symbol(node)) for node in stale(worksheet.root)]
    if not names:
        return []
    shown = ", ".join([*names[:4], "…"] if len(names) > 4 else names)
    root = write(worksheet.name(worksheet.root))
    return [f"stale: a leaf was changed after {shown} had been computed; {root}.forward() brings all in line"]


def _notes(worksheet: Worksheet, v: Value) -> list[str]:
    """Is the gradient what ``.grad`` holds? If not, why it may not be."""
    root = worksheet.root
    note = held(v, root, write(worksheet.name(v)), write(worksheet.name(root))).note
    return [note] if note else []


# --- one step as a line ----------------------------------------------------------------------------------


def _line(step: Step, style: Style, digits: int) -> Line:
    left = write(step.name, style)
    right = [write(step.also, style)] if step.also else []
    expression = step.formula
    if isinstance(expression, Symbol):
        for upto in (None, *range(expression.height)):
            text = write(expression, style, upto=upto, digits=digits)
            if not right or text != right[-1]:
                right.append(text)
    number = step.number
    known = number is not None and not isinstance(number, Undefined)
    result = write(number if known else UNDEFINED, style, digits=digits)
    if not right or right[-1] != result:
        right.append(result)
    return Line(left, right, not known or is_exact(number, digits))


def _signs(line: Line) -> list[str]:
    """= before each part, and ≈ before a result that is rounded."""
    return ["="] * (len(line.right) - 1) + ["=" if line.exact else "≈"]


def _as_text(line: Line, width: int) -> str:
    parts = [f"{sign} {text}" for sign, text in zip(_signs(line), line.right)]
    left = f"  {padded(line.left, width)} "
    on_one_line = left + " ".join(parts)
    if columns(on_one_line) <= _WIDTH:
        return on_one_line
    return left + ("\n" + " " * columns(left)).join(parts)


def _latex_rows(steps: Sequence[Step], digits: int) -> list[str]:
    rows = []
    for step in steps:
        line = _line(step, LATEX, digits)
        plain = _line(step, TEXT, digits)  # how long it is, as LaTeX's own text says nothing about that
        signs = [sign.replace("≈", r"\approx") for sign in _signs(line)]
        parts = [f"{sign} {text}" for sign, text in zip(signs, line.right)]
        if sum(len(text) + 3 for text in [plain.left, *plain.right]) <= _LATEX_WIDTH:
            parts = [" ".join(parts)]
        rows.append(f"{line.left} &{parts[0]}")
        rows += [f"&{part}" for part in parts[1:]]
    return rows


def _aligned(rows: Iterable[str]) -> str:
    return "\\begin{aligned}\n" + " \\\\[4pt]\n".join(rows) + "\n\\end{aligned}"


def _markdown_text(text: str) -> str:
    """A heading or a note, in which no sign of a label is taken for Markdown, HTML or a formula."""
    return re.sub(r"[\\`*_<>$~|\[\]]", r"\\\g<0>", text).replace("&", "&amp;")


_TEXT_PIECE = re.compile(r"\\(?:text|mathrm|operatorname)\{(?:[^{}\\]|\\.|\{\})*\}")


def _without_tags(latex: str) -> str:
    """A formula for a page, in which no label is taken for a tag: < as the command that MathJax and KaTeX have."""
    as_text = _TEXT_PIECE.sub(lambda piece: piece[0].replace("<", r"}\lt{}\text{"), latex)
    return as_text.replace("<", r"\lt ")
