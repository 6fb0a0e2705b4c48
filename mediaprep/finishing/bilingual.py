"""A second language under the first, cue by cue: laid over it by time and broken into lines of its own. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from mediaprep.errors import BadAsset
from mediaprep.finishing.captions import words_of
from mediaprep.finishing.readable import clock, word_cut
from mediaprep.finishing.spoken import Spoken, from_cue, spread
from mediaprep.finishing.typesetting import kinsoku
from mediaprep.model.findings import Finding, Text, Verdict
from mediaprep.model.finishing.plans import CaptionStyle, Cue

_MOST_LINES = 2
_BOTH_SHARE = 0.6  # of a file's captions that hold two scripts: then it is in two languages
_OWN_SHARE = 0.7  # of a second cue's time inside one first cue: then it belongs there whole


def from_lines(lines: Sequence[str], places: Sequence[tuple[int, int]]) -> tuple[Cue, ...]:
    """One line of a second script for each caption or sentence, at its time (start, end) ms. Raises BadAsset
    when there are more or fewer of them."""
    if len(lines) != len(places):
        raise BadAsset(
            f"the second language has {len(lines)} lines for {len(places)} captions or sentences: give one line "
            "for each, or a subtitle file",
            f"第二语言有 {len(lines)} 行，而字幕（句子）有 {len(places)} 条：请逐条对应，或提供字幕文件",
        )
    return tuple(
        Cue(start_ms=start, end_ms=max(end, start + 1), lines=(line,))
        for line, (start, end) in zip(lines, places, strict=True)
        if line.strip()
    )


def parted(cues: Sequence[Cue]) -> tuple[tuple[Cue, ...], tuple[Cue, ...]] | None:
    """The two languages of a file whose captions hold both, one under the other (or one beside the other, shown at
    the same time): those above, those below. None for captions in one language."""
    together = _together(cues)
    both = [places for cue in together if (places := _change(cue)) is not None]
    if len(both) < max(2, _BOTH_SHARE * len(together)):
        return None
    first = [replace(cue, lines=cue.lines[: _change(cue)]) for cue in together]
    second = [replace(cue, lines=cue.lines[at:]) for cue in together if (at := _change(cue)) is not None]
    return tuple(first), tuple(second)


def _together(cues: Sequence[Cue]) -> list[Cue]:
    """Two cues in different scripts that are shown at the same time, as one."""
    kept: list[Cue] = []
    for cue in sorted(cues, key=lambda cue: (cue.start_ms, cue.end_ms)):
        last = kept[-1] if kept else None
        if last is not None and (last.start_ms, last.end_ms) == (cue.start_ms, cue.end_ms):
            pair = replace(last, lines=(*last.lines, *cue.lines))
            if _change(last) is None and _change(pair) == len(last.lines):
                kept[-1] = pair
                continue
        kept.append(cue)
    return kept


def _change(cue: Cue) -> int | None:
    """The line at which the script of a cue changes, once and for good; None where it does not."""
    scripts = [_script(line) for line in cue.lines]
    changes = [at for at in range(1, len(scripts)) if scripts[at] != scripts[at - 1]]
    return changes[0] if len(changes) == 1 and None not in scripts else None


def _script(line: str) -> str | None:
    """The script that `line` is in: one sign of kana makes it Japanese, else what most letters are of; None
    where it has no letters."""
    counts = Counter(kinsoku.script(sign) for sign in line if sign.isalpha())
    if "kana" in counts:
        return "kana"
    return counts.most_common(1)[0][0] if counts else None


def sentences(spoken: Sequence[Spoken]) -> list[tuple[int, int]]:
    """When each sentence is spoken, ms: up to a full stop or the end of a paragraph."""
    rows = spread(spoken)
    ends = kinsoku.sentence_ends("".join(row[0] for row in rows))
    found: list[tuple[int, int]] = []
    said: list[tuple[float, float]] = []
    for place, (sign, start, end, paragraph) in enumerate(rows, 1):
        said += [(start, end)] if sign.isalnum() else []
        if said and (place in ends or paragraph or place == len(rows)):
            found.append((round(said[0][0]), round(said[-1][1])))
            said = []
    return found


def under(
    first: Sequence[Cue], second: Sequence[Cue], style: CaptionStyle
) -> tuple[tuple[Cue, ...], tuple[Finding, ...]]:
    """`first` with the words of `second` that are shown at the same time; ADVISED findings where they do not
    fit into two lines, or no caption stands where they should."""
    given: list[list[str]] = [[] for _ in first]
    at = 0
    over = first[-1].end_ms if first else 0
    for cue in sorted(second, key=lambda cue: (cue.start_ms, cue.end_ms)):
        if cue.start_ms >= over:
            break
        while at + 1 < len(first) and first[at].end_ms <= cue.start_ms:
            at += 1
        _share_out(cue, first, at, given)
    found: list[Finding] = []
    made: list[Cue] = []
    for cue, words in zip(first, given, strict=True):
        text = kinsoku.composed("".join(words).strip())
        lines = broken(text, style.second_units)
        found += [word_cut(word, cue.start_ms) for word in _pieces(text) if _wide(word, style.second_units)]
        if len(lines) > _MOST_LINES or any(kinsoku.units(line) > style.second_units for line in lines):
            found.append(_too_wide(cue, lines, style))
        made.append(replace(cue, second=lines))
    return tuple(made), tuple(found)


def _share_out(cue: Cue, first: Sequence[Cue], at: int, given: list[list[str]]) -> None:
    """Each word of `cue` to the caption that shows when it would be spoken; never back again."""
    length = cue.end_ms - cue.start_ms
    near = [n for n in range(at, len(first)) if first[n].start_ms < cue.end_ms] if first else []
    near = near[: 1 + length // 200]
    if not near:
        near = [at] if first else []
    for number in near:
        shared = min(cue.end_ms, first[number].end_ms) - max(cue.start_ms, first[number].start_ms)
        if shared >= _OWN_SHARE * length or len(near) == 1:
            for line in cue.lines:
                given[number].append(_joined(given[number], line))
            return
    rows = from_cue(cue)
    place, number = 0, 0
    for word in kinsoku.pieces(words_of("".join(row.text for row in rows))):
        middle = rows[place + len(word) // 2].start_ms
        while number + 1 < len(near) and middle >= first[near[number + 1]].start_ms:
            number += 1
        held = given[near[number]]
        held.append(_joined(held, word) if place == 0 else word)
        place += len(word)


def _joined(held: Sequence[str], text: str) -> str:
    """`text`, after a blank where Latin words would otherwise run together."""
    before = "".join(held)[-1:]
    parted = before and not before.isspace() and kinsoku.blank_between(before, text)
    return f" {text}" if parted else text


def broken(text: str, most: float) -> tuple[str, ...]:
    """`text` on as few lines as hold it, of like width, broken between words; () for nothing."""
    if not text:
        return ()
    pieces = [part for piece in _pieces(text) for part in _parts(piece, most)]
    least = max(1, math.ceil(kinsoku.units(text) / most))
    for count in range(least, len(pieces)):
        lines = _filled(pieces, kinsoku.units(text) / count, most)
        if len(lines) <= count:
            return lines
    return _filled(pieces, most, most)


def _pieces(text: str) -> list[str]:
    return kinsoku.pieces(words_of(text))


def _wide(piece: str, most: float) -> bool:
    return kinsoku.units(piece.rstrip()) > most


def _parts(piece: str, most: float) -> list[str]:
    """A piece that no line holds, such as a sentence of Thai, cut where one sign ends."""
    if not _wide(piece, most):
        return [piece]
    parts = [""]
    for sign in piece:
        if parts[-1] and _wide(parts[-1] + sign, most) and not kinsoku.one_sign(parts[-1], sign):
            parts.append("")
        parts[-1] += sign
    return parts


def _filled(pieces: Sequence[str], fair: float, most: float) -> tuple[str, ...]:
    """Lines of about `fair`, never more than `most` unless one piece alone is wider."""
    lines = [""]
    for piece in pieces:
        wide = kinsoku.units((lines[-1] + piece).rstrip())
        over, short = wide - fair, fair - kinsoku.units(lines[-1].rstrip())
        if lines[-1] and (wide > most or (over > 0 and over > short)):
            lines.append("")
        lines[-1] += piece
    return tuple(line.strip() for line in lines if line.strip())


def _too_wide(cue: Cue, lines: Sequence[str], style: CaptionStyle) -> Finding:
    return Finding(
        rule="captions.second.units",
        verdict=Verdict.ADVISED,
        measured=f"{len(lines)} lines of up to {max(map(kinsoku.units, lines)):g}",
        limit=f"at most {_MOST_LINES} lines of {style.second_units:g}",
        message=Text(
            f"the second language takes {len(lines)} lines: at most {_MOST_LINES}",
            f"第二语言需要 {len(lines)} 行：至多 {_MOST_LINES} 行",
        ),
        where=f"{clock(cue.start_ms)}–{clock(cue.end_ms)}",
    )
