"""The LaTeX of sheets, whatever the labels, the operations and the kinds of number: each renderer sets it.

It is read by a strict reader (tests/latex.py), because a TeX to run is not everywhere. What that reader
takes, KaTeX in its strict mode set too, in 20,000 formulas of such graphs.
"""

import contextlib
import math
import random
from decimal import Decimal
from fractions import Fraction

import pytest
from latex import Refused, read, read_markdown

from autograd import (
    AutogradError,
    Value,
    explain,
    log_softmax,
    logsumexp,
    softmax,
    topological_order,
    total,
    weighted_sum,
)
from autograd.notation import LATEX, equation, show, write
from autograd.primitives import PRIMITIVES
from nn import MLP

LABELS = [
    "x", "w_1", "z₁", "a⁽²⁾₁", "δ₃", "ŷ", "y\u0302", "W1[0][2]", "W1[0, 1]", "0.weight[1][0]", "x1*w1", "∂L/∂z",
    "∇W", "50%", "a_b_c", "a__b", "_", "{", "}", "a{b", "\\", "a\\b", "\\frac{1}{2}", "\\end{aligned}", "$x$", "$$",
    "#1", "Σe", "a&b", "~", "^", "x^2", "a^b", "'", '"', "`", "<tag>", "[", "|", "**b**", "x y", " lead",
    "two\nlines", "a\u2028b", "权重", "损失₁", "日本", "Привет", "עברית", "العربية", "🙂", "é", "e\u0301", "x\u0332",
    "\u0302", "ß", "µ", "ϕ", "½", "√2", "₁", "²", "⁽²⁾", "x₁²₃", "′", "x′", "∞", "→", "−1", "\x00", "\x1b[1m", "\t",
    "\ud800", "\ufeff", "nan", "inf", "1e5",
]  # fmt: skip


def read_sheet(sheet):
    read(sheet.latex())
    # the title, and the formulas of each section
    assert read_markdown(sheet.markdown()) == 1 + len(sheet.sections)


def read_all(root):
    """The sheets of a graph: of its root, and of two values in it; and each of them as a notebook shows it."""
    read_sheet(explain(root, root=root))
    nodes = topological_order(root)
    for node in random.Random(0).sample(nodes, min(2, len(nodes))):
        read_sheet(explain(node, root=root))
        read(equation(node)[1:-1])


@pytest.mark.parametrize(
    "latex",
    [
        "x_1", "x^2", "x_{}", "x^{ }", "x_{1}_{2}", "x^{1}^{2}", "x^{(2)}'", "_{1}", "'", r"\frac{1}{}",
        r"\frac{1}", "{x", "x}", r"\left(x\right", r"\left(x", r"\left(x)", r"x\right)", r"\left<x\right>",
        r"\text{a_b}", r"\text{50%}", r"\text{#1}", r"\text{a&b}", r"\text{{}", r"\text{a\b}", r"\text{x^2}",
        r"\text{$x}", r"\text{$$}", r"\text{\textbackslash}", "权重", "α", "50%", "$x$", "x & y", r"\foo",
        r"\left(\text{)}", "\\text{\x00}", "\\text{\ud800}", "\\text{ \u0302}", "", " ",
        r"\begin{aligned}x\end{cases}", r"\begin{aligned}x", r"\begin{foo}x\end{foo}",
        r"\begin{aligned}x & y & z\end{aligned}", r"x \\ y", "~",
    ],
)  # fmt: skip
def test_the_reader_refuses(latex):
    with pytest.raises(Refused):
        read(latex)


@pytest.mark.parametrize(
    "latex",
    [
        r"x_{1}^{2} + x_{1}' - \frac{\partial L}{\partial z}", r"\text{50\% of 权重 \textbackslash{} $\alpha$ \{é\}}",
        "\\begin{aligned}\n&\\textbf{a} \\\\[4pt]\nx &= \\left[2 > 1\\right]\n\\end{aligned}", r"{}_{1}\text{a}",
    ],
)  # fmt: skip
def test_the_reader_takes(latex):
    read(latex)


