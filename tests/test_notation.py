"""Names, expressions and the three ways to write them."""

import math
import random
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import (
    KindError,
    Value,
    log_softmax,
    logsumexp,
    numeric,
    softmax,
    topological_order,
    total,
    weighted_sum,
    weighted_sums,
)
from autograd.notation import (
    LATEX,
    PYTHON,
    Names,
    Symbol,
    formula,
    is_exact,
    label_values,
    latex_name,
    latex_text,
    partial,
    show,
    write,
)
from autograd.primitives import PRIMITIVES, lookup

a, b, c = (Symbol(name, number) for name, number in (("a", 2.0), ("b", -3.0), ("c", 0.5)))


@pytest.mark.parametrize(
    ("expression", "text", "latex"),
    [
        (a + b + c, "a + b + c", "a + b + c"),
        (a + (b + c), "a + (b + c)", r"a + \left(b + c\right)"),
        (a - (b - c), "a - (b - c)", r"a - \left(b - c\right)"),
        (a * (b * c), "a · (b · c)", r"a \cdot \left(b \cdot c\right)"),
        (a / (b / c), "a / (b / c)", r"\frac{a}{\frac{b}{c}}"),
        ((a + b) * c, "(a + b) · c", r"\left(a + b\right) \cdot c"),
        ((a / b) ** 2, "(a / b)²", r"\left(\frac{a}{b}\right)^{2}"),
        ((-a) ** 2, "(-a)²", r"\left(-a\right)^{2}"),
        (-(a**2), "-a²", "-a^{2}"),
        ((a**b) ** c, "(a^b)^c", r"\left(a^{b}\right)^{c}"),
        (a ** (b + 1), "a^(b + 1)", "a^{b + 1}"),
        (a**-1, "a⁻¹", "a^{-1}"),
        (a**0.5, "a^0.5", "a^{0.5}"),
        (a * -b, "a · (-b)", r"a \cdot \left(-b\right)"),
        (a + -b, "a - b", "a - b"),
        (a - -b, "a - (-b)", r"a - \left(-b\right)"),
        (a - 3, "a - 3", "a - 3"),
        (a + -3, "a - 3", "a - 3"),
        (a - -3, "a - (-3)", r"a - \left(-3\right)"),
        (-3 * a, "-3 · a", r"-3 \cdot a"),
        (a * -3, "a · (-3)", r"a \cdot \left(-3\right)"),
        (a - b * -3, "a - b · (-3)", r"a - b \cdot \left(-3\right)"),
        (a.exp().log(), "ln(exp(a))", r"\ln\left(e^{a}\right)"),
        (a.exp() ** 2, "exp(a)²", r"\left(e^{a}\right)^{2}"),
        (abs(a), "|a|", r"\left|a\right|"),
        (a.sigmoid() * (1 - a.sigmoid()), "σ(a) · (1 - σ(a))",
         r"\sigma\left(a\right) \cdot \left(1 - \sigma\left(a\right)\right)"),
        (a.sqrt().relu(), "ReLU(√(a))", r"\operatorname{ReLU}\left(\sqrt{a}\right)"),
        (numeric.maximum(a, 0), "max(a, 0)", r"\max\left(a, 0\right)"),
        (a * Fraction(1, 3), "a · (1/3)", r"a \cdot \frac{1}{3}"),
        (a * Fraction(-1, 3), "a · (-1/3)", r"a \cdot \left(-\frac{1}{3}\right)"),
        (a * 1e-7, "a · 1e-07", r"a \cdot \left(1 \cdot 10^{-7}\right)"),
    ],
)  # fmt: skip
def test_parentheses(expression, text, latex):
    assert (write(expression), write(expression, LATEX)) == (text, latex)


def _random_expression(generator, depth):
    if depth == 0:
        return generator.choice([a, b, c, 2.0, -1.5, 3])
    left = _random_expression(generator, depth - 1)
    right = _random_expression(generator, generator.randrange(depth))
    kind = generator.randrange(8)
    if kind == 0:
        return left + right
    if kind == 1:
        return left - right
    if kind == 2:
        return left * right
    if kind == 3 and not _is_zero(right):
        return left / right
    if kind == 4:
        return left**2
    if kind == 5:
        return -left
    if kind == 6:
        return numeric.tanh(left if isinstance(left, Symbol) else float(left))
    return abs(left)


def _is_zero(expression):
    return (expression.number if isinstance(expression, Symbol) else expression) in (0, None)


