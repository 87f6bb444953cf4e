"""The debugger in a real terminal: a transcript with every command, completion, history, Ctrl-C, end of input."""

import doctest
import os
import re
import sys
import time
from pathlib import Path

import pytest

pexpect = pytest.importorskip("pexpect")

ROOT = Path(__file__).parent.parent
PROMPTS = [">>> ", r"\(step\) "]


@pytest.fixture
def terminal(interruptible):
    """A function that starts Python with some arguments in a terminal, up to its first prompt."""
    children = []

    def start(*arguments):
        plain = {"TERM": "dumb", "PYTHON_BASIC_REPL": "1", "PYTHONIOENCODING": "utf-8"}
        plain["PYTHONPATH"] = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        inherited = {name: text for name, text in os.environ.items() if name not in ("COLUMNS", "LINES")}
        child = pexpect.spawn(
            sys.executable, ["-q", *arguments], cwd=ROOT, env={**inherited, **plain},
            encoding="utf-8", timeout=20, dimensions=(50, 300),
        )  # fmt: skip
        children.append(child)
        child.expect(PROMPTS[0])
        return child

    yield start
    for child in children:
        child.close(force=True)


@pytest.fixture
def session(terminal):
    child = terminal()
    child.sendline("from autograd import Value, debug; w = Value(0.5, label='weight'); y = w * w + w; y.label = 'y'")
    child.expect(PROMPTS[0])
    return child


