"""Spoken text → captions a Chinese reader likes: whole words, no forbidden line edges, time enough to read.

Dynamic programming over the words of a segmenter chooses where cues and lines break. What cannot be met is
returned as findings, never hidden. The only importer of rjieba.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from mediaprep.finishing.readable import (
    LONGEST_MS,
    SHORTEST_MS,
    complaints,
    gap_ms,
    left_out,
    needed_ms,
    word_cut,
)
from mediaprep.finishing.spoken import Spoken, spread
from mediaprep.finishing.typesetting import kinsoku, languages, numbers, phrases, punctuation
from mediaprep.model.findings import Finding
from mediaprep.model.finishing.plans import CaptionStyle, Cue

_LINGER_MS = 400  # a cue stays this long after its last word where nothing follows
_BRIDGE_MS = 700  # shorter pauses are bridged: the cue stays until the next one comes
_EARLY_MS = 250  # a cue may come this much before its first word when it needs the time
_PARAGRAPH_PAUSE_MS = 1500  # a pause that always ends a cue


@dataclass(frozen=True, kw_only=True)
class Typeset:
    """Cues in milliseconds of the main video, and what could not be met (verdict ADVISED)."""

    cues: tuple[Cue, ...]
    findings: tuple[Finding, ...] = ()


_Row = tuple[str, float, float, bool]  # character, start, end (ms), whether a paragraph ends after it


@dataclass(frozen=True)
class _Piece:
    text: str
    start: float
    end: float
    broken: bool = False  # part of a word wider than a line


def typeset(
    spoken: Sequence[Spoken], style: CaptionStyle, *, fps: Fraction, total_ms: int, from_ms: int = 0
) -> Typeset:
    """Break `spoken` into cues of at most `style.max_lines` lines of `style.max_units`, and time them. Names in the
    style stay whole, and so do words that are said together again and again; with a second language every sentence
    begins a cue.

    `total_ms` is the main video's length: no cue ends after it, and none begins before `from_ms`.
    """
    text = "".join(item.text for item in spoken)
    whole = replace(
        style,
        names=style.names | phrases.terms(words_of(text)),
        punctuation=punctuation.DROP if punctuation.wanted(style.punctuation, text) else punctuation.KEEP,
    )
    return _typeset(spoken, whole, fps=fps, total_ms=total_ms, from_ms=from_ms)


def _typeset(
    spoken: Sequence[Spoken], style: CaptionStyle, *, fps: Fraction, total_ms: int, from_ms: int
) -> Typeset:
    gap = gap_ms(fps)
    paragraphs = _paragraphs(spoken, style)
    drafts: list[_Draft] = []
    for index, pieces in enumerate(paragraphs):
        after = paragraphs[index + 1][0].start if index + 1 < len(paragraphs) else float(total_ms)
        drafts += _break_into_cues(pieces, style, after, gap)
    late = [draft for draft in drafts if draft[1] >= total_ms - 1]
    shown = [_marked(draft, style) for draft in drafts if draft[1] < total_ms - 1]
    cues = _timed(shown, gap, style, total_ms=total_ms, from_ms=from_ms)
    lost = "".join(line for lines, _, _ in late for line in lines)
    outside = [left_out(lost, round(late[0][1]), total_ms)] if late else []
    return Typeset(cues=cues, findings=(*_cut_words(paragraphs), *outside, *complaints(cues, style, fps)))


def words_of(text: str) -> list[str]:
    """The segmenter's words, marks and blanks of `text`, measure words freed; joined they are `text` again."""
    import rjieba

    return numbers.resegmented(text, rjieba.cut)


# --- words with times ---------------------------------------------------------------------------------------


def _paragraphs(spoken: Sequence[Spoken], style: CaptionStyle) -> list[list[_Piece]]:
    """Pieces that no line may split, parted where the text or a long pause says so."""
    paragraphs: list[list[_Piece]] = []
    rows = spread(spoken)
    ends = kinsoku.sentence_ends("".join(row[0] for row in rows)) if style.second_px else frozenset()
    start = 0
    for index, row in enumerate(rows):
        last = index + 1 == len(rows) or index + 1 in ends
        if last or row[3] or rows[index + 1][1] - row[2] >= _PARAGRAPH_PAUSE_MS:
            pieces = _pieces(rows[start : index + 1], style)
            if pieces:
                paragraphs.append(pieces)
            start = index + 1
    return paragraphs


