"""A trained network as one Python file that needs nothing: no package, not this library.

>>> from nn import MLP
>>> print(source(MLP.from_weights([([[0.5, -1.0]], [0.25])], ["relu"])))
#!/usr/bin/env python3
\"""A trained network: 2 inputs, 1 neuron (relu).
<BLANKLINE>
    from this_file import predict
    predict([0.0, 0.0])
<BLANKLINE>
From the command line, a number for each input: python this_file.py 0.0 0.0
\"""
<BLANKLINE>
import math
import sys
<BLANKLINE>
<BLANKLINE>
def relu(x):
    return 0.0 if x <= 0.0 else x
<BLANKLINE>
<BLANKLINE>
# (weights [out][in], biases, activation) of each layer
LAYERS = [
    (
        [
            [0.5, -1.0],
        ],
        [0.25],
        relu,
    ),
]
<BLANKLINE>
<BLANKLINE>
def predict(inputs):
    \"""The outputs for one sample, a list of 2 numbers.\"""
    if len(inputs) != 2:
        raise ValueError(f"the network takes 2 inputs, and was given {len(inputs)}")
    a = [float(x) for x in inputs]
    for weights, biases, activation in LAYERS:
        z = []
        for row, bias in zip(weights, biases):
            result = row[0] * a[0]
            for weight, x in zip(row[1:], a[1:]):
                result += weight * x
            z.append(result + bias)
        a = [activation(x) for x in z]
    return a
<BLANKLINE>
<BLANKLINE>
if __name__ == "__main__":
    print(*predict([float(word) for word in sys.argv[1:]]))
<BLANKLINE>
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable
from typing import Any

from autograd import Value, arguments, write_whole

from . import activations
from .layers import MLP

__all__ = ["source", "to_python"]

_SOFTMAX = """
def softmax(z):
    largest = max(z)
    exponentials = [math.exp(x - largest) for x in z]
    total = 0.0
    for exponential in exponentials:
        total += exponential
    return [exponential / total for exponential in exponentials]
"""

# Each operation as an expression of Python's; what is not here is opened by its formula in the table.
_EXPRESSIONS = {
    "add": "{} + {}",
    "sub": "{} - {}",
    "mul": "{} * {}",
    "div": "{} / {}",
    "pow": "math.pow({}, {})",
    "neg": "-{}",
    "abs": "abs({})",
    **{name: f"math.{name}({{}})" for name in ("exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tanh")},
    "normal_cdf": "0.5 * math.erfc(-{} * 0.7071067811865476)",
    "step": "1.0 if {} > 0.0 else 0.0",
    "sign": "1.0 if {0} > 0.0 else -1.0 if {0} < 0.0 else 0.0",
    "maximum": "{0} if {0} >= {1} or {0} != {0} else {1}",
    "minimum": "{0} if {0} <= {1} or {0} != {0} else {1}",
    "where": "{2} if {0} <= 0.0 else {1}",
}


_FILE = '''#!/usr/bin/env python3
"""A trained network: {inputs} input{s}, {sizes}.

    from this_file import predict
    predict([{example}])

From the command line, a number for each input: python this_file.py {words}
"""

import math
import sys

{activations}

# (weights [out][in], biases, activation) of each layer
LAYERS = [
{layers}]


def predict(inputs):
    """The outputs for one sample, a list of {inputs} number{s}."""
    if len(inputs) != {inputs}:
        raise ValueError(f"the network takes {inputs} input{s}, and was given {{len(inputs)}}")
    a = [float(x) for x in inputs]
    for weights, biases, activation in LAYERS:
        z = []
        for row, bias in zip(weights, biases):
            result = row[0] * a[0]
            for weight, x in zip(row[1:], a[1:]):
                result += weight * x
            z.append(result + bias)
        a = {applied}
    return a


if __name__ == "__main__":
    print(*predict([float(word) for word in sys.argv[1:]]))
'''


def to_python(model: MLP, path: str | os.PathLike[str]) -> None:
    """Write a Python file with a function ``predict`` that gives what ``model`` gives, bit for bit.

    It holds the weights as floats and computes without dropout. The file is written whole or not at
    all. Raises KindError for what is no MLP, FileWriteError where nothing can be written.
    """
    write_whole(path, source(model).encode())


def source(model: MLP) -> str:
    """The text of that file."""
    if not isinstance(model, MLP):
        raise arguments.refused(model, "to_python: model", "an MLP")
    inputs = model.layers[0].nin
    names = dict.fromkeys(layer.activation for layer in model.layers)
    sizes = [f"{layer.nout} neuron{'s'[: layer.nout != 1]} ({layer.activation})" for layer in model.layers]
    layers = []
    for layer in model.layers:
        rows = "".join([f"            {_floats(neuron.row[:-1])},\n" for neuron in layer.neurons])
        biases = _floats([neuron.b for neuron in layer.neurons])
        layers.append(f"    (\n        [\n{rows}        ],\n        {biases},\n        {layer.activation},\n    ),\n")
    example = ["0.0"] * min(inputs, 2) + ["..."] * (inputs > 2)
    by_number = "[activation(x) for x in z]"
    return _FILE.format(
        inputs=inputs,
        s="s"[: inputs != 1],
        sizes=", then ".join(sizes),
        example=", ".join(example),
        words=" ".join(example),
        activations="\n".join([_SOFTMAX if name == "softmax" else _definition(name) for name in names]),
        layers="".join(layers),
        applied=f"softmax(z) if activation is softmax else {by_number}" if "softmax" in names else by_number,
    )


def _definition(name: str) -> str:
    """An activation as a function of one float: a line for each operation, and the last one's value returned."""
    lines: list[str] = []

    def word(operand: Any) -> str:
        return operand if isinstance(operand, str) else repr(float(operand))

    def writer(form: str) -> Callable[..., str]:
        def write(*operands: Any) -> str:
            lines.append(form.format(*map(word, operands)))
            return f"t{len(lines)}"

        return write

    activations.evaluated(name, "x", {op: writer(form) for op, form in _EXPRESSIONS.items()})
    *before, last = lines or ["x"]
    body = [f"    t{place} = {line}\n" for place, line in enumerate(before, 1)]
    return f"\ndef {name}(x):\n{''.join(body)}    return {last}\n"


def _floats(values: Iterable[Value]) -> str:
    numbers = [float(value.data) for value in values]
    return f"[{', '.join([repr(x) if math.isfinite(x) else f'float({str(x)!r})' for x in numbers])}]"
