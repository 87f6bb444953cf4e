"""The program that a document's definitions amount to, for a person to complete.

>>> from .proofs import proofread
>>> print(proofread("x = 0.5, w = 0.8, z = w·x = 0.4, a = σ(z) ≈ 0.599").draft())
from autograd import Value, label_values, proofread, sigmoid
<BLANKLINE>
x = Value(0.5)
w = Value(0.8)
z = w * x  # printed: 0.4
a = sigmoid(z)  # printed: 0.599
label_values(globals())
<BLANKLINE>
root = a
root.backward()
# print(proofread(text, root=root))

What was not read, or could be read in two ways, is marked with ``# ?``.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from .chains import Chain
from .grammar import Unreadable, parse
from .judging import flat, is_figure
from .names import key_of, spelt
from .trees import List, Number, Operation, ShapeMismatch, Symbol, Tree, elements

__all__ = ["draft"]

_NAME = re.compile(r"[^\W\d_]\w*(?:[\^_]\{[\w(),]+\})*")
_CALLED = {
    "exp": "exp", "log": "log", "sqrt": "sqrt", "sin": "sin", "cos": "cos", "tanh": "tanh", "sigmoid": "sigmoid",
    "abs": "abs", "relu": "relu", "softplus": "softplus", "gelu": "gelu", "maximum": "maximum", "minimum": "minimum",
}  # fmt: skip
_LEVELS = {"+": 1, "-": 1, "*": 2, "/": 2, "neg": 3, "^": 4}
_LOSSES = re.compile(r"(?i)l|e|j|c|loss|cost|error|e_?total")
_SURE = 5  # characters of a figure that no other quantity has by chance
_FEWEST = 2  # formulas, or it is said that too little could be read


class _Unwritable(ValueError):
    """A formula that has no program here."""


@dataclass(slots=True)
class _Program:
    lines: list[str] = field(default_factory=list)
    known: dict[str, Tree] = field(default_factory=dict)  # by name: an identifier, or a list of them
    formulas: list[str] = field(default_factory=list)  # the identifiers that have one
    used: set[str] = field(default_factory=set)  # functions of the library
    values: dict[str, Fraction] = field(default_factory=dict)  # of each identifier, as it is printed
    mentioned: set[str] = field(default_factory=set)  # the identifiers that formulas use
    doubts: int = 0


def draft(sides: Sequence[tuple[Chain, Sequence[Tree | Unreadable]]]) -> str:
    """The program. Names are defined where the document first says what they are."""
    program = _Program()
    with_formula = {name for chain, trees in sides if (name := _name(chain)) and _has_formula(chain, trees)}
    for chain, trees in sides:  # what is given may be given late
        name = _name(chain)
        if name and name not in with_formula and name not in program.known and _sign(chain) == "=":
            figure = _figure(trees)
            if figure is not None and _may_be_input(name):
                _write_input(name, figure, "", program)
    for chain, trees in sides:
        _define(chain, trees, program)
    kept = [line for line in program.lines if " = Value(" not in line or line.partition(" ")[0] in program.mentioned]
    body = (kept if program.formulas else program.lines) or ["# ? nothing was read that defines a name"]
    if 0 < len(program.formulas) < _FEWEST:
        body.append("# ? too little could be read: write the other formulas here")
    imports = ", ".join(["Value", "label_values", "proofread", *sorted(program.used)])
    return "\n".join([f"from autograd import {imports}", "", *body, *_end(program)])


def _end(program: _Program) -> list[str]:
    if not program.formulas:
        return ["# ? no formula could be read: write how the values above are used"]
    root = next((name for name in reversed(program.formulas) if _LOSSES.fullmatch(name)), program.formulas[-1])
    doubt = "" if _LOSSES.fullmatch(root) or not program.doubts else "  # ? the loss"
    return ["label_values(globals())", "", f"root = {root}{doubt}", "root.backward()",
            "# print(proofread(text, root=root))"]  # fmt: skip


def _name(chain: Chain) -> str:
    """The name on the left, nothing where there is a formula."""
    first = chain.sides[0]
    name = spelt(first.tokens) if 0 < len(first.tokens) <= 20 else ""
    fits = _NAME.fullmatch(name) and not keyword.iskeyword(_identifier(name)) and name[0] not in "δ∂∇"
    return name if fits else ""


def _sign(chain: Chain) -> str:
    return "=" if all(side.relation is None or side.relation.text == "=" for side in chain.sides) else "≈"


def _figure(trees: Sequence[Tree | Unreadable]) -> Tree | None:
    return next((tree for tree in reversed(trees) if not isinstance(tree, Unreadable) and is_figure(tree)), None)


def _has_formula(chain: Chain, trees: Sequence[Tree | Unreadable]) -> bool:
    return any(
        side.tokens and (isinstance(tree, Unreadable) or not is_figure(tree))
        for side, tree in zip(chain.sides[1:], trees[1:], strict=True)
    )


def _may_be_input(name: str) -> bool:
    return name not in ("i", "j", "k", "n", "m", "t", "N", "M", "K")


def _define(chain: Chain, trees: Sequence[Tree | Unreadable], program: _Program) -> None:
    name = _name(chain)
    if not name or name in program.known or _identifier(name) in program.values:
        return
    formula, why = _formula(chain, trees, program)
    if formula is None:
        formula, why = _from_numbers(trees, program, why)
    figure = _figure(trees)
    if formula is not None:
        _write_formula(name, formula, figure, why, program)
    elif figure is not None and not _is_known_list(name, figure, program):
        _write_input(name, figure, why, program)


def _is_known_list(name: str, figure: Tree, program: _Program) -> bool:
    """Are these the figures that formulas have come to, one by one? Then the list is of those."""
    if not isinstance(figure, List):
        return False
    own = {program.values[one]: one for one in program.formulas if one in program.values}
    try:
        values = [Fraction(_number(leaf)) for leaf in flat(figure)]
    except ValueError:
        return False
    if not all(value in own for value in values):
        return False
    program.known[name] = _each_replaced(figure, iter([own[value] for value in values]))
    return True


def _each_replaced(tree: Tree, names: Iterator[str]) -> Tree:
    if isinstance(tree, List):
        return List(tuple(_each_replaced(item, names) for item in tree.items))
    return Symbol((next(names),))


def _formula(
    chain: Chain, trees: Sequence[Tree | Unreadable], program: _Program
) -> tuple[Tree | None, str]:
    """The first side that is a formula of names that are known; else what stood in the way."""
    why = ""
    for side, tree in zip(chain.sides[1:], trees[1:], strict=True):
        if not isinstance(tree, Unreadable) or not side.tokens:
            continue
        try:
            formula = elements(_resolved(parse(side.tokens, symbols=True), program))
            for leaf in flat(formula):
                _python(leaf, 0, _Program())
            return formula, ""
        except (Unreadable, ShapeMismatch, _Unwritable) as error:
            why = why or str(error)
    return None, why


def _from_numbers(
    trees: Sequence[Tree | Unreadable], program: _Program, why: str
) -> tuple[Tree | None, str]:
    """The first formula of numbers, each of them replaced by the name whose value it is; and what is in doubt."""
    formula = next((tree for tree in trees if not isinstance(tree, Unreadable) and not is_figure(tree)), None)
    if formula is None:
        return None, why
    doubts: dict[str, None] = {}

    def named(tree: Any) -> Any:
        if isinstance(tree, List):
            return List(tuple(named(item) for item in tree.items))
        if isinstance(tree, Operation):
            return Operation(tree.name, tuple(named(operand) for operand in tree.operands))
        if not isinstance(tree, Number) or tree.unit is None:
            return tree
        same = [name for name, value in program.values.items() if abs(value) == abs(tree.value)]
        computed = [name for name in same if name in program.formulas]
        text = tree.text.lstrip("-")
        if len(computed) == 1:
            same = computed
        if len(same) != 1:
            doubts[f"{text}: {' or '.join(same[:3]) if same else 'whose?'}"] = None
            return tree
        if not computed or len(text) < _SURE:
            doubts[f"{text}: {same[0]}?"] = None
        found = Symbol((same[0],))
        return found if program.values[same[0]] == tree.value else Operation("neg", (found,))

    result = named(formula)
    try:
        for leaf in flat(result):
            _python(leaf, 0, _Program())
    except _Unwritable as error:
        return None, str(error)
    return result, ", ".join(doubts)


def _resolved(tree: Tree, program: _Program) -> Tree:
    """The names replaced by what they stand for: an identifier, or a list of them."""
    if isinstance(tree, Symbol):
        name = spelt(tree.tokens)
        if name not in program.known:
            raise _Unwritable(f"{name} is not defined before")
        return program.known[name]
    if isinstance(tree, List):
        return List(tuple(_resolved(item, program) for item in tree.items))
    if isinstance(tree, Operation):
        return Operation(tree.name, tuple(x if isinstance(x, int) else _resolved(x, program) for x in tree.operands))
    return tree


# --- lines --------------------------------------------------------------------------------------------------------


def _identifier(name: str) -> str:
    """What is raised goes before what is lowered: a_1^{(2)} and the first of a^{(2)} are one name."""
    key = key_of(name)
    if key is not None and key.raised:
        return "_".join(part for part in (key.base, key.raised, key.lowered) if part)
    return re.sub(r"\W+", "", re.sub(r"[\^_]\{([^{}]*)\}", lambda mark: "_" + re.sub(r"\W", "", mark[1]), name))


def _places(tree: Tree, name: str) -> Tree:
    """An identifier for each element: w_1, w_2 or w_11, w_12."""
    if not isinstance(tree, List):
        return Symbol((name,))
    separator = "" if re.search(r"_\d+$", name) and len(tree.shape) > 1 else "_"
    joined = name if name.endswith("_") else name + (separator or "_")
    if len(tree.shape) == 2 and all(len(row.items) == 1 for row in tree.items):
        return List(tuple(List((Symbol((f"{joined}{i}",)),)) for i in range(1, len(tree.items) + 1)))
    if len(tree.shape) == 2:
        rows = enumerate(tree.items, 1)
        return List(tuple(
            List(tuple(Symbol((f"{joined}{i}{j}",)) for j in range(1, len(row.items) + 1))) for i, row in rows
        ))  # fmt: skip
    return List(tuple(Symbol((f"{joined}{i}",)) for i in range(1, len(tree.items) + 1)))


def _write_input(name: str, figure: Tree, why: str, program: _Program) -> None:
    places = _places(figure, _identifier(name))
    program.known[name] = places
    doubt = f"  # ? printed as a figure; its formula was not read: {why}" if why else ""
    program.doubts += bool(why)
    for place, leaf in zip(flat(places), flat(figure), strict=True):
        identifier = place.tokens[0]  # type: ignore[union-attr]
        if identifier in program.values:
            continue  # it has a formula
        program.values[identifier] = Fraction(_number(leaf))
        program.lines.append(f"{identifier} = Value({_number(leaf)}){doubt}")


def _write_formula(name: str, formula: Tree, figure: Tree | None, doubt: str, program: _Program) -> None:
    places = _places(formula, _identifier(name))
    program.known[name] = places
    printed = flat(figure) if figure is not None else []
    for at, (place, leaf) in enumerate(zip(flat(places), flat(formula), strict=True)):
        identifier = place.tokens[0]  # type: ignore[union-attr]
        told = [f"printed: {_number(printed[at])}"] if len(printed) == len(flat(formula)) else []
        told += [f"? {doubt}"] if doubt else []
        if told and printed:
            program.values[identifier] = Fraction(_number(printed[at]))
        program.doubts += bool(doubt)
        comment = f"  # {'  # '.join(told)}" if told else ""
        program.lines.append(f"{identifier} = {_python(leaf, 0, program)}{comment}")
        program.formulas.append(identifier)


def _number(tree: Any) -> str:
    if isinstance(tree, Operation) and tree.name == "neg":
        return f"-{_number(tree.operands[0])}"
    if isinstance(tree, Operation):  # 1.2 × 10^-3
        return repr(float(tree.operands[0].value) * 10.0 ** int(_number(tree.operands[1].operands[1])))
    return repr(float(tree.value)) if "%" in tree.text or (tree.unit is None and "." in tree.text) else tree.text


def _python(tree: Tree, least: int, program: _Program) -> str:
    """The formula in Python, parentheses where an operation binds less tightly than what is around it."""
    if isinstance(tree, Symbol):
        program.mentioned.add(str(tree.tokens[0]))
        return str(tree.tokens[0])
    if isinstance(tree, Number):
        return tree.text if tree.text.lstrip("-")[:1].isdigit() and "%" not in tree.text else repr(float(tree.value))
    if isinstance(tree, List):
        raise _Unwritable("a list where a number is needed")
    if tree.name == "^" and getattr(tree.operands[0], "text", "") == "e":
        return _call("exp", tree.operands[1:], program)
    if tree.name in _CALLED:
        return _call(_CALLED[tree.name], tree.operands, program)
    if tree.name == "softmax":
        program.used.add("softmax")
        place, *operands = tree.operands
        return f"softmax([{', '.join(_python(operand, 0, program) for operand in operands)}])[{place}]"
    if tree.name not in _LEVELS:
        raise _Unwritable(f"{tree.name} has no program here")
    level = _LEVELS[tree.name]
    if tree.name == "neg":
        text = "-" + _python(tree.operands[0], level, program)
    else:
        sign = {"^": " ** "}.get(tree.name, f" {tree.name} ")
        left, right = tree.operands
        text = _python(left, level + (tree.name == "^"), program) + sign
        text += _python(right, level + (tree.name in "-/"), program)
    return f"({text})" if level < least else text


def _call(name: str, operands: Sequence[Any], program: _Program) -> str:
    if name != "abs":
        program.used.add(name)
    return f"{name}({', '.join(_python(operand, 0, program) for operand in operands)})"
