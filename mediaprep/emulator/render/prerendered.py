"""Results without rendering, for load tests: one tiny file a kind, made once, with the task's id written over
its container comment, so that a file of another task can be told.

The words of a script are spread evenly over the second that every file lasts.
"""

from __future__ import annotations

import os
import threading
import wave
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np

from mediaprep.contract.script import ssml
from mediaprep.emulator.render import encode, presenter, provider_label
from mediaprep.emulator.render.voice.characters import is_spoken
from mediaprep.emulator.render.voice.sentences import Layout, srt, timestamps
from mediaprep.emulator.render.voice.speech import SpokenSound, Stamp
from mediaprep.emulator.work import RenderedProduct, Work
from mediaprep.media.ffmpeg import find

SECONDS: Final = 1
_RATE: Final = 24000
_SIZE: Final = (160, 90)
_NOBODY: Final = "0" * 32  # stands where a TaskId will


class Prerendered:
    """Templates in `folder`, made when the first task of their kind needs them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._templates: dict[tuple[str, bool], bytes] = {}

    def render(self, work: Work) -> RenderedProduct:
        """A second of silence with a grey picture. Raises ToolMissing or ToolFailed when no template can be
        made."""
        suffix = _suffix(work)
        media = work.folder / f"{work.task_id}.{suffix}"
        media.write_bytes(
            self._template(suffix, work.labels).replace(_NOBODY.encode(), work.task_id.encode())
        )
        speech = _even(str(work.request.get("InputSsml") or ""), media)
        subtitles = None
        if work.subtitles:
            subtitles = work.folder / f"{work.task_id}.srt"
            subtitles.write_text(srt(speech), encoding="utf-8")
        stamps = timestamps(speech, Layout.of(work.request)) if work.endpoint == "tts" else None
        return RenderedProduct(media=media, seconds=float(SECONDS), subtitles=subtitles, timestamps=stamps)

    def _template(self, suffix: str, labelled: bool) -> bytes:
        with self._lock:
            if (suffix, labelled) not in self._templates:
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                made = _made(self._folder / f"template.{suffix}", labelled)
                self._templates[suffix, labelled] = made
            return self._templates[suffix, labelled]


def _suffix(work: Work) -> str:
    if work.endpoint == "tts":
        return str(work.request.get("Codec") or "mp3")
    return presenter.container_of(work.endpoint, work.request).value


def _made(target: Path, labelled: bool) -> bytes:
    """The template's bytes; its comment holds nobody's id exactly once."""
    binary = find(os.environ.get("MEDIAPREP_FFMPEG") or None)
    silence = target.with_suffix(".silence.wav")
    comment = f"{encode.COMMENT} {_NOBODY}"
    with wave.open(str(silence), "wb") as sound:
        sound.setparams((1, 2, _RATE, 0, "NONE", ""))
        sound.writeframes(bytes(2 * _RATE * SECONDS))
    try:
        if target.suffix in (".mp3", ".wav"):
            encode.encode_sound(binary, silence, float(SECONDS), target, comment=comment)
        else:
            container = encode.Container(target.suffix.lstrip("."))
            frames = SECONDS * presenter.FPS.numerator
            reel = encode.Reel(
                width=_SIZE[0],
                height=_SIZE[1],
                fps=Fraction(presenter.FPS),
                frames=frames,
                pictures=[_grey(container)] * frames,
                container=container,
            )
            encode.encode(binary, reel, silence, target, comment=comment)
        if labelled:
            provider_label.write(target, "prerendered", binary)
    finally:
        silence.unlink(missing_ok=True)
    return target.read_bytes()


def _grey(container: encode.Container) -> bytes:
    width, height = _SIZE
    if container.frame_format == "yuv420p":
        return bytes([128]) * (width * height * 3 // 2)
    return np.full((height, width, 4), 128, dtype=np.uint8).tobytes()


def _even(text: str, media: Path) -> SpokenSound:
    """The script as if every character took the same time."""
    plain = ssml.read(text).plain
    spoken = [at for at, character in enumerate(plain) if is_spoken(character)]
    samples = _RATE * SECONDS
    bounds = [samples * n // max(1, len(spoken)) for n in range(len(spoken) + 1)]
    stamps = tuple(
        Stamp(at=at, start=start, end=end) for at, start, end in zip(spoken, bounds, bounds[1:], strict=False)
    )
    return SpokenSound(path=media, sample_rate=_RATE, samples=samples, text=plain, stamps=stamps)
