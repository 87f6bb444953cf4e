"""What every test may ask for.

Beside it stand the helpers that tests import: ``helpers`` (bits), ``random_graphs``, ``oracles`` (the table in
mpmath's words), ``latex`` (a strict reader), ``browser``.
"""

import signal

import pytest


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
