"""The debugger: its commands from a list, and bad input. In a terminal: test_debug_terminal."""

import io
import math
import re
import sys

import pytest
from helpers import leaf

from autograd import (
    KindError,
    UnknownNameError,
    Value,
    debug,
    detect_anomaly,
    softmax,
    topological_order,
    total,
    weighted_sum,
)
from autograd.stepping.debugger import Debugger
from autograd.stepping.expressions import Expression, ExpressionError
from autograd.stepping.prompt import Prompt


@pytest.fixture
def loss():
    w1, w2 = Value(0.5, label="w[1]"), Value(-0.25, label="w[2]")
    b, x = Value(0.1, label="b"), Value(2.0, label="x")
    z = weighted_sum([w1, w2], [x, 3.0], b)
    z.label = "z"
    h = z.tanh()
    h.label = "h"
    loss = h * h + x
    loss.label = "loss"
    return loss


@pytest.fixture
def said(loss, capsys):
    """What the debugger answers to each command, and what it says as it leaves."""

    def run(*commands, root=loss, **options):
        debug(root, [*commands, "q"], **options)
        answers = capsys.readouterr().out.split("(step) ")[1:]
        return [answer.partition("\n")[2].rstrip("\n") for answer in answers]

    return run


def test_next_and_reverse(said, loss):
    first, again, second, undone, left = said("n", "", "n 2", "r 3")
    assert first.startswith("1/9 forward   z = ")
    assert again.startswith("2/9 forward   h = tanh(z)")
    assert second.splitlines()[1].startswith("4/9 forward   loss = t₁ + x = ")
    assert [line[:12] for line in undone.splitlines()] == ["3/9 undone: ", "2/9 undone: ", "1/9 undone: "]
    assert left == "left at 1 of 9: the graph is as it was before"


def test_to_the_end_is_backward(said, loss):
    *_, end = said("c")
    assert end == "at the end: every .grad is that of this pass"
    slope = 2 * math.tanh(0.35) * (1 - math.tanh(0.35) ** 2)
    assert leaf(loss, "b").grad == pytest.approx(slope, rel=1e-14)  # two more roundings than the oracle


@pytest.mark.parametrize("end", [["q"], [], ["EOF"]])
def test_left_in_the_middle_the_graph_is_as_it_was(loss, end):
    loss.backward(3)
    before = [(node.data, node.grad) for node in topological_order(loss)]
    debug(loss, ["n 7", *end])
    assert [(node.data, node.grad) for node in topological_order(loss)] == before


def test_step_into_a_composite_node(said):
    first, second, third, out, *_ = said("s", "n", "n 2", "n")
    assert first == "      z.1 = w[1] · x = 0.5 · 2 = 1"
    assert second == "      z.2 = w[2] · 3 = -0.25 · 3 = -0.75"
    assert third.splitlines()[1] == "      z = z.3 + b = 0.25 + 0.1 = 0.35"
    assert out.startswith("1/9 forward   z = ")


def test_step_into_and_out_backwards(said):
    answers = said("s", "r", "r", "r", "n")
    assert answers[1] == "      undone: z.1 = w[1] · x = 0.5 · 2 = 1"
    assert answers[2:4] == ["before these steps (0 of 9)", "this is the start"]
    assert answers[4].startswith("1/9 ")


def test_breakpoints(said):
    answers = said("b h", "b tanh", "b abs(grad) < 0.5", "b", "c", "cl 1", "c", "cl", "b", "c")
    assert answers[0] == "breakpoint 1: label h"
    assert answers[1] == "breakpoint 2: operation tanh"
    assert answers[2] == "breakpoint 3: condition abs(grad) < 0.5"
    assert answers[3] == "\n".join(answers[:3])
    assert answers[4].splitlines()[0].startswith("2/9 forward   h") and answers[4].endswith("breakpoint 1: label h")
    assert answers[6].splitlines()[0].startswith("8/9 backward") and answers[6].endswith("operation tanh")
    assert answers[8] == "no breakpoints"
    assert answers[9].endswith("this is the end (9 of 9); r goes back, q leaves")


