"""`mediaprep rules [PREFIX…]`"""

from __future__ import annotations

import click

from mediaprep.cli import printing
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import lang_option, profile_option, settings
from mediaprep.contract.paths import under
from mediaprep.preflight.rulebook import rulebook
from mediaprep.report import rule_tables as told


@click.command(
    "rules",
    help=tell(
        "List the rules files and requests are judged by, all or those under a prefix such as notrain.RefVideoUrl.",
        "列出检查素材与请求所用的规则，可按前缀筛选，如 notrain.RefVideoUrl。",
    ),
)
@click.argument("prefixes", nargs=-1, metavar=tell("[PREFIX…]", "[前缀…]"))
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text")
@profile_option
@lang_option
def command(prefixes: tuple[str, ...], form: str, profile: str | None) -> int:
    """A prefix under which there is nothing is wrong usage: the nearest ids are named."""
    chosen = settings(profile).profile
    wanted = [rulebook.checked_prefix(prefix, chosen) for prefix in prefixes]
    found = [
        rule
        for rule in rulebook.rules(chosen).values()
        if not wanted or any(under(rule.id, prefix) for prefix in wanted)
    ]
    if form == "json":
        printing.block(told.listing_json(found, profile=chosen, lang=LANG) + "\n")
    else:
        pages = told.markdown if form == "markdown" else told.listing
        for line in pages(found, LANG):
            printing.line(line)
    return 0
