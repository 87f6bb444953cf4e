"""Exercises: small networks whose numbers come out well by hand, the same for the same seed.

>>> from autograd import exercise
>>> one = exercise(level=1, seed=2)
>>> print(one)
y
<BLANKLINE>
Work out the output y, and its gradient with respect to every weight and input.
<BLANKLINE>
given: w = 0.8, x = 0.5
<BLANKLINE>
forward: result
  y = w · x = _____
<BLANKLINE>
gradients: leaves
  ∂y/∂w = x = _____
  ∂y/∂x = w = _____
>>> one.root.data, exercise(level=1, seed=2).root.data
(0.4, 0.4)
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from .. import arguments, numeric
from ..errors import DomainError, ShapeError
from ..graph import consumers, topological_order
from ..interpret import contributions_at, evaluate, pull_back
from ..value import Value
from .worksheet import Worksheet, worksheet

__all__ = ["LEVELS", "Exercise", "exercise"]

# From one multiplication to a network with a softmax that learns: what `exercise(level=n)` is.
LEVELS: dict[int, dict[str, Any]] = {
    1: {"layers": [1, 1], "activations": ["linear"], "loss": "", "bias": False},
    2: {"layers": [2, 1], "activations": ["linear"], "loss": ""},
    3: {"layers": [2, 1], "activations": ["relu"], "loss": "half_squared_error"},
    4: {"layers": [2, 1], "activations": ["sigmoid"], "loss": ""},
    5: {"layers": [2, 1], "activations": ["sigmoid"], "loss": "half_squared_error"},
    6: {"layers": [2, 2, 1], "activations": ["relu", "linear"], "loss": "half_squared_error"},
    7: {"layers": [2, 2, 1], "activations": ["tanh", "sigmoid"], "loss": "half_squared_error", "rate": 0.5},
    8: {"layers": [2, 2, 2], "activations": ["relu", "softmax"], "loss": "cross_entropy", "rate": 0.1},
}

_TRIES = 5000
_DIGITS = 4  # significant ones, of every number that has no more than them, and of the others' rounding
_ALIKE = 2e-3  # relative: numbers that are alike to three digits
_INPUTS = [Fraction(n, 2) for n in (-5, -4, -3, -1, 1, 3, 4, 5, 6)]
_WEIGHTS = [Fraction(n, 10) for n in range(-9, 10) if n]
_SUMS = [Fraction(n, 10) for n in range(2, 16)]  # of what stands before an activation, but for its sign
_ERRORS = [Fraction(n, 10) for n in (-8, -7, -6, -4, -3, -2, 2, 3, 4, 6, 7, 8)]
_TARGETS = [Fraction(n, 10) for n in range(1, 10)]
_LARGEST_BIAS = 2
_LEAST, _MOST = 0.1, 2.5  # of what stands before a sigmoid or a tanh, but for its sign: neither flat nor saturated

_ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "linear": lambda z: z, "relu": numeric.relu, "sigmoid": numeric.sigmoid, "tanh": numeric.tanh,
}  # fmt: skip
_RATIONAL = ("linear", "relu")  # what keeps Fractions
_LOSSES = ("", "half_squared_error", "cross_entropy")
_SIGNS = {"linear": "no activation", "relu": "ReLU", "sigmoid": "σ", "tanh": "tanh", "softmax": "softmax"}
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(slots=True)
class Exercise:
    """A network with a task. ``quiz``, ``play`` and ``explain`` take it; ``worksheet`` and ``key`` are for paper."""

    root: Value
    task: str
    seed: int
    parameters: list[Value]
    rate: float | None = None

    @property
    def worksheet(self) -> Worksheet:
        return worksheet(self.root, rate=self.rate, parameters=self.parameters, task=self.task)

    @property
    def key(self) -> Worksheet:
        return self.worksheet.key

    def __str__(self) -> str:
        return str(self.worksheet)

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        return self.worksheet.markdown()


def exercise(
    layers: Sequence[int] = (2, 2, 1),
    activations: Sequence[str] | None = None,
    loss: str = "half_squared_error",
    *,
    seed: int = 0,
    level: int | None = None,
    rate: float | None = None,
    bias: bool = True,
    dead: int = 0,
    kind: Callable[[Any], Any] = float,
) -> Exercise:
    """A small network whose numbers come out well by hand, with a task, a worksheet and a key.

    >>> from autograd import exercise, quiz
    >>> small = exercise(layers=[2, 1], activations=["relu"], seed=1)
    >>> quiz(small, ["q"])
    L: 16 questions, forward and then backward; h is a hint, s skips, q leaves
    ...

    ``layers`` are the numbers of inputs and of each layer's neurons, ``activations`` one name for each layer
    (linear, relu, sigmoid, tanh, and softmax for the last; ReLU and then σ where none are given), ``loss`` is
    half_squared_error, cross_entropy (after a softmax) or "" for none. ``level`` stands for one of eight sets of
    these, from one multiplication (1) to a network with a softmax and a step of gradient descent (8). With a
    ``rate`` the task ends with such a step.

    The same arguments and the same ``seed`` give the same exercise. What follows from the inputs without a σ, a
    tanh or a softmax has at most four significant digits; ``kind=Fraction`` keeps that exact. No two values, and
    no two gradients, are alike to three digits but where one is the other; no σ or tanh is saturated, and as many
    ReLUs are off as ``dead`` says.
    """
    if level is not None:
        arguments.whole(level, "exercise: level", 1, len(LEVELS))
        given = LEVELS[level]
        layers, activations, loss = given["layers"], given["activations"], given["loss"]
        rate, bias = given.get("rate") if rate is None else rate, given.get("bias", True)
    seed = arguments.whole(seed, "exercise: seed", 0)
    if kind not in (float, Fraction):
        raise arguments.refused(kind, "exercise: kind", "float or Fraction")
    plan = _Plan(*_looked_at(layers, activations, loss, dead), bias=bias, dead=dead)
    rng = random.Random(f"{plan.sizes} {plan.activations} {loss} {bias} {dead} {seed}")
    for _ in range(_TRIES):
        numbers = plan.drawn(rng)
        if numbers is not None and _comes_out_well(plan, numbers):
            root, parameters = plan.built(numbers, kind)
            return Exercise(root, plan.task(rate), seed, parameters, rate)
    raise DomainError(
        f"exercise: no numbers come out well for layers={list(layers)} with dead={dead}, in {_TRIES:,} tries; "
        "take fewer neurons"
    )


def _looked_at(layers: Any, activations: Any, loss: Any, dead: Any) -> tuple[list[int], list[str], str]:
    sizes = [arguments.whole(size, "exercise: layers", 1, 9) for size in arguments.listed(layers, "layers", "a list")]
    if len(sizes) < 2:
        raise ShapeError(f"exercise: layers={sizes}: expected the number of inputs, and of each layer's neurons")
    count = len(sizes) - 1
    if activations is None:
        last = "softmax" if loss == "cross_entropy" else "sigmoid"
        activations = ["relu"] * (count - 1) + [last]
    names = arguments.listed(activations, "activations", "a list of names")
    if len(names) != count:
        raise ShapeError(f"exercise: {len(names)} activations for {count} layers; give one for each layer")
    for place, name in enumerate(names):
        known = [*_ACTIVATIONS, "softmax"] if place == count - 1 else list(_ACTIVATIONS)
        arguments.one_of(name, f"exercise: the activation of layer {place + 1}", known)
    arguments.one_of(loss, "exercise: loss", _LOSSES)
    if (loss == "cross_entropy") != (names[-1] == "softmax") or (names[-1] == "softmax" and sizes[-1] < 2):
        raise ShapeError(
            "exercise: loss='cross_entropy' comes after a softmax of two numbers or more, and nothing else"
        )
    if not loss and sizes[-1] > 1:
        raise ShapeError(f"exercise: {sizes[-1]} outputs need a loss, which makes one number of them")
    relus = sum(size for size, name in zip(sizes[1:], names) if name == "relu")
    arguments.whole(dead, "exercise: dead", 0, relus)
    return sizes, list(names), loss


@dataclass(slots=True)
class _Numbers:
    inputs: list[Fraction]
    rows: list[list[list[Fraction]]]  # of each layer and neuron: its weights and its bias
    targets: list[Fraction]
    index: int = 0  # of the true class


@dataclass(slots=True)
class _Plan:
    sizes: list[int]
    activations: list[str]
    loss: str
    bias: bool
    dead: int

    def drawn(self, rng: random.Random) -> _Numbers | None:
        """Numbers at random: biases so that the weighted sums of exact numbers are short, targets likewise."""
        inputs = rng.sample(_INPUTS, self.sizes[0])
        off = self._those_off(rng)
        at: list[Any] = list(inputs)
        rows = []
        for layer, (size, name) in enumerate(zip(self.sizes[1:], self.activations)):
            neurons, sums = [], []
            for place in range(size):
                weights = rng.choices(_WEIGHTS, k=len(at))
                before = sum(weight * x for weight, x in zip(weights, at))
                bias = self._bias(rng, before, name, (layer, place) in off)
                if bias is None:
                    return None
                neurons.append([*weights, bias])
                sums.append(before + bias)
            rows.append(neurons)
            exact = name in _RATIONAL
            at = sums if name == "softmax" else [_ACTIVATIONS[name](z if exact else float(z)) for z in sums]
        targets = [self._target(rng, a) for a in at] if self.loss == "half_squared_error" else []
        return _Numbers(inputs, rows, targets, rng.randrange(self.sizes[-1]))

    def _those_off(self, rng: random.Random) -> list[tuple[int, int]]:
        relus = [
            (layer, place)
            for layer, (size, name) in enumerate(zip(self.sizes[1:], self.activations))
            for place in range(size)
            if name == "relu"
        ]
        return rng.sample(relus, self.dead)

    def _bias(self, rng: random.Random, before: Any, name: str, is_off: bool) -> Fraction | None:
        """What makes of the sum before it a number that the activation is to have; None where there is none."""
        if not self.bias:
            return Fraction(0)
        sign = (-1 if is_off else 1) if name == "relu" else rng.choice((-1, 1))
        if isinstance(before, Fraction):
            bias = sign * rng.choice(_SUMS) - before
            return bias if bias and abs(bias) <= _LARGEST_BIAS else None
        bias = rng.choice(_WEIGHTS)
        fits = _LEAST <= abs(before + bias) <= _MOST and (name != "relu" or sign * (before + bias) > 0)
        return bias if fits else None

    def _target(self, rng: random.Random, output: Any) -> Fraction:
        if isinstance(output, Fraction):
            return output - rng.choice(_ERRORS)
        return rng.choice([target for target in _TARGETS if abs(target - output) > _LEAST])

    def built(self, numbers: _Numbers, kind: Callable[[Any], Any]) -> tuple[Value, list[Value]]:
        """The graph of the numbers, and the weights and biases."""
        at: list[Any] = _named("x", [Value(kind(x)) for x in numbers.inputs])
        parameters: list[Value] = []
        several = len(numbers.rows) > 1
        for layer, (rows, name) in enumerate(zip(numbers.rows, self.activations), 1):
            mark = str(layer).translate(_SUPERSCRIPTS) if several else ""
            sums = []
            for place, row in enumerate(rows, 1):
                leaves = [Value(kind(number)) for number in row]
                at_neuron = str(place).translate(_SUBSCRIPTS) if len(rows) > 1 else ""
                _named(f"w{mark}{at_neuron}", leaves[:-1])
                leaves[-1].label = f"b{mark}{at_neuron}"
                parameters += leaves if self.bias else leaves[:-1]
                if not self.bias and len(at) == 1:
                    sums.append(leaves[0] * at[0])
                else:
                    sums.append(numeric.weighted_sum(leaves[:-1], at, leaves[-1] if self.bias else 0))
            _named(f"z{mark}", sums)
            if name == "softmax":
                loss = -numeric.log_softmax(sums)[numbers.index]
                loss.label = "L"
                return loss, parameters
            at = sums if name == "linear" else _named(f"a{mark}", [_ACTIVATIONS[name](z) for z in sums])
        if not self.loss:
            at[0].label = "y"
            return at[0], parameters
        targets = _named("t", [Value(kind(target)) for target in numbers.targets])
        squares = [(a - target) ** 2 for a, target in zip(at, targets)]
        loss = (squares[0] if len(squares) == 1 else numeric.total(squares)) / 2
        loss.label = "L"
        return loss, parameters

    def task(self, rate: float | None) -> str:
        result = "the loss L" if self.loss else "the output y"
        of = {"half_squared_error": "half the squared error", "cross_entropy": "the cross-entropy", "": ""}[self.loss]
        if len(self.sizes) == 2 and not self.loss and self.activations == ["linear"]:
            task = f"Work out {result}, and its gradient with respect to every weight and input."
        else:
            network = "–".join(map(str, self.sizes))
            task = f"A {network} network ({', then '.join(_SIGNS[name] for name in self.activations)}). Work out "
            task += result + (f", {of}," if of else ",")
            task += " forward, and then its gradients backward."
        if rate is not None:
            task += f" Then take one step of gradient descent with the learning rate {rate:g}."
        return task


def _named(name: str, values: list[Value]) -> list[Value]:
    """Numbered from 1, where there are several."""
    for number, value in enumerate(values, 1):
        value.label = name + (str(number).translate(_SUBSCRIPTS) if len(values) > 1 else "")
    return values


# --- do the numbers come out well? ---


def _comes_out_well(plan: _Plan, numbers: _Numbers) -> bool:
    if not all(numbers.targets):  # a term less
        return False
    given = [*numbers.inputs, *numbers.targets, *[x for rows in numbers.rows for row in rows for x in row]]
    if not all(map(_is_short, given)):
        return False
    is_exact = set(plan.activations) <= set(_RATIONAL)
    root, _ = plan.built(numbers, Fraction if is_exact else float)
    exact = list(_answers(root, {}))
    if is_exact and not all(_is_short(x) for group in exact for x in group):
        return False
    leaves = [node for node in topological_order(root) if not node.op]
    # what is equal here, and no longer where the leaves are others, is equal by accident
    nudged = {leaf: float(leaf.data) * (1 + 1e-3 * math.sin(7 + place)) for place, leaf in enumerate(leaves)}
    off = plan.dead > 0
    return not any(
        _are_alike_by_accident([float(x) for x in here], [float(x) for x in there], off)
        for here, there in zip(exact, _answers(root, nudged))
    )


def _is_short(number: Any) -> bool:
    """Is it a decimal of a few digits?"""
    scaled = Fraction(number) * 10**8
    if scaled.denominator != 1:
        return False
    return len(str(abs(scaled.numerator)).rstrip("0")) <= _DIGITS


def _answers(root: Value, leaves: dict[Value, Any]) -> Iterator[list[Any]]:
    """The values; the gradients, and what each way brings of those that come on several."""
    order = topological_order(root)
    found = evaluate(order, leaves)
    terms = contributions_at(found)
    cotangents = pull_back(order, {root: 1}, terms)
    using = consumers(order)
    backward = [cotangents[node] for node in order if node is not root]
    for node in order:
        if len(using[node]) > 1:
            for user in using[node]:
                backward.append(sum(term for operand, _, term in terms(user, cotangents[user]) if operand is node))
    yield [found[node] for node in order if node.op]
    yield backward


def _are_alike_by_accident(here: list[float], there: list[float], zeros: bool) -> bool:
    """Are two numbers alike to three digits that are not always the same; or is one 0 that need not be?"""
    by_size = sorted(pair for pair in zip(here, there) if abs(pair[0]) > 1e-9)
    if len(by_size) < len(here) and not zeros:
        return True
    for (first, first_there), (second, second_there) in pairwise(by_size):
        close = abs(first - second) <= _ALIKE * max(abs(first), abs(second))
        if close and abs(first_there - second_there) > 1e-9 * abs(first_there):
            return True
    return False