@pytest.mark.parametrize("seed", range(300))
def test_python_is_the_same_number_to_the_last_bit(seed):
    expression = _random_expression(random.Random(seed), 5)
    if not isinstance(expression, Symbol) or expression.number is None:
        pytest.skip("no name in it, or an overflow")
    names = {"a": 2.0, "b": -3.0, "c": 0.5, "tanh": math.tanh}
    assert eval(write(expression, PYTHON), names) == expression.number
    text = write(expression, digits=17).replace("·", "*").replace("²", "**2")
    if "|" not in text:
        assert eval(text, names) == expression.number  # what is read is the same formula


@pytest.mark.parametrize("name", PRIMITIVES)
def test_every_row_can_be_written(name):
    row = lookup(name)
    xs = [Value(0.3 + 0.1 * index, label="xyz"[index]) for index in range(row.arity or 3)]
    node = xs[0]._apply(name, *xs)
    names = Names(topological_order(node))
    for style in (None, LATEX, PYTHON):
        for expression in (formula(node, names), *(partial(node, place, names) for place in range(len(xs)))):
            for upto in (None, 0, 1):
                text = write(expression, style, upto=upto)
                assert "{" not in text.replace("{", "", text.count("{") if style is LATEX else 0)
    for place, kept in enumerate(node.partials):
        expression = partial(node, place, names)
        assert (expression.number if isinstance(expression, Symbol) else expression) == kept
        scope = {function: getattr(numeric, function) for function in numeric.__all__}
        scope |= {x.label: x.data for x in xs} | {write(names.symbol(node), PYTHON): node.data}
        worked_out = eval(write(expression, PYTHON), scope)
        assert worked_out == pytest.approx(kept, rel=1e-15)  # the rule and its writing differ by -(x - y) at most


def test_composites_read_as_people_write_them():
    x = [Value(value, label=f"x{place}") for place, value in enumerate((1.0, 0.5, 2.0), 1)]
    w = [Value(value, label=f"w{place}") for place, value in enumerate((0.3, -0.5, 0.1), 1)]
    z = weighted_sum(w, x, Value(-0.2, label="b"))
    names = Names()
    assert write(formula(z, names)) == "w1 · x1 + w2 · x2 + w3 · x3 + b"
    assert write(formula(z, names), upto=0) == "0.3 · 1 - 0.5 · 0.5 + 0.1 · 2 - 0.2"
    assert write(formula(weighted_sum(w[:2], [1.0, 0.5]), names)) == "w1 · 1 + w2 · 0.5"
    assert write(formula(total(x), names)) == "x1 + x2 + x3"
    p = softmax(x)
    names = Names(topological_order(total(p)))
    assert write(formula(p[1], names)) == "exp(x2) / (exp(x1) + exp(x2) + exp(x3))"
    assert write(partial(p[1], 1, names)) == "a₁ · (1 - a₁)"
    assert write(partial(p[1], 0, names)) == "a₁ · (0 - a₂)"
    assert write(formula(log_softmax(x)[0], names)) == "ln(a₂)"
    assert write(formula(log_softmax(x)[0], Names())) == "ln(softmax[1](x1, x2, x3))"


def test_a_softmax_that_would_overflow_is_not_written_out():
    assert write(formula(softmax([Value(1000.0), Value(1000.0)])[0], Names()), upto=0) == "softmax[1](1000, 1000)"


@pytest.mark.parametrize("largest", [1000.0, Decimal("1E+7")])
def test_a_bare_number_that_would_overflow_is_not_written_out(largest):
    node = logsumexp([Value(largest - 1000, label="x"), largest])
    assert write(formula(node, Names())) == f"logsumexp(x, {show(largest)})"


@pytest.mark.parametrize("number", [Decimal("0.5"), Fraction(1, 2)])
def test_a_constant_of_a_rule_is_of_the_numbers_kind(number):
    x = Value(number, label="x")
    slope = partial(x.gelu(), 0, Names())
    density = slope.operands[1].operands[1]  # of Φ(x) + x · (φ(0) · exp(-x² / 2))
    assert write(slope) == "Φ(x) + x · (0.3989 · exp(-(x · x) / 2))"
    assert float(density.number) == pytest.approx(math.exp(-0.125) / math.sqrt(2 * math.pi), rel=1e-15)
    assert type(density.number) is (Decimal if isinstance(number, Decimal) else float)


def test_a_composite_of_unlabelled_numbers():
    z = [Value(0.1), Value(0.2)]
    assert softmax(z)[0]._repr_latex_().startswith(r"$\operatorname{softmax}_{1}\left(0.1, 0.2\right) \approx 0.4750")


