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
        [PROJECT / "scripts" / "image", "--tag", _IMAGE, "--isolation", "chroot", "--layers=false"],
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


def test_it_checks_and_tells_what_it_can_do(mediaprep: Mediaprep) -> None:
    checked = mediaprep("check", "photo.png", "--for", "photo.RefPhotoUrl")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "pass" in checked.stdout

    told = mediaprep("doctor", "--format", "json")
    assert told.returncode == 0, told.stdout + told.stderr
    (ledger,) = [row for row in json.loads(told.stdout) if "ledger" in row["name"]]
    assert ledger["works"], ledger


def test_a_batch_of_all_endpoints_is_done_in_it_by_an_unknown_user_on_a_root_that_is_read_only(
    image: Path, tmp_path: Path
) -> None:
    batch = tmp_path / "batch"
    ran = subprocess.run(
        [PROJECT / "scripts" / "image-batch"], cwd=tmp_path,
        env={**os.environ, "IMAGE": _IMAGE, "BATCH": str(batch)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-3000:]
    rows = [json.loads(line) for line in (batch / "jobs.results.jsonl").read_text("utf-8").splitlines()]
    assert {row["id"]: row["state"] for row in rows} == dict.fromkeys(
        ["tts", "basic", "advanced", "notrain", "photo", "ppt"], "done"
    )
    assert {path.stat().st_uid for path in (batch / "out").iterdir()} == {12345}


def test_it_is_small_and_says_what_it_is(image: Path) -> None:
    made = json.loads(_buildah("inspect", "--type", "image", _IMAGE))
    labels = made["OCIv1"]["config"]["Labels"]
    assert {"version", "revision", "title", "licenses", "base.name"} <= {
        name.removeprefix("org.opencontainers.image.") for name in labels
    }
    assert made["Docker"]["config"]["Healthcheck"]["Test"] == ["CMD", "mediaprep", "doctor"]
    assert made["OCIv1"]["config"]["User"] not in ("", "0", "root")
    ours = subprocess.run(
        ["du", "-sb", image / "opt" / "mediaprep"], capture_output=True, text=True, check=True
    )
    assert int(ours.stdout.split()[0]) < 1_200_000_000
