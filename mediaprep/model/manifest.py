"""The jobs of a manifest, as values, and as the JSON from which another process goes on with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from mediaprep.model.captions import CaptionWish
from mediaprep.model.lessons import Lesson


@dataclass(frozen=True, kw_only=True)
class Finishing:
    """What is done with a result. `captions`: "burn" (from the best source there is) or a subtitle file.
    `head` and `tail`: videos or photos, in order. `chapters`: one for every page of a deck, and for each clip."""

    head: tuple[Path, ...] = ()
    tail: tuple[Path, ...] = ()
    crossfade: float = 0.0  # seconds
    captions: Path | str | None = None
    caption_wish: CaptionWish | None = None
    logo: Path | None = None
    loudness: str | None = None
    chapters: bool = False

    @property
    def wanted(self) -> bool:
        return any((self.head, self.tail, self.captions, self.logo, self.loudness, self.chapters))


@dataclass(frozen=True, kw_only=True)
class Job:
    """One presenter video. URL parameters of `request` may be local paths, relative to `base`.

    With a `lesson` its `endpoint` is lessons.ENDPOINT, and `request` is what all pages of the deck share."""

    id: str
    endpoint: str
    request: Mapping[str, Any]
    output: Path
    base: Path = field(default_factory=Path)
    voice_first: bool = False
    finish: Finishing = Finishing()
    lesson: Lesson | None = None


def settled(job: Job) -> Job:
    """The same job with absolute paths, so that it means the same from any folder."""
    finish, captions = job.finish, job.finish.captions
    wish = finish.caption_wish
    return replace(
        job,
        output=job.output.absolute(),
        base=job.base.absolute(),
        lesson=job.lesson.settled() if job.lesson else None,
        finish=replace(
            finish,
            head=tuple(path.absolute() for path in finish.head),
            tail=tuple(path.absolute() for path in finish.tail),
            captions=captions.absolute() if isinstance(captions, Path) else captions,
            caption_wish=None
            if wish is None
            else replace(
                wish,
                second=wish.second.absolute() if wish.second else None,
                fonts=tuple(path.absolute() for path in wish.fonts),
            ),
            logo=finish.logo.absolute() if finish.logo else None,
        ),
    )


def to_json(job: Job) -> dict[str, Any]:
    """A settled job as JSON values; `from_json` reads it back."""
    told: dict[str, Any] = TypeAdapter(Job).dump_python(settled(job), mode="json")
    captions = job.finish.captions
    told["finish"]["captions"] = (
        {"file": str(captions.absolute())} if isinstance(captions, Path) else captions
    )
    return told


def from_json(told: Mapping[str, Any]) -> Job:
    """The job of `to_json`. Raises ValueError for anything else."""
    finish = dict(told.get("finish") or {})
    captions = finish.pop("captions", None)
    job = TypeAdapter(Job).validate_python({**told, "finish": finish})
    source = Path(captions["file"]) if isinstance(captions, dict) else captions
    return replace(job, finish=replace(job.finish, captions=source))
