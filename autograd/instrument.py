"""Hooks that the engine declares: who looks on while it computes.

>>> from autograd import Value
>>> class Names(Observer):
...     def recorded(self, node):
...         print("made", node.op)
>>> w = Value(0.5)
>>> loss = run_observed(Names(), lambda: (w * 3).tanh())
made mul
made tanh

An observer sees what one call does (:func:`run_observed`), or what every thread does (:data:`everywhere`). While
there is none, ``OBSERVERS`` is empty, and to see that is all that it costs the engine: nothing of it is ever
exchanged for something else, so nothing has to be put back when a call is interrupted.
"""

from __future__ import annotations

import operator
import os
import sys
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from types import FrameType
from typing import Any

from .errors import AutogradError

__all__ = [
    "OBSERVERS",
    "Observer",
    "StandIn",
    "compared",
    "count_everywhere",
    "everywhere",
    "notify",
    "of_this_call",
    "run_observed",
    "touched",
    "unobserved_data",
    "watched",
]


class Observer:
    """Someone who looks on; a subclass has those of these methods that it wants."""

    def recorded(self, node: Any) -> None:
        """An operation has made a node, or a leaf was made."""

    def recorded_elsewhere(self, nodes: list[Any]) -> None:
        """Nodes were made in a thread where nobody looks on at a call."""

    def failed(self, error: AutogradError, node: Any = None) -> None:
        """An operation has raised an error: one that makes a node, or the backward pass of ``node``."""

    def compared(self, name: str, left: Any, right: Any, outcome: bool) -> None:
        """Two numbers were compared, one of them a Value's: ``name`` is that of Python's operator, as "lt"."""

    def touched(self, node: Any, what: str, reader: FrameType) -> None:
        """The number of a node is about to be read or changed: ``what`` says so, as "reads data"."""

    def evaluated(self, node: Any) -> None:
        """A node was evaluated again."""

    def passed_back(self, node: Any, cotangent: Any, terms: list[tuple[Any, Any, Any]]) -> None:
        """A node has handed back its contributions: (operand, partial, what the operand has so far) for each."""

    def copied(self, node: Any) -> None:
        """A node is a copy of another."""


class StandIn:
    """What stands for a Value in the operands of an operation."""

    __slots__ = ()

    def value(self) -> Any:
        """The Value that it stands for."""
        raise NotImplementedError  # pragma: no cover - each subclass has its own


# Those who look on, in any thread. Weak, so that an observer whose call has ended is not looked for any
# longer, however the call ended: the callback is no Python code, which an interrupt could come between.
OBSERVERS: set[weakref.ref[Observer]] = set()
_everywhere: list[Observer] = []
# A context is left by the interpreter itself, at the end of ``Context.run``, and each thread has its own.
_of_this_call: ContextVar[Observer | None] = ContextVar("observer", default=None)
if hasattr(os, "register_at_fork"):  # what a forked process does is not seen by its parent
    os.register_at_fork(after_in_child=lambda: _of_this_call.set(None))


def run_observed(observer: Observer, function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """What ``function`` returns; ``observer`` looks on until then, in this thread."""

    def run() -> Any:
        _of_this_call.set(observer)
        return function(*arguments, **options)

    known = weakref.ref(observer, OBSERVERS.discard)
    OBSERVERS.add(known)
    try:
        return copy_context().run(run)
    finally:
        OBSERVERS.discard(known)


@contextmanager
def everywhere(observer: Observer) -> Iterator[None]:
    """``observer`` looks on in all threads until the end of the block."""
    known = weakref.ref(observer, OBSERVERS.discard)
    OBSERVERS.add(known)
    _everywhere.append(observer)
    try:
        yield
    finally:
        _everywhere.remove(observer)
        if observer not in _everywhere:
            OBSERVERS.discard(known)


def count_everywhere(observer: Observer) -> int:
    """In how many blocks of :func:`everywhere` ``observer`` looks on."""
    return _everywhere.count(observer)


def of_this_call() -> Observer | None:
    """Who looks on at what this thread does now, and not at others."""
    return _of_this_call.get()


def observers() -> list[Observer]:
    own = _of_this_call.get()
    return _everywhere if own is None else [own, *_everywhere]


# --- what the engine calls where there are observers -------------------------------------------------


def notify(hook: str, *seen: Any) -> None:
    for observer in observers():
        getattr(observer, hook)(*seen)


def watched(make: Callable[..., Any], *arguments: Any) -> Any:
    """The node, or the nodes, that ``make`` makes."""
    try:
        made = make(*arguments)
    except AutogradError as error:
        notify("failed", error)
        raise
    nodes = made if type(made) is list else [made]
    for node in nodes:
        notify("recorded", node)
    if _of_this_call.get() is None:
        for known in [*OBSERVERS]:
            observer = known()
            if observer is not None:
                observer.recorded_elsewhere(nodes)
    return made


def unobserved_data(node: Any) -> Any:
    """The data of a node, for who looks on, and is not to be told of a look of their own."""
    return node._data


def compared(name: str, left: Any, right: Any) -> bool:
    if isinstance(right, StandIn):
        right = right.value()
    outcome: bool = getattr(operator, name)(left._data, getattr(right, "_data", right))
    notify("compared", name, left, right, outcome)
    return outcome


def touched(node: Any, what: str) -> None:
    """The engine's own method asks this; who called that is the reader."""
    notify("touched", node, what, sys._getframe(2))
