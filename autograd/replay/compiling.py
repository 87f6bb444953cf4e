"""A function that is recorded when it is first called, and replayed from then on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial, reduce, update_wrapper
from operator import add
from types import MethodType
from typing import Any

from ..anomaly import is_detecting
from ..errors import KindError, RecordingError, ShapeError
from ..instrument import OBSERVERS
from ..nodes import record_given
from ..value import Value
from .arguments import Given, Samples
from .arrays import ParameterArrays
from .calls import Call
from .outcomes import Outcome, evaluated_again, in_order, together
from .runs import Runs, is_inside
from .variant import Variant

__all__ = ["Compiled", "compile"]

def compile(
    function: Callable[..., Value], *, parameters: ParameterArrays | None = None, allow_data: bool = False
) -> Compiled:
    """``function``, recorded at its first call, and replayed, forward and backward, at each call.

    >>> from autograd import Value
    >>> w, b = Value(0.5, label="w"), Value(0.25, label="b")
    >>> squared_error = compile(lambda x, y: (w * x + b - y) ** 2)
    >>> loss = squared_error(1.0, 2.0)
    >>> loss
    Value(data=1.5625, grad=0.0)
    >>> loss.operands == (w, b), loss.partials
    (True, (-2.5, -2.5))
    >>> (loss + 0.1 * w * w).backward()
    >>> w.grad, b.grad
    (-2.4, -2.5)

    A call is one node: its operands are the leaves that the function uses, and its partials are their
    gradients, to the last bit those of the function and ``backward()``. So it is a Value as others are.

    - Floats among the arguments, also in lists, dicts and float64 arrays, may differ from call to call, and so may
      leaves and computed Values, which get their gradient too. Everything else (an int, a string, the length of a
      list, which object it is) belongs to the shape of the call: for a new one the function is recorded again.
    - Inside, a float argument is a float, and an array an array. A comparison of numbers (``if x > 0``,
      ``if y == 1.0``, ``if y``, ``y in (0.0, 1.0)``, ``max(values)``) is a guard: where it comes out otherwise,
      the function is recorded again.
    - What would take a number of the first call along raises RecordingError: reading ``.data``, ``float(x)``, the
      hash of a float, formatting one, ``%``, ``//`` and ``round``, NumPy's sums; writing to a leaf or to a list that
      is an argument; catching an operation's error; computing with the arguments in another thread. Compare
      instead; ``allow_data=True`` allows the reading.
    - Where a name that the function uses, of its module, closed over, or an attribute of a method's object, is bound
      to something else (a number to another, a parameter to another Value), it is recorded again.
    - Whatever else the function does happens once, when it is recorded: prints, random numbers, reading numbers that
      are attributes or entries of other things.
    - A Value that was computed outside is an operand as it is: it is not computed again.
    - Recordings are kept as long as their objects live, and those that are used least are dropped; where most of them
      are used once only, a warning says so and the function is run by eager from then on.
    - Within ``detect_anomaly()`` each call is run by eager as well, so that trouble is named.
    - A second derivative through a call raises RecordingError. ``.__wrapped__`` is the function that was
      compiled, whose result has its whole graph.
    - ``.sum``, ``.mean`` and ``.map`` take many samples at once.

    ``parameters`` are those that are kept in arrays: see ParameterArrays.
    """
    return Compiled(function, parameters, allow_data)


class Compiled:
    """A compiled function; ``compile`` makes it, and says what it does."""

    def __init__(
        self, function: Callable[..., Value], parameters: ParameterArrays | None = None, allow_data: bool = False
    ) -> None:
        if not callable(function):
            raise KindError(f"compile takes a function; got {function!r}")
        update_wrapper(self, function, updated=())
        self.function = function
        self.parameters = parameters
        self.allow_data = allow_data
        self._runs = Runs(function, parameters, allow_data, repr(self))
        name = getattr(function, "__name__", "")
        self._row = Call(name if name.isidentifier() else "call", evaluated_again, self._backward)

    @property
    def recorded(self) -> int:
        """How often the function was recorded."""
        return self._runs.recordings.recorded

    def __reduce__(self) -> Any:
        """Copied and pickled without its recordings; what a module knows by its name, as that name."""
        found: Any = sys.modules.get(self.__module__)
        qualified_name = str(getattr(self, "__qualname__", ""))
        for name in qualified_name.split("."):
            found = getattr(found, name, None)
        return qualified_name if found is self else (Compiled, (self.function, self.parameters, self.allow_data))

    def __repr__(self) -> str:
        return f"<compiled {getattr(self.function, '__qualname__', repr(self.function))}>"

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        """In a class it is a method; the object is a part of the shape of the call.

        >>> from autograd import Value
        >>> class Line:
        ...     def __init__(self, slope):
        ...         self.slope = Value(slope)
        ...     @compile
        ...     def error(self, x, y):
        ...         return (self.slope * x - y) ** 2
        >>> line = Line(0.5)
        >>> line.error(1.0, 1.0).data, line.error.map([1.0, 2.0], [1.0, 1.0])
        (0.25, [0.25, 0.0])
        """
        return self if instance is None else Method(self, instance)

    def __call__(self, *arguments: Any, **options: Any) -> Value:
        return self._call(arguments, options)

    def _call(self, arguments: Sequence[Any], options: dict[str, Any], instance: Sequence[Any] = ()) -> Value:
        if OBSERVERS and is_inside():  # called by another compiled function: a part of that one's graph
            inside: Value = self.function(*instance, *arguments, **options)
            return inside
        given = Given(arguments, options, instance, self._runs.state(instance))
        if OBSERVERS and is_detecting():  # eager goes first: it looks at each number, which a replay does not
            self._runs.by_eager(given)
        return self._node(partial(self._runs.call, given))

    def sum(self, *columns: Sequence[Any]) -> Value:
        """The sum of many calls, as one node.

        >>> from autograd import Value
        >>> w = Value(0.5)
        >>> squared_error = compile(lambda x, y: (w * x - y) ** 2)
        >>> loss = squared_error.sum([1.0, 2.0, 3.0], [1.0, 1.0, 2.0])
        >>> loss.data, loss.partials
        (0.5, (-4.0,))

        Each argument is a sequence with one entry per sample: numbers, or lists of numbers; float64
        arrays are the quickest. One sequence of samples, each with all arguments, will do as well.

        The results are added from the first to the last. The order of a partial's sum is fixed too:
        samples of one shape (an int, as a class index, belongs to the shape) are added in eight lanes,
        the i-th in lane i % 8, a lane's samples in order, and then the lanes from left to right; then the
        shapes, in the order in which they first appear.
        """
        return self._sum(columns)

    def mean(self, *columns: Sequence[Any]) -> Value:
        """``sum``, divided by the number of samples; each sample's backward pass begins with 1 / that number."""
        return self._mean(columns)

    def map(self, *columns: Sequence[Any]) -> list[float]:
        """The results of many calls as floats, without their gradients.

        >>> from autograd import Value
        >>> w = Value(0.5)
        >>> compile(lambda x: w * x).map([1.0, 2.0])
        [0.5, 1.0]
        """
        return self._map(columns)

    # --- many samples, of a method with the object that it is a method of ---

    def _sum(self, columns: Sequence[Any], instance: Sequence[Any] = ()) -> Value:
        samples = self._samples("sum", columns, instance)
        return self._node(partial(self._added, samples, 1))

    def _mean(self, columns: Sequence[Any], instance: Sequence[Any] = ()) -> Value:
        samples = self._samples("mean", columns, instance)
        if not samples.count:
            raise ShapeError("mean: there are no samples; give at least one")
        return self._node(partial(self._added, samples, samples.count))

    def _map(self, columns: Sequence[Any], instance: Sequence[Any] = ()) -> list[float]:
        samples = self._samples("map", columns, instance)
        groups = []
        for places, rows in samples.groups():
            found = self._runs.alike(samples.given(places[0]), partial(Variant.results, rows=rows))
            if found is None:
                found = [self._runs.call(samples.given(place))[0] for place in places]
            groups.append((places, found))
        return in_order(groups)

    def _samples(self, name: str, columns: Sequence[Any], instance: Sequence[Any]) -> Samples:
        if is_inside():
            raise RecordingError(f"{name} is called by a compiled function; call it from outside")
        samples = Samples(name, columns, instance, self._runs.state(instance))
        if len(columns) == 1 and self._runs.required() - len(instance) > 1:
            samples = samples.transposed()
        if is_detecting():
            for place in range(samples.count):
                self._runs.by_eager(samples.given(place))
        return samples

    def _added(self, samples: Samples, divisor: int) -> Outcome:
        """The sum of the samples' results, divided, the leaves, and the partial by each."""
        groups = []
        found = []
        for places, rows in samples.groups():
            results, operands, partials = self._group(samples, places, rows, 1 / divisor)
            groups.append((places, results))
            found.append((operands, partials))
        results = in_order(groups)
        total = reduce(add, results) if results else 0.0
        return total / divisor, *together(found)

    def _group(
        self, samples: Samples, places: Sequence[int], rows: Any, seed: float
    ) -> tuple[list[float], tuple[Value, ...], Sequence[Any]]:
        """The results of samples of one shape, the leaves, and the partial of their sum, times ``seed``, by each."""
        found = self._runs.alike(samples.given(places[0]), partial(Variant.batch, rows=rows, seed=seed))
        if found is None:
            found = self._runs.one_by_one([samples.given(place) for place in places], seed)
        results, operands, partials = found
        return results, operands, partials

    def _node(self, again: Callable[[], Outcome]) -> Value:
        return record_given(self._row, *again(), again)

    def _backward(self, operands: tuple[Value, ...], partials: Any, seed: Any) -> bool:
        """Add a call's gradients to the arrays at once, where it is the root and depends on leaves only."""
        arrays = self.parameters
        if arrays is None or not arrays.is_open or type(partials) is not memoryview:
            return False
        count = len(arrays)
        if not count:
            return False
        others = operands[count:]
        if operands[: 1] != (arrays.values[0],) or any([operand.op for operand in others]):
            return False
        for operand, gradient in zip(others, partials[count:]):
            operand.grad += seed * gradient
        arrays.add(partials[:count], seed)
        return True

@dataclass(frozen=True)
class Method:
    # A compiled function with the object that is its first argument. Its words are those of the function.
    compiled: Compiled
    instance: Any

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        return self.compiled.__doc__

    def __call__(self, *arguments: Any, **options: Any) -> Value:
        return self.compiled._call(arguments, options, (self.instance,))

    def sum(self, *columns: Sequence[Any]) -> Value:
        """The sum of many calls; see Compiled.sum."""
        return self.compiled._sum(columns, (self.instance,))

    def mean(self, *columns: Sequence[Any]) -> Value:
        """The mean of many calls; see Compiled.mean."""
        return self.compiled._mean(columns, (self.instance,))

    def map(self, *columns: Sequence[Any]) -> list[float]:
        """The results of many calls; see Compiled.map."""
        return self.compiled._map(columns, (self.instance,))

    @property
    def __wrapped__(self) -> Any:
        """The method that was compiled, of the same object."""
        return MethodType(self.compiled.function, self.instance)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.compiled, name)

    def __reduce__(self) -> tuple[Any, ...]:
        """Copied and pickled with its object, as Python's own methods are."""
        return getattr, (self.instance, self.compiled.function.__name__)
