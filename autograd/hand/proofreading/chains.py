"""Where the equality chains of a text are: ``a = b ≈ c``, over several lines too.

>>> for chain in chains("so 0.5 × 0.8 = 0.4 (as 2 + 2 = 4), and\\n  1 − 0.4\\n  = 0.6"):
...     print([" ".join(token.text for token in side.tokens) for side in chain.sides])
['2 + 2', '4']
['0.5 * 0.8', '0.4']
['1 - 0.4', '0.6']

A side reaches from one boundary to the next: a relation, a stop, a word, the end of a line that is not
carried on. It is never a part of a formula: where a name or an operator stands at the boundary, the side
has it, and is symbolic.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Any

from .grammar import FUNCTION_NAMES
from .tokens import Token, tokens, words

__all__ = ["Chain", "Side", "chains", "joined"]

_PARTING = frozenset(["comma", "stop", "gap", "word", "break"])
_INSIDE_OF_FORMULAS = frozenset("∑∏∫±∓⊕⊖∧∨¬∞‖⌊⌋⌈⌉‰#"[:-1])
_CARRIES_ON = frozenset(["+", "*", "/", "^", "⊙", "@"])
_FARTHEST = 400  # tokens between a bracket and its other


@dataclass(slots=True)
class Side:
    """The tokens of one side, what stands before and after them, and the relation that leads to it."""

    tokens: list[Token] = field(default_factory=list)
    relation: Token | None = None
    before: Token | None = None  # the boundary on its left; None at the start
    after: Token | None = None
    listed: bool = False  # is it one of several, parted by commas?
    read: Any = None  # the formula, once it was read
    from_above: bool = False  # does it stand in the line above, as what the same name is?

    @property
    def start(self) -> int:
        return self.tokens[0].start

    @property
    def end(self) -> int:
        return self.tokens[-1].end


@dataclass(slots=True)
class Chain:
    sides: list[Side]


def chains(text: str, start: int = 0, end: int | None = None, layout: bool = False) -> Iterator[Chain]:
    """The chains of ``text[start:end]``; with ``layout`` line ends mean nothing, as in a LaTeX formula."""
    found = list(tokens(text, start, end))
    if layout:
        found = [token for token in found if token.kind != "newline" or token.latex]
    found = [_as_word(token, found, place) for place, token in enumerate(found)]
    if not layout and any(token.latex for token in found):
        found = _without_copies(found)
    yield from _chains(found)


def joined(found: Iterable[Chain], text: str) -> Iterator[Chain]:
    """The chains; where one goes on in the next line with its name again, as in z = 1 + 1, z = 2, that it is one.

    A formula from the line above stands before the next line's, marked, as the name may have changed between.
    """
    above: Chain | None = None
    for chain in found:
        if above is not None and _goes_on(above, chain, text):
            name, *rest = chain.sides
            chain = Chain([name, replace(above.sides[-1], from_above=True), *rest])
        above = chain
        yield chain


def _goes_on(above: Chain, chain: Chain, text: str) -> bool:
    name, again, formula = above.sides[0].tokens, chain.sides[0].tokens, above.sides[-1].tokens
    if not name or len(name) > 12 or [t.text for t in name] != [t.text for t in again] or name[0].kind != "name":
        return False
    between = text[above.sides[-1].end : chain.sides[0].start] if len(formula) > 2 else "\n\n"
    return between.count("\n") == 1 and not between.strip(" \n`$&\\;-*")


def _chains(found: Sequence[Token]) -> Iterator[Chain]:
    partners = _partners(found)
    lines = _next_places(found, lambda token: token.kind not in ("newline", "dollar"))
    side = Side()
    sides: list[Side] = []
    at = 0
    depth = 0

    def part(boundary: Token | None, relation: Token | None = None) -> Iterator[Chain]:
        nonlocal side, sides
        side.after = boundary
        sides.append(side)
        side = Side(relation=relation, before=boundary)
        if relation is None:
            if len(sides) > 1:
                yield Chain(sides)
            sides = []

    while at < len(found):
        token = found[at]
        partner = partners.get(at)
        if token.kind == "open" and partner is not None and _is_remark(found, at, partner):
            yield from _chains(found[at + 1 : partner])
            yield from part(Token("stop", "remark", token.start, found[partner].end, token.spaced))
            at = partner + 1
            continue
        if token.kind in ("open", "close") and partner is None:
            yield from part(token)
        elif token.kind in ("open", "matrix"):
            depth += partner is not None
            side.tokens.append(token)
        elif token.kind in ("close", "endmatrix"):
            depth = max(0, depth - 1)
            side.tokens.append(token)
        elif depth:
            side.tokens.append(token)
        elif token.kind == "relation":
            yield from part(token, token)
        elif token.kind == "newline":
            if not _carried_on(found, at, lines[at], side, bool(sides)):
                yield from part(token)
        elif token.kind == "comma":
            side.listed = _is_listed(found, at)
            yield from part(token)
        elif token.kind in _PARTING or (token.kind == "other" and token.text not in _INSIDE_OF_FORMULAS):
            yield from part(token)
        elif token.kind == "dollar":
            if _parts(found, at):
                following = found[at + 1] if at + 1 < len(found) else token
                yield from part(following if following.kind in ("name", "word") else token)
        else:
            side.tokens.append(token)
        at += 1
    yield from part(None)


def _partners(found: Sequence[Token]) -> dict[int, int]:
    """Of each bracket that has one the place of its other, in both directions."""
    partners: dict[int, int] = {}
    opened: list[int] = []
    matches = {"(": ")", "[": "]", "{": "}", "matrix": "endmatrix"}
    for place, token in enumerate(found):
        if token.kind in ("open", "matrix"):
            opened.append(place)
        elif token.kind in ("close", "endmatrix"):
            closing = token.text if token.kind == "close" else token.kind
            while opened and place - opened[-1] > _FARTHEST:
                opened.pop()
            if opened and matches[_key(found[opened[-1]])] == closing:
                other = opened.pop()
                partners[other], partners[place] = place, other
        elif token.kind == "newline" and not token.latex and place and found[place - 1].kind == "newline":
            opened.clear()
    return partners


def _is_listed(found: Sequence[Token], at: int) -> bool:
    """Does another number of the same list stand after the comma, without an equality of its own?"""
    following = found[at + 1 : at + 60]
    if not following or following[0].kind not in ("number", "operator", "open", "frac"):
        return False
    end = next((token for token in following if token.kind in ("relation", "newline", "stop", "word", "gap")), None)
    return end is None or end.kind != "relation"


def _key(token: Token) -> str:
    return token.text if token.kind == "open" else token.kind


def _is_remark(found: Sequence[Token], at: int, partner: int) -> bool:
    """Does what stands in the brackets say something of its own?"""
    return any(token.kind in ("relation", "break", "word", "stop", "gap") for token in found[at + 1 : partner])


def _carried_on(found: Sequence[Token], at: int, following: int, side: Side, in_chain: bool) -> bool:
    """Does the chain go on after the end of this line, with what stands at ``following``?"""
    if following == len(found):
        return False
    blank = any(token.kind == "newline" for token in found[at + 1 : min(following, at + 4)])
    before, after = found[at - 1] if at else None, found[following]
    if after.kind == "relation":
        return bool(side.tokens) and (in_chain or not blank or len(side.tokens) > 2)
    if blank or before is None:
        return False
    if before.kind == "relation" or (before.kind == "operator" and before.text not in "!%°"):
        return True
    if in_chain and len(side.tokens) <= 2:
        return False  # a result stands there, and another formula begins
    if [token.kind for token in found[following + 1 : following + 3]] == ["number", "relation"]:
        return False  # -1.7 = …, an equality of its own
    return bool(side.tokens) and after.kind == "operator" and (
        after.text in _CARRIES_ON or (found[at].latex and after.text == "-")
    )


def _parts(found: Sequence[Token], at: int) -> bool:
    """Is a $ between two operands, so that one formula ends and another begins?"""
    before = next((token for token in reversed(found[max(0, at - 3) : at]) if token.kind != "dollar"), None)
    after = next((token for token in found[at + 1 : at + 4] if token.kind != "dollar"), None)
    if before is None or after is None:
        return False
    return before.kind not in ("operator", "relation", "open") and after.kind not in ("operator", "relation", "close")


# --- words -------------------------------------------------------------------------------------------------------


_SHORT_WORDS = words("is so of to we or in as if at by be it on an get are vs")


def _as_word(token: Token, found: Sequence[Token], place: int) -> Token:
    """A name that is a word of a sentence, as a word."""
    if token.kind != "name" or token.latex or not token.text.isalpha():
        return token
    lower = token.text.lower()
    if lower == "mod" and place and found[place - 1].kind in ("number", "close"):
        return token._replace(kind="operator", text="mod")
    if lower in FUNCTION_NAMES or lower in ("pi", "exp"):
        return token
    if len(lower) < 3 and lower not in _SHORT_WORDS:
        return token
    following = found[place + 1] if place + 1 < len(found) else None
    if following is not None and not following.spaced and following.text in ("(", "[", "{", "'", "^", "_"):
        return token
    before = found[place - 1] if place else None
    if any(near is not None and near.kind == "operator" and near.text in _CARRIES_ON for near in (before, following)):
        return token
    if following is not None and following.kind == "relation":
        return token
    return token._replace(kind="word")


# --- copies of rendered formulas ------------------------------------------------------------------------------------


_MOST_NUMBERS = 60
_ENDS = frozenset(["close", "endmatrix", "row", "gap", "newline"])


def _without_copies(found: list[Token]) -> list[Token]:
    """Without the rendered copies that stand around a formula's LaTeX in text taken from a page.

    A copy is an equality with the same numbers, in whatever order, and no command.
    """
    numbered = [(place, digits) for place, token in enumerate(found) for digits in _digits(token)]
    places, text = [place for place, _ in numbered], [digits for _, digits in numbered]
    latex = _counted(found, _is_latex)
    relations = _counted(found, lambda token: token.kind == "relation")
    spoken = _counted(found, lambda token: token.kind == "word")
    ends = _counted(found, lambda token: token.kind == "newline" and not token.latex)
    dollars = _counted(found, lambda token: token.kind == "dollar")
    limits = _next_places(found, lambda token: _is_latex(token) or token.kind in ("newline", "word"))

    def copied(i: int, length: int) -> bool:
        """Is there a formula in LaTeX right after its copy?"""
        first = _start_of_copy(found, places[i])
        source, end = places[i + length - 1] + 1, places[i + 2 * length - 1] + 1
        on_one_line = spoken[first] == spoken[source] and ends[first] == ends[places[i + length]]
        in_latex = latex[first] == latex[source] < latex[end] and dollars[first] == dollars[end]
        equalities = relations[source] - relations[first]
        return on_one_line and in_latex and equalities > 0 and equalities == relations[end] - relations[source]

    dropped: set[int] = set()
    i = 0
    while i < len(places):
        most = bisect_left(places, limits[places[i]], i, min(len(places), i + _MOST_NUMBERS)) - i
        length = max((length for length in _lengths_of_copies(text, i, most) if copied(i, length)), default=0)
        if not length:
            i += 1
            continue
        dropped.update(range(_start_of_copy(found, places[i]), _end_of_copy(found, places[i + length - 1] + 1)))
        i += 2 * length
        if Counter(text[i - length : i]) == Counter(text[i : i + length]):  # and once more behind it
            end, last = places[i - 1] + 1, places[i + length - 1]
            while end <= last and (found[end].kind in _ENDS or found[end].text in ("^", "T")):
                end += 1
            if latex[end] == latex[last + 1]:
                dropped.update(range(end, _end_of_copy(found, last + 1)))
                i += length
    return [Token("stop", "copy", t.start, t.end) if place in dropped else t for place, t in enumerate(found)]


def _is_latex(token: Token) -> bool:
    """A command, or what only LaTeX writes: ^, _, a_1."""
    return token.latex or token.text in ("^", "_") or (token.kind == "name" and "_" in token.text)


def _digits(token: Token) -> list[str]:
    """The numbers in a token: of a_1 the 1, which is rendered apart."""
    if token.kind == "number":
        return [token.text]
    return re.findall(r"(?<=_)\d+", token.text) if token.kind == "name" else []


def _counted(found: Sequence[Token], is_one: Callable[[Token], bool]) -> list[int]:
    """How many there are before each place."""
    return [0, *accumulate(int(is_one(token)) for token in found)]


def _next_places(found: Sequence[Token], is_one: Callable[[Token], bool]) -> list[int]:
    """From each place on, where the next one is."""
    places = [len(found)] * (len(found) + 1)
    for place in range(len(found) - 1, -1, -1):
        places[place] = place if is_one(found[place]) else places[place + 1]
    return places


def _start_of_copy(found: Sequence[Token], first: int) -> int:
    """Back from the first number of a copy to where it begins."""
    start = first
    while start and found[start - 1].kind in ("name", "operator", "relation", "open", "close", "prime"):
        start -= 1
    return start


def _end_of_copy(found: Sequence[Token], end: int) -> int:
    """On from its last number over the brackets that close, and a T that transposes."""
    while end < len(found) and not found[end].latex and (
        found[end].kind == "close" or (found[end].text == "T" and found[end - 1].kind == "close")
    ):
        end += 1
    return end


def _lengths_of_copies(text: Sequence[str], i: int, most: int) -> Iterator[int]:
    """How many numbers from the ``i``-th on, ``most`` at the most, stand once more right after."""
    if text[i] not in text[i + 1 : i + 2 * most]:
        return
    balance: Counter[str] = Counter()  # of the first half over the second
    uneven = 0

    def count(number: str, by: int) -> None:
        nonlocal uneven
        uneven -= balance[number] != 0
        balance[number] += by
        uneven += balance[number] != 0

    for length in range(1, min(most, (len(text) - i) // 2) + 1):
        count(text[i + length - 1], 1 if length == 1 else 2)
        for number in text[i + 2 * length - (1 if length == 1 else 2) : i + 2 * length]:
            count(number, -1)
        if not uneven:
            yield length
