"""What `fix` does to all samples of a sound, as values (see `steps`)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mediaprep.model.facts import AudioFacts, Facts
from mediaprep.model.findings import Text
from mediaprep.model.steps import Step


@dataclass(frozen=True, kw_only=True)
class Level(Step):
    """One gain for the whole of a sound, in dB."""

    gain_db: float
    lufs: float  # what it comes to

    def predict(self, facts: Facts) -> Facts:
        return _unheard(facts)

    def say(self) -> Text:
        return Text(
            f"{self.gain_db:+.1f} dB, to {self.lufs:.1f} LUFS",
            f"音量 {self.gain_db:+.1f} dB，至 {self.lufs:.1f} LUFS",
        )


@dataclass(frozen=True, kw_only=True)
class Denoise(Step):
    """Take steady noise (hum, hiss, fans) out of a sound, by as many dB. `floor_dbfs`: its level."""

    floor_dbfs: float
    reduction_db: float = 12.0

    def predict(self, facts: Facts) -> Facts:
        return _unheard(facts)

    def say(self) -> Text:
        by = f"{self.reduction_db:g} dB"
        return Text(f"take steady noise out, by {by}", f"降低持续噪声 {by}")


def _unheard(facts: Facts) -> AudioFacts:
    """What is only known of a sound once it was made and listened to is open."""
    if not isinstance(facts, AudioFacts):
        raise TypeError(f"a sound step met {facts.kind}")
    return replace(
        facts, leading_silence=None, trailing_silence=None, peak_dbfs=None, clipped_share=None, above_background=None,
        background_dbfs=None, size_bytes=None,
    )  # fmt: skip
