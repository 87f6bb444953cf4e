"""A record as a file: JSON, so that any program can read it, and none can be run by it."""

from __future__ import annotations

import hashlib
import json
import os
from typing import Any

from ..errors import FileFormatError
from ..files import write_whole
from .record import GUARDS, Record, verify

__all__ = ["load_record", "save_record"]

_FORMAT = "autograd trace"
_VERSION = 1


def save_record(record: Record, path: str | os.PathLike[str]) -> None:
    """Write a record to a file, whole or not at all."""
    content = {
        "format": _FORMAT,
        "version": _VERSION,
        "size": record.size,
        "root": record.root,
        "leaves": [float.hex(number) for number in record.data],
        "labels": sorted(record.labels.items()),
        "inputs": record.inputs,
        "constants": [(slot, float.hex(number)) for slot, number in record.constants.items()],
        "forward": [(name, slot, *operands) for name, slot, operands in record.forward],
        "backward": [(name, slot, *operands) for name, slot, operands in record.backward],
    }
    content["checksum"] = _checksum(content)
    write_whole(path, _written(content))


def _written(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _checksum(content: dict[str, Any]) -> str:
    """Of all but the checksum itself: a digit that changed on the way would still be a trace, of another graph."""
    return hashlib.sha256(_written({key: part for key, part in content.items() if key != "checksum"})).hexdigest()


def load_record(path: str | os.PathLike[str]) -> Record:
    """Read a record, and verify it. Raises FileFormatError for anything that is none."""
    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
    except (ValueError, RecursionError) as error:
        raise FileFormatError(f"{os.fspath(path)}: not a saved trace ({error})") from None
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise FileFormatError(f"{os.fspath(path)}: not a saved trace; Trace.save writes one")
    if content.get("version") != _VERSION:
        raise FileFormatError(
            f"{os.fspath(path)}: a trace of version {content.get('version')!r}, and this library reads {_VERSION}; "
            "use the library that wrote it"
        )
    try:
        if _whole(content["size"]) > _most_slots(content):
            raise ValueError(f"it claims {content['size']} slots, and has not so many numbers")
        record = Record(
            data=[float.fromhex(number) for number in content["leaves"]],
            labels={_whole(slot): _text(label) for slot, label in content["labels"]},
            inputs=[_whole(slot) for slot in content["inputs"]],
            constants={_whole(slot): float.fromhex(number) for slot, number in content["constants"]},
            size=_whole(content["size"]),
            root=_whole(content["root"]),
            forward=[_instruction(*parts) for parts in content["forward"]],
            backward=[_instruction(*parts) for parts in content["backward"]],
        )
        verify(record)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise FileFormatError(f"{os.fspath(path)}: a damaged trace: {error}") from None
    if content.get("checksum") != _checksum(content):
        raise FileFormatError(f"{os.fspath(path)}: a damaged trace: its checksum is not that of its content")
    return record


def _most_slots(content: dict[str, Any]) -> int:
    """How many slots the content can fill: looked at before anything of that size is made."""
    instructions = [len(parts) for parts in (*content["forward"], *content["backward"])]
    return len(content["leaves"]) + len(content["constants"]) + sum(instructions)


def _instruction(name: Any, slot: Any, *operands: Any) -> tuple[str, int, tuple[int, ...]]:
    if name in GUARDS:
        raise ValueError(f"a trace has no guards, as {name}")
    return _text(name), _whole(slot), tuple([_whole(operand) for operand in operands])


def _whole(number: Any) -> int:
    if type(number) is not int or not 0 <= number < 2**31:
        raise ValueError(f"{number!r} is no slot")
    return number


def _text(text: Any) -> str:
    if type(text) is not str:
        raise ValueError(f"{text!r} is no name")
    return text
