"""The seam to the ledger of paid work, and its plain form: an append-only journal, one synced line an event.

A submit is written down before it is sent and its TaskId before anyone hears of it; a submit whose end nobody
knows is reported and never repeated by itself.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Protocol

from mediaprep.config import Settings, redact
from mediaprep.contract.codes import Retry, of_interface
from mediaprep.errors import BadConfig, GatewayError, LedgerError, Rejected, Unknown, Unreachable
from mediaprep.model.jobs import Attempt, Standing
from mediaprep.submit.durable import append_line

_VERSION: Final = 1
_PACES: Final = 20
_SIGNING: Final = (
    "x-amz-", "x-cos-security-token=", "q-sign-", "q-ak=", "q-key-", "q-header-", "q-url-", "q-signature=",
    "signature=", "sign=", "expires=", "awsaccesskeyid=", "ossaccesskeyid=", "security-token=",
)  # fmt: skip
"""Beginnings of the query parameters with which S3, COS and OSS sign a URL, in lower case."""


class Ledger(Protocol):
    """What submitting needs of a ledger."""

    def intent(self, *, endpoint: str, base_url: str, request: Mapping[str, Any], digest: str) -> str:
        """Durably note that a POST is about to be sent; gives the attempt's name."""

    def accepted(self, attempt: str, task_id: str) -> None:
        """Durably note the TaskId."""

    def ended(self, attempt: str, standing: Standing, why: str = "") -> None:
        """Durably note any other end."""

    def find(self, task_id: str) -> Attempt | None:
        """The attempt that was given this TaskId."""

    def in_doubt(self, digest: str | None = None) -> tuple[Attempt, ...]:
        """Attempts that may have been accepted unknown to us, oldest first; of one request if given."""

    def made(self, task_id: str, making_seconds: float, product_seconds: float) -> None:
        """Note how long a task was seen to be made, and how long its product is."""

    def pace(self, endpoint: str, base_url: str) -> float | None:
        """Seconds of making for one second of product, as seen there before; None without a sighting."""


