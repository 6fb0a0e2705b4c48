"""init: a folder to begin in: a manifest, settings, requests, and media that everything can be tried with."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from mediaprep.errors import BadConfig
from mediaprep.media.files.atomic import landing

KINDS: Final = {"notrain": "notrain", "deck": "ppt", "photo": "photo", "batch": "notrain"}
"""What may be begun, and the endpoint whose request is also written as request.json."""
STORY: Final = "story.yaml"
REQUEST: Final = "request.json"


@dataclass(frozen=True, kw_only=True)
class Begun:
    """What `init` did in `folder`: the names it wrote, and those that stood there already and were left alone."""

    folder: Path
    written: tuple[str, ...]
    kept: tuple[str, ...]


def init(folder: str | Path = ".", *, kind: str = "notrain") -> Begun:
    """Write a commented story.yaml for `kind` (notrain, deck, photo, batch), mediaprep.toml, one request per endpoint
    (request-ENDPOINT.json; the kind's own also as request.json), texts and sample media into `folder` (made if need
    be). What stands there already is never touched. Raises BadConfig for another kind or a folder that is a file."""
    if kind not in KINDS:
        known = ", ".join(KINDS)
        raise BadConfig(f"no kind is called {kind}; known: {known}", f"没有名为 {kind} 的类型；可选：{known}")
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = error.strerror
        raise BadConfig(
            f"{folder}: cannot be made a folder: {why}", f"{folder}：无法建立目录：{why}"
        ) from error
    written: list[str] = []
    kept: list[str] = []
    for name, source in _files(kind):
        target = folder / name
        if target.exists() or target.is_symlink():
            kept.append(name)
            continue
        with landing(target) as part, source.open("rb") as read, part.open("wb") as write:
            shutil.copyfileobj(read, write)
        written.append(name)
    return Begun(folder=folder, written=tuple(written), kept=tuple(kept))


def _files(kind: str) -> Iterator[tuple[str, Traversable]]:
    """Name → where its content lies in the package."""
    samples = resources.files("mediaprep").joinpath("samples")
    yield STORY, samples / "stories" / f"{kind}.yaml"
    yield REQUEST, samples / "requests" / f"{KINDS[kind]}.json"
    for request in sorted((samples / "requests").iterdir(), key=lambda it: it.name):
        yield f"request-{request.name}", request
    for room in ("texts", "media"):
        yield from sorted(
            ((it.name, it) for it in (samples / room).iterdir() if it.is_file()), key=lambda it: it[0]
        )
