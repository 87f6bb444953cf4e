"""What every test may ask for.

Beside it stand the helpers that tests import: ``helpers`` (bits), ``random_graphs``, ``oracles`` (the table in
mpmath's words), ``latex`` (a strict reader), ``browser``.
"""

import signal

import pytest


@pytest.fixture
def interruptible():
    """Ctrl-C interrupts this test and the programs that it starts, also where the shell lets it be ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
