"""submit: a request with local files in it → an accepted task. Judged first, uploaded next, sent once."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mediaprep.config import Settings
from mediaprep.contract.requests import advice
from mediaprep.errors import Refused, Rejected, Unknown
from mediaprep.media.probe import probe
from mediaprep.model.facts import Facts
from mediaprep.model.findings import Finding, Verdict
from mediaprep.model.jobs import Attempt, Standing, Submitted
from mediaprep.preflight import addresses
from mediaprep.preflight.rules import judge_file, judge_request
from mediaprep.submit import storage, urls
from mediaprep.submit.client import Gateway, when_free
from mediaprep.submit.journal import Ledger, digest_of, journal, recorded
from mediaprep.verbs.people import matched


def submit(
    endpoint: str,
    request: Mapping[str, Any],
    *,
    settings: Settings,
    base: Path | None = None,
    gateway: Gateway | None = None,
    store: storage.Store | None = None,
    ledger: Ledger | None = None,
    check_files: bool = True,
    again: bool = False,
    wait_seconds: float = 0.0,
    on_upload: Callable[[urls.Asset, int], None] | None = None,
    on_wait: Callable[[float, Rejected], None] | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Submitted:
    """Submit `request` (wire spelling; URL parameters may be paths, relative to `base`) to `endpoint`.

    `check_files=False` when the caller has judged the files. For up to `wait_seconds` it waits for a free
    place. `again` submits although an earlier submit of the same request may have been accepted. Raises
    Refused (with findings), BadAsset, BadConfig, and the gateway's errors.
    """
    gateway = gateway or Gateway(settings)
    ledger = ledger or journal(settings)
    found = urls.assets(endpoint, request, base or Path())
    ready = urls.stand_ins(request, found)
    gateway.prepare(endpoint, ready)
    findings = urls.advice(endpoint, request) + addresses.judge(endpoint, request, time.time())
    findings += _judged(endpoint, ready, found, settings) if check_files else advice(endpoint, ready)
    _refuse(endpoint, findings)
    uploads: tuple[Any, ...] = ()
    sent = dict(request)
    if found:
        sent, uploads = urls.upload(request, found, store or storage.store(settings), on_progress=on_upload)
    payload = gateway.prepare(endpoint, sent)
    digest = digest_of(gateway.base_url, gateway.appkey, endpoint, payload)
    _settle_doubt(ledger, ledger.in_doubt(digest), again)

    def attempt() -> str:
        return recorded(
            ledger,
            lambda name: gateway.submit(endpoint, sent, request_id=name),
            endpoint=endpoint,
            base_url=gateway.base_url,
            request=payload,
            digest=digest,
        )

    task_id = when_free(
        attempt, deadline_seconds=wait_seconds, on_wait=on_wait, sleep=sleep, jitter=random.random
    )
    return Submitted(task_id=task_id, endpoint=endpoint, uploads=uploads, advice=findings)


def _judged(
    endpoint: str, ready: Mapping[str, Any], found: tuple[urls.Asset, ...], settings: Settings
) -> tuple[Finding, ...]:
    """Findings on the request and its local files; each file is measured once."""
    measured: dict[Path, Facts] = {}
    findings: list[Finding] = []
    for asset in found:
        if asset.path not in measured:
            measured[asset.path] = probe(asset.path)
        findings += judge_file(
            endpoint, asset.parameter, measured[asset.path], ready, profile=settings.profile
        )
    facts = {asset.parameter: measured[asset.path] for asset in found}
    together = matched(endpoint, ready, {asset.parameter: asset.path for asset in found}, facts)
    findings += judge_request(endpoint, ready, together, settings.profile)
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


def _settle_doubt(ledger: Ledger, doubts: tuple[Attempt, ...], again: bool) -> None:
    """An earlier submit of the same request whose end nobody knows: stop, or set it aside if told to."""
    if not doubts:
        return
    if again:
        for doubt in doubts:
            ledger.ended(doubt.attempt, Standing.SET_ASIDE, "submitted again on request")
        return
    last = doubts[-1]
    why = f": {last.why}" if last.why else ""
    raise Unknown(
        f"{last.endpoint}: the same request was submitted at {last.at} and may have been accepted "
        f"(attempt {last.attempt}{why}); look for its task, or submit with --again",
        f"{last.endpoint}：同一请求已于 {last.at} 提交且可能已被接受（尝试 {last.attempt}{why}）；"
        "请先确认任务是否存在，确需重提请加 --again",
    )
