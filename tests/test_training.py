"""fit: its steps against a loop written out, batches, early stopping, Ctrl-C, progress."""

import os
import random
import signal
import subprocess
import sys
import threading
from fractions import Fraction
from pathlib import Path

import pytest

import autograd
import nn
from autograd import DomainError, KindError, RecordingError, ShapeError, Value
from nn import MLP, Layer, batches, fit, gradients, losses, optim, schedules

DATA = [([0.0, 0.0], 0), ([0.0, 1.0], 1), ([1.0, 0.0], 1), ([1.0, 1.0], 0), ([0.5, 0.1], 1)]


def network(seed=1):
    return MLP(2, [4, 1], activation="tanh", output="sigmoid", seed=seed)


def test_fit_is_the_loop_that_it_replaces():
    fitted, looped = network(), network()
    history = fit(
        fitted,
        DATA,
        losses.mse,
        optim.Adam(fitted.parameters(), lr=0.1),
        epochs=7,
        batch_size=2,
        seed=3,
        schedule=schedules.linear(1.0, 0.1, 7),
        clip=0.05,
    )
    optimizer, generator = optim.Adam(looped.parameters(), lr=0.1), random.Random(3)
    means = []
    for epoch in range(7):
        optimizer.lr = 0.1 * schedules.linear(1.0, 0.1, 7)(epoch)
        samples = list(DATA)
        generator.shuffle(samples)
        summed = 0.0
        for batch in (samples[0:2], samples[2:4], samples[4:5]):
            optimizer.zero_grad()
            of_batch = [losses.mse(looped(x), target) for x, target in batch]
            for loss in of_batch:
                loss.backward()
            summed += autograd.total([loss.data for loss in of_batch])
            for parameter in looped.parameters():
                parameter.grad /= len(batch)
            optim.clip_norm(looped.parameters(), 0.05)
            optimizer.step()
        means.append(summed / 5)
    assert fitted.state_dict() == looped.state_dict()
    assert history.losses == means
    assert [epoch.lr for epoch in history.epochs] == [
        0.1 * schedules.linear(1.0, 0.1, 7)(epoch) for epoch in range(7)
    ]
    assert (history.stopped, history.best) == ("finished", None)


def test_the_learning_rate_is_put_back():
    model = network()
    optimizer = optim.SGD(model.parameters(), lr=0.5)
    fit(model, DATA, losses.mse, optimizer, epochs=3, schedule=schedules.exponential_decay(0.5))
    assert optimizer.lr == 0.5


def test_the_same_seed_gives_the_same_training():
    states = []
    for seed in (1, 1, 2):
        model = MLP(2, [4, 1], seed=5, dropout=0.25)
        fit(model, DATA, losses.mse, optim.SGD(model.parameters(), lr=0.1), epochs=3, batch_size=2, seed=seed)
        states.append(model.state_dict())
    assert states[0] == states[1] != states[2]


def test_batches():
    assert list(batches([1, 2, 3, 4], 2)) == [[1, 2], [3, 4]]
    assert list(batches([1, 2, 3])) == [[1, 2, 3]]
    assert list(batches([])) == []
    data = list(range(20))
    shuffled = [x for batch in batches(data, 3, random.Random(0)) for x in batch]
    assert sorted(shuffled) == data != shuffled and data == list(range(20))
    with pytest.raises(DomainError, match=r"the size of a batch: expected .*, got 0"):
        list(batches([1], 0))
    for arguments, message in (
        (([1], "2"), "the size of a batch: expected a whole number from 1 up, got '2'"),
        (([1], 1.5), r"the size of a batch: expected .*, got 1\.5"),
        ((3,), r"data: expected a list of samples, got 3"),
        (([1], 1, 5), r"generator: expected a random\.Random"),
    ):
        with pytest.raises(KindError, match=message):
            list(batches(*arguments))


