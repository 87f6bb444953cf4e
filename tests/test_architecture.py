"""Who may import whom, what the façade exports, and what an import costs."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from branch_coverage import reasons

import autograd

ROOT = Path(__file__).parent.parent
HALL = [
    "errors", "messages", "decimals", "kinds", "numeric", "arithmetic", "forms", "primitives", "instrument", "value",
    "weighted", "graph", "interpret", "derivatives",
]  # fmt: skip
WINGS = ["stepping", "hand", "picture", "replay"]


def imported_by(path):
    """Absolute names of what a module imports from the project, at any depth of its code."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            stem = ".".join((*base, *([node.module] if node.module else [])))
            yield stem
            yield from (f"{stem}.{alias.name}" for alias in node.names)


def sources(folder):
    return sorted((ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("path", sources("autograd"), ids=str)
def test_the_hall_knows_no_wing_and_a_wing_no_other_wings_inside(path):
    parts = path.relative_to(ROOT / "autograd").parts
    home = parts[0] if len(parts) > 1 else ""
    for name in imported_by(path):
        target = name.split(".")
        if target[0] in ("nn", "demos"):
            pytest.fail(f"{path.name} imports {name}")
        if target[0] == "autograd" and len(target) > 1 and target[1] in WINGS and target[1] != home:
            if path.name == "__main__.py" and target[-1] == "command":
                continue  # the front door knows each wing's command
            pytest.fail(f"{path.name} imports {name}: use the façade of the package")


@pytest.mark.parametrize("position", range(len(HALL)))
def test_the_first_rooms_stand_in_one_line(position):
    room = HALL[position]
    allowed = {f"autograd.{name}" for name in HALL[:position]}
    for name in imported_by(ROOT / "autograd" / f"{room}.py"):
        if name.startswith("autograd."):
            assert ".".join(name.split(".")[:2]) in allowed, f"{room} imports {name}"


@pytest.mark.parametrize("path", sources("nn"), ids=str)
def test_nn_imports_the_facade_and_the_checks_of_arguments_only(path):
    for name in imported_by(path):
        target = name.split(".")
        if target[0] == "autograd" and len(target) > 1:
            assert target[1] in {*autograd.__all__, "arguments"}, f"{path.name} imports {name}"


@pytest.mark.parametrize("path", sources("autograd") + sources("nn"), ids=str)
def test_what_is_left_out_of_the_coverage_says_why(path):
    for number, what, reason in reasons(path):
        assert len(reason.split()) >= 3, f"line {number}: no {what} without a reason"


def test_only_the_picture_imports_graphviz():
    for path in sources("autograd") + sources("nn") + sources("demos"):
        if "graphviz" in {name.split(".")[0] for name in imported_by(path)}:
            assert path.parent.name == "picture"


def test_all_is_what_is_exported():
    assert len(autograd.__all__) == len(set(autograd.__all__))
    for name in autograd.__all__:
        assert getattr(autograd, name) is not None
    assert set(autograd.__all__) <= set(dir(autograd))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        autograd.nothing  # noqa: B018


def test_import_autograd_brings_in_the_standard_library_only():
    program = (
        "import sys; before = set(sys.modules); import autograd; "
        "new = {name.split('.')[0] for name in set(sys.modules) - before}; "
        "print(*sorted(new - set(sys.stdlib_module_names)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.split()
    assert found == ["autograd"]
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, autograd; print(*[n for n in sys.modules if n.startswith('autograd.')])"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    ).stdout.split()
    assert not [name for name in loaded if name.split(".")[1] in WINGS]
