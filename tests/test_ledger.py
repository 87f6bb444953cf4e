"""The ledger against a record of its own, and each computed figure against mpmath at 50 digits.

The formulas below are a transcription of the documents that shares nothing with the engine.
"""

import functools
import json
from decimal import Decimal

import pytest
from mpmath import mp, mpf

from autograd import Value
from demos.__main__ import EXAMPLES, load, main
from demos.ledger import Entry, Figure, audit, summary, table

FORWARD, NEURON, CHAIN, WEIGHTS, LAYERS = (
    "000_799a80b403fe6748",
    "001_bf0bc87617eefea0",
    "002_0a2c7a44236dbb63",
    "003_aa7ba504fed2da7d",
    "004_b2be87d239b5a52a",
)


# --- what the documents print, and the verdict, judged by hand --------------------------------------

A, T, S = "agrees", "truncated", "slip"
RECORD = [
    (FORWARD, "1", A),
    (FORWARD, "4096", A),
    (NEURON, "0.5", A),
    (NEURON, "-0.15", A),
    (NEURON, "0.5", A),
    (NEURON, "0", A),
    (NEURON, "0.4", A),
    (NEURON, "0.598", T),
    (CHAIN, "0.5", A),
    (CHAIN, "1", A),
    (CHAIN, "1", A),
    *[(LAYERS, printed, A) for printed in ("0.70", "1.60", "0.66818777", "0.83201839", "1.33334615", "1.63338738")],
    (LAYERS, "1.93240000", S),
    (LAYERS, "3.793", T),
    (LAYERS, "5.120", S),
    (LAYERS, "6.909", S),
    (LAYERS, "15.822", S),
    (LAYERS, "0.2397", A),
    (LAYERS, "0.3236", A),
    (LAYERS, "0.4367", T),
    (LAYERS, "1.434", S),
    (LAYERS, "-0.7603", A),
    (LAYERS, "0.3236", A),
    (LAYERS, "0.4367", T),
    *[(LAYERS, printed, A) for printed in ("-0.508", "-0.633", "0.216", "0.269", "0.292")],
    (LAYERS, "0.364", S),
    (LAYERS, "-0.7603", A),
    (LAYERS, "0.3236", A),
    (LAYERS, "0.4367", T),
    *[(LAYERS, printed, A) for printed in ("0.2394", "0.2394", "0.6682", "0.8320", "0.3318", "0.1680")],
    (LAYERS, "0.2218", S),
    (LAYERS, "0.139776", S),
    (LAYERS, "0.1398", A),
    (LAYERS, "0.0531", A),
    (LAYERS, "0.0334", T),
    *[(LAYERS, "0.0531", A)] * 3,
    *[(LAYERS, "0.0334", T)] * 3,
    (LAYERS, "0.0531", A),
    (LAYERS, "0.0334", T),
    *[(LAYERS, printed, A) for printed in ("0.0508", "0.7508", "0.0633", "0.8633")],
]

STEP = "the step itself: from the printed "
CAUSES = {
    "z³₃": f"{STEP}a²₁ = 0.66818777, a²₂ = 0.83201839 it is 1.93342861",
    "e^z³₂": f"{STEP}z³₂ = 1.63338738 it is 5.121",
    "e^z³₃": f"{STEP}z³₃ = 1.93240000 it is 6.906",
    "Σe": "follows from the printed e₁ = 3.793, e₂ = 5.120, e₃ = 6.909",
    "L": f"{STEP}a³₁ = 0.2397 it is 1.428",
    "∂L/∂w²₃₂": f"{STEP}a²₂ = 0.83201839, grad of z³₃ = 0.4367 it is 0.363",
    "σ′(z²₁)": f"{STEP}a²₁ = 0.6682 it is 0.2217; consistent with numbers on the way rounded to 3 decimals",
    "σ′(z²₂)": "follows from the printed a²₂ = 0.8320",
}


# --- the same quantities by mpmath -------------------------------------------------------------------


def sigmoid(z):
    return 1 / (1 + mp.exp(-z))


