"""Decks → storyboards → decks: twenty decks lose nothing, and what pages need is judged before anything is planned."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mediaprep.batch import storyboard as boards
from mediaprep.config import Settings
from mediaprep.contract.script import ssml
from mediaprep.emulator.server import Emulator
from mediaprep.errors import BadAsset, BadConfig
from mediaprep.media.decks import reading
from mediaprep.media.probing.probe import probe
from mediaprep.model.decks.storyboard import AvatarPlace, Delivery, Empty, Page, PlannedStoryboard, Storyboard
from mediaprep.model.findings import Verdict
from mediaprep.verbs.assets import AccountLists
from mediaprep.verbs.decks import deck_script
from mediaprep.verbs.decks.plan_deck import plan
from tests.making import entries, make_audio, make_long_sound, make_pdf, make_photo, make_pptx
from tests.making_decks import VARIETY, Deck, make_lesson
from tests.making_ppt import make_ppt

VOICED = Delivery(voice="female_1")
NOBODY = Settings.load({}, {})


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with Emulator() as running:
        yield running


def planned(story: Storyboard, output: Path, **more: Any) -> PlannedStoryboard:
    return plan(story, output, base=story.deck.parent, settings=more.pop("settings", NOBODY), **more)


def loaded(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


@pytest.mark.parametrize("deck", VARIETY, ids=lambda deck: deck.name)
def test_a_storyboard_goes_into_notes_and_comes_back_the_same(deck: Deck, tmp_path: Path) -> None:
    path = deck.make(tmp_path)
    before = path.read_bytes()
    for empty in Empty:
        first = deck_script.draft(path, empty=empty, delivery=VOICED)
        boards.write(first, tmp_path / "story.yaml", lang="en")
        read = boards.read(tmp_path / "story.yaml")
        assert [replace(p, findings=()) for p in read.pages] == [replace(p, findings=()) for p in first.pages]
        copy = tmp_path / "copy.pptx"
        deck_script.write_notes(read, copy)
        again = deck_script.draft(copy, empty=empty, delivery=VOICED)
        assert [replace(p, findings=()) for p in again.pages] == [
            replace(p, findings=()) for p in first.pages
        ]
        assert len(first.pages) == deck.pages
    assert path.read_bytes() == before


@pytest.mark.parametrize("deck", VARIETY, ids=lambda deck: deck.name)
def test_every_script_that_is_planned_is_one_well_formed_line_that_fits(deck: Deck, tmp_path: Path) -> None:
    story = deck_script.draft(deck.make(tmp_path), empty=Empty.SILENT, delivery=VOICED)
    if not story.kept:
        with pytest.raises(BadConfig, match="every page is left out"):
            planned(story, tmp_path / "plan.json")
        return
    done = planned(story, tmp_path / "plan.json")
    assert done.story.verdict in {Verdict.PASS, Verdict.ADVISED}
    scripts = [c["InputSsml"] for r in done.requests for c in loaded(r)["PageConfigs"] if "InputSsml" in c]
    for script in scripts:
        assert len(script.splitlines()) == 1 and len(script) <= 20_000
        assert not [problem for problem in ssml.read(script).problems if problem.refused]
    total = sum(len(loaded(request)["PageConfigs"]) for request in done.requests)
    assert total == len(story.kept) == deck.pages - len(deck.hidden)


def test_a_script_beyond_the_limit_is_refused_whole(tmp_path: Path) -> None:
    path = make_pptx(tmp_path / "d.pptx", 1, notes={1: "字" * 19_996 + "&&"})
    story = deck_script.draft(path, delivery=VOICED)
    assert [f.rule for f in story.pages[0].findings if f.verdict is Verdict.REFUSED] == [
        "ppt.notes.characters"
    ]
    assert planned(story, tmp_path / "plan.json").requests == ()
    assert sorted(p.name for p in entries(tmp_path)) == ["d.pptx"]


def test_fifty_one_pages_become_two_tasks_with_a_deck_each(tmp_path: Path) -> None:
    story = deck_script.draft(VARIETY[10].make(tmp_path), delivery=VOICED)
    done = planned(story, tmp_path / "out.json")
    assert [path.name for path in done.requests] == ["out-1.json", "out-2.json"]
    for request, pages in zip(done.requests, (26, 25), strict=True):
        made = loaded(request)
        facts: Any = probe(tmp_path / made["PPTFileUrl"])
        assert (facts.pages_total, len(made["PageConfigs"])) == (pages, pages)
    assert loaded(done.requests[1])["PageConfigs"][-1]["InputSsml"] == "第51页：大家好，这是第51页。"


def test_pages_left_out_are_dropped_from_a_copy_and_hidden_ones_that_speak_are_shown(tmp_path: Path) -> None:
    notes = {1: "一", 2: "[skip] 二", 3: "三", 4: "[skip=no] 四"}
    path = make_lesson(tmp_path / "d.pptx", 4, hidden=(3, 4), notes=notes)
    done = planned(deck_script.draft(path, delivery=VOICED), tmp_path / "plan.json")
    (deck,) = done.decks
    pages = reading.read(deck, "pptx")
    assert (deck.name, pages.total, pages.hidden) == ("plan.pptx", 2, ())
    assert reading.outline(deck, "pptx")[0] == {1: "Page 1 · 第1页", 2: "Page 4 · 第4页"}
    assert [c["InputSsml"] for c in loaded(done.requests[0])["PageConfigs"]] == ["一", "四"]


def test_the_deck_itself_is_submitted_where_it_does(tmp_path: Path) -> None:
    path = make_pptx(tmp_path / "d.pptx", 3, notes={1: "一", 2: "二"}, hidden=(3,))
    done = planned(deck_script.draft(path, delivery=VOICED), tmp_path / "plan.json")
    assert (done.decks, loaded(done.requests[0])["PPTFileUrl"]) == ((), "d.pptx")


def test_silence_and_sounds_drive_their_pages(tmp_path: Path) -> None:
    make_audio(tmp_path / "take.mp3", seconds=2.0)
    path = make_pptx(tmp_path / "d.pptx", 2, notes={1: "[audio=take.mp3]", 2: "[silent=1.5]"})
    (tmp_path / "out").mkdir()
    done = planned(deck_script.draft(path), tmp_path / "out" / "plan.json")
    first, second = loaded(done.requests[0])["PageConfigs"]
    assert (tmp_path / "out" / first["InputAudioUrl"]).resolve() == (tmp_path / "take.mp3").resolve()
    silent: Any = probe(tmp_path / "out" / second["InputAudioUrl"])
    assert (second["InputAudioUrl"], silent.seconds) == (
        "plan-silence-1.5s.wav",
        pytest.approx(1.5, abs=0.01),
    )
    assert done.story.seconds == pytest.approx(3.5, abs=0.1)


@pytest.mark.parametrize(("avatar", "refused"), [("", True), ("k", False)])
def test_a_sound_may_be_longer_where_somebody_is_seen(tmp_path: Path, avatar: str, refused: bool) -> None:
    make_long_sound(tmp_path / "long.m4a", 1801)
    path = make_pptx(tmp_path / "d.pptx", 1, notes={1: "[audio=long.m4a]"})
    story = deck_script.draft(path, delivery=Delivery(avatar=avatar))
    rules = [f.rule for f in story.pages[0].findings if f.verdict is Verdict.REFUSED]
    assert rules == (["ppt.PageConfigs.InputAudioUrl.seconds@no-avatar"] if refused else [])


def test_a_sound_or_a_logo_that_is_not_there_is_refused_on_its_page(tmp_path: Path) -> None:
    from mediaprep.model.decks.storyboard import PageLogo

    path = make_pptx(tmp_path / "d.pptx", 1, notes={1: "[audio=nowhere.mp3]"})
    story = replace(deck_script.draft(path), logos=(PageLogo(file=Path("logo.png")),))
    done = planned(story, tmp_path / "plan.json")
    assert [f.rule for f in done.story.pages[0].findings] == ["ppt.PageConfigs.InputAudioUrl.kind"]
    assert "ppt.GlobalConfig.LogoParams.LogoFileUrl.kind" in [f.rule for f in done.story.findings]
    assert done.requests == ()
    make_photo(tmp_path / "logo.png")
    make_audio(tmp_path / "nowhere.mp3", seconds=1.0)
    assert len(planned(story, tmp_path / "plan.json").requests) == 1


def test_avatars_of_a_storyboard_are_judged_by_the_accounts_lists(emulator: Emulator, tmp_path: Path) -> None:
    settings = Settings.load({}, emulator.env)
    account = AccountLists(settings, folder=tmp_path / "cache")
    flat, tall = "emu_anchor_2d_landscape_0000001", "emu_anchor_2d_portrait_00000002"
    path = make_pptx(tmp_path / "d.pptx", 2, notes={1: "一", 2: f"[avatar={tall}] 二"})
    alone = deck_script.draft(path, delivery=Delivery(avatar=flat))
    assert alone.verdict is Verdict.UNKNOWN
    story = deck_script.draft(path, delivery=Delivery(avatar=flat), account=account)
    assert [(f.rule, f.verdict.value) for f in story.pages[1].findings] == [
        ("ppt.PageConfigs.VirtualmanKey.avatar", "refused")
    ]
    same = replace(story, pages=tuple(replace(p, delivery=Delivery()) for p in story.pages))
    done = planned(same, tmp_path / "plan.json", settings=settings, account=account)
    assert done.story.verdict in {Verdict.PASS, Verdict.ADVISED} and done.requests


def test_avatars_are_placed_in_pixels_by_the_size_of_their_pose(emulator: Emulator, tmp_path: Path) -> None:
    account = AccountLists(Settings.load({}, emulator.env), folder=tmp_path / "cache")
    small = Delivery(avatar="emu_anchor_small_portrait_00004", place=AvatarPlace(x=0, y=960, height=960))
    path = make_pptx(tmp_path / "d.pptx", 1, notes={1: "你好，欢迎。"})
    done = planned(
        deck_script.draft(path, delivery=small, account=account), tmp_path / "p.json", account=account
    )
    anchor = loaded(done.requests[0])["PageConfigs"][0]["VideoParam"]["AnchorParam"]
    # a pose of 1080×1920 at half size in 1080×1920: its middle a quarter left, its feet on the edge
    assert anchor == {"HorizontalPosition": -0.25, "VerticalPosition": 0.0, "Scale": 0.5}
    large = replace(small, avatar="emu_anchor_2d_landscape_0000001")
    story = deck_script.draft(path, delivery=large, account=account)
    assert [f.rule for f in story.pages[0].findings if f.verdict is Verdict.UNKNOWN] == [
        "ppt.PageConfigs.VideoParam.AnchorParam.pixels"
    ]


def test_cost_needs_a_price(tmp_path: Path) -> None:
    path = make_pptx(tmp_path / "d.pptx", 1, notes={1: "[silent=90]"})
    story = deck_script.draft(path)
    assert (planned(story, tmp_path / "a.json").minutes, planned(story, tmp_path / "a.json").cost) == (
        1.5,
        "",
    )
    priced = Settings.load({}, {"MEDIAPREP_PRICE": "2.50 CNY"})
    assert planned(story, tmp_path / "a.json", settings=priced).cost == "3.75 CNY"
    with pytest.raises(BadConfig, match="price"):
        planned(story, tmp_path / "a.json", settings=Settings.load({}, {"MEDIAPREP_PRICE": "cheap"}))


def test_a_pdf_takes_its_scripts_from_annotations_or_a_text_and_gives_them_back(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "d.pdf", 3)
    (tmp_path / "text.txt").write_text("第一页 & 更多\n---\n\n---\n第三页\n", encoding="utf-8")
    story = deck_script.draft(path, sidecar=tmp_path / "text.txt", empty=Empty.SILENT, delivery=VOICED)
    assert [(p.script, p.silent) for p in story.pages] == [
        ("第一页 &amp; 更多", None),
        ("", 3.0),
        ("第三页", None),
    ]
    deck_script.write_notes(story, tmp_path / "copy.pdf")
    again = deck_script.draft(tmp_path / "copy.pdf", empty=Empty.SILENT, delivery=VOICED)
    assert [(p.script, p.silent) for p in again.pages] == [(p.script, p.silent) for p in story.pages]
    silent = replace(story, pages=tuple(Page(number=n) for n in (1, 2, 3)), deck=tmp_path / "copy.pdf")
    deck_script.write_notes(silent, tmp_path / "empty.pdf")
    assert reading.read(tmp_path / "empty.pdf", "pdf").notes == {}


def test_a_text_with_more_parts_than_pages_is_no_text_for_this_deck(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("a\n---\nb\n---\nc", encoding="utf-8")
    with pytest.raises(BadAsset, match="3 scripts"):
        deck_script.draft(make_pdf(tmp_path / "d.pdf", 2), sidecar=tmp_path / "text.txt")


def test_a_storyboard_of_another_deck_is_told(tmp_path: Path) -> None:
    path = make_pptx(tmp_path / "d.pptx", 2)
    story = Storyboard(deck=path, pages=(Page(number=3, script="x"),))
    for attempt in (
        lambda: planned(story, tmp_path / "p.json"),
        lambda: deck_script.write_notes(story, tmp_path / "c.pptx"),
    ):
        with pytest.raises(BadAsset, match="page 3, the deck 2"):
            attempt()


def test_what_is_no_deck_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(BadAsset, match="no deck"):
        deck_script.draft(make_photo(tmp_path / "photo.png"))
    with pytest.raises(BadAsset, match="password"):
        deck_script.draft(make_pdf(tmp_path / "locked.pdf", 2, password="x"))
    with pytest.raises(BadAsset, match="nothing"):
        deck_script.draft(tmp_path / "nothing.pptx")


def test_the_original_and_other_files_are_never_overwritten_by_a_copy(tmp_path: Path) -> None:
    path = make_lesson(tmp_path / "d.pptx", 3, notes={1: "一", 2: "[skip]", 3: "三"})
    story = deck_script.draft(path, delivery=VOICED)
    before = path.read_bytes()
    with pytest.raises(BadConfig, match="original"):
        deck_script.write_notes(story, path)
    with pytest.raises(BadConfig, match="JSON"):
        planned(story, tmp_path / "plan.pptx")
    assert [p.name for p in entries(tmp_path)] == ["d.pptx"]
    done = planned(story, tmp_path / "d.json")
    assert [deck.name for deck in done.decks] == ["d-pages.pptx"]
    assert loaded(done.requests[0])["PPTFileUrl"] == "d-pages.pptx"
    assert path.read_bytes() == before


def test_a_plan_whose_every_name_is_the_deck_itself_is_refused(tmp_path: Path) -> None:
    path = make_lesson(tmp_path / "d-pages.pptx", 3, notes={1: "一", 2: "[skip]", 3: "三"})
    (tmp_path / "d.pptx").hardlink_to(path)
    story = deck_script.draft(path, delivery=VOICED)
    with pytest.raises(BadConfig, match="would replace the deck itself"):
        planned(story, tmp_path / "d.json")
    assert sorted(p.name for p in entries(tmp_path)) == ["d-pages.pptx", "d.pptx"]


def test_a_ppt_that_needs_a_copy_says_what_to_do(tmp_path: Path) -> None:
    deck = make_ppt(tmp_path / "a.ppt", ["First", "Second"])
    story = deck_script.draft(deck, empty=Empty.TITLE, delivery=VOICED)
    assert len(story.pages) > 1
    skipping = replace(story, pages=tuple(replace(p, skip=p.number == 1) for p in story.pages))
    with pytest.raises(BadAsset, match="save it as pptx or PDF"):
        plan(skipping, tmp_path / "p.json", base=tmp_path, settings=NOBODY)
    done = plan(story, tmp_path / "p.json", base=tmp_path, settings=NOBODY)
    assert loaded(done.requests[0])["PPTFileUrl"] == "a.ppt"  # itself, from where the plan lies


def test_pictures_stand_beside_the_storyboard(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "d.pdf", 2)
    story, said = deck_script.pictured(deck_script.draft(path), tmp_path / "s.pages", base=tmp_path)
    assert (said, [p.picture for p in story.pages]) == ((), ["s.pages/page-001.jpg", "s.pages/page-002.jpg"])
    photo: Any = probe(tmp_path / "s.pages" / "page-001.jpg", faces=False)
    assert (photo.width, photo.height) == (480, 270)
