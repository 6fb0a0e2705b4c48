"""A file of the user's that lies elsewhere, brought here once: asked for by its ETag, downloaded within bounds, and
held against what the server says of it. Its server is no more trusted than the one of a result.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urljoin

from mediaprep.config import Settings
from mediaprep.contract.wire import received
from mediaprep.errors import BadAsset, BadConfig, GatewayError, MediaprepError, Unreachable
from mediaprep.model import remote
from mediaprep.model.findings import Text
from mediaprep.submission.bucket.objects import located
from mediaprep.submission.bucket.presigned import denied
from mediaprep.submission.download.download import (
    MOST_REDIRECTS,
    PASSING,
    REDIRECTS,
    Limits,
    check_address,
    fetch,
)
from mediaprep.submission.wire.address_policy import Allowed, address_of, pointed_to
from mediaprep.submission.wire.http import Answer, Failure, NotSent, Patience, Private, Wire

FILE_LIMITS: Final = Limits(cap_bytes=10 << 30, what=Text("the file", "文件"))
"""The service takes nothing of half this size."""
_GET_SECONDS: Final = 6 * 3600
_PATIENCE: Final = Patience(connect=10, read=30, total=60)
_PAUSES: Final = (0.0, 0.5, 1.5)
_READS: Final = 2
_ERROR_BYTES: Final = 64 << 10
_MD5: Final = re.compile(r'"([0-9a-f]{32})"')
_ENCRYPTED: Final = "x-amz-server-side-encryption"
"""With a key of the customer's the ETag is no MD5, nor where another header begins so."""


@dataclass(frozen=True, kw_only=True)
class RemoteState:
    """What a server says of a file now. `etag`: its ETag, else the date of its last change, "" where it tells neither;
    `md5`: of its content, where the ETag is one."""

    etag: str = ""
    size_bytes: int | None = None
    md5: str | None = None


@dataclass(frozen=True, kw_only=True)
class RemoteFile:
    """A file elsewhere: `url` reads it, `shown` is how it may be told, `allowed` whom its server may be."""

    url: str
    shown: str
    allowed: Allowed
    keys: str = ""

    def look(self, sleep: Callable[[float], None] = time.sleep) -> RemoteState:
        """What is there now, without reading it. Raises BadAsset, BadConfig (a bucket's refusal), Unreachable."""
        why = Text("", "")
        for pause in _PAUSES:
            sleep(pause)
            try:
                return self._asked(Wire(allowed=self.allowed))
            except Private as failure:
                raise BadAsset(
                    f"{self.shown}: {failure.why.en}: nothing is fetched from there",
                    f"{self.shown}：{failure.why.zh}：不予下载",
                ) from None
            except Failure as failure:
                why = failure.why
        raise Unreachable(f"{self.shown}: {why.en}", f"{self.shown}：{why.zh}")

    def bring(
        self,
        target: Path,
        *,
        limits: Limits = FILE_LIMITS,
        on_progress: Callable[[int, int | None], None] | None = None,
    ) -> RemoteState:
        """The file at `target`, whole, and the state in which it was read. Raises BadAsset, BadConfig, Unreachable,
        ToolFailed."""
        before = self.look()
        for _ in range(_READS):
            with self._said():
                fetch(
                    self.url, target, verify=functools.partial(_hold, state=before), allowed=self.allowed,
                    limits=limits, on_progress=on_progress,
                )  # fmt: skip
            after = self.look()
            if after == before:
                return before
            before = after
        target.unlink(missing_ok=True)
        raise BadAsset(
            f"{self.shown}: changes while it is read: try again when it is whole",
            f"{self.shown}：读取期间内容仍在变化：请待其上传完成后重试",
        )

    def _asked(self, wire: Wire) -> RemoteState:
        url = self.url
        with self._said():
            for _ in range(MOST_REDIRECTS + 1):
                check_address(url, self.allowed, FILE_LIMITS.what)
                with wire.get(url, {}, _PATIENCE) as stream:
                    if stream.status in REDIRECTS and stream.headers.get("location"):
                        url = urljoin(url, stream.headers["location"])
                        continue
                    if stream.status == 200:
                        return _state(stream.headers)
                    if stream.status in PASSING:
                        raise NotSent(Text(f"HTTP {stream.status}", f"HTTP {stream.status}"))
                    body = stream.read(_ERROR_BYTES)
                    raise self._refusal(Answer(status=stream.status, headers=stream.headers, body=body))
            raise GatewayError(f"more than {MOST_REDIRECTS} redirects", f"重定向超过 {MOST_REDIRECTS} 次")

    def _refusal(self, answer: Answer) -> MediaprepError:
        if answer.status == 404:
            return BadAsset("there is no such file", "文件不存在")
        if self.keys:
            return denied("read from", answer, self.keys)
        return BadAsset(
            f"its server answers HTTP {answer.status}: is the URL still valid, and public?",
            f"服务器返回 HTTP {answer.status}：请确认链接仍有效且可公开访问",
        )

    @contextlib.contextmanager
    def _said(self) -> Iterator[None]:
        """What goes wrong names the file; a server that cannot be trusted is the file's fault."""
        try:
            yield
        except (BadConfig, Unreachable) as error:
            raise type(error)(f"{self.shown}: {error.en}", f"{self.shown}：{error.zh}") from None
        except (BadAsset, GatewayError) as error:
            raise BadAsset(f"{self.shown}: {error.en}", f"{self.shown}：{error.zh}") from None


def remote_file(url: str, settings: Settings) -> RemoteFile:
    """The file at s3://, cos:// or https://. Raises BadConfig."""
    shown = remote.shown(url)
    if not remote.is_object(url):
        return RemoteFile(url=url, shown=shown, allowed=pointed_to(settings))
    found = located(url, settings)
    signed = found.bucket.get_url(found.key, _GET_SECONDS)
    place = address_of(signed)  # as the user's own settings say, so it may stand in the user's own network
    allowed = frozenset({place}) if place else frozenset()
    return RemoteFile(url=signed, shown=shown, allowed=allowed, keys=found.bucket.keys)


def _state(told: Mapping[str, str]) -> RemoteState:
    etag = told.get("etag", "").strip()
    plain = _MD5.fullmatch(etag)
    encrypted = any(name.startswith(_ENCRYPTED) and value != "AES256" for name, value in told.items())
    of_bucket = any(name.startswith(("x-amz-", "x-cos-")) for name in told)
    return RemoteState(
        etag=(etag or told.get("last-modified", "").strip())[:1024],
        size_bytes=received.length(told.get("content-length", "")),
        md5=plain[1] if plain and of_bucket and not encrypted else None,
    )


def _hold(path: Path, state: RemoteState) -> None:
    """Raise GatewayError for bytes that are not those the server told of."""
    size = path.stat().st_size
    if state.size_bytes is not None and size != state.size_bytes:
        raise GatewayError(
            f"{size} bytes came, its server told of {state.size_bytes}",
            f"收到 {size} 字节，服务器声明 {state.size_bytes} 字节",
        )
    if state.md5 is None:
        return
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    if found != state.md5:
        raise GatewayError(
            "what came is not what the bucket holds (its MD5 is another)",
            "下载内容与存储桶中的不一致（MD5 不同）",
        )
