"""To PyTorch and back, in float64, with the same names: for when a model outgrows scalar arithmetic.

    model = nn.to_torch(mlp)           # a torch.nn.Sequential, to train on many samples and machines
    mlp = nn.from_torch(model)         # and back, to look at it node by node

States go both ways by themselves: ``mlp.load_state_dict(model.state_dict())`` takes tensors, and
``nn.to_torch(mlp).state_dict()`` is a state for any PyTorch model with those names and shapes.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import cache
from typing import Any

from autograd import MissingToolError, UnknownNameError, arguments

from . import activations
from .layers import MLP

__all__ = ["from_torch", "to_torch"]

# The module of each activation with exactly our definition, and what its arguments must be for that.
# PyTorch's Softplus is the identity above its threshold of 20, which is 2e-9 too small there.
_MODULES: dict[str, tuple[str, dict[str, Any]]] = {
    "relu": ("ReLU", {}),
    "leaky_relu": ("LeakyReLU", {"negative_slope": 0.01}),
    "elu": ("ELU", {"alpha": 1.0}),
    "gelu": ("GELU", {"approximate": "none"}),
    "softplus": ("Softplus", {"beta": 1.0, "threshold": 700.0}),
    "sigmoid": ("Sigmoid", {}),
    "tanh": ("Tanh", {}),
    "softmax": ("Softmax", {"dim": -1}),
}
_TAKEN_AS_OURS = {("Softplus", "threshold"), ("Softmax", "dim")}


def _torch() -> Any:
    try:
        import torch
    except ImportError:
        raise MissingToolError("PyTorch is not installed: pip install 'handgrad[torch]'") from None
    return torch


def to_torch(model: MLP) -> Any:
    """A ``torch.nn.Sequential`` in float64 that computes what ``model`` does, and has its names.

    The parameters are copied, as float64. Raises KindError for what is no MLP, MissingToolError where
    PyTorch is not installed.
    """
    if not isinstance(model, MLP):
        raise arguments.refused(model, "to_torch: model", "an MLP")
    torch = _torch()
    modules: list[Any] = []
    for layer in model.layers:
        modules.append(torch.nn.Linear(layer.nin, layer.nout, dtype=torch.float64))
        if layer.activation != "linear":
            modules.append(_module(torch, layer.activation))
        if model.dropout is not None and layer is not model.layers[-1]:
            modules.append(torch.nn.Dropout(model.dropout.probability))
    sequential = torch.nn.Sequential(*modules)
    sequential.load_state_dict(
        {name: torch.tensor(_floats(tensor), dtype=torch.float64) for name, tensor in model.state_dict().items()}
    )
    return sequential.train(model.training)


def _module(torch: Any, activation: str) -> Any:
    if activation in _MODULES:
        name, options = _MODULES[activation]
        return getattr(torch.nn, name)(**options)
    return _own_module()(activation)


def _floats(tensor: Any) -> Any:
    return [[float(number) for number in row] if isinstance(row, list) else float(row) for row in tensor]


def from_torch(sequential: Any) -> MLP:
    """The MLP of a ``torch.nn.Sequential`` of ``Linear`` layers, activations and dropout.

    A ``Linear`` without a bias gets biases of zero. Raises UnknownNameError that names the place and
    the module where there is none like it here.
    """
    torch = _torch()
    if not isinstance(sequential, torch.nn.Sequential):
        raise arguments.refused(sequential, "from_torch: model", "a torch.nn.Sequential")
    weights: list[tuple[Any, Any]] = []
    activations: list[str] = []
    dropouts: list[tuple[int, float]] = []  # after which layer, with which probability
    for place, module in enumerate(sequential):
        name = type(module).__name__
        if name == "Linear":
            biases = [0.0] * module.out_features if module.bias is None else module.bias.tolist()
            weights.append((module.weight.tolist(), biases))
            activations.append("linear")
        elif name == "Dropout" and weights:
            dropouts.append((len(weights), module.p))
        elif weights and activations[-1] == "linear" and not (dropouts and dropouts[-1][0] == len(weights)):
            activations[-1] = _activation(place, module)
        else:
            raise UnknownNameError(f"place {place}, {module}: an activation stands right after a Linear")
    wanted = [(number, dropouts[0][1]) for number in range(1, len(weights))] if dropouts else []
    if dropouts != wanted:
        raise UnknownNameError("Dropout stands after every hidden layer of an MLP, with one probability, or after none")
    model = MLP.from_weights(weights, activations, dropouts[0][1] if dropouts else 0.0)
    model.train(sequential.training)
    return model


def _activation(place: int, module: Any) -> str:
    if type(module) is _own_module():
        return str(module.name)
    for activation, (name, options) in _MODULES.items():
        if type(module).__name__ == name and all(
            (name, option) in _TAKEN_AS_OURS or getattr(module, option) == value
            for option, value in options.items()
        ):
            return activation
    raise UnknownNameError(
        f"place {place}, {module}: an MLP has no such module; it has Linear, Dropout, and as activations "
        + ", ".join(
            f"{name}({', '.join(f'{option}={value!r}' for option, value in options.items())})"
            for name, options in _MODULES.values()
        )
    )


# --- activations that PyTorch has no module for ------------------------------------------------------


@cache
def _own_module() -> Any:
    """The class of modules for an activation of the table, by its formula and PyTorch's own chain rule."""
    torch = _torch()
    operations = _operations(torch)

    class Activation(torch.nn.Module):  # type: ignore[name-defined]
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

        def forward(self, x: Any) -> Any:
            return activations.evaluated(self.name, x, operations)

        def extra_repr(self) -> str:
            return self.name

    Activation.__qualname__ = "Activation"  # under which pickle finds it
    return Activation


def __getattr__(name: str) -> Any:
    if name == "Activation":
        return _own_module()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _operations(torch: Any) -> dict[str, Callable[..., Any]]:
    """What PyTorch has; what is not here is opened by its formula."""

    def of_tensors(function: Callable[..., Any]) -> Callable[..., Any]:
        def applied(*operands: Any) -> Any:
            like = next(operand for operand in operands if isinstance(operand, torch.Tensor))
            return function(*[torch.as_tensor(operand, dtype=like.dtype, device=like.device) for operand in operands])

        return applied

    same = ("abs", "exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "sign", "tanh", "sigmoid", "relu")
    return {
        "add": operator.add,
        "sub": operator.sub,
        "mul": operator.mul,
        "div": operator.truediv,
        "pow": operator.pow,
        "neg": operator.neg,
        **{name: getattr(torch, name) for name in same},
        "normal_cdf": torch.special.ndtr,
        "step": lambda x: (x > 0).to(x.dtype),
        "where": of_tensors(lambda condition, x, y: torch.where(condition <= 0, y, x)),
        "maximum": of_tensors(torch.maximum),
        "minimum": of_tensors(torch.minimum),
    }
