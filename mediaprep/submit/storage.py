"""The door to obstore: a local file becomes a URL that the service can fetch, and a bucket takes results.

Keys are the content's hash, so a file travels once however often it is used. What is uploaded is the very
file that was hashed: one open descriptor, hashed again as it flows.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import BufferedReader
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol
from urllib.parse import urlsplit

from mediaprep.config import Settings, is_loopback, redact
from mediaprep.errors import BadAsset, BadConfig, ToolFailed, Unreachable

MOST_SECONDS: Final = 7 * 24 * 3600
"""SigV4's own limit. obstore signs beyond it without complaint, and the service then gets a 403."""

_BLOCK: Final = 1 << 20
_PART: Final = 8 << 20
_MOST_PARTS: Final = 10_000
_COS: Final = re.compile(r"(?P<bucket>[a-z0-9][a-z0-9-]*-\d+)\.cos\.(?P<region>[a-z0-9-]+)\.myqcloud\.com")
_FORMS: Final = (
    "s3://bucket/prefix | https://<bucket-appid>.cos.<region>.myqcloud.com/prefix | https://host/bucket"
)
_KEYS: Final = "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY"
_SAFE_SUFFIX: Final = re.compile(r"\.[a-z0-9]{1,8}")


class Store(Protocol):
    """A bucket, as far as submitting needs it."""

    def put(self, path: Path, on_progress: Callable[[int], None] | None = None) -> Stored:
        """Upload a file unless its content is there already."""

    def get_url(self, key: str, seconds: int) -> str:
        """A URL from which anyone may read the object for `seconds`."""

    def put_url(self, key: str, seconds: int) -> str:
        """A URL to which anyone may write the object for `seconds`."""


class Seen(NamedTuple):
    """Which file it was and in what state: what was checked must be what is uploaded."""

    device: int
    inode: int
    size_bytes: int
    mtime_ns: int


