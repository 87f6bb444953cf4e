"""The command: the prompt, the tour, expressions from the shell; and the hints that a prompt gives, once each."""

import contextlib
import io
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from autograd import Value, use_hints
from autograd.__main__ import main
from autograd.prompt.calculation import calculated
from autograd.prompt.hints import Hints
from autograd.prompt.tour import STOPS

ROOT = Path(__file__).parent.parent


def run(*arguments, typed="", **environment):
    return subprocess.run(
        [sys.executable, "-m", "autograd", *arguments], input=typed, capture_output=True, text=True, cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment}, timeout=60,
    )  # fmt: skip


# --- an expression ---


def test_an_expression_prints_its_sheet(capsys):
    assert main(["sigmoid(x*w1)*w2", "x=0.5", "w1=0.8", "w2=0.6"]) == 0
    sheet = capsys.readouterr().out
    assert "y = σ(x · w1) · w2 = σ(0.5 · 0.8) · 0.6" in sheet and "∂y/∂w2 = σ(x · w1)" in sheet


def test_numbers_may_be_negative_and_fractions():
    root, values = calculated("a * b + a", ["a=-1e-3", "b = 1/3"])
    root.backward()
    assert (values["a"].data, str(values["b"].data)) == (-0.001, "1/3")
    assert values["a"].grad == pytest.approx(4 / 3)


def test_a_name_that_the_result_would_have_is_not_taken_twice():
    root, values = calculated("y * 2", ["y=1"])
    assert (root.label, values["y"].label) == ("result", "y")


@pytest.mark.parametrize(("given", "message"), [
    (["sigmoid(x*w)", "x=0.5"], "w: no such label; there are x"),
    (["x", "x=0.5"], "x: this is a name alone"),
    (["1 + 2", "x=0.5"], "depends on none of the names"),
    (["x * 2", "x=abc"], "x=abc: expected a number"),
    (["x * 2", "x"], "'x': expected NAME=NUMBER"),
    (["x * 2", "x=1/0"], "x=1/0: expected a number"),
    (["__import__('os').system('true')", "x=1"], "only numbers|no such function|only arithmetic"),
    (["x.__class__", "x=1"], "has .data and .grad"),
    (["9 ** 9 ** 9 * x", "x=1"], "too large for an exact power"),
    (["log(x)", "x=-1"], "log of x = -1.0: log is defined for numbers above 0"),
    (["(" * 5000 + "x", "x=1"], "400 are read at most"),
])  # fmt: skip
def test_what_cannot_be_calculated_is_told_in_a_line(capsys, given, message):
    assert main(given) == 2
    printed = capsys.readouterr()
    assert not printed.out and len(printed.err.splitlines()) == 1
    assert any(part in printed.err for part in message.split("|"))


def test_a_picture_and_a_page_are_written(capsys, tmp_path):
    picture, page = tmp_path / "y.svg", tmp_path / "y.html"
    assert main(["x * w", "x=0.5", "w=0.8", "--draw", str(picture), "--play", str(page)]) == 0
    assert ET.parse(picture).getroot().tag.endswith("svg") and "<title>" in page.read_text(encoding="utf-8")
    assert capsys.readouterr().out.count("wrote ") == 2


def test_the_debugger_takes_an_expression():
    shown = run("x * w", "x=0.5", "w=0.8", "--debug", typed="n\nn\nq\n").stdout
    assert "y = x · w = 0.5 · 0.8 = 0.4" in shown


# --- the prompt and the tour ---


def test_help_names_each_way_in(capsys):
    assert main(["--help"]) == 0
    help = capsys.readouterr().out
    assert all(word in help for word in ("tour", "proofread", "--draw", "--play", "--debug", "--quiz"))


def test_everything_is_imported_at_the_prompt():
    done = run(typed="x = Value(2.0)\ny = x * 3\nprint(explain(y))\nMLP(2, [1])\nlosses.mse\n")
    assert "y = x · 3 = 2 · 3 = 6" in done.stdout  # variables name their Values
    assert "Traceback" not in done.stderr and done.returncode == 0
    assert done.stderr.startswith("handgrad ") and len(done.stderr.strip().splitlines()) == 4


