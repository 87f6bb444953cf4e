"""A strict reader of the LaTeX that sheets are written in: what it takes, every renderer sets.

It knows the commands that sheets may use, and no others. So it is stricter than LaTeX: an unknown
command, a bare ``_`` or ``%`` in a text, a letter of another script outside of a text, an empty index, a
second exponent, a brace or a ``\\left`` without its partner, a cell too many raise :class:`Refused`.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["Refused", "read", "read_markdown"]

SIGNS = """
alpha beta gamma delta varepsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi varphi chi psi omega
Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega partial nabla sum prod surd infty ell to leftarrow approx le lt
ge ne pm times div cdot cdots circ prime ln log sin cos tanh max min quad
"""
ARGUMENTS = {"frac": 2, "tfrac": 2, "sqrt": 1, "mathrm": 1, "operatorname": 1, "hat": 1, "bar": 1, "tilde": 1, "dot": 1}
IN_TEXT = {"textbackslash", "textasciicircum", "textasciitilde"}
TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|[\s\S]")


class Refused(AssertionError):
    """LaTeX that some renderer would not set, or not as it is meant."""


class Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens = TOKEN.findall(source)
        self.place = 0

    def refuse(self, why: str) -> None:
        around = "".join(self.tokens[max(self.place - 12, 0) : self.place + 3])
        raise Refused(f"{why}, in … {around} …\n{self.source}")

    def next(self) -> str:
        if self.place == len(self.tokens):
            self.refuse("it ends too early")
        self.place += 1
        return self.tokens[self.place - 1]

    def expect(self, *tokens: str) -> str:
        found = self.next()
        if found not in tokens:
            self.refuse(f"{found!r} where {' or '.join(tokens)} is due")
        return found

    def word(self) -> str:
        self.expect("{")
        letters = ""
        while (token := self.next()) != "}":
            letters += token
        return letters

    def group(self, what: str) -> None:
        self.expect("{")
        if self.mathematics("}")[0] == 0:
            self.refuse(f"{what} is empty")

    def mathematics(self, *ends: str) -> tuple[int, str]:
        """Up to one of ``ends``: how many atoms there were, and which end it is."""
        atoms, scripts = 0, {"^", "_"}  # before the first atom there is nothing to raise
        while (token := self.next()) not in ends:
            if token in ("^", "_"):
                if token in scripts:
                    self.refuse(f"a second {token}, or one of nothing")
                scripts.add(token)
                self.group("an index" if token == "_" else "an exponent")
            elif token == "'":
                if "^" in scripts:
                    self.refuse("a prime of what is raised, or of nothing")
            elif not token.isspace():
                self.atom(token)
                atoms, scripts = atoms + 1, set()
        return atoms, token

    def atom(self, token: str) -> None:
        name = token[1:]
        if token == "{":
            self.mathematics("}")
        elif name in ("text", "textbf"):
            self.expect("{")
            self.text("}")
        elif name in ARGUMENTS:
            for _ in range(ARGUMENTS[name]):
                self.group(f"what {token} takes")
        elif name == "left":
            self.expect("(", "[", "|")
            self.mathematics("\\right")
            self.expect(")", "]", "|")
        elif name == "begin":
            self.environment()
        elif token[0] == "\\":
            if name not in SIGNS.split() and name not in (",", " "):
                self.refuse(f"{token} is unknown")
        elif not token.isascii() or not token.isprintable() or token in "#$%&~}":
            self.refuse(f"{token!r} in mathematics")

    def environment(self) -> None:
        name, cells = self.word(), 1
        if name not in ("aligned", "cases"):
            self.refuse(f"the environment {name} is unknown")
        while (end := self.mathematics("&", "\\\\", "\\end")[1]) != "\\end":
            cells = cells + 1 if end == "&" else 1
            if cells > 2:
                self.refuse("a third cell in a row")
            if end != "&" and self.source_left().startswith("[4pt]"):
                self.place += len("[4pt]")
        if self.word() != name:
            self.refuse("another environment ends")

    def source_left(self) -> str:
        return "".join(self.tokens[self.place : self.place + 8])

    def text(self, end: str) -> None:
        before = " "
        while (token := self.next()) != end:
            if token == "$":
                if self.mathematics("$")[0] == 0:
                    self.refuse("an empty formula in a text")
            elif token[0] == "\\":
                if token[1:] in IN_TEXT:
                    self.expect("{")
                    self.expect("}")
                elif token[1:] not in set("#$%&_{}"):
                    self.refuse(f"{token} in a text")
            elif token in "#%&_^~{}" or unicodedata.category(token) in ("Cc", "Cs", "Zl", "Zp"):
                self.refuse(f"{token!r} in a text")
            elif unicodedata.combining(token) and not before.isalpha():
                self.refuse("a mark above no letter")
            before = token


def read(latex: str) -> None:
    """Read a formula, without the dollars around it; Refused says what is wrong with it, and where."""
    reader = Reader(latex)
    reader.tokens.append("the end")
    atoms, _ = reader.mathematics("the end")
    if not atoms:
        reader.refuse("it is empty")


def read_markdown(markdown: str) -> int:
    """Read each formula of a text, as a notebook finds them; how many there are."""
    formulas = re.findall(r"\$\$(.+?)\$\$|(?<!\\)\$((?:\\.|[^$\\\n])+)\$", markdown, re.DOTALL)
    for block, inline in formulas:
        read(block or inline)
    return len(formulas)
