"""The 3–2–3 network: forward, loss, every gradient, one update, and the training run.

    z² = W¹ a¹ + b¹    a² = σ(z²)    z³ = W² a² + b²    a³ = softmax(z³)    L = −ln a³₁

The upper number is the layer, as in the document, so W¹ leads from layer 1 to layer 2.
"""

from __future__ import annotations

from collections.abc import Iterator

from autograd import Graph, Value, draw, exp, softmax, total
from demos.example import Example
from demos.labels import by_label, matrix, named, vector
from demos.ledger import Figure, Figures
from nn import MLP, losses

__all__ = ["EXAMPLE", "Network", "Training", "figures", "values"]

TRUTH = [1, 0, 0]
LEARNING_RATE = 0.1
THRESHOLD = 0.01
MAX_EPOCH = 10_000
EPSILON = 1e-12


class Network:
    """The document's network from the parameters that it gives, with every intermediate by name."""

    def __init__(self) -> None:
        self.a1 = vector("a¹", [1.0, 1.0, 1.0])
        self.w1 = matrix("w¹", [[0.10, 0.20, 0.30], [0.40, 0.50, 0.60]])
        self.b1 = vector("b¹", [0.10, 0.10])
        self.w2 = matrix("w²", [[0.70, 0.80], [0.90, 1.00], [1.10, 1.20]])
        self.b2 = vector("b²", [0.20, 0.20, 0.20])

        hidden, output = MLP.from_weights([(self.w1, self.b1), (self.w2, self.b2)], ["sigmoid", "softmax"]).layers
        self.z2 = named("z²", hidden.z(self.a1))
        self.a2 = named("a²", hidden.activate(self.z2))
        self.z3 = named("z³", output.z(self.a2))

    def parameters(self) -> list[Value]:
        return list(by_label(self.w1, self.b1, self.w2, self.b2).values())


class Calculation(Network):
    """The network, its softmax also in steps, as it is done by hand, and all gradients of L.

    L is recorded as −log_softmax(z³)₁, one operation: its gradient is a³ − t, as in the document.
    """

    def __init__(self) -> None:
        super().__init__()
        self.e = named("e", [exp(z) for z in self.z3])
        self.denominator = total(self.e)
        self.denominator.label = "Σe"
        self.a3 = named("a³", softmax(self.z3))
        self.loss = losses.softmax_cross_entropy(self.z3, TRUTH)
        self.loss.label = "L"
        self.loss.backward()


def values() -> dict[str, Value]:
    """Every named Value of the calculation, after ``L.backward()``."""
    n = Calculation()
    return by_label(n.a1, n.w1, n.b1, n.w2, n.b2, n.z2, n.a2, n.z3, n.e, n.denominator, n.a3, n.loss)


def figures() -> Figures:
    n = Calculation()
    slopes = [a * (1 - a) for a in n.a2]  # σ′(z²)
    first, second = "0.0531", "0.0334"  # δ² as printed
    printed = [
        Figure("z²₁", "0.70", n.z2[0]),
        Figure("z²₂", "1.60", n.z2[1]),
        Figure("a²₁", "0.66818777", n.a2[0]),
        Figure("a²₂", "0.83201839", n.a2[1]),
        Figure("z³₁", "1.33334615", n.z3[0]),
        Figure("z³₂", "1.63338738", n.z3[1]),
        Figure("z³₃", "1.93240000", n.z3[2], "slip"),
        Figure("e^z³₁", "3.793", n.e[0], "truncated"),
        Figure("e^z³₂", "5.120", n.e[1], "slip"),
        Figure("e^z³₃", "6.909", n.e[2], "slip"),
        Figure("Σe", "15.822", n.denominator, "slip"),
        Figure("a³₁", "0.2397", n.a3[0]),
        Figure("a³₂", "0.3236", n.a3[1]),
        Figure("a³₃", "0.4367", n.a3[2], "truncated"),
        Figure("L", "1.434", n.loss, "slip"),
        Figure("δ³₁", "-0.7603", n.z3[0], of="grad"),
        Figure("δ³₂", "0.3236", n.z3[1], of="grad"),
        Figure("δ³₃", "0.4367", n.z3[2], "truncated", of="grad"),
        Figure("∂L/∂w²₁₁", "-0.508", n.w2[0][0], of="grad"),
        Figure("∂L/∂w²₁₂", "-0.633", n.w2[0][1], of="grad"),
        Figure("∂L/∂w²₂₁", "0.216", n.w2[1][0], of="grad"),
        Figure("∂L/∂w²₂₂", "0.269", n.w2[1][1], of="grad"),
        Figure("∂L/∂w²₃₁", "0.292", n.w2[2][0], of="grad"),
        Figure("∂L/∂w²₃₂", "0.364", n.w2[2][1], "slip", of="grad"),
        Figure("∂L/∂b²₁", "-0.7603", n.b2[0], of="grad"),
        Figure("∂L/∂b²₂", "0.3236", n.b2[1], of="grad"),
        Figure("∂L/∂b²₃", "0.4367", n.b2[2], "truncated", of="grad"),
        Figure("((W²)ᵀδ³)₁", "0.2394", n.a2[0], of="grad"),
        Figure("((W²)ᵀδ³)₂", "0.2394", n.a2[1], of="grad"),
        Figure("a²₁, to 4 digits", "0.6682", n.a2[0]),
        Figure("a²₂, to 4 digits", "0.8320", n.a2[1]),
        Figure("1 − 0.6682", "0.3318", 1 - Value(0.6682)),
        Figure("1 − 0.8320", "0.1680", 1 - Value(0.8320)),
        Figure("σ′(z²₁)", "0.2218", slopes[0], "slip"),
        Figure("σ′(z²₂)", "0.139776", slopes[1], "slip"),
        Figure("σ′(z²₂), to 4 digits", "0.1398", slopes[1]),
        Figure("δ²₁", first, n.z2[0], of="grad"),
        Figure("δ²₂", second, n.z2[1], "truncated", of="grad"),
        *[Figure(f"∂L/∂{w.label}", first, w, of="grad") for w in n.w1[0]],
        *[Figure(f"∂L/∂{w.label}", second, w, "truncated", of="grad") for w in n.w1[1]],
        Figure("∂L/∂b¹₁", first, n.b1[0], of="grad"),
        Figure("∂L/∂b¹₂", second, n.b1[1], "truncated", of="grad"),
        Figure("0.1 × 0.508", "0.0508", 0.1 * Value(0.508)),
        Figure("w²₁₁ updated", "0.7508", n.w2[0][0], of="new"),
        Figure("0.1 × 0.633", "0.0633", 0.1 * Value(0.633)),
        Figure("w²₁₂ updated", "0.8633", n.w2[0][1], of="new"),
    ]
    return Figures(printed, root=n.loss, rate=LEARNING_RATE)


