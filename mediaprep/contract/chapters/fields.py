"""What a parameter may be: marks that stand beside a field's type, and the model all parameter tables share.

JSON types are strict, as the docs demand: no number in a string, no true for 1, no 1.0 for an int, no null.
An int where a float is documented is fine.
"""

from __future__ import annotations

import abc
import functools
import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, get_args

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from mediaprep.contract.wire import json_flaws


class Table(BaseModel):
    """One parameter table of the docs. Unknown keys are read over here and named by `unknown_parameters`."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _no_null(cls, value: object) -> object:
        if value is None:
            raise PydanticCustomError("null", "null is no value")
        return value


@dataclass(frozen=True)
class _Check(abc.ABC):
    """A mark that judges a value after its JSON type was found right."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    @abc.abstractmethod
    def check(self, value: Any) -> Any:
        """The value, if it is right; PydanticCustomError if not."""


@dataclass(frozen=True)
class Range(_Check):
    """low ≤ number ≤ high, or low < number when `open_low`."""

    low: float
    high: float
    open_low: bool = False

    def check(self, value: float) -> float:
        above = value > self.low if self.open_low else value >= self.low
        if not (above and value <= self.high):
            raise PydanticCustomError("range", "outside {bounds}", {"bounds": self.words()})
        return value

    def words(self) -> str:
        """As the service prints it (0.5-1.5); an open end is marked."""
        return f"({self.low:g},{self.high:g}]" if self.open_low else f"{self.low:g}-{self.high:g}"


@dataclass(frozen=True)
class Choice(_Check):
    """One of a closed set. `hints` name a better value for a wrong one that people do use."""

    allowed: tuple[str | int, ...]
    hints: tuple[tuple[str, str], ...] = ()

    def check(self, value: str | int) -> str | int:
        if value in self.allowed:
            return value
        words = ",".join(str(item) for item in self.allowed)
        hint = dict(self.hints).get(str(value), "")
        raise PydanticCustomError("choice", "not one of {allowed}", {"allowed": words, "hint": hint})


@dataclass(frozen=True)
class Shorter(_Check):
    """At most `most` Unicode characters."""

    most: int

    def check(self, value: str) -> str:
        if len(value) > self.most:
            raise PydanticCustomError(
                "length", "longer than {most}", {"most": self.most, "found": len(value)}
            )
        return value


@dataclass(frozen=True)
class Count(_Check):
    """Between `least` and `most` elements; `most` None = as many as one likes."""

    least: int
    most: int | None = None

    def check(self, value: list[Any]) -> list[Any]:
        if len(value) < self.least or (self.most is not None and len(value) > self.most):
            bounds = {"least": self.least, "most": self.most, "found": len(value)}
            raise PydanticCustomError("count", "wrong number of elements", bounds)
        return value


@dataclass(frozen=True)
class Form(_Check):
    """The whole string has this form."""

    regex: str
    words: str

    def check(self, value: str) -> str:
        if not re.fullmatch(self.regex, value):
            raise PydanticCustomError("form", "not {words}", {"words": self.words})
        return value


@dataclass(frozen=True)
class JsonObject(_Check):
    """A string that holds a JSON object whose values are {"colorValue": int} or {"boolValue": bool}."""

    def check(self, value: str) -> str:
        try:
            held = json.loads(value)
        except json.JSONDecodeError as error:
            raise _not_json(json_flaws.of_syntax(value, error)) from None
        except (ValueError, RecursionError) as error:
            raise PydanticCustomError("json", "{why}", {"why": f"not JSON: {error}"}) from None
        if not isinstance(held, dict):
            raise PydanticCustomError("json", "{why}", {"why": "not a JSON object"})
        for key, part in held.items():
            if not _is_extra(part):
                why = f'{key} is neither {{"colorValue": int}} nor {{"boolValue": bool}}'
                raise PydanticCustomError("json", "{why}", {"why": why})
        return value


def _not_json(flaw: json_flaws.Flaw) -> PydanticCustomError:
    """The docs' own example of advanced by text ends this string with a brace too many: whoever copied it is told."""
    en, zh = flaw.told()
    if flaw.surplus:
        en += " (the docs' example of videomakeadvanced by text has the same mistake)"
        zh += "（文档中进阶版文本驱动的示例即有此误）"
    return PydanticCustomError("json", "{why}", {"why": f"not JSON: {en}", "zh": f"不是 JSON：{zh}"})


def _is_extra(part: object) -> bool:
    if not isinstance(part, dict) or len(part) != 1:
        return False
    ((key, value),) = part.items()
    if key == "colorValue":
        return type(value) is int and 0 <= value <= 0xFFFFFF
    return key == "boolValue" and type(value) is bool


