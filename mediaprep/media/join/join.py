"""A plan with parts, carried out: encoded parts and the sound are made side by side, then all is joined."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from mediaprep.media.containers.h264_parameters import Malformed
from mediaprep.media.ffmpeg import Binary, EncodeProgress
from mediaprep.media.join import encode, soundtrack, write_track
from mediaprep.media.join.write_track import PacketStretch, Piece
from mediaprep.model.finishing.joining import CodedPicture, PartMethod, PicturePart
from mediaprep.model.finishing.plans import RenderPlan

_ENCODING = 0.8  # of the whole work, as progress tells it


class CannotJoin(Exception):
    """What was planned to be copied does not go together after all; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Workplace:
    """Where a run of ffmpeg finds captions and fonts, and what it is told by the environment."""

    binary: Binary
    room: Path
    environment: dict[str, str]


def replace_stretches(
    main: Path,
    coded: CodedPicture,
    stretches: Sequence[tuple[int, int, Path]],
    *,
    sound: Path,
    target: Path,
) -> None:
    """Write `main` to `target` with some groups of pictures replaced by encoded ones, all else bit for bit.

    `stretches`: (first frame, end frame, file) in order; first and end stand in `coded.refreshes` (or are 0
    and `coded.frames`), and the file holds end − first pictures encoded with `encode.options(coded, id)`
    (own parameter sets: `encode.free_identity`). `sound` is a file with the finished sound track. `coded`
    comes from `coded_track.look`. Raises CannotJoin when the files do not go together. (Plans do the same by their
    `parts`: finishing.copied_parts.decide finds them, `join` carries them out.)
    """
    pieces: list[Piece] = []
    at = 0
    borders = {0, *coded.refreshes, coded.frames}
    for first, end, path in stretches:
        if first < at or end <= first or not {first, end} <= borders:
            raise CannotJoin(f"{first}–{end} is no run of whole groups of pictures")
        if first > at:
            pieces.append(Piece(path=main, first=at, frames=first - at))
        pieces.append(Piece(path=path, first=0, frames=end - first))
        at = end
    if at < coded.frames:
        pieces.append(Piece(path=main, first=at, frames=coded.frames - at))
    try:
        write_track.write(
            target, pieces, main=main, sound=[PacketStretch(path=sound)], fps=coded.fps, reorder=coded.reorder
        )
    except Malformed as error:
        raise CannotJoin(str(error)) from error


def join(
    plan: RenderPlan, target: Path, place: Workplace, on_progress: Callable[[float], None] | None = None
) -> RenderPlan:
    """Make the finished video of a plan with `parts` at `target`, and give the plan as it was carried out: main's
    sound may have had to be encoded after all.

    Raises ToolFailed when an encoder fails, CannotJoin when the encoded parts do not fit beside main's.
    """
    assert plan.coded is not None
    told = _Told(plan, on_progress)
    try:
        with ThreadPoolExecutor(max_workers=1) as pool:
            heard = pool.submit(
                soundtrack.encode, plan, binary=place.binary, room=place.room, environment=place.environment,
                on_progress=told.sound,
            )  # fmt: skip
            try:
                pieces = _pieces(plan, place, told)
                sound = heard.result()
            except BaseException:
                told.stop.set()  # leaving the pool waits for the sound
                raise
        write_track.write(
            target, pieces, main=plan.main.path, sound=sound, fps=plan.canvas.fps, reorder=plan.coded.reorder,
            on_progress=told.joined,
        )  # fmt: skip
    except Malformed as error:
        raise CannotJoin(str(error)) from error
    return plan if _copied(plan, sound) else replace(plan, sound=None)


def _copied(plan: RenderPlan, sound: Sequence[PacketStretch]) -> bool:
    """Whether main's own sound is in the track."""
    return any(stretch.path == plan.main.path for stretch in sound)


class _Told:
    """Progress of two encoders that run side by side; ends the one when the other has failed."""

    def __init__(self, plan: RenderPlan, on_progress: Callable[[float], None] | None) -> None:
        self.on_progress = on_progress
        self.encoded = max(1, sum(part.frames for part in plan.parts if part.way is PartMethod.ENCODED))
        self.before = 0
        self.shares = [0.0, 0.0]  # of pictures, of sound
        self.stop = threading.Event()

    def picture(self, progress: EncodeProgress) -> None:
        self._tell(0, (self.before + progress.frames) / self.encoded)

    def sound(self, share: float) -> None:
        if self.stop.is_set():
            raise InterruptedError
        self._tell(1, share)

    def joined(self, share: float) -> None:
        if self.on_progress:
            self.on_progress(_ENCODING + (1 - _ENCODING) * share)

    def _tell(self, which: int, share: float) -> None:
        self.shares[which] = min(1.0, share)
        if self.on_progress:
            self.on_progress(_ENCODING * min(self.shares))


def _pieces(plan: RenderPlan, place: Workplace, told: _Told) -> list[Piece]:
    """The files that the parts are taken from; encoded ones are made here."""
    pieces = []
    for number, part in enumerate(plan.parts):
        if part.way is PartMethod.COPIED:
            first = part.first_frame - plan.main.first_frame
            pieces.append(Piece(path=plan.main.path, first=first, frames=part.frames))
        else:
            path = _encoded(plan, part, _number(plan, part, number), place, told)
            pieces.append(Piece(path=path, first=0, frames=part.frames))
            told.before += part.frames
    return pieces


def _number(plan: RenderPlan, part: PicturePart, number: int) -> int:
    """A clip that is a part by itself has the same number, and so the same id, whatever becomes of main: it
    can then be taken from the cache."""
    for at, clip in enumerate(plan.clips):
        if (clip.first_frame, clip.end_frame) == (part.first_frame, part.end_frame):
            return at
    return len(plan.clips) + number


def _encoded(plan: RenderPlan, part: PicturePart, number: int, place: Workplace, told: _Told) -> Path:
    assert plan.coded is not None
    target = place.room / f"part-{number}.mp4"
    encode.encode_part(
        plan,
        part,
        target,
        identity=encode.free_identity(plan.coded.taken, number),
        binary=place.binary,
        room=place.room,
        environment=place.environment,
        on_progress=told.picture,
    )
    return target
