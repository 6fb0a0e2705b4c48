"""How callers may name a file."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any, Final, TypeAlias

AnyPath: TypeAlias = str | Path
"""A path, in whatever form it is at hand."""
_ONE: Final = re.compile(r"(?:Annotated\[\s*)?Path(?: \| None)?(?=$|,)")
_MANY: Final = re.compile(r"(?:Annotated\[\s*)?tuple\[Path, \.\.\.\](?=$|,)")


def named_as_paths(value: Any) -> None:
    """For the `__post_init__` of a frozen dataclass: its files are paths, whether a str or a Path was given, and one
    alone is as good as a sequence of one. What may be a word as well as a file is left as it is."""
    for field in dataclasses.fields(value):
        held = getattr(value, field.name)
        if isinstance(held, str) and _ONE.match(str(field.type)):
            object.__setattr__(value, field.name, Path(held))
        elif _MANY.match(str(field.type)):
            given = (held,) if isinstance(held, str | Path) else held
            object.__setattr__(value, field.name, tuple(map(Path, given)))
