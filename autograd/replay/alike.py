"""Which slots of a record are alike, so that they can be computed at once.

Two are alike if the same operation made them of operands that are alike; weighted sums, if they belong to one
layer. A class whose members need each other (the steps of a recurrent network) is split into phases, so that a
group, a phase of a class, needs only groups before it; and a group by where its members are used first, as it is
read there.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from ..primitives import FAMILIES
from .elementary import ARITY
from .record import COLLECTING, GUARDS, Record

__all__ = ["GUARD_NAMES", "Group", "groups_of"]

_CLASS = (1 << 32) - 1  # the part of an order that is the class; the rest is the phase
_KEPT, _INPUT, _CONSTANT = range(3)  # the classes of what is not computed
_LOOK_AT = 4096  # instructions, to see whether some are alike

GUARD_NAMES = {f"{name}.{outcome}" for name in GUARDS for outcome in (0, 1)}

# Operation, slot, operands, phase and class as one number, and whether it belongs to backward.
_Computed = tuple[str, int, tuple[int, ...], int, bool]


class Group:
    """Instructions that are done at once: the slots that they write, and a row of slots that each reads."""

    def __init__(self, np: Any, name: str, members: list[tuple[int, tuple[int, ...]]], backward: bool) -> None:
        self.name, self.backward = name, backward
        self.slots = np.array([slot for slot, _ in members])
        self.operands = np.array([operands for _, operands in members])

    def sort(self, places: Any) -> None:
        self.slots, self.operands = self.slots[places], self.operands[places]


def groups_of(np: Any, record: Record, at_any_price: bool) -> tuple[list[Group], Any] | None:
    """The groups, in an order in which each needs only those before it, and the kind of each slot, and of 1, -1 and 0.

    None where hardly two slots are alike, unless groups are wanted ``at_any_price``.
    """
    kept = record.leaf_count - len(record.inputs)
    computing = _ordered(record, kept, at_any_price)
    if computing is None:
        return None
    use: dict[int, tuple[int, int]] = {}  # of a number in forward: the class of its first consumer, and its place
    layer: tuple[int, ...] = ()
    keys: list[tuple[int, Any]] = []
    for name, slot, operands, where, backward in reversed(computing):
        elementwise = name in ARITY
        keys.append((where, use.get(slot) if elementwise else None))
        if backward:
            continue
        k = where & _CLASS
        if elementwise:
            use.update({operand: (k, place) for place, operand in enumerate(operands)})
        elif name != "weighted_sum":
            use.update(dict.fromkeys(operands, (k, -1)))
        elif operands[len(operands) // 2 : -1] != layer:
            layer = operands[len(operands) // 2 : -1]
            use.update(dict.fromkeys(layer, (k, -1)))
    members: dict[Any, list[tuple[int, tuple[int, ...]]]] = defaultdict(list)
    names: dict[Any, tuple[str, bool]] = {}
    kinds: dict[Any, int] = {}
    of_slot = np.full(record.size + 3, _CONSTANT)
    of_slot[: record.leaf_count] = _KEPT
    of_slot[kept : record.leaf_count] = _INPUT
    of_slot[record.size :] = -1
    for (name, slot, operands, where, backward), key in zip(computing, reversed(keys)):
        members[key].append((slot, operands))
        names[key] = name, backward
        if name not in GUARD_NAMES:
            kind = kinds.setdefault((where & _CLASS, key[1]), len(kinds) + 3)
            of_slot[slot : slot + (len(operands) if name in FAMILIES else 1)] = kind
    order = sorted(members, key=lambda key: key[0])
    return [Group(np, names[key][0], members[key], names[key][1]) for key in order], of_slot


def _ordered(record: Record, kept: int, at_any_price: bool) -> list[_Computed] | None:
    """What computes a number, in the record's order; None where hardly two are alike."""
    order = [_CONSTANT] * record.size
    order[: record.leaf_count] = [_KEPT] * kept + [_INPUT] * len(record.inputs)
    classes: dict[Any, int] = {}
    layers: dict[tuple[int, ...], tuple[int, int]] = {}  # by inputs: the first weight, and the last of their orders
    computing: list[_Computed] = []
    seen: set[int] = set()
    least = 0  # backward comes behind all of forward
    for backward, instructions in ((False, record.forward), (True, record.backward)):
        for name, slot, operands in instructions:
            if name in COLLECTING:
                continue
            if name == "weighted_sum" and len(operands) == 1:
                name = "copy"  # a weighted sum of nothing is its bias
            if name == "weighted_sum":
                half = len(operands) // 2
                inputs = operands[half:-1]
                if inputs not in layers:
                    layers[inputs] = operands[0], max([order[x] for x in inputs])
                first, last = layers[inputs]
                if max(operands) >= record.leaf_count:
                    last = max([last, *[order[x] for x in operands[:half] + operands[-1:]]])
                key: tuple[Any, ...] = name, half, first
            else:
                orders = [order[x] for x in operands]
                last = max(orders)
                if name in ARITY:
                    key = name, *[x & _CLASS for x in orders]
                elif name in GUARDS:
                    name = f"{name}.{slot}"
                    key = name, *[x & _CLASS for x in orders]
                else:
                    key = name, orders[0] & _CLASS, len(orders)
            k = classes.setdefault(key, len(classes) + 3)
            phase = (last >> 32) + ((last & _CLASS) >= k)
            where = max(phase, least) << 32 | k
            if name in FAMILIES:
                order[slot : slot + len(operands)] = [where] * len(operands)
            elif name not in GUARD_NAMES:
                order[slot] = where
            computing.append((name, slot, operands, where, backward))
            seen.add(where)
            if len(computing) == _LOOK_AT and len(seen) > _LOOK_AT // 2 and not at_any_price:
                return None
        least = max([where >> 32 for *_, where, _ in computing], default=0) + 1
    return computing
