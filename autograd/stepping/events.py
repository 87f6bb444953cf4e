"""What happens in a pass, one node at a time; how it is written is :mod:`.lines`."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

from ..notation import printable
from ..numeric import Number
from ..value import Value

__all__ = ["Contribution", "Event", "Kind", "Phase"]

Phase = Literal["forward", "backward"]
Kind = Literal["evaluate", "seed", "chain rule", "accumulate"]


class Contribution(NamedTuple):
    """What one node hands to one of its operands, and what the operand has then."""

    operand: Value
    partial: Number
    contribution: Number
    total: Number


class _Maker(Protocol):
    """What made an event: it can write it, and open it."""

    def line(self, event: Event) -> str: ...

    def opened(self, event: Event) -> Any: ...


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Event:
    """One step of a pass. The numbers are those of the moment; ``str()`` is a line of chain rule.

    >>> from autograd import Value, step
    >>> step(Value(2.0, label="x") * 3).next()
    <forward: t₁ = x · 3 = 2 · 3 = 6>

    ``kind`` is what happened to ``node``: in the forward phase ``"evaluate"``; in the backward phase
    ``"seed"`` (its gradient became the seed), ``"chain rule"`` (it handed ``contributions`` to its
    operands) or, with ``accumulate=True``, ``"accumulate"`` (a leaf's gradient was added to that of earlier passes).
    """

    phase: Phase
    kind: Kind
    node: Value
    data: Number  # the node's, after the event
    before: Number | None  # forward: the data that the event replaced; accumulate: the earlier gradient
    cotangent: Number | None = None  # d(root)/d(node), in the backward phase
    contributions: tuple[Contribution, ...] = ()
    numbers: tuple[Number, ...] = ()  # the data of the operands
    _maker: _Maker = field(kw_only=True)

    def __str__(self) -> str:
        return printable(self._maker.line(self))

    def __repr__(self) -> str:
        return f"<{self.phase}: {self}>"

    def concerns(self, nodes: Set[Value]) -> bool:
        """Does it evaluate one of the nodes, hand on its cotangent or, where it is a leaf, contribute to it?"""
        return self.node in nodes or any([term.operand in nodes and not term.operand.op for term in self.contributions])

    def open(self) -> Any:
        """A stepper through the elementary steps of a composite node (a weighted sum, a softmax); None for another.

        The steps run on nodes of their own, which are made now: the graph is not touched, and what
        arrives at an operand is what comes through this node.

        >>> from autograd import Value, step, weighted_sum
        >>> w, b = Value(0.5, label="w"), Value(1.0, label="b")
        >>> z = weighted_sum([w], [3.0], b); z.label = "z"
        >>> for event in step(z).next().open():
        ...     print(event)
        z.1 = w · 3 = 0.5 · 3 = 1.5
        z = z.1 + b = 1.5 + 1 = 2.5
        """
        return self._maker.opened(self)
