"""The causes of slips: each kind found where it is the cause, and not where it is not."""

import math
import random
import struct
from decimal import Decimal
from fractions import Fraction

import pytest

from autograd import (
    FigureError,
    KindError,
    UnknownNameError,
    Value,
    audit,
    check,
    compile,
    explain,
    log_softmax,
    round_by_hand,
    softmax,
    total,
    weighted_sum,
)
from autograd.hand.figures import Figure
from autograd.hand.roots import root_of
from autograd.hand.worksheet import nearly_equal


def chain():
    """sigmoid(sigmoid(x·w1)·w2) against a target, ½ squared error: the program of one of the documents."""
    x, w1, w2 = Value(0.5, "input"), Value(0.8, "weight1"), Value(0.6, "weight2")
    hidden = (x * w1).sigmoid()
    hidden.label = "layer1"
    output = (hidden * w2).sigmoid()
    output.label = "output"
    loss = (0.9 - output) ** 2 / 2
    loss.label = "loss"
    loss.backward()
    return x, w1, w2, hidden, output, loss


def programs_update():
    """What that program adds to weight1, per unit of its learning rate, in its own words."""
    layer1 = 1 / (1 + math.exp(-0.5 * 0.8))
    output = 1 / (1 + math.exp(-layer1 * 0.6))
    gradient_output = layer1 * (0.9 - output) * output * (1 - output)
    return 0.5 * (gradient_output * 0.6) * layer1 * (1 - layer1)


def test_the_factor_that_the_program_has_too_many_is_found():
    _, w1, *_ = chain()
    update = programs_update()
    assert check(w1, f"{-update:.8f}", of="grad").cause == "multiplied by layer1 = 0.5987 once too often"
    assert check(w1, repr(-update), of="grad").cause == "multiplied by layer1 = 0.5987 once too often"
    assert (
        check(w1, f"{update:.8f}", of="grad").cause == "sign reversed, and multiplied by layer1 = 0.5987 once too often"
    )


def test_a_factor_left_out():
    _, w1, w2, _, output, loss = chain()
    without = w2.grad / (output.data * (1 - output.data))
    [cause] = check(w2, f"{without:.7f}", of="grad", root=loss).cause.split("; or ")
    assert cause == "the factor output · (1 - output) = 0.2421 left out"
    cause = check(w1, f"{w1.grad / 0.5:.7f}", of="grad", root=loss).cause
    assert (
        cause
        == "the factor input = 0.5 left out; or multiplied by 2 once too often; or the ½ of the squared error left out"
    )
    assert "layer1" not in check(w1, f"{w1.grad * 1.23456:.7f}", of="grad", root=loss).cause


def test_sign():
    _, w1, *_, loss = chain()
    assert check(w1, f"{-w1.grad:.7f}", of="grad").cause == "sign reversed"
    assert check(loss, f"{-loss.data:.6f}").cause == "sign reversed"


def test_the_half_of_the_squared_error():
    _, w1, *_, loss = chain()
    assert "the ½ of the squared error left out" in check(loss, f"{2 * loss.data:.6f}").cause
    assert "the ½ of the squared error left out" in check(w1, f"{2 * w1.grad:.7f}", of="grad").cause
    y = (Value(0.7, "x") - 2) ** 2
    assert check(y, f"{y.data / 2:.5f}").cause == "a ½ of the squared error that is not in this loss"


def test_before_backward_the_gradient_of_the_graph_is_checked_and_that_is_said():
    w = Value(0.5, "w")
    y = (w * 2).sigmoid()
    y.label = "y"
    note = "w.grad is 0.0: y.backward() has not been called, or it was cleared"
    right = check(w, "0.39", of="grad", root=y)
    assert (right.kind, right.cause, right.note) == ("agrees", "", note)
    assert right.computed == pytest.approx(2 * y.data * (1 - y.data), rel=1e-15)
    assert str(right) == f"grad of w: printed 0.39, computed {right.computed}: agrees; {note}"
    wrong = check(w, "0.41", of="grad", root=y)
    assert (wrong.kind, wrong.right, wrong.cause, wrong.note) == ("slip", "0.39", "", note)
    assert check(w, "0.197", of="grad", root=y).cause == "the factor 2 left out; or multiplied by w = 0.5"
    y.backward()
    assert check(w, "0.39", of="grad").note == ""
    w.grad = 0.0  # what a training loop clears
    assert check(w, "0.39", of="grad").note == note
    assert check(y, "1", of="grad").note == ""


def test_where_no_backward_says_which_graph_is_meant_that_is_said():
    w = Value(0.5, "w")
    w.grad = 3.0
    alone = check(w, "3.0", of="grad")
    assert alone.kind == "agrees"
    assert alone.note.startswith(
        "w was not in the last backward(), so nothing says which graph is meant; give its root"
    )


