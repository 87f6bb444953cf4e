"""A trace as a PyTorch module: results and gradients, for every operation, and for a batch."""

import sys

import pytest

import autograd
from autograd import MissingToolError, ShapeError, Trace, Value
from autograd.primitives import PRIMITIVES
from nn import MLP, losses

CLOSE = {"rel": 1e-12, "abs": 1e-12}  # PyTorch sums in another order, and its functions round otherwise


def operands_of(name):
    """Numbers at which the operation is defined, also where it has a kink."""
    arity = PRIMITIVES[name].arity if name in PRIMITIVES else 0
    if arity == 1:
        signed = [] if name in ("log", "log1p", "sqrt") else [-0.75, -30.0, 0.0]
        return [(0.5,), (3.0,), *[(x,) for x in signed]]
    if arity == 2:
        return [(1.5, 0.5), (0.5, 0.5), *([] if name == "pow" else [(-1.5, 0.25)])]
    if arity == 3:
        return [(0.5, -1.0, 2.0), (-0.5, -1.0, 2.0)]
    return [(0.5, -1.0, 2.0, 0.25, 0.1), (0.5, 0.5, 0.5, 0.5, 0.5), (40.0, -3.0, 0.0, 0.0, 1.0)]


CASES = [
    (name, numbers) for name in (*PRIMITIVES, "softmax", "log_softmax") for numbers in operands_of(name)
]


@pytest.mark.parametrize(("name", "numbers"), CASES)
def test_each_operation(name, numbers):
    torch = pytest.importorskip("torch")
    leaves = [Value(number, f"x{place}") for place, number in enumerate(numbers)]
    result = leaves[0]._apply((name, 1) if name in ("softmax", "log_softmax") else name, *leaves)
    root = result * 3.0 + leaves[0]
    root.backward()
    module = Trace(root).to_torch()
    found = module()
    found.backward()
    assert found.item() == pytest.approx(root.data, **CLOSE)
    gradients = dict(zip(module.names, module.leaves.grad.tolist()))
    assert gradients == pytest.approx({leaf.label: leaf.grad for leaf in leaves}, **CLOSE)
    assert found.dtype == torch.float64


def test_every_operation_was_tried():
    assert {name for name, _ in CASES} == {*PRIMITIVES, "softmax", "log_softmax"}


def test_a_network_on_a_batch():
    torch = pytest.importorskip("torch")
    model = MLP(2, [8, 3], activation="tanh", seed=0)
    x = [Value(0.0), Value(0.0)]
    target = [Value(0.0), Value(0.0), Value(0.0)]
    module = Trace(losses.mse(model(x), target), inputs=[*x, *target]).to_torch()
    rows = [[0.1 * k, 1.0 - 0.3 * k, 0.5, -0.5, 0.25 * k] for k in range(7)]
    found = module(*torch.tensor(rows, dtype=torch.float64).T)
    assert found.shape == (7,)
    found.mean().backward()
    ours = [losses.mse(model(row[:2]), row[2:]) for row in rows]
    assert found.tolist() == pytest.approx([loss.data for loss in ours], **CLOSE)
    (autograd.total(ours) / 7).backward()
    gradients = dict(zip(module.names, module.leaves.grad.tolist()))
    assert gradients == pytest.approx({name: p.grad for name, p in model.named_parameters()}, **CLOSE)


def test_the_module_can_be_trained():
    torch = pytest.importorskip("torch")
    w, x = Value(0.0, "w"), Value(0.0, "x")
    module = Trace((w * x - 6.0) ** 2, inputs=[x]).to_torch()
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
    for _ in range(100):
        optimizer.zero_grad()
        module(2.0).backward()
        optimizer.step()
    assert module.leaves.tolist() == pytest.approx([3.0])
    assert list(module.state_dict()) == ["leaves", "constants"]


def test_what_is_refused(monkeypatch):
    w, x = Value(1.0), Value(2.0)
    trace = Trace(w * x, inputs=[x])
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingToolError, match=r"handgrad\[torch\]"):
        trace.to_torch()


def test_a_wrong_number_of_inputs():
    pytest.importorskip("torch")
    w, x = Value(1.0), Value(2.0)
    with pytest.raises(ShapeError, match="2 tensors for 1 inputs"):
        Trace(w * x, inputs=[x]).to_torch()(1.0, 2.0)
