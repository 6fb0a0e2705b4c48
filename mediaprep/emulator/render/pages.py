"""videomakewithppt: the pages of the deck, each as long as its voice, with a presenter where a page names one.

A page takes what it does not say from GlobalConfig; 0 and "" are not said. Hidden pages count and are shown, which the
docs leave open. Without any avatar the video is 1920×1080. The way in which pages became pictures (LibreOffice, PDF, a
card in their place) stands in the log and in the container's description.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mediaprep.contract import endpoints
from mediaprep.emulator.account.catalogue import Catalogue
from mediaprep.emulator.render import presenter
from mediaprep.emulator.render.drawing import acting, stage
from mediaprep.emulator.render.drawing.figure import Pose
from mediaprep.emulator.render.drawing.sprites import Sprite
from mediaprep.emulator.render.drawing.subtitling import burnt
from mediaprep.emulator.render.encode import Reel, encode
from mediaprep.emulator.render.planes import BT709, planes_of
from mediaprep.emulator.render.presenter import FPS, logos_of
from mediaprep.emulator.render.voice import drive
from mediaprep.emulator.render.voice.speech import SpokenSound
from mediaprep.emulator.render.voice.voiced import voice_of_task
from mediaprep.emulator.work import RenderedProduct, Spoiled, Work
from mediaprep.errors import BadAsset
from mediaprep.media.decks import page_images
from mediaprep.media.ffmpeg import Binary
from mediaprep.model.decks.page_pictures import WHITE, Fit, Framing, PictureSource
from mediaprep.model.facts import DeckFacts

log = logging.getLogger(__name__)

_NOTHING, _BAD_DECK, _NO_SUBTITLES = 801501, 801009, 801506
_SIZE = (1920, 1080)
_CRF = 12  # what stands still costs little, and small letters need it
_DECK = "PPTFileUrl"
_TEXT = ("", endpoints.TEXT)
_FITS = {0: Fit.STRETCH, 1: Fit.LETTERBOX}


@dataclass(frozen=True, kw_only=True)
class RenderedPage:
    """One page as it will be shown: its voice, and how many frames that takes."""

    number: int
    voice: drive.DrivingSound
    speech: SpokenSound | None
    poses: list[Pose]
    stand: stage.Stand | None

    @property
    def frames(self) -> int:
        return len(self.poses)


def render(work: Work, binary: Binary) -> RenderedProduct:
    """The first pages of the deck, as many as PageConfigs has. Raises Spoiled without pages, or with a deck or logo
    that cannot be used."""
    configs = [page for page in work.request.get("PageConfigs") or () if isinstance(page, Mapping)]
    if not configs:
        raise Spoiled(_NOTHING, "PageConfigs 为空 (no pages)")
    everywhere: Mapping[str, Any] = work.request.get("GlobalConfig") or {}
    framing = framing_of(everywhere, _size(configs, work.catalogue))
    pages = [_page(work, binary, index, config, everywhere) for index, config in enumerate(configs)]
    sound = drive.joined(
        [(page.voice.path, float(page.frames / FPS)) for page in pages], work.folder / "pages.wav"
    )
    frame = (framing.width, framing.height)
    logos = logos_of(work, everywhere.get("LogoParams"), "GlobalConfig.LogoParams", frame, _BAD_DECK)
    with _deck(work, len(pages)) as deck:
        reel = Reel(
            width=framing.width,
            height=framing.height,
            fps=FPS,
            frames=sum(page.frames for page in pages),
            pictures=_frames(deck, pages, framing, logos),
            crf=_CRF,
            bt709=True,
            burnt=burnt(_said(pages), frame, FPS, work.folder / "captions")
            if everywhere.get("ShowSubtitles")
            else None,
            note=_ways(deck.ways),
        )
        log.info("task %s: %s", work.task_id, reel.note)
        target = encode(binary, reel, sound.path, work.folder / f"{work.task_id}.mp4")
    return RenderedProduct(media=target, seconds=reel.seconds)


def framing_of(everywhere: Mapping[str, Any], size: tuple[int, int]) -> Framing:
    """How pages are fitted into the video: AdaptationType and BackgroundColor."""
    colour = str(everywhere.get("BackgroundColor") or "").lstrip("#")
    background = (int(colour[:2], 16), int(colour[2:4], 16), int(colour[4:6], 16)) if colour else WHITE
    fit = _FITS.get(int(everywhere.get("AdaptationType") or 0), Fit.STRETCH)
    return Framing(width=size[0], height=size[1], fit=fit, background=background)


def _size(configs: Sequence[Mapping[str, Any]], known: Catalogue) -> tuple[int, int]:
    """Of the first avatar; all pages must share one size."""
    shown = (known.avatar(page.get("VirtualmanKey")) for page in configs)
    return next((avatar.size for avatar in shown if avatar), _SIZE)


def _page(
    work: Work, binary: Binary, index: int, config: Mapping[str, Any], everywhere: Mapping[str, Any]
) -> RenderedPage:
    """The page's voice, in the one form in which voices can be joined."""
    manner = inherited(everywhere.get("SpeechParam"), config.get("SpeechParam"))
    if everywhere.get("ShowSubtitles") and str(config.get("DriverType") or "") in _TEXT:
        _refuse_mute(work.catalogue, str(manner.get("TimbreKey") or ""))
    voiced = voice_of_task(
        work, binary, config, path=f"PageConfigs[{index}].", manner=manner, name=f"page{index}"
    )
    voice = voiced.drive
    if voiced.speech is not None:
        voice = drive.decoded(binary, voice.path, work.folder / f"page{index}-form.wav")
    return RenderedPage(
        number=index + 1,
        voice=voice,
        speech=voiced.speech,
        poses=_poses(work, config, everywhere, voice, voiced.speech),
        stand=stand_of(config, everywhere, work.catalogue),
    )


