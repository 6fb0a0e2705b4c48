"""What differs between two finished videos."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from mediaprep.model.findings import Text
from mediaprep.model.telling.json_results import JsonResult, plain

SCHEMA: Final = "mediaprep.diff/1"


@dataclass(frozen=True, kw_only=True)
class VideoDifference:
    """One thing that differs. `kind`: picture, tone, sound, level, timing, caption, chapter, label, tag, length, shape,
    or unknown for what could not be compared. `start`/`end`: seconds from the first picture, where it has a time;
    `box`: x, y, width, height in pixels of the new video as displayed; `cue` and `chapter`: what stands there."""

    kind: str
    what: Text
    start: float | None = None
    end: float | None = None
    box: tuple[int, int, int, int] | None = None
    measured: float | None = None
    cue: str | None = None
    chapter: str | None = None
    stills: tuple[bytes, bytes] | None = field(default=None, repr=False)  # JPEG of old and new

    def to_dict(self) -> dict[str, object]:
        """Without its stills."""
        known = {
            "kind": self.kind, "what": self.what, "start": self.start, "end": self.end, "box": self.box,
            "measured": self.measured, "cue": self.cue, "chapter": self.chapter,
        }  # fmt: skip
        return {name: plain(value) for name, value in known.items()}


@dataclass(frozen=True, kw_only=True)
class VideoDifferences(JsonResult):
    """Two finished videos compared, in the order of time."""

    old: Path
    new: Path
    differences: tuple[VideoDifference, ...] = ()

    @property
    def verdict(self) -> str:
        """different, unknown (nothing differs of what could be compared) or same."""
        kinds = {one.kind for one in self.differences}
        return "different" if kinds - {"unknown"} else "unknown" if kinds else "same"

    @property
    def exit_code(self) -> int:
        return {"same": 0, "different": 1, "unknown": 3}[self.verdict]

    def to_dict(self, lang: str = "en") -> dict[str, object]:  # noqa: ARG002  (each says both languages)
        """All of `diff --format json`."""
        return {
            "schema": SCHEMA,
            "old": str(self.old),
            "new": str(self.new),
            "verdict": self.verdict,
            "differences": [one.to_dict() for one in self.differences],
        }
