"""A known script laid over a voice by its pauses, for results that come without times: an estimate. Pure.

Dynamic programming pairs the places where a reader pauses (marks, breaks) with the silences that were
measured, so that the voice keeps an even pace between them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mediaprep.contract.script import ssml
from mediaprep.errors import BadAsset
from mediaprep.finishing.spoken import Spoken
from mediaprep.finishing.typesetting import kinsoku
from mediaprep.model.finishing.plans import SilenceMap

_LONGEST_SCRIPT = 100_000
_SKIPPED_MARK = {3: 3.0, 2: 1.0, 1: 0.3}  # cost of a place to pause where the voice does not
_STEPS = 6  # places and silences that may be passed over between two pairs
_LATIN_WEIGHT = 0.38  # a letter's share of a Chinese character's time
_Cost = Callable[[int, int, tuple[int, int]], float]
_VARIANCE = 0.012  # of the pace, s² a second of speech


@dataclass(frozen=True, kw_only=True)
class Aligned:
    """Characters with estimated times; `paired` of `places` marks were found as silences in the sound."""

    spoken: tuple[Spoken, ...]
    places: int
    paired: int


@dataclass(frozen=True)
class _Chunk:
    """Text up to and with a place to pause: its weight in characters and how strong the pause is (1–3)."""

    text: str
    weight: float
    strength: int
    ends: bool


def align(script: str, silence: SilenceMap) -> Aligned:
    """Estimated times for every character of `script` (plain or SSML) in a sound with these silences.

    Raises BadAsset when the script says nothing or the sound is silent throughout.
    """
    if len(script) > _LONGEST_SCRIPT:
        raise BadAsset(f"the script is longer than {_LONGEST_SCRIPT} characters", "脚本过长")
    chunks = _chunks(_with_breaks(script))
    if not any(chunk.weight for chunk in chunks):
        raise BadAsset("the script has no words to show as captions", "脚本中没有可作字幕的文字")
    begin, end, pauses = _voice(silence)
    if end - begin < 100:
        raise BadAsset(
            "the video's sound is silent: a script cannot be aligned to it", "视频没有人声，无法对齐脚本"
        )
    pairs = _pair(chunks, pauses, begin, end)
    return Aligned(
        spoken=tuple(_timed(chunks, pauses, pairs, begin, end)),
        places=len(chunks) - 1,
        paired=len(pairs),
    )


def _with_breaks(script: str) -> list[tuple[str, bool]]:
    """The plain text in parts; True = a <break> follows the part."""
    read = ssml.read(script)
    stops = sorted({mark.start for mark in read.marks if mark.tag == "break"})
    parts: list[tuple[str, bool]] = []
    at = 0
    for stop in stops:
        parts.append((read.plain[at:stop], True))
        at = stop
    return [*parts, (read.plain[at:], False)]


def _chunks(parts: Sequence[tuple[str, bool]]) -> list[_Chunk]:
    chunks: list[_Chunk] = []
    for text, paused in parts:
        held = ""
        for index, character in enumerate(text):
            held += character
            following = text[index + 1] if index + 1 < len(text) else ""
            strength = _strength(character, following)
            if strength and following not in kinsoku.CLOSING and kinsoku.units(held.strip()):
                chunks.append(_chunk(held, strength, character == "\n"))
                held = ""
        if held.strip() and (paused or text is parts[-1][0]):
            chunks.append(_chunk(held, 3 if paused else 1, False))
        elif held.strip():
            chunks.append(_chunk(held, 1, False))
    return [chunk for chunk in chunks if chunk.weight] or chunks


def _strength(character: str, following: str) -> int:
    if character in "。！？!?；;…\n" or (character in "—" and following != "—"):
        return 3
    if character in "，：" or (character in ",:." and (not following or following.isspace())):
        return 2
    return 1 if character == "、" else 0


def _chunk(text: str, strength: int, ends: bool) -> _Chunk:
    return _Chunk(text.rstrip("\n"), sum(map(_weight, text)), strength, ends)


def _weight(character: str) -> float:
    """A character's share of speaking time; marks and blanks have none."""
    if not character.isalnum():
        return 0.9 if character in "%％℃" else 0.0
    return _LATIN_WEIGHT if character.isascii() and character.isalpha() else 1.0


def _voice(silence: SilenceMap) -> tuple[int, int, list[tuple[int, int]]]:
    """When the voice begins and ends, and its pauses in between."""
    begin, end = 0, silence.total_ms
    inner = list(silence.pauses)
    if inner and inner[0][0] <= 20:
        begin = inner.pop(0)[1]
    if inner and inner[-1][1] >= silence.total_ms - 20:
        end = inner.pop()[0]
    return begin, end, [pause for pause in inner if begin < pause[0] and pause[1] < end]


