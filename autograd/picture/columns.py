"""The place of each box where a picture is made of layers: layers side by side, each in its order.

A general layout engine puts the neurons of a layer in whatever order has the fewest crossings; a network
is easier to read as it is counted. Lengths are in points, of which an inch has 72.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable

from .scene import Box, Frame, Scene

__all__ = ["place_in_columns", "text_width"]

_FONT_SIZE = 11
_LINE = 1.25 * _FONT_SIZE
_MARGIN = 12  # around the text of a box, both sides together
_BETWEEN = 14  # between the boxes of a layer
_FRAME = 12  # between a layer's boxes and its frame
_TITLE = 28  # for the title in a frame


def text_width(text: str, font_size: float = _FONT_SIZE) -> float:
    """About how wide ``text`` is in the pictures' font, rather more than less."""
    # fsum, not sum: the same on every version of Python, and so the same picture.
    return math.fsum(_em(character) for character in text) * font_size


def _em(character: str) -> float:
    """The width of a character, as a part of the font size."""
    if unicodedata.east_asian_width(character) in "WF":
        return 1.06
    if character in " .,:;'|()[]!ilIjt-":
        return 0.46
    if character in "mwMW=+<>~%@…→←≈":
        return 1.0
    return 0.79 if character.isupper() else 0.65


def place_in_columns(scene: Scene, columns: Iterable[tuple[str, list[Box]]], direction: str) -> None:
    """Give each box its place and size, and each column that has a title its frame."""
    is_row = direction in ("TB", "BT")  # a layer lies as a row then
    along = 0.0
    for title, boxes in columns:
        for box in boxes:
            box.width = max(text_width(line) for line in box.lines) + _MARGIN
            box.height = _LINE * len(box.lines) + _MARGIN
        # The boxes of a layer are as deep as each other: no line between two layers runs through one.
        depth = max(box.height if is_row else box.width for box in boxes)
        for box in boxes:
            if is_row:
                box.height = depth
            else:
                box.width = depth
        breadths = [box.width if is_row else box.height for box in boxes]
        if title and not is_row:
            depth = max(depth, text_width(title) - 2 * _FRAME)
        across = -(math.fsum(breadths) + _BETWEEN * (len(boxes) - 1)) / 2
        for box, breadth in zip(boxes, breadths):
            _put(box, along + depth / 2, across + breadth / 2, direction)
            across += breadth + _BETWEEN
        if title:
            scene.frames.append(_frame(title, boxes))
        along += depth + _gap(len(boxes))


def _gap(count: int) -> float:
    """Between two layers: wider where more lines cross in it."""
    return 70 + 8 * min(count, 12)


def _put(box: Box, along: float, across: float, direction: str) -> None:
    if direction in ("RL", "BT"):
        along = -along
    # The second coordinate grows upwards, and the first box of a layer stands on top.
    box.place = (across, -along) if direction in ("TB", "BT") else (along, -across)


def _frame(title: str, boxes: list[Box]) -> Frame:
    left = min(box.place[0] - box.width / 2 for box in boxes) - _FRAME  # type: ignore[index]
    right = max(box.place[0] + box.width / 2 for box in boxes) + _FRAME  # type: ignore[index]
    low = min(box.place[1] - box.height / 2 for box in boxes) - _FRAME  # type: ignore[index]
    high = max(box.place[1] + box.height / 2 for box in boxes) + _TITLE  # type: ignore[index]
    widened = max(0.0, text_width(title) + _MARGIN - (right - left)) / 2
    left, right = left - widened, right + widened
    return Frame(title, ((left + right) / 2, (low + high) / 2), right - left, high - low)