def test_fractions_are_trained_exactly(monkeypatch):
    monkeypatch.setattr(gradients, "_LEAST_WORK", 0)
    monkeypatch.setattr(gradients, "_SAMPLES_PER_RECORDING", 0)
    model = MLP.from_weights([([[Fraction(1, 3)]], [Fraction(0)])], ["linear"])
    fit(model, [([1], 1)], losses.mse, optim.SGD(model.parameters(), lr=Fraction(1, 4)), epochs=1)
    assert [p.data for p in model.parameters()] == [Fraction(2, 3), Fraction(1, 3)]


def test_dropout_is_on_while_learning_and_off_afterwards():
    model = MLP(2, [4, 1], seed=1, dropout=0.5)
    seen = []

    def loss(output, target):
        seen.append(model.training)
        return losses.mse(output, target)

    model.eval()
    fit(model, DATA, loss, optim.SGD(model.parameters(), lr=0.1), epochs=1, validation=DATA[:2])
    assert seen == [True] * 5 + [False] * 2
    assert not model.training and not model.dropout.training


# --- replayed -------------------------------------------------------------------------------------------

SHARED = Value(0.5)
CLASSES = [([0.1 * k, 1 - 0.2 * k], k % 3) for k in range(30)]
NUMBERS = [([0.1 * k, 1 - 0.2 * k], [0.5 * k, -0.25 * k, 1.0]) for k in range(30)]
BITS = [([k, 1 - 0.2 * k], k % 2) for k in range(30)]  # ints among the inputs and as targets
REPLAYED = {
    "classes": (losses.softmax_cross_entropy, lambda: MLP(2, [6, 3], seed=0), CLASSES),
    "probabilities": (losses.cross_entropy, lambda: MLP(2, [6, 3], output="softmax", seed=0), CLASSES),
    "numbers": (losses.mse, lambda: MLP(2, [6, 5, 3], activation="gelu", init="he", seed=0), NUMBERS),
    "halves": (losses.half_squared_error, lambda: MLP(2, [3], activation="elu", init="he", seed=0), NUMBERS),
    "bits": (losses.binary_cross_entropy, lambda: MLP(2, [6, 1], output="sigmoid", init="he", seed=0), BITS),
    "margins": (losses.hinge, lambda: MLP(2, [6, 1], init="he", seed=0), [(x, 2 * y - 1) for x, y in BITS]),
}


@pytest.mark.parametrize("kind", REPLAYED)
def test_a_replay_learns_the_same_to_the_last_bit(kind, monkeypatch):
    loss, make, data = REPLAYED[kind]
    monkeypatch.setattr(gradients, "_LEAST_WORK", 0)
    compiled = []
    original = autograd.compile
    monkeypatch.setattr(autograd, "compile", lambda *a, **k: compiled.append(original(*a, **k)) or compiled[-1])
    found = []
    for replay in (False, None):
        model = make()
        history = fit(
            model,
            data,
            loss,
            optim.Adam(model.parameters(), lr=0.01),
            epochs=25,
            batch_size=8,
            seed=1,
            clip=1.0,
            validation=data[:5],
            patience=20,
            replay=replay,
        )
        found.append((model.state_dict(), [p.grad for p in model.parameters()], history))
        assert len(compiled) == (0 if replay is False else 1)
    assert found[0] == found[1]
    assert compiled[0].recorded < 10  # once for each class, or each way through a guard


@pytest.mark.parametrize(
    ("make", "loss", "data"),
    [
        (lambda: MLP(2, [4, 1], dropout=0.5, seed=0), losses.mse, DATA),
        (lambda: MLP(2, [4, 1], seed=0), lambda output, target: losses.mse(output, target), DATA),
        (lambda: Layer(2, 1, seed=0), losses.mse, DATA),
        (lambda: MLP.from_weights([([[SHARED, 1.0]], [0.0]), ([[SHARED]], [0.0])], ["tanh"] * 2), losses.mse, DATA),
        (lambda: MLP(2, [4, 1], seed=0), losses.mse, [([Value(0.5), Value(1.0)], 0.0)]),
        (lambda: MLP(2, [4, 2], seed=0), losses.softmax_cross_entropy, [([0.5, 1.0], [0.5, 0.5])]),
    ],
    ids=["dropout", "a loss of one's own", "a module", "a shared weight", "Values", "soft targets"],
)
def test_what_is_not_replayed_unasked(make, loss, data, monkeypatch):
    monkeypatch.setattr(autograd, "compile", None)
    monkeypatch.setattr(gradients, "_LEAST_WORK", 0)
    model = make()
    fit(model, data, loss, optim.SGD(model.parameters(), lr=0.001), epochs=100)


