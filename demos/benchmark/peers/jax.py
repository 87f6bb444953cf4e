"""JAX: the whole step as one jitted function of float64 arrays."""

import jax
import jax.numpy as jnp

from .. import problems

TITLE, PACKAGE = "JAX jit", "jax"

jax.config.update("jax_enable_x64", True)


def _parameters(layers):
    return [(jnp.array(W), jnp.array(b)) for W, b in layers]


def _forward(parameters, x):
    for W, b in parameters[:-1]:
        x = jax.nn.relu(x @ W.T + b)
    W, b = parameters[-1]
    return x @ W.T + b


def w1():
    problem = problems.w1()
    points, labels = jnp.array(problem.points), jnp.array(problem.labels)
    parameters = _parameters(problem.layers)

    def loss_of(parameters):
        margins = 1 - labels * _forward(parameters, points)[:, 0]
        squares = sum((p * p).sum() for p in jax.tree.leaves(parameters))
        return jax.nn.relu(margins).mean() + problem.l2 * squares

    @jax.jit
    def train(parameters):
        loss, gradients = jax.value_and_grad(loss_of)(parameters)
        return loss, jax.tree.map(lambda p, gradient: p - problem.learning_rate * gradient, parameters, gradients)

    def step():
        nonlocal parameters
        loss, parameters = train(parameters)
        return loss, FirstWeight(parameters)

    return step


class FirstWeight:
    """Looked up only when it is asked for: indexing an array is itself slow in JAX."""

    def __init__(self, parameters):
        self.parameters = parameters

    def __float__(self):
        return float(self.parameters[0][0][0, 0])


def w2():
    problem = problems.w2()
    image = jnp.array(problem.image)
    parameters = _parameters(problem.layers)

    @jax.jit
    def loss_and_gradients(parameters):
        return jax.value_and_grad(lambda p: -jax.nn.log_softmax(_forward(p, image))[problem.target])(parameters)

    def step():
        loss, gradients = loss_and_gradients(parameters)
        return loss, FirstWeight(gradients)

    return step


def w5():
    problem = problems.w5()
    inputs, targets = jnp.array(problem.inputs), jnp.array(problem.targets)
    parameters = _parameters(problem.layers)

    def loss_of(parameters):
        (W_in, b_in), (W, b), (W_out, b_out) = parameters

        def turn(state, given):
            state = jnp.tanh(given + W @ state + b)
            return state, W_out[0] @ state + b_out[0]

        _, outputs = jax.lax.scan(turn, jnp.zeros(len(W)), inputs @ W_in.T + b_in)
        return ((outputs - targets) ** 2).mean()

    @jax.jit
    def train(parameters):
        loss, gradients = jax.value_and_grad(loss_of)(parameters)
        return loss, jax.tree.map(lambda p, gradient: p - problem.learning_rate * gradient, parameters, gradients)

    def step():
        nonlocal parameters
        loss, parameters = train(parameters)
        return loss, FirstWeight(parameters)

    return step


def w6():
    problem = problems.w6()
    points, targets = jnp.array(problem.points), jnp.array(problem.targets)
    parameters = _parameters(problem.layers)
    zeros = jax.tree.map(jnp.zeros_like, parameters)

    def loss_of(parameters):
        return -(targets * jax.nn.log_softmax(_forward(parameters, points))).sum(1).mean()

    @jax.jit
    def train(parameters, means, squares, count):
        loss, gradients = jax.value_and_grad(loss_of)(parameters)
        means = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, means, gradients)
        squares = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, squares, gradients)

        def moved(p, m, v):
            return p - problem.learning_rate * (m / (1 - 0.9**count)) / (jnp.sqrt(v / (1 - 0.999**count)) + 1e-8)

        return loss, jax.tree.map(moved, parameters, means, squares), means, squares

    state = (parameters, zeros, zeros)
    count = 0

    def step():
        nonlocal state, count
        count += 1
        loss, *state = train(*state, float(count))
        return loss, FirstWeight(state[0])

    return step
