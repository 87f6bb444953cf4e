"""One neuron, five activations, a 2–2–1 network, two losses, and five pitfalls, each shown by running it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from fractions import Fraction

from autograd import (
    Graph,
    InexactWarning,
    NumberOverflowError,
    Value,
    draw,
    exp,
    gelu,
    leaky_relu,
    log,
    relu,
    sigmoid,
    softmax,
    tanh,
    total,
    weighted_sum,
)
from demos.activations import slopes
from demos.example import Example
from demos.exclusive_or import learn
from demos.labels import by_label, matrix, named, vector
from demos.ledger import Figure
from nn import MLP, losses

__all__ = ["EXAMPLE", "Network", "figures", "values"]


class Network:
    """The document's 2–2–1 network: a ReLU layer, then one sigmoid.

    The numbers may be of any kind: ``Network(Fraction)`` is exact up to the sigmoid, which gives a float.
    """

    def __init__(self, kind: type = float) -> None:
        self.x = vector("x", [kind("1.0"), kind("0.5")])
        self.w1 = matrix("w¹", [[kind("0.2"), kind("0.4")], [kind("0.3"), kind("-0.5")]])
        self.b1 = vector("b¹", [kind("0.1"), kind("-0.2")])
        self.w2 = matrix("w²", [[kind("0.7"), kind("0.6")]])
        self.b2 = vector("b²", [kind("0.05")])
        hidden, output = MLP.from_weights([(self.w1, self.b1), (self.w2, self.b2)], ["relu", "sigmoid"]).layers
        self.z1 = named("z¹", hidden.z(self.x))
        self.a1 = named("a¹", hidden.activate(self.z1))
        [self.z2] = named("z²", output.z(self.a1))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InexactWarning)
            [self.a2] = named("a²", output.activate([self.z2]))


def values() -> dict[str, Value]:
    """Every named Value of the 2–2–1 network, after ``a².backward()``."""
    n = Network()
    n.a2.backward()
    return by_label(n.x, n.w1, n.b1, n.w2, n.b2, n.z1, n.a1, n.z2, n.a2)


def figures() -> list[Figure]:
    n = Network(Fraction)
    return [
        Figure("z¹₁", "0.5", n.z1[0]),
        Figure("z¹₂", "-0.15", n.z1[1]),
        Figure("a¹₁", "0.5", n.a1[0]),
        Figure("a¹₂", "0", n.a1[1]),
        Figure("z²₁", "0.4", n.z2),
        Figure("a²₁", "0.598", n.a2, "truncated"),
    ]


def _tell() -> Iterator[str]:
    yield from _weather()
    yield from _activations()
    yield from _losses()
    yield from _stable_softmax()
    yield "Five pitfalls, run:"
    for pitfall in (_no_activation, _sigmoids_in_depth, _wrong_loss, _overflow, _zero_weights):
        yield from (f"  {line}" for line in pitfall())


def _weather() -> Iterator[str]:
    yield "Is it hot? y = σ(0.7 · temperature + 0.1 · humidity − 0.3 · wind + 0.2), inputs scaled to 0 … 1:"
    for weather in ((0.9, 0.6, 0.1), (0.2, 0.6, 0.8), (0.0, 0.0, 0.0)):
        inputs = [Value(number, name) for number, name in zip(weather, ("temperature", "humidity", "wind"))]
        y = sigmoid(weighted_sum([0.7, 0.1, -0.3], inputs, 0.2))
        y.backward()
        shown = ", ".join(f"{x.label} {x.data} (slope {x.grad:+.4f})" for x in inputs)
        yield f"  {shown}: y = {y.data:.4f}"
    yield "With no input at all the bias 0.2 is what is left; temperature has the largest weight and slope."
    yield ""


def _activations() -> Iterator[str]:
    yield "Activations, and their slopes by the engine:"
    yield from slopes((sigmoid, tanh, relu, leaky_relu, gelu), (-2.0, -0.5, 0.0, 0.5, 2.0))
    yield "(At the kink, x = 0, the slope of the left side is taken.)"
    yield ""


def _losses() -> Iterator[str]:
    yield "Cross-entropy of the true class 1:"
    for probabilities in ([0.7, 0.2, 0.1], [0.4, 0.3, 0.3]):
        loss = losses.cross_entropy(vector("p", probabilities), [1, 0, 0])
        yield f"  {probabilities}: −log {probabilities[0]} = {loss.data:.6f}"
    yield ""


def _stable_softmax() -> Iterator[str]:
    logits = [2.0, 1.0, 0.1]
    exponentials = [exp(x) for x in logits]
    plain = [e / total(exponentials) for e in exponentials]
    apart = max(abs(p - q) for p, q in zip(plain, softmax(logits)))
    yield f"Softmax of {logits}, less its largest first: {', '.join(f'{p:.6f}' for p in softmax(logits))};"
    yield f"the plain formula differs by {apart:.0e}."
    yield ""


# --- the pitfalls ----------------------------------------------------------------------------------


def _no_activation() -> Iterator[str]:
    yield "1. No activation: two layers are one affine map, exactly (in Fractions)."
    n = Network(Fraction)
    layers = MLP.from_weights([(n.w1, n.b1), (n.w2, n.b2)], ["linear", "linear"])
    gradients, constants = set(), set()
    for point in ((1, Fraction(1, 2)), (-3, 7), (Fraction(22, 7), 0), (100, -100)):
        x = vector("x", [Fraction(number) for number in point])
        y = layers(x)
        y.backward()
        gradients.add((x[0].grad, x[1].grad))
        constants.add(y.data - x[0].grad * x[0].data - x[1].grad * x[1].data)
    [(first, second)], [constant] = gradients, constants
    yield f"   At four points the slopes are the same, and y = {first} · x₁ + ({second}) · x₂ + {constant} every time."


def _sigmoids_in_depth() -> Iterator[str]:
    yield "2. Sigmoids in depth: mean |∂L/∂w| of each of ten layers, the first on the left."
    for activation, init in (("sigmoid", "xavier"), ("relu", "he")):
        model = MLP(4, [8] * 9 + [1], activation=activation, init=init, seed=2)
        loss = losses.mse([model([0.5, -1.0, 0.25, 1.0])], [3.0])
        loss.backward()
        sizes = []
        for layer in model.layers:
            gradients = [abs(weight.grad) for weight in layer.parameters()]
            sizes.append(sum(gradients) / len(gradients))
        shown = " ".join(f"{size:.0e}" for size in sizes)
        yield f"   {activation:>7}: {shown}  (last / first: {sizes[-1] / sizes[0]:,.0f})"
    yield "   σ′ is at most 1/4, and each layer brings it in once more; ReLU's slope is 1 where it is on."


def _wrong_loss() -> Iterator[str]:
    yield "3. Squared error on a confident wrong answer: σ(z), the truth is 1."
    yield f"   {'z':>5} {'σ(z)':>10}  {'∂MSE/∂z':>10} {'∂CE/∂z':>10}"
    for number in (0.0, -4.0, -8.0, -16.0):
        gradients = []
        for loss in (losses.mse, losses.binary_cross_entropy):
            z = Value(number, "z")
            loss([sigmoid(z)], [1]).backward()
            gradients.append(z.grad)
        yield f"   {number:5.0f} {sigmoid(number):10.2e}  {gradients[0]:10.2e} {gradients[1]:10.6f}"
    yield "   The more wrong, the less the squared error moves z; cross-entropy pushes with σ(z) − 1."


def _overflow() -> Iterator[str]:
    yield "4. Overflow: softmax of [1000, 1001, 1002]."
    logits = vector("x", [1000.0, 1001.0, 1002.0])
    try:
        exp(logits[0])
    except NumberOverflowError as error:
        yield f"   plain:  {error}"
    yield f"   stable: {', '.join(f'{p.data:.6f}' for p in softmax(logits))}"
    try:
        log(Value(0.0, "p"))
    except ValueError as error:
        yield f"   and:    {error}"


def _zero_weights() -> Iterator[str]:
    yield "5. All weights zero: after 200 steps on XOR, how many different hidden neurons are there?"
    for init in ("zeros", "uniform"):
        model = MLP(2, [4, 1], activation="sigmoid", output="sigmoid", init=init, seed=1)
        loss = learn(model, steps=200, lr=5.0)
        different = {tuple(weight.data for weight in neuron.parameters()) for neuron in model.layers[0].neurons}
        yield f"   {init:>8}: {len(different)} of 4 (loss {loss:.4f})"
    yield "   Equal neurons get equal gradients, to the last bit, and stay equal."


def _pictures() -> dict[str, Graph]:
    root = values()["a²₁"]
    return {"neuron": draw(root), "neuron_overview": draw(root, detail="neuron")}


EXAMPLE = Example(
    name="neuron",
    title="From one neuron to a loss",
    document="001_bf0bc87617eefea0",
    about="one neuron, five activations, the 2–2–1 network, cross-entropy, and five pitfalls, run",
    values=values,
    figures=figures,
    tell=_tell,
    pictures=_pictures,
)
