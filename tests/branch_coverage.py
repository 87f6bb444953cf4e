"""Which lines and branches of autograd and nn the tests run, and why they do not run the others.

    python tests/branch_coverage.py

runs the quick tests under coverage.py and prints, of each module, the share of its lines and branches
that ran, and each line left out with its reason. The exit status is 1 where a line or a branch did not
run and gives no reason, or where less than 98 % ran. The whole figure needs what the tests would
otherwise skip: the extras test, all, torch, peers and coverage, SymPy, and the programs dot and chromium.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

__all__ = ["PRAGMA", "reasons"]

ROOT = Path(__file__).parent.parent
LEAST = 98.0  # percent of all lines and branches, those with a reason counted as not run

# A line that no test runs says why: "# pragma: no cover - Windows only".
PRAGMA = re.compile(r"#\s*pragma: no (?P<what>cover|branch)(?: - (?P<reason>\S.*))?")


def reasons(path):
    """(line number, what is left out, the reason) for each line of a source that asks to be left out."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        found = PRAGMA.search(line)
        if found:
            yield number, found["what"], found["reason"] or ""


def measured():
    """The files of coverage.py's report, by path."""
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "coverage.json")
        environment = {**os.environ, "COVERAGE_FILE": os.path.join(folder, "data")}
        coverage = [sys.executable, "-m", "coverage"]
        tests = ["-m", "pytest", "-m", "not slow", "-p", "no:cacheprovider"]
        if subprocess.run([*coverage, "run", *tests], cwd=ROOT, env=environment).returncode:
            sys.exit("The tests do not pass: their coverage says nothing.")
        subprocess.run([*coverage, "json", "-q", "-o", report], cwd=ROOT, env=environment, check=True)
        return json.loads(Path(report).read_text(encoding="utf-8"))["files"]


def main():
    files = measured()
    run = every = unexplained = 0
    for path, file in sorted(files.items()):
        summary = file["summary"]
        own_run = summary["covered_lines"] + summary["covered_branches"]
        own_every = summary["num_statements"] + summary["num_branches"] + summary["excluded_lines"]
        run, every = run + own_run, every + own_every
        print(f"{100 * own_run / own_every if own_every else 100:6.2f} %  {path}")
        for number, what, reason in reasons(ROOT / path):
            print(f"            line {number}, no {what}: {reason or 'NO REASON'}")
            unexplained += not reason
        left_out = [f"line {number}" for number in file["missing_lines"]]
        left_out += [f"from line {a} to {f'line {b}' if b > 0 else 'the end'}" for a, b in file["missing_branches"]]
        for place in left_out:
            print(f"            {place}: NOT RUN")
            unexplained += 1
    share = 100 * run / every
    print(f"{share:6.2f} %  of {every} lines and branches; {unexplained} left out without a reason")
    return int(share < LEAST or unexplained > 0)


if __name__ == "__main__":
    sys.exit(main())
