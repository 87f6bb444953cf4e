"""A network, its data, its loss and its optimizer as the data that the training page's scripts read.

The page makes the graph of one sample from them: the network's layers, whose sizes and activation may be
changed there, and behind it the loss as it was recorded, of each sample with its own target.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import autograd

from ... import arguments
from ...errors import KindError, ShapeError
from ...graph import topological_order
from ...messages import given
from ...notation import Names
from ...primitives import PRIMITIVES
from ...value import Value
from ...weighted import weighted_sums
from .expressions import Expressions, as_json_number
from .record import record_of
from .rows import Rows

__all__ = ["training_record"]

WIDEST = 32  # neurons of a hidden layer that can be chosen on the page
_LINEAR = "linear"


def training_record(
    model: Any, data: Any, loss: Any, optimizer: Any, rows: Rows, *, batch_size: int | None, seed: int | None
) -> dict[str, Any]:
    """Raises KindError for what is no MLP or no optimizer of ours, ShapeError where samples do not fit it."""
    layers = _layers(model)
    samples = _samples(data, len(layers[0]["weights"][0]))
    arguments.function(loss, "loss", "a function of a prediction and a target, such as losses.mse")
    written = _Written(rows)
    for count in {*range(1, WIDEST + 1), *[len(layer["weights"][0]) for layer in layers]}:
        written.add_sum(count)
    activations = {name: written.add_activation(name) for name in _names_of_activations()}
    activations |= _softmax_of(layers[-1], written)
    losses, places = _losses(model, samples, loss, rows)
    return {
        "layers": layers,
        "activations": activations,
        "written": written.by_row,
        "losses": losses,
        "samples": [
            {"x": list(map(as_json_number, x)), "shown": _shown(target), "loss": kind, "constants": constants}
            for (x, target), (kind, constants) in zip(samples, places)
        ],
        "optimizer": _optimizer(optimizer, model),
        "batch": batch_size or len(samples),
        "shuffled": seed,
        "widest": WIDEST,
    } | {"forms": written.forms | {name: form for record in losses for name, form in record.pop("forms").items()}}


# --- the network ---


def _layers(model: Any) -> list[dict[str, Any]]:
    layers = getattr(model, "layers", None)
    if not layers or not all(hasattr(layer, "neurons") and hasattr(layer, "activation") for layer in layers):
        raise KindError(f"a training is shown of an MLP; got {given(model)}: of another model, play one sample's loss")
    if getattr(model, "dropout", None) is not None:
        raise KindError("a training is shown of a network without dropout: make it with dropout=0")
    places = [parameter for layer in layers for neuron in layer.neurons for parameter in neuron.row]
    if len(set(places)) < len(places):
        raise KindError("a training is shown of a network whose parameters have one place each; one is shared here")
    return [
        {
            "activation": layer.activation,
            "weights": [[_number(weight) for weight in neuron.row[:-1]] for neuron in layer.neurons],
            "biases": [_number(neuron.row[-1]) for neuron in layer.neurons],
            "labels": [[weight.label for weight in neuron.row] for neuron in layer.neurons],
        }
        for layer in layers
    ]


def _number(parameter: Value) -> Any:
    return as_json_number(arguments.as_float(parameter, parameter.label or "a parameter"))


def _samples(data: Any, width: int) -> list[tuple[list[float], Any]]:
    pairs = arguments.listed(data, "data", "a list of pairs (x, target)")
    if not pairs:
        raise ShapeError("data is empty; give at least one pair (x, target)")
    samples = []
    for place, pair in enumerate(pairs):
        if not hasattr(pair, "__len__") or len(pair) != 2:
            raise ShapeError(f"data[{place}] is no pair (x, target): {pair!r:.60}; zip the inputs and the targets")
        x = pair[0] if hasattr(pair[0], "__len__") else [pair[0]]
        if len(x) != width:
            raise ShapeError(f"data[{place}] has {len(x)} inputs, and the network takes {width}")
        target = pair[1].tolist() if hasattr(pair[1], "tolist") else pair[1]
        samples.append(([arguments.as_float(number, f"data[{place}]") for number in x], target))
    return samples


def _shown(target: Any) -> Any:
    """The target as the page draws it: a number, or the place of the largest of several."""
    numbers = list(target) if hasattr(target, "__len__") else [target]
    if len(numbers) == 1:
        return as_json_number(arguments.as_float(numbers[0], "a target"))
    return numbers.index(max(numbers))


# --- what a row computes, and how that is written ---


class _Written:
    """For each row that the page may need: its formula and its partials, in the places of its operands."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self.by_row: dict[str, Any] = {}
        self.forms: dict[str, Any] = {}

    def add(self, node: Value) -> str:
        order = topological_order(node)
        expressions = Expressions(Names.under(node), {node: index for index, node in enumerate(order)})
        key = self._rows.key(node.primitive, node.operands)
        self.by_row[key] = {
            "formula": expressions.formula(node),
            "partials": [
                expressions.partial(node, place) if isinstance(operand, Value) else None
                for place, operand in enumerate(node.operands)
            ],
        }
        self.forms |= expressions.forms
        return key

    def add_sum(self, count: int) -> None:
        row = [Value(0.5, f"w{place}") for place in range(count)]
        [node] = weighted_sums([(*row, Value(0.5, "b"))], [Value(0.5, f"x{place}") for place in range(count)])
        self.add(node)

    def add_activation(self, name: str) -> dict[str, Any]:
        """Its row, and the operands behind the first: the slope of a leaky ReLU."""
        if name == _LINEAR:
            return {"row": None, "constants": []}
        z = Value(0.5, "z")
        node = getattr(autograd, name)(z) if hasattr(autograd, name) else z._apply(name, z)
        return {"row": self.add(node), "constants": [as_json_number(operand) for operand in node.operands[1:]]}


