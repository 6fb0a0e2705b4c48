"""What drives a mouth: the voice as a wave file, and how far it opens the mouth on every frame."""

from __future__ import annotations

import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mediaprep.errors import ToolFailed
from mediaprep.media.ffmpeg import Binary, run, untrusted_input

DEMUXERS = "wav,mp3,asf,mov,mp4,m4a,aac,ogg,flac,w64"
RATE = 48000
_FULL_SCALE = 32768.0
_SILENCE = 0.010  # RMS of full scale, −40 dB: what preflight calls silence too
_ATTACK, _RELEASE = 0.7, 0.5  # share of the way to a new opening that one 25th of a second goes
_HEARD = (150.0, 4500.0)  # Hz, where vowels differ
_ROUND, _SPREAD = 560.0, 1250.0  # middle of their energy, Hz: below it o and u, above it i and e
_SPEAKING, _SINGING = 0.7, (0.3, 0.18)  # exponent of the loudness; with the release of held notes
_CLOSED = 0.06  # below this the lips touch


@dataclass(frozen=True, kw_only=True)
class DrivingSound:
    """A wave file of ours, s16; `seconds` by its samples."""

    path: Path
    seconds: float

    def frames(self, fps: Fraction) -> int:
        """How many frames the voice lasts; at least one."""
        return max(1, round(self.seconds * fps))


def measured(path: Path) -> DrivingSound:
    """A wave file that we wrote."""
    with wave.open(str(path), "rb") as sound:
        return DrivingSound(path=path, seconds=sound.getnframes() / sound.getframerate())


def decoded(
    binary: Binary, source: Path, target: Path, *, rate: int = RATE, layouts: str = "mono|stereo"
) -> DrivingSound:
    """A user's sound file as our own wave, one or two channels as it has them: a lone channel that is spread over two
    would come out 3 dB quieter. Raises ToolFailed when nothing can be decoded."""
    arguments = [
        *untrusted_input(source, DEMUXERS), "-map", "0:a:0", "-vn", "-sn", "-dn",
        "-af", f"aformat=channel_layouts={layouts}", "-ar", str(rate),
        "-c:a", "pcm_s16le", "-fflags", "+bitexact", "-f", "wav", str(target),
    ]  # fmt: skip
    run(binary, arguments)
    drive = measured(target)
    if drive.seconds <= 0:
        raise ToolFailed("the driving sound holds no samples", "驱动音频没有任何采样")
    return drive


def joined(parts: Sequence[tuple[Path | None, float]], target: Path) -> DrivingSound:
    """Decoded wave files one after the other in two channels, each cut or padded with silence to its seconds; None =
    silence."""
    with wave.open(str(target), "wb") as sink:
        sink.setparams((2, 2, RATE, 0, "NONE", ""))
        for path, seconds in parts:
            left = round(seconds * RATE)
            for block in () if path is None else _blocks(path):
                sink.writeframes(block[:left].tobytes())
                left -= min(left, len(block))
            sink.writeframes(bytes(left * 4))
    return measured(target)


def _blocks(path: Path) -> Iterator[npt.NDArray[np.int16]]:
    """A wave file of `RATE` in pieces of (samples, 2)."""
    with wave.open(str(path), "rb") as source:
        channels = source.getnchannels()
        while block := source.readframes(1 << 16):
            samples = np.frombuffer(block, dtype=np.int16).reshape(-1, channels)
            yield samples if channels == 2 else np.repeat(samples, 2, axis=1)


def openness(
    drive: DrivingSound, fps: Fraction, frames: int, *, singing: bool = False
) -> npt.NDArray[np.float32]:
    """For each frame how far the voice opens the mouth, 0 (rests) to 1; silence is exactly 0. `singing`: notes are
    held, so soft ones open it wide too, and it closes slowly."""
    loudness = np.zeros(frames, dtype=np.float64)
    for frame, mono, _ in _windows(drive, fps, frames):
        loudness[frame] = np.sqrt(np.mean(mono**2))
    voiced = loudness[loudness > _SILENCE]
    if len(voiced) == 0:
        return np.zeros(frames, dtype=np.float32)
    loud = max(float(np.percentile(voiced, 90)), 2 * _SILENCE)
    power, release = _SINGING if singing else (_SPEAKING, _RELEASE)
    wanted = np.clip((loudness - _SILENCE) / (loud - _SILENCE), 0.0, 1.0) ** power
    return _smoothed(wanted, float(fps), release)


def mouth_widths(drive: DrivingSound, fps: Fraction, frames: int) -> npt.NDArray[np.int8]:
    """For each frame whether its sound rounds the mouth (−1: o, u), spreads it (1: i, e) or neither (0: a, silence), by
    where its energy lies; one alone between two alike follows them."""
    found = np.zeros(frames, dtype=np.int8)
    for frame, mono, rate in _windows(drive, fps, frames):
        if np.sqrt(np.mean(mono**2)) <= _SILENCE:
            continue
        power = np.abs(np.fft.rfft(mono * np.hanning(len(mono)))) ** 2
        hertz = np.fft.rfftfreq(len(mono), 1 / rate)
        heard = (hertz > _HEARD[0]) & (hertz < _HEARD[1])
        middle = float((power * hertz)[heard].sum() / max(power[heard].sum(), 1e-12))
        found[frame] = -1 if middle < _ROUND else 1 if middle > _SPREAD else 0
    alone = (found[1:-1] != found[:-2]) & (found[:-2] == found[2:])
    found[1:-1][alone] = found[:-2][alone]
    return found


def _windows(
    drive: DrivingSound, fps: Fraction, frames: int
) -> Iterator[tuple[int, npt.NDArray[np.float64], int]]:
    """(frame, its sound as one channel of −1…1, samples a second), as far as there is sound."""
    with wave.open(str(drive.path), "rb") as sound:
        rate, channels, at = sound.getframerate(), sound.getnchannels(), 0
        for frame in range(frames):
            until = int((frame + 1) * rate / fps)
            block = np.frombuffer(sound.readframes(until - at), dtype=np.int16)
            at = until
            if len(block) == 0:
                return
            yield frame, block.reshape(-1, channels).astype(np.float64).mean(axis=1) / _FULL_SCALE, rate


def _smoothed(wanted: npt.NDArray[np.float64], fps: float, release: float) -> npt.NDArray[np.float32]:
    """Lips are not light switches: they open fast and close a little slower."""
    smooth = np.zeros(len(wanted), dtype=np.float32)
    now = 0.0
    for frame, target in enumerate(wanted):
        share = 1 - (1 - (_ATTACK if target > now else release)) ** (25 / fps)
        now += (target - now) * share
        smooth[frame] = now if now > _CLOSED else 0.0
    return smooth
