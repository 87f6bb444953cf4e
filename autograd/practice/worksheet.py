"""A hand calculation to be filled in: the sheet of ``explain`` with blanks, and its key.

>>> from autograd import Value, worksheet
>>> x, w = Value(0.5, "x"), Value(0.8, "w")
>>> z = x * w; z.label = "z"
>>> a = z.tanh(); a.label = "a"
>>> sheet = worksheet(a)
>>> print(sheet)
a
<BLANKLINE>
given: x = 0.5, w = 0.8
<BLANKLINE>
forward: values
  z = x · w = _____
<BLANKLINE>
forward: activations a (tanh)
  a = tanh(z) = ________
<BLANKLINE>
gradients: values between
  ∂a/∂z = 1 - a · a = ________
<BLANKLINE>
gradients: leaves
  ∂a/∂x = ∂a/∂z · w = ________
  ∂a/∂w = ∂a/∂z · x = ________
>>> print(str(sheet.key).splitlines()[-1])
  ∂a/∂w = ∂a/∂z · x = 0.8556 · 0.5 ≈ 0.4278
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any

from .. import arguments
from ..errors import MissingToolError, RenderingError, UnknownNameError
from ..files import as_path, write_whole
from ..graph import topological_order
from ..hand import Sheet, explain
from ..notation import LATEX, Names, Symbol, latex_name, latex_text, printable, show, write
from ..picture import draw
from ..stepping import step as passes
from ..value import Value
from ..weighted import split_weighted_sum
from .questions import givens

__all__ = ["Worksheet", "worksheet"]

_SHORTEST, _WIDER = 5, 2  # characters of a blank, and how much longer than its answer it is
_IN_A_ROW = 4  # given numbers, in LaTeX
_LETTER = 0.55  # of a digit's width, in em
_LARGEST_PICTURE = 60  # nodes, on a page to print


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what is asked for, how it is found, and the answer, each as text; the formula as LaTeX too."""

    name: str
    how: str
    how_in_latex: str
    answer: str  # "" in a sheet to be filled in
    blank: int  # characters


