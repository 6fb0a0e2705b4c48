"""Header and Payload on and off. Every body, request or answer, is one JSON object with these two."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, NoReturn

from mediaprep.contract.wire import json_flaws
from mediaprep.errors import InputError

CONTENT_TYPE: Final = "application/json;charset=utf-8"
MAX_DEPTH: Final = 64
"""Deeper nesting than any documented body has; deeper ones are refused before they cost anything."""


class BadEnvelope(InputError):
    """A body that is no JSON object, or not one that can be judged; `reason` is short and in English."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en, zh)
        self.reason = en


def wrap(payload: Mapping[str, Any], request_id: str = "") -> dict[str, Any]:
    """A request body. `request_id` is echoed by the service; without one it makes its own."""
    return {"Header": {"RequestID": request_id} if request_id else {}, "Payload": dict(payload)}


def dump(body: Mapping[str, Any], *, ascii_only: bool = False) -> bytes:
    """The bytes that travel; `ascii_only` spells out the rest, half surrogate pairs too. NaN and Infinity are no
    JSON, and half a pair is no UTF-8: ValueError."""
    return json.dumps(body, ensure_ascii=ascii_only, allow_nan=False, separators=(",", ":")).encode("utf-8")


def parse(body: bytes) -> dict[str, Any]:
    """Bytes → object. Raises BadEnvelope for NaN, Infinity, doubled keys, bad UTF-8 and non-objects."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        why = json_flaws.of_bytes(body, error.start)
        raise BadEnvelope(f"body {why.en}", f"请求体{why.zh}") from None

    def no_constant(name: str) -> NoReturn:
        why = json_flaws.of_constant(text, name).told()
        raise BadEnvelope(f"body is not JSON: {why.en}", f"请求体不是合法的 JSON：{why.zh}")

    try:
        value = json.loads(text, object_pairs_hook=unique, parse_constant=no_constant, parse_float=_finite)
    except json.JSONDecodeError as error:
        why = json_flaws.of_syntax(text, error).told()
        raise BadEnvelope(f"body is not JSON: {why.en}", f"请求体不是合法的 JSON：{why.zh}") from None
    except RecursionError:
        raise too_deep() from None
    except ValueError as error:
        # Python refuses integers of more than 4300 digits.
        raise BadEnvelope(f"body holds an unusable number: {error}", "请求体里有无法使用的数字") from None
    if not isinstance(value, dict):
        raise BadEnvelope("body is not a JSON object", "请求体不是 JSON 对象")
    refuse_deep(value)
    return value


def header_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """The Header object; BadEnvelope when it is missing or no object."""
    return _part(body, "Header")


def payload_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """The Payload object; BadEnvelope when it is missing or no object."""
    return _part(body, "Payload")


def answer(payload: Mapping[str, Any], request_id: str, session_id: str) -> dict[str, Any]:
    """A successful answer."""
    return {"Header": _header(0, "", request_id, session_id), "Payload": dict(payload)}


def error(code: int, message: str, request_id: str, session_id: str) -> dict[str, Any]:
    """An answer that refuses: a Header alone, as in every example of the docs."""
    return {"Header": _header(code, message, request_id, session_id)}


def _header(code: int, message: str, request_id: str, session_id: str) -> dict[str, Any]:
    return {
        "Code": code,
        "DialogID": "",
        "Message": message,
        "RequestID": request_id,
        "SessionID": session_id,
    }


def _part(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    if name not in body:
        raise BadEnvelope(f"{name} is missing", f"缺少 {name}")
    value = body[name]
    if not isinstance(value, dict):
        raise BadEnvelope(f"{name} is not an object", f"{name} 不是对象")
    return value


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON. Raises BadEnvelope for a key that is given twice."""
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            raise BadEnvelope(f"{key} is given twice", f"{key} 重复出现")
        made[key] = value
    return made


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise BadEnvelope(f"{text} is too large a number", f"数字 {text} 过大")
    return value


def _depth(value: object) -> int:
    deepest, level = 0, [value]
    while level:
        deepest += 1
        below: list[object] = []
        for item in level:
            if isinstance(item, dict):
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
        level = below
    return deepest


def refuse_deep(value: object) -> None:
    """Raises BadEnvelope for nesting beyond MAX_DEPTH."""
    if _depth(value) > MAX_DEPTH:
        raise too_deep()


def too_deep() -> BadEnvelope:
    """What nesting beyond MAX_DEPTH is called."""
    return BadEnvelope(f"body is nested deeper than {MAX_DEPTH}", f"请求体嵌套超过 {MAX_DEPTH} 层")
