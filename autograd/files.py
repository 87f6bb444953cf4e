"""Files that are written whole or not at all.

>>> import tempfile
>>> with tempfile.TemporaryDirectory() as folder:
...     path = write_whole(Path(folder) / "note.txt", b"all of it")
...     path.read_bytes()
b'all of it'
"""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from .errors import FileWriteError, KindError
from .messages import given

__all__ = ["as_path", "write_whole"]


def as_path(path: str | os.PathLike[str]) -> Path:
    """``path`` as a Path. Raises KindError, a TypeError, for what is none."""
    if not isinstance(path, str | os.PathLike):
        raise KindError(f"a file's path: expected a string or a Path, got {given(path)}")
    return Path(path)


def write_whole(path: str | os.PathLike[str], content: bytes) -> Path:
    """Write ``content`` to ``path``, and return it as a Path.

    The bytes go to a new file beside it, which then takes its place: whoever reads sees the old file or
    the new one, whoever else writes at the same time, and a full disk or an interruption leaves the old
    one. The file keeps its permissions, and a symbolic link goes on pointing to it. Raises
    FileWriteError, an OSError, that names the path and the reason, and KindError where ``path`` is no path.
    """
    target = as_path(path)
    try:
        _replace(target, content)
    except (OSError, ValueError) as error:  # a ValueError for what no file can be called
        reason = getattr(error, "strerror", None) or error
        raise FileWriteError(f"cannot write {target}: {reason}; {_advice(target)}") from error
    return target


def _replace(target: Path, content: bytes) -> None:
    try:
        before = os.stat(target)
    except FileNotFoundError:
        before = None
    if before is not None and not stat.S_ISREG(before.st_mode):  # a device or a pipe takes what it is given
        with open(target, "wb") as file:
            file.write(content)
        return
    target = Path(os.path.realpath(target))
    # A name that no one else has thought of, and opened only if there is no such file: it is never shared.
    beside = target.with_name(f".{target.name[:40]}.{secrets.token_hex(8)}.part")
    mode = 0o666 if before is None else stat.S_IMODE(before.st_mode)
    try:
        with open(beside, "xb", opener=lambda name, flags: os.open(name, flags, mode & 0o777)) as file:
            if before is not None and os.fstat(file.fileno()).st_mode != before.st_mode:  # the umask took its part
                os.chmod(beside, mode)
            file.write(content)
        os.replace(beside, target)
    except FileExistsError:  # so it is another's
        raise
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _advice(target: Path) -> str:
    if os.path.isdir(target):
        return "that is a folder, give a file name in it"
    if not os.path.isdir(target.parent):
        return f"make the folder {target.parent} first"
    return "choose another name, or a folder that can be written"