@pytest.mark.parametrize(
    "bounds", [{"_LEAST_WORK": 10**9}, {"_LARGEST_MODEL": 5}, {"_SAMPLES_PER_RECORDING": 100}], ids=str
)
def test_what_is_not_worth_a_recording(bounds, monkeypatch):
    monkeypatch.setattr(autograd, "compile", None)
    for name, bound in {"_LEAST_WORK": 0, **bounds}.items():
        monkeypatch.setattr(gradients, name, bound)
    model = MLP(2, [4, 3], seed=0)
    fit(model, CLASSES, losses.softmax_cross_entropy, optim.SGD(model.parameters(), lr=0.001), epochs=9)


def test_a_replay_that_is_asked_for():
    found = []
    for replay in (False, True):
        model = network()
        optimizer = optim.SGD(model.parameters(), lr=0.1)
        fit(model, DATA, lambda output, target: (output - target) ** 4, optimizer, epochs=3, replay=replay)
        found.append(model.state_dict())
    assert found[0] == found[1]
    model = network()
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    with pytest.raises(RecordingError):
        fit(model, DATA, lambda output, target: output * output.data, optimizer, epochs=1, replay=True)


@pytest.mark.parametrize(
    "make",
    [
        lambda parameters: optim.SGD(parameters, lr=0.01, momentum=0.9, weight_decay=1e-3),
        lambda parameters: optim.Adam(parameters, lr=0.01, weight_decay=1e-3),
        lambda parameters: optim.SGD(parameters, lr=Fraction(1, 128)),  # does not compute with arrays
    ],
)
def test_an_optimizer_goes_on_after_a_replay(make):
    pytest.importorskip("numpy")
    found = []
    for replays in ((False, False, False), (True, True, False)):
        model = MLP(2, [6, 5, 3], activation="tanh", init="he", seed=0)
        optimizer = make(model.parameters())
        for replay in replays:
            fit(model, NUMBERS, losses.mse, optimizer, epochs=3, batch_size=7, replay=replay)
        found.append((model.state_dict(), [p.grad for p in model.parameters()], vars(optimizer).keys()))
        assert {type(p) for p in model.parameters()} == {Value} and len(optimizer.parameters) == 71
    assert found[0] == found[1]


def test_parameters_are_out_of_the_arrays_after_an_error():
    model = MLP(2, [6, 3], activation="tanh", init="he", seed=0)
    optimizer = optim.SGD(model.parameters(), lr=1e200)
    with pytest.raises(DomainError, match="lower the learning rate"):
        fit(model, NUMBERS, losses.mse, optimizer, epochs=5, replay=True)
    assert {type(p) for p in model.parameters()} == {Value} and optimizer.parameters == model.parameters()


def test_a_part_of_the_parameters_is_trained_to_the_same_bits():
    found = []
    for replay in (False, True):
        model = MLP(2, [6, 3], activation="tanh", init="he", seed=0)
        optimizer = optim.SGD(model.layers[1].parameters(), lr=0.1)
        fit(model, NUMBERS, losses.mse, optimizer, epochs=5, batch_size=7, replay=replay)
        found.append((model.state_dict(), [p.grad for p in model.parameters()]))
    assert found[0] == found[1]