def test_after_several_passes_the_gradient_of_the_graph_is_checked_and_both_numbers_are_said():
    x = Value(3.0, "x")
    y = x * x * 0.75
    y.label = "y"
    for _ in range(3):
        y.backward()
    note = "x.grad is 13.5, as much as 3 passes give; the gradient of y is 4.5: "
    once = check(x, "4.500", of="grad")
    assert (once.kind, once.note) == ("agrees", note + "y.zero_grad(), then y.backward() renews it")
    held = check(x, "13.5", of="grad", root=y)
    assert (held.kind, held.cause, held.note) == ("slip", "13.5 is what x.grad holds", once.note)
    assert check(x, "-4.500", of="grad", root=y).cause == "sign reversed"
    assert check(x, "6.000", of="grad", root=y).cause == "the factor 0.75 left out"


def test_a_pass_with_a_seed_is_one_pass():
    x = Value(3.0, "x")
    y = x * x
    y.backward(2)
    assert str(check(x, "12.0", of="grad")).endswith("agrees")
    assert check(x, "-12.0", of="grad").cause == "sign reversed"


def test_a_gradient_from_before_a_leaf_changed():
    w = Value(0.5, "w")
    y = w * w
    y.label = "y"
    y.backward()
    w.data = 3.0
    renew = "y.zero_grad(), then y.backward() renews it"
    changed = check(w, "1.0", of="grad")
    note = f"w.grad is 1.0, made before a leaf changed; with the leaves' present data it is 6.0: y.forward(), {renew}"
    assert (changed.kind, changed.note) == ("agrees", note)
    assert check(w, "6.0", of="grad").cause == "6.0 is the gradient with the leaves' present data"
    y.forward()
    forwarded = check(w, "1.0", of="grad")
    note = "w.grad is 1.0, but the gradient of y is 6.0: it was made before a leaf changed, or holds other passes too; "
    note += renew
    assert (forwarded.kind, forwarded.cause, forwarded.note) == ("slip", "1.0 is what w.grad holds", note)
    assert check(w, "6.0", of="grad").kind == "agrees"
    assert check(w, "-6.0", of="grad").cause == "sign reversed"
    assert str(audit({"w.grad": "6.0"}, root=y)).endswith(f"\n1 figure: 1 agree, 0 truncated, 0 slips\n{note}")
    assert explain(w).notes == [note]
    y.zero_grad()
    y.backward()
    assert str(check(w, "6.0", of="grad")) == "grad of w: printed 6.0, computed 6.0: agrees"


def test_a_gradient_of_several_losses_is_that_of_the_root_that_is_given():
    w = Value(0.7, "w")
    losses = [(w * x - 1) ** 2 for x in (0.3, 1.1)]
    for loss in losses:
        loss.backward()
    assert check(w, "-0.980", of="grad").cause == "-0.980 is what w.grad holds"  # and not of the last loss alone
    whole = total(losses)
    assert str(check(w, "-0.980", of="grad", root=whole)).endswith("agrees")
    mean = total(losses) / 2
    assert "as much as 2 passes give; the gradient of root is -0.49:" in check(w, "-0.490", of="grad", root=mean).note
    losses[0].zero_grad()
    mean.backward(2)
    assert str(check(w, "-0.980", of="grad", root=mean)).endswith("agrees")


def test_the_notes_of_an_audit_are_few():
    xs = [Value(number, f"x{number}") for number in range(1, 6)]
    y = total([x * x for x in xs])
    found = audit({f"{x.label}.grad": f"{2 * x.data}" for x in xs}, root=y)
    lines = str(found).splitlines()
    assert lines[-4] == "5 figures: 5 agree, 0 truncated, 0 slips"
    assert lines[-3].startswith("x1.grad is 0.0: root.backward() has not been called")
    assert lines[-1] == "… and 3 more like that"


def test_where_there_is_no_gradient_to_compare_the_one_held_is_checked():
    x = Value(0.0, "x")
    x.grad = 2.0
    assert str(check(x, "2", of="grad", root=x.sqrt())).endswith("agrees")  # the root has no slope at 0
    assert str(check(x, "2", of="grad", root=Value(1.0) * 2)).endswith("agrees")  # of another graph
    alone = Value(1.0, "alone")
    alone.grad = 2.0
    assert check(alone, "2", of="grad").kind == "agrees"
    z = Value(2 + 0j, "z")
    y = z * z
    y.backward()
    y.backward()
    with pytest.raises(KindError, match="complex"):
        check(z, "8", of="grad", root=y)


def test_a_result_of_a_compiled_function_is_a_graph_of_one_node_and_hides_no_other():
    w = Value(3.0, "w")
    result = compile(lambda a: a * w)(2.0)
    x = Value(2.0, "x")
    y = x * x
    y.backward()
    assert explain(x).sections[0].steps[0].number == 4.0
    assert check(w, "2.0", of="grad", root=result).kind == "agrees"
    assert check(result, "6.0").kind == "agrees"
    for of, printed in (("data", "5.55"), ("grad", "0.55")):
        assert (check(result, printed, of=of).kind, check(result, printed, of=of).cause) == ("slip", "")
    assert check(result, "5.55", root=result).cause == ""
    assert check(y, "5.551", root=result).cause == ""
    assert check(w, "5.55", of="grad", root=result).cause == ""
    assert [verdict.kind for verdict in audit({result: "5.55", w: "3"})] == ["slip", "agrees"]


