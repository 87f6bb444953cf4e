"""Who may import whom, what the façade exports, and what an import costs."""

import ast
import builtins
import functools
import re
import subprocess
import sys
from pathlib import Path

import pytest
from branch_coverage import reasons

import autograd

ROOT = Path(__file__).parent.parent
PACKAGES = ("autograd", "nn", "demos")
# The core, from what everything needs on: each may know those before it, and none behind it.
HALL = [
    "errors", "messages", "decimals", "kinds", "numeric", "arithmetic", "forms", "primitives", "definitions",
    "instrument", "passes", "value", "nodes", "weighted", "graph", "interpret", "derivatives",
]  # fmt: skip
WINGS = sorted({path.parent.name for path in (ROOT / "autograd").glob("*/__init__.py")} - {"notation"})
# What is public, but not in __all__, so that ``from autograd import *`` leaves the built-in as it is.
LEFT_OUT = ["compile"]
# Where a Value's slots are known by their names; everyone else uses op, operands, partials and primitive.
CORE = {"value.py", "passes.py", "nodes.py", "weighted.py", "copies.py", "instrument.py"}


def sources(*folders):
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def module_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in sources(*PACKAGES)}


def imported_by(path):
    """Absolute names of what a module imports, at any depth of its code, but not for the checker of types only."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    waiting = [ast.parse(path.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        waiting.extend(ast.iter_child_nodes(node))
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            stem = ".".join((*base, *([node.module] if node.module else [])))
            yield from (f"{stem}.{alias.name}" for alias in node.names)


def modules_imported_by(module):
    """Those of the project; of ``from .graph import edges`` it is autograd.graph."""
    for name in imported_by(MODULES[module]):
        while name and name not in MODULES:
            name = name.rpartition(".")[0]
        if name and name != module:
            yield name


IMPORTS = {module: set(modules_imported_by(module)) for module in MODULES}


def reached_from(module):
    """All modules that a module needs, itself only where there is a way back to it."""
    reached, waiting = set(), [module]
    while waiting:
        for other in IMPORTS[waiting.pop()] - reached - {"autograd"}:
            reached.add(other)
            waiting.append(other)
    return reached


@pytest.mark.parametrize("module", MODULES)
def test_there_are_no_circles(module):
    assert module not in reached_from(module)


@pytest.mark.parametrize("room", HALL)
def test_the_core_stands_in_one_line(room):
    before = {f"autograd.{name}" for name in HALL[: HALL.index(room)]}
    assert reached_from(f"autograd.{room}") <= before


@pytest.mark.parametrize("module", [module for module in MODULES if module.startswith("autograd.")])
def test_the_hall_knows_no_wing_and_a_wing_no_other_wings_inside(module):
    home = module.split(".")[1]
    for name in IMPORTS[module]:
        package, *parts = name.split(".")
        assert package == "autograd", f"{module} imports {name}"
        if not parts or parts[0] not in WINGS or parts[0] == home:
            continue
        if home == "__main__" and parts[-1] == "command":
            continue  # the front door knows each wing's command
        assert home in WINGS, f"{module} imports {name}: the hall knows no wing"
        assert parts == [parts[0]], f"{module} imports {name}: use the façade of the package"


@pytest.mark.parametrize("path", [path for path in sources(*PACKAGES) if path.name not in CORE], ids=str)
def test_no_slot_of_value_is_named_outside_the_core(path):
    slots = {slot for slot in autograd.Value.__slots__ if slot.startswith("_")}
    assert slots
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) not in ("self", "self._arrays"):
            assert node.attr not in slots, f"line {node.lineno}: a slot of Value; use op, operands, partials, primitive"


# What a formula of an activation looks like in Python and in JavaScript, whatever its operands are called.
FORMULAS = {
    "sigmoid": r"/ \(1(\.0)? \+ (\w+\.)*(exp\(|small\b)",
    "softplus": r"log1p\((\w+\.)*exp\(|log\(1(\.0)? \+ (\w+\.)*exp\(",
    "gelu": r"\* (\w+\.)*(normal_cdf|ndtr|Phi)\(|\* probability|\* \(1(\.0)? \+ (\w+\.)*erf\(",
    "leaky_relu": r"\bslope \* x\b|\bx \* slope\b",
    "elu": r"\* (\w+\.)*expm1\(",
}
BY_HAND = {"autograd/kinds.py"}  # of symbols and of complex numbers, which have no order


@functools.cache
def code_of(path):
    """Without comments and docstrings."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".js":
        return re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.DOTALL)
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None:
            node.body[0] = ast.Pass()
    return ast.unparse(tree)


