"""Audits of whole derivations: updates, vectors, conventions that several figures share or refute, large ones."""

import math
import time

import pytest

from autograd import KindError, ShapeError, UnknownNameError, Value, audit, check, total, weighted_sum
from autograd.hand import explanations


def network():
    """2-2-1, tanh and squared error, with a step of gradient descent to come."""
    x = [Value(0.5, "x1"), Value(-0.8, "x2")]
    w = [[Value(0.1, "w11"), Value(0.4, "w12")], [Value(-0.3, "w21"), Value(0.7, "w22")]]
    b = [Value(0.25, "b1"), Value(-0.15, "b2")]
    z = [weighted_sum(row, x, bias) for row, bias in zip(w, b, strict=True)]
    a = [node.tanh() for node in z]
    v = [Value(0.9, "v1"), Value(-0.2, "v2")]
    y = weighted_sum(v, a, Value(0.1, "c"))
    loss = (y - 1) ** 2 / 2
    for place in range(2):
        z[place].label, a[place].label = f"z{place + 1}", f"a{place + 1}"
    y.label, loss.label = "y", "L"
    loss.backward()
    return w, b, a, v, y, loss


def causes(found):
    return [verdict.cause for verdict in found]


# --- conventions -------------------------------------------------------------------------------------


def test_a_transposed_matrix_of_gradients_is_one_cause():
    w, *_, loss = network()
    figures = {f"w{i}{j}.grad": f"{w[j - 1][i - 1].grad:.5f}" for i in (1, 2) for j in (1, 2)}
    found = audit(figures, root=loss)
    assert causes(found) == ["", *["the matrix of gradients transposed"] * 2, ""]


def test_the_sign_of_a_whole_derivation_is_said_once():
    w, *_, v, _, loss = network()
    figures = {f"{leaf.label}.grad": f"{-leaf.grad:.4f}" for leaf in (*w[0], *w[1], *v)}
    found = audit(figures, root=loss)
    assert set(causes(found)) == {"the sign of every gradient reversed, as with δ = (t - y) · f′"}
    assert str(found).count("reversed") == 1
    # one gradient that has the right sign refutes it
    figures["v2.grad"] = f"{v[1].grad:.4f}"
    assert "sign reversed" in causes(audit(figures, root=loss))[0]


def test_a_convention_that_another_figure_contradicts_is_none():
    p, q = Value(0.2, "p"), Value(0.7, "q")
    first, second = -p.log(), -q.log()
    first.label, second.label = "first", "second"
    root = first + second
    alone = f"{first.data / math.log(10):.6f}"
    assert causes(audit({"first": alone}, root=root)) == ["log10 for ln"]
    both = {"first": alone, "second": f"{second.data / math.log(10):.6f}"}
    assert causes(audit(both, root=root)) == ["log10 for ln", "log10 for ln"]
    assert causes(audit({"first": alone, "second": f"{second.data:.6f}"}, root=root))[0] == ""


def test_two_units_in_the_last_place_of_a_float_have_no_cause():
    *_, loss = network()
    assert audit({"L": repr(loss.data + 2 * math.ulp(loss.data))}, root=loss).verdicts[0].cause == ""


def test_printed_operands_are_used_for_every_kind():
    z = Value(0.704, "z")
    a = z.sigmoid()
    slope = a * (1 - a)
    d = slope * -0.35
    a.label, slope.label, d.label = "a", "slope", "d"
    printed = {"a": "0.67", "slope": "0.22", "d": "0.0770"}  # -0.35 · 0.22, its sign reversed; exactly it is -0.0773
    assert causes(audit(printed, root=d))[2] == "sign reversed, from the printed slope = 0.22"


# --- the update --------------------------------------------------------------------------------------


