"""Plan the mending of sound files: format, rate, channels, a bitrate under the size limit; and what users may
wish for: silent edges off, silence behind what is too short, one loudness."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mediaprep.contract.bounds import AtLeast, Between
from mediaprep.contract.limits import Limit
from mediaprep.model.facts import AudioFacts, Facts
from mediaprep.model.findings import Text
from mediaprep.model.sound_steps import Denoise, Level
from mediaprep.model.steps import AUDIO_TARGETS, ConvertAudio, Pad, Step, Trim
from mediaprep.preflight.mending.footage import KEPT_SILENCE, Unmendable, highest

_RATES = (16000, 22050, 24000, 32000, 44100, 48000)  # what mp3 and AAC both write well
_BITRATES = {"mp3": 96_000, "m4a": 80_000}  # per channel: speech and then some
_LEAST_BITRATE = 24_000  # per channel; below this speech suffers
_SIZE_MARGIN = 0.96
_DEFAULT = "mp3"
LOUDNESS = -16.0  # LUFS, as speech on the web
CEILING = -1.5  # dBTP: encoders add to peaks
_WORTH_TRIMMING = 0.05
_WORTH_LEVELLING = 0.3
_INAUDIBLE = -70.0  # dBFS: less noise is none
_FLOORS = (-80.0, -20.0)  # dBFS that afftdn takes
_PAD_MARGIN = 0.1  # seconds above the limit: blocks of samples end where they end


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


@dataclass(frozen=True, kw_only=True)
class SoundWish:
    """What a user asks of a sound beyond what the rules do."""

    trim_silence: bool = False
    pad: bool = False
    level: bool = False
    denoise: bool = False

    def __bool__(self) -> bool:
        return self.trim_silence or self.pad or self.level or self.denoise


def wished(
    facts: AudioFacts,
    wishes: SoundWish,
    rows: Mapping[str, Limit],
    lufs: float | None,
    peak_dbtp: float | None,
) -> tuple[Step, ...]:
    """The steps that fulfil them; `lufs` and `peak_dbtp` as measured (None for digital silence)."""
    bound = rows["seconds"].bound if "seconds" in rows else None
    least = bound.low if isinstance(bound, (Between, AtLeast)) else 0.0
    steps = (
        trimmed(facts, least) if wishes.trim_silence else None,
        padded(facts, least) if wishes.pad else None,
        denoised(facts) if wishes.denoise else None,
        levelled(lufs, peak_dbtp) if wishes.level else None,
    )
    return tuple(step for step in steps if step is not None)


def trimmed(facts: AudioFacts, least: float) -> Trim | None:
    """Its silent edges off, as far as `least` seconds are left; None where there is nothing to take."""
    if facts.seconds is None or facts.leading_silence is None or facts.trailing_silence is None:
        return None
    start = max(0.0, facts.leading_silence - KEPT_SILENCE)
    end = facts.seconds - max(0.0, facts.trailing_silence - KEPT_SILENCE)
    if facts.leading_silence >= facts.seconds:  # silent throughout: there are no edges
        return None
    short = max(0.0, least - (end - start))
    end, start = min(facts.seconds, end + short), max(0.0, start - max(0.0, end + short - facts.seconds))
    if end - start > facts.seconds - _WORTH_TRIMMING:
        return None
    return Trim(start=round(start, 3), seconds=round(end - start, 3), silence=True)


def padded(facts: AudioFacts, least: float) -> Pad | None:
    """Silence behind what is shorter than `least` seconds."""
    if facts.seconds is None or facts.seconds >= least:
        return None
    return Pad(seconds=round(least + _PAD_MARGIN, 3))


def denoised(facts: AudioFacts) -> Denoise | None:
    """Steady noise out of it; None where no voice stands before a background that is heard."""
    if facts.background_dbfs is None or facts.background_dbfs < _INAUDIBLE:
        return None
    low, high = _FLOORS
    return Denoise(floor_dbfs=min(high, max(low, facts.background_dbfs)))


def levelled(lufs: float | None, peak_dbtp: float | None) -> Level | None:
    """To LOUDNESS LUFS, or as near as its peak allows; None for silence and for what is there already."""
    if lufs is None or peak_dbtp is None:
        return None
    gain = round(min(LOUDNESS - lufs, CEILING - peak_dbtp), 1)
    return Level(gain_db=gain, lufs=round(lufs + gain, 1)) if abs(gain) >= _WORTH_LEVELLING else None


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
