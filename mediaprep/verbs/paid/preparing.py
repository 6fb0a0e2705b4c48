"""The first stage of a job: inputs mended, then request, files and finishing judged. Nothing is paid before.

It may be done again at any time, here or in another process: mended files are kept and found again.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mediaprep.config import Settings
from mediaprep.contract.endpoints import ENDPOINTS, TEXT
from mediaprep.contract.rules import requests
from mediaprep.errors import BadAsset, BadConfig
from mediaprep.finishing import marking
from mediaprep.finishing.plan import refuse_logo, refuse_logo_file
from mediaprep.media import ffmpeg
from mediaprep.media.files import atomic
from mediaprep.media.sound import heard_mark
from mediaprep.model.facts import Facts, PhotoFacts, VideoFacts
from mediaprep.model.findings import Verdict
from mediaprep.model.paid.manifest import Job
from mediaprep.model.paid.outcomes import Prepared
from mediaprep.preflight.fixes import FixWish
from mediaprep.preflight.manifest_rules import judge_job
from mediaprep.submission.bucket import request_urls
from mediaprep.verbs import fix
from mediaprep.verbs.assets import AccountLists
from mediaprep.verbs.check import measure
from mediaprep.verbs.finishing import captioning, labelling, scenery_files
from mediaprep.verbs.judging import finishing_checks
from mediaprep.verbs.judging.people import matched
from mediaprep.verbs.judging.request import judged_request
from mediaprep.verbs.paid import mended_inputs
from mediaprep.verbs.paid.job_progress import Ongoing, refuse


def judged(work: Ongoing, *, unsafe: bool, keeper: mended_inputs.Keeper | None) -> dict[str, Any]:
    """The request with its mended files in it (absolute paths). `work` grows by inputs and findings.

    Without a `keeper` only what was mended before is used: for telling of a job that was sent already. Raises
    Refused with all findings, BadAsset, BadConfig, ToolError.
    """
    job, settings = work.job, work.settings
    findings = list(judge_job(job))
    ffmpeg.find(settings.ffmpeg)
    judge_finishing(job, settings)
    request = with_driver(job)
    work.grow(inputs=(), findings=())
    facts: dict[str, Facts] = {}
    for asset in request_urls.assets(job.endpoint, request, job.base):
        prepared = _prepared(work, asset, request, unsafe=unsafe, keeper=keeper)
        work.grow(inputs=(*work.outcome.inputs, prepared))
        facts[asset.parameter] = prepared.last.facts
    ready = {prepared.parameter: prepared.ready for prepared in work.outcome.inputs}
    request = request_urls.replaced(request, {parameter: str(path) for parameter, path in ready.items()})
    stood_in = request_urls.stand_ins(request, request_urls.assets(job.endpoint, request, job.base))
    together = matched(job.endpoint, stood_in, ready, facts)
    known = AccountLists(settings).known(job.endpoint, request)
    if known.problem:
        work.tell("check", f"asset lists: {known.problem.en}", f"资产列表：{known.problem.zh}")
    findings += requests.derived(job.endpoint, job.request)
    findings += judged_request(
        job.endpoint, request, stood_in, base=job.base, facts=together, known=known, profile=settings.profile
    )
    for prepared in work.outcome.inputs:
        findings += prepared.last.findings
    findings += finishing_checks.judged(job, facts)
    work.grow(findings=tuple(findings))
    refuse(job, findings)
    return request


def with_driver(job: Job) -> dict[str, Any]:
    """The request with the DriverType that its own parameters imply, where the endpoint knows one."""
    request = requests.with_driver(job.endpoint, job.request)
    if _drives(job.endpoint):
        request.setdefault("DriverType", TEXT)  # a job's name was always made with it
    return request


def _drives(endpoint: str) -> bool:
    """Whether the request as a whole has a DriverType (ppt: each page has its own)."""
    row = ENDPOINTS[endpoint]
    return bool(row.drives) and any(slot.path == "DriverType" for slot in row.slots)


def _prepared(
    work: Ongoing,
    asset: request_urls.Asset,
    request: Mapping[str, Any],
    *,
    unsafe: bool,
    keeper: mended_inputs.Keeper | None,
) -> Prepared:
    """One input file: as it is where it is good (or cannot be mended), else mended, now or before."""
    name = asset.path.name
    work.tell("fix", f"looking at {name}", f"检查 {name}")
    field = f"{work.job.endpoint}.{asset.parameter}"
    wish = FixWish(request=request, unsafe=unsafe, profile=work.settings.profile, ffmpeg=work.settings.ffmpeg)
    planned = fix.planned(asset.path, output=asset.path.parent, field=field, wish=wish)
    plan = planned.outcome
    as_it_is = Prepared(parameter=asset.parameter, before=plan.before, ready=asset.path.resolve())
    if any(finding.verdict is Verdict.REFUSED for finding in plan.left):
        return as_it_is
    steps = tuple(step.say() for step in plan.steps)
    shelf = mended_inputs.MendedInputs(work.folder, asset, steps)
    if not steps:
        if keeper is not None:
            shelf.clear(keeper)
        return as_it_is
    if keeper is None:
        found = shelf.find()
    else:
        shelf.take(keeper)
        with shelf.alone(lambda: work.tell("fix", f"{name} is being mended", f"{name} 正在修复")):
            found = shelf.find() or shelf.shared() or _mended(work, planned, shelf)
        shelf.clear(keeper)
    if found is None:
        return as_it_is
    after = mended_inputs.report(found, field, request, work.settings.profile)
    return Prepared(parameter=asset.parameter, before=plan.before, steps=steps, after=after, ready=found)


def _mended(work: Ongoing, planned: fix.PlannedFix, shelf: mended_inputs.MendedInputs) -> Path:
    """The planned file made, and kept for whoever needs the same."""
    name, plan = planned.path.name, planned.outcome
    seconds = plan.before.facts.seconds if isinstance(plan.before.facts, VideoFacts) else None
    done = fix.apply(
        planned,
        output=shelf.made_place(),
        on_progress=lambda at: work.tell("fix", f"mending {name}", f"修复 {name}", at.seconds, seconds),
    )
    assert done.target is not None
    shelf.keep(Path(done.target))
    said = [step.say() for step in plan.steps]
    work.tell(
        "fix",
        f"mended {name}: {'; '.join(s.en for s in said)}",
        f"已修复 {name}：{'；'.join(s.zh for s in said)}",
    )
    return Path(done.target).resolve()


def judge_finishing(job: Job, settings: Settings) -> None:
    """Every file of the finishing, and who labels it, must be known before a task is paid for. Raises BadAsset or
    BadConfig."""
    wish = job.finish
    labelling.order(wish, labelling.by_settings(settings))
    for key, path in wish.files:
        if not path.is_file():
            raise BadAsset(f"finish.{key}: {path.name} does not exist", f"finish.{key}：{path.name} 不存在")
    for role, path in ((key, path) for key, path in wish.files if key in {"head", "tail", "logo"}):
        facts, moving = measure(path, faces=False), role != "logo"
        if not isinstance(facts, PhotoFacts) and not (moving and isinstance(facts, VideoFacts)):
            what = ("video or picture", "视频或图片") if moving else ("picture", "图片")
            raise BadAsset(
                f"finish.{role}: {path.name} is no readable {what[0]}",
                f"finish.{role}：{path.name} 不是可读取的{what[1]}",
            )
        if role == "logo" and isinstance(facts, PhotoFacts):
            refuse_logo_file(path, facts)
    for logo in wish.logo_wish:
        refuse_logo(logo)
    if wish.scenery is not None:
        scenery_files.refuse_files(wish.scenery)
        for source, target in itertools.product(_originals(job), wish.pictures):
            atomic.refuse_same(source, target)
    if wish.mark_wish is not None:
        if job.endpoint != "tts":
            marking.refuse_heard(wish.mark_wish)
        heard_mark.refuse_clip(wish.mark_wish.clip)
    if wish.caption_wish is not None:
        captioning.refuse(wish.caption_wish)
    spoken = job.lesson or wish.script or job.request.get("InputSsml")
    if wish.captions == "burn" and not spoken:
        raise BadConfig(
            f"job {job.id}: captions: burn needs a text to show; give captions: FILE.srt or script: FILE for audio "
            "drive",
            f"任务 {job.id}：captions: burn 需要文本；音频驱动请给出 captions: FILE.srt 或 script: FILE",
        )


def _originals(job: Job) -> list[Path]:
    """The user's own files that the video is made of."""
    finishing = [path for _, path in job.finish.files]
    if job.lesson is not None:
        return [*job.lesson.files, *finishing]
    return [*(a.path for a in request_urls.assets(job.endpoint, with_driver(job), job.base)), *finishing]
