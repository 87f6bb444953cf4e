"""The table of primitives: every operation that a graph can hold, described once.

A row gives the operation's rule on numbers and, for each operand, the rule of the partial with respect
to it. The rules are ordinary Python over the vocabulary of :mod:`autograd.numeric`, so one row serves
every reader: run on floats it is the engine, on Fractions exact arithmetic, on Values a derivative that
can be differentiated again, on symbols the formula in text, LaTeX, Python or JavaScript.

>>> tanh = PRIMITIVES["tanh"]
>>> tanh.rule(0.5)
0.46211715726000974
>>> [with_respect_to_x] = tanh.partials
>>> with_respect_to_x(tanh.rule(0.5), 0.5)
0.7864477329659274

To add an operation, ``define`` it (:mod:`autograd.definitions`). Rules must not branch on an operand (use
``where``, ``step``, ``sign``, ``maximum``): a recorded trace would keep the branch of its first run. A test
over all rows compares each partial with a numerical derivative, so a wrong one is noticed at once.

Edges that rows share, on floats: nan goes through (a function of nan is nan, and where it compares,
its partial is 0, as are step and sign of nan, which serve as partials). Infinities follow IEEE 754:
inf - inf and 0 · inf are nan, also when a partial is inf. What is too large is inf after + - * /, as in
Python, and raises after exp, expm1 and a power; what is too small is a subnormal number and then 0,
as is then its partial. The zeros keep their signs, except that relu and abs give 0.0. x ** 0 is 1 for
every x, 0 and nan too. ``kink`` says which partial is taken where there are two; where there is none, it
is kept as Undefined, and raises when it is asked for. Where a sigmoid, a tanh or a softmax rounds to
its limit, its partial is exactly 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from . import kinds, numeric
from .forms import ATOM, NEGATION, POWER, PRODUCT, SUM, Form, function, infix, latex_function
from .numeric import Recorder, exp, expm1, log, maximum, minimum, normal_cdf, sign, sqrt, step, where

__all__ = ["PRIMITIVES", "Primitive", "lookup"]


@dataclass(frozen=True, slots=True, eq=False)
class Primitive:
    """One kind of operation: a row of the table.

    ``rule(x)``, ``rule(x, y)`` … gives the result, and ``partials`` has one rule per operand, called with
    the result first: ``with_respect_to_x(out, x, y)``. Where ``arity`` is 0 (any number of operands) it is
    ``rule(operands)``, and ``partials(out, operands)`` gives a list.
    """

    name: str
    arity: int
    rule: Callable[..., Any]
    partials: Any
    python: Form
    text: Form
    latex: Form
    activation: bool = False  # what is written a where its operand is written z
    rational: bool = False  # exact on Fractions; the others leave the rationals, and give a float
    domain: str = ""  # where it is defined, and what to do about an operand outside
    overflow: str = "use smaller operands, or Fractions or Decimals, which hold larger numbers"
    kink: str = ""  # which partial is taken where there is none, or more than one
    kink_at: Callable[..., Any] | None = None  # of the operands: where it is 0, there the kink is
    never_flat: bool = False  # its partials are above 0: where one is exactly 0, rounding made it so
    formula: Callable[..., Any] | None = None  # the same in more elementary operations, branch-free
    decomposition: Callable[..., Any] | None = None  # a composite opened for a person, step by step
    textbook: Callable[..., Any] | None = None  # the same as a person writes it, where that is shorter
    index: int = -1  # which of the results of a family (softmax) this row is
    together: Callable[..., Any] | None = None  # of the operands: (result, partials) of all rows of the family
    record: Callable[..., Any] | None = None  # makes a node, where the general way is too slow
    # Of a row that is in no table, a compiled function's: the result and the partials again, from what a node
    # keeps and its operands; and the gradients of a root added at once, from its operands, partials and seed,
    # or False where the sweep is to do it.
    evaluate: Callable[[Any, Any], tuple[Any, Any]] | None = None
    backward: Callable[[Any, Any, Any], bool] | None = None

    few: bool = field(init=False)  # one or two operands, which a node keeps without a tuple

    def __post_init__(self) -> None:
        object.__setattr__(self, "few", 1 <= self.arity <= 2)

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"


PRIMITIVES: dict[str, Primitive] = {}


def add_row(name: str, rule: Callable[..., Any], partials: Any, arity: int, **options: Any) -> Primitive:
    row = PRIMITIVES[name] = make_row(name, rule, partials, arity, **options)
    return row


def make_row(
    name: str,
    rule: Callable[..., Any],
    partials: Any,
    arity: int,
    python: str | Form = "",
    text: str | Form = "",
    latex: str | Form = "",
    **fields: Any,
) -> Primitive:
    """A row that is in no table yet; what is not said of its writing defaults from the name."""
    python = _form(python or name, arity, function)
    text = _form(text, arity, function) if text else python
    if not latex:
        latex = text if text.binding < ATOM else rf"\operatorname{{{{{name}}}}}".replace("_", r"\_")
    return Primitive(name, arity, rule, partials, python, text, _form(latex, arity, latex_function), **fields)


def _form(written: str | Form, arity: int, named: Callable[[str, int], Form]) -> Form:
    if isinstance(written, Form):
        return written
    return Form(written, ATOM, (0,) * max(arity, 1)) if "{0}" in written else named(written, arity)


# --- the table -------------------------------------------------------------------------------------


def elementary(name: str, rule: Callable[..., Any], *partials: Callable[..., Any], **options: Any) -> None:
    """A row that nothing else is made of, or whose formula the vocabulary has by its name."""
    add_row(name, rule, partials, len(partials), **{"formula": numeric.FORMULAS.get(name), **options})


def _power_partial_base(out: Any, x: Any, y: Any) -> Any:
    if _is_zero(y):  # x ** 0 is 1 everywhere, so its partial is 0, also at x = 0
        return y
    return y * x ** (y - 1)


def _power_partial_exponent(out: Any, x: Any, y: Any) -> Any:
    if _is_zero(x) and _is_above_zero(numeric.number_of(y)):  # 0 ** y is 0 for each y > 0
        return out
    return out * log(x)


def _is_zero(x: Any) -> bool:
    """Is ``x`` the number 0? A Value or a symbol is not: it may be another number on the next run."""
    return not isinstance(x, Recorder) and x == 0


def _is_above_zero(x: Any) -> bool:
    """Is ``x`` a number above 0, a complex one by its real part? Of a symbol nobody knows."""
    return not (isinstance(x, Recorder) or kinds.is_symbolic(x)) and kinds.real_part(x) > 0


def _normal_density(x: Any) -> Any:
    return numeric.normal_density_at_zero(x) * exp(-(x * x) / 2)


_EXP_OVERFLOW = "a float ends near exp(709.78); subtract the largest exponent first, as softmax and logsumexp do"

elementary("add", lambda x, y: x + y, lambda out, x, y: 1, lambda out, x, y: 1,
           python=infix("+", SUM), rational=True)
elementary("sub", lambda x, y: x - y, lambda out, x, y: 1, lambda out, x, y: -1,
           python=infix("-", SUM), rational=True)
elementary("mul", lambda x, y: x * y, lambda out, x, y: y, lambda out, x, y: x,
           python=infix("*", PRODUCT), text=infix("·", PRODUCT), latex=infix(r"\cdot", PRODUCT), rational=True)
elementary("div", lambda x, y: x / y, lambda out, x, y: 1 / y, lambda out, x, y: -out / y,
           python=infix("/", PRODUCT), latex=Form(r"\frac{{{0}}}{{{1}}}", POWER), rational=True,
           domain="the divisor must not be 0; keep {1} away from 0, or leave the term out where it is 0")
elementary("pow", numeric.power, _power_partial_base, _power_partial_exponent, rational=True,
           python=Form("{0} ** {1}", POWER, (POWER + 1, NEGATION)), text=Form("{0}^{1}", POWER, (POWER + 1, ATOM)),
           latex=Form(r"{0}^{{{1}}}", POWER, (POWER + 1, 0)),
           domain="a negative base takes whole exponents only, and 0 none below 0; use abs({0}), or a whole exponent",
           kink="x ** 0 has partial 0 at every x; 0 ** y has partial 0 with respect to y for y > 0, none for y = 0")
elementary("neg", lambda x: -x, lambda out, x: -1, python=Form("-{0}", NEGATION, (NEGATION,)), rational=True)
elementary("abs", numeric.absolute, lambda out, x: sign(x), text="|{0}|", latex=r"\left|{0}\right|", rational=True,
           kink="0 at x = 0", kink_at=lambda x: x)
elementary("exp", exp, lambda out, x: out, latex=Form(r"e^{{{0}}}", POWER), never_flat=True, overflow=_EXP_OVERFLOW)
elementary("expm1", expm1, lambda out, x: exp(x), never_flat=True, overflow=_EXP_OVERFLOW)
elementary("log", log, lambda out, x: 1 / x, text="ln", latex=r"\ln",
           domain="log is defined for numbers above 0; keep its operand positive, for instance log({0} + 1e-12)")
elementary("log1p", numeric.log1p, lambda out, x: 1 / (1 + x), domain="log1p is defined for numbers above -1",
           latex=Form(r"\ln\left(1 + {0}\right)", ATOM, (SUM + 1,)))
elementary("sqrt", sqrt, lambda out, x: 1 / (2 * out), text="√", latex=r"\sqrt{{{0}}}",
           domain="sqrt is defined from 0 up, its partial above 0 only; keep it positive, as in sqrt({0} + 1e-12)",
           kink="no partial at x = 0: asking for the gradient there raises")
elementary("sin", numeric.sin, lambda out, x: numeric.cos(x), latex=r"\sin",
           domain="sin is defined for finite numbers")
elementary("cos", numeric.cos, lambda out, x: -numeric.sin(x), latex=r"\cos",
           domain="cos is defined for finite numbers")
elementary("step", step, lambda out, x: 0, text="[{0} > 0]", latex=r"\left[{0} > 0\right]", rational=True,
           kink="0 at x = 0", kink_at=lambda x: x)
elementary("sign", sign, lambda out, x: 0, rational=True, kink="0 at x = 0", kink_at=lambda x: x)
elementary("maximum", maximum, lambda out, x, y: 1 - step(y - x), lambda out, x, y: step(y - x), text="max",
           latex=r"\max", rational=True, kink_at=lambda x, y: x - y,
           kink="at a tie the first operand takes the whole partial: Python's max returns that one")
elementary("minimum", minimum, lambda out, x, y: 1 - step(x - y), lambda out, x, y: step(x - y), text="min",
           latex=r"\min", rational=True, kink_at=lambda x, y: x - y,
           kink="at a tie the first operand takes the whole partial: Python's min returns that one")
elementary("where", where,
           lambda out, c, x, y: 0, lambda out, c, x, y: where(c, 1, 0), lambda out, c, x, y: where(c, 0, 1),
           text="({1} if {0} > 0 else {2})", rational=True,
           kink="at 0 the last operand is taken", kink_at=lambda c, x, y: c,
           latex=r"\begin{{cases}}{1} & {0} > 0 \\ {2} & \text{{else}}\end{{cases}}")

elementary("tanh", numeric.tanh, lambda out, x: 1 - out * out, latex=r"\tanh", activation=True, never_flat=True)
elementary("sigmoid", numeric.sigmoid, lambda out, x: out * (1 - out), text="σ", latex=r"\sigma",
           activation=True, never_flat=True)
elementary("relu", numeric.relu, lambda out, x: step(x), text="ReLU", latex=r"\operatorname{{ReLU}}",
           activation=True, rational=True, kink="0 at x = 0", kink_at=lambda x: x)
elementary("leaky_relu", numeric.leaky_relu,
           lambda out, x, slope: step(x) + (1 - step(x)) * slope, lambda out, x, slope: minimum(x, 0),
           text="LeakyReLU", latex=r"\operatorname{{LeakyReLU}}_{{{1}}}\left({0}\right)", activation=True,
           rational=True, kink="slope at x = 0", kink_at=lambda x, slope: x)
elementary("elu", numeric.elu,
           lambda out, x, alpha: step(x) + (1 - step(x)) * alpha * exp(minimum(x, 0)),
           lambda out, x, alpha: expm1(minimum(x, 0)),
           text="ELU", latex=r"\operatorname{{ELU}}_{{{1}}}\left({0}\right)", activation=True,
           kink="alpha at x = 0", kink_at=lambda x, alpha: x)
elementary("normal_cdf", normal_cdf, lambda out, x: _normal_density(x), text="Φ", latex=r"\Phi", activation=True,
           never_flat=True)
elementary("gelu", numeric.gelu, lambda out, x: normal_cdf(x) + x * _normal_density(x), text="GELU",
           latex=r"\operatorname{{GELU}}", activation=True)
elementary("softplus", numeric.softplus, lambda out, x: numeric.sigmoid(x), activation=True, never_flat=True)


# A family has one row per result: the i-th probability of a softmax is a function of all its operands.
FAMILIES: dict[str, Callable[[int], Primitive]] = {}


@cache
def _family_row(name: str, index: int) -> Primitive:
    return FAMILIES[name](index)


def lookup(name: str | tuple[str, int]) -> Primitive:
    """The row of a name, or of a family's name and an index.

    >>> lookup("exp"), lookup(("softmax", 2)).index
    (<primitive exp>, 2)
    """
    return PRIMITIVES[name] if type(name) is str else _family_row(*name)
