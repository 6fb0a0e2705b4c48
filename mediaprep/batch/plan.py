"""`plan`: a whole manifest judged before anything is paid: what each job takes, what it costs, when it is done. Nothing
is sent or written but the facts cache; of each job only its few figures are kept."""

from __future__ import annotations

import functools
import os
import re
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from mediaprep.batch.manifest import ManifestRows
from mediaprep.batch.reading.job_rows import ManifestRow, steps_of
from mediaprep.config import Settings
from mediaprep.contract import quotas
from mediaprep.contract.endpoints import ENDPOINTS
from mediaprep.contract.paths import walk
from mediaprep.contract.quotas import BoughtCapacity, Grant
from mediaprep.errors import BadDocument
from mediaprep.model.decks import lessons
from mediaprep.model.findings import Finding, Text, Verdict, worst
from mediaprep.model.marked import Mistake, Place
from mediaprep.model.paid.manifest import Job
from mediaprep.model.paid.manifest_plan import JobPlan, ManifestPlan, PlanTotals
from mediaprep.model.paid.outcomes import Outcome, State
from mediaprep.model.paid.records import JobState
from mediaprep.preflight import queue_schedule
from mediaprep.preflight.queue_schedule import CPU, QueueStage, Span
from mediaprep.preflight.scripts.estimate import Price, charged_minutes, price_of
from mediaprep.preflight.urls import url_validity
from mediaprep.verbs.finishing.output_claims import Named
from mediaprep.verbs.judging.online import look_at_urls
from mediaprep.verbs.paid.foreseeing.job_judging import JobJudge, JudgedJob
from mediaprep.verbs.paid.foreseeing.standing import Standing, standing

_PATH: Final = re.compile(r"[A-Za-z]\w*(\[\d+\])?(\.[A-Za-z]\w*(\[\d+\])?)*")
_SIGNED: Final = "?"
_OF_LATER: Final = frozenset({JobState.MADE, JobState.SAVED, JobState.REVIEW})
"""States of paid jobs that no longer wait for the service."""


