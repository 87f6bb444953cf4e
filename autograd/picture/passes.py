"""Both passes through a graph as a record of what changes on its picture, step by step.

The steps are those of :func:`autograd.step`, so the numbers are the stepper's. The graph is put back as
it was when the record is complete.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..nodes import set_state, state
from ..notation import show
from ..numeric import Number
from ..value import Value
from .columns import text_width
from .nodes import data_text, grad_text, partial_text
from .scene import Link, Scene

__all__ = ["Change", "Passes", "Step", "record"]


DATA_AHEAD, GRAD_AHEAD = "data …", "grad …"  # until a step comes to it


@dataclass(frozen=True, slots=True)
class Change:
    """A text of the picture that a step replaces. ``what`` is data, grad, forward or backward."""

    key: str  # of the box, or of the link
    what: str
    after: str
    before: str


@dataclass(slots=True)
class Step:
    """One event of a pass."""

    phase: str  # forward or backward
    kind: str  # what happened: evaluate, seed, chain rule, accumulate
    key: str  # of the box that it happened at
    text: str
    changes: list[Change] = field(default_factory=list)
    flows: list[str] = field(default_factory=list)  # the links that carry something in it
    receivers: list[str] = field(default_factory=list)  # the boxes that it arrives at


@dataclass(slots=True)
class Passes:
    """The steps, and what stood on the picture before them."""

    steps: list[Step]
    texts: dict[tuple[str, str], str]  # by key and what, at the start
    widest: dict[tuple[str, str], str]  # the text for which there must be room


def record(root: Value, scene: Scene, digits: int, *, seed: Number) -> Passes:
    """Run forward and backward; write down each step. The graph is as before afterwards.

    The passes start without the gradients of earlier ones: in the forward half these would stand beside
    numbers that they do not belong to.
    """
    nodes = list(scene.box_of)
    kept = [(node, node.grad, state(node)) for node in nodes]
    try:
        root.zero_grad()
        recorder = _Recorder(scene, digits)
        recorder.run(root, seed)
        return Passes(recorder.steps, recorder.at_start, recorder.widest)
    finally:
        for node, grad, before in kept:
            set_state(node, before)
            node.grad = grad


class _Recorder:
    def __init__(self, scene: Scene, digits: int) -> None:
        self._scene = scene
        self._digits = digits
        self._links: dict[str, list[Link]] = {}  # by the key of the box that they lead to
        for link in scene.links:
            self._links.setdefault(link.target.key, []).append(link)
        self.steps: list[Step] = []
        self.at_start = self._before_the_first_step()
        self._texts = dict(self.at_start)
        self.widest = dict(self.at_start)

    def _before_the_first_step(self) -> dict[tuple[str, str], str]:
        """The leaves have their numbers; nothing else has been computed, and nothing has flowed back."""
        texts = {}
        for node, box in self._scene.box_of.items():
            texts[box.key, "data"] = DATA_AHEAD if node.op else data_text(node.data, self._digits)
            texts[box.key, "grad"] = GRAD_AHEAD
            for link in self._links.get(box.key, ()):
                texts[link.key, "backward"] = ""
                if link.contribution is not None:
                    texts[link.key, "forward"] = ""
        return texts

    def run(self, root: Value, seed: Number) -> None:
        from .. import step

        for event in step(root, seed=seed):
            box = self._scene.box_of[event.node]
            taken = Step(event.phase, event.kind, box.key, str(event))
            if event.kind == "evaluate":
                self._note_evaluation(taken, event.node)
            elif event.kind == "seed":
                self._change(taken, box.key, "grad", grad_text(event.node.grad, self._digits))
            elif event.kind == "chain rule":
                self._note_contributions(taken, event)
            else:
                self._change(taken, box.key, "grad", grad_text(event.node.grad, self._digits))
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
