"""The table of primitives: every operation that a graph can hold, described once.

A row gives the operation's rule on numbers and, for each operand, the rule of the partial. The rules
are ordinary Python over the vocabulary of :mod:`autograd.numeric`, so one row serves every reader:
run on floats it is the engine, on Fractions exact arithmetic, on Values a derivative that can be
differentiated again, on symbols the formula in text, LaTeX or Python.

>>> tanh = PRIMITIVES["tanh"]
>>> tanh.rule(0.5)
0.46211715726000974
>>> [by_x] = tanh.partials
>>> by_x(tanh.rule(0.5), 0.5)
0.7864477329659274

To add an operation: write its function in ``numeric`` (if Python's operators do not say it), and a
row here. Rules must not branch on an operand (use ``step``, ``sign``, ``maximum``): a recorded trace
would keep the branch of its first run. A test over all rows compares each partial with a numerical
derivative, so a wrong one is noticed at once.
Edges that rows share, on floats: nan goes through (a function of nan is nan, and where it compares,
its slope is 0, as are step and sign of nan, which serve as slopes). Infinities follow IEEE 754:
inf - inf and 0 · inf are nan, also when a slope is inf. What is too large is inf after + - * /, as in
Python, and raises after exp, expm1 and a power; what is too small is a subnormal number and then 0,
as is then its slope. The zeros keep their signs, except that relu and abs give 0.0. x ** 0 is 1 for
every x, 0 and nan too. ``kink`` says which slope is taken where there are two; where there is none, it
is kept as Undefined, and raises when it is asked for. Where a sigmoid, a tanh or a softmax rounds to
its limit, its slope is exactly 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from . import kinds, numeric
from .numeric import exp, expm1, log, maximum, minimum, normal_cdf, sign, sqrt, step

__all__ = [
    "ACTIVATIONS",
    "ATOM",
    "NEGATION",
    "POWER",
    "PRIMITIVES",
    "PRODUCT",
    "SUM",
    "Form",
    "Primitive",
    "lookup",
    "split_weighted_sum",
]

# How tightly a written operation binds: an operand that binds less stands in parentheses.
SUM, PRODUCT, NEGATION, POWER, ATOM = 10, 20, 30, 40, 100


@dataclass(frozen=True, slots=True)
class Form:
    """How an operation is written: ``{0} + {1}``, how tightly that binds, and how tightly each operand must.

    With any number of operands, ``{0}`` is all of them.
    """

    template: str
    binding: int = ATOM
    operands: tuple[int, ...] = (0, 0)


@dataclass(frozen=True, slots=True, eq=False)
class Primitive:
    """One kind of operation.

    ``rule(x)``, ``rule(x, y)`` or, where ``arity`` is 0 (any number of operands), ``rule(operands)``
    gives the result. ``partials`` has one rule per operand, called with the result first:
    ``by_x(out, x, y)``. With arity 0 it is one rule, ``by_each(out, operands)``, that gives a list.
    """

    name: str
    arity: int
    rule: Callable[..., Any]
    partials: Any
    python: Form
    latex: Form
    domain: str = ""  # where it is defined, and what to do about an operand outside
    overflow: str = "use smaller operands, or Fractions or Decimals, which hold larger numbers"
    kink: str = ""  # which derivative is taken where there is none, or more than one
    switch: Callable[..., Any] | None = None  # of the operands: where it is 0, there the kink is
    rational: bool = False  # exact on Fractions; the others leave the rationals, and give a float
    definition: Callable[..., Any] | None = None  # a composite in elementary operations
    written: Callable[..., Any] | None = None  # the same as a person writes it, where that is shorter
    text: Form | None = None  # for reading, where that is not the Python form
    index: int = -1  # which of the results of a family (softmax) this row is
    # Of a row that is in no table, a compiled function's: the result and the partials again, from what a node
    # keeps and its operands; and the gradients of a root added at once, from its operands, partials and seed,
    # or False where the sweep is to do it.
    evaluate: Callable[[Any, Any], tuple[Any, Any]] | None = None
    backward: Callable[[Any, Any, Any], bool] | None = None

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"


def _infix(symbol: str, binding: int, left: int, right: int) -> Form:
    return Form(f"{{0}} {symbol} {{1}}", binding, (left, right))


def _function(name: str) -> Form:
    return Form(f"{name}({{0}})", ATOM, (0,))


def _latex_function(name: str) -> Form:
    return Form(rf"{name}\left({{0}}\right)", ATOM, (0,))


# --- partials that are more than one expression ----------------------------------------------------


def _is_zero(x: Any) -> bool:
    """Is ``x`` the number 0? A Value or a symbol is not: it may be another number on the next run."""
    return not isinstance(x, numeric.Arithmetic) and x == 0


def _is_above_zero(x: Any) -> bool:
    """Is ``x`` a number above 0, a complex one by its real part? Of a symbol nobody knows."""
    return not (isinstance(x, numeric.Arithmetic) or kinds.is_symbolic(x)) and kinds.real_part(x) > 0


def _power_by_base(out: Any, x: Any, y: Any) -> Any:
    if _is_zero(y):  # x ** 0 is 1 everywhere, so its slope is 0, also at x = 0
        return y
    return y * x ** (y - 1)


def _power_by_exponent(out: Any, x: Any, y: Any) -> Any:
    if _is_zero(x) and _is_above_zero(numeric.number_of(y)):  # 0 ** y is 0 for each y > 0
        return out
    return out * log(x)


def _normal_density(x: Any) -> Any:
    return numeric.normal_density_at_zero(x) * exp(-(x * x) / 2)


def split_weighted_sum(operands: tuple[Any, ...]) -> tuple[Any, Any, Any]:
    """The weights, the inputs and the bias of a weighted sum's operands."""
    count = len(operands) // 2
    return operands[:count], operands[count:-1], operands[-1]


