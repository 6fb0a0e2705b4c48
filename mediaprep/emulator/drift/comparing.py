"""Two answers to the same call compared: what is decided alike, and what is shaped alike. What cannot be the same (ids,
moments, addresses, texts) is compared by its kind alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

DECIDED: Final = frozenset({"Code", "FailCode", "Status"})
"""Numbers and words that must be the same."""
ABSENT: Final = "absent"


@dataclass(frozen=True, kw_only=True)
class AnswerDifference:
    """At one place of an answer; a place that one of both has not got is ABSENT there."""

    place: str
    recorded: str
    ours: str


def differences(recorded: Any, ours: Any, place: str = "") -> Iterator[AnswerDifference]:
    """Everything in which our answer differs from the recorded one."""
    if isinstance(recorded, Mapping) and isinstance(ours, Mapping):
        for name in dict.fromkeys([*recorded, *ours]):
            inner = f"{place}.{name}" if place else str(name)
            if name not in ours or name not in recorded:
                sides = (kind(it[name]) if name in it else ABSENT for it in (recorded, ours))
                yield AnswerDifference(place=inner, recorded=next(sides), ours=next(sides))
            else:
                yield from differences(recorded[name], ours[name], inner)
    elif isinstance(recorded, list) and isinstance(ours, list):
        if recorded and ours:  # an empty list says nothing of what stands in it
            yield from differences(recorded[0], ours[0], f"{place}[]")
    elif kind(recorded) != kind(ours):
        yield AnswerDifference(place=place, recorded=kind(recorded), ours=kind(ours))
    elif place.rpartition(".")[2] in DECIDED and recorded != ours:
        yield AnswerDifference(place=place, recorded=str(recorded), ours=str(ours))


def kind(value: Any) -> str:
    """A value's JSON type; 1 and 1.0 are both numbers."""
    if isinstance(value, bool) or value is None:
        return "null" if value is None else "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"
