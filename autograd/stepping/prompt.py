"""The debugger's prompt, with the letters and the habits of pdb."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from importlib import import_module
from itertools import accumulate, groupby, islice
from operator import mul
from typing import IO, Any

from .. import arguments
from ..errors import AutogradError, KindError, TooLargeError, UnknownNameError
from ..messages import quoted
from ..primitives import PRIMITIVES
from ..value import Value
from .console import Console
from .debugger import Debugger
from .events import Event
from .expressions import functions
from .help import COMMANDS, LONGER, help_on
from .lines import Namer, chained, of_names, partial_of

__all__ = ["debug"]

MAX_WHOLE = 400  # operations, of a whole graph
MAX_LISTED = 8  # operands or consumers of one node, and stale nodes
AROUND = 5  # nodes of a long way, on either side of the one that is looked at

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
        for _ in range(_counted(argument, 1, "a number of events, such as 3")):
            if do(self, ""):
                break

    return command


def _counted(argument: str, default: int, expected: str) -> int:
    if argument and not (argument.isdecimal() and len(argument) < 10):
        raise UnknownNameError(f"{argument[:60]}: give {expected}")
    return int(argument or default)


class Prompt(Console):
    """The console of a :class:`Debugger`."""

    def __init__(self, debugger: Debugger, stdout: IO[str] | None = None) -> None:
        super().__init__(stdout)
        self.debugger = debugger
        self.stepper = debugger.stepper
        self.namer: Namer = debugger.stepper.namer
        self._displayed: dict[str, str] = {}  # expressions, with what was shown of them last

    def run(self, commands: Iterable[str] | None) -> None:
        root = self.namer[self.stepper.root]
        self.say(f"{root}: {len(self.stepper)} events, forward and backward; h lists the commands")
        stale = self.debugger.stale()
        for node in islice(stale, MAX_LISTED):
            self.say(f"stale: {self._described(node)}; a leaf was changed later, and the forward events show it")
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
            self._display()
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
        position = _counted(number, -1, "the number of an event, such as 3")
        if not 0 <= position <= len(self.stepper):
            raise UnknownNameError(f"j: give the number of an event, from 0 to {len(self.stepper)}")
        self.debugger.jump(position)
        self.say(f"at {self.place()}{self._here().replace('->', ':', 1) if position else ''}")

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

    # --- looking ---

    def do_where(self, count: str) -> None:
        way, at = self.debugger.way, self.debugger.at
        downwards = range(len(way) - 1, -1, -1)
        partials = [partial_of(way[height].consumer, at(height)) for height in downwards]
        factors = list(accumulate(partials, mul, initial=1))[::-1]  # of the way from the root to each height
        lines = []
        shown = self._shown_heights(count)
        for is_shown, heights in groupby([len(way), *downwards], shown.__contains__):
            if is_shown:
                lines += [self._line_of_way(height, factors) for height in heights]
            else:
                lines.append(f"   … {len(list(heights)):,} more; w all shows them")
        self.say("\n".join(lines))
        if any(link.others for link in way):
            self.say("this is one way of several: the gradient is the sum over all of them")

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
        self.say(self._here() if moved else "this is the root")

    def do_down(self, count: str) -> None:
        moved = self.debugger.down(_counted(count, 1, "a number of nodes, such as 3"))
        self.say(self._here() if moved else "this is the node of the last event")

    def do_list(self, _: str) -> None:
        node = self.debugger.node
        self._list("used by", self.debugger.consumers.get(node, []))
        self.say(self._here())
        self._list("made of", list(dict.fromkeys(x for x in node.operands if isinstance(x, Value))))

    def do_ll(self, _: str) -> None:
        operations = [node for node in self.stepper.nodes() if node.op]
        for node in operations[:MAX_WHOLE]:
            mark = "->" if node is self.debugger.node else "  "
            self.say(f"{mark} {self._described(node)}")
        if len(operations) > MAX_WHOLE:
            self.say(f"   {len(operations) - MAX_WHOLE:,} more")

    def _list(self, title: str, nodes: list[Value]) -> None:
        for node in islice(nodes, MAX_LISTED):
            self.say(f"   {title}  {self._described(node)}")
        if len(nodes) > MAX_LISTED:
            self.say(f"   {title}  {len(nodes) - MAX_LISTED:,} more")

    def do_print(self, expression: str) -> None:
        self.say(repr(self.debugger.evaluated(expression)) if expression else self._here())

    def do_display(self, expression: str) -> None:
        if expression:
            self._displayed[expression] = self._value_of(expression)
        for shown, value in self._displayed.items():
            self.say(f"display {shown}: {value}")

    def do_undisplay(self, expression: str) -> None:
        if not expression:
            self._displayed.clear()
        elif self._displayed.pop(expression, None) is None:
            raise UnknownNameError(f"{expression[:60]}: is not displayed; display lists what is")

    def _display(self) -> None:
        """Those expressions that have become another number."""
        for expression, before in self._displayed.items():
            value = self._value_of(expression)
            if value != before:
                self._displayed[expression] = value
                self.say(f"display {expression}: {value}  [old: {before}]")

    def _value_of(self, expression: str) -> str:
        value = self.debugger.evaluated(expression)
        return self._described(value).partition("   ")[2] if isinstance(value, Value) else repr(value)

    def do_explain(self, name: str) -> None:
        explain, namer = _from_package("explain"), self.namer
        self.say(str(explain(self._meant(name), digits=namer.digits, root=self.stepper.root, names=namer.names)))

    def do_graph(self, path: str) -> None:
        draw, root, node = _from_package("draw"), self.stepper.root, self.debugger.node
        name = self.namer[node]
        try:
            graph = draw(root, highlight=node, digits=self.namer.digits)
            drawn = f"{name} and its ways to the root marked"
        except TooLargeError:
            graph = draw(root, around=node, digits=self.namer.digits)
            drawn = f"of this large graph what is next to {name}"
        if not root.grad:
            drawn += "; nothing has flowed back yet"
        self.say(f"written: {graph.mark(node).save(path or 'step.svg')}, {drawn}")

    def _meant(self, label: str) -> Value:
        if not label:
            return self.debugger.node
        found = self.debugger.evaluated(label)
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
    do_w, do_u, do_d, do_l, do_p, do_e = do_where, do_up, do_down, do_list, do_print, do_explain
    do_g, do_q, do_h, do_j, do_bt, do_pp = do_graph, do_quit, do_help, do_jump, do_where, do_print

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


def _from_package(name: str) -> Any:
    """A public name of another wing, which is loaded when it is used."""
    return getattr(import_module("autograd"), name)
