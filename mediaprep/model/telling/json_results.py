"""Results that say themselves: as the JSON that the command line prints, and as one short line."""

from __future__ import annotations

import dataclasses
import enum
from pathlib import PurePath
from typing import Any, Final

from mediaprep.model import strict_json
from mediaprep.model.facts import ABSENT
from mediaprep.model.telling.redaction import redact

_LINE: Final = 120
_WORD: Final = 48


class JsonResult:
    """A frozen result. `to_dict` and `to_json` are what `--format json` prints for it, in `lang` (en, zh); its `repr`
    is a line of at most 120 characters without secrets."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        if "__repr__" not in cls.__dict__:  # else @dataclass would write a long one
            cls.__repr__ = brief  # type: ignore[method-assign]

    def to_dict(self, lang: str = "en") -> dict[str, object]:
        """As values that JSON knows; later versions only add keys."""
        raise NotImplementedError

    def to_json(self, lang: str = "en", *, indent: int | None = 2) -> str:
        """`to_dict` as text: no NaN, nothing that a terminal obeys."""
        return strict_json.dumps(self.to_dict(lang), indent=indent)


def plain(value: object) -> Any:
    """`value` as JSON knows it; what is absent or was not measured is null."""
    if value is ABSENT or value is None:
        return None
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, (bool, int, str)):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    return str(value)


def brief(value: Any) -> str:
    """A dataclass in a line: what of it is not as it is by default, values of many parts by how many they have."""
    told = (
        [f"verdict={value.verdict!s}"] if isinstance(getattr(type(value), "verdict", None), property) else []
    )
    for one in dataclasses.fields(value):
        held = getattr(value, one.name)
        if one.repr and held is not None and held != one.default and held not in ((), {}):
            told.append(f"{one.name}={_word(held)}")
    return cut(f"{type(value).__name__}({', '.join(told)})")


def cut(line: str) -> str:
    """As much of a redacted line as fits."""
    line = " ".join(redact(line).split())
    return line if len(line) <= _LINE else line[: _LINE - 2] + "…)"


def _word(held: object) -> str:
    match held:
        case enum.Enum():
            return str(held.value)
        case str() | PurePath():
            said = str(held).encode("unicode_escape" if not str(held).isprintable() else "utf-8", "replace")
            text = said.decode()
            return repr(text if len(text) <= _WORD else "…" + text[1 - _WORD :])
        case tuple() if hasattr(held, "en"):
            return _word(held.en)
        case tuple() | list() | set() | frozenset():
            return f"[{len(held)}]"
        case dict():
            return f"{{{len(held)}}}"
        case _ if dataclasses.is_dataclass(held):
            return f"{type(held).__name__}(…)"
        case _:
            return repr(held)[:_WORD]
