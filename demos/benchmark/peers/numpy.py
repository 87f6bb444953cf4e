"""NumPy, the derivatives written by hand."""

import numpy as np

from .. import problems

TITLE, PACKAGE = "NumPy by hand", "numpy"


def w1():
    problem = problems.w1()
    points, labels = np.array(problem.points), np.array(problem.labels)[:, None]
    (W1, b1), (W2, b2), (W3, b3) = [(np.array(W), np.array(b)) for W, b in problem.layers]
    parameters = (W1, b1, W2, b2, W3, b3)

    def step():
        h1 = np.maximum(points @ W1.T + b1, 0)
        h2 = np.maximum(h1 @ W2.T + b2, 0)
        margins = 1 - labels * (h2 @ W3.T + b3)
        loss = np.maximum(margins, 0).mean() + problem.l2 * sum((p * p).sum() for p in parameters)
        d3 = np.where(margins > 0, -labels, 0) / len(points)
        d2 = np.where(h2 > 0, d3 @ W3, 0)
        d1 = np.where(h1 > 0, d2 @ W2, 0)
        gradients = (d1.T @ points, d1.sum(0), d2.T @ h1, d2.sum(0), d3.T @ h2, d3.sum(0))
        for p, gradient in zip(parameters, gradients):
            p -= problem.learning_rate * (gradient + 2 * problem.l2 * p)
        return loss, W1[0, 0]

    return step


def w2():
    problem = problems.w2()
    image = np.array(problem.image)
    (W1, b1), (W2, b2) = [(np.array(W), np.array(b)) for W, b in problem.layers]

    def step():
        h = np.maximum(W1 @ image + b1, 0)
        logits = W2 @ h + b2
        shifted = logits - logits.max()
        log_probabilities = shifted - np.log(np.exp(shifted).sum())
        loss = -log_probabilities[problem.target]
        d2 = np.exp(log_probabilities)
        d2[problem.target] -= 1
        d1 = np.where(h > 0, d2 @ W2, 0)
        gradients = (np.outer(d1, image), d1, np.outer(d2, h), d2)
        return loss, gradients[0][0, 0]

    return step
