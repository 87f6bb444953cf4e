"""How a compiled function is run: recorded, replayed where a recording fits, and by eager where none can go."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import chain
from typing import Any

from ..errors import AutogradError, KindError, RecordingError
from ..instrument import of_this_call, run_observed
from ..messages import given as described
from ..value import Value, survey
from .arguments import Given, Recorded
from .arrays import ParameterArrays
from .floats import GuardFlipped
from .identity import Code
from .outcomes import Outcome, pulled_back, together
from .python_machine import LANES
from .recording import RecordedFloat, Recording
from .recordings import Recordings
from .variant import Variant, outside_of

__all__ = ["Runs", "is_inside"]


class Runs:
    """The runs of one function. It gives what the function's result would give, to the last bit."""

    def __init__(
        self, function: Callable[..., Any], parameters: ParameterArrays | None, allow_data: bool, name: str
    ) -> None:
        self.function = function
        self.parameters = parameters
        self.allow_data = allow_data
        self.name = name
        self.recordings = Recordings()

    # --- one call ---

    def call(self, given: Given, seed: float = 1.0) -> Outcome:
        """The result, the leaves, and the partial by each, times ``seed``: replayed where that is possible."""
        if not self.recordings.pays:
            return self.by_eager(given, seed)
        try:
            for variant in self.recordings.of(given):
                if not given.values or variant.is_for(given):
                    try:
                        outcome = variant.call(given, seed)
                    except GuardFlipped:
                        continue
                    self.recordings.prefer(given, variant)
                    return outcome
            return self._record(given).call(given, seed)
        except GuardFlipped:
            raise _restless() from None
        except (ArithmeticError, ValueError):
            return self._as_eager_does(given, seed)

    def _as_eager_does(self, given: Given, seed: float) -> Outcome:
        """The result of eager where a replay raised; its error, in words that name the operation's operands."""
        try:
            return self.by_eager(given, seed)
        except AutogradError:
            raise
        except (ArithmeticError, ValueError, AttributeError):  # of a float, whose name Python does not know
            recording = Recording(is_replayed=False)
            recorded = Recorded(given, self._names(), recording)
            with suppress(RecordingError):
                run_observed(recording, self.function, *recorded.arguments, **recorded.options)
            raise

    def _fitting(self, given: Given, variants: Iterable[Variant], run: Callable[[Variant], Any]) -> Any:
        """What ``run`` finds with the first recording whose guards hold; GuardFlipped where those of none do."""
        for variant in variants:
            try:
                found = run(variant)
            except GuardFlipped:
                continue
            self.recordings.prefer(given, variant)
            return found
        raise GuardFlipped

    def _record(self, given: Given) -> Variant:
        recording = Recording(self.allow_data)
        recording.tells_values_apart = bool(given.values) and self._code.has_is
        if given.numbers and self._code.calls_type and not self.allow_data:
            raise RecordingError(
                "the compiled function calls type(), of which a float argument is none while it is recorded; write "
                "isinstance(x, float), or give compile(..., allow_data=True) where it is about something else"
            )
        recorded = Recorded(given, self._names(), recording)
        try:
            root = run_observed(recording, self.function, *recorded.arguments, **recorded.options)
        except RecordingError:
            if recording.wrote_a_float:  # for the message of an error? Then eager raises that.
                self.by_eager(given)
            raise
        recording.is_over = True
        recording.demand_no_caught_error()
        recorded.demand_unchanged()
        root = _checked(root)
        variant = Variant(root, recorded, recording, given, self.parameters)
        found = variant.call(given)[0]
        if found != root.data and found == found:
            raise RecordingError(
                f"the compiled function gives {root.data!r}, and its replay {found!r}: does it change a number that it "
                "uses?"
            )
        self.recordings.add(given, variant, self.name)
        return variant

    def by_eager(self, given: Given, seed: float = 1.0) -> Outcome:
        """The same where a replay cannot go. A gradient that does not exist raises when it is asked for."""
        recording = Recording(is_replayed=False)
        root = run_observed(recording, self.function, *given.instance, *given.arguments, **given.options)
        root = _checked(root)
        outside = outside_of(root, recording)
        order, leaves, rows = survey(root, outside)
        leaves = [*dict.fromkeys(chain(*rows, leaves, outside))]
        return root.data, *pulled_back(root, order, leaves, seed)

    # --- many calls ---

    def alike(self, first: Given, run: Callable[[Variant], Any]) -> Any:
        """What ``run`` finds for samples that go one way together; None where each is to go its own."""
        if first.values or not self.recordings.pays:
            return None
        try:
            return self._fitting(first, self.recordings.of(first) or [self._record(first)], run)
        except (GuardFlipped, ArithmeticError, ValueError):
            return None

    def one_by_one(self, group: list[Given], seed: float) -> tuple[list[float], tuple[Value, ...], Sequence[Any]]:
        """Samples that take different ways through the function, or that are leaves, or one of which raises."""
        results = []
        lanes: list[list[tuple[Any, Any]]] = [[] for _ in range(LANES)]
        for place, given in enumerate(group):
            result, operands, partials = self.call(given, seed)
            results.append(result)
            lanes[place % LANES].append((operands, partials))
        return results, *together([together(lane) for lane in lanes])

    # --- what is known of the function ---

    @cached_property
    def _code(self) -> Code:
        return Code(self.function)

    def state(self, instance: Sequence[Any]) -> Any:
        """What the function's names are bound to now."""
        return self._code.state_with(instance[0]) if instance else self._code.state()

    def _positional(self) -> list[inspect.Parameter]:
        try:
            parameters = inspect.signature(self.function).parameters.values()
        except (TypeError, ValueError):  # a function of C that does not say
            return []
        return [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]

    def _names(self) -> list[str]:
        return [p.name for p in self._positional()]

    def required(self) -> int:
        """How many arguments the function cannot do without."""
        return sum(p.default is p.empty for p in self._positional())


def is_inside() -> bool:
    """Is this thread inside of a compiled function, whose graph is being built?"""
    return isinstance(of_this_call(), Recording)


def _checked(root: Any) -> Value:
    if type(root) is RecordedFloat:
        return root.value_after()
    if not isinstance(root, Value):
        raise KindError(f"the compiled function returned {described(root)}, and must return one Value")
    return root


def _restless() -> RecordingError:
    return RecordingError(
        "the compiled function takes another way as soon as it is replayed; does it change a number that it compares?"
    )
