"""The sheet: which steps it has, in which order, and that each says what is true."""

import random
from fractions import Fraction

import pytest

import autograd
from autograd import (
    DivisionByZeroError,
    DomainError,
    KindError,
    NumberOverflowError,
    TooLargeError,
    UnknownNameError,
    Value,
    audit,
    check,
    debug,
    draw,
    explain,
    log_softmax,
    round_by_hand,
    softmax,
    total,
    weighted_sum,
    weighted_sums,
)
from autograd.hand.worksheet import Worksheet
from autograd.notation import Symbol, show, write


def network(fused):
    """The 3-2-3 network: sigmoid, softmax, cross-entropy; the first class is the right one."""
    numbers = [
        ([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]], [0.1, 0.1]),
        ([[0.7, 0.8], [0.9, 1.0], [1.1, 1.2]], [0.2, 0.2, 0.2]),
    ]
    layers = [
        [
            (*[Value(w, f"{letter}{i}{j}") for j, w in enumerate(row, 1)], Value(b, f"{letter.lower()}{i}"))
            for i, (row, b) in enumerate(zip(W, bias), 1)
        ]
        for letter, (W, bias) in zip("WV", numbers)
    ]
    hidden = [z.sigmoid() for z in weighted_sums(layers[0], [1.0, 1.0, 1.0])]
    logits = weighted_sums(layers[1], hidden)
    loss = -log_softmax(logits)[0] if fused else -softmax(logits)[0].log()
    loss.label = "L"
    return loss, layers


SECTIONS = """\
forward: weighted sums z
forward: activations a (sigmoid)
forward: weighted sums z
forward: softmax
forward: result
gradients: δ = ∂L/∂z
gradients: ∇W = ∂L/∂W
gradients: ∇b = ∂L/∂b
gradients: ∂L/∂a
gradients: δ = ∂L/∂z
gradients: ∇W = ∂L/∂W
gradients: ∇b = ∂L/∂b""".splitlines()


def test_the_worked_example_reads_in_its_documents_order():
    loss, _ = network(fused=True)
    sheet = explain(loss)
    assert [section.heading for section in sheet.sections] == SECTIONS
    text = str(sheet)
    for line in [
        "  z₁ = W11 · 1 + W12 · 1 + W13 · 1 + w1\n     = 0.1 · 1 + 0.2 · 1 + 0.3 · 1 + 0.1\n",
        "  a₂ = σ(z₂) = σ(1.6) ≈ 0.8320\n",
        "     = 3.7937 / (3.7937 + 5.1212 + 6.9132)\n     = 3.7937 / 15.8281\n     ≈ 0.2397\n",
        "  L = -ln(a₃) = -ln(0.2397) = -(-1.4284) ≈ 1.4284\n",
        "  δ₃ = ∂L/∂z₃ = a₃ - 1 = 0.2397 - 1 ≈ -0.7603\n",
        "  δ₄ = ∂L/∂z₄ = a₄ - 0 = 0.3236 - 0 ≈ 0.3236\n",
        "  ∂L/∂V11 = δ₃ · a₁ = -0.7603 · 0.6682 ≈ -0.5080\n",
        "  ∂L/∂v3 = δ₅ ≈ 0.4368\n",
        "  ∂L/∂a₁ = δ₃ · V11 + δ₄ · V21 + δ₅ · V31\n"
        "         = -0.7603 · 0.7 + 0.3236 · 0.9 + 0.4368 · 1.1\n"
        "         = -0.5322 + 0.2912 + 0.4804\n"
        "         ≈ 0.2394\n",
        "     = 0.2394 · 0.6682 · (1 - 0.6682)\n     = 0.1600 · 0.3318\n     ≈ 0.05308\n",
        "  ∂L/∂W23 = δ₂ · 1 = 0.03346 · 1 ≈ 0.03346\n",
    ]:
        assert line in text


