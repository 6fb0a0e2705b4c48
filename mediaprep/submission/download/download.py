"""Downloading a result: bounded, resumed after a cut, verified, and only then under its own name.

The address comes from the network and is not trusted: https only, public hosts only (and the very addresses that
the user pointed to), redirects judged like the first address, sizes and times capped.
"""

from __future__ import annotations

import contextlib
import errno
import random
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urljoin, urlsplit

from mediaprep.config import is_loopback
from mediaprep.contract.wire import received
from mediaprep.errors import BadAsset, DiskFull, GatewayError, ToolFailed, Unreachable
from mediaprep.model.findings import Text
from mediaprep.submission.download.partial_download import Origin, PartialFile, opened
from mediaprep.submission.wire.address_policy import NONE_BUT_PUBLIC, Allowed, address_of, is_private_literal
from mediaprep.submission.wire.http import Failure, NotSent, Patience, Private, Stream, Wire

MOST_REDIRECTS: Final = 3
_CHUNK: Final = 256 * 1024
_SPARE_DISK: Final = 64 << 20
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_GONE: Final = frozenset({401, 403, 404, 410})
PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
RESULT: Final = Text("the result", "结果")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """`attempts` = tries in a row that bring next to nothing; one that brings more starts the count anew.
    After every `sync_bytes` what has come is made durable: no more is lost when the machine stops. `what` is
    downloaded, as messages call it."""

    cap_bytes: int = 20 << 30
    total_seconds: float = 2 * 3600.0
    read_seconds: float = 30.0
    least_bytes_per_second: float = 1024.0
    window_seconds: float = 20.0
    sync_bytes: int = 8 << 20
    attempts: int = 5
    what: Text = RESULT


DEFAULT_LIMITS: Final = Limits()


class StaleUrl(GatewayError):
    """The URL does not serve the file (any more); asking for the task's progress may give a fresh one."""


