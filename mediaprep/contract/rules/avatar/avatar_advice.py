"""What a trained avatar's request says in vain, or what may surprise: accepted, made and paid for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from mediaprep.contract.demand import ADVISED, NOTHING, Case, Demand
from mediaprep.contract.endpoints import MODULATED, ORIGINAL
from mediaprep.contract.judging import View
from mediaprep.contract.minimal import GONE, URL
from mediaprep.contract.rules.avatar.avatar_demands import MAKE, acting, times
from mediaprep.contract.rules.speech.inheritance import holders
from mediaprep.contract.rules.speech.speech_advice import LEAVE_OUT, in_vain
from mediaprep.model.findings import Finding, Text

ACTION_GAP_MS: Final = 3000
"""Our guess at how long an action lasts: the docs say only that it takes "a certain time"."""

_SEGMENT: Final = "VideoParam.SmallSampleParam"
_ANGLE: Final = "VideoParam.AnchorParam.Angle"
_SMART: Final = "VideoParam.SmartActionEnabled"


def _everywhere(path: str) -> Iterator[tuple[str, str]]:
    """(endpoint, general paths) of a parameter that advanced has once, a presentation for all pages and for each."""
    yield "advanced", path
    yield "ppt", f"GlobalConfig.{path} PageConfigs[].{path}"


def _no_subtitles(rule: Demand, view: View) -> Iterator[Finding]:
    for path in ("VideoParam.ShowSubtitles", "SubtitleStorageS3Url"):
        wanted = view.raw(path) is True if path.endswith("ShowSubtitles") else view.given(path)
        if wanted and view.by_audio:
            yield rule.no_effect(view, path, Text("audio drive has no subtitles", "声音驱动没有字幕"))


NO_SUBTITLES: Final = tuple(
    Demand(
        endpoints=names, paths=paths, kind="effect", verdicts=ADVISED, judge=_no_subtitles, fix=LEAVE_OUT,
        what=in_vain("audio drive"), why=NOTHING,
        valid=tuple(Case({path: value}, of=path) for path, value in values.items()),
        invalid=tuple(Case({path: value}, by=ORIGINAL, of=path) for path, value in values.items()),
    )
    for names, paths, values in (
        ("basic", "SubtitleStorageS3Url", {"SubtitleStorageS3Url": URL}),
        ("advanced", "VideoParam.ShowSubtitles SubtitleStorageS3Url",
         {"VideoParam.ShowSubtitles": True, "SubtitleStorageS3Url": URL}),
    )
)  # fmt: skip


def _unshown(rule: Demand, view: View) -> Iterator[Finding]:
    if view.given("VideoParam.SubtitlesParam") and view.raw("VideoParam.ShowSubtitles") is not True:
        why = Text("ShowSubtitles is not on", "未开启 ShowSubtitles")
        yield rule.no_effect(view, "VideoParam.SubtitlesParam", why)


UNSHOWN: Final = Demand(
    endpoints="advanced", paths="VideoParam.SubtitlesParam", kind="effect", verdicts=ADVISED, judge=_unshown,
    what=in_vain("ShowSubtitles is not on"), why=NOTHING, fix=LEAVE_OUT,
    valid=(Case({"{path}": {"MaxWords": 10}, "VideoParam.ShowSubtitles": True}),),
    invalid=(Case({"{path}": {"MaxWords": 10}}),),
)  # fmt: skip


def _modulated(rule: Demand, view: View) -> Iterator[Finding]:
    if view.drive == MODULATED and not view.given("SpeechParam.TimbreKey"):
        told = Text(
            "ModulatedVoice without SpeechParam.TimbreKey: the avatar's default voice is used",
            "ModulatedVoice 未指定 SpeechParam.TimbreKey：将使用形象的默认音色",
        )
        yield rule.tell(view, "SpeechParam.TimbreKey", told, limit="TimbreKey")


MODULATION: Final = Demand(
    endpoints="basic advanced", paths="SpeechParam.TimbreKey", kind="modulated", verdicts=ADVISED, judge=_modulated,
    what=Text("ModulatedVoice is told which voice", "ModulatedVoice 须指明音色"),
    why=Text("the avatar's default voice is taken otherwise", "否则使用形象的默认音色"),
    valid=(Case({"DriverType": MODULATED, "{path}": "voice"}, by=ORIGINAL),),
    invalid=(Case({"DriverType": MODULATED}, by=ORIGINAL),),
)  # fmt: skip


def _own_voice(rule: Demand, view: View) -> Iterator[Finding]:
    if view.drive == ORIGINAL and view.given("SpeechParam.TimbreKey"):
        why = Text("original audio keeps its own voice", "原声驱动保留音频原声")
        yield rule.no_effect(view, "SpeechParam.TimbreKey", why)


OWN_VOICE: Final = Demand(
    endpoints="basic advanced", paths="SpeechParam.TimbreKey", kind="effect", verdicts=ADVISED, judge=_own_voice,
    what=in_vain("DriverType OriginalVoice"), why=NOTHING, fix=LEAVE_OUT,
    valid=(Case({"{path}": "voice"}),), invalid=(Case({"{path}": "voice"}, by=ORIGINAL),),
)  # fmt: skip


def _left_out(rule: Demand, view: View) -> Iterator[Finding]:
    if view.by_audio and not view.given("SpeechParam"):
        told = Text(
            'the table asks for SpeechParam, the audio examples leave it out: we send {"Speed": 1.0}',
            '表格要求 SpeechParam，音频驱动示例却没有：我们会发送 {"Speed": 1.0}',
        )
        yield rule.tell(view, "SpeechParam", told, limit='{"Speed": 1.0}')


LEFT_OUT: Final = Demand(
    endpoints="basic advanced", paths="SpeechParam", kind="audio", verdicts=ADVISED, judge=_left_out,
    what=Text("SpeechParam stands in audio-driven requests too", "音频驱动时也写 SpeechParam"),
    why=Text("the table asks for it, the examples leave it out", "表格要求、示例省略，说法不一"),
    valid=(Case(by=ORIGINAL),), invalid=(Case({"{path}": GONE}, by=ORIGINAL),),
)  # fmt: skip


def _editing(rule: Demand, view: View) -> Iterator[Finding]:
    """With a transparent format only the avatar's placement works."""
    kind = view.text("VideoParam.Format") or "Mp4"
    if view.spoiled("VideoParam.Format") or kind == "Mp4":
        return
    for path in _EDITED:
        if view.given(path) and view.raw(path) is not False:
            told = Text(f"{path} has no effect with Format {kind}", f"Format 为 {kind} 时 {path} 不生效")
            yield rule.tell(view, path, told, measured=kind, limit="Mp4")