@pytest.mark.parametrize("name", FORMULAS)
def test_each_formula_of_an_activation_stands_once(name):
    scripts = sorted((ROOT / "autograd").rglob("*.js"))
    files = [path for path in [*sources("autograd", "nn"), *scripts] if re.search(FORMULAS[name], code_of(path))]
    assert {str(path.relative_to(ROOT)) for path in files} - BY_HAND == {"autograd/numeric.py"}
    found = re.findall(rf"(?m)^def _?{name}\(.*\n(?:    .*\n)*", code_of(ROOT / "autograd" / "numeric.py"))
    assert len([text for text in found if re.search(FORMULAS[name], text)]) == 1


@pytest.mark.parametrize("path", sources("nn"), ids=str)
def test_nn_imports_the_facade_the_table_and_the_checks_of_arguments_only(path):
    for name in imported_by(path):
        target = name.split(".")
        if target[0] == "autograd" and len(target) > 1:
            reachable = {*autograd.__all__, *LEFT_OUT, "arguments", "definitions", "primitives"}
            assert target[1] in reachable, f"{path.name} imports {name}"


@pytest.mark.parametrize("path", sources("autograd") + sources("nn"), ids=str)
def test_what_is_left_out_of_the_coverage_says_why(path):
    for number, what, reason in reasons(path):
        assert len(reason.split()) >= 3, f"line {number}: no {what} without a reason"


def test_only_the_picture_imports_graphviz():
    for path in sources("autograd") + sources("nn") + sources("demos"):
        if "graphviz" in {name.split(".")[0] for name in imported_by(path)}:
            assert path.parent.name == "picture" or path.name == "house.py"  # which draws the code, not a graph


def test_all_is_what_is_exported():
    assert len(autograd.__all__) == len(set(autograd.__all__))
    for name in autograd.__all__:
        assert getattr(autograd, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        autograd.nothing  # noqa: B018


def in_a_new_process(program):
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    return done.stdout.split()


def test_dir_has_the_public_names_only_before_and_after_they_are_used():
    public = sorted([*autograd.__all__, *LEFT_OUT])
    program = "import autograd; print(*dir(autograd)); autograd.draw, autograd.compile, autograd.explain"
    for names in (in_a_new_process(program), in_a_new_process(f"{program}; print(*dir(autograd))")):
        assert sorted({name for name in names if not name.startswith("_")}) == public


def test_what_a_star_import_brings():
    names = in_a_new_process("from autograd import *; print(*[name for name in dir() if name[0] != '_'])")
    assert sorted(names) == sorted(autograd.__all__)
    # A Python built-in is not replaced in silence; these are imported by their names.
    assert not set(names) & set(dir(builtins))
    assert set(LEFT_OUT) <= set(dir(builtins))
    assert all(name in autograd.__doc__ for name in LEFT_OUT)


def test_import_autograd_brings_in_the_standard_library_only():
    program = (
        "import sys; before = set(sys.modules); import autograd; "
        "new = {name.split('.')[0] for name in set(sys.modules) - before}; "
        "print(*sorted(new - set(sys.stdlib_module_names)))"
    )
    assert in_a_new_process(program) == ["autograd"]
    loaded = in_a_new_process("import sys, autograd; print(*[n for n in sys.modules if n.startswith('autograd.')])")
    assert not [name for name in loaded if name.split(".")[1] in WINGS]
