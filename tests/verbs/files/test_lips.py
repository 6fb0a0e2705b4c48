"""lips on files: a face that stands still while a voice goes on, and what cannot be judged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mediaprep.cli.app import run as cli
from mediaprep.errors import BadAsset
from mediaprep.verbs.files.lips import lips
from tests.defects import make_voice
from tests.making import ffmpeg, make_audio, make_video

PORTRAIT = Path(__file__).resolve().parents[3] / "fixtures" / "faces" / "astronaut.png"


@pytest.fixture(scope="module")
def stands(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A portrait that stands still for three seconds while somebody speaks."""
    folder = tmp_path_factory.mktemp("lips")
    ffmpeg(
        "-loop", "1", "-framerate", "10", "-t", "3", "-i", PORTRAIT, "-i", make_voice(folder / "v.wav", 3.0, 5),
        "-vf", "scale=320:320", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-shortest",
        folder / "v.mp4",
    )  # fmt: skip
    return folder / "v.mp4"


def test_a_still_mouth_under_a_voice_is_frozen(stands: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = lips(stands)
    assert found.verdict == "frozen" and found.seen_seconds > 2.5
    assert cli(["lips", str(stands), "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(found.to_dict()))
    assert cli(["lips", str(stands)]) == 1
    assert "the mouth stands still while the voice goes on" in capsys.readouterr().out


def test_the_driving_voice_may_be_given(stands: Path, tmp_path: Path) -> None:
    quiet = make_audio(tmp_path / "q.wav", seconds=3.0)
    assert lips(stands, audio=quiet).verdict == "unknown"  # a tone is no voice
    assert lips(stands, audio=quiet, footage=stands).verdict == "unknown"  # too short to tell anything
    with pytest.raises(BadAsset, match="no video"):
        lips(stands, footage=quiet)
    assert lips(stands, audio=make_voice(tmp_path / "v.wav", 3.0, 9)).verdict == "frozen"


def test_without_a_face_nothing_is_said(tmp_path: Path) -> None:
    found = lips(make_video(tmp_path / "v.mp4", seconds=1.2, width=160, height=120, audio=True))
    assert (found.verdict, found.exit_code) == ("unknown", 3) and found.intervals[0].kind == "no_mouth"


def test_what_is_no_video_or_has_no_sound_is_refused(stands: Path, tmp_path: Path) -> None:
    sound = make_audio(tmp_path / "a.wav", seconds=0.5)
    with pytest.raises(BadAsset, match="no video"):
        lips(sound)
    with pytest.raises(BadAsset, match="--audio"):
        lips(make_video(tmp_path / "v.mp4", seconds=0.4, width=96, height=64, audio=False))
    with pytest.raises(BadAsset, match="no sound"):
        lips(stands, audio=stands)
