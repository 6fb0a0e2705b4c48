"""label mark: a copy of a video that shows, or of a sound that tells, that it was generated. Nothing is paid for it."""

from __future__ import annotations

from pathlib import Path

from mediaprep.errors import BadConfig
from mediaprep.media import ffmpeg
from mediaprep.media.probing import probe
from mediaprep.media.sound import heard_mark
from mediaprep.model.facts import AudioFacts
from mediaprep.model.finishing.marks import MarkWish
from mediaprep.model.finishing.wishes import Finishing
from mediaprep.verbs.finish import RenderOptions, finish
from mediaprep.verbs.finishing import output_claims


def mark(
    path: Path, output: Path, wish: MarkWish, *, clip: Path | None = None, options: RenderOptions
) -> None:
    """Write `path` to `output`: a video with the mark over its first seconds, a sound with the rhythm or `clip` before
    it. Raises BadAsset, BadConfig, ToolFailed; then nothing is left behind."""
    if isinstance(probe.measured(path, faces=False), AudioFacts):
        output_claims.claim([output], reads=[path, clip], overwrite=options.overwrite)
        heard_mark.with_mark(path, output, binary=ffmpeg.find(options.ffmpeg_path), clip=clip)
        return
    if clip is not None:
        raise BadConfig(
            f"{path.name} is no sound: --clip is heard before sounds, videos are written over",
            f"{path.name} 不是音频：--clip 只用于音频，视频使用可见标识",
        )
    finish(path, output, Finishing(mark_wish=wish), options=options)
