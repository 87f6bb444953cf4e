"""Neurons, layers, and the multilayer perceptron: z = Σ wᵢxᵢ + b and a = activation(z).

>>> model = MLP(2, [16, 16, 1], seed=0)
>>> len(model.parameters())
337
>>> model([1.0, -2.0])
Value(data=..., grad=0.0)

Code written for micrograd's ``nn`` runs with the import line changed, and draws the same first weights
after the same ``random.seed``.
"""

from __future__ import annotations

import os
import random
from collections.abc import Mapping, Sequence, Set
from typing import Any

from autograd import (
    DomainError,
    FileFormatError,
    KindError,
    RecordingError,
    ShapeError,
    UnknownNameError,
    Value,
    arguments,
    softmax,
    weighted_sums,
)

from . import activations, initializers, storage
from .initializers import Initializer
from .module import Module

__all__ = ["MLP", "Dropout", "Layer", "Neuron"]

def _activation(name: str, of_a_layer: bool = False) -> str:
    """The name itself, if it is one."""
    known = [*activations.known(), "softmax"] if of_a_layer else activations.known()
    if not isinstance(name, str) or name not in known:
        if name == "softmax":
            raise UnknownNameError("softmax is the activation of a whole layer, and not of a neuron")
        there_are = f"there are {', '.join(known)}, and define(..., activation=True) adds one"
        raise UnknownNameError(f"no activation is called {name!r}; {there_are}")
    return name


def _parameter(number: Any, label: str) -> Value:
    """A Value as it is, a number as a new one; an error says which parameter it was."""
    if isinstance(number, Value):
        return number
    try:
        return Value(number, label)
    except KindError as error:
        raise KindError(f"{label}: {error}") from None


def _inputs(x: Any, count: int, what: str) -> Sequence[Any]:
    """``x`` as a sequence of ``count`` inputs; one Value or number is a sequence of one."""
    if not hasattr(x, "__len__") or getattr(x, "ndim", 1) == 0:
        x = list(x) if hasattr(x, "__next__") else (x,)
    if isinstance(x, (str, Mapping, Set)):
        raise arguments.refused(x, f"the input of {what}", "a list of numbers")
    if len(x) != count:
        alone = f", {x[0]!r:.40}" if len(x) == 1 else ""
        raise ShapeError(f"{what} takes {count} input{'s'[: count != 1]}, and was given {len(x)}{alone}")
    return x


def _activation_name(activation: str | None, nonlin: bool) -> str:
    if isinstance(nonlin, str):
        raise KindError(f"nonlin: expected True or False, got {nonlin!r}; an activation has a name: activation='tanh'")
    return activation or ("relu" if nonlin else "linear")