def test_arrays_of_numpy_are_replayed_like_lists(monkeypatch):
    numpy = pytest.importorskip("numpy")
    monkeypatch.setattr(gradients, "_LEAST_WORK", 0)
    found = []
    for convert in (lambda sample: sample, lambda sample: (numpy.array(sample[0]), numpy.array(sample[1]))):
        model = MLP(2, [6, 5, 3], activation="gelu", init="he", seed=0)
        data = [convert(sample) for sample in NUMBERS]
        assert gradients._in_floats(data, losses.mse) == gradients._in_floats(NUMBERS, losses.mse) is not None
        fit(model, data, losses.mse, optim.SGD(model.parameters(), lr=1e-4), epochs=25)
        found.append(model.state_dict())
    assert found[0] == found[1]


ONE_HOT = [(x, [float(place == target) for place in range(3)]) for x, target in CLASSES]


def changing(epoch, change):
    """An ``on_epoch`` that changes something once."""
    return lambda history: change() if len(history.epochs) == epoch else None


def with_its_weight_replaced(model, data):
    return lambda: model.layers[0].neurons[0].w.__setitem__(0, Value(0.25))


def with_its_weight_changed(model, data):
    return lambda: setattr(model.layers[0].neurons[0].w[0], "data", 0.25)


def with_its_activation_replaced(model, data):
    parts = (model.layers[0], *model.layers[0].neurons)
    return lambda: [setattr(part, "activation", "tanh") for part in parts] and None


def with_its_data_replaced(model, data):
    return lambda: data[0][0].__setitem__(0, 0.75)


def with_its_target_replaced(model, data):
    return lambda: data[0][1].__setitem__(0, 0.75)


def with_dropout(model, data):
    return lambda: setattr(model, "dropout", nn.Dropout(0.5, random.Random(1)))


def with_a_layer_of_ones_own(model, data):
    return lambda: setattr(model.layers[0], "activate", lambda z: [2 * number for number in z])


def with_a_fraction(model, data):
    return lambda: setattr(model.layers[1].neurons[0].b, "data", 0)


CHANGES = [
    with_its_weight_replaced, with_its_weight_changed, with_its_activation_replaced, with_its_data_replaced,
    with_its_target_replaced, with_dropout, with_a_layer_of_ones_own, with_a_fraction,
]  # fmt: skip


@pytest.mark.parametrize("replay", [None, True])
@pytest.mark.parametrize("changed", CHANGES, ids=lambda changed: changed.__name__)
def test_what_on_epoch_changes_is_seen_by_a_replay(changed, replay, monkeypatch):
    if replay and changed is with_a_layer_of_ones_own:
        pytest.skip("is asked for, under the conditions of compile")
    monkeypatch.setattr(gradients, "_LEAST_WORK", 0)
    found = []
    for kind in (False, replay):
        model, data = MLP(2, [5, 3], init="he", seed=0), [([*x], [*target]) for x, target in NUMBERS]
        optimizer = optim.SGD(model.parameters(), lr=1e-3)
        on_epoch = changing(10, changed(model, data))
        history = fit(model, data, losses.mse, optimizer, epochs=20, on_epoch=on_epoch, replay=kind)
        found.append((history.losses, model.state_dict(), [p.grad for p in model.parameters()]))
        if changed is not with_its_weight_changed:
            assert len(history.losses) == 20
    assert found[0] == found[1]


