"""A record as a Python program: the whole of backpropagation of a graph, written out.

>>> from autograd import Value
>>> from autograd.replay.record import make_record
>>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
>>> print(program(make_record((a * b).tanh() + a)[0]))
from math import tanh
<BLANKLINE>
<BLANKLINE>
def replay(leaves, seed=1.0):
    a, b = leaves
    # forward
    mul_2 = a * b
    tanh_3 = tanh(mul_2)
    add_4 = tanh_3 + a
    # backward: d_x is the derivative of add_4 by x
    d_add_4 = seed
    d_tanh_3 = d_add_4
    d_mul_2 = d_tanh_3 * (1.0 - tanh_3 * tanh_3)
    d_a = 0.0 + d_add_4 + d_mul_2 * b
    d_b = 0.0 + d_mul_2 * a
    return add_4, [d_a, d_b]
<BLANKLINE>
<BLANKLINE>
if __name__ == "__main__":
    print(replay([2.0, -3.0]))
<BLANKLINE>

A small graph becomes one function with a name for each number. CPython spends seconds and a gigabyte on a
function of 100,000 statements, so a larger graph becomes many, over two lists: the numbers ``v`` and
their cotangents ``d``.
"""

from __future__ import annotations

import builtins
import inspect
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from keyword import iskeyword
from types import CodeType
from typing import Any
from unicodedata import normalize

from ..forms import ATOM, Form
from ..primitives import FAMILIES, PRIMITIVES
from . import floats
from .record import COLLECTING, GUARDS, Record

__all__ = ["batch_program", "is_small", "load", "prelude", "program"]

_STATEMENTS = 2000  # of one function
_TERMS = 50  # of one expression: CPython's parser and compiler recurse over it

# Written out where a call of Python's would cost more than the operation.
_INLINE = {
    "relu": Form("0.0 if {0} <= 0.0 else {0}", 0, (15,)),
    "step": Form("1.0 if {0} > 0.0 else 0.0", 0, (15,)),
    "copy": Form("{0}", ATOM, (ATOM,)),
}
_COMPARISONS = {"guard_lt": "<", "guard_le": "<=", "guard_gt": ">", "guard_ge": ">="}


def is_small(record: Record) -> bool:
    """Does the record fit into one function?"""
    count = 0
    for _, _, operands in (*record.forward, *record.backward):
        count += 1 + len(operands) // 8
        if count > _STATEMENTS:
            return False
    return True


def program(record: Record) -> str:
    """``replay(leaves, seed)`` → (result, gradients), and whatever it needs, as source."""
    body = _one_function(record) if is_small(record) else _many_functions(record)
    numbers = ", ".join(map(_number, record.data))
    return f'{prelude(body)}{body}\n\nif __name__ == "__main__":\n    print(replay([{numbers}]))\n'


def batch_program(record: Record) -> str:
    """``batch(samples, leaves, seed)`` → (results, gradients summed over the samples), as source.

    ``leaves`` are those that are no inputs; a sample is a tuple of the inputs.
    """
    names = _Names(record)
    writer = _Writer(record, names)
    inputs = set(record.inputs)
    kept = [slot for slot in range(record.leaf_count) if slot not in inputs]
    wanted = [slot for slot in kept if slot not in record.unwanted]
    lines = ["def batch(samples, leaves, seed):"]
    lines += [f"    {_tuple(names.of(slot) for slot in kept)} = leaves"] if kept else []
    lines += [f"    t_{names.of(slot)} = 0.0" for slot in wanted]
    lines += ["    results = []", f"    for {_tuple(names.of(slot) for slot in record.inputs) or '_'} in samples:"]
    lines += [f"        {line}" for line in writer.forward()]
    lines += [f"        {line}" for line in writer.backward(wanted, total="t_")]
    lines += [f"        results.append({writer.name(record.root)})"]
    lines += [f"    return results, [{', '.join('t_' + names.of(slot) for slot in wanted)}]"]
    body = "\n".join(lines) + "\n"
    return prelude(body) + body


def prelude(body: str) -> str:
    """The imports and the functions that a body uses."""
    used = set(re.findall(r"\b[a-z_A-Z]\w*", body)) & vars(floats).keys()
    needed: dict[str, Any] = {}
    pending = sorted(used)
    while pending:
        name = pending.pop()
        thing = vars(floats).get(name)
        if name.startswith("__") or name in needed or thing is None:
            continue
        needed[name] = thing
        if inspect.isfunction(thing):
            pending += _names_in(thing.__code__)
    imports = sorted(needed.keys() & vars(math).keys())
    functions = [name for name in vars(floats) if name in needed and name not in imports]
    written = [floats.source_of(name, needed[name]) for name in functions]
    lines = f"from math import {', '.join(imports)}\n\n\n" if imports else ""
    return lines + "".join(f"{source}\n\n" for source in written)


