"""Whether a mouth follows a voice, judged on what was measured of both. Thresholds, by spread of the openness within a
second: two people talking to a camera (512 px, 8 s each) had 0.05 and more while they spoke, 0.022–0.034 in their
pauses; stills of them, coded well or coarsely, up to 0.010; a still mouth laid over the moving face up to 0.04."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mediaprep.model.findings import Text
from mediaprep.model.results.lip_judgements import LipInterval, LipJudgement

STILL: Final = 0.018
"""Spread of the openness within a second, in lengths of the nose: less is a mouth that stands still."""
MOVING: Final = 0.040
LEAST_FROZEN: Final = 1.0  # seconds
LEAST_TALKING: Final = 2.0
LEAST_STRENGTH: Final = 0.36
"""Of an offset that is told. Two people judged by weights of others had 0.37 and 0.41 in 8 s; of 60 sounds that have
nothing to do with their mouths four reached it."""
OFF_MS: Final = 120
NO_STRENGTH, OTHER_SECONDS = 0.25, 30.0
"""Lips and voice together for so long would show 0.58 where they belong together: with less, the sound is another."""
_WINDOW: Final = 8.0  # seconds in whose evidence strength is told
_EXPECTED: Final = 0.55  # strength that has to be expected before its absence tells anything
_LEAST_OTHER: Final = 10.0
_HOP: Final = 0.02  # seconds of a level
_SILENT_DB, _VOICED_DB = 30.0, 35.0  # above −90 dBFS
_BELOW_SILENT, _BELOW_VOICED = 35.0, 25.0  # dB below the loud places
_PAUSE: Final = 0.35  # seconds within speech
_SYLLABLES_DB: Final = 3.0  # spread of the level: less is a tone or a bed of music, no speech
SMALL: Final = 0.08  # of the picture's height: a smaller face shows no lips
_SEEN_SHARE: Final = 0.5
_SURE: Final = 0.95
_STRONGEST: Final = 2 * LEAST_STRENGTH

Span = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class MouthSample:
    """One picture: the openness of the mouth (None: not seen) and the face's share of the picture's height."""

    seconds: float
    openness: float | None
    share: float | None = None

    @property
    def seen(self) -> bool:
        return self.openness is not None and (self.share is None or self.share >= SMALL)


def judge(
    video: Path,
    mouth: Sequence[MouthSample],
    levels: Sequence[float],
    timing: tuple[float, float, float] | None,
    enough: float = OTHER_SECONDS,
) -> LipJudgement:
    """`levels`: the loudest band every 20 ms, dB above −90 dBFS, on the clock of the pictures. `timing`: seconds
    that the sound is late, how strongly lips and voice agree there, and for how many seconds both were compared; None
    where that could not be looked for. `enough` seconds without agreement are another sound."""
    voiced, silent = _voiced(levels), _silent(levels)
    still, moving = _windows(mouth, below=STILL), _windows(mouth, above=MOVING)
    frozen = [
        span for span in _both(still, voiced) if span[1] - span[0] >= LEAST_FROZEN and _speaks(levels, span)
    ]
    talking = [span for span in _both(moving, silent) if span[1] - span[0] >= LEAST_TALKING]
    gone = [span for span in _unseen(mouth) if span[1] - span[0] >= LEAST_FROZEN]
    intervals = sorted(
        (
            *(_interval("frozen", span) for span in frozen),
            *(_interval("talks_in_silence", span) for span in talking),
            *(_interval("no_mouth", span) for span in gone),
        ),
        key=lambda one: one.start,
    )
    whole = mouth[-1].seconds - mouth[0].seconds if mouth else 0.0
    seen = sum(sample.seen for sample in mouth) / max(len(mouth), 1)
    verdict, why, confidence, offset = _verdict(frozen, talking, timing, enough, seen=seen, whole=whole)
    return LipJudgement(
        video=video, verdict=verdict, why=why, offset_ms=offset, confidence=confidence, intervals=tuple(intervals),
        seen_seconds=round(seen * whole, 2), heard_seconds=round(sum(end - start for start, end in voiced), 2),
    )  # fmt: skip


def enough_seconds(footage: tuple[float, float, float]) -> float:
    """How long lips and voice of this speaker must be seen together before no agreement is another sound, by how well
    they agree in `footage` (as `timing` of `judge`); what is not in step there tells nothing."""
    offset, strength, seconds = footage
    if strength < LEAST_STRENGTH or abs(offset) * 1000 >= OFF_MS or seconds <= 0:
        return OTHER_SECONDS
    usual = strength / math.sqrt(seconds / _WINDOW)
    return min(OTHER_SECONDS, max(_LEAST_OTHER, _WINDOW * (_EXPECTED / usual) ** 2))


def _verdict(
    frozen: Sequence[Span],
    talking: Sequence[Span],
    timing: tuple[float, float, float] | None,
    enough: float,
    *,
    seen: float,
    whole: float,
) -> tuple[str, Text, float, int | None]:
    if frozen or talking:
        kind = "frozen" if frozen else "talks_in_silence"
        return kind, _SAYS[kind], _SURE, None
    if seen < _SEEN_SHARE:
        why = Text(
            f"the mouth is seen in {seen * whole:.1f} of {whole:.1f} s: too little to tell",
            f"{whole:.1f} 秒中仅 {seen * whole:.1f} 秒可见嘴部，不足以判断",
        )
        return "unknown", why, 0.0, None
    if timing is None:
        return "unknown", _TOO_SHORT, 0.0, None
    late, strength, seconds = round(timing[0] * 1000), timing[1], timing[2]
    if strength < NO_STRENGTH and seconds >= enough:
        why = Text(
            f"lips and voice have nothing to do with each other in {seconds:.0f} s (strength {strength:.2f}; what "
            f"belongs together has {LEAST_STRENGTH} and more): the sound is another one",
            f"{seconds:.0f} 秒内口型与语音无对应关系（强度 {strength:.2f}，匹配时不低于 "
            f"{LEAST_STRENGTH}）：声音并非此人所说",
        )
        return "other_sound", why, round(1 - max(0.0, strength) / LEAST_STRENGTH, 2), None
    confidence = round(min(_SURE, max(0.0, strength) / _STRONGEST), 2)
    if strength < LEAST_STRENGTH:
        why = Text(
            f"lips and voice give no clear answer (strength {strength:.2f}, {LEAST_STRENGTH} is needed); a longer "
            "video tells more",
            f"口型与语音的对应不够明显（强度 {strength:.2f}，需达到 {LEAST_STRENGTH}）；更长的视频更易判断",
        )
        return "unknown", why, confidence, None
    if abs(late) < OFF_MS:
        return "in_step", Text("the lips follow the voice", "口型与语音一致"), confidence, late
    how = ("late", "滞后") if late > 0 else ("early", "提前")
    return (
        "off",
        Text(
            f"the sound is {abs(late)} ms {how[0]} against the lips",
            f"声音比口型{how[1]} {abs(late)} 毫秒",
        ),
        confidence,
        late,
    )


_SAYS: Final = {
    "frozen": Text("the mouth stands still while the voice goes on", "有语音时嘴部静止不动"),
    "talks_in_silence": Text("the mouth moves as in speech while nothing is heard", "无声时嘴部仍在说话"),
    "no_mouth": Text("no mouth is seen", "看不到嘴部"),
}
_TOO_SHORT: Final = Text(
    "less than 4 s of lips and voice together: too little to tell", "口型与语音同时出现不足 4 秒，不足以判断"
)


def _interval(kind: str, span: Span) -> LipInterval:
    return LipInterval(kind=kind, start=round(span[0], 2), end=round(span[1], 2), what=_SAYS[kind])


# --- sound ---


def _loud(levels: Sequence[float]) -> float:
    return sorted(levels)[int(len(levels) * 0.95)] if levels else 0.0


def _voiced(levels: Sequence[float]) -> list[Span]:
    """Stretches in which something is said, pauses within speech among them."""
    least = max(_VOICED_DB, _loud(levels) - _BELOW_VOICED)
    return _closed(_runs([level >= least for level in levels]), _PAUSE)


def _silent(levels: Sequence[float]) -> list[Span]:
    most = max(_SILENT_DB, _loud(levels) - _BELOW_SILENT)
    return list(_runs([level < most for level in levels]))


def _runs(flags: Sequence[bool]) -> Iterator[Span]:
    since: int | None = None
    for number, flag in enumerate((*flags, False)):
        if flag and since is None:
            since = number
        elif not flag and since is not None:
            yield since * _HOP, number * _HOP
            since = None


def _speaks(levels: Sequence[float], span: Span) -> bool:
    heard = levels[round(span[0] / _HOP) : round(span[1] / _HOP)]
    return len(heard) > 1 and _spread(heard) >= _SYLLABLES_DB


# --- pictures ---


def _windows(mouth: Sequence[MouthSample], *, below: float = float("inf"), above: float = 0.0) -> list[Span]:
    """The stretches that are made of whole seconds in which the openness spreads by less, or by at least that much."""
    found: list[Span] = []
    first = 0
    for last, sample in enumerate(mouth):
        while sample.seconds - mouth[first].seconds > 1.0 + 1e-6:
            first += 1
        window = mouth[first : last + 1]
        if sample.seconds - mouth[first].seconds < 0.9 or not all(one.seen for one in window):
            continue
        spread = _spread([one.openness or 0.0 for one in window])
        if above <= spread < below:
            found.append((mouth[first].seconds, sample.seconds))
    return _closed(found, 0.0)


def _unseen(mouth: Sequence[MouthSample]) -> list[Span]:
    since: float | None = None
    found = []
    for sample in mouth:
        if not sample.seen and since is None:
            since = sample.seconds
        elif sample.seen and since is not None:
            found.append((since, sample.seconds))
            since = None
    if since is not None:
        found.append((since, mouth[-1].seconds))
    return found


# --- stretches ---


def _closed(spans: Sequence[Span] | Iterator[Span], gap: float) -> list[Span]:
    """Those nearer than `gap` seconds, or over each other, as one."""
    made: list[Span] = []
    for start, end in spans:
        if made and start - made[-1][1] <= gap:
            made[-1] = made[-1][0], max(made[-1][1], end)
        else:
            made.append((start, end))
    return made


def _both(one: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    return [
        (max(a[0], b[0]), min(a[1], b[1])) for a in one for b in other if min(a[1], b[1]) > max(a[0], b[0])
    ]


def _spread(values: Sequence[float]) -> float:
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))
