"""One row is enough: an operation that a user adds works everywhere that the table's own work.

The rows are swish(x) = x·σ(x), an activation, and hypotenuse(x, y) = √(x² + y²), which is none.
"""

import contextlib
import copy
import io
import math
import pickle
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

import pytest
from helpers import bits, leaf
from latex import read

import autograd
from autograd import (
    InexactWarning,
    Trace,
    Value,
    audit,
    check,
    check_gradient,
    debug,
    define,
    detect_anomaly,
    draw,
    explain,
    grad,
    gradient,
    hessian,
    play,
    quiz,
    round_by_hand,
    sigmoid,
    sqrt,
    stale,
    step,
)
from autograd.primitives import PRIMITIVES
from nn import MLP, losses, to_onnx, to_python, to_torch


@pytest.fixture
def swish():
    yield define("swish", lambda x: x * sigmoid(x), lambda out, x: out + sigmoid(x) * (1 - out), activation=True)
    del PRIMITIVES["swish"]


@pytest.fixture
def hypotenuse():
    yield define("hypotenuse", lambda x, y: sqrt(x * x + y * y), lambda out, x, y: x / out, lambda out, x, y: y / out)
    del PRIMITIVES["hypotenuse"]


def exactly_swish(x):
    return x / (1 + math.exp(-x))


def slope_of_swish(x):
    s = 1 / (1 + math.exp(-x))
    return s + x * s * (1 - s)


def chain(activation):
    """The loss of two weights in a chain, with an activation between them."""
    x, w1, w2 = Value(0.5, "x"), Value(0.8, "w1"), Value(0.6, "w2")
    loss = (0.9 - w2 * activation(w1 * x)) ** 2
    loss.label = "loss"
    return loss


@pytest.fixture
def loss(swish):
    loss = chain(swish)
    loss.backward()
    return loss


@pytest.fixture
def model(swish):
    return MLP(2, [3, 1], activation="swish", seed=1)


# --- the engine and derivatives ----------------------------------------------------------------------


def test_values_and_numbers(swish, hypotenuse):
    for x in (-3.0, 0.0, 0.7):
        y = swish(Value(x))
        assert y.data == swish(x) == pytest.approx(exactly_swish(x), rel=1e-15)
        assert y.partials == (pytest.approx(slope_of_swish(x), rel=1e-14),)
    assert (y.op, y.primitive.activation) == ("swish", True)
    assert hypotenuse(Value(3.0), 4).data == hypotenuse(3, Value(4.0)).data == hypotenuse(3.0, 4.0) == 5.0
    assert hypotenuse(Value(3.0), Value(4.0)).partials == (0.6, 0.8)


def test_derivatives_of_any_order(swish, hypotenuse):
    assert gradient(swish)(0.7) == pytest.approx(slope_of_swish(0.7))
    assert check_gradient(swish, 0.7, order=2)
    assert check_gradient(hypotenuse, 3.0, 4.0, order=2)
    x = Value(0.7)
    [first] = grad(swish(x), [x], create_graph=True)
    [second] = grad(first, [x], create_graph=True)
    [third] = grad(second, [x])
    h = 1e-3
    assert third == pytest.approx(
        (slope_of_swish(0.7 + h) - 2 * slope_of_swish(0.7) + slope_of_swish(0.7 - h)) / h**2, rel=1e-5
    )
    assert hessian(hypotenuse)(3.0, 4.0)[0][1] == pytest.approx(-12 / 125)


def test_a_wrong_partial_is_found():
    wrong = define("wrong", lambda x: x * sigmoid(x), lambda out, x: out + sigmoid(x))
    try:
        assert not check_gradient(wrong, 0.7)
    finally:
        del PRIMITIVES["wrong"]


