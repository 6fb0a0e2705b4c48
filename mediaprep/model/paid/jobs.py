"""Values of paid work: what was submitted, where it stands, what came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mediaprep.model.facts import AudioFacts, VideoFacts
from mediaprep.model.findings import Finding, Text
from mediaprep.model.finishing.proof import Check


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A local file that a URL parameter named. `reused` = the same content lay in the bucket already."""

    parameter: str  # wire path with indices
    path: Path
    key: str
    size_bytes: int
    reused: bool


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """An accepted task. `before` = this very request had become it already: nothing was sent. `job` is its name in the
    ledger, by which it is fetched where its TaskId never came ("")."""

    task_id: str
    endpoint: str
    job: str = ""
    before: bool = False
    uploads: tuple[Upload, ...] = ()
    advice: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TaskState:
    """A task as the service last told it. `ahead` = tasks queued before it (None: not in the queue);
    `seconds` the length of the product as claimed. URLs are kept whole here: redact before showing."""

    task_id: str
    endpoint: str
    status: str  # COMMIT | MAKING | SUCCESS | FAIL
    ahead: int | None = None
    seconds: float | None = None
    media_url: str | None = field(default=None, repr=False)
    subtitles_url: str | None = field(default=None, repr=False)
    fail_code: int | None = None
    fail_meaning: Text | None = None
    fail_remedy: Text | None = None
    fail_message: str = ""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One look at a task that is being waited for. Seconds since the wait began; `eta_seconds` is our own
    estimate of what is left (the service gives none), None where nothing is known."""

    task_id: str
    status: str
    ahead: int | None
    elapsed_seconds: float
    eta_seconds: float | None
    trouble: Text | None = None  # this look failed; it will be repeated


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """A result on disk, decoded and found good. `seconds` measured, `stated_ms` what the service says (None:
    nothing); `sentences` as in `Said`; `checks` on what it shows, where a receipt was wished."""

    task_id: str
    endpoint: str
    path: Path
    facts: VideoFacts | AudioFacts
    seconds: float | None
    subtitles: Path | None = None
    sentences: tuple[Mapping[str, Any], ...] = ()
    timestamps: Path | None = None
    stated_ms: int | None = None
    notes: tuple[Text, ...] = ()
    checks: tuple[Check, ...] = ()
    receipt: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Said:
    """A script as sound. `seconds` measured; `sentences` is TextTimestampResult as on the wire (0.1 µs);
    `timestamps` the JSON file beside the sound that holds it, None when the service gave none."""

    task_id: str
    path: Path
    facts: AudioFacts
    seconds: float
    sentences: tuple[Mapping[str, Any], ...]
    timestamps: Path | None
