"""Neurons, layers, networks: against micrograd, against arithmetic by hand, and with bad input."""

import random
from fractions import Fraction

import pytest

import autograd
import nn
from autograd import DomainError, KindError, RecordingError, ShapeError, UnknownNameError, Value, topological_order
from nn import MLP, Layer, Module, Neuron, activations, initializers

ACTIVATIONS = activations.known()


def test_a_neuron_keeps_one_row():
    neuron = Neuron(3)
    assert neuron.row is neuron.row
    first = neuron.row
    _ = neuron.w, neuron.b  # looking changes nothing
    assert neuron.row is first


@pytest.mark.parametrize(
    "change",
    [
        lambda neuron, value: neuron.w.__setitem__(1, value),
        lambda neuron, value: setattr(neuron, "w", [neuron.w[0], value]),
        lambda neuron, value: setattr(neuron, "b", value),
    ],
)
def test_a_replaced_parameter_is_used(change):
    neuron = Neuron(2, nonlin=False)
    before, value = neuron.row, Value(100.0)
    change(neuron, value)
    assert value in neuron.row and neuron.row is not before and len(neuron.row) == 3
    z = neuron([1.0, 1.0])
    z.backward()
    assert value.grad == 1.0
    assert z.data == pytest.approx(sum(parameter.data for parameter in neuron.parameters()), abs=1e-13)


def test_numbers_in_place_of_parameters_become_parameters():
    neuron = Neuron(2, nonlin=False)
    neuron.w[0], neuron.b = 2.0, Fraction(1, 2)
    neuron.w[1] = 3.0
    assert [type(p) for p in neuron.parameters()] == [Value] * 3
    assert neuron.w == neuron.parameters()[:2] and neuron([1.0, 1.0]).data == 5.5
    neuron.w[1] = "x"
    with pytest.raises(KindError, match=r"weight\[1\]: .*'x'"):
        neuron([1.0, 1.0])


def test_nonlin_is_micrograds():
    neurons = [Neuron(2), Neuron(2, nonlin=False), Neuron(2, activation="tanh")]
    assert [neuron.nonlin for neuron in neurons] == [True, False, True]


def test_a_neuron_is_a_weighted_sum_and_an_activation():
    neuron = Neuron(2, activation="tanh")
    a = neuron([1.0, 2.0])
    [z] = a.operands
    assert (a.op, z.op) == ("tanh", "weighted_sum")
    assert z.operands == (*neuron.w, 1.0, 2.0, neuron.b)


def test_a_linear_neuron_is_its_weighted_sum():
    assert Neuron(2, nonlin=False)([1.0, 2.0]).op == "weighted_sum"


@pytest.mark.parametrize("outputs", [1, 3])
def test_one_output_is_a_value_and_more_are_a_list(outputs):
    for model in (Layer(2, outputs), MLP(2, [4, outputs])):
        result = model([1.0, -1.0])
        assert isinstance(result, Value) if outputs == 1 else [type(value) for value in result] == [Value] * outputs


def test_hidden_layers_of_one_neuron():
    model = MLP.from_weights([([[2.0]], [0.0]), ([[3.0]], [1.0])], ["linear", "linear"])
    assert model(5.0).data == model([5.0]).data == 31.0
    first, second = model.layers
    assert second(first(5.0)).data == 31.0


# --- code written for micrograd ---------------------------------------------------------------------


def micrograd_demo(value, network):
    """The demo of micrograd, a few steps of it, in code that only the two imports tell apart."""
    random.seed(1337)
    points = [(random.uniform(-1, 1), random.uniform(-1, 1), random.choice([-1, 1])) for _ in range(6)]
    model = network(2, [5, 5, 1])
    losses = []
    for k in range(4):
        inputs = [list(map(value, point[:2])) for point in points]
        scores = list(map(model, inputs))
        margins = [(1 + -point[2] * score).relu() for point, score in zip(points, scores)]
        data_loss = sum(margins) * (1.0 / len(margins))
        loss = data_loss + 1e-4 * sum((p * p for p in model.parameters()), 0)
        model.zero_grad()
        loss.backward()
        learning_rate = 1.0 - 0.9 * k / 100
        for p in model.parameters():
            p.data -= learning_rate * p.grad
        losses.append(loss.data)
    numbers = [p.data for layer in model.layers for n in layer.neurons for p in [*n.w, n.b]]
    return losses, numbers, repr(model)


