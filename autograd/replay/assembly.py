"""The machine that runs a record natively, in LLVM's language.

One loop reads the instructions and jumps to a block for each operation; it is the same for every graph,
so it is compiled once in a process, in a fraction of a second. It exists twice: over single numbers,
and over vectors of eight, which are eight samples of a batch side by side. No product and sum are
fused, nothing is reordered, and functions are the C library's, as Python's ``math`` has them: so the
bits are those of :mod:`autograd.replay.floats`.

An instruction is six whole numbers: the operation, the slot that it writes, and up to four more that
its block explains. Where Python would raise (a logarithm of 0, an overflow) or a guard flips, the
machine stops, and says at which instruction.
"""

from __future__ import annotations

import math
import re
import struct

__all__ = ["BLOCK", "LANES", "OPERATIONS", "machine_source"]

LANES = 8
BLOCK = 8  # weighted sums that are computed side by side, as a sum alone waits for each of its additions

_FUNCTIONS = ["exp", "expm1", "log", "log1p", "sin", "cos", "tanh", "erfc"]

# What an operation of one or two operands does: %x and %y are their numbers, %r becomes the result.
# "stop" marks the numbers for which Python might raise; Python's own replay then decides.
_ELEMENTARY = {
    "copy": "%r = fadd T %x, NEGATIVE_ZERO",
    "neg": "%r = fneg T %x",
    "abs": "%r = call T @llvm.fabs.S(T %x)",
    "add": "%r = fadd T %x, %y",
    "sub": "%r = fsub T %x, %y",
    "mul": "%r = fmul T %x, %y",
    "div": """
        %stop = fcmp oeq T %y, ZERO
        %r = fdiv T %x, %y""",
    "exp": """
        %r = call T @v.exp(T %x)
        %stop = fcmp oeq T %r, INFINITY""",
    "expm1": """
        %r = call T @v.expm1(T %x)
        %stop = fcmp oeq T %r, INFINITY""",
    "log": """
        %stop = fcmp ole T %x, ZERO
        %r = call T @v.log(T %x)""",
    "log1p": """
        %stop = fcmp ole T %x, MINUS_ONE
        %r = call T @v.log1p(T %x)""",
    "sqrt": """
        %stop = fcmp olt T %x, ZERO
        %r = call T @llvm.sqrt.S(T %x)""",
    "sin": """
        %r = call T @v.sin(T %x)
        %stop = fcmp uno T %r, ZERO""",
    "cos": """
        %r = call T @v.cos(T %x)
        %stop = fcmp uno T %r, ZERO""",
    "tanh": "%r = call T @v.tanh(T %x)",
    "step": """
        %above = fcmp ogt T %x, ZERO
        %r = select C %above, T ONE, T ZERO""",
    "sign": """
        %above = fcmp ogt T %x, ZERO
        %below = fcmp olt T %x, ZERO
        %low = select C %below, T MINUS_ONE, T ZERO
        %r = select C %above, T ONE, T %low""",
    "relu": """
        %below = fcmp ole T %x, ZERO
        %r = select C %below, T ZERO, T %x""",
    "leaky_relu": """
        %below = fcmp ole T %x, ZERO
        %small = fmul T %y, %x
        %r = select C %below, T %small, T %x""",
    "elu": """
        %below = fcmp ole T %x, ZERO
        %exponent = select C %below, T %x, T ZERO
        %power = call T @v.expm1(T %exponent)
        %small = fmul T %y, %power
        %r = select C %below, T %small, T %x""",
    "maximum": """
        %greater = fcmp oge T %x, %y
        %no_number = fcmp uno T %x, %x
        %first = or C %greater, %no_number
        %r = select C %first, T %x, T %y""",
    "minimum": """
        %smaller = fcmp ole T %x, %y
        %no_number = fcmp uno T %x, %x
        %first = or C %smaller, %no_number
        %r = select C %first, T %x, T %y""",
    "sigmoid": """
        %size = call T @llvm.fabs.S(T %x)
        %exponent = fneg T %size
        %small = call T @v.exp(T %exponent)
        %below = fadd T ONE, %small
        %right = fdiv T ONE, %below
        %left = fdiv T %small, %below
        %positive = fcmp oge T %x, ZERO
        %r = select C %positive, T %right, T %left""",
    "softplus": """
        %size = call T @llvm.fabs.S(T %x)
        %exponent = fneg T %size
        %small = call T @v.exp(T %exponent)
        %tail = call T @v.log1p(T %small)
        %positive = fcmp ogt T %x, ZERO
        %line = select C %positive, T %x, T ZERO
        %r = fadd T %line, %tail""",
    "normal_cdf": "%r = call T @v.normal_cdf(T %x)",
    "gelu": """
        %share = call T @v.normal_cdf(T %x)
        %none = fcmp ole T %share, ZERO
        %factor = select C %none, T MINUS_ONE, T %x
        %r = fmul T %factor, %share""",
    "where": """
        %below = fcmp ole T %x, ZERO
        %r = select C %below, T %z, T %y""",
    "pow": """
        %r = call T @v.pow(T %x, T %y)
        %stop = call C @v.odd_power(T %x, T %y, T %r)""",
    # %x is the power itself here, %y its base, %z its exponent
    "power_by_base": """
        %less = fsub T %z, ONE
        %power = call T @v.pow(T %y, T %less)
        %odd = call C @v.odd_power(T %y, T %less, T %power)
        %factor_is_zero = fcmp oeq T %z, ZERO
        %stop = select C %factor_is_zero, C NEVER, C %odd
        %usual = fmul T %z, %power
        %r = select C %factor_is_zero, T %z, T %usual""",
    "power_by_exponent": """
        %base_is_zero = fcmp oeq T %y, ZERO
        %positive = fcmp ogt T %z, ZERO
        %flat = and C %base_is_zero, %positive
        %outside = fcmp ole T %y, ZERO
        %stop = select C %flat, C NEVER, C %outside
        %logarithm = call T @v.log(T %y)
        %usual = fmul T %x, %logarithm
        %r = select C %flat, T %x, T %usual""",
}

