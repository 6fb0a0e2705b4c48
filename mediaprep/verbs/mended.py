"""Mended inputs that are kept beside a job's output, so that a job gone on with mends nothing again."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from mediaprep import __version__
from mediaprep.errors import ToolFailed
from mediaprep.model.findings import FileReport, Text
from mediaprep.preflight import fields
from mediaprep.submit.durable import write_whole
from mediaprep.submit.urls import Asset
from mediaprep.verbs.check import judged, measure

_RECORD: Final = "mended.json"


class Shelf:
    """The place of one input under one treatment: named by the source's content, the steps and our version,
    so that neither a changed source nor another treatment finds it."""

    def __init__(self, folder: Path, asset: Asset, steps: Sequence[Text]) -> None:
        told = [sha256_of(asset.path), asset.path.name, [step.en for step in steps], __version__]
        name = hashlib.sha256(json.dumps(told).encode("utf-8")).hexdigest()[:16]
        parameter = asset.parameter.replace("[", "-").replace("]", "").replace(".", "-")
        self.place = folder / parameter / name

    def find(self) -> Path | None:
        """The mended file, if it still is what was made."""
        try:
            record = json.loads((self.place / _RECORD).read_bytes())
            path = self.place / Path(record["name"]).name
            whole = path.is_file() and sha256_of(path) == record["sha256"]
        except (OSError, ValueError, KeyError, TypeError):
            return None  # never made, or not ours: then it is made
        return path.resolve() if whole else None

    def made_place(self) -> Path:
        """The folder to mend into. Raises ToolFailed."""
        try:
            self.place.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(self.place, error) from error
        return self.place

    def keep(self, made: Path) -> None:
        """Remember `made`. Raises ToolFailed."""
        record = json.dumps({"name": made.name, "sha256": sha256_of(made)}, ensure_ascii=False)
        try:
            write_whole(self.place / _RECORD, record.encode("utf-8"))
        except OSError as error:
            raise _unwritable(self.place, error) from error


def report(path: Path, field: str, request: Mapping[str, Any], profile: str) -> FileReport:
    """A mended file judged again, as `fix` judges what it has made."""
    place = fields.parse(field)
    return judged(path, measure(path, place=place), place, request, profile=profile)


def sha256_of(path: Path) -> str:
    """The content's digest; of a file that has not changed it is known. Raises ToolFailed when the file cannot
    be read."""
    try:
        found = path.stat()
        return _digest(path, found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    except OSError as error:
        raise ToolFailed(
            f"{path}: cannot be read: {error.strerror}", f"{path}：无法读取：{error.strerror}"
        ) from error


@functools.lru_cache(maxsize=4096)
def _digest(path: Path, *_: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unwritable(place: Path, error: OSError) -> ToolFailed:
    return ToolFailed(f"{place}: cannot be written: {error.strerror}", f"{place}：无法写入：{error.strerror}")