class Neuron(Module):
    """A weighted sum and an activation.

    >>> neuron = Neuron(2, activation="tanh")
    >>> neuron.w, neuron.b = [1.0, -1.0], 0.5
    >>> neuron([2.0, 1.0]).data
    0.9051482536448664
    """

    def __init__(
        self,
        nin: int,
        nonlin: bool = True,
        *,
        activation: str | None = None,
        init: str | Initializer = initializers.uniform,
        seed: int | None = None,
    ) -> None:
        generator = arguments.random_generator(seed)
        [weights] = initializers.named(init)(arguments.whole(nin, "nin"), 1, generator)
        row = [Value(weight, f"weight[{place}]") for place, weight in enumerate(weights)]
        self._set(row, Value(0.0, "bias"), _activation_name(activation, nonlin))

    def _set(self, weights: Sequence[Value], bias: Value, activation: str) -> Neuron:
        self._row: tuple[Value, ...] = (*weights, bias)
        self._weights: list[Value] | None = None
        self.activation = _activation(activation)
        return self

    @property
    def row(self) -> tuple[Value, ...]:
        """(w₁, …, wₙ, b): the same tuple on every call, which is what makes a batch quick.

        It is made anew only if a weight was replaced: assigned, or changed in the list ``w``.
        """
        if self._weights is not None and (*self._weights, self._row[-1]) != self._row:
            self._weights[:] = [_parameter(w, f"weight[{place}]") for place, w in enumerate(self._weights)]
            self._row = (*self._weights, self._row[-1])
        return self._row

    @property
    def w(self) -> list[Value]:
        """The weights, a list whose elements may be replaced, by Values or numbers."""
        if self._weights is None:
            self._weights = list(self._row[:-1])
        return self._weights

    @w.setter
    def w(self, weights: Sequence[Any]) -> None:
        self._weights = arguments.listed(weights, "w", "a list of weights, Values or numbers")

    @property
    def b(self) -> Value:
        """The bias."""
        return self._row[-1]

    @b.setter
    def b(self, bias: Any) -> None:
        self._row = (*self.row[:-1], _parameter(bias, "bias"))

    @property
    def nonlin(self) -> bool:
        """Is there an activation other than the identity?"""
        return self.activation != "linear"

    def __call__(self, x: Any) -> Value:
        row = self.row
        [z] = weighted_sums([row], _inputs(x, len(row) - 1, repr(self)))
        return activations.function(self.activation)(z)

    def parameters(self) -> list[Value]:
        return list(self.row)

    def tensors(self) -> dict[str, Any]:
        return {"weight": list(self.row[:-1]), "bias": self.b}

    def _children(self) -> list[Module]:
        return []

    def description(self) -> dict[str, Any]:
        return {"kind": type(self).__name__, "activation": self.activation}

    def __repr__(self) -> str:
        kind = {"relu": "ReLU", "linear": "Linear"}.get(self.activation, self.activation)
        return f"{kind}Neuron({len(self.row) - 1})"


