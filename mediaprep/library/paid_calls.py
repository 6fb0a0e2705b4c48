"""Calls that speak with the gateway. Whatever is paid is a job of the ledger, so that nothing is paid twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack, cast

from mediaprep.library.boundary import OnProgress, Telling, boundary, look_up, rest
from mediaprep.library.call_options import FetchOptions, RunJobOptions, SayOptions, SubmitOptions
from mediaprep.model.any_path import AnyPath

if TYPE_CHECKING:  # each call loads what it needs
    from mediaprep.config import Settings
    from mediaprep.errors import Rejected
    from mediaprep.model.paid.jobs import Fetched, Said, Submitted, Waiting
    from mediaprep.model.paid.manifest import Job
    from mediaprep.model.paid.outcomes import Outcome
    from mediaprep.submission.bucket.request_urls import Asset


@boundary
def submit(
    endpoint: str,
    request: Mapping[str, object],
    *,
    settings: Settings,
    on_progress: OnProgress | None = None,
    **options: Unpack[SubmitOptions],
) -> Submitted:
    """Submit `request` (wire spelling; URL parameters may be local files) to `endpoint`, and pay for it once.

    It is judged first, its files are uploaded, and it is sent once. The same request again is the same
    task (`before`) while its result is kept; only again=True pays for another. Options: base (folder
    of relative paths), check_files=True, wait_seconds=0 for a free place, doubt_seconds=30 for a sign
    of a lost answer, beside. Raises Refused (with findings), BadAsset, BadConfig, GatewayError.

    >>> submit("tts", {"TimbreKey": "female_1", "InputSsml": "你好"}, settings=here)  # doctest: +SKIP
    Submitted(task_id='…', endpoint='tts', job='tts-…')
    """
    from mediaprep.verbs import submit as verb

    telling = Telling(endpoint, "submit", on_progress)

    def uploading(asset: Asset, sent: int) -> None:
        name = asset.path.name
        telling.say(f"{name}: {sent} bytes", f"{name}：{sent} 字节", sent, kind="upload")

    def waiting(pause: float, why: Rejected) -> None:
        telling.say(f"{why.en} ({pause:.0f} s)", f"{why.zh}（{pause:.0f} 秒）", kind="wait")

    look_up()
    return verb.submit(
        endpoint, request, settings=settings, on_upload=uploading, on_wait=waiting, sleep=rest,
        **cast("dict[str, Any]", options),
    )  # fmt: skip


@boundary
def say(
    text: str,
    output: AnyPath,
    *,
    settings: Settings,
    on_progress: OnProgress | None = None,
    **options: Unpack[SayOptions],
) -> Said:
    """Speak `text` into `output` (.mp3 or .wav), the time of each character beside it. Pays for a tts task once.

    Options: voice="female_1", speed=1.0 [0.5, 1.5], volume=0 [0, 10], sample_rate (Hz), more (further
    parameters), is_ssml=False, again=False (True pays once more), overwrite, wait_seconds=0,
    deadline_seconds. Raises BadConfig, Refused, TaskFailed, StillPending, GatewayError.

    >>> say("你好", "voice.mp3", settings=here).seconds  # doctest: +SKIP
    0.9
    """
    from mediaprep.verbs import say as verb

    telling = Telling(str(output), "say", on_progress)
    look_up()
    return verb.say(
        text, output, settings=settings, sleep=rest, on_event=_waiting(telling),
        on_submitted=lambda task: telling.say(f"accepted: {task}", f"已接受：{task}", kind="submit"),
        **cast("dict[str, Any]", options),
    )  # fmt: skip


@boundary
def fetch(
    task: str,
    output: AnyPath,
    *,
    settings: Settings,
    on_progress: OnProgress | None = None,
    **options: Unpack[FetchOptions],
) -> Fetched:
    """Wait for a task to its end and keep its product at `output` (a file; a folder names it), decoded and whole. Free.

    `task` is a TaskId, or the name of a job of the ledger. Options: endpoint, deadline_seconds (None:
    as long as it takes), driving (the sound that was sent), write_receipt=False, overwrite=False.
    Raises TaskFailed, StillPending (at the deadline; the task lives on), Refused, BadConfig, GatewayError.

    >>> fetch("b1c2…", "talk.mp4", settings=here).seconds  # doctest: +SKIP
    61.2
    """
    from mediaprep.verbs import fetch as verb

    telling = Telling(task, "fetch", on_progress)

    def loading(have: int, total: int | None) -> None:
        telling.say(f"{have} bytes", f"{have} 字节", have, total)

    look_up()
    return verb.fetch(
        task, output, settings=settings, on_event=_waiting(telling), on_progress=loading, sleep=rest,
        **cast("dict[str, Any]", options),
    )  # fmt: skip


@boundary
def run(
    job: Job,
    *,
    settings: Settings,
    on_progress: OnProgress | None = None,
    **options: Unpack[RunJobOptions],
) -> Outcome:
    """The whole way of one job, from raw files to a finished, proved video. Nothing is paid before all is judged.

    Never raises for what went wrong with the job: the Outcome says it (`state`, `problem`). A job that
    the ledger knows is gone on with. Options: unsafe=False, again=False (True pays once more),
    overwrite=False, wait_seconds=3600, deadline_seconds, pictures=True. For many jobs: `mediaprep run`.

    >>> [run(job, settings=here).state for job in load_manifest("lessons.yaml")]  # doctest: +SKIP
    [<State.DONE: 'done'>]
    """
    from mediaprep.verbs import run as verb

    telling = Telling(job.id, "run", on_progress)
    return verb.run(
        job, settings=settings, tell=telling.hear, look=look_up, **cast("dict[str, Any]", options)
    )


def _waiting(telling: Telling) -> Any:
    def heard(look: Waiting) -> None:
        said = look.say()
        telling.say(said.en, said.zh, kind="wait")

    return heard
