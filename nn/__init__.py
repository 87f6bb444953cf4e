"""Small networks built from Values: layers, losses, optimizers.

Learn XOR:

>>> from nn import MLP, losses, optim
>>> model = MLP(2, [4, 1], activation="tanh", output="sigmoid", seed=1)
>>> data = [([0, 0], 0), ([0, 1], 1), ([1, 0], 1), ([1, 1], 0)]
>>> optimizer = optim.SGD(model.parameters(), lr=1.0, momentum=0.9)
>>> for epoch in range(100):
...     loss = losses.mse([model(x) for x, _ in data], [y for _, y in data])
...     optimizer.zero_grad()
...     loss.backward()
...     optimizer.step()
>>> [round(model(x).data) for x, _ in data]
[0, 1, 1, 0]

A neuron is a weighted sum and an activation, z and a:

>>> layer = model.layers[0]
>>> z = layer.z([0, 1])
>>> [a.op for a in layer.activate(z)], z[0].op
(['tanh', 'tanh', 'tanh', 'tanh'], 'weighted_sum')

The calculation of a textbook, with its own numbers:

>>> model = MLP.from_weights([([[0.2, -0.4]], [0.1]), ([[0.5]], [0.0])], activations=["relu", "linear"])
>>> model([1.0, 0.5])
Value(data=0.05, grad=0.0)
"""

from . import initializers, losses, optim, schedules
from .layers import MLP, Dropout, Layer, Neuron
from .module import Module, Parameter
from .onnx_file import to_onnx
from .pytorch import from_torch, to_torch
from .standalone import to_python
from .training import History, batches, fit

__all__ = [
    "MLP",
    "Dropout",
    "History",
    "Layer",
    "Module",
    "Neuron",
    "Parameter",
    "batches",
    "fit",
    "from_torch",
    "initializers",
    "losses",
    "optim",
    "schedules",
    "to_onnx",
    "to_python",
    "to_torch",
]
