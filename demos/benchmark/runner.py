"""The workers, one process for each implementation, in turns; their medians as a table or as JSON.

    python -m demos benchmark                     everything that is installed
    python -m demos benchmark W1 --rounds 9       one problem, more rounds
    python -m demos benchmark W1 --peers micrograd,neurons
    python -m demos benchmark --growth            time and memory from 10³ to 10⁷ nodes
    python -m demos benchmark --json              the same as JSON, and nothing else
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

from .problems import TITLES

__all__ = ["PEERS", "main"]

# Who takes part in what; the first is what the others are compared with.
PEERS = {
    "W1": [
        "micrograd", "elementary", "neurons", "python_replay", "native_replay", "native_batch",
        "pytorch", "pytorch_compiled", "casadi", "jax", "numba", "numpy", "c",
    ],
    "W2": ["micrograd", "elementary", "neurons", "native_replay", "pytorch", "pytorch_compiled", "jax", "numpy", "c"],
    "W3": ["micrograd", "elementary", "native_replay", "pytorch"],
    "W4": ["micrograd", "elementary", "neurons", "native_replay"],
    "W5": ["micrograd", "neurons", "native_replay", "pytorch", "jax", "numpy", "c"],
    "W6": ["native_batch", "pytorch", "pytorch_compiled", "jax", "numpy", "c"],
}
WORKER = "demos.benchmark.worker"
GROWTH = {"micrograd": 10**6, "elementary": 10**7, "native_replay": 10**6}  # and the most nodes that a few GB hold
GROWTH_LENGTHS = [10**power for power in range(3, 8)]

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}


class WorkerError(Exception):
    """A worker that ended, or said something that is no answer."""


class Worker:
    """A process that runs one implementation; see :mod:`demos.benchmark.worker`."""

    def __init__(self, problem: str, peer: str, *options: str) -> None:
        # not a pipe, which could fill up, and block
        self.complaints = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        self.process = subprocess.Popen(
            [sys.executable, "-m", WORKER, problem, peer, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.complaints,
            text=True,
            encoding="utf-8",
            env={**os.environ, **ONE_THREAD, "PYTHONPATH": _with_this_package(os.environ.get("PYTHONPATH"))},
        )

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *error: object) -> None:
        self.process.kill()
        self.process.wait()
        for file in (self.process.stdin, self.process.stdout, self.complaints):
            file.close()  # type: ignore[union-attr]

    def answer(self) -> dict[str, Any]:
        line = self.process.stdout.readline()  # type: ignore[union-attr]
        if not line:
            self.complaints.seek(0)
            last = self.complaints.read().splitlines()[-1:]
            raise WorkerError(last[0] if last else "ended without a word")
        return json.loads(line)

    def round(self) -> float:
        """Milliseconds for one step."""
        print("round", file=self.process.stdin, flush=True)
        return self.answer()["ms"]

    def end(self) -> dict[str, Any]:
        print("end", file=self.process.stdin, flush=True)
        return self.answer()


def _with_this_package(path: str | None) -> str:
    """The search path of modules, with the folder that ``demos`` came from in front."""
    return os.pathsep.join([str(Path(__file__).parents[2]), *([path] if path else [])])


# --- side by side ----------------------------------------------------------------------------------


def compare(
    problem: str, peers: Sequence[str], rounds: int, *options: str
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """A record for each implementation, and for those left out the reason; ``options`` are W3's length."""
    records: dict[str, dict[str, Any]] = {}
    left_out: dict[str, str] = {}
    with ExitStack() as stack:
        workers = {}
        for peer in peers:
            _progress(f"{problem} {peer}: first step")
            worker = stack.enter_context(Worker(problem, peer, *options))
            try:
                answer = worker.answer()
            except WorkerError as error:
                answer = {"left_out": str(error)}
            if "left_out" in answer:
                left_out[peer] = answer["left_out"]
                continue
            workers[peer] = worker
            records[peer] = {"problem": problem, "peer": peer, **answer, "rounds_ms": []}
        for number in range(rounds):
            for peer, worker in list(workers.items()):
                _progress(f"{problem} {peer}: round {number + 1} of {rounds}")
                try:
                    records[peer]["rounds_ms"].append(worker.round())
                except WorkerError as error:  # such as one that the system ended for its memory
                    left_out[peer] = str(error)
                    del workers[peer], records[peer]
        for peer, worker in workers.items():
            records[peer].update(worker.end())
    _progress("")
    base = records.get(PEERS[problem][0])
    for record in records.values():
        record["ms"] = median(record["rounds_ms"])
        record["ratio"] = median(base["rounds_ms"]) / record["ms"] if base else None
    return list(records.values()), left_out


def disagreements(records: Sequence[dict[str, Any]]) -> list[str]:
    """Who computed something else than the first one did."""
    found = []
    for record in records[1:]:
        for ours, theirs in zip(records[0]["answer"], record["answer"]):
            if abs(ours - theirs) > 1e-9 * max(abs(ours), abs(theirs)):
                found.append(f"{record['title']} computed {theirs!r} where {records[0]['title']} has {ours!r}")
    return found


