"""`mediaprep init`"""

from __future__ import annotations

from pathlib import Path

import click

from mediaprep.cli import printing
from mediaprep.cli.language import tell
from mediaprep.cli.options import lang_option
from mediaprep.verbs.machine.init import KINDS, init


@click.command(
    "init",
    help=tell(
        "Write a commented manifest, settings, a request for each endpoint and sample media into FOLDER (default: "
        "here), ready to run on the emulator. Nothing that stands there is replaced.",
        "在 FOLDER（默认当前目录）写入带注释的清单、设置、各接口的请求与示例素材，可直接在模拟器上运行；"
        "已有文件不会被覆盖。",
    ),
    epilog=tell("Example: mediaprep init lesson --kind deck", "示例：mediaprep init lesson --kind deck"),
)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option(
    "--kind",
    type=click.Choice(list(KINDS)),
    default="notrain",
    help=tell(
        "What the manifest begins with: own footage, a deck, a photo, or one job for each endpoint.",
        "清单内容：自有素材、PPT、照片，或六个接口各一个任务。",
    ),
)
@lang_option
def command(folder: Path, kind: str) -> int:
    begun = init(folder, kind=kind)
    for name in begun.written:
        printing.line(f"+ {begun.folder / name}", fg="green")
    if begun.kept:
        kept = ", ".join(begun.kept)
        printing.line(tell(f"left as they are: {kept}", f"已存在，未改动：{kept}"))
    there = "" if folder == Path() else f"cd {folder} && "
    printing.line(tell("What now:", "接下来："))
    printing.line(f"  {there}mediaprep check footage.mov")
    printing.line(f"  {there}mediaprep run story.yaml --emulator")
    return 0
