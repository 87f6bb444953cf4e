"""Parameters as arrays: a training step that does not touch one Python object per parameter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..errors import KindError, MissingToolError
from ..value import Value

__all__ = ["ParameterArrays"]


class ParameterArrays:
    """The numbers of leaves, and their gradients, as two NumPy arrays ``data`` and ``grad``.

    >>> from autograd import ParameterArrays, Value, compile
    >>> w, b = Value(0.5), Value(0.25)
    >>> with ParameterArrays([w, b]) as parameters:
    ...     loss = compile(lambda x, y: (w * x + b - y) ** 2, parameters=parameters)
    ...     for _ in range(2):
    ...         parameters.zero_grad()
    ...         result = loss.batch([1.0, 2.0], [2.0, 3.0], seed=0.5)
    ...         parameters.data -= 0.1 * parameters.grad
    >>> round(w.data, 6), round(b.data, 6)
    (1.1225, 0.6475)

    The optimizers of ``nn`` take it in place of a list of parameters. Until ``write_back``, or the end
    of the ``with`` block, the Values themselves keep their old numbers. Needs NumPy (the extra ``fast``),
    and raises MissingToolError without it.
    """

    def __init__(self, parameters: Iterable[Value]) -> None:
        try:
            import numpy as np
        except ImportError:
            raise MissingToolError("arrays of parameters need NumPy: install the extra 'fast'") from None
        self.values = list(dict.fromkeys(parameters))
        for value in self.values:
            if not isinstance(value, Value) or value.op:
                raise KindError(f"a parameter is a Value that no operation made; got {value!r}")
            if not isinstance(value.data, (float, int)):
                raise KindError(f"arrays hold floats; got {value!r}: keep such parameters in a list")
        self.data: Any = np.empty(len(self.values))
        self.grad: Any = np.empty(len(self.values))
        self.zeroings = 0  # how often zero_grad was called
        self.read()

    def __enter__(self) -> ParameterArrays:
        return self

    def __exit__(self, *raised: object) -> None:
        self.write_back()

    def __len__(self) -> int:
        return len(self.values)

    def read(self) -> None:
        """Take the numbers and the gradients of the Values."""
        self.data[:] = [value.data for value in self.values]
        self.grad[:] = [value.grad for value in self.values]

    def write_back(self) -> None:
        """Give the Values their numbers and gradients."""
        for value, number, gradient in zip(self.values, self.data.tolist(), self.grad.tolist()):
            value.data = number
            value.grad = gradient

    def zero_grad(self) -> None:
        self.grad[:] = 0.0
        self.zeroings += 1

    def add(self, gradients: Any) -> None:
        self.grad += gradients

    def followed_by(self, numbers: Sequence[float]) -> Any:
        """``data`` and then other numbers, as one array."""
        import numpy as np

        return np.concatenate((self.data, numbers))
