"""Plots: what is drawn is what was given, and what has no place on an axis is refused."""

import math
import re
import subprocess
import sys

import pytest

from autograd import (
    DomainError,
    KindError,
    MissingToolError,
    ShapeError,
    UnknownNameError,
    Value,
    plot_activations,
    plot_boundary,
    plot_gradients,
    plot_losses,
)
from autograd.picture import plots
from nn import MLP, Layer, Module

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


@pytest.mark.parametrize("losses", [[], {"run": []}, {}])
def test_no_losses_are_refused(losses):
    with pytest.raises(ShapeError, match=r"^plot_losses: (no losses|no runs|the run 'run' has no losses)"):
        plot_losses(losses)


@pytest.mark.parametrize(
    ("losses", "message"),
    [
        ("abc", r"losses: expected a list of numbers, such as \[1.0, 0.5\], .* got 'abc' \(of type str\)"),
        (3.0, r"losses: .* got 3.0 \(of type float\)"),
        (None, r"losses: .* got None \(of type NoneType\)"),
        ({1.0, 0.5}, r"losses: .* got \{.* \(of type set\)"),
        (["a"], r"loss 0 of losses: expected a number that a float can hold, got 'a' \(of type str\)"),
        ([1.0, None], r"loss 1 of losses: .* got None"),
        ([1.0, 2j], r"loss 1 of losses: expected a number that a float can hold, got 2j \(of type complex\)"),
        ([10**400], r"loss 0 of losses: expected a number that a float can hold, got 1000.*\.\.\. \(of type int\)"),
        ({"run": 3}, r"the run 'run': .* got 3 \(of type int\)"),
        ({"run": [True]}, r"loss 0 of the run 'run': .* got True"),
    ],
)
def test_losses_are_numbers_in_a_list(losses, message):
    with pytest.raises(KindError, match=f"^plot_losses: {message}"):
        plot_losses(losses)


@pytest.mark.parametrize("every", [0, -1, math.nan, math.inf])
def test_epochs_go_forward(every):
    with pytest.raises(DomainError, match=r"^plot_losses: every: expected"):
        plot_losses([1.0, 0.5], every=every)


@pytest.mark.parametrize("make", [plot_losses, plot_gradients, plot_activations])
def test_a_title_is_a_string(make):
    given = {plot_losses: [1.0], plot_gradients: [[1.0]], plot_activations: ["tanh"]}[make]
    with pytest.raises(KindError, match=r"^title: expected a string, got 3"):
        make(given, title=3)


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
        plot_boundary(lambda x: "c", [[0, 0], [1, 1]], "ab")
    with pytest.raises(DomainError, match=r"predict\(\[-0.1, -0.1\]\) is nan, which has no sign"):
        plot_boundary(lambda x: math.nan, [[0, 0], [1, 1]], [-1, 1])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"predict": 3.0}, r"predict: expected a function of a point \[x, y\] that returns its class, got 3.0"),
        ({"predict": lambda x: [0.5]}, r"predict\(.*\): expected a number .* got \[0.5\] \(of type list\)"),
        ({"points": None}, "points: expected a list of points .* got None"),
        ({"points": [1.0, 2.0]}, "a point: expected its two coordinates .* got 1.0"),
        ({"points": [["a", 0], [1, 1]]}, r"x of the point \['a', 0\]: .* got 'a'"),
        ({"classes": 3}, "classes: expected a list with the class of each point, got 3"),
        ({"classes": {-1, 1}}, "classes: expected a list with the class of each point, got {"),
        ({"classes": [[1, 0], [0, 1]]}, r"a class: expected a name or a number, got \[1, 0\]"),
        ({"classes": [Value(1.0), Value(-1.0)]}, "a class: expected a name or a number, got Value"),
    ],
)
def test_what_is_no_plane_with_classes_is_refused(wrong, message):
    given = {"predict": lambda x: 1, "points": [[0, 0], [1, 1]], "classes": [-1, 1], "steps": 4}
    with pytest.raises(KindError, match=f"^plot_boundary: {message}"):
        plot_boundary(**given | wrong)


