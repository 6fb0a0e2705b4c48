"""Speech: a script becomes a wave file and a stamp for every spoken character.

espeak-ng runs in a child of its own (voicebox.py); this file is the only one that knows where its library
lies. Sound is written utterance by utterance, so an hour of it needs no more memory than a sentence.
"""

from __future__ import annotations

import json
import subprocess
import sys
import wave
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import gcd
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mediaprep.emulator.render.voice import voicebox
from mediaprep.emulator.render.voice.characters import is_han, is_latin, is_spoken
from mediaprep.emulator.render.voice.pieces import Rest, Say, Utterance, utterances
from mediaprep.emulator.render.voice.voices import SpeakingStyle, gain_of, rate_of, voice_of
from mediaprep.errors import ToolFailed, ToolMissing
from mediaprep.media.isolation import children

Samples = npt.NDArray[np.int16]
_SECONDS_A_CHARACTER = 0.2  # of wall clock, far more than espeak needs
_LEAST_SECONDS = 30.0
_FADE_SECONDS = 0.004  # at a rest inside a sentence, so that the cut does not click


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """One spoken character: its place in `Speech.text`, and from which sample to which it sounds."""

    at: int
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class SpokenSound:
    """A mono s16 wave file. `text` is what is shown for it; stamps rise and never overlap."""

    path: Path
    sample_rate: int
    samples: int
    text: str
    stamps: tuple[Stamp, ...]

    @property
    def seconds(self) -> float:
        return self.samples / self.sample_rate


def speak(
    pieces: Iterable[Say | Rest], target: Path, style: SpeakingStyle, *, sample_rate: int = 24000
) -> SpokenSound:
    """Write the pieces as speech to `target` (wav). Raises ToolMissing without espeakng-loader, ToolFailed
    when espeak-ng fails or there is nothing to say."""
    parts = utterances(pieces)
    if not any(part.has_voice for part in parts):
        raise ToolFailed("the script has nothing to speak", "文本中没有可朗读的内容")
    said = _run(parts, style, target)
    raw = target.with_suffix(".raw")
    gain = gain_of(style)
    book = _Book(sample_rate)
    try:
        with wave.open(str(target), "wb") as sound, raw.open("rb") as source:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(sample_rate)
            for part, answer in zip(parts, said["utterances"], strict=True):
                heard = np.frombuffer(source.read(answer["samples"] * 2), dtype=np.int16)
                block = _resampled(heard, said["rate"], sample_rate, gain)
                sound.writeframes(book.enter(part, answer, block).tobytes())
    finally:
        raw.unlink(missing_ok=True)
    return SpokenSound(
        path=target,
        sample_rate=sample_rate,
        samples=book.samples,
        text=book.text,
        stamps=tuple(book.stamps),
    )


