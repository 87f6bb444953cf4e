"""Replay by a small native machine (the extra ``fast``: llvmlite and numpy).

The machine (:mod:`autograd.replay.assembly`) is compiled once and kept on disk; a record is only translated
into its instructions (:mod:`autograd.replay.encoding`), so a graph of any size is ready as soon as it is
recorded. llvmlite rather than Numba, which is built upon it: vectors and the order of operations are said
outright, it is loaded in a fraction of Numba's time, and compiling takes less than a second, not ten.

A graph that the machine stops at (an overflow, a logarithm of 0) is replayed by Python, which raises
what Python raises.
"""

from __future__ import annotations

import ctypes
import os
import threading
import weakref
from collections.abc import Mapping, Sequence
from functools import cache
from inspect import getsource
from struct import Struct
from sys import getrefcount
from types import SimpleNamespace
from typing import Any

from .. import numeric
from . import assembly, elementary, emitter, floats
from .alike import GUARD_NAMES
from .assembly import FRAME, GRAD, LANES, SINGLE, WIDE
from .encoding import Encoding
from .kept_code import KeptCode
from .python_machine import PythonMachine
from .record import Record

__all__ = ["NativeMachine", "machine_for"]

_ALIGNMENT = 64
_BYTES = 8  # of a float
_BLOCK = 64  # samples at once
_GUARD_NUMBERS = {SINGLE[name] for name in GUARD_NAMES} | {WIDE[f"wide.{name}"] for name in GUARD_NAMES}


def machine_for(record: Record, data: Any = None) -> PythonMachine | NativeMachine:
    """The quickest machine that there is for a record; ``data``: an array of numbers, those of the first leaves."""
    # The root of the smallest graphs is itself a leaf; there is nothing to run.
    if _engine() is None or record.root < record.leaf_count:
        return PythonMachine(record, () if data is None else data)
    return NativeMachine(record, data)


