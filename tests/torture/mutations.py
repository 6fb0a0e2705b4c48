"""What scripts/mutations runs: changes one number of the contract at a time and runs the tests that should notice.

    scripts/mutations [--green] [--smaller] [--sample N] [--seed S] [--only TEXT] [--jobs N]

A number is a constant of mediaprep/contract that is compared, sent or told: each is made larger by one (a
float by a fiftieth), with --smaller as much smaller. --green: the tests are known to pass without any change.
Every change runs in a fork of one process whose libraries are loaded already. Prints the changes that no test
notices and ends with 1 if there are any.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = ROOT / "mediaprep" / "contract"
TESTS = ("tests/whole/test_limit_numbers.py", "tests/contract")
SECONDS = 120


@dataclass(frozen=True)
class Change:
    """One number of one file, and what stands there instead."""

    path: Path
    line: int
    column: int
    value: float
    other: float

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}:{self.column}  {self.value} → {self.other}"


def changes(*, smaller: bool = False) -> list[Change]:
    """Every number that can be changed, made larger or smaller. Left out: indices and slices, and what only
    lays out messages."""
    found = []
    for path in sorted(CONTRACT.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        skipped = {id(inner) for node in ast.walk(tree) for inner in _idle(node)}
        for node in ast.walk(tree):
            if (
                not isinstance(node, ast.Constant)
                or type(node.value) not in (int, float)
                or id(node) in skipped
            ):
                continue
            value = node.value
            step = 1 if isinstance(value, int) else abs(value) / 50 or 0.02
            other = value - step if smaller else value + step
            found.append(Change(path, node.lineno, node.col_offset, value, other))
    return found


_EXAMPLES = {"valid", "invalid"}  # of a rule: they are what notices


def _idle(node: ast.AST) -> Iterator[ast.AST]:
    """Numbers that are no facts of the docs: positions in sequences, limits on what is printed, examples of rules."""
    if isinstance(node, ast.Subscript):
        yield from ast.walk(node.slice)
    elif isinstance(node, ast.keyword) and node.arg in {
        "cutoff",
        "n",
        "maxsplit",
        "maxsize",
        "start",
        *_EXAMPLES,
    }:
        yield from ast.walk(node.value)
    elif isinstance(node, ast.FormattedValue) and node.format_spec is not None:
        yield from ast.walk(node.format_spec)
    elif (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"round", "enumerate"}
    ):
        for argument in node.args[1:]:
            yield from ast.walk(argument)


class _Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads the one changed module with its other number."""

    def __init__(self, change: Change) -> None:
        self._change = change
        parts = change.path.relative_to(ROOT).with_suffix("").parts
        self._name = ".".join(parts)

    def find_spec(self, fullname: str, path: object, target: object = None) -> object:
        if fullname != self._name:
            return None
        return importlib.util.spec_from_file_location(fullname, self._change.path, loader=self)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        tree = ast.parse(self._change.path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            at = (getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
            if isinstance(node, ast.Constant) and at == (self._change.line, self._change.column):
                node.value = self._change.other
        exec(compile(tree, str(self._change.path), "exec"), module.__dict__)


def noticed(change: Change | None) -> bool:
    """Whether a test fails in this process. `None` changes nothing."""
    import pytest

    if change is not None:
        sys.meta_path.insert(0, _Changed(change))
    arguments = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--no-header", "--tb=short"]
    arguments += [
        "--assert=plain"
    ]  # a package with a plugin is rewritten by pytest: it would load the unchanged module
    return pytest.main([*arguments, *TESTS]) != pytest.ExitCode.OK


def _fork(change: Change | None) -> int:
    """Starts a child that tries one change; ends with 1 if a test noticed."""
    child = os.fork()
    if child:
        return child
    if change is not None:  # what fails without any change is to be seen
        with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
    code = 1
    with contextlib.suppress(BaseException):
        code = int(noticed(change))
    os._exit(code)


def tried(wanted: Sequence[Change | None], jobs: int) -> Iterator[tuple[Change | None, bool]]:
    """(change, whether it was noticed), `jobs` at a time. A child that hangs has noticed."""
    waiting = list(wanted)
    running: dict[int, tuple[Change | None, float]] = {}
    while waiting or running:
        while waiting and len(running) < jobs:
            change = waiting.pop(0)
            running[_fork(change)] = (change, time.monotonic() + SECONDS)
        child, status = os.waitpid(-1, os.WNOHANG)
        if child in running:
            yield running.pop(child)[0], os.waitstatus_to_exitcode(status) != 0
            continue
        for late in [pid for pid, (_, until) in running.items() if time.monotonic() > until]:
            os.kill(late, 9)
        time.sleep(0.02)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/mutations", description=__doc__)
    parser.add_argument(
        "--green", action="store_true", help="do not try first whether the tests pass unchanged"
    )
    parser.add_argument("--smaller", action="store_true", help="make each number smaller, not larger")
    parser.add_argument("--sample", type=int, help="so many numbers, chosen by --seed, instead of all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="files whose path holds this text")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args(arguments)
    os.chdir(ROOT)
    import numpy  # noqa: F401  # what the tests load anyway, loaded once for all forks
    import pydantic  # noqa: F401
    import pytest  # noqa: F401
    import yaml  # noqa: F401

    if not given.green and dict(tried([None], 1))[None]:
        print("the tests fail without any change: mend that first")
        return 2
    found = [change for change in changes(smaller=given.smaller) if given.only in str(change.path)]
    if given.sample is not None:
        found = random.Random(given.seed).sample(found, min(given.sample, len(found)))
    left = 0
    for change, seen in tried(found, given.jobs):
        if not seen:
            left += 1
            print(f"not noticed: {change}", flush=True)
    print(f"{len(found) - left} of {len(found)} changed numbers are noticed by a test")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