_COMPARISONS = {"guard_lt": "olt", "guard_le": "ole", "guard_gt": "ogt", "guard_ge": "oge"}

# The other blocks. %to is the first slot's address, %a, %b, %c and %n the instruction's other numbers, R the
# numbers, G the cotangents; {loop i} … {end} repeats for i from 0 to %n, once at least.
_BLOCKS = {
    # cotangent[to] += cotangent[a] · number[b]
    "collect": """
        %at = getelementptr T, ptr %G, i64 %to
        %old = load T, ptr %at
        %ca = getelementptr T, ptr %G, i64 %a
        %cotangent = load T, ptr %ca
        %pb = getelementptr T, ptr %R, i64 %b
        %partial = load T, ptr %pb
        %term = fmul T %cotangent, %partial
        %new = fadd T %old, %term
        store T %new, ptr %at""",
    "collect_same": """
        %at = getelementptr T, ptr %G, i64 %to
        %old = load T, ptr %at
        %ca = getelementptr T, ptr %G, i64 %a
        %cotangent = load T, ptr %ca
        %new = fadd T %old, %cotangent
        store T %new, ptr %at""",
    "collect_negated": """
        %at = getelementptr T, ptr %G, i64 %to
        %old = load T, ptr %at
        %ca = getelementptr T, ptr %G, i64 %a
        %cotangent = load T, ptr %ca
        %new = fsub T %old, %cotangent
        store T %new, ptr %at""",
    # cotangent[to + i] += cotangent[a] · number[b + i] for i below n
    "collect_run": """
        %ca = getelementptr T, ptr %G, i64 %a
        %cotangent = load T, ptr %ca
        %targets = getelementptr T, ptr %G, i64 %to
        %numbers = getelementptr T, ptr %R, i64 %b
        call void @v.add_products(ptr %targets, ptr %numbers, T %cotangent, i64 %n)""",
    # the same from lists: targets at args[b], numbers at args[c]
    "collect_list": """
        %ca = getelementptr T, ptr %G, i64 %a
        %cotangent = load T, ptr %ca
        {loop i}
        %bi = add i64 %b, %i
        %target = call i64 @argument(ptr %args, i64 %bi)
        %at = getelementptr T, ptr %G, i64 %target
        %old = load T, ptr %at
        %ci = add i64 %c, %i
        %x = call T @v.number(ptr %args, i64 %ci, ptr %R)
        %term = fmul T %cotangent, %x
        %new = fadd T %old, %term
        store T %new, ptr %at
        {end}""",
    # the sum of number[args[a + i]]
    "total": """
        %start = call T @v.number(ptr %args, i64 %a, ptr %R)
        %rest = sub i64 %n, 1
        {loop i from 1 sum = %start}
        %ai = add i64 %a, %i
        %x = call T @v.number(ptr %args, i64 %ai, ptr %R)
        %sum.next = fadd T %sum, %x
        {end}
        %at = getelementptr T, ptr %R, i64 %to
        store T %sum.last, ptr %at""",
    # weights at args[a], inputs at args[b], the bias in slot c; the first product starts the sum
    "weighted_sum": """
        %w0 = call T @v.number(ptr %args, i64 %a, ptr %R)
        %x0 = call T @v.number(ptr %args, i64 %b, ptr %R)
        %start = fmul T %w0, %x0
        {loop i from 1 sum = %start}
        %ai = add i64 %a, %i
        %w = call T @v.number(ptr %args, i64 %ai, ptr %R)
        %bi = add i64 %b, %i
        %x = call T @v.number(ptr %args, i64 %bi, ptr %R)
        %term = fmul T %w, %x
        %sum.next = fadd T %sum, %term
        {end}
        %pc = getelementptr T, ptr %R, i64 %c
        %bias = load T, ptr %pc
        %result = fadd T %sum.last, %bias
        %at = getelementptr T, ptr %R, i64 %to
        store T %result, ptr %at""",
    # weights from slot a on, inputs from slot b on
    "weighted_run": """
        %weights = getelementptr T, ptr %R, i64 %a
        %inputs = getelementptr T, ptr %R, i64 %b
        %w0 = load T, ptr %weights
        %x0 = load T, ptr %inputs
        %start = fmul T %w0, %x0
        {loop i from 1 sum = %start}
        %wi = getelementptr T, ptr %weights, i64 %i
        %w = load T, ptr %wi
        %xi = getelementptr T, ptr %inputs, i64 %i
        %x = load T, ptr %xi
        %term = fmul T %w, %x
        %sum.next = fadd T %sum, %term
        {end}
        %pc = getelementptr T, ptr %R, i64 %c
        %bias = load T, ptr %pc
        %result = fadd T %sum.last, %bias
        %at = getelementptr T, ptr %R, i64 %to
        store T %result, ptr %at""",
    # probabilities of number[args[a + i]], to slots from `to` on
    "softmax": """
        %m = call T @v.largest(ptr %args, i64 %a, i64 %n, ptr %R)
        %results = getelementptr T, ptr %R, i64 %to
        {loop i from 0 sum = NEGATIVE_ZERO}
        %ai = add i64 %a, %i
        %x = call T @v.number(ptr %args, i64 %ai, ptr %R)
        %less = fsub T %x, %m
        %power = call T @v.exp(T %less)
        %at = getelementptr T, ptr %results, i64 %i
        store T %power, ptr %at
        %sum.next = fadd T %sum, %power
        {end}
        {loop j}
        %again = getelementptr T, ptr %results, i64 %j
        %above = load T, ptr %again
        %probability = fdiv T %above, %sum.last
        store T %probability, ptr %again
        {end}""",
    "log_softmax": """
        %m = call T @v.largest(ptr %args, i64 %a, i64 %n, ptr %R)
        %tail = call T @v.log_of_rest(ptr %args, i64 %a, i64 %n, ptr %R)
        %results = getelementptr T, ptr %R, i64 %to
        {loop i}
        %ai = add i64 %a, %i
        %x = call T @v.number(ptr %args, i64 %ai, ptr %R)
        %less = fsub T %x, %m
        %logarithm = fsub T %less, %tail
        %at = getelementptr T, ptr %results, i64 %i
        store T %logarithm, ptr %at
        {end}""",
    "logsumexp": """
        %m = call T @v.largest(ptr %args, i64 %a, i64 %n, ptr %R)
        %tail = call T @v.log_of_rest(ptr %args, i64 %a, i64 %n, ptr %R)
        %r = fadd T %m, %tail
        %size = call T @llvm.fabs.S(T %m)
        %stop = fcmp oeq T %size, INFINITY""",
}


