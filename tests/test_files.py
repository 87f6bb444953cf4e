"""Files are written whole or not at all, whoever else writes, and keep their permissions and their links."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from autograd import FileWriteError, write_whole

ROOT = Path(__file__).parent.parent
needs_links = pytest.mark.skipif(not hasattr(os, "symlink") or os.name == "nt", reason="needs symbolic links")


def save_in_pairs(path, rounds, others=None):
    """Two threads that save two contents to one path, again and again; what was found after each pair."""
    contents = (b"a" * 300_000, b"b" * 200_000)
    found, errors = set(), []

    def save(content):
        try:
            write_whole(path, content)
        except OSError as error:
            errors.append(error)

    for _ in range(rounds):
        threads = [threading.Thread(target=save, args=[content]) for content in contents]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found.add(path.read_bytes())
    assert not errors
    assert found <= set(contents)


def test_threads_that_save_to_one_path_leave_a_whole_file(tmp_path):
    save_in_pairs(tmp_path / "x", 50)
    assert os.listdir(tmp_path) == ["x"]


@pytest.mark.slow
def test_a_thousand_pairs_of_threads(tmp_path):
    save_in_pairs(tmp_path / "x", 1_000)


# As in two containers that share a folder: each process believes to be number 1.
SAVING = """
import os, sys
os.getpid = lambda: 1
from autograd import write_whole
path, letter, rounds = sys.argv[1], sys.argv[2].encode(), int(sys.argv[3])
for _ in range(rounds):
    write_whole(path, letter * 200_000)
    found = open(path, "rb").read()
    assert found in (b"a" * 200_000, b"b" * 200_000), (len(found), found[:1], found[-1:])
"""


def save_in_processes(path, rounds):
    commands = [[sys.executable, "-c", SAVING, str(path), letter, str(rounds)] for letter in "ab"]
    running = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for command in commands]
    assert [process.communicate()[1] for process in running] == ["", ""]


def test_processes_of_one_number_that_save_to_one_path_leave_a_whole_file(tmp_path):
    save_in_processes(tmp_path / "x", 100)
    assert os.listdir(tmp_path) == ["x"]


@pytest.mark.slow
def test_a_thousand_pairs_of_processes(tmp_path):
    save_in_processes(tmp_path / "x", 1_000)


def test_a_name_that_is_taken_is_not_opened(tmp_path, monkeypatch):
    monkeypatch.setattr("secrets.token_hex", lambda count: "0")
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    beside = tmp_path / ".x.0.part"
    if os.name == "nt":
        beside.write_bytes(b"precious")
    else:
        beside.symlink_to(victim)
    with pytest.raises(FileWriteError, match="exists"):
        write_whole(tmp_path / "x", b"new")
    assert victim.read_bytes() == b"precious" and beside.exists() and not (tmp_path / "x").exists()


@pytest.mark.skipif(os.name == "nt", reason="needs the permissions of POSIX")
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o666, 0o755])
def test_the_permissions_stay(mode, tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"old")
    path.chmod(mode)
    write_whole(path, b"new")
    assert stat.S_IMODE(path.stat().st_mode) == mode and path.read_bytes() == b"new"


@pytest.mark.skipif(os.name == "nt", reason="needs the permissions of POSIX")
def test_a_new_file_has_the_permissions_of_every_new_file(tmp_path):
    before = os.umask(0o027)
    try:
        assert stat.S_IMODE(write_whole(tmp_path / "x", b"").stat().st_mode) == 0o640
    finally:
        os.umask(before)


@needs_links
def test_a_link_stays_and_what_it_points_to_is_written(tmp_path):
    (tmp_path / "folder").mkdir()
    target, link, loop = tmp_path / "folder" / "x", tmp_path / "link", tmp_path / "loop"
    link.symlink_to(target)
    for content in (b"first", b"second"):  # the first makes what the link points to
        write_whole(link, content)
        assert link.is_symlink() and target.read_bytes() == content
    loop.symlink_to(loop)
    with pytest.raises(FileWriteError, match="symbolic links"):
        write_whole(loop, b"")
    assert loop.is_symlink() and os.listdir(tmp_path / "folder") == ["x"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_written_to_and_not_replaced(tmp_path):
    pipe, found = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: found.append(pipe.read_bytes()))
    reader.start()
    write_whole(pipe, b"through it")
    reader.join()
    assert found == [b"through it"] and stat.S_ISFIFO(pipe.stat().st_mode)