def grow(peers: Sequence[str]) -> list[dict[str, Any]]:
    """Time and memory of a chain x = x·a + b, forward and backward, from a thousand to ten million nodes."""
    records = []
    for peer in peers:
        for nodes in GROWTH_LENGTHS:
            if nodes > GROWTH[peer]:
                break
            _progress(f"growth {peer}: {nodes} nodes")
            with Worker("W3", peer, str(nodes // 2)) as worker:
                answer = worker.answer()
                if "left_out" in answer:
                    break
                milliseconds = worker.round()
                memory = worker.end()["added_mb"]
            records.append(
                {
                    "problem": "growth", "peer": peer, "title": answer["title"], "nodes": nodes,
                    "ms": milliseconds, "microseconds_per_node": 1e3 * milliseconds / nodes,
                    "added_mb": memory, "bytes_per_node": 1e6 * memory / nodes,
                }
            )
    _progress("")
    return records


# --- what is shown ---------------------------------------------------------------------------------


def machine() -> dict[str, str | int | float]:
    return {
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "system": f"{platform.system()} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else 0.0,
    }


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def table(problem: str, records: Sequence[dict[str, Any]], left_out: dict[str, str]) -> str:
    lines = [
        f"{problem}: {TITLES[problem]}",
        f"  {'':34} {'ms/step':>10} {'× micrograd':>12} {'first step, ms':>15} {'memory, MB':>11}",
    ]
    for record in records:
        ratio = "" if record["ratio"] is None else significant(record["ratio"])
        lines.append(
            f"  {record['title']:34} {significant(record['ms']):>10} {ratio:>12}"
            f" {significant(record['import_ms'] + record['first_ms']):>15} {record['peak_mb']:>11.0f}"
        )
    lines += [f"  left out: {peer} ({reason})" for peer, reason in left_out.items()]
    return "\n".join(lines)


def growth_table(records: Sequence[dict[str, Any]]) -> str:
    lines = [
        "growth: a chain x = x·a + b, forward and backward",
        f"  {'':34} {'nodes':>10} {'ms':>10} {'µs a node':>10} {'bytes a node':>13}",
    ]
    lines += [
        f"  {record['title']:34} {record['nodes']:>10} {significant(record['ms']):>10}"
        f" {significant(record['microseconds_per_node']):>10} {record['bytes_per_node']:>13.0f}"
        for record in records
    ]
    return "\n".join(lines)


def significant(number: float) -> str:
    """Three significant digits, with commas in thousands.

    >>> significant(0.0485), significant(12_160.0), significant(3.14159)
    ('0.0485', '12,200', '3.14')
    """
    rounded = float(f"{number:.3g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 100 else f"{rounded:.3g}"


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m demos benchmark", description="Time the engine beside whichever peers are installed."
    )
    parser.add_argument("problems", nargs="*", metavar="PROBLEM", help=f"some of {', '.join(PEERS)}; all by default")
    parser.add_argument("--peers", help="some of them, with commas between: " + ", ".join(PEERS["W1"]))
    parser.add_argument("--rounds", type=int, default=5, help="turns for each; the median counts (default 5)")
    parser.add_argument("--growth", action="store_true", help="time and memory from 10³ to 10⁷ nodes")
    parser.add_argument("--json", action="store_true", help="print JSON, and nothing else")
    chosen = parser.parse_args(arguments)
    for name in chosen.problems:
        if name not in PEERS:
            parser.error(f"{name} is no problem; there are {', '.join(PEERS)}")
    chosen.peers = chosen.peers.replace(" ", "").split(",") if chosen.peers else PEERS["W1"]
    for name in chosen.peers:
        if name not in PEERS["W1"]:
            parser.error(f"{name} is no peer; there are {', '.join(PEERS['W1'])}")
    if chosen.rounds < 1:
        parser.error("--rounds must be 1 or more")
    if not chosen.problems and not chosen.growth:
        chosen.problems = list(PEERS)
    return chosen


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for; 1 if two implementations computed different numbers."""
    chosen = parse(arguments)

    def show(text: str) -> None:
        if not chosen.json:
            print(text, flush=True)

    here = machine()
    show(f"{here['processor']}, {here['cores']} cores, {here['system']}, {here['python']}, load {here['load']}")
    show("one process for each and one core, float64\n")
    results: list[dict[str, Any]] = []
    wrong: list[str] = []
    if chosen.growth:
        results = grow([peer for peer in GROWTH if peer in chosen.peers])
        show(growth_table(results) + "\n")
    if chosen.problems:
        show(f"the median of {chosen.rounds} interleaved rounds\n")
    for problem in chosen.problems:
        records, left_out = compare(problem, [p for p in PEERS[problem] if p in chosen.peers], chosen.rounds)
        results += [*records, *({"problem": problem, "peer": p, "left_out": why} for p, why in left_out.items())]
        wrong += disagreements(records)
        show(table(problem, records, left_out) + "\n")
    if chosen.json:
        print(json.dumps({"machine": here, "results": results}, indent=1, ensure_ascii=False))
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0
