"""Every character of a sung caption has the time at which it is spoken."""

from __future__ import annotations

from fractions import Fraction

from mediaprep.finishing import karaoke
from mediaprep.finishing.captions import typeset
from mediaprep.finishing.spoken import Spoken
from mediaprep.model.finishing.plans import CaptionStyle

TEXT = "国际空间站每九十分钟绕地球一圈，宇航员一天能看到十六次日出。用iPhone 15 拍摄！"


def test_characters_keep_the_times_they_came_with() -> None:
    spoken = [Spoken(text=c, start_ms=400 + n * 200, end_ms=590 + n * 200) for n, c in enumerate(TEXT)]
    set_up = typeset(
        spoken,
        CaptionStyle(font_px=50, max_units=12, safe_units=20, punctuation="keep"),
        fps=Fraction(25),
        total_ms=60_000,
    )
    cues = karaoke.timed(set_up.cues, spoken)
    truth = [(c, 400 + n * 200) for n, c in enumerate(TEXT) if not c.isspace()]
    found = [
        pair
        for cue in cues
        for pair in zip("".join(cue.lines), cue.spoken_ms, strict=True)
        if not pair[0].isspace()
    ]
    assert found == truth
    for cue in cues:
        assert list(cue.spoken_ms) == sorted(cue.spoken_ms)
        assert cue.start_ms <= cue.spoken_ms[0] and cue.spoken_ms[-1] <= cue.end_ms
