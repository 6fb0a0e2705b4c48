"""A storyboard → the PPT tasks it comes to: one PageConfig for each page that is kept, a part for every fifty."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from mediaprep.contract import placement
from mediaprep.contract.endpoints import ORIGINAL, TEXT
from mediaprep.contract.limits import LIMITS
from mediaprep.model.assets import Avatar
from mediaprep.model.decks.page_pictures import Fit
from mediaprep.model.decks.storyboard import AvatarPlace, Delivery, Page, Storyboard, TaskPart
from mediaprep.model.findings import Finding, Text, Verdict
from mediaprep.model.rulebook import Example, Family, Rule
from mediaprep.preflight.decks import parting
from mediaprep.preflight.mending.footage import highest

_PIXELS: Final = "ppt.PageConfigs.VideoParam.AnchorParam.pixels"
_DIGITS: Final = 4  # of a share of the picture: a fifth of a pixel
_SPEECH: Final = {
    "voice": "TimbreKey", "speed": "Speed", "volume": "Volume", "emotion": "EmotionCategory",
    "intensity": "EmotionIntensity", "language": "TimbreLanguage",
}  # fmt: skip


def most_pages() -> int:
    """How many pages one PPT task takes."""
    return int(highest(LIMITS["ppt.PPTFileUrl.pages_total"].bound))


@dataclass(frozen=True, kw_only=True)
class DeckPlan:
    """The tasks of a storyboard, in order, and what was found while placing avatars, by page."""

    parts: tuple[TaskPart, ...]
    findings: Mapping[int, tuple[Finding, ...]]


def plan(
    story: Storyboard,
    avatars: Mapping[str, Avatar],
    *,
    sound_of: Callable[[float], str],
    sections: Collection[int] = (),
    most: int | None = None,
) -> DeckPlan:
    """The tasks of a storyboard. `avatars` are those that lists know, by key (placement in pixels needs their pose
    and zoom); `sound_of` names the file with so many seconds of silence; parts end with a section of the deck, if one
    ends nearby."""
    findings: dict[int, tuple[Finding, ...]] = {}
    anchored = any(page.delivery.place for page in story.kept) or bool(
        story.delivery.place and story.delivery.place.in_pixels
    )  # a page's 0 means unset: it could not take a global place back
    made = []
    for page in story.kept:
        config, found = _config(page, story, avatars, anchored, sound_of)
        made.append((page.number, config))
        if found:
            findings[page.number] = found
    everywhere = _everywhere(story, anchored)
    starts = [place for place, (number, _) in enumerate(made, 1) if number in sections]
    spans = parting.parts(len(made), most or most_pages(), starts) if made else ()
    parts = tuple(
        TaskPart(
            pages=tuple(made[place - 1][0] for place in span),
            configs=tuple(made[place - 1][1] for place in span),
            everywhere=everywhere,
        )
        for span in spans
    )
    return DeckPlan(parts=parts, findings=findings)


def order(story: Storyboard, total: int, most: int | None = None) -> tuple[int, ...] | None:
    """The deck's pages that a copy must hold, where the deck itself will not do: pages are left out before
    others, hidden ones are shown, or there is more than one part of `most` pages. None: the deck as it is."""
    most = most or most_pages()
    kept = [page.number for page in story.kept]
    untouched = kept == list(range(1, len(kept) + 1)) and len(kept) <= most and total <= most
    return None if untouched and not any(page.hidden for page in story.kept) else tuple(kept)


def _everywhere(story: Storyboard, anchored: bool) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if story.fit is Fit.LETTERBOX:
        made["AdaptationType"] = 1
        if story.background:
            made["BackgroundColor"] = story.background
    if story.subtitles:
        made["ShowSubtitles"] = True
    if story.logos:
        made["LogoParams"] = [
            {"LogoFileUrl": str(logo.file), "PositionX": logo.x, "PositionY": logo.y, "Scale": logo.scale}
            for logo in story.logos
        ]
    if speech := _speech(story.delivery):
        made["SpeechParam"] = speech
    video: dict[str, Any] = {}
    if story.delivery.smart_actions:
        video["SmartActionEnabled"] = True
    if story.delivery.place is not None and not anchored:
        video["AnchorParam"] = _units(story.delivery.place)
    return {**made, **({"VideoParam": video} if video else {})}


def _config(
    page: Page,
    story: Storyboard,
    avatars: Mapping[str, Avatar],
    anchored: bool,
    sound_of: Callable[[float], str],
) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    whole = page.delivery.over(story.delivery)
    made: dict[str, Any] = {"VirtualmanKey": whole.avatar} if whole.avatar else {}
    if page.audio is not None:
        made |= {"DriverType": ORIGINAL, "InputAudioUrl": str(page.audio)}
    elif page.silent is not None:
        made |= {"DriverType": ORIGINAL, "InputAudioUrl": sound_of(page.silent)}
    else:
        made |= {"DriverType": TEXT, "InputSsml": page.script}
        if speech := _speech(page.delivery):
            made["SpeechParam"] = speech
    video: dict[str, Any] = {}
    if page.delivery.smart_actions is not None:
        video["SmartActionEnabled"] = page.delivery.smart_actions
    findings: tuple[Finding, ...] = ()
    if anchored and whole.place is not None and whole.avatar:
        anchor, findings = _anchor(page.number, whole.place, whole.avatar, avatars)
        if anchor:
            video["AnchorParam"] = anchor
    return {**made, **({"VideoParam": video} if video else {})}, findings


def _speech(delivery: Delivery) -> dict[str, Any]:
    return {
        wire: value
        for name, wire in _SPEECH.items()
        if (value := getattr(delivery, name)) is not None and value != ""
    }


def _units(place: AvatarPlace) -> dict[str, float]:
    named = (
        ("HorizontalPosition", place.horizontal),
        ("VerticalPosition", place.vertical),
        ("Scale", place.scale),
    )
    return {name: value for name, value in named if value is not None}


def _anchor(
    page: int, place: AvatarPlace, key: str, avatars: Mapping[str, Avatar]
) -> tuple[dict[str, float], tuple[Finding, ...]]:
    """What places this avatar, and what is wrong with it."""
    if not place.in_pixels:
        return _units(place), ()
    avatar = avatars.get(key)
    if avatar is None or avatar.pose is None or avatar.origin_zoom is None or not place.height:
        told = Text(
            f"page {page}: {key} cannot be placed in pixels: its pose picture and OriginZoom are not known "
            "(large avatars have none in their list)",
            f"第 {page} 页：{key} 无法按像素定位：缺少姿态图片尺寸或 OriginZoom（精品形象列表不提供）",
        )
        return {}, (_finding(page, told, Verdict.UNKNOWN, "pixels", _UNITS),)
    canvas = placement.Size(width=avatar.width, height=avatar.height)
    pose = placement.Size(width=avatar.pose[0], height=avatar.pose[1])
    scale = placement.scale_for(pose, avatar.origin_zoom, place.height)
    stands = placement.scaled(pose, avatar.origin_zoom, scale)
    x, y = place.x or 0.0, place.y or 0.0
    at = placement.position(canvas, stands, x, y)
    anchor = {
        "HorizontalPosition": round(at.horizontal, _DIGITS),
        "VerticalPosition": round(at.vertical, _DIGITS),
        "Scale": round(scale, _DIGITS),
    }
    out = [
        word
        for word, beyond in (
            ("left", -x), ("top", -y), ("right", x + stands.width - canvas.width),
            ("bottom", y + stands.height - canvas.height),
        )
        if beyond > 0.5
    ]  # fmt: skip
    if not out:
        return anchor, ()
    told = Text(
        f"page {page}: {key} stands over the edge ({', '.join(out)}) of {canvas.width:g}×{canvas.height:g}",
        f"第 {page} 页：{key} 超出画面 {canvas.width:g}×{canvas.height:g} 的边缘（{'、'.join(out)}）",
    )
    return anchor, (_finding(page, told, Verdict.ADVISED, f"{x:g},{y:g}", _UNITS),)


_UNITS: Final = Text("place it by horizontal, vertical and scale", "请改用 horizontal、vertical、scale 定位")


def _finding(page: int, message: Text, verdict: Verdict, measured: str, fix: Text | None) -> Finding:
    return Finding(
        rule=_PIXELS, verdict=verdict, measured=measured, limit="inside the picture", message=message, fix=fix,
        where=f"page {page}",
    )  # fmt: skip


def by_page(part: TaskPart, findings: Sequence[Finding]) -> tuple[dict[int, list[Finding]], list[Finding]]:
    """Findings on a part's request told by the page of the deck they are about; the rest is about all."""
    pages: dict[int, list[Finding]] = {}
    rest: list[Finding] = []
    for finding in findings:
        index = _index(finding.where or "")
        if index is None or index >= len(part.pages):
            rest.append(finding)
        else:
            page = part.pages[index]
            pages.setdefault(page, []).append(_told_of_page(finding, index, page))
    return pages, rest


def _told_of_page(finding: Finding, index: int, page: int) -> Finding:
    """The finding as somebody reads it who has pages and no PageConfigs."""
    config = f"PageConfigs[{index}]."
    return replace(
        finding,
        message=Text(*(words.replace(config, "") for words in finding.message)),
        where=f"page {page}",
    )


def _index(where: str) -> int | None:
    head, _, tail = where.partition("PageConfigs[")
    number = tail.partition("]")[0]
    return int(number) if not head and number.isdecimal() else None


def _rows() -> Iterator[Rule]:
    yield Rule(
        id=_PIXELS, family=Family.JOB, verdicts=(Verdict.ADVISED, Verdict.UNKNOWN), limit="inside the picture",
        what=Text("an avatar placed in pixels stands in the picture", "按像素定位的形象须在画面内"),
        why=Text("what stands over the edge is cut off", "超出边缘的部分会被裁掉"),
        source="接口对接常见问题 · 主播位置计算方法", fix=_UNITS,
        examples=(Example("1200,200", Verdict.PASS), Example("1800,200", Verdict.ADVISED)),
    )  # fmt: skip


ROWS: Final[tuple[Rule, ...]] = tuple(_rows())