def _weighted_block() -> str:
    """BLOCK weighted sums of the same inputs: args[a + 3k] is the k-th sum's slot, its first weight, its bias."""
    rows = range(BLOCK)
    lines = ["%inputs = getelementptr T, ptr %R, i64 %b", "%x0 = load T, ptr %inputs"]
    for row in rows:
        lines += [
            f"%k{row} = add i64 %a, {3 * row + 1}",
            f"%s{row} = call i64 @argument(ptr %args, i64 %k{row})",
            f"%weights{row} = getelementptr T, ptr %R, i64 %s{row}",
            f"%w0{row} = load T, ptr %weights{row}",
            f"%start{row} = fmul T %w0{row}, %x0",
        ]
    lines.append("{loop i from 1 " + " ".join(f"sum{row} = %start{row}" for row in rows) + "}")
    lines += ["%xi = getelementptr T, ptr %inputs, i64 %i", "%x = load T, ptr %xi"]
    for row in rows:
        lines += [
            f"%wi{row} = getelementptr T, ptr %weights{row}, i64 %i",
            f"%w{row} = load T, ptr %wi{row}",
            f"%term{row} = fmul T %w{row}, %x",
            f"%sum{row}.next = fadd T %sum{row}, %term{row}",
        ]
    lines.append("{end}")
    for row in rows:
        lines += [
            f"%l{row} = add i64 %a, {3 * row + 2}",
            f"%bias{row} = call T @v.number(ptr %args, i64 %l{row}, ptr %R)",
            f"%result{row} = fadd T %sum{row}.last, %bias{row}",
            f"%j{row} = add i64 %a, {3 * row}",
            f"%to{row} = call i64 @argument(ptr %args, i64 %j{row})",
            f"%at{row} = getelementptr T, ptr %R, i64 %to{row}",
            f"store T %result{row}, ptr %at{row}",
        ]
    return "\n".join(lines)


