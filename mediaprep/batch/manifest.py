"""A manifest (YAML) read strictly: every mistake is named with its job and key."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from mediaprep.batch import manifest_tables, storyboard
from mediaprep.batch.manifest_tables import JobTable, ManifestTable
from mediaprep.contract.endpoints import ENDPOINTS
from mediaprep.errors import BadConfig
from mediaprep.finishing.wishes import words as wish_words
from mediaprep.media.files import documents
from mediaprep.model.decks import lessons
from mediaprep.model.decks.lessons import Lesson
from mediaprep.model.decks.storyboard import Empty, Storyboard
from mediaprep.model.findings import Text
from mediaprep.model.finishing.wishes import Finishing
from mediaprep.model.paid.manifest import Job
from mediaprep.preflight.decks import all_pages
from mediaprep.verbs.finishing import output_claims
from mediaprep.verbs.finishing.output_claims import Named

_MAX_BYTES = 5_000_000
_MANIFEST = Text("the manifest", "清单")


def read(path: Path, *, report: Path | None = None, told: Sequence[Named] = ()) -> tuple[Job, ...]:
    """The jobs of `path`. Relative paths in it are relative to its folder. No two files that are written, nor the
    `report` nor what else is `told` of the run, may be one, nor one that is read. Raises BadConfig."""
    too_large = Text(f"a manifest is at most {_MAX_BYTES}: split it", f"清单最大 {_MAX_BYTES} 字节，请拆分")
    document = documents.load(path, _MAX_BYTES, too_large)
    jobs = _jobs(path, document)
    refuse_shared(jobs, path, report=report, told=told)
    return jobs


def refuse_shared(
    jobs: Sequence[Job], source: Path, *, report: Path | None = None, told: Sequence[Named] = ()
) -> None:
    """BadConfig where two files that `jobs` of `source` write are one, or one of them is read by any."""
    told = [*told, *([output_claims.report(report)] if report is not None else [])]
    read = [named for job in jobs for named in output_claims.reads_of(job)]
    try:
        output_claims.refuse_shared(
            [*told, *(named for job in jobs for named in output_claims.writes_of(job))],
            [Named(path=source, what=_MANIFEST, spelled=source.name), *read],
        )
    except BadConfig as error:
        raise BadConfig(f"{source}: {error.en}", f"{source}：{error.zh}") from None


def _jobs(path: Path, document: object) -> tuple[Job, ...]:
    try:
        manifest = ManifestTable.model_validate(document)
    except ValidationError as error:
        wrong = manifest_tables.mistake(document, error)
        raise BadConfig(f"{path}: {wrong.en}", f"{path}：{wrong.zh}") from None
    doubled = [name for name, count in Counter(job.id for job in manifest.jobs).items() if count > 1]
    if doubled:
        raise BadConfig(f"{path}: two jobs are called {doubled[0]}", f"{path}：有两个任务都叫 {doubled[0]}")
    jobs = tuple(_job(path, job) for job in manifest.jobs)
    _refuse_missing(path, jobs)
    return jobs


def _refuse_missing(path: Path, jobs: Sequence[Job]) -> None:
    """Raise BadConfig for a file of a finishing that is not there, and that no other job makes."""
    there = {job.output for job in jobs}
    for job in jobs:
        for key, file in job.finish.files:
            if file not in there and not file.is_file():
                raise BadConfig(
                    f"{path}: job {job.id}: finish.{key}: {file}: no such file",
                    f"{path}：任务 {job.id}：finish.{key}：{file}：文件不存在",
                )
            there.add(file)


def _job(path: Path, job: JobTable) -> Job:
    if job.endpoint is None:
        return _told_job(path, job)
    submits = [name for name, row in ENDPOINTS.items() if row.kind == "submit"]
    if job.endpoint not in submits:
        near = difflib.get_close_matches(job.endpoint, submits, n=1)
        hint = f"; did you mean {near[0]}?" if near else f"; known: {', '.join(submits)}"
        hint_zh = f"；是否指 {near[0]}？" if near else f"；可用：{'、'.join(submits)}"
        raise BadConfig(
            f"{path}: job {job.id}: no endpoint {job.endpoint!r}{hint}",
            f"{path}：任务 {job.id}：没有接口 {job.endpoint!r}{hint_zh}",
        )
    request = job.request or {}
    if job.voice and "InputSsml" not in request:
        raise BadConfig(
            f"{path}: job {job.id}: voice: first needs InputSsml to speak",
            f"{path}：任务 {job.id}：voice: first 需要 InputSsml",
        )
    base = path.resolve().parent
    return Job(
        id=job.id,
        endpoint=job.endpoint,
        request=request,
        output=base / job.output,
        base=base,
        voice_first=job.voice == "first",
        finish=_finishing(path, job, base),
    )


def _told_job(path: Path, job: JobTable) -> Job:
    """A job of a deck or a storyboard. Raises BadConfig."""
    base = path.resolve().parent
    bare = Job(
        id=job.id,
        endpoint=lessons.ENDPOINT,
        request=job.request or {},
        output=base / job.output,
        base=base,
        voice_first=job.voice == "first",
        finish=_finishing(path, job, base),
    )
    told: Lesson | Path
    if job.deck is None:
        told = base / str(job.storyboard)
    else:
        told = Lesson(
            deck=base / job.deck, hidden=job.hidden or "drop", empty=Empty(job.empty or Empty.ERROR),
            silence=job.silence or lessons.SILENCE,
        )  # fmt: skip
    try:
        return lesson_job(bare, told)
    except BadConfig as error:
        raise BadConfig(f"{path}: job {job.id}: {error.en}", f"{path}：任务 {job.id}：{error.zh}") from None


def lesson_job(job: Job, told: Lesson | Path) -> Job:
    """`job` as one that makes a video of a deck, or of the storyboard at a path; its request is what all pages
    share. Raises BadConfig."""
    lesson = told if isinstance(told, Lesson) else _of_storyboard(told)
    all_pages.over(lesson.story or Storyboard(deck=lesson.deck, pages=()), job.request, job.base)
    return replace(job, endpoint=lessons.ENDPOINT, lesson=lesson)


def _of_storyboard(path: Path) -> Lesson:
    told = storyboard.read(path)
    pages = (replace(page, audio=path.parent / page.audio) if page.audio else page for page in told.pages)
    logos = (replace(logo, file=path.parent / logo.file) for logo in told.logos)
    return Lesson(deck=told.deck, story=replace(told, pages=tuple(pages), logos=tuple(logos)))


def _finishing(path: Path, job: JobTable, base: Path) -> Finishing:
    """Raises BadConfig for what is wrong with it whatever the video is."""
    try:
        return wish_words.finishing(manifest_tables.words_of(job.finish), base)
    except BadConfig as error:
        raise BadConfig(
            f"{path}: job {job.id}: finish: {error.en}", f"{path}：任务 {job.id}：finish：{error.zh}"
        ) from None
