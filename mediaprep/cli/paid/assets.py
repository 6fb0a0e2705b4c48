"""`mediaprep assets avatars|voices|actions|export`"""

from __future__ import annotations

import functools
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from mediaprep.cli import printing
from mediaprep.cli.language import LANG, tell
from mediaprep.cli.options import lang_option, overwrite_option, profile_option, settings
from mediaprep.media.files import atomic
from mediaprep.model.assets import Action, Avatar, Voice
from mediaprep.preflight import expiry
from mediaprep.report import asset_tables as told
from mediaprep.verbs.assets import AccountLists
from mediaprep.verbs.finishing import output_claims

_COLOURS = {"advised": "yellow", "refused": "red"}


@click.command(
    "assets",
    help=tell(
        "List what the account owns: avatars (2D, 3D and small-sample ones together), voices, or the actions of "
        "one avatar. Free. The lists are remembered for a day, and requests are judged by them. `export` writes all of "
        "it as a file for `mediaprep emulator --catalogue`.",
        "列出账号下的形象（2D、3D 与小样本一并列出）、音色，或某个形象的动作。列表会记住一天，并用于检查请求。"
        "`export` 将其全部导出为 `mediaprep emulator --catalogue` 所用的文件。",
    ),
)
@click.argument("kind", type=click.Choice(["avatars", "voices", "actions", "export"]))
@click.argument("key", required=False, metavar="[VIRTUALMANKEY]")
@click.option(
    "--refresh", is_flag=True, help=tell("Fetch the list now, however new it is.", "立即重新获取列表。")
)
@click.option(
    "--type",
    "types",
    multiple=True,
    metavar="CODE",
    help=tell(
        "Ask for avatars of this type code too; may be repeated.", "同时查询该类型代码的形象；可重复。"
    ),
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help=tell(
        "With export: the file to write (default: stdout).", "与 export 同用：写入的文件（默认标准输出）。"
    ),
)
@overwrite_option
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@profile_option
@lang_option
def command(
    kind: str,
    key: str | None,
    refresh: bool,
    types: tuple[str, ...],
    output: Path | None,
    overwrite: bool,
    form: str,
    profile: str | None,
) -> int:
    """The list goes to stdout, its age to stderr. Exit code 4 when the gateway cannot be asked."""
    if (kind == "actions") != (key is not None):
        raise click.UsageError(
            tell(
                "`actions` needs the VirtualmanKey of an avatar, the other lists none",
                "`actions` 须给出形象的 VirtualmanKey，其余列表不需要",
            )
        )
    account, now = AccountLists(settings(profile)), time.time()
    if kind == "export":
        return _export(account, output, types=types, overwrite=overwrite)
    standing = functools.partial(expiry.standing, now=now)
    found: Sequence[Avatar | Voice | Action]
    lines: Iterator[tuple[str, str]]
    if kind == "avatars":
        held = account.avatars(refresh=refresh, types=types)
        found, fetched_at = held.avatars or (), held.avatars_at
        lines = told.avatar_lines(held.avatars or (), standing, LANG)
    elif kind == "voices":
        held = account.voices(refresh=refresh)
        found, fetched_at = held.voices or (), held.voices_at
        lines = told.voice_lines(held.voices or (), standing, LANG)
    else:
        found = actions = account.actions(key or "", refresh=refresh)
        fetched_at = account.held.actions_at[key or ""]
        lines = (("pass", line) for line in told.action_lines(actions))
    if form == "json":
        printing.block(
            told.dumps(kind, found, fetched_at=fetched_at, now=now, standing=standing, lang=LANG) + "\n"
        )
        return 0
    for verdict, line in lines:
        printing.line(line, fg=_COLOURS.get(verdict))
    old = told.age(now - fetched_at, LANG)
    printing.line(tell(f"{len(found)} {kind}, fetched {old}", f"共 {len(found)} 项，获取于{old}"), err=True)
    return 0


def _export(account: AccountLists, output: Path | None, *, types: tuple[str, ...], overwrite: bool) -> int:
    """Everything the lists say, asked for now."""
    from mediaprep.emulator.account.catalogue_file import written

    output_claims.claim([output], overwrite=overwrite)
    held = account.everything(types=types)
    text = written(held)
    if output is None:
        printing.block(text)
    else:
        with atomic.landing(output) as part:
            part.write_text(text, encoding="utf-8")
    counts = len(held.avatars or ()), len(held.voices or ()), sum(map(len, held.actions.values()))
    printing.line(
        tell("exported: {} avatars, {} voices, {} actions", "已导出：{} 个形象、{} 个音色、{} 个动作").format(
            *counts
        ),
        err=True,
    )
    return 0
