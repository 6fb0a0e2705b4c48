"""Rules over a request and its files: what passes, what is unknown, and that nothing is judged twice."""

from __future__ import annotations

import pytest

from contract.cross_cases import HD, TALL, audio, deck, no_train, two_pages, video
from contract.payloads import AUDIO, TEXT, URL, changed
from mediaprep.contract.demands import DEMANDS, judge
from mediaprep.model.findings import Verdict


def test_every_demand_has_a_name_of_its_own_under_its_endpoint() -> None:
    names = [demand.id for demand in DEMANDS]
    assert len(set(names)) == len(names)
    assert all(demand.id.startswith(f"{demand.endpoint}.") and demand.source for demand in DEMANDS)


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


def test_more_pages_than_configs_says_how_many_are_made() -> None:
    (found,) = judge("ppt", changed(two_pages("", "")), {"PPTFileUrl": deck(7)})
    assert found.verdict is Verdict.ADVISED and "first 2 pages" in found.message.en
