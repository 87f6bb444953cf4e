"""This project's ``compile``: one sample recorded, and replayed natively over all of them, eight at a time."""

import numpy as np

from autograd import ParameterArrays, compile, logsumexp, weighted_sum
from nn import optim

from .. import problems
from .neurons import model_of

TITLE = "autograd, native batch"


def w1():
    problem = problems.w1()
    model = model_of(problem.layers)
    parameters = ParameterArrays(model.parameters())
    # The L2 term l2 · Σ p² has the gradient 2 · l2 · p, which is a weight decay.
    optimizer = optim.SGD(parameters, lr=problem.learning_rate, weight_decay=2 * problem.l2)
    points, labels = np.array(problem.points), np.array(problem.labels)
    loss = compile(lambda point, label: (1 - label * model(point)).relu(), parameters=parameters)

    def step():
        optimizer.zero_grad()
        mean = loss.mean(points, labels)
        mean.backward()
        total = mean.data + problem.l2 * (parameters.data @ parameters.data)
        optimizer.step()
        return total, parameters.data[0]

    return step


def w6():
    problem = problems.w6()
    model = model_of(problem.layers)
    parameters = ParameterArrays(model.parameters())
    optimizer = optim.Adam(parameters, lr=problem.learning_rate)
    points, targets = np.array(problem.points), np.array(problem.targets)

    def cross_entropy(point, target):  # that of nn looks which of the targets are 0, and a sample each its own way
        logits = model(point)
        return logsumexp(logits) - weighted_sum(target, logits)

    loss = compile(cross_entropy, parameters=parameters)

    def step():
        optimizer.zero_grad()
        mean = loss.mean(points, targets)
        mean.backward()
        optimizer.step()
        return mean.data, parameters.data[0]

    return step
