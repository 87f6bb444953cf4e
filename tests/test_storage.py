"""Models in files: to the last bit, whole or not at all, and what is refused."""

import json
import math
import os
import random
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from autograd import FileFormatError, FileWriteError, KindError, ShapeError, UnknownNameError, Value
from nn import MLP, Layer, Module, Neuron


def test_floats_come_back_to_the_last_bit(tmp_path):
    path = tmp_path / "model.json"
    model = MLP(2, [3, 2], activation="tanh", output="softmax", seed=0)
    extremes = [5e-324, 1.7976931348623157e308, -0.0, 0.1, 1 / 3, math.pi, math.inf]
    for parameter, number in zip(model.parameters(), extremes):
        parameter.data = number
    model.save(path)
    for other in (MLP.load(path), MLP(2, [3, 2], activation="tanh", output="softmax", seed=1).load(path)):
        numbers = [p.data for p in other.parameters()]
        assert [x.hex() for x in numbers] == [p.data.hex() for p in model.parameters()]
        assert other.description() == model.description()
        assert [p.label for p in other.parameters()] == [p.label for p in model.parameters()]


def test_random_bits_come_back(tmp_path):
    generator = random.Random(0)
    model = MLP(20, [20, 1], seed=0)
    for parameter in model.parameters():
        parameter.data = math.ldexp(generator.uniform(-1, 1), generator.randint(-1070, 1020))
    model.save(tmp_path / "model.json")
    again = MLP.load(tmp_path / "model.json")
    assert [p.data for p in again.parameters()] == [p.data for p in model.parameters()]


def test_other_kinds_of_number(tmp_path):
    path = tmp_path / "model.json"
    numbers = [[Fraction(1, 3), Decimal("0.10"), 2]]
    MLP.from_weights([(numbers, [math.nan])], ["linear"]).save(path)
    again = [p.data for p in MLP.load(path).parameters()]
    assert again[:3] == numbers[0] and [type(x) for x in again] == [Fraction, Decimal, int, float]
    assert math.isnan(again[3])
    with pytest.raises(KindError, match="complex"):
        MLP.from_weights([([[1j]], [0.0])], ["linear"]).save(path)


def test_the_file_is_json_that_can_be_read(tmp_path):
    path = tmp_path / "model.json"
    model = MLP(2, [3, 1], seed=0)
    model.save(path)
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["parameters"] == model.state_dict()
    assert content["version"] == 1 and content["model"]["activations"] == ["relu", "linear"]
    assert len(path.read_text(encoding="utf-8").splitlines()) == 17  # a row of weights is a line


def test_a_model_of_any_kind(tmp_path):
    class Net(Module):
        def __init__(self, start):
            self.scale, self.layer = Value(start), Layer(1, 2, seed=int(start))

    path = tmp_path / "model.json"
    for make in (lambda n: Net(float(n)), lambda n: Layer(2, 3, seed=n), lambda n: Neuron(3, seed=n)):
        model, other = make(1), make(2)
        model.save(path)
        assert other.load(path) is other
        assert other.state_dict() == model.state_dict()
    with pytest.raises(KindError, match=r"make one, and call its load"):
        Net.load(path)
    model, other = Net(1.0), Net(2.0)
    other.layer = Layer(1, 2, activation="tanh")
    model.save(path)
    with pytest.raises(FileFormatError, match=r"'relu'.*this model is .*'tanh'"):
        other.load(path)


def saved(tmp_path, **changes):
    path = tmp_path / "model.json"
    MLP(2, [3, 1], seed=0).save(path)
    content = json.loads(path.read_text(encoding="utf-8"))
    content.update({name: value for name, value in changes.items() if value is not None})
    content = {name: value for name, value in content.items() if changes.get(name, 0) is not None}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize("written", ["1e1000000000", "1/0", "0.5", "1 / 3", "", "1/", "9" * 5000])
def test_what_is_no_fraction_is_refused_at_once(written, tmp_path):
    path = saved(tmp_path, parameters={"0.bias": [{"Fraction": written}]})
    with pytest.raises(FileFormatError, match=r"model\.json is no JSON file of a model"):
        MLP.load(path)


