"""One job from raw files to a finished video: judged before it is paid, paid once, gone on with after a stop."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mediaprep.emulator.work import RenderedProduct, Work
from mediaprep.model.facts import AudioFacts
from mediaprep.model.finishing.logos import LogoWish
from mediaprep.model.finishing.receipts import DrivingSource
from mediaprep.model.finishing.wishes import Finishing
from mediaprep.model.paid.manifest import Job
from mediaprep.model.paid.outcomes import Outcome, ProgressEvent, State
from mediaprep.submission.job.stage_protocol import Policy
from mediaprep.verbs.finishing import receipts
from mediaprep.verbs.jobs import resolve
from mediaprep.verbs.paid import voicing
from mediaprep.verbs.run import run
from mediaprep.verbs.verify import verify
from tests.defects import make_voice
from tests.making import ffmpeg, make_audio, make_photo, make_video
from tests.submission.emulated import Emulated, emulated

PORTRAIT = Path(__file__).resolve().parents[2] / "fixtures" / "faces" / "astronaut.png"
UNMEASURED = AudioFacts(
    container="mp3", format="mp3", codec="mp3", sample_rate=16000, channels=1, seconds=None, size_bytes=9
)
SPEECH = {"Speed": 1.0, "TimbreKey": "female_1"}


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second of a face, as MPEG-4 in AVI: the service would refuse it, `fix` mends it."""
    path = tmp_path_factory.mktemp("footage") / "face.avi"
    ffmpeg(
        "-loop", "1", "-t", "1.2", "-i", PORTRAIT, "-vf", "scale=400:400", "-r", "25", "-c:v", "mpeg4", path
    )
    return path


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Emulated]:
    with emulated(tmp_path / "world") as made:
        yield made


def job(footage: Path, folder: Path, **changes: Any) -> Job:
    request = {"RefVideoUrl": str(footage), "InputSsml": "大家好，欢迎观看。", "SpeechParam": SPEECH}
    request.update(changes.pop("request", {}))
    return Job(
        id="a", endpoint="notrain", request=request, output=folder / "out" / "a.mp4", base=folder, **changes
    )


def accepted(world: Emulated) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{world.emulator.control}/account", timeout=10) as answer:
        tasks: list[dict[str, Any]] = json.load(answer)["tasks"]
    return tasks


def run_it(world: Emulated, job: Job, **options: Any) -> tuple[Outcome, list[ProgressEvent]]:
    events: list[ProgressEvent] = []
    brisk = Policy(poll_first=0.05, wait_first=0.05, rate=50)
    return run(job, settings=world.settings, policy=brisk, tell=events.append, **options), events


def test_what_the_service_refuses_is_mended_and_the_original_is_left_alone(
    world: Emulated, footage: Path, tmp_path: Path
) -> None:
    before = footage.read_bytes()
    outcome, _ = run_it(world, job(footage, tmp_path))
    assert (outcome.state, outcome.problem) == (State.DONE, None)
    (prepared,) = outcome.inputs
    assert prepared.before.verdict == "refused"
    assert prepared.after is not None
    assert prepared.after.verdict == "pass"
    assert outcome.output is not None
    assert outcome.output.stat().st_size > 0
    assert footage.read_bytes() == before
    assert accepted(world)[0]["request"]["DriverType"] == "Text"


def test_a_job_that_cannot_be_mended_costs_nothing(world: Emulated, footage: Path, tmp_path: Path) -> None:
    text = tmp_path / "really-text.mp4"
    text.write_text("这不是视频" * 50, encoding="utf-8")
    outcome, _ = run_it(world, job(text, tmp_path))
    assert (outcome.state, outcome.exit_code) == (State.REFUSED, 1)
    outcome, _ = run_it(world, job(footage, tmp_path, request={"InputSsml": "好"}))
    assert outcome.state is State.REFUSED
    assert any(finding.rule.startswith("notrain.InputSsml") for finding in outcome.findings)
    assert accepted(world) == []


def test_finishing_is_judged_before_anything_is_paid(world: Emulated, footage: Path, tmp_path: Path) -> None:
    sound = make_audio(tmp_path / "head.mp4.wav", seconds=0.5)
    for finish in (
        Finishing(head=(tmp_path / "missing.mp4",)),
        Finishing(tail=(sound,)),
        Finishing(captions=tmp_path / "missing.srt"),
    ):
        outcome, _ = run_it(world, job(footage, tmp_path, finish=finish))
        assert outcome.state is State.REFUSED, finish
        assert outcome.problem is not None
        assert "finish." in outcome.problem.en
    assert accepted(world) == []


def test_a_logo_that_cannot_be_laid_is_refused_before_anything_is_paid(
    world: Emulated, footage: Path, tmp_path: Path
) -> None:
    moving, good = make_photo(tmp_path / "moving.gif"), make_photo(tmp_path / "logo.png")
    for finish, told in (
        (Finishing(logo=(moving,)), "moving.gif"),
        (Finishing(logo=(good,), logo_wish=(LogoWish(scale=5.0),)), "a logo 500 % wide"),
    ):
        outcome, _ = run_it(world, job(footage, tmp_path, finish=finish))
        assert outcome.state is State.REFUSED and outcome.problem is not None
        assert told in outcome.problem.en
    assert accepted(world) == []