def _names_of_activations() -> list[str]:
    """All of one number, those with a parameter by their usual one."""
    rows = [row for row in PRIMITIVES.values() if row.activation]
    return [_LINEAR, *[row.name for row in rows if row.arity == 1 or (row.arity > 1 and hasattr(autograd, row.name))]]


def _softmax_of(layer: dict[str, Any], written: _Written) -> dict[str, Any]:
    if layer["activation"] != "softmax":
        return {}
    nodes = autograd.softmax([Value(0.5, f"z{place}") for place in range(len(layer["weights"]))])
    return {"softmax": {"rows": [written.add(node) for node in nodes], "constants": []}}


# --- the loss ---


def _losses(
    model: Any, samples: Sequence[tuple[list[float], Any]], loss: Callable[..., Any], rows: Rows
) -> tuple[list[dict[str, Any]], list[tuple[int, list[Any]]]]:
    """The graphs of the loss, each once, and for each sample which is its and the constants in it."""
    outputs = [_outputs(model(x)) for x, _ in samples]
    kinds: dict[str, int] = {}
    records: list[dict[str, Any]] = []
    places = []
    for index, (_, target) in enumerate(samples):
        record, key = _loss_record(loss, outputs[index], target, rows)
        _, other = _loss_record(loss, outputs[index - 1], target, rows)
        if key != other:
            raise KindError(
                "the loss takes another way for other predictions (an `if`, or max?): write it with relu, maximum "
                "or where, so that one graph holds for all"
            )
        if key not in kinds:
            kinds[key] = len(records)
            records.append(record)
        places.append((kinds[key], record["constants"]))
    return records, places


def _outputs(result: Any) -> list[float]:
    return [value.data for value in (result if isinstance(result, list) else [result])]


def _loss_record(loss: Callable[..., Any], outputs: list[float], target: Any, rows: Rows) -> tuple[dict[str, Any], str]:
    leaves = [Value(number, f"ŷ{place}") for place, number in enumerate(outputs, 1)]
    root = loss(leaves if len(leaves) > 1 else leaves[0], target)
    if not isinstance(root, Value):
        raise KindError(f"the loss is {given(root)}, and must be a Value")
    if not root.label and root.op:
        root.label = "L"
    order = topological_order(root)
    record = record_of(root, Names.under(root), rows, constants_by_place=True)
    record["outputs"] = [order.index(leaf) if leaf in order else None for leaf in leaves]
    del record["rounds"], record["leaves"]
    return record, json.dumps([record["nodes"], record["formulas"], record["partials"], record["outputs"]])


# --- the optimizer ---


def _optimizer(optimizer: Any, model: Any) -> dict[str, Any]:
    kind = type(optimizer).__name__
    options = {"SGD": ("lr", "momentum", "weight_decay"), "Adam": ("lr", "betas", "eps", "weight_decay")}.get(kind)
    if options is None:
        raise KindError(f"optimizer: expected an SGD or an Adam of the model's parameters, got {given(optimizer)}")
    learned = set(optimizer.parameters)
    learns = [parameter in learned for layer in model.layers for neuron in layer.neurons for parameter in neuron.row]
    if not any(learns):
        raise ShapeError("none of the optimizer's parameters is one of the model: make it from model.parameters()")
    found: dict[str, Any] = {"kind": kind, "learns": None if all(learns) else learns}
    for option in options:
        number = getattr(optimizer, option)
        found[option] = [float(part) for part in number] if option == "betas" else float(number)
    return found
