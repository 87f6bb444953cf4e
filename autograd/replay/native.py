"""Replay by a small native machine (the extra ``fast``: llvmlite and numpy).

The machine (:mod:`autograd.replay.assembly`) is compiled once and kept on disk; a record is only translated
into its instructions, so a graph of any size is ready as soon as it is recorded. llvmlite rather than
Numba, which is built upon it: vectors and the order of operations are said outright, it is loaded in a
fraction of Numba's time, and compiling takes less than a second, not ten.

A graph that the machine stops at (an overflow, a logarithm of 0) is replayed by Python, which raises
what Python raises.
"""

from __future__ import annotations

import ctypes
import math
import os
import threading
import weakref
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any

from . import floats
from .assembly import BLOCK, LANES, OPERATIONS, machine_source
from .kept_code import KeptCode
from .python_machine import PythonMachine
from .record import GUARDS, Record

__all__ = ["NativeMachine", "machine_for"]

_WIDTH = 6  # whole numbers of an instruction
_ALIGNMENT = 64
_BYTES = 8  # of a float


def machine_for(record: Record, bound: range = range(0)) -> PythonMachine | NativeMachine:
    """The quickest machine that there is for a record; ``bound``: leaves that may be the same as others."""
    # The root of the smallest graphs is itself a leaf; there is nothing to run.
    if _engine() is None or record.root < record.leaf_count:
        return PythonMachine(record, bound)
    return NativeMachine(record, bound)


class NativeMachine:
    """Runs a record natively. Its arrays are its own, and one thread at a time uses them."""

    def __init__(self, record: Record, bound: range = range(0)) -> None:
        self.record = record
        self.python = PythonMachine(record, bound)
        self._engine = _engine()
        self._np = np = _numpy()
        code, args, self._half = _encoded(record, bound)
        self._code = np.array(code, dtype=np.int32)
        self._args = np.array(args, dtype=np.int32)
        self._length = len(code) // _WIDTH
        self._kept = record.leaf_count - len(record.inputs)
        self._settled = np.array(_settled(record, self._kept), dtype=np.int32)
        # Addresses are looked up once: NumPy takes longer for one than the machine for a small graph.
        self._at_code, self._at_args, self._at_settled = map(_address, (self._code, self._args, self._settled))
        self._bindings = _Bindings(np, record, bound, self._code, self._args) if bound else None
        self._one = _Arrays(np, record, 1)
        self._eight: _Arrays | None = None  # and the totals of settled leaves: made for the first batch
        self._lock = threading.Lock()
        _machines.add(self)

    def forward(self, leaves: Sequence[float]) -> float:
        with self._lock:
            one = self._one
            one.numbers[: len(leaves)] = leaves
            stopped = self._engine.one_run(self._at_code, 0, self._half, self._at_args, one.R, one.G)
            if stopped < 0:
                return float(one.numbers[self.record.root])
        self._raise_guard(stopped)
        return self.python.forward(leaves)

    def replay(
        self, leaves: Sequence[float], seed: float, same: Mapping[int, int] | None = None
    ) -> tuple[float, Any]:
        """The result, and the gradient by each leaf: an array, or a list.

        ``same`` says which bound leaves are, this time, another leaf: that one gets the gradient of both.
        """
        with self._lock:
            if self._bindings is not None:
                self._bindings.bind(same or {})
            one, record = self._one, self.record
            one.numbers[: len(leaves)] = leaves
            stopped = self._replay(seed)
            if stopped < 0:
                return float(one.numbers[record.root]), one.cotangents[: record.leaf_count].copy()
        self._raise_guard(stopped)
        return self.python.replay(leaves, seed, same)

    def _replay(self, seed: float) -> int:
        one, record = self._one, self.record
        stopped: int = self._engine.one_replay(
            self._at_code, self._length, self._at_args, one.R, one.G, record.size, record.root, seed
        )
        return stopped

    def batch(self, samples: Any, leaves: Sequence[float], seed: float) -> tuple[Any, Any]:
        """The result of each sample, and the gradients by the leaves that are no inputs, summed in lanes."""
        np = self._np
        samples = np.ascontiguousarray(samples, dtype=np.float64).reshape(len(samples), len(self.record.inputs))
        with self._lock:
            stopped, results, totals = self._batch(samples, leaves, seed)
        if stopped < 0:
            return results, totals
        self._raise_guard(stopped)
        found, sums = self.python.batch(samples, leaves, seed)
        return np.array(found), np.array(sums)

    def _batch(self, samples: Any, leaves: Sequence[float], seed: float) -> tuple[int, Any, Any]:
        np, record, kept = self._np, self.record, self._kept
        if self._eight is None:
            self._eight = _Arrays(np, record, LANES)
            self._totals = _aligned(np, (kept, LANES))
        eight, one, settled = self._eight, self._one, self._totals
        results = np.empty(len(samples))
        count = len(samples) // LANES
        at_samples, at_results = _address(samples), _address(results)
        eight.numbers[:kept].T[:] = one.numbers[:kept] = leaves[:kept]
        eight.cotangents[:kept] = 0.0
        settled[self._settled] = 0.0
        common = self._at_code, self._length, self._at_args
        rest = record.size, record.root, seed
        stopped = self._engine.eight_batch(
            *common, eight.R, eight.G, *rest, at_samples, len(record.inputs), kept,
            self._at_settled, len(self._settled), _address(settled), count, at_results,
        )
        # A leaf that is not settled sample by sample has its total in its cotangent.
        totals = eight.cotangents[:kept]
        if len(self._settled):
            totals[self._settled] = settled[self._settled]
        if stopped < 0:
            done = _BYTES * count * LANES
            stopped = self._engine.tail(
                *common, one.R, one.G, *rest, at_samples + done * len(record.inputs), len(record.inputs), kept,
                eight.G, len(samples) % LANES, at_results + done,
            )
        sums = np.empty(kept)
        self._engine.fold(eight.G, kept, _address(sums))
        return stopped, results, sums

    def _raise_guard(self, stopped: int) -> None:
        if self._code[stopped * _WIDTH] in _GUARD_NUMBERS:
            raise floats.GuardFlipped