def test_long_sums_are_shortened():
    xs = [Value(float(place), label=f"x{place}") for place in range(4096)]
    assert write(formula(total(xs), Names())) == "x0 + x1 + x2 + … + x4095"
    z = weighted_sum(xs, xs, 1)
    assert write(formula(z, Names())) == "x0 · x0 + x1 · x1 + x2 · x2 + … + x4095 · x4095 + 1"
    assert write(formula(z, Names()), upto=2) == write(z.data)


def test_a_raised_index_is_no_power():
    z = Symbol("z²₁", 3.0)
    assert (write(z**2), write(z**2, LATEX)) == ("(z²₁)²", r"\left(z^{(2)}_{1}\right)^{2}")


@pytest.mark.parametrize(
    ("label", "latex"),
    [
        ("W^2", "W^{2}"), ("e^z", "e^{z}"), ("w1^-1", "w_{1}^{-1}"), ("e^1.5", "e^{1.5}"),
        ("θ^T′", r"\theta^{T\prime}"), ("e^z₂", "e^{z_{2}}"), ("x^(2)", "x^{(2)}"),
        ("a^b^c", r"\text{a\textasciicircum{}b\textasciicircum{}c}"),
    ],
)  # fmt: skip
def test_a_hat_raises_an_exponent(label, latex):
    assert latex_name(label) == latex
    if latex.count("^") == 1:
        assert write(Symbol(label) ** 2, LATEX) == rf"\left({latex}\right)^{{2}}"


def test_a_hat_in_a_text():
    assert latex_text("δ = ∂W^2/∂e^z′ 5%") == r"$\delta$ = $\partial W^{2}$/$\partial e^{z\prime}$ 5\%"
    assert latex_text("a^b^c ^ x") == r"a\textasciicircum{}b\textasciicircum{}c \textasciicircum{} x"


@pytest.mark.parametrize(
    ("divisor", "text", "numbers"),
    [(3, "1 / 3", "1 / 3"), (-7.0, "1 / (-7)", "1 / (-7)"), (Decimal(7), "1 / 7", "1 / 7")],
)
def test_a_partial_of_bare_numbers_is_written_out(divisor, text, numbers):
    x = Value(Decimal(6) if isinstance(divisor, Decimal) else 6.0, label="x")
    node = x / divisor
    slope = partial(node, 0, Names())
    assert (write(slope), write(slope, upto=0), write(slope, upto=1)) == (text, numbers, show(node.partials[0]))
    assert slope.number == node.partials[0]
    assert partial(x * divisor, 0, Names()) == divisor and partial(Value(Fraction(6)) / 3, 0, Names()) == Fraction(1, 3)
    assert partial(Value(6.0) / 2, 0, Names()) == 0.5


def test_names():
    x, y, other = Value(1.0, label="x"), Value(2.0), Value(3.0, label="x")
    taken = Value(4.0, label="t1")
    z = weighted_sum([x], [y])
    names = Names([taken])
    asked = [names[node] for node in (x, y, other, x + y, z, z.relu(), taken, x + 1)]
    assert asked == ["x", "v₁", "x′", "t₂", "z₁", "a₁", "t1", "t₃"]


def test_an_activation_carries_the_number_of_its_sum():
    x = Value(1.0, label="x")
    hidden = weighted_sums([(Value(0.1, "w"), Value(0.0, "b"))] * 2, [x])
    logits = weighted_sums([(*[Value(0.1, "u")] * 2, Value(0.0, "c"))] * 2, [z.tanh() for z in hidden])
    labelled = weighted_sum([x], [2.0])
    labelled.label = "Z²₁"
    p = softmax(logits)
    root = (x.relu() + labelled.sigmoid()) * total(p) + hidden[0].sigmoid() + logits[0]
    names = Names.under(root)
    assert [names[z] for z in (*hidden, *logits)] == ["z₁", "z₂", "z₃", "z₄"]
    assert [names[a] for a in (*logits[0].operands[2:4], *p)] == ["a₁", "a₂", "a₃", "a₄"]
    assert names[labelled] == "Z²₁" and {"A²₁", "a₅", "a₆"} <= set(names.nodes)  # a₁ is taken, and x no sum
    assert names.nodes == Names.under(root).nodes


def test_equal_labels_and_where_they_are_looked_up():
    x = Value(0.5, label="x")
    h = [x]
    for _ in range(3):
        h.append(h[-1] * x + 1)
        h[-1].label = "h"
    names = Names.under(h[-1])
    assert [names[node] for node in h] == ["x", "h", "h′", "h′′"]
    assert names.find("h") == h[1:] and names.called("h") is h[1]
    for second in ("h′", "h'"):
        assert names.find(second) == [h[2]] and names.called(second) is h[2]
    first = h[1].operands[0]
    assert [names.find(name) for name in ("t₁", "t1", "t_1")] == [[first]] * 3
    assert names.find("k") == [] and names.called("") is None
    assert names.hint("h′′′") == "did you mean 'h′′' or 'h′'?"
    assert names.hint("k") == "label the node, or give the node itself"


