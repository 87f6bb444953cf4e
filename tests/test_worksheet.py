"""Worksheets: blanks in the place of answers, a key, and a page to print."""

import re
from html.parser import HTMLParser

import pytest
from browser import PROGRAM, Browser
from latex import read
from test_quiz import EXAMPLES, root_of, small

from autograd import UnknownNameError, Value, exercise, explain, worksheet
from autograd.notation import show


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_sheet_has_the_lines_of_explain_and_no_answers(name):
    root = root_of(name)
    sheet, key = worksheet(root, picture=False), explain(root)
    steps = [step for section in key.sections for step in section.steps]
    rows = [row for _, rows in sheet.rows() for row in rows]
    assert len(rows) == len(steps)
    assert [row.answer for _, rows in sheet.key.rows() for row in rows] == [show(step.number) for step in steps]
    assert str(key) in str(sheet.key).replace(f"\n\ngiven: {str(sheet.key).split('given: ')[1].splitlines()[0]}", "")
    given = {number for _, number in sheet.given}
    for text in (str(sheet), sheet.markdown(), sheet.latex()):
        for step in steps:
            answer = show(step.number)
            if len(answer) > 5 and answer not in given:
                assert answer not in text


def test_a_blank_is_a_little_longer_than_its_answer():
    rows = [row for _, rows in worksheet(small(), picture=False).key.rows() for row in rows]
    assert all(max(len(row.answer), 3) + 2 == row.blank for row in rows)


def test_an_update_is_the_last_section():
    root = small()
    sheet = worksheet(root, rate=0.5)
    assert str(sheet).splitlines()[-3].startswith("update: learning rate 0.5")
    lines = str(sheet.key).splitlines()
    assert lines[-2].startswith("  w, new = w - 0.5 · ∂loss/∂w = 0.8 - 0.5 · (-0.08872)")
    assert lines[-2].endswith("≈ 0.8444")
    assert lines[-1].endswith("≈ 0.1887")


def test_labels_are_text(tmp_path):
    w = Value(2.0, "<b>$w|`_</b>")
    y = w * w
    y.label = "</style><script>"
    for sheet in (worksheet(y), worksheet(y).key):
        assert "<script" not in sheet.html()
        assert "<b>" not in sheet.html()
        assert "<b>" not in re.sub(r"\$[^$]*\$", "", sheet.markdown().replace(r"\$", "").replace(r"\<", ""))


@pytest.mark.parametrize("ending", ["html", "md", "tex", "txt"])
def test_it_is_saved_by_its_ending(ending, tmp_path):
    sheet = worksheet(small())
    written = sheet.save(tmp_path / f"sheet.{ending}").read_text(encoding="utf-8")
    assert "loss" in written
    assert written != sheet.key.save(tmp_path / f"key.{ending}").read_text(encoding="utf-8")
    with pytest.raises(UnknownNameError, match=r"\.html, \.md, \.tex, \.txt"):
        sheet.save(tmp_path / "sheet.docx")


def test_the_graph_is_as_it_was():
    root = small()
    root.backward()
    before = [(step.node.data, step.node.grad) for section in explain(root).sections for step in section.steps]
    worksheet(root, rate=0.1).html()
    assert before == [(step.node.data, step.node.grad) for section in explain(root).sections for step in section.steps]


def test_the_page_is_well_formed():
    open_tags = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            if tag not in ("meta", "path", "polygon", "polyline", "ellipse"):
                open_tags.append(tag)

        def handle_endtag(self, tag):
            if tag not in ("path", "polygon", "polyline", "ellipse"):
                assert open_tags.pop() == tag

        def handle_startendtag(self, tag, attrs):
            pass

    reader = Reader()
    reader.feed(worksheet(small()).html())
    assert not open_tags


@pytest.mark.browser
@pytest.mark.skipif(PROGRAM is None, reason="chromium is not installed")
def test_a_small_network_is_printed_on_one_page(tmp_path):
    sheet = worksheet(root_of("neuron"), rate=0.1)
    with Browser() as browser:
        for number, page in enumerate((sheet, sheet.key)):
            browser.open(page.save(tmp_path / f"{number}.html"))
            browser.pdf(tmp_path / f"{number}.pdf")
            printed = (tmp_path / f"{number}.pdf").read_bytes()
            assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
        assert not browser.errors


@pytest.mark.parametrize("level", range(1, 9))
def test_the_latex_is_read_by_a_strict_reader(level):
    one = exercise(level=level, seed=1)
    for sheet in (one.worksheet, one.key):
        block = re.sub(r"\\underline\{\\hspace\{[\d.]+em\}\}", "0", sheet.latex())
        assert "underline" not in block
        read(block)
