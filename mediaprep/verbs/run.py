"""`run`: one job of a manifest, from raw files to a finished, proved video. Nothing is paid before all is judged."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from mediaprep.config import Settings
from mediaprep.errors import InputError, MediaprepError
from mediaprep.model.findings import Text
from mediaprep.model.jobs import Waiting
from mediaprep.model.manifest import Job
from mediaprep.model.outcomes import Event, Outcome, State
from mediaprep.submit.kept import Kept
from mediaprep.submit.watch import StillPending
from mediaprep.verbs import completing, preparing, voicing
from mediaprep.verbs.fetch import fetch
from mediaprep.verbs.ongoing import Listener, Ongoing
from mediaprep.verbs.submit import submit


def run(
    job: Job,
    *,
    settings: Settings,
    unsafe: bool = False,
    again: bool = False,
    wait_seconds: float = 3600.0,
    deadline_seconds: float | None = None,
    tell: Listener = lambda event: None,
) -> Outcome:
    started = time.monotonic()
    work = Ongoing(job, settings, tell)
    try:
        request = preparing.judged(work, unsafe=unsafe)
        sentences = ()
        if job.voice_first:
            voice = voicing.job_of(job)
            sound = _made(
                work,
                voice,
                voice.request,
                voice.output,
                again,
                wait_seconds,
                deadline_seconds,
                "voice_task_id",
            )
            request = voicing.driven(work, request, sound)
            sentences = voicing.sentences_of(sound)
        result = _made(
            work,
            job,
            request,
            work.folder / f"result{job.output.suffix}",
            again,
            wait_seconds,
            deadline_seconds,
            "task_id",
        )
        completing.complete(
            work, completing.Made(result=result, request=request, sentences=sentences), with_pictures=True
        )
        state, error = State.DONE, None
    except MediaprepError as raised:
        state, error = _state_of(raised), raised
    return replace(
        work.outcome,
        state=state,
        problem=Text(error.en, error.zh) if error else None,
        exit_code=error.exit_code if error else 0,
        seconds=time.monotonic() - started,
    )


def _made(work, job, request, target, again, wait_seconds, deadline_seconds, which):
    kept = Kept(work.folder / which, work.settings)
    (work.folder / which).mkdir(parents=True, exist_ok=True)
    task = None if again else kept.task(job.endpoint, request, job.base)
    if not task:
        task = submit(
            job.endpoint,
            request,
            settings=work.settings,
            base=job.base,
            check_files=False,
            again=again,
            wait_seconds=wait_seconds,
        ).task_id
        kept.accept(job.endpoint, request, job.base, task)
    work.grow(**{which: task})
    if not kept.result(task, target):
        fetch(task, target, settings=work.settings, endpoint=job.endpoint, deadline_seconds=deadline_seconds)
        kept.fetched(task, target)
    return target


def _state_of(error: MediaprepError) -> State:
    if isinstance(error, InputError):
        return State.REFUSED
    return State.PENDING if isinstance(error, StillPending) else State.FAILED
