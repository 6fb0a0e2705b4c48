"""Wire paths. Three spellings of one place: concrete `PageConfigs[2].InputSsml`, general
`PageConfigs[].InputSsml`, and bare `PageConfigs.InputSsml`, the one that rule names use."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

_INDEX: Final = re.compile(r"\[\d*\]")
_STEP: Final = re.compile(r"([^.\[\]]+)((?:\[\d*\])*)")


def bare(path: str) -> str:
    """PageConfigs[2].InputSsml → PageConfigs.InputSsml."""
    return _INDEX.sub("", path)


def general(path: str) -> str:
    """PageConfigs[2].InputSsml → PageConfigs[].InputSsml."""
    return _INDEX.sub("[]", path)


def joined(location: Sequence[str | int]) -> str:
    """("PageConfigs", 2, "InputSsml") → PageConfigs[2].InputSsml."""
    made = ""
    for step in location:
        made += f"[{step}]" if isinstance(step, int) else f".{step}" if made else step
    return made


def beside(path: str, other: str) -> str:
    """`other` (general) with the indices of `path` (concrete): the sibling in the same array element."""
    indices = iter(re.findall(r"\[(\d+)\]", path))
    return re.sub(r"\[\]", lambda _: f"[{next(indices, '')}]", other)


def walk(payload: object, path: str) -> Iterator[tuple[str, Any]]:
    """(concrete path, value) for every place a general or concrete path names; maybe none."""
    found: list[tuple[str, Any]] = [("", payload)]
    for name, indices in _STEP.findall(path):
        found = [
            (f"{place}.{name}" if place else name, value[name])
            for place, value in found
            if isinstance(value, Mapping) and name in value
        ]
        for index in re.findall(r"\[(\d*)\]", indices):
            found = [pair for place, value in found for pair in _elements(place, value, index)]
    yield from found


def _elements(place: str, value: object, index: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, list):
        return
    for number, item in enumerate(value):
        if not index or number == int(index):
            yield f"{place}[{number}]", item


def first(payload: object, path: str) -> Any:
    """The value at the first place the path names, or None."""
    return next((value for _, value in walk(payload, path)), None)


def leaf(path: str) -> str:
    """VideoParam.DisableIntervals[0].StartTime → StartTime."""
    return bare(path).rpartition(".")[-1]


def under(rule: str, prefix: str) -> bool:
    """Whether an id begins with whole parts of `prefix`: notrain.RefVideoUrl is one of
    notrain.RefVideoUrl.seconds and not of notrain.RefVideoUrls."""
    prefix = prefix.rstrip(".")
    if "*" in prefix:  # as in notrain.*.unknown, which stands for whatever somebody misspells
        return fnmatch.fnmatchcase(rule, prefix)
    return rule == prefix or rule.startswith((f"{prefix}.", f"{prefix}@"))