@pytest.mark.parametrize("fused", [True, False])
def test_each_gradient_of_the_sheet_is_the_engines(fused):
    loss, layers = network(fused)
    loss.backward()
    steps = {step.node: step for _, section in Worksheet(loss).backward() for step in section}
    for row in (row for layer in layers for row in layer):
        for parameter in row:
            assert steps[parameter].number == parameter.grad
    for step in steps.values():
        assert step.number == step.node.grad


def test_a_node_has_one_name_in_a_sheet_in_steps_and_at_the_prompt(capsys):
    rows = [(Value(0.1 * i, f"w{i}"), Value(0.0, f"b{i}")) for i in range(3)]
    hidden = [z.sigmoid() for z in weighted_sums(rows[:2], [1.0])]
    y = weighted_sum([0.5, 0.25], hidden).sigmoid()
    steps = {str(event).partition(" = ")[0] for event in autograd.step(y) if event.phase == "forward"}
    assert steps == {"z₁", "z₂", "z₃", "a₁", "a₂", "a₃"}
    assert write(explain(y).title) == "a₃" and "\n  a₃ = σ(z₃)" in str(explain(y))
    assert round_by_hand(y, decimals=3).rows[-1].name.startswith("∂a₃/∂")
    debug(y, ["p a3", "b z3", "c", "q"])
    out = capsys.readouterr().out
    assert f"Value(data={y.data!r}" in out and "label z3\n(step) c\n5/" in out


def test_equal_labels_have_the_same_names_everywhere(capsys):
    x = h = Value(0.5, label="x")
    for _ in range(3):
        h = (h * x).tanh()
        h.label = "h"
    assert write(explain(h).title) == "h′′"
    steps = autograd.step(h)
    assert [str(steps.run(until=name)).partition(" = ")[0] for name in ("h", "h'", "h′′")] == ["h", "h′", "h′′"]
    steps.rewind()
    assert [str(steps.run(until="h")).partition(" = ")[0] for _ in range(3)] == ["h", "h′", "h′′"]
    debug(h, ["p h'' - h'", "b h'", "c", "q"])
    out = capsys.readouterr().out
    second = h.operands[0].operands[0]
    assert f"{h.data - second.data!r}\n" in out and "4/13 forward   h′ = tanh(t₂)" in out
    for detail in ("node", "op"):
        lines = [box.lines[0] for box in draw(h, detail=detail)._scene.boxes if box.lines[0].startswith("h")]
        assert lines == ["h = tanh(t₁)", "h′ = tanh(t₂)", "h′′ = tanh(t₃)"]
    assert draw(h, around="h'", within=0)._scene.boxes[0].lines[0] == "h′ = tanh(t₂)"


@pytest.mark.parametrize("keep", [True, False])
def test_the_names_of_probabilities_do_not_depend_on_what_is_alive(keep):
    """The loss takes one probability; the gradients name the others, whether the list is kept or not."""
    logits = [Value(0.1 * place, label=f"u{place}") for place in range(3)]
    p = softmax(logits)
    for place, probability in enumerate(p):
        probability.label = f"p{place}"
    loss = -log_softmax(logits)[0] - p[1].log()
    if not keep:
        del p, probability
    text = str(explain(loss))
    assert "  softmax_1 = exp(u0) / (exp(u0) + exp(u1) + exp(u2))" in text
    assert "  p1        = exp(u1)" in text and "  softmax_3 = exp(u2)" in text
    assert "p0" not in text and "p2" not in text


def test_a_probability_that_the_graph_does_not_take_carries_the_number_of_its_z():
    rows = [(Value(0.1 * i, f"w{i}"), Value(0.0, f"b{i}")) for i in range(3)]
    z = weighted_sums(rows, [1.0])
    for place, node in enumerate(z, 1):
        node.label = f"z3_{place}"
    a = softmax(z)[0]
    a.label = "a3_1"
    loss = -a.log()
    assert {"a3_1", "a3_2", "a3_3"} == {
        write(step.name) for section in explain(loss).sections for step in section.steps if step.node.op == "softmax"
        and section.heading.startswith("forward")
    }  # fmt: skip