def test_what_an_optimizer_of_ones_own_changes_is_seen_by_a_replay(monkeypatch):
    monkeypatch.setattr(gradients, "_LEAST_WORK", 0)
    found = []
    for replay in (False, None):
        model = MLP(2, [5, 3], init="he", seed=0)

        class Pruning(optim.SGD):
            steps = 0

            def step(self, model=model):
                super().step()
                self.steps += 1
                if self.steps == 7:
                    model.layers[0].neurons[0].w[1] = 0.0

        history = fit(model, NUMBERS, losses.mse, Pruning(model.parameters(), lr=1e-3), epochs=9, batch_size=10,
                      replay=replay)  # fmt: skip
        found.append((history.losses, model.state_dict()))
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("loss", "data", "message"),
    [
        (losses.hinge, [([0.5, 1.0], 0), ([1.0, 0.5], 1)], r"hinge: target: expected -1 or 1, got 0"),
        (losses.binary_cross_entropy, [([0.5, 1.0], 2), ([1.0, 0.5], 1)], r"a number from 0 to 1, got 2"),
        (losses.softmax_cross_entropy, [([0.5, 1.0], [0.5, 0.2, 0.1])], "weights from 0 up with sum 1, got "),
        (losses.softmax_cross_entropy, [([0.5, 1.0], 3)], "target: expected a class index from 0 to 2, got 3"),
        (losses.mse, [([0.5, 1.0], [0.5])], "3 predictions for 1 targets"),
        (losses.mse, [([0.5], [0.5] * 3)], "the network takes 2 inputs"),
        (losses.cross_entropy, [([0.5, 1.0], 1)], "of logits take softmax_cross_entropy"),
    ],
)
@pytest.mark.parametrize(("epochs", "replay"), [(10, None), (10_000, None), (10, True)])
def test_what_eager_refuses_is_refused_by_a_replay(loss, data, message, epochs, replay):
    model = MLP(2, [16, 16, 1 if loss in (losses.hinge, losses.binary_cross_entropy) else 3], seed=0)
    before = model.state_dict()
    with pytest.raises(ValueError, match=message):
        fit(model, data, loss, optim.SGD(model.parameters(), lr=0.01), epochs=epochs, replay=replay)
    assert model.state_dict() == before


