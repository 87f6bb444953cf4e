r"""Files to text in which only what is said remains: every character in its place, markup blanked.

>>> document = read("**Step 1**\n\n- 0.5 * 0.8 = `0.4`\n", "markdown")
>>> document.clean.split()
['Step', '1', '0.5', '*', '0.8', '=', '0.4']
>>> document.line_of(document.clean.index("0.8"))
3

As a character stays where it was, what is found can be shown in the text as it was printed.
"""

from __future__ import annotations

import html
import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from ...errors import FileFormatError, UnknownNameError
from .tokens import words

__all__ = ["FORMATS", "Document", "Region", "format_of", "read", "read_file"]

_LARGEST = 50_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of the text: ``prose``, ``math`` in which line ends say nothing, or ``code``."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Document:
    text: str
    clean: str
    regions: tuple[Region, ...]
    line_starts: tuple[int, ...]
    file_lines: tuple[int, ...] = ()  # of a notebook: where each line of the text stands in the file
    note: str = ""

    def line_of(self, place: int) -> int:
        line = bisect_right(self.line_starts, place)
        return self.file_lines[line - 1] if self.file_lines else line

    def column_of(self, place: int) -> int:
        return place - self.line_starts[bisect_right(self.line_starts, place) - 1] + 1


def _starts(text: str) -> tuple[int, ...]:
    return (0, *(match.end() for match in re.finditer("\n", text)))


# --- which format ----------------------------------------------------------------------------------------------

_BY_ENDING = {
    ".md": "markdown", ".markdown": "markdown", ".rst": "markdown", ".txt": "markdown", ".qmd": "markdown",
    ".rmd": "markdown", ".mdx": "markdown", ".org": "markdown", ".adoc": "markdown", "": "markdown",
    ".tex": "latex", ".latex": "latex", ".ltx": "latex",
    ".html": "html", ".htm": "html", ".xhtml": "html",
    ".ipynb": "notebook", ".py": "code",
}  # fmt: skip
FORMATS = ("markdown", "latex", "html", "notebook", "code")
ENDINGS = frozenset(ending for ending in _BY_ENDING if ending and ending != ".py")


def format_of(text: str, name: str = "") -> str:
    """By the file's ending, else by how the text begins."""
    ending = Path(name).suffix.lower()
    if name and ending in _BY_ENDING and ending != "":
        return _BY_ENDING[ending]
    start = text[:2000].lstrip()
    if start.startswith("{") and '"cells"' in text:
        return "notebook"
    if re.match(r"<!doctype html|<html|<\?xml", start, re.IGNORECASE):
        return "html"
    return "latex" if r"\documentclass" in start or r"\begin{document}" in text else "markdown"


def read_file(path: Path) -> str:
    """The text of a file. Raises FileFormatError for what is none, OSError for what cannot be read."""
    if path.stat().st_size > _LARGEST:
        raise FileFormatError(f"{path} has more than {_LARGEST // 1_000_000} MB; split it, or give its text in parts")
    content = path.read_bytes()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    if b"\0" in content[:100_000]:
        raise FileFormatError(f"{path} is binary; give text: Markdown, LaTeX, HTML, a notebook")
    return content.decode("utf-8-sig", errors="replace")


