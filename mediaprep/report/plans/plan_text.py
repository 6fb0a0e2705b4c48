"""A plan in lines: each job in one, what speaks against it below, and all of it together at the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mediaprep.model.findings import Text
from mediaprep.model.paid.manifest_plan import JobPlan, ManifestPlan
from mediaprep.model.paid.records import JobState
from mediaprep.report.check_text import finding_lines
from mediaprep.report.escaping import shown

_DONE: Final = Text("done", "已完成")
_PAID: Final = Text("paid", "已付费")


def lines(plan: ManifestPlan, lang: str) -> Iterator[tuple[str, str]]:
    """(verdict, line) of all jobs."""
    for finding in plan.findings:
        yield from finding_lines(finding, lang)
    for job in plan.jobs:
        yield job.verdict.value, job_line(job, plan.totals.currency, lang)
        for step in job.steps:
            yield "pass", f"    {shown(step.say(lang))}"
        for finding in job.findings:
            yield from finding_lines(finding, lang)


def job_line(job: JobPlan, currency: str, lang: str) -> str:
    """Its id, verdict, length, minutes, cost, and until when it is done."""
    word = job.verdict.value
    if job.kept:
        word = (_DONE if job.state is JobState.DONE else _PAID).say(lang)
    parts = [shown(job.id) or "?", job.endpoint or "?", word]
    if job.seconds is not None:
        parts.append(f"{job.seconds:.1f} s")
    if job.minutes is None:
        parts.append("? min")
    elif not job.kept and job.verdict.value != "refused":
        parts.append(f"{job.minutes:.2f} min")
        parts += [f"{job.cost:.2f} {currency}".strip()] if job.cost is not None else []
        parts += [f"→ {duration(job.ends)}"] if job.ends else []
    return "  ".join(parts)


def totals_line(plan: ManifestPlan) -> Text:
    """All jobs together."""
    totals = plan.totals
    cost = f", {totals.cost:.2f} {totals.currency}".rstrip() if totals.cost is not None else ""
    packages = ", ".join(f"{name} {minutes:.2f}" for name, minutes in totals.packages.items())
    packages = f" ({packages})" if packages else ""
    en = [
        f"{totals.jobs} jobs, {totals.refused} refused",
        *([f"{totals.kept} done or paid already"] if totals.kept else []),
        f"{totals.minutes:.2f} billable minutes{packages}{cost}",
        f"{totals.upload_bytes / 1e6:.1f} MB to upload",
        f"done in about {duration(totals.seconds_of_work)}",
        *([f"{totals.unknown} of unknown length"] if totals.unknown else []),
    ]
    zh = [
        f"共 {totals.jobs} 个任务，{totals.refused} 个不合格",
        *([f"{totals.kept} 个已完成或已付费"] if totals.kept else []),
        f"预计计费 {totals.minutes:.2f} 分钟{packages}{cost}",
        f"上传 {totals.upload_bytes / 1e6:.1f} MB",
        f"约需 {duration(totals.seconds_of_work)}",
        *([f"{totals.unknown} 个时长未知"] if totals.unknown else []),
    ]
    return Text("; ".join(en), "；".join(zh))


def duration(seconds: float) -> str:
    """Hours and minutes, as short as they can be read."""
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.0f} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
