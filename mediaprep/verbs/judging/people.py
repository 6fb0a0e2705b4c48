"""Footage and reference photos together: is the person of the photos in the video?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mediaprep.contract import profiles
from mediaprep.contract.rules import person
from mediaprep.contract.rules.faces import FOOTAGE, PHOTO, PHOTOS
from mediaprep.media.people.match import match
from mediaprep.model.facts import Facts, PersonMatch, PhotoFacts, Unmeasured, VideoFacts
from mediaprep.model.findings import FileReport
from mediaprep.preflight.rulebook import field_names
from mediaprep.verbs.check import judged, measure

_NO_FACE = Unmeasured(measure="person", en="no face is seen in the video", zh="视频中未见人脸")


def matched(
    endpoint: str, request: Mapping[str, Any], files: Mapping[str, Path], facts: Mapping[str, Facts]
) -> dict[str, object]:
    """`facts` (by wire path) for `judge_request`, with the comparison of video and photos where the request
    asks for one and both are files of this machine. Takes some seconds then."""
    together: dict[str, object] = dict(facts)
    places = [place for place, _ in person.photos(request)] if endpoint == "notrain" else []
    footage, photos = files.get(FOOTAGE), [files.get(place) for place in places]
    if places and footage is not None and all(isinstance(facts.get(place), PhotoFacts) for place in places):
        seen = facts.get(FOOTAGE)
        if isinstance(seen, VideoFacts):
            together[person.MATCH] = compared(seen, footage, [path for path in photos if path is not None])
    return together


def compared(seen: VideoFacts, footage: Path, photos: Sequence[Path]) -> PersonMatch | Unmeasured:
    """The comparison, or the reason why there is none."""
    if seen.faces is not None and seen.faces.with_face == 0:
        return _NO_FACE
    return match(photos, footage)


def check_together(
    footage: Path,
    photos: Sequence[Path],
    *,
    mode: str = "Loose",
    profile: str = profiles.DEFAULT,
    thorough: bool = False,
) -> Iterator[FileReport]:
    """Reports on footage and its reference photos; the photos' say too whether their person was found.

    One photo is judged as RefPhotoUrl, several as RefPhotoUrls; `mode` is FaceMatchMode. BadConfig for an
    unknown profile.
    """
    profiles.get(profile)
    many = len(photos) > 1
    given: dict[str, Any] = {"FaceMatchMode": mode}
    given["RefPhotoUrls" if many else "RefPhotoUrl"] = [str(p) for p in photos] if many else str(photos[0])
    request = {"RefVideoUrl": str(footage), "VideoParam": given}
    place = field_names.Field("notrain", FOOTAGE)
    seen = measure(footage, place=place, thorough=thorough)
    yield judged(footage, seen, place, request, profile=profile)
    place = field_names.Field("notrain", PHOTOS if many else PHOTO)
    shown = [measure(photo, place=place) for photo in photos]
    names = [f"{PHOTOS}[{number}]" for number in range(len(photos))] if many else [PHOTO]
    found: PersonMatch | Unmeasured | None = None
    if isinstance(seen, VideoFacts) and all(isinstance(facts, PhotoFacts) for facts in shown):
        found = compared(seen, footage, photos)
    told = list(person.findings("notrain", names, found, mode))
    for number, (photo, facts) in enumerate(zip(photos, shown, strict=True)):
        here = facts
        if isinstance(facts, PhotoFacts) and isinstance(found, PersonMatch):
            here = replace(facts, found=found.photos[number])
        report = judged(photo, here, place, request, profile=profile)
        mine = tuple(finding for finding in told if finding.where == names[number])
        yield replace(report, findings=(*report.findings, *mine))
