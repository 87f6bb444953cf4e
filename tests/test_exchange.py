"""Out by the front door and back: PyTorch, ONNX, a Python file that needs nothing."""

import math
import pickle
import random
import subprocess
import sys
from fractions import Fraction

import pytest

from autograd import FileWriteError, KindError, MissingToolError, ShapeError, UnknownNameError, Value, define, sigmoid
from autograd.primitives import PRIMITIVES, add_row
from nn import MLP, Layer, activations, from_torch, losses, optim, to_onnx, to_python, to_torch

ACTIVATIONS = activations.known()
# outputs that are as large as 100: 1e-12 is then 70 units in the last place, which rounding in another order may take
CLOSE = {"abs": 1e-12, "rel": 0}


def networks():
    models = [MLP(3, [8, 5, 4], activation=activation, seed=seed) for seed, activation in enumerate(ACTIVATIONS)]
    models.append(MLP(3, [8, 4], activation="tanh", output="softmax", seed=20))
    models.append(MLP(1, [1, 1], activation="gelu", output="sigmoid", seed=21))
    generator = random.Random(0)
    for model in models:
        for neuron in [neuron for layer in model.layers for neuron in layer.neurons]:
            neuron.b.data = generator.uniform(-1, 1)
    return models


def samples(model):
    generator = random.Random(1)
    size = model.layers[0].nin
    rows = [[generator.uniform(-5, 5) for _ in range(size)] for _ in range(20)]
    return [*rows, [0.0] * size, [30.0] * size, [-30.0] * size]


def outputs(model, x):
    result = model(x)
    return [value.data for value in result] if isinstance(result, list) else [result.data]


@pytest.mark.parametrize("model", networks(), ids=lambda model: str(model.description()["activations"]))
class TestOfEachNetwork:
    def test_pytorch_and_back(self, model):
        torch = pytest.importorskip("torch")
        module = to_torch(model)
        assert list(module.state_dict()) == list(model.state_dict())
        for x in samples(model):
            assert outputs(model, x) == pytest.approx(module(torch.tensor(x, dtype=torch.float64)).tolist(), **CLOSE)
        again = from_torch(module)
        assert again.state_dict() == model.state_dict() and again.description() == model.description()
        for parameter in again.parameters():
            parameter.data = 0.0
        again.load_state_dict(module.state_dict())
        assert again.state_dict() == model.state_dict()

    def test_gradients_are_pytorchs(self, model):
        torch = pytest.importorskip("torch")
        module, x = to_torch(model), samples(model)[0]
        model.zero_grad()
        targets = [0.5] * model.layers[-1].nout
        losses.mse(model(x), targets).backward()
        theirs = module(torch.tensor(x, dtype=torch.float64))
        torch.nn.functional.mse_loss(theirs, torch.tensor(targets, dtype=torch.float64)).backward()
        theirs = {name: tensor.grad.tolist() for name, tensor in module.named_parameters()}
        for place, layer in zip([name.split(".")[0] for name in theirs if "weight" in name], model.layers):
            for neuron, row, bias in zip(layer.neurons, theirs[f"{place}.weight"], theirs[f"{place}.bias"]):
                assert [p.grad for p in neuron.row] == pytest.approx([*row, bias], rel=1e-12, abs=1e-12)

    def test_onnx_runtime_gives_the_same_numbers(self, model, tmp_path):
        pytest.importorskip("onnx")
        onnxruntime, numpy = pytest.importorskip("onnxruntime"), pytest.importorskip("numpy")
        path = tmp_path / "model.onnx"
        to_onnx(model, path)
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        rows = samples(model)
        [found] = session.run(None, {"inputs": numpy.array(rows)})
        assert found.dtype == numpy.float64
        for x, row in zip(rows, found.tolist()):
            assert outputs(model, x) == pytest.approx(row, **CLOSE)

    def test_a_python_file_gives_the_same_bits(self, model, tmp_path):
        path = tmp_path / "model.py"
        to_python(model, path)
        names = {"__name__": "model"}
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), names)
        for x in samples(model):
            assert names["predict"](x) == outputs(model, x)


SIZES = (0.0, 1e-300, 1e-9, 1e-3, 0.5, 2.0, 5.0, 8.5, 9.5, 12.0, 20.0, 36.0, 100.0, 800.0)
EDGES = [sign * size for sign in (1, -1) for size in SIZES]


@pytest.fixture
def swish():
    define("swish", lambda x: x * sigmoid(x), lambda out, x: out + sigmoid(x) * (1 - out), activation=True)
    yield "swish"
    del PRIMITIVES["swish"]


