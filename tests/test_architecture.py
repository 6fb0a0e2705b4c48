"""The house as a test: floors, doors, and what a newcomer would trip over."""

from __future__ import annotations

import ast
import collections
import subprocess
import sys
from pathlib import Path

import pytest

from tests import drawing, shapes
from tests.touching import touches

PACKAGE = Path(__file__).resolve().parents[1] / "mediaprep"
PROJECT = PACKAGE.parent / "pyproject.toml"
OURS = {"mediaprep"}
SHARED_BY_ALL = {"pydantic", "pydantic_core", "numpy"}  # vocabularies of values, not tools
FORBIDDEN_NAMES = {"utils", "helpers", "common", "base", "manager"}
PURE = {"contract": (), "preflight": (), "finishing": (), "model": (".absolute()",)}
"""Each with what it may touch all the same: a wish is settled in the folder in which it was uttered."""
DEBTS = Path(__file__).with_name("debts.txt")


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
    rooms_allowed: dict[str, str | tuple[str, ...]] = {
        "click": "cli/",
        "rich": "report/",
        "jinja2": "report/",
    }
    rooms_allowed |= dict.fromkeys(("uvicorn", "starlette", "h11"), "serving/")
    rooms_allowed |= {"anyio": ("serving/", "aio.py")}  # threads of a server, threads of a caller
    rooms_allowed |= {"sqlalchemy": "submission/ledger/", "alembic": "submission/ledger/"}
    wide = {
        name: sorted(files)
        for name, files in doors.items()
        if len(files) > 1 and not all(f.startswith(rooms_allowed.get(name, "\0")) for f in files)
    }
    assert not wide, f"imported in more than one file: {wide}"


@pytest.mark.parametrize("room", PURE)
def test_pure_rooms_touch_no_file_clock_network_process_or_chance(room: str) -> None:
    assert (PACKAGE / room).is_dir(), f"no such room: {room}"
    stained = {
        str(path.relative_to(PACKAGE)): found
        for path in sorted((PACKAGE / room).rglob("*.py"))
        if (found := [it for it in touches(path.read_text("utf-8")) if not it.endswith(PURE[room])])
    }
    assert not stained, (
        f"only arithmetic belongs here; what touches the world goes to media, submit or verbs: {stained}"
    )


@pytest.mark.parametrize(
    "text",
    [
        "open('a')", "with open('a') as f: pass", "print(1)", "input()", "x = list(map(open, names))",
        "io.open('a')", "from functools import partial\nread = partial(open, mode='rb')", "exec('1')",
        "__import__('os')", "path.read_text()", "path.read_bytes()", "path.write_text('a')", "path.exists()",
        "path.stat()", "path.is_file()", "path.is_dir()", "(a / b).resolve()", "path.absolute()",
        "path.expanduser()", "Path.cwd()", "path.iterdir()", "sorted(path.glob('*'))", "path.rglob('*')",
        "path.mkdir()", "path.unlink()", "path.rename(other)", "path.replace(other)", "path.open()",
        "path.samefile(other)", "list(map(Path.exists, paths))", "datetime.now(tz)", "datetime.datetime.now()",
        "date.today()", "datetime.utcnow()", "moment.astimezone()", "email.utils.formatdate()",
        "hashlib.file_digest(f, 'md5')", "import os", "import os.path", "import time as t",
        "from time import monotonic", "def f():\n    from random import random", "import socket",
        "import asyncio", "import io", "import sys", "import uuid", "import secrets", "import tempfile",
        "import threading", "import logging", "import requests", "from importlib import resources",
        "from urllib.request import urlopen", "from urllib import request", "from mediaprep import config",
        "from mediaprep.config import settings", "from mediaprep.media import probe",
        "import mediaprep.processes",
    ],
)  # fmt: skip
def test_what_touches_the_world_is_found(text: str) -> None:
    assert touches(text)


