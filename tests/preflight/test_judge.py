"""Judging, against limits typed from the docs (their line beside each), not imported from the contract."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mediaprep.model.facts import Facts, UnknownFacts, Unmeasured, VideoFaces
from mediaprep.model.findings import Verdict
from mediaprep.preflight import words
from mediaprep.preflight.judge import judge_file, judge_request
from tests.preflight.samples import AUDIO, PDF, PHOTO, TEXT, VIDEO

PASS, ADVISED, REFUSED = Verdict.PASS, Verdict.ADVISED, Verdict.REFUSED


def sides(field: str, good: Facts, low: int, high: int) -> list[Any]:
    return [
        (field, good, measure, value, verdict)
        for measure in ("width", "height")
        for value, verdict in (
            (low - 1, REFUSED),
            (low, PASS),
            (low + 1, PASS),
            (high - 1, PASS),
            (high, PASS),
            (high + 1, REFUSED),
        )
    ]


def seconds(field: str, good: Facts, low: float, high: float) -> list[Any]:
    return [
        (field, good, "seconds", value, verdict)
        for value, verdict in (
            (low - 0.001, REFUSED),
            (low, PASS),
            (low + 0.001, PASS),
            (high - 0.001, PASS),
            (high, PASS),
            (high + 0.001, REFUSED),
        )
    ]


def size(field: str, good: Facts, *steps: tuple[int, Verdict]) -> list[Any]:
    return [(field, good, "size_bytes", value, verdict) for value, verdict in steps]


UP_TO_100MB = (
    (99_999_999, PASS),
    (100_000_000, PASS),
    (100_000_001, ADVISED),
    (104_857_600, ADVISED),
    (104_857_601, REFUSED),
)
UP_TO_10MB = (
    (9_999_999, PASS),
    (10_000_000, PASS),
    (10_000_001, ADVISED),
    (10_485_760, ADVISED),
    (10_485_761, REFUSED),
)
TABLE = [
    # 882: 1 s to 20 minutes, each side 360 to 4096, at most 5G
    *seconds("notrain.RefVideoUrl", VIDEO, 1, 1200),
    *sides("notrain.RefVideoUrl", VIDEO, 360, 4096),
    *size(
        "notrain.RefVideoUrl",
        VIDEO,
        (4_999_999_999, PASS),
        (5_000_000_000, PASS),
        (5_000_000_001, ADVISED),
        (5_368_709_120, ADVISED),
        (5_368_709_121, REFUSED),
    ),
    # 886: smaller than 10M
    *size(
        "notrain.IdentityWrittenUrl",
        PDF,
        (9_999_999, PASS),
        (10_000_000, ADVISED),
        (10_485_759, ADVISED),
        (10_485_760, REFUSED),
    ),
    # 887: smaller than 5G
    *size(
        "notrain.IdentityVideoUrl",
        VIDEO,
        (4_999_999_999, PASS),
        (5_000_000_000, ADVISED),
        (5_368_709_119, ADVISED),
        (5_368_709_120, REFUSED),
    ),
    # 888: 1 s to 20 minutes, at most 100MB
    *seconds("notrain.InputAudioUrl", AUDIO, 1, 1200),
    *size("notrain.InputAudioUrl", AUDIO, *UP_TO_100MB),
    # 908 and 909: at most 10MB, each side 192 to 4096
    *sides("notrain.VideoParam.RefPhotoUrl", PHOTO, 192, 4096),
    *size("notrain.VideoParam.RefPhotoUrl", PHOTO, *UP_TO_10MB),
    *sides("notrain.VideoParam.RefPhotoUrls", PHOTO, 192, 4096),
    *size("notrain.VideoParam.RefPhotoUrls", PHOTO, *UP_TO_10MB),
]
# 889: 4 to 2000 characters; 128: at most 20,000
LENGTHS = [
    ("notrain", 3, REFUSED),
    ("notrain", 4, PASS),
    ("notrain", 5, PASS),
    ("notrain", 1999, PASS),
    ("notrain", 2000, PASS),
    ("notrain", 2001, REFUSED),
    ("tts", 19_999, PASS),
    ("tts", 20_000, PASS),
    ("tts", 20_001, REFUSED),
]


def verdict_of(field: str, facts: Facts, measure: str) -> Verdict:
    endpoint, _, path = field.partition(".")
    found = [f for f in judge_file(endpoint, path, facts) if f.rule == f"{field}.{measure}"]
    return found[0].verdict if found else PASS


@pytest.mark.parametrize(("field", "good", "measure", "value", "expected"), TABLE)
def test_each_numeric_limit_holds_below_at_and_above_it(
    field: str, good: Any, measure: str, value: float, expected: Verdict
) -> None:
    facts = replace(good, **{measure: value})
    endpoint, _, path = field.partition(".")
    found = judge_file(endpoint, path, facts)
    assert [(f.rule, f.verdict) for f in found] == (
        [] if expected is PASS else [(f"{field}.{measure}", expected)]
    )


@pytest.mark.parametrize(("endpoint", "count", "expected"), LENGTHS)
def test_scripts_are_counted_in_characters(endpoint: str, count: int, expected: Verdict) -> None:
    facts = replace(TEXT, characters=count, spoken_characters=count)
    verdicts = {f.verdict for f in judge_file(endpoint, "InputSsml", facts)} or {PASS}
    assert expected in verdicts
    assert REFUSED not in verdicts or expected is REFUSED


def test_tags_alone_over_the_limit_are_advice_and_not_a_refusal() -> None:
    facts = replace(TEXT, format="ssml", characters=2100, spoken_characters=1900)
    assert verdict_of("notrain.InputSsml", facts, "characters") is ADVISED
    assert verdict_of("notrain.InputSsml", facts, "spoken_characters") is PASS


def test_a_good_file_yields_nothing() -> None:
    assert judge_file("notrain", "RefVideoUrl", VIDEO) == ()
    assert judge_file("notrain", "InputAudioUrl", AUDIO) == ()
    assert judge_file("notrain", "VideoParam.RefPhotoUrl", PHOTO) == ()


@pytest.mark.parametrize(
    ("change", "measure", "expected"),
    [
        ({"codec": "hevc"}, "codec", REFUSED),
        ({"codec": "mpeg4"}, "codec", REFUSED),
        ({"container": "mkv"}, "container", REFUSED),
        ({"pixel_format": "yuv420p10le"}, "pixel_format", ADVISED),
        ({"pixel_format": "yuv422p"}, "pixel_format", ADVISED),
        ({"rotation": 90}, "rotation", ADVISED),
        ({"variable_rate": True}, "variable_rate", ADVISED),
        ({"interlaced": True}, "interlaced", ADVISED),
        ({"hdr": True}, "hdr", ADVISED),
    ],
)
def test_footage_beyond_plain_h264_is_refused_or_advised(
    change: dict[str, Any], measure: str, expected: Verdict
) -> None:
    facts = replace(VIDEO, **change)
    assert verdict_of("notrain.RefVideoUrl", facts, measure) is expected


@pytest.mark.parametrize("container", ["mp4", "mov", "avi"])
def test_the_three_containers_of_the_docs_pass(container: str) -> None:
    assert judge_file("notrain", "RefVideoUrl", replace(VIDEO, container=container)) == ()


def test_a_finding_tells_value_limit_unit_and_remedy_in_both_languages() -> None:
    (finding,) = judge_file("notrain", "RefVideoUrl", replace(VIDEO, width=300))
    assert (finding.measured, finding.limit, finding.unit) == (300, "[360, 4096]", "px")
    assert "300" in finding.message.en and "360" in finding.message.en
    assert "300" in finding.message.zh and "宽度" in finding.message.zh
    assert finding.fix is not None and "fix" in finding.fix.en and "缩放" in finding.fix.zh


def test_a_size_between_the_two_readings_is_told_with_both() -> None:
    (finding,) = judge_file("notrain", "InputAudioUrl", replace(AUDIO, size_bytes=100_000_001))
    assert "100,000,000" in finding.message.en and "104,857,600" in finding.message.en


def test_what_is_too_short_has_no_remedy() -> None:
    (short,) = judge_file("notrain", "RefVideoUrl", replace(VIDEO, seconds=0.5))
    (long,) = judge_file("notrain", "RefVideoUrl", replace(VIDEO, seconds=1260.0))
    assert short.fix == words.TOO_SHORT
    assert long.fix is not None and "--unsafe" in long.fix.en


def test_what_was_not_measured_is_unknown_with_the_reason() -> None:
    why = Unmeasured(measure="faces", en="OpenCV is not here", zh="没有 OpenCV")
    (finding,) = judge_file("notrain", "RefVideoUrl", replace(VIDEO, faces=None, unmeasured=(why,)))
    assert finding.verdict is Verdict.UNKNOWN
    assert "OpenCV is not here" in finding.message.en
    assert "没有 OpenCV" in finding.message.zh
    (length,) = judge_file("notrain", "RefVideoUrl", replace(VIDEO, seconds=None))
    assert (length.verdict, length.fix) == (Verdict.UNKNOWN, None)


def test_footage_without_a_face_is_told() -> None:
    faceless = replace(VIDEO, faces=VideoFaces(sampled=16, with_face=0, most=0, complete=True))
    assert verdict_of("notrain.RefVideoUrl", faceless, "faces") is REFUSED
    sampled = replace(VIDEO, faces=VideoFaces(sampled=16, with_face=0, most=0, complete=False))
    assert verdict_of("notrain.RefVideoUrl", sampled, "faces") is ADVISED
    assert judge_file("notrain", "IdentityVideoUrl", faceless) == ()


def test_footage_that_hides_more_than_it_shows_is_told() -> None:
    edited = replace(VIDEO, hidden_seconds=4.12, seconds=2.2)
    (finding,) = judge_file("notrain", "RefVideoUrl", edited)
    assert (finding.rule, finding.verdict) == ("notrain.RefVideoUrl.hidden_seconds", ADVISED)
    assert "6.32 s" in finding.message.en and "2.20 s" in finding.message.en
    assert judge_file("notrain", "RefVideoUrl", replace(VIDEO, hidden_seconds=0.08)) == ()


def test_rounding_of_a_sum_of_frames_does_not_refuse_the_limit_itself() -> None:
    assert judge_file("notrain", "RefVideoUrl", replace(VIDEO, seconds=sum([0.04] * 30000))) == ()


def test_a_wrong_kind_is_one_refusal() -> None:
    (finding,) = judge_file("notrain", "RefVideoUrl", TEXT)
    assert finding.rule == "notrain.RefVideoUrl.kind"
    assert (finding.verdict, finding.measured, finding.limit) == (REFUSED, "text", "video")


def test_an_unreadable_file_is_one_refusal_with_its_problem() -> None:
    facts = UnknownFacts(size_bytes=12, problem_en="a playlist", problem_zh="播放列表")
    (finding,) = judge_file("notrain", "RefVideoUrl", facts)
    assert "a playlist" in finding.message.en and "播放列表" in finding.message.zh


def test_findings_stand_in_the_order_of_the_docs() -> None:
    facts = replace(VIDEO, container="mkv", codec="hevc", width=100, seconds=0.2, size_bytes=9_000_000_000)
    measures = [f.rule.rpartition(".")[2] for f in judge_file("notrain", "RefVideoUrl", facts)]
    assert measures == ["container", "codec", "size_bytes", "width", "seconds"]


def test_a_condition_of_the_request_changes_the_limit() -> None:
    facts = replace(AUDIO, seconds=400.0)
    assert judge_file("basic", "InputAudioUrl", facts) == ()
    request = {"VideoParam": {"Format": "TransparentMov"}}
    (finding,) = judge_file("basic", "InputAudioUrl", facts, request)
    assert finding.rule == "basic.InputAudioUrl.seconds@TransparentMov"


def test_photos_that_decoders_disagree_on_are_advice() -> None:
    found = judge_file(
        "notrain", "VideoParam.RefPhotoUrl", replace(PHOTO, mode="CMYK", orientation=6, animated=True)
    )
    assert {(f.rule.rpartition(".")[2], f.verdict) for f in found} == {
        ("mode", ADVISED),
        ("orientation", ADVISED),
        ("animated", ADVISED),
    }


def test_a_request_is_judged_by_values_names_effects_and_files_together() -> None:
    request = {
        "RefVideoUrl": "footage.mp4",
        "DriverType": "Text",
        "InputSsml": "大家好，欢迎来到这里。",
        "SpeechParam": {"Speed": 2.0, "TimbreKey": "female_1", "Volume": 3},
        "VideoParam": {"MakeType": "Custom", "StartTime": 1.0, "EndTime": 20.0},
        "VideoLop": 1,
    }
    found = judge_request("notrain", request, {"RefVideoUrl": VIDEO})
    by_verdict = {
        verdict: [f.where or f.rule for f in found if f.verdict is verdict] for verdict in (ADVISED, REFUSED)
    }
    assert "SpeechParam.Speed" in by_verdict[REFUSED]
    assert "VideoLop" in by_verdict[REFUSED]
    assert any("Volume" in place for place in by_verdict[ADVISED])
    assert any("EndTime" in f.rule or "EndTime" in f.message.en for f in found)


def test_a_plain_request_is_not_refused() -> None:
    request = {
        "RefVideoUrl": "footage.mp4",
        "DriverType": "Text",
        "InputSsml": "大家好，欢迎来到这里。",
        "SpeechParam": {"Speed": 1.0, "TimbreKey": "tts_female_yunxiaoxiao"},
    }
    assert not [f for f in judge_request("notrain", request, {"RefVideoUrl": VIDEO}) if f.verdict is REFUSED]
