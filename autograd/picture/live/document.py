"""One HTML file that needs nothing else: the parts beside this module, and the data of a page.

Only the one script runs whose hash stands in its head: whatever a label says, it is text.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import Any

from ..labels import drawable
from .rows import Rows, as_script

__all__ = ["document"]

_WORDS = ("elements", "vocabulary", "numbers", "writing", "tape", "lines")


def document(
    title: str, body: str, parts: Mapping[str, str], constants: Mapping[str, Any], rows: Rows, scripts: tuple[str, ...]
) -> str:
    """The page of a ``body`` (a file's name) and its ``parts``, with its data as ``constants`` of its scripts."""
    data = "".join([f"const {name} = {as_script(thing)};\n" for name, thing in constants.items()])
    pieces = ['"use strict";', data, *map(_script, _WORDS), rows.source(), *map(_script, scripts), _script("theme")]
    script = "\n".join(pieces)
    return _filled(_text_of("page.html"), {
        "title": escape(drawable(title)),
        "style": _text_of("page.css"),
        "note": parts.get("note", ""),
        "body": _filled(_text_of(body), parts),
        "script": script,
        "hash": b64encode(sha256(script.encode("utf-8")).digest()).decode("ascii"),
    })  # fmt: skip


def _filled(template: str, parts: Mapping[str, str]) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], template)


def _script(name: str) -> str:
    return _text_of(f"script/{name}.js")


def _text_of(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")
