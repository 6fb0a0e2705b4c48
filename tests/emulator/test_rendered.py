"""From the POST to a file that plays, with the real renderers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mediaprep.emulator.server import Emulator
from mediaprep.media.probing.probe import probe
from mediaprep.model.facts import AudioFacts, VideoFacts
from tests.emulator.wire import S3, account, finish, send, submit
from tests.making import ffmpeg


@pytest.fixture(scope="module")
def real() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


def test_a_script_becomes_audio_with_a_stamp_for_every_character(real: Emulator, tmp_path: Path) -> None:
    script = {"TimbreKey": "female_1", "InputSsml": "你好虚拟主播。", "Speed": 1.0, "Codec": "wav"}
    ended = finish(real, submit(real, "tts", script), seconds=60)
    assert ended["Status"] == "SUCCESS", ended
    path = tmp_path / "voice.wav"
    path.write_bytes(send("GET", ended["MediaUrl"]).body)
    facts = probe(path)
    assert isinstance(facts, AudioFacts)
    assert (facts.format, facts.sample_rate) == ("wav", 24000)
    assert facts.seconds == pytest.approx(ended["Duration"] / 1000, abs=0.01)
    words = [word for sentence in ended["TextTimestampResult"] for word in sentence["Words"]]
    assert "".join(word["Word"] for word in words) == "你好虚拟主播。"
    assert words[-1]["EndTimestamp"] / 10_000 <= ended["Duration"]


def test_footage_with_a_face_becomes_a_video_as_long_as_its_speech(
    real: Emulator, fixtures: Path, tmp_path: Path
) -> None:
    footage = tmp_path / "footage.mp4"
    ffmpeg(
        "-loop", "1", "-i", fixtures / "faces" / "astronaut.png", "-t", "1.2", "-r", "10", "-vf", "scale=400:400",
        "-pix_fmt", "yuv420p", "-preset", "ultrafast", footage,
    )  # fmt: skip
    s3 = S3.of(real)
    assert s3.request("PUT", "/mediaprep/footage.mp4", footage.read_bytes()).status == 200
    task_id = submit(
        real,
        "notrain",
        {
            "RefVideoUrl": s3.presign("GET", "/mediaprep/footage.mp4"),
            "DriverType": "Text",
            "InputSsml": "你好，欢迎光临。",
            "SpeechParam": {"Speed": 1.0, "TimbreKey": "female_1"},
            "VideoStorageS3Url": s3.presign("PUT", "/mediaprep/result.mp4"),
        },
    )
    ended = finish(real, task_id, seconds=120)
    assert (ended["Status"], ended["SubtitlesUrl"]) == ("SUCCESS", ""), ended
    path = tmp_path / "result.mp4"
    path.write_bytes(s3.request("GET", "/mediaprep/result.mp4").body)
    assert path.read_bytes() == send("GET", ended["MediaUrl"]).body
    facts = probe(path)
    assert isinstance(facts, VideoFacts)
    assert (facts.codec, facts.width, facts.height) == ("h264", 400, 400)
    assert facts.seconds == pytest.approx(ended["Duration"] / 1000, abs=0.05)
    assert next(r for r in account(real) if r["task_id"] == task_id)["charged"] is True
