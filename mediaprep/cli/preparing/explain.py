"""`mediaprep explain RULE`"""

from __future__ import annotations

import click

from mediaprep.cli import printing
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import lang_option, profile_option, settings
from mediaprep.preflight.rulebook import rulebook
from mediaprep.report import rule_tables as told


@click.command(
    "explain",
    help=tell(
        "Explain a rule: what it asks, why, where the docs say so, what passes, how to mend it.",
        "解释一条规则：要求、原因、文档出处、合格与不合格示例、修复办法。",
    ),
)
@click.argument("rule", metavar=tell("RULE", "规则"))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@profile_option
@lang_option
def command(rule: str, form: str, profile: str | None) -> int:
    """For an unknown rule the nearest ids are named."""
    chosen = settings(profile).profile
    found = rulebook.find(rule, chosen)
    elsewhere = rulebook.elsewhere(found, chosen)
    if form == "json":
        printing.block(told.explained_json(found, profile=chosen, lang=LANG, elsewhere=elsewhere) + "\n")
    else:
        for line in told.explained(found, LANG, elsewhere):
            printing.line(line)
    return 0
