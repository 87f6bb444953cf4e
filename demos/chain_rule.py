"""Why layers need activations, and backpropagation derived by hand beside the engine; XOR.

    x_j = Σ_i w_ji y_i + b_j    y_j = f(x_j)    ŷ_k = Σ_j v_kj y_j + c_k    E = ½ Σ_k (ŷ_k − d_k)²
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from autograd import Graph, Value, draw, elu, relu, sigmoid, softmax, tanh, total
from demos.activations import slopes
from demos.example import Example
from demos.exclusive_or import POINTS, TARGETS, learn
from demos.labels import by_label, matrix, named, subscript, vector
from demos.ledger import Figure
from nn import MLP, losses

__all__ = ["EXAMPLE", "Derivation", "figures", "values"]


class Derivation:
    """The network of the document's derivation, two inputs, three hidden neurons, two outputs."""

    def __init__(self) -> None:
        self.y = vector("y", [0.9, -0.4])
        self.w = matrix("w", [[0.5, -0.3], [0.8, 0.2], [-0.6, 0.7]])
        self.b = vector("b", [0.1, -0.2, 0.3])
        self.v = matrix("v", [[0.4, -0.7, 0.9], [0.2, 0.6, -0.5]])
        self.c = vector("c", [0.05, -0.1])
        self.d = [1.0, 0.0]
        hidden, output = MLP.from_weights([(self.w, self.b), (self.v, self.c)], ["sigmoid", "linear"]).layers
        self.x = named("x", hidden.z(self.y))
        self.f = named("f", hidden.activate(self.x))
        self.predicted = named("ŷ", output.z(self.f))
        self.loss = losses.half_squared_error(self.predicted, self.d)
        self.loss.label = "E"
        self.loss.backward()

    def steps(self) -> Iterator[tuple[str, float, float]]:
        """Each partial of the derivation: its name, the document's formula, and the engine's value."""
        y = [value.data for value in self.y]
        f = [value.data for value in self.f]
        v = [[value.data for value in row] for row in self.v]
        error = [value.data - d for value, d in zip(self.predicted, self.d)]
        for k, value in enumerate(self.predicted):
            yield f"∂E/∂ŷ{subscript(k + 1)} = ŷ − d", error[k], value.grad
        by_output = [error[0] * v[0][j] + error[1] * v[1][j] for j in range(3)]
        for j, value in enumerate(self.f):
            yield f"∂E/∂f{subscript(j + 1)} = Σ_k (ŷ_k − d_k) v_kj", by_output[j], value.grad
        by_input = [by_output[j] * f[j] * (1 - f[j]) for j in range(3)]
        for j, value in enumerate(self.x):
            yield f"∂E/∂x{subscript(j + 1)} = ∂E/∂f_j · f′(x_j)", by_input[j], value.grad
        for j, row in enumerate(self.w):
            for i, value in enumerate(row):
                yield f"∂E/∂{value.label} = ∂E/∂x_j · y_i", by_input[j] * y[i], value.grad
        for j, value in enumerate(self.b):
            yield f"∂E/∂{value.label} = ∂E/∂x_j", by_input[j], value.grad
        for i, value in enumerate(self.y):
            formula = total([by_input[j] * self.w[j][i].data for j in range(3)])
            yield f"∂E/∂y{subscript(i + 1)} = Σ_j ∂E/∂x_j · w_ji", formula, value.grad


def values() -> dict[str, Value]:
    """Every named Value of the derivation, after ``E.backward()``."""
    n = Derivation()
    return by_label(n.y, n.w, n.b, n.v, n.c, n.x, n.f, n.predicted, n.loss)


def figures() -> list[Figure]:
    x = Value(0.5, "x")
    relu(x).backward()
    return [
        Figure("σ(0), the sigmoid's centre", "0.5", sigmoid(Value(0.0))),
        Figure("ReLU′(x) for x > 0", "1", x, of="grad"),
        Figure("Σᵢ softmax(z)ᵢ", "1", total(softmax(Derivation().predicted))),
    ]


def _tell() -> Iterator[str]:
    yield from _affine_collapse()
    yield from _activations()
    yield from _derivation()
    yield from _exclusive_or()


