"""Random derivations by hand: rounded as one goes, right or with one mistake of a known kind in them.

The arithmetic is plain Python and shares nothing with the engine; the engine's graph is built beside it.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

from autograd import Value, weighted_sum

# kind of mistake -> what the audit's words for it may be
MISTAKES = {
    "sign": r"sign (reversed|of every gradient)",
    "bias": r"bias .* left out",
    "derivative left out": r"factor .* left out",
    "derivative twice": r"multiplied by .* once too often",
    "target": r"left out",
    "half": r"½ of the squared error left out|factor 2|once too often",
    "wrong neuron": r"in the place of",
    "one minus a": r"factor .*(a|h)\d.* left out",
    "digits exchanged": r"digits exchanged",
    "decimal point": r"decimal point",
}


class ByHand:
    """One derivation of a random network: ``figures`` in order, and which of them has the mistake."""

    def __init__(self, seed: int, mistake: str = "") -> None:
        self.random = random.Random(seed)
        self.digits = self.random.choice((3, 4, 5, 6))
        self.mistake = mistake
        self.wrong = ""
        self.figures: dict[str, str] = {}
        self.numbers: dict[str, float] = {}
        inputs, hidden, outputs = self.random.choice(((2, 2, 1), (2, 3, 1), (2, 2, 2), (3, 2, 2)))
        self._given(inputs, hidden, outputs)
        self._calculate(inputs, hidden, outputs)
        self.root = self._graph(inputs, hidden, outputs)

    def _given(self, inputs: int, hidden: int, outputs: int) -> None:
        names = [f"x{i}" for i in range(inputs)] + [f"t{k}" for k in range(outputs)]
        names += [f"w{j}{i}" for j in range(hidden) for i in range(inputs)] + [f"b{j}" for j in range(hidden)]
        names += [f"v{k}{j}" for k in range(outputs) for j in range(hidden)] + [f"c{k}" for k in range(outputs)]
        for name in names:
            number = round(self.random.uniform(-1, 1), 2)
            self.numbers[name] = number or 0.37

    def _print(self, name: str, number: float) -> None:
        """A figure, rounded: it is what the calculation goes on with."""
        if name == self.wrong and self.mistake in ("digits exchanged", "decimal point"):
            number = self._misprint(number)
        text = f"{number:.{self.digits}f}"
        self.figures[name] = text
        self.numbers[name] = float(text)

    def _misprint(self, number: float) -> float:
        if self.mistake == "decimal point":
            return number * 10
        text = f"{number:.{self.digits}f}"
        places = [i for i in range(text.index(".") + 1, len(text) - 2) if text[i] != text[i + 1]]
        i = places[0] if places else 0
        return float(text[:i] + text[i + 1] + text[i] + text[i + 2 :]) if places else number * 10

    def _calculate(self, inputs: int, hidden: int, outputs: int) -> None:
        n, rand, mistake = self.numbers, self.random, self.mistake
        place = {
            "bias": f"z{rand.randrange(hidden)}", "target": f"dy{rand.randrange(outputs)}", "half": "L",
            "wrong neuron": f"s{rand.randrange(outputs)}", "one minus a": f"dz{rand.randrange(hidden)}",
            "derivative left out": f"dz{rand.randrange(hidden)}", "derivative twice": f"dz{rand.randrange(hidden)}",
            "sign": f"dv{rand.randrange(outputs)}{rand.randrange(hidden)}",
            "digits exchanged": f"z{rand.randrange(hidden)}",
            "decimal point": f"dv{rand.randrange(outputs)}{rand.randrange(hidden)}",
        }  # fmt: skip
        self.wrong = place.get(mistake, "")
        here: Callable[[str, str], bool] = lambda name, kind: name == self.wrong and kind == mistake
        for j in range(hidden):
            bias = 0.0 if here(f"z{j}", "bias") else n[f"b{j}"]
            self._print(f"z{j}", sum(n[f"w{j}{i}"] * n[f"x{i}"] for i in range(inputs)) + bias)
        for j in range(hidden):
            self._print(f"a{j}", 1 / (1 + math.exp(-n[f"z{j}"])))
        for k in range(outputs):
            order = list(range(hidden))
            if here(f"s{k}", "wrong neuron"):
                order[0] = 1
            self._print(f"s{k}", sum(n[f"v{k}{j}"] * n[f"a{order[j]}"] for j in range(hidden)) + n[f"c{k}"])
        for k in range(outputs):
            self._print(f"y{k}", math.tanh(n[f"s{k}"]))
        share = 1.0 if here("L", "half") else 0.5
        self._print("L", share * sum((n[f"y{k}"] - n[f"t{k}"]) ** 2 for k in range(outputs)))
        for k in range(outputs):
            self._print(f"dy{k}", n[f"y{k}"] - (0 if here(f"dy{k}", "target") else n[f"t{k}"]))
            self._print(f"ds{k}", n[f"dy{k}"] * (1 - n[f"y{k}"] ** 2))
            for j in range(hidden):
                sign = -1 if here(f"dv{k}{j}", "sign") else 1
                self._print(f"dv{k}{j}", sign * n[f"ds{k}"] * n[f"a{j}"])
        for j in range(hidden):
            self._print(f"da{j}", sum(n[f"ds{k}"] * n[f"v{k}{j}"] for k in range(outputs)))
            a = n[f"a{j}"]
            slope = a * (1 - a)
            if here(f"dz{j}", "one minus a"):
                slope = 1 - a
            if here(f"dz{j}", "derivative left out"):
                slope = 1.0
            if here(f"dz{j}", "derivative twice"):
                slope *= slope
            self._print(f"dz{j}", n[f"da{j}"] * slope)
            for i in range(inputs):
                self._print(f"dw{j}{i}", n[f"dz{j}"] * n[f"x{i}"])

    def _graph(self, inputs: int, hidden: int, outputs: int) -> Value:
        v: dict[str, Value] = {}

        def keep(name: str, value: Any) -> Value:
            value.label = name
            v[name] = value
            return value

        for name, number in list(self.numbers.items()):
            if name not in self.figures:
                keep(name, Value(number))
        for j in range(hidden):
            ws, xs = [v[f"w{j}{i}"] for i in range(inputs)], [v[f"x{i}"] for i in range(inputs)]
            keep(f"a{j}", keep(f"z{j}", weighted_sum(ws, xs, v[f"b{j}"])).sigmoid())
        for k in range(outputs):
            ws = [v[f"v{k}{j}"] for j in range(hidden)]
            keep(f"y{k}", keep(f"s{k}", weighted_sum(ws, [v[f"a{j}"] for j in range(hidden)], v[f"c{k}"])).tanh())
        squares = [(v[f"y{k}"] - v[f"t{k}"]) ** 2 for k in range(outputs)]
        whole = squares[0]
        for square in squares[1:]:
            whole = whole + square
        return keep("L", whole / 2)

    def named(self) -> dict[str, str]:
        """The figures by the names that an audit takes."""
        return {(f"{name[1:]}.grad" if name.startswith("d") else name): text for name, text in self.figures.items()}

    @property
    def place(self) -> int:
        return list(self.figures).index(self.wrong)
