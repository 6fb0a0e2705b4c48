"""What a request says and the service will pass over, or what may surprise: advice, never a refusal.

The docs tell of most of these in passing; a job that runs and is paid for shows them too late.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from mediaprep.contract import endpoints
from mediaprep.contract.advice.presentations import pages
from mediaprep.contract.advice.voices_and_gestures import (
    action_room,
    logo_file,
    no_effect,
    segment_frames,
    smart_action,
    speech,
    turned,
    unused_input,
)
from mediaprep.contract.chapters.fields import Decimals
from mediaprep.contract.judging import View, advised
from mediaprep.contract.script import ssml
from mediaprep.model.findings import Finding, Text

Rule = Callable[[View], Iterator[Finding]]

ACTION_GAP_MS: Final = 3000
"""Our guess at how long an action lasts: the docs say only that it takes "a certain time"."""
_MILLISECONDS: Final = Decimals(3)
_URL: Final = re.compile(r"https?://\S+", re.IGNORECASE)


def judge(view: View) -> Iterator[Finding]:
    """Every piece of advice on this request."""
    for rule in RULES.get(view.endpoint, ()):
        yield from rule(view)


def _speech_flat(view: View) -> Iterator[Finding]:
    yield from speech(
        view, "", timbre=view.text("TimbreKey"), category=view.given("EmotionCategory"), audio=False
    )


def _speech(view: View) -> Iterator[Finding]:
    yield from speech(
        view,
        "SpeechParam.",
        timbre=view.text("SpeechParam.TimbreKey"),
        category=view.given("SpeechParam.EmotionCategory"),
        audio=view.by_audio,
    )
    yield from unused_input(view)


def _modulated(view: View) -> Iterator[Finding]:
    if view.drive == "ModulatedVoice" and not view.given("SpeechParam.TimbreKey"):
        yield advised(
            view.endpoint,
            view.at("SpeechParam.TimbreKey"),
            "modulated",
            Text(
                "ModulatedVoice without SpeechParam.TimbreKey: the avatar's default voice is used",
                "ModulatedVoice 未指定 SpeechParam.TimbreKey：将使用形象的默认音色",
            ),
            limit="TimbreKey",
        )
    if view.drive == "OriginalVoice" and view.given("SpeechParam.TimbreKey"):
        yield no_effect(
            view, "SpeechParam.TimbreKey", Text("original audio keeps its own voice", "原声驱动保留音频原声")
        )


def _safe_speech(view: View) -> Iterator[Finding]:
    if view.by_audio and not view.given("SpeechParam"):
        yield advised(
            view.endpoint,
            "SpeechParam",
            "audio",
            Text(
                'the table asks for SpeechParam, the audio examples leave it out: we send {"Speed": 1.0}',
                '表格要求 SpeechParam，音频驱动示例却没有：我们会发送 {"Speed": 1.0}',
            ),
            limit='{"Speed": 1.0}',
        )


def _room(view: View) -> Iterator[Finding]:
    if not view.by_audio:
        yield from action_room(view)


def _advanced_segment(view: View) -> Iterator[Finding]:
    used = ("Custom", "Circle", "CustomOnlyStart")
    yield from segment_frames(view, view.text("VideoParam.SmallSampleParam.MakeType") or "Default", used)


def _advanced_editing(view: View) -> Iterator[Finding]:
    """With a transparent format only the avatar's placement works."""
    kind = view.text("VideoParam.Format") or "Mp4"
    if view.spoiled("VideoParam.Format") or kind == "Mp4":
        return
    for name in ("BackgroundFileUrl", "VideoHeadFileUrl", "VideoTailFileUrl", "LogoParams", "ShowSubtitles"):
        path = f"VideoParam.{name}"
        if view.given(path) and view.raw(path) is not False:
            yield advised(
                view.endpoint,
                view.at(path),
                "editing",
                Text(f"{path} has no effect with Format {kind}", f"Format 为 {kind} 时 {path} 不生效"),
                measured=kind,
                limit="Mp4",
                fix=Text("use Format Mp4", "Format 改用 Mp4"),
            )


def _advanced_subtitles(view: View) -> Iterator[Finding]:
    if view.raw("VideoParam.ShowSubtitles") is True and view.by_audio:
        yield no_effect(
            view, "VideoParam.ShowSubtitles", Text("audio drive has no subtitles", "声音驱动没有字幕")
        )
    if view.given("VideoParam.SubtitlesParam") and view.raw("VideoParam.ShowSubtitles") is not True:
        yield no_effect(
            view, "VideoParam.SubtitlesParam", Text("ShowSubtitles is not on", "未开启 ShowSubtitles")
        )


def _advanced_anchor(view: View) -> Iterator[Finding]:
    yield from turned(view)
    script = ssml.read(view.text("InputSsml")) if view.by_text else None
    yield from smart_action(view, by_text=view.by_text, tagged=bool(script and script.actions))


def _actions(view: View) -> Iterator[Finding]:
    before: float | None = None
    for action in view.items("VideoParam.ActionParams"):
        time = action.number("StartTime")
        if time is not None and before is not None and before < time < before + ACTION_GAP_MS:
            yield advised(
                view.endpoint,
                action.at("StartTime"),
                "gap",
                Text(
                    f"{action.at('StartTime')}: {time - before:g} ms after the action before it, which may "
                    "still run: one of them may be dropped",
                    f"{action.at('StartTime')}：距前一个动作 {time - before:g} ms，动作可能冲突而丢失",
                ),
                measured=time - before,
                limit=f"≥ {ACTION_GAP_MS} ms (ours)",
            )
        before = time if time is not None else before


