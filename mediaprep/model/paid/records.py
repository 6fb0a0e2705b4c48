"""Values of paid work as the ledger keeps it: jobs, attempts, events, who holds what. Times are seconds since 1970."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mediaprep.model.findings import Text


class JobState(enum.StrEnum):
    """Where one paid task stands. `submission.states` says what may follow what."""

    NEW = "NEW"
    READY = "READY"  # mended, judged, uploaded or waiting behind the gate; nothing was sent
    SUBMITTING = "SUBMITTING"  # an attempt is written down; its POST is about to be sent, or is on its way
    RUNNING = "RUNNING"  # a TaskId is known
    AMBIGUOUS = "AMBIGUOUS"  # the last attempt may have been accepted
    MADE = "MADE"  # the service has the product
    SAVED = "SAVED"  # the product is here, decoded and hashed
    DONE = "DONE"
    FAILED = "FAILED"
    REVIEW = "REVIEW"  # only a person, or late evidence, can say how it goes on
    REFUSED = "REFUSED"  # judged before anything was sent

    @property
    def ended(self) -> bool:
        """Whether no worker moves it any more by itself."""
        return self in (JobState.DONE, JobState.FAILED, JobState.REVIEW, JobState.REFUSED)

    @property
    def in_doubt(self) -> bool:
        """Whether a task, and a charge, may exist that nobody here knows of."""
        return self in (JobState.SUBMITTING, JobState.AMBIGUOUS, JobState.REVIEW)


class AttemptState(enum.StrEnum):
    """What became of one POST."""

    INTENT = "INTENT"  # written down; whether it was sent is not known
    ACCEPTED = "ACCEPTED"  # a TaskId is known
    REJECTED = "REJECTED"  # answered with a definite refusal, or told to wait
    NOT_SENT = "NOT_SENT"  # certainly nothing left this machine
    UNKNOWN = "UNKNOWN"  # may have been accepted
    FENCED = "FENCED"  # if a task exists, it never gets its input
    SET_ASIDE = "SET_ASIDE"  # a person said: go on regardless

    @property
    def open(self) -> bool:
        """Whether a task may exist that could still run."""
        return self in (AttemptState.INTENT, AttemptState.UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class Owner:
    """One worker. `host` names a system in which process numbers mean the same; `started` is the process's
    start in ticks of that system, so that a number used again is no longer the same owner (0: not known)."""

    host: str
    pid: int
    started: int
    name: str

    def __str__(self) -> str:
        return f"{self.name}@{self.host}:{self.pid}"


@dataclass(frozen=True, kw_only=True)
class Input:
    """A local file of a request. `state` is its stat when it was judged (device, inode, bytes, mtime in ns):
    what is served must be what was judged. `suffix` is the end of its URL where the
    name lies about the bytes."""

    parameter: str  # wire path with indices
    path: Path
    state: tuple[int, int, int, int] | None = None
    suffix: str = ""


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A request as it will be sent, with the paths of its (mended) files where URLs will stand."""

    payload: Mapping[str, Any] = field(repr=False)
    inputs: tuple[Input, ...] = ()
    seconds: float | None = None  # how long the product should be, for the estimate of its making


@dataclass(frozen=True, kw_only=True)
class NewJob:
    """A job as it comes to the ledger. `spec` is what resuming needs without a manifest (JSON); `quota` the
    key of its permits ("" takes none) and `places` how many there are; `managed` = workers may take it
    (False: by its id only; earlier versions made single submits so)."""

    id: str
    name: str
    endpoint: str
    base_url: str
    digest: str
    spec: Mapping[str, Any] = field(default_factory=dict, repr=False)
    quota: str = ""
    places: int = 0
    managed: bool = True
    output: Path | None = None


@dataclass(frozen=True, kw_only=True)
class JobRow:
    """One row of the ledger. `whole` is False where secrets were taken out of `spec` or `payload`: then it is
    not fit to be sent. `tries` counts moves in a row that stayed in this state, `failures` failed tasks;
    `media` tells where the product lies (an address without its query, or `object:KEY`)."""

    id: str
    name: str
    endpoint: str
    base_url: str
    digest: str
    managed: bool
    quota: str
    spec: Mapping[str, Any] = field(repr=False)
    payload: Mapping[str, Any] | None = field(repr=False)
    inputs: tuple[Input, ...] = field(repr=False)
    whole: bool
    state: JobState
    attempt: int  # number of the last attempt, 0 before the first
    failures: int
    tries: int
    task_id: str | None
    media: str | None
    expires_at: float | None
    result: Path | None  # as the service made it
    result_sha256: str | None
    output: Path | None  # the finished file
    sha256: str | None
    kept: Mapping[str, Any] = field(repr=False)  # what the stages want to remember
    pace: float | None  # seconds of making for one second of product, as seen
    note: Text  # why it stands where it stands
    epoch: int
    owner: Owner | None
    lease_until: float
    next_at: float
    state_at: float  # since when it stands there
    seen_at: float | None  # when the task was last seen unfinished
    created_at: float
    emulated: bool = False  # an emulator's: nothing was paid

    @property
    def resumable(self) -> bool:
        """Whether the ledger has the job whole, to its output: a single request's task is fetched instead."""
        return "job" in self.spec


@dataclass(frozen=True, kw_only=True)
class Intent:
    """An attempt as it is written down before it is sent. `nonce` and `token` make the addresses of its inputs and of
    its callback; `gated`: its inputs come from the gate; `results`: keys in the bucket by parameter."""

    nonce: str = field(repr=False)
    token: str = field(repr=False)
    signed_at: float
    fence_at: float
    gated: bool = False
    callback: bool = False
    inputs: tuple[Input, ...] = field(default=(), repr=False)
    results: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class AttemptRow:
    """One POST, ever. The secrets of its addresses are kept as hashes only. `fence_at`: from then on the
    signature is too old to be accepted newly; `fetched_at` is when an input was first given out, `flowed_at` when
    one had gone out to its last byte; `results` are keys of objects that only this attempt's task
    can write, by parameter."""

    job: str
    n: int
    state: AttemptState
    signed_at: float
    fence_at: float
    fetched_at: float | None
    flowed_at: float | None
    task_id: str | None
    callback_task: str | None  # the first of:
    callback_tasks: tuple[str, ...]  # what callbacks named, each a hint and none the truth
    callback_at: float | None  # when the first came
    gated: bool
    callback: bool
    inputs: tuple[Input, ...] = field(repr=False)
    results: Mapping[str, str]
    answer: str
    why: Text
    created_at: float
    ended_at: float | None
    emulated: bool = False


@dataclass(frozen=True, kw_only=True)
class LedgerEvent:
    """One move, as it was made. Events are only ever added."""

    job: str
    at: float
    frm: str
    to: str
    name: str
    why: Text
    attempt: int
    epoch: int
    owner: str
    emulated: bool = False


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The right to move one job, until the lease ends or the epoch is raised. `at` is when it was taken."""

    job: JobRow
    owner: Owner
    epoch: int
    at: float

    def on(self, job: JobRow) -> Claim:
        """The same claim after a move that kept it."""
        return replace(self, job=job)


class Fetch(enum.StrEnum):
    """What the gate does with a request for an input."""

    SERVE = "serve"  # fetched_at is written
    HOLD = "hold"  # the submit's answer is not known yet
    GONE = "gone"  # fenced: this task will never get it
    NOBODY = "nobody"  # no such attempt, or not its secret