class Journal:
    """A JSONL file. Every event is one `write` to a file opened for appending, followed by fsync."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def intent(self, *, endpoint: str, base_url: str, request: Mapping[str, Any], digest: str) -> str:
        attempt = secrets.token_hex(16)
        self._append(
            "intent",
            attempt,
            endpoint=endpoint,
            base_url=base_url,
            digest=digest,
            request=json.loads(redact(json.dumps(request, ensure_ascii=False))),
            pid=os.getpid(),
        )
        return attempt

    def accepted(self, attempt: str, task_id: str) -> None:
        self._append(Standing.ACCEPTED, attempt, task_id=task_id)

    def ended(self, attempt: str, standing: Standing, why: str = "") -> None:
        self._append(standing, attempt, why=redact(why))

    def find(self, task_id: str) -> Attempt | None:
        return next((a for a in self.attempts() if a.task_id == task_id), None)

    def in_doubt(self, digest: str | None = None) -> tuple[Attempt, ...]:
        return tuple(a for a in self.attempts() if a.standing.in_doubt and digest in (None, a.digest))

    def made(self, task_id: str, making_seconds: float, product_seconds: float) -> None:
        attempt = self.find(task_id)
        if attempt is not None and product_seconds > 0:
            pace = round(making_seconds / product_seconds, 3)
            self._append("made", attempt.attempt, pace=pace)

    def pace(self, endpoint: str, base_url: str) -> float | None:
        there = {a.attempt for a in self.attempts() if (a.endpoint, a.base_url) == (endpoint, base_url)}
        seen = [
            float(event["pace"])
            for event in self._events()
            if event.get("event") == "made"
            and event.get("attempt") in there
            and isinstance(event.get("pace"), int | float)
        ]
        return statistics.median(seen[-_PACES:]) if seen else None

    def attempts(self) -> tuple[Attempt, ...]:
        """Every attempt with what became of it, oldest first."""
        found: dict[str, Attempt] = {}
        for event in self._events():
            name = event.get("attempt")
            if event.get("event") == "intent":
                attempt = _read_intent(event)
                if attempt is not None:
                    found[attempt.attempt] = attempt
            elif isinstance(name, str) and name in found:
                found[name] = _moved(found[name], event)
        return tuple(found.values())

    def _append(self, event: str, attempt: str, **fields: object) -> None:
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        row = {"v": _VERSION, "event": str(event), "attempt": attempt, "at": at, **fields}
        try:
            append_line(self.path, json.dumps(row, ensure_ascii=False).encode("utf-8"))
        except OSError as error:
            why = error.strerror or str(error)
            raise LedgerError(
                f"the journal {self.path} cannot be written: {why}; set MEDIAPREP_LEDGER to another file",
                f"无法写入日志 {self.path}：{why}；可用 MEDIAPREP_LEDGER 指定其他文件",
            ) from None

    def _events(self) -> Iterable[dict[str, Any]]:
        try:
            lines = self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return
        except OSError as error:
            raise LedgerError(
                f"the journal {self.path} cannot be read: {error.strerror}",
                f"无法读取日志 {self.path}：{error.strerror}",
            ) from None
        for line in lines:
            try:
                event = json.loads(line)
            except ValueError:
                continue  # a torn line: an intent never sent, or an end never heard, which leaves it in doubt
            if isinstance(event, dict):
                yield event


def _read_intent(event: Mapping[str, Any]) -> Attempt | None:
    names = ("attempt", "endpoint", "base_url", "digest", "at")
    request = event.get("request")
    if not all(isinstance(event.get(name), str) for name in names) or not isinstance(request, dict):
        return None
    return Attempt(request=request, **{name: event[name] for name in names})


def _moved(attempt: Attempt, event: Mapping[str, Any]) -> Attempt:
    said = event.get("event")
    if said not in set(Standing) or attempt.standing is Standing.ACCEPTED:
        return attempt
    task_id = event.get("task_id")
    return replace(
        attempt,
        standing=Standing(said),
        task_id=task_id if isinstance(task_id, str) else attempt.task_id,
        why=str(event.get("why", "")),
    )


def journal(settings: Settings, environ: Mapping[str, str] | None = None) -> Journal:
    """The journal that `settings.ledger` names, else one in the user's state folder."""
    if settings.ledger:
        if "://" in settings.ledger:
            scheme = settings.ledger.partition("://")[0]
            raise BadConfig(
                f"ledger: {scheme}:// is not supported, name a file",
                f"ledger：不支持 {scheme}://，请指定文件",
            )
        return Journal(Path(settings.ledger).expanduser())
    environ = os.environ if environ is None else environ
    state = environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Journal(Path(state).expanduser() / "mediaprep" / "journal.jsonl")


def digest_of(base_url: str, appkey: str, endpoint: str, payload: Mapping[str, Any]) -> str:
    """A name for "the same request again": signatures in URLs, which change with time, do not count."""
    bare = json.dumps(_unsigned(payload), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256("\n".join((base_url, appkey, endpoint, bare)).encode("utf-8")).hexdigest()


def _unsigned(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _unsigned(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_unsigned(item) for item in value]
    if not isinstance(value, str) or not value.startswith(("http://", "https://")):
        return value
    address, _, query = value.partition("?")
    kept = [pair for pair in query.split("&") if pair and not pair.lower().startswith(_SIGNING)]
    return f"{address}?{'&'.join(kept)}" if kept else address


def may_have_been_accepted(error: GatewayError) -> bool:
    """Whether the request that ended in `error` may exist as a task, and be charged."""
    if isinstance(error, Rejected):
        return of_interface(error.code).retry in (Retry.AMBIGUOUS, Retry.NEVER_RESUBMIT)
    return isinstance(error, Unknown)


def recorded(
    ledger: Ledger,
    send: Callable[[str], str],
    *,
    endpoint: str,
    base_url: str,
    request: Mapping[str, Any],
    digest: str,
) -> str:
    """One attempt: intent, `send(attempt)`, outcome. Gives the TaskId; raises what `send` raised."""
    attempt = ledger.intent(endpoint=endpoint, base_url=base_url, request=request, digest=digest)
    try:
        task_id = send(attempt)
    except GatewayError as error:
        if may_have_been_accepted(error):
            standing = Standing.UNKNOWN
        else:
            standing = Standing.NOT_SENT if isinstance(error, Unreachable) else Standing.REFUSED
        ledger.ended(attempt, standing, str(error))
        raise
    try:
        ledger.accepted(attempt, task_id)
    except LedgerError as error:
        raise LedgerError(
            f"task {task_id} was accepted, but {error.en}", f"任务 {task_id} 已被接受，但{error.zh}"
        ) from None
    return task_id
