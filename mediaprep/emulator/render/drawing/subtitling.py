"""ShowSubtitles: what text-driven parts say, burnt into the picture sentence by sentence."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from mediaprep.emulator.render.encode import Burnt
from mediaprep.emulator.render.voice.sentences import DEFAULT_SPLIT, SHOW_ALL, Layout, line_of, sentences_of
from mediaprep.emulator.render.voice.speech import SpokenSound
from mediaprep.media import fonts
from mediaprep.media.captions import subtitle_files
from mediaprep.model.finishing.plans import Canvas, CaptionStyle, Cue, PlacedCue

_SIZE_SHARE, _MARGIN_SHARE, _WIDTH_SHARE, _PAGE_SHARE = 0.045, 0.055, 0.88, 0.8
_SOUND = 48000
_ENDS = frozenset("，,、：: ")


@dataclass(frozen=True, kw_only=True)
class Look:
    """How subtitles are cut into pages, and which share of the width a line may take."""

    layout: Layout = field(default_factory=Layout)
    width_share: float = _WIDTH_SHARE

    @classmethod
    def of(cls, param: Mapping[str, Any], size: tuple[int, int]) -> Look:
        """SubtitlesParam. Without MaxWords a page is what fits 80 % of the width."""
        fits = int(size[0] * _PAGE_SHARE / _letter(size))
        layout = Layout(
            max_words=int(param.get("MaxWords") or 0) or max(1, fits),
            split=str(param.get("SplitPunctuation") or DEFAULT_SPLIT),
            display=str(param.get("DisplayPunctuation") or SHOW_ALL),
        )
        return cls(layout=layout, width_share=_PAGE_SHARE)


def _letter(size: tuple[int, int]) -> int:
    """Pixels of a letter's side."""
    return round(min(size) * _SIZE_SHARE)


def burnt(
    speeches: Iterable[tuple[int, SpokenSound]],
    size: tuple[int, int],
    fps: Fraction,
    folder: Path,
    look: Look | None = None,
) -> Burnt | None:
    """Subtitles of the speeches, each with the frame that it begins at, laid out in `folder` (made here); None where
    nothing is said. Characters that the carried font lacks are left as they are."""
    look = look or Look()
    width, height = size
    side = _letter(size)
    style = CaptionStyle(
        font_px=side,
        max_units=int(width * look.width_share / side),
        margin_bottom=round(height * _MARGIN_SHARE),
        margin_side=round(width * (1 - look.width_share) / 2),
        outline_px=max(2.0, side / 16),
    )
    cues = [
        cue for first, speech in speeches for cue in _cues(speech, first, fps, style.max_units, look.layout)
    ]
    if not cues:
        return None
    font = fonts.choose((), check=False)
    folder.mkdir()
    canvas = Canvas(width=width, height=height, fps=fps, sample_rate=_SOUND)
    script = subtitle_files.ass(cues, canvas=canvas, style=style, font=font)
    (folder / "captions.ass").write_text(script, encoding="utf-8")
    return Burnt(folder=folder.resolve(), environment=fonts.lay_out(font, folder.resolve()))


def _cues(speech: SpokenSound, first: int, fps: Fraction, units: int, layout: Layout) -> Iterator[PlacedCue]:
    for sentence in sentences_of(speech, layout):
        text = line_of(sentence, layout)
        start, end = (first + round(moment * fps) for moment in (sentence[0].start, sentence[-1].end))
        if text and end > start:
            times = (round(frame * 1000 / fps) for frame in (start, end))
            cue = Cue(start_ms=next(times), end_ms=next(times), lines=tuple(_lines(text, units)))
            yield PlacedCue(cue=cue, first_frame=start, end_frame=end)


def _lines(text: str, units: int) -> Iterator[str]:
    """As few lines as hold the text, of like length, broken behind a mark or space where one is near."""
    widths = [1.0 if unicodedata.east_asian_width(c) in "WF" else 0.55 for c in text]
    count = -(-sum(widths) // units)
    while count > 1 and text:
        goal, at, filled = sum(widths) / count, 0, 0.0
        while at < len(text) - 1 and filled + widths[at] <= goal:
            filled, at = filled + widths[at], at + 1
        near = [n for n in range(max(1, at - 4), min(len(text), at + 4)) if text[n - 1] in _ENDS]
        at = min(near, key=lambda n: abs(n - at), default=max(1, at))
        yield text[:at].strip()
        text, widths, count = text[at:], widths[at:], count - 1
    yield text.strip()
