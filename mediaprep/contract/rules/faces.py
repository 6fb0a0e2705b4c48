"""What is asked of faces: footage whose face is to speak, reference photos, and both together.

The docs ask for a face, turned by at most 45° and nodding by at most 15°, in steady light and unoccluded; of a
reference photo for one clear frontal face of a person in the video. Where a detector is not sure it says so:
pitch follows the opening mouth, profiles and faces below 60 pixels cannot be told apart, and absence is
concluded only after every keyframe was walked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from mediaprep.contract.judging import View
from mediaprep.contract.paths import bare
from mediaprep.contract.profiles import FACE_ID_SWITCHES
from mediaprep.model.facts import FaceBox, Facts, PhotoFacts, Stretch, VideoFaces, VideoFacts
from mediaprep.model.findings import Finding, Text, Verdict

TURNED: Final = 45.0  # degrees of yaw
NODDING: Final = 15.0  # degrees of pitch …
SURELY_NODDING: Final = 25.0  # … and where even an opening mouth does not explain it
FRONTAL_YAW: Final = 35.0  # further turned it is a profile
PEOPLE_WIDTH: Final = 60  # pixels; smaller faces are not told apart
DARK: Final = 50.0  # mean grey of the upright face
BLURRED: Final = 60.0  # variance of its Laplacian
_SOME: Final = 0.25  # share of the pictures beyond which light and blur are worth saying
_SHOWN: Final = 5  # places told of one finding

FOOTAGE: Final = "RefVideoUrl"
PHOTO, PHOTOS = "VideoParam.RefPhotoUrl", "VideoParam.RefPhotoUrls"

Request = Mapping[str, Any]


def judge(endpoint: str, field: str, facts: Facts, request: Request | None = None) -> tuple[Finding, ...]:
    """What speaks against the faces of one file, beside the limits on their number."""
    path = bare(field)
    if isinstance(facts, VideoFacts) and (endpoint, path) == ("notrain", FOOTAGE):
        return tuple(_footage(f"{endpoint}.{path}", facts, request))
    if isinstance(facts, PhotoFacts) and path.rpartition(".")[2].startswith("RefPhotoUrl"):
        return tuple(_photo(f"{endpoint}.{path}", facts, frontal=path == PHOTO))
    return ()


def is_about_faces(rule: str) -> bool:
    """Whether a rule (by its id) is about faces, here, among the limits or in `person`."""
    kind = rule.rpartition(".")[2]
    return kind in {"people", "person"} or kind.startswith("face")


def tracked(request: Request) -> bool:
    """Whether face-ID tracking is on: reference photos count only then."""
    view = View("notrain", request)
    return not any(view.number(f"VideoParam.{name}") == 1 for name in FACE_ID_SWITCHES)


def is_photo(field: str) -> bool:
    """Whether this is a reference photo of notrain."""
    return bare(field) in (PHOTO, PHOTOS)


def counts(request: Request, field: str) -> bool:
    """Whether a reference photo of notrain has an effect: tracking is on, and RefPhotoUrls replace
    RefPhotoUrl."""
    replaced = bare(field) == PHOTO and View("notrain", request).given(PHOTOS)
    return tracked(request) and not replaced


# ── footage ────────────────────────────────────────────────────────────────────────────────────────


def _footage(where: str, facts: VideoFacts, request: Request | None) -> Iterator[Finding]:
    seen = facts.faces
    if seen is None:
        yield _face(where, Verdict.UNKNOWN, None, _not_looked_for(facts))
        return
    if seen.with_face == 0:
        yield _face(where, Verdict.REFUSED if seen.complete else Verdict.ADVISED, 0, _no_face(seen))
        return
    for rule in (_gaps, _yaw, _pitch, _light, _blur):
        yield from rule(where, seen)
    photos = request is not None and any(View("notrain", request).given(path) for path in (PHOTO, PHOTOS))
    if seen.people is not None and seen.people > 1 and not photos:
        yield from _people(where, seen.people)


def _finding(
    rule: str,
    verdict: Verdict,
    measured: object,
    limit: str,
    message: Text,
    *,
    unit: str = "",
    fix: Text | None = None,
    where: str | None = None,
) -> Finding:
    return Finding(
        rule=rule, verdict=verdict, measured=measured, limit=limit, unit=unit, message=message, fix=fix,
        where=where,
    )  # fmt: skip


def _face(where: str, verdict: Verdict, measured: object, message: Text) -> Finding:
    return _finding(f"{where}.faces", verdict, measured, "≥ 1", message, unit="frame")


def _not_looked_for(facts: VideoFacts) -> Text:
    for reason in facts.unmeasured:
        if reason.measure == "faces":
            return Text(f"whether a face is shown is unknown ({reason.en})", f"是否有人脸未知（{reason.zh}）")
    return Text(
        "whether a face is shown is unknown (faces were not looked for)", "是否有人脸未知（未进行人脸检测）"
    )


def _no_face(seen: VideoFaces) -> Text:
    if seen.complete:
        return Text(
            f"no face anywhere ({seen.sampled} frames, from its beginning to its end); "
            "the service fails footage without one (802003)",
            f"全片未见人脸（从头到尾已看 {seen.sampled} 帧）；无人脸的视频会制作失败（802003）",
        )
    return Text(
        f"no face on the {seen.sampled} frames looked at; the service fails footage without one (802003)",
        f"所看的 {seen.sampled} 帧中未见人脸；无人脸的视频会制作失败（802003）",
    )


CUT_OUT: Final = Text(
    "cut these parts out, or name the part to use with MakeType Custom",
    "剪去这些片段，或用 MakeType Custom 指定使用的片段",
)


def _gaps(where: str, seen: VideoFaces) -> Iterator[Finding]:
    if not seen.gaps:
        return
    total = round(sum(gap.end - gap.start for gap in seen.gaps), 3)
    spots = stretches(seen.gaps)
    count = len(seen.gaps)
    told = Text(
        f"no face is seen for up to {total:g} s ({spots}); the service may lose the face there (802003)",
        f"有 {count} 段未见人脸，最长共 {total:g} 秒（{spots}）；服务可能在此丢失人脸（802003）",
    )
    yield _finding(
        f"{where}.face_gaps", Verdict.ADVISED, total, "0", told, unit="s", fix=CUT_OUT, where=spots
    )


def _yaw(where: str, seen: VideoFaces) -> Iterator[Finding]:
    if seen.yaw is None or max(-seen.yaw.low, seen.yaw.high) <= TURNED:
        return
    worst = seen.yaw.low if -seen.yaw.low > seen.yaw.high else seen.yaw.high
    between = f"{seen.yaw.low:.0f}…{seen.yaw.high:.0f}°"
    told = Text(
        f"the head turns by {between} (beyond {TURNED:g}° on {seen.turned} of {seen.with_face} frames): "
        "at most 45° to a side is advised",
        f"头部水平转动 {between}（{seen.with_face} 帧中有 {seen.turned} 帧超过 {TURNED:g}°）：建议不超过 45°",
    )
    spots = _spots(seen, lambda face: face.yaw is not None and abs(face.yaw) > TURNED)
    yield _finding(f"{where}.face_yaw", Verdict.ADVISED, worst, "[-45, 45]", told, unit="°", where=spots)


def _pitch(where: str, seen: VideoFaces) -> Iterator[Finding]:
    usual = seen.usual_pitch
    if usual is None or usual <= NODDING:
        return
    spots = _spots(seen, lambda face: face.pitch is not None and abs(face.pitch) > NODDING)
    if usual <= SURELY_NODDING:
        verdict = Verdict.UNKNOWN
        told = Text(
            f"the head seems to nod by {usual:g}°; at most 15° is advised, but an opening mouth looks the "
            "same: not measurable this way, look at it yourself",
            f"头部俯仰看似 {usual:g}°，建议不超过 15°；张嘴也会造成同样的读数，此方法无法判定，请人工确认",
        )
    else:
        verdict = Verdict.ADVISED
        told = Text(
            f"the head nods by {usual:g}°; at most 15° is advised", f"头部俯仰 {usual:g}°；建议不超过 15°"
        )
    yield _finding(f"{where}.face_pitch", verdict, usual, "[-15, 15]", told, unit="°", where=spots)


def _light(where: str, seen: VideoFaces) -> Iterator[Finding]:
    if seen.dark <= _SOME * seen.with_face:
        return
    told = Text(
        f"the face is dark on {seen.dark} of {seen.with_face} frames (mean grey below {DARK:g}): "
        "steady light is advised",
        f"{seen.with_face} 帧中有 {seen.dark} 帧面部过暗（平均灰度低于 {DARK:g}）：建议光线稳定充足",
    )
    spots = _spots(seen, lambda face: face.brightness is not None and face.brightness < DARK)
    yield _finding(f"{where}.face_light", Verdict.ADVISED, seen.dark, "0", told, unit="frame", where=spots)


def _blur(where: str, seen: VideoFaces) -> Iterator[Finding]:
    if seen.blurred <= _SOME * seen.with_face:
        return
    told = Text(
        f"the face is blurred on {seen.blurred} of {seen.with_face} frames (sharpness below {BLURRED:g})",
        f"{seen.with_face} 帧中有 {seen.blurred} 帧面部模糊（清晰度低于 {BLURRED:g}）",
    )
    spots = _spots(seen, lambda face: face.sharpness is not None and face.sharpness < BLURRED)
    yield _finding(f"{where}.face_blur", Verdict.ADVISED, seen.blurred, "0", told, unit="frame", where=spots)


def _people(where: str, people: int) -> Iterator[Finding]:
    told = Text(
        f"at least {people} people are seen; without a reference photo the largest face of the first picture "
        "that shows one is driven",
        f"至少出现 {people} 人；未提供参考照片时，驱动首个有人脸画面中最大的那张脸",
    )
    fix = Text("say who speaks with VideoParam.RefPhotoUrl", "用 VideoParam.RefPhotoUrl 指定说话人")
    yield _finding(f"{where}.people", Verdict.ADVISED, people, "1", told, unit="people", fix=fix)


def _spots(seen: VideoFaces, is_one: Callable[[FaceBox], bool]) -> str | None:
    """Timecodes of the pictures whose largest face is one."""
    found = [picture.seconds for picture in seen.pictures if picture.faces and is_one(picture.faces[0])]
    return _some(timecode(seconds) for seconds in found) or None


def stretches(gaps: Sequence[Stretch]) -> str:
    """0:02.000–0:04.500, …"""
    return _some(f"{timecode(gap.start)}–{timecode(gap.end)}" for gap in gaps)


def _some(places: Iterable[str]) -> str:
    """The first few, and whether there are more."""
    found = list(places)
    return ", ".join(found[:_SHOWN]) + (" …" if len(found) > _SHOWN else "")


def timecode(seconds: float) -> str:
    """62.5 → 1:02.500."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes}:{rest // 1000:02}.{rest % 1000:03}"