def test_running_again_goes_on_and_does_not_pay_again(world: Emulated, footage: Path, tmp_path: Path) -> None:
    first, _ = run_it(world, job(footage, tmp_path))
    second, _ = run_it(world, job(footage, tmp_path))
    assert first.task_id == second.task_id
    assert len(accepted(world)) == 1
    changed, events = run_it(world, job(footage, tmp_path, request={"InputSsml": "另外一段文字。"}))
    assert changed.task_id != first.task_id
    assert [entry.ready for entry in changed.inputs] == [entry.ready for entry in first.inputs]
    assert not any("mend" in event.message.en for event in events), "what was mended is used again"
    anew, _ = run_it(world, job(footage, tmp_path, request={"InputSsml": "另外一段文字。"}), again=True)
    assert anew.task_id not in {first.task_id, changed.task_id}
    assert len(accepted(world)) == 3


def test_a_ledger_that_knows_nothing_of_what_was_sent_pays_nothing_again(
    world: Emulated, footage: Path, tmp_path: Path
) -> None:
    first, _ = run_it(world, job(footage, tmp_path))
    fresh = replace(world, settings=replace(world.settings, ledger=str(tmp_path / "restored.db")))
    asked, _ = run_it(fresh, job(footage, tmp_path))
    assert (asked.state, asked.exit_code) == (State.PENDING, 5) and asked.problem is not None
    assert f"mediaprep jobs resolve {asked.ledger_id} --task-id {first.task_id}" in asked.problem.en
    assert len(accepted(world)) == 1
    resolve(fresh.settings, "a", task_id=first.task_id)
    found, _ = run_it(fresh, job(footage, tmp_path))
    assert (found.state, found.task_id) == (State.DONE, first.task_id)
    assert len(accepted(world)) == 1
    anew, _ = run_it(fresh, job(footage, tmp_path), again=True)
    assert anew.state is State.DONE and len(accepted(world)) == 2


def test_a_task_still_pending_at_the_deadline_is_gone_on_with_later(tmp_path: Path, footage: Path) -> None:
    with emulated(tmp_path / "slow", speed="polls:3") as world:
        first, _ = run_it(world, job(footage, tmp_path), deadline_seconds=0.0)
        assert (first.state, first.exit_code) == (State.PENDING, 5)
        assert first.task_id is not None
        second, _ = run_it(world, job(footage, tmp_path))
        assert (second.state, second.task_id) == (State.DONE, first.task_id)
        assert len(accepted(world)) == 1
    (prepared,) = second.inputs  # prepared by the first run, judged again by the second
    assert prepared.steps and prepared.after is not None and prepared.after.verdict == "pass"
    assert second.receipt is not None and receipts.read(second.receipt).fixes


def test_what_was_mended_of_an_older_footage_goes_when_no_job_needs_it_any_more(
    tmp_path: Path, footage: Path
) -> None:
    mine = tmp_path / "mine.avi"

    def ran(world: Emulated, text: str, **options: Any) -> tuple[Outcome, Path]:
        outcome, _ = run_it(world, job(mine, tmp_path, request={"InputSsml": text}), **options)
        return outcome, outcome.inputs[0].ready

    def refilm(seconds: float) -> None:
        ffmpeg("-i", footage, "-t", str(seconds), "-c:v", "mpeg4", mine)

    with emulated(tmp_path / "slow", speed="polls:3") as world:
        refilm(1.16)
        pending, first = ran(world, "第一段文字内容。", deadline_seconds=0.0)
        assert pending.state is State.PENDING
        refilm(1.08)
        done, second = ran(world, "第一段文字内容。")
        assert done.state is State.DONE and first.is_file() and second.is_file(), (
            "a job is open that needs it"
        )
        _, same = ran(world, "第二段文字内容。")
        assert same == second
        refilm(1.16)
        gone_on, _ = ran(world, "第一段文字内容。")
        assert (gone_on.state, gone_on.task_id) == (State.DONE, pending.task_id)
        refilm(1.0)
        _, third = ran(world, "第一段文字内容。")
        assert third.is_file() and not first.exists() and not second.exists()
        assert len(accepted(world)) == 4


def test_a_task_that_fails_is_told_with_its_code(world: Emulated, footage: Path, tmp_path: Path) -> None:
    outcome, _ = run_it(world, job(footage, tmp_path, request={"InputSsml": "这次会失败的。"}))
    assert (outcome.state, outcome.exit_code, outcome.output) == (State.FAILED, 4, None)
    assert outcome.problem is not None
    assert "failed: code" in outcome.problem.en


