"""The steps of both passes as pictures for slides: numbered files, or one animation.

PNG and animations are made of the SVG by ``resvg`` and Pillow: the extra ``frames``.
"""

from __future__ import annotations

import os
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from .. import arguments
from ..errors import FileWriteError, MissingToolError, ShapeError, TooLargeError, UnknownNameError
from ..files import as_path, write_whole
from ..messages import quoted
from ..numeric import Number
from ..value import Value
from .columns import text_width
from .engines import LARGEST, as_pixels, svg_to_png
from .labels import drawable
from .looks import BACKWARD, FONTS
from .passes import Step
from .stage import Stage, set_stage

__all__ = ["frames"]

_NAMESPACE = "http://www.w3.org/2000/svg"
_NOW = "#e69f00"
_CAPTION_SIZE = 11.0
_CAPTION_LINES = 4
_ANIMATIONS = {".gif": "GIF", ".png": "PNG", ".svg": "SVG"}
_SHORTEST, _LONGEST = 0.01, 20  # seconds: GIF counts in hundredths, and PNG has 16 bits for thousandths, of the end too


def frames(
    root: Value,
    path: str | os.PathLike[str],
    *,
    detail: str = "node",
    format: str = "svg",
    seconds: float = 1.5,
    width: int = 1280,
    max_frames: int = 200,
    seed: Number = 1,
    digits: int = 4,
    direction: str = "LR",
    parameters: Iterable[Value] = (),
) -> list[Path]:
    """Write the steps under ``root`` as numbered pictures into the folder ``path``, or as one animation.

    ``frames(loss, "slides")`` writes slides/000.svg, 001.svg …, one for the start and one for each step,
    with ``format="png"`` as PNG; ``frames(loss, "steps.svg")``, ``"steps.gif"`` and ``"steps.png"`` one
    animation that shows each step for so many ``seconds``. PNGs and GIFs are ``width`` pixels wide and need
    the extra ``frames``; an SVG moves in every browser, and needs nothing. ``detail`` is "node", for the
    graph as recorded, or "op", which opens every composite (a weighted sum, a softmax) into elementary
    operations. Returns the paths of what was written. The graph is as before afterwards. Raises what
    :func:`autograd.play` raises.
    """
    target = as_path(path)
    animation = _ANIMATIONS.get(target.suffix.lower())
    if animation is None and (target.suffix or format not in ("svg", "png")):
        what = f"format={quoted(format)}" if format not in ("svg", "png") else repr(os.fspath(path))
        raise UnknownNameError(f"{what}: frames are svg or png in a folder, or one file: .svg, .gif or .png")
    arguments.whole(width, "width", 1, LARGEST)
    seconds = arguments.finite(seconds, "seconds")
    if not _SHORTEST <= seconds <= _LONGEST:
        raise ShapeError(f"seconds={seconds}: give a number from {_SHORTEST} to {_LONGEST}")
    stage = set_stage(
        root, detail=detail, seed=seed, digits=digits, direction=direction, max_nodes=max_frames,
        parameters=parameters, limit="max_frames",
    )  # fmt: skip
    count = len(stage.passes.steps) + 1
    if count > max_frames:
        raise TooLargeError(
            f"there are {count} frames, and max_frames is {max_frames}: take a smaller graph, or max_frames={count}; "
            "play(root, path) has them all on one page"
        )
    pictures = _pictures(stage)
    if animation == "SVG":
        return [write_whole(target, _moving(list(pictures), seconds).encode("utf-8"))]
    if animation:
        return [write_whole(target, _animated(pictures, animation, seconds, width))]
    _make_folder(target)
    written = []
    for number, svg in enumerate(pictures):
        content = svg.encode("utf-8") if format == "svg" else svg_to_png(svg, width)
        written.append(write_whole(target / f"{number:0{max(3, len(str(count)))}}.{format}", content))
    return written


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileWriteError(f"cannot make the folder {folder}: {error.strerror}") from error


def _animated(pictures: Iterable[str], format: str, seconds: float, width: int) -> bytes:
    try:
        from PIL import Image
    except ImportError as error:
        raise MissingToolError("an animation is made by Pillow: pip install 'handgrad[frames]'") from error
    images = [Image.open(BytesIO(svg_to_png(svg, width))).convert("RGB") for svg in pictures]
    durations = [round(1000 * seconds)] * (len(images) - 1) + [round(3000 * seconds)]  # the end stands longer
    if format == "GIF":
        images = [image.quantize(128, dither=Image.Dither.NONE) for image in images]
    content = BytesIO()
    images[0].save(content, format, save_all=True, append_images=images[1:], duration=durations, loop=0)
    return content.getvalue()


