"""The door to the ffmpeg binary (and to ffmpeg-python, which writes its graphs).

Nothing else in mediaprep starts ffmpeg or imports ffmpeg-python. Exit code 0 proves nothing: callers prove
what was made (`media.prove`).
"""

from __future__ import annotations

import collections
import functools
import os
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import ffmpeg as graph

from mediaprep.errors import ToolFailed, ToolMissing
from mediaprep.media.isolation import children
from mediaprep.model.finishing.plans import Encoding

__all__ = ["Binary", "EncodeProgress", "find", "graph", "run", "untrusted_input"]

NEEDED_ENCODERS = frozenset({"libx264", "aac", "libmp3lame"})
NEEDED_FILTERS = frozenset({"ass", "zscale", "ebur128", "overlay", "concat", "alimiter"})
_TAIL_LINES = 40
_TICK_SECONDS = 0.2

# x264 takes three threads for two processors; with eight none of them waits (5 % less time, 0.6 % larger)
_LEAST_THREADS = 8
_FEW_PROCESSORS = 4


def h264(encoding: Encoding) -> dict[str, object]:
    """The options by which every picture is written: H.264 High, 8-bit 4:2:0."""
    few = (os.cpu_count() or 1) <= _FEW_PROCESSORS
    return {
        **({"threads": _LEAST_THREADS} if few else {}),
        "c:v": "libx264", "preset": encoding.preset, "crf": encoding.crf, **encoding.tuning,
        "pix_fmt": "yuv420p", "profile:v": "high",
    }  # fmt: skip


@dataclass(frozen=True)
class Binary:
    """An ffmpeg that can do what mediaprep needs; abilities were asked once."""

    path: str
    version: str
    encoders: frozenset[str]
    decoders: frozenset[str]
    filters: frozenset[str]


@dataclass(frozen=True)
class EncodeProgress:
    """Where a run stands: frames and seconds written so far."""

    frames: int
    seconds: float


def find(configured: str | None = None) -> Binary:
    """`configured` (MEDIAPREP_FFMPEG), else ffmpeg on PATH if it is able, else imageio-ffmpeg's.

    Raises ToolMissing naming what is lacking. Cached per binary.
    """
    if configured:
        binary = _abilities(_program(configured))
        lacking = _lacking(binary)
        if lacking:
            raise ToolMissing(
                f"{configured} cannot do what is needed: no {lacking}; unset MEDIAPREP_FFMPEG to use another",
                f"{configured} 缺少 {lacking}；取消 MEDIAPREP_FFMPEG 可改用其他 ffmpeg",
            )
        return binary
    on_path = children.which("ffmpeg")
    if on_path:
        binary = _abilities(on_path)
        if not _lacking(binary):
            return binary
    try:
        import imageio_ffmpeg
    except ImportError as error:
        raise ToolMissing(
            "no able ffmpeg: pip install imageio-ffmpeg, or name one in MEDIAPREP_FFMPEG",
            "找不到可用的 ffmpeg：请 pip install imageio-ffmpeg，或用 MEDIAPREP_FFMPEG 指定",
        ) from error
    return _abilities(imageio_ffmpeg.get_ffmpeg_exe())


def _program(configured: str) -> str:
    """What `configured` names, from wherever it is started: a path from here, or a name on the PATH."""
    if Path(configured).name == configured:
        return children.which(configured) or configured
    return str(Path(configured).expanduser().absolute())


def _lacking(binary: Binary) -> str:
    missing = sorted((NEEDED_ENCODERS - binary.encoders) | (NEEDED_FILTERS - binary.filters))
    return ", ".join(missing)


@functools.cache
def _abilities(path: str) -> Binary:
    def ask(what: str) -> str:
        try:
            done = children.call([path, "-hide_banner", what], seconds=20)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ToolMissing(f"{path} does not run: {error}", f"{path} 无法运行：{error}") from error
        return done.stdout.decode("utf-8", "replace")

    def names(listing: str, pattern: str) -> frozenset[str]:
        return frozenset(re.findall(pattern, listing, flags=re.MULTILINE))

    with ThreadPoolExecutor(max_workers=4) as pool:  # a large program takes a while to start
        told, *listings = pool.map(ask, ("-version", "-encoders", "-decoders", "-filters"))
    version = re.search(r"ffmpeg version (\S+)", told)
    coder = r"^ [VAS.][A-Z.]{5} (\w+)"
    return Binary(
        path=path,
        version=version.group(1) if version else "unknown",
        encoders=names(listings[0], coder),
        decoders=names(listings[1], coder),
        filters=names(listings[2], r"^ [A-Z.]{2,3} (\w+)"),
    )


def untrusted_input(path: Path, demuxers: str) -> list[str]:
    """Input arguments that open only this file, only as `demuxers` (comma list such as "mov,mp4")."""
    return [
        "-protocol_whitelist", "file", "-format_whitelist", demuxers,
        "-max_pixels", str(8192 * 8192), "-i", f"file:{path.absolute()}",
    ]  # fmt: skip


