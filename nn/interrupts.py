"""Ctrl-C between steps, and a progress bar: what a long training shows of itself, and how it is ended."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from autograd import MissingToolError

__all__ = ["Interrupts", "progress_bar"]


class Interrupts:
    """Ctrl-C raises KeyboardInterrupt at once, but during ``held()`` at its end: a step is whole, or not taken."""

    def __init__(self) -> None:
        self._holding = False
        self._waiting = False
        self._before: Any = None

    def __enter__(self) -> Interrupts:
        # Only where Ctrl-C does what Python gives it to do, which only the main thread may change.
        in_main_thread = threading.current_thread() is threading.main_thread()
        if in_main_thread and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            self._before = signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self._holding:
            self._waiting = True
        else:
            raise KeyboardInterrupt

    @contextmanager
    def held(self) -> Iterator[None]:
        self._holding = True
        try:
            yield
        finally:
            self._holding = False
        if self._waiting:
            self._waiting = False
            raise KeyboardInterrupt


@contextmanager
def progress_bar(steps: int, wanted: bool | None) -> Iterator[Callable[[int, float], None]]:
    """A function to call after each step with the epoch and the loss."""
    tqdm = _tqdm() if wanted or (wanted is None and sys.stderr.isatty()) else None
    if tqdm is None:
        if wanted:
            raise MissingToolError("progress=True needs tqdm: pip install 'handgrad[progress]'")
        yield lambda epoch, loss: None
        return
    with tqdm(total=steps, unit="step", dynamic_ncols=True) as bar:

        def advance(epoch: int, loss: float) -> None:
            bar.set_description(f"epoch {epoch}, loss {loss:.4g}", refresh=False)
            bar.update()

        yield advance


def _tqdm() -> Any:
    try:
        from tqdm import tqdm
    except ImportError:
        return None
    return tqdm
