"""``python -m autograd``: the commands. ``python -m autograd proofread FILE…`` reads documents for slips."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

import autograd.hand.proofreading.command as proofread

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m autograd", description="Backpropagation that can be read.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    reading = commands.add_parser("proofread", help="read documents, and tell the slips in their arithmetic")
    proofread.add_arguments(reading)
    asked = parser.parse_args(argv)
    try:
        return proofread.run(asked)
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