def test_micrograds_demo_runs_the_same():
    engine, micrograd_nn = pytest.importorskip("micrograd.engine"), pytest.importorskip("micrograd.nn")
    losses, numbers, shown = micrograd_demo(Value, MLP)
    their_losses, their_numbers, they_show = micrograd_demo(engine.Value, micrograd_nn.MLP)
    # micrograd adds the bias first and in another order, so the last bits differ
    assert losses == pytest.approx(their_losses, abs=1e-13)
    assert numbers == pytest.approx(their_numbers, abs=1e-13)
    assert shown == they_show


def test_micrograds_neuron_by_its_own_expression():
    neuron, x = Neuron(3), [0.5, -1.5, 2.0]
    act = sum((wi * xi for wi, xi in zip(neuron.w, x)), neuron.b)
    assert act.relu().data == pytest.approx(neuron(x).data, abs=1e-15)
    assert neuron.w + [neuron.b] == neuron.parameters()  # noqa: RUF005 (as in micrograd)


def test_a_module_of_ones_own_with_parameters_only():
    class Scale(Module):
        def __init__(self):
            self.factor = Value(2.0, "factor")

        def parameters(self):
            return [self.factor]

    scale = Scale()
    scale.factor.grad = 3.0
    scale.zero_grad()
    assert scale.factor.grad == 0.0
    assert list(scale.named_parameters()) == [("factor", scale.factor)]


# --- given weights ----------------------------------------------------------------------------------


def test_fractions_stay_fractions():
    third = Fraction(1, 3)
    model = MLP.from_weights([([[third, -third]], [third]), ([[2]], [Fraction(0)])], ["relu", "linear"])
    y = model([Fraction(1), Fraction(-1, 2)])
    y.backward()
    assert y.data == Fraction(5, 3) and type(y.data) is Fraction
    assert [p.grad for p in model.layers[0].parameters()] == [2, -1, 2]
    model.zero_grad()
    assert all(type(p.grad) is Fraction for p in model.layers[0].parameters())


def test_values_given_as_weights_are_the_parameters():
    w, b = Value(0.5, "w"), Value(0.25, "b")
    model = MLP.from_weights([([[w]], [b])], ["linear"])
    assert model.parameters() == [w, b]
    assert [p.label for p in model.parameters()] == ["w", "b"]


def test_a_shared_parameter_is_listed_once_and_has_the_whole_gradient():
    w = Value(3.0, "w")
    model = MLP.from_weights([([[w]], [0.0]), ([[w]], [0.0])], ["linear", "linear"])
    model(2.0).backward()
    assert w.grad == 2 * 3.0 * 2.0
    assert model.parameters().count(w) == 1
    assert [name for name, parameter in model.named_parameters() if parameter is w] == ["0.weight[0][0]"]


def test_numpy_rows():
    numpy = pytest.importorskip("numpy")
    weights = numpy.array([[1.0, 2.0], [3.0, 4.0]])
    model = MLP.from_weights([(weights, numpy.zeros(2))], ["linear"])
    assert [value.data for value in model(numpy.array([1.0, 10.0]))] == [21.0, 43.0]
    assert all(type(p.data) is float for p in model.parameters())


