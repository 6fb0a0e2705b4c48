"""The product of a task onto this disk: downloaded, decoded, and kept whole under its own name, or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from mediaprep.config import Settings
from mediaprep.contract.progress import Progress
from mediaprep.contract.wire.received import is_plain_task_id
from mediaprep.errors import (
    BadAsset,
    BadConfig,
    GatewayError,
    MediaprepError,
    ToolFailed,
)
from mediaprep.media import ffmpeg, sniff
from mediaprep.media.files import atomic
from mediaprep.media.probing.probe import probe
from mediaprep.model import strict_json
from mediaprep.model.facts import AudioFacts, Facts, Kind, UnknownFacts, VideoFacts
from mediaprep.model.findings import Text
from mediaprep.model.paid.jobs import Fetched
from mediaprep.submission.bucket import result_urls
from mediaprep.submission.bucket.object_store import Store
from mediaprep.submission.download import download
from mediaprep.submission.job.retention import gone
from mediaprep.submission.wire.address_policy import pointed_to
from mediaprep.submission.wire.client import Gateway

TIMESTAMPS_SCHEMA: Final = "mediaprep.timestamps/1"
_SUBTITLE_LIMITS: Final = download.Limits(cap_bytes=10 << 20, total_seconds=300)
_DECODE_SECONDS: Final = 120.0
_DECODE_PACE: Final = 4.0  # a whole decode may take so many times as long as it plays: far more than it needs
_MOST_STATED_SECONDS: Final = 1e6  # 11 days: more is no length of a product, whatever the service says
_STAGED: Final = ".download"
_UNNAMED: Final = Text(
    "the answer to its submit was lost: this is what the service put into the bucket, without its TaskId, "
    "subtitles or timestamps",
    "提交的应答已丢失：此文件取自存储桶，没有任务号、字幕与时间戳",
)
_SUFFIXES: Final = {
    "mp4": frozenset({".mp4", ".m4v", ".mov"}),
    "mov": frozenset({".mov", ".mp4", ".m4v"}),
    "webm": frozenset({".webm", ".mkv"}),
    "mkv": frozenset({".mkv", ".webm"}),
    "mp3": frozenset({".mp3"}),
    "wav": frozenset({".wav"}),
}


class Getting:
    """Downloading the parts of one finished task."""

    def __init__(  # noqa: PLR0917
        self,
        task: str,
        endpoint: str,
        gateway: Gateway,
        settings: Settings,
        limits: download.Limits,
        sleep: Callable[[float], None],
        submitted: datetime | None,
    ) -> None:
        self._task, self._endpoint, self._gateway = task, endpoint, gateway
        self._submitted = submitted
        self._limits, self._sleep = limits, sleep
        self._binary = ffmpeg.find(settings.ffmpeg)
        self._allowed = pointed_to(settings)

    def all(
        self, seen: Progress, output: Path, on_progress: Callable[[int, int | None], None] | None
    ) -> Fetched:
        name = file_name(self._task)
        staged = output / f".{name}{_STAGED}" if output.is_dir() else output
        facts = self._media(seen, staged, on_progress)
        path = staged
        if staged is not output:
            path = output / f"{name}{_suffix_of(facts)}"
            atomic.land(staged, path)
        sentences = tuple(s.model_dump(by_alias=True) for s in seen.sentences)
        subtitles, notes = self._subtitles(seen, path)
        return Fetched(
            task_id=self._task,
            endpoint=self._endpoint,
            path=path,
            facts=facts,
            seconds=facts.seconds,
            subtitles=subtitles,
            sentences=sentences,
            timestamps=_timestamps(self._task, sentences, path) if sentences else None,
            stated_ms=seen.duration_ms if seen.duration_ms > 0 else None,
            notes=notes + _length_note(seen, facts),
        )

    def _media(
        self, seen: Progress, target: Path, on_progress: Callable[[int, int | None], None] | None
    ) -> VideoFacts | AudioFacts:
        measured: list[VideoFacts | AudioFacts] = []
        lengths: list[int | None] = [None]

        def note(got: int, total: int | None) -> None:
            lengths[0] = total
            if on_progress:
                on_progress(got, total)

        def verify(part: Path) -> None:
            facts = verified(part, self._binary)
            _refuse_short(seen, facts, cut=lengths[0] is None)
            _refuse_other_container(facts, target)
            measured[:] = [facts]

        url = seen.media_url
        if not url:
            raise GatewayError(
                f"task {self._task} succeeded without a MediaUrl", f"任务 {self._task} 成功但没有 MediaUrl"
            )
        for last in (False, True):
            try:
                self._download(url, target, verify, self._limits, note)
            except download.StaleUrl as error:
                if last:
                    why = gone(self._submitted, datetime.now(UTC))
                    raise download.StaleUrl(f"{error.en}{why.en}", f"{error.zh}{why.zh}") from None
                url = self._gateway.progress(self._task, self._endpoint).media_url or url
            else:
                break
        return measured[0]

    def _subtitles(self, seen: Progress, beside: Path) -> tuple[Path | None, tuple[Text, ...]]:
        """The subtitles beside the video. They come on top: a failure is a note, the video is kept."""
        if not seen.subtitles_url:
            return None, ()
        target = beside.with_suffix(".srt")
        try:
            self._download(seen.subtitles_url, target, _looks_like_subtitles, _SUBTITLE_LIMITS, None)
        except MediaprepError as error:
            return None, (Text(f"no subtitles: {error.en}", f"未取得字幕：{error.zh}"),)
        return target, ()

    def _download(
        self,
        url: str,
        target: Path,
        verify: Callable[[Path], None],
        limits: download.Limits,
        on_progress: Callable[[int, int | None], None] | None,
    ) -> None:
        def good(part: Path) -> None:
            verify(part)
            if target.suffix != _STAGED:
                atomic.own(part, target)

        download.fetch(
            url,
            target,
            verify=good,
            allowed=self._allowed,
            limits=limits,
            on_progress=on_progress,
            sleep=self._sleep,
        )


def verified(path: Path, binary: ffmpeg.Binary) -> VideoFacts | AudioFacts:
    """Facts of a downloaded result: all packets read, all of it decoded without a complaint.

    Raises GatewayError when it is no video or sound, or does not decode.
    """
    facts: Facts = probe(path, faces=False, thorough=True)
    if isinstance(facts, UnknownFacts):
        raise GatewayError(
            f"the downloaded result cannot be read: {facts.problem_en}",
            f"下载的结果无法读取：{facts.problem_zh}",
        )
    if not isinstance(facts, VideoFacts | AudioFacts):
        raise GatewayError(
            f"the downloaded result is no video or sound but {facts.kind.value}",
            f"下载的结果不是音视频，而是 {facts.kind.value}",
        )
    demuxer = sniff.identify(path).demuxer
    if demuxer is None:
        raise GatewayError("the downloaded result has no known container", "下载的结果封装格式未知")
    source = ffmpeg.untrusted_input(path, demuxer)
    try:
        said = ffmpeg.run(
            binary,
            [*source, "-f", "null", "-"],
            loglevel="error",
            deadline_seconds=_DECODE_SECONDS + _DECODE_PACE * (facts.seconds or 0.0),
        )
    except ToolFailed as error:
        said = error.en
    if said.strip():
        words = said.strip().splitlines()[0][:160]
        raise GatewayError(f"the downloaded result does not decode: {words}", f"下载的结果无法解码：{words}")
    return facts


def from_bucket(
    store: Store | None,
    key: str,
    target: Path,
    *,
    endpoint: str,
    settings: Settings,
    on_progress: Callable[[int, int | None], None] | None = None,
) -> Fetched:
    """The product of a task whose TaskId never came, as the service put it into the bucket."""
    if store is None:
        raise ToolFailed(
            "its product lies in a bucket, and none is set: set MEDIAPREP_BUCKET as it was",
            "其成品位于存储桶中，但当前未设置存储桶：请恢复 MEDIAPREP_BUCKET",
        )
    binary = ffmpeg.find(settings.ffmpeg)
    measured: list[VideoFacts | AudioFacts] = []

    def verify(part: Path) -> None:
        measured.append(verified(part, binary))
        atomic.own(part, target)

    result_urls.download(store, key, target, verify=verify, on_progress=on_progress)
    return Fetched(
        task_id="", endpoint=endpoint, path=target, facts=measured[-1], seconds=measured[-1].seconds,
        notes=(_UNNAMED,),
    )  # fmt: skip


def _refuse_other_container(facts: VideoFacts | AudioFacts, target: Path) -> None:
    """The bytes' own verdict, for tasks whose request is not known here."""
    suffix = target.suffix.lower()
    fitting = _SUFFIXES.get(facts.container)
    if fitting is None or suffix in fitting or suffix == _STAGED:
        return
    right = _suffix_of(facts)
    raise BadConfig(
        f"the result is {facts.container}, the output is called {target.name}: call it {target.stem}{right}",
        f"结果为 {facts.container}，而输出名为 {target.name}：请改为 {target.stem}{right}",
    )


