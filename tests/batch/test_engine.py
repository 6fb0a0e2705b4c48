"""Many jobs at once: under the account's quotas, resumable after any stop, shared by processes, told in order."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from mediaprep import processes
from mediaprep.batch.engine import Engine, PoolSizes, Ran
from mediaprep.batch.manifest import read
from mediaprep.model.paid.outcomes import Outcome, ProgressEvent, State
from mediaprep.model.paid.records import JobState
from mediaprep.submission.bucket.objects import located
from mediaprep.submission.job.stage_protocol import Policy
from mediaprep.submission.ledger import Ledger
from mediaprep.verbs.paid.run_session import RunOptions
from tests.conftest import FIXTURES
from tests.making import ffmpeg, make_audio, make_photo
from tests.submission.emulated import BASIC, NOTRAIN, TTS, Emulated, emulated

BRISK = Policy(poll_first=0.1, wait_first=0.1, rate=50)
BARE = RunOptions(detailed=False, pictures=False, policy=BRISK)


def entry(number: int, endpoint: str = "basic", **more: Any) -> dict[str, Any]:
    request = {**(TTS if endpoint == "tts" else BASIC), "InputSsml": f"大家好，这是第{number}段。"}
    suffix = "mp3" if endpoint == "tts" else "webm"
    return {
        "id": f"j{number}", "endpoint": endpoint, "request": request, "output": f"out/j{number}.{suffix}", **more,
    }  # fmt: skip


def manifest(folder: Path, entries: list[dict[str, Any]]) -> Path:
    path = folder / "jobs.yaml"
    path.write_text(yaml.safe_dump({"jobs": entries}, allow_unicode=True), encoding="utf-8")
    return path


def accepted(world: Emulated) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{world.emulator.control}/account", timeout=10) as answer:
        tasks: list[dict[str, Any]] = json.load(answer)["tasks"]
    return tasks


def texts(world: Emulated) -> list[str]:
    """What was paid for: every job has a text of its own."""
    return sorted(task["request"]["InputSsml"] for task in accepted(world))


def work(world: Emulated, path: Path, *, crew: PoolSizes | None = None, wishes: RunOptions = BARE) -> Ran:
    return Engine(settings=world.settings, wishes=wishes, crew=crew or PoolSizes()).run(read(path))


@contextlib.contextmanager
def command(world: Emulated, folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """`mediaprep ARGUMENTS` as a process of its own."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MEDIAPREP_", "AWS_"))}
    environ = {
        **clean,
        **world.emulator.env,
        "MEDIAPREP_LEDGER": str(world.settings.ledger),
        "LANG": "C.UTF-8",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "mediaprep", *arguments],
        cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    limit = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < limit, "it never came to that"
        time.sleep(0.02)


def most_at_once(world: Emulated, endpoint: str) -> int:
    """By the service's own account: how many tasks of an endpoint lived at one moment."""
    moments = []
    for task in accepted(world):
        if task["endpoint"] == endpoint:
            moments += [(task["accepted_at"], 1), (task["finished_at"], -1)]
    alive, most = 0, 0
    for _, step in sorted(moments):
        alive += step
        most = max(most, alive)
    return most


def test_eight_jobs_at_once_keep_to_the_quotas_of_the_account(tmp_path: Path) -> None:
    entries = [entry(n, "tts" if n % 4 == 3 else "basic") for n in range(8)]
    with emulated(tmp_path, speed="polls:2") as world:
        ran = work(world, manifest(tmp_path, entries))
        assert [outcome.state for outcome in ran.outcomes] == [State.DONE] * 8
        assert (ran.codes, ran.stopped) == ({0}, False)
        assert len(texts(world)) == len(set(texts(world))) == 8
        assert most_at_once(world, "tts") == 1
        assert 2 <= most_at_once(world, "basic") <= 5
        names = [event.name for event in Ledger.open(world.settings).events()]
    assert "no room" not in names, "the service never had to say that it was full"