def test_a_label_of_several_lines_keeps_them_beside_its_primes():
    first, second, blank = Value(1.0, label="a\nb"), Value(1.0, label="a\nb"), Value(1.0, label=" ")
    names = Names.under(first * second + blank)
    assert [names.label(node) for node in (first, second, blank)] == ["a\nb", "a\nb′", "v₁"]
    assert [names[node] for node in (first, second, blank)] == ["a b", "a b′", "v₁"]


def test_in_a_very_large_graph_what_has_no_label_is_named_as_it_is_asked_for():
    x = Value(1.0, label="x")
    root = total([x * float(place) for place in range(10_001)])
    root.label = "sum"
    names = Names.under(root)
    assert list(names.nodes) == ["x", "sum"] and names[root.operands[5]] == "t₁"


def test_labels_that_look_like_formulas_stand_in_brackets():
    node = Value(1.0, label="x1*w1") + Value(2.0, label="W1[0, 1]")
    assert write(formula(node, Names())) == "[x1*w1] + W1[0, 1]"


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("w", "w"),
        ("W12", "W_{12}"),
        ("w_1", "w_{1}"),
        ("w₁₂", "w_{12}"),
        ("a⁽³⁾₂", "a^{(3)}_{2}"),
        ("z²₁", "z^{(2)}_{1}"),
        ("W1[0,1]", "W_{1,0,1}"),
        ("b[2]", "b_{2}"),
        ("weight1", r"\mathrm{weight}_{1}"),
        ("η", r"\eta"),
        ("损失", r"\text{损失}"),
        ("损失₁", r"\text{损失}_{1}"),
        ("ŷ₂", r"\hat{y}_{2}"),
        ("x_in", "x_{in}"),
        ("a^b", "a^{b}"),
        ("{}", r"\text{\{\}}"),
        ("\\", r"\text{\textbackslash{}}"),
        ("2.weight[0][1]", r"\mathrm{weight}^{(2)}_{0,1}"),
        ("x′", "x'"),
        ("a⁽²⁾₁′′", r"a^{(2)\prime\prime}_{1}"),  # a prime is raised, and so is the (2)
        ("0.weight[1]′", r"\mathrm{weight}^{(0)\prime}_{1}"),
        ("Σe", r"{\Sigma\text{e}}"),
        ("x̄₂", r"{\text{x̄}{}_{2}}"),
        ("x₁²₃", r"{\text{x}{}_{1}{}^{2}{}_{3}}"),
        ("∂L/∂z", r"{\partial\text{L/}\partial\text{z}}"),
        ("→", r"\to"),
        ("one\ntwo\tthree", r"\text{one two three}"),
        ("\x1b[1m", r"\text{?[1m}"),
        ("\ud800", r"\text{?}"),
        ("x\u0332", r"\text{x?}"),  # a mark that not every renderer has
        ("\u0302", r"\text{?}"),
    ],
)
def test_names_in_latex(name, latex):
    assert latex_name(name) == latex


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (3, "3"),
        (0.7, "0.7"),
        (0.1 + 0.2, "0.3"),  # but for its last bit
        (0.30001, "0.3000"),
        (-0.60123, "-0.6012"),
        (2 / 3, "0.6667"),
        (0.03341234, "0.03341"),
        (0.00012345, "0.0001234"),
        (0.000012345, "1.234e-05"),
        (1e-300, "1e-300"),
        (5e-324, "5e-324"),
        (12345.678, "12345.678"),
        (12345.678912, "12345.6789"),
        (1e15, "1000000000000000"),
        (1e16, "1e+16"),
        (1.23456e20, "1.235e+20"),
        (10**20, "1e+20"),
        (0.99999999, "1.0000"),
        (0.0999999999, "0.1000"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (math.nan, "nan"),
        (Fraction(1, 3), "1/3"),
        (Fraction(123456789, 987654321), "0.1250"),
        (Decimal("0.10"), "0.1"),
        (1j, "1j"),
        (1 / 3 - 2j / 3, "(0.3333-0.6667j)"),
        (complex(math.inf, math.nan), "(inf+nanj)"),
        (Decimal("-Infinity"), "-inf"),
        (Decimal("sNaN"), "nan"),
        (Decimal("1E+400"), "1e+400"),
    ],
)
def test_numbers(number, text):
    assert show(number) == text


