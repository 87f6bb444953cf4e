"""What every test may ask for.

Beside it stand the helpers that tests import: ``helpers`` (bits), ``random_graphs``, ``oracles`` (the table in
mpmath's words), ``latex`` (a strict reader), ``browser``.
"""

import os
import signal
import sys

import pytest
from browser import PROGRAM, Browser
from hypothesis import settings

# A change is judged by the same examples each time; who works on it meets others.
settings.register_profile("same", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("same")


def pytest_xdist_auto_num_workers(config):
    """A few files that are named are sooner run here than by workers that have to be started first."""
    named = config.args_source is pytest.Config.ArgsSource.ARGS
    return 0 if named and len(config.args) <= 6 else None


@pytest.fixture
def interruptible():
    """Ctrl-C interrupts this test and the programs that it starts, also where the shell lets it be ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def shallow_recursion():
    """A limit under which whatever recurses over a deep graph fails at once."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(200)
    yield
    sys.setrecursionlimit(limit)


@pytest.fixture(params=["native", "python"])
def machine(request, monkeypatch):
    """Both ways of replaying: the test runs once by each."""
    if request.param == "native":
        pytest.importorskip("llvmlite")
    else:
        monkeypatch.setattr("autograd.replay.native._engine", lambda: None)


@pytest.fixture(scope="session")
def one_browser():
    if PROGRAM is None:
        pytest.skip("chromium is not installed")
    with Browser() as browser:
        yield browser


@pytest.fixture
def browser(one_browser):
    """A browser, in which no test may leave an error."""
    yield one_browser
    errors, one_browser.errors = one_browser.errors, []
    assert errors == []