def _run(parts: Sequence[Utterance], style: SpeakingStyle, target: Path) -> Mapping[str, Any]:
    """Have the child say all utterances into `target` with suffix .raw; its answer."""
    try:
        import espeakng_loader
    except ImportError as error:
        raise ToolMissing(
            "no espeak-ng: pip install 'mediaprep[emulator]'",
            "缺少 espeak-ng：请 pip install 'mediaprep[emulator]'",
        ) from error
    mandarin_script = any(is_han(c) for part in parts for c in part.shown)
    order = {"utterances": [_order(part, style, mandarin_script) for part in parts]}
    order_file, answer_file = target.with_suffix(".order"), target.with_suffix(".answer")
    order_file.write_text(json.dumps(order), encoding="utf-8")
    command = [
        sys.executable, "-I", str(Path(voicebox.__file__).resolve()),
        espeakng_loader.get_library_path(), espeakng_loader.get_data_path(),
        str(order_file.resolve()), str(target.with_suffix(".raw").resolve()), str(answer_file.resolve()),
    ]  # fmt: skip
    allowed = _LEAST_SECONDS + _SECONDS_A_CHARACTER * sum(len(part.shown) for part in parts)
    try:
        done = children.call(command, seconds=allowed)
        if done.returncode != 0 or not answer_file.is_file():
            words = done.stderr.decode("utf-8", "replace").strip().splitlines()
            why = words[-1][:300] if words else f"exit code {done.returncode}"
            raise ToolFailed(f"espeak-ng failed: {why}", f"espeak-ng 失败：{why}")
        answer: dict[str, Any] = json.loads(answer_file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ToolFailed(f"espeak-ng does not run: {error}", f"espeak-ng 无法运行：{error}") from error
    except subprocess.TimeoutExpired as error:
        raise ToolFailed(
            f"espeak-ng did not end within {allowed:.0f} s", f"espeak-ng 超过 {allowed:.0f} 秒未结束"
        ) from error
    finally:
        order_file.unlink(missing_ok=True)
        answer_file.unlink(missing_ok=True)
    return answer


def _order(part: Utterance, style: SpeakingStyle, mandarin_script: bool) -> dict[str, Any]:
    voice = voice_of(style)
    has_han = any(is_han(c) for say in part.says for c in say.spoken)
    # Digits alone follow the rest of the script; Latin letters alone are English.
    mandarin = has_han or (mandarin_script and not any(is_latin(c) and c.isalpha() for c in part.shown))
    return {
        "voice": voice.name(mandarin=mandarin),
        "rate": rate_of(style),
        "pitch": voice.pitch,
        "range": voice.range,
        "seed": style.seed,
        "pieces": [[say.spoken, say.pinyin] for say in part.says],
    }


def _resampled(heard: Samples, rate: int, wanted: int, gain: float) -> Samples:
    """The same sound at another rate, band-limited; one utterance at a time, quiet at both ends."""
    count = round(len(heard) * wanted / rate)
    if count == 0:
        return np.zeros(0, dtype=np.int16)
    # Lengths with small factors only (22050 to 24000 is 147 to 160): other transforms take ten times as long.
    step = gcd(rate, wanted)
    unit = (rate // step) * (16 if len(heard) < 8 * rate else 64)
    long_in = -(-len(heard) // unit) * unit
    long_out = long_in // (rate // step) * (wanted // step)
    spectrum = np.fft.rfft(heard, n=long_in)
    kept = min(len(spectrum), long_out // 2 + 1)
    widened = np.zeros(long_out // 2 + 1, dtype=np.complex128)
    widened[:kept] = spectrum[:kept]
    sound = np.fft.irfft(widened, n=long_out)[:count] * (long_out / long_in) * gain
    return np.clip(np.rint(sound), -32768, 32767).astype(np.int16)


class _Book:
    """Keeps the running count of samples and the stamps while utterances are written."""

    def __init__(self, sample_rate: int) -> None:
        self.sample_rate = sample_rate
        self.samples = 0
        self.text = ""
        self.stamps: list[Stamp] = []

    def enter(self, part: Utterance, answer: Mapping[str, Any], block: Samples) -> Samples:
        """The utterance's sound with its rests put in; its characters are stamped."""
        shown = part.shown
        voiced = [index for index, character in enumerate(shown) if is_spoken(character)]
        least = len(voiced) * self.sample_rate // 50
        if len(block) < least:  # nothing audible (a script of signs): the stamps still need room
            block = np.concatenate([block, np.zeros(least - len(block), dtype=np.int16)])
        spans = self._spans(part, answer, voiced, len(block))
        block, spans = self._rested(part, block, spans)
        for index, start, end in spans:
            self.stamps.append(
                Stamp(at=len(self.text) + index, start=self.samples + start, end=self.samples + end)
            )
        self.samples += len(block)
        self.text += shown
        return block

    def _samples(self, milliseconds: float) -> int:
        return round(milliseconds * self.sample_rate / 1000)

    def _spans(
        self, part: Utterance, answer: Mapping[str, Any], voiced: Sequence[int], length: int
    ) -> list[tuple[int, int, int]]:
        """(index in the shown text, first sample, end) of every spoken character; characters that share
        one event of espeak share its time evenly."""
        if not voiced:
            return []
        anchors = self._anchors(part, answer, voiced, length)
        pauses = sorted(self._samples(when) for when in answer["pauses"])
        spans: list[tuple[int, int, int]] = []
        for (first, start), (behind, next_start) in pairwise([*anchors, (len(voiced), length)]):
            quiet = next((pause for pause in pauses if start < pause < next_start), next_start)
            end = quiet if quiet - start >= behind - first else next_start
            for step in range(behind - first):
                left = start + (end - start) * step // (behind - first)
                right = start + (end - start) * (step + 1) // (behind - first)
                spans.append((voiced[first + step], left, right))
        return spans

    def _anchors(
        self, part: Utterance, answer: Mapping[str, Any], voiced: Sequence[int], length: int
    ) -> list[tuple[int, int]]:
        """(index into `voiced`, sample) where espeak said that a word begins; both strictly rising, with room
        for every character in between."""
        starts = np.cumsum([0, *(len(say.shown) for say in part.says)])
        anchors: list[tuple[int, int]] = [(0, 0)]
        for piece, offset, when in answer["words"]:
            say = part.says[piece]
            shown = int(starts[piece]) + offset * len(say.shown) // max(1, len(say.spoken))
            index = int(np.searchsorted(voiced, shown))
            sample = self._samples(when)
            fits = sample - anchors[-1][1] >= index - anchors[-1][0]
            roomy = length - sample >= len(voiced) - index
            if anchors[-1][0] < index < len(voiced) and fits and roomy:
                anchors.append((index, sample))
        return anchors

    def _rested(
        self, part: Utterance, block: Samples, spans: list[tuple[int, int, int]]
    ) -> tuple[Samples, list[tuple[int, int, int]]]:
        """Silence put before the first character at or behind each rest's place; later stamps move."""
        for at, seconds in sorted(part.rests, reverse=True):
            silence = np.zeros(round(seconds * self.sample_rate), dtype=np.int16)
            cut = next((start for index, start, _ in spans if index >= at), len(block))
            before, after = block[:cut].copy(), block[cut:].copy()
            _fade(before[::-1], self.sample_rate)
            _fade(after, self.sample_rate)
            block = np.concatenate([before, silence, after])
            spans = [
                (index, start + len(silence), end + len(silence)) if start >= cut else (index, start, end)
                for index, start, end in spans
            ]
        return block, spans


def _fade(sound: Samples, sample_rate: int) -> None:
    """Let the first samples rise from silence, in place."""
    count = min(len(sound), round(_FADE_SECONDS * sample_rate))
    sound[:count] = (sound[:count] * np.linspace(0.0, 1.0, count, endpoint=False)).astype(np.int16)
