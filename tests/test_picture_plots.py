"""Plots: what is drawn is what was given, and what has no place on an axis is refused."""

import math
import subprocess
import sys

import pytest

from autograd import (
    DomainError,
    MissingToolError,
    ShapeError,
    UnknownNameError,
    Value,
    plot_activations,
    plot_boundary,
    plot_gradients,
    plot_losses,
)

pytest.importorskip("matplotlib")


def lines_of(axes):
    return {line.get_label(): (list(line.get_xdata()), list(line.get_ydata())) for line in axes.get_lines()}


def test_losses_are_drawn_by_epoch_and_run():
    plot = plot_losses({"甲": [3.0, Value(2.0)], "b": [1.0]}, every=10)
    [axes] = plot.figure.axes
    assert lines_of(axes) == {"甲": ([0, 10], [3.0, 2.0]), "b": ([0], [1.0])}
    assert axes.get_yscale() == "linear"
    assert plot_losses([1.0, 0.1], log=True).figure.axes[0].get_yscale() == "log"


def test_a_run_is_drawn_as_far_as_it_is_finite():
    plot_losses([1.0, math.inf, math.nan])._repr_svg_()


@pytest.mark.parametrize("losses", [[], {"run": []}])
def test_no_losses_are_refused(losses):
    with pytest.raises(ShapeError, match="losses"):
        plot_losses(losses)


def test_zero_is_refused_on_a_logarithmic_axis():
    with pytest.raises(DomainError, match="leave log=True out"):
        plot_losses([1.0, 0.0], log=True)


def test_a_boundary_shows_each_class_where_predict_puts_it():
    points = [[0.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
    plot = plot_boundary(lambda x: "右" if x[0] > 0.5 else "左", points, ["左", "右", "左"], steps=5)
    [axes] = plot.figure.axes
    mesh, *scatters = axes.collections
    assert mesh.get_array().reshape(5, 5).tolist() == [[0, 0, 0, 1, 1]] * 5
    assert [scatter.get_offsets().tolist() for scatter in scatters] == [[[0.0, 0.0], [0.0, 1.0]], [[1.0, 1.0]]]


def test_a_score_stands_for_the_class_of_its_sign():
    plot = plot_boundary(lambda x: Value(x[1]), [[0, -1], [0, 1]], [-1, 1], steps=4)
    mesh = plot.figure.axes[0].collections[0]
    assert mesh.get_array().reshape(4, 4).tolist() == [[0] * 4, [0] * 4, [1] * 4, [1] * 4]


def test_a_boundary_without_sense_is_refused():
    with pytest.raises(ShapeError, match="2 points and 1 classes"):
        plot_boundary(lambda x: 1, [[0, 0], [1, 1]], [1])
    with pytest.raises(ShapeError, match="two coordinates"):
        plot_boundary(lambda x: 1, [[0, 0, 0]], [1])
    with pytest.raises(UnknownNameError, match="'c', and no class of"):
        plot_boundary(lambda x: "c", [[0, 0], [1, 1]], ["a", "b"])


def test_an_activation_stands_beside_its_derivative():
    left, right = plot_activations(["tanh", "leaky_relu"], low=-2, high=2).figure.axes
    xs, ys = lines_of(left)["tanh"]
    assert (xs[0], xs[-1], len(xs)) == (-2, 2, 401)
    assert ys == [math.tanh(x) for x in xs]
    _, slopes = lines_of(right)["tanh"]
    assert slopes == pytest.approx([1 / math.cosh(x) ** 2 for x in xs], rel=1e-14)
    assert set(lines_of(right)["leaky_relu"][1]) == {0.01, 1.0}


@pytest.mark.parametrize("name", ["add", "softmax", "nothing", "pow"])
def test_what_is_no_function_of_one_number_is_refused(name):
    with pytest.raises(UnknownNameError, match=name):
        plot_activations([name])


def test_gradients_are_averaged_by_layer():
    w = Value(2.0)
    (w * -3).backward()
    [axes] = plot_gradients({"first": [w, 1.0], "second": [0.0]}).figure.axes
    heights = [bar.get_height() for bar in axes.patches]
    assert heights[0] == 2.0
    assert math.isnan(heights[1])
    assert "no gradient" in [text.get_text() for text in axes.texts]
    with pytest.raises(ShapeError, match="'2' has no parameters"):
        plot_gradients([[1.0], []])


@pytest.mark.parametrize(("ending", "start"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("PDF", b"%PDF")])
def test_a_plot_is_written_and_is_the_same_each_time(ending, start, tmp_path):
    paths = [plot_losses([2.0, 1.0], title="损失").save(tmp_path / f"{name}.{ending}") for name in "ab"]
    first, second = [path.read_bytes() for path in paths]
    assert first.startswith(start)
    assert first == second


def test_other_endings_are_refused(tmp_path):
    with pytest.raises(UnknownNameError, match=r"x\.jpg.*\.svg, \.png, \.pdf"):
        plot_losses([1.0]).save(tmp_path / "x.jpg")


def test_without_matplotlib_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingToolError, match=r"handgrad\[plot\]"):
        plot_losses([1.0])


def test_drawing_a_graph_does_not_load_matplotlib():
    program = "import sys, autograd; autograd.draw(autograd.Value(1.0)); print('matplotlib' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
