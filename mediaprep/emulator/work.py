"""What the emulator's queue hands to its renderers, and what it gets back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mediaprep.emulator.account.catalogue import Catalogue
from mediaprep.model.facts import Facts
from mediaprep.model.findings import Text


@dataclass(frozen=True, kw_only=True)
class Work:
    """One accepted task whose files were fetched and found good. `files` and `facts` are keyed by wire path
    with indices (RefVideoUrl, VideoParam.RefPhotoUrls[0], PageConfigs[2].InputAudioUrl)."""

    task_id: str
    endpoint: str
    request: Mapping[str, Any]  # the Payload as it came
    files: Mapping[str, Path]
    facts: Mapping[str, Facts]
    folder: Path  # private to this task; the product may be written here
    subtitles: bool  # whether SubtitlesUrl is to be filled
    catalogue: Catalogue  # what the account may use
    labels: bool = True  # whether the product says that it was generated (AIGC)
    strict_faces: bool = False  # whether a photo to be driven must show a face
    seed: int = 0  # of what is left to chance: the same request has the same


def seed_of(endpoint: str, request: Mapping[str, Any], base: int) -> int:
    """31 bits of a request and the emulator's own seed. Addresses do not count: they are signed anew each time."""
    named = json.dumps(_unaddressed(request), sort_keys=True, ensure_ascii=False)
    return int.from_bytes(hashlib.sha256(f"{base} {endpoint} {named}".encode()).digest()[:4]) >> 1


def _unaddressed(value: object) -> object:
    if isinstance(value, Mapping):
        return {name: _unaddressed(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_unaddressed(part) for part in value]
    return "" if isinstance(value, str) and value.startswith(("http://", "https://")) else value


@dataclass(frozen=True, kw_only=True)
class RenderedProduct:
    """A finished task. `timestamps` is TextTimestampResult as on the wire (0.1 µs), for tts; `notes` are for the
    journal."""

    media: Path
    seconds: float
    subtitles: Path | None = None
    timestamps: list[dict[str, Any]] | None = field(default=None)
    notes: tuple[Text, ...] = ()


class Spoiled(Exception):
    """A task that FAILs: `fail_code` is a row of the task table."""

    def __init__(self, fail_code: int, message: str) -> None:
        super().__init__(message)
        self.fail_code = fail_code
        self.message = message
