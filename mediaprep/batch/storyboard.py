"""Storyboards as people edit them (YAML): read strictly, every mistake named with its page; written so that reading
gives the same."""

from __future__ import annotations

import difflib
import itertools
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from mediaprep.errors import BadConfig
from mediaprep.media.files import atomic, documents
from mediaprep.model.decks.page_pictures import Fit
from mediaprep.model.decks.storyboard import AvatarPlace, Delivery, Page, PageLogo, Storyboard
from mediaprep.model.findings import Finding, Text
from mediaprep.preflight.scripts import drafting as script

_MAX_BYTES: Final = 20_000_000
_HEAD: Final = """\
# Storyboard: what is spoken on each page, by whom. Edit it, then: mediaprep deck plan {name}
# 分镜：每页讲什么、由谁讲。编辑后运行：mediaprep deck plan {name}
# Of the whole deck and of a page / 全局或单页: avatar voice speed volume emotion intensity language smart_actions place
# A page has a script (one line, SSML allowed), or audio: file.mp3, or silent: seconds; skip: true leaves it out.
# 每页为 script（单行，可用 SSML）、audio: 文件 或 silent: 秒；skip: true 表示跳过。title、seconds、findings 仅供阅读。
"""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Place(_Strict):
    """Pixels, or the docs' units."""

    x: float | None = None
    y: float | None = None
    height: Annotated[float, Field(gt=0)] | None = None
    horizontal: float | None = None
    vertical: float | None = None
    scale: Annotated[float, Field(gt=0, le=20)] | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> _Place:
        pixels = [self.x, self.y, self.height]
        units = [self.horizontal, self.vertical, self.scale]
        given = [value for value in pixels if value is not None]
        if given and (len(given) < len(pixels) or any(value is not None for value in units)):
            raise ValueError("give x, y and height (pixels), or horizontal, vertical, scale")
        if not given and all(value is None for value in units):
            raise ValueError("give x, y and height (pixels), or horizontal, vertical, scale")
        return self


class _Delivery(_Strict):
    avatar: str | None = None
    voice: str | None = None
    speed: float | None = None
    volume: int | None = None
    emotion: str | None = None
    intensity: int | None = None
    language: str | None = None
    smart_actions: bool | None = None
    place: _Place | None = None


class _Page(_Delivery):
    page: Annotated[int, Field(ge=1)]
    title: str = ""
    hidden: bool = False
    skip: bool = False
    picture: str = ""
    script: str | None = ""
    audio: str | None = None
    silent: Annotated[float, Field(ge=0.5, le=1800)] | None = None
    seconds: float | None = None
    findings: list[str] = []

    @model_validator(mode="after")
    def _one_drive(self) -> _Page:
        given = [bool((self.script or "").strip()), self.audio is not None, self.silent is not None]
        if sum(given) > 1:
            raise ValueError("script, audio or silent: one of the three")
        return self


class _Logo(_Strict):
    file: str
    x: int = 0
    y: int = 0
    scale: float = 1.0


class _Story(_Delivery):
    deck: Annotated[str, Field(min_length=1)]
    fit: Literal["stretch", "letterbox"] = "stretch"
    background: str = ""
    subtitles: bool = False
    logos: list[_Logo] = []
    findings: list[str] = []
    pages: Annotated[list[_Page], Field(min_length=1)]


def read(path: Path) -> Storyboard:
    """The storyboard at `path`; the deck's path is relative to its folder, sounds and logos stay so. Raises
    BadConfig."""
    too_large = Text(f"a storyboard is at most {_MAX_BYTES}", f"分镜最大 {_MAX_BYTES} 字节")
    document = documents.load(path, _MAX_BYTES, too_large)
    try:
        story = _Story.model_validate(document)
    except ValidationError as error:
        raise _told(path, document, error) from None
    numbers = [page.page for page in story.pages]
    if numbers != sorted(set(numbers)):
        raise BadConfig(
            f"{path}: pages must stand in their order, each once: {_out_of_order(numbers)}",
            f"{path}：页面须按顺序且各一次：{_out_of_order(numbers)}",
        )
    return _value(story, path.resolve().parent)


def _out_of_order(numbers: list[int]) -> int:
    return next(b for a, b in itertools.pairwise(numbers) if b <= a)


def _value(story: _Story, base: Path) -> Storyboard:
    return Storyboard(
        deck=base / story.deck,
        pages=tuple(_page(page) for page in story.pages),
        delivery=_delivery(story),
        fit=Fit(story.fit),
        background=story.background,
        subtitles=story.subtitles,
        logos=tuple(PageLogo(file=Path(o.file), x=o.x, y=o.y, scale=o.scale) for o in story.logos),
    )