def _pieces(rows: list[_Row], style: CaptionStyle) -> list[_Piece]:
    while rows and (rows[0][0].isspace() or (rows[0][0] in kinsoku.CLOSING and rows[0][0] != "—")):
        rows = rows[1:]
    while rows and (rows[-1][0].isspace() or rows[-1][0] in kinsoku.OPENING):
        rows = rows[:-1]
    text = "".join(row[0] for row in rows)
    held = phrases.held(text, style.names, style.max_units)
    pieces: list[_Piece] = []
    at = 0
    for part in numbers.closed_up(kinsoku.pieces(words_of(text)), held):
        inside = rows[at : at + len(part)]
        at += len(part)
        if kinsoku.units(part.rstrip()) <= style.max_units:
            pieces.append(_Piece(part, inside[0][1], inside[-1][2]))
        else:
            pieces += _cut(inside, style.max_units)
    return pieces


def _cut(rows: list[_Row], max_units: int) -> list[_Piece]:
    """A piece wider than a line in parts of like width, between the segmenter's words where that is near; never
    so that a closing mark begins the next line."""
    text = "".join(row[0] for row in rows)
    between = set(itertools.accumulate(map(len, words_of(text))))
    pieces: list[_Piece] = []
    first = 0
    while first < len(rows):
        left = kinsoku.units(text[first:])
        fair = left / math.ceil(left / (max_units - 1))
        cut = min(
            _places(text, first, max_units), key=lambda at: _unlike(text[first:at], fair, at in between)
        )
        pieces.append(_Piece(text[first:cut], rows[first][1], rows[cut - 1][2], broken=True))
        first = cut
    return pieces


def _places(text: str, first: int, max_units: int) -> list[int]:
    """Where a part that begins at `first` may end; after its first character at the least."""
    if kinsoku.units(text[first:].rstrip()) <= max_units:
        return [len(text)]
    ends = range(first + 1, min(len(text), first + 2 * max_units + 1) + 1)
    within = [at for at in ends if kinsoku.units(text[first:at]) <= max_units]
    tidy = [at for at in within if _tidy(text, at)]
    return tidy or within or [first + 1]


def _tidy(text: str, at: int) -> bool:
    edges = kinsoku.may_not_begin(text[at]) or kinsoku.may_not_end(text[at - 1])
    return not edges and not kinsoku.one_sign(text[:at], text[at])


def _unlike(part: str, fair: float, between: bool) -> float:
    return abs(kinsoku.units(part) - fair) + (0.0 if between else fair * 0.5)


def _cut_words(paragraphs: Sequence[Sequence[_Piece]]) -> list[Finding]:
    cut = (piece for pieces in paragraphs for piece in pieces if piece.broken)
    return [word_cut(piece.text, round(piece.start)) for piece in cut]


class _Paragraph:
    """What is asked again and again about one paragraph's pieces, counted once."""

    def __init__(self, pieces: Sequence[_Piece], style: CaptionStyle) -> None:
        self.pieces = pieces
        self.dropped = "。，" if style.punctuation == punctuation.DROP else ""
        self.texts = [piece.text for piece in pieces]
        self.speed = languages.units_a_second("".join(self.texts), children=style.children)
        self.width = [0.0]
        self.inside = [0.0]
        self.breaks: list[float] = []
        depth = 0
        for index, piece in enumerate(pieces):
            self.width.append(self.width[-1] + kinsoku.units(piece.text))
            depth = kinsoku.depth_after(piece.text, depth)
            cost, joined = 0.0, 0.0
            if index + 1 < len(pieces):
                after = pieces[index + 1]
                cost = kinsoku.break_cost(piece.text, after.text) + (4.0 if depth else 0.0)
                joined = 8.0 if kinsoku.ends_sentence(piece.text) and not depth else 0.0
                joined += max(0.0, after.start - piece.end - 300) / 100
            self.breaks.append(cost)
            self.inside.append(self.inside[-1] + joined)

    def lines(self, begin: int, end: int, style: CaptionStyle) -> tuple[int, float] | None:
        """Where to break the cue of pieces [begin, end): (the second line's first piece or `end`, cost), or
        None where they do not fit."""
        if self._shown(begin, end) <= style.max_units:
            return end, 0.0
        if style.max_lines < 2:
            return None
        best: tuple[int, float] | None = None
        for cut in range(begin + 1, end):
            above, below = self._shown(begin, cut), self._shown(cut, end)
            if above > style.max_units:
                break
            if below <= style.max_units:
                cost = 3.0 + self.breaks[cut - 1] + abs(above - below) * 0.25
                if best is None or cost < best[1]:
                    best = cut, cost
        return best

    def cost(self, begin: int, end: int, until: float) -> float:
        """What a reader minds in one cue: too brief, too fast, too long, two sentences, a pause inside."""
        first, last = self.pieces[begin], self.pieces[end - 1]
        room = max(1.0, until - first.start)
        shown = self._shown(begin, end)
        cost = 4.0 + self.inside[end - 1] - self.inside[begin]
        cost += (SHORTEST_MS - room) / 20 + 9.0 if room < SHORTEST_MS else 0.0
        cost += 40 * max(0.0, shown * 1000 / room - self.speed)
        cost += max(0.0, last.end - first.start - LONGEST_MS) / 10
        return cost + max(0.0, 5.0 - shown)

    def text(self, begin: int, end: int) -> str:
        return "".join(self.texts[begin:end]).strip()

    def _shown(self, begin: int, end: int) -> float:
        last = self.texts[end - 1][-1]
        trailing = 0.5 if last.isspace() else 1.0 if last in self.dropped else 0.0
        return self.width[end] - self.width[begin] - trailing


