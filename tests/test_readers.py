"""Every reader of a graph, on every row of the table, on every kind of number.

On floats each reader reads each row. On the other kinds it may refuse, with a documented error and no other;
which kinds it refuses altogether is on record.
"""

import contextlib
import copy
import io
import pickle
from decimal import Decimal
from fractions import Fraction

import pytest

from autograd import (
    AnomalyWarning,
    AutogradError,
    Trace,
    Value,
    audit,
    check,
    debug,
    detect_anomaly,
    draw,
    explain,
    grad,
    round_by_hand,
    stale,
    step,
    weighted_sum,
)
from autograd.primitives import FAMILIES, PRIMITIVES, lookup

mpmath = pytest.importorskip("mpmath")

NUMBERS = (0.7, 1.3, 0.4, 0.2, 0.9)
KINDS = {
    "float": float,
    "int": lambda x: int(10 * x),
    "Fraction": lambda x: Fraction(str(x)),
    "Decimal": lambda x: Decimal(str(x)),
    "complex": lambda x: complex(x, 0.25),
    "mpf": lambda x: mpmath.mpf(str(x)),
    "mpc": lambda x: mpmath.mpc(str(x), "0.25"),
    "huge": lambda x: x * 1e308,
    "inf": lambda x: float("inf"),
    "nan": lambda x: float("nan"),
    "negative zero": lambda x: -0.0,
}


def in_anomaly(root, leaf):
    with detect_anomaly():
        root.forward()
        root.backward()


def walk(root, leaf):
    stepper = step(root)
    lines = [str(event) for event in stepper]
    stepper.back()
    return lines


def at_the_prompt(root, leaf):
    with contextlib.redirect_stdout(io.StringIO()) as said:
        debug(root, commands=["w", "n", "s", "p a", "u", "d", "r", "l", "h", "q"])
    return said.getvalue()


def written(sheet):
    return str(sheet), sheet.latex(), sheet.markdown()


READERS = {
    "backward": lambda root, leaf: root.backward(),
    "forward": lambda root, leaf: root.forward(),
    "stale": lambda root, leaf: stale(root),
    "grad of grad": lambda root, leaf: grad(grad(root, [leaf], create_graph=True)[0], [leaf]),
    "repr": lambda root, leaf: (repr(root), root._repr_latex_()),
    "draw nodes": lambda root, leaf: draw(root).source,
    "draw operations": lambda root, leaf: draw(root, detail="op").source,
    "draw neurons": lambda root, leaf: draw(weighted_sum([root], [leaf], 1), detail="neuron").source,
    # the root is given, as it is looked for among all that is alive, which in a test run is a lot
    "explain": lambda root, leaf: written(explain(root, root=root)),
    "explain a leaf": lambda root, leaf: written(explain(leaf, root=root)),
    "step": walk,
    "debug": at_the_prompt,
    "check": lambda root, leaf: str(check(root, "0.123")),
    "check a gradient": lambda root, leaf: str(check(leaf, "0.123", of="grad", root=root)),
    "audit": lambda root, leaf: str(audit({"a": "0.7", root: "0.123"}, root=root)),
    "round by hand": lambda root, leaf: str(round_by_hand(root, decimals=3)),
    "detect_anomaly": in_anomaly,
    "copy": lambda root, leaf: copy.deepcopy(root),
    "pickle": lambda root, leaf: pickle.loads(pickle.dumps(root)),
    "Trace": lambda root, leaf: Trace(root).source,
}

# Each with the kinds of number that it never takes.
IN_REAL_NUMBERS = ("complex", "mpc")
REFUSED = {
    "check": IN_REAL_NUMBERS,
    "check a gradient": IN_REAL_NUMBERS,
    "audit": IN_REAL_NUMBERS,
    "round by hand": IN_REAL_NUMBERS,
    "detect_anomaly": ("inf", "nan"),
    "Trace": ("Fraction", "Decimal", "complex", "mpf", "mpc"),
}


def graphs(kind):
    """(the row's name, a root above the row's node, its first leaf), where the row takes this kind of number."""
    for name in [*PRIMITIVES, *FAMILIES]:
        key = (name, 0) if name in FAMILIES else name
        count = 5 if name == "weighted_sum" else lookup(key).arity or 3
        leaves = [Value(KINDS[kind](x), label=label) for x, label in zip(NUMBERS[:count], "abcde")]
        try:
            yield name, leaves[0]._apply(key, *leaves) * leaves[0] + 1, leaves[0]
        except AutogradError:
            continue


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("reader", READERS)
def test_it_reads_or_refuses_with_a_documented_error(reader, kind):
    read, refused = [], {}
    for name, root, leaf in graphs(kind):
        try:
            READERS[reader](root, leaf)
            read.append(name)
        except (AutogradError, AnomalyWarning) as error:
            assert str(error), name
            refused[name] = error
        except Exception as error:
            pytest.fail(f"{reader} of {name} on {kind}: {type(error).__name__}: {error}")
    if kind == "float":
        assert not refused and len(read) == len(PRIMITIVES) + len(FAMILIES)
    elif kind in REFUSED.get(reader, ()):
        assert not read
    else:
        assert len(read) > len(refused) or (reader, kind) == ("detect_anomaly", "huge"), refused
