"""The training page, in a browser: the numbers of ``fit`` from the same start, and its controls."""

import json
import math
import random

import pytest
from browser import PROGRAM

from autograd import DomainError, KindError, ShapeError, Value, define, play, sigmoid
from autograd.primitives import PRIMITIVES
from demos.datasets import curve, moons, rings
from nn import MLP, Layer, fit, initializers, losses, optim

pytestmark = [pytest.mark.browser]
in_browser = pytest.mark.skipif(PROGRAM is None, reason="chromium is not installed")


def the_moons():
    points, kinds = moons(100, noise=0.1, seed=1337)
    model = MLP(2, [16, 16, 1], activation="relu", seed=1337)
    optimizer = optim.SGD(model.parameters(), lr=0.3, weight_decay=2e-4)
    return model, [(point, 2 * kind - 1) for point, kind in zip(points, kinds)], losses.hinge, optimizer, {}


def the_rings():
    points, kinds = rings(60, radii=(0.5, 1.0, 1.5), noise=0.08, seed=1)
    model = MLP(2, [16, 3], activation="tanh", init="xavier", seed=1)
    data = list(zip(points, kinds))
    optimizer = optim.Adam(model.parameters(), lr=0.05)
    return model, data, losses.softmax_cross_entropy, optimizer, {"batch_size": 30, "seed": 1}


def the_curve():
    dice = random.Random(1)
    data = [(x, curve(x) + dice.gauss(0, 0.1)) for x in [2 * index / 99 - 1 for index in range(100)]]
    model = MLP(1, [12, 12, 1], activation="tanh", init="xavier", seed=1)
    return model, data, losses.mse, optim.Adam(model.parameters(), lr=0.02), {"batch_size": 20, "seed": 1}


def two_outputs():
    """Momentum, a softmax as the output's activation, and one-hot targets."""
    data = [([0.0, 0.0], [1, 0]), ([0.0, 1.0], [0, 1]), ([1.0, 0.0], [0, 1]), ([1.0, 1.0], [1, 0])]
    model = MLP(2, [3, 2], activation="gelu", output="softmax", seed=3)
    return model, data, losses.cross_entropy, optim.SGD(model.parameters(), lr=0.5, momentum=0.9), {}


TASKS = {"moons": the_moons, "rings": the_rings, "curve": the_curve, "two outputs": two_outputs}


def opened(browser, tmp_path, task):
    model, data, loss, optimizer, options = task()
    path = tmp_path / "training.html"
    play(model, path, data=data, loss=loss, optimizer=optimizer, **options)
    browser.open(path)
    return model, data, loss, optimizer, options


@in_browser
@pytest.mark.parametrize("task", list(TASKS))
def test_a_hundred_updates_are_those_of_fit(browser, tmp_path, task):
    model, data, loss, optimizer, options = opened(browser, tmp_path, TASKS[task])
    batches = math.ceil(len(data) / options.get("batch_size", len(data)))
    epochs = math.ceil(100 / batches)
    browser.run(f"for (let at = 0; at < {epochs * batches}; at++) page.training.update()")
    found = browser.run("[...page.training.network.parameters]")
    history = fit(model, data, loss, optimizer, epochs, **options)
    expected = [parameter.data for parameter in model.parameters()]
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)
    told = browser.run("page.training.losses")
    assert sum(told[-batches:]) / batches == pytest.approx(history.losses[-1], rel=1e-9)


@in_browser
def test_a_new_start_is_the_mlp_of_that_seed(browser, tmp_path):
    opened(browser, tmp_path, the_moons)
    for init in initializers.INITIALIZERS:
        browser.run(
            "hidden.value = '5, 4, 7'; activation.value = 'tanh'; seed.value = '42';"
            f"init.value = '{init}'; page.startAnew()"
        )
        model = MLP(2, [5, 4, 7, 1], activation="tanh", init=init, seed=42)
        found = browser.run("[...page.training.network.parameters]")
        assert found == pytest.approx([parameter.data for parameter in model.parameters()], rel=1e-12, abs=1e-15)
        predicted = browser.run("page.training.network.predict([0.25, -0.5])")
        assert predicted == pytest.approx([model([0.25, -0.5]).data], rel=1e-12)


