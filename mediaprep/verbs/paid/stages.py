"""The three slow stages of a job, as the worker of paid jobs calls them: prepare, save, finish.

Each may be begun again after a kill, in another process; what an earlier try left is found or replaced.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from mediaprep.config import Settings
from mediaprep.contract.products import suffix_of
from mediaprep.errors import MediaprepError, Refused, ToolFailed
from mediaprep.media.files import atomic
from mediaprep.media.files.digest import sha256_of
from mediaprep.model.facts import AudioFacts
from mediaprep.model.findings import Text
from mediaprep.model.paid.manifest import Job
from mediaprep.model.paid.outcomes import ProgressEvent
from mediaprep.model.paid.records import Input, JobRow, JobState, NewJob, Ready
from mediaprep.preflight.scripts.estimate import script_seconds
from mediaprep.submission.bucket import request_urls
from mediaprep.submission.bucket.object_store import Store
from mediaprep.submission.job.stage_protocol import Later, Product, Saved, Tell
from mediaprep.submission.ledger import Ledger
from mediaprep.submission.wire.client import Gateway
from mediaprep.verbs.assets import AccountLists
from mediaprep.verbs.check import measure
from mediaprep.verbs.files import naming, remote_files
from mediaprep.verbs.finishing import output_claims
from mediaprep.verbs.paid import completing, delivering, enrolment, preparing, saving, voicing
from mediaprep.verbs.paid.job_progress import Listener, Ongoing, folder_of
from mediaprep.verbs.paid.lessons.composing import Lessons, Wanted
from mediaprep.verbs.paid.mended_inputs import Keeper
from mediaprep.verbs.paid.outcome_store import OutcomeStore

_SOUND: Final = frozenset({JobState.SAVED, JobState.DONE})
_NO_SOUND: Final = frozenset({JobState.FAILED, JobState.REFUSED})
_SENT: Final = "sent.jsonl"
_LOOK_FIRST_SECONDS, _LOOK_MOST_SECONDS = 1.0, 30.0


class Interrupted(BaseException):
    """Work was stopped on purpose: what it has come to is not to be believed, and no move is made."""


class JobStages:
    """`told` grows by what becomes known of each job. `jobs` are those that came by a manifest, by row: what
    the ledger may not keep (signed addresses) stands there. `wanted` hears which jobs a row is composed of,
    `stopping` says that work is to be left."""

    def __init__(
        self,
        *,
        settings: Settings,
        gateway: Gateway,
        ledger: Ledger,
        store: Store | None,
        told: OutcomeStore,
        tell: Listener,
        wanted: Wanted = lambda row, needs: None,
        stopping: Callable[[], bool] = lambda: False,
        pictures: bool = True,
        overwrite: bool = False,
    ) -> None:
        self.jobs: dict[str, Job] = {}
        self._settings, self._gateway, self._ledger = settings, gateway, ledger
        self._store = store
        self._told, self._tell, self._stopping, self._pictures = told, tell, stopping, pictures
        self._overwrite = overwrite
        self._lessons = Lessons(gateway=gateway, ledger=ledger, account=AccountLists(settings), wanted=wanted)

    def job_of(self, row: JobRow) -> Job:
        """What is wished of a row: as its manifest said just now, else as the ledger has kept it."""
        return self.jobs.get(row.id) or enrolment.job_of(row)

    # --- the stages ---

    def prepare(self, job: JobRow, tell: Tell) -> Ready | Later | Saved:  # noqa: ARG002
        """Mended, judged, and spoken first where that is wished."""
        with self._work(job) as work:
            wish = work.job
            if not job.whole and job.id not in self.jobs:
                raise Refused(_NOT_WHOLE.en, _NOT_WHOLE.zh)
            output_claims.claim_job(wish)
            delivering.claim(work, overwrite=self._overwrite)
            if wish.lesson is not None:
                return self._lessons.prepare(job, work)
            voice = self._voice_of(job, wish)
            if voice is not None:
                spoken = self._ledger.jobs(ids=[voice.id])
                if spoken and spoken[0].state not in _SOUND:
                    return _wait_for(spoken[0], job)
            keeper = Keeper(ledger=self._ledger, job=job.id)
            request = preparing.judged(work, unsafe=bool(job.spec.get("unsafe")), keeper=keeper)
            if voice is not None:
                if not spoken:
                    output_claims.make_room_for(wish, work.folder, script_seconds(request))
                    return Later(seconds=_LOOK_FIRST_SECONDS, needs=(voice,), why=_SPEAKING)
                work.grow(voice_task_id=spoken[0].task_id)
                if wish.voice_first:
                    request = voicing.driven(work, request, _sound_of(spoken[0]))
            seconds = _seconds(request)
            output_claims.make_room_for(wish, work.folder, seconds)
            return Ready(payload=request, inputs=_inputs(wish, request), seconds=seconds)

    def trace(self, job: JobRow) -> Path | None:
        """Beside the service's own result."""
        return result_of(job, self.job_of(job)).with_name(_SENT)

    def save(self, job: JobRow, product: Product, tell: Tell) -> Saved:  # noqa: ARG002
        """The service's own result, beside the output, under a name that only this job has."""
        with self._work(job, believe=True) as work:
            target = result_of(job, work.job)
            atomic.make_folder(target.parent)
            fetched = saving.save(
                product, target, settings=self._settings, endpoint=job.endpoint, gateway=self._gateway,
                store=self._store,
                on_progress=lambda done, total: work.tell(
                    "fetch", "downloading", "下载中", float(done), float(total) if total else None
                ),
            )  # fmt: skip
            if not self._stopping():
                work.tell("fetch", f"downloaded and decoded: {target.name}", f"已下载并校验：{target.name}")
            kept = {"stated_ms": fetched.stated_ms, "notes": [[note.en, note.zh] for note in fetched.notes]}
            return Saved(path=target, sha256=sha256_of(target), seconds=fetched.seconds, kept=kept)

    def finish(self, job: JobRow, tell: Tell) -> Mapping[str, Any]:  # noqa: ARG002
        """The output, proved, with its receipt."""
        assert job.result is not None
        if main := job.spec.get("for"):
            self._ledger.hint(str(main))
            return {"output": job.result, "sha256": job.result_sha256}
        with self._work(job) as work:
            finished = enrolment.finishing_of(work.job)
            self.recall(job, work, inputs=True)
            if work.job.lesson is not None:
                self._lessons.finish(job, work, with_pictures=self._pictures)
                return self._columns(job, work, finished, delivering.sent(work))
            made = completing.Made(
                result=job.result,
                request=job.payload or {},
                sentences=self._sentences(job, work.job),
                stated_ms=job.kept.get("stated_ms"),
                mark=self._mark_of(job, work.job),
            )
            completing.complete(work, made, with_pictures=self._pictures)
            return self._columns(job, work, finished, delivering.sent(work))

    @staticmethod
    def _columns(job: JobRow, work: Ongoing, finished: str, sent: Sequence[str]) -> Mapping[str, Any]:
        kept = {**job.kept, "finished": finished, **({"delivered": list(sent)} if sent else {})}
        return {"output": work.job.output, "sha256": sha256_of(work.job.output), "kept": kept}

    # --- what they stand on ---

    @contextlib.contextmanager
    def _work(self, row: JobRow, *, believe: bool = False) -> Iterator[Ongoing]:
        """One job at work; what became known of it is put aside however it ends. `believe`: what is whole
        counts even if work was to be left meanwhile."""
        work = Ongoing(self.job_of(row), self._settings, self._hear, self._told.get(row.id))
        work.grow(emulated=self._ledger.emulated)
        work.grow(problem=None, exit_code=0)
        try:
            if not believe:
                remote_files.bring_all(work.job.sources, self._settings)
            yield work
            if self._stopping() and not believe:
                raise Interrupted
        except MediaprepError as error:
            if self._stopping():
                raise Interrupted from None
            work.grow(problem=Text(error.en, error.zh), exit_code=error.exit_code)
            raise
        finally:
            with contextlib.suppress(ToolFailed):  # no job fails for it: what is not known is judged again
                self._told.put(row.id, work.outcome)

    def _hear(self, event: ProgressEvent) -> None:
        if self._stopping():
            raise Interrupted
        self._tell(replace(event, job=event.job.partition("~")[0]))  # what a job is made of is told as it

    def recall(self, row: JobRow, work: Ongoing, *, inputs: bool) -> None:
        """What the earlier stages of a job came to. If they were done elsewhere, or long ago, `inputs` and
        request are judged again (and nothing is mended): a file that has gone since is a note."""
        judge = inputs and work.job.lesson is None
        if judge and not work.outcome.inputs and not work.outcome.findings:
            try:
                preparing.judged(work, unsafe=bool(row.spec.get("unsafe")), keeper=None)
            except MediaprepError as error:
                work.note(
                    Text(
                        f"its inputs are no longer as they were: {error.en}", f"素材已与当时不同：{error.zh}"
                    )
                )
        voice = self._voice_of(row, work.job)
        spoken = self._ledger.jobs(ids=[voice.id]) if voice else ()
        work.grow(task_id=row.task_id, voice_task_id=spoken[0].task_id if spoken else None)
        work.note(*(Text(en, zh) for en, zh in row.kept.get("notes", ())))
        work.note(*map(delivering.note_of, row.kept.get("delivered", ())[:1]))

    def _voice_of(self, row: JobRow, job: Job) -> NewJob | None:
        if not job.speaks_first:
            return None
        return enrolment.voice_of(row.id, job, self._gateway, salt=str(row.spec.get("salt", "")))

    def _mark_of(self, row: JobRow, job: Job) -> Path | None:
        """The spoken mark of a sound. Raises NoVoice where it has gone."""
        voice = self._voice_of(row, job) if job.speaks_mark else None
        return _sound_of(self._ledger.job(voice.id)) if voice else None

    def _sentences(self, row: JobRow, job: Job) -> tuple[Mapping[str, Any], ...]:
        """When what is said, where a voice was spoken first."""
        sound = (row.payload or {}).get("InputAudioUrl")
        return voicing.sentences_of(Path(sound)) if job.voice_first and isinstance(sound, str) else ()


