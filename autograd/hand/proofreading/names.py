"""The names of a document and the Values of a graph: ``z^{(2)}_1`` is z²₁, ``∂L/∂w_{11}`` the gradient of w₁₁.

>>> from autograd import Value
>>> z = Value(0.4, label="z²₁")
>>> a = z.sigmoid()
>>> a.label = "a²₁"
>>> names = Names(a)
>>> [names.meant(tokens(text)) for text in (r"\\mathbf{z}_1^{(2)}", "a2[1]", "da/dz", "q")]
[[('z²₁', 'data')], [('a²₁', 'data')], [], []]

A name is a base, what is raised and what is lowered; where a document writes the two side by side, as in
z21, the name that has them in either order is meant, if there is one only. One without an index stands
for all the values that have one, as a vector does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ...graph import consumers, is_activation, topological_order
from ...value import Value
from .tokens import Token, tokens

__all__ = ["Names", "key_of", "spelt"]

_LOSSES = frozenset(["l", "e", "j", "c", "loss", "cost", "error", "etotal", "e_total", "mse"])
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_ATOM = re.compile(r"(?P<base>[A-Za-zÀ-ɏΑ-Ωα-ωϕ𝜎Σ]+?)(?P<digits>\d*)(?P<marks>(?:[\^_]\{[^{}]*\}|\[\w+\])*)")
_MARK = re.compile(r"(?P<kind>[\^_])\{(?P<text>[^{}]*)\}|\[(?P<index>\w+)\]")
_OVER = re.compile(r"(?:[∂d](?P<upper>[^/∂]+)/[∂d](?P<lower>.+)|∇(?:_\{(?P<of>.+)\}|_(?P<short>\w))(?P<root>.*))")


@dataclass(frozen=True, slots=True)
class _Key:
    base: str
    raised: str
    lowered: str

    @property
    def digits(self) -> str:
        return self.raised + self.lowered


def key_of(text: str) -> _Key | None:
    match = _ATOM.fullmatch(text)
    if match is None:
        return None
    raised, lowered = "", match["digits"]
    for mark in _MARK.finditer(match["marks"]):
        inside = re.sub(r"[(),\s\[\]_]", "", mark["text"] or mark["index"] or "")
        if not inside.isalnum():
            return None  # w⁺, Wᵀ, x_{i+1}: not the value that is called so
        if mark["kind"] == "^":
            raised += inside
        else:
            lowered += inside
    return None if raised == "T" else _Key(match["base"], raised, lowered)


def spelt(side: Iterable[Token]) -> str:
    """The tokens of a name without layout: z^{2}_{1}."""
    pieces: list[str] = []
    for token in side:
        text = token.text
        if token.kind == "superscript":
            text = "^{" + text + "}"
        elif token.kind == "subscript":
            text = "_{" + text.translate(_LOWERED) + "}"
        elif token.kind == "frac":
            text = "\\"
        elif token.kind == "name":
            text = {"partial": "∂", "nabla": "∇", "delta": "δ", "sigma": "σ", "Sigma": "Σ", "eta": "η"}.get(text, text)
            lowered = re.search(r"[₀-₉]+$", text)
            if lowered:
                text = f"{text[: lowered.start()]}_{{{lowered[0].translate(_LOWERED)}}}"
            text = re.sub(r"(?<=[A-Za-z])_(\w+)$", lambda low: "_{" + low[1].replace("_", "") + "}", text)
        elif token.kind in ("gap", "dollar", "newline"):
            continue
        pieces.append(text)
    return _tidy("".join(pieces))


def _tidy(text: str) -> str:
    text = re.sub(r"([\^_])([A-Za-z0-9])", r"\1{\2}", text)  # a_1 as a_{1}
    for _ in range(3):
        text = re.sub(r"([\^_]\{)[{(]([^{}()]*)[})]\}", r"\1\2}", text)  # ^{(2)} as ^{2}
        text = re.sub(r"(?<![\^_}\\])\{([^{}\\]*(?:[\^_]\{[^{}]*\}[^{}\\]*)*)\}", r"\1", text)  # {z} as z
    fraction = re.fullmatch(r"\\\{?(.*?)\}?\{(.*)\}", text) or re.fullmatch(r"\\(.*?)(∂.*)", text[:1] + text[1:])
    if fraction and text.startswith("\\"):
        text = f"{fraction[1]}/{fraction[2]}"
    return text


class Names:
    """The labels of a graph, looked up as documents write them."""

    def __init__(self, root: Value, *others: Value) -> None:
        self.root = root
        self.order = list(dict.fromkeys(node for one in (root, *others) for node in topological_order(one)))
        self.users = consumers(self.order)
        self.values: dict[str, Value] = {}
        self.keys: dict[str, _Key] = {}
        for node in self.order:
            if node.label and node.label not in self.values:
                self.values[node.label] = node
                key = key_of(_label(node.label))
                if key is not None:
                    self.keys[node.label] = key

    def meant(self, side: Iterable[Token]) -> list[tuple[str, str]]:
        """The labels that a name stands for, each with "data", "grad" or "slope"; none where it is no name."""
        text = spelt(side)
        function = re.fullmatch(r"(?P<name>[A-Za-zσ]+)(?P<prime>['′]?)\((?P<of>.+)\)", text)
        if function:
            return self._applied(function["of"], bool(function["prime"]))
        over = _OVER.fullmatch(text)
        if over:
            if over["upper"] is not None:
                return self._gradient(over["lower"]) if self._is_root(over["upper"]) else []
            return self._gradient(over["of"] or over["short"]) if self._is_root(over["root"] or "L") else []
        found = [(label, "data") for label in self._labels(text)]
        if found:
            return found
        if text.endswith(".grad"):
            return self._gradient(text[: -len(".grad")])
        if text[:1] == "d" and len(text) > 1:
            return self._gradient(text[1:])
        return self._gradient("z" + text[1:]) if text[:1] == "δ" else []

    def _applied(self, of: str, slope: bool) -> list[tuple[str, str]]:
        """f(z), the activation of z, or its slope there."""
        found = []
        for label in self._labels(of):
            users = [user for user in self.users.get(self.values[label], ()) if is_activation(user) and user.label]
            if len(users) != 1:
                return []
            found.append((users[0].label, "slope" if slope else "data"))
        return found

    def _gradient(self, text: str) -> list[tuple[str, str]]:
        return [(label, "grad") for label in self._labels(_tidy(text))]

    def _is_root(self, text: str) -> bool:
        text = _tidy(text.strip("()"))
        key = key_of(text)
        is_loss = key is not None and (key.base + key.lowered).lower() in _LOSSES
        return is_loss or self.root.label in self._labels(text)

    def _labels(self, text: str) -> list[str]:
        key = key_of(_tidy(text))
        if key is None:
            return [text] if text in self.values else []
        for alike in (lambda one: one, lambda one: _Key(one.base.lower(), one.raised, one.lowered)):
            wanted = alike(key)
            same = [label for label, own in self.keys.items() if alike(own) == wanted]
            if not same:
                same = [
                    label for label, own in self.keys.items()
                    if alike(own).base == wanted.base
                    and wanted.digits in (own.raised + own.lowered, own.lowered + own.raised)
                ]  # fmt: skip
            if len(same) == 1:
                return same
            if same:
                return []
            many = [
                label for label, own in self.keys.items()
                if alike(own).base == wanted.base and own.raised == wanted.raised and own.lowered and not wanted.lowered
            ] or [
                label for label, own in self.keys.items()
                if alike(own).base == wanted.base and wanted.digits and own.lowered.startswith(wanted.digits)
                and not own.raised
            ]  # fmt: skip
            if len(many) > 1:
                return sorted(many, key=lambda label: (len(self.keys[label].lowered), self.keys[label].lowered))
        if key.base.lower() in _LOSSES and not key.digits and self.root.label:
            return [self.root.label]
        return []


def _label(label: str) -> str:
    """A label as a name is spelt."""
    return spelt(tokens(label))
