"""What has parameters: their names, their gradients, their state.

>>> from nn import Layer
>>> class Net(Module):
...     def __init__(self):
...         self.hidden = Layer(2, 1, init="zeros")
...     def __call__(self, x):
...         return self.hidden(x)
>>> net = Net()
>>> [name for name, _ in net.named_parameters()]
['hidden.weight[0][0]', 'hidden.weight[0][1]', 'hidden.bias[0]']
>>> net.state_dict()
{'hidden.weight': [[0.0, 0.0]], 'hidden.bias': [0.0]}
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from autograd import FileFormatError, KindError, ShapeError, UnknownNameError, Value, arguments, write_whole

from . import storage

__all__ = ["Module", "Parameter", "clear_gradients"]


def clear_gradients(parameters: Iterable[Value]) -> None:
    """Set each ``.grad`` to zero, in the data's own kind of number."""
    for parameter in parameters:
        kind = type(parameter.data)
        parameter.grad = 0.0 if kind is float or kind is int else kind(0)


class Parameter(Value):
    """A Value that takes attributes of one's own, as an optimizer that keeps its state on the parameters sets them.

    >>> w = Parameter(2.0, label="w")
    >>> w.m = 0.0
    >>> w, w.m
    (Value(data=2.0, grad=0.0, label='w'), 0.0)

    A Value has no room for more than its engine needs, which keeps large graphs small; what is computed from
    a Parameter is a Value. Programs in which numbers have attributes run with this import line:

        from nn import Parameter as Value
    """


class _Load:
    """``model.load(path)`` takes over the parameters of a saved model, and returns ``model``.

    ``MLP.load(path)``, of the class, makes a new model. Nothing is changed unless all fits: raises
    FileFormatError for what is no file of a model, or of another version, or of another kind of
    model; and what ``load_state_dict`` raises, which names the parameter.
    """

    def __get__(self, module: Module | None, kind: type[Module]) -> Callable[[str | os.PathLike[str]], Any]:
        return kind._load_new if module is None else module._load_into


