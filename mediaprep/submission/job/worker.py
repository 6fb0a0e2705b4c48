"""The worker: claims one due job, makes one move, lets go. Any number of them, anywhere, share one ledger."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Collection, Iterator
from typing import Final

from mediaprep import processes
from mediaprep.errors import (
    BadRow,
    LedgerError,
    MediaprepError,
)
from mediaprep.model.findings import Text
from mediaprep.model.paid.records import Claim, JobRow, JobState, Owner
from mediaprep.submission.bucket.object_store import Store
from mediaprep.submission.gate.gate import Addresses
from mediaprep.submission.job.ambiguous import AmbiguousJobs
from mediaprep.submission.job.polling import KnownTasks
from mediaprep.submission.job.preparation import Preparation
from mediaprep.submission.job.sending import Sending
from mediaprep.submission.job.stage_protocol import Policy, Stages
from mediaprep.submission.job.unexpected_errors import UnexpectedErrors
from mediaprep.submission.job.worker_pool import WorkerPool
from mediaprep.submission.ledger import Busy, Ledger, StaleClaim
from mediaprep.submission.wire.client import Gateway
from mediaprep.submission.wire.rate_limit import Resting

_S = JobState
_IDLE_LEAST: Final = 0.02
_IDLE_MOST: Final = 1.0
_BUSY_MOST: Final = 6  # in a row; each has waited for the ledger already
_POLICY: Final = Policy()


class Worker:
    """`step` until it says that nothing is open. `ids` and `states` narrow what is taken; `on_point` hears the
    name of every place at which a crash would matter, `failed` every error that keeps a job from being accepted;
    `withheld` says why a job must not be sent here (None: it may). Workers of one process share a `crew`; each has
    one thread for itself."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        gateway: Gateway,
        stages: Stages,
        store: Store | None = None,
        gate: Addresses | None = None,
        policy: Policy = _POLICY,
        owner: Owner | None = None,
        crew: WorkerPool | None = None,
        tell: Callable[[JobRow, str, Text], None] = lambda job, kind, text: None,
        failed: Callable[[JobRow, MediaprepError], None] = lambda job, error: None,
        on_point: Callable[[str], None] = lambda name: None,
        withheld: Callable[[JobRow], Text | None] = lambda job: None,
        ids: Collection[str] | None = None,
        states: Collection[JobState] | None = None,
        jitter: Callable[[], float] = random.random,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.ledger, self.gateway, self.stages = ledger, gateway, stages
        self.store, self.gate, self.policy = store, gate, policy
        self.owner = owner or processes.me()
        self.crew = crew or WorkerPool(ledger, lease_seconds=policy.lease_seconds, rate=policy.rate)
        self.tell, self.failed, self.on_point, self.withheld = tell, failed, on_point, withheld
        self.ids, self.states = ids, states
        self.jitter, self.clock = jitter, clock
        self._busy = 0
        doubts, tasks = AmbiguousJobs(self), KnownTasks(self)
        self._moves: dict[JobState, Callable[[Claim], None]] = {
            _S.NEW: Preparation(self).prepare,
            _S.READY: Sending(self).send,
            _S.SUBMITTING: doubts.owner_lost,
            _S.AMBIGUOUS: doubts.settle,
            _S.RUNNING: tasks.poll,
            _S.MADE: tasks.save,
            _S.SAVED: tasks.finish,
        }
        self._mishaps = UnexpectedErrors(self, doubts)

    def step(self) -> float | None:
        """One job, one move: 0.0. Seconds until it is worth while to look again where nothing is due; None when
        no job is open. Raises LedgerError, one that is only busy not at once; what goes wrong with a job is
        written to its row."""
        try:
            claim, due = self._claimed()
            if claim is not None:
                self.on_point("claimed")
                with self.crew.pulse.holding(claim), self._answering_for(claim):
                    self._moves[claim.job.state](claim)
        except Busy:  # nothing was changed: the same step comes again
            self._busy += 1
            if self._busy >= _BUSY_MOST:
                raise
            return self.backoff(self._busy)
        self._busy = 0
        return due

    def _claimed(self) -> tuple[Claim | None, float | None]:
        """A job that is due, or when one will be."""
        left = self.crew.left()
        try:
            claim = self.ledger.claim(
                self.owner, self.policy.lease_seconds, ids=self.ids, states=self.states, without=left
            )
        except BadRow as error:
            self.crew.leave(error.job, Text(error.en, error.zh))
            return None, 0.0
        if claim is not None:
            return claim, 0.0
        due = self.ledger.next_due(self.ids, self.states, left)
        return None, None if due is None else max(_IDLE_LEAST, min(due, _IDLE_MOST))

    @contextlib.contextmanager
    def _answering_for(self, claim: Claim) -> Iterator[None]:
        """What goes wrong with one job is written to its row; what is the ledger's trouble, or all jobs', is raised."""
        try:
            yield
        except StaleClaim:
            self.told(claim.job, "stale", Text("another worker went on with it", "已由其他进程接管"))
        except Resting as rest:  # no thread sleeps over it: it may be asked to stop
            self.ledger.release(claim, next_in=rest.seconds)
        except Exception as error:
            of_all = isinstance(error, LedgerError) and not isinstance(error, BadRow)
            if of_all or isinstance(error, BrokenPipeError):  # whoever listened is gone
                self._let_go(claim)
                raise
            self._mishaps.put_aside(claim, error)
        except BaseException:
            self._let_go(claim)
            raise

    def _let_go(self, claim: Claim) -> None:
        with contextlib.suppress(LedgerError):
            self.ledger.release(claim)

    def run(
        self, until: Callable[[], bool] = lambda: False, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Step until no job is open, or `until` says so."""
        while not until():
            pause = self.step()
            if pause is None:
                return
            if pause:
                sleep(pause)

    def told(self, job: JobRow, kind: str, text: Text) -> None:
        self.tell(job, kind, text)

    def words(self, job: JobRow, error: MediaprepError) -> Text:
        self.failed(job, error)
        return Text(error.en, error.zh)

    def backoff(self, tries: int, first: float | None = None, most: float | None = None) -> float:
        """Seconds to wait after `tries` in a row that brought nothing, with jitter."""
        first = self.policy.wait_first if first is None else first
        most = self.policy.wait_most if most is None else most
        return float(min(first * 2.0 ** min(tries, 30), most) * (0.5 + self.jitter() / 2))
