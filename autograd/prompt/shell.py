"""The prompt: IPython where it is installed, else Python's own, with completion and history."""

from __future__ import annotations

import atexit
import code
import importlib.util
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import autograd

from .hints import Hints, say

__all__ = ["BANNER", "names_at_the_prompt", "open_prompt"]

BANNER = """\
handgrad {version}: numbers that remember how they were made. All of autograd and nn is imported.
  >>> x, w = Value(0.5), Value(0.8)                 two numbers, called as their variables are
  >>> loss = (0.9 - sigmoid(x * w)) ** 2            a graph; loss.backward() fills in w.grad
  explain(loss)  step(loss)  draw(loss).show()  play(loss).show()  check(w, "-0.07", of="grad", root=loss)"""


def names_at_the_prompt() -> dict[str, Any]:
    """Everything public of ``autograd`` and of ``nn``, as ``from autograd import *`` has it."""
    modules = {"autograd": autograd, "nn": import_module("nn")} if importlib.util.find_spec("nn") else {}
    names: dict[str, Any] = {"autograd": autograd, **modules}
    for module in reversed(list(modules.values())):
        names |= {name: getattr(module, name) for name in module.__all__}
    return names


def open_prompt(more: Mapping[str, Any] | None = None, banner: str | None = None) -> int:
    """Ask, evaluate and print until the user leaves; ``more`` are names beside those of the package."""
    names = names_at_the_prompt() | dict(more or {})
    banner = BANNER.format(version=_version()) if banner is None else banner
    if importlib.util.find_spec("IPython") and sys.stdin.isatty():
        _open_ipython(names, banner)
    else:
        _open_python(names, banner)
    return 0


_INSTALL = "__import__('autograd.prompt.hints', fromlist=['_']).install_in_ipython(get_ipython())"


def _version() -> str:
    try:
        return version("handgrad")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "(not installed)"


def _open_ipython(names: dict[str, Any], banner: str) -> None:
    ipython = import_module("IPython")
    config = import_module("traitlets.config").Config()
    config.TerminalInteractiveShell.banner1 = f"{banner}\n\n"
    config.TerminalInteractiveShell.banner2 = ""
    config.InteractiveShellApp.exec_lines = [_INSTALL]
    ipython.start_ipython(argv=["--no-confirm-exit"], user_ns=names, config=config)


def _open_python(names: dict[str, Any], banner: str) -> None:
    names |= {"__name__": "__console__", "__doc__": None}
    with suppress(ImportError):  # Windows has no readline
        _complete_and_remember(names)
    _Console(names).interact(banner=banner, exitmsg="")


class _Console(code.InteractiveConsole):
    """Python's own console, which gives hints after a line."""

    def __init__(self, names: dict[str, Any]) -> None:
        super().__init__(names, "<console>")
        self._hints = Hints()
        self._after: Callable[[], list[str]] = list

    def runsource(self, source: str, filename: str = "<input>", symbol: str = "single") -> bool:
        self._after = self._hints.before(source, self.locals)
        return super().runsource(source, filename, symbol)

    def runcode(self, code: Any) -> None:
        super().runcode(code)
        say(self._after())


def _complete_and_remember(names: dict[str, Any]) -> None:
    readline, rlcompleter = import_module("readline"), import_module("rlcompleter")
    readline.set_completer(rlcompleter.Completer(names).complete)
    readline.parse_and_bind("tab: complete")
    if not sys.stdin.isatty():
        return
    history = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "handgrad" / "history"
    with suppress(OSError):
        history.parent.mkdir(parents=True, exist_ok=True)
        history.touch(mode=0o600)
        readline.read_history_file(history)

    def remember() -> None:
        with suppress(OSError):
            readline.set_history_length(1000)
            readline.write_history_file(history)

    atexit.register(remember)