def _weighted_sum(operands: tuple[Any, ...]) -> Any:
    weights, inputs, bias = split_weighted_sum(operands)
    return numeric.dot(weights, inputs) + bias if weights else bias


def _weighted_sum_partials(out: Any, operands: tuple[Any, ...]) -> list[Any]:
    weights, inputs, _ = split_weighted_sum(operands)
    return [*inputs, *weights, 1]


def _total_in_steps(operands: Sequence[Any]) -> Any:
    result = operands[0]
    for operand in operands[1:]:
        result = result + operand
    return result


def _softmax_in_steps(index: int) -> Callable[..., Any]:
    def definition(operands: tuple[Any, ...]) -> Any:
        exponentials = _shifted_exponentials(operands)
        return exponentials[index] / _total_in_steps(exponentials)

    return definition


def _softmax_written(index: int) -> Callable[..., Any]:
    def written(operands: tuple[Any, ...]) -> Any:
        exponentials = [exp(operand) for operand in operands]
        return exponentials[index] / _total_in_steps(exponentials)

    return written


def _shift(operands: Sequence[Any]) -> Any:
    """The largest, as a number: it cancels in the quotient, so no gradient flows through it."""
    numbers = numeric.all_of_one_kind([numeric.number_of(operand) for operand in operands])
    place = numeric.place_of_largest(numbers)
    return numeric.zero(numbers[0]) if place is None else numbers[place]


def _shifted_exponentials(operands: tuple[Any, ...]) -> tuple[Any, ...]:
    shift = _shift(operands)
    return tuple(exp(operand - shift) for operand in operands)


def _logsumexp_in_steps(operands: tuple[Any, ...]) -> Any:
    return log(_total_in_steps(_shifted_exponentials(operands))) + _shift(operands)


# --- the table -------------------------------------------------------------------------------------

