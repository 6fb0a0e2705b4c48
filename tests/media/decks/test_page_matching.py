"""Page borders out of the video alone: to the picture where pages differ, None where they do not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from mediaprep.emulator.render import mark, pages
from mediaprep.media.decks import page_images, page_matching
from mediaprep.media.ffmpeg import Binary, find
from mediaprep.media.probing.probe import probe
from mediaprep.model.decks.page_pictures import FrameBox, Framing, PageStart
from mediaprep.model.facts import DeckFacts
from tests.emulator.render.making import SPOKEN, work
from tests.making import make_audio

LANDSCAPE = "2c3f4c11d1e54b7693156b060990544d"
FRAME = Framing(width=1920, height=1080)


@pytest.fixture(scope="module")
def binary() -> Binary:
    return find()


def lesson(path: Path, texts: Sequence[Sequence[str]]) -> Path:
    """White pages with lines of text, as lessons have them; a page's number below."""
    import pymupdf

    with pymupdf.open() as document:
        for lines in texts:
            page = document.new_page(width=960, height=540)
            for row, line in enumerate(lines):
                page.insert_text((60, 80 + 60 * row), line, fontsize=36)
        document.save(path)
    return path


def rendered(
    folder: Path,
    binary: Binary,
    deck: Path,
    seconds: Sequence[float],
    *,
    presenter: bool = False,
    **everywhere: Any,
) -> tuple[Path, list[float]]:
    """The emulator's video of the deck and when each page truly begins; a page of 0 s speaks a sentence."""
    request: dict[str, Any] = {"PageConfigs": [], "GlobalConfig": {"SpeechParam": SPOKEN, **everywhere}}
    files = {"PPTFileUrl": deck}
    anchor = {"AnchorParam": {"HorizontalPosition": 0.3}}
    for number, length in enumerate(seconds):
        config: dict[str, Any] = {"VirtualmanKey": LANDSCAPE, "VideoParam": anchor} if presenter else {}
        if length:
            files[f"PageConfigs[{number}].InputAudioUrl"] = make_audio(
                folder / f"{number}.wav", seconds=length
            )
            config |= {"DriverType": "OriginalVoice", "InputAudioUrl": "x"}
        else:
            config |= {"InputSsml": "大家好，欢迎。"}
        request["PageConfigs"].append(config)
    task = work(folder, "ppt", request, files=files, facts={"PPTFileUrl": probe(deck)})
    taken: list[int] = []
    with pytest.MonkeyPatch.context() as patched:
        plain = pages._page

        def noted(*arguments: Any) -> pages.RenderedPage:
            page = plain(*arguments)
            taken.append(page.frames)
            return page

        patched.setattr(pages, "_page", noted)
        product = pages.render(task, binary)
    return product.media, [sum(taken[:number]) / 25 for number in range(len(taken))]


def found(video: Path, deck: Path, count: int, ignore: Sequence[FrameBox] = ()) -> tuple[PageStart, ...]:
    facts = probe(deck)
    assert isinstance(facts, DeckFacts)
    box = mark.box_of(FRAME.width, FRAME.height)
    marked = FrameBox(x=box.x, y=box.y, width=box.width, height=box.height)
    with page_images.opened(deck, facts) as opened:
        return page_matching.page_starts(
            video, count, lambda number: opened.picture(number, FRAME), ignore=[marked, *ignore]
        )


TEXTS = [
    [f"Lesson {number}", "the same line on every page"] for number in ("one", "two", "three", "four", "five")
]


def test_borders_are_found_to_the_picture(binary: Binary, tmp_path: Path) -> None:
    deck = lesson(tmp_path / "deck.pdf", TEXTS)
    video, true = rendered(tmp_path, binary, deck, [0.8, 1.4, 0.6, 1.0, 0.8])
    starts = found(video, deck, 5)
    assert [start.number for start in starts] == [1, 2, 3, 4, 5]
    assert [start.seconds for start in starts] == pytest.approx(true, abs=0.001)
    assert all(start.confidence > 0.8 for start in starts)


def test_a_presenter_and_subtitles_do_not_matter(binary: Binary, tmp_path: Path) -> None:
    deck = lesson(tmp_path / "deck.pdf", [[f"{'   ' * n}growing {n}"] * (n + 2) for n in range(4)])
    video, true = rendered(tmp_path, binary, deck, [0, 1.0, 0, 0.8], presenter=True, ShowSubtitles=True)
    below = FrameBox(x=0, y=900, width=1920, height=180)
    starts = found(video, deck, 4, [below])
    assert [start.seconds for start in starts] == pytest.approx(true, abs=0.001)
    assert all(start.confidence > 0.5 for start in starts[1:])


def test_bullets_that_come_one_by_one_are_told_apart(binary: Binary, tmp_path: Path) -> None:
    lines = ["A heading", "first point", "second point", "third point"]
    deck = lesson(tmp_path / "deck.pdf", [lines[:2], lines[:3], lines])
    video, true = rendered(tmp_path, binary, deck, [0.7, 0.7, 0.7])
    assert [start.seconds for start in found(video, deck, 3)] == pytest.approx(true, abs=0.001)


def test_pages_that_look_alike_have_no_border_and_the_next_one_has(binary: Binary, tmp_path: Path) -> None:
    deck = lesson(tmp_path / "deck.pdf", [["one"], ["two"], ["two"], ["one"]])
    video, true = rendered(tmp_path, binary, deck, [0.8, 0.8, 0.8, 0.8])
    starts = found(video, deck, 4)
    assert [start.seconds for start in starts] == [0.0, pytest.approx(true[1]), None, pytest.approx(true[3])]
    assert starts[2].confidence == 0.0


def test_another_decks_video_has_no_borders(binary: Binary, tmp_path: Path) -> None:
    shown = lesson(tmp_path / "shown.pdf", TEXTS[:3])
    other = lesson(tmp_path / "other.pdf", [[], ["Quite"] * 7, ["something", "", "", "", "", "else"]])
    video, _ = rendered(tmp_path, binary, shown, [0.8, 0.8, 0.8])
    starts = found(video, other, 3)
    assert [start.seconds for start in starts[1:]] == [None, None]


def test_a_part_of_a_longer_video_is_searched_alone(binary: Binary, tmp_path: Path) -> None:
    deck = lesson(tmp_path / "deck.pdf", [["zero"], *TEXTS[:3], ["end"]])
    video, true = rendered(tmp_path, binary, deck, [0.8] * 5)
    inner = lesson(tmp_path / "inner.pdf", TEXTS[:3])
    facts = probe(inner)
    assert isinstance(facts, DeckFacts)
    with page_images.opened(inner, facts) as opened:
        starts = page_matching.page_starts(
            video, 3, lambda number: opened.picture(number, FRAME), start=true[1], stop=true[4]
        )
    assert [start.seconds for start in starts] == pytest.approx(true[1:4], abs=0.001)
