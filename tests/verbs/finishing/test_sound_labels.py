"""Sounds say that they were generated: a rhythm or a clip before them, a label in them, and their captions in time."""

from __future__ import annotations

import contextlib
import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from mediaprep.config import Settings
from mediaprep.errors import BadAsset, BadConfig
from mediaprep.finishing import marking
from mediaprep.media import ffmpeg
from mediaprep.media.captions import subtitle_files
from mediaprep.media.probing import probe
from mediaprep.media.sound import heard_mark
from mediaprep.model.facts import AudioFacts
from mediaprep.model.findings import Verdict
from mediaprep.model.finishing.marks import MarkWish
from mediaprep.model.finishing.wishes import Finishing
from mediaprep.model.paid.manifest import Job, from_json, to_json
from mediaprep.model.paid.outcomes import State
from mediaprep.preflight.manifest_rules import judge_job
from mediaprep.submission.job.stage_protocol import Policy
from mediaprep.verbs.finish import finish
from mediaprep.verbs.finishing import sound_labels
from mediaprep.verbs.finishing.labelling import Labelling
from mediaprep.verbs.paid import preparing
from mediaprep.verbs.run import run
from tests.making import make_audio, make_video
from tests.media.labels import reading
from tests.submission.emulated import emulated

BINARY = ffmpeg.find()
SRT = "1\n00:00:00,100 --> 00:00:00,700\n大家好。\n"
STAMPS = [
    {
        "Sentence": "大家好。",
        "Words": [{"Word": "大", "StartTimestamp": 1_000_000, "EndTimestamp": 3_000_000}],
    }
]


def length(path: Path) -> float:
    facts = probe.probe(path, faces=False)
    assert isinstance(facts, AudioFacts) and facts.seconds
    return facts.seconds


@pytest.mark.parametrize("ending", heard_mark.ENCODERS)
@pytest.mark.parametrize("clip", [False, True])
def test_what_stands_beside_a_marked_sound_keeps_its_time(tmp_path: Path, ending: str, clip: bool) -> None:
    result, output = make_audio(tmp_path / "result.wav", seconds=0.8), tmp_path / f"out{ending}"
    (tmp_path / "result.srt").write_text(SRT, "utf-8")
    (tmp_path / "result.timestamps.json").write_text(json.dumps(STAMPS), "utf-8")
    own = make_audio(tmp_path / "own.wav", seconds=0.5) if clip else None
    wish = Finishing(mark_wish=MarkWish(text="true", clip=own), label="write", label_producer="甲公司")
    beside = sound_labels.write(result, output, wish, usual=Labelling(produce_id="job-1"), binary=BINARY)
    lead = 0.5 if clip else 1.92
    assert length(output) == pytest.approx(0.8 + lead, abs=0.12)
    assert heard_mark.heard(output, binary=BINARY) is not clip
    assert '"ProduceID":"job-1"' in (reading.label(output) or "")
    assert beside == (tmp_path / "out.srt", tmp_path / "out.timestamps.json")
    (cue,) = subtitle_files.read(beside[0])
    assert cue.start_ms == pytest.approx(100 + lead * 1000, abs=30) and cue.end_ms - cue.start_ms == 600
    (word,) = json.loads(beside[1].read_text("utf-8"))[0]["Words"]
    assert word["StartTimestamp"] == pytest.approx(1e6 + lead * 1e7, abs=3e5) and word["Word"] == "大"


def test_a_label_alone_changes_no_sample_and_no_time(tmp_path: Path) -> None:
    result, output = make_audio(tmp_path / "result.mp3", seconds=0.8), tmp_path / "out.mp3"
    (tmp_path / "result.srt").write_text(SRT, "utf-8")
    wish = Finishing(label="write", label_producer="甲公司")
    (captions,) = sound_labels.write(result, output, wish, usual=Labelling(), binary=BINARY)
    assert subtitle_files.read(captions)[0].start_ms == 100
    assert "甲公司" in (reading.label(output) or "") and length(output) == length(result)