class Layer(Module):
    """Neurons that share their inputs, and their activation, which may be softmax.

    >>> layer = Layer.from_weights([[1.0, 2.0], [3.0, 4.0]], [0.0, -1.0], "relu")
    >>> [a.data for a in layer([1.0, -1.0])]
    [0.0, 0.0]
    >>> [z.data for z in layer.z([1.0, -1.0])]
    [-1.0, -2.0]

    Called with as many numbers as it has inputs (one alone may stand without a list), it gives a list
    of Values, or the Value itself where it is one neuron. Raises ShapeError that names both lengths.
    """

    def __init__(
        self,
        nin: int,
        nout: int,
        nonlin: bool = True,
        *,
        activation: str | None = None,
        init: str | Initializer = initializers.uniform,
        seed: int | None = None,
    ) -> None:
        generator = arguments.random_generator(seed)
        activation = _activation_name(activation, nonlin)
        nin, nout = arguments.whole(nin, "nin"), arguments.whole(nout, "nout")
        self._fill(nin, nout, activation, initializers.named(init), generator, "")

    def _fill(
        self, nin: int, nout: int, activation: str, init: Initializer, generator: initializers.Generator, prefix: str
    ) -> Layer:
        weights = init(nin, nout, generator)
        where = f"init, called with {nin}, {nout} and a generator: "
        _check_weights(weights, [0.0] * nout, where)
        if len(weights[0]) != nin:
            raise ShapeError(f"{where}rows of {len(weights[0])} weights for {nin} inputs")
        return self._set(weights, [0.0] * nout, activation, prefix)

    def _set(self, weights: Sequence[Sequence[Any]], biases: Sequence[Any], activation: str, prefix: str) -> Layer:
        self.activation = _activation(activation, of_a_layer=True)
        self.neurons = []
        own = "linear" if activation == "softmax" else activation
        for place, (row, bias) in enumerate(zip(weights, biases)):
            values = [_parameter(weight, f"{prefix}weight[{place}][{column}]") for column, weight in enumerate(row)]
            neuron = Neuron.__new__(Neuron)
            self.neurons.append(neuron._set(values, _parameter(bias, f"{prefix}bias[{place}]"), own))
        return self

    @classmethod
    def from_weights(cls, weights: Sequence[Sequence[Any]], biases: Sequence[Any], activation: str = "linear") -> Layer:
        """A layer of given numbers or Values: ``weights`` is [out][in], ``biases`` one number for each row.

        Raises ShapeError where rows are not as long as each other or as many as the biases.
        """
        _check_weights(weights, biases, "")
        return cls.__new__(cls)._set(weights, biases, activation, "")

    @property
    def nin(self) -> int:
        """How many inputs it takes."""
        return len(self.neurons[0].row) - 1

    @property
    def nout(self) -> int:
        """How many neurons it has."""
        return len(self.neurons)

    def z(self, x: Any) -> list[Value]:
        """The weighted sums, before the activation."""
        return weighted_sums([neuron.row for neuron in self.neurons], _inputs(x, self.nin, f"a Layer{self._sizes()}"))

    def activate(self, z: Sequence[Any]) -> list[Any]:
        """The activations of weighted sums: ``layer.activate(layer.z(x))`` is ``layer(x)`` as a list."""
        if self.activation == "softmax":
            return softmax(z)
        if self.activation == "linear":
            return list(z)
        return list(map(activations.function(self.activation), z))

    def __call__(self, x: Any) -> Any:
        outputs = self.activate(self.z(x))
        return outputs[0] if len(outputs) == 1 else outputs

    def parameters(self) -> list[Value]:
        return list(dict.fromkeys([parameter for neuron in self.neurons for parameter in neuron.row]))

    def tensors(self) -> dict[str, Any]:
        rows = [neuron.row for neuron in self.neurons]
        return {"weight": [list(row[:-1]) for row in rows], "bias": [row[-1] for row in rows]}

    def _children(self) -> list[Module]:
        return [*self.neurons]

    def description(self) -> dict[str, Any]:
        return {"kind": type(self).__name__, "activation": self.activation}

    def _sizes(self) -> str:
        return f"({self.nin}, {self.nout})"

    def __repr__(self) -> str:
        ending = ", softmax" if self.activation == "softmax" else ""
        return f"Layer of [{', '.join([repr(neuron) for neuron in self.neurons])}]{ending}"


class Dropout(Module):
    """In training, each number is set to 0 with that probability, and the others are divided by 1 - probability.

    >>> drop = Dropout(0.5, random.Random(0))
    >>> drop([1.0, 1.0, 1.0, 1.0])
    [2.0, 2.0, 0.0, 0.0]
    >>> drop.eval()
    >>> drop([1.0, 1.0, 1.0, 1.0])
    [1.0, 1.0, 1.0, 1.0]

    So the expected sum stays, and nothing is to be done after training (Srivastava et al., 2014).
    """

    def __init__(self, probability: float, generator: initializers.Generator = random) -> None:
        if not 0 <= arguments.number(probability, "the probability of Dropout") < 1:
            raise DomainError(
                f"the probability of Dropout: expected a number from 0 up and below 1, got {probability!r}"
            )
        if not hasattr(generator, "random"):
            raise arguments.refused(generator, "generator", "a random.Random")
        self.probability = probability
        self.generator = generator

    def __call__(self, x: Sequence[Any]) -> list[Any]:
        x = arguments.listed(x, "what Dropout is called with", "a list of numbers")
        if not self.training or not self.probability:
            return x
        _demand_no_recording(x)
        scale = 1.0 / (1.0 - self.probability)
        return [number * (0.0 if self.generator.random() < self.probability else scale) for number in x]

    def __repr__(self) -> str:
        return f"Dropout({self.probability})"