def _names_in(code: CodeType) -> list[str]:
    inner = [name for constant in code.co_consts if isinstance(constant, CodeType) for name in _names_in(constant)]
    return [*code.co_names, *inner]


def _one_function(record: Record) -> str:
    names = _Names(record)
    writer = _Writer(record, names)
    leaves = range(record.leaf_count)
    wanted = [slot for slot in leaves if slot not in record.unwanted]
    lines = ["def replay(leaves, seed=1.0):"]
    lines += [f"    {_tuple(map(names.of, leaves))} = leaves"] if leaves else []
    lines += ["    # forward", *(f"    {line}" for line in writer.forward())]
    lines += [f"    # backward: d_x is the derivative of {writer.name(record.root)} by x"]
    lines += [f"    {line}" for line in writer.backward(wanted)]
    gradients = ", ".join(f"d_{names.of(slot)}" if slot in writer.done else "0.0" for slot in leaves)
    return "\n".join([*lines, f"    return {writer.name(record.root)}, [{gradients}]\n"])


def _many_functions(record: Record) -> str:
    writer = _ListWriter(record)
    functions, calls = [], []
    for phase, lines in (("forward", writer.forward()), ("backward", writer.backward())):
        for start in range(0, len(lines), _STATEMENTS):
            name = f"{phase}_{start // _STATEMENTS + 1}"
            block = "\n".join(f"    {line}" for line in lines[start : start + _STATEMENTS])
            functions.append(f"def {name}(v, d):\n{block}\n\n\n")
            calls.append(f"    {name}(v, d)\n")
    constants = "".join(f"    v[{run}] = {numbers}\n" for run, numbers in _runs_of_constants(record.constants))
    return (
        f"{inspect.getsource(collect)}\n\n{''.join(functions)}"
        "def replay(leaves, seed=1.0):\n"
        f"    v = [0.0] * {record.size}\n    d = [0.0] * {record.size}\n    v[:{record.leaf_count}] = leaves\n"
        f"{constants}    d[{record.root}] = seed\n{''.join(calls)}"
        f"    return v[{record.root}], d[:{record.leaf_count}]\n"
    )


def collect(d, targets, cotangent, numbers):
    for target, number in zip(targets, numbers):
        d[target] += cotangent * number


def _runs_of_constants(constants: dict[int, float]) -> list[tuple[str, str]]:
    runs: list[list[int]] = []
    for slot in sorted(constants):
        if runs and runs[-1][-1] == slot - 1:
            runs[-1].append(slot)
        else:
            runs.append([slot])
    return [
        (f"{run[0]}:{run[-1] + 1}", f"[{', '.join(_number(constants[slot]) for slot in run)}]") for run in runs
    ]


def _number(number: float) -> str:
    return repr(number) if math.isfinite(number) else f'float("{number!r}")'


def _tuple(names: Iterable[str]) -> str:
    listed = list(names)
    return ", ".join(listed) + "," * (len(listed) == 1)


class _Names:
    """A Python name for each slot: its label where that is one, else its operation and number."""

    def __init__(self, record: Record) -> None:
        self.taken = {*dir(builtins), *vars(floats), "leaves", "seed", "samples", "results", "batch", "replay"}
        self.names: dict[int, str] = {}
        for slot in range(record.leaf_count):
            self._give(slot, record.labels.get(slot) or f"leaf_{slot}")
        for name, slot, operands in (*record.forward, *record.backward):
            if name in GUARDS or name in COLLECTING:
                continue
            for result in range(slot, slot + (len(operands) if name in FAMILIES else 1)):
                self._give(result, record.labels.get(result) or f"{name}_{result}")

    def of(self, slot: int) -> str:
        return self.names[slot]

    def _give(self, slot: int, wish: str) -> None:
        # As Python reads identifiers, w₁ is w1; and 0.weight[1][2] is to be read as 0_weight_1_2.
        words = "".join([sign if f"v{sign}".isidentifier() else " " for sign in normalize("NFKC", wish)])
        name = "_".join(words.split())
        if not name.isidentifier() or iskeyword(name) or name.startswith(("d_", "t_", "__")):
            name = f"v_{name}"
        if name in self.taken:
            name = f"{name}_{slot}"
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        self.names[slot] = name