def file_name(task: str) -> str:
    """What the product of a task is called; a TaskId that had to be escaped may be longer than any name."""
    if is_plain_task_id(task):
        return task
    return f"{task[:48]}~{hashlib.sha256(task.encode()).hexdigest()[:8]}"


def _suffix_of(facts: VideoFacts | AudioFacts) -> str:
    return f".{facts.container}" if facts.container in _SUFFIXES else ".bin"


def _looks_like_subtitles(path: Path) -> None:
    with path.open("rb") as stream:
        head = stream.read(4096)
    if b"\0" in head.replace(b"\xff\xfe", b"") or (head.strip() and b"-->" not in head):
        raise BadAsset("what was downloaded is no SRT", "下载到的内容不是 SRT")


def _timestamps(task: str, sentences: tuple[Mapping[str, Any], ...], beside: Path) -> Path:
    path = beside.with_suffix(".timestamps.json")
    document = {
        "schema": TIMESTAMPS_SCHEMA,
        "task_id": task,
        "unit": "0.1us",
        "TextTimestampResult": list(sentences),
    }
    with atomic.landing(path) as part:
        part.write_text(strict_json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return path


def _refuse_short(seen: Progress, facts: VideoFacts | AudioFacts, *, cut: bool) -> None:
    """A result much shorter than the service states is not what was paid for, however well it decodes: a second or a
    tenth may be missing, never half. `cut`: the server said no length, so its end may be missing: a twentieth."""
    stated = seen.duration_ms / 1000
    if not 0 < stated < _MOST_STATED_SECONDS or facts.seconds is None:
        return
    missing = min(max(1.0, stated * (0.05 if cut else 0.1)), stated / 2)
    if facts.seconds >= stated - missing:
        return
    why = Text(", and the server said no length", "，且服务器未给出长度") if cut else Text("", "")
    raise GatewayError(
        f"the result is {facts.seconds:.2f} s long, the service states {stated:.2f} s{why.en}: it is not kept as good; "
        "fetch it again, and if it stays so ask the service",
        f"结果时长 {facts.seconds:.2f} 秒，服务端声称 {stated:.2f} 秒{why.zh}：不作为有效结果保存；"
        "请重新下载，若仍如此请联系服务方",
    )


def _length_note(seen: Progress, facts: VideoFacts | AudioFacts) -> tuple[Text, ...]:
    """Where the measured length is not the one that the service states."""
    if seen.duration_ms <= 0 or facts.seconds is None:
        return ()
    stated = seen.duration_ms / 1000
    if abs(stated - facts.seconds) <= max(0.5, stated * 0.02):
        return ()
    kind = "sound" if facts.kind is Kind.AUDIO else "video"
    return (
        Text(
            f"the {kind} is {facts.seconds:.2f} s long, the service states {stated:.2f} s",
            f"实测时长 {facts.seconds:.2f} 秒，服务端声称 {stated:.2f} 秒",
        ),
    )
