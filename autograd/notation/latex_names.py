"""Labels, and any text, in LaTeX."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

from .digits import RAISED, with_plain_indices, without_raised

__all__ = ["latex_name", "latex_text"]


_GREEK = {
    "α": r"\alpha", "β": r"\beta", "γ": r"\gamma", "δ": r"\delta", "ε": r"\varepsilon", "ζ": r"\zeta",
    "η": r"\eta", "θ": r"\theta", "κ": r"\kappa", "λ": r"\lambda", "μ": r"\mu", "ν": r"\nu", "ξ": r"\xi",
    "π": r"\pi", "ρ": r"\rho", "σ": r"\sigma", "τ": r"\tau", "φ": r"\varphi", "χ": r"\chi", "ψ": r"\psi",
    "ω": r"\omega", "Γ": r"\Gamma", "Δ": r"\Delta", "Θ": r"\Theta", "Σ": r"\Sigma",
    "Φ": r"\Phi", "Ψ": r"\Psi", "Ω": r"\Omega", "Λ": r"\Lambda", "Ξ": r"\Xi", "Π": r"\Pi", "ϕ": r"\phi", "µ": r"\mu",
}  # fmt: skip
_IN_MATHEMATICS = {
    **_GREEK, "∂": r"\partial", "∇": r"\nabla", "∑": r"\sum", "∏": r"\prod", "√": r"\surd", "∞": r"\infty",
    "ℓ": r"\ell", "→": r"\to", "←": r"\leftarrow", "≈": r"\approx", "≤": r"\le", "≥": r"\ge", "≠": r"\ne",
    "±": r"\pm", "×": r"\times", "÷": r"\div", "·": r"\cdot", "−": "-", "°": r"{}^{\circ}", "½": r"\tfrac{1}{2}",
}  # fmt: skip
_ESCAPED = {
    **{character: "\\" + character for character in "#$%&_{}"},
    "′": "'", "\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
}  # fmt: skip
# runs of what stands in mathematics, of indices below, of indices above, and of all else
_SIGNS = "".join(_IN_MATHEMATICS)
_RUNS = re.compile(rf"([{_SIGNS}]+)|([₀-₉]+)|([{RAISED}]+)|([^{_SIGNS}₀-₉{RAISED}]+)")
# what nothing can set: controls, halves of characters, ends of lines, and marks that no letter carries
_UNSETTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_NAME = re.compile(
    r"(?: (?P<layer> [0-9]+ ) \. )?"
    r"(?P<base> [^\W\d_⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉]+ )  (?P<upper> [⁻⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾]* | \^\([0-9]+\) )"
    r"(?P<lower> _?[0-9]+ (?:[,_][0-9]+)* | [₀₁₂₃₄₅₆₇₈₉]+ | (?:\[[0-9]+(?:,\s*[0-9]+)*\])+ | _[^\W_]+ )?"
    r"(?P<primes> ′*)",
    re.VERBOSE,
)


def latex_name(name: str) -> str:
    """A label as LaTeX: Greek letters, indices below, longer words upright, and all else as text.

    >>> [latex_name(name) for name in ["x", "z1", "a⁽²⁾₁", "W1[0][2]", "weight", "δ₃", "e^z", "50%"]]
    ['x', 'z_{1}', 'a^{(2)}_{1}', 'W_{1,0,2}', '\\\\mathrm{weight}', '\\\\delta_{3}', 'e^{z}', '\\\\text{50\\\\%}']
    """
    found = _NAME.fullmatch(name) or _INDEXED.fullmatch(name)
    power = _POWER.fullmatch(name)
    if power:
        exponent = power["sign"] + (power["number"] or latex_name(power["name"])) + r"\prime" * len(power["primes"])
        return f"{latex_name(power['base'])}^{{{exponent}}}"
    if found is None:
        return _as_latex_text(name)
    base = _latex_base(found["base"])
    upper = without_raised(found["layer"] or found["upper"]).strip("^()")
    lower = with_plain_indices(",".join(re.findall(r"[^\W_]+", found["lower"] or "")))
    below, primes = f"_{{{lower}}}" if lower else "", len(found["primes"])
    if not upper:
        return base + below + "'" * primes
    # in parentheses, as in a⁽²⁾: it is no power; and a prime is raised too, which one sign may do only once
    return base + "^{(" + upper + ")" + r"\prime" * primes + "}" + below


def _latex_base(base: str) -> str:
    if base in _GREEK:
        return _GREEK[base]
    letter, accent = (*unicodedata.normalize("NFD", base), "", "")[:2]
    if accent in _ACCENTS and len(unicodedata.normalize("NFD", base)) == 2:
        return rf"{_ACCENTS[accent]}{{{letter}}}"
    if not base.isascii():
        return _as_latex_text(base)
    return rf"\mathrm{{{base}}}" if len(base) > 1 else base


def _as_latex_text(text: str) -> str:
    """Any text as a name in mathematics; where it takes several pieces, in braces."""
    pieces = list(_pieces(_settable(text), lambda words: rf"\text{{{words}}}", lambda signs: signs))
    return pieces[0] if len(pieces) == 1 else f"{{{''.join(pieces)}}}"


def latex_text(text: str) -> str:
    r"""Any text in LaTeX's text mode: signs escaped; Greek letters, exponents and the like in mathematics.

    >>> print(latex_text("∂L/∂w₁ is 50% of W^2"))
    $\partial$L/$\partial$w${}_{1}$ is 50\% of $W^{2}$
    """
    text, done = _settable(text), 0
    pieces: list[str] = []
    for power in _POWER_IN_TEXT.finditer(text):
        pieces += _pieces(text[done : power.start()], lambda words: words, lambda signs: f"${signs}$")
        pieces.append(f"${latex_name(power[0])}$")
        done = power.end()
    pieces += _pieces(text[done:], lambda words: words, lambda signs: f"${signs}$")
    return re.sub(r"(?<!\\)\$\$", " ", "".join(pieces))  # formulas side by side are one


def _pieces(text: str, words: Callable[[str], str], signs: Callable[[str], str]) -> Iterator[str]:
    for in_mathematics, below, above, others in _RUNS.findall(text):
        if others:
            yield words("".join(_ESCAPED.get(character, character) for character in others))
        elif in_mathematics:
            yield signs(" ".join(_IN_MATHEMATICS[character] for character in in_mathematics))
        elif below:
            yield signs(f"{{}}_{{{with_plain_indices(below)}}}")
        else:
            yield signs(f"{{}}^{{{without_raised(above)}}}")


def _settable(text: str) -> str:
    """The text with ? in the place of what nothing can set."""
    text = _UNSETTABLE.sub("?", unicodedata.normalize("NFC", " ".join(text.split())))
    if not any(map(unicodedata.combining, text)):
        return text
    before = [" ", *text]
    return "".join(
        "?" if unicodedata.combining(mark) and not (letter.isalpha() and mark in _MARKS) else mark
        for letter, mark in zip(before, text)
    )


_ACCENTS = {"\u0302": r"\hat", "\u0304": r"\bar", "\u0303": r"\tilde", "\u0307": r"\dot"}
_MARKS = "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c"  # that text takes in any renderer
_INDEXED = re.compile(
    r"(?P<layer>) (?P<base> [^\W\d_]+ ) (?P<upper>) (?P<lower> [0-9]+ (?:\[[0-9]+(?:,\s*[0-9]+)*\])+ ) (?P<primes> ′*)",
    re.VERBOSE,
)
_POWER = re.compile(  # W^2, e^z, w1^-1; a base that is raised already has no place for an exponent
    r"(?P<base> [^\W\d_⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉]+ (?: _?[0-9]+ | [₀₁₂₃₄₅₆₇₈₉]+ )? )"
    r"\^ (?P<sign> -? )"
    r"(?: (?P<number> [0-9]+ (?:\.[0-9]+)? ) | (?P<name> [^\W\d_]+ (?: _?[0-9]+ | [₀₁₂₃₄₅₆₇₈₉]+ )? ) ) (?P<primes> ′*)",
    re.VERBOSE,
)
_POWER_IN_TEXT = re.compile(rf"(?<![\w^]) {_POWER.pattern} (?![\w^{RAISED}₀₁₂₃₄₅₆₇₈₉])", re.VERBOSE)
