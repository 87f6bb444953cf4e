"""What prints on a terminal prints where standard output has few characters too."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograd.notation.plain import in_characters_of

PROGRAM = """
from autograd import Value, audit, check, explain, round_by_hand, sigmoid, step
x, w = Value(0.5, label="x₁"), Value(0.8, label="θ⁽²⁾")
y = sigmoid(x * w) ** 4
y.label = "输出"
y.backward()
print(explain(w))
print(check(y, "0.5"), audit({y: "0.25"}), round_by_hand(y, decimals=4))
for event in step(y):
    print(event)
"""


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "cp437", "utf-8"])
def test_a_program_prints_in_any_encoding(encoding):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=Path(__file__).parent.parent,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr.decode()
    shown = done.stdout.decode(encoding)
    assert ("sigma" in shown and "theta^(2)" in shown and "x_1" in shown) is (encoding in ("cp1252", "ascii"))
    assert ("输出" in shown) is (encoding == "utf-8") and ("\\u8f93" in shown) is (encoding != "utf-8")


def test_characters_and_what_stands_for_them():
    assert in_characters_of("utf-8", "∂y/∂w₁ = σ′(z)") == "∂y/∂w₁ = σ′(z)"
    assert in_characters_of("ascii", "x⁻¹⁰ + w₁₂ · Φ(√2) → ∞") == "x^-10 + w_12 * Phi(sqrt2) -> inf"
    assert in_characters_of("cp1252", "x² · y⁴") == "x² · y^4"
