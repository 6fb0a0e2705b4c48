"""JSON that every reader takes and no terminal obeys: no NaN; half surrogate pairs, control characters, bidi overrides
and non-characters spelled out. What is read from it is what was written."""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final

_NO_SIGNS: Final = "".join(chr(plane << 16 | last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))
_SPELT: Final = re.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff0-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e0fff" + _NO_SIGNS + "]"
)


def dumps(value: Any, *, indent: int | None = None) -> str:
    """`value` as JSON; NaN and Infinity become null. Other kinds of values are told as their `str`."""
    try:
        text = _dumped(value, indent)
    except ValueError:
        text = _dumped(_finite(value), indent)
    return _SPELT.sub(_spelt, text)


def _dumped(value: Any, indent: int | None) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent, default=str)


def _spelt(sign: re.Match[str]) -> str:
    return json.dumps(sign[0])[1:-1]


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list | tuple) else value