def test_the_root_is_where_backward_ran_last():
    w = Value(0.5, "w")
    loss = w * w
    loss.backward()
    scaled = loss * 0.1
    assert root_of(w) is loss
    assert explain(w).notes == []
    scaled.backward()
    assert root_of(w) is scaled
    elsewhere = Value(1.0) * 2
    elsewhere.backward()
    assert root_of(w) is None
    assert "w was not in the last backward(), so nothing says which graph is meant" in str(explain(w))


def test_what_else_is_alive_does_not_matter():
    w = Value(0.5, "w")
    loss = w * w
    loss.backward()
    alive = [w * number for number in range(3)]
    assert root_of(w) is loss
    del loss
    assert root_of(w) is None  # it is gone, and nothing keeps it
    assert len(alive) == 3


def test_nearly_equal_is_the_same_but_for_rounding():
    assert nearly_equal(0.1 + 0.2, 0.3) and nearly_equal(math.nan, math.nan)
    assert not nearly_equal(0.3, 0.3000001) and not nearly_equal(Decimal("0.5"), 0.25)


def test_a_sum_elsewhere_in_the_graph_is_no_cause():
    x, w = Value(2.0, "x"), Value(0.7, "w")
    y = w.exp() * total([x, x.exp(), x.sin()])
    y.backward()
    assert "mean over 3" in check(x, f"{x.grad / 3:.4f}", of="grad", root=y).cause
    z = x.exp() * total([w, w.exp(), w.sin()])
    x.grad = 0.0
    z.backward()
    assert "mean over 3" not in check(x, f"{x.grad / 3:.4f}", of="grad", root=z).cause


def test_sum_and_mean():
    xs = [Value(number, f"x{place}") for place, number in enumerate((0.3, 1.7, 2.9))]
    mean = total([x * x for x in xs]) / 3
    assert check(mean, f"{mean.data * 3:.5f}").cause == "the sum instead of the mean over 3"
    mean.backward()
    assert check(xs[0], f"{xs[0].grad * 3:.5f}", of="grad", root=mean).cause == "the sum instead of the mean over 3"
    whole = total([x * 2 for x in xs])
    assert "the mean over 3 instead of the sum" in check(whole, f"{whole.data / 3:.5f}").cause


def cross_entropy(epsilon=0.0):
    logits = [Value(number, f"z{place}") for place, number in enumerate((0.2, 1.1, -0.4), 1)]
    loss = -(softmax(logits)[0] + epsilon if epsilon else softmax(logits)[0]).log()
    loss.label = "L"
    loss.backward()
    return logits, loss


def test_log10_for_ln():
    logits, loss = cross_entropy()
    assert check(loss, f"{loss.data / math.log(10):.6f}").cause == "log10 for ln"
    assert check(logits[0], f"{logits[0].grad / math.log(10):.6f}", of="grad", root=loss).cause == "log10 for ln"
    fused = -log_softmax(logits)[0]
    assert check(fused, f"{fused.data / math.log(10):.6f}").cause == "log10 for ln"


def test_an_epsilon_inside_the_log():
    _, loss = cross_entropy()
    probability = math.exp(-loss.data)
    assert check(loss, f"{-math.log(probability + 1e-3):.8f}").cause == "ε = 0.001 inside the log"
    _, with_epsilon = cross_entropy(1e-3)
    assert check(with_epsilon, f"{loss.data:.8f}").cause == "the ε = 0.001 inside the log left out"


def test_e_as_a_decimal():
    assert check(Value(1.6334, "z").exp(), "5.1204").cause == "consistent with e taken as 2.718"
    cause = check(Value(0.7, "z").sigmoid(), f"{1 / (1 + 2.72**-0.7):.7f}").cause
    assert cause == "e taken as 2.72"
    logits, loss = cross_entropy()
    powers = [2.718**z.data for z in logits]
    assert check(loss, f"{-math.log(powers[0] / sum(powers)):.7f}").cause == "e taken as 2.718"


def test_float32():
    def single(number):
        return struct.unpack("f", struct.pack("f", number))[0]

    x = Value(0.1, "x")
    y = x.exp() * 3.0
    printed = single(single(math.exp(0.1)) * 3.0)
    assert check(y, f"{printed:.12f}").cause == "float32 for float64"


