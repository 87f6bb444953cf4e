"""What each row of the table computes, and its partials, as a textbook has them.

Written with mpmath's functions and nothing of ours, so they are as precise as mpmath's context is set.
Of the families (softmax, log_softmax) it is the first result.
"""

import pytest

mpmath = pytest.importorskip("mpmath")

__all__ = ["ANALYTIC", "ORACLES", "PARTIALS"]


def sigmoid(x):
    return 1 / (1 + mpmath.exp(-x))


def softplus(x):
    return mpmath.log1p(mpmath.exp(x)) if mpmath.re(x) < 1000 else x + mpmath.exp(-x)


def normal_cdf(x):
    return mpmath.erfc(-x / mpmath.sqrt(2)) / 2 if abs(x) < 1e5 else mpmath.mpf(x > 0)


def softmax(*xs):
    exponentials = [mpmath.exp(x) for x in xs]
    return [e / sum(exponentials) for e in exponentials]


ORACLES = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "pow": lambda x, y: x**y,
    "neg": lambda x: -x,
    "abs": lambda x: x if x > 0 else -x,
    "exp": mpmath.exp,
    "expm1": mpmath.expm1,
    "log": mpmath.log,
    "log1p": mpmath.log1p,
    "sqrt": mpmath.sqrt,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "step": lambda x: mpmath.mpf(x > 0),
    "sign": lambda x: mpmath.mpf((x > 0) - (x < 0)),
    "maximum": lambda x, y: x if x > y else y,
    "minimum": lambda x, y: x if x < y else y,
    "where": lambda c, x, y: x if c > 0 else y,
    "tanh": mpmath.tanh,
    "sigmoid": sigmoid,
    "relu": lambda x: x if x > 0 else mpmath.mpf(0),
    "leaky_relu": lambda x, slope: x if x > 0 else slope * x,
    "elu": lambda x, alpha: x if x > 0 else alpha * mpmath.expm1(x),
    "normal_cdf": normal_cdf,
    "gelu": lambda x: x * normal_cdf(x),
    "softplus": softplus,
    "total": lambda *xs: sum(xs),
    "weighted_sum": lambda w1, w2, x1, x2, b: w1 * x1 + w2 * x2 + b,
    "logsumexp": lambda *xs: mpmath.log(sum(map(mpmath.exp, xs))),
    "softmax": lambda *xs: softmax(*xs)[0],
    "log_softmax": lambda *xs: xs[0] - mpmath.log(sum(map(mpmath.exp, xs))),
}

# The partials with respect to each operand, away from kinks.
PARTIALS = {
    "add": lambda x, y: [1, 1],
    "sub": lambda x, y: [1, -1],
    "mul": lambda x, y: [y, x],
    "div": lambda x, y: [1 / y, -x / y**2],
    "pow": lambda x, y: [y * x**y / x, x**y * mpmath.log(x)],
    "neg": lambda x: [-1],
    "abs": lambda x: [mpmath.sign(x)],
    "exp": lambda x: [mpmath.exp(x)],
    "expm1": lambda x: [mpmath.exp(x)],
    "log": lambda x: [1 / x],
    "log1p": lambda x: [1 / (1 + x)],
    "sqrt": lambda x: [mpmath.sqrt(x) / (2 * x)],
    "sin": lambda x: [mpmath.cos(x)],
    "cos": lambda x: [-mpmath.sin(x)],
    "step": lambda x: [0],
    "sign": lambda x: [0],
    "maximum": lambda x, y: [1, 0] if x > y else [0, 1],
    "minimum": lambda x, y: [1, 0] if x < y else [0, 1],
    "where": lambda c, x, y: [0, mpmath.mpf(c > 0), mpmath.mpf(c <= 0)],
    "tanh": lambda x: [mpmath.sech(x) ** 2],
    "sigmoid": lambda x: [mpmath.sech(x / 2) ** 2 / 4],
    "relu": lambda x: [1] if x > 0 else [0],
    "leaky_relu": lambda x, slope: [1, 0] if x > 0 else [slope, x],
    "elu": lambda x, alpha: [1, 0] if x > 0 else [alpha * mpmath.exp(x), mpmath.expm1(x)],
    "normal_cdf": lambda x: [mpmath.npdf(x)],
    "gelu": lambda x: [normal_cdf(x) + x * mpmath.npdf(x)],
    "softplus": lambda x: [sigmoid(x)],
    "total": lambda *xs: [1] * len(xs),
    "weighted_sum": lambda w1, w2, x1, x2, b: [x1, x2, w1, w2, 1],
    "logsumexp": softmax,
    "softmax": lambda *xs: [softmax(*xs)[0] * ((i == 0) - p) for i, p in enumerate(softmax(*xs))],
    "log_softmax": lambda *xs: [(i == 0) - p for i, p in enumerate(softmax(*xs))],
}

# The rows that have a meaning for complex numbers.
ANALYTIC = [name for name in ORACLES if name not in
            ("abs", "step", "sign", "maximum", "minimum", "relu", "leaky_relu", "elu", "where")]  # fmt: skip
