"""What a Chinese reader expects of captions, and what given cues do not meet of it. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from mediaprep.finish import kinsoku
from mediaprep.model.findings import Finding, Text, Verdict
from mediaprep.model.plans import CaptionStyle, Cue

SHORTEST_MS = 833
LONGEST_MS = 7000
MOST_UNITS_A_SECOND = 9.0
GAP_FRAMES = 2

_ROW = tuple[bool, str, object, str, str, Text]


def gap_ms(fps: Fraction) -> int:
    """Two frames at `fps`, in whole milliseconds."""
    return math.ceil(GAP_FRAMES * 1000 / fps)


def needed_ms(lines: Sequence[str]) -> int:
    """The time it takes to read `lines`, and never less than the shortest cue."""
    return max(SHORTEST_MS, math.ceil(sum(map(kinsoku.units, lines)) * 1000 / MOST_UNITS_A_SECOND))


def line_limit(line: str, style: CaptionStyle) -> float:
    """The width a given line may have: for mostly Latin text 42 letters, as far as the safe area holds them."""
    wide = sum(1 for character in line if kinsoku.units(character) == 1)
    return style.max_units if wide * 2 >= len(line) else max(style.max_units, min(21, style.safe_units))


def complaints(cues: Sequence[Cue], style: CaptionStyle, fps: Fraction) -> tuple[Finding, ...]:
    """One finding (ADVISED) for each cue and rule that it does not meet."""
    found: list[Finding] = []
    gap = gap_ms(fps)
    for index, cue in enumerate(cues):
        rows = [*_times(cue), *_lines(cue, style)]
        if index + 1 < len(cues):
            between = cues[index + 1].start_ms - cue.end_ms
            said = Text("the next cue follows without a gap of two frames", "与下一条字幕的间隔不足两帧")
            rows.append((between < gap, "captions.cue.gap", between, f"at least {gap}", "ms", said))
        found += [_finding(cue, row) for row in rows if row[0]]
    return tuple(found)


def word_cut(word: str, at_ms: int) -> Finding:
    """A word wider than a line had to be cut."""
    return Finding(
        rule="captions.word.units",
        verdict=Verdict.ADVISED,
        measured=word,
        limit="a word stands on one line",
        message=Text("a word is wider than a line and was cut", "单词宽于一行，已被拆开"),
        where=clock(at_ms),
    )


def left_out(text: str, at_ms: int, total_ms: int) -> Finding:
    """Words that are spoken when the video is over."""
    return Finding(
        rule="captions.cue.outside",
        verdict=Verdict.ADVISED,
        measured=text,
        limit=f"before {clock(total_ms)}",
        message=Text("words after the video's end are not shown", "视频结束后的文字未显示"),
        where=clock(at_ms),
    )


def covered(count: int, at_ms: int) -> Finding:
    """Given cues that another one begins together with."""
    return Finding(
        rule="captions.cue.overlap",
        verdict=Verdict.ADVISED,
        measured=count,
        limit="one caption at a time",
        unit="captions",
        message=Text(
            "captions that begin together with another one are not shown", "与另一条同时开始的字幕未显示"
        ),
        where=clock(at_ms),
    )


def clock(ms: int) -> str:
    """mm:ss.mmm"""
    return f"{ms // 60000:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"


def _times(cue: Cue) -> list[_ROW]:
    span = cue.end_ms - cue.start_ms
    speed = sum(map(kinsoku.units, cue.lines)) * 1000 / max(span, 1)
    brief = Text("the cue shows too briefly to be read", "字幕停留过短")
    long = Text("the cue shows too long", "字幕停留过长")
    fast = Text("the voice is faster than a reader", "语速快于阅读速度")
    rule = "captions.cue.milliseconds"
    most = f"at most {MOST_UNITS_A_SECOND:g}"
    return [
        (span < SHORTEST_MS, rule, span, f"at least {SHORTEST_MS}", "ms", brief),
        (span > LONGEST_MS, rule, span, f"at most {LONGEST_MS}", "ms", long),
        (
            speed > MOST_UNITS_A_SECOND + 0.05,
            "captions.cue.speed",
            round(speed, 1),
            most,
            "characters/s",
            fast,
        ),
    ]


def _lines(cue: Cue, style: CaptionStyle) -> list[_ROW]:
    widest, limit = max(
        ((kinsoku.units(line), line_limit(line, style)) for line in cue.lines), default=(0, 0)
    )
    too_wide = any(kinsoku.units(line) > line_limit(line, style) for line in cue.lines)
    count = len(cue.lines)
    wide = Text("the line is wider than the safe area", "字幕行超出安全宽度")
    many = Text("too many lines at once", "字幕行数过多")
    begins = Text("a line begins with a closing mark", "行首出现避头标点")
    ends = Text("a line ends with an opening mark", "行尾出现避尾标点")
    bad_begin = any(map(kinsoku.may_not_begin, cue.lines))
    bad_end = any(map(kinsoku.may_not_end, cue.lines))
    return [
        (too_wide, "captions.line.units", widest, f"at most {limit:g}", "", wide),
        (count > style.max_lines, "captions.cue.lines", count, f"at most {style.max_lines}", "", many),
        (bad_begin, "captions.line.begin", cue.text, "no closing mark", "", begins),
        (bad_end, "captions.line.end", cue.text, "no opening mark", "", ends),
    ]


def _finding(cue: Cue, row: _ROW) -> Finding:
    _, rule, measured, limit, unit, message = row
    return Finding(
        rule=rule,
        verdict=Verdict.ADVISED,
        measured=measured,
        limit=limit,
        unit=unit,
        message=message,
        where=f"{clock(cue.start_ms)}–{clock(cue.end_ms)}",
    )