# ── photos ─────────────────────────────────────────────────────────────────────────────────────────


def _photo(where: str, facts: PhotoFacts, *, frontal: bool) -> Iterator[Finding]:
    """All of it advice: the face is there, only how it is shown may be better."""
    if not facts.faces:
        return  # their number is a limit of its own
    face = facts.faces[0]
    place = f"{face.x},{face.y} {face.width}×{face.height}"
    if frontal and face.yaw is not None and abs(face.yaw) > FRONTAL_YAW:
        told = Text(
            f"the face is turned by {face.yaw:.0f}°; a frontal face is asked for",
            f"人脸转向 {face.yaw:.0f}°；要求为正脸",
        )
        yield _finding(
            f"{where}.face_yaw", Verdict.ADVISED, face.yaw, "[-35, 35]", told, unit="°", where=place
        )
    if min(face.width, face.height) < PEOPLE_WIDTH:
        side = min(face.width, face.height)
        told = Text(
            f"the face is only {side} px wide; 60 and more are clear", f"人脸仅 {side} 像素；建议不小于 60"
        )
        yield _finding(f"{where}.face_size", Verdict.ADVISED, side, "≥ 60", told, unit="px", where=place)
    if face.brightness is not None and face.brightness < DARK:
        told = Text(
            f"the face is dark (mean grey {face.brightness:g}, below {DARK:g})",
            f"面部过暗（平均灰度 {face.brightness:g}，低于 {DARK:g}）",
        )
        yield _finding(f"{where}.face_light", Verdict.ADVISED, face.brightness, "≥ 50", told, where=place)
    if face.sharpness is not None and face.sharpness < BLURRED:
        told = Text(
            f"the face is blurred (sharpness {face.sharpness:g}, below {BLURRED:g})",
            f"面部模糊（清晰度 {face.sharpness:g}，低于 {BLURRED:g}）",
        )
        yield _finding(f"{where}.face_blur", Verdict.ADVISED, face.sharpness, "≥ 60", told, where=place)
