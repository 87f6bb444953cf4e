"""CasADi: a scalar graph (SX) of one sample, run by its virtual machine over all of them."""

import casadi

from .. import problems

TITLE, PACKAGE = "CasADi SX", "casadi"


def w1():
    problem = problems.w1()
    sizes = [(len(W), len(W[0])) for W, _ in problem.layers]
    p = casadi.SX.sym("p", sum(outputs * (inputs + 1) for outputs, inputs in sizes))
    point, label = casadi.SX.sym("point", 2), casadi.SX.sym("label")
    x, used = point, 0
    for place, (outputs, inputs) in enumerate(sizes):
        W = casadi.reshape(p[used : used + outputs * inputs], inputs, outputs).T
        used += outputs * inputs
        x = W @ x + p[used : used + outputs]
        used += outputs
        if place < len(sizes) - 1:
            x = casadi.fmax(x, 0)
    margin = casadi.fmax(1 - label * x, 0)
    sample = casadi.Function("sample", [p, point, label], [margin, casadi.gradient(margin, p)])
    # p is the same for every sample, and both results are summed over them
    batch = sample.map("batch", "serial", len(problem.points), [0], [0, 1])
    points, labels = casadi.DM(problem.points).T, casadi.DM(problem.labels).T
    parameters = casadi.DM([w for W, b in problem.layers for w in (*(w for row in W for w in row), *b)])

    whole = casadi.MX.sym("p", p.shape)
    margins, gradient = batch(whole, points, labels)
    count = len(problem.points)
    loss = margins / count + problem.l2 * casadi.sumsqr(whole)
    updated = whole - problem.learning_rate * (gradient / count + 2 * problem.l2 * whole)
    train = casadi.Function("train", [whole], [loss, updated])

    def step():
        nonlocal parameters
        loss, parameters = train(parameters)
        return loss, parameters[0]

    return step
