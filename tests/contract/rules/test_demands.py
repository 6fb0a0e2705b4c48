"""Rules over a request and its files: what passes, what is unknown, and that nothing is judged twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mediaprep.contract.rules.demands import judge
from mediaprep.model.findings import Finding, Verdict
from tests.contract.cross_cases import HD, TALL, audio, deck, no_train, two_pages, video
from tests.contract.payloads import AUDIO, TEXT, URL, changed


@pytest.mark.parametrize("endpoint", ["tts", "basic", "advanced", "notrain", "photo"])
def test_a_request_without_anything_to_compare_has_no_findings(endpoint: str) -> None:
    assert judge(endpoint, TEXT[endpoint], {}) == ()


def test_head_and_background_of_two_sizes_cannot_both_be_right_whatever_the_avatar() -> None:
    head, background = "VideoParam.VideoHeadFileUrl", "VideoParam.BackgroundFileUrl"
    request = changed(TEXT["advanced"], VideoParam={"VideoHeadFileUrl": URL, "BackgroundFileUrl": URL})
    found = judge("advanced", request, {head: video(), background: video(width=1280, height=720)})
    assert {finding.verdict for finding in found} == {Verdict.REFUSED}
    same = judge("advanced", request, {head: video(), background: video()})
    assert {finding.verdict for finding in same} == {Verdict.UNKNOWN}
    known = judge("advanced", request, {head: video(), background: video(), "VirtualmanKey": HD})
    assert known == ()


def test_an_avatar_that_stands_on_several_pages_is_asked_for_once() -> None:
    found = [
        f for f in judge("ppt", two_pages("a", "a"), {"PPTFileUrl": deck(2)}) if f.rule.endswith("avatar")
    ]
    assert [f.verdict for f in found] == [Verdict.UNKNOWN]


def test_a_page_without_avatar_fits_beside_any() -> None:
    facts = {"PPTFileUrl": deck(2), "PageConfigs[1].VirtualmanKey": TALL}
    assert judge("ppt", two_pages("", "b"), facts) == ()


def test_actions_are_held_against_the_audio_only_when_audio_drives() -> None:
    actions = [{"Code": "action1", "StartTime": 5000}]
    request = changed(AUDIO["advanced"], VideoParam__ActionParams=actions)
    facts = {"InputAudioUrl": audio(4.0), "VirtualmanKey": HD}
    assert [f.verdict for f in judge("advanced", request, facts)] == [Verdict.REFUSED]
    assert judge("advanced", request | {"DriverType": "Text"}, facts) == ()


def test_without_a_concurrency_type_a_large_video_may_still_run_shared() -> None:
    facts = {"RefVideoUrl": video(width=2561, height=1440)}
    for asked, count in (("Shared", 1), ("", 1), ("Exclusive", 0)):
        request = changed(TEXT["notrain"], ConcurrencyType=asked)
        assert len(judge("notrain", request, facts)) == count
    assert judge("notrain", TEXT["notrain"], {"RefVideoUrl": video(width=1440, height=2560)}) == ()


@pytest.mark.parametrize(
    ("segment", "verdict"),
    [
        ({"MakeType": "Custom", "StartTime": 8.9}, None),
        ({"MakeType": "Custom", "StartTime": 9.0}, Verdict.REFUSED),
        ({"MakeType": "Custom", "EndTime": 10.0}, None),
        ({"MakeType": "Custom", "EndTime": 10.001}, Verdict.REFUSED),
        ({"MakeType": "Circle", "StartTime": 9.9}, None),
        ({"MakeType": "Circle", "StartTime": 10.0}, Verdict.REFUSED),
        ({"MakeType": "CustomOnlyStart", "StartTime": 11.0}, Verdict.REFUSED),
        ({"MakeType": "Default", "StartTime": 11.0, "EndTime": 99.0}, None),
        ({"DisableIntervals": [{"StartTime": 9.0, "EndTime": 10.5}]}, Verdict.ADVISED),
    ],
)
def test_a_segment_lies_inside_a_video_of_ten_seconds(
    segment: dict[str, object], verdict: Verdict | None
) -> None:
    found = [
        finding.verdict for finding in judge("notrain", no_train(**segment), {"RefVideoUrl": video(10.0)})
    ]
    assert found == ([] if verdict is None else [verdict])


def test_what_is_left_of_a_video_is_told_with_its_number() -> None:
    def only(**segment: object) -> Finding:
        (found,) = judge("notrain", no_train(**segment), {"RefVideoUrl": video(10.0)})
        return found

    short = only(MakeType="Custom", StartTime=9.5)
    assert "only 0.5 s of video are left" in short.message.en and short.limit == "< 9.000"
    behind = only(MakeType="CustomOnlyStart", StartTime=11.0)
    assert "only 0 s of video are left" in behind.message.en and "只剩 0 秒视频" in behind.message.zh
    assert behind.limit == "< 10.000"


def test_an_action_after_the_audio_is_told_in_milliseconds() -> None:
    def found(time: int) -> tuple[Finding, ...]:
        actions = [{"Code": "action1", "StartTime": time}]
        request = changed(AUDIO["advanced"], VideoParam__ActionParams=actions)
        return judge("advanced", request, {"InputAudioUrl": audio(4.0), "VirtualmanKey": HD})

    assert found(4000) == ()
    (late,) = found(4001)
    assert (late.verdict, late.limit) == (Verdict.REFUSED, "≤ 4000")
    assert "the audio ends at 4000 ms" in late.message.en


def test_consistent_parameters_say_what_becomes_of_rates_out_of_bounds() -> None:
    def found(fps: float | None, bitrate: int | None, consistent: int = 1) -> tuple[Finding, ...]:
        request = changed(TEXT["notrain"], VideoParametersConsistent=consistent)
        seen = replace(video(), fps=fps, bitrate=bitrate)
        return judge("notrain", request, {"RefVideoUrl": seen})

    assert found(25.0, 5_000_000) == found(120.0, 20_000_000, consistent=0) == ()
    rate, bits = found(120.0, 20_000_000)
    assert (rate.verdict, rate.measured, rate.limit) == (Verdict.ADVISED, 120.0, "15-60 fps")
    assert (bits.measured, bits.limit) == (20_000, "1000-9000 kbit/s")
    assert "20000 kbit/s; the result will have 9000" in bits.message.en
    assert "20000 kbit/s；结果将为 9000 kbit/s" in bits.message.zh
    assert {finding.verdict for finding in found(None, 5_000_000)} == {Verdict.UNKNOWN}
    assert found(60.0099, 5_000_000) == ()
    assert [finding.measured for finding in found(60.0101, 5_000_000)] == [60.0101]


def test_a_whole_video_needs_no_length_and_a_part_of_it_does() -> None:
    unmeasured = {"RefVideoUrl": replace(video(), seconds=None)}
    assert judge("notrain", no_train(MakeType="Circle"), unmeasured) == ()
    (found,) = judge("notrain", no_train(MakeType="Circle", StartTime=1.0), unmeasured)
    assert found.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(("end", "told"), [(9.999, False), (10.0, False), (10.001, True)])
def test_an_interval_may_end_with_the_video_and_not_after_it(end: float, told: bool) -> None:
    request = no_train(DisableIntervals=[{"StartTime": 1.0, "EndTime": end}])
    found = judge("notrain", request, {"RefVideoUrl": video(10.0)})
    assert [finding.measured for finding in found] == ([end] if told else [])


def test_more_pages_than_configs_says_how_many_are_made() -> None:
    (found,) = judge("ppt", changed(two_pages("", "")), {"PPTFileUrl": deck(7)})
    assert found.verdict is Verdict.ADVISED and "first 2 pages" in found.message.en
