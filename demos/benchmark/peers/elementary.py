"""This project's ``Value``, each ``*`` and ``+`` a node of its own: the same program as micrograd's."""

from autograd import Value, exp, log, softmax

from .. import gpt, problems

TITLE = "autograd, elementary"


class Model:
    def __init__(self, layers):
        self.layers = [
            [([Value(weight) for weight in row], Value(bias)) for row, bias in zip(W, b)] for W, b in layers
        ]
        self.parameters = [p for layer in self.layers for weights, bias in layer for p in (*weights, bias)]

    def __call__(self, x):
        for place, layer in enumerate(self.layers):
            x = [sum((w * value for w, value in zip(weights, x)), bias) for weights, bias in layer]
            if place < len(self.layers) - 1:
                x = [z.relu() for z in x]
        return x

    def zero_grad(self):
        for p in self.parameters:
            p.grad = 0.0


def w1():
    problem = problems.w1()
    model = Model(problem.layers)

    def step():
        inputs = [list(map(Value, point)) for point in problem.points]
        scores = [model(x)[0] for x in inputs]
        losses = [(1 + -label * score).relu() for label, score in zip(problem.labels, scores)]
        data_loss = sum(losses) * (1.0 / len(losses))
        loss = data_loss + problem.l2 * sum(p * p for p in model.parameters)
        model.zero_grad()
        loss.backward()
        for p in model.parameters:
            p.data -= problem.learning_rate * p.grad
        return loss.data, model.parameters[0].data

    return step


def w2():
    problem = problems.w2()
    model = Model(problem.layers)

    def step():
        loss = -log(softmax(model(problem.image))[problem.target])
        model.zero_grad()
        loss.backward()
        return loss.data, model.parameters[0].grad

    return step


def w3(length=problems.CHAIN_LENGTH):
    def step():
        x, a, b = Value(problems.CHAIN_X), Value(problems.CHAIN_A), Value(problems.CHAIN_B)
        for _ in range(length):
            x = x * a + b
        x.backward()
        return x.data, a.grad

    return step


def w4():
    return gpt.step_in_operations(Value, exp, log)
