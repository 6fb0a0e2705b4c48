"""What may stand in a manifest: its tables, read strictly, and as a JSON Schema. The keys of `finish` come from the
table of finishing options."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    create_model,
    model_validator,
)
from pydantic_core import PydanticCustomError

from mediaprep.errors import BadConfig
from mediaprep.media.files import documents
from mediaprep.model.finishing.captions import CaptionWish
from mediaprep.model.finishing.logos import LogoWish
from mediaprep.model.finishing.wishes import OPTIONS, WishField


def _wrong(en: str, zh: str) -> PydanticCustomError:
    """What a validator found, in both languages."""
    return PydanticCustomError("told", "{en}", {"en": en, "zh": zh})


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _as_list(value: object) -> object:
    return [value] if isinstance(value, (str, int, float)) and not isinstance(value, bool) else value


def _as_table(value: object) -> object:
    return {"source": value} if isinstance(value, str) else value


def _as_logos(value: object) -> object:
    listed = value if isinstance(value, list) else [value] if value else []
    if not all(isinstance(one, (str, dict)) for one in listed):
        raise _wrong(
            "a logo is a file, or a table of file, position, size and opacity",
            "台标须为文件，或含 file、position、size、opacity 的映射",
        )
    return [{"file": one} if isinstance(one, str) else one for one in listed]


def _as_shape(value: object) -> object:
    """YAML reads 9:16 as a number to the base of 60."""
    return f"{value // 60}:{value % 60}" if type(value) is int else value


def _as_chapters(value: object) -> object:
    if isinstance(value, bool):
        raise _wrong(
            "a chapter is SECONDS=TITLE; did you mean chapters?", "章节写作 秒数=标题；是否指 chapters？"
        )
    return _as_list(value)


def _as_mark(value: object) -> object:
    return value if isinstance(value, str) else "true" if value is True else None if value is False else value


def _as_told(value: object) -> object:
    return value


_BEFORE = {"reframe": _as_shape, "chapter": _as_chapters, "mark": _as_mark}


def _key(row: WishField, *, many: bool) -> Any:
    """The type and default of an option's key: as the command line, or strictly its own."""
    kind: Any = row.kind if row.kind in {bool, float} else str
    if row.option.choices:
        kind = Literal[row.option.choices]
    elif row.option.least is not None:
        kind = Annotated[kind, Field(ge=row.option.least, le=row.option.most)]
    if many:
        before = BeforeValidator(_BEFORE.get(row.name, _as_list), json_schema_input_type=kind | list[kind])
        kind = Annotated[list[kind], before]
    elif row.name in _BEFORE:
        kind = Annotated[kind, BeforeValidator(_BEFORE[row.name], json_schema_input_type=kind | int | bool)]
    return kind | None, Field(default=None, description=_described(row))


def _described(row: WishField) -> str:
    unit = f" [{row.option.unit.en}]" if row.option.unit else ""
    return f"{row.help.en}{unit} / {row.help.zh}"


_LOOKS = [row for row in OPTIONS if row.owner is CaptionWish]
_PLACES = [row for row in OPTIONS if row.owner is LogoWish]

CaptionsTable = create_model(
    "CaptionsTable", __base__=_Strict, source=(str, "burn"),
    **{row.key: _key(row, many=row.many) for row in _LOOKS},
)  # fmt: skip
"""The table of captions; a plain string is its source."""

LogoTable = create_model(
    "LogoTable", __base__=_Strict, file=(Annotated[str, Field(min_length=1)], ...),
    **{row.key: _key(row, many=False) for row in _PLACES},
)  # fmt: skip
"""The table of a logo; a plain string is its file."""

_Captions = BeforeValidator(_as_table, json_schema_input_type=str | CaptionsTable | None)
_Logos = BeforeValidator(_as_logos, json_schema_input_type=str | LogoTable | list[str | LogoTable] | None)
if TYPE_CHECKING:
    FinishTable = _Strict
else:
    FinishTable = create_model(
        "FinishTable", __base__=_Strict,
        **{row.name: _key(row, many=row.many or row.owner is LogoWish) for row in OPTIONS}
        | {
            row.name: (kind, Field(default=default, description=_described(row)))
            for name, kind, default in (
                ("captions", Annotated[CaptionsTable | None, _Captions], None),
                ("logo", Annotated[list[LogoTable], _Logos], []),
            )
            for row in OPTIONS
            if row.name == name
        },
    )  # fmt: skip


def words_of(finish: FinishTable) -> dict[str, Any]:
    """The wishes by the names of their options, those of the tables of captions and logos too. Raises BadConfig for
    one that is told twice."""
    given = finish.model_dump(exclude_none=True)
    looks, logos = given.pop("captions", {}), given.pop("logo")
    inner = {row.name: looks[row.key] for row in _LOOKS if row.key in looks}
    if "off_faces" in looks:
        inner["over_faces"] = not looks["off_faces"]
    if looks.get("sidecars") == []:
        inner["sidecar"] = ["none"]
    for row in _PLACES:
        if any(row.key in logo for logo in logos):
            usual = None if row.key == "position" else row.default * row.option.factor
            inner[row.name] = [logo.get(row.key, usual) for logo in logos]
    for row in (*_LOOKS, *_PLACES):
        if row.name in inner and row.name in given:
            table = "captions" if row.owner is CaptionWish else "logo"
            raise BadConfig(
                f"{row.name} is told twice, in the table of {table} ({row.key}) too: leave one out",
                f"{row.name} 与 {table} 表中的 {row.key} 重复：请去掉其一",
            )
    if looks:
        given["captions"] = looks["source"]
    return {**given, **inner, "logo": [logo["file"] for logo in logos]}


