"""Outputs that go elsewhere: refused before anything is paid where they cannot, there when the job is DONE."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mediaprep.model import remote
from mediaprep.model.paid.manifest import Job, from_json, to_json
from mediaprep.model.paid.outcomes import Outcome, State
from mediaprep.submission.bucket.objects import located
from mediaprep.submission.job.stage_protocol import Policy
from mediaprep.verbs.run import run
from tests.submission.emulated import Emulated, emulated

SPEECH = {"InputSsml": "大家好。", "TimbreKey": "female_1", "Speed": 1.0}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulated]:
    with emulated(tmp_path_factory.mktemp("world")) as made:
        yield made


def job(folder: Path, url: str) -> Job:
    return Job(
        id=folder.name, endpoint="tts", request=SPEECH, base=folder, deliver=url,
        output=remote.delivered_place(url, folder),
    )  # fmt: skip


def run_it(world: Emulated, wanted: Job, **options: Any) -> Outcome:
    brisk = Policy(poll_first=0.05, wait_first=0.05, rate=50)
    return run(wanted, settings=world.settings, policy=brisk, **options)


def charged(world: Emulated) -> int:
    with urllib.request.urlopen(f"{world.emulator.control}/account", timeout=10) as answer:
        return len(json.load(answer)["tasks"])


def state_of(world: Emulated, url: str) -> int | None:
    target = located(url, world.settings)
    return target.bucket.exists(target.key)


def test_an_output_lies_in_the_bucket_with_what_comes_beside_it_and_is_never_paid_again(
    world: Emulated, tmp_path: Path
) -> None:
    url = "s3://mediaprep/shows/片 1.mp3"
    wanted = job(tmp_path, url)
    done = run_it(world, wanted, again=True)
    assert (done.state, done.problem) == (State.DONE, None)
    assert done.output is not None
    assert state_of(world, url) == done.output.stat().st_size
    assert state_of(world, "s3://mediaprep/shows/片 1.timestamps.json")
    assert any(url in note.en for note in done.notes)


def test_what_was_delivered_is_done_though_this_machine_has_no_copy(world: Emulated, tmp_path: Path) -> None:
    wanted = job(tmp_path, "s3://mediaprep/gone/a.mp3")
    first = run_it(world, wanted)
    before = charged(world)
    assert first.output is not None
    for path in tmp_path.rglob("a.*"):
        path.unlink()
    again = run_it(world, wanted)
    assert (again.state, charged(world)) == (State.DONE, before)
    assert not first.output.exists()


def test_an_object_that_is_not_ours_is_not_replaced_and_nothing_is_paid(
    world: Emulated, tmp_path: Path
) -> None:
    url = "s3://mediaprep/taken/a.mp3"
    target = located(url, world.settings)
    (tmp_path / "theirs").write_bytes(b"theirs")
    target.bucket.put_as(tmp_path / "theirs", target.key)
    before = charged(world)
    refused = run_it(world, job(tmp_path, url), again=True)
    assert refused.state is State.REFUSED
    assert refused.problem is not None
    assert url in refused.problem.en
    assert "--overwrite" in refused.problem.zh
    assert (charged(world), state_of(world, url)) == (before, 6)
    replaced = run_it(world, job(tmp_path, url), again=True, overwrite=True)
    assert replaced.state is State.DONE
    assert state_of(world, url) != 6


@pytest.mark.parametrize(
    "url",
    ["https://10.0.0.1/out.mp3", "http://93.184.216.34/out.mp3", "s3://mediaprep", "cos://bucket/out.mp3", "s3://mediaprep/x/"],
)  # fmt: skip
def test_where_nothing_can_be_sent_to_is_told_before_anything_is_paid(
    world: Emulated, tmp_path: Path, url: str
) -> None:
    before = charged(world)
    refused = run_it(world, job(tmp_path, url), again=True)
    assert (refused.state, charged(world)) == (State.REFUSED, before)
    assert refused.problem is not None
    assert refused.problem.en.startswith(remote.shown(url))


def test_a_presigned_url_is_written_to_and_its_signature_is_kept_nowhere(
    world: Emulated, tmp_path: Path
) -> None:
    target = located("s3://mediaprep/signed/out.mp3", world.settings)
    url = target.bucket.put_url(target.key, 600)
    done = run_it(world, job(tmp_path, url), again=True)
    assert (done.state, done.problem) == (State.DONE, None)
    assert target.bucket.exists(target.key)
    assert "Signature" not in repr(done)
    assert world.book.path is not None
    kept = b"".join(path.read_bytes() for path in world.book.path.parent.glob(f"{world.book.path.name}*"))
    assert b"signed/out.mp3" in kept
    assert url.partition("X-Amz-Signature=")[2][:32].encode() not in kept


def test_a_job_of_an_older_ledger_is_told_as_it_was(tmp_path: Path) -> None:
    plain = replace(job(tmp_path, "s3://b/x.mp3"), deliver=None)
    assert {"deliver", "sources"}.isdisjoint(to_json(plain))
    elsewhere = replace(plain, deliver="s3://b/x.mp3", sources={"/cache/a.mov": "s3://b/a.mov"})
    assert from_json(to_json(elsewhere)) == elsewhere
