"""A whole request judged: JSON, files, both together, URLs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mediaprep.cli.app import run
from mediaprep.model.findings import FileReport, Finding
from mediaprep.preflight.scripts import banned_words
from mediaprep.submission.wire.http import Wire
from mediaprep.verbs.judging.online import look_at_urls
from mediaprep.verbs.judging.request import check_request
from tests.making import make_audio, make_video

NOTRAIN: dict[str, Any] = {
    "RefVideoUrl": "a.mp4",
    "DriverType": "Text",
    "InputSsml": "大家好，欢迎。",
    "SpeechParam": {"Speed": 1.0, "TimbreKey": "female_1"},
}


def written(folder: Path, request: object) -> Path:
    path = folder / "request.json"
    path.write_text(json.dumps(request), encoding="utf-8")
    return path


def judged(folder: Path, request: object, endpoint: str = "notrain", **more: Any) -> tuple[FileReport, ...]:
    return tuple(check_request(written(folder, request), endpoint, faces=False, now=1e9, **more))


def told(report: FileReport) -> list[str]:
    return [f"{finding.verdict} {finding.rule}" for finding in report.findings]


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("footage")
    make_video(folder / "a.mp4", seconds=1.2, fps="12")
    make_audio(folder / "a.mp3", seconds=1.0)
    return folder


def test_a_good_request_has_a_clean_report_for_itself_and_each_file(footage: Path) -> None:
    own, video = judged(footage, {"Header": {}, "Payload": NOTRAIN})
    assert (own.field, own.findings, own.verdict) == ("notrain", (), "pass")
    assert (video.path, video.field, video.verdict) == ("a.mp4", "notrain.RefVideoUrl", "pass")


def test_rules_over_request_and_file_stand_in_the_requests_report(footage: Path) -> None:
    make_video(footage / "slow.mp4", seconds=1.2, fps="12", source="smptebars", audio=False)
    request = NOTRAIN | {
        "RefVideoUrl": "slow.mp4",
        "VideoParametersConsistent": 1,
        "VideoLop": 1,
        "VideoParam": {"MakeType": "Custom", "EndTime": 9},
    }
    own, video = judged(footage, request)
    assert told(own) == [
        "refused notrain.VideoLop.unknown",
        "advised notrain.VideoParametersConsistent.frame_rate",
        "advised notrain.VideoParametersConsistent.bitrate",
        "refused notrain.VideoParam.EndTime.video",
    ]
    assert video.verdict == "pass"


def test_conditions_of_the_request_decide_the_limits_of_its_files(tmp_path: Path) -> None:
    make_audio(tmp_path / "long.mp3", seconds=365, sample_rate=8000)
    request = {
        "VirtualmanKey": "k", "DriverType": "OriginalVoice", "InputAudioUrl": "long.mp3", "SpeechParam": {"Speed": 1.0},
        "VideoParam": {"Format": "TransparentMov"},
    }  # fmt: skip
    _, sound = judged(tmp_path, request, "basic")
    assert told(sound) == ["refused basic.InputAudioUrl.seconds@TransparentMov"]
    request["VideoParam"] = {"Format": "TransparentWebm"}
    assert judged(tmp_path, request, "basic")[1].verdict == "pass"


def test_a_text_that_would_speak_too_long_is_advised_by_its_speed(tmp_path: Path) -> None:
    request = {
        "VirtualmanKey": "k", "DriverType": "Text", "InputSsml": "好" * 1500, "SpeechParam": {"Speed": 0.5},
        "VideoParam": {"Format": "TransparentMov"},
    }  # fmt: skip
    (own,) = judged(tmp_path, request, "basic")
    assert "advised basic.InputSsml.estimated_seconds@TransparentMov" in told(own)
    request["SpeechParam"] = {"Speed": 1.0}
    assert not [rule for rule in told(judged(tmp_path, request, "basic")[0]) if "estimated" in rule]


def test_files_that_are_missing_are_named_and_the_rest_is_judged(footage: Path) -> None:
    own, video = judged(footage, NOTRAIN | {"VideoParam": {"RefPhotoUrl": "none.jpg"}})
    assert "refused notrain.VideoParam.RefPhotoUrl.file" in told(own)
    assert video.verdict == "pass"


def test_banned_words_and_expired_urls_stand_in_the_requests_report(footage: Path) -> None:
    url = "https://b.s3.amazonaws.com/a.mp4?X-Amz-Date=20000101T000000Z&X-Amz-Expires=600&X-Amz-Signature=ab"
    (own,) = judged(footage, NOTRAIN | {"RefVideoUrl": url}, words=banned_words.listed(["欢迎"]))
    assert told(own) == ["refused notrain.RefVideoUrl.expires", "refused notrain.InputSsml.banned"]
    assert own.findings[-1].where == "InputSsml 1:5"


def test_what_is_no_json_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "request.json"
    path.write_text('{"RefVideoUrl": 1, "RefVideoUrl": 2}', encoding="utf-8")
    (own,) = check_request(path, "notrain")
    assert own.verdict == "unreadable"
    assert [report.verdict for report in check_request(tmp_path / "none.json", "notrain")] == ["unreadable"]


def test_urls_are_looked_at_only_when_asked(footage: Path) -> None:
    asked: list[str] = []

    def look(endpoint: str, payload: Any) -> tuple[Finding, ...]:
        asked.append(endpoint)
        return look_at_urls(endpoint, payload, wire=Wire(allowed=frozenset()))

    request = NOTRAIN | {"RefVideoUrl": "http://127.0.0.1:9/a.mp4"}
    assert asked == [] and judged(footage, request)[0].verdict != "unknown"
    (own,) = judged(footage, request, look=look)
    assert asked == ["notrain"] and "refused notrain.RefVideoUrl.answer" in told(own)


def test_the_command_line_prints_one_report_for_all(
    footage: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(footage, NOTRAIN)
    assert (
        run(
            [
                "check",
                "--request",
                str(path),
                "--for",
                "notrain",
                "--no-faces",
                "--no-cache",
                "--format",
                "json",
            ]
        )
        == 0
    )
    document = json.loads(capsys.readouterr().out)
    assert [entry["field"] for entry in document["files"]] == ["notrain", "notrain.RefVideoUrl"]


@pytest.mark.parametrize(
    "line",
    [
        ["check", "--request", "r.json"],
        ["check", "--request", "r.json", "--for", "progress"],
        ["check", "--request", "r.json", "--for", "notrain", "a.mp4"],
        ["check", "a.mp4", "--urls"],
        ["check"],
    ],
)
def test_wrong_usage_is_exit_code_2(line: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(line) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_banned_words_of_a_text_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script, words = tmp_path / "a.txt", tmp_path / "w.txt"
    script.write_text('这里有违禁品<break time="1s"/>，<break time="1s"/>再见。\n', encoding="utf-8")
    words.write_text("违禁\n", encoding="utf-8")
    assert run(["check", str(script), "--no-cache"]) == 0
    assert "notrain.InputSsml.ssml @ 1:26" in capsys.readouterr().out
    assert run(["check", str(script), "--no-cache", "--words", str(words)]) == 1
    assert "notrain.InputSsml.banned @ 1:4" in capsys.readouterr().out
