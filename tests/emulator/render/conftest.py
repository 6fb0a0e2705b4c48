"""One binary and one portrait video for all renderer tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediaprep.media.ffmpeg import Binary, find
from tests.making import ffmpeg


@pytest.fixture(scope="session")
def binary() -> Binary:
    return find()


@pytest.fixture(scope="session")
def portrait_video(fixtures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of a face that holds still, 400×400 at 25 fps, without sound."""
    path = tmp_path_factory.mktemp("footage") / "face.mp4"
    ffmpeg(
        "-loop", "1", "-framerate", "25", "-i", fixtures / "faces" / "astronaut.png", "-t", "2",
        "-vf", "scale=400:400", "-c:v", "libx264", "-preset", "veryfast", "-crf", "12",
        "-pix_fmt", "yuv420p", path,
    )  # fmt: skip
    return path
