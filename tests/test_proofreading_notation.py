"""Random formulas written in each notation and read back: the same number, and a slip with a digit changed.

The formulas are written and worked out here, by mpmath, with no code of the project.
"""

import random

import mpmath
import pytest

from autograd import proofread

SUM, PRODUCT, POWER, ATOM = range(4)
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def grow(rng, depth):
    if depth == 0 or rng.random() < 0.15:
        digits = rng.choice([1, 2, 4, 6])
        return ("number", f"{rng.uniform(0.1, 3):.{digits}f}" if rng.random() < 0.8 else str(rng.randint(1, 9)))
    kind = rng.choice(["+", "-", "*", "*", "/", "power", "neg", "exp", "ln", "sqrt", "sigmoid", "tanh"])
    if kind in "+-*/":
        return (kind, grow(rng, depth - 1), grow(rng, depth - 1))
    if kind == "power":
        return (kind, grow(rng, depth - 1), rng.choice([2, 3]))
    return (kind, grow(rng, depth - 1))


def worth(tree, shift=lambda text: mpmath.mpf(text)):
    kind, *below = tree
    if kind == "number":
        return shift(below[0])
    if kind == "power":
        return worth(below[0], shift) ** below[1]
    xs = [worth(x, shift) for x in below]
    return {
        "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b,
        "neg": lambda a: -a, "exp": mpmath.exp, "ln": mpmath.log, "sqrt": mpmath.sqrt, "tanh": mpmath.tanh,
        "sigmoid": lambda a: 1 / (1 + mpmath.exp(-a)),
    }[kind](*xs)  # fmt: skip


def put(text, level, least):
    return f"({text})" if level < least else text


def as_unicode(tree, least=SUM):
    kind, *below = tree
    if kind == "number":
        return below[0]
    if kind in "+-":
        sign = {"+": " + ", "-": " − "}[kind]
        return put(as_unicode(below[0]) + sign + as_unicode(below[1], PRODUCT), SUM, least)
    if kind in "*/":
        sign = {"*": " × ", "/": " / "}[kind]
        return put(as_unicode(below[0], PRODUCT) + sign + as_unicode(below[1], POWER), PRODUCT, least)
    if kind == "power":
        return put(as_unicode(below[0], ATOM) + str(below[1]).translate(SUPERSCRIPTS), POWER, least)
    if kind == "neg":
        return put("−" + as_unicode(below[0], POWER), SUM, least)
    name = {"exp": "exp", "ln": "ln", "sqrt": "√", "sigmoid": "σ", "tanh": "tanh"}[kind]
    return f"{name}({as_unicode(below[0])})"


def as_latex(tree, least=SUM):
    kind, *below = tree
    if kind == "number":
        return below[0]
    if kind in "+-":
        return put(f"{as_latex(below[0])} {kind} {as_latex(below[1], PRODUCT)}", SUM, least)
    if kind == "*":
        return put(rf"{as_latex(below[0], PRODUCT)} \cdot {as_latex(below[1], POWER)}", PRODUCT, least)
    if kind == "/":
        return rf"\frac{{{as_latex(below[0])}}}{{{as_latex(below[1])}}}"
    if kind == "power":
        inside = as_latex(below[0], ATOM)
        base = rf"\left({inside}\right)" if below[0][0] == "/" else inside
        return put(f"{base}^{{{below[1]}}}", POWER, least)
    if kind == "neg":
        return put("-" + as_latex(below[0], POWER), SUM, least)
    if kind == "exp":
        return f"{{e^{{{as_latex(below[0])}}}}}"
    if kind == "sqrt":
        return rf"\sqrt{{{as_latex(below[0])}}}"
    name = {"ln": r"\ln", "sigmoid": r"\sigma", "tanh": r"\tanh"}[kind]
    return rf"{name}\left({as_latex(below[0])}\right)"


def as_python(tree, least=SUM):
    kind, *below = tree
    if kind == "number":
        return below[0]
    if kind in "+-":
        return put(f"{as_python(below[0])} {kind} {as_python(below[1], PRODUCT)}", SUM, least)
    if kind in "*/":
        return put(f"{as_python(below[0], PRODUCT)}{kind}{as_python(below[1], POWER)}", PRODUCT, least)
    if kind == "power":
        return put(f"{as_python(below[0], ATOM)}**{below[1]}", POWER, least)
    if kind == "neg":
        return put("-" + as_python(below[0], POWER), SUM, least)
    name = {"exp": "math.exp", "ln": "math.log", "sqrt": "np.sqrt", "sigmoid": "sigmoid", "tanh": "np.tanh"}[kind]
    return f"{name}({as_python(below[0])})"


NOTATIONS = {
    "unicode": lambda tree, figure: f"{as_unicode(tree)} = {figure}",
    "latex": lambda tree, figure: f"$${as_latex(tree)} = {figure}$$",
    "python": lambda tree, figure: f"```\n{as_python(tree)} == {figure}\n```",
}


def examples(seed, count):
    """Formulas with their value to six digits, and how far the rounding of their numbers can move it."""
    rng = random.Random(seed)
    while count:
        tree = grow(rng, rng.randint(1, 4))
        if tree[0] in ("number", "neg"):
            continue

        def shifted(text):
            places = len(text.partition(".")[2])
            return mpmath.mpf(text) + (rng.choice([-1, 1]) * mpmath.mpf(10) ** -places if places else 0)

        try:
            with mpmath.workdps(30):
                value = worth(tree)
                if not mpmath.isfinite(value) or isinstance(value, mpmath.mpc) or not 1e-3 < abs(value) < 1e5:
                    continue
                around = [worth(tree, shifted) for _ in range(24)]
            if any(isinstance(x, mpmath.mpc) or not mpmath.isfinite(x) for x in around):
                continue
        except (ZeroDivisionError, ValueError, OverflowError):
            continue
        count -= 1
        yield rng, tree, float(value), float(max(abs(x - value) for x in around))


def check(notation, seed, count):
    changed = 0
    for rng, tree, value, spread in examples(seed, count):
        decimals = max(0, 5 - int(mpmath.floor(mpmath.log10(abs(value)))))
        figure = f"{value:.{decimals}f}"
        text = NOTATIONS[notation](tree, figure)
        proof = proofread(text)
        assert [row.verdict for row in proof] == ["agrees"], (text, proof, proof.unread)
        place = rng.choice([place for place, character in enumerate(figure) if character.isdigit()])
        wrong = figure[:place] + str((int(figure[place]) + rng.randint(3, 7)) % 10) + figure[place + 1 :]
        if abs(float(wrong) - value) > 8 * spread + 10**-decimals and len(wrong.split(".")[0].lstrip("-0")) == len(
            figure.split(".")[0].lstrip("-0")
        ):
            changed += 1
            # σ alone could be another activation, which would explain the figure
            text = NOTATIONS[notation](tree, wrong)
            text = text.replace("σ", "sigmoid").replace(r"\sigma", r"\operatorname{sigmoid}")
            assert [row.verdict for row in proofread(text)] == ["slip"], (text, value, spread)
    return changed


@pytest.mark.parametrize("notation", NOTATIONS)
def test_what_is_written_is_read_back(notation):
    assert check(notation, seed=1, count=150) > 20


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("notation", NOTATIONS)
def test_ten_thousand_are_read_back(notation, seed):
    assert check(notation, seed=100 + seed, count=1000) > 100
