"""`mediaprep run MANIFEST`"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import click

from mediaprep.batch.manifest import read
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import console, working_options
from mediaprep.config import Settings
from mediaprep.errors import ToolMissing
from mediaprep.model.findings import Text
from mediaprep.model.outcomes import Event, Outcome, State
from mediaprep.report import run_json
from mediaprep.report.check_text import finding_lines
from mediaprep.report.console import Console
from mediaprep.report.proof_text import check_line
from mediaprep.verbs.run import run

_WORDS = {
    State.DONE: Text("done", "完成"),
    State.REFUSED: Text("refused", "不合格"),
    State.FAILED: Text("failed", "失败"),
    State.PENDING: Text("still pending", "仍在等待"),
}
_COLOURS = {State.DONE: "green", State.REFUSED: "red", State.FAILED: "red", State.PENDING: "yellow"}


@click.command(
    "run",
    help=tell(
        "Do all of it for the jobs of a manifest: mend, judge, upload, submit, wait, download, finish, prove.",
        "按清单完成全部流程：修复、检查、上传、提交、等待、下载、成片、校验。",
    ),
)
@click.argument("manifest", type=click.Path(path_type=Path, dir_okay=False), metavar="MANIFEST")
@click.option(
    "--emulator",
    "emulated",
    is_flag=True,
    help=tell(
        "On an emulated gateway on this machine: free, no account.", "使用本机模拟网关：免费，无需账号。"
    ),
)
@click.option(
    "--unsafe", is_flag=True, help=tell("Allow mending that removes content.", "允许会删除内容的修复。")
)
@click.option(
    "--again",
    is_flag=True,
    help=tell(
        "Submit anew although the job was accepted before (pays again).",
        "即使此前已被接受也重新提交（会再次计费）。",
    ),
)
@click.option(
    "--deadline",
    type=float,
    metavar=tell("SECONDS", "秒"),
    help=tell("How long a task is waited for (default: to its end).", "任务的最长等待时间（默认等到结束）。"),
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.html",
    help=tell("Write one self-contained page about the run.", "写出一个自包含的网页报告。"),
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@working_options
def command(
    manifest: Path,
    emulated: bool,
    unsafe: bool,
    again: bool,
    deadline: float | None,
    report: Path | None,
    form: str,
    profile: str | None,
    log_format: str,
) -> int:
    """The gravest exit code of the jobs: 4 before 1 before 3 before 5."""
    jobs = read(manifest)
    teller = console(log_format)
    with _surroundings(emulated) as environ:
        settings = Settings.load(flags={"profile": profile, "lang": LANG}, environ=environ)
        outcomes = []
        for job in jobs:
            with _Telling(teller) as telling:
                outcome = run(
                    job,
                    settings=settings,
                    unsafe=unsafe,
                    again=again,
                    deadline_seconds=deadline,
                    tell=telling,
                )
            outcomes.append(outcome)
            if form == "text":
                _show(outcome)
    if report is not None:
        from mediaprep.report.page import write

        write(report, outcomes, lang=LANG, title=f"mediaprep · {manifest.name}")
    if form == "json":
        click.echo(json.dumps(run_json.document(outcomes, lang=LANG), ensure_ascii=False, indent=2))
    codes = {outcome.exit_code for outcome in outcomes}
    return next((code for code in (4, 2, 1, 3, 5) if code in codes), 0)


@contextlib.contextmanager
def _surroundings(emulated: bool) -> Iterator[dict[str, str]]:
    """The environment that settings are read from; with an emulator running in it when asked."""
    if not emulated:
        yield dict(os.environ)
        return
    try:
        from mediaprep.emulator.server import Emulator
    except ModuleNotFoundError as error:
        raise ToolMissing(
            f"the emulator needs {error.name}: pip install 'mediaprep[emulator]'",
            f"模拟器需要 {error.name}：pip install 'mediaprep[emulator]'",
        ) from error
    with Emulator() as emulator:
        yield {**os.environ, **emulator.env}


class _Telling:
    """Events to the console: what can be counted as a bar, the rest as lines; the same line only once."""

    def __init__(self, teller: Console) -> None:
        self._console = teller
        self._bars = contextlib.ExitStack()
        self._open: str | None = None
        self._last = ""

    def __enter__(self) -> _Telling:
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.close()

    def __call__(self, event: Event) -> None:
        message = event.message.say(LANG)
        if event.done is not None:
            if self._open != message:
                self._bars.close()
                self._move = self._bars.enter_context(
                    self._console.bar(f"{event.job}: {message}", event.total)
                )
                self._open = message
            self._move(event.done)
            return
        self._bars.close()
        self._open = None
        if message != self._last:
            self._last = message
            self._console.say(f"{event.job}: {message}", event=event.kind, job=event.job)


def _show(outcome: Outcome) -> None:
    word = _WORDS[outcome.state].say(LANG)
    place = f": {outcome.output}" if outcome.output else ""
    line = f"{outcome.job}  {word}{place}  ({outcome.seconds:.1f} s)"
    click.echo(click.style(line, fg=_COLOURS[outcome.state], bold=True))
    if outcome.problem:
        from mediaprep.config import redact

        click.echo(f"    {redact(outcome.problem.say(LANG))}", err=True)
    for finding in outcome.findings:
        for _, text in finding_lines(finding, LANG):
            click.echo(text)
    for check in outcome.checks:
        click.echo(f"  {check_line(check, LANG)}")
    for note in outcome.notes:
        click.echo(f"    {note.say(LANG)}")