def test_an_activation_that_was_added_goes_everywhere(swish, tmp_path):
    model = MLP(2, [3, 1], activation=swish, seed=0)
    x, y = [0.5, -1.0], model([0.5, -1.0])
    assert [a.op for a in model.layers[0](x)] == ["swish"] * 3 and "swish" in activations.known()
    model.save(tmp_path / "model.json")
    assert MLP.load(tmp_path / "model.json")(x).data == y.data
    to_python(model, tmp_path / "model.py")
    names = {"__name__": "model"}
    exec((tmp_path / "model.py").read_text(encoding="utf-8"), names)
    assert names["predict"](x) == [y.data]


def test_an_activation_that_was_added_goes_to_pytorch(swish):
    torch = pytest.importorskip("torch")
    model = MLP(2, [3, 1], activation=swish, seed=0)
    network = to_torch(model)
    assert list(network.state_dict()) == list(model.state_dict()) and "swish" in repr(network)
    y, theirs = model([0.5, -1.0]), network(torch.tensor([0.5, -1.0], dtype=torch.float64))
    y.backward()
    theirs.backward()
    assert theirs.item() == pytest.approx(y.data, rel=1e-14)
    ours = [weight.grad for weight in model.layers[0].neurons[2].w]
    assert network[0].weight.grad.tolist()[2] == pytest.approx(ours, rel=1e-13)
    assert from_torch(network).description() == model.description()
    again = pickle.loads(pickle.dumps(network))
    assert again(torch.tensor([0.5, -1.0], dtype=torch.float64)).item() == theirs.item()


