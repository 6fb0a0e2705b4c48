"""Finished videos made to be spoiled: each defect takes a good output and writes a bad one beside it."""

from __future__ import annotations

import shutil
import wave
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from mediaprep.model.finishing.plans import Cue, Encoding
from mediaprep.verbs.finish import Finished, finish_video
from tests.making import ffmpeg

FAST = Encoding(preset="ultrafast", crf=26)
LINES = ("大家好欢迎收看", "今天介绍素材准备", "记得检查成片", "感谢您的观看")


def make_voice(path: Path, seconds: float, seed: int, *, rate: int = 16000) -> Path:
    """Something like speech: syllables of changing pitch and colour with pauses between; no two seeds alike."""
    rng = np.random.default_rng(seed)
    parts = [np.zeros(int(rng.uniform(0.02, 0.2) * rate))]
    while sum(map(len, parts)) < seconds * rate:
        count = int(rng.uniform(0.09, 0.24) * rate)
        at = np.arange(count) / rate
        pitch = rng.uniform(110, 260) * (1 + rng.uniform(-0.2, 0.2) * at / at[-1])
        phase = 2 * np.pi * np.cumsum(pitch) / rate
        formants = rng.uniform(300, 3200, 3)
        sound = sum(
            np.exp(-(((n * 180 - formants[:, None]) / 260) ** 2)).sum() * np.sin(n * phase)
            for n in range(1, 18)
        )
        sound += rng.normal(0, rng.uniform(0.02, 0.4), count)
        parts.append(sound * np.hanning(count) ** 0.5)
        parts.append(np.zeros(int(rng.choice([0.02, 0.04, 0.05, 0.3]) * rate)))
    whole = np.concatenate(parts)[: int(seconds * rate)]
    samples = np.int16(whole / np.abs(whole).max() * rng.uniform(8000, 24000))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return path


def make_talk(
    path: Path, seed: int, *, seconds: float = 3.2, size: tuple[int, int] = (320, 180), rate: str = "25"
) -> Path:
    """A moving picture with a voice; the seed chooses both."""
    rng = np.random.default_rng(seed)
    voice = make_voice(path.with_suffix(".wav"), seconds, seed)
    source = ("testsrc2", "mandelbrot", "gradients")[int(rng.integers(3))]
    options = {
        "testsrc2": "", "mandelbrot": f":start_x={-0.74 - rng.uniform(0, 0.05):.4f}",
        "gradients": f":seed={seed + 1}:speed=0.08:n=4",
    }[source]  # fmt: skip
    ffmpeg(
        "-f", "lavfi", "-i", f"{source}=s={size[0]}x{size[1]}:r={rate}{options}", "-i", voice, "-t", str(seconds),
        "-vf", f"hue=h={int(rng.integers(360))}", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p",
        "-c:a", "aac", "-movflags", "+faststart", path,
    )  # fmt: skip
    return path


def make_good(folder: Path, seed: int) -> Finished:
    """A finished video with captions, of kinds that vary with the seed."""
    rng = np.random.default_rng(seed)
    size = ((320, 180), (180, 320), (384, 216), (240, 240))[seed % 4]
    main = make_talk(folder / f"main-{seed}.mp4", seed, size=size, rate=("25", "30", "30000/1001")[seed % 3])
    head = make_talk(folder / f"head-{seed}.mp4", seed + 500, seconds=0.8) if seed % 3 == 1 else None
    start = int(rng.integers(300, 700))
    cues = [
        Cue(start_ms=start, end_ms=start + 900, lines=(LINES[seed % 4],)),
        Cue(start_ms=start + 1200, end_ms=start + 2200, lines=(LINES[(seed + 1) % 4],)),
    ]
    return finish_video(
        main, output=folder / f"good-{seed}.mp4", head=head, captions=cues, encoding=FAST,
        loudness=(None, "web", "ebu")[seed % 3],
    )  # fmt: skip


# --- the eight ---------------------------------------------------------------------------------------------------