def test_a_condition_on_gradients_waits_for_the_backward_pass(said):
    _, stopped, *_ = said("b grad < 1", "c")
    assert stopped.splitlines()[0].startswith("8/9 backward")


def test_a_condition_on_data_is_for_the_forward_pass(said):
    _, first, second, *_ = said("b data > 0.34", "c", "c")
    assert first.splitlines()[0].startswith("1/9 forward")
    assert second.splitlines()[0].startswith("4/9 forward")
    assert said("b data > 0.34", "n 4", "c")[2].endswith("this is the end (9 of 9); r goes back, q leaves")


def test_going_on_leaves_the_steps_of_a_node(said):
    _, _, stopped, after, *_ = said("s", "b h", "c", "n")
    assert stopped.startswith("2/9 forward") and after.startswith("3/9 forward")


def test_a_condition_on_labels_stops_where_it_becomes_true(said):
    _, stopped, going_on, *_ = said("b x.grad >= 1", "c", "c")
    assert stopped.splitlines()[0].startswith("6/9 backward")
    assert going_on.endswith("this is the end (9 of 9); r goes back, q leaves")


def test_where_up_down_and_list(said):
    _, where, up, listed, down, bottom, _ = said("n 2", "w", "u", "l", "d", "d")
    assert where.splitlines()[0] == "   loss = t₁ + x"
    assert where.splitlines()[1] == "   t₁ = h · h   ∂loss/∂t₁ = 1, so far 1 · 1 = 1"
    assert where.splitlines()[2].startswith("-> h = tanh(z)   ∂t₁/∂h = h + h = 0.3364 + 0.3364 ≈ 0.6728, so far ")
    assert up.startswith("-> t₁ = h · h   data ")
    used, here, made = listed.splitlines()
    assert used.startswith("   used by  loss = ")
    assert here.startswith("-> t₁ = ")
    assert made.startswith("   made of  h = ")
    assert down.startswith("-> h = tanh(z)")
    assert bottom == "this is the node of the last event"


def test_of_a_long_way_the_part_around_the_present_node_is_shown(said):
    root = Value(1.0, label="x")
    for place in range(1500):
        root = root * 2 if place < 3 else root + 0
        root.label = f"y{place}"
    first, climbed, middle, fewer, none, everything, bad, *_ = said(
        "n", "w", "u 700", "w", "w 1", "w 0", "w all", "w -1", "q", root=root
    )[1:]
    assert names_of_way(first) == ["y1499", 1493, "y5", "y4", "y3", "y2", "y1", "-> y0"]
    assert first.splitlines()[-3:] == [  # the factor of the way so far is also that of the nodes left out
        "   y2 = y1 · 2   ∂y3/∂y2 = 1, so far 1 · 1 = 1",
        "   y1 = y0 · 2   ∂y2/∂y1 = 2, so far 1 · 2 = 2",
        "-> y0 = x · 2   ∂y1/∂y0 = 2, so far 2 · 2 = 4",
    ]
    assert climbed == "-> y700 = y699 + 0   data 8, grad 0"
    around = ["y705", "y704", "y703", "y702", "y701", "-> y700", "y699", "y698", "y697", "y696", "y695"]
    assert names_of_way(middle) == ["y1499", 793, *around, 695]
    assert names_of_way(fewer) == ["y1499", 797, "y701", "-> y700", "y699", 699]
    assert names_of_way(none) == ["y1499", 798, "-> y700", 700]
    assert names_of_way(everything) == [f"{'-> ' * (place == 700)}y{place}" for place in range(1499, -1, -1)]
    assert bad == "*** -1: give a number of nodes, such as 20, or all"


def names_of_way(where):
    """The names of the nodes that ``w`` shows, and how many it says that it leaves out."""
    counted = re.compile(r"   … ([\d,]+) more; w all shows them")
    found = []
    for line in where.splitlines():
        left_out = counted.fullmatch(line)
        found.append(int(left_out[1].replace(",", "")) if left_out else line.partition(" = ")[0].removeprefix("   "))
    return found


