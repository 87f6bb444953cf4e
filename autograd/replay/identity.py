"""Which object something is: as a part of a call's shape, and as what a function's names are bound to.

>>> first, second = frozenset([1]), frozenset([1])
>>> Identity(first) == Identity(first), Identity(first) == Identity(second)
(True, False)
>>> Code(lambda x, y: x is y).has_is, Code(lambda x, y: x is None).has_is
(True, False)
>>> Code(lambda x: type(x) is float).calls_type
True

>>> power = 2
>>> code = Code(lambda x: x**power)
>>> code.state(), code.state()
(0, 0)
>>> power = 3
>>> code.state()
1
"""

from __future__ import annotations

import dis
import weakref
from collections.abc import Callable, Iterator
from operator import attrgetter, is_
from types import CodeType, FunctionType, ModuleType
from typing import Any

__all__ = ["BY_VALUE", "Code", "Identity"]

# What is told apart by what it is; anything else that is no number and no Value, by which one it is.
BY_VALUE = {int, bool, str, bytes, type(None), complex, range}


class Identity:
    """An object as a part of a shape: the same one, and not one that is equal. It does not keep it alive."""

    __slots__ = ("_hash", "_thing")

    def __init__(self, thing: Any) -> None:
        self._hash = id(thing)
        self._thing: Callable[[], Any]
        try:
            self._thing = weakref.ref(thing)
        except TypeError:
            self._thing = lambda: thing

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: Any) -> bool:
        thing = self._thing()
        return type(other) is Identity and thing is not None and thing is other._thing()

    def when_gone(self, call: Callable[[Any], Any]) -> Any:
        """Have ``call`` called when the object is no more; keep what this returns for as long."""
        thing = self._thing()
        return weakref.ref(thing, call) if isinstance(self._thing, weakref.ref) and thing is not None else None


class Code:
    """The code of a function, and of those that it names or closes over: what no hook would notice of them."""

    def __init__(self, function: Any) -> None:
        self.has_is = False  # with something else than None, True or False
        self.calls_type = False
        cells: dict[int, Any] = {}
        names: dict[tuple[int, str], tuple[dict[str, Any], str]] = {}
        attributes: dict[str, None] = {}
        bound_here: set[Any] = set()
        for found in _functions(function):
            own_cells = dict(zip(found.__code__.co_freevars, found.__closure__ or ()))
            cells.update({id(cell): cell for cell in own_cells.values()})
            for instruction in _instructions(found.__code__, self):
                name = instruction.argval
                if instruction.opname == "LOAD_GLOBAL" and name in found.__globals__:
                    names[id(found.__globals__), name] = found.__globals__, name
                elif instruction.opname in ("STORE_GLOBAL", "DELETE_GLOBAL"):
                    bound_here.add((id(found.__globals__), name))
                elif instruction.opname in ("STORE_DEREF", "DELETE_DEREF"):
                    bound_here.add(id(own_cells.get(name)))
                elif instruction.opname in ("LOAD_ATTR", "LOAD_METHOD"):
                    attributes[name] = None
                elif instruction.opname in ("STORE_ATTR", "DELETE_ATTR"):
                    bound_here.add(name)
        # What the functions bind anew themselves, as a counter of calls, is their own affair.
        self._cells = [cell for key, cell in cells.items() if key not in bound_here]
        self._names = [
            (scope, name) for key, (scope, name) in names.items() if key not in bound_here and _may_change(scope[name])
        ]
        self._attributes = [name for name in attributes if name not in bound_here]
        self._states: dict[Any, int] = {}
        self._seen: tuple[list[Any], int] = [object()], -1

    def state(self) -> int:
        """Which of the things that these names were bound to so far they are bound to now: 0, 1, …"""
        try:
            now = [*map(_CONTENTS, self._cells), *[scope.get(name) for scope, name in self._names]]
        except ValueError:  # a cell in which nothing is
            now = []
        seen, state = self._seen
        if len(now) == len(seen) and all(map(is_, now, seen)):
            return state
        key = tuple(map(_told_apart, now))
        state = self._states.setdefault(key, len(self._states))
        self._seen = now, state
        return state


    def state_with(self, instance: Any) -> Any:
        """The same for a method, with what the attributes of its object are that it names."""
        held = getattr(instance, "__dict__", {})
        return self.state(), *[_told_apart(held[name]) for name in self._attributes if name in held]


_CONTENTS = attrgetter("cell_contents")


def _told_apart(thing: Any) -> Any:
    return (type(thing), repr(thing)) if type(thing) is float or type(thing) in BY_VALUE else Identity(thing)


def _may_change(thing: Any) -> bool:
    """Is it worth a look at each call? Modules, classes and this library's functions stay what they are."""
    return not isinstance(thing, (ModuleType, type)) and not (isinstance(thing, FunctionType) and _is_ours(thing))


def _functions(function: Any) -> Iterator[FunctionType]:
    """A function, and those that it names or closes over, but for this library's own."""
    seen: set[int] = set()
    pending = [function]
    while pending:
        function = pending.pop()
        function = getattr(function, "__func__", getattr(function, "__wrapped__", function))
        if not isinstance(function, FunctionType):  # an object that can be called, such as a model
            function = getattr(type(function), "__call__", None)  # noqa: B004
        if not isinstance(function, FunctionType) or id(function) in seen or (seen and _is_ours(function)):
            continue
        seen.add(id(function))
        yield function
        for code in _codes(function.__code__):
            pending += [function.__globals__.get(name) for name in code.co_names]
        for cell in function.__closure__ or ():
            try:
                pending.append(cell.cell_contents)
            except ValueError:  # nothing is in it yet
                continue


def _is_ours(function: FunctionType) -> bool:
    return str(function.__module__).partition(".")[0] in ("autograd", "nn")


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _codes(inner)


def _instructions(code: CodeType, told: Code) -> Iterator[dis.Instruction]:
    """The instructions, and whether there is an ``is`` or a ``type`` among them."""
    for part in _codes(code):
        before: Any = object()
        for instruction in dis.get_instructions(part):
            if instruction.opname == "IS_OP" and before not in (None, True, False):
                told.has_is = True
            if instruction.opname == "LOAD_GLOBAL" and instruction.argval == "type":
                told.calls_type = True
            before = instruction.argval if instruction.opname == "LOAD_CONST" else object()
            yield instruction
