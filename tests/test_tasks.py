"""The tasks: what each prints, from its fixed seed, to the last digit; and its picture."""

import sys
import xml.etree.ElementTree as ElementTree
from importlib.util import find_spec
from pathlib import Path

import pytest

import demos
from demos.__main__ import main
from demos.datasets import rings, spirals
from demos.tasks import TASKS
from demos.tasks.plot import fitted, mistakes
from demos.tasks.separation import largest

RESULTS = {
    "moons": ["step 100: max-margin loss 0.000736", "accuracy in training: 100 %"],
    "rings": ["epoch  40: cross-entropy 0.123886", "accuracy in training: 180 of 180, 100.0 %"],
    "spirals": ["epoch 100: cross-entropy 0.002653", "accuracy in training: 240 of 240, 100.0 %"],
    "curve": ["epoch 150: mean squared error 0.008584", "root mean square distance from the curve itself: 0.0335"],
    "digits": ["accuracy on the test: 346 of 360, 96.1 %"],
    "gpt": [
        "step  2000: cross-entropy in training 1.9735",
        "after: cross-entropy of a character of an unseen name 2.2602",
    ],
}
PICTURES = Path(demos.__file__).parent / "pictures"
SLOW = ("spirals", "digits", "gpt")


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.slow) if n in SLOW else n for n in TASKS])
def test_a_task_comes_to_its_result(name, tmp_path, capsys):
    if name == "digits":
        pytest.importorskip("sklearn")
    if name == "gpt":
        pytest.importorskip("llvmlite")  # without it, the same figures after half a minute
    assert main([name, "--out", str(tmp_path)]) == 0
    printed = capsys.readouterr().out.splitlines()
    for line in RESULTS[name]:
        assert line in printed
    picture = tmp_path / f"{name}.svg"
    assert (tmp_path / f"{name}.html").exists() == (name != "gpt")  # whose graph no page could show
    if find_spec("matplotlib") is not None:
        assert printed[-1] == f"wrote {picture}"
        assert ElementTree.parse(picture).getroot().tag == "{http://www.w3.org/2000/svg}svg"


@pytest.mark.parametrize("name", ["moons"])
def test_the_picture_of_the_readme_is_the_one_that_is_drawn(name, tmp_path):
    matplotlib = pytest.importorskip("matplotlib")
    committed = (PICTURES / f"{name}.svg").read_bytes()
    if f"Matplotlib v{matplotlib.__version__}".encode() not in committed:
        pytest.skip("each version of matplotlib writes its own SVG")
    main([name, "--out", str(tmp_path)])
    assert (tmp_path / f"{name}.svg").read_bytes() == committed


def test_every_task_has_a_result_on_record():
    assert list(RESULTS) == list(TASKS)


def test_digits_without_scikit_learn_say_what_to_install(monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(__import__("sys").modules, "sklearn.datasets", None)
    assert main(["digits", "--out", str(tmp_path)]) == 2
    assert "pip install" in capsys.readouterr().err


def test_a_task_has_no_ledger():
    with pytest.raises(SystemExit):
        main(["moons", "--json"])


def test_rings_and_spirals_lie_where_they_should():
    points, kinds = rings(8, radii=(1.0, 2.0), noise=0.0, seed=1)
    assert [round((x * x + y * y) ** 0.5, 12) for x, y in points] == [1.0 + kind for kind in kinds]
    points, kinds = spirals(10, arms=3, turns=1.0, noise=0.0, seed=1)
    assert sorted(kinds) == [0] * 10 + [1] * 10 + [2] * 10
    assert max((x * x + y * y) ** 0.5 for x, y in points) == pytest.approx(1.0, abs=1e-12)


def test_a_task_without_matplotlib_goes_on_and_says_what_to_install(monkeypatch, tmp_path, capsys):
    for name in ("matplotlib", "matplotlib.figure"):
        monkeypatch.setitem(sys.modules, name, None)
    for name in ("rings", "curve"):
        assert main([name, "--out", str(tmp_path)]) == 0
        printed = capsys.readouterr().out.splitlines()
        assert RESULTS[name][-1] in printed and "pip install 'handgrad[plot]'" in printed[-1]
    assert not list(tmp_path.glob("*.svg"))


def test_mistakes_are_shown_four_in_a_row():
    pytest.importorskip("matplotlib")
    figure = mistakes([([[0.0, 1.0], [0.5, 0.25]], f"{place}, read as 9") for place in range(20)], "digits").figure
    assert [axes.get_title() for axes in figure.axes] == [f"{place}, read as 9" for place in range(16)]
    assert figure.axes[15].images[0].get_array().tolist() == [[0.0, 1.0], [0.5, 0.25]]


def test_a_fit_has_points_and_lines():
    pytest.importorskip("matplotlib")
    [axes] = fitted([(0.0, 1.0)], {"one": [(0.0, 0.0), (1.0, 1.0)], "two": [(0.0, 0.5)]}, "curve").figure.axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["data", "one", "two"]
    assert axes.collections[0].get_offsets().tolist() == [[0.0, 1.0]]


def test_small_helpers():
    assert largest([1.0, 5.0, 2.0]) == 1