class _Bindings:
    """Where an encoded record mentions bound leaves: those places are changed to the leaves that they are."""

    def __init__(self, np: Any, record: Record, bound: range, code: Any, args: Any) -> None:
        self._np = np
        self._size = record.size
        self._bound = False
        fields = np.zeros((len(OPERATIONS), _WIDTH), dtype=bool)
        for name, number in OPERATIONS.items():
            fields[number, list(_SLOT_FIELDS.get(name, (2, 3, 4)))] = True
        rows = code.reshape(-1, _WIDTH)
        inside = (rows >= bound.start) & (rows < bound.stop) & fields[rows[:, 0]]
        self._places = [
            (array, places, array[places])
            for array, places in (
                (code, np.flatnonzero(inside)),
                (args, np.flatnonzero((args >= bound.start) & (args < bound.stop))),
            )
        ]

    def bind(self, same: Mapping[int, int]) -> None:
        if not same and not self._bound:
            return
        self._bound = bool(same)
        slots = self._np.arange(self._size, dtype=self._np.int32)
        slots[list(same)] = list(same.values())
        for array, places, original in self._places:
            array[places] = slots[original]


class _Arrays:
    """The slots' numbers and cotangents, for one sample or for LANES side by side."""

    def __init__(self, np: Any, record: Record, lanes: int) -> None:
        shape = () if lanes == 1 else (lanes,)
        self.numbers = _aligned(np, (record.size, *shape))
        self.cotangents = _aligned(np, (record.size, *shape))
        self.R, self.G = _address(self.numbers), _address(self.cotangents)
        slots = list(record.constants)
        values = np.array(list(record.constants.values()), dtype=np.float64)
        self.numbers[slots] = values if lanes == 1 else values[:, None]


def _address(array: Any) -> int:
    address: int = array.__array_interface__["data"][0]
    return address


