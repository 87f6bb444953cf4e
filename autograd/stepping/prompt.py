"""The debugger's prompt, with the letters and the habits of pdb."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from .. import arguments
from ..errors import AutogradError, KindError, UnknownNameError
from ..messages import quoted
from ..primitives import PRIMITIVES
from ..value import Value
from .debugger import Debugger
from .events import Event
from .expressions import functions
from .help import COMMANDS, LONGER, help_on
from .looking import MAX_LISTED, Looking, counted

__all__ = ["debug"]


def debug(
    root: Value, commands: Iterable[str] | None = None, *, accumulate: bool = False, digits: int = 4
) -> None:
    """Step through a graph at a prompt, with pdb's letters; or run a list of commands.

    >>> from autograd import Value, debug
    >>> w, x = Value(0.5, label="w"), Value(3.0, label="x")
    >>> y = w * x; y.label = "y"
    >>> debug(y, ["n", "b w", "c", "p w.grad * 2", "q"])
    y: 3 events, forward and backward; h lists the commands
    (step) n
    1/3 forward   y = w · x = 0.5 · 3 = 1.5
    (step) b w
    breakpoint 1: label w
    (step) c
    3/3 backward  ∂y/∂w = ∂y/∂y · x = 1 · 3 = 3;  ∂y/∂x = ∂y/∂y · w = 1 · 0.5 = 0.5
    breakpoint 1: label w
    (step) p w.grad * 2
    6.0
    (step) q
    at the end: every .grad is that of this pass

    It is one pass, whose gradients start at zero; with ``accumulate=True`` it is added to the passes before.
    Left before the end (by q, the end of input, or Ctrl-C twice), the graph is as it was before.
    """
    arguments.value(root, "debug: the root")
    lines = None if commands is None else _as_lines(commands)
    Prompt(Debugger(root, digits, accumulate)).run(lines)


def _as_lines(commands: Any) -> list[str]:
    lines: list[Any] = list(commands) if isinstance(commands, Iterable) and not isinstance(commands, str) else [None]
    if not all(isinstance(line, str) for line in lines):
        raise KindError(f"debug: commands is a list of lines, such as ['n', 'c']; got {quoted(commands)}")
    return lines


def _several(do: Callable[[Prompt, str], bool | None]) -> Callable[[Prompt, str], None]:
    """A command that may be followed by how often to do it; it returns whether to stop before."""

    def command(self: Prompt, argument: str) -> None:
        for _ in range(counted(argument, 1, "a number of events, such as 3")):
            if do(self, ""):
                break

    return command


class Prompt(Looking):
    """The console of a :class:`Debugger`."""

    def run(self, commands: Iterable[str] | None) -> None:
        root = self.namer[self.stepper.root]
        self.say(f"{root}: {len(self.stepper)} events, forward and backward; h lists the commands")
        stale = self.debugger.stale()
        for node in islice(stale, MAX_LISTED):
            self.say(f"stale: {self.described(node)}; a leaf was changed later, and the forward events show it")
        if len(stale) > MAX_LISTED:
            self.say(f"stale: {len(stale) - MAX_LISTED:,} more")
        try:
            self.obey(commands)
        finally:
            self._leave()

    def _leave(self) -> None:
        if self.stepper.at_end:
            whose = "as after backward()" if self.stepper.accumulate else "that of this pass"
            self.say(f"at the end: every .grad is {whose}")
        else:
            place = self.place()
            self.debugger.leave()
            self.say(f"left at {place}: the graph is as it was before")

    def place(self) -> str:
        return f"{self.stepper.position} of {len(self.stepper)}"

    def do(self, line: str) -> bool | None:
        before = self.stepper.position
        leaves = self._do(line)
        if self.stepper.position != before or "=" in line:
            self.show_what_changed()
        return leaves

    def _do(self, line: str) -> bool | None:
        """A command; or, as pdb has it, an assignment or an expression, with or without a ! in front."""
        if line.startswith("!"):
            line = line[1:].strip()
            if not line:
                raise UnknownNameError("!: give an expression, or a leaf and its number, such as w = 3")
        name, equals, expression = map(str.strip, line.partition("="))
        leaf = self.namer.names.called(name) if equals and not expression.startswith("=") else None
        if leaf is not None:
            self._assign(leaf, expression)
            return None
        word = line.split(maxsplit=1)[0] if line else ""
        if not line or hasattr(self, f"do_{word}"):
            return super().do(line)
        try:
            self.do_print(line)
        except AutogradError as error:
            if word.isidentifier() and self.namer.names.called(word) is None:
                hint = str(error).partition("no such label; ")[2] or "h lists the commands"
                raise UnknownNameError(f"{word}: no such command, and no such label; {hint}") from None
            raise
        return None

    def _assign(self, leaf: Value, expression: str) -> None:
        before = self.debugger.assign(leaf, expression)
        again = f"; the {self.stepper.position} events so far were done again" if self.stepper.position else ""
        self.say(f"{self.namer[leaf]} = {self.namer.show(leaf.data)} (was {self.namer.show(before)}){again}")

    def _show(self, event: Event, undone: bool = False) -> None:
        done = "undone: " if undone else ""
        if self.debugger.opened is not None:
            return self.say(f"      {done}{event}")
        self.say(f"{self.stepper.position}/{len(self.stepper)} {done}{event.phase:8}  {event}")

    # --- going ---

    @_several
    def do_next(self, _: str) -> bool:
        return self._went(self.debugger.next())

    def do_step(self, _: str) -> None:
        self._went(self.debugger.step_into())

    def _went(self, event: Event | None) -> bool:
        if event is None:
            self.say(f"this is the end ({self.place()}); r goes back, q leaves")
            return True
        self._show(event)
        return False

    @_several
    def do_reverse(self, _: str) -> bool:
        was_open = self.debugger.opened is not None
        event = self.debugger.back()
        if event is not None:
            self._show(event, undone=True)
        elif was_open:
            self.say(f"before these steps ({self.place()})")
        else:
            self.say("this is the start")
        return event is None and not was_open

    def do_continue(self, _: str) -> None:
        event, breakpoint = self.debugger.go_on()
        if event is not None:
            self._show(event)
        self.say(str(breakpoint) if breakpoint else f"this is the end ({self.place()}); r goes back, q leaves")

    def do_jump(self, number: str) -> None:
        position = counted(number, -1, "the number of an event, such as 3")
        if not 0 <= position <= len(self.stepper):
            raise UnknownNameError(f"j: give the number of an event, from 0 to {len(self.stepper)}")
        self.debugger.jump(position)
        self.say(f"at {self.place()}{self.here().replace('->', ':', 1) if position else ''}")

    def do_break(self, what: str) -> None:
        if what:
            return self.say(str(self.debugger.stop_at(what)))
        for breakpoint in self.debugger.breakpoints.values():
            self.say(str(breakpoint))
        if not self.debugger.breakpoints:
            self.say("no breakpoints")

    def do_tbreak(self, what: str) -> None:
        if not what:
            raise UnknownNameError("tbreak: give a label, an operation or a condition to stop at")
        self.say(str(self.debugger.stop_at(what, is_temporary=True)))

    def do_clear(self, number: str) -> None:
        breakpoints = self.debugger.breakpoints
        if not number:
            breakpoints.clear()
        elif number in map(str, breakpoints):
            del breakpoints[int(number)]
        else:
            raise UnknownNameError(f"{number[:60]}: no such breakpoint; b lists them")

    # --- leaving, help, completion ---

    def do_quit(self, _: str) -> bool:
        return True

    def do_EOF(self, _: str) -> bool:
        self.say("")
        return True

    def do_help(self, command: str) -> None:
        if not command:
            return self.say("\n".join([*map(help_on, COMMANDS), LONGER]))
        does = getattr(self, f"do_{command}", None)
        for letters in COMMANDS:
            if does is not None and does in [getattr(self, f"do_{letter}", None) for letter in letters.split(", ")]:
                return self.say(help_on(letters))
        raise UnknownNameError(f"{command[:60]}: no such command; h lists them")

    do_n, do_s, do_r, do_c, do_b, do_cl = do_next, do_step, do_reverse, do_continue, do_break, do_clear
    do_q, do_h, do_j = do_quit, do_help, do_jump

    def _starting_with(self, text: str, words: Iterable[str]) -> list[str]:
        return sorted({word for word in words if word.startswith(text)})

    def complete_print(self, text: str, *_: Any) -> list[str]:
        return self._starting_with(text, [*self.namer.names.nodes, *functions()])

    def complete_break(self, text: str, *_: Any) -> list[str]:
        return self._starting_with(text, [*self.namer.names.nodes, *PRIMITIVES])

    def complete_explain(self, text: str, *_: Any) -> list[str]:
        return self._starting_with(text, self.namer.names.nodes)

    complete_p, complete_b, complete_e = complete_print, complete_break, complete_explain
    complete_pp = complete_display = complete_print
    complete_tbreak = complete_break
