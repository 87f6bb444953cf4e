"""This project's ``nn``: one node for each neuron's z = Σ wᵢxᵢ + b."""

from autograd import total
from nn import MLP, losses, optim

from .. import problems

TITLE = "autograd, nn.MLP"


def _model(layers):
    return MLP.from_weights(layers, activations=["relu"] * (len(layers) - 1) + ["linear"])


def w1():
    problem = problems.w1()
    model = _model(problem.layers)
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
    model = _model(problem.layers)
    first = model.parameters()[0]

    def step():
        loss = losses.softmax_cross_entropy(model(problem.image), problem.target)
        model.zero_grad()
        loss.backward()
        return loss.data, first.grad

    return step
