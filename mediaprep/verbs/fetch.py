"""fetch: wait for a task to its end, download what it made, decode it, keep it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from mediaprep.config import Settings
from mediaprep.contract.paths import first
from mediaprep.contract.progress import Status
from mediaprep.contract.semantics import ends_in_motion
from mediaprep.errors import (
    LedgerError,
    MediaprepError,
    Refused,
    TaskFailed,
)
from mediaprep.media.files.digest import sha256_of
from mediaprep.media.prove import evidence_of_output, recheck
from mediaprep.model.any_path import AnyPath
from mediaprep.model.facts import VideoFacts
from mediaprep.model.findings import Finding, Text, Verdict
from mediaprep.model.finishing.receipts import DRIVING
from mediaprep.model.paid.gateways import GatewayKind
from mediaprep.model.paid.jobs import Fetched, Waiting
from mediaprep.model.paid.manifest import Job
from mediaprep.model.paid.records import JobRow
from mediaprep.preflight.manifest_rules import judge_job
from mediaprep.preflight.scripts.estimate import script_seconds
from mediaprep.submission.bucket import object_store
from mediaprep.submission.download import download
from mediaprep.submission.job import single_request
from mediaprep.submission.job.evidence import OBJECT
from mediaprep.submission.job.watch import making_estimate, watch
from mediaprep.submission.ledger import Ledger, selection
from mediaprep.submission.wire.client import Gateway
from mediaprep.verbs.files.result_files import Getting, file_name, from_bucket
from mediaprep.verbs.finishing import output_claims, receipts
from mediaprep.verbs.progress import ask, origin


def fetch(
    task: str,
    output: AnyPath,
    *,
    settings: Settings,
    endpoint: str | None = None,
    gateway: Gateway | None = None,
    ledger: Ledger | None = None,
    deadline_seconds: float | None = None,
    making_seconds: float | None = None,
    driving: AnyPath | None = None,
    write_receipt: bool = False,
    overwrite: bool = False,
    on_event: Callable[[Waiting], None] | None = None,
    on_progress: Callable[[int, int | None], None] | None = None,
    limits: download.Limits = download.DEFAULT_LIMITS,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Fetched:
    """The task's product at `output` (a file; an existing folder gets TaskId.suffix), subtitles and timestamps beside
    it; what stands there is replaced if it is ours and unchanged, or with `overwrite`. Waits up to `deadline_seconds`
    (None: as long as it takes). `write_receipt` puts the receipt of a video beside it too; `driving` is the sound
    that was sent and should be heard in it.

    Raises Refused for an output whose name cannot fit, TaskFailed, StillPending, and what downloading and
    decoding raise. `output` appears whole, decoded and under its own name, or not at all.
    """
    output, driving = Path(output), None if driving is None else Path(driving)
    gateway = gateway or Gateway(settings)
    beside = (
        [] if output.is_dir() else [output.with_suffix(ending) for ending in (".srt", ".timestamps.json")]
    )
    if beside:
        output_claims.claim([output, receipts.path_of(output), *beside], reads=[driving], overwrite=overwrite)
        output_claims.make_room([output, receipts.path_of(output), *beside])
    with contextlib.ExitStack() as opened:
        if ledger is None and (here := selection.known_for(settings, gateway)) is not None:
            ledger = opened.enter_context(here)
        task, known = origin(task, gateway, ledger)
        if known is not None and not output.is_dir():
            _refuse_misnamed(known, output)
        if known is not None and known.task_id is None and known.media is not None:
            key = known.media.removeprefix(OBJECT)
            target = output / f"{known.id}{Path(key).suffix}" if output.is_dir() else output
            store = object_store.store(settings) if settings.bucket else None
            fetched = from_bucket(
                store, key, target, endpoint=known.endpoint, settings=settings, on_progress=on_progress
            )
            if ledger is not None:
                single_request.saved(ledger, known, target, sha256_of(target))
            return fetched
        asked = endpoint or (known.endpoint if known else None) or ask(task, gateway, None)[0]
        sighting = _Sighting(on_event, clock)
        try:
            seen = watch(
                gateway,
                task,
                asked,
                on_event=sighting.note,
                deadline_seconds=deadline_seconds,
                making_seconds=making_seconds if making_seconds is not None else _expected(known, ledger),
                clock=clock,
                sleep=sleep,
            )
        except TaskFailed as error:
            if ledger is not None and known is not None:
                single_request.failed(ledger, known, error)
            raise
        took = sighting.seconds()
        if output.is_dir() and overwrite:
            output_claims.claim(sorted(output.glob(f"{file_name(task)}.*")), reads=[driving], overwrite=True)
        getting = Getting(task, asked, gateway, settings, limits, sleep, _submitted(known, ledger))
        fetched = getting.all(seen, output, on_progress)
        if ledger is not None and known is not None:
            with contextlib.suppress(LedgerError):  # only the next ETA would have used it
                if took is not None and fetched.seconds:
                    ledger.made(task, took, fetched.seconds)
            single_request.saved(ledger, known, fetched.path, sha256_of(fetched.path))
        if write_receipt and isinstance(fetched.facts, VideoFacts):
            return _with_receipt(fetched, known, driving, gateway, settings.ffmpeg)
    return fetched


def _with_receipt(
    fetched: Fetched,
    known: JobRow | None,
    driving: Path | None,
    gateway: Gateway,
    ffmpeg_path: str | None,
) -> Fetched:
    """What the video shows and sounds like, written down beside it. It was paid for and is kept in any case."""
    try:
        voice = evidence_of_output.voice_of(driving, role=DRIVING) if driving else None
        moving = ends_in_motion(fetched.endpoint, (known.payload if known else None) or {})
        checked = replace(fetched, checks=recheck.fetched(fetched.path, voice, moving=moving))
        receipt = receipts.of_fetch(
            checked, request=known.payload if known else None, driving=voice,
            emulated=gateway.kind() is GatewayKind.EMULATED, ffmpeg_path=ffmpeg_path,
        )  # fmt: skip
        return replace(checked, receipt=receipts.write(receipt, fetched.path))
    except MediaprepError as error:
        note = Text(f"no receipt: {error.en}", f"未写出回执：{error.zh}")
        return replace(fetched, notes=(*fetched.notes, note))


class _Sighting:
    """How long a task was seen being made; nothing where its end was not watched live."""

    def __init__(self, on_event: Callable[[Waiting], None] | None, clock: Callable[[], float]) -> None:
        self._on_event, self._clock = on_event, clock
        self._since: float | None = None

    def note(self, event: Waiting) -> None:
        if event.status == Status.MAKING and self._since is None:
            self._since = self._clock()
        if self._on_event:
            self._on_event(event)

    def seconds(self) -> float | None:
        return None if self._since is None else self._clock() - self._since


def _expected(known: JobRow | None, ledger: Ledger | None) -> float | None:
    """How long making should take: at the pace seen there before, or that of the docs, for a product as long
    as the script needs. None where either cannot be told."""
    if known is None or known.payload is None or ledger is None:
        return None
    full_hd = first(known.payload, "VideoParam.Resolution") == 1
    pace = ledger.pace(known.endpoint, known.base_url)
    return making_estimate(known.endpoint, script_seconds(known.payload), full_hd=full_hd, pace=pace)


def _submitted(known: JobRow | None, ledger: Ledger | None) -> datetime | None:
    """When the task was submitted, if the ledger knows."""
    attempt = ledger.attempt(known.id, known.attempt) if known is not None and ledger is not None else None
    return datetime.fromtimestamp(attempt.created_at, UTC) if attempt is not None else None


def _refuse_misnamed(known: JobRow, output: Path) -> None:
    """An output name that the request's own format contradicts, told before anything is waited for."""
    job = Job(id=known.task_id or "", endpoint=known.endpoint, request=known.payload or {}, output=output)
    refused = tuple(f for f in judge_job(job) if f.verdict is Verdict.REFUSED)
    if refused:
        raise Refused(*_told(refused[0]), refused)


def _told(finding: Finding) -> tuple[str, str]:
    if finding.fix is None:
        return finding.message.en, finding.message.zh
    return f"{finding.message.en}: {finding.fix.en}", f"{finding.message.zh}：{finding.fix.zh}"
