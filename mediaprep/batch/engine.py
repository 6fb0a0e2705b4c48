"""Ten thousand of what `run` does once: a few threads that wait for all jobs, a few that encode, one that looks.

Everything that matters stands in the ledger, so any number of such engines, anywhere, may work on the same jobs,
and any of them may be killed at any moment.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from mediaprep.batch.remote_stages import Here
from mediaprep.config import Settings
from mediaprep.errors import BadRow, InputError, ToolFailed
from mediaprep.media.isolation import children
from mediaprep.model.findings import Text
from mediaprep.model.paid.manifest import Job
from mediaprep.model.paid.outcomes import Outcome, State
from mediaprep.model.paid.records import JobRow
from mediaprep.verbs.finishing import output_claims
from mediaprep.verbs.finishing.output_claims import Named
from mediaprep.verbs.paid import enrolment
from mediaprep.verbs.paid.job_progress import Listener
from mediaprep.verbs.paid.outcome_store import OutcomeStore
from mediaprep.verbs.paid.run_session import CPU, WAITING, RunOptions, RunSession
from mediaprep.verbs.paid.sessions.row_outcomes import unread
from mediaprep.verbs.run import refused

if TYPE_CHECKING:
    from mediaprep.batch.dask_engine import DaskDispatcher

LOCAL: Final = "local"
WAITERS: Final = 8
_LOOK_SECONDS: Final = 0.1
_LOOK_ELSEWHERE_SECONDS: Final = 1.0
_END_SECONDS: Final = 150.0  # a submit that is on its way takes 120 s at most
_TERM_SECONDS: Final = 6.0  # whoever sends SIGTERM kills 10 s later; what is then on its way is found again
_OF_ONE_JOB: Final = (InputError, ToolFailed, BadRow)
"""What one job is to blame for: all others go on."""
_FAILED_FAST: Final = Text(
    "not sent: another job failed (--fail-fast); it can be gone on with",
    "未发送：已有任务失败（--fail-fast）；可继续",
)
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, kw_only=True)
class PoolSizes:
    """How many threads: `waiters` submit, poll and download, `encoders` mend, judge and finish. `where` that is done:
    on this machine, or on the cluster of a Dask scheduler."""

    waiters: int = WAITERS
    encoders: int = max(1, (os.cpu_count() or 2) // 2)
    where: str = LOCAL


_CREW: Final = PoolSizes()


class Outcomes(Collection[Outcome]):
    """How many jobs ended, in the manifest's order; each is read from disk when it is its turn."""

    def __init__(self, told: OutcomeStore) -> None:
        self._told = told
        self._keys: list[str] = []

    def expect(self, key: str) -> None:
        self._keys.append(key)

    def __iter__(self) -> Iterator[Outcome]:
        return (outcome for key in self._keys if (outcome := self._told.get(key)) is not None)

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, outcome: object) -> bool:
        return any(outcome == each for each in self)


@dataclass(frozen=True, kw_only=True)
class Ran:
    """A run as a whole. `stopped`: by Ctrl-C or SIGTERM, with jobs still open; `seconds` of wall clock."""

    outcomes: Outcomes
    codes: frozenset[int]
    stopped: bool
    seconds: float = 0.0


