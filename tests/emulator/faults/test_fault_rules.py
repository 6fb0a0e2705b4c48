"""Which calls a rule strikes: by kind, text, turn, age and its seeded dice."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mediaprep.emulator.faults.fault_rules import ACTIONS, CALLS, SUBMITS, Die, FaultRule, Subject, chance


def die(seed: int = 0, **rule: Any) -> Die:
    return Die(FaultRule.model_validate({"do": "status", "name": "r", **rule}), seed)


def struck(rule: Die, *says: str, call: str = "tts") -> list[bool]:
    return [rule.strikes(Subject(call=call, says=text)) for text in says]


def test_a_rule_strikes_always_unless_it_says_otherwise() -> None:
    assert struck(die(), "a", "b") == [True, True]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"first": 2}, "110000"),
        ({"skip": 2}, "001111"),
        ({"skip": 1, "first": 2}, "011000"),
        ({"every": 3}, "001001"),
        ({"skip": 1, "every": 2, "first": 4}, "001010"),
        ({"p": 0.0}, "000000"),
    ],
)
def test_turns(rule: dict[str, Any], expected: str) -> None:
    assert "".join(str(int(s)) for s in struck(die(**rule), *"abcdef")) == expected


def test_the_dice_depend_on_seed_name_and_ordinal_alone() -> None:
    one, two = struck(die(7, p=0.3), *"x" * 200), struck(die(7, p=0.3), *"y" * 200)
    assert one == two
    assert 35 <= sum(one) <= 85
    assert struck(die(8, p=0.3), *"x" * 200) != one
    assert struck(die(7, p=0.3, name="other"), *"x" * 200) != one
    assert struck(Die(die(p=0.3).rule.model_copy(update={"seed": 8}), 7), *"x" * 200) == struck(
        die(8, p=0.3), *"x" * 200
    )
    assert all(0 <= chance(0, "n", "", k) < 1 for k in range(1000))


def test_a_text_selects_and_is_counted_for_each_match_by_itself() -> None:
    assert struck(die(text="job-1"), "job-1", "job-2", "say job-1") == [True, False, True]
    each = die(text="job-[0-9]+", each=True, first=1)
    assert struck(each, "job-1", "job-2", "job-1 again", "none", "job-3") == [True, True, False, False, True]
    assert (each.matched, each.struck) == (4, 3)


def test_each_job_has_its_own_dice_whatever_the_order_of_arrival() -> None:
    jobs = [f"job-{n}" for n in range(50)]
    there, back = (die(3, text="job-[0-9]+", each=True, p=0.5) for _ in range(2))
    assert struck(there, *jobs) == struck(back, *reversed(jobs))[::-1]


def test_the_kind_of_call_selects() -> None:
    assert [struck(die(), "", call=call)[0] for call in CALLS] == [call in SUBMITS for call in CALLS]
    assert [struck(die(on=["poll", "bucket"]), "", call=call)[0] for call in CALLS] == [
        call in {"progress", "ppt_progress", "bucket"} for call in CALLS
    ]


def test_age_and_repetition_select_and_what_is_unknown_does_not_match() -> None:
    young = die(do="code", code=110006, on="poll", within=2)
    ages = (0.0, 2.0, 2.1, None)
    assert [young.strikes(Subject(call="progress", age=age)) for age in ages] == [True, True, False, False]
    again = die(do="code", code=110005, repeated=60)
    assert [again.strikes(Subject(call="tts", repeated=ago)) for ago in (None, 5.0, 61.0)] == [
        False,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ({"do": "explode"}, "unknown; known: latency"),
        ({"do": "latency"}, "latency needs seconds"),
        ({"do": "reset", "code": 3}, "reset does not take code"),
        ({"do": "stale", "on": "submit"}, "stale cannot be on"),
        ({"do": "lost", "on": "nobody"}, "lost cannot be on nobody"),
        ({"do": "lost", "p": 1.5}, "less than or equal to 1"),
        ({"do": "lost", "text": "("}, "no regular expression"),
        ({"do": "lost", "colour": "red"}, "Extra inputs"),
        ({"do": "status", "status": 200}, "greater than or equal to 400"),
        ({"do": "status", "retry_after": "1\r\nX: y"}, "no line breaks"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(rule: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why.replace("(", r"\(")):
        FaultRule.model_validate(rule)


def test_every_action_stands_in_the_control_ports_text() -> None:
    from mediaprep.emulator import control_help

    text = str(control_help.__doc__)
    assert [name for name in ACTIONS if f"\n    {name} " not in text] == []
