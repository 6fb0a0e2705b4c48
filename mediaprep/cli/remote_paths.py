"""Arguments that name a file by its path or by a URL: what lies elsewhere is brought before the command sees it, and
what is made for elsewhere is sent there after the command has made it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from mediaprep.cli import printing
from mediaprep.cli.language import tell
from mediaprep.cli.options import settings
from mediaprep.model import remote

_BROUGHT = "mediaprep.brought"
_DELIVERIES = "mediaprep.deliveries"


def brought() -> bool:
    """Whether this command was given a file that lies elsewhere."""
    return bool(click.get_current_context().meta.get(_BROUGHT))


class InputFile(click.Path):
    """A path; s3://, cos:// and https:// become the path of the file in the cache."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not remote.is_remote(value) or (ctx is not None and ctx.resilient_parsing):
            return super().convert(value, param, ctx)
        from mediaprep.verbs.files import remote_files

        if ctx is not None:
            ctx.meta[_BROUGHT] = True
        return remote_files.brought(value, settings())


@dataclass(frozen=True, kw_only=True)
class SentElsewhere:
    """A file that is made here for elsewhere."""

    path: Path
    url: str


class OutputFile(click.Path):
    """A path; s3://, cos:// and a presigned https:// become that of this machine's copy (see `deliver`)."""

    def __init__(self, **wanted: Any) -> None:
        super().__init__(path_type=Path, **wanted)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not remote.is_remote(value) or ctx is None or ctx.resilient_parsing:
            return super().convert(value, param, ctx)
        place = remote.delivered_place(value, Path())
        ctx.meta.setdefault(_DELIVERIES, []).append(SentElsewhere(path=place, url=value))
        return place


def claim(*, overwrite: bool) -> None:
    """What is to be sent elsewhere can be, and replaces nothing that is not ours. Raises BadConfig, Unreachable."""
    from mediaprep.media.files import atomic
    from mediaprep.submission.bucket import delivery

    for one in _deliveries():
        delivery.refuse(one.url, settings())
        if not overwrite:
            delivery.refuse_taken(one.url, one.path, settings())
        atomic.make_folder(one.path.parent)


def deliver(beside: Iterable[Path | None] = ()) -> None:
    """What was made for elsewhere goes there, with what lies beside it where that is a bucket; and is told. Raises
    BadConfig, Unreachable: the copy on this machine stays."""
    from mediaprep.submission.bucket import delivery

    for one in _deliveries():
        others = tuple(path for path in beside if path is not None)
        for url in delivery.deliver(one.path, one.url, settings(), beside=others):
            printing.line(tell(f"sent to {url}", f"已上传至 {url}"))


def _deliveries() -> list[SentElsewhere]:
    found: list[SentElsewhere] = click.get_current_context().meta.get(_DELIVERIES, [])
    return found
