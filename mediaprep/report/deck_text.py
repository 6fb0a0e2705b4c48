"""Decks and what was made of them, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from mediaprep.model.decks.copies import DeckCopy, SplitDeck
from mediaprep.model.facts import DeckFacts
from mediaprep.model.findings import FileReport, Text
from mediaprep.report import check_text
from mediaprep.report.escaping import number

_SHAPES = (
    (16 / 9, "16:9"),
    (9 / 16, "9:16"),
    (4 / 3, "4:3"),
    (3 / 4, "3:4"),
    (16 / 10, "16:10"),
    (1.0, "1:1"),
)
_POINTS_PER_INCH = 72


def judged(report: FileReport, lang: str) -> Iterator[tuple[str, str]]:
    """(verdict, line) pairs of one deck: as `check` tells it, with its pages, shape and notes after the first."""
    lines = check_text.lines([report], lang)
    yield next(lines)
    if isinstance(report.facts, DeckFacts) and report.facts.pages_total is not None:
        yield "pass", f"    {about(report.facts).say(lang)}"
    yield from lines


def about(facts: DeckFacts) -> Text:
    """`60 pages, 58 shown · 16:9 (13.33 × 7.5 in) · notes on 55 pages`."""
    total, visible = facts.pages_total, facts.pages_visible
    en, zh = [f"{total} page{'s' if total != 1 else ''}"], [f"{total} 页"]
    if visible != total:
        en[0] += f", {visible} shown"
        zh[0] += f"，显示 {visible} 页"
    if facts.page_width and facts.page_height and facts.page_aspect:
        named = next((name for shape, name in _SHAPES if abs(facts.page_aspect / shape - 1) < 0.01), None)
        sides = [number(round(side / _POINTS_PER_INCH, 2)) for side in (facts.page_width, facts.page_height)]
        size = f"{named or number(round(facts.page_aspect, 3))} ({sides[0]} × {sides[1]} in)"
        en.append(size)
        zh.append(size)
    if facts.notes_pages is not None:
        count = len(facts.notes_pages)
        en.append(f"notes on {count} page{'s' if count != 1 else ''}" if count else "no notes")
        zh.append(f"{count} 页有备注" if count else "没有备注")
    return Text(" · ".join(en), " · ".join(zh))


def split(deck: SplitDeck, lang: str) -> Iterator[tuple[str, str]]:
    """Every part with its pages and what speaks against it."""
    if deck.dropped:
        yield "pass", _left_out(len(deck.dropped)).say(lang)
    for part in deck.parts:
        first, last = part.pages[0], part.pages[-1]
        yield "pass", Text(f"pages {first}-{last}:", f"第 {first}-{last} 页：").say(lang)
        yield from judged(part.report, lang)


def copied(deck: DeckCopy, lang: str) -> Iterator[tuple[str, str]]:
    """What a copy has less of, and what speaks against it."""
    if deck.pictures:
        yield "pass", _made_smaller(deck.pictures).say(lang)
    if isinstance(deck.source.facts, DeckFacts) and isinstance(deck.report.facts, DeckFacts):
        before, after = deck.source.facts.size_bytes / 1e6, deck.report.facts.size_bytes / 1e6
        gone = (deck.source.facts.pages_total or 0) - len(deck.pages)
        yield "pass", f"{before:.1f} MB → {after:.1f} MB"
        if gone:
            yield "pass", _left_out(gone).say(lang)
    yield from judged(deck.report, lang)


def _made_smaller(pictures: int) -> Text:
    many = "s" if pictures != 1 else ""
    return Text(f"{pictures} picture{many} made smaller", f"已缩小 {pictures} 张图片")


def _left_out(pages: int) -> Text:
    many = "s" if pages != 1 else ""
    return Text(f"{pages} hidden page{many} left out", f"已略去 {pages} 页隐藏页")
