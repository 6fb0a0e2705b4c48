"""The jobs of a manifest, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mediaprep.model.captions import CaptionWish


@dataclass(frozen=True, kw_only=True)
class Finishing:
    """What is done with a result. `captions`: "burn" (from the best source there is) or a subtitle file.
    `head` and `tail`: videos or photos, in order."""

    head: tuple[Path, ...] = ()
    tail: tuple[Path, ...] = ()
    crossfade: float = 0.0  # seconds
    captions: Path | str | None = None
    caption_wish: CaptionWish | None = None
    logo: Path | None = None
    loudness: str | None = None

    @property
    def wanted(self) -> bool:
        return any((self.head, self.tail, self.captions, self.logo, self.loudness))


@dataclass(frozen=True, kw_only=True)
class Job:
    """One presenter video. URL parameters of `request` may be local paths, relative to `base`."""

    id: str
    endpoint: str
    request: Mapping[str, Any]
    output: Path
    base: Path = field(default_factory=Path)
    voice_first: bool = False
    finish: Finishing = Finishing()