class NativeMachine:
    """Runs a record natively. Its arrays are its own, but for ``data``, and one thread at a time uses them."""

    def __init__(self, record: Record, data: Any = None) -> None:
        self.record = record
        self._engine = _engine()
        self._np = np = _numpy()
        self._data = np.empty(0) if data is None else data
        self.python = PythonMachine(record, self._data)
        self._shared = len(self._data)
        self._kept = record.leaf_count - len(record.inputs)
        self._one = one = _Program(np, record, self._data)
        self._many: _Program | None = None  # made for the first batch
        self._lock = threading.Lock()
        self._own = Struct(f"{record.leaf_count - self._shared}d")
        first = one.encoding.gradients
        self._own_gradients = one.view[first : first + record.leaf_count - self._shared]
        self._until = len(one.encoding.code)
        self._forwarded: bytes | None = None  # the numbers of a forward() that nothing has come after
        self._buffers: list[Any] = []  # of gradients, and where: one is taken again when nobody has it any more
        _machines.add(self)

    def forward(self, leaves: Sequence[float]) -> float:
        one = self._one
        with self._lock:
            self._forwarded = None
            stopped = self._run(leaves, one.encoding.half, 0.0)
            if stopped < 0:
                self._forwarded = self._own.pack(*leaves)
                result: float = one.view[one.encoding.root]
                return result
        self._raise_guard(one, stopped)
        return self.python.forward(leaves)

    def replay(self, leaves: Sequence[float], seed: float) -> tuple[float, Any]:
        """The result, and the gradient with respect to each leaf. ``leaves``: the numbers that are not in ``data``."""
        one = self._one
        with self._lock:
            gradients = self._gradients() if self._shared else None
            stopped = self._run(leaves, self._until, seed)
            if stopped < 0:
                if gradients is None:
                    return one.view[one.encoding.root], self._own_gradients.tolist()
                if len(gradients) > self._shared:
                    gradients[self._shared :] = self._own_gradients
                return one.view[one.encoding.root], gradients
        self._raise_guard(one, stopped)
        return self.python.replay(leaves, seed)

    def _run(self, leaves: Sequence[float], until: int, seed: float) -> int:
        """-1, or where it stopped; backward only, behind ``forward`` with the same numbers."""
        one, numbers = self._one, self._own.pack(*leaves)
        begin = one.encoding.half if numbers == self._forwarded and not self._shared else 0
        self._forwarded = None
        one.bytes[: len(numbers)] = numbers
        stopped: int = self._engine.replay(one.frame, begin, until, seed)
        return stopped

    def _gradients(self) -> memoryview:
        """Room for the gradients; those of the first leaves are written there by the machine itself."""
        for array, address in self._buffers:
            if getrefcount(array) == _UNUSED:
                self._one.words[GRAD] = address
                return memoryview(array)
        array = self._np.empty(self.record.leaf_count)
        self._one.words[GRAD] = address = _address(array)
        self._buffers = [*self._buffers[-1:], (array, address)]
        return memoryview(array)

    def results(self, samples: Any, leaves: Sequence[float]) -> Any:
        """The result of each sample, without gradients."""
        stopped, results = self._batch(samples, leaves, None)
        return results if stopped < 0 else self.python.results(samples, leaves)

    def batch(self, samples: Any, leaves: Sequence[float], seed: float) -> tuple[Any, Any]:
        """The result of each sample, and the gradients with respect to leaves that are no inputs, summed in lanes."""
        sums = self._np.empty(self._kept)
        stopped, results = self._batch(samples, leaves, seed, sums)
        return (results, memoryview(sums)) if stopped < 0 else self.python.batch(samples, leaves, seed)

    def _batch(self, samples: Any, leaves: Sequence[float], seed: float | None, sums: Any = None) -> tuple[int, Any]:
        """Without a seed forward only."""
        np, width = self._np, len(self.record.inputs)
        samples = np.ascontiguousarray(samples, dtype=np.float64).reshape(len(samples), width)
        columns = np.empty((width, 2), dtype=np.int64)
        columns[:, 0] = _address(samples) + _BYTES * np.arange(width)
        columns[:, 1] = width
        results = np.empty(len(samples))
        with self._lock:
            if self._many is None:
                self._many = _Program(np, self.record, self._data, _BLOCK)
            many, own = self._many, self._kept - self._shared
            many.scalars[:own] = leaves[:own]
            encoding = many.encoding
            until = encoding.half if seed is None else len(encoding.code)
            where = encoding.block, encoding.first_input, encoding.root
            stopped = self._engine.batch(
                many.frame, until, _address(columns), width, len(samples), *where, seed or 0.0, _address(results)
            )
            if seed is not None:
                self._engine.fold(many.frame, self._kept, _address(sums))
        if stopped >= 0:
            self._raise_guard(many, stopped)
        return stopped, results

    def _raise_guard(self, program: _Program, stopped: int) -> None:
        if int(program.encoding.code[stopped]) in _GUARD_NUMBERS:
            raise floats.GuardFlipped


def _unused_count() -> int:
    """What getrefcount says, within _gradients, of an array that is in the list only."""
    buffers: list[Any] = [([], 0)]
    for array, _ in buffers:
        return getrefcount(array)
    raise AssertionError


_UNUSED = _unused_count()


class _Program:
    """The instructions of a record, the arrays that they work on, and the frame that names them."""

    def __init__(self, np: Any, record: Record, data: Any, block: int = 0) -> None:
        self.encoding = encoding = Encoding(np, record, len(data), block)
        self.numbers = _aligned(np, encoding.size + LANES)
        self.scalars = _aligned(np, encoding.scalars) if block else self.numbers[: encoding.scalars]
        self.scalars[encoding.own :] = encoding.constants
        self.totals = _aligned(np, LANES * encoding.kept) if block else self.numbers
        self._data = data  # kept, as it is read by its address
        room = encoding.room + LANES
        self._room = _aligned(np, 4 * room)
        words = {
            "R": _address(self.numbers),
            "DATA": _address(data),
            "OWN": _address(self.scalars),
            "totals": _address(self.totals),
            "room": _address(self._room),
            "room_size": room,
            "code": _address(encoding.code),
            "lists": _address(encoding.lists),
            "seed": encoding.seed,
        }
        self.words = np.array([words.get(name, 0) for name in FRAME], dtype=np.int64)
        self.frame = _address(self.words)
        self.view = memoryview(self.numbers)
        self.bytes = self.view.cast("B")


