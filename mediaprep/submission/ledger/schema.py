"""The tables of the ledger, and a row of each as a value. Secrets are taken out on the way in."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from mediaprep.config import redact
from mediaprep.errors import BadRow
from mediaprep.model.findings import Text
from mediaprep.model.paid.records import AttemptRow, AttemptState, Input, JobRow, JobState, LedgerEvent, Owner
from mediaprep.submission.bucket.signatures import unsigned

HEAD: Final = "0002"
"""The revision of migrations/versions that the code below is written for."""

_SUFFIX: Final = re.compile(r"\.[0-9a-z]{1,8}")

METADATA: Final = sa.MetaData()
_WHEN: Final = sa.Double[float]()

JOB: Final = sa.Table(
    "job",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("endpoint", sa.Text, nullable=False),
    sa.Column("base_url", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("managed", sa.Boolean, nullable=False),
    sa.Column("quota", sa.Text, nullable=False),
    sa.Column("spec", sa.Text, nullable=False),
    sa.Column("payload", sa.Text),
    sa.Column("inputs", sa.Text, nullable=False),
    sa.Column("whole", sa.Boolean, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("task_id", sa.Text),
    sa.Column("media", sa.Text),
    sa.Column("expires_at", _WHEN),
    sa.Column("result", sa.Text),
    sa.Column("result_sha256", sa.Text),
    sa.Column("output", sa.Text),
    sa.Column("sha256", sa.Text),
    sa.Column("kept", sa.Text, nullable=False),
    sa.Column("pace", _WHEN),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("owner_host", sa.Text),
    sa.Column("owner_pid", sa.BigInteger),
    sa.Column("owner_started", sa.BigInteger),
    sa.Column("owner_name", sa.Text),
    sa.Column("lease_until", _WHEN, nullable=False),
    sa.Column("next_at", _WHEN, nullable=False),
    sa.Column("hinted_at", _WHEN, nullable=False),
    sa.Column("state_at", _WHEN, nullable=False),
    sa.Column("seen_at", _WHEN),
    sa.Column("created_at", _WHEN, nullable=False),
    sa.Index("job_due", "state", "next_at"),
    sa.Index("job_held", "lease_until"),
    sa.Index("job_task", "task_id"),
    sa.Index("job_digest", "digest"),
)

ATTEMPT: Final = sa.Table(
    "attempt",
    METADATA,
    sa.Column("job", sa.Text, primary_key=True),
    sa.Column("n", sa.Integer, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("nonce_hash", sa.Text, nullable=False),
    sa.Column("token_hash", sa.Text, nullable=False),
    sa.Column("signed_at", _WHEN, nullable=False),
    sa.Column("fence_at", _WHEN, nullable=False),
    sa.Column("fetched_at", _WHEN),
    sa.Column("flowed_at", _WHEN),
    sa.Column("task_id", sa.Text),
    sa.Column("callback_task", sa.Text),  # all of them, a blank between two
    sa.Column("callback_at", _WHEN),
    sa.Column("gated", sa.Boolean, nullable=False),
    sa.Column("callback", sa.Boolean, nullable=False),
    sa.Column("inputs", sa.Text, nullable=False),
    sa.Column("results", sa.Text, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("created_at", _WHEN, nullable=False),
    sa.Column("ended_at", _WHEN),
)

PERMIT: Final = sa.Table(
    "permit",
    METADATA,
    sa.Column("quota", sa.Text, primary_key=True),
    sa.Column("slot", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("job", sa.Text),
    sa.Column("free_at", _WHEN, nullable=False),
    sa.Index("permit_job", "job"),
)

EVENT: Final = sa.Table(
    "event",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("job", sa.Text, nullable=False),
    sa.Column("at", _WHEN, nullable=False),
    sa.Column("frm", sa.Text, nullable=False),
    sa.Column("to", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Index("event_job", "job", "id"),
)

ABOUT: Final = sa.Table(
    "about",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
"""What the ledger says of itself (see kinds)."""


def clean(value: Any) -> Any:
    """`value` without signatures and secrets; equal to `value` where there were none."""
    if isinstance(value, Mapping):
        return {str(name): clean(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean(item) for item in value]
    if not isinstance(value, str):
        return value
    bare = unsigned(value)
    # An address keeps the harmless part of its query: without it, it would be another address.
    address, mark, query = bare.partition("?")
    if mark and bare.startswith(("http://", "https://")) and "?" not in query:
        hidden = redact(f"{address} {query}")
        return bare if hidden == f"{address} {query}" else redact(bare)
    return redact(bare)


def dumped(value: Any) -> str:
    """JSON for a column, cleaned."""
    return json.dumps(clean(_plain(value)), ensure_ascii=False, sort_keys=True)


def is_clean(value: Any) -> bool:
    """Whether a column keeps `value` whole."""
    return bool(clean(_plain(value)) == _plain(value))


def _plain(value: Any) -> Any:
    """As JSON gives it back."""
    return json.loads(json.dumps(value, default=str))


def inputs_dumped(inputs: tuple[Input, ...]) -> str:
    """Paths are this machine's own and stay as they are; the end of a name stands there only where it lies."""
    rows = [[i.parameter, str(i.path), i.state, *([i.suffix] if i.suffix else [])] for i in inputs]
    return json.dumps(rows, ensure_ascii=False)


