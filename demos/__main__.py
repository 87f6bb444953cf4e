"""``python -m demos``: every worked example, its ledger, and its graph as a picture; by name, also the tasks."""

from __future__ import annotations

import argparse
import difflib
import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryFile

import autograd
from autograd import MissingToolError, Proof, RenderingError
from autograd.files import write_whole
from autograd.terminal import painted
from demos.example import Example
from demos.labels import as_identifier
from demos.ledger import Entry, audit, summary, table
from demos.sheets import proofs_of, told
from demos.tasks import TASKS, run_task

EXAMPLES = ("forward_pass", "neuron", "chain_rule", "two_weights", "three_layers")
OTHERS = {
    "gallery": "the pictures of the README; with a folder after it, more of them, there",
    "benchmark": "the engine beside whichever peers are installed",
}
TOOLS = ("audit", "check", "debug", "draw", "explain", "grad", "round_by_hand", "step")  # at hand in the REPL


def load(name: str) -> Example:
    example: Example = import_module(f"demos.{name}").EXAMPLE
    return example


def parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m demos",
        description="Run the worked examples of five tutorials; compare each figure that they print with the engine's.",
        epilog="python -m demos benchmark --help says what can be asked of the benchmark.",
    )
    parser.add_argument("name", nargs="?", default="all", metavar="NAME", help="one example or task, told in full")
    parser.add_argument("--list", action="store_true", help="name the examples and tasks, and stop")
    parser.add_argument("--out", type=Path, default=Path("out"), metavar="DIR", help="where pictures go (default: out)")
    parser.add_argument("--json", action="store_true", help="print the ledger as JSON, and nothing else")
    asked = parser.parse_args(argv)
    names = ["all", *EXAMPLES, *TASKS, *OTHERS]
    if asked.name not in names:
        near = difflib.get_close_matches(asked.name, names, 2)
        hint = f"did you mean {' or '.join(near)}?" if near else "python -m demos --list names what there is"
        parser.error(f"there is no {asked.name!r}: {hint}")
    if asked.json and asked.name in TASKS:
        parser.error(f"--json prints the ledger, and {asked.name} is a task, which has none")
    return asked


def main(argv: Sequence[str]) -> int:
    """Run what was asked for. 0: done; 1: a verdict is not the one on record; 2: it could not be done."""
    if argv and argv[0] == "benchmark":
        from demos.benchmark import runner

        return runner.main(argv[1:])
    if argv and argv[0] == "gallery":
        import_module("demos.gallery").main(argv[1:])
        return 0
    asked = parse(argv)
    if asked.list:
        for name, about in _listed():
            print(f"{_bold(f'{name:<13}')} {about}")
        return 0
    names = EXAMPLES if asked.name == "all" else (asked.name,)
    entries: list[Entry] = []
    sheets_agree = True
    if asked.json:
        for name in names:
            entries += _ledger(load(name))
        print(json.dumps([entry.as_json() for entry in entries], ensure_ascii=False, indent=1))
    else:
        hints: dict[str, None] = {}  # what would have made a picture of a DOT file, each hint once
        try:
            _make(asked.out)
            if asked.name in TASKS:
                for line in run_task(asked.name, asked.out):
                    print(line, flush=True)
                return 0
            written: list[Path] = []
            for name in names:
                entries += run(load(name), asked.out, hints, written, in_full=asked.name != "all")
        except BrokenPipeError:
            raise
        except OSError as error:
            print(f"python -m demos: {_reason(error, asked.out)}", file=sys.stderr)
            return 2
        except MissingToolError as error:
            print(f"python -m demos: {error}", file=sys.stderr)
            return 2
        for hint in hints:
            print(f"DOT files in place of pictures: {hint}")
        line, sheets_agree = told(proof for name in names for proof in _sheets(load(name)))
        print(line)
        for line in _what_next(asked, written):
            print(line)
        print(_bold(summary(entries)))
    if not sheets_agree:
        return 1
    return 1 if any(entry.verdict != entry.recorded for entry in entries) else 0


def _make(out: Path) -> None:
    """The folder, and a sign now rather than at the end if nothing can be written there."""
    out.mkdir(parents=True, exist_ok=True)
    with TemporaryFile(dir=out):
        pass


