"""How many jobs at work are shown: a board while they work, then what came of them, for people and for programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mediaprep.batch.completion_hooks import CompletionHooks
from mediaprep.batch.engine import Engine, PoolSizes, Ran
from mediaprep.cli import printing
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.paid import outcomes
from mediaprep.config import Settings
from mediaprep.model.paid.gateways import EMULATED_MARK
from mediaprep.model.paid.outcomes import Outcome, RunTotals, totals
from mediaprep.report.console import Console
from mediaprep.report.runs import run_json, run_results
from mediaprep.report.runs.run_board import Board
from mediaprep.verbs.finishing import output_claims
from mediaprep.verbs.finishing.output_claims import Named
from mediaprep.verbs.paid.run_session import RunOptions

_STOPPED: Final = 5


@dataclass(frozen=True, kw_only=True)
class RunDisplay:
    """How a run is told: text or JSON on stdout, a page, a row for each job in STEM.results.*, lines on stderr while
    it works, and a command and an address that are told of every end."""

    form: str
    title: str
    teller: Console
    report: Path | None = None
    results: Path | None = None
    on_done: str | None = None
    webhook: str | None = None


def told_files(report: Path | None, results: Path | None) -> list[Named]:
    """What a run writes about itself: the page, and a row for each job."""
    named = [output_claims.report(report)] if report is not None else []
    return named + (output_claims.results(run_results.files(results)) if results is not None else [])


def claim_told(told: Sequence[Named], *, reads: Sequence[Path] = (), overwrite: bool = False) -> None:
    """These files can be written, and nobody else's is replaced: told before anything is paid. Raises BadConfig."""
    paths = [named.path for named in told]
    output_claims.make_room(paths)
    output_claims.claim(paths, reads=reads, overwrite=overwrite)


def work(
    settings: Settings,
    wishes: RunOptions,
    crew: PoolSizes,
    shown: RunDisplay,
    begin: Callable[[Engine], Ran],
    *,
    total: int,
    resume: str,
) -> int:
    """Run the engine, show what it does and what came of it; the exit code. `resume` is the command that goes
    on after a stop."""
    hooks = CompletionHooks(
        command=shown.on_done, webhook=shown.webhook,
        warn=lambda words: shown.teller.say(words.say(LANG), event="hook", level="warning"),
    )  # fmt: skip
    try:
        ran = _ran(settings, wishes, crew, shown, begin, hooks, total=total)
        code = _told(ran, shown, hooks, resume)
    finally:
        hooks.close()
    return code


def _told(ran: Ran, shown: RunDisplay, hooks: CompletionHooks, resume: str) -> int:
    """What came of it all, told to everybody; the exit code."""
    if shown.report is not None:
        from mediaprep.report.runs.run_page import write

        write(shown.report, ran.outcomes, lang=LANG, title=f"mediaprep · {shown.title}")
    summed = totals(ran.outcomes, ran.seconds)
    if shown.results is not None:
        run_results.write(shown.results, ran.outcomes, lang=LANG)
    if shown.form == "json":
        for part in run_json.lines(ran.outcomes, summed, lang=LANG):
            printing.block(part)
    _tell_totals(summed, shown)
    hooks.tell("run", totals=run_results.totals_entry(summed), stopped=ran.stopped)
    if ran.stopped:
        shown.teller.say(
            tell(
                f"stopped; nothing is lost. To go on: {resume}", f"已停止，没有丢失任何内容。继续：{resume}"
            ),
            event="stopped",
            resume=resume,
        )
        return _STOPPED
    return outcomes.gravest(ran.codes)


def _ran(
    settings: Settings,
    wishes: RunOptions,
    crew: PoolSizes,
    shown: RunDisplay,
    begin: Callable[[Engine], Ran],
    hooks: CompletionHooks,
    *,
    total: int,
) -> Ran:
    """The engine at work, with a board of it."""
    teller = shown.teller
    with Board(teller, total=total, lang=LANG) as board:

        def ended(outcome: Outcome) -> None:
            with printing.going_on():  # what was paid for goes on, whoever reads of it
                board.closed(outcome.job, lambda: _show(outcome, shown.form), state=outcome.state)
            hooks.tell("job", job=run_results.entry(outcome, LANG))

        def on_stop() -> None:
            teller.say(
                tell(
                    "stopping: what is on its way to the service ends first (again: leave at once)",
                    "正在停止：先等待已发出的请求结束（再按一次立即退出）",
                ),
                event="stopping",
            )

        engine = Engine(
            settings=settings, wishes=wishes, crew=crew, tell=board.tell, ended=ended, on_stop=on_stop
        )
        board.mark = f"{EMULATED_MARK} " if engine.emulated else ""
        return begin(engine)


def _tell_totals(summed: RunTotals, shown: RunDisplay) -> None:
    line = run_results.totals_line(summed).say(LANG)
    if shown.results is not None:
        line += f"; {run_results.files(shown.results)[1]}"
    if shown.form == "text":
        printing.line(line)
    if shown.teller.log_format == "json":
        shown.teller.say(line, event="totals", **run_results.totals_entry(summed))


def _show(outcome: Outcome, form: str) -> None:
    if form == "text":
        outcomes.show(outcome)