def _address(array: Any) -> int:
    address: int = array.__array_interface__["data"][0]
    return address


def _aligned(np: Any, count: int) -> Any:
    raw = np.zeros(count + _ALIGNMENT // _BYTES)
    start = -raw.ctypes.data % _ALIGNMENT // _BYTES
    return raw[start : start + count]


# --- the compiled machine -------------------------------------------------------------------------

_building = threading.Lock()
_machines: weakref.WeakSet[NativeMachine] = weakref.WeakSet()


def _open_locks() -> None:
    """In a forked process, where the thread that held a lock is not, and each run writes all that it reads."""
    global _building
    _building = threading.Lock()
    for machine in [*_machines]:
        machine._lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_open_locks)


def _numpy() -> Any:
    import numpy

    return numpy


def _engine() -> Any:
    """The compiled machine's entries, or None where it cannot be had."""
    with _building:
        return _built()


@cache
def _built() -> Any:
    try:
        import llvmlite.binding as llvm
        import numpy as np
    except ImportError:
        return None
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    processor, features = llvm.get_host_cpu_name(), llvm.get_host_cpu_features()
    target = llvm.Target.from_default_triple().create_target_machine(cpu=processor, features=features.flatten(), opt=2)
    # Writing the machine's text and reading it take longer than loading its code, which depends on these.
    files = [getsource(module) for module in (assembly, elementary, emitter, numeric)]
    kept = KeptCode(*files, processor, features.flatten(), llvm.llvm_version_info)
    module = llvm.parse_assembly("" if kept.code else assembly.machine_source(*_vectors(features)))
    compiler = llvm.create_mcjit_compiler(module, target)
    if kept.code:
        compiler.add_object_file(llvm.ObjectFileRef.from_data(kept.code))
    else:
        compiler.set_object_cache(lambda _, code: kept.keep(code), lambda _: None)
    compiler.finalize_object()
    pointer, whole, number = ctypes.c_void_p, ctypes.c_int64, ctypes.c_double

    def entry(name: str, *arguments: Any) -> Any:
        return ctypes.CFUNCTYPE(whole, *arguments)(compiler.get_function_address(name))

    engine = SimpleNamespace(
        compiler=compiler,  # which owns the code
        kept=kept,
        replay=entry("replay", pointer, whole, whole, number),
        batch=entry("batch", pointer, whole, pointer, *[whole] * 5, number, pointer),
        fold=entry("fold", pointer, whole, pointer),
    )
    return engine if _same_functions(engine, np) else None


def _vectors(features: Mapping[str, bool]) -> tuple[int, int]:
    """The lanes of the machine's vectors, and the rows of a product that their registers hold at once."""
    if features.get("avx512f"):
        return 8, 8
    if features.get("avx"):
        return 4, 4
    return 2, 8 if features.get("neon") else 4


def _same_functions(engine: Any, np: Any) -> bool:
    """Do the machine's functions have the bits of Python's ``math``?"""
    xs = [place * 0.173 - 9.0 for place in range(104)]
    numbers = np.array(xs + [0.0] * len(xs))
    for name in ("exp", "expm1", "sin", "cos", "tanh", "normal_cdf", "sigmoid", "softplus", "gelu"):
        code = [number for place in range(len(xs)) for number in (SINGLE[name], len(xs) + place, place)]
        code = np.array(code, dtype=np.int32)
        words = {"R": _address(numbers), "code": _address(code)}
        frame = np.array([words.get(word, 0) for word in FRAME], dtype=np.int64)
        engine.replay(_address(frame), 0, len(code), xs[0])
        if numbers[len(xs) :].tolist() != [vars(floats)[name](x) for x in xs]:
            return False
    return True
