"""A record as instructions of the native machine: slots that are alike lie side by side, and are done at once.

1. *Groups* of slots that are alike (:mod:`autograd.replay.alike`).
2. *Places*: a group's numbers lie side by side, in the order in which its operands lie, and all cotangents
   behind all numbers, in the same order.
3. *Numbers*, group by group, and then *cotangents*, from the last group to the first, and the leaves': each is
   the sum of its contributions in the record's order, written once; one that is another's is that one.

A graph in which hardly two slots are alike is taken instruction by instruction. A batch is as one sample, with
a row of samples at each place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from ..primitives import FAMILIES
from .alike import GUARD_NAMES, Group, groups_of
from .assembly import DATA, GRAD, OWN, SINGLE, R
from .elementary import ARITY
from .instructions import EVEN, SHIFT, TERMS, Instructions, base_of, mixture
from .record import COLLECTING, GUARDS, Record

__all__ = ["Encoding"]


class Encoding(Instructions):
    """The instructions for one sample, or (with ``block``) for so many samples at once.

    The numbers lie in R: leaves that are not shared, constants, results; then the cotangents. ``shared``
    leaves are read from DATA, and their gradients are written to GRAD.
    """

    def __init__(self, np: Any, record: Record, shared: int, block: int = 0) -> None:
        super().__init__(np, block)
        self.record, self.shared = record, shared
        self.kept = record.leaf_count - len(record.inputs)
        found = groups_of(np, record, at_any_price=block > 0)
        if found is None:
            forward = self._one_by_one()
        else:
            groups, self.kinds = found
            forward = self._together(groups)
        self.code, self.lists, before = self.finished()
        self.half = before + forward  # the words that forward takes

    def _together(self, groups: list[Group]) -> int:
        self._lay_out(groups)
        forward = 0
        for group in groups:
            self._numbers(group)
            forward = forward if group.backward else len(self.words)
        self._cotangents(groups)
        return forward

    # --- where numbers are ---------------------------------------------------------------------------

    def _lay_out(self, groups: list[Group]) -> None:
        np, unit = self.np, self.unit
        places, at = self._lay_out_leaves()
        for group in groups:
            at = -(-at // EVEN) * EVEN
            self._sort(group, places)
            if group.name == "weighted_sum":
                self.uses[int(places[group.operands[0, 0]])] += 1
            if group.name in GUARD_NAMES:
                group.slots = np.full(len(group.slots), at)  # a place, which is written for nobody
                at += unit
                continue
            count = group.operands.shape[1] if group.name in FAMILIES else 1
            for offset in range(count):
                places[group.slots + offset] = at + (np.arange(len(group.slots)) * count + offset) * unit
            at += len(group.slots) * count * unit
        self._lay_out_cotangents(places, at)

    def _lay_out_leaves(self) -> tuple[Any, int]:
        """Places, of leaves and constants, and where those of results begin."""
        np, record = self.np, self.record
        places = np.zeros(record.size + 3, dtype=np.int64)
        places[: self.shared] = (DATA << SHIFT) + np.arange(self.shared)
        # Leaves that are not shared, then the constants: in a batch one number each, else a part of R.
        scalars = (OWN if self.block else R) << SHIFT
        self.own = record.leaf_count - self.shared
        constants = [*record.constants, *range(record.size, record.size + 3)]
        self.constants = np.array([*record.constants.values(), 1.0, -1.0, 0.0])
        places[self.shared : record.leaf_count] = scalars + np.arange(self.own)
        places[constants] = scalars + self.own + np.arange(len(constants))
        self.scalars = self.own + len(constants)
        if not self.block:
            return places, self.scalars
        count = len(record.inputs)
        places[self.kept : record.leaf_count] = np.arange(count) * self.unit
        self.first_input = 0
        return places, count * self.unit

    def _lay_out_cotangents(self, places: Any, at: int) -> None:
        np = self.np
        at = -(-at // EVEN) * EVEN
        self._places = places
        self._cotangent_places = np.where(base_of(places) == R, places + at, places)
        self._cotangent_places[: self.shared] = (GRAD << SHIFT) + np.arange(self.shared)
        if self.block:  # their gradients are totals
            self._cotangent_places[: self.kept] = np.arange(self.kept)
        self.gradients = at  # of the leaves that are not shared
        self.size = 2 * at
        self.root = int(places[self.record.root])
        self.seed = int(self._cotangent_places[self.record.root])

    def _sort(self, group: Group, places: Any) -> None:
        """The members in the order in which their operands lie, if they lie better so."""
        np = self.np
        if group.name == "weighted_sum":
            half = group.operands.shape[1] // 2
            group.sort(np.lexsort(places[group.operands[:, [0, half]]].T))
        elif group.name in ARITY and group.name not in GUARD_NAMES and len(group.slots) > 1:
            keys = places[group.operands]
            order = np.lexsort(keys.T[::-1])
            if 2 * self._breaks(keys[order]) < self._breaks(keys):
                group.sort(order)

    def _breaks(self, places: Any) -> int:
        steps = self.np.diff(places, axis=0)
        return int(((steps != 0) & (steps != 1)).sum())

    # --- numbers -------------------------------------------------------------------------------------

    def _numbers(self, group: Group) -> None:
        np, places = self.np, self._places
        operands = places[group.operands]
        if group.name in GUARD_NAMES:
            return self.elementwise(group.name, group.slots, *operands.T)
        out = places[group.slots]
        if group.name == "weighted_sum":
            half = operands.shape[1] // 2
            return self.sums(out, operands[:, half:-1], operands[:, :half], "first", operands[:, -1])
        if group.name == "total":
            return self.sums(out, np.full_like(operands, places[self.record.size]), operands, "first")
        if group.name in ARITY:
            return self.elementwise(group.name, out, *operands.T)
        for to, row in zip(out.tolist(), operands):
            count = -1 if self.block else 1
            self.emit(group.name, count, len(row), to, self.unit, self.listed(self.in_R(row)))
        return None

    # --- instruction by instruction ------------------------------------------------------------------

    def _one_by_one(self) -> int:
        """A graph in which hardly two slots are alike: its instructions as they come, of single numbers."""
        np, record = self.np, self.record
        places, at = self._lay_out_leaves()
        computed = np.ones(record.size, dtype=bool)
        computed[: record.leaf_count] = computed[[*record.constants]] = False
        places[: record.size][computed] = at + np.arange(computed.sum())
        self._lay_out_cotangents(places, at + int(computed.sum()) + 1)
        self._places = self.in_R(places)  # also the leaves that are shared
        where = self._places.tolist()
        rows: dict[int, list[tuple[int, tuple[int, ...]]]] = defaultdict(list)
        for instructions in (record.forward, record.backward):
            for name, slot, operands in instructions:
                if name in ARITY:
                    self.words += (SINGLE[name], where[slot], *[where[x] for x in operands])
                elif name in GUARDS:
                    self.words += (SINGLE[f"{name}.{slot}"], self.gradients - 1, *[where[x] for x in operands])
                elif name not in COLLECTING:
                    self._alone(name, where[slot], [where[x] for x in operands])
                    if name == "weighted_sum" and len(operands) > 1:
                        rows[len(operands)].append((slot, operands))
            if instructions is record.forward:
                forward = len(self.words)
        self._cotangents_alone([Group(np, "weighted_sum", members, False) for members in rows.values()])
        return forward

    def _alone(self, name: str, to: int, places: list[int]) -> None:
        np, half = self.np, len(places) // 2
        if name in FAMILIES or name == "logsumexp":
            return self.emit(name, 1, len(places), to, 1, self.listed(places))
        if name == "total":
            ones = np.full(len(places), self._places[self.record.size])
            return self.sum_alone(to, ones, places, "first")
        if half:
            self.sum_alone(to, places[half:-1], places[:half], "first")
        self.words += (SINGLE["add"], to, to, places[-1]) if half else (SINGLE["copy"], to, places[-1])
        return None

    def _cotangents_alone(self, rows: list[Group]) -> None:
        np, record = self.np, self.record
        targets, sources, partials, when = self._contributions(rows)
        ends = np.flatnonzero(np.diff(targets, append=-1)) + 1
        begins = np.concatenate([[0], ends[:-1]]).astype(int)
        targets, single = targets[begins], ends - begins == 1
        same = single & (partials[begins] == record.size) & (targets >= record.leaf_count)
        self._name_alike(targets[same], sources[begins[same]])
        copies = self.room_for(self.shared)
        to = self._cotangent_places.copy()
        to[: self.shared] = copies + np.arange(self.shared)
        order = np.argsort(when[ends - 1], kind="stable")  # each behind all that it needs
        order = order[~same[order]]
        sources, partials = self._cotangent_places[sources], self._places[partials]
        C, P = sources.tolist(), partials.tolist()
        code = self.words
        for k in order.tolist():
            target, begin, end = int(targets[k]), int(begins[k]), int(ends[k])
            out = int(to[target])
            if end - begin >= TERMS:
                self.sum_alone(out, sources[begin:end], partials[begin:end], "zero")
                continue
            alone = end - begin == 1 and target >= record.leaf_count
            code += (SINGLE["mul" if alone else "contribution"], out, C[begin], P[begin])
            for k in range(begin + 1, end):
                code += (SINGLE["add_contribution"], out, out, C[k], P[k])
        if self.shared:
            shared = np.arange(self.shared)
            self.elementwise("copy", (GRAD << SHIFT) + shared, copies + shared)

    # --- cotangents ----------------------------------------------------------------------------------

    def _contributions(self, groups: list[Group]) -> tuple[Any, Any, Any, Any]:
        """Targets, the slots whose cotangents they get, times which slots, and when: by target, then by when."""
        np, one, minus_one = self.np, self.record.size, self.record.size + 1
        row_of = {int(s): (g, k) for g in groups if g.name == "weighted_sum" for k, s in enumerate(g.slots)}
        single: list[tuple[int, int, int, int]] = []
        rows: dict[Any, list[tuple[int, int]]] = defaultdict(list)
        for when, (name, slot, operands) in enumerate(self.record.backward):
            if name == "collect":
                single.append((slot, operands[0], operands[1] if len(operands) == 2 else one, when))
            elif name == "collect_negated":
                single.append((slot, operands[0], minus_one, when))
            elif name in COLLECTING and slot not in row_of:  # a weighted sum of nothing
                single.append((operands[0], slot, one, when))
            elif name in COLLECTING:
                group, k = row_of[slot]
                rows[group, name].append((k, when))
        parts = [np.array(single, dtype=np.int64).reshape(-1, 4)]
        for (group, name), members in rows.items():
            chosen, when = np.array(members).T
            operands = group.operands[chosen]
            half = operands.shape[1] // 2
            weights, inputs, bias = operands[:, :half], operands[:, half:-1], operands[:, -1:]
            slots, when = group.slots[chosen][:, None], when[:, None]
            sides = [(weights, inputs), (inputs, weights), (bias, np.full_like(bias, one))]
            if name == "collect_weights":
                del sides[1]
            for targets, by in sides:
                parts.append(np.stack(np.broadcast_arrays(targets, slots, by, when), axis=-1).reshape(-1, 4))
        targets, sources, partials, when = np.concatenate(parts).T
        wanted = np.ones(self.record.size, dtype=bool)
        wanted[[*self.record.unwanted, *self.record.constants, *(self.record.inputs if self.block else ())]] = False
        order = np.lexsort((when, targets))
        order = order[wanted[targets[order]]]
        return targets[order], sources[order], partials[order], when[order]

    def _cotangents(self, groups: list[Group]) -> None:
        np = self.np
        targets, sources, partials, _ = self._contributions(groups)
        first = np.flatnonzero(np.diff(targets, prepend=-1))
        count = np.diff(np.append(first, len(targets)))
        targets = targets[first]
        self._idle(targets)
        same = (count == 1) & (partials[first] == self.record.size) & (targets >= self.record.leaf_count)
        self._name_alike(targets[same], sources[first[same]])
        turn = np.zeros(self.record.size, dtype=np.int64)  # from the last group to the first, then the leaves
        for number, group in enumerate(groups):
            if group.name not in GUARD_NAMES:
                for offset in range(group.operands.shape[1] if group.name in FAMILIES else 1):
                    turn[group.slots + offset] = -1 - number
        turn = turn[targets]
        # Alike are those whose contributions come from alike slots, in the same order.
        kinds = self.kinds[sources] * 1000003 + self.kinds[partials]
        mixed = kinds * mixture(self.np, int(count.max(initial=0)))[np.arange(len(sources)) - np.repeat(first, count)]
        shape = np.add.reduceat(mixed, first) if len(first) else mixed
        keys = np.stack([self._cotangent_places[targets], shape, count, turn])
        order = np.lexsort(keys)
        order = order[~same[order]]
        ends = np.flatnonzero((np.diff(keys[1:, order]) != 0).any(axis=0)) + 1
        irregular: list[Any] = []
        last_turn = 1
        for members in np.split(order, ends) if len(order) else []:
            rows = first[members][:, None] + np.arange(count[members[0]])
            cuts = np.flatnonzero(np.diff(kinds[rows[0]])) + 1
            if irregular and turn[members[0]] != last_turn:
                self.terms(*irregular)
                irregular = []
            last_turn = turn[members[0]]
            irregular += self._alike_sums(
                targets[members], self._cotangent_places[sources[rows]], self._places[partials[rows]], cuts.tolist()
            )
        if irregular:
            self.terms(*irregular)

    def _name_alike(self, targets: Any, sources: Any) -> None:
        """A cotangent that is another's (the one contribution, times 1) lies where that one does."""
        np = self.np
        lies_at = np.arange(self.record.size)
        lies_at[targets] = sources
        while (lies_at[lies_at] != lies_at).any():
            lies_at = lies_at[lies_at]
        self._cotangent_places = self._cotangent_places[lies_at]

    def _alike_sums(self, slots: Any, sources: Any, partials: Any, cuts: list[int]) -> Sequence[Any]:
        """Sums for targets that are alike; what is in no regular order is given back, to be done with more of that."""
        np = self.np
        leaves = slots[0] < self.record.leaf_count
        start = "zero" if leaves else "first"
        if leaves and self.block:
            out = sources[:, 0]
            by = partials[:, 0]
            if sources.shape[1] > 1:
                out = self.room_for(len(slots) * self.unit) + np.arange(len(slots)) * self.unit
                by = np.full_like(out, self._places[self.record.size])
                self.sums(out, sources, partials, start, None, cuts)
            self.lane_sums(slots, out, by)
            return ()
        out = self._cotangent_places[slots]
        return () if self.regular(out, sources, partials, start, None, cuts) else (out, sources, partials, start)

    def _idle(self, targets: Any) -> None:
        """Shared leaves without a contribution have the gradient 0."""
        np = self.np
        there = np.zeros(self.record.size, dtype=bool)
        there[targets] = True
        idle = np.flatnonzero(~there[: self.shared])
        if len(idle) and not self.block:
            zero = np.full(len(idle), self._places[self.record.size + 2])
            self.elementwise("copy", (GRAD << SHIFT) + idle, zero)
