"""The machine that runs a record natively, in LLVM's language.

One loop reads instructions and jumps to the code of each; it is the same for every graph, so it is
compiled once, and kept. An instruction is a few whole numbers, of two sorts:

- of single numbers: the operation, the place that it writes, the places that it reads;
- of many at once: ``wide`` operations (elementwise), ``product``, ``row_products`` and ``outer`` (of the
  layers of a network), the softmax family, and ``lane_sums`` (of a batch).

In a batch the same instructions run on samples in lanes, a row of them in each place. No product and
sum are fused, nothing is reordered, and functions are the C library's, as Python's ``math`` has them: so
the bits are those of eager. Where Python would raise or a guard flips, the machine stops, and says
where. No code reads or writes past what it was given: the rest of a vector is masked.

The fields of each instruction are named where its code is written; :mod:`autograd.replay.encoding` writes them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from .elementary import ARITY, CALLED, FUNCTIONS, Lanes, write
from .emitter import Function, bits_of, constant, mask_type, number_type

__all__ = ["DATA", "FRAME", "GRAD", "LANES", "OWN", "R", "SINGLE", "WIDE", "machine_source"]

LANES = 8  # of the sum over a batch, whatever the machine's vectors hold

# What a frame points to: the numbers of the run, parameters, their gradients, the numbers of other
# leaves (in a batch), a batch's totals, some room, the instructions and their lists of places.
FRAME = ("R", "DATA", "GRAD", "OWN", "totals", "room", "room_size", "code", "lists", "seed")
R, DATA, GRAD, OWN = range(4)

_FAMILIES = ("softmax", "log_softmax", "logsumexp")
_OTHERS = ("product", "row_products", "outer", "lane_sums", *_FAMILIES)
SINGLE = {name: number for number, name in enumerate(ARITY)}
WIDE = {name: number for number, name in enumerate((*(f"wide.{name}" for name in ARITY), *_OTHERS), len(SINGLE))}

_ARGUMENTS = [("ptr", "ins"), ("ptr", "lists"), ("ptr", "frame"), ("i64", "lanes")]
_EIGHT = number_type(LANES)


def machine_source(lanes: int, rows: int) -> str:
    """The machine for vectors of so many lanes, and products of so many rows at once."""
    declared = "".join(f"declare double @{name}(double)\n" for name in FUNCTIONS if name != "pow")
    declared += "declare double @pow(double, double)\n"
    for suffix, kind in (("f64", "double"), (f"v{lanes}f64", number_type(lanes))):
        declared += "".join(f"declare {kind} @llvm.{name}.{suffix}({kind})\n" for name in ("fabs", "sqrt"))
    kind, mask = number_type(lanes), mask_type(lanes)
    declared += f"declare {kind} @llvm.masked.load.v{lanes}f64.p0(ptr, i32, {mask}, {kind})\n"
    declared += f"declare void @llvm.masked.store.v{lanes}f64.p0({kind}, ptr, i32, {mask})\n"
    parts = [_operand(lanes), *(_elementwise(name, lanes) for name in ARITY)]
    parts += [_tile(lanes, *size) for size in _tiles(rows)]
    parts += [_product(lanes, rows), _row_products(), _outer(lanes), _lane_sums(lanes)]
    parts += [_family(name, lanes) for name in _FAMILIES]
    for width in {1, lanes}:
        parts += [_largest(width), _log_of_rest(width), *(_family_lanes(name, width) for name in _FAMILIES)]
    return declared + "".join(parts) + _run() + _replay() + _batch() + _fold()


# --- what the instructions have in common ------------------------------------------------------------


def _fields(f: Function, first: int, count: int) -> list[str]:
    return [f.word("%ins", first + place) for place in range(count)]


def _base(f: Function, number: object) -> str:
    """What the frame points to, by number."""
    return f.load("%frame", number, "ptr")


def _masked_load(f: Function, place: str, mask: str, lanes: int) -> str:
    kind = number_type(lanes)
    given = f"ptr {place}, i32 8, {mask_type(lanes)} {mask}, {kind} zeroinitializer"
    return f(f"call {kind} @llvm.masked.load.v{lanes}f64.p0({given})")


def _masked_store(f: Function, value: str, place: str, mask: str, lanes: int) -> None:
    given = f"{number_type(lanes)} {value}, ptr {place}, i32 8, {mask_type(lanes)} {mask}"
    f.do(f"call void @llvm.masked.store.v{lanes}f64.p0({given})")


def _any(f: Function, mask: str, lanes: int) -> str:
    return mask if lanes == 1 else f(f"icmp ne i{lanes} {f(f'bitcast {mask_type(lanes)} {mask} to i{lanes}')}, 0")


def _product_added(f: Function, kind: str, sum_: str, x: str, y: str) -> str:
    return f(f"fadd {kind} {sum_}, {f(f'fmul {kind} {x}, {y}')}")


# --- elementwise -------------------------------------------------------------------------------------

# wide.NAME: rows, n (-1: the lanes of a batch), then for the result and each operand: base, mode, list.
# In mode 0 the list has where each row begins, in mode 1 each row's one number, and in mode 2 (one row)
# where each number is.


def _operand(lanes: int) -> str:
    """Where the numbers of an operand's row are, and the step from one to the next: 0 for one number for all."""
    f = Function("operand", [*_ARGUMENTS[:3], ("i64", "r"), ("i64", "n"), ("ptr", "room")], "{ ptr, i64 }", "internal")
    number, mode, first = _fields(f, 0, 3)
    base = _base(f, number)

    def listed() -> Sequence[str]:
        with f.loop(0, "%n") as k:
            f.store(f.load(base, f.word("%lists", f.add(first, k.i))), "%room", k.i)
        return "%room", "1"

    def row() -> Sequence[str]:
        place = f.at(base, f.word("%lists", f.add(first, "%r")))

        def spread() -> Sequence[str]:
            f.store(f.spread(f.load(place), lanes), "%room", kind=number_type(lanes))
            return "%room", "0"

        return f.choose(f(f"icmp eq i64 {mode}, 1"), spread, lambda: (place, "1"), ("ptr", "i64"))

    place, step = f.choose(f(f"icmp eq i64 {mode}, 2"), listed, row, ("ptr", "i64"))
    pair = f(f"insertvalue {{ ptr, i64 }} poison, ptr {place}, 0")
    f.end(f(f"insertvalue {{ ptr, i64 }} {pair}, i64 {step}, 1"))
    return f.text()


