"""What `finish` is asked for and cannot do, said before anything is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mediaprep.errors import BadConfig
from mediaprep.media import covers, landing

_SUFFIXES = (".mp4", ".m4v", ".mov")
_LONGEST_FADE = 10.0
_LONGEST_STILL = 600.0


def places(output: Path, pictures: Sequence[Path | None], named: Sequence[object]) -> None:
    """BadConfig for an output, or `pictures` of it, that cannot be written, or only over a file that is read: all
    paths among what is `named`."""
    if output.suffix.lower() not in _SUFFIXES:
        raise BadConfig(
            f"{output.name}: the finished video is an MP4; name it .mp4, .m4v or .mov",
            f"{output.name}：成片为 MP4 格式，请以 .mp4、.m4v 或 .mov 命名",
        )
    landing.refuse_place(output)
    read = [path for path in named if isinstance(path, Path)]
    for source in read:
        landing.refuse_same(source, output)
    wished = [path for path in pictures if path is not None]
    for target in wished:
        covers.refuse(target, read)
    if len(set(wished)) < len(wished):
        raise BadConfig("thumbnail and sheet have one name: give two", "封面与缩略图文件名相同：请分别命名")


def seconds(crossfade: float, still: float) -> None:
    """BadConfig for lengths that make no sense."""
    if not 0 <= crossfade <= _LONGEST_FADE:
        raise BadConfig(
            f"a crossfade of {crossfade:g} s: give 0 to {_LONGEST_FADE:g}",
            f"交叉淡化 {crossfade:g} 秒：请给出 0 到 {_LONGEST_FADE:g}",
        )
    if not 0 < still <= _LONGEST_STILL:
        raise BadConfig(
            f"pictures shown for {still:g} s: give more than 0, at most {_LONGEST_STILL:g}",
            f"图片显示 {still:g} 秒：须大于 0，不超过 {_LONGEST_STILL:g}",
        )