def test_every_route_and_their_sum():
    loss, layers = network(fused=True)
    loss.backward()
    weight = layers[0][0][0]
    sheet = explain(weight)
    routes = sheet.sections[-1]
    assert routes.heading == "routes"
    assert len(routes.steps) == 4
    assert sum(step.number for step in routes.steps[:3]) == pytest.approx(weight.grad, rel=1e-14)
    assert routes.steps[3].number == weight.grad
    assert "L ← z₄ ← a₁ ← z₁ ← W11 = (a₄ - 0) · V21 · a₁ · (1 - a₁) · 1" in str(sheet)
    assert sheet.notes == []


def test_more_routes_than_fit_are_counted():
    x = Value(0.1, label="x")
    y = x
    for _ in range(40):
        y = y * x  # forty routes
    y.label = "y"
    y.backward()
    assert explain(x).notes == ["more than 12 routes lead to x; above they are summed layer by layer"]


def test_a_value_between_has_its_calculation_and_its_gradient():
    x, w = Value(2.0, label="x"), Value(0.5, label="w")
    h = w * x
    h.label = "h"
    y = h * h + x
    y.label = "y"
    y.backward()
    assert str(explain(h)) == (
        "h\n\nforward: result\n  h = w · x = 0.5 · 2 = 1\n\n"
        "gradients: values between\n  ∂y/∂h = h + h = 1 + 1 = 2\n\n"
        "routes\n  y ← h = h = 1\n  y ← h = h = 1\n  sum   = 1 + 1 = 2"
    )


def test_shared_parts_are_named_once_and_the_rest_is_written_within():
    x = Value(3.0, label="x")
    part = x + 1
    y = (part * part - x / 2).sqrt()
    y.label = "y"
    steps = [step for _, section in Worksheet(y).forward(y) for step in section]
    assert [f"{write(step.name)} = {write(step.formula)}" for step in steps] == ["t₁ = x + 1", "y = √(t₁ · t₁ - x / 2)"]


def test_small_numbers_are_never_shown_as_zero():
    x = Value(1e-9, label="x")
    y = (x * 0.001).sin()
    y.label = "y"
    text = str(explain(y))
    assert "y = sin(x · 0.001) = sin(1e-09 · 0.001) = sin(1e-12) ≈ 1e-12\n" in text
    assert " 0\n" not in text


def test_rounding_is_said():
    x = Value(0.1, label="x")
    y = x + 0.2
    y.label = "y"
    assert "y = x + 0.2 = 0.1 + 0.2 ≈ 0.3" in str(explain(y))
    assert "≈ 0.30000000000000004" not in str(explain(y, digits=17))


@pytest.mark.parametrize("seed", range(8))
def test_each_step_of_a_random_graph_is_true(seed):
    generator = random.Random(seed)
    nodes = [Value(generator.uniform(0.2, 1.5), label=f"x{place}") for place in range(4)]
    for place in range(25):
        a, b = generator.choice(nodes), generator.choice(nodes)
        made = generator.choice([
            lambda a=a, b=b: a + b, lambda a=a, b=b: a * b, lambda a=a, b=b: a / (b * b + 1), lambda a=a, b=b: a - b,
            lambda a=a: a.tanh(), lambda a=a: a**2, lambda a=a: a.sigmoid(), lambda a=a: (a * a + 1).log(),
            lambda a=a, b=b: weighted_sum([a, b], [b, 0.5], a), lambda a=a, b=b: softmax([a, b, a])[0],
            lambda a=a, b=b: log_softmax([a, b])[1], lambda a=a, b=b: total([a, b, a]),
        ])()  # fmt: skip
        if generator.random() < 0.3:
            made.label = f"n{place}"
        nodes.append(made)
    root = total(nodes[-5:])
    root.backward()
    worksheet = Worksheet(root)
    sections = worksheet.forward(root) + worksheet.backward()
    for step in (step for _, section in sections for step in section):
        expression = step.formula
        if isinstance(expression, Symbol) and expression.primitive is not None and "…" not in write(expression):
            numbers = [x.number if isinstance(x, Symbol) else x for x in expression.operands]
            row = expression.primitive
            again = row.rule(numbers) if row.arity == 0 else row.rule(*numbers)
            assert again == pytest.approx(step.number, rel=1e-12, abs=1e-14)
    for _, section in worksheet.backward():
        for step in section:
            assert step.number == step.node.grad
    for form in (str(explain(root)), explain(root).latex(), explain(root).markdown()):
        assert form.count("{") == form.count("}")
        assert form.count(r"\left") == form.count(r"\right")


