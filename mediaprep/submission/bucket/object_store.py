"""The door to obstore: a local file becomes a URL that the service can fetch, and a bucket takes results.

Inputs are called by their content's hash, so a file travels once however often it is used. What is uploaded is
the very file that was hashed: one open descriptor, hashed again as it flows, and nothing is kept under a name
that its bytes do not have. Every key that goes in or comes out is a whole one, prefix included.
"""

from __future__ import annotations

import contextlib
import hashlib
import mimetypes
import os
import re
import stat
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import BufferedReader
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

from mediaprep.config import Settings, redact
from mediaprep.errors import BadAsset, BadConfig, MediaprepError, ToolFailed, Unreachable
from mediaprep.submission.bucket.bucket_settings import (
    FORMS,
    KEYS,
    BucketPlace,
    access_of,
    folder_of,
    keys_for,
    place_of,
)
from mediaprep.submission.bucket.presigned import denied, exchange

MOST_SECONDS: Final = 7 * 24 * 3600
"""SigV4's own limit. obstore signs beyond it without complaint, and the service then gets a 403."""

_BLOCK: Final = 1 << 20
_PART: Final = 8 << 20
_MOST_PARTS: Final = 10_000
_SAFE_SUFFIX: Final = re.compile(r"\.[a-z0-9]{1,8}")


def read_through(stream: BufferedReader) -> str:
    """The sha256 of a whole file, read now."""
    return hashlib.file_digest(stream, "sha256").hexdigest()


Digest = Callable[[BufferedReader], str]
"""An open file → the sha256 of its content; `read_through`, or one that knows what has not changed."""
Signer = Callable[[str, str, int], str]
"""(GET | PUT, key, seconds) → a URL with which anyone may do that with the object for so long."""


class Store(Protocol):
    """A bucket, as far as submitting needs it. `keys` names the settings that open it, for messages;
    `temporary` = they expire, and every URL that they signed with them."""

    keys: str
    temporary: bool

    def key(self, name: str) -> str:
        """The whole key of `name` below the bucket's prefix."""

    def put(
        self, path: Path, on_progress: Callable[[int], None] | None = None, *, suffix: str = ""
    ) -> UploadedObject:
        """Upload a file unless its content is there already. `suffix`: the end of the object's name, which says
        what the bytes are; "" takes the file's own."""

    def get_url(self, key: str, seconds: int) -> str:
        """A URL from which anyone may read the object for `seconds`."""

    def put_url(self, key: str, seconds: int) -> str:
        """A URL to which anyone may write the object for `seconds`."""

    def exists(self, key: str) -> int | None:
        """The object's size in bytes; None where there is no such object."""

    def delete(self, key: str) -> None:
        """Remove the object; one that is not there is no error."""


def object_name(sha256: str, path: Path, suffix: str = "") -> str:
    """What a file is called in a bucket: by its content."""
    suffix = suffix or path.suffix.lower()
    return f"{sha256}{suffix if _SAFE_SUFFIX.fullmatch(suffix) else ''}"


class FileState(NamedTuple):
    """Which file it was and in what state: what was checked must be what is uploaded."""

    device: int
    inode: int
    size_bytes: int
    mtime_ns: int