_ELEMENTARY = [
    Primitive(
        "add", 2,
        rational=True,
        rule=lambda x, y: x + y,
        partials=(lambda out, x, y: 1, lambda out, x, y: 1),
        python=_infix("+", SUM, SUM, SUM + 1),
        latex=_infix("+", SUM, SUM, SUM + 1),
    ),
    Primitive(
        "sub", 2,
        rational=True,
        rule=lambda x, y: x - y,
        partials=(lambda out, x, y: 1, lambda out, x, y: -1),
        python=_infix("-", SUM, SUM, SUM + 1),
        latex=_infix("-", SUM, SUM, SUM + 1),
    ),
    Primitive(
        "mul", 2,
        rational=True,
        rule=lambda x, y: x * y,
        partials=(lambda out, x, y: y, lambda out, x, y: x),
        python=_infix("*", PRODUCT, PRODUCT, PRODUCT + 1),
        latex=_infix(r"\cdot", PRODUCT, PRODUCT, PRODUCT + 1),
        text=_infix("·", PRODUCT, PRODUCT, PRODUCT + 1),
    ),
    Primitive(
        "div", 2,
        rational=True,
        rule=lambda x, y: x / y,
        partials=(lambda out, x, y: 1 / y, lambda out, x, y: -out / y),
        python=_infix("/", PRODUCT, PRODUCT, PRODUCT + 1),
        latex=Form(r"\frac{{{0}}}{{{1}}}", POWER, (0, 0)),  # brackets where it is the base of a power
        domain="the divisor must not be 0; add a small number to {1}, or leave the term out where {1} is 0",
    ),
    Primitive(
        "pow", 2,
        rational=True,
        rule=numeric.power,
        partials=(_power_by_base, _power_by_exponent),
        python=_infix("**", POWER, POWER + 1, NEGATION),
        latex=Form(r"{0}^{{{1}}}", POWER, (POWER + 1, 0)),
        text=Form("{0}^{1}", POWER, (POWER + 1, ATOM)),
        domain="a negative base takes whole exponents only, and 0 none below 0; use abs({0}), or a whole exponent",
        kink="x ** 0 has slope 0 at every x; 0 ** y has slope 0 by y for y > 0, and none for y = 0",
    ),
    Primitive(
        "neg", 1,
        rational=True,
        rule=lambda x: -x,
        partials=(lambda out, x: -1,),
        python=Form("-{0}", NEGATION, (NEGATION,)),
        latex=Form("-{0}", NEGATION, (NEGATION,)),
    ),
    Primitive(
        "abs", 1,
        rational=True,
        rule=numeric.absolute,
        partials=(lambda out, x: sign(x),),
        python=_function("abs"),
        latex=Form(r"\left|{0}\right|", ATOM, (0,)),
        text=Form("|{0}|", ATOM, (0,)),
        kink="0 at x = 0",
        switch=lambda x: x,
    ),
    Primitive(
        "exp", 1,
        rule=exp,
        partials=(lambda out, x: out,),
        python=_function("exp"),
        latex=Form(r"e^{{{0}}}", POWER, (0,)),
        overflow="a float ends near exp(709.78); subtract the largest exponent first, as softmax and logsumexp do",
    ),
    Primitive(
        "expm1", 1,
        rule=expm1,
        partials=(lambda out, x: exp(x),),
        python=_function("expm1"),
        latex=_latex_function(r"\operatorname{{expm1}}"),
        overflow="a float ends near exp(709.78); subtract the largest exponent first, as softmax and logsumexp do",
    ),
    Primitive(
        "log", 1,
        rule=log,
        partials=(lambda out, x: 1 / x,),
        python=_function("log"),
        latex=_latex_function(r"\ln"),
        text=_function("ln"),
        domain="log is defined for numbers above 0; keep its operand positive, for instance log({0} + 1e-12)",
    ),
    Primitive(
        "log1p", 1,
        rule=numeric.log1p,
        partials=(lambda out, x: 1 / (1 + x),),
        python=_function("log1p"),
        latex=Form(r"\ln\left(1 + {0}\right)", ATOM, (SUM + 1,)),
        domain="log1p is defined for numbers above -1",
    ),
    Primitive(
        "sqrt", 1,
        rule=sqrt,
        partials=(lambda out, x: 1 / (2 * out),),
        python=_function("sqrt"),
        latex=Form(r"\sqrt{{{0}}}", ATOM, (0,)),
        text=_function("√"),
        domain="sqrt is defined from 0 up, its slope above 0 only; keep {0} positive, for instance sqrt({0} + 1e-12)",
        kink="no slope at x = 0: asking for the gradient there raises",
    ),
    Primitive(
        "sin", 1,
        rule=numeric.sin,
        partials=(lambda out, x: numeric.cos(x),),
        python=_function("sin"),
        latex=_latex_function(r"\sin"),
        domain="sin is defined for finite numbers",
    ),
    Primitive(
        "cos", 1,
        rule=numeric.cos,
        partials=(lambda out, x: -numeric.sin(x),),
        python=_function("cos"),
        latex=_latex_function(r"\cos"),
        domain="cos is defined for finite numbers",
    ),
    Primitive(
        "step", 1,
        rational=True,
        rule=step,
        partials=(lambda out, x: 0,),
        python=_function("step"),
        latex=Form(r"\left[{0} > 0\right]", ATOM, (0,)),
        text=Form("[{0} > 0]", ATOM, (0,)),
        kink="0 at x = 0",
        switch=lambda x: x,
    ),
    Primitive(
        "sign", 1,
        rational=True,
        rule=sign,
        partials=(lambda out, x: 0,),
        python=_function("sign"),
        latex=_latex_function(r"\operatorname{{sign}}"),
        kink="0 at x = 0",
        switch=lambda x: x,
    ),
    Primitive(
        "maximum", 2,
        rational=True,
        rule=maximum,
        partials=(lambda out, x, y: 1 - step(y - x), lambda out, x, y: step(y - x)),
        python=Form("maximum({0}, {1})"),
        latex=Form(r"\max\left({0}, {1}\right)"),
        text=Form("max({0}, {1})"),
        kink="at a tie the first operand takes the whole slope, as it is the one that Python's max returns",
        switch=lambda x, y: x - y,
    ),
    Primitive(
        "minimum", 2,
        rational=True,
        rule=minimum,
        partials=(lambda out, x, y: 1 - step(x - y), lambda out, x, y: step(x - y)),
        python=Form("minimum({0}, {1})"),
        latex=Form(r"\min\left({0}, {1}\right)"),
        text=Form("min({0}, {1})"),
        kink="at a tie the first operand takes the whole slope, as it is the one that Python's min returns",
        switch=lambda x, y: x - y,
    ),
]