@pytest.mark.parametrize("activation", [*ACTIVATIONS, "swish"])
def test_onnx_is_right_to_the_last_digits_of_every_size(activation, swish, tmp_path):
    pytest.importorskip("onnx")
    onnxruntime, numpy = pytest.importorskip("onnxruntime"), pytest.importorskip("numpy")
    model = MLP.from_weights([([[1.0]], [0.0])], [activation])
    to_onnx(model, tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"), providers=["CPUExecutionProvider"])
    xs = [*EDGES, math.inf, -math.inf, math.nan]
    [found] = session.run(None, {"inputs": numpy.array([[x] for x in xs])})
    for x, [theirs] in zip(xs, found.tolist()):
        ours = model([x]).data
        assert (math.isnan(ours) and math.isnan(theirs)) or ours == theirs or abs(theirs - ours) <= 3e-13 * abs(ours), x


@pytest.mark.parametrize("activation", [*ACTIVATIONS, "swish"])
def test_a_python_file_gives_the_same_bits_at_the_edges(activation, swish, tmp_path):
    model = MLP.from_weights([([[1.0]], [0.0])], [activation])
    to_python(model, tmp_path / "model.py")
    names = {"__name__": "model"}
    exec((tmp_path / "model.py").read_text(encoding="utf-8"), names)
    for x in (*EDGES, math.inf, -math.inf, math.nan):
        assert repr(names["predict"]([x])) == repr([model([x]).data]), x


def test_an_operation_that_has_no_formula_is_named(tmp_path):
    add_row("fold", lambda x: x, (lambda out, x: 1,), 1, activation=True)
    try:
        with pytest.raises(UnknownNameError, match="there is no fold in double precision"):
            to_python(MLP.from_weights([([[1.0]], [0.0])], ["fold"]), tmp_path / "model.py")
    finally:
        del PRIMITIVES["fold"]


def test_the_python_file_needs_nothing(tmp_path):
    model, path = MLP(2, [3, 2], output="softmax", seed=0), tmp_path / "model.py"
    to_python(model, path)
    # -I: an interpreter that sees neither this folder nor the environment; -S: nor any installed package
    command = [sys.executable, "-I", "-S", str(path), "0.5", "-1"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert [float(word) for word in done.stdout.split()] == outputs(model, [0.5, -1.0]), done.stderr
    done = subprocess.run([*command, "3"], capture_output=True, text=True, cwd=tmp_path)
    assert "the network takes 2 inputs, and was given 3" in done.stderr


def test_fractions_and_what_is_not_finite_in_a_python_file(tmp_path):
    path = tmp_path / "model.py"
    to_python(MLP.from_weights([([[Fraction(1, 3), float("inf")]], [0])], ["linear"]), path)
    names = {"__name__": "model"}
    exec(path.read_text(encoding="utf-8"), names)
    assert names["predict"]([3.0, 1.0]) == [float("inf")]
    assert names["LAYERS"][0][0] == [[1 / 3, float("inf")]]


def test_dropout_goes_along_to_pytorch_and_nowhere_else(tmp_path):
    torch = pytest.importorskip("torch")
    model = MLP(2, [4, 4, 1], dropout=0.25, seed=0)
    module = to_torch(model)
    assert [type(part).__name__ for part in module] == ["Linear", "ReLU", "Dropout"] * 2 + ["Linear"]
    assert list(module.state_dict()) == list(model.state_dict()) and module.training
    again = from_torch(module.eval())
    assert again.description() == model.description() and not again.training
    model.eval()
    x = torch.tensor([0.5, -1.0], dtype=torch.float64)
    assert outputs(model, [0.5, -1.0]) == pytest.approx(module(x).tolist(), **CLOSE)
    to_python(model, tmp_path / "model.py")
    names = {"__name__": "model"}
    exec((tmp_path / "model.py").read_text(encoding="utf-8"), names)
    assert names["predict"]([0.5, -1.0]) == outputs(model, [0.5, -1.0])


def test_a_training_is_pytorchs():
    torch = pytest.importorskip("torch")
    model = MLP(2, [5, 3], activation="tanh", seed=0)
    module = to_torch(model)
    data = [([0.1 * k, 1 - 0.2 * k], k % 3) for k in range(6)]
    ours = optim.Adam(model.parameters(), lr=0.05)
    theirs = torch.optim.Adam(module.parameters(), lr=0.05)
    for step in range(100):
        x, target = data[step % 6]
        ours.zero_grad()
        losses.softmax_cross_entropy(model(x), target).backward()
        ours.step()
        theirs.zero_grad()
        logits = module(torch.tensor(x, dtype=torch.float64))
        torch.nn.functional.cross_entropy(logits, torch.tensor(target)).backward()
        theirs.step()
    for name, tensor in module.state_dict().items():
        assert torch.allclose(torch.tensor(model.state_dict()[name], dtype=torch.float64), tensor, rtol=0, atol=1e-12)


def test_a_float32_model_comes_in_exactly():
    torch = pytest.importorskip("torch")
    module = torch.nn.Sequential(torch.nn.Linear(2, 3, bias=False), torch.nn.ReLU(), torch.nn.Linear(3, 1))
    model = from_torch(module)
    assert model.state_dict()["0.weight"] == module[0].weight.tolist() and model.state_dict()["0.bias"] == [0.0] * 3


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (lambda nn: [nn.Linear(2, 3), nn.GELU(approximate="tanh")], r"place 1, GELU\(approximate='tanh'\)"),
        (lambda nn: [nn.Linear(2, 3), nn.LeakyReLU(0.2)], r"place 1, LeakyReLU"),
        (lambda nn: [nn.Linear(2, 3), nn.BatchNorm1d(3)], r"place 1, BatchNorm1d.*no such module"),
        (lambda nn: [nn.ReLU(), nn.Linear(2, 3)], r"place 0, ReLU\(\): an activation stands right after a Linear"),
        (lambda nn: [nn.Linear(2, 3), nn.ReLU(), nn.ReLU()], r"place 2, ReLU"),
        (lambda nn: [nn.Linear(2, 3), nn.Dropout(0.5), nn.ReLU(), nn.Linear(3, 1)], r"place 2, ReLU"),
        (lambda nn: [nn.Linear(2, 3), nn.Dropout(0.5)], r"Dropout stands after every hidden layer"),
    ],
)
def test_pytorch_models_that_are_no_mlp(parts, message):
    torch = pytest.importorskip("torch")
    with pytest.raises(UnknownNameError, match=message):
        from_torch(torch.nn.Sequential(*parts(torch.nn)))


def test_pytorch_layers_that_do_not_fit():
    torch = pytest.importorskip("torch")
    with pytest.raises(ShapeError, match="layer 2: W takes 4 inputs, and layer 1 has 3 outputs"):
        from_torch(torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Linear(4, 1)))
    with pytest.raises(ShapeError, match="no layers"):
        from_torch(torch.nn.Sequential())


@pytest.mark.parametrize(
    "leave",
    [to_torch, from_torch, lambda model: to_onnx(model, "x.onnx"), lambda model: to_python(model, "x.py")],
)
def test_what_is_no_network(leave):
    if leave is from_torch:
        pytest.importorskip("torch")
    for thing in (Layer(2, 1), Value(1.0), None):
        with pytest.raises(KindError, match=type(thing).__name__):
            leave(thing)


@pytest.mark.parametrize(("package", "extra"), [("torch", "torch"), ("onnx", "onnx")])
def test_without_the_package(monkeypatch, tmp_path, package, extra):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingToolError, match=rf"handgrad\[{extra}\]"):
        to_torch(MLP(1, [1])) if package == "torch" else to_onnx(MLP(1, [1]), tmp_path / "model.onnx")


def test_files_that_cannot_be_written(tmp_path):
    with pytest.raises(FileWriteError, match="cannot write"):
        to_python(MLP(1, [1]), tmp_path / "none" / "model.py")
