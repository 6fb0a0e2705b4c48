"""A photo beside a video: the same person is found, another is not, and profiles are left open."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaprep.contract.rules.person import findings
from mediaprep.errors import BadAsset
from mediaprep.media.people.match import match
from mediaprep.model.facts import PersonMatch, Unmeasured
from tests.making import ffmpeg, make_face_video, make_photo, make_stranger, make_video

PLACE = ["VideoParam.RefPhotoUrl"]


@pytest.fixture(scope="module")
def portrait() -> Path:
    return Path(__file__).resolve().parents[3] / "fixtures/faces/astronaut.png"


@pytest.fixture(scope="module")
def speaker(tmp_path_factory: pytest.TempPathFactory, portrait: Path) -> Path:
    return make_face_video(
        tmp_path_factory.mktemp("match") / "a.mp4", portrait, seconds=1.2, side=512, extra=("-g", "5")
    )


def compared(photos: list[Path], footage: Path) -> PersonMatch:
    found = match(photos, footage)
    assert isinstance(found, PersonMatch), found
    return found


def verdicts(found: PersonMatch | Unmeasured, mode: str = "Loose") -> list[str]:
    return [finding.verdict.value for finding in findings("notrain", PLACE, found, mode)]


def test_the_same_person_is_found_in_another_size_and_light(
    tmp_path: Path, portrait: Path, speaker: Path
) -> None:
    photo = tmp_path / "a.jpg"
    ffmpeg("-i", portrait, "-vf", "crop=300:300:100:0,eq=brightness=0.1,hflip", "-q:v", "4", photo)
    found = compared([photo], speaker)
    (one,) = found.photos
    assert one.similarity is not None and one.similarity > 0.5
    assert one.face is not None and one.face.width > 60
    assert verdicts(found, "Strict") == []


def test_a_face_in_profile_leaves_it_open(fixtures: Path, tmp_path: Path, portrait: Path) -> None:
    other = make_face_video(tmp_path / "b.mp4", fixtures / "faces/camera.png", seconds=0.4, side=512)
    found = compared([portrait], other)
    assert (found.people, found.unsure, found.complete) == (0, 1, True)
    assert verdicts(found) == ["unknown"]


def test_a_video_without_anybody_is_unknown_here_and_refused_by_its_own_rule(
    tmp_path: Path, portrait: Path
) -> None:
    found = compared([portrait], make_video(tmp_path / "c.mp4", seconds=0.4))
    assert (found.compared, found.photos[0].similarity) == (0, None)
    assert verdicts(found) == ["unknown"]


def test_a_photo_without_a_face_needs_no_walk(tmp_path: Path, speaker: Path) -> None:
    found = compared([make_photo(tmp_path / "a.png")], speaker)
    assert (found.photos[0].faces, found.sampled) == (0, 0)


def test_what_cannot_be_read_is_a_reason(tmp_path: Path, portrait: Path, speaker: Path) -> None:
    broken = tmp_path / "a.mp4"
    broken.write_bytes(speaker.read_bytes()[:2000])
    assert isinstance(match([portrait], broken), Unmeasured)
    assert isinstance(match([speaker], speaker), Unmeasured)
    assert isinstance(match([portrait], portrait), Unmeasured)
    with pytest.raises(BadAsset):
        match([tmp_path / "nowhere.jpg"], speaker)


def test_somebody_beside_others_is_found_and_a_stranger_is_not(
    tmp_path: Path, fixtures: Path, portrait: Path
) -> None:
    """First a face in profile, then a small frontal one at the side."""
    footage = tmp_path / "a.mp4"
    ffmpeg(
        "-loop", "1", "-i", fixtures / "faces/camera.png", "-loop", "1", "-i", portrait, "-filter_complex",
        "[0:v]scale=640:640,crop=640:400:0:40,setsar=1,format=yuv420p,trim=duration=0.4[a];[1:v]scale=400:400,"
        "pad=640:400:240:0,setsar=1,format=yuv420p,trim=duration=0.4[b];[a][b]concat",
        "-r", "25", "-preset", "ultrafast", "-g", "5", footage,
    )  # fmt: skip
    there = compared([portrait], footage)
    assert verdicts(there, "Strict") == []
    assert there.photos[0].seconds == pytest.approx(0.4, abs=0.1)
    stranger = compared([make_stranger(tmp_path / "b.png", portrait)], footage)
    assert (verdicts(stranger), verdicts(stranger, "Strict")) == (["unknown"], ["unknown"])
    assert stranger.unsure == 1 and (stranger.photos[0].similarity or 0) < 0.3


def test_a_stranger_is_refused_where_everybody_was_seen_clearly(
    tmp_path: Path, portrait: Path, speaker: Path
) -> None:
    stranger = make_stranger(tmp_path / "a.png", portrait)
    found = compared([stranger], speaker)
    assert (found.people, found.unsure, found.complete) == (1, 0, True)
    assert verdicts(found) == ["refused"]
    both = compared([stranger, portrait], speaker)
    places = [f"VideoParam.RefPhotoUrls[{n}]" for n in range(2)]
    told = list(findings("notrain", places, both, "Strict"))
    assert [(f.verdict.value, f.where) for f in told] == [("advised", places[0])]