@dataclass(frozen=True, kw_only=True)
class PlanWish:
    """How a plan is made. `urls`: those of requests are looked at over the network. `again`: what is done or paid is
    judged and counted as new. `encoders`: how many jobs are mended or finished at once. `told`: what the run writes
    about itself."""

    urls: bool = False
    unsafe: bool = False
    again: bool = False
    overwrite: bool = False
    emulated: bool = False
    encoders: int = max(1, (os.cpu_count() or 2) // 2)
    told: Sequence[Named] = ()


_AS_IT_STANDS: Final = PlanWish()


def plan(manifest: Path, *, settings: Settings | None = None, wish: PlanWish = _AS_IT_STANDS) -> ManifestPlan:
    """What `run` would do with `manifest`. Raises LedgerError and ToolMissing; what is wrong with the manifest or a
    job is in the plan."""
    settings = settings or Settings.load()
    rows = ManifestRows(manifest, told=wish.told)
    with standing(settings, emulated=wish.emulated) as known:
        made = _Planning(settings, wish, known)
        jobs = [made.job(row) for row in rows]
        return made.whole(manifest, jobs, rows)


class _Planning:
    """One pass over the jobs, and then all of them together."""

    def __init__(self, settings: Settings, wish: PlanWish, known: Standing) -> None:
        look = functools.partial(look_at_urls, profile=settings.profile) if wish.urls else None
        self._judge = JobJudge(settings, unsafe=wish.unsafe, overwrite=wish.overwrite, look=look)
        self._wish, self._known = wish, known
        self._bought = BoughtCapacity(exclusive=settings.concurrency, audio=settings.audio_concurrency)
        self._price: Price | None = price_of(settings.price) if settings.price else None
        self._places: dict[str, int] = {CPU: wish.encoders}
        self._stages: list[tuple[QueueStage, ...]] = []
        self._signed: dict[int, tuple[str, Mapping[str, object]]] = {}
        self._packages: defaultdict[str, float] = defaultdict(float)
        self._once: dict[tuple[object, ...], Finding] = {}
        self._pace = functools.cache(known.pace)

    def job(self, row: ManifestRow) -> JobPlan:
        """The row judged; one that cannot be read is refused with its mistakes."""
        told = [_finding(mistake) for mistake in row.mistakes]
        place = row.place_of(())
        if row.job is None:
            self._stages.append(())
            return JobPlan(id=row.id, verdict=Verdict.REFUSED, findings=tuple(told), place=place)
        job = row.job
        there = self._known.row(job) if not told and not self._wish.again else None
        state = there.state if there is not None else JobState.NEW
        made = JobPlan(
            id=job.id, endpoint=job.endpoint, state=state, output=str(job.output), place=place,
        )  # fmt: skip
        if made.kept and there is not None:
            length = there.kept.get("seconds", there.kept.get("expected_seconds"))
            seconds = float(length) if isinstance(length, int | float) else None
            waits = made.state is not JobState.DONE and made.state not in _OF_LATER
            self._stages.append(self._rendering(job, seconds) if waits else ())
            return replace(made, seconds=seconds, cost=0.0 if self._price else None)
        seen = self._judge.judged(job, row.words)
        found = [*told, *(self._placed(finding, row) for finding in seen.findings)]
        verdict = worst(tuple(found))
        refused = verdict is Verdict.REFUSED
        self._stages.append(() if refused else self._all_stages(job, seen))
        if not refused and any(_SIGNED in url for url in _urls(job)):
            self._signed[len(self._stages) - 1] = (job.endpoint, job.request)
        return self._charged(
            replace(
                made, verdict=verdict, findings=tuple(self._shared(finding) for finding in found), seconds=seen.seconds,
                steps=seen.steps, upload_bytes=seen.upload_bytes,
            ),
            job, refused=refused,
        )  # fmt: skip

    def _shared(self, finding: Finding) -> Finding:
        """The same of many jobs is kept once."""
        return self._once.setdefault(
            (finding.rule, finding.where, finding.message, str(finding.measured)), finding
        )

    def _placed(self, finding: Finding, row: ManifestRow) -> Finding:
        """With its line and column in the manifest."""
        place = row.place_of(_steps(finding, row), key=finding.rule.endswith(".unknown")).say("en")
        inside = finding.where or ""
        if not inside or _PATH.match(inside):
            return replace(finding, where=place)
        said = Text(f"{inside}: {finding.message.en}", f"{inside}：{finding.message.zh}")
        return replace(finding, where=place, message=said)

    # --- figures ---

    def _charged(self, made: JobPlan, job: Job, *, refused: bool) -> JobPlan:
        endpoint = _paid_endpoint(job)
        minutes = charged_minutes(endpoint, job.request, made.seconds, self._bought)
        if refused:
            minutes = 0.0
        cost = (
            None if minutes is None or self._price is None else round(self._price.at(endpoint) * minutes, 2)
        )
        if minutes:
            self._packages[_package(endpoint, job, self._bought)] += minutes
        return replace(made, minutes=minutes, cost=cost)

    def _all_stages(self, job: Job, seen: JudgedJob) -> tuple[QueueStage, ...]:
        encodes = job.finish.wanted and job.endpoint != "tts"
        seconds = seen.seconds or 0.0
        voice = self._of_quota("tts", "tts", self._pace("tts"), {}, seconds) if job.speaks_first else ()
        return (
            QueueStage(resource=CPU, seconds=seen.mend_seconds * queue_schedule.MEND_RATE),
            *voice,
            *self._rendering(job, seen.seconds),
            QueueStage(resource=CPU, seconds=seconds * queue_schedule.FINISH_RATE if encodes else 0.0),
        )

    def _rendering(self, job: Job, seconds: float | None) -> tuple[QueueStage, ...]:
        endpoint = _paid_endpoint(job)
        return self._of_quota(
            endpoint, ENDPOINTS[endpoint].quota, self._pace(endpoint), job.request, seconds or 0.0
        )

    def _of_quota(
        self, endpoint: str, quota: str, pace: float | None, request: Mapping[str, object], seconds: float
    ) -> tuple[QueueStage, ...]:
        key = quotas.counted_under(quota, endpoint, "")
        self._places[key] = quotas.in_flight_limit(quota, self._bought.exclusive, self._bought.audio)
        takes = queue_schedule.render_seconds(endpoint, request, seconds) if pace is None else pace * seconds
        return (QueueStage(resource=key, seconds=takes),)

    # --- all together ---

    def whole(self, manifest: Path, jobs: Sequence[JobPlan], rows: ManifestRows) -> ManifestPlan:
        """The plan, when every job was seen."""
        by_job: dict[str, list[Finding]] = {}
        for mistake in rows.joint:
            by_job.setdefault(mistake.job, []).append(_finding(mistake))
        spans = queue_schedule.schedule(self._stages, self._places)
        planned = tuple(
            self._when(number, _with(job, by_job.get(job.id, ())), spans[number])
            for number, job in enumerate(jobs)
        )
        general = tuple(_finding(mistake) for mistake in rows.general)
        totals = self._totals(planned)
        return ManifestPlan(
            manifest=str(manifest), jobs=planned, totals=totals, mistakes=rows.told(),
            findings=(*general, *_kept_too_long(totals)), places=dict(self._places),
        )  # fmt: skip

    def _when(self, number: int, job: JobPlan, spans: Sequence[Span]) -> JobPlan:
        begins = next((span.begins for span in spans if span.resource != CPU), 0.0)
        ends = spans[-1].ends if spans else 0.0
        made = replace(job, begins=round(begins, 3), ends=round(ends, 3))
        if number not in self._signed:
            return made
        endpoint, request = self._signed[number]
        late = url_validity.judge(endpoint, request, time.time() + begins)
        rules = {finding.rule for finding in job.findings if finding.verdict is Verdict.REFUSED}
        gone = [
            finding for finding in late if finding.verdict is Verdict.REFUSED and finding.rule not in rules
        ]
        return _with(made, gone)

    def _totals(self, jobs: Sequence[JobPlan]) -> PlanTotals:
        costs = [job.cost for job in jobs if job.cost is not None]
        return PlanTotals(
            jobs=len(jobs),
            refused=sum(job.verdict is Verdict.REFUSED for job in jobs),
            kept=sum(job.kept for job in jobs),
            unknown=sum(job.minutes is None for job in jobs),
            minutes=round(sum(job.minutes or 0.0 for job in jobs), 2),
            cost=round(sum(costs), 2) if costs else None,
            currency=self._price.currency if self._price else "",
            seconds_of_work=round(max((job.ends for job in jobs), default=0.0), 1),
            upload_bytes=sum(job.upload_bytes for job in jobs),
            packages={name: round(minutes, 2) for name, minutes in self._packages.items()},
        )


def refusals(planned: ManifestPlan) -> BadDocument | None:
    """All that keeps a manifest from being run, one line each with its place; None where nothing does."""
    told = {(one.place, one.message): one for one in planned.mistakes}
    known = {one.about("en") for one in planned.mistakes}
    for job in planned.jobs:
        for finding in job.findings:
            if finding.verdict is Verdict.REFUSED and finding.message.en not in known:
                place = Place(file=finding.where or planned.manifest)
                one = Mistake(place=place, message=_mended(finding), job=job.id)
                told.setdefault((one.place, one.message), one)
    return BadDocument(tuple(told.values())) if told else None


def turned_away(planned: ManifestPlan) -> Iterator[Outcome]:
    """How the jobs of a run end that is not begun: some are refused, the others wait for them."""
    for job in planned.jobs:
        if job.verdict is Verdict.REFUSED:
            yield Outcome(
                job=job.id, endpoint=job.endpoint, state=State.REFUSED, findings=job.findings, exit_code=1,
            )  # fmt: skip
        elif not job.kept:
            yield Outcome(
                job=job.id, endpoint=job.endpoint, state=State.PENDING, exit_code=5, problem=_NOT_BEGUN
            )


_NOT_BEGUN: Final = Text(
    "not begun: another job is refused; mend it, or --keep-going runs the rest",
    "未开始：有任务不合格；请修正，或用 --keep-going 运行其余任务",
)


def _mended(finding: Finding) -> Text:
    """What is wrong, and how to mend it."""
    said, fix = finding.message, finding.fix
    return said if fix is None else Text(f"{said.en}; {fix.en}", f"{said.zh}；{fix.zh}")


def _finding(mistake: Mistake) -> Finding:
    return Finding(
        rule=f"manifest.{mistake.kind}", verdict=Verdict.REFUSED, measured=mistake.key or mistake.job, limit="",
        message=Text(mistake.about("en"), mistake.about("zh")), where=mistake.place.say("en"),
    )  # fmt: skip


def _with(job: JobPlan, more: Sequence[Finding]) -> JobPlan:
    if not more:
        return job
    findings = (*job.findings, *more)
    return replace(job, findings=findings, verdict=worst(findings))


def _steps(finding: Finding, row: ManifestRow) -> Sequence[str | int]:
    """Where a finding's matter is written: its parameter, or what its rule is about."""
    endpoint = row.job.endpoint if row.job is not None else ""
    where = (finding.where or "").partition(" ")[0]
    if where in ("output", "finish"):
        return (where,)
    about = where if _PATH.fullmatch(where) else finding.rule.removeprefix(f"{endpoint}.").rpartition(".")[0]
    head = about.partition(".")[0]
    if head in ("output", "finish"):
        return tuple(about.split("."))
    if row.job is not None and row.job.lesson is not None:
        return ("deck",) if "deck" in row.tree.value else ("storyboard",)
    return ("request", *steps_of(about.partition("@")[0]))


def _paid_endpoint(job: Job) -> str:
    return "ppt" if job.endpoint == lessons.ENDPOINT else job.endpoint


def _package(endpoint: str, job: Job, bought: BoughtCapacity) -> str:
    asked = job.request.get("ConcurrencyType") or ""
    place = quotas.decide(
        endpoint, asked if isinstance(asked, str) else "", bought, quota=ENDPOINTS[endpoint].quota
    )
    return place.pool if isinstance(place, Grant) else "shared"


def _urls(job: Job) -> Iterator[str]:
    row = ENDPOINTS.get(job.endpoint)
    for general in (*row.url_fields, *row.storage_fields) if row is not None else ():
        for _, value in walk(job.request, general):
            if isinstance(value, str) and "://" in value:
                yield value


def _kept_too_long(totals: PlanTotals) -> tuple[Finding, ...]:
    """Work that lasts longer than results are kept must not be left alone."""
    days, kept = totals.seconds_of_work / 86_400, quotas.RETENTION.days
    if days < kept:
        return ()
    return (
        Finding(
            rule="manifest.days", verdict=Verdict.ADVISED, measured=round(days, 1), limit=str(kept),
            unit="d",
            message=Text(
                f"all of it takes {days:.1f} days, and results and uploaded inputs are kept {kept}: run it without "
                "long breaks, or in parts",
                f"全部完成约需 {days:.1f} 天，而结果与上传的素材只保留 {kept} 天：请勿长时间中断，或分批运行",
            ),
        ),
    )  # fmt: skip
