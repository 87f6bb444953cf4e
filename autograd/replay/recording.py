"""What a function does while it is recorded, beside computing: what becomes a guard, and what cannot be replayed.

Its float arguments are stand-ins that behave as the floats that they are (:class:`RecordedFloat`), its leaves and
computed Values are stand-ins too (:class:`GivenValue`). A comparison of numbers becomes a guard. What would take
the number of this one call into Python, where a replay would keep it, raises RecordingError.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, NoReturn

from ..arithmetic import Arithmetic
from ..errors import AutogradError, RecordingError
from ..instrument import Observer, StandIn, of_this_call, unobserved_data
from ..primitives import lookup
from ..value import Value, record
from .record import Guard
from .recorded_array import recorded_ufunc

__all__ = ["GivenValue", "RecordedFloat", "Recording"]

# The engine itself reads data, of the operands that it computes with: of which kind they are, for a message.
_ENGINE = {f"autograd.{name}" for name in ("value", "numeric", "messages", "derivatives", "composites", "anomaly")}
# grad(create_graph=True) looks at partials only to see that they are still the same.
_SEES_PARTIALS = {"contributions", "_recorded_contributions"}


class Recording(Observer):
    """One run of a function, looked at: what it makes, and the comparisons that it makes."""

    def __init__(self, allow_data: bool = False, is_replayed: bool = True) -> None:
        self.allow_data = allow_data
        self.is_replayed = is_replayed  # if not, the function may do what it likes: the run is the result
        self.made: dict[Value, None] = {}
        self.made_elsewhere: set[int] = set()
        self.guards: dict[tuple[Any, ...], Guard] = {}
        self.error: Exception | None = None
        self.tells_values_apart = False  # it looks which Value an argument is, so that it holds for these only
        self.differentiates = False
        self.wrote_a_float = False  # perhaps for the message of an error
        self.is_over = False  # what it kept may be shown now, in a message

    # --- what the engine tells ---

    def recorded(self, node: Value) -> None:
        self.made[node] = None

    def recorded_elsewhere(self, nodes: list[Value]) -> None:
        self.made_elsewhere.update(map(id, nodes))

    def failed(self, error: AutogradError, node: Value | None = None) -> None:
        if isinstance(error, (ArithmeticError, ValueError)):
            self.error = self.error or error

    def compared(self, name: str, left: Any, right: Any, outcome: bool) -> None:
        if self.is_replayed:
            key = name, id(left), id(right) if isinstance(right, Value) else repr(right)
            self.guards[key] = Guard(f"guard_{name}", left, right, outcome)

    def touched(self, node: Value, what: str, reader: FrameType) -> None:
        module, function = reader.f_globals.get("__name__"), reader.f_code.co_name
        if module == "autograd.derivatives" and function == "grad":
            self.differentiates = True
        if not self.is_replayed or self.allow_data:
            return
        if module in _ENGINE and (what != "reads partials" or function in _SEES_PARTIALS):
            return
        self.refuse(what, node.label or node.op or "a leaf")

    # --- what it refuses ---

    def refuse(self, what: str, name: str) -> NoReturn:
        raise RecordingError(
            f"the compiled function {what} ({name}): a replay would keep what it was in the first run. Compute with "
            "Values and compare them (a comparison is a guard), do this outside of the function, or give "
            "compile(..., allow_data=True) where it does not matter"
        )

    def demand_own_thread(self) -> None:
        if of_this_call() is not self:
            raise RecordingError(
                "an argument of a compiled function is used in another thread, or after the call in which it was "
                "recorded, where nobody records what is done to it: compute in the function's own thread"
            )

    def demand_no_caught_error(self) -> None:
        """An operation's error that did not end the function was caught by it."""
        if self.error is not None:
            raise RecordingError(
                f"the compiled function catches an error ({self.error}): a replay would not see it come. Compare "
                "Values instead (a comparison is a guard)"
            )


# --- a float ---


