"""Footage and photos judged together: by `check --photo`, and before a request is sent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mediaprep.cli.app import run
from mediaprep.contract.rules.person import MATCH
from mediaprep.media.probing import probe
from mediaprep.model.facts import PersonMatch, PhotoFacts, Unmeasured
from mediaprep.verbs.judging.people import check_together, matched
from tests.making import make_face_video, make_photo, make_stranger, make_video

pytestmark = pytest.mark.needs("opencv")


@pytest.fixture(scope="module")
def portrait() -> Path:
    return Path(__file__).resolve().parents[3] / "fixtures/faces/astronaut.png"


@pytest.fixture(scope="module")
def speaker(tmp_path_factory: pytest.TempPathFactory, portrait: Path) -> Path:
    return make_face_video(
        tmp_path_factory.mktemp("people") / "a.mp4",
        portrait,
        seconds=1.2,
        side=512,
        extra=("-movflags", "+faststart"),
    )


def test_check_finds_the_person_of_the_photo(
    speaker: Path, portrait: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", str(speaker), "--photo", str(portrait), "--face-match", "Strict"]) == 0
    told = capsys.readouterr().out
    assert "2 files: 2 pass" in told and "similarity" in told


def test_check_refuses_a_stranger_as_json_too(
    speaker: Path, portrait: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stranger = make_stranger(tmp_path / "a.png", portrait)
    asked = ["check", str(speaker), "--photo", str(stranger), "--format", "json"]
    assert run(asked) == 1
    photo = json.loads(capsys.readouterr().out)["files"][1]
    (finding,) = photo["findings"]
    assert (finding["rule"], finding["verdict"]) == ("notrain.VideoParam.RefPhotoUrl.person", "refused")
    assert finding["measured"] == photo["facts"]["found"]["similarity"] < 0.363  # what Loose asks


def test_photos_go_with_one_video_whose_faces_are_looked_at(
    speaker: Path, portrait: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = ["--photo", str(portrait)]
    assert run(["check", str(speaker), str(speaker), *photo]) == 2
    assert run(["check", str(speaker), *photo, "--no-faces"]) == 2
    assert run(["check", str(speaker), *photo, "--for", "advanced.VideoParam.BackgroundFileUrl"]) == 2
    assert "--photo" in capsys.readouterr().err


def test_one_of_several_photos_is_enough(speaker: Path, portrait: Path, fixtures: Path) -> None:
    profile = fixtures / "faces/camera.png"
    reports = list(check_together(speaker, [profile, portrait]))
    assert [report.verdict for report in reports] == ["pass", "advised", "pass"]
    assert {report.field for report in reports[1:]} == {"notrain.VideoParam.RefPhotoUrls"}
    (told,) = reports[1].findings
    assert told.rule == "notrain.VideoParam.RefPhotoUrls.person"


def test_what_cannot_be_compared_is_judged_all_the_same(
    tmp_path: Path, speaker: Path, portrait: Path
) -> None:
    text = tmp_path / "a.jpg"
    text.write_text("no picture")
    assert [r.verdict for r in check_together(speaker, [text])] == ["pass", "unreadable"]
    empty = list(check_together(make_video(tmp_path / "b.mp4", seconds=1.2), [portrait]))
    assert [report.verdict for report in empty] == ["refused", "unknown"]
    landscape = list(check_together(speaker, [make_photo(tmp_path / "c.png")]))
    assert [f.rule.rpartition(".")[2] for f in landscape[1].findings] == ["face_count"]


def test_a_request_is_compared_only_where_it_asks_and_both_are_here(speaker: Path, portrait: Path) -> None:
    place = "VideoParam.RefPhotoUrl"
    files = {"RefVideoUrl": speaker, place: portrait}
    facts = {name: probe.probe(path) for name, path in files.items()}
    url = "https://to-be-uploaded.invalid/a"
    asked = {"RefVideoUrl": url, "VideoParam": {"RefPhotoUrl": url}}
    found = matched("notrain", asked, files, facts)[MATCH]
    assert isinstance(found, PersonMatch) and (found.photos[0].similarity or 0) > 0.9
    off = {"RefVideoUrl": url, "VideoParam": {"RefPhotoUrl": url, "DisabledDetect": 1}}
    assert matched("notrain", off, files, facts) == facts
    assert matched("photo", asked, files, facts) == facts
    only_photo = {place: portrait}
    assert MATCH not in matched("notrain", asked, only_photo, {place: facts[place]})


def test_without_a_face_in_the_video_nothing_is_walked_twice(tmp_path: Path, portrait: Path) -> None:
    empty = make_video(tmp_path / "a.mp4", seconds=0.4)
    files = {"RefVideoUrl": empty, "VideoParam.RefPhotoUrl": portrait}
    facts = {name: probe.probe(path) for name, path in files.items()}
    assert isinstance(facts["VideoParam.RefPhotoUrl"], PhotoFacts)
    asked = {"RefVideoUrl": "https://a/b", "VideoParam": {"RefPhotoUrl": "https://a/c"}}
    assert isinstance(matched("notrain", asked, files, facts)[MATCH], Unmeasured)
