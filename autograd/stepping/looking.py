"""The prompt's commands that look at the graph and change nothing: where, list, print, display, explain, graph."""

from __future__ import annotations

from collections.abc import Collection
from importlib import import_module
from itertools import accumulate, groupby, islice
from operator import mul
from typing import IO, Any

from ..errors import TooLargeError, UnknownNameError
from ..value import Value
from .console import Console
from .debugger import Debugger
from .lines import Namer, chained, of_names, partial_of

__all__ = ["MAX_LISTED", "Looking", "counted"]

MAX_WHOLE = 400  # operations, of a whole graph
MAX_LISTED = 8  # operands or consumers of one node, and stale nodes
AROUND = 5  # nodes of a long way, on either side of the one that is looked at


def counted(argument: str, default: int, expected: str) -> int:
    if argument and not (argument.isdecimal() and len(argument) < 10):
        raise UnknownNameError(f"{argument[:60]}: give {expected}")
    return int(argument or default)


class Looking(Console):
    """A console that can look at the graph of a :class:`Debugger`."""

    def __init__(self, debugger: Debugger, stdout: IO[str] | None = None) -> None:
        super().__init__(stdout)
        self.debugger = debugger
        self.stepper = debugger.stepper
        self.namer: Namer = debugger.stepper.namer
        self._displayed: dict[str, str] = {}  # expressions, with what was shown of them last

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
        around = counted(count, AROUND, "a number of nodes, such as 20, or all")
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
        moved = self.debugger.up(counted(count, 1, "a number of nodes, such as 3"))
        self.say(self.here() if moved else "this is the root")

    def do_down(self, count: str) -> None:
        moved = self.debugger.down(counted(count, 1, "a number of nodes, such as 3"))
        self.say(self.here() if moved else "this is the node of the last event")

    def do_list(self, _: str) -> None:
        node = self.debugger.node
        self._list("used by", self.debugger.consumers.get(node, []))
        self.say(self.here())
        self._list("made of", list(dict.fromkeys(x for x in node.operands if isinstance(x, Value))))

    def do_ll(self, _: str) -> None:
        operations = [node for node in self.stepper.nodes() if node.op]
        for node in operations[:MAX_WHOLE]:
            mark = "->" if node is self.debugger.node else "  "
            self.say(f"{mark} {self.described(node)}")
        if len(operations) > MAX_WHOLE:
            self.say(f"   {len(operations) - MAX_WHOLE:,} more")

    def _list(self, title: str, nodes: list[Value]) -> None:
        for node in islice(nodes, MAX_LISTED):
            self.say(f"   {title}  {self.described(node)}")
        if len(nodes) > MAX_LISTED:
            self.say(f"   {title}  {len(nodes) - MAX_LISTED:,} more")

    def do_print(self, expression: str) -> None:
        self.say(repr(self.debugger.evaluated(expression)) if expression else self.here())

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

    def show_what_changed(self) -> None:
        """Those expressions that have become another number."""
        for expression, before in self._displayed.items():
            value = self._value_of(expression)
            if value != before:
                self._displayed[expression] = value
                self.say(f"display {expression}: {value}  [old: {before}]")

    def _value_of(self, expression: str) -> str:
        value = self.debugger.evaluated(expression)
        return self.described(value).partition("   ")[2] if isinstance(value, Value) else repr(value)

    def do_explain(self, name: str) -> None:
        explain, namer = _from_package("explain"), self.namer
        self.say(str(explain(self._meant(name), digits=namer.digits, root=self.stepper.root, names=namer.names)))

    def do_quiz(self, _: str) -> None:
        """Asked at the terminal, or answered by the lines that follow."""
        _from_package("quiz")(self.stepper.root, self.lines, digits=self.namer.digits)

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

    do_w, do_u, do_d, do_l, do_p, do_e = do_where, do_up, do_down, do_list, do_print, do_explain
    do_g, do_bt, do_pp = do_graph, do_where, do_print

    def _meant(self, label: str) -> Value:
        if not label:
            return self.debugger.node
        found = self.debugger.evaluated(label)
        if not isinstance(found, Value):
            raise UnknownNameError(f"{label}: give a label")
        return found

    def _arrow(self, height: int) -> str:
        return "->" if height == self.debugger.height else "  "

    def here(self) -> str:
        return f"-> {self.described(self.debugger.node)}"

    def described(self, node: Value) -> str:
        show = self.namer.show
        return f"{of_names(node, self.namer)}   data {show(node.data)}, grad {show(node.grad)}"


def _from_package(name: str) -> Any:
    """A public name of another wing, which is loaded when it is used."""
    return getattr(import_module("autograd"), name)
