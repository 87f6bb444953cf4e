"""A text as tokens: one reader for Unicode, LaTeX and Python's notation, as documents mix them.

>>> [token.kind + ":" + token.text for token in tokens(r"0.5 \\times 2 ≈ 1")]
['number:0.5', 'operator:*', 'number:2', 'relation:~', 'number:1']

A token keeps where it stood. What is only layout (``\\left``, ``\\,``) leaves none; what has no meaning
here leaves an ``other``, so that nothing is read around it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

__all__ = ["SUPERSCRIPTS", "Token", "tokens", "words"]


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())



class Token(NamedTuple):
    """``spaced``: whether white space stands before it; ``latex``: whether it was a LaTeX command."""

    kind: str
    text: str
    start: int
    end: int
    spaced: bool = False
    latex: bool = False


SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾*˙ᵉˣᵀ", "0123456789+-()..exT")

# One character for one, so that places stay: full-width forms, and the many signs that look alike.
_PLAIN = str.maketrans(
    "（）［］＝＋－＊／％．，：；０１２３４５６７８９｜＜＞−‐‑‒﹣×✕✖⨯·∙⋅•∗÷∕⁄⩽⩾",
    "()[]=+-*/%.;:;0123456789|<>-----*********///≤≥",
)

_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r\f\v\u00a0\u2000-\u200b\u202f\u205f\u2060-\u2064\u3000\ufeff]+)
  | (?P<newline>\n)
  | (?P<row>\\\\(?:\[[^\]\n]{0,20}\])?)
  | (?P<environment>\\(?:begin|end)\s*\{[^}\n]{0,40}\}(?:\{[lcr|@{}. ]{0,40}\}|\[[tbc]\])?)
  | \\(?P<command>[A-Za-z]+\*?)
  | (?P<thin>\\[,;:!> ~])
  | (?P<delimiter>\\[()\[\]])
  | (?P<escaped>\\.)
  | (?P<number>(?:\d+(?:,\d+|\{,\}\d+)*(?:\.\d+)?|\.\d+)(?:\.(?=[*/+\-,)\]}]))?(?:[eE][-+]?\d+(?![A-Za-z0-9.]))?)
  | (?P<half>[½⅓⅔¼¾⅛])
  | (?P<superscript>[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ᵉˣᵀ](?:[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾*˙ᵉˣᵀ]*[⁰¹²³⁴⁵⁶⁷⁸⁹⁾ᵉˣᵀ])?)
  | (?P<subscript>[₀-₉ₐ-ₜ]+)
  | (?P<dots>\.\.\.+|…|⋯)
  | (?P<arrow><?[-=]+>|<[-=]+|[→⇒⟹⟶↦⇔⟺←⇐↔])
  | (?P<relation>===?|:=|~=|≈=|=~|[=≈≃≅≐≒∼])
  | (?P<compared>[-+*/!<>]=|[<>≤≥≠≡∝∈≪≫≟])
  | (?P<name>(?:[A-Za-z_][A-Za-z0-9_]*\.)*[LETTER](?:[LETTER0-9\u0300-\u036f]|_(?=[A-Za-z0-9]))*[₀-₉ₐ-ₜ]*)
  | (?P<greek>[Α-Ωα-ωϕϵ∂∇ℓℒ𝜎][₀-₉ₐ-ₜ]*)
  | (?P<word>[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]+)
  | (?P<operator>\*\*|//|[-+*/^!%°@⊙∘⊗√_–—])
  | (?P<open>[(\[{])
  | (?P<close>[)\]}])
  | (?P<comma>,)
  | (?P<stop>[.;:?"`“”‘’。、？！|]|''+)
  | (?P<prime>['′])
  | (?P<column>&)
  | (?P<dollar>\$+)
  | (?P<other>.)
    """.replace("LETTER", "A-Za-zÀ-ÖØ-öø-ɏḀ-ỿЀ-ӿ"),
    re.VERBOSE,
)