def seen(found: os.stat_result) -> Seen:
    """The file behind a stat."""
    return Seen(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


@dataclass(frozen=True, kw_only=True)
class Stored:
    """An object that is in the bucket. `reused` = it was there before; `seen` = the file as it was when it
    was opened to be uploaded, None where a store does not say."""

    key: str
    size_bytes: int
    reused: bool
    seen: Seen | None = None


@dataclass(frozen=True, kw_only=True)
class Place:
    """A parsed MEDIAPREP_BUCKET. `endpoint` None = the provider's own for the region; `virtual` = the bucket
    is part of the endpoint's host; `prefix` has no slash at either end."""

    bucket: str
    prefix: str = ""
    endpoint: str | None = None
    region: str | None = None
    virtual: bool = False
    allow_http: bool = False


def store(settings: Settings) -> Store:
    """The bucket of `settings`. Raises BadConfig when none is set or it cannot serve URLs."""
    if not settings.bucket:
        raise BadConfig(
            f"a local file must be uploaded and no bucket is set: set MEDIAPREP_BUCKET ({_FORMS}) "
            f"and {_KEYS}",
            f"本地文件需先上传，但未设置存储桶：请设置 MEDIAPREP_BUCKET（{_FORMS}）以及 {_KEYS}",
        )
    return _Bucket(place_of(settings.bucket), settings)


def place_of(text: str) -> Place:
    """Parse s3://bucket/prefix, a COS host, or http(s)://host:port/bucket/prefix (path style).

    Raises BadConfig for everything else, saying why.
    """
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _bad_bucket("it is not a URL", "不是有效的 URL") from None
    path = parts.path.strip("/")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise _bad_bucket(
            "keys do not belong into the URL, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
            "密钥不应写在 URL 里，请设置 AWS_ACCESS_KEY_ID 与 AWS_SECRET_ACCESS_KEY",
        )
    if parts.scheme == "file":
        raise _bad_bucket(
            "a local folder cannot be fetched by the service and cannot sign URLs; use an S3 or COS bucket",
            "服务端无法读取本地目录，也无法为其签名；请使用 S3 或 COS 存储桶",
        )
    if parts.scheme == "s3" and host:
        return Place(bucket=parts.netloc, prefix=path)
    if parts.scheme == "http" and not is_loopback(host):
        raise _bad_bucket(
            "http:// would send the files in the clear, use https://", "http:// 会明文传输文件，请用 https://"
        )
    if parts.scheme in ("http", "https") and host:
        cos = _COS.fullmatch(host)
        if cos:
            endpoint = f"https://{host}" + (f":{port}" if port else "")
            return Place(
                bucket=cos["bucket"], prefix=path, endpoint=endpoint, region=cos["region"], virtual=True
            )
        bucket, _, prefix = path.partition("/")
        if bucket:
            return Place(
                bucket=bucket,
                prefix=prefix.strip("/"),
                endpoint=f"{parts.scheme}://{parts.netloc}",
                allow_http=parts.scheme == "http",
            )
    raise _bad_bucket(f"write {_FORMS}", f"请写成 {_FORMS}")


def _bad_bucket(en: str, zh: str) -> BadConfig:
    return BadConfig(f"MEDIAPREP_BUCKET: {en}", f"MEDIAPREP_BUCKET：{zh}")


class _Bucket:
    """An S3-compatible bucket through obstore."""

    def __init__(self, place: Place, settings: Settings) -> None:
        from obstore.store import S3Store

        given = settings.aws
        if not given.get("AWS_ACCESS_KEY_ID") or not given.get("AWS_SECRET_ACCESS_KEY"):
            raise BadConfig(
                f"the bucket needs {_KEYS} (for COS: SecretId and SecretKey)",
                f"存储桶需要 {_KEYS}（COS 为 SecretId 与 SecretKey）",
            )
        endpoint = place.endpoint or given.get("AWS_ENDPOINT_URL_S3") or given.get("AWS_ENDPOINT_URL")
        region = place.region or given.get("AWS_REGION") or given.get("AWS_DEFAULT_REGION") or "us-east-1"
        virtual = place.virtual or _truth(given.get("AWS_VIRTUAL_HOSTED_STYLE_REQUEST", ""))
        config: dict[str, Any] = {
            "access_key_id": given["AWS_ACCESS_KEY_ID"],
            "secret_access_key": given["AWS_SECRET_ACCESS_KEY"],
            "region": region,
            "virtual_hosted_style_request": virtual,
            "disable_tagging": True,
        }
        token = given.get("AWS_SESSION_TOKEN") or given.get("AWS_TOKEN")
        if token:
            config["session_token"] = token
        if endpoint:
            config["endpoint"] = endpoint.rstrip("/")
        http = place.allow_http or _truth(given.get("AWS_ALLOW_HTTP", ""))
        self._prefix = f"{place.prefix}/" if place.prefix else ""
        with _translated("open"):
            self._store = S3Store(
                place.bucket,
                client_options={"allow_http": http, "timeout": "120s", "connect_timeout": "10s"},
                retry_config={"max_retries": 4, "retry_timeout": timedelta(seconds=120)},
                **config,
            )

    def put(self, path: Path, on_progress: Callable[[int], None] | None = None) -> Stored:
        import obstore

        with _opened(path) as (stream, opened):
            size = opened.size_bytes
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            suffix = path.suffix.lower()
            key = f"{self._prefix}{digest}{suffix if _SAFE_SUFFIX.fullmatch(suffix) else ''}"
            if self._size_of(key) == size:
                return Stored(key=key, size_bytes=size, reused=True, seen=opened)
            stream.seek(0)
            # S3 takes at most 10,000 parts: a 5 GB file stays far below with parts of 8 MiB.
            part = max(_PART, -(-size // _MOST_PARTS))
            flow = _Flow(stream, on_progress)
            with _translated(f"upload {path.name} to"):
                if size <= part:
                    obstore.put(self._store, key, b"".join(flow), use_multipart=False)
                else:
                    obstore.put(self._store, key, iter(flow), chunk_size=part, max_concurrency=4)
            if flow.digest.hexdigest() != digest:
                with contextlib.suppress(Unreachable, ToolFailed), _translated("clear"):
                    obstore.delete(self._store, key)
                raise BadAsset(f"{path} changed while it was uploaded", f"{path} 在上传过程中被改动")
        return Stored(key=key, size_bytes=size, reused=False, seen=opened)

    def get_url(self, key: str, seconds: int) -> str:
        return self._sign("GET", key, seconds)

    def put_url(self, key: str, seconds: int) -> str:
        return self._sign("PUT", f"{self._prefix}{key}", seconds)

    def _sign(self, method: Any, key: str, seconds: int) -> str:
        import obstore

        if not 0 < seconds <= MOST_SECONDS:
            raise BadConfig(
                f"a URL can be signed for 1 to {MOST_SECONDS} s (7 days), not for {seconds}",
                f"签名有效期须在 1 至 {MOST_SECONDS} 秒（7 天）之间，而不是 {seconds}",
            )
        with _translated("sign for"):
            return obstore.sign(self._store, method, key, timedelta(seconds=seconds))

    def _size_of(self, key: str) -> int | None:
        import obstore
        from obstore.exceptions import NotFoundError

        with _translated("look into"):
            try:
                return obstore.head(self._store, key)["size"]
            except (NotFoundError, FileNotFoundError):
                return None
        return None


class _Flow:
    """Blocks of a file on their way, hashed as they pass."""

    def __init__(self, stream: BufferedReader, on_progress: Callable[[int], None] | None) -> None:
        self.digest = hashlib.sha256()
        self._stream = stream
        self._on_progress = on_progress

    def __iter__(self) -> Iterator[bytes]:
        sent = 0
        while block := self._stream.read(_BLOCK):
            self.digest.update(block)
            yield block
            sent += len(block)
            if self._on_progress:
                self._on_progress(sent)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tuple[BufferedReader, Seen]]:
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


@contextlib.contextmanager
def _translated(what: str) -> Iterator[None]:
    """obstore's errors become ours, without the signed URLs that stand in their texts."""
    failure: Exception | None = None
    try:
        yield
    except (BadAsset, BadConfig, Unreachable, ToolFailed):
        raise
    except Exception as error:  # noqa: BLE001  (obstore raises its own tree, builtins and plain Exception)
        failure = _ours(what, error)
    if failure is not None:
        raise failure


def _ours(what: str, error: Exception) -> Exception:
    name = type(error).__name__
    words = redact(" ".join(str(error).split()))[:300]
    if name in ("PermissionDeniedError", "UnauthenticatedError"):
        return BadConfig(
            f"the bucket refused to let us {what} it: check {_KEYS} and AWS_REGION ({words})",
            f"存储桶拒绝访问：请检查 {_KEYS} 与 AWS_REGION（{words}）",
        )
    if name in ("NotFoundError", "FileNotFoundError", "UnknownConfigurationKeyError", "InvalidPathError"):
        return BadConfig(f"the bucket cannot be used: {words}", f"存储桶不可用：{words}")
    return Unreachable(f"could not {what} the bucket: {words}", f"存储桶操作失败：{words}")


def _truth(text: str) -> bool:
    return text.strip().lower() in ("1", "true", "yes", "on")