def _elementwise(name: str, lanes: int) -> str:
    lanes = 1 if name in CALLED else lanes
    kind, mask_kind = number_type(lanes), mask_type(lanes)
    f = Function(f"wide.{name}", _ARGUMENTS, "i1", "internal")
    rows, given = _fields(f, 2, 2)
    n = f.select(f(f"icmp slt i64 {given}, 0"), "%lanes", given)
    base_number, mode, first = _fields(f, 4, 3)
    base, room = _base(f, base_number), _base(f, FRAME.index("room"))
    size = f.load("%frame", FRAME.index("room_size"), "i64")
    scattered = f(f"icmp eq i64 {mode}, 2")
    never = "false" if lanes == 1 else "zeroinitializer"
    with f.loop(0, rows, carried=[(mask_kind, never)]) as row:
        place = f.at(base, f.word("%lists", f.add(first, row.i)))
        to = f.select(scattered, room, place, "ptr")
        operands = []
        for number in range(ARITY[name]):
            fields = f.at("%ins", 7 + 3 * number, "i32")
            own_room = f.at(room, f.mul(size, number + 1))
            which = f"ptr {fields}, ptr %lists, ptr %frame, i64 {row.i}, i64 {n}, ptr {own_room}"
            pair = f(f"call {{ ptr, i64 }} @operand({which})")
            operands.append([f(f"extractvalue {{ ptr, i64 }} {pair}, {part}") for part in (0, 1)])

        def places(i: str) -> list[str]:
            return [f.at(place, f.mul(i, step)) for place, step in operands]

        whole = f(f"and i64 {n}, {-lanes}")
        with f.loop(0, whole, lanes, carried=[(mask_kind, row.values[0])]) as turn:
            result, stop = write(f, name, [f.load(place, kind=kind) for place in places(turn.i)], lanes)
            f.store(result, to, turn.i, kind)
            if stop:
                turn.next = [f(f"or {mask_kind} {turn.values[0]}, {stop}")]
        stopped = turn.last[0]
        if lanes > 1:

            def rest() -> Sequence[str]:
                mask = f.first_lanes(f(f"sub i64 {n}, {whole}"), lanes)
                numbers = [_masked_load(f, place, mask, lanes) for place in places(whole)]
                result, stop = write(f, name, numbers, lanes)
                _masked_store(f, result, f.at(to, whole), mask, lanes)
                if not stop:
                    return [stopped]
                return [f(f"or {mask_kind} {stopped}, {f(f'and {mask_kind} {stop}, {mask}')}")]

            [stopped] = f.choose(f(f"icmp slt i64 {whole}, {n}"), rest, lambda: [stopped], [mask_kind])
        with f.when(scattered), f.loop(0, n) as k:
            f.store(f.load(to, k.i), base, f.word("%lists", f.add(first, k.i)))
        row.next = [stopped]
    f.end(_any(f, row.last[0], lanes))
    return f.text()