@pytest.mark.parametrize("length", [1, 6, 7, 8, 13, 14])
def test_no_line_says_that_one_node_is_left_out(said, length):
    root = Value(1.0, label="x")
    for place in range(length):
        root = root + 1
        root.label = f"y{place}"
    for where in said("n", *["w", "u"] * length, root=root)[1:-1:2]:
        shown = names_of_way(where)
        left_out = [part for part in shown if type(part) is int]
        assert 1 not in left_out
        assert len(shown) - len(left_out) + sum(left_out) == length
        assert sum(str(part).startswith("->") for part in shown) == 1


def test_where_the_ways_part_it_says_so(said):
    x = Value(2.0, label="x")
    y = x * x
    y.label = "y"
    left, right = y + 1, y * 3
    both = left * right
    _, where, listed, up, root, *_ = said("n", "w", "l", "u 9", "u", root=both)
    assert where.splitlines() == [
        "   t₃ = t₁ · t₂",
        "   t₁ = y + 1   ∂t₃/∂t₁ = t₂ = 12, so far 1 · 12 = 12",
        "-> y = x · x   ∂t₁/∂y = 1, so far 12 · 1 = 12  (one of 2 consumers)",
        "this is one way of several: the gradient is the sum over all of them",
    ]
    assert [line.split(" =")[0] for line in listed.splitlines()] == [
        "   used by  t₁", "   used by  t₂", "-> y", "   made of  x   data 2, grad 0",
    ]  # fmt: skip
    assert up.startswith("-> t₃ = t₁ · t₂")
    assert root == "this is the root"


def test_a_leaf_has_its_name_alone(said):
    x = Value(2.0, label="x")
    x.grad = 1.0
    *_, where, up, _ = said("c", "w", "u", root=x * 3, accumulate=True)
    assert where.splitlines() == ["   t₁ = x · 3", "-> x   ∂t₁/∂x = 3, so far 1 · 3 = 3"]
    assert up == "-> t₁ = x · 3   data 6, grad 1"


def test_of_many_consumers_the_first_are_listed(said):
    x = Value(1.0, label="x")
    x.grad = 1.0  # so that the last event is its own
    *_, listed, _ = said("c", "l", root=total([x + place for place in range(2000)]), accumulate=True)
    assert listed.splitlines()[7].startswith("   used by  t₈ = x + 7")
    assert listed.splitlines()[8:] == ["   used by  1,992 more", "-> x   data 1, grad 2001"]


def test_at_the_end_every_way_on_says_so(said):
    end = "this is the end (9 of 9); r goes back, q leaves"
    reached, *answers = said("n 20", "n", "s", "c")
    assert reached.splitlines()[-1] == end
    assert answers[:3] == [end] * 3


def test_step_into_goes_on_where_it_is(said):
    one, two, whole, simple, *_ = said("s", "s", "n 3", "s")
    assert one.startswith("      z.1 = ") and two.startswith("      z.2 = ")
    assert whole.splitlines()[-1].startswith("1/9 forward   z = ")
    assert simple.startswith("2/9 forward   h = tanh(z)")  # which has no steps of its own


def test_a_leaf_can_be_given_another_number(said, loss):
    before = [(node.data, node.grad) for node in topological_order(loss)]
    _, answer, product, after, left = said("n 3", "x = x + 1", "!w[1] * x", "p x")
    assert answer == "x = 3 (was 2); the 3 events so far were done again"
    assert float(product) == 0.5 * 3
    assert after.startswith("Value(data=3.0")
    assert left == "left at 3 of 9: the graph is as it was before"
    assert [(node.data, node.grad) for node in topological_order(loss)] == before


def test_to_the_end_a_leaf_keeps_the_number_that_it_was_given(said, loss):
    said("! x = 3", "c")
    x = leaf(loss, "x")
    assert x.data == 3.0 and type(x.data) is float
    data, grad = loss.data, x.grad
    loss.zero_grad()
    assert loss.forward() == data
    loss.backward()
    assert x.grad == grad


def test_a_number_that_the_events_so_far_do_not_allow_is_not_given(said):
    x = Value(2.0, label="x")
    root = x.log() * 3
    _, refused, again, *_ = said("n 2", "x = -1", "p x", root=root)
    assert refused.startswith("*** log of x = -1.0: log is defined for numbers above 0")
    assert again.startswith("Value(data=2.0")