@pytest.mark.parametrize("steps", [1, -3, 2.5, "many", None])
def test_a_plane_has_two_steps_at_least(steps):
    kind = DomainError if type(steps) is int else KindError
    with pytest.raises(kind, match=r"^plot_boundary: steps: expected a whole number from 2 up"):
        plot_boundary(lambda x: 1, [[0, 0], [1, 1]], [-1, 1], steps=steps)


def test_a_point_at_infinity_is_refused():
    with pytest.raises(DomainError, match=r"y of the point \[0, inf\]: expected a finite number, got inf"):
        plot_boundary(lambda x: 1, [[0, math.inf], [1, 1]], [-1, 1])


def test_of_many_classes_a_point_has_the_colour_of_its_region():
    points = [[x, y] for y in (0, 1) for x in range(5)]
    plot = plot_boundary(lambda p: min(max(round(p[0]), 0), 4) + 5 * (p[1] > 0.5), points, range(10), steps=12)
    mesh, *scatters = plot.figure.axes[0].collections
    for place, scatter in enumerate(scatters):
        assert mesh.cmap(mesh.norm(place))[:3] == tuple(scatter.get_facecolor()[0][:3])


def test_an_activation_stands_beside_its_derivative():
    left, right = plot_activations(["tanh", "leaky_relu"], low=-2, high=2).figure.axes
    xs, ys = lines_of(left)["tanh"]
    assert (xs[0], xs[-1], len(xs)) == (-2, 2, 401)
    assert ys == [math.tanh(x) for x in xs]
    _, slopes = lines_of(right)["tanh"]
    assert slopes == pytest.approx([1 / math.cosh(x) ** 2 for x in xs], rel=1e-14)
    assert set(lines_of(right)["leaky_relu"][1]) == {0.01, 1.0}


def test_one_name_is_enough():
    assert list(lines_of(plot_activations("tanh").figure.axes[0])) == ["tanh"]


def test_where_a_function_is_not_defined_its_line_has_a_gap():
    left, right = plot_activations(["log", "sqrt", "exp"], low=-2, high=2000).figure.axes
    xs, logs = lines_of(left)["log"]
    _, slopes = lines_of(right)["log"]
    for x, y, slope in zip(xs, logs, slopes, strict=True):
        assert (math.isnan(y), math.isnan(slope)) == (x <= 0, x <= 0)
    assert slopes[-1] == 1 / 2000
    assert math.isnan(lines_of(left)["exp"][1][-1])  # too large for a float
    assert lines_of(left)["exp"][1][0] == math.exp(-2)


@pytest.mark.parametrize("name", ["add", "softmax", "nothing", "pow", 3.0, None, ["tanh"]])
def test_what_is_no_function_of_one_number_is_refused(name):
    with pytest.raises(UnknownNameError, match=re.escape(f"{name!r} is no function of one number")):
        plot_activations([name])


def test_functions_are_drawn_over_a_range_and_there_are_some():
    with pytest.raises(ShapeError, match="no names"):
        plot_activations([])
    with pytest.raises(KindError, match=r"names: expected a list of names, got None"):
        plot_activations(None)
    with pytest.raises(ShapeError, match=r"low=5.0 is not below high=5.0"):
        plot_activations(low=5)
    with pytest.raises(DomainError, match="high: expected a finite number, got nan"):
        plot_activations(high=math.nan)


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


def bars_of(plot):
    """The height of each bar by the name below it."""
    [axes] = plot.figure.axes
    names = [label.get_text() for label in axes.get_xticklabels()]
    return dict(zip(names, [bar.get_height() for bar in axes.patches], strict=True))


