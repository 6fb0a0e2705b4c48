"""A plan on stdout, for `plan` and `run --dry-run`."""

from __future__ import annotations

from mediaprep.cli import printing
from mediaprep.cli.language import LANG
from mediaprep.model.paid.manifest_plan import ManifestPlan
from mediaprep.report.plans import plan_json, plan_page, plan_text

_COLOURS = {"advised": "yellow", "refused": "red", "unknown": "magenta"}


def show(made: ManifestPlan, form: str) -> None:
    """As text, JSON or a page."""
    if form != "text":
        for piece in (plan_json.chunks if form == "json" else plan_page.chunks)(made, lang=LANG):
            printing.block(piece)
        return
    for verdict, line in plan_text.lines(made, LANG):
        printing.line(line, fg=_COLOURS.get(verdict))
    printing.line(plan_text.totals_line(made).say(LANG))
