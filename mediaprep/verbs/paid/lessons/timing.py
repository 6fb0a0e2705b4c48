"""When the pages of a lesson are shown in the video of all its tasks: by their own sounds, else by their pictures.

The service tells neither: it names one video and its length.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from mediaprep.errors import BadAsset, ToolFailed
from mediaprep.media.probing import probe
from mediaprep.media.prove import page_sounds
from mediaprep.media.prove.page_sounds import Sound
from mediaprep.model.decks.lessons import ShownPage, Timed
from mediaprep.model.decks.page_pictures import WHITE, Framing, PictureSource
from mediaprep.model.decks.storyboard import Page, Storyboard
from mediaprep.model.facts import AudioFacts, DeckFacts
from mediaprep.model.findings import Text
from mediaprep.model.finishing.plans import Canvas, Clip
from mediaprep.verbs.check import measure
from mediaprep.verbs.paid.lessons.drafting import PartDeck

_STAND_INS = (PictureSource.CARD, PictureSource.THUMBNAIL)


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """When pages are shown; `notes` say what is not known, and then nothing is told of any page."""

    shown: tuple[ShownPage, ...] = ()
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TaskStretch:
    """One task's part of the video: seconds, on whole frames."""

    deck: PartDeck
    start: float
    end: float


def stretches(decks: Sequence[PartDeck], clips: Sequence[Clip], canvas: Canvas) -> tuple[TaskStretch, ...]:
    """Where each task's video lies."""
    return tuple(
        TaskStretch(
            deck=deck, start=float(clip.first_frame / canvas.fps), end=float(clip.end_frame / canvas.fps)
        )
        for deck, clip in zip(decks, clips, strict=True)
    )


def timeline(
    video: Path, parts: Sequence[TaskStretch], story: Storyboard, sounds: Mapping[int, Path], canvas: Canvas
) -> Timeline:
    """When the pages of all parts are shown. `story` is as it was sent; `sounds` are the voices that were spoken for
    pages, by page."""
    pages = {page.number: page for page in story.pages}
    shown: list[ShownPage] = []
    for part in parts:
        inside = [pages[number] for number in part.deck.pages]
        begins: Sequence[float | None] | Text | None = _by_sound(video, part, inside)
        how = Timed.SOUND
        if begins is None:
            begins, how = _by_picture(video, part, story, canvas), Timed.PICTURE
        if isinstance(begins, Text):
            first, last = part.deck.pages[0], part.deck.pages[-1]
            return Timeline(notes=(_unknown(first, last, begins),))
        shown += _told(part, inside, begins, how=how, sounds=sounds, fps=canvas.fps)
    return Timeline(shown=tuple(shown), notes=(_measured(shown, len(story.kept)),))


def _told(
    part: TaskStretch,
    pages: Sequence[Page],
    begins: Sequence[float | None],
    *,
    how: Timed,
    sounds: Mapping[int, Path],
    fps: Fraction,
) -> list[ShownPage]:
    """The pages on whole frames; one whose beginning is not known goes with the page before it."""
    starts = [
        part.start if not place else None if begin is None else float(round(begin * fps) / fps)
        for place, begin in enumerate(begins)
    ]
    heads = [place for place, start in enumerate(starts) if start is not None]
    told: list[ShownPage] = []
    for head, after in zip(heads, [*heads[1:], len(pages)], strict=True):
        start, end = starts[head], starts[after] if after < len(pages) else part.end
        assert start is not None and end is not None
        if end <= start and told:  # shorter than a frame
            continue
        told.append(
            ShownPage(
                numbers=tuple(page.number for page in pages[head:after]),
                title=pages[head].title,
                start=start,
                end=end,
                timed=how if head else Timed.PART,
                voice=sounds.get(pages[head].number),
            )
        )
    return told


def _measured(shown: Sequence[ShownPage], pages: int) -> Text:
    """How it is known when pages are shown."""
    seen = sum(page.timed is Timed.PICTURE for page in shown)
    how = Text("by their pictures", "按画面") if seen else Text("by their own sound", "按各页声音")
    more = len(shown)
    lost = Text("", "")
    if more < pages:
        lost = Text(
            f"; {pages - more} look like the page before them and belong to it",
            f"；{pages - more} 页与前一页相似，并入前一页",
        )
    return Text(
        f"{more} of {pages} pages were found in the video, {how.en}{lost.en}",
        f"在视频中定位到 {pages} 页中的 {more} 页，{how.zh}{lost.zh}",
    )


def _unknown(first: int, last: int, why: Text) -> Text:
    return Text(
        f"when pages {first}–{last} are shown is not known: {why.en}; no chapters and no captions are made",
        f"无法得知第 {first}–{last} 页的出现时间：{why.zh}；不生成章节与字幕",
    )


# --- by their sounds ------------------------------------------------------------------------------------------


def _by_sound(video: Path, part: TaskStretch, pages: Sequence[Page]) -> tuple[float, ...] | None:
    """None where some page's sound is not ours, or is not where it should be."""
    sounds = [_sound(page) for page in pages]
    known = [sound for sound in sounds if sound is not None]
    if len(known) < len(sounds):
        return None
    return page_sounds.starts(video, known, start=part.start, stop=part.end)


def _sound(page: Page) -> Sound | None:
    if page.audio is not None:
        facts = measure(page.audio)
        seconds = facts.seconds if isinstance(facts, AudioFacts) else None
        return None if seconds is None else Sound(path=page.audio, seconds=seconds)
    return None if page.silent is None else Sound(path=None, seconds=page.silent)


# --- by their pictures ----------------------------------------------------------------------------------------


def _by_picture(
    video: Path, part: TaskStretch, story: Storyboard, canvas: Canvas
) -> list[float | None] | Text:
    """When each page begins (None: it looks like the one before it), or why that cannot be seen."""
    from mediaprep.media.decks import page_images, page_matching

    facts = probe.measured(part.deck.path, faces=False)
    if not isinstance(facts, DeckFacts):
        return Text("its deck cannot be read", "文稿无法读取")
    count = len(part.deck.pages)
    framing = Framing(
        width=canvas.width, height=canvas.height, fit=story.fit, background=_colour(story.background)
    )
    try:
        with page_images.opened(part.deck.path, facts, pages=range(1, count + 1)) as opened:
            if any(way in _STAND_INS for way in opened.ways.values()):
                return Text(
                    "without LibreOffice its pages cannot be drawn, and not looked for",
                    "未安装 LibreOffice，无法绘制页面，也就无法比对",
                )
            found = page_matching.page_starts(
                video, count, lambda number: opened.picture(number, framing), start=part.start, stop=part.end
            )
    except (BadAsset, ToolFailed) as error:
        return Text(error.en, error.zh)
    return [one.seconds for one in found]


def _colour(background: str) -> tuple[int, int, int]:
    digits = background.lstrip("#")
    if len(digits) != 6:
        return WHITE
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
