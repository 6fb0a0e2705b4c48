"""A manifest (YAML) read strictly: every mistake is named with its job and key."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    create_model,
    model_validator,
)
from pydantic_core import PydanticCustomError

from mediaprep.batch import storyboard
from mediaprep.contract.endpoints import ENDPOINTS
from mediaprep.errors import BadConfig
from mediaprep.finishing import styles, wishes
from mediaprep.media.files import documents
from mediaprep.model.decks import lessons
from mediaprep.model.decks.lessons import Lesson
from mediaprep.model.decks.storyboard import Empty, Storyboard
from mediaprep.model.findings import Text
from mediaprep.model.finishing.captions import CaptionsAs, CaptionWish, uttered
from mediaprep.model.finishing.logos import LogoPosition, LogoWish
from mediaprep.model.paid.manifest import Finishing, Job
from mediaprep.preflight.decks import all_pages
from mediaprep.verbs.finishing import output_claims
from mediaprep.verbs.finishing.output_claims import Named

_MAX_BYTES = 5_000_000
_MANIFEST = Text("the manifest", "清单")


def _wrong(en: str, zh: str) -> PydanticCustomError:
    """What a validator found, in both languages."""
    return PydanticCustomError("told", "{en}", {"en": en, "zh": zh})


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


_AS_UTTERED: dict[str, Any] = {name: (field.kind, field.default) for name, field in uttered().items()}
_Look = create_model("_Look", __base__=_Strict, **_AS_UTTERED)


class _Captions(_Look):
    """The table of captions; a plain string is its source. How they look is as the command line has it."""

    source: str = "burn"
    way: Annotated[Literal["burn", "soft", "sidecar"], Field(alias="as")] = "burn"
    sidecars: list[Literal["srt", "vtt", "ass"]] = Field(default=["srt"])
    second: str | None = None
    fonts: list[str] = Field(default=[])
    off_faces: bool = True


def _as_table(value: object) -> object:
    return {"source": value} if isinstance(value, str) else value


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


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


class _Logo(_Strict):
    """The table of a logo; a plain string is its file. `size`: percent of the picture's width."""

    file: Annotated[str, Field(min_length=1)]
    position: LogoPosition | None = None
    size: float = 100 * LogoWish.scale
    opacity: float = LogoWish.opacity


class _Scenery(_Strict):
    """What stands around the presenter: the words of finish.wishes, as on the command line."""

    background: str | None = None
    green: str | None = None
    reframe: Annotated[str | None, BeforeValidator(_as_shape)] = None
    music: str | None = None
    music_below: float | None = None
    fade_in: float | None = None
    fade_out: float | None = None
    chapter: Annotated[list[str], BeforeValidator(_as_chapters)] = []
    thumbnail: str | None = None
    sheet: str | None = None


class _Finishing(_Scenery):
    head: str | list[str] | None = None
    tail: str | list[str] | None = None
    crossfade: Annotated[float, Field(ge=0, le=10)] = 0.0
    captions: Annotated[_Captions | None, BeforeValidator(_as_table)] = None
    logo: Annotated[list[_Logo], BeforeValidator(_as_logos)] = []
    loudness: Literal["web", "streaming", "ebu"] | None = None
    chapters: bool = False
    still_seconds: float | None = None
    script: str | None = None


