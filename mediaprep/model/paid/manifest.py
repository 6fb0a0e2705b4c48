"""The jobs of a manifest, as values, and as the JSON from which another process goes on with them."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from mediaprep.model.any_path import named_as_paths
from mediaprep.model.decks.lessons import Lesson
from mediaprep.model.finishing.logos import LogoWish
from mediaprep.model.finishing.wishes import Finishing
from mediaprep.model.remote import Sources
from mediaprep.model.telling.json_results import JsonResult, brief


@dataclass(frozen=True, kw_only=True)
class Job:
    """One presenter video. URL parameters of `request` may be local paths, relative to `base`.

    With a `lesson` its `endpoint` is lessons.ENDPOINT, and `request` is what all pages of the deck share. `sources`
    says where files come from that it names by their places in the cache; `deliver` is the URL `output` goes to."""

    id: str
    endpoint: str
    request: Mapping[str, Any]
    output: Path
    base: Path = field(default_factory=Path)
    voice_first: bool = False
    finish: Finishing = field(default_factory=Finishing)
    lesson: Lesson | None = None
    sources: Sources = field(default_factory=dict)
    deliver: str | None = None
    __repr__ = brief  # URLs in the request are signed

    def __post_init__(self) -> None:
        named_as_paths(self)

    @property
    def speaks_mark(self) -> bool:
        """Whether a tts task of its own says before its sound that it is generated."""
        mark = self.finish.mark_wish
        return self.endpoint == "tts" and mark is not None and mark.spoken

    @property
    def speaks_first(self) -> bool:
        """Whether a tts task of its own comes before it: the voice that drives it, or its spoken mark."""
        return self.lesson is None and (self.voice_first or self.speaks_mark)


@dataclass(frozen=True, kw_only=True)
class Manifest(JsonResult):
    """The jobs of the manifest at `path`, in their order, and nothing wrong with any."""

    path: Path
    jobs: tuple[Job, ...]

    def __iter__(self) -> Iterator[Job]:
        return iter(self.jobs)

    def __len__(self) -> int:
        return len(self.jobs)

    def to_dict(self, lang: str = "en") -> dict[str, object]:  # noqa: ARG002  (nothing is said)
        """Every job, its paths absolute, its finishing options by their names."""
        jobs = [to_json(job) for job in self.jobs]
        return {"schema": "mediaprep.manifest/1", "manifest": str(self.path), "jobs": jobs}


def settled(job: Job) -> Job:
    """The same job with absolute paths, so that it means the same from any folder."""
    return replace(
        job,
        output=job.output.absolute(),
        base=job.base.absolute(),
        lesson=job.lesson.settled() if job.lesson else None,
        finish=job.finish.settled(),
    )


@functools.cache
def _as_json() -> TypeAdapter[Job]:
    """Made once: working out how a job is read takes a hundred times as long as reading one."""
    return TypeAdapter(Job)


def to_json(job: Job) -> dict[str, Any]:
    """A settled job as JSON values; `from_json` reads it back."""
    told: dict[str, Any] = _as_json().dump_python(settled(job), mode="json")
    captions = job.finish.captions
    told["finish"]["captions"] = _told(captions)
    if job.finish.scenery is not None:
        told["finish"]["scenery"]["background"] = _told(job.finish.scenery.background)
    # jobs of a ledger from before there were these are still told as they were then
    for name in _LATER:
        if told["finish"][name] is None:
            del told["finish"][name]
    for name in ("sources", "deliver"):
        if not told[name]:
            del told[name]
    if job.finish.logo_wish in {(), (LogoWish(),)} and len(job.finish.logo) <= 1:
        del told["finish"]["logo_wish"]
        told["finish"]["logo"] = next(iter(told["finish"]["logo"]), None)
    return told


_LATER: Final = ("still_seconds", "script", "scenery")


def _told(source: Path | str | None) -> Any:
    """A file apart from a word."""
    return {"file": str(source.absolute())} if isinstance(source, Path) else source


def _read(told: Any) -> Path | str | None:
    return Path(told["file"]) if isinstance(told, dict) else told


def from_json(told: Mapping[str, Any]) -> Job:
    """The job of `to_json`. Raises ValueError for anything else."""
    finish = dict(told.get("finish") or {})
    captions = finish.pop("captions", None)
    logo = finish.pop("logo", None)
    scenery = dict(finish.pop("scenery", None) or {})
    background = scenery.pop("background", None)
    if scenery:
        finish["scenery"] = scenery
    finish["logo"] = logo if isinstance(logo, list) else [logo] if logo else []
    finish.setdefault("logo_wish", [{} for _ in finish["logo"][:1]])
    job = _as_json().validate_python({**told, "finish": finish})
    finishing = replace(job.finish, captions=_read(captions))
    if finishing.scenery is not None:
        finishing = replace(finishing, scenery=replace(finishing.scenery, background=_read(background)))
    return replace(job, finish=finishing)