def _page(page: _Page) -> Page:
    return Page(
        number=page.page,
        script=script.drafted(page.script or ""),
        audio=Path(page.audio) if page.audio else None,
        silent=page.silent,
        skip=page.skip,
        delivery=_delivery(page),
        title=page.title,
        hidden=page.hidden,
        picture=page.picture,
        seconds=page.seconds,
    )


_NAMES: Final = tuple(name for name in _Delivery.model_fields if name != "place")


def _delivery(given: _Delivery) -> Delivery:
    place = AvatarPlace(**given.place.model_dump()) if given.place is not None else None
    return Delivery(place=place, **{name: getattr(given, name) for name in _NAMES})


# ── written ────────────────────────────────────────────────────────────────────────────────────────


def dumps(story: Storyboard, *, base: Path, lang: str, name: str = "story.yaml") -> str:
    """The storyboard as YAML; its deck is named relative to `base`. Findings are said in `lang`."""
    document: dict[str, Any] = {"deck": _relative(story.deck, base), **_entry(story.delivery)}
    if story.fit is not Fit.STRETCH:
        document["fit"] = story.fit.value
    if story.background:
        document["background"] = story.background
    if story.subtitles:
        document["subtitles"] = True
    if story.logos:
        document["logos"] = [{"file": str(o.file), "x": o.x, "y": o.y, "scale": o.scale} for o in story.logos]
    if story.findings:
        document["findings"] = [_said(finding, lang) for finding in story.findings]
    document["pages"] = [_page_entry(page, lang) for page in story.pages]
    return _HEAD.format(name=name) + documents.dumps(document)


def write(story: Storyboard, path: Path, *, lang: str) -> None:
    """`dumps` into a file, whole or not at all. Raises BadConfig and ToolFailed."""
    text = dumps(story, base=path.resolve().parent, lang=lang, name=path.name)
    with atomic.landing(path) as part:
        part.write_text(text, encoding="utf-8", newline="")


def _page_entry(page: Page, lang: str) -> dict[str, Any]:
    made: dict[str, Any] = {"page": page.number}
    if page.title:
        made["title"] = page.title
    if page.hidden:
        made["hidden"] = True
    if page.skip:
        made["skip"] = True
    if page.picture:
        made["picture"] = page.picture
    made |= _entry(page.delivery)
    if page.audio is not None:
        made["audio"] = str(page.audio)
    elif page.silent is not None:
        made["silent"] = page.silent
    else:
        made["script"] = page.script
    if page.seconds is not None:
        made["seconds"] = page.seconds
    if page.findings:
        made["findings"] = [_said(finding, lang) for finding in page.findings]
    return made


def _entry(delivery: Delivery) -> dict[str, Any]:
    made = {name: value for name in _NAMES if (value := getattr(delivery, name)) is not None}
    if delivery.place is not None:
        fields = ("x", "y", "height", "horizontal", "vertical", "scale")
        place = {name: value for name in fields if (value := getattr(delivery.place, name)) is not None}
        made["place"] = place
    return made


def _said(finding: Finding, lang: str) -> str:
    return f"{finding.verdict.value}: {finding.message.say(lang)}"


def _relative(path: Path, base: Path) -> str:
    try:
        return str(path.resolve().relative_to(base))
    except ValueError:
        return str(path.resolve())


# ── mistakes ───────────────────────────────────────────────────────────────────────────────────────


def _told(path: Path, document: object, error: ValidationError) -> BadConfig:
    """The first mistake, with its page's number and the nearest key for an unknown one."""
    first = error.errors(include_url=False, include_input=False)[0]
    where = [str(step) for step in first["loc"]]
    tables: dict[str, type[BaseModel]] = {"place": _Place, "logos": _Logo}
    table: type[BaseModel] = _Story
    if len(where) > 1 and where[0] == "pages":
        table = _Page
        listed = document.get("pages") if isinstance(document, dict) else None
        entry = listed[int(where[1])] if isinstance(listed, list) else None
        number = entry.get("page") if isinstance(entry, dict) else None
        where = [f"page {number or int(where[1]) + 1}", *where[2:]]
    problem = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        table = next((tables[step] for step in reversed(where[:-1]) if step in tables), table)
        near = difflib.get_close_matches(where[-1], list(table.model_fields), n=1)
        problem = "unknown key" + (f"; did you mean {near[0]}?" if near else "")
    place = ": ".join(part for part in (str(path), where[0] if where else "", ".".join(where[1:])) if part)
    return BadConfig(f"{place}: {problem}", f"{place}：{problem}")