def _logos(view: View) -> Iterator[Finding]:
    for logo in view.items("VideoParam.LogoParams"):
        yield from logo_file(logo)


def _notrain_segment(view: View) -> Iterator[Finding]:
    if view.spoiled("VideoParam.MakeType"):
        return
    kind = view.text("VideoParam.MakeType") or "Default"
    why = Text(f"MakeType is {kind}", f"MakeType 为 {kind}")
    if view.nonzero("VideoParam.StartTime") and kind == "Default":
        yield no_effect(view, "VideoParam.StartTime", why)
    if view.nonzero("VideoParam.EndTime") and kind != "Custom":
        yield no_effect(view, "VideoParam.EndTime", why)
    if view.nonzero("VideoLoop") and kind in ("Circle", "CustomOnlyStart"):
        yield no_effect(view, "VideoLoop", why)
    if view.nonzero("VideoLoop") and kind == "Custom":
        yield advised(
            view.endpoint,
            "VideoLoop",
            "custom",
            Text(
                "VideoLoop 1 with MakeType Custom is not defined: Custom loops forward and backward",
                "MakeType 为 Custom 时 VideoLoop 1 未定义：Custom 说明为正倒放循环",
            ),
            measured=view.raw("VideoLoop"),
            limit="0",
        )


def _notrain_photos(view: View) -> Iterator[Finding]:
    one, many = "VideoParam.RefPhotoUrl", "VideoParam.RefPhotoUrls"
    off = any(view.number(f"VideoParam.{name}") == 1 for name in ("DisabledDetect", "DisableIdDetect"))
    why = Text("face-ID tracking is off", "已关闭人脸 ID 追踪")
    for path in (one, many):
        if view.given(path) and off:
            yield no_effect(view, path, why)
    if view.given(one) and view.given(many):
        yield advised(
            view.endpoint,
            one,
            "ignored",
            Text(
                "RefPhotoUrls is given, so RefPhotoUrl is ignored", "已有 RefPhotoUrls，RefPhotoUrl 会被忽略"
            ),
            limit="RefPhotoUrls",
        )
    photos = view.raw(many)
    if isinstance(photos, list) and photos and not 2 <= len(photos) <= 5:
        yield advised(
            view.endpoint,
            many,
            "advised_count",
            Text(
                f"{len(photos)} reference photos; 2 to 5 are advised",
                f"{len(photos)} 张参考图；建议 2 至 5 张",
            ),
            measured=len(photos),
            limit="2-5",
        )
    if view.given("VideoParam.FaceMatchMode") and (off or not (view.given(one) or view.given(many))):
        unset = Text("no reference photo is given", "没有给参考图")
        yield no_effect(view, "VideoParam.FaceMatchMode", why if off else unset)


def _decimals(view: View) -> Iterator[Finding]:
    places = [(view, "VideoParam.StartTime"), (view, "VideoParam.EndTime")]
    for interval in view.items("VideoParam.DisableIntervals"):
        places += [(interval, "StartTime"), (interval, "EndTime")]
    for holder, path in places:
        value = holder.number(path)
        if value is not None and _MILLISECONDS.lost(value):
            yield advised(
                view.endpoint,
                holder.at(path),
                "decimals",
                Text(
                    f"{holder.at(path)}: only 3 decimals count", f"{holder.at(path)}：只有小数点后 3 位有效"
                ),
                measured=value,
                limit="3 decimals",
            )


def _uploads(view: View) -> Iterator[Finding]:
    """URLs to which the service writes; those it reads may still be local files of ours."""
    endpoint = endpoints.get(view.endpoint)
    known = {slot.path for slot in endpoint.slots}
    for path in ("CallbackUrl", *endpoint.storage_fields):
        if path in known and view.text(path) and not _URL.fullmatch(view.text(path)):
            yield advised(
                view.endpoint,
                path,
                "url",
                Text(
                    f"{path} is no http(s) URL: nothing would arrive",
                    f"{path} 不是 http(s) 地址：将收不到结果",
                ),
                limit="http(s)://…",
            )
    if "SubtitleStorageS3Url" in known and view.given("SubtitleStorageS3Url") and view.by_audio:
        yield no_effect(
            view, "SubtitleStorageS3Url", Text("audio drive has no subtitles", "声音驱动没有字幕")
        )


RULES: Final[Mapping[str, tuple[Rule, ...]]] = {
    "tts": (_speech_flat, _uploads),
    "ppt": (pages,),
    "basic": (_speech, _modulated, _safe_speech, _room, _uploads),
    "advanced": (
        _speech,
        _modulated,
        _safe_speech,
        _room,
        _advanced_segment,
        _advanced_editing,
        _advanced_subtitles,
        _advanced_anchor,
        _actions,
        _logos,
        _uploads,
    ),
    "notrain": (_speech, _notrain_segment, _notrain_photos, _decimals, _uploads),
    "photo": (_speech, _uploads),
}
