"""Loudness: measured once (EBU R 128, true peak), then one static gain; a limiter only where a peak needs it.

The whole finished programme is measured, clips joined, sound only: pictures are never decoded for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from mediaprep.errors import ToolFailed
from mediaprep.media import ffmpeg, sniff
from mediaprep.media.compose import clips, scenery
from mediaprep.media.containers import packets
from mediaprep.media.ffmpeg import Binary, graph
from mediaprep.model.finishing.plans import Levelling, LoudnessMeasure, LoudnessTarget, RenderPlan

CODEC_MARGIN_DB = 0.5  # what AAC may add to a peak
_LIMIT_MARGIN_DB = 1.0  # the limiter stays this far below the ceiling: resampling back and AAC come after it
_OVERSAMPLING = 4
_QUIETEST_LUFS = -69.5  # ebur128 reports −70 for what it gates away
_MOST_GAIN_DB = 40.0
_MOST_PUSH_DB = 6.0  # into the limiter beyond the plain gain: more would crush a voice
_ROUNDS = 5
_NEAR_LU = 0.1
_SURE_LU = (
    0.2  # missing: however much of so small a step the limiter takes back, what is left is less than this
)
_MINUS_INFINITY = "-inf"

Peaks = Literal["true", "sample", "none"]


def programme(plan: RenderPlan, sources: list[Any]) -> Any:
    """The clips' sound joined, before levelling. `sources` are the opened clips in order."""
    parts = [clips.sound(plan, clip, source) for clip, source in zip(plan.clips, sources, strict=True)]
    return scenery.accompanied(plan, clips.heard(plan, parts))


def levelled(
    stream: Any, levelling: Levelling | None, *, rate: int, samples: int, oversampling: int = _OVERSAMPLING
) -> Any:
    """`stream` with the gain, and the limiter where it is needed; `samples` long as before. The limiter works
    at `oversampling` times the rate, so that it meets the peaks between samples."""
    if levelling is None:
        return stream
    stream = stream.filter("volume", volume=f"{levelling.gain_db:.3f}dB", precision="float")
    if not levelling.limiter:
        return stream
    limit = 10 ** ((levelling.target.ceiling_dbtp - _LIMIT_MARGIN_DB) / 20)
    return (
        stream.filter("aresample", rate * oversampling)
        .filter("alimiter", limit=f"{limit:.6f}", attack=5, release=80, level=0, latency=1)
        .filter("aresample", rate)
        .filter("apad", whole_len=samples)
        .filter("atrim", end_sample=samples)
    )


def measure_plan(plan: RenderPlan, *, binary: Binary, peaks: Peaks = "true") -> LoudnessMeasure:
    """What the programme measures, with `plan.levelling` applied if it has one. What lies between samples
    makes true peaks, costs half of the time, and does not change the loudness."""
    sources = [clips.open_clip(clip, number, sound_only=True) for number, clip in enumerate(plan.clips)]
    stream = levelled(
        programme(plan, sources),
        plan.levelling,
        rate=plan.canvas.sample_rate,
        samples=plan.expected_samples,
        oversampling=_OVERSAMPLING if peaks == "true" else 1,
    )
    return _measured(stream, binary, peaks=peaks)


def measure_file(path: Path, *, binary: Binary) -> LoudnessMeasure:
    """What the sound of one file measures. Raises BadAsset when it is no media file."""
    return measuring(path, binary=binary)()


def measuring(path: Path, *, binary: Binary) -> Callable[[], LoudnessMeasure]:
    """What measures the file when called; it only waits for ffmpeg, so another thread may do it meanwhile.
    Raises BadAsset when it is no media file."""
    if packets.describe(path).first("audio") is None:
        return lambda: LoudnessMeasure(lufs=None, range_lu=None, peak_dbtp=None)
    demuxer = sniff.identify(path).demuxer
    source = graph.input(
        f"file:{path.resolve()}", f=demuxer, format_whitelist=demuxer, protocol_whitelist="file", vn=None
    )
    return lambda: _measured(source.audio, binary)


