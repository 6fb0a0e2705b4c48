"""Files by URL on the command line, as a user types them: read from a bucket, written to one, told by their URLs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mediaprep.config import Settings
from mediaprep.emulator.server import Emulator
from mediaprep.submission.bucket.object_store import Bucket, store
from tests.making import make_video

Mediaprep = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """With a video in its bucket that has to be mended."""
    footage = make_video(tmp_path_factory.mktemp("made") / "a.mov", seconds=1, width=360, height=360)
    with Emulator() as running:
        bucket(running).put_as(footage, "in/片头.mov")
        yield running


def bucket(emulator: Emulator) -> Bucket:
    made = store(Settings.load({}, emulator.env))
    assert isinstance(made, Bucket)
    return made


@pytest.fixture
def mediaprep(emulator: Emulator, tmp_path: Path) -> Mediaprep:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "mediaprep", *arguments],
            env={**os.environ, **emulator.env}, cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip

    return run


def test_a_file_of_a_bucket_is_checked_and_mended_into_the_bucket(
    mediaprep: Mediaprep, emulator: Emulator, tmp_path: Path
) -> None:
    checked = mediaprep("check", "s3://mediaprep/in/片头.mov", "--no-faces")
    assert checked.returncode == 0, checked.stderr
    assert "s3://mediaprep/in/片头.mov  pass" in checked.stdout

    fixed = mediaprep("fix", "s3://mediaprep/in/片头.mov", "-o", "s3://mediaprep/out/好.mp4", "--no-faces")
    assert fixed.returncode == 0, fixed.stderr
    assert "sent to s3://mediaprep/out/好.mp4" in fixed.stdout
    assert (
        bucket(emulator).exists("out/好.mp4") == (tmp_path / "delivered/mediaprep/out/好.mp4").stat().st_size
    )


def test_an_object_of_somebody_else_is_not_replaced(
    mediaprep: Mediaprep, emulator: Emulator, tmp_path: Path
) -> None:
    (tmp_path / "theirs").write_bytes(b"theirs")
    bucket(emulator).put_as(tmp_path / "theirs", "out/theirs.mp4")
    wanted = ("fix", "s3://mediaprep/in/片头.mov", "-o", "s3://mediaprep/out/theirs.mp4", "--no-faces")
    refused = mediaprep(*wanted)
    assert (refused.returncode, bucket(emulator).exists("out/theirs.mp4")) == (2, 6)
    assert "--overwrite" in refused.stderr
    assert mediaprep(*wanted, "--overwrite").returncode == 0
    assert bucket(emulator).exists("out/theirs.mp4") != 6


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_is_not_there_is_told_by_its_url(mediaprep: Mediaprep, lang: str) -> None:
    told = mediaprep("check", "s3://mediaprep/none.mov", "--lang", lang)
    assert told.returncode == 1
    assert "s3://mediaprep/none.mov" in told.stderr
    assert ("no such file" if lang == "en" else "文件不存在") in told.stderr
    assert "Traceback" not in told.stderr