def seen(found: os.stat_result) -> FileState:
    """The file behind a stat."""
    return FileState(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


@dataclass(frozen=True, kw_only=True)
class UploadedObject:
    """An object that is in the bucket. `reused` = it was there before; `seen` = the file as it was when it
    was opened to be uploaded, None where a store does not say."""

    key: str
    size_bytes: int
    reused: bool
    seen: FileState | None = None


@dataclass(frozen=True, kw_only=True)
class ObjectState:
    """An object as it is now."""

    size_bytes: int
    etag: str | None


def store(settings: Settings, sign: Signer | None = None, digest: Digest = read_through) -> Store:
    """The bucket of `settings`, whose objects are called by the `digest` of their files. With file:///folder they
    lie in a local folder and `sign` makes their URLs (the gate's). Raises BadConfig when none is set or it cannot
    serve URLs."""
    if not settings.bucket:
        raise BadConfig(
            f"a local file must be uploaded and no bucket is set: set MEDIAPREP_BUCKET ({FORMS}) and {KEYS}",
            f"本地文件需先上传，但未设置存储桶：请设置 MEDIAPREP_BUCKET（{FORMS}）以及 {KEYS}",
        )
    folder = folder_of(settings.bucket)
    if folder is not None and sign is not None:
        return Folder(folder, sign, digest)
    region = settings.cos_region or settings.aws.get("COS_REGION")
    return Bucket(place_of(settings.bucket, region), settings, digest)


class _Objects:
    """What a bucket and a folder have in common: everything but signing and deleting."""

    _store: Any
    _prefix: str
    _digest: Digest
    keys: str = "the folder's permissions"
    temporary: bool = False
    _keeps_types = True

    def key(self, name: str) -> str:
        return f"{self._prefix}{name}"

    def put(
        self, path: Path, on_progress: Callable[[int], None] | None = None, *, suffix: str = ""
    ) -> UploadedObject:
        with _opened(path) as (stream, opened):
            digest = self._digest(stream)
            key = self.key(object_name(digest, path, suffix))
            with _turn(key):  # two threads with the same file: the second finds what the first has brought
                reused = self.exists(key) == opened.size_bytes
                if not reused:
                    stream.seek(0)
                    self._send(key, _Flow(path, stream, digest, on_progress), opened.size_bytes)
        return UploadedObject(key=key, size_bytes=opened.size_bytes, reused=reused, seen=opened)

    def put_as(self, path: Path, key: str) -> UploadedObject:
        """The file under a key of the caller's own, in place of what is there. Raises BadAsset, BadConfig,
        Unreachable."""
        with _opened(path) as (stream, opened):
            digest = self._digest(stream)
            stream.seek(0)
            self._send(key, _Flow(path, stream, digest, None), opened.size_bytes)
        if self.exists(key) != opened.size_bytes:
            raise Unreachable(
                f"the bucket does not hold {path.name} whole after it was uploaded",
                f"上传后存储桶中的 {path.name} 不完整",
            )
        return UploadedObject(key=key, size_bytes=opened.size_bytes, reused=False, seen=opened)

    def exists(self, key: str) -> int | None:
        found = self.state(key)
        return found.size_bytes if found else None

    def state(self, key: str) -> ObjectState | None:
        """What is there under `key`; None where nothing is."""
        import obstore
        from obstore.exceptions import NotFoundError

        with self._translated("look into"):
            try:
                found = obstore.head(self._store, key)
                return ObjectState(size_bytes=found["size"], etag=found["e_tag"])
            except (NotFoundError, FileNotFoundError):
                return None
        return None

    def _send(self, key: str, flow: _Flow, size: int) -> None:
        """A flow that does not end well leaves no object: what went up of it is given up."""
        import obstore

        # S3 takes at most 10,000 parts: a 5 GB file stays far below with parts of 8 MiB.
        part = max(_PART, -(-size // _MOST_PARTS))
        guess = mimetypes.guess_type(key)[0] if self._keeps_types else None
        kind: Any = {"Content-Type": guess} if guess else None
        with self._translated(f"upload {flow.path.name} to"):
            if size <= part:
                obstore.put(self._store, key, b"".join(flow), use_multipart=False, attributes=kind)
            else:
                obstore.put(self._store, key, iter(flow), chunk_size=part, max_concurrency=4, attributes=kind)

    @contextlib.contextmanager
    def _translated(self, what: str) -> Iterator[None]:
        """obstore's errors become ours, without the signed URLs that stand in their texts."""
        failure: Exception | None = None
        try:
            yield
        except MediaprepError:
            raise
        except Exception as error:  # noqa: BLE001  (obstore raises its own tree, builtins and plain Exception)
            failure = _ours(what, error, self.keys)
        if failure is not None:
            raise failure


class Bucket(_Objects):
    """An S3-compatible bucket through obstore."""

    def __init__(self, place: BucketPlace, settings: Settings, digest: Digest = read_through) -> None:
        from obstore.store import S3Store

        self._digest = digest
        given = settings.aws
        access = access_of(place, given)
        endpoint = place.endpoint or given.get("AWS_ENDPOINT_URL_S3") or given.get("AWS_ENDPOINT_URL")
        region = place.region or given.get("AWS_REGION") or given.get("AWS_DEFAULT_REGION") or "us-east-1"
        virtual = place.virtual or _truth(given.get("AWS_VIRTUAL_HOSTED_STYLE_REQUEST", ""))
        config: dict[str, Any] = {
            "access_key_id": access.key_id,
            "secret_access_key": access.secret,
            "region": region,
            "virtual_hosted_style_request": virtual,
            "disable_tagging": True,
        }
        if access.token:
            config["session_token"] = access.token
        if endpoint:
            config["endpoint"] = endpoint.rstrip("/")
        http = place.allow_http or _truth(given.get("AWS_ALLOW_HTTP", ""))
        self._prefix = f"{place.prefix}/" if place.prefix else ""
        self.keys = keys_for(place)
        self.temporary = access.token is not None
        with self._translated("open"):
            self._store = S3Store(
                place.bucket,
                client_options={"allow_http": http, "timeout": "120s", "connect_timeout": "10s"},
                retry_config={"max_retries": 4, "retry_timeout": timedelta(seconds=120)},
                **config,
            )

    def get_url(self, key: str, seconds: int) -> str:
        return self._sign("GET", key, seconds)

    def put_url(self, key: str, seconds: int) -> str:
        return self._sign("PUT", key, seconds)

    def delete(self, key: str) -> None:
        # Not obstore.delete: on S3 that is the bulk call, which wants rights and checksums of its own.
        answer = exchange("DELETE", self._sign("DELETE", key, 60), "delete from")
        if answer.status not in (200, 204, 404):
            raise denied("delete from", answer, self.keys)

    def _sign(self, method: Any, key: str, seconds: int) -> str:
        import obstore

        _refuse_period(seconds)
        with self._translated("sign for"):
            return obstore.sign(self._store, method, key, timedelta(seconds=seconds))


class Folder(_Objects):
    """A folder on this machine whose objects somebody else serves: `sign` makes their URLs."""

    _keeps_types = False

    def __init__(self, folder: Path, sign: Signer, digest: Digest = read_through) -> None:
        from obstore.store import LocalStore

        self._prefix, self._signer, self._digest = "", sign, digest
        with self._translated("open"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._store = LocalStore(folder)

    def get_url(self, key: str, seconds: int) -> str:
        _refuse_period(seconds)
        return self._signer("GET", key, seconds)

    def put_url(self, key: str, seconds: int) -> str:
        _refuse_period(seconds)
        return self._signer("PUT", key, seconds)

    def delete(self, key: str) -> None:
        import obstore

        with self._translated("delete from"), contextlib.suppress(FileNotFoundError):
            obstore.delete(self._store, key)


class _Flow:
    """Blocks of a file on their way, hashed as they pass. Raises BadAsset at the end of one that is no longer
    what `digest` was taken of."""

    def __init__(
        self, path: Path, stream: BufferedReader, digest: str, on_progress: Callable[[int], None] | None
    ) -> None:
        self.path = path
        self._stream, self._digest, self._on_progress = stream, digest, on_progress

    def __iter__(self) -> Iterator[bytes]:
        sent, seen_digest = 0, hashlib.sha256()
        while block := self._stream.read(_BLOCK):
            seen_digest.update(block)
            yield block
            sent += len(block)
            if self._on_progress:
                self._on_progress(sent)
        if seen_digest.hexdigest() != self._digest:
            raise BadAsset(f"{self.path} changed while it was uploaded", f"{self.path} 在上传过程中被改动")


_turns: Final[dict[str, threading.Lock]] = {}


def _turn(key: str) -> threading.Lock:
    return _turns.setdefault(key, threading.Lock())


def _refuse_period(seconds: int) -> None:
    if not 0 < seconds <= MOST_SECONDS:
        raise BadConfig(
            f"a URL can be signed for 1 to {MOST_SECONDS} s (7 days), not for {seconds}",
            f"签名有效期须在 1 至 {MOST_SECONDS} 秒（7 天）之间，而不是 {seconds}",
        )


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tuple[BufferedReader, FileState]]:
    """The file, opened once, no link followed and no pipe waited for; and what was opened."""
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    try:
        _refuse_irregular(path, path.lstat())  # before opening: opening a device can do things
        handle = os.open(path, flags)
    except FileNotFoundError:
        raise BadAsset(f"{path}: no such file", f"{path}：文件不存在") from None
    except OSError as error:
        raise BadAsset(f"{path}: {error.strerror}", f"{path}：{error.strerror}") from None
    try:
        found = os.fstat(handle)
        _refuse_irregular(path, found)
    except BaseException:
        os.close(handle)
        raise
    with os.fdopen(handle, "rb") as stream:
        yield stream, seen(found)


def _refuse_irregular(path: Path, found: os.stat_result) -> None:
    if stat.S_ISLNK(found.st_mode):
        raise BadAsset(
            f"{path} is a symbolic link: name the file itself", f"{path} 是符号链接：请直接给出文件本身"
        )
    if not stat.S_ISREG(found.st_mode):
        raise BadAsset(f"{path} is no regular file", f"{path} 不是普通文件")


def _ours(what: str, error: Exception, keys: str) -> Exception:
    name = type(error).__name__
    words = redact(" ".join(str(error).split()))[:300]
    if name in ("PermissionDeniedError", "UnauthenticatedError"):
        return BadConfig(
            f"the bucket refused to let us {what} it: check {keys} and the region ({words})",
            f"存储桶拒绝访问：请检查 {keys} 与地域（{words}）",
        )
    if name in ("NotFoundError", "FileNotFoundError", "UnknownConfigurationKeyError", "InvalidPathError"):
        return BadConfig(f"the bucket cannot be used: {words}", f"存储桶不可用：{words}")
    if isinstance(error, OSError):
        return ToolFailed(f"could not {what} the folder: {error.strerror}", f"目录操作失败：{error.strerror}")
    return Unreachable(f"could not {what} the bucket: {words}", f"存储桶操作失败：{words}")


def _truth(text: str) -> bool:
    return text.strip().lower() in ("1", "true", "yes", "on")
