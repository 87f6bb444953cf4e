"""A record as a PyTorch module: the same operations on tensors, and PyTorch's own chain rule."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from ..errors import MissingToolError, ShapeError
from ..numeric import formula_with
from ..weighted import split_weighted_sum
from .record import Record

__all__ = ["torch_module"]


def torch_module(record: Record, numbers: list[float]) -> Any:
    """A ``torch.nn.Module`` in float64 that computes the record's forward pass.

    Its one parameter ``leaves`` holds ``numbers``, those of the leaves that are no inputs, and its
    ``names`` their labels. It is called with a tensor for each input; where these have a batch
    dimension, so has the result. Raises MissingToolError where PyTorch is not installed.
    """
    try:
        import torch
    except ImportError:
        raise MissingToolError("PyTorch is not installed: pip install 'handgrad[torch]'") from None
    operations, families = _operations(torch), {"softmax": torch.softmax, "log_softmax": torch.log_softmax}
    inputs = set(record.inputs)
    kept = [slot for slot in range(record.leaf_count) if slot not in inputs]

    class TraceModule(torch.nn.Module):
        constants: Any  # a buffer

        def __init__(self) -> None:
            super().__init__()
            self.names = [record.labels.get(slot, "") for slot in kept]
            self.leaves = torch.nn.Parameter(torch.tensor(numbers, dtype=torch.float64))
            self.register_buffer("constants", torch.tensor([*record.constants.values()], dtype=torch.float64))

        def forward(self, *given: Any) -> Any:
            if len(given) != len(record.inputs):
                raise ShapeError(f"{len(given)} tensors for {len(record.inputs)} inputs; give one for each input")
            tensors: list[Any] = [None] * record.size
            for slots, found in (
                (kept, self.leaves.unbind()),
                (record.constants, self.constants.unbind()),
                (record.inputs, [torch.as_tensor(tensor, dtype=torch.float64) for tensor in given]),
            ):
                for slot, tensor in zip(slots, found):
                    tensors[slot] = tensor
            for name, slot, operands in record.forward:
                read = [tensors[operand] for operand in operands]
                if name in families:
                    tensors[slot : slot + len(read)] = families[name](_side_by_side(torch, read), 0).unbind()
                else:
                    tensors[slot] = operations[name](*read)
            return tensors[record.root]

    return TraceModule()


def _side_by_side(torch: Any, tensors: Any) -> Any:
    return torch.stack(torch.broadcast_tensors(*tensors))


def _operations(torch: Any) -> dict[str, Callable[..., Any]]:
    """Each operation of a record on tensors, with the table's derivative at a kink."""

    def where(condition: Any, x: Any, y: Any) -> Any:
        return torch.where(condition <= 0, y, x)

    def weighted_sum(*operands: Any) -> Any:
        weights, inputs, bias = split_weighted_sum(torch.broadcast_tensors(*operands))
        return (torch.stack(weights) * torch.stack(inputs)).sum(0) + bias if weights else bias

    words = {"where": where, "expm1": torch.expm1, "normal_cdf": torch.special.ndtr}
    return {
        "copy": lambda x: x,
        "add": operator.add,
        "sub": operator.sub,
        "mul": operator.mul,
        "div": operator.truediv,
        "pow": operator.pow,
        "neg": operator.neg,
        **{name: getattr(torch, name) for name in ("abs", "exp", "log", "log1p", "sqrt", "sin", "cos", "sign", "tanh")},
        "sigmoid": torch.sigmoid,
        "relu": torch.relu,
        "step": lambda x: (x > 0).to(x.dtype),
        "maximum": lambda x, y: torch.where((x >= y) | x.isnan(), x, y),
        "minimum": lambda x, y: torch.where((x <= y) | x.isnan(), x, y),
        **{name: formula_with(name, words) for name in ("leaky_relu", "elu", "gelu")},
        "softplus": lambda x: torch.logaddexp(x, torch.zeros_like(x)),
        **words,
        "total": lambda *operands: _side_by_side(torch, operands).sum(0),
        "logsumexp": lambda *operands: torch.logsumexp(_side_by_side(torch, operands), 0),
        "weighted_sum": weighted_sum,
    }
