"""Jobs brought to their end by the worker of paid jobs: what one thread needs for one, and many for thousands."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from mediaprep.config import Settings
from mediaprep.errors import BadRow, LedgerError
from mediaprep.media.files import own_outputs
from mediaprep.media.files.digest import sha256_in
from mediaprep.model.findings import Text
from mediaprep.model.paid.manifest import Job, settled
from mediaprep.model.paid.outcomes import Outcome, ProgressEvent
from mediaprep.model.paid.records import AttemptState, JobRow, JobState, NewJob
from mediaprep.preflight.scripts import estimate
from mediaprep.submission.bucket import object_store
from mediaprep.submission.gate.gate import opened
from mediaprep.submission.job.evidence import look_again
from mediaprep.submission.job.retention import alarm_of
from mediaprep.submission.job.stage_protocol import Policy
from mediaprep.submission.job.worker import Worker
from mediaprep.submission.job.worker_pool import WorkerPool
from mediaprep.submission.ledger import StaleClaim, selection
from mediaprep.submission.wire.client import Gateway
from mediaprep.verbs.assets import AccountLists
from mediaprep.verbs.files import remote_files
from mediaprep.verbs.finishing import output_claims
from mediaprep.verbs.judging import script_files
from mediaprep.verbs.paid import enrolment
from mediaprep.verbs.paid.charges import Charges
from mediaprep.verbs.paid.job_progress import Listener
from mediaprep.verbs.paid.outcome_store import OutcomeStore
from mediaprep.verbs.paid.sessions.idle_workers import IdleWorkers
from mediaprep.verbs.paid.sessions.row_outcomes import RowOutcomes, unread
from mediaprep.verbs.paid.sessions.spending import Spending
from mediaprep.verbs.paid.stages import Interrupted, JobStages

ENDED: Final = frozenset(state for state in JobState if state.ended)
CPU: Final = frozenset({JobState.NEW, JobState.SAVED})
"""States whose next move keeps a processor busy: mending and judging, finishing."""
WAITING: Final = frozenset(JobState) - ENDED - CPU
"""States whose next move waits for the network."""
_WAITED_FOR: Final = frozenset({JobState.RUNNING, JobState.AMBIGUOUS})
_UNSENT: Final = frozenset({JobState.NEW, JobState.READY})
_IN_VAIN: Final = frozenset({AttemptState.REJECTED, AttemptState.NOT_SENT, AttemptState.FENCED})
_SEND_SECONDS: Final = 2.0  # a job that can be sent is sent, however short the deadline
_NAP_SECONDS: Final = (0.02, 1.0)


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """How a run goes about it. `deadline_seconds`: how long a task is waited for, from when it was accepted or
    this run began (None: to its end), `wait_seconds`: how long a free place (None: as the deadline says).
    `detailed`: outcomes tell of inputs too where a job was prepared elsewhere; `pictures`: and have frames of the
    output. `overwrite`: outputs may replace what is not ours. `max_minutes` and `max_cost`: no job is sent with which
    all that were ever sent would take more; `fail_fast`: none is sent once one has failed. `manifest`: that all
    jobs come with. `resume`: the command that
    goes on with a job that is left, before its name."""

    unsafe: bool = False
    again: bool = False
    overwrite: bool = False
    wait_seconds: float | None = None
    deadline_seconds: float | None = None
    detailed: bool = True
    pictures: bool = True
    max_minutes: float | None = None
    max_cost: float | None = None
    fail_fast: bool = False
    manifest: Path | None = None
    resume: str = "mediaprep jobs resume"
    policy: Policy = Policy()  # noqa: RUF009  (frozen)


class Open(Collection[str]):
    """The rows that are still worked on, for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ids: dict[str, None] = {}

    def add(self, *ids: str) -> None:
        with self._lock:
            self._ids.update(dict.fromkeys(ids))

    def drop(self, *ids: str) -> None:
        with self._lock:
            for name in ids:
                self._ids.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        with self._lock:
            return iter(tuple(self._ids))

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, name: object) -> bool:
        return name in self._ids


