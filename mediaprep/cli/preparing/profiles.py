"""`mediaprep profiles`, `mediaprep profiles diff ONE OTHER`"""

from __future__ import annotations

import click

from mediaprep.cli import printing
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import lang_option, settings
from mediaprep.contract.profiles import PROFILES
from mediaprep.preflight.rulebook.profile_diff import differences
from mediaprep.report import rule_tables as told

_FORMAT = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")


@click.group(
    "profiles",
    invoke_without_command=True,
    help=tell("List the services and states of their docs.", "列出可选的服务与文档版本。"),
)
@_FORMAT
@lang_option
@click.pass_context
def command(ctx: click.Context, form: str) -> int:
    """A star marks the one that is used here."""
    if ctx.invoked_subcommand is None:
        used = settings().profile
        if form == "json":
            printing.block(told.profiles_json(PROFILES.values(), used, LANG) + "\n")
        else:
            for line in told.profiles_text(PROFILES.values(), used, LANG):
                printing.line(line)
    return 0


@command.command(
    "diff", help=tell("What differs between two: addresses, names, limits.", "两者的差异：地址、名称、限制。")
)
@click.argument("one")
@click.argument("other")
@_FORMAT
@lang_option
def diff(one: str, other: str, form: str) -> int:
    found = differences(one, other)
    if form == "json":
        printing.block(told.difference_json(found, one, other) + "\n")
    else:
        for line in told.difference_text(found, one, other, LANG):
            printing.line(line)
    return 0
