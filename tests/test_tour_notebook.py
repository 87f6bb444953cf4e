"""The notebook for a class runs from top to bottom, and what its cells end with shows itself."""

import ast
import json
from pathlib import Path

import pytest

TOUR = Path(__file__).parent.parent / "demos" / "tour.ipynb"


def cells():
    found = json.loads(TOUR.read_text("utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in found if cell["cell_type"] == "code"]


def test_every_cell_runs_and_shows_something(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    names, shown = {"__name__": "tour"}, []
    for source in cells():
        *before, last = ast.parse(source).body
        exec(compile(ast.Module(before, []), "tour", "exec"), names)
        if isinstance(last, ast.Expr):
            result = eval(compile(ast.Expression(last.value), "tour", "eval"), names)
            rich = [name for name in dir(result) if name.startswith("_repr_")]
            shown.append((source, result, rich))
        else:
            exec(compile(ast.Module([last], []), "tour", "exec"), names)
    printed = capsys.readouterr().out
    assert "∂loss/∂w1 = " in printed and "1/" in printed
    for call in ("draw(loss)", "play(loss", "play(model", "explain(w1"):
        [rich] = [rich for source, _, rich in shown if source.startswith(call)]
        assert rich, call
    [(_, (history, learnt), _)] = [entry for entry in shown if "history, [" in entry[0]]
    assert learnt == [0, 1, 1, 0] and history.losses[-1] < 0.05
    [proof] = [result for source, result, _ in shown if source.startswith("proofread")]
    assert not proof and "1.3364" in str(proof)


def test_it_is_a_valid_notebook_without_outputs():
    notebook = json.loads(TOUR.read_text("utf-8"))
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in notebook["cells"])
    nbformat = pytest.importorskip("nbformat")
    nbformat.validate(nbformat.reads(TOUR.read_text("utf-8"), as_version=4))