_NOT_WHOLE: Final = Text(
    "its request holds an address with a signature or a secret, which the ledger does not keep: run its manifest",
    "其请求含有带签名或密钥的地址，账本不予保存：请重新运行其清单",
)
_SPEAKING: Final = Text("its voice is spoken first", "先合成语音")


def result_of(row: JobRow, job: Job) -> Path:
    """Where the service's own result is kept; what is finished may be another kind of file than its result."""
    folder = job.output.parent if "for" in row.spec else folder_of(job)
    return folder / f"{row.id}{suffix_of(job.endpoint, job.request)}"


def _sound_of(voice: JobRow) -> Path:
    """What a task that spoke first has said. Raises NoVoice where it is no longer there."""
    if voice.result is None or not voice.result.is_file():
        raise voicing.NoVoice(
            f"{voice.name}: what was spoken is no longer at {voice.result}",
            f"{voice.name}：合成的语音已不在 {voice.result}",
        )
    return voice.result


def _wait_for(voice: JobRow, row: JobRow) -> Later:
    """How long a job looks away while its voice is spoken; it is woken when there is sound."""
    if voice.state in _NO_SOUND:
        raise voicing.NoVoice(
            f"{row.name}: its voice could not be spoken: {voice.note.en}",
            f"{row.name}：语音合成失败：{voice.note.zh}",
        )
    return Later(seconds=min(_LOOK_FIRST_SECONDS * 1.5**row.tries, _LOOK_MOST_SECONDS), why=_SPEAKING)


def _seconds(request: Mapping[str, Any]) -> float | None:
    """How long the product should become: as long as its text takes, or its sound is."""
    sound = request.get("InputAudioUrl")
    if not isinstance(sound, str) or "://" in sound:
        return script_seconds(request)
    facts = measure(Path(sound))
    return facts.seconds if isinstance(facts, AudioFacts) else None


def _inputs(job: Job, request: Mapping[str, Any]) -> tuple[Input, ...]:
    found = []
    for asset in request_urls.assets(job.endpoint, request, job.base):
        seen = asset.path.stat()
        state = (seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns)
        found.append(
            Input(
                parameter=asset.parameter, path=asset.path, state=state, suffix=naming.suffix_of(asset.path)
            )
        )
    return tuple(found)