@pytest.mark.parametrize(
    ("weights", "activations", "message"),
    [
        ([([[1.0, 2.0], [3.0]], [0.0, 0.0])], ["relu"], r"layer 1: row 1 of W has 1 weights, and row 0 has 2"),
        ([([[1.0], [2.0]], [0.0])], ["relu"], r"layer 1: 1 biases in b for 2 rows"),
        ([([[1.0]], [0.0]), ([[1.0, 2.0]], [0.0])], ["relu"] * 2, r"layer 2: W takes 2 inputs, and layer 1 has 1 out"),
        ([([[1.0]], [0.0])], ["relu", "linear"], r"2 activations for 1 layers"),
        ([([1.0], [0.0])], ["relu"], r"layer 1: W: expected a list of rows"),
        ([([[1.0]], 0.0)], ["relu"], r"layer 1: b: expected a list"),
        ([([[]], [0.0])], ["relu"], r"layer 1: the rows of W are empty"),
        ([([[1.0]],)], ["relu"], r"layer 1: expected a pair \(W, b\), got 1 parts"),
        ([], [], r"no layers"),
    ],
)
def test_weights_of_the_wrong_shape(weights, activations, message):
    with pytest.raises(ShapeError, match=message):
        MLP.from_weights(weights, activations)


def test_a_weight_that_is_no_number():
    with pytest.raises(KindError, match=r"0\.weight\[0\]\[1\]: .*'x'"):
        MLP.from_weights([([[1.0, "x"]], [0.0])], ["linear"])


# --- inputs and names that do not fit ---------------------------------------------------------------


@pytest.mark.parametrize("model", [MLP(2, [3, 1]), Layer(2, 3), Neuron(2)])
@pytest.mark.parametrize("x", [[1.0], [1.0, 2.0, 3.0], [], 1.0, Value(1.0)])
def test_a_wrong_number_of_inputs_names_both(model, x):
    count = len(x) if isinstance(x, list) else 1
    with pytest.raises(ShapeError, match=rf"takes 2 inputs, and was given {count}"):
        model(x)
    assert issubclass(ShapeError, ValueError)


@pytest.mark.parametrize("x", [None, "ab", [1.0, None], [1.0, "b"], [[1.0], [2.0]]])
def test_inputs_that_are_no_numbers(x):
    with pytest.raises((KindError, ShapeError)):
        MLP(2, [1])(x)


@pytest.mark.parametrize(
    "make",
    [
        lambda: MLP(2, [3, 1], activation="rleu"),
        lambda: MLP(2, [3, 1], output="rleu"),
        lambda: MLP(2, [3], activation="rleu"),  # which a network of one layer does not use
        lambda: Layer(2, 3, activation="rleu"),
        lambda: Neuron(2, activation="rleu"),
        lambda: MLP.from_weights([([[1.0]], [0.0])], ["rleu"]),
    ],
)
def test_an_unknown_activation_lists_the_known(make):
    with pytest.raises(UnknownNameError, match=r"'rleu'.*linear, tanh, .*relu, .*define\(.*True\) adds one"):
        make()


def test_softmax_is_a_layers():
    with pytest.raises(UnknownNameError, match="softmax is the activation of a whole layer"):
        Neuron(2, activation="softmax")


@pytest.mark.parametrize(
    ("inputs", "outputs"), [(0, [1]), (2, []), (2, 3), (2, 3.0), (2, [0]), (2.0, [1]), (True, [1])]
)
def test_sizes_that_are_none(inputs, outputs):
    with pytest.raises((ShapeError, DomainError, KindError), match=r"(the size of a layer|outputs): expected "):
        MLP(inputs, outputs)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: MLP(2, [1], init=["he"]), UnknownNameError, r"no initializer is called \['he'\]"),
        (lambda: MLP(2, [3], init=lambda nin, nout, g: 0.0), ShapeError, "init, called with 2, 3 and a generator: W"),
        (lambda: MLP(2, [3], init=lambda nin, nout, g: [[1.0] * nin]), ShapeError, "3 biases in b for 1 rows"),
        (lambda: MLP(2, [1], init=lambda nin, nout, g: [[1.0]]), ShapeError, "rows of 1 weights for 2 inputs"),
        (lambda: MLP(2, [1], seed=[1]), KindError, r"seed: expected a whole number.*, got \[1\]"),
        (lambda: Layer(2, 3, "tanh"), KindError, r"nonlin: expected True or False, got 'tanh'.*activation='tanh'"),
        (lambda: Neuron(2, "tanh"), KindError, "nonlin: expected True or False, got 'tanh'"),
        (lambda: MLP(2, [3, 1], dropout="x"), KindError, "the probability of Dropout: expected .*, got 'x'"),
        (lambda: nn.Dropout(0.5, 3), KindError, r"generator: expected a random\.Random.*, got 3"),
        (lambda: nn.Dropout(0.5)(3), KindError, "what Dropout is called with: expected a list of numbers, got 3"),
        (lambda: MLP.from_weights(None, ["relu"]), KindError, r"weights: expected a list of a pair.*, got None"),
        (lambda: MLP.from_weights([3], ["relu"]), KindError, r"layer 1: expected a pair \(W, b\).*, got 3"),
        (lambda: MLP.from_weights([([[1.0]], [0.0])], None), KindError, "activations: expected .*, got None"),
        (lambda: MLP.from_weights([([[1.0]], [0.0])], "relu"), KindError, "activations: expected a list.*, got 'relu'"),
        (lambda: setattr(Neuron(2), "w", 3), KindError, "w: expected a list of weights.*, got 3"),
    ],
)
def test_models_that_are_none(make, error, message):
    with pytest.raises(error, match=message):
        make()


