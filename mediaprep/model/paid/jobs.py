"""Values of paid work: what was submitted, where it stands, what came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from mediaprep.model.facts import AudioFacts, VideoFacts
from mediaprep.model.findings import Finding, Text, facts_entry
from mediaprep.model.finishing.proof import Check
from mediaprep.model.telling.json_results import JsonResult, plain

SUBMIT_SCHEMA: Final = "mediaprep.submit/1"
FETCH_SCHEMA: Final = "mediaprep.fetch/1"
SAY_SCHEMA: Final = "mediaprep.say/1"


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A local file that a URL parameter named. `reused` = the same content lay in the bucket already."""

    parameter: str  # wire path with indices
    path: Path
    key: str
    size_bytes: int
    reused: bool


@dataclass(frozen=True, kw_only=True)
class Submitted(JsonResult):
    """An accepted task. `before` = this very request had become it already: nothing was sent. `job` is its name in the
    ledger, by which it is fetched where its TaskId never came ("")."""

    task_id: str
    endpoint: str
    job: str = ""
    before: bool = False
    uploads: tuple[Upload, ...] = ()
    advice: tuple[Finding, ...] = ()

    def to_dict(self, lang: str = "en") -> dict[str, object]:
        """All of `submit --format json`. `task_id` is null where the answer was lost and the product is there."""
        return {
            "schema": SUBMIT_SCHEMA,
            "task_id": self.task_id or None,
            "endpoint": self.endpoint,
            "job": self.job,
            "before": self.before,
            "uploads": [plain(upload) for upload in self.uploads],
            "advice": [finding.to_dict(lang) for finding in self.advice],
        }


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

    def say(self) -> Text:
        """Status, place in the queue, our own ETA; trouble that will be tried again."""
        parts = [Text(self.status or "…", self.status or "…")]
        if self.ahead:
            parts.append(Text(f"{self.ahead} ahead", f"前面 {self.ahead} 个"))
        parts.append(Text(f"{self.elapsed_seconds:.0f} s", f"已等 {self.elapsed_seconds:.0f} 秒"))
        if self.eta_seconds is not None:
            parts.append(Text(f"about {self.eta_seconds:.0f} s left", f"约剩 {self.eta_seconds:.0f} 秒"))
        if self.trouble:
            parts.append(self.trouble)
        return Text(", ".join(part.en for part in parts), ", ".join(part.zh for part in parts))


@dataclass(frozen=True, kw_only=True)
class Fetched(JsonResult):
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

    def to_dict(self, lang: str = "en") -> dict[str, object]:
        """All of `fetch --format json`. `timestamps` is the file that holds what the service said of each sentence."""
        return {
            "schema": FETCH_SCHEMA,
            "task_id": self.task_id,
            "endpoint": self.endpoint,
            "path": str(self.path),
            "seconds": plain(self.seconds),
            "stated_ms": self.stated_ms,
            "subtitles": plain(self.subtitles),
            "timestamps": plain(self.timestamps),
            "receipt": plain(self.receipt),
            "facts": facts_entry(self.facts, lang),
            "checks": [plain(check) for check in self.checks],
            "notes": [note.say(lang) for note in self.notes],
        }


@dataclass(frozen=True, kw_only=True)
class Said(JsonResult):
    """A script as sound. `seconds` measured; `sentences` is TextTimestampResult as on the wire (0.1 µs);
    `timestamps` the JSON file beside the sound that holds it, None when the service gave none."""

    task_id: str
    path: Path
    facts: AudioFacts
    seconds: float
    sentences: tuple[Mapping[str, Any], ...]
    timestamps: Path | None

    def to_dict(self, lang: str = "en") -> dict[str, object]:
        """All of `say --format json`."""
        return {
            "schema": SAY_SCHEMA,
            "task_id": self.task_id,
            "path": str(self.path),
            "seconds": plain(self.seconds),
            "timestamps": plain(self.timestamps),
            "facts": facts_entry(self.facts, lang),
        }