def test_latex_and_markdown():
    x = Value(2.0, label="x")
    y = x**2
    y.label = "y"
    sheet = explain(y)
    assert sheet.latex() == (
        "\\begin{aligned}\n"
        "&\\textbf{forward: result} \\\\[4pt]\n"
        "y &= x^{2} = 2^{2} = 4 \\\\[4pt]\n"
        "&\\textbf{gradients: leaves} \\\\[4pt]\n"
        "\\frac{\\partial y}{\\partial x} &= 2 \\cdot x = 2 \\cdot 2 = 4\n"
        "\\end{aligned}"
    )
    assert sheet._repr_latex_() == f"$$\n{sheet.latex()}\n$$"
    assert sheet.markdown().startswith("### $y$\n\n**forward: result**\n\n$$\n\\begin{aligned}\n")
    assert sheet._repr_markdown_() == sheet.markdown()


def test_fractions_stay_fractions():
    x = Value(Fraction(1, 3), label="x")
    y = x * x
    y.label = "y"
    assert "y = x · x = (1/3) · (1/3) = 1/9" in str(explain(y))


def test_the_root_is_that_of_the_last_backward_or_asked_for():
    x = Value(2.0, label="x")
    first, second = x * 3, x * 5
    first.label, second.label = "first", "second"
    assert "give its root: explain(x, root=...)" in str(explain(x))
    assert "∂second/∂x = 5" in str(explain(x, root=second))
    first.backward()
    assert "∂first/∂x = 3" in str(explain(x))
    with pytest.raises(UnknownNameError, match="first does not depend on second"):
        explain(second, root=first)
    second.backward()
    assert "∂second/∂x = 5" in str(explain(x))
    note = "x.grad is 8.0, but the gradient of second is 5.0: it was made before a leaf changed, or holds other "
    assert explain(x).notes == [f"{note}passes too; second.zero_grad(), then second.backward() renews it"]


def test_a_result_that_is_used_further_is_explained_by_itself():
    x = Value(2.0, label="x")
    y = x * 3
    y.label = "y"
    further = y + 1
    assert str(explain(y)).startswith("y\n\nforward: result\n  y = x · 3 = 2 · 3 = 6\n\ngradients: leaves")
    further.backward()
    assert "∂t₁/∂y" in str(explain(y))
    y.backward()
    assert "∂t₁/∂y" not in str(explain(y))


def test_what_the_gradient_holds_is_said_where_it_is_another():
    x = Value(2.0, label="x")
    y = x * 3
    y.label = "y"
    cleared = "x.grad is 0.0: y.backward() has not been called, or it was cleared"
    assert explain(x, root=y).notes == [cleared]
    y.backward()
    assert explain(x).notes == []
    y.backward()
    assert explain(x).notes == [
        "x.grad is 6.0, as much as 2 passes give; the gradient of y is 3.0: y.zero_grad(), then y.backward() renews it"
    ]
    assert str(explain(x)).endswith(explain(x).notes[0])