def _aligned(np: Any, shape: tuple[int, ...]) -> Any:
    count = math.prod(shape)
    raw = np.zeros(count + _ALIGNMENT // 8)
    start = -raw.ctypes.data % _ALIGNMENT // 8
    return raw[start : start + count].reshape(shape)


# --- translation ----------------------------------------------------------------------------------

# The fields of an instruction that may hold the slot of a bound leaf; 2, 3 and 4 where nothing is said here.
_SLOT_FIELDS = {
    "collect": (1, 3),
    "collect_same": (1,),
    "collect_negated": (1,),
    "weighted_sum": (4,),
    "weighted_run": (4,),
    **dict.fromkeys(
        ("collect_run", "collect_list", "total", "softmax", "log_softmax", "logsumexp", "weighted_block"), ()
    ),
}
_GUARD_NUMBERS = {OPERATIONS[name] for name in GUARDS}


def _settled(record: Record, kept: int) -> list[int]:
    """The leaves to which a sample makes more than one contribution: they are summed before they are added."""
    contributions: Counter[int] = Counter()
    for name, slot, operands in record.backward:
        if name in ("collect", "collect_negated"):
            contributions[slot] += 1
        elif name in ("collect_weights", "collect_row"):
            count = len(operands) // 2
            contributions.update(operands[:count])
            contributions.update(operands[count if name == "collect_row" else -1 :])
    return [slot for slot in range(kept) if contributions[slot] > 1]


class _Encoder:
    """Instructions as rows of whole numbers; lists of slots stand apart, in ``args``."""

    def __init__(self, record: Record, bound: range) -> None:
        self.record = record
        self.bound = bound
        self.code: list[int] = []
        self.args: list[int] = []
        self.blocks = self._blocks()

    def add(self, operation: str, to: int, a: int = 0, b: int = 0, c: int = 0, n: int = 0) -> None:
        self.code += (OPERATIONS[operation], to, a, b, c, n)

    def listed(self, slots: Sequence[int]) -> int:
        self.args += slots
        return len(self.args) - len(slots)

    def instruction(self, name: str, slot: int, operands: tuple[int, ...]) -> None:
        if name == "weighted_sum":
            self._weighted_sum(slot, operands)
        elif name in ("total", "softmax", "log_softmax", "logsumexp"):
            self.add(name, slot, self.listed(operands), n=len(operands))
        elif name == "collect":
            self.add("collect" if len(operands) == 2 else "collect_same", slot, *operands)
        elif name in ("collect_weights", "collect_row"):
            count = len(operands) // 2
            weights, inputs, bias = operands[:count], operands[count:-1], operands[-1]
            self._products(weights, inputs, slot)
            self.add("collect_same", bias, slot)
            if name == "collect_row":
                self._products(inputs, weights, slot)
        else:
            self.add(name, slot, *operands)

    def _products(self, targets: Sequence[int], numbers: Sequence[int], source: int) -> None:
        if self._is_run(targets) and self._is_run(numbers):
            self.add("collect_run", targets[0], source, numbers[0], n=len(targets))
        elif targets:
            self.add("collect_list", 0, source, self.listed(targets), self.listed(numbers), len(targets))

    def _weighted_sum(self, slot: int, operands: tuple[int, ...]) -> None:
        count = len(operands) // 2
        weights, inputs, bias = operands[:count], operands[count:-1], operands[-1]
        if not count:
            self.add("copy", slot, bias)
        elif slot in self.blocks:
            self._add_block(self.blocks[slot])
        elif self._is_run(weights) and self._is_run(inputs):
            self.add("weighted_run", slot, weights[0], inputs[0], bias, count)
        else:
            self.add("weighted_sum", slot, self.listed(weights), self.listed(inputs), bias, count)

    def _is_run(self, slots: Sequence[int]) -> bool:
        """Do the slots follow one another, and stay where they are?"""
        if not slots or slots[0] in self.bound or slots[-1] in self.bound:
            return False
        return tuple(slots) == tuple(range(slots[0], slots[0] + len(slots)))

    def _blocks(self) -> dict[int, list[tuple[int, tuple[int, ...]]]]:
        """Weighted sums of leaves over the same inputs, BLOCK at a time: they are computed with the first of them."""
        layers: dict[tuple[int, ...], list[tuple[int, tuple[int, ...]]]] = {}
        for name, slot, operands in self.record.forward:
            count = len(operands) // 2
            if name != "weighted_sum" or not count:
                continue
            weights, inputs, bias = operands[:count], operands[count:-1], operands[-1]
            ready = max(*weights, bias) < self.record.leaf_count and bias not in self.bound
            if ready and self._is_run(weights) and self._is_run(inputs):
                layers.setdefault((inputs[0], count), []).append((slot, operands))
        blocks: dict[int, list[tuple[int, tuple[int, ...]]]] = {}
        for rows in layers.values():
            for start in range(0, len(rows) - BLOCK + 1, BLOCK):
                block = rows[start : start + BLOCK]
                blocks.update({slot: [] for slot, _ in block})
                blocks[block[0][0]] = block
        return blocks

    def _add_block(self, rows: list[tuple[int, tuple[int, ...]]]) -> None:
        if rows:
            count = len(rows[0][1]) // 2
            places = [number for slot, operands in rows for number in (slot, operands[0], operands[-1])]
            self.add("weighted_block", 0, self.listed(places), rows[0][1][count], n=count)


def _encoded(record: Record, bound: range) -> tuple[list[int], list[int], int]:
    """(instructions, lists of slots, how many instructions belong to forward)."""
    encoder = _Encoder(record, bound)
    for instruction in record.forward:
        encoder.instruction(*instruction)
    half = len(encoder.code) // _WIDTH
    for instruction in record.backward:
        encoder.instruction(*instruction)
    return encoder.code, encoder.args, half


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
    target = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=2
    )
    source = machine_source()
    module = llvm.parse_assembly(source)
    module.verify()
    kept = KeptCode(source, llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten(), llvm.llvm_version_info)
    if kept.code is None:
        builder = llvm.create_pass_builder(target, llvm.create_pipeline_tuning_options(speed_level=2))
        builder.getModulePassManager().run(module, builder)
    compiler = llvm.create_mcjit_compiler(module, target)
    compiler.set_object_cache(lambda _, code: kept.keep(code), lambda _: kept.code)
    compiler.finalize_object()
    pointer, whole, number = ctypes.c_void_p, ctypes.c_int64, ctypes.c_double
    run = [pointer, whole, whole, pointer, pointer, pointer]
    replay = [pointer, whole, pointer, pointer, pointer, whole, whole, number]
    batch = [*replay, pointer, whole, whole, pointer, whole, pointer, whole, pointer]

    def entry(name: str, arguments: list[Any]) -> Any:
        return ctypes.CFUNCTYPE(whole, *arguments)(compiler.get_function_address(name))

    engine = SimpleNamespace(
        compiler=compiler,  # which owns the code
        kept=kept,
        one_run=entry("one.run", run),
        one_replay=entry("one.replay", replay),
        eight_batch=entry("eight.batch", batch),
        tail=entry("tail", [*replay, pointer, whole, whole, pointer, whole, pointer]),
        fold=entry("fold", [pointer, whole, pointer]),
    )
    return engine if _same_functions(engine, np) else None


def _same_functions(engine: Any, np: Any) -> bool:
    """Do the machine's functions have the bits of Python's ``math``?"""
    xs = [place * 0.173 - 9.0 for place in range(104)]
    numbers = np.array(xs + [0.0] * len(xs))
    for name in ("exp", "expm1", "sin", "cos", "tanh", "normal_cdf", "sigmoid", "softplus", "gelu"):
        code = [number for place in range(len(xs)) for number in (OPERATIONS[name], len(xs) + place, place, 0, 0, 0)]
        array = np.array(code, dtype=np.int32)
        engine.one_run(_address(array), 0, len(xs), 0, _address(numbers), 0)
        if numbers[len(xs) :].tolist() != [vars(floats)[name](x) for x in xs]:
            return False
    return True
