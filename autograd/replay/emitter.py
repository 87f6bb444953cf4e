"""A few lines that make LLVM's language bearable: values name themselves, and loops write their own phis.

>>> f = Function("twice", [("double", "x")], "double")
>>> f.end(f(f"fadd double %x, %x"))
>>> print(f.text())
define double @twice(double %x) {
entry:
  %v1 = fadd double %x, %x
  ret double %v1
}
<BLANKLINE>

A value is the text of its name, as is everything here: what LLVM makes of it, it says itself.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

__all__ = ["Function", "Loop", "bits_of", "constant", "mask_type", "number_type"]


def bits_of(number: float) -> str:
    return f"0x{struct.unpack('<Q', struct.pack('<d', number))[0]:016X}"


def number_type(lanes: int) -> str:
    return "double" if lanes == 1 else f"<{lanes} x double>"


def mask_type(lanes: int) -> str:
    return "i1" if lanes == 1 else f"<{lanes} x i1>"


def constant(number: float, lanes: int = 1) -> str:
    """A number, the same in each lane."""
    return bits_of(number) if lanes == 1 else f"<{', '.join([f'double {bits_of(number)}'] * lanes)}>"


class Loop:
    """The counter ``i``, what is carried (``values``), what the turn makes of it (``next``), and ``last``."""

    def __init__(self, i: str, values: list[str]) -> None:
        self.i = i
        self.values = values
        self.next = values
        self.last = values


class Function:
    """The text of one function, as it grows; called with the text of an instruction, it names the result."""

    def __init__(self, name: str, arguments: Sequence[tuple[str, str]], result: str = "void", kind: str = "") -> None:
        given = ", ".join(f"{kind} %{name}" for kind, name in arguments)
        self.lines = [f"define {kind}{' ' if kind else ''}{result} @{name}({given}) {{", "entry:"]
        self.result = result
        self.block = "entry"
        self._count = 0

    def text(self) -> str:
        return "\n".join([*self.lines, "}\n"])

    def __call__(self, instruction: str) -> str:
        name = f"%{self.fresh('v')}"
        self.do(f"{name} = {instruction}")
        return name

    def do(self, instruction: str) -> None:
        self.lines.append(f"  {instruction}")

    def end(self, value: str = "") -> None:
        self.do(f"ret {self.result} {value}".rstrip())

    def fresh(self, stem: str) -> str:
        self._count += 1
        return f"{stem}{self._count}"

    def label(self, name: str) -> None:
        self.lines.append(f"{name}:")
        self.block = name

    def jump(self, name: str) -> None:
        self.do(f"br label %{name}")

    # --- whole numbers and memory ---

    def add(self, a: Any, b: Any) -> str:
        return self(f"add i64 {a}, {b}")

    def mul(self, a: Any, b: Any) -> str:
        return self(f"mul i64 {a}, {b}")

    def select(self, condition: str, a: Any, b: Any, kind: str = "i64") -> str:
        return self(f"select i1 {condition}, {kind} {a}, {kind} {b}")

    def at(self, pointer: str, index: Any, kind: str = "double") -> str:
        return self(f"getelementptr {kind}, ptr {pointer}, i64 {index}")

    def load(self, pointer: str, index: Any = 0, kind: str = "double") -> str:
        """The number, or the vector of them, from the index-th number on."""
        return self(f"load {kind}, ptr {self._place(pointer, index, kind)}, align 8")

    def store(self, value: str, pointer: str, index: Any = 0, kind: str = "double") -> None:
        self.do(f"store {kind} {value}, ptr {self._place(pointer, index, kind)}, align 8")

    def _place(self, pointer: str, index: Any, kind: str) -> str:
        return pointer if index == 0 else self.at(pointer, index, "double" if kind[0] == "<" else kind)

    def word(self, pointer: str, index: Any) -> str:
        """A whole number of 32 bits, as 64."""
        place = self.at(pointer, index, "i32")
        return self(f"sext i32 {self(f'load i32, ptr {place}')} to i64")

    def spread(self, value: str, lanes: int, kind: str = "double") -> str:
        """The value in each lane."""
        if lanes == 1:
            return value
        first = self(f"insertelement <{lanes} x {kind}> poison, {kind} {value}, i64 0")
        vector = f"<{lanes} x {kind}>"
        return self(f"shufflevector {vector} {first}, {vector} poison, <{lanes} x i32> zeroinitializer")

    def first_lanes(self, count: str, lanes: int) -> str:
        """The mask of the first ``count`` lanes."""
        counts = self.spread(self(f"trunc i64 {count} to i32"), lanes, "i32")
        return self(f"icmp slt <{lanes} x i32> <{', '.join(f'i32 {lane}' for lane in range(lanes))}>, {counts}")

    # --- ways ---

    @contextmanager
    def loop(self, start: Any, end: Any, step: Any = 1, carried: Sequence[tuple[str, str]] = ()) -> Iterator[Loop]:
        """``for i in range(start, end, step)``; ``carried`` are (type, first value)."""
        head, body, done = (self.fresh(stem) for stem in ("head", "body", "done"))
        before = self.block
        self.jump(head)
        self.label(head)
        loop = Loop(f"%{self.fresh('i')}", [f"%{self.fresh('c')}" for _ in carried])
        place = len(self.lines)
        self.do(f"br i1 {self(f'icmp slt i64 {loop.i}, {end}')}, label %{body}, label %{done}")
        self.label(body)
        yield loop
        after = self.add(loop.i, step)
        phis: list[tuple[str, Any, str, str]] = [("i64", start, loop.i, after)]
        for (kind, first), name, following in zip(carried, loop.values, loop.next):
            phis.append((kind, first, name, following))
        self.lines[place:place] = [
            f"  {name} = phi {kind} [ {first}, %{before} ], [ {following}, %{self.block} ]"
            for kind, first, name, following in phis
        ]
        self.jump(head)
        self.label(done)
        loop.last = loop.values

    @contextmanager
    def when(self, condition: str) -> Iterator[None]:
        yes, end = self.fresh("yes"), self.fresh("end")
        self.do(f"br i1 {condition}, label %{yes}, label %{end}")
        self.label(yes)
        yield
        if not self.lines[-1].startswith("  ret "):
            self.jump(end)
        self.label(end)

    def choose(
        self,
        condition: str,
        first: Callable[[], Sequence[str]],
        second: Callable[[], Sequence[str]],
        kinds: Sequence[str],
    ) -> list[str]:
        """Two ways to some values of these types, each a function that writes its code and gives them."""
        yes, no, end = (self.fresh(stem) for stem in ("yes", "no", "end"))
        self.do(f"br i1 {condition}, label %{yes}, label %{no}")
        found = []
        for name, way in ((yes, first), (no, second)):
            self.label(name)
            found.append((way(), self.block))
            self.jump(end)
        self.label(end)
        (ours, here), (theirs, there) = found
        return [self(f"phi {kind} [ {x}, %{here} ], [ {y}, %{there} ]") for kind, x, y in zip(kinds, ours, theirs)]