def _moving(pictures: list[str], seconds: float) -> str:
    """The pictures over each other, one of them seen at a time; the last one longer, or alone where nothing moves."""
    whole = ET.fromstring(pictures[0])
    for child in list(whole):
        whole.remove(child)
    count = len(pictures) + 2
    rules = []
    for number, picture in enumerate(pictures):
        group = ET.SubElement(whole, f"{{{_NAMESPACE}}}g", {"class": "step", "id": f"step{number}"})
        for element in ET.fromstring(picture).iter():
            element.attrib.pop("id", None)
            for title in element.findall(f"{{{_NAMESPACE}}}title"):
                element.remove(title)
            if element.tag == f"{{{_NAMESPACE}}}svg":
                group.extend(element)
        start, end = (100 * place / count for place in (number, number + 1))
        hidden = f" {end:.3f}%{{visibility:hidden}}" if number + 1 < len(pictures) else ""
        before = "0%{visibility:hidden} " if number else ""
        rules.append(f"@keyframes k{number}{{{before}{start:.3f}%{{visibility:visible}}{hidden}}}")
        rules.append(f"#step{number}{{animation:k{number} {count * seconds:g}s step-end infinite}}")
    last = f"#step{len(pictures) - 1}{{visibility:visible}}"
    still = f"@media (prefers-reduced-motion: reduce){{.step{{animation:none!important}}{last}}}"
    style = ET.Element(f"{{{_NAMESPACE}}}style")
    style.text = "\n".join([".step{visibility:hidden}", *rules, still])
    whole.insert(0, style)
    return ET.tostring(whole, encoding="unicode")


# --- one picture for each step -----------------------------------------------------------------------


def _pictures(stage: Stage) -> Iterator[str]:
    """The SVG at the start and after each step."""
    texts = dict(stage.passes.texts)
    seen: set[str] = set()
    lines = _caption_lines(stage)
    yield _picture(stage, texts, seen, None, lines)
    for step in stage.passes.steps:
        if step.kind == "evaluate":
            seen.add(step.key)
        for change in step.changes:
            texts[change.key, change.what] = change.after
        yield _picture(stage, texts, seen, step, lines)


def _picture(stage: Stage, texts: dict[tuple[str, str], str], seen: set[str], step: Step | None, lines: int) -> str:
    svg = ET.fromstring(stage.svg)
    groups = {group.get("id", ""): group for group in svg.iter(f"{{{_NAMESPACE}}}g")}
    for (key, what), text in texts.items():
        is_link = what in ("forward", "backward")
        group = groups.get(f"{key}-{what}" if is_link else key)
        written = [] if group is None else group.findall(f"{{{_NAMESPACE}}}text")
        if written:
            written[{"data": -2}.get(what, -1)].text = text
        if group is not None and what == "backward" and not text:
            group.set("opacity", "0.08")
    for node, box in stage.scene.box_of.items():
        if node.op and box.key not in seen:
            groups[box.key].set("opacity", "0.3")
    if step is not None:
        for key in step.flows:
            _mark(groups[f"{key}-{step.phase}"], {"stroke-width": "3.5"})
        for key in step.receivers:
            _mark(groups[key], {"stroke": BACKWARD, "stroke-width": "2.5"})
        _mark(groups[step.key], {"stroke": _NOW, "stroke-width": "4"})
    _add_caption(svg, "" if step is None else f"{step.phase}: {step.text}", lines)
    return ET.tostring(svg, encoding="unicode")


def _mark(group: ET.Element, look: dict[str, str]) -> None:
    for shape in group:
        if shape.tag.rpartition("}")[2] in ("path", "polygon", "polyline", "ellipse"):
            shape.attrib.update(look)


# --- the caption -------------------------------------------------------------------------------------


def _size(svg: ET.Element) -> tuple[float, float]:
    width, height = svg.attrib["viewBox"].split()[2:]
    return float(width), float(height)


def _wrapped(text: str, width: float) -> list[str]:
    """The words of ``text`` in lines that fit ``width``, the last one with … where there are too many."""
    lines = [""]
    for word in drawable(text).split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if text_width(longer, _CAPTION_SIZE) > width and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines if len(lines) <= _CAPTION_LINES else [*lines[: _CAPTION_LINES - 1], f"{lines[_CAPTION_LINES - 1]} …"]


def _caption_lines(stage: Stage) -> int:
    width, _ = _size(ET.fromstring(stage.svg))
    return max(len(_wrapped(f"{step.phase}: {step.text}", width - 16)) for step in stage.passes.steps)


def _add_caption(svg: ET.Element, text: str, lines: int) -> None:
    """The step's line of chain rule under the picture, which grows by the same height on every frame."""
    width, height = _size(svg)
    line_height = 1.4 * _CAPTION_SIZE
    room = line_height * lines + 12
    svg.set("viewBox", f"0 0 {width:g} {height + room:g}")
    svg.set("width", as_pixels(width))
    svg.set("height", as_pixels(height + room))
    ET.SubElement(svg, f"{{{_NAMESPACE}}}rect", {
        "x": "0", "y": f"{height:g}", "width": f"{width:g}", "height": f"{room:g}", "fill": "white",
    })  # fmt: skip
    for number, line in enumerate(_wrapped(text, width - 16), 1):
        element = ET.SubElement(svg, f"{{{_NAMESPACE}}}text", {
            "x": "8", "y": f"{height + line_height * number:g}",
            "font-family": FONTS, "font-size": f"{_CAPTION_SIZE:g}",
        })  # fmt: skip
        element.text = line


ET.register_namespace("", _NAMESPACE)
ET.register_namespace("xlink", "http://www.w3.org/1999/xlink")
