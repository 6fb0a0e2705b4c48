"""`mediaprep diff` on planted changes and on videos that were only encoded anew: what is found, and what is invented.

scripts/torture-diff [--changes N] [--seed S]
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import mediaprep
from mediaprep.verbs.diff import diff
from tests.making import ffmpeg

FONT: Final = Path(mediaprep.__file__).parent / "media" / "data" / "captions.otf"
SECONDS: Final = 3
_SIZES: Final = ((640, 360), (360, 640), (1280, 720))
_LETTERS: Final = "Welcome to the course"
_X264: Final = ("-c:v", "libx264", "-pix_fmt", "yuv420p")
_PICTURES: Final = (
    "testsrc2=s={size}:r={rate}", "mandelbrot=s={size}:r={rate}", "gradients=s={size}:r={rate}:speed=0.02:seed=3",
    "smptehdbars=s={size}:r={rate}",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Base:
    """A video as it was approved, and what it was made of."""

    path: Path
    source: Path
    picture: str
    size: tuple[int, int]


def make(folder: Path, draw: random.Random) -> Base:
    width, height = draw.choice(_SIZES)
    picture = draw.choice(_PICTURES).format(size=f"{width}x{height}", rate=draw.choice((25, 30)))
    source, path = folder / "source.mkv", folder / "base.mp4"  # some of these pictures are others every time
    ffmpeg(
        "-f", "lavfi", "-i", picture, "-t", str(SECONDS), *_X264, "-preset", "ultrafast", "-qp", "0", source
    )
    base = Base(path=path, source=source, picture=picture, size=(width, height))
    _encode(base, path, _text(_LETTERS, height), _sound())
    return base


def plant(base: Base, kind: str, target: Path, draw: random.Random) -> str:
    """Make `target` with one change; the kind of difference that must be told."""
    width, height = base.size
    text, sound = _text(_LETTERS, height), _sound()
    if kind == "block":
        x, y = draw.randrange(0, width - 16), draw.randrange(0, height // 2)
        text += f",drawbox=x={x}:y={y}:w=16:h=16:color={draw.choice(('white', 'black', 'orange'))}:t=fill"
    elif kind == "letter":
        at = draw.choice([n for n, letter in enumerate(_LETTERS) if letter.isalpha()])
        other = draw.choice([letter for letter in "aeginkmqsxz" if letter != _LETTERS[at]])
        text = _text(_LETTERS[:at] + other + _LETTERS[at + 1 :], height)
    elif kind == "late":
        sound += f",adelay={draw.choice((100, 200, 300))}:all=1"
    else:
        sound += f",volume={draw.choice((-2, -1, 1, 2))}dB"
    _encode(base, target, text, sound)
    return {"block": "picture", "letter": "picture", "late": "timing", "level": "level"}[kind]


def recode(base: Base, target: Path, draw: random.Random) -> None:
    words = [
        "-preset",
        draw.choice(("ultrafast", "veryfast", "medium")),
        "-crf",
        str(draw.choice((18, 21, 23))),
    ]
    ffmpeg("-i", base.path, *_X264, *words, "-c:a", "aac", "-b:a", draw.choice(("64k", "128k")), target)


def _text(words: str, height: int) -> str:
    font = FONT.as_posix()
    look = f"fontsize={height // 18}:fontcolor=white:borderw=2:x=(w-tw)/2:y=h*0.86"
    return f"drawtext=fontfile={font}:text='{words}':{look}"


def _sound() -> str:
    """Noise that swells, in speech's rhythm: it has a place in time."""
    return "anoisesrc=r=48000:c=pink:a=0.3:seed=5,tremolo=f=3.3:d=0.9"


def _encode(base: Base, target: Path, text: str, sound: str) -> None:
    ffmpeg(
        "-i", base.source, "-f", "lavfi", "-i", sound, "-t", str(SECONDS), "-vf", text, *_X264, "-preset", "veryfast",
        "-crf", "18", "-c:a", "aac", target,
    )  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/torture-diff", description=__doc__)
    parser.add_argument("--changes", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    draw, missed, invented = random.Random(given.seed), 0, 0
    for number in range(given.changes):
        with tempfile.TemporaryDirectory(prefix="torture-diff-") as name:
            folder = Path(name)
            base, kind = make(folder, draw), ("block", "letter", "late", "level")[number % 4]
            wanted = plant(base, kind, folder / "changed.mp4", draw)
            recode(base, folder / "again.mp4", draw)
            found = diff(base.path, folder / "changed.mp4").differences
            again = diff(base.path, folder / "again.mp4").differences
        if {one.kind for one in found} != {wanted}:
            missed += 1
            print(f"  ✗ {kind} in {base.picture}: {[one.what.en for one in found]}", flush=True)
        if again:
            invented += 1
            print(f"  ✗ only encoded anew ({base.picture}): {[one.what.en for one in again]}", flush=True)
    print(
        f"{given.changes} planted changes: {missed} not told as such; {invented} told of what was only encoded anew"
    )
    return 1 if missed or invented else 0


if __name__ == "__main__":
    raise SystemExit(main())
