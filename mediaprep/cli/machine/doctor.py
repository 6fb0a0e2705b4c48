"""`mediaprep doctor`"""

from __future__ import annotations

import click

from mediaprep.cli import printing
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import lang_option, profile_option, settings
from mediaprep.config import redact
from mediaprep.verbs.machine.doctor import Ability, doctor


@click.command(
    "doctor",
    help=tell(
        "Say what works on this machine and what is missing. Nothing is sent anywhere, unless with --online.",
        "说明本机哪些可用、缺少什么。除 --online 外不发送任何请求。",
    ),
)
@click.option(
    "--online",
    "asking",
    is_flag=True,
    help=tell(
        "Ask the gateway too whether it knows the keys and how late it is, and write, find and delete an object in "
        "the bucket.",
        "同时询问网关是否认可密钥、时钟相差多少，并在存储桶中写入、查询、删除一个对象。",
    ),
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@profile_option
@lang_option
def command(asking: bool, form: str, profile: str | None) -> int:
    """Exit code 3 when something needed is missing."""
    chosen = settings(profile)
    abilities = doctor(chosen)
    asked: tuple[Ability, ...] = ()
    if asking:
        from mediaprep.verbs.machine.asked_online import online

        asked = online(chosen)
        abilities += asked
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
    missing = [ability for ability in abilities if not ability.works and (ability.needed or ability in asked)]
    return 3 if missing else 0