def fetch(
    url: str,
    target: Path,
    *,
    verify: Callable[[Path], None],
    allowed: Allowed = NONE_BUT_PUBLIC,
    limits: Limits = DEFAULT_LIMITS,
    on_progress: Callable[[int, int | None], None] | None = None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Path:
    """Download `url` to `target`; `verify` gets the finished `.part` file and raises if it is not good.

    Raises Stale, Unreachable (cut or slow for good), GatewayError (nothing that can be trusted), ToolFailed
    (disk). `target` appears whole or not at all. After Stale, Unreachable and a kill the bytes that came stay in
    a hidden part beside it, and the next call goes on there where the server still has the same file.
    """
    check_address(url, allowed, limits.what)
    with _disk_errors(target), opened(target, urlsplit(url).path) as part:
        download = _Download(url, part, allowed=allowed, limits=limits, clock=clock, on_progress=on_progress)
        try:
            download.run(sleep)
            _verified(download, part, verify, sleep)
        except (StaleUrl, Unreachable, KeyboardInterrupt, SystemExit):
            part.leave()
            raise
        part.keep(target)
    return target


def _verified(
    download: _Download, part: PartialFile, verify: Callable[[Path], None], sleep: Callable[[float], None]
) -> None:
    """What an earlier process left may be spoilt, a body whose end nothing marks may be cut, and a proxy may
    have changed one: what is not good is brought once more, whole, before it is given up."""
    part.stream.flush()
    with contextlib.suppress(GatewayError, BadAsset):
        verify(part.path)
        return
    part.restart()
    download.run(sleep)
    part.stream.flush()
    verify(part.path)


def check_address(url: str, allowed: Allowed = NONE_BUT_PUBLIC, what: Text = RESULT) -> None:
    """Whether `what` may be fetched from `url`. Raises GatewayError: not https, or not a host for us; a name is
    judged when it is connected to."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise GatewayError(f"{what.en}'s URL cannot be read", f"{what.zh}链接无法解析") from None
    local = is_loopback(host)
    if not host or parts.username or parts.password:
        raise GatewayError(f"{what.en}'s URL has no plain host", f"{what.zh}链接中没有可用的主机名")
    address = address_of(url)
    if allowed is not None and address not in allowed and is_private_literal(host):
        place = f"{host}:{address.port}" if address else host
        raise GatewayError(
            f"{what.en}'s URL leads to {place}, which is neither public nor the gateway or bucket that a flag or the "
            "environment names: nothing is fetched from there",
            f"{what.zh}链接指向 {place}：既非公网地址，也不是参数或环境变量所指定的网关或存储桶，不予下载",
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise GatewayError(
            f"{what.en}'s URL is {parts.scheme}://{host}, only https:// is fetched",
            f"{what.zh}链接为 {parts.scheme}://{host}，只允许 https://",
        )


def _redirected(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        return location  # check_address refuses it


def looks_like_media(path: Path) -> None:
    """The cheapest check there is: the file begins like video or sound. Raises GatewayError."""
    with path.open("rb") as stream:
        head = stream.read(512)
    sync = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0
    if head[4:8] == b"ftyp" or head[:4] in (b"\x1aE\xdf\xa3", b"RIFF", b"OggS", b"fLaC") or sync:
        return
    if head[:3] == b"ID3":
        return
    raise GatewayError("what was downloaded is neither video nor sound", "下载到的内容既不是视频也不是音频")


class _Download:
    """The state of one download over its attempts."""

    def __init__(
        self,
        url: str,
        part: PartialFile,
        *,
        allowed: Allowed,
        limits: Limits,
        clock: Callable[[], float],
        on_progress: Callable[[int, int | None], None] | None,
    ) -> None:
        self._url, self._part, self._allowed = url, part, allowed
        self._limits, self._clock, self._on_progress = limits, clock, on_progress
        self._wire = Wire(allowed=allowed)
        self._ends = clock() + limits.total_seconds

    def run(self, sleep: Callable[[float], None]) -> None:
        failures = 0
        while True:
            before = self._part.got
            try:
                self._attempt()
                return
            except Private as error:
                refused = GatewayError(error.why.en, error.why.zh)
            except Failure as error:
                refused, why = None, error.why
            if refused is not None:
                raise refused
            failures = 1 if self._part.got - before >= 1 << 20 else failures + 1
            pause = min(0.5 * 2**failures, 15.0) * (0.5 + random.random() / 2)  # noqa: S311
            late = self._clock() + pause >= self._ends
            if late or failures >= self._limits.attempts:
                raise self._gave_up(why, late)
            sleep(pause)

    def _attempt(self) -> None:
        headers, origin = {}, self._part.origin
        if self._part.got and origin and origin.validator:
            headers = {"Range": f"bytes={self._part.got}-", "If-Range": origin.validator}
        url = self._url
        for _ in range(MOST_REDIRECTS + 1):
            patience = Patience(read=self._limits.read_seconds, total=max(0.1, self._ends - self._clock()))
            with self._wire.get(url, headers, patience) as answer:
                if answer.status not in REDIRECTS:
                    self._take(answer)
                    return
                url = _redirected(url, answer.headers.get("location", ""))
                check_address(url, self._allowed, self._limits.what)
        raise GatewayError(f"more than {MOST_REDIRECTS} redirects", f"重定向超过 {MOST_REDIRECTS} 次")

    def _take(self, answer: Stream) -> None:
        what = self._limits.what
        if answer.status in _GONE:
            raise StaleUrl(
                f"{what.en}'s URL answers HTTP {answer.status}", f"{what.zh}链接返回 HTTP {answer.status}"
            )
        if answer.status in PASSING:
            raise NotSent(Text(f"HTTP {answer.status}", f"HTTP {answer.status}"))
        if answer.status == 416:  # what we hold does not fit the file any more
            self._part.restart()
            raise NotSent(Text("HTTP 416", "HTTP 416"))
        if answer.status not in (200, 206):
            raise GatewayError(
                f"{what.en}'s URL answers HTTP {answer.status}", f"{what.zh}链接返回 HTTP {answer.status}"
            )
        encoding = answer.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("", "identity"):
            raise NotSent(  # a careless proxy may do so once; unpacking it would trust it with any size
                Text(
                    f"it comes encoded ({encoding[:20]}), which was not asked for",
                    f"结果使用了未请求的编码（{encoding[:20]}）",
                )
            )
        self._place(answer)
        self._check_size()
        self._flow(answer)

    def _place(self, answer: Stream) -> None:
        """Where the body belongs, and how long the whole will be."""
        if answer.status == 206:
            part = received.content_range(answer.headers.get("content-range", ""))
            if part is None or part[0] != self._part.got or part[1] not in (None, self._total):
                self._part.restart()
                raise NotSent(Text("the rest of the file does not fit", "续传内容与已下载部分不符"))
            return
        validator = received.validator(
            answer.headers.get("etag", ""), answer.headers.get("last-modified", "")
        )
        total = received.length(answer.headers.get("content-length", ""))
        self._part.begin(Origin(path=urlsplit(self._url).path, validator=validator, total=total))

    @property
    def _total(self) -> int | None:
        return self._part.origin.total if self._part.origin else None

    def _check_size(self) -> None:
        total = self._total
        if total is None:
            return
        if total > self._limits.cap_bytes:
            raise self._too_large(total)
        folder = self._part.path.parent
        need, free = total - self._part.got, shutil.disk_usage(folder).free
        if need + _SPARE_DISK > free:
            raise DiskFull(
                f"{folder}: {self._limits.what.en} needs {_mb(need)} and {_mb(_SPARE_DISK)} to spare, "
                f"the disk has {_mb(free)} left: make room or fetch it elsewhere",
                f"{folder}：{self._limits.what.zh}需要 {_mb(need)}，另留 {_mb(_SPARE_DISK)} 余量，"
                f"磁盘仅剩 {_mb(free)}：请腾出空间或换目录",
            )

    def _flow(self, answer: Stream) -> None:
        limits, part = self._limits, self._part
        since, at_since = self._clock(), part.got
        while piece := answer.read(_CHUNK):
            part.write(piece, limits.sync_bytes)
            if part.got > limits.cap_bytes:
                raise self._too_large(part.got)
            if self._on_progress:
                self._on_progress(part.got, self._total)
            spent = self._clock() - since
            if spent >= limits.window_seconds:
                if (part.got - at_since) / spent < limits.least_bytes_per_second:
                    raise NotSent(
                        Text(
                            f"slower than {limits.least_bytes_per_second:g} bytes/s",
                            f"速度低于 {limits.least_bytes_per_second:g} 字节/秒",
                        )
                    )
                since, at_since = self._clock(), part.got
        if self._total is not None and part.got != self._total:
            raise NotSent(
                Text(f"{part.got} of {self._total} bytes came", f"只收到 {part.got}/{self._total} 字节")
            )

    def _too_large(self, size: int) -> GatewayError:
        return GatewayError(
            f"{self._limits.what.en} is larger than {self._limits.cap_bytes} bytes ({size})",
            f"{self._limits.what.zh}超过 {self._limits.cap_bytes} 字节（{size}）",
        )

    def _gave_up(self, why: Text, late: bool) -> Unreachable:
        host = urlsplit(self._url).hostname
        after = f"{self._limits.total_seconds:g} s" if late else f"{self._limits.attempts} tries"
        after_zh = f"{self._limits.total_seconds:g} 秒" if late else f"{self._limits.attempts} 次尝试"
        whole = f"/{self._total}" if self._total is not None else ""
        got = self._part.got
        on = (
            Text(", the next try goes on there", "，下次将从此处续传")
            if self._part.resumable
            else Text("", "")
        )
        return Unreachable(
            f"{self._limits.what.en} could not be downloaded from {host} within {after} "
            f"({got}{whole} bytes came{on.en}): {why.en}",
            f"{after_zh}内未能从 {host} 下载{self._limits.what.zh}（已收到 {got}{whole} 字节{on.zh}）：{why.zh}",
        )


def _mb(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"


@contextlib.contextmanager
def _disk_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why, full = error.strerror or str(error), error.errno == errno.ENOSPC
    else:
        return
    raise (DiskFull if full else ToolFailed)(
        f"{path.parent} cannot be written: {why}", f"无法写入 {path.parent}：{why}"
    )
