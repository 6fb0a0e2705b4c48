"""The rules about faces: footage whose face is to speak, and reference photos."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

from mediaprep.contract.demand import FileDemand, Seen
from mediaprep.contract.judging import View
from mediaprep.contract.limits import OURS
from mediaprep.contract.minimal import footage
from mediaprep.contract.paths import bare
from mediaprep.contract.rules.faces import (
    BLURRED,
    DARK,
    FOOTAGE,
    FRONTAL_YAW,
    NODDING,
    PEOPLE_WIDTH,
    PHOTO,
    PHOTOS,
    SURELY_NODDING,
    TURNED,
    Request,
    some,
    stretches,
    timecode,
)  # fmt: skip
from mediaprep.model.facts import FaceBox, Facts, MeasuredRange, PhotoFacts, Stretch, VideoFaces, VideoFacts
from mediaprep.model.findings import Finding, Text, Verdict

_SOME: Final = 0.25  # share of the pictures beyond which light and blur are worth saying


def judge(endpoint: str, field: str, facts: Facts, request: Request | None = None) -> tuple[Finding, ...]:
    """What speaks against the faces of one file, beside the limits on their number."""
    place = f"{endpoint}.{bare(field)}"
    rules: tuple[FileDemand, ...] = ()
    if isinstance(facts, VideoFacts) and place == _DRIVEN:
        rules = _OF_FOOTAGE if facts.faces and facts.faces.with_face else (SHOWN,)
        given = request is not None and any(View("notrain", request).given(path) for path in (PHOTO, PHOTOS))
        rules = tuple(rule for rule in rules if rule is not PEOPLE or not given)
    elif isinstance(facts, PhotoFacts) and facts.faces:  # their number is a limit of its own
        rules = _OF_PHOTOS
    return tuple(found for rule in rules if place in rule.places for found in rule.judge(rule, place, facts))


def _spots(seen: VideoFaces, is_one: Callable[[FaceBox], bool]) -> str | None:
    """Timecodes of the pictures whose largest face is one."""
    found = [picture.seconds for picture in seen.pictures if picture.faces and is_one(picture.faces[0])]
    return some(timecode(seconds) for seconds in found) or None


# ── footage ────────────────────────────────────────────────────────────────────────────────────────

_ADVISED: Final = (Verdict.ADVISED,)
_DRIVEN: Final = f"notrain.{FOOTAGE}"
_BETTER: Final = Text("faces shown well are followed and driven better", "拍得清楚的人脸，跟踪与驱动效果更好")
_WELL: Final = VideoFaces(
    sampled=16,
    with_face=16,
    most=1,
    complete=True,
    people=1,
    yaw=MeasuredRange(low=-45, high=45),
    usual_pitch=15.0,
)


def _seen(told: str, verdict: Verdict = Verdict.PASS, **changes: Any) -> Seen:
    """Footage whose faces are well shown, but for `changes`."""
    return Seen(told, footage(10.0, faces=replace(_WELL, **changes)), verdict)


def _shown(rule: FileDemand, place: str, facts: VideoFacts) -> Iterator[Finding]:
    seen = facts.faces
    if seen is None:
        why = next((one for one in facts.unmeasured if one.measure == "faces"), None)
        en, zh = (why.en, why.zh) if why else ("faces were not looked for", "未进行人脸检测")
        told = Text(f"whether a face is shown is unknown ({en})", f"是否有人脸未知（{zh}）")
        yield rule.tell(place, Verdict.UNKNOWN, None, told)
    elif seen.with_face == 0 and seen.complete:
        told = Text(
            f"no face anywhere ({seen.sampled} frames, from its beginning to its end); "
            "the service fails footage without one (802003)",
            f"全片未见人脸（从头到尾已看 {seen.sampled} 帧）；无人脸的视频会制作失败（802003）",
        )
        yield rule.tell(place, Verdict.REFUSED, 0, told)
    elif seen.with_face == 0:
        told = Text(
            f"no face on the {seen.sampled} frames looked at; the service fails footage without one (802003)",
            f"所看的 {seen.sampled} 帧中未见人脸；无人脸的视频会制作失败（802003）",
        )
        yield rule.tell(place, Verdict.ADVISED, 0, told)


SHOWN: Final = FileDemand(
    places=(_DRIVEN,), kind="faces", verdicts=(Verdict.REFUSED, Verdict.ADVISED, Verdict.UNKNOWN), limit="≥ 1",
    unit="frame", what=Text("a face is seen in the footage", "视频中能看到人脸"), judge=_shown,
    why=Text(
        "the service fails footage without one (802003); refused once every keyframe was walked",
        "无人脸的视频会制作失败（802003）；看完全部关键帧仍无人脸即拒绝",
    ),
    examples=(
        _seen("1"), _seen("0", Verdict.REFUSED, with_face=0),
        _seen("0, not all of it seen", Verdict.ADVISED, with_face=0, complete=False),
    ),
)  # fmt: skip


def _gaps(rule: FileDemand, place: str, facts: VideoFacts) -> Iterator[Finding]:
    gaps = facts.faces.gaps if facts.faces else ()
    if gaps:
        total = round(sum(gap.end - gap.start for gap in gaps), 3)
        spots = stretches(gaps)
        told = Text(
            f"no face is seen for up to {total:g} s ({spots}); the service may lose the face there (802003)",
            f"有 {len(gaps)} 段未见人脸，最长共 {total:g} 秒（{spots}）；服务可能在此丢失人脸（802003）",
        )
        yield rule.tell(place, Verdict.ADVISED, total, told, where=spots)


GAPS: Final = FileDemand(
    places=(_DRIVEN,), kind="face_gaps", verdicts=_ADVISED, limit="0", unit="s", judge=_gaps,
    what=Text("a face is seen throughout", "全程可见人脸"), source="task code 802003",
    why=Text("the service may lose the face (802003)", "服务可能丢失人脸（802003）"),
    fix=Text(
        "cut these parts out, or name the part to use with MakeType Custom",
        "剪去这些片段，或用 MakeType Custom 指定使用的片段",
    ),
    examples=(_seen("0"), _seen("1.5", Verdict.ADVISED, gaps=(Stretch(start=1.0, end=2.5),))),
)  # fmt: skip


def _yaw(rule: FileDemand, place: str, facts: VideoFacts) -> Iterator[Finding]:
    seen = facts.faces
    if seen is None or seen.yaw is None or max(-seen.yaw.low, seen.yaw.high) <= TURNED:
        return
    worst = seen.yaw.low if -seen.yaw.low > seen.yaw.high else seen.yaw.high
    between = f"{seen.yaw.low:.0f}…{seen.yaw.high:.0f}°"
    told = Text(
        f"the head turns by {between} (beyond {TURNED:g}° on {seen.turned} of {seen.with_face} frames): "
        "at most 45° to a side is advised",
        f"头部水平转动 {between}（{seen.with_face} 帧中有 {seen.turned} 帧超过 {TURNED:g}°）：建议不超过 45°",
    )
    spots = _spots(seen, lambda face: face.yaw is not None and abs(face.yaw) > TURNED)
    yield rule.tell(place, Verdict.ADVISED, worst, told, where=spots)


YAW: Final = FileDemand(
    places=(_DRIVEN,), kind="face_yaw", verdicts=_ADVISED, limit="[-45, 45]", unit="°", judge=_yaw, why=_BETTER,
    what=Text("the head turns by at most 45° to a side", "头部水平转动不超过 45°"),
    examples=(_seen("45"), _seen("-46", Verdict.ADVISED, yaw=MeasuredRange(low=-46, high=3), turned=1)),
)  # fmt: skip


def _pitch(rule: FileDemand, place: str, facts: VideoFacts) -> Iterator[Finding]:
    seen = facts.faces
    usual = seen.usual_pitch if seen else None
    if seen is None or usual is None or usual <= NODDING:
        return
    spots = _spots(seen, lambda face: face.pitch is not None and abs(face.pitch) > NODDING)
    if usual <= SURELY_NODDING:
        told = Text(
            f"the head seems to nod by {usual:g}°; at most 15° is advised, but an opening mouth looks the "
            "same: not measurable this way, look at it yourself",
            f"头部俯仰看似 {usual:g}°，建议不超过 15°；张嘴也会造成同样的读数，此方法无法判定，请人工确认",
        )
        yield rule.tell(place, Verdict.UNKNOWN, usual, told, where=spots)
    else:
        told = Text(
            f"the head nods by {usual:g}°; at most 15° is advised", f"头部俯仰 {usual:g}°；建议不超过 15°"
        )
        yield rule.tell(place, Verdict.ADVISED, usual, told, where=spots)


PITCH: Final = FileDemand(
    places=(_DRIVEN,), kind="face_pitch", verdicts=(Verdict.ADVISED, Verdict.UNKNOWN), limit="[-15, 15]", unit="°",
    what=Text("the head nods by at most 15°", "头部俯仰不超过 15°"), judge=_pitch,
    why=Text(
        "an opening mouth looks like a nod, so that 15° to 25° cannot be told",
        "张嘴会被读作低头，因此 15° 至 25° 之间无法判定",
    ),
    examples=(
        _seen("15"), _seen("20", Verdict.UNKNOWN, usual_pitch=20.0), _seen("26", Verdict.ADVISED, usual_pitch=26.0),
    ),
)  # fmt: skip


def _light(rule: FileDemand, place: str, facts: VideoFacts) -> Iterator[Finding]:
    seen = facts.faces
    if seen and seen.dark > _SOME * seen.with_face:
        told = Text(
            f"the face is dark on {seen.dark} of {seen.with_face} frames (mean grey below {DARK:g}): "
            "steady light is advised",
            f"{seen.with_face} 帧中有 {seen.dark} 帧面部过暗（平均灰度低于 {DARK:g}）：建议光线稳定充足",
        )
        spots = _spots(seen, lambda face: face.brightness is not None and face.brightness < DARK)
        yield rule.tell(place, Verdict.ADVISED, seen.dark, told, where=spots)


LIGHT: Final = FileDemand(
    places=(_DRIVEN,), kind="face_light", verdicts=_ADVISED, limit="0", unit="frame", judge=_light, why=_BETTER,
    what=Text("the face is not dark (mean grey 50 and more)", "面部不过暗（平均灰度不低于 50）"),
    examples=(_seen("0 of 16"), _seen("8 of 16", Verdict.ADVISED, dark=8)),
)  # fmt: skip


def _blur(rule: FileDemand, place: str, facts: VideoFacts) -> Iterator[Finding]:
    seen = facts.faces
    if seen and seen.blurred > _SOME * seen.with_face:
        told = Text(
            f"the face is blurred on {seen.blurred} of {seen.with_face} frames (sharpness below {BLURRED:g})",
            f"{seen.with_face} 帧中有 {seen.blurred} 帧面部模糊（清晰度低于 {BLURRED:g}）",
        )
        spots = _spots(seen, lambda face: face.sharpness is not None and face.sharpness < BLURRED)
        yield rule.tell(place, Verdict.ADVISED, seen.blurred, told, where=spots)


BLUR: Final = FileDemand(
    places=(_DRIVEN,), kind="face_blur", verdicts=_ADVISED, limit="0", unit="frame", judge=_blur, why=_BETTER,
    what=Text("the face is sharp (variance of the Laplacian 60 and more)", "面部清晰（拉普拉斯方差不低于 60）"),
    source=OURS, examples=(_seen("0 of 16"), _seen("8 of 16", Verdict.ADVISED, blurred=8)),
)  # fmt: skip


def _people(rule: FileDemand, place: str, facts: VideoFacts) -> Iterator[Finding]:
    people = facts.faces.people if facts.faces else None
    if people is not None and people > 1:
        told = Text(
            f"at least {people} people are seen; without a reference photo the largest face of the first picture "
            "that shows one is driven",
            f"至少出现 {people} 人；未提供参考照片时，驱动首个有人脸画面中最大的那张脸",
        )
        yield rule.tell(place, Verdict.ADVISED, people, told)


PEOPLE: Final = FileDemand(
    places=(_DRIVEN,), kind="people", verdicts=_ADVISED, limit="1", unit="people", judge=_people,
    what=Text("one person is seen, or a photo says who speaks", "只出现一人，或用照片指定说话人"),
    why=Text(
        "without a photo the largest face of the first picture with one is driven",
        "未提供照片时，驱动首个有人脸画面中最大的那张脸",
    ),
    fix=Text("say who speaks with VideoParam.RefPhotoUrl", "用 VideoParam.RefPhotoUrl 指定说话人"),
    examples=(_seen("1"), _seen("2", Verdict.ADVISED, people=2)),
)  # fmt: skip

_OF_FOOTAGE: Final = (SHOWN, GAPS, YAW, PITCH, LIGHT, BLUR, PEOPLE)

# ── photos: the face is there, only how it is shown may be better ──────────────────────────────────

_ALL_PHOTOS: Final = (f"notrain.{PHOTO}", f"notrain.{PHOTOS}", "photo.RefPhotoUrl")
_FACE: Final = FaceBox(
    x=10, y=10, width=200, height=200, score=0.9, yaw=0.0, pitch=0.0, brightness=120.0, sharpness=300.0
)


def _photo(told: str, verdict: Verdict = Verdict.PASS, **changes: Any) -> Seen:
    """A photo whose face is well shown, but for `changes`."""
    face = replace(_FACE, **changes)
    return Seen(told, PhotoFacts(format="jpg", width=800, height=800, size_bytes=1, faces=(face,)), verdict)


def _first(facts: PhotoFacts) -> tuple[FaceBox, str]:
    """The largest face, and where it is."""
    assert facts.faces
    face = facts.faces[0]
    return face, f"{face.x},{face.y} {face.width}×{face.height}"


def _turned(rule: FileDemand, place: str, facts: PhotoFacts) -> Iterator[Finding]:
    face, where = _first(facts)
    if face.yaw is not None and abs(face.yaw) > FRONTAL_YAW:
        told = Text(
            f"the face is turned by {face.yaw:.0f}°; a frontal face is asked for",
            f"人脸转向 {face.yaw:.0f}°；要求为正脸",
        )
        yield rule.tell(place, Verdict.ADVISED, face.yaw, told, where=where)


def _small(rule: FileDemand, place: str, facts: PhotoFacts) -> Iterator[Finding]:
    face, where = _first(facts)
    side = min(face.width, face.height)
    if side < PEOPLE_WIDTH:
        told = Text(
            f"the face is only {side} px wide; 60 and more are clear", f"人脸仅 {side} 像素；建议不小于 60"
        )
        yield rule.tell(place, Verdict.ADVISED, side, told, where=where)


def _dark(rule: FileDemand, place: str, facts: PhotoFacts) -> Iterator[Finding]:
    face, where = _first(facts)
    if face.brightness is not None and face.brightness < DARK:
        told = Text(
            f"the face is dark (mean grey {face.brightness:g}, below {DARK:g})",
            f"面部过暗（平均灰度 {face.brightness:g}，低于 {DARK:g}）",
        )
        yield rule.tell(place, Verdict.ADVISED, face.brightness, told, where=where)


def _blurred(rule: FileDemand, place: str, facts: PhotoFacts) -> Iterator[Finding]:
    face, where = _first(facts)
    if face.sharpness is not None and face.sharpness < BLURRED:
        told = Text(
            f"the face is blurred (sharpness {face.sharpness:g}, below {BLURRED:g})",
            f"面部模糊（清晰度 {face.sharpness:g}，低于 {BLURRED:g}）",
        )
        yield rule.tell(place, Verdict.ADVISED, face.sharpness, told, where=where)


_OF_PHOTOS: Final = (
    FileDemand(
        places=(f"notrain.{PHOTO}",), kind="face_yaw", verdicts=_ADVISED, limit="[-35, 35]", unit="°", judge=_turned,
        what=Text("the photo shows the face from the front", "照片为正脸"),
        why=Text("profiles are told apart badly; RefPhotoUrls may show them", "侧脸难以区分；RefPhotoUrls 可含侧脸"),
        examples=(_photo("35", yaw=35.0), _photo("36", Verdict.ADVISED, yaw=36.0)),
    ),
    FileDemand(
        places=_ALL_PHOTOS, kind="face_size", verdicts=_ADVISED, limit="≥ 60", unit="px", judge=_small, why=_BETTER,
        what=Text("the face is large enough to be clear", "人脸足够大"),
        examples=(_photo("60", width=60), _photo("59", Verdict.ADVISED, width=59)),
    ),
    FileDemand(
        places=_ALL_PHOTOS, kind="face_light", verdicts=_ADVISED, limit="≥ 50", judge=_dark, why=_BETTER,
        what=Text("the face is not dark", "面部不过暗"),
        examples=(_photo("50", brightness=50.0), _photo("49", Verdict.ADVISED, brightness=49.0)),
    ),
    FileDemand(
        places=_ALL_PHOTOS, kind="face_blur", verdicts=_ADVISED, limit="≥ 60", judge=_blurred, why=_BETTER,
        what=Text("the face is sharp", "面部清晰"),
        examples=(_photo("60", sharpness=60.0), _photo("59", Verdict.ADVISED, sharpness=59.0)),
    ),
)  # fmt: skip

DEMANDS: Final = (*_OF_FOOTAGE, *_OF_PHOTOS)
