"""What a Chinese reader expects of captions, and what given cues do not meet of it. Pure."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from mediaprep.finishing.typesetting import kinsoku, languages
from mediaprep.model.findings import Finding, Text, Verdict
from mediaprep.model.finishing.captions import Dropped
from mediaprep.model.finishing.plans import CaptionStyle, Cue

SHORTEST_MS = 833
LONGEST_MS = 7000
GAP_FRAMES = 2
_EXCERPT = 20  # characters

_ROW = tuple[bool, str, object, str, str, Text]


def gap_ms(fps: Fraction) -> int:
    """Two frames at `fps`, in whole milliseconds."""
    return math.ceil(GAP_FRAMES * 1000 / fps)


def needed_ms(lines: Sequence[str], *, children: bool = False) -> int:
    """The time it takes to read `lines`, and never less than the shortest cue."""
    speed = languages.units_a_second(" ".join(lines), children=children)
    return max(SHORTEST_MS, math.ceil(sum(map(kinsoku.units, lines)) * 1000 / speed))


def line_limit(line: str, style: CaptionStyle) -> float:
    """The width a given line may have: for mostly Latin text 42 letters, as far as the safe area holds them."""
    wide = sum(1 for character in line if kinsoku.units(character) == 1)
    return style.max_units if wide * 2 >= len(line) else max(style.max_units, min(21, style.safe_units))


def complaints(cues: Sequence[Cue], style: CaptionStyle, fps: Fraction) -> tuple[Finding, ...]:
    """One finding (ADVISED) for each cue and rule that it does not meet."""
    found: list[Finding] = []
    gap = gap_ms(fps)
    for index, cue in enumerate(cues):
        rows = [*_times(cue, children=style.children), *_lines(cue, style)]
        if index + 1 < len(cues):
            between = cues[index + 1].start_ms - cue.end_ms
            said = Text(
                f"the next caption follows after {between} ms: at least {gap} (two frames)",
                f"与下一条字幕间隔 {between} 毫秒：至少 {gap}（两帧）",
            )
            rows.append((between < gap, "captions.cue.gap", between, f"at least {gap}", "ms", said))
        found += [_finding(cue, row) for row in rows if row[0]]
    return tuple(found)


_MOST_OF_A_KIND = 3  # findings of a file


def of_file(
    cues: Sequence[Cue], left_behind: Sequence[Cue], unreadable: Sequence[Dropped]
) -> tuple[Finding, ...]:
    """What a file of captions does not meet, whatever video it is for; of each rule the first few, and how many more
    there are."""
    found = [*map(dropped, unreadable), *map(backwards, left_behind)]
    found += [cut_short(cue, after) for cue, after in itertools.pairwise(cues) if after.start_ms < cue.end_ms]
    found += [_finding(cue, row) for cue in cues for row in _times(cue) if row[0]]
    kept: list[Finding] = []
    for rule in dict.fromkeys(finding.rule for finding in found):
        same = [finding for finding in found if finding.rule == rule]
        kept += same[:_MOST_OF_A_KIND]
        if more := len(same) - _MOST_OF_A_KIND:
            kept += [_more(same[_MOST_OF_A_KIND], more)] if more > 0 else []
    return tuple(kept)


def _more(first: Finding, count: int) -> Finding:
    told = Text(f"{count} more like these", f"另有 {count} 处同样情况")
    return replace(first, message=told, measured=count, unit="captions")


def guessed(encoding: str) -> Finding:
    """A file that does not say in which encoding it is."""
    return Finding(
        rule="captions.file.encoding",
        verdict=Verdict.ADVISED,
        measured=encoding,
        limit="UTF-8",
        message=Text(
            f"was read as {encoding}, by a guess (no mark says so): if the words look wrong, save it as UTF-8",
            f"按 {encoding} 读取（猜测，文件未标明）：若文字异常，请另存为 UTF-8",
        ),
        fix=Text("`mediaprep fix` writes it in UTF-8", "`mediaprep fix` 会写为 UTF-8"),
    )


def word_cut(word: str, at_ms: int) -> Finding:
    """A word wider than a line had to be cut."""
    return Finding(
        rule="captions.word.units",
        verdict=Verdict.ADVISED,
        measured=word,
        limit="a word stands on one line",
        message=Text(
            f"a word is wider than a line and was cut at “{excerpt(word)}”",
            f"单词宽于一行，已在“{excerpt(word)}”处拆开",
        ),
        where=clock(at_ms),
    )


def left_out(text: str, at_ms: int, total_ms: int) -> Finding:
    """Words that are spoken when the video is over."""
    return Finding(
        rule="captions.cue.outside",
        verdict=Verdict.ADVISED,
        measured=text,
        limit=f"before {clock(total_ms)}",
        message=Text(
            f"words after the video's end ({clock(total_ms)}) are not shown: “{excerpt(text)}”",
            f"视频在 {clock(total_ms)} 结束，其后的文字未显示：“{excerpt(text)}”",
        ),
        where=clock(at_ms),
    )


def covered(count: int, first: Cue) -> Finding:
    """Given cues that another one begins together with; `first` is the first of them."""
    return Finding(
        rule="captions.cue.overlap",
        verdict=Verdict.ADVISED,
        measured=count,
        limit="one caption at a time",
        unit="captions",
        message=Text(
            f"{count} caption(s) that begin together with another one are not shown: “{excerpt(first.text)}” …",
            f"{count} 条字幕与另一条同时开始，未显示：“{excerpt(first.text)}”等",
        ),
        where=clock(first.start_ms),
    )


def cut_short(cue: Cue, after: Cue) -> Finding:
    """A given cue that is still shown when the next one begins."""
    over = cue.end_ms - after.start_ms
    return Finding(
        rule="captions.cue.overlap",
        verdict=Verdict.ADVISED,
        measured=over,
        limit="one caption at a time",
        unit="ms",
        message=Text(
            f"“{excerpt(cue.text)}” gives way to the next caption {over} ms before its end",
            f"“{excerpt(cue.text)}”与下一条重叠 {over} 毫秒，已提前结束",
        ),
        where=f"{clock(cue.start_ms)}–{clock(cue.end_ms)}",
    )


def backwards(cue: Cue) -> Finding:
    """A given cue that ends before it begins, or as it does."""
    return Finding(
        rule="captions.cue.milliseconds",
        verdict=Verdict.ADVISED,
        measured=cue.end_ms - cue.start_ms,
        limit=f"at least {SHORTEST_MS}",
        unit="ms",
        message=Text(
            f"“{excerpt(cue.text)}” ends before it begins and is not shown",
            f"“{excerpt(cue.text)}”的结束时间不晚于开始时间，未显示",
        ),
        where=f"{clock(cue.start_ms)}–{clock(cue.end_ms)}",
    )


def dropped(cue: Dropped) -> Finding:
    """A caption whose time line cannot be read."""
    at = f"line {cue.line}" if cue.line else None
    return Finding(
        rule="captions.cue.dropped",
        verdict=Verdict.ADVISED,
        measured=cue.clock,
        limit="00:00:01,500 --> 00:00:02,900",
        message=Text(
            f"“{excerpt(cue.text)}” is not shown: its time line cannot be read ({cue.clock})",
            f"“{excerpt(cue.text)}”未显示：时间行无法解析（{cue.clock}）",
        ),
        where=at,
    )


def excerpt(text: str) -> str:
    """The beginning of `text` on one line, enough to look for it."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _EXCERPT else flat[: _EXCERPT - 1] + "…"