def test_every_kind_of_number(swish, hypotenuse):
    mpmath, sympy = pytest.importorskip("mpmath"), pytest.importorskip("sympy")
    with mpmath.workdps(50):
        x = Value(mpmath.mpf("0.7"))
        swish(x).backward()
        exact = mpmath.diff(lambda x: x / (1 + mpmath.exp(-x)), mpmath.mpf("0.7"))
        assert abs(x.grad - exact) < mpmath.mpf(10) ** -48
    assert swish(Value(Decimal("0.7"))).data == pytest.approx(Decimal(exactly_swish(0.7)), rel=Decimal("1e-15"))
    assert swish(Value(0.7 + 0j)).data == pytest.approx(exactly_swish(0.7))
    with pytest.warns(InexactWarning):
        assert swish(Value(Fraction(7, 10))).data == pytest.approx(exactly_swish(0.7))
    z = sympy.Symbol("z")
    assert sympy.simplify(gradient(swish)(z) - sympy.diff(z / (1 + sympy.exp(-z)), z)) == 0
    assert hypotenuse(Value(Decimal(3)), Value(Decimal(4))).data == 5


def test_forward_stale_anomalies_and_copies(swish, loss):
    w1 = leaf(loss, "w1")
    for again in (copy.deepcopy(loss), pickle.loads(pickle.dumps(loss))):
        assert bits(again.data) == bits(loss.data)
        again.backward()
    before = loss.data
    w1.data = 0.3
    assert w1 in stale(loss)[0].operands and stale(loss)[-1] is loss
    assert loss.forward() == pytest.approx((0.9 - 0.6 * exactly_swish(0.15)) ** 2) != before
    with detect_anomaly(), pytest.raises(autograd.AnomalyError, match="swish of x = inf gives inf"):
        swish(Value(math.inf, "x"))


def test_what_does_not_fit_is_refused(swish):
    with pytest.raises(ValueError, match="swish"):
        define("swish", lambda x: x, lambda out, x: 1)
    with pytest.raises(ValueError, match="partial"):
        define("other", lambda x, y: x * y, lambda out, x, y: y)
    assert "other" not in PRIMITIVES


# --- networks ----------------------------------------------------------------------------------------


def test_a_network(model, tmp_path):
    x = [0.5, -1.0]
    neurons = model.layers[0].neurons
    hidden = [exactly_swish(sum(w.data * n for w, n in zip(neuron.w, x)) + neuron.b.data) for neuron in neurons]
    assert "swish" in repr(model)
    assert model(x).data == pytest.approx(sum(w.data * h for w, h in zip(model.layers[1].neurons[0].w, hidden)))
    model.save(tmp_path / "model.json")
    assert MLP.load(tmp_path / "model.json")(x).data == model(x).data
    output = MLP.from_weights([([[0.5]], [0.0])], activations=["swish"])
    assert output([1.0]).data == pytest.approx(exactly_swish(0.5))


# --- pictures ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("detail", ["node", "op"])
def test_a_picture_of_the_nodes(loss, detail):
    assert "swish" in draw(loss, detail=detail).source


def test_a_picture_of_the_neurons(model):
    root = losses.mse(model([0.5, -1.0]), [0.3])
    source = draw(root, detail="neuron").source
    assert all(f"a{neuron} = swish(z{neuron})" in source for neuron in "₁₂₃")


def test_a_page(loss, tmp_path):
    page = tmp_path / "page.html"
    play(loss, page)
    assert "swish" in page.read_text(encoding="utf-8")


def test_a_plot(swish, tmp_path):
    pytest.importorskip("matplotlib")
    plot = autograd.plot_activations("swish")
    plot.save(tmp_path / "swish.svg")
    assert (tmp_path / "swish.svg").stat().st_size > 1000


# --- steps -------------------------------------------------------------------------------------------


def test_steps(swish, loss):
    stepped = chain(swish)
    lines, as_tanh = [str(event) for event in step(stepped)], [str(event) for event in step(chain(autograd.tanh))]
    assert [line.split(" = ")[0] for line in lines] == [line.split(" = ")[0] for line in as_tanh]
    assert lines[1] == "a₁ = swish(t₁) = swish(0.4) ≈ 0.2395"
    assert bits(leaf(stepped, "w1").grad) == bits(leaf(loss, "w1").grad)


def test_the_debugger(loss):
    with contextlib.redirect_stdout(io.StringIO()) as said:
        debug(loss, commands=["b swish", "c", "p swish(x)", "p swish(w1*x)", "q"])
    assert f"{exactly_swish(0.5):.4f}" in said.getvalue() and f"{exactly_swish(0.4):.4f}" in said.getvalue()
    assert "swish" in said.getvalue()