def test_bought_channels_add_places_and_a_resume_knows_them_too(tmp_path: Path) -> None:
    with emulated(tmp_path, speed="polls:6", exclusive=2, audio=2) as world:
        assert (world.settings.concurrency, world.settings.audio_concurrency) == (2, 2)
        poor = replace(world.settings, concurrency=0, audio_concurrency=0)
        entries = [entry(n, "tts" if n % 3 == 2 else "basic") for n in range(12)]
        path = manifest(tmp_path, entries)
        engine = Engine(
            settings=poor, wishes=BARE, crew=PoolSizes(waiters=12), tell=lambda event: engine.stop()
        )
        assert engine.run(read(path)).stopped
        ran = Engine(settings=world.settings, wishes=BARE, crew=PoolSizes(waiters=12)).resume()
        assert {outcome.state for outcome in ran.outcomes} == {State.DONE}
        with Ledger.open(world.settings) as ledger:
            places = [quota.partition(":")[2] for quota, _, _ in ledger.permits()]
            names = [event.name for event in ledger.events()]
        assert (sum(place.startswith("video:") for place in places), places.count("tts")) == (7, 3)
        assert most_at_once(world, "tts") > 1
        assert "no room" not in names


def test_reports_keep_the_order_of_the_manifest_and_name_what_never_began(tmp_path: Path) -> None:
    entries = [entry(0), entry(1, request={**BASIC, "InputSsml": "这次会失败的。"}), entry(2, "tts")]
    missing = {"RefPhotoUrl": "nowhere.png", "InputSsml": "大家好"}
    entries.insert(1, entry(9, endpoint="photo", request=missing, output="out/j9.mp4"))
    told: list[Outcome] = []
    with emulated(tmp_path) as world:
        engine = Engine(settings=world.settings, wishes=BARE, ended=told.append)
        ran = engine.run(read(manifest(tmp_path, entries)))
    assert [(o.job, o.state) for o in ran.outcomes] == [
        ("j0", State.DONE), ("j9", State.REFUSED), ("j1", State.FAILED), ("j2", State.DONE),
    ]  # fmt: skip
    assert {outcome.job for outcome in told} == {"j0", "j1", "j2", "j9"}
    assert ran.codes == {0, 1, 4}


def test_a_killed_process_is_gone_on_with_by_another_and_nothing_is_paid_twice(tmp_path: Path) -> None:
    ffmpeg(
        "-loop", "1", "-t", "1.2", "-i", FIXTURES / "faces" / "astronaut.png", "-vf", "scale=400:400", "-r", "25",
        "-c:v", "libx264", "-pix_fmt", "yuv420p", tmp_path / "face.mp4",
    )  # fmt: skip
    entries = []
    for n in range(4):
        request = {**NOTRAIN, "InputSsml": f"大家好，这是第{n}段。", "RefVideoUrl": "face.mp4"}
        entries.append(entry(n, "notrain", request=request, output=f"out/j{n}.mp4"))
    path = manifest(tmp_path, entries)
    with emulated(tmp_path) as world:
        with command(world, tmp_path, "run", path.name) as process:
            until(lambda: len(accepted(world)) >= 2)
            process.send_signal(signal.SIGKILL)
            process.wait()
        with command(world, tmp_path, "run", path.name, "--format=json") as process:
            code, out, err = ended(process)
        assert code == 0, err
        assert [job["state"] for job in json.loads(out)["jobs"]] == ["done"] * 4
        charged = [task["request"]["InputSsml"] for task in accepted(world) if task["charged"]]
        assert sorted(charged) == sorted(row["request"]["InputSsml"] for row in entries)
    assert len(list((tmp_path / "out").glob("*.mp4"))) == 4


