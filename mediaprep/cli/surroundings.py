"""Where a run takes place: on the gateway that the settings name, or on an emulated one that ends with it."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shlex
import sys
from collections.abc import Iterator
from typing import Final

import click

from mediaprep import leavings
from mediaprep.cli.language import tell
from mediaprep.errors import ToolMissing
from mediaprep.report.console import Console

emulator_option: Final = click.option(
    "--emulator",
    "emulated",
    is_flag=True,
    help=tell(
        "On an emulated gateway on this machine: free, no account.", "使用本机模拟网关：免费，无需账号。"
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
def surroundings(emulated: bool, teller: Console) -> Iterator[dict[str, str]]:
    """The environment that settings are read from; with an emulator running in it when asked. That one is gone
    afterwards with all its tasks, so what is written down of them goes too and never mixes with what was paid."""
    if not emulated:
        yield dict(os.environ)
        return
    require_voice()
    from mediaprep.emulator.server import Emulator

    with leavings.folder("mediaprep-run-") as folder, Emulator() as emulator:
        yield {**os.environ, **emulator.env, "MEDIAPREP_LEDGER": str(folder / "ledger.db")}
        accepted, charged = emulator.totals()
        teller.say(
            tell(
                f"emulator: tasks accepted: {accepted}, charged: {charged}",
                f"模拟器：接受 {accepted} 个任务，计费 {charged} 个",
            ),
            event="account", accepted=accepted, charged=charged,
        )  # fmt: skip