_BLOCKS["weighted_block"] = _weighted_block()

OPERATIONS = {name: number for number, name in enumerate([*_ELEMENTARY, *_COMPARISONS, *_BLOCKS])}

_SHARED = """
declare double @pow(double, double)

; the sum of each row of totals, from left to right
define i64 @fold(ptr %totals, i64 %n, ptr %sums) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i.next, %body ]
  %more = icmp slt i64 %i, %n
  br i1 %more, label %body, label %finished
body:
  %row = mul i64 %i, LANE_COUNT
  %p0 = getelementptr double, ptr %totals, i64 %row
  %s0 = load double, ptr %p0
ADDITIONS
  %to = getelementptr double, ptr %sums, i64 %i
  store double %sLAST, ptr %to
  %i.next = add i64 %i, 1
  br label %loop
finished:
  ret i64 -1
}
define internal i64 @argument(ptr %args, i64 %i) alwaysinline {
  %p = getelementptr i32, ptr %args, i64 %i
  %v = load i32, ptr %p
  %r = zext i32 %v to i64
  ret i64 %r
}
"""

_HELPERS = """
declare T @llvm.fabs.S(T)
declare T @llvm.sqrt.S(T)

define internal T @v.number(ptr %args, i64 %i, ptr %R) alwaysinline {
  %slot = call i64 @argument(ptr %args, i64 %i)
  %p = getelementptr T, ptr %R, i64 %slot
  %r = load T, ptr %p
  ret T %r
}

; Phi(x), the normal distribution
define internal T @v.normal_cdf(T %x) {
  %minus = fneg T %x
  %scaled = fmul T %minus, SQRT_HALF
  %tail = call T @v.erfc(T %scaled)
  %r = fmul T HALF, %tail
  ret T %r
}

; to each target: cotangent times number
define internal void @v.add_products(ptr %targets, ptr %numbers, T %cotangent, i64 %n) {
entry:
  {loop i from FIRST_ALONE}
  %at = getelementptr T, ptr %targets, i64 %i
  %old = load T, ptr %at
  %p = getelementptr T, ptr %numbers, i64 %i
  %x = load T, ptr %p
  %term = fmul T %cotangent, %x
  %new = fadd T %old, %term
  store T %new, ptr %at
  {end}
  ret void
}

; might Python raise for this power? It decides itself about infinities, and about 0 and negative bases
define internal C @v.odd_power(T %x, T %y, T %r) alwaysinline {
  %size = call T @llvm.fabs.S(T %r)
  %infinite = fcmp oeq T %size, INFINITY
  %no_number = fcmp uno T %r, ZERO
  %odd = or C %infinite, %no_number
  ret C %odd
}

; the first of the largest, as Python's max
define internal T @v.largest(ptr %args, i64 %a, i64 %n, ptr %R) {
entry:
  %start = call T @v.number(ptr %args, i64 %a, ptr %R)
  {loop i from 1 m = %start}
  %ai = add i64 %a, %i
  %x = call T @v.number(ptr %args, i64 %ai, ptr %R)
  %greater = fcmp ogt T %x, %m
  %m.next = select C %greater, T %x, T %m
  {end}
  ret T %m.last
}

; log1p of the sum of exp(x - m) over all but the first of the largest
define internal T @v.log_of_rest(ptr %args, i64 %a, i64 %n, ptr %R) {
entry:
  %m = call T @v.largest(ptr %args, i64 %a, i64 %n, ptr %R)
  {loop i from 0 sum = ZERO taken = ZERO}
  %ai = add i64 %a, %i
  %x = call T @v.number(ptr %args, i64 %ai, ptr %R)
  %less = fsub T %x, %m
  %power = call T @v.exp(T %less)
  %is_largest = fcmp oeq T %x, %m
  %not_yet = fcmp oeq T %taken, ZERO
  %left_out = and C %is_largest, %not_yet
  %term = select C %left_out, T ZERO, T %power
  %taken.next = select C %left_out, T ONE, T %taken
  %sum.next = fadd T %sum, %term
  {end}
  %r = call T @v.log1p(T %sum.last)
  ret T %r
}
"""



