"""The two passes as events that can be taken one at a time, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any, ClassVar

from .. import arguments
from ..errors import UnknownNameError
from ..graph import value_operands
from ..messages import quoted
from ..nodes import set_state, state
from ..notation import opened
from ..numeric import Number, zero
from ..passes import end_pass, kept_gradients, seed_like, start_pass
from ..value import Value, contributions, reevaluate, survey, sweep
from .events import Contribution, Event, Kind, Phase
from .lines import Namer, line

__all__ = ["Stepper", "step"]

def step(root: Value, accumulate: bool = False, *, seed: Number = 1, digits: int = 4) -> Stepper:
    """The forward and the backward pass under ``root``, to be taken one event at a time.

    >>> from autograd import Value
    >>> w = Value(3.0, label="w")
    >>> loss = w * w; loss.label = "loss"
    >>> stepper = step(loss)
    >>> print(stepper.next())
    loss = w · w = 3 · 3 = 9
    >>> stepper.run()
    >>> w.grad
    6.0
    >>> print(stepper.back())
    ∂loss/∂w = ∂loss/∂loss · w = 1 · 3 = 3;  ∂loss/∂w += ∂loss/∂loss · w = 1 · 3 = 3, so far 6
    >>> w.grad
    0.0

    The forward events evaluate each node from the leaves' present data, as ``root.forward()`` does;
    the backward events are those of ``root.backward(seed)``, in its order. It is one pass, whose gradients
    start at zero: whatever the leaves had before gives way to it, or, with ``accumulate=True``, is added at
    the end, as ``backward`` adds to it. At the end the graph is bit for bit as ``forward`` and ``backward``
    leave it, and back at the start it is as it was. Lines have numbers to
    ``digits`` decimals, small ones to as many significant digits. Raises KindError (a TypeError) where
    ``root`` is no Value, ``seed`` no number of its kind or ``digits`` no whole number, and DomainError (a
    ValueError) where ``digits`` is not from 1 to 17. An event raises what ``forward()`` or ``backward()``
    raises there, under ``detect_anomaly`` too.
    """
    if not isinstance(accumulate, bool):
        raise arguments.refused(accumulate, "step: accumulate", "True or False (a seed is seed=…)")
    return Stepper(root, seed, digits, accumulate)


class Stepper:
    """A place in the two passes of a graph. Use :func:`step` to make one.

    While it is between its first event and its last, the graph's ``data`` and ``grad`` are its own:
    change them only at the start or at the end.
    """

    def __init__(self, root: Value, seed: Number = 1, digits: int = 4, accumulate: bool = False) -> None:
        self.root = arguments.value(root, "step: the root")
        digits = arguments.number_of_digits(digits, "step: digits")
        self._seed = seed_like(root, seed)
        self._order, self._leaves, self._rows = survey(root)
        self.namer = Namer(root, digits)
        # What each event replaced, so that it can be put back. It is written before the event changes
        # anything, so that one that is interrupted can be put back too.
        self._undo: list[Any] = []
        # Where the steps of one composite node start and stop in the sequence of events.
        self._skipped = self._first = 0
        self._last: int | None = None
        self.accumulate = accumulate
        # The leaves that had a gradient when the backward phase began, with it, where passes are added up.
        self._earlier: list[tuple[Value, Number]] = []

    # --- where it is ---

    @property
    def position(self) -> int:
        """How many events lie behind: 0 at the start, ``len(stepper)`` at the end."""
        return self._place - self._first

    @property
    def at_end(self) -> bool:
        return self._event_at(self._place) is None

    def __len__(self) -> int:
        """How many events there are: two for each operation, the seed, and one for each leaf with an earlier grad."""
        if self._last is not None:
            return self._last - self._first
        earlier = self._earlier if self._place > len(self._order) else self._leaves_with_grad()
        return 2 * len(self._order) + 1 + len(earlier) - self._first

    @property
    def _place(self) -> int:
        """How many events lie behind, of the whole sequence."""
        return self._skipped + len(self._undo)

    def _leaves_with_grad(self) -> list[tuple[Value, Number]]:
        if not self.accumulate:
            return []
        found = {leaf: leaf.grad for leaf in chain(self._leaves, *self._rows) if leaf.grad}
        return list(found.items())

    def _event_at(self, place: int) -> tuple[Kind, Value] | None:
        """What the event at a place does, and to which node; None at the end."""
        count = len(self._order)
        if place == self._last:
            return None
        if place < count:
            return "evaluate", self._order[place]
        if place == count:
            return "seed", self.root
        if place <= 2 * count:
            return "chain rule", self._order[2 * count - place]
        place -= 2 * count + 1
        return ("accumulate", self._earlier[place][0]) if place < len(self._earlier) else None

    # --- going ---

    def next(self) -> Event | None:
        """Do the next event, and return it; None at the end.

        If it raises (a partial that does not exist, a logarithm of 0), the graph is as before it.
        """
        found = self._event_at(self._place)
        if found is None:
            return None
        kind, node = found
        done = len(self._undo)
        try:
            return self._do[kind](self, node)
        except BaseException:
            if len(self._undo) > done:
                self._take_back()
            raise

    def peek(self) -> Event | None:
        """The event that ``next()`` would do; the graph stays as it is. None at the end."""
        event = self.next()
        if event is not None:
            self._take_back()
        return event

    def back(self) -> Event | None:
        """Undo the last event, ``.grad`` included, and return it; None at the start."""
        if self.position == 0:
            return None
        self._take_back()
        return self.peek()

    def rewind(self) -> None:
        """Undo every event: the graph is as it was when stepping began."""
        while self.position:
            self._take_back()

    def run(self, until: Value | str | None = None) -> Event | None:
        """Go on until an event of the node or label ``until`` has been done, and return that event.

        A label that several nodes have (they are shown as h, h′, h′′) means all of them, "h′" or
        "h'" for the second alone; "t₁" or "t1" for the unlabelled node that is shown so.

        An event of a node is one that evaluates it or hands on its cotangent, and for a leaf one that
        contributes to its gradient. Without ``until``, or where there is no more such event, it
        goes to the end and returns None. Raises UnknownNameError (a ValueError) where ``until`` is
        not in the graph.
        """
        targets = frozenset() if until is None else self.find(until)
        while (event := self.next()) is not None:
            if targets and event.concerns(targets):
                return event
        return None

    def __iter__(self) -> Iterator[Event]:
        return self

    def __next__(self) -> Event:
        event = self.next()
        if event is None:
            raise StopIteration
        return event

    def __repr__(self) -> str:
        return f"<Stepper of {self.namer[self.root]} at {self.position} of {len(self)}>"

    # --- looking ---

    def nodes(self) -> Iterator[Value]:
        """Every node, the leaves first; a leaf that several weighted sums share may come several times."""
        return chain(self._leaves, *self._rows, self._order)

    def find(self, name: Value | str) -> frozenset[Value]:
        """The nodes that a name means, or the node itself. Raises UnknownNameError (a ValueError) for none."""
        if isinstance(name, Value):
            found = frozenset([name] if any(node is name for node in self.nodes()) else [])
        else:
            found = frozenset(self.namer.names.find(name))
        if found:
            return found
        hint = self.namer.names.hint(str(name))
        raise UnknownNameError(f"step: no node {quoted(name)} under {self.namer[self.root]}; {hint}")

    # --- the events ---

    def _evaluate(self, node: Value) -> Event:
        before = state(node)
        self._undo.append(before)
        reevaluate(node)
        return self._event("forward", "evaluate", node, before[0])

    def _plant_seed(self, root: Value) -> Event:
        self._undo.append([node.grad for node in self.nodes()])
        kept = kept_gradients(self._leaves, self._rows)
        start_pass(self._order, self._leaves, self._rows, kept, zero(root.data))
        self._earlier = list(kept.items()) if self.accumulate else []
        root.grad = self._seed
        return self._event("backward", "seed", root, None, self._seed)

    def _apply_chain_rule(self, node: Value) -> Event:
        operands = list(value_operands(node))
        before = [operand.grad for operand in operands]
        self._undo.append(before)
        sweep([node])
        total, done = dict(zip(operands, before)), []
        for operand, partial, contribution in contributions(node, node.grad):
            total[operand] += contribution
            done.append(Contribution(operand, partial, contribution, total[operand]))
        return self._event("backward", "chain rule", node, None, node.grad, tuple(done))

    def _accumulate(self, leaf: Value) -> Event:
        own, earlier = leaf.grad, self._earlier[self._place - 2 * len(self._order) - 1][1]
        self._undo.append(own)
        end_pass({leaf: earlier})
        return self._event("backward", "accumulate", leaf, earlier, own)

    _do: ClassVar[dict[Kind, Callable[[Stepper, Value], Event]]] = {
        "evaluate": _evaluate,
        "seed": _plant_seed,
        "chain rule": _apply_chain_rule,
        "accumulate": _accumulate,
    }

    def _event(
        self,
        phase: Phase,
        kind: Kind,
        node: Value,
        before: Number | None,
        cotangent: Number | None = None,
        terms: tuple[Contribution, ...] = (),
    ) -> Event:
        numbers = tuple([operand.data if isinstance(operand, Value) else operand for operand in node.operands])
        return Event(phase, kind, node, node.data, before, cotangent, terms, numbers, _maker=self)

    def _take_back(self) -> None:
        before = self._undo[-1]
        kind, node = self._event_at(self._place - 1)  # type: ignore[misc]
        if kind == "evaluate":
            set_state(node, before)
        elif kind == "seed":
            for changed, grad in zip(self.nodes(), before):
                changed.grad = grad
        elif kind == "chain rule":
            for operand, grad in zip(list(value_operands(node)), before):
                operand.grad = grad
        else:
            node.grad = before
        self._undo.pop()

    # --- what an event asks for ---

    def line(self, event: Event) -> str:
        return line(event, self.namer)

    def opened(self, event: Event) -> Stepper | None:
        """The elementary steps of the event's composite node, those of its phase only."""
        if event.kind not in ("evaluate", "chain rule"):
            return None
        inside = opened(event.node, self.namer.names, event.numbers)
        if inside is None:
            return None
        steps = Stepper(inside.root, 1 if event.cotangent is None else event.cotangent, self.namer.digits)
        steps.namer = Namer(inside.root, self.namer.digits, self.namer.result)
        count = len(steps._order)
        if event.phase == "forward":
            steps._last = count
        else:
            steps._skipped = count
            steps.next()
            steps._first = count + 1
        return steps
