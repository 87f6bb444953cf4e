"""Numba: the loops of the C peer in Python, compiled; strict IEEE arithmetic (no ``fastmath``)."""

import numpy as np
from numba import njit

from .. import problems

TITLE, PACKAGE = "Numba by hand", "numba"


@njit
def _moons_step(W1, b1, W2, b2, W3, b3, points, labels, rate, l2):
    count, hidden = len(labels), len(b1)
    gW1, gb1, gW2, gb2 = np.zeros_like(W1), np.zeros_like(b1), np.zeros_like(W2), np.zeros_like(b2)
    gW3 = np.zeros_like(W3)
    gb3 = loss = 0.0
    h1, h2, d1, d2 = np.empty(hidden), np.empty(hidden), np.empty(hidden), np.empty(hidden)
    for s in range(count):
        x, y = points[s]
        for i in range(hidden):
            h1[i] = max(W1[i, 0] * x + W1[i, 1] * y + b1[i], 0.0)
        score = b3[0]
        for i in range(hidden):
            z = b2[i]
            for j in range(hidden):
                z += W2[i, j] * h1[j]
            h2[i] = max(z, 0.0)
            score += W3[0, i] * h2[i]
        margin = 1.0 - labels[s] * score
        loss += max(margin, 0.0)
        d3 = -labels[s] / count if margin > 0.0 else 0.0
        gb3 += d3
        for i in range(hidden):
            gW3[0, i] += d3 * h2[i]
            d2[i] = d3 * W3[0, i] if h2[i] > 0.0 else 0.0
            d1[i] = 0.0
        for i in range(hidden):
            gb2[i] += d2[i]
            for j in range(hidden):
                gW2[i, j] += d2[i] * h1[j]
                d1[j] += d2[i] * W2[i, j]
        for i in range(hidden):
            d = d1[i] if h1[i] > 0.0 else 0.0
            gb1[i] += d
            gW1[i, 0] += d * x
            gW1[i, 1] += d * y
    squares = (W1 * W1).sum() + (b1 * b1).sum() + (W2 * W2).sum() + (b2 * b2).sum() + (W3 * W3).sum() + b3[0] * b3[0]
    decay = 2.0 * l2
    W1 -= rate * (gW1 + decay * W1)
    b1 -= rate * (gb1 + decay * b1)
    W2 -= rate * (gW2 + decay * W2)
    b2 -= rate * (gb2 + decay * b2)
    W3 -= rate * (gW3 + decay * W3)
    b3[0] -= rate * (gb3 + decay * b3[0])
    return loss / count + l2 * squares


def w1():
    problem = problems.w1()
    points, labels = np.array(problem.points), np.array(problem.labels)
    parameters = [np.array(numbers) for layer in problem.layers for numbers in layer]

    def step():
        loss = _moons_step(*parameters, points, labels, problem.learning_rate, problem.l2)
        return loss, parameters[0][0, 0]

    return step