_EDITED: Final = {
    "VideoParam.BackgroundFileUrl": URL, "VideoParam.VideoHeadFileUrl": URL, "VideoParam.VideoTailFileUrl": URL,
    "VideoParam.LogoParams": [{"LogoFileUrl": URL}], "VideoParam.ShowSubtitles": True,
}  # fmt: skip
EDITING: Final = Demand(
    endpoints="advanced", paths=" ".join(_EDITED), kind="editing", verdicts=ADVISED, judge=_editing, why=NOTHING,
    what=Text("editing needs Format Mp4", "编辑功能需要 Format 为 Mp4"), fix=Text("use Format Mp4", "Format 改用 Mp4"),
    valid=tuple(Case({"{path}": value}, of=path) for path, value in _EDITED.items()),
    invalid=tuple(
        Case({"{path}": value, "VideoParam.Format": "TransparentMov"}, of=path) for path, value in _EDITED.items()
    ),
)  # fmt: skip


def _gap(rule: Demand, view: View) -> Iterator[Finding]:
    for (_, before), (action, time) in pairwise(times(view)):
        if before < time < before + ACTION_GAP_MS:
            place, apart = action.at("StartTime"), time - before
            told = Text(
                f"{place}: {apart:g} ms after the action before it, which may still run: one of them may be dropped",
                f"{place}：距前一个动作 {apart:g} ms，动作可能冲突而丢失",
            )
            yield rule.tell(action, "StartTime", told, measured=apart, limit=f"≥ {ACTION_GAP_MS} ms (ours)")