def test_a_command_may_be_a_name_too(said):
    w, n = Value(2.0, label="w"), Value(3.0, label="n")
    _, given, way, value, *_ = said("n", "w = 5", "w", "w.grad + n.data", root=w * n)
    assert given.startswith("w = 5 (was 2)")
    assert way.startswith("-> t₁ = w · n")
    assert value == "3.0"


def test_a_temporary_breakpoint_stops_once(said):
    set_, first, second, *_ = said("tbreak tanh", "c", "c", "b")
    assert set_ == "temporary breakpoint 1: operation tanh"
    assert first.endswith("\ntemporary breakpoint 1: operation tanh")
    assert "this is the end" in second


def test_jump_goes_both_ways(said, loss):
    fresh = said("n 7", "p h.grad")[1]
    to, back, again, grad, start, *_ = said("j 8", "j 2", "j 7", "p h.grad", "j 0")
    assert to.startswith("at 8 of 9: h = tanh(z)") and back.startswith("at 2 of 9: h = tanh(z)")
    assert (again.startswith("at 7 of 9"), grad, start) == (True, fresh, "at 0 of 9")


def test_what_is_displayed_is_shown_when_it_changes(said):
    shown, before, after, none, *_ = said("display loss.grad", "n 4", "n", "n", "undisplay", "c")
    assert shown == "display loss.grad: 0.0"
    assert "display" not in before and "display" not in none
    assert after.endswith("\ndisplay loss.grad: 1.0  [old: 0.0]")


def test_the_whole_graph_is_listed_and_the_present_node_marked(said):
    _, listed, *_ = said("n 2", "ll")
    assert [line[:6] for line in listed.splitlines()] == ["   z =", "-> h =", "   t₁ ", "   los"]


def test_help_on_one_command(said):
    one, longer, two, *_ = said("h n", "h next", "h u")
    assert one == longer == "n [count]       the next event, or several"
    assert two.startswith("u, d [count]    look one node further up")


