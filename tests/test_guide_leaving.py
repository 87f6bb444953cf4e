"""The guide to training and leaving runs as printed, and PyTorch's processes come to the loss of `fit`."""

import doctest
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "demos" / "guide" / "leaving.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
NEEDS = {"to_torch": "torch", "torch.": "torch", "to_onnx": "onnx"}


def run_session(block, names):
    session = doctest.DocTestParser().get_doctest(block, names, "leaving.md", "leaving.md", 0)
    assert doctest.DocTestRunner().run(session, clear_globs=False).failed == 0
    names.update(session.globs)


def sessions(after=None):
    return [block for kind, mark, block in BLOCK.findall(TEXT) if kind == "python" and mark == (after or "")]


def test_the_sessions_run_as_printed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    blocks = sessions()
    assert len(blocks) == 7
    for block in blocks:
        if all(find_spec(package) for use, package in NEEDS.items() if use in block):
            run_session(block, names)


@pytest.mark.slow
def test_two_processes_of_pytorch_come_to_the_same_loss(tmp_path, monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in sessions():
        if "to_onnx" not in block:
            run_session(block, names)
    [(program, name)] = [(block, mark[6:]) for _, mark, block in BLOCK.findall(TEXT) if mark.startswith("title=")]
    Path(name).write_text(program, encoding="utf-8")
    [console] = [block for kind, _, block in BLOCK.findall(TEXT) if kind == "console"]
    command, printed = console.splitlines()
    assert command.startswith("$ torchrun ")
    words = [sys.executable, "-m", "torch.distributed.run", *command.split()[2:]]
    alone = {**os.environ, "GLOO_SOCKET_IFNAME": "lo", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(words, capture_output=True, text=True, env=alone, timeout=300)
    assert done.stdout.split() == [printed], done.stderr
    [last] = sessions("after=train.py")
    run_session(last, names)
