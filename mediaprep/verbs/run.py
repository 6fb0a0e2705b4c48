"""`run`: one job, from raw files to a finished, proved video. Nothing is paid before all is judged."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

from mediaprep.config import Settings
from mediaprep.errors import InputError, MediaprepError
from mediaprep.model.findings import Text
from mediaprep.model.paid.manifest import Job
from mediaprep.model.paid.outcomes import Outcome, State
from mediaprep.submission.job.stage_protocol import Policy
from mediaprep.verbs.paid.job_progress import Listener
from mediaprep.verbs.paid.run_session import RunOptions, RunSession

_LOOK_SECONDS = 0.05


def run(
    job: Job,
    *,
    settings: Settings,
    unsafe: bool = False,
    again: bool = False,
    overwrite: bool = False,
    wait_seconds: float = 3600.0,
    deadline_seconds: float | None = None,
    pictures: bool = True,
    policy: Policy | None = None,
    tell: Listener = lambda event: None,
    look: Callable[[], None] = lambda: None,
) -> Outcome:
    """The whole way of one job. Never raises for what went wrong with the job: the outcome says it.

    Files are mended, request and files judged, and only then is anything paid. A job that the ledger knows (same
    request, same files) is gone on with instead of submitted again, unless `again`. What stands where it writes is
    replaced if it is ours and unchanged, or with `overwrite`. `wait_seconds` is how long a free place is waited for,
    `deadline_seconds` how long the task. `look` is called again and again meanwhile: what it raises ends the waiting,
    and the job goes on with the next call. For many jobs: batch.engine.
    """
    started = time.monotonic()
    wishes = RunOptions(
        unsafe=unsafe, again=again, overwrite=overwrite, wait_seconds=wait_seconds, deadline_seconds=deadline_seconds,
        pictures=pictures, policy=policy or Policy(),
    )  # fmt: skip
    try:
        shift = RunSession(settings=settings, wishes=wishes, tell=tell)
    except MediaprepError as error:
        return refused(job, error)
    try:
        outcome = _brought_home(shift, job, look)
    except MediaprepError as error:
        outcome = refused(job, error)
    finally:
        shift.stop.set()
        shift.close()
    return replace(outcome, seconds=time.monotonic() - started)


def _brought_home(shift: RunSession, job: Job, look: Callable[[], None]) -> Outcome:
    """One thread works while this one looks: the deadline ends the waiting, whatever is waited for."""
    shift.take(job)
    worker = threading.Thread(target=shift.work, name=f"mediaprep {job.id}", daemon=True)
    worker.start()
    try:
        while True:
            for _, outcome in shift.ended():
                return outcome
            if shift.failure is not None:
                raise shift.failure
            look()
            worker.join(_LOOK_SECONDS)
    finally:
        shift.stop.set()
        worker.join()


def refused(job: Job, error: MediaprepError) -> Outcome:
    """A job that came to nothing before it came into the ledger."""
    state = State.REFUSED if isinstance(error, InputError) else State.FAILED
    return Outcome(
        job=job.id, endpoint=job.endpoint, state=state, problem=Text(error.en, error.zh),
        exit_code=error.exit_code,
    )  # fmt: skip