@pytest.mark.parametrize("many", [100, pytest.param(1_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", REPLAYED)
def test_many_epochs_begin_as_ten(kind, many, monkeypatch):
    monkeypatch.setattr(gradients, "_LEAST_WORK", 3_000 * many)  # as it is, for a thousand
    loss, _, data = REPLAYED[kind]
    data, found = data[:8], []
    for epochs, replay in ((10, None), (many, None), (many, False)):
        if loss is losses.cross_entropy:
            model = MLP(2, [16, 16, 3], output="softmax", seed=0)
        else:
            model = MLP(2, [16, 16, 3 if len(data[0][0]) == 2 and kind in ("classes", "numbers", "halves") else 1],
                        output="sigmoid" if kind == "bits" else "linear", seed=0)  # fmt: skip
        optimizer = optim.SGD(model.parameters(), lr=1e-4)
        history = fit(model, data, loss, optimizer, epochs=epochs, batch_size=3, seed=0, replay=replay)
        found.append((history.losses[:10], history.losses[-1], model.state_dict()))
    assert found[0][0] == found[1][0] == found[2][0]
    assert found[1] == found[2]


def test_dropout_draws_its_masks_also_where_a_replay_is_asked_for():
    found = []
    for replay in (False, True):
        model = MLP(2, [5, 3], init="he", seed=0, dropout=0.5)
        optimizer = optim.SGD(model.parameters(), lr=1e-3)
        if replay:
            with pytest.warns(UserWarning, match="Dropout draws a mask for each sample") as said:
                history = fit(model, NUMBERS, losses.mse, optimizer, epochs=20, replay=True)
            assert len(said) == 1 and said[0].filename == __file__
        else:
            history = fit(model, NUMBERS, losses.mse, optimizer, epochs=20, replay=False)
        found.append((history.losses, model.state_dict()))
    assert found[0] == found[1]


@pytest.mark.parametrize("package", ["random", "numpy.random"])
def test_a_loss_that_draws_random_numbers_is_not_replayed(package):
    dice = pytest.importorskip(package)
    found = []
    for replay in (False, True):
        dice.seed(3)
        model = MLP(2, [5, 3], init="he", seed=0)
        optimizer = optim.SGD(model.parameters(), lr=1e-3)
        arguments = (model, NUMBERS, lambda a, y: losses.mse(a, y) * dice.uniform(0.5, 1.5), optimizer)
        if replay:
            with pytest.warns(UserWarning, match="draws random numbers for each sample, so nothing is replayed"):
                history = fit(*arguments, epochs=5, replay=True)
        else:
            history = fit(*arguments, epochs=5)
        found.append((history.losses, model.state_dict()))
    assert found[0] == found[1]


def test_a_one_hot_target_in_floats_keeps_the_digits_of_a_tiny_loss():
    found = []
    for replay in (False, None, True):
        model = MLP.from_weights([([[1.0], [0.0]], [0.0, 0.0])], ["linear"])
        data = [([40.0], [1.0, 0.0])] * 4
        optimizer = optim.SGD(model.parameters(), lr=0.0)
        found.append(fit(model, data, losses.softmax_cross_entropy, optimizer, epochs=3, replay=replay).losses)
    assert found[0] == found[1] == found[2] == [-autograd.log_softmax([40.0, 0.0], 0)] * 3 != [0.0] * 3


def test_one_value_as_input_is_not_replayed_unasked(monkeypatch):
    monkeypatch.setattr(autograd, "compile", None)
    monkeypatch.setattr(gradients, "_LEAST_WORK", 0)
    model = MLP(1, [1], seed=0)
    history = fit(model, [(Value(0.5), 1.0)], losses.mse, optim.SGD(model.parameters(), lr=0.1), epochs=300)
    assert history.losses[-1] < 1e-6


# --- the end of it ----------------------------------------------------------------------------------


def wandering(values):
    """A model of one parameter and a validation loss that takes these values, one an epoch."""
    model = MLP.from_weights([([[0.0]], [0.0])], ["linear"])
    upcoming = iter(values)

    def loss(output, target):
        return output * 0 + next(upcoming) if target == "validate" else output

    return model, loss


def test_early_stopping_puts_the_best_parameters_back():
    model, loss = wandering([5.0, 4.0, 3.0, 3.5, 3.0, 9.0])
    optimizer = optim.SGD(model.parameters(), lr=1.0)
    history = fit(
        model, [([1.0], "train")], loss, optimizer, epochs=20, validation=[([1.0], "validate")], patience=3
    )
    assert [epoch.validation for epoch in history.epochs] == [5.0, 4.0, 3.0, 3.5, 3.0, 9.0]
    assert (history.stopped, history.best) == ("patience", 2)
    assert model.layers[0].neurons[0].w[0].data == -3.0  # after the third step, not after the sixth


def test_early_stopping_on_the_training_loss():
    model = MLP.from_weights([([[0.0]], [0.0])], ["linear"])
    optimizer = optim.SGD(model.parameters(), lr=0.0)
    history = fit(model, [([1.0], 1.0)], losses.mse, optimizer, epochs=20, patience=2)
    assert (history.stopped, history.best, len(history.epochs)) == ("patience", 0, 3)


def test_on_epoch_can_end_it():
    model = network()
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    history = fit(model, DATA, losses.mse, optimizer, epochs=50, on_epoch=lambda history: len(history.epochs) == 4)
    assert (history.stopped, len(history.epochs)) == ("asked", 4)


@pytest.mark.parametrize("replay", [False, True])
def test_a_training_that_diverges_is_told_to_slow_down(replay):
    model = MLP(1, [3, 1], activation="tanh", seed=1)
    data = [([0.5], 1.0), ([-1.0], 0.2)]
    with pytest.raises(DomainError, match=r"the loss in epoch \d is .*: lower the learning rate \(1e\+200\)"):
        fit(model, data, losses.mse, optim.SGD(model.parameters(), lr=1e200), epochs=5, replay=replay)


def test_a_loss_that_is_not_finite_changes_nothing():
    model = MLP.from_weights([([[1e200]], [0.0])], ["linear"])
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    with pytest.raises(DomainError, match=r"the loss in epoch 0 is inf: lower the learning rate \(0\.1\)"):
        fit(model, [([1e200], 0.0)], lambda output, target: abs(output), optimizer, epochs=1)
    assert model.layers[0].neurons[0].w[0].data == 1e200


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"data": []}, ShapeError, "data is empty"),
        ({"data": [1.0]}, ShapeError, r"data\[0\]: expected a pair \(x, target\), got 1\.0"),
        ({"data": DATA, "validation": [([1.0], 1, 2)]}, ShapeError, r"validation\[0\]: expected a pair"),
        ({"data": DATA, "epochs": -1}, DomainError, "epochs: expected .*, got -1"),
        ({"data": DATA, "patience": 0}, DomainError, "patience: expected .*, got 0"),
        ({"data": DATA, "batch_size": 0}, DomainError, "batch_size: expected .*, got 0"),
        ({"data": DATA, "clip": -1.0}, DomainError, r"clip: expected .*, got -1\.0"),
        ({"data": DATA, "loss": lambda output, target: 1.0}, KindError, r"the loss: expected .*, got 1\.0"),
        ({"data": 3}, KindError, r"data: expected a list of pairs \(x, target\), such as list\(zip.*, got 3"),
        ({"data": None}, KindError, "data: expected .*, got None"),
        ({"data": {(0.0, 1.0): 1}}, KindError, "data: expected a list of pairs.*, got {"),
        ({"data": DATA, "validation": 0.2}, KindError, r"validation: expected .*, got 0\.2"),
        ({"data": DATA, "epochs": 1.5}, KindError, r"epochs: expected a whole number from 0 up.*, got 1"),
        ({"data": DATA, "epochs": "3"}, KindError, "epochs: expected .*, got '3'"),
        ({"data": DATA, "epochs": None}, KindError, "epochs: expected .*, got None"),
        ({"data": DATA, "epochs": True}, KindError, "epochs: expected .*, got True"),
        ({"data": DATA, "batch_size": 1.5}, KindError, r"batch_size: expected .*, got 1\.5"),
        ({"data": DATA, "patience": 1.5}, KindError, r"patience: expected .*, got 1\.5"),
        ({"data": DATA, "clip": "x"}, KindError, r"clip: expected one real number.*, got 'x'"),
        ({"data": DATA, "seed": [1]}, KindError, r"seed: expected .*, got \[1\]"),
        ({"data": DATA, "schedule": 0.9}, KindError, r"schedule: expected .*such as schedules\.cosine.*, got 0\.9"),
        ({"data": DATA, "schedule": lambda epoch: None}, KindError, r"schedule\(0\): expected .*, got None"),
        ({"data": DATA, "schedule": schedules.cosine}, DomainError, "epochs: expected .*, got 0"),  # no cosine(100)
        ({"data": DATA, "on_epoch": 3}, KindError, "on_epoch: expected .*, got 3"),
        ({"data": DATA, "loss": "mse"}, KindError, r"loss: expected a function, such as losses\.mse.*, got 'mse'"),
        ({"data": DATA, "loss": losses}, KindError, "loss: expected .*, got <module"),
        ({"data": DATA, "model": None}, KindError, "model: expected a Module, such as an MLP.*, got None"),
        ({"data": DATA, "model": lambda x: x[0]}, KindError, "model: expected .*, got <function"),
        ({"data": DATA, "optimizer": optim.SGD}, KindError, "optimizer: expected an optimizer of.*, got <class"),
        ({"data": DATA, "optimizer": 0.1}, KindError, r"optimizer: expected .*such as optim\.SGD\(.*, got 0\.1"),
    ],
)
def test_what_is_refused(arguments, error, message):
    model = network()
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    before = model.state_dict()
    with pytest.raises(error, match=message):
        fit(**{"model": model, "loss": losses.mse, "optimizer": optimizer, "epochs": 1, **arguments})
    assert model.state_dict() == before and optimizer.lr == 0.1


