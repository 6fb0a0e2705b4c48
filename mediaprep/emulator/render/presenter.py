"""videomake and videomakeadvanced: a drawn presenter who speaks.

Format decides the container: TransparentWebm (VP9 with alpha), TransparentMov (QuickTime Animation with alpha), Mp4
(green ground for keyed avatars, or BackgroundFileUrl; others stand in a studio of their own). Of the editing of
advanced only AnchorParam counts where the ground is transparent. Head and tail are shown as they are: no logo lies over
them, and subtitles begin behind the head.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mediaprep.emulator.account.catalogue import Catalogue, CatalogueAvatar
from mediaprep.emulator.render.clips import SplicedClip, clip_of
from mediaprep.emulator.render.drawing import acting, footage, splice, stage
from mediaprep.emulator.render.drawing.figure import Pose
from mediaprep.emulator.render.drawing.sprites import Planes, Sprite
from mediaprep.emulator.render.drawing.subtitling import Look, burnt
from mediaprep.emulator.render.drawing.wardrobe import wardrobe_of
from mediaprep.emulator.render.encode import Container, Reel, encode
from mediaprep.emulator.render.planes import BT709, planes_of
from mediaprep.emulator.render.voice import drive
from mediaprep.emulator.render.voice.voiced import Voiced, subtitles, voice_of_task
from mediaprep.emulator.work import RenderedProduct, Spoiled, Work
from mediaprep.errors import BadAsset
from mediaprep.media.ffmpeg import Binary
from mediaprep.model.facts import VideoFacts

FPS = Fraction(25)
Rgb = npt.NDArray[np.uint8]
GREEN = (0, 177, 64)
_WALL, _FLOOR, _FLOOR_FROM = ((214, 222, 232), (178, 190, 206)), (150, 138, 128), 0.82
_BACKGROUND, _HEAD, _TAIL = (f"VideoParam.{name}FileUrl" for name in ("Background", "VideoHead", "VideoTail"))
_BAD_LOGO = 801506
_FORMATS = {
    "TransparentWebm": Container.WEBM,
    "TransparentMov": Container.MOV,
    "Mp4": Container.MP4,
}
_DEFAULTS = {"basic": Container.WEBM, "advanced": Container.MP4}


@dataclass(frozen=True, kw_only=True)
class Show:
    """What is shown of one task: who stands where and what they do, in frames of `size`."""

    stand: stage.Stand
    size: tuple[int, int]
    poses: list[Pose]
    voiced: Voiced


def render(work: Work, binary: Binary) -> RenderedProduct:
    """A video as long as the voice, and its head and tail. Raises Spoiled for a logo or voice that cannot be used."""
    container = container_of(work.endpoint, work.request)
    show = _show(work, binary)
    target = work.folder / f"{work.task_id}.{container.value}"
    if container is Container.MP4:
        return _edited(work, binary, show, target)
    reel = Reel(
        width=show.size[0],
        height=show.size[1],
        fps=FPS,
        frames=len(show.poses),
        container=container,
        pictures=stage.clear_frames(show.size, show.stand, show.poses),
    )
    encode(binary, reel, show.voiced.drive.path, target)
    written = subtitles(work, show.voiced, _look(work, show.size).layout)
    return RenderedProduct(media=target, seconds=reel.seconds, subtitles=written)


def container_of(endpoint: str, request: Mapping[str, Any]) -> Container:
    """By VideoParam.Format, where the endpoint has one; else MP4."""
    default = _DEFAULTS.get(endpoint)
    return (
        Container.MP4 if default is None else _FORMATS.get(str(_video(request).get("Format") or ""), default)
    )


def _video(request: Mapping[str, Any]) -> Mapping[str, Any]:
    param: Mapping[str, Any] = request.get("VideoParam") or {}
    return param


def _show(work: Work, binary: Binary) -> Show:
    voiced = voice_of_task(work, binary, work.request)
    video = _video(work.request) if work.endpoint == "advanced" else {}
    known = work.catalogue
    avatar = known.avatar(work.request.get("VirtualmanKey")) or next(iter(known.avatars.values()))
    actor = acting.Acting(avatar, known.actions, work.seed)
    frames = voiced.drive.frames(FPS)
    return Show(
        stand=stand_of(avatar, video.get("AnchorParam") or {}, known),
        size=avatar.size,
        poses=acting.poses(
            voiced.drive,
            frames,
            FPS,
            gestures=actor.gestures(work.request, video, voiced.speech),
            footage=actor.footage(video.get("SmallSampleParam") or {}, frames),
            seed=work.seed,
        ),
        voiced=voiced,
    )


def stand_of(avatar: CatalogueAvatar, anchor: Mapping[str, Any], known: Catalogue) -> stage.Stand:
    """AnchorParam as it came; what it does not say is the default."""
    return stage.Stand(
        avatar=avatar,
        horizontal=float(anchor.get("HorizontalPosition") or 0),
        vertical=float(anchor.get("VerticalPosition") or 0),
        scale=float(anchor.get("Scale") or 1),
        degrees=int(anchor.get("Angle") or 0),
        worn=wardrobe_of(avatar, known, str(anchor.get("AnchorExtraParam") or "")),
    )


def _edited(work: Work, binary: Binary, show: Show, target: Path) -> RenderedProduct:
    """The Mp4: head, presenter over a ground and under logos and subtitles, tail."""
    video, look = _video(work.request), _look(work, show.size)
    head = clip_of(work, binary, _HEAD, show.size, FPS)
    tail = clip_of(work, binary, _TAIL, show.size, FPS)
    lead, length = (0 if head is None else head.frames), len(show.poses)
    speech = show.voiced.speech
    shown = burnt([(lead, speech)], show.size, FPS, work.folder / "captions", look) if (
        video.get("ShowSubtitles") and speech
    ) else None  # fmt: skip
    reel = Reel(
        width=show.size[0],
        height=show.size[1],
        fps=FPS,
        frames=lead + length + (0 if tail is None else tail.frames),
        pictures=_parts(work, binary, show, head, tail),
        bt709=True,
        burnt=shown,
    )
    sound = _sound(work, binary, show, head, tail)
    encode(binary, reel, sound.path, target)
    written = subtitles(work, show.voiced, look.layout, later=float(lead / FPS))
    return RenderedProduct(media=target, seconds=reel.seconds, subtitles=written)


def _look(work: Work, size: tuple[int, int]) -> Look:
    return (
        Look.of(_video(work.request).get("SubtitlesParam") or {}, size)
        if work.endpoint == "advanced"
        else Look()
    )


def _parts(
    work: Work, binary: Binary, show: Show, head: SplicedClip | None, tail: SplicedClip | None
) -> Iterator[bytes]:
    if head is not None:
        yield from head.pictures()
    yield from _presented(work, binary, show)
    if tail is not None:
        yield from tail.pictures()


def _presented(work: Work, binary: Binary, show: Show) -> Iterator[bytes]:
    played = stage.Stage(show.size, show.stand, _logos(work, show.size))
    keyed = show.stand.avatar.keyed
    background = work.files.get(_BACKGROUND) if keyed else None
    if background is not None and isinstance(work.facts.get(_BACKGROUND), VideoFacts):
        total = len(show.poses)
        copy = footage.prepare(
            binary, background, work.folder / "background", size=show.size, fps=FPS, start=0.0, frames=total,
            bt709=True,
        )  # fmt: skip
        numbers = splice.order(splice.Manner.FORWARD, copy.frames, total)
        yield from played.before((planes for _, planes in copy.pictures(numbers)), show.poses)
        copy.remove()
    else:
        yield from played.before_still(_ground(background, show.size, keyed=keyed), show.poses)


def _ground(background: Path | None, size: tuple[int, int], *, keyed: bool) -> Planes:
    if background is not None:
        return planes_of(picture_of_size(background, size), BT709)
    picture: Rgb = np.zeros((size[1], size[0], 3), dtype=np.uint8)
    if keyed:
        picture[:] = GREEN
    else:  # a wall that grows darker downward, and a floor
        floor = round(size[1] * _FLOOR_FROM)
        share = np.linspace(0, 1, floor)[:, None]
        above, below = (np.array(colour, dtype=np.float64) for colour in _WALL)
        picture[:floor] = np.rint(above + (below - above) * share)[:, None, :]
        picture[floor:] = _FLOOR
    return planes_of(picture, BT709)


def picture_of_size(path: Path, size: tuple[int, int]) -> Rgb:
    """A photo as RGB of exactly this size; its own should be the same."""
    from mediaprep.media import pictures

    _, pixels, _ = pictures.read_pixels(path)
    rows = np.arange(size[1]) * pixels.shape[0] // size[1]
    columns = np.arange(size[0]) * pixels.shape[1] // size[0]
    return np.ascontiguousarray(pixels[rows][:, columns])


def _logos(work: Work, size: tuple[int, int]) -> list[Sprite]:
    rows = _video(work.request).get("LogoParams") or () if work.endpoint == "advanced" else ()
    return logos_of(work, rows, "VideoParam.LogoParams", size, _BAD_LOGO)


def logos_of(work: Work, rows: Any, path: str, size: tuple[int, int], code: int) -> list[Sprite]:
    """LogoParams at a wire path, in their order, as far as they are seen. Raises Spoiled(code)."""
    found = []
    for index, row in enumerate(rows or ()):
        place = f"{path}[{index}].LogoFileUrl"
        if place not in work.files:
            continue
        x, y = int(row.get("PositionX") or 0), int(row.get("PositionY") or 0)
        try:
            found.append(stage.logo(work.files[place], x, y, float(row.get("Scale") or 1), size))
        except BadAsset as error:
            raise Spoiled(code, f"{place}: {error.zh} ({error.en})") from error
    return [sprite for sprite in found if sprite is not None]


def _sound(
    work: Work, binary: Binary, show: Show, head: SplicedClip | None, tail: SplicedClip | None
) -> drive.DrivingSound:
    """The voice between the sounds of head and tail."""
    voice = show.voiced.drive
    if head is None and tail is None:
        return voice
    voice = drive.decoded(
        binary, voice.path, work.folder / "voice-form.wav"
    )  # the form in which sounds are joined
    seconds = float(len(show.poses) / FPS)
    parts: list[tuple[Path | None, float]] = [(voice.path, seconds)]
    if head is not None:
        parts.insert(0, (head.sound, float(head.frames / FPS)))
    if tail is not None:
        parts.append((tail.sound, float(tail.frames / FPS)))
    return drive.joined(parts, work.folder / "joined.wav")
