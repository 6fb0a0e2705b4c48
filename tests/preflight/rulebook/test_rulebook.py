"""The rulebook: whole, unique, explained in both languages, and stable for good."""

from __future__ import annotations

import collections
import re
from dataclasses import replace

import pytest

from mediaprep.contract.bounds import Between
from mediaprep.contract.limits import LIMITS
from mediaprep.contract.paths import under
from mediaprep.contract.profiles import PROFILES
from mediaprep.errors import BadConfig
from mediaprep.model.findings import Text, Verdict
from mediaprep.model.rulebook import Rule
from mediaprep.preflight.rulebook import reasons, rulebook
from tests.preflight import rule_snapshot

CHINESE = re.compile(r"[\u4e00-\u9fff]")
ALL = [rule for profile in PROFILES for rule in rulebook.rules(profile).values()]


def test_no_id_stands_for_two_rules() -> None:
    for profile in PROFILES:
        counted = collections.Counter(rule.id for rule in rulebook._all(profile))
        assert [name for name, times in counted.items() if times > 1] == []


def test_every_rule_speaks_both_languages_and_names_its_source() -> None:
    for rule in ALL:
        assert rule.what.en and rule.why.en and rule.source, rule.id
        assert CHINESE.search(rule.why.zh), rule.id
        assert rule.verdicts and Verdict.PASS not in rule.verdicts, rule.id
        assert rule.fix is None or CHINESE.search(rule.fix.zh), rule.id


def test_examples_show_what_passes_and_what_does_not() -> None:
    for rule in ALL:
        if rule.examples and not rule.id.endswith(".form"):
            verdicts = {example.verdict for example in rule.examples}
            assert Verdict.PASS in verdicts and len(verdicts) > 1, rule.id
            assert verdicts <= {Verdict.PASS, *rule.verdicts}, rule.id


def test_every_limit_is_in_the_book_with_its_own_numbers() -> None:
    book = rulebook.rules()
    assert set(LIMITS) <= set(book)
    seconds = book["notrain.RefVideoUrl.seconds"]
    assert [(e.value, e.verdict.value) for e in seconds.examples] == [
        ("1", "pass"), ("1200", "pass"), ("0.999", "refused"), ("1200.001", "refused"),
    ]  # fmt: skip
    assert rulebook.rules("tencent-intl@2025-10")["notrain.RefVideoUrl.seconds"].limit == "[1, 600]"


def test_a_parameter_that_nobody_knows_belongs_to_a_rule_of_its_endpoint() -> None:
    assert rulebook.find("notrain.VideoParam.MouthMod.unknown").id == "notrain.*.unknown"
    assert not rulebook.known("nowhere.X.unknown")


@pytest.mark.parametrize(
    ("asked", "offered"),
    [
        ("notrain.RefVideoUrl.second", "notrain.RefVideoUrl.seconds"),
        ("notrain.RefVideoUrl", "notrain.RefVideoUrl.codec"),
        ("codec", "notrain.RefVideoUrl.codec"),
    ],
)
def test_an_unknown_rule_is_answered_with_near_ones(asked: str, offered: str) -> None:
    with pytest.raises(BadConfig, match="did you mean") as caught:
        rulebook.find(asked)
    assert offered in str(caught.value)
    assert "是否指" in caught.value.zh


def test_prefixes_are_whole_parts_of_an_id() -> None:
    assert under("notrain.RefVideoUrl.seconds", "notrain.RefVideoUrl")
    assert under("notrain.RefVideoUrl.seconds", "notrain.")
    assert under("basic.InputAudioUrl.seconds@TransparentMov", "basic.InputAudioUrl.seconds")
    assert not under("notrain.VideoParam.RefPhotoUrls.kind", "notrain.VideoParam.RefPhotoUrl")
    assert under("notrain.VideoParam.MouthMod.unknown", "notrain.*.unknown")
    assert not under("notrain.RefVideoUrl.seconds", "notrain.*.unknown")
    with pytest.raises(BadConfig, match="no rule begins with"):
        rulebook.checked_prefix("notrain.RefVideo")


def test_rules_that_were_released_are_still_there_and_mean_the_same() -> None:
    """What is new is recorded to pass, so that nobody renames or adds a rule unaware."""
    now = rule_snapshot.current()
    new = sorted(set(now) - set(rule_snapshot.committed()))
    assert not new, f"new rule ids; record them with `python -m tests.preflight.rule_snapshot`: {new}"
    for key, digest in rule_snapshot.committed().items():
        assert key in now, f"{key} is gone: an id is for good"
        assert now[key] == digest, f"{key} came to mean something else: give it a new id or a new edition"
    assert len(rule_snapshot.committed()) > 500


def test_a_digest_follows_the_meaning_and_not_the_wording() -> None:
    rule = rulebook.rules()["notrain.RefVideoUrl.seconds"]
    assert replace(rule, what=Text("x", "x"), fix=None, examples=()).digest == rule.digest
    other = replace(rule, exact=repr(Between(1, 1200.5, "s")))
    assert other.digest != rule.digest
    assert isinstance(rule, Rule) and replace(rule, verdicts=(Verdict.ADVISED,)).digest != rule.digest


_ENDS_BADLY = re.compile(r"\bfails?\b|\brefuse[sd]?\b|失败|拒绝|拒收|不予提交")


def test_what_happens_follows_from_the_verdicts_and_from_nothing_else() -> None:
    for rule in ALL:
        ends = reasons.outcome(rule.family, rule.verdicts)
        assert rule.why.en.endswith(ends.en) and rule.why.zh.endswith(ends.zh), rule.id
        if Verdict.REFUSED in rule.verdicts:
            assert "refused" in ends.en and _ENDS_BADLY.search(ends.zh), rule.id
        else:
            for said, end in zip(rule.why, ends, strict=True):
                assert not _ENDS_BADLY.search(said.removesuffix(end)), (rule.id, said)
