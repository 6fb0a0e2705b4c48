"""Two jobs that share their files: each file is looked at, hashed, mended and uploaded once, counted at the doors."""

from __future__ import annotations

import collections
import contextlib
import hashlib
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from mediaprep.batch.engine import Engine, PoolSizes
from mediaprep.batch.manifest import read
from mediaprep.emulator.store.bucket import EmulatedBucket
from mediaprep.media.isolation import guard
from mediaprep.model.paid.outcomes import State
from mediaprep.submission.job.stage_protocol import Policy
from mediaprep.verbs.paid import run_session
from mediaprep.verbs.paid.run_session import RunOptions
from tests.conftest import FIXTURES
from tests.making import ffmpeg, make_video
from tests.submission.emulated import NOTRAIN, Emulated, emulated

WISHES = RunOptions(detailed=False, pictures=False, policy=Policy(poll_first=0.1, wait_first=0.1, rate=50))


@dataclass
class Doors:
    """What went through: tasks of guarded children by (task, file), hashes by
    inode, encoders by what they read,
    objects that the bucket took."""

    tasks: collections.Counter[tuple[str, str]] = field(default_factory=collections.Counter)
    hashed: collections.Counter[int] = field(default_factory=collections.Counter)
    mends: list[str] = field(default_factory=list)
    uploads: list[str] = field(default_factory=list)

    def of(self, path: Path) -> dict[str, int]:
        """What was done with one file: whole looks, looks for faces, hashes."""
        looks = sum(self.tasks[task, path.name] for task in ("video", "photo"))
        return {
            "looks": looks,
            "faces": self.tasks["faces", path.name],
            "hashes": self.hashed[path.stat().st_ino],
        }


@pytest.fixture
def doors(monkeypatch: pytest.MonkeyPatch) -> Iterator[Doors]:
    """Counted where the work leaves the process or the standard library does it."""
    seen = Doors()

    def spied(owner: object, name: str, note: Callable[..., None]) -> None:
        plain = getattr(owner, name)

        def through(*arguments: Any, **options: Any) -> Any:
            note(*arguments)
            return plain(*arguments, **options)

        monkeypatch.setattr(owner, name, through)

    def asked(room: str, task: str, *arguments: object) -> None:
        del room
        seen.tasks.update((task, path.name) for path in arguments if isinstance(path, Path))

    def started(_: object, argv: Any, *__: Any) -> None:
        words = [str(word) for word in argv]
        if any("/.mend-" in word for word in words):
            seen.mends.append(" ".join(words))

    def handled(_: object, call: Any) -> None:
        if call.method == "PUT" and re.search(r"/[0-9a-f]{64}\.", call.path):
            seen.uploads.append(call.path)

    spied(guard, "ask", asked)
    spied(hashlib, "file_digest", lambda file, kind: seen.hashed.update([os.fstat(file.fileno()).st_ino]))
    spied(subprocess.Popen, "__init__", started)
    spied(EmulatedBucket, "handle", handled)
    yield seen


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second of a face, as MPEG-4 in a .mov: the service would refuse it, `fix` mends it."""
    path = tmp_path_factory.mktemp("shared") / "footage.mov"
    ffmpeg(
        "-loop", "1", "-t", "1.2", "-i", FIXTURES / "faces" / "astronaut.png", "-vf", "scale=400:400", "-r", "25",
        "-c:v", "mpeg4", path,
    )  # fmt: skip
    return path


def manifest(folder: Path, footage: Path, **finish: Path) -> Path:
    jobs = [
        {
            "id": f"j{number}", "endpoint": "notrain", "output": f"out/{number}/j{number}.mp4",
            "request": {**NOTRAIN, "InputSsml": f"大家好，这是第{number}段。", "RefVideoUrl": str(footage)},
            "finish": {role: str(path) for role, path in finish.items()},
        }
        for number in (1, 2)
    ]  # fmt: skip
    path = folder / "jobs.yaml"
    path.write_text(yaml.safe_dump({"jobs": jobs}, allow_unicode=True), encoding="utf-8")
    return path


def ran(world: Emulated, path: Path) -> None:
    done = Engine(settings=world.settings, wishes=WISHES, crew=PoolSizes(waiters=2, encoders=2)).run(
        read(path)
    )
    assert [outcome.state for outcome in done.outcomes] == [State.DONE] * 2, [
        o.problem for o in done.outcomes
    ]


def test_what_two_jobs_share_is_looked_at_hashed_mended_and_uploaded_once(
    tmp_path: Path, footage: Path, doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_session, "opened", lambda *_: contextlib.nullcontext())  # a bucket and no gate
    head = make_video(tmp_path / "head.mp4", seconds=0.4, width=320, height=240)
    tail = make_video(tmp_path / "tail.mp4", seconds=0.4, width=320, height=240)
    with emulated(tmp_path / "world") as world:
        ran(world, manifest(tmp_path, footage, head=head, tail=tail))

    assert doors.of(footage) == {"looks": 1, "faces": 1, "hashes": 1}
    assert [doors.of(clip) for clip in (head, tail)] == [{"looks": 1, "faces": 0, "hashes": 1}] * 2
    assert len(doors.mends) == 1
    (mended,) = {path.resolve() for path in tmp_path.glob("out/1/.mediaprep/**/footage.mp4")}
    assert doors.of(mended) == {"looks": 0, "faces": 0, "hashes": 1}, (
        "it was looked at as a part, before it had its name"
    )
    (other,) = tmp_path.glob("out/2/.mediaprep/**/footage.mp4")
    assert other.read_bytes() == mended.read_bytes()
    assert len(doors.uploads) == 1
