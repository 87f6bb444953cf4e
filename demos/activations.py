"""A table of activations and their slopes, by the engine."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from autograd import Value

__all__ = ["slopes"]


def slopes(functions: Sequence[Callable[[Any], Any]], points: Sequence[float]) -> Iterator[str]:
    """Lines with each function's value at each point, and its slope there in parentheses.

    >>> from autograd import relu, tanh
    >>> print("\\n".join(slopes([relu, tanh], [-1.0, 1.0])))
          x                relu                tanh
       -1.0     0.0000 (0.0000)    -0.7616 (0.4200)
        1.0     1.0000 (1.0000)     0.7616 (0.4200)
    """
    yield "      x" + "".join([f"{function.__name__:>20}" for function in functions])
    for point in points:
        cells = []
        for function in functions:
            x = Value(point, "x")
            y = function(x)
            y.backward()
            cells.append(f"{f'{y.data:.4f} ({x.grad:.4f})':>20}")
        yield f"  {point:5.1f}" + "".join(cells)
