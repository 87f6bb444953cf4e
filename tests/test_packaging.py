"""The wheel and the source archive: what is in them, and that they work where nothing else is installed."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from demos.__main__ import EXAMPLES
from demos.tasks import TASKS

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
VERSIONS = ("3.11", "3.12", "3.13")


def _run(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def _python(version):
    """The Python of that version, or None where it is not installed."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    found = shutil.which(f"python{version}")
    works = found and subprocess.run([found, "-c", "import venv"], capture_output=True, check=False).returncode == 0
    return found if works else None


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    """The wheel and the source archive, built from a copy so that nothing is left in the project."""
    pytest.importorskip("build")
    folder = tmp_path_factory.mktemp("build")
    ignored = shutil.ignore_patterns(".git", ".venv", "*.egg-info", "build", "dist", "out", "__pycache__", ".*_cache")
    shutil.copytree(ROOT, folder / "source", ignore=ignored)
    # Each from the source itself, as `pip install .` does it, and not the wheel from the archive.
    _run(sys.executable, "-m", "build", "--sdist", "--wheel", "--outdir", folder / "dist", folder / "source")
    return {path.suffix: path for path in (folder / "dist").iterdir()}


@pytest.mark.slow
def test_the_wheel_holds_the_packages_and_nothing_stray(archives):
    with zipfile.ZipFile(archives[".whl"]) as wheel:
        names = set(wheel.namelist())
    assert {name.partition("/")[0] for name in names} == {
        "autograd", "nn", "demos", f"handgrad-{PROJECT['version']}.dist-info",
    }
    modules = {
        path.relative_to(ROOT).as_posix() for package in ("autograd", "nn", "demos")
        for path in (ROOT / package).rglob("*.py")
    }
    assert modules <= names
    assert {"autograd/py.typed", "nn/py.typed", "demos/tasks/names.txt"} <= names
    assert {f"autograd/picture/live/{name}" for name in ("page.html", "page.css", "script/tape.js")} <= names


@pytest.mark.slow
def test_the_source_archive_holds_what_it_is_built_from(archives):
    with tarfile.open(archives[".gz"]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "autograd/value.py", "tests/test_value.py"} <= names


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".whl", ".gz"])
@pytest.mark.parametrize("version", VERSIONS)
def test_it_installs_in_an_empty_environment_and_runs_from_another_folder(archives, version, suffix, tmp_path):
    python = _python(version)
    if python is None:
        pytest.skip(f"Python {version} is not installed")
    if suffix == ".gz" and python != sys.executable:
        pytest.skip("the source archive is tried with one Python")
    _run(python, "-m", "venv", tmp_path / "environment")
    installed = next(
        path for path in (tmp_path / "environment").glob("*/python*") if path.stem == "python"
    )
    _run(installed, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", archives[suffix])
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    listed = _run(installed, "-m", "demos", "--list", cwd=tmp_path, env={**clean, "PYTHONIOENCODING": "utf-8"})
    assert [line.split()[0] for line in listed.splitlines()] == [*EXAMPLES, *TASKS]
    version_and_gradient = _run(
        installed, "-W", "error", "-c",
        "import sys, nn, autograd, demos.tasks.gpt; x = autograd.Value(3.0); (x * x).backward();"
        "print(sys.version[:4], x.grad)",
        cwd=tmp_path, env=clean,
    )
    assert version_and_gradient.split() == [version, "6.0"]


def test_all_is_every_extra_of_a_user_but_torch_with_its_gigabytes():
    extras = PROJECT["optional-dependencies"]
    [everything] = extras["all"]
    named = re.fullmatch(r"handgrad\[(.*)\]", everything)
    assert named and set(named[1].split(",")) == set(extras) - {"all", "test", "coverage", "peers", "torch"}