_ACTIVATIONS = [
    Primitive(
        "tanh", 1,
        rule=numeric.tanh,
        partials=(lambda out, x: 1 - out * out,),
        python=_function("tanh"),
        latex=_latex_function(r"\tanh"),
    ),
    Primitive(
        "sigmoid", 1,
        rule=numeric.sigmoid,
        partials=(lambda out, x: out * (1 - out),),
        python=_function("sigmoid"),
        latex=_latex_function(r"\sigma"),
        text=_function("σ"),
    ),
    Primitive(
        "relu", 1,
        rational=True,
        rule=numeric.relu,
        partials=(lambda out, x: step(x),),
        python=_function("relu"),
        latex=_latex_function(r"\operatorname{{ReLU}}"),
        text=_function("ReLU"),
        kink="0 at x = 0",
        switch=lambda x: x,
    ),
    Primitive(
        "leaky_relu", 2,
        rational=True,
        rule=numeric.leaky_relu,
        partials=(lambda out, x, slope: step(x) + (1 - step(x)) * slope, lambda out, x, slope: minimum(x, 0)),
        python=Form("leaky_relu({0}, {1})"),
        latex=Form(r"\operatorname{{LeakyReLU}}_{{{1}}}\left({0}\right)"),
        text=Form("LeakyReLU({0}, {1})"),
        kink="slope at x = 0",
        switch=lambda x, slope: x,
    ),
    Primitive(
        "elu", 2,
        rule=numeric.elu,
        partials=(
            lambda out, x, alpha: step(x) + (1 - step(x)) * alpha * exp(minimum(x, 0)),
            lambda out, x, alpha: expm1(minimum(x, 0)),
        ),
        python=Form("elu({0}, {1})"),
        latex=Form(r"\operatorname{{ELU}}_{{{1}}}\left({0}\right)"),
        text=Form("ELU({0}, {1})"),
        kink="alpha at x = 0",
        switch=lambda x, alpha: x,
    ),
    Primitive(
        "normal_cdf", 1,
        rule=normal_cdf,
        partials=(lambda out, x: _normal_density(x),),
        python=_function("normal_cdf"),
        latex=_latex_function(r"\Phi"),
        text=_function("Φ"),
    ),
    Primitive(
        "gelu", 1,
        rule=numeric.gelu,
        partials=(lambda out, x: normal_cdf(x) + x * _normal_density(x),),
        python=_function("gelu"),
        latex=_latex_function(r"\operatorname{{GELU}}"),
        text=_function("GELU"),
    ),
    Primitive(
        "softplus", 1,
        rule=numeric.softplus,
        partials=(lambda out, x: numeric.sigmoid(x),),
        python=_function("softplus"),
        latex=_latex_function(r"\operatorname{{softplus}}"),
    ),
]