@in_browser
def test_the_random_numbers_are_pythons(browser, tmp_path):
    opened(browser, tmp_path, two_outputs)
    for seed in (0, 1, 1337, 2**40 + 5, -7):
        found = browser.run(
            f"(() => {{ const many = (count, next) => Array.from({{length: count}}, next);"
            f"const made = new Random({seed}), normal = new Random({seed}), order = many(100, (_, place) => place);"
            f"new Random({seed}).shuffle(order);"
            "return [many(700, () => made.random()), many(7, () => normal.gauss(1, 2)), order] })()"
        )
        dice, normal, order = random.Random(seed), random.Random(seed), list(range(100))
        random.Random(seed).shuffle(order)
        assert found[0] == [dice.random() for _ in range(700)]
        assert found[1] == pytest.approx([normal.gauss(1, 2) for _ in range(7)], rel=1e-12)
        assert found[2] == order


@in_browser
def test_run_pause_one_update_and_restart(browser, tmp_path):
    opened(browser, tmp_path, the_moons)
    start = browser.run("[...page.training.network.parameters]")
    browser.press("u")
    assert browser.run("page.training.updates") == 1
    browser.press(" ")
    browser.run("new Promise((resolve) => setTimeout(resolve, 600))")
    browser.press(" ")
    updates = browser.run("page.training.updates")
    assert updates > 3
    browser.run("new Promise((resolve) => setTimeout(resolve, 200))")
    assert browser.run("page.training.updates") == updates
    assert f"{updates} updates" in browser.run("document.getElementById('status').textContent")
    browser.press("r")
    assert browser.run("page.training.updates") == 0
    assert browser.run("[...page.training.network.parameters]") == start


@in_browser
def test_into_an_update_and_out_of_it(browser, tmp_path):
    model, data, loss, optimizer, _ = opened(browser, tmp_path, the_moons)
    browser.press("i")
    assert not browser.run("document.getElementById('insides').hidden")
    steps = browser.run("page.inside.passes.steps.length")
    lines = []
    for _ in range(steps):
        browser.press("ArrowRight")
        lines.append(browser.run("document.getElementById('event').textContent"))
    assert lines[0].startswith("z¹₁ = w¹₁₁ · x₁ + w¹₁₂ · x₂ + b¹₁ = ")
    assert any(line.startswith("∂L/∂w²₁₁ = ∂L/∂z²₁ · a¹₁") for line in lines)
    total = loss(model(data[0][0]), data[0][1])
    total.backward()
    own = browser.run("[...page.inside.sums.own]")
    assert own == pytest.approx([parameter.grad for parameter in model.parameters()], rel=1e-12, abs=1e-15)
    after = browser.run("[...page.inside.sums.after]")
    browser.click("#take")
    assert browser.run("[...page.training.network.parameters]") == after
    fit(model, data, loss, optimizer, 1)
    assert after == pytest.approx([parameter.data for parameter in model.parameters()], rel=1e-12)


@in_browser
@pytest.mark.parametrize("task", list(TASKS))
def test_the_program_of_a_sample_runs_and_gives_its_gradients(browser, tmp_path, task):
    model, data, loss, _, _ = opened(browser, tmp_path, TASKS[task])
    browser.run("document.getElementById('program').closest('details').open = true")
    browser.run("new Promise((resolve) => setTimeout(resolve, 50))")
    program = browser.run("document.getElementById('program').textContent")
    assert "// forward" in program and "…" not in program
    names = browser.run("plainNames(page.training.network.parameterNames)")
    returned = f"; return [{', '.join(f'd_{name}' for name in names)}]"
    found = browser.run(f"new Function({json.dumps(program + returned)})()")
    loss(model(data[0][0]), data[0][1]).backward()
    assert found == pytest.approx([parameter.grad for parameter in model.parameters()], rel=1e-12, abs=1e-15)


@in_browser
def test_a_users_own_activation_trains(browser, tmp_path):
    define("swish", lambda x: x * sigmoid(x), lambda out, x: out + sigmoid(x) * (1 - out), activation=True)
    try:
        model = MLP(2, [4, 1], activation="swish", seed=1)
        data = [([0.0, 1.0], 1.0), ([1.0, 0.5], -1.0)]
        optimizer = optim.SGD(model.parameters(), lr=0.1)
        path = tmp_path / "training.html"
        play(model, path, data=data, loss=losses.mse, optimizer=optimizer)
        browser.open(path)
        browser.run("for (let at = 0; at < 20; at++) page.training.update()")
        fit(model, data, losses.mse, optimizer, 20)
        found = browser.run("[...page.training.network.parameters]")
        assert found == pytest.approx([parameter.data for parameter in model.parameters()], rel=1e-9)
    finally:
        del PRIMITIVES["swish"]