def test_a_leaf_that_nothing_uses():
    x = Value(2.0, label="x")
    note = "x was not in the last backward(), so nothing says which graph is meant; give its root: explain(x, root=...)"
    assert str(explain(x)) == f"x\n\nleaf\n  x = 2\n\n{note}"
    x.grad = 1 / 3  # of a backward whose graph is gone
    assert str(explain(x, digits=2)) == f"x\n\nleaf\n  x      = 2\n  x.grad ≈ 0.33\n\n{note}"
    assert "x &= 2" in explain(x).latex() and r"x.\mathrm{grad} &\approx 0.3333" in explain(x).latex()


def test_the_update_of_a_step_of_gradient_descent():
    x, w, b = Value(2.0, label="x"), Value(0.5, label="w"), Value(0.1, label="b")
    loss = (weighted_sum([w], [x], b) - 1) ** 2
    loss.label = "L"
    lines = str(explain(loss, rate=0.25)).splitlines()
    assert lines[lines.index("update: w.new = w - η · ∂/∂w") + 1 :] == [
        "  w.new = w - η · ∂L/∂w = 0.5 - 0.25 · 0.4 = 0.5 - 0.1 ≈ 0.4",
        "  b.new = b - η · ∂L/∂b = 0.1 - 0.25 · 0.2 = 0.1 - 0.05 ≈ 0.05",
    ]
    assert "x.new" not in str(explain(loss, rate=0.25))
    assert "w.new" in str(explain(w, root=loss, rate=0.25)) and "b.new" not in str(explain(w, root=loss, rate=0.25))
    assert r"w^{+} &= w - \eta \cdot" in explain(loss, rate=0.25).latex()
    product = x * w  # without weighted sums, every leaf
    assert "x.new" in str(explain(product, rate=0.25))


def test_labels_cannot_become_html_or_reach_the_terminal_as_commands():
    x = Value(1.0, label="<img src=x onerror=alert(1)>\x1b[31m")
    y = x * 2
    y.label = "<b>y</b>"
    y.backward()
    sheet = explain(y)
    assert "<" not in sheet.markdown()
    assert "\x1b" not in str(sheet) + str(check(y, "3.0")) + str(audit([(x, "1.5"), (y, "3.0")], root=y)) + str(
        check(x, "3", of="grad")
    )


def chain(operations):
    x = y = Value(1.0, label="x")
    for _ in range(operations):
        y = y * 1.01 + x
    return y


def test_the_limit_of_a_sheet_is_the_one_that_is_said():
    y = Value(1.0, label="x")
    for _ in range(1999):
        y = -y
    explain(y)  # 2000 values
    with pytest.raises(TooLargeError, match=r"stands on 2,001 values, too many for a sheet \(at most 2,000\)"):
        explain(-y)


def test_a_long_sheet_is_shortened_at_the_prompt():
    sheet = explain(chain(100))
    lines = str(sheet).splitlines()
    assert len(lines) > 200 and repr(sheet).splitlines()[:200] == lines[:200]
    more = f"… {len(lines) - 200} more lines of {len(lines)}; print(sheet) prints all"
    assert repr(sheet).splitlines()[200:] == [more]
    short = explain(chain(3))
    assert repr(short) == str(short)


def test_leaves_stand_together_at_the_end():
    x, v, w = (Value(number, label=label) for number, label in ((0.5, "x"), (0.8, "v"), (0.6, "w")))
    a = (x * v).sigmoid()
    a.label = "a"
    b = (a * w).sigmoid()
    b.label = "b"
    loss = (b - 1) ** 2 / 3
    loss.label = "E"
    sheet = explain(loss)
    assert [section.heading for section in sheet.sections if "grad" in section.heading] == [
        "gradients: ∂E/∂a", "gradients: leaves",
    ]  # fmt: skip
    assert [write(step.name) for step in sheet.sections[-1].steps] == ["∂E/∂w", "∂E/∂x", "∂E/∂v"]
    assert "∂E/∂b = 1 / 3 · 2 · (b - 1)" in str(sheet)


def test_a_graph_too_large_for_a_sheet():
    x = Value(1.0, label="x")
    y = x
    for _ in range(100_000):
        y = y * 1.0000001 + x
    with pytest.raises(TooLargeError, match="too many for a sheet"):
        explain(y)


