"""Burnt captions are recognised in every look on every ground, sung ones too; where there are none, none are seen."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mediaprep.media import ffmpeg, fonts
from mediaprep.media.captions import subtitle_files
from mediaprep.media.prove import caption_pixels
from mediaprep.model.finishing.plans import Canvas, CaptionStyle, Cue, PlacedCue

CANVAS = Canvas(width=320, height=180, fps=Fraction(25), sample_rate=48000)
FONT = fonts.choose(["价格是十二元每天日出Hello"])
SUNG = Cue(
    start_ms=0, end_ms=2000, lines=("价格是十二元，", "每天日出"), spoken_ms=tuple(range(100, 1200, 100))
)
GROUNDS = {
    "dark": "color=c=0x0A0A0C",
    "bright": "color=c=0xF0F0F0",
    "busy": "mandelbrot=start_scale=0.02",
    "half": "color=c=black,drawbox=x=160:w=160:h=180:color=white:t=fill",
}


def looks(**style: Any) -> CaptionStyle:
    given = {"font_px": 16, "max_units": 16, "margin_bottom": 8, "outline_px": 1.1, **style}
    return CaptionStyle(**given)


def picture(
    folder: Path, ground: str, style: CaptionStyle, cue: PlacedCue | None, frame: int
) -> caption_pixels.Strip:
    """The rows of captions in one picture of a video on that ground, with or without `cue`."""
    at = int(frame)
    source = f"{GROUNDS[ground].split(',')[0]}{':' if '=' in GROUNDS[ground] else '='}s=320x180:r=25"
    chain = [source, *GROUNDS[ground].split(",")[1:], "format=yuv420p"]
    environment = fonts.lay_out(FONT, folder)
    if cue is not None:
        (folder / "c.ass").write_text(
            subtitle_files.ass([cue], canvas=CANVAS, style=style, font=FONT), "utf-8"
        )
        chain.append("ass=c.ass:fontsdir=fonts")
    done = subprocess.run(
        [ffmpeg.find(None).path, "-v", "warning", "-f", "lavfi", "-i", ",".join(chain),
         "-vf", f"trim=start_frame={at}:end_frame={at + 1},extractplanes=y", "-f", "rawvideo", "-"],
        cwd=folder, env=environment, capture_output=True, check=True,
    )  # fmt: skip
    first, end = caption_pixels.band(CANVAS, style, FONT)
    return np.frombuffer(done.stdout, np.uint8).reshape(180, 320)[first:end]


LOOKS = {
    "plain": looks(),
    "grey": looks(color="808080"),
    "plate": looks(box="003366", box_pad_px=4),
    "thin plate": looks(box="000000", box_opacity=0.1, box_pad_px=4),
    "plate alone": looks(box="FFEE00", box_pad_px=4, color="202020", outline_px=0.0),
    "sung": looks(highlight="00FF00"),
    "sung on a plate": looks(highlight="00FF00", box="003366", box_pad_px=4),
}


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("look", LOOKS)
def test_a_caption_is_seen_where_it_is_and_nowhere_else(tmp_path: Path, look: str, ground: str) -> None:
    cue, style = PlacedCue(cue=SUNG, first_frame=5, end_frame=50), LOOKS[look]
    (pattern,) = caption_pixels.patterns(
        [cue], canvas=CANVAS, style=style, font=FONT, binary=ffmpeg.find(None)
    )
    for frame in (5, 27, 49):
        (tmp_path / str(frame)).mkdir()
        there = picture(tmp_path / str(frame), ground, style, cue, frame)
        assert caption_pixels.resemblance(there, pattern) >= caption_pixels.VISIBLE
    (tmp_path / "without").mkdir()
    assert (
        caption_pixels.resemblance(picture(tmp_path / "without", ground, style, None, 27), pattern)
        <= caption_pixels.ABSENT
    )


def test_another_caption_is_not_taken_for_it(tmp_path: Path) -> None:
    style = looks()
    this, other = (
        PlacedCue(cue=Cue(start_ms=0, end_ms=900, lines=(text,)), first_frame=0, end_frame=20)
        for text in ("价格是十二元", "每天日出Hello")
    )
    pattern, unlike = caption_pixels.patterns(
        [this, other], canvas=CANVAS, style=style, font=FONT, binary=ffmpeg.find(None)
    )
    strip = picture(tmp_path, "dark", style, this, 3)
    assert caption_pixels.resemblance(strip, pattern) > 0.95
    assert caption_pixels.resemblance(strip, unlike) < caption_pixels.VISIBLE


def test_a_caption_that_runs_off_the_picture_touches_its_edge() -> None:
    style = looks()
    wide, narrow = (
        PlacedCue(cue=Cue(start_ms=0, end_ms=900, lines=(text,)), first_frame=0, end_frame=20)
        for text in ("价格是十二元" * 4, "每天日出")
    )
    drawn = caption_pixels.patterns(
        [wide, narrow], canvas=CANVAS, style=style, font=FONT, binary=ffmpeg.find(None)
    )
    rows = caption_pixels.band(CANVAS, style, FONT)
    assert [caption_pixels.touches_edge(pattern, CANVAS, rows) for pattern in drawn] == [True, False]
