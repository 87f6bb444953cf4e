"""``python -m demos.house``: the rooms of the code and who imports whom, drawn from the imports themselves.

An arrow goes from a room to what it imports. Arrows that follow from others are left out, as is the way from the
façade to each room.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import graphviz

import autograd
from autograd.files import write_whole
from autograd.picture.engines import render_svg

__all__ = ["arrows", "main", "picture"]

PACKAGE = Path(autograd.__file__).parent
OUT_OF_SIGHT = {"__init__", "__main__", "errors", "messages"}  # everything imports the last two


def room(name: str) -> str:
    """The room of a module: a file of the hall, or the folder of a wing."""
    return name.removeprefix("autograd.").split(".")[0]


def _run(tree: ast.AST) -> Iterator[ast.AST]:
    """The parts of a module, without those that only a type checker reads."""
    for part in ast.iter_child_nodes(tree):
        if not (isinstance(part, ast.If) and "TYPE_CHECKING" in ast.unparse(part.test)):
            yield part
            yield from _run(part)


def _imported(path: Path) -> Iterator[str]:
    package = ("autograd", *path.relative_to(PACKAGE).with_suffix("").parts[:-1])
    for node in _run(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").startswith("autograd")):
            base = package[: len(package) - node.level + 1] if node.level else ()
            stem = ".".join((*base, *([node.module] if node.module else [])))
            yield from [stem] if room(stem) != "autograd" else [f"{stem}.{alias.name}" for alias in node.names]


def arrows() -> dict[str, set[str]]:
    """What each room imports."""
    rooms = {room(".".join(path.relative_to(PACKAGE).with_suffix("").parts)) for path in PACKAGE.rglob("*.py")}
    found: dict[str, set[str]] = {name: set() for name in rooms - OUT_OF_SIGHT}
    for path in PACKAGE.rglob("*.py"):
        name = room(".".join(path.relative_to(PACKAGE).with_suffix("").parts))
        if name in found:
            found[name] |= {other for other in map(room, _imported(path)) if other in found and other != name}
    return found


def _without_detours(found: dict[str, set[str]]) -> Iterator[tuple[str, str]]:
    """The arrows that do not follow from others."""

    def reached(name: str, seen: set[str]) -> set[str]:
        for other in found[name] - seen:
            seen.add(other)
            reached(other, seen)
        return seen

    for name, others in sorted(found.items()):
        for other in sorted(others):
            if not any(other in reached(between, set()) for between in others - {other}):
                yield name, other


def picture() -> graphviz.Digraph:
    graph = graphviz.Digraph(graph_attr={"rankdir": "TB", "ranksep": "0.35", "nodesep": "0.2"})
    graph.attr("node", shape="box", style="rounded,filled", fontname="Helvetica", fontsize="12", color="#8899aa")
    graph.attr("edge", color="#8899aa", arrowsize="0.6")
    found = arrows()
    for name in sorted(found):
        wing = (PACKAGE / name).is_dir()
        first = name in ("value", "primitives")
        graph.node(name, f"{name}/" if wing else name, fillcolor="#ffe9b8" if first else "#dcebff" if wing else "white")
    graph.edges(_without_detours(found))
    return graph


def main() -> None:
    out = Path(__file__).parent / "pictures" / "house.svg"
    print(f"wrote {write_whole(out, render_svg(picture()).encode('utf-8'))}")


if __name__ == "__main__":
    main()
