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

from .errors import FileWriteError

__all__ = ["write_whole"]


def write_whole(path: str | os.PathLike[str], content: bytes) -> Path:
    """Write ``content`` to ``path``, and return it as a Path.

    The bytes go to a file beside it, which then takes its place: whoever reads sees the old file or
    the new one, and a full disk or an interruption leaves the old one. Raises FileWriteError, an
    OSError, that names the path and the reason.
    """
    target = Path(path)
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        try:
            beside.write_bytes(content)
            os.replace(beside, target)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise FileWriteError(f"cannot write {target}: {error.strerror or error}; {_advice(target)}") from error
    return target


def _advice(target: Path) -> str:
    if target.is_dir():
        return "that is a folder, give a file name in it"
    if not target.parent.is_dir():
        return f"make the folder {target.parent} first"
    return "choose a folder that can be written"