def read(text: str, format: str) -> Document:
    """The text in a format, for who looks for equalities in it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if format == "notebook":
        return _notebook(text)
    if format not in FORMATS:
        raise UnknownNameError(f"proofread: format={format!r} is unknown; there are {', '.join(FORMATS)}")
    clean, regions = {"markdown": _markdown, "latex": _latex, "html": _html, "code": _code}[format](text)
    note = "it is not UTF-8 throughout; characters that could not be read stand as \ufffd" if "\ufffd" in text else ""
    return Document(text, clean, tuple(regions), _starts(text), note=note)


# --- Markdown --------------------------------------------------------------------------------------------------


def _blank(match: re.Match[str]) -> str:
    """White space in place of what was matched, as long, with its line ends."""
    return re.sub(r"[^\n]", " ", match[0])


def _padded(new: str, old: str) -> str:
    return new + " " * (len(old) - len(new)) if len(new) <= len(old) else " " * len(old)


_FENCE = re.compile(r"^[ \t>]*(`{3,}|~{3,})[^\n]*$")
_DISPLAY = re.compile(r"(?<!\\)\$\$(.{1,20000}?)(?<!\\)\$\$|\\\[(.{1,20000}?)\\\]", re.DOTALL)

_PROSE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"<!--.*?-->", re.DOTALL), ""),
    (re.compile(r"!\[[^\]\n]{0,300}\]\([^)\n]{0,2000}\)"), ""),
    (re.compile(r"(?<=\])\((?:https?:|#|/|\.|mailto:|www\.)[^)\n]{0,2000}\)"), ""),
    (re.compile(r"\[\^[^\]\n]{1,40}\]:?"), ""),
    (re.compile(r"(?:https?|ftp)://[^\s<>()\[\]\"'，。）]+"), ""),
    (re.compile(r"^[ \t]*(?:={3,}|-{3,}|\*{3,}|_{3,})[ \t]*$", re.MULTILINE), ""),
    (re.compile(r"^[ \t]*(?:[-*+•·▪◦‣–][ \t]+|\(?\d{1,3}[.)、][ \t]+|[①-⑳⓪]|#{1,6}[ \t]+|>[ \t]*)+", re.M), ""),
)
_STRONG = re.compile(r"(?<![\w*\\)])(\*{2,3}|_{2,3})(?=\S)([^\n]{1,400}?)(?<=\S)\1(?![\w*])")
_EMPHASIS = re.compile(r"(?<![\w*\\)\]\d])([*_])(?=[^\s*_])([^*_\n]{1,200}?)(?<=[^\s*_])\1(?![\w*(\d])")
_ROW = re.compile(r"^[ \t]*\|.*$|^[^|\n]*[^|\n\\]\|[^|\n]*\|[^\n]*$", re.MULTILINE)
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]{0,15})\b[^<>\n]{0,400}>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,12});")
_PARTS_TEXT = words("p div li td th tr table h1 h2 h3 h4 h5 h6 ul ol pre blockquote section dt dd")


def _markdown(text: str) -> tuple[str, list[Region]]:
    """Fenced code and displayed formulas are regions of their own; of the rest the markup is blanked."""
    pieces: list[str] = []
    regions: list[Region] = []
    for start, end, kind in _fenced(text):
        part = text[start:end]
        if kind == "prose":
            for from_, to, inner in _displayed(part):
                piece = part[from_:to]
                pieces.append(_without_tags(piece) if inner == "math" else _prose(piece))
                regions.append(Region(start + from_, start + to, inner))
        else:
            pieces.append(part)
            regions.append(Region(start, end, kind))
    clean = "".join(pieces)
    assert len(clean) == len(text)
    return clean, regions


def _fenced(text: str) -> Iterator[tuple[int, int, str]]:
    """The text in stretches of prose and of fenced code; a fence itself goes with the prose around it."""
    start = place = 0
    fence = ""
    for line in text.splitlines(keepends=True) or [""]:
        match = _FENCE.match(line.rstrip("\n"))
        if match and (not fence or match[1].startswith(fence)):
            at = place if not fence else place + len(line)
            if fence:
                yield start, place, "code"
                start = place
            else:
                yield start, at + len(line), "prose"
                start = at + len(line)
            fence = "" if fence else match[1][:3]
        place += len(line)
    yield start, len(text), "code" if fence else "prose"


def _displayed(part: str) -> Iterator[tuple[int, int, str]]:
    start = 0
    for match in _DISPLAY.finditer(part):
        if "\n\n" in match[0].strip() and match[0].count("\n\n") > 2:
            continue
        yield start, match.start(), "prose"
        yield match.start(), match.end(), "math"
        start = match.end()
    yield start, len(part), "prose"


def _prose(part: str) -> str:
    part = _FENCE_LINE.sub(_blank, part)
    for pattern, _ in _PROSE:
        part = pattern.sub(_blank, part)
    part = _ROW.sub(lambda match: match[0].replace("|", ";"), part)
    part = re.sub(r"\\([*_`#~<>])", r" \1", part)
    for _ in range(2):
        part = _STRONG.sub(lambda match: " " * len(match[1]) + match[2] + " " * len(match[1]), part)
    part = _EMPHASIS.sub(lambda match: f" {match[2]} ", part)
    return _without_tags(part.replace("`", " "))


_FENCE_LINE = re.compile(r"^[ \t>]*(`{3,}|~{3,})[^\n]*$", re.MULTILINE)


def _without_tags(part: str) -> str:
    if "<" in part:
        part = _TAG.sub(_tag, part)
    return _ENTITY.sub(lambda match: _padded(html.unescape(match[0]), match[0]), part) if "&" in part else part


def _tag(match: re.Match[str]) -> str:
    name = match[1].lower()
    closing = match[0].startswith("</")
    if name in ("sup", "sub"):
        return _padded("}" if closing else "^{" if name == "sup" else "_{", match[0])
    if name == "br":
        return _padded("\n", match[0])
    return _padded(";", match[0]) if name in _PARTS_TEXT else _blank(match)


# --- LaTeX, code ----------------------------------------------------------------------------------------------


def _latex(text: str) -> tuple[str, list[Region]]:
    """Comments, and what stands before the document begins, blanked."""
    clean = re.sub(r"(?<!\\)%[^\n]*", _blank, text)
    begin = clean.find(r"\begin{document}")
    if begin > 0:
        clean = re.sub(r"[^\n]", " ", clean[:begin]) + clean[begin:]
    regions, start = [], 0
    for match in re.finditer(r"\n[ \t]*\n\s*", clean):
        regions.append(Region(start, match.end(), "math"))
        start = match.end()
    return clean, [*regions, Region(start, len(text), "math")]


def _code(text: str) -> tuple[str, list[Region]]:
    return text, [Region(0, len(text), "code")]


# --- HTML -----------------------------------------------------------------------------------------------------


_SKIPPED = frozenset(["script", "style", "head", "noscript", "svg", "template", "nav", "button", "select"])
_RENDERED = re.compile(r"katex-html|MathJax_Preview|MJX_Assistive|mwe-math-fallback|MathJax_CHTML|mjx-chtml")
_EMPTY = words("br img hr input meta link wbr area base col embed source track")


class _Page(HTMLParser):
    """Copies what a page says into a blank text of the same length."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.text = text
        self.out = list(re.sub(r"[^\n]", " ", text))
        self.starts = _starts(text)
        self.skipped: list[str] = []  # the tags that are open below one that is skipped
        self.code = 0
        self.kept = False  # the LaTeX of a formula whose rendering is skipped

    def _at(self) -> int:
        line, column = self.getpos()
        return self.starts[line - 1] + column

    def _put(self, at: int, text: str) -> None:
        for place, character in enumerate(text, at):
            if place < len(self.out) and self.out[place] != "\n":
                self.out[place] = character

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if self.skipped:
            if tag == "annotation" and "tex" in given.get("encoding", ""):
                self.kept = True
                self._put(self._at(), " ;$ ")
            elif tag not in _EMPTY:
                self.skipped.append(tag)
            return
        if tag == "script" and "math/tex" in given.get("type", ""):
            self._put(self._at(), " $")
            return
        if tag in _SKIPPED or tag == "math" or _RENDERED.search(given.get("class", "")):
            if tag not in _EMPTY:
                self.skipped.append(tag)
            return
        self._mark(tag, False)

    def handle_endtag(self, tag: str) -> None:
        if self.kept and tag == "annotation":
            self.kept = False
            self._put(self._at(), "$ ;")
        elif self.skipped:
            if tag in self.skipped:
                while self.skipped and self.skipped.pop() != tag:
                    pass
        elif tag == "script":
            self._put(self._at(), "$")
        else:
            self._mark(tag, True)

    def _mark(self, tag: str, closing: bool) -> None:
        if tag in ("sup", "sub"):
            self._put(self._at(), "}" if closing else "^{" if tag == "sup" else "_{")
        elif tag == "br":
            self._put(self._at(), ";" if not self.code else "\n")
        elif tag in _PARTS_TEXT:
            self._put(self._at(), ";")
        if tag == "br":
            self.out[self._at()] = "\n"

    def handle_data(self, data: str) -> None:
        if not self.skipped or self.kept:
            self._put(self._at(), data)

    def handle_entityref(self, name: str) -> None:
        self._reference(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._reference(f"&#{name};")

    def _reference(self, reference: str) -> None:
        if not self.skipped or self.kept:
            self._put(self._at(), html.unescape(reference)[:1])


def _html(text: str) -> tuple[str, list[Region]]:
    page = _Page(text)
    try:
        page.feed(text)
        page.close()
    except (AssertionError, ValueError, IndexError):  # what the parser cannot make sense of is left out
        pass
    clean = "".join(page.out)[: len(text)]
    regions, start = [], 0
    for match in _DISPLAY.finditer(clean):
        regions += [Region(start, match.start(), "prose"), Region(match.start(), match.end(), "math")]
        start = match.end()
    return clean, [*regions, Region(start, len(text), "prose")]


# --- notebooks ------------------------------------------------------------------------------------------------


def _notebook(text: str) -> Document:
    """The cells one after another, each line with the number of its line in the file."""
    try:
        cells = json.loads(text)["cells"]
        parts = [part for cell in cells for part in _parts_of(cell)]
    except (ValueError, KeyError, TypeError, RecursionError, AttributeError) as error:
        raise FileFormatError(f"it is no notebook: {type(error).__name__} ({str(error)[:80]})") from None
    pieces: list[str] = []
    clean: list[str] = []
    regions: list[Region] = []
    lines: list[int] = []
    at = place = 0
    line = 1
    for source, format in parts:
        source = source.replace("\r\n", "\n").replace("\r", "\n") + "\n\n"
        cleaned, found = (_markdown if format == "markdown" else _code)(source)
        regions += [Region(at + region.start, at + region.end, region.kind) for region in found]
        for spoken in source.splitlines():
            where = text.find(json.dumps(spoken, ensure_ascii=False)[:-1], place) if spoken.strip() else -1
            if where < 0 and spoken.strip():
                where = text.find(json.dumps(spoken)[:-1], place)
            if where >= 0:
                line += text.count("\n", place, where)
                place = where
            lines.append(line)
        pieces.append(source)
        clean.append(cleaned)
        at += len(source)
    whole = "".join(pieces)
    return Document(whole, "".join(clean), tuple(regions), _starts(whole), (*lines, line))


def _parts_of(cell: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What a cell says, and what it printed."""
    yield _joined(cell.get("source", "")), "markdown" if cell.get("cell_type") != "code" else "code"
    for output in cell.get("outputs", ()) or ():
        if "text" in output:
            yield _joined(output["text"]), "code"
        elif "text/plain" in output.get("data", {}):
            yield _joined(output["data"]["text/plain"]), "code"


def _joined(source: object) -> str:
    return "".join(source) if isinstance(source, list) else str(source)


