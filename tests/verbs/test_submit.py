"""submit: judged, uploaded, sent once, written down."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mediaprep.config import Settings
from mediaprep.emulator.faults.fault_points import Faults
from mediaprep.emulator.messages import Call, Reply
from mediaprep.errors import BadAsset, BadConfig, GatewayError, Refused, Rejected, Unknown
from mediaprep.model.findings import Verdict
from mediaprep.model.paid.jobs import Submitted
from mediaprep.model.paid.records import AttemptState, JobState, NewJob
from mediaprep.submission.bucket import object_store, request_urls
from mediaprep.submission.bucket.signatures import digest_of
from mediaprep.submission.job import single_request
from mediaprep.submission.ledger import Ledger
from mediaprep.submission.wire.client import Gateway
from mediaprep.verbs.fetch import fetch
from mediaprep.verbs.jobs import resolve
from mediaprep.verbs.submit import submit
from tests.making import make_face_video, make_photo, make_video
from tests.submission.emulated import BASIC, NOTRAIN, TTS, Emulated, emulated, known_task


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("footage")
    make_video(made / "footage.mp4", seconds=1.2, width=640, height=360)
    make_video(made / "short.mp4", seconds=0.4, width=320, height=240)
    make_photo(made / "face.jpg")
    return made


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Emulated]:
    with emulated(tmp_path) as here:
        yield here


def states(here: Emulated) -> list[AttemptState]:
    return [attempt.state for attempt in here.book.attempts()]


def account(here: Emulated) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{here.emulator.control}/account", timeout=10) as answer:
        return json.load(answer)["tasks"]  # type: ignore[no-any-return]


def test_local_files_are_uploaded_and_the_task_is_accepted(running: Emulated, folder: Path) -> None:
    request = {**NOTRAIN, "RefVideoUrl": "footage.mp4", "VideoParam": {"RefPhotoUrls": ["face.jpg"]}}
    done = submit("notrain", request, settings=running.settings, base=folder, check_files=False)
    (task,) = account(running)
    assert task["task_id"] == done.task_id
    assert {upload.parameter for upload in done.uploads} == {"RefVideoUrl", "VideoParam.RefPhotoUrls[0]"}
    assert task["request"]["RefVideoUrl"].startswith(running.emulator.bucket)
    found = running.book.find(done.task_id)
    assert found is not None
    assert (found.endpoint, found.state, found.resumable) == ("notrain", JobState.RUNNING, False)
    assert running.book.path is not None
    for file in running.book.path.parent.glob("ledger.db*"):
        assert b"X-Amz" not in file.read_bytes()


def test_what_the_docs_refuse_is_refused_before_upload_and_ledger(running: Emulated, folder: Path) -> None:
    request = {
        **NOTRAIN,
        "RefVideoUrl": "footage.mp4",
        "SpeechParam": {"Speed": 9.0, "TimbreKey": "female_1"},
    }
    with pytest.raises(Refused) as caught:
        submit("notrain", request, settings=running.settings, base=folder)
    assert "notrain.SpeechParam.Speed.range" in {finding.rule for finding in caught.value.findings}
    assert running.book.attempts() == ()
    assert account(running) == []


def test_files_that_would_fail_the_task_are_refused_before_upload(running: Emulated, folder: Path) -> None:
    with pytest.raises(Refused, match="mediaprep fix") as caught:
        submit("notrain", {**NOTRAIN, "RefVideoUrl": "short.mp4"}, settings=running.settings, base=folder)
    rules = {finding.rule for finding in caught.value.findings}
    assert "notrain.RefVideoUrl.seconds" in rules
    assert account(running) == []


def test_advice_comes_back_with_the_task(running: Emulated) -> None:
    request = {**NOTRAIN, "RefVideoUrl": "http://media.example.com/x.mp4"}
    done = submit("notrain", request, settings=running.settings)
    assert "notrain.RefVideoUrl.scheme" in {finding.rule for finding in done.advice}
    assert all(finding.verdict is not Verdict.REFUSED for finding in done.advice)


def test_missing_files_and_missing_buckets_are_told_first(running: Emulated, folder: Path) -> None:
    with pytest.raises(BadAsset, match=r"RefVideoUrl: nowhere\.mp4"):
        submit("notrain", {**NOTRAIN, "RefVideoUrl": "nowhere.mp4"}, settings=running.settings, base=folder)
    bare = replace(running.settings, bucket=None)
    with pytest.raises(BadConfig, match="MEDIAPREP_BUCKET"):
        submit(
            "notrain",
            {**NOTRAIN, "RefVideoUrl": "footage.mp4"},
            settings=bare,
            base=folder,
            check_files=False,
        )
    assert account(running) == []


def test_the_same_request_again_is_the_same_task_and_another_only_on_request(running: Emulated) -> None:
    first = submit("tts", TTS, settings=running.settings)
    second = submit("tts", TTS, settings=running.settings)
    assert (second.task_id, first.before, second.before) == (first.task_id, False, True)
    assert len(account(running)) == 1
    other = submit("tts", {**TTS, "Speed": 1.2}, settings=running.settings, wait_seconds=60)
    anew = submit("tts", TTS, settings=running.settings, again=True, wait_seconds=60)
    assert len({first.task_id, other.task_id, anew.task_id}) == 3
    assert submit("tts", TTS, settings=running.settings).task_id == anew.task_id
    assert len(account(running)) == 3


def test_a_request_whose_result_is_kept_no_longer_is_submitted_anew(
    running: Emulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = submit("tts", TTS, settings=running.settings)
    monkeypatch.setattr("mediaprep.submission.job.single_request.RETENTION", timedelta(seconds=0))
    assert submit("tts", TTS, settings=running.settings, wait_seconds=60).task_id != first.task_id


class LosesAnswers(Faults):
    """The task is accepted, its answer is a 502."""

    lost = 0

    def after_accept(self, call: Call, endpoint: str, task_id: str) -> Reply | None:
        self.lost += 1
        return Reply(status=502, body=b"bad gateway")


def blind(here: Emulated) -> Settings:
    """Nothing can tell of a task whose answer was lost."""
    return replace(here.settings, bucket=None)


def test_where_nothing_tells_a_lost_answer_is_a_question_and_never_sent_again_before_its_signature_is_too_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with emulated(tmp_path, faults=LosesAnswers()) as here:
        with pytest.raises(Unknown, match="may have been accepted"):
            submit("tts", TTS, settings=blind(here))
        with pytest.raises(Unknown, match="may still be accepted until"):
            submit("tts", TTS, settings=blind(here))
        (doubt,) = here.book.jobs()
        while account(here)[0]["finished_at"] is None:  # one tts task at a time
            here.sleep(0.05)
        with pytest.raises(Unknown, match=r"may still be accepted until \d{4}-\d\d-\d\d .* UTC") as early:
            submit("tts", TTS, settings=blind(here), again=True)
        assert "jobs resolve" in early.value.en and "--abandon" in early.value.zh
        assert (len(account(here)), here.book.job(doubt.id).state.in_doubt) == (1, True)
        later = SimpleNamespace(time=lambda: time.time() + 400)
        monkeypatch.setattr("mediaprep.submission.job.ambiguous.time", later)
        with pytest.raises(Unknown, match="--again"):
            submit("tts", TTS, settings=blind(here))
        assert len(account(here)) == 1
        with pytest.raises(Unknown, match="HTTP 502"):
            submit("tts", TTS, settings=blind(here), again=True)
        assert len(account(here)) == 2
        assert states(here) == [AttemptState.SET_ASIDE, AttemptState.UNKNOWN]
        first, second = here.book.jobs()
        assert (first.state, second.state.in_doubt) == (JobState.FAILED, True)


def test_a_lost_answer_is_made_up_for_by_the_result_in_the_bucket(tmp_path: Path) -> None:
    with emulated(tmp_path, faults=LosesAnswers()) as here:
        done = submit("tts", TTS, settings=here.settings)
        again = submit("tts", TTS, settings=here.settings)
        assert ([done.task_id, again.task_id], done.job, again.before) == (["", ""], again.job, True)
        got = fetch(done.job, tmp_path / "said.mp3", settings=here.settings)
        assert got.seconds == pytest.approx(0.5, abs=0.1)
        assert "TaskId" in got.notes[0].en
        assert here.book.job(done.job).state is JobState.DONE
        assert len(account(here)) == 1


def test_a_person_who_insists_gives_the_doubt_up_first(tmp_path: Path) -> None:
    with emulated(tmp_path, faults=LosesAnswers()) as here:
        for again in (False, True):
            with pytest.raises(Unknown):
                submit("tts", TTS, settings=blind(here), again=again)
        while account(here)[0]["finished_at"] is None:
            here.sleep(0.05)
        resolve(here.settings, here.book.jobs()[0].id, abandon=True)
        with pytest.raises(GatewayError, match="--again"):
            submit("tts", TTS, settings=blind(here))
        assert len(account(here)) == 1
        with pytest.raises(Unknown, match="HTTP 502"):
            submit("tts", TTS, settings=blind(here), again=True)
        assert len(account(here)) == 2


def test_the_same_footage_signed_anew_is_still_the_same_request(tmp_path: Path, folder: Path) -> None:
    request = {**NOTRAIN, "RefVideoUrl": "footage.mp4"}
    with emulated(tmp_path) as here:
        wishes: dict[str, Any] = {"settings": here.settings, "base": folder, "check_files": False}
        first = submit("notrain", request, **wishes)
        copy = tmp_path / "copy.mp4"
        copy.write_bytes((folder / "footage.mp4").read_bytes())
        second = submit("notrain", {**request, "RefVideoUrl": str(copy)}, **wishes)
        other = submit("notrain", {**request, "InputSsml": "另一段不同的文本"}, wait_seconds=60, **wishes)
        assert (first.task_id, second.before) == (second.task_id, True)
        assert other.task_id != first.task_id


def test_what_an_earlier_version_submitted_is_not_paid_again(running: Emulated, folder: Path) -> None:
    """It named its jobs by where their files were uploaded to."""
    request = {**NOTRAIN, "RefVideoUrl": "footage.mp4"}
    gateway, store = Gateway(running.settings), object_store.store(running.settings)
    found = request_urls.assets("notrain", request, folder)
    sent, _ = request_urls.upload(request, found, store)
    digest = digest_of(gateway.base_url, gateway.appkey, "notrain", gateway.prepare("notrain", sent))
    job = known_task(
        running.settings, "task-1", endpoint="notrain", base_url=gateway.base_url, request=sent, digest=digest
    )
    done = submit("notrain", request, settings=running.settings, base=folder, check_files=False)
    assert (done.task_id, done.job, done.before, account(running)) == ("task-1", job, True, [])


class Full(Faults):
    """No room for the first two submits."""

    def __init__(self) -> None:
        self.turned_away = 0

    def before_accept(self, call: Call, endpoint: str) -> Reply | None:
        if self.turned_away == 2 or endpoint != "tts":
            return None
        self.turned_away += 1
        body = {"Header": {"Code": 100008, "Message": "over quota", "RequestID": "r", "SessionID": "s"}}
        return Reply(status=200, body=json.dumps(body).encode())


def test_waiting_for_room_writes_every_attempt_down(tmp_path: Path) -> None:
    told: list[int] = []
    with emulated(tmp_path, faults=Full()) as here:
        done = submit(
            "tts",
            TTS,
            settings=here.settings,
            wait_seconds=600,
            sleep=here.sleep,
            on_wait=lambda pause, error: told.append(error.code),
        )
        assert states(here) == [AttemptState.REJECTED, AttemptState.REJECTED, AttemptState.ACCEPTED]
        assert here.book.find(done.task_id) is not None
    assert told == [100008, 100008]


def test_without_waiting_a_full_desk_is_told_at_once_and_the_next_call_goes_on(tmp_path: Path) -> None:
    with emulated(tmp_path, faults=Full()) as here:
        with pytest.raises(Rejected) as caught:
            submit("tts", TTS, settings=here.settings)
        assert caught.value.code == 100008
        (row,) = here.book.jobs()
        assert (row.state, row.state.in_doubt) == (JobState.READY, False)
        assert submit("tts", TTS, settings=here.settings, wait_seconds=60).job == row.id
        assert len(account(here)) == 1


def test_of_commands_with_the_same_request_at_the_same_moment_one_sends(running: Emulated) -> None:
    ready, done = threading.Barrier(4), list[Submitted]()

    def command() -> None:
        ready.wait()
        done.append(submit("basic", BASIC, settings=running.settings, wait_seconds=60))

    threads = [threading.Thread(target=command) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len({one.task_id for one in done}) == 1
    assert sorted(one.before for one in done) == [False, True, True, True]
    assert len(account(running)) == 1


def test_commands_that_say_again_before_either_has_sent_are_one_job(running: Emulated) -> None:
    first = running.book.job(submit("basic", BASIC, settings=running.settings).job)
    new = NewJob(
        id=first.id, name=first.name, endpoint=first.endpoint, base_url=first.base_url, digest=first.digest
    )
    one, two, plain = (
        single_request.enrolled(running.book, new, again=again, formerly="") for again in (True, True, False)
    )
    assert one.id == two.id == plain.id != first.id
    anew = submit("basic", BASIC, settings=running.settings, again=True, wait_seconds=60)
    assert (anew.job, anew.before) == (one.id, False)
    assert len(account(running)) == 2


_DIES = """
import json, os, sys
from mediaprep.config import Settings
from mediaprep.submission.job import single_request
from mediaprep.verbs.submit import submit
class Dies(set):
    def add(self, name):
        if name == sys.argv[1]:
            os._exit(9)
