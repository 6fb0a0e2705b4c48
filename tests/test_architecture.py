"""The house as a test: floors, doors, and what a newcomer would trip over."""

from __future__ import annotations

import ast
import collections
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "mediaprep"
PROJECT = PACKAGE.parent / "pyproject.toml"
OURS = {"mediaprep"}
SHARED_BY_ALL = {"pydantic", "pydantic_core", "numpy"}  # vocabularies of values, not tools
FORBIDDEN_NAMES = {"utils", "helpers", "common", "base", "manager"}
PURE = ("contract", "preflight", "finish")
IMPURE_MODULES = {"os", "subprocess", "socket", "time", "tempfile", "shutil", "requests", "threading"}


def sources() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Top-level names of everything a file imports, inside functions too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def test_imports_go_down_only_and_in_no_circle() -> None:
    # In a process of its own: it silences every logger that there is, and other tests listen to some.
    code = f"from importlinter.cli import lint_imports as l; raise SystemExit(l({str(PROJECT)!r}, no_cache=True))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PACKAGE.parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_library_has_one_door() -> None:
    doors: dict[str, set[str]] = collections.defaultdict(set)
    for path in sources():
        for name in imported(path) - OURS - SHARED_BY_ALL - set(sys.stdlib_module_names):
            doors[name].add(str(path.relative_to(PACKAGE)))
    rooms_allowed = {"click": "cli/", "rich": "report/", "jinja2": "report/"}
    rooms_allowed |= dict.fromkeys(("uvicorn", "starlette", "h11", "anyio"), "serving/")
    rooms_allowed |= {"sqlalchemy": "submit/ledger/", "alembic": "submit/ledger/"}
    wide = {
        name: sorted(files)
        for name, files in doors.items()
        if len(files) > 1 and not all(f.startswith(rooms_allowed.get(name, "\0")) for f in files)
    }
    assert not wide, f"imported in more than one file: {wide}"


def test_contract_preflight_and_finish_are_pure() -> None:
    stained = {
        str(path.relative_to(PACKAGE)): sorted(imported(path) & IMPURE_MODULES)
        for room in PURE
        for path in sorted((PACKAGE / room).rglob("*.py"))
        if imported(path) & IMPURE_MODULES
    }
    assert not stained, f"files, clocks, networks or processes where only arithmetic belongs: {stained}"


def test_no_file_is_too_long_to_read() -> None:
    long = {
        str(path.relative_to(PACKAGE)): lines
        for path in sources()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 450
    }
    assert not long, f"two rooms in one: {long}"


def test_names_say_what_a_room_is_for() -> None:
    vague = [str(p.relative_to(PACKAGE)) for p in sources() if p.stem in FORBIDDEN_NAMES]
    assert not vague, vague


def test_every_module_says_what_it_is() -> None:
    silent = [
        str(path.relative_to(PACKAGE))
        for path in sources()
        if path.read_text(encoding="utf-8").strip()
        and ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) is None
    ]
    assert not silent, silent
