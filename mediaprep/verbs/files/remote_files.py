"""Files that a user names by URL, brought into the user's cache and kept there as long as their ETag holds.

Each has a place of its own, made of its URL without signatures: a job names its files by these places, and any process
on any machine brings what is missing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from mediaprep.config import Settings
from mediaprep.contract.endpoints import get
from mediaprep.contract.paths import walk
from mediaprep.errors import BadAsset, ToolFailed
from mediaprep.media.files import atomic
from mediaprep.media.files.digest import sha256_of
from mediaprep.media.files.facts_cache import default_path
from mediaprep.media.isolation.posix import FileLock
from mediaprep.model import remote
from mediaprep.model.findings import FileReport
from mediaprep.submission.bucket import request_urls
from mediaprep.submission.bucket.remote_file import FILE_LIMITS, RemoteState, remote_file
from mediaprep.submission.bucket.signatures import unsigned
from mediaprep.submission.durable_files import write_whole

_RECORD: Final = ".origin.json"
_LOCK: Final = ".lock"
_LOOK_SECONDS: Final = 0.2
_FRESH_SECONDS: Final = 300.0  # within one run a file is asked after once
_UNUSED_SECONDS: Final = 30 * 24 * 3600.0
Progress = Callable[[int, int | None], None]

_asked: Final[dict[tuple[Path, str], float]] = {}


def place_of(url: str) -> Path:
    """Where the file of `url` lies on this machine once it was brought."""
    told = hashlib.sha256(unsigned(url.partition("#")[0]).encode("utf-8")).hexdigest()[:24]
    return _folder() / told / remote.name_of(url)


def brought(url: str, settings: Settings, on_progress: Progress | None = None) -> Path:
    """The file of `url` on this machine, as its server has it now. Raises BadAsset, BadConfig, Unreachable,
    ToolFailed."""
    place = place_of(url)
    _bring(url, place, settings, on_progress)
    return place


def bring_all(sources: remote.Sources, settings: Settings) -> None:
    """Every file of a job at its place. Raises as `brought`."""
    for place, url in sources.items():
        _bring(url, Path(place), settings, None)


def in_request(endpoint: str, request: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """`request` with the objects of buckets that it names as files of this machine; the service itself reads
    https://."""
    found = {
        parameter: value
        for general in get(endpoint).url_fields
        for parameter, value in walk(request, general)
        if remote.is_object(value)
    }
    return request_urls.replaced(request, {name: str(brought(url, settings)) for name, url in found.items()})


def spelled(reports: Iterable[FileReport], places: dict[str, str]) -> Iterator[FileReport]:
    """Reports on files as the user named them: by their URLs where they were brought, whose places `places` is told."""
    for report in reports:
        place = Path(report.path)
        record = _record(place) if place.is_relative_to(_folder()) else None
        if record is not None:
            places[str(record["url"])] = report.path
            yield replace(report, path=str(record["url"]))
        else:
            yield report


def _bring(url: str, place: Path, settings: Settings, on_progress: Progress | None) -> None:
    key = (place, url)
    if place.is_file() and time.monotonic() - _asked.get(key, -_FRESH_SECONDS) < _FRESH_SECONDS:
        return
    try:
        with _alone(place.parent):
            _renewed(url, place, settings, on_progress)
    except OSError as error:
        raise ToolFailed(
            f"{place.parent}: cannot be written: {error.strerror}; set XDG_CACHE_HOME to a folder that can",
            f"{place.parent}：无法写入：{error.strerror}；请将 XDG_CACHE_HOME 设为可写目录",
        ) from error
    _asked[key] = time.monotonic()


def _renewed(url: str, place: Path, settings: Settings, on_progress: Progress | None) -> None:
    """The file at its place, downloaded unless it is there as its server has it."""
    source = remote_file(url, settings)
    known = _known(place)
    if known is not None and known["etag"]:
        state = source.look()
        if known == _told(state) and _whole(place):
            os.utime(place.parent / _RECORD)  # it is of use
            return
    (place.parent / _RECORD).unlink(missing_ok=True)
    state = source.bring(place, limits=FILE_LIMITS, on_progress=on_progress)
    if place.stat().st_size == 0:
        raise BadAsset(f"{source.shown}: is empty", f"{source.shown}：为空文件")
    record = {"url": source.shown, **_told(state), "sha256": sha256_of(place)}
    write_whole(place.parent / _RECORD, json.dumps(record, ensure_ascii=False).encode("utf-8"))
    _forget_unused()


def _told(state: RemoteState) -> dict[str, object]:
    return {"etag": state.etag, "size": state.size_bytes}


def _known(place: Path) -> dict[str, object] | None:
    """In what state the file at its place was read; None where that is not known."""
    record = _record(place)
    return {"etag": record.get("etag"), "size": record.get("size")} if record else None


def _whole(place: Path) -> bool:
    """Whether it still is what was read."""
    record = _record(place)
    return bool(record and place.is_file() and sha256_of(place) == record.get("sha256"))


def _record(place: Path) -> dict[str, Any] | None:
    with contextlib.suppress(OSError, ValueError, RecursionError):
        told = json.loads((place.parent / _RECORD).read_bytes())
        return told if isinstance(told, dict) else None
    return None


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """No other process, nor thread, brings the same meanwhile."""
    atomic.make_folder(folder)
    while True:
        lock = FileLock.taken(folder / _LOCK)
        if lock is not None:
            break
        time.sleep(_LOOK_SECONDS)
    try:
        yield
    finally:
        lock.release()


def _forget_unused() -> None:
    """What nobody asked for in a month makes room."""
    with contextlib.suppress(OSError):
        for folder in _folder().iterdir():
            record = folder / _RECORD
            if record.is_file() and time.time() - record.stat().st_mtime > _UNUSED_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


def _folder() -> Path:
    return default_path().parent / "remote"