def test_sigterm_leaves_a_state_that_can_be_resumed_without_the_manifest(tmp_path: Path) -> None:
    path = manifest(tmp_path, [entry(n) for n in range(3)])
    with emulated(tmp_path, speed="polls:4") as world:
        with command(world, tmp_path, "run", path.name, "--format=json") as process:
            until(lambda: len(accepted(world)) == 3)
            process.send_signal(signal.SIGTERM)
            code, out, err = ended(process)
        assert code == 5
        assert "To go on: mediaprep" in err
        assert "Traceback" not in err
        assert [job["state"] for job in json.loads(out)["jobs"]] == ["pending"] * 3
        held = [row for row in Ledger.open(world.settings).jobs() if row.lease_until > 0]
        assert held == [], "claims were given back"
        path.unlink()
        with command(world, tmp_path, "jobs", "resume") as process:
            code, out, err = ended(process)
        assert code == 0, err + out
        assert len(texts(world)) == 3
    assert len(list((tmp_path / "out").glob("*.webm"))) == 3


def test_sigterm_ends_within_ten_seconds_though_a_submit_is_on_its_way(tmp_path: Path) -> None:
    path = manifest(tmp_path, [entry(1)])
    late = {"rules": [{"do": "latency", "seconds": 40, "when": "after", "on": "submit"}]}
    with emulated(tmp_path) as world:
        asked = urllib.request.Request(f"{world.emulator.control}/faults", json.dumps(late).encode())
        urllib.request.urlopen(asked, timeout=10).close()
        with command(world, tmp_path, "run", path.name, "--format=json") as process:
            until(lambda: len(accepted(world)) == 1)
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            code, _, err = ended(process)
            took = time.monotonic() - began
        assert (code, took < 10) == (5, True), (took, err)
        assert "Traceback" not in err
        (row,) = Ledger.open(world.settings).jobs()
        assert row.state in {JobState.SUBMITTING, JobState.AMBIGUOUS}


def test_two_processes_share_one_ledger_and_its_jobs(tmp_path: Path) -> None:
    path = manifest(tmp_path, [entry(n) for n in range(6)])
    with emulated(tmp_path, speed="polls:2") as world:
        with (
            command(world, tmp_path, "run", path.name, "--format=json") as one,
            command(world, tmp_path, "run", path.name, "--format=json") as two,
        ):
            ends = [ended(one), ended(two)]
        assert [end[0] for end in ends] == [0, 0], ends
        for _, out, _ in ends:
            assert [job["state"] for job in json.loads(out)["jobs"]] == ["done"] * 6
        assert len(texts(world)) == len(set(texts(world))) == 6
        ledger = Ledger.open(world.settings)
        pids = {event.owner.rpartition(":")[2] for event in ledger.events() if "@" in event.owner}
    assert len(pids) == 2, "both had a share of the work"


@pytest.mark.needs("postgres")
def test_two_engines_share_a_ledger_in_postgresql(tmp_path: Path, postgres: Any) -> None:
    jobs = read(manifest(tmp_path, [entry(n) for n in range(6)]))
    with emulated(tmp_path) as world:
        settings = replace(world.settings, ledger=postgres.fresh())
        engines = [Engine(settings=settings, wishes=BARE) for _ in range(2)]
        ends: list[Ran] = []
        threads = [threading.Thread(target=lambda e=e: ends.append(e.run(jobs))) for e in engines]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [[outcome.state for outcome in ran.outcomes] for ran in ends] == [[State.DONE] * 6] * 2
        assert len(texts(world)) == len(set(texts(world))) == 6


def test_a_run_that_is_asked_to_stop_begins_nothing_more(tmp_path: Path) -> None:
    path = manifest(tmp_path, [entry(n) for n in range(8)])
    with emulated(tmp_path, speed="polls:1000") as world:
        engine = Engine(settings=world.settings, wishes=BARE, tell=lambda event: stop_at(event))

        def stop_at(event: ProgressEvent) -> None:
            if event.kind == "submit":
                engine.stop()

        ran = engine.run(read(path))
        assert ran.stopped
        assert [outcome.exit_code for outcome in ran.outcomes] == [5] * 8
        assert 1 <= len(accepted(world)) <= 5
        states = {row.state for row in Ledger.open(world.settings).jobs()}
    assert states <= {JobState.NEW, JobState.READY, JobState.RUNNING}


