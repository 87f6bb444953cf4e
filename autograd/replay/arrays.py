"""Parameters as arrays: a training step that does not touch one Python object per parameter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from sys import getrefcount
from types import SimpleNamespace
from typing import Any

from ..errors import KindError, MissingToolError
from ..value import Value
from .record import as_float

__all__ = ["ParameterArrays"]



class ParameterArrays:
    """The numbers of leaves, and their gradients, in two NumPy arrays ``data`` and ``grad``.

    >>> from autograd import ParameterArrays, Value, compile
    >>> w, b = Value(0.5), Value(0.25)
    >>> with ParameterArrays([w, b]) as parameters:
    ...     loss = compile(lambda x, y: (w * x + b - y) ** 2, parameters=parameters)
    ...     for _ in range(2):
    ...         parameters.zero_grad()
    ...         loss.mean([1.0, 2.0], [2.0, 3.0]).backward()
    ...         parameters.data -= 0.1 * parameters.grad
    >>> round(w.data, 6), round(b.data, 6)
    (1.1225, 0.6475)

    The optimizers of ``nn`` take it in place of a list of parameters. Until ``write_back``, or the end of the
    ``with`` block, the leaves keep no numbers of their own: their ``.data`` and ``.grad`` are read from the
    arrays and written to them, so both are always the same. Needs NumPy (the extra ``fast``), and raises
    MissingToolError without it.
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
            if isinstance(value, _InArrays):
                raise KindError(f"{value!r} is in other arrays already; end those first, with write_back()")
            if type(value) is not Value:
                raise KindError(f"arrays hold Values, and none of a subclass; got {value!r}")
            if not isinstance(value.data, (float, int)):
                raise KindError(f"arrays hold floats; got {value!r}: keep such parameters in a list")
        self._data: Any = np.empty(len(self.values))
        self._grad: Any = np.empty(len(self.values))
        places = {id(value): place for place, value in enumerate(self.values)}
        members = {"__slots__": (), "_arrays": self, "_places": places, "_number": self._data.item}
        self._kind = type("Value", (_InArrays,), members)
        self.is_open = False
        # What is not in ``grad`` yet while nobody looks: that it is 0, and a call's gradients in place of it.
        self._is_zero = False
        self._first: Any = None
        self.read()

    # ``parameters.data -= step`` changes the array and then sets it, so both are taken.
    @property
    def data(self) -> Any:
        return self._data

    @data.setter
    def data(self, numbers: Any) -> None:
        if numbers is not self._data:
            self._data[:] = numbers

    @property
    def grad(self) -> Any:
        if self._is_zero:
            self._grad[:] = 0.0 if self._first is None else self._first
            self._is_zero, self._first = False, None
        return self._grad

    @grad.setter
    def grad(self, numbers: Any) -> None:
        if numbers is not self._grad:
            self.grad[:] = numbers

    @property
    def gradients(self) -> Any:
        """What ``grad`` holds, to be read only: a call's own gradients are there without a copy."""
        return self.grad if self._first is None else self._first

    def __enter__(self) -> ParameterArrays:
        return self

    def __exit__(self, *raised: object) -> None:
        self.write_back()

    def __repr__(self) -> str:
        return f"<ParameterArrays of {len(self)} parameters>"

    def __len__(self) -> int:
        return len(self.values)

    def read(self) -> None:
        """Take the numbers and gradients of the leaves again, after ``write_back``."""
        if not self.is_open:
            self._data[:] = [value.data for value in self.values]
            self.grad[:] = [value.grad for value in self.values]
            for value in self.values:
                value.__class__ = self._kind
            self.is_open = True

    def write_back(self) -> None:
        """Give the leaves their numbers and gradients, which are their own from then on."""
        if not self.is_open:
            return
        self.is_open = False
        for value, number, gradient in zip(self.values, self._data.tolist(), self.grad.tolist()):
            value.__class__ = Value
            value.data = number
            value.grad = gradient

    def zero_grad(self) -> None:
        self._is_zero, self._first = True, None
        if self._is_held():
            self.grad  # noqa: B018

    def add(self, partials: Any, seed: float) -> None:
        """Add ``seed`` times each partial to the gradients."""
        import numpy as np

        partials = np.asarray(partials)
        if seed != 1.0:
            partials = seed * partials
        if self._is_zero and self._first is None and not self._is_held():
            self._first = partials
        else:
            self.grad += partials

    def _is_held(self) -> bool:
        """Does somebody have the array ``grad``, or a part of it, and see what it holds?"""
        return getrefcount(self._grad) > _HELD_BY_OURSELVES


_HELD_BY_OURSELVES = getrefcount(SimpleNamespace(array=object()).array) + 1  # by the object that has it as well


class _InArrays(Value):
    """A leaf whose numbers are in arrays: each ParameterArrays has its own subclass, which knows where."""

    __slots__ = ()
    _arrays: ParameterArrays
    _places: dict[int, int]
    _number: Callable[[int], float]

    # In place of the slots of these names, for the engine and for everybody.
    @property
    def _data(self) -> Any:
        return self._number(self._places[id(self)])

    @_data.setter
    def _data(self, number: Any) -> None:
        self._arrays._data[self._places[id(self)]] = as_float(number, f"data of {self.label or 'a leaf in arrays'}")

    @property
    def _grad(self) -> Any:
        return self._arrays.gradients.item(self._places[id(self)])

    @_grad.setter
    def _grad(self, number: Any) -> None:
        self._arrays.grad[self._places[id(self)]] = as_float(number, f"grad of {self.label or 'a leaf in arrays'}")
