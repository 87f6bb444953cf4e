"""Texts that are meant to break a reader: a clear word, no hang, nothing executed."""

import json
import os
import random
import time

import pytest

from autograd import proofread
from autograd.errors import AutogradError

ALPHABET = [
    *"0123456789", *"+-*/=^_()[]{}|.,;:!%&$#~<>'\"\\ \n", "≈", "×", "·", "−", "²", "⁻", "√", "½", "σ", "，", "。", "层",
    r"\frac", r"\sqrt", r"\begin{bmatrix}", r"\end{bmatrix}", r"\begin{align}", r"\end{align}", r"\cdot", r"\approx",
    r"\text{", r"\hat", r"\sigma", r"\left(", r"\right)", r"\\", "$$", "```\n", "**", "e^", "exp(", "softmax([", "mod ",
    "0.5", "1.25", "= 0.75", "1,000", "<sup>", "</sup>", "<td>", "&times;", "&#215;", "...", "mean(", "^T", "5!", "π",
    "\ufeff", "\u200b", "\u2028", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "\x00", "\t",
]  # fmt: skip


def read(text, format=None):
    try:
        proof = proofread(text, format=format)
    except AutogradError:
        return
    str(proof), proof.json(), proof.markdown(), proof._repr_html_(), proof.draft()


def fuzz(seconds, seed):
    rng = random.Random(seed)
    began = time.monotonic()
    count = 0
    while time.monotonic() - began < seconds:
        if rng.random() < 0.3:
            text = bytes(rng.randrange(256) for _ in range(rng.randrange(1, 400))).decode("utf-8", "replace")
        else:
            text = "".join(rng.choice(ALPHABET) for _ in range(rng.randrange(1, 120)))
        format = rng.choice([None, "markdown", "latex", "html", "code"])
        started = time.monotonic()
        try:
            read(text, format)
        except Exception as error:
            raise AssertionError(f"{type(error).__name__}: {error} on {text!r} as {format}") from error
        assert time.monotonic() - started < 10, repr(text)
        count += 1
    return count


def test_random_texts():
    assert fuzz(seconds=3, seed=1) > 20


@pytest.mark.slow
def test_random_texts_for_longer():
    assert fuzz(seconds=float(os.environ.get("FUZZ_SECONDS", "60")), seed=2) > 500


@pytest.mark.parametrize(
    "text",
    [
        "9**9**9 = 5",
        "$9^{9^{9}} = 3$",
        "exp(999999) = 2, 170!^170! = 3, 10^400 mod 7 = 3",
        "(" * 10_000 + "1" + ")" * 10_000 + " = 1",
        r"\frac{" * 2_000 + "1" + "}{2}" * 2_000 + " = 1",
        "-" * 10_000 + "1 = 1",
        "$$" + r"\frac{1}{" * 2_000 + " = 2",
        r"\begin{bmatrix}" * 1_000 + "1+1=2",
        "1" * 50_000 + " + 1 = 2",
        "```\n" * 3_000,
        "**a" * 5_000,
        "$" * 20_000,
        r"\\" * 20_000,
        "[[1,2],[3,4]]·" * 200 + "[1,2] = [1,2]",
        "0/0 = 1, 1/0 = 2, ln(0) = 3, √(−1) = 4, (−8)^0.5 = 5",
        '{"cells": [' + "[" * 10_000,
        '{"cells": 5}',
    ],
    ids=lambda text: text[:20],
)
def test_hostile_texts_are_read_in_a_moment(text):
    started = time.monotonic()
    read(text)
    assert time.monotonic() - started < 15


def test_nothing_is_executed(tmp_path):
    mark = tmp_path / "mark"
    text = f"__import__('pathlib').Path({str(mark)!r}).touch() = 1\n`open({str(mark)!r}, 'w')` = 2 + 2\n"
    read(text, "code")
    read(json.dumps({"cells": [{"cell_type": "code", "source": text, "outputs": []}]}))
    assert not mark.exists()


def test_bytes_in_another_encoding_are_told(tmp_path):
    path = tmp_path / "latin.md"
    path.write_bytes("Gr\u00f6\u00dfe: 2 \u00b7 2 = 5".encode("latin-1"))
    proof = proofread(path)
    assert "not UTF-8" in proof.document.note
    path.write_bytes("2 · 2 = 5".encode("utf-16"))
    assert len(proofread(path).slips) == 1