def test_a_stop_ends_encoders_and_leaves_no_half_file(tmp_path: Path) -> None:
    footage = tmp_path / "long.avi"
    ffmpeg(
        "-loop", "1", "-t", "40", "-i", FIXTURES / "faces" / "astronaut.png", "-vf", "scale=512:512", "-r", "25",
        "-c:v", "mpeg4", footage,
    )  # fmt: skip
    request = {**NOTRAIN, "RefVideoUrl": footage.name}
    path = manifest(tmp_path, [entry(0, "notrain", request=request, output="out/j0.mp4")])
    with emulated(tmp_path) as world:
        engine = Engine(settings=world.settings, wishes=BARE, tell=lambda event: stop_at(event))
        began: list[ProgressEvent] = []

        def stop_at(event: ProgressEvent) -> None:
            if event.kind == "fix" and event.done is not None:
                began.append(event)
                engine.stop()

        ran = engine.run(read(path))
        assert began and ran.stopped
        (row,) = Ledger.open(world.settings).jobs()
        assert (row.state, row.lease_until) == (JobState.NEW, 0.0)
        assert accepted(world) == []
    assert [found.name for found in tmp_path.rglob("*.mp4*") if found.is_file()] == []


def test_only_the_finishing_that_changed_is_done_again(tmp_path: Path) -> None:
    with emulated(tmp_path) as world:
        work(world, manifest(tmp_path, [entry(0, "tts")]))
        (tmp_path / "out" / "j0.mp3").unlink()
        ran = work(world, manifest(tmp_path, [entry(0, "tts", output="out/other.mp3")]))
        assert [outcome.state for outcome in ran.outcomes] == [State.DONE]
        assert (tmp_path / "out" / "other.mp3").stat().st_size > 0
        assert len(accepted(world)) == 1
        row = Ledger.open(world.settings).jobs()[0]
        before = row.epoch
        ran = work(world, manifest(tmp_path, [entry(0, "tts", output="out/other.mp3")]))
        assert next(note.en for outcome in ran.outcomes for note in outcome.notes).startswith(
            "was done before"
        )
        assert Ledger.open(world.settings).jobs()[0].epoch == before, "it was not even touched"


def test_a_deadline_ends_the_waiting_of_every_job(tmp_path: Path) -> None:
    path = manifest(tmp_path, [entry(n) for n in range(3)])
    with emulated(tmp_path, speed="polls:1000") as world:
        wishes = RunOptions(deadline_seconds=0.5, detailed=False, pictures=False, policy=BRISK)
        ran = work(world, path, wishes=wishes)
        assert [(o.state, o.exit_code) for o in ran.outcomes] == [(State.PENDING, 5)] * 3
        assert all(o.problem and "mediaprep jobs resume j" in o.problem.en for o in ran.outcomes)
        assert not ran.stopped


def test_a_deadline_ends_the_waiting_for_a_gateway_that_never_answers(tmp_path: Path) -> None:
    path = manifest(tmp_path, [entry(n) for n in range(2)])
    with emulated(tmp_path) as world, socket.create_server(("127.0.0.1", 0)) as closed:
        nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}"
        closed.close()
        lost = replace(world.settings, base_url=nowhere)
        wishes = RunOptions(deadline_seconds=0.5, detailed=False, pictures=False, policy=BRISK)
        ran = Engine(settings=lost, wishes=wishes).run(read(path))
        assert [(o.state, o.exit_code) for o in ran.outcomes] == [(State.PENDING, 5)] * 2
        for outcome in ran.outcomes:
            assert outcome.problem and f"jobs resume {outcome.ledger_id} tries on" in outcome.problem.en
            assert "not accepted after" in outcome.problem.en and "继续尝试" in outcome.problem.zh
        with Ledger.open(world.settings) as ledger:
            assert {row.state for row in ledger.jobs()} == {JobState.READY}, "it can be gone on with"


