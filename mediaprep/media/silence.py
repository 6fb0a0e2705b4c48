"""Sound files with nothing to hear, for pages that are shown without a word."""

from __future__ import annotations

import wave
from pathlib import Path

from mediaprep.media import landing

_RATE = 16_000  # Hz, mono, 16 bit: what speech is made in


def write(target: Path, seconds: float) -> None:
    """A WAV of `seconds` of silence at `target`. Raises BadConfig or ToolFailed when it cannot be written."""
    with landing.landing(target) as part, wave.open(str(part), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(_RATE)
        sound.writeframes(bytes(2 * round(seconds * _RATE)))
