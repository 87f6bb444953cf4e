"""The flat record of a graph: its operations in order, then the chain rule as operations, in order.

>>> from autograd import Value
>>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
>>> record, leaves = make_record(a * b + a)
>>> for instruction in record.forward:
...     print(*instruction)
mul 2 (0, 1)
add 3 (2, 0)
>>> for instruction in record.backward:
...     print(*instruction)
collect 2 (3,)
collect 0 (3,)
collect 0 (2, 1)
collect 1 (2, 0)

A number lives in a numbered slot: leaves first, then constants and results as they appear. An
instruction is (operation, slot that it writes, slots that it reads). Beside each slot's number stands
its cotangent, zero at first (the root's: the seed), and these instructions add to it:

    collect t (n,)          cotangent[t] += cotangent[n]
    collect t (n, p)        cotangent[t] += cotangent[n] · p
    collect_negated t (n,)  cotangent[t] -= cotangent[n]
    collect_weights n (w…, x…, b)  to each weight of the weighted sum n cotangent[n] · x, to b cotangent[n]
    collect_row n (w…, x…, b)      the same, and before b to each input cotangent[n] · w

Everything else computes a number. The partials come from the table's rules, run on slots in place of
numbers; so a record holds no derivative that the table does not. Contributions stand in the order of
``Value.backward``, which is why a replay gives the same bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import chain, islice
from typing import Any

from .. import messages, numeric
from ..arithmetic import Arithmetic
from ..errors import KindError
from ..primitives import FAMILIES, PRIMITIVES, Primitive, lookup
from ..value import Value, data_of, record_in_order, survey
from ..weighted import shared_tuples, split_weighted_sum, weighted_sums
from . import floats

__all__ = [
    "COLLECTING", "GUARDS", "Guard", "Instruction", "Record", "as_float", "floats_of", "make_record", "rebuild",
    "renamed", "verify",
]  # fmt: skip

Instruction = tuple[str, int, tuple[int, ...]]

COLLECTING = ("collect", "collect_negated", "collect_weights", "collect_row")
GUARDS = ("guard_lt", "guard_le", "guard_gt", "guard_ge")
# Operations beside the table's: a second name for a number, and the two partials of x ** y, whose rules
# look at the numbers (0 ** y, x ** 0) and so cannot be run on slots.
_OWN = {"copy": 1, "power_by_base": 3, "power_by_exponent": 3}
# What the machines can do of the table; a row that is not here is recorded by what its rule does.
_OPERATIONS = {*floats.__all__, "add", "sub", "mul", "div", "pow", "neg", "abs", "relu", "step"}
# Of these, what may raise with other numbers, so that it is done also where its result is not used.
_MAY_RAISE = {"cos", "div", "exp", "expm1", "log", "log1p", "pow", "sin", "sqrt"}
# A whole float has this many digits before it skips integers; an int beyond would not replay exactly.
_LARGEST_WHOLE = 2**53


@dataclass(frozen=True, eq=False)
class Record:
    """A graph as plain data; see this module's docstring for what the instructions mean."""

    data: list[float]  # of the leaves, whose slots are 0, 1, …, when the record was made
    labels: dict[int, str]  # of the slots that have one
    inputs: list[int]  # the leaves that are given anew at each run
    constants: dict[int, float]
    size: int  # how many slots there are
    root: int
    forward: list[Instruction]
    backward: list[Instruction]
    unwanted: frozenset[int] = field(default=frozenset())  # leaves whose gradient is not computed

    @property
    def leaf_count(self) -> int:
        return len(self.data)


@dataclass(frozen=True, eq=False)
class Guard:
    """A comparison that the recorded function made, and how it came out."""

    operation: str
    left: Any
    right: Any
    outcome: bool


class _Slot(Arithmetic):
    """A number that is not known yet: what is done to it is written down."""

    __slots__ = ("recorder", "slot")

    def __init__(self, recorder: _Recorder, slot: int) -> None:
        self.recorder = recorder
        self.slot = slot

    def _apply(self, name: Any, *operands: Any) -> Any:
        if name == "mul" and 1 in operands:  # exact, and what add's and a power's partials are made of
            return operands[1 - operands.index(1)]
        if name == "pow" and type(operands[1]) is not _Slot and operands[1] == 1:
            return self
        slots = self.recorder.slots_of(operands)
        return _Slot(self.recorder, self.recorder.computed(name, slots))

    def _apply_family(self, name: str, operands: Sequence[Any]) -> list[Any]:
        first = self.recorder.family(name, self.recorder.slots_of(operands), self.recorder.computing)
        return [_Slot(self.recorder, first + index) for index in range(len(operands))]


