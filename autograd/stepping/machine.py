"""The two passes as events that can be taken one at a time, and taken back."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Literal, NamedTuple

from ..errors import KindError, UnknownNameError
from ..numeric import Number, zero
from ..value import Value, _evaluate, _put_aside, _seed, _survey, contributions
from .lines import Names, line

__all__ = ["Contribution", "Event", "Stepper", "step"]

Kind = Literal["evaluate", "seed", "chain rule", "accumulate"]


class Contribution(NamedTuple):
    """What one node hands to one of its operands, and what the operand has then."""

    operand: Value
    partial: Number
    contribution: Number
    total: Number


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """One step of a pass. The numbers are those of the moment; ``str()`` is a line of chain rule.

    ``kind`` is what happened to ``node``: in the forward phase ``"evaluate"``; in the backward phase
    ``"seed"`` (its gradient became the seed), ``"chain rule"`` (it handed ``contributions`` to its
    operands) or ``"accumulate"`` (this leaf's gradient was added to that of earlier passes).
    """

    phase: Literal["forward", "backward"]
    kind: Kind
    node: Value
    data: Number  # the node's, after the event
    before: Number | None  # forward: the data that the event replaced; accumulate: the earlier gradient
    cotangent: Number | None = None  # d(root)/d(node), in the backward phase
    contributions: tuple[Contribution, ...] = ()
    numbers: tuple[Number, ...] = ()  # the data of the operands
    _names: Names = field(repr=False, default=None)  # type: ignore[assignment]

    def __str__(self) -> str:
        return line(self, self._names)


def step(root: Value, seed: Number = 1) -> Stepper:
    """The forward and the backward pass under ``root``, to be taken one event at a time.

    >>> from autograd import Value
    >>> w = Value(3.0, label="w")
    >>> loss = w * w; loss.label = "loss"
    >>> stepper = step(loss)
    >>> print(stepper.next())
    loss = w * w = 3 * 3 = 9
    >>> stepper.run()
    >>> w.grad
    6.0
    >>> print(stepper.back())
    dloss/dw = dloss/dloss * dloss/dw = 1 * 3 = 3;  dloss/dw = dloss/dloss * dloss/dw = 1 * 3 = 3, so far 6
    >>> w.grad
    0.0

    The forward events evaluate each node from the leaves' present data, as ``root.forward()`` does;
    the backward events are those of ``root.backward(seed)``, in its order. At the end the graph is
    bit for bit as these two leave it, and back at the start it is as it was. Raises KindError (a
    TypeError) where ``root`` is no Value, or ``seed`` no number of its kind.
    """
    return Stepper(root, seed)


class Stepper:
    """A place in the two passes of a graph. Use :func:`step` to make one.

    While it is between its first event and its last, the graph's ``data`` and ``grad`` are its own:
    change them only at the start or at the end.
    """

    def __init__(self, root: Value, seed: Number = 1) -> None:
        if not isinstance(root, Value):
            raise KindError(f"step: the root is a Value; got {root!r} (of type {type(root).__name__})")
        self.root = root
        self._seed = _seed(root, seed)
        self._order, self._leaves, self._rows = _survey(root)
        self._names = Names(self._order)
        self._position = 0
        # What each event replaced, so that it can be put back.
        self._undo: list[Any] = []
        # The leaves that had a gradient when the backward phase began, with it.
        self._earlier: list[tuple[Value, Number]] = []

    # --- where it is ---

    @property
    def position(self) -> int:
        """How many events lie behind: 0 at the start, ``len(stepper)`` at the end."""
        return self._position

    def __len__(self) -> int:
        """How many events there are: two for each operation, the seed, and one for each leaf with an earlier grad."""
        return 2 * len(self._order) + 1 + len(self._earlier if self._in_backward else self._leaves_with_grad())

    @property
    def _in_backward(self) -> bool:
        return self._position > len(self._order)

    def _leaves_with_grad(self) -> list[tuple[Value, Number]]:
        found = {leaf: leaf.grad for leaf in chain(self._leaves, *self._rows) if leaf.grad}
        return list(found.items())

    @property
    def upcoming(self) -> Value | None:
        """The node of the next event, None at the end."""
        place, count = self._position, len(self._order)
        if place < count:
            return self._order[place]
        if place == count:
            return self.root
        if place <= 2 * count:
            return self._order[2 * count - place]
        place -= 2 * count + 1
        return self._earlier[place][0] if place < len(self._earlier) else None

    # --- going ---

    def next(self) -> Event | None:
        """Do the next event, and return it; None at the end.

        If it raises (a slope that does not exist, a logarithm of 0), the graph is as before it.
        """
        place, count = self._position, len(self._order)
        if place < count:
            event = self._evaluate(self._order[place])
        elif place == count:
            event = self._plant_seed()
        elif place <= 2 * count:
            event = self._apply_chain_rule(self._order[2 * count - place])
        elif place < len(self):
            event = self._accumulate(*self._earlier[place - 2 * count - 1])
        else:
            return None
        self._position += 1
        return event

    def back(self) -> Event | None:
        """Undo the last event, ``.grad`` included, and return it; None at the start."""
        if self._position == 0:
            return None
        self._take_back()
        event = self.next()
        self._take_back()
        return event

    def run(self, until: Value | str | None = None) -> Event | None:
        """Go on until an event of the node or label ``until`` has been done, and return that event.

        An event of a node is one that evaluates it or hands on its cotangent, and for a leaf also one
        that contributes to its gradient. Without ``until``, or where there is no more such event, it
        goes to the end and returns None. Raises UnknownNameError (a ValueError) where ``until`` is
        not in the graph.
        """
        targets = frozenset() if until is None else self._find(until)
        leaves = {target for target in targets if not target.op}
        while (event := self.next()) is not None:
            if event.node in targets:
                return event
            if leaves and any([term.operand in leaves for term in event.contributions]):
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
        return f"<Stepper of {self._names(self.root)} at {self.position} of {len(self)}>"

    def _nodes(self) -> Iterator[Value]:
        """Every node, leaves first; a leaf that several rows have comes several times."""
        return chain(self._leaves, *self._rows, self._order)

    def _find(self, until: Value | str) -> frozenset[Value]:
        if isinstance(until, Value):
            found = frozenset([until]) if any(node is until for node in self._nodes()) else frozenset()
        else:
            found = frozenset(node for node in self._nodes() if node.label == until)
        if found:
            return found
        labels = sorted({node.label for node in self._nodes() if node.label})
        near = difflib.get_close_matches(str(until), labels, 3)
        hint = f"did you mean {' or '.join(map(repr, near))}?" if near else "label the node, or give the node itself"
        raise UnknownNameError(f"step: no node {until!r} under {self._names(self.root)}; {hint}")

    # --- the events ---

    def _evaluate(self, node: Value) -> Event:
        before = (node.data, node._left_partial, node._right_partial)
        try:
            _evaluate(node)
        except BaseException:
            node.data, node._left_partial, node._right_partial = before
            raise
        self._undo.append(before)
        return self._event("forward", "evaluate", node, before[0])

    def _plant_seed(self) -> Event:
        grads = [node.grad for node in self._nodes()]
        earlier: list[tuple[Value, Number]] = []
        _put_aside(self._order, self._leaves, self._rows, zero(self.root.data), earlier)
        self.root.grad = self._seed
        self._earlier = earlier
        self._undo.append(grads)
        return self._event("backward", "seed", self.root, None, self._seed)

    def _apply_chain_rule(self, node: Value) -> Event:
        terms = list(contributions(node, node.grad))  # all of them first, as a slope that does not exist raises
        before = [operand.grad for operand, _, _ in terms]
        done = []
        for place, (operand, partial, contribution) in enumerate(terms):
            before[place] = operand.grad
            operand.grad += contribution
            done.append(Contribution(operand, partial, contribution, operand.grad))
        self._undo.append(before)
        return self._event("backward", "chain rule", node, None, node.grad, tuple(done))

    def _accumulate(self, leaf: Value, earlier: Number) -> Event:
        own = leaf.grad
        leaf.grad = earlier + own
        self._undo.append(own)
        return self._event("backward", "accumulate", leaf, earlier, own)

    def _event(
        self,
        phase: Literal["forward", "backward"],
        kind: Kind,
        node: Value,
        before: Number | None,
        cotangent: Number | None = None,
        terms: tuple[Contribution, ...] = (),
    ) -> Event:
        numbers = tuple([operand.data if isinstance(operand, Value) else operand for operand in node.operands])
        return Event(phase, kind, node, node.data, before, cotangent, terms, numbers, self._names)

    def _take_back(self) -> None:
        before = self._undo.pop()
        self._position -= 1
        node = self.upcoming
        assert node is not None
        place, count = self._position, len(self._order)
        if place < count:
            node.data, node._left_partial, node._right_partial = before
        elif place == count:
            for changed, grad in zip(self._nodes(), before):
                changed.grad = grad
            self._earlier = []
        elif place <= 2 * count:
            operands = [operand for operand, _, _ in contributions(node, node.grad)]
            for operand, grad in zip(reversed(operands), reversed(before)):
                operand.grad = grad
        else:
            node.grad = before
