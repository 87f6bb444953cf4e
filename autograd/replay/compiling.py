"""A function that is recorded when it is first called, and replayed from then on."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial, update_wrapper
from types import MethodType
from typing import Any

from .. import anomaly, numeric
from ..errors import KindError, RecordingError
from ..numeric import Number
from ..value import Value, _seed, topological_order
from .arguments import Given, Samples
from .arrays import ParameterArrays
from .contribution import Contribution
from .floats import GuardFlipped
from .python_machine import LANES
from .variant import Variant
from .watching import inside, is_inside, watch

__all__ = ["Compiled", "Result", "compile"]

# How many recordings of one shape of arguments are kept: each is another way through the function's branches.
_VARIANTS = 64


def compile(
    function: Callable[..., Value], *, parameters: ParameterArrays | None = None, allow_data: bool = False
) -> Compiled:
    """``function``, recorded at its first call, and replayed, forward and backward, at each call.

    >>> from autograd import Value
    >>> w, b = Value(0.5), Value(0.25)
    >>> loss = compile(lambda x, y: (w * x + b - y) ** 2)
    >>> loss(1.0, 2.0)
    Value(data=1.5625, grad=1.0)
    >>> w.grad, b.grad
    (-2.5, -2.5)
    >>> loss(3.0, 2.0).data, w.grad
    (0.0625, -4.0)

    A call does what the function and ``backward()`` do: the result is a Value, and the gradient has been
    added to the ``.grad`` of every leaf that the function uses, to the last bit as eager.

    - Floats among the arguments, also in lists, may differ from call to call, and so may leaves, which
      get their gradient too. Everything else (an int, a string, the length of a list) belongs to the
      shape of the call: for a new one the function is recorded again.
    - A comparison of Values (``if x > 0``, ``max(values)``) is a guard: where it comes out otherwise,
      the function is recorded again.
    - Reading a number out of a Value, and catching an operation's error, raise RecordingError, as a replay
      would keep what came of it in the first call. Compare instead; ``allow_data=True`` allows the reading.
    - Whatever else the function does happens once, when it is recorded: prints, random numbers, reading
      Python numbers that it closes over, replacing a parameter by another Value.
    - A Value that was computed outside of the function, and that it uses, is computed again from its
      leaves in each replay, as ``forward()`` does.
    - Within ``detect_anomaly()`` each call is run by eager as well, so that trouble is named.
    - The result keeps no graph: to draw or explain it, or to differentiate it again, raises RecordingError.
      ``.__wrapped__`` is the function that was compiled, and its result has one.
    - ``backward()`` of the result may stay in a training loop: it adds what was set to zero since the call.

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
        self.recorded = 0  # how often the function was recorded
        self._variants: dict[Any, tuple[Variant, ...]] = {}

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
        >>> line.error(1.0, 1.0).data, line.error.batch([1.0, 2.0], [1.0, 1.0])
        (0.25, [0.25, 0.0])
        """
        return self if instance is None else Method(self, instance)

    def __call__(self, *arguments: Any, **options: Any) -> Value:
        if is_inside():  # called by another compiled function: a part of that one's graph
            return self.function(*arguments, **options)
        given = Given(arguments, options)
        if anomaly._open:  # eager goes first: it looks at each number, which a replay does not
            self._by_eager(given, 1)
        for variant in self._variants_for(given):
            try:
                result, gradients = variant.replay(given)
            except GuardFlipped:
                continue
            except (ArithmeticError, ValueError):
                number, by_leaf = self._by_eager(given, 1)
                return Result(number, self._add(dict(by_leaf)))
            self._prefer(given, variant)
            return Result(result, variant.contribution(given, gradients))
        raise _restless()

    def batch(self, *columns: Sequence[Any], seed: Number = 1) -> list[float]:
        """The results of many samples; their gradients are summed, and added to ``.grad``.

        >>> from autograd import Value
        >>> w = Value(0.5)
        >>> loss = compile(lambda x, y: (w * x - y) ** 2)
        >>> loss.batch([1.0, 2.0, 3.0], [1.0, 1.0, 2.0])
        [0.25, 0.0, 0.25]
        >>> w.grad
        -4.0

        Each argument is a sequence with one entry per sample: numbers, or lists of numbers; float64
        arrays are the quickest. One sequence of samples, each with all arguments, will do as well.
        ``seed`` is each sample's: 1 / count for the gradient of the mean.

        The order of the sum is fixed. Samples of one shape (an int, as a class index, belongs to the
        shape) are added in eight lanes, the i-th in lane i % 8, a lane's samples in order, and then the
        lanes from left to right; then the shapes, in the order in which they first appear.
        """
        return self._batch(columns, seed)

    def _batch(self, columns: Sequence[Any], seed: Number, instance: Sequence[Any] = ()) -> list[float]:
        """``batch``, of a method with the object that it is a method of."""
        if is_inside():
            raise RecordingError("batch is called by a compiled function; call it from outside")
        samples = Samples(columns, instance)
        if len(columns) == 1 and self._required() - len(instance) > 1:
            samples = samples.transposed()
        seed = _seed(Value(0.0), seed)
        if anomaly._open:
            for place in range(samples.count):
                self._by_eager(samples.given(place), seed)
        results = [0.0] * samples.count
        fills = []  # afterwards, so that a sample that raises leaves every gradient as it was
        for places, rows in samples.groups():
            found, fill = self._group(samples, places, rows, seed)
            for place, result in zip(places, found):
                results[place] = result
            fills.append(fill)
        for fill in fills:
            fill()
        return results

    def _group(
        self, samples: Samples, places: Sequence[int], rows: Any, seed: float
    ) -> tuple[list[float], Callable[[], Any]]:
        """The results of samples of one shape, and what adds their gradient."""
        first = samples.given(places[0])
        if not first.values:
            # Where no known way fits all samples, each goes its own.
            for variant in self._variants.get(first.shape) or self._variants_for(first):
                try:
                    results, totals = variant.batch(rows, seed)
                except GuardFlipped:
                    continue
                except (ArithmeticError, ValueError):
                    break
                self._prefer(first, variant)
                return results if type(results) is list else results.tolist(), partial(variant.add, totals)
        return self._one_by_one([samples.given(place) for place in places], seed)

    def _variants_for(self, given: Given) -> Iterator[Variant]:
        """The recordings for this shape, the last that fitted first, and then a new one."""
        yield from self._variants.get(given.shape, ())
        variant = self._record(given)
        self._prefer(given, variant)
        yield variant

    def _prefer(self, given: Given, variant: Variant) -> None:
        variants = self._variants.get(given.shape, ())
        if not variants or variants[0] is not variant:
            others = [other for other in variants if other is not variant]
            self._variants[given.shape] = (variant, *others[: _VARIANTS - 1])

    def _record(self, given: Given) -> Variant:
        if self.parameters is not None:
            self.parameters.write_back()
        leaves, arguments, options = given.as_leaves(self._names())
        with watch(self.allow_data) as guards:
            root = self.function(*arguments, **options)
        self.recorded += 1
        if not isinstance(root, Value):
            raise KindError(
                f"the compiled function returned {numeric.given(root)}, and must return one Value"
            )
        return Variant(root, leaves, guards, given, self.parameters)

    def _positional(self) -> list[inspect.Parameter]:
        try:
            parameters = inspect.signature(self.function).parameters.values()
        except (TypeError, ValueError):  # a function of C that does not say
            return []
        return [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]

    def _names(self) -> list[str]:
        return [p.name for p in self._positional()]

    def _required(self) -> int:
        """How many arguments the function cannot do without."""
        return sum(p.default is p.empty for p in self._positional())

    def _by_eager(self, given: Given, seed: Number) -> tuple[Any, list[tuple[Value, float]]]:
        """The result and the gradient by each leaf where a replay cannot go; it raises what eager raises."""
        if self.parameters is not None:
            self.parameters.write_back()
        _, arguments, options = given.as_leaves(self._names(), given.values)
        with inside():
            root = self.function(*arguments, **options)
        leaves = [node for node in topological_order(root) if not node.op]
        before = [leaf.grad for leaf in leaves]
        try:
            root.zero_grad()
            root.backward(seed)
            return root.data, [(leaf, leaf.grad) for leaf in leaves]
        finally:
            for leaf, gradient in zip(leaves, before):
                leaf.grad = gradient

    def _one_by_one(self, group: list[Given], seed: float) -> tuple[list[float], Callable[[], Any]]:
        """Samples that take different ways through the function, or that are leaves, or one of which raises."""
        results = []
        lanes: list[dict[Value, float]] = [{} for _ in range(LANES)]
        for place, given in enumerate(group):
            result, gradients = self._replay(given, seed)
            results.append(result)
            lane = lanes[place % LANES]
            for leaf, gradient in gradients:
                lane[leaf] = lane.get(leaf, 0.0) + gradient
        totals: dict[Value, float] = {}
        for lane in lanes:
            for leaf, gradient in lane.items():
                totals[leaf] = totals.get(leaf, 0.0) + gradient
        return results, partial(self._add, totals)

    def _replay(self, given: Given, seed: float) -> tuple[float, list[tuple[Value, float]]]:
        for variant in self._variants_for(given):
            try:
                result, gradients = variant.replay(given, seed)
            except GuardFlipped:
                continue
            except (ArithmeticError, ValueError):
                return self._by_eager(given, seed)
            self._prefer(given, variant)
            return result, variant.by_leaf(given, gradients)
        raise _restless()

    def _add(self, totals: dict[Value, float]) -> Contribution:
        """Add to the gradient of each leaf."""
        in_arrays = [totals.pop(leaf, 0.0) for leaf in self.parameters.values] if self.parameters is not None else []
        return Contribution(list(totals), list(totals.values()), self.parameters, in_arrays)


def _restless() -> RecordingError:
    return RecordingError(
        "the compiled function takes another way as soon as it is replayed; does it change a number that it compares?"
    )


@dataclass(frozen=True)
class Method:
    # A compiled function with the object that is its first argument. Its words are those of the function.
    compiled: Compiled
    instance: Any

    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        return self.compiled.__doc__

    def __call__(self, *arguments: Any, **options: Any) -> Value:
        return self.compiled(self.instance, *arguments, **options)

    def batch(self, *columns: Sequence[Any], seed: Number = 1) -> list[float]:
        """The results of many samples; see Compiled.batch."""
        return self.compiled._batch(columns, seed, (self.instance,))

    @property
    def __wrapped__(self) -> Any:
        """The method that was compiled, of the same object."""
        return MethodType(self.compiled.function, self.instance)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.compiled, name)

    def __reduce__(self) -> tuple[Any, ...]:
        """Copied and pickled with its object, as Python's own methods are."""
        return getattr, (self.instance, self.compiled.function.__name__)


