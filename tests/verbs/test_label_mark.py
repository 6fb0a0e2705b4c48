"""`label mark` by the kind of file: a sound is told of, a video shows it, a clip is for sounds only."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaprep.cli.app import run
from mediaprep.media import ffmpeg
from mediaprep.media.sound import heard_mark
from tests.making import make_video


def test_a_sound_and_a_video_are_marked_each_in_its_way(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    video = make_video(tmp_path / "v.mp4", seconds=1, width=160, height=90)
    sound = tmp_path / "s.wav"
    ffmpeg.run(ffmpeg.find(), ["-f", "lavfi", "-i", "anoisesrc=a=0.3:d=1:r=16000", str(sound)])
    assert run(["label", "mark", str(sound), "-o", str(tmp_path / "s.mp3")]) == 0
    assert heard_mark.heard(tmp_path / "s.mp3", binary=ffmpeg.find())
    assert run(["label", "mark", str(video), "-o", str(tmp_path / "m.mp4"), "--corner", "top-right"]) == 0
    assert (tmp_path / "m.mp4.receipt.json").is_file()
    assert run(["label", "mark", str(video), "-o", str(tmp_path / "n.mp4"), "--clip", str(sound)]) == 2
    assert not (tmp_path / "n.mp4").exists() and "--clip" in capsys.readouterr().err
