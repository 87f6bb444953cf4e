"""The forward pass of L layers, the losses and their pitfalls, and a network for 64×64 grey images.

    Z₁ = W₁ X + b₁    A₁ = ReLU(Z₁)    Z₂ = W₂ A₁ + b₂    A₂ = softmax(Z₂)    L = −Σ y log A₂
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from typing import Any

from autograd import DomainError, Graph, NumberOverflowError, Value, draw, exp, softmax, total
from demos.example import Example
from demos.labels import by_label, matrix, named, vector
from demos.ledger import Figure
from nn import MLP, Layer, losses, optim

__all__ = ["EXAMPLE", "SmallNetwork", "figures", "forward", "made_images", "values"]

SIDE = 64
STEPS = 6
TRUTH, PREDICTION = [0, 0, 1, 0], [0.1, 0.2, 0.6, 0.1]


def forward(layers: Sequence[Layer], x: Any) -> list[tuple[list[Value], list[Value]]]:
    """Z[i] = W[i] A[i−1] + b[i] and A[i] = f[i](Z[i]) for each layer, as the document's pseudocode has it."""
    passed = []
    for layer in layers:
        z = layer.z(x)
        x = layer.activate(z)
        passed.append((z, x))
    return passed


class SmallNetwork:
    """The image network, with 3 pixels and 2 hidden neurons in place of 4096 and 64: small enough to be drawn."""

    def __init__(self) -> None:
        self.x = vector("X", [0.9, 0.1, 0.8])
        self.w1 = matrix("W¹", [[0.4, -0.2, 0.3], [-0.5, 0.6, 0.1]])
        self.b1 = vector("b¹", [0.1, 0.0])
        self.w2 = matrix("W²", [[0.7, -0.6], [-0.3, 0.8]])
        self.b2 = vector("b²", [0.0, 0.1])
        layers = MLP.from_weights([(self.w1, self.b1), (self.w2, self.b2)], ["relu", "softmax"]).layers
        (self.z1, self.a1), (self.z2, self.a2) = forward(layers, self.x)
        for name, nodes in (("Z¹", self.z1), ("A¹", self.a1), ("Z²", self.z2), ("A²", self.a2)):
            named(name, nodes)
        self.loss = losses.cross_entropy(self.a2, [1, 0])
        self.loss.label = "L"
        self.loss.backward()


def values() -> dict[str, Value]:
    """Every named Value of the small network, after ``L.backward()``."""
    n = SmallNetwork()
    return by_label(n.x, n.w1, n.b1, n.w2, n.b2, n.z1, n.a1, n.z2, n.a2, n.loss)


def figures() -> list[Figure]:
    return [
        Figure("Σᵢ softmax(z)ᵢ", "1", total(SmallNetwork().a2)),
        Figure("64 × 64", "4096", Value(SIDE) * SIDE),
    ]


def _tell() -> Iterator[str]:
    yield from _deep()
    yield from _losses()
    yield from _pitfalls()
    yield from _images()


def _deep() -> Iterator[str]:
    yield "A forward pass through four layers, 3 → 4 → 4 → 3 → 2:"
    model = MLP(3, [4, 4, 3, 2], activation="tanh", output="softmax", seed=0)
    for number, (z, a) in enumerate(forward(model.layers, [1.0, -0.5, 0.25]), 1):
        yield f"  Z[{number}] = {_shown(z)}"
        yield f"  A[{number}] = {_shown(a)}"
    yield ""


def _shown(nodes: Sequence[Value]) -> str:
    return ", ".join(f"{node.data:7.4f}" for node in nodes)


def _losses() -> Iterator[str]:
    truth, predicted = [3.0, -0.5, 2.0], vector("ŷ", [2.5, 0.0, 2.0])
    loss = losses.mse(predicted, truth)
    loss.backward()
    yield f"Mean squared error of {[y.data for y in predicted]} for {truth}: {loss.data:.6f},"
    yield f"  its gradient {', '.join(f'{y.grad:.6f}' for y in predicted)} = 2 (ŷ − y) / n"
    probabilities = vector("p", PREDICTION)
    loss = losses.cross_entropy(probabilities, TRUTH)
    loss.backward()
    yield f"Cross-entropy of {PREDICTION} for {TRUTH}: {loss.data:.6f} = −log 0.6,"
    yield f"  its gradient {', '.join(f'{p.grad:.6f}' for p in probabilities)}: only the true class has one"
    with_epsilon = losses.cross_entropy(probabilities, TRUTH, epsilon=1e-8).data
    yield f"  with ε = 1e-8 inside the log: {with_epsilon:.12f}, which is {loss.data - with_epsilon:.2e} less"
    yield ""