_RUN = """
; runs the instructions from %from to %until: -1, or the number of the one that it stopped at
define i64 @v.run(ptr %code, i64 %from, i64 %until, ptr %args, ptr %R, ptr %G) {
entry:
  br label %loop
loop:
  %i = phi i64 [ %from, %entry ], [ %i.next, %next ]
  %more = icmp slt i64 %i, %until
  br i1 %more, label %decode, label %finished
decode:
  %place = mul i64 %i, 6
  %row = getelementptr i32, ptr %code, i64 %place
  %operation = load i32, ptr %row
FIELDS
  switch i32 %operation, label %stopped [ CASES ]
BLOCKS
next:
  %i.next = add i64 %i, 1
  br label %loop
finished:
  ret i64 -1
stopped:
  ret i64 %i
}

; forward and backward
define i64 @v.replay(ptr %code, i64 %until, ptr %args, ptr %R, ptr %G, i64 %size, i64 %root, double %seed) {
  %bytes = mul i64 %size, BYTES
  call void @llvm.memset.p0.i64(ptr %G, i8 0, i64 %bytes, i1 false)
  call void @v.set(ptr %G, i64 %root, double %seed)
  %r = call i64 @v.run(ptr %code, i64 0, i64 %until, ptr %args, ptr %R, ptr %G)
  ret i64 %r
}

define internal void @v.set(ptr %G, i64 %slot, double %number) alwaysinline {
  %at = getelementptr T, ptr %G, i64 %slot
SPREAD
  store T %spread, ptr %at
  ret void
}
"""

_BATCH = """
; the numbers of the next samples, to the slots of the inputs
define internal void @v.take(ptr %samples, i64 %n, ptr %inputs) {
entry:
  {loop i}
GATHER
  %at = getelementptr T, ptr %inputs, i64 %i
  store T %gathered, ptr %at
  {end}
  ret void
}

; adds the gradient of a sample to the totals, for the leaves to which it has more than one contribution
define internal void @v.settle(ptr %leaves, i64 %n, ptr %G, ptr %totals) {
entry:
  {loop i}
  %leaf = call i64 @argument(ptr %leaves, i64 %i)
  %from = getelementptr T, ptr %G, i64 %leaf
  %at = getelementptr T, ptr %totals, i64 %leaf
  %new = load T, ptr %from
  %old = load T, ptr %at
  %sum = fadd T %old, %new
  store T %sum, ptr %at
  store T ZERO, ptr %from
  {end}
  ret void
}

; replays each chunk of samples: -1, or the number of the instruction that one stopped at. A leaf with one
; contribution collects it in its cotangent from sample to sample; the others are settled after each.
define i64 @v.batch(ptr %code, i64 %until, ptr %args, ptr %R, ptr %G, i64 %size, i64 %root, double %seed,
    ptr %samples, i64 %width, i64 %first_input, ptr %leaves, i64 %leaf_count, ptr %totals,
    i64 %chunks, ptr %results) {
entry:
  %inputs = getelementptr T, ptr %R, i64 %first_input
  %others = getelementptr T, ptr %G, i64 %first_input
  %other_count = sub i64 %size, %first_input
  %bytes = mul i64 %other_count, BYTES
  %result_from = getelementptr T, ptr %R, i64 %root
  br label %loop
loop:
  %chunk = phi i64 [ 0, %entry ], [ %chunk.next, %next ]
  %more = icmp slt i64 %chunk, %chunks
  br i1 %more, label %body, label %finished
body:
  %sample = mul i64 %chunk, LANE_COUNT
  %place = mul i64 %sample, %width
  %here = getelementptr double, ptr %samples, i64 %place
  call void @v.take(ptr %here, i64 %width, ptr %inputs)
  call void @llvm.memset.p0.i64(ptr %others, i8 0, i64 %bytes, i1 false)
  call void @v.set(ptr %G, i64 %root, double %seed)
  %stopped_at = call i64 @v.run(ptr %code, i64 0, i64 %until, ptr %args, ptr %R, ptr %G)
  %good = icmp slt i64 %stopped_at, 0
  br i1 %good, label %next, label %stopped
next:
  %result = load T, ptr %result_from
  %result_to = getelementptr double, ptr %results, i64 %sample
  store T %result, ptr %result_to, align 8
  call void @v.settle(ptr %leaves, i64 %leaf_count, ptr %G, ptr %totals)
  %chunk.next = add i64 %chunk, 1
  br label %loop
finished:
  ret i64 -1
stopped:
  ret i64 %stopped_at
}
"""