def _pair(
    chunks: Sequence[_Chunk], pauses: Sequence[tuple[int, int]], begin: int, end: int
) -> list[tuple[int, int]]:
    """(place, pause) pairs in order; place k is the end of chunk k. Cheapest over all monotone pairings."""
    weights, quiet = [0.0], [0.0]
    for chunk in chunks:
        weights.append(weights[-1] + chunk.weight)
    for first, last in pauses:
        quiet.append(quiet[-1] + (last - first) / 1000)
    pace = weights[-1] / max(0.1, (end - begin) / 1000 - quiet[-1])  # characters a second of speech
    skipped = [0.0]
    for chunk in chunks:
        skipped.append(skipped[-1] + _SKIPPED_MARK[chunk.strength])
    passed = [0.0]
    for first, last in pauses:
        passed.append(passed[-1] + min(6.0, ((last - first) / 250) ** 2))

    def cost(place: int, pause: int, before: tuple[int, int]) -> float:
        """From one pair to the next: the pace between them, and what was passed over. (−1, −1) is the start,
        (len(chunks) − 1, len(pauses)) the end."""
        from_ms = pauses[before[1]][1] if before[1] >= 0 else begin
        to_ms = pauses[pause][0] if pause < len(pauses) else end
        spent = (to_ms - from_ms) / 1000 - (quiet[pause] - quiet[before[1] + 1])
        due = (weights[place + 1] - weights[before[0] + 1]) / pace
        if spent <= 0:
            return math.inf
        uneven = (spent - due) ** 2 / (_VARIANCE * due + 0.02)
        return uneven + skipped[place] - skipped[before[0] + 1] + passed[pause] - passed[before[1] + 1]

    return _cheapest(len(chunks) - 1, len(pauses), cost)


def _cheapest(places: int, pauses: int, cost: _Cost) -> list[tuple[int, int]]:
    start, final = (-1, -1), (places, pauses)
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {start: (0.0, start)}
    for place in range(places):
        for pause in range(_reach(place, places, pauses)[0], _reach(place, places, pauses)[1]):
            options = _before(place, pause, best)
            found = min(((best[b][0] + cost(place, pause, b), b) for b in options), default=None)
            if found is not None and found[0] < math.inf:
                best[place, pause] = found
    last = min(best, key=lambda pair: best[pair][0] + cost(*final, pair))
    pairs: list[tuple[int, int]] = []
    while last != start:
        pairs.append(last)
        last = best[last][1]
    return pairs[::-1]


def _reach(place: int, places: int, pauses: int) -> tuple[int, int]:
    """The pauses worth trying for a place: around where an even voice would have it."""
    middle = (place + 1) * (pauses + 1) / (places + 1) - 1
    width = max(12, pauses // 10)
    return max(0, int(middle - width)), min(pauses, int(middle + width) + 1)


def _before(
    place: int, pause: int, best: dict[tuple[int, int], tuple[float, tuple[int, int]]]
) -> list[tuple[int, int]]:
    found = [
        (earlier, silent)
        for earlier in range(max(0, place - _STEPS), place)
        for silent in range(max(0, pause - _STEPS), pause)
        if (earlier, silent) in best
    ]
    return [*found, (-1, -1)] if place < _STEPS * 2 or not found else found


def _timed(
    chunks: Sequence[_Chunk],
    pauses: Sequence[tuple[int, int]],
    pairs: Sequence[tuple[int, int]],
    begin: int,
    end: int,
) -> list[Spoken]:
    """Characters shared out evenly from one pair to the next; silences passed over in between stay empty."""
    spoken: list[Spoken] = []
    bounds = [(-1, -1), *pairs, (len(chunks) - 1, len(pauses))]
    for (from_place, from_pause), (to_place, to_pause) in itertools.pairwise(bounds):
        start = pauses[from_pause][1] if from_pause >= 0 else begin
        stop = pauses[to_pause][0] if to_pause < len(pauses) else end
        clock = _Clock(start, stop, pauses[from_pause + 1 : to_pause])
        part = chunks[from_place + 1 : to_place + 1]
        total = sum(chunk.weight for chunk in part) or 1.0
        at = 0.0
        for chunk in part:
            for number, character in enumerate(chunk.text):
                share = _weight(character) / total
                last = chunk.ends and number == len(chunk.text) - 1
                spoken.append(
                    Spoken(
                        text=character, start_ms=clock.begins(at), end_ms=clock.ends(at + share), ends=last
                    )
                )
                at += share
    return spoken


class _Clock:
    """Turns shares of speech (0–1) into milliseconds, jumping over silences."""

    def __init__(self, start: int, stop: int, silences: Sequence[tuple[int, int]]) -> None:
        self.spans: list[tuple[int, int]] = []
        at = start
        for first, last in silences:
            self.spans.append((at, first))
            at = last
        self.spans.append((at, stop))
        self.total = sum(last - first for first, last in self.spans)

    def begins(self, share: float) -> float:
        """When what comes after `share` begins: after a silence that stands exactly there."""
        left = min(share, 1.0) * self.total
        for first, last in self.spans:
            if left < last - first - 1e-6:
                return first + left
            left -= last - first
        return float(self.spans[-1][1])

    def ends(self, share: float) -> float:
        """When what comes before `share` ends: before a silence that stands exactly there."""
        left = min(share, 1.0) * self.total
        for first, last in self.spans:
            if left <= last - first + 1e-6:
                return first + left
            left -= last - first
        return float(self.spans[-1][1])
