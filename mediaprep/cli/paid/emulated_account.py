"""Whose account an emulator plays: options of `emulator`, and of every verb that takes `--emulator`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from mediaprep.cli.language import tell

_NAMES: Final = ("catalogue", "any_key", "account")
_ACCOUNTS: Final = ("standard", "trial", "bought", "none")
_OPTIONS: Final = (
    click.option(
        "--catalogue",
        type=click.Path(path_type=Path, dir_okay=False, exists=True),
        metavar="FILE",
        help=tell(
            "Emulator: avatars, voices and actions of your own account; `mediaprep assets export` writes the file.",
            "模拟器：使用您账号的形象、音色与动作；文件由 `mediaprep assets export` 导出。",
        ),
    ),
    click.option(
        "--any-key",
        is_flag=True,
        help=tell(
            "Emulator: take every VirtualmanKey and TimbreKey.",
            "模拟器：接受任意 VirtualmanKey 与 TimbreKey。",
        ),
    ),
    click.option(
        "--account",
        type=click.Choice(_ACCOUNTS),
        default=_ACCOUNTS[0],
        help=tell(
            "Emulator: what was bought: standard = hours, no exclusive channel; trial = 1 h, over after 15 days; "
            "bought = hours, one exclusive and one audio channel; none.",
            "模拟器：已购资源：standard = 小时包，无独享并发；trial = 1 小时，15 天到期；bought = 小时包，独享与音频"
            "并发各一路；none = 未购买。",
        ),
    ),
)


def account_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options; the command gets them as one dictionary, `account`, of what was given."""

    @functools.wraps(command)
    def gathered(*arguments: Any, **named: Any) -> Any:
        account = {name: named.pop(name) for name in _NAMES}
        given = {name: value for name, value in account.items() if value not in (None, False, _ACCOUNTS[0])}
        return command(*arguments, account=given, **named)

    for option in reversed(_OPTIONS):
        gathered = option(gathered)
    return gathered