def test_the_derivative_at_another_place():
    _, _, w2, hidden, output, loss = chain()
    z = hidden.data * 0.6
    printed = -(0.9 - output.data) * z * (1 - z) * hidden.data  # x * (1 - x) called with z
    cause = check(w2, f"{printed:.8f}", of="grad", root=loss).cause
    assert (
        cause == "the derivative of sigmoid taken with (layer1 · weight2) (before the sigmoid) in the place of output"
    )
    twice = 1 / (1 + math.exp(-output.data))  # σ'(a), called with the output
    printed = -(0.9 - output.data) * twice * (1 - twice) * hidden.data
    cause = check(w2, f"{printed:.8f}", of="grad", root=loss).cause
    assert cause == "the derivative of sigmoid taken with sigmoid(output) in the place of output"
    x, w = Value(0.5, "x"), Value(-0.8, "w")
    y = (x * w).elu() * 3
    y.backward()
    printed = f"{math.exp(math.expm1(-0.4)) * 0.5 * 3:.5f}"  # exp(a), and not exp(z)
    assert check(w, printed, of="grad", root=y).cause.startswith("the derivative of elu taken at")


def test_weights_updated_in_the_same_pass():
    _, w1, w2, hidden, output, loss = chain()
    updated = w2.data - 0.1 * w2.grad
    slope = output.data * (1 - output.data)
    printed = -(0.9 - output.data) * slope * updated * hidden.data * (1 - hidden.data) * 0.5
    cause = check(w1, f"{printed:.9f}", of="grad", root=loss).cause
    assert cause == "weights already updated in the same pass (learning rate 0.1)"


def test_intermediates_rounded_or_cut():
    a = Value(1.6, "z").sigmoid()
    a.label = "a"
    slope = a * (1 - a)
    causes = check(slope, "0.139776").cause.split("; or ")  # 0.8320 · 0.1680
    assert causes[:2] == [f"consistent with intermediates rounded to {digits} decimals" for digits in (3, 4)]
    product = Value(0.12345678, "x").exp() * Value(7.7777777, "y").sqrt()
    exact = math.exp(0.12345678), math.sqrt(7.7777777)
    by_hand = (math.trunc(exact[0] * 1e3) / 1e3) * (math.trunc(exact[1] * 1e3) / 1e3)
    assert "intermediates cut after 3 decimals" in check(product, f"{by_hand:.6f}").cause


def layer():
    """z = w x + b, a = σ(z), twice beside each other, then softmax and cross-entropy."""
    x = [Value(0.3, "x1"), Value(-0.8, "x2")]
    rows = [[Value(0.61, "w11"), Value(0.27, "w12"), Value(0.43, "b1")],
            [Value(-0.52, "w21"), Value(0.94, "w22"), Value(0.19, "b2")]]  # fmt: skip
    z = [weighted_sum(row[:2], x, row[2]) for row in rows]
    a = [node.sigmoid() for node in z]
    scores = [a[0] * 1.7 + Value(0.35, "c1"), a[1] * 2.3 + Value(-0.15, "c2")]
    loss = -log_softmax(scores)[1]
    for place in range(2):
        z[place].label, a[place].label, scores[place].label = f"z{place + 1}", f"a{place + 1}", f"s{place + 1}"
    loss.label = "L"
    loss.backward()
    return rows, z, a, scores, loss


def test_what_is_left_out():
    _, z, a, scores, loss = layer()
    assert check(z[0], f"{z[0].data - 0.43:.4f}").cause == "the bias b1 left out"
    assert check(a[0], f"{1 / (1 + math.exp(0.43 - z[0].data)):.5f}").cause == "the bias b1 left out"
    assert check(scores[0], f"{scores[0].data - 0.35:.4f}").cause == "the bias c1 left out"
    assert check(a[0], f"{z[0].data:.4f}").cause == "the activation sigmoid left out"
    assert check(scores[0], f"{z[0].data * 1.7 + 0.35:.4f}").cause == "the activation sigmoid left out"
    without = [1.7 / (1 + math.exp(0.43 - z[0].data)), 2.3 / (1 + math.exp(0.19 - z[1].data))]
    printed = f"{math.log(sum(map(math.exp, without))) - without[1]:.5f}"
    assert check(loss, printed).cause == "every bias left out"
    probability = math.exp(-loss.data)
    assert check(loss, f"{probability:.5f}").cause == "the -ln left out"
    assert check(-softmax(scores)[1].log(), f"{probability:.5f}").cause == "the -ln left out"
    cause = check(scores[1], f"{probability:.5f}", of="grad", root=loss).cause
    assert cause.split("; or ")[0] == "a for a - t, the target not subtracted"
    assert check(loss, f"{loss.data / math.log(2):.6f}").cause == "log2 for ln"


def test_no_bias_where_there_is_none():
    x, w = Value(0.3, "x"), Value(0.61, "w")
    y = weighted_sum([w], [x], 0.0) + 2
    assert check(y, "2.7531").cause == ""
    assert "bias" not in check(x + w, "0.3000").cause  # two leaves: neither of them is one


def test_misprints():
    x = Value(0.66818777, "x")
    y = x * 1.0
    assert check(y, "0.6628").cause == "two digits exchanged, 0.6628 for 0.6682"
    assert check(y, "0.06682").cause == "the decimal point shifted"
    assert check(y, "66.81").cause == "the decimal point shifted"
    assert check(y, "6.682e-2").cause == "the decimal point shifted"
    assert check(Value(0.5665, "x") * 1.0, "0.5656").cause.startswith("consistent with two digits exchanged")