@pytest.mark.parametrize("x", ["ab", {1.0: 2.0, 3.0: 4.0}, {1.0, 2.0}])
def test_inputs_without_an_order(x):
    with pytest.raises(KindError, match="the input of the network: expected a list of numbers, got "):
        MLP(2, [1])(x)


def test_a_lone_input_is_shown():
    with pytest.raises(ShapeError, match="the network takes 2 inputs, and was given 1, None"):
        MLP(2, [1])(None)


def test_an_unknown_initializer_lists_the_known():
    with pytest.raises(UnknownNameError, match=r"'glorot'.*uniform, small_random, zeros, xavier, he"):
        MLP(2, [1], init="glorot")


# --- activations and initializers -------------------------------------------------------------------


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_each_activation_is_the_hidden_layers(activation):
    model = MLP(2, [3, 2], activation=activation, seed=0)
    hidden = model.layers[0]
    a = hidden([0.5, -0.25])
    assert {value.op for value in a} == {"weighted_sum" if activation == "linear" else activation}
    numbers = [z.data for z in hidden.z([0.5, -0.25])]
    assert [value.data for value in a] == hidden.activate(numbers)
    assert model([0.5, -0.25])[0].op == "weighted_sum"


def test_softmax_as_output():
    model = MLP(2, [3, 4], output="softmax", seed=0)
    probabilities = model([0.5, -0.25])
    assert [p.op for p in probabilities] == ["softmax"] * 4
    assert sum(p.data for p in probabilities) == pytest.approx(1.0, abs=1e-15)


def test_layers_share_their_inputs():
    model = MLP(2, [3, 2], seed=0)
    outputs = model([1.0, 2.0])
    assert outputs[0]._right is outputs[1]._right


@pytest.mark.parametrize("name", initializers.INITIALIZERS)
def test_the_same_seed_gives_the_same_weights(name):
    states = [MLP(3, [4, 2], init=name, seed=5).state_dict() for _ in range(2)]
    assert states[0] == states[1]
    assert states[0]["0.bias"] == [0.0] * 4
    if name != "zeros":
        assert states[0] != MLP(3, [4, 2], init=name, seed=6).state_dict()


@pytest.mark.parametrize(
    ("name", "deviation"),
    [("uniform", (1 / 3) ** 0.5), ("small_random", 0.01), ("xavier", (2 / 150) ** 0.5), ("he", (2 / 100) ** 0.5)],
)
def test_the_spread_of_an_initializer(name, deviation):
    rows = initializers.named(name)(100, 50, random.Random(3))
    assert [len(row) for row in rows] == [100] * 50
    numbers = [weight for row in rows for weight in row]
    # 5000 draws: their standard deviation is within 3 % of the law's, five times its own error of 1/√10000 at most
    assert (sum(x * x for x in numbers) / len(numbers)) ** 0.5 == pytest.approx(deviation, rel=0.05)


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("uniform", 0.6888437030500962),
        ("small_random", 0.009417154046806644),
        ("xavier", 0.7545904695118557),
        ("he", 0.9417154046806644),
    ],
)
def test_a_seed_gives_these_numbers_on_every_python(name, first):
    assert initializers.named(name)(2, 3, random.Random(0))[0][0] == first


