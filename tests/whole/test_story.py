"""The whole way on the emulator with its real renderers, judged by a second tool: plain ffmpeg and numpy."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from tests.making import ffmpeg, make_video

PORTRAIT = Path(__file__).resolve().parents[2] / "fixtures" / "faces" / "astronaut.png"
SIDE = 400
STORY = """
jobs:
  - id: text
    endpoint: notrain
    request:
      {RefVideoUrl: footage.mov, InputSsml: 大家好，欢迎来到课堂。, SpeechParam: {Speed: 1.2, TimbreKey: female_1}}
    finish: {head: head.mp4, tail: tail.mp4, captions: burn, loudness: web}
    output: out/text.mp4
  - id: voice
    endpoint: notrain
    voice: first
    request:
      {RefVideoUrl: footage.mov, InputSsml: 大家好，欢迎来到课堂。, SpeechParam: {Speed: 1.2, TimbreKey: male_1}}
    finish: {head: head.mp4, tail: tail.mp4, captions: burn, loudness: web}
    output: out/voice.mp4
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the story above was run once; its JSON is in run.json."""
    folder = tmp_path_factory.mktemp("story")
    ffmpeg(
        "-loop", "1", "-t", "1.6", "-i", PORTRAIT, "-vf", f"scale={SIDE}:{SIDE}", "-r", "25", "-c:v", "libx265",
        "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", "-x265-params", "log-level=error", folder / "footage.mov",
    )  # fmt: skip
    make_video(folder / "head.mp4", seconds=0.8, width=640, height=360, fps="24", sample_rate=44100)
    make_video(folder / "tail.mp4", seconds=0.6, width=320, height=320, fps="50", audio=False)
    (folder / "story.yaml").write_text(STORY, encoding="utf-8")
    clean = {n: v for n, v in os.environ.items() if not n.startswith(("MEDIAPREP_", "AWS_"))}
    done = subprocess.run(
        [sys.executable, "-m", "mediaprep", "run", "story.yaml", "--emulator", "--format=json", "--report=r.html"],
        cwd=folder, env={**clean, "MEDIAPREP_LEDGER": str(folder / "ledger.db"), "LANG": "C.UTF-8"},
        capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout
    (folder / "run.json").write_text(done.stdout, encoding="utf-8")
    (folder / "run.log").write_text(done.stderr, encoding="utf-8")
    return folder


def job(folder: Path, name: str) -> dict[str, object]:
    jobs = json.loads((folder / "run.json").read_text(encoding="utf-8"))["jobs"]
    return next(entry for entry in jobs if entry["id"] == name)


def told(*arguments: str | Path) -> str:
    """What plain ffmpeg says of a file."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False).stderr


def frames(path: Path) -> np.ndarray:
    """All frames as grey pictures: (count, height, width)."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-i", str(path)]
    raw = subprocess.run(
        [*command, "-f", "rawvideo", "-pix_fmt", "gray", "-"], capture_output=True, timeout=120, check=True
    ).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, SIDE, SIDE)


def cues(path: Path) -> list[tuple[float, float]]:
    times = re.findall(
        r"(\d+):(\d+):(\d+),(\d+) --> (\d+):(\d+):(\d+),(\d+)", path.read_text(encoding="utf-8")
    )
    values = [[int(part) for part in found] for found in times]
    return [
        (a * 3600 + b * 60 + c + d / 1000, e * 3600 + f * 60 + g + h / 1000)
        for a, b, c, d, e, f, g, h in values
    ]


@pytest.mark.parametrize("name", ["text", "voice"])
def test_the_finished_video_decodes_and_is_as_long_as_planned(run: Path, name: str) -> None:
    output = run / "out" / f"{name}.mp4"
    assert told("-v", "error", "-i", output, "-f", "null", "-") == ""
    counted = frames(output).shape[0]
    said = told("-i", output)
    length = re.search(r"Duration: 00:00:(\d+\.\d+)", said)
    assert length is not None
    assert counted == pytest.approx(float(length.group(1)) * 25, abs=1.5)
    checks = {check["name"]: check for check in job(run, name)["checks"]}  # type: ignore[attr-defined]
    assert counted == pytest.approx(checks["frames"]["measured"], abs=1)
    assert "h264 (High)" in said
    assert f"{SIDE}x{SIDE}" in said
    assert "25 fps" in said


@pytest.mark.parametrize("name", ["text", "voice"])
def test_picture_and_sound_end_together(run: Path, name: str) -> None:
    output = run / "out" / f"{name}.mp4"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-i", str(output)]
    raw = subprocess.run(
        [*command, "-f", "s16le", "-ac", "1", "-ar", "48000", "-"],
        capture_output=True,
        timeout=120,
        check=True,
    ).stdout
    assert abs(len(raw) / 2 / 48000 - frames(output).shape[0] / 25) <= 0.04


@pytest.mark.parametrize("name", ["text", "voice"])
def test_captions_stand_inside_their_cues_and_nowhere_else(run: Path, name: str) -> None:
    pictures = frames(run / "out" / f"{name}.mp4").astype(np.int16)
    band = pictures[:, int(SIDE * 0.72) : int(SIDE * 0.93), int(SIDE * 0.15) :]
    white = (band > 235).reshape(len(band), -1).mean(axis=1)
    times = cues(run / "out" / f"{name}.srt")
    assert times
    main = range(round(0.8 * 25) + 2, len(pictures) - round(0.6 * 25) - 2)
    inside = [i for i in main if any(start + 0.08 < i / 25 < end - 0.08 for start, end in times)]
    outside = [i for i in main if all(i / 25 < start - 0.08 or i / 25 > end + 0.08 for start, end in times)]
    assert len(inside) > 20
    bare = white[outside].max() if outside else np.median(white[: round(0.8 * 25)])
    assert white[inside].min() > bare + 0.01


def test_the_original_footage_was_refused_and_mended_and_nothing_was_paid_twice(run: Path) -> None:
    for name in ("text", "voice"):
        told_job = job(run, name)
        (entry,) = told_job["inputs"]  # type: ignore[misc]
        assert entry["before"]["verdict"] == "refused"
        assert entry["after"]["verdict"] == "pass"
    said = (run / "run.log").read_text(encoding="utf-8")
    assert "emulator: 3 tasks accepted, 3 charged" in said  # two videos and one voice
    assert not (run / "ledger.db").exists(), "what the emulator was paid never mixes with what was paid"


def test_captions_of_a_voice_come_from_its_timestamps_and_of_a_text_are_estimated(run: Path) -> None:
    notes = {name: " ".join(job(run, name)["notes"]) for name in ("text", "voice")}  # type: ignore[arg-type]
    assert "captions from script (estimated)" in notes["text"]
    assert "captions from timestamps" in notes["voice"]
    assert "estimated" not in notes["voice"]


def test_the_report_is_one_file_with_pictures(run: Path) -> None:
    html = (run / "r.html").read_text(encoding="utf-8")
    assert html.count("data:image/jpeg;base64,") >= 8
    assert "https://" not in html
    assert "X-Amz" not in html
