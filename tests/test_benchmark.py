"""The benchmark: who takes part, in a process each, and whether they computed the same thing."""

import importlib.util
import json
import re

import pytest

from demos.benchmark import problems, runner
from demos.datasets import moons

INSTALLED = {
    "native_replay": "llvmlite", "micrograd": "micrograd", "pytorch": "torch", "jax": "jax", "casadi": "casadi",
    "numba": "numba", "numpy": "numpy",
}  # fmt: skip


def test_every_peer_is_one_file_with_the_problems_it_takes_part_in():
    for problem, peers in runner.PEERS.items():
        for peer in peers:
            spec = importlib.util.find_spec(f"demos.benchmark.peers.{peer}")
            assert spec is not None and spec.origin is not None
            with open(spec.origin, encoding="utf-8") as file:
                assert re.search(rf"(def|import) {problem.lower()}\b", file.read())


def test_the_problem_is_that_of_micrograds_demo():
    problem = problems.w1()
    assert len(problem.points) == 100 and sorted(set(problem.labels)) == [-1.0, 1.0]
    assert sum(len(W) * len(W[0]) + len(b) for W, b in problem.layers) == 337
    points, kinds = moons(100, noise=0.0, seed=1)
    for (x, y), kind in zip(points, kinds):
        centre = (1.0, 0.5) if kind else (0.0, 0.0)
        assert (x - centre[0]) ** 2 + (y - centre[1]) ** 2 == pytest.approx(1, abs=1e-12)


def test_json_is_json_and_nothing_else(capsys):
    assert runner.main(["W1", "--peers", "elementary,neurons", "--rounds", "1", "--json"]) == 0
    results = json.loads(capsys.readouterr().out)["results"]
    assert [record["peer"] for record in results] == ["elementary", "neurons"]
    assert all(record["ms"] > 0 and record["ratio"] is None for record in results)  # no micrograd, no ratio


def test_a_peer_that_is_not_installed_is_left_out_with_a_line_that_says_so(monkeypatch, capsys):
    monkeypatch.setitem(runner.PEERS, "W1", ["nobody", "elementary"])
    assert runner.main(["W1", "--rounds", "1"]) == 0
    printed = capsys.readouterr().out
    assert "left out: nobody (No module named 'demos.benchmark.peers.nobody')" in printed
    assert "autograd, elementary" in printed


def test_a_peer_that_fails_is_left_out_with_its_error(monkeypatch):
    monkeypatch.setattr(runner, "WORKER", "demos.benchmark.no_such_worker")
    records, left_out = runner.compare("W1", ["elementary"], rounds=1)
    assert records == [] and "no_such_worker" in left_out["elementary"]


def test_a_peer_that_ends_in_the_middle_is_left_out(monkeypatch):
    def ended(worker):
        raise runner.WorkerError("Killed")

    monkeypatch.setattr(runner.Worker, "round", ended)
    assert runner.compare("W1", ["elementary"], rounds=2) == ([], {"elementary": "Killed"})


def test_growth_is_measured_from_a_process_of_its_own_for_each_size(monkeypatch, capsys):
    monkeypatch.setattr(runner, "GROWTH_LENGTHS", [100, 1000, 10**9])
    assert runner.main(["--growth", "--peers", "elementary", "--json"]) == 0
    results = json.loads(capsys.readouterr().out)["results"]
    assert [record["nodes"] for record in results] == [100, 1000]  # and not more than memory holds
    assert all(0 < record["microseconds_per_node"] < 1000 for record in results)


def test_different_numbers_are_noticed():
    records = [{"title": "a", "answer": [1.0, 2.0]}, {"title": "b", "answer": [1.0, 2.0 + 1e-8]}]
    assert runner.disagreements(records) == ["b computed 2.00000001 where a has 2.0"]
    assert runner.disagreements([records[0], records[0]]) == []


@pytest.mark.parametrize("arguments", [["W9"], ["--peers", "nobody"], ["--rounds", "0"]])
def test_what_does_not_exist_is_named(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        runner.main(arguments)
    assert ended.value.code == 2
    assert "there are" in capsys.readouterr().err or "--rounds" in arguments


@pytest.mark.slow
@pytest.mark.parametrize("problem", runner.PEERS)
def test_everyone_computes_the_same(problem):
    takes_a_minute = ("micrograd", "pytorch_compiled") if problem == "W2" else ()
    peers = [peer for peer in runner.PEERS[problem] if peer not in takes_a_minute]
    records, left_out = runner.compare(problem, peers, 1, *(["1000"] if problem == "W3" else []))
    assert len(records) >= 2
    assert runner.disagreements(records) == []
    assert not any(importlib.util.find_spec(INSTALLED[peer]) for peer in left_out if peer in INSTALLED)


def assert_same_bits(problem, steps):
    """Replay, with its parameters in arrays, takes the steps of eager: loss and weight or gradient, to the last bit."""
    pytest.importorskip("llvmlite")
    from demos.benchmark.peers import native_replay, neurons

    by_eager, by_replay = (getattr(peer, problem)() for peer in (neurons, native_replay))
    for step in range(steps):
        expected, found = ([float(number).hex() for number in one()] for one in (by_eager, by_replay))
        assert found == expected, f"{problem}, step {step}"


@pytest.mark.parametrize("problem", ["w1", "w5"])
def test_replay_takes_the_steps_of_eager(problem):
    assert_same_bits(problem, 3)


@pytest.mark.slow
@pytest.mark.parametrize("problem", ["w1", "w2", "w4", "w5"])
def test_replay_takes_a_hundred_steps_of_eager(problem):
    assert_same_bits(problem, 100 if problem != "w2" else 10)
