"""A console in pdb's manner: lines are read and obeyed, long ones wrapped, and errors take one line."""

from __future__ import annotations

import cmd
import shutil
import sys
from collections.abc import Iterable, Iterator
from typing import IO

from ..errors import AutogradError
from ..notation import columns
from ..notation.plain import in_characters_of

__all__ = ["Console"]

_INDENT = "      "  # of what a long line goes on with


class Console(cmd.Cmd):
    """The loop: from a terminal, or over a list of lines."""

    prompt = "(step) "

    def __init__(self, stdout: IO[str] | None = None) -> None:
        super().__init__(stdout=stdout or sys.stdout)
        self._interrupted = False
        self.lines: Iterator[str] | None = None  # those still to be obeyed, where they are not typed

    def obey(self, lines: Iterable[str] | None) -> None:
        """Each line, up to one that leaves; from the terminal where there are none."""
        if lines is None:
            self._converse()
            return
        self.lines = iter(lines)
        for line in self.lines:
            self.say(f"{self.prompt}{line}")
            if self.onecmd(line):
                break

    def _converse(self) -> None:
        while True:
            try:
                self.cmdloop()
                return
            except KeyboardInterrupt:
                if self._interrupted:  # twice in a row
                    self.say("")
                    return
                self._interrupted = True
                self.say(f"\ninterrupted at {self.place()}; Ctrl-C again, or q, leaves")

    def place(self) -> str:
        raise NotImplementedError

    def precmd(self, line: str) -> str:
        self._interrupted = False
        return line

    def onecmd(self, line: str) -> bool:
        try:
            return bool(self.do(line.strip()))
        except (AutogradError, OSError) as error:
            self.say(f"*** {' '.join(str(error).split())}")
            return False

    def do(self, line: str) -> bool | None:
        """One command; true where it leaves."""
        return super().onecmd(line)

    def say(self, text: str) -> None:
        if self.stdout.isatty():
            width = shutil.get_terminal_size().columns - 1
            text = "\n".join(piece for line in text.split("\n") for piece in _wrapped(line, width))
        encoding = getattr(self.stdout, "encoding", None) or "utf-8"
        print(in_characters_of(encoding, text), file=self.stdout)  # a console may have no ∂


def _wrapped(line: str, width: int) -> Iterator[str]:
    """A line at most so wide, broken between words; what it goes on with is indented."""
    taken, *words = line.split(" ")
    for word in words:
        if taken.strip() and columns(f"{taken} {word}") > width:
            yield taken
            taken = _INDENT + word
        else:
            taken = f"{taken} {word}"
    yield taken
