"""What a module touches: files, clocks, networks, processes, chance. Found in its text, for rooms that must be pure."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path, PurePath

OURS = {"mediaprep." + room for room in ("model", "errors", "contract", "preflight", "finishing")}
LIBRARIES = {"pydantic", "pydantic_core", "numpy", "rjieba"}
ARITHMETIC = {
    "__future__", "abc", "base64", "binascii", "bisect", "collections", "collections.abc", "copy", "dataclasses",
    "datetime", "difflib", "email.utils", "enum", "fnmatch", "fractions", "functools", "hashlib", "heapq", "hmac",
    "itertools", "json", "math", "operator", "pathlib", "re", "string", "types", "typing",
    "unicodedata", "urllib.parse", "zlib",
}  # fmt: skip
"""Modules that only reckon. Everything else is asked about: the list is open at the other end."""
SPEAKING = {"open", "input", "print", "exec", "eval", "breakpoint", "__import__"}
PATHS = set(dir(Path)) - set(dir(PurePath)) - {"group", "replace"}
"""Methods by which a path goes to the disk; `group` is a match's too, `replace` is told by its one argument."""
CLOCKS = {"now", "today", "utcnow", "formatdate", "localtime", "make_msgid", "file_digest"}


def touches(source: str) -> list[str]:
    """Each as `line: what`, in order."""
    found = [(node.lineno, what) for node in ast.walk(ast.parse(source)) for what in _touched(node)]
    return [f"{line}: {what}" for line, what in sorted(found)]


def _touched(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (f"import {name.name}" for name in names if not _reckons(name.name))
        case ast.ImportFrom(module=str(module), names=names):
            whole = [module] if module != "mediaprep" else [f"mediaprep.{name.name}" for name in names]
            yield from (f"import {name}" for name in whole if not _reckons(name))
        case ast.Name(id=name, ctx=ast.Load()) if name in SPEAKING:
            yield name
        case ast.Attribute(value=ast.Name(id="Path"), attr=name) if name in PATHS | {"replace"}:
            yield f"Path.{name}"
        case ast.Call(func=ast.Attribute(attr=name), args=given, keywords=named):
            one = len(given) == 1 and not named and not isinstance(given[0], ast.Starred)
            bare = not given and not named
            if (
                name in PATHS | CLOCKS
                or (name, one) == ("replace", True)
                or (name, bare) == ("astimezone", True)
            ):
                yield f".{name}()"


def _reckons(module: str) -> bool:
    return (
        module in ARITHMETIC
        or module.partition(".")[0] in LIBRARIES
        or any(f"{module}.".startswith(f"{room}.") for room in OURS)
    )
