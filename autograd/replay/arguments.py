"""The arguments of a compiled function, taken apart into their shape and their numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from ..errors import KindError, ShapeError
from ..value import Value

__all__ = ["Given", "Samples"]


class Given:
    """One call's arguments: floats and leaves vary from call to call, the rest is their shape."""

    def __init__(self, arguments: Sequence[Any], options: dict[str, Any]) -> None:
        self.arguments = arguments
        self.options = options
        self.numbers: list[float] = []
        self.values: list[Value] = []
        self.shape: Any = tuple([self._take(argument) for argument in arguments])
        if options:
            self.shape += tuple([(name, self._take(options[name])) for name in sorted(options)])

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
        if hasattr(thing, "tolist"):
            return self._take(thing.tolist())
        if isinstance(thing, float):
            self.numbers.append(float(thing))
            return float
        if kind is dict:
            return (dict, *[(name, self._take(inner)) for name, inner in thing.items()])
        try:
            hash(thing)
        except TypeError:
            raise KindError(f"a compiled function takes numbers, Values and lists of them; got {thing!r}") from None
        return kind, thing

    def as_leaves(
        self, names: Sequence[str] = (), values: Sequence[Value] | None = None
    ) -> tuple[list[Value], list[Any], dict[str, Any]]:
        """The arguments with a new leaf for each float and (unless ``values`` are given) for each leaf.

        The leaves come first: those of the floats, and then the others.
        """
        own = [Value(leaf.data, leaf.label) for leaf in self.values] if values is None else list(values)
        pending = iter(own)
        numbers: list[Value] = []

        def rebuilt(thing: Any, name: str) -> Any:
            if isinstance(thing, Value):
                return next(pending)
            if hasattr(thing, "tolist"):
                thing = thing.tolist()
            if isinstance(thing, float):
                numbers.append(Value(float(thing), name))
                return numbers[-1]
            if type(thing) is list or type(thing) is tuple:
                return type(thing)([rebuilt(inner, f"{name}[{place}]") for place, inner in enumerate(thing)])
            if type(thing) is dict:
                return {key: rebuilt(inner, f"{name}[{key!r}]") for key, inner in thing.items()}
            return thing

        labels = [*names, *[f"argument {place}" for place in range(len(names), len(self.arguments))]]
        arguments = [rebuilt(argument, label) for argument, label in zip(self.arguments, labels)]
        rebuilt_options = {name: rebuilt(self.options[name], name) for name in sorted(self.options)}
        return [*numbers, *own], arguments, rebuilt_options


class Samples:
    """The arguments of many calls: for each of them, an entry per sample; before them, of a method, its object."""

    def __init__(self, name: str, columns: Sequence[Any], instance: Sequence[Any] = ()) -> None:
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
        self.columns = columns
        self.instance = instance
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
        return Samples(self.name, list(zip(*samples)) or self.columns, self.instance)

    def given(self, place: int) -> Given:
        return Given([*self.instance, *[column[place] for column in self.columns]], {})

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
        if not self.count or Given(self.instance, {}).numbers:  # the object is itself a number, or an array
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