def _poses(
    work: Work,
    config: Mapping[str, Any],
    everywhere: Mapping[str, Any],
    voice: drive.DrivingSound,
    speech: SpokenSound | None,
) -> list[Pose]:
    """What the page's avatar does; without one only their number counts."""
    frames, avatar = voice.frames(FPS), work.catalogue.avatar(config.get("VirtualmanKey"))
    if avatar is None:
        return [Pose()] * frames
    video = inherited(everywhere.get("VideoParam"), config.get("VideoParam"))
    samples = [(param.get("VideoParam") or {}).get("SmallSampleParam") for param in (everywhere, config)]
    return acting.poses(
        voice,
        frames,
        FPS,
        gestures=acting.Acting(avatar, work.catalogue.actions, work.seed).gestures(config, video, speech),
        footage=acting.Acting(avatar, work.catalogue.actions, work.seed).footage(inherited(*samples), frames),
        seed=work.seed,
    )


def _refuse_mute(known: Catalogue, timbre: str) -> None:
    """Raises Spoiled for a voice that comes without subtitles. Which code that has is not documented: taken is the one
    whose meaning names subtitles."""
    voice = known.voice(timbre)
    if voice is not None and not voice.subtitles:
        raise Spoiled(_NO_SUBTITLES, f"ShowSubtitles: 音色 {timbre} 不支持字幕 (this voice has no subtitles)")


def inherited(everywhere: object, here: object) -> dict[str, Any]:
    """The values of a page over those of GlobalConfig; 0 and "" do not cover anything."""
    return {
        name: value
        for values in (everywhere, here)
        if isinstance(values, Mapping)
        for name, value in values.items()
        if value
    }


def stand_of(
    config: Mapping[str, Any], everywhere: Mapping[str, Any], known: Catalogue
) -> stage.Stand | None:
    """Where the page's avatar stands; None without one."""
    avatar = known.avatar(config.get("VirtualmanKey"))
    if avatar is None:
        return None
    anchors = [(param.get("VideoParam") or {}).get("AnchorParam") for param in (everywhere, config)]
    return presenter.stand_of(avatar, inherited(*anchors), known)


@contextlib.contextmanager
def _deck(work: Work, pages: int) -> Iterator[page_images.PagePictures]:
    """The deck's pages as pictures. What is wrong with it, then or later, is Spoiled."""
    facts = work.facts.get(_DECK)
    if not isinstance(facts, DeckFacts):
        raise Spoiled(_BAD_DECK, f"{_DECK}: 没有文稿 (no deck)")
    try:
        with page_images.opened(work.files[_DECK], facts, pages=range(1, pages + 1)) as deck:
            if len(deck.ways) < pages:
                raise Spoiled(
                    _BAD_DECK,
                    f"PageConfigs: {pages} 页, 文稿只有 {len(deck.ways)} 页 (more than the deck has)",
                )
            yield deck
    except BadAsset as error:
        raise Spoiled(_BAD_DECK, f"{_DECK}: {error.zh} ({error.en})") from error


def _frames(
    deck: page_images.PagePictures,
    pages: Sequence[RenderedPage],
    framing: Framing,
    logos: Sequence[Sprite],
) -> Iterator[bytes]:
    """Page after page; only one picture is held."""
    for page in pages:
        ground = planes_of(deck.picture(page.number, framing), BT709)
        played = stage.Stage((framing.width, framing.height), page.stand, logos)
        yield from played.before_still(ground, page.poses)


def _said(pages: Sequence[RenderedPage]) -> Iterator[tuple[int, SpokenSound]]:
    """(first frame, speech) of every text-driven page."""
    first = 0
    for page in pages:
        if page.speech is not None:
            yield first, page.speech
        first += page.frames


def _ways(ways: Mapping[int, PictureSource]) -> str:
    """pages 1, 2, 3 by LibreOffice; 4 by card"""
    told = []
    for way in PictureSource:
        numbers = [str(number) for number, found in ways.items() if found is way]
        if numbers:
            told.append(f"{', '.join(numbers)} by {way.value}")
    return "pages " + "; ".join(told)
