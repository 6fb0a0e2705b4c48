"""Storyboards as files: read and written without loss, every mistake named with its page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mediaprep.batch import storyboard
from mediaprep.errors import BadConfig
from mediaprep.model.decks.page_pictures import Fit
from mediaprep.model.decks.storyboard import AvatarPlace, Delivery, Page, PageLogo, Storyboard
from mediaprep.preflight.scripts import drafting


def written(folder: Path, text: str) -> Path:
    path = folder / "story.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_storyboard_survives_its_file(tmp_path: Path) -> None:
    whole = Storyboard(
        deck=tmp_path / "课件 1.pptx",
        delivery=Delivery(avatar="k", voice="female_1", speed=1.1, volume=3,
                          place=AvatarPlace(x=1.0, y=2.0, height=3.0)),
        fit=Fit.LETTERBOX, background="#102030", subtitles=True,
        logos=(PageLogo(file=Path("logo.png"), x=1, y=2, scale=0.5),),
        pages=(
            Page(number=1, script="大家好 &amp; 再见", title="一: #1", picture="story.pages/page-001.jpg", seconds=1.5),
            Page(number=2, audio=Path("sounds/a b.mp3"), delivery=Delivery(avatar="", language="en")),
            Page(number=3, silent=2.5, hidden=True, skip=True),
            Page(number=7, script="",
                 delivery=Delivery(place=AvatarPlace(horizontal=0.1, scale=0.5), smart_actions=False)),
        ),
    )  # fmt: skip
    storyboard.write(whole, tmp_path / "story.yaml", lang="en")
    assert storyboard.read(tmp_path / "story.yaml") == whole
    assert "deck: 课件 1.pptx" in (tmp_path / "story.yaml").read_text(encoding="utf-8")


@given(text=some.text(max_size=60))
def test_any_script_survives_yaml(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.getbasetemp()
    made = drafting.drafted(text.encode("utf-8", "ignore").decode())
    page = Page(number=1, script=made)
    storyboard.write(Storyboard(deck=folder / "d.pptx", pages=(page,)), folder / "s.yaml", lang="en")
    assert storyboard.read(folder / "s.yaml").pages[0].script == made


def test_scripts_typed_by_hand_become_one_line_of_markup(tmp_path: Path) -> None:
    text = "deck: d.pptx\npages:\n- page: 1\n  script: |\n    第一行\n    第二行 A & B < C\n- page: 2\n  script: null\n"
    first, second = storyboard.read(written(tmp_path, text)).pages
    assert (first.script, second.script) == ("第一行第二行 A &amp; B &lt; C", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("deck: d.pptx\npages:\n- page: 1\n  voise: x\n", "page 1: voise: unknown key; did you mean voice?"),
        ("deck: d.pptx\nspeeed: 1.0\npages:\n- page: 1\n", "speeed: unknown key; did you mean speed?"),
        ("deck: d.pptx\npages:\n- page: 1\n- page: 1\n", "each once: 1"),
        ("deck: d.pptx\npages:\n- page: 2\n- page: 1\n", "in their order"),
        ("deck: d.pptx\npages:\n- page: 4\n  script: a\n  silent: 3.0\n", "page 4: script, audio or silent"),
        ("deck: d.pptx\npages:\n- page: 1\n  place: {x: 1}\n", "page 1: place: give x, y and height"),
        (
            "deck: d.pptx\nplace: {x: 1, y: 2, height: 3, scale: 1}\npages:\n- page: 1\n",
            "place: give x, y and height",
        ),
        ("deck: d.pptx\npages:\n- page: 1\n  speed: fast\n", "page 1: speed"),
        ("deck: d.pptx\npages: []\n", "pages"),
        ("[1, 2]", "story.yaml"),
        ("deck: [", "not YAML"),
        ("deck: d.pptx\npages:\n- page: true\n", "page"),
    ],
)
def test_mistakes_are_named_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadConfig) as caught:
        storyboard.read(written(tmp_path, text))
    assert said in caught.value.en and "\n" not in caught.value.en and caught.value.zh


def test_findings_are_written_for_the_reader_and_not_read_back(tmp_path: Path) -> None:
    from mediaprep.preflight.decks import front_matter

    head = front_matter.read("[voise=x] a")
    page = front_matter.settled(Page(number=1, script="a"), head)
    storyboard.write(Storyboard(deck=tmp_path / "d.pptx", pages=(page,)), tmp_path / "s.yaml", lang="zh")
    assert "advised: '" in (text := (tmp_path / "s.yaml").read_text(encoding="utf-8")) or "不是设置" in text
    assert storyboard.read(tmp_path / "s.yaml").pages[0] == replace(page, findings=())
