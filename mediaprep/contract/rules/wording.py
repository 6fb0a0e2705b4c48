"""One parameter's own errors: what the tables refuse, in the words of the service and in ours."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import ValidationError

from mediaprep.contract.endpoints import Endpoint
from mediaprep.contract.judging import Violation, missing, violation
from mediaprep.contract.paths import general, joined, leaf, walk
from mediaprep.model.findings import Text

NEAREST: Final = Text("did you mean …?", "是否想写 …？")
NO_SUCH: Final = Text("leave it out: the docs have no such parameter", "请删除：文档中没有该参数")
USE: Final = Text("use …", "改用 …")
_TYPES: Final = {
    "string_type": "string",
    "int_type": "int",
    "int_from_float": "int",
    "float_type": "float",
    "finite_number": "float",
    "bool_type": "bool",
    "list_type": "array",
    "model_type": "object",
    "dict_type": "object",
}


def of_tables(row: Endpoint, payload: Mapping[str, Any]) -> Iterator[Violation]:
    """Every error of a single parameter, and required strings that are empty."""
    empty = {slot.path for slot in row.slots if slot.info.is_required() and slot.info.annotation is str}
    told: set[str] = set()
    try:
        row.request.model_validate(dict(payload))
    except ValidationError as wrong:
        for error in wrong.errors(include_url=False):
            place = joined(error["loc"])
            if place not in told:
                told.add(place)
                blank = error["input"] == "" and general(place) in empty
                yield missing(row.nickname, place) if blank else _worded(row, place, error)
    for path in empty:
        for place, value in walk(payload, path):
            if value == "" and place not in told:
                yield missing(row.nickname, place)


def _worded(row: Endpoint, place: str, error: Mapping[str, Any]) -> Violation:
    """One pydantic error → one violation in the service's shape."""
    kind, context, value = error["type"], error.get("ctx", {}), error["input"]
    name = row.nickname
    if kind == "missing":
        return missing(name, place)
    if kind == "null":
        kind, expected = "type", _expected(row, place)
        return _wrong_type(name, place, expected, None)
    if kind in _TYPES:
        return _wrong_type(name, place, _TYPES[kind], value)
    if kind == "range":
        bounds = str(context["bounds"])
        return violation(
            name,
            place,
            "range",
            f"{leaf(place)} value invalid, ranges:{bounds}",
            Text(
                f"{place} is {_short(value)}; allowed {bounds}", f"{place} 为 {_short(value)}；允许 {bounds}"
            ),
            measured=value,
            limit=bounds,
        )
    return _wrong_value(name, place, kind, context, value)


def _wrong_value(name: str, place: str, kind: str, context: Mapping[str, Any], value: Any) -> Violation:
    fix: Text | None = None
    match kind:
        case "choice":
            limit = str(context["allowed"])
            said = f"{leaf(place)} value invalid, options:{limit}"
            if hint := context.get("hint"):
                fix = USE.naming(hint)
        case "length":
            limit = f"0-{context['most']}"
            said = f"{leaf(place)} length invalid, ranges:{limit}"
            value = context["found"]
        case "count":
            least, most = context["least"], context["most"]
            limit = f"{least}-" if most is None else f"{least}-{most}"
            said = f"{leaf(place)} count invalid, ranges:{limit}"
            value = context["found"]
        case "form":
            limit = str(context["words"])
            said = f"{leaf(place)} value invalid, format:{limit}"
        case _:
            limit = str(context.get("why", kind.replace("_", " ")))
            said = f"{leaf(place)} value invalid, {limit}"
    hint_en, hint_zh = (f" ({fix.en})", f"（{fix.zh}）") if fix else ("", "")
    message = Text(
        f"{place} is {_short(value)}; allowed: {limit}{hint_en}",
        f"{place} 为 {_short(value)}；允许：{limit}{hint_zh}",
    )
    if kind in ("length", "count"):
        things = Text("characters", "个字符") if kind == "length" else Text("elements", "个元素")
        message = Text(
            f"{place} has {value} {things.en}; allowed {limit}",
            f"{place} 有 {value} {things.zh}；允许 {limit}",
        )
    elif "why" in context:
        zh = str(context.get("zh", f"不是所要求的 JSON 对象（{limit}）"))
        message = Text(f"{place}: {limit}", f"{place}：{zh}")
    return violation(name, place, kind, said, message, measured=_short(value), limit=limit, fix=fix)


def _wrong_type(name: str, place: str, expected: str, value: Any) -> Violation:
    found = _json_type(value)
    return violation(
        name,
        place,
        "type",
        f"{place} type invalid, expects:{expected}",
        Text(f"{place} is {found}; it must be {expected}", f"{place} 是 {found}；类型须为 {expected}"),
        measured=_short(value),
        limit=expected,
    )


def _json_type(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, float) and not math.isfinite(value):
        return "not a finite number"
    names = {bool: "bool", int: "int", float: "float", str: "string", list: "array", dict: "object"}
    return names.get(type(value), type(value).__name__)


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _expected(row: Endpoint, place: str) -> str:
    slot = next((slot for slot in row.slots if slot.path == general(place)), None)
    return slot.json_type if slot else "object"
