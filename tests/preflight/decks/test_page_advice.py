"""Advice on decks: one finding for each thing that is lost or uncertain, with its pages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mediaprep.model.facts import DeckFacts, OnPages
from mediaprep.model.findings import Finding, Verdict
from mediaprep.preflight.decks import page_advice
from mediaprep.preflight.judge import judge_file

PLAIN = DeckFacts(
    format="pptx", flavour="pptx", pages_total=12, pages_visible=12, hidden_pages=(), encrypted=False,
    page_width=960.0, page_height=540.0, holds=(), size_bytes=1000, claimed_pages=12,
)  # fmt: skip


def judged(**changes: Any) -> dict[str, Finding]:
    found = judge_file("ppt", "PPTFileUrl", replace(PLAIN, **changes))
    return {finding.rule.removeprefix("ppt.PPTFileUrl."): finding for finding in found}


def test_nothing_speaks_against_a_plain_deck() -> None:
    assert judged() == {}


@pytest.mark.parametrize(
    ("kind", "changes", "where"),
    [
        ("hidden_pages", {"hidden_pages": (2, 3, 4, 9), "pages_visible": 8}, "page 2-4, 9"),
        ("missing_pages", {"missing_pages": (7,)}, "page 7"),
        ("claimed_pages", {"claimed_pages": 60}, None),
        ("flavour", {"flavour": "ppsx"}, None),
        ("page_aspect", {"page_width": 720.0}, None),
        *(
            (kind, {"holds": (OnPages(kind=kind, pages=(1, 5)),)}, "page 1, 5")
            for kind in (
                "linked", "video", "audio", "animations", "transitions", "smartart", "ole", "form",
            )
        ),
        *((kind, {"holds": (OnPages(kind=kind),)}, None) for kind in ("macros", "script")),
    ],
)  # fmt: skip
def test_each_has_a_finding_of_its_own_in_both_languages(
    kind: str, changes: dict[str, Any], where: str | None
) -> None:
    (finding,) = judged(**changes).values()
    assert finding.rule == f"ppt.PPTFileUrl.{kind}"
    assert (finding.verdict, finding.where) == (Verdict.ADVISED, where)
    assert finding.message.en != finding.message.zh


def test_counts_that_are_not_told_are_no_finding() -> None:
    assert judged(claimed_pages=None, page_width=None, holds=None) == {}


@pytest.mark.parametrize("size", [(540.0, 960.0), (1920.0, 1080.0), (959.98, 540.0)])
def test_both_shapes_of_the_video_pass(size: tuple[float, float]) -> None:
    assert judged(page_width=size[0], page_height=size[1]) == {}


def test_only_fonts_that_nobody_brings_along_are_told() -> None:
    fonts = OnPages(kind="fonts", pages=(1, 2), names=("Calibri", "微软雅黑", "汉仪旗黑", "My Script"))
    told = judged(holds=(fonts,))["fonts"]
    assert told.measured == ["汉仪旗黑", "My Script"]
    embedded = OnPages(kind="embedded_fonts", names=("汉仪旗黑", "my script"))
    assert judged(holds=(fonts, embedded)) == {}


def test_linked_files_are_named() -> None:
    told = judged(holds=(OnPages(kind="linked", pages=(3,), names=("chart.xlsx", "clip.mp4")),))["linked"]
    assert "chart.xlsx, clip.mp4" in told.message.en
    assert "1 page:" in told.message.en


def test_a_deck_with_a_password_is_one_finding_and_its_pages_are_unknown() -> None:
    found = judge_file(
        "ppt", "PPTFileUrl", replace(PLAIN, pages_total=None, encrypted=True, claimed_pages=3, holds=None)
    )
    assert {finding.rule: finding.verdict for finding in found} == {
        "ppt.PPTFileUrl.pages_total": Verdict.UNKNOWN,
        "ppt.PPTFileUrl.encrypted": Verdict.ADVISED,
    }


def test_a_letter_of_authorisation_is_not_asked_to_be_a_deck() -> None:
    assert page_advice.judge("notrain", "VideoParam.RefPhotoUrl", replace(PLAIN, hidden_pages=(1,))) == []


@pytest.mark.parametrize(
    ("numbers", "told"), [((), ""), ((1,), "1"), ((1, 2), "1-2"), ((1, 3, 4, 5, 9), "1, 3-5, 9")]
)
def test_pages_are_spelled_in_runs(numbers: tuple[int, ...], told: str) -> None:
    assert page_advice.spelled(numbers) == told
