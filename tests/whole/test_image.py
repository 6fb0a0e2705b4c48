"""The container as an operator uses it: built from the lock, any user, a root file system that is read-only."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

_IMAGE = "localhost/mediaprep-tested"
PROJECT = Path(__file__).resolve().parents[2]
Mediaprep = Callable[..., "subprocess.CompletedProcess[str]"]

pytestmark = [pytest.mark.needs("buildah", "tmpfs"), pytest.mark.timeout(1800)]

_MANIFEST = """
jobs:
  - id: greeting
    endpoint: tts
    request: {InputSsml: 大家好。, TimbreKey: female_1, Speed: 1.0}
    output: greeting.mp3
"""
_INSIDE = """
set -e
mount --make-rprivate /
mount --bind "$root" "$root"
mount -o remount,ro,bind "$root"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount --bind "$data" "$root/data"
exec chroot "$root" setpriv --reuid "$uid" --regid "$uid" --clear-groups env -i "$@"
"""


def _buildah(*arguments: str) -> str:
    done = subprocess.run(["buildah", *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def image(base_image: None) -> Iterator[Path]:
    """The image's files, built by the script that the README names."""
    built = subprocess.run(
        [PROJECT / "scripts" / "image", "--tag", _IMAGE, "--isolation", "chroot"],
        env={**os.environ, "BUILDAH_ISOLATION": "chroot"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr[-3000:]
    container = _buildah("from", "--pull-never", _IMAGE)
    try:
        yield Path(_buildah("mount", container))
    finally:
        _buildah("rm", container)


@pytest.fixture(params=[1000, 12345])
def mediaprep(request: pytest.FixtureRequest, image: Path, tmp_path: Path) -> Mediaprep:
    """Runs a command in the image as a user that it does not know, in /data = tmp_path/data."""
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(PROJECT / "fixtures" / "faces" / "astronaut.png", data / "photo.png")
    (data / "story.yaml").write_text(_MANIFEST, encoding="utf-8")
    for path in (data, *data.iterdir()):
        os.chown(path, request.param, request.param)
    settings = json.loads(_buildah("inspect", "--type", "image", _IMAGE))["OCIv1"]["config"]["Env"]
    started = [*settings, "sh", "-c", 'cd /data; exec mediaprep "$@"', "mediaprep"]
    places = {"root": str(image), "data": str(data), "uid": str(request.param)}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["unshare", "-m", "sh", "-c", _INSIDE, "sh", *started, *arguments],
            env={"PATH": os.environ["PATH"], **places}, capture_output=True, text=True, check=False,
        )  # fmt: skip

    return run


def test_it_checks_runs_jobs_and_tells_what_it_can_do(mediaprep: Mediaprep, tmp_path: Path) -> None:
    checked = mediaprep("check", "photo.png", "--for", "photo.RefPhotoUrl")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "pass" in checked.stdout

    ran = mediaprep("run", "story.yaml", "--emulator")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (tmp_path / "data" / "greeting.mp3").stat().st_size > 1000

    told = mediaprep("doctor", "--format", "json")
    assert told.returncode == 0, told.stdout + told.stderr
    (ledger,) = [row for row in json.loads(told.stdout) if "ledger" in row["name"]]
    assert ledger["works"], ledger
