"""Captions that come with their times: kept as they are where they can be shown, else broken anew and told. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from mediaprep.finishing.captions import Typeset, typeset
from mediaprep.finishing.readable import complaints, covered, cut_short, gap_ms, left_out, set_anew
from mediaprep.finishing.spoken import from_cue
from mediaprep.finishing.typesetting import kinsoku, punctuation
from mediaprep.model.findings import Finding, Text
from mediaprep.model.finishing.plans import CaptionStyle, Cue

MOST_LINES = 3
"""How many lines of a user's own are drawn under each other."""


def set_again(
    cues: Sequence[Cue], style: CaptionStyle, *, fps: Fraction, total_ms: int, drawn: bool = True
) -> Typeset:
    """The given cues with their own times, lines and marks (without 。 and ， where the style says so). Of two that are
    shown at once the earlier one ends; one that the picture cannot hold is broken anew, if it is `drawn` by us and not
    by a player: both are told."""
    kept: list[Cue] = []
    ordered = sorted(cues, key=lambda cue: (cue.start_ms, cue.end_ms))
    gap = gap_ms(fps)
    shown, found = _uncovered([cue for cue in (_bare(cue, style) for cue in ordered) if cue.lines], gap)
    for cue, after in zip(shown, [*shown[1:], None], strict=True):
        end = min(cue.end_ms, total_ms)
        if end <= cue.start_ms:
            found.append(left_out(cue.text, cue.start_ms, total_ms))
            continue
        if after is not None and end > after.start_ms:
            if end - after.start_ms > gap:
                found.append(cut_short(cue, after))
            end = max(cue.start_ms + 1, after.start_ms - gap)
        within = replace(cue, end_ms=end)
        why = why_not_drawn(within, style) if drawn else None
        if why is None:
            kept.append(within)
            continue
        found.append(set_anew(within, why))
        again = typeset(
            from_cue(within),
            replace(style, punctuation=style.punctuation or punctuation.KEEP),
            fps=fps, total_ms=end, from_ms=cue.start_ms,
        )  # fmt: skip
        kept += again.cues
        found += [finding for finding in again.findings if finding.rule == "captions.word.units"]
    return Typeset(cues=tuple(kept), findings=(*found, *complaints(kept, style, fps)))


def why_not_drawn(cue: Cue, style: CaptionStyle) -> Text | None:
    """Why the picture cannot hold the lines of `cue` as they are."""
    most = MOST_LINES - 1 if style.second_px else MOST_LINES
    if len(cue.lines) > most:
        count = len(cue.lines)
        return Text(f"{count} lines, at most {most} are drawn", f"共 {count} 行，至多绘制 {most} 行")
    widest, limit = max(map(kinsoku.units, cue.lines)), max(style.max_units, style.safe_units)
    if widest > limit:
        return Text(
            f"a line is {widest:g} characters wide, the picture holds {limit:g}",
            f"有一行宽 {widest:g} 字，画面至多容纳 {limit:g} 字",
        )
    return None


def _bare(cue: Cue, style: CaptionStyle) -> Cue:
    lines = [kinsoku.composed(line).strip() for line in cue.lines]
    if style.punctuation == punctuation.DROP:
        lines = [punctuation.dropped(line) for line in lines]
    return replace(cue, lines=tuple(line for line in lines if line))


def _uncovered(cues: Sequence[Cue], gap: int) -> tuple[list[Cue], list[Finding]]:
    """The cues that get to be seen at all before the next one takes their place, and those that do not."""
    following = [*(cue.start_ms for cue in cues[1:]), math.inf]
    shown = [cue for cue, after in zip(cues, following, strict=True) if after - cue.start_ms > gap]
    hidden = [cue for cue, after in zip(cues, following, strict=True) if after - cue.start_ms <= gap]
    return shown, [covered(len(hidden), hidden[0])] if hidden else []
