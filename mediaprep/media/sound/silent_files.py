"""Sound files with nothing to hear, for pages that are shown without a word, and a rest after too short a word."""

from __future__ import annotations

import wave
from pathlib import Path

from mediaprep.errors import BadAsset
from mediaprep.media.files import atomic

_RATE = 16_000  # Hz, mono, 16 bit: what speech is made in


def write(target: Path, seconds: float) -> None:
    """A WAV of `seconds` of silence at `target`. Raises BadConfig or ToolFailed when it cannot be written."""
    with atomic.landing(target) as part, wave.open(str(part), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(_RATE)
        sound.writeframes(bytes(2 * round(seconds * _RATE)))


def lengthen(source: Path, target: Path, seconds: float) -> None:
    """Write the WAV at `source` with silence behind it until it lasts `seconds`. Raises BadAsset for another kind of
    file, BadConfig or ToolFailed when it cannot be written."""
    try:
        with wave.open(str(source), "rb") as sound:
            form, data = sound.getparams(), sound.readframes(sound.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise BadAsset(
            f"{source.name}: no plain WAV: {error}", f"{source.name}：不是普通 WAV：{error}"
        ) from error
    size = form.sampwidth * form.nchannels
    rest = max(0, round(seconds * form.framerate) - len(data) // size)
    with atomic.landing(target) as part, wave.open(str(part), "wb") as longer:
        longer.setparams(form)
        longer.writeframes(data + (b"\x80" if form.sampwidth == 1 else b"\0") * (rest * size))