class _Job(_Strict):
    id: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$")]
    endpoint: str | None = None
    deck: str | None = None
    storyboard: str | None = None
    request: dict[str, Any] | None = None
    output: Annotated[str, Field(min_length=1)]
    voice: Literal["first"] | None = None
    hidden: Literal["drop", "unhide"] | None = None
    empty: Literal["error", "silent", "title"] | None = None
    silence: Annotated[float, Field(ge=0.5, le=1800)] | None = None
    finish: _Finishing = _Finishing()

    @model_validator(mode="after")
    def _one_of_three(self) -> _Job:
        given = [name for name in ("endpoint", "deck", "storyboard") if getattr(self, name) is not None]
        if len(given) != 1:
            raise _wrong(
                f"give endpoint, deck or storyboard, one of the three ({', '.join(given) or 'none'} given)",
                f"endpoint、deck、storyboard 须且只能给出一个（已给出：{'、'.join(given) or '无'}）",
            )
        if self.endpoint is not None and self.request is None:
            raise _wrong("request: Field required", "request：缺少该项")
        stray = [name for name in ("hidden", "empty", "silence") if getattr(self, name) is not None]
        if stray and self.deck is None:
            raise _wrong(
                f"{stray[0]} is for a deck whose notes are read; a storyboard says it itself",
                f"{stray[0]} 只用于读取备注的 deck；storyboard 自身已写明",
            )
        return self


class _Manifest(_Strict):
    jobs: Annotated[list[_Job], Field(min_length=1)]


def read(path: Path, *, report: Path | None = None) -> tuple[Job, ...]:
    """The jobs of `path`. Relative paths in it are relative to its folder. No two files that are written, nor the
    `report`, may be one, nor one that is read. Raises BadConfig."""
    too_large = Text(f"a manifest is at most {_MAX_BYTES}: split it", f"清单最大 {_MAX_BYTES} 字节，请拆分")
    document = documents.load(path, _MAX_BYTES, too_large)
    jobs = _jobs(path, document)
    refuse_shared(jobs, path, report=report)
    return jobs


def refuse_shared(jobs: Sequence[Job], source: Path, *, report: Path | None = None) -> None:
    """BadConfig where two files that `jobs` of `source` write are one, or one of them is read by any."""
    told = [output_claims.report(report)] if report is not None else []
    read = [named for job in jobs for named in output_claims.reads_of(job)]
    try:
        output_claims.refuse_shared(
            [*told, *(named for job in jobs for named in output_claims.writes_of(job))],
            [Named(path=source, what=_MANIFEST, spelled=source.name), *read],
        )
    except BadConfig as error:
        raise BadConfig(f"{source}: {error.en}", f"{source}：{error.zh}") from None


def _jobs(path: Path, document: object) -> tuple[Job, ...]:
    try:
        manifest = _Manifest.model_validate(document)
    except ValidationError as error:
        raise _told(path, document, error) from None
    doubled = [name for name, count in Counter(job.id for job in manifest.jobs).items() if count > 1]
    if doubled:
        raise BadConfig(f"{path}: two jobs are called {doubled[0]}", f"{path}：有两个任务都叫 {doubled[0]}")
    jobs = tuple(_job(path, job) for job in manifest.jobs)
    _refuse_missing(path, jobs)
    return jobs


def _refuse_missing(path: Path, jobs: Sequence[Job]) -> None:
    """Raise BadConfig for a file of a finishing that is not there, and that no other job makes."""
    there = {job.output for job in jobs}
    for job in jobs:
        for key, file in job.finish.files:
            if file not in there and not file.is_file():
                raise BadConfig(
                    f"{path}: job {job.id}: finish.{key}: {file}: no such file",
                    f"{path}：任务 {job.id}：finish.{key}：{file}：文件不存在",
                )
            there.add(file)


def _job(path: Path, job: _Job) -> Job:
    if job.endpoint is None:
        return _told_job(path, job)
    submits = [name for name, row in ENDPOINTS.items() if row.kind == "submit"]
    if job.endpoint not in submits:
        near = difflib.get_close_matches(job.endpoint, submits, n=1)
        hint = f"; did you mean {near[0]}?" if near else f"; known: {', '.join(submits)}"
        hint_zh = f"；是否指 {near[0]}？" if near else f"；可用：{'、'.join(submits)}"
        raise BadConfig(
            f"{path}: job {job.id}: no endpoint {job.endpoint!r}{hint}",
            f"{path}：任务 {job.id}：没有接口 {job.endpoint!r}{hint_zh}",
        )
    request = job.request or {}
    if job.voice and "InputSsml" not in request:
        raise BadConfig(
            f"{path}: job {job.id}: voice: first needs InputSsml to speak",
            f"{path}：任务 {job.id}：voice: first 需要 InputSsml",
        )
    base = path.resolve().parent
    return Job(
        id=job.id,
        endpoint=job.endpoint,
        request=request,
        output=base / job.output,
        base=base,
        voice_first=job.voice == "first",
        finish=_finishing(path, job, base),
    )


