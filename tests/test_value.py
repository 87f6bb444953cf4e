"""The engine: recording, backward, forward."""

from autograd import Value


def test_every_call_of_backward_adds_the_same_to_the_leaves():
    x = Value(0.1)
    y = x * x + x * 0.7 + x
    y.backward()
    once = x.grad
    y.backward()
    assert x.grad == 2 * once