# What a LaTeX command is read as: a kind and a text; no entry: a name.
_COMMANDS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(["cdot", "times", "ast", "bullet"], ("operator", "*")),
    **dict.fromkeys(["div", "slash"], ("operator", "/")),
    **dict.fromkeys(["odot", "circ", "otimes"], ("operator", "⊙")),
    **dict.fromkeys(["approx", "simeq", "cong", "doteq", "thickapprox", "approxeq"], ("relation", "~")),
    **dict.fromkeys(["eq", "coloneqq"], ("relation", "=")),
    **dict.fromkeys(
        words("ne neq le leq ge geq lt gt to rightarrow Rightarrow implies iff leftarrow gets equiv propto in mapsto "
              "longrightarrow Longrightarrow Leftrightarrow ll gg leqslant geqslant sim therefore because mid"),
        ("break", ""),
    ),
    **dict.fromkeys(["frac", "dfrac", "tfrac", "cfrac"], ("frac", "")),
    "sqrt": ("operator", "√"),
    "percent": ("operator", "%"),
    **dict.fromkeys(["quad", "qquad"], ("gap", "")),
    **dict.fromkeys(["dots", "ldots", "cdots", "dotsc"], ("dots", "")),
    **dict.fromkeys(words("pm mp sum prod int lim binom oplus bmod pmod mod"), ("other", "±")),
    **dict.fromkeys(["lvert", "rvert", "vert"], ("bar", "|")),
    **dict.fromkeys(["lbrack"], ("open", "[")),
    **dict.fromkeys(["rbrack"], ("close", "]")),
    "prime": ("prime", "'"),
    "top": ("name", "T"),
    "intercal": ("name", "T"),
}  # fmt: skip
_LAYOUT = words(
    "left right big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr middle displaystyle textstyle "
    "scriptstyle limits nolimits nonumber notag hfill hline boldsymbol mathbf mathbb mathcal mathit mathsf "
    "mathfrak bm vec boxed fbox cancel underbrace overbrace underline overline ensuremath "
    "phantom hspace vspace label tag phantomsection centering small large Large normalsize bf it rm noindent "
    "smallskip medskip bigskip textbf textit emph color textcolor pmb operatorname mathrm mathop text textrm mbox "
    "textup mathnormal"
)
_IN_WORDS = words("text textrm mbox textbf textit emph textup intertext")
_SPELLING = words("operatorname operatorname* mathrm mathop text textrm mbox textbf textit emph")
_MATRICES = re.compile(r"[pbBvV]?(?:small)?matrix\*?|array")
_HALVES = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅛": "1/8"}
_IN_BRACES = re.compile(r"\s*\{([^{}\n]{0,200})\}")
_ARGUMENT_OF_LAYOUT = words("color textcolor label tag hspace vspace ref eqref cite")
_ACCENTS = {"hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "bar": "\u0304", "dot": "\u0307"}
_LETTER = re.compile(r"\s*(?:\{\s*([A-Za-z])\s*\}|([A-Za-z])(?![A-Za-z]))")
_RATIO = re.compile(r"[\d\\]")
_SPELT = re.compile(r"[A-Za-z]+(?:\s?[A-Za-z]+)*'*|[0-9.,]+")


@dataclass(slots=True)
class _State:
    """What the reader knows of what it has read: how deep in environments, what stood last."""

    spaced: bool = False
    environments: list[str] = field(default_factory=list)
    last: str = ""
    last_end: int = -1
    brackets: int = 0

    @property
    def in_matrix(self) -> bool:
        return bool(self.environments) and _MATRICES.fullmatch(self.environments[-1]) is not None


@lru_cache(maxsize=1)  # a text is read region by region
def plain(text: str) -> str:
    """The text with its many signs for the same made one, each character in its place."""
    return text.translate(_PLAIN)


def tokens(text: str, start: int = 0, end: int | None = None) -> Iterator[Token]:
    """The tokens of ``text[start:end]``. Line ends inside of an environment are white space."""
    source = plain(text)
    state = _State()
    at, stop = start, len(source) if end is None else end
    while at < stop:
        match = _TOKEN.match(source, at, stop)
        assert match is not None  # the last alternative takes anything
        kind = match.lastgroup or "other"
        at = _after_layout(kind, match, source)
        for token in _read(kind, match, source, state):
            state.last, state.last_end = token.kind, token.end
            state.brackets += (token.kind == "open") - (token.kind == "close")
            yield token
            at = token.end
        state.spaced = kind in ("space", "thin") or (kind == "newline" and bool(state.environments))


def _after_layout(kind: str, match: re.Match[str], source: str) -> int:
    """Past the argument of a command that only concerns layout."""
    if kind == "command" and match["command"] in _ARGUMENT_OF_LAYOUT:
        argument = _IN_BRACES.match(source, match.end())
        return argument.end() if argument else match.end()
    return match.end()


def _read(kind: str, match: re.Match[str], source: str, state: _State) -> Iterator[Token]:
    text, at, end = match[0], match.start(), match.end()

    def token(kind: str, text: str, latex: bool = False) -> Token:
        return Token(kind, text, at, end, state.spaced, latex)

    if kind in ("space", "thin"):
        return
    if kind == "newline":
        if not state.environments:
            yield token("newline", "\n")
    elif kind == "environment":
        yield from _environment(text, state, token)
    elif kind == "row":
        yield token("row" if state.in_matrix else "newline", "\n", True)
    elif kind == "command":
        yield from _command(match, source, state)
    elif kind == "delimiter":
        yield token("dollar", text, True)
    elif kind == "escaped":
        yield token({"%": "operator", "{": "open", "}": "close", "|": "bar"}.get(text[1], "other"), text[1])
    elif kind == "column":
        if state.in_matrix:
            yield token("cell", "&")
    elif kind == "number":
        yield from _number(text, at, state)
    elif kind == "half":
        yield token("half", _HALVES[text])
    elif kind == "superscript":
        yield token("superscript", text.translate(SUPERSCRIPTS))
    elif kind == "relation":
        yield token("relation", "=" if text in ("=", "==", "===", ":=") else "~")
    elif kind in ("arrow", "compared"):
        yield token("break", text)
    elif kind == "name":
        yield from _name(text, at, source, state)
    elif kind == "greek":
        yield token("name", text)
    elif kind == "operator":
        yield token("operator", "^" if text == "**" else text)
    elif kind == "stop" and text == "|":
        yield token("bar", text)
    elif text == ":" and state.last in ("number", "close") and not state.spaced and _RATIO.match(source, end):
        yield token("other", "±")  # a ratio, which is no end of a formula
    else:
        yield token(kind, text)


def _environment(text: str, state: _State, token: Callable[..., Token]) -> Iterator[Token]:
    name = text[text.index("{") + 1 : text.index("}")]
    begins = "begin" in text[:7]
    if begins:
        state.environments.append(name)
    elif state.environments:
        state.environments.pop()
    if _MATRICES.fullmatch(name):
        yield token("matrix" if begins else "endmatrix", name, True)
    else:
        yield token("gap", name, True)


_GROUPED = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")


def _number(text: str, at: int, state: _State) -> Iterator[Token]:
    """The number; after \\frac its two digits, as in \\frac12; several, where commas part them as in [1,0,0]."""
    if state.last == "frac" and text.isdigit() and len(text) == 2 and state.last_end == at:
        yield Token("number", text[0], at, at + 1, state.spaced)
        yield Token("number", text[1], at + 1, at + 2)
        return
    text = text.replace("{,}", ",,,")  # as long as it was
    parts = [text]
    if "," in text and ",,," not in text and not _GROUPED.fullmatch(text):
        listed = state.brackets > 0 or text.count(",") > 1 or "." in text
        parts = text.split(",") if listed else parts
    for place, part in enumerate(parts):
        if place:
            yield Token("comma", ",", at - 1, at)
        yield Token("number", part.replace(",,,", ","), at, at + len(part), state.spaced and not place)
        at += len(part) + 1


def _name(text: str, at: int, source: str, state: _State) -> Iterator[Token]:
    """A name; the x of 3x3 or 28 x 28 is a sign of multiplication."""
    if text[0] in "xX" and state.last in ("number", "close") and text[1:].isdigit() | (len(text) == 1):
        following = source[at + 1 : at + 3]
        if following.strip()[:1].isdigit() and following[:1].isspace() == (state.last_end < at):
            yield Token("operator", "*", at, at + 1, state.spaced)
            return
    yield Token("name", text, at, at + len(text), state.spaced)


def _command(match: re.Match[str], source: str, state: _State) -> Iterator[Token]:
    name, at, end = match["command"], match.start(), match.end()
    if name in _SPELLING:
        argument = _IN_BRACES.match(source, end)
        if argument is not None:
            spelt = argument[1].strip()
            if _SPELT.fullmatch(spelt):
                kind = "number" if spelt[0].isdigit() else "word" if name in _IN_WORDS and " " in spelt else "name"
                if kind == "number" and not re.fullmatch(r"\d+(\.\d+)?", spelt):
                    kind = "other"
                yield Token(kind, spelt, at, argument.end(), state.spaced, True)
            elif name in _IN_WORDS:
                yield Token("word", spelt, at, argument.end(), state.spaced, True)
            return
    if name in _ACCENTS:
        argument = _LETTER.match(source, end)
        if argument is not None:
            accented = unicodedata.normalize("NFC", (argument[1] or argument[2]) + _ACCENTS[name])
            yield Token("name", accented, at, argument.end(), state.spaced, True)
        return
    if name in _LAYOUT or (name.startswith("not") and len(name) <= 5):
        return
    kind, text = _COMMANDS.get(name, ("name", name))
    yield Token(kind, text, at, end, state.spaced, True)
