"""submit: a request with local files in it → an accepted task. Judged first, uploaded next, sent once."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mediaprep.config import Settings
from mediaprep.contract.rules import requests
from mediaprep.errors import MediaprepError, Refused, Rejected, Unknown
from mediaprep.media.probing.probe import probe
from mediaprep.model.facts import Facts
from mediaprep.model.findings import Finding, Text, Verdict
from mediaprep.model.paid.jobs import Submitted
from mediaprep.model.paid.records import JobRow
from mediaprep.preflight.judge import judge_file
from mediaprep.submission.bucket import object_store, request_urls
from mediaprep.submission.bucket.signatures import digest_of
from mediaprep.submission.job import oneshot
from mediaprep.submission.ledger import Ledger, selection
from mediaprep.submission.wire.client import Gateway, when_free
from mediaprep.verbs.assets import Account
from mediaprep.verbs.files import naming
from mediaprep.verbs.judging import script_files
from mediaprep.verbs.judging.people import matched
from mediaprep.verbs.judging.request import judged_request


def submit(
    endpoint: str,
    request: Mapping[str, Any],
    *,
    settings: Settings,
    base: Path | None = None,
    gateway: Gateway | None = None,
    store: object_store.Store | None = None,
    ledger: Ledger | None = None,
    check_files: bool = True,
    again: bool = False,
    wait_seconds: float = 0.0,
    on_upload: Callable[[request_urls.Asset, int], None] | None = None,
    on_wait: Callable[[float, Rejected], None] | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Submitted:
    """Submit `request` (wire spelling; URL parameters may be paths, relative to `base`) to `endpoint`.

    `check_files=False` when the caller has judged the files. For up to `wait_seconds` it waits for a free
    place. The same request again is the same task while its result is kept, and one whose answer was lost is
    not sent again; `again` submits (and pays) regardless. Raises Refused (with
    findings), BadAsset, BadConfig, and the gateway's errors.
    """
    gateway, base = gateway or Gateway(settings), base or Path()
    request = script_files.read(request, base)
    filled_in = requests.derived(endpoint, request)
    request = requests.with_driver(endpoint, request)
    found = tuple(
        replace(asset, suffix=naming.suffix_of(asset.path))
        for asset in request_urls.assets(endpoint, request, base)
    )
    ready = request_urls.stand_ins(request, found)
    findings = filled_in + _judged(
        endpoint, request, ready, found if check_files else (), settings=settings, base=base
    )
    if not check_files:  # what somebody else has looked at is not unknown
        findings = tuple(finding for finding in findings if finding.verdict is not Verdict.UNKNOWN)
    _refuse(endpoint, findings)
    gateway.prepare(endpoint, ready)
    uploads: tuple[Any, ...] = ()
    sent = dict(request)
    if found:
        sent, uploads = request_urls.upload(
            request, found, store or object_store.store(settings), on_progress=on_upload
        )
    payload = gateway.prepare(endpoint, sent)
    digest = digest_of(gateway.base_url, gateway.appkey, endpoint, payload)
    with contextlib.ExitStack() as opened:
        book = ledger or opened.enter_context(selection.opened_for(settings, gateway))
        _settle_doubt(book, oneshot.doubts(book, digest), again)
        known = None if again else oneshot.accepted(book, digest, time.time())
        if known is not None and known.task_id is not None:
            return Submitted(
                task_id=known.task_id, endpoint=endpoint, before=True, uploads=uploads, advice=findings
            )
        once = oneshot.OneShot(book, gateway, endpoint, payload, digest, again=again)
        before = False
        try:
            task_id = when_free(
                once.send, deadline_seconds=wait_seconds, on_wait=on_wait, sleep=sleep, jitter=random.random
            )
        except MediaprepError as error:
            once.give_up(error)
            if not isinstance(error, oneshot.Twin):
                raise
            if error.row.task_id is None:
                _settle_doubt(book, (error.row,), again=False)
            task_id, before = error.row.task_id or "", True
    return Submitted(task_id=task_id, endpoint=endpoint, before=before, uploads=uploads, advice=findings)


def _judged(
    endpoint: str,
    request: Mapping[str, Any],
    ready: Mapping[str, Any],
    found: tuple[request_urls.Asset, ...],
    *,
    settings: Settings,
    base: Path,
) -> tuple[Finding, ...]:
    """Findings on the request and the local files that are to be looked at; each file is measured once."""
    measured: dict[Path, Facts] = {}
    findings: list[Finding] = []
    for asset in found:
        if asset.path not in measured:
            measured[asset.path] = probe(asset.path)
        one = measured[asset.path]
        findings += judge_file(endpoint, asset.parameter, one, ready, profile=settings.profile)
        findings += naming.judge(endpoint, asset.parameter, one, asset.path)
    facts = {asset.parameter: measured[asset.path] for asset in found}
    together = matched(endpoint, ready, {asset.parameter: asset.path for asset in found}, facts)
    known = Account(settings).known(endpoint, ready)
    findings += judged_request(
        endpoint, request, ready, base=base, facts=together, known=known, profile=settings.profile
    )
    return tuple(findings)


def _refuse(endpoint: str, findings: tuple[Finding, ...]) -> None:
    refused = tuple(finding for finding in findings if finding.verdict is Verdict.REFUSED)
    if refused:
        en = "; ".join(finding.message.en for finding in refused[:3])
        zh = "；".join(finding.message.zh for finding in refused[:3])
        raise Refused(
            f"{endpoint}: not sent: {en} (mediaprep fix mends what can be mended)",
            f"{endpoint}：未发送：{zh}（mediaprep fix 可修复其中可修的部分）",
            refused,
        )


def _refuse_before(doubt: JobRow, until: float) -> None:
    """While a signature is fresh, its request may be accepted at any moment. Raises Unknown."""
    told = oneshot.still_acceptable(doubt.id, until, Text("submit", "提交"))
    raise Unknown(f"{doubt.endpoint}: {told.en}", f"{doubt.endpoint}：{told.zh}")


def _settle_doubt(ledger: Ledger, doubts: tuple[JobRow, ...], again: bool) -> None:
    """An earlier submit of the same request whose end nobody knows: stop, or set it aside if told to and if its
    signature is too old to be accepted."""
    if not doubts:
        return
    until = oneshot.acceptable_until(ledger, doubts)
    if again and until is None:
        for doubt in doubts:
            oneshot.set_aside(ledger, doubt)
        return
    last = doubts[-1]
    if until is not None:
        _refuse_before(last, until)
    at = datetime.fromtimestamp(last.created_at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    why = (f": {last.note.en}", f"：{last.note.zh}") if last.note.en else ("", "")
    raise Unknown(
        f"{last.endpoint}: the same request was submitted at {at} and may have been accepted "
        f"(job {last.id}{why[0]}); look for its task, or submit with --again",
        f"{last.endpoint}：同一请求已于 {at} 提交且可能已被接受（任务 {last.id}{why[1]}）；"
        "请先确认任务是否存在，确需重提请加 --again",
    )
