"""No-train tasks made at once, two people in their footage: each drives the face of its own photo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mediaprep.emulator.render.entry import render
from mediaprep.media.containers import packets
from tests.emulator.conftest import Start
from tests.emulator.wire import S3, finish, send, submit
from tests.making import ffmpeg

pytestmark = pytest.mark.needs("opencv")
WIDTH = 600
PEOPLE = {
    "left": ("astronaut.png", "scale=220:220"),
    "right": ("camera.png", "crop=256:256:120:40,scale=220:220"),
}


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory, fixtures: Path) -> Path:
    path = tmp_path_factory.mktemp("two") / "two.mp4"
    inputs: list[Any] = []
    for name, _ in PEOPLE.values():
        inputs += ["-loop", "1", "-framerate", "25", "-i", fixtures / "faces" / name]
    halves = ";".join(f"[{n}:v]{how},pad=300:360:40:70[h{n}]" for n, (_, how) in enumerate(PEOPLE.values()))
    ffmpeg(
        *inputs, "-filter_complex", f"{halves};[h0][h1]hstack", "-frames:v", "26", "-c:v", "libx264",
        "-preset", "ultrafast", "-crf", "12", "-pix_fmt", "yuv420p", path,
    )  # fmt: skip
    return path


def side_that_moves(video: Path) -> str:
    pictures = [planes for _, planes in packets.decode_frames(video, pixel_format="gray")]
    stir = np.std(np.stack(pictures[2:]).astype(np.float32), axis=0)[70:330]  # beside the mark
    return "left" if stir[:, : WIDTH // 2].sum() > stir[:, WIDTH // 2 :].sum() else "right"


def test_each_task_drives_the_face_of_its_own_photo(
    start: Start, footage: Path, fixtures: Path, tmp_path: Path
) -> None:
    emulator = start(render=render, workers=2)
    s3 = S3.of(emulator)
    s3.request("PUT", "/mediaprep/two.mp4", footage.read_bytes())
    for side, (name, how) in PEOPLE.items():
        photo = tmp_path / f"{side}.png"
        ffmpeg("-i", fixtures / "faces" / name, "-vf", f"{how},scale=300:300", photo)
        s3.request("PUT", f"/mediaprep/{side}.png", photo.read_bytes())
    tasks = {}
    for number in range(2):
        side = ("left", "right")[number % 2]
        request = {
            "RefVideoUrl": s3.presign("GET", "/mediaprep/two.mp4"),
            "VideoParam": {"RefPhotoUrl": s3.presign("GET", f"/mediaprep/{side}.png")},
            "DriverType": "Text", "InputSsml": "你好你好", "SpeechParam": {"Speed": 1.5, "TimbreKey": "female_1"},
        }  # fmt: skip
        tasks[submit(emulator, "notrain", request)] = side
    for task, side in tasks.items():
        ended = finish(emulator, task, seconds=120)
        assert ended["Status"] == "SUCCESS", (side, ended["FailCode"], ended["FailMessage"])
        made = tmp_path / f"{task}.mp4"
        made.write_bytes(send("GET", ended["MediaUrl"]).body)
        assert side_that_moves(made) == side
