"""videomakewithppt: one card a page, as long as the page's voice; pages follow each other.

The pages themselves are not drawn: a card names the page. Its colour changes from page to page.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from mediaprep.emulator import catalogue
from mediaprep.emulator.render import card, drive
from mediaprep.emulator.render.encode import Container, Reel, encode
from mediaprep.emulator.render.presenter import FPS
from mediaprep.emulator.render.voiced import voice_of_task
from mediaprep.emulator.work import Product, Spoiled, Work
from mediaprep.media.ffmpeg import Binary

_NOTHING = 801501
_SIZE = (1920, 1080)
_COLOURS: tuple[card.Colour, ...] = ((226, 232, 240), (254, 240, 214), (220, 240, 226), (236, 226, 244))


def render(work: Work, binary: Binary) -> Product:
    """The sum of all pages. Raises Spoiled without pages."""
    pages = [page for page in work.request.get("PageConfigs") or () if isinstance(page, Mapping)]
    if not pages:
        raise Spoiled(_NOTHING, "PageConfigs 为空 (no pages)")
    voices = [_voice(work, binary, index, page) for index, page in enumerate(pages)]
    lengths = [voice.frames(FPS) for voice in voices]
    width, height = _size(pages)
    sound = drive.joined(
        [(voice.path, float(length / FPS)) for voice, length in zip(voices, lengths, strict=True)],
        work.folder / "pages.wav",
    )
    reel = Reel(
        width=width,
        height=height,
        fps=FPS,
        frames=sum(lengths),
        pictures=itertools.chain.from_iterable(
            _page(index, page, (width, height), voice, length)
            for index, (page, voice, length) in enumerate(zip(pages, voices, lengths, strict=True))
        ),
    )
    target = encode(binary, reel, sound.path, work.folder / f"{work.task_id}.mp4")
    return Product(media=target, seconds=reel.seconds)


def _voice(work: Work, binary: Binary, index: int, page: Mapping[str, Any]) -> drive.Drive:
    """Every page's voice in one form, so that they can be joined."""
    everywhere: Mapping[str, Any] = (work.request.get("GlobalConfig") or {}).get("SpeechParam") or {}
    here = page.get("SpeechParam") or {}
    manner = {**everywhere, **{name: value for name, value in here.items() if value}}  # 0 and "" mean unset
    voiced = voice_of_task(
        work, binary, page, path=f"PageConfigs[{index}].", manner=manner, name=f"page{index}"
    )
    if voiced.speech is None:
        return voiced.drive
    return drive.decoded(binary, voiced.drive.path, work.folder / f"page{index}-form.wav")


def _size(pages: list[Mapping[str, Any]]) -> tuple[int, int]:
    """Of the first avatar; all pages must share one size."""
    known = catalogue.load().avatars
    shown = (known.get(str(page.get("VirtualmanKey") or "")) for page in pages)
    return next((avatar.size for avatar in shown if avatar), _SIZE)


def _page(
    index: int, page: Mapping[str, Any], size: tuple[int, int], voice: drive.Drive, length: int
) -> Iterator[bytes]:
    scene = card.Scene(
        width=size[0],
        height=size[1],
        ground=_COLOURS[index % len(_COLOURS)],
        lines=(f"PAGE {index + 1}",),
        presenter=(0.84, 0.5) if page.get("VirtualmanKey") else None,
    )
    return card.frames(scene, drive.openness(voice, FPS, length), Container.MP4)
