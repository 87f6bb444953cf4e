"""Layers side by side: the place of each box, in its order, and of each line between two.

A general layout engine puts the neurons of a layer in whatever order has the fewest crossings; a network
is easier to read as it is counted. Lengths are in points, of which an inch has 72.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable

from .scene import Box, Frame, Link, Scene

__all__ = ["draw_lines", "place_in_columns", "text_width"]

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


_ALONG = {"LR": (1, 0), "RL": (-1, 0), "TB": (0, -1), "BT": (0, 1)}  # from an operand to a node
_USED_OF_SIDE = 0.8  # of the side of a box, the part on which lines start and end


def draw_lines(scene: Scene, direction: str) -> None:
    """Give each link its two lines; those of one box start and end side by side, in the order of where they lead."""
    along = _ALONG[direction]
    sides: dict[tuple[str, int], list[tuple[float, int, Link]]] = {}  # what arrives at a box (-1), and what leaves (1)
    for link in scene.links:
        sides.setdefault((link.source.key, 1), []).append((_across(link.target, along), link.place, link))
        sides.setdefault((link.target.key, -1), []).append((_across(link.source, along), link.place, link))
    ends: dict[tuple[str, str, int], tuple[float, float]] = {}  # by link, flow and side
    for (_, side), found in sides.items():
        found.sort(key=lambda entry: entry[:2])
        for number, (_, _, link) in enumerate(found):
            box = link.source if side == 1 else link.target
            for flow, half in (("forward", 0.25), ("backward", 0.75)):
                share = _USED_OF_SIDE * ((number + half) / len(found) - 0.5)
                ends[link.key, flow, side] = _on_side(box, along, side, share)
    for link in scene.links:
        link.forward_line = ends[link.key, "forward", 1], ends[link.key, "forward", -1]
        link.backward_line = ends[link.key, "backward", 1], ends[link.key, "backward", -1]


def _across(box: Box, along: tuple[int, int]) -> float:
    """Where a box stands among those of its layer."""
    assert box.place is not None
    return box.place[1] if along[0] else box.place[0]


def _on_side(box: Box, along: tuple[int, int], side: int, share: float) -> tuple[float, float]:
    """The place on a side of a box, at a share of its length from the middle."""
    assert box.place is not None
    x, y = box.place
    if along[0]:
        return x + side * along[0] * box.width / 2, y + share * box.height
    return x + share * box.width, y + side * along[1] * box.height / 2
