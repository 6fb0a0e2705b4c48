"""What would be done twice, and outputs that cannot be what they are called."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mediaprep.model.findings import Verdict
from mediaprep.model.finishing.scenery import SceneryWish
from mediaprep.model.finishing.wishes import Finishing
from mediaprep.model.paid.manifest import Job
from mediaprep.preflight.manifest_rules import judge_job


def job(endpoint: str, request: dict[str, Any], output: str = "out.mp4", **finish: Any) -> Job:
    return Job(id="a", endpoint=endpoint, request=request, output=Path(output), finish=Finishing(**finish))


@pytest.mark.parametrize(
    ("request_", "finish", "rule"),
    [
        (
            {"VideoParam": {"ShowSubtitles": True}},
            {"captions": "burn"},
            "advanced.VideoParam.ShowSubtitles.once",
        ),
        (
            {"VideoParam": {"VideoHeadFileUrl": "https://a/h.mp4"}},
            {"head": Path("h.mp4")},
            "advanced.VideoParam.VideoHeadFileUrl.once",
        ),
        (
            {"VideoParam": {"VideoTailFileUrl": "https://a/t.mp4"}},
            {"tail": Path("t.mp4")},
            "advanced.VideoParam.VideoTailFileUrl.once",
        ),
        (
            {"VideoParam": {"LogoParams": [{"LogoFileUrl": "https://a/l.png"}]}},
            {"logo": Path("l.png")},
            "advanced.VideoParam.LogoParams.once",
        ),
    ],
)
def test_what_both_sides_would_add_is_advised(
    request_: dict[str, Any], finish: dict[str, Any], rule: str
) -> None:
    findings = judge_job(job("advanced", request_, **finish))
    assert [(f.rule, f.verdict) for f in findings] == [(rule, Verdict.ADVISED)]
    assert judge_job(job("advanced", request_)) == ()
    assert judge_job(job("advanced", {}, **finish)) == ()


def test_basic_without_format_makes_webm_so_mp4_is_refused() -> None:
    findings = judge_job(job("basic", {}))
    assert [(f.rule, f.verdict, f.limit) for f in findings] == [
        ("basic.output.suffix", Verdict.REFUSED, ".webm")
    ]
    assert "Format" in (findings[0].fix or ("", ""))[0]
    assert judge_job(job("basic", {"VideoParam": {"Format": "Mp4"}})) == ()
    assert judge_job(job("basic", {}, output="out.webm")) == ()


def test_a_speech_task_makes_sound() -> None:
    assert judge_job(job("tts", {}, output="a.mp3")) == ()
    assert judge_job(job("tts", {"Codec": "wav"}, output="a.wav")) == ()
    assert judge_job(job("tts", {}, output="a.mp4"))[0].verdict is Verdict.REFUSED


CLEAR = {"VideoParam": {"Format": "TransparentWebm"}}


def test_a_finished_video_is_an_mp4_whatever_it_was_made_of() -> None:
    scenery = SceneryWish(background="112233")
    assert judge_job(job("basic", CLEAR, scenery=scenery)) == ()
    assert judge_job(job("basic", CLEAR, output="a.mov", scenery=scenery)) == ()
    (finding,) = judge_job(job("basic", CLEAR, output="a.webm", scenery=scenery))
    assert (finding.rule, finding.verdict) == ("basic.output.suffix", Verdict.REFUSED)
    (finding,) = judge_job(job("tts", {}, output="a.mp4", loudness="web"))
    assert finding.verdict is Verdict.REFUSED and "nothing to finish" in finding.message.en


def test_a_background_that_would_not_be_seen_is_refused() -> None:
    (finding,) = judge_job(job("notrain", {}, scenery=SceneryWish(background="112233")))
    assert (finding.rule, finding.verdict) == ("notrain.finish.background", Verdict.REFUSED)
    assert judge_job(job("notrain", {}, scenery=SceneryWish(background="112233", green="auto"))) == ()
    assert judge_job(job("notrain", {}, scenery=SceneryWish(reframe="9:16"))) == ()