@pytest.mark.parametrize("number", [10**5000, Fraction(1, 10**5000)], ids=["an int", "a Fraction"])
def test_a_number_of_more_digits_than_python_prints_is_not_saved(number, tmp_path):
    with pytest.raises(KindError, match="of more digits than Python prints"):
        MLP.from_weights([([[number]], [0.0])], ["linear"]).save(tmp_path / "model.json")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": 2}, r"version 2, and this library reads version 1"),
        ({"version": None}, r"version None"),
        ({"format": "another"}, r"not the file of a model"),
        ({"parameters": None}, r"has no 'parameters'"),
        ({"model": [1]}, r"has no 'model'"),
        ({"model": {"kind": "MLP", "activations": ["relu", "linear"], "dropout": "0.5"}}, r"0\.5|of the wrong kind"),
        ({"model": {"kind": "Net", "activations": ["relu", "linear"], "dropout": 0.0}}, r"Net"),
        ({"model": {"kind": "Layer", "activation": "relu"}}, r"Layer|activations"),
        ({"model": {"kind": "MLP", "activations": ["tanh", "linear"], "dropout": 0.5}}, r"tanh|3\.weight"),
    ],
)
def test_files_that_are_refused(tmp_path, changes, message):
    path = saved(tmp_path, **changes)
    model = MLP(2, [3, 1], seed=1)
    before = model.state_dict()
    for load in (model.load, MLP.load):
        with pytest.raises(FileFormatError, match=message):
            load(path)
    assert model.state_dict() == before


def test_a_model_of_other_activations_is_refused(tmp_path):
    path = saved(tmp_path)
    with pytest.raises(FileFormatError, match=r"\['relu', 'linear'\].*; this model is .*\['tanh', 'linear'\]"):
        MLP(2, [3, 1], activation="tanh").load(path)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda p: p.pop("2.bias"), (UnknownNameError, FileFormatError), r"2\.bias"),
        (lambda p: p.update({"9.bias": [0.0]}), UnknownNameError, r"9\.bias"),
        (lambda p: p["0.weight"][1].pop(), ShapeError, r"0\.weight|layer 1: row 1"),
        (lambda p: p["0.bias"].pop(), ShapeError, r"0\.bias|layer 1: 2 biases"),
        (lambda p: p["0.bias"].__setitem__(1, "x"), KindError, r"0\.bias\[1\]"),
        (lambda p: p["0.bias"].__setitem__(1, True), KindError, r"0\.bias\[1\]"),
    ],
)
def test_parameters_that_do_not_fit_are_named(tmp_path, change, error, message):
    path = saved(tmp_path)
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content["parameters"])
    path.write_text(json.dumps(content), encoding="utf-8")
    model = MLP(2, [3, 1], seed=1)
    before = model.state_dict()
    for load in (model.load, MLP.load):
        with pytest.raises(error, match=message):
            load(path)
    assert model.state_dict() == before


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"format": NaN}', b"12"])
def test_what_is_no_model_at_all(tmp_path, content):
    path = tmp_path / "model.json"
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match=r"model\.json"):
        MLP.load(path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        MLP.load(tmp_path / "none.json")
    with pytest.raises(FileWriteError, match="cannot write"):
        MLP(1, [1]).save(tmp_path / "no folder" / "model.json")


@pytest.mark.parametrize("path", [None, 3, {}, ["model.json"]])
def test_a_path_that_is_none(path):
    for load in (MLP.load, MLP(1, [1]).load):
        with pytest.raises(KindError, match="a file's path: expected a string or a Path, got "):
            load(path)


def test_a_folder_is_no_model(tmp_path):
    with pytest.raises(FileFormatError, match="is a folder, and not the file of a model"):
        MLP.load(tmp_path)


def test_a_failed_save_leaves_the_old_file(tmp_path):
    path = saved(tmp_path)
    before = path.read_bytes()
    with pytest.raises(KindError):
        MLP.from_weights([([[1j]], [0.0])], ["linear"]).save(path)
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["model.json"]


# Forks, which only a process of one thread does safely, so it runs in a Python of its own.
KILLS = """
import json, os, random, signal, sys, time
from nn import MLP
path, seeds = sys.argv[1], (1, 2)
models = [MLP(30, [30, 1], seed=seed) for seed in seeds]
models[0].save(path)
generator = random.Random(0)
found = set()
for _ in range(100):
    child = os.fork()
    if child == 0:
        while True:
            for model in models:
                model.save(path)
    time.sleep(generator.uniform(0.002, 0.02))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    found.add(json.dumps(MLP.load(path).state_dict()))
assert found == {json.dumps(model.state_dict()) for model in models}, len(found)
print("both were seen, and nothing else")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_kill_at_any_moment_leaves_the_old_file_or_the_new_one(tmp_path):
    command = [sys.executable, "-c", KILLS, str(tmp_path / "model.json")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parent.parent)
    assert done.stdout == "both were seen, and nothing else\n", done.stderr