def test_voice_first_speaks_then_drives_the_video_with_the_sound(
    world: Emulated, footage: Path, tmp_path: Path
) -> None:
    outcome, events = run_it(world, job(footage, tmp_path, voice_first=True))
    # half a second of speech, which the stand-in voice makes, is too short to drive a no-train video
    assert outcome.state is State.REFUSED
    assert any(finding.rule == "notrain.InputAudioUrl.seconds" for finding in outcome.findings)
    assert [task["endpoint"] for task in accepted(world)] == ["tts"]
    assert any(event.kind == "say" for event in events)


def test_the_voice_of_an_earlier_run_is_used_again(world: Emulated, footage: Path, tmp_path: Path) -> None:
    run_it(world, job(footage, tmp_path, voice_first=True))
    run_it(world, job(footage, tmp_path, voice_first=True))
    assert len(accepted(world)) == 1


def test_a_voice_without_measurable_sound_ends_the_job_with_the_reason(
    world: Emulated, footage: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voicing, "measure", lambda path: UNMEASURED)
    outcome, _ = run_it(world, job(footage, tmp_path, voice_first=True))
    assert (outcome.state, outcome.exit_code) == (State.FAILED, 4)
    assert outcome.problem is not None and "no measurable sound" in outcome.problem.en
    assert "没有可测量的音频" in outcome.problem.zh
    assert [task["endpoint"] for task in accepted(world)] == ["tts"]


def test_a_result_is_finished_and_proved(world: Emulated, footage: Path, tmp_path: Path) -> None:
    head = make_video(tmp_path / "head.mp4", seconds=0.4, width=320, height=240)
    outcome, _ = run_it(world, job(footage, tmp_path, finish=Finishing(head=(head,))))
    assert outcome.state is State.DONE, outcome.problem
    assert {check.name for check in outcome.checks} >= {"frames", "decode_errors"}
    assert all(check.held is not False for check in outcome.checks)
    assert len(outcome.pictures) >= 3
    assert outcome.result is not None
    assert outcome.result != outcome.output


def spoken(work: Work) -> RenderedProduct:
    """A moving picture with the sound that was sent, as the service makes it."""
    video = work.folder / "made.mp4"
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=s=320x240:r=25", "-i", work.files["InputAudioUrl"], "-shortest",
        "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", video,
    )  # fmt: skip
    return RenderedProduct(media=video, seconds=3.0)


def late(work: Work) -> RenderedProduct:
    """The same with its sound a fifth of a second late."""
    good = spoken(work).media
    bad = work.folder / "late.mp4"
    ffmpeg("-i", good, "-c:v", "copy", "-af", "adelay=200:all=1", "-c:a", "aac", "-shortest", bad)
    return RenderedProduct(media=bad, seconds=3.0)


def driven(footage: Path, folder: Path) -> Job:
    voice = make_voice(folder / "voice.wav", 3.0, 21)
    request = {"RefVideoUrl": str(footage), "InputAudioUrl": str(voice)}
    return Job(id="a", endpoint="notrain", request=request, output=folder / "out" / "a.mp4", base=folder)


def test_a_receipt_tells_the_whole_story_and_the_voice_that_was_sent_is_heard(
    footage: Path, tmp_path: Path
) -> None:
    with emulated(tmp_path / "world", render=spoken) as world:
        outcome, _ = run_it(world, driven(footage, tmp_path))
    assert (outcome.state, outcome.problem) == (State.DONE, None)
    rows = {check.name: check.held for check in outcome.checks}
    assert rows["sound_of_driving_sound"] and rows["shift_of_driving_sound"] and rows["frozen_tail"]
    assert outcome.receipt is not None and outcome.output is not None
    known = receipts.read(outcome.receipt)
    assert (known.verb, known.endpoint, known.drive) == ("run", "notrain", DrivingSource.ORIGINAL)
    assert [(answer.kind, answer.task_id) for answer in known.answers] == [("video", outcome.task_id)]
    mended = {entry.parameter: entry for entry in known.fixes}["RefVideoUrl"]
    assert mended.sha256_before != mended.sha256_after and mended.steps
    assert {entry.role for entry in known.inputs} >= {"RefVideoUrl", "InputAudioUrl"}
    done = verify(outcome.receipt)
    assert done.exit_code == 0, [check.say() for check in done.checks]
    bad = tmp_path / "bad.mp4"
    ffmpeg("-i", outcome.output, "-c:v", "copy", "-af", "adelay=160:all=1", "-c:a", "aac", "-shortest", bad)
    assert "shift_of_driving_sound" in {row.name for row in verify(outcome.receipt, video=bad).broken}


def test_a_late_voice_in_the_result_is_told_and_the_result_is_kept(footage: Path, tmp_path: Path) -> None:
    with emulated(tmp_path / "world", render=late) as world:
        outcome, _ = run_it(world, driven(footage, tmp_path))
    assert outcome.state is State.DONE and outcome.output is not None and outcome.output.is_file()
    assert any("shift_of_driving_sound" in note.en and "FAILED" in note.en for note in outcome.notes)
