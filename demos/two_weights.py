"""A chain of two weights, 1000 rounds: and is that program's update the gradient of its own loss?

    a¹ = σ(x · w₁)    a² = σ(a¹ · w₂)    E = ½ (target − a²)²
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from autograd import Graph, Value, check, draw, sigmoid
from demos.example import Example
from demos.labels import by_label

__all__ = ["EXAMPLE", "Chain", "Round", "rounds", "transcript", "values"]

ROUNDS = 1000
LEARNING_RATE = 0.1
INPUT, TARGET = 0.5, 0.9


class Chain:
    """The document's network with its first weights, and half the squared error as its loss."""

    def __init__(self) -> None:
        self.x = Value(INPUT, "x")
        self.w1 = Value(0.8, "w₁")
        self.w2 = Value(0.6, "w₂")
        self.target = Value(TARGET, "target")
        self.z1 = self.x * self.w1
        self.a1 = sigmoid(self.z1)
        self.z2 = self.a1 * self.w2
        self.a2 = sigmoid(self.z2)
        self.error = self.target - self.a2
        self.loss = self.error**2 / 2
        for label, node in (
            ("z¹", self.z1),
            ("a¹", self.a1),
            ("z²", self.z2),
            ("a²", self.a2),
            ("error", self.error),
            ("E", self.loss),
        ):
            node.label = label

    def evaluate(self) -> None:
        """The forward pass from the present weights, and the gradients of this pass alone."""
        self.loss.forward()
        self.w1.grad = self.w2.grad = 0.0
        self.loss.backward()


def values() -> dict[str, Value]:
    """Every named Value of the first round, after ``E.backward()``."""
    chain = Chain()
    chain.evaluate()
    return by_label(
        chain.x, chain.w1, chain.w2, chain.target, chain.z1, chain.a1, chain.z2, chain.a2, chain.error, chain.loss
    )


@dataclass(frozen=True, slots=True)
class Round:
    """What the program prints in one round, and what it added to its weights (before the learning rate)."""

    output: float
    error: float
    w1: float
    w2: float
    added_to_w1: float
    added_to_w2: float
    descent_of_w1: float  # −∂E/∂w₁, by the engine, from the same weights
    descent_of_w2: float
    a1: float


def rounds(by_gradient: bool = False) -> Iterator[Round]:
    """The program's rounds; ``by_gradient`` replaces its updates by −∂E/∂w."""
    chain = Chain()
    for _ in range(ROUNDS):
        chain.evaluate()
        a1, a2, error = chain.a1.data, chain.a2.data, chain.error.data
        # The program's own formulas: a¹ stands in its gradient_output, and so once more in w₁'s.
        gradient_output = a1 * error * (a2 * (1 - a2))
        error_at_hidden = gradient_output * chain.w2.data
        gradient_hidden = INPUT * error_at_hidden * (a1 * (1 - a1))
        descent = -chain.w1.grad, -chain.w2.grad
        added = descent if by_gradient else (gradient_hidden, gradient_output)
        chain.w1.data += added[0] * LEARNING_RATE
        chain.w2.data += added[1] * LEARNING_RATE
        yield Round(a2, error, chain.w1.data, chain.w2.data, *added, *descent, a1)


def transcript() -> str:
    """All that the document's program prints."""
    rule = "-" * 20
    lines = ["训练开始!", f"初始输入: {INPUT}", f"目标输出: {TARGET}", rule]
    for number, done in enumerate(rounds(), 1):
        lines += [*_printed(number, done), rule]
    return "\n".join(lines) + "\n"


def _printed(number: int, done: Round) -> list[str]:
    return [
        f"第{number}轮训练:",
        f"预测输出: {done.output:.4f}",
        f"当前误差: {done.error:.4f}",
        f"weight1更新为: {done.w1:.4f}",
        f"weight2更新为: {done.w2:.4f}",
    ]


def _tell() -> Iterator[str]:
    done = list(rounds())
    yield f"The document prints no result; its program prints these lines, {ROUNDS} rounds of them"
    yield "(all are in two_weights.txt; its comment says 3 rounds, its loop runs 1000):"
    for number in (1, 2, 3, ROUNDS):
        yield "  " + "  ".join(_printed(number, done[number - 1]))
    yield ""

    yield "Is what it adds to a weight −∂E/∂w, for E = ½(target − output)²? Program, and engine:"
    yield "  round   added to w₂      −∂E/∂w₂   added to w₁      −∂E/∂w₁     ratio       a¹"
    for number in (1, 10, 100, ROUNDS):
        r = done[number - 1]
        yield (
            f"  {number:5}  {r.added_to_w2:12.9f} {r.descent_of_w2:12.9f}  {r.added_to_w1:12.9f} "
            f"{r.descent_of_w1:12.9f}  {r.added_to_w1 / r.descent_of_w1:8.6f} {r.a1:8.6f}"
        )
    apart = max(abs(r.added_to_w2 / r.descent_of_w2 - 1) for r in done)
    yield f"For w₂ it is, sign and all: the two differ by no more than {apart:.0e} of their size in any round."
    apart = max(abs(r.added_to_w1 / (r.a1 * r.descent_of_w1) - 1) for r in done)
    yield "For w₁ it is not: error_at_hidden is made from gradient_output, which has the factor a¹ = ∂z²/∂w₂"
    yield f"in it already, so −∂E/∂w₁ · a¹ is what is added (to {apart:.0e} of its size), in each round too little."
    first = values()
    verdict = check(first["w₁"], f"{-done[0].added_to_w1:.9f}", of="grad", root=first["E"])
    yield "check finds the factor by itself, in the first round:"
    yield f"  {verdict}"
    yield "The direction is right all the same, as a¹ > 0, so the program learns, but w₁ more slowly:"
    right = list(rounds(by_gradient=True))[-1]
    last = done[-1]
    yield f"  after {ROUNDS} rounds  {'output':>9} {'w₁':>9} {'w₂':>9}"
    for name, r in (("its updates", last), ("the gradient", right)):
        yield f"  {name:<17}  {r.output:9.6f} {r.w1:9.6f} {r.w2:9.6f}"
    yield "(For the squared error without the ½, both gradients are twice as large.)"
    yield ""
    yield "The document says that a sigmoid gives 1 above 0, and 0 otherwise. That is the step function;"
    yield f"its own program has σ({INPUT} · 0.8) = {done[0].a1:.6f}."


def _pictures() -> dict[str, Graph]:
    named = values()
    return {"two_weights": draw(named["E"], parameters=[named["w₁"], named["w₂"]])}


EXAMPLE = Example(
    name="two_weights",
    title="Forward and backward through two weights",
    document="003_aa7ba504fed2da7d",
    about="a chain of two weights, 1000 rounds: is the program's update the gradient of its loss?",
    values=values,
    figures=tuple,
    tell=_tell,
    pictures=_pictures,
    texts=lambda: {"two_weights.txt": transcript()},
)
