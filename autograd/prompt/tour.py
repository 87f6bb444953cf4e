"""A tour of sixty seconds: an expression, backward, a sheet, steps, a picture; then the prompt, with all of it there.

Each stop is typed as at a prompt and really run, so what is printed is what a reader would see.
"""

from __future__ import annotations

import sys
from typing import Any

from ..terminal import painted
from .shell import names_at_the_prompt, open_prompt

__all__ = ["STOPS", "run"]

# (what it is about, what is typed)
STOPS = [
    ("A Value is a number that remembers how it was made.",
     ["x, w = Value(0.5, 'x'), Value(0.8, 'w')",
      "a = sigmoid(x * w); a.label = 'a'",
      "loss = (0.9 - a) ** 2 / 2; loss.label = 'loss'",
      "loss"]),
    ("backward() is the chain rule, from the loss to the leaves. What does loss do when w grows?",
     ["loss.backward()",
      "w.grad"]),
    ("The same as you would write it on paper: symbols, then numbers, then the result.",
     ["print(explain(w, root=loss))"]),
    ("Forward and backward, one node at a time. (debug(loss) does it at a prompt, play(loss) on a live page.)",
     ["steps = step(loss)",
      "print(steps.next())",
      "print(steps.run(until='a'))"]),
    ("Is a figure that somebody printed right? If not, what happened?",
     ["print(check(w, '0.0362', of='grad', root=loss))"]),
    ("And as a picture: numbers in the boxes, partials in blue, what flows back in red.",
     ["draw(loss).show()"]),
]  # fmt: skip


def run() -> int:
    """Go from stop to stop, with Enter on a terminal; then open the prompt with the tour's Values."""
    names = names_at_the_prompt()
    waiting = sys.stdin.isatty() and sys.stdout.isatty()
    for number, (about, lines) in enumerate(STOPS, start=1):
        print(painted(f"\n{number}/{len(STOPS)}  {about}", "bold", sys.stdout))
        for line in lines:
            _type(line, names)
        if waiting and not _goes_on():
            break
    if not waiting:
        return 0
    ended = "The tour's x, w, a and loss are here. Try: w.data = 0.3; loss.forward()   or: play(loss).show()"
    return open_prompt({name: names[name] for name in ("x", "w", "a", "loss") if name in names}, f"\n{ended}")


def _type(line: str, names: dict[str, Any]) -> None:
    print(f"{painted('>>>', 'blue', sys.stdout)} {painted(line, 'cyan', sys.stdout)}")
    exec(compile(line, "<tour>", "single"), names)  # one of STOPS: nothing that anybody has typed


def _goes_on() -> bool:
    try:
        answer = input(painted("     Enter: on    q: to the prompt ", "dim", sys.stdout))
    except (EOFError, KeyboardInterrupt):
        print()
        return False
    return answer.strip().lower() not in ("q", "quit")