@pytest.mark.parametrize("label", LABELS)
def test_labels(label):
    x, y = Value(1.5, label), Value(0.5, label)
    h = weighted_sum([y, Value(0.1, label)], [x * x + 1, x**2], Value(0.2, label))
    h.label = label
    a = h.tanh()
    p = softmax([a**2, h])
    p[0].label = label
    root = -p[0].log() / y
    root.label = label
    root.backward()
    read_all(root)
    x.data = 3.0  # the sheet says that it is stale, with the names
    read_sheet(explain(y, root=root))
    read_all(Value(2.0, label))


@pytest.mark.parametrize("name", PRIMITIVES)
@pytest.mark.parametrize("seed", range(2))
def test_operations(name, seed):
    generator = random.Random(f"{name} {seed}")
    count = PRIMITIVES[name].arity or 5
    xs = [Value(generator.uniform(0.1, 1), generator.choice(LABELS)) for _ in range(count)]
    node = xs[0]._apply(name, *xs)
    node.label = generator.choice(["", *LABELS])
    with contextlib.suppress(AutogradError):  # once more, where that is in its domain
        node = node._apply(name, *[node] * count)
    read_all(node * node**2)


def test_families():
    xs = [Value(0.1 * place, f"x{place}") for place in range(12)]
    for probabilities in (softmax(xs[:3]), log_softmax(xs[:3]), softmax(xs), log_softmax(xs)):
        read_all(total([p * p for p in probabilities]))


NUMBERS = {
    "float": [0.1 + 0.2, -2.5e-7, 1e20, 5e-324, -1.7e308, 0.0, -0.0],
    "not finite": [math.nan, math.inf, -math.inf, -0.0],
    "int": [7, -3, 10**20, -(10**400), 0],
    "Fraction": [Fraction(1, 3), Fraction(-22, 7), Fraction(3), Fraction(10**9 + 7, 10**9), Fraction(10**5000, 3)],
    "Decimal": [*map(Decimal, ["0.10", "-1E-7", "1E+500", "-0", "NaN", "-Infinity"])],
    "complex": [1 + 2j, -1.5 - 1e-9j, 1j, -2j, 1 / 3 + 1e20j, complex(math.inf, -math.nan), 0j],
}  # fmt: skip


OPERATIONS = [
    lambda x, y, number: x - y * y,
    lambda x, y, number: number * x - number,
    lambda x, y, number: x / y,
    lambda x, y, number: x**y,
    lambda x, y, number: x**2 - x**-1,
    lambda x, y, number: total([x, number, x]) * -number,
    lambda x, y, number: -x.exp() * y.tanh() - x.gelu(),
    lambda x, y, number: logsumexp([x, number]),
    lambda x, y, number: weighted_sum([x, y], [y, x], number),
]


def graphs_of(numbers):
    """Small graphs in which each number is a leaf, a bare operand, a base, an exponent or a result."""
    for place, number in enumerate(numbers):
        for other in (number, numbers[place - 1]):
            for operation in OPERATIONS:
                try:
                    root = operation(Value(number, "x"), Value(other, "y_1"), other)
                    explain(root, root=root)
                except AutogradError:  # 1 / 0, or a slope that does not exist
                    continue
                yield root


every = pytest.mark.parametrize(
    "every", [pytest.param(1, marks=pytest.mark.slow, id="all"), pytest.param(7, id="a seventh")]
)


@every
@pytest.mark.parametrize("kind", NUMBERS)
def test_kinds_of_number(kind, every):
    roots = list(graphs_of(NUMBERS[kind]))
    assert len(roots) > 20
    for root in roots[::every]:
        read_all(root)


