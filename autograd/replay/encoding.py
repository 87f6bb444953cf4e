"""A record as instructions of the native machine: slots that are alike lie side by side, and are done at once.

1. *Classes*: two slots are alike if the same operation made them of operands that are alike; weighted sums,
   if they belong to one layer. A class whose members need each other (the steps of a recurrent network) is
   split into phases, so that a group (a phase of a class) needs only groups before it.
2. *Places*: a group's numbers lie side by side, in the order in which its operands lie, and all cotangents
   behind all numbers, in the same order.
3. *Numbers*, group by group: sums of products as products of matrices where their places are regular, else
   term by term; everything else elementwise.
4. *Cotangents*, from the last group to the first, then the leaves: each is the sum of its contributions in
   the record's order, written once. One that is another's is that one.

A batch is the same with a row of samples in each slot's place.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from ..primitives import FAMILIES
from .assembly import DATA, GRAD, LANES, OWN, SINGLE, WIDE, R
from .elementary import ARITY
from .record import COLLECTING, GUARDS, Record

__all__ = ["Encoding"]

_SHIFT = 40  # a place is a base and an offset from it
_CLASS = (1 << 32) - 1  # the part of an order that is the class; the rest is the phase
_KEPT, _INPUT, _CONSTANT = range(3)  # the classes of what is not computed
_ALONE = 2  # so few are done as single numbers
_FEW = 4  # columns that are worth a row of their own
_LOOK_AT = 4096  # instructions, to see whether some are alike
_TERMS = 6  # a sum of so many terms is worth an instruction of its own
_EVEN = 8  # groups begin at multiples of it
_SUM_FROM = {"zero": 0, "first": 1, "there": 2}  # +0; -0, which leaves the first term as it is; what is there


GUARD_NAMES = {f"{name}.{outcome}" for name in GUARDS for outcome in (0, 1)}


# Operation, slot, operands, phase and class as one number, and whether it belongs to backward.
_Computed = tuple[str, int, tuple[int, ...], int, bool]


class _Group:
    """Instructions that are done at once: the slots that they write, and a row of slots that each reads."""

    def __init__(self, np: Any, name: str, members: list[tuple[int, tuple[int, ...]]], backward: bool) -> None:
        self.name, self.backward = name, backward
        self.slots = np.array([slot for slot, _ in members])
        self.operands = np.array([operands for _, operands in members])

    def sort(self, places: Any) -> None:
        self.slots, self.operands = self.slots[places], self.operands[places]


class Encoding:
    """The instructions for one sample, or (with ``block``) for so many samples at once.

    The numbers lie in R: leaves that are not shared, constants, results; then the cotangents. ``shared``
    leaves are read from DATA, and their gradients are written to GRAD.
    """

    def __init__(self, np: Any, record: Record, shared: int, block: int = 0) -> None:
        self.np, self.record, self.shared, self.block = np, record, shared, block
        self.unit = block or 1
        self.kept = record.leaf_count - len(record.inputs)
        self._code: list[int] = []
        self._start: list[int] = []  # instructions that come before all others: copies of leaves
        self._copies: dict[Any, int] = {}
        self._lists: list[Any] = []
        self._listed: dict[bytes, int] = {}
        self._length = 0
        self.room = max(block, LANES)  # how many numbers a wide instruction may gather
        computing = self._ordered()
        if computing is None:
            self._one_by_one()
        else:
            self._together(self._groups(computing))
        self._copy_leaves()
        self.half += len(self._start)
        self.code = np.array([*self._start, *self._code], dtype=np.int32)
        self.lists = np.concatenate([*self._lists, [0]]).astype(np.int32)

    def _together(self, groups: list[_Group]) -> None:
        self._lay_out(groups)
        self.half = None
        for group in groups:
            if group.backward and self.half is None:
                self.half = len(self._code)
            self._numbers(group)
        if self.half is None:
            self.half = len(self._code)
        self._cotangents(groups)

    # --- which slots are alike -----------------------------------------------------------------------

    def _groups(self, computing: list[_Computed]) -> list[_Group]:
        """The groups in an order in which each needs only those before it."""
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
        self._kinds = self.np.full(self.record.size + 3, _CONSTANT)  # and those of 1, -1 and 0
        self._kinds[: self.record.leaf_count] = _KEPT
        self._kinds[self.kept : self.record.leaf_count] = _INPUT
        self._kinds[self.record.size :] = -1
        for (name, slot, operands, where, backward), key in zip(computing, reversed(keys)):
            members[key].append((slot, operands))
            names[key] = name, backward
            if name not in GUARD_NAMES:
                kind = kinds.setdefault((where & _CLASS, key[1]), len(kinds) + 3)
                self._kinds[slot : slot + (len(operands) if name in FAMILIES else 1)] = kind
        order = sorted(members, key=lambda key: key[0])
        return [_Group(self.np, names[key][0], members[key], names[key][1]) for key in order]

    def _ordered(self) -> list[_Computed] | None:
        """What computes a number, in the record's order; None where hardly two are alike."""
        record = self.record
        order = [_CONSTANT] * record.size
        order[: record.leaf_count] = [_KEPT] * self.kept + [_INPUT] * len(record.inputs)
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
                if len(computing) == _LOOK_AT and len(seen) > _LOOK_AT // 2 and not self.block:
                    return None
            least = max([where >> 32 for *_, where, _ in computing], default=0) + 1
        return computing

    # --- where numbers are ---------------------------------------------------------------------------

    def _lay_out(self, groups: list[_Group]) -> None:
        np, unit = self.np, self.unit
        places, at = self._lay_out_leaves()
        self._uses: Counter[int] = Counter()  # of the first weight of a layer: in how many groups
        for group in groups:
            at = -(-at // _EVEN) * _EVEN
            self._sort(group, places)
            if group.name == "weighted_sum":
                self._uses[int(places[group.operands[0, 0]])] += 1
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
        places[: self.shared] = (DATA << _SHIFT) + np.arange(self.shared)
        # Leaves that are not shared, then the constants: in a batch one number each, else a part of R.
        scalars = (OWN if self.block else R) << _SHIFT
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
        at = -(-at // _EVEN) * _EVEN
        self._places = places
        self._cotangent_places = np.where(places >> _SHIFT == R, places + at, places)
        self._cotangent_places[: self.shared] = (GRAD << _SHIFT) + np.arange(self.shared)
        if self.block:  # their gradients are totals
            self._cotangent_places[: self.kept] = np.arange(self.kept)
        self.gradients = at  # of the leaves that are not shared
        self.size = 2 * at
        self.root = int(places[self.record.root])
        self.seed = int(self._cotangent_places[self.record.root])

    def _sort(self, group: _Group, places: Any) -> None:
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

    # --- writing instructions ------------------------------------------------------------------------

    def _emit(self, name: str, *words: Any, to: list[int] | None = None) -> None:
        code = self._code if to is None else to
        self.room = max(self.room, words[1] if name.startswith("wide.") else 0)
        code += (WIDE[name], len(words) + 2, *map(int, words))

    def _list(self, numbers: Any) -> int:
        """Where these numbers begin in the lists."""
        numbers = self.np.atleast_1d(numbers).astype(self.np.int32)
        key = numbers.tobytes()
        at = self._listed.get(key)
        if at is None:
            at = self._listed[key] = self._length
            self._lists.append(numbers)
            self._length += len(numbers)
        return at

    def _elementwise(self, name: str, out: Any, *operands: Any) -> None:
        """An operation at all of these places, each operand's in an array."""
        np = self.np
        given = np.stack(np.broadcast_arrays(out, *operands))
        bases = given >> _SHIFT
        if (bases != bases[:, :1]).any():  # those of one base together
            order = np.lexsort(bases)
            given, bases = given[:, order], bases[:, order]
        cuts = np.flatnonzero((np.diff(bases) != 0).any(axis=0)) + 1
        for part in np.split(given, cuts, axis=1):
            self._uniform(name, list(part))

    def _uniform(self, name: str, given: list[Any]) -> None:
        """The same, where each operand has one base."""
        np = self.np
        bases = [int(places[0]) >> _SHIFT for places in given]
        if self.block:
            modes = [int(base != R) for base in bases]
            lists = [self._list(self._offsets(places)) for places in given]
            return self._emit(f"wide.{name}", len(given[0]), -1, *np.transpose([bases, modes, lists]).ravel())
        if len(given[0]) <= _ALONE and not any(bases):
            for places in zip(*[places.tolist() for places in given]):
                self._code += (SINGLE[name], *places)
            return None
        width, modes = self._rows(given)
        lists = [
            self._list(self._offsets(places if mode == 2 else places[::width])) for places, mode in zip(given, modes)
        ]
        return self._emit(f"wide.{name}", len(given[0]) // width, width, *np.transpose([bases, modes, lists]).ravel())

    def _rows(self, given: list[Any]) -> tuple[int, list[int]]:
        """The length of rows in which each operand is a run (mode 0) or one number (1); else one row of lists (2)."""
        np = self.np
        n = width = len(given[0])
        steps = [np.diff(places) for places in given]
        for step in steps:
            if len(step):
                ends = np.flatnonzero(step != step[0]) if step[0] in (0, 1) else [0]
                width = min([width, *[int(end) + 1 for end in ends[:1]]])
        if width == n or (width >= _EVEN and n % width == 0):
            inside = [step[: width - 1] for step in steps]
            modes = [int(len(step) > 0 and step[0] == 0) for step in inside]
            modes[1:] = [1] * len(modes[1:]) if width == 1 else modes[1:]
            rows = [np.diff(places.reshape(-1, width), axis=1) for places in given]
            if modes[0] == 0 and all((row == 1 - mode).all() for row, mode in zip(rows, modes)):
                return width, modes
        modes = [0 if (step == 1).all() else 1 if not step.any() else 2 for step in steps]
        return n, [2 if modes[0] == 1 else modes[0], *modes[1:]]

    def _offsets(self, places: Any) -> Any:
        return places & ((1 << _SHIFT) - 1)

    def _room(self, count: int) -> int:
        at = self.size
        self.size += -(-count // _EVEN) * _EVEN
        return at

    def _in_R(self, places: Any) -> Any:
        """The places with a copy in R of each leaf that is elsewhere."""
        np = self.np
        outside = np.flatnonzero(places >> _SHIFT)
        if not len(outside):
            return places
        places = places.copy()
        for k, place in zip(outside.tolist(), places[outside].tolist()):
            if place not in self._copies:
                self._copies[place] = self._room(self.unit)
            places[k] = self._copies[place]
        return places

    def _copy_leaves(self) -> None:
        for base in (DATA, OWN):
            pairs = [pair for pair in self._copies.items() if type(pair[0]) is int and pair[0] >> _SHIFT == base]
            if pairs:
                origins, copies = map(self._list, (self._offsets(self.np.array(pairs)).T))
                rows = len(pairs), -1, R, 0, copies, base, 1, origins
                one_row = 1, len(pairs), R, 2, copies, base, 2, origins
                self._emit("wide.copy", *(rows if self.block else one_row), to=self._start)

    def _packed(self, places: Any) -> int:
        """Where a copy of the numbers at these places is, side by side."""
        key = places.tobytes()
        if key not in self._copies:
            self._copies[key] = at = self._room(places.size)
            base = int(places.flat[0]) >> _SHIFT
            leaves = base == DATA or (places < self.scalars).all()
            self._emit(
                "wide.copy", 1, places.size, R, 0, self._list(at), base, 2, self._list(self._offsets(places.ravel())),
                to=self._start if leaves else None,
            )  # fmt: skip
            if not leaves:
                return int(self._copies.pop(key))
        return self._copies[key]

    # --- numbers -------------------------------------------------------------------------------------

    def _numbers(self, group: _Group) -> None:
        np, places = self.np, self._places
        operands = places[group.operands]
        if group.name in GUARD_NAMES:
            return self._elementwise(group.name, group.slots, *operands.T)
        out = places[group.slots]
        if group.name == "weighted_sum":
            half = operands.shape[1] // 2
            return self._sums(out, operands[:, half:-1], operands[:, :half], "first", operands[:, -1])
        if group.name == "total":
            return self._sums(out, np.full_like(operands, places[self.record.size]), operands, "first")
        if group.name in ARITY:
            return self._elementwise(group.name, out, *operands.T)
        for to, row in zip(out.tolist(), operands):
            count = -1 if self.block else 1
            self._emit(group.name, count, len(row), to, self.unit, self._list(self._in_R(row)))
        return None

    def _sums(self, out: Any, A: Any, B: Any, start: str, last: Any = None, cuts: Sequence[int] = ()) -> None:
        """out[m] = start + Σ A[m, t] · B[m, t] + last[m], in the order of t; ``cuts``: where t comes to others."""
        if not self._regular(out, A, B, start, last, cuts):
            self._terms(out, A, B, start)
            if last is not None:
                self._elementwise("add", out, out, last)

    def _regular(self, out: Any, A: Any, B: Any, start: str, last: Any, cuts: Sequence[int]) -> bool:
        """The same, if it or a part of it is a product of matrices."""
        if self._products(out, A, B, start, last) or self._products(out, B, A, start, last):
            return True
        before, found = len(self._code), False
        if 0 < len(cuts) <= _EVEN:
            parts = [(out, A[:, begin:end], B[:, begin:end]) for begin, end in pairwise([0, *cuts, A.shape[1]])]
            starts = [start] + ["there"] * len(cuts)
        else:
            parts = [(out[piece], A[piece], B[piece]) for piece in self._pieces(A, B)]
            starts = [start] * len(parts)
        for part, here in zip(parts, starts):
            if self._regular(*part, here, None, ()):
                found = True
            else:
                self._terms(*part, here)
        if not found:
            del self._code[before:]
            found = self._scattered(out, A, B, start)
        if found and last is not None:
            self._elementwise("add", out, out, last)
        return found

    def _scattered(self, out: Any, A: Any, B: Any, start: str) -> bool:
        """As a product whose results lie side by side, and are then put in their places."""
        before, count = len(self._code), len(out)
        if self.block or count < _FEW or A.shape[1] < _EVEN or (self.np.diff(out) == 1).all():
            return False
        run = self._room(count) + self.np.arange(count)
        if start == "there":
            self._elementwise("copy", run, out)
        if self._products(run, A, B, start, None) or self._products(run, B, A, start, None):
            self._elementwise("copy", out, run)
            return True
        del self._code[before:]
        return False

    def _pieces(self, A: Any, B: Any) -> list[Any]:
        """The sums whose operands lie alike, where that makes few pieces of them."""
        np = self.np
        if A.shape[1] <= 3 or len(A) <= _EVEN or self.block:
            return []
        mix = self._mix(A.shape[1])
        pattern = ((A - A[:, :1]) * mix).sum(axis=1) + 31 * ((B - B[:, :1]) * mix).sum(axis=1)
        _, which = np.unique(pattern, return_inverse=True)
        pieces = int(which.max()) + 1
        return [np.flatnonzero(which == piece) for piece in range(pieces)] if 1 < pieces <= len(A) // _EVEN else []

    def _terms(self, *sums: Any) -> None:
        """Term by term; ``sums``: out, A, B and start, once or more, and then of all that have as many terms."""
        np = self.np
        several = [sums[k : k + 4] for k in range(0, len(sums), 4)]
        most, start = max(A.shape[1] for _, A, _, _ in several), sums[3]
        for t in range(most):
            there = [(out, A, B) for out, A, B, _ in several if A.shape[1] > t]
            if sum([len(out) for out, _, _ in there]) <= _ALONE and most - t >= _TERMS and not self.block:
                for group in there:
                    for out, a, b in zip(*group):
                        self._sum_alone(out, self._in_R(a[t:]), self._in_R(b[t:]), "there" if t else start)
                return
            out, a, b = (np.concatenate(x) for x in zip(*[(out, A[:, t], B[:, t]) for out, A, B in there]))
            if len(there) > 1:
                order = np.argsort(out)
                out, a, b = out[order], a[order], b[order]
            if t or start == "there":
                self._elementwise("add_contribution", out, out, a, b)
            else:
                self._elementwise("mul" if start == "first" else "contribution", out, a, b)

    def _sum_alone(self, out: Any, a: Any, b: Any, start: str) -> None:
        """One sum of products: all of a and b is in R."""
        self._emit(
            "product", 1, 1, len(a), _SUM_FROM[start], out >> _SHIFT, self._list(self._offsets(out)),
            R, self._list(0), self._list(a), R, 0, self._list(b), 0, 0, 0,
        )  # fmt: skip

    def _products(self, out: Any, A: Any, B: Any, start: str, last: Any) -> bool:
        """As a product of matrices, a(i, t) b(t, j), if the places are regular: j goes along the members' runs."""
        np = self.np
        count, terms = A.shape
        if terms == 1 if self.block else count * terms < _EVEN:
            return False
        a_by_t, b_by_t = A[0] - A[0, 0], B[0] - B[0, 0]
        if (A - A[:, :1] != a_by_t).any() or (B - B[:, :1] != b_by_t).any():
            return False
        a, b = A[:, 0], B[:, 0]
        bases = [int(places[0]) >> _SHIFT for places in (out, a, b)]
        if any((places >> _SHIFT != base).any() for places, base in zip((out, a, b), bases)):
            return False
        if max(abs(a_by_t).max(), abs(b_by_t).max()) >= 1 << 31:
            return False
        if self.block:
            if bases[1] == R or bases[2] != R or (b != b[0]).any():
                return False
            return self._product(bases, out[:, None], -1, a, a_by_t, b[0], b_by_t, start, last)
        changes = np.flatnonzero(np.diff(a) | (np.diff(out) != 1)) + 1
        columns = int(changes[0]) if len(changes) else count
        if count % columns or (columns == 1 and count > 1):
            return False
        outs, a, b = (x.reshape(-1, columns) for x in (out, a, b))
        if (a != a[:, :1]).any() or (np.diff(outs, axis=1) != 1).any():
            return False
        if (b != b[0]).any():  # each row has columns of its own
            return columns >= _FEW and terms >= _EVEN and self._row_by_row(out, A, B, start, last, columns)
        a, b = a[:, 0], b[0]
        run = np.arange(terms)
        if (columns == 1 or (np.diff(b) != 1).any()) and len(a) == 1:
            by_rows = (b_by_t == run).all() and ((a_by_t == run).all() or not a_by_t.any()) and start != "there"
            if by_rows and self._uses[int(b[0])] < 2:
                self._row_products(bases, out, a_by_t, a[0], b, terms, start, last)
                return True
        if (np.diff(b) != 1).any():
            bases[2], b, b_by_t = R, self._packed(b + b_by_t[:, None]) + np.arange(columns), run * columns
        if terms == 1 and start != "there" and last is None and columns >= _EVEN:
            a, b = a + a_by_t[0], b + b_by_t[0]
            outs, a = (self._list(self._offsets(x)) for x in (outs[:, 0], a))
            self._emit("outer", count // columns, columns, bases[0], outs, bases[1], a, bases[2], self._offsets(b[0]))
            return True
        return self._product(bases, outs, columns, a, a_by_t, b[0], b_by_t, start, last)

    def _row_by_row(self, out: Any, A: Any, B: Any, start: str, last: Any, columns: int) -> bool:
        before = len(self._code)
        for begin in range(0, len(out), columns):
            row = slice(begin, begin + columns)
            if not self._products(out[row], A[row], B[row], start, None if last is None else last[row]):
                del self._code[before:]
                return False
        return True

    def _product(
        self, bases: list[int], out: Any, columns: int, a: Any, a_by_t: Any, b: Any, b_by_t: Any, start: str, last: Any
    ) -> bool:
        """``out``: the rows of places; ``columns`` of each, or -1."""
        later, mode, last_base, last_list = last, 0, 0, 0
        if last is not None and not (last >> _SHIFT != last[0] >> _SHIFT).any():
            by_row = last.reshape(len(out), -1)
            last_base = int(last[0]) >> _SHIFT
            if columns > 1 and (by_row == by_row[0]).all():
                mode, places = 1, by_row[0]
                if (self.np.diff(places) != 1).any():
                    last_base, places = R, self.np.array([self._packed(places)])
                last_list = self._list(self._offsets(places[:1]))
            elif (by_row == by_row[:, :1]).all() and not (self.block and last_base == R):
                mode, last_list = 2, self._list(self._offsets(by_row[:, 0]))
            later = None if mode else last
        self._emit(
            "product", len(a), columns, len(a_by_t), _SUM_FROM[start], bases[0], self._list(self._offsets(out[:, 0])),
            bases[1], self._list(self._offsets(a)), self._list(a_by_t), bases[2], self._offsets(b), self._list(b_by_t),
            mode, last_base, last_list,
        )  # fmt: skip
        if later is not None:
            self._elementwise("add", out.ravel(), out.ravel(), later)
        return True

    def _row_products(
        self, bases: list[int], out: Any, a_by_t: Any, a: Any, b: Any, terms: int, start: str, last: Any
    ) -> None:
        together = last is not None and not (last >> _SHIFT != last[0] >> _SHIFT).any()
        self._emit(
            "row_products", len(b), terms, _SUM_FROM[start], bases[0], self._offsets(out[0]), bases[1],
            self._offsets(a), int(a_by_t.any() or terms == 1), bases[2], self._list(self._offsets(b)),
            *((1, int(last[0]) >> _SHIFT, self._list(self._offsets(last))) if together else (0, 0, 0)),
        )  # fmt: skip
        if last is not None and not together:
            self._elementwise("add", out, out, last)

    # --- instruction by instruction ------------------------------------------------------------------

    def _one_by_one(self) -> None:
        """A graph in which hardly two slots are alike: its instructions as they come, of single numbers."""
        np, record = self.np, self.record
        places, at = self._lay_out_leaves()
        computed = np.ones(record.size, dtype=bool)
        computed[: record.leaf_count] = computed[[*record.constants]] = False
        places[: record.size][computed] = at + np.arange(computed.sum())
        self._lay_out_cotangents(places, at + int(computed.sum()) + 1)
        self._places = self._in_R(places)  # also the leaves that are shared
        where = self._places.tolist()
        rows: dict[int, list[tuple[int, tuple[int, ...]]]] = defaultdict(list)
        for instructions in (record.forward, record.backward):
            for name, slot, operands in instructions:
                if name in ARITY:
                    self._code += (SINGLE[name], where[slot], *[where[x] for x in operands])
                elif name in GUARDS:
                    self._code += (SINGLE[f"{name}.{slot}"], self.gradients - 1, *[where[x] for x in operands])
                elif name not in COLLECTING:
                    self._alone(name, where[slot], [where[x] for x in operands])
                    if name == "weighted_sum" and len(operands) > 1:
                        rows[len(operands)].append((slot, operands))
            if instructions is record.forward:
                self.half = len(self._code)
        self._cotangents_alone([_Group(np, "weighted_sum", members, False) for members in rows.values()])

    def _alone(self, name: str, to: int, places: list[int]) -> None:
        np, half = self.np, len(places) // 2
        if name in FAMILIES or name == "logsumexp":
            return self._emit(name, 1, len(places), to, 1, self._list(places))
        if name == "total":
            ones = np.full(len(places), self._places[self.record.size])
            return self._sum_alone(to, ones, places, "first")
        if half:
            self._sum_alone(to, places[half:-1], places[:half], "first")
        self._code += (SINGLE["add"], to, to, places[-1]) if half else (SINGLE["copy"], to, places[-1])
        return None

    def _cotangents_alone(self, rows: list[_Group]) -> None:
        np, record = self.np, self.record
        targets, sources, partials, when = self._contributions(rows)
        ends = np.flatnonzero(np.diff(targets, append=-1)) + 1
        begins = np.concatenate([[0], ends[:-1]]).astype(int)
        targets, single = targets[begins], ends - begins == 1
        same = single & (partials[begins] == record.size) & (targets >= record.leaf_count)
        self._name_alike(targets[same], sources[begins[same]])
        copies = self._room(self.shared)
        to = self._cotangent_places.copy()
        to[: self.shared] = copies + np.arange(self.shared)
        order = np.argsort(when[ends - 1], kind="stable")  # each behind all that it needs
        order = order[~same[order]]
        sources, partials = self._cotangent_places[sources], self._places[partials]
        C, P = sources.tolist(), partials.tolist()
        code = self._code
        for k in order.tolist():
            target, begin, end = int(targets[k]), int(begins[k]), int(ends[k])
            out = int(to[target])
            if end - begin >= _TERMS:
                self._sum_alone(out, sources[begin:end], partials[begin:end], "zero")
                continue
            alone = end - begin == 1 and target >= record.leaf_count
            code += (SINGLE["mul" if alone else "contribution"], out, C[begin], P[begin])
            for k in range(begin + 1, end):
                code += (SINGLE["add_contribution"], out, out, C[k], P[k])
        if self.shared:
            shared = np.arange(self.shared)
            self._elementwise("copy", (GRAD << _SHIFT) + shared, copies + shared)

    # --- cotangents ----------------------------------------------------------------------------------

    def _contributions(self, groups: list[_Group]) -> tuple[Any, Any, Any, Any]:
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

    def _cotangents(self, groups: list[_Group]) -> None:
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
        kinds = self._kinds[sources] * 1000003 + self._kinds[partials]
        mixed = kinds * self._mix(int(count.max(initial=0)))[np.arange(len(sources)) - np.repeat(first, count)]
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
                self._terms(*irregular)
                irregular = []
            last_turn = turn[members[0]]
            irregular += self._alike_sums(
                targets[members], self._cotangent_places[sources[rows]], self._places[partials[rows]], cuts.tolist()
            )
        if irregular:
            self._terms(*irregular)

    def _mix(self, count: int) -> Any:
        return self.np.random.default_rng(1).integers(1, 2**62, size=count)

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
                out = self._room(len(slots) * self.unit) + np.arange(len(slots)) * self.unit
                by = np.full_like(out, self._places[self.record.size])
                self._sums(out, sources, partials, start, None, cuts)
            self._lane_sums(slots, out, by)
            return ()
        out = self._cotangent_places[slots]
        return () if self._regular(out, sources, partials, start, None, cuts) else (out, sources, partials, start)

    def _lane_sums(self, slots: Any, sources: Any, partials: Any) -> None:
        """Over the samples; slots side by side that share a source, and then the same partials, are one instruction."""
        np = self.np
        partials = self._in_R(partials)
        runs = [0, *(np.flatnonzero(np.diff(sources)) + 1).tolist(), len(slots)]
        while len(runs) > 1:
            begin, end = runs[:2]
            width, more = end - begin, 1
            while (
                more < len(runs) - 1
                and runs[more + 1] - runs[more] == width
                and (partials[runs[more] : runs[more + 1]] == partials[begin:end]).all()
            ):
                more += 1
            last = runs[more]
            self._emit(
                "lane_sums", more, width, self._list(sources[begin:last:width]), self._list(partials[begin:end]),
                self._list(slots[begin:last] * LANES),
            )  # fmt: skip
            runs = runs[more:]

    def _idle(self, targets: Any) -> None:
        """Shared leaves without a contribution have the gradient 0."""
        np = self.np
        there = np.zeros(self.record.size, dtype=bool)
        there[targets] = True
        idle = np.flatnonzero(~there[: self.shared])
        if len(idle) and not self.block:
            zero = np.full(len(idle), self._places[self.record.size + 2])
            self._elementwise("copy", (GRAD << _SHIFT) + idle, zero)
