"""`mediaprep emulator`"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import click

from mediaprep.cli.language import tell
from mediaprep.cli.options import lang_option
from mediaprep.errors import BadConfig, ToolMissing


@click.command(
    "emulator",
    help=tell(
        "Serve an emulated gateway and bucket on this machine; prints one JSON line when ready. "
        "With -- COMMAND it runs that command in the emulator's settings and ends with it.",
        "在本机启动模拟网关与存储桶；就绪后输出一行 JSON。给出 -- 命令 时，以模拟器的设置运行该命令，随之结束。",
    ),
)
@click.option("--port", default=0, help=tell("0 picks a free one.", "0 表示自动选择。"))
@click.option(
    "--speed",
    default="immediate",
    metavar="immediate|polls:N|real",
    help=tell("How fast tasks come to an end.", "任务完成的快慢。"),
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help=tell("Keep tasks, bucket and account here.", "任务、存储桶与账目的保存位置。"),
)
@click.option(
    "--allow-host",
    "allow_hosts",
    multiple=True,
    metavar="HOST",
    help=tell(
        "Fetch inputs from this host too (default: this machine only).", "允许从该主机取文件（默认仅本机）。"
    ),
)
@click.option(
    "--notrain-subtitles",
    type=click.Choice(["on", "off"]),
    default="off",
    help=tell("Fill SubtitlesUrl for no-train tasks (undocumented).", "为免训练任务返回字幕（文档未说明）。"),
)
@click.argument("inside", nargs=-1, type=click.UNPROCESSED, metavar=tell("[-- COMMAND…]", "[-- 命令…]"))
@lang_option
def command(
    port: int,
    speed: str,
    data: Path | None,
    allow_hosts: tuple[str, ...],
    notrain_subtitles: str,
    inside: tuple[str, ...],
) -> int:
    """Runs until interrupted, or as long as the command given after -- runs."""
    try:
        from mediaprep.emulator.options import Options, Speed
        from mediaprep.emulator.server import Emulator, serve
    except ModuleNotFoundError as error:
        raise ToolMissing(
            f"the emulator needs {error.name}: pip install 'mediaprep[emulator]'",
            f"模拟器需要 {error.name}：pip install 'mediaprep[emulator]'",
        ) from error
    options = Options(
        port=port,
        speed=Speed.parse(speed),
        data=data,
        allow_hosts=allow_hosts,
        notrain_subtitles=notrain_subtitles == "on",
    )
    if not inside:
        return serve(options)
    with Emulator(options) as emulator:
        try:
            return subprocess.run(list(inside), env={**os.environ, **emulator.env}, check=False).returncode
        except OSError as error:
            raise BadConfig(f"{inside[0]}: {error.strerror}", f"{inside[0]}：{error.strerror}") from error