_OF_MANY = [
    Primitive(
        "total", 0,
        rational=True,
        rule=numeric.total,
        partials=lambda out, operands: [1] * len(operands),
        python=Form("total([{0}])"),
        latex=Form(r"\sum\left({0}\right)"),
        text=Form("Σ({0})"),
        definition=_total_in_steps,
    ),
    Primitive(
        "weighted_sum", 0,
        rational=True,
        rule=_weighted_sum,
        partials=_weighted_sum_partials,
        python=Form("weighted_sum({0})"),
        latex=Form(r"\sum w x + b\left({0}\right)"),
        definition=_weighted_sum,
    ),
    Primitive(
        "logsumexp", 0,
        rule=numeric.logsumexp,
        partials=lambda out, operands: numeric.softmax(operands),
        python=Form("logsumexp([{0}])"),
        latex=_latex_function(r"\operatorname{{logsumexp}}"),
        text=Form("logsumexp({0})"),
        definition=_logsumexp_in_steps,
        written=lambda operands: log(_total_in_steps([exp(operand) for operand in operands])),
    ),
]


def _softmax_partials(index: int) -> Callable[..., list[Any]]:
    """∂aᵢ/∂xⱼ = aᵢ (δᵢⱼ - aⱼ)."""

    def by_each(out: Any, operands: Any) -> list[Any]:
        return [
            out * ((1 if place == index else 0) - probability)
            for place, probability in enumerate(numeric.softmax(operands))
        ]

    return by_each


def _log_softmax_partials(index: int) -> Callable[..., list[Any]]:
    """∂(log aᵢ)/∂xⱼ = δᵢⱼ - aⱼ."""

    def by_each(out: Any, operands: Any) -> list[Any]:
        return [
            (1 if place == index else 0) - probability
            for place, probability in enumerate(numeric.softmax(operands))
        ]

    return by_each


def _softmax_row(index: int) -> Primitive:
    return Primitive(
        "softmax", 0,
        rule=lambda operands: numeric.softmax(operands)[index],
        partials=_softmax_partials(index),
        python=Form(f"softmax([{{0}}])[{index}]"),
        latex=Form(rf"\operatorname{{{{softmax}}}}_{{{{{index + 1}}}}}\left({{0}}\right)"),
        text=Form(f"softmax[{index + 1}]({{0}})"),
        definition=_softmax_in_steps(index),
        written=_softmax_written(index),
        index=index,
    )


def _log_softmax_row(index: int) -> Primitive:
    return Primitive(
        "log_softmax", 0,
        rule=lambda operands: numeric.log_softmax(operands)[index],
        partials=_log_softmax_partials(index),
        python=Form(f"log_softmax([{{0}}])[{index}]"),
        latex=Form(rf"\ln\operatorname{{{{softmax}}}}_{{{{{index + 1}}}}}\left({{0}}\right)"),
        text=Form(f"ln softmax[{index + 1}]({{0}})"),
        definition=lambda operands: operands[index] - _logsumexp_in_steps(operands),
        written=lambda operands: log(numeric.softmax(operands)[index]),
        index=index,
    )


PRIMITIVES = {primitive.name: primitive for primitive in (*_ELEMENTARY, *_ACTIVATIONS, *_OF_MANY)}

# What is written a where its operand is written z.
ACTIVATIONS = frozenset([*(primitive.name for primitive in _ACTIVATIONS), "softmax"])

# A family has one row per result: the i-th probability of a softmax is a function of all its operands.
FAMILIES = {"softmax": _softmax_row, "log_softmax": _log_softmax_row}


@cache
def _family_row(name: str, index: int) -> Primitive:
    return FAMILIES[name](index)


def lookup(name: str | tuple[str, int]) -> Primitive:
    """The row of a name, or of a family's name and an index.

    >>> lookup("exp"), lookup(("softmax", 2)).index
    (<primitive exp>, 2)
    """
    return PRIMITIVES[name] if type(name) is str else _family_row(*name)
