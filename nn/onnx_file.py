"""A network as an ONNX file, in double precision.

    nn.to_onnx(model, "model.onnx")
    session = onnxruntime.InferenceSession("model.onnx")
    [outputs] = session.run(None, {"inputs": samples})    # float64, one row a sample

ONNX Runtime has not every activation in double precision, so those that it lacks are written out in
operations that it has.
"""

from __future__ import annotations

import math
import os
from typing import Any

from autograd import KindError, MissingToolError, write_whole

from .layers import MLP

__all__ = ["to_onnx"]


def to_onnx(model: MLP, path: str | os.PathLike[str]) -> None:
    """Write ``model``, as it computes after training (without dropout), to an ONNX file.

    Its input ``inputs`` is float64 [samples][inputs], its output ``outputs`` [samples][outputs]; the
    parameters keep their names. The file is written whole or not at all. Raises KindError for what is
    no MLP, MissingToolError where onnx is not installed, FileWriteError where nothing can be written.
    """
    if not isinstance(model, MLP):
        raise KindError(f"to_onnx takes an MLP, not a {type(model).__name__}")
    try:
        import onnx
    except ImportError:
        raise MissingToolError("onnx is not installed: pip install 'handgrad[onnx]'") from None
    graph = _Graph(onnx)
    for name, tensor in model.state_dict().items():
        graph.constant(tensor, name)
    result, names = "inputs", iter(model.state_dict())
    for layer in model.layers:
        result = graph.node("Gemm", result, next(names), next(names), transB=1)
        result = _ACTIVATIONS[layer.activation](graph, result)
    graph.nodes.append(onnx.helper.make_node("Identity", [result], ["outputs"]))
    double = onnx.TensorProto.DOUBLE
    sizes = {"inputs": model.layers[0].nin, "outputs": model.layers[-1].nout}
    inputs, outputs = [onnx.helper.make_tensor_value_info(n, double, ["samples", s]) for n, s in sizes.items()]
    built = onnx.helper.make_model(
        onnx.helper.make_graph(graph.nodes, "MLP", [inputs], [outputs], graph.constants),
        opset_imports=[onnx.helper.make_opsetid("", 17)],
        ir_version=8,  # the one of opset 17: older runtimes read it too
    )
    onnx.checker.check_model(built, full_check=True)
    write_whole(path, built.SerializeToString())


class _Graph:
    """The nodes and constants of an ONNX graph, each result under a new name."""

    def __init__(self, onnx: Any) -> None:
        self._onnx = onnx
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, numbers: Any, name: str = "", kind: str = "float64") -> str:
        import numpy

        name = name or f"constant_{len(self.constants)}"
        array = numpy.array(numbers, dtype=kind)
        self.constants.append(self._onnx.numpy_helper.from_array(array, name))
        return name

    def node(self, kind: str, *operands: str, **attributes: Any) -> str:
        name = f"{kind}_{len(self.nodes)}"
        self.nodes.append(self._onnx.helper.make_node(kind, list(operands), [name], **attributes))
        return name


def _leaky_relu(graph: _Graph, x: str) -> str:
    below = graph.node("Min", x, graph.constant(0.0))
    return graph.node("Add", graph.node("Relu", x), graph.node("Mul", below, graph.constant(0.01)))


def _elu(graph: _Graph, x: str) -> str:
    power = graph.node("Exp", graph.node("Min", x, graph.constant(0.0)))
    return graph.node("Add", graph.node("Relu", x), graph.node("Sub", power, graph.constant(1.0)))


def _softplus(graph: _Graph, x: str) -> str:
    power = graph.node("Exp", graph.node("Neg", graph.node("Abs", x)))
    return graph.node("Add", graph.node("Relu", x), graph.node("Log", graph.node("Add", power, graph.constant(1.0))))


def _gelu(graph: _Graph, x: str) -> str:
    """x·Φ(x) with Φ(x) = ½ + x/√(2π) · ∫₀¹ exp(-(x·t)²/2) dt, the integral by Gauss and Legendre.

    With 64 nodes it is right to the last digits for |x| up to 9; beyond, Φ is 0 or 1 in double precision.
    """
    import numpy

    nodes, weights = numpy.polynomial.legendre.leggauss(64)
    end = 9.0
    inside = graph.node("Max", graph.node("Min", x, graph.constant(end)), graph.constant(-end))
    column = graph.node("Unsqueeze", inside, graph.constant([-1], kind="int64"))
    scaled = graph.node("Mul", column, graph.constant((nodes + 1) / 2))
    exponent = graph.node("Mul", graph.node("Mul", scaled, scaled), graph.constant(-0.5))
    integral = graph.node("MatMul", graph.node("Exp", exponent), graph.constant(weights / 2))
    part = graph.node("Mul", graph.node("Mul", inside, integral), graph.constant(1 / math.sqrt(2 * math.pi)))
    distribution = graph.node("Add", part, graph.constant(0.5))
    beyond = graph.node("Relu", graph.node("Sub", x, graph.constant(end)))
    return graph.node("Add", graph.node("Mul", inside, distribution), beyond)


_ACTIVATIONS: dict[str, Any] = {
    "linear": lambda graph, x: x,
    "relu": lambda graph, x: graph.node("Relu", x),
    "sigmoid": lambda graph, x: graph.node("Sigmoid", x),
    "tanh": lambda graph, x: graph.node("Tanh", x),
    "softmax": lambda graph, x: graph.node("Softmax", x, axis=-1),
    "leaky_relu": _leaky_relu,
    "elu": _elu,
    "softplus": _softplus,
    "gelu": _gelu,
}