class _Expressions:
    """The operations of a record as Python expressions."""

    def __init__(self, record: Record) -> None:
        self.record = record
        # A number that backward computes and uses once is written where it is used.
        uses = Counter(operand for _, _, operands in record.backward for operand in operands)
        self.inlined = {
            slot: (name, operands)
            for name, slot, operands in record.backward
            if name not in COLLECTING and name not in FAMILIES and uses[slot] == 1
        }

    def name(self, slot: int) -> str:
        raise NotImplementedError  # pragma: no cover - each program names its slots

    def operand(self, slot: int, binding: int) -> str:
        """What a slot holds, in parentheses where it binds less tightly than its place asks for."""
        if slot in self.inlined:
            text, own = self.expression(*self.inlined[slot])
            return text if own >= binding else f"({text})"
        number = self.record.constants.get(slot)
        if number is None:
            return self.name(slot)
        text = _number(number)
        return f"({text})" if text.startswith("-") else text

    def expression(self, name: str, operands: tuple[int, ...]) -> tuple[str, int]:
        if name == "pow" and self.record.constants.get(operands[1], 0.5) % 1.0:
            form = Form("power({0}, {1})")
        elif name in _INLINE:
            form = _INLINE[name]
        elif name in PRIMITIVES and PRIMITIVES[name].arity:
            form = PRIMITIVES[name].python
        else:
            return f"{name}({', '.join(self.operand(operand, 0) for operand in operands)})", ATOM
        places = [self.operand(operand, binding) for operand, binding in zip(operands, (*form.operands, 0))]
        return form.template.format(*places), form.binding

    def guard(self, name: str, outcome: int, operands: tuple[int, ...]) -> str:
        left, right = (self.operand(operand, ATOM) for operand in operands)
        condition = f"{left} {_COMPARISONS[name]} {right}"
        return f"if not {condition}: raise GuardFlipped" if outcome else f"if {condition}: raise GuardFlipped"

    def list_of(self, slots: Sequence[int]) -> str:
        return f"[{', '.join(self.operand(slot, 0) for slot in slots)}]"


class _Writer(_Expressions):
    """Statements with a name for each number, and each cotangent as one sum."""

    def __init__(self, record: Record, names: _Names) -> None:
        super().__init__(record)
        self.names = names
        self.contributions: dict[int, list[str]] = {}
        self.done: set[int] = set()  # cotangents that are formed

    def name(self, slot: int) -> str:
        return self.operand(slot, 0) if slot in self.record.constants else self.names.of(slot)

    def forward(self) -> list[str]:
        return [line for instruction in self.record.forward for line in self._statement(*instruction)]

    def backward(self, wanted: Sequence[int], total: str = "") -> list[str]:
        """With ``total``, the leaves' gradients are added to names that begin with it."""
        lines: list[str] = []
        self.contributions[self.record.root] = ["+ seed"]
        for name, slot, operands in self.record.backward:
            if name in COLLECTING:
                source = slot if name in ("collect_row", "collect_weights") else operands[0]
                lines += self._cotangent(source)
                self._collect(name, slot, operands)
            elif slot not in self.inlined:
                lines += self._statement(name, slot, operands)
        for slot in wanted:
            lines += self._gradient(slot, total)
        return lines

    def _statement(self, name: str, slot: int, operands: tuple[int, ...]) -> list[str]:
        if name in GUARDS:
            return [self.guard(name, slot, operands)]
        if name in FAMILIES:
            results = _tuple(self.names.of(slot + place) for place in range(len(operands)))
            return [f"{results} = {name}({self.list_of(operands)})"]
        target = self.names.of(slot)
        if name == "total":
            return _sum(target, [f"+ {self.operand(operand, ATOM)}" for operand in operands])
        if name == "weighted_sum":
            count = len(operands) // 2
            terms = [
                f"+ {self.operand(weight, ATOM)} * {self.operand(x, ATOM)}"
                for weight, x in zip(operands[:count], operands[count:])
            ]
            return _sum(target, [*terms, f"+ {self.operand(operands[-1], ATOM)}"])
        if name == "logsumexp":
            return [f"{target} = logsumexp({self.list_of(operands)})"]
        return [f"{target} = {self.expression(name, operands)[0]}"]

    def _collect(self, name: str, slot: int, operands: tuple[int, ...]) -> None:
        if name == "collect":
            factor = f" * {self.operand(operands[1], 21)}" if len(operands) == 2 else ""
            self._add(slot, f"+ {self._d(operands[0])}{factor}")
        elif name == "collect_negated":
            self._add(slot, f"- {self._d(operands[0])}")
        else:
            count = len(operands) // 2
            weights, inputs, bias = operands[:count], operands[count:-1], operands[-1]
            for weight, x in zip(weights, inputs):
                self._add(weight, f"+ {self._d(slot)} * {self.operand(x, ATOM)}")
            if name == "collect_row":
                for weight, x in zip(weights, inputs):
                    self._add(x, f"+ {self._d(slot)} * {self.operand(weight, ATOM)}")
            self._add(bias, f"+ {self._d(slot)}")

    def _add(self, target: int, term: str) -> None:
        if target not in self.record.constants and target not in self.record.unwanted:
            self.contributions.setdefault(target, []).append(term)

    def _d(self, slot: int) -> str:
        return f"d_{self.names.of(slot)}"

    def _cotangent(self, slot: int) -> list[str]:
        if slot in self.done:
            return []
        self.done.add(slot)
        return _sum(self._d(slot), self.contributions.pop(slot))

    def _gradient(self, slot: int, total: str) -> list[str]:
        terms = self.contributions.pop(slot, None)
        if terms is None:
            return []
        self.done.add(slot)
        if slot == self.record.root:
            return [f"d_{self.names.of(slot)} = seed"]
        target = f"{total or 'd_'}{self.names.of(slot)}"
        if total and len(terms) == 1:
            return [f"{target} {terms[0][0]}= {terms[0][2:]}"]
        # Backward starts a leaf at 0.0, and 0.0 + -0.0 is 0.0: so the sum begins with it.
        lines = _sum(self._d(slot), ["+ 0.0", *terms])
        return [*lines, f"{target} += {self._d(slot)}"] if total else lines


