"""One move of one row in another process, maybe on another machine: what it is told, what it must reach, what comes of
it. It opens the ledger by its own environment; no secret is sent to it."""

from __future__ import annotations

import contextlib
import itertools
import os
import secrets
import socket
import threading
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from mediaprep.config import Settings
from mediaprep.errors import MediaprepError
from mediaprep.media.files import own_outputs
from mediaprep.model.findings import Text
from mediaprep.model.paid.outcomes import Outcome, ProgressEvent
from mediaprep.model.paid.records import JobRow
from mediaprep.submission.ledger import StaleClaim
from mediaprep.verbs.finishing import output_claims
from mediaprep.verbs.paid.job_progress import Listener
from mediaprep.verbs.paid.run_session import CPU, Open, RunOptions, RunSession


class Here(Collection[str]):
    """Those of `all_` that no other process is given."""

    def __init__(self, all_: Open, elsewhere: Open) -> None:
        self._all, self._elsewhere = all_, elsewhere

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._all if name not in self._elsewhere)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return name in self._all and name not in self._elsewhere


@dataclass(frozen=True, kw_only=True)
class RowMove:
    """A row that is due. `reads`: its files and their sizes in bytes; `mark`: a file that whoever shares the output's
    folder sees; `account`: whose job it is, at which gateway."""

    row: str
    account: str
    wishes: RunOptions
    reads: tuple[tuple[str, int], ...]
    mark: str


@dataclass(frozen=True, kw_only=True)
class Moved:
    """What is known of a job after its move; `unable`: why `worker` cannot make moves of it."""

    worker: str
    outcome: Outcome | None = None
    unable: Text | None = None


class Marks:
    """Files in the folders of outputs that only who shares them sees, gone at the end."""

    def __init__(self) -> None:
        self._name = f"shared-{secrets.token_hex(8)}"
        self._made: dict[Path, Path] = {}

    def of(self, folder: Path) -> Path:
        """The mark in `folder`. Raises OSError."""
        if folder not in self._made:
            state = folder / own_outputs.STATE
            own_outputs.make_private(state)
            (state / self._name).touch()
            self._made[folder] = state / self._name
        return self._made[folder]

    def remove(self) -> None:
        for mark in self._made.values():
            with contextlib.suppress(OSError):
                mark.unlink()


def described(row: JobRow, session: RunSession, marks: Marks) -> RowMove:
    """A row as a worker is told of it."""
    job = session.job_of(row)
    paths = {named.path for named in output_claims.reads_of(job)} - {Path(place) for place in job.sources}
    reads = tuple((str(path), path.stat().st_size) for path in sorted(paths) if path.is_file())
    return RowMove(
        row=row.id, account=session.account, wishes=session.wishes, reads=reads,
        mark=str(marks.of(job.output.parent)),
    )  # fmt: skip


def made(move: RowMove, *, worker: str, tell: Listener) -> Moved:
    """The move, made here. What is wrong with this worker is told, not raised; what is wrong with the job stands in its
    row."""
    unable = _unable(move, worker)
    if unable is not None:
        return Moved(worker=worker, unable=unable)
    try:
        session = _session(move.wishes)
    except MediaprepError as error:
        return Moved(worker=worker, unable=_said(worker, error))
    if session.account != move.account:
        return Moved(worker=worker, unable=_another(worker))
    _listeners[:] = [tell]  # all threads of a worker are heard alike
    return Moved(worker=worker, outcome=_one_move(session, move.row))


def _unable(move: RowMove, worker: str) -> Text | None:
    mark = Path(move.mark)
    folder = mark.parent.parent
    missing = next((path for path, size in move.reads if _size(path) != size), None)
    if missing is None and mark.is_file() and os.access(folder, os.W_OK):
        return None
    place = missing or str(folder)
    en, zh = ("read", "读取") if missing else ("write to", "写入")
    here = f"{worker} ({socket.gethostname()})"
    return Text(
        f"worker {here} cannot {en} {place}: share that folder under the same path, or name files of a bucket (s3://)",
        f"worker {here} 无法{zh} {place}：请以相同路径共享该目录，或使用存储桶地址（s3://）",
    )


def _size(path: str) -> int | None:
    try:
        return Path(path).stat().st_size
    except OSError:
        return None


def _said(worker: str, error: MediaprepError) -> Text:
    return Text(f"worker {worker}: {error.en}", f"worker {worker}：{error.zh}")


def _another(worker: str) -> Text:
    return Text(
        f"worker {worker} has another account, gateway or ledger: give all the same MEDIAPREP_* environment",
        f"worker {worker} 的账号、网关或账本不同：请为所有进程设置相同的 MEDIAPREP_* 环境变量",
    )


def due(session: RunSession, most: int, *, without: Collection[str]) -> list[JobRow]:
    """Rows that are due for a processor in another process: up to `most` of them, the oldest first."""
    if not session.elsewhere:
        return []
    now = time.time()
    rows = session.ledger.jobs(ids=session.elsewhere, states=CPU, unfit=[])
    found = (row for row in rows if row.id not in without and row.next_at <= now and row.lease_until <= now)
    return list(itertools.islice((row for row in found if row.id in session.open), most))


def _one_move(session: RunSession, name: str) -> Outcome | None:
    """The one move of a row that is due, and what is known of it then. Whoever had claimed it and is gone is waited for
    as long as a lease lasts."""
    worker = session.worker(CPU, (name,))
    until = time.monotonic() + 2 * session.wishes.policy.lease_seconds
    with contextlib.suppress(StaleClaim):  # somebody else has it by now
        while time.monotonic() < until:
            pause = worker.step()
            if pause is None or pause == 0.0:
                break
            time.sleep(pause)
    return session.told.get(name)


_sessions: dict[RunOptions, RunSession] = {}
_listeners: list[Listener] = []
_turn = threading.Lock()


def _session(wishes: RunOptions) -> RunSession:
    """What this process works with, opened once for each way of going about it."""
    with _turn:
        if wishes not in _sessions:
            settings = replace(Settings.load(), gate=None, gate_listen=None)
            _sessions[wishes] = RunSession(settings=settings, wishes=wishes, tell=_heard)
        return _sessions[wishes]


def _heard(event: ProgressEvent) -> None:
    for listener in _listeners:
        listener(event)