def test_an_optimizer_of_another_models_parameters_is_refused():
    with pytest.raises(ShapeError, match=r"make it from model.parameters\(\)"):
        fit(MLP(1, [1]), [([1.0], 1.0)], losses.mse, optim.SGD(MLP(1, [1]).parameters(), lr=0.1), epochs=1)


def test_an_optimizer_of_arrays_is_refused():
    pytest.importorskip("numpy")
    model = network()
    optimizer = optim.SGD(autograd.ParameterArrays(model.parameters()), lr=0.1)
    with pytest.raises(KindError, match="an optimizer of a list of parameters"):
        fit(model, DATA, losses.mse, optimizer, epochs=1)


def test_no_epochs_at_all():
    model = network()
    assert fit(model, DATA, losses.mse, optim.SGD(model.parameters(), lr=0.1), epochs=0).epochs == []


# --- Ctrl-C -----------------------------------------------------------------------------------------


def interrupted_at(place):
    """A training that Ctrl-C reaches while the samples are looked at, or in the middle of a step."""
    model, calls = network(), []

    def interrupt_in_epoch_3(where):
        calls.append(where)
        if where == place and calls.count(where) == (16 if where == "loss" else 4):
            os.kill(os.getpid(), signal.SIGINT)

    class Slow(optim.SGD):
        def step(self):
            interrupt_in_epoch_3("step")
            super().step()

    def loss(output, target):
        interrupt_in_epoch_3("loss")
        return losses.mse(output, target)

    history = fit(model, DATA, loss, Slow(model.parameters(), lr=0.5), epochs=100)
    return model, history


