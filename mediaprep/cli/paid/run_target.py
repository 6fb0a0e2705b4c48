"""Where a run takes place: on the gateway that the settings name, or on an emulator that works as long as it does.

What the emulator knows and the ledger of its jobs lie together in the state folder, away from what was paid.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from mediaprep.cli.language import tell
from mediaprep.errors import BadConfig, ToolMissing
from mediaprep.report.console import Console
from mediaprep.submission.ledger import database

if TYPE_CHECKING:
    from mediaprep.emulator.server import Emulator

LEDGER: Final = "MEDIAPREP_LEDGER"
emulator_option: Final = click.option(
    "--emulator",
    "emulated",
    is_flag=True,
    help=tell(
        "On an emulated gateway on this machine: free, no account; its tasks and their ledger are kept, apart.",
        "使用本机模拟网关：免费，无需账号；模拟任务及其账本单独保存。",
    ),
)
fresh_option: Final = click.option(
    "--fresh",
    is_flag=True,
    help=tell(
        "With --emulator: forget what it and its ledger know.", "与 --emulator 同用：清空模拟器及其账本。"
    ),
)


def same_command() -> str:
    """What to type to go on."""
    return shlex.join(["mediaprep", *sys.argv[1:]])


def require_voice() -> None:
    """Told before anything begins, not by the first task that is to speak. Raises ToolMissing."""
    if importlib.util.find_spec("espeakng_loader") is None:
        raise ToolMissing(
            "the emulator has no voice (espeak-ng): pip install 'mediaprep[emulator]'",
            "模拟器缺少语音（espeak-ng）：pip install 'mediaprep[emulator]'",
        )


@contextlib.contextmanager
def surroundings(
    emulated: bool, fresh: bool, teller: Console, account: Mapping[str, Any] | None = None
) -> Iterator[dict[str, str]]:
    """The environment that settings are read from; with the emulator running in it when asked, as it stood when it
    last did, playing `account` (see emulated_account). Raises BadConfig for a --fresh that would forget what was paid,
    and for an account that nobody plays."""
    if not emulated:
        if account:
            named = ", ".join("--" + name.replace("_", "-") for name in account)
            raise BadConfig(f"{named}: for --emulator only", f"{named} 只能与 --emulator 同用")
        if fresh:
            raise BadConfig(
                "--fresh is for --emulator: the ledger of real tasks is never emptied",
                "--fresh 只能与 --emulator 同用：真实任务的账本不会被清空",
            )
        yield dict(os.environ)
        return
    folder = database.emulator_folder()
    with emulator_of(data=folder, fresh=fresh, **(account or {})) as emulator:
        before = emulator.totals()
        yield {**os.environ, **emulator.env, LEDGER: str(ledger_beside(folder, fresh=fresh))}
        accepted, charged = (now - then for now, then in zip(emulator.totals(), before, strict=True))
        teller.say(
            tell(
                f"emulator: tasks accepted: {accepted}, charged: {charged}",
                f"模拟器：接受 {accepted} 个任务，计费 {charged} 个",
            ),
            event="account", accepted=accepted, charged=charged,
        )  # fmt: skip


def emulator_of(**options: Any) -> Emulator:
    """An emulator, to be entered; its options are those of emulator.options. Raises BadConfig, and ToolMissing
    where it has no voice to render with."""
    if not options.get("no_render"):
        require_voice()
    from mediaprep.emulator.options import Options
    from mediaprep.emulator.server import Emulator

    return Emulator(Options(**options))


def ledger_beside(folder: Path, *, fresh: bool) -> Path:
    """The ledger of an emulator's jobs, beside its data; gone first when `fresh`. The emulator runs: nobody else
    works with it."""
    path = folder / database.LEDGER_NAME
    for suffix in ("", "-wal", "-shm") if fresh else ():
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return path.absolute()