class Net(Module):
    def __init__(self):
        self.hidden = Layer(2, 2, seed=1)
        self.out = Layer(2, 1, seed=2)
        self.scale = Value(0.5)

    def __call__(self, x):
        return self.out([z.tanh() for z in self.hidden(x)]) * self.scale


def test_a_model_is_drawn_by_its_parts():
    net = Net()
    net([1.0, -2.0]).backward()
    sizes = {}
    for name, part in (("hidden", net.hidden.parameters()), ("out", net.out.parameters()), ("Net", [net.scale])):
        sizes[name] = pytest.approx(sum(abs(leaf.grad) for leaf in part) / len(part), rel=1e-15)
    assert bars_of(plot_gradients(net)) == sizes
    by_place = bars_of(plot_gradients([net.hidden, net.out.parameters(), {net.scale}]))
    assert by_place == {"1": sizes["hidden"], "2": sizes["out"], "3": sizes["Net"]}
    assert list(bars_of(plot_gradients(MLP(2, [3, 1])))) == ["0", "2"]  # as in state_dict()


def test_before_backward_no_layer_has_a_gradient_and_it_can_be_drawn():
    plot = plot_gradients(Net())
    assert "<svg" in plot._repr_svg_()
    assert [text.get_text() for text in plot.figure.axes[0].texts if text.get_text()] == ["no gradient"] * 3
    assert plot.figure.axes[0].get_ylim()[0] == 0


def test_what_is_not_finite_is_said():
    plot = plot_gradients({"right": [1e305] * 4000, "large": [math.inf, 1.0], "wrong": [math.nan]})
    assert "<svg" in plot._repr_svg_()
    assert [text.get_text() for text in plot.figure.axes[0].texts if text.get_text()] == ["1e+305", "inf", "nan"]


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (3.0, r"layers: expected a model, or a list with the parameters of each layer, got 3.0"),
        ("abc", "layers: .* got 'abc'"),
        (None, "layers: .* got None"),
        ([1.0, 2.0], "the layer '1': expected a list of its parameters; layers is a model, or"),
        ([Value(1.0)], r"the layer '1': .* got Value\(data=1.0, grad=0.0\)"),
        ({"a": None}, "the layer 'a': .* got None"),
        ({"a": ["b"]}, r"a gradient of the layer 'a': expected a number .* got 'b' \(of type str\)"),
    ],
)
def test_what_is_no_layer_is_refused(layers, message):
    with pytest.raises(KindError, match=f"^plot_gradients: {message}"):
        plot_gradients(layers)


@pytest.mark.parametrize("layers", [[], {}, Module()])
def test_no_layers_are_refused(layers):
    with pytest.raises(ShapeError, match=r"^plot_gradients: no layers; give a model"):
        plot_gradients(layers)


@pytest.mark.parametrize(("ending", "start"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("PDF", b"%PDF")])
def test_a_plot_is_written_and_is_the_same_each_time(ending, start, tmp_path):
    # where a font with Chinese letters is installed
    title = "损失" if set(plots._fonts()) - {"DejaVu Sans", "sans-serif"} else "a loss"
    paths = [plot_losses([2.0, 1.0], title=title).save(tmp_path / f"{name}.{ending}") for name in "ab"]
    first, second = [path.read_bytes() for path in paths]
    assert first.startswith(start)
    assert first == second


def test_other_endings_are_refused(tmp_path):
    with pytest.raises(UnknownNameError, match=r"x\.jpg.*\.svg, \.png, \.pdf"):
        plot_losses([1.0]).save(tmp_path / "x.jpg")
    with pytest.raises(KindError, match="a file's path: expected a string or a Path, got None"):
        plot_losses([1.0]).save(None)


def test_without_matplotlib_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingToolError, match=r"handgrad\[plot\]"):
        plot_losses([1.0])


def test_drawing_a_graph_does_not_load_matplotlib():
    program = "import sys, autograd; autograd.draw(autograd.Value(1.0)); print('matplotlib' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
