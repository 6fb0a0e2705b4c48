"""phototovideonotrain: the photo itself, scaled, with a mouth that follows the voice, and a hand where Prompt asks for
gestures.

The docs give no sizes beside 720P and 1080P: the photo is fitted into 1280×720 or 1920×1080, turned for
upright ones. A photo in which no face is found (a cartoon, an animal) speaks without moving; several human faces
fail, and so does none where that is asked for (--photo-faces strict).
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from mediaprep.contract import codes
from mediaprep.emulator.render.drawing import lips, mouth
from mediaprep.emulator.render.drawing.figure import MOUTHS
from mediaprep.emulator.render.drawing.raised_hand import RaisedHand, asked_for, height_at
from mediaprep.emulator.render.encode import Reel, encode
from mediaprep.emulator.render.planes import planes_of
from mediaprep.emulator.render.presenter import FPS, Rgb, picture_of_size
from mediaprep.emulator.render.voice import drive
from mediaprep.emulator.render.voice.voiced import subtitles, voice_of_task
from mediaprep.emulator.work import RenderedProduct, Spoiled, Work
from mediaprep.media.ffmpeg import Binary
from mediaprep.model.facts import PhotoFacts
from mediaprep.model.findings import Text

log = logging.getLogger(__name__)

_UNREADABLE = 801507
_LONGEST_SECONDS, _TOO_LONG = 60.0, 801510
_FACES = 802001
_FACELESS = Text(
    "no human face is found in RefPhotoUrl: it was driven all the same, as animals and cartoons are; its mouth stays "
    "(--photo-faces strict fails such photos with 802001)",
    "RefPhotoUrl 未检出人脸：按动物或卡通照常制作，嘴部不动（--photo-faces strict 时以 802001 失败）",
)
_BOXES = {0: (1280, 720), 1: (1920, 1080)}


def render(work: Work, binary: Binary) -> RenderedProduct:
    """Raises Spoiled(802001) for the photo's faces, Spoiled(801510) for more than the documented 60 s of speech."""
    source, facts = work.files.get("RefPhotoUrl"), work.facts.get("RefPhotoUrl")
    if source is None or not isinstance(facts, PhotoFacts):
        raise Spoiled(_UNREADABLE, "没有照片 (no photo)")
    notes = _judged(facts, strict=work.strict_faces)
    voiced = voice_of_task(work, binary, work.request)
    if voiced.drive.seconds > _LONGEST_SECONDS:
        raise Spoiled(_TOO_LONG, f"音频 {voiced.drive.seconds:.1f} 秒，超过 60 秒 (speech longer than 60 s)")
    param: Mapping[str, Any] = work.request.get("VideoParam") or {}
    size = fitted(facts.width, facts.height, _BOXES.get(param.get("Resolution") or 0, _BOXES[0]))
    picture = picture_of_size(source, size)
    frames = voiced.drive.frames(FPS)
    reel = Reel(
        width=size[0],
        height=size[1],
        fps=FPS,
        frames=frames,
        pictures=_pictures(
            picture, drive.openness(voiced.drive, FPS, frames), asked_for(str(param.get("Prompt") or ""))
        ),
    )
    target = encode(binary, reel, voiced.drive.path, work.folder / f"{work.task_id}.mp4")
    return RenderedProduct(media=target, seconds=reel.seconds, subtitles=subtitles(work, voiced), notes=notes)


def _judged(facts: PhotoFacts, *, strict: bool) -> tuple[Text, ...]:
    """What is to be noted of the photo's faces. Raises Spoiled(802001)."""
    found = facts.face_count
    if found is not None and (found > 1 or (strict and found == 0)):
        meaning = codes.TASK[_FACES].meaning.zh
        raise Spoiled(_FACES, f"{meaning}: RefPhotoUrl: {found} 张人脸，要求 1 张 (faces; one is wanted)")
    return (_FACELESS,) if found == 0 else ()


def fitted(width: int, height: int, box: tuple[int, int]) -> tuple[int, int]:
    """Even sides with the photo's proportions that fill the box, or the turned box for an upright photo."""
    longer, shorter = box
    scale = min(longer / max(width, height), shorter / min(width, height))
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def _pictures(picture: Rgb, openings: npt.NDArray[np.float32], gestures: bool) -> Iterator[bytes]:
    find = lips.finder()
    here = None if find is None else lips.of_picture(np.ascontiguousarray(picture[..., ::-1]), find)
    if here is None and find is not None:
        log.info("no face in the photo: it speaks without moving")
    still = planes_of(picture)
    hand = RaisedHand((picture.shape[1], picture.shape[0])) if gestures else None

    @functools.cache
    def frame_of(position: int) -> npt.NDArray[np.uint8]:
        planes = still.copy()
        if here is not None:
            mouth.speak(planes, here, position / MOUTHS)
        return planes

    for number, opening in enumerate(openings):
        frame = frame_of(round(float(opening) * MOUTHS))
        up = height_at(float(number / FPS))
        if hand is not None and up:
            frame = frame.copy()
            hand.over(frame, up)
        yield frame.tobytes()
