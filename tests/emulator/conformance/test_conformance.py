"""The conformance suite: it judges every parameter, notices what differs, and never sends more than was agreed."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.emulator.conformance import suite
from tests.emulator.conformance.cases import Case, Ground, all_cases
from tests.emulator.conformance.raw_gateway import RawGateway
from tests.emulator.wire import send

SKETCH = Ground(avatar="a", voice="v", nowhere=suite.NOWHERE)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[RawGateway, str]]:
    with suite.own_emulator() as running:
        yield running


def test_every_documented_parameter_is_judged_over_raw_http(
    rules_yaml: Mapping[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    told: list[str] = []
    assert suite.run_emulated(told.append) == 0, "\n".join(told)
    with capsys.disabled():
        print("\n" + "\n".join(told))
    assert told[0].startswith("parameters 162/162 judged, 0 differ")
    assert len(suite.parameters(rules_yaml)) == 162
    assert "codes by real cause" in told[-1] and told[-1].endswith("none 0")


def test_every_parameter_has_valid_and_invalid_values_and_every_bound_both_its_sides(
    rules_yaml: Mapping[str, Any],
) -> None:
    kinds: dict[str, set[str]] = {}
    for case in all_cases(rules_yaml, SKETCH):
        kinds.setdefault(case.parameter, set()).add(case.kind)
    assert all({"valid", "invalid"} <= found for found in kinds.values())
    for endpoint in rules_yaml["endpoints"]:
        for rule in endpoint["params"]:
            bounded = {"range", "max_chars", "max_chars_exclusive", "min_chars"} & set(rule)
            bounded |= {"max_items"} if isinstance(rule.get("max_items"), int) else set()
            assert not bounded or "boundary" in kinds[rule["id"]], rule["id"]


def changed(rules: Mapping[str, Any], parameter: str, **values: Any) -> Mapping[str, Any]:
    """The docs, had they said something else of one parameter; nothing but it is asked after."""
    made = copy.deepcopy(dict(rules))
    for endpoint in made["endpoints"]:
        endpoint["params"] = [rule | values for rule in endpoint["params"] if rule["id"] == parameter]
    return made


@pytest.mark.parametrize(
    ("parameter", "values"),
    [
        ("TTS-P04", {"range": {"min": 0.5, "max": 2.0}}),
        ("TTS-P06", {"enum": [24000, 16000, 8000]}),
        ("TTS-P03", {"max_chars": 30_000}),
        ("VMB-P12", {"max_chars_exclusive": 500}),
        ("VMB-P01", {"required": "never"}),
        ("PPT-P03", {"type": "string", "enum": ["0", "1"]}),
        ("VNT-P21", {"max_items": 12}),
        ("PPT-P04", {"regex": "^[a-z]+$"}),
        ("PNT-P16", {"required": "always"}),
    ],
)
def test_a_gateway_that_does_otherwise_than_the_docs_is_noticed(
    served: tuple[RawGateway, str], rules_yaml: Mapping[str, Any], parameter: str, values: dict[str, Any]
) -> None:
    gateway, _ = served
    ground = replace(SKETCH, there=f"{gateway.base_url}/pose/a.png")
    right = [(case, "") for case in all_cases(changed(rules_yaml, parameter), ground)]
    assert not suite.judge(right, gateway).wrong
    wrong = [(case, "") for case in all_cases(changed(rules_yaml, parameter, **values), ground)]
    found = suite.judge(wrong, gateway)
    assert set(found.wrong) == {parameter}
    told: list[str] = []
    assert suite.report(found, [parameter], told.append) == 1
    assert told[0].startswith(f"differs: {parameter} ")


def posts(control: str) -> list[dict[str, Any]]:
    return send("GET", f"{control}/requests").json["posts"]  # type: ignore[no-any-return]


class TestAgainstARealGateway:
    """Played by an emulator, which says what came."""

    def test_nothing_is_sent_before_somebody_agrees(self, served: tuple[RawGateway, str]) -> None:
        gateway, control = served
        before, told = len(posts(control)), list[str]()
        assert suite.run_real(gateway, 0.0, lambda: False, told.append) == 2
        assert len(posts(control)) == before
        text = "\n".join(told)
        assert gateway.base_url in text and "nothing was sent" in text and "videos: about 0.0 minutes" in text
        assert (
            "basic: " in text
            and "accepted" not in text.replace("tts: ", "").partition("basic")[2].splitlines()[0]
        )

    def test_without_minutes_only_sound_is_made(self, rules_yaml: Mapping[str, Any]) -> None:
        with suite.own_emulator() as (gateway, control):
            told: list[str] = []
            assert suite.run_real(gateway, 0.0, lambda: True, told.append) == 0, "\n".join(told)
            found = posts(control)
            assert {post["endpoint"] for post in found if post["task_id"]} == {"tts"}
            assert {post["endpoint"] for post in found} == {
                "tts",
                "ppt",
                "basic",
                "advanced",
                "notrain",
                "photo",
            }
            assert any("makes a video" in line for line in told)

    @pytest.mark.parametrize("most", [0.1, 1.0, 4.0])
    def test_videos_never_cost_more_than_the_minutes_that_were_given(
        self, rules_yaml: Mapping[str, Any], most: float
    ) -> None:
        planned = list(suite.affordable(list(all_cases(rules_yaml, SKETCH)), most))
        sent = [case for case, unsent in planned if not unsent]
        assert 0 < sum(suite.minutes(case) for case in sent) <= most
        assert any(unsent == "beyond --max-minutes" for _, unsent in planned)

    def test_it_wants_keys(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        monkeypatch.setenv("MEDIAPREP_REAL", "1")
        monkeypatch.delenv("MEDIAPREP_APPKEY", raising=False)
        assert suite.main([]) == 2
        assert "MEDIAPREP_APPKEY" in capsys.readouterr().err


def test_what_a_video_costs_is_estimated_by_its_text_and_a_refused_one_costs_nothing() -> None:
    def case(endpoint: str, codes: int = 0, **payload: Any) -> Case:
        return Case(
            parameter="x", endpoint=endpoint, path="x", kind="valid", what="", payload=payload,
            codes=frozenset({codes}),
        )  # fmt: skip

    assert suite.minutes(case("basic", InputSsml="字" * 480)) == 2.0
    assert suite.minutes(case("ppt", PageConfigs=[{"InputSsml": "字" * 240}, {"InputAudioUrl": "x"}])) == 2.0
    assert suite.minutes(case("photo", InputAudioUrl="x")) == 1.0
    assert suite.minutes(case("basic", 100001, InputSsml="字" * 480)) == 0.0
    assert suite.minutes(case("tts", InputSsml="字" * 480)) == 0.0
