"""A storyboard's tasks: what stands in GlobalConfig and what on pages, where avatars stand, how many parts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mediaprep.contract import placement
from mediaprep.contract.rules import requests
from mediaprep.model.assets import Avatar
from mediaprep.model.decks.page_pictures import Fit
from mediaprep.model.decks.storyboard import AvatarPlace, Delivery, Page, PageLogo, Storyboard, TaskPart
from mediaprep.preflight.decks import deck_plan

AVATAR = Avatar(type="small_sample", width=1920, height=1080, key="k", pose=(1080, 1920), origin_zoom=0.5)


def story(*pages: Page, **values: Any) -> Storyboard:
    return Storyboard(deck=Path("d.pptx"), pages=pages, **values)


def said(number: int, **values: Any) -> Page:
    return Page(number=number, script=f"第{number}页", **values)


def plan(board: Storyboard, **avatars: Avatar) -> deck_plan.DeckPlan:
    return deck_plan.plan(board, avatars, sound_of=lambda seconds: f"s{seconds:g}.wav")


def payload(board: Storyboard, **avatars: Avatar) -> dict[str, Any]:
    (part,) = plan(board, **avatars).parts
    made = part.request("https://example.com/d.pptx")
    assert not requests.violations("ppt", made) and not requests.unknown_parameters("ppt", made)
    return made


def test_what_holds_for_all_is_global_and_only_what_differs_stands_on_pages() -> None:
    board = story(
        said(1),
        said(2, delivery=Delivery(voice="male_1", speed=1.0, avatar="")),
        Page(number=3, audio=Path("a.mp3"), delivery=Delivery(voice="unused")),
        Page(number=4, silent=3.0),
        delivery=Delivery(avatar="k", voice="female_1", speed=1.2, smart_actions=True),
        fit=Fit.LETTERBOX,
        background="#102030",
        subtitles=True,
        logos=(PageLogo(file=Path("logo.png"), x=10, y=20, scale=0.5),),
    )
    made = payload(board)
    assert made["GlobalConfig"] == {
        "AdaptationType": 1,
        "BackgroundColor": "#102030",
        "ShowSubtitles": True,
        "LogoParams": [{"LogoFileUrl": "logo.png", "PositionX": 10, "PositionY": 20, "Scale": 0.5}],
        "SpeechParam": {"TimbreKey": "female_1", "Speed": 1.2},
        "VideoParam": {"SmartActionEnabled": True},
    }
    assert made["PageConfigs"] == [
        {"VirtualmanKey": "k", "DriverType": "Text", "InputSsml": "第1页"},
        {"DriverType": "Text", "InputSsml": "第2页", "SpeechParam": {"TimbreKey": "male_1", "Speed": 1.0}},
        {"VirtualmanKey": "k", "DriverType": "OriginalVoice", "InputAudioUrl": "a.mp3"},
        {"VirtualmanKey": "k", "DriverType": "OriginalVoice", "InputAudioUrl": "s3.wav"},
    ]


def test_a_plain_storyboard_has_no_global_config() -> None:
    assert "GlobalConfig" not in payload(story(said(1)))


def test_an_avatar_placed_in_pixels_comes_to_stand_there() -> None:
    place = AvatarPlace(x=1300, y=120, height=960)
    made = payload(story(said(1), delivery=Delivery(avatar="k", place=place)), k=AVATAR)
    anchor = made["PageConfigs"][0]["VideoParam"]["AnchorParam"]
    stands = placement.scaled(placement.Size(width=1080, height=1920), 0.5, anchor["Scale"])
    at = placement.Position(horizontal=anchor["HorizontalPosition"], vertical=anchor["VerticalPosition"])
    x, y = placement.corner(placement.Size(width=1920, height=1080), stands, at)
    assert (stands.height, x, y) == (
        pytest.approx(960, abs=0.2),
        pytest.approx(1300, abs=0.3),
        pytest.approx(120, abs=0.3),
    )
    assert "GlobalConfig" not in made


def test_pixels_need_a_known_pose_and_an_avatar_over_the_edge_is_told() -> None:
    over = story(said(1), delivery=Delivery(avatar="k", place=AvatarPlace(x=1700, y=120, height=960)))
    (edge,) = plan(over, k=AVATAR).findings[1]
    assert (edge.verdict.value, "(right)" in edge.message.en) == ("advised", True)
    for avatars in ({}, {"k": replace(AVATAR, pose=None)}, {"k": replace(AVATAR, origin_zoom=None)}):
        (unknown,) = plan(over, **avatars).findings[1]
        assert unknown.verdict.value == "unknown"


def test_places_in_the_docs_units_are_global_unless_a_page_has_its_own() -> None:
    general = Delivery(avatar="k", place=AvatarPlace(horizontal=0.2, vertical=0.0, scale=0.8))
    made = payload(story(said(1), said(2), delivery=general))
    assert made["GlobalConfig"]["VideoParam"]["AnchorParam"] == {
        "HorizontalPosition": 0.2, "VerticalPosition": 0.0, "Scale": 0.8,
    }  # fmt: skip
    own = Delivery(place=AvatarPlace(horizontal=0.0, vertical=0.0, scale=1.0))
    made = payload(story(said(1), said(2, delivery=own), delivery=general))
    assert "GlobalConfig" not in made  # a page's 0 means unset: it could not take the global value back
    places = [c["VideoParam"]["AnchorParam"]["HorizontalPosition"] for c in made["PageConfigs"]]
    assert places == [0.2, 0.0]


@pytest.mark.parametrize(("count", "parts"), [(1, [1]), (50, [50]), (51, [26, 25]), (120, [40, 40, 40])])
def test_a_task_takes_fifty_pages(count: int, parts: list[int]) -> None:
    made = plan(story(*(said(n) for n in range(1, count + 1)))).parts
    assert [len(part.pages) for part in made] == [len(part.configs) for part in made] == parts
    assert [n for part in made for n in part.pages] == list(range(1, count + 1))


def test_parts_end_with_a_section_where_one_ends_nearby() -> None:
    board = story(*(said(n, skip=n == 2) for n in range(1, 62)))
    made = deck_plan.plan(board, {}, sound_of=str, sections={1, 25, 40})
    assert [(part.pages[0], part.pages[-1]) for part in made.parts] == [(1, 24), (25, 61)]


@pytest.mark.parametrize(
    ("skipped", "hidden", "total", "needed"),
    [
        ((), (), 4, None),
        ((4,), (), 4, None),  # the first pages are made, the rest is not asked for
        ((2,), (), 4, (1, 3, 4)),
        ((), (2,), 4, (1, 2, 3, 4)),  # it must be shown
        ((4,), (4,), 4, None),
        ((), (), 51, (1, 2, 3, 4)),  # the whole deck would be refused
    ],
)
def test_the_deck_itself_does_unless_pages_before_others_are_left_out(
    skipped: tuple[int, ...], hidden: tuple[int, ...], total: int, needed: tuple[int, ...] | None
) -> None:
    board = story(*(said(n, skip=n in skipped, hidden=n in hidden) for n in range(1, 5)))
    assert deck_plan.order(board, total) == needed


def test_findings_on_configs_are_told_by_page() -> None:
    part = TaskPart(pages=(2, 5), configs=({"InputSsml": ""}, {"InputSsml": ""}), everywhere={})
    violations = [v.finding() for v in requests.violations("ppt", part.request(""))]
    pages, rest = deck_plan.by_page(part, violations)
    assert {n: [f.message.en for f in found] for n, found in pages.items()} == {
        2: ["InputSsml is missing: text drive needs it"],
        5: ["InputSsml is missing: text drive needs it"],
    }
    assert [f.rule for f in rest] == ["ppt.PPTFileUrl.required"]