def test_figures_of_after_a_step():
    w, b, _a, v, _y, loss = network()
    rate = 0.5
    leaves = [*w[0], *w[1], *b, *v]
    new = {leaf.label: leaf.data - rate * leaf.grad for leaf in leaves}
    before = loss.data
    for leaf in leaves:
        leaf.data = new[leaf.label]
    after = loss.forward()
    loss.zero_grad()
    loss.backward()
    again = {leaf.label: leaf.data - rate * leaf.grad for leaf in leaves}
    gradient = v[0].grad
    w, b, _a, v, _y, loss = network()
    figures = {
        "L": f"{before:.6f}", "w11.new": f"{new['w11']:.6f}", "Δv2": f"{new['v2'] - -0.2:.6f}", "L.new": f"{after:.6f}",
        "v1.new.grad": f"{gradient:.6f}", "v1.new.new": f"{again['v1']:.6f}", "y.new": "0.123456",
    }  # fmt: skip
    found = audit(figures, root=loss, rate=rate, parameters=[*w[0], *w[1], *b, *v])
    assert [verdict.kind for verdict in found] == ["agrees"] * 6 + ["slip"]
    assert found.verdicts[2].name == "Δv2" and found.verdicts[4].name == "grad of v1.new"


def test_what_people_do_in_an_update():
    w, _b, _a, v, _y, loss = network()
    rate, names = 0.5, ("w11", "w12", "v1", "v2")
    leaves = dict(zip(names, (*w[0], *v), strict=True))

    def cause(step, printed=4):
        figures = {f"{name}.new": f"{leaf.data + step(leaf):.{printed}f}" for name, leaf in leaves.items()}
        return causes(audit(figures, root=loss, rate=rate))[0]

    assert "η = 0.5 left out" in cause(lambda leaf: -leaf.grad) or "forgotten" in cause(lambda leaf: -leaf.grad)
    assert "added" in cause(lambda leaf: rate * leaf.grad)
    assert cause(lambda leaf: -rate * math.copysign(1, leaf.grad)) == "Adam's first step"
    share = 0.1 / math.sqrt(0.001)
    assert cause(lambda leaf: -rate * math.copysign(share, leaf.grad)) == "Adam's first step without bias correction"
    assert "momentum" in cause(lambda leaf: -0.1 * rate * leaf.grad, 6)


def test_weights_updated_before_the_error_is_passed_back():
    w, _b, a, v, y, loss = network()
    rate = 0.5
    later = [weight.data - rate * weight.grad for weight in v]
    delta = [(y.data - 1) * later[i] * (1 - a[i].data ** 2) for i in (0, 1)]
    figures = {
        f"w{i + 1}{j + 1}.new": f"{w[i][j].data - rate * delta[i] * (0.5, -0.8)[j]:.6f}" for i in (0, 1) for j in (0, 1)
    }
    found = audit(figures, root=loss, rate=rate, parameters=[*w[0], *w[1], *v])
    assert set(causes(found)) == {"weights already updated in the same pass (learning rate 0.5)"}


def test_biases_that_are_not_updated():
    w, b, _a, v, _y, loss = network()
    leaves = [*w[0], *w[1], *b, *v]
    for leaf in leaves:
        if leaf not in b:
            leaf.data -= 0.5 * leaf.grad
    after = loss.forward()
    w, b, _a, v, _y, loss = network()
    found = audit({"L.new": f"{after:.6f}"}, root=loss, rate=0.5, parameters=[*w[0], *w[1], *b, *v])
    assert causes(found) == ["the biases not updated"]


def test_an_update_without_its_rate_or_its_leaves_is_asked_for():
    *_, loss = network()
    with pytest.raises(UnknownNameError, match=r"'w11\.new' is of after an update; give rate="):
        audit({"w11.new": "0.1"}, root=loss)
    with pytest.raises(UnknownNameError, match=r"L\.new is of after an update, and nothing says of which leaves"):
        audit({"L.new": "0.1"}, root=loss, rate=0.5)
    with pytest.raises(KindError, match="rate"):
        audit({"w11.new": "0.1"}, root=loss, rate="fast")


# --- what is printed ---------------------------------------------------------------------------------


def test_a_quantity_printed_twice():
    *_, loss = network()
    found = audit([("L", f"{loss.data:.6f}"), ("L", f"{loss.data:.2f}"), ("L", f"{loss.data:.1%}")], root=loss)
    assert [verdict.kind for verdict in found] == ["agrees"] * 3


def test_vectors_and_matrices():
    w, _b, a, _v, _y, loss = network()
    printed = "[" + ", ".join(f"{node.data:.4f}" for node in a) + "]"
    matrix = [[f"{weight.grad:.4f}" for weight in row] for row in w]
    latex = r"\begin{bmatrix} " + r" \\ ".join(" & ".join(row) for row in matrix) + r" \end{bmatrix}"
    figures = [(a, printed), ((w, "grad"), matrix), ((w, "grad"), latex), (["a1", "a2"], printed)]
    found = audit(figures, root=loss)
    assert len(found) == 12 and found
    assert [verdict.name for verdict in found][2:6] == [f"grad of w{i}{j}" for i in (1, 2) for j in (1, 2)]
    with pytest.raises(ShapeError, match="1 figures are printed for 2 values"):
        audit([(a, "[0.5]")], root=loss)