def test_the_figure_of_a_neighbour():
    rows, z, a, _, loss = layer()
    assert check(a[0], f"{a[1].data:.5f}", root=loss).cause == "the figure of a2"
    assert check(a[0], f"{a[1].data:.5f}").cause == ""  # of which it knows nothing by itself
    assert audit({"a1": f"{a[1].data:.5f}"}, root=loss).verdicts[0].cause == "the figure of a2"
    assert check(z[0], "0.6100").cause == "the figure of w11"
    assert "the gradient of a1" in check(a[1], f"{a[0].grad:.6f}", of="grad", root=loss).cause
    assert "the gradient of w12" in check(rows[0][0], f"{rows[0][1].grad:.6f}", of="grad", root=loss).cause


def test_all_that_fit_are_listed():
    x = Value(2.0, "x")
    y = x * Value(2.0, "w") * Value(3.0, "v")
    y.backward()
    assert (
        check(x, "12.00", of="grad").cause
        == "multiplied by w = 2 once too often; or multiplied by x = 2; or multiplied by w = 2"
    )
    loss = (x - 5) ** 2 / 2
    loss.label = "loss"
    x.grad = 0.0
    loss.backward()
    causes = check(x, "-6.000", of="grad", root=loss).cause.split("; or ")
    assert {"the ½ of the squared error left out", "multiplied by x = 2"} <= set(causes)


def test_a_kind_that_would_explain_everything_around_explains_nothing():
    w = [Value(1 + place / 40, f"w{place}") for place in range(40)]
    x = Value(1.0, "x")
    y = total([x * weight for weight in w])
    y.backward()
    assert x.grad == pytest.approx(59.5)
    product = x
    for weight in w:
        product = product * weight
    x.grad = 0.0
    product.backward()
    scale = f"{x.grad * w[20].data:.6e}"  # among eighty factors, but with seven digits: a find
    assert check(x, scale, of="grad", root=product).cause == "multiplied by w20 = 1.5 once too often"
    assert check(x, f"{x.grad * w[20].data:.1e}", of="grad", root=product).cause == ""  # with two digits: none


def test_nothing_is_invented():
    _, w1, *_, loss = chain()
    assert check(loss, "0.0777777").cause == ""
    assert check(w1, "0.123456", of="grad").cause == ""
    assert check(0.25, "0.27").cause == ""  # a number has no graph
    assert check(loss, "-5e-2").cause == ""  # one digit fits too much


@pytest.mark.slow
def test_random_slips_seldom_have_a_cause():
    generator = random.Random(1)
    slips = causes = 0
    for _ in range(40):
        x, w1, w2, _, _, loss = chain()
        for leaf in (x, w1, w2):
            leaf.data = generator.uniform(-1, 1)
            leaf.grad = 0.0
        loss.forward()
        loss.backward()
        for node, of in ((loss, "data"), (w1, "grad"), (w2, "grad")):
            figure = Figure.read(f"{node.data if of == 'data' else node.grad:.3e}")
            wrong = figure.value + generator.choice([-1, 1]) * generator.randint(10, 400) * figure.unit
            verdict = check(node, figure.rewrite(wrong), of=of, root=loss)
            slips += not verdict
            causes += bool(verdict.cause)
    assert slips > 100
    assert causes / slips < 0.1


def test_a_graph_that_is_used_by_several_results_has_no_cause_by_itself():
    x = Value(2.0, "x")
    first, second = x * 3, x * 5
    x.grad = 8.0
    assert check(x, "-8.00", of="grad").cause == ""
    first.backward()
    second.backward()


def test_the_graph_is_as_it_was():
    x, w1, w2, hidden, output, loss = chain()
    before = [(node.data, node.grad, node.label) for node in (x, w1, w2, hidden, output, loss)]
    check(w1, "0.123456", of="grad", root=loss)
    assert [(node.data, node.grad, node.label) for node in (x, w1, w2, hidden, output, loss)] == before


@pytest.mark.parametrize("kind", [Fraction, Decimal])
def test_other_kinds_of_number(kind):
    x, w = Value(kind("0.7"), "x"), Value(kind("1.5"), "w")
    y = (x * w - 2) ** 2 / 2
    y.label = "y"
    y.backward()
    assert check(y, "0.9025").cause == "the ½ of the squared error left out"
    assert check(x, "1.425", of="grad").cause == "sign reversed"
    assert check(x, "-0.9975", of="grad", root=y).cause.startswith("multiplied by x = ")
    assert check(y, "0.451").kind == "agrees"
    assert round_by_hand(y, decimals=1).value == 0.4
    assert "right  verdict" in str(audit({"y": "0.451", "∂y/∂x": "-1.42"}, root=y))


def test_numbers_of_mpmath():
    mpmath = pytest.importorskip("mpmath")
    x = Value(mpmath.mpf("0.7"), "x")
    y = (x - 2) ** 2 / 2
    y.backward()
    assert check(y, "1.690").cause == "the ½ of the squared error left out"
    assert "sign reversed" in check(x, "1.300", of="grad", root=y).cause


