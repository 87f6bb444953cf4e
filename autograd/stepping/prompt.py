"""The debugger's prompt, with the letters and the habits of pdb."""

from __future__ import annotations

import cmd
import sys
from collections.abc import Callable, Collection, Iterable
from importlib import import_module
from itertools import accumulate, groupby, islice
from operator import mul
from typing import IO, Any

from .. import arguments
from ..errors import AutogradError, KindError, TooLargeError, UnknownNameError
from ..numeric import quoted
from ..primitives import PRIMITIVES
from ..value import Value
from .debugger import Debugger
from .expressions import FUNCTIONS
from .lines import Namer, chained, of_names, slope
from .machine import Event

__all__ = ["debug"]

MAX_LISTED = 8  # operands or consumers of one node, and stale nodes
AROUND = 5  # nodes of a long way, on either side of the one that is looked at

HELP = """\
n [count]      the next event, or several
s              into the next event, where its node is a composite one (a weighted sum, a softmax)
r [count]      reverse: undo the last event, .grad included
c              go on to a breakpoint, or to the end
b [what]       stop at a label, an operation (tanh) or a condition on the node at hand
               (abs(grad) < 1e-6) or on labels (w.grad > 1); without one: list the breakpoints
cl [number]    clear a breakpoint, or all
w [count]      where: the way from here to the root, with the factor of each step; of a long way the root
               and count (5) nodes on either side of the one that is looked at, with w all: every node
u, d [count]   look one node further up to the root, or back down; or several
l              the node that is looked at, with its consumers and its operands
p [expression] print: labels, label.grad, data and grad (of the node that is looked at), + - * / **,
               comparisons, and the functions of the table
e [label]      explain: the hand calculation of the node that is looked at
g [file]       write the graph as a picture (step.svg), with this node and its ways to the root marked
q              leave; before the end the graph is put back as it was
An empty line repeats the last command. Longer names work too: next, step, reverse, continue, break …"""


