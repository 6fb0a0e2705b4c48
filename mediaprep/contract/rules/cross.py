"""Rules over more than one parameter that the JSON alone decides; each chapter of the docs has its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Final
from urllib.parse import urlsplit

from mediaprep.contract import endpoints
from mediaprep.contract.judging import View, Violation, missing, violation
from mediaprep.contract.paths import walk
from mediaprep.contract.profiles import FACE_ID_SWITCHES
from mediaprep.model.findings import Text

Rule = Callable[[View], Iterator[Violation]]

ENCODE: Final = Text(
    "give the whole URL, with blanks and other signs percent-encoded (%20)",
    "请给出完整地址，空格等字符须编码（如 %20）",
)
_HTTP: Final = re.compile(r"\s*https?://", re.IGNORECASE)
_URL: Final = re.compile(r"https?://[^\s]+", re.IGNORECASE)
_BY_TEXT: Final = Text("text drive needs it", "文本驱动必填")
_BY_AUDIO: Final = Text("audio drive needs it", "音频驱动必填")
MOST_PAGES: Final = 50  # as PPTFileUrl may have
SPLIT_DECK: Final = Text(
    "`mediaprep deck split` makes parts of at most 50 pages",
    "`mediaprep deck split` 可拆成不超过 50 页的若干份",
)
_BOTH_ENDS: Final = Text("an interval needs both ends", "区间须写明起止时间")


def judge(view: View) -> Iterator[Violation]:
    """Every violation of the endpoint's cross-field rules."""
    for rule in RULES.get(view.endpoint, ()):
        yield from rule(view)


def addresses(view: View) -> Iterator[Violation]:
    """http(s) URLs that the service fetches are whole: a blank or a line break in one ends it. Whatever is no URL at
    all is a local file of ours here, and fails the task there."""
    for general in endpoints.get(view.endpoint).url_fields:
        for place, value in walk(view.payload, general):
            if not isinstance(value, str) or place in view.bad or not _HTTP.match(value) or _fetchable(value):
                continue
            blank = next((sign for sign in value if sign.isspace() or not sign.isprintable()), None)
            why = Text("it is no http(s) URL", "不是 http(s) 地址")
            if blank is not None:
                code = f"U+{ord(blank):04X}"
                at = value.index(blank) + 1
                why = Text(
                    f"a blank or invisible sign ({code}) at character {at}",
                    f"第 {at} 个字符是空白或不可见字符（{code}）",
                )
            yield violation(
                view.endpoint,
                place,
                "url",
                f"{place} value invalid, not a url",
                Text(f"{place}: {why.en}: nobody can fetch it", f"{place}：{why.zh}，无法下载"),
                measured=value[:200],
                limit="http(s)://…",
                fix=ENCODE,
            )


def _fetchable(url: str) -> bool:
    if not _URL.fullmatch(url) or not url.isprintable():
        return False
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def _need(view: View, why: Text, *paths: str) -> Iterator[Violation]:
    for path in paths:
        if not view.given(path) and not view.spoiled(path):
            yield missing(view.endpoint, view.at(path), why)


def _voice_or_avatar(view: View) -> Iterator[Violation]:
    if view.given("VirtualmanKey") or view.spoiled("VirtualmanKey"):
        return
    why = Text("TimbreKey or VirtualmanKey must be given", "TimbreKey 与 VirtualmanKey 至少填一个")
    yield from _need(view, why, "TimbreKey")


def _driven(view: View) -> Iterator[Violation]:
    """Text drive needs a script, audio drive an audio."""
    if view.by_text:
        yield from _need(view, _BY_TEXT, "InputSsml")
    elif view.by_audio:
        yield from _need(view, _BY_AUDIO, "InputAudioUrl")


def _speech_of_avatar(view: View) -> Iterator[Violation]:
    """basic and advanced: SpeechParam is always asked for, yet the docs' own audio examples leave it out."""
    if view.by_text:
        yield from _need(view, _BY_TEXT, "SpeechParam")


