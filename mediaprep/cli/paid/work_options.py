"""The options of many jobs at work, which `run`, `deck run` and `jobs resume` share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import click

from mediaprep.batch.engine import LOCAL, WAITERS, PoolSizes
from mediaprep.cli.language import tell
from mediaprep.cli.options import overwrite_option
from mediaprep.submission.job.stage_protocol import Policy
from mediaprep.verbs.paid.run_session import RunOptions

RESUME: Final = "mediaprep jobs resume"
Command = Callable[..., Any]


@dataclass(frozen=True, kw_only=True)
class WorkOptions:
    """What was asked for; each field is an option of that name."""

    jobs: int
    encoders: int | None
    engine: str
    deadline: float | None
    results: Path | None
    max_minutes: float | None
    max_cost: float | None
    fail_fast: bool
    on_done: str | None
    webhook: str | None
    retry_failed: int
    allow_ungated: bool
    overwrite: bool
    report: Path | None
    form: str

    @property
    def sizes(self) -> PoolSizes:
        """As many threads as asked for."""
        if self.encoders is None:
            return PoolSizes(waiters=self.jobs, where=self.engine)
        return PoolSizes(waiters=self.jobs, encoders=self.encoders, where=self.engine)

    def run_options(self, *, emulated: bool, **more: Any) -> RunOptions:
        """How the run goes about it; `more` as of RunOptions."""
        return RunOptions(
            deadline_seconds=self.deadline, overwrite=self.overwrite,
            detailed=bool(self.report) or self.form == "json", pictures=self.report is not None,
            policy=Policy(retry_failed=self.retry_failed, allow_ungated=self.allow_ungated),
            max_minutes=self.max_minutes, max_cost=self.max_cost, fail_fast=self.fail_fast,
            resume=resume_command(emulated), **more,
        )  # fmt: skip


def resume_command(emulated: bool) -> str:
    """What goes on with jobs that are left."""
    return f"{RESUME} --emulator" if emulated else RESUME


def options(command: Command) -> Command:
    """The options of many jobs at work, which the command gets as one value: `asked`."""

    @functools.wraps(command)
    def gathered(**given: Any) -> Any:
        asked = WorkOptions(**{field.name: given.pop(field.name) for field in fields(WorkOptions)})
        return command(asked=asked, **given)

    found: Command = overwrite_option(gathered)
    for option in reversed(_OPTIONS):
        found = option(found)
    return found


_OPTIONS: Final = (
    click.option(
        "--jobs",
        type=click.IntRange(1, 256),
        default=WAITERS,
        show_default=True,
        help=tell("Jobs that are sent, asked after or downloaded at once.", "同时提交、查询或下载的任务数。"),
    ),
    click.option(
        "--encoders",
        type=click.IntRange(1, 64),
        help=tell(
            "Jobs that are mended or finished at once (default: half the processors).",
            "同时修复或成片的任务数（默认为处理器数的一半）。",
        ),
    ),
    click.option(
        "--engine",
        default=LOCAL,
        show_default=True,
        metavar="local|dask://HOST:PORT",
        help=tell(
            "Where files are mended and finished: here, or on the workers of a Dask scheduler.",
            "在何处修复与成片：本机，或 Dask 调度器的各 worker。",
        ),
    ),
    click.option(
        "--deadline",
        type=float,
        metavar=tell("SECONDS", "秒"),
        help=tell(
            "How long a task is waited for, and for a free place or an answering gateway (default: to the end).",
            "任务的最长等待时间，亦适用于等待空闲名额或服务恢复（默认等到结束）。",
        ),
    ),
    click.option(
        "--results",
        type=click.Path(path_type=Path),
        metavar="STEM",
        help=tell(
            "Write a row for each job into STEM.results.jsonl and STEM.results.csv (run: by default the manifest's "
            "name without its ending).",
            "每个任务一行，写入 STEM.results.jsonl 与 STEM.results.csv（run 默认为清单文件名去掉扩展名）。",
        ),
    ),
    click.option(
        "--max-minutes",
        type=click.FloatRange(min=0),
        metavar=tell("MINUTES", "分钟"),
        help=tell(
            "Send no job with which its jobs would take more billable minutes: those sent before count, and what is "
            "expected of those under way.",
            "计费分钟上限：已发送的任务与制作中任务的预计分钟均计入，超出则不再发送。",
        ),
    ),
    click.option(
        "--max-cost",
        type=click.FloatRange(min=0),
        metavar=tell("AMOUNT", "金额"),
        help=tell("The same for what they cost, by MEDIAPREP_PRICE.", "费用上限，按 MEDIAPREP_PRICE 计算。"),
    ),
    click.option(
        "--fail-fast",
        is_flag=True,
        help=tell(
            "Once a job is refused or fails, send no other; those that were sent are brought to their end.",
            "一旦有任务不合格或失败，不再发送其他任务；已发送的任务仍会完成。",
        ),
    ),
    click.option(
        "--on-done",
        metavar=tell("COMMAND", "命令"),
        help=tell(
            "Run this when a job has ended, and when all have: what came of it as JSON on its stdin, MEDIAPREP_EVENT "
            "(job | run), MEDIAPREP_JOB, MEDIAPREP_STATE and MEDIAPREP_OUTPUT in its environment.",
            "每个任务结束及全部结束时执行该命令：结果以 JSON 写入其标准输入，另有环境变量 MEDIAPREP_EVENT（job | run）"
            "、MEDIAPREP_JOB、MEDIAPREP_STATE、MEDIAPREP_OUTPUT。",
        ),
    ),
    click.option(
        "--webhook",
        metavar="URL",
        help=tell(
            "POST the same JSON there, tried again where it is not taken; X-Mediaprep-Signature is the HMAC-SHA256 of "
            "the body with MEDIAPREP_WEBHOOK_KEY, in hexadecimal.",
            "将同样的 JSON POST 到该地址，失败会重试；X-Mediaprep-Signature 为以 MEDIAPREP_WEBHOOK_KEY 计算的"
            "正文 HMAC-SHA256（十六进制）。",
        ),
    ),
    click.option(
        "--retry-failed",
        type=click.IntRange(0, 10),
        default=0,
        metavar="N",
        help=tell(
            "Submit a failed task again up to N times; whether a failure is charged the docs only say of ppt.",
            "任务失败后最多重新提交 N 次；失败是否计费，文档仅对 ppt 有说明。",
        ),
    ),
    click.option(
        "--allow-ungated",
        is_flag=True,
        help=tell(
            "Submit although nothing could tell what became of a lost answer (no gate, no bucket).",
            "即使应答丢失后无从查证（无素材网关、无存储桶）也提交。",
        ),
    ),
    click.option(
        "--report",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE.html",
        help=tell("Write one self-contained page about the run.", "写出一个自包含的网页报告。"),
    ),
    click.option("--format", "form", type=click.Choice(["text", "json"]), default="text"),
)