# The network of document 003. Its program multiplies the gradient of w₂ by w₂ and goes on with that to w₁; but
# ∂E/∂a¹ is ∂E/∂z² · w₂, without the a¹ that the gradient of w₂ has.
TRANSCRIPT = """\
>>> debug(E, accumulate=True)
E: 19 events, forward and backward; h lists the commands
(step) n
1/19 forward   z¹ = x · w₁ = 0.5 · 0.8 = 0.4
(step) 
2/19 forward   a¹ = σ(z¹) = σ(0.4) ≈ 0.5987
(step) s
3/19 forward   z² = a¹ · w₂ = 0.5987 · 0.6 ≈ 0.3592
(step) b a¹
breakpoint 1: label a¹
(step) b div
breakpoint 2: operation div
(step) b abs(grad) < 0.05
breakpoint 3: condition abs(grad) < 0.05
(step) b
breakpoint 1: label a¹
breakpoint 2: operation div
breakpoint 3: condition abs(grad) < 0.05
(step) c
7/19 forward   E = t₁ / 2 = 0.09681 / 2 ≈ 0.04841
breakpoint 2: operation div
(step) c
9/19 backward  ∂E/∂t₁ = ∂E/∂E · 0.5 = 1 · 0.5 = 0.5
breakpoint 2: operation div
(step) cl 1
(step) cl 2
(step) c
13/19 backward  ∂E/∂a¹ = ∂E/∂z² · w₂ = -0.07533 · 0.6 ≈ -0.04520;  ∂E/∂w₂ = ∂E/∂z² · a¹ = -0.07533 · 0.5987 ≈ -0.04510
breakpoint 3: condition abs(grad) < 0.05
(step) p a¹.grad
-0.04519874240467393
(step) p w₂.grad * w₂
-0.0270599293302797
(step) p abs(w₂.grad * w₂ / a¹.grad - a¹) < 1e-15
True
(step) w
   E = t₁ / 2
   t₁ = error²   ∂E/∂t₁ = 0.5, so far 1 · 0.5 = 0.5
   error = target - a²   ∂t₁/∂error = 2 · error = 2 · 0.3112 ≈ 0.6223, so far 0.5 · 0.6223 ≈ 0.3112
   a² = σ(z²)   ∂error/∂a² = -1, so far 0.3112 · (-1) ≈ -0.3112
-> z² = a¹ · w₂   ∂a²/∂z² = a² · (1 - a²) = 0.5888 · (1 - 0.5888) ≈ 0.2421, so far -0.3112 · 0.2421 ≈ -0.07533
(step) u
-> a² = σ(z²)   data 0.5888, grad -0.3112
(step) u
-> error = target - a²   data 0.3112, grad 0.3112
(step) d
-> a² = σ(z²)   data 0.5888, grad -0.3112
(step) d
-> z² = a¹ · w₂   data 0.3592, grad -0.07533
(step) d
this is the node of the last event
(step) l
   used by  a² = σ(z²)   data 0.5888, grad -0.3112
-> z² = a¹ · w₂   data 0.3592, grad -0.07533
   made of  a¹ = σ(z¹)   data 0.5987, grad -0.04520
   made of  w₂   data 0.6, grad -0.04510
(step) p w_2
Value(data=0.6, grad=-0.04509988221713283, label='w₂')
(step) p weight2
*** weight2: no such label; there are x, w₁, z¹, a¹, w₂, z², a², target …
(step) e
z²
...
  ∂E/∂z² = ∂E/∂a² · a² · (1 - a²)
...
(step) g two_weights.dot
written: two_weights.dot, z² and its ways to the root marked
(step) r 2
12/19 undone: backward  ∂E/∂a¹ = ∂E/∂z² · w₂ = -0.07533 · 0.6 ≈ -0.04520;  ∂E/∂w₂ = ∂E/∂z² · a¹ = -0.07533 · 0.5987 ≈ -0.04510
11/19 undone: backward  ∂E/∂z² = ∂E/∂a² · (a² · (1 - a²)) = -0.3112 · (0.5888 · (1 - 0.5888)) ≈ -0.07533
(step) cl
(step) b w₁
breakpoint 4: label w₁
(step) c
15/19 backward  ∂E/∂x = ∂E/∂z¹ · w₁ = -0.01086 · 0.8 ≈ -0.008688;  ∂E/∂w₁ = ∂E/∂z¹ · x = -0.01086 · 0.5 ≈ -0.005430
breakpoint 4: label w₁
(step) h
n [count]       the next event, or several
s               into the next event, where its node is a composite one (a weighted sum, a softmax)
r [count]       reverse: undo the last event, .grad included
c               go on to a breakpoint, or to the end
j number        jump to the place after so many events, forward or back
b [what]        stop at a label, an operation (tanh) or a condition on the node at hand
                (abs(grad) < 1e-6) or on labels (w.grad > 1); without one: list the breakpoints
tbreak what     the same, but it stops once only
cl [number]     clear a breakpoint, or all
w [count]       where (or bt): the way from here to the root, with the factor of each step; of a long way the
                root and count (5) nodes on either side of the one that is looked at, with w all: every node
u, d [count]    look one node further up to the root, or back down; or several
l               the node that is looked at, with its consumers and its operands
ll              the operations of the whole graph in order, with the numbers that they have now
p [expression]  print (or pp): labels, label.grad, data and grad (of the node that is looked at), + - * / **,
                comparisons, and the functions of the table; p may be left out
leaf = expression
                give a leaf another number, and do the events so far again with it
display expression
                print an expression after each command that changed it
undisplay [expression]
                print it no more, or none of them
e [label]       explain: the hand calculation of the node that is looked at
g [file]        write the graph as a picture (step.svg), the node that is looked at marked in it
quiz            answer for yourself what each number is, forward and backward, and be told what went wrong
h [command]     help on all of them, or on one
q               leave; before the end the graph is put back as it was
An empty line repeats the last command. Longer names work too: next, step, reverse, continue, break …
(step) fly
*** fly: no such command, and no such label; there are x, w₁, z¹, a¹, w₂, z², a², target …
(step) c
18/19 backward  w₁.grad = -0.005430 - 0.005430 ≈ -0.01086, with the earlier passes
breakpoint 4: label w₁
(step) 
19/19 backward  w₂.grad = -0.04510 - 0.04510 ≈ -0.09020, with the earlier passes
this is the end (19 of 19); r goes back, q leaves
(step) q
at the end: every .grad is as after backward()
>>> w_1.grad
-0.010859483556726236
"""  # noqa: E501, W291