@pytest.mark.parametrize(("place", "steps"), [("loss", 3), ("step", 4)])
def test_ctrl_c_keeps_the_last_whole_step(interruptible, place, steps):
    before = signal.getsignal(signal.SIGINT)
    model, history = interrupted_at(place)
    assert signal.getsignal(signal.SIGINT) is before
    assert history.stopped == "interrupted" and len(history.epochs) == 3
    other = network()
    fit(other, DATA, losses.mse, optim.SGD(other.parameters(), lr=0.5), epochs=steps)
    assert model.state_dict() == other.state_dict()


def test_in_another_thread():
    model, found = network(), []
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    thread = threading.Thread(target=lambda: found.append(fit(model, DATA, losses.mse, optimizer, epochs=2)))
    thread.start()
    thread.join()
    assert len(found[0].epochs) == 2


# --- progress ---------------------------------------------------------------------------------------


def test_no_bar_where_there_is_no_terminal(capsys):
    model = network()
    fit(model, DATA, losses.mse, optim.SGD(model.parameters(), lr=0.1), epochs=2)
    assert capsys.readouterr() == ("", "")


def test_a_bar_where_it_is_asked_for(capsys):
    pytest.importorskip("tqdm")
    model = network()
    fit(model, DATA, losses.mse, optim.SGD(model.parameters(), lr=0.1), epochs=4, batch_size=2, progress=True)
    shown = capsys.readouterr().err
    assert "12/12" in shown and "epoch 3, loss " in shown


def test_a_bar_without_tqdm(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    model = network()
    with pytest.raises(match=r"handgrad\[progress\]"):
        fit(model, DATA, losses.mse, optim.SGD(model.parameters(), lr=0.1), epochs=1, progress=True)


IN_A_TERMINAL = """
from nn import MLP, fit, losses, optim
model = MLP(2, [8, 1], seed=0)
data = [([a / 10, b / 10], a * b / 100) for a in range(10) for b in range(10)]
history = fit(model, data, losses.mse, optim.SGD(model.parameters(), lr=0.01), epochs=100_000, batch_size=10)
print("kept", history.stopped, len(history.epochs) > 0)
"""


def test_ctrl_c_in_a_terminal(interruptible):
    pexpect = pytest.importorskip("pexpect")
    pytest.importorskip("tqdm")
    child = pexpect.spawn(sys.executable, ["-c", IN_A_TERMINAL], cwd=Path(__file__).parent.parent, timeout=30)
    child.expect(r"epoch [1-9]\d*, loss [0-9.]+")  # the bar, in the second epoch at least
    child.sendintr()
    child.expect("kept interrupted True")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_fit_does_not_import_tqdm_where_no_bar_is_shown():
    program = "import sys, nn; print('tqdm' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=Path(__file__).parent.parent
    )
    assert done.stdout == "False\n", done.stderr