@pytest.mark.parametrize(
    "text",
    [
        "'a'.replace('a', 'b')", "replace(value, seconds=1)", "moment.replace(tzinfo=tz)",
        "text.replace(*pair)", "match.group()", "path.with_suffix('.a')", "path.name",
        "from pathlib import Path", "moment.astimezone(tz)", "from datetime import datetime", "re.compile('a')",
        "job.open", "from urllib.parse import urlsplit", "from mediaprep.model.facts import Facts",
        "from mediaprep.contract import codes", "from mediaprep import errors",
    ],
)  # fmt: skip
def test_arithmetic_is_not_taken_for_a_touch(text: str) -> None:
    assert touches(text) == []


def test_what_the_house_owes_is_listed_and_nothing_is_added() -> None:
    """Shapes that hold for whatever is new. Whoever mends an old offender takes its line out of tests/debts.txt."""
    owed = collections.Counter(line for line in DEBTS.read_text("utf-8").splitlines() if line[:1] != "#")
    places = collections.defaultdict(list)
    for offence, where in shapes.offences(PACKAGE):
        places[offence].append(where)
    found = collections.Counter({offence: len(where) for offence, where in places.items()})
    new = sorted((found - owed).elements())
    told = [f"  {it} ({', '.join(places[it])}): {shapes.REMEDIES[it.split()[0]]}" for it in new]
    assert not new, "against the house's shapes (mend it; no line is added to the debts):\n" + "\n".join(told)
    paid = "\n  ".join(sorted((owed - found).elements()))
    assert not paid, f"well done: these are mended, take their lines out of tests/debts.txt:\n  {paid}"


@pytest.mark.parametrize(
    ("files", "offence"),
    [
        ({"a/x.py": "class Span: ...", "b/y.py": "class Span: ..."}, "class Span"),
        ({"a/x.py": "class _Span: ...", "b/y.py": "class _Span: ..."}, None),
        ({"a/x.py": "", "a/b/x.py": ""}, "file x.py"),
        ({"a/x.py": "", "b/x.py": "", "a/__init__.py": "", "a/b/__init__.py": ""}, None),
        ({f"a/x{n}.py": "" for n in range(16)}, "folder a"),
        ({"a/__init__.py": ""} | {f"a/x{n}.py": "" for n in range(15)}, None),
        ({"a/x.py": "def f(a, b, c, *, d, e, f, g): ..."}, "wide f"),
        ({"a/x.py": "async def f(a, b, c, d, e, f, /, *rest): ..."}, "wide f"),
        ({"a/x.py": "class A:\n def f(self, a, b, c, d, e, f, **rest): ..."}, "wide A.f"),
        ({"a/x.py": "class A:\n @staticmethod\n def f(a, b, c, d, e, f, g): ..."}, "wide A.f"),
        ({"a/x.py": "class A:\n def f(self, a, b, c, d, e, f): ..."}, None),
        ({"a/x.py": "class A:\n def __init__(self, a, b, c, d, e, f, g): ..."}, None),
        ({"a/x.py": "@click.command('f')\ndef f(a, b, c, d, e, f, g): ..."}, None),
        ({"a/x.py": "@cache\ndef f(a, b, c, d, e, f, g): ..."}, "wide f"),
        ({"a/x.py": "def _f(a, b, c, d, e, f, g): ..."}, None),
        ({"a/x.py": "def _f():\n" + "    a = 1\n" * 50}, "long _f"),
        ({"a/x.py": "def _f():\n" + "    a = 1\n" * 49}, None),
    ],
)
def test_offences_are_found(tmp_path: Path, files: dict[str, str], offence: str | None) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert [it for it, _ in shapes.offences(tmp_path)] == ([] if offence is None else [offence])


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


@pytest.mark.parametrize("page", drawing.PAGES, ids=lambda page: page.name)
def test_what_is_drawn_is_as_it_stands(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text == drawing.drawn(text), (
        "rooms, states or options have changed: run python -m tests.drawing (scripts/architecture)"
    )
    assert all(f"drawn: {name}" in text for name in drawing.PAGES[page])


def test_every_room_says_what_it_is_for() -> None:
    silent = [str(path) for path in drawing.PACKAGE.rglob("__init__.py") if not drawing.said_by(path.parent)]
    assert not silent, f"no docstring, so the drawing of the house is empty there: {silent}"