_TAIL = """
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)

; the samples that fill no chunk, one at a time, each added to its own lane of the totals
define i64 @tail(ptr %code, i64 %until, ptr %args, ptr %R, ptr %G, i64 %size, i64 %root, double %seed,
    ptr %samples, i64 %width, i64 %first_input, ptr %totals, i64 %count, ptr %results) {
entry:
  %inputs = getelementptr double, ptr %R, i64 %first_input
  %bytes = mul i64 %width, 8
  %result_from = getelementptr double, ptr %R, i64 %root
  br label %loop
loop:
  %lane = phi i64 [ 0, %entry ], [ %lane.next, %next ]
  %more = icmp slt i64 %lane, %count
  br i1 %more, label %body, label %finished
body:
  %place = mul i64 %lane, %width
  %here = getelementptr double, ptr %samples, i64 %place
  call void @llvm.memcpy.p0.p0.i64(ptr %inputs, ptr %here, i64 %bytes, i1 false)
  %stopped_at = call i64 @one.replay(ptr %code, i64 %until, ptr %args, ptr %R, ptr %G, i64 %size, i64 %root,
    double %seed)
  %good = icmp slt i64 %stopped_at, 0
  br i1 %good, label %add, label %stopped
add:
  %result = load double, ptr %result_from
  %result_to = getelementptr double, ptr %results, i64 %lane
  store double %result, ptr %result_to
  %column = getelementptr double, ptr %totals, i64 %lane
  br label %leaves
leaves:
  %leaf = phi i64 [ 0, %add ], [ %leaf.next, %one_leaf ]
  %another = icmp slt i64 %leaf, %first_input
  br i1 %another, label %one_leaf, label %next
one_leaf:
  %from = getelementptr double, ptr %G, i64 %leaf
  %new = load double, ptr %from
  %row = mul i64 %leaf, LANE_COUNT
  %at = getelementptr double, ptr %column, i64 %row
  %old = load double, ptr %at
  %sum = fadd double %old, %new
  store double %sum, ptr %at
  %leaf.next = add i64 %leaf, 1
  br label %leaves
next:
  %lane.next = add i64 %lane, 1
  br label %loop
finished:
  ret i64 -1
stopped:
  ret i64 %stopped_at
}
"""


def machine_source() -> str:
    """The whole machine, over single numbers (``@one.…``) and over LANES at once (``@eight.…``)."""
    declarations = "".join(f"declare double @{name}(double)\n" for name in _FUNCTIONS)
    memset = "declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)\n"
    additions = "\n".join(
        f"  %p{lane} = getelementptr double, ptr %p0, i64 {lane}\n"
        f"  %x{lane} = load double, ptr %p{lane}\n"
        f"  %s{lane} = fadd double %s{lane - 1}, %x{lane}"
        for lane in range(1, LANES)
    )
    shared = _SHARED.replace("ADDITIONS", additions).replace("LAST", str(LANES - 1)).replace("LANE_COUNT", str(LANES))
    tail = _TAIL.replace("LANE_COUNT", str(LANES))
    return declarations + memset + shared + _for_width(1) + _for_width(LANES) + tail


def _for_width(lanes: int) -> str:
    text = "".join(_function(name, lanes) for name in [*_FUNCTIONS, "pow"]) + _HELPERS + _run(lanes)
    if lanes > 1:
        text += _BATCH.replace("GATHER", _gather(lanes)).replace("LANE_COUNT", str(lanes))
    else:
        text = text.replace("{loop i from FIRST_ALONE}", _EIGHT_AT_ONCE + "{loop i from %alone}")
    text = text.replace("FIRST_ALONE", "0").replace("SPREAD", _spread(lanes)).replace("BYTES", str(8 * lanes))
    text = re.sub(r"^entry:\n(.*?)^}", lambda body: f"entry:\n{_loops(body[1], 'entry')}\n}}", text, flags=re.M | re.S)
    return _typed(text, lanes)


