"""This project's weighted sums: one node for each neuron's z = Σ wᵢxᵢ + b."""

from autograd import Value, log_softmax, total, weighted_sums

from .. import problems

TITLE = "autograd, weighted sums"


class Model:
    def __init__(self, layers):
        self.layers = [[tuple(map(Value, (*row, bias))) for row, bias in zip(W, b)] for W, b in layers]
        self.parameters = [p for layer in self.layers for row in layer for p in row]

    def __call__(self, x):
        for place, rows in enumerate(self.layers):
            x = weighted_sums(rows, x)
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
        scores = [model(point)[0] for point in problem.points]
        losses = [(1 + -label * score).relu() for label, score in zip(problem.labels, scores)]
        loss = total(losses) * (1.0 / len(losses)) + problem.l2 * total([p * p for p in model.parameters])
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
        loss = -log_softmax(model(problem.image))[problem.target]
        model.zero_grad()
        loss.backward()
        return loss.data, model.parameters[0].grad

    return step