def test_a_long_sum_is_shortened():
    xs = [Value(float(place), label=f"x{place}") for place in range(500)]
    y = weighted_sum(xs, [0.5] * 500)
    y.label = "y"
    assert "y = x0 · 0.5 + x1 · 0.5 + x2 · 0.5 + … + x499 · 0.5\n" in str(explain(y))


def test_a_gradient_of_many_contributions_is_shortened():
    x = Value(0.5, label="x")
    parts = [x * float(place) for place in range(100)]
    for place, part in enumerate(parts):
        part.label = f"p{place}"
    y = total([part * part for part in parts])
    y.label = "y"
    y.backward()
    text = str(explain(x))
    assert "∂y/∂x = ∂y/∂p0 · 0 + ∂y/∂p1 · 1 + ∂y/∂p2 · 2 + … + ∂y/∂p99 · 99\n" in text
    assert f"≈ {show(x.grad)}" in text or f"= {show(x.grad)}" in text


@pytest.mark.parametrize("bad", [3.0, None, "x", [Value(1.0)]])
def test_only_a_value_can_be_explained(bad):
    with pytest.raises(KindError, match="explain: v: expected a Value, got"):
        explain(bad)


@pytest.mark.parametrize("digits", [0, -1, 18, 2.5, "4", True])
def test_digits(digits):
    with pytest.raises(DomainError if type(digits) is int else KindError, match="explain: digits: expected"):
        explain(Value(1.0), digits=digits)


def test_root_must_be_a_value():
    with pytest.raises(KindError, match="root"):
        explain(Value(1.0), root=2.0)  # type: ignore[arg-type]


@pytest.mark.parametrize("names", [3, "x", {}, Value(1.0)])
def test_names_are_those_of_a_debugger(names):
    with pytest.raises(KindError, match="explain: names is"):
        explain(Value(1.0) * 2, names=names)


def test_a_gradient_too_large_for_its_kind():
    root = Value(10**400, label="x") * Value(2, label="y")
    with pytest.raises(NumberOverflowError, match="contributions of mul of x = 1000"):
        explain(root)


def test_a_slope_that_does_not_exist_says_so():
    root = Value(0.0, label="x").sqrt()
    with pytest.raises(DivisionByZeroError, match="partial of sqrt of x"):
        explain(root)


def test_digits_are_those_of_show():
    x = Value(2 / 3, label="x")
    y = x * 1.5
    y.label = "y"
    assert f"= {show(2 / 3, 7)} · 1.5 =" in str(explain(y, digits=7))


def test_a_leaf_changed_since_is_said():
    x, w = Value(2.0, label="x"), Value(0.5, label="w")
    y = w * x + 1
    y.label = "y"
    w.data = 3.0
    note = "stale: a leaf was changed after w · x, y had been computed; y.forward() brings all in line"
    assert str(explain(y)).endswith(note)
    assert note in str(explain(w, root=y)) and note in explain(y).markdown()
    y.forward()
    assert "stale" not in str(explain(y))


def test_chinese_labels_stay_in_their_columns():
    w, b, x = Value(0.5, label="权重"), Value(0.1, label="b"), Value(2.0, label="x")
    y = w * x + b
    y.label = "输出"
    lines = [line for line in str(explain(y)).splitlines() if "∂" in line and " = " in line]
    assert lines == ["  ∂输出/∂权重 = x = 2", "  ∂输出/∂x    = 权重 = 0.5", "  ∂输出/∂b    = 1"]
    assert str(audit({w: "0.5", b: "0.1"})).splitlines()[:3] == [
        "      printed  right  verdict",
        "权重  0.5      0.5    agrees",
        "b     0.1      0.1    agrees",
    ]
    assert str(round_by_hand(y, decimals=1)).splitlines()[:3] == [
        "               by hand  float64",
        "t₁ = 权重 · x      1.0        1",
        "输出               1.1      1.1",
    ]