@every
def test_numbers_of_mpmath(every):
    mpmath = pytest.importorskip("mpmath")
    texts = ["0.5", "-2.5", "1e-40", "0", "inf", "nan"]
    numbers = [*map(mpmath.mpf, texts), mpmath.mpf(1) / 3, mpmath.mpc(1, 2) / 3, mpmath.mpc(0, -2)]
    for root in list(graphs_of(numbers))[::every]:
        read_all(root)
    assert [show(number) for number in numbers] == [
        "0.5", "-2.5", "1e-40", "0", "inf", "nan", "0.3333", "(0.3333+0.6667j)", "-2j",
    ]  # fmt: skip
    assert write(mpmath.mpf("1e400"), LATEX) == r"1 \cdot 10^{400}"  # beyond the floats
    assert write(mpmath.mpf("1e4000000"), LATEX) == r"1.0 \cdot 10^{4000000}"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # SymPy calls what a newer mpmath deprecates
@every
def test_numbers_of_sympy(every):
    sympy = pytest.importorskip("sympy")
    x, t = sympy.symbols("x_1 t")
    formulas = [x**2 + 1, sympy.exp(t) / 2, -x, sympy.sqrt(t), sympy.I + x, sympy.Max(x, 0), sympy.Integer(3), sympy.pi]
    for root in list(graphs_of(formulas[:4]))[::every]:
        explain(root, root=root).latex()  # SymPy writes more commands than the reader knows
    assert [write(Value(formula, "v") ** 2 and formula, LATEX) for formula in formulas[:4]] == [
        "x_{1}^{2} + 1", r"\frac{e^{t}}{2}", "- x_{1}", r"\sqrt{t}",
    ]  # fmt: skip
    base = Value(sympy.exp(t), "b")
    assert r"b \cdot b = \left(e^{t}\right)" not in explain(base * base).latex()
    assert r"b^{2} = \left(e^{t}\right)^{2} = e^{2 t}" in explain(base**2).latex()
    assert "y = p · 3 = 3.1416 · 3 ≈ 9.4248" in _sheet(sympy.pi, 3)
    assert "y = p · 3 = 0.5 · 3 = 1.5" in _sheet(sympy.Rational(1, 2), 3)
    assert "y = p · 3 = x_1 · 3 = 3*x_1" in _sheet(x, 3)


def _sheet(number, factor):
    y = Value(number, "p") * factor
    y.label = "y"
    return str(explain(y))


@pytest.mark.parametrize("seed", range(30))
def test_random_graphs(seed):
    generator = random.Random(seed)
    nodes = [Value(generator.uniform(0.2, 1.5), generator.choice(LABELS)) for _ in range(4)]
    while len(nodes) < 12:
        name = generator.choice([*PRIMITIVES, ("softmax", 1), ("log_softmax", 0)])
        count = PRIMITIVES[name].arity or 3 if isinstance(name, str) else 3
        operands = [generator.choice(nodes) for _ in range(count)]
        try:
            node = operands[0]._apply(name, *operands)
        except AutogradError:
            continue
        if math.isfinite(node.data):
            node.label = generator.choice(["", "", generator.choice(LABELS)])
            nodes.append(node)
    root = total(nodes[-4:])
    try:
        explain(root, root=root)
    except AutogradError:
        pytest.skip("a slope that does not exist")
    read_all(root)


def test_a_network_and_its_penalty():
    model = MLP(2, [3, 2], activation="tanh", output="softmax", seed=1)
    loss = -model([0.5, -1.0])[0].log() + total([p * p + p**2 for p in model.parameters()])
    loss.backward()
    read_all(loss)
    for parameter in model.parameters():
        read_sheet(explain(parameter, root=loss))


def test_markdown_keeps_the_signs_of_a_label():
    y = (Value(2.0, "<b>") * 3) ** 2
    y.label = "*L* $1_a"
    markdown = explain(y.operands[0].operands[0], root=y).markdown()
    assert r"\[\<b\>\].grad is 0.0: \[\*L\* \$1\_a\].backward() has not been called" in markdown
