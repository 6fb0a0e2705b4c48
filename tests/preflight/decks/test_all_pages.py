"""What all pages of a deck share, in the docs' spelling: said of the storyboard, which has the last word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mediaprep.errors import BadConfig
from mediaprep.model.decks.page_pictures import Fit
from mediaprep.model.decks.storyboard import AvatarPlace, Delivery, Page, PageLogo, Storyboard
from mediaprep.preflight.decks import all_pages, deck_plan

BARE = Storyboard(deck=Path("d.pptx"), pages=(Page(number=1, script="一"), Page(number=2, script="二")))
FULL: dict[str, Any] = {
    "VirtualmanKey": "k1",
    "SpeechParam": {"TimbreKey": "female_1", "Speed": 1, "Volume": 3, "EmotionCategory": "happy"},
    "VideoParam": {"AnchorParam": {"HorizontalPosition": 0.3, "Scale": 1.5}, "SmartActionEnabled": True},
    "AdaptationType": 1,
    "BackgroundColor": "#112233",
    "ShowSubtitles": True,
    "LogoParams": [{"LogoFileUrl": "logo.png", "PositionX": 5}],
}


def test_everything_that_pages_share_comes_into_their_requests() -> None:
    story = all_pages.over(BARE, FULL, Path("/base"))
    assert (story.fit, story.background, story.subtitles) == (Fit.LETTERBOX, "#112233", True)
    assert story.delivery == Delivery(
        avatar="k1", voice="female_1", speed=1, volume=3, emotion="happy", smart_actions=True,
        place=AvatarPlace(horizontal=0.3, scale=1.5),
    )  # fmt: skip
    assert story.logos == (PageLogo(file=Path("/base/logo.png"), x=5),)
    (part,) = deck_plan.plan(story, {}, sound_of=str).parts
    request = part.request("d.pptx")
    shared = request["GlobalConfig"]
    assert shared["SpeechParam"] == FULL["SpeechParam"] and shared["VideoParam"] == FULL["VideoParam"]
    assert (shared["AdaptationType"], shared["ShowSubtitles"]) == (1, True)
    assert [page["VirtualmanKey"] for page in request["PageConfigs"]] == ["k1", "k1"]


def test_a_storyboard_has_the_last_word() -> None:
    told = Storyboard(
        deck=Path("d.pptx"), pages=BARE.pages, delivery=Delivery(voice="male_1"), background="#000000"
    )
    story = all_pages.over(told, FULL, Path())
    assert (story.delivery.voice, story.delivery.speed, story.background) == ("male_1", 1, "#000000")


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        ({"PPTFileUrl": "d.pptx"}, "PPTFileUrl is nothing that all pages"),
        ({"SpeechParam": {"Timbre": "x"}}, "request.SpeechParam: Timbre is nothing"),
        ({"SpeechParam": {"Speed": "fast"}}, "request.SpeechParam.Speed: 'fast' is no float"),
        ({"SpeechParam": {"Volume": True}}, "request.SpeechParam.Volume: True is no int"),
        ({"AdaptationType": 2}, "0 (stretch) or 1 (letterbox), not 2"),
        ({"LogoParams": [{"PositionX": 1}]}, "request.LogoParams[0]: give LogoFileUrl"),
        ({"LogoParams": [{"LogoFileUrl": "https://x/y.png"}]}, "name a local file"),
    ],
)
def test_what_cannot_be_said_of_all_pages_is_refused(request_: dict[str, Any], told: str) -> None:
    with pytest.raises(BadConfig) as refused:
        all_pages.over(BARE, request_, Path())
    assert told in refused.value.en and refused.value.zh