# --- names and state --------------------------------------------------------------------------------


def test_names_are_those_of_a_pytorch_sequential():
    model = MLP(2, [3, 2], seed=0)
    assert list(model.state_dict()) == ["0.weight", "0.bias", "2.weight", "2.bias"]
    names = [name for name, _ in model.named_parameters()]
    assert names[:4] == ["0.weight[0][0]", "0.weight[0][1]", "0.bias[0]", "0.weight[1][0]"]
    assert [parameter for _, parameter in model.named_parameters()] == model.parameters()
    assert all(parameter.label == name for name, parameter in model.named_parameters())


def test_a_linear_layer_takes_one_place():
    assert list(MLP(2, [3, 2], activation="linear").state_dict()) == ["0.weight", "0.bias", "1.weight", "1.bias"]


def test_state_goes_from_one_model_to_another():
    one, other = MLP(2, [3, 2], seed=0), MLP(2, [3, 2], seed=1)
    parameters = other.parameters()
    other.load_state_dict(one.state_dict())
    assert other.state_dict() == one.state_dict()
    assert other.parameters() == parameters  # the same Values, so an optimizer keeps working on them
    assert [p.data for p in other([1.0, 2.0])] == [p.data for p in one([1.0, 2.0])]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda s: s.pop("2.bias"), UnknownNameError, r"lacks 2\.bias"),
        (lambda s: s.update({"4.bias": [1.0]}), UnknownNameError, r"has 4\.bias too many"),
        (lambda s: s["0.weight"].pop(), ShapeError, r"0\.weight: expected shape \[3\]\[2\], got shape \[2\]\[2\]"),
        (lambda s: s["0.weight"][1].pop(), ShapeError, r"0\.weight: expected shape .*, got rows of different lengths"),
        (lambda s: s.update({"2.weight": [[[1.0, 2.0, 3.0]]]}), ShapeError, r"2\.weight: .*got shape \[1\]\[1\]\[3\]"),
        (lambda s: s.update({"2.bias": [[1.0, 2.0]]}), ShapeError, r"2\.bias: .*got shape \[1\]\[2\]"),
        (lambda s: s.update({"0.bias": [[1.0], 2.0, 3.0]}), ShapeError, r"0\.bias: .*got rows of different lengths"),
        (lambda s: s.update({"0.bias": 1.0}), ShapeError, r"0\.bias: expected shape .*, got shape of one number"),
        (lambda s: s["2.weight"][0].__setitem__(2, "x"), KindError, r"2\.weight\[0\]\[2\]: "),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(change, error, message):
    model, state = MLP(2, [3, 1], seed=0), MLP(2, [3, 1], seed=1).state_dict()
    change(state)
    before = model.state_dict()
    with pytest.raises(error, match=message):
        model.load_state_dict(state)
    assert model.state_dict() == before


def test_modules_in_containers():
    class Net(Module):
        def __init__(self):
            self.name = "no parameter"
            self.scale = Value(2.0)
            self.layers = [Layer(1, 1), Layer(1, 1)]
            self.heads = {"left": Layer(1, 1), "right": (Value(1.0), [Value(2.0)])}

    net = Net()
    assert list(net.state_dict()) == [
        "scale",
        "layers.0.weight",
        "layers.0.bias",
        "layers.1.weight",
        "layers.1.bias",
        "heads.left.weight",
        "heads.left.bias",
        "heads.right.0",
        "heads.right.1.0",
    ]
    assert len(net.parameters()) == 9