def layers_figures():
    """The 46 distinct steps of the 3–2–3 network, in the order in which the document prints them."""
    w1 = [[mpf(1) / 10, mpf(2) / 10, mpf(3) / 10], [mpf(4) / 10, mpf(5) / 10, mpf(6) / 10]]
    w2 = [[mpf(7) / 10, mpf(8) / 10], [mpf(9) / 10, mpf(1)], [mpf(11) / 10, mpf(12) / 10]]
    z2 = [sum(row) + mpf(1) / 10 for row in w1]
    a2 = [sigmoid(z) for z in z2]
    z3 = [row[0] * a2[0] + row[1] * a2[1] + mpf(2) / 10 for row in w2]
    powers = [mp.exp(z) for z in z3]
    denominator = sum(mp.exp(z) for z in z3)
    a3 = [mp.exp(z) / denominator for z in z3]
    delta3 = [a3[0] - 1, a3[1], a3[2]]
    by_w2 = [d * a for d in delta3 for a in a2]
    back = [sum(delta3[k] * w2[k][j] for k in range(3)) for j in range(2)]
    slopes = [a * (1 - a) for a in a2]
    delta2 = [back[j] * slopes[j] for j in range(2)]
    by_w1 = [delta2[0]] * 3 + [delta2[1]] * 3
    rest = [1 - mpf("0.6682"), 1 - mpf("0.8320")]
    updated = [mpf("0.0508"), w2[0][0] - by_w2[0] / 10, mpf("0.0633"), w2[0][1] - by_w2[1] / 10]
    return [
        *z2, *a2, *z3, *powers, denominator, *a3, -mp.log(a3[0]), *delta3, *by_w2, *delta3, *back, *a2, *rest,
        slopes[0], slopes[1], slopes[1], *delta2, *by_w1, *delta2, *updated,
    ]  # fmt: skip


def oracle():
    first = [mpf(5) / 10, mpf(-15) / 100, mpf(5) / 10, mpf(0), mpf(4) / 10, sigmoid(mpf(4) / 10)]
    return [mpf(1), mpf(4096), *first, mpf(1) / 2, mpf(1), mpf(1), *layers_figures()]


@functools.cache
def ledger():
    return [entry for name in EXAMPLES for entry in audit(load(name).document, load(name).figures())]


def test_the_ledger_is_the_record():
    assert [(entry.document, entry.printed, entry.verdict) for entry in ledger()] == RECORD


def test_each_figure_stands_once():
    names = [(entry.document, entry.figure) for entry in ledger()]
    assert len(names) == len(set(names))


def test_the_causes_are_the_record():
    assert {entry.figure: entry.cause for entry in ledger() if entry.cause or entry.verdict == "slip"} == CAUSES


def test_each_computed_figure_is_mpmaths():
    with mp.workdps(50):
        exact = oracle()
        entries = ledger()
        assert len(exact) == len(entries)
        for entry, number in zip(entries, exact):
            assert abs(mpf(entry.computed) - number) <= abs(number) * mpf("4e-15"), entry


def test_each_verdict_is_that_of_the_exact_figure():
    """Rounded and cut by Decimal arithmetic from mpmath's 50 digits."""
    with mp.workdps(50):
        for entry, number in zip(ledger(), oracle()):
            unit = Decimal(1).scaleb(Decimal(entry.printed).as_tuple().exponent)
            exact = Decimal(mp.nstr(number, 40))
            rounded, cut = exact.quantize(unit, "ROUND_HALF_UP"), exact.quantize(unit, "ROUND_DOWN")
            printed = Decimal(entry.printed)
            assert entry.verdict == (A if printed == rounded else T if printed == cut else S), entry


def test_what_a_ledger_line_holds():
    [entry] = audit("document", [Figure("a", "0.66", Value(2 / 3))])
    assert entry == Entry("document", "a", "0.66", 2 / 3, "truncated", "", "agrees")


def test_the_summary_counts():
    assert summary(ledger()) == "61 figures: 43 agree, 10 truncated, 8 slips"


def test_the_table_says_where_the_record_differs():
    text = table(audit("document", [Figure("a", "0.7", Value(0.1))]))
    assert "ON RECORD IS ANOTHER VERDICT for a: agrees" in text


def test_json_is_the_ledger_and_nothing_else(capsys):
    assert main(["--json"]) == 0
    shown = capsys.readouterr()
    lines = json.loads(shown.out)
    assert shown.err == ""
    assert [line["verdict"] for line in lines] == [verdict for _, _, verdict in RECORD]
    assert all(list(line) == ["document", "figure", "printed", "computed", "verdict", "cause"] for line in lines)


@pytest.mark.parametrize("options", [["--json"], []], ids=["json", "told"])
def test_the_exit_status_is_1_when_a_verdict_is_not_the_one_on_record(options, monkeypatch, tmp_path, capsys):
    example = load("two_weights")
    wrong = type(example)(
        **{name: getattr(example, name) for name in example.__slots__ if name != "figures"},
        figures=lambda: [Figure("a", "0.7", Value(0.1))],
    )
    monkeypatch.setattr("demos.two_weights.EXAMPLE", wrong)
    assert main(["two_weights", "--out", str(tmp_path), *options]) == 1
    assert main(["neuron", "--out", str(tmp_path), *options]) == 0
