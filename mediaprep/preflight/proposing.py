"""Parameters of a no-train request, chosen from what is seen in its footage: where it begins and ends, where the mouth
is left alone, whose face it is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mediaprep.contract.rules.faces import SURELY_NODDING, TURNED
from mediaprep.model.facts import VideoFacts
from mediaprep.model.findings import Text
from mediaprep.model.results.proposals import FaceStretch, ProposedValue

MOST_INTERVALS: Final = 5
LEAST_SECONDS: Final = 0.5
"""A shorter stretch is a blink of the detector, or of the head."""
_PAUSE: Final = 0.25  # seconds: shorter moments in which it is well again are none
_STEP: Final = 0.1
_SPARE: Final = 0.3  # seconds that a window is longer than what is said
_FRONT: Final = 20.0  # degrees from which on a beginning is not from the front
_SHARED_PIXELS: Final = 2560 * 1440
_USUAL_FPS: Final = 25.0
_MOST_FPS: Final = 30.0
_WORST: Final = {"no_face": 3.0, "profile": 2.0, "nodding": 1.0}
_NAMED: Final = {
    "no_face": Text("no face", "无人脸"),
    "profile": Text(f"turned by more than {TURNED:.0f}°", f"转头超过 {TURNED:.0f}°"),
    "nodding": Text(f"nodding by more than {SURELY_NODDING:.0f}°", f"俯仰超过 {SURELY_NODDING:.0f}°"),
}


@dataclass(frozen=True, kw_only=True)
class FaceSample:
    """The speaker's face in one picture; `yaw` None: none is seen."""

    seconds: float
    yaw: float | None = None
    pitch: float | None = None
    openness: float | None = None

    @property
    def kind(self) -> str | None:
        if self.yaw is None:
            return "no_face"
        if abs(self.yaw) > TURNED:
            return "profile"
        return "nodding" if self.pitch is not None and abs(self.pitch) > SURELY_NODDING else None


def timeline(samples: Sequence[FaceSample]) -> tuple[FaceStretch, ...]:
    """Stretches of half a second and more in which the speaker cannot be driven well, in the order of time."""
    found = [one for kind in _WORST for one in _stretches(samples, kind)]
    return tuple(sorted(found, key=lambda one: (one.start, one.end)))


def _stretches(samples: Sequence[FaceSample], kind: str) -> Iterator[FaceStretch]:
    last_step = samples[-1].seconds - samples[-2].seconds if len(samples) > 1 else 0.0
    start: float | None = None
    end = 0.0
    for number, sample in enumerate(samples):
        until = samples[number + 1].seconds if number + 1 < len(samples) else sample.seconds + last_step
        if sample.kind == kind:
            start, end = (sample.seconds if start is None else start), until
        elif start is not None and sample.seconds - end >= _PAUSE:
            if end - start >= LEAST_SECONDS:
                yield FaceStretch(kind=kind, start=round(start, 3), end=round(end, 3))
            start = None
    if start is not None and end - start >= LEAST_SECONDS:
        yield FaceStretch(kind=kind, start=round(start, 3), end=round(end, 3))


def choices(
    facts: VideoFacts, samples: Sequence[FaceSample], needed: float | None, *, people: int
) -> Iterator[ProposedValue]:
    """Every choice with its reason. `needed`: seconds of what will be said, where they are known; `people` are seen."""
    bad, whole = timeline(samples), facts.seconds or 0.0
    window = _window(samples, bad, whole, needed)
    begin, end = window or (0.0, whole)
    if window is not None:
        yield from _part(bad, begin, end)
    yield from _intervals(bad, begin, end)
    if people > 1:
        yield _video(
            "FaceMatchMode", "Strict",
            Text(
                f"{people} people are seen: only the one of the photos may speak",
                f"画面中有 {people} 人：仅驱动参考图中的人",
            ),
        )  # fmt: skip
    if needed is not None and needed > end - begin:
        why = Text(
            f"{needed:.1f} s are said over {end - begin:.1f} s of footage: played backwards it goes on without a jump",
            f"播报 {needed:.1f} 秒，素材 {end - begin:.1f} 秒：反向拼接不会跳变",
        )
        yield ProposedValue(parameter="VideoLoop", value=0, why=why)
    yield from _of_file(facts)


def _part(bad: Sequence[FaceStretch], begin: float, end: float) -> Iterator[ProposedValue]:
    here, there = _bad_seconds(bad, begin, end), _bad_seconds(bad, 0, end - begin)
    why = Text(
        f"{end - begin:.1f} s are needed; from {begin:.1f} s on they are the best: {here:.1f} s of them cannot be "
        f"driven well, {there:.1f} s would be from the beginning",
        f"需要 {end - begin:.1f} 秒；从 {begin:.1f} 秒起最合适：其中 {here:.1f} 秒难以驱动，"
        f"若从头开始则有 {there:.1f} 秒",
    )
    yield _video("MakeType", "Custom", why)
    yield _video("StartTime", begin, why)
    yield _video("EndTime", end, why)


