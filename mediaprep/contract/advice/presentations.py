"""Advice on presentations, where a page inherits what it does not say from GlobalConfig."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mediaprep.contract.advice.voices_and_gestures import (
    DROP,
    action_room,
    logo_file,
    no_effect,
    segment_frames,
    smart_action,
    speech,
    turned,
    unused_input,
)
from mediaprep.contract.chapters.fields import is_blank
from mediaprep.contract.judging import View, advised
from mediaprep.contract.script import ssml
from mediaprep.model.findings import Finding, Text

_SEGMENT = "VideoParam.SmallSampleParam"
_WITH_START = ("Custom", "Circle")


@dataclass(frozen=True)
class _Page:
    """A page and what it inherits."""

    own: View
    everywhere: View

    def text(self, path: str) -> str:
        return self.own.text(path) or self.everywhere.text(path)

    @property
    def tagged(self) -> bool:
        return bool(ssml.read(self.own.text("InputSsml")).actions)


def pages(view: View) -> Iterator[Finding]:
    """Every piece of advice on a presentation's request."""
    everywhere = view.inside("GlobalConfig")
    held = [_Page(page, everywhere) for page in view.items("PageConfigs")]
    yield from _colour(everywhere)
    yield from _subtitles(everywhere, held)
    for logo in everywhere.items("LogoParams"):
        yield from logo_file(logo)
    if held:
        yield from _global(everywhere, held)
    for page in held:
        yield from _page(page)


def _colour(everywhere: View) -> Iterator[Finding]:
    if everywhere.nonzero("BackgroundColor") and everywhere.number("AdaptationType") != 1:
        why = Text(
            "AdaptationType is 0 (stretch): nothing is left to fill",
            "AdaptationType 为 0（拉伸）：没有要填充的区域",
        )
        yield no_effect(everywhere, "BackgroundColor", why)


def _subtitles(everywhere: View, held: list[_Page]) -> Iterator[Finding]:
    if everywhere.raw("ShowSubtitles") is not True:
        return
    place = everywhere.at("ShowSubtitles")
    yield advised(
        everywhere.endpoint,
        place,
        "voices",
        Text(
            "some third-party voices have no subtitles, and the task fails with them: try the voice first",
            "部分第三方音色不支持字幕，会导致任务失败：请先试该音色",
        ),
        measured=True,
        limit="a voice with subtitles",
    )
    silent = [page.own.prefix for page in held if not page.own.by_text]
    if silent:
        names = ", ".join(silent)
        yield advised(
            everywhere.endpoint,
            place,
            "effect",
            Text(f"no subtitles on pages without text drive: {names}", f"非文本驱动的页面没有字幕：{names}"),
            measured=len(silent),
            limit="text drive",
            fix=DROP,
        )


def _global(everywhere: View, held: list[_Page]) -> Iterator[Finding]:
    """A global value does nothing when it does nothing on any page."""
    yield from speech(
        everywhere,
        "SpeechParam.",
        timbre=everywhere.text("SpeechParam.TimbreKey"),
        category=any(page.text("SpeechParam.EmotionCategory") for page in held),
        audio=all(page.own.by_audio for page in held),
    )
    yield from _frames_of_all(everywhere, held)
    yield from turned(everywhere)
    yield from smart_action(
        everywhere,
        by_text=any(page.own.by_text for page in held),
        tagged=all(page.tagged for page in held if page.own.by_text),
    )


def _frames_of_all(everywhere: View, held: list[_Page]) -> Iterator[Finding]:
    types = {page.text(f"{_SEGMENT}.MakeType") or "Default" for page in held}
    for name, used in (("StartIdx", set(_WITH_START)), ("EndIdx", {"Custom"})):
        if everywhere.nonzero(f"{_SEGMENT}.{name}") and not types & used:
            told = ", ".join(sorted(types))
            yield no_effect(
                everywhere, f"{_SEGMENT}.{name}", Text(f"MakeType is {told}", f"MakeType 为 {told}")
            )


def _page(page: _Page) -> Iterator[Finding]:
    own = page.own
    timbre = page.text("SpeechParam.TimbreKey")
    yield from speech(
        own,
        "SpeechParam.",
        timbre=timbre,
        category=bool(page.text("SpeechParam.EmotionCategory")),
        audio=own.by_audio,
    )
    yield from segment_frames(own, page.text(f"{_SEGMENT}.MakeType") or "Default", _WITH_START)
    yield from smart_action(own, by_text=own.by_text, tagged=page.tagged)
    yield from turned(own)
    yield from unused_input(own)
    if own.by_text:
        yield from action_room(own)
    if own.by_text and not own.given("VirtualmanKey") and not timbre:
        yield advised(
            own.endpoint,
            own.at("SpeechParam.TimbreKey"),
            "no_avatar",
            Text(
                f"{own.prefix} has neither avatar nor TimbreKey: no voice is known for it",
                f"{own.prefix} 既无形象又无 TimbreKey：无从确定音色",
            ),
            limit="TimbreKey",
        )
    yield from _zeros(page)


def _zeros(page: _Page) -> Iterator[Finding]:
    """A page's 0 means "not given": it cannot set a global value back."""
    for path in (
        "SpeechParam.Volume",
        "VideoParam.AnchorParam.HorizontalPosition",
        "VideoParam.AnchorParam.VerticalPosition",
        "VideoParam.AnchorParam.Angle",
        f"{_SEGMENT}.StartIdx",
        f"{_SEGMENT}.EndIdx",
    ):
        own = page.own.raw(path)
        if own is not None and is_blank(own) and page.everywhere.nonzero(path):
            yield advised(
                page.own.endpoint,
                page.own.at(path),
                "zero",
                Text(
                    f"{page.own.at(path)} 0 means unset: the global value {page.everywhere.raw(path)} holds",
                    f"{page.own.at(path)} 为 0 表示未设置：沿用全局值 {page.everywhere.raw(path)}",
                ),
                measured=own,
                limit=str(page.everywhere.raw(path)),
            )
