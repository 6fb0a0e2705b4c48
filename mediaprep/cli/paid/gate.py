"""`mediaprep gate`"""

from __future__ import annotations

import contextlib

import click

from mediaprep.cli import printing
from mediaprep.cli.language import tell
from mediaprep.cli.options import lang_option, settings
from mediaprep.verbs.paid.gate import gate


@click.command(
    "gate",
    help=tell(
        "Serve the inputs of jobs to the service, and take its callbacks, for all runs that share the ledger. "
        "MEDIAPREP_GATE is the address at which the service reaches it (https, through a proxy of yours).",
        "为共用账本的所有运行向服务端提供素材并接收回调。"
        "MEDIAPREP_GATE 为服务端可访问的地址（https，经由你的反向代理）。",
    ),
)
@click.option(
    "--listen",
    metavar="HOST:PORT",
    help=tell("Where to listen (MEDIAPREP_GATE_LISTEN).", "监听地址（MEDIAPREP_GATE_LISTEN）。"),
)
@click.option(
    "--fd",
    type=click.IntRange(min=3),
    metavar="N",
    help=tell("Serve on this inherited listening socket.", "使用继承的监听套接字。"),
)
@lang_option
def command(listen: str | None, fd: int | None) -> int:
    """Until it is interrupted; that is its normal end."""
    with contextlib.suppress(KeyboardInterrupt):
        gate(
            settings=settings(),
            listen=listen,
            descriptor=fd,
            on_ready=printing.line,
        )
    return 0
