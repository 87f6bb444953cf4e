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
from collections.abc import Callable
from functools import partial
from typing import Any

from autograd import MissingToolError, arguments, write_whole

from . import activations
from .layers import MLP

__all__ = ["to_onnx"]


def to_onnx(model: MLP, path: str | os.PathLike[str]) -> None:
    """Write ``model``, as it computes after training (without dropout), to an ONNX file.

    Its input ``inputs`` is float64 [samples][inputs], its output ``outputs`` [samples][outputs]; the
    parameters keep their names. The file is written whole or not at all. Raises KindError for what is
    no MLP, MissingToolError where onnx is not installed, FileWriteError where nothing can be written.
    """
    if not isinstance(model, MLP):
        raise arguments.refused(model, "to_onnx: model", "an MLP")
    try:
        import onnx
    except ImportError:
        raise MissingToolError("onnx is not installed: pip install 'handgrad[onnx]'") from None
    graph = _Graph(onnx)
    for name, tensor in model.state_dict().items():
        graph.constant(tensor, name)
    result, names = "inputs", iter(model.state_dict())
    vocabulary = _vocabulary(graph)
    for layer in model.layers:
        result = graph.node("Gemm", result, next(names), next(names), transB=1)
        if layer.activation == "softmax":
            result = graph.node("Softmax", result, axis=-1)
        else:
            result = activations.evaluated(layer.activation, result, vocabulary)
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


def _vocabulary(graph: _Graph) -> dict[str, Callable[..., str]]:
    """What ONNX Runtime has in double precision, and what is made of it here.

    The operands are names of results, or numbers.
    """

    def name_of(operand: Any) -> str:
        return operand if isinstance(operand, str) else graph.constant(float(operand))

    def node(kind: str, *operands: Any) -> str:
        return graph.node(kind, *map(name_of, operands))

    def where(condition: Any, x: Any, y: Any) -> str:
        return node("Where", node("LessOrEqual", condition, 0.0), y, x)

    def log1p(x: Any) -> str:
        # log(u) x / (u - 1), in which the rounding of u = 1 + x cancels
        u = node("Add", x, 1.0)
        scaled = node("Mul", node("Log", u), node("Div", x, node("Sub", u, 1.0)))
        return node("Where", node("Equal", u, 1.0), x, scaled)

    def expm1(x: Any) -> str:  # tanh(x/2) (exp(x) + 1), which does not cancel near 0
        return node("Mul", node("Tanh", node("Mul", x, 0.5)), node("Add", node("Exp", x), 1.0))

    def normal_cdf(x: Any) -> str:
        # Below 0: Φ(x) = exp(-x²/2)/√π · ∫₀^∞ exp(-t² + √2·x·t) dt, by Gauss and Legendre in ∛t, whose terms
        # are all above 0; 1 - Φ(-x) above. Right to the last digits, however small.
        times, weights = _quadrature()
        below = node("Neg", node("Min", node("Abs", x), 40.0))
        column = graph.node("Unsqueeze", below, graph.constant([-1], kind="int64"))
        slopes, squares = graph.constant(math.sqrt(2) * times), graph.constant(-times * times)
        exponents = graph.node("Add", graph.node("Mul", column, slopes), squares)
        integral = graph.node("MatMul", graph.node("Exp", exponents), graph.constant(weights))
        tail = node("Mul", node("Exp", node("Mul", node("Mul", below, below), -0.5)), integral)
        return where(x, node("Sub", 1.0, tail), tail)

    kinds = {"add": "Add", "sub": "Sub", "mul": "Mul", "div": "Div", "pow": "Pow", "neg": "Neg", "abs": "Abs",
             "exp": "Exp", "log": "Log", "sqrt": "Sqrt", "sin": "Sin", "cos": "Cos", "tanh": "Tanh", "sign": "Sign",
             "relu": "Relu", "maximum": "Max", "minimum": "Min"}  # fmt: skip
    return {
        **{op: partial(node, kind) for op, kind in kinds.items()},
        "where": where,
        "step": lambda x: where(x, 1.0, 0.0),
        "log1p": log1p,
        "expm1": expm1,
        "normal_cdf": normal_cdf,
    }


def _quadrature(count: int = 64, end: float = 6.2) -> tuple[Any, Any]:
    """Places t from 0 to ``end`` and weights w with Σ w f(t) = 1/√π ∫ f(t) dt, made exact for f(t) = exp(-t²)."""
    import numpy

    nodes, weights = numpy.polynomial.legendre.leggauss(count)
    roots = (nodes + 1) / 2
    times, weights = end * roots**3, weights * roots**2
    return times, weights / (2 * numpy.sum(weights * numpy.exp(-times * times)))