def speech(folder: Path, **finishing: object) -> Job:
    return Job(
        id="s", endpoint="tts", request={"InputSsml": "大家好。", "TimbreKey": "female_1", "Speed": 1.0}, base=folder,
        output=folder / "s.mp3", finish=Finishing(**finishing),  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_tts_job_is_marked_and_paid_once(tmp_path: Path) -> None:
    with emulated(tmp_path / "world") as world:
        wanted = speech(tmp_path, mark_wish=MarkWish(text="true"), label="write", label_producer="甲公司")
        assert from_json(to_json(wanted)).finish == wanted.finish
        done = run(wanted, settings=world.settings, policy=Policy(poll_first=0.05, wait_first=0.05, rate=50))
        assert (done.state, done.problem) == (State.DONE, None)
        with urllib.request.urlopen(f"{world.emulator.control}/account", timeout=10) as answer:
            assert len(json.load(answer)["tasks"]) == 1
    assert heard_mark.heard(tmp_path / "s.mp3", binary=BINARY)
    assert '"ContentProducer":"甲公司","ProduceID":"s"' in (reading.label(tmp_path / "s.mp3") or "")


def test_a_mark_is_spoken_by_a_task_of_its_own_and_paid_once(tmp_path: Path) -> None:
    with emulated(tmp_path / "world") as world:
        wanted = speech(tmp_path, mark_wish=MarkWish(text="true", spoken=True))
        for _ in range(2):
            done = run(
                wanted, settings=world.settings, policy=Policy(poll_first=0.05, wait_first=0.05, rate=50)
            )
            assert (done.state, done.problem) == (State.DONE, None)
            (tmp_path / "s.mp3").unlink()  # made again of what was paid
        with urllib.request.urlopen(f"{world.emulator.control}/account", timeout=10) as answer:
            said = [task["request"] for task in json.load(answer)["tasks"]]
    assert sorted(one["InputSsml"] for one in said) == ["AI生成", "大家好。"]
    assert {one["TimbreKey"] for one in said} == {"female_1"}
    assert done.result is not None and done.voice_task_id is not None
    clip = next((tmp_path / ".mediaprep" / "s").glob("*voice*.mp3"))
    run(wanted, settings=world.settings)
    assert length(tmp_path / "s.mp3") == pytest.approx(length(done.result) + length(clip), abs=0.2)
    assert not heard_mark.heard(tmp_path / "s.mp3", binary=BINARY)


@pytest.mark.parametrize("mark", [{"spoken": True}, {"clip": Path("c.wav")}])
def test_what_is_heard_is_refused_for_videos_before_they_are_paid(
    tmp_path: Path, mark: dict[str, Any]
) -> None:
    basic = Job(
        id="v", endpoint="basic", output=tmp_path / "v.mp4", base=tmp_path,
        request={"VirtualmanKey": "k", "InputSsml": "大家好。", "SpeechParam": {"Speed": 1.0}},
        finish=Finishing(mark_wish=MarkWish(text="true", **mark)),
    )  # fmt: skip
    make_audio(tmp_path / "c.wav", seconds=0.5)
    with contextlib.chdir(tmp_path), pytest.raises(BadConfig, match="before sounds"):
        preparing.judge_finishing(basic, Settings())
    with pytest.raises(BadConfig, match="both begin"):
        marking.refuse(MarkWish(spoken=True, clip=Path("c.wav")))


def test_only_what_says_so_is_done_to_a_sound(tmp_path: Path) -> None:
    mark = MarkWish(text="true")
    assert judge_job(speech(tmp_path, mark_wish=mark)) == ()
    assert judge_job(speech(tmp_path, label="write", label_producer="甲")) == ()
    for wishes in (
        {"mark_wish": mark, "loudness": "web"},
        {"loudness": "web"},
        {"mark_wish": mark, "chapters": True},
    ):
        (finding,) = judge_job(speech(tmp_path, **wishes))
        assert finding.verdict is Verdict.REFUSED
    with pytest.raises(BadAsset):
        heard_mark.refuse_clip(make_video(tmp_path / "v.mp4", seconds=0.4, width=96, height=64))
    with pytest.raises(BadConfig, match="mark_clip"):
        finish(
            tmp_path / "v.mp4",
            tmp_path / "o.mp4",
            Finishing(mark_wish=MarkWish(text="true", clip=tmp_path / "c.wav")),
        )