def _reason(error: OSError, out: Path) -> str:
    if error.errno is None:  # one of ours, which says it all
        return str(error)
    return f"cannot write to the folder {out.absolute()}: {error.strerror}; choose another with --out"


def _ledger(example: Example) -> list[Entry]:
    return audit(example.document, example.figures())


def run(example: Example, out: Path, hints: dict[str, None], written: list[Path], in_full: bool) -> list[Entry]:
    """Print an example's ledger, with its story where it is told in full, and write its files."""
    print(f"{_bold(example.title)}  ({example.name}: {example.about})")
    for line in example.tell() if in_full else ():
        print(line, flush=True)
    entries = _ledger(example)
    print(_coloured(table(entries)) if entries else "The document prints no figure as a result.", flush=True)
    for path in _write(example, out, hints):
        written.append(path)
        if in_full:
            print(f"wrote {path}")
    print()
    return entries


def _what_next(asked: argparse.Namespace, written: Sequence[Path]) -> Iterator[str]:
    """What was written, what to open, and what to try."""
    yield f"{len(written)} files in {asked.out}: sheets, pictures, and live pages whose numbers can be changed."
    page = next((path for path in reversed(written) if path.suffix == ".html"), None)
    if page is not None:
        yield f"  open {page}"
    if asked.name == "all":
        yield "  python -m demos three_layers    one example, told in full; --list names them"
    else:
        yield f"  python -i -m demos {asked.name}    its Values at a prompt"
    yield "  python -m autograd tour         what else there is, in sixty seconds"


def _bold(text: str) -> str:
    return painted(text, "bold", sys.stdout)


def _coloured(ledger: str) -> str:
    """The table with slips in red and figures that were cut in yellow."""
    for word, colour in (("slip", "red"), ("truncated", "yellow")):
        ledger = re.sub(rf"(?<=  ){word}(?=  |$)", painted(word, colour, sys.stdout), ledger, flags=re.MULTILINE)
    return ledger


def _listed() -> Iterator[tuple[str, str]]:
    for name in EXAMPLES:
        example = load(name)
        yield name, f"{example.title}: {example.about}"
    for name, about in TASKS.items():
        yield name, f"a task: {about}"
    yield from OTHERS.items()


def _sheets(example: Example) -> Iterator[Proof]:
    return proofs_of(list(example.values().values())[-1])


def _write(example: Example, out: Path, hints: dict[str, None]) -> Iterator[Path]:
    named = list(example.values().values())
    sheet = autograd.explain(named[-1])
    sheets = {f"{example.name}_sheet.txt": f"{sheet}\n", f"{example.name}_sheet.md": f"{sheet.markdown()}\n"}
    for name, text in {**example.texts(), **sheets}.items():
        yield write_whole(out / name, text.encode("utf-8"))
    for name, graph in example.pictures().items():
        try:
            yield graph.save(out / f"{name}.svg")
        except (MissingToolError, RenderingError) as error:
            yield graph.save(out / f"{name}.dot")
            hints[str(error)] = None
    try:
        yield autograd.play(named[-1], title=f"{example.name}: {example.about}").save(out / f"{example.name}.html")
    except (MissingToolError, RenderingError) as error:
        hints[str(error)] = None


def _into_repl(name: str) -> None:
    """Leave an example's Values, and what looks at them, to the prompt of ``python -i -m demos NAME``."""
    values = load(name).values()
    names = {as_identifier(label): value for label, value in values.items()}
    globals().update({tool: getattr(autograd, tool) for tool in TOOLS}, values=values)
    globals().update(names)
    root = list(values)[-1]
    print(f"\nvalues[{root!r}] finds a Value by its label; as names of Python they are", file=sys.stderr)
    print(f"{', '.join(names)}\nand {', '.join(TOOLS)} are imported: step({as_identifier(root)})", file=sys.stderr)


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # labels are Greek, Chinese, subscripts
    try:
        status = main(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    if not sys.flags.interactive:
        sys.exit(status)
    if len(sys.argv) > 1 and sys.argv[1] in EXAMPLES:
        _into_repl(sys.argv[1])
