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