def _pitfalls() -> Iterator[str]:
    logits = vector("z", [1000.0, 999.0, 998.0])
    yield "exp(z) overflows, softmax of z − max(z) does not:"
    try:
        exp(logits[0])
    except NumberOverflowError as error:
        yield f"  plain:  {error}"
    yield f"  stable: {_shown(softmax(logits))}"
    yield "log 0, and what ε does about it:"
    wrong = vector("p", [1.0, 0.0])
    try:
        losses.cross_entropy(wrong, [0, 1])
    except DomainError as error:
        yield f"  plain:  {error}"
    yield f"  with ε = 1e-8: {losses.cross_entropy(wrong, [0, 1], epsilon=1e-8).data:.6f} = −log 1e-8"
    logits = vector("z", [800.0, 0.0])
    loss = losses.softmax_cross_entropy(logits, 1)
    yield f"  fused softmax and cross-entropy of logits 800 and 0, where p₂ is below every float: {loss.data}"
    yield ""


# --- the image network -----------------------------------------------------------------------------


def made_images(count: int, seed: int = 0) -> list[tuple[list[float], int]]:
    """Grey images with their classes, made on the spot: 0 is a disc, 1 are stripes, both under noise."""
    generator = random.Random(seed)
    images = []
    for number in range(count):
        kind = number % 2
        x0, y0 = generator.uniform(24, 40), generator.uniform(24, 40)
        pixels = []
        for row in range(SIDE):
            for column in range(SIDE):
                bright = row // 8 % 2 if kind else math.hypot(column - x0, row - y0) < 18
                pixels.append(min(1.0, max(0.0, 0.2 + 0.6 * bright + generator.gauss(0.0, 0.1))))
        images.append((pixels, kind))
    return images


def _images() -> Iterator[str]:
    model = MLP(SIDE * SIDE, [64, 2], activation="relu", output="linear", init="he", seed=2)
    yield f"Cats and dogs (a disc, stripes): {SIDE * SIDE} → 64 (ReLU) → 2 (softmax),"
    yield f"  {len(model.parameters()):,} parameters"
    images = made_images(4)
    yield from _one_image(model, *images[0])
    optimizer = optim.SGD(model.parameters(), lr=0.005)
    for step in range(1, STEPS + 1):
        scores = [model(pixels) for pixels, _ in images]
        each = [losses.softmax_cross_entropy(logits, kind) for logits, (_, kind) in zip(scores, images)]
        loss = total(each) / len(images)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        right = sum((b > a) == bool(kind) for (a, b), (_, kind) in zip(scores, images))
        bar = "#" * step + "." * (STEPS - step)
        yield f"  step {step} of {STEPS} [{bar}] loss {loss.data:.4f}, {right} of {len(images)} right"
    unseen = made_images(6, seed=1)
    right = sum((b > a) == bool(kind) for (a, b), kind in ((model(pixels), kind) for pixels, kind in unseen))
    yield f"  images that it has not seen: {right} of {len(unseen)} right"


def _one_image(model: MLP, pixels: list[float], kind: int) -> Iterator[str]:
    x = vector("X", pixels)
    (z1, a1), (z2, _) = forward(model.layers, x)
    probabilities = softmax(z2)
    loss = losses.cross_entropy(probabilities, kind)
    loss.backward()
    on = sum(a.data > 0 for a in a1)
    yield f"  one image: {on} of {len(z1)} ReLUs are on, A₂ = {_shown(probabilities)}, L = {loss.data:.4f},"
    yield f"  ∂L/∂Z₂ = {_shown_gradients(z2)} = A₂ − y, and a gradient for each of the {len(x)} pixels too"


def _shown_gradients(nodes: Sequence[Value]) -> str:
    return ", ".join(f"{node.grad:7.4f}" for node in nodes)


def _pictures() -> dict[str, Graph]:
    root = values()["L"]
    return {"forward_pass": draw(root), "forward_pass_overview": draw(root, detail="neuron")}


EXAMPLE = Example(
    name="forward_pass",
    title="The forward pass, layer by layer",
    document="000_799a80b403fe6748",
    about="L layers, MSE, cross-entropy and ε, overflow and log 0, a network for 64×64 images",
    values=values,
    figures=figures,
    tell=_tell,
    pictures=_pictures,
)
