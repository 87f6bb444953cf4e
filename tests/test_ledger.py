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
from demos.ledger import Entry, Explanation, Figure, audit, summary, table

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

CAUSES = {
    "e^1.3333": "consistent with e taken as 2.718: 2.718^1.3333 = 3.793017",
    "z³₃": "the step itself: 1.10 × 0.66818777 + 1.20 × 0.83201839 + 0.20 = 1.9334286",
    "e^1.6334": "consistent with e taken as 2.718: 2.718^1.6334 = 5.1203902",
    "e^1.9324": "",
    "Σe": "earlier slips carried on: 3.793 + 5.120 + 6.909 = 15.822",
    "a³₃": "earlier slips carried on: 6.909 / 15.822 = 0.43667046",
    "L": "the step itself: −ln(0.2397) = 1.4283671",
    "δ³₃": "earlier slips carried on: 0.4367 − 0 = 0.4367",
    "∂L/∂w²₃₂": "the step itself: 0.4367 × 0.83201839 = 0.36334243; "
    "consistent with factors of 3 digits: 0.437 × 0.832 = 0.363584",
    "∂L/∂b²₃": "earlier slips carried on: δ³₃ as printed = 0.4367",
    "σ′(z²₁)": "the step itself: 0.6682 × 0.3318 = 0.22170876; "
    "consistent with factors of 3 digits: 0.668 × 0.332 = 0.221776",
    "σ′(z²₂)": "rounding as one goes: 0.8320 × 0.1680 = 0.139776",
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
    powers = [mp.exp(mpf(power)) for power in ("1.3333", "1.6334", "1.9324")]
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


def test_a_step_that_does_not_give_the_figure_is_where_the_slip_is():
    step = Explanation("0.3 × 0.3", 0.3 * 0.3, "rounding as one goes")
    [entry] = audit("document", [Figure("a", "0.12", Value(0.1), "slip", step=step)])
    assert entry.cause == "the step itself: 0.3 × 0.3 = 0.09"


def test_a_cause_is_named_only_if_it_gives_the_figure():
    convention = Explanation("half of it", 0.05, "halved")
    [entry] = audit("document", [Figure("a", "0.12", Value(0.1), "slip", convention=convention)])
    assert entry.cause == ""
    [entry] = audit("document", [Figure("a", "0.05", Value(0.1), "slip", convention=convention)])
    assert entry.cause == "halved: half of it = 0.05"


def test_a_figure_that_agrees_needs_no_cause():
    step = Explanation("1 / 10", 0.1, "rounding as one goes")
    assert audit("document", [Figure("a", "0.1", Value(0.1), step=step)])[0].cause == ""


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
