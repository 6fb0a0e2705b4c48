"""Finished files sent to where a team keeps its media: into a bucket, or to a presigned URL for PUT."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from mediaprep.config import Settings
from mediaprep.errors import BadConfig, MediaprepError, Unreachable
from mediaprep.model import remote
from mediaprep.model.findings import Text
from mediaprep.submission.bucket.object_store import Digest, ObjectState, read_through
from mediaprep.submission.bucket.objects import BucketObject, located
from mediaprep.submission.bucket.presigned import denied, exchange
from mediaprep.submission.download.download import check_address
from mediaprep.submission.wire.address_policy import pointed_to
from mediaprep.submission.wire.http import Patience

_PATIENCE: Final = Patience(connect=10, read=120, total=2 * 3600)
_WHAT: Final = Text("the output", "输出")
_MD5: Final = re.compile(r'"?([0-9a-f]{32})"?')


def refuse(url: str, settings: Settings) -> None:
    """Raise BadConfig for a target that nothing can be sent to, before anything is paid for."""
    try:
        if remote.is_object(url):
            located(url, settings)
        else:
            check_address(url, pointed_to(settings), _WHAT)
    except MediaprepError as error:
        raise _of(url, error, BadConfig) from None


def refuse_taken(url: str, copy: Path, settings: Settings) -> None:
    """Raise BadConfig where another object than the one sent before, of which `copy` is left, is at `url` already. What
    stands behind a presigned URL nobody can say."""
    if not remote.is_object(url):
        return
    target = located(url, settings)
    try:
        there = target.bucket.state(target.key)
    except MediaprepError as error:
        raise _of(url, error, type(error)) from None
    if there is None or (copy.is_file() and _same(copy, there)):
        return
    raise BadConfig(
        f"{remote.shown(url)}: an object of {there.size_bytes} bytes is there that was not sent from here; give the "
        "output another name, or --overwrite to replace it",
        f"{remote.shown(url)}：已有 {there.size_bytes} 字节的对象，且不是由此处写出；"
        "请为输出另取名称，或加 --overwrite 覆盖",
    )


def _same(copy: Path, there: ObjectState) -> bool:
    """As far as can be told without reading it: its ETag is an MD5 unless it came in parts."""
    plain = _MD5.fullmatch(there.etag or "")
    if copy.stat().st_size != there.size_bytes or plain is None:
        return copy.stat().st_size == there.size_bytes
    with copy.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest() == plain[1]


def deliver(
    path: Path, url: str, settings: Settings, *, beside: Sequence[Path] = (), digest: Digest = read_through
) -> tuple[str, ...]:
    """`path` at `url`, whole, and in a bucket the files `beside` it under its name; the URLs that were written, without
    signatures. Raises BadConfig for a refusal, Unreachable."""
    try:
        if remote.is_object(url):
            return _into_bucket(path, url, located(url, settings, digest), beside)
        _put(path, url, settings)
    except (BadConfig, Unreachable) as error:
        raise _of(url, error, type(error)) from None
    except MediaprepError as error:
        raise _of(url, error, BadConfig) from None
    return (remote.shown(url),)


def _into_bucket(path: Path, url: str, target: BucketObject, beside: Sequence[Path]) -> tuple[str, ...]:
    stem = path.stem
    keys = {target.key: path}
    for other in beside:
        ending = other.name.removeprefix(stem) if other.name.startswith(stem) else f".{other.name}"
        keys[f"{_without_ending(target.key)}{ending}"] = other
    home = remote.shown(url).removesuffix(target.key)
    for key, file in reversed(keys.items()):  # the video last: whoever sees it finds all
        target.bucket.put_as(file, key)
    return tuple(f"{home}{key}" for key in keys)


def _without_ending(key: str) -> str:
    folder, slash, name = key.rpartition("/")
    return f"{folder}{slash}{name.rpartition('.')[0] or name}"


def _put(path: Path, url: str, settings: Settings) -> None:
    allowed = pointed_to(settings)
    check_address(url, allowed, _WHAT)
    with path.open("rb") as stream:
        answer = exchange("PUT", url, "write to", stream, allowed=allowed, patience=_PATIENCE)
    if answer.status not in (200, 201, 204):
        raise denied("write to", answer, "the URL's signature and how long it is valid")


def _of(url: str, error: MediaprepError, kind: type[MediaprepError]) -> MediaprepError:
    return kind(f"{remote.shown(url)}: {error.en}", f"{remote.shown(url)}：{error.zh}")
