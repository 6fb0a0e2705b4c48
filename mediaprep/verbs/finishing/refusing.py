"""Where `finish` is asked to write and cannot, said before anything is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mediaprep.errors import BadConfig
from mediaprep.media.files import atomic
from mediaprep.model.finishing.plans import SUFFIXES


def places(output: Path, pictures: Sequence[Path | None], named: Sequence[object]) -> None:
    """BadConfig for an output, or `pictures` of it, that cannot be written, or only over a file that is read: all
    paths among what is `named`."""
    if output.suffix.lower() not in SUFFIXES:
        raise BadConfig(
            f"{output.name}: the finished video is an MP4; name it .mp4, .m4v or .mov",
            f"{output.name}：成片为 MP4 格式，请以 .mp4、.m4v 或 .mov 命名",
        )
    read = [path for path in named if isinstance(path, Path)]
    for target in (output, *pictures):
        if target is not None:
            atomic.refuse_target(target)
            for source in read:
                atomic.refuse_same(source, target)
