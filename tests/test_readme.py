"""Each session of the README runs as printed, and its ledger is the demos'."""

import doctest
import re
from pathlib import Path

import pytest

from autograd import check
from demos.__main__ import EXAMPLES, load
from demos.ledger import audit, summary

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_session_runs_as_printed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    session = "\n".join(re.findall(r"^```python\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE))
    test = doctest.DocTestParser().get_doctest(session, {}, "README", "README.md", 0)
    assert len(test.examples) > 10
    results = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test)
    assert results.failed == 0


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


def test_what_it_links_to_is_there():
    links = [link for link in re.findall(r"\]\(([^)]+)\)", TEXT) if not link.startswith("https:")]
    assert links and all((ROOT / link).is_file() for link in links)
