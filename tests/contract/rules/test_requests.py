"""What the JSON of a request alone decides."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mediaprep.contract import codes, endpoints, profiles
from mediaprep.contract.rules import requests
from mediaprep.contract.rules.wording import NO_SUCH
from mediaprep.errors import BadConfig
from mediaprep.model.findings import Verdict
from tests.contract.payloads import AUDIO, GONE, SCRIPT, TEXT, URL, changed, examples


@pytest.mark.parametrize(("endpoint", "payload"), examples())
def test_every_request_example_of_the_docs_is_accepted(endpoint: str, payload: dict[str, Any]) -> None:
    assert requests.violations(endpoint, payload) == ()
    assert requests.violations(endpoint, payload, raw_count=True) == ()
    assert requests.unknown_parameters(endpoint, payload) == ()
    sent = requests.wire(endpoint, payload, profiles.get())
    assert requests.violations(endpoint, sent) == ()


def test_there_are_all_the_examples() -> None:
    names = [endpoint for endpoint, _ in examples()]
    lost = sorted(set(endpoints.ENDPOINTS) - set(names))
    assert not lost, f"no example of a request in tests/emulator/examples/ for {lost}"
    assert len(names) >= 10 and set(names) == set(endpoints.ENDPOINTS)


@pytest.mark.parametrize(("endpoint", "base"), [*TEXT.items(), *AUDIO.items()])
def test_the_small_requests_of_these_tests_are_right(endpoint: str, base: dict[str, Any]) -> None:
    assert requests.violations(endpoint, base) == ()
    assert requests.unknown_parameters(endpoint, base) == ()


@pytest.mark.parametrize("endpoint", ["tts", "ppt", "basic", "advanced", "notrain", "photo"])
def test_the_documented_error_is_reproduced_to_the_byte(endpoint: str) -> None:
    path = {"tts": "Speed", "ppt": "PageConfigs[]__SpeechParam__Speed"}.get(endpoint, "SpeechParam__Speed")
    (found,) = requests.violations(endpoint, changed(TEXT[endpoint], **{path: 1.6}))
    assert found.service_message == "InvalidParameter:请求参数错误: Speed value invalid, ranges:0.5-1.5"
    assert found.code == 100001
    assert found.rule == f"{endpoint}.{path.replace('[]', '').replace('__', '.')}.range"


def test_a_violation_says_what_was_measured_and_what_is_allowed_in_both_languages() -> None:
    (found,) = requests.violations("notrain", changed(TEXT["notrain"], SpeechParam__Speed=2))
    assert "2" in found.message.en and "0.5-1.5" in found.message.en
    assert "允许 0.5-1.5" in found.message.zh
    finding = found.finding()
    assert (finding.verdict, finding.where) == (Verdict.REFUSED, "SpeechParam.Speed")


def test_violations_stand_in_the_order_of_the_docs() -> None:
    broken = {"InputSsml": 5, "DriverType": "X", "VideoLoop": 7, "VideoParam": {"MakeType": 1}}
    found = [item.parameter for item in requests.violations("notrain", broken)]
    assert found == ["RefVideoUrl", "DriverType", "InputSsml", "VideoLoop", "VideoParam.MakeType"]


def test_places_in_arrays_are_named_with_their_index() -> None:
    payload = changed(TEXT["ppt"])
    payload["PageConfigs"] = [TEXT["ppt"]["PageConfigs"][0], {"DriverType": "OriginalVoice"}, "x"]
    found = {item.parameter: item.rule for item in requests.violations("ppt", payload)}
    assert found == {
        "PageConfigs[1].InputAudioUrl": "ppt.PageConfigs.InputAudioUrl.required",
        "PageConfigs[2]": "ppt.PageConfigs.type",
    }


def test_a_wrong_parameter_is_told_once() -> None:
    found = requests.violations("notrain", changed(TEXT["notrain"], SpeechParam="loud"))
    assert [item.rule for item in found] == ["notrain.SpeechParam.type"]
    found = requests.violations("notrain", changed(TEXT["notrain"], DriverType=1, InputSsml=GONE))
    assert [item.rule for item in found] == ["notrain.DriverType.type"]


def test_green_screen_is_refused_with_the_value_that_replaced_it() -> None:
    for endpoint in ("basic", "advanced"):
        (found,) = requests.violations(endpoint, changed(TEXT[endpoint], VideoParam__Format="GreenScreenMp4"))
        assert found.code == codes.BAD_VALUE
        assert found.fix is not None and "Mp4" in found.fix.en
        assert "Mp4" in found.message.zh


def test_custom_only_start_is_unknown_to_presentations() -> None:
    path = "GlobalConfig__VideoParam__SmallSampleParam__MakeType"
    (found,) = requests.violations("ppt", changed(TEXT["ppt"], **{path: "CustomOnlyStart"}))
    assert found.rule.endswith("MakeType.choice")


def test_modulated_voice_is_unknown_where_nothing_is_trained() -> None:
    for endpoint in ("notrain", "photo"):
        found = requests.violations(endpoint, changed(AUDIO[endpoint], DriverType="ModulatedVoice"))
        assert [item.rule for item in found] == [f"{endpoint}.DriverType.choice"]


@pytest.mark.parametrize("endpoint", ["notrain", "photo"])
def test_an_empty_driver_counts_as_missing_where_it_must_be_given(endpoint: str) -> None:
    found = requests.violations(endpoint, changed(TEXT[endpoint], DriverType=""))
    assert [item.rule for item in found] == [f"{endpoint}.DriverType.required"]


@pytest.mark.parametrize("endpoint", ["basic", "advanced"])
def test_an_empty_driver_means_text_where_it_may_be_left_out(endpoint: str) -> None:
    for value in ("", GONE):
        assert not requests.violations(endpoint, changed(TEXT[endpoint], DriverType=value))
        found = requests.violations(endpoint, changed(TEXT[endpoint], DriverType=value, InputSsml=GONE))
        assert [item.rule for item in found] == [f"{endpoint}.InputSsml.required"]


def test_a_script_under_audio_drive_is_not_judged_but_advised() -> None:
    payload = changed(AUDIO["notrain"], InputSsml="<")
    assert not requests.violations("notrain", payload)
    assert "notrain.InputSsml.effect" in {found.rule for found in requests.advice("notrain", payload)}


@pytest.mark.parametrize("switch", profiles.FACE_ID_SWITCHES)
def test_the_face_id_switch_is_read_under_both_names(switch: str) -> None:
    payload = changed(TEXT["notrain"], **{f"VideoParam__{switch}": 2})
    (found,) = requests.violations("notrain", payload)
    assert found.parameter == f"VideoParam.{switch}"
    assert not requests.unknown_parameters("notrain", payload)


def test_the_face_id_switch_under_both_names_must_say_one_thing() -> None:
    both = {"DisabledDetect": 1, "DisableIdDetect": 1}
    assert not requests.violations("notrain", changed(TEXT["notrain"], VideoParam=both))
    found = requests.violations("notrain", changed(TEXT["notrain"], VideoParam=both | {"DisableIdDetect": 0}))
    assert [item.rule for item in found] == ["notrain.VideoParam.DisableIdDetect.twice"]
    assert requests.wire("notrain", {"VideoParam": both}, profiles.get())["VideoParam"] == {
        "DisabledDetect": 1
    }


# ── unknown parameters ─────────────────────────────────────────────────────────────────────────────


def test_unknown_parameters_are_named_where_they_stand_with_the_nearest_name() -> None:
    payload = changed(
        TEXT["notrain"], VideoParam={"MouthMod": "Soft", "DisableIntervals": [{"Start": 1}]}, Foo=1
    )
    assert requests.unknown_parameters("notrain", payload) == (
        "VideoParam.MouthMod",
        "VideoParam.DisableIntervals[0].Start",
        "Foo",
    )
    near = [found.fix.en if found.fix else None for found in requests.unknown_findings("notrain", payload)]
    assert "VideoParam.MouthMode" in str(near[0]) and "StartTime" in str(near[1]) and near[2] == NO_SUCH.en


def test_what_basic_does_not_have_points_to_advanced() -> None:
    payload = changed(TEXT["basic"], VideoParam={"Format": "Mp4", "BackgroundFileUrl": URL})
    (found,) = requests.unknown_findings("basic", payload)
    assert found.rule == "basic.VideoParam.BackgroundFileUrl.unknown"
    assert found.fix is not None and "advanced" in found.fix.en


@pytest.mark.parametrize(
    ("endpoint", "place", "near"),
    [
        # 6 of 10 letters are alike with EndTime: enough for a name of the same object; 10 of 17 with MouthMode are not
        ("notrain", "VideoParam.End", "VideoParam.EndTime"),
        ("notrain", "VideoParam.LoopMode", None),
        # 12 of 16 with DriverType: enough for one of another object; 14 of 19 are not
        ("notrain", "VideoParam.Driver", "DriverType"),
        ("notrain", "VideoParam.DriveText", None),
        # 24 of 32: enough for one that only the other endpoint has; 20 of 27 are not
        ("basic", "VideoParam.BackgroundVideo", "VideoParam.BackgroundFileUrl (advanced)"),
        ("basic", "VideoParam.Background", None),
    ],
)
def test_a_name_is_offered_where_it_is_alike_enough(endpoint: str, place: str, near: str | None) -> None:
    """Ours: three fifths beside it, three quarters elsewhere; a name that is far off misleads."""
    assert requests.nearest(endpoint, place) == near


def test_a_name_differs_when_its_case_does() -> None:
    assert requests.unknown_parameters("tts", changed(TEXT["tts"], speed=1)) == ("speed",)


# ── what is sent ───────────────────────────────────────────────────────────────────────────────────


def test_zeros_and_blanks_of_the_presentation_example_are_not_sent() -> None:
    payload = dict(examples())["ppt"]
    sent = requests.wire("ppt", payload, profiles.get())
    text = json.dumps(sent)
    for name in ("EmotionIntensity", "BackgroundColor", "AnchorParam", "SmallSampleParam", "InputAudioUrl"):
        assert name not in text
    assert sent["GlobalConfig"]["SpeechParam"] == {"TimbreKey": "tts_female_yunxiaoxiao"}
    assert sent["GlobalConfig"]["LogoParams"][0] == payload["GlobalConfig"]["LogoParams"][0]
    assert sent["GlobalConfig"]["AdaptationType"] == 0  # 0 is a value here
    assert "VirtualmanKey" not in sent["PageConfigs"][1]
    assert len(sent["PageConfigs"]) == 3


def test_the_payload_itself_is_left_alone() -> None:
    payload = dict(examples())["ppt"]
    before = copy.deepcopy(payload)
    requests.wire("ppt", payload, profiles.get())
    assert payload == before


def test_the_face_id_switch_is_sent_under_the_profiles_name() -> None:
    for switch in profiles.FACE_ID_SWITCHES:
        payload = changed(TEXT["notrain"], **{f"VideoParam__{switch}": 1})
        for profile in profiles.PROFILES.values():
            assert requests.wire("notrain", payload, profile)["VideoParam"] == {profile.face_id_switch: 1}


@pytest.mark.parametrize("endpoint", ["basic", "advanced"])
def test_audio_drive_sends_the_speech_parameters_the_table_asks_for(endpoint: str) -> None:
    payload = changed(AUDIO[endpoint], SpeechParam=GONE)
    assert requests.wire(endpoint, payload, profiles.get())["SpeechParam"] == {"Speed": 1.0}
    assert "SpeechParam" not in requests.wire("notrain", AUDIO["notrain"], profiles.get())


def test_zero_is_sent_where_it_is_a_value() -> None:
    payload = changed(
        TEXT["advanced"], VideoParam={"AnchorParam": {"HorizontalPosition": 0}}, SpeechParam__Volume=0
    )
    sent = requests.wire("advanced", payload, profiles.get())
    assert sent["VideoParam"]["AnchorParam"] == {"HorizontalPosition": 0}
    assert sent["SpeechParam"]["Volume"] == 0
    assert requests.wire("notrain", changed(TEXT["notrain"], VideoLoop=0), profiles.get())["VideoLoop"] == 0


def test_no_default_of_the_docs_is_ever_added() -> None:
    for endpoint, base in TEXT.items():
        assert requests.wire(endpoint, base, profiles.get()) == {k: v for k, v in base.items() if v != {}} | {
            k: v for k, v in base.items() if v == {}
        }


# ── anything at all ────────────────────────────────────────────────────────────────────────────────

NAMES = sorted(
    {
        part
        for row in endpoints.ENDPOINTS.values()
        for s in row.slots
        for part in s.path.replace("[]", "").split(".")
    }
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()
    | st.sampled_from(["", "Text", "OriginalVoice", "Custom", "Circle", "<", "字" * 5, SCRIPT, "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=25,
)


@example("tts", {"CallbackUrl": "<", "VideoStorageS3Url": "<"}, False)  # of other endpoints
@given(
    st.sampled_from(sorted(TEXT)), st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=8), st.booleans()
)
def test_any_payload_is_judged_without_a_crash(endpoint: str, changes: dict[str, Any], raw: bool) -> None:
    payload = TEXT[endpoint] | changes
    for found in requests.violations(endpoint, payload, raw_count=raw):
        assert found.service_message.startswith("InvalidParameter:请求参数错误: ")
        assert found.code in codes.INTERFACE and found.message.en and found.message.zh
        assert "\n" not in found.message.en
    assert all(found.verdict is not Verdict.REFUSED for found in requests.advice(endpoint, payload))
    requests.unknown_findings(endpoint, payload)
    requests.wire(endpoint, payload, profiles.get())


def test_an_endpoint_nobody_knows_is_a_usage_error() -> None:
    with pytest.raises(BadConfig, match="known: tts"):
        requests.violations("videomake", {})