def test_long_lines_are_wrapped_at_the_width_of_a_terminal(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setenv("COLUMNS", "40")
    terminal = Terminal()
    Prompt(Debugger(loss_of_documents()), terminal).run(["n", "c", "q"])
    lines = terminal.getvalue().splitlines()
    assert max(map(len, lines)) <= 39 and any(line.startswith("      ") for line in lines)
    plain = io.StringIO()
    Prompt(Debugger(loss_of_documents()), plain).run(["n", "c", "q"])
    assert " ".join(terminal.getvalue().split()) == " ".join(plain.getvalue().split())


def loss_of_documents():
    x, w = Value(0.5, label="輸入"), Value(0.8, label="weight")
    return ((x * w).sigmoid() * (x + w) + (x - w)).tanh()


def test_print(said):
    answers = said("n 9", "p x.grad * 2 + w[1]", "p x", "p max(x, 3) > 2 and not b > 1", "p", "x", "p data")
    slope_of_x = 1 + 2 * math.tanh(0.35) * (1 - math.tanh(0.35) ** 2) * 0.5
    assert float(answers[1]) == pytest.approx(2 * slope_of_x + 0.5, rel=1e-14)
    assert answers[2] == answers[5] and answers[2].startswith("Value(data=2.0, grad=")
    assert answers[3] == "True"


@pytest.mark.parametrize(
    "command, answer",
    [
        ("p foo", "*** foo: no such label; there are w[1], w[2], x, b, z, h, loss, t₁"),
        ("p los", "*** los: no such label; did you mean loss?"),
        ("b foo", "*** foo: no such label; there are w[1], w[2], x, b, z, h, loss, t₁"),
        ("fly", "*** fly: no such command, and no such label; there are w[1], w[2], x, b, z, h, loss, t₁"),
        ("los", "*** los: no such command, and no such label; did you mean loss?"),
        ("fly away", "*** fly: no such command, and no such label; h lists the commands"),
        ("x +", "*** x +: this is no expression (invalid syntax)"),
        ("!", "*** !: give an expression, or a leaf and its number, such as w = 3"),
        ("fly = 3", "*** fly: no such command, and no such label; h lists the commands"),
        ("h = 3", "*** h is computed by tanh; only a leaf can be given a number"),
        ("x = 'a'", "*** 'a': only numbers, labels and functions are read"),
        ("x = 1 / 0", "*** 1 / 0: division by zero"),
        ("j", "*** j: give the number of an event, from 0 to 9"),
        ("j 10", "*** j: give the number of an event, from 0 to 9"),
        ("tbreak", "*** tbreak: give a label, an operation or a condition to stop at"),
        ("undisplay x", "*** x: is not displayed; display lists what is"),
        ("h fly", "*** fly: no such command; h lists them"),
        ("p 1 / 0", "*** 1 / 0: division by zero"),
        ("p log(0)", "*** log(0): math domain error"),
        ("p exp(1000)", "*** exp(1000): math range error"),
        ("p x[", "*** x[: this is no expression ('[' was never closed)"),
        ("p x.real", "*** x.real: a label has .data and .grad"),
        ("p (lambda: 1)()", "*** (lambda: 1)(): only arithmetic, comparisons, labels and functions are read"),
        ("p 'abc'", "*** 'abc': only numbers, labels and functions are read"),
        ("p True", "*** True: only numbers, labels and functions are read"),
        ("p 9 ** 9 ** 9", "*** the exponent 387420489 is too large for an exact power; write 9.0"),
        ("p (-8.0) ** 0.5", "*** (-8.0) ** 0.5: a negative number to a fractional power is not real"),
        ("n many", "*** many: give a number of events, such as 3"),
        ("u many", "*** many: give a number of nodes, such as 3"),
        ("cl 7", "*** 7: no such breakpoint; b lists them"),
        ("n " + "9" * 5000, f"*** {'9' * 60}: give a number of events, such as 3"),
        ("cl " + "9" * 5000, f"*** {'9' * 60}: no such breakpoint; b lists them"),
        ("g graph.bmp", "*** 'graph.bmp': a picture's name ends in .svg, .png, .pdf, .dot"),
    ],
)
def test_bad_input_is_one_clear_line_and_the_session_goes_on(said, command, answer):
    got, after, *_ = said(command, "n")
    assert got == answer
    assert after.startswith("1/9 forward")


NO_ARITHMETIC = (
    "__import__('os').system('true')", "x.__class__", "[x for x in (1,)]", "x if x else 1", "(1, 2)", "x @ 2", "x % 2",
    "1 << 9", "exp(x=1)", "f'{1}'", "x := 1", "abs", "", "-" * 900, "1\0",
)  # fmt: skip


@pytest.mark.parametrize("text", NO_ARITHMETIC)
def test_only_arithmetic_is_read(text):
    with pytest.raises((ExpressionError, UnknownNameError)):
        Expression(text, {"x": Value(1.0, label="x")}).value({})


def test_a_condition_that_raises_says_where(said):
    _, answer, after, *_ = said("b 1 / (data - data) > 0", "c", "n")
    assert answer.startswith("*** breakpoint 1: condition 1 / (data - data) > 0, at event 1: ")
    assert after.startswith("2/9")


def test_a_label_of_several_nodes(said):
    a, b = Value(1.0, label="h"), Value(2.0, label="h")
    _, line, first, second, *_ = said("b h", "c", "p h", "p h′ + 1", root=a * b * 3)
    assert line.splitlines()[0] == "5/5 backward  ∂t₂/∂h = ∂t₂/∂t₁ · h′ = 3 · 2 = 6;  ∂t₂/∂h′ = ∂t₂/∂t₁ · h = 3 · 1 = 3"
    assert first == "Value(data=1.0, grad=6.0, label='h')"
    assert second == "3.0"


def test_a_name_that_was_made_up(said):
    *_, by_hand, copied, _ = said("n 3", "p t1 * 1", "p t₁.data")
    assert by_hand == copied and float(copied) == math.tanh(0.35) ** 2
    assert said("b t1", "c")[1].endswith("breakpoint 1: label t1")


def test_a_slope_that_does_not_exist(said):
    x = Value(0.0, label="x")
    answers = said("c", "c", "w", root=x.sqrt())
    assert answers[0] == answers[1] and answers[0].startswith("*** the partial of sqrt of x = 0.0: ")
    assert answers[3] == "left at 2 of 3: the graph is as it was before"


def test_odd_labels():
    nodes = {"z₁": Value(2.0), "0.weight": Value(3.0), "lambda": Value(4.0), "σ": Value(5.0), "w¹₁₂": Value(6.0)}
    assert Expression("z₁ * 0.weight + lambda - σ / w¹₁₂.data + z1", nodes).value({}) == 2 * 3 + 4 - 5 / 6 + 2


@pytest.mark.parametrize(("written", "label"), [("w_12", "w₁₂"), ("w1_12", "w¹₁₂"), ("w_1", "w_1"), ("z_1", "z₁")])
def test_a_subscript_after_an_underline(written, label):
    nodes = {name: Value(float(place)) for place, name in enumerate(["w₁₂", "w¹₁₂", "w₁", "w_1", "z₁"])}
    assert Expression(written, nodes).node is nodes[label]
    assert Expression(f"{written}.data", nodes).value({}) == nodes[label].data


def test_the_gradient_of_an_unknown_name():
    with pytest.raises(UnknownNameError, match="w1: no such label; did you mean w11"):
        Expression("w1.grad", {"w11": Value(1.0)})


@pytest.mark.parametrize("root", [None, 3.0, "loss"])
def test_a_root_is_a_value(root):
    with pytest.raises(KindError, match="debug: the root: expected a Value, got"):
        debug(root, ["q"])


@pytest.mark.parametrize("commands", ["n", ["n", 3], [None], 3.0, ["n"] * 1000 + [3]])
def test_commands_are_a_list_of_lines(loss, commands):
    with pytest.raises(KindError, match="commands is a list of lines") as caught:
        debug(loss, commands)
    assert len(str(caught.value)) < 200


def test_a_console_without_the_signs(loss, monkeypatch):
    console = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", console)
    debug(loss, ["n 7"])
    console.flush()
    assert b"7/9 backward  dloss/dh = dloss/dt_1 * h = 1 * 0.3364" in console.buffer.getvalue()


def test_a_picture_with_the_present_node(said, tmp_path):
    path = tmp_path / "here.dot"
    _, answer, _ = said("n 2", f"g {path}")
    assert answer == f"written: {path}, h and its ways to the root marked; nothing has flowed back yet"
    [marked] = re.findall(r"(n\d+) \[.*penwidth=4", path.read_text())
    assert re.search(rf'{marked} \[label="?.*h = tanh', path.read_text())


def test_the_picture_of_a_large_graph_is_of_the_nodes_around(said, tmp_path):
    root = Value(1.0, label="x")
    for place in range(600):
        root = root + 1
        root.label = f"y{place}"
    _, answer, _ = said("n 300", f"g {tmp_path / 'here.dot'}", root=root)
    drawn = (tmp_path / "here.dot").read_text(encoding="utf-8")
    name = tmp_path / "here.dot"
    assert answer == f"written: {name}, of this large graph what is next to y299; nothing has flowed back yet"
    shown = [f"y{place} = y{place - 1} + 1" in drawn for place in range(296, 303)]
    assert shown == [False, True, True, True, True, True, False]


def test_of_many_stale_nodes_the_first_are_named(capsys):
    x = Value(1.0, label="x")
    root = total([x + place for place in range(1500)])
    x.data = 2.0
    debug(root, [])
    said = capsys.readouterr().out.splitlines()
    assert [line.split(" = ")[0] for line in said[1:9]] == [f"stale: t{sub}" for sub in "₁₂₃₄₅₆₇₈"]
    assert said[9:] == ["stale: 1,493 more", "left at 0 of 3003: the graph is as it was before"]


def test_an_anomaly_is_one_clear_line_and_the_session_goes_on(said):
    root = 1 / Value(1e-200, label="x")
    with detect_anomaly():
        _, answer, again, left = said("n 2", "n", "p x.grad", root=root)
    assert answer.startswith("*** the contribution of div of 1 and x = 1e-200 to operand 2 (x) is cotangent 1.0 · ")
    assert again == "0.0"
    assert left == "left at 2 of 3: the graph is as it was before"


def test_a_leaf_that_was_changed_is_pointed_out(loss, capsys):
    leaf(loss, "b").data = 0.3
    debug(loss, ["n 2"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("stale: z = w[1] · x + w[2] · 3 + b   data 0.35, grad 0; ")
    assert [line[:10] for line in lines[2:5]] == ["stale: h =", "stale: t₁ ", "stale: los"]  # and what follows from it
    assert lines[6] == "1/9 forward   z = w[1] · x + w[2] · 3 + b = 0.5 · 2 - 0.25 · 3 + 0.3 = 0.55 (was 0.35)"
    assert lines[7].startswith("2/9 forward   h = tanh(z) = ") and lines[7].endswith(" (was 0.3364)")
    assert len(lines) == 9


def test_explain(said):
    *_, of_node, of_label, bad, _ = said("n 2", "e", "e w[1]", "e w[1] * 2")
    assert "h = tanh(z)" in of_node and "∂loss/∂h" in of_node
    assert "∂loss/∂w[1]" in of_label
    assert bad == "*** w[1] * 2: give a label"


def test_explain_has_the_names_of_the_prompt(said):
    x = Value(2.0, label="x")
    *_, of_root, _ = said("n 2", "l", "e", root=x * x + 1)
    assert "t₂ = x · x + 1" in of_root and "∂t₂/∂x = x + x" in of_root  # t₁ is x · x, which has no line
    of_softmax = said("e", "e", root=-softmax([x, 1.0])[0].log())
    assert of_softmax[0] == of_softmax[1]


def test_a_softmax_in_the_loss(said):
    logits = [Value(0.5, label="z1"), Value(-0.5, label="z2")]
    root = -softmax(logits)[0].log()
    first, whole, *_ = said("s", "n 6", root=root)
    assert first == "      a₁.1 = z1 - 0.5 = 0.5 - 0.5 = 0"
    assert whole.splitlines()[-1] == (
        "1/7 forward   a₁ = exp(z1) / (exp(z1) + exp(z2)) = exp(0.5) / (exp(0.5) + exp(-0.5)) ≈ 0.7311"
    )


# --- the loop itself, with the lines that a terminal would give ---


@pytest.fixture
def typed(loss, capsys, monkeypatch):
    """What is said when these lines are typed; an exception among them stands for Ctrl-C or the end of input."""

    def run(*lines):
        waiting = iter(lines)

        def read(prompt=""):
            line = next(waiting)
            if isinstance(line, type):
                raise line
            return line

        monkeypatch.setattr("builtins.input", read)
        debug(loss)
        return capsys.readouterr().out

    return run


def test_a_conversation(typed, loss):
    said = typed("n", "", "h", "b", "cl", "q")
    assert "1/" in said and "2/" in said and "left at" in said and loss.grad == 0.0


def test_the_end_of_input_leaves(typed):
    assert "left at" in typed("n", EOFError)


def test_one_interrupt_goes_on_and_two_leave(typed):
    said = typed("n", KeyboardInterrupt, "n", KeyboardInterrupt, KeyboardInterrupt)
    assert said.count("Ctrl-C again, or q, leaves") == 2 and "left at 2 of 9" in said


def test_completion(loss):
    prompt = Prompt(Debugger(loss, 4))
    assert prompt.complete_print("ta") == ["tanh"]
    assert prompt.complete_break("ta") == ["tanh"]
    assert prompt.complete_explain("lo") == ["loss"]


def test_a_breakpoint_at_a_raised_label_as_it_is_typed(capsys):
    z = Value(2.0, label="z²₁")
    debug(z * 3, ["b z2_1", "c", "q"])
    out = capsys.readouterr().out
    assert "breakpoint 1: label z2_1" in out and "∂t₁/∂z²₁" in out
