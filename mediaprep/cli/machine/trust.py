"""`mediaprep trust`"""

from __future__ import annotations

from pathlib import Path

import click

from mediaprep.cli import printing
from mediaprep.cli.language import tell
from mediaprep.cli.options import lang_option
from mediaprep.config import redact
from mediaprep.config_files import FILE_NAME, SECRET, guarded_in
from mediaprep.errors import BadConfig
from mediaprep.trust import Trusted, read


@click.command(
    "trust",
    help=tell(
        "Allow a settings file as it stands (default: mediaprep.toml of this folder). Until then, and after every "
        "change, what in it runs a program or says where keys, files and paid work go is not used.",
        "按当前内容授权设置文件（默认为当前目录的 mediaprep.toml）。授权之前及每次修改之后，其中会运行程序、"
        "或决定密钥、文件与付费记录去向的设置均不生效。",
    ),
)
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--list", "listed", is_flag=True, help=tell("List what is allowed.", "列出已授权的文件。"))
@click.option("--revoke", is_flag=True, help=tell("Allow it no longer.", "取消授权。"))
@lang_option
def command(file: Path | None, listed: bool, revoke: bool) -> int:
    """Exit code 1 when there was nothing to revoke."""
    trusted = Trusted()
    path = file or Path(FILE_NAME)
    if listed:
        for known, digest in trusted.files().items():
            printing.line(f"{known}  {_state(known, digest)}")
        return 0
    if revoke:
        was = trusted.revoke(path)
        done = tell("is no longer allowed", "已取消授权") if was else tell("was not allowed", "未曾授权")
        printing.line(f"{path.absolute()} {done}")
        return 0 if was else 1
    found = read(path)
    for name, value in guarded_in(found).items():
        printing.line(f"  {name} = {'***' if name in SECRET else redact(value)}")
    trusted.allow(found)
    printing.line(f"{found.path} {tell('is allowed as it stands', '已按当前内容授权')}")
    return 0


def _state(path: Path, digest: str) -> str:
    try:
        same = read(path).digest == digest
    except BadConfig:
        return tell("is gone", "已不存在")
    return (
        tell("as allowed", "与授权时一致")
        if same
        else tell("changed since: not used", "授权后已修改：不生效")
    )