@dataclass(frozen=True)
class Decimals(_Check):
    """Seconds with at most so many decimals that count; never negative."""

    places: int

    def check(self, value: float) -> float:
        if value < 0:
            raise PydanticCustomError("range", "negative", {"bounds": "0-"})
        return value

    def lost(self, value: float) -> bool:
        """Whether digits beyond the last place that counts were given."""
        return math.isfinite(value) and not math.isclose(round(value, self.places), value)


@dataclass(frozen=True)
class Unset:
    """0 or "" stands for "not given": accepted whatever the range says, and never sent by us."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(self.read, handler(source))

    def read(self, value: Any, handler: Callable[[Any], Any]) -> Any:
        if not is_blank(value):
            return handler(value)
        try:
            handler(value)
        except ValidationError as wrong:
            # A zero of the wrong JSON type (0 for a string) stays wrong.
            if any(error["type"].endswith("_type") for error in wrong.errors(include_url=False)):
                raise
        return None


def is_blank(value: object) -> bool:
    """Whether the value is a zero or an empty string, as services written in Go send for "unset"."""
    return (type(value) in (int, float) and value == 0) or (isinstance(value, str) and not value)


@dataclass(frozen=True)
class Link:
    """A URL that the service fetches."""


@dataclass(frozen=True)
class Storage:
    """A presigned URL to which the service uploads a result."""


@dataclass(frozen=True)
class Script:
    """A text that is spoken: judged by `contract.script.texts`, not by its type alone."""


Seconds = Annotated[float, Decimals(3)]
Url = Annotated[str, Link()]
StorageUrl = Annotated[str, Storage()]
Ssml = Annotated[str, Script()]
Switch = Annotated[int, Choice((0, 1))]
Callback = Annotated[str, Shorter(999)]  # "shorter than 1000"


@dataclass(frozen=True)
class Slot:
    """One parameter: its wire path (`PageConfigs[].InputSsml`), its field and its marks."""

    path: str
    info: FieldInfo
    marks: tuple[object, ...]
    items: type[Table] | None  # the table of an object or of an array's elements
    array: bool

    @property
    def json_type(self) -> str:
        """string | int | float | bool | object | array."""
        if self.array:
            return "array"
        return "object" if self.items is not None else _scalar(self.info.annotation) or "string"

    @property
    def is_script(self) -> bool:
        """Whether it is a text that is spoken."""
        return self.mark(Script) is not None

    def mark(self, kind: type[Any]) -> Any:
        """The first mark of that kind, or None."""
        return next((mark for mark in self.marks if isinstance(mark, kind)), None)


@functools.cache
def own_slots(table: type[Table], prefix: str = "") -> tuple[Slot, ...]:
    """The parameters of one table; asked for at every request, worked out once."""
    looked = (
        (name, info, _look(info.annotation, tuple(info.metadata)))
        for name, info in table.model_fields.items()
    )
    return tuple(
        Slot(prefix + (info.alias or name), info, marks, inner, array)
        for name, info, (marks, inner, array) in looked
    )


def slots(table: type[Table], prefix: str = "") -> Iterator[Slot]:
    """Every parameter of a table and of the tables inside it, parents first, in the docs' order."""
    for slot in own_slots(table, prefix):
        yield slot
        if slot.items is not None:
            yield from slots(slot.items, slot.path + ("[]." if slot.array else "."))


@functools.cache
def all_slots(table: type[Table]) -> tuple[Slot, ...]:
    """`slots`, walked once for each table."""
    return tuple(slots(table))


_SCALARS = {bool: "bool", int: "int", float: "float", str: "string"}


def _scalar(annotation: Any) -> str | None:
    """The JSON type of the first plain type inside an annotation."""
    if isinstance(annotation, type) and annotation in _SCALARS:
        return _SCALARS[annotation]
    parts = (_scalar(part) for part in get_args(annotation) if not isinstance(part, _Check))
    return next((found for found in parts if found), None)


def _look(annotation: Any, marks: tuple[object, ...]) -> tuple[tuple[object, ...], type[Table] | None, bool]:
    """Marks, inner table and array-ness found anywhere inside an annotation."""
    inner: type[Table] | None = None
    array = getattr(annotation, "__origin__", None) is list
    if isinstance(annotation, type) and issubclass(annotation, Table):
        return marks, annotation, False
    for part in get_args(annotation):
        if isinstance(part, str | int):
            continue
        if isinstance(part, _Check | Unset | Link | Storage | Script):
            marks += (part,)
        else:
            marks, found, listed = _look(part, marks)
            inner, array = inner or found, array or listed
    return marks, inner, array
