"""Where a voice rests: the silence map of a sound track, for captions aligned by pauses."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mediaprep.media.containers import packets
from mediaprep.media.probing import audio
from mediaprep.model.finishing.plans import SilenceMap

_SHORTEST_SECONDS = 0.12
_BELOW_SPEECH_DB = 24.0
_FLOOR_DB = -60.0
_CEILING_DB = -30.0
_SMOOTH_HOPS = 3
_RATE = 16000


def silence_map(path: Path) -> SilenceMap:
    """Pauses of at least 120 ms in the first sound track: a smoothed level 24 dB below the voice's own.

    Raises BadAsset when no sound decodes.
    """
    blocks = packets.decode_audio(path, rate=_RATE, channels=1, sample_format="flt", fills=True)
    envelope = audio.envelope_of(blocks, _RATE)
    power = envelope.hops().astype(np.float64)
    hop_ms = audio.HOP_SECONDS * 1000
    total_ms = round(envelope.seconds * 1000)
    if not power.size or envelope.peak == 0:
        return SilenceMap(total_ms=total_ms, pauses=((0, total_ms),) if total_ms else ())
    level = 10 * np.log10(np.convolve(power, np.ones(_SMOOTH_HOPS) / _SMOOTH_HOPS, "same") + 1e-12)
    threshold = float(np.clip(np.percentile(level, 90) - _BELOW_SPEECH_DB, _FLOOR_DB, _CEILING_DB))
    quiet = np.concatenate([[False], level < threshold, [False]]).astype(np.int8)
    edges = np.diff(quiet)
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    pauses = tuple(
        (round(first * hop_ms), min(total_ms, round(end * hop_ms)))
        for first, end in zip(starts.tolist(), ends.tolist(), strict=True)
        if (end - first) * audio.HOP_SECONDS >= _SHORTEST_SECONDS
    )
    return SilenceMap(total_ms=total_ms, pauses=pauses)
