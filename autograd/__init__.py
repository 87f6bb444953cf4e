"""Backpropagation that can be read, stepped through, and checked by hand.

>>> from autograd import Value
>>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
>>> c = a * b + 10
>>> c.backward()
>>> a.grad, b.grad
(-3.0, 2.0)
>>> a
Value(data=2.0, grad=-3.0, label='a')

What if ``a`` were 5? Change it, and look again:

>>> a.data = 5.0
>>> c.forward()
-5.0

The engine is :mod:`autograd.value` and its table :mod:`autograd.primitives`. Everything else is a wing
that is imported when it is first used: ``draw``, ``step``, ``explain``, ``check``, ``compile`` …

``from autograd import *`` brings every public name but ``compile``, so that Python's own stays what it is;
write ``from autograd import compile``, or ``autograd.compile(f)``.
"""

import sys
from importlib import import_module
from typing import Any

from . import composites as composites  # rows of the table
from . import copies as copies  # gives Value the methods that copy and pickle look for
from . import micrograd as micrograd  # and the names that code written for micrograd reads
from .definitions import define
from .errors import (
    AnomalyError,
    AutogradError,
    DefinitionError,
    DivisionByZeroError,
    DomainError,
    FigureError,
    FileFormatError,
    FileWriteError,
    InexactWarning,
    KindError,
    MissingToolError,
    NumberOverflowError,
    RecordingError,
    RenderingError,
    ShapeError,
    StaleDataError,
    TooLargeError,
    UnknownNameError,
)
from .graph import topological_order
from .numeric import (
    cos,
    elu,
    exp,
    gelu,
    leaky_relu,
    log,
    log_softmax,
    logsumexp,
    maximum,
    minimum,
    relu,
    sigmoid,
    sin,
    softmax,
    softplus,
    sqrt,
    tanh,
    total,
    weighted_sum,
    where,
)
from .value import Value
from .weighted import weighted_sums

# Which module has what; it is imported at the first use, so that `import autograd` stays quick.
_WINGS = {
    "autograd.anomaly": ("AnomalyWarning", "detect_anomaly"),
    "autograd.freshness": ("stale",),
    "autograd.files": ("write_whole",),
    "autograd.derivatives": ("grad", "gradient", "hessian", "hessian_vector_product"),
    "autograd.gradcheck": ("check_gradient",),
    "autograd.notation": ("label_values", "use_variable_names"),
    "autograd.hand": ("Audit", "ByHand", "Sheet", "Verdict", "audit", "check", "explain", "round_by_hand"),
    "autograd.prompt.hints": ("use_hints",),
    "autograd.practice": ("exercise", "mark", "mark_class", "quiz", "worksheet"),
    "autograd.hand.proofreading": ("Proof", "proofread"),
    "autograd.stepping": ("debug", "step"),
    "autograd.picture": (
        "Graph", "Plot", "draw", "frames", "play",
        "plot_activations", "plot_boundary", "plot_gradients", "plot_losses",
    ),
    "autograd.replay": ("ParameterArrays", "Trace", "compile"),
}
_HOME = {name: module for module, names in _WINGS.items() for name in names}
_NOT_BY_STAR = {"compile"}  # also the name of a function of Python's own

__all__ = [
    "AnomalyError",
    "AutogradError",
    "DefinitionError",
    "DivisionByZeroError",
    "DomainError",
    "FigureError",
    "FileFormatError",
    "FileWriteError",
    "InexactWarning",
    "KindError",
    "MissingToolError",
    "NumberOverflowError",
    "RecordingError",
    "RenderingError",
    "ShapeError",
    "StaleDataError",
    "TooLargeError",
    "UnknownNameError",
    "Value",
    "cos",
    "define",
    "elu",
    "exp",
    "gelu",
    "leaky_relu",
    "log",
    "log_softmax",
    "logsumexp",
    "maximum",
    "minimum",
    "relu",
    "sigmoid",
    "sin",
    "softmax",
    "softplus",
    "sqrt",
    "tanh",
    "topological_order",
    "total",
    "weighted_sum",
    "weighted_sums",
    "where",
    *[name for name in _HOME if name not in _NOT_BY_STAR],
]


def _equation(value: Value) -> str:
    """A Value as Jupyter shows it: a line of LaTeX. The engine knows nothing of notation; here the two meet."""
    return str(import_module("autograd.notation").equation(value))


Value._repr_latex_ = _equation  # type: ignore[attr-defined]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'autograd' has no attribute {name!r}")
    found = getattr(import_module(_HOME[name]), name)
    globals()[name] = found
    return found


def _give_hints_in_ipython() -> None:
    """Where this is imported in IPython or in a notebook, lines that are often meant otherwise get a hint."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is not None:
        import_module("autograd.prompt.hints").install_in_ipython(shell)


_give_hints_in_ipython()


def __dir__() -> list[str]:
    return sorted({*__all__, *_NOT_BY_STAR, *[name for name in globals() if name.startswith("__")]})
