"""Random trainings: replay comes to what eager comes to, also by errors and callbacks, to the last bit."""

import random

import pytest

from autograd import AutogradError, Value
from nn import MLP, activations, fit, gradients, losses, optim, schedules

LOSSES = {
    "mse": losses.mse,
    "half": losses.half_squared_error,
    "bits": losses.binary_cross_entropy,
    "margins": losses.hinge,
    "classes": losses.softmax_cross_entropy,
    "weights": losses.softmax_cross_entropy,
    "probabilities": losses.cross_entropy,
}
OPTIMIZERS = [
    lambda parameters: optim.SGD(parameters, lr=0.05),
    lambda parameters: optim.SGD(parameters, lr=0.05, momentum=0.9, weight_decay=1e-3),
    lambda parameters: optim.Adam(parameters, lr=0.02),
]
CHANGES = [None, None, None, "weight", "data", "target", "value", "activation"]


def target(kind, count, dice):
    """Usually one that the loss takes."""
    if kind in ("mse", "half"):
        return [dice.choice([dice.gauss(0, 1), 0.0, 1]) for _ in range(count)]
    if kind == "bits":
        return dice.choice([0, 1, 0.0, 1.0, 0.3]) if dice.random() < 0.98 else 2
    if kind == "margins":
        return dice.choice([-1, 1, 1.0]) if dice.random() < 0.98 else 0
    if kind in ("classes", "probabilities"):
        return dice.randrange(count) if dice.random() < 0.98 else count
    hot = dice.randrange(count)
    return [float(place == hot) for place in range(count)] if dice.random() < 0.5 else [1 / count] * count


def training(seed, replay):
    """What a random training comes to."""
    dice = random.Random(seed)
    kind = dice.choice([*LOSSES])
    inputs, hidden = dice.randint(1, 3), [dice.randint(1, 5) for _ in range(dice.randint(0, 2))]
    count = 1 if kind in ("bits", "margins") else dice.randint(2, 4)
    output = {"bits": "sigmoid", "probabilities": "softmax"}.get(kind, "linear")
    activation, init = dice.choice(activations.known()), dice.choice(["uniform", "he", "xavier"])
    dropout = dice.choice([0.0, 0.0, 0.0, 0.3])
    model = MLP(inputs, [*hidden, count], activation, output, init, seed=seed, dropout=dropout)

    def number():
        return dice.choice([dice.gauss(0, 2), 0.0, 1, -1.0, 0.5])

    data = [([number() for _ in range(inputs)], target(kind, count, dice)) for _ in range(dice.randint(1, 25))]
    parameters = model.parameters() if dice.random() < 0.85 else model.layers[-1].parameters()
    optimizer, epochs = dice.choice(OPTIMIZERS)(parameters), dice.randint(1, 12)
    change, when = dice.choice(CHANGES), dice.randint(1, epochs)

    def on_epoch(history):
        if len(history.epochs) != when:
            return
        if change == "weight":
            model.layers[0].neurons[0].w[0] = 0.25
        elif change == "value":
            parameters[0].data = 0.125
        elif change == "data":
            data[0][0][0] = 0.75
        elif change == "target" and isinstance(data[0][1], list):
            data[0][1][0] = 0.5
        elif change == "activation" and hidden:
            for part in (model.layers[0], *model.layers[0].neurons):
                part.activation = "tanh"

    options = {
        "batch_size": dice.choice([None, 1, 2, 7]),
        "seed": dice.choice([None, 3]),
        "clip": dice.choice([None, None, 0.5]),
        "schedule": dice.choice([None, None, schedules.cosine(10)]),
        "validation": dice.choice([None, data[:2]]),
        "patience": dice.choice([None, 3]),
        "on_epoch": on_epoch if change else None,
    }
    try:
        history = fit(model, data, LOSSES[kind], optimizer, epochs, replay=replay, **options)
        end = f"History({history.epochs}, {history.stopped}, {history.best})"
    except AutogradError as error:
        end = repr(error)
    assert {type(parameter) for parameter in model.parameters()} == {Value}
    return end, repr(model.state_dict()), repr([parameter.grad for parameter in model.parameters()])


def compare(seeds, monkeypatch):
    monkeypatch.setattr(gradients, "_LEAST_WORK", 0)
    monkeypatch.setattr(gradients, "_SAMPLES_PER_RECORDING", 0)
    ends = set()
    for seed in seeds:
        eager = training(seed, False)
        ends.add(eager[0].partition("(")[0])
        for replay in (None, True):
            assert training(seed, replay) == eager, f"seed {seed}, replay={replay}"
    assert "History" in ends and len(ends) > 1  # some are refused


@pytest.mark.filterwarnings("ignore:fit. Dropout")
def test_random_trainings_by_replay_and_eagerly(monkeypatch):
    compare(range(25), monkeypatch)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:fit. Dropout")
def test_a_thousand_random_trainings_by_replay_and_eagerly(monkeypatch):
    compare(range(1_000, 2_000), monkeypatch)