def test_hypotheses_beyond_the_floats_are_left_out():
    x, w = Value(3.1e200, "x"), Value(1.7e100, "w")
    y = x * w
    y.backward()
    assert check(w, "-3.100e200", of="grad", root=y).cause == "sign reversed"  # and x squared is no float


def test_hypotheses_outside_of_a_domain_are_left_out():
    loss = -(Value(0.0, "p") + 1e-3).log()
    assert check(loss, f"{-loss.data:.4f}").cause == "sign reversed"  # and without the ε it is the log of 0


def test_a_number_divided_by_a_value_is_no_mean():
    x = Value(0.7, "x")
    y = 4 / x
    assert check(y, f"{4 * y.data:.4f}").cause == ""
    assert check(x / 4, f"{x.data:.4f}").cause == "the division by 4 left out"


def test_a_large_graph_is_not_rounded_in_every_way():
    x = Value(1.6, "z")
    a = x.sigmoid()
    slope = a * (1 - a)
    few, many = (total([slope, *[x] * count]) - count * 1.6 for count in (10, 10_000))
    assert check(few, "0.139777").kind == check(many, "0.139777").kind == "slip"
    assert "intermediates rounded" in check(few, "0.140000").cause
    assert "intermediates rounded" not in check(many, "0.140000").cause


def test_complex_numbers_are_refused():
    z = Value(1 + 2j, "z") * 2
    with pytest.raises(KindError, match="is complex"):
        check(z, "2.00")
    with pytest.raises(KindError, match="is complex"):
        round_by_hand(z, decimals=2)


def test_a_slope_that_does_not_exist_is_no_cause():
    root = Value(0.0, "x").sqrt() + 2
    root.operands[0].operands[0].grad = 0.5
    assert check(root.operands[0].operands[0], "-0.123", of="grad", root=root).cause == ""


# --- audits ------------------------------------------------------------------------------------------


def test_an_audit_in_the_order_of_the_derivation():
    _, w1, _, hidden, _, loss = chain()
    found = audit(
        {
            "layer1": "0.5987",
            "output": "0.598",  # wrong from here on: right is 0.5888
            "loss": "0.0456",
            "∂loss/∂weight2": "-0.0452",
            "weight1.grad": "-0.0054",
            (w1, "grad"): "-0.0055",
            hidden: "0.60",
        },
        root=loss,
    )
    assert [verdict.kind for verdict in found] == ["agrees", "slip", "slip", "slip", "agrees", "slip", "agrees"]
    assert not found
    assert len(found) == 7
    assert found.first is found.verdicts[1]
    assert found.verdicts[2].cause.startswith("follows from the printed output = 0.598")
    lines = str(found).splitlines()
    assert lines[0].split() == ["printed", "right", "verdict"]
    assert lines[1].split() == ["layer1", "0.5987", "0.5987", "agrees"]
    assert lines[-1] == "7 figures: 3 agree, 0 truncated, 4 slips; the first is output"


def test_an_audit_without_slips_is_true():
    *_, output, loss = chain()
    found = audit({output: "0.5888", loss: "0.0484"})
    assert found
    assert found.first is None
    assert str(found).endswith("2 figures: 2 agree, 0 truncated, 0 slips")


def test_a_slip_that_follows_from_rounded_figures():
    x = Value(2.0, "x")
    e = [x.exp(), (x * 1.1).exp(), (x * 0.3).exp()]
    for place, node in enumerate(e, 1):
        node.label = f"e{place}"
    y = total(e)
    y.label = "y"
    found = audit({"e1": "7.39", "e2": "9.03", "e3": "1.82", "y": "18.240"}, root=y)
    assert found.verdicts[-1].cause == "follows from the printed e1 = 7.39, e2 = 9.03, e3 = 1.82"


def test_a_gradient_that_follows_from_a_wrong_one():
    _, w1, _, hidden, _, loss = chain()
    right = hidden.grad
    printed = f"{right * 1.37:.4f}"
    carried = float(printed) * hidden.data * (1 - hidden.data) * 0.5
    found = audit({"∂loss/∂layer1": printed, "∂loss/∂weight1": f"{carried:.7f}"}, root=loss)
    assert found.verdicts[1].cause == f"follows from the printed grad of layer1 = {printed}"
    assert found.verdicts[1].name == "grad of weight1"
    assert w1.grad != carried


def test_the_nearest_printed_figures_that_a_step_uses_are_named():
    p = Value(1.0, "p")
    a = p.exp()
    a.label = "a"
    b = a * 1
    b.label = "b"
    c = b * 2
    c.label = "c"
    found = audit({"p": "1.01", "a": "2.75", "b": "2.75", "c": "5.50"}, root=c)
    assert [verdict.cause for verdict in found] == ["", *(f"follows from the printed {x}" for x in
                                                        ("p = 1.01", "a = 2.75", "b = 2.75"))]  # fmt: skip