# --- by hand -----------------------------------------------------------------------------------------


def test_a_sheet(loss):
    sheet, as_tanh = explain(loss), explain(chain(autograd.tanh))
    assert "swish(w1 · x)" in str(sheet) and "swish(0.4)" in str(sheet)
    assert str(sheet).splitlines()[:4] == [line.replace("tanh", "swish") for line in str(as_tanh).splitlines()[:4]]
    assert r"\operatorname{swish}\left(0.4\right)" in sheet.latex() and "swish" in sheet.markdown()
    read(sheet.latex())
    of_a_leaf = explain(leaf(loss, "w1"), root=loss)
    assert "(swish(w1 · x) + σ(w1 · x) · (1 - swish(w1 · x)))" in str(of_a_leaf)
    read(of_a_leaf.latex())


def test_a_verdict_with_a_cause(loss):
    w1 = leaf(loss, "w1")
    assert check(w1, f"{w1.grad:.5f}", of="grad", root=loss).kind == "agrees"
    without = w1.grad / slope_of_swish(0.4)
    verdict = check(w1, f"{without:.6f}", of="grad", root=loss)
    assert verdict.kind == "slip" and "swish" in verdict.cause and "= 0.6948 left out" in verdict.cause


def test_an_audit_and_rounding_by_hand(loss):
    assert "agrees" in str(audit({"loss": f"{loss.data:.4f}"}, root=loss))
    by_hand = round_by_hand(loss, decimals=2)
    assert by_hand.value == pytest.approx(round((0.9 - round(0.6 * round(exactly_swish(0.4), 2), 2)) ** 2, 2))


def test_a_quiz(loss):
    with contextlib.redirect_stdout(io.StringIO()) as said:
        quiz(loss, ["0.4", "0.2395", "q"])
    assert "swish(t₁) ?  0.2395\n     right" in said.getvalue()


# --- replay ------------------------------------------------------------------------------------------


def test_compiled(machine, swish, hypotenuse):
    w, v = Value(0.8, "w"), Value(-0.3, "v")

    def f(x, y):
        return hypotenuse(swish(w * x), v + y) ** 2

    compiled = autograd.compile(f)
    for x, y in [(0.5, 1.0), (-2.0, 3.0), (700.0, -0.5), (-800.0, 0.1)]:
        w.grad = v.grad = 0.0
        f(x, y).backward()
        expected = [bits(f(x, y).data), bits(w.grad), bits(v.grad)]
        w.grad = v.grad = 0.0
        call = compiled(x, y)
        call.backward()
        assert [bits(call.data), bits(w.grad), bits(v.grad)] == expected, (x, y)


def test_a_trace_and_its_file(machine, loss, tmp_path):
    trace = Trace(loss)
    assert trace.forward() == loss.data
    trace.save(tmp_path / "trace.json")
    assert Trace.load(tmp_path / "trace.json").forward() == loss.data
    compile(trace.source, "trace", "exec")


# --- and out -----------------------------------------------------------------------------------------

X = [0.5, -1.0]


def test_a_file_that_needs_nothing(model, tmp_path):
    to_python(model, tmp_path / "network.py")
    program = f"import network; print(repr(network.predict({X})))"
    said = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {program}"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    assert eval(said.stdout) == pytest.approx([model(X).data], rel=1e-15)


def test_pytorch(model, loss):
    torch = pytest.importorskip("torch")
    module = to_torch(model)
    assert module(torch.tensor(X, dtype=torch.float64)).tolist() == pytest.approx([model(X).data], rel=1e-12)
    of_trace = Trace(loss).to_torch()
    found = of_trace()
    found.backward()
    assert found.item() == pytest.approx(loss.data)
    gradients = dict(zip(of_trace.names, of_trace.leaves.grad.tolist()))
    assert gradients["w1"] == pytest.approx(leaf(loss, "w1").grad)


def test_onnx(model, tmp_path):
    pytest.importorskip("onnx")
    onnxruntime = pytest.importorskip("onnxruntime")
    numpy = pytest.importorskip("numpy")
    to_onnx(model, tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"))
    [found] = session.run(None, {session.get_inputs()[0].name: numpy.array([X])})
    assert found.ravel().tolist() == pytest.approx([model(X).data], rel=1e-12)
