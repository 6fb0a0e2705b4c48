"""Foreign text made safe to show: file names, service messages, tool output."""

from __future__ import annotations

import unicodedata


def shown(text: object, limit: int = 300) -> str:
    """`text` without control characters (a terminal would obey them) and with undecodable bytes spelled out."""
    raw = str(text).encode("utf-8", "backslashreplace").decode("utf-8")
    plain = "".join(c if unicodedata.category(c) not in {"Cc", "Cf", "Cs"} else " " for c in raw)
    return plain if len(plain) <= limit else plain[: limit - 1] + "…"


def number(value: object) -> str:
    """A measured value as people read it: no float noise, words for words."""
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    if isinstance(value, (list, tuple)):
        return ", ".join(number(item) for item in value)
    return shown(value)
