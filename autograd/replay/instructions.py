"""Writing the native machine's instructions: elementwise at many places, and sums of products.

A place is where a number lies: a base (R, DATA, GRAD, OWN) and an offset from it, as one number. Operands are
given as arrays of places, and their order says what the machine can do at once: runs, rows of runs, one number
for all, or lists; sums of products as products of matrices where the places are regular, else term by term.
In a batch there is a row of samples at each place of R.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from .assembly import DATA, LANES, OWN, SINGLE, WIDE, R

__all__ = ["EVEN", "SHIFT", "TERMS", "Instructions", "base_of", "mixture", "offsets"]

SHIFT = 40  # a place is a base and an offset from it
_ALONE = 2  # so few are done as single numbers
_FEW = 4  # columns that are worth a row of their own
TERMS = 6  # a sum of so many terms is worth an instruction of its own
EVEN = 8  # groups begin at multiples of it, and shorter rows are no rows
_SUM_FROM = {"zero": 0, "first": 1, "there": 2}  # +0; -0, which leaves the first term as it is; what is there


class Instructions:
    """The words of a program, and the lists that they name, as they are written."""

    def __init__(self, np: Any, block: int) -> None:
        self.np, self.block = np, block
        self.unit = block or 1
        self.words: list[int] = []
        self.size = 0  # of R
        self.scalars = 0  # of R, or OWN: leaves and constants
        self.room = max(block, LANES)  # how many numbers a wide instruction may gather
        self.uses: Counter[int] = Counter()  # of the first weight of a layer: in how many groups
        self._start: list[int] = []  # instructions that come before all others: copies of leaves
        self._copies: dict[Any, int] = {}
        self._lists: list[Any] = []
        self._places_of_lists: dict[bytes, int] = {}
        self._length = 0

    def finished(self) -> tuple[Any, Any, int]:
        """The program, its lists, and how many words the copies of leaves take before all others."""
        self._copy_leaves()
        np = self.np
        code = np.array([*self._start, *self.words], dtype=np.int32)
        return code, np.concatenate([*self._lists, [0]]).astype(np.int32), len(self._start)

    def emit(self, name: str, *words: Any, to: list[int] | None = None) -> None:
        code = self.words if to is None else to
        self.room = max(self.room, words[1] if name.startswith("wide.") else 0)
        code += (WIDE[name], len(words) + 2, *map(int, words))

    def listed(self, numbers: Any) -> int:
        """Where these numbers begin in the lists."""
        numbers = self.np.atleast_1d(numbers).astype(self.np.int32)
        key = numbers.tobytes()
        at = self._places_of_lists.get(key)
        if at is None:
            at = self._places_of_lists[key] = self._length
            self._lists.append(numbers)
            self._length += len(numbers)
        return at

    def elementwise(self, name: str, out: Any, *operands: Any) -> None:
        """An operation at all of these places, each operand's in an array."""
        np = self.np
        given = np.stack(np.broadcast_arrays(out, *operands))
        bases = given >> SHIFT
        if (bases != bases[:, :1]).any():  # those of one base together
            order = np.lexsort(bases)
            given, bases = given[:, order], bases[:, order]
        cuts = np.flatnonzero((np.diff(bases) != 0).any(axis=0)) + 1
        for part in np.split(given, cuts, axis=1):
            self._uniform(name, list(part))

    def _uniform(self, name: str, given: list[Any]) -> None:
        """The same, where each operand has one base."""
        np = self.np
        bases = [int(places[0]) >> SHIFT for places in given]
        if self.block:
            modes = [int(base != R) for base in bases]
            lists = [self.listed(offsets(places)) for places in given]
            return self.emit(f"wide.{name}", len(given[0]), -1, *np.transpose([bases, modes, lists]).ravel())
        if len(given[0]) <= _ALONE and not any(bases):
            for places in zip(*[places.tolist() for places in given]):
                self.words += (SINGLE[name], *places)
            return None
        width, modes = self._rows(given)
        lists = [self.listed(offsets(places if mode == 2 else places[::width])) for places, mode in zip(given, modes)]
        return self.emit(f"wide.{name}", len(given[0]) // width, width, *np.transpose([bases, modes, lists]).ravel())

    def _rows(self, given: list[Any]) -> tuple[int, list[int]]:
        """The length of rows in which each operand is a run (mode 0) or one number (1); else one row of lists (2)."""
        np = self.np
        n = width = len(given[0])
        steps = [np.diff(places) for places in given]
        for step in steps:
            if len(step):
                ends = np.flatnonzero(step != step[0]) if step[0] in (0, 1) else [0]
                width = min([width, *[int(end) + 1 for end in ends[:1]]])
        if width == n or (width >= EVEN and n % width == 0):
            inside = [step[: width - 1] for step in steps]
            modes = [int(len(step) > 0 and step[0] == 0) for step in inside]
            modes[1:] = [1] * len(modes[1:]) if width == 1 else modes[1:]
            rows = [np.diff(places.reshape(-1, width), axis=1) for places in given]
            if modes[0] == 0 and all((row == 1 - mode).all() for row, mode in zip(rows, modes)):
                return width, modes
        modes = [0 if (step == 1).all() else 1 if not step.any() else 2 for step in steps]
        return n, [2 if modes[0] == 1 else modes[0], *modes[1:]]

    def room_for(self, count: int) -> int:
        at = self.size
        self.size += -(-count // EVEN) * EVEN
        return at

    def in_R(self, places: Any) -> Any:
        """The places with a copy in R of each leaf that is elsewhere."""
        np = self.np
        outside = np.flatnonzero(places >> SHIFT)
        if not len(outside):
            return places
        places = places.copy()
        for k, place in zip(outside.tolist(), places[outside].tolist()):
            if place not in self._copies:
                self._copies[place] = self.room_for(self.unit)
            places[k] = self._copies[place]
        return places

    def _copy_leaves(self) -> None:
        for base in (DATA, OWN):
            pairs = [pair for pair in self._copies.items() if type(pair[0]) is int and pair[0] >> SHIFT == base]
            if pairs:
                origins, copies = map(self.listed, (offsets(self.np.array(pairs)).T))
                rows = len(pairs), -1, R, 0, copies, base, 1, origins
                one_row = 1, len(pairs), R, 2, copies, base, 2, origins
                self.emit("wide.copy", *(rows if self.block else one_row), to=self._start)

    def _packed(self, places: Any) -> int:
        """Where a copy of the numbers at these places is, side by side."""
        key = places.tobytes()
        if key not in self._copies:
            self._copies[key] = at = self.room_for(places.size)
            base = int(places.flat[0]) >> SHIFT
            leaves = base == DATA or (places < self.scalars).all()
            self.emit(
                "wide.copy", 1, places.size, R, 0, self.listed(at), base, 2, self.listed(offsets(places.ravel())),
                to=self._start if leaves else None,
            )  # fmt: skip
            if not leaves:
                return int(self._copies.pop(key))
        return self._copies[key]

    # --- sums of products ----------------------------------------------------------------------------

    def sums(self, out: Any, A: Any, B: Any, start: str, last: Any = None, cuts: Sequence[int] = ()) -> None:
        """out[m] = start + Σ A[m, t] · B[m, t] + last[m], in the order of t; ``cuts``: where t comes to others."""
        if not self.regular(out, A, B, start, last, cuts):
            self.terms(out, A, B, start)
            if last is not None:
                self.elementwise("add", out, out, last)

    def regular(self, out: Any, A: Any, B: Any, start: str, last: Any, cuts: Sequence[int]) -> bool:
        """The same, if it or a part of it is a product of matrices."""
        if self._products(out, A, B, start, last) or self._products(out, B, A, start, last):
            return True
        before, found = len(self.words), False
        if 0 < len(cuts) <= EVEN:
            parts = [(out, A[:, begin:end], B[:, begin:end]) for begin, end in pairwise([0, *cuts, A.shape[1]])]
            starts = [start] + ["there"] * len(cuts)
        else:
            parts = [(out[piece], A[piece], B[piece]) for piece in self._pieces(A, B)]
            starts = [start] * len(parts)
        for part, here in zip(parts, starts):
            if self.regular(*part, here, None, ()):
                found = True
            else:
                self.terms(*part, here)
        if not found:
            del self.words[before:]
            found = self._scattered(out, A, B, start)
        if found and last is not None:
            self.elementwise("add", out, out, last)
        return found

    def _scattered(self, out: Any, A: Any, B: Any, start: str) -> bool:
        """As a product whose results lie side by side, and are then put in their places."""
        before, count = len(self.words), len(out)
        if self.block or count < _FEW or A.shape[1] < EVEN or (self.np.diff(out) == 1).all():
            return False
        run = self.room_for(count) + self.np.arange(count)
        if start == "there":
            self.elementwise("copy", run, out)
        if self._products(run, A, B, start, None) or self._products(run, B, A, start, None):
            self.elementwise("copy", out, run)
            return True
        del self.words[before:]
        return False

    def _pieces(self, A: Any, B: Any) -> list[Any]:
        """The sums whose operands lie alike, where that makes few pieces of them."""
        np = self.np
        if A.shape[1] <= 3 or len(A) <= EVEN or self.block:
            return []
        mix = mixture(self.np, A.shape[1])
        pattern = ((A - A[:, :1]) * mix).sum(axis=1) + 31 * ((B - B[:, :1]) * mix).sum(axis=1)
        _, which = np.unique(pattern, return_inverse=True)
        pieces = int(which.max()) + 1
        return [np.flatnonzero(which == piece) for piece in range(pieces)] if 1 < pieces <= len(A) // EVEN else []

    def terms(self, *sums: Any) -> None:
        """Term by term; ``sums``: out, A, B and start, once or more, and then of all that have as many terms."""
        np = self.np
        several = [sums[k : k + 4] for k in range(0, len(sums), 4)]
        most, start = max(A.shape[1] for _, A, _, _ in several), sums[3]
        for t in range(most):
            there = [(out, A, B) for out, A, B, _ in several if A.shape[1] > t]
            if sum([len(out) for out, _, _ in there]) <= _ALONE and most - t >= TERMS and not self.block:
                for group in there:
                    for out, a, b in zip(*group):
                        self.sum_alone(out, self.in_R(a[t:]), self.in_R(b[t:]), "there" if t else start)
                return
            out, a, b = (np.concatenate(x) for x in zip(*[(out, A[:, t], B[:, t]) for out, A, B in there]))
            if len(there) > 1:
                order = np.argsort(out)
                out, a, b = out[order], a[order], b[order]
            if t or start == "there":
                self.elementwise("add_contribution", out, out, a, b)
            else:
                self.elementwise("mul" if start == "first" else "contribution", out, a, b)

    def sum_alone(self, out: Any, a: Any, b: Any, start: str) -> None:
        """One sum of products: all of a and b is in R."""
        self.emit(
            "product", 1, 1, len(a), _SUM_FROM[start], out >> SHIFT, self.listed(offsets(out)),
            R, self.listed(0), self.listed(a), R, 0, self.listed(b), 0, 0, 0,
        )  # fmt: skip

    def _products(self, out: Any, A: Any, B: Any, start: str, last: Any) -> bool:
        """As a product of matrices, a(i, t) b(t, j), if the places are regular: j goes along the members' runs."""
        np = self.np
        count, terms = A.shape
        if terms == 1 if self.block else count * terms < EVEN:
            return False
        a_by_t, b_by_t = A[0] - A[0, 0], B[0] - B[0, 0]
        if (A - A[:, :1] != a_by_t).any() or (B - B[:, :1] != b_by_t).any():
            return False
        a, b = A[:, 0], B[:, 0]
        bases = [int(places[0]) >> SHIFT for places in (out, a, b)]
        if any((places >> SHIFT != base).any() for places, base in zip((out, a, b), bases)):
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
            return columns >= _FEW and terms >= EVEN and self._row_by_row(out, A, B, start, last, columns)
        a, b = a[:, 0], b[0]
        run = np.arange(terms)
        if (columns == 1 or (np.diff(b) != 1).any()) and len(a) == 1:
            by_rows = (b_by_t == run).all() and ((a_by_t == run).all() or not a_by_t.any()) and start != "there"
            if by_rows and self.uses[int(b[0])] < 2:
                self._row_products(bases, out, a_by_t, a[0], b, terms, start, last)
                return True
        if (np.diff(b) != 1).any():
            bases[2], b, b_by_t = R, self._packed(b + b_by_t[:, None]) + np.arange(columns), run * columns
        if terms == 1 and start != "there" and last is None and columns >= EVEN:
            a, b = a + a_by_t[0], b + b_by_t[0]
            outs, a = (self.listed(offsets(x)) for x in (outs[:, 0], a))
            self.emit("outer", count // columns, columns, bases[0], outs, bases[1], a, bases[2], offsets(b[0]))
            return True
        return self._product(bases, outs, columns, a, a_by_t, b[0], b_by_t, start, last)

    def _row_by_row(self, out: Any, A: Any, B: Any, start: str, last: Any, columns: int) -> bool:
        before = len(self.words)
        for begin in range(0, len(out), columns):
            row = slice(begin, begin + columns)
            if not self._products(out[row], A[row], B[row], start, None if last is None else last[row]):
                del self.words[before:]
                return False
        return True

    def _product(
        self, bases: list[int], out: Any, columns: int, a: Any, a_by_t: Any, b: Any, b_by_t: Any, start: str, last: Any
    ) -> bool:
        """``out``: the rows of places; ``columns`` of each, or -1."""
        later, mode, last_base, last_list = last, 0, 0, 0
        if last is not None and not (last >> SHIFT != last[0] >> SHIFT).any():
            by_row = last.reshape(len(out), -1)
            last_base = int(last[0]) >> SHIFT
            if columns > 1 and (by_row == by_row[0]).all():
                mode, places = 1, by_row[0]
                if (self.np.diff(places) != 1).any():
                    last_base, places = R, self.np.array([self._packed(places)])
                last_list = self.listed(offsets(places[:1]))
            elif (by_row == by_row[:, :1]).all() and not (self.block and last_base == R):
                mode, last_list = 2, self.listed(offsets(by_row[:, 0]))
            later = None if mode else last
        self.emit(
            "product", len(a), columns, len(a_by_t), _SUM_FROM[start], bases[0], self.listed(offsets(out[:, 0])),
            bases[1], self.listed(offsets(a)), self.listed(a_by_t), bases[2], offsets(b), self.listed(b_by_t),
            mode, last_base, last_list,
        )  # fmt: skip
        if later is not None:
            self.elementwise("add", out.ravel(), out.ravel(), later)
        return True

    def _row_products(
        self, bases: list[int], out: Any, a_by_t: Any, a: Any, b: Any, terms: int, start: str, last: Any
    ) -> None:
        together = last is not None and not (last >> SHIFT != last[0] >> SHIFT).any()
        self.emit(
            "row_products", len(b), terms, _SUM_FROM[start], bases[0], offsets(out[0]), bases[1],
            offsets(a), int(a_by_t.any() or terms == 1), bases[2], self.listed(offsets(b)),
            *((1, int(last[0]) >> SHIFT, self.listed(offsets(last))) if together else (0, 0, 0)),
        )  # fmt: skip
        if last is not None and not together:
            self.elementwise("add", out, out, last)

    def lane_sums(self, slots: Any, sources: Any, partials: Any) -> None:
        """Over the samples; slots side by side that share a source, and then the same partials, are one instruction."""
        np = self.np
        partials = self.in_R(partials)
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
            self.emit(
                "lane_sums", more, width, self.listed(sources[begin:last:width]), self.listed(partials[begin:end]),
                self.listed(slots[begin:last] * LANES),
            )  # fmt: skip
            runs = runs[more:]


def offsets(places: Any) -> Any:
    return places & ((1 << SHIFT) - 1)


def base_of(places: Any) -> Any:
    return places >> SHIFT


def mixture(np: Any, count: int) -> Any:
    """Numbers to multiply a row of numbers with, so that their sum tells rows apart."""
    return np.random.default_rng(1).integers(1, 2**62, size=count)
