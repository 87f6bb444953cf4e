"""What a prompt shows of an object that was not assigned is a person's line, not its innards."""

import pytest

from autograd import ParameterArrays, Trace, Value, audit, check, compile, draw, explain, play, step
from nn import MLP, fit, losses, optim


def things():
    x = Value(0.5, "x")
    y = (x * 2).tanh()
    y.label = "y"
    y.backward()
    model = MLP(1, [1], seed=1)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    return {
        "fit": fit(model, [([1.0], 1.0)] * 3, losses.mse, optimizer, epochs=200),
        "check": check(y, "0.7"),
        "draw": draw(y),
        "trace": Trace(y),
        "step": step(y),
        "play": play(y),
        "compile": compile(lambda x: x),
        "optimizer": optimizer,
        "arrays": ParameterArrays([x]),
        "audit": audit({"y": "0.76"}, root=y),
        "explain": explain(y),
    }


@pytest.fixture(scope="module")
def shown():
    pytest.importorskip("numpy")
    return {name: repr(thing) for name, thing in things().items()}


@pytest.mark.parametrize("name", ["fit", "check", "draw", "trace", "step", "play", "compile", "optimizer", "arrays"])
def test_it_is_one_short_line(shown, name):
    assert "\n" not in shown[name] and 10 < len(shown[name]) < 120 and " at 0x" not in shown[name]


def test_what_is_a_table_or_a_sheet_is_shown_as_one(shown):
    assert shown["audit"].splitlines()[0].split() == ["printed", "right", "verdict"]
    assert shown["explain"].startswith("y\n")


def test_the_lines_say_what_happened(shown):
    assert shown["fit"].startswith("<History: 200 epochs, loss ")
    assert shown["check"] == "<y: printed 0.7, computed 0.7615941559557649: truncated (rounded it is 0.8)>"
    assert shown["optimizer"] == "<SGD of 2 parameters, lr 0.1>"