def test_a_module_may_hold_its_parent():
    class Part(Module):
        def __init__(self, whole):
            self.whole, self.weight = whole, Value(2.0)

    class Whole(Module):
        def __init__(self):
            self.bias = Value(1.0)
            self.parts = [Part(self), Part(self)]
            self.parts.append(self.parts)
            self.itself = {"again": self}

    whole = Whole()
    assert list(whole.state_dict()) == ["bias", "parts.0.weight", "parts.1.weight"]
    assert [p.data for p in whole.parameters()] == [1.0, 2.0, 2.0]
    assert list(whole.modules()) == [whole, *whole.parts[:2]]
    part = whole.parts[0]
    assert list(part.state_dict()) == ["whole.bias", "whole.parts.1.weight", "weight"]
    whole.eval()
    assert not part.training and not whole.training
    part.train()
    assert whole.training
    assert whole.description()["parts"]["parts.0"] == {"kind": "Part"}
    whole.load_state_dict({"bias": 5.0, "parts.0.weight": 6.0, "parts.1.weight": 7.0})
    whole.zero_grad()
    assert [p.data for p in whole.parameters()] == [5.0, 6.0, 7.0]


def test_a_module_in_two_places_has_both_names():
    class Net(Module):
        def __init__(self):
            self.one = self.other = Layer(1, 1)

    assert list(Net().state_dict()) == ["one.weight", "one.bias", "other.weight", "other.bias"]
    assert len(list(Net().modules())) == 3 and len(Net().parameters()) == 2


def test_the_facade():
    assert len(nn.__all__) == len(set(nn.__all__))
    assert all(hasattr(nn, name) for name in nn.__all__)


def test_a_network_is_as_many_nodes_as_it_has_neurons():
    model = MLP(2, [16, 16, 1], seed=0)
    root = model([Value(1.0), Value(2.0)])
    operations = [node for node in topological_order(root) if node.op]
    assert len(operations) == 16 * 2 + 16 * 2 + 1


# --- dropout ------------------------------------------------------------------------------------------


def test_dropout_in_training_and_after():
    model = MLP(2, [50, 1], seed=0, dropout=0.5)
    x = [1.0, -2.0]
    first, second = model(x), model(x)
    assert first.data != second.data
    hidden = [operand for operand in first.operands if isinstance(operand, Value) and operand.op == "mul"]
    assert {float(node.operands[1]) for node in hidden} == {0.0, 2.0}
    model.eval()
    assert model(x).data == model(x).data == MLP(2, [50, 1], seed=0)(x).data
    model.train()
    assert model(x).op == "weighted_sum" and any(node.op == "mul" for node in topological_order(model(x)))


def test_a_compiled_function_draws_no_mask_to_keep():
    model = MLP(2, [5, 1], seed=0, dropout=0.5)
    compiled = autograd.compile(lambda x: model(x))
    for _ in range(2):
        with pytest.raises(RecordingError, match=r"Dropout draws a mask for each call.*\.eval\(\)"):
            compiled([1.0, -2.0])
    model.eval()
    assert compiled([1.0, -2.0]).data == model([1.0, -2.0]).data
    model.train()
    assert nn.Dropout(0.5, random.Random(0))([1.0, 1.0]) == [2.0, 2.0]  # of bare numbers as ever


def test_dropout_takes_a_place_in_the_names():
    names = ["0.weight", "0.bias", "3.weight", "3.bias", "6.weight", "6.bias"]
    assert list(MLP(2, [3, 3, 2], dropout=0.1).state_dict()) == names


def test_dropout_shows_its_probability():
    assert repr(MLP(2, [3, 1], dropout=0.25).dropout) == "Dropout(0.25)"


def test_dropout_from_a_seed_is_the_same_twice():
    runs = [[MLP(2, [9, 1], seed=3, dropout=0.3)([1.0, 2.0]).data for _ in range(3)] for _ in range(2)]
    assert runs[0] == runs[1]


@pytest.mark.parametrize("probability", [-0.1, 1.0, 2])
def test_a_probability_that_is_none(probability):
    with pytest.raises(DomainError, match="probability of Dropout"):
        MLP(2, [3, 1], dropout=probability)


@pytest.mark.parametrize("state", [None, [1.0], MLP(1, [1])])
def test_a_state_is_a_mapping(state):
    with pytest.raises(KindError, match="a state: expected a mapping of names to numbers"):
        MLP(1, [1]).load_state_dict(state)
