"""A picture or a page in the browser, for who has neither a notebook nor a file's name in mind."""

from __future__ import annotations

import os
import tempfile
import webbrowser
from pathlib import Path

from ..files import write_whole

__all__ = ["show_in_browser"]


def show_in_browser(content: str, ending: str) -> Path:
    """Write a file into the folder for temporary files and open it; its path."""
    handle, name = tempfile.mkstemp(prefix="handgrad-", suffix=ending)
    os.close(handle)
    path = write_whole(name, content.encode("utf-8"))
    webbrowser.open(path.as_uri())
    return path
