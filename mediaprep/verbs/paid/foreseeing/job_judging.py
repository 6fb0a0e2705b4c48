"""A job judged whole as it would be before it is paid for, with nothing mended, sent or written: inputs as they will be
once they are mended, the request over them, its texts, its finishing and the files it writes."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from mediaprep.config import Settings, redact
from mediaprep.contract.judging import View
from mediaprep.contract.paths import leaf, walk
from mediaprep.contract.rules import requests
from mediaprep.contract.script import texts
from mediaprep.errors import InputError, Refused, ToolFailed
from mediaprep.model.facts import AudioFacts, Facts, VideoFacts
from mediaprep.model.findings import FileReport, Finding, Text, Verdict
from mediaprep.model.paid.manifest import Job
from mediaprep.model.steps import EncodePicture, predict
from mediaprep.preflight.fixes import FixWish
from mediaprep.preflight.manifest_rules import judge_job
from mediaprep.submission.bucket import request_urls
from mediaprep.verbs import fix
from mediaprep.verbs.assets import AccountLists
from mediaprep.verbs.files import remote_files
from mediaprep.verbs.finishing import output_claims
from mediaprep.verbs.judging import finishing_checks
from mediaprep.verbs.judging.people import matched
from mediaprep.verbs.judging.request import Look, banned, judged_request, located
from mediaprep.verbs.paid import preparing
from mediaprep.verbs.paid.job_progress import Ongoing
from mediaprep.verbs.paid.lessons import drafting
from mediaprep.verbs.script import read_words

_MOST_KEPT: Final = 2_000
_SCRIPTS: Final = "InputSsml"


@dataclass(frozen=True, kw_only=True)
class JudgedJob:
    """What was found, and what the job will come to: `seconds` of the product (None: nobody knows), `steps` that mend
    its inputs, bytes to upload, and seconds of picture that are encoded to mend."""

    findings: tuple[Finding, ...] = ()
    seconds: float | None = None
    steps: tuple[Text, ...] = ()
    upload_bytes: int = 0
    mend_seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class _Input:
    """One file as it will be uploaded."""

    path: Path
    before: FileReport
    left: tuple[Finding, ...]
    steps: tuple[Text, ...]
    facts: Facts
    mend_seconds: float


class JobJudge:
    """Judges the jobs of one manifest; a file that many name is looked at once. `look` asks the network about URLs
    (None: nobody is asked), `overwrite`: outputs may replace what is not ours."""

    def __init__(
        self,
        settings: Settings,
        *,
        unsafe: bool = False,
        overwrite: bool = False,
        look: Look | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._settings, self._unsafe, self._overwrite = settings, unsafe, overwrite
        self._look, self._now = look, now
        self._lists = AccountLists(settings, online=False)
        self._inputs: dict[tuple[Path, str, str], _Input] = {}
        self._words: dict[Path, Any] = {}

    def judged(self, job: Job, words: Path | None = None) -> JudgedJob:
        """Everything that speaks against it. Raises ToolMissing where this machine lacks what every job needs."""
        found: list[Finding] = []
        made = JudgedJob()
        with _into(found, job, "job"):
            if self._look is not None:
                remote_files.bring_all(job.sources, self._settings)
            away = {place: url for place, url in job.sources.items() if not Path(place).is_file()}
            found += (_not_here(job, url) for url in away.values())
            if job.lesson is None:
                made = self._request(job, words, away)
            elif not away:
                made = self._lesson(job)
        with _into(found, job, "output"):
            if not self._overwrite:
                output_claims.refuse_foreign(job)
            output_claims.refuse_unwritable(job.output)
        return replace(made, findings=tuple(dict.fromkeys((*found, *made.findings))))

    def _request(self, job: Job, words: Path | None, away: Mapping[str, str]) -> JudgedJob:
        request = preparing.with_driver(job)
        there, missing = located(job.endpoint, request, job.base)
        inputs = {asset.parameter: self._input(job, asset, request) for asset in there}
        facts = {parameter: one.facts for parameter, one in inputs.items()}
        stood_in = request_urls.stand_ins(request, there)
        together = matched(job.endpoint, stood_in, {name: one.path for name, one in inputs.items()}, facts)
        found = [
            *judge_job(job),
            *(finding for finding in missing if finding.measured not in away),
            *requests.derived(job.endpoint, job.request),
            *judged_request(
                job.endpoint, request, stood_in, base=job.base, facts=together,
                known=self._lists.known(job.endpoint, request), profile=self._settings.profile, now=self._now(),
            ),
            *(finding for one in inputs.values() for finding in one.left),
            *(self._look(job.endpoint, request) if self._look is not None else ()),
        ]  # fmt: skip
        if words is not None and words.is_file():
            found += banned(job.endpoint, request, self._banned(words))
        if all(path.is_file() for _, path in job.finish.files):  # what is not there is told of the manifest
            with _into(found, job, "finish"):
                preparing.judge_finishing(job, self._settings)
                found += finishing_checks.judged(job, facts, writing=False)
        return JudgedJob(
            findings=tuple(found),
            seconds=product_seconds(job.endpoint, request, facts),
            steps=tuple(step for one in inputs.values() for step in one.steps),
            upload_bytes=sum(
                one.path.stat().st_size for one in {o.path: o for o in inputs.values()}.values()
            ),
            mend_seconds=sum(one.mend_seconds for one in inputs.values()),
        )

    def _lesson(self, job: Job) -> JudgedJob:
        assert job.lesson is not None
        work = Ongoing(job, self._settings, lambda event: None)
        seen = drafting.foreseen(work, self._lists, writing=False)
        return JudgedJob(
            findings=seen.findings,
            seconds=seen.story.seconds,
            upload_bytes=sum(path.stat().st_size for path in job.lesson.files),
        )

    def _input(self, job: Job, asset: request_urls.Asset, request: Mapping[str, Any]) -> _Input:
        conditions = {name: value for name, value in request.items() if name != _SCRIPTS}
        key = (
            asset.path,
            f"{job.endpoint}.{asset.parameter}",
            json.dumps(conditions, sort_keys=True, default=str),
        )
        if key not in self._inputs:
            while len(self._inputs) >= _MOST_KEPT:
                self._inputs.pop(next(iter(self._inputs)))
            self._inputs[key] = self._planned(asset.path, key[1], request)
        return self._inputs[key]

    def _planned(self, path: Path, field: str, request: Mapping[str, Any]) -> _Input:
        wish = FixWish(
            request=request, unsafe=self._unsafe, profile=self._settings.profile, ffmpeg=self._settings.ffmpeg
        )
        plan = fix.planned(path, output=path.parent, field=field, wish=wish).outcome
        facts, steps, left = plan.before.facts, plan.steps, plan.left
        if any(finding.verdict is Verdict.REFUSED for finding in left):
            steps, left = (), plan.before.findings  # then nothing of it is mended
            left = tuple(dict.fromkeys((*plan.left, *left)))
        seconds = facts.seconds if isinstance(facts, VideoFacts) else None
        encodes = any(isinstance(step, EncodePicture) for step in steps)
        return _Input(
            path=path, before=plan.before, left=left, steps=tuple(step.say() for step in steps),
            facts=predict(facts, steps) if steps else facts, mend_seconds=(seconds or 0.0) if encodes else 0.0,
        )  # fmt: skip

    def _banned(self, words: Path) -> Any:
        if words not in self._words:
            self._words[words] = read_words(words)
        return self._words[words]


def product_seconds(endpoint: str, request: Mapping[str, Any], facts: Mapping[str, Facts]) -> float | None:
    """How long the product will be: its texts as they are spoken, its sounds as they are. None where a sound's length
    is not known."""
    spoken = [texts.estimate(script.text, script.speed) for script in texts.scripts(View(endpoint, request))]
    sounds: list[float] = []
    for general in ("InputAudioUrl", "PageConfigs[].InputAudioUrl"):
        for place, value in walk(request, general):
            seen = facts.get(place)
            length = seen.seconds if isinstance(seen, AudioFacts) else None
            if value and leaf(place) and (not spoken or length is not None):
                if length is None:
                    return None
                sounds.append(length)
    return round(sum(spoken) + sum(sounds), 3) if spoken or sounds else None


def _not_here(job: Job, url: str) -> Finding:
    return Finding(
        rule="manifest.job", verdict=Verdict.UNKNOWN, measured=job.id, limit="",
        message=Text(
            f"{redact(url)} lies elsewhere and was not looked at: --urls does",
            f"{redact(url)} 在别处，未查看：可用 --urls",
        ),
    )  # fmt: skip


@contextlib.contextmanager
def _into(found: list[Finding], job: Job, part: str) -> Iterator[None]:
    """What is raised of one part of a job becomes a finding, and the rest is judged on."""
    try:
        yield
    except Refused as error:
        found += error.findings
    except (InputError, ToolFailed) as error:
        verdict = Verdict.REFUSED if isinstance(error, InputError) else Verdict.UNKNOWN
        found.append(
            Finding(
                rule=f"manifest.{part}", verdict=verdict, measured=job.id, limit="", message=Text(error.en, error.zh),
                where={"output": "output", "finish": "finish"}.get(part),
            )
        )  # fmt: skip