heard = single_request.SubmitLog
single_request.SubmitLog = lambda: heard(points=Dies())
submit("tts", json.loads(sys.argv[2]), settings=Settings.load({}, dict(os.environ)))
"""


@pytest.mark.parametrize("point", ["prepare_mid", "in_flight", "after_response"])
def test_a_command_that_is_killed_is_gone_on_with_and_paid_once(
    running: Emulated, tmp_path: Path, point: str
) -> None:
    given = [sys.executable, "-c", _DIES, point, json.dumps(TTS)]
    assert running.book.path is not None
    environ = {**os.environ, **running.emulator.env, "MEDIAPREP_LEDGER": str(running.book.path)}
    assert subprocess.run(given, env=environ, cwd=tmp_path, check=False).returncode == 9
    try:
        done = submit("tts", TTS, settings=running.settings, base=tmp_path, doubt_seconds=0.5)
    except Unknown:  # it was not sent: that is known once no signature of it can be accepted, and not before
        assert point in {"after_intent", "in_flight"}
        assert account(running) == []
        return
    assert (len(account(running)), len(running.book.jobs())) == (1, 1)
    assert done.job == running.book.jobs()[0].id


def test_an_older_copy_of_the_ledger_sends_nothing_and_asks(running: Emulated, tmp_path: Path) -> None:
    for n, name in enumerate(("beside", "elsewhere")):
        request, base = {**TTS, "Speed": 1.0 + n / 10}, tmp_path / name
        first = submit("tts", request, settings=running.settings, base=base, wait_seconds=60)
        with Ledger(tmp_path / f"{name}.db") as copy:
            with pytest.raises(Unknown, match=first.task_id):
                submit("tts", request, settings=running.settings, base=base, ledger=copy)
            (asked,) = copy.jobs()
            assert asked.state is JobState.REVIEW
        assert len(account(running)) == n + 1


def test_an_expired_url_is_refused_before_anything_is_sent(running: Emulated) -> None:
    url = "https://b.s3.amazonaws.com/a.mp3?X-Amz-Date=20200101T000000Z&X-Amz-Expires=60&X-Amz-Signature=ab"
    request = {**TTS, "AudioStorageS3Url": url}
    with pytest.raises(Refused, match="expired") as caught:
        submit("tts", request, settings=running.settings, check_files=False)
    assert [f.verdict for f in caught.value.findings] == [Verdict.REFUSED]
    assert account(running) == []


def test_a_file_that_is_replaced_while_it_is_judged_is_not_submitted(
    running: Emulated, tmp_path: Path, fixtures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was checked must be what is uploaded, however alike the two are."""
    footage = make_face_video(tmp_path / "footage.mp4", fixtures / "faces" / "astronaut.png", seconds=1.2)
    verb = importlib.import_module("mediaprep.verbs.submit")  # the face of verbs names the function alike
    honest = verb.probe

    def meddling(path: Path) -> Any:
        found = honest(path)
        other = tmp_path / "other"
        other.write_bytes(footage.read_bytes())
        other.replace(footage)
        return found

    monkeypatch.setattr(verb, "probe", meddling)
    with pytest.raises(BadAsset, match="changed or replaced after it was checked"):
        submit("notrain", {**NOTRAIN, "RefVideoUrl": str(footage)}, settings=running.settings)
    assert account(running) == []
    assert running.book.attempts() == ()
