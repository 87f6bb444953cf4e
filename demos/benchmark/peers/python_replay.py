"""This project's ``compile`` without the extra ``fast``: one sample recorded, and replayed as generated Python."""

import sys

sys.modules["llvmlite"] = None  # type: ignore[assignment]  # as where it is not installed

from .native_batch import w1  # noqa: E402

__all__ = ["w1"]

TITLE = "autograd, Python replay"
