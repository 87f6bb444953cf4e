"""Random graphs beside PyTorch's float64, where it is installed (extra ``peers``)."""

import pytest
from random_graphs import STEPS, apply_ours, magnitudes, random_program

from autograd import Value, grad

torch = pytest.importorskip("torch")


def stacked(operands):
    return torch.stack([torch.as_tensor(x, dtype=torch.float64) for x in operands])


THEIRS = {
    "add": torch.add,
    "sub": torch.sub,
    "mul": torch.mul,
    "div": torch.div,
    "pow": torch.pow,
    "neg": torch.neg,
    "abs": torch.abs,
    "exp": torch.exp,
    "expm1": torch.expm1,
    "log": torch.log,
    "log1p": torch.log1p,
    "sqrt": torch.sqrt,
    "sin": torch.sin,
    "cos": torch.cos,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    "leaky_relu": lambda x, slope: torch.where(x > 0, x, slope * x),
    "elu": lambda x, alpha: torch.where(x > 0, x, alpha * torch.expm1(x)),
    "normal_cdf": torch.special.ndtr,
    "gelu": torch.nn.functional.gelu,
    "softplus": lambda x: torch.logaddexp(x, torch.zeros_like(x)),  # their own softplus is linear above 20
    "where": lambda condition, x, y: torch.where(condition > 0, x, y),
    "maximum": torch.maximum,
    "minimum": torch.minimum,
    "total": lambda *xs: torch.sum(stacked(xs)),
    "weighted_sum": lambda v, w, x, y, b: v * x + w * y + b,
    "logsumexp": lambda *xs: torch.logsumexp(stacked(xs), 0),
    "softmax": lambda *xs: torch.softmax(stacked(xs), 0)[0],
    "log_softmax": lambda *xs: torch.log_softmax(stacked(xs), 0)[0],
}


def apply_theirs(name, operands):
    return THEIRS[name](*[torch.as_tensor(x, dtype=torch.float64) for x in operands])


def worst_disagreement(seeds):
    worst = 0.0
    for seed in seeds:
        program = random_program(seed)
        ours, theirs = [Value(x) for x in program.inputs], [
            torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in program.inputs
        ]
        root, their_root = program.run(ours, apply_ours), program.run(theirs, apply_theirs)
        slopes = grad(root, ours)
        their_slopes = torch.autograd.grad(their_root, theirs, allow_unused=True)
        disagreements = [abs(root.data - their_root.item()) / max(1, abs(root.data))]
        for slope, their_slope, size in zip(slopes, their_slopes, magnitudes(root, ours)):
            number = 0.0 if their_slope is None else their_slope.item()
            disagreements.append(abs(slope - number) / max(1, size))
        assert max(disagreements) < 1e-12, seed
        worst = max(worst, *disagreements)
    return worst


def test_every_operation_is_compared():
    assert set(THEIRS) == set(STEPS)


def test_graphs_beside_pytorch():
    worst_disagreement(range(100))


@pytest.mark.slow
def test_two_thousand_graphs_beside_pytorch(record_property):
    record_property("worst disagreement", worst_disagreement(range(2_000)))


def test_kinks_are_pytorchs():
    for name in ("relu", "abs"):
        x, t = Value(0.0), torch.tensor(0.0, dtype=torch.float64, requires_grad=True)
        apply_ours(name, [x]).backward()
        apply_theirs(name, [t]).backward()
        assert x.grad == t.grad.item()
