"""Which findings count: prefixes, waivers, and waivers nobody needs."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest

from mediaprep.errors import BadConfig
from mediaprep.model.findings import FileReport
from mediaprep.model.waivers import Waiver, read
from mediaprep.preflight.choosing import Choosing
from mediaprep.preflight.judge import judge_file
from tests.preflight.samples import VIDEO

TODAY = datetime.date(2026, 11, 22)
BAD = replace(VIDEO, codec="hevc", width=300)


def report(path: str = "raw/a.mov") -> FileReport:
    findings = judge_file("notrain", "RefVideoUrl", BAD)
    return FileReport(path=path, field="notrain.RefVideoUrl", facts=BAD, findings=findings)


def waiver(**changes: object) -> Waiver:
    values = {"rule": "notrain.RefVideoUrl.codec", "path": "*.mov", "reason": "agreed", "number": 1}
    return Waiver(**{**values, **changes})  # type: ignore[arg-type]


def rules(found: FileReport) -> list[str]:
    return [finding.rule.rpartition(".")[2] for finding in found.findings]


def test_without_choice_everything_counts() -> None:
    assert rules(Choosing(today=TODAY).report(report())) == ["codec", "width"]


@pytest.mark.parametrize(
    ("select", "ignore", "left"),
    [
        (("notrain.RefVideoUrl.codec",), (), ["codec"]),
        (("notrain.RefVideoUrl",), ("notrain.RefVideoUrl.codec",), ["width"]),
        ((), ("notrain",), []),
        (("photo", "notrain.RefVideoUrl.width"), (), ["width"]),
    ],
)
def test_prefixes_choose(select: tuple[str, ...], ignore: tuple[str, ...], left: list[str]) -> None:
    assert rules(Choosing(select=select, ignore=ignore, today=TODAY).report(report())) == left


def test_a_prefix_of_no_rule_is_a_mistake() -> None:
    for mistake in (
        {"select": ("notrain.RefVideo",)},
        {"ignore": ("x",)},
        {"waivers": (waiver(rule="codec"),)},
    ):
        with pytest.raises(BadConfig, match="no rule begins with"):
            Choosing(today=TODAY, **mistake)  # type: ignore[arg-type]


def test_a_waived_finding_is_set_apart_with_its_reason_and_does_not_count() -> None:
    choosing = Choosing(waivers=(waiver(), waiver(rule="notrain.RefVideoUrl.width", number=2)), today=TODAY)
    left = choosing.report(report())
    assert (left.verdict, left.findings) == ("pass", ())
    assert [(w.finding.rule, w.reason) for w in left.waived] == [
        ("notrain.RefVideoUrl.codec", "agreed"),
        ("notrain.RefVideoUrl.width", "agreed"),
    ]
    assert choosing.leftovers(lambda _: True) == ()


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("*.mov", "raw/a.mov", True),
        ("a.mov", "/abs/raw/a.mov", True),
        ("raw/*.mov", "raw/a.mov", True),
        ("raw/*.mov", "/abs/raw/a.mov", True),
        ("raw/*.mov", "straw/a.mov", False),
        ("*.mp4", "raw/a.mov", False),
        ("?.MOV", "raw/a.mov", False),
    ],
)
def test_patterns_name_files_or_paths(pattern: str, path: str, matches: bool) -> None:
    assert waiver(path=pattern).matches(path) is matches


def test_an_expired_waiver_waives_nothing_and_is_a_finding() -> None:
    choosing = Choosing(waivers=(waiver(expires=datetime.date(2026, 11, 21)),), today=TODAY)
    assert rules(choosing.report(report())) == ["codec", "width"]
    (finding,) = choosing.leftovers(lambda _: True)
    assert (finding.rule, finding.verdict.value) == ("waivers.expired", "advised")
    assert "2026-11-21" in finding.message.zh
    last_day = Choosing(waivers=(waiver(expires=TODAY),), today=TODAY)
    assert rules(last_day.report(report())) == ["width"]


def test_a_waiver_of_no_use_is_a_finding() -> None:
    choosing = Choosing(waivers=(waiver(rule="notrain.RefVideoUrl.hdr"),), today=TODAY)
    choosing.report(report())
    assert [finding.rule for finding in choosing.leftovers(lambda _: True)] == ["waivers.unused"]


def test_a_waiver_about_other_files_may_still_be_needed_unless_its_one_file_is_gone() -> None:
    choosing = Choosing(waivers=(waiver(path="other/b.mov"),), today=TODAY)
    choosing.report(report())
    assert choosing.leftovers(lambda _: True) == ()
    assert [finding.rule for finding in choosing.leftovers(lambda _: False)] == ["waivers.unused"]


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"path": "*"}, "rule is missing"),
        ({"rule": "notrain"}, "reason is missing"),
        ({"rule": "notrain", "reason": " "}, "reason is missing"),
        ({"rule": "notrain", "reason": "x", "until": 1}, "no key until"),
        ({"rule": "notrain", "reason": "x", "expires": "soon"}, "expires must be a day"),
        ({"rule": "notrain", "reason": "x", "path": 3}, "path must be a pattern"),
        ("notrain", "is no table"),
    ],
)
def test_a_misshapen_waiver_is_refused_by_number(entry: object, told: str) -> None:
    with pytest.raises(BadConfig, match=f"x.toml: waiver 2.*{told}"):
        read([{"rule": "notrain", "reason": "fine"}, entry], "x.toml")


def test_a_day_may_be_written_either_way() -> None:
    days = (datetime.date(2027, 1, 31), "2027-01-31", None)
    found = read([{"rule": "notrain", "reason": "x", **({"expires": d} if d else {})} for d in days], "x")
    assert [w.expires for w in found] == [datetime.date(2027, 1, 31), datetime.date(2027, 1, 31), None]
