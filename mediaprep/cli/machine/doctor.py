"""`mediaprep doctor`"""

from __future__ import annotations

import click

from mediaprep.cli import printing
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import lang_option, profile_option, settings
from mediaprep.config import redact
from mediaprep.verbs.machine.doctor import doctor


@click.command(
    "doctor",
    help=tell("Say what works on this machine and what is missing.", "说明本机哪些可用、缺少什么。"),
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@profile_option
@lang_option
def command(form: str, profile: str | None) -> int:
    """Exit code 3 when something needed is missing."""
    abilities = doctor(settings(profile))
    if form == "json":
        printing.document([
            {
                "name": ability.name.say(LANG),
                "works": ability.works,
                "needed": ability.needed,
                "detail": redact(ability.say(LANG)),
                "remedy": ability.remedy.say(LANG) if ability.remedy else None,
            }
            for ability in abilities
        ])  # fmt: skip
    else:
        for ability in abilities:
            mark, colour = ("✓", "green") if ability.works else ("✗", "red")
            printing.line(f"{mark} {ability.name.say(LANG)}: {redact(ability.say(LANG))}", fg=colour)
            if not ability.works and ability.remedy:
                printing.line(f"    ↳ {redact(ability.remedy.say(LANG))}")
    return 3 if any(ability.needed and not ability.works for ability in abilities) else 0