_EIGHT_AT_ONCE = """
  %alone = and i64 %n, -8
  %one = insertelement <8 x double> zeroinitializer, double %cotangent, i64 0
  %all = shufflevector <8 x double> %one, <8 x double> zeroinitializer, <8 x i32> zeroinitializer
  br label %wide.head
wide.head:
  %w = phi i64 [ 0, %entry ], [ %w.next, %wide.body ]
  %w.more = icmp slt i64 %w, %alone
  br i1 %w.more, label %wide.body, label %wide.done
wide.body:
  %w.at = getelementptr double, ptr %targets, i64 %w
  %w.old = load <8 x double>, ptr %w.at, align 8
  %w.p = getelementptr double, ptr %numbers, i64 %w
  %w.x = load <8 x double>, ptr %w.p, align 8
  %w.term = fmul <8 x double> %all, %w.x
  %w.new = fadd <8 x double> %w.old, %w.term
  store <8 x double> %w.new, ptr %w.at, align 8
  %w.next = add i64 %w, 8
  br label %wide.head
wide.done:
"""


def _loops(text: str, block: str) -> str:
    """Write out {loop i from k name = %start …} … {end} in phis and branches.

    ``block`` is the label of the block that the text begins in. Inside, %name is the value so far and
    %name.next what the turn makes of it; after the loop it is %name.last.
    """
    lines = []
    first = block
    loop: tuple[str, list[tuple[str, str]]] = "", []
    for line in map(str.strip, text.strip().splitlines()):
        opening = re.fullmatch(r"\{loop (\w+)(?: from (\S+))?(.*)\}", line)
        if opening:
            i, start, carried = opening.groups()
            names = re.findall(r"(\w+) = (\S+)", carried)
            head = f"{first}.{i}"
            lines += [f"br label %{head}.head", f"{head}.head:"]
            lines.append(f"%{i} = phi i64 [ {start or 0}, %{block} ], [ %{i}.next, %{head}.body ]")
            lines += [f"%{name} = phi T [ {value}, %{block} ], [ %{name}.next, %{head}.body ]" for name, value in names]
            lines.append(f"%{i}.more = icmp slt i64 %{i}, %n")
            lines += [f"br i1 %{i}.more, label %{head}.body, label %{head}.done", f"{head}.body:"]
            loop = i, names
        elif line == "{end}":
            i, names = loop
            block = f"{first}.{i}.done"
            lines += [f"%{i}.next = add i64 %{i}, 1", f"br label %{first}.{i}.head", f"{block}:"]
            lines += [f"%{name}.last = fadd T %{name}, NEGATIVE_ZERO" for name, _ in names]
        else:
            if line.endswith(":"):
                block = line[:-1]
            lines.append(line)
    return "\n".join(lines)


def _run(lanes: int) -> str:
    fields = [("to", 1), ("a", 2), ("b", 3), ("c", 4), ("n", 5)]
    loads = [
        f"  %{name}.at = getelementptr i32, ptr %row, i64 {place}\n"
        f"  %{name}.short = load i32, ptr %{name}.at\n"
        f"  %{name} = zext i32 %{name}.short to i64"
        for name, place in fields
    ]
    blocks = [
        *(_block(name, _elementary(body, lanes)) for name, body in _ELEMENTARY.items()),
        *(_block(name, _guard(comparison, lanes)) for name, comparison in _COMPARISONS.items()),
        *(_block(name, _with_end(body, lanes)) for name, body in _BLOCKS.items()),
    ]
    cases = " ".join(f"i32 {number}, label %{name}" for name, number in OPERATIONS.items())
    return _RUN.replace("FIELDS", "\n".join(loads)).replace("CASES", cases).replace("BLOCKS", "\n".join(blocks))


_OF_THE_LOOP = {"R", "G", "args", "to", "a", "b", "c", "n", "next", "stopped"}


def _block(name: str, body: str) -> str:
    """The block of an operation, its values named after it, as all blocks are in one function."""

    def renamed(found: re.Match[str]) -> str:
        word = found[1]
        return found[0] if word in _OF_THE_LOOP or word == name or word.startswith(f"{name}.") else f"%{name}_{word}"

    return f"{name}:\n{re.sub(r'%([A-Za-z][A-Za-z0-9_.]*)', renamed, _loops(body, name))}"


def _operand(name: str, field: str) -> str:
    return f"%{name}.at = getelementptr T, ptr %R, i64 %{field}\n%{name} = load T, ptr %{name}.at\n"


def _elementary(body: str, lanes: int) -> str:
    loads = "".join(_operand(*pair) for pair in (("x", "a"), ("y", "b"), ("z", "c")) if f"%{pair[0]}" in body)
    return loads + _with_end(body, lanes)