def debug(root: Value, commands: Iterable[str] | None = None, *, digits: int = 4) -> None:
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
    at the end: every .grad is as after backward()

    Left before the end (by q, the end of input, or Ctrl-C twice), the graph is as it was before.
    """
    arguments.value(root, "debug: the root")
    lines = None if commands is None else _as_lines(commands)
    Prompt(Debugger(root, digits)).run(lines)


def _as_lines(commands: Any) -> list[str]:
    lines: list[Any] = list(commands) if isinstance(commands, Iterable) and not isinstance(commands, str) else [None]
    if not all(isinstance(line, str) for line in lines):
        raise KindError(f"debug: commands is a list of lines, such as ['n', 'c']; got {quoted(commands)}")
    return lines


def _several(do: Callable[[Prompt, str], bool | None]) -> Callable[[Prompt, str], None]:
    """A command that may be followed by how often to do it; it returns whether to stop before."""

    def command(self: Prompt, argument: str) -> None:
        for _ in range(_counted(argument, 1, "a number of events, such as 3")):
            if do(self, ""):
                break

    return command


def _counted(argument: str, default: int, expected: str) -> int:
    if argument and not (argument.isdecimal() and len(argument) < 10):
        raise UnknownNameError(f"{argument[:60]}: give {expected}")
    return int(argument or default)


class Prompt(cmd.Cmd):
    """The console of a :class:`Debugger`."""

    prompt = "(step) "

    def __init__(self, debugger: Debugger, stdout: IO[str] | None = None) -> None:
        super().__init__(stdout=stdout or sys.stdout)
        self.debugger = debugger
        self.stepper = debugger.stepper
        self.namer: Namer = debugger.stepper.namer
        self._interrupted = False

    # --- the loop ---

    def run(self, commands: Iterable[str] | None) -> None:
        root = self.namer[self.stepper.root]
        self._say(f"{root}: {len(self.stepper)} events, forward and backward; h lists the commands")
        stale = self.debugger.stale()
        for node in islice(stale, MAX_LISTED):
            self._say(f"stale: {self._described(node)}; an operand was changed later, and the forward events show it")
        if len(stale) > MAX_LISTED:
            self._say(f"stale: {len(stale) - MAX_LISTED:,} more")
        try:
            if commands is None:
                self._converse()
            else:
                for line in commands:
                    self._say(f"{self.prompt}{line}")
                    if self.onecmd(line):
                        break
        finally:
            self._leave()

    def _converse(self) -> None:
        while True:
            try:
                self.cmdloop()
                return
            except KeyboardInterrupt:
                if self._interrupted:  # twice in a row
                    self._say("")
                    return
                self._interrupted = True
                self._say(f"\ninterrupted at {self._place()}; Ctrl-C again, or q, leaves")

    def _leave(self) -> None:
        if self.stepper.at_end:
            self._say("at the end: every .grad is as after backward()")
        else:
            place = self._place()
            self.stepper.rewind()
            self._say(f"left at {place}: the graph is as it was before")

    def precmd(self, line: str) -> str:
        self._interrupted = False
        return line

    def onecmd(self, line: str) -> bool:
        try:
            return bool(super().onecmd(line))
        except (AutogradError, OSError) as error:
            self._say(f"*** {' '.join(str(error).split())}")
            return False

    def default(self, line: str) -> None:
        if line in self.namer.names.nodes:
            return self.do_print(line)
        word = line.split()[0]
        raise UnknownNameError(f"{word}: no such command; h lists them, and p {line} prints")

    def _say(self, text: str) -> None:
        encoding = getattr(self.stdout, "encoding", None) or "utf-8"
        print(text.encode(encoding, "replace").decode(encoding), file=self.stdout)  # a console may have no ∂

    def _place(self) -> str:
        return f"{self.stepper.position} of {len(self.stepper)}"

    def _show(self, event: Event, undone: bool = False) -> None:
        done = "undone: " if undone else ""
        if self.debugger.opened is not None:
            return self._say(f"      {done}{event}")
        self._say(f"{self.stepper.position}/{len(self.stepper)} {done}{event.phase:8}  {event}")

    # --- going ---

    @_several
    def do_next(self, _: str) -> bool:
        return self._went(self.debugger.next())

    def do_step(self, _: str) -> None:
        self._went(self.debugger.step_into())

    def _went(self, event: Event | None) -> bool:
        if event is None:
            self._say(f"this is the end ({self._place()}); r goes back, q leaves")
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
            self._say(f"before these steps ({self._place()})")
        else:
            self._say("this is the start")
        return event is None and not was_open

    def do_continue(self, _: str) -> None:
        event, breakpoint = self.debugger.go_on()
        if event is not None:
            self._show(event)
        self._say(str(breakpoint) if breakpoint else f"this is the end ({self._place()}); r goes back, q leaves")

    def do_break(self, what: str) -> None:
        if what:
            return self._say(str(self.debugger.stop_at(what)))
        for breakpoint in self.debugger.breakpoints.values():
            self._say(str(breakpoint))
        if not self.debugger.breakpoints:
            self._say("no breakpoints")

    def do_clear(self, number: str) -> None:
        breakpoints = self.debugger.breakpoints
        if not number:
            breakpoints.clear()
        elif number in map(str, breakpoints):
            del breakpoints[int(number)]
        else:
            raise UnknownNameError(f"{number[:60]}: no such breakpoint; b lists them")

    # --- looking ---

    def do_where(self, count: str) -> None:
        way, at = self.debugger.way, self.debugger.at
        downwards = range(len(way) - 1, -1, -1)
        slopes = [slope(way[height].consumer, at(height)) for height in downwards]
        factors = list(accumulate(slopes, mul, initial=1))[::-1]  # of the way from the root to each height
        lines = []
        shown = self._shown_heights(count)
        for is_shown, heights in groupby([len(way), *downwards], shown.__contains__):
            if is_shown:
                lines += [self._line_of_way(height, factors) for height in heights]
            else:
                lines.append(f"   … {len(list(heights)):,} more; w all shows them")
        self._say("\n".join(lines))
        if any(link.others for link in way):
            self._say("this is one way of several: the gradient is the sum over all of them")

    def _shown_heights(self, count: str) -> Collection[int]:
        """Where on the way the nodes stand that ``w`` shows: the root, and those around the present one; or all."""
        top, here = len(self.debugger.way), self.debugger.height
        if count == "all":
            return range(top + 1)
        around = _counted(count, AROUND, "a number of nodes, such as 20, or all")
        shown = {top, *range(max(here - around, 0), min(here + around, top) + 1)}
        # A node that would be left out alone is shown: the line that counts it is as long as its own.
        shown |= ({0} if 1 in shown else set()) | ({top - 1} if top - 2 in shown else set())
        return shown

    def _line_of_way(self, height: int, factors: list[Any]) -> str:
        way, node = self.debugger.way, self.debugger.at(height)
        line = f"{self._arrow(height)} {of_names(node, self.namer)}"
        if height == len(way):
            return line
        others = f"  (one of {way[height].others + 1} consumers)" if way[height].others else ""
        return f"{line}   {chained(way[height].consumer, node, factors[height + 1], self.namer)}{others}"

    def do_up(self, count: str) -> None:
        moved = self.debugger.up(_counted(count, 1, "a number of nodes, such as 3"))
        self._say(self._here() if moved else "this is the root")

    def do_down(self, count: str) -> None:
        moved = self.debugger.down(_counted(count, 1, "a number of nodes, such as 3"))
        self._say(self._here() if moved else "this is the node of the last event")

    def do_list(self, _: str) -> None:
        node = self.debugger.node
        self._list("used by", self.debugger.consumers.get(node, []))
        self._say(self._here())
        self._list("made of", list(dict.fromkeys(x for x in node.operands if isinstance(x, Value))))

    def _list(self, title: str, nodes: list[Value]) -> None:
        for node in islice(nodes, MAX_LISTED):
            self._say(f"   {title}  {self._described(node)}")
        if len(nodes) > MAX_LISTED:
            self._say(f"   {title}  {len(nodes) - MAX_LISTED:,} more")

    def do_print(self, expression: str) -> None:
        self._say(repr(self.debugger.worked_out(expression)) if expression else self._here())

    def do_explain(self, name: str) -> None:
        explain, namer = _from_package("explain"), self.namer
        self._say(str(explain(self._meant(name), digits=namer.digits, root=self.stepper.root, names=namer.names)))

    def do_graph(self, path: str) -> None:
        draw, root, node = _from_package("draw"), self.stepper.root, self.debugger.node
        try:
            graph = draw(root, highlight=node, digits=self.namer.digits)
        except TooLargeError:
            graph = draw(root, around=node, digits=self.namer.digits)
        self._say(f"written: {graph.mark(node).save(path or 'step.svg')}")

    def _meant(self, label: str) -> Value:
        if not label:
            return self.debugger.node
        found = self.debugger.worked_out(label)
        if not isinstance(found, Value):
            raise UnknownNameError(f"{label}: give a label")
        return found

    def _arrow(self, height: int) -> str:
        return "->" if height == self.debugger.height else "  "

    def _here(self) -> str:
        return f"-> {self._described(self.debugger.node)}"

    def _described(self, node: Value) -> str:
        show = self.namer.show
        return f"{of_names(node, self.namer)}   data {show(node.data)}, grad {show(node.grad)}"

    # --- leaving, help, completion ---

    def do_quit(self, _: str) -> bool:
        return True

    def do_EOF(self, _: str) -> bool:
        self._say("")
        return True

    def do_help(self, _: str) -> None:
        self._say(HELP)

    do_n, do_s, do_r, do_c, do_b, do_cl = do_next, do_step, do_reverse, do_continue, do_break, do_clear
    do_w, do_u, do_d, do_l, do_p, do_e = do_where, do_up, do_down, do_list, do_print, do_explain
    do_g, do_q, do_h = do_graph, do_quit, do_help

    def _starting_with(self, text: str, words: Iterable[str]) -> list[str]:
        return sorted({word for word in words if word.startswith(text)})

    def complete_print(self, text: str, *_: Any) -> list[str]:
        return self._starting_with(text, [*self.namer.names.nodes, *FUNCTIONS])

    def complete_break(self, text: str, *_: Any) -> list[str]:
        return self._starting_with(text, [*self.namer.names.nodes, *PRIMITIVES])

    def complete_explain(self, text: str, *_: Any) -> list[str]:
        return self._starting_with(text, self.namer.names.nodes)

    complete_p, complete_b, complete_e = complete_print, complete_break, complete_explain


def _from_package(name: str) -> Any:
    """A public name of another wing, which is loaded when it is used."""
    return getattr(import_module("autograd"), name)
