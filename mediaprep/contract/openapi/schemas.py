"""Parameter tables as JSON Schemas (2020-12): what a type and its marks say; rules over several parameters stand in
words beside the operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic_core import PydanticUndefined

from mediaprep.contract.chapters.fields import (
    Choice,
    Count,
    Decimals,
    Form,
    JsonObject,
    Link,
    Range,
    Script,
    Shorter,
    Slot,
    Storage,
    Table,
    Unset,
    own_slots,
)

_TYPES: Final = {"bool": "boolean", "int": "integer", "float": "number", "string": "string"}
_ITEM_MARKS: Final[tuple[tuple[type, Callable[[Any], dict[str, Any]]], ...]] = (
    (Range, lambda mark: {"exclusiveMinimum" if mark.open_low else "minimum": mark.low, "maximum": mark.high}),
    (Choice, lambda mark: {"enum": list(mark.allowed)}),
    (Shorter, lambda mark: {"maxLength": mark.most}),
    (Form, lambda mark: {"pattern": f"^(?:{mark.regex})$", "description": mark.words}),
    (Decimals, lambda mark: {"minimum": 0, "description": f"seconds; {mark.places} decimals count"}),
    (JsonObject, lambda mark: {"contentMediaType": "application/json"}),
    (Link, lambda mark: {"format": "uri", "description": "a URL from which the service fetches the file"}),
    (Storage, lambda mark: {"format": "uri", "description": "a presigned URL to which the service PUTs its result"}),
    (Script, lambda mark: {"description": "text or SSML that is spoken"}),
)  # fmt: skip


def of_table(table: type[Table], into: dict[str, Any]) -> dict[str, str]:
    """A reference to the table's schema, which is put `into` the components with those it needs. Unknown parameters are
    allowed, as the service allows them (it passes them over)."""
    name = table.__name__
    if name not in into:
        into[name] = made = dict[str, Any](type="object")
        properties, required = dict[str, Any](), list[str]()
        for slot in own_slots(table):
            properties[slot.path] = _of_slot(slot, into)
            if slot.info.is_required():
                required.append(slot.path)
        made |= {"properties": properties} | ({"required": required} if required else {})
    return {"$ref": f"#/components/schemas/{name}"}


def _of_slot(slot: Slot, into: dict[str, Any]) -> dict[str, Any]:
    held: dict[str, Any]
    if slot.items is not None:
        held = dict(of_table(slot.items, into))
    else:
        held = {"type": _TYPES[_scalar(slot)]}
        for kind, keywords in _ITEM_MARKS:
            mark = slot.mark(kind)
            if mark is not None:
                held |= keywords(mark)
    if slot.array:
        held = {"type": "array", "items": held, **_counted(slot.mark(Count))}
    elif slot.mark(Unset) is not None:
        blank: object = "" if held.get("type") == "string" else 0
        held = {"anyOf": [held, {"const": blank, "description": "not given"}]}
    if slot.info.is_required() and held.get("type") == "string":
        held = {**held, "minLength": 1}
    default = slot.info.default
    if default not in (None, PydanticUndefined) and not isinstance(default, Table):
        held = {**held, "default": default}
    return held


def _scalar(slot: Slot) -> str:
    """The JSON type of the parameter, of an array that of its elements."""
    return "string" if slot.array else slot.json_type


def _counted(mark: Count | None) -> Mapping[str, int]:
    if mark is None:
        return {}
    return {"minItems": mark.least} | ({} if mark.most is None else {"maxItems": mark.most})
