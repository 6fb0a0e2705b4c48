"""Whether the person of the reference photos is in the video: one demand on several files of notrain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mediaprep.contract.demand import Case, Demand
from mediaprep.contract.judging import View, advised
from mediaprep.contract.minimal import URL
from mediaprep.contract.paths import walk
from mediaprep.contract.rules.faces import PHOTO, PHOTOS, counts, timecode
from mediaprep.model.facts import PersonMatch, PhotoMatch, Unmeasured
from mediaprep.model.findings import Finding, Text, Verdict

MATCH: Final = "RefVideoUrl+RefPhotoUrl"
"""Where the facts of a request hold the PersonMatch (or Unmeasured) of its video and photos."""

ENOUGH: Final[Mapping[str, float]] = {"Loose": 0.363, "Strict": 0.45}
"""Cosine of two likenesses from which on they are one person, by FaceMatchMode."""

FIX: Final = Text("use a clear frontal photo of somebody in the video", "换用视频中出现的人物的清晰正脸照片")


_FACELESS: Final = Text(
    "no face is found on any of the photos (profiles are missed at times), so nobody could be looked for",
    "所有照片均未检出人脸（侧脸有时会漏检），无法在视频中查找",
)


def photos(request: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(place, URL) of the reference photos that count, in the order in which they are compared."""
    path = PHOTOS if counts(request, PHOTOS) and View("notrain", request).given(PHOTOS) else PHOTO
    if not counts(request, path):
        return []
    found = walk(request, f"{path}[]" if path == PHOTOS else path)
    return [(place, url) for place, url in found if isinstance(url, str) and url]


def _judge(_: Demand, view: View) -> Iterator[Finding]:
    """One of the photos shows somebody of the video, by FaceMatchMode; each of several that does not is
    advice. Refused only where everybody was seen clearly and every keyframe walked."""
    places = [place for place, _ in photos(view.payload)]
    if places and view.given("RefVideoUrl"):
        mode = view.text("VideoParam.FaceMatchMode") or "Loose"
        yield from findings(view.endpoint, places, view.known.get(MATCH), mode)


def _match(similarity: float) -> Case:
    found = PersonMatch(
        photos=(PhotoMatch(similarity=similarity, faces=1),),
        sampled=4,
        compared=4,
        people=1,
        unsure=0,
        complete=True,
    )
    return Case({"{path}": URL}, known={MATCH: found}, beside=f"a likeness of {similarity:g}", of=PHOTO)


def _matches(similarity: float) -> Case:
    found = PersonMatch(
        photos=(PhotoMatch(similarity=similarity, faces=1),) * 2, sampled=4, compared=4, people=1, unsure=0,
        complete=True,
    )  # fmt: skip
    return Case(
        {"{path}": [URL, URL]}, known={MATCH: found}, beside=f"likenesses of {similarity:g}", of=PHOTOS
    )


PERSON: Final = Demand(
    endpoints="notrain", paths=f"{PHOTO} {PHOTOS}", kind="person", files=True, limit="≥ 0.363",
    verdicts=(Verdict.REFUSED, Verdict.ADVISED, Verdict.UNKNOWN), judge=_judge, fix=FIX,
    what=Text(
        "the person of the photo is seen in the video (Strict asks for 0.45)",
        "照片中的人出现在视频中（Strict 为 0.45）",
    ),
    why=Text(
        "the service looks for this person and fails without (802003); unknown where people are seen "
        "only in profile, small or dark",
        "服务会寻找此人，找不到则失败（802003）；只见侧脸、过小或过暗时无法判定",
    ),
    valid=(_match(0.363), _matches(0.363)), invalid=(_match(0.362), _matches(0.362)),
)  # fmt: skip


def findings(endpoint: str, places: list[str], found: object, mode: str) -> Iterator[Finding]:
    """The same for photos at `places`, whoever asks."""
    enough = ENOUGH.get(mode, ENOUGH["Loose"])
    if not isinstance(found, PersonMatch):
        yield _one(endpoint, places[0], Verdict.UNKNOWN, _not_compared(found), measured=None, enough=enough)
        return
    compared = [(photo.similarity, photo) for photo in found.photos if photo.similarity is not None]
    if not compared:
        if any(photo.faces for photo in found.photos):
            told = _nobody(found)
            yield _one(endpoint, places[0], Verdict.UNKNOWN, told, measured=None, enough=enough)
        elif places[0] != PHOTO:  # one photo without a face is refused as such
            yield _one(endpoint, places[0], Verdict.UNKNOWN, _FACELESS, measured=None, enough=enough)
        return
    best, nearest = max(compared, key=lambda pair: pair[0])
    if best >= enough:
        for place, photo in zip(places, found.photos, strict=True):
            if photo.similarity is not None and photo.similarity < enough:
                told, similarity = _unlike(photo), photo.similarity
                yield _one(endpoint, place, Verdict.ADVISED, told, measured=similarity, enough=enough)
        return
    verdict, told = _absent(found, nearest, enough, mode)
    yield _one(endpoint, places[0], verdict, told, measured=best, enough=enough)


def _one(
    endpoint: str, place: str, verdict: Verdict, told: Text, *, measured: object, enough: float
) -> Finding:
    fix = FIX if verdict in (Verdict.REFUSED, Verdict.ADVISED) else None
    return advised(
        endpoint, place, "person", told, measured=measured, limit=f"≥ {enough:g}", fix=fix, verdict=verdict
    )


def _not_compared(found: object) -> Text:
    if isinstance(found, Unmeasured):
        return Text(
            f"whether the person of the photo is in the video is unknown ({found.en})",
            f"照片中的人是否出现在视频中未知（{found.zh}）",
        )
    return Text(
        "whether the person of the photo is in the video is unknown (video and photo were not compared)",
        "照片中的人是否出现在视频中未知（未比对视频与照片）",
    )


def _nobody(found: PersonMatch) -> Text:
    return Text(
        f"the photo could be compared with nobody: no face on {found.sampled} frames of the video",
        f"照片无可比对对象：视频的 {found.sampled} 帧中未见人脸",
    )


def _unlike(photo: PhotoMatch) -> Text:
    return Text(
        f"this photo is like nobody in the video (similarity {photo.similarity:g}); the others are enough",
        f"这张照片与视频中的人不相似（相似度 {photo.similarity:g}）；其余照片已足够",
    )


def _absent(found: PersonMatch, nearest: PhotoMatch, enough: float, mode: str) -> tuple[Verdict, Text]:
    best, at = f"{nearest.similarity:g}", Text("", "")
    if nearest.seconds is not None:
        at = Text(f" at {timecode(nearest.seconds)}", f"，位于 {timecode(nearest.seconds)}")
    en = f"nobody seen clearly is the person of the photo (best similarity {best}{at.en}, {mode} asks {enough:g})"
    zh = f"清晰可见的人都不是照片中的人（最高相似度 {best}{at.zh}；{mode} 要求 {enough:g}）"
    if not found.complete:
        return Verdict.UNKNOWN, Text(f"{en}; not all of the video could be walked", f"{zh}；未能看完全片")
    if found.unsure:
        count = found.unsure
        return Verdict.UNKNOWN, Text(
            f"{en}; {count} more seen only in profile, small or dark, where likeness cannot be judged",
            f"{zh}；另有 {count} 人只见侧脸、过小或过暗，无法比对",
        )
    return Verdict.REFUSED, Text(
        f"the person of the photo is not in the video: {en}; all of the video was walked",
        f"照片中的人不在视频中：{zh}；已看完全片",
    )