class Training:
    """The document's program: epochs of gradient descent until its loss is below the threshold.

    The program descends a³ − t, which is the gradient of −ln softmax(z³)₁, and it prints and tests
    −ln(softmax(z³)₁ + 1e-12). Both are nodes of one graph here, evaluated again in each epoch.
    """

    def __init__(self) -> None:
        network = Network()
        self.parameters = network.parameters()
        self.printed_loss = losses.cross_entropy(softmax(network.z3), TRUTH, EPSILON)
        self.loss = losses.softmax_cross_entropy(network.z3, TRUTH)
        self.z3 = network.z3
        self.epochs = 0
        self.lines = list(self._run())

    def _run(self) -> Iterator[str]:
        while True:
            self.epochs += 1
            self.loss.forward()
            printed = self.printed_loss.forward()
            if printed < THRESHOLD or self.epochs > MAX_EPOCH:
                yield f"Epoch={self.epochs}, Loss={printed:.6f}"
                return
            for parameter in self.parameters:
                parameter.grad = 0.0
            self.loss.backward()
            for parameter in self.parameters:
                parameter.data -= LEARNING_RATE * parameter.grad
            if self.epochs % 500 == 0:
                yield f"Epoch={self.epochs}, Loss={printed:.6f}"


def _tell() -> Iterator[str]:
    training = Training()
    yield "The program of the document, as it prints:"
    yield from (f"  {line}" for line in training.lines)
    yield f"  the loss in full: {training.printed_loss.data!r}, after {training.epochs - 1} updates"
    yield f"  and its first loss: {Calculation().loss.data:.6f}, where the calculation by hand has 1.434"
    yield ""
    yield "Each parameter: as given, its gradient, after one update with η = 0.1, and at the end of the program."
    yield "        given       ∂L/∂…   one update              at the end"
    for given, trained in zip(Calculation().parameters(), training.parameters):
        updated = given.data - LEARNING_RATE * given.grad
        yield f"  {given.label:<4} {given.data:6.2f} {given.grad:11.8f} {updated:12.8f} {trained.data!r:>23}"
    yield ""
    training.loss.backward()
    descended = [z.grad for z in training.z3]
    training.printed_loss.backward()
    printed = [z.grad for z in training.z3]
    difference = max(abs(a - b) for a, b in zip(descended, printed))
    yield "It descends a³ − t, the gradient of −ln a³₁, and prints −ln(a³₁ + 1e-12): the two gradients"
    yield f"differ by {difference:.1e} at the end, so its update is right for its loss."


def _pictures() -> dict[str, Graph]:
    """L as −ln a³₁, with the softmax in sight: as recorded, and the neurons alone."""
    network = Network()
    loss = losses.cross_entropy(named("a³", softmax(network.z3)), TRUTH)
    loss.label = "L"
    loss.backward()
    return {"three_layers": draw(loss), "three_layers_overview": draw(loss, detail="neuron")}


EXAMPLE = Example(
    name="three_layers",
    title="A 3–2–3 network, every number printed",
    document="004_b2be87d239b5a52a",
    about="the 3–2–3 network: every intermediate, every gradient, one update, the training run",
    values=values,
    figures=figures,
    tell=_tell,
    pictures=_pictures,
)
