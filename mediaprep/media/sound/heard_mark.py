"""A sound marked as generated, to be heard: a rhythm in Morse (AI: short long, short short) or a clip before it; proved
on the result. The rhythm by third-party copies of GB 45438-2025."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from mediaprep.errors import BadAsset, BadConfig, ToolFailed
from mediaprep.media import ffmpeg
from mediaprep.media.ffmpeg import Binary, graph
from mediaprep.media.files import atomic
from mediaprep.media.labels import carrying, tags
from mediaprep.media.probing import probe
from mediaprep.model.facts import AudioFacts
from mediaprep.model.labels import LabelOrder

ENCODERS: Final[Mapping[str, Mapping[str, object]]] = {
    ".mp3": {"c:a": "libmp3lame", "q:a": 2, "f": "mp3"},
    ".wav": {"c:a": "pcm_s16le", "f": "wav"},
    ".m4a": {"c:a": "aac", "b:a": "192k", "f": "ipod"},
    ".flac": {"c:a": "flac", "f": "flac"},
}
_UNIT: Final = 0.12  # seconds of a short tone
RHYTHM: Final = ((0, 1), (2, 5), (8, 9), (10, 11))
"""When a tone sounds, in units: · − (a pause of three) · ·"""
_SECONDS: Final = 16 * _UNIT
_TONE: Final = 800  # Hz
_HEARD: Final = 8000  # samples a second at which the result is listened to
_LOUD, _QUIET = 0.08, 0.02  # of full scale (RMS)
_MOST_OFF: Final = 0.15  # seconds: what coders add at the edges


def with_mark(
    path: Path, target: Path, *, binary: Binary, clip: Path | None = None, order: LabelOrder | None = None
) -> float:
    """Write `path` to `target` with the rhythm before it, or with what is heard in `clip`; how many seconds that takes.
    Its label goes along, or the one that is ordered. Raises BadConfig for an ending that is not in ENCODERS, BadAsset
    for what is no sound, ToolFailed when it is not heard."""
    options = ENCODERS.get(target.suffix.lower())
    if options is None:
        known = ", ".join(ENCODERS)
        raise BadConfig(f"{target.name}: name it {known}", f"{target.name}：请以 {known} 结尾")
    facts = _sound(path)
    before = _SECONDS if clip is None else _sound(clip).seconds or 0.0
    layout = "mono" if facts.channels == 1 else "stereo"
    form: dict[str, object] = {
        "sample_fmts": "fltp",
        "sample_rates": facts.sample_rate,
        "channel_layouts": layout,
    }
    parts = [
        one.filter("aformat", **form) for one in (_mark(clip), graph.input(f"file:{path.resolve()}").audio)
    ]
    carried = carrying.Carried(tags=tags.read(path), main=path, order=order)
    with atomic.landing(target) as part:
        joined = graph.concat(*parts, v=0, a=1)
        ffmpeg.run(binary, graph.output(joined, str(part.resolve()), map_metadata=1, **options).get_args())
        label = carrying.settle(carried, part, binary=binary)
        _prove(part, seconds=before + (facts.seconds or 0.0), rhythm=clip is None, binary=binary)
        if not all(check.held for check in carrying.checks(part, label)):
            raise ToolFailed(f"{target.name}: the label did not go along", f"{target.name}：标识未能保留")
    return before


def refuse_clip(clip: Path | None) -> None:
    """Raise BadAsset for a clip that is no sound."""
    if clip is not None:
        _sound(clip)


def _sound(path: Path) -> AudioFacts:
    facts = probe.measured(path, faces=False)
    if not isinstance(facts, AudioFacts) or facts.sample_rate is None:
        raise BadAsset(f"{path.name}: no sound that can be read", f"{path.name}：不是可读取的音频")
    return facts


def _mark(clip: Path | None) -> Any:
    if clip is not None:
        return graph.input(f"file:{clip.resolve()}").audio
    sounds = "+".join(f"between(t,{first * _UNIT:.2f},{end * _UNIT:.2f})" for first, end in RHYTHM)
    return graph.input(
        f"aevalsrc='0.25*sin(2*PI*{_TONE}*t)*({sounds})':d={_SECONDS}:s=48000", f="lavfi"
    ).audio


def _prove(part: Path, *, seconds: float, rhythm: bool, binary: Binary) -> None:
    """It is as long as both together, and the rhythm is heard at its beginning. Raises ToolFailed."""
    made = _sound(part)
    if made.seconds is None or abs(made.seconds - seconds) > _MOST_OFF:
        raise ToolFailed(
            f"the marked sound lasts {made.seconds} s instead of {seconds:.2f}",
            f"标识后的音频长 {made.seconds} 秒，应为 {seconds:.2f} 秒",
        )
    if rhythm and not heard(part, binary=binary):
        raise ToolFailed("the rhythm is not heard in the result", "结果中听不到标识节奏")


def heard(path: Path, *, binary: Binary) -> bool:
    """Whether the sound at `path` begins with the rhythm."""
    with atomic.workroom() as room:
        stream = graph.input(f"file:{path.resolve()}", t=_SECONDS).audio
        output = graph.output(stream, str(room / "heard"), f="f32le", ac=1, ar=_HEARD, map_metadata=-1)
        ffmpeg.run(binary, output.get_args())
        samples = np.fromfile(room / "heard", np.float32)
    late = int(np.argmax(np.abs(samples) > _LOUD)) if samples.size else 0  # silence that coders put before it
    step = round(_UNIT * _HEARD)
    units = [samples[late + n * step : late + (n + 1) * step] for n in range(RHYTHM[-1][1] + 1)]
    if late > _MOST_OFF * _HEARD or any(unit.size < step // 2 for unit in units):
        return False
    middle = [float(np.sqrt(np.mean(unit[step // 4 : -step // 4] ** 2))) for unit in units]
    return all(
        level >= _LOUD if any(first <= n < end for first, end in RHYTHM) else level <= _QUIET
        for n, level in enumerate(middle)
    )
