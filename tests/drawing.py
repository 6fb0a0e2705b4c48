"""Draws into pages what the code says: floors, rooms and states of a paid job into mediaprep/ARCHITECTURE.md, verbs and
finishing options into the guide's reference.

`python -m tests.drawing` (scripts/architecture) writes what is stale; everything outside the marks is prose.
"""

from __future__ import annotations

import ast
import inspect
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
PACKAGE = PROJECT / "mediaprep"
PAGE = PACKAGE / "ARCHITECTURE.md"
GUIDE = PACKAGE / "guide"
PAGES = {PAGE: ("rooms", "states"), GUIDE / "reference.md": ("verbs", "options"), GUIDE / "api.md": ("api",)}
_MARKED = re.compile(r"(<!-- drawn: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def said_by(path: Path) -> str:
    """The first sentence of a module or package."""
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    told = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return re.split(r"(?<=\.)\s", " ".join(told.split()), maxsplit=1)[0]


def floors() -> Iterator[list[str]]:
    """From the roof down, the neighbours of each floor, as the import contract has them."""
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = next(it for it in settings["tool"]["importlinter"]["contracts"] if it["type"] == "layers")[
        "layers"
    ]
    yield from (re.split(r" [:|] ", layer) for layer in layers)


def rooms() -> str:
    """Every floor with its rooms, theirs below them, and what each is for."""
    lines = []
    above = list(floors())
    for height, neighbours in zip(range(len(above), 0, -1), above, strict=True):
        for name in neighbours:
            lines.append(f"{height}  {_room(PACKAGE / name)}")
            if (PACKAGE / name).is_dir():
                lines += [f"   {line}" for line in _below(PACKAGE / name, "  ")]
    return "```text\n" + "\n".join(lines) + "\n```\n"


def _below(folder: Path, indent: str) -> Iterator[str]:
    for room in sorted(path.parent for path in folder.glob("*/__init__.py")):
        yield indent + _room(room, 22 - len(indent))
        yield from _below(room, indent + "  ")


def _room(path: Path, width: int = 22) -> str:
    name = path.name + ("/" if path.is_dir() else ".py")
    return f"{name:<{width}} {said_by(path)}"


def states() -> str:
    """The moves of a paid job, as the table has them."""
    from mediaprep.submission import states as table

    return f"```mermaid\n{table.diagram()}```\n"


def options() -> str:
    """Every finishing option, as a flag, as a key and in words."""
    from mediaprep.model.finishing.wishes import OPTIONS

    lines = ["| `finish` | in a manifest | |", "|---|---|---|"]
    for row in OPTIONS:
        option = row.option
        value = "\\|".join(option.choices) or (option.unit.en.replace("|", "\\|") if option.unit else "")
        value = value or ("FILE" if row.kind is Path else "")
        told = f"{row.help.en} / {row.help.zh}"
        lines.append(f"| `{f'{row.flag} {value}'.strip()}` | `{row.name}: {option.example}` | {told} |")
    return "\n".join(lines) + "\n"


def verbs() -> str:
    """Every verb and what it does, in both languages."""
    lines = ["| | |", "|---|---|"]
    told = {lang: _verbs(lang) for lang in ("en", "zh")}
    lines += [f"| `mediaprep {name}` | {en} / {told['zh'][name]} |" for name, en in told["en"].items()]
    return "\n".join(lines) + "\n"


def _verbs(lang: str) -> dict[str, str]:
    """As the command line has them: the language is settled when it is loaded."""
    code = "import json; from mediaprep.cli.app import VERBS; print(json.dumps(VERBS))"
    environ = {**os.environ, "MEDIAPREP_LANG": lang}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found


def api() -> str:
    """Every public name: how it is called and what it says of itself; what errors and values hold."""
    import pdoc.doc

    import mediaprep
    from mediaprep import aio

    for name in mediaprep.__all__:  # they come when they are asked for
        getattr(mediaprep, name)
    module, lines = pdoc.doc.Module(mediaprep), []
    for group, kind in (("Calls", pdoc.doc.Function), ("Values and errors", pdoc.doc.Class)):
        lines += [f"## {group}", ""]
        for name in mediaprep.__all__:
            found = module.get(name)
            if isinstance(found, kind) and name not in ("finish_video", "submit_request"):
                lines += [f"### {name}", "", *_told(name, found), ""]
    counterparts = ", ".join(f"`{name}`" for name in aio.__all__)
    return "\n".join(
        [*lines, "## mediaprep.aio", "", aio.__doc__ or "", f"Awaited alike: {counterparts}.", ""]
    )


def _told(name: str, found: Any) -> Iterator[str]:
    """How one is called, its words, and for a class what it holds and does."""
    words = _EXAMPLE.sub(r"```pycon\n\1\n```", inspect.cleandoc(found.docstring))
    words = words.replace("  # doctest: +SKIP", "")
    if not inspect.isclass(found.obj):
        yield from ("```text", f"{name}{inspect.signature(found.obj)}".replace("'", ""), "```", "", words)
        return
    mother = found.obj.__bases__[0]
    kind = f"({mother.__name__}) " if issubclass(found.obj, Exception) else ""
    held = [f"`{it.name}`" for it in found.own_members if not it.name.startswith("_")]
    yield f"{kind}{words}"
    if held:
        yield f"\nHolds {', '.join(held)}."


_EXAMPLE = re.compile(r"(^>>> (?:.|\n)*\S)\s*\Z", re.MULTILINE)
"""An example ends a docstring."""


DRAWN = {"api": api, "rooms": rooms, "states": states, "options": options, "verbs": verbs}


def drawn(page: str) -> str:
    """The page with everything between marks drawn anew."""
    return _MARKED.sub(lambda match: f"{match[1]}\n{DRAWN[match[2]]()}\n{match[3]}", page)


if __name__ == "__main__":
    for page in PAGES:
        page.write_text(drawn(page.read_text(encoding="utf-8")), encoding="utf-8")
