"""What each command of the debugger's prompt does."""

from __future__ import annotations

import textwrap

__all__ = ["COMMANDS", "LONGER", "help_on"]

_INDENT = 16  # columns before what a command does

# What each command is followed by, and what it does.
COMMANDS = {
    "n": ("[count]", "the next event, or several"),
    "s": ("", "into the next event, where its node is a composite one (a weighted sum, a softmax)"),
    "r": ("[count]", "reverse: undo the last event, .grad included"),
    "c": ("", "go on to a breakpoint, or to the end"),
    "j": ("number", "jump to the place after so many events, forward or back"),
    "b": (
        "[what]",
        "stop at a label, an operation (tanh) or a condition on the node at hand\n"
        "(abs(grad) < 1e-6) or on labels (w.grad > 1); without one: list the breakpoints",
    ),
    "tbreak": ("what", "the same, but it stops once only"),
    "cl": ("[number]", "clear a breakpoint, or all"),
    "w": (
        "[count]",
        "where (or bt): the way from here to the root, with the factor of each step; of a long way the\n"
        "root and count (5) nodes on either side of the one that is looked at, with w all: every node",
    ),
    "u, d": ("[count]", "look one node further up to the root, or back down; or several"),
    "l": ("", "the node that is looked at, with its consumers and its operands"),
    "ll": ("", "the operations of the whole graph in order, with the numbers that they have now"),
    "p": (
        "[expression]",
        "print (or pp): labels, label.grad, data and grad (of the node that is looked at), + - * / **,\n"
        "comparisons, and the functions of the table; p may be left out",
    ),
    "leaf =": ("expression", "give a leaf another number, and do the events so far again with it"),
    "display": ("expression", "print an expression after each command that changed it"),
    "undisplay": ("[expression]", "print it no more, or none of them"),
    "e": ("[label]", "explain: the hand calculation of the node that is looked at"),
    "g": ("[file]", "write the graph as a picture (step.svg), the node that is looked at marked in it"),
    "quiz": ("", "answer for yourself what each number is, forward and backward, and be told what went wrong"),
    "h": ("[command]", "help on all of them, or on one"),
    "q": ("", "leave; before the end the graph is put back as it was"),
}
LONGER = "An empty line repeats the last command. Longer names work too: next, step, reverse, continue, break …"


def help_on(command: str) -> str:
    follows, does = COMMANDS[command]
    head = f"{command} {follows}".ljust(_INDENT)
    if head.endswith(" "):
        return head + does.replace("\n", "\n" + " " * _INDENT)
    return head + "\n" + textwrap.indent(does, " " * _INDENT)
