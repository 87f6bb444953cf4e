"""``python -m autograd proofread FILE…``: the command, which reads as a linter does."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

from ...errors import AutogradError
from .proofs import Proof, proofread
from .reading import ENDINGS
from .reports import as_github, as_json, as_lines, as_markdown

__all__ = ["add_arguments", "run"]

_NEVER_ENTERED = frozenset([".git", "node_modules", "__pycache__", ".venv", "venv", ".tox"])


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="Markdown, text, LaTeX, HTML, a notebook; a folder; -")
    parser.add_argument("--json", action="store_true", help="print the equalities as JSON, and nothing else")
    parser.add_argument("--format", choices=["text", "github", "markdown", "json"], default="text", help="how to print")
    parser.add_argument("--unread", action="store_true", help="list what could not be read, and why")
    parser.add_argument("--all", action="store_true", help="list the equalities that agree, too")
    parser.epilog = "exit status: 0 no slip, 1 slips, 2 a file could not be read"


def run(asked: argparse.Namespace) -> int:
    """Read what was asked for and print what was found. 0: no slip; 1: slips; 2: a file could not be read."""
    proofs, failed = [], False
    progress = _Progress(sys.stderr)
    for path in _files(asked.files):
        try:
            if path == "-":
                proofs.append(proofread(sys.stdin.read(), progress=progress.of("-")))
            else:
                proofs.append(proofread(Path(path), progress=progress.of(path)))
        except (AutogradError, OSError) as error:
            reason = f"{path}: {error.strerror}" if isinstance(error, OSError) and error.strerror else str(error)
            progress.clear()
            print(f"proofread: {reason}", file=sys.stderr)
            failed = True
    progress.clear()
    _print(proofs, "json" if asked.json else asked.format, asked)
    return 2 if failed else 1 if any(not proof for proof in proofs) else 0


def _print(proofs: Sequence[Proof], format: str, asked: argparse.Namespace) -> None:
    if format == "json":
        print(as_json(proofs))
    elif format == "markdown":
        print(as_markdown(proofs), end="")
    elif format == "github":
        _lines(as_github(proofs))
    else:
        _lines(as_lines(proofs, colour=_has_colours(sys.stdout), unread=asked.unread, all_rows=asked.all))


def _lines(lines: Iterable[str]) -> None:
    for line in lines:
        encoding = sys.stdout.encoding or "utf-8"
        print(line.encode(encoding, "replace").decode(encoding))


def _files(given: Sequence[str]) -> Iterator[str]:
    """The files; of a folder those below it whose endings are a document's, in the order of their names."""
    for path in given:
        if path == "-" or not os.path.isdir(path):
            yield path
            continue
        for folder, below, names in os.walk(path):
            below[:] = sorted(name for name in below if name not in _NEVER_ENTERED)
            yield from (os.path.join(folder, name) for name in sorted(names) if Path(name).suffix.lower() in ENDINGS)


def _has_colours(stream: IO[str]) -> bool:
    return stream.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


class _Progress:
    """A line on a terminal that says how far the reading is, from the first second on."""

    def __init__(self, stream: IO[str]) -> None:
        self.stream = stream
        self.began = self.told = time.monotonic()
        self.shown = False

    def of(self, path: str) -> Callable[[float], None]:
        def tell(share: float) -> None:
            now = time.monotonic()
            if self.stream.isatty() and now - self.began > 1 and now - self.told > 0.1:
                self.told, self.shown = now, True
                print(f"\r\033[Kreading {path}: {share:.0%}", end="", file=self.stream, flush=True)

        return tell

    def clear(self) -> None:
        if self.shown:
            print("\r\033[K", end="", file=self.stream, flush=True)
            self.shown = False
