"""What a no-train request says in vain, or what may surprise: accepted, made and paid for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mediaprep.contract import semantics
from mediaprep.contract.chapters.fields import Decimals
from mediaprep.contract.demand import ADVISED, NOTHING, Case, Demand
from mediaprep.contract.judging import View
from mediaprep.contract.minimal import URL, footage
from mediaprep.contract.profiles import FACE_ID_SWITCHES
from mediaprep.model.facts import VideoFacts
from mediaprep.model.findings import Finding, Text, Verdict

_MAKE: Final = "VideoParam.MakeType"
_MADE: Final = ("Default", "Custom", "Circle", "CustomOnlyStart")
_PHOTO, _PHOTOS = "VideoParam.RefPhotoUrl", "VideoParam.RefPhotoUrls"
_MILLISECONDS: Final = Decimals(3)
_SAME_RATE: Final = 0.01  # fps
LEAVE_OUT: Final = Text("leave it out", "去掉该参数")


def _unused_stretch(rule: Demand, view: View) -> Iterator[Finding]:
    if view.spoiled(_MAKE):
        return
    kind = view.text(_MAKE) or "Default"
    why = Text(f"MakeType is {kind}", f"MakeType 为 {kind}")
    vain = {
        "VideoParam.StartTime": kind == "Default",
        "VideoParam.EndTime": kind != "Custom",
        "VideoLoop": kind in ("Circle", "CustomOnlyStart"),
    }
    for path, nothing in vain.items():
        if nothing and view.nonzero(path):
            yield rule.no_effect(view, path, why)


STRETCH: Final = Demand(
    endpoints="notrain", paths="VideoParam.StartTime VideoParam.EndTime VideoLoop", kind="effect", verdicts=ADVISED,
    what=Text("a value here has no effect with: MakeType", "在此情况下不生效：MakeType"), why=NOTHING, fix=LEAVE_OUT,
    judge=_unused_stretch,
    valid=(
        *(Case({_MAKE: kind, "{path}": 3}, of="VideoParam.StartTime") for kind in _MADE[1:]),
        Case({_MAKE: "Custom", "{path}": 3}, of="VideoParam.EndTime"),
        Case({_MAKE: "Default", "{path}": 1}, of="VideoLoop"),
    ),
    invalid=(
        Case({_MAKE: "Default", "{path}": 3}, of="VideoParam.StartTime"),
        *(Case({_MAKE: kind, "{path}": 3}, of="VideoParam.EndTime") for kind in _MADE if kind != "Custom"),
        *(Case({_MAKE: kind, "{path}": 1}, of="VideoLoop") for kind in _MADE[2:]),
    ),
)  # fmt: skip


def _two_loops(rule: Demand, view: View) -> Iterator[Finding]:
    if view.nonzero("VideoLoop") and view.text(_MAKE) == "Custom":
        told = Text(
            "VideoLoop 1 with MakeType Custom is not defined: Custom loops forward and backward",
            "MakeType 为 Custom 时 VideoLoop 1 未定义：Custom 说明为正倒放循环",
        )
        yield rule.tell(view, "VideoLoop", told, measured=view.raw("VideoLoop"), limit="0")


TWO_LOOPS: Final = Demand(
    endpoints="notrain", paths="VideoLoop", kind="custom", verdicts=ADVISED, judge=_two_loops,
    what=Text("VideoLoop 1 is not defined with MakeType Custom", "MakeType 为 Custom 时 VideoLoop 1 未定义"),
    why=Text("which of the two loops is used is not said", "未说明采用哪种循环"),
    valid=(Case({_MAKE: "Custom", "VideoParam.EndTime": 3, "{path}": 0}),),
    invalid=(Case({_MAKE: "Custom", "VideoParam.EndTime": 3, "{path}": 1}),),
)  # fmt: skip


def _unused_photos(rule: Demand, view: View) -> Iterator[Finding]:
    off = any(view.number(f"VideoParam.{name}") == 1 for name in FACE_ID_SWITCHES)
    why = Text("face-ID tracking is off", "已关闭人脸 ID 追踪")
    for path in (_PHOTO, _PHOTOS):
        if view.given(path) and off:
            yield rule.no_effect(view, path, why)
    if view.given("VideoParam.FaceMatchMode") and (off or not (view.given(_PHOTO) or view.given(_PHOTOS))):
        unset = Text("no reference photo is given", "没有给参考图")
        yield rule.no_effect(view, "VideoParam.FaceMatchMode", why if off else unset)


PHOTOS: Final = Demand(
    endpoints="notrain", paths=f"{_PHOTO} {_PHOTOS} VideoParam.FaceMatchMode", kind="effect", verdicts=ADVISED,
    what=Text("a value here has no effect with: face-ID tracking is off", "在此情况下不生效：face-ID tracking is off"),
    why=NOTHING, fix=LEAVE_OUT, judge=_unused_photos,
    valid=(
        Case({"{path}": URL, "VideoParam.DisabledDetect": 0}, of=_PHOTO),
        Case({"{path}": [URL, URL]}, of=_PHOTOS),
        Case({"{path}": "Strict", _PHOTO: URL}, of="VideoParam.FaceMatchMode"),
        Case({"{path}": "Strict", _PHOTOS: [URL, URL]}, of="VideoParam.FaceMatchMode"),
    ),
    invalid=(
        Case({"{path}": URL, "VideoParam.DisabledDetect": 1}, of=_PHOTO),
        Case({"{path}": URL, "VideoParam.DisableIdDetect": 1}, of=_PHOTO),
        Case({"{path}": [URL, URL], "VideoParam.DisabledDetect": 1}, of=_PHOTOS),
        Case({"{path}": "Strict"}, of="VideoParam.FaceMatchMode"),
        Case({"{path}": "Strict", _PHOTO: URL, "VideoParam.DisabledDetect": 1}, of="VideoParam.FaceMatchMode"),
    ),
)  # fmt: skip


def _replaced(rule: Demand, view: View) -> Iterator[Finding]:
    if view.given(_PHOTO) and view.given(_PHOTOS):
        told = Text(
            "RefPhotoUrls is given, so RefPhotoUrl is ignored", "已有 RefPhotoUrls，RefPhotoUrl 会被忽略"
        )
        yield rule.tell(view, _PHOTO, told, limit="RefPhotoUrls")


REPLACED: Final = Demand(
    endpoints="notrain", paths=_PHOTO, kind="ignored", verdicts=ADVISED, judge=_replaced,
    what=Text("RefPhotoUrl or RefPhotoUrls, not both", "RefPhotoUrl 与 RefPhotoUrls 只写一个"),
    why=Text("RefPhotoUrl is ignored beside RefPhotoUrls", "两者都写时忽略 RefPhotoUrl"),
    valid=(Case({_PHOTOS: [URL, URL]}),), invalid=(Case({_PHOTOS: [URL, URL], "{path}": URL}),),
)  # fmt: skip


def _few_photos(rule: Demand, view: View) -> Iterator[Finding]:
    photos = view.raw(_PHOTOS)
    if isinstance(photos, list) and photos and not 2 <= len(photos) <= 5:
        told = Text(
            f"{len(photos)} reference photos; 2 to 5 are advised", f"{len(photos)} 张参考图；建议 2 至 5 张"
        )
        yield rule.tell(view, _PHOTOS, told, measured=len(photos), limit="2-5")


FEW_PHOTOS: Final = Demand(
    endpoints="notrain", paths=_PHOTOS, kind="advised_count", verdicts=ADVISED, judge=_few_photos,
    what=Text("2 to 5 reference photos", "参考图建议 2 至 5 张"),
    why=Text("fewer or more may be matched worse", "过少或过多会影响匹配"),
    valid=(Case({"{path}": [URL] * 2}), Case({"{path}": [URL] * 5})),
    invalid=(Case({"{path}": [URL]}), Case({"{path}": [URL] * 6})),
)  # fmt: skip


def _decimals(rule: Demand, view: View) -> Iterator[Finding]:
    places = [(view, "VideoParam.StartTime"), (view, "VideoParam.EndTime")]
    for interval in view.items("VideoParam.DisableIntervals"):
        places += [(interval, "StartTime"), (interval, "EndTime")]
    for holder, path in places:
        value = holder.number(path)
        if value is not None and _MILLISECONDS.lost(value):
            place = holder.at(path)
            told = Text(f"{place}: only 3 decimals count", f"{place}：只有小数点后 3 位有效")
            yield rule.tell(holder, path, told, measured=value, limit="3 decimals")


DECIMALS: Final = Demand(
    endpoints="notrain", paths="VideoParam.StartTime VideoParam.EndTime "
    "VideoParam.DisableIntervals[].StartTime VideoParam.DisableIntervals[].EndTime", kind="decimals",
    verdicts=ADVISED, what=Text("3 decimals count", "只有小数点后 3 位有效"),
    why=Text("the rest is dropped", "其余会被舍去"), judge=_decimals,
    valid=(Case({"{path}": 1.234}),), invalid=(Case({"{path}": 1.2345}),),
)  # fmt: skip


def _shared_size(rule: Demand, view: View) -> Iterator[Finding]:
    found, asked = view.known.get("RefVideoUrl"), view.text("ConcurrencyType")
    if asked == "Exclusive" or not isinstance(found, VideoFacts):
        return
    if not semantics.fits(found.width, found.height, "Shared"):
        size = f"{found.width}x{found.height}"
        when = Text("with Shared", "使用 Shared 时") if asked else Text("if Shared is used", "若使用 Shared")
        told = Text(
            f"{size} is larger than the 2560×1440 that is made {when.en}: the size will not be kept",
            f"{size} 大于{when.zh}支持的最大输出 2560×1440：输出不会保持原尺寸",
        )
        yield rule.tell(view, "RefVideoUrl", told, measured=size, limit="2560x1440")


SHARED_SIZE: Final = Demand(
    endpoints="notrain", paths="RefVideoUrl", kind="resolution@Shared", verdicts=ADVISED, files=True,
    what=Text("Shared makes up to 2560×1440", "Shared 最大输出 2560×1440"), judge=_shared_size,
    why=Text("a larger video does not keep its size", "更大的视频不会保持原尺寸"),
    fix=Text("scale the video down, or use Exclusive", "缩小视频，或使用 Exclusive"),
    valid=(Case(known={"RefVideoUrl": footage(size=(1440, 2560))}, beside="a video of 1440×2560"),),
    invalid=(Case(known={"RefVideoUrl": footage(size=(3840, 2160))}, beside="a video of 3840×2160"),),
)  # fmt: skip


def _frame_rate(rule: Demand, view: View) -> Iterator[Finding]:
    found = view.known.get("RefVideoUrl")
    if view.number("VideoParametersConsistent") != 1 or not isinstance(found, VideoFacts):
        return
    if not found.fps or not found.bitrate:
        yield rule.unmeasured(view, "VideoParametersConsistent", "as the video", of="RefVideoUrl")
        return
    made = semantics.encoding(view.payload, found.fps, found.bitrate)
    if abs(made.fps - found.fps) > _SAME_RATE:
        told = Text(
            f"the video has {found.fps:g} fps; the result will have {made.fps:g}",
            f"视频为 {found.fps:g} fps；结果将为 {made.fps:g} fps",
        )
        low, high = semantics.FPS_ENDS
        limit = f"{low:g}-{high:g} fps"
        yield rule.tell(view, "VideoParametersConsistent", told, measured=found.fps, limit=limit)


_AS_VIDEO: Final = {"VideoParametersConsistent": 1}

FRAME_RATE: Final = Demand(
    endpoints="notrain", paths="VideoParametersConsistent", kind="frame_rate", files=True,
    verdicts=(Verdict.ADVISED, Verdict.UNKNOWN), judge=_frame_rate,
    what=Text("a frame rate that the result can keep", "结果能保持的帧率"),
    why=Text("beyond 15 to 60 fps the result differs from the video", "超出 15–60 fps 时结果与视频不同"),
    valid=(Case(_AS_VIDEO, known={"RefVideoUrl": footage(fps=50.0, bitrate=6_000_000)}, beside="a video of 50 fps"),),
    invalid=(
        Case(_AS_VIDEO, known={"RefVideoUrl": footage(fps=120.0, bitrate=6_000_000)}, beside="a video of 120 fps"),
    ),
)  # fmt: skip


def _bitrate(rule: Demand, view: View) -> Iterator[Finding]:
    found = view.known.get("RefVideoUrl")
    if view.number("VideoParametersConsistent") != 1 or not isinstance(found, VideoFacts):
        return
    if not found.fps or not found.bitrate:
        return  # told of the frame rate
    kept = semantics.encoding(view.payload, found.fps, found.bitrate).bits_per_second
    if kept is not None and kept != found.bitrate:
        told = Text(
            f"the video has {found.bitrate // 1000} kbit/s; the result will have {kept // 1000}",
            f"视频码率为 {found.bitrate // 1000} kbit/s；结果将为 {kept // 1000} kbit/s",
        )
        low, high = semantics.BITRATE_ENDS
        limit = f"{low // 1000}-{high // 1000} kbit/s"
        yield rule.tell(view, "VideoParametersConsistent", told, measured=found.bitrate // 1000, limit=limit)


BITRATE: Final = Demand(
    endpoints="notrain", paths="VideoParametersConsistent", kind="bitrate", verdicts=ADVISED, files=True,
    what=Text("a bit rate that the result can keep", "结果能保持的码率"), judge=_bitrate,
    why=Text(
        "beyond 1000 to 9000 kbit/s the result differs from the video", "超出 1000–9000 kbit/s 时结果与视频不同"
    ),
    valid=(Case(_AS_VIDEO, known={"RefVideoUrl": footage(fps=25.0, bitrate=6_000_000)}, beside="a video of 6 Mbit/s"),),
    invalid=(
        Case(_AS_VIDEO, known={"RefVideoUrl": footage(fps=25.0, bitrate=12_000_000)}, beside="a video of 12 Mbit/s"),
    ),
)  # fmt: skip

DEMANDS: Final = (
    STRETCH, TWO_LOOPS, PHOTOS, REPLACED, FEW_PHOTOS, DECIMALS, SHARED_SIZE, FRAME_RATE, BITRATE,
)  # fmt: skip
