"""What is proposed for a reference video: the parameters of a no-train request, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from mediaprep.model.findings import Finding, Text
from mediaprep.model.telling.json_results import JsonResult, plain

SCHEMA: Final = "mediaprep.proposal/1"


@dataclass(frozen=True, kw_only=True)
class FaceStretch:
    """A stretch of the footage (seconds) and what the speaker's face is there. `kind`: no_face, profile or nodding."""

    kind: str
    start: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.start


@dataclass(frozen=True, kw_only=True)
class ProposedValue:
    """One parameter by its wire path, its value, and why it is proposed."""

    parameter: str
    value: Any
    why: Text


@dataclass(frozen=True, kw_only=True)
class Proposal(JsonResult):
    """`request` is the whole Payload, `choices` what of it was chosen, `timeline` what was seen, `cuts` what no
    parameter mends: cut it out by hand, or let it be. `photos` were cut from the footage. `findings`: what our own
    rules say of the request."""

    footage: Path
    request: Mapping[str, Any]
    choices: tuple[ProposedValue, ...] = ()
    timeline: tuple[FaceStretch, ...] = ()
    cuts: tuple[FaceStretch, ...] = ()
    photos: tuple[Path, ...] = ()
    findings: tuple[Finding, ...] = field(default=())
    output: Path | None = None

    def to_dict(self, lang: str = "en") -> dict[str, object]:  # noqa: ARG002  (each says both languages)
        """All of `propose --format json`."""
        return {
            "schema": SCHEMA,
            "footage": str(self.footage),
            "output": None if self.output is None else str(self.output),
            "request": plain(dict(self.request)),
            "choices": [plain(one) for one in self.choices],
            "timeline": [plain(one) for one in self.timeline],
            "cuts": [plain(one) for one in self.cuts],
            "photos": [str(photo) for photo in self.photos],
            "findings": [plain(one) for one in self.findings],
        }
