"""A service that makes small lessons quickly: noises for words, plain colours for pages, lengths as the real one."""

from __future__ import annotations

import hashlib
import wave
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from mediaprep.emulator.render.voice import drive
from mediaprep.emulator.work import RenderedProduct, Spoiled, Work
from mediaprep.media.ffmpeg import find
from tests.making import ffmpeg

FPS = Fraction(25)
RATE = 16_000


def seconds_of(text: str) -> float:
    """How long a script is spoken here: no whole number of frames. "短" is too short for the docs."""
    if text == "短":
        return 0.31
    return round(0.9 + 0.0137 * len(text), 4)


def voice(target: Path, text: str) -> Path:
    """Noise that only this text has, with a moment of rest in its middle."""
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big"))
    count = round(seconds_of(text) * RATE)
    sound = rng.normal(0, 0.15, count) * (1 + np.sin(np.arange(count) / RATE * 30)) / 2
    sound[round(count * 0.45) : round(count * 0.45) + RATE // 6] = 0
    with wave.open(str(target), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(sound, -0.9, 0.9) * 32767).astype("<i2").tobytes())
    return target


def stamps(text: str) -> list[dict[str, Any]]:
    """When each character is said: evenly."""
    plain = text.replace("<speak>", "").replace("</speak>", "")
    each = seconds_of(text) * 10_000_000 / len(plain)
    words = [
        {"Word": sign, "StartTimestamp": round(n * each), "EndTimestamp": round((n + 1) * each)}
        for n, sign in enumerate(plain)
    ]
    return [{"Sentence": plain, "Words": words}]


def render(work: Work) -> RenderedProduct:
    """A voice, or the pages of a deck as colours with their voices. A script with 失败 in it spoils its task."""
    if work.endpoint == "tts":
        text = str(work.request["InputSsml"])
        if "失败" in text:
            raise Spoiled(801404, "the voice broke")
        made = voice(work.folder / "voice.wav", text)
        return RenderedProduct(media=made, seconds=seconds_of(text), timestamps=stamps(text))
    binary, parts = find(), []
    for n, page in enumerate(work.request["PageConfigs"]):
        target = work.folder / f"{n}.wav"
        source = work.files.get(f"PageConfigs[{n}].InputAudioUrl")
        source = source or voice(work.folder / f"{n}-text.wav", page["InputSsml"])
        sound = drive.decoded(binary, source, target)
        parts.append((target, float(sound.frames(FPS) / FPS)))
    whole = drive.joined(parts, work.folder / "pages.wav")
    shown: list[str | Path] = []
    for n, (_, seconds) in enumerate(parts):
        shown += ["-f", "lavfi", "-i", f"color=c=0x{(n * 37 + 40) % 256:02x}5080:s=320x180:r=25:d={seconds}"]
    joined = "".join(f"[{n}:v]" for n in range(len(parts))) + f"concat=n={len(parts)}[v]"
    made = work.folder / "made.mp4"
    ffmpeg(
        *shown, "-i", whole.path, "-filter_complex", joined, "-map", "[v]", "-map", f"{len(parts)}:a",
        "-c:v", "libx264", "-preset", "superfast", "-pix_fmt", "yuv420p", "-g", "50", "-c:a", "aac", "-shortest",
        "-movflags", "+faststart", made,
    )  # fmt: skip
    return RenderedProduct(media=made, seconds=sum(seconds for _, seconds in parts))
