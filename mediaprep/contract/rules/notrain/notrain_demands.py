"""What the docs refuse of a no-train request, of itself and with its footage."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from mediaprep.contract import semantics
from mediaprep.contract.demand import (
    ADVISED,
    NOTHING,
    REFUSED,
    REFUSED_OR_UNKNOWN,
    SENT_BACK,
    Case,
    Demand,
)
from mediaprep.contract.judging import View, Violation
from mediaprep.contract.minimal import footage
from mediaprep.contract.profiles import FACE_ID_SWITCHES
from mediaprep.model.facts import VideoFacts
from mediaprep.model.findings import Finding, Text, Verdict

_INTERVALS: Final = "VideoParam.DisableIntervals"
_BOTH_ENDS: Final = Text("an interval needs both ends", "区间须写明起止时间")


def _ends(rule: Demand, view: View) -> Iterator[Violation]:
    for interval in view.items(_INTERVALS):
        for name in ("StartTime", "EndTime"):
            yield from rule.missing(interval, name, _BOTH_ENDS)


ENDS: Final = Demand(
    endpoints="notrain", paths=f"{_INTERVALS}[].StartTime {_INTERVALS}[].EndTime", kind="required",
    verdicts=REFUSED, what=Text("an interval has both ends", "区间须写明起止时间"), why=SENT_BACK, judge=_ends,
    valid=(Case({f"{_INTERVALS}[]": {"StartTime": 1, "EndTime": 2}}),),
    invalid=(Case({f"{_INTERVALS}[]": {}}),),
)  # fmt: skip


def _order(rule: Demand, view: View) -> Iterator[Violation]:
    whole = [
        (interval, start, end)
        for interval in view.items(_INTERVALS)
        if (start := interval.number("StartTime")) is not None
        and (end := interval.number("EndTime")) is not None
    ]
    for interval, start, end in whole:
        if start >= end:
            yield _unordered(
                rule,
                interval,
                f"{start:g}–{end:g} s does not run forward",
                f"{start:g}–{end:g} 秒不是先后顺序",
            )
    for (_, _, before), (interval, start, _) in pairwise(whole):
        if start < before:
            yield _unordered(
                rule,
                interval,
                f"begins at {start:g} s, before the interval ahead of it ends ({before:g} s)",
                f"从 {start:g} 秒开始，早于前一区间的结束（{before:g} 秒）",
            )


def _unordered(rule: Demand, interval: View, en: str, zh: str) -> Violation:
    place = interval.prefix
    said = f"{place} value invalid, must be in increasing order"
    told = Text(f"{place}: {en}", f"{place}：{zh}")
    return rule.refuse(interval, "", said, told, limit="increasing, not overlapping")


ORDER: Final = Demand(
    endpoints="notrain", paths=_INTERVALS, kind="order", verdicts=REFUSED,
    what=Text("intervals run forward and do not overlap", "区间须按时间先后且不重叠"), why=SENT_BACK, judge=_order,
    fix=Text("sort the intervals and merge those that overlap", "把区间按时间排序，合并重叠的区间"),
    valid=(Case({_INTERVALS: [{"StartTime": 1, "EndTime": 2}, {"StartTime": 2, "EndTime": 3}]}),),
    invalid=(
        Case({_INTERVALS: [{"StartTime": 1, "EndTime": 3}, {"StartTime": 2, "EndTime": 4}]}),
        Case({_INTERVALS: [{"StartTime": 2, "EndTime": 1}]}),
    ),
)  # fmt: skip


def _switches(rule: Demand, view: View) -> Iterator[Violation]:
    documented, public = (f"VideoParam.{name}" for name in FACE_ID_SWITCHES)
    one, other = view.raw(documented), view.raw(public)
    if one is not None and other is not None and one != other:
        told = Text(
            f"{documented} is {one}, {public} is {other}: they are one switch",
            f"{documented} 为 {one}，{public} 为 {other}：两者是同一个开关",
        )
        said = f"{public} value invalid, differs from {documented}"
        yield rule.refuse(view, public, said, told, measured=other, limit=str(one))


SWITCHES: Final = Demand(
    endpoints="notrain", paths="VideoParam.DisableIdDetect", kind="twice", verdicts=REFUSED,
    what=Text("both names of the face-ID switch have one value", "人脸 ID 开关的两种写法须取值一致"),
    why=Text("which of the two counts is not documented", "未说明以哪个为准"), judge=_switches,
    fix=Text("give VideoParam.DisabledDetect only", "只写 VideoParam.DisabledDetect"),
    valid=(Case({"VideoParam.DisabledDetect": 1, "{path}": 1}), Case({"VideoParam.DisabledDetect": 1})),
    invalid=(Case({"VideoParam.DisabledDetect": 1, "{path}": 0}),),
)  # fmt: skip


def _segment(rule: Demand, view: View) -> Iterator[Violation]:
    """Custom: without StartTime the segment begins at 0."""
    end = view.number("VideoParam.EndTime")
    if view.text("VideoParam.MakeType") != "Custom" or end is None or view.spoiled("VideoParam.StartTime"):
        return
    start = view.number("VideoParam.StartTime") or 0.0
    length = round(end - start, 3)
    if length <= 1:
        told = Text(
            f"the segment {start:g}–{end:g} s is {length:g} s long; it must be longer than 1 s",
            f"片段 {start:g}–{end:g} 秒长 {length:g} 秒；须大于 1 秒",
        )
        said = f"{view.at('VideoParam.EndTime')} value invalid, segment must be longer than 1s"
        yield rule.refuse(view, "VideoParam.EndTime", said, told, measured=length, limit="> 1 s")


SEGMENT: Final = Demand(
    endpoints="notrain", paths="VideoParam.EndTime", kind="segment", verdicts=REFUSED,
    what=Text("a Custom segment is longer than 1 s", "Custom 片段须大于 1 秒"), why=SENT_BACK, judge=_segment,
    valid=(Case({"VideoParam.MakeType": "Custom", "VideoParam.StartTime": 2, "{path}": 3.001}),),
    invalid=(Case({"VideoParam.MakeType": "Custom", "VideoParam.StartTime": 2, "{path}": 3}),),
)  # fmt: skip


def _inside(rule: Demand, view: View) -> Iterator[Finding]:
    """Custom: the segment lies inside the video and is longer than 1 s; else: the start lies inside."""
    used = semantics.footage(view.payload)
    kind = view.text("VideoParam.MakeType") or "Default"
    if kind == "Default" or (used.start == 0 and used.end is None and kind != "Custom"):
        return
    seconds = seconds_of(view, "RefVideoUrl")
    path = "VideoParam.EndTime" if used.end is not None else "VideoParam.StartTime"
    if seconds is None:
        yield rule.unmeasured(view, path, "within the video", of="RefVideoUrl")
        return
    if used.end is not None and round(used.end - seconds, 3) > 0:
        told = Text(
            f"EndTime {used.end:g} s is after the end of the video ({seconds:.3f} s)",
            f"EndTime {used.end:g} 秒超过视频长度（{seconds:.3f} 秒）",
        )
        yield rule.tell(
            view, path, told, measured=used.end, limit=f"≤ {seconds:.3f}", verdict=Verdict.REFUSED
        )
    left = round(seconds - used.start, 3)
    if used.end is None and (left <= 1 if kind == "Custom" else left <= 0):
        told = Text(
            f"from StartTime {used.start:g} s only {max(left, 0):g} s of video are left",
            f"从 StartTime {used.start:g} 秒起只剩 {max(left, 0):g} 秒视频",
        )
        limit = f"< {seconds - 1:.3f}" if kind == "Custom" else f"< {seconds:.3f}"
        yield rule.tell(view, path, told, measured=used.start, limit=limit, verdict=Verdict.REFUSED)


def seconds_of(view: View, path: str) -> float | None:
    """The length of the video at `path`, where it is known."""
    found = view.known.get(path)
    return found.seconds if isinstance(found, VideoFacts) else None


_TWELVE: Final = {"RefVideoUrl": footage(12.0)}
_LONG: Final = "a video of 12 s"

INSIDE: Final = Demand(
    endpoints="notrain", paths="VideoParam.StartTime VideoParam.EndTime", kind="video", files=True,
    verdicts=REFUSED_OR_UNKNOWN, what=Text("the segment lies within the video", "片段须在视频时长内"),
    why=SENT_BACK, judge=_inside,
    valid=(
        Case({"VideoParam.MakeType": "Custom", "VideoParam.EndTime": 10}, known=_TWELVE, beside=_LONG),
        Case({"VideoParam.MakeType": "CustomOnlyStart", "VideoParam.StartTime": 10}, known=_TWELVE, beside=_LONG),
    ),
    invalid=(
        Case({"VideoParam.MakeType": "Custom", "{path}": 13}, known=_TWELVE, beside=_LONG),
    ),
)  # fmt: skip


def _intervals_inside(rule: Demand, view: View) -> Iterator[Finding]:
    seconds = seconds_of(view, "RefVideoUrl")
    for interval in view.items(_INTERVALS):
        end = interval.number("EndTime")
        if seconds is not None and end is not None and round(end - seconds, 3) > 0:
            told = Text(
                f"{interval.prefix} ends at {end:g} s, the video at {seconds:.3f} s",
                f"{interval.prefix} 止于 {end:g} 秒，视频止于 {seconds:.3f} 秒",
            )
            yield rule.tell(interval, "", told, measured=end, limit=f"≤ {seconds:.3f}")


INTERVALS_INSIDE: Final = Demand(
    endpoints="notrain", paths=_INTERVALS, kind="video", verdicts=ADVISED, files=True,
    what=Text("intervals lie within the video", "区间须在视频时长内"), why=NOTHING, judge=_intervals_inside,
    valid=(Case({"{path}": [{"StartTime": 10, "EndTime": 12}]}, known=_TWELVE, beside=_LONG),),
    invalid=(Case({"{path}": [{"StartTime": 10, "EndTime": 13}]}, known=_TWELVE, beside=_LONG),),
)  # fmt: skip

DEMANDS: Final = (ENDS, ORDER, SWITCHES, SEGMENT, INSIDE, INTERVALS_INSIDE)
