"""A debugger's machinery without a console: where it is, what it stops at, the way to the root."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Any

from ..errors import AutogradError, UnknownNameError
from ..freshness import stale
from ..graph import consumers
from ..numeric import Number, as_number, like
from ..primitives import PRIMITIVES
from ..value import Value
from .events import Event
from .expressions import Expression, ExpressionError
from .machine import Stepper

__all__ = ["Breakpoint", "Debugger", "Link"]

MAX_LOOKED_AT = 20_000  # events, so that the prompt comes at once
OWN = ("data", "grad")  # in an expression: those of the node at hand


@dataclass
class Breakpoint:
    """A label or an operation whose events it stops at, or a condition on the node of an event."""

    number: int
    text: str
    nodes: frozenset[Value] = frozenset()
    operation: str = ""
    condition: Expression | None = None
    is_temporary: bool = False  # it is gone once it has stopped
    was_true: bool = False  # a condition on labels only stops where it becomes true

    def __str__(self) -> str:
        what = "label" if self.nodes else "operation" if self.operation else "condition"
        return f"{'temporary ' * self.is_temporary}breakpoint {self.number}: {what} {self.text}"

    def stops_at(self, event: Event) -> bool:
        """Raises an AutogradError where the condition cannot be evaluated."""
        if self.nodes:
            return event.concerns(self.nodes)
        if self.operation:
            return event.node.op == self.operation and event.kind != "seed"
        assert self.condition is not None
        backward = event.phase == "backward"
        if "grad" in (self.condition.names | self.condition.fields) and not backward:
            return False  # the gradients of this pass are not there yet
        if not self.condition.names & set(OWN):
            was, self.was_true = self.was_true, bool(self.condition.value({}))
            return self.was_true and not was
        if "grad" not in self.condition.names and backward:
            return False  # the data was looked at in the forward phase
        candidates = [event.node] + [term.operand for term in event.contributions if not term.operand.op]
        return any(self.condition.value({"data": node.data, "grad": node.grad}) for node in candidates)


@dataclass(frozen=True)
class Link:
    """One step on the way to the root: from a node to one of its consumers."""

    consumer: Value
    others: int  # how many other consumers the node has


class Debugger:
    """A stepper with breakpoints, a composite node that may be open, and a node that is looked at."""

    def __init__(self, root: Value, digits: int = 4, accumulate: bool = False) -> None:
        self.stepper = Stepper(root, digits=digits, accumulate=accumulate)
        self.opened: Stepper | None = None  # the steps of the next event's composite node
        self.breakpoints: dict[int, Breakpoint] = {}
        self.assigned: dict[Value, Number] = {}  # leaves that were given another number, with that from before
        self._numbers = count(1)
        self.start = root  # the node of the last event
        self._way: list[Link] | None = None
        self.height = 0  # how far on the way to the root the node is that is looked at

    # --- going ---

    def next(self) -> Event | None:
        """The next event; that of the composite node itself, where its steps are at their end."""
        if self.opened is not None:
            event = self.opened.next()
            if event is not None:
                return event
            self.opened = None
        return self._went_to(self.stepper.next())

    def step_into(self) -> Event | None:
        """The first elementary step of the next event, or the event, where it has none."""
        if self.opened is None:
            event = self.stepper.peek()
            self.opened = None if event is None else event.open()
            if event is not None and self.opened is not None:
                self._look_at(event.node)
        return self.next()

    def go_on(self) -> tuple[Event | None, Breakpoint | None]:
        """Events up to the first that a breakpoint stops at, or to the end."""
        self.opened = None
        event = None
        while (upcoming := self.stepper.next()) is not None:
            event = self._went_to(upcoming)
            for breakpoint in list(self.breakpoints.values()):
                try:
                    stops = breakpoint.stops_at(upcoming)
                except AutogradError as error:
                    raise ExpressionError(f"{breakpoint}, at event {self.stepper.position}: {error}") from None
                if stops:
                    if breakpoint.is_temporary:
                        del self.breakpoints[breakpoint.number]
                    return event, breakpoint
        return event, None

    def back(self) -> Event | None:
        """The event that was undone; None where there was none."""
        if self.opened is not None:
            event = self.opened.back()
            if event is not None:
                return event
            self.opened = None
        return self._went_to(self.stepper.back())

    def jump(self, position: int) -> None:
        """To the place where so many events lie behind, forward or back."""
        self.opened = None
        while self.stepper.position < position:
            self._went_to(self.stepper.next())
        while self.stepper.position > position:
            self._went_to(self.stepper.back())
        if self.stepper.back() is not None:
            self._went_to(self.stepper.next())  # the last event that lies behind is the one that is looked at

    def _went_to(self, event: Event | None) -> Event | None:
        if event is not None:
            self._look_at(event.node)
        return event

    # --- stopping ---

    def stop_at(self, text: str, is_temporary: bool = False) -> Breakpoint:
        """A breakpoint at a label, an operation's name or a condition. Raises an AutogradError for none of them."""
        breakpoint = Breakpoint(0, text, is_temporary=is_temporary)
        names = self.stepper.namer.names
        named = names.find(text)
        if named:
            breakpoint.nodes = frozenset(named)
        elif text in PRIMITIVES:
            breakpoint.operation = text
        else:
            condition = Expression(text, names.nodes, OWN)
            if condition.node is None:
                breakpoint.condition = condition
            else:
                breakpoint.nodes = frozenset([condition.node])
        breakpoint.number = next(self._numbers)
        self.breakpoints[breakpoint.number] = breakpoint
        return breakpoint

    # --- changing ---

    def assign(self, leaf: Value, text: str) -> Number:
        """Give a leaf the number of an expression, and do the events so far again with it; its number before.

        Where one of them raises, or the number is of no kind that the leaf can have, all is as it was.
        """
        name = self.stepper.namer[leaf]
        if leaf.op:
            raise UnknownNameError(f"{name} is computed by {leaf.op}; only a leaf can be given a number")
        number = self.evaluated(text)
        number = like(leaf.data, as_number(number.data if isinstance(number, Value) else number, name))
        before, position, start = leaf.data, self.stepper.position, self.start
        self.opened = None
        self.stepper.rewind()
        leaf.data = number
        try:
            self.jump(position)
        except BaseException:
            self.stepper.rewind()
            leaf.data = before
            self.jump(position)
            raise
        finally:
            self._look_at(start)
        self.assigned.setdefault(leaf, before)
        return before

    def leave(self) -> None:
        """Put the graph back as it was, with the numbers that leaves had before they were given others."""
        self.stepper.rewind()
        for leaf, number in self.assigned.items():
            leaf.data = number

    # --- looking ---

    @cached_property
    def consumers(self) -> dict[Value, list[Value]]:
        """The nodes that use each node, in topological order."""
        return consumers(self.stepper.nodes())

    def stale(self) -> list[Value]:
        """The nodes that were computed from other numbers than their operands have now; of a large graph none."""
        return stale(self.stepper.root) if len(self.stepper) <= MAX_LOOKED_AT else []

    @property
    def node(self) -> Value:
        """The node that is looked at: that of the last event, or where ``up`` and ``down`` have gone from it."""
        return self.at(self.height)

    def at(self, height: int) -> Value:
        """The node at a height of the way to the root."""
        return self.way[height - 1].consumer if height else self.start

    @property
    def way(self) -> list[Link]:
        """A shortest way from the node of the last event to the root."""
        if self._way is None:
            self._way = self._shortest_way()
        return self._way

    def up(self, count: int = 1) -> bool:
        """Look so many nodes further on the way to the root, and not beyond it; False where this is the root."""
        if self.height == len(self.way):
            return False
        self.height = min(self.height + count, len(self.way))
        return True

    def down(self, count: int = 1) -> bool:
        """Look so many nodes back on the way; False where this is the last event's own."""
        if self.height == 0:
            return False
        self.height = max(self.height - count, 0)
        return True

    def _look_at(self, node: Value) -> None:
        self.start = node
        self._way = None
        self.height = 0

    def _shortest_way(self) -> list[Link]:
        root = self.stepper.root
        came_from: dict[Value, Value] = {}
        queue = deque([self.start])
        while queue[0] is not root:
            node = queue.popleft()
            for consumer in self.consumers[node]:
                if consumer not in came_from:
                    came_from[consumer] = node
                    queue.append(consumer)
        way = []
        consumer = root
        while consumer is not self.start:
            node = came_from[consumer]
            way.append(Link(consumer, len(self.consumers[node]) - 1))
            consumer = node
        return way[::-1]

    def evaluated(self, text: str) -> Any:
        """An expression over the names; ``data`` and ``grad`` are those of the node that is looked at."""
        own = {"data": self.node.data, "grad": self.node.grad}
        return Expression(text, self.stepper.namer.names.nodes, OWN).value(own)
