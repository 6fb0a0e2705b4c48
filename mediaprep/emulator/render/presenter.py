"""videomake and videomakeadvanced: a drawn presenter of the avatar's size who speaks.

Format decides the container: TransparentWebm (VP9 with alpha), TransparentMov (QuickTime Animation with
alpha), Mp4 (green ground for keyed avatars, or BackgroundFileUrl). Logos, head, tail and burnt-in subtitles
of the advanced endpoint are not drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mediaprep.emulator.render.drawing import footage, presenter_card, splice
from mediaprep.emulator.render.encode import Container, Reel, encode
from mediaprep.emulator.render.voice import drive
from mediaprep.emulator.render.voice.voiced import subtitles, voice_of_task
from mediaprep.emulator.work import RenderedProduct, Work
from mediaprep.media.ffmpeg import Binary
from mediaprep.model.facts import VideoFacts

FPS = Fraction(25)
_SIZE = (1920, 1080)
_STUDIO: presenter_card.Colour = (198, 206, 216)  # the ground of footage that is not keyed
_BACKGROUND = "VideoParam.BackgroundFileUrl"
_FORMATS = {
    "TransparentWebm": Container.WEBM,
    "TransparentMov": Container.MOV,
    "Mp4": Container.MP4,
}
_DEFAULTS = {"basic": Container.WEBM, "advanced": Container.MP4}


def render(work: Work, binary: Binary) -> RenderedProduct:
    """A video as long as the voice."""
    container = container_of(work.endpoint, work.request)
    voiced = voice_of_task(work, binary, work.request)
    avatar = work.catalogue.avatar(work.request.get("VirtualmanKey"))
    width, height = avatar.size if avatar else _SIZE
    frames = voiced.drive.frames(FPS)
    scene = presenter_card.Scene(
        width=width,
        height=height,
        ground=_ground(work, container, keyed=avatar is None or avatar.keyed, size=(width, height)),
        lines=(avatar.key if avatar else work.endpoint, f"{width}X{height}"),
    )
    reel = Reel(
        width=width,
        height=height,
        fps=FPS,
        frames=frames,
        container=container,
        pictures=_pictures(work, binary, scene, container, drive.openness(voiced.drive, FPS, frames)),
    )
    target = encode(binary, reel, voiced.drive.path, work.folder / f"{work.task_id}.{container.value}")
    return RenderedProduct(media=target, seconds=reel.seconds, subtitles=subtitles(work, voiced))


def container_of(endpoint: str, request: Mapping[str, Any]) -> Container:
    """By VideoParam.Format, where the endpoint has one; else MP4."""
    default = _DEFAULTS.get(endpoint)
    param: Mapping[str, Any] = request.get("VideoParam") or {}
    return Container.MP4 if default is None else _FORMATS.get(str(param.get("Format") or ""), default)


def _ground(
    work: Work, container: Container, *, keyed: bool, size: tuple[int, int]
) -> presenter_card.Colour | presenter_card.Rgb | None:
    if container is not Container.MP4:
        return None
    background = work.files.get(_BACKGROUND)
    if background is None:
        return presenter_card.GREEN if keyed else _STUDIO
    if isinstance(work.facts.get(_BACKGROUND), VideoFacts):
        return None  # moves: laid below frame by frame
    return picture_of_size(background, size)


def picture_of_size(path: Path, size: tuple[int, int]) -> presenter_card.Rgb:
    """A photo as RGB of exactly this size; its own should be the same."""
    from mediaprep.media import pictures

    _, pixels, _ = pictures.read_pixels(path)
    rows = np.arange(size[1]) * pixels.shape[0] // size[1]
    columns = np.arange(size[0]) * pixels.shape[1] // size[0]
    return np.ascontiguousarray(pixels[rows][:, columns])


def _pictures(
    work: Work,
    binary: Binary,
    scene: presenter_card.Scene,
    container: Container,
    openings: npt.NDArray[np.float32],
) -> Iterator[bytes]:
    if container is not Container.MP4 or scene.ground is not None:
        yield from presenter_card.frames(scene, openings, container)
        return
    total = len(openings)
    copy = footage.prepare(
        binary, work.files[_BACKGROUND], work.folder / "background",
        size=(scene.width, scene.height), fps=FPS, start=0.0, frames=total,
    )  # fmt: skip
    numbers = splice.order(splice.Manner.FORWARD, copy.frames, total)
    yield from presenter_card.over(scene, openings, (planes for _, planes in copy.pictures(numbers)))
    copy.remove()