def _with_end(body: str, lanes: int) -> str:
    """Store %r, if the block has one, and go on, or stop."""
    store = "\n%r.at = getelementptr T, ptr %R, i64 %to\nstore T %r, ptr %r.at" if "%r =" in body else ""
    stop = f"{_any(lanes)}\nbr i1 %any, label %stopped, label %next" if "%stop " in body else "br label %next"
    return f"{body}{store}\n{stop}"


def _any(lanes: int) -> str:
    if lanes == 1:
        return "%any = and i1 %stop, true"
    return f"%all = bitcast C %stop to i{lanes}\n%any = icmp ne i{lanes} %all, 0"


def _guard(comparison: str, lanes: int) -> str:
    """Goes on only if the comparison comes out as %to, 1 or 0, in every lane."""
    return (
        f"{_operand('x', 'a')}{_operand('y', 'b')}%holds = fcmp {comparison} T %x, %y\n"
        "%outcome = trunc i64 %to to i1\n%expected = select i1 %outcome, C ALWAYS, C NEVER\n"
        f"%stop = xor C %holds, %expected\n{_any(lanes)}\nbr i1 %any, label %stopped, label %next"
    )


def _function(name: str, lanes: int) -> str:
    """A function of the C library, in each lane."""
    arguments = ["x", "y"] if name == "pow" else ["x"]
    signature = ", ".join(f"T %{argument}" for argument in arguments)
    lines = []
    result = "%r" if lanes == 1 else "zeroinitializer"
    for lane in range(lanes):
        for argument in arguments:
            if lanes > 1:
                lines.append(f"%{argument}{lane} = extractelement T %{argument}, i64 {lane}")
        given = ", ".join(f"double %{argument}{lane if lanes > 1 else ''}" for argument in arguments)
        lines.append(f"%{f'f{lane}' if lanes > 1 else 'r'} = call double @{name}({given})")
        if lanes > 1:
            lines.append(f"%r{lane} = insertelement T {result}, double %f{lane}, i64 {lane}")
            result = f"%r{lane}"
    return f"define internal T @v.{name}({signature}) {{\n" + "\n".join(lines) + f"\nret T {result}\n}}\n"


def _gather(lanes: int) -> str:
    """%gathered: number %i of each lane's sample."""
    lines = []
    result = "zeroinitializer"
    for lane in range(lanes):
        lines += [
            f"%o{lane} = mul i64 %n, {lane}",
            f"%i{lane} = add i64 %o{lane}, %i",
            f"%p{lane} = getelementptr double, ptr %samples, i64 %i{lane}",
            f"%x{lane} = load double, ptr %p{lane}",
            f"%g{lane} = insertelement T {result}, double %x{lane}, i64 {lane}",
        ]
        result = f"%g{lane}"
    return "\n".join([*lines, f"%gathered = fadd T {result}, NEGATIVE_ZERO"])


def _spread(lanes: int) -> str:
    if lanes == 1:
        return "%spread = fadd double %number, NEGATIVE_ZERO"
    return (
        "%first = insertelement T zeroinitializer, double %number, i64 0\n"
        f"%spread = shufflevector T %first, T zeroinitializer, <{lanes} x i32> zeroinitializer"
    )


def _typed(text: str, lanes: int) -> str:
    """The text for one number, or for a vector of them, in place of T."""

    def number(value: float) -> str:
        literal = f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"
        return literal if lanes == 1 else f"<{', '.join([f'double {literal}'] * lanes)}>"

    words = {
        "T": "double" if lanes == 1 else f"<{lanes} x double>",
        "C": "i1" if lanes == 1 else f"<{lanes} x i1>",
        "S": "f64" if lanes == 1 else f"v{lanes}f64",
        "ALWAYS": "true" if lanes == 1 else f"<{', '.join(['i1 true'] * lanes)}>",
        "NEVER": "false" if lanes == 1 else "zeroinitializer",
        **{
            name: number(value)
            for name, value in {
                "ZERO": 0.0,
                "NEGATIVE_ZERO": -0.0,
                "ONE": 1.0,
                "MINUS_ONE": -1.0,
                "HALF": 0.5,
                "SQRT_HALF": math.sqrt(0.5),
                "INFINITY": math.inf,
                "MINUS_INFINITY": -math.inf,
            }.items()
        },
    }
    text = re.sub(r"(?<![%\w])(" + "|".join(words) + r")\b", lambda found: words[found[1]], text)
    return text.replace("@v.", "@one." if lanes == 1 else "@eight.")
