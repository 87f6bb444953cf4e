"""This project's ``compile``: the whole step recorded as one graph, and replayed natively."""

from autograd import ParameterArrays, Trace, Value, compile, log, softmax, total
from nn import losses, optim

from .. import gpt, problems
from .neurons import linear, model_of, series

TITLE = "autograd, native replay"


def w1():
    problem = problems.w1()
    model = model_of(problem.layers)
    parameters = ParameterArrays(model.parameters())
    optimizer = optim.SGD(parameters, lr=problem.learning_rate)

    def whole_loss():
        scores = [model(point) for point in problem.points]
        squares = total([p * p for p in model.parameters()])
        return losses.hinge(scores, problem.labels) + problem.l2 * squares

    loss = compile(whole_loss, parameters=parameters)

    def step():
        optimizer.zero_grad()
        result = loss()
        result.backward()
        optimizer.step()
        return result.data, parameters.data[0]

    return step


def w2():
    problem = problems.w2()
    model = model_of(problem.layers)
    parameters = ParameterArrays(model.parameters())
    first = parameters.values[0]
    loss = compile(
        lambda: losses.softmax_cross_entropy(model(problem.image), problem.target), parameters=parameters
    )

    def step():
        parameters.zero_grad()
        result = loss()
        result.backward()
        return result.data, first.grad

    return step


def w3(length=problems.CHAIN_LENGTH):
    x, a, b = leaves = Value(problems.CHAIN_X), Value(problems.CHAIN_A), Value(problems.CHAIN_B)
    for _ in range(length):
        x = x * a + b
    trace = Trace(x)

    def step():
        for leaf in leaves:
            leaf.grad = 0.0
        result = trace.forward()
        trace.backward()
        return result, a.grad

    return step


def w4():
    weights, sample = gpt.parameters(Value), gpt.tokens()
    first = weights["query"][0][0]
    parameters = ParameterArrays([first, *(p for matrix in weights.values() for row in matrix for p in row)])
    loss = compile(lambda: gpt.loss_of(weights, sample, linear, softmax, log), parameters=parameters)

    def step():
        parameters.zero_grad()
        result = loss()
        result.backward()
        return result.data, first.grad

    return step


def w5():
    problem = problems.w5()
    leaves, loss_of = series(problem)
    parameters = ParameterArrays(leaves)
    optimizer = optim.SGD(parameters, lr=problem.learning_rate)
    loss = compile(loss_of, parameters=parameters)

    def step():
        optimizer.zero_grad()
        result = loss()
        result.backward()
        optimizer.step()
        return result.data, parameters.data[0]

    return step
