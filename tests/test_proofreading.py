"""A document's equalities: found, read, judged; and no alarm that is not right."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from autograd import Value, proofread

ROOT = Path(__file__).parent.parent

SLIPS_OF_THREE_LAYERS = """
W = \\begin{bmatrix} 1.10 & 1.20 & 0.20 \\end{bmatrix}
$$\\begin{aligned}
z &= 1.10 \\times 0.66818777 + 1.20 \\times 0.83201839 + 0.20 \\\\
&\\approx 1.93240000 \\end{aligned}$$

- $e^{1.3333} \\approx 3.793$
- e^{1.6334} ≈ 5.120
- $e^{1.9324} \\approx 6.909$, so the sum is 3.793 + 5.120 + 6.909 = 15.822

L = −ln(0.2397) ≈ 1.434

$\\sigma'(z_1) = 0.6682 × (1 − 0.6682) ≈ 0.6682 × 0.3318 ≈ 0.2218$
"""


def verdicts(text, **kwargs):
    return [row.verdict for row in proofread(text, **kwargs)]


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("0.5 × 0.8 = 0.40", "agrees"),
        ("so z = 0.15*0.05 + 0.2*0.1 + 0.35*1 = 0.3775.", "agrees"),
        (r"$\frac{1}{1+e^{-0.3775}} = 0.593269992$", "agrees"),
        ("1/(1+e^-0.3775) = 0.593269992", "agrees"),
        ("1 / (1 + e⁻⁰·³⁷⁷⁵) ≈ 0.5933", "agrees"),
        ("σ(0.4) ≈ 0.598", "truncated"),
        ("0.6682 × 0.3318 ≈ 0.2218", "rounded"),
        ("e^{1.6334} ≈ 5.120", "slip"),
        ("2 + 2 = 5", "slip"),
        ("0.0142 = 1.42 × 10^{-2}", "agrees"),
        ("√2 ≈ 1.4142", "agrees"),
        ("28 x 28 = 784", "agrees"),
        ("0.25 = 25%", "agrees"),
        ("1/3 = 0.333...", "agrees"),
        ("max(0, −0.15) = 0", "agrees"),
        ("1,024 × 2 = 2,048", "agrees"),
        ("0.1 + 0.2 = 0.30000000000000004", "rounded"),
        ("log(100) = 2", "agrees"),
        ("sin(30) = 0.5", "agrees"),
        ("0,5 · 0,5 = 0,25", "agrees"),
    ],
)
def test_one_equality(text, verdict):
    assert verdicts(text) == [verdict]


@pytest.mark.parametrize(
    "text",
    [
        "x = 5, y = 7",
        "Layer 2 = 3 neurons",
        "2x + 3 = 5",
        "the shapes (3 × 2) · (2 × 1) = (3 × 1)",
        "on 2020-01-02 = a day",
        "2 + 2 ≠ 5",
        "x² − 1 = 3",
        "a 1 ( 3 ) ≈ 0.25",
        "w − 0.5 × 2 = 3",
        "if i == 2: j = 3",
        "500 + 500 = 1 thousand",
        "f(1 + 1) = 3",
        "pp. 3–5 = 9",
        "for x = 2 = 12 + 8 - 1 = 19",
        "2 × 100 = 200 vs 100(1 + 10) + 100 = 1200",
        "$7 \\times 10^9 \\times 16 = 112$ GB",
        "a feature of 892 × 400 = 3168400 numbers",
        "\\begin{align} &-1.0 = -1 + 0.5 \\times 0 \\\\ &-1.5 = -1 + 0.5 \\times (-1) \\end{align}",
        "32×32×3 = 3072，28×28×6 = 4704",
        "1/2 : 2/1=1:4",
        "-1 + 1 + 1 + 1 + 1 = 3\n+1 - 1 + 1 + 1 + 1 = 3",
        "$w = 0.5 - 0.1 · 2$\n$w = 0.8 - 0.1 · 3$",
    ],
)
def test_what_is_no_slip_raises_no_alarm(text):
    assert not proofread(text).slips


def test_the_slips_of_the_three_layers_without_a_graph():
    proof = proofread(SLIPS_OF_THREE_LAYERS)
    assert [(row.line, row.verdict, row.computed) for row in proof if row.verdict != "agrees"] == [
        (5, "slip", "1.93342862"),
        (7, "truncated", "3.794"),
        (8, "slip", "5.121"),
        (9, "slip", "6.906"),
        (11, "slip", "1.428"),
        (13, "rounded", "0.2217"),
    ]
    assert not proof


def test_an_element_of_a_matrix_is_a_row_of_its_own():
    rows = proofread(
        r"$$\begin{bmatrix} 0.7 & 0.8 \\ 0.9 & 1.0 \end{bmatrix} \begin{bmatrix} 0.5 \\ 0.25 \end{bmatrix}"
        r" = \begin{bmatrix} 0.55 \\ 0.71 \end{bmatrix}$$"
    )
    assert [(row.text, row.verdict) for row in rows] == [
        ("0.7 × 0.5 + 0.8 × 0.25 = 0.55", "agrees"),
        ("0.9 × 0.5 + 1.0 × 0.25 = 0.71", "rounded"),
    ]


def test_the_command(tmp_path):
    path = tmp_path / "lecture.md"
    path.write_text("# A lecture\n\n2 · 2 = 5\n", encoding="utf-8")

    def run(*options):
        return subprocess.run(
            [sys.executable, "-m", "autograd", "proofread", *options, str(tmp_path)],
            capture_output=True, text=True, encoding="utf-8", cwd=ROOT, env={"PYTHONIOENCODING": "utf-8"}, check=False,
        )  # fmt: skip

    plain = run()
    assert plain.returncode == 1
    assert plain.stdout.splitlines() == [
        f"{path}:3  2 · 2 = 5  slip  it is 4",
        "1 equality: 0 agree, 0 truncated, 0 rounded, 1 slip",
    ]
    assert json.loads(run("--json").stdout) == [
        {"file": str(path), "line": 3, "text": "2 · 2 = 5", "printed": "5", "computed": "4", "verdict": "slip",
         "cause": ""}
    ]  # fmt: skip
    assert run("--format=github").stdout == f"::error file={path},line=3,col=9,title=slip::2 · 2 = 5: it is 4\n"
    path.write_text("2 · 2 = 4\n", encoding="utf-8")
    assert run().returncode == 0
    path.write_bytes(b"\x00\x01\x02")
    broken = run()
    assert broken.returncode == 2 and "is binary" in broken.stderr


# --- held against a graph ------------------------------------------------------------------------------------


def two_layers():
    """x → z¹ → a¹ → z² → a² → L, and its gradient."""
    x, w, v, t = Value(0.5, "x"), Value(0.8, "w¹"), Value(0.6, "w²"), 0.9
    z1 = x * w
    a1 = z1.sigmoid()
    z2 = a1 * v
    a2 = z2.sigmoid()
    loss = (a2 - t) ** 2 / 2
    for value, label in ((z1, "z¹"), (a1, "a¹"), (z2, "z²"), (a2, "a²"), (loss, "L")):
        value.label = label
    loss.backward()
    return loss


def test_a_formula_that_is_wrong_though_each_line_is_consistent():
    text = r"$\delta^{(2)} = (0.5888 - 0.9) \cdot 0.2421 \cdot 0.2421 = -0.01824$"
    assert [row.verdict for row in proofread(text)] == ["agrees"]
    (row,) = proofread(text, root=two_layers())
    assert (row.verdict, row.computed) == ("slip", "-0.07533")


@pytest.mark.parametrize(
    ("name", "figure", "label"),
    [
        ("z^{(1)}", "0.4", "z¹"),
        ("a_1", "0.5987", "a¹"),
        (r"\mathbf{a}^{2}", "0.5888", "a²"),
        ("a2", "0.5888", "a²"),
        ("a²", "0.5888", "a²"),
        (r"\frac{\partial L}{\partial w^{(2)}}", "-0.0451", "grad of w²"),
        ("∂L/∂w²", "-0.0451", "grad of w²"),
        ("dw2", "-0.0451", "grad of w²"),
        ("dL/dw2", "-0.0451", "grad of w²"),
        (r"\nabla_{w^{(2)}} L", "-0.0451", "grad of w²"),
        ("δ²", "-0.0753", "grad of z²"),
        ("σ′(z²)", "0.2421", "slope of a²"),
        ("E", "0.0484", "L"),
    ],
)
def test_names(name, figure, label):
    proof = proofread(f"{name} = {figure}", root=two_layers())
    assert [row.verdict for row in proof] == ["agrees"]
    assert list(proof.names.values()) == [label]
    wrong = figure[:-1] + str((int(figure[-1]) + 4) % 10)
    assert [row.verdict for row in proofread(f"{name} = {wrong}", root=two_layers())] == ["slip"]


@pytest.mark.parametrize(
    "text", ["w² = 0.6 − 0.5 × (−0.0451) = 0.62255", "q = 3", "a¹ = 0.5987, later a¹ = 0.71", "a^T = 3"]
)
def test_what_is_another_quantity_is_left_alone(text):
    assert proofread(text, root=two_layers())


def test_all_slips_of_the_three_layers_with_their_graph():
    from demos.three_layers import Calculation

    graph = Calculation()
    text = SLIPS_OF_THREE_LAYERS + "\n$\\sigma'(z_2^{(2)}) = 0.8320 × 0.1680 ≈ 0.139776$ and $∂L/∂w^{(2)}_{32}=0.364$"
    proof = proofread(text, root=[graph.loss, graph.denominator, *graph.a3])
    assert [(row.printed, row.verdict) for row in proof if row.verdict in ("slip", "rounded")] == [
        ("1.93240000", "slip"),
        ("5.120", "slip"),
        ("6.909", "slip"),
        ("15.822", "slip"),
        ("1.434", "slip"),
        ("0.2218", "rounded"),
        ("0.139776", "rounded"),
        ("0.364", "slip"),
    ]


# --- a program from the document -----------------------------------------------------------------------------------


DERIVATION = r"""
$$X = [1, 2], \quad W_1 = \begin{bmatrix} 0.5 & 0.6 \\ 0.7 & 0.8 \end{bmatrix}, \quad b_1 = [0.1, 0.2]$$

