"""The worker: claims one due job, makes one move, lets go. Any number of them, anywhere, share one ledger."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Collection
from typing import Final

from mediaprep import processes
from mediaprep.errors import (
    BadRow,
    GatewayError,
    InputError,
    LedgerError,
    MediaprepError,
    ToolError,
    Unreachable,
)
from mediaprep.model.findings import Text
from mediaprep.model.paid.records import Claim, JobRow, JobState, Owner, Ready
from mediaprep.submission.bucket.object_store import Store
from mediaprep.submission.gate.gate import Addresses
from mediaprep.submission.job import request_journal
from mediaprep.submission.job.ambiguous import Doubts
from mediaprep.submission.job.attempt import outgoing
from mediaprep.submission.job.polling import Tasks
from mediaprep.submission.job.sending import Sending
from mediaprep.submission.job.stage_protocol import Later, Policy, Saved, Stages
from mediaprep.submission.job.unexpected_errors import Mishaps
from mediaprep.submission.job.worker_pool import Crew
from mediaprep.submission.ledger import Busy, Ledger, Stale
from mediaprep.submission.wire.client import Gateway
from mediaprep.submission.wire.rate_limit import AT_ONCE, Resting

_S = JobState
_IDLE_LEAST: Final = 0.02
_IDLE_MOST: Final = 1.0
_BUSY_MOST: Final = 6  # in a row; each has waited for the ledger already
_POLICY: Final = Policy()


class Worker:
    """`step` until it says that nothing is open. `ids` and `states` narrow what is taken; `on_point` hears the
    name of every place at which a crash would matter, `failed` every error that keeps a job from being accepted.
    Workers of one process share a `crew`; each has one thread for itself."""

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
        crew: Crew | None = None,
        tell: Callable[[JobRow, str, Text], None] = lambda job, kind, text: None,
        failed: Callable[[JobRow, MediaprepError], None] = lambda job, error: None,
        on_point: Callable[[str], None] = lambda name: None,
        ids: Collection[str] | None = None,
        states: Collection[JobState] | None = None,
        jitter: Callable[[], float] = random.random,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.ledger, self.gateway, self.stages = ledger, gateway, stages
        self.store, self.gate, self.policy = store, gate, policy
        self.owner = owner or processes.me()
        self.crew = crew or Crew(ledger, lease_seconds=policy.lease_seconds, rate=policy.rate)
        self.tell, self.failed, self.on_point = tell, failed, on_point
        self.ids, self.states = ids, states
        self.jitter, self.clock = jitter, clock
        self._busy = 0
        sending, doubts, tasks = Sending(self), Doubts(self), Tasks(self)
        self._moves: dict[JobState, Callable[[Claim], None]] = {
            _S.NEW: self._prepare,
            _S.READY: self._submit,
            _S.SUBMITTING: doubts.owner_lost,
            _S.AMBIGUOUS: doubts.settle,
            _S.RUNNING: tasks.poll,
            _S.MADE: tasks.save,
            _S.SAVED: tasks.finish,
        }
        self._sending, self._mishaps = sending, Mishaps(self, doubts)

    def step(self) -> float | None:
        """One job, one move: 0.0. Seconds until it is worth while to look again where nothing is due; None when
        no job is open. Raises LedgerError, one that is only busy not at once; what goes wrong with a job is
        written to its row."""
        try:
            due = self._step()
        except Busy:  # nothing was changed: the same step comes again
            self._busy += 1
            if self._busy >= _BUSY_MOST:
                raise
            return self.backoff(self._busy)
        self._busy = 0
        return due

    def _step(self) -> float | None:
        left = self.crew.left()
        try:
            claim = self.ledger.claim(
                self.owner, self.policy.lease_seconds, ids=self.ids, states=self.states, without=left
            )
        except BadRow as error:
            self.crew.leave(error.job, Text(error.en, error.zh))
            return 0.0
        if claim is None:
            due = self.ledger.next_due(self.ids, self.states, left)
            return None if due is None else max(_IDLE_LEAST, min(due, _IDLE_MOST))
        with self.crew.pulse.holding(claim):
            try:
                self._moves[claim.job.state](claim)
            except Stale:
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
        return 0.0

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

    # --- NEW ---

    def _prepare(self, claim: Claim) -> None:
        job = claim.job
        self.on_point("prepare_mid")
        try:
            made = self.stages.prepare(job, lambda kind, text: self.told(job, kind, text))
        except InputError as error:
            self.ledger.move(claim, _S.REFUSED, name="refused", why=self.words(job, error))
            return
        except ToolError as error:
            self.ledger.move(claim, _S.FAILED, name="failed", why=self.words(job, error))
            return
        except GatewayError as error:
            self.ledger.move(
                claim, _S.NEW, name="waits", why=self.words(job, error), next_in=self.backoff(job.tries)
            )
            return
        if isinstance(made, Later):
            if made.needs:
                self.ledger.enqueue_all(made.needs)
            self.ledger.move(claim, _S.NEW, name="waits", why=made.why, next_in=made.seconds)
            return
        if isinstance(made, Saved):
            self._composed(claim, made)
            return
        kept = {**job.kept, **({"expected_seconds": made.seconds} if made.seconds else {})}
        row = self.ledger.move(
            claim, _S.READY, name="prepared", payload=made.payload, inputs=made.inputs, kept=kept
        )
        if not row.whole:  # signed URLs of the user's own: they live in memory only
            self.crew.requests.put(job.id, made)

    def _composed(self, claim: Claim, made: Saved) -> None:
        kept = {**claim.job.kept, **made.kept, **({"seconds": made.seconds} if made.seconds else {})}
        self.ledger.move(
            claim, _S.SAVED, name="composed", result=made.path.absolute(), result_sha256=made.sha256, kept=kept
        )  # fmt: skip
        self.on_point("after_saved")

    # --- READY ---

    def _submit(self, claim: Claim) -> None:
        job = claim.job
        ready = self._request(job)
        if ready is None:
            self.ledger.move(claim, _S.NEW, name="prepare again")
            return
        attempts = self.ledger.attempts(job.id) if job.attempt else ()
        known = request_journal.stranger(self.stages.trace(job), job, attempts)
        if known is not None and not request_journal.settled(known, self.ledger.events(job.id)):
            self.ledger.move(claim, _S.REVIEW, name="sent before", why=known.say(job))
            return
        try:
            if self.store is not None:
                for note in self.crew.rehearse(self.store):
                    self.told(job, "submit", note)
            self.ledger.keep_for(self.gateway.kind(), self.gateway.base_url)
            self.crew.governor.wait(AT_ONCE)
            attempt = outgoing(
                job, ready, gateway=self.gateway, store=self.store, gate=self.gate,
                allow_ungated=self.policy.allow_ungated, fence_seconds=self.policy.fence_seconds,
            )  # fmt: skip
        except InputError as error:
            self.ledger.move(claim, _S.REFUSED, name="refused", why=self.words(job, error))
        except Unreachable as error:
            self.ledger.move(
                claim, _S.READY, name="waits", why=self.words(job, error), next_in=self.backoff(job.tries)
            )
        except ToolError as error:
            self.ledger.move(claim, _S.FAILED, name="failed", why=self.words(job, error))
        else:
            self._sending.once(claim, attempt)

    def _request(self, job: JobRow) -> Ready | None:
        """What will be sent; None where neither the ledger nor this process has it whole."""
        kept = self.crew.requests.get(job.id)
        if kept is not None:
            return kept
        if job.payload is None or not job.whole:
            return None
        return Ready(payload=job.payload, inputs=job.inputs)
