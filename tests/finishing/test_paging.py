"""Pages on a timeline: pauses counted from a page's beginning, and captions that end with their page."""

from __future__ import annotations

from fractions import Fraction

from mediaprep.finishing import captions, paging
from mediaprep.finishing.spoken import Spoken
from mediaprep.model.finishing.plans import CaptionStyle, SilenceMap


def test_pauses_of_a_page_are_counted_from_where_it_begins() -> None:
    whole = SilenceMap(total_ms=10_000, pauses=((0, 200), (3_900, 4_100), (5_000, 5_300), (7_900, 10_000)))
    assert paging.window(whole, 4_000, 8_000) == SilenceMap(
        total_ms=4_000, pauses=((0, 100), (1_000, 1_300), (3_900, 4_000))
    )


def test_no_caption_goes_on_to_the_next_page() -> None:
    def said(text: str) -> list[Spoken]:
        return [Spoken(text=sign, start_ms=n * 200, end_ms=(n + 1) * 200) for n, sign in enumerate(text)]

    both = (
        *paging.placed(said("第一页没有句号"), 0, 1_400),
        *paging.placed(said("第二页也没有"), 1_400, 2_500),
    )
    assert both[6].ends and both[-1].ends and both[-1].end_ms == 2_500
    style = CaptionStyle(font_px=40, max_units=20)
    cues = captions.typeset(both, style, fps=Fraction(25), total_ms=2_500).cues
    assert [cue.lines for cue in cues] == [("第一页没有句号",), ("第二页也没有",)]
    assert cues[0].end_ms <= 1_400 <= cues[1].start_ms