class Engine:
    """`run` or `resume`, once. `ended` hears of every job as it ends, `on_stop` that the end was asked for;
    both are called by the thread that runs. Raises BadConfig, LedgerError and what no job is to blame for."""

    def __init__(
        self,
        *,
        settings: Settings,
        wishes: RunOptions,
        crew: PoolSizes = _CREW,
        tell: Listener = lambda event: None,
        ended: Callable[[Outcome], None] = lambda outcome: None,
        on_stop: Callable[[], None] = lambda: None,
    ) -> None:
        self._crew, self._ended, self._on_stop = crew, ended, on_stop
        self._overwrite, self._fail_fast = wishes.overwrite, wishes.fail_fast
        self._told = OutcomeStore()
        self._shift = RunSession(settings=settings, wishes=wishes, tell=tell, told=self._told)
        self._outcomes = Outcomes(self._told)
        self._cluster = self._joined(crew.where, settings, tell) if crew.where != LOCAL else None
        self._patience = _END_SECONDS
        self._codes: set[int] = set()
        self._began_at = time.monotonic()

    def _joined(self, where: str, settings: Settings, tell: Listener) -> DaskDispatcher:
        """The cluster that mends and finishes. Raises BadConfig, ToolMissing, Unreachable."""
        from mediaprep.batch.dask_engine import DaskDispatcher, refuse_ledger

        try:
            refuse_ledger(settings)
            cluster = DaskDispatcher(where, self._shift, tell)
        except BaseException:
            self._shift.close()
            raise
        self._shift.shared = True
        return cluster

    @property
    def emulated(self) -> bool:
        """Whether an emulator makes all of it."""
        return self._shift.emulated

    def run(self, jobs: Sequence[Job]) -> Ran:
        """All of it for every job."""
        return self._all(self._taken(jobs))

    def turn_away(self, outcomes: Iterable[Outcome]) -> Ran:
        """Nothing is begun: the jobs end as they are told."""
        try:
            for outcome in outcomes:
                self._outcomes.expect(outcome.job)
                self._close(outcome.job, outcome)
        finally:
            self._shift.close()
        return Ran(outcomes=self._outcomes, codes=frozenset(self._codes), stopped=False)

    def resume(self, names: Sequence[str] = (), *, told: Sequence[Named] = ()) -> Ran:
        """Go on with what the ledger knows of this account: all that is open, or the jobs named. Raises BadConfig
        where what is `told` of the run would be written over a file of theirs."""
        rows = self._shift.found(names)
        if told:
            self._claim(told, rows)
        return self._all(self._resumed(rows))

    def _claim(self, told: Sequence[Named], rows: Sequence[JobRow]) -> None:
        """What is written at the end is no file of any job. Raises BadConfig."""
        jobs = []
        for row in rows:
            with contextlib.suppress(BadRow):
                jobs.append(enrolment.job_of(row))
        files = (
            named for job in jobs for named in (*output_claims.writes_of(job), *output_claims.reads_of(job))
        )
        output_claims.refuse_shared(told, list(files))
        output_claims.make_room(named.path for named in told)
        output_claims.claim([named.path for named in told], overwrite=self._overwrite)

    def stop(self) -> None:
        """Ask for the end, from any thread."""
        self._shift.stop.set()
        self._shift.stirred.set()

    def _taken(self, jobs: Iterable[Job]) -> Iterator[str]:
        for job in jobs:
            if self._shift.stop.is_set() or self._shift.held_back is not None:
                left = Outcome(job=job.id, endpoint=job.endpoint, state=State.PENDING, exit_code=5)
                self._close(job.id, replace(left, problem=self._shift.held_back))
                yield job.id
                continue
            try:
                yield self._shift.take(job)
            except _OF_ONE_JOB as error:
                self._close(job.id, refused(job, error))
                yield job.id

    def _resumed(self, rows: Iterable[JobRow]) -> Iterator[str]:
        for error in self._shift.unfit:
            self._close(error.job, unread(error.job, Text(error.en, error.zh)))
            yield error.job
        for row in rows:
            try:
                yield self._shift.resume(row)
            except _OF_ONE_JOB as error:
                self._close(row.id, replace(unread(row.name, Text(error.en, error.zh)), ledger_id=row.id))
                yield row.id

    def _hurry(self) -> None:
        self._patience = _TERM_SECONDS

    def _all(self, keys: Iterator[str]) -> Ran:
        try:
            with _listening(self._shift.stop, self.stop, self._hurry):
                stopped = self._worked(keys)
            if self._shift.failure is not None:
                raise self._shift.failure
            self._look()
            for key, outcome in self._shift.interrupted():
                self._close(key, outcome)
        finally:
            self._shift.close()
        return Ran(
            outcomes=self._outcomes, codes=frozenset(self._codes), stopped=stopped,
            seconds=time.monotonic() - self._began_at,
        )  # fmt: skip

    def _worked(self, keys: Iterator[str]) -> bool:
        """Everything until all jobs ended, or the end was asked for; whether it was."""
        threads = self._threads()
        try:
            for thread in threads:
                thread.start()
            for key in keys:
                self._outcomes.expect(key)
                self._look()
            while self._shift.open and not self._shift.stop.is_set():
                self._await_moves()
                self._look()
            stopped = bool(self._shift.open)
            if stopped and self._shift.failure is None:
                self._on_stop()
        finally:
            self._end(threads)
        return stopped

    def _threads(self) -> list[threading.Thread]:
        here = Here(self._shift.open, self._shift.elsewhere)
        kinds = [("waits", WAITING, None)] * self._crew.waiters + [
            ("encodes", CPU, here)
        ] * self._crew.encoders
        threads = [
            threading.Thread(target=self._shift.work, args=wanted, name=f"{what}-{number}", daemon=True)
            for number, (what, *wanted) in enumerate(kinds)
        ]
        if self._cluster is not None:
            threads.append(threading.Thread(target=self._cluster.work, name="cluster", daemon=True))
        return threads

    def _await_moves(self) -> None:
        """Until something was moved here, or may have been by another process; never too short a while."""
        if not self._shift.stop.wait(_LOOK_SECONDS):
            self._shift.stirred.wait(_LOOK_ELSEWHERE_SECONDS)
        self._shift.stirred.clear()

    def _look(self) -> None:
        for key, outcome in self._shift.ended():
            self._close(key, outcome)

    def _close(self, key: str, outcome: Outcome) -> None:
        self._told.put(key, outcome)
        self._codes.add(outcome.exit_code)
        if self._fail_fast and outcome.state in (State.FAILED, State.REFUSED):
            self._shift.hold_back(_FAILED_FAST)
        self._ended(outcome)

    def _end(self, threads: Sequence[threading.Thread]) -> None:
        """All threads come to rest: a request that is on its way is waited for, encoders are not."""
        self._shift.stop.set()
        began = time.monotonic()
        while time.monotonic() - began < self._patience and any(thread.is_alive() for thread in threads):
            if self._shift.open:
                children.end_all()
            for thread in threads:
                if thread.is_alive():
                    thread.join(_LOOK_SECONDS)


@contextlib.contextmanager
def _listening(
    stopping: threading.Event, stop: Callable[[], None], hurry: Callable[[], None]
) -> Iterator[None]:
    """Ctrl-C and SIGTERM ask for the end, SIGTERM for one in seconds; the second one leaves at once, which costs
    nothing but time."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def heard(number: int, _: object) -> None:
        if number == signal.SIGTERM:
            hurry()
        if stopping.is_set():
            raise KeyboardInterrupt
        stop()

    before = {number: signal.signal(number, heard) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