def text_dumped(text: Text) -> str:
    """A sentence in both languages, without secrets."""
    return json.dumps([redact(text.en), redact(text.zh)], ensure_ascii=False)


def _inputs(column: str) -> tuple[Input, ...]:
    return tuple(_input(*row) for row in json.loads(column))


def _input(parameter: str, path: str, state: Sequence[int] | None, suffix: str = "") -> Input:
    if suffix and not _SUFFIX.fullmatch(suffix):
        raise ValueError("no end of a file name")
    seen: Any = tuple(state) if state else None
    return Input(parameter=parameter, path=Path(path), state=seen, suffix=suffix)


def _text(column: str) -> Text:
    return Text(*json.loads(column))


def _mapping(column: str) -> dict[str, Any]:
    found = json.loads(column)
    if not isinstance(found, dict):
        raise TypeError("not an object")
    return found


@contextlib.contextmanager
def _of_job(job: str) -> Iterator[None]:
    """A row that does not read as one is that job's trouble alone; its content is not told."""
    try:
        yield
    except (ValueError, TypeError, RecursionError) as error:
        what = type(error).__name__
    else:
        return
    raise BadRow(
        job,
        f"what the ledger holds of it cannot be read ({what}): damaged, or of a newer mediaprep; left as it is",
        f"账本中的记录无法读取（{what}）：已损坏，或由更新版本写入；保持原样",
    )


def callback_tasks(column: str | None) -> tuple[str, ...]:
    """The tasks that callbacks of an attempt named, as they came. No TaskId has a blank in it."""
    return tuple(column.split()) if column else ()


def _path(column: str | None) -> Path | None:
    return Path(column) if column is not None else None


def owner_of(row: sa.RowMapping) -> Owner | None:
    """Who holds (or last held) a job."""
    if row["owner_host"] is None:
        return None
    return Owner(
        host=row["owner_host"], pid=row["owner_pid"], started=row["owner_started"], name=row["owner_name"]
    )


def job_of(row: sa.RowMapping) -> JobRow:
    """A row of JOB as a value. Raises BadRow."""
    with _of_job(row["id"]):
        return _job_of(row)


def _job_of(row: sa.RowMapping) -> JobRow:
    same = (
        "id", "name", "endpoint", "base_url", "digest", "managed", "quota", "whole", "attempt", "failures",
        "tries", "task_id", "media", "expires_at", "result_sha256", "sha256", "pace", "epoch", "lease_until",
        "next_at", "state_at", "seen_at", "created_at",
    )  # fmt: skip
    return JobRow(
        **{name: row[name] for name in same},
        spec=_mapping(row["spec"]),
        payload=_mapping(row["payload"]) if row["payload"] is not None else None,
        inputs=_inputs(row["inputs"]),
        state=JobState(row["state"]),
        result=_path(row["result"]),
        output=_path(row["output"]),
        kept=_mapping(row["kept"]),
        note=_text(row["note"]),
        owner=owner_of(row),
    )


def attempt_of(row: sa.RowMapping) -> AttemptRow:
    """A row of ATTEMPT as a value; the hashes of its secrets stay behind. Raises BadRow."""
    with _of_job(row["job"]):
        return _attempt_of(row)


def _attempt_of(row: sa.RowMapping) -> AttemptRow:
    same = (
        "job", "n", "signed_at", "fence_at", "fetched_at", "flowed_at", "task_id", "callback_at", "gated", "callback",
        "answer", "created_at", "ended_at",
    )  # fmt: skip
    heard = callback_tasks(row["callback_task"])
    return AttemptRow(
        **{name: row[name] for name in same},
        callback_task=heard[0] if heard else None,
        callback_tasks=heard,
        state=AttemptState(row["state"]),
        inputs=_inputs(row["inputs"]),
        results=_mapping(row["results"]),
        why=_text(row["why"]),
    )


def event_of(row: sa.RowMapping) -> LedgerEvent:
    """A row of EVENT as a value. Raises BadRow."""
    same = ("job", "at", "frm", "to", "name", "attempt", "epoch", "owner")
    with _of_job(row["job"]):
        return LedgerEvent(**{name: row[name] for name in same}, why=_text(row["why"]))
