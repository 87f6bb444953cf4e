"""An array argument inside of a function that is recorded: NumPy moves its elements, and computes what is exact."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NoReturn

from ..errors import RecordingError

__all__ = ["recorded_array", "recorded_ufunc"]

# What NumPy does element by element as Python's operators do. The rest has roundings and orders of its own.
_EXACT: dict[str, Callable[..., Any]] = {
    "add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "divide": operator.truediv,
    "negative": operator.neg, "positive": operator.pos, "absolute": operator.abs,
    "less": operator.lt, "less_equal": operator.le, "greater": operator.gt, "greater_equal": operator.ge,
    "equal": operator.eq, "not_equal": operator.ne,
}  # fmt: skip
# What moves elements and computes nothing.
_MOVING = {
    "append", "broadcast_to", "concatenate", "copy", "diagonal", "expand_dims", "flip", "hstack", "ndim", "ravel",
    "repeat", "reshape", "roll", "shape", "size", "split", "squeeze", "stack", "swapaxes", "take", "tile", "transpose",
    "vstack", "where",
}  # fmt: skip
# Methods that compute, and ask neither of the two protocols below.
_COMPUTING = [
    "astype", "byteswap", "conj", "conjugate", "cumprod", "cumsum", "dot", "prod", "round", "tobytes", "trace",
]  # fmt: skip


def recorded_array(shape: tuple[int, ...], numbers: Sequence[Any]) -> Any:
    """An array of stand-ins for floats."""
    return _filled(numbers).reshape(shape).view(_array_class())


def _filled(numbers: Sequence[Any]) -> Any:
    import numpy as np

    flat: Any = np.empty(len(numbers), dtype=object)
    for place, number in enumerate(numbers):  # one by one, so that NumPy does not look into them
        flat[place] = number
    return flat


@cache
def _array_class() -> type:
    import numpy as np

    class RecordedArray(np.ndarray):
        """An array of objects whose sums and products are not NumPy's own."""

        def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
            return recorded_ufunc(ufunc, method, inputs, options)

        def __array_function__(self, function: Any, types: Any, arguments: Any, options: Any) -> Any:
            if function.__name__ not in _MOVING:
                _refuse(function.__name__)
            return _again(super().__array_function__(function, types, arguments, options))

    def _again(moved: Any) -> Any:
        if isinstance(moved, (list, tuple)):
            return type(moved)([_again(part) for part in moved])
        return moved.view(RecordedArray) if isinstance(moved, np.ndarray) and moved.dtype == object else moved

    for name in _COMPUTING:
        setattr(RecordedArray, name, lambda *_, name=name, **__: _refuse(name))
    return RecordedArray


def recorded_ufunc(ufunc: Any, method: str, inputs: Sequence[Any], options: Any) -> Any:
    """What a function of NumPy's gives for arrays of stand-ins, or for stand-ins."""
    import numpy as np

    if method != "__call__" or options or ufunc.__name__ not in _EXACT:
        _refuse(ufunc.__name__)
    apply = _EXACT[ufunc.__name__]
    if not any([isinstance(x, np.ndarray) for x in inputs]):
        return apply(*[x.item() if isinstance(x, np.generic) else x for x in inputs])
    arrays = [x.view(np.ndarray) if isinstance(x, np.ndarray) else _filled([x]).reshape(()) for x in inputs]
    arrays = list(np.broadcast_arrays(*arrays))
    results = [apply(*numbers) for numbers in zip(*[array.ravel().tolist() for array in arrays])]
    if all([type(result) is bool for result in results]):
        return np.array(results, dtype=bool).reshape(arrays[0].shape)
    return recorded_array(arrays[0].shape, results)


def _refuse(name: str) -> NoReturn:
    raise RecordingError(
        f"the compiled function calls NumPy's {name} on an array argument: it adds and rounds in a way of its own, "
        "which a replay would not have. Use + - * /, comparisons and this library's functions on the elements, or do "
        "it outside of the function"
    )
