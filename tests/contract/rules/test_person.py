"""The person of a reference photo and the people of the video: found, not there, or not to be told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mediaprep.contract.rules import demands
from mediaprep.contract.rules.person import MATCH, photos
from mediaprep.model.facts import PersonMatch, PhotoMatch, Unmeasured
from mediaprep.model.findings import Finding

URL = "https://host/a.jpg"


def request(**param: Any) -> dict[str, Any]:
    return {"RefVideoUrl": "https://host/v.mp4", "VideoParam": param}


def match(*similarities: float | None, **changes: Any) -> PersonMatch:
    found = tuple(PhotoMatch(similarity=s, faces=1, seconds=None if s is None else 3.5) for s in similarities)
    made = PersonMatch(photos=found, sampled=16, compared=20, people=2, unsure=0, complete=True)
    return replace(made, **changes)


def told(payload: dict[str, Any], found: object) -> list[Finding]:
    facts = {} if found is None else {MATCH: found}
    return [f for f in demands.judge("notrain", payload, facts) if f.rule.endswith(".person")]


@pytest.mark.parametrize(
    ("similarity", "mode", "verdict"),
    [
        (0.363, None, []),
        (0.362, None, ["refused"]),
        (0.363, "Loose", []),
        (0.449, "Strict", ["refused"]),
        (0.45, "Strict", []),
    ],
)
def test_how_alike_they_must_be_is_said_by_facematchmode(
    similarity: float, mode: str | None, verdict: list[str]
) -> None:
    asked = request(RefPhotoUrl=URL, **({"FaceMatchMode": mode} if mode else {}))
    found = told(asked, match(similarity))
    assert [finding.verdict.value for finding in found] == verdict
    assert all(f.measured == similarity and "0:03.500" in f.message.en for f in found)


def test_nobody_is_refused_while_somebody_is_seen_only_in_profile() -> None:
    (finding,) = told(request(RefPhotoUrl=URL), match(0.2, unsure=3))
    assert finding.verdict.value == "unknown"
    assert "3 more seen only in profile" in finding.message.en and "侧脸" in finding.message.zh


def test_absence_is_not_concluded_before_all_of_the_video_was_walked() -> None:
    (finding,) = told(request(RefPhotoUrl=URL), match(0.2, complete=False))
    assert finding.verdict.value == "unknown" and "not all of the video" in finding.message.en


@pytest.mark.parametrize(
    "found", [None, Unmeasured(measure="person", en="no OpenCV", zh="没有 OpenCV"), match(None)]
)
def test_what_was_not_compared_is_unknown(found: object) -> None:
    (finding,) = told(request(RefPhotoUrl=URL), found)
    assert finding.verdict.value == "unknown" and finding.measured is None


def test_a_photo_without_a_face_is_refused_as_such_and_not_twice() -> None:
    blank = PersonMatch(
        photos=(PhotoMatch(similarity=None, faces=0),),
        sampled=0,
        compared=0,
        people=0,
        unsure=0,
        complete=False,
    )
    assert told(request(RefPhotoUrl=URL), blank) == []


def test_of_several_photos_one_is_enough_and_the_others_are_advice() -> None:
    found = told(request(RefPhotoUrls=[URL, URL, URL]), match(0.1, 0.6, None))
    assert [(f.verdict.value, f.where) for f in found] == [("advised", "VideoParam.RefPhotoUrls[0]")]
    (refused,) = told(request(RefPhotoUrls=[URL, URL]), match(0.1, 0.2))
    assert (refused.verdict.value, refused.measured) == ("refused", 0.2)
    assert refused.rule == "notrain.VideoParam.RefPhotoUrls.person"


@pytest.mark.parametrize("switch", ["DisabledDetect", "DisableIdDetect"])
def test_with_the_switch_off_nobody_is_looked_for(switch: str) -> None:
    assert told(request(RefPhotoUrl=URL, **{switch: 1}), match(0.0)) == []
    assert photos(request(RefPhotoUrls=[URL], **{switch: 1})) == []


def test_the_list_replaces_the_single_photo() -> None:
    asked = request(RefPhotoUrl="https://host/other.jpg", RefPhotoUrls=[URL, ""])
    assert photos(asked) == [("VideoParam.RefPhotoUrls[0]", URL)]
    assert photos(request(RefPhotoUrl=URL)) == [("VideoParam.RefPhotoUrl", URL)]
    assert photos(request()) == []


def test_the_photo_that_is_most_alike_is_told_with_its_moment_where_that_is_known() -> None:
    near, far = (
        PhotoMatch(similarity=0.2, faces=1, seconds=61.0),
        PhotoMatch(similarity=0.1, faces=1, seconds=5.0),
    )
    (finding,) = told(request(RefPhotoUrls=[URL, URL]), match(photos=(far, near)))
    assert "best similarity 0.2 at 1:01.000" in finding.message.en and "位于 1:01.000" in finding.message.zh
    (finding,) = told(request(RefPhotoUrl=URL), match(photos=(replace(near, seconds=None),)))
    assert (
        "(best similarity 0.2, Loose asks 0.363)" in finding.message.en and "位于" not in finding.message.zh
    )