def _told_job(path: Path, job: _Job) -> Job:
    """A job of a deck or a storyboard. Raises BadConfig."""
    base = path.resolve().parent
    try:
        made = lesson_job(
            job.id,
            deck=base / job.deck if job.deck is not None else None,
            story=base / job.storyboard if job.storyboard is not None else None,
            request=job.request or {},
            output=base / job.output,
            base=base,
            voice_first=job.voice == "first",
            hidden=job.hidden or "drop",
            empty=Empty(job.empty or Empty.ERROR),
            silence=job.silence or lessons.SILENCE,
        )
    except BadConfig as error:
        raise BadConfig(f"{path}: job {job.id}: {error.en}", f"{path}：任务 {job.id}：{error.zh}") from None
    return replace(made, finish=_finishing(path, job, base))


def lesson_job(
    name: str,
    *,
    deck: Path | None,
    story: Path | None,
    request: Mapping[str, Any],
    output: Path,
    base: Path,
    voice_first: bool,
    hidden: lessons.HiddenPages = "drop",
    empty: Empty = Empty.ERROR,
    silence: float = lessons.SILENCE,
) -> Job:
    """The job that makes a video of a deck, or of the storyboard of one; `request` is what all its pages share.
    Raises BadConfig."""
    if story is None:
        assert deck is not None
        lesson = Lesson(deck=deck, hidden=hidden, empty=empty, silence=silence)
    else:
        told = storyboard.read(story)
        beside = story.parent
        pages = (replace(page, audio=beside / page.audio) if page.audio else page for page in told.pages)
        logos = (replace(logo, file=beside / logo.file) for logo in told.logos)
        told = replace(told, pages=tuple(pages), logos=tuple(logos))
        lesson = Lesson(deck=told.deck, story=told)
    all_pages.over(lesson.story or Storyboard(deck=lesson.deck, pages=()), request, base)
    return Job(
        id=name, endpoint=lessons.ENDPOINT, request=request, output=output, base=base, voice_first=voice_first,
        lesson=lesson,
    )  # fmt: skip


def _finishing(path: Path, job: _Job, base: Path) -> Finishing:
    """Raises BadConfig for what is wrong with it whatever the video is."""
    try:
        made = _wished(job.finish, base)
        wishes.refuse_seconds(made.crossfade, made.still_seconds)
        for logo in made.logo_wish:
            wishes.refuse_logo(logo)
        if made.caption_wish is not None:
            styles.refuse(made.caption_wish)
    except BadConfig as error:
        raise BadConfig(
            f"{path}: job {job.id}: finish: {error.en}", f"{path}：任务 {job.id}：finish：{error.zh}"
        ) from None
    return made


def _wished(finish: _Finishing, base: Path) -> Finishing:
    def here(name: str | None) -> Path | None:
        return base / name if name else None

    def all_here(names: str | list[str] | None) -> tuple[Path, ...]:
        listed = [names] if isinstance(names, str) else names or []
        return tuple(base / name for name in listed)

    table = finish.captions
    captions = None if table is None else "burn" if table.source in {"burn", "auto"} else base / table.source
    return Finishing(
        head=all_here(finish.head),
        tail=all_here(finish.tail),
        crossfade=finish.crossfade,
        captions=captions,
        caption_wish=None if table is None else _wish(table, base),
        logo=tuple(base / logo.file for logo in finish.logo),
        logo_wish=_logo_wishes(finish.logo),
        loudness=finish.loudness,
        chapters=finish.chapters,
        still_seconds=finish.still_seconds,
        script=here(finish.script),
        scenery=wishes.scenery(finish.model_dump(include=set(_Scenery.model_fields)), base),
    )


