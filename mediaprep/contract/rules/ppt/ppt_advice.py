"""What a presentation's request says in vain, or what may surprise: accepted, made and paid for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mediaprep.contract.chapters.fields import is_blank
from mediaprep.contract.demand import ADVISED, NOTHING, Case, Demand
from mediaprep.contract.endpoints import ORIGINAL
from mediaprep.contract.judging import View
from mediaprep.contract.minimal import GONE
from mediaprep.contract.rules.speech.inheritance import holders
from mediaprep.contract.rules.speech.speech_advice import LEAVE_OUT, in_vain
from mediaprep.model.findings import Finding, Text

_SHOWN: Final = "GlobalConfig.ShowSubtitles"
_COLOUR: Final = "GlobalConfig.BackgroundColor"


def _colour(rule: Demand, view: View) -> Iterator[Finding]:
    if view.nonzero(_COLOUR) and view.number("GlobalConfig.AdaptationType") != 1:
        why = Text(
            "AdaptationType is 0 (stretch): nothing is left to fill",
            "AdaptationType 为 0（拉伸）：没有要填充的区域",
        )
        yield rule.no_effect(view, _COLOUR, why)


COLOUR: Final = Demand(
    endpoints="ppt", paths=_COLOUR, kind="effect", verdicts=ADVISED, judge=_colour, fix=LEAVE_OUT,
    what=in_vain("AdaptationType 0"), why=NOTHING,
    valid=(Case({"{path}": "#000000", "{beside}AdaptationType": 1}),), invalid=(Case({"{path}": "#000000"}),),
)  # fmt: skip


def _voices(rule: Demand, view: View) -> Iterator[Finding]:
    if view.raw(_SHOWN) is True:
        told = Text(
            "some third-party voices have no subtitles, and the task fails with them: try the voice first",
            "部分第三方音色不支持字幕，会导致任务失败：请先试该音色",
        )
        yield rule.tell(view, _SHOWN, told, measured=True, limit="a voice with subtitles")


VOICES: Final = Demand(
    endpoints="ppt", paths=_SHOWN, kind="voices", verdicts=ADVISED, judge=_voices,
    what=Text("a voice that has subtitles", "支持字幕的音色"),
    why=Text("some third-party voices know no subtitles", "部分第三方音色不支持字幕"),
    valid=(Case({"{path}": False}),), invalid=(Case({"{path}": True}),),
)  # fmt: skip


def _without_text(rule: Demand, view: View) -> Iterator[Finding]:
    silent = [page.prefix for page in view.items("PageConfigs") if not page.by_text]
    if silent and view.raw(_SHOWN) is True:
        names = ", ".join(silent)
        told = Text(
            f"no subtitles on pages without text drive: {names}", f"非文本驱动的页面没有字幕：{names}"
        )
        yield rule.tell(view, _SHOWN, told, measured=len(silent), limit="text drive")


WITHOUT_TEXT: Final = Demand(
    endpoints="ppt", paths=_SHOWN, kind="effect", verdicts=ADVISED, judge=_without_text, fix=LEAVE_OUT,
    what=in_vain("pages without text drive"), why=NOTHING,
    valid=(Case({"{path}": True}),), invalid=(Case({"{path}": True}, by=ORIGINAL),),
)  # fmt: skip


def _nobody(rule: Demand, view: View) -> Iterator[Finding]:
    for page in holders(view):
        own = page.own
        if (
            page.everywhere
            and own.by_text
            and not own.given("VirtualmanKey")
            and not page.text("SpeechParam.TimbreKey")
        ):
            told = Text(
                f"{own.prefix} has neither avatar nor TimbreKey: no voice is known for it",
                f"{own.prefix} 既无形象又无 TimbreKey：无从确定音色",
            )
            yield rule.tell(own, "SpeechParam.TimbreKey", told, limit="TimbreKey")


NOBODY: Final = Demand(
    endpoints="ppt", paths="PageConfigs[].SpeechParam.TimbreKey", kind="no_avatar", verdicts=ADVISED, judge=_nobody,
    what=Text("a page without avatar names its voice", "没有形象的页面须指定音色"),
    why=Text("no voice is known for it", "无从确定音色"),
    valid=(Case({"PageConfigs[].VirtualmanKey": GONE, "{path}": "female_1"}),),
    invalid=(Case({"PageConfigs[].VirtualmanKey": GONE}),),
)  # fmt: skip

_PLACES: Final = (
    "SpeechParam.Volume", "VideoParam.AnchorParam.HorizontalPosition", "VideoParam.AnchorParam.VerticalPosition",
    "VideoParam.AnchorParam.Angle", "VideoParam.SmallSampleParam.StartIdx", "VideoParam.SmallSampleParam.EndIdx",
)  # fmt: skip


def _zeros(rule: Demand, view: View) -> Iterator[Finding]:
    """A page's 0 means "not given": it cannot set a global value back."""
    for page in holders(view):
        for path in _PLACES if page.everywhere else ():
            own = page.own.raw(path)
            if own is not None and is_blank(own) and page.everywhere and page.everywhere.nonzero(path):
                place, held = page.own.at(path), page.everywhere.raw(path)
                told = Text(
                    f"{place} 0 means unset: the global value {held} holds",
                    f"{place} 为 0 表示未设置：沿用全局值 {held}",
                )
                yield rule.tell(page.own, path, told, measured=own, limit=str(held))


ZEROS: Final = Demand(
    endpoints="ppt", paths=" ".join(f"PageConfigs[].{path}" for path in _PLACES), kind="zero", verdicts=ADVISED,
    what=Text("a page's 0 means unset", "页面的 0 表示未设置"), why=Text("the global value holds", "沿用全局值"),
    judge=_zeros,
    valid=tuple(
        Case({f"GlobalConfig.{path}": 5, "{path}": 1}, of=f"PageConfigs[].{path}") for path in _PLACES
    ),
    invalid=tuple(
        Case({f"GlobalConfig.{path}": 5, "{path}": 0}, of=f"PageConfigs[].{path}") for path in _PLACES
    ),
)  # fmt: skip

DEMANDS: Final = (COLOUR, VOICES, WITHOUT_TEXT, NOBODY, ZEROS)