class RecordedFloat(StandIn, Arithmetic):
    """A float argument inside of a function that is recorded, or what is computed from such floats alone.

    Arithmetic gives another one, with a Value it gives a Value, as a float's would; comparing it, with ``==``
    and as a truth value too, is a guard. What needs the number itself raises RecordingError.
    """

    __slots__ = ("_node", "_recording")

    def __init__(self, node: Value, recording: Recording) -> None:
        self._node = node
        self._recording = recording

    __class__ = property(lambda self: float)  # for ``isinstance``

    def value(self) -> Value:
        self._recording.demand_own_thread()
        return self._node

    def value_after(self) -> Value:
        """The Value that a function which returns this returns."""
        return self._node

    def _apply(self, name: str | tuple[str, int], *operands: Any) -> Any:
        self._recording.demand_own_thread()
        if not all([isinstance(operand, (Value, int, float)) for operand in operands]):
            return NotImplemented
        node = record(lookup(name), operands if len(operands) > 1 else (self._node,))
        # To the function only what a Value takes part in is a Value.
        is_value = any([isinstance(operand, Value) for operand in operands])
        return node if is_value else RecordedFloat(node, self._recording)

    # --- compared ---

    def __eq__(self, other: Any) -> Any:
        number = _number(other)
        if number is None:
            return NotImplemented
        self._recording.demand_own_thread()
        return self._is_equal(number)

    def _is_equal(self, other: Any) -> bool:
        x, y = unobserved_data(self._node), unobserved_data(other) if isinstance(other, Value) else other
        # There are guards of order only: x == y is x <= y and x >= y.
        names = ("le", "ge") if x == y else ("lt",) if x < y else ("gt",) if x > y else ("le", "ge")
        for name in names:
            self._recording.compared(name, self._node, other, x == y or len(names) == 1)
        return bool(x == y)

    def __ne__(self, other: Any) -> Any:
        equal = self.__eq__(other)
        return equal if equal is NotImplemented else not equal

    def __bool__(self) -> bool:
        self._recording.demand_own_thread()
        return not self._is_equal(0.0)

    def _ordered(self, name: str, other: Any) -> Any:
        number = _number(other) if not isinstance(other, Value) else other
        if number is None:
            return NotImplemented
        self._recording.demand_own_thread()
        return getattr(self._node, name)(number)

    def __lt__(self, other: Any) -> Any:
        return self._ordered("__lt__", other)

    def __le__(self, other: Any) -> Any:
        return self._ordered("__le__", other)

    def __gt__(self, other: Any) -> Any:
        return self._ordered("__gt__", other)

    def __ge__(self, other: Any) -> Any:
        return self._ordered("__ge__", other)

    # --- the number itself ---

    def _taken_out(self, what: str, take: Callable[..., Any], *others: Any) -> Any:
        if not self._recording.is_over:
            self._recording.demand_own_thread()
        if self._recording.is_replayed and not (self._recording.allow_data or self._recording.is_over):
            self._recording.refuse(what, self._node.label or f"the number {unobserved_data(self._node)!r}")
        return take(unobserved_data(self._node), *others)

    def __hash__(self) -> int:
        return self._taken_out("takes the hash of a float, as for a dict or a set", hash)

    def __float__(self) -> float:
        return self._taken_out("turns an argument into a float, as math's functions do", float)

    def __int__(self) -> int:
        return self._taken_out("turns a float into an int", int)

    def __repr__(self) -> str:
        if of_this_call() is not self._recording:  # for a debugger, or the report of an error
            return f"<{self._node.data!r}, a float that is recorded>"
        return self._written(repr)

    def __format__(self, spec: str) -> str:
        return self._written(format, spec)

    def __str__(self) -> str:
        return self._written(repr)

    def _written(self, take: Callable[..., str], *others: Any) -> str:
        try:
            return str(self._taken_out("writes a float", take, *others))
        except RecordingError:
            self._recording.wrote_a_float = True
            raise

    def __round__(self, *digits: int) -> Any:
        return self._taken_out("rounds a float", round, *digits)

    def __trunc__(self) -> int:
        return self._taken_out("turns a float into an int", math.trunc)

    def __floor__(self) -> int:
        return self._taken_out("turns a float into an int", math.floor)

    def __ceil__(self) -> int:
        return self._taken_out("turns a float into an int", math.ceil)

    def __complex__(self) -> complex:
        return self._taken_out("turns a float into a complex number", complex)

    def __mod__(self, other: Any) -> Any:
        return self._taken_out("computes a remainder (%), which has no row in the table", float.__mod__, other)

    def __rmod__(self, other: Any) -> Any:
        return self._taken_out("computes a remainder (%), which has no row in the table", float.__rmod__, other)

    def __floordiv__(self, other: Any) -> Any:
        return self._taken_out("divides with //, which has no row in the table", float.__floordiv__, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return self._taken_out("divides with //, which has no row in the table", float.__rfloordiv__, other)

    def __divmod__(self, other: Any) -> Any:
        return self._taken_out("divides with divmod, which has no row in the table", float.__divmod__, other)

    def __rdivmod__(self, other: Any) -> Any:
        return self._taken_out("divides with divmod, which has no row in the table", float.__rdivmod__, other)

    def __array__(self, *_: Any, **__: Any) -> Any:
        """NumPy's functions add and round in ways of their own."""
        return self._recording.refuse(
            "gives a float to NumPy, whose sums have another order; give the function an array", self._node.label
        )

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return recorded_ufunc(ufunc, method, inputs, options)

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_") and (hasattr(Value, name) or hasattr(float, name)):
            return self._taken_out(f"asks a float for .{name}", lambda _: getattr(self._node, name))
        raise AttributeError(f"'float' object has no attribute {name!r}")

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self._taken_out("pickles a float", lambda x: (float, (x,)))

    def __copy__(self) -> RecordedFloat:
        return self

    def __deepcopy__(self, memo: Any) -> RecordedFloat:
        return self

    if sys.version_info >= (3, 12):

        def __radd__(self, other: Any) -> Any:
            if type(other) is int and other == 0:
                return self._taken_out(
                    "adds floats with sum(), which rounds in a way of its own; write autograd.total(...)", lambda x: x
                )
            return super().__radd__(other)


def _number(other: Any) -> Any:
    """What a float is compared with: a Value in place of a stand-in, a number; None for anything else."""
    if isinstance(other, StandIn):
        return other.value()
    if isinstance(other, Value) or not isinstance(other, (int, float)):
        return None
    return other


# --- a Value ---


class GivenValue(Value):
    """A leaf in place of a Value that is an argument. The function may ask which it is, but then it holds for that."""

    __slots__ = ("_given", "_recording")

    def __init__(self, given: Value, recording: Recording) -> None:
        super().__init__(given.data, given.label)
        self._given = given
        self._recording = recording

    def __eq__(self, other: Any) -> bool:
        if _is_engine(sys._getframe(1)):
            return self is other
        self._recording.tells_values_apart = True
        return self._given is (other._given if type(other) is GivenValue else other)

    def __hash__(self) -> int:
        if _is_engine(sys._getframe(1)):
            return object.__hash__(self)
        self._recording.tells_values_apart = True
        return hash(self._given)

    def _apply(self, name: str | tuple[str, int], *operands: Any) -> Value:
        self._recording.demand_own_thread()
        return super()._apply(name, *operands)

    @property
    def op(self) -> str:
        self._demand_leaf("op")
        return super().op

    @property
    def operands(self) -> tuple[Any, ...]:
        self._demand_leaf("operands")
        return super().operands

    @property
    def primitive(self) -> Any:
        self._demand_leaf("primitive")
        return super().primitive

    def __getattr__(self, name: str) -> Any:
        """What a subclass of Value has beside."""
        if not name.startswith("_") and hasattr(self._given, name):
            self._recording.refuse(f"reads .{name} of an argument", self._given.label or "a leaf")
        raise AttributeError(f"{type(self._given).__name__!r} object has no attribute {name!r}")

    def _demand_leaf(self, name: str) -> None:
        if self._given.op and not _is_engine(sys._getframe(2)):
            self._recording.refuse(f"reads .{name} of a Value that was computed outside", self._given.op)


def _is_engine(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__")).startswith("autograd.")