def _demand_no_recording(x: list[Any]) -> None:
    """A compiled function would keep its first mask for ever; where one is recorded, a number cannot be read."""
    try:
        for number in x[:1]:
            number.data  # noqa: B018
    except AttributeError:  # a bare number
        pass
    except RecordingError:
        raise RecordingError(
            "Dropout draws a mask for each call, and a compiled function would keep the first one: call .eval() before "
            "it, or the function that was compiled"
        ) from None


class MLP(Module):
    """A multilayer perceptron: layer after layer, ``outputs`` neurons in each.

    >>> model = MLP(2, [3, 2], activation="tanh", output="softmax", seed=1)
    >>> probabilities = model([0.5, -0.5])
    >>> round(sum(p.data for p in probabilities), 12)
    1.0

    ``activation`` is that of the hidden layers, ``output`` that of the last: linear, relu, leaky_relu,
    elu, gelu, softplus, sigmoid, tanh, or what ``autograd.define`` has added with ``activation=True``;
    softmax for a whole layer. ``init`` is one of :mod:`nn.initializers` or its name. Without a ``seed`` the
    weights come from the ``random`` module, so that ``random.seed`` governs them.

    With a ``dropout`` above 0, each activation of the hidden layers is dropped with that probability
    in training: ``model.train()``, as it is at first, until ``model.eval()``; see :class:`Dropout`.

    The parameters have the names that they have in a PyTorch ``Sequential`` of ``Linear`` layers, where
    each activation but "linear", and each dropout, takes a place of its own: ``0.weight``, ``0.bias``,
    ``2.weight``, …
    """

    def __init__(
        self,
        inputs: int,
        outputs: Sequence[int],
        activation: str = "relu",
        output: str = "linear",
        init: str | Initializer = initializers.uniform,
        seed: int | None = None,
        dropout: float = 0.0,
    ) -> None:
        outputs = arguments.listed(outputs, "outputs", "a list with the size of each layer, such as [16, 1]")
        if not outputs:
            raise ShapeError("outputs: expected the size of each layer, such as [16, 1], got an empty list")
        sizes = [arguments.whole(size, "the size of a layer") for size in (inputs, *outputs)]
        # looked at here, because a network of one layer has no use for its first one
        names = [_activation(activation, of_a_layer=True)] * (len(outputs) - 1) + [output]
        generator = arguments.random_generator(seed)
        self.dropout = Dropout(dropout, generator) if dropout else None
        places = _places(names, self.dropout is not None)
        rule = initializers.named(init)
        self.layers = [
            Layer.__new__(Layer)._fill(nin, nout, name, rule, generator, f"{place}.")
            for nin, nout, name, place in zip(sizes, sizes[1:], names, places)
        ]

    @classmethod
    def from_weights(
        cls, weights: Sequence[tuple[Any, Any]], activations: Sequence[str], dropout: float = 0.0
    ) -> MLP:
        """A network of given numbers or Values: a pair (W, b) for each layer, W as [out][in].

        >>> model = MLP.from_weights([([[1.0, 2.0]], [0.5]), ([[-1.0]], [0.0])], activations=["sigmoid", "linear"])
        >>> model([0.25, -0.5]).data
        -0.4378234991142019

        Fractions stay Fractions through linear and relu layers. Raises ShapeError that says which W, b
        or list does not fit.
        """
        weights = arguments.listed(weights, "weights", "a list of a pair (W, b) for each layer")
        activations = arguments.listed(activations, "activations", "a list of a name for each layer, such as ['relu']")
        if len(weights) != len(activations):
            raise ShapeError(
                f"{len(activations)} activations for {len(weights)} layers; give one activation for each layer"
            )
        if not len(weights):
            raise ShapeError("no layers: give a pair (W, b) for each")
        model = cls.__new__(cls)
        model.layers = []
        model.dropout = Dropout(dropout) if dropout else None
        places = _places(activations, bool(dropout))
        before = None
        for number, (pair, activation, place) in enumerate(zip(weights, activations, places), 1):
            parts = arguments.listed(pair, f"layer {number}", "a pair (W, b)")
            if len(parts) != 2:
                raise ShapeError(f"layer {number}: expected a pair (W, b), got {len(parts)} parts")
            rows, biases = parts
            _check_weights(rows, biases, f"layer {number}: ")
            if before is not None and len(rows[0]) != before:
                raise ShapeError(
                    f"layer {number}: W takes {len(rows[0])} inputs, and layer {number - 1} has {before} outputs"
                )
            before = len(rows)
            model.layers.append(Layer.__new__(Layer)._set(rows, biases, activation, f"{place}."))
        return model

    def __call__(self, x: Any) -> Any:
        x = _inputs(x, self.layers[0].nin, "the network")
        for layer in self.layers:
            if self.dropout is not None and layer is not self.layers[0]:
                x = self.dropout(x)
            x = layer.activate(layer.z(x))
        return x[0] if len(x) == 1 else x

    def parameters(self) -> list[Value]:
        rows = [neuron.row for layer in self.layers for neuron in layer.neurons]
        return list(dict.fromkeys([parameter for row in rows for parameter in row]))

    def tensors(self) -> dict[str, Any]:
        places = _places([layer.activation for layer in self.layers], self.dropout is not None)
        return {
            f"{place}.{name}": tensor
            for place, layer in zip(places, self.layers)
            for name, tensor in layer.tensors().items()
        }

    def description(self) -> dict[str, Any]:
        return {
            "kind": type(self).__name__,
            "activations": [layer.activation for layer in self.layers],
            "dropout": self.dropout.probability if self.dropout else 0.0,
        }

    @classmethod
    def _load_new(cls, path: str | os.PathLike[str]) -> MLP:
        """A new model from a file that ``save`` wrote, with its activations and its parameters."""
        description, state = storage.read(path)
        try:
            kind, activations, dropout = (description[part] for part in ("kind", "activations", "dropout"))
            places = _places(activations, dropout > 0)
            weights = [(state[f"{place}.weight"], state[f"{place}.bias"]) for place in places]
        except (KeyError, TypeError) as error:
            raise FileFormatError(f"{path} lacks {error} of the model, or it is of the wrong kind") from None
        if kind != cls.__name__:
            raise FileFormatError(f"{path} holds a model of kind {kind!r}, not {cls.__name__}")
        model = cls.from_weights(weights, activations, dropout)
        model.load_state_dict(state)  # which refuses what is too many
        return model

    def __repr__(self) -> str:
        return f"MLP of [{', '.join([repr(layer) for layer in self.layers])}]"