@in_browser
def test_a_point_is_chosen_by_a_click_and_a_key(browser, tmp_path):
    opened(browser, tmp_path, the_moons)
    browser.run("document.getElementById('plane').scrollIntoView()")
    browser.run(
        "(() => { const canvas = document.getElementById('plane'), b = canvas.getBoundingClientRect();"
        "const [x, y] = page.plane.place(page.training.samples[17]);"
        "const [clientX, clientY] = [b.x + x * b.width / 640, b.y + y * b.height / 640];"
        "canvas.dispatchEvent(new MouseEvent('click', {clientX, clientY})) })()"
    )
    assert browser.run("document.getElementById('sample').value") == "18"
    browser.press("ArrowRight")
    assert browser.run("document.getElementById('sample').value") == "19"


@in_browser
def test_a_rate_that_is_too_large_stops_and_says_so(browser, tmp_path):
    opened(browser, tmp_path, the_curve)
    browser.run("rate.value = '1e300'; rate.dispatchEvent(new Event('input'))")
    browser.press("u")
    browser.press("u")
    browser.press("u")
    assert "lower the learning rate" in browser.run("document.getElementById('fault').textContent")


@in_browser
def test_twenty_updates_a_second_on_the_moons(browser, tmp_path):
    opened(browser, tmp_path, the_moons)
    seconds = browser.run(
        "(() => { const start = performance.now(); for (let at = 0; at < 40; at++) page.training.update();"
        "return (performance.now() - start) / 1000 })()"
    )
    assert 40 / seconds > 20


@in_browser
def test_hostile_labels_and_titles_run_nothing(browser, tmp_path):
    hostile = "</script><script>document.title = 'broken'</script>"
    model, data, loss, optimizer, _ = two_outputs()
    for parameter in model.parameters():
        parameter.label = hostile
    path = tmp_path / "training.html"
    play(model, path, data=data, loss=loss, optimizer=optimizer, title=hostile)
    browser.open(path)
    assert browser.run("document.title") == hostile


def test_the_model_stays_as_it_is_and_no_graph_is_kept():
    model, data, loss, optimizer, options = the_curve()
    before = [(parameter.data, parameter.grad) for parameter in model.parameters()]
    html = play(model, data=data, loss=loss, optimizer=optimizer, **options).html
    assert [(parameter.data, parameter.grad) for parameter in model.parameters()] == before
    record = json.loads(next(line for line in html.splitlines() if line.startswith("const record = "))[15:-1])
    assert len(record["losses"]) == 1  # one graph for all targets
    assert len(html) < 400_000


def test_what_cannot_be_trained_on_a_page_is_refused():
    model, data, loss, optimizer, _ = two_outputs()
    given = {"data": data, "loss": loss, "optimizer": optimizer}
    for missing in given:
        with pytest.raises(KindError, match=f"^{missing}: "):
            play(model, **{name: thing for name, thing in given.items() if name != missing})
    with pytest.raises(KindError, match="shown of an MLP"):
        play(Value(1.0) * 2, **given)
    with pytest.raises(KindError, match="shown of an MLP"):
        play(Layer(2, 2), **given)
    with pytest.raises(KindError, match="dropout"):
        play(MLP(2, [3, 2], dropout=0.5), **given)
    with pytest.raises(KindError, match="expected an SGD or an Adam"):
        play(model, **given | {"optimizer": 0.1})
    with pytest.raises(ShapeError, match="none of the optimizer's parameters"):
        play(model, **given | {"optimizer": optim.SGD([Value(1.0)], lr=0.1)})
    with pytest.raises(ShapeError, match="3 inputs, and the network takes 2"):
        play(model, **given | {"data": [([1.0, 2.0, 3.0], [1, 0])]})
    with pytest.raises(KindError, match="another way for other predictions"):
        play(model, **given | {"loss": lambda y, t: y[0] * 2 if y[0] > y[1] else y[1]})
    with pytest.raises(DomainError, match="batch_size"):
        play(model, **given, batch_size=0)
