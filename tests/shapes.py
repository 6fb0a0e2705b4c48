"""Shapes that keep a house readable, measured: names, folders, parameters, lengths.

`python -m tests.shapes` lists what offends against them.
"""

from __future__ import annotations

import ast
import collections
from collections.abc import Iterator
from pathlib import Path

LOOSE = 15  # files in a folder, besides its face
PARAMETERS = 6  # of a public function, click commands and constructors aside
LINES = 50  # of a function

REMEDIES = {
    "class": "a public class name means one thing in the whole package: name it by what it is, or use the other",
    "file": "a file name occurs once per floor: a path in a message must tell where one is",
    "folder": f"at most {LOOSE} loose files: group them in rooms by what they are for",
    "wide": f"at most {PARAMETERS} parameters: what is wished together is one frozen dataclass",
    "long": f"at most {LINES} lines: a step that has a name is a function",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def offences(package: Path) -> Iterator[tuple[str, str]]:
    """(offence, where): an offence is named so that it stays the same when its file is moved."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(package.rglob("*.py"))}
    yield from _names(trees)
    yield from _folders(package, list(trees))
    for path, tree in trees.items():
        for owner, function in _functions(tree):
            name = f"{owner}.{function.name}" if owner else function.name
            if _public(name) and not _command(function) and _width(function, owner) > PARAMETERS:
                yield f"wide {name}", path.relative_to(package).as_posix()
            if function.end_lineno is not None and function.end_lineno - function.lineno >= LINES:
                yield f"long {name}", path.relative_to(package).as_posix()


def _names(trees: dict[Path, ast.Module]) -> Iterator[tuple[str, str]]:
    homes = collections.defaultdict(list)
    for path, tree in trees.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and _public(node.name):
                homes[node.name].append(path.stem)
    yield from ((f"class {name}", ", ".join(at)) for name, at in homes.items() if len(at) > 1)


def _folders(package: Path, paths: list[Path]) -> Iterator[tuple[str, str]]:
    placed = [path.relative_to(package) for path in paths if path.name != "__init__.py"]
    names = collections.Counter((path.parts[0], path.name) for path in placed if len(path.parts) > 1)
    yield from (
        (f"file {name}", f"{count} in {floor}") for (floor, name), count in names.items() if count > 1
    )
    folders = collections.Counter(path.parent.as_posix() for path in placed)
    yield from ((f"folder {folder}", str(count)) for folder, count in folders.items() if count > LOOSE)


def _functions(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """(class or nothing, function), inner functions left to their outer ones."""
    for node in tree.body:
        if isinstance(node, Function):
            yield "", node
        elif isinstance(node, ast.ClassDef):
            yield from ((node.name, inner) for inner in node.body if isinstance(inner, Function))


def _public(name: str) -> bool:
    return not any(part.startswith("_") for part in name.split("."))


def _command(function: Function) -> bool:
    """What click fills in from the command line."""
    made = (d.func for d in function.decorator_list if isinstance(d, ast.Call))
    return any(isinstance(d, ast.Attribute) and d.attr == "command" for d in made)


def _width(function: Function, owner: str) -> int:
    """Parameters that a caller may give."""
    given = function.args
    static = any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in function.decorator_list)
    starred = (given.vararg is not None) + (given.kwarg is not None)
    named = len(given.posonlyargs) + len(given.args) + len(given.kwonlyargs)
    return named + starred - (bool(owner) and not static)


if __name__ == "__main__":
    found = offences(Path(__file__).resolve().parents[1] / "mediaprep")
    print(*sorted(offence for offence, _ in found), sep="\n")
