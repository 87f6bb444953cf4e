"""``python -m autograd``, which is also the command ``handgrad``.

Without an argument it opens a prompt with everything imported; ``tour`` shows what there is in sixty seconds;
``proofread FILE…`` reads documents for slips; ``"sigmoid(x*w)" x=0.5 w=0.8`` prints the sheet of an expression.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

import autograd.hand.proofreading.command as proofread
import autograd.prompt.command as prompt
from autograd.errors import AutogradError

__all__ = ["main"]

_USAGE = """\
  handgrad                                 a prompt with everything imported
  handgrad tour                            what there is, in sixty seconds
  handgrad proofread FILE…                 read documents, and tell the slips in their arithmetic
  handgrad "sigmoid(x*w1)*w2" x=0.5 w1=0.8 w2=0.6
                                           the sheet of an expression; also --draw FILE, --play [FILE],
                                           --quiz, --debug

python -m autograd is the same command; COMMAND --help says more."""


def main(argv: Sequence[str] | None = None) -> int:
    """Do what was asked for. 0: done; 1: slips were found; 2: it could not be done."""
    given = list(sys.argv[1:] if argv is None else argv)
    try:
        return _run(given)
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130
    except (AutogradError, OSError) as error:
        print(f"handgrad: {error}", file=sys.stderr)
        return 2


def _run(given: list[str]) -> int:
    if not given:
        return prompt.open_prompt()
    first = given[0]
    if first in ("-h", "--help", "help"):
        print(_USAGE)
        return 0
    if first == "tour":
        return prompt.run_tour()
    parser = argparse.ArgumentParser(prog=f"handgrad {first}" if first == "proofread" else "handgrad")
    command = proofread if first == "proofread" else prompt.calculation
    command.add_arguments(parser)
    return command.run(parser.parse_args(given[1:] if first == "proofread" else given))


if __name__ == "__main__":
    sys.exit(main())
