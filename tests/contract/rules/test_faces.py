"""Faces in footage and photos: what is refused, advised, unknown, and what passes in silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from mediaprep.contract.rules import face_demands, faces
from mediaprep.model.facts import (
    FaceBox,
    MeasuredRange,
    PhotoFacts,
    SeenPicture,
    Stretch,
    Unmeasured,
    VideoFaces,
    VideoFacts,
)
from mediaprep.model.findings import Finding, Verdict

FACE = FaceBox(x=100, y=80, width=200, height=260, score=0.9, yaw=0, pitch=0, brightness=120, sharpness=300)
GOOD = VideoFaces(
    sampled=16, with_face=16, most=1, complete=True, people=1, yaw=MeasuredRange(low=-45, high=45),
    pitch=MeasuredRange(low=-40, high=15), usual_pitch=15, dark=4, blurred=4,
)  # fmt: skip


def footage(seen: VideoFaces | None, **changes: object) -> VideoFacts:
    facts = VideoFacts(
        container="mp4", codec="h264", width=1280, height=720, seconds=10.0, size_bytes=1000, faces=seen
    )
    return replace(facts, **changes)  # type: ignore[arg-type]


def photo(*boxes: FaceBox) -> PhotoFacts:
    return PhotoFacts(format="jpg", width=800, height=800, size_bytes=1000, faces=boxes)


def kinds(found: Sequence[Finding]) -> list[str]:
    return [f"{finding.verdict.value} {finding.rule.rpartition('.')[2]}" for finding in found]


def video(seen: VideoFaces | None) -> tuple[Finding, ...]:
    return face_demands.judge("notrain", "RefVideoUrl", footage(seen))


def test_footage_at_every_limit_passes() -> None:
    assert video(GOOD) == ()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"with_face": 0}, "refused faces"),
        ({"with_face": 0, "complete": False}, "advised faces"),
        ({"gaps": (Stretch(start=1.5, end=2.75),)}, "advised face_gaps"),
        ({"yaw": MeasuredRange(low=-45.1, high=3), "turned": 1}, "advised face_yaw"),
        ({"yaw": MeasuredRange(low=-3, high=45.1), "turned": 1}, "advised face_yaw"),
        ({"usual_pitch": 15.1}, "unknown face_pitch"),
        ({"usual_pitch": 25.0}, "unknown face_pitch"),
        ({"usual_pitch": 25.1}, "advised face_pitch"),
        ({"dark": 5}, "advised face_light"),
        ({"blurred": 5}, "advised face_blur"),
        ({"people": 2}, "advised people"),
    ],
)
def test_each_shortcoming_is_told_alone(changes: dict[str, object], told: str) -> None:
    found = video(replace(GOOD, **changes))  # type: ignore[arg-type]
    assert kinds(found) == [told]
    assert found[0].message.en and found[0].message.zh and found[0].limit


def test_faces_that_were_not_looked_for_are_unknown_with_the_reason() -> None:
    (finding,) = face_demands.judge(
        "notrain",
        "RefVideoUrl",
        footage(None, unmeasured=(Unmeasured(measure="faces", en="no OpenCV", zh="没有 OpenCV"),)),
    )
    assert finding.verdict is Verdict.UNKNOWN and "no OpenCV" in finding.message.en
    assert kinds(video(None)) == ["unknown faces"]


def test_stretches_and_moments_are_told_as_timecodes() -> None:
    pictures = (
        SeenPicture(seconds=61.25, faces=(replace(FACE, yaw=-60),)),
        SeenPicture(seconds=62.0, faces=(FACE,)),
    )
    turned = replace(GOOD, yaw=MeasuredRange(low=-60, high=0), turned=1, pictures=pictures)
    assert video(turned)[0].where == "1:01.250"
    gaps = (Stretch(start=0.0, end=0.5), Stretch(start=125.0, end=130.0))
    (finding,) = video(replace(GOOD, gaps=gaps))
    assert (finding.where, finding.measured) == ("0:00.000–0:00.500, 2:05.000–2:10.000", 5.5)


def test_of_many_places_the_first_five_are_told() -> None:
    """Ours: five show where to look, a hundred bury it."""
    turned = [SeenPicture(seconds=float(n), faces=(replace(FACE, yaw=-60),)) for n in range(1, 7)]
    gaps = [Stretch(start=float(n), end=n + 0.5) for n in range(1, 7)]
    five, six = "0:01.000, 0:02.000, 0:03.000, 0:04.000, 0:05.000", " …"
    for count, more in ((5, ""), (6, six)):
        seen = replace(GOOD, yaw=MeasuredRange(low=-60, high=0), turned=count, pictures=tuple(turned[:count]))
        assert video(seen)[0].where == five + more
        assert faces.stretches(gaps[:count]).count("–") == 5
        assert faces.stretches(gaps[:count]).endswith("0:05.500" + more)


def test_a_picture_whose_turn_or_nod_was_not_measured_is_no_place_to_look_at() -> None:
    unknown = (SeenPicture(seconds=4.0, faces=(replace(FACE, yaw=None, pitch=None),)),)
    turned, nodding = {"yaw": MeasuredRange(low=-60, high=0), "turned": 1}, {"usual_pitch": 25.1}
    for changes in (turned, nodding):
        assert video(replace(GOOD, pictures=unknown, **changes))[0].where is None  # type: ignore[arg-type]


def test_light_and_blur_are_told_beyond_a_quarter_of_the_pictures() -> None:
    """Ours: the docs ask for steady light (line 882) and name no share."""
    many = replace(GOOD, sampled=400, with_face=400)
    assert video(replace(many, dark=100, blurred=100)) == ()
    assert kinds(video(replace(many, dark=101))) == ["advised face_light"]
    assert kinds(video(replace(many, blurred=101))) == ["advised face_blur"]


def test_no_face_at_all_is_measured_as_none() -> None:
    assert [finding.measured for finding in video(replace(GOOD, with_face=0))] == [0]


@pytest.mark.parametrize("people", [None, 0, 1])
def test_one_person_or_nobody_counted_is_no_crowd(people: int | None) -> None:
    assert video(replace(GOOD, people=people)) == ()


def test_several_people_are_no_matter_once_a_photo_says_who_speaks() -> None:
    crowd = footage(replace(GOOD, people=3))
    for param in ({"RefPhotoUrl": "https://a/b.jpg"}, {"RefPhotoUrls": ["https://a/b.jpg"]}):
        assert face_demands.judge("notrain", "RefVideoUrl", crowd, {"VideoParam": param}) == ()
    assert kinds(face_demands.judge("notrain", "RefVideoUrl", crowd, {"VideoParam": {}})) == [
        "advised people"
    ]


def test_other_videos_need_no_face() -> None:
    empty = footage(replace(GOOD, with_face=0))
    assert face_demands.judge("notrain", "IdentityVideoUrl", empty) == ()
    assert face_demands.judge("advanced", "VideoParam.BackgroundFileUrl", empty) == ()


@pytest.mark.parametrize(
    ("box", "told"),
    [
        (FACE, []),
        (replace(FACE, yaw=35.0, brightness=50.0, sharpness=60.0, width=60, height=60), []),
        (replace(FACE, yaw=-35.1), ["advised face_yaw"]),
        (replace(FACE, width=59), ["advised face_size"]),
        (replace(FACE, brightness=49.9), ["advised face_light"]),
        (replace(FACE, sharpness=59.9), ["advised face_blur"]),
        (replace(FACE, yaw=None, brightness=None, sharpness=None), []),
    ],
)
def test_a_photo_is_advised_on_never_refused(box: FaceBox, told: list[str]) -> None:
    assert kinds(face_demands.judge("notrain", "VideoParam.RefPhotoUrl", photo(box))) == told
    softer = [line for line in told if not line.endswith("yaw")]
    assert kinds(face_demands.judge("notrain", "VideoParam.RefPhotoUrls[2]", photo(box))) == softer
    assert kinds(face_demands.judge("photo", "RefPhotoUrl", photo(box))) == softer


def test_whether_a_photo_counts_depends_on_the_switch_and_on_the_list() -> None:
    url = "https://a/b.jpg"
    one: dict[str, object] = {"VideoParam": {"RefPhotoUrl": url}}
    both: dict[str, object] = {"VideoParam": {"RefPhotoUrl": url, "RefPhotoUrls": [url]}}
    off: dict[str, object] = {"VideoParam": {"RefPhotoUrl": url, "DisabledDetect": 1}}
    assert faces.counts(one, "VideoParam.RefPhotoUrl")
    assert not faces.counts(both, "VideoParam.RefPhotoUrl")
    assert faces.counts(both, "VideoParam.RefPhotoUrls[0]")
    assert not faces.counts(off, "VideoParam.RefPhotoUrl")
    assert not faces.counts({"VideoParam": {"DisableIdDetect": 1}}, "VideoParam.RefPhotoUrls[0]")


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0:00.000"), (0.999, "0:00.999"), (59.9996, "1:00.000"), (62.5, "1:02.500"), (1200, "20:00.000")],
)
def test_timecodes(seconds: float, shown: str) -> None:
    assert faces.timecode(seconds) == shown