def _logo_wishes(logos: Sequence[_Logo]) -> tuple[LogoWish, ...]:
    """Raises BadConfig for more logos than there are corners, or two in one."""
    places = wishes.corners([logo.position for logo in logos])
    return tuple(
        LogoWish(position=place, scale=logo.size / 100, opacity=logo.opacity)
        for place, logo in zip(places, logos, strict=True)
    )


def _wish(table: _Captions, base: Path) -> CaptionWish:
    given = table.model_dump(exclude={"source", "way", "second", "fonts", "sidecars"})
    return CaptionWish(
        way=CaptionsAs(table.way),
        sidecars=tuple(table.sidecars),
        second=base / table.second if table.second else None,
        fonts=tuple(base / name for name in table.fonts),
        **given,
    )


def _told(path: Path, document: object, error: ValidationError) -> BadConfig:
    found = error.errors(include_url=False, include_input=False)
    # a key that looks like another is told first: what is missing is then only misspelt
    first = next((one for one in found if _near(one)), found[0])
    where = [str(part) for part in first["loc"]]
    if len(where) > 1 and where[0] == "jobs" and isinstance(document, dict):
        jobs = document.get("jobs")
        index = int(where[1]) if where[1].isdigit() else 0
        entry = jobs[index] if isinstance(jobs, list) and index < len(jobs) else None
        name = entry.get("id") if isinstance(entry, dict) else None
        where = [f"job {name or index + 1}", *where[2:]]
    place = ": ".join([where[0], ".".join(where[1:])] if len(where) > 1 else where)
    hint = "; put numbers in quotes" if first["type"] == "string_type" else ""
    problem = Text(first["msg"] + hint, _problem_zh(first))
    if first["type"] == "extra_forbidden":
        near = _near(first)
        problem = Text(
            "unknown key" + (f"; did you mean {near}?" if near else ""),
            "未知的键" + (f"；是否指 {near}？" if near else ""),
        )
    prefix = f"{path}: {place}" if place else str(path)
    return BadConfig(f"{prefix}: {problem.en}", f"{prefix}：{problem.zh}")


def _near(error: Mapping[str, Any]) -> str | None:
    """The key that an unknown one looks like."""
    if error["type"] != "extra_forbidden":
        return None
    tables: dict[str, type[BaseModel]] = {
        "finish": _Finishing, "captions": _Captions, "logo": _Logo, "": _Manifest,
    }  # fmt: skip
    above = next(
        (part for part in error["loc"][-2::-1] if part in tables), "jobs" if error["loc"][1:] else ""
    )
    names = [field.alias or name for name, field in tables.get(above, _Job).model_fields.items()]
    return next(iter(difflib.get_close_matches(str(error["loc"][-1]), names, n=1)), None)


_PROBLEMS_ZH = {
    "told": "{zh}",
    "missing": "缺少该项",
    "string_type": "须为字符串；数字请加引号",
    "list_type": "须为列表",
    "dict_type": "须为映射（键: 值）",
    "model_type": "须为映射（键: 值）",
    "model_attributes_type": "须为映射（键: 值）",
    "bool_type": "须为 true 或 false",
    "float_type": "须为数字",
    "int_type": "须为整数",
    "literal_error": "可用：{expected}",
    "greater_than_equal": "须不小于 {ge}",
    "less_than_equal": "须不大于 {le}",
    "too_short": "至少 {min_length} 项",
    "string_too_short": "至少 {min_length} 个字符",
    "string_pattern_mismatch": "须符合 {pattern}",
}


def _problem_zh(error: Mapping[str, Any]) -> str:
    """What pydantic found, in Chinese; its own words where there are none here."""
    words = _PROBLEMS_ZH.get(error["type"])
    return words.format(**error.get("ctx", {})) if words else str(error["msg"])
