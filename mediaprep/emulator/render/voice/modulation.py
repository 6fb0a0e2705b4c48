"""The door to WORLD (pyworld): a given voice as another would say it, in the same time and at the same level.

ModulatedVoice asks for a timbre, not for words: pitch and the place of the formants move towards those of the wished
voice; what is said, and when, stays.
"""

from __future__ import annotations

import hashlib
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mediaprep.emulator.render.voice.voices import SpeakingStyle, voice_of
from mediaprep.errors import ToolMissing

Sound = npt.NDArray[np.float64]
RATE = 24000
_BLOCK, _SEARCHED = 12 * RATE, 2 * RATE  # samples a block; its end lies where these last ones are quietest
_WOMAN, _MAN = (
    (205.0, 1.6, 1.1),
    (118.0, 0.9, 0.94),
)  # Hz at pitch 50, Hz a step of pitch, place of the formants
_BETWEEN = 165.0  # Hz, above which a given voice counts as a woman's


def modulated(source: Path, target: Path, style: SpeakingStyle) -> Path:
    """A mono wave file of RATE, said by the style's voice. Raises ToolMissing where pyworld does not load."""
    try:
        import pyworld
    except ImportError as error:
        raise ToolMissing(
            f"voices cannot be modulated, pyworld does not load ({error}): pip install pyworld-prebuilt",
            f"无法变声：pyworld 加载失败（{error}）：请 pip install pyworld-prebuilt",
        ) from error
    pitch, stretch = _wanted(style)
    higher: float | None = None
    with wave.open(str(target), "wb") as sink:
        sink.setparams((1, 2, RATE, 0, "NONE", ""))
        for block in _blocks(source):
            found, times = pyworld.dio(block, RATE)
            melody = pyworld.stonemask(block, found, times, RATE)
            if higher is None and (melody > 0).any():
                own = float(np.median(melody[melody > 0]))
                higher = pitch / own
                stretch /= _WOMAN[2] if own > _BETWEEN else _MAN[2]
            if higher is None:
                made = block  # nothing voiced yet: nothing to move
            else:
                colour = _stretched(pyworld.cheaptrick(block, melody, times, RATE), stretch)
                breath = pyworld.d4c(block, melody, times, RATE)
                made = pyworld.synthesize(melody * higher, colour, breath, RATE)
            sink.writeframes(_as_loud(made, block).tobytes())
    return target


def _wanted(style: SpeakingStyle) -> tuple[float, float]:
    """Hz, and where the formants lie, of the style's voice."""
    told = style.gender or style.timbre.lower()
    middle, step, formants = _WOMAN if "female" in told or "male" not in told else _MAN
    own = hashlib.sha256(style.timbre.encode()).digest()[3] / 255 - 0.5
    return middle + (voice_of(style).pitch - 50) * step, formants * (1 + 0.08 * own)


def _blocks(source: Path) -> Iterator[Sound]:
    """The file in pieces that end where it is quiet."""
    held = np.zeros(0, dtype=np.float64)
    with wave.open(str(source), "rb") as sound:
        while read := sound.readframes(_BLOCK):
            held = np.concatenate([held, np.frombuffer(read, dtype=np.int16) / 32768])
            while len(held) > _BLOCK:
                tail = held[_BLOCK - _SEARCHED : _BLOCK] ** 2
                calm = np.convolve(tail, np.ones(RATE // 50), "valid")
                cut = _BLOCK - _SEARCHED + int(np.argmin(calm)) + RATE // 100
                yield np.ascontiguousarray(held[:cut])
                held = held[cut:]
    if len(held):
        yield np.ascontiguousarray(held)


def _stretched(colour: Sound, share: float) -> Sound:
    """The spectral envelope (moments, frequencies) with its formants moved up by `share`."""
    places = np.arange(colour.shape[1], dtype=np.float64)
    logs = np.log(colour)
    moved = [np.interp(places / share, places, row) for row in logs]
    return np.ascontiguousarray(np.exp(np.array(moved)))


def _as_loud(made: Sound, block: Sound) -> npt.NDArray[np.int16]:
    """As long and as loud as what was given."""
    fitted = np.zeros(len(block), dtype=np.float64)
    fitted[: min(len(made), len(block))] = made[: len(block)]
    before, after = (float(np.sqrt(np.mean(part**2))) for part in (block, fitted))
    gain = before / after if after > 1e-6 else 1.0
    return np.clip(np.rint(fitted * gain * 32767), -32768, 32767).astype(np.int16)
