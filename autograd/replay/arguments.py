"""The arguments of a compiled function, taken apart into their shape and their numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from typing import Any

from ..errors import KindError, RecordingError, ShapeError
from ..messages import given as described
from ..value import Value
from .identity import BY_VALUE, Identity
from .recorded_array import recorded_array
from .recording import GivenValue, RecordedFloat, Recording

__all__ = ["Given", "Recorded", "Samples"]

_FLOATS = {float}
_MUTABLE = (set, bytearray, dict, list)


class Given:
    """One call's arguments: floats and Values vary from call to call, the rest is their shape.

    ``instance`` is the object of a method, or empty: it comes first, and is a part of the shape, and so is the
    ``state`` of the function's names.
    """

    __slots__ = ("arguments", "identities", "instance", "numbers", "options", "shape", "values")

    def __init__(
        self, arguments: Sequence[Any], options: dict[str, Any], instance: Sequence[Any] = (), state: Any = 0
    ) -> None:
        self.arguments = arguments
        self.options = options
        self.instance = instance
        self.values: list[Value] = []
        self.identities: list[Identity] = []
        self.numbers: list[float] = [*arguments]
        self.shape: Any = len(arguments), state
        if not options and not instance and {*map(type, arguments)} <= _FLOATS:
            return
        self.numbers = []
        self.shape = state, *[self._take(argument) for argument in arguments]
        if instance:
            self.shape = (self._identity(instance[0]), *self.shape)
        if options:
            self.shape += tuple([(name, self._take(thing)) for name, thing in options.items()])

    def _take(self, thing: Any) -> Any:
        kind = type(thing)
        if kind is float:
            self.numbers.append(thing)
            return float
        if kind is list or kind is tuple:
            kinds = {*map(type, thing)}
            if kinds == {float}:
                self.numbers += thing
                return kind, len(thing), float
            if kinds == {Value}:
                self.values += thing
                return kind, len(thing), Value
            return (kind, *[self._take(inner) for inner in thing])
        if isinstance(thing, Value):
            self.values.append(thing)
            return Value
        if kind in BY_VALUE:
            return kind, thing
        if hasattr(thing, "dtype"):
            return self._take_array(thing)
        if isinstance(thing, float):
            self.numbers.append(float(thing))
            return float
        if kind is dict:
            return (dict, *[(type(name), name, self._take(inner)) for name, inner in thing.items()])
        if isinstance(thing, tuple) and hasattr(kind, "_fields"):
            return (kind, *[self._take(inner) for inner in thing])
        if kind is Fraction or kind is Decimal:
            return kind, str(thing)
        if isinstance(thing, _MUTABLE):
            raise KindError(
                "a compiled function takes numbers, Values, lists and dicts of them, and objects; got "
                f"{described(thing)}"
            )
        return self._identity(thing)

    def _take_array(self, array: Any) -> Any:
        if not hasattr(array, "ndim") or not hasattr(array, "strides"):
            raise KindError(
                f"a compiled function takes NumPy's arrays and numbers; got {described(array)}: give .to_numpy(), or "
                "a list"
            )
        if array.dtype == "float64":
            if array.ndim == 0 and isinstance(array, float):
                self.numbers.append(float(array))
                return float
            self.numbers += array.ravel().tolist()
            return "array", array.shape
        if array.dtype.kind in "biuSU":
            return "array", array.shape, array.dtype.str, array.tobytes()
        raise KindError(
            f"a compiled function takes arrays of float64, as a replay computes in these; got one of {array.dtype}: "
            "give .astype(float)"
        )

    def _identity(self, thing: Any) -> Identity:
        identity = Identity(thing)
        self.identities.append(identity)
        return identity

class Recorded:
    """The arguments with a stand-in for each float and each Value, and the leaves behind these."""

    def __init__(self, given: Given, names: Sequence[str], recording: Recording) -> None:
        self._recording = recording
        self.numbers: list[Value] = []
        self.values: list[Value] = []
        self._lists: list[tuple[Any, Any]] = []
        labels = [*names[len(given.instance) :], *[f"argument {place}" for place in range(len(given.arguments))]]
        self.arguments = [
            *given.instance,
            *[self._rebuilt(argument, label) for argument, label in zip(given.arguments, labels)],
        ]
        self.options = {name: self._rebuilt(thing, name) for name, thing in given.options.items()}

    def _rebuilt(self, thing: Any, name: str) -> Any:
        kind = type(thing)
        if isinstance(thing, Value):
            if self._recording.tells_values_apart:
                return thing
            self.values.append(GivenValue(thing, self._recording))
            return self.values[-1]
        if hasattr(thing, "dtype") and thing.dtype == "float64" and not isinstance(thing, float):
            numbers = [self._float(number, f"{name}[{place}]") for place, number in enumerate(thing.ravel().tolist())]
            return self._kept(recorded_array(thing.shape, numbers))
        if isinstance(thing, float):
            return self._float(float(thing), name)
        if kind is list or kind is tuple:
            return self._kept(kind([self._rebuilt(inner, f"{name}[{place}]") for place, inner in enumerate(thing)]))
        if kind is dict:
            return self._kept({key: self._rebuilt(inner, f"{name}[{key!r}]") for key, inner in thing.items()})
        if isinstance(thing, tuple) and hasattr(kind, "_fields"):
            return kind(*[self._rebuilt(inner, f"{name}.{field}") for field, inner in zip(kind._fields, thing)])
        return thing

    def _float(self, number: float, name: str) -> RecordedFloat:
        self.numbers.append(Value(number, name))
        return RecordedFloat(self.numbers[-1], self._recording)

    def _kept(self, container: Any) -> Any:
        if type(container) is not tuple:
            self._lists.append((container, _contents(container)))
        return container

    def demand_unchanged(self) -> None:
        """A replay does not change what it is given."""
        for container, contents in self._lists:
            now = _contents(container)
            if len(now) != len(contents) or not all([x is y for x, y in zip(now, contents)]):
                raise RecordingError(
                    f"the compiled function changes {_named(container)} that is its argument, and a replay would not: "
                    "make a copy, or change it outside of the function"
                )


def _named(container: Any) -> str:
    return f"a {type(container).__name__}" if type(container) in (list, dict) else "an array"


def _contents(container: Any) -> list[Any]:
    if type(container) is dict:
        return [*container, *container.values()]
    return [*container] if type(container) is list else container.ravel().tolist()


class Samples:
    """The arguments of many calls: for each of them, an entry per sample; before them, of a method, its object."""

    def __init__(self, name: str, columns: Sequence[Any], instance: Sequence[Any] = (), state: Any = 0) -> None:
        if not columns:
            raise ShapeError(f"{name} takes the function's arguments, each with an entry per sample; got none")
        for column in columns:
            sequence = hasattr(column, "__len__") and hasattr(column, "__getitem__")
            if not sequence or isinstance(column, (str, bytes, dict)):
                raise KindError(f"{name} takes sequences with an entry per sample, as lists; got {column!r}")
        lengths = {len(column) for column in columns}
        if len(lengths) > 1:
            counts = " and ".join(map(str, sorted(lengths)))
            raise ShapeError(f"{name}: arguments with {counts} entries; give one per sample")
        self.name = name
        # A column of pandas is read by place, as a list: by [place] it would be read by its labels.
        self.columns = [column.to_numpy() if hasattr(column, "to_numpy") else column for column in columns]
        self.instance = instance
        self.state = state
        [self.count] = lengths

    def transposed(self) -> Samples:
        """The columns, where one sequence of samples, each with all arguments, was given."""
        [samples] = self.columns
        for place, sample in enumerate(samples):
            if not hasattr(sample, "__len__") or len(sample) != len(samples[0]):
                raise ShapeError(
                    f"{self.name}: sample {place} is {sample!r}; give each sample all arguments of the function, "
                    "or each argument as a sequence with an entry per sample"
                )
        return Samples(self.name, list(zip(*samples)) or self.columns, self.instance, self.state)

    def given(self, place: int) -> Given:
        return Given([column[place] for column in self.columns], {}, self.instance, self.state)

    def groups(self) -> Iterator[tuple[Sequence[int], Any]]:
        """The samples of each shape: which they are, and a row of numbers for each."""
        rows = self._rows()
        if rows is not None:
            yield range(self.count), rows
            return
        places: dict[Any, list[int]] = {}
        numbers: dict[Any, list[list[float]]] = {}
        for place in range(self.count):
            given = self.given(place)
            places.setdefault(given.shape, []).append(place)
            numbers.setdefault(given.shape, []).append(given.numbers)
        yield from zip(places.values(), numbers.values())

    def _rows(self) -> Any:
        """The rows of all samples, where they are floats of one shape and that is seen without a look at each."""
        if not self.count:
            return None
        if all([getattr(column, "dtype", None) == "float64" for column in self.columns]):
            import numpy as np

            arrays = [column.reshape(self.count, -1) for column in self.columns]
            return arrays[0] if len(arrays) == 1 else np.concatenate(arrays, axis=1)
        parts: list[Any] = []
        for column in self.columns:
            if {*map(type, column)} == {float}:
                parts.append([(number,) for number in column])
            elif {*map(type, column)} == {list} and len({*map(len, column)}) == 1:
                if {*map(type, chain.from_iterable(column))} != {float}:
                    return None
                parts.append(column)
            else:
                return None
        return [[*chain(*row)] for row in zip(*parts)]
