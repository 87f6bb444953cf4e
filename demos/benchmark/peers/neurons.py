"""This project's ``nn``: one node for each neuron's z = Σ wᵢxᵢ + b."""

from autograd import Value, log, softmax, total, weighted_sum, weighted_sums
from nn import MLP, losses, optim

from .. import gpt, problems

TITLE = "autograd, nn.MLP"


def model_of(layers):
    return MLP.from_weights(layers, activations=["relu"] * (len(layers) - 1) + ["linear"])


def w1():
    problem = problems.w1()
    model = model_of(problem.layers)
    parameters = model.parameters()
    optimizer = optim.SGD(parameters, lr=problem.learning_rate)

    def step():
        scores = [model(point) for point in problem.points]
        loss = losses.hinge(scores, problem.labels) + problem.l2 * total([p * p for p in parameters])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.data, parameters[0].data

    return step


def w2():
    problem = problems.w2()
    model = model_of(problem.layers)
    parameters = model.parameters()

    def step():
        loss = losses.softmax_cross_entropy(model(problem.image), problem.target)
        for p in parameters:
            p.grad = 0.0
        loss.backward()
        return loss.data, parameters[0].grad

    return step


def linear(matrix, x):
    return [weighted_sum(row, x) for row in matrix]


def w4():
    weights, sample = gpt.parameters(Value), gpt.tokens()
    parameters = [p for matrix in weights.values() for row in matrix for p in row]

    def step():
        loss = gpt.loss_of(weights, sample, linear, softmax, log)
        for p in parameters:
            p.grad = 0.0
        loss.backward()
        return loss.data, weights["query"][0][0].grad

    return step


def series(problem):
    """The parameters of W5, and the function that gives its loss."""
    into, across, out = [
        [(*map(Value, row), Value(bias)) for row, bias in zip(W, b)] for W, b in problem.layers
    ]
    parameters = [p for layer in (into, across, out) for row in layer for p in row]

    def loss_of():
        state = [Value(0.0)] * len(across)
        outputs = []
        for given in problem.inputs:
            state = [(a + b).tanh() for a, b in zip(weighted_sums(into, given), weighted_sums(across, state))]
            outputs += weighted_sums(out, state)
        return losses.mse(outputs, problem.targets)

    return parameters, loss_of


def w5():
    problem = problems.w5()
    parameters, loss_of = series(problem)
    optimizer = optim.SGD(parameters, lr=problem.learning_rate)

    def step():
        loss = loss_of()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.data, parameters[0].data

    return step