class _Recorder:
    """Slots for Values and constants, and the two lists of instructions as they grow."""

    def __init__(self) -> None:
        self.slots: dict[Value, int] = {}
        self.data: list[float] = []
        self.constants: dict[float | str, int] = {}
        self.constant_slots: dict[int, float] = {}
        self.size = 0
        self.forward: list[Instruction] = []
        self.backward: list[Instruction] = []
        self.computing = self.forward  # where the operations of a rule that is run on slots go
        self.known: dict[tuple[str, tuple[int, ...]], int] = {}  # what is computed already, and where
        self.done: set[int] = set()  # slots of the nodes that forward computes
        self.tuples: dict[int, tuple[int, ...]] = {}  # slots of what weighted sums share, by the tuple's id
        self.sums: dict[int, tuple[int, ...]] = {}  # of a weighted sum: the slots of its operands

    def new_slot(self) -> int:
        self.size += 1
        return self.size - 1

    def add_leaves(self, leaves: Iterable[Value]) -> None:
        """Give slots to those that have none; all leaves come before anything else."""
        new = [leaf for leaf in dict.fromkeys(leaves) if leaf not in self.slots]
        self.slots.update(zip(new, range(self.size, self.size + len(new))))
        self.size += len(new)
        self.data += floats_of(new)

    def constant(self, number: Any, shared: bool = True) -> int:
        number = as_float(number, "a constant")
        key = number if number and number == number else repr(number)  # 0.0 and -0.0 are two constants, nan is one
        if shared and key in self.constants:
            return self.constants[key]
        slot = self.new_slot()
        self.constant_slots[slot] = number
        if shared:
            self.constants[key] = slot
        return slot

    def slots_of(self, operands: Iterable[Any]) -> tuple[int, ...]:
        slots = self.slots
        try:
            return tuple([slots[x] for x in operands])
        except (KeyError, TypeError):  # not all of them are Values
            return tuple([slots[x] if isinstance(x, Value) else self._slot_of(x) for x in operands])

    def _slot_of(self, operand: Any) -> int:
        slot: int = operand.slot if type(operand) is _Slot else self.constant(operand)
        return slot

    def computed(self, name: str, slots: tuple[int, ...]) -> int:
        """The slot of a number that a rule needs; one that is there already is not computed twice."""
        known = self.known.get((name, slots))
        if known is None:
            known = self.known[name, slots] = self.new_slot()
            self.computing.append((name, known, slots))
        return known

    def family(self, name: str, slots: tuple[int, ...], instructions: list[Instruction]) -> int:
        """The first slot of a whole softmax."""
        first = self.known.get((name, slots))
        if first is None:
            first = self.known[name, slots] = self.size
            self.size += len(slots)
            instructions.append((name, first, slots))
        return first

    # --- forward ---

    def add_rows(self, order: list[Value]) -> None:
        """Give the inputs that a layer's weighted sums share slots side by side: they are read as one run."""
        seen: set[int] = set()
        for node in order:
            shared = shared_tuples(node)
            if shared is None or id(shared[1]) in seen:
                continue
            inputs = shared[1]
            seen.add(id(inputs))
            if isinstance(inputs[0] if inputs else None, Value):
                if not any([x in self.slots or x.op in FAMILIES for x in inputs]):
                    for x in dict.fromkeys(inputs):
                        self.slots[x] = self.new_slot()
            elif id(inputs) not in self.tuples:
                self.tuples[id(inputs)] = tuple([self.constant(x, shared=False) for x in inputs])

    def add_operations(self, order: list[Value]) -> None:
        self.add_rows(order)
        slots, done, instructions = self.slots, self.done, self.forward
        for node in order:
            primitive = node.primitive
            assert primitive is not None
            slot = slots.get(node, -1)
            if slot in done:
                continue
            if type(node.data) is not float:
                as_float(node.data, f"{node.label or 'a result'} of {node.op}")
            name = primitive.name
            if name in FAMILIES:
                first = self.family(name, self.slots_of(node.operands), instructions)
                if slot < 0 and first + primitive.index not in done:
                    slots[node] = first + primitive.index
                    done.add(first + primitive.index)
                    continue
                name = "copy"
                operands: tuple[int, ...] = (first + primitive.index,)
            elif name not in _OPERATIONS:
                # A row that was added to the table: its rule, run on slots, in operations of these.
                rule_operands = self._stand_ins(node)
                result = primitive.rule(*rule_operands) if primitive.arity else primitive.rule(tuple(rule_operands))
                name, operands = "copy", self.slots_of((result,))
            else:
                operands = self.operand_slots(node)
            if slot < 0:
                slot = slots[node] = self.new_slot()
            if name == "weighted_sum":
                self.sums[slot] = operands
            done.add(slot)
            instructions.append((name, slot, operands))

    def operand_slots(self, node: Value) -> tuple[int, ...]:
        shared = shared_tuples(node)
        if shared is None:
            return self.slots_of(node.operands)
        for operands in shared:
            if id(operands) not in self.tuples:
                self.tuples[id(operands)] = self.slots_of(operands)
        weights, inputs = (self.tuples[id(operands)] for operands in shared)
        return (*weights[:-1], *inputs, weights[-1])

    # --- backward ---

    def add_chain_rule(self, order: list[Value], unwanted: frozenset[int]) -> None:
        self.computing = self.backward
        needed = self._needed(order, unwanted)
        for node in reversed(order):
            slot = self.slots[node]
            if slot not in needed:
                continue
            if node.op == "weighted_sum":
                operands = self.sums[slot]
                name = "collect_weights" if needed.isdisjoint(operands[len(operands) // 2 : -1]) else "collect_row"
                self.backward.append((name, slot, operands))
                continue
            self._collect_contributions(node, slot, needed)

    def _needed(self, order: list[Value], unwanted: frozenset[int]) -> set[int]:
        """The slots whose cotangent some wanted leaf's gradient depends on."""
        slots = self.slots
        if not unwanted:
            return set(slots.values())
        needed = set(range(len(self.data))) - unwanted
        for node in order:
            if any(slots[operand] in needed for operand in node.operands if isinstance(operand, Value)):
                needed.add(slots[node])
        return needed

    def _collect_contributions(self, node: Value, slot: int, needed: set[int]) -> None:
        slots = self.slots
        primitive, operands = node.primitive, node.operands
        assert primitive is not None
        out: _Slot | None = None
        if primitive.arity == 0:
            stand_ins = self._stand_ins(node)
            for operand, partial in zip(operands, primitive.partials(_Slot(self, slot), tuple(stand_ins))):
                if isinstance(operand, Value) and slots[operand] in needed:
                    self._collect(slots[operand], slot, partial)
            return
        for place, operand in enumerate(operands):
            if not isinstance(operand, Value) or slots[operand] not in needed:
                continue
            partial = _plain_partial(primitive, place)
            if partial is None:
                out = out or _Slot(self, slot)
                partial = self._partial(primitive, place, out, self._stand_ins(node))
            elif type(partial) is _Operand:
                partial = operands[partial]
                if isinstance(partial, Value):
                    self.backward.append(("collect", slots[operand], (slot, slots[partial])))
                    continue
            self._collect(slots[operand], slot, partial)

    def _stand_ins(self, node: Value) -> list[Any]:
        slots = self.slots
        return [_Slot(self, slots[operand]) if isinstance(operand, Value) else operand for operand in node.operands]

    def _partial(self, primitive: Primitive, place: int, out: _Slot, operands: list[Any]) -> Any:
        if primitive is _POW and (place == 1 or type(operands[1]) is _Slot):
            name = "power_by_exponent" if place else "power_by_base"
            return _Slot(self, self.computed(name, self.slots_of((out, *operands))))
        return primitive.partials[place](out, *operands)

    def _collect(self, target: int, source: int, partial: Any) -> None:
        if type(partial) is _Slot:
            self.backward.append(("collect", target, (source, partial.slot)))
        elif partial == 1:
            self.backward.append(("collect", target, (source,)))
        elif partial == -1:
            self.backward.append(("collect_negated", target, (source,)))
        else:
            self.backward.append(("collect", target, (source, self.constant(partial))))


_POW = PRIMITIVES["pow"]


class _Operand(int):
    """The place of an operand that a partial is."""


class _Probe(Arithmetic):
    """Stands for an operand in a rule, to see whether the rule computes anything."""

    def _apply(self, name: Any, *operands: Any) -> Any:
        raise _RuleComputes


class _RuleComputes(Exception):
    pass


@cache
def _plain_partial(primitive: Primitive, place: int) -> Any:
    """A partial that is a number, or one of the operands, whatever they are; None where the rule computes."""
    probes = [_Probe() for _ in range(primitive.arity)]
    try:
        partial = primitive.partials[place](_Probe(), *probes)
    except _RuleComputes:
        return None
    if not isinstance(partial, _Probe):
        return partial
    return _Operand(probes.index(partial)) if partial in probes else None


def as_float(number: Any, what: str) -> float:
    """A number as what a record holds; raises KindError for what a float cannot hold exactly."""
    if type(number) is float:
        return number
    number = numeric.as_number(number, what)
    if isinstance(number, float) or (type(number) is int and abs(number) <= _LARGEST_WHOLE):
        return float(number)
    raise KindError(
        f"{what} is {messages.given(number)}, and a record holds floats (and ints up to 2**53); use float(...), or "
        "eager's own forward() and backward()"
    )


def floats_of(leaves: Sequence[Value]) -> list[float]:
    """The leaves' numbers as what a record holds."""
    numbers: list[Any] = [*map(data_of, leaves)]
    if {*map(type, numbers)} <= _FLOATS:
        return numbers
    return [as_float(leaf.data, leaf.label or "a leaf") for leaf in leaves]


_FLOATS = {float}


def make_record(
    root: Value,
    inputs: Sequence[Value] = (),
    parameters: Sequence[Value] = (),
    guards: Sequence[Guard] = (),
    unwanted: Sequence[Value] = (),
    outside: Set[Value] = frozenset(),
    unused: Sequence[Value] = (),
) -> tuple[Record, list[Value]]:
    """The record of the graph under ``root``, and its leaves in the order of their slots.

    ``inputs`` are the leaves that are given anew at each run. ``parameters`` get the first slots, in
    their order. ``guards`` are written before whatever they do not need themselves, so that a
    flipped one stops a replay first. No gradient is computed for the leaves in ``unwanted``. Nodes
    ``outside`` count as leaves. Of what is ``unused``, the operations that may raise are done too.
    """
    order, leaves, rows = survey(root, outside)
    recorder = _Recorder()
    recorder.add_leaves(parameters)
    # Each guard comes after what it compares, and an operation that several need comes once.
    sides = [side for guard in guards for side in (guard.left, guard.right) if isinstance(side, Value)]
    raising = [node for node in unused if node.op in _MAY_RAISE or node.op not in _OPERATIONS]
    known, parts, surveyed = {*outside}, {}, [(leaves, rows)]
    for node in dict.fromkeys([*sides, *raising]):
        parts[node], some_leaves, some_rows = survey(node, known) if node not in known else ([], [], [])
        known.update(parts[node])
        surveyed.append((some_leaves, some_rows))
    given = set(inputs)
    for some_leaves, some_rows in surveyed:
        recorder.add_leaves([leaf for leaf in chain(*some_rows, some_leaves) if leaf not in given])
    recorder.add_leaves([*outside, *inputs])
    for guard in guards:
        for side in (guard.left, guard.right):
            if isinstance(side, Value):
                recorder.add_operations(parts[side])
        recorder.forward.append(
            (guard.operation, int(guard.outcome), recorder.slots_of((guard.left, guard.right)))
        )
    for node in raising:
        recorder.add_operations(parts[node])
    recorder.add_operations(order)
    no_gradient = frozenset(recorder.slots[leaf] for leaf in unwanted if leaf in recorder.slots)
    recorder.add_chain_rule(order, no_gradient)
    record = Record(
        recorder.data,
        {slot: node.label for node, slot in recorder.slots.items() if node.label},
        [recorder.slots[leaf] for leaf in inputs],
        recorder.constant_slots,
        recorder.size,
        recorder.slots[root],
        recorder.forward,
        recorder.backward,
        no_gradient,
    )
    verify(record)
    return record, [*islice(recorder.slots, record.leaf_count)]


def renamed(record: Record, same: dict[int, int]) -> Record:
    """The record in which some leaves are others: these have their contributions too, in the record's order."""

    def instruction(name: str, slot: int, operands: tuple[int, ...]) -> Instruction:
        slot = same.get(slot, slot) if name in ("collect", "collect_negated") else slot
        return name, slot, tuple([same.get(operand, operand) for operand in operands])

    forward, backward = ([instruction(*one) for one in part] for part in (record.forward, record.backward))
    return replace(record, forward=forward, backward=backward)


def verify(record: Record) -> None:
    """Raise ValueError, with the instruction, where a record is not sound.

    Each slot is written once, and before it is read; each operation is known, with as many operands
    as it takes; nothing is added to a cotangent that has been read.
    """
    size = record.size
    written = bytearray(size)
    for slot in (*range(record.leaf_count), *record.constants):
        if not 0 <= slot < size or written[slot]:
            raise ValueError(f"slot {slot} of a leaf or a constant is taken")
        written[slot] = 1
    if not all(0 <= slot < record.leaf_count for slot in record.inputs):
        raise ValueError("an input is no leaf")
    read = bytearray(size)
    known: set[tuple[str, int]] = set()  # operations, each with as many operands as it takes
    sound: set[int] = set()  # operands that were looked at: what is written once stays written
    for backward, instructions in enumerate((record.forward, record.backward)):
        for instruction in instructions:
            name, slot, operands = instruction
            if id(operands) not in sound and not _are_written(operands, written):
                raise ValueError(f"instruction {instruction}: an operand is read before it is written")
            sound.add(id(operands))
            if (name, len(operands)) not in known:
                if not _takes(name, len(operands)):
                    raise ValueError(f"instruction {instruction}: is not known, or takes other operands")
                known.add((name, len(operands)))
            if name in _SPECIAL:
                _verify_special(instruction, bool(backward), written, read)
            elif not 0 <= slot < size or written[slot]:
                raise ValueError(f"instruction {instruction}: slot {slot} is taken")
            else:
                written[slot] = 1
    if not 0 <= record.root < size or not written[record.root]:
        raise ValueError("the root is not computed")


def _are_written(slots: tuple[int, ...], written: bytearray) -> bool:
    if not slots:
        return True
    return min(slots) >= 0 and max(slots) < len(written) and all(map(written.__getitem__, slots))


_SPECIAL = {*COLLECTING, *GUARDS, *FAMILIES}


def _verify_special(instruction: Instruction, backward: bool, written: bytearray, read: bytearray) -> None:
    """The rest for an instruction that does not write its one slot; notes whose cotangent has been read."""
    name, slot, operands = instruction
    if name in FAMILIES:
        for result in range(slot, slot + len(operands)):
            if not 0 <= result < len(written) or written[result]:
                raise ValueError(f"instruction {instruction}: slot {result} is taken")
            written[result] = 1
        return
    if name in GUARDS:
        if backward or slot not in (0, 1):
            raise ValueError(f"instruction {instruction}: a guard belongs to forward")
        return
    if not backward or not 0 <= slot < len(written):
        raise ValueError(f"instruction {instruction}: belongs to backward")
    if name in ("collect", "collect_negated"):
        read[operands[0]] = 1
        targets: Sequence[int] = (slot,)
    else:
        read[slot] = 1
        targets = operands
    if any(map(read.__getitem__, targets)):
        raise ValueError(f"instruction {instruction}: adds to a cotangent that was read before")


def _takes(name: str, count: int) -> bool:
    if name in _OWN:
        return count == _OWN[name]
    if name in GUARDS:
        return count == 2
    if name in ("weighted_sum", "collect_weights", "collect_row"):
        return count % 2 == 1
    if name in ("collect", "collect_negated"):
        return count == 1 or (count == 2 and name == "collect")
    if name in FAMILIES:
        return count > 0
    return name in PRIMITIVES and (count == PRIMITIVES[name].arity or (PRIMITIVES[name].arity == 0 and count > 0))


def rebuild(record: Record, leaves: Sequence[Value]) -> Value:
    """The graph of a trace's record again, as Values on the given leaves: what eager makes of it."""
    values: list[Any] = [None] * record.size
    values[: record.leaf_count] = leaves
    for slot, number in record.constants.items():
        values[slot] = number
    for name, slot, operands in record.forward:
        numbers = tuple([values[operand] for operand in operands])
        if name in FAMILIES:
            values[slot : slot + len(numbers)] = getattr(numeric, name)(numbers)
        elif name == "copy":
            values[slot] = numbers[0]
        elif name == "weighted_sum":
            weights, inputs, bias = split_weighted_sum(numbers)
            [values[slot]] = weighted_sums([(*weights, bias)], inputs)
        else:
            values[slot] = record_in_order(lookup(name), numbers)
    root: Value = values[record.root]
    return root
