"""How long a script will speak and what a result will cost in minutes, before anybody made it: guesses."""

from __future__ import annotations

from mediaprep.contract import texts
from mediaprep.contract.ssml import Script


def spoken_seconds(script: Script, speed: float = 1.0) -> float:
    """Seconds a voice needs at `speed` (0.5–1.5), pauses of `break` tags included."""
    return texts.estimate(script, speed)


def output_seconds(video_seconds: float | None, sound_seconds: float | None) -> float | None:
    """Length of a no-train result. The docs say it is the sound's where that is longer; where it is shorter
    they say nothing, and the sound's length is assumed. None when neither is known."""
    return sound_seconds or video_seconds


def billable_minutes(seconds: float) -> float:
    """Minutes of an hour package that a result of this length takes. How the service rounds is not
    documented: this is exact, to a hundredth."""
    return round(seconds / 60, 2)
