"""The compiled machine on disk, so that a processor compiles it once and not in every process.

It lies in the user's cache folder ($XDG_CACHE_HOME, else ~/.cache), named after everything that it was
made from, with a checksum before it. Where it cannot be read or written, it is compiled anew.
"""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

from ..errors import AutogradError
from ..files import write_whole

__all__ = ["KeptCode"]

_FOLDER = "handgrad"
_CHECKSUM = 32  # bytes


class KeptCode:
    """``code`` is what was kept from ``parts`` (source, processor, compiler), or None."""

    def __init__(self, *parts: object) -> None:
        name = sha256(repr(parts).encode()).hexdigest()[:32]
        try:
            home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        except RuntimeError:  # there is no home
            home = Path()
        self.path: Path | None = home / _FOLDER / f"{name}.machine" if home.is_absolute() else None
        self.code = self._read()

    def _read(self) -> bytes | None:
        try:
            content = self.path.read_bytes() if self.path is not None else b""
        except OSError:
            return None
        checksum, code = content[:_CHECKSUM], content[_CHECKSUM:]
        return code if code and sha256(code).digest() == checksum else None

    def keep(self, code: bytes) -> None:
        """Write the code; a folder that does not take it is no error."""
        if self.path is None:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self.path, sha256(code).digest() + code)
        except (OSError, AutogradError):
            return
