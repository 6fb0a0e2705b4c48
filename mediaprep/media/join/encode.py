"""The parts of a picture that cannot be copied, encoded to main's parameters, each with a parameter set of its
own, so that they can stand beside main's packets in one track."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from mediaprep.errors import MediaprepError, ToolFailed
from mediaprep.media import ffmpeg, fonts
from mediaprep.media.compose import graph
from mediaprep.media.containers import h264_parameters, packets
from mediaprep.media.containers.h264_parameters import Malformed
from mediaprep.media.ffmpeg import Binary, EncodeProgress
from mediaprep.media.join import clip_cache
from mediaprep.media.join.coded_track import configuration
from mediaprep.model.finishing.joining import CodedPicture, PicturePart
from mediaprep.model.finishing.plans import RenderPlan

PROFILES = {66: "baseline", 77: "main", 100: "high"}
_MOST_IDS = 32


def options(coded: CodedPicture, identity: int) -> dict[str, object]:
    """x264's options for pictures that fit beside main's: its profile, its reordering, an own id."""
    more = [f"sps-id={identity}"]
    if coded.reorder == 0:
        more.append("bframes=0")
    elif coded.reorder == 1:
        more.append("b-pyramid=none")
    return {"profile:v": PROFILES[coded.profile], "x264-params": ":".join(more)}


def free_identity(taken: frozenset[int], number: int) -> int:
    """An id for encoded part `number` that main does not use; they go round when there are many parts, whose
    sets are then the same bytes (`parameters.merged` makes sure)."""
    free = [identity for identity in range(_MOST_IDS) if identity not in taken]
    if not free:
        raise Malformed("main uses all parameter set ids")
    return free[number % len(free)]


def encode_part(
    plan: RenderPlan,
    part: PicturePart,
    target: Path,
    *,
    identity: int,
    binary: Binary,
    room: Path,
    environment: dict[str, str],
    on_progress: Callable[[EncodeProgress], None] | None = None,
) -> None:
    """Make the part's pictures, captions and all, as an MP4 at `target`; a head or tail clip that was made
    before in the same way is taken from the cache. Raises ToolFailed."""
    assert plan.coded is not None
    words = graph.part_arguments(
        plan, part.first_frame, part.end_frame, target.resolve(), options(plan.coded, identity)
    )
    name = _name(plan, part, words, target, binary)
    if name is not None and clip_cache.fetch(name, target):
        with contextlib.suppress(MediaprepError, Malformed):
            _judge(target, part)
            return
    log = ffmpeg.run(binary, words, on_progress=on_progress, cwd=room, env=environment)
    fonts.judge_log(log)
    _judge(target, part)
    if name is not None:
        clip_cache.keep(name, target)


def _name(plan: RenderPlan, part: PicturePart, words: list[str], target: Path, binary: Binary) -> str | None:
    """What the part is kept under; None for parts that show main or captions, which come only once."""
    shown = [
        clip for clip in plan.clips if clip.first_frame < part.end_frame and part.first_frame < clip.end_frame
    ]
    captioned = any(word for word in words if "captions.ass" in word)
    if plan.main in shown or captioned:
        return None
    clips = {f"file:{clip.path.resolve()}": clip.path for clip in shown}
    return clip_cache.key(words, clips, str(target.resolve()), binary.version)


def _judge(target: Path, part: PicturePart) -> None:
    """The part has the pictures it should have and one parameter set of each kind."""
    made = packets.frame_count(target)
    if made != part.frames:
        raise ToolFailed(
            f"a part was encoded with {made} pictures instead of {part.frames}",
            f"某一段编码得到 {made} 帧，应为 {part.frames} 帧",
        )
    with packets.opened(target) as container:
        _, box = configuration(container, target)
        if len(box.sequences) != 1 or not h264_parameters.read_sequence(box.sequences[0]).progressive:
            raise Malformed("the encoder wrote other parameter sets than asked for")
