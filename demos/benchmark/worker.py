"""One implementation on one problem, in a process of its own: ``python -m demos.benchmark.worker W1 micrograd``.

It prepares, takes a first step, and says what that cost and what came out. Then, for each line "round" on
its standard input, it takes steps for about a quarter of a second and says how long one took. One line of
JSON each. It runs on one core, and the collector is left as Python has set it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from time import perf_counter, process_time
from typing import Any, TextIO

from autograd import MissingToolError

__all__ = ["main"]

SECONDS_PER_ROUND = 0.25


def main(problem: str, peer: str, *options: str) -> None:
    answers = _own_standard_output()
    _use_one_core()
    begin = perf_counter()
    try:
        module = import_module(f"demos.benchmark.peers.{peer}")
        imported = perf_counter()
        memory_before = peak_memory()
        step = getattr(module, problem.lower())(*map(int, options))
        answer = [float(number) for number in step()]
    except (ImportError, MissingToolError) as error:
        _say(answers, {"left_out": str(error)})
        return
    _say(
        answers,
        {
            "title": f"{module.TITLE}{_version(module)}",
            "answer": answer,
            "import_ms": 1e3 * (imported - begin),
            "first_ms": 1e3 * (perf_counter() - imported),
        },
    )
    steps = 1
    while sys.stdin.readline() == "round\n":
        elapsed, steps = _time(step, steps)
        _say(answers, {"ms": 1e3 * elapsed / steps})
    _say(answers, {"peak_mb": peak_memory() / 1e6, "added_mb": (peak_memory() - memory_before) / 1e6})


def _time(step: Callable[[], Any], steps: int) -> tuple[float, int]:
    """The seconds that ``steps`` steps take, and that number, doubled until it is worth timing.

    It is the processor's time: on one core it is the time that passes, but for what others used.
    """
    while True:
        begin = process_time()
        for _ in range(steps):
            answer = step()
        float(answer[0])  # who computes behind the caller's back has to be done here
        elapsed = process_time() - begin
        if elapsed >= SECONDS_PER_ROUND / 2:
            return elapsed, steps
        steps *= 2


def peak_memory() -> int:
    """The most memory that this process has held so far, in bytes; 0 where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


def _own_standard_output() -> TextIO:
    """The standard output, kept from libraries that print: what they say goes to the errors."""
    kept = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return kept


def _use_one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def _version(module: Any) -> str:
    try:
        return f" {version(module.PACKAGE)}"
    except (AttributeError, PackageNotFoundError):
        return ""


def _say(answers: TextIO, record: dict[str, Any]) -> None:
    print(json.dumps(record), file=answers, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