def _again(good: Path, bad: Path, *filters: str, more: tuple[str, ...] = ()) -> None:
    ffmpeg(
        "-i", good, *filters, "-c:v", "libx264", "-preset", "ultrafast", "-crf", "20", "-pix_fmt", "yuv420p",
        "-c:a", "aac", *more, bad,
    )  # fmt: skip


def wrong_audio(good: Path, bad: Path, seed: int) -> None:
    voice = make_voice(bad.with_suffix(".wav"), 6, seed + 9000)
    ffmpeg(
        "-i", good, "-i", voice, "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "aac", "-shortest", bad
    )


def shifted(good: Path, bad: Path, seed: int) -> None:
    by = (80, 120, 240, 500)[seed % 4]
    _again(
        good, bad, "-af", f"adelay={by}:all=1,atrim=end_sample=10000000", "-shortest", more=("-c:v", "copy")
    )


def truncated(good: Path, bad: Path, seed: int) -> None:
    ffmpeg("-i", good, "-t", str((1.0, 1.5, 2.5)[seed % 3]), "-c", "copy", bad)


def frozen_tail(good: Path, bad: Path, seed: int) -> None:
    from_second = (1.4, 1.8)[seed % 2]
    chain = f"trim=end={from_second},tpad=stop_mode=clone:stop_duration=10"
    _again(good, bad, "-vf", chain, "-shortest")


def wrong_size(good: Path, bad: Path, seed: int) -> None:
    _again(
        good,
        bad,
        "-vf",
        f"scale={('iw/2:ih/2', 'iw+16:ih+8', 'iw-2:ih')[seed % 3]},pad=ceil(iw/2)*2:ceil(ih/2)*2",
    )


def missing_captions(good: Path, bad: Path, seed: int) -> None:
    """The same plan without captions, as if burning had drawn nothing."""
    del seed
    folder, name = good.parent, good.stem.removeprefix("good-")
    head = folder / f"head-{name}.mp4"
    loud = (None, "web", "ebu")[int(name) % 3]
    finish_video(
        folder / f"main-{name}.mp4", output=bad, head=head if head.is_file() else None, encoding=FAST,
        loudness=loud, write_receipt=False,
    )  # fmt: skip


def another_task(good: Path, bad: Path, seed: int) -> None:
    """The same size, rate and length, other words and pictures."""
    name = int(good.stem.removeprefix("good-"))
    other = make_talk(
        bad.with_name(f"other-{seed}.mp4"), seed + 7000, seconds=3.2,
        size=((320, 180), (180, 320), (384, 216), (240, 240))[name % 4], rate=("25", "30", "30000/1001")[name % 3],
    )  # fmt: skip
    shutil.copyfile(other, bad)


def corrupted(good: Path, bad: Path, seed: int) -> None:
    raw = bytearray(good.read_bytes())
    rng = np.random.default_rng(seed)
    begin = raw.find(b"mdat") + 2000
    for at in rng.integers(begin, len(raw) - 200, 12):
        raw[at : at + 40] = rng.bytes(40)
    bad.write_bytes(raw)


# the rows that are allowed to find each; sha256, which any change breaks, is not among them
DEFECTS: Mapping[str, tuple[Callable[[Path, Path, int], None], frozenset[str]]] = {
    "wrong audio": (wrong_audio, frozenset({"sound_of_main", "sound_of_head"})),
    "shift": (shifted, frozenset({"shift_of_main"})),
    "truncated": (truncated, frozenset({"frames", "seconds"})),
    "frozen tail": (frozen_tail, frozenset({"frozen_spans"})),
    "wrong size": (wrong_size, frozenset({"size"})),
    "missing captions": (missing_captions, frozenset({"captions"})),
    "another task's file": (another_task, frozenset({"sound_of_main", "pictures"})),
    "corrupted data": (corrupted, frozenset({"decode_errors", "pictures", "readable"})),
}


def make_recoded(good: Path, copy: Path) -> None:
    """As a platform serves it: encoded anew, coarser, another container brand; nothing of it is a defect."""
    ffmpeg(
        "-i", good, "-c:v", "libx264", "-preset", "veryfast", "-crf", "30", "-c:a", "aac", "-b:a", "64k", copy,
    )  # fmt: skip