With $v = 0.3$ and the target $t = 0.9$:

$z_1 = X \cdot W_1 + b_1 = [2.0, 2.4]$

$h = \sigma(z_1) ≈ [0.8808, 0.9168]$

$\hat{y} = 0.3 \times 0.8808 + 0.3 \times 0.9168 = 0.5393$

$L = \frac{1}{2}(\hat{y} - t)^2 ≈ 0.065$
"""


def test_the_drafted_program_runs_and_its_graph_agrees_with_the_document():
    program = proofread(DERIVATION).draft()
    assert "# ? 0.3: v?" in program
    namespace = {}
    exec(program, namespace)  # what the project itself wrote, from a text of this file
    proof = proofread(DERIVATION, root=namespace["root"])
    assert namespace["root"].label == "L" and proof
    assert {"L", "ŷ", "h", "z_1"} <= {name.replace("{", "").replace("}", "") for name in proof.names}
    wrong = proofread(DERIVATION.replace("0.065", "0.130"), root=namespace["root"])
    assert [row.computed for row in wrong.slips] == ["0.065"]


def test_a_draft_says_where_too_little_can_be_read():
    assert "# ? nothing was read" in proofread("2 + 2 = 4").draft()
    assert "# ? no formula could be read" in proofread("x = 0.5").draft()


# --- formats ---------------------------------------------------------------------------------------------------------


def notebook(*cells):
    return json.dumps({"cells": list(cells), "nbformat": 4}, indent=1, ensure_ascii=False)


@pytest.mark.parametrize(
    ("format", "text", "expected"),
    [
        ("markdown", "| step | result |\n|---|---|\n| σ(0) = 0.6 | 2 · 2 = 4 |\n", [(3, "slip"), (3, "agrees")]),
        ("markdown", "```\nz = 0.5*0.8\n  = 0.4\n```\n> **2 + 2 = 5**", [(3, "agrees"), (5, "slip")]),
        ("markdown", "1. 2 + 3 = 5\n2. 0.5 &times; 0.8 = 0.4\n\n10<sup>2</sup> · 2 = 200",
         [(1, "agrees"), (2, "agrees"), (4, "agrees")]),
        ("latex", "\\documentclass{a}\n% 1 + 1 = 3\n\\begin{document}\nSo\n\\begin{align}\n a &= 0.5 \\cdot 0.8 \\\\\n"
         " &= 0.5\n\\end{align}", [(7, "rounded")]),
        ("html", "<html><script>1 + 1 = 3</script><p>2 &middot; 2 = <b>5</b></p><p>e<sup>0</sup> + 1 = 2</p></html>",
         [(1, "slip"), (1, "agrees")]),
        ("html", '<math><mn>1</mn><annotation encoding="application/x-tex">\\frac{1}{2} = 0.5</annotation></math>'
         '<span class="katex-html">12=0.5</span>', [(1, "agrees")]),
        ("notebook", notebook({"cell_type": "markdown", "source": ["# A\n", "2 + 2 = 5"]},
                              {"cell_type": "code", "source": ["x = 3  # 1 + 2 = 3\n"], "outputs": []}),
         [(7, "slip"), (13, "agrees")]),
    ],
)  # fmt: skip
def test_formats(format, text, expected):
    assert [(row.line, row.verdict) for row in proofread(text, format=format)] == expected
    assert [(row.line, row.verdict) for row in proofread(text)] == expected or format == "html"


def test_a_page_of_rendered_formulas_has_each_once():
    text = (
        "e 1.6334 ≈ 5.120 e^{1.6334} \\approx 5.120 e 1.6334 ≈ 5.120\n"
        "L = − ln ( 0.2397 ) ≈ 1.434 L = - \\ln(0.2397) \\approx 1.434 L = − ln ( 0.2397 ) ≈ 1.434\n"
    )
    assert [(row.line, row.computed) for row in proofread(text)] == [(1, "5.121"), (2, "1.428")]


def test_the_figure_is_marked_in_the_text():
    proof = proofread("so **2 · 2 = 5** <here>")
    assert proof.document.text[proof[0].start : proof[0].end] == "5"
    shown = proof._repr_html_()
    assert ">5</mark>** &lt;here&gt;" in shown and "slip: 2 · 2 = 5; it is 4" in shown
    assert "| 1 | `2 · 2 = 5` | **slip** | it is 4 |" in proof.markdown()


def test_what_is_no_text_is_refused():
    with pytest.raises(TypeError, match="give the text, or the Path of a file, not a int"):
        proofread(3)
    with pytest.raises(ValueError, match="format='pdf' is unknown"):
        proofread("1 + 1 = 2", format="pdf")
    with pytest.raises(ValueError, match="no notebook"):
        proofread("{}", format="notebook")


# --- documents and sheets ---------------------------------------------------------------------------------------------


def test_the_sheets_of_the_examples_raise_no_alarm():
    from demos import three_layers, two_weights
    from demos.sheets import proofs_of, told

    values = [*two_weights.EXAMPLE.values().values(), *list(three_layers.EXAMPLE.values().values())[::6]]
    proofs = [proof for value in values for proof in proofs_of(value)]
    assert told(proofs)[1] and sum(len(proof) for proof in proofs) > 300


def test_what_is_on_record_of_public_documents():
    """What the reader found in documents that nobody had looked at, when it first met them, and by eye."""
    entries = json.loads((ROOT / "tests" / "proofreading_documents.json").read_text(encoding="utf-8"))
    new = [entry for entry in entries if not entry["built_on"]]
    assert len(new) >= 30 and all(entry["address"].startswith("https://") and entry["title"] for entry in entries)
    counted = [entry for entry in new if "counted_by_eye" in entry]
    by_eye, found = (sum(entry[key] for entry in counted) for key in ("counted_by_eye", "found_at_first"))
    assert len(counted) == 6 and (found, by_eye) == (95, 112)