GAP: Final = Demand(
    endpoints="advanced", paths="VideoParam.ActionParams[].StartTime", kind="gap", verdicts=ADVISED, judge=_gap,
    what=Text("3 s between actions (our figure)", "动作之间相隔 3 秒（我方估计）"),
    why=Text("an action still running may swallow the next", "前一动作未完时后一动作可能丢失"),
    valid=(Case(acting(0, 3000), by=ORIGINAL),), invalid=(Case(acting(0, 2999), by=ORIGINAL),),
)  # fmt: skip


def _logos(rule: Demand, view: View) -> Iterator[Finding]:
    for logo in view.items("GlobalConfig.LogoParams" if view.endpoint == "ppt" else "VideoParam.LogoParams"):
        if not logo.given("LogoFileUrl") and not logo.spoiled("LogoFileUrl"):
            told = Text(
                f"{logo.prefix} has no LogoFileUrl: nothing to show",
                f"{logo.prefix} 没有 LogoFileUrl：无可显示",
            )
            yield rule.tell(logo, "LogoFileUrl", told, limit="LogoFileUrl")


LOGOS: Final = tuple(
    Demand(
        endpoints=name, paths=f"{holder}.LogoParams[].LogoFileUrl", kind="missing", verdicts=ADVISED, judge=_logos,
        what=Text("a logo has a picture", "台标须有图片"), why=Text("nothing is shown", "无可显示"),
        valid=(Case({"{path}": URL}),), invalid=(Case({f"{holder}.LogoParams[]": {"Scale": 1.0}}),),
    )
    for name, holder in (("advanced", "VideoParam"), ("ppt", "GlobalConfig"))
)  # fmt: skip


def _turned(rule: Demand, view: View) -> Iterator[Finding]:
    """Only 3D avatars turn, and the request does not show which avatars are 3D."""
    for holder in holders(view):
        if holder.own.nonzero(_ANGLE):
            place = holder.own.at(_ANGLE)
            told = Text(f"{place} only works with a 3D avatar", f"{place} 仅对 3D 形象生效")
            yield rule.tell(holder.own, _ANGLE, told, measured=holder.own.raw(_ANGLE), limit="3D avatar")


TURNED: Final = tuple(
    Demand(
        endpoints=name, paths=paths, kind="effect", verdicts=ADVISED, judge=_turned, fix=LEAVE_OUT,
        what=in_vain("a 2D avatar"), why=NOTHING, valid=(Case({"{path}": 0}),), invalid=(Case({"{path}": 30}),),
    )
    for name, paths in _everywhere(_ANGLE)
)  # fmt: skip


def _smart(rule: Demand, view: View) -> Iterator[Finding]:
    for holder in holders(view):
        if holder.own.raw(_SMART) is True and not holder.by_text:
            yield rule.no_effect(holder.own, _SMART, Text("DriverType is not Text", "DriverType 不是 Text"))
        elif holder.own.raw(_SMART) is True and holder.acts:
            why = Text("the script has action tags of its own", "文案里已有动作标签")
            yield rule.no_effect(holder.own, _SMART, why)


