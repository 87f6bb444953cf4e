"""Which object something is: as a part of a call's shape, and whether a function asks for it.

>>> first, second = frozenset([1]), frozenset([1])
>>> Identity(first) == Identity(first), Identity(first) == Identity(second)
(True, False)
>>> asks(lambda x, y: x is y).which, asks(lambda x, y: x is None).which
(True, False)
>>> asks(lambda x: type(x) is float).type
True
"""

from __future__ import annotations

import dis
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any

__all__ = ["Asked", "Identity", "asks"]


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


@dataclass
class Asked:
    """What the code of a function, and of those that it names or closes over, asks that no hook would notice."""

    which: bool = False  # it compares with ``is``, but with None, True or False
    type: bool = False  # it calls type()


def asks(function: Any) -> Asked:
    """Look at a function's code."""
    asked = Asked()
    seen: set[int] = set()
    pending = [function]
    while pending:
        function = pending.pop()
        function = getattr(function, "__func__", getattr(function, "__wrapped__", function))
        if not isinstance(function, FunctionType) or id(function) in seen or (seen and _is_ours(function)):
            continue
        seen.add(id(function))
        for code in _codes(function.__code__):
            asked.which = asked.which or _has_is(code)
            asked.type = asked.type or _calls_type(code)
            pending += [function.__globals__.get(name) for name in code.co_names]
        for cell in function.__closure__ or ():
            try:
                pending.append(cell.cell_contents)
            except ValueError:  # nothing is in it yet
                continue
    return asked


def _is_ours(function: FunctionType) -> bool:
    return str(function.__module__).partition(".")[0] in ("autograd", "nn")


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _codes(inner)


def _calls_type(code: CodeType) -> bool:
    loaded = [one.argval for one in dis.get_instructions(code) if one.opname in ("LOAD_GLOBAL", "LOAD_NAME")]
    return "type" in loaded


def _has_is(code: CodeType) -> bool:
    before: Any = object()
    for instruction in dis.get_instructions(code):
        if instruction.opname == "IS_OP" and before not in (None, True, False):
            return True
        before = instruction.argval if instruction.opname == "LOAD_CONST" else object()
    return False
