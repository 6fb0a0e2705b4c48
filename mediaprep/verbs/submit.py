"""submit: a request with local files in it → an accepted task. Judged first, uploaded next, sent once."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mediaprep.config import Settings
from mediaprep.contract.rules import requests
from mediaprep.errors import Refused, Rejected
from mediaprep.leavings import state_folder
from mediaprep.media.files import own_outputs
from mediaprep.media.files.digest import sha256_of
from mediaprep.media.probing.probe import probe
from mediaprep.model.any_path import AnyPath
from mediaprep.model.facts import Facts
from mediaprep.model.findings import Finding, Verdict
from mediaprep.model.paid.jobs import Submitted, Upload
from mediaprep.model.paid.records import Input, NewJob, Ready
from mediaprep.preflight.judge import judge_file
from mediaprep.submission.bucket import object_store, request_urls
from mediaprep.submission.bucket.signatures import digest_of
from mediaprep.submission.wire.client import Gateway
from mediaprep.verbs.assets import AccountLists
from mediaprep.verbs.files import naming, remote_files
from mediaprep.verbs.judging import script_files
from mediaprep.verbs.judging.people import matched
from mediaprep.verbs.judging.request import judged_request

if TYPE_CHECKING:
    from mediaprep.submission.ledger import Ledger


def submit(
    endpoint: str,
    request: Mapping[str, Any],
    *,
    settings: Settings,
    base: AnyPath | None = None,
    gateway: Gateway | None = None,
    store: object_store.Store | None = None,
    ledger: Ledger | None = None,
    check_files: bool = True,
    again: bool = False,
    wait_seconds: float = 0.0,
    doubt_seconds: float = 30.0,
    beside: AnyPath | None = None,
    on_upload: Callable[[request_urls.Asset, int], None] | None = None,
    on_wait: Callable[[float, Rejected], None] = lambda pause, why: None,
    sleep: Callable[[float], None] = time.sleep,
) -> Submitted:
    """Submit `request` (wire spelling; URL parameters may be paths, relative to `base`) to `endpoint`.

    `check_files=False` when the caller has judged the files. For up to `wait_seconds` it waits for a free
    place, and for up to `doubt_seconds` for a sign of a task whose answer was lost. The same request again is the
    same job: it goes on, or tells its task while its result is kept; only `again` submits (and pays) once more. That
    it was sent is also noted in `beside` (or `base`, or the user's state folder), for the day when the ledger is an
    older copy. Raises Refused (with findings), BadAsset, BadConfig, and the gateway's errors.
    """
    base, beside = None if base is None else Path(base), None if beside is None else Path(beside)
    gateway, here = gateway or Gateway(settings), base or Path()
    request = remote_files.in_request(endpoint, request, settings)
    given = _judged_request(endpoint, request, here, settings=settings, check_files=check_files)
    wire = gateway.prepare(endpoint, request_urls.stand_ins(given.request, given.files))
    from mediaprep.submission.gate.gate import addresses
    from mediaprep.submission.job import single_request  # what is refused never loads the ledger's library
    from mediaprep.submission.ledger import selection

    outlives_us = settings.gate if not settings.gate_listen else None
    gate = addresses(outlives_us) if outlives_us else None
    if store is None and (settings.bucket or (given.files and gate is None)):
        store = object_store.store(settings)
    noted = beside or base
    sent = (noted / own_outputs.STATE if noted is not None else state_folder()).absolute() / "sent"
    uploads: tuple[Upload, ...] = ()

    def ready_to_send() -> Ready:
        nonlocal uploads
        if noted is not None:
            with contextlib.suppress(OSError):  # it is sent all the same
                own_outputs.make_private(sent)
        if store is None or gate is not None:
            return Ready(payload=given.request, inputs=tuple(map(_input, given.files)))
        payload, uploads = request_urls.upload(given.request, given.files, store, on_progress=on_upload)
        return Ready(payload=payload)

    new, formerly = _job(endpoint, wire, given.files, gateway, store)
    stages = single_request.GivenRequest(ready_to_send, sent)
    patience = single_request.CallerPatience(
        place_seconds=wait_seconds, doubt_seconds=doubt_seconds, told=on_wait, sleep=sleep
    )
    with contextlib.ExitStack() as opened:
        book = ledger or opened.enter_context(selection.opened_for(settings, gateway))
        book.keep_for(gateway.kind(), gateway.base_url)  # where nobody answers, nothing is written
        with single_request.worker(book, gateway, stages, store=store, gate=gate) as worker:
            row, before = single_request.accepted(worker, new, patience, again=again, formerly=formerly)
    return Submitted(
        task_id=row.task_id or "", job=row.id, endpoint=endpoint, before=before, uploads=uploads,
        advice=given.findings,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Given:
    """A request that may be sent: its local files, and what is worth knowing of it."""

    request: dict[str, Any]
    files: tuple[request_urls.Asset, ...]
    findings: tuple[Finding, ...]


def _judged_request(
    endpoint: str, request: Mapping[str, Any], base: Path, *, settings: Settings, check_files: bool
) -> _Given:
    request = script_files.read(request, base)
    filled_in = requests.derived(endpoint, request)
    request = requests.with_driver(endpoint, request)
    found = tuple(
        replace(asset, suffix=naming.suffix_of(asset.path))
        for asset in request_urls.assets(endpoint, request, base)
    )
    looked_at = found if check_files else ()
    ready = request_urls.stand_ins(request, found)
    findings = filled_in + _judged(endpoint, request, ready, looked_at, settings=settings, base=base)
    if not check_files:  # what somebody else has looked at is not unknown
        findings = tuple(finding for finding in findings if finding.verdict is not Verdict.UNKNOWN)
    _refuse(endpoint, findings)
    return _Given(request=request, files=found, findings=findings)


def _job(
    endpoint: str,
    wire: Mapping[str, Any],
    found: tuple[request_urls.Asset, ...],
    gateway: Gateway,
    store: object_store.Store | None,
) -> tuple[NewJob, str]:
    """The request as a job, named by what is paid for: the account, and the request with its files by content. And
    its digest as it was when files stood in it by where they were uploaded to."""
    content = {asset.parameter: sha256_of(asset.path) for asset in found}

    def digest(files: Mapping[str, str]) -> str:
        return digest_of(gateway.base_url, gateway.appkey, endpoint, request_urls.replaced(wire, files))

    now = digest({parameter: f"sha256:{sha256}" for parameter, sha256 in content.items()})
    new = NewJob(
        id=f"{endpoint}-{now[:12]}", name=endpoint, endpoint=endpoint, base_url=gateway.base_url, digest=now
    )
    if store is None or not found:
        return new, now
    keys = [
        store.key(object_store.object_name(content[one.parameter], one.path, one.suffix)) for one in found
    ]
    uploaded = {one.parameter: store.get_url(key, 60) for one, key in zip(found, keys, strict=True)}
    return new, digest(uploaded)


def _input(asset: request_urls.Asset) -> Input:
    return Input(parameter=asset.parameter, path=asset.path.absolute(), state=asset.seen, suffix=asset.suffix)


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
    known = AccountLists(settings).known(endpoint, ready)
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