_TAGGED: Final = "字" * 10 + '<insert-action type="wave"/>' + "字" * 10
SMART: Final = tuple(
    Demand(
        endpoints=name, paths=paths, kind="effect", verdicts=ADVISED, judge=_smart, fix=LEAVE_OUT, why=NOTHING,
        what=in_vain("audio drive, or action tags in the script"), valid=(Case({"{path}": True}),),
        invalid=(Case({"{path}": True}, by=ORIGINAL), Case({"{path}": True, "{page}InputSsml": _TAGGED})),
    )
    for name, paths in _everywhere(_SMART)
)  # fmt: skip


def _starts(endpoint: str) -> set[str]:
    """With which MakeType the first frame counts."""
    return {"Custom", "Circle"} | ({"CustomOnlyStart"} if endpoint == "advanced" else set())


def _unused_frames(rule: Demand, view: View) -> Iterator[Finding]:
    for holder in holders(view):
        if not holder.own.spoiled(MAKE):
            types = {kind or "Default" for kind in holder.texts(MAKE)}
            shown = ", ".join(sorted(types))
            for name, used in (("StartIdx", _starts(view.endpoint)), ("EndIdx", {"Custom"})):
                if holder.own.nonzero(f"{_SEGMENT}.{name}") and not types & used:
                    why = Text(f"MakeType is {shown}", f"MakeType 为 {shown}")
                    yield rule.no_effect(holder.own, f"{_SEGMENT}.{name}", why)


FRAMES_UNUSED: Final = tuple(
    Demand(
        endpoints=name, paths=paths, kind="effect", verdicts=ADVISED, judge=_unused_frames, fix=LEAVE_OUT,
        what=in_vain("MakeType Default"), why=NOTHING,
        valid=(Case({"{beside}MakeType": "Custom", "{path}": 7}),),
        invalid=(
            Case({"{path}": 7}),
            *(Case({"{beside}MakeType": "Circle", "{path}": 7}, by=ORIGINAL, of=path)
              for path in paths.split() if path.endswith("EndIdx")),
        ),
    )
    for name, paths in (
        (name, " ".join(f"{place.removesuffix('StartIdx')}{end}" for place in paths.split()
                        for end in ("StartIdx", "EndIdx")))
        for name, paths in _everywhere(f"{_SEGMENT}.StartIdx")
    )
)  # fmt: skip


def _impossible_frames(rule: Demand, view: View) -> Iterator[Finding]:
    for holder in holders(view):
        if holder.own.spoiled(MAKE):
            continue
        start, end = (holder.own.number(f"{_SEGMENT}.{name}") or 0 for name in ("StartIdx", "EndIdx"))
        if start < 0 or end < 0 or (holder.text(MAKE) == "Custom" and end and end <= start):
            told = Text(
                f"frames {start} to {end} are no segment: expect task code 801509",
                f"帧 {start} 至 {end} 不成片段：任务可能以 801509 失败",
            )
            limit = "0 ≤ StartIdx < EndIdx"
            yield rule.tell(holder.own, _SEGMENT, told, measured=f"{start}-{end}", limit=limit)


FRAMES: Final = tuple(
    Demand(
        endpoints=name, paths=path, kind="frames", verdicts=ADVISED, judge=_impossible_frames,
        what=Text("0 ≤ StartIdx < EndIdx", "0 ≤ StartIdx < EndIdx"),
        why=Text("such frames are no segment (801509)", "此类帧号不成片段（801509）"),
        valid=(Case({"{path}": {"MakeType": "Custom", "StartIdx": 0, "EndIdx": 250}}),),
        invalid=(
            Case({"{path}": {"MakeType": "Custom", "StartIdx": 250, "EndIdx": 250}}),
            Case({"{path}": {"MakeType": "Custom", "StartIdx": -1}}),
        ),
    )
    for name, path in _everywhere(_SEGMENT)
)  # fmt: skip

DEMANDS: Final = (
    *NO_SUBTITLES, UNSHOWN, MODULATION, OWN_VOICE, LEFT_OUT, EDITING, GAP, *LOGOS, *TURNED, *SMART, *FRAMES_UNUSED,
    *FRAMES,
)  # fmt: skip