def _affine_collapse() -> Iterator[str]:
    yield "Without activations, W₂(W₁x + b₁) + b₂ is (W₂W₁)x + (W₂b₁ + b₂). In Fractions, so exactly:"
    w1, b1 = [[Fraction(1, 2), Fraction(-1, 3)], [Fraction(2, 7), Fraction(5)]], [Fraction(1, 4), Fraction(-2)]
    w2, b2 = [[Fraction(3), Fraction(-1, 5)], [Fraction(1, 9), Fraction(2, 3)]], [Fraction(0), Fraction(7, 8)]
    product = [[w2[i][0] * w1[0][j] + w2[i][1] * w1[1][j] for j in range(2)] for i in range(2)]
    constant = [w2[i][0] * b1[0] + w2[i][1] * b1[1] + b2[i] for i in range(2)]
    deep = MLP.from_weights([(w1, b1), (w2, b2)], ["linear", "linear"])
    flat = MLP.from_weights([(product, constant)], ["linear"])
    bent = MLP.from_weights([(w1, b1), (w2, b2)], ["relu", "linear"])
    yield f"  {'x':>12}  {'two layers':>22}  {'one layer':>22}  {'two, with ReLU':>22}"
    for point in ((1, 0), (-2, 3), (Fraction(1, 7), Fraction(-9, 2))):
        x = [Fraction(number) for number in point]
        cells = [", ".join(str(y.data) for y in model(x)) for model in (deep, flat, bent)]
        yield f"  {', '.join(map(str, x)):>12}  " + "  ".join(f"{cell:>22}" for cell in cells)
    yield ""


def _activations() -> Iterator[str]:
    yield "Activations, and their slopes by the engine:"
    yield from slopes((sigmoid, tanh, relu, elu), (-3.0, -1.0, 0.0, 1.0, 3.0))
    probabilities = softmax([2.0, 1.0, -1.0])
    yield f"  softmax of 2, 1, −1: {', '.join(f'{p:.6f}' for p in probabilities)}; sum {total(probabilities)!r}"
    yield ""


def _derivation() -> Iterator[str]:
    yield "E = ½ Σ (ŷ − d)², each step of the derivation by its formula and by the engine:"
    yield f"  {'':<34} {'formula':>20} {'engine':>20}"
    apart = 0.0
    for name, formula, engine in Derivation().steps():
        yield f"  {name:<34} {formula:20.16f} {engine:20.16f}"
        apart = max(apart, abs(formula - engine))
    yield f"  They differ by no more than {apart:.0e}."
    yield ""


def _exclusive_or() -> Iterator[str]:
    yield "XOR, 500 steps of gradient descent:"
    models = {
        "a linear model": MLP(2, [1], seed=1),
        "an MLP": MLP(2, [4, 1], activation="tanh", output="sigmoid", seed=1),
    }
    for name, model in models.items():
        loss = learn(model, steps=500, lr=0.5, momentum=0.9)
        answers = ", ".join(f"{model(point).data:.4f}" for point in POINTS)
        yield f"  {name:<14}  0 xor 0, 0 xor 1, 1 xor 0, 1 xor 1 = {answers}; loss {loss:.6f}"
    best = MLP.from_weights([([[Fraction(0), Fraction(0)]], [Fraction(1, 2)])], ["linear"])
    least = losses.mse([best([Fraction(x) for x in point]) for point in POINTS], [Fraction(y) for y in TARGETS])
    least.backward()
    slopes = ", ".join(str(parameter.grad) for parameter in best.parameters())
    yield f"  For the linear model ½ everywhere is the best: its loss is {least.data}, its gradient {slopes}, exactly."
    yield ""


def _pictures() -> dict[str, Graph]:
    root = values()["E"]
    return {"chain_rule": draw(root), "chain_rule_overview": draw(root, detail="neuron")}


EXAMPLE = Example(
    name="chain_rule",
    title="From the perceptron to backpropagation",
    document="002_0a2c7a44236dbb63",
    about="the affine collapse, ELU and softmax, ∂E/∂w by formula and by engine, XOR",
    values=values,
    figures=figures,
    tell=_tell,
    pictures=_pictures,
)