def test_the_tour_goes_to_its_end_without_a_terminal(tmp_path):
    shown = run("tour", BROWSER="true", TMPDIR=str(tmp_path))
    assert shown.returncode == 0 and "Traceback" not in shown.stderr
    for number, (about, lines) in enumerate(STOPS, start=1):
        assert f"{number}/{len(STOPS)}  {about}" in shown.stdout
        assert all(f">>> {line}" in shown.stdout for line in lines)
    assert "\033" not in shown.stdout and "sign reversed" in shown.stdout
    assert max(map(len, shown.stdout.splitlines())) <= 108


def test_the_tour_in_a_terminal_ends_at_the_prompt(tmp_path):
    pexpect = pytest.importorskip("pexpect")
    environment = {
        **os.environ, "TERM": "xterm", "BROWSER": "true", "TMPDIR": str(tmp_path), "PYTHON_BASIC_REPL": "1",
        "PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(tmp_path), "PYTHONIOENCODING": "utf-8",
    }  # fmt: skip
    environment.pop("NO_COLOR", None)
    program = "import sys; sys.modules['IPython'] = None; from autograd.__main__ import main; sys.exit(main(['tour']))"
    child = pexpect.spawn(sys.executable, ["-c", program], cwd=ROOT, env=environment, encoding="utf-8", timeout=30)
    child.logfile_read = io.StringIO()
    for _ in STOPS:
        child.expect("to the prompt ")
        child.sendline("")
    child.expect("loss are here")
    child.expect(">>> ")
    child.sendline("w.grad")
    child.expect(r"-0\.036")
    child.sendline("loss.backward(); loss.backward()")
    child.expect("hint: the gradients were added")
    child.sendeof()
    child.expect(pexpect.EOF)
    assert "\033[1m" in child.logfile_read.getvalue()


# --- hints ---


def hints_of(source, namespace, hints=None):
    after = (hints or Hints()).before(source, namespace)
    exec(compile(source, "<line>", "exec"), namespace)
    return after()


def names():
    w, x = Value(3.0, "w"), Value(2.0, "x")
    return {"w": w, "x": x, "loss": w * x}


@pytest.mark.parametrize(("before", "line", "mend"), [
    ("loss.backward()", "loss.backward()", "loss.zero_grad()"),
    ("w.data = 1.0", "loss.data", "loss.forward()"),
    ("", "w == x", "w.data == x.data"),
    ("", "w != x", "w.data == x.data"),
    ("", "loss.step()", "step(loss)"),
])  # fmt: skip
def test_each_hint_is_given_once(before, line, mend):
    namespace, hints = names(), Hints()
    exec(before, namespace)
    [hint] = hints_of(line, namespace, hints)
    assert hint.startswith("hint: ") and mend in hint.splitlines()[1]
    assert hints_of(line, namespace, hints) == []


@pytest.mark.parametrize("lines", [
    ["loss.backward()"],
    ["loss.backward()", "loss.zero_grad(); loss.backward()"],
    ["loss.backward()", "w.grad = x.grad = 0.0; loss.backward()"],
    ["w.data = 1.0; loss.forward()", "loss"],
    ["w.data == x.data", "1 == 2", "w is x"],
    ["this = is no Python"],
    ["w"],
])  # fmt: skip
def test_no_hint_where_nothing_is_meant_otherwise(lines):
    namespace, hints = names(), Hints()
    for line in lines:
        after = hints.before(line, namespace)
        with contextlib.suppress(SyntaxError):
            exec(line, namespace)
        assert after() == []


def test_hints_can_be_switched_off():
    use_hints(False)
    try:
        assert hints_of("w == x", names()) == []
    finally:
        use_hints(True)


def test_a_script_gets_no_hint(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("from autograd import Value\nw = Value(1.0)\ny = w * w\ny.backward()\ny.backward()\nw == y\n")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, cwd=ROOT, check=True)
    assert (done.stdout, done.stderr) == ("", "")


def test_ipython_gives_them_too(tmp_path):
    pytest.importorskip("IPython")
    program = (
        "from IPython.testing.globalipapp import start_ipython\n"
        "shell = start_ipython()\n"
        "shell.run_cell('from autograd import Value')\n"
        "shell.run_cell('a = Value(1.0); b = Value(2.0)')\n"
        "shell.run_cell('a == b')\n"
        "shell.run_cell('a == b')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT,
        env={**os.environ, "IPYTHONDIR": str(tmp_path), "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.stderr.count("hint: a == b asks") == 1