# --- products ----------------------------------------------------------------------------------------

# product: out[i][j] = start + sum over t of a(i, t) b(t, j) + last, in the order of t, with j in lanes.
#   I, J (-1: the lanes of a batch), K, start (0: +0, 1: -0, 2: what is there),
#   the result's base and list of rows, a's base, its list by i and its list by t,
#   b's base, place, and list by t, and for last: mode (0: none, 1: by j, 2: by i), base, list
# row_products: out[j] = start + sum over t of b_j[t] a[t] + last, each b_j a row of its own
#   J, K, start, the result's base and place, a's base, place and step, b's base and list by j, last as above
# outer: out[i][j] = +0 + a(i) b(j)
#   I, J, the result's base and list of rows, a's base and list, b's base and place


_ALONG = 5  # vectors at once where there is one row, as a sum waits for each of its additions


def _tiles(rows: int) -> list[tuple[int, int, bool]]:
    sizes = [rows, rows // 2, 1]
    whole = [(size, vectors, False) for size in sizes for vectors in (2, 1)]
    return [*whole, *((size, 1, True) for size in sizes), (1, _ALONG, True)]


def _tile_name(rows: int, vectors: int, part: bool) -> str:
    return f"tile.{rows}.{vectors}{'.part' if part else ''}"


_TILE_ARGUMENTS = [("ptr", "A"), ("ptr", "by_i"), ("ptr", "a_by_t"), ("ptr", "b"), ("ptr", "b_by_t"), ("i64", "k")]
_TILE_ARGUMENTS += [("ptr", "out"), ("ptr", "out_rows"), ("i64", "start"), ("i64", "mode"), ("ptr", "last")]
_TILE_ARGUMENTS += [("ptr", "last_by_i"), ("i64", "j"), ("i64", "count")]


def _tile(lanes: int, rows: int, vectors: int, part: bool) -> str:
    """Some rows of a product, in some vectors; ``part``: of the last only the first ``count`` lanes are there."""
    kind = number_type(lanes)
    f = Function(_tile_name(rows, vectors, part), _TILE_ARGUMENTS, "void", "internal")
    mask = f.first_lanes("%count", lanes) if part else ""

    def load(place: str, vector: int) -> str:
        place = f.at(place, vector * lanes)
        masked = part and vector == vectors - 1
        return _masked_load(f, place, mask, lanes) if masked else f.load(place, kind=kind)

    outs = [f.at(f.at("%out", f.word("%out_rows", i)), "%j") for i in range(rows)]
    numbers = [f.at("%A", f.word("%by_i", i)) for i in range(rows)]
    places = [(i, vector) for i in range(rows) for vector in range(vectors)]
    zero = f.select(f("icmp eq i64 %start, 1"), bits_of(-0.0), bits_of(0.0), "double")
    sums = f.choose(
        f("icmp eq i64 %start, 2"),
        lambda: [load(outs[i], vector) for i, vector in places],
        lambda: [f.spread(zero, lanes)] * len(places),
        [kind] * len(places),
    )
    with f.loop(0, "%k", carried=[(kind, sum_) for sum_ in sums]) as turn:
        b = f.at("%b", f.word("%b_by_t", turn.i))
        vs = [load(b, vector) for vector in range(vectors)]
        a_place = f.word("%a_by_t", turn.i)
        turn.next = []
        for i in range(rows):
            x = f.spread(f.load(numbers[i], a_place), lanes)
            for vector in range(vectors):
                turn.next.append(_product_added(f, kind, turn.values[i * vectors + vector], x, vs[vector]))
    nothing = constant(-0.0, lanes)  # which changes no number that it is added to
    of_lanes = f.choose(
        f("icmp eq i64 %mode, 1"),
        lambda: [load("%last", vector) for vector in range(vectors)],
        lambda: [nothing] * vectors,
        [kind] * vectors,
    )
    of_rows = f.choose(
        f("icmp eq i64 %mode, 2"),
        lambda: [f.spread(f.load("%last", f.word("%last_by_i", i)), lanes) for i in range(rows)],
        lambda: [nothing] * rows,
        [kind] * rows,
    )
    for (i, vector), sum_ in zip(places, turn.last):
        value = f(f"fadd {kind} {f(f'fadd {kind} {sum_}, {of_lanes[vector]}')}, {of_rows[i]}")
        if part and vector == vectors - 1:
            _masked_store(f, value, f.at(outs[i], vector * lanes), mask, lanes)
        else:
            f.store(value, outs[i], vector * lanes, kind)
    f.end()
    return f.text()


def _product(lanes: int, rows: int) -> str:
    f = Function("product", _ARGUMENTS, "i1", "internal")
    count, given, k, start = _fields(f, 2, 4)
    j_count = f.select(f(f"icmp slt i64 {given}, 0"), "%lanes", given)
    out_base, outs, a_base, by_i, a_by_t, b_base, b_place, b_by_t, mode, last_base, last_list = _fields(f, 6, 11)
    out, A, last = _base(f, out_base), _base(f, a_base), _base(f, last_base)
    b = f.at(_base(f, b_base), b_place)
    by_lane = f(f"icmp eq i64 {mode}, 1")

    def listed(first: str, i: str) -> str:
        return f.at("%lists", f.add(first, i), "i32")

    def columns(j: str, vectors: int, part: bool, valid: str) -> None:
        last_here = f.select(by_lane, f.at(last, f.add(f.word("%lists", last_list), j)), last, "ptr")

        def call(size: int, i: str) -> None:
            given = [
                f"ptr {A}", f"ptr {listed(by_i, i)}", f"ptr {listed(a_by_t, '0')}", f"ptr {f.at(b, j)}",
                f"ptr {listed(b_by_t, '0')}", f"i64 {k}", f"ptr {out}", f"ptr {listed(outs, i)}", f"i64 {start}",
                f"i64 {mode}", f"ptr {last_here}", f"ptr {listed(last_list, i)}", f"i64 {j}", f"i64 {valid}",
            ]  # fmt: skip
            f.do(f"call void @{_tile_name(size, vectors, part)}({', '.join(given)})")

        done = "0"
        for size in (rows, rows // 2, 1) if vectors < _ALONG else (1,):
            until = f(f"and i64 {count}, {-size}")
            with f.loop(done, until, size) as i:
                call(size, i.i)
            done = until

    # One row goes along several vectors at once, the last of which may be a part.
    enough = (_ALONG - 1) * lanes
    times = f(f"sdiv i64 {f.add(j_count, _ALONG * lanes - enough)}, {_ALONG * lanes}")
    along = f.select(f(f"icmp eq i64 {count}, 1"), f.mul(times, _ALONG * lanes), 0)
    with f.loop(0, along, _ALONG * lanes) as j:
        left = f(f"sub i64 {j_count}, {f.add(j.i, enough)}")
        columns(j.i, _ALONG, True, f.select(f(f"icmp slt i64 {left}, {lanes}"), left, lanes))
    over = f(f"icmp sgt i64 {along}, {j_count}")
    done = f.select(over, j_count, along)
    rest = f(f"sub i64 {j_count}, {done}")
    pairs = f.add(done, f(f"and i64 {rest}, {-2 * lanes}"))
    whole = f.add(done, f(f"and i64 {rest}, {-lanes}"))
    with f.loop(done, pairs, 2 * lanes) as j:
        columns(j.i, 2, False, "0")
    with f.loop(pairs, whole, lanes) as j:
        columns(j.i, 1, False, "0")
    with f.when(f(f"icmp slt i64 {whole}, {j_count}")):
        columns(whole, 1, True, f(f"sub i64 {j_count}, {whole}"))
    f.end("false")
    return f.text()


def _row_products() -> str:
    """Eight rows at a time, four terms of four rows turned so that a row's terms lie in one lane."""
    four, at_once = "<4 x double>", 8
    f = Function("row_products", _ARGUMENTS, "i1", "internal")
    j_count, k, start, out_base, out_place, a_base, a_place, step, b_base, by_j = _fields(f, 2, 10)
    mode, last_base, last_list = _fields(f, 12, 3)
    out, a = f.at(_base(f, out_base), out_place), f.at(_base(f, a_base), a_place)
    B, last = _base(f, b_base), _base(f, last_base)
    zero = f.select(f(f"icmp eq i64 {start}, 1"), bits_of(-0.0), bits_of(0.0), "double")
    has_last = f(f"icmp ne i64 {mode}, 0")

    def row(j: str, r: int) -> str:
        return f.at(B, f.word("%lists", f.add(by_j, f.add(j, r))))

    def finish(j: str, row: str, done: str, value: str) -> None:
        with f.loop(done, k, carried=[("double", value)]) as t:
            t.next = [_product_added(f, "double", t.values[0], f.load(row, t.i), f.load(a, f.mul(t.i, step)))]
        [value] = t.last
        ours = f.choose(
            has_last, lambda: [f.load(last, f.word("%lists", f.add(last_list, j)))], lambda: [bits_of(-0.0)], ["double"]
        )
        f.store(f(f"fadd double {value}, {ours[0]}"), out, j)

    def turned(x: Sequence[str], pairs: str) -> list[str]:
        return [f(f"shufflevector {four} {x[q]}, {four} {x[q + 1]}, <4 x i32> <{pairs}>") for q in (0, 2)]

    blocks, fours = f(f"and i64 {j_count}, {-at_once}"), f(f"and i64 {k}, -4")
    with f.loop(0, blocks, at_once) as j:
        rows = [row(j.i, r) for r in range(at_once)]
        with f.loop(0, fours, 4, carried=[(four, f.spread(zero, 4))] * (at_once // 4)) as t:
            xs = [f.spread(f.load(a, f.mul(f.add(t.i, q), step)), 4) for q in range(4)]
            turn_next = []
            for group, sum_ in enumerate(t.values):
                given = [f.load(rows[4 * group + r], t.i, four) for r in range(4)]
                low = turned(given, "i32 0, i32 4, i32 2, i32 6")
                high = turned(given, "i32 1, i32 5, i32 3, i32 7")
                for place, (x, (first, second)) in enumerate(zip(xs, (low, high, low, high))):
                    o = 2 * (place // 2)
                    chosen = f"<4 x i32> <i32 {o}, i32 {o + 1}, i32 {o + 4}, i32 {o + 5}>"
                    terms = f(f"shufflevector {four} {first}, {four} {second}, {chosen}")
                    sum_ = _product_added(f, four, sum_, terms, x)
                turn_next.append(sum_)
            t.next = turn_next
        for r in range(at_once):
            finish(f.add(j.i, r), rows[r], fours, f(f"extractelement {four} {t.last[r // 4]}, i64 {r % 4}"))
    with f.loop(blocks, j_count) as j:
        finish(j.i, row(j.i, 0), "0", zero)
    f.end("false")
    return f.text()


def _outer(lanes: int) -> str:
    """In blocks of columns, which stay in the cache from row to row; vectors are stored where they lie even."""
    block = 512
    f = Function("outer", _ARGUMENTS, "i1", "internal")
    count, j_count, out_base, outs, a_base, by_i, b_base, b_place = _fields(f, 2, 8)
    results, A, b = _base(f, out_base), _base(f, a_base), f.at(_base(f, b_base), b_place)

    def smaller(x: str, y: str) -> str:
        return f.select(f(f"icmp slt i64 {x}, {y}"), x, y)

    with f.loop(0, j_count, block) as start, f.loop(0, count) as i:
        end = smaller(f.add(start.i, block), j_count)
        out = f.at(results, f.word("%lists", f.add(outs, i.i)))
        a = f.load(A, f.word("%lists", f.add(by_i, i.i)))
        before = f(f"sub i64 0, {f(f'ptrtoint ptr {f.at(out, start.i)} to i64')}")
        uneven = f(f"and i64 {f(f'lshr i64 {before}, 3')}, {lanes - 1}")
        first = smaller(f.add(start.i, uneven), end)
        last = f.add(first, f(f"and i64 {f(f'sub i64 {end}, {first}')}, {-lanes}"))
        for begin, until, width in ((start.i, first, 1), (first, last, lanes), (last, end, 1)):
            here = number_type(width)
            x = f.spread(a, width)
            with f.loop(begin, until, width) as j:
                f.store(_product_added(f, here, constant(0.0, width), x, f.load(b, j.i, here)), out, j.i, here)
    f.end("false")
    return f.text()


# --- sums over the samples of a batch ------------------------------------------------------------------

# lane_sums: totals[i, j] += sum over samples s of a(i, s) b(j, s), sample s in lane s % 8
#   I, J, the lists of rows a and b, the list of places in totals, J for each i


def _lane_sums(lanes: int) -> str:
    rows, columns = (2 if lanes == LANES else 1), 8  # at once: as many totals as registers hold
    f = Function("lane_sums", _ARGUMENTS, "i1", "internal")
    count, j_count, a_list, b_list, totals_list = _fields(f, 2, 5)
    numbers, totals = _base(f, R), _base(f, FRAME.index("totals"))
    whole = f(f"and i64 %lanes, {-LANES}")

    def sums(i: str, j: str, height: int, width: int) -> None:
        a = [f.at(numbers, f.word("%lists", f.add(a_list, f.add(i, q)))) for q in range(height)]
        b = [f.at(numbers, f.word("%lists", f.add(b_list, f.add(j, q)))) for q in range(width)]
        firsts = [f.add(totals_list, f.add(f.mul(f.add(i, q), j_count), j)) for q in range(height)]
        places = [f.at(totals, f.word("%lists", f.add(first, q))) for first in firsts for q in range(width)]

        def added(sums: Sequence[str], s: str) -> list[str]:
            xs, ys = ([f.load(row, s, _EIGHT) for row in rows] for rows in (a, b))
            return [
                _product_added(f, _EIGHT, sums[width * i + j], xs[i], ys[j])
                for i in range(height)
                for j in range(width)
            ]

        with f.loop(0, whole, LANES, carried=[(_EIGHT, f.load(place, kind=_EIGHT)) for place in places]) as s:
            s.next = added(s.values, s.i)
        found = s.last

        def rest() -> Sequence[str]:  # a row has room for whole vectors: what is in the others is left out
            mask = f.first_lanes(f(f"sub i64 %lanes, {whole}"), LANES)
            pairs = zip(added(found, whole), found)
            return [f(f"select <{LANES} x i1> {mask}, {_EIGHT} {new}, {_EIGHT} {old}") for new, old in pairs]

        ended = f.choose(f(f"icmp slt i64 {whole}, %lanes"), rest, lambda: found, [_EIGHT] * len(places))
        for sum_, place in zip(ended, places):
            f.store(sum_, place, kind=_EIGHT)

    done = "0"
    for height in dict.fromkeys((rows, 1)):
        until, eights = f(f"and i64 {count}, {-height}"), f(f"and i64 {j_count}, {-columns}")
        with f.loop(done, until, height) as i:
            with f.loop(0, eights, columns) as j:
                sums(i.i, j.i, height, columns)
            with f.loop(eights, j_count) as j:
                sums(i.i, j.i, height, 1)
        done = until
    f.end("false")
    return f.text()


# --- softmax and its relatives -------------------------------------------------------------------------

# NAME: n (1, or -1: the lanes of a batch), the number of operands, where the results begin, from one
# result to the next, the list of operands. All lie in R, in rows that have room for whole vectors.

_FAMILY = [("i64", "i"), ("i64", "count"), ("ptr", "operands"), ("ptr", "R"), ("i64", "lanes")]


def _family(name: str, lanes: int) -> str:
    f = Function(name, _ARGUMENTS, "i1", "internal")
    n, count, to, step, first = _fields(f, 2, 5)
    numbers = _base(f, R)
    given = f"i64 {count}, ptr {f.at('%lists', first, 'i32')}, ptr {numbers}, i64 %lanes"
    given += f", ptr {f.at(numbers, to)}, i64 {step}"

    def in_lanes() -> Sequence[str]:
        with f.loop(0, "%lanes", lanes, carried=[("i1", "false")]) as turn:
            stop = f(f"call i1 @{name}.{lanes}(i64 {turn.i}, {given})")
            turn.next = [f(f"or i1 {turn.values[0]}, {stop}")]
        return turn.last

    alone = f(f"icmp eq i64 {n}, 1")
    [stopped] = f.choose(alone, lambda: [f(f"call i1 @{name}.1(i64 0, {given})")], in_lanes, ["i1"])
    f.end(stopped)
    return f.text()


def _number(f: Function, t: str, lanes: int) -> Lanes:
    """The t-th operand."""
    place = f.add(f.word("%operands", t), "%i")
    return _lanes(f, f.load("%R", place, number_type(lanes)), lanes)


def _lanes(f: Function, name: str, lanes: int) -> Lanes:
    return Lanes(f, name, lanes, [])


def _largest(lanes: int) -> str:
    """The first of the largest, as Python's max."""
    kind = number_type(lanes)
    f = Function(f"largest.{lanes}", _FAMILY, kind, "internal")
    with f.loop(1, "%count", carried=[(kind, _number(f, "0", lanes).name)]) as t:
        x, m = _number(f, t.i, lanes), _lanes(f, t.values[0], lanes)
        t.next = [x.is_("ogt", m).chosen(x, m).name]
    f.end(t.last[0])
    return f.text()


def _call(f: Function, name: str, lanes: int) -> Lanes:
    given = ", ".join(f"{kind} %{argument}" for kind, argument in _FAMILY)
    return _lanes(f, f(f"call {number_type(lanes)} @{name}.{lanes}({given})"), lanes)


def _log_of_rest(lanes: int) -> str:
    """log1p of the sum of exp(x - m) over all but the first of the largest."""
    kind = number_type(lanes)
    f = Function(f"log_of_rest.{lanes}", _FAMILY, kind, "internal")
    m = _call(f, "largest", lanes)
    with f.loop(0, "%count", carried=[(kind, constant(0.0, lanes)), (kind, constant(0.0, lanes))]) as t:
        x, (sum_, taken) = _number(f, t.i, lanes), [_lanes(f, value, lanes) for value in t.values]
        left_out = x.is_("oeq", m) & taken.is_("oeq", 0.0)
        term = left_out.chosen(0.0, (x - m).call("exp"))
        t.next = [(sum_ + term).name, left_out.chosen(1.0, taken).name]
    f.end(_lanes(f, t.last[0], lanes).call("log1p").name)
    return f.text()


def _family_lanes(name: str, lanes: int) -> str:
    kind = number_type(lanes)
    f = Function(f"{name}.{lanes}", [*_FAMILY, ("ptr", "to"), ("i64", "step")], "i1", "internal")
    m = _call(f, "largest", lanes)

    def place(t: str) -> str:
        return f.at("%to", f.add(f.mul(t, "%step"), "%i"))

    if name == "softmax":
        with f.loop(0, "%count", carried=[(kind, constant(-0.0, lanes))]) as t:
            power = (_number(f, t.i, lanes) - m).call("exp")
            f.store(power.name, place(t.i), kind=kind)
            t.next = [(_lanes(f, t.values[0], lanes) + power).name]
        sum_ = _lanes(f, t.last[0], lanes)
        with f.loop(0, "%count") as t:
            share = _lanes(f, f.load(place(t.i), kind=kind), lanes) / sum_
            f.store(share.name, place(t.i), kind=kind)
        f.end("false")
        return f.text()
    tail = _call(f, "log_of_rest", lanes)
    if name == "log_softmax":
        with f.loop(0, "%count") as t:
            f.store((_number(f, t.i, lanes) - m - tail).name, place(t.i), kind=kind)
        f.end("false")
        return f.text()
    f.store((m + tail).name, place("0"), kind=kind)
    stop = abs(m).is_("oeq", math.inf).name
    if lanes > 1:
        mask = f.first_lanes(f("sub i64 %lanes, %i"), lanes)
        stop = f(f"and {mask_type(lanes)} {stop}, {mask}")
    f.end(_any(f, stop, lanes))
    return f.text()


# --- the loop over instructions ----------------------------------------------------------------------


def _run() -> str:
    """Runs the instructions from one place to another: -1, or the place of the one that it stopped at."""
    f = Function("run", [("ptr", "frame"), ("i64", "from"), ("i64", "until"), ("i64", "lanes")], "i64")
    code, lists = _base(f, FRAME.index("code")), _base(f, FRAME.index("lists"))
    numbers = _base(f, R)
    f.jump("head")
    f.label("head")
    f.do("%at = phi i64 [ %from, %entry ], [ %after, %next ]")
    f.do(f"br i1 {f('icmp slt i64 %at, %until')}, label %decode, label %ended")
    f.label("decode")
    f.do(f"%ins = getelementptr i32, ptr {code}, i64 %at")
    operation = f("load i32, ptr %ins")
    cases = {**SINGLE, **WIDE}
    ways = " ".join(f"i32 {number}, label %do.{name}" for name, number in cases.items())
    f.do(f"switch i32 {operation}, label %stopped [ {ways} ]")
    following = []
    for name in cases:
        f.label(f"do.{name}")
        if name in SINGLE:
            to, *places = _fields(f, 1, 1 + ARITY[name])
            result, stop = write(f, name, [f.load(numbers, place) for place in places], 1)
            f.store(result, numbers, to)
            after = f.add("%at", 2 + ARITY[name])
        else:
            stop = f(f"call i1 @{name}(ptr %ins, ptr {lists}, ptr %frame, i64 %lanes)")
            after = f.add("%at", f.word("%ins", 1))
        following.append(f"[ {after}, %do.{name} ]")
        f.do(f"br i1 {stop}, label %stopped, label %next" if stop else "br label %next")
    f.label("next")
    f.do(f"%after = phi i64 {', '.join(following)}")
    f.jump("head")
    f.label("ended")
    f.end("-1")
    f.label("stopped")
    f.end("%at")
    return f.text()


def _replay() -> str:
    """One sample, with the seed as the root's cotangent."""
    f = Function("replay", [("ptr", "frame"), ("i64", "from"), ("i64", "until"), ("double", "seed")], "i64")
    f.store("%seed", _base(f, R), f.load("%frame", FRAME.index("seed"), "i64"))
    f.end(f("call i64 @run(ptr %frame, i64 %from, i64 %until, i64 1)"))
    return f.text()


def _batch() -> str:
    """Block after block of samples: each input is a column of numbers, given by its address and step."""
    arguments = [("ptr", "frame"), ("i64", "until"), ("ptr", "columns"), ("i64", "width"), ("i64", "count")]
    arguments += [("i64", "block"), ("i64", "first_input"), ("i64", "root"), ("double", "seed"), ("ptr", "results")]
    f = Function("batch", arguments, "i64")
    numbers = _base(f, R)
    seeds = f.at(numbers, f.load("%frame", FRAME.index("seed"), "i64"))
    with f.loop(0, "%block") as lane:
        f.store("%seed", seeds, lane.i)
    with f.loop(0, "%count", "%block") as start:
        left = f(f"sub i64 %count, {start.i}")
        live = f.select(f(f"icmp slt i64 {left}, %block"), left, "%block")
        with f.loop(0, "%width") as k:
            column = f.at("%columns", f.mul(k.i, 2), "i64")
            numbers_of, step = f.load(column, 0, "ptr"), f.load(column, 1, "i64")
            to = f.at(numbers, f.add("%first_input", f.mul(k.i, "%block")))
            with f.loop(0, live) as s:
                f.store(f.load(numbers_of, f.mul(f.add(start.i, s.i), step)), to, s.i)
        stopped = f(f"call i64 @run(ptr %frame, i64 0, i64 %until, i64 {live})")
        with f.when(f(f"icmp sge i64 {stopped}, 0")):
            f.end(stopped)
        root = f.at(numbers, "%root")
        with f.loop(0, live) as s:
            f.store(f.load(root, s.i), "%results", f.add(start.i, s.i))
    f.end("-1")
    return f.text()


def _fold() -> str:
    """The lanes of each total, added from left to right; and each is 0 again."""
    f = Function("fold", [("ptr", "frame"), ("i64", "count"), ("ptr", "sums")], "i64")
    totals = _base(f, FRAME.index("totals"))
    with f.loop(0, "%count") as i:
        lanes = f.at(totals, f.mul(i.i, LANES))
        sum_ = f.load(lanes)
        for lane in range(1, LANES):
            sum_ = f(f"fadd double {sum_}, {f.load(lanes, lane)}")
        f.store(sum_, "%sums", i.i)
        f.store(constant(0.0, LANES), lanes, kind=_EIGHT)
    f.end("-1")
    return f.text()