def _of_file(facts: VideoFacts) -> Iterator[ProposedValue]:
    """What follows from rate and size alone."""
    if facts.fps and _USUAL_FPS < facts.fps <= _MOST_FPS:
        why = Text(
            f"the footage has {facts.fps:.4g} pictures a second; without it the result has {_USUAL_FPS:.0f}",
            f"素材为 {facts.fps:.4g} 帧/秒；否则结果为 {_USUAL_FPS:.0f} 帧/秒",
        )
        yield ProposedValue(parameter="VideoParametersConsistent", value=1, why=why)
    size, place = f"{facts.width}×{facts.height}", "Shared"
    why = Text(f"{size} is within what Shared keeps", f"{size} 在 Shared 支持的范围内")
    if facts.width * facts.height > _SHARED_PIXELS:
        place = "Exclusive"
        why = Text(
            f"{size} is more than 2560×1440, to which Shared makes it smaller",
            f"{size} 超过 2560×1440，Shared 会缩小",
        )
    yield ProposedValue(parameter="ConcurrencyType", value=place, why=why)


def part_of(proposed: Sequence[ProposedValue]) -> tuple[float, float]:
    """From where to where (seconds) the footage is used."""
    chosen = {one.parameter: one.value for one in proposed}
    return chosen.get("VideoParam.StartTime", 0.0), chosen.get("VideoParam.EndTime", math.inf)


def cuts(bad: Sequence[FaceStretch], proposed: Sequence[ProposedValue]) -> tuple[FaceStretch, ...]:
    """What the choices leave: stretches in the chosen part in which the mouth is not left alone."""
    begin, end = part_of(proposed)
    alone = {one.parameter: one.value for one in proposed}.get("VideoParam.DisableIntervals", ())
    return tuple(
        one
        for one in bad
        if one.end > begin
        and one.start < end
        and not any(
            row["StartTime"] <= one.start + 1e-6 and one.end <= row["EndTime"] + 1e-6 for row in alone
        )
        and not (one.start < begin or one.end > end)
    )


def _video(name: str, value: Any, why: Text) -> ProposedValue:
    return ProposedValue(parameter=f"VideoParam.{name}", value=value, why=why)


def _window(
    samples: Sequence[FaceSample], bad: Sequence[FaceStretch], whole: float, needed: float | None
) -> tuple[float, float] | None:
    """The best part of that length; None where all is needed, or the beginning is as good."""
    if needed is None or not bad or needed + _SPARE >= whole:
        return None
    long = max(needed + _SPARE, 1.5)
    begins = [round(step * _STEP, 3) for step in range(int((whole - long) / _STEP) + 1)]
    best = min(begins, key=lambda begin: (_cost(samples, bad, begin, begin + long), begin))
    if _cost(samples, bad, best, best + long) >= _cost(samples, bad, 0.0, long):
        return None
    return best, round(min(best + long, whole), 3)


def _cost(samples: Sequence[FaceSample], bad: Sequence[FaceStretch], begin: float, end: float) -> float:
    lost = sum(_WORST[one.kind] * _inside(one, begin, end) for one in bad)
    first = next((one for one in samples if one.seconds >= begin), None)
    turned = first is None or first.yaw is None or abs(first.yaw) > _FRONT
    return round(lost + (0.5 if turned else 0.0), 3)


def _inside(one: FaceStretch, begin: float, end: float) -> float:
    return max(0.0, min(one.end, end) - max(one.start, begin))


def _bad_seconds(bad: Sequence[FaceStretch], begin: float, end: float) -> float:
    return sum(_inside(one, begin, end) for one in bad)


def _intervals(bad: Sequence[FaceStretch], begin: float, end: float) -> Iterator[ProposedValue]:
    inside = [
        FaceStretch(kind=one.kind, start=max(one.start, begin), end=min(one.end, end))
        for one in bad
        if _inside(one, begin, end) > 0
    ]
    if not inside:
        return
    merged = _merged([(one.start, one.end) for one in inside])
    kinds = {
        one.kind: _bad_seconds([row for row in inside if row.kind == one.kind], begin, end) for one in inside
    }
    told = Text(
        ", ".join(f"{_NAMED[kind].en} for {seconds:.1f} s" for kind, seconds in kinds.items()),
        "，".join(f"{_NAMED[kind].zh} {seconds:.1f} 秒" for kind, seconds in kinds.items()),
    )
    yield _video(
        "DisableIntervals",
        [{"StartTime": round(start, 3), "EndTime": round(stop, 3)} for start, stop in merged],
        Text(f"the mouth is left alone there: {told.en}", f"这些片段不驱动口型：{told.zh}"),
    )


def _merged(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """At most five in the order of time, none over another: those nearest to each other become one."""
    made: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if made and start <= made[-1][1]:
            made[-1] = made[-1][0], max(made[-1][1], end)
        else:
            made.append((start, end))
    while len(made) > MOST_INTERVALS:
        nearest = min(range(len(made) - 1), key=lambda at: made[at + 1][0] - made[at][1])
        made[nearest : nearest + 2] = [(made[nearest][0], made[nearest + 1][1])]
    return made
