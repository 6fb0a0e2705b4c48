"""How a manifest's job comes into the ledger: the same request again is the same job, and is never paid again."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from mediaprep.contract import quotas
from mediaprep.contract.endpoints import ENDPOINTS
from mediaprep.errors import BadAsset, BadConfig, BadRow
from mediaprep.media.files.digest import sha256_of
from mediaprep.model.decks import lessons
from mediaprep.model.findings import Text
from mediaprep.model.paid import manifest
from mediaprep.model.paid.manifest import Job
from mediaprep.model.paid.records import JobRow, JobState, NewJob
from mediaprep.submission.bucket import request_urls
from mediaprep.submission.bucket.object_store import Store
from mediaprep.submission.bucket.signatures import digest_of, unsigned
from mediaprep.submission.job.ambiguous import acceptable_until, still_acceptable
from mediaprep.submission.job.evidence import look_again, nothing_was_charged
from mediaprep.submission.ledger import Ledger, StaleClaim
from mediaprep.submission.wire.client import Gateway
from mediaprep.verbs.paid import voicing
from mediaprep.verbs.paid.preparing import with_driver

MANIFEST: Final = "manifest"
"""Where a row's `spec` names the manifest that its job came with."""
_SPEC: Final = 1


def new_job(
    job: Job,
    gateway: Gateway,
    *,
    salt: str = "",
    unsafe: bool = False,
    contents: Mapping[Path, str] | None = None,
    avatar_type: str = "",
) -> NewJob:
    """The job as the ledger takes it. Its name is made of what is paid for: gateway, account, endpoint, the
    request with its files by content (named in `contents`, else hashed), and `salt`; not of where it goes or how it
    is finished. Places are counted for each `avatar_type` ("": not known). Raises BadAsset for a file that is
    missing."""
    if job.lesson is not None:
        return _composition(job, gateway, salt=salt, unsafe=unsafe)
    contents = contents or {}
    request = with_driver(job)
    files = request_urls.assets(job.endpoint, request, job.base)
    content: dict[str, Any] = request_urls.replaced(
        request,
        {a.parameter: contents.get(a.path) or f"sha256:{sha256_of(a.path)}" for a in files},
    )
    if job.voice_first:
        content["voice"] = "first"
    digest = digest_of(gateway.base_url, gateway.appkey, job.endpoint, content, salt)
    return NewJob(
        id=f"{_addressed(job.id)}-{digest[:12]}",
        name=job.id,
        endpoint=job.endpoint,
        base_url=gateway.base_url,
        digest=digest,
        spec={"version": _SPEC, "job": manifest.to_json(job), "salt": salt, "unsafe": unsafe},
        quota=_places_of(job.endpoint, gateway, avatar_type),
        places=_limit(job.endpoint, gateway),
        output=job.output.absolute(),
    )


def _composition(job: Job, gateway: Gateway, *, salt: str, unsafe: bool) -> NewJob:
    """A deck's job: nothing is paid for it by itself, so it takes no place."""
    assert job.lesson is not None
    for path in job.lesson.files:
        if not path.is_file():
            raise BadAsset(f"{path}: no such file", f"{path}：文件不存在")
    told = manifest.to_json(job)
    content = {name: told[name] for name in ("lesson", "request", "voice_first")}
    content["files"] = [sha256_of(path) for path in job.lesson.files]
    digest = digest_of(gateway.base_url, gateway.appkey, lessons.ENDPOINT, content, salt)
    return NewJob(
        id=f"{_addressed(job.id)}-{digest[:12]}",
        name=job.id,
        endpoint=lessons.ENDPOINT,
        base_url=gateway.base_url,
        digest=digest,
        spec={
            "version": _SPEC, "job": told, "salt": salt, "unsafe": unsafe, "account": account_of(gateway),
            "deck_sha256": content["files"][0],
        },
        output=job.output.absolute(),
    )  # fmt: skip


def _addressed(name: str) -> str:
    """A job's name as it stands in addresses and keys, where only ASCII is safe: what is lost of it is told apart by
    its digest."""
    if name.isascii():
        return name
    left = re.sub(r"[^0-9A-Za-z._-]+", "", name).strip("._-")
    return f"{left or 'job'}-{hashlib.sha256(name.encode('utf-8')).hexdigest()[:8]}"


def is_ours(row: JobRow, gateway: Gateway) -> bool:
    """Whether a row is a job of a manifest, of this account at this gateway, and no voice of another job."""
    account = row.quota.partition(":")[0] or row.spec.get("account")
    mine = row.base_url == gateway.base_url and account == account_of(gateway)
    return mine and row.resumable and "for" not in row.spec


def _places_of(endpoint: str, gateway: Gateway, avatar_type: str) -> str:
    return f"{account_of(gateway)}:{quotas.counted_under(ENDPOINTS[endpoint].quota, endpoint, avatar_type)}"


def _limit(endpoint: str, gateway: Gateway) -> int:
    bought = gateway.bought
    return quotas.in_flight_limit(ENDPOINTS[endpoint].quota, bought.exclusive, bought.audio)


def provide(ledger: Ledger, gateway: Gateway, rows: Iterable[JobRow]) -> None:
    """As many places as the account has by now, for rows that came when it had others: they are enqueued again,
    which leaves them as they are."""
    one_each = {row.quota: row for row in rows if row.quota}
    ledger.enqueue_all(
        NewJob(
            id=row.id, name=row.name, endpoint=row.endpoint, base_url=row.base_url, digest=row.digest,
            quota=row.quota, places=_limit(row.endpoint, gateway),
        )
        for row in one_each.values()
    )  # fmt: skip


def account_of(gateway: Gateway) -> str:
    """A name for whose places are counted, that does not give the appkey away."""
    return digest_of(gateway.base_url, gateway.appkey, "", {})[:8]