_Draft = tuple[tuple[str, ...], float, float]  # lines, first word's start, last word's end (ms)


def _break_into_cues(pieces: Sequence[_Piece], style: CaptionStyle, after: float, gap: int) -> list[_Draft]:
    """The cheapest way to cut one paragraph into cues; `after` = when the next one begins, ms."""
    paragraph = _Paragraph(pieces, style)
    count = len(pieces)
    best = [0.0] + [math.inf] * count
    came = [(0, 0)] * (count + 1)
    for end in range(1, count + 1):
        until = (pieces[end].start if end < count else after) - gap
        for begin in range(end - 1, -1, -1):
            laid = paragraph.lines(begin, end, style)
            if laid is None:
                break
            cut, cost = laid
            cost += best[begin] + 2.0 * paragraph.breaks[end - 1] + paragraph.cost(begin, end, until)
            if cost < best[end]:
                best[end], came[end] = cost, (begin, cut)
    drafts: list[_Draft] = []
    end = count
    while end > 0:
        begin, cut = came[end]
        lines = (paragraph.text(begin, cut), paragraph.text(cut, end))
        drafts.append((tuple(filter(None, lines)), pieces[begin].start, pieces[end - 1].end))
        end = begin
    return drafts[::-1]


# --- when to show -------------------------------------------------------------------------------------------


def _marked(draft: _Draft, style: CaptionStyle) -> _Draft:
    """The draft with the marks that are shown."""
    lines, start, end = draft
    return (
        (tuple(map(punctuation.dropped, lines)) if style.punctuation == punctuation.DROP else lines),
        start,
        end,
    )


def _timed(
    drafts: Sequence[_Draft], gap: int, style: CaptionStyle, *, total_ms: int, from_ms: int
) -> tuple[Cue, ...]:
    """Whole milliseconds: a cue lingers where there is room, and takes the time that reading it needs."""
    cues: list[Cue] = []
    for index, (lines, begins, ends) in enumerate(drafts):
        following = drafts[index + 1][1] if index + 1 < len(drafts) else None
        limit = total_ms if following is None else min(total_ms, math.floor(following) - gap)
        start = max(from_ms, round(begins))
        need = needed_ms(lines, children=style.children)
        bridged = following is not None and following - ends <= _BRIDGE_MS
        end = limit if bridged else min(limit, max(round(ends) + _LINGER_MS, start + need))
        if end - start > LONGEST_MS:
            end = max(start + LONGEST_MS, min(round(ends), limit))
        if end - start < need:
            earliest = cues[-1].end_ms + gap if cues else from_ms
            if cues:  # what the cue before does not need itself
                spare = (
                    cues[-1].end_ms - cues[-1].start_ms - needed_ms(cues[-1].lines, children=style.children)
                )
                earliest -= max(0, spare)
            start = min(start, max(earliest, start - _EARLY_MS, end - need, from_ms))
            if cues and cues[-1].end_ms > start - gap:
                cues[-1] = replace(cues[-1], end_ms=start - gap)
        cues.append(Cue(start_ms=start, end_ms=max(end, start + 1), lines=lines))
    return tuple(cues)