def test_what_no_printed_figure_changes_does_not_follow_from_one():
    x, w = Value(0.7, "x"), Value(1.5, "w")
    y = (x * w - 2) ** 2 / 2
    y.label = "y"
    y.backward()
    x.data = 0.9
    found = audit({"y": "0.7", "x.grad": "-1.0"}, root=y)
    assert found.verdicts[1].cause == "-1.0 is the gradient with the leaves' present data"  # whatever y is


@pytest.mark.parametrize("kind", [float, Fraction, Decimal])
def test_several_passes_and_a_changed_leaf_in_any_kind_of_number(kind):
    x, w = Value(kind("0.7"), "x"), Value(kind("1.5"), "w")
    y = (x * w - 2) ** 2 / 2
    y.label = "y"
    y.backward()
    y.backward()
    assert "as much as 2 passes give" in check(x, "-2.85", of="grad").note
    x.data = kind("0.9")
    held = check(x, "-0.975", of="grad")
    assert "made before a leaf changed, or holds other passes too" in held.note
    assert held.cause == "-0.975 is the gradient with the leaves' present data"
    y.forward()
    held = check(x, "-0.975", of="grad")
    assert held.kind == "agrees"
    assert "made before a leaf changed, or holds other passes too" in held.note


def test_of_many_figures_the_first_are_named():
    xs = [Value(number / 7, f"x{number}") for number in range(1, 10)]
    y = total(xs)
    y.label = "y"
    found = audit({**{x.label: f"{x.data + 0.01:.3f}" for x in xs}, "y": "6.519"}, root=y)
    assert found.verdicts[-1].cause.startswith("follows from the printed x1 = 0.153, x2 = 0.296, ")
    assert found.verdicts[-1].cause.endswith("x6 = 0.867, …")


def probabilities():
    """The softmax of the document, in steps: e, the sum, a, L; and the slopes of L."""
    z = [Value(number, f"z{place}") for place, number in enumerate((1.3333461, 1.6333874, 1.9334286), 1)]
    e = [x.exp() for x in z]
    whole = total(e)
    a = [x / whole for x in e]
    loss = -a[0].log()
    whole.label, loss.label = "S", "L"
    for place in range(3):
        e[place].label, a[place].label = f"e{place + 1}", f"a{place + 1}"
    loss.backward()
    return z, a, loss


def test_a_step_that_does_not_give_its_figure_is_where_the_slip_is():
    _, _, loss = probabilities()
    found = audit({"a1": "0.2397", "L": "1.434"}, root=loss)
    assert found.verdicts[1].cause == "the step itself: from the printed a1 = 0.2397 it is 1.428"
    found = audit({"a1": "0.2397", "L": "0.6204"}, root=loss)
    assert found.verdicts[1].cause == "log10 for ln"  # which says more
    assert audit({"L": "1.434"}, root=loss).verdicts[0].cause == ""  # nothing is printed above
    found = audit({"z2": "1.63339", "e2": "5.120"}, root=loss)
    step = "the step itself: from the printed z2 = 1.63339 it is 5.121; consistent with e taken as 2.718"
    assert found.verdicts[1].cause.startswith(step)


def test_a_convention_that_another_figure_refutes_is_no_cause():
    x, y = Value(0.7, "x"), Value(1.6334, "y")
    a, e = x.sigmoid(), y.exp()
    a.label, e.label = "a", "e"
    root = a * e
    assert check(e, "5.1204").cause == "consistent with e taken as 2.718"
    assert "consistent with e taken as 2.718" in audit({"a": "0.67", "e": "5.1204"}, root=root).verdicts[1].cause
    assert audit({"a": "0.66818777", "e": "5.1204"}, root=root).verdicts[1].cause == ""
    assert audit({"e": "5.1204", "a": "0.66818777"}, root=root).verdicts[0].cause == ""
    root.backward()
    assert "2.718" not in audit({"x.grad": f"{x.grad:.7f}", "e": "5.1204"}, root=root).verdicts[1].cause


def test_where_no_convention_can_be_tried_none_is_refuted():
    x, z = Value(0.0, "x"), Value(1.6334, "z")
    e = z.exp()
    e.label = "e"
    root = x.sqrt() + e  # which has no slope at 0
    found = audit({(z, "grad"): "0.0", "e": "5.1204", (Value(2.0), "grad"): "0.0"}, root=root)
    assert [verdict.cause for verdict in found] == ["", "consistent with e taken as 2.718", ""]


def test_in_a_large_graph_none_is_looked_for(monkeypatch):
    _, z, a, _, loss = layer()
    figures = {"z2": f"{z[1].data - 0.19:.4f}", "a1": f"{a[1].data:.5f}"}
    assert [verdict.cause for verdict in audit(figures, root=loss)] == [
        "the bias b2 left out; or every bias left out",
        "the figure of a2",
    ]
    monkeypatch.setattr("autograd.hand.derivation._MOST", 8)
    assert [verdict.cause for verdict in audit(figures, root=loss)] == ["", ""]