def voice_of(main: str, job: Job, gateway: Gateway, *, salt: str = "") -> NewJob:
    """The tts job that speaks for `job`, whose row is `main`. Raises BadConfig where no voice is named."""
    new = new_job(voicing.job_of(job), gateway, salt=salt)
    return replace(new, spec={**new.spec, "for": main})


def job_of(row: JobRow) -> Job:
    """The job that a row's `spec` was made of. Raises BadRow."""
    try:
        return manifest.from_json(row.spec["job"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BadRow(
            row.id,
            "the ledger does not say what this job is: it was made by another verb or version",
            "账本中没有此任务的完整描述：它由其他命令或版本创建",
        ) from None


def fresh_salt() -> str:
    """What makes the same request another job: one that is paid again."""
    return secrets.token_hex(8)


@dataclass(frozen=True, kw_only=True)
class EnrolmentFacts:
    """What is known of a job besides what it says: the `manifest` that it came with, kept to look it up by, and the
    type of its avatar, under which its place counts."""

    manifest: Path | None = None
    avatar_type: str = ""


_NOTHING: Final = EnrolmentFacts()


def enrol(
    ledger: Ledger,
    gateway: Gateway,
    job: Job,
    *,
    salt: str = "",
    unsafe: bool = False,
    known: EnrolmentFacts = _NOTHING,
) -> JobRow:
    """The job's row, new or as it stands; `again` opens one that had ended. With a `salt` that is not there yet the
    same request is paid anew: not while an earlier one may still be accepted. Raises BadAsset, BadConfig,
    LedgerError."""
    new = new_job(job, gateway, salt=salt, unsafe=unsafe, avatar_type=known.avatar_type)
    if known.manifest is not None:
        new = replace(new, spec={**new.spec, MANIFEST: str(known.manifest.absolute())})
    if salt:
        _refuse_before_the_fence(ledger, gateway, job, new)
    row = ledger.enqueue(new)
    if dict(row.spec) != dict(new.spec):
        ledger.respec(row.id, new.spec, new.output)
        row = ledger.job(row.id)
    return row


def _refuse_before_the_fence(ledger: Ledger, gateway: Gateway, job: Job, new: NewJob) -> None:
    """While the signature of the same request is fresh, no look for its task says that there is none."""
    unfit: list[BadRow] = []
    doubts = ledger.jobs(states=[state for state in JobState if state.in_doubt], unfit=unfit)
    for error in unfit:  # who could say that it is another request
        if error.job.startswith(f"{_addressed(new.name)}-"):
            raise error
    same = [
        row
        for row in doubts
        if (row.name, row.endpoint) == (new.name, new.endpoint)
        and row.id != new.id
        and new_job(job, gateway, salt=str(row.spec.get("salt", ""))).digest == row.digest
    ]
    until = acceptable_until(ledger, same)
    if until is None:
        return
    told = still_acceptable(same[-1].id, until, Text("run", "运行"))
    raise BadConfig(f"job {new.name}: {told.en}", f"任务 {new.name}：{told.zh}")


def again(
    ledger: Ledger, gateway: Gateway, row: JobRow, job: Job, *, salt: str = "", store: Store | None = None
) -> JobRow:
    """The row, opened again if it had ended and where that costs nothing, and so that of its voice: one that was
    refused, or whose file has gone. In `store` a product is looked for whose task is in doubt."""
    back = _way_back(ledger, row)
    if job.speaks_first and (back[0] if back else row.state) is JobState.NEW:
        for spoken in ledger.jobs(ids=[voice_of(row.id, job, gateway, salt=salt).id]):
            reopened(ledger, look_again(ledger, spoken, store))
    return reopened(ledger, look_again(ledger, row, store))


def reopened(ledger: Ledger, row: JobRow) -> JobRow:
    """A job that had ended, opened again where that costs nothing."""
    found = _way_back(ledger, row)
    if found is None:
        return row
    to, name = found
    try:
        return ledger.reopen(row, to, name=name, by="run")
    except StaleClaim:  # somebody else was quicker
        return ledger.job(row.id)


def _way_back(ledger: Ledger, row: JobRow) -> tuple[JobState, str] | None:
    if row.state is JobState.REFUSED:
        return JobState.NEW, "again"
    if row.state is JobState.FAILED:
        if row.result is not None:
            return JobState.SAVED, "finish again"
        return (JobState.NEW, "again") if nothing_was_charged(ledger, row) else None
    if row.state is JobState.DONE and not _stands(row):
        if row.result is not None and row.result.is_file() and sha256_of(row.result) == row.result_sha256:
            return JobState.SAVED, "finishing changed"
        composed = row.endpoint == lessons.ENDPOINT and not row.attempt
        return (JobState.NEW, "compose again") if composed else (JobState.MADE, "file gone")
    return None


def _stands(row: JobRow) -> bool:
    """Whether the finished file is still there, whole, and what is wished now. Nothing is wished of what another job
    is made of."""
    whole = row.output is not None and row.output.is_file() and sha256_of(row.output) == row.sha256
    if "for" in row.spec:
        return whole
    job = job_of(row)
    if row.kept.get("delivered") and job.deliver and not job.output.exists():
        whole = True  # it is where it was to go; this machine need not keep a copy
    return whole and row.kept.get("finished") == finishing_of(job) and row.output == job.output


def finishing_of(job: Job) -> str:
    """A name for how the result is finished: the wishes, and the files in them by content."""
    files = [path for _, path in job.finish.files]
    told = [manifest.to_json(job)["finish"], [sha256_of(path) if path.is_file() else "" for path in files]]
    if job.deliver:
        told.append(unsigned(job.deliver))
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode("utf-8")).hexdigest()
