"""micrograd: its own ``Value`` and ``MLP``, with the recursion limit lifted where it needs that."""

import math
import sys

from micrograd.engine import Value
from micrograd.nn import MLP

from .. import gpt, problems

TITLE, PACKAGE = "micrograd", "micrograd"


def _model(layers):
    model = MLP(len(layers[0][0][0]), [len(b) for _, b in layers])
    for layer, (W, b) in zip(model.layers, layers):
        for neuron, row, bias in zip(layer.neurons, W, b):
            neuron.b.data = bias
            for weight, number in zip(neuron.w, row):
                weight.data = number
    return model


def w1():
    problem = problems.w1()
    model = _model(problem.layers)

    def step():
        inputs = [list(map(Value, point)) for point in problem.points]
        scores = list(map(model, inputs))
        losses = [(1 + -label * score).relu() for label, score in zip(problem.labels, scores)]
        data_loss = sum(losses) * (1.0 / len(losses))
        loss = data_loss + problem.l2 * sum(p * p for p in model.parameters())
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= problem.learning_rate * p.grad
        return loss.data, model.layers[0].neurons[0].w[0].data

    return step


# micrograd has neither exp nor log nor tanh: here they are, made as its own operations are.


def exp(x):
    out = Value(math.exp(x.data), (x,), "exp")

    def _backward():
        x.grad += out.data * out.grad

    out._backward = _backward
    return out


def tanh(x):
    out = Value(math.tanh(x.data), (x,), "tanh")

    def _backward():
        x.grad += (1 - out.data * out.data) * out.grad

    out._backward = _backward
    return out


def log(x):
    out = Value(math.log(x.data), (x,), "log")

    def _backward():
        x.grad += out.grad / x.data

    out._backward = _backward
    return out


def w2():
    sys.setrecursionlimit(10**7)
    problem = problems.w2()
    model = _model(problem.layers)

    def step():
        exponentials = [exp(logit) for logit in model(problem.image)]
        loss = -log(exponentials[problem.target] / sum(exponentials))
        model.zero_grad()
        loss.backward()
        return loss.data, model.layers[0].neurons[0].w[0].grad

    return step


def w3(length=problems.CHAIN_LENGTH):
    sys.setrecursionlimit(10**8)

    def step():
        x, a, b = Value(problems.CHAIN_X), Value(problems.CHAIN_A), Value(problems.CHAIN_B)
        for _ in range(length):
            x = x * a + b
        x.backward()
        return x.data, a.grad

    return step


def w4():
    sys.setrecursionlimit(10**7)
    return gpt.step_in_operations(Value, exp, log)


def w5():
    sys.setrecursionlimit(10**7)
    problem = problems.w5()
    into, across, out = [
        [([Value(w) for w in row], Value(bias)) for row, bias in zip(W, b)] for W, b in problem.layers
    ]
    parameters = [p for layer in (into, across, out) for row, bias in layer for p in (*row, bias)]

    def linear(layer, x):
        return [sum((w * number for w, number in zip(row, x)), bias) for row, bias in layer]

    def step():
        state = [Value(0.0)] * len(across)
        losses = []
        for given, target in zip(problem.inputs, problem.targets):
            state = [tanh(a + b) for a, b in zip(linear(into, given), linear(across, state))]
            losses.append((linear(out, state)[0] - target) ** 2)
        loss = sum(losses) * (1.0 / len(losses))
        for p in parameters:
            p.grad = 0.0
        loss.backward()
        for p in parameters:
            p.data -= problem.learning_rate * p.grad
        return loss.data, parameters[0].data

    return step
