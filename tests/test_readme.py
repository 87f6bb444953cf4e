"""Each session of the README runs as printed, and its ledger is the demos'."""

import doctest
import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from test_tasks import RESULTS

from autograd import check
from autograd.primitives import PRIMITIVES
from demos.__main__ import EXAMPLES, load
from demos.benchmark.runner import PEERS
from demos.ledger import audit, summary

ROOT = Path(__file__).parent.parent
READMES = (ROOT / "README.md", ROOT / "demos" / "README.zh-CN.md")
TEXT = READMES[0].read_text(encoding="utf-8")


BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
NEEDS = {"nn.to_torch": "torch", "nn.to_onnx": "onnx"}


@pytest.fixture
def table_as_it_was():
    rows = dict(PRIMITIVES)
    yield
    for name in PRIMITIVES.keys() - rows.keys():
        del PRIMITIVES[name]


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_every_session_runs_as_printed(path, tmp_path, monkeypatch, table_as_it_was):
    monkeypatch.chdir(tmp_path)
    names, count = {}, 0
    for kind, block in BLOCK.findall(path.read_text(encoding="utf-8")):
        if kind == "text":  # a sheet, whose empty lines a session cannot show
            assert block == f"{names['sheet']}\n"
        missing = [package for use, package in NEEDS.items() if use in block and find_spec(package) is None]
        if kind == "python" and not missing:
            session = doctest.DocTestParser().get_doctest(block, names, path.name, path.name, 0)
            results = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(session, clear_globs=False)
            assert results.failed == 0
            names, count = session.globs, count + results.attempted
    assert count > 30


def test_the_translation_has_the_same_blocks_pictures_and_tables():
    english, chinese = (path.read_text(encoding="utf-8") for path in READMES)
    assert BLOCK.findall(chinese) == BLOCK.findall(english)
    tables = [re.findall(r"^\|", text, re.MULTILINE) for text in (english, chinese)]
    assert len(tables[0]) == len(tables[1])
    assert re.findall(r"!\[.*?\]\(demos/(.*)\)", english) == re.findall(r"!\[.*?\]\((.*)\)", chinese)


@pytest.fixture(scope="module")
def entries():
    return [entry for name in EXAMPLES for entry in audit(load(name).document, load(name).figures())]


def test_the_summary_is_the_ledgers(entries):
    assert f"**{summary(entries)}.**" in TEXT


def test_the_slips_are_the_ledgers(entries):
    rows = re.findall(r"^\| (\S+) \| ([-\d.]+) \| ([-\d.]+) \| (.*?) ?\|$", TEXT, re.MULTILINE)
    slips = [entry for entry in entries if entry.verdict == "slip"]
    assert rows == [
        (entry.figure, entry.printed, check(entry.computed, entry.printed).right, entry.cause) for entry in slips
    ]


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_what_it_links_to_is_there(path):
    links = [link for link in re.findall(r"\]\(([^)]+)\)", path.read_text("utf-8")) if not link.startswith("https:")]
    assert len(links) >= 3 and all((path.parent / link).is_file() for link in links)


def test_the_tasks_results_are_those_of_their_test():
    rows = re.findall(r"^\| `python -m demos (\w+)` \|.*\| (\S+).*\|$", TEXT, re.MULTILINE)
    assert [name for name, _ in rows] == list(RESULTS)
    for name, number in rows:
        assert number in RESULTS[name][-1].split()


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_the_benchmarks_table_has_every_implementation(path):
    _, header, table = path.read_text("utf-8").partition("| W1 | × |")
    first, _, table = table.partition("\n")
    problems = re.findall(r"W\d", header + first)
    rows = [[cell.strip() for cell in line.split("|")[2:-1]] for line in table.partition("\n\n")[0].splitlines()[1:]]
    for place, problem in enumerate(problems):
        assert sum(row[2 * place] != "" for row in rows) == len(PEERS[problem])