class Worksheet:
    """A sheet with blanks, and ``key``, the same with its answers (the key's key is itself).

    ``str`` is aligned text; ``markdown()`` has a table whose last column is filled in, ``latex()`` an aligned
    block, ``html()`` a page to print. ``save("sheet.html")`` writes one of them by its ending: html, md, tex or
    txt. In Jupyter it shows itself.
    """

    def __init__(
        self,
        root: Value,
        rate: float | None,
        sheet: Sheet,
        given: list[tuple[str, str]],
        picture: str,
        task: str,
        key: Worksheet | None = None,
    ) -> None:
        self.root = root
        self.rate = rate
        self.sheet = sheet
        self.given = given
        self.picture = picture
        self.task = task
        self._key = key

    @property
    def key(self) -> Worksheet:
        return self if self._key is None else self._key

    @property
    def is_key(self) -> bool:
        return self._key is None

    @property
    def title(self) -> str:
        return write(self.sheet.title)

    def __str__(self) -> str:
        title, *rest = str(self.sheet).split("\n\n")
        return "\n\n".join([title, *self._head(), *rest])

    __repr__ = __str__

    def _head(self) -> list[str]:
        head = [printable(self.task)] if self.task else []
        given = ", ".join(f"{name} = {number}" for name, number in self.given)
        return [*head, printable(f"given: {given}")] if given else head

    def rows(self) -> Iterator[tuple[str, list[Row]]]:
        """The lines under their headings."""
        for section, full in zip(self.sheet.sections, self.key.sheet.sections):
            rows = []
            for step, right in zip(section.steps, full.steps):
                name = write(step.name) + (f" = {write(step.also)}" if step.also else "")
                has_formula = isinstance(step.formula, Symbol)
                how, latex = (write(step.formula), write(step.formula, LATEX)) if has_formula else ("", "")
                answer = show(right.number, self.sheet.digits)
                rows.append(Row(name, how, latex, answer if self.is_key else "", _blank(answer)))
            yield section.heading, rows

    def latex(self) -> str:
        r"""The sheet as one ``aligned`` block, to be put between ``\[`` and ``\]`` or ``$$``."""
        head = [rf"&\text{{{latex_text(self.task)}}} \\[4pt]"] if self.task else []
        given = [f"{latex_name(name)} = {number}" for name, number in self.given]
        for start in range(0, len(given), _IN_A_ROW):
            row = r", \quad ".join(given[start : start + _IN_A_ROW])
            head.append(rf"&{row} \\[4pt]")
        begin, _, rest = self.sheet.latex().partition("\n")
        return "\n".join([begin, *head, rest])

    def markdown(self) -> str:
        """The sheet as Markdown: under each heading a table, whose last column is to be filled in."""
        parts = [f"### ${write(self.sheet.title, LATEX)}$", *map(_in_cell, self._head())]
        for heading, rows in self.rows():
            lines = ["| | | answer |", "|---|---|---|"]
            for row in rows:
                formula = f"${row.how_in_latex}$" if row.how_in_latex else ""
                answer = row.answer or r"\_" * row.blank
                lines.append(f"| {_in_cell(row.name)} | {formula} | {answer} |")
            parts.append("\n".join([f"**{_in_cell(heading)}**", "", *lines]))
        return "\n\n".join([*parts, *map(_in_cell, self.sheet.notes)]) + "\n"

    def html(self) -> str:
        """The sheet as one page to print, with the picture of the graph."""
        name = f"{self.title}: {'key' if self.is_key else 'worksheet'}"
        body = [f"<h1>{escape(name)}</h1>"]
        body += [] if self.is_key else ['<p class="who"><span>Name</span><span>Date</span></p>']
        body += [f"<p>{escape(line)}</p>" for line in self._head()]
        body += [f"<figure>{self.picture}</figure>"] if self.picture else []
        body.append('<div class="columns">')
        for heading, rows in self.rows():
            table = "".join(map(_as_html, rows))
            body.append(f"<section><h2>{escape(heading)}</h2><table>{table}</table></section>")
        body.append("</div>")
        body += [f"<p>{escape(note)}</p>" for note in self.sheet.notes]
        head = f'<meta charset="utf-8"><title>{escape(name)}</title><style>{_STYLE}</style>'
        lines = ["<!DOCTYPE html>", f'<html lang="en"><head>{head}</head>', "<body>", *body, "</body></html>", ""]
        return "\n".join(lines)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the sheet: the ending says in which format (html, md, tex or txt)."""
        writers = {".html": self.html, ".md": self.markdown, ".tex": self.latex, ".txt": lambda: f"{self}\n"}
        ending = as_path(path).suffix.lower()
        if ending not in writers:
            raise UnknownNameError(f"{os.fspath(path)!r}: a worksheet's name ends in {', '.join(writers)}")
        return write_whole(path, writers[ending]().encode("utf-8"))

    def _repr_latex_(self) -> str:
        return f"$$\n{self.latex()}\n$$"

    def _repr_markdown_(self) -> str:
        return self.markdown()


def worksheet(
    root: Any,
    *,
    digits: int = 4,
    rate: float | None = None,
    parameters: Iterable[Value] = (),
    picture: bool = True,
    task: str = "",
) -> Worksheet:
    """The sheet of a graph to be filled in; its ``.key`` has the answers.

    >>> from autograd import Value, worksheet
    >>> w = Value(3.0, "w")
    >>> y = w * w; y.label = "y"
    >>> print(worksheet(y, rate=0.1, parameters=[w]).key)
    y
    <BLANKLINE>
    given: w = 3
    <BLANKLINE>
    forward: result
      y = w · w = 3 · 3 = 9
    <BLANKLINE>
    gradients: leaves
      ∂y/∂w = w + w = 3 + 3 = 6
    <BLANKLINE>
    update: learning rate 0.1
      w, new = w - 0.1 · ∂y/∂w = 3 - 0.1 · 6 = 3 - 0.6 = 2.4

    With a ``rate`` it ends with one step of gradient descent, of the ``parameters`` or of the weights and biases
    of weighted sums. ``picture`` is for the page to print, of a graph of at most 60 nodes; ``task`` is said at the
    top. ``root`` is a Value, or what has one as its ``.root``.
    """
    root = arguments.root(root, "worksheet: the root")
    arguments.text(task, "worksheet: task")
    sheet = explain(root, digits=digits)
    if rate is not None:
        rate = arguments.finite(rate, "worksheet: rate")
        _add_update(sheet, root, rate, set(arguments.leaves(parameters, "worksheet: parameters")))
    given = givens(root, digits)
    pictures = [_picture(root, digits, blank) if picture else "" for blank in (False, True)]
    key = Worksheet(root, rate, sheet, given, pictures[0], task)
    return Worksheet(root, rate, _with_blanks(sheet), given, pictures[1], task, key)


def _add_update(sheet: Sheet, root: Value, rate: float, parameters: set[Value]) -> None:
    order = topological_order(root)
    if not parameters:
        sums = [split_weighted_sum(node.operands) for node in order if node.op == "weighted_sum"]
        parameters = {x for weights, _, bias in sums for x in [*weights, bias] if isinstance(x, Value) and not x.op}
    names = Names.under(root)
    gradients = [step for section in sheet.sections for step in section.steps if section.heading.startswith("grad")]
    steps = []
    for step in gradients:
        if step.node in parameters:
            before = Symbol(names[step.node], step.node.data)
            after = Symbol(f"{names[step.node]}, new", latex=rf"{{{write(before, LATEX)}}}^{{\mathrm{{new}}}}")
            number = step.node.data - rate * step.number
            derivative = Symbol(write(step.name), step.number, write(step.name, LATEX))
            steps.append(replace(step, name=after, formula=before - rate * derivative, number=number, also=None))
    if steps:
        heading = f"update: learning rate {show(rate)}"
        sheet.sections.append(replace(sheet.sections[-1], heading=heading, steps=steps))


def _with_blanks(sheet: Sheet) -> Sheet:
    """The same lines up to the formula in symbols, and then a blank."""
    sections = []
    for section in sheet.sections:
        steps = []
        for step in section.steps:
            length = _blank(show(step.number, sheet.digits))
            blank = Symbol("_" * length, latex=rf"\underline{{\hspace{{{length * _LETTER:.1f}em}}}}")
            formula = blank
            if isinstance(step.formula, Symbol):
                formula = Symbol(write(step.formula, digits=sheet.digits), latex=write(step.formula, LATEX))
            steps.append(replace(step, formula=formula, number=blank))
        sections.append(replace(section, steps=steps))
    return Sheet(sheet.title, sections, sheet.notes, sheet.digits)


def _blank(answer: str) -> int:
    return max(len(answer), _SHORTEST - _WIDER) + _WIDER


def _picture(root: Value, digits: int, blank: bool) -> str:
    if len(topological_order(root)) > _LARGEST_PICTURE:
        return ""
    stepper = passes(root)
    try:
        stepper.run()  # so that the key has the gradients
        svg = draw(root, digits=digits, blank=blank, backward=False).svg()
    except (MissingToolError, RenderingError):  # the sheet says all that the picture does
        return ""
    finally:
        while stepper.position:
            stepper.back()
    return svg[svg.index("<svg") :]


def _in_cell(text: str) -> str:
    """A text in which no sign is taken for Markdown or HTML."""
    return "".join(f"\\{sign}" if sign in "\\`*_<>$~|[]" else sign for sign in text).replace("&", "&amp;")


def _as_html(row: Row) -> str:
    answer = escape(row.answer) if row.answer else f'<span class="blank" style="width: {row.blank * 1.1:.1f}ch"></span>'
    how = f"= {escape(row.how)}" if row.how else ""
    return f"<tr><th>{escape(row.name)}</th><td>{how}</td><td>= {answer}</td></tr>"


_STYLE = """
@page { size: A4; margin: 12mm }
body { font: 9.5pt/1.25 "DejaVu Sans", "Segoe UI", sans-serif; color: #111; max-width: 186mm; margin: 6mm auto }
h1 { font-size: 14pt; margin: 0 0 2mm } h2 { font-size: 10pt; color: #555; margin: 2.5mm 0 0.5mm }
p { margin: 1mm 0 } .who span { display: inline-block; width: 45%; border-bottom: 1px solid #888; color: #888 }
figure { margin: 2mm 0; text-align: center } figure svg { max-width: 100%; max-height: 70mm; height: auto }
.columns { columns: 2; column-gap: 8mm } section { break-inside: avoid }
table { border-collapse: collapse; width: 100% }
th { text-align: left; font-weight: normal; white-space: nowrap; width: 1% } th, td { padding: 0.8mm 2mm 0.8mm 0 }
td:last-child { white-space: nowrap; width: 1%; min-width: 24mm }
.blank { display: inline-block; border-bottom: 1px solid #111; height: 1.1em; min-width: 18mm }
@media print { body { margin: 0 } }
"""