def _speech_without_training(view: View) -> Iterator[Violation]:
    if not view.by_text:
        return
    found = list(_need(view, _BY_TEXT, "SpeechParam"))
    yield from found or _need(view, _BY_TEXT, "SpeechParam.Speed", "SpeechParam.TimbreKey")


def _pages(view: View) -> Iterator[Violation]:
    configs, most = view.raw("PageConfigs"), MOST_PAGES
    if isinstance(configs, list) and len(configs) > most:
        yield violation(
            view.endpoint,
            view.at("PageConfigs"),
            "most",
            f"PageConfigs count invalid, ranges:1-{most}",
            Text(
                f"{len(configs)} PageConfigs: a deck has at most {most} pages",
                f"PageConfigs 有 {len(configs)} 项：PPT 最多 {most} 页",
            ),
            measured=len(configs),
            limit=f"1-{most}",
            fix=SPLIT_DECK,
        )
    for page in view.items("PageConfigs"):
        yield from _driven(page)
    yield from _page_circles(view)


def _page_circles(view: View) -> Iterator[Violation]:
    """MakeType Circle returns to the first frame and works with audio drive only; a page without a MakeType
    of its own takes the global one."""
    path = "VideoParam.SmallSampleParam.MakeType"
    everywhere = view.inside("GlobalConfig")
    told: set[str] = set()
    for page in view.items("PageConfigs"):
        holder = page if page.nonzero(path) else everywhere
        place = holder.at(path)
        if page.by_text and holder.text(path) == "Circle" and place not in told:
            told.add(place)
            yield _circle(view.endpoint, place)


def _circle(endpoint: str, place: str) -> Violation:
    return violation(
        endpoint,
        place,
        "drive",
        f"{place} value invalid, Circle requires an audio driver",
        Text(f"{place}: Circle works with audio drive only", f"{place}：Circle 只用于声音驱动"),
        measured="Circle",
        limit="OriginalVoice" if endpoint == "ppt" else "OriginalVoice, ModulatedVoice",
        fix=Text("use Default or Custom, or drive by audio", "改用 Default 或 Custom，或改为音频驱动"),
    )


def _avatar_circle(view: View) -> Iterator[Violation]:
    path = "VideoParam.SmallSampleParam.MakeType"
    if view.by_text and view.text(path) == "Circle":
        yield _circle(view.endpoint, view.at(path))


def _actions(view: View) -> Iterator[Violation]:
    actions = view.items("VideoParam.ActionParams")
    place = view.at("VideoParam.ActionParams")
    if actions and view.drive and view.drive != endpoints.ORIGINAL:
        yield violation(
            view.endpoint,
            place,
            "drive",
            f"{place} requires DriverType OriginalVoice",
            Text(
                f"{place} works with DriverType OriginalVoice only; here it is {view.drive}",
                f"{place} 只在 DriverType 为 OriginalVoice 时可用；现为 {view.drive}",
            ),
            measured=view.drive,
            limit="OriginalVoice",
            fix=Text(
                "write <insert-action> tags into the script instead", "改为在文案里写 <insert-action> 标签"
            ),
        )
    for action in actions:
        yield from _need(action, Text("an action needs it", "动作必填"), "Code")
    yield from _action_times(actions)


def _action_times(actions: list[View]) -> Iterator[Violation]:
    timed = [(action, time) for action in actions if (time := action.number("StartTime")) is not None]
    for action, time in timed:
        if time < 0:
            yield violation(
                action.endpoint,
                action.at("StartTime"),
                "range",
                "StartTime value invalid, ranges:0-",
                Text(
                    f"{action.at('StartTime')} is {time} ms: before the start",
                    f"{action.at('StartTime')} 为负：{time} ms",
                ),
                measured=time,
                limit="≥ 0",
            )
    for (_, before), (action, time) in pairwise(timed):
        if time <= before:
            place = action.at("StartTime")
            yield violation(
                action.endpoint,
                place,
                "order",
                f"{place} value invalid, must be strictly increasing",
                Text(
                    f"{place} is {time} ms, not later than the action before it ({before} ms)",
                    f"{place} 为 {time} ms，没有晚于前一个动作（{before} ms）",
                ),
                measured=time,
                limit=f"> {before}",
            )