class Result(Value):
    """What a compiled function returns: a number. Its gradient has been filled in by the call."""

    __slots__ = ("_contribution",)

    def __init__(self, number: Number, contribution: Contribution) -> None:
        # Of a Value's slots those of the graph stay empty, and whoever looks comes to __getattr__.
        self.data = number
        self.grad = 1.0
        self.label = ""
        self._contribution = contribution

    def __getattr__(self, name: str) -> Any:
        """As a leaf it would be a constant: every derivative of it would silently be 0."""
        if name in Value.__slots__:
            raise _no_graph()
        raise AttributeError(f"a compiled function's result has no attribute {name!r}")

    def _apply(self, name: str | tuple[str, int], *operands: Any) -> Value:
        raise _no_graph()

    def _refuse(self, other: Any) -> Value:
        raise _no_graph()

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _refuse
    __truediv__ = __rtruediv__ = __pow__ = __rpow__ = _refuse

    def __copy__(self) -> Result:
        new = Result(self.data, self._contribution)
        new.label = self.label
        return new

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        """The number alone, as the copied leaves would be others."""
        return Value(self.data, self.label)

    def __reduce__(self) -> tuple[Any, ...]:
        return Value, (self.data, self.label)

    def _repr_latex_(self) -> str:
        return Value(self.data, self.label)._repr_latex_()

    def backward(self, seed: Number = 1) -> None:
        """Nothing the first time, as the call has done it; but what was set to zero since is added again.

        So a training loop in micrograd's order (loss, zero_grad, backward) may stay as it is. A second time
        it adds the gradient again, as eager does.
        """
        if seed != 1:
            raise RecordingError("a compiled function's gradient is that of seed 1; multiply the result by the seed")
        self._contribution.count()


def _no_graph() -> RecordingError:
    return RecordingError(
        "the result of a compiled function keeps no graph, and its gradient has been filled in already. To compute "
        "with it, do so inside of the function, or with the result's .data; to draw, explain or differentiate it, "
        "call the function that was compiled: it is .__wrapped__"
    )
