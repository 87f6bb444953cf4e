"""Names for free: at a prompt a Value without a label is called as the variable that holds it."""

import code
import os
import subprocess
import sys
from pathlib import Path

import pytest

import autograd
from autograd import Value, draw, explain, step, use_variable_names
from autograd.notation import Names

SETUP = """
from autograd import *
x, w1, w2 = Value(0.5), Value(0.8), Value(0.6)
loss = (0.9 - sigmoid(sigmoid(x * w1) * w2)) ** 2 / 2
loss.backward()
"""


@pytest.fixture
def prompt(monkeypatch, capsys):
    """A function that types lines at a prompt, and gives what they print."""
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    console = code.InteractiveConsole({"__name__": "__console__"})

    def typed(text):
        console.runcode(compile(text, "<console>", "exec"))
        captured = capsys.readouterr()
        assert not captured.err, captured.err
        return captured.out

    typed(SETUP)
    yield typed
    use_variable_names(True)


def test_every_reader_calls_a_value_as_its_variable(prompt):
    assert prompt("print(step(loss).next())") == "t₁ = x · w1 = 0.5 · 0.8 = 0.4\n"
    assert "∂loss/∂w1 = " in prompt("print(explain(w1, root=loss))")
    source = prompt("print(draw(loss).source)")
    assert r"w1\ndata 0.8" in source and "t₁ = x · w1" in source and "loss = t₄ / 2" in source
    said = prompt("debug(loss, ['n', 'w1', 'b w2', 'c', 'q'])")
    assert "breakpoint 1: label w2" in said and "Value(data=0.8" in said and "∂loss/∂w2 = " in said
    assert "∂loss/∂w1 = " in prompt("print(list(step(loss))[-1])")
    assert "Forward and backward under loss" in prompt("print(play(loss))")
    asked = prompt("quiz(loss, answers=['q'])")
    assert asked.startswith("loss: ") and "x · w1" in asked
    assert r"\mathrm{loss} = " in prompt("print(loss._repr_latex_())").replace("loss = ", r"\mathrm{loss} = ")


def test_labels_stay_empty_and_go_before(prompt):
    prompt("explain(loss); x.label = 'input'")
    assert prompt("print(repr(w1.label), repr(loss.label))") == "'' ''\n"
    assert prompt("print(step(loss).next())").startswith("t₁ = input · w1")


def test_lists_functions_and_several_names(prompt):
    prompt("ws = [Value(1.0), (Value(2.0),)]; again = x; _hidden = Value(3.0)")
    assert prompt("print(step(ws[0] * ws[1][0]).next())").startswith("t₁ = ws[0] · ws[1][0]")
    assert prompt("print(step(again * _hidden).next())").startswith("t₁ = x · v₁")
    inside = "def f():\n    inner = Value(2.0)\n    return str(step(inner * w1).next())\nprint(f())"
    assert prompt(inside).startswith("t₁ = inner · w1")


def test_a_long_list_is_data_and_costs_nothing(prompt):
    prompt("data = [[0.0, 1.0]] * 1_000_000; many = [Value(1.0) for _ in range(300)]")
    prompt("from time import perf_counter; start = perf_counter(); str(step(many[0] * x).next())")
    assert float(prompt("print(perf_counter() - start)")) < 0.5
    assert prompt("print(step(many[0] * x).next())").startswith("t₁ = v₁ · x")


def test_one_switch_turns_it_off(prompt):
    assert prompt("use_variable_names(False); print(step(loss).next())").startswith("t₁ = v₁ · v₂")
    assert prompt("use_variable_names(True); print(step(loss).next())").startswith("t₁ = x · w1")


def test_in_a_script_nothing_changes():
    x, w1 = Value(0.5), Value(0.8)
    assert not hasattr(sys, "ps1")
    y = x * w1
    assert str(step(y).next()).startswith("t₁ = v₁ · v₂")
    assert "x" not in str(explain(y)) and "w1" not in draw(y).source
    assert Names.under(y)[x] == "v₁"


@pytest.mark.parametrize("options", [[], ["-i"]])
def test_a_file_that_is_run_is_a_script(options, tmp_path):
    program = tmp_path / "program.py"
    lines = "from autograd import *", "a, b = Value(2.0), Value(3.0)", "print(ascii(str(step(a * b).next())))", ""
    program.write_text("\n".join(lines), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path(autograd.__file__).parent.parent)}
    ran = subprocess.run(
        [sys.executable, *options, str(program)], input="", capture_output=True, text=True, check=True, env=environment
    )
    assert ran.stdout == ascii("t₁ = v₁ · v₂ = 2 · 3 = 6") + "\n"


def test_figures_are_checked_and_audited_by_the_names_of_variables(prompt):
    prompt("hidden = sigmoid(x * w1); out = hidden * w2 + hidden; out.backward()")
    assert "  hidden = σ(x · w1) = " in prompt("print(explain(out))")  # which has a line of its own
    said = prompt("print(audit({'hidden': '0.5987', 'w1.grad': '0.19'}, root=out))")
    assert [line.split()[0] for line in said.splitlines()[1:3]] == ["hidden", "grad"] and "grad of w1" in said
    assert "grad of w1" in prompt("print(check(w1, '0.5', of='grad', root=out))")