def run(
    binary: Binary,
    arguments: Sequence[str],
    *,
    feed: Iterable[bytes] | None = None,
    on_progress: Callable[[EncodeProgress], None] | None = None,
    stall_seconds: float = 120.0,
    deadline_seconds: float | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    loglevel: str = "warning",
) -> str:
    """Run ffmpeg with `arguments` (inputs to output, no binary) and return the tail of what it logged.

    `feed` is written to its stdin (rawvideo for `-i pipe:0`). The process group is killed when nothing moves
    for `stall_seconds`, after `deadline_seconds`, when the caller is interrupted, or when `on_progress`
    raises (then that is raised). Paths are absolute, or relative to `cwd` (None: a private folder); `env` adds to
    the environment that is built for it. Raises ToolFailed with ffmpeg's last words.
    """
    command = [binary.path, "-hide_banner", "-nostats", "-loglevel", loglevel, "-y"]
    if feed is None:
        command.append("-nostdin")
    command += ["-progress", "pipe:1", *arguments]
    try:
        process = children.Child(
            command,
            stdin=subprocess.PIPE if feed is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            env=env,
        )
    except OSError as error:
        why = error.strerror or error
        raise ToolFailed(f"ffmpeg could not be started: {why}", f"ffmpeg 无法启动：{why}") from error
    watch = _Watch(on_progress)
    threads = [
        threading.Thread(target=watch.read_progress, args=(process.stdout,), daemon=True),
        threading.Thread(target=watch.read_log, args=(process.stderr,), daemon=True),
    ]
    if feed is not None:
        threads.append(threading.Thread(target=watch.write_feed, args=(process.stdin, feed), daemon=True))
    for thread in threads:
        thread.start()
    try:
        _wait(process, watch, stall_seconds, deadline_seconds)
    finally:
        process.end()
        for thread in threads:
            thread.join(timeout=5)
    if watch.feed_error is not None:
        raise watch.feed_error
    if process.returncode != 0:
        raise ToolFailed(
            f"ffmpeg failed ({process.returncode}): {watch.last_words()}",
            f"ffmpeg 失败（{process.returncode}）：{watch.last_words()}",
        )
    return "\n".join(watch.log)


class _Watch:
    """What the three pipes of one run have shown so far."""

    def __init__(self, on_progress: Callable[[EncodeProgress], None] | None) -> None:
        self.on_progress = on_progress
        self.log: collections.deque[str] = collections.deque(maxlen=_TAIL_LINES)
        self.moved_at = time.monotonic()
        self.feed_error: BaseException | None = None
        self.told_to_stop: BaseException | None = None  # raised by `on_progress`

    def read_progress(self, pipe: IO[bytes]) -> None:
        frames, seconds, last = 0, 0.0, None
        for raw in pipe:
            key, _, value = raw.decode("utf-8", "replace").strip().partition("=")
            if key == "frame" and value.isdigit():
                frames = int(value)
            elif key == "out_time_us" and value.lstrip("-").isdigit():
                seconds = max(0.0, int(value) / 1e6)
            elif key == "progress":
                if (frames, seconds) != last or value == "end":
                    self.moved_at = time.monotonic()
                    last = (frames, seconds)
                if self.on_progress and self.told_to_stop is None:
                    try:
                        self.on_progress(EncodeProgress(frames, seconds))
                    except BaseException as error:  # noqa: BLE001
                        self.told_to_stop = error

    def read_log(self, pipe: IO[bytes]) -> None:
        for raw in pipe:
            self.log.append(raw.decode("utf-8", "replace").rstrip()[:500])

    def write_feed(self, pipe: IO[bytes], feed: Iterable[bytes]) -> None:
        try:
            with pipe:
                for block in feed:
                    pipe.write(block)
                    self.moved_at = time.monotonic()
        except BrokenPipeError:
            pass  # ffmpeg ended first; its exit code tells the story
        except BaseException as error:  # noqa: BLE001
            self.feed_error = error

    def last_words(self) -> str:
        return " | ".join(list(self.log)[-3:]) or "no message"


def _wait(
    process: children.Child, watch: _Watch, stall_seconds: float, deadline_seconds: float | None
) -> None:
    started = time.monotonic()
    while True:
        try:
            process.wait(timeout=_TICK_SECONDS)
            return
        except subprocess.TimeoutExpired:
            now = time.monotonic()
        if watch.told_to_stop is not None:
            raise watch.told_to_stop
        if now - watch.moved_at > stall_seconds:
            raise ToolFailed(
                f"ffmpeg stood still for {stall_seconds:.0f} s and was stopped: {watch.last_words()}",
                f"ffmpeg 停滞 {stall_seconds:.0f} 秒，已终止：{watch.last_words()}",
            )
        if deadline_seconds is not None and now - started > deadline_seconds:
            raise ToolFailed(
                f"ffmpeg ran past its {deadline_seconds:.0f} s and was stopped",
                f"ffmpeg 超过 {deadline_seconds:.0f} 秒，已终止",
            )