def test_a_deadline_ends_the_waiting_for_room_and_what_was_left_is_gone_on_with(tmp_path: Path) -> None:
    path = manifest(tmp_path, [entry(n, "tts") for n in range(2)])
    with emulated(tmp_path, speed="polls:1000") as world:
        wishes = RunOptions(deadline_seconds=0.5, detailed=False, pictures=False, policy=BRISK)
        ran = work(world, path, wishes=wishes)
        assert ran.codes == {5} and not ran.stopped
        assert len(texts(world)) == 1
        with Ledger.open(world.settings) as ledger:
            assert sorted(row.state for row in ledger.jobs()) == [JobState.READY, JobState.RUNNING]


def test_results_that_are_not_kept_much_longer_are_told_by_run_and_resume(tmp_path: Path) -> None:
    path = manifest(tmp_path, [entry(0)])
    told: list[ProgressEvent] = []
    with emulated(tmp_path, speed="polls:1000") as world:
        brisk = replace(BRISK, poll_most=0.5)
        wishes = RunOptions(deadline_seconds=0.3, detailed=False, pictures=False, policy=brisk)
        (first,) = work(world, path, wishes=wishes).outcomes
        assert first.notes == (), "there is time"
        aged(world)
        Engine(settings=world.settings, wishes=wishes, tell=told.append).resume()
        alarms = [event.message.en for event in told if "is not downloaded" in event.message.en]
        assert len(alarms) == 1 and alarms[0].endswith(f": mediaprep jobs resume {first.ledger_id}")
        aged(world)
    (last,) = work(world, path, wishes=wishes).outcomes  # nobody answers any more
    assert (last.state, last.exit_code) == (State.PENDING, 5), "the deadline ends that too"
    assert last.problem and "is still RUNNING" in last.problem.en
    (note,) = last.notes
    assert note.en.endswith(f": mediaprep jobs resume {first.ledger_id}") and "尚未下载" in note.zh


def aged(world: Emulated) -> None:
    """The one job's task was last seen unfinished five days ago."""
    with Ledger.open(world.settings) as ledger:
        (row,) = ledger.jobs()
        ledger.hint(row.id)
        claim = ledger.claim(processes.me(), 30)
        assert claim is not None
        ledger.move(claim, JobState.RUNNING, name="polled", seen_at=time.time() - 5 * 86400)


def test_no_outcome_is_held_in_memory_once_it_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    with emulated(tmp_path) as world:
        engine = Engine(settings=world.settings, wishes=BARE, ended=lambda outcome: told.append(outcome.job))
        ran = engine.run(read(manifest(tmp_path, [entry(n, "tts") for n in range(6)])))
    gc.collect()
    assert sum(isinstance(found, Outcome) for found in gc.get_objects()) <= 1
    assert len(told) == len(ran.outcomes) == 6
    assert [outcome.job for outcome in ran.outcomes] == [f"j{n}" for n in range(6)]


@pytest.mark.parametrize("crew", [PoolSizes(waiters=1, encoders=1), PoolSizes(waiters=4, encoders=2)])
def test_threads_end_with_the_run(tmp_path: Path, crew: PoolSizes) -> None:
    with emulated(tmp_path) as world:
        ran = work(world, manifest(tmp_path, [entry(n, "tts") for n in range(3)]), crew=crew)
        assert [outcome.state for outcome in ran.outcomes] == [State.DONE] * 3
        left = [t.name for t in threading.enumerate() if t.name.startswith(("waits", "encodes"))]
    assert left == []


# --- one job's trouble is that job's ---


def spoil(world: Emulated, name: str, values: str) -> None:
    with contextlib.closing(sqlite3.connect(str(world.settings.ledger))) as plain, plain:
        changed = plain.execute(f"update job set {values} where name = ?", [name]).rowcount
    assert changed == 1