def exchanges(transcript):
    """What is typed at each prompt, and what is answered."""
    parts = re.split(r"^(?:>>> |\(step\) )", transcript, flags=re.MULTILINE)[1:]
    return [part.partition("\n")[::2] for part in parts]


def test_the_transcript(terminal, tmp_path):
    child = terminal("-i", "-m", "demos", "two_weights", "--out", str(tmp_path))
    child.sendline(f"import os; os.chdir({str(tmp_path)!r})")
    child.expect(PROMPTS[0])
    for typed, expected in exchanges(TRANSCRIPT):
        child.sendline(typed)
        child.expect(PROMPTS)
        answer = child.before.replace("\r\n", "\n").partition("\n")[2]
        assert doctest.OutputChecker().check_output(expected, answer, doctest.ELLIPSIS), f"{typed}\n{answer}"
    assert "penwidth=4" in (tmp_path / "two_weights.dot").read_text(encoding="utf-8")


def test_the_session_of_the_guide_by_hand(terminal, tmp_path):
    guide = (ROOT / "demos" / "guide" / "by_hand.md").read_text(encoding="utf-8").partition("## Read")[0]
    blocks = re.findall(r"^```python\n(.*?)^```$", guide, re.DOTALL | re.MULTILINE)
    assert "steps.back()" in blocks[-1]
    child = terminal()
    child.sendline(f"import os; os.chdir({str(tmp_path)!r})")
    child.expect(PROMPTS[0])
    for example in doctest.DocTestParser().get_examples("\n".join(blocks)):
        child.sendline(example.source.strip())
        child.expect(PROMPTS[0])
        answer = child.before.replace("\r\n", "\n").partition("\n")[2]
        assert doctest.OutputChecker().check_output(example.want, answer, doctest.ELLIPSIS), f"{example.source}{answer}"


def test_completion_history_interrupt_and_end_of_input(session):
    session.sendline("debug(y)")
    session.expect_exact("y: 5 events")
    session.expect_exact("(step) ")
    session.sendline("n")
    session.expect_exact("1/5 forward   t₁ = weight · weight = 0.5 · 0.5 = 0.25")
    session.sendline("")  # repeats
    session.expect_exact("2/5 forward   y = t₁ + weight = 0.25 + 0.5 = 0.75")
    session.send("p we\t.data\n")  # completion
    session.expect_exact("0.5\r\n")
    session.send("\x1b[A\n")  # history
    session.expect_exact("0.5\r\n")
    session.sendintr()  # Ctrl-C: the session goes on
    session.expect_exact("interrupted at 2 of 5; Ctrl-C again, or q, leaves")
    session.sendline("n")
    session.expect_exact("3/5 backward  ∂y/∂y = 1")
    session.sendeof()
    session.expect_exact("left at 3 of 5: the graph is as it was before")
    session.expect(PROMPTS[0])
    session.sendline("w, y")
    session.expect_exact("(Value(data=0.5, grad=0.0, label='weight'), Value(data=0.75, grad=0.0, label='y'))")


def test_ctrl_c_twice_leaves_cleanly(session):
    session.sendline("debug(y)")
    session.expect_exact("(step) ")
    session.sendintr()
    session.expect_exact("(step) ")
    session.sendintr()
    session.expect_exact("left at 0 of 5: the graph is as it was before")
    session.expect(PROMPTS[0])


def test_ctrl_c_while_it_runs(session):
    session.sendline("for _ in range(200_000): y = y * 1.0")
    session.expect_exact("... ")
    session.sendline("")
    session.expect(">>> ")
    session.sendline("debug(y)")
    session.expect_exact("(step) ")
    session.sendline("c")
    session.expect_exact("c\r\n")
    time.sleep(0.3)
    session.sendintr()
    session.expect(r"interrupted at (\d+) of 400005")
    place = int(session.match[1])
    session.expect_exact("(step) ")
    session.sendline("n")
    session.expect_exact(f"{place + 1}/400005")
    session.sendline("q")
    session.expect_exact(f"left at {place + 1} of 400005")
