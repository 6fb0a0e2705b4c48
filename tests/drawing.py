"""Draws into pages what the code says: floors, rooms and states of a paid job into mediaprep/ARCHITECTURE.md, verbs and
finishing options into the guide's reference.

`python -m tests.drawing` (scripts/architecture) writes what is stale; everything outside the marks is prose.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
PACKAGE = PROJECT / "mediaprep"
PAGE = PACKAGE / "ARCHITECTURE.md"
PAGES = {PAGE: ("rooms", "states"), PACKAGE / "guide" / "reference.md": ("verbs", "options")}
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


DRAWN = {"rooms": rooms, "states": states, "options": options, "verbs": verbs}


def drawn(page: str) -> str:
    """The page with everything between marks drawn anew."""
    return _MARKED.sub(lambda match: f"{match[1]}\n{DRAWN[match[2]]()}\n{match[3]}", page)


if __name__ == "__main__":
    for page in PAGES:
        page.write_text(drawn(page.read_text(encoding="utf-8")), encoding="utf-8")