@pytest.mark.parametrize("values", ["spec = '{'", "state = 'PAUSED'", "kept = '[]'"])
def test_a_row_that_cannot_be_read_is_told_and_all_other_jobs_are_done(tmp_path: Path, values: str) -> None:
    path = manifest(tmp_path, [entry(0), entry(1)])
    with emulated(tmp_path) as world:
        engine = Engine(
            settings=world.settings, wishes=BARE, crew=PoolSizes(), tell=lambda event: engine.stop()
        )
        engine.run(read(path))
        spoil(world, "j0", values)
        ran = work(world, path)
        assert {o.job: o.state for o in ran.outcomes}["j1"] is State.DONE
        (bad,) = [o for o in ran.outcomes if o.job.startswith("j0")]
        assert (bad.exit_code, bad.problem is not None and "cannot be read" in bad.problem.en) == (3, True)
        again = Engine(settings=world.settings, wishes=BARE, crew=PoolSizes()).resume()
        assert [(o.exit_code, o.job[:2]) for o in again.outcomes] == [(3, "j0")]


def test_a_row_that_is_damaged_while_it_is_worked_on_ends_the_turn_of_that_job(tmp_path: Path) -> None:
    path = manifest(tmp_path, [entry(0), entry(1)])
    with emulated(tmp_path, speed="polls:4") as world:
        hit: list[str] = []

        def damage(event: ProgressEvent) -> None:
            if event.job == "j0" and event.kind == "wait" and not hit:
                hit.append(event.job)
                spoil(world, "j0", "kept = '{'")

        ran = Engine(settings=world.settings, wishes=BARE, crew=PoolSizes(), tell=damage).run(read(path))
        assert hit == ["j0"]
        assert {o.job: o.state for o in ran.outcomes}["j1"] is State.DONE
        assert not ran.stopped
        assert len(texts(world)) == len(set(texts(world)))


def test_a_job_that_the_ledger_does_not_describe_does_not_keep_the_others_from_being_resumed(
    tmp_path: Path,
) -> None:
    path = manifest(tmp_path, [entry(0), entry(1)])
    with emulated(tmp_path) as world:
        engine = Engine(
            settings=world.settings, wishes=BARE, crew=PoolSizes(), tell=lambda event: engine.stop()
        )
        engine.run(read(path))
        spoil(world, "j0", """spec = '{"job": {"version": "of tomorrow"}}'""")
        ran = Engine(settings=world.settings, wishes=BARE, crew=PoolSizes()).resume()
        told = {o.job: o for o in ran.outcomes}
    assert told["j1"].state is State.DONE
    assert told["j0"].exit_code == 3
    assert told["j0"].problem is not None
    assert "does not say what this job is" in told["j0"].problem.en


def test_a_job_whose_files_all_lie_in_a_bucket_is_done_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    sound, logo = make_audio(tmp_path / "v.wav", seconds=1.2), make_photo(tmp_path / "l.png")
    request = {**BASIC, "DriverType": "OriginalVoice", "InputAudioUrl": "s3://mediaprep/in/声音.wav"}
    del request["InputSsml"], request["SpeechParam"]
    told = entry(
        1, request=request, output="s3://mediaprep/done/j1.mp4", finish={"logo": "s3://mediaprep/in/l.png"}
    )
    path = manifest(tmp_path, [told])
    with emulated(tmp_path / "world") as world:
        for name, file in {"in/声音.wav": sound, "in/l.png": logo}.items():
            target = located(f"s3://mediaprep/{name}", world.settings)
            target.bucket.put_as(file, target.key)
        sound.unlink(), logo.unlink()
        ran = Engine(settings=world.settings, wishes=BARE).run(read(path))
        (outcome,) = ran.outcomes
        assert (outcome.state, outcome.problem) == (State.DONE, None)
        target = located("s3://mediaprep/done/j1.mp4", world.settings)
        assert outcome.output == tmp_path / "delivered" / "mediaprep" / "done" / "j1.mp4"
        assert target.bucket.exists(target.key) == outcome.output.stat().st_size
        again = Engine(settings=world.settings, wishes=BARE).run(read(path))
        assert [one.state for one in again.outcomes] == [State.DONE]
        assert len(accepted(world)) == 1