@pytest.mark.parametrize(
    "printed", ["59.87%", r"59.87\%", "**0.5987**", "5.987e-1", "5.987 × 10^{-1}", r"5.987 \times 10^{-1}", "$0.5987$",
                r"\mathbf{0.5987}", r"\approx 0.5987", "≈ 0.5987", r"\boxed{0.5987}", "5.987 · 10⁻¹"]
)  # fmt: skip
def test_figures_as_they_are_printed(printed):
    a = Value(0.4, "z").sigmoid()
    assert check(a, printed).kind == "agrees"
    assert check(a, printed.replace("87", "88")).kind == "slip"


# --- more digits than floats have ------------------------------------------------------------------------


def test_digits_that_floats_lose():
    a = Value(16.0, "z").sigmoid()
    slope = a * (1 - a)
    exact = "1.1253514939e-7"  # mpmath: 1.12535149390932...e-7
    assert check(slope, exact).kind == "agrees"
    assert check(slope, exact).note.startswith("floats lose digits here")
    held = check(slope, repr(slope.data))
    assert (held.kind, held.cause) == ("slip", "what floats leave of it, whose digits cancel")
    assert check(slope, "1.125e-7").note == ""  # to these digits they do not


def test_a_floats_own_repr_agrees():
    values = [Value(0.1, "x").exp() * 3, Value(1 / 3, "y").tanh() + 0.1, Value(7.0, "z").log() ** 2]
    assert all(check(value, repr(value.data)).kind == "agrees" for value in values)


# --- one question ----------------------------------------------------------------------------------------


def test_which_mistakes_make_a_number():
    a, t = Value(0.73, "a"), Value(1.0, "t")
    loss = (t - a) ** 2 / 2
    assert explanations(loss, "0.0729") == ["the ½ of the squared error left out"]
    assert explanations(loss, "0.2664500") == ["a for t - a, t left out"] or explanations(loss, "0.2664500")
    assert explanations(loss, "0.03645") == []  # it is right
    assert explanations(a, "0.2700", of="grad", root=loss) == ["sign reversed"]


# --- large ones ------------------------------------------------------------------------------------------


def large(width, depth):
    xs = [Value(math.sin(i + 1), f"x{i}") for i in range(width)]
    for layer in range(depth):
        zs = []
        for i in range(width):
            weights = [Value(math.cos(7 * layer + 3 * i + j), f"w{layer}_{i}_{j}") for j in range(width)]
            zs.append(weighted_sum(weights, xs, Value(0.1, f"b{layer}_{i}")))
            zs[-1].label = f"z{layer}_{i}"
        xs = [z.tanh() for z in zs]
        for i, x in enumerate(xs):
            x.label = f"a{layer}_{i}"
    loss = total([x * x for x in xs])
    loss.label = "L"
    loss.backward()
    return loss


def printed_of(loss, count):
    from autograd.graph import topological_order

    order = [node for node in topological_order(loss) if node.label]
    figures = {node.label: f"{node.data:.4f}" for node in order if node.op}
    figures.update({f"{node.label}.grad": f"{node.grad:.4f}" for node in reversed(order)})
    return dict(list(figures.items())[:count])


def test_two_hundred_figures_take_less_than_a_second():
    loss = large(6, 4)
    figures = printed_of(loss, 200)
    for name in list(figures)[5::20]:
        figures[name] = f"{float(figures[name]) * 1.31 + 0.01:.4f}"
    started = time.process_time()
    found = audit(figures, root=loss)
    assert time.process_time() - started < 1
    assert sum(not verdict for verdict in found) >= 10


def test_one_update_in_the_wrong_direction_is_said_once():
    w, *_, loss = network()
    loss.zero_grad()
    loss.backward()
    number = w[0][0].data + 0.5 * w[0][0].grad
    assert causes(audit({"w11.new": f"{number:.8f}"}, root=loss, rate=0.5)) == ["the gradient added and not subtracted"]
