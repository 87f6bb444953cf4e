"""Both passes through a graph as a record of what changes on its picture, step by step.

The steps are those of :func:`autograd.step`, so the numbers are the stepper's. The graph is put back as
it was when the record is complete.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..notation import show
from ..numeric import Number, zero
from ..value import Value
from .columns import text_width
from .nodes import data_text, grad_text, partial_text
from .scene import Link, Scene

__all__ = ["Change", "Passes", "Step", "record"]


@dataclass(frozen=True, slots=True)
class Change:
    """A text of the picture that a step replaces. ``what`` is data, grad, forward or backward."""

    key: str  # of the box, or of the link
    what: str
    after: str
    before: str


@dataclass(slots=True)
class Step:
    """One event, or the update of the parameters between two rounds of a training run."""

    round: int
    phase: str  # forward, backward or update
    kind: str  # what happened: evaluate, seed, chain rule, accumulate, update
    key: str  # of the box that it happened at
    text: str
    changes: list[Change] = field(default_factory=list)
    flows: list[str] = field(default_factory=list)  # the links that carry something in it
    receivers: list[str] = field(default_factory=list)  # the boxes that it arrives at


@dataclass(slots=True)
class Passes:
    """The steps, what stood on the picture before them, and what the sheets of the nodes say after them."""

    steps: list[Step]
    texts: dict[tuple[str, str], str]  # by key and what, at the start
    widest: dict[tuple[str, str], str]  # the text for which there must be room
    names: dict[str, str]  # what the steps call a node that has no label, by the key of its box
    sheets: dict[str, str]  # by the key of the box


def record(
    root: Value, scene: Scene, digits: int, *, seed: Number, rounds: int, update: Callable[[], Any] | None
) -> Passes:
    """Run forward and backward ``rounds`` times, with ``update`` between; write down each step.

    No pass starts with the gradients of one before, but for what ``update`` leaves in the leaves: in the
    forward half they would stand beside numbers that they do not belong to.
    """
    nodes = list(scene.box_of)
    kept = [(node, node.data, node.grad, node._left_partial, node._right_partial) for node in nodes]
    try:
        root.zero_grad()
        recorder = _Recorder(scene, digits)
        for number in range(1, rounds + 1):
            recorder.run(root, seed, number)
            if number < rounds:
                if update is not None:
                    update()
                for node in nodes:
                    if node.op:
                        node.grad = zero(node.data)
                recorder.note_update(root, number)
        return Passes(recorder.steps, recorder.at_start, recorder.widest, recorder.names, _sheets(root, scene, digits))
    finally:
        for node, data, grad, left_partial, right_partial in kept:
            node.data, node.grad = data, grad
            node._left_partial, node._right_partial = left_partial, right_partial


_LONGEST = 1_000_000  # characters, of all sheets together


def _sheets(root: Value, scene: Scene, digits: int) -> dict[str, str]:
    """The hand calculation of each node, from the root down, as far as there is room; in the names of the steps."""
    from .. import explain, step

    names = step(root).namer.names
    sheets = {}
    length = 0
    for node, box in reversed(scene.box_of.items()):
        if length < _LONGEST:
            sheets[box.key] = str(explain(node, digits=digits, root=root, names=names))
            length += len(sheets[box.key])
        else:
            sheets[box.key] = "The sheets of this graph are too long for one page; explain(node) prints one."
    return sheets


class _Recorder:
    def __init__(self, scene: Scene, digits: int) -> None:
        self._scene = scene
        self._digits = digits
        self._links: dict[str, list[Link]] = {}  # by the key of the box that they lead to
        for link in scene.links:
            self._links.setdefault(link.target.key, []).append(link)
        self.steps: list[Step] = []
        self.names: dict[str, str] = {}
        self.at_start = self._present()
        self._texts = dict(self.at_start)
        self.widest = dict(self.at_start)

    def _present(self) -> dict[tuple[str, str], str]:
        """What the graph says now; nothing has flowed back yet."""
        texts = {}
        for node, box in self._scene.box_of.items():
            texts[box.key, "data"] = data_text(node.data, self._digits)
            texts[box.key, "grad"] = grad_text(node.grad, self._digits)
            for link, partial in zip(self._links.get(box.key, ()), node.partials):
                texts[link.key, "backward"] = ""
                if link.contribution is not None:
                    texts[link.key, "forward"] = partial_text(partial, self._digits)
        return texts

    def run(self, root: Value, seed: Number, number: int) -> None:
        from .. import step

        for event in step(root, seed):
            box = self._scene.box_of[event.node]
            taken = Step(number, event.phase, event.kind, box.key, str(event))
            if event.kind == "evaluate":
                if not event.node.label:
                    self.names[box.key] = taken.text.partition(" = ")[0]
                self._note_evaluation(taken, event.node)
            elif event.kind == "seed":
                for node, other in self._scene.box_of.items():
                    self._change(taken, other.key, "grad", grad_text(node.grad, self._digits))
            elif event.kind == "chain rule":
                self._note_contributions(taken, event)
            else:
                self._change(taken, box.key, "grad", grad_text(event.node.grad, self._digits))
            self.steps.append(taken)

    def note_update(self, root: Value, number: int) -> None:
        """The parameters have moved, and what flowed back is gone."""
        taken = Step(number, "update", "update", self._scene.box_of[root].key, f"update after round {number}")
        for (key, what), text in self._present().items():
            if what != "forward":  # partials change when their node is evaluated
                self._change(taken, key, what, text)
        self.steps.append(taken)

    def _note_evaluation(self, taken: Step, node: Value) -> None:
        self._change(taken, taken.key, "data", data_text(node.data, self._digits))
        for link, partial in zip(self._links[taken.key], node.partials):
            taken.flows.append(link.key)
            if link.contribution is not None:
                self._change(taken, link.key, "forward", partial_text(partial, self._digits))

    def _note_contributions(self, taken: Step, event: Any) -> None:
        waiting = list(self._links[taken.key])
        for operand, _, contribution, total in event.contributions:
            box = self._scene.box_of[operand]
            link = next(link for link in waiting if link.source is box)
            waiting.remove(link)  # an operand that comes twice has two links
            taken.flows.append(link.key)
            taken.receivers.append(box.key)
            self._change(taken, link.key, "backward", show(contribution, self._digits))
            self._change(taken, box.key, "grad", grad_text(total, self._digits))

    def _change(self, taken: Step, key: str, what: str, text: str) -> None:
        before = self._texts[key, what]
        if text == before:
            return
        taken.changes.append(Change(key, what, text, before))
        self._texts[key, what] = text
        self.widest[key, what] = max(self.widest[key, what], text, key=text_width)