def _measured(stream: Any, binary: Binary, *, peaks: Peaks = "true") -> LoudnessMeasure:
    meter = stream.filter("ebur128", peak=peaks, framelog="verbose")
    log = ffmpeg.run(binary, graph.output(meter, "-", f="null").get_args(), loglevel="info")
    summary = log[log.rfind("Integrated loudness:") :]
    lufs = _number(r"I:\s+(\S+) LUFS", summary)
    if lufs is None:
        raise ToolFailed("ebur128 gave no summary", "ebur128 没有给出结果")
    return LoudnessMeasure(
        lufs=lufs if lufs > _QUIETEST_LUFS else None,
        range_lu=_number(r"LRA:\s+(\S+) LU", summary),
        peak_dbtp=_number(r"Peak:\s+(\S+) dBFS", summary),
    )


def _number(pattern: str, text: str) -> float | None:
    found = re.search(pattern, text)
    if found is None or found.group(1) in {_MINUS_INFINITY, "nan"}:
        return None
    return float(found.group(1))


def level(plan: RenderPlan, target: LoudnessTarget, *, binary: Binary) -> Levelling | None:
    """How to bring the programme to `target`; None when it is silent.

    Where the peak forbids a plain gain, the limiter's own loss is measured and given back, a few rounds long;
    what then is still missing stands in `expected_lufs`.
    """
    bare = replace(plan, levelling=None)
    measured = measure_plan(bare, binary=binary, peaks="sample")
    lufs = measured.lufs
    if lufs is None or measured.peak_dbtp is None:
        return None
    gain = min(target.lufs - lufs, _MOST_GAIN_DB)
    most = target.ceiling_dbtp - CODEC_MARGIN_DB - gain
    limiter = measured.peak_dbtp > most
    if not limiter:  # true peaks are no lower than those of samples
        measured = measure_plan(bare, binary=binary)
        limiter = measured.peak_dbtp is None or measured.peak_dbtp > most
    levelling = Levelling(
        target=target, measured=measured, gain_db=gain, limiter=limiter, expected_lufs=lufs + gain
    )
    return _limited(plan, levelling, binary) if limiter else levelling


def _limited(plan: RenderPlan, levelling: Levelling, binary: Binary) -> Levelling:
    """The gain with which limiter and all meet the target, or come nearest: measured, then corrected."""
    wanted = levelling.target.lufs
    tried: list[tuple[float, float]] = []  # gain, what was reached with it
    gain = levelling.gain_db
    for _ in range(_ROUNDS):
        trial = replace(plan, levelling=replace(levelling, gain_db=gain))
        reached = measure_plan(trial, binary=binary, peaks="none").lufs
        if reached is None:
            break
        tried.append((gain, reached))
        following = min(_next_gain(tried, wanted), levelling.gain_db + _MOST_PUSH_DB)
        if abs(wanted - reached) < _NEAR_LU or abs(following - gain) < _NEAR_LU / 2:
            break
        if abs(wanted - reached) <= _SURE_LU and following < levelling.gain_db + _MOST_PUSH_DB:
            return replace(levelling, gain_db=following, expected_lufs=wanted)
        gain = following
    gain, reached = min(tried, key=lambda pair: abs(pair[1] - wanted), default=(gain, wanted))
    return replace(levelling, gain_db=gain, expected_lufs=reached)


def _next_gain(tried: list[tuple[float, float]], wanted: float) -> float:
    """Between the nearest gains below and above; as long as all were below, further on by what is missing."""
    below = max(((g, r) for g, r in tried if r <= wanted), default=None)
    above = min(((g, r) for g, r in tried if r > wanted), default=None)
    if below is None or above is None:
        gain, reached = tried[-1]
        slope = 1.0
        if len(tried) > 1 and abs(gain - tried[-2][0]) > 0.01:
            slope = min(1.0, max(0.25, (reached - tried[-2][1]) / (gain - tried[-2][0])))
        return gain + (wanted - reached) / slope
    share = (wanted - below[1]) / max(above[1] - below[1], 1e-3)
    return below[0] + (above[0] - below[0]) * share
