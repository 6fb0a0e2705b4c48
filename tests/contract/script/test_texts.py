"""How scripts are counted: by our client one way, by the emulator the other."""

from __future__ import annotations

import pytest

from mediaprep.contract.rules import requests
from mediaprep.contract.script import ssml, texts
from mediaprep.model.findings import Verdict
from tests.contract.payloads import GONE, TEXT, changed

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
    assert not refused("好" + "😀" * 1999)
    assert refused("好" + "😀" * 2000) == {"spoken_characters"}


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
    assert texts.estimate(script, 0) == texts.estimate(script)  # 0 = not given: the pace of Speed 1


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("字" * 52, 10.0),
        # ours: a Latin letter takes 1/2.9 of a Chinese character's time
        ("a" * 29 * 52, 100.0),
        ("1" * 52, 10.0),
        ("字" * 52 + '<break time="9s"/>' * 10, 100.0),
        ("字" * 26 + '<break time="500ms"/>' + "字" * 26, 10.5),
        ("<word>" + "字" * 52 + "</word>", 10.0),
        ("", 0.0),
    ],
)
def test_the_estimate_is_reckoned_from_characters_letters_and_breaks(text: str, seconds: float) -> None:
    """5.2 characters a second as measured on the docs' example; the rest are guesses of ours, typed here."""
    assert texts.estimate(ssml.read(text)) == pytest.approx(seconds)
    assert texts.measure(text).estimated_seconds == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("speed", "estimated"),
    [(GONE, 384.62), (1.0, 384.62), (0.5, 769.23), (1.5, None), (1.52, 384.62), (0.49, 384.62)],
)
def test_a_speed_the_docs_allow_is_reckoned_with_and_another_is_not(
    speed: object, estimated: float | None
) -> None:
    """0.5 to 1.5 (line 519); six minutes are what sound may last with TransparentMov (line 531)."""
    payload = changed(
        TEXT["basic"], InputSsml="字" * 2000, VideoParam__Format="TransparentMov", SpeechParam__Speed=speed
    )
    found = [f.measured for f in requests.advice("basic", payload) if "estimated_seconds" in f.rule]
    assert found == ([] if estimated is None else [estimated])


@pytest.mark.parametrize(
    ("endpoint", "measure", "ends"),
    [
        ("notrain", "characters", (4, 2000)),  # line 889: 上限2000字，不少于4个字
        ("basic", "characters", (0, 20_000)),  # line 516: 上限2万字
        ("basic", "lines", (0, 1)),
        ("basic", "seconds", (0, float("inf"))),  # nothing is said of it
    ],
)
def test_the_ends_of_a_scripts_measure(endpoint: str, measure: str, ends: tuple[float, float]) -> None:
    assert texts.limit_of(endpoint, "InputSsml", measure) == ends


def test_an_estimate_never_refuses() -> None:
    payload = changed(TEXT["photo"], InputSsml="字" * 300, SpeechParam__Speed=0.5)
    assert not requests.violations("photo", payload)
    found = [f for f in requests.advice("photo", payload) if f.rule == "photo.InputSsml.estimated_seconds"]
    assert [f.verdict for f in found] == [Verdict.ADVISED] and found[0].measured == pytest.approx(115.38)
