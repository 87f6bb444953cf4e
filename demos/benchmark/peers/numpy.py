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


def w5():
    problem = problems.w5()
    inputs, targets = np.array(problem.inputs), np.array(problem.targets)
    (W_in, b_in), (W, b), (W_out, b_out) = [(np.array(W), np.array(b)) for W, b in problem.layers]
    parameters = (W_in, b_in, W, b, W_out, b_out)
    count = len(targets)

    def step():
        into = inputs @ W_in.T + b_in + b
        states = np.zeros((count + 1, len(W)))
        for t in range(count):
            states[t + 1] = np.tanh(into[t] + W @ states[t])
        errors = states[1:] @ W_out[0] + b_out[0] - targets
        loss = (errors * errors).mean()
        d_out = 2 / count * errors
        d_states = d_out[:, None] * W_out
        d_sums = np.empty_like(d_states)
        later = np.zeros(len(W))
        for t in range(count - 1, -1, -1):
            d_sums[t] = (d_states[t] + later) * (1 - states[t + 1] * states[t + 1])
            later = d_sums[t] @ W
        d_bias = d_sums.sum(0)
        gradients = (d_sums.T @ inputs, d_bias, d_sums.T @ states[:-1], d_bias, d_out[None] @ states[1:], d_out.sum())
        for p, gradient in zip(parameters, gradients):
            p -= problem.learning_rate * gradient
        return loss, W_in[0, 0]

    return step


def w6():
    problem = problems.w6()
    points, targets = np.array(problem.points), np.array(problem.targets)
    (W1, b1), (W2, b2), (W3, b3) = [(np.array(W), np.array(b)) for W, b in problem.layers]
    parameters = (W1, b1, W2, b2, W3, b3)
    means, squares = ([np.zeros_like(p) for p in parameters] for _ in range(2))
    steps = 0

    def step():
        nonlocal steps
        steps += 1
        h1 = np.maximum(points @ W1.T + b1, 0)
        h2 = np.maximum(h1 @ W2.T + b2, 0)
        shifted = h2 @ W3.T + b3
        shifted -= shifted.max(1, keepdims=True)
        powers = np.exp(shifted)
        sums = powers.sum(1, keepdims=True)
        loss = ((np.log(sums) - shifted) * targets).sum() / len(points)
        d3 = (powers / sums - targets) / len(points)
        d2 = np.where(h2 > 0, d3 @ W3, 0)
        d1 = np.where(h1 > 0, d2 @ W2, 0)
        gradients = (d1.T @ points, d1.sum(0), d2.T @ h1, d2.sum(0), d3.T @ h2, d3.sum(0))
        for p, m, v, g in zip(parameters, means, squares, gradients):
            m += 0.1 * (g - m)
            v += 0.001 * (g * g - v)
            p -= problem.learning_rate / (1 - 0.9**steps) * m / (np.sqrt(v / (1 - 0.999**steps)) + 1e-8)
        return loss, W1[0, 0]

    return step