def _places(activations: Sequence[str], dropout: bool) -> list[int]:
    """Where each layer stands in a PyTorch Sequential: an activation other than "linear" has a place too."""
    places, place = [], 0
    for activation in activations:
        places.append(place)
        place += 1 + (_activation(activation, of_a_layer=True) != "linear") + dropout
    return places


def _check_weights(weights: Any, biases: Any, where: str) -> None:
    """Is ``weights`` [out][in], and ``biases`` one number for each row?"""
    if not hasattr(weights, "__len__") or not len(weights) or not all(hasattr(row, "__len__") for row in weights):
        raise ShapeError(f"{where}W: expected a list of rows, [out][in], one for each neuron")
    if not hasattr(biases, "__len__"):
        raise ShapeError(f"{where}b: expected a list with one bias for each row of W")
    lengths = [len(row) for row in weights]
    for place, length in enumerate(lengths):
        if length != lengths[0]:
            raise ShapeError(
                f"{where}row {place} of W has {length} weights, and row 0 has {lengths[0]}; all rows must be as long"
            )
    if not lengths[0]:
        raise ShapeError(f"{where}the rows of W are empty; a neuron needs at least one weight")
    if len(biases) != len(weights):
        raise ShapeError(f"{where}{len(biases)} biases in b for {len(weights)} rows of W; give one bias for each row")
