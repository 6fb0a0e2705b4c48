"""How the end of a job is shown, and which exit code many jobs come to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from mediaprep.cli import printing
from mediaprep.cli.language import LANG
from mediaprep.config import redact
from mediaprep.model.findings import Text
from mediaprep.model.paid.gateways import EMULATED_MARK
from mediaprep.model.paid.outcomes import Outcome, State
from mediaprep.report.check_text import finding_lines
from mediaprep.report.proof_text import check_line

_WORDS: Final = {
    State.DONE: Text("done", "完成"),
    State.REFUSED: Text("refused", "不合格"),
    State.FAILED: Text("failed", "失败"),
    State.PENDING: Text("still pending", "仍在等待"),
}
_COLOURS: Final = {State.DONE: "green", State.REFUSED: "red", State.FAILED: "red", State.PENDING: "yellow"}
_GRAVEST: Final = (4, 2, 1, 3, 5)


def show(outcome: Outcome) -> None:
    """One job as lines."""
    word = _WORDS[outcome.state].say(LANG)
    place = f": {outcome.output}" if outcome.output else ""
    mark = f"  {EMULATED_MARK}" if outcome.emulated else ""
    line = f"{outcome.job}  {word}{place}  ({outcome.seconds:.1f} s){mark}"
    printing.line(line, fg=_COLOURS[outcome.state], bold=True)
    for path in outcome.beside:
        printing.line(f"    {path}")
    if outcome.problem:
        printing.line(f"    {redact(outcome.problem.say(LANG))}", err=True)
    for finding in outcome.findings:
        for _, text in finding_lines(finding, LANG):
            printing.line(text)
    for check in outcome.checks:
        printing.line(f"  {check_line(check, LANG)}")
    for note in outcome.notes:
        printing.line(f"    {note.say(LANG)}")


def gravest(codes: Iterable[int]) -> int:
    """The exit code of all jobs together: 4 before 2 before 1 before 3 before 5."""
    found = set(codes)
    return next((code for code in _GRAVEST if code in found), 0)
