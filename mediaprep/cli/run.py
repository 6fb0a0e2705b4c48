"""`mediaprep run MANIFEST`"""

from __future__ import annotations

import contextlib
import os
import shlex
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from mediaprep.batch.manifest import read
from mediaprep.cli import engines
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import console, working_options
from mediaprep.config import Settings
from mediaprep.errors import ToolMissing
from mediaprep.report.console import Console
from mediaprep.verbs.shift import Wishes


@click.command(
    "run",
    help=tell(
        "Do all of it for the jobs of a manifest: mend, judge, upload, submit, wait, download, finish, prove. "
        "Run it again, after whatever happened, and it goes on where it stood: nothing is paid twice.",
        "按清单完成全部流程：修复、检查、上传、提交、等待、下载、成片、校验。无论发生什么，再次运行都会接着进行，不会重复计费。",
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
@engines.options
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
    jobs: int,
    encoders: int | None,
    deadline: float | None,
    retry_failed: int,
    allow_ungated: bool,
    report: Path | None,
    form: str,
    profile: str | None,
    log_format: str,
) -> int:
    """The gravest exit code of the jobs: 4 before 1 before 3 before 5."""
    wanted = read(manifest)
    wishes = Wishes(
        unsafe=unsafe, again=again, deadline_seconds=deadline, detailed=bool(report) or form == "json",
        pictures=report is not None, policy=engines.policy(retry_failed, allow_ungated),
    )  # fmt: skip
    teller = console(log_format)
    with _surroundings(emulated, teller) as environ:
        settings = Settings.load(flags={"profile": profile, "lang": LANG}, environ=environ)
        shown = engines.Shown(form=form, report=report, title=manifest.name, teller=teller)
        resume = engines.RESUME if again and not emulated else _same_command()
        return engines.work(
            settings, wishes, engines.crew(jobs, encoders), shown, lambda engine: engine.run(wanted),
            total=len(wanted), resume=resume,
        )  # fmt: skip


def _same_command() -> str:
    """What to type to go on."""
    return shlex.join(["mediaprep", *sys.argv[1:]])


@contextlib.contextmanager
def _surroundings(emulated: bool, teller: Console) -> Iterator[dict[str, str]]:
    """The environment that settings are read from; with an emulator running in it when asked. That one is gone
    afterwards with all its tasks, so what is written down of them goes too and never mixes with what was paid."""
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
    with tempfile.TemporaryDirectory(prefix="mediaprep-run-") as folder, Emulator() as emulator:
        yield {**os.environ, **emulator.env, "MEDIAPREP_LEDGER": str(Path(folder) / "ledger.db")}
        accepted, charged = emulator.totals()
        teller.say(
            tell(
                f"emulator: {accepted} tasks accepted, {charged} charged",
                f"模拟器：接受 {accepted} 个任务，计费 {charged} 个",
            ),
            event="account", accepted=accepted, charged=charged,
        )  # fmt: skip
