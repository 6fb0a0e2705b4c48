"""Lips judged on what was measured of a mouth and a sound."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from mediaprep.model.results.lip_judgements import LipJudgement
from mediaprep.preflight import lips
from mediaprep.preflight.lips import MouthSample

SECONDS = 10.0


def mouth(
    still: Sequence[tuple[float, float]] = (), gone: Sequence[tuple[float, float]] = ()
) -> list[MouthSample]:
    """25 pictures a second of a mouth that talks, but for these stretches."""
    held, made = 0.1, []
    for number in range(round(SECONDS * 25)):
        at = number / 25
        if not any(start <= at < end for start, end in still):
            held = 0.15 + 0.1 * math.sin(2 * math.pi * 4.1 * at)
        seen = not any(start <= at < end for start, end in gone)
        made.append(MouthSample(seconds=at, openness=held if seen else None, share=0.4))
    return made


def levels(
    silent: Sequence[tuple[float, float]] = (), sound: Callable[[float], float] | None = None
) -> list[float]:
    """50 levels a second of speech, but for these stretches."""
    told = sound or (lambda at: 62 + 10 * math.sin(2 * math.pi * 4.3 * at))
    hops = [number * 0.02 for number in range(round(SECONDS * 50))]
    return [0.0 if any(start <= at < end for start, end in silent) else told(at) for at in hops]


def judged(
    seen: list[MouthSample], heard: list[float], timing: tuple[float, float, float] | None = (0.0, 0.1, 9.0)
) -> LipJudgement:
    return lips.judge(Path("v.mp4"), seen, heard, timing)


@pytest.mark.parametrize("start", [0.0, 2.3, 8.4])
@pytest.mark.parametrize("lasts", [1.2, 1.6])
def test_a_mouth_that_stands_still_under_a_voice_is_found_with_its_time(start: float, lasts: float) -> None:
    found = judged(mouth(still=[(start, start + lasts)]), levels())
    (span,) = found.intervals
    assert (found.verdict, span.kind, found.exit_code) == ("frozen", "frozen", 1)
    assert span.start == pytest.approx(start, abs=0.25) and span.end == pytest.approx(start + lasts, abs=0.25)


@pytest.mark.parametrize(
    ("still", "heard"),
    [
        ([(3.0, 3.7)], levels()),  # too short
        ([(3.0, 5.0)], levels(silent=[(2.9, 5.1)])),  # a pause
        ([(3.0, 5.0)], levels(silent=[(3.6, 4.4)])),  # no whole second of voice in it
        ([(3.0, 5.0)], levels(sound=lambda at: 60.0)),  # a tone, or a bed of music
    ],
)
def test_a_mouth_that_rests_where_nobody_speaks_is_none(
    still: list[tuple[float, float]], heard: list[float]
) -> None:
    assert judged(mouth(still=still), heard).verdict == "unknown"


@pytest.mark.parametrize("start", [0.0, 3.1, 7.5])
def test_a_mouth_that_talks_in_silence_is_found_with_its_time(start: float) -> None:
    found = judged(mouth(), levels(silent=[(start, start + 2.5)]))
    (span,) = found.intervals
    assert (found.verdict, span.kind) == ("talks_in_silence", "talks_in_silence")
    assert span.start == pytest.approx(start, abs=0.1) and span.end == pytest.approx(start + 2.5, abs=0.1)


def test_a_pause_in_which_the_mouth_still_moves_is_none() -> None:
    assert judged(mouth(), levels(silent=[(3.0, 4.5)])).verdict == "unknown"


@pytest.mark.parametrize(
    ("timing", "verdict", "offset"),
    [
        (None, "unknown", None), ((0.02, 0.3, 8.0), "unknown", None), ((0.4, 0.35, 20.0), "unknown", None),
        ((0.4, 0.2, 29.0), "unknown", None), ((0.05, 0.4, 8.0), "in_step", 50), ((-0.1, 0.7, 25.0), "in_step", -100),
        ((0.2, 0.5, 8.0), "off", 200), ((-0.36, 0.36, 9.0), "off", -360), ((0.2, 0.1, 40.0), "other_sound", None),
        ((0.0, 0.0, 90.0), "other_sound", None), ((0.0, 0.3, 90.0), "unknown", None),
    ],
)  # fmt: skip
def test_an_offset_is_told_only_where_it_stands_out(
    timing: tuple[float, float, float] | None, verdict: str, offset: int | None
) -> None:
    found = judged(mouth(), levels(), timing)
    assert (found.verdict, found.offset_ms) == (verdict, offset)
    assert found.why.en and found.why.zh and 0 <= found.confidence <= 1


@pytest.mark.parametrize(
    ("footage", "enough"),
    [
        ((0.0, 0.45, 8.0), 12.0), ((0.05, 0.55, 8.0), 10.0), ((0.0, 0.9, 8.0), 10.0), ((0.0, 0.9, 32.0), 12.0),
        ((0.0, 0.37, 8.0), 17.7), ((0.0, 0.37, 32.0), 30.0), ((0.0, 0.35, 8.0), 30.0), ((0.3, 0.9, 8.0), 30.0),
    ],
)  # fmt: skip
def test_footage_tells_how_soon_a_sound_is_another(
    footage: tuple[float, float, float], enough: float
) -> None:
    assert lips.enough_seconds(footage) == pytest.approx(enough, abs=0.1)
    for seconds, verdict in ((enough + 0.2, "other_sound"), (enough - 0.2, "unknown")):
        found = lips.judge(
            Path("v.mp4"), mouth(), levels(), (0.0, 0.1, seconds), lips.enough_seconds(footage)
        )
        assert found.verdict == verdict


def test_a_mouth_that_is_not_seen_is_told_and_nothing_is_judged() -> None:
    found = judged(mouth(gone=[(2.0, 9.0)]), levels(), (0.5, 9.0, 9.0))
    assert found.verdict == "unknown" and "3.0 of 10.0 s" in found.why.en
    assert [(one.kind, one.start, one.end) for one in found.intervals] == [("no_mouth", 2.0, 9.0)]
    assert judged([], [], None).verdict == "unknown"


def test_small_faces_show_no_lips() -> None:
    small = [MouthSample(seconds=one.seconds, openness=0.1, share=0.05) for one in mouth()]
    assert judged(small, levels()).verdict == "unknown"


def test_what_is_told_is_json() -> None:
    told = judged(mouth(still=[(2.0, 4.0)]), levels()).to_dict()
    assert told["schema"] == "mediaprep.lips/1"
    assert {"verdict", "offset_ms", "confidence", "intervals"} <= set(told)