def set_anew(cue: Cue, why: Text) -> Finding:
    """A given cue that cannot be shown with the breaks that it has."""
    return Finding(
        rule="captions.cue.reset",
        verdict=Verdict.ADVISED,
        measured=excerpt(cue.text),
        limit="lines that the picture holds",
        message=Text(
            f"“{excerpt(cue.text)}” was broken anew: {why.en}", f"“{excerpt(cue.text)}”已重新断行：{why.zh}"
        ),
        where=f"{clock(cue.start_ms)}–{clock(cue.end_ms)}",
    )


def clock(ms: int) -> str:
    """mm:ss.mmm"""
    return f"{ms // 60000:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"


def _times(cue: Cue, *, children: bool = False) -> list[_ROW]:
    span = cue.end_ms - cue.start_ms
    text = " ".join(cue.lines)
    limit = languages.units_a_second(text, children=children)
    a_unit = 1.0 if languages.reading_speed(text).wide else 2.0  # letters
    speed = sum(map(kinsoku.units, cue.lines)) * 1000 / max(span, 1)
    most, read = f"{limit * a_unit:g}", speed * a_unit
    brief = Text(
        f"shows for {span} ms only: at least {SHORTEST_MS} are needed",
        f"仅停留 {span} 毫秒：至少需要 {SHORTEST_MS}",
    )
    long = Text(f"shows for {span} ms: at most {LONGEST_MS}", f"停留 {span} 毫秒：至多 {LONGEST_MS}")
    fast = Text(
        f"{read:.1f} characters a second: the eye follows at most {most}",
        f"每秒 {read:.1f} 字，快于阅读速度（至多 {most}）",
    )
    rule, speed_rule = "captions.cue.milliseconds", "captions.cue.speed"
    too_fast = speed > limit + 0.05
    return [
        (span < SHORTEST_MS, rule, span, f"at least {SHORTEST_MS}", "ms", brief),
        (span > LONGEST_MS, rule, span, f"at most {LONGEST_MS}", "ms", long),
        (too_fast, speed_rule, round(read, 1), f"at most {most}", "characters/s", fast),
    ]


def _lines(cue: Cue, style: CaptionStyle) -> list[_ROW]:
    widest, limit = max(
        ((kinsoku.units(line), line_limit(line, style)) for line in cue.lines), default=(0, 0)
    )
    too_wide = any(kinsoku.units(line) > line_limit(line, style) for line in cue.lines)
    count, said = len(cue.lines), excerpt(cue.text)
    wide = Text(
        f"“{said}” is {widest:g} characters wide: a line holds {limit:g}",
        f"“{said}”宽 {widest:g} 字：一行至多 {limit:g} 字",
    )
    many = Text(
        f"{count} lines at once: at most {style.max_lines}", f"同时 {count} 行：至多 {style.max_lines} 行"
    )
    begins = Text(f"a line begins with a closing mark: “{said}”", f"行首出现避头标点：“{said}”")
    ends = Text(f"a line ends with an opening mark: “{said}”", f"行尾出现避尾标点：“{said}”")
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