class Module:
    """The base of everything with parameters, micrograd's with names added.

    Its parameters are the Values among its attributes, and those of the Modules among them, also where
    they stand in a list, a tuple or a dict.
    """

    training = True  # what `train` and `eval` switch; only Dropout looks at it

    def parameters(self) -> list[Value]:
        """Every parameter once, in a fixed order: what an optimizer is given."""
        return list(dict.fromkeys(value for _, value in _elements(self.tensors())))

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """(name, parameter) in the order of ``parameters()``: ``0.weight[1][0]`` is row 1, column 0.

        >>> from nn import MLP
        >>> [name for name, _ in MLP(1, [2, 1]).named_parameters()][-3:]
        ['2.weight[0][0]', '2.weight[0][1]', '2.bias[0]']
        """
        names = {value: name for name, value in reversed(list(_elements(self.tensors())))}
        for value in self.parameters():
            yield names.get(value, value.label), value

    def tensors(self) -> dict[str, Any]:
        """The parameters by name, each a Value or nested lists of them: what ``state_dict`` reads and writes."""
        found: dict[str, Any] = {}
        with _parts_of(self) as parts:
            for name, part in parts:
                if isinstance(part, Module):
                    found.update({f"{name}.{inner}": tensor for inner, tensor in part.tensors().items()})
                else:
                    found[name] = part
        return found

    def modules(self) -> Iterator[Module]:
        """This module and every module in it, each once."""
        stack: list[Module] = [self]
        seen: set[int] = set()
        while stack:
            module = stack.pop()
            if id(module) not in seen:
                seen.add(id(module))
                yield module
                stack.extend(reversed(module._children()))

    def _children(self) -> list[Module]:
        """The modules right inside this one."""
        return [part for _, part in self._parts() if isinstance(part, Module)]

    def _parts(self) -> Iterator[tuple[str, Value | Module]]:
        """(name, part) for each Value and Module among the attributes, and in the containers among them."""
        stack: list[tuple[str, Any, tuple[int, ...]]]
        stack = [(name, thing, ()) for name, thing in reversed(vars(self).items())]
        while stack:
            name, thing, around = stack.pop()
            if isinstance(thing, (Value, Module)):
                yield name, thing
            elif isinstance(thing, (dict, list, tuple)) and id(thing) not in around:  # a list may hold itself
                inside = thing.items() if isinstance(thing, dict) else enumerate(thing)
                stack.extend(reversed([(f"{name}.{key}", inner, (*around, id(thing))) for key, inner in inside]))

    def train(self, training: bool = True) -> None:
        """Switch this module and those in it to training, where Dropout drops; ``eval()`` switches back."""
        for module in self.modules():
            module.training = training

    def eval(self) -> None:
        """Switch to use after training: Dropout passes everything on."""
        self.train(False)

    def zero_grad(self) -> None:
        """Set the ``.grad`` of every parameter to zero, in its own kind of number."""
        clear_gradients(self.parameters())

    # --- state ---

    def state_dict(self) -> dict[str, Any]:
        """The numbers of the parameters by name, nested lists [out][in].

        >>> from nn import MLP
        >>> MLP.from_weights([([[0.5, -1.0]], [0.25])], ["linear"]).state_dict()
        {'0.weight': [[0.5, -1.0]], '0.bias': [0.25]}
        """
        return {name: _numbers(tensor) for name, tensor in self.tensors().items()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over the numbers of a ``state_dict``, of this library or of PyTorch.

        Nothing is changed unless every name and every shape fits: UnknownNameError names those that are
        missing or too many, ShapeError the tensor whose shape differs, KindError an element that is no number.
        """
        if not isinstance(state, Mapping):
            raise arguments.refused(state, "a state", "a mapping of names to numbers, as state_dict gives one")
        tensors = self.tensors()
        missing = [name for name in tensors if name not in state]
        too_many = [name for name in state if name not in tensors]
        if missing or too_many:
            faults = [f"lacks {name}" for name in missing] + [f"has {name} too many" for name in too_many]
            raise UnknownNameError(f"the state {', '.join(faults)}; this module has {', '.join(tensors) or 'nothing'}")
        changes: list[tuple[Value, Any]] = []
        for name, tensor in tensors.items():
            given = state[name].tolist() if hasattr(state[name], "tolist") else state[name]
            _same_shape(name, tensor, given)
            numbers = [number for _, number in _elements({name: given})]
            for (place, value), number in zip(_elements({name: tensor}), numbers):
                changes.append((value, _checked(number, place)))
        for value, number in changes:
            value.data = number

    # --- files ---

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model to a JSON file that can be read and compared by eye, every float to its last bit.

        The file is written whole or not at all: a reader, or a run that was killed, finds the old one
        or the new one. Raises FileWriteError, an OSError, where it cannot be written.
        """
        write_whole(path, storage.text(self.description(), self.state_dict()).encode())

    load = _Load()

    def _load_into(self, path: str | os.PathLike[str]) -> Module:
        """Take over the parameters in a file that ``save`` wrote, and return this module."""
        description, state = storage.read(path)
        if description != self.description():
            raise FileFormatError(f"{path} holds {_listed(description)}; this model is {_listed(self.description())}")
        self.load_state_dict(state)
        return self

    @classmethod
    def _load_new(cls, path: str | os.PathLike[str]) -> Module:
        raise KindError(f"a {cls.__name__} is not made from a file: make one, and call its load({str(path)!r})")

    def description(self) -> dict[str, Any]:
        """What a file says of the model beside its parameters: its kind, its activations, and its parts' ones."""
        with _parts_of(self) as inside:
            parts = {name: part.description() for name, part in inside if isinstance(part, Module)}
        return {"kind": type(self).__name__, **({"parts": parts} if parts else {})}


_around: ContextVar[tuple[Module, ...]] = ContextVar("_around", default=())


@contextmanager
def _parts_of(module: Module) -> Iterator[list[tuple[str, Any]]]:
    """Its parts, while they are looked into, but those that it is itself a part of: a module may hold its parent."""
    around = (*_around.get(), module)
    token = _around.set(around)
    try:
        yield [(name, part) for name, part in module._parts() if not any([part is outer for outer in around])]
    finally:
        _around.reset(token)


def _listed(description: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in description.items())


def _elements(tensors: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """(name, element) of nested lists, row by row: ``weight[1][0]``."""
    stack = list(reversed([*tensors.items()]))
    while stack:
        name, thing = stack.pop()
        if isinstance(thing, (list, tuple)):
            stack.extend([(f"{name}[{place}]", thing[place]) for place in range(len(thing) - 1, -1, -1)])
        else:
            yield name, thing


def _numbers(tensor: Any) -> Any:
    """The data of a Value, of a list of Values, or of a list of lists of them."""
    if isinstance(tensor, Value):
        return tensor.data
    if tensor and isinstance(tensor[0], Value):
        return [value.data for value in tensor]
    return [[value.data for value in row] for row in tensor]


def _shape(thing: Any) -> tuple[int, ...] | None:
    """(rows, columns), (length,), () for one number, None where lists side by side differ in length."""
    shape: list[int] = []
    level = [thing]
    while level and all([isinstance(inner, (list, tuple)) for inner in level]):
        lengths = {len(inner) for inner in level}
        if len(lengths) > 1:
            return None
        shape += lengths
        level = [element for inner in level for element in inner]
    return None if any([isinstance(inner, (list, tuple)) for inner in level]) else tuple(shape)


def _same_shape(name: str, tensor: Any, given: Any) -> None:
    wanted, found = _shape(tensor), _shape(given)
    if wanted != found:
        shown = "rows of different lengths" if found is None else f"shape {_shape_text(found)}"
        raise ShapeError(f"{name}: expected shape {_shape_text(wanted)}, got {shown}")


def _shape_text(shape: Sequence[int] | None) -> str:
    return "[" + "][".join(str(length) for length in shape or ()) + "]" if shape else "of one number"


def _checked(number: Any, place: str) -> Any:
    try:
        return Value(number).data
    except KindError as error:
        raise KindError(f"{place}: {error}") from None
