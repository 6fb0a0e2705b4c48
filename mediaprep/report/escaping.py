"""Foreign text made safe to show: file names, service messages, tool output."""

from __future__ import annotations

import unicodedata
from typing import Final

_OBEYED: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def shown(text: object, limit: int | None = 300, *, keep: str = "") -> str:
    """`text` as nothing obeys it: blanks for control characters, bidi overrides, line separators and the
    non-characters that XML has no place for (those in `keep` stay), undecodable bytes spelled out. Longer than
    `limit` (None: any length) it is cut."""
    raw = str(text).encode("utf-8", "backslashreplace").decode("utf-8")
    if not (raw.isascii() and raw.isprintable()):
        raw = "".join(sign if sign in keep or _harmless(sign) else " " for sign in raw)
    return raw if limit is None or len(raw) <= limit else raw[: limit - 1] + "…"


def _harmless(sign: str) -> bool:
    point = ord(sign)
    return (
        unicodedata.category(sign) not in _OBEYED
        and point & 0xFFFE != 0xFFFE
        and not 0xFDD0 <= point <= 0xFDEF
    )


def number(value: object) -> str:
    """A measured value as people read it: no float noise, words for words."""
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    if isinstance(value, (list, tuple)):
        return ", ".join(number(item) for item in value)
    return shown(value)