def _switch_twice(view: View) -> Iterator[Violation]:
    """The face-ID switch has two names; given under both, the values agree."""
    documented, public = (f"VideoParam.{name}" for name in FACE_ID_SWITCHES)
    one, other = view.raw(documented), view.raw(public)
    if one is not None and other is not None and one != other:
        yield violation(
            view.endpoint,
            public,
            "twice",
            f"{public} value invalid, differs from {documented}",
            Text(
                f"{documented} is {one}, {public} is {other}: they are one switch",
                f"{documented} 为 {one}，{public} 为 {other}：两者是同一个开关",
            ),
            measured=other,
            limit=str(one),
            fix=Text(f"give {documented} only", f"只写 {documented}"),
        )


def _segment(view: View) -> Iterator[Violation]:
    """notrain, Custom: the segment is longer than 1 s. Without StartTime it begins at 0."""
    end = view.number("VideoParam.EndTime")
    if view.text("VideoParam.MakeType") != "Custom" or end is None or view.spoiled("VideoParam.StartTime"):
        return
    start = view.number("VideoParam.StartTime") or 0.0
    length = round(end - start, 3)
    if length > 1:
        return
    place = view.at("VideoParam.EndTime")
    yield violation(
        view.endpoint,
        place,
        "segment",
        f"{place} value invalid, segment must be longer than 1s",
        Text(
            f"the segment {start:g}–{end:g} s is {length:g} s long; it must be longer than 1 s",
            f"片段 {start:g}–{end:g} 秒长 {length:g} 秒；须大于 1 秒",
        ),
        measured=length,
        limit="> 1 s",
    )


def _intervals(view: View) -> Iterator[Violation]:
    whole: list[tuple[View, float, float]] = []
    for interval in view.items("VideoParam.DisableIntervals"):
        yield from _need(interval, _BOTH_ENDS, "StartTime", "EndTime")
        start, end = interval.number("StartTime"), interval.number("EndTime")
        if start is None or end is None:
            continue
        whole.append((interval, start, end))
        if start >= end:
            yield _out_of_order(
                interval, f"{start:g}–{end:g} s does not run forward", f"{start:g}–{end:g} 秒不是先后顺序"
            )
    for (_, _, before), (interval, start, _) in pairwise(whole):
        if start < before:
            yield _out_of_order(
                interval,
                f"begins at {start:g} s, before the interval ahead of it ends ({before:g} s)",
                f"从 {start:g} 秒开始，早于前一区间的结束（{before:g} 秒）",
            )


def _out_of_order(interval: View, en: str, zh: str) -> Violation:
    return violation(
        interval.endpoint,
        interval.prefix,
        "order",
        f"{interval.prefix} value invalid, must be in increasing order",
        Text(f"{interval.prefix}: {en}", f"{interval.prefix}：{zh}"),
        limit="increasing, not overlapping",
        fix=Text("sort the intervals and merge those that overlap", "把区间按时间排序，合并重叠的区间"),
    )


RULES: Final[Mapping[str, tuple[Rule, ...]]] = {
    "tts": (_voice_or_avatar,),
    "ppt": (_pages,),
    "basic": (_driven, _speech_of_avatar),
    "advanced": (_driven, _speech_of_avatar, _actions, _avatar_circle),
    "notrain": (_driven, _speech_without_training, _switch_twice, _segment, _intervals),
    "photo": (_driven, _speech_without_training),
}
