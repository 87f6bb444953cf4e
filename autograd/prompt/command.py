"""What ``python -m autograd`` takes: nothing, for the prompt; ``tour``; or an expression with its numbers."""

from __future__ import annotations

from . import calculation
from .shell import open_prompt
from .tour import run as run_tour

__all__ = ["calculation", "open_prompt", "run_tour"]
