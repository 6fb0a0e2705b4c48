"""Values that pass and values that do not, made from a bound and judged by it: never typed beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from mediaprep.contract.bounds import AllOf, AtLeast, AtMost, Between, Bound, OneOf, SizeUpTo
from mediaprep.contract.chapters.fields import Choice, Count, Decimals, Form, JsonObject, Range, Shorter
from mediaprep.model.findings import Verdict
from mediaprep.model.rulebook import Example

_WHOLE_UNITS: Final = frozenset({"px", "pages", "characters", "lines", "byte"})
_OTHER_WORDS: Final = ("hevc", "mkv", "gif", "yuv420p10le", "CMYK", "text", "other")
_JSON: Final = {
    "string": ('"text"', "3"), "int": ("1", '"1"'), "float": ("1.0", '"1.0"'), "bool": ("true", "1"),
    "array": ("[…]", "{…}"), "object": ("{…}", "[…]"),
}  # fmt: skip


def of_bound(bound: Bound) -> tuple[Example, ...]:
    """The ends of a bound and their neighbours, passing ones first."""
    seen = {_written(value): bound.verdict(value) for value in neighbours(bound)}
    found = [Example(value, verdict) for value, verdict in seen.items()]
    return tuple(sorted(found, key=lambda example: example.verdict is not Verdict.PASS))


def neighbours(bound: Bound) -> Iterator[Any]:
    """The ends of a bound and what lies next to them; of a set its values and a stranger."""
    step = 1 if bound.unit in _WHOLE_UNITS else 0.001
    match bound:
        case Between():
            yield from (bound.low, bound.high, bound.low - step, bound.high + step)
        case AtMost():
            yield from (bound.high, bound.high + step)
        case AtLeast():
            yield from (bound.low, bound.low - step)
        case SizeUpTo():
            yield from (bound.decimal - 1, bound.decimal, bound.decimal + 1, bound.binary, bound.binary + 1)
        case OneOf():
            yield from bound.allowed
            yield _stranger(bound)
        case AllOf():
            for part in bound.parts:
                yield from (value for value in neighbours(part) if value >= 0)


def _stranger(bound: OneOf) -> Any:
    """A value that is not in the set, of its type."""
    first = bound.allowed[0]
    if isinstance(first, bool):
        return not first
    if isinstance(first, int):
        return 90 if first == 0 else first + 1
    return next(word for word in _OTHER_WORDS if word not in bound.allowed)


def of_type(json_type: str) -> tuple[Example, ...]:
    """A value of a JSON type and one of another."""
    good, bad = _JSON[json_type]
    return (Example(good, Verdict.PASS), Example(bad, Verdict.REFUSED))


def of_mark(mark: object) -> tuple[Example, ...]:
    """The ends of what a parameter's mark allows and their neighbours, judged by the mark."""
    values: tuple[Any, ...] = ()
    match mark:
        case Range():
            values = (mark.low, mark.high, round(mark.low - 0.01, 6), round(mark.high + 0.01, 6))
        case Choice():
            values = (*mark.allowed, "other" if isinstance(mark.allowed[0], str) else 7)
        case Decimals():
            values = (1.234, -1.0)
        case JsonObject():
            values = ('{"hair": {"colorValue": 255}}', "hair")
        case Shorter():
            return tuple(_judged(mark, f"{n} characters", "x" * n) for n in (mark.most, mark.most + 1))
        case Count():
            ends = (mark.least, mark.least - 1) if mark.most is None else (mark.most, mark.most + 1)
            return tuple(_judged(mark, f"{n} elements", [0] * n) for n in ends if n >= 0)
        case Form():
            return (Example(mark.words, Verdict.PASS),)
    return tuple(_judged(mark, _written(value), value) for value in values)


def _judged(mark: Any, written: str, value: Any) -> Example:
    try:
        mark.check(value)
    except ValueError:
        return Example(written, Verdict.REFUSED)
    return Example(written, Verdict.PASS)


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    return f"{value:,}" if isinstance(value, int) and value >= 100_000 else str(value)
