"""How long a script will speak, before anybody spoke it. Estimates only; a tts task measures."""

from __future__ import annotations

import re

from mediaprep.contract.ssml import Script

# The docs' one example: 6 characters in 1.15 s at Speed 1.
CHARACTERS_PER_SECOND = 5.2
_LETTERS_PER_CHARACTER = 2.9  # Latin letters said in the time of one Chinese character
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_SPACE = re.compile(r"\s")


def spoken_seconds(script: Script, speed: float = 1.0) -> float:
    """Seconds a voice needs at `speed` (0.5–1.5), pauses of `break` tags included."""
    spoken = _aliased(script)
    latin = len(_LATIN.findall(spoken))
    rest = len(_SPACE.sub("", spoken)) - latin
    units = rest + latin / _LETTERS_PER_CHARACTER
    pauses = sum(mark.milliseconds or 0 for mark in script.marks if mark.tag == "break")
    return units / CHARACTERS_PER_SECOND / speed + pauses / 1000


def _aliased(script: Script) -> str:
    """The plain text with what `sub` tags say in place of what they show."""
    parts, done = [], 0
    for mark in script.marks:
        if mark.tag == "sub" and mark.start >= done:
            parts += [script.plain[done : mark.start], mark.attributes.get("alias", "")]
            done = mark.end
    return "".join(parts) + script.plain[done:]


def output_seconds(video_seconds: float, sound_seconds: float) -> float:
    """Length of a no-train result: the docs say it is the sound's where that is longer; where it is shorter
    they say nothing, and the sound's length is assumed."""
    return max(sound_seconds, 0.0) if sound_seconds else video_seconds


def billable_minutes(seconds: float) -> float:
    """Minutes that an hour package loses for a result of this length. How the service rounds is not
    documented: this is exact, to a hundredth."""
    return round(seconds / 60, 2)
