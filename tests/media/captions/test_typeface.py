"""The typeface that is brought along: what it has, where its marks stand, and what libass makes of it."""

from __future__ import annotations

import functools
import hashlib
import unicodedata
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont

from mediaprep.media import ffmpeg, fonts
from mediaprep.media.captions import subtitle_files, typeface
from mediaprep.media.ffmpeg import graph
from mediaprep.model.finishing.plans import Canvas, CaptionStyle, Cue, PlacedCue

ROOT = Path(__file__).parents[3]
STANDARD = (ROOT / "fixtures" / "hanzi-8105.txt").read_text(encoding="utf-8").split()


@functools.cache
def font() -> Any:
    return TTFont(typeface.CARRIED, lazy=True)


def test_the_file_is_the_one_that_the_notice_names_and_its_licence_lies_beside_it() -> None:
    data = typeface.CARRIED.parent
    notice = (data / "NOTICE").read_text(encoding="utf-8")
    assert hashlib.sha256(typeface.CARRIED.read_bytes()).hexdigest() in notice
    assert "SIL OPEN FONT LICENSE Version 1.1" in (data / "OFL.txt").read_text(encoding="utf-8")
    assert 500 <= font()["OS/2"].usWeightClass <= 600


def test_it_has_every_character_of_the_general_standard_table() -> None:
    assert list(map(len, STANDARD)) == [3500, 3000, 1605] and len(set("".join(STANDARD))) == 8105
    assert [sign for level in STANDARD for sign in level if ord(sign) not in font().getBestCmap()] == []


def test_what_it_lacks_the_last_resort_lends_and_what_both_lack_is_named() -> None:
    held = fonts.choose(["一二三"])
    assert held.carried and held.others == () and held.path == typeface.CARRIED
    droid = TTFont(fonts.default_font(), lazy=True).getBestCmap()
    lent = next(chr(code) for code in sorted(droid) if code not in font().getBestCmap() and code > 0xFF)
    chosen = fonts.choose([f"一{lent}"])
    assert chosen.others[0].family == "Droid Sans Fallback" and (lent, 0) in chosen.lent
    with pytest.raises(fonts.BadAsset, match=r"U\+2A6A5"):
        fonts.choose(["龙𪚥"])


BOXES = [
    ("，", 0.40, 0.40),
    ("。", 0.40, 0.40),
    ("、", 0.40, 0.40),
    ("；", 0.40, 0.8),
    ("：", 0.40, 0.8),
    ("！", 0.40, 0.9),
]


@pytest.mark.parametrize(("mark", "right", "top"), BOXES)
def test_mainland_marks_stand_low_and_left_in_their_squares(mark: str, right: float, top: float) -> None:
    """The ink's right edge and its upper one, of a square whose foot is 0.12 em below the line; its middle is in the
    left third."""
    glyphs, pen = font().getGlyphSet(), BoundsPen(font().getGlyphSet())
    glyphs[font().getBestCmap()[ord(mark)]].draw(pen)
    x_min, _, x_max, y_max = pen.bounds
    assert x_max <= right * 1000 and (x_min + x_max) / 2 < 1000 / 3 and y_max + 120 <= top * 1000


def drawn(*lines: str, traditional: bool = False) -> list[tuple[int, int, int]]:
    """Where libass puts the ink of each line at 50 px an em: first and last column, and the widest gap."""
    canvas = Canvas(width=640, height=120, fps=Fraction(1), sample_rate=48000)
    style = CaptionStyle(font_px=50, max_units=12, margin_bottom=20, outline_px=0)
    chosen = fonts.choose(lines, traditional=traditional)
    cues = [
        PlacedCue(
            cue=Cue(start_ms=n * 1000, end_ms=n * 1000 + 1000, lines=(line,)), first_frame=n, end_frame=n + 1
        )
        for n, line in enumerate(lines)
    ]
    with fonts_folder(chosen) as (folder, environment):
        script = subtitle_files.ass(cues, canvas=canvas, style=style, font=chosen)
        (folder / "captions.ass").write_text(script, encoding="utf-8")
        ground = graph.input(f"color=c=black:s=640x120:r=1:d={len(lines)}", f="lavfi")
        ink = ground.filter("ass", filename="captions.ass", fontsdir="fonts")
        output = graph.output(ink, "ink", f="rawvideo", pix_fmt="gray")
        fonts.judge_log(ffmpeg.run(ffmpeg.find(None), output.get_args(), cwd=folder, env=environment))
        pictures = np.fromfile(folder / "ink", np.uint8).reshape(len(lines), 120, 640) > 128
    columns = [np.flatnonzero(picture.any(axis=0)) for picture in pictures]
    gaps = [int(np.diff(each).max(initial=0)) for each in columns]
    return [(int(each[0]), int(each[-1]), gap) for each, gap in zip(columns, gaps, strict=True)]


def fonts_folder(chosen: Any) -> Any:
    import contextlib

    from mediaprep.media.files import atomic

    @contextlib.contextmanager
    def laid() -> Any:
        with atomic.workroom() as folder:
            yield folder, fonts.lay_out(chosen, folder)

    return laid()


def test_libass_closes_marks_up_gives_english_its_own_quotes_and_blanks_their_width() -> None:
    marks, apart, english, wide, blank, none = drawn(
        "国）。国", "国）国。国", "a”b", "国”国", "国 国", "国国"
    )
    assert marks[1] - marks[0] <= 50 * 3.7  # three and a half squares instead of four
    assert apart[1] - apart[0] >= 50 * 4.7
    assert english[1] - english[0] < 50 * 1.8 < wide[1] - wide[0]
    assert 20 <= blank[1] - blank[0] - (none[1] - none[0]) <= 30


def test_traditional_captions_have_their_marks_in_the_middle() -> None:
    mainland = drawn("，国", "。国")
    taiwan = drawn("，国", "。国", traditional=True)
    assert all(there[0] - here[0] >= 8 for here, there in zip(mainland, taiwan, strict=True))


def test_rare_characters_are_drawn_from_the_font_itself() -> None:
    rare = [sign for sign in STANDARD[2] if unicodedata.name(sign).startswith("CJK") and ord(sign) > 0xFFFF][
        :12
    ]
    assert all(last - first > 20 for first, last, _ in drawn(*rare))