@pytest.mark.parametrize(
    ("number", "latex"),
    [
        (-math.inf, r"-\infty"),
        (math.nan, r"\text{nan}"),
        (Decimal("Infinity"), r"\infty"),
        (-1.25e-9, r"-1.25 \cdot 10^{-9}"),
        (Fraction(-1, 3), r"-\frac{1}{3}"),
        (1.5 - 2j, "1.5 - 2 j"),
        (complex(0, -math.inf), r"-\infty j"),
    ],
)
def test_numbers_in_latex(number, latex):
    assert write(number, LATEX) == latex


def test_a_negative_number_stands_in_brackets():
    x, y = Symbol("x", 2.0), Symbol("y", -math.inf)
    assert write(x * y, LATEX, upto=0) == r"2 \cdot \left(-\infty\right)"
    assert write(x * Symbol("z", 1 - 2j), LATEX, upto=0) == r"2 \cdot \left(1 - 2 j\right)"


def test_numbers_of_more_digits_than_python_prints():
    assert [show(-(10**5000)), show(Fraction(10**5000, 3))] == ["-1e+5000", "3.333e+4999"]
    assert [is_exact(-(10**5000)), is_exact(Fraction(10**5000, 3))] == [True, False]


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(1, 12))
def test_a_number_is_shown_to_the_digits_and_never_as_zero(number, digits):
    text = show(number, digits)
    assert (float(text) == 0) == (number == 0)
    assert abs(Fraction(text) - Fraction(number)) <= max(
        Fraction(abs(number)) * Fraction(1, 2 * 10 ** (digits - 1)), Fraction(math.ulp(number))
    )
    assert (float(text) == number) == is_exact(number, digits)


def test_a_leaf_is_its_name():
    assert write(formula(Value(2.0, label="x"), Names())) == "x"


def test_a_softmax_of_symbols():
    assert [write(p) for p in numeric.softmax([a, b])] == ["softmax[1](a, b)", "softmax[2](a, b)"]


def test_what_is_not_finite_in_python():
    assert eval(write(a * math.inf, PYTHON), {"a": 2.0}) == math.inf


def test_a_partial_that_does_not_exist():
    assert show(Value(0.0).sqrt().partials[0]) == "undefined"
    root = Value(0.0, label="x").sqrt()
    assert write(partial(root, 0, Names())) == "undefined"


def test_an_expression_may_be_as_deep_as_a_graph():
    expression = a
    for _ in range(100_000):
        expression = (expression + 1).tanh()
    assert len(write(expression)) > 500_000
    assert write(expression, upto=expression.height) == write(expression.number)


def test_labels_from_a_namespace():
    a, b, c = Value(1.0), Value(2.0, label="own"), Value(3.0)
    rows = [[a, 1.0], (c,), "text"]
    rows.append(rows)  # type: ignore[arg-type]
    labelled = label_values({"_hidden": Value(9.0), "rows": rows, "b": b, "again": a, "n": 3})
    assert labelled == {"rows[0][0]": a, "rows[1][0]": c}
    assert (a.label, b.label, c.label) == ("rows[0][0]", "own", "rows[1][0]")


@pytest.mark.parametrize("bad", [3, None, "xy", [Value(1.0)], Value(1.0), {1: Value(1.0)}, {Value(1.0): "x"}])
def test_a_namespace_is_a_dict_of_names(bad):
    with pytest.raises(KindError, match=r"label_values: give a dict of names, such as globals\(\)"):
        label_values(bad)


def test_a_value_shows_itself():
    x = Value(0.25, label="x_1")
    y = (x.exp() + 1) / 3
    assert y._repr_latex_() == r"$\frac{e^{x_{1}} + 1}{3} \approx 0.7613$"
    assert Value(2.0)._repr_latex_() == "$2$"
    y.backward()
    assert x._repr_latex_() == r"$x_{1} = 0.25,\quad \mathrm{grad} \approx 0.4280$"
    assert list(x.__rich_repr__()) == [("data", 0.25), ("grad", x.grad), ("label", "x_1", "")]
    for _ in range(10_000):
        y = y * 1.5 + 1
    assert y._repr_latex_().count("cdot") == 2


def test_rich_prints_a_value():
    pretty = pytest.importorskip("rich.pretty")
    assert pretty.pretty_repr(Value(1.0)) == "Value(data=1.0, grad=0.0)"
    assert pretty.pretty_repr(Value(1.0, label="x")) == "Value(data=1.0, grad=0.0, label='x')"
