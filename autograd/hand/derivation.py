"""The figures of a derivation in their order: each against what it should be, and what a wrong one comes from.

>>> from autograd import Value
>>> x = Value(3.0, label="x")
>>> square = x * x
>>> square.label = "square"
>>> y = square.log() + 1
>>> y.label = "y"
>>> entries = [Entry(Quantity(square), Figure.read("9.100"), "square"), Entry(Quantity(y), Figure.read("3.208"), "y")]
>>> [verdict.cause for verdict in Derivation(entries, y).judged()]
['', 'follows from the printed square = 9.100']

A slip may follow from figures that are printed before it: then the step is evaluated from those. If it
does not, the step itself is wrong, and its cause is looked for, from the right numbers and from the
printed ones. A convention that another figure contradicts is none; one that several slips share is said
of all of them without a hedge.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from ..errors import AutogradError
from ..interpret import evaluate
from ..value import Value
from .causes import Explained, cases, find_causes, only_words
from .conventions import ADDED, Convention, conventions
from .figures import Figure, exactly, follows, slack_of
from .passes import held_by
from .verdicts import Verdict, needs_more_digits, verdict_on
from .working import Quantity, Working, floating, nearest, operate, order_of

__all__ = ["Derivation", "Entry"]

_MOST = 50_000  # operands under a root whose steps are looked at
_MOST_LISTED = 6  # printed figures that one follows from
_FEWEST_CUT = 3  # figures of which it is said that all were cut
_MOST_OF = Fraction(3, 4)
_PATIENCE = 1.0  # seconds, until a line says how far it is

_OUTSIDE = (AutogradError, ArithmeticError, ValueError, TypeError, KeyError)


@dataclass(frozen=True, slots=True)
class Entry:
    """One printed figure: of what, and what it is called."""

    quantity: Quantity
    figure: Figure
    name: str

    @property
    def listed(self) -> str:
        return f"{self.name} = {self.figure.text}"


@dataclass(frozen=True, slots=True)
class _Mistake:
    """What a step should have given, and what may be wrong in it."""

    step: str
    causes: list[Explained]


class Derivation:
    """Printed figures in their order, under one root."""

    def __init__(
        self, entries: Sequence[Entry], root: Value, rate: float | None = None, parameters: Sequence[Value] = ()
    ) -> None:
        self.entries = entries
        self.root = root
        others = list(dict.fromkeys(entry.quantity.value for entry in entries))
        self.working = Working(root, others, rate, parameters, seed=root.grad or 1)
        self.is_small = sum(len(node.operands) for node in self.working.listed) <= _MOST
        gradients = [e.quantity.value for e in entries if e.quantity.of == "grad" and not e.quantity.round]
        self.held = held_by(gradients, root)
        self.nodes = [self.working.node(entry.quantity) if self._is_kept(entry) else None for entry in entries]
        self.working.everything = order_of([node for node in self.nodes if node is not None])
        self.precise: list[Fraction | None] = [None] * len(entries)
        self.verdicts = [self._verdict(place) for place in range(len(entries))]
        self._turns = {id(entry): place for place, entry in enumerate(entries)}
        self._slips = [
            (node, id(entry))
            for node, entry, verdict in zip(self.nodes, entries, self.verdicts)
            if node is not None and not verdict
        ]
        self.note = ""
        self._possible: list[Convention] | None = None
        self._mistakes: dict[int, _Mistake] = {}

    # --- what each figure should be ---

    def _is_kept(self, entry: Entry) -> bool:
        """Do the graph's numbers lead to what the figure is compared with? Not where a leaf has changed since."""
        found = self.held.get(entry.quantity.value) if entry.quantity.of == "grad" else None
        return self.is_small and (found is None or found.kept)

    def _verdict(self, place: int) -> Verdict:
        entry, node = self.entries[place], self.nodes[place]
        quantity, figure = entry.quantity, entry.figure
        gradient = self.held.get(quantity.value) if quantity.of == "grad" and not quantity.round else None
        if gradient is not None:
            computed = gradient.number
        elif quantity.of == "data" and not quantity.round:
            computed = quantity.value.data
        elif node is None:
            raise self._no_number(entry)
        else:
            computed = node.data
        if node is not None and needs_more_digits(computed, figure):
            self.precise[place] = self.working.precise(node)
        verdict = replace(verdict_on(computed, figure, self.precise[place]), name=entry.name)
        return replace(verdict, note=gradient.note or verdict.note) if gradient is not None else verdict

    def _no_number(self, entry: Entry) -> AutogradError:
        return AutogradError(f"audit: {entry.name} cannot be computed: a partial on the way to it does not exist")

    def right(self, place: int) -> Fraction | None:
        precise = self.precise[place]
        return precise if precise is not None else exactly(self.verdicts[place].computed)[0]

    # --- what a wrong one comes from ---

    def judged(self) -> list[Verdict]:
        """The verdicts, with the causes of slips."""
        self.note = self._cut_throughout()
        started, said = time.monotonic(), False
        found = []
        printed: dict[Value, Entry] = {}
        for place, verdict in enumerate(self.verdicts):
            found.append(verdict if verdict else replace(verdict, cause=self._cause(place, printed)))
            self._note_down(place, printed)
            if time.monotonic() - started > _PATIENCE and sys.stderr.isatty():
                print(f"\raudit: {place + 1:,} of {len(self.verdicts):,} figures", end="", file=sys.stderr, flush=True)
                said = True
        if said:
            print(file=sys.stderr)
        for place, cause in self._weighed():
            found[place] = replace(found[place], cause=cause)
        return found

    def _weighed(self) -> Iterator[tuple[int, str]]:
        """The causes of what is wrong in a step: a mistake that explains several figures is said without a hedge."""
        seen: dict[str, set[Value | None]] = {}
        for place, mistake in self._mistakes.items():
            for cause in mistake.causes:
                if cause.repeats:
                    seen.setdefault(cause.words, set()).add(self.nodes[place])
        for place, mistake in self._mistakes.items():
            again = [replace(cause, hedged=False) for cause in mistake.causes if len(seen.get(cause.words, ())) > 1]
            yield place, self._said(mistake.step, again or mistake.causes)

    def _said(self, step: str, causes: Sequence[Explained]) -> str:
        hedged = all(cause.hedged for cause in causes)
        listed = "" if hedged and self.note else "; or ".join(only_words(causes))  # the note says what small slips are
        return listed if not step or (listed and not hedged) else f"{step}; {listed}" if listed else step

    def _cause(self, place: int, printed: Mapping[Value, Entry]) -> str:
        """What the figure follows from; if it does not, what may be wrong in the step."""
        entry, target = self.entries[place], self.nodes[place]
        gradient = self.held.get(entry.quantity.value) if entry.quantity.of == "grad" else None
        if gradient is not None and gradient.note:
            if verdict_on(gradient.present, entry.figure):
                return f"{entry.figure.text} is what {entry.name.removeprefix('grad of ')}.grad holds"
            if verdict_on(gradient.now, entry.figure):
                return f"{entry.figure.text} is the gradient with the leaves' present data"
        if target is None or target.primitive is None:
            return ""
        floats, precise = exactly(self.verdicts[place].computed)[0], self.precise[place]
        if (
            precise is not None
            and floats is not None
            and abs(precise - floats) > 8 * slack_of(floats)
            and follows(entry.figure, floats)
        ):
            return "what floats leave of it, whose digits cancel"
        followed = self._followed(place, target, printed)
        if followed:
            return followed
        return self._mistake(place, target, printed)

    def _note_down(self, place: int, printed: dict[Value, Entry]) -> None:
        node = self.nodes[place]
        if node is not None:
            printed[node] = self.entries[place]

    def _followed(self, place: int, target: Value, printed: Mapping[Value, Entry]) -> str:
        figure = self.entries[place].figure
        if target in printed and follows(figure, printed[target].figure.value, cut=True):
            return f"follows from the printed {printed[target].listed}"
        for only_wrong in (False, True):
            number, used = self._from_printed(target, printed, only_wrong)
            if number is None or not used:
                continue
            for cut in (False, True) if self._was_cut_before(place) else (False,):
                if follows(figure, number, cut):
                    how = f", cut after {_counted(figure)}" if cut and not follows(figure, number) else ""
                    return f"follows from the printed {_listed(used)}{how}"
        return ""

    def _from_printed(
        self, target: Value, printed: Mapping[Value, Entry], only_wrong: bool = False
    ) -> tuple[Fraction | None, list[Entry]]:
        """What the step gives from the figures as they are printed, all else exact; and those that it starts from.

        With ``only_wrong`` the right ones count as exact, as of a person who wrote fewer digits than there were.
        """
        stops = self._slips_among(printed) if only_wrong else printed
        step, starts = nearest(target, stops, _MOST)
        try:
            numbers = {
                node: float(stops[node].figure.value) if node in stops else floating(node.data) for node in starts
            }
            number = exactly(evaluate(step, numbers, operate)[target])[0]
        except _OUTSIDE:
            return None, []
        return number, sorted([stops[node] for node in starts if node in stops], key=self._turn)

    def _slips_among(self, printed: Mapping[Value, Entry]) -> Mapping[Value, Entry]:
        return {node: printed[node] for node, entry in self._slips if node in printed and id(printed[node]) == entry}

    def _turn(self, entry: Entry) -> int:
        return self._turns[id(entry)]

    def _mistake(self, place: int, target: Value, printed: Mapping[Value, Entry]) -> str:
        entry, right = self.entries[place], self.right(place)
        number, used = self._from_printed(target, printed)
        fitting = self._fitting_conventions(place)
        shared = self._shared(fitting)
        if shared:
            return shared
        found: list[Explained] = []
        if right is not None and entry.figure.significant > 1:
            steps = cases(self.working, target, entry.figure, right, printed, _listed(used) if used else "")
            found = find_causes(steps, [convention.words for convention, _ in fitting]) if steps else []
            found = [cause for cause in found if cause.words == ADDED] or found  # others say the same of one weight
        step = ""
        if used and number is not None:
            step = f"the step itself: from the printed {_listed(used)} it is {entry.figure.rewrite(number)}"
        self._mistakes[place] = _Mistake(step, found)
        return step

    # --- conventions ---

    def _fitting_conventions(self, place: int) -> list[tuple[Convention, int]]:
        """The conventions that give this figure and that no other contradicts, each with how many slips it gives."""
        if self._possible is None:
            self._possible = list(conventions(self.working))
        fitting = []
        others = [
            e.figure for e, node in zip(self.entries, self.nodes) if node is not None and node is not self.nodes[place]
        ]
        for convention in list(self._possible):
            if not any(map(convention.refuted_by, others)) and self._gives(convention, place):
                if self._is_contradicted(convention):
                    self._possible.remove(convention)
                else:
                    slips = [n for n, verdict in enumerate(self.verdicts) if not verdict]
                    given = {self.nodes[n] for n in slips if self.nodes[n] is not None and self._gives(convention, n)}
                    fitting.append((convention, len(given)))
        return fitting

    def _shared(self, fitting: Sequence[tuple[Convention, int]]) -> str:
        """The convention that explains this slip and others, the one that explains most."""
        shared = [(support, -n, convention.words) for n, (convention, support) in enumerate(fitting) if support > 1]
        return max(shared)[2] if shared else ""

    def _gives(self, convention: Convention, place: int) -> bool:
        figure = self.entries[place].figure
        number, right = convention.number(self.entries[place].quantity), self.right(place)
        if number is None or right is None or figure.significant < 2:
            return False
        shows = abs(number - right) > max(figure.unit / 2, 8 * slack_of(right))
        return shows and follows(figure, number, "cut after" in convention.words)

    def _is_contradicted(self, convention: Convention) -> bool:
        """Is there a right figure that would be another one?"""
        for entry, node, verdict in zip(self.entries, self.nodes, self.verdicts):
            number = convention.number(entry.quantity) if verdict and node is not None else None
            if number is not None and not follows(entry.figure, number, cut=True):
                return True
        return False

    # --- cut, and not rounded ---

    def _was_cut_before(self, place: int) -> bool:
        """Has any figure above been cut, and not rounded?"""
        return any(verdict.kind == "truncated" for verdict in self.verdicts[:place])

    def _cut_throughout(self) -> str:
        """One sentence for a derivation in which nearly every figure was cut, and not rounded."""
        rounded = cut = 0
        printed: dict[Value, Entry] = {}
        for place, entry in enumerate(self.entries):
            target = self.nodes[place]
            numbers = [self.right(place)]
            if target is not None and target.primitive is not None:
                numbers.append(self._from_printed(target, printed)[0])
            self._note_down(place, printed)
            known = [number for number in numbers if number is not None]
            rounded += any(follows(entry.figure, number) for number in known)
            cut += any(entry.figure.cuts_from(number, slack_of(number)) for number in known)
        if cut < _FEWEST_CUT or cut < _MOST_OF * len(self.entries) or cut < rounded + 2:
            return ""
        digits = {_counted(entry.figure) for entry in self.entries}
        after = digits.pop() if len(digits) == 1 else "the last printed digit"
        return f"cut after {after} explains {cut} of {len(self.entries)}"


def _listed(entries: Iterable[Entry]) -> str:
    shown = [entry.listed for entry in entries]
    return ", ".join([*shown[:_MOST_LISTED], "…"] if len(shown) > _MOST_LISTED else shown)


def _counted(figure: Figure) -> str:
    return f"{figure.places} decimal{'s' * (figure.places != 1)}"
