"""The file of a model: JSON, one row of weights a line.

>>> print(text({"kind": "MLP", "activations": ["linear"]}, {"0.weight": [[0.1, 0.2]], "0.bias": [0.3]}))
{
  "format": "nn model",
  "version": 1,
  "model": {"kind": "MLP", "activations": ["linear"]},
  "parameters": {
    "0.weight": [
      [0.1, 0.2]
    ],
    "0.bias": [0.3]
  }
}
<BLANKLINE>

Python writes a float with the digits that give back the same bits. What JSON has no number for is
written with its kind: ``{"Fraction": "1/3"}``, ``{"Decimal": "0.1"}``, ``{"float": "inf"}``.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from autograd import FileFormatError, KindError, arguments

__all__ = ["FORMAT", "VERSION", "read", "text"]

FORMAT, VERSION = "nn model", 1



def _fraction(written: str) -> Fraction:
    """As ``str`` writes one: an exponent, as in 1e1000000000, would be a number that fills the memory."""
    if not re.fullmatch(r"-?[0-9]+(/[0-9]+)?", written):
        raise ValueError(f"{written!r:.60} is no Fraction; one is written as 1/3")
    return Fraction(written)


_KINDS: dict[str, Callable[[str], Any]] = {"Fraction": _fraction, "Decimal": Decimal, "float": float}


def text(description: Mapping[str, Any], state: Mapping[str, Any]) -> str:
    """The content of the file of a model with that description and state."""
    parameters = ",\n".join([f"    {json.dumps(name)}: {_tensor(tensor)}" for name, tensor in state.items()])
    return (
        f'{{\n  "format": "{FORMAT}",\n  "version": {VERSION},\n'
        f'  "model": {json.dumps(description)},\n  "parameters": {{\n{parameters}\n  }}\n}}\n'
    )


def read(path: str | os.PathLike[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The description and the state that a file holds; FileFormatError where it is no such file."""
    if not isinstance(path, (str, os.PathLike)):
        raise arguments.refused(path, "a file's path", "a string or a Path")
    try:
        content = json.loads(Path(path).read_bytes(), object_hook=_number_of_kind, parse_constant=_refused)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise FileFormatError(f"{path} is no JSON file of a model: {error}") from None
    except IsADirectoryError:
        raise FileFormatError(f"{path} is a folder, and not the file of a model") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise FileFormatError(f"{path} is JSON, but not the file of a model, whose \"format\" is {FORMAT!r}")
    if content.get("version") != VERSION:
        raise FileFormatError(
            f"{path} is of version {content.get('version')!r}, and this library reads version {VERSION}; "
            f"save the model again with the library that wrote it, or use that one"
        )
    for part in ("model", "parameters"):
        if not isinstance(content.get(part), dict):
            raise FileFormatError(f"{path} has no {part!r}")
    return content["model"], content["parameters"]


def _tensor(tensor: Any) -> str:
    if isinstance(tensor, list) and tensor and isinstance(tensor[0], list):
        rows = ",\n".join([f"      {_tensor(row)}" for row in tensor])
        return f"[\n{rows}\n    ]"
    if isinstance(tensor, list):
        return f"[{', '.join([_number(number) for number in tensor])}]"
    return _number(tensor)


def _number(number: Any) -> str:
    kind = type(number).__name__
    try:
        if isinstance(number, int) or (isinstance(number, float) and math.isfinite(number)):
            return repr(number)
        if kind in _KINDS:
            return json.dumps({kind: str(number)})
    except ValueError:  # above some thousands of digits Python refuses, which a reader would do too
        raise KindError(f"a parameter is a {kind} of more digits than Python prints; save floats") from None
    raise KindError(f"{number!r} (of type {kind}) has no place in a file; save floats, Fractions or Decimals")


def _number_of_kind(thing: dict[str, Any]) -> Any:
    if len(thing) == 1:
        [(kind, written)] = thing.items()
        if kind in _KINDS and isinstance(written, str):
            return _KINDS[kind](written)
    return thing


def _refused(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")
