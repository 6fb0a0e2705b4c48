"""Plan the conversion of sound files: format, rate, channels, and a bitrate under the size limit."""

from __future__ import annotations

from collections.abc import Mapping

from mediaprep.contract.limits import Limit
from mediaprep.model.facts import AudioFacts, Facts
from mediaprep.model.findings import Text
from mediaprep.model.steps import AUDIO_TARGETS, ConvertAudio, Step
from mediaprep.preflight.video import Unmendable, highest

_RATES = (16000, 22050, 24000, 32000, 44100, 48000)  # what mp3 and AAC both write well
_BITRATES = {"mp3": 96_000, "m4a": 80_000}  # per channel: speech and then some
_LEAST_BITRATE = 24_000  # per channel; below this speech suffers
_SIZE_MARGIN = 0.96
_DEFAULT = "mp3"


def convert(facts: Facts, rows: Mapping[str, Limit], prefer: str | None = None) -> Step | Unmendable:
    """Encode a sound file into a format the field takes, under its size limit."""
    if not isinstance(facts, AudioFacts):
        return Unmendable(("format",), Text("not a sound file", "不是音频文件"))
    rate = next((rate for rate in _RATES if rate >= facts.sample_rate), _RATES[-1])
    channels = max(1, min(2, facts.channels))
    most = highest(rows["size_bytes"].bound) if "size_bytes" in rows else float("inf")
    format = prefer if prefer in AUDIO_TARGETS else _DEFAULT
    if format == "wav":
        if facts.seconds is not None and facts.seconds * rate * channels * 2 + 1000 <= most:
            return ConvertAudio(format="wav", bitrate=None, sample_rate=rate, channels=channels)
        why = Text("wav would be over the size limit; name it .mp3", "wav 会超出大小限制；请输出 .mp3")
        return Unmendable(("format", "size_bytes"), why)
    return _compressed(facts, format, rate, channels, most)


def _compressed(facts: AudioFacts, format: str, rate: int, channels: int, most: float) -> Step | Unmendable:
    bitrate = _BITRATES[format] * channels
    if facts.seconds:
        bitrate = int(min(bitrate, most * 8 / facts.seconds * _SIZE_MARGIN)) // 8000 * 8000
    if bitrate < _LEAST_BITRATE * channels:
        kbps = bitrate // 1000
        why = Text(
            f"{facts.seconds:.0f} s would need {kbps} kbit/s to be small enough; cut it instead",
            f"时长 {facts.seconds:.0f} 秒，需压到 {kbps} kbit/s 才够小；请改为截短",
        )
        return Unmendable(("format", "size_bytes"), why)
    return ConvertAudio(format=format, bitrate=bitrate, sample_rate=rate, channels=channels)