def _sum(target: str, terms: list[str]) -> list[str]:
    """``target = …`` from left to right, in more than one statement where it is long."""
    first = terms[0][2:] if terms[0][0] == "+" else "-" + terms[0][2:]
    lines = [f"{target} = {' '.join([first, *terms[1:_TERMS]])}"]
    for start in range(_TERMS, len(terms), _TERMS):
        lines.append(f"{target} = {' '.join([target, *terms[start : start + _TERMS]])}")
    return lines


class _ListWriter(_Expressions):
    """Statements over two lists, ``v`` of numbers and ``d`` of cotangents."""

    def name(self, slot: int) -> str:
        return f"v[{slot}]"

    def forward(self) -> list[str]:
        return [self._statement(*instruction) for instruction in self.record.forward]

    def backward(self) -> list[str]:
        lines: list[str] = []
        unwanted = self.record.unwanted
        for name, slot, operands in self.record.backward:
            if name == "collect" and slot not in unwanted:
                factor = f" * {self.operand(operands[1], 21)}" if len(operands) == 2 else ""
                lines.append(f"d[{slot}] += d[{operands[0]}]{factor}")
            elif name == "collect_negated":
                lines.append(f"d[{slot}] -= d[{operands[0]}]")
            elif name in COLLECTING:
                lines += self._collect_row(name, slot, operands)
            elif slot not in self.inlined:
                lines.append(self._statement(name, slot, operands))
        return lines

    def _statement(self, name: str, slot: int, operands: tuple[int, ...]) -> str:
        if name in GUARDS:
            return self.guard(name, slot, operands)
        if name in FAMILIES:
            return f"v[{slot}:{slot + len(operands)}] = {name}({self._slots(operands)})"
        if name in ("total", "logsumexp"):
            return f"v[{slot}] = {name}({self._slots(operands)})"
        if name == "weighted_sum":
            count = len(operands) // 2
            bias = self.operand(operands[-1], 0)
            if not count:
                return f"v[{slot}] = {bias}"
            sides = (self._slots(side) for side in (operands[:count], operands[count:-1]))
            return f"v[{slot}] = weighted_sum({', '.join(sides)}, {bias})"
        return f"v[{slot}] = {self.expression(name, operands)[0]}"

    def _collect_row(self, name: str, slot: int, operands: tuple[int, ...]) -> list[str]:
        count = len(operands) // 2
        weights, inputs, bias = operands[:count], operands[count:-1], operands[-1]
        lines = []
        if count:
            lines.append(f"collect(d, {self._targets(weights)}, d[{slot}], {self._slots(inputs)})")
        if count and name == "collect_row":
            lines.append(f"collect(d, {self._targets(inputs)}, d[{slot}], {self._slots(weights)})")
        return [*lines, f"d[{bias}] += d[{slot}]"]

    def _slots(self, slots: Sequence[int]) -> str:
        return f"v[{slots[0]}:{slots[-1] + 1}]" if self._is_run(slots) else self.list_of(slots)

    def _targets(self, slots: Sequence[int]) -> str:
        if self._is_run(slots):
            return f"range({slots[0]}, {slots[-1] + 1})"
        return f"({_tuple(map(str, slots))})"

    def _is_run(self, slots: Sequence[int]) -> bool:
        """Do the slots follow one another?"""
        run = range(slots[0], slots[0] + len(slots))
        return len(slots) > 1 and tuple(slots) == tuple(run)


def load(text: str, name: str, function: str) -> Callable[..., Any]:
    """The function of a program that was written here."""
    scope: dict[str, Any] = {"__name__": name}
    exec(compile(text, f"<{name}>", "exec"), scope)
    scope["GuardFlipped"] = floats.GuardFlipped  # in place of the program's own, so that it can be caught
    found: Callable[..., Any] = scope[function]
    return found