class RunSession:
    """Jobs of one account at work. One thread takes jobs and looks what has ended; it, or others, work.

    Raises BadConfig, ToolMissing or LedgerError when it cannot begin. `stop` is heard by all: no more is begun,
    a request that is on its way ends, and everything else is left as the ledger knows it. `stirred` is set whenever
    a job was moved here; `held_back` says why no more are sent, where that is so. With `shared` rows are mended and
    finished `elsewhere`, by other processes, where they can be; what came of those `awaited` is about to be told.
    """

    def __init__(
        self,
        *,
        settings: Settings,
        wishes: RunOptions,
        tell: Listener,
        told: OutcomeStore | None = None,
    ) -> None:
        self.stop = threading.Event()
        self.stirred = threading.Event()
        self.open, self.elsewhere, self.awaited = Open(), Open(), Open()
        self.shared = False
        self._idle: dict[tuple[frozenset[JobState], bool], IdleWorkers] = {}
        self.told = told or OutcomeStore()
        self.failure: BaseException | None = None
        self._settings, self.wishes, self._tell = settings, wishes, tell
        self._gateway = Gateway(settings)
        self.ledger = selection.opened_for(settings, self._gateway)
        self._store = object_store.store(settings, digest=sha256_in) if settings.bucket else None
        self._stages = JobStages(
            settings=settings, gateway=self._gateway, ledger=self.ledger, store=self._store,
            told=self.told, tell=tell, wanted=self._wanted, stopping=self.stop.is_set, pictures=wishes.pictures,
            overwrite=wishes.overwrite,
        )  # fmt: skip
        self._account = AccountLists(settings)
        price = estimate.price_of(settings.price) if settings.price else None
        charges = Charges(self._gateway.bought, price)
        self._spending = Spending(charges, price=price, minutes=wishes.max_minutes, cost=wishes.max_cost)
        self.held_back: Text | None = None
        self._outcomes = RowOutcomes(
            settings=settings, told=self.told, stages=self._stages,
            charges=charges, emulated=lambda: self.emulated,
            detailed=wishes.detailed, pictures=wishes.pictures,
        )  # fmt: skip
        self._crew = WorkerPool(
            self.ledger, lease_seconds=wishes.policy.lease_seconds, rate=wishes.policy.rate
        )
        self._opened_gate = opened(settings, self._gateway.base_url, self.ledger)
        self._gate = self._opened_gate.__enter__()
        self._salt = enrolment.fresh_salt() if wishes.again else ""
        self._began_at = self._moved_at = time.time()
        self._mains: dict[str, str] = {}  # of a voice's row
        self.unfit: tuple[BadRow, ...] = ()

    def close(self) -> None:
        """Give back what was opened; `told` can be read on."""
        self._opened_gate.__exit__(None, None, None)
        self._crew.close()
        self.ledger.close()

    @property
    def emulated(self) -> bool:
        """Whether its ledger is for an emulator's jobs."""
        return self.ledger.emulated

    # --- what is worked on ---

    def take(self, job: Job) -> str:
        """A job of a manifest; gives its row. Raises BadAsset, BadConfig, LedgerError."""
        job = settled(replace(job, request=script_files.read(job.request, job.base)))
        remote_files.bring_all(job.sources, self._settings)
        known = enrolment.EnrolmentFacts(
            manifest=self.wishes.manifest,
            avatar_type=self._account.type_of(job.request.get("VirtualmanKey")),
        )
        row = enrolment.enrol(
            self.ledger, self._gateway, job, salt=self._salt, unsafe=self.wishes.unsafe, known=known
        )
        row = enrolment.again(self.ledger, self._gateway, row, job, salt=self._salt, store=self._store)
        self._stages.jobs[row.id] = job
        self._claim(row, job)
        return self._opened(row, job, self._salt)

    def resume(self, row: JobRow) -> str:
        """A job that the ledger knows, without its manifest."""
        job, salt = self._stages.job_of(row), str(row.spec.get("salt", ""))
        row = enrolment.again(self.ledger, self._gateway, row, job, salt=salt, store=self._store)
        self._claim(row, job)
        return self._opened(row, job, salt)

    def _claim(self, row: JobRow, job: Job) -> None:
        """What the ledger knows of the job's output, and what the user lets go, may be replaced. Raises BadConfig."""
        if row.output is not None and row.sha256:
            own_outputs.record(row.output, row.sha256)
        if self.wishes.overwrite and not row.state.ended:
            output_claims.claim_job(job, overwrite=True)

    def found(self, names: Collection[str] = ()) -> tuple[JobRow, ...]:
        """The jobs of this account that can be gone on with: all that are open, or those named (by row or by
        the name in their manifest), whatever became of them. Those that cannot be read are `unfit`. Raises
        LedgerError for a name that is not there."""
        unfit: list[BadRow] = []
        known = self.ledger.jobs(unfit=unfit)
        self.unfit = tuple(error for error in unfit if not names or error.job in names)
        enrolment.provide(self.ledger, self._gateway, known)
        rows = [row for row in known if enrolment.is_ours(row, self._gateway)]
        if not names:
            rows = [look_again(self.ledger, row, self._store) for row in rows]
            return tuple(row for row in rows if not row.state.ended)
        called = {name for row in rows for name in (row.id, row.name)} | {error.job for error in unfit}
        missing = [name for name in names if name not in called]
        if missing:
            raise LedgerError(
                f"the ledger has no job {missing[0]} of this account that can be gone on with",
                f"账本中没有可继续的任务 {missing[0]}（当前账号）",
            )
        return tuple(row for row in rows if row.id in names or row.name in names)

    def _wanted(self, main: str, needs: Collection[NewJob]) -> None:
        """A row waits for others: they are worked on here too, for it; those that had ended are opened again once."""
        fresh = {need.id: need for need in needs if self._mains.get(need.id) != main}
        if not fresh or main not in self.open:
            return
        for row in self.ledger.jobs(ids=fresh):
            self._spending.seen(row)
            if dict(row.spec) != dict(fresh[row.id].spec):
                self.ledger.respec(row.id, fresh[row.id].spec)
            enrolment.reopened(self.ledger, look_again(self.ledger, self.ledger.job(row.id), self._store))
        self._mains.update(dict.fromkeys(fresh, main))
        self.open.add(*fresh)

    def _opened(self, row: JobRow, job: Job, salt: str) -> str:
        self._outcomes.began(row)
        self._spending.seen(row)
        self._alarm(row)
        if job.speaks_first and row.state is JobState.NEW:
            voice = enrolment.voice_of(row.id, job, self._gateway, salt=salt).id
            self._mains[voice] = row.id
            self.open.add(voice)
        if (
            self.shared and row.whole and job.lesson is None
        ):  # no other process has what the ledger does not keep
            self.elsewhere.add(row.id)
        self.open.add(row.id)
        self._wake()
        return row.id

    def _alarm(self, row: JobRow) -> None:
        found = alarm_of(row, datetime.now(UTC))
        if found is not None:
            self._hear(row, "fetch", found.message)

    # --- work ---

    def worker(
        self, states: Collection[JobState] | None = None, ids: Collection[str] | None = None
    ) -> Worker:
        """For one thread: of the rows `ids`, else of all that are open."""
        return Worker(
            ledger=self.ledger, gateway=self._gateway, stages=self._stages, store=self._store,
            gate=self._gate, policy=self.wishes.policy, crew=self._crew,
            ids=self.open if ids is None else ids, states=states, tell=self._hear, withheld=self._withheld,
        )  # fmt: skip

    def work(
        self,
        states: Collection[JobState] | None = None,
        ids: Collection[str] | None = None,
        *,
        while_open: bool = False,
    ) -> None:
        """What one thread does, until `stop` (or, `while_open`, until nothing is open). What cannot go on is
        kept in `failure`, and stops all."""
        try:
            idle = self._idle.setdefault((frozenset(states or JobState), ids is None), IdleWorkers(self.stop))
            worker = self.worker(states, ids)
            worker.on_point = lambda name: idle.wake() if name == "claimed" else None
            while not self.stop.is_set() and (self.open or not while_open):
                try:
                    due = worker.step()
                except StaleClaim:  # another process has it by now
                    continue
                if due == 0.0:
                    self.stirred.set()
                    self._wake(besides=idle)  # this one looks again by itself
                else:
                    low, high = _NAP_SECONDS
                    idle.rest(min(max(high if due is None else due, low), high))
        except Interrupted:
            pass
        except BaseException as error:  # noqa: BLE001  (a thread's error would be lost)
            self.fail(error)

    def fail(self, error: BaseException) -> None:
        """Nothing can go on."""
        self.failure = self.failure or error
        self.stop.set()
        self.stirred.set()

    # --- with other processes ---

    @property
    def account(self) -> str:
        """A name for whose jobs these are, at which gateway, that gives no key away."""
        return enrolment.account_of(self._gateway)

    def job_of(self, row: JobRow) -> Job:
        """What is wished of a row. Raises BadRow."""
        return self._stages.job_of(row)

    def leave(self, name: str, why: Text) -> None:
        """Nobody waits for a row any more; it stays as it is."""
        self._crew.leave(name, why)

    def hold_back(self, why: Text) -> None:
        """No further job is sent; what was sent comes to its end."""
        self.held_back = self.held_back or why
        self.stirred.set()

    def _withheld(self, row: JobRow) -> Text | None:
        return self.held_back or self._spending.withheld(row)

    def _wake(self, besides: IdleWorkers | None = None) -> None:
        for idle in list(self._idle.values()):
            if idle is not besides:
                idle.wake()

    def _hear(self, row: JobRow, kind: str, words: Text) -> None:
        self._tell(ProgressEvent(job=row.name.partition("~")[0], kind=kind, message=words))

    # --- what has ended ---

    def ended(self) -> Iterator[tuple[str, Outcome]]:
        """Rows that came to their end, or to the end of waiting, since this was asked last."""
        unfit: list[BadRow] = []
        rows = self.ledger.jobs(ids=self.open, states=ENDED, unfit=unfit)
        left = {**{error.job: Text(error.en, error.zh) for error in unfit}, **self._crew.left()}
        for name, why in left.items():
            yield from self._let_go(self._mains.get(name, name), why)
        for row in rows:
            main = self._mains.get(row.id)
            self._spending.seen(row)
            self._moved_at = time.time()
            if row.id in self.awaited:  # it tells what came of it in a moment
                continue
            if main is None:
                self._drop(row.id)
                yield row.id, self._outcomes.of(row)
            elif row.state is JobState.REVIEW:
                yield from self._let_go(main, row.note)
            else:
                self.open.drop(row.id)
                self.ledger.hint(main)
        if self.held_back is not None:
            for row in self.ledger.jobs(ids=self.open, states=_UNSENT, unfit=[]):
                if row.lease_until <= time.time():
                    yield from self._let_go(self._mains.get(row.id, row.id), self.held_back)
        yield from self._overdue()

    def interrupted(self) -> Iterator[tuple[str, Outcome]]:
        """What is still open, as it stands."""
        for name in self.open:
            if name not in self._mains:
                yield from self._let_go(name, _INTERRUPTED)

    def _overdue(self) -> Iterator[tuple[str, Outcome]]:
        limit, now = self.wishes.deadline_seconds, time.time()
        look = 2 * self.wishes.policy.poll_most  # time enough for one answer, if the service gives any
        tasks = self.ledger.jobs(ids=self.open, states=_WAITED_FOR, unfit=[]) if limit is not None else ()
        for row in tasks:
            since = max(row.state_at, self._began_at)
            self._moved_at = max(self._moved_at, row.state_at if row.state is JobState.RUNNING else 0.0)
            looked = row.state is not JobState.RUNNING or (row.seen_at or 0.0) > since
            if limit is not None and now - since >= (limit if looked else max(limit, look)):
                yield from self._let_go(
                    self._mains.get(row.id, row.id), _still(row, now - since, self.wishes.resume)
                )
        yield from self._unsent(now)

    def _unsent(self, now: float) -> Iterator[tuple[str, Outcome]]:
        """Jobs that wait for a place or for a gateway that answers, counted from when anything was accepted or
        ended here last: in a long queue that moves on nobody waits in vain. One that is held is being sent."""
        limit = self.wishes.wait_seconds
        if limit is None and self.wishes.deadline_seconds is not None:
            limit = max(self.wishes.deadline_seconds, _SEND_SECONDS)
        if limit is None or now - self._moved_at < limit:
            return
        for row in self.ledger.jobs(ids=self.open, states={JobState.READY}, unfit=[]):
            since = max(self._moved_at, self._turned_away_since(row))
            if row.lease_until <= now and now - since >= limit:
                yield from self._let_go(
                    self._mains.get(row.id, row.id), _still(row, now - since, self.wishes.resume)
                )

    def _turned_away_since(self, row: JobRow) -> float:
        """Since when a job waits to be sent; each attempt that came to nothing would begin it anew."""
        since = row.state_at
        for attempt in reversed(self.ledger.attempts(row.id, unfit=[]) if row.attempt else ()):
            if attempt.state not in _IN_VAIN:
                break
            since = min(since, attempt.created_at)
        return since

    def _let_go(self, name: str, why: Text) -> Iterator[tuple[str, Outcome]]:
        """Nobody waits for a job any more; it stays as it is."""
        if name not in self.open:
            return
        self._drop(name)
        try:
            row = self.ledger.job(name)
        except BadRow:
            yield name, unread(name, why)
        else:
            yield name, self._outcomes.of(row, why)

    def _drop(self, name: str) -> None:
        """Neither a job nor its voice, spoken or not, is worked on here any longer."""
        voices = [voice for voice, main in list(self._mains.items()) if main == name]
        for voice in voices:
            del self._mains[voice]
        self.open.drop(name, *voices)
        self.elsewhere.drop(name)


_NO_PLACE: Final = Text("no free place", "没有空闲名额")
_INTERRUPTED: Final = Text("stopped; it can be gone on with", "已停止，可继续")


def _still(row: JobRow, seconds: float, resume: str) -> Text:
    task_en, task_zh = (f"task {row.task_id}", f"任务 {row.task_id}") if row.task_id else ("it", "任务")
    if row.state is JobState.READY:
        why = row.note if row.note.en else _NO_PLACE
        return Text(
            f"not accepted after {seconds:.0f} s ({why.en}): {resume} {row.id} tries on",
            f"等待 {seconds:.0f} 秒仍未被接受（{why.zh}）：{resume} {row.id} 可继续尝试",
        )
    return Text(
        f"{task_en} is still {row.state} after {seconds:.0f} s: {resume} {row.id} waits on",
        f"{task_zh} 等待 {seconds:.0f} 秒后仍为 {row.state}：{resume} {row.id} 可继续等待",
    )