def tabled(wish: str) -> Iterator[tuple[str, str]]:
    """(table, key in it) where an option may stand too."""
    for row in (*_LOOKS, *_PLACES):
        if row.name == wish:
            yield ("captions" if row.owner is CaptionWish else "logo"), row.key


_SOURCES: Any = [{"required": keys} for keys in (["endpoint", "request"], ["deck"], ["storyboard"])]
_SIGNS = r"[^\s\x00-,/:-@\[-^`{-\x7f]"
_ID = re.compile(rf"(?![-._]){_SIGNS}{{1,64}}")
_Scalar = str | int | float | bool


def _as_id(value: str) -> str:
    """The name as it is compared: signs that are written in two ways are one."""
    name = unicodedata.normalize("NFC", value)
    if not _ID.fullmatch(name) or not name.isprintable():
        raise _wrong(
            f"{value[:40]!r}: an id is 1 to 64 letters (of any script), digits, . _ - (none of these first)",
            f"{value[:40]!r}：id 为 1–64 个字母、汉字、数字或 . _ -，且以字母、汉字或数字开头",
        )
    return name


class JobKeys(_Strict):
    """What may be said of a job; all of it may stand in `defaults`."""

    endpoint: str | None = None
    deck: str | None = None
    storyboard: str | None = None
    request: dict[str, Any] | None = None
    output: Annotated[str, Field(min_length=1)] | None = None
    voice: Literal["first"] | None = None
    hidden: Literal["drop", "unhide"] | None = None
    empty: Literal["error", "silent", "title"] | None = None
    silence: Annotated[float, Field(ge=0.5, le=1800)] | None = None
    lexicon: Annotated[
        str | None,
        Field(description="Readings, one a line, written into the scripts. / 读音表，写入文案。"),
    ] = None
    words: Annotated[str | None, Field(description="Banned words, one a line. / 禁用词表，每行一词。")] = None
    each: Annotated[
        str | list[str] | None,
        Field(
            description="One job for each file that is found; ${file}, ${stem}, ${name}, ${folder} name it. / "
            "每个匹配的文件生成一个任务，可用 ${file}、${stem}、${name}、${folder}。",
            examples=["footage/*.mp4"],
        ),
    ] = None
    variables: Annotated[
        dict[str, _Scalar] | None, Field(description="What ${name} stands for. / ${名称} 的取值。")
    ] = None
    finish: FinishTable = FinishTable()


class JobTable(JobKeys):
    """A job: an endpoint's request, a deck or a storyboard; where its video goes; and how it is finished."""

    model_config = ConfigDict(json_schema_extra={"oneOf": _SOURCES})

    id: Annotated[
        str,
        AfterValidator(_as_id),
        Field(
            json_schema_extra={
                "pattern": rf"^({_ID.pattern}|.*\$\{{.+\}}.*)$",
                "examples": ["${stem}", "第一课"],
            }
        ),
    ]
    output: Annotated[str, Field(min_length=1)]

    @model_validator(mode="after")
    def _one_of_three(self) -> JobTable:
        given = [name for name in ("endpoint", "deck", "storyboard") if getattr(self, name) is not None]
        if len(given) != 1:
            raise _wrong(
                f"give endpoint, deck or storyboard, one of the three ({', '.join(given) or 'none'} given)",
                f"endpoint、deck、storyboard 须且只能给出一个（已给出：{'、'.join(given) or '无'}）",
            )
        if self.endpoint is not None and self.request is None:
            raise _wrong("request: is missing", "request：缺少该项")
        stray = [name for name in ("hidden", "empty", "silence") if getattr(self, name) is not None]
        if stray and self.deck is None:
            raise _wrong(
                f"{stray[0]} is for a deck whose notes are read; a storyboard says it itself",
                f"{stray[0]} 只用于读取备注的 deck；storyboard 自身已写明",
            )
        return self


class ManifestTable(_Strict):
    """All of a manifest."""

    jobs: Annotated[list[JobTable], Field(min_length=1)]
    defaults: Annotated[
        JobKeys | None,
        Field(description="What all jobs share, unless they say otherwise. / 所有任务的默认值。"),
    ] = None
    variables: Annotated[
        dict[str, _Scalar] | None, Field(description="What ${name} stands for. / ${名称} 的取值。")
    ] = None
    include: Annotated[
        str | list[str] | None,
        Field(
            description="Manifests whose jobs are added (YAML, JSON, CSV, XLSX, folders). / 引入其他清单。",
            examples=["more/*.csv"],
        ),
    ] = None
    lexicon: str | None = None
    words: str | None = None


def schema() -> dict[str, Any]:
    """The JSON Schema of a manifest, for editors: with `defaults` a job may leave out whatever stands there."""
    told = ManifestTable.model_json_schema()
    keys = told["$defs"]["FinishTable"]["properties"]
    for row in OPTIONS:
        told_so = documents.parse(row.option.example, row.name)
        keys[row.name]["examples"] = [_BEFORE.get(row.name, _as_told)(told_so)]
    job = told["$defs"]["JobTable"]
    some = {**job, "required": [], "title": "JobWithDefaults"}
    some.pop("oneOf")
    told["$defs"]["JobWithDefaults"] = some
    told["properties"]["$schema"] = {"type": "string"}
    del told["properties"]["jobs"]["items"], told["required"]
    for name, table in (("then", "JobWithDefaults"), ("else", "JobTable")):
        told[name] = {"properties": {"jobs": {"items": {"$ref": f"#/$defs/{table}"}}}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **told,
        "anyOf": [{"required": ["jobs"]}, {"required": ["include"]}],
        "if": {"required": ["defaults"]},
        "title": "A manifest of mediaprep",
    }
