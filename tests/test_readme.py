"""Each session of the README and of the guides runs as printed; what they tell is what the demos find."""

import doctest
import re
from pathlib import Path

import pytest
from test_tasks import RESULTS

from autograd import check
from autograd.primitives import PRIMITIVES
from demos.__main__ import EXAMPLES, load
from demos.benchmark.runner import PEERS
from demos.house import picture
from demos.ledger import audit, summary

ROOT = Path(__file__).parent.parent
GUIDE = ROOT / "demos" / "guide"
README = ROOT / "README.md"
TRANSLATIONS = {
    ROOT / "demos" / "README.zh-CN.md": README,
    GUIDE / "by_hand.zh-CN.md": GUIDE / "by_hand.md",
}
# Leaving has a test of its own, which gives it the packages that it asks for.
GUIDES = sorted(path for path in GUIDE.glob("*.md") if path.name != "leaving.md")
DOCUMENTS = [README, *TRANSLATIONS, *[path for path in GUIDES if path not in TRANSLATIONS]]
TEXT = README.read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.fixture
def table_as_it_was():
    rows = dict(PRIMITIVES)
    yield
    for name in PRIMITIVES.keys() - rows.keys():
        del PRIMITIVES[name]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_session_runs_as_printed(path, tmp_path, monkeypatch, table_as_it_was):
    monkeypatch.chdir(tmp_path)
    names, count = {}, 0
    for kind, block in BLOCK.findall(path.read_text(encoding="utf-8")):
        if kind == "python":
            session = doctest.DocTestParser().get_doctest(block, names, path.name, path.name, 0)
            results = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(session, clear_globs=False)
            assert results.failed == 0
            names, count = session.globs, count + results.attempted
    assert count > 5 or path.name == "contributing.md"


@pytest.mark.parametrize(("translated", "original"), TRANSLATIONS.items(), ids=lambda path: path.name)
def test_a_translation_has_the_same_blocks_pictures_and_tables(translated, original):
    texts = [path.read_text(encoding="utf-8") for path in (original, translated)]
    blocks, tables, pictures = zip(*[
        (
            BLOCK.findall(text),
            len(re.findall(r"^\|", text, re.MULTILINE)),
            re.findall(r"!\[.*?\]\(.*?(\w+\.svg)\)", text),
        )
        for text in texts
    ])
    assert blocks[0] == blocks[1] and tables[0] == tables[1] and pictures[0] == pictures[1]


def test_the_readme_is_short_and_begins_with_a_picture_and_code():
    assert len(TEXT.splitlines()) <= 200 and len(TEXT.split()) <= 1200
    first_screen = "\n".join(TEXT.splitlines()[:34])
    assert "](demos/pictures/steps.svg)" in first_screen and ">>> loss.backward()" in first_screen
    assert (ROOT / "demos" / "pictures" / "steps.svg").stat().st_size < 500_000


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


@pytest.mark.parametrize("path", [*DOCUMENTS, GUIDE / "leaving.md"], ids=lambda path: path.name)
def test_what_it_links_to_is_there(path):
    links = [link for link in re.findall(r"\]\(([^)]+)\)", path.read_text("utf-8")) if not link.startswith("https:")]
    assert all((path.parent / link).is_file() for link in links)


def test_every_guide_is_linked():
    linked = {GUIDE / name for name in re.findall(r"\(demos/guide/(\w+\.md)\)", TEXT)}
    assert linked == {path for path in GUIDE.glob("*.md") if path not in TRANSLATIONS}


def test_the_picture_of_the_house_is_drawn_from_the_imports():
    drawn = re.findall(r"<title>(\w+)&#45;&gt;(\w+)</title>", (ROOT / "demos/pictures/house.svg").read_text("utf-8"))
    assert sorted(drawn) == sorted(re.findall(r"^\t\W?(\w+)\W? -> \W?(\w+)\W?$", picture().source, re.MULTILINE))


def test_the_tasks_results_are_those_of_their_test():
    text = (GUIDE / "leaving.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `python -m demos (\w+)` \|.*\| (\S+).*\|$", text, re.MULTILINE)
    assert [name for name, _ in rows] == list(RESULTS)
    for name, number in rows:
        assert number in RESULTS[name][-1].split()


def test_the_benchmarks_table_has_every_workload():
    _, header, table = (GUIDE / "replay.md").read_text("utf-8").partition("| | W1 |")
    first, _, table = table.partition("\n")
    assert re.findall(r"W\d", header + first) == [*PEERS]
    rows = [[cell.strip() for cell in line.split("|")[2:-1]] for line in table.partition("\n\n")[0].splitlines()[1:]]
    for place, problem in enumerate(PEERS):  # those that were installed
        assert 2 <= sum(row[place] != "" for row in rows) <= len(PEERS[problem])
