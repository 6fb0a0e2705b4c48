"""Whether the lips of a video follow its voice."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mediaprep.model.findings import Text
from mediaprep.model.telling.json_results import JsonResult, plain

SCHEMA: Final = "mediaprep.lips/1"


@dataclass(frozen=True, kw_only=True)
class LipInterval:
    """A stretch (seconds of the video) with its `kind`: frozen (a voice, and a mouth that stands still),
    talks_in_silence (a moving mouth, and no sound), no_mouth (no face that is large and clear enough)."""

    kind: str
    start: float
    end: float
    what: Text


@dataclass(frozen=True, kw_only=True)
class LipJudgement(JsonResult):
    """`verdict`: in_step, off, other_sound, frozen, talks_in_silence, or unknown, with the reason in `why`.
    `offset_ms` > 0: the sound is late; None where nothing tells. `confidence` 0–1; `seen_seconds`: for how long the
    mouth is seen, `heard_seconds`: for how long something is heard."""

    video: Path
    verdict: str
    why: Text
    offset_ms: int | None = None
    confidence: float = 0.0
    intervals: tuple[LipInterval, ...] = ()
    seen_seconds: float = 0.0
    heard_seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """0 in step, 1 something is wrong, 3 unknown."""
        return {"in_step": 0, "unknown": 3}.get(self.verdict, 1)

    def to_dict(self, lang: str = "en") -> dict[str, object]:  # noqa: ARG002  (each says both languages)
        """All of `lips --format json`."""
        return {
            "schema": SCHEMA,
            "video": str(self.video),
            "verdict": self.verdict,
            "offset_ms": self.offset_ms,
            "confidence": self.confidence,
            "why": plain(self.why),
            "intervals": [plain(one) for one in self.intervals],
            "seen_seconds": self.seen_seconds,
            "heard_seconds": self.heard_seconds,
        }
