"""Recipes of CONTRIBUTING.md, read and followed on a copy of the tree.

A step says where it writes (`In FILE, below LINE:`, `above LINE`, `in place of LINE`, `at the end`, or `A new file
FILE:`) or what it runs (`Run:`), with the text in the block below, and which test tells when it was forgotten
(`Without it TEST fails`). A console block at the end of a recipe shows what it leads to.

`python -m tests.recipes NAME TREE…` follows one; it is a process of its own, which forks for every try, so that
libraries are loaded once and mediaprep anew each time.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import runpy
import shlex
import shutil
import sys
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / ".github/CONTRIBUTING.md"
_TREE = ("mediaprep", "tests", "fixtures", "scripts", ".github", "pyproject.toml", "README.md")
_STEP = re.compile(r"^(\d+)\. ((?:.*\n)(?:(?:   .*)?\n)*)", re.MULTILINE)
_WHERE = re.compile(r"[Ii]n\s+`([^`]+)`,\s+(below|above|in\s+place\s+of|at\s+the\s+end)(?:\s+`([^`]+)`)?:")
_NEW = re.compile(r"[Aa] new file\s+`([^`]+)`")
_BLOCK = re.compile(r"^( *)```\w*\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_GUARD = re.compile(r"Without\s+it\s+`([^`]+)`\s+fails")


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing to write or to run, and the test that tells who forgot it."""

    number: int
    file: str  # "" = `text` is a command
    how: str
    anchor: str
    text: str
    guard: str

    def told_by(self, output: str) -> bool:
        """Whether it names where to write, or what to run; of a file that is missing Python tells the module."""
        module = Path(self.file).stem if self.how == "new" else self.file.removeprefix("mediaprep/")
        return (module or self.text.strip()) in output

    def take(self, tree: Path) -> None:
        """Write it. Commands are run by `tried`."""
        path = tree / self.file
        if self.how == "new":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.text, encoding="utf-8")
            return
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        at = len(lines)
        if self.anchor:
            found = [number for number, line in enumerate(lines) if self.anchor in line]
            assert len(found) == 1, f"{self.file}: {self.anchor!r} stands in {len(found)} lines"
            at = found[0] + (self.how == "below")
        lines[at : at + (self.how == "in place of")] = [self.text]
        path.unlink()  # it may be a link to the original
        path.write_text("".join(lines), encoding="utf-8")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """`shown`: (command, lines that must stand in what it prints)."""

    name: str
    steps: tuple[Step, ...]
    shown: tuple[tuple[str, tuple[str, ...]], ...]


def read(text: str) -> dict[str, Recipe]:
    """Every recipe of the guide: sections of the third level that have steps."""
    found = {}
    for section in re.split(r"^### ", text, flags=re.MULTILINE)[1:]:
        section = re.split(r"^## ", section, maxsplit=1, flags=re.MULTILINE)[0]
        name = section.splitlines()[0].strip()
        if steps := tuple(_step(int(match[1]), match[2]) for match in _STEP.finditer(section)):
            found[name] = Recipe(name=name, steps=steps, shown=tuple(_shown(section)))
    return found


def _step(number: int, said: str) -> Step:
    block, guard = _BLOCK.search(said), _GUARD.search(said)
    assert block is not None, f"step {number} has no block: {said[:60]}"
    text = re.sub(rf"^{block[1]}", "", block[2], flags=re.MULTILINE)
    before, guarded = said[: block.start()], guard[1] if guard else ""
    if where := _WHERE.search(before):
        how = re.sub(r"\s+", " ", where[2])
        return Step(number=number, file=where[1], how=how, anchor=where[3] or "", text=text, guard=guarded)
    new = _NEW.search(before)
    file, how = (new[1], "new") if new else ("", "run")
    return Step(number=number, file=file, how=how, anchor="", text=text, guard=guarded)


def _shown(section: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for block in re.findall(r"^```console\n(.*?)^```$", section, flags=re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *lines = part.splitlines()
            yield command, tuple(line.strip() for line in lines if line.strip())


def copied(tree: Path) -> Path:
    """The tree as it is worked on, what Python compiled of it too."""
    for name in _TREE:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, tree / name)
    return tree


def restore(tree: Path) -> None:
    """Take back whatever a try has written."""
    for path in [path for path in tree.rglob("*") if path.is_file() and path.suffix != ".pyc"]:
        original = ROOT / path.relative_to(tree)
        if not original.exists():
            path.unlink()
        elif original.stat().st_mtime_ns != path.stat().st_mtime_ns:
            shutil.copy2(original, path)


def write(recipe: Recipe, tree: Path, *, without: Step | None = None) -> None:
    """Take every step that writes, but for a forgotten one."""
    for step in recipe.steps:
        if step.file and step is not without:
            step.take(tree)


def tests(*guards: str) -> str:
    return f"python -m pytest -q -p no:xdist -p no:cacheprovider --tb=short {' '.join(dict.fromkeys(guards))}"


def ran(tree: Path, command: str) -> tuple[int, str]:
    """Exit code and output of `mediaprep …` or `python -m … …` in the tree, in a fork of this process."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reading)
            os.dup2(writing, 1)
            os.dup2(writing, 2)
            os.chdir(tree)
            sys.path[:0] = [str(tree)]
            code = _run(shlex.split(command))
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as said:
        output = said.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), output


def _run(words: Sequence[str]) -> int:
    module = words[2] if words[0] == "python" else words[0]
    sys.argv = [module, *(words[3:] if words[0] == "python" else words[1:])]
    sys.dont_write_bytecode = True
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def problems(recipe: Recipe, tree: Path) -> Iterator[str]:
    """What of a recipe does not hold: it does not work, or a forgotten step is not told."""
    write(recipe, tree)
    guards = [step.guard for step in recipe.steps if step.guard]
    runs = [line for step in recipe.steps if not step.file for line in step.text.splitlines()]
    for command in (*runs, tests(*guards)):
        code, output = ran(tree, command)
        if code:
            yield f"{command} failed:\n{output}"
    for command, lines in recipe.shown:
        _, output = ran(tree, command)  # it may end in what the verb found
        if lost := [line for line in lines if line not in output]:
            yield f"{command} does not print {lost}:\n{output}"
    restore(tree)
    for step in recipe.steps[1:]:  # the first is the thing itself
        if not step.guard:
            yield f"step {step.number} names no test that tells who forgot it"
            continue
        write(recipe, tree, without=step)
        code, output = ran(tree, tests(step.guard))
        if code == 0:
            yield f"step {step.number} may be forgotten: {step.guard} passes without it"
        elif not step.told_by(output):
            yield f"who forgets step {step.number} is not told of {step.file or step.text.strip()}:\n{output}"
        restore(tree)


if __name__ == "__main__":
    for library in ("numpy", "pydantic", "pytest", "sqlalchemy", "yaml"):
        importlib.import_module(library)  # shared by every fork
    name, place = sys.argv[1:]
    print(json.dumps(list(problems(read(GUIDE.read_text(encoding="utf-8"))[name], Path(place)))))
