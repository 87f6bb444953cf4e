"""Files that are written whole or not at all.

>>> import tempfile
>>> with tempfile.TemporaryDirectory() as folder:
...     path = write_whole(Path(folder) / "note.txt", b"all of it")
...     path.read_bytes()
b'all of it'
"""

from __future__ import annotations

import os
from pathlib import Path

from .errors import FileWriteError, KindError
from .numeric import given

__all__ = ["as_path", "write_whole"]


def as_path(path: str | os.PathLike[str]) -> Path:
    """``path`` as a Path. Raises KindError, a TypeError, for what is none."""
    if not isinstance(path, str | os.PathLike):
        raise KindError(f"a file's path is a string or a Path; got {given(path)}")
    return Path(path)


def write_whole(path: str | os.PathLike[str], content: bytes) -> Path:
    """Write ``content`` to ``path``, and return it as a Path.

    The bytes go to a file beside it, which then takes its place: whoever reads sees the old file or
    the new one, and a full disk or an interruption leaves the old one. Raises FileWriteError, an
    OSError, that names the path and the reason, and KindError where ``path`` is no path.
    """
    target = as_path(path)
    try:
        beside = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            beside.write_bytes(content)
            os.replace(beside, target)
        finally:
            beside.unlink(missing_ok=True)
    except (OSError, ValueError) as error:  # a ValueError for what no file can be called
        reason = getattr(error, "strerror", None) or error
        raise FileWriteError(f"cannot write {target}: {reason}; {_advice(target)}") from error
    return target


def _advice(target: Path) -> str:
    if os.path.isdir(target):
        return "that is a folder, give a file name in it"
    if not os.path.isdir(target.parent):
        return f"make the folder {target.parent} first"
    return "choose another name, or a folder that can be written"
