"""How scripts are counted: by our client one way, by the emulator the other."""

from __future__ import annotations

import pytest

from contract.payloads import TEXT, changed
from mediaprep.contract import requests, ssml, texts
from mediaprep.model.findings import Verdict

BREAK = "<break/>"


def refused(text: str, *, raw: bool = False) -> set[str]:
    found = requests.violations("notrain", changed(TEXT["notrain"], InputSsml=text), raw_count=raw)
    return {item.rule.removeprefix("notrain.InputSsml.") for item in found}


def advised(text: str) -> set[str]:
    found = requests.advice("notrain", changed(TEXT["notrain"], InputSsml=text))
    return {item.rule.removeprefix("notrain.InputSsml.") for item in found}


@pytest.mark.parametrize(
    ("text", "client", "emulator", "advice"),
    [
        ("字" * 2000, set(), set(), set()),
        ("字" * 2001, {"spoken_characters"}, {"characters"}, {"characters"}),
        ("字" * 1999 + BREAK, set(), {"characters"}, {"characters"}),
        ("字" * 2001 + BREAK, {"spoken_characters"}, {"characters"}, {"characters"}),
        ("字" * 4, set(), set(), set()),
        ("字" * 3, {"characters"}, {"characters"}, {"spoken_characters"}),
        ("字" * 3 + BREAK, set(), set(), {"spoken_characters"}),
        ("&amp;" * 401, set(), {"characters"}, {"characters"}),
    ],
)
def test_tags_count_for_the_emulator_and_only_against_us_where_both_counts_agree(
    text: str, client: set[str], emulator: set[str], advice: set[str]
) -> None:
    assert refused(text) == client
    assert refused(text, raw=True) == emulator
    assert advised(text) >= advice
    assert {"characters", "spoken_characters"} & advised(text) == advice


def test_characters_are_code_points_and_not_bytes_or_utf16_units() -> None:
    assert not refused("😀" * 2000)
    assert refused("😀" * 2001) == {"spoken_characters"}


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\u2028"])
def test_a_script_is_one_line_wherever_the_break_stands(line_break: str) -> None:
    assert refused(f"第一行文字{line_break}第二行文字") == {"lines"}
    assert refused(f"只有一行文字{line_break}") == {"lines"}


def test_tts_takes_line_breaks() -> None:
    assert not requests.violations("tts", changed(TEXT["tts"], InputSsml="第一行\n第二行"))


def test_wrong_markup_is_refused_with_its_place() -> None:
    (found,) = requests.violations("notrain", changed(TEXT["notrain"], InputSsml="大家好<break"))
    assert found.rule == "notrain.InputSsml.well_formed"
    assert "1:4" in found.message.en and "1:4" in found.service_message
    assert found.fix is not None


def test_facts_of_a_script_say_what_was_counted() -> None:
    facts = texts.measure('大家<break time="2s"/>好')
    assert (facts.format, facts.spoken_characters, facts.lines, facts.well_formed) == ("ssml", 3, 1, True)
    assert facts.estimated_seconds == pytest.approx(2 + 3 / 5.2, abs=0.01)
    assert texts.measure("A&B").well_formed is False
    assert texts.measure("A&B").problem == "1:2 & must be written &amp;"


def test_half_the_speed_takes_twice_as_long_and_punctuation_takes_nothing() -> None:
    script = ssml.read("大家好，欢迎。")
    assert texts.estimate(script, 0.5) == 2 * texts.estimate(script)
    assert texts.estimate(script) == pytest.approx(5 / 5.2)


def test_an_estimate_never_refuses() -> None:
    payload = changed(TEXT["photo"], InputSsml="字" * 300, SpeechParam__Speed=0.5)
    assert not requests.violations("photo", payload)
    found = [f for f in requests.advice("photo", payload) if f.rule == "photo.InputSsml.estimated_seconds"]
    assert [f.verdict for f in found] == [Verdict.ADVISED] and found[0].measured == pytest.approx(115.38)
