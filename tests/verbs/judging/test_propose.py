"""propose on footage: what it writes passes our own rules, and nothing of others is replaced."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mediaprep.cli.app import run as cli
from mediaprep.errors import BadAsset, BadConfig
from mediaprep.media import pictures
from mediaprep.media.probing.probe import probe
from mediaprep.model.facts import PhotoFacts
from mediaprep.verbs.check import check
from mediaprep.verbs.judging.propose import propose
from tests.making import ffmpeg, make_audio

PORTRAIT = Path(__file__).resolve().parents[3] / "fixtures" / "faces" / "astronaut.png"


def footage(path: Path, *, people: int = 1) -> Path:
    """Ten pictures a second: a second of grey wall, then four of a face (or two beside each other)."""
    face = f"[0:v]scale=400:400,setsar=1,format=yuv420p[f];[f]tile={people}x1:nb_frames={people}[p]"
    if people == 1:
        face = "[0:v]scale=400:400,setsar=1,format=yuv420p[p]"
    elif people == 2:
        face = "[0:v]scale=400:400,setsar=1,format=yuv420p,split[a][b];[b]hflip[c];[a][c]hstack[p]"
    wall = f"color=gray:s={400 * people}x400:r=10:d=1,setsar=1,format=yuv420p[g]"
    ffmpeg(
        "-loop", "1", "-framerate", "10", "-t", "4", "-i", PORTRAIT,
        "-filter_complex", f"{face};{wall};[g][p]concat=2[v]", "-map", "[v]", "-c:v", "libx264", "-preset", "ultrafast",
        path,
    )  # fmt: skip
    return path


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return footage(tmp_path_factory.mktemp("propose") / "one.mp4")


def test_the_wall_is_left_out_and_the_request_passes(one: Path, tmp_path: Path) -> None:
    found = propose(one, text="大家好，欢迎。", output=tmp_path / "r.json")
    (wall,) = found.timeline
    assert wall.kind == "no_face" and (wall.start, wall.end) == pytest.approx((0.0, 1.0), abs=0.11)
    video = found.request["VideoParam"]
    assert video["MakeType"] == "Custom" and video["StartTime"] >= 0.9
    assert json.loads((tmp_path / "r.json").read_text("utf-8")) == found.request
    assert not [one for one in found.findings if one.verdict.value == "refused"]
    assert check(one, field="notrain.RefVideoUrl", request=dict(found.request))[0].verdict != "refused"


def test_where_all_is_needed_the_wall_is_not_driven(one: Path, tmp_path: Path) -> None:
    sound = make_audio(tmp_path / "a.mp3", seconds=6.0)
    found = propose(one, audio=sound)
    (interval,) = found.request["VideoParam"]["DisableIntervals"]
    assert interval["StartTime"] == 0 and interval["EndTime"] == pytest.approx(1.0, abs=0.11)
    assert found.request["VideoLoop"] == 0 and found.request["DriverType"] == "OriginalVoice"
    assert found.output is None and not list(tmp_path.glob("*.json"))


def test_photos_of_the_speaker_are_cut_where_there_are_several(tmp_path: Path) -> None:
    two = footage(tmp_path / "two.mp4", people=2)
    found = propose(two, text="大家好，欢迎。", output=tmp_path / "r.json")
    assert found.request["VideoParam"]["FaceMatchMode"] == "Strict" and found.photos
    for photo in found.photos:
        facts = probe(photo)
        assert isinstance(facts, PhotoFacts) and min(facts.width, facts.height) >= 192
        assert check(photo, field="notrain.VideoParam.RefPhotoUrls[0]")[0].verdict != "refused"
        assert pictures.read_header(photo).decodable


def test_the_command_says_each_choice_in_both_languages(
    one: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli(["propose", str(one), "--text", "大家好，欢迎。", "-o", str(tmp_path / "r.json")]) == 0
    assert "VideoParam.MakeType" in capsys.readouterr().out
    assert cli(["propose", str(one), "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "mediaprep.proposal/1" and told["timeline"][0]["kind"] == "no_face"


def test_what_is_wrong_is_told_and_nothing_is_replaced(one: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs.json"
    theirs.write_text("{}", encoding="utf-8")
    with pytest.raises(BadConfig):
        propose(one, output=theirs)
    assert theirs.read_text("utf-8") == "{}"
    with pytest.raises(BadConfig, match="not both"):
        propose(one, text="大家好", audio=theirs)
    with pytest.raises(BadAsset, match="no video"):
        propose(theirs)
    with pytest.raises(BadAsset, match="no sound"):
        propose(one, audio=one)