def test_a_slip_that_is_printed_again_follows_from_itself():
    x = Value(1.9334286, "x")
    y = x * 1.0
    y.label = "y"
    found = audit({y: "1.93240000", (y, "data"): "1.932"})
    assert [verdict.cause for verdict in found] == ["", "follows from the printed y = 1.93240000"]


def cut(number, decimals):
    return f"{math.trunc(number * 10**decimals * (1 + 1e-15)) / 10**decimals:.{decimals}f}"


def test_figures_that_are_cut_are_followed():
    q = Value(1.00016, "q")
    f = q.exp()
    f.label = "f"
    found = audit({"q": "1.0001", "f": "2.7185"}, root=f)
    assert found.verdicts[1].cause == "follows from the printed q = 1.0001, cut after 4 decimals"
    found = audit({"q": "1.0002", "f": "2.7188"}, root=f)  # q is rounded, and of exp(1.0002) = 2.71882… nothing is cut
    assert "cut" not in found.verdicts[1].cause
    assert not found.note


def test_a_derivation_cut_throughout_has_one_sentence():
    _, _, loss = probabilities()
    by_hand = round_by_hand(loss, decimals=4, cut=True)
    nodes = [node for node in by_hand.data if node.label]
    figures = {node: cut(by_hand.data[node], 4) for node in nodes}
    found = audit(figures, root=loss)
    assert not found
    assert found.note == "cut after 4 decimals explains 9 of 9"
    assert str(found).splitlines()[-1] == found.note
    assert all(verdict.cause.startswith("follows from the printed") for verdict in found if not verdict)
    slope = audit({**figures, (nodes[-1], "data"): "1.4285"}, root=loss).verdicts[-1]
    assert slope.cause == "the step itself: from the printed a1 = 0.2396 it is 1.4288"
    mixed = audit({**figures, nodes[0]: "1.333", nodes[-1]: "1.5000"}, root=loss)
    assert mixed.note == "cut after the last printed digit explains 8 of 9"
    rounded = {node: f"{number:.4f}" for node, number in round_by_hand(loss, decimals=4).data.items() if node.label}
    assert audit(rounded, root=loss).note == ""


def test_an_audit_of_values_that_several_results_use():
    x = Value(2.0, "x")
    first, second = x * 3, x * 5
    found = audit({first: "6.0", second: "11.0", x: "2"})
    assert [verdict.kind for verdict in found] == ["agrees", "slip", "agrees"]
    assert [verdict.name for verdict in found] == ["mul", "mul", "x"]


def test_an_audit_of_a_leaf_that_several_results_use():
    x = Value(2.0, "x")
    first, second = x * 3, x * 5
    first.label = "first"
    assert [verdict.kind for verdict in audit({x: "2", (x, "grad"): "0"})] == ["agrees", "agrees"]
    with pytest.raises(UnknownNameError, match="give root="):
        audit({x: "2", "first": "6"})
    assert second.data == 10.0


def test_what_is_carried_on_may_leave_a_domain():
    x = Value(0.5, "x")
    p = x * 0.5
    p.label = "p"
    y = p.log()
    y.label = "y"
    found = audit({"p": "-0.25", "y": "1.3863"}, root=y)
    assert [verdict.cause for verdict in found] == ["sign reversed", "sign reversed"]


def test_what_has_no_label_and_a_label_of_two_lines_have_a_line():
    figures = audit({Value(2.0): "2", Value(3.0, label="a\nb"): "3"})
    assert [verdict.name for verdict in figures] == ["a value", "a b"]


def test_bad_audits():
    *_, output, loss = chain()
    for key, meant in [
        ("lss", "loss"), ("grad weight1", "weight1.grad"), ("grad of weight1", "weight1.grad"),
        ("weight1_grad", "weight1.grad"), ("wieght2.grad", "weight2.grad"),
    ]:  # fmt: skip
        with pytest.raises(UnknownNameError, match=f"the label '{key}' .did you mean '{meant}'.*Value itself may be"):
            audit({key: "1"}, root=loss)
    with pytest.raises(UnknownNameError, match="the label '∂y'; there are input, weight1"):
        audit({"∂y": "1"}, root=loss)
    with pytest.raises(UnknownNameError, match="there are no labels"):
        audit({"y": "1"}, root=Value(1.0) * 2)
    with pytest.raises(UnknownNameError, match="give root="):
        audit({"loss": "1"})
    with pytest.raises(KindError, match="key 3"):
        audit({3: "1"}, root=loss)
    with pytest.raises(KindError, match="give a dict"):
        audit("loss", root=loss)  # type: ignore[arg-type]
    with pytest.raises(KindError, match="no pair"):
        audit(["loss"], root=loss)
    with pytest.raises(KindError, match="root"):
        audit({output: "1"}, root=1.0)  # type: ignore[arg-type]
    with pytest.raises(FigureError):
        audit({output: "abc"})
    assert audit({})
